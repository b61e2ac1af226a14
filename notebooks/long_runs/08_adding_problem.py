"""The race of chapter 08: RNN, LSTM and GRU on the adding problem at four lengths, over eight seeds.

    .venv/bin/python notebooks/long_runs/08_adding_problem.py      # about half an hour of one core

RNN, LSTM and GRU start as PyTorch starts them. A fourth row, IRNN, is an RNN with the start of chapter 05: ReLUs, the
identity for W_h and biases of 0 (Le, Jaitly and Hinton 2015). First every model gets its learning rate for every length
from a small sweep, on seeds of its own. Then each trains with that rate from eight other starts. The second part
trains a few of them again and watches their gates and gradients. Settings and results go into the JSON file beside this
one, which the chapter reads.
"""

import time

import numpy as np
import torch

from seqlearn.course.long_runs import once, options, pieces, processor_seconds, store
from seqlearn.data import adding

SETTINGS = {
    "models": ["RNN", "IRNN", "LSTM", "GRU"],
    "lengths": [10, 50, 100, 200],  # 10 is there to show that every model can
    "seeds": [0, 1, 2, 3, 4, 5, 6, 7],
    "hidden_size": 32,
    "train_size": 20_000,
    "test_size": 1_000,
    "validation_size": 500,  # the last sequences of the training part, never trained on
    "batch_size": 32,
    "max_steps": 3_000,
    "max_norm": 1.0,  # of the gradient
    "check_every": 25,  # steps between two looks at the validation part
    "solved_below": 0.0167,  # mean squared error: a tenth of that of the constant answer 1
    "stop_below": 0.00167,
    "rates": [0.003, 0.01, 0.03],  # the same for all
    "further_rates": {  # and one more, at some lengths
        "IRNN": [0.001, [10, 50, 100]],
        "LSTM": [0.1, [10, 50, 100, 200]],
        "GRU": [0.1, [10, 50, 100]],
    },
    "sweep_seeds": [100, 101],
    "halves": {  # an RNN with the IRNN's units alone, or with its start alone, at one length
        "length": 50,
        "runs": {  # rates, seeds
            "ReLU alone": [[0.003], [0, 1, 2, 3]],
            "identity alone": [[0.003, 0.01], [0, 1]],
        },
    },
    "longer": {"length": 50, "model": "RNN", "rate": 0.003, "seed": 6, "max_steps": 6_000},  # whose error was lowest
    "not_raced": {"IRNN": [200]},  # even at a rate of 0.001 its training can end in NaN there
    "opening": {  # the second part: who opens the way for the gradient, and when
        "length": 50,
        "back": 40,  # steps from the last state to the one whose gradient is measured
        "seeds": [0, 1, 2, 3, 4],
        "look_every": 10,  # updates
        "middle": [50, ["GRU", "GRU, answers shuffled", "GRU, mean known", "GRU, shuffled, known"]],
        "runs": {  # model, what is special, how many updates at most, learning rate
            "GRU": ["GRU", "", 600, 0.03],
            "GRU, answers shuffled": ["GRU", "shuffled", 100, 0.03],
            "GRU, mean known": ["GRU", "mean", 600, 0.03],
            "GRU, shuffled, known": ["GRU", "shuffled mean", 100, 0.03],
            "GRU, z frozen": ["GRU", "frozen 1", 600, 0.03],
            "GRU, z frozen open": ["GRU", "open 1", 2000, 0.03],
            "GRU, r frozen": ["GRU", "frozen 0", 600, 0.03],
            "LSTM": ["LSTM", "", 1200, 0.03],
            "LSTM, f frozen": ["LSTM", "frozen 1", 1200, 0.03],
            "RNN": ["RNN", "", 600, 0.003],
            "RNN, rate 0.03": ["RNN", "", 600, 0.03],
        },
    },
}
MINUTES = 35
TOLERANCE = {
    "errors": None, "opening": None, "solved_at": 0.5, "test_error": [0.5, 0.002], "halves": None,
    "longer": None,
}


def recurrent_layer(model: str, hidden_size: int) -> torch.nn.RNNBase:
    """The layer of one of SETTINGS["models"], with its start, or half an IRNN: "ReLU alone", "identity alone"."""
    if model in ("RNN", "LSTM", "GRU"):
        return getattr(torch.nn, model)(2, hidden_size)
    layer = torch.nn.RNN(2, hidden_size, nonlinearity="tanh" if model == "identity alone" else "relu")
    if model != "ReLU alone":
        torch.nn.init.eye_(layer.weight_hh_l0)
        torch.nn.init.zeros_(layer.bias_ih_l0)
        torch.nn.init.zeros_(layer.bias_hh_l0)
    return layer


class Adder(torch.nn.Module):
    """A recurrent layer and a linear readout of its last state. x (T, N, 2) -> (N, 1)."""

    def __init__(self, model: str, hidden_size: int):
        super().__init__()
        self.layer = recurrent_layer(model, hidden_size)
        self.readout = torch.nn.Linear(hidden_size, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs, _ = self.layer(x)
        return self.readout(outputs[-1])


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    """The arrays as float32."""
    return [torch.tensor(array, dtype=torch.float32) for array in arrays]


def error_on(model: Adder, x: torch.Tensor, y: torch.Tensor) -> float:
    """Mean squared error."""
    with torch.no_grad():
        return torch.mean((model(x) - y) ** 2).item()


def race(model: str, task, rate: float, seed: int, settings: dict) -> dict:
    """Train one model from one start. `errors` are those on the validation part, one a check."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    adder = Adder(model, settings["hidden_size"])
    optimizer = torch.optim.Adam(adder.parameters(), lr=rate)
    train_x, train_y, validation_x, validation_y, test_x, test_y = split(task, settings["validation_size"])
    errors, step, order, started = [], 0, np.empty(0, dtype=int), time.process_time()
    while step < settings["max_steps"] and not (errors and errors[-1] < settings["stop_below"]):
        if len(order) < settings["batch_size"]:
            order = rng.permutation(len(train_y))
        batch, order = np.split(order, [settings["batch_size"]])
        loss = torch.mean((adder(train_x[:, batch]) - train_y[batch]) ** 2)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(adder.parameters(), settings["max_norm"])
        optimizer.step()
        step += 1
        if step % settings["check_every"] == 0:
            errors.append(error_on(adder, validation_x, validation_y))
            if not np.isfinite(errors[-1]):
                break  # a weight is no number any more
    solved = np.flatnonzero(np.array(errors) < settings["solved_below"])
    return {
        "rate": rate,
        "seed": seed,
        "solved_at": (int(solved[0]) + 1) * settings["check_every"] if len(solved) else None,
        "ms_per_step": round(1000 * (time.process_time() - started) / step, 2),
        "test_error": round(error_on(adder, test_x, test_y), 5),
        "errors": [round(error, 4) for error in errors],
    }


@once
def numbers(train_size: int, test_size: int, length: int):
    """The sequences of one length, the same for all."""
    return adding(train_size, test_size, length=length, seed=0)


def task_of(length: int, settings: dict):
    return numbers(settings["train_size"], settings["test_size"], length)


def race_at(model: str, length: int, rate: float, seed: int, settings: dict) -> dict:
    return race(model, task_of(length, settings), rate, seed, settings)


def split(task, validation_size: int) -> list[torch.Tensor]:
    """Training, validation and test part, each x and y."""
    kept = len(task.y_train) - validation_size
    return tensors(task.x_train[:, :kept], task.y_train[:kept], task.x_train[:, kept:], task.y_train[kept:],
                   task.x_test, task.y_test)


def score(runs: list[dict], settings: dict) -> float:
    """The error averaged over all checks and runs. Low is early and good.

    After a run has stopped it counts as 0, after it has ended in NaN as the error of a constant answer, 1/6, and never
    as more than 1.
    """
    checks, total = settings["max_steps"] // settings["check_every"], 0.0
    for run in runs:
        errors = [min(error, 1) for error in run["errors"] if np.isfinite(error)]
        total += sum(errors) + (checks - len(errors)) / 6 * (len(errors) < len(run["errors"]))
    return round(total / checks / len(runs), 4)


def left(adder: Adder, x: torch.Tensor, y: torch.Tensor, back: int) -> float:
    """What is left of the gradient of the state, `back` steps before the end: its norm, by the one at the end.

    The state of an LSTM is h and c together.
    """
    with torch.no_grad():
        _, state = adder.layer(x[:-back])
    leaves = [part.requires_grad_() for part in (state if isinstance(state, tuple) else (state,))]
    outputs, _ = adder.layer(x[-back:], tuple(leaves) if len(leaves) == 2 else leaves[0])
    last = outputs[-1]
    loss = torch.mean((adder.readout(last) - y) ** 2)
    at_end, *far = torch.autograd.grad(loss, [last, *leaves])
    return (torch.stack([part.norm() for part in far]).norm() / at_end.norm()).item()


def kept(adder: Adder, x: torch.Tensor, unit=torch.max) -> float | None:
    """What a unit keeps in a step without a mark, on average: z of a GRU, f of an LSTM. The unit that keeps most, or
    with torch.median the middle one.
    """
    layer, size = adder.layer, adder.readout.in_features
    if isinstance(layer, torch.nn.RNN):
        return None
    with torch.no_grad():
        h = layer(x)[0]
        before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
        sums = x @ layer.weight_ih_l0.T + layer.bias_ih_l0 + before @ layer.weight_hh_l0.T + layer.bias_hh_l0
        gate = torch.sigmoid(sums[..., size : 2 * size])  # the second of r, z, n and of i, f, g, o
        return unit(gate[x[..., 1] == 0].mean(dim=0)).item()


def freeze(layer: torch.nn.RNNBase, block: int) -> None:
    """Take one block out of all gradients, 0, 1, 2 for r, z, n or 0, 1, 2, 3 for i, f, g, o: it stays as it is."""
    for weights in layer.parameters():
        weights.grad.split(layer.hidden_size)[block].zero_()


def watch(model: str, special: str, updates: int, rate: float, task, seed: int, settings: dict,
          unit=torch.max) -> list:
    """Train as in the race and look: rows of update, error, what is left of the gradient, what `unit` keeps.

    special: "shuffled" gives the training answers to the wrong sequences, "mean" starts the readout's bias at 1,
    "frozen k" leaves block k of all weights of the layer as it was at the start, and "open k" does so after adding 3 to
    the block's bias.
    """
    torch.manual_seed(seed)
    rng, own = np.random.default_rng(seed), settings["opening"]
    adder = Adder(model, settings["hidden_size"])
    if "mean" in special:
        torch.nn.init.ones_(adder.readout.bias)
    frozen = int(special.split()[1]) if special.startswith(("frozen", "open")) else None
    if special.startswith("open"):
        with torch.no_grad():
            adder.layer.bias_ih_l0.split(settings["hidden_size"])[frozen].add_(3)
    train_x, train_y, validation_x, validation_y, _, _ = split(task, settings["validation_size"])
    if "shuffled" in special:
        train_y = train_y[rng.permutation(len(train_y))]
    optimizer = torch.optim.Adam(adder.parameters(), lr=rate)
    rows = []
    for update in range(updates + 1):
        if update % own["look_every"] == 0:
            error = error_on(adder, validation_x, validation_y)
            keeps = kept(adder, validation_x, unit)
            rows.append([update, round(error, 4), float(f"{left(adder, validation_x, validation_y, own['back']):.2g}"),
                         keeps and round(keeps, 3)])
            if error < settings["solved_below"]:
                break
        batch = rng.integers(len(train_y), size=settings["batch_size"])
        loss = torch.mean((adder(train_x[:, batch]) - train_y[batch]) ** 2)
        optimizer.zero_grad()
        loss.backward()
        if frozen is not None:
            freeze(adder.layer, frozen)
        torch.nn.utils.clip_grad_norm_(adder.parameters(), settings["max_norm"])
        optimizer.step()
    return rows


def watch_at(what: list, seed: int, settings: dict, of: str) -> list:
    """`watch` a run of the second part; of: "widest", the unit that keeps most, or "middle"."""
    task = task_of(settings["opening"]["length"], settings)
    return watch(*what, task, seed, settings, {"widest": torch.max, "middle": torch.median}[of])


def opening(settings: dict) -> dict:
    """The second part: `watch` for every kind of run and seed."""
    own = settings["opening"]
    rows = iter(pieces(watch_at, [(what, seed, settings, "widest") for what in own["runs"].values()
                                  for seed in own["seeds"]]))
    found = {name: [next(rows) for _ in own["seeds"]] for name in own["runs"]}
    return {name: runs if name in ("GRU", "LSTM", "RNN") else [thinned(rows) for rows in runs]
            for name, runs in found.items()}


def middle(settings: dict) -> dict:
    """What the middle unit keeps after some updates, by run and seed: do most gates open, or only the widest?"""
    own = settings["opening"]
    updates, names = own["middle"]
    ways = [(model, special, updates, rate) for model, special, _, rate in map(own["runs"].get, names)]
    rows = iter(pieces(watch_at, [(way, seed, settings, "middle") for way in ways for seed in own["seeds"]]))
    return {name: [next(rows)[-1][3] for _ in own["seeds"]] for name in names}


def thinned(rows: list) -> list:
    """What is stored of the controls, which are not drawn: the first rows, every tenth of the others, and the last."""
    return [row for row in rows if row[0] <= 50 or row[0] % 100 == 0 or row is rows[-1]]


def halves(settings: dict) -> dict:
    """The IRNN's halves: where each run of each rate was solved, and its error at the end."""
    own, found = settings["halves"], {}
    ways = [(model, own["length"], rate, seed) for model, (tried, seeds) in own["runs"].items() for rate in tried
            for seed in seeds]
    for (model, _, rate, _), run in zip(ways, pieces(race_at, [(*way, settings) for way in ways]), strict=True):
        found.setdefault(model, {}).setdefault(str(rate), []).append([run["solved_at"], run["test_error"]])
    return found


def longer(settings: dict) -> list:
    """The RNN's best run, with more updates than the race allows: where it was solved, and its error at the end."""
    own = settings["longer"]
    (found,) = pieces(race_at, [(own["model"], own["length"], own["rate"], own["seed"],
                                 {**settings, "max_steps": own["max_steps"]})])
    return [found["solved_at"], found["test_error"]]


def rates(model: str, length: int, settings: dict) -> list[float]:
    """Those of the sweep."""
    further, lengths = settings["further_rates"].get(model, [None, []])
    return sorted([*settings["rates"], *([further] if length in lengths else [])])


def sweeps(raced: list[tuple[int, str]], settings: dict) -> list[dict[float, float]]:
    """For each length and model the score of every rate that it may have."""
    runs = iter(pieces(race_at, [(model, length, rate, seed, settings) for length, model in raced
                                 for rate in rates(model, length, settings) for seed in settings["sweep_seeds"]]))
    return [{rate: score([next(runs) for _ in settings["sweep_seeds"]], settings)
             for rate in rates(model, length, settings)} for length, model in raced]


def constant_answer(length: int, settings: dict) -> float:
    """The test's mean squared error of the answer 1."""
    return round(float(np.mean((task_of(length, settings).y_test - 1) ** 2)), 4)


def run(settings: dict) -> dict:
    """Sweep and race: for every length and model the sweep's scores, the rate chosen, and the runs."""
    started = processor_seconds()
    constant = pieces(constant_answer, [(length, settings) for length in settings["lengths"]])
    results: dict = {str(length): {"constant_answer": error}
                     for length, error in zip(settings["lengths"], constant, strict=True)}
    raced = [(length, model) for length in settings["lengths"] for model in settings["models"]
             if length not in settings["not_raced"].get(model, [])]
    scores = sweeps(raced, settings)
    best = [min(each, key=each.get) for each in scores]
    runs = iter(pieces(race_at, [(model, length, rate, seed, settings)
                                 for (length, model), rate in zip(raced, best, strict=True)
                                 for seed in settings["seeds"]]))
    for (length, model), rate, found in zip(raced, best, scores, strict=True):
        results[str(length)][model] = {"sweep": {str(tried): error for tried, error in found.items()}, "rate": rate,
                                       "runs": [next(runs) for _ in settings["seeds"]]}
    results["halves"] = halves(settings)
    results["longer"] = longer(settings)
    results["opening"] = opening(settings)
    results["middle"] = middle(settings)
    results["minutes"] = round((processor_seconds() - started) / 60)
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
