"""The model behind the explorer of chapter 09: an LSTM that has read nine tenths of the built-in corpus.

    .venv/bin/python notebooks/long_runs/09_course_model.py        # about 2 minutes of one core

The weights go to seqlearn/widgets/language_model.safetensors, so that the explorer finds them wherever the package is
installed; the settings and the losses go into the JSON file beside this script.
"""

import time
from pathlib import Path

import torch

import seqlearn
from seqlearn.course.long_runs import options, place, store
from seqlearn.data.corpus import Vocabulary, course_corpus
from seqlearn.models.language_model import CarriedLoss, LanguageModel, evaluate, text_blocks
from seqlearn.training import save_weights, train

SETTINGS = {
    "part": "all",
    "train_share": 0.9,
    "cell": "lstm",
    "hidden_size": 192,
    "embedding_size": 32,
    "dropout": 0.25,
    "rows": 32,
    "k": 48,
    "epochs": 24,
    "learning_rate": 0.005,  # at the start; it falls along half a cosine to a hundredth of it
    "max_norm": 1.0,
    "seed": 0,
}
MINUTES = 2
WEIGHTS = Path(seqlearn.__file__).parent / "widgets" / "language_model.safetensors"


def learn(settings: dict) -> tuple[LanguageModel, Vocabulary, dict]:
    """The model of the best epoch, its vocabulary, and the losses of all epochs in nats per character."""
    text = course_corpus(settings["part"])
    vocabulary, cut = Vocabulary(text), int(settings["train_share"] * len(text))
    learned, unseen = vocabulary.encode(text[:cut]), vocabulary.encode(text[cut:])
    torch.manual_seed(settings["seed"])
    model = LanguageModel(len(vocabulary), settings["hidden_size"], cell=settings["cell"],
                          embedding_size=settings["embedding_size"], dropout=settings["dropout"])
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    blocks, checks = text_blocks(learned, settings["rows"], settings["k"]), text_blocks(unseen, 1, 256)
    updates = settings["epochs"] * len(blocks)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates, settings["learning_rate"] / 100)
    history = train(model, blocks, CarriedLoss(), epochs=settings["epochs"], optimizer=optimizer, scheduler=schedule,
                    validate=lambda model: evaluate(model, checks), max_norm=settings["max_norm"])
    losses = {"train": history.loss, "validation": history.validation}
    return model, vocabulary, {name: [round(loss, 4) for loss in values] for name, values in losses.items()}


def run(settings: dict) -> tuple[LanguageModel, Vocabulary, dict]:
    """Train; the results also say how long it took."""
    started = time.process_time()
    model, vocabulary, results = learn(settings)
    return model, vocabulary, {**results, "minutes": round((time.process_time() - started) / 60)}


def main() -> None:
    options(__doc__)
    model, vocabulary, results = run(SETTINGS)
    save_weights(model, place(WEIGHTS), **SETTINGS, characters=vocabulary.characters)
    store(__file__, SETTINGS, results)


if __name__ == "__main__":
    main()
