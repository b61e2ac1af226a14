"""The minimal GRU: a gate and a candidate that do not look at the state, so that a scan can do the loop's work."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.linear_recurrence import input_sums, run, run_back
from seqlearn.nn.recurrent import Recurrent, sigmoid


class MinGRU(Recurrent):
    """Minimal gated recurrent unit. At step t:

        z = σ(x W_xz + b_z)              update gate: z keeps the old state
        n = x W_xn + b_n                 candidate
        h = (1 - z) n + z h₋₁

    It is the course's GRU without the reset gate, without h₋₁ in z and n, and without the tanh, and its letters mean
    what they mean there. The paper writes h = (1 - z) h₋₁ + z h̃: its z is 1 - z here, its h̃ is n. As
    1 - σ(s) = σ(-s), a layer of the paper becomes this one when the weights and the bias of z change their sign.

    params: the columns of W_x (D, 2H) and b (2H) hold z, n side by side, drawn from ±1/√D; there is no W_h. The state
    is h (N, H). Each h is an average of h₋₁ and n, so it never leaves the range of the candidates and the first state.
    float64 unless dtype says float32. Raises TypeError or ValueError for sizes that do not fit.

    Feng et al. (2024), "Were RNNs all we needed?".
    """

    num_gates = 2
    mixes_state = False

    def __init__(
        self, input_size: int, hidden_size: int, *,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, rng, dtype)

    def _run(self, seen: np.ndarray, outputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        z, n = np.split(input_sums(seen, self.params), 2, axis=2)
        z = z.copy()
        with np.errstate(over="ignore"):
            sigmoid(z)
        a = z.copy()
        h = run(a, (1 - z) * n, start[0], ended)
        outputs[:] = h[1:]
        return [h[-1]], (h, a, z, n)

    def _run_back(self, seen, d_outputs, d_last, memory, finished, ended) -> tuple:
        h, a, z, n = memory
        d_start, d_a, d_b = run_back(a, h, d_outputs, d_last[0], finished)
        d_z = (d_a - n * d_b) * z * (1 - z)  # a = z, b = (1 - z) n; σ' = σ (1 - σ)
        d_n = (1 - z) * d_b
        return [d_start], np.concatenate([d_z, d_n], axis=2), {}
