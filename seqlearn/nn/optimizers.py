"""Optimizers: what to do with a gradient once you have it. They change the arrays in `params` in place.

For several layers, put their parameters into one dict under names of your own, and their gradients into another.
Tied weights, one array under several names, are one parameter: its gradient is the sum of those under its names.
"""

import math
from collections.abc import Mapping

import numpy as np

from seqlearn.nn.layer import Params, check_array, check_number


class SGD:
    """Gradient descent: v = momentum · v + g, then p = p − learning_rate · v. With momentum 0, v is the gradient.

    Momentum as torch.optim.SGD counts it: v holds gradients, not steps. Polyak (1964).
    """

    def __init__(self, params: Params, learning_rate: float, momentum: float = 0.0) -> None:
        self.params = check_arrays("params", params)
        self.learning_rate = check_number("learning_rate", learning_rate)
        self.momentum = check_number("momentum", momentum, high=1)
        self._v = {names: np.zeros_like(params[names[0]]) for names in tied(params)}

    def step(self, grads: Params) -> None:
        """Change every parameter once. grads: same keys and shapes as params; they are not changed.

        Raises TypeError or ValueError when one does not fit; no parameter has moved then. NaN and inf pass.
        """
        check_grads(self.params, grads)
        for names, v in self._v.items():
            v *= self.momentum
            v += summed(grads, names)
            param = self.params[names[0]]
            param -= self.learning_rate * v


class Adam:
    """Steps of about learning_rate per entry, whatever the size of its gradient:

        m = β₁ m + (1 − β₁) g          running mean of the gradient
        v = β₂ v + (1 − β₂) g²         running mean of its square
        m̂ = m / (1 − β₁ᵗ)              both start at 0, so at first they are too small:
        v̂ = v / (1 − β₂ᵗ)              divide by the weights given out so far
        p = p − learning_rate · m̂ / (√v̂ + eps)

    Kingma & Ba (2015).
    """

    def __init__(
        self, params: Params, learning_rate: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        self.params = check_arrays("params", params)
        self.learning_rate = check_number("learning_rate", learning_rate)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise TypeError(f"betas must be a pair of numbers, got {betas!r}")
        self.betas = tuple(check_number(f"betas[{k}]", beta, high=1) for k, beta in enumerate(betas))
        self.eps = check_number("eps", eps)
        self._m, self._v = ({names: np.zeros_like(params[names[0]]) for names in tied(params)} for _ in range(2))
        self._t = 0

    def step(self, grads: Params) -> None:
        """Change every parameter once, as `SGD.step` does."""
        check_grads(self.params, grads)
        self._t += 1
        beta_1, beta_2 = self.betas
        for names, m in self._m.items():
            g, v = summed(grads, names), self._v[names]
            m *= beta_1
            m += (1 - beta_1) * g
            v *= beta_2
            v += (1 - beta_2) * g * g
            m_hat = m / (1 - beta_1**self._t)
            v_hat = v / (1 - beta_2**self._t)
            param = self.params[names[0]]
            param -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.eps)


def clip_grad_norm(grads: Params, max_norm: float) -> float:
    """Shorten the gradient to length max_norm when it is longer, in place; return its length before.

    The length is one number for all arrays together, √(Σ g²), so that all shrink by one factor: the step gets shorter
    and keeps its direction. With max_norm=inf it only measures. Squares of huge gradients do not overflow.
    A gradient with inf or NaN in it has no direction to keep: the norm comes back as inf or NaN and the arrays stay as
    they are, so you see what went wrong and may skip the step. (torch scales: inf becomes NaN and everything else 0.)
    An array that stands under two names counts once.
    Pascanu, Mikolov & Bengio (2013). Raises TypeError or ValueError for what is not a dict of float arrays.
    """
    check_arrays("grads", grads)
    max_norm = check_number("max_norm", max_norm)
    grads = {names[0]: grads[names[0]] for names in tied(grads)}
    largest = float(np.max([np.abs(g).max(initial=0) for g in grads.values()], initial=0))
    if largest == 0 or not math.isfinite(largest):
        return largest
    relative = math.sqrt(sum(np.square(np.divide(g, largest, dtype=np.float64)).sum() for g in grads.values()))
    norm = largest * relative
    if norm > max_norm:
        for g in grads.values():
            # In float64, as the factor may be too small for float32; not max_norm / norm, as that norm may be inf.
            np.multiply(g, max_norm / largest / relative, out=g, dtype=np.float64, casting="same_kind")
    return norm


def tied(arrays: Params) -> list[tuple[str, ...]]:
    """The names, those together that stand for one array: the same numbers at the same place in memory."""
    found: dict[tuple, list[str]] = {}
    for name, array in arrays.items():
        found.setdefault((array.__array_interface__["data"][0], array.shape, array.strides), []).append(name)
    return [tuple(names) for names in found.values()]


def summed(grads: Params, names: tuple[str, ...]) -> np.ndarray:
    """The gradient of one parameter: what stands under its names, added up; an array that stands twice counts once."""
    different = [grads[several[0]] for several in tied({name: grads[name] for name in names})]
    return sum(different[1:], start=different[0])


def check_arrays(name: str, arrays: Params) -> Params:
    """Raise TypeError unless this is a dict of float arrays, ValueError when one of them cannot be written to."""
    if not isinstance(arrays, Mapping):
        raise TypeError(f"{name} must be a dict of arrays, got {type(arrays).__name__}")
    for key, array in arrays.items():
        came = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        if getattr(came, "kind", None) != "f":
            raise TypeError(f"{name}[{key!r}] must be an array of floats, got {came}")
        if not array.flags.writeable:
            raise ValueError(f"{name}[{key!r}] must be writeable, got a read-only array")
    return arrays


def check_grads(params: Params, grads: Params) -> None:
    """Raise TypeError or ValueError unless grads are float arrays with the keys and shapes of params."""
    check_arrays("grads", grads)
    if grads.keys() != params.keys():
        raise ValueError(f"grads must have the keys {list(params)}, got {list(grads)}")
    for key, param in params.items():
        check_array(f"grads[{key!r}]", grads[key], param.shape)
