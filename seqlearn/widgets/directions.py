"""Explorer of chapter 03: turn a direction on a contour map, and read the slope along it."""

import ipywidgets
import numpy as np

from seqlearn.plots.directions import Compass, landscape
from seqlearn.widgets.explorer import Explorer

STEP = 0.25  # how far the button walks


class DirectionalDerivative(Explorer):
    """Turn a direction, move the point, walk; see the slope follow a cosine."""

    chapter = "03"
    title = "Which way is up?"
    question = (
        "Turn until the slope is nearly 0: how does the black arrow lie to the green level line? Then move the point: "
        "what stays the same about the curve on the right?"
    )
    picture_class = Compass
    plays = "angle"
    on_page = {"angle": range(0, 361, 10), "w_1": (-1.0, 1.0), "w_2": (0.0, 1.0)}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "angle": ipywidgets.IntSlider(value=80, min=0, max=360, description="direction of u (degrees)"),
            "w_1": ipywidgets.FloatSlider(value=1.0, min=-2.5, max=2.5, step=0.05, description="point w₁"),
            "w_2": ipywidgets.FloatSlider(value=0.0, min=-1.5, max=1.5, step=0.05, description="point w₂"),
            "step": ipywidgets.Button(description="Step", tooltip=f"walk {STEP} in this direction"),
        }

    def compute(self, angle: int, w_1: float, w_2: float) -> dict:
        point, u = np.array([w_1, w_2]), direction(angle)
        eps = 1e-5
        measured = (landscape(*(point + eps * u)) - landscape(*(point - eps * u))) / (2 * eps)
        # Rounding leaves some 1e-11, whose sign would be shown as −0.00.
        return {"point": point, "angle": angle, "gradient": gradient(point), "measured": round(measured, 6) + 0.0}

    def on_step(self, angle: int, w_1: float, w_2: float) -> dict:
        self.controls["w_1"].value, self.controls["w_2"].value = np.array([w_1, w_2]) + STEP * direction(angle)
        return {}


def direction(angle: float) -> np.ndarray:
    """The unit vector (2,) at this angle, in degrees, from the w_1 axis."""
    return np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])


def gradient(point: np.ndarray) -> np.ndarray:
    """The gradient (2,) of the landscape at a point (2,), by hand."""
    return np.array([point[0] / 2, point[1]]) + np.cos(point.sum())
