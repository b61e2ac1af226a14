"""The language models of chapter 14: attention with three kinds of positions and the LSTM of chapter 09, five seeds.

    .venv/bin/python notebooks/long_runs/14_language_model.py    # about 6 minutes of one core

All read the same number of characters of the same text in training. Each kind gets its learning rate from a sweep, on a
seed that does not race; the first half of the held-out text chooses the rate, the second half judges. Losses are in
nats a character, by place: windows of 256 characters, each of which begins with nothing known, in eight parts of 32.
Two kinds race once more with four times the budget, and the rotary one with twice the blocks.
"""

import math

import numpy as np
import torch
from torch.nn import functional as F

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
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
MINUTES = 6
TOLERANCE = {"sweep": 0.1}


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


def try_rate(kind: str, rate: float, settings: dict) -> list:
    """One run of the sweep: the loss on the text that chooses, and how many weights the model has."""
    vocabulary, learned, chooses, _ = read(settings)
    model = learn(kind, rate, settings["sweep_seed"], vocabulary, learned, settings)
    return [by_place(model, chooses, settings["window"], 2)[1], sum(weight.numel() for weight in model.parameters())]


def race(kind: str, rate: float, seed: int, settings: dict) -> dict:
    """On the text that judges the losses by place, and what else is asked of the kind."""
    vocabulary, learned, _, judges = read(settings)
    model = learn(kind, rate, seed, vocabulary, learned, settings)
    found = {"by place": by_place(model, judges, 256, 8)}
    if kind == "lstm":
        return found | {"carried": round(evaluate(model, text_blocks(judges, 1, 64)), 4)}
    for block in model.blocks:
        block.attention.reach = settings["window"]
    return found | {"by place, reach of the training": by_place(model, judges, 256, 8)}


def run(settings: dict) -> dict:
    """All kinds, each with its sweep, its rate and for each seed what `race` finds; and the minutes that they took."""
    started, longer = processor_seconds(), settings | settings["longer"]
    ways = {kind: (kind, settings) for kind in settings["kinds"]}
    ways["rotary, four blocks"] = ("rotary", settings | settings["deeper"])
    ways |= {f"{kind}, longer": (kind, longer) for kind in longer["kinds"]}
    tried = iter(pieces(try_rate, [(kind, rate, own) for kind, own in ways.values() for rate in own["rates"]]))
    results: dict = {}
    for name, (_, own) in ways.items():
        losses, (parameters, *_) = zip(*(next(tried) for _ in own["rates"]), strict=True)
        sweep = dict(zip(map(str, own["rates"]), losses, strict=True))
        results[name] = {"by place": [], "sweep": sweep, "rate": float(min(sweep, key=sweep.get)),
                         "parameters": parameters}
    raced = iter(pieces(race, [(kind, results[name]["rate"], seed, own) for name, (kind, own) in ways.items()
                               for seed in own["seeds"]]))
    for name, (_, own) in ways.items():
        for found in (next(raced) for _ in own["seeds"]):
            for what, value in found.items():
                results[name].setdefault(what, []).append(value)
    return results | {"minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
