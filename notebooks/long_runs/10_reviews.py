"""The reader behind chapter 10's explorer: an LSTM and a bag of words, trained on built-in reviews.

    .venv/bin/python notebooks/long_runs/10_reviews.py        writes 10_reviews.safetensors; 15 seconds

The LSTM is asked for the label after every word, so that its number after a word estimates the probability of praise,
given the words so far. Words are replaced by <unk> at random, so that a word it does not know says little.
"""

from itertools import count
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from seqlearn.course.long_runs import options, place
from seqlearn.data.reviews import grammar_words, reviews
from seqlearn.data.words import batches_by_length, encode, pad
from seqlearn.models.classifier import Classifier, real_steps
from seqlearn.training import save_weights, train

SETTINGS = {
    "seed": 0, "train_size": 8000, "test_size": 2000, "embedding_size": 16, "hidden_size": 32, "word_dropout": 0.1,
    "batch_size": 32, "epochs": 12, "learning_rate": 0.01, "max_norm": 1.0,
}
MINUTES = 0.25


class TwoReaders(nn.Module):
    """An LSTM that reads words in order, and a bag of words: one weight for each word, and a bias."""

    def __init__(self, vocabulary_size: int, settings: dict) -> None:
        super().__init__()
        self.lstm = Classifier(vocabulary_size, settings["embedding_size"], settings["hidden_size"],
                               word_dropout=settings["word_dropout"])
        self.bag = nn.EmbeddingBag(vocabulary_size, 1, mode="sum", padding_idx=0)
        self.bias = nn.Parameter(torch.zeros(1))
        nn.init.zeros_(self.bag.weight)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The logits of both readers: (T, N), after every word, and (N,)."""
        return self.lstm.beginnings(x), self.bag(x.T).squeeze(1) + self.bias


def run(settings: dict, *, progress: bool = True) -> tuple[TwoReaders, dict]:
    """The trained readers, and their accuracies on the test sentences."""
    task = reviews(settings["train_size"], settings["test_size"], seed=settings["seed"])
    vocabulary = {word: row for row, word in enumerate(["<pad>", "<unk>", *grammar_words()])}
    (rows, labels), (test_rows, test_labels) = (
        ([encode(text, vocabulary) for text, _ in part], np.array([label for _, label in part]))
        for part in (task.train, task.test)
    )
    torch.manual_seed(settings["seed"])
    rng = np.random.default_rng(settings["seed"])
    readers = TwoReaders(len(vocabulary), settings)
    optimizer = torch.optim.Adam(readers.parameters(), lr=settings["learning_rate"])

    def loss(readers: TwoReaders, batch: tuple) -> torch.Tensor:
        (x, lengths), wanted = batch
        after_words, bag = readers(x)
        mask = real_steps(lengths, len(x))
        losses = F.binary_cross_entropy_with_logits(after_words, wanted.expand_as(after_words), reduction="none")
        return (losses * mask).sum() / mask.sum() + F.binary_cross_entropy_with_logits(bag, wanted)
    # The rate falls after each epoch. Only the LSTM's gradient is clipped: the bag is not to feel it.
    updates = -(-len(rows) // settings["batch_size"])
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: max(1 - n // updates / settings["epochs"], 0))
    optimizer.register_step_pre_hook(
        lambda *_: nn.utils.clip_grad_norm_(readers.lstm.parameters(), settings["max_norm"]) and None)
    done = count()
    train(readers, lambda epoch: batches_by_length(rows, labels, settings["batch_size"], rng), loss,
          epochs=settings["epochs"], optimizer=optimizer, scheduler=falling, progress=progress,
          validate=lambda readers: -next(done))  # the last epoch's weights are kept: the rate has fallen by then
    with torch.no_grad():
        x, lengths = pad(test_rows)
        after_words, bag = readers(torch.from_numpy(x))
    last = after_words[torch.from_numpy(lengths) - 1, torch.arange(x.shape[1])]
    lstm, bag = (float(((each > 0).numpy() == test_labels).mean()) for each in (last, bag))
    return readers, {"lstm": lstm, "bag": bag}


def main() -> None:
    options(__doc__)
    readers, accuracies = run(SETTINGS)
    print(accuracies)
    save_weights(readers, place(Path(__file__).with_suffix(".safetensors")), **SETTINGS)


if __name__ == "__main__":
    main()
