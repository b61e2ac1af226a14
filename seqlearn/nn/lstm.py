"""The long short-term memory: a second state c that is only scaled and added to."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import check_flag
from seqlearn.nn.recurrent import ONE, Recurrent, gate_by_gate, sigmoid, steps_at_once


class LSTM(Recurrent):
    """Long short-term memory. At step t, with h₋₁ and c₋₁ from the step before:

        i = σ(x W_xi + h₋₁ W_hi + b_i)        input gate
        f = σ(x W_xf + h₋₁ W_hf + b_f)        forget gate
        g = tanh(x W_xg + h₋₁ W_hg + b_g)     candidate
        o = σ(x W_xo + h₋₁ W_ho + b_o)        output gate
        c = f c₋₁ + i g
        h = o tanh(c)

    The columns of W_x (D, 4H), W_h (H, 4H) and b (4H) hold i, f, g, o side by side, in torch's order. The state is the
    pair (h, c), each (N, H). With `peepholes` the gates also look at c: the sums of i and f gain p_i c₋₁ and p_f c₋₁,
    that of o gains p_o c; params["p"] (3, H) holds i, f, o.

    Hochreiter & Schmidhuber (1997); forget gate: Gers et al. (2000); peepholes: Gers & Schmidhuber (2000).
    """

    num_gates = 4
    state_parts = ("h", "c")

    def __init__(
        self, input_size: int, hidden_size: int, *, peepholes: bool = False,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        self.peepholes = check_flag("peepholes", peepholes)
        super().__init__(input_size, hidden_size, rng, dtype, **({"p": (3, hidden_size)} if peepholes else {}))

    @np.errstate(over="ignore")  # see `sigmoid`
    def _run(self, seen: np.ndarray, outputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        num_steps, batch_size, size = outputs.shape
        W_i, W_f, W_g, W_o = np.split(self._stacked_weights(), 4, axis=1)
        W = np.concatenate([W_i, W_f, W_o, W_g], axis=1)  # g comes last here: i, f and o take one call of σ
        if self.peepholes:
            p_i, p_f, p_o = self.params["p"]
        num_first = 2 if self.peepholes else 3  # an o that looks at c has to wait for it
        cs = self._array("c", num_steps + 1, batch_size, size)
        gates = self._array("gates", num_steps, 5, batch_size, size)  # i, f, o, g and tanh(c)
        hs_old = seen[:, :, -size:]
        hs_old[0], cs[0] = start
        sums = np.empty((batch_size, 4 * size), self.dtype)
        sums_by_gate = gate_by_gate(sums, 4)
        new = np.empty((batch_size, size), self.dtype)
        for t, (v, h, c_old, c, gate, done) in enumerate(zip(seen, outputs, cs, cs[1:], gates, ended)):
            np.dot(v, W, out=sums)
            gate[:4] = sums_by_gate
            i, f, o, g, tanh_c = gate
            if self.peepholes:
                i += p_i * c_old
                f += p_f * c_old
            sigmoid(gate[:num_first])
            np.tanh(g, out=g)
            np.multiply(f, c_old, out=c)  # c = f c₋₁ + i g
            np.multiply(i, g, out=new)
            c += new
            if self.peepholes:
                o += p_o * c
                sigmoid(o)
            np.tanh(c, out=tanh_c)  # h = o tanh(c)
            np.multiply(o, tanh_c, out=h)
            if done is not None:  # the state of a row that has ended stands still
                h[done], c[done] = hs_old[t, done], c_old[done]
            hs_old[t + 1] = h
        return [outputs[-1], cs[-1]], (cs, gates)

    def _run_back(self, seen, d_outputs, d_last, memory, finished, ended) -> tuple:
        num_steps, batch_size, size = d_outputs.shape
        cs, gates = memory
        W_hT = np.ascontiguousarray(self.params["W_h"].T)
        rest = {}
        if self.peepholes:
            p_i, p_f, p_o = self.params["p"]
            d_p = rest["p"] = np.zeros_like(self.params["p"])
        dz_rows = self._array("dz", num_steps, batch_size, 4 * size)
        dz_by_gate = gate_by_gate(dz_rows, 4)
        dz = np.empty((4, batch_size, size), self.dtype)
        di, df, dg, do = dz
        from_later, dc = d_last
        dh = np.empty_like(dc)
        many = steps_at_once(num_steps, batch_size * size)
        slopes = self._array("slopes", many, 5, batch_size, size)
        for t in reversed(range(num_steps)):
            k = t % many
            if t == num_steps - 1 or k == many - 1:  # the last step of a block
                write_slopes(gates[t - k : t + 1], cs[t - k : t + 1], slopes[: k + 1])
            slope_i_f, slope_o, slope_g, slope_c = slopes[k, :2], slopes[k, 2], slopes[k, 3], slopes[k, 4]
            done = ended[t]
            if done is not None:
                dc_of_ended = dc[done]
            np.add(d_outputs[t], from_later, out=dh)
            np.multiply(slope_o, dh, out=do)  # from h = o tanh(c)
            slope_c *= dh
            dc += slope_c
            if self.peepholes:
                dc += p_o * do
            np.multiply(slope_i_f, dc, out=dz[:2])  # from c = f c₋₁ + i g
            np.multiply(slope_g, dc, out=dg)
            dc *= gates[t, 1]  # times f: from here on it is the gradient for c₋₁
            if done is not None:
                dz[:, done] = 0
            if self.peepholes:
                dc += p_i * di + p_f * df
                d_p += [(di * cs[t]).sum(axis=0), (df * cs[t]).sum(axis=0), (do * cs[t + 1]).sum(axis=0)]
            dz_by_gate[t] = dz
            np.dot(dz_rows[t], W_hT, out=from_later)
            if done is not None:  # in a step that a row no longer has, the state passes and nothing else does
                from_later[done], dc[done] = dh[done], dc_of_ended
        return [from_later, dc], dz_rows, rest


def write_slopes(gates: np.ndarray, c_old: np.ndarray, slopes: np.ndarray) -> None:
    """What backward can know before any gradient comes, for a block of steps at once. Into slopes (K, 5, N, H):
    ∂c/∂(sum of i), ∂c/∂(sum of f), ∂h/∂(sum of o), ∂c/∂(sum of g) and ∂h/∂c, from h = o tanh(c) and c = f c₋₁ + i g."""
    one = ONE[slopes.dtype]
    i, f, o, g, tanh_c = gates.swapaxes(0, 1)
    np.subtract(one, gates[:, :3], out=slopes[:, :3])
    slopes[:, :3] *= gates[:, :3]  # σ' = σ (1 - σ)
    np.multiply(gates[:, 3:], gates[:, 3:], out=slopes[:, 3:])
    np.subtract(one, slopes[:, 3:], out=slopes[:, 3:])  # tanh' = 1 - tanh²
    for slope, factor in zip(slopes.swapaxes(0, 1), (g, c_old, tanh_c, i, o)):
        slope *= factor
