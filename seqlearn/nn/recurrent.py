"""What all recurrent layers have in common: what comes in, what goes out, and the work that needs no loop over time.

Outside, arrays are time-major with one row per sequence: x (T, N, D), outputs (T, N, H).
Inside, the arrays of a step lie on their side, one row per unit and one column per sequence, so that xW becomes Wᵀx.
Each gate is then one unbroken block of memory (H, N), and NumPy works on it about twice as fast.

The loop over time, or the scan that takes its place, is all that a layer adds. Two kinds of work never enter it:

    forward    the products with the inputs, W_xᵀ x + b: they wait for no state
    backward   the gradients of the weights, sums over all steps: one product when the loop is over
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Layer, Params, check_array, check_lengths, check_rng, check_size, need_forward


class Recurrent(Layer):
    """A layer that reads a batch of sequences step by step. A subclass gives the two loops:

    `_run(inputs, start, ended)` returns h (T+1, H, N), the initial state first, the parts of the final state, and what
    backward needs. `_run_back(h, d_h, d_last, memory, finished, ended)` returns the gradients for the parts of the
    initial state, those for W_xᵀ x + b (T, G·H, N), and what else `_other_gradients` needs.
    """

    num_gates = 1
    state_parts: tuple[str, ...] = ("h",)
    mixes_state = True  # has it a W_h, which mixes the units of the old state?

    def __init__(
        self, input_size: int, hidden_size: int, rng: np.random.Generator | None, dtype: DTypeLike, **more: tuple
    ) -> None:
        """more: shapes of further parameters, by name."""
        super().__init__(dtype)
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = self.output_size = check_size("hidden_size", hidden_size)
        width = self.num_gates * hidden_size
        from_state = {"W_h": (hidden_size, width)} if self.mixes_state else {}
        shapes = {"W_x": (input_size, width), **from_state, "b": (width,), **more}
        self._add_params(check_rng(rng), hidden_size if self.mixes_state else input_size, **shapes)

    def forward(self, x: ArrayLike, state: Any = None, *, lengths: ArrayLike | None = None) -> tuple[np.ndarray, Any]:
        """Read the sequences from the first step to the last.

        x: (T, N, D). state: where to start, None for zeros. lengths: N integers from 1 to T, the true lengths of the
        sequences; after lengths[n] steps row n's state stands still and its outputs are 0, whatever the padding holds.
        Returns outputs (T, N, H), the h of every step, and the state after the last one.
        What is returned is yours: no later call touches it. x is copied, so you may change it before `backward`.
        """
        x = check_array("x", x, ("T", "N", self.input_size), self.dtype)
        num_steps, batch_size, _ = x.shape
        start = self._check_state("state", state, batch_size)
        finished = check_lengths(lengths, num_steps, batch_size)

        self._cache = None  # frees the memory of the last forward before this one needs its own
        inputs = np.ones((num_steps, batch_size, self.input_size + 1), self.dtype)
        inputs[..., :-1] = x  # and one more feature that is always 1: its weights are b, as one more row of W_x
        if finished is not None:
            inputs[finished] = 0  # a NaN in the padding must not reach the weights' gradients as NaN times 0
        h, last, memory = self._run(inputs, start, steps_with(finished, num_steps))
        outputs = h[1:].transpose(0, 2, 1).copy()
        if finished is not None:
            outputs[finished] = 0
        self._cache = (inputs, h, memory, finished)
        return outputs, self._pack_state(last)

    def backward(self, d_outputs: ArrayLike, d_state: Any = None) -> tuple[np.ndarray, Any]:
        """Walk through the last forward from its last step to its first. Sets `grads` (does not add to them).

        d_outputs: (T, N, H), the gradient of the loss for every output. d_state: for the final state, None for zeros.
        Returns dx (T, N, D) and the gradient for the initial state, shaped like the state.
        You may call it again with other gradients; the weights must still be those of the forward.
        """
        inputs, h, memory, finished = need_forward(self._cache)
        num_steps, size, batch_size = h[1:].shape
        d_outputs = check_array("d_outputs", d_outputs, (num_steps, batch_size, size), self.dtype)
        d_last = self._check_state("d_state", d_state, batch_size)

        d_h = d_outputs.transpose(0, 2, 1).copy()
        if finished is not None:
            np.copyto(d_h, 0, where=finished[:, None])
        d_start, dz, rest = self._run_back(h, d_h, d_last, memory, finished, steps_with(finished, num_steps))
        dz = side_by_side(dz)
        dx = (dz.T @ self.params["W_x"].T).reshape(num_steps, batch_size, -1)
        d_weights = weight_gradient(inputs.reshape(num_steps * batch_size, -1).T, dz)
        grads = {"W_x": d_weights[:-1], "b": d_weights[-1], **self._other_gradients(side_by_side(h[:-1]), dz, rest)}
        self.grads = {name: grads[name] for name in self.params}
        return dx, self._pack_state(d_start)

    def _other_gradients(self, h_old: np.ndarray, dz: np.ndarray, rest: Params) -> Params:
        """The gradients for the parameters that the inputs are not multiplied by. h_old (H, T·N), dz (G·H, T·N)."""
        return {"W_h": weight_gradient(h_old, dz), **rest} if self.mixes_state else rest

    def _check_state(self, name: str, state: Any, batch_size: int) -> list[np.ndarray]:
        """Return the parts of a state, each copied and turned to (H, N)."""
        shape = (batch_size, self.hidden_size)
        names = [name] if len(self.state_parts) == 1 else [f"{part} of {name}" for part in self.state_parts]
        if state is None:
            return [np.zeros(shape[::-1], self.dtype) for _ in names]
        if len(names) == 1:
            state = [state]
        elif not isinstance(state, (list, tuple)) or len(state) != len(names):
            came = f"{len(state)} parts" if isinstance(state, (list, tuple)) else type(state).__name__
            raise TypeError(f"{name} must be the pair ({', '.join(self.state_parts)}), got {came}")
        return [check_array(what, part, shape, self.dtype).T.copy() for what, part in zip(names, state)]

    def _pack_state(self, parts: list[np.ndarray]) -> Any:
        rows = tuple(part.T.copy() for part in parts)
        return rows if len(rows) > 1 else rows[0]


def steps_with(finished: np.ndarray | None, num_steps: int) -> list[np.ndarray | None]:
    """For every step the mask (N,) of the rows that have ended, or None where none has."""
    if finished is None:
        return [None] * num_steps
    return [rows if rows.any() else None for rows in finished]


def input_products(inputs: np.ndarray, W_x: np.ndarray, b: np.ndarray) -> np.ndarray:
    """W_xᵀ x + b for all steps at once: (T, G·H, N)."""
    weights = np.concatenate([W_x, b[None]])
    return np.matmul(np.ascontiguousarray(weights.T), np.ascontiguousarray(inputs.transpose(0, 2, 1)))


HALF = {np.dtype(kind): np.array(0.5, kind) for kind in (np.float32, np.float64)}


def finish_sigmoid(z: np.ndarray) -> None:
    """½ + ½ z in place: z holds tanh(½s) and becomes σ(s)."""
    half = HALF[z.dtype]  # an array of no dimensions: NumPy takes it in quicker than the number 0.5
    z *= half
    z += half


def side_by_side(steps: np.ndarray) -> np.ndarray:
    """(T, rows, N) -> (rows, T·N): the columns of all steps in one matrix. A product of two such sums over t and n."""
    num_steps, rows, batch_size = steps.shape
    return steps.transpose(1, 0, 2).reshape(rows, num_steps * batch_size)


def weight_gradient(v: np.ndarray, dz: np.ndarray) -> np.ndarray:
    """dW of z = Wᵀv, from v (D, T·N) and dz (G·H, T·N). BLAS is quicker with the product this way round."""
    return (dz @ v.T).T.copy()
