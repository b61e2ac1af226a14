"""From logits to the next token: temperature, top-k, and drawing. NumPy only.

    p = next_probabilities(logits, temperature=0.7, top_k=10)
    token = rng.choice(len(p), p=p)
"""

import numpy as np
from numpy.typing import ArrayLike

from seqlearn.decoding.beam import DIVERGED
from seqlearn.nn.losses import log_softmax


def next_probabilities(logits: ArrayLike, temperature: float = 1.0, top_k: int | None = None) -> np.ndarray:
    """softmax(logits / temperature) over the last axis, with all but the top_k largest set to 0 before: (..., V).

    temperature 1 leaves the model's own probabilities, less sharpens them, more evens them out; 0 gives all to
    the largest logit (the first one of equals). Of logits that are equal at the edge of the top_k, the first ones are
    kept. Raises ValueError for a negative temperature, for a top_k that is not from 1 to V, and for logits that are
    NaN or +∞, as those of a model are whose weights have diverged.
    """
    logits = np.asarray(logits, dtype=np.float64)
    if not (logits < np.inf).all():
        raise ValueError(f"logits must be numbers, got NaN or inf: {DIVERGED}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature must be at least 0 and finite, got {temperature}")
    if temperature == 0:
        temperature, top_k = 1.0, 1
    if top_k is not None:
        if not 1 <= top_k <= logits.shape[-1]:
            raise ValueError(f"top_k must be from 1 to {logits.shape[-1]}, got {top_k}")
        order = np.argsort(-logits, axis=-1, kind="stable")
        kept = np.full_like(logits, -np.inf)
        np.put_along_axis(kept, order[..., :top_k], np.take_along_axis(logits, order[..., :top_k], -1), -1)
        logits = kept
    # The largest logit becomes 0 first: a tiny temperature then makes −inf of the others, and nothing overflows.
    with np.errstate(over="ignore"):
        scaled = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    return np.exp(log_softmax(scaled))
