"""IMDB by the published recipe, packing and GloVe's vectors, and two others beside it: chapter 10, 10_published.json.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_published.py            all kinds and seeds
    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_published.py --seed 0   one seed; stores nothing
    … 10_published.py --seed 0 --vectors 6B.100d --words 400       with larger vectors, of longer reviews

Vocabulary and validation part are those of 10_imdb.py. Every kind has the same words, batches, epochs, optimizer and
dropout. The epoch is chosen on the validation part, by the loss; the test reviews are looked at once, at the end. In a
first try of one seed, with a constant rate of 0.003, the validation loss jumped (0.49, 0.60, 0.50); hence the fall.
"""

import json
import time
from runpy import run_path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from seqlearn.course.long_runs import long_run, once, options, pieces, store
from seqlearn.data.glove import glove, glove_matrix
from seqlearn.data.imdb import imdb
from seqlearn.data.words import batches_by_length, build_vocabulary, encode
from seqlearn.models.classifier import real_steps, summarise, turn_round
from seqlearn.models.self_attention import Block, sinusoidal_positions
from seqlearn.training import train

SETTINGS = {
    "kinds": {
        "packed, GloVe": [0, 1, 2],  # the recipe; the numbers are seeds
        "self-attention, GloVe": [0, 1, 2],
        "masked, GloVe": [0],  # the recipe without packing
        "masked, random vectors": [0, 1, 2],
    },
    "vectors": "twitter.27B.25d",
    "vocabulary_size": 30_000,
    "last_words": 100,
    "hidden_size": 32,  # from each end
    "attention_size": 32,
    "attention_heads": 2,
    "attention_blocks": 1,
    "dropout": 0.5,
    "batch_size": 64,
    "epochs": 3,
    "learning_rate": 0.002,  # falls to a twentieth on a straight line
    "max_norm": 1.0,
    "validation_share": 0.1,
}
MINUTES = 5
TOLERANCE = {"best_epoch": None}


class Recurrent(nn.Module):
    """An LSTM from each end of a review; the two last states go to one logit."""

    def __init__(self, matrix: np.ndarray, settings: dict, *, packed: bool) -> None:
        super().__init__()
        self.packed = packed
        self.embedding = nn.Embedding.from_pretrained(torch.from_numpy(matrix), freeze=False, padding_idx=0)
        self.forwards = nn.LSTM(matrix.shape[1], settings["hidden_size"])
        self.backwards = nn.LSTM(matrix.shape[1], settings["hidden_size"])
        self.dropout = nn.Dropout(settings["dropout"])
        self.readout = nn.Linear(2 * settings["hidden_size"], 1)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """x (T, N), lengths (N,) → logits (N,)."""
        words = self.dropout(self.embedding(x))
        states = [self.last_state(self.forwards, words, lengths),
                  self.last_state(self.backwards, turn_round(words, lengths), lengths)]
        return self.readout(self.dropout(torch.cat(states, dim=1))).squeeze(1)

    def last_state(self, lstm: nn.LSTM, words: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """The state after each row's last word, (N, H)."""
        if self.packed:
            return lstm(pack_padded_sequence(words, lengths.cpu(), enforce_sorted=False))[1][0][0]
        return summarise(lstm(words)[0], lengths, ["last"])


class Attentive(nn.Module):
    """Blocks of self-attention over a review; the mean over its words goes to one logit."""

    def __init__(self, matrix: np.ndarray, settings: dict) -> None:
        super().__init__()
        size = settings["attention_size"]
        self.embedding = nn.Embedding.from_pretrained(torch.from_numpy(matrix), freeze=False, padding_idx=0)
        self.widen = nn.Linear(matrix.shape[1], size)
        self.register_buffer("positions", sinusoidal_positions(settings["last_words"], size), persistent=False)
        self.blocks = nn.ModuleList(Block(size, settings["attention_heads"], 2 * size)
                                    for _ in range(settings["attention_blocks"]))
        self.norm, self.dropout = nn.LayerNorm(size), nn.Dropout(settings["dropout"])
        self.readout = nn.Linear(size, 1)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """x (T, N), lengths (N,) → logits (N,)."""
        words = self.widen(self.dropout(self.embedding(x))) + self.positions[: len(x), None]
        mask = real_steps(lengths, len(x)).T  # (N, T)
        for block in self.blocks:
            words, _ = block(words, mask)
        return self.readout(self.dropout(summarise(self.norm(words), lengths, ["mean"]))).squeeze(1)


@once
def prepare(settings: dict) -> dict:
    """The three parts as rows of a vocabulary that is built from the training part alone, and the vectors' matrix."""
    reviews = imdb()
    labels, test_labels = (np.array([label for _, label in part]) for part in (reviews.train, reviews.test))
    split = run_path(str(long_run("10_imdb.py")))["split"]
    chosen, validation = split(labels, settings["validation_share"])
    vocabulary = build_vocabulary((reviews.train[n][0] for n in chosen), settings["vocabulary_size"])
    rows, test_rows = ([encode(text, vocabulary, last=settings["last_words"]) for text, _ in part]
                       for part in (reviews.train, reviews.test))
    words, vectors = glove(vocabulary.keys(), name=settings["vectors"])
    matrix, coverage = glove_matrix(vocabulary, words, vectors)
    return {"train": ([rows[n] for n in chosen], labels[chosen]), "shared": reviews.shared, "matrix": matrix,
            "validation": ([rows[n] for n in validation], labels[validation]), "test": (test_rows, test_labels),
            "vectors found": int((matrix != 0).any(axis=1).sum()), "coverage of the vocabulary": round(coverage, 3)}


def make_model(kind: str, matrix: np.ndarray, settings: dict, seed: int) -> nn.Module:
    """The model of a kind. Random vectors have the deviation of the words that GloVe knows; <pad> stays zero."""
    torch.manual_seed(seed)
    matrix = matrix.copy()  # the model trains it on
    if kind.endswith("random vectors"):
        deviation = matrix[(matrix != 0).any(axis=1)].std()
        matrix[1:] = np.random.default_rng(seed).normal(0, deviation, matrix[1:].shape)
    if kind.startswith("self-attention"):
        return Attentive(matrix, settings)
    return Recurrent(matrix, settings, packed=kind.startswith("packed"))


def loss(model: nn.Module, batch: tuple) -> torch.Tensor:
    (x, lengths), labels = batch
    return F.binary_cross_entropy_with_logits(model(x, lengths), labels)


@torch.no_grad()
def score(model: nn.Module, rows: list[np.ndarray]) -> np.ndarray:
    """The logit of every review (N,), in their order."""
    logits = np.zeros(len(rows), dtype=np.float32)
    for (x, lengths), chosen in batches_by_length(rows, np.arange(len(rows)), 64):
        logits[chosen.astype(int)] = model(torch.from_numpy(x), torch.from_numpy(lengths)).numpy()
    return logits


def train_and_test(kind: str, seed: int, data: dict, settings: dict) -> dict:
    """How the training went, and the percentage of right answers on validation and test."""
    model = make_model(kind, data["matrix"], settings, seed)
    rows, labels = data["train"]

    def batches(epoch):
        return batches_by_length(rows, labels, settings["batch_size"], np.random.default_rng([seed, epoch]))

    def cost(model):
        logits, wanted = score(model, data["validation"][0]), data["validation"][1]
        return float(np.mean(np.logaddexp(0, logits) - wanted * logits))

    started = time.process_time()
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    updates = settings["epochs"] * -(-len(rows) // settings["batch_size"])
    history = train(model, batches, loss, epochs=settings["epochs"], optimizer=optimizer, validate=cost,
                    scheduler=torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, updates),
                    max_norm=settings["max_norm"], progress=False)
    minutes = (time.process_time() - started) / 60
    percent = {}
    for name in ("validation", "test"):
        right = (score(model, data[name][0]) > 0) == data[name][1]
        percent[name] = round(100 * float(right.mean()), 2)
    alone = np.setdiff1d(np.arange(len(right)), data["shared"])
    return {"seed": seed, **percent, "without shared": round(100 * float(right[alone].mean()), 2),
            "best_epoch": history.best_epoch, "loss": [round(each, 4) for each in history.loss],
            "validation loss": [round(each, 4) for each in history.validation],
            "parameters": sum(each.numel() for each in model.parameters()), "processor minutes": round(minutes, 1)}


def about_the_vectors(settings: dict) -> dict:
    """How many words have one."""
    return {name: prepare(settings)[name] for name in ("vectors found", "coverage of the vocabulary")}


def prepare_and_test(kind: str, seed: int, settings: dict) -> dict:
    """What `train_and_test` finds; it is printed as well."""
    found = train_and_test(kind, seed, prepare(settings), settings)
    print(kind, json.dumps(found), flush=True)
    return found


def run(settings: dict, seed: int | None = None) -> dict:
    """Kind → one entry for each seed; and how many words of the vocabulary have a vector."""
    kinds = {kind: seeds if seed is None else [seed] for kind, seeds in settings["kinds"].items()}
    (results,) = pieces(about_the_vectors, [(settings,)])
    found = iter(pieces(prepare_and_test, [(kind, each, settings) for kind, seeds in kinds.items() for each in seeds]))
    return results | {kind: [next(found) for _ in seeds] for kind, seeds in kinds.items()}


def main() -> None:
    chosen = options(__doc__, seed={"type": int, "help": "run this seed alone, print, and store nothing"},
                     vectors={"help": "with --seed: other vectors, such as 6B.100d"},
                     words={"type": int, "help": "with --seed: the last words of a review that are read"})
    if chosen.seed is None:
        store(__file__, SETTINGS, run(SETTINGS))
    else:
        run(SETTINGS | {"vectors": chosen.vectors or SETTINGS["vectors"],
                        "last_words": chosen.words or SETTINGS["last_words"]}, chosen.seed)


if __name__ == "__main__":
    main()
