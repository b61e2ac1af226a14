"""The long short-term memory: a second state c that is only scaled and added to."""

import numpy as np
from numpy.typing import DTypeLike

from seqlearn.nn.layer import check_flag
from seqlearn.nn.recurrent import Recurrent, finish_sigmoid, input_products


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

    def _run(self, inputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        num_steps, batch_size, _ = inputs.shape
        size, peepholes = self.hidden_size, self.peepholes
        # σ(z) = ½ + ½ tanh(½z): with the weights of i, f and o halved beforehand, one tanh serves all four gates.
        halves = np.array([0.5, 0.5, 1, 0.5], self.dtype).repeat(size)
        W_hT = np.ascontiguousarray((self.params["W_h"] * halves).T)
        gates = input_products(inputs, self.params["W_x"] * halves, self.params["b"] * halves)
        gates = gates.reshape(num_steps, 4, size, batch_size)
        if peepholes:
            p_i, p_f, p_o = self.params["p"][:, :, None] / 2
        together = 3 if peepholes else 4  # an o that looks at c has to wait for it
        hs = np.empty((num_steps + 1, size, batch_size), self.dtype)
        cs = np.empty_like(hs)
        hs[0], cs[0] = start
        tanh_cs = np.empty_like(hs[1:])
        from_h = np.empty((4 * size, batch_size), self.dtype)
        from_h4 = from_h.reshape(4, size, batch_size)
        new = np.empty((size, batch_size), self.dtype)
        for z, h_old, h, c_old, c, tanh_c, done in zip(gates, hs, hs[1:], cs, cs[1:], tanh_cs, ended):
            np.dot(W_hT, h_old, out=from_h)
            z += from_h4  # z held the part that comes from x
            i, f, g, o = z
            if peepholes:
                i += p_i * c_old
                f += p_f * c_old
            np.tanh(z[:together], out=z[:together])
            finish_sigmoid(z[:2])
            if not peepholes:
                finish_sigmoid(o)
            np.multiply(f, c_old, out=c)  # c = f c₋₁ + i g
            np.multiply(i, g, out=new)
            c += new
            if peepholes:
                o += p_o * c
                np.tanh(o, out=o)
                finish_sigmoid(o)
            np.tanh(c, out=tanh_c)  # h = o tanh(c)
            np.multiply(o, tanh_c, out=h)
            if done is not None:  # the state of a row that has ended stands still
                np.copyto(h, h_old, where=done)
                np.copyto(c, c_old, where=done)
        return hs, [hs[-1], cs[-1]], (cs, tanh_cs, gates)

    def _run_back(self, h, d_h, d_last, memory, finished, ended) -> tuple:
        num_steps, size, batch_size = d_h.shape
        cs, tanh_cs, gates = memory
        W_h = self.params["W_h"]
        if self.peepholes:
            p_i, p_f, p_o = self.params["p"][:, :, None]
        # Everything that waits for no gradient, for all steps at once: dz (T, 4, H, N), which becomes the gradients for
        # the gates' sums when i, f, g are multiplied by dc and o by dh; ∂h/∂c (T, H, N); and ∂c/∂c₋₁ (T, H, N).
        i, f, g, o = gates.transpose(1, 0, 2, 3)
        dz = 1 - gates
        dz *= gates  # σ' = σ (1 - σ)
        dz[:, 0] *= g
        dz[:, 1] *= cs[:-1]
        dz[:, 2] = (1 - g * g) * i  # tanh' = 1 - tanh²
        dz[:, 3] *= tanh_cs
        slope_c, keep = (1 - tanh_cs * tanh_cs) * o, f
        if finished is not None:  # in steps that a row no longer has, c₋₁ passes and nothing else does
            np.copyto(dz, 0, where=finished[:, None, None])
            np.copyto(slope_c, 0, where=finished[:, None])
            keep = np.where(finished[:, None], 1, f)

        columns = dz.reshape(num_steps, 4 * size, batch_size)
        from_later, dc = d_last
        for t in reversed(range(num_steps)):
            dh, (di, df, dg, do) = d_h[t], dz[t]
            dh += from_later
            do *= dh  # from h = o tanh(c)
            slope_c[t] *= dh
            dc += slope_c[t]
            if self.peepholes:
                dc += p_o * do
            di *= dc  # from c = f c₋₁ + i g
            df *= dc
            dg *= dc
            dc *= keep[t]  # from here on it is the gradient for c₋₁
            if self.peepholes:
                dc += p_i * di + p_f * df
            np.dot(W_h, columns[t], out=from_later)
            if ended[t] is not None:
                np.copyto(from_later, dh, where=ended[t])

        grads = {}
        if self.peepholes:
            looked_at = np.stack([cs[:-1], cs[:-1], cs[1:]], axis=1)
            grads["p"] = (dz[:, [0, 1, 3]] * looked_at).sum(axis=(0, 3))
        return [from_later, dc], columns, grads
