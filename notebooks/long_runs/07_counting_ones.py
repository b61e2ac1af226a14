"""Counting ones in chapter 07: the own LSTM cell over ten seeds, trained on one length and on many.

    .venv/bin/python notebooks/long_runs/07_counting_ones.py      # 3 minutes of one core

Each seed has its own sequences, first weights and order of batches. All ten train at once: torch.func.vmap runs the
model on ten sets of weights, which is faster than one after the other and computes the same. There are three kinds:
sequences of 20 steps only, with the readout's rate twenty times that of the cell; the same with one rate for all; and
the first again with each batch cut to a length from 1 to 20.
Settings and results go into the JSON file beside this one; the models of the first seed go to the chapter's
explorer, seqlearn/widgets/counting.safetensors. The rates and their line to 0 were chosen on other seeds, 40 to 49:
of these ten runs, and of twenty more with seeds 20 to 29 and 60 to 69, all had 100 % after six epochs.
"""

import time
from pathlib import Path

import numpy as np
import torch
from torch.func import functional_call, stack_module_state, vmap
from tqdm.auto import tqdm

import seqlearn.widgets
from seqlearn.course.long_runs import options, store
from seqlearn.data import count_ones
from seqlearn.models import LSTMModel
from seqlearn.training.weights import save_weights

SETTINGS = {
    "seeds": [30, 31, 32, 33, 34, 35, 36, 37, 38, 39],
    "train_size": 10_000,
    "validation_size": 1_000,
    "test_size": 1_000,
    "length": 20,
    "hidden_size": 20,
    "batch_size": 16,
    "epochs": {"one length": 6, "one rate": 6, "many lengths": 10},
    "learning_rate": 0.02,  # at the start; it falls from batch to batch, on a straight line to 0
    "readout_factor": {"one length": 20, "one rate": 1, "many lengths": 20},  # times that rate for the readout
    "betas": [0.9, 0.99],
    "test_lengths": [5, 10, 15, 20, 25, 30, 40, 50, 100, 200],
    "per_length": 1_000,
}
WEIGHTS = Path(seqlearn.widgets.__file__).with_name("counting.safetensors")


def share_right(answers: torch.Tensor, y: torch.Tensor) -> float:
    """The share of answers that round to the count."""
    return (answers.round() == y).double().mean().item()


class Learner:
    """One seed's sequences, model, and what is noted about it."""

    def __init__(self, seed: int, mixed: bool, settings: dict) -> None:
        held_out = settings["validation_size"] + settings["test_size"]
        task = count_ones(settings["train_size"], held_out, length=settings["length"], seed=seed)
        self.settings, self.mixed = settings, mixed
        self.rng = np.random.default_rng(seed)
        self.x = torch.tensor(task.x_train, dtype=torch.float32)
        x_held = torch.tensor(task.x_test, dtype=torch.float32)
        self.x_validation, self.x_test = x_held.split([settings["validation_size"], settings["test_size"]], dim=1)
        torch.manual_seed(seed)
        self.model = LSTMModel(1, settings["hidden_size"], 1)
        self.best_loss, self.best_weights, self.accuracies = float("inf"), {}, []

    @torch.no_grad()
    def accuracy(self) -> float:
        """The share of test sequences that the model counts right."""
        return share_right(self.model(self.x_test), self.x_test.sum(dim=0))

    @torch.no_grad()
    def note(self, weights: dict[str, torch.Tensor]) -> None:
        """After an epoch: keep these weights if their validation error is the smallest; note the test accuracy."""
        self.model.load_state_dict(weights)
        length = self.settings["length"]
        lengths = range(1, length + 1) if self.mixed else [length]
        parts = [self.x_validation[:steps] for steps in lengths]
        losses = [(self.model(x) - x.sum(dim=0)).square().mean().item() for x in parts]
        self.accuracies.append(self.accuracy())  # noted, not used to choose
        if np.mean(losses) < self.best_loss:
            self.best_loss = np.mean(losses)
            self.best_weights = {name: weight.clone() for name, weight in weights.items()}


def train_all(kind: str, settings: dict) -> list[Learner]:
    """Learners with their best weights, one for each seed. Many lengths: each batch is cut to a length from 1 to 20."""
    mixed = kind == "many lengths"
    learners = [Learner(seed, mixed, settings) for seed in settings["seeds"]]
    length, size, model = settings["length"], settings["batch_size"], learners[0].model
    epochs = settings["epochs"][kind]
    batches = epochs * -(-settings["train_size"] // size)  # of the whole training
    weights, _ = stack_module_state([learner.model for learner in learners])
    answer = vmap(lambda weights, x: functional_call(model, weights, (x,)))
    factors = {name: settings["readout_factor"][kind] if name.startswith("readout") else 1 for name in weights}
    groups = [{"params": [weights[name]], "factor": factor} for name, factor in factors.items()]
    optimizer = torch.optim.Adam(groups, settings["learning_rate"], betas=settings["betas"])
    cuts = np.random.default_rng(settings["seeds"])  # the batches' lengths: the same for all seeds, which train at once
    done = 0
    for _ in tqdm(range(epochs), desc=kind):
        orders = [torch.tensor(learner.rng.permutation(settings["train_size"])) for learner in learners]
        for start in range(0, settings["train_size"], size):
            steps = int(cuts.integers(1, length + 1)) if mixed else length
            x = torch.stack([each.x[:steps, order[start : start + size]] for each, order in zip(learners, orders)])
            errors = answer(weights, x) - x.sum(dim=1)
            for group in optimizer.param_groups:
                group["lr"] = settings["learning_rate"] * group["factor"] * (1 - done / batches)
            optimizer.zero_grad()
            errors.square().mean(dim=(1, 2)).sum().backward()  # a sum over seeds: each gets its own gradient
            optimizer.step()
            done += 1
        for number, learner in enumerate(learners):
            learner.note({name: stacked[number].detach() for name, stacked in weights.items()})
    for learner in learners:
        learner.model.load_state_dict(learner.best_weights)
    return learners


@torch.no_grad()
def over_lengths(model: LSTMModel, settings: dict) -> dict[str, list[float]]:
    """Share of right answers and mean error (answer minus count) at every test length, on fresh sequences."""
    rng = np.random.default_rng(1000)
    right, error = [], []
    for length in settings["test_lengths"]:
        x = torch.tensor(rng.integers(0, 2, (length, settings["per_length"], 1)), dtype=torch.float32)
        answers, y = model(x), x.sum(dim=0)
        right.append(share_right(answers, y))
        error.append(round((answers - y).mean().item(), 3))
    return {"right": right, "error": error}


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
    with torch.no_grad():
        for part in zip(*(state.split(32) for state in longer(zeros, zeros, torch.zeros(1), half))):
            h, _, ones = longer(*part, settings["length"] - half)
            wrong += int(model.readout(h)[:, 0].round().ne(ones).sum())
    return wrong


def run(settings: dict, kept: dict | None = None) -> dict:
    """One row of results for each kind of training and seed; the models of the first seed are put into `kept`."""
    results, kept = {name: [] for name in settings["epochs"]}, {} if kept is None else kept
    for name, rows in results.items():
        for seed, learner in zip(settings["seeds"], train_all(name, settings)):
            row = {"seed": seed, "accuracies": learner.accuracies, "accuracy": learner.accuracy()}
            if name != "one rate":
                row |= over_lengths(learner.model, settings)
                kept.setdefault(name.replace(" ", "_"), learner.model)
            if name == "one length":
                row["wrong_of_all"] = wrong_of_all(learner.model, settings)
            rows.append(row)
            tqdm.write(f"{name}: {row}")
    return results


def main() -> None:
    options(__doc__)
    start, kept = time.perf_counter(), {}
    results = run(SETTINGS, kept)
    results["minutes"] = round((time.perf_counter() - start) / 60, 1)
    save_weights(torch.nn.ModuleDict(kept), WEIGHTS, **SETTINGS)
    store(__file__, SETTINGS, results)


if __name__ == "__main__":
    main()
