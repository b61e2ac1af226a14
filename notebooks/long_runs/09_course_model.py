"""The model behind the explorer of chapter 09: an LSTM that has read nine tenths of the built-in corpus.

    .venv/bin/python notebooks/long_runs/09_course_model.py        # about 5 minutes of one core

The weights go to seqlearn/widgets/language_model.safetensors, so that the explorer finds them wherever the package is
installed; the settings and the losses go into the JSON file beside this script.
"""

import time
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

import seqlearn
from seqlearn.course.long_runs import options, store
from seqlearn.data.corpus import Vocabulary, course_corpus, offset_batches
from seqlearn.models.language_model import LanguageModel, evaluate, read_once
from seqlearn.training.weights import save_weights

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
WEIGHTS = Path(seqlearn.__file__).parent / "widgets" / "language_model.safetensors"


def learn(settings: dict) -> tuple[LanguageModel, Vocabulary, dict]:
    """The trained model, its vocabulary, and the losses of every epoch in nats per character."""
    text = course_corpus(settings["part"])
    vocabulary, cut = Vocabulary(text), int(settings["train_share"] * len(text))
    train, validation = vocabulary.encode(text[:cut]), vocabulary.encode(text[cut:])
    torch.manual_seed(settings["seed"])
    model = LanguageModel(len(vocabulary), settings["hidden_size"], cell=settings["cell"],
                          embedding_size=settings["embedding_size"], dropout=settings["dropout"])
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    blocks = list(offset_batches(train, settings["rows"], settings["k"]))
    updates = settings["epochs"] * len(blocks)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates, settings["learning_rate"] / 100)
    results = {"train": [], "validation": []}
    for _ in tqdm(range(settings["epochs"]), unit="epoch"):
        losses = read_once(model, blocks, optimizer, max_norm=settings["max_norm"], schedule=schedule)
        results["train"].append(round(float(np.mean(losses)), 4))
        results["validation"].append(round(evaluate(model, offset_batches(validation, 1, 256)), 4))
    return model, vocabulary, results


def run(settings: dict) -> tuple[LanguageModel, Vocabulary, dict]:
    """Train; the results also say how long it took."""
    started = time.process_time()
    model, vocabulary, results = learn(settings)
    return model, vocabulary, {**results, "minutes": round((time.process_time() - started) / 60)}


def main() -> None:
    options(__doc__)
    model, vocabulary, results = run(SETTINGS)
    save_weights(model, WEIGHTS, **SETTINGS, characters=vocabulary.characters)
    store(__file__, SETTINGS, results)


if __name__ == "__main__":
    main()
