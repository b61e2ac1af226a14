"""The recipe of 10_imdb.py with one ingredient left out at a time: chapter 10, stored in 10_ablation.json.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_ablation.py        about 8 minutes on one core

Smaller than the recipe, so that five seeds are affordable: a fifth of the training reviews, their last 100 words, and
10,000 words. Vocabulary and vectors come from the texts of the whole training part. Every fifth test review is a test.
"""

import json
from runpy import run_path

import numpy as np

from seqlearn.course.long_runs import long_run, once, options, pieces, processor_seconds, store

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4],
    "every": 5,  # review of the training part, and of the test
    "smaller": {"vocabulary_size": 10_000, "last_words": 100, "average": 0.99},  # of the weights, over 100 steps or so
    "left out": {
        "nothing": {},
        "vectors from neighbours": {"vectors": "random"},
        "dropout": {"word_dropout": 0.0, "embedding_dropout": 0.0, "dropout": 0.0},
        "label smoothing": {"label_smoothing": 0.0},
        "running average": {"average": 0.0},
        "maximum and mean": {"pooling": "last"},  # the last state of each direction in their place
        "order of the words": {"words": "shuffled"},  # in every review that is read; the vectors stay as they are
    },
}
MINUTES = 8
TOLERANCE = {"best_epoch": None}


def shuffled(rows: list[np.ndarray], labels: np.ndarray, seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """The same reviews, the words of each in random order."""
    rng = np.random.default_rng(seed)
    return [rng.permutation(row) for row in rows], labels


@once
def recipe_and_data(settings: dict) -> tuple[dict, dict, dict]:
    """What stands in 10_imdb.py, its settings made smaller, and fewer reviews."""
    recipe = run_path(str(long_run("10_imdb.py")))
    recipe_settings = recipe["SETTINGS"] | settings["smaller"]
    data = recipe["prepare"](recipe_settings)
    rows, labels = data["train"]
    few = data | {"train": (rows[:: settings["every"]], labels[:: settings["every"]]),
                  "test": tuple(part[:: settings["every"]] for part in data["test"])}
    return recipe, recipe_settings, few


def how_many(settings: dict) -> dict[str, int]:
    _, _, few = recipe_and_data(settings)
    return {"reviews": len(few["train"][0]), "test reviews": len(few["test"][0])}


def without(name: str, seed: int, settings: dict) -> dict:
    """One training with this left out; what it finds is printed as well."""
    recipe, recipe_settings, few = recipe_and_data(settings)
    change, vectors, read = settings["left out"][name], few["vectors"], few
    if change.get("vectors") == "random":  # of the same size
        vectors = np.random.default_rng(seed).normal(0, vectors.std(), vectors.shape).astype(np.float32)
        vectors[0] = 0
    if change.get("words") == "shuffled":
        read = few | {part: shuffled(*few[part], seed) for part in ("train", "validation", "test")}
    model, found = recipe["train_one"](read | {"vectors": vectors}, seed, recipe_settings | change, progress=False)
    right = (recipe["score"](model, *read["test"]) > 0) == read["test"][1]
    result = {"test": round(100 * float(right.mean()), 2), "best_epoch": found["best_epoch"],
              **{key: [epoch[key] for epoch in found["curve"]] for key in ("loss", "validation loss")}}
    print(name, json.dumps(result), flush=True)
    return result


def run(settings: dict) -> dict:
    """What was left out → for each seed the percentage of right answers on the test, and how the training went."""
    started = processor_seconds()
    (results,) = pieces(how_many, [(settings,)])
    found = iter(pieces(without, [(name, seed, settings) for name in settings["left out"]
                                  for seed in settings["seeds"]]))
    results |= {name: [next(found) for _ in settings["seeds"]] for name in settings["left out"]}
    return {**results, "processor minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
