"""Beam search: keep the best few beginnings of an answer, not only the best one. NumPy only, for any model.

    def step(tokens, parents):             # one symbol more for every beginning in the beam
        ...                                # tokens (B,): their last symbols; parents (B,): their places a step before
        return log_p                       # (B, V): the log-probabilities of what comes next

    hypotheses, tree = search(step, width=3, max_steps=10)
    hypotheses[0].tokens, hypotheses[0].log_probability
    search_batch(step, 50, width=3, max_steps=10)       # 50 beams at once: their beginnings are the rows of one array

`width=1` is greedy decoding. `seqlearn.decoding.beam_search` and `beam_search_batch` make a `step` of a PyTorch model;
chapter 11's explorer makes one of arrays.
"""

from collections.abc import Callable
from numbers import Integral
from typing import NamedTuple

import numpy as np

from seqlearn.data.pairs import END, START
from seqlearn.nn.layer import check_number

DIVERGED = "the model's weights have diverged; train it again with a smaller learning rate, or with max_norm=1"
ROUNDING = 1e-10  # nats; the same model gives numbers that differ by less when it runs on more rows (float32: 1e-5)


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


Step = Callable[[np.ndarray, np.ndarray], np.ndarray]


def search(step: Step, *, width: int, max_steps: int, length_penalty: float = 0.0,
           spare: int = 0) -> tuple[list[Hypothesis], list[Candidate]]:
    """The `width` best answers that a beam of this width finds, best first, and the tree of what it looked at.

    At every step each beginning in the beam is continued with every symbol, and the `width` most probable of all these
    stay. One that ends with END is finished and leaves the beam. The search is over when nothing in the beam can become
    better than the `width` best finished ones, or after `max_steps`; what is in the beam then counts as unfinished.

    length_penalty α: answers are ordered by log p / (length + 1)^α; 0 orders them by their probability. With any other
    α the search goes on as long as something is in the beam, up to max_steps.
    spare: at each step so many of the dropped candidates, the best ones, are noted in the tree.
    Of equals, those that stand first in `log_p` are kept; equal is what differs by rounding only.
    Where a model rules out everything, the beginnings so far come back unfinished; there is always an answer.
    Raises ValueError for a width or max_steps below 1, and for log-probabilities that are NaN, as those of a model are
    whose weights have diverged.
    """
    (beam,) = _searched(step, 1, width, max_steps, length_penalty, spare)
    return beam.best(), beam.tree


def search_batch(step: Step, count: int, *, width: int, max_steps: int,
                 length_penalty: float = 0.0) -> list[list[Hypothesis]]:
    """`count` searches side by side: for each what `search` alone finds, and one call of `step` for all at each step.

    The beginnings of all beams that are not over stand below each other in tokens, parents and log_p: (B,) and (B, V).
    At the first step parents are 0 … count − 1.
    """
    if check_number("count", count, -np.inf, kind=Integral) < 0:
        raise ValueError(f"count must be 0 or more, got {count}")
    return [beam.best() for beam in _searched(step, count, width, max_steps, length_penalty, 0)]


def _searched(step: Step, count: int, width: int, max_steps: int, length_penalty: float, spare: int) -> list["_Beam"]:
    for name, value in (("width", width), ("max_steps", max_steps)):
        if check_number(name, value, -np.inf, kind=Integral) < 1:
            raise ValueError(f"{name} must be 1 or more, got {value}")
    beams = [_Beam(width, length_penalty, spare) for _ in range(count)]
    active, parents = beams, np.arange(count)
    for number in range(1, max_steps + 1):
        if not active:
            break
        log_p = np.asarray(step(np.array([token for beam in active for token in beam.tokens]), parents))
        if np.isnan(log_p).any():
            raise ValueError(f"step must return log-probabilities, got NaN at step {number}: {DIVERGED}")
        first, rows, going_on = 0, [], []
        for beam in active:
            size = len(beam.hypotheses)
            kept = beam.advance(log_p[first : first + size])
            if not beam.over:
                rows.extend(first + row for row in kept)
                going_on.append(beam)
            first += size
        active, parents = going_on, np.array(rows)
    return beams


class _Beam:
    """The search for the answer to one source, between two steps."""

    def __init__(self, width: int, length_penalty: float, spare: int) -> None:
        self.width, self.length_penalty, self.spare = width, length_penalty, spare
        self.hypotheses, self.finished, self.over = [Hypothesis((), 0.0, False)], [], False
        self.tree: list[Candidate] = []
        self.places, self.number, self.tie = [-1], 0, 0.0

    @property
    def tokens(self) -> list[int]:
        """What each beginning has said last."""
        return [each.tokens[-1] if each.tokens else START for each in self.hypotheses]

    def advance(self, log_p: np.ndarray) -> list[int]:
        """One step: log_p (B, V) of the beginnings. Returns the old rows of those in the beam now."""
        self.number += 1
        self.tie = max(self.tie, ROUNDING if log_p.dtype == np.float64 else 1e5 * ROUNDING)
        total = log_p.astype(np.float64) + [[each.log_probability] for each in self.hypotheses]
        kept, rows, places = [], [], []
        for rank, index in enumerate(best_indices(total.ravel(), self.width + self.spare, self.tie)):
            row, token = divmod(int(index), total.shape[1])
            value = float(total[row, token])
            fate = "dropped" if rank >= self.width else "finished" if token == END else "kept"
            self.tree.append(Candidate(self.number, self.places[row], token, value, fate))
            if fate == "finished":
                self.finished.append(Hypothesis(self.hypotheses[row].tokens, value, True))
            elif fate == "kept":
                kept.append(Hypothesis((*self.hypotheses[row].tokens, token), value, False))
                rows.append(row)
                places.append(len(self.tree) - 1)
        if not kept and not self.finished:
            self.over = True  # everything is ruled out: what was there stays
            return []
        self.hypotheses, self.places = kept, places
        self.finished = self._ordered(self.finished)
        self.over = not kept or (self.length_penalty == 0 and len(self.finished) == self.width
                                 and kept[0].log_probability <= self.finished[-1].log_probability + self.tie)
        return rows

    def best(self) -> list[Hypothesis]:
        """The best answers so far, finished or not."""
        return self._ordered(self.finished + self.hypotheses)

    def _ordered(self, hypotheses: list[Hypothesis]) -> list[Hypothesis]:
        scores = [each.log_probability / (len(each.tokens) + 1) ** self.length_penalty for each in hypotheses]
        return [hypotheses[i] for i in best_indices(np.array(scores), self.width, self.tie)]


def best_indices(values: np.ndarray, count: int, tie: float = 0.0) -> np.ndarray:
    """The indices of the largest values (M,), largest first; impossible ones (−∞) are left out.

    Neighbours in this order that differ by `tie` or less count as equal, and of equals the first ones come first.
    """
    possible = np.flatnonzero(values > -np.inf)
    if len(possible) > count:
        edge = np.partition(values[possible], len(possible) - count)[len(possible) - count]
        possible = possible[values[possible] >= edge - tie]
    order = possible[np.argsort(-values[possible], kind="stable")]
    group = np.cumsum(-np.diff(values[order], prepend=values[order[:1]]) > tie)
    return order[np.lexsort((order, group))][:count]
