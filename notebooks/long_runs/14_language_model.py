"""The language models of chapter 14: attention with three kinds of positions and the LSTM of chapter 09, five seeds.

    .venv/bin/python notebooks/long_runs/14_language_model.py    # about 6 minutes of one core

All read the same number of characters of the same text in training. Each kind gets its learning rate from a sweep, on a
seed that does not race; the first half of the held-out text chooses the rate, the second half judges. Losses are in
nats a character, by place: windows of 256 characters, each of which begins with nothing known, in eight parts of 32.
Two kinds race once more with four times the budget, and the rotary one with twice the blocks.
"""

import math
import time

import numpy as np
import torch
from torch.nn import functional as F
from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, store
from seqlearn.data.corpus import Vocabulary, course_corpus
from seqlearn.models.language_model import CarriedLoss, LanguageModel, evaluate, text_blocks
from seqlearn.models.self_attention import SelfAttentionModel
from seqlearn.training import train

SETTINGS = {
    "part": "scenes",
    "train_share": 0.9,
    "kinds": ["rotary", "sinusoidal", "learned", "lstm"],
    "model_size": 64,
    "num_heads": 4,
    "num_layers": 2,
    "lstm": {"hidden_size": 128, "embedding_size": 32},
    "window": 64,
    "rows": 16,
    "updates": 250,
    "rates": [0.003, 0.01, 0.03, 0.1],  # at the top: they rise for 25 updates and fall along half a cosine
    "max_norm": 1.0,
    "seeds": [0, 1, 2, 3, 4],
    "sweep_seed": 100,
    "deeper": {"num_layers": 4, "model_size": 48},  # with rotary positions; still fewer weights than the LSTM
    "longer": {"kinds": ["rotary", "lstm"], "updates": 1000, "rates": [0.01, 0.03, 0.1]},
}


def read(settings: dict) -> tuple[Vocabulary, np.ndarray, np.ndarray, np.ndarray]:
    """The vocabulary, and as integers: the text to train on, the text that chooses the rate, the text that judges."""
    text = course_corpus(settings["part"])
    vocabulary = Vocabulary(text)
    cut = int(settings["train_share"] * len(text))
    middle = (cut + len(text)) // 2
    return vocabulary, *(vocabulary.encode(part) for part in (text[:cut], text[cut:middle], text[middle:]))


def warm_cosine(optimizer: torch.optim.Optimizer, updates: int) -> torch.optim.lr_scheduler.LambdaLR:
    """The rate rises for a tenth of the updates, then falls along half a cosine to 0."""
    warm = updates // 10

    def share(update: int) -> float:
        return min(1.0, (update + 1) / warm) * (1 + math.cos(math.pi * min(1.0, update / updates))) / 2

    return torch.optim.lr_scheduler.LambdaLR(optimizer, share)


def windows(text: np.ndarray, length: int, rows: int, updates: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """As many batches as updates: inputs and targets (length, rows) from anywhere in the text."""
    rng, batches = np.random.default_rng(seed), []
    for _ in range(updates):
        places = rng.integers(len(text) - length, size=rows) + np.arange(length + 1)[:, None]
        batches.append((text[places[:-1]], text[places[1:]]))
    return batches


def window_loss(model: SelfAttentionModel, batch: tuple) -> torch.Tensor:
    """The mean surprise of a batch of windows, in nats."""
    inputs, targets = batch
    logits, _ = model(inputs, need_weights=False)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def learn(kind: str, rate: float, seed: int, vocabulary: Vocabulary, text: np.ndarray, settings: dict):
    """A trained model of one kind."""
    torch.manual_seed(seed)
    V, window, rows, updates = len(vocabulary), settings["window"], settings["rows"], settings["updates"]
    if kind == "lstm":
        model, loss = LanguageModel(V, cell="lstm", **settings["lstm"]), CarriedLoss()
        one_pass = text_blocks(text, rows, window)
        batches = (one_pass * (updates // len(one_pass) + 1))[:updates]
    else:
        model, loss = SelfAttentionModel(V, settings["model_size"], V, num_heads=settings["num_heads"], causal=True,
                                         num_layers=settings["num_layers"], positions=kind), window_loss
        batches = windows(text, window, rows, updates, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    train(model, batches, loss, epochs=1, optimizer=optimizer, scheduler=warm_cosine(optimizer, updates),
          max_norm=settings["max_norm"], progress=False)
    return model


@torch.no_grad()
def by_place(model, text: np.ndarray, length: int, parts: int) -> list[float]:
    """The mean surprise in each of so many equal parts of windows that begin with nothing known."""
    count = (len(text) - 1) // length
    inputs, targets = (torch.as_tensor(text[start : start + count * length].reshape(count, length).T.copy())
                       for start in (0, 1))
    more = {} if isinstance(model, LanguageModel) else {"need_weights": False}
    logits, _ = model(inputs, **more)
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").reshape(parts, -1)
    return [round(loss, 4) for loss in losses.mean(dim=1).tolist()]


def run_kind(kind: str, settings: dict, bar=None) -> dict:
    """Sweep and race of one kind: the rate, and for each seed the losses by place, and what else is asked of it."""
    vocabulary, learned, chooses, judges = read(settings)
    sweep, entry = {}, {"by place": []}
    for rate in settings["rates"]:
        model = learn(kind, rate, settings["sweep_seed"], vocabulary, learned, settings)
        sweep[str(rate)] = by_place(model, chooses, settings["window"], 2)[1]
        if bar is not None:
            bar.update()
    rate = float(min(sweep, key=sweep.get))
    entry |= {"sweep": sweep, "rate": rate, "parameters": sum(weight.numel() for weight in model.parameters())}
    for seed in settings["seeds"]:
        model = learn(kind, rate, seed, vocabulary, learned, settings)
        entry["by place"].append(by_place(model, judges, 256, 8))
        if kind == "lstm":
            entry.setdefault("carried", []).append(round(evaluate(model, text_blocks(judges, 1, 64)), 4))
        else:
            for block in model.blocks:
                block.attention.reach = settings["window"]
            entry.setdefault("by place, reach of the training", []).append(by_place(model, judges, 256, 8))
        if bar is not None:
            bar.update()
    return entry


def run(settings: dict) -> dict:
    """All kinds, and the minutes that they took."""
    started = time.process_time()
    with tqdm(total=len(settings["kinds"]) * (len(settings["rates"]) + len(settings["seeds"])), unit="run") as bar:
        results = {kind: run_kind(kind, settings, bar) for kind in settings["kinds"]}
    results["rotary, four blocks"] = run_kind("rotary", settings | settings["deeper"])
    longer = settings | settings["longer"]
    results |= {f"{kind}, longer": run_kind(kind, longer) for kind in longer["kinds"]}
    return results | {"minutes": round((time.process_time() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
