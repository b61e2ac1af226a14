"""Layers on top of each other: the outputs of one are the inputs of the next."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from seqlearn.nn.layer import Params, check_array, check_lengths, need_forward


class Combined:
    """What Stacked and Bidirectional have in common. A subclass gives `_parts`, a dict of its layers. When an argument
    does not fit, the error comes before any of the layers has changed."""

    @property
    def params(self) -> Params:
        return self._prefixed("params")

    @property
    def grads(self) -> Params:
        return self._prefixed("grads")

    def _prefixed(self, what: str) -> Params:
        """The layers' own arrays, as {"0.W_x": array, …}."""
        dicts = {prefix: getattr(layer, what) for prefix, layer in self._parts.items()}
        return {f"{prefix}.{name}": array for prefix, arrays in dicts.items() for name, array in arrays.items()}

    def _check_state(self, name: str, state: Any, batch_size: int) -> list:
        """Return the layers' states as a list; None for each when there is no state."""
        count = len(self._parts)
        if state is None:
            return [None] * count
        if not isinstance(state, (list, tuple)):
            raise TypeError(f"{name} must be a list or tuple of {count} states, got {type(state).__name__}")
        if len(state) != count:
            raise ValueError(f"{name} must hold {count} states, got {len(state)}")
        for k, layer in enumerate(self._parts.values()):
            layer._check_state(f"{name}[{k}]", state[k], batch_size)
        return list(state)


class Stacked(Combined):
    """Recurrent layers one above the other, the first one reading x.

    params and grads hold those of all layers under "0.W_x", "1.W_x", …: the same arrays, not copies, so change them in
    place. The state is a list with one state per layer. Any layer that reads sequences fits, also Bidirectional.
    """

    def __init__(self, layers: Sequence) -> None:
        if not isinstance(layers, Sequence) or not layers:
            raise TypeError(f"layers must be a list of at least one layer, got {layers!r}")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("layers must be different objects: a layer remembers only its last forward")
        for k, layer in enumerate(layers):
            below = layers[max(k - 1, 0)]
            if not hasattr(layer, "output_size"):
                raise TypeError(f"layers must hold layers that read sequences, got {type(layer).__name__}")
            if k > 0 and (layer.input_size, layer.dtype) != (below.output_size, below.dtype):
                raise ValueError(
                    f"layers[{k}] must read {below.output_size} features of {below.dtype}, as layers[{k - 1}] gives, "
                    f"got input_size {layer.input_size} of {layer.dtype}"
                )
        self.layers = list(layers)
        self.input_size, self.output_size = layers[0].input_size, layers[-1].output_size
        self.dtype = layers[0].dtype
        self._steps: tuple[int, int] | None = None

    @property
    def _parts(self) -> dict[str, Any]:
        return {str(k): layer for k, layer in enumerate(self.layers)}

    def forward(self, x: ArrayLike, state: Any = None, *, lengths: ArrayLike | None = None) -> tuple[np.ndarray, list]:
        """x (T, N, D) -> outputs of the top layer (T, N, H), and the list of the layers' final states."""
        x = check_array("x", x, ("T", "N", self.input_size), self.dtype)
        states = self._check_state("state", state, x.shape[1])
        check_lengths(lengths, x.shape[0], x.shape[1])
        finals = []
        for layer, start in zip(self.layers, states):
            x, final = layer.forward(x, start, lengths=lengths)
            finals.append(final)
        self._steps = x.shape[:2]
        return x, finals

    def backward(self, d_outputs: ArrayLike, d_state: Sequence | None = None) -> tuple[np.ndarray, list]:
        """Gradients for x and for the layers' initial states, from those of the outputs and of the final states."""
        num_steps, batch_size = need_forward(self._steps)
        d_x = check_array("d_outputs", d_outputs, (num_steps, batch_size, self.output_size), self.dtype)
        d_states = self._check_state("d_state", d_state, batch_size)
        d_starts = []
        for layer, d_final in zip(reversed(self.layers), reversed(d_states)):
            d_x, d_start = layer.backward(d_x, d_final)
            d_starts.append(d_start)
        return d_x, d_starts[::-1]
