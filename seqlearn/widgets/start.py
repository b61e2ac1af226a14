"""The first explorer, chapter 00: one number that remembers, h_t = w · h_{t−1} + x_t."""

import ipywidgets
import numpy as np

from seqlearn.plots.start import ScalarMemory as ScalarMemoryPicture
from seqlearn.widgets.explorer import Explorer


class ScalarMemory(Explorer):
    """Move w and type inputs; see how long the state remembers them."""

    chapter = "00"
    title = "A memory of one number"
    question = (
        "The input is a single 1. Which is the smallest positive $w$ on the slider that still keeps at least half of "
        "it ten steps later, at step 11? Note the value, because exercise 00.2 asks for it. Then go past 1, and below "
        "0: what changes?"
    )
    picture_class = ScalarMemoryPicture
    on_page = {"w": np.arange(-30, 31) / 20, "inputs": ("1", "1 1 1 1 1")}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "w": ipywidgets.FloatSlider(value=0.8, min=-1.5, max=1.5, step=0.05, description="weight w"),
            "inputs": ipywidgets.Text(value="1", description="inputs x", placeholder="numbers, such as 1 0 0 -1"),
        }

    def compute(self, w: float, inputs: str) -> dict:
        x, left_out = read_numbers(inputs, ScalarMemoryPicture.steps)
        return {"w": w, "x": x, "h": remember(x, w), "left_out": left_out}


TYPED = str.maketrans({**dict.fromkeys(",;，；、", " "), "−": "-", "－": "-"})


def read_numbers(text: str, steps: int) -> tuple[np.ndarray, str]:
    """Numbers typed by a person, as an array (steps,) filled up with zeros, and what was left out, as text.

    Words that are no numbers, numbers above a million in size, and everything after `steps` numbers are left out.
    Commas, Chinese ones too, and semicolons separate; the minus sign of printed text (U+2212) counts as one.
    """
    numbers, rejected = [], []
    for word in text.translate(TYPED).split():
        try:
            number = float(word)
        except ValueError:
            number = float("nan")
        if abs(number) <= 1e6 and len(numbers) < steps:
            numbers.append(number)
        else:
            rejected.append(word if len(word) <= 12 else word[:12] + "…")
    shown = " ".join(rejected[:4]) + (f" and {len(rejected) - 4} more" if len(rejected) > 4 else "")
    # A dollar sign would start a formula in the picture.
    return np.array(numbers + [0.0] * (steps - len(numbers))), shown.replace("$", "")


def remember(x: np.ndarray, w: float, h: float = 0.0) -> np.ndarray:
    """All states of h_t = w · h_{t−1} + x_t. x: (T,); h: the state before the first step. Returns (T,)."""
    states = []
    for x_t in x:
        h = w * h + x_t
        states.append(h)
    return np.array(states)
