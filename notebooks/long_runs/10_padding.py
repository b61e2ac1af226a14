"""Padding done wrong and right, in three places: accuracies for chapter 10, stored in 10_padding.json.

    .venv/bin/python notebooks/long_runs/10_padding.py        about 5 minutes on one core

Every model is an embedding, an LSTM and a linear layer, trained on built-in reviews that are padded to one length. Each
is tested twice on the same reviews: padded as in training, and one review at a time, without padding. The variations
train wrong models longer, with less padding, or with the vector of <pad> kept at zero.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
from seqlearn.data.reviews import beginnings, reviews
from seqlearn.data.words import build_vocabulary, encode, pad
from seqlearn.models.classifier import real_steps
from seqlearn.training import train

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4], "train_size": 4000, "test_size": 1000, "padded_length": 64, "embedding_size": 16,
    "hidden_size": 32, "batch_size": 32, "epochs": 8, "learning_rate": 0.01, "max_norm": 1.0,
    "padding_idx": None,
    "variations": {
        "state, three times as long": {"case": "state, wrong", "epochs": 24},
        "state, padded to the batch's longest": {"case": "state, wrong", "padded_length": None},
        "state, padded to 22 steps": {"case": "state, wrong", "padded_length": 22, "epochs": 24},
        "mean, <pad> kept at zero": {"case": "mean, wrong", "padding_idx": 0},
    },
}
MINUTES = 5
TOLERANCE = {"*": [0.05, 0.05]}
CASES = [f"{place}, {how}" for place in ("state", "loss", "mean") for how in ("wrong", "right")]


class Reader(nn.Module):
    """One logit from the last state ("state"), from every state ("loss") or from the mean of the states ("mean")."""

    def __init__(self, vocabulary_size: int, settings: dict) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, settings["embedding_size"],
                                      padding_idx=settings["padding_idx"])
        self.lstm = nn.LSTM(settings["embedding_size"], settings["hidden_size"])
        self.readout = nn.Linear(settings["hidden_size"], 1)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor, case: str) -> torch.Tensor:
        """Logits (N,). Wrong: the padded steps, up to T, count as steps."""
        place, how = case.split(", ")
        outputs = self.lstm(self.embedding(x))[0]
        if place == "mean":
            if how == "wrong":
                summary = outputs.mean(dim=0)
            else:
                summary = (outputs * real_steps(lengths, len(x))[:, :, None]).sum(dim=0) / lengths[:, None]
        elif (place, how) == ("state", "wrong"):
            summary = outputs[-1]
        else:
            summary = outputs[lengths - 1, torch.arange(x.shape[1])]
        return self.readout(summary).squeeze(1)

    def loss(self, x: torch.Tensor, lengths: torch.Tensor, labels: torch.Tensor, case: str) -> torch.Tensor:
        """Mean cross-entropy; in the place "loss" the label is asked for after every word, or after every step."""
        if not case.startswith("loss"):
            return F.binary_cross_entropy_with_logits(self(x, lengths, case), labels)
        logits = self.readout(self.lstm(self.embedding(x))[0]).squeeze(2)  # (T, N)
        losses = F.binary_cross_entropy_with_logits(logits, labels.expand_as(logits), reduction="none")
        if case == "loss, wrong":
            return losses.mean()
        mask = real_steps(lengths, len(x))
        return (losses * mask).sum() / mask.sum()


def train_and_test(case: str, seed: int, settings: dict) -> dict:
    """Accuracies on the test reviews after every epoch, padded and one at a time, and for the place "loss" what the
    training reports at the end: the loss, and the share of right answers, over all steps and over the real ones."""
    task = reviews(settings["train_size"], settings["test_size"], seed=seed)
    vocabulary = build_vocabulary(text for text, _ in task.train)
    parts = [([encode(text, vocabulary) for text, _ in part], np.array([label for _, label in part], dtype=np.float32))
             for part in (task.train, task.test)]
    (rows, labels), (test_rows, test_labels) = parts
    length = settings["padded_length"]
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = Reader(len(vocabulary), settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    updates = -(-len(rows) // settings["batch_size"])  # an epoch has; the rate falls after each epoch
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: max(1 - n // updates / settings["epochs"], 0))
    found: dict = {"padded": [], "alone": []}

    def batches(epoch):
        order = rng.permutation(len(rows))
        for start in range(0, len(rows), settings["batch_size"]):
            chosen = order[start : start + settings["batch_size"]]
            yield pad([rows[n] for n in chosen], length), labels[chosen]

    def measure(model):
        """Note the epoch's numbers; the accuracy alone is what counts."""
        x, lengths = map(torch.from_numpy, pad(test_rows, length))
        found["padded"].append(accuracy(model(x, lengths, case), test_labels))
        right = sum(accuracy(model(*batch, case), wanted) * len(wanted)
                    for batch, wanted in _by_exact_length(test_rows, test_labels))
        found["alone"].append(round(right / len(test_rows), 4))
        if case.startswith("loss"):
            found.update(_over_all_and_real_steps(model, x, lengths, test_labels))
        return -found["alone"][-1]

    train(model, batches, lambda model, batch: model.loss(*batch[0], batch[1], case), epochs=settings["epochs"],
          optimizer=optimizer, scheduler=falling, validate=measure, max_norm=settings["max_norm"], progress=False)
    return found


def _over_all_and_real_steps(model: Reader, x: torch.Tensor, lengths: torch.Tensor, labels: np.ndarray) -> dict:
    """Mean loss and share of right answers, as a training reports them: over all steps, and over the real ones."""
    logits = model.readout(model.lstm(model.embedding(x))[0]).squeeze(2)
    wanted, mask = torch.from_numpy(labels).expand_as(logits), real_steps(lengths, len(x))
    losses = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    right = ((logits > 0) == (wanted > 0.5)).float()
    return {f"{name}, {which} steps": round(values[chosen].mean().item(), 3)
            for name, values in (("loss", losses), ("answers", right))
            for which, chosen in (("all", mask | True), ("real", mask))}


def accuracy(logits: torch.Tensor, labels: np.ndarray) -> float:
    """Share of logits (N,) on the side of their labels (N,)."""
    return round(float(((logits > 0).numpy() == labels).mean()), 4)


def _by_exact_length(rows, labels):
    """Batches of reviews of one length: without any padding, as if each were read alone."""
    for length in sorted({len(row) for row in rows}):
        chosen = [n for n, row in enumerate(rows) if len(row) == length]
        yield tuple(map(torch.from_numpy, pad([rows[n] for n in chosen]))), labels[chosen]


def best_at_real_words(seed: int) -> float:
    """The share of right answers, over all words of reviews like those of the test, of a reader who knows the grammar
    and answers after every word with the likelier label."""
    chances = beginnings(reviews(seed=seed).test_templates)
    return round(sum(max(pair) for pair in chances.values()) / sum(sum(pair) for pair in chances.values()), 3)


def run(settings: dict) -> dict:
    """Case or variation → what `train_and_test` finds, one for each seed; what the best reader of the beginnings of the
    test's reviews gets right, for each seed; and the minutes of processor time it took."""
    started = processor_seconds()
    runs = {case: (case, settings) for case in CASES}
    runs |= {name: (change["case"], settings | change) for name, change in settings["variations"].items()}
    found = iter(pieces(train_and_test, [(case, seed, changed) for case, changed in runs.values()
                                         for seed in settings["seeds"]]))
    results = {name: [next(found) for _ in settings["seeds"]] for name in runs}
    return {**results, "best at real words": pieces(best_at_real_words, [(seed,) for seed in settings["seeds"]]),
            "minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
