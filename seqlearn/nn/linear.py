"""The linear layer: the same weighted sum of the features at every step of every sequence."""

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Params, as_array, check_array, check_dtype, check_rng, check_size, need_forward, uniform


class Linear:
    """y = x W + b, for x (..., D) and y (..., M): any number of axes may stand before the features.

    params: W (D, M), b (M), drawn from ±1/√D as torch draws them. torch's weight is turned: (M, D).
    """

    def __init__(
        self, input_size: int, output_size: int, *, rng: Generator | None = None, dtype: DTypeLike = np.float64
    ) -> None:
        self.input_size, self.output_size = check_size("input_size", input_size), check_size("output_size", output_size)
        self.dtype = check_dtype(dtype)
        shapes = {"W": (self.input_size, self.output_size), "b": (self.output_size,)}
        rng, bound = check_rng(rng), 1 / np.sqrt(self.input_size)
        self.params: Params = {name: uniform(rng, shape, bound, self.dtype) for name, shape in shapes.items()}
        self.grads: Params = {}
        self._x: np.ndarray | None = None

    def forward(self, x: ArrayLike) -> np.ndarray:
        """x (..., D) -> x W + b (..., M). x is copied, so it may change before `backward`.

        Raises TypeError unless x holds floats, ValueError unless its last axis has size D.
        """
        x = as_array("x", x)
        self._x = check_array("x", x, (*x.shape[:-1], self.input_size), self.dtype).copy()
        return self._x @ self.params["W"] + self.params["b"]

    def backward(self, d_outputs: ArrayLike) -> np.ndarray:
        """d_outputs (..., M) -> dx (..., D). Sets `grads` (does not add to them): sums over all rows.

        Raises TypeError or ValueError for an array that does not fit the last forward, ValueError before the first.
        """
        need_forward(self._x)
        d_outputs = check_array("d_outputs", d_outputs, (*self._x.shape[:-1], self.output_size), self.dtype)
        d_rows = d_outputs.reshape(-1, self.output_size)
        self.grads = {"W": self._x.reshape(-1, self.input_size).T @ d_rows, "b": d_rows.sum(axis=0)}
        return d_outputs @ self.params["W"].T
