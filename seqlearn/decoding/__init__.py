"""From a model to a text: drawing from its probabilities, the most probable symbol, a beam.

`sampling` and `beam` need NumPy only; the names of `seq2seq` and `tensors` need torch, which is imported at
their first use.
"""

from importlib import import_module
from typing import Any

from seqlearn.decoding.beam import Candidate, Hypothesis, search, search_batch
from seqlearn.decoding.sampling import next_probabilities

_SEQ2SEQ = ("Decoded", "beam_search", "beam_search_batch", "exact_match", "greedy", "same_answers")
_TENSORS = ("evaluating", "lengths_like", "tensor_like", "to_numpy")

__all__ = ["Candidate", "Hypothesis", "next_probabilities", "search", "search_batch", *_SEQ2SEQ, *_TENSORS]


def __getattr__(name: str) -> Any:
    if name in _SEQ2SEQ:
        return getattr(import_module("seqlearn.decoding.seq2seq"), name)
    if name in _TENSORS:
        return getattr(import_module("seqlearn.decoding.tensors"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
