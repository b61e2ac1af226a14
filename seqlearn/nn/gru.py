"""The gated recurrent unit, in both of its variants."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import Params, check_flag
from seqlearn.nn.recurrent import Recurrent, finish_sigmoid, input_products, side_by_side, weight_gradient


class GRU(Recurrent):
    """Gated recurrent unit. At step t:

        r = σ(x W_xr + b_r + h₋₁ W_hr)                reset gate
        z = σ(x W_xz + b_z + h₋₁ W_hz)                update gate: z keeps the old state
        n = tanh(x W_xn + b_n + r (h₋₁ W_hn + b_hn))  candidate, reset after the product, or
        n = tanh(x W_xn + b_n + (r h₋₁) W_hn)         candidate, reset before it
        h = (1 - z) n + z h₋₁

    With `reset_after` it is torch's and cuDNN's GRU, with a second bias b_h (3H) added to h₋₁ W_h; without, it is that
    of the paper. The columns of W_x (D, 3H), W_h (H, 3H) and b (3H) hold r, z, n side by side. The state is
    h (N, H). In the paper z keeps the old state too; some texts swap z and 1 - z.

    Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder".
    """

    num_gates = 3

    def __init__(
        self, input_size: int, hidden_size: int, *, reset_after: bool = True,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        self.reset_after = check_flag("reset_after", reset_after)
        super().__init__(input_size, hidden_size, rng, dtype, **({"b_h": (3 * hidden_size,)} if reset_after else {}))

    def _run(self, inputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        num_steps, batch_size, _ = inputs.shape
        size = self.hidden_size
        # σ(z) = ½ + ½ tanh(½z): the weights of r and z are halved beforehand.
        halves = np.array([0.5, 0.5, 1], self.dtype).repeat(size)
        W_hT = np.ascontiguousarray((self.params["W_h"] * halves).T)
        W_rzT, W_nT = W_hT[: 2 * size], W_hT[2 * size :]
        b = self.params["b"].copy()
        if self.reset_after:
            b[: 2 * size] += self.params["b_h"][: 2 * size]
            b_n = self.params["b_h"][2 * size :, None]  # inside the product with r, so it cannot join b
        gates = input_products(inputs, self.params["W_x"] * halves, b * halves)

        hs = np.empty((num_steps + 1, size, batch_size), self.dtype)
        hs[0] = start[0]
        inner = np.empty_like(hs[1:])  # reset after: h₋₁ W_hn + b_hn, which r multiplies; reset before: r h₋₁
        from_h_rz, from_h_n = np.empty((2 * size, batch_size), self.dtype), np.empty((size, batch_size), self.dtype)
        for sums, h_old, h, v, done in zip(gates, hs, hs[1:], inner, ended):
            rz, r, z, n = sums[: 2 * size], sums[:size], sums[size : 2 * size], sums[2 * size :]
            np.dot(W_rzT, h_old, out=from_h_rz)
            rz += from_h_rz
            np.tanh(rz, out=rz)
            finish_sigmoid(rz)
            if self.reset_after:
                np.dot(W_nT, h_old, out=v)
                v += b_n
                np.multiply(r, v, out=from_h_n)
            else:
                np.multiply(r, h_old, out=v)
                np.dot(W_nT, v, out=from_h_n)
            n += from_h_n
            np.tanh(n, out=n)
            np.subtract(h_old, n, out=h)
            h *= z
            h += n  # z h₋₁ + (1 - z) n
            if done is not None:
                np.copyto(h, h_old, where=done)
        return hs, [hs[-1]], (inner, gates.reshape(num_steps, 3, size, batch_size))

    def _run_back(self, h, d_h, d_last, memory, finished, ended) -> tuple:
        num_steps, size, batch_size = d_h.shape
        inner, gates = memory
        W_h = self.params["W_h"]
        W_rz, W_n = np.ascontiguousarray(W_h[:, : 2 * size]), np.ascontiguousarray(W_h[:, 2 * size :])
        # Everything that waits for no gradient, for all steps at once: d_sums (T, 3, H, N), to be multiplied by dh for
        # z and n, and for r by dn (reset after) or by d(r h₋₁).
        r, z, n = gates.transpose(1, 0, 2, 3)
        d_sums = 1 - gates
        d_sums *= gates  # σ' = σ (1 - σ)
        d_sums[:, 0] *= inner if self.reset_after else h[:-1]
        d_sums[:, 1] *= h[:-1] - n
        d_sums[:, 2] = (1 - n * n) * (1 - z)  # tanh' = 1 - tanh²
        if finished is not None:
            np.copyto(d_sums, 0, where=finished[:, None, None])

        d_inner = np.empty_like(inner)
        (from_later,) = d_last
        for t in reversed(range(num_steps)):
            dh, (r, z, _), (dr, dz, dn) = d_h[t], gates[t], d_sums[t]
            dh += from_later
            dz *= dh
            dn *= dh
            if self.reset_after:
                dr *= dn
                np.multiply(r, dn, out=d_inner[t])
                through_n = np.dot(W_n, d_inner[t])
            else:
                np.dot(W_n, dn, out=d_inner[t])
                dr *= d_inner[t]
                through_n = r * d_inner[t]
            np.dot(W_rz, d_sums[t, :2].reshape(2 * size, batch_size), out=from_later)
            from_later += through_n
            np.multiply(z, dh, out=through_n)
            from_later += through_n
            if ended[t] is not None:
                np.copyto(from_later, dh, where=ended[t])

        return [from_later], d_sums.reshape(num_steps, 3 * size, batch_size), (d_inner if self.reset_after else inner)

    def _other_gradients(self, h_old: np.ndarray, d_sums: np.ndarray, rest: np.ndarray) -> Params:
        size, rest = self.hidden_size, side_by_side(rest)
        if self.reset_after:
            d_sums[2 * size :] = rest  # from here on the gradients for h₋₁ W_h + b_h
            return {"W_h": weight_gradient(h_old, d_sums), "b_h": d_sums.sum(axis=1)}
        for_rz, for_n = weight_gradient(h_old, d_sums[: 2 * size]), weight_gradient(rest, d_sums[2 * size :])
        return {"W_h": np.concatenate([for_rz, for_n], axis=1)}
