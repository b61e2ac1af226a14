"""Three models of 10_published.py with vectors a ninth as large: chapter 10, stored in 10_vector_size.json.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_vector_size.py        about 4 minutes on one core

GloVe's numbers have a deviation of 0.9, and 10_published.py draws its random vectors with the same. Here both begin
with a deviation of 0.1; all else is as there.
"""

from functools import cache
from runpy import run_path

from seqlearn.course.long_runs import long_run, options, pieces, store

SETTINGS = {
    "kinds": ["packed, GloVe", "self-attention, GloVe", "masked, random vectors"],
    "seeds": [0, 1, 2],
    "deviation": 0.1,  # over the words that GloVe knows
}
MINUTES = 4
TOLERANCE = {"best_epoch": None}


@cache
def recipe_and_data() -> tuple[dict, dict, float]:
    """What stands in 10_published.py, the data as it reads them, and the deviation of GloVe's numbers."""
    published = run_path(str(long_run("10_published.py")))
    data = published["prepare"](published["SETTINGS"])
    return published, data, float(data["matrix"][(data["matrix"] != 0).any(axis=1)].std())


def deviation_of_glove() -> float:
    return recipe_and_data()[2]


def train_and_test(kind: str, seed: int, settings: dict) -> dict:
    """What `train_and_test` of 10_published.py finds with smaller vectors."""
    published, data, deviation = recipe_and_data()
    smaller = data | {"matrix": data["matrix"] * (settings["deviation"] / deviation)}
    return published["train_and_test"](kind, seed, smaller, published["SETTINGS"])


def run(settings: dict) -> dict:
    """Kind → for each seed what `train_and_test` of 10_published.py finds; and the deviation that GloVe has."""
    (deviation,) = pieces(deviation_of_glove, [()])
    found = iter(pieces(train_and_test, [(kind, seed, settings) for kind in settings["kinds"]
                                         for seed in settings["seeds"]]))
    return {"deviation of GloVe": round(deviation, 3),
            **{kind: [next(found) for _ in settings["seeds"]] for kind in settings["kinds"]}}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
