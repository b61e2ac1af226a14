"""The gated recurrent unit, in both of its variants."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import Params, check_flag
from seqlearn.nn.recurrent import ONE, Recurrent, all_rows, gate_by_gate, sigmoid, steps_at_once


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

    @np.errstate(over="ignore")  # see `sigmoid`
    def _run(self, seen: np.ndarray, outputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        num_steps, batch_size, size = outputs.shape
        W = self._stacked_weights()
        if self.reset_after:
            W[self.input_size, : 2 * size] += self.params["b_h"][: 2 * size]
        W_rz, W_n = np.ascontiguousarray(W[:, : 2 * size]), np.ascontiguousarray(W[:, 2 * size :])
        W_xn, W_hn = np.split(W_n, [self.input_size + 1])
        if self.reset_after:
            W_hn = np.concatenate([self.params["b_h"][None, 2 * size :], W_hn])  # for [1, h₋₁]

        gates = self._array("gates", 3, num_steps, batch_size, size)  # r, z, n
        inner = self._array("inner", num_steps, batch_size, size)  # reset after: h₋₁ W_hn + b_hn; before: r h₋₁
        np.dot(all_rows(seen[:-1])[:, : self.input_size + 1], W_xn, out=all_rows(gates[2]))
        hs_old = seen[:, :, -size:]
        hs_old[0] = h_old = start[0]
        rz = np.empty((batch_size, 2 * size), self.dtype)
        rz_by_gate = gate_by_gate(rz, 2)
        from_h = np.empty((batch_size, size), self.dtype)
        for t, (v, h, r, z, n, u, done) in enumerate(zip(seen, outputs, *gates, inner, ended)):
            np.dot(v, W_rz, out=rz)
            sigmoid(rz)
            gates[:2, t] = rz_by_gate
            if self.reset_after:
                np.dot(v[:, self.input_size :], W_hn, out=u)  # [1, h₋₁] W_hn
                np.multiply(r, u, out=from_h)
            else:
                np.multiply(r, h_old, out=u)
                np.dot(u, W_hn, out=from_h)
            n += from_h
            np.tanh(n, out=n)
            np.subtract(h_old, n, out=h)
            h *= z
            h += n  # z h₋₁ + (1 - z) n
            if done is not None:
                h[done] = h_old[done]
            hs_old[t + 1] = h
            h_old = h
        return [outputs[-1]], (inner, gates)

    def _run_back(self, seen, d_outputs, d_last, memory, finished, ended) -> tuple:
        num_steps, batch_size, size = d_outputs.shape
        inner, gates = memory
        W_rzT, W_nT = (np.ascontiguousarray(part.T) for part in np.split(self.params["W_h"], [2 * size], axis=1))
        hs_old = seen[:, :, -size:]
        d_rows = self._array("d_sums", num_steps, batch_size, 3 * size)
        d_rows_by_gate = gate_by_gate(d_rows, 3)
        d_inner = self._array("d_inner", num_steps, batch_size, size)
        through_n, dh = np.empty((2, batch_size, size), self.dtype)
        (from_later,) = d_last
        many = steps_at_once(num_steps, batch_size * size)
        slopes = self._array("slopes", many, 3, batch_size, size)
        for t in reversed(range(num_steps)):
            k = t % many
            if t == num_steps - 1 or k == many - 1:  # the last step of a block
                block = slice(t - k, t + 1)
                write_slopes(gates[:, block], hs_old[block], (inner if self.reset_after else hs_old)[block], slopes)
            dr, dz, dn = d_sums = slopes[k]  # gradients when they are multiplied by dh, dr by dn or d(r h₋₁)
            r, z, d_u, done = gates[0, t], gates[1, t], d_inner[t], ended[t]
            np.add(d_outputs[t], from_later, out=dh)
            dz *= dh
            dn *= dh
            if self.reset_after:
                dr *= dn
                np.multiply(r, dn, out=d_u)
            else:
                np.dot(dn, W_nT, out=d_u)
                dr *= d_u
            if done is not None:
                d_sums[:, done], d_u[done] = 0, 0
            d_rows_by_gate[t] = d_sums
            np.dot(d_rows[t, :, : 2 * size], W_rzT, out=from_later)
            if self.reset_after:
                np.dot(d_u, W_nT, out=through_n)
            else:
                np.multiply(r, d_u, out=through_n)
            from_later += through_n
            np.multiply(z, dh, out=through_n)
            from_later += through_n
            if done is not None:
                from_later[done] = dh[done]
        return [from_later], d_rows, (d_inner if self.reset_after else inner)

    def _gradients(self, seen: np.ndarray, d_sums: np.ndarray, rest: np.ndarray) -> Params:
        below, h_old = np.split(seen, [self.input_size + 1], axis=1)
        d_rz, d_n = np.split(d_sums, [2 * self.hidden_size], axis=1)
        d_weights, rest = below.T @ d_sums, all_rows(rest)
        from_h = [h_old.T @ d_rz, h_old.T @ rest if self.reset_after else rest.T @ d_n]
        grads = {"W_x": d_weights[:-1], "b": d_weights[-1], "W_h": np.concatenate(from_h, axis=1)}
        if self.reset_after:
            grads["b_h"] = np.concatenate([d_rz.sum(axis=0), rest.sum(axis=0)])
        return grads


def write_slopes(gates: np.ndarray, h_old: np.ndarray, times_r: np.ndarray, slopes: np.ndarray) -> None:
    """What backward can know before any gradient comes, for a block of steps at once. Into slopes (K or more, 3, N, H):
    ∂(r · times_r)/∂(sum of r), ∂h/∂(sum of z) and ∂h/∂(sum of n), from h = (1 - z) n + z h₋₁."""
    r, z, n = gates
    of_r, of_z, of_n = slopes[: len(h_old)].swapaxes(0, 1)
    one = ONE[slopes.dtype]
    np.subtract(one, r, out=of_r)
    of_r *= r  # σ' = σ (1 - σ)
    of_r *= times_r
    np.subtract(one, z, out=of_z)
    np.multiply(n, n, out=of_n)
    np.subtract(one, of_n, out=of_n)  # tanh' = 1 - tanh²
    of_n *= of_z
    of_z *= z
    of_z *= h_old - n
