"""The language model of chapter 09 in PyTorch: tokens in, logits of the next token out, the state handed on.

    model = LanguageModel(len(vocabulary), hidden_size=128, cell="lstm")
    logits, state = model(inputs, state)           # inputs (T, N) of integers → logits (T, N, V)
    loss = next_token_loss(logits, targets)        # the mean surprise, in nats
    state = detached(state)                        # the numbers go on, the gradient does not

    losses = read_once(model, offset_batches(indices, rows=32, k=32), optimizer)      # one pass, the state carried
    loss = evaluate(model, offset_batches(others, rows=1, k=256))                     # exp of it is the perplexity
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.decoding import evaluating, tensor_like
from seqlearn.nn.layer import check_choice, check_size

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
State = Any  # h (L, N, H), or the pair (h, c) of the LSTM
NO_BLOCKS = "blocks must hold at least one: a generator is empty after it has been gone through once"


class LanguageModel(nn.Module):
    """Embedding → recurrent layers → linear readout: at each step the logits of the token that comes next.

    `embedding`, `recurrent` and `readout` are torch's own modules, so `interop.from_torch` takes each of them.
    dropout: the share of numbers set to 0 in training, after the embedding, between layers and before the readout.
    Raises ValueError for a cell that is not "rnn", "lstm" or "gru".
    """

    def __init__(self, vocabulary_size: int, hidden_size: int, *, cell: str = "lstm", embedding_size: int | None = None,
                 num_layers: int = 1, dropout: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        check_choice("cell", cell, tuple(CELLS))
        embedding_size = hidden_size if embedding_size is None else embedding_size
        self.embedding = nn.Embedding(check_size("vocabulary_size", vocabulary_size), embedding_size)
        between = dropout if num_layers > 1 else 0.0
        self.recurrent = CELLS[cell](embedding_size, check_size("hidden_size", hidden_size), num_layers,
                                     dropout=between)
        self.readout = nn.Linear(hidden_size, vocabulary_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """tokens (T, N) of integers, state as returned before, None for zeros → logits (T, N, V) and the last state."""
        outputs, state = self.recurrent(self.dropout(self.embedding(tokens)), state)
        return self.readout(self.dropout(outputs)), state


def next_token_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of −log p(target) over all steps and rows, in nats: logits (T, N, V), targets (T, N)."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def detached(state: State) -> State:
    """The same state without its history: the next block starts from its numbers, and no gradient goes back."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def read_once(model: LanguageModel, blocks: Iterable[tuple[np.ndarray, np.ndarray]], optimizer: torch.optim.Optimizer,
              *, carry: bool = True, max_norm: float = 1.0, schedule: Any = None) -> list[float]:  # fmt: skip
    """One pass over blocks (inputs, targets) in order, with an update after each; the losses, in nats per token.

    carry: each block starts from the state that the block before left, cut off from its history; otherwise from zeros.
    schedule: a learning-rate scheduler of torch, moved on after every update.
    Blocks hold arrays or tensors of integers. Raises ValueError when there is none.
    """
    losses, state, like = [], None, next(model.parameters())
    model.train()
    for inputs, targets in blocks:
        logits, last = model(tensor_like(inputs, like), state)
        state = detached(last) if carry else None
        loss = next_token_loss(logits, tensor_like(targets, like))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
    if not losses:
        raise ValueError(NO_BLOCKS)
    return losses


@evaluating
def evaluate(model: LanguageModel, blocks: Iterable[tuple[np.ndarray, np.ndarray]], *, carry: bool = True) -> float:
    """Mean surprise in nats per token over blocks (inputs, targets) in order; the state carried, or reset at each.

    All tokens count alike, whatever the sizes of the blocks. exp of it is the perplexity. Blocks hold arrays or tensors
    of integers. Raises ValueError when there is none.
    """
    like, total, count, state = next(model.parameters()), 0.0, 0, None
    for inputs, targets in blocks:
        logits, last = model(tensor_like(inputs, like), state)
        state = last if carry else None
        targets = tensor_like(targets, like)
        total += next_token_loss(logits, targets).item() * targets.numel()
        count += targets.numel()
    if count == 0:
        raise ValueError(NO_BLOCKS)
    return total / count
