"""What the parts of a block are good for, in chapter 14: blocks with one part less, five seeds, and the scale 1/√d.

    .venv/bin/python notebooks/long_runs/14_blocks.py    # about 10 minutes of one core

Small language models read the scenes in windows of 32 characters, all with rotary positions, a causal mask and the same
number of updates. Every kind gets its learning rate from a sweep, on a seed that does not race; the first half of the
held-out text chooses the rate, the second half judges. "attention twice" has a second attention where the feed-forward
network was, with about as many weights. "no norm" lacks the norm before the readout as well; "no last norm" lacks that
one alone, and "last norm alone" those in the blocks. The scale is tried on another task, reversing 12 digits.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
from seqlearn.data.corpus import Vocabulary, course_corpus
from seqlearn.models.self_attention import SelfAttention, SelfAttentionModel
from seqlearn.training import train

SETTINGS = {
    "part": "scenes",
    "train_share": 0.9,
    "kinds": {
        "whole block": [4, {}],  # blocks, what is different, and by how much the embeddings are larger at the start
        "no residual": [4, {"residual": False}],
        "no norm": [4, {"norm": "none"}],
        "no last norm": [4, {"last": False}],
        "last norm alone": [4, {"norm": "none", "last": True}],
        "norm after the sum": [4, {"norm": "after"}],
        "no feed-forward": [4, {"second": "none"}],
        "attention twice": [4, {"second": "attention"}],
        "one whole block": [1, {}],
        "one, no residual": [1, {"residual": False}],
        "one, no norm": [1, {"norm": "none"}],
        "one, no last norm": [1, {"last": False}],
        "twelve whole blocks": [12, {}],
        "twelve, no norm": [12, {"norm": "none"}],
        "twelve, no last norm": [12, {"last": False}],
        "twelve, norm after": [12, {"norm": "after"}],
        "large embeddings": [4, {}, 10],
        "large, no norm": [4, {"norm": "none"}, 10],
        "large, norm after": [4, {"norm": "after"}, 10],
    },
    "model_size": 32,
    "num_heads": 4,
    "window": 32,
    "rows": 16,
    "updates": 200,
    "rates": [0.003, 0.01, 0.03, 0.1, 0.3],  # at the top: they rise for 20 updates and fall along half a cosine
    "max_norm": 1.0,
    "seeds": [0, 1, 2, 3, 4],
    "sweep_seed": 100,
    "lengths": {
        "kinds": [["sinusoidal", 1, 250], ["sinusoidal", 1, 1000], ["sinusoidal", 2, 1000], ["both ends", 1, 250]],
        "digits": [4, 12],
        "rate": 0.01,
    },
    "scale": {"digits": 12, "updates": 120, "rates": [0.001, 0.003, 0.01, 0.03]},
}
MINUTES = 10
TOLERANCE = {"sweep": 0.1, "lengths": [0.1, 0.05], "scale": [0.1, 0.05]}


class AblatedBlock(nn.Module):
    """`Block` of seqlearn.models.self_attention with parts left out or exchanged."""

    def __init__(self, model_size: int, num_heads: int, *, residual: bool = True, norm: str = "before",
                 second: str = "feed-forward") -> None:  # fmt: skip
        super().__init__()
        self.residual, self.norm = residual, norm
        self.norms = nn.ModuleList(nn.LayerNorm(model_size) for _ in range(2))
        self.parts = nn.ModuleList([SelfAttention(model_size, num_heads, causal=True, rotary=True)])
        if second == "attention":
            self.parts.append(SelfAttention(model_size, num_heads, causal=True, rotary=True))
        elif second == "feed-forward":
            self.parts.append(nn.Sequential(nn.Linear(model_size, 2 * model_size), nn.ReLU(),
                                            nn.Linear(2 * model_size, model_size)))

    def forward(self, x: torch.Tensor, mask: None = None, *, need_weights: bool = False) -> tuple[torch.Tensor, None]:
        for part, norm in zip(self.parts, self.norms, strict=False):
            given = norm(x) if self.norm == "before" else x
            made = part(given, need_weights=False)[0] if isinstance(part, SelfAttention) else part(given)
            x = x + made if self.residual else made
            x = norm(x) if self.norm == "after" else x
        return x, None


def read(settings: dict) -> tuple[Vocabulary, np.ndarray, np.ndarray, np.ndarray]:
    """The vocabulary, and as integers: the text to train on, the text that chooses the rate, the text that judges."""
    text = course_corpus(settings["part"])
    vocabulary = Vocabulary(text)
    cut = int(settings["train_share"] * len(text))
    middle = (cut + len(text)) // 2
    return vocabulary, *(vocabulary.encode(part) for part in (text[:cut], text[cut:middle], text[middle:]))


def window_loss(model: SelfAttentionModel, batch: tuple) -> torch.Tensor:
    """The mean surprise of a batch of windows, in nats."""
    inputs, targets = batch
    logits, _ = model(inputs, need_weights=False)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def learn(kind: str, rate: float, seed: int, size: int, text: np.ndarray, settings: dict) -> SelfAttentionModel:
    """A trained model of one kind."""
    torch.manual_seed(seed)
    window, updates, (layers, change, *times) = settings["window"], settings["updates"], settings["kinds"][kind]
    M, heads = settings["model_size"], settings["num_heads"]
    last = change.get("last", change.get("norm", "before") == "before")
    change = {name: value for name, value in change.items() if name != "last"}
    model = SelfAttentionModel(size, M, size, causal=True, positions="rotary")
    model.blocks = nn.ModuleList(AblatedBlock(M, heads, **change) for _ in range(layers))
    for factor in times:
        model.embedding.weight.data *= factor
    if not last:
        model.norm = nn.Identity()  # with the norm after the sum the last block ends in one
    rng, batches = np.random.default_rng(seed), []
    for _ in range(updates):
        places = rng.integers(len(text) - window, size=settings["rows"]) + np.arange(window + 1)[:, None]
        batches.append((text[places[:-1]], text[places[1:]]))
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    warm = updates // 10
    fall = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: min(1.0, (update + 1) / warm) * (
        1 + math.cos(math.pi * min(1.0, update / updates))) / 2)
    train(model, batches, window_loss, epochs=1, optimizer=optimizer, scheduler=fall, max_norm=settings["max_norm"],
          progress=False)
    return model


@torch.no_grad()
def judge(model: SelfAttentionModel, text: np.ndarray, window: int) -> float:
    """The mean surprise of the second half of each window, in nats: at least half a window was read before."""
    count = (len(text) - 1) // window
    inputs, targets = (torch.as_tensor(text[start : start + count * window].reshape(count, window).T.copy())
                       for start in (0, 1))
    logits = model(inputs, need_weights=False)[0][window // 2 :]
    return round(F.cross_entropy(logits.flatten(0, 1), targets[window // 2 :].flatten()).item(), 4)


def try_rate(kind: str, rate: float, settings: dict) -> float:
    """One run of the sweep: the loss on the text that chooses."""
    vocabulary, learned, chooses, _ = read(settings)
    model = learn(kind, rate, settings["sweep_seed"], len(vocabulary), learned, settings)
    return judge(model, chooses, settings["window"])


def race(kind: str, rate: float, seed: int, settings: dict) -> list:
    """The loss on the text that judges, and how many weights the model uses."""
    vocabulary, learned, _, judges = read(settings)
    model = learn(kind, rate, seed, len(vocabulary), learned, settings)
    used = sum(weight.numel() for weight in model.parameters() if weight.grad is not None)
    return [judge(model, judges, settings["window"]), used]


def kinds(settings: dict) -> dict:
    """Sweep and race of all kinds: the rate, the losses of all seeds, and how many weights the model has."""
    found, seeds = {}, settings["seeds"]
    tried = iter(pieces(try_rate, [(kind, rate, settings) for kind in settings["kinds"] for rate in settings["rates"]]))
    for kind in settings["kinds"]:
        sweep = {str(rate): next(tried) for rate in settings["rates"]}
        found[kind] = {"sweep": sweep, "rate": float(min(sweep, key=sweep.get))}
    raced = iter(pieces(race, [(kind, entry["rate"], seed, settings) for kind, entry in found.items()
                               for seed in seeds]))
    for entry in found.values():
        losses, (used, *_) = zip(*(next(raced) for _ in seeds), strict=True)
        entry |= {"losses": list(losses), "parameters": used}
    return found


def lengths(settings: dict, seeds: list[int]) -> dict:
    """Share of digits right after a training to reverse many lengths: at each of these lengths, and at 20.

    A key such as "sinusoidal, 2 blocks, 1000 updates" → one list a seed, from the shortest length up, and 20.
    """
    rows = iter(pieces(right_by_length, [(*kind, seed, settings) for kind in settings["kinds"] for seed in seeds]))
    return {f"{positions}, {blocks} block{'s' * (blocks > 1)}, {updates} updates": [next(rows) for _ in seeds]
            for positions, blocks, updates in settings["kinds"]}


def right_by_length(positions: str, blocks: int, updates: int, seed: int, settings: dict) -> list[float]:
    shortest, longest = settings["digits"]
    torch.manual_seed(seed)
    model = SelfAttentionModel(10, 32, 10, num_layers=blocks, positions=positions)
    rng = np.random.default_rng(seed)
    batches = [rng.integers(10, size=(rng.integers(shortest, longest + 1), 64)) for _ in range(updates)]
    train(model, batches, reversal_loss, epochs=1, learning_rate=settings["rate"], progress=False)
    return [share_right(model, torch.as_tensor(np.random.default_rng(length).integers(10, size=(length, 500))))
            for length in [*range(shortest, longest + 1), 20]]


def reversal_loss(model: SelfAttentionModel, digits: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(model(digits)[0].flatten(0, 1), digits.flip(0).flatten())


@torch.no_grad()
def share_right(model: SelfAttentionModel, digits: torch.Tensor) -> float:
    return round((model(digits)[0].argmax(dim=2) == digits.flip(0)).double().mean().item(), 4)


def scales(settings: dict, seeds: list[int]) -> dict:
    """Share of digits right after a short training, with the scale 1/√d and without it: rate → one number a seed."""
    shares = iter(pieces(reversed_right, [(scaled, rate, seed, settings) for scaled in (True, False)
                                          for rate in settings["rates"] for seed in seeds]))
    return {name: {str(rate): [next(shares) for _ in seeds] for rate in settings["rates"]}
            for name in ("scaled", "not scaled")}


def reversed_right(scaled: bool, rate: float, seed: int, settings: dict) -> float:
    test = torch.as_tensor(np.random.default_rng(0).integers(10, size=(settings["digits"], 500)))
    torch.manual_seed(seed)
    model, rng = SelfAttentionModel(10, 32, 10), np.random.default_rng(100 + seed)
    if not scaled:  # queries √d times as large undo the division
        query = model.blocks[0].attention.query
        query.register_forward_hook(lambda module, inputs, output: output * math.sqrt(32))
    batches = [rng.integers(10, size=(settings["digits"], 64)) for _ in range(settings["updates"])]

    train(model, batches, reversal_loss, epochs=1, learning_rate=rate, progress=False)
    return share_right(model, test)


def run(settings: dict) -> dict:
    """All kinds of blocks, the scale, and the minutes that they took."""
    started = processor_seconds()
    results = kinds(settings)
    results["scale"] = scales(settings["scale"], settings["seeds"])
    results["lengths"] = lengths(settings["lengths"], settings["seeds"])
    return results | {"minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
