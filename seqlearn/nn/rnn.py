"""The plain recurrent network: one state, mixed with the input at every step."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import Params, check_choice
from seqlearn.nn.recurrent import Recurrent, input_gradients, input_products, side_by_side, steps_with, weight_gradient


class RNN(Recurrent):
    """A plain recurrent network. At step t:

        h = φ(x W_x + h₋₁ W_h + b)       φ: "tanh", "relu" or "identity"

    params: W_x (D, H), W_h (H, H), b (H). The state is h (N, H).
    Elman (1990), "Finding structure in time".
    """

    num_gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.nonlinearity = check_choice("nonlinearity", nonlinearity, ("tanh", "relu", "identity"))
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)

    def _run(self, inputs: np.ndarray, start: list[np.ndarray], finished: list) -> tuple:
        W_hT = np.ascontiguousarray(self.params["W_h"].T)
        sums = input_products(inputs, self.params["W_x"], self.params["b"])
        num_steps, size, batch_size = sums.shape

        hs = np.empty((num_steps + 1, size, batch_size), self.dtype)
        hs[0] = start[0]
        for z, h_old, h, done in zip(sums, hs, hs[1:], finished):
            np.dot(W_hT, h_old, out=h)
            h += z
            if self.nonlinearity == "tanh":
                np.tanh(h, out=h)
            elif self.nonlinearity == "relu":
                np.maximum(h, 0, out=h)
            if done is not None:
                np.copyto(h, h_old, where=done)
        return hs, [hs[-1]], None

    def _run_back(self, inputs, h, d_h, d_last, memory, finished) -> tuple[np.ndarray, list[np.ndarray], Params]:
        W_h = self.params["W_h"]
        dz = self._slopes(h[1:], finished)
        ended = steps_with(finished, len(dz))
        (from_later,) = d_last
        for t in reversed(range(len(dz))):
            dh = d_h[t]
            dh += from_later
            dz[t] *= dh
            np.dot(W_h, dz[t], out=from_later)
            if ended[t] is not None:
                np.copyto(from_later, dh, where=ended[t])

        dz = side_by_side(dz)
        dx, dW_x, db = input_gradients(inputs, dz, self.params["W_x"])
        dW_h = weight_gradient(side_by_side(h[:-1]), dz)
        return dx, [from_later], {"W_x": dW_x, "W_h": dW_h, "b": db}

    def _slopes(self, h: np.ndarray, finished: np.ndarray | None) -> np.ndarray:
        """φ'(z) for all steps at once, told from h = φ(z); to be multiplied by dh it becomes dz (T, H, N)."""
        if self.nonlinearity == "tanh":
            slopes = 1 - h * h
        elif self.nonlinearity == "relu":
            slopes = (h > 0).astype(self.dtype)
        else:
            slopes = np.ones_like(h)
        if finished is not None:
            np.copyto(slopes, 0, where=finished[:, None])
        return slopes
