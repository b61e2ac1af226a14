"""From a sequence-to-sequence model to its answer: greedily, or with a beam that keeps several beginnings.

    decoded = greedy(model, batch.source, max_steps=20, lengths=batch.lengths)
    decoded.tokens                                 # (S, N): each column an answer, END, then PAD
    best, *others = beam_search(model, source, width=5, max_steps=20)      # of one source, (T, 1)
    beam_search_batch(model, batch.source, width=5, max_steps=20, lengths=batch.lengths)   # of all N sources at once
    exact_match(model, pairs, max_steps=20)        # the share of test examples answered without a fault

The model reads its own words here: a mistake is read like any other word.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn.data.pairs import END, PAD, START, Pairs
from seqlearn.decoding.beam import DIVERGED, Candidate, Hypothesis, Step, search, search_batch
from seqlearn.decoding.tensors import evaluating, tensor_like, to_numpy


class Decoded(NamedTuple):
    """Answers of a batch: tokens (S, N); weights (S, N, T) of an attention, or None; log_probability (N,) in nats."""

    tokens: Tensor
    weights: Tensor | None
    log_probability: Tensor


@evaluating
def greedy(model: nn.Module, source: Any, *, max_steps: int, lengths: Any = None) -> Decoded:
    """At every step the most probable symbol, until all answers have said END or max_steps are over.

    source (T, N), or (T, N, size) frames; lengths (N,). Tensors, arrays or lists. The model is put into eval mode for
    it. Raises ValueError for max_steps below 1, for lengths that do not fit, and when the model's logits are NaN.
    """
    if max_steps < 1:
        raise ValueError(f"max_steps must be 1 or more, got {max_steps}")
    like = next(model.parameters())
    source, device = tensor_like(source, like), like.device
    encoded, state = model.encode(source, lengths), None
    token = torch.full((1, source.shape[1]), START, device=device)
    finished = torch.zeros(source.shape[1], dtype=torch.bool, device=device)
    total = torch.zeros(source.shape[1], device=device, dtype=like.dtype)
    tokens, all_weights = [], []
    for number in range(1, max_steps + 1):
        logits, state, weights = model.decoder(token, encoded, state)
        best, token = _no_special(logits).log_softmax(2).max(2)
        if best.isnan().any():
            raise ValueError(f"the model's logits are NaN at step {number}: {DIVERGED}")
        token = token.masked_fill(finished, PAD)
        total += best[0].masked_fill(finished, 0)
        tokens.append(token[0])
        all_weights.append(weights)
        finished = finished | (token[0] == END)
        if finished.all():
            break
    weights = None if all_weights[0] is None else torch.cat(all_weights)
    return Decoded(torch.stack(tokens), weights, total)


@evaluating
def beam_search(model: nn.Module, source: Any, *, width: int, max_steps: int, length_penalty: float = 0.0,
                tree: bool = False, spare: int = 0) -> list[Hypothesis] | tuple[list[Hypothesis], list[Candidate]]:
    """The best answers to one source that a beam of this width finds, best first: `beam.search` on a model.

    source (T, 1), or (T, 1, size) frames. An answer that says END leaves the beam for the list of finished ones; the
    search ends when no beginning in the beam can become better than the `width` best of these, or after max_steps.
    length_penalty α: answers are ordered by log p / (length + 1)^α; 0 orders them by their probability. With any other
    α the search goes on as long as something is in the beam, up to max_steps.
    tree: return the candidates as well, with `spare` dropped ones for each step.
    Raises ValueError for a width below 1, a source of several columns, and logits that are NaN.
    """
    source = tensor_like(source, next(model.parameters()))
    if source.ndim < 2 or source.shape[1] != 1:
        raise ValueError(f"source must be (T, 1), one sequence at a time, got {tuple(source.shape)}; "
                         "beam_search_batch takes several")
    found = search(_step(model, source, None), width=width, max_steps=max_steps, length_penalty=length_penalty,
                   spare=spare)
    return found if tree else found[0]


@evaluating
def beam_search_batch(model: nn.Module, source: Any, *, width: int, max_steps: int, length_penalty: float = 0.0,
                      lengths: Any = None) -> list[list[Hypothesis]]:
    """For every source of a batch what `beam_search` finds for it alone: N lists, the best answer first in each.

    source (T, N), or (T, N, size) frames; lengths (N,) when rows end earlier. The beginnings of all N beams go through
    the decoder together, and a beam that is over leaves. Raises ValueError as `beam_search` does, and for lengths that
    do not fit.
    """
    source = tensor_like(source, next(model.parameters()))
    if source.ndim < 2:
        raise ValueError(f"source must be (T, N), got {tuple(source.shape)}")
    return search_batch(_step(model, source, lengths), source.shape[1], width=width, max_steps=max_steps,
                        length_penalty=length_penalty)


def _step(model: nn.Module, source: Tensor, lengths: Any) -> Step:
    """The function that a search calls: one step of the decoder for all beginnings, whatever source they belong to."""
    encoded, state, device = model.encode(source, lengths), None, source.device
    owner, gathered = np.arange(source.shape[1]), encoded  # the source of each row, and what the encoder says of it

    def step(tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
        nonlocal state, owner, gathered
        if not np.array_equal(owner[parents], owner):
            owner = owner[parents]
            gathered = _of_sources(encoded, torch.as_tensor(owner, device=device))
        if state is not None:
            state = _chosen(state, torch.as_tensor(parents, device=device))
        logits, state, _ = model.decoder(torch.as_tensor(tokens, device=device)[None], gathered, state)
        return to_numpy(_no_special(logits)[0].log_softmax(1))

    return step


def exact_match(model: nn.Module, pairs: Pairs, part: str = "test", *, max_steps: int, batch_size: int = 500) -> float:
    """The share of a part's examples whose greedy answer is right from the first symbol to END.

    Raises ValueError for a part that is empty, or neither "train" nor "test".
    """
    right = count = 0
    for batch in pairs.batches(batch_size, part=part):
        tokens = greedy(model, batch.source, max_steps=max_steps, lengths=batch.lengths).tokens.cpu().numpy()
        right += int(same_answers(tokens, batch.targets).sum())
        count += batch.targets.shape[1]
    if count == 0:
        raise ValueError(f"part must have examples, got {part!r} with none")
    return right / count


def same_answers(tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Which columns of tokens (S, N) are those of targets (S', N), END included, whatever the padding: (N,)."""
    steps = max(len(tokens), len(targets))
    a, b = (np.pad(x, ((0, steps - len(x)), (0, 0)), constant_values=PAD) for x in (tokens, targets))
    return (a == b).all(axis=0)


def _no_special(logits: Tensor) -> Tensor:
    """PAD and START are no answers."""
    logits = logits.clone()
    logits[..., [PAD, START]] = -torch.inf
    return logits


def _of_sources(encoded: Any, rows: Tensor) -> Any:
    """The encoder's words on the sources `rows`, one for each beginning: axis 1 of every tensor."""
    found = {name: None if value is None else value[:, rows]
             for name, value in (("outputs", encoded.outputs), ("mask", encoded.mask), ("keys", encoded.keys))}
    return encoded._replace(state=_chosen(encoded.state, rows), **found)


def _chosen(state: Any, rows: Tensor) -> Any:
    """The columns `rows` of a state, (L, N, H) or a pair of them."""
    return tuple(part[:, rows] for part in state) if isinstance(state, tuple) else state[:, rows]
