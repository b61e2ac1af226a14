"""The plain recurrent network: one state, mixed with the input at every step."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import check_choice
from seqlearn.nn.recurrent import Recurrent

NONLINEARITIES = {  # φ, and its slope told from h = φ(z)
    "tanh": (np.tanh, lambda h, out: np.subtract(1, np.multiply(h, h, out=out), out=out)),
    "relu": (lambda z, out: np.maximum(z, 0, out=out), lambda h, out: np.greater(h, 0, out=out)),
    "identity": (np.positive, lambda h, out: out.fill(1)),
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

    def _run(self, seen: np.ndarray, outputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        W = self._stacked_weights()
        nonlinearity, _ = NONLINEARITIES[self.nonlinearity]
        hs_old = seen[:, :, self.input_size + 1 :]
        hs_old[0] = start[0]
        for t, (v, h, done) in enumerate(zip(seen, outputs, ended)):
            np.dot(v, W, out=h)
            nonlinearity(h, out=h)
            if done is not None:
                h[done] = hs_old[t, done]
            hs_old[t + 1] = h
        return [outputs[-1]], hs_old

    def _run_back(self, seen, d_outputs, d_last, hs, finished, ended) -> tuple:
        W_hT = np.ascontiguousarray(self.params["W_h"].T)
        _, slope = NONLINEARITIES[self.nonlinearity]
        dz = self._array("dz", *d_outputs.shape)
        slope(hs[1:], out=dz)  # φ'(z) for all steps at once; multiplied by dh it becomes dz
        (from_later,) = d_last
        dh = np.empty_like(from_later)
        for t in reversed(range(len(dz))):
            np.add(d_outputs[t], from_later, out=dh)
            dz[t] *= dh
            if ended[t] is not None:
                dz[t, ended[t]] = 0
            np.dot(dz[t], W_hT, out=from_later)
            if ended[t] is not None:
                from_later[ended[t]] = dh[ended[t]]
        return [from_later], dz, {}
