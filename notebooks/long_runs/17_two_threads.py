"""What a second thread gains the loop, the scan, the LSTM and attention: time by the clock on two threads over one.

    .venv/bin/python notebooks/long_runs/17_two_threads.py     # about 2 minutes of two cores with nothing else to do

The ways are those of 17_costs.py, forward and back. Each runs on one thread and on two in turns, and what is stored is
the median of the ratios of such pairs: below 1 the second thread has gained something. A processor's own seconds, by
which 17_costs.py counts, add up over threads and cannot show it.
"""

import runpy
import time
from pathlib import Path

import numpy as np
import torch

from seqlearn.course.long_runs import options, store

SETTINGS = {"lengths": [16, 64, 256, 1024, 4096, 8192], "size": 32, "repetitions": 25, "repetitions_long": 9}
MINUTES = 2
TOLERANCE = {"*": None}  # times are those of another machine
costs = runpy.run_path(str(Path(__file__).with_name("17_costs.py")))


def ratio(run, repetitions: int) -> float:
    """The median over pairs, without the first, which is always slow."""
    found = []
    for _ in range(repetitions + 1):
        pair = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            started = time.perf_counter()
            run()
            pair.append(time.perf_counter() - started)
        found.append(pair[1] / pair[0])
    return round(float(np.median(found[1:])), 2)


def run(settings: dict) -> list[dict]:
    """A row for each length, by the names of the ways."""
    before, rows = torch.get_num_threads(), []
    for length in settings["lengths"]:
        repetitions = settings["repetitions" if length < 4096 else "repetitions_long"]
        rows.append({"length": length} | {
            name: ratio(costs["both_ways"](way, *leaves), repetitions)
            for name, (way, leaves) in costs["ways"](length, settings).items()
            if not (name == "attention" and length > 4096)})
    torch.set_num_threads(before)
    return rows


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
