"""What a loop, a scan and attention cost: time over the length, bytes kept for the way back, time for a written token.

    .venv/bin/python notebooks/long_runs/17_costs.py     # about 1 minute of one core

One thread, and its own seconds of the processor, so that other work on the machine disturbs them less than it disturbs
a clock on the wall; what a second thread gains stands in 17_two_threads.json. The ways take turns. What is stored are
medians over the repetitions and, for ratios, the median of the ratios of neighbours in time. Bytes are counted, not
timed: everything that autograd keeps between forward and backward.
"""

import platform
import time

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks

from seqlearn import nn
from seqlearn.course.long_runs import options, store
from seqlearn.models import SelfAttention
from seqlearn.models.linear_recurrence import scan
from seqlearn.models.mixers import KINDS, Reader, kept_numbers

SETTINGS = {
    "lengths": [16, 64, 256, 1024, 4096, 8192],
    "size": 32,  # numbers a step
    "repetitions": 7,
    "written_after": [16, 64, 256, 1024, 4096],
    "width": 32,
    "state_size": 64,
}
MINUTES = 1
TOLERANCE = {"*": None, "bytes": 0.1, "kept": 0}  # times are those of another machine


def loop(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The recurrence, one step after the other."""
    h, outputs = torch.zeros_like(b[0]), []
    for a_t, b_t in zip(a, b):
        h = a_t * h + b_t
        outputs.append(h)
    return torch.stack(outputs)


def seconds(run, *arguments) -> float:
    started = time.process_time()
    run(*arguments)
    return time.process_time() - started


def both_ways(way, *leaves: torch.Tensor):
    """A function of no arguments that goes forward and back once."""
    def run() -> None:
        way(*leaves).sum().backward()

    return run


def bytes_kept(way, *leaves: torch.Tensor) -> int:
    """What autograd keeps for the way back; a tensor that is kept twice counts once."""
    kept: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        result = way(*leaves)
    count = sum(storage.nbytes() for storage in kept.values())
    del result
    return count


def ways(length: int, settings: dict) -> dict:
    """The contestants at one length: name → (function, its arguments), one sequence each."""
    torch.manual_seed(0)
    size = settings["size"]
    a, b, x = torch.rand(length, 1, size), torch.randn(length, 1, size), torch.randn(length, 1, size)
    for leaf in (a, b, x):
        leaf.requires_grad_()
    attention, lstm = SelfAttention(size, causal=True), torch.nn.LSTM(size, size)
    return {
        "loop": (loop, (a, b)),
        "scan": (scan, (a, b)),
        "LSTM": (lambda x: lstm(x)[0], (x,)),
        "attention": (lambda x: attention(x)[0], (x,)),
        "fused attention": (lambda x: attention(x, need_weights=False)[0], (x,)),
    }


def race(settings: dict) -> list[dict]:
    """Milliseconds forward and back, by length; and the loop's by the scan's."""
    rows = []
    for length in settings["lengths"]:
        contestants = {name: both_ways(way, *leaves) for name, (way, leaves) in ways(length, settings).items()
                       if not (name == "attention" and length > 4096)}
        for run in contestants.values():
            run()  # the first is always slow
        found: dict = {name: [] for name in contestants}
        for _ in range(settings["repetitions"] if length < 4096 else 3):
            for name, run in contestants.items():
                found[name].append(1000 * seconds(run))
        ratio = float(np.median(np.divide(found["loop"], found["scan"])))
        rows.append({"length": length, "loop / scan": round(ratio, 2)}
                    | {name: round(float(np.median(values)), 3) for name, values in found.items()})
    return rows


def in_numpy(settings: dict) -> list[dict]:
    """Without autograd: seconds of a NumPy loop by those of `nn.scan`, forward."""
    rows, rng = [], np.random.default_rng(0)

    def numpy_loop(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        h, state = np.empty_like(b), np.zeros_like(b[0])
        for t in range(len(b)):
            state = a[t] * state + b[t]
            h[t] = state
        return h

    for length in settings["lengths"]:
        a, b = rng.uniform(size=(length, settings["size"])), rng.standard_normal((length, settings["size"]))
        pairs = [(seconds(numpy_loop, a, b), seconds(nn.scan, a, b)) for _ in range(9)]
        rows.append({"length": length, "loop / scan": round(float(np.median([one / two for one, two in pairs])), 2)})
    return rows


def memory(settings: dict) -> list[dict]:
    """Bytes kept for the way back, by length."""
    rows = []
    for length in settings["lengths"]:
        rows.append({"length": length} | {
            name: bytes_kept(way, *leaves) for name, (way, leaves) in ways(length, settings).items()
            if not (name == "attention" and length > 4096)})
    return rows


@torch.no_grad()
def writing(settings: dict) -> dict:
    """For each kind of reader: numbers kept, and milliseconds for one more step, after so many steps."""
    torch.manual_seed(0)
    readers = {kind: Reader(kind, 62, 62, width=settings["width"], num_layers=2,
                            state_size=settings["width"] if kind == "attention" else settings["state_size"])
               for kind in KINDS}
    found: dict = {kind: [] for kind in KINDS}
    for length in settings["written_after"]:
        states = {}
        for kind, reader in readers.items():  # as many numbers as after so many steps, without the T × T of reading
            state = None
            for _ in range(2):
                _, state = reader(torch.randint(62, (max(1, min(length // 2, 64)), 1)), state)
            if kind == "attention":
                state = [torch.randn(length, 1, 2 * settings["width"]) for _ in reader.blocks]
            states[kind] = state
        times: dict = {kind: [] for kind in KINDS}
        for _ in range(30):
            for kind, reader in readers.items():
                token = torch.zeros(1, 1, dtype=torch.long)
                times[kind].append(1000 * seconds(reader, token, states[kind]))
        for kind in KINDS:
            found[kind].append({"length": length, "kept": kept_numbers(states[kind]),
                                "ms": round(float(np.median(times[kind])), 3)})
    return found


def processor() -> str:
    """The processor's name."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def run(settings: dict) -> dict:
    return {"processor": processor(), "bytes": memory(settings), "written": writing(settings),
            "numpy": in_numpy(settings), "ms": race(settings)}


def main() -> None:
    options(__doc__)  # one thread, unless it is told otherwise
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
