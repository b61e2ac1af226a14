"""Explorer of chapter 02: step through a recurrent network and watch its state remember, or forget."""

import numpy as np
from ipywidgets import Dropdown, FloatSlider, IntSlider, Text

from seqlearn.plots.unrolling import Unrolling as UnrollingPicture
from seqlearn.widgets.explorer import Explorer

STEPS, UNITS = UnrollingPicture.steps, UnrollingPicture.units
ACTIVATIONS = ("tanh", "identity")


class Unrolling(Explorer):
    """Read digits one by one; see every state, how it was made, and what it still knows of the first digit."""

    chapter = "02"
    title = "A state that remembers, for a while"
    question = (
        "Step to the end, and type more and more ones after the first digit. With tanh the bar of step 12 changes, "
        "with the identity it does not. Why?"
    )
    picture_class = UnrollingPicture
    plays = "step"
    on_page = {
        "step": range(STEPS + 1),
        "scale": (0.5, 0.9, 1.2),
        "digits": ("1", "1 1 1 1 1 1 1 1"),
        "activation": ACTIVATIONS,
    }

    def make_controls(self) -> dict:
        return {
            "step": IntSlider(description="Step t", min=0, max=STEPS, value=5),
            "scale": FloatSlider(description="Scale of W_h", min=0, max=1.5, step=0.05, value=0.9),
            "digits": Text(value="1", description="Digits", placeholder="zeros and ones, such as 1 0 0 1"),
            "activation": Dropdown(description="Activation", options=ACTIVATIONS, value="tanh"),
            "seed": IntSlider(description="Network (seed)", min=0, max=9, value=0),
        }

    def compute(self, step: int, scale: float, digits: str, activation: str, seed: int) -> dict:
        x, left_out = read_digits(digits)
        states, parts = walk(x, scale, activation, seed)
        return {"step": step, "digits": x, "states": states, "parts": parts,
                "left": left_of_first(x, scale, activation, seed), "scale": scale, "activation": activation,
                "left_out": left_out}


def read_digits(text: str) -> tuple[np.ndarray, str]:
    """Zeros and ones typed by a person, as an array (12,) filled up with zeros, and what was left out, as text."""
    found = [character for character in text if character in "01"]
    strange = [character for character in text if character not in "01 ,;"] + found[STEPS:]
    shown = "".join(strange[:8]) + (f" and {len(strange) - 8} more" if len(strange) > 8 else "")
    return np.array(found[:STEPS] + ["0"] * (STEPS - len(found)), dtype=float), shown


def network(scale: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """W_x (1, 8) and W_h (8, 8). W_h is orthogonal times the scale: it changes lengths by the scale alone."""
    rng = np.random.default_rng(seed)
    rotation, _ = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))
    W_x = rng.choice([-1.0, 1.0], size=(1, UNITS)) * rng.uniform(0.4, 1.2, size=(1, UNITS))
    return W_x, scale * rotation


def walk(digits: np.ndarray, scale: float, activation: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """All states (T + 1, H) from h_0 = 0, and for every step what the input and the state before it give (T, 2, H)."""
    W_x, W_h = network(scale, seed)
    bend = np.tanh if activation == "tanh" else np.asarray
    states, parts = [np.zeros(UNITS)], []
    for digit in digits:
        parts.append([digit * W_x[0], states[-1] @ W_h])
        states.append(bend(parts[-1][0] + parts[-1][1]))
    return np.array(states), np.array(parts)


def left_of_first(digits: np.ndarray, scale: float, activation: str, seed: int) -> np.ndarray:
    """What is left of the first digit, (T,).

    It is the distance between the states with this first digit and with the other one, as a share of that at step 1.
    """
    other = digits.copy()
    other[0] = 1 - other[0]
    apart = walk(digits, scale, activation, seed)[0] - walk(other, scale, activation, seed)[0]
    distance = np.linalg.norm(apart[1:], axis=1)
    return distance / distance[0]
