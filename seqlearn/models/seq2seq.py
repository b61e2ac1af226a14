"""Sequence to sequence in PyTorch: one network reads, another writes, and something goes from the one to the other.

    encoder = Encoder(len(pairs.source), 128, embedding_size=16)
    decoder = Decoder(len(pairs.target), 128, embedding_size=16, context="every step")
    model = Seq2Seq(encoder, decoder)
    logits = model(batch.source, batch.inputs, batch.lengths)      # (T, N), (S, N), (N,) → (S, N, V)
    loss = sequence_loss(logits, batch.targets)                    # PAD left out

In training the decoder reads the right answer, one step late (teacher forcing). To let it read its own words see
`seqlearn.decoding`. Everything is time-major. `AttentionDecoder` takes the place of `Decoder` in chapter 13.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.data.pairs import PAD
from seqlearn.decoding import lengths_like
from seqlearn.nn.layer import check_choice, check_size

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CONTEXTS = ("once", "every step")
State = Any  # h (L, N, H), or the pair (h, c) of the LSTM


class Encoded(NamedTuple):
    """What the encoder hands over: its outputs (T, N, E), which steps are real (T, N), and the decoder's first state.

    mask is None when all steps are real. keys: what an attention makes of the outputs once, for all steps.
    """

    outputs: Tensor
    mask: Tensor | None
    state: State
    keys: Tensor | None = None


class Encoder(nn.Module):
    """Reads the source. Tokens pass an embedding, frames (real vectors) a linear map; then recurrent layers.

    size: the number of symbols, or of features a frame. output_size: E, the features of each output: hidden_size, or
    twice that of a bidirectional encoder, whose last states of both directions become the decoder's first state by
    h = tanh(W [h_forward, h_backward] + b), the same for c.
    Raises ValueError for a cell that is not "rnn", "lstm" or "gru".
    """

    def __init__(self, size: int, hidden_size: int, *, embedding_size: int | None = None, cell: str = "lstm",
                 num_layers: int = 1, bidirectional: bool = False, frames: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        check_choice("cell", cell, tuple(LAYERS))
        embedding_size = hidden_size if embedding_size is None else embedding_size
        self.embedding = input_layer(size, embedding_size, frames)
        self.recurrent = LAYERS[cell](embedding_size, check_size("hidden_size", hidden_size), num_layers,
                                      bidirectional=bidirectional, dropout=dropout if num_layers > 1 else 0.0)
        self.bridge = nn.Linear(2 * hidden_size, hidden_size) if bidirectional else None
        self.dropout = nn.Dropout(dropout)
        self.output_size = hidden_size * (1 + bidirectional)

    def forward(self, source: Tensor, lengths: Any = None) -> Encoded:
        """source (T, N) of integers, or (T, N, size) frames; lengths (N,) from 1 to T when rows end earlier.

        lengths: a tensor, array or list; ValueError when they do not fit. What frames hold after the end of their row,
        be it NaN, is not read.
        """
        steps, lengths, mask = source.shape[0], lengths_like(lengths, source), None
        if lengths is not None and bool((lengths < steps).any()):
            mask = torch.arange(steps, device=source.device)[:, None] < lengths
            if source.is_floating_point():
                source = source.masked_fill(~mask[:, :, None], 0)
        x = self.dropout(self.embedding(source))
        if mask is None:
            outputs, state = self.recurrent(x)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
            outputs, state = self.recurrent(packed)
            outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, total_length=steps)
        return Encoded(self.dropout(outputs), mask, self._first_state(state))

    def _first_state(self, state: State) -> State:
        if self.bridge is None:
            return state
        if isinstance(state, tuple):
            return tuple(self._joined(part) for part in state)
        return self._joined(state)

    def _joined(self, h: Tensor) -> Tensor:
        """(2L, N, H), the two directions of each layer in turn → (L, N, H)."""
        return torch.tanh(self.bridge(torch.cat([h[0::2], h[1::2]], dim=2)))


class Decoder(nn.Module):
    """Writes the target, one symbol after the other, from the encoder's last state.

    context: "once": the encoder's state is the decoder's first state and nothing else. "every step": its top h is, in
    addition, part of the input of the recurrent layers and of the readout at every step (the decoder "peeks").
    frames: it reads and writes vectors of `size` features instead of symbols. readout_size: see `readout_layer`.
    """

    def __init__(self, size: int, hidden_size: int, *, context: str = "once", embedding_size: int | None = None,
                 cell: str = "lstm", num_layers: int = 1, frames: bool = False, dropout: float = 0.0,
                 readout_size: int | None = None) -> None:
        super().__init__()
        check_choice("cell", cell, tuple(LAYERS))
        check_choice("context", context, CONTEXTS)
        self.context = context
        embedding_size = hidden_size if embedding_size is None else embedding_size
        peek = hidden_size if context == "every step" else 0
        self.embedding = input_layer(size, embedding_size, frames)
        self.recurrent = LAYERS[cell](embedding_size + peek, check_size("hidden_size", hidden_size), num_layers,
                                      dropout=dropout if num_layers > 1 else 0.0)
        self.readout = readout_layer(hidden_size + peek, size, readout_size, dropout)
        self.dropout = nn.Dropout(dropout)

    def prepare(self, encoded: Encoded) -> Encoded:
        """What can be computed once for all steps. Nothing here; an attention computes its keys."""
        return encoded

    def forward(self, inputs: Tensor, encoded: Encoded, state: State = None) -> tuple[Tensor, State, None]:
        """inputs (S, N) of integers, or (S, N, size) frames → outputs (S, N, size), the state after them, and None.

        outputs are logits of the symbol that comes next, or the next frame. state: as returned before; None: the
        encoder's. The third result are the weights of an attention, which this decoder has not.
        """
        state = encoded.state if state is None else state
        x = self.dropout(self.embedding(inputs))
        if self.context == "once":
            h, state = self.recurrent(x, state)
            return self.readout(self.dropout(h)), state, None
        peek = top_state(encoded.state).expand(len(x), -1, -1)
        h, state = self.recurrent(torch.cat([x, peek], dim=2), state)
        return self.readout(self.dropout(torch.cat([h, peek], dim=2))), state, None


class Seq2Seq(nn.Module):
    """An encoder, a decoder, and what goes between them."""

    def __init__(self, encoder: Encoder, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def encode(self, source: Tensor, lengths: Any = None) -> Encoded:
        """Read the source once; what the decoder needs of it at every step."""
        return self.decoder.prepare(self.encoder(source, lengths))

    def forward(self, source: Tensor, inputs: Tensor, lengths: Any = None) -> Tensor:
        """Teacher forcing: source (T, N) and the right words one step late, inputs (S, N) → outputs (S, N, V)."""
        return self.decoder(inputs, self.encode(source, lengths))[0]


def sequence_loss(logits: Tensor, targets: Tensor, *, mask: bool = True) -> Tensor:
    """Mean cross entropy of the next symbol, in nats: logits (S, N, V), targets (S, N).

    mask: leave padded targets out of the mean, as one should; False counts them, to show what that does.
    """
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD if mask else -100)


def readout_layer(features: int, size: int, readout_size: int | None, dropout: float) -> nn.Module:
    """From a decoder's features to a logit for every symbol. With a readout_size they pass a layer of so many tanh
    units first, which makes large vocabularies cheaper.
    """
    if readout_size is None:
        return nn.Linear(features, size)
    return nn.Sequential(nn.Linear(features, readout_size), nn.Tanh(), nn.Dropout(dropout),
                         nn.Linear(readout_size, size))


def top_state(state: State) -> Tensor:
    """The hidden state h of the top layer, (N, H)."""
    return (state[0] if isinstance(state, tuple) else state)[-1]


def input_layer(size: int, embedding_size: int, frames: bool) -> nn.Module:
    """What stands in front of recurrent layers: an embedding for symbols, a linear map for frames."""
    check_size("size", size)
    return nn.Linear(size, embedding_size) if frames else nn.Embedding(size, embedding_size, padding_idx=PAD)
