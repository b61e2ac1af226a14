"""Forward + backward of seqlearn.nn against torch.nn on the CPU, float32: time, memory, and time against T.

    python benchmarks/recurrent.py                       # one thread, then all of them: about three minutes
    python benchmarks/recurrent.py --kinds LSTM --threads 1 --seconds 5

Both sides compute the outputs and all gradients, those for x included. They run in turn, each pair giving one ratio
(ours / torch, under 1 is quicker); the median of the ratios is printed. On a busy machine use --clock cpu with one
thread: it counts the time this process computes, not the time it waits for its turn.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time

SHAPES = [(20, 32, 1, 20), (20, 64, 16, 64), (35, 20, 100, 100), (50, 32, 64, 128), (35, 64, 256, 256)]
LENGTHS = [25, 50, 100, 200, 400, 800]
SHAPE_FOR_MEMORY = (200, 64, 256, 256)


def make_pair(kind: str, shape: tuple[int, int, int, int]) -> tuple:
    """One call of ours and one of torch's, each forward + backward on the same numbers."""
    import numpy as np
    import torch

    from seqlearn import nn

    num_steps, batch_size, input_size, hidden_size = shape
    rng = np.random.default_rng(0)
    x = rng.standard_normal((num_steps, batch_size, input_size), dtype=np.float32)
    d_outputs = rng.standard_normal((num_steps, batch_size, hidden_size), dtype=np.float32)
    layer = getattr(nn, kind)(input_size, hidden_size, dtype=np.float32)
    module = getattr(torch.nn, kind)(input_size, hidden_size)
    x_torch, d_torch = torch.tensor(x, requires_grad=True), torch.tensor(d_outputs)
    wanted = [x_torch, *module.parameters()]

    def ours() -> None:
        layer.forward(x)
        layer.backward(d_outputs)

    def theirs() -> None:
        torch.autograd.grad(module(x_torch)[0], wanted, d_torch)  # as our backward, it sets and does not add

    return ours, theirs


def compare(kind: str, shape: tuple[int, int, int, int], seconds: float, clock: str) -> tuple[float, float, float]:
    """Median milliseconds of ours, of torch's, and the median of their ratios."""
    now = time.process_time if clock == "cpu" else time.perf_counter

    def timed(call) -> float:
        start = now()
        call()
        return now() - start

    ours, theirs = make_pair(kind, shape)
    for call in (ours, theirs) * 3:
        call()
    pairs = []
    end = time.perf_counter() + seconds
    while len(pairs) < 11 or time.perf_counter() < end:
        if len(pairs) % 2:  # each goes first every second time
            pairs.append((timed(ours), timed(theirs)))
        else:
            pairs.append((timed(theirs), timed(ours))[::-1])
    own, other = (1e3 * statistics.median(times) for times in zip(*pairs))
    return own, other, statistics.median(mine / yours for mine, yours in pairs)


def measure_times(kinds: list[str], seconds: float, clock: str) -> None:
    for kind in kinds:
        print(f"\n{kind:<5}{'(T, N, D, H)':>20}{'seqlearn ms':>13}{'torch ms':>10}{'ratio':>7}", flush=True)
        ratios = []
        for shape in SHAPES:
            own, other, ratio = compare(kind, shape, seconds, clock)
            ratios.append(ratio)
            print(f"{str(shape):>25}{own:13.2f}{other:10.2f}{ratio:7.2f}", flush=True)
        print(f"{'geometric mean':>25}{math.exp(statistics.fmean(map(math.log, ratios))):30.2f}", flush=True)


def measure_lengths(kinds: list[str], seconds: float, clock: str) -> None:
    print(
        f"\nTime against T at N = 32, D = H = 64, microseconds per step (a straight line stays the same)\n{'T':>17}",
        end="",
    )
    print("".join(f"{num_steps:>8}" for num_steps in LENGTHS))
    for kind in kinds:
        rows = [compare(kind, (num_steps, 32, 64, 64), seconds / 3, clock) for num_steps in LENGTHS]
        for which, name in enumerate(["seqlearn", "torch"]):
            per_step = (1e3 * row[which] / num_steps for row, num_steps in zip(rows, LENGTHS))
            print(f"{kind:>6}{name:>11}" + "".join(f"{value:8.1f}" for value in per_step), flush=True)


def measure_memory(kind: str, which: int) -> None:
    """Print how much the peak of this process grows in one forward + backward, in MB."""
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    make_pair(kind, SHAPES[0])[which]()
    call = make_pair(kind, SHAPE_FOR_MEMORY)[which]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    call()
    print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit))


def run_worker(threads: int, *arguments: str, capture: bool = False) -> str:
    """This file in a process of its own: the libraries read their number of threads when they are imported."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    environment = os.environ | dict.fromkeys(names, str(threads))
    command = [sys.executable, __file__, "--worker", *arguments]
    return subprocess.run(command, env=environment, check=True, text=True, capture_output=capture).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=["LSTM", "GRU", "RNN"], choices=["LSTM", "GRU", "RNN"])
    parser.add_argument("--threads", nargs="+", type=int, default=sorted({1, os.cpu_count() or 1}))
    parser.add_argument("--seconds", type=float, default=3.0, help="for each comparison")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()

    if options.worker:
        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        job, *rest = options.worker
        if job == "memory":
            measure_memory(rest[0], int(rest[1]))
        else:
            seconds, clock, *kinds = rest
            (measure_times if job == "times" else measure_lengths)(kinds, float(seconds), clock)
        return

    for threads in options.threads:
        print(f"\n== {threads} thread{'s' if threads > 1 else ''}, {options.clock} clock", flush=True)
        run_worker(threads, "times", str(options.seconds), options.clock, *options.kinds)
    print("\n== 1 thread", flush=True)
    run_worker(1, "lengths", str(options.seconds), options.clock, *options.kinds)
    if sys.platform == "win32":
        return  # no `resource` module there
    print(f"\nPeak memory of forward + backward at (T, N, D, H) = {SHAPE_FOR_MEMORY}, MB")
    for kind in options.kinds:
        own, other = (json.loads(run_worker(1, "memory", kind, str(which), capture=True)) for which in (0, 1))
        print(f"{kind:>6}   seqlearn {own:6.0f}   torch {other:6.0f}", flush=True)


if __name__ == "__main__":
    main()
