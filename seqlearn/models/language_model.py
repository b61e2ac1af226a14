"""The language model of chapter 09 in PyTorch: tokens in, logits of the next token out, the state handed on.

    model = LanguageModel(len(vocabulary), hidden_size=128, cell="lstm")
    logits, state = model(inputs, state)           # inputs (T, N) of integers → logits (T, N, V)
    loss = next_token_loss(logits, targets)        # the mean surprise, in nats
    state = detached(state)                        # the numbers go on, the gradient does not

    history = train(model, text_blocks(indices, rows=32, k=32), CarriedLoss(), epochs=3)    # of seqlearn.training
    loss = evaluate(model, text_blocks(others, rows=1, k=256))                              # exp of it: perplexity
    text = write_on(model, vocabulary, "Scene 1.", 200, np.random.default_rng(0), temperature=0.8)
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.data.corpus import Vocabulary, offset_batches
from seqlearn.decoding import evaluating, tensor_like
from seqlearn.decoding.sampling import next_probabilities
from seqlearn.decoding.tensors import to_numpy
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


def text_blocks(indices: np.ndarray, rows: int, k: int) -> list[tuple[np.ndarray, np.ndarray, bool]]:
    """The blocks of one pass over a text: (inputs (k, rows), targets (k, rows), whether it is the first of the pass).

    As `offset_batches` cuts them. Raises ValueError when there is not one block.
    """
    blocks = offset_batches(indices, rows, k)
    return [(inputs, targets, number == 0) for number, (inputs, targets) in enumerate(blocks)]


class CarriedLoss:
    """What a block costs, for `train`: the mean surprise, with the state that the block before left.

        train(model, text_blocks(indices, 32, 32), CarriedLoss(), validation=text_blocks(others, 1, 256))

    A block is (inputs, targets, first), the way `text_blocks` makes them; the first of a pass begins with zeros, so
    that training and validation do not see each other's state. The numbers of the state go on, the gradient does not.
    carry=False: every block begins with zeros.
    """

    def __init__(self, carry: bool = True) -> None:
        self.carry, self.state = carry, None

    def __call__(self, model: LanguageModel, block: tuple) -> Tensor:
        inputs, targets, first = block
        like = next(model.parameters())
        logits, state = model(tensor_like(inputs, like), None if first or not self.carry else self.state)
        self.state = detached(state)
        return next_token_loss(logits, tensor_like(targets, like))


@evaluating
def evaluate(model: LanguageModel, blocks: Iterable[tuple], *, carry: bool = True) -> float:
    """Mean surprise in nats per token over blocks (inputs, targets, …) in order; the state carried, or reset at each.

    All tokens count alike, whatever the sizes of the blocks. exp of it is the perplexity. Blocks hold arrays or tensors
    of integers. Raises ValueError when there is none.
    """
    like, total, count, state = next(model.parameters()), 0.0, 0, None
    for inputs, targets, *_ in blocks:
        logits, last = model(tensor_like(inputs, like), state)
        state = last if carry else None
        targets = tensor_like(targets, like)
        total += next_token_loss(logits, targets).item() * targets.numel()
        count += targets.numel()
    if count == 0:
        raise ValueError(NO_BLOCKS)
    return total / count


@evaluating
def write_on(model: LanguageModel, vocabulary: Vocabulary, text: str, length: int, rng: np.random.Generator, *,
             temperature: float = 1.0, top_k: int | None = None) -> str:  # fmt: skip
    """The `length` characters that the model draws after a text of at least one character.

    temperature 0 takes the likeliest character each time; otherwise as `next_probabilities` says. Raises ValueError
    for an empty text, and for characters that are not in the vocabulary.
    """
    if not text:
        raise ValueError("text must hold at least one character, got ''")
    read, state, written, like = vocabulary.encode(text), None, [], next(model.parameters())
    for _ in range(length):
        logits, state = model(tensor_like(read, like)[:, None], state)
        p = next_probabilities(to_numpy(logits[-1, 0]), temperature, top_k)
        read = rng.choice(len(p), size=1, p=p)  # what it has drawn, it reads next
        written.append(read[0])
    return vocabulary.decode(np.array(written, dtype=np.int64))
