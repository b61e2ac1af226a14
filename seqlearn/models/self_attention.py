"""Self-attention as PyTorch modules: the layer, a block around it, and a small model that answers at every step.

    layer = SelfAttention(32, num_heads=2, causal=True)
    outputs, weights = layer(x)                # x (T, N, 32) → (T, N, 32) and (N, 2, T, T)
    model = SelfAttentionModel(10, 32, 10)     # 10 symbols in, 10 symbols out
    logits, weights = model(symbols)           # symbols (T, N) → (T, N, 10) and a list, one (N, heads, T, T) a block
    writer = SelfAttentionModel(62, 64, 62, num_heads=4, num_layers=2, causal=True, positions="rotary")
    logits, _ = writer(tokens, need_weights=False)     # the fused call: the same logits, and no weights are kept

Time-major, as everywhere in the course. The same layer in NumPy, with its backward pass by hand, is
`seqlearn.nn.SelfAttention`.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.nn.layer import check_size

POSITIONS = ("sinusoidal", "learned", "rotary", "both ends", "none")


def sinusoidal_positions(num_steps: int, model_size: int) -> Tensor:
    """A vector for every position: sines and cosines side by side, from fast waves to slow ones. (T, M), float32.

        p[t, 2i] = sin(t ω_i),  p[t, 2i + 1] = cos(t ω_i),  ω_i = 10000^(−2i/M)

    Raises ValueError for an odd model_size: every sine has its cosine. Vaswani et al. (2017), section 3.5.
    """
    if check_size("model_size", model_size) % 2:
        raise ValueError(f"model_size must be even, got {model_size}")
    t = torch.arange(num_steps, dtype=torch.float64)[:, None]
    angles = t * 10000 ** (-torch.arange(0, model_size, 2, dtype=torch.float64) / model_size)
    return torch.stack([angles.sin(), angles.cos()], dim=2).reshape(num_steps, model_size).float()


def rotate(x: Tensor) -> Tensor:
    """Rotary positions: turn the pair (2i, 2i + 1) of the features at step t by the angle t ω_i. x (…, T, d), d even.

        (x[2i], x[2i + 1])  →  (x[2i] cos − x[2i + 1] sin,  x[2i] sin + x[2i + 1] cos),    ω_i = 10000^(−2i/d)

    The dot product of a turned query and a turned key depends on their own entries and on the distance between their
    steps. Su et al. (2021), "RoFormer", equation 34.
    """
    waves = sinusoidal_positions(x.shape[-2], x.shape[-1]).to(x)
    sine, cosine = waves[:, 0::2], waves[:, 1::2]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cosine - odd * sine, even * sine + odd * cosine], dim=-1).flatten(-2)


class SelfAttention(nn.Module):
    """Every position asks all positions and takes a weighted sum of their values, once per head.

        q, k, v = x W_q + b_q, x W_k + b_k, x W_v + b_v        (T, N, M), cut into heads of size d = M / heads
        weights = softmax(q kᵀ / √d)                           (N, heads, T, T); row t sums to 1
        outputs = (weights v, heads side by side) W_o + b_o    (T, N, M)

    causal: position t sees positions up to t only. rotary: queries and keys are turned by their positions first.
    The attribute `reach`, None at first, can be set to a number: then no position sees another one that is so many
    steps away, or more.
    Vaswani et al. (2017), "Attention is all you need", section 3.2. Raises ValueError when num_heads does not divide
    model_size, and for rotary heads of an odd size.
    """

    def __init__(self, model_size: int, num_heads: int = 1, *, causal: bool = False, rotary: bool = False) -> None:
        super().__init__()
        self.model_size, self.num_heads = check_size("model_size", model_size), check_size("num_heads", num_heads)
        if model_size % num_heads:
            raise ValueError(f"num_heads must divide model_size {model_size}, got {num_heads}")
        if rotary and model_size // num_heads % 2:
            raise ValueError(f"rotary needs heads of an even size, got {model_size} / {num_heads}")
        self.causal, self.rotary, self.reach = causal, rotary, None
        self.query, self.key, self.value, self.out = (nn.Linear(model_size, model_size) for _ in range(4))

    def forward(self, x: Tensor, mask: Tensor | None = None, *,
                need_weights: bool = True) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """x (T, N, M), mask (N, T), True for a real step → outputs (T, N, M) and weights (N, heads, T, T).

        need_weights=False: PyTorch's fused call computes the outputs, and the weights are None. Outputs at padded
        steps are to be ignored. Raises ValueError for other shapes, and where a mask leaves a row of the batch
        without any step.
        """
        if x.ndim != 3 or x.shape[2] != self.model_size:
            raise ValueError(f"x must be (T, N, {self.model_size}), got {tuple(x.shape)}")
        T, N, M = x.shape
        q, k, v = (self.split(linear(x)) for linear in (self.query, self.key, self.value))
        if self.rotary:
            q, k = rotate(q), rotate(k)
        allowed = None
        if need_weights or mask is not None or self.reach is not None:
            allowed = allowed_pairs(T, N, self.causal, mask, x.device, self.reach)
        if need_weights:
            scores = q @ k.transpose(2, 3) / math.sqrt(M / self.num_heads)
            weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=3)
            read = weights @ v
        else:
            weights = None
            read = F.scaled_dot_product_attention(q, k, v, allowed, is_causal=self.causal and allowed is None)
        return self.out(read.permute(2, 0, 1, 3).reshape(T, N, M)), weights

    def split(self, x: Tensor) -> Tensor:
        """Cut the features into heads: (T, N, M) → (N, heads, T, M / heads)."""
        T, N, _ = x.shape
        return x.reshape(T, N, self.num_heads, -1).permute(1, 2, 0, 3)

    def extra_repr(self) -> str:
        return f"{self.model_size}, num_heads={self.num_heads}, causal={self.causal}, rotary={self.rotary}"


def allowed_pairs(num_steps: int, batch_size: int, causal: bool, mask: Tensor | None, device=None,
                  reach: int | None = None) -> Tensor:  # fmt: skip
    """Which position (row) may look at which (column): (N, 1, T, T), boolean."""
    allowed = torch.ones(num_steps, num_steps, dtype=torch.bool, device=device)
    if reach is not None:
        allowed = allowed.tril(reach - 1).triu(1 - reach)
    allowed = (allowed.tril() if causal else allowed)[None, None].expand(batch_size, 1, -1, -1)
    if mask is None:
        return allowed
    if mask.dtype != torch.bool or mask.shape != (batch_size, num_steps):
        raise ValueError(f"mask must be boolean (N, T) = ({batch_size}, {num_steps}), "
                         f"got {mask.dtype} {tuple(mask.shape)}")
    allowed = allowed & mask[:, None, None, :]
    if not allowed.any(dim=3).all():
        raise ValueError("mask must leave every position a step to look at: pad at the end, and let no row be empty")
    return allowed


class Block(nn.Module):
    """Self-attention, then a small network at every position; each is added to what came in.

        x = x + attention(norm(x))
        x = x + W_2 relu(W_1 norm(x))

    The norms stand before the two parts ("pre-norm"), as in Xiong et al. (2020), "On layer normalization in the
    transformer architecture". In Vaswani et al. (2017) they stand after the sums.
    """

    def __init__(self, model_size: int, num_heads: int, hidden_size: int, *, causal: bool = False,
                 rotary: bool = False) -> None:  # fmt: skip
        super().__init__()
        self.attention = SelfAttention(model_size, num_heads, causal=causal, rotary=rotary)
        self.norm_1, self.norm_2 = nn.LayerNorm(model_size), nn.LayerNorm(model_size)
        self.feed_forward = nn.Sequential(nn.Linear(model_size, hidden_size), nn.ReLU(),
                                          nn.Linear(hidden_size, model_size))

    def forward(self, x: Tensor, mask: Tensor | None = None, *,
                need_weights: bool = True) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """x (T, N, M), mask (N, T) → the new x and the attention's weights (N, heads, T, T), or None."""
        looked_up, weights = self.attention(self.norm_1(x), mask, need_weights=need_weights)
        x = x + looked_up
        return x + self.feed_forward(self.norm_2(x)), weights


class SelfAttentionModel(nn.Module):
    """Symbols → vectors + positions → blocks → a layer norm and a linear readout at every position.

    size: how many symbols there are; output_size: how many answers. positions: "sinusoidal"; "learned", max_steps of
    them, small at first; "rotary", where nothing is added and every block turns its queries and keys; "both ends",
    where half of the features count from the first step and half back from the last; or "none".
    """

    def __init__(self, size: int, model_size: int, output_size: int, *, num_heads: int = 1, num_layers: int = 1,
                 hidden_size: int | None = None, causal: bool = False, positions: str = "sinusoidal",
                 max_steps: int = 512) -> None:  # fmt: skip
        super().__init__()
        if positions not in POSITIONS:
            raise ValueError(f"positions must be one of {', '.join(POSITIONS)}, got {positions!r}")
        self.embedding = nn.Embedding(size, model_size)
        self.max_steps, self.both_ends = check_size("max_steps", max_steps), positions == "both ends"
        if positions == "learned":
            self.positions = nn.Parameter(0.02 * torch.randn(max_steps, model_size))  # small: noise at first
        else:
            waves = sinusoidal_positions(max_steps, model_size // (2 if self.both_ends else 1))
            self.register_buffer("positions", waves * (positions not in ("none", "rotary")), persistent=False)
        self.blocks = nn.ModuleList(Block(model_size, num_heads, hidden_size or 2 * model_size, causal=causal,
                                          rotary=positions == "rotary")
                                    for _ in range(check_size("num_layers", num_layers)))
        self.norm = nn.LayerNorm(model_size)
        self.readout = nn.Linear(model_size, output_size)

    def forward(self, symbols: Tensor, mask: Tensor | None = None, *,
                need_weights: bool = True) -> tuple[Tensor, list[Tensor | None]]:  # fmt: skip
        """symbols (T, N) integers, mask (N, T) → logits (T, N, output_size) and every block's weights, or None each.

        Raises ValueError for more steps than there are positions.
        """
        if len(symbols) > self.max_steps:
            raise ValueError(f"symbols must have at most max_steps = {self.max_steps} steps, got {len(symbols)}")
        x = self.embedding(symbols) + self.positions_of(symbols, mask)
        all_weights = []
        for block in self.blocks:
            x, weights = block(x, mask, need_weights=need_weights)
            all_weights.append(weights)
        return self.readout(self.norm(x)), all_weights

    def positions_of(self, symbols: Tensor, mask: Tensor | None = None) -> Tensor:
        """The vectors added to those of the symbols: (T, 1, M), or (T, N, M) where they depend on each row's length."""
        T = len(symbols)
        from_start = self.positions[:T, None]
        if not self.both_ends:
            return from_start
        lengths = torch.full(symbols.shape[1:], T) if mask is None else mask.sum(dim=1)
        left = lengths.to(symbols.device) - 1 - torch.arange(T, device=symbols.device)[:, None]  # (T, N): steps to come
        from_end = self.positions[left.clamp(min=0)]
        return torch.cat([from_start.expand_as(from_end), from_end], dim=2)
