"""Counting ones in chapter 07: the own LSTM cell over ten seeds, trained on one length and on many.

    .venv/bin/python notebooks/long_runs/07_counting_ones.py      # 10 minutes of one core

Each seed has its own sequences, first weights and order of batches. There are three kinds: sequences of 20 steps with
the targets scaled to (count − 10) / 5; the same with the targets as they are; and the first again with each batch cut
to a length from 1 to 20. The learning rate of the first two is chosen on other seeds, on their validation error; there
nn.LSTM takes the place of the own cell, which computes the same and is slower. The third takes the rate of the first.
Settings and results go into the JSON file beside this one; the models of the first seed, which answer in ones, go to
the chapter's explorer, seqlearn/widgets/counting.safetensors.
"""

import statistics
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import seqlearn.widgets
from seqlearn.course.long_runs import options, pieces, place, processor_seconds, store
from seqlearn.data import count_ones
from seqlearn.models import LSTMCell, LSTMModel
from seqlearn.training import save_weights, train

SETTINGS = {
    "seeds": [30, 31, 32, 33, 34, 35, 36, 37, 38, 39],
    "tuning_seeds": [40, 41, 42, 43, 44],
    "train_size": 10_000,
    "validation_size": 1_000,
    "test_size": 1_000,
    "length": 20,
    "hidden_size": 20,
    "batch_size": 16,
    "epochs": {"one length": 6, "not scaled": 6, "many lengths": 10},
    "scale": {"one length": [10, 5], "not scaled": [0, 1], "many lengths": [10, 5]},  # (count − first) / second
    "rates": {"one length": [0.0025, 0.005, 0.01, 0.02, 0.04], "not scaled": [0.0025, 0.005, 0.01, 0.02, 0.04]},
    "test_lengths": [1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 100, 200],
    "fitted_lengths": [16, 17, 18, 19, 20, 21, 22, 23, 24],
    "per_length": 1_000,
}
MINUTES = 10
TOLERANCE = {
    "missed": None, "missed_of_test": [0.5, 20], "wrong_of_all": [0.5, 20_000], "right": [0.05, 0.1],
    "error": [0.2, 0.5], "rule": [0.05, 0.05],
}
WEIGHTS = Path(seqlearn.widgets.__file__).with_name("counting.safetensors")


class Learner:
    """One seed's sequences and model; `fit` trains it, and from then on it answers in ones."""

    def __init__(self, kind: str, seed: int, settings: dict, cell: type[nn.Module] = LSTMCell) -> None:
        held_out = settings["validation_size"] + settings["test_size"]
        task = count_ones(settings["train_size"], held_out, length=settings["length"], seed=seed)
        self.settings, self.seed, self.mixed = settings, seed, kind == "many lengths"
        self.epochs, (self.middle, self.size) = settings["epochs"][kind], settings["scale"][kind]
        self.x = torch.tensor(task.x_train, dtype=torch.float32)
        x_held = torch.tensor(task.x_test, dtype=torch.float32)
        self.x_validation, self.x_test = x_held.split([settings["validation_size"], settings["test_size"]], dim=1)
        torch.manual_seed(seed)
        self.model = LSTMModel(1, settings["hidden_size"], 1, cell=cell)
        self.missed: list[int] = []

    def pair(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Sequences, and what the model is to answer: the scaled count."""
        return x, (x.sum(dim=0) - self.middle) / self.size

    def batches(self, epoch: int):
        """The training part once, in an order that seed and epoch draw."""
        rng = np.random.default_rng([self.seed, epoch])
        for rows in np.array_split(rng.permutation(self.x.shape[1]), self.updates_an_epoch):
            steps = int(rng.integers(1, len(self.x) + 1)) if self.mixed else len(self.x)
            yield self.pair(self.x[:steps, rows])

    @property
    def updates_an_epoch(self) -> int:
        return -(-self.settings["train_size"] // self.settings["batch_size"])

    def validate(self, model: LSTMModel, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """The loss, which chooses the best epoch; the missed ones are noted for the chapter's figure."""
        x, y = batch
        if len(x) == self.settings["length"]:
            answers = self.middle + self.size * model(x)
            self.missed.append(int(answers.round().ne(x.sum(dim=0)).sum()))
        return F.mse_loss(model(x), y)

    def fit(self, rate: float) -> float:
        """Train, and return the best validation error, the mean square in ones."""
        lengths = range(1, len(self.x) + 1) if self.mixed else [len(self.x)]
        optimizer = torch.optim.Adam(self.model.parameters(), lr=rate)
        updates = self.epochs * self.updates_an_epoch
        scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=updates)
        history = train(
            self.model, self.batches, lambda model, batch: F.mse_loss(model(batch[0]), batch[1]), epochs=self.epochs,
            optimizer=optimizer, scheduler=scheduler, validate=self.validate,
            validation=[self.pair(self.x_validation[:steps]) for steps in lengths], progress=False,
        )
        with torch.no_grad():  # the readout scales back: one linear map after another is one linear map
            self.model.readout.weight *= self.size
            self.model.readout.bias.mul_(self.size).add_(self.middle)
        return min(history.validation) * self.size**2


def try_rate(kind: str, rate: float, seed: int, settings: dict) -> float:
    """The validation error of one run of the sweep."""
    return Learner(kind, seed, settings, nn.LSTM).fit(rate)


def chosen_rates(settings: dict) -> dict[str, dict]:
    """By kind the rate with the smallest median of the validation errors, and the medians of all rates."""
    tried = iter(pieces(try_rate, [(kind, rate, seed, settings) for kind, rates in settings["rates"].items()
                                   for rate in rates for seed in settings["tuning_seeds"]]))
    found = {}
    for kind, rates in settings["rates"].items():
        errors = [statistics.median(next(tried) for _ in settings["tuning_seeds"]) for _ in rates]
        found[kind] = {"chosen": rates[int(np.argmin(errors))], "validation": errors}
    return found


@torch.no_grad()
def over_lengths(model: LSTMModel, settings: dict) -> dict[str, list[float]]:
    """Share of right answers and mean error (answer minus count) at every test length, on fresh sequences."""
    rng = np.random.default_rng(1000)
    right, error = [], []
    for length in settings["test_lengths"]:
        x = torch.tensor(rng.integers(0, 2, (length, settings["per_length"], 1)), dtype=torch.float32)
        answers, y = model(x), x.sum(dim=0)
        right.append((answers.round() == y).double().mean().item())
        error.append(round((answers - y).mean().item(), 3))
    return {"right": right, "error": error}


@torch.no_grad()
def fitted_rule(model: LSTMModel, settings: dict) -> list[float]:
    """Near 20 steps: what a one adds to the answer, what a zero adds, the constant; by least squares."""
    rng, rows, answers = np.random.default_rng(2000), [], []
    for length in settings["fitted_lengths"]:
        x = torch.tensor(rng.integers(0, 2, (length, settings["per_length"], 1)), dtype=torch.float32)
        ones = x.sum(dim=0)[:, 0]
        rows.append(torch.stack([ones, length - ones, torch.ones_like(ones)], dim=1))
        answers.append(model(x)[:, 0])
    rule = np.linalg.lstsq(torch.cat(rows).double().numpy(), torch.cat(answers).double().numpy(), rcond=None)[0]
    return [round(value, 3) for value in rule.tolist()]


@torch.no_grad()
def wrong_of_all(model: LSTMModel, settings: dict) -> int:
    """How many of all 2^20 sequences the model gets wrong. Sequences that begin alike share the states so far."""

    def longer(h, c, ones, steps):
        for _ in range(steps):
            bits = torch.tensor([0.0, 1.0]).repeat_interleave(len(h))[:, None]
            h, c = model.cell(bits, (torch.cat([h, h]), torch.cat([c, c])))
            ones = torch.cat([ones, ones + 1])
        return h, c, ones

    half, zeros = settings["length"] // 2, torch.zeros(1, settings["hidden_size"])
    wrong = 0
    for part in zip(*(state.split(32) for state in longer(zeros, zeros, torch.zeros(1), half))):
        h, _, ones = longer(*part, settings["length"] - half)
        wrong += int(model.readout(h)[:, 0].round().ne(ones).sum())
    return wrong


def learn(kind: str, rate: float, seed: int, settings: dict) -> list:
    """One run: its row of the results, and the weights of the model, which answers in ones."""
    learner = Learner(kind, seed, settings)
    learner.fit(rate)
    x, model = learner.x_test, learner.model
    with torch.no_grad():
        missed = int(model(x).round().ne(x.sum(dim=0)).sum())
    row = {"seed": seed, "missed": learner.missed, "missed_of_test": missed, **over_lengths(model, settings)}
    if kind != "many lengths":
        row |= {"rule": fitted_rule(model, settings), "wrong_of_all": wrong_of_all(model, settings)}
    return [row, model.state_dict()]


def run(settings: dict, kept: dict | None = None) -> dict:
    """One row of results for each kind of training and seed; the models of the first seed are put into `kept`."""
    kept = {} if kept is None else kept
    rates = chosen_rates(settings)
    ways = [(kind, rates.get(kind, rates["one length"])["chosen"], seed) for kind in settings["epochs"]
            for seed in settings["seeds"]]
    results = {"rates": rates, **{kind: [] for kind in settings["epochs"]}}
    for (kind, *_), (row, weights) in zip(ways, pieces(learn, [(*way, settings) for way in ways]), strict=True):
        results[kind].append(row)
        if kind != "not scaled" and len(results[kind]) == 1:
            kept[kind.replace(" ", "_")] = model = LSTMModel(1, settings["hidden_size"], 1, cell=LSTMCell)
            model.load_state_dict(weights)
    return results


def main() -> None:
    options(__doc__)
    torch.set_num_threads(1)
    start, kept = processor_seconds(), {}
    results = run(SETTINGS, kept)
    results["minutes"] = round((processor_seconds() - start) / 60, 1)
    save_weights(torch.nn.ModuleDict(kept), place(WEIGHTS), **SETTINGS)
    store(__file__, SETTINGS, results)


if __name__ == "__main__":
    main()
