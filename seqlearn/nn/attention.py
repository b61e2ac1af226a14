"""Attention: a query looks at all steps of a sequence at once, and takes most from those that fit it best."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Layer, Params, check_array, check_choice, check_rng, check_size, need_forward


class Attention(Layer):
    """One query q per sequence, and S keys k_s to compare it with, each with a value:

        e_s = q · k_s                          score "dot", for Q = K
        e_s = q W · k_s                        score "general"
        e_s = v · tanh(q W_q + k_s W_k)        score "additive"
        a = softmax(e)                         the weights: at least 0, together 1
        context = Σ_s a_s values_s             what the query gets to see

    params: none for dot; W (Q, K) for general; W_q (Q, A), W_k (K, A) and v (A) for additive, with A = hidden_size, or
    the query's size for None. Each is drawn from ±1/√rows, as torch draws a linear layer's.
    In a decoder q is the state, and keys and values are both the outputs of the encoder.

    Bahdanau, Cho & Bengio (2015), "Neural machine translation by jointly learning to align and translate": additive.
    Luong, Pham & Manning (2015), "Effective approaches to attention-based neural machine translation": dot, general.
    """

    def __init__(
        self, score: str, query_size: int, key_size: int, hidden_size: int | None = None, *,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        super().__init__(dtype)
        self.score = check_choice("score", score, ("dot", "general", "additive"))
        self.query_size, self.key_size = check_size("query_size", query_size), check_size("key_size", key_size)
        self.hidden_size = check_size("hidden_size", query_size if hidden_size is None else hidden_size)
        rng = check_rng(rng)
        if score == "dot" and query_size != key_size:
            raise ValueError(f'key_size must be {query_size}, as query_size, for score "dot", got {key_size}')
        if score == "general":
            self._add_params(rng, query_size, W=(query_size, key_size))
        if score == "additive":
            self._add_params(rng, query_size, W_q=(query_size, self.hidden_size))
            self._add_params(rng, key_size, W_k=(key_size, self.hidden_size))
            self._add_params(rng, self.hidden_size, v=(self.hidden_size,))

    def forward(
        self, query: ArrayLike, keys: ArrayLike, values: ArrayLike | None = None, mask: ArrayLike | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """query (N, Q), keys (S, N, K), values (S, N, V) -> context (N, V), weights (N, S). values None: the keys.

        mask (N, S), booleans: True may be looked at. What is False has weight 0 and is not read, be it NaN. A row with
        no True has weights 0 and context 0. All arrays are copied, so they may change before `backward`.
        """
        query = check_array("query", query, ("N", self.query_size), self.dtype).copy()
        keys = check_array("keys", keys, ("S", len(query), self.key_size), self.dtype)
        if values is not None:
            values = check_array("values", values, (*keys.shape[:2], "V"), self.dtype)
        mask = check_mask(mask, (len(query), len(keys)))

        seen = mask.T[:, :, None]
        keys = np.where(seen, keys, 0)
        values = keys if values is None else np.where(seen, values, 0)
        scores, memory = self._scores(query, keys)
        weights = masked_softmax(scores, mask)
        context = np.einsum("ns,snv->nv", weights, values)
        self._cache = (query, keys, values, weights, memory)
        return context, weights.copy()

    def backward(self, d_context: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """d_context (N, V) -> d_query, d_keys, d_values of the last forward. Sets `grads` (does not add to them).

        Where values were None, d_values is None and d_keys holds both: what came to them as keys and as values.
        """
        query, keys, values, weights, memory = need_forward(self._cache)
        d_context = check_array("d_context", d_context, (len(query), values.shape[2]), self.dtype)

        d_values = np.einsum("ns,nv->snv", weights, d_context)
        d_weights = np.einsum("nv,snv->ns", d_context, values)
        d_scores = softmax_gradient(weights, d_weights)
        d_query, d_keys, self.grads = self._scores_back(query, keys, memory, d_scores)
        if values is keys:
            return d_query, d_keys + d_values, None
        return d_query, d_keys, d_values

    def _scores(self, query: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return e (N, S), and for backward the tanh (S, N, A) or what is multiplied by the keys (N, K)."""
        if self.score == "additive":
            tanh = np.tanh(query @ self.params["W_q"] + keys @ self.params["W_k"])
            return (tanh @ self.params["v"]).T, tanh
        turned = query @ self.params["W"] if self.score == "general" else query
        return np.einsum("nk,snk->ns", turned, keys), turned

    def _scores_back(self, query, keys, memory, d_scores) -> tuple[np.ndarray, np.ndarray, Params]:
        """Return d_query, d_keys and the gradients for the parameters from d_scores (N, S)."""
        if self.score == "additive":
            d_sums = np.einsum("ns,a->sna", d_scores, self.params["v"]) * (1 - memory * memory)  # tanh' = 1 - tanh²
            d_turned = d_sums.sum(axis=0)  # q W_q stands in the sums of all keys
            grads = {"W_q": query.T @ d_turned, "W_k": np.einsum("snk,sna->ka", keys, d_sums)}
            grads["v"] = np.einsum("ns,sna->a", d_scores, memory)
            return d_turned @ self.params["W_q"].T, d_sums @ self.params["W_k"].T, grads
        d_turned = np.einsum("ns,snk->nk", d_scores, keys)
        d_keys = np.einsum("ns,nk->snk", d_scores, memory)
        if self.score == "dot":
            return d_turned, d_keys, {}
        return d_turned @ self.params["W"].T, d_keys, {"W": query.T @ d_turned}


def check_mask(mask: ArrayLike | None, shape: tuple[int, int]) -> np.ndarray:
    """Return booleans of this shape, all True for None."""
    return check_array("mask", np.ones(shape, bool) if mask is None else mask, shape, kind="booleans")


def masked_softmax(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """eˢ / Σ eˢ over the last axis where mask is True, 0 elsewhere, and all 0 where nothing is True. Nothing overflows,
    as the largest score is moved to 0; the sum is then at least 1, or 0 where nothing is True."""
    largest = np.max(scores, axis=-1, keepdims=True, initial=-np.inf, where=mask)
    exponentials = np.exp(np.where(mask, scores - largest, -np.inf))
    return exponentials / np.maximum(exponentials.sum(axis=-1, keepdims=True), 1)


def softmax_gradient(weights: np.ndarray, d_weights: np.ndarray) -> np.ndarray:
    """Gradients for the scores: ∂a_s/∂e_r = a_s (1[s = r] − a_r), so de = a (da − Σ a da). Where a is 0, so is de."""
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))
