"""What all recurrent layers have in common: what comes in, what goes out, and the work that needs no loop over time.

Arrays are time-major with one row per sequence: x (T, N, D), outputs (T, N, H). What the weights multiply at a step
lies side by side in one array, seen (T+1, N, D+1+H):

    [x, 1, h₋₁]        so the three sums x W_x + b + h₋₁ W_h are one product with W_x, b and W_h on top of each other

The loop over time, or the scan that takes its place, is all that a layer adds. The gradients of the weights never enter
it: they are sums over all steps, and so one product when the loop is over.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Layer, Params, check_array, check_lengths, check_rng, check_size, need_forward


class Recurrent(Layer):
    """A layer that reads a batch of sequences step by step. A subclass gives the two loops:

    `_run(seen, outputs, start, ended)` fills outputs (T, N, H) and the h₋₁ in `seen`, and returns the parts of the
    final state and what backward needs. `_run_back(seen, d_outputs, d_last, memory, finished, ended)` returns the
    gradients for the parts of the initial state, those for x W_x + b (T, N, G·H), and what else `_gradients` needs.
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
        self._arrays: Params = {}

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

        self._cache = None  # what the last forward left is written over now
        width = self.input_size + 1 + (self.hidden_size if self.mixes_state else 0)
        seen = self._array("seen", num_steps + 1, batch_size, width)
        from_below = seen[:-1, :, : self.input_size + 1]
        from_below[..., :-1], from_below[..., -1] = x, 1
        if finished is not None:
            from_below[finished] = 0  # a NaN in the padding must not reach the weights' gradients as NaN times 0
        outputs = np.empty((num_steps, batch_size, self.hidden_size), self.dtype)
        last, memory = self._run(seen, outputs, start, steps_with(finished, num_steps))
        last = self._pack_state(last)
        if finished is not None:
            outputs[finished] = 0
        self._cache = (seen, memory, finished)
        return outputs, last

    def backward(self, d_outputs: ArrayLike, d_state: Any = None) -> tuple[np.ndarray, Any]:
        """Walk through the last forward from its last step to its first. Sets `grads` (does not add to them).

        d_outputs: (T, N, H), the gradient of the loss for every output. d_state: for the final state, None for zeros.
        Returns dx (T, N, D) and the gradient for the initial state, shaped like the state.
        You may call it again with other gradients; the weights must still be those of the forward.
        """
        seen, memory, finished = need_forward(self._cache)
        num_steps, batch_size, _ = seen[:-1].shape
        d_outputs = check_array("d_outputs", d_outputs, (num_steps, batch_size, self.hidden_size), self.dtype)
        d_last = self._check_state("d_state", d_state, batch_size)
        if finished is not None:
            d_outputs = np.where(finished[:, :, None], 0, d_outputs)
        ended = steps_with(finished, num_steps)
        d_start, dz, rest = self._run_back(seen, d_outputs, d_last, memory, finished, ended)
        dz = all_rows(dz)
        dx = (dz @ self.params["W_x"].T).reshape(num_steps, batch_size, -1)
        grads = self._gradients(all_rows(seen[:-1]), dz, rest)
        self.grads = {name: grads[name] for name in self.params}
        return dx, self._pack_state(d_start)

    def _gradients(self, seen: np.ndarray, dz: np.ndarray, rest: Any) -> Params:
        """The gradients of the weights, each a sum over t and n. seen (T·N, D+1+H), dz (T·N, G·H)."""
        d_weights = seen.T @ dz
        size = self.input_size
        from_state = {"W_h": d_weights[size + 1 :]} if self.mixes_state else {}
        return {"W_x": d_weights[:size], "b": d_weights[size], **from_state, **rest}

    def _stacked_weights(self) -> np.ndarray:
        """What [x, 1, h₋₁] is multiplied by: (D+1+H, G·H)."""
        return np.concatenate([self.params["W_x"], self.params["b"][None], self.params["W_h"]])

    def _array(self, name: str, *shape: int) -> np.ndarray:
        """An array to write into. It is kept for the next call: memory fresh from the system costs more than the sums
        that fill it. Nothing that is returned may lie in it."""
        if name not in self._arrays or self._arrays[name].shape != shape:
            self._arrays.pop(name, None)  # frees the old one before the new one needs its place
            self._arrays[name] = np.empty(shape, self.dtype)
        return self._arrays[name]

    def _check_state(self, name: str, state: Any, batch_size: int) -> list[np.ndarray]:
        """Return the parts of a state, each copied."""
        shape = (batch_size, self.hidden_size)
        names = [name] if len(self.state_parts) == 1 else [f"{part} of {name}" for part in self.state_parts]
        if state is None:
            return [np.zeros(shape, self.dtype) for _ in names]
        if len(names) == 1:
            state = [state]
        elif not isinstance(state, (list, tuple)) or len(state) != len(names):
            came = f"{len(state)} parts" if isinstance(state, (list, tuple)) else type(state).__name__
            raise TypeError(f"{name} must be the pair ({', '.join(self.state_parts)}), got {came}")
        return [np.array(check_array(what, part, shape, self.dtype), order="C") for what, part in zip(names, state)]

    def _pack_state(self, parts: list[np.ndarray]) -> Any:
        rows = tuple(part.copy() for part in parts)
        return rows if len(rows) > 1 else rows[0]


def steps_with(finished: np.ndarray | None, num_steps: int) -> list[np.ndarray | None]:
    """For every step the mask (N,) of the rows that have ended, or None where none has."""
    if finished is None:
        return [None] * num_steps
    return [rows if rows.any() else None for rows in finished]


def steps_at_once(num_steps: int, step_size: int) -> int:
    """How many steps backward takes together, a block, where its work waits for no gradient. One step at a time would
    be many calls, all at once more numbers than the processor's cache holds. step_size: N·H."""
    return min(num_steps, max(1, 2**14 // step_size))


def all_rows(steps: np.ndarray) -> np.ndarray:
    """(T, N, …) -> (T·N, …): a product of two such sums over t and n."""
    return steps.reshape(-1, steps.shape[-1])


def gate_by_gate(rows: np.ndarray, num_gates: int) -> np.ndarray:
    """(…, N, G·H) seen as (…, G, N, H), no copy. A gate copied out of it is one unbroken block of memory (N, H), on
    which NumPy is about twice as quick."""
    return rows.reshape(*rows.shape[:-1], num_gates, -1).swapaxes(-3, -2)


ONE = {np.dtype(kind): np.array(1, kind) for kind in (np.float32, np.float64)}  # NumPy takes it in quicker than a 1


def sigmoid(z: np.ndarray) -> None:
    """σ(z) = 1 / (1 + e⁻ᶻ) in place. Where e⁻ᶻ overflows, σ is 0, as it should: ignore the warning."""
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += ONE[z.dtype]
    np.reciprocal(z, out=z)
