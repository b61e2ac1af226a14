"""Three models of 10_published.py with vectors a ninth as large: chapter 10, stored in 10_vector_size.json.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_vector_size.py        about 4 minutes on one core

GloVe's numbers have a deviation of 0.9, and 10_published.py draws its random vectors with the same. Here both begin
with a deviation of 0.1; all else is as there.
"""

import json
from runpy import run_path

from seqlearn.course.long_runs import long_run, options, store

SETTINGS = {
    "kinds": ["packed, GloVe", "self-attention, GloVe", "masked, random vectors"],
    "seeds": [0, 1, 2],
    "deviation": 0.1,  # over the words that GloVe knows
}


def run(settings: dict) -> dict:
    """Kind → for each seed what `train_and_test` of 10_published.py finds; and the deviation that GloVe has."""
    published = run_path(str(long_run("10_published.py")))
    data = published["prepare"](published["SETTINGS"])
    matrix = data["matrix"]
    deviation = float(matrix[(matrix != 0).any(axis=1)].std())
    smaller = data | {"matrix": matrix * (settings["deviation"] / deviation)}
    results: dict = {"deviation of GloVe": round(deviation, 3)}
    for kind in settings["kinds"]:
        results[kind] = []
        for seed in settings["seeds"]:
            results[kind].append(published["train_and_test"](kind, seed, smaller, published["SETTINGS"]))
            print(kind, json.dumps(results[kind][-1]), flush=True)
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
