"""The embedding: a table with one row of weights per token, read by index."""

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Params, as_array, check_array, check_dtype, check_rng, check_size, need_forward


class Embedding:
    """outputs = W[indices], for indices (...) and outputs (..., D): a one-hot vector times W, without the zeros.

    params: W (V, D), drawn from the standard normal distribution, as torch draws it.
    padding_index: a row that starts at 0 and whose gradient is always 0, as with torch's padding_idx.
    """

    def __init__(
        self, vocabulary_size: int, embedding_size: int, *, padding_index: int | None = None,
        rng: Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        self.vocabulary_size = check_size("vocabulary_size", vocabulary_size)
        self.embedding_size = check_size("embedding_size", embedding_size)
        self.dtype = check_dtype(dtype)
        W = check_rng(rng).standard_normal((self.vocabulary_size, self.embedding_size)).astype(self.dtype)
        self.padding_index = padding_index
        if padding_index is not None:
            W[check_indices("padding_index", padding_index, self.vocabulary_size)] = 0
        self.params: Params = {"W": W}
        self.grads: Params = {}
        self._indices: np.ndarray | None = None

    def forward(self, indices: ArrayLike) -> np.ndarray:
        """indices (...) -> the rows of W (..., D).

        Raises TypeError unless they are integers, ValueError unless from 0 to V−1: −1 would read the table's last row.
        """
        self._indices = check_indices("indices", indices, self.vocabulary_size).copy()
        return self.params["W"][self._indices]

    def backward(self, d_outputs: ArrayLike) -> None:
        """Set `grads` (does not add to them). Nothing flows on: an index has no gradient.

        Raises TypeError or ValueError for an array that does not fit the last forward, ValueError before the first.
        """
        need_forward(self._indices)
        d_outputs = check_array("d_outputs", d_outputs, (*self._indices.shape, self.embedding_size), self.dtype)
        dW = np.zeros_like(self.params["W"])
        np.add.at(dW, self._indices, d_outputs)  # dW[indices] += … would keep one gradient of a repeated token
        if self.padding_index is not None:
            dW[self.padding_index] = 0
        self.grads = {"W": dW}


def check_indices(name: str, value: ArrayLike, size: int) -> np.ndarray:
    """Return integers from 0 to size−1 as an array. Raises TypeError for other types, ValueError for the range."""
    indices = as_array(name, value)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {indices.dtype}")
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        raise ValueError(f"{name} must be from 0 to {size - 1}, got {indices.min()} to {indices.max()}")
    return indices
