"""The linear layer: the same weighted sum of the features at every step of every sequence."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Layer, check_array, check_rng, check_size, need_forward


class Linear(Layer):
    """y = x W + b, for x (..., D) and y (..., M): any number of axes may stand before the features.

    params: W (D, M), b (M), drawn from ±1/√D as torch draws them. torch's weight is turned: (M, D).
    """

    def __init__(
        self, input_size: int, output_size: int, *,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        self.input_size, self.output_size = check_size("input_size", input_size), check_size("output_size", output_size)
        super().__init__(dtype)
        self._add_params(check_rng(rng), input_size, W=(input_size, output_size), b=(output_size,))

    def forward(self, x: ArrayLike) -> np.ndarray:
        """x (..., D) -> x W + b (..., M). x is copied, so it may change before `backward`."""
        self._cache = check_array("x", x, (..., self.input_size), self.dtype).copy()
        return self._cache @ self.params["W"] + self.params["b"]

    def backward(self, d_outputs: ArrayLike) -> np.ndarray:
        """d_outputs (..., M) -> dx (..., D). Sets `grads` (does not add to them): sums over all rows."""
        x = need_forward(self._cache)
        d_outputs = check_array("d_outputs", d_outputs, (*x.shape[:-1], self.output_size), self.dtype)
        d_rows = d_outputs.reshape(-1, self.output_size)
        self.grads = {"W": x.reshape(-1, self.input_size).T @ d_rows, "b": d_rows.sum(axis=0)}
        return d_outputs @ self.params["W"].T
