"""Selective copying: three symbols hidden among 24 steps, to be written in their order. LRU, minGRU and LSTM.

    .venv/bin/python notebooks/long_runs/17_copying.py     # about 3 minutes of one core; stopped, it goes on

Everything around the layer is the same (`seqlearn.models.mixers`). Each contestant gets its learning rate from the same
grid, on a seed that does not count and sequences that judge nothing. All start slow: the gates of LSTM and minGRU by
their biases, the LRU by its ring. `controls` keep the rate of the contestant that they belong to: a minGRU whose gate
does not see the input, symbols that always stand at the same places, longer training, one block in place of two, four
times the state.
"""

import time

import numpy as np
import torch
from torch.nn import functional as F
from tqdm.auto import tqdm

from seqlearn.course.kept_runs import KeptRuns
from seqlearn.course.long_runs import options, store
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
        "minGRU blind, places fixed": ["minGRU", {"blind": 1, "places": "fixed"}],
        "LRU, four times as long": ["LRU", {"updates": 2400}],
        "minGRU, one block": ["minGRU", {"num_layers": 1}],
        "LRU, four times the state": ["LRU", {"state_size": 128}],
    },
}
MINUTES = 3


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
    rng, updates = np.random.default_rng(seed), settings["updates"]
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
    optimizer = torch.optim.Adam(reader.parameters(), lr=rate)
    for update in range(updates):
        x, y = sequences(settings["batch_size"], rng, settings)
        logits, _ = reader(torch.as_tensor(x))
        loss = F.cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), settings["max_norm"])
        share = min(1.0, (update + 1) / (updates / 10)) * (1 + np.cos(np.pi * update / updates)) / 2
        optimizer.param_groups[0]["lr"] = rate * share
        optimizer.step()
    return reader


@torch.no_grad()
def accuracy(reader: Reader, settings: dict, seed: int) -> float:
    """The share of symbols written right; the seed is that of the sequences."""
    x, y = sequences(settings["test_sequences"], np.random.default_rng(seed), settings)
    answers = reader(torch.as_tensor(x))[0].argmax(dim=2).numpy()
    return round(float((answers == y)[settings["length"] :].mean()), 4)


def run(settings: dict, kept: KeptRuns | None = None) -> dict:
    """Sweep, race and controls; `kept` keeps what is finished."""
    get = kept.get if kept else lambda name, run: run()
    results: dict = {"contestants": {}, "controls": {}}
    seeds, rates = settings["seeds"], settings["rates"]
    total = len(settings["contestants"]) * (len(rates) + len(seeds)) + len(settings["controls"]) * len(seeds)
    with tqdm(total=total, unit="run", miniters=1) as bar:

        def one(kind: str, rate: float, seed: int, more: dict) -> dict:
            def train() -> dict:
                started = time.process_time()
                reader = learn(kind, rate, seed, settings | more)
                return {"accuracy": accuracy(reader, settings | more, 12_345 if seed in seeds else 54_321),
                        "parameters": sum(weight.numel() for weight in reader.parameters()),
                        "seconds": round(time.process_time() - started, 1)}

            found = get(f"{kind} {rate} {seed} {sorted(more.items())}", train)
            bar.update()
            return found

        for kind in settings["contestants"]:
            sweep = {str(rate): one(kind, rate, settings["sweep_seed"], {})["accuracy"] for rate in rates}
            rate = float(max(sweep, key=sweep.get))
            runs = [one(kind, rate, seed, {}) for seed in seeds]
            results["contestants"][kind] = {
                "sweep": sweep, "rate": rate, "parameters": runs[0]["parameters"],
                "seconds": [run["seconds"] for run in runs], "accuracy": [run["accuracy"] for run in runs]}
        for name, (kind, more) in settings["controls"].items():
            rate = results["contestants"][kind]["rate"]
            results["controls"][name] = [one(kind, rate, seed, more)["accuracy"] for seed in seeds]
    return results


def main() -> None:
    options(__doc__)
    kept = KeptRuns(__file__, SETTINGS)
    store(__file__, SETTINGS, run(SETTINGS, kept))
    kept.forget()


if __name__ == "__main__":
    main()
