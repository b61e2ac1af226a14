"""One reader, five ways to carry the past: what chapter 17 compares, with everything around the layer the same.

    reader = Reader("minGRU", input_size=40, output_size=8, width=32, state_size=64)
    logits, states = reader(x)                 # x (T, N, 40) → (T, N, 8)
    logits, states = reader(x_t, states)       # x_t (1, N, 40): the next step, from what was kept
    kept_numbers(states)                       # how many numbers a sequence keeps between two steps
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from seqlearn.models.linear_recurrence import LinearRecurrence, MinGRU
from seqlearn.nn.layer import check_choice, check_size

KINDS = ("LSTM", "minGRU", "LRU", "linear attention", "attention")


class LinearAttention(nn.Module):
    """Attention without a softmax, which is a recurrence whose state is a matrix. At step t, with φ(x) = elu(x) + 1 >
    0:

        S = S₋₁ + φ(k)ᵀ v,   s = s₋₁ + φ(k),   y = φ(q) S / (φ(q) sᵀ)

    q, k (N, size) and v (N, size) are three products of x. The state is S (N, size, size) and s (N, size), in one
    tensor (N, size, size + 1). In training all steps are computed at once: the weight of step j at step t is φ(q_t)
    φ(k_j)ᵀ, divided by the sum of its row. Both ways give the same numbers. fade: a number from 0 to 1 that S₋₁ and s₋₁
    are multiplied by; at 1, as in the paper, the order of the steps before is lost.

    Katharopoulos et al. (2020), "Transformers are RNNs: fast autoregressive transformers with linear attention".
    """

    def __init__(self, input_size: int, size: int, *, fade: float = 1.0) -> None:
        super().__init__()
        self.size, self.fade = check_size("size", size), fade
        self.qkv = nn.Linear(check_size("input_size", input_size), 3 * size)

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (T, N, D), state as returned before or None for zeros → outputs (T, N, size) and the last state."""
        q, k, v = self.qkv(x).split(self.size, dim=2)
        q, k = nn.functional.elu(q) + 1, nn.functional.elu(k) + 1
        v = torch.cat([v, torch.ones_like(v[..., :1])], dim=2)  # the last column of the state is s
        t = torch.arange(len(x), dtype=x.dtype, device=x.device)
        left = (self.fade ** (t[:, None] - t).clamp_min(0)).tril()  # of step j at step t
        y = torch.einsum("ntj,jnv->tnv", torch.einsum("tnd,jnd->ntj", q, k) * left, v)
        added = torch.einsum("t,tnd,tnv->ndv", left[-1], k, v)
        if state is not None:
            y = y + torch.einsum("t,tnd,ndv->tnv", self.fade ** (t + 1), q, state)
            added = added + self.fade ** len(x) * state
        return y[..., :-1] / y[..., -1:].clamp_min(1e-6), added


class CausalAttention(nn.Module):
    """One head of attention that keeps every key and value: y = softmax(q Kᵀ / √size) V over the steps so far.

    Its state is the keys and the values of all steps, (T, N, 2 size), and grows with each.
    """

    def __init__(self, input_size: int, size: int) -> None:
        super().__init__()
        self.size = check_size("size", size)
        self.qkv = nn.Linear(check_size("input_size", input_size), 3 * size)

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (T, N, D), state as returned before or None → outputs (T, N, size) and all keys and values."""
        q, kept = self.qkv(x).split([self.size, 2 * self.size], dim=2)
        kept = kept if state is None else torch.cat([state, kept])
        k, v = kept.split(self.size, dim=2)
        scores = torch.einsum("tnd,jnd->ntj", q, k) / math.sqrt(self.size)
        allowed = torch.ones(len(x), len(k), dtype=torch.bool, device=x.device).tril(len(k) - len(x))
        weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=2)
        return torch.einsum("ntj,jnv->tnv", weights, v), kept


def mixer(kind: str, input_size: int, state_size: int, **options: Any) -> tuple[nn.Module, int]:
    """The layer that carries the past, with at most `state_size` numbers for a sequence, and its output's size.

    The LSTM's numbers are h and c; those of linear attention are a matrix and a row. Attention is given its head size
    instead, as it keeps 2 · size numbers more at every step. Raises ValueError for a kind that is none of `KINDS`.
    """
    check_choice("kind", kind, KINDS)
    if kind == "LSTM":
        return nn.LSTM(input_size, state_size // 2), state_size // 2
    if kind in ("minGRU", "LRU"):
        return {"minGRU": MinGRU, "LRU": LinearRecurrence}[kind](input_size, state_size, **options), state_size
    if kind == "attention":
        return CausalAttention(input_size, state_size), state_size
    size = max(1, int((math.sqrt(4 * state_size + 1) - 1) / 2))
    return LinearAttention(input_size, size, **options), size


class Block(nn.Module):
    """y = x + (layer(norm(x)) W + b) ⊙ SiLU(norm(x) W_gate + b_gate): a layer, a gate that sees the same step, a
    sum."""

    def __init__(self, kind: str, width: int, state_size: int, **options: Any) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.layer, size = mixer(kind, width, state_size, **options)
        self.out, self.gate = nn.Linear(size, width), nn.Linear(width, width)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """x (T, N, width) and the layer's state → the same shape, and the last state."""
        normed = self.norm(x)
        y, state = self.layer(normed, state)
        return x + self.out(y) * nn.functional.silu(self.gate(normed)), state


class Reader(nn.Module):
    """Linear and ReLU, then blocks around one kind of layer, then a norm and a linear readout at every step.

    x (T, N, input_size) of floats, or (T, N) of integers below input_size. Options go to the layer: `r_min` and `r_max`
    of the LRU, for example.
    """

    def __init__(self, kind: str, input_size: int, output_size: int, *, width: int, state_size: int,
                 num_layers: int = 1, **options: Any) -> None:  # fmt: skip
        super().__init__()
        self.input_size = check_size("input_size", input_size)
        self.encoder = nn.Linear(input_size, width)
        self.blocks = nn.ModuleList(Block(kind, width, state_size, **options) for _ in range(num_layers))
        self.norm, self.readout = nn.LayerNorm(width), nn.Linear(width, output_size)

    def forward(self, x: Tensor, states: list | None = None) -> tuple[Tensor, list]:
        """x and the blocks' states as returned before, or None → outputs (T, N, output_size) and the last states."""
        if x.ndim == 2:  # the product of a one-hot row and the encoder's weights
            x = torch.relu(self.encoder.weight.T[x] + self.encoder.bias)
        else:
            x = torch.relu(self.encoder(x))
        last = []
        for block, state in zip(self.blocks, states or [None] * len(self.blocks)):
            x, state = block(x, state)
            last.append(state)
        return self.readout(self.norm(x)), last


def kept_numbers(states: list) -> int:
    """How many numbers the states of all blocks hold for one sequence."""
    parts = [part for state in states for part in (state if isinstance(state, tuple) else (state,))]
    # an LSTM's parts are (1, N, H), linear attention's (N, d, d + 1), attention's (T, N, 2 d), the others' (N, H)
    return sum(part.numel() // part.shape[1 if isinstance(states[0], tuple) or _grows(part) else 0] for part in parts)


def _grows(part: Tensor) -> bool:
    return part.ndim == 3 and part.shape[2] != part.shape[1] + 1


def slow_start(reader: Reader, steps: int) -> Reader:
    """Let the gates of LSTM and minGRU keep, at the start, over 2 to about `steps` steps; returns the reader.

    Biases log(u) with u uniform from 1 to steps − 1 in the forget gate, and their negatives in the input gate, as
    Tallec and Ollivier (2018), "Can recurrent neural networks warp time?"; the same in z of the minGRU, which is both.
    """
    for block in reader.blocks:
        layer = block.layer
        with torch.no_grad():
            if isinstance(layer, nn.LSTM):
                keep = torch.log(torch.empty(layer.hidden_size).uniform_(1, steps - 1))
                layer.bias_hh_l0.zero_()
                layer.bias_ih_l0[: layer.hidden_size] = -keep
                layer.bias_ih_l0[layer.hidden_size : 2 * layer.hidden_size] = keep
            elif isinstance(layer, MinGRU):
                layer.b[: layer.hidden_size] = torch.log(torch.empty(layer.hidden_size).uniform_(1, steps - 1))
    return reader
