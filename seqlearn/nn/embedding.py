"""The embedding: a table with one row of weights per token, read by index."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Layer, check_array, check_integers, check_rng, check_size, need_forward


class Embedding(Layer):
    """outputs = W[indices], for indices (...) and outputs (..., D): a one-hot vector times W, without the zeros.

    params: W (V, D), drawn from the standard normal distribution, as torch draws it.
    padding_index: a row that starts at 0 and whose gradient is always 0, as with torch's padding_idx.
    """

    def __init__(
        self, vocabulary_size: int, embedding_size: int, *, padding_index: int | None = None,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        self.vocabulary_size = check_size("vocabulary_size", vocabulary_size)
        self.embedding_size = check_size("embedding_size", embedding_size)
        super().__init__(dtype)
        W = check_rng(rng).standard_normal((self.vocabulary_size, self.embedding_size)).astype(self.dtype)
        self.padding_index = padding_index
        if padding_index is not None:
            W[check_integers("padding_index", padding_index, 0, self.vocabulary_size - 1)] = 0
        self.params = {"W": W}

    def forward(self, indices: ArrayLike) -> np.ndarray:
        """Integers (...) from 0 to V−1 -> the rows of W (..., D). Not −1, which would read the table's last row."""
        self._cache = check_integers("indices", indices, 0, self.vocabulary_size - 1).copy()
        return self.params["W"][self._cache]

    def backward(self, d_outputs: ArrayLike) -> None:
        """Set `grads` (does not add to them). Nothing flows on: an index has no gradient."""
        indices = need_forward(self._cache)
        d_outputs = check_array("d_outputs", d_outputs, (*indices.shape, self.embedding_size), self.dtype)
        dW = np.zeros_like(self.params["W"])
        np.add.at(dW, indices, d_outputs)  # dW[indices] += … would keep one gradient of a repeated token
        if self.padding_index is not None:
            dW[self.padding_index] = 0
        self.grads = {"W": dW}
