"""Read what an answer returned, piece by piece, and compare it with what the reference returned.

An answer may return anything. `read_like(expected, value)` turns it into plain copies shaped like the expected
structure (array, number, string, or a tuple, list or dict of these), or raises `Unreadable` with a sentence.

A torch tensor counts as an array everywhere. torch is never imported here: where it is not loaded, nothing is a tensor.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


class Unreadable(Exception):
    """What was returned has not the structure asked for. The text is a sentence for the learner."""


class Blank(Exception):
    """A piece is still `...`."""


@dataclass(frozen=True)
class Piece:
    """One returned array, number or string. `values` is None for an array far too large to copy."""

    label: str  # "dW_x", "token 4", 'grads["W"]', or nothing
    shape: tuple[int, ...] = ()
    dtype: str = ""
    values: np.ndarray | str | None = None
    alone: bool = False  # a word that is the whole answer: its capitals do not count


def read_like(expected: object, value: object, label: str = "", names: Sequence[str] = ()) -> list[Piece]:
    """The pieces of `value`, in the order of those of `expected`; names are given to the outermost pieces."""
    if value is Ellipsis:
        raise Blank(label)
    if isinstance(expected, Mapping):
        return _read_dict(expected, value, label or (names[0] if len(names) == 1 else ""))
    if isinstance(expected, tuple | list):
        return _read_sequence(expected, value, label, names)
    alone, label = not label, label or (names[0] if names else "")
    if expected is None:
        if value is not None:
            raise Unreadable(f"{_subject(label)} must be None, got {kind_of(value)}.")
        return [Piece(label, dtype="None", values="None")]
    if isinstance(expected, str):
        if not isinstance(value, str):
            raise Unreadable(f"{_subject(label)} must be a string, got {kind_of(value)}.")
        return [Piece(label, dtype="str", values=str(value)[:100_000], alone=alone)]
    return [_read_array(expected, value, label)]


def _read_dict(expected: Mapping, value: object, label: str) -> list[Piece]:
    if not _is_like_a_dict(value):
        raise Unreadable(f"{_subject(label)} must be a dict with the keys {_listed(expected)}, got {kind_of(value)}.")
    value = {key: value[key] for key in value.keys()}
    missing = [key for key in expected if key not in value]
    if missing:
        raise Unreadable(f"{_subject(label)} lacks the key {_listed(missing)}.")
    unknown = [str(key)[:40] for key in value if key not in expected]
    if unknown:
        raise Unreadable(f"{_subject(label)} has a key nobody asked for: {_listed(unknown[:5])}.")
    pieces = []
    for key in expected:
        name = f'"{key}"' if isinstance(key, str) else str(key)
        pieces += read_like(expected[key], value[key], f"{label}[{name}]" if label else name)
    return pieces


def _is_like_a_dict(value: object) -> bool:
    """A dict, or what has keys as one has: torch's ParameterDict is no Mapping."""
    return isinstance(value, Mapping) or (hasattr(type(value), "keys") and hasattr(type(value), "__getitem__"))


def _read_sequence(expected: Sequence, value: object, label: str, names: Sequence[str]) -> list[Piece]:
    count = len(expected)
    labels = [_label(label, names, i) for i in range(count)]
    if not isinstance(value, tuple | list):
        value = _plain(value)
        if not isinstance(value, np.ndarray) or value.ndim == 0 or len(value) != count:
            what = _pieces(labels, names)
            raise Unreadable(f"{_subject(label)} must be {what}, got {kind_of(value)}.")
    if len(value) != count:
        what = _pieces(labels, names)
        raise Unreadable(f"{_subject(label)} must be {what}, got {len(value)}.")
    blank = [label for label, piece in zip(labels, value, strict=True) if piece is Ellipsis]
    if blank:
        raise Blank(", ".join(blank) if len(blank) < count else "")
    return [
        piece for name, like, part in zip(labels, expected, value, strict=True) for piece in read_like(like, part, name)
    ]


def _pieces(labels: list[str], names: Sequence[str]) -> str:
    count = f"{len(labels)} piece{'' if len(labels) == 1 else 's'}"
    return count + (f" ({', '.join(labels)})" if names and 0 < len(labels) <= 8 else "")


def _read_array(like: object, value: object, label: str) -> Piece:
    expected = np.asarray(_plain(like))
    kind = "a tensor" if is_tensor(like) else "an array"
    wanted = f"{kind} of shape {expected.shape}" if expected.ndim else "a number"
    if value is None:
        raise Unreadable(f"{_subject(label)} must be {wanted}, got None.")
    try:
        array = np.asarray(_plain(value))
    except Exception as error:
        raise Unreadable(f"{_subject(label)} must be {wanted}, got {kind_of(value)}.") from error
    if array.dtype.kind == "c":
        what = f"{_subject(label)} must be " + (f"{wanted} of real numbers" if expected.ndim else "a real number")
        got = f"complex numbers ({array.dtype})" if array.ndim else f"a complex number ({array.dtype})"
        raise Unreadable(f"{what}, got {got}: take its `.real` or its `.imag`, whichever holds the answer.")
    if array.dtype.kind not in "biuf":
        raise Unreadable(f"{_subject(label)} must be {wanted}, got {kind_of(value)}.")
    if array.shape == (1,) and not expected.ndim:
        array = array[0]  # [0.95] where one number is asked for: the brackets are no mistake worth a sentence
    keep = array.shape == expected.shape or array.size <= 4 * expected.size + 1000
    values = np.array(array, dtype=np.float64) if keep else None
    return Piece(label, array.shape, str(array.dtype), values)


def as_arrays(expected: object, value: object) -> object:
    """`value` nested as `expected` is, with an array for every number, list or tensor in it.

    Where a tensor is expected, a tensor stays one: a further check may follow its gradient.
    """
    if isinstance(expected, Mapping):
        return {key: as_arrays(expected[key], value[key]) for key in expected}
    if isinstance(expected, tuple | list):
        return tuple(as_arrays(like, part) for like, part in zip(expected, value, strict=True))
    both_tensors = is_tensor(expected) and is_tensor(value)
    if both_tensors and value.is_leaf:  # an nn.Parameter: nothing leads up to it, and NumPy does not take it
        return value.detach()
    as_it_is = expected is None or isinstance(expected, str) or both_tensors
    return value if as_it_is else np.asarray(_plain(value))


def is_tensor(value: object) -> bool:
    """Is it a torch tensor? Asks its type alone, and does not import torch."""
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(type(value), torch.Tensor)


def _plain(value: object) -> object:
    """A torch tensor as an array; everything else unchanged."""
    return value.detach().cpu().numpy() if hasattr(type(value), "detach") else value


def _label(label: str, names: Sequence[str], index: int) -> str:
    if not label and len(names) == 1 and "{}" in names[0]:
        return names[0].format(index + 1)
    if not label and index < len(names):
        return names[index]
    return f"{label}[{index}]" if label else f"piece {index + 1}"


def _subject(label: str) -> str:
    return label if label else "The result"


def _listed(words) -> str:
    return ", ".join(f'"{word}"' for word in words)


def kind_of(value: object) -> str:
    """What kind of thing a value is, in words, without asking it for its repr."""
    if value is None:
        return "None"
    if issubclass(type(value), np.ndarray):  # isinstance() would ask the value itself
        numbers = "" if value.dtype.kind in "biuf" else f" of {value.dtype} instead of numbers"
        return f"an array of shape {value.shape}{numbers}"
    if is_tensor(value) and type(value).__module__.startswith("torch"):  # a learner's own subclass may say anything
        return f"a tensor of shape {tuple(value.shape)} of {str(value.dtype).removeprefix('torch.')}"
    if issubclass(type(value), tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    names = {"generator": "a generator (`yield` where `return` belongs?)", "int": "an int", "ellipsis": "`...`"}
    names |= {"coroutine": "a coroutine (`async def` where `def` belongs?)", "type": "a class"}
    names |= {kind: "a function (are its parentheses missing?)" for kind in ("function", "builtin_function_or_method")}
    kind = str(type(value).__name__)[:60]
    return names.get(kind, f"a {kind}")


def close(expected: Piece, got: Piece, rtol: float, atol: float | None) -> bool:
    """Do two pieces agree? NaN agrees with NaN. `atol=None`: rtol/100 of the largest expected number."""
    if isinstance(expected.values, str) or isinstance(got.values, str):
        same = same_words if expected.alone else str.__eq__
        return type(expected.values) is type(got.values) and same(expected.values, got.values)
    if expected.shape != got.shape or got.values is None or expected.values is None:
        return expected.shape == got.shape and expected.values is got.values
    return bool(np.all(agrees(expected.values, got.values, rtol, atol)))


def same_words(one: str, other: str) -> bool:
    """Are two texts the same but for capitals and the blanks around them? "Vanishes" is no other answer."""
    return one.strip().casefold() == other.strip().casefold()


def agrees(expected: np.ndarray, got: np.ndarray, rtol: float, atol: float | None) -> np.ndarray:
    """Elementwise agreement (True where it holds), with an absolute tolerance that follows the numbers' size."""
    if atol is None:
        atol = rtol * 1e-2 * size_of(expected) or 1e-12  # nothing but zeros has no size to go by
    with np.errstate(all="ignore"):
        return np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)


def size_of(values: np.ndarray) -> float:
    """The largest finite magnitude; 0 when there is none."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def arrays_in(value: object) -> Iterator[np.ndarray]:
    """All arrays in a nested structure of tuples, lists and dicts; for a tensor, its memory as an array."""
    if isinstance(value, np.ndarray):
        yield value
    elif is_tensor(value):
        if value.device.type == "cpu" and not value.is_sparse:
            yield value.detach().numpy()
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from arrays_in(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from arrays_in(part)


def unchanged(before: object, after: object) -> bool:
    """Is an argument what it was before the call? Arrays by value, shape and dtype; NaN equals NaN."""
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        same = before.shape == after.shape and before.dtype == after.dtype
        return same and (before.tobytes() == after.tobytes())
    if isinstance(before, Mapping):
        return list(before) == list(after) and all(unchanged(before[key], after[key]) for key in before)
    if isinstance(before, tuple | list):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if is_tensor(before):
        return before.requires_grad == after.requires_grad and unchanged(_plain(before), _plain(after))
    return before == after if isinstance(before, int | float | str | bytes) else True
