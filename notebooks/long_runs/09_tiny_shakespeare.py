"""The long run of chapter 09: an LSTM language model on tiny Shakespeare, character by character.

    .venv/bin/python notebooks/long_runs/09_tiny_shakespeare.py    # about 20 minutes of one core; needs the text

The text is cut as it is for the published figures: the first nine tenths to train on, the last tenth to judge. The
weights with the lowest validation loss count, as in nanoGPT's figure from a GPU. Settings and results go into
the JSON file beside this one, which the chapter reads; the weights are too large to be stored.
"""

import time

import numpy as np
import torch

from seqlearn.course.long_runs import options, store
from seqlearn.data.corpus import Vocabulary
from seqlearn.data.text import tiny_shakespeare
from seqlearn.models.language_model import CarriedLoss, LanguageModel, evaluate, text_blocks, write_on
from seqlearn.training import train

SETTINGS = {
    "cell": "lstm",
    "hidden_size": 384,
    "embedding_size": 64,
    "num_layers": 1,
    "dropout": 0.4,
    "train_share": 0.9,
    "rows": 64,
    "k": 64,
    "epochs": 20,
    "learning_rate": 0.004,  # at the start; it falls along half a cosine to a hundredth of it
    "max_norm": 1.0,
    "seed": 0,
}
MINUTES = 20
TOLERANCE = {"sample": None}


def read(settings: dict) -> tuple[Vocabulary, np.ndarray, np.ndarray]:
    """The vocabulary, and the training and the validation part as integers."""
    text = tiny_shakespeare()
    vocabulary = Vocabulary(text)
    cut = int(settings["train_share"] * len(text))
    return vocabulary, vocabulary.encode(text[:cut]), vocabulary.encode(text[cut:])


def make_model(vocabulary_size: int, settings: dict) -> LanguageModel:
    """The model of these settings, drawn from their seed."""
    torch.manual_seed(settings["seed"])
    shape = {name: settings[name] for name in ("hidden_size", "cell", "embedding_size", "num_layers", "dropout")}
    return LanguageModel(vocabulary_size, **shape)


def learn(model: LanguageModel, learned: np.ndarray, unseen: np.ndarray, settings: dict, progress: bool = True) -> dict:
    """Train with the state carried through offset batches. The losses of every epoch, in nats per character.

    The model is left with the weights of the lowest validation loss.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    blocks, checks = text_blocks(learned, settings["rows"], settings["k"]), text_blocks(unseen, 1, 256)
    updates = settings["epochs"] * len(blocks)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates, settings["learning_rate"] / 100)
    history = train(model, blocks, CarriedLoss(), epochs=settings["epochs"], optimizer=optimizer, scheduler=schedule,
                    validate=lambda model: evaluate(model, checks), max_norm=settings["max_norm"], progress=progress)
    losses = {"train": history.loss, "validation": history.validation}
    return {name: [round(loss, 4) for loss in values] for name, values in losses.items()}


def run(settings: dict) -> dict:
    """Read, train and judge. `loss` is the lowest validation loss, in nats per character."""
    started = time.process_time()
    vocabulary, learned, unseen = read(settings)
    model = make_model(len(vocabulary), settings)
    results = learn(model, learned, unseen, settings)
    results["loss"] = min(results["validation"])
    results["reset"] = round(evaluate(model, text_blocks(unseen, 1, settings["k"]), carry=False), 4)
    results["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    prompt = "ROMEO:"
    results["sample"] = prompt + write_on(model, vocabulary, prompt, 400, np.random.default_rng(0), temperature=0.8)
    results["minutes"] = round((time.process_time() - started) / 60)
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
