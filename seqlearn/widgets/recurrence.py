"""Explorer of chapter 17: place one eigenvalue in the disc and see what a unit with it remembers."""

import numpy as np
from ipywidgets import Dropdown, FloatSlider

from seqlearn import nn
from seqlearn.plots.eigenvalue import EigenvalueInTheDisc
from seqlearn.widgets.explorer import Explorer

STEPS = EigenvalueInTheDisc.steps
INPUTS = ("one pulse", "two pulses", "a constant", "a wave of 40° a step", "noise")


class PlaceTheEigenvalue(Explorer):
    """Choose size and angle of a pair of eigenvalues and what comes in."""

    chapter = "17"
    title = "Place the eigenvalue"
    question = (
        "Which size keeps a third of a pulse for 100 steps, and what happens to the gradient then? Let a wave of 40° a "
        "step come in: at which angle does the unit listen to it? Last, cross the border at 1: what do kernel, state "
        "and gradient have in common?"
    )
    picture_class = EigenvalueInTheDisc
    on_page = {
        "size": (0.5, 0.9, 0.99, 0.999, 1.01),
        "angle": (0, 40, 90),
        "inputs": INPUTS,
    }

    def make_controls(self) -> dict:
        return {
            "size": FloatSlider(description="Size |a|", min=0, max=1.03, step=0.001, value=0.9, readout_format=".3f"),
            "angle": FloatSlider(description="Angle, degrees a step", min=0, max=180, step=1, value=0,
                                 readout_format=".0f"),
            "inputs": Dropdown(description="Input", options=INPUTS, value="two pulses"),
        }

    def compute(self, size: float, angle: float, inputs: str) -> dict:
        a = size * np.exp(1j * np.radians(angle))
        x = signal(inputs)
        return {"a": a, "x": x, "h": nn.scan(np.full(STEPS, a), x.astype(complex))}


def signal(name: str) -> np.ndarray:
    """The inputs (120,) by name.

    Raises ValueError for a name that is none of `INPUTS`.
    """
    t, x = np.arange(STEPS), np.zeros(STEPS)
    if name == "one pulse":
        x[4] = 1
    elif name == "two pulses":
        x[[4, 40]] = 1, -1
    elif name == "a constant":
        x[4:] = 0.25
    elif name == "a wave of 40° a step":
        x[4:] = 0.25 * np.cos(np.radians(40) * t[:-4])
    elif name == "noise":
        x = 0.25 * np.random.default_rng(0).standard_normal(STEPS)
    else:
        raise ValueError(f"name must be one of {', '.join(INPUTS)}, got {name!r}")
    return x
