"""A small Transformer in the places of the recurrent encoder and decoder: self-attention, and a look at the source.

    encoder = TransformerEncoder(len(pairs.source), 128, num_heads=4, num_layers=2)
    decoder = TransformerDecoder(len(pairs.target), 128, num_heads=4, num_layers=2)
    model = Seq2Seq(encoder, decoder)          # trained, searched and scored like chapter 13's

Time-major, as everywhere in the course. Vaswani et al. (2017), "Attention is all you need", with the norms in front of
the parts (Xiong et al., 2020). The attention itself is torch's `nn.MultiheadAttention`, chapter 14's by another hand.
"""

from typing import Any

import torch
from torch import Tensor, nn

from seqlearn.data.pairs import PAD
from seqlearn.decoding import lengths_like
from seqlearn.models.self_attention import sinusoidal_positions
from seqlearn.models.seq2seq import Encoded, readout_layer

MAX_STEPS = 512


class EncoderBlock(nn.Module):
    """Every position asks all positions, then thinks by itself; each part is added to what came in.

        x = x + attention(norm(x), norm(x))
        x = x + W_2 relu(W_1 norm(x))
    """

    def __init__(self, model_size: int, num_heads: int, hidden_size: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(model_size), nn.MultiheadAttention(model_size, num_heads)
        self.feed_forward = feed_forward(model_size, hidden_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, unseen: Tensor | None) -> Tensor:
        """x (T, N, M); unseen (N, T), True where a step is padding → (T, N, M)."""
        asked = self.norm(x)
        x = x + self.dropout(self.attention(asked, asked, asked, key_padding_mask=unseen, need_weights=False)[0])
        return x + self.dropout(self.feed_forward(x))


class DecoderBlock(nn.Module):
    """The same with a part between the two, where the target asks the source: the cross-attention.

        x = x + attention(norm(x), norm(x)), no position sees a later one
        x = x + attention(norm(x), memory)
        x = x + W_2 relu(W_1 norm(x))
    """

    def __init__(self, model_size: int, num_heads: int, hidden_size: int, dropout: float) -> None:
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(model_size), nn.LayerNorm(model_size)
        self.attention = nn.MultiheadAttention(model_size, num_heads)
        self.cross_attention = nn.MultiheadAttention(model_size, num_heads)
        self.feed_forward = feed_forward(model_size, hidden_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, unseen: Tensor | None, look: bool) -> tuple[Tensor, Tensor | None]:
        """x (S, N, M), memory (T, N, M) → (S, N, M), and the mean weights of the heads (N, S, T) where look is True."""
        later = torch.ones(len(x), len(x), dtype=torch.bool, device=x.device).triu(1)
        asked = self.norm_1(x)
        x = x + self.dropout(self.attention(asked, asked, asked, attn_mask=later, need_weights=False)[0])
        found, weights = self.cross_attention(self.norm_2(x), memory, memory, key_padding_mask=unseen,
                                              need_weights=look)
        x = x + self.dropout(found)
        return x + self.dropout(self.feed_forward(x)), weights


class TransformerEncoder(nn.Module):
    """Reads the source, all positions at once. size: the number of symbols.

    output_size: M, the features that it hands on for each.
    """

    def __init__(self, size: int, model_size: int, *, num_heads: int = 4, num_layers: int = 2,
                 hidden_size: int | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, model_size, padding_idx=PAD)
        self.register_buffer("positions", sinusoidal_positions(MAX_STEPS, model_size), persistent=False)
        self.blocks = nn.ModuleList(EncoderBlock(model_size, num_heads, hidden_size or 4 * model_size, dropout)
                                    for _ in range(num_layers))
        self.norm, self.dropout = nn.LayerNorm(model_size), nn.Dropout(dropout)
        self.output_size = model_size

    def forward(self, source: Tensor, lengths: Any = None) -> Encoded:
        """source (T, N) of integers; lengths (N,) from 1 to T when rows end earlier. The first state is no word yet."""
        lengths, mask = lengths_like(lengths, source), None
        if lengths is not None and bool((lengths < len(source)).any()):
            mask = torch.arange(len(source), device=source.device)[:, None] < lengths
        x = self.dropout(self.embedding(source) + positions_for(self.positions, source))
        for block in self.blocks:
            x = block(x, None if mask is None else ~mask.t())
        return Encoded(self.norm(x), mask, source[:0])


class TransformerDecoder(nn.Module):
    """Writes the target. Its state are the words that it has read: each step reads all of them again.

    (Real systems keep the keys and values of the words before; the answers are the same, and long ones come sooner.)
    """

    def __init__(self, size: int, model_size: int, *, num_heads: int = 4, num_layers: int = 2,
                 hidden_size: int | None = None, dropout: float = 0.0, readout_size: int | None = None) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, model_size, padding_idx=PAD)
        self.register_buffer("positions", sinusoidal_positions(MAX_STEPS, model_size), persistent=False)
        self.blocks = nn.ModuleList(DecoderBlock(model_size, num_heads, hidden_size or 4 * model_size, dropout)
                                    for _ in range(num_layers))
        self.norm, self.dropout = nn.LayerNorm(model_size), nn.Dropout(dropout)
        self.readout = readout_layer(model_size, size, readout_size, dropout)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Nothing to be computed once for all steps."""
        return encoded

    def forward(self, inputs: Tensor, encoded: Encoded,
                state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """inputs (S, N) of integers → logits (S, N, V), all words read so far, and the last block's weights (S, N, T).

        The weights are the mean over the heads; None while training.
        """
        words = torch.cat([encoded.state if state is None else state, inputs])
        unseen = None if encoded.mask is None else ~encoded.mask.t()
        x, weights = self.dropout(self.embedding(words) + positions_for(self.positions, words)), None
        for number, block in enumerate(self.blocks, start=1):
            x, weights = block(x, encoded.outputs, unseen, look=number == len(self.blocks) and not self.training)
        weights = None if weights is None else weights.permute(1, 0, 2)[-len(inputs):]
        return self.readout(self.dropout(self.norm(x[-len(inputs):]))), words, weights


def feed_forward(model_size: int, hidden_size: int) -> nn.Sequential:
    """The small network at every position, with its norm in front."""
    return nn.Sequential(nn.LayerNorm(model_size), nn.Linear(model_size, hidden_size), nn.ReLU(),
                         nn.Linear(hidden_size, model_size))


def positions_for(positions: Tensor, words: Tensor) -> Tensor:
    """The vectors of the positions of words (T, N): (T, 1, M). Raises ValueError for more than there are."""
    if len(words) > len(positions):
        raise ValueError(f"words must have at most {len(positions)} steps, got {len(words)}")
    return positions[: len(words), None]
