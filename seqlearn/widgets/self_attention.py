"""Explorer of chapter 14: heads made by hand, over a word that you type."""

import ipywidgets
import numpy as np

from seqlearn.plots.head_map import MOST, HeadMap
from seqlearn.widgets.explorer import Explorer

SIZE = 32  # of a position's vector
MIRRORED = 8  # the length that the mirror head was made for
STRENGTH = 12.0  # how large the heads' matrices are, so that temperature 1 is decided but not hard
HEADS = {"the same letter": "letter", "no preference": "none", "the mirror of 8 letters": "mirror",
         "one step back": "back"}


class HeadsByHand(Explorer):
    """Type a word, choose a head: lines and a map show where each position looks, letters what arrives there."""

    chapter = "14"
    title = "Where does the head look?"
    question = (
        "*stressed* comes out of the mirror as *desserts*. What comes out when you type a longer word, and where does "
        "the head look then? Which heads go blind without positions? And which half of the mirror survives the causal "
        "mask?"
    )
    picture_class = HeadMap
    on_page = {
        "word": ("stressed", "attention"),
        "head": HEADS,
        "positions": (True, False),
        "causal": (False, True),
        "temperature": (0.1, 1.0, 10.0),
    }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "word": ipywidgets.Text(value="stressed", description="Word", continuous_update=True,
                                    placeholder="up to 12 letters", layout=ipywidgets.Layout(width="240px")),
            "head": ipywidgets.Dropdown(description="Head", options=list(HEADS), value="the mirror of 8 letters"),
            "temperature": ipywidgets.FloatLogSlider(description="Temperature", base=10, min=-1, max=1, step=0.1,
                                                     value=1.0, readout_format=".3r"),
            "positions": ipywidgets.Checkbox(description="Positions", value=True),
            "causal": ipywidgets.Checkbox(description="Causal mask", value=False),
        }

    def compute(self, word: str, head: str, temperature: float, positions: bool, causal: bool) -> dict:
        letters = list(word[:MOST])
        weights = head_weights(letters, HEADS[head], temperature=temperature, positions=positions, causal=causal)
        arrives, shares = arriving(letters, weights)
        name = f"The head “{head}”" + ("" if positions else ", without positions") + (", causal" if causal else "")
        return {"letters": letters, "weights": weights, "arrives": arrives, "shares": shares,
                "name": f"{name}, temperature {temperature:.3g},"}


def waves(num_steps: int, size: int = SIZE) -> np.ndarray:
    """Sinusoidal positions (T, M): sine and cosine of 16 frequencies, side by side."""
    angles = np.arange(num_steps)[:, None] * 10000 ** (-np.arange(0, size, 2) / size)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(num_steps, size)


def turn_by(steps: float, size: int = SIZE, *, mirror: bool = False) -> np.ndarray:
    """The matrix R (M, M) with p[t] R = p[t + steps], or with `mirror` p[t] R = p[steps − t], for every t.

    A pair (sin a, cos a) goes to (sin(a + b), cos(a + b)) by a rotation, and to (sin(b − a), cos(b − a)) by a
    reflection: both are linear.
    """
    matrix = np.zeros((size, size))
    for i, angle in enumerate(steps * 10000 ** (-np.arange(0, size, 2) / size)):
        s, c = np.sin(angle), np.cos(angle)
        matrix[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[-c, s], [s, c]] if mirror else [[c, -s], [s, c]]
    return matrix


def head_weights(letters: list[str], head: str, *, temperature: float = 1.0, positions: bool = True,
                 causal: bool = False) -> np.ndarray:
    """The weights (T, T) of a head made by hand. head: "back", "mirror", "letter" or "none".

    A position's vector is its letter, one-hot, beside its sinusoidal position; the head's W_q and W_k read one of the
    two. Without positions that part is 0.
    """
    count = len(letters)
    if not count:
        return np.zeros((0, 0))
    p = waves(count) * positions
    if head == "letter":
        one_hot = np.array([[letter == other for other in sorted(set(letters))] for letter in letters], dtype=float)
        queries, keys = STRENGTH / 2 * one_hot, one_hot
    else:
        W_q = {"back": turn_by(-1), "mirror": turn_by(MIRRORED - 1, mirror=True), "none": np.zeros((SIZE, SIZE))}[head]
        queries, keys = STRENGTH * p @ W_q, p
    scores = queries @ keys.T / temperature
    if causal:
        scores = np.where(np.tri(count, dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def arriving(letters: list[str], weights: np.ndarray) -> tuple[list[str], np.ndarray]:
    """For each position the letter that gets the largest share of its weight, equal letters together, and the share."""
    kinds = sorted(set(letters))
    shares = weights @ np.array([[letter == kind for kind in kinds] for letter in letters], dtype=float).reshape(
        len(letters), len(kinds))
    if not len(letters):
        return [], np.zeros(0)
    return [kinds[k] for k in shares.argmax(axis=1)], shares.max(axis=1)
