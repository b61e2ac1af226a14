"""One epoch of chapter 07's counter: the own cell in a loop, nn.LSTM, and NumPy by hand, side by side.

    python benchmarks/counting_ones.py

10,000 sequences of 20 zeros and ones, 20 hidden units, batches of 16, Adam, mean squared error, one thread each. All
three take turns, batch by batch, so that a busy machine slows them alike; the ratio is what to look at. The median of
the batches times their number is the epoch. --batches 50 makes it quicker; on a busy machine use --clock cpu, which
counts the time this process computes, not the time it waits for its turn.
"""

import argparse
import os
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch
from torch.nn import functional as F

from seqlearn import nn
from seqlearn.data import count_ones
from seqlearn.interop import from_torch
from seqlearn.models import LSTMModel

HIDDEN, BATCH, LEARNING_RATE = 20, 16, 0.01
Step = Callable[[np.ndarray, np.ndarray], float]


def torch_step(model: LSTMModel) -> Step:
    """A training step that takes arrays and returns the loss."""
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)

    def step(x: np.ndarray, y: np.ndarray) -> float:
        loss = F.mse_loss(model(torch.from_numpy(x)), torch.from_numpy(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def numpy_step(layer: nn.LSTM, readout: nn.Linear) -> Step:
    """The same step with the layers of seqlearn.nn, whose backward passes are written by hand."""
    criterion = nn.MeanSquaredError()
    optimizers = [nn.Adam(part.params, LEARNING_RATE) for part in (layer, readout)]

    def step(x: np.ndarray, y: np.ndarray) -> float:
        outputs, _ = layer.forward(x)
        loss = criterion.forward(readout.forward(outputs[-1]), y)
        d_outputs = np.zeros_like(outputs)
        d_outputs[-1] = readout.backward(criterion.backward())
        layer.backward(d_outputs)
        for optimizer, part in zip(optimizers, (layer, readout)):
            optimizer.step(part.grads)
        return loss

    return step


def make_steps() -> dict[str, Step]:
    """The three, with the same weights in float32."""
    torch.manual_seed(0)
    own, theirs = LSTMModel(1, HIDDEN, 1), LSTMModel(1, HIDDEN, 1, cell=torch.nn.LSTM)
    own.load_state_dict({name.removesuffix("_l0"): weight for name, weight in theirs.state_dict().items()})
    by_hand = numpy_step(from_torch(theirs.cell), from_torch(theirs.readout))
    return {"own cell in a loop": torch_step(own), "nn.LSTM": torch_step(theirs), "NumPy by hand": by_hand}


def measure(batches: int, clock: str) -> tuple[dict[str, float], dict[str, list[float]], int]:
    """Seconds an epoch by name, losses by name, and the number of batches in an epoch."""
    task, steps = count_ones(10_000, 1_000, length=20, seed=0), make_steps()
    times, losses = {name: [] for name in steps}, {name: [] for name in steps}
    size = len(task.y_train) // BATCH
    now = time.process_time if clock == "cpu" else time.perf_counter
    rng = np.random.default_rng(0)
    for number, (x, y) in enumerate(task.batches(BATCH, rng)):
        if number >= min(batches, size):
            break
        x, y = x.astype(np.float32), y.astype(np.float32)
        for name, step in steps.items():
            start = now()
            losses[name].append(step(x, y))
            times[name].append(now() - start)
    return {name: size * median(values) for name, values in times.items()}, losses, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=625, help="how many batches to time (625 is an epoch)")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    seconds, losses, size = measure(arguments.batches, arguments.clock)
    # The same work, or the comparison means nothing. After the first step NumPy goes its own way: Adam moves each of
    # torch's two biases, so that their sum goes twice as far as the one bias here.
    assert np.allclose(losses["own cell in a loop"][:20], losses["nn.LSTM"][:20], rtol=1e-2, atol=1e-4)
    assert np.isclose(losses["NumPy by hand"][0], losses["nn.LSTM"][0], rtol=1e-4)
    print(f"Counting ones: an epoch of {size} batches of {BATCH}, {HIDDEN} units, 20 steps, float32, one thread")
    print(f"{'':<20} {'s an epoch':>11} {'µs a step':>11} {'to nn.LSTM':>11}")
    for name, value in seconds.items():
        a_step = 1e6 * value / size / 20
        print(f"{name:<20} {value:11.2f} {a_step:11.0f} {value / seconds['nn.LSTM']:10.2f}×")


if __name__ == "__main__":
    main()
