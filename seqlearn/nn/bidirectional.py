"""Two layers read the same sequence, one from each end."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from seqlearn.nn.layer import check_array, check_choice, check_lengths, need_forward
from seqlearn.nn.stacked import Combined


class Bidirectional(Combined):
    """`forward_layer` reads from the first step to the last, `backward_layer` from the last to the first.

    merge: "concat" puts their outputs side by side, (T, N, H + H'); "sum" adds them, (T, N, H).
    A shorter sequence is turned round within its own length, so that the padding stays at the end and is never read.
    params and grads hold "forward.W_x", "backward.W_x", …: the same arrays, not copies. Change them in place.
    The state is the pair (forward state, backward state).

    Schuster & Paliwal (1997), "Bidirectional recurrent neural networks".
    """

    def __init__(self, forward_layer: Any, backward_layer: Any, *, merge: str = "concat") -> None:
        for name, layer in {"forward_layer": forward_layer, "backward_layer": backward_layer}.items():
            if not hasattr(layer, "output_size"):
                raise TypeError(f"{name} must be a layer that reads sequences, got {type(layer).__name__}")
        if forward_layer is backward_layer:
            raise ValueError("backward_layer must be another object: a layer remembers only its last forward")
        for what in ("input_size", "dtype") if merge != "sum" else ("input_size", "dtype", "output_size"):
            wanted, got = getattr(forward_layer, what), getattr(backward_layer, what)
            if wanted != got:
                raise ValueError(f"backward_layer must have {what} {wanted}, as forward_layer, got {got}")
        self.merge = check_choice("merge", merge, ("concat", "sum"))
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.input_size, self.dtype = forward_layer.input_size, forward_layer.dtype
        self.output_size = forward_layer.output_size + (backward_layer.output_size if merge == "concat" else 0)
        self._order: np.ndarray | None = None

    @property
    def _parts(self) -> dict[str, Any]:
        return {"forward": self.forward_layer, "backward": self.backward_layer}

    def forward(self, x: ArrayLike, state: Any = None, *, lengths: ArrayLike | None = None) -> tuple[np.ndarray, tuple]:
        """x (T, N, D) -> merged outputs, and the pair of final states: the backward layer's is that after step 0."""
        x = check_array("x", x, ("T", "N", self.input_size), self.dtype)
        starts = self._check_state("state", state, x.shape[1])
        finished = check_lengths(lengths, x.shape[0], x.shape[1])
        if finished is None:
            finished = np.zeros(x.shape[:2], bool)
        # Which step comes t-th when row n is read from its own end; padding stays where it is.
        t = np.arange(x.shape[0])[:, None]
        order = np.where(finished, t, (~finished).sum(axis=0) - 1 - t)
        ahead, final_ahead = self.forward_layer.forward(x, starts[0], lengths=lengths)
        back, final_back = self.backward_layer.forward(turn_round(x, order), starts[1], lengths=lengths)
        back = turn_round(back, order)
        self._order = order
        outputs = np.concatenate([ahead, back], axis=2) if self.merge == "concat" else ahead + back
        return outputs, (final_ahead, final_back)

    def backward(self, d_outputs: ArrayLike, d_state: tuple | None = None) -> tuple[np.ndarray, tuple]:
        """Gradients for x and for the pair of initial states, from those of the outputs and of the final states."""
        order = need_forward(self._order)
        d_outputs = check_array("d_outputs", d_outputs, (*order.shape, self.output_size), self.dtype)
        d_finals = self._check_state("d_state", d_state, d_outputs.shape[1])
        d_ahead = d_back = d_outputs
        if self.merge == "concat":
            d_ahead, d_back = np.split(d_outputs, [self.forward_layer.output_size], axis=2)
        dx_ahead, d_start_ahead = self.forward_layer.backward(d_ahead, d_finals[0])
        dx_back, d_start_back = self.backward_layer.backward(turn_round(d_back, order), d_finals[1])
        return dx_ahead + turn_round(dx_back, order), (d_start_ahead, d_start_back)


def turn_round(x: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Put the steps of every row into `order`. Twice gives x again."""
    return np.take_along_axis(x, order[:, :, None], axis=0)
