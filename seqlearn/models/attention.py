"""Attention in PyTorch, and a decoder that looks back at every step.

    attention = Attention("additive", query_size=64, key_size=128)
    context, weights = attention(query, keys, mask=mask)       # (N, 64), (S, N, 128), (N, S) → (N, 128), (N, S)

    encoder = Encoder(len(pairs.source), 64, bidirectional=True, cell="gru")
    decoder = AttentionDecoder(len(pairs.target), 64, encoder.output_size, cell="gru")
    model = Seq2Seq(encoder, decoder)

`Attention` is the twin of `seqlearn.nn.Attention`: the same scores, the same masks.
"""

import torch
from torch import Tensor, nn

from seqlearn.models.seq2seq import Encoded, State, input_layer, readout_layer, top_state
from seqlearn.nn.layer import check_choice, check_size

SCORES = ("dot", "general", "additive")
CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


class Attention(nn.Module):
    """Score the keys against a query, turn the scores into weights, and average the values with them.

        dot        e_j = q · k_j                       (Q must be K)
        general    e_j = q · W k_j                     W (Q, K)
        additive   e_j = v · tanh(W_q q + W_k k_j)     W_q (A, Q), W_k (A, K), v (A)
        a = softmax(e),  context = Σ_j a_j value_j

    hidden_size is A, query_size when None. The scores are divided by the attribute `temperature`, 1.0 unless you set
    it: near 0 all the weight goes to the best key, at inf all keys weigh the same; it is not stored with the weights.
    Bahdanau et al. (2015); Luong et al. (2015).
    """

    def __init__(self, score: str, query_size: int, key_size: int, hidden_size: int | None = None) -> None:
        super().__init__()
        self.score = check_choice("score", score, SCORES)
        self.temperature = 1.0
        check_size("query_size", query_size)
        check_size("key_size", key_size)
        if score == "dot" and query_size != key_size:
            raise ValueError(f"query_size and key_size must be equal for dot, got {query_size} and {key_size}")
        hidden_size = query_size if hidden_size is None else hidden_size
        if score == "general":
            self.key = nn.Linear(key_size, query_size, bias=False)
        elif score == "additive":
            self.query = nn.Linear(query_size, hidden_size, bias=False)
            self.key = nn.Linear(key_size, hidden_size, bias=False)
            self.v = nn.Linear(hidden_size, 1, bias=False)

    def prepare(self, keys: Tensor) -> Tensor:
        """The part of the score that does not depend on the query: keys (S, N, K) → (S, N, A or Q)."""
        return keys if self.score == "dot" else self.key(keys)

    def scores(self, query: Tensor, prepared: Tensor) -> Tensor:
        """e (N, S) of query (N, Q) and prepared keys."""
        if self.score == "additive":
            return self.v(torch.tanh(self.query(query) + prepared)).squeeze(2).t()
        return torch.einsum("nq,snq->ns", query, prepared)

    def forward(self, query: Tensor, keys: Tensor, values: Tensor | None = None, mask: Tensor | None = None,
                *, prepared: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """query (N, Q), keys (S, N, K), values (S, N, V) or None for the keys, mask (N, S) → (N, V) and (N, S).

        mask: True where a key may be looked at; a row with no True has weights 0 and context 0, as in `seqlearn.nn`.
        prepared: `prepare(keys)`, when it was computed before.
        """
        values = keys if values is None else values
        if mask is not None:  # what must not be seen is not read, be it NaN: 0 · NaN is NaN
            unseen = ~mask.t()[:, :, None]
            keys, values = keys.masked_fill(unseen, 0), values.masked_fill(unseen, 0)
        scores = self.scores(query, self.prepare(keys) if prepared is None else prepared)
        scores = scores / self.temperature
        if mask is None:
            weights = torch.softmax(scores, dim=1)
        else:  # with −∞ a row of nothing but −∞ would be NaN; the lowest number gives the same weights elsewhere
            weights = torch.softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min), dim=1)
            weights = weights.masked_fill(~mask, 0.0)
        return torch.einsum("ns,snv->nv", weights, values), weights


class AttentionDecoder(nn.Module):
    """A decoder that asks before each step which of the encoder's outputs matter now.

        e_ij = score(s_{i−1}, h_j),  α_i = softmax(e_i),  h̄_i = Σ_j α_ij h_j
        s_i = cell([y_{i−1}, h̄_i], s_{i−1}),  logits_i = readout([s_i, h̄_i])

    memory_size: the features of the encoder's outputs, `encoder.output_size`. One layer. frames: it reads and writes
    vectors of `size` features instead of symbols. readout_size: see `readout_layer`. Bahdanau, Cho & Bengio (2015).
    """

    def __init__(self, size: int, hidden_size: int, memory_size: int, *, score: str = "additive",
                 embedding_size: int | None = None, cell: str = "lstm", frames: bool = False, dropout: float = 0.0,
                 readout_size: int | None = None) -> None:
        super().__init__()
        check_choice("cell", cell, tuple(CELLS))
        embedding_size = hidden_size if embedding_size is None else embedding_size
        self.embedding = input_layer(size, embedding_size, frames)
        self.attention = Attention(score, hidden_size, memory_size)
        self.cell = CELLS[cell](embedding_size + memory_size, hidden_size)
        features = hidden_size + memory_size
        self.readout = readout_layer(features, size, readout_size, dropout)
        self.dropout = nn.Dropout(dropout)

    def prepare(self, encoded: Encoded) -> Encoded:
        """The keys' part of the scores, once for all steps."""
        return encoded._replace(keys=self.attention.prepare(encoded.outputs))

    def forward(self, inputs: Tensor, encoded: Encoded, state: State = None) -> tuple[Tensor, State, Tensor]:
        """inputs (S, N) of integers, or (S, N, size) frames → outputs (S, N, size), the state after them, and the
        weights (S, N, T).

        state: as returned before; None: the encoder's.
        """
        encoded = self.prepare(encoded) if encoded.keys is None else encoded
        state = encoded.state if state is None else state
        mask = None if encoded.mask is None else encoded.mask.t()
        features, all_weights = [], []
        for x in self.dropout(self.embedding(inputs)).unbind(0):
            context, weights = self.attention(top_state(state), encoded.outputs, mask=mask, prepared=encoded.keys)
            state = self._step(torch.cat([x, context], dim=1), state)
            features.append(torch.cat([top_state(state), context], dim=1))
            all_weights.append(weights)
        return self.readout(self.dropout(torch.stack(features))), state, torch.stack(all_weights)

    def _step(self, x: Tensor, state: State) -> State:
        """One step of the cell; states keep the axis of layers, (1, N, H)."""
        if isinstance(state, tuple):
            return tuple(part[None] for part in self.cell(x, tuple(part[-1] for part in state)))
        return self.cell(x, state[-1])[None]
