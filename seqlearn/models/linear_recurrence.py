"""Recurrences that a scan can read, in PyTorch: the twins of `seqlearn.nn.LinearRecurrence` and `seqlearn.nn.MinGRU`.

    layer = MinGRU(3, 8)
    outputs, state = layer(x, lengths=lengths)        # x (T, N, 3) → (T, N, 8) and (N, 8)

The parameters have the names and shapes of the NumPy layers, so weights go from one side to the other by name:

    layer.double().load_state_dict({name: torch.tensor(array) for name, array in numpy_layer.params.items()})
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn import nn as layers
from seqlearn.models.lstm import _check_input, _check_shape, _finished


def scan(a: Tensor, b: Tensor) -> Tensor:
    """h_t = a_t h_{t-1} + b_t for all steps t, from h = 0 before the first, in ⌈log₂ T⌉ rounds.

    a and b (T, …) of the same shape, real or complex. Raises ValueError for other shapes. Autograd keeps what every
    round has made: the memory is that of T log₂ T steps.
    """
    if b.ndim == 0 or len(b) == 0 or a.shape != b.shape:
        raise ValueError(f"a and b must be (T, …) of the same shape, got {tuple(a.shape)} and {tuple(b.shape)}")
    h, reach = b, 1  # how many steps h_t and a_t hold: t itself, and those just before it
    while reach < len(h):
        h = torch.cat([h[:reach], h[reach:] + a[reach:] * h[:-reach]])
        a = torch.cat([a[:reach], a[reach:] * a[:-reach]])
        reach *= 2
    return h


class Scanned(nn.Module):
    """A layer whose state is h = a h₋₁ + b, where neither a nor b looks at h. `terms(x)` of a subclass gives a and b.

    The first weights are drawn as the NumPy twin draws them; torch.manual_seed decides which. float32 unless the module
    is moved. Raises TypeError or ValueError for sizes that do not fit.
    """

    twin: Any  # the layer of seqlearn.nn

    def __init__(self, input_size: int, hidden_size: int, **options: Any) -> None:
        super().__init__()
        rng = np.random.default_rng(int(torch.randint(2**31, ())))
        layer = self.twin(input_size, hidden_size, rng=rng, **options)
        self.input_size, self.hidden_size = layer.input_size, layer.hidden_size
        for name, array in layer.params.items():
            self.register_parameter(name, nn.Parameter(torch.tensor(array, dtype=torch.float32)))

    def forward(self, x: Tensor, state: Tensor | None = None, *, lengths: Any = None) -> tuple[Tensor, Tensor]:
        """x (T, N, D), state (N, H) or None for zeros → outputs (T, N, H) and the last state (N, H).

        lengths: N integers from 1 to T. After lengths[n] steps row n's state stands still and its outputs are 0.
        Raises ValueError for other shapes, TypeError for what is not a tensor and lengths that are not integers.
        """
        _check_input(x, ("T", "N", self.input_size))
        if state is not None:
            if not isinstance(state, Tensor):
                raise TypeError(f"state must be a tensor, got {type(state).__name__}")
            _check_shape("state", state, (x.shape[1], self.hidden_size))
        finished = _finished(x, lengths)
        if finished is not None:
            x = x.masked_fill(finished, 0)  # a NaN in the padding must not reach the weights' gradients as NaN times 0
        a, b = self.terms(x)
        if finished is not None:
            a, b = a.masked_fill(finished, 1), b.masked_fill(finished, 0)  # the state stands still
        if state is not None:
            start = as_complex(state) if a.is_complex() else state
            b = torch.cat([b[:1] + a[:1] * start, b[1:]])
        h = scan(a, b)
        if h.is_complex():
            h = as_real(h)
        return (h if finished is None else h.masked_fill(finished, 0)), h[-1]

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}"


class LinearRecurrence(Scanned):
    """Linear recurrent unit: h = a h₋₁ + γ (x W_x + b) in complex numbers, one for every pair of units.

        a = exp(-exp(nu_log) + i exp(theta_log)),   γ = exp(gamma_log)

    hidden_size H is even; h, W_x (D, H) and b (H) hold the real parts, then the imaginary ones. nu_log, theta_log and
    gamma_log (H/2). Options r_min, r_max and max_phase say where the first a lie, as in the NumPy layer.
    Orvieto et al. (2023), "Resurrecting recurrent neural networks for long sequences".
    """

    twin = layers.LinearRecurrence

    def terms(self, x: Tensor) -> tuple[Tensor, Tensor]:
        a = torch.polar(torch.exp(-torch.exp(self.nu_log)), torch.exp(self.theta_log))
        b = torch.exp(self.gamma_log) * as_complex(x @ self.W_x + self.b)
        return a.expand_as(b), b


class MinGRU(Scanned):
    """Minimal gated recurrent unit: z = σ(x W_xz + b_z), n = x W_xn + b_n, h = (1 - z) n + z h₋₁.

    z keeps the old state, as in the course's GRU; the z of the paper is 1 - z here. The columns of W_x (D, 2H) and
    b (2H) hold z, n. Feng et al. (2024), "Were RNNs all we needed?".
    """

    twin = layers.MinGRU

    def terms(self, x: Tensor) -> tuple[Tensor, Tensor]:
        z, n = (x @ self.W_x + self.b).chunk(2, dim=-1)
        z = torch.sigmoid(z)
        return z, (1 - z) * n


def as_complex(pairs: Tensor) -> Tensor:
    """(…, H) → (…, H/2): the first half holds real parts, the second imaginary parts."""
    return torch.complex(*pairs.chunk(2, dim=-1))


def as_real(numbers: Tensor) -> Tensor:
    """(…, H/2) → (…, H): undo `as_complex`."""
    return torch.cat([numbers.real, numbers.imag], dim=-1)
