"""The plain recurrent network: one state, mixed with the input at every step."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import check_choice
from seqlearn.nn.recurrent import Recurrent, input_products

NONLINEARITIES = {  # φ, and its slope told from h = φ(z)
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda z, out: np.maximum(z, 0, out=out), lambda h: (h > 0).astype(h.dtype)),
    "identity": (np.positive, np.ones_like),
}


class RNN(Recurrent):
    """A plain recurrent network. At step t:

        h = φ(x W_x + h₋₁ W_h + b)       φ: "tanh", "relu" or "identity"

    params: W_x (D, H), W_h (H, H), b (H). The state is h (N, H).
    Elman (1990), "Finding structure in time".
    """

    def __init__(
        self, input_size: int, hidden_size: int, *, nonlinearity: str = "tanh",
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        self.nonlinearity = check_choice("nonlinearity", nonlinearity, tuple(NONLINEARITIES))
        super().__init__(input_size, hidden_size, rng, dtype)

    def _run(self, inputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        W_hT = np.ascontiguousarray(self.params["W_h"].T)
        sums = input_products(inputs, self.params["W_x"], self.params["b"])
        num_steps, size, batch_size = sums.shape

        nonlinearity, _ = NONLINEARITIES[self.nonlinearity]
        hs = np.empty((num_steps + 1, size, batch_size), self.dtype)
        hs[0] = start[0]
        for z, h_old, h, done in zip(sums, hs, hs[1:], ended):
            np.dot(W_hT, h_old, out=h)
            h += z
            nonlinearity(h, out=h)
            if done is not None:
                np.copyto(h, h_old, where=done)
        return hs, [hs[-1]], None

    def _run_back(self, h, d_h, d_last, memory, finished, ended) -> tuple:
        W_h = self.params["W_h"]
        _, slope = NONLINEARITIES[self.nonlinearity]
        dz = slope(h[1:])  # φ'(z) for all steps at once; multiplied by dh it becomes dz (T, H, N)
        if finished is not None:
            np.copyto(dz, 0, where=finished[:, None])
        (from_later,) = d_last
        for t in reversed(range(len(dz))):
            dh = d_h[t]
            dh += from_later
            dz[t] *= dh
            np.dot(W_h, dz[t], out=from_later)
            if ended[t] is not None:
                np.copyto(from_later, dh, where=ended[t])
        return [from_later], dz, {}
