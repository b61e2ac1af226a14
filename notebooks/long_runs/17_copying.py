"""Selective copying: three symbols hidden among 24 steps, to be written in their order. LRU, minGRU and LSTM.

    .venv/bin/python notebooks/long_runs/17_copying.py     # about 3 minutes of one core

Everything around the layer is the same (`seqlearn.models.mixers`). Each contestant gets its learning rate from the same
grid, on a seed that does not count and sequences that judge nothing. All start slow: the gates of LSTM and minGRU by
their biases, the LRU by its ring. `controls` keep the rate of the contestant that they belong to: a minGRU whose gate
does not see the input, symbols that always stand at the same places, longer training, one block in place of two, four
times the state.
"""

import runpy
import time
from pathlib import Path

import numpy as np
import torch

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.data.recall import NOISE, NUM_SYMBOLS, symbols_to_copy
from seqlearn.models.linear_recurrence import MinGRU
from seqlearn.models.mixers import Reader, slow_start

SETTINGS = {
    "contestants": ["LRU", "minGRU", "LSTM"],
    "width": 32,
    "state_size": 32,
    "num_layers": 2,
    "ring": [0.9, 0.999],  # of the LRU
    "slow_start": 27,  # steps, of the others
    "symbols": 3,
    "length": 24,
    "batch_size": 16,
    "updates": 600,
    "rates": [0.001, 0.003, 0.01, 0.03],  # they rise for a tenth of the updates and fall along half a cosine
    "max_norm": 1.0,
    "sweep_seed": 100,
    "seeds": [0, 1, 2, 3, 4],
    "test_sequences": 512,
    "controls": {
        "minGRU, its gate blind": ["minGRU", {"blind": 1}],
        "LRU, places fixed": ["LRU", {"places": "fixed"}],
        "minGRU, places fixed": ["minGRU", {"places": "fixed"}],
        "minGRU blind, places fixed": ["minGRU", {"blind": 1, "places": "fixed"}],
        "LRU, four times as long": ["LRU", {"updates": 2400}],
        "minGRU, one block": ["minGRU", {"num_layers": 1}],
        "LRU, four times the state": ["LRU", {"state_size": 128}],
    },
}
MINUTES = 3
TOLERANCE = {"accuracy": [0.1, 0.1], "sweep": [0.2, 0.2], "controls": [0.1, 0.1]}
teach = runpy.run_path(str(Path(__file__).with_name("17_recall.py")))["teach"]


def sequences(count: int, rng: np.random.Generator, settings: dict) -> tuple[np.ndarray, np.ndarray]:
    """x and y of `symbols_to_copy`, or with the symbols at every eighth step."""
    x, y = symbols_to_copy(count, settings["symbols"], settings["length"], rng)
    if settings.get("places") == "fixed":
        x[: settings["length"]] = NOISE
        x[: settings["length"] : settings["length"] // settings["symbols"]] = y[settings["length"] :]
    return x, y


def learn(kind: str, rate: float, seed: int, settings: dict) -> Reader:
    """One trained reader."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    ring = dict(zip(("r_min", "r_max"), settings["ring"])) if kind == "LRU" else {}
    reader = Reader(kind, NUM_SYMBOLS + 2, NUM_SYMBOLS, width=settings["width"], state_size=settings["state_size"],
                    num_layers=settings["num_layers"], **ring)
    slow_start(reader, settings["slow_start"])
    if settings.get("blind"):
        for block in reader.blocks:
            assert isinstance(block.layer, MinGRU)
            hide = torch.ones_like(block.layer.W_x)
            hide[:, : block.layer.hidden_size] = 0  # the columns of z: its sum is the bias alone
            with torch.no_grad():
                block.layer.W_x *= hide
            block.layer.W_x.register_hook(lambda gradient, hide=hide: gradient * hide)
    batches = (sequences(settings["batch_size"], rng, settings) for _ in range(settings["updates"]))
    return teach(reader, batches, rate, settings)


@torch.no_grad()
def accuracy(reader: Reader, settings: dict, seed: int) -> float:
    """The share of symbols written right; the seed is that of the sequences."""
    x, y = sequences(settings["test_sequences"], np.random.default_rng(seed), settings)
    answers = reader(torch.as_tensor(x))[0].argmax(dim=2).numpy()
    return round(float((answers == y)[settings["length"] :].mean()), 4)


def attempt(kind: str, rate: float, seed: int, settings: dict) -> dict:
    """Train one, and measure it on the sequences that judge, or in the sweep on those that choose."""
    started = time.process_time()
    reader = learn(kind, rate, seed, settings)
    return {"accuracy": accuracy(reader, settings, 54_321 if seed == settings["sweep_seed"] else 12_345),
            "parameters": sum(weight.numel() for weight in reader.parameters()),
            "seconds": round(time.process_time() - started, 1)}


def run(settings: dict) -> dict:
    """Sweep, race and controls."""
    kinds, rates, seeds = settings["contestants"], settings["rates"], settings["seeds"]
    tried = iter(pieces(attempt, [(kind, rate, settings["sweep_seed"], settings) for kind in kinds for rate in rates]))
    contestants = {}
    for kind in kinds:
        sweep = {str(rate): next(tried)["accuracy"] for rate in rates}
        contestants[kind] = {"sweep": sweep, "rate": float(max(sweep, key=sweep.get))}
    entries = [(kind, {}) for kind in kinds] + list(settings["controls"].values())
    raced = iter(pieces(attempt, [(kind, contestants[kind]["rate"], seed, settings | more)
                                  for kind, more in entries for seed in seeds]))
    for result in contestants.values():
        runs = [next(raced) for _ in seeds]
        result |= {"parameters": runs[0]["parameters"], "seconds": [run["seconds"] for run in runs],
                   "accuracy": [run["accuracy"] for run in runs]}
    controls = {name: [next(raced)["accuracy"] for _ in seeds] for name in settings["controls"]}
    return {"contestants": contestants, "controls": controls}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
