"""A recurrent classifier of texts: embeddings, an LSTM or two, a summary of the real steps, one logit.

    model = Classifier(len(vocabulary), 64, 96, bidirectional=True, pooling="max+mean")
    logits = model(x, lengths)                 # x (T, N) rows of the vocabulary, lengths (N,) → (N,)
    model.beginnings(x)                        # the logit after every word, (T, N), of a model that reads forwards
    model.trace(row)                           # the probability after every word of one text, (T,)

Padding is never seen: states are taken at the last real step, means and maxima over the real steps only, and the
second LSTM of a bidirectional model reads each text backwards from its own last word.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn.data.words import PAD, UNKNOWN
from seqlearn.decoding import evaluating, tensor_like, to_numpy
from seqlearn.nn.layer import check_array

POOLINGS = ("last", "mean", "max")


def real_steps(lengths: Tensor, steps: int) -> Tensor:
    """True where a step is real, (T, N): step t of row n is real when t < lengths[n]."""
    return torch.arange(steps, device=lengths.device)[:, None] < lengths


def turn_round(x: Tensor, lengths: Tensor) -> Tensor:
    """Each row of x (T, N, …) in reverse order within its own length; the padding stays at the end."""
    steps = torch.arange(x.shape[0], device=x.device)[:, None]
    index = torch.where(steps < lengths, lengths - 1 - steps, steps)  # (T, N)
    return x[index, torch.arange(x.shape[1], device=x.device)]


def summarise(outputs: Tensor, lengths: Tensor, pooling: Sequence[str]) -> Tensor:
    """Last state, mean and maximum of the real steps of outputs (T, N, H), as pooling asks. (N, H · len(pooling))."""
    mask = real_steps(lengths, len(outputs))[:, :, None]
    parts = []
    for name in pooling:
        if name == "last":
            parts.append(outputs[lengths - 1, torch.arange(outputs.shape[1], device=outputs.device)])
        elif name == "mean":
            parts.append((outputs * mask).sum(0) / lengths[:, None])
        else:
            parts.append(outputs.masked_fill(~mask, -torch.inf).max(0).values)
    return torch.cat(parts, dim=1)


class Classifier(nn.Module):
    """Words → embeddings → LSTM → summary → one logit: above 0 means class 1.

    pooling: "last", "mean", "max", or several, such as "max+mean". bidirectional: a second LSTM reads from the end.
    In training only: word_dropout replaces words by <unk>, embedding_dropout erases the same features of every word of
    a text (Gal & Ghahramani, 2016), dropout erases features of the summary.
    Raises ValueError for an unknown pooling, and for x or lengths of a wrong shape.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int = 64, hidden_size: int = 96, *,
                 bidirectional: bool = False, pooling: str = "last", word_dropout: float = 0.0,
                 embedding_dropout: float = 0.0, dropout: float = 0.0) -> None:
        super().__init__()
        self.pooling = tuple(pooling.split("+"))
        if not set(self.pooling) <= set(POOLINGS):
            raise ValueError(f"pooling must be last, mean, max, or several joined by +, got {pooling!r}")
        self.word_dropout, self.embedding_dropout = word_dropout, embedding_dropout
        self.embedding = nn.Embedding(vocabulary_size, embedding_size, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            self.embedding.weight[PAD] = 0
        self.forwards = nn.LSTM(embedding_size, hidden_size)
        self.backwards = nn.LSTM(embedding_size, hidden_size) if bidirectional else None
        self.dropout = nn.Dropout(dropout)
        self.readout = nn.Linear(hidden_size * len(self.pooling) * (1 + bidirectional), 1)

    def use_vectors(self, matrix: np.ndarray) -> None:
        """Begin with pre-trained vectors, (V, D), in place of random ones; they are trained on."""
        matrix = tensor_like(matrix, self.embedding.weight)
        if matrix.shape != self.embedding.weight.shape:
            raise ValueError(f"matrix must be {tuple(self.embedding.weight.shape)}, got {tuple(matrix.shape)}")
        with torch.no_grad():
            self.embedding.weight.copy_(matrix)

    def forward(self, x: Tensor, lengths: Any) -> Tensor:
        """x (T, N) of integers, padded at the end; lengths (N,) from 1 to T, a tensor, array or list → logits (N,)."""
        lengths = tensor_like(_integers(lengths), self.readout.weight)
        if x.ndim != 2 or lengths.shape != x.shape[1:] or len(lengths) == 0:
            raise ValueError(f"x must be (T, N) and lengths (N,), got {tuple(x.shape)} and {tuple(lengths.shape)}")
        if lengths.min() < 1 or lengths.max() > len(x):
            raise ValueError(f"lengths must be 1 … T = {len(x)}, got {int(lengths.min())} to {int(lengths.max())}")
        words = self._embed(x)
        # The LSTM computes the padded steps as well. They come after the real ones, so they cannot change them.
        summaries = [summarise(self.forwards(words)[0], lengths, self.pooling)]
        if self.backwards is not None:
            summaries.append(summarise(self.backwards(turn_round(words, lengths))[0], lengths, self.pooling))
        return self.readout(self.dropout(torch.cat(summaries, dim=1))).squeeze(1)

    def beginnings(self, x: Tensor) -> Tensor:
        """The logit after every word, (T, N), as if each text ended there; after its end the numbers mean nothing.

        For a model that reads forwards only: one run over the words gives all of them. Raises ValueError otherwise.
        """
        if self.backwards is not None:
            raise ValueError("a bidirectional model has to read every beginning anew: see trace")
        outputs = self.forwards(self._embed(x))[0]
        count = torch.arange(1, len(x) + 1, device=x.device)[:, None, None]
        running = {"last": lambda: outputs, "mean": lambda: outputs.cumsum(0) / count,
                   "max": lambda: outputs.cummax(0).values}
        return self.readout(self.dropout(torch.cat([running[name]() for name in self.pooling], dim=2))).squeeze(2)

    def _embed(self, x: Tensor) -> Tensor:
        """Vectors (T, N, D), in training with words and features dropped."""
        if self.training and self.word_dropout:
            x = torch.where(torch.rand(x.shape, device=x.device) < self.word_dropout, UNKNOWN, x)
        words = self.embedding(x)
        if self.training and self.embedding_dropout:
            keep = 1 - self.embedding_dropout
            words = words * (torch.rand(words.shape[1:], device=x.device) < keep) / keep
        return words

    @evaluating
    def trace(self, row: Any, *, batch_size: int = 64) -> np.ndarray:
        """The probability of class 1 after each word of one text, (T,) → (T,). Every beginning is read as a text.

        Raises ValueError for a text without a word.
        """
        row = tensor_like(_integers(row, "row"), self.readout.weight)
        if row.ndim != 1 or len(row) == 0:
            raise ValueError(f"row must be (T,), with one word or more, got {tuple(row.shape)}")
        probabilities = []
        for start in range(1, len(row) + 1, batch_size):
            lengths = torch.arange(start, min(start + batch_size, len(row) + 1), device=row.device)
            x = row[: lengths[-1], None].expand(-1, len(lengths))
            probabilities.append(torch.sigmoid(self(x, lengths)))
        return to_numpy(torch.cat(probabilities))


def _integers(value: Any, name: str = "lengths") -> Any:
    """The value, if it is integers. Raises TypeError otherwise. An empty list passes: it has no type of its own."""
    if isinstance(value, Tensor):
        value = value.detach().cpu().numpy()
    return np.zeros(0, int) if np.size(value) == 0 else check_array(name, value, kind="integers")
