"""Beam search: keep the best few beginnings of an answer, not only the best one. NumPy only, for any model.

    def step(tokens, parents):             # one symbol more for every beginning in the beam
        ...                                # tokens (B,): their last symbols; parents (B,): their places a step before
        return log_p                       # (B, V): the log-probabilities of what comes next

    hypotheses, tree = search(step, width=3, max_steps=10)
    hypotheses[0].tokens, hypotheses[0].log_probability

`width=1` is greedy decoding. `seqlearn.decoding.beam_search` makes a `step` of a PyTorch model; chapter 11's explorer
makes one of arrays.
"""

from collections.abc import Callable
from numbers import Integral
from typing import NamedTuple

import numpy as np

from seqlearn.data.pairs import END, START
from seqlearn.nn.layer import check_number

DIVERGED = "the model's weights have diverged; train it again with a smaller learning rate, or with max_norm=1"


class Hypothesis(NamedTuple):
    """One answer: its rows without START and END, the log of its probability in nats, and whether END was said."""

    tokens: tuple[int, ...]
    log_probability: float
    finished: bool


class Candidate(NamedTuple):
    """A beginning that the search looked at, for drawing its tree.

    step: the number of symbols, from 1 on. parent: the index of the candidate it continues, -1 at the first step.
    token: its last symbol. fate: "kept" in the beam, "finished" by END, or "dropped".
    """

    step: int
    parent: int
    token: int
    log_probability: float
    fate: str


def search(step: Callable[[np.ndarray, np.ndarray], np.ndarray], *, width: int, max_steps: int,
           length_penalty: float = 0.0, spare: int = 0) -> tuple[list[Hypothesis], list[Candidate]]:
    """The `width` best answers that a beam of this width finds, best first, and the tree of what it looked at.

    At every step each beginning in the beam is continued with every symbol, and the `width` most probable of all these
    stay. One that ends with END is finished and leaves the beam. The search is over when nothing in the beam can become
    better than the `width` best finished ones, or after `max_steps`; what is in the beam then counts as unfinished.

    length_penalty α: answers are ordered by log p / (length + 1)^α; 0 orders them by their probability.
    spare: at each step so many of the dropped candidates, the best ones, are noted in the tree.
    Where a model rules out everything, the beginnings so far come back unfinished; there is always an answer.
    Raises ValueError for a width or max_steps below 1, and for log-probabilities that are NaN, as those of a model are
    whose weights have diverged.
    """
    for name, value in (("width", width), ("max_steps", max_steps)):
        if check_number(name, value, -np.inf, kind=Integral) < 1:
            raise ValueError(f"{name} must be 1 or more, got {value}")

    def score(hypothesis: Hypothesis) -> float:
        return hypothesis.log_probability / (len(hypothesis.tokens) + 1) ** length_penalty

    beam, finished, tree = [Hypothesis((), 0.0, False)], [], []
    places, tokens, parents = [-1], np.array([START]), np.array([0])
    for number in range(1, max_steps + 1):
        total = np.asarray(step(tokens, parents), dtype=np.float64) + [[each.log_probability] for each in beam]
        if np.isnan(total).any():
            raise ValueError(f"step must return log-probabilities, got NaN at step {number}: {DIVERGED}")
        kept, rows, next_places = [], [], []
        for rank, index in enumerate(best_indices(total.ravel(), width + spare)):
            row, token = divmod(int(index), total.shape[1])
            value = float(total[row, token])
            fate = "dropped" if rank >= width else "finished" if token == END else "kept"
            tree.append(Candidate(number, places[row], token, value, fate))
            if fate == "finished":
                finished.append(Hypothesis(beam[row].tokens, value, True))
            elif fate == "kept":
                kept.append(Hypothesis((*beam[row].tokens, token), value, False))
                rows.append(row)
                next_places.append(len(tree) - 1)
        if not kept and not finished:
            break
        beam, places = kept, next_places
        finished = sorted(finished, key=score, reverse=True)[:width]
        nothing_better = len(finished) == width and beam and beam[0].log_probability <= finished[-1].log_probability
        if not beam or (length_penalty == 0 and nothing_better):
            break
        tokens, parents = np.array([hypothesis.tokens[-1] for hypothesis in beam]), np.array(rows)
    return sorted(finished + beam, key=score, reverse=True)[:width], tree


def best_indices(values: np.ndarray, count: int) -> np.ndarray:
    """The indices of the largest values (M,), largest first; impossible ones (−∞) are left out."""
    count = min(count, len(values))
    some = np.argpartition(-values, count - 1)[:count]
    some = some[np.lexsort((some, -values[some]))]
    return some[values[some] > -np.inf]
