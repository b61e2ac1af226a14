"""Translators of English number names to German: two for chapter 15's explorer, and what one vector can learn.

    .venv/bin/python notebooks/long_runs/15_number_names.py        some eight minutes of one processor

15_number_names.safetensors: a translator with attention and one without. Both read the same 2,000 pairs; the one
without has its context once, as the first state, and reads them three times as often.
15_number_names.json: eight ways to train, five seeds each, and the share of numbers that come out whole, by the length
of the English name: of numbers that were trained on, and of 500 others, the same for all.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from seqlearn.course.long_runs import once, options, pieces, place, store
from seqlearn.data.number_names import number_names
from seqlearn.data.pairs import Pairs
from seqlearn.models.seq2seq import sequence_loss
from seqlearn.models.translator import make_translator, translate
from seqlearn.training import save_weights, train

SETTINGS = {
    "epochs": {"attention": 8, "once": 24}, "seed": 0, "train_size": 2000, "test_size": 500, "embedding_size": 24,
    "hidden_size": 48, "batch_size": 32, "learning_rate": 0.01, "max_norm": 1.0, "max_steps": 15,
    "controls": [
        {"kind": "attention", "epochs": 4},
        {"kind": "once", "epochs": 6},
        {"kind": "once", "epochs": 24},
        {"kind": "once", "epochs": 40},
        {"kind": "every step", "epochs": 24},
        {"kind": "once", "epochs": 24, "hidden_size": 96},
        {"kind": "once", "epochs": 12, "train_size": 5000},
        {"kind": "once", "epochs": 8, "train_size": 20_000, "batch_size": 64},
    ],
    "seeds": [0, 1, 2, 3, 4],
    "lengths": [[1, 2], [3, 4], [5, 6], [7, 9]],  # words of the English name
}
MINUTES = 8
TOLERANCE = {"train": [0.1, 10], "test": [0.1, 10]}


def make(kind: str, pairs: Pairs, settings: dict) -> nn.Module:
    """A translator with fresh weights."""
    return make_translator(kind, pairs, hidden_size=settings["hidden_size"], embedding_size=settings["embedding_size"])


def fit(kind: str, pairs: Pairs, settings: dict, epochs: int, seed: int, progress: bool = True) -> nn.Module:
    """A translator; every epoch its steps are smaller."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = make(kind, pairs, settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    steps = -(-len(pairs.train) // settings["batch_size"])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1 - done // steps / epochs)
    train(model, lambda epoch: pairs.batches(settings["batch_size"], rng),
          lambda model, batch: sequence_loss(model(batch.source, batch.inputs, batch.lengths), batch.targets),
          epochs=epochs, optimizer=optimizer, scheduler=scheduler, max_norm=settings["max_norm"], progress=progress)
    return model


def translators(settings: dict, *, progress: bool = True) -> nn.ModuleDict:
    """The two of the explorer."""
    weights = pieces(weights_of, [(name, settings) for name in settings["epochs"]], progress=progress)
    models = nn.ModuleDict({name: make(name, few_pairs(settings), settings) for name in settings["epochs"]})
    for model, own in zip(models.values(), weights, strict=True):
        model.load_state_dict(own)
    return models


def few_pairs(settings: dict) -> Pairs:
    return number_names(settings["train_size"], settings["test_size"], seed=settings["seed"])


def weights_of(name: str, settings: dict) -> dict:
    """Those of one translator of the explorer, trained."""
    model = fit(name, few_pairs(settings), settings, settings["epochs"][name], settings["seed"], progress=False)
    return model.state_dict()


def whole(model: nn.Module, pairs: Pairs, part: list, settings: dict) -> list[float]:
    """The percentage of a part's numbers that come out whole, for each class of lengths."""
    sources, targets = zip(*part)
    found = translate(model, pairs, sources, max_steps=settings["max_steps"])
    right = np.array([tuple(each.tokens) == target for each, target in zip(found, targets)])
    lengths = np.array([len(source) for source in sources])
    return [round(100 * float(right[(low <= lengths) & (lengths <= high)].mean()), 1)
            for low, high in settings["lengths"]]


@once
def pairs_of(control: dict, settings: dict) -> tuple[Pairs, list]:
    """The pairs to train with, and the test, which is the same for all."""
    few, size = few_pairs(settings), (settings | control)["train_size"]
    if size == settings["train_size"]:
        return few, few.test
    tested = {source for source, _ in few.test}
    more = number_names(size, 1, seed=settings["seed"] + 1).train
    return replace(few, train=[pair for pair in more if pair[0] not in tested]), few.test


def one_control(control: dict, seed: int, settings: dict) -> list:
    """The percentages of the training part and of the test part, how many pairs were read, and of weights."""
    pairs, test = pairs_of(control, settings)
    model = fit(control["kind"], pairs, settings | control, control["epochs"], seed, progress=False)
    return [whole(model, pairs, pairs.train[:2000], settings), whole(model, pairs, test, settings), len(pairs.train),
            sum(value.numel() for value in model.parameters())]


def run(settings: dict, seeds: list[int] | None = None) -> list[dict]:
    """The controls: for each way to train and each seed the percentages of the training part and of the test part."""
    seeds = settings["seeds"] if seeds is None else seeds
    runs = iter(pieces(one_control, [(control, seed, settings) for control in settings["controls"] for seed in seeds]))
    found = []
    for control in settings["controls"]:
        entry: dict = {"train": [], "test": []}
        for train_part, test_part, entry["pairs"], entry["parameters"] in (next(runs) for _ in seeds):
            entry["train"].append(train_part)
            entry["test"].append(test_part)
        found.append(control | entry)
    return found


def main() -> None:
    options(__doc__)
    save_weights(translators(SETTINGS), place(Path(__file__).with_suffix(".safetensors")), **SETTINGS)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
