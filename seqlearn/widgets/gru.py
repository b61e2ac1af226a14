"""Explorer of chapter 08: one GRU unit that is to hold a digit until the next one comes."""

import numpy as np
from ipywidgets import FloatSlider, IntSlider, Layout, Text

from seqlearn.plots.hold import Holding
from seqlearn.widgets.explorer import Explorer

STEPS = Holding.steps


class HoldAndOverwrite(Explorer):
    """Type digits and dots, set the sums inside the gates, and see what the state holds and what it is made of."""

    chapter = "08"
    title = "Hold and overwrite"
    question = (
        "Each digit should be written over the one before it and held until the next. Which slider stops the fading? "
        "Then open the reset gate: what do the digits do to each other now? Last, put both sums of $z$ at −8: which "
        "network of chapter 02 is this? Type a sequence of your own."
    )
    picture_class = Holding
    plays = "step"
    on_page = {
        "step": (0, 3, 5, 8, 10, 14),
        "hold": (-8.0, 0.0, 3.0, 8.0),
        "overwrite": (-8.0, -3.0),
        "reset": (-4.0, 4.0),
    }

    def make_controls(self) -> dict:
        def slider(text: str, value: float) -> FloatSlider:
            return FloatSlider(description=text, min=-8, max=8, step=0.5, value=value, readout_format=".1f")

        return {
            "symbols": Text(description="Input", value="3....7....5", placeholder="digits and dots, such as 3...7..",
                            layout=Layout(width="400px")),
            "step": IntSlider(description="Whose shares? Step", min=0, max=STEPS, value=10),
            "hold": slider("Sum in z at a dot", 3),
            "overwrite": slider("Sum in z at a digit", -3),
            "reset": slider("Sum in r", -4),
        }

    def compute(self, symbols: str, step: int, hold: float, overwrite: float, reset: float) -> dict:
        too_long = len("".join(symbols.split())) > STEPS
        return {**walk(read_symbols(symbols), hold, overwrite, reset, step), "step": step, "too_long": too_long}


def read_symbols(text: str) -> str:
    """The digits and dots of a text, and every other visible character as a dot; cut or filled up with dots to 14."""
    kept = [character if character in "0123456789" else "." for character in text if not character.isspace()]
    return "".join(kept[:STEPS]).ljust(STEPS, ".")


def sigmoid(a: np.ndarray) -> np.ndarray:
    """The logistic function."""
    return 0.5 + 0.5 * np.tanh(0.5 * np.asarray(a))


def walk(symbols: str, hold: float, overwrite: float, reset: float, step: int) -> dict:
    """A GRU of one unit reads digits and dots.

    Its input at a digit d is d/10 and the mark 1, at a dot 0 and 0. The candidate is tanh(d/10 + r h), so that with
    r = 0 a digit d is written as tanh(d/10), and a state h reads as the digit 10 artanh(h). The mark decides between
    the sums `hold` and `overwrite` inside z. Returns what `Holding.update` takes, but for the step.
    """
    marks = np.array([symbol != "." for symbol in symbols])
    inputs = np.array([int(symbol) if symbol != "." else 0 for symbol in symbols]) / 10
    z = sigmoid(np.where(marks, overwrite, hold))
    r = np.full(len(symbols), sigmoid(reset))
    h, wanted = [0.0], [0.0]
    for t, (x, marked) in enumerate(zip(inputs, marks, strict=True)):
        candidate = np.tanh(x + r[t] * h[-1])
        h.append(z[t] * h[-1] + (1 - z[t]) * candidate)
        wanted.append(10 * x if marked else wanted[-1])
    return {"symbols": symbols, "read": 10 * np.arctanh(h), "wanted": np.array(wanted), "z": z, "r": r,
            "shares": shares(z, step)}


def shares(z: np.ndarray, step: int) -> np.ndarray:
    """The weights of h_0 and of each candidate in the state after `step`, (T+1,): Π z, and (1 − z_t) Π_{s>t} z_s."""
    weights = np.zeros(len(z) + 1)
    weights[0] = 1
    for t in range(step):
        weights *= z[t]
        weights[t + 1] = 1 - z[t]
    return weights
