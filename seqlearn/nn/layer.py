"""What all layers share: checks of what comes in, and the first weights.

A layer tells you at the call what it does not understand. `check_array` is the heart of it:

    >>> check_array("x", np.ones((5, 2, 4)), ("T", "N", 3))
    Traceback (most recent call last):
    ValueError: x must be (T, N, 3), got (5, 2, 4)
"""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

Params = dict[str, np.ndarray]
KINDS = {"an array of floats": "f", "integers": "iu", "numbers": "fiub", "booleans": "b",
         "real or complex floats": "fc"}  # NumPy's letters


class Layer:
    """What every layer with weights has: `params` and `grads` with the same keys, and what backward has to remember.

    Every forward and backward raises TypeError or ValueError naming an argument that does not fit, and the layer is
    then as it was before the call. A backward before the first forward raises ValueError.
    """

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = check_dtype(dtype)
        self.params: Params = {}
        self.grads: Params = {}
        self._cache: tuple | None = None

    def _add_params(self, rng: np.random.Generator, size: int, **shapes: tuple[int, ...]) -> None:
        """Draw weights from ±1/√size, as torch does."""
        bound = 1 / np.sqrt(size)
        for name, shape in shapes.items():
            self.params[name] = rng.uniform(-bound, bound, shape).astype(self.dtype)


def check_array(
    name: str, value: ArrayLike, shape: Sequence = (...,), dtype: DTypeLike | None = None, *,
    kind: str = "an array of floats",
) -> np.ndarray:  # fmt: skip
    """Return `value` as an array of real floats, or of another of the KINDS, or say what is wrong with it.

    shape: a number is a size that must match; a letter is any size from 1 up; ... at the start is any number of axes.
    ("T", "N", 3) is a batch of sequences. dtype: the array comes back in this type. It may be `value` itself, no copy.
    Raises TypeError for other types, ValueError for a wrong shape. NaN and inf pass: some chapters show them.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise TypeError(f"{name} must be an array, got {type(value).__name__}: {error}") from error
    if array.dtype.kind not in KINDS[kind]:
        raise TypeError(f"{name} must be {kind}, got {array.dtype}")
    if shape and shape[0] is ...:
        shape = (*array.shape[: array.ndim - len(shape) + 1], *shape[1:])
    fits = array.ndim == len(shape) and all(
        size >= 1 if isinstance(wanted, str) else size == wanted for size, wanted in zip(array.shape, shape)
    )
    if not fits:
        wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        hint = " (every size at least 1)" if 0 in array.shape else ""
        raise ValueError(f"{name} must be ({wanted}){hint}, got {array.shape}")
    return array if dtype is None else array.astype(dtype, copy=False)


def check_number(name: str, value: float, low: float = 0, high: float = np.inf, *, kind: type = Real) -> float:
    """Return a number of at least low and less than high; inf passes where no high is given."""
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} must be {'an integer' if kind is Integral else 'a number'}, got {value!r}")
    if not (low <= value and (value < high or high == np.inf)):
        raise ValueError(f"{name} must be at least {low}{f' and less than {high}' * (high < np.inf)}, got {value}")
    return int(value) if kind is Integral else float(value)


def check_size(name: str, value: int) -> int:
    """Return `value` as an int of 1 or more. Raises TypeError for other types, ValueError for less than 1."""
    return check_number(name, value, 1, kind=Integral)


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Return `value` if it is one of `choices`. Raises ValueError with the list of them."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def check_flag(name: str, value: bool) -> bool:
    """Return `value` if it is True or False. Raises TypeError otherwise."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_dtype(dtype: DTypeLike) -> np.dtype:
    """Return float32 or float64 as a dtype. Raises ValueError for anything else."""
    try:
        checked = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be float32 or float64, got {dtype!r}") from None
    if checked not in (np.float32, np.float64):
        raise ValueError(f"dtype must be float32 or float64, got {checked}")
    return checked


def check_rng(rng: np.random.Generator | None) -> np.random.Generator:
    """Return the generator, or the one of seed 0 for None: a layer made twice is the same twice."""
    if rng is None:
        return np.random.default_rng(0)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    return rng


def check_integers(name: str, value: ArrayLike, low: int, high: int, shape: Sequence = (...,)) -> np.ndarray:
    """Return integers from low to high as an array. Raises TypeError for other types, ValueError for range or shape."""
    array = check_array(name, value, shape, kind="integers")
    if array.size and (array.min() < low or array.max() > high):
        raise ValueError(f"{name} must be from {low} to {high}, got {array.min()} to {array.max()}")
    return array


def check_lengths(lengths: ArrayLike | None, num_steps: int, batch_size: int) -> np.ndarray | None:
    """Return `finished` (T, N): True where row n has no step t any more; None when no row ends early.
    lengths: N integers from 1 to T. An empty sequence is refused, as torch refuses it: it has nothing to read."""
    if lengths is None:
        return None
    finished = np.arange(num_steps)[:, None] >= check_integers("lengths", lengths, 1, num_steps, (batch_size,))
    return finished if finished.any() else None


def need_forward(cache: Any) -> Any:
    """Return what a forward left for backward. Raises ValueError when there was none."""
    if cache is None:
        raise ValueError("backward needs a forward before it: call forward first")
    return cache
