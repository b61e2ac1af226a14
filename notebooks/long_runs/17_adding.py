"""The adding problem at 200 and at 1,000 steps: LSTM, minGRU and LRU.

    .venv/bin/python notebooks/long_runs/17_adding.py     # about 5 minutes of one core

A linear layer and a ReLU, without which the LRU could not tell marked numbers from others, then the layer, then a
linear readout of the last step. All start slow: the biases of the gates, or the ring of eigenvalues, fit the length.
Each gets its learning rate from the same grid at 200 steps, on a seed that does not race, by the validation part that
also says when a run has solved it; the grid is widened where the best stands at an edge. The rate is kept at 1,000
steps, and for the controls, which start as the layers usually do.
"""

import runpy
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.data import adding
from seqlearn.models.mixers import mixer, slow_start

SETTINGS = {
    "contestants": {  # kind, numbers in the state, whether the start fits the length
        "minGRU": ["minGRU", 32, 1],
        "LSTM": ["LSTM", 64, 1],
        "LRU": ["LRU", 32, 1],
    },
    "controls": {"minGRU, usual start": ["minGRU", 32, 0], "LSTM, usual start": ["LSTM", 64, 0],
                 "LRU, usual start": ["LRU", 32, 0]},
    "width": 16,
    "slow_phase": 0.03,  # radians: the eigenvalues of the slow LRU hardly turn
    "train_size": 5_000,
    "validation_size": 500,
    "test_size": 500,
    "batch_size": 20,
    "updates": {"200": 1000, "1000": 600},
    "at_1000": ["minGRU", "LSTM", "LRU"],
    "check_every": 50,
    "solved_below": 0.0167,  # mean squared error: a tenth of that of the constant answer 1
    "rates": [0.003, 0.01, 0.03],
    "wider": [0.001, 0.1],  # the next ones, for whoever does best at an edge of the grid
    "max_norm": 1.0,
    "sweep_seed": 100,
    "seeds": [0, 1, 2, 3, 4],
}
MINUTES = 5
TOLERANCE = {"solved_at": 0.5, "test_error": [0.5, 0.01], "errors": None}  # single runs jump
sweeps = runpy.run_path(str(Path(__file__).with_name("17_recall.py")))["sweeps"]


class Adder(nn.Module):
    """x (T, N, 2) → (N, 1)."""

    def __init__(self, kind: str, state_size: int, width: int, **ring: float) -> None:
        super().__init__()
        self.encoder = nn.Linear(2, width)
        self.layer, size = mixer(kind, width, state_size, **ring)
        self.readout = nn.Linear(size, 1)
        self.blocks = [self]  # where `slow_start` looks for layers

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs, _ = self.layer(torch.relu(self.encoder(x)))
        return self.readout(outputs[-1])


def start(name: str, length: int, settings: dict) -> Adder:
    """An untrained adder. Slow, an LRU's eigenvalues lie where memories of a tenth of the length to ten lengths are."""
    kind, state_size, slow = (settings["contestants"] | settings["controls"])[name]
    ring = {"r_min": 1 - 10 / length, "r_max": 1 - 0.1 / length, "max_phase": settings["slow_phase"]}
    adder = Adder(kind, state_size, settings["width"], **(ring if kind == "LRU" and slow else {}))
    return slow_start(adder, length) if slow else adder


def tensors(task) -> list[torch.Tensor]:
    """Training and test part, x and y."""
    parts = (task.x_train, task.y_train, task.x_test, task.y_test)
    return [torch.tensor(part, dtype=torch.float32) for part in parts]


def error_on(adder: Adder, x: torch.Tensor, y: torch.Tensor) -> float:
    """Mean squared error."""
    with torch.no_grad():
        return torch.mean((adder(x) - y) ** 2).item()


def race(name: str, length: int, rate: float, seed: int, settings: dict) -> dict:
    """Train one adder. `errors` are those on the validation part, one a check; it stops once a check has solved it."""
    torch.manual_seed(seed)
    rng, started = np.random.default_rng(seed), time.process_time()
    x, y, test_x, test_y = tensors(adding(settings["train_size"] + settings["validation_size"], settings["test_size"],
                                          length=length, seed=0))
    cut, errors, solved_at = settings["train_size"], [], None
    adder = start(name, length, settings)
    optimizer = torch.optim.Adam(adder.parameters(), lr=rate)
    for update in range(1, settings["updates"][str(length)] + 1):
        batch = rng.integers(cut, size=settings["batch_size"])
        loss = torch.mean((adder(x[:, batch]) - y[batch]) ** 2)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(adder.parameters(), settings["max_norm"])
        optimizer.step()
        if update % settings["check_every"] == 0:
            errors.append(round(error_on(adder, x[:, cut : cut + 200], y[cut : cut + 200]), 4))
            if errors[-1] < settings["solved_below"]:
                solved_at = update
                break
    return {"errors": errors, "solved_at": solved_at, "test_error": round(error_on(adder, test_x, test_y), 5),
            "seconds": round(time.process_time() - started, 1)}


def run(settings: dict) -> dict:
    """Sweep and race at 200 steps, race at 1,000."""
    names, seeds = list(settings["contestants"]), settings["seeds"]
    checks = settings["updates"]["200"] // settings["check_every"]

    def cost(found: dict) -> float:
        """The error averaged over all checks: low is early and good."""
        return sum(min(error, 1) if np.isfinite(error) else 1 for error in found["errors"]) / checks

    short: dict = {}
    for name, sweep in zip(names, sweeps(race, [[name, 200] for name in names], settings, lambda found: -cost(found))):
        costs = {rate: cost(found) for rate, found in sweep.items()}
        short[name] = {"sweep": {str(rate): round(value, 4) for rate, value in costs.items()},
                       "rate": min(costs, key=costs.get)}
    short |= {name: {"rate": short[kind]["rate"]} for name, (kind, *_) in settings["controls"].items()}
    long = {name: {"rate": short[name]["rate"]} for name in settings["at_1000"]}
    results = {"200": short, "1000": long}
    raced = iter(pieces(race, [(name, int(length), result["rate"], seed, settings) for length, found in results.items()
                               for name, result in found.items() for seed in seeds]))
    for found in results.values():
        for result in found.values():
            result["runs"] = [next(raced) for _ in seeds]
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
