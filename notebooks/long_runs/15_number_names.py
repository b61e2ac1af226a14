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

from seqlearn.course.long_runs import options, store
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


def fit(kind: str, pairs: Pairs, settings: dict, epochs: int, seed: int, progress: bool = True) -> nn.Module:
    """A translator; every epoch its steps are smaller."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = make_translator(kind, pairs, hidden_size=settings["hidden_size"], embedding_size=settings["embedding_size"])
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    steps = -(-len(pairs.train) // settings["batch_size"])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1 - done // steps / epochs)
    train(model, lambda epoch: pairs.batches(settings["batch_size"], rng),
          lambda model, batch: sequence_loss(model(batch.source, batch.inputs, batch.lengths), batch.targets),
          epochs=epochs, optimizer=optimizer, scheduler=scheduler, max_norm=settings["max_norm"], progress=progress)
    return model


def translators(settings: dict, *, progress: bool = True) -> nn.ModuleDict:
    """The two of the explorer."""
    pairs = number_names(settings["train_size"], settings["test_size"], seed=settings["seed"])
    return nn.ModuleDict({name: fit(name, pairs, settings, epochs, settings["seed"], progress)
                          for name, epochs in settings["epochs"].items()})


def whole(model: nn.Module, pairs: Pairs, part: list, settings: dict) -> list[float]:
    """The percentage of a part's numbers that come out whole, for each class of lengths."""
    sources, targets = zip(*part)
    found = translate(model, pairs, sources, max_steps=settings["max_steps"])
    right = np.array([tuple(each.tokens) == target for each, target in zip(found, targets)])
    lengths = np.array([len(source) for source in sources])
    return [round(100 * float(right[(low <= lengths) & (lengths <= high)].mean()), 1)
            for low, high in settings["lengths"]]


def run(settings: dict, seeds: list[int] | None = None) -> list[dict]:
    """The controls: for each way to train and each seed the percentages of the training part and of the test part."""
    few = number_names(settings["train_size"], settings["test_size"], seed=settings["seed"])
    tested, found = {source for source, _ in few.test}, []
    for control in settings["controls"]:
        chosen = settings | control
        pairs = few
        if chosen["train_size"] != settings["train_size"]:
            more = number_names(chosen["train_size"], 1, seed=settings["seed"] + 1).train
            pairs = replace(few, train=[pair for pair in more if pair[0] not in tested])
        entry = {"train": [], "test": [], "pairs": len(pairs.train)}
        for seed in settings["seeds"] if seeds is None else seeds:
            model = fit(control["kind"], pairs, chosen, control["epochs"], seed, progress=False)
            entry["train"].append(whole(model, pairs, pairs.train[:2000], settings))
            entry["test"].append(whole(model, pairs, few.test, settings))
        entry["parameters"] = sum(value.numel() for value in model.parameters())
        found.append(control | entry)
        print(found[-1], flush=True)
    return found


def main() -> None:
    options(__doc__)
    save_weights(translators(SETTINGS), Path(__file__).with_suffix(".safetensors"), **SETTINGS)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
