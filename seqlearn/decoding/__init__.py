"""From a model to a text: drawing from its probabilities, the most probable symbol, a beam.

`sampling` and `beam` need NumPy only; the names of `seq2seq` need torch, which is imported at their first use.
"""

from importlib import import_module
from typing import Any

from seqlearn.decoding.beam import Candidate, Hypothesis, search
from seqlearn.decoding.sampling import next_probabilities

_WITH_TORCH = ("Decoded", "beam_search", "evaluating", "exact_match", "greedy", "same_answers")

__all__ = ["Candidate", "Hypothesis", "next_probabilities", "search", *_WITH_TORCH]


def __getattr__(name: str) -> Any:
    if name in _WITH_TORCH:
        return getattr(import_module("seqlearn.decoding.seq2seq"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
