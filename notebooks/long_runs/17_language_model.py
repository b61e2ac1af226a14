"""Chapter 14's race once more, with the readers of chapter 17: the same text, updates, batches, schedule and rates.

    .venv/bin/python notebooks/long_runs/17_language_model.py     # about 6 minutes of one core; stopped, it goes on

One budget of text for all, 250 updates of 16 windows of 64 characters, and about as many weights as chapter 14's LSTM
and rotary model have, whose results lie in 14_language_model.json. Each kind gets its rate from the same grid, on a
seed that does not race, by the first half of the held-out text; the second half judges. Losses are in nats a character,
by place: windows of 256 characters, each of which begins with nothing known, in eight parts of 32. """

import math
import time

import numpy as np
import torch
from torch.nn import functional as F
from tqdm.auto import tqdm

from seqlearn.course.kept_runs import KeptRuns
from seqlearn.course.long_runs import options, store
from seqlearn.data.corpus import Vocabulary, course_corpus
from seqlearn.models.mixers import Reader, kept_numbers, slow_start

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


def read(settings: dict) -> tuple[Vocabulary, np.ndarray, np.ndarray, np.ndarray]:
    """The vocabulary, and as integers: the text to train on, the text that chooses the rate, the text that judges."""
    text = course_corpus(settings["part"])
    vocabulary = Vocabulary(text)
    cut = int(settings["train_share"] * len(text))
    middle = (cut + len(text)) // 2
    return vocabulary, *(vocabulary.encode(part) for part in (text[:cut], text[cut:middle], text[middle:]))


def build(kind: str, symbols: int, settings: dict) -> Reader:
    """An untrained reader of one kind."""
    width, state_size, num_layers = settings["contestants"][kind]
    more = dict(zip(("r_min", "r_max"), settings["ring"])) if kind == "LRU" else {}
    if kind.endswith("fading"):
        more = {"fade": settings["fade"]}
    reader = Reader(kind.split(",")[0], symbols, symbols, width=width, state_size=state_size,
                    num_layers=num_layers, **more)
    return reader if kind.endswith("usual start") else slow_start(reader, settings["slow_start"])


def learn(kind: str, rate: float, seed: int, symbols: int, text: np.ndarray, settings: dict) -> Reader:
    """A trained reader of one kind."""
    torch.manual_seed(seed)
    rng, updates, window = np.random.default_rng(seed), settings["updates"], settings["window"]
    reader = build(kind, symbols, settings)
    optimizer = torch.optim.Adam(reader.parameters(), lr=rate)
    for update in range(updates):
        places = rng.integers(len(text) - window, size=settings["rows"]) + np.arange(window + 1)[:, None]
        tokens = torch.as_tensor(text[places])
        logits, _ = reader(tokens[:-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), settings["max_norm"])
        share = min(1.0, (update + 1) / (updates // 10)) * (1 + math.cos(math.pi * update / updates)) / 2
        optimizer.param_groups[0]["lr"] = rate * share
        optimizer.step()
    return reader


@torch.no_grad()
def by_place(reader: Reader, text: np.ndarray, length: int, parts: int) -> list[float]:
    """The mean surprise in each of so many equal parts of windows that begin with nothing known."""
    count = (len(text) - 1) // length
    inputs, targets = (torch.as_tensor(text[start : start + count * length].reshape(count, length).T.copy())
                       for start in (0, 1))
    logits, _ = reader(inputs)
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").reshape(parts, -1)
    return [round(loss, 4) for loss in losses.mean(dim=1).tolist()]


def run(settings: dict, kept: KeptRuns | None = None) -> dict:
    """Sweep and race of all kinds; `kept` keeps what is finished."""
    get = kept.get if kept else lambda name, run: run()
    vocabulary, learned, chooses, judges = read(settings)
    results, symbols = {}, len(vocabulary)
    with tqdm(total=len(settings["contestants"]) * (len(settings["rates"]) + len(settings["seeds"])), unit="run",
              miniters=1) as bar:

        def one(kind: str, rate: float, seed: int, text: np.ndarray, length: int, parts: int) -> dict:
            def train() -> dict:
                started = time.process_time()
                reader = learn(kind, rate, seed, symbols, learned, settings)
                seconds = round(time.process_time() - started, 1)
                return {"by place": by_place(reader, text, length, parts), "seconds": seconds}

            found = get(f"{kind} {rate} {seed}", train)
            bar.update()
            return found

        for kind in settings["contestants"]:
            sweep = {str(rate): one(kind, rate, settings["sweep_seed"], chooses, settings["window"], 2)["by place"][1]
                     for rate in settings["rates"]}
            rate = float(min(sweep, key=sweep.get))
            runs = [one(kind, rate, seed, judges, 256, 8) for seed in settings["seeds"]]
            reader = build(kind, symbols, settings)
            results[kind] = {
                "sweep": sweep, "rate": rate, "parameters": sum(weight.numel() for weight in reader.parameters()),
                "state": kept_numbers(reader(torch.zeros(2, 1, dtype=torch.long))[1]),
                "by place": [run["by place"] for run in runs], "seconds": [run["seconds"] for run in runs]}
    return results


def main() -> None:
    options(__doc__)
    kept = KeptRuns(__file__, SETTINGS)
    store(__file__, SETTINGS, run(SETTINGS, kept))
    kept.forget()


if __name__ == "__main__":
    main()
