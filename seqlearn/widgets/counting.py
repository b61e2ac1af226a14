"""The explorer of chapter 07: a trained counter, its hidden units, and what it says beyond the length it has seen."""

from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np
from safetensors.numpy import load_file

from seqlearn import nn
from seqlearn.plots.counter import PAGE, CounterPicture
from seqlearn.widgets.explorer import Explorer

WEIGHTS = Path(__file__).with_name("counting.safetensors")  # written by notebooks/long_runs/07_counting_ones.py
LENGTH = 20  # of the sequences the first counter was trained on
TRAININGS = {"one_length": "20 steps only", "many_lengths": "1 to 20 steps"}


class CountingOnes(Explorer):
    """Choose bits, length and training; flip a bit; see every hidden unit and the answer after every step."""

    chapter = "07"
    title = "What has the counter learned?"
    question = (
        "Set the length to 20, then to 26 and 30: how far is the answer off each time? Then type `0` as the bits: "
        "what does a zero do to the answer? Choose the other training and do the same, then type `1`: where does this "
        "counter stop?"
    )
    picture_class = CounterPicture
    plays = "length"
    on_page = {"length": range(1, 51), "training": ("one_length", "many_lengths")}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "bits": ipywidgets.Text(
                value="0110100110", description="bits, repeated",
                continuous_update=True, layout=ipywidgets.Layout(width="400px"),
            ),
            "length": ipywidgets.IntSlider(value=30, min=1, max=PAGE, description="length"),
            "flip": ipywidgets.IntSlider(value=0, min=0, max=PAGE, description="flip the bit at step (0: none)"),
            "training": ipywidgets.ToggleButtons(
                options=[(words, name) for name, words in TRAININGS.items()], value="one_length",
                description="trained on",
            ),
        }

    def compute(self, bits: str, length: int, flip: int, training: str) -> dict:
        sequence = repeated(bits, length)
        if 0 < flip <= length:
            sequence[flip - 1] = 1 - sequence[flip - 1]
        states, answers = count_steps(training, sequence)
        return {"bits": sequence, "states": states, "answers": answers, "training": TRAININGS[training]}


def repeated(text: str, length: int) -> np.ndarray:
    """The zeros and ones of a text, repeated until there are `length` of them; zeros when it holds none."""
    found = [int(letter) for letter in text if letter in "01"] or [0]
    return np.resize(found, length)


@lru_cache(maxsize=2)
def load_counter(training: str) -> tuple[nn.LSTM, np.ndarray, float, np.ndarray]:
    """The NumPy layer of a trained counter, its readout (H,) and bias, and an order of its units.

    training: "one_length" or "many_lengths". Units that go up with the count come first in the order.
    Raises ValueError for another name.
    """
    if training not in TRAININGS:
        raise ValueError(f"training must be one of {', '.join(TRAININGS)}, got {training!r}")
    weights = {name.removeprefix(f"{training}."): array.astype(float) for name, array in load_file(WEIGHTS).items()
               if name.startswith(f"{training}.")}
    W_hh = weights["cell.weight_hh"]
    layer = nn.LSTM(1, W_hh.shape[1])
    layer.params["W_x"][...] = weights["cell.weight_ih"].T
    layer.params["W_h"][...] = W_hh.T
    layer.params["b"][...] = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    many = np.random.default_rng(0).integers(0, 2, (LENGTH, 200, 1)).astype(float)
    last = layer.forward(many)[0][-1]
    slopes = [np.cov(unit, many.sum(axis=0)[:, 0])[0, 1] for unit in last.T]
    return layer, weights["readout.weight"][0], float(weights["readout.bias"][0]), np.argsort(slopes)[::-1]


def count_steps(training: str, bits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hidden states (T, H), sorted units, and answers (T,) of a counter after every step of `bits` (T,)."""
    layer, weight, bias, order = load_counter(training)
    states = layer.forward(np.asarray(bits, dtype=float)[:, None, None])[0][:, 0]
    return states[:, order], states @ weight + bias
