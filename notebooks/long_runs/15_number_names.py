"""The translators behind chapter 15's explorer: English number names to German, with attention and without.

    .venv/bin/python notebooks/long_runs/15_number_names.py        writes 15_number_names.safetensors; 20 seconds

Both read the same 2,000 pairs. The one without attention has its context once, as the first state, and reads them three
times as often.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from seqlearn.course.long_runs import options
from seqlearn.data.number_names import number_names
from seqlearn.decoding import exact_match
from seqlearn.models.seq2seq import sequence_loss
from seqlearn.models.translator import make_translator
from seqlearn.training import save_weights, train

SETTINGS = {
    "epochs": {"attention": 8, "once": 24}, "seed": 0, "train_size": 2000, "test_size": 500, "embedding_size": 24,
    "hidden_size": 48, "batch_size": 32, "learning_rate": 0.01, "max_norm": 1.0, "max_steps": 15,
}


def run(settings: dict, *, progress: bool = True) -> tuple[nn.ModuleDict, dict]:
    """The trained models, and the share of test numbers that each of them gets right."""
    pairs = number_names(settings["train_size"], settings["test_size"], seed=settings["seed"])
    models, right = nn.ModuleDict(), {}
    for name, epochs in settings["epochs"].items():
        torch.manual_seed(settings["seed"])
        rng = np.random.default_rng(settings["seed"])
        model = make_translator(name, pairs, hidden_size=settings["hidden_size"],
                                embedding_size=settings["embedding_size"])
        optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
        fade = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch, epochs=epochs: 1 - epoch / epochs)

        def batches(epoch, fade=fade, rng=rng, epochs=epochs):
            yield from pairs.batches(settings["batch_size"], rng)
            if epoch < epochs - 1:
                fade.step()

        train(model, batches, lambda model, batch: sequence_loss(model(batch.source, batch.inputs, batch.lengths),
                                                                 batch.targets),
              epochs=epochs, optimizer=optimizer, max_norm=settings["max_norm"], progress=progress)
        models[name] = model
        right[name] = exact_match(model, pairs, max_steps=settings["max_steps"])
    return models, right


def main() -> None:
    options(__doc__)
    models, right = run(SETTINGS)
    print(right)
    save_weights(models, Path(__file__).with_suffix(".safetensors"), **SETTINGS)


if __name__ == "__main__":
    main()
