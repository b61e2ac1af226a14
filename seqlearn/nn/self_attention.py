"""Self-attention: every step of a sequence is a query that looks at all steps of the same sequence."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.attention import check_mask, masked_softmax, softmax_gradient
from seqlearn.nn.layer import Layer, Params, check_array, check_flag, check_rng, check_size, need_forward


class SelfAttention(Layer):
    """Scaled dot-product attention with several heads, from a sequence x to itself:

        Q = x W_q + b_q,  K = x W_k + b_k,  V = x W_v + b_v
        A = softmax(Q Kᵀ / √d)           for each head with its own d = M / num_heads columns of Q, K and V
        outputs = [A V, …] W_o + b_o     the heads side by side again

    params: W_q, W_k, W_v, W_o (M, M) and b_q, b_k, b_v, b_o (M), drawn from ±1/√M as torch draws a linear layer's.
    Q Kᵀ sums d products, so with independent entries of variance 1 it is of size √d, which the division takes out.
    With `causal`, step t looks at steps 0 to t only.

    Vaswani et al. (2017), "Attention is all you need".
    """

    def __init__(
        self, model_size: int, num_heads: int, *, causal: bool = False, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        super().__init__(dtype)
        self.model_size, self.num_heads = check_size("model_size", model_size), check_size("num_heads", num_heads)
        if model_size % num_heads:
            raise ValueError(f"model_size must be a multiple of num_heads, {num_heads}, got {model_size}")
        self.causal = check_flag("causal", causal)
        self.scale = float(1 / np.sqrt(model_size / num_heads))  # 1/√d
        rng = check_rng(rng)
        for name in "qkvo":
            self._add_params(rng, model_size, **{f"W_{name}": (model_size, model_size), f"b_{name}": (model_size,)})

    def forward(self, x: ArrayLike, mask: ArrayLike | None = None) -> tuple[np.ndarray, np.ndarray]:
        """x (T, N, M) -> outputs (T, N, M), weights (N, num_heads, T, T): row t is where step t looks.

        mask (N, T), booleans: True is a real step, False is padding, which no step looks at. (torch's key_padding_mask
        is the other way round.) Padding looks at the real steps all the same, so it must hold numbers, and its
        outputs stay out of the loss. Where nothing may be looked at the weights are 0 and the output is b_o.
        x is copied, so it may change before `backward`.
        """
        x = check_array("x", x, ("T", "N", self.model_size), self.dtype).copy()
        num_steps, batch_size, _ = x.shape
        allowed = check_mask(mask, (batch_size, num_steps))[:, None, None, :]
        if self.causal:
            allowed = allowed & np.tri(num_steps, dtype=bool)

        queries, keys, values = (self._split(self._linear(x, name)) for name in "qkv")
        scores = queries @ keys.swapaxes(2, 3) * self.scale
        weights = masked_softmax(scores, allowed)
        heads = self._join(weights @ values)
        self._cache = (x, queries, keys, values, weights, heads)
        return self._linear(heads, "o"), weights.copy()

    def backward(self, d_outputs: ArrayLike) -> np.ndarray:
        """d_outputs (T, N, M) -> dx (T, N, M) of the last forward. Sets `grads` (does not add to them)."""
        x, queries, keys, values, weights, heads = need_forward(self._cache)
        d_outputs = check_array("d_outputs", d_outputs, x.shape, self.dtype)

        grads: Params = {}
        d_heads = self._split(self._linear_back(heads, "o", d_outputs, grads))
        d_values = weights.swapaxes(2, 3) @ d_heads
        d_scores = softmax_gradient(weights, d_heads @ values.swapaxes(2, 3)) * self.scale
        d_queries = d_scores @ keys
        d_keys = d_scores.swapaxes(2, 3) @ queries
        dx = np.zeros_like(x)  # x came in three times
        for name, d_heads in {"q": d_queries, "k": d_keys, "v": d_values}.items():
            dx += self._linear_back(x, name, self._join(d_heads), grads)
        self.grads = {name: grads[name] for name in self.params}
        return dx

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.params[f"W_{name}"] + self.params[f"b_{name}"]

    def _linear_back(self, x: np.ndarray, name: str, d_outputs: np.ndarray, grads: Params) -> np.ndarray:
        """Return the gradient for x; put those of the weights into grads."""
        rows, d_rows = x.reshape(-1, self.model_size), d_outputs.reshape(-1, self.model_size)
        grads[f"W_{name}"], grads[f"b_{name}"] = rows.T @ d_rows, d_rows.sum(axis=0)
        return d_outputs @ self.params[f"W_{name}"].T

    def _split(self, x: np.ndarray) -> np.ndarray:
        """(T, N, M) -> (N, num_heads, T, d): a matrix of steps for every head."""
        return x.reshape(*x.shape[:2], self.num_heads, -1).transpose(1, 2, 0, 3)

    def _join(self, heads: np.ndarray) -> np.ndarray:
        """(N, num_heads, T, d) -> (T, N, M), the heads side by side."""
        batch_size, _, num_steps, _ = heads.shape
        return heads.transpose(2, 0, 1, 3).reshape(num_steps, batch_size, self.model_size)
