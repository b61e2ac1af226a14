"""Associative recall against the size of the state: LSTM, minGRU, linear attention and attention.

    .venv/bin/python notebooks/long_runs/17_recall.py     # about 10 minutes of one core

Everything around the layer is the same (`seqlearn.models.mixers`). Training draws the number of pairs for every batch.
Each contestant gets its learning rate from the same grid, on a seed that does not count, by the accuracy on fresh
sequences of a generator of its own; the sequences that judge come from another. The grid is widened where the best
stands at an edge. LSTM and minGRU start with slow gates (`slow_start`). `controls` start as the layers usually do, or
train longer, at the rate that was chosen for the contestant that they belong to.
"""

import runpy
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.data.recall import NUM_KEYS, NUM_VALUES, pairs_to_recall
from seqlearn.models.mixers import Reader, slow_start
from seqlearn.training import train

SETTINGS = {
    "contestants": [["attention", 16], ["linear attention", 16], ["linear attention", 64], ["linear attention", 256],
                    ["LSTM", 16], ["LSTM", 64], ["LSTM", 256], ["minGRU", 16], ["minGRU", 64], ["minGRU", 256]],
    "width": 32,
    "pairs": [2, 4, 8, 16],
    "batch_size": 32,
    "updates": 1500,
    "rates": [0.003, 0.01, 0.03, 0.1],  # they rise for a tenth of the updates and fall along half a cosine
    "wider": [0.001, 0.0003, 0.3],  # the next ones, for whoever does best at an edge of the grid
    "max_norm": 1.0,
    "sweep_seed": 100,
    "seeds": [0, 1, 2, 3, 4],
    "test_sequences": 512,
    "slow_start": 32,  # steps
    "controls": {
        "LSTM 64, usual start": ["LSTM", 64, {"slow_start": None}],
        "minGRU 64, usual start": ["minGRU", 64, {"slow_start": None}],
        "linear attention 64, three times as long": ["linear attention", 64, {"updates": 4500}],
        "linear attention 256, three times as long": ["linear attention", 256, {"updates": 4500}],
    },
}
MINUTES = 10
TOLERANCE = {"accuracies": [0.1, 0.3], "sweep": None, "rate": None}  # neighbouring rates are nearly as good
warm_cosine = runpy.run_path(str(Path(__file__).with_name("14_language_model.py")))["warm_cosine"]


def teach(reader: Reader, batches: Iterable, rate: float, settings: dict) -> Reader:
    """Train it on as many batches (x, y) as updates; where y is −1, nothing is asked."""

    def loss(reader: Reader, batch: tuple) -> torch.Tensor:
        x, y = batch
        logits, _ = reader(x)
        return F.cross_entropy(logits.flatten(0, 1), y.flatten(), ignore_index=-1)

    optimizer = torch.optim.Adam(reader.parameters(), lr=rate)
    train(reader, lambda epoch: batches, loss, epochs=1, optimizer=optimizer, max_norm=settings["max_norm"],
          scheduler=warm_cosine(optimizer, settings["updates"]), progress=False)
    return reader


def learn(kind: str, state_size: int, rate: float, seed: int, settings: dict) -> Reader:
    """One trained reader."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    reader = Reader(kind, NUM_KEYS + NUM_VALUES + 1, NUM_VALUES, width=settings["width"], state_size=state_size)
    if settings["slow_start"]:
        slow_start(reader, settings["slow_start"])
    batches = (pairs_to_recall(settings["batch_size"], int(rng.choice(settings["pairs"])), rng)
               for _ in range(settings["updates"]))
    return teach(reader, batches, rate, settings)


@torch.no_grad()
def accuracies(reader: Reader, settings: dict, seed: int) -> list[float]:
    """The share of questions answered right, for each number of pairs; the seed is that of the sequences."""
    rng, found = np.random.default_rng(seed), []
    for pairs in settings["pairs"]:
        x, y = pairs_to_recall(settings["test_sequences"], pairs, rng)
        answers = reader(torch.as_tensor(x))[0].argmax(dim=2).numpy()
        found.append(round(float((answers[pairs:] == y[pairs:]).mean()), 4))
    return found


def attempt(kind: str, size: int, rate: float, seed: int, settings: dict) -> dict:
    """Train one, and measure it on the sequences that judge, or in the sweep on those that choose."""
    started = time.process_time()
    reader = learn(kind, size, rate, seed, settings)
    return {"accuracies": accuracies(reader, settings, 54_321 if seed == settings["sweep_seed"] else 12_345),
            "parameters": sum(weight.numel() for weight in reader.parameters()),
            "seconds": round(time.process_time() - started, 1)}


def sweeps(tried: Callable, contestants: list[list], settings: dict, score: Callable) -> list[dict]:
    """What `tried` finds at every rate, by rate, for each contestant; best is where `score` is the largest.

    Where the best stands at the edge of what was tried, the next rate of `wider` is tried as well.
    """
    found: list[dict] = [{} for _ in contestants]
    grid, todo = sorted([*settings["rates"], *settings["wider"]]), [settings["rates"]] * len(contestants)
    while any(todo):
        calls = [(*who, rate, settings["sweep_seed"], settings)
                 for who, rates in zip(contestants, todo) for rate in rates]
        answers = iter(pieces(tried, calls))
        for place, rates in enumerate(todo):
            found[place] |= {rate: next(answers) for rate in rates}
        todo = []
        for sweep in found:
            place = grid.index(max(sweep, key=lambda rate: score(sweep[rate])))
            todo.append([rate for rate in grid[max(0, place - 1) : place + 2] if rate not in sweep])
    return found


def right(found: dict) -> float:
    """The score of the sweep."""
    return float(np.mean(found["accuracies"]))


def run(settings: dict) -> dict:
    """Sweep, race and controls."""
    seeds, contestants, rates = settings["seeds"], {}, {}
    for who, sweep in zip(settings["contestants"], sweeps(attempt, settings["contestants"], settings, right)):
        kind, size = who
        name, best = f"{kind} {size}", max(sweep, key=lambda rate: right(sweep[rate]))
        rates[name], contestants[name] = best, {
            "sweep": {str(rate): found["accuracies"] for rate, found in sweep.items()}, "rate": best}
    entries = [(*who, {}) for who in settings["contestants"]] + list(settings["controls"].values())
    raced = iter(pieces(attempt, [(kind, size, rates[f"{kind} {size}"], seed, settings | more)
                                  for kind, size, more in entries for seed in seeds]))
    for result in contestants.values():
        runs = [next(raced) for _ in seeds]
        result |= {"parameters": runs[0]["parameters"], "seconds": [run["seconds"] for run in runs],
                   "accuracies": [run["accuracies"] for run in runs]}
    controls = {name: {"rate": rates[f"{kind} {size}"], "accuracies": [next(raced)["accuracies"] for _ in seeds]}
                for name, (kind, size, _) in settings["controls"].items()}
    return {"contestants": contestants, "controls": controls}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
