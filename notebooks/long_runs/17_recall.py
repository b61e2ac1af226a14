"""Associative recall against the size of the state: LSTM, minGRU, linear attention and attention.

    .venv/bin/python notebooks/long_runs/17_recall.py     # about 10 minutes of one core; stopped, it goes on

Everything around the layer is the same (`seqlearn.models.mixers`). Training draws the number of pairs for every batch.
Each contestant gets its learning rate from the same grid, on a seed that does not count, by the accuracy on fresh
sequences of a generator of its own; the sequences that judge come from another. The grid is widened where the best
stands at an edge. LSTM and minGRU start with slow gates (`slow_start`). `controls` start as the layers usually do, or
train longer, at the rate that was chosen for the contestant that they belong to. """

import time

import numpy as np
import torch
from torch.nn import functional as F
from tqdm.auto import tqdm

from seqlearn.course.kept_runs import KeptRuns
from seqlearn.course.long_runs import options, store
from seqlearn.data.recall import NUM_KEYS, NUM_VALUES, pairs_to_recall
from seqlearn.models.mixers import Reader, slow_start

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


def learn(kind: str, state_size: int, rate: float, seed: int, settings: dict) -> Reader:
    """One trained reader."""
    torch.manual_seed(seed)
    rng, updates = np.random.default_rng(seed), settings["updates"]
    reader = Reader(kind, NUM_KEYS + NUM_VALUES + 1, NUM_VALUES, width=settings["width"], state_size=state_size,
                    num_layers=settings.get("num_layers", 1))
    if settings["slow_start"]:
        slow_start(reader, settings["slow_start"])
    optimizer = torch.optim.Adam(reader.parameters(), lr=rate)
    for update in range(updates):
        x, y = pairs_to_recall(settings["batch_size"], int(rng.choice(settings["pairs"])), rng)
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
def accuracies(reader: Reader, settings: dict, seed: int) -> list[float]:
    """The share of questions answered right, for each number of pairs; the seed is that of the sequences."""
    rng, found = np.random.default_rng(seed), []
    for pairs in settings["pairs"]:
        x, y = pairs_to_recall(settings["test_sequences"], pairs, rng)
        answers = reader(torch.as_tensor(x))[0].argmax(dim=2).numpy()
        found.append(round(float((answers[pairs:] == y[pairs:]).mean()), 4))
    return found


def run(settings: dict, kept: KeptRuns | None = None) -> dict:
    """Sweep, race and controls; `kept` keeps what is finished."""
    get = kept.get if kept else lambda name, run: run()
    results: dict = {"contestants": {}, "controls": {}}
    seeds, rates = settings["seeds"], settings["rates"]
    with tqdm(unit="run", miniters=1) as bar:

        def one(kind: str, size: int, rate: float, seed: int, more: dict) -> dict:
            def train() -> dict:
                started = time.process_time()
                reader = learn(kind, size, rate, seed, settings | more)
                return {"accuracies": accuracies(reader, settings, 12_345 if seed in seeds else 54_321),
                        "parameters": sum(weight.numel() for weight in reader.parameters()),
                        "seconds": round(time.process_time() - started, 1)}

            found = get(f"{kind} {size} {rate} {seed} {sorted(more.items())}", train)
            bar.update()
            return found

        for kind, size in settings["contestants"]:
            sweep: dict = {}
            todo, further = list(rates), sorted([*rates, *settings["wider"]])
            while todo:
                sweep |= {str(rate): one(kind, size, rate, settings["sweep_seed"], {})["accuracies"] for rate in todo}
                rate = float(max(sweep, key=lambda rate: np.mean(sweep[rate])))
                place = further.index(rate)
                todo = [other for other in further[max(0, place - 1) : place + 2] if str(other) not in sweep]
            runs = [one(kind, size, rate, seed, {}) for seed in seeds]
            results["contestants"][f"{kind} {size}"] = {
                "sweep": sweep, "rate": rate, "parameters": runs[0]["parameters"],
                "seconds": [run["seconds"] for run in runs], "accuracies": [run["accuracies"] for run in runs]}
        for name, (kind, size, more) in settings["controls"].items():
            rate = results["contestants"][f"{kind} {size}"]["rate"]
            runs = [one(kind, size, rate, seed, more) for seed in seeds]
            results["controls"][name] = {"rate": rate, "accuracies": [run["accuracies"] for run in runs]}
    return results


def main() -> None:
    options(__doc__)
    kept = KeptRuns(__file__, SETTINGS)
    store(__file__, SETTINGS, run(SETTINGS, kept))
    kept.forget()


if __name__ == "__main__":
    main()
