"""Explorer of chapter 04: what truncated backpropagation through time cuts, and what is left."""

from functools import lru_cache

import numpy as np
from ipywidgets import Dropdown, FloatSlider, IntSlider

from seqlearn.plots.bptt import Paths
from seqlearn.widgets.explorer import Explorer

STEPS, HIDDEN = Paths.steps, 8


class TruncatedGradient(Explorer):
    """Choose where the gradient is cut; see the paths that survive and the angle to the full gradient."""

    chapter = "04"
    title = "What the cut lets through"
    question = (
        "At $k = 10$ the cut removes 100 of the 210 paths. Set the spectral radius to 0.5: the gradient hardly turns. "
        "Why? Then raise the radius. From which value on is the truncated gradient more than 10° off? Stay at 1.2 and "
        "move $k$ slowly from 7 to 13: does a longer block always bring it closer? Last, put the loss *at the last "
        "step* alone and look for a $k$ near 20 that is very bad."
    )
    picture_class = Paths
    plays = "k"
    on_page = {
        "k": range(1, STEPS + 1),
        "radius": (0.5, 0.8, 1.2, 1.4),
        "loss": ("at every step", "at the last step"),
    }

    def make_controls(self) -> dict:
        return {
            "k": IntSlider(description="Block length k", min=1, max=STEPS, value=10),
            "radius": FloatSlider(description="Spectral radius of W_h", min=0.1, max=1.6, step=0.1, value=1.2,
                                  readout_format=".1f"),
            "loss": Dropdown(description="Loss", options=["at every step", "at the last step"], value="at every step"),
            "seed": IntSlider(description="Network (seed)", min=0, max=9, value=0),
        }

    def compute(self, k: int, radius: float, loss: str, seed: int) -> dict:
        strengths, angles, ratios = truncations(radius, loss == "at the last step", seed)
        return {"k": k, "radius": radius, "strengths": strengths, "angles": angles, "ratios": ratios}


@lru_cache(maxsize=64)
def truncations(radius: float, last_only: bool, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All truncations of a gradient: strengths (T, T) of its paths; angles in degrees and norm ratios, both (T,)."""
    by_path = gradient_by_path(radius, last_only, seed)
    full = by_path.sum((0, 1))
    block = np.arange(STEPS)[None, :] // np.arange(1, STEPS + 1)[:, None]  # (k, t): the block of step t
    kept = block[:, :, None] == block[:, None, :]  # (k, t, s)
    truncated = np.einsum("kts,tsp->kp", kept.astype(float), by_path)
    norms, norm = np.linalg.norm(truncated, axis=1), np.linalg.norm(full)
    cosine = truncated @ full / np.maximum(norms * norm, 1e-300)
    return np.linalg.norm(by_path, axis=2), np.degrees(np.arccos(np.clip(cosine, -1, 1))), norms / max(norm, 1e-300)


def gradient_by_path(radius: float, last_only: bool, seed: int) -> np.ndarray:
    """The gradient of W_h of a tanh network with random targets, taken apart: (T, T, H·H), [loss t, copy s].

    Summed over both steps it is the full gradient; entries with s > t are 0.
    """
    rng = np.random.default_rng(seed)
    W_h = rng.normal(size=(HIDDEN, HIDDEN))
    W_h *= radius / np.abs(np.linalg.eigvals(W_h)).max()
    W_x, x = rng.normal(size=(1, HIDDEN)), 0.5 * rng.normal(size=(STEPS, 1))
    h = 0.5 * rng.normal(size=(STEPS + 1, HIDDEN))  # h_0; the rest is written over
    for t in range(STEPS):
        h[t + 1] = np.tanh(x[t] @ W_x + h[t] @ W_h)
    d_outputs = h[1:] - rng.uniform(-1, 1, size=(STEPS, HIDDEN))
    if last_only:
        d_outputs[:-1] = 0
    by_path = np.zeros((STEPS, STEPS, HIDDEN * HIDDEN))
    dh = np.zeros((STEPS, HIDDEN))  # one row a loss: each loss's own gradient runs back beside the others
    for s in reversed(range(STEPS)):
        dh[s] = d_outputs[s]
        da = dh * (1 - h[s + 1] ** 2)
        by_path[:, s] = (h[s][None, :, None] * da[:, None, :]).reshape(STEPS, -1)
        dh = da @ W_h.T
    return by_path
