"""Layers on top of each other: the outputs of one are the inputs of the next."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from seqlearn.nn.layer import Params, check_array, check_lengths, check_parts, need_forward, prefixed


class Stacked:
    """Recurrent layers one above the other, the first one reading x.

    params and grads hold those of all layers under "0.W_x", "1.W_x", …: the same arrays, not copies, so change them in
    place. The state is a list with one state per layer. Any layer that reads sequences fits, also Bidirectional.
    """

    def __init__(self, layers: Sequence) -> None:
        if not isinstance(layers, Sequence) or not layers:
            raise TypeError(f"layers must be a list of at least one layer, got {layers!r}")
        for layer in layers:
            if not hasattr(layer, "output_size"):
                raise TypeError(f"layers must hold layers that read sequences, got {type(layer).__name__}")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("layers must be different objects: a layer remembers only its last forward")
        for k in range(1, len(layers)):
            below, layer = layers[k - 1], layers[k]
            if layer.input_size != below.output_size or layer.dtype != below.dtype:
                raise ValueError(
                    f"layers[{k}] must read {below.output_size} features of {below.dtype}, as layers[{k - 1}] gives, "
                    f"got input_size {layer.input_size} of {layer.dtype}"
                )
        self.layers = list(layers)
        self.input_size, self.output_size = layers[0].input_size, layers[-1].output_size
        self.dtype = layers[0].dtype
        self._steps: tuple[int, int] | None = None

    @property
    def params(self) -> Params:
        return prefixed({str(k): layer.params for k, layer in enumerate(self.layers)})

    @property
    def grads(self) -> Params:
        return prefixed({str(k): layer.grads for k, layer in enumerate(self.layers)})

    def forward(
        self, x: ArrayLike, state: Sequence | None = None, *, lengths: ArrayLike | None = None
    ) -> tuple[np.ndarray, list]:
        """x (T, N, D) -> outputs of the top layer (T, N, H), and the list of the layers' final states.

        Raises ValueError or TypeError for arrays that do not fit; no layer has changed then.
        """
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
        need_forward(self._steps)
        d_x = check_array("d_outputs", d_outputs, (*self._steps, self.output_size), self.dtype)
        d_states = self._check_state("d_state", d_state, self._steps[1])
        d_starts = []
        for layer, d_final in zip(reversed(self.layers), reversed(d_states)):
            d_x, d_start = layer.backward(d_x, d_final)
            d_starts.append(d_start)
        return d_x, d_starts[::-1]

    def _check_state(self, name: str, state: Any, batch_size: int) -> list:
        states = check_parts(name, state, len(self.layers))
        for k, (layer, part) in enumerate(zip(self.layers, states)):
            layer._check_state(f"{name}[{k}]", part, batch_size)
        return states
