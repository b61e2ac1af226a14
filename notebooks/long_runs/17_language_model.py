"""Chapter 14's race once more, with the readers of chapter 17: the same text, updates, batches, schedule and rates.

    .venv/bin/python notebooks/long_runs/17_language_model.py     # about 6 minutes of one core

One budget of text for all, 250 updates of 16 windows of 64 characters, and about as many weights as chapter 14's LSTM
has; its results and the rotary model's lie in 14_language_model.json. Each kind gets its rate from the same grid, on a
seed that does not race, by the first half of the held-out text; the second half judges. Losses are in nats a character,
by place: windows of 256 characters, each of which begins with nothing known, in eight parts of 32.
"""

import runpy
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.models.mixers import Reader, kept_numbers, slow_start
from seqlearn.training import train

SETTINGS = {
    "part": "scenes",
    "train_share": 0.9,
    "contestants": {  # width, state_size, blocks
        "minGRU": [80, 144, 2],
        "LSTM, same blocks": [64, 128, 2],  # is it the layer, or what stands around it?
        "LSTM, one block": [88, 184, 1],  # or that there are two of them?
        "LSTM, usual start": [64, 128, 2],  # or that its gates start slow?
        "LRU": [80, 192, 2],
        "linear attention": [96, 5700, 2],
        "linear attention, fading": [96, 5700, 2],  # a control: what it lacks may be the order
    },
    "slow_start": 64,  # steps, of minGRU and LSTM
    "ring": [0.9, 0.999],  # of the LRU
    "fade": 0.9,  # of the last one
    "window": 64,
    "rows": 16,
    "updates": 250,
    "rates": [0.003, 0.01, 0.03, 0.1],  # at the top: they rise for 25 updates and fall along half a cosine
    "max_norm": 1.0,
    "seeds": [0, 1, 2, 3, 4],
    "sweep_seed": 100,
}
MINUTES = 6
TOLERANCE = {"sweep": 0.1}
chapter_14 = runpy.run_path(str(Path(__file__).with_name("14_language_model.py")))


def build(kind: str, symbols: int, settings: dict) -> Reader:
    """An untrained reader of one kind."""
    width, state_size, num_layers = settings["contestants"][kind]
    more = dict(zip(("r_min", "r_max"), settings["ring"])) if kind == "LRU" else {}
    if kind.endswith("fading"):
        more = {"fade": settings["fade"]}
    reader = Reader(kind.split(",")[0], symbols, symbols, width=width, state_size=state_size,
                    num_layers=num_layers, **more)
    return reader if kind.endswith("usual start") else slow_start(reader, settings["slow_start"])


def surprise(reader: Reader, batch: tuple) -> torch.Tensor:
    """The mean of a batch of windows, in nats."""
    inputs, targets = batch
    logits, _ = reader(inputs)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def learn(kind: str, rate: float, seed: int, symbols: int, text: np.ndarray, settings: dict) -> Reader:
    """A trained reader of one kind."""
    torch.manual_seed(seed)
    reader, updates = build(kind, symbols, settings), settings["updates"]
    optimizer = torch.optim.Adam(reader.parameters(), lr=rate)
    train(reader, chapter_14["windows"](text, settings["window"], settings["rows"], updates, seed), surprise, epochs=1,
          optimizer=optimizer, scheduler=chapter_14["warm_cosine"](optimizer, updates), max_norm=settings["max_norm"],
          progress=False)
    return reader


def attempt(kind: str, rate: float, seed: int, settings: dict) -> dict:
    """Train one, and measure it on the text that judges, or in the sweep on the text that chooses."""
    vocabulary, learned, chooses, judges = chapter_14["read"](settings)
    started = time.process_time()
    reader = learn(kind, rate, seed, len(vocabulary), learned, settings)
    seconds = round(time.process_time() - started, 1)
    text, length, parts = (chooses, settings["window"], 2) if seed == settings["sweep_seed"] else (judges, 256, 8)
    losses = chapter_14["by_place"](lambda inputs, need_weights: reader(inputs), text, length, parts)
    return {"by place": losses, "seconds": seconds}


def run(settings: dict) -> dict:
    """Sweep and race of all kinds."""
    kinds, rates, seeds = list(settings["contestants"]), settings["rates"], settings["seeds"]
    tried = iter(pieces(attempt, [(kind, rate, settings["sweep_seed"], settings) for kind in kinds for rate in rates]))
    results = {}
    for kind in kinds:
        sweep = {str(rate): next(tried)["by place"][1] for rate in rates}
        results[kind] = {"sweep": sweep, "rate": float(min(sweep, key=sweep.get))}
    raced = iter(pieces(attempt, [(kind, results[kind]["rate"], seed, settings) for kind in kinds for seed in seeds]))
    symbols = len(chapter_14["read"](settings)[0])
    for kind, result in results.items():
        runs, reader = [next(raced) for _ in seeds], build(kind, symbols, settings)
        result |= {"parameters": sum(weight.numel() for weight in reader.parameters()),
                   "state": kept_numbers(reader(torch.zeros(2, 1, dtype=torch.long))[1]),
                   "by place": [run["by place"] for run in runs], "seconds": [run["seconds"] for run in runs]}
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
