"""What all layers share: checks of what comes in, and the first weights.

A layer tells you at the call what it does not understand. `check_array` is the heart of it:

    >>> check_array("x", np.ones((5, 2, 4)), ("T", "N", 3))
    Traceback (most recent call last):
    ValueError: x must be (T, N, 3), got (5, 2, 4)
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

Params = dict[str, np.ndarray]


def check_array(name: str, value: ArrayLike, shape: Sequence[int | str], dtype: DTypeLike | None = None) -> np.ndarray:
    """Return `value` as an array of real floats, or say what is wrong with it.

    shape: a number is a size that must match; a letter is any size from 1 up. ("T", "N", 3) is a batch of sequences.
    dtype: the array comes back in this type. It may be `value` itself, not a copy.
    Raises TypeError for integers, booleans, complex numbers and objects, ValueError for a wrong shape.
    NaN and inf pass: some chapters show them.
    """
    array = as_array(name, value)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be an array of floats, got {array.dtype}")
    check_shape(name, array, shape)
    return array if dtype is None else array.astype(dtype, copy=False)


def as_array(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value` as an array of whatever type it has. Raises TypeError when it cannot be one."""
    try:
        return np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise TypeError(f"{name} must be an array, got {type(value).__name__}: {error}") from error


def check_shape(name: str, array: np.ndarray, shape: Sequence[int | str]) -> None:
    """Raise ValueError unless the array has this shape; letters stand for any size from 1 up."""
    fits = len(array.shape) == len(shape) and all(
        size >= 1 if isinstance(wanted, str) else size == wanted for size, wanted in zip(array.shape, shape)
    )
    if not fits:
        wanted = ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "")
        hint = " (every size at least 1)" if 0 in array.shape else ""
        raise ValueError(f"{name} must be ({wanted}){hint}, got {array.shape}")


def check_size(name: str, value: int) -> int:
    """Return `value` as an int of 1 or more. Raises TypeError for other types, ValueError for less than 1."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


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
    except TypeError as error:
        raise TypeError(f"dtype must be float32 or float64, got {dtype!r}") from error
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


def check_lengths(lengths: ArrayLike | None, num_steps: int, batch_size: int) -> np.ndarray | None:
    """Return `finished` (T, N): True where row n has no step t any more; None when no row ends early.

    lengths: N integers from 1 to T. An empty sequence is refused, as torch refuses it: it has nothing to read.
    """
    if lengths is None:
        return None
    array = as_array("lengths", lengths)
    if array.dtype.kind not in "iu":
        raise TypeError(f"lengths must be integers, got {array.dtype}")
    check_shape("lengths", array, (batch_size,))
    if array.min() < 1 or array.max() > num_steps:
        raise ValueError(f"lengths must be from 1 to {num_steps}, got {array.min()} to {array.max()}")
    finished = np.arange(num_steps)[:, None] >= array
    return finished if finished.any() else None


def check_parts(name: str, state: Any, count: int) -> list:
    """Return the parts of a state of several layers as a list; None for each when there is no state."""
    if state is None:
        return [None] * count
    if not isinstance(state, (list, tuple)):
        raise TypeError(f"{name} must be a list or tuple of {count} states, got {type(state).__name__}")
    if len(state) != count:
        raise ValueError(f"{name} must hold {count} states, got {len(state)}")
    return list(state)


def prefixed(parts: dict[str, Params]) -> Params:
    """{"0": {"W_x": array}} -> {"0.W_x": array}, the same arrays."""
    return {f"{prefix}.{name}": array for prefix, arrays in parts.items() for name, array in arrays.items()}


def uniform(rng: np.random.Generator, shape: tuple[int, ...], bound: float, dtype: np.dtype) -> np.ndarray:
    """Draw weights from [-bound, bound), as torch does with bound = 1/sqrt(hidden_size)."""
    return rng.uniform(-bound, bound, shape).astype(dtype)


def need_forward(cache: object) -> None:
    """Raise ValueError when a layer is asked for gradients of a forward that never happened."""
    if cache is None:
        raise ValueError("backward needs a forward before it: call forward first")
