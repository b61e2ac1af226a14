"""Explorer of chapter 03: the error of a finite difference against its step ε."""

from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets
import numpy as np

from seqlearn.plots.differences import VCurve
from seqlearn.widgets.explorer import Explorer

ALL_EPS = 10.0 ** np.arange(-16, 0.01, 0.25)


@dataclass(frozen=True)
class Curve:
    """A function of one number with its slope and its second and third derivatives."""

    f: Callable
    slope: Callable
    second: Callable
    third: Callable


def zero(w: float) -> float:
    return 0.0


CURVES = {
    "sin w": Curve(np.sin, np.cos, lambda w: -np.sin(w), lambda w: -np.cos(w)),
    "sin w + 1000": Curve(lambda w: np.sin(w) + w.dtype.type(1000), np.cos, lambda w: -np.sin(w), lambda w: -np.cos(w)),
    "exp w": Curve(np.exp, np.exp, np.exp, np.exp),
    "w²": Curve(lambda w: w * w, lambda w: 2 * w, lambda w: 2.0, zero),
    "relu w": Curve(lambda w: np.maximum(w, w.dtype.type(0)), lambda w: float(w > 0), zero, zero),
}


class DifferenceError(Explorer):
    """Choose ε; see the secant, and the error on its V-shaped curve."""

    chapter = "03"
    title = "How small is small enough?"
    question = r"Move $\varepsilon$ to the left from 0.1. Where is the error smallest, and what happens beyond?"
    picture_class = VCurve
    on_page = {
        "eps": 10.0 ** np.arange(-16, 0.1, 0.5),
        "function": ("sin w", "sin w + 1000"),
        "way": ("central", "forward"),
    }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "eps": ipywidgets.FloatLogSlider(value=1e-1, min=-16, max=0, step=0.25, description="ε",
                                             readout_format=".1e"),
            "point": ipywidgets.FloatSlider(value=1.0, min=-2, max=2, step=0.1, description="point w",
                                            readout_format=".1f"),
            "function": ipywidgets.Dropdown(options=list(CURVES), value="sin w", description="function"),
            "way": ipywidgets.ToggleButtons(options=["central", "forward"], description="difference"),
            "precision": ipywidgets.ToggleButtons(options=["float64", "float32"], description="precision"),
        }

    def compute(self, eps: float, point: float, function: str, way: str, precision: str) -> dict:
        curve, dtype = CURVES[function], np.dtype(precision).type
        w = float(dtype(round(point, 3) + 0.0))  # the slider's 0.1 + 0.2; then what the precision makes of it
        x = np.linspace(-3, 3, 121)
        ends, heights, estimate = difference(curve.f, w, np.array([eps]), way, precision)
        all_estimates = difference(curve.f, w, ALL_EPS, way, precision)[2]
        slope = float(curve.slope(w))
        error = abs(estimate[0] - slope)
        unit = np.finfo(precision).eps
        rule = unit ** (1 / 2 if way == "forward" else 1 / 3)
        words = (f"{function} at w = {w:.1f}, {way} difference in {precision} with ε = {eps:.1e}: the slope comes out "
                 f"as {estimate[0]:.6f} and should be {slope:.6f}; the error is {error:.0e}. "
                 f"{verdict(curve, w, eps, error, way, unit)}")
        return {"x": x, "y": curve.f(x), "ends": ends[:, 0], "heights": heights[:, 0], "point": w,
                "height": float(curve.f(np.float64(w))), "slope": slope, "estimate": float(estimate[0]), "eps": eps,
                "error": error, "all_eps": ALL_EPS, "all_errors": np.abs(all_estimates - slope), "rule": rule,
                "words": words.replace("-", "−")}


def difference(f: Callable, w: float, eps: np.ndarray, way: str, precision: str
               ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finite differences of f at w for every eps (n,), computed in a precision.

    way: "forward" or "central". Returns places (2, n), heights (2, n) and slopes (n,): float64 holding numbers of that
    precision.
    """
    eps = eps.astype(precision)
    here = np.full_like(eps, w)
    places = np.stack([here if way == "forward" else here - eps, here + eps])
    heights = f(places)
    slopes = (heights[1] - heights[0]) / (eps if way == "forward" else 2 * eps)
    return places.astype(float), heights.astype(float), slopes.astype(float)


def verdict(curve: Curve, w: float, eps: float, error: float, way: str, unit: float) -> str:
    """A sentence on what the error is made of: the bend of the curve, rounding, or a kink."""
    left = w if way == "forward" else w - eps
    kinked = curve is CURVES["relu w"]
    if kinked and w == 0:
        return "This is the kink itself: the slope is 0 on its left and 1 on its right; 0 here is a convention."
    if kinked and left < 0 < w + eps:
        return "The kink at 0 lies between the two places, so the quotient mixes the slopes 0 and 1."
    if error == 0:
        return "It is exact to the last digit."
    of_third, of_second = abs(curve.third(w)) * eps**2 / 6, abs(curve.second(w)) * eps / 2 * (way == "forward")
    bend = of_third + of_second
    size = abs(float(curve.f(np.float64(w)))) + eps * abs(float(curve.slope(w)))  # of the two values
    worst = unit * size / eps * (2 if way == "forward" else 1)
    rounding = worst / 8  # typically
    if of_third > of_second / 4 > 0 and error < bend / 2 and bend > 10 * rounding:
        return "Two parts of the bend cancel in part at this ε: only a much smaller one is sure to be better."
    if bend > 10 * worst:
        return "Nearly all of it is the bend of the curve: a smaller ε is better."
    if bend > 10 * rounding:
        return "As a rule it is mostly the bend of the curve here: a smaller ε is better."
    if kinked and left > 0 and way == "central":
        return f"It is rounding: as a rule a larger ε is better, up to {w:.1f}, where it meets the kink."
    if rounding > 5 * bend:
        return "As a rule it is mostly rounding here: a larger ε is better."
    return "Bend and rounding both count here: this ε is near the best."
