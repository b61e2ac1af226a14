"""Plain data between the grader and a student's process: never pickles, and nothing that is received is run.

A message is JSON with the arrays' bytes behind it. What is received is built from numbers, texts, lists and arrays of
numbers alone. Whatever is none of these crosses as a name for its kind ("a DataFrame"), and a function as a number by
which the side that has it can be asked to call it.
"""

import contextlib
import json
import math
import queue
import struct
import sys
import threading
from collections.abc import Callable, Mapping

import numpy as np

MOST_BYTES = 64 * 2**20  # of one message
MOST_PARTS = 200_000  # of one value
DEEPEST = 60
LONGEST_TEXT = 200_000
MOST_WAITING = 8  # messages that nobody has asked for
HEAD = struct.Struct("<II")


class Unsendable(Exception):
    """The value cannot cross: it is too large, too deep, or of a kind that this direction does not carry."""


class Broken(Exception):
    """The other side sent what is no message, or has ended."""


class Other:
    """Stands for a value of a kind that does not cross; its class has the kind's name."""


class Writer:
    """Turns values into JSON and collects the arrays' bytes.

    `handle(function)` gives a number for a function. Without `others`, a value of an unknown kind is `Unsendable`.
    """

    def __init__(self, handle: Callable[[Callable], int], others: bool) -> None:
        self.handle, self.others = handle, others
        self.blob, self.size, self.parts = [], 0, 0

    def plain(self, value: object, depth: int = 0) -> object:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            raise Unsendable("too deep or too many parts")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is str:
            return value[:LONGEST_TEXT]
        if kind is int:
            return value if abs(value) < 2**63 else {"t": "int", "v": hex(value)[:20_000]}
        if value is ...:
            return {"t": "..."}
        return self._compound(value, kind, depth)

    def _compound(self, value: object, kind: type, depth: int) -> object:
        torch = sys.modules.get("torch")
        if issubclass(kind, np.ndarray):
            return self._array(np.asarray(value), depth)
        if issubclass(kind, np.generic):
            return {"t": "scalar", "v": self._array(np.asarray(value), depth)}
        if torch and issubclass(kind, torch.Tensor):
            return self._tensor(torch, value, depth)
        if issubclass(kind, str):
            return str.__str__(value)[:LONGEST_TEXT]
        if issubclass(kind, tuple | list | set | frozenset):
            name = next(each.__name__ for each in (tuple, list, frozenset, set) if issubclass(kind, each))
            return {"t": name, "v": [self.plain(part, depth + 1) for part in value]}
        if issubclass(kind, Mapping) or hasattr(kind, "keys") and hasattr(kind, "__getitem__"):
            pairs = [(key, value[key]) for key in value.keys()]
            return {"t": "dict", "v": [[self.plain(part, depth + 1) for part in pair] for pair in pairs]}
        if kind is complex:
            return {"t": "complex", "v": [value.real, value.imag]}
        if kind is range and len(value) < MOST_PARTS:
            return {"t": "range", "v": [value.start, value.stop, value.step]}
        if issubclass(kind, int):  # IntEnum
            return int(value)
        if issubclass(kind, float):
            return float(value)
        if kind is type or issubclass(kind, type):
            return self._other("type")
        module = torch is not None and issubclass(kind, torch.nn.Module)
        if callable(value) and not module:
            return {"t": "function", "v": self.handle(value)}
        if hasattr(kind, "__array__") and self.others:
            return self._array(np.asarray(value), depth)
        return self._other(kind.__name__)

    def _other(self, name: str) -> object:
        if not self.others:
            raise Unsendable(name)
        return {"t": "other", "v": str(name)[:60]}

    def _array(self, array: np.ndarray, depth: int) -> object:
        shape = list(array.shape)
        if array.dtype.kind == "O":
            if array.size > 1000:
                return self._other("object array")
            return {"t": "objects", "s": shape, "v": [self.plain(part, depth + 1) for part in array.ravel().tolist()]}
        if array.dtype.kind not in "biufcUS" or array.dtype.itemsize > 4000:
            return self._other(f"{array.dtype.name} array")
        if array.nbytes + self.size > MOST_BYTES // 2:
            if not self.others:
                raise Unsendable("too large")
            return {"t": "huge", "d": array.dtype.str, "s": shape}
        order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))  # keeps a transposed one so
        data = np.ascontiguousarray(array.transpose(order)).tobytes()
        self.blob.append(data)
        self.size += len(data)
        start = self.size - len(data)
        return {"t": "array", "d": array.dtype.str, "s": shape, "o": order, "b": [start, len(data)]}

    def _tensor(self, torch, value: object, depth: int) -> object:
        if value.is_sparse or value.device.type != "cpu" or value.dtype in (torch.bfloat16,) or value.is_quantized:
            return self._other("tensor")
        array = value.detach().resolve_conj().resolve_neg().numpy()
        return {"t": "tensor", "v": self._array(array, depth), "g": bool(value.requires_grad)}


class Reader:
    """Builds values from what came; anything out of order raises `Broken`.

    `function(number)` makes something callable for a function of the other side.
    """

    def __init__(self, blob: bytes, function: Callable[[int], Callable], gradients: bool) -> None:
        self.blob, self.function, self.gradients = blob, function, gradients

    def value(self, plain: object, depth: int = 0) -> object:
        if depth > DEEPEST:
            raise Broken("too deep")
        if plain is None or isinstance(plain, bool | int | float | str):
            return plain
        if not isinstance(plain, dict):
            raise Broken("no value")
        kind, inner = plain.get("t"), plain.get("v")
        if kind in ("tuple", "list", "set", "frozenset"):
            return {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}[kind](
                self.value(part, depth + 1) for part in inner)
        if kind == "dict":
            return {self.value(key, depth + 1): self.value(part, depth + 1) for key, part in inner}
        if kind == "array":
            return self._array(plain)
        if kind == "scalar":
            return self._array(inner)[()]
        if kind == "tensor":
            array, torch = self._array(inner), sys.modules.get("torch")
            return torch.from_numpy(array).requires_grad_(self.gradients and plain["g"] is True) if torch else array
        if kind == "objects":
            if len(inner) != math.prod(_shape(plain)):
                raise Broken("an array that does not fit its parts")
            array = np.empty(len(inner), dtype=object)
            array[:] = [self.value(part, depth + 1) for part in inner]
            return array.reshape(_shape(plain))
        if kind == "range":
            made = range(*inner)
            if made and (made[-1] - made[0]) // made.step >= MOST_PARTS:
                raise Broken("a range that is too long")
            return made
        if kind == "huge":
            return np.broadcast_to(np.zeros((), _dtype(plain)), _shape(plain))
        if kind == "function":
            return self.function(int(inner))
        simple = {"...": lambda: ..., "int": lambda: int(inner, 16), "complex": lambda: complex(*inner),
                  "other": lambda: type(str(inner)[:60], (Other,), {})()}
        if kind not in simple:
            raise Broken("unknown kind")
        return simple[kind]()

    def _array(self, plain: dict) -> np.ndarray:
        if plain.get("t") != "array":
            raise Broken("no array")
        shape, dtype, order = _shape(plain), _dtype(plain), plain["o"]
        start, length = plain["b"]
        wanted = math.prod(shape) * dtype.itemsize
        if sorted(order) != list(range(len(shape))) or length != wanted or not 0 <= start <= len(self.blob) - length:
            raise Broken("an array that does not fit its bytes")
        data = np.frombuffer(self.blob, dtype, math.prod(shape), start).reshape([shape[axis] for axis in order])
        return data.copy().transpose(np.argsort(order))


def _shape(plain: dict) -> tuple[int, ...]:
    shape = tuple(plain["s"])
    if len(shape) > 32 or any(type(side) is not int or side < 0 for side in shape) or math.prod(shape) > 2**58:
        raise Broken("no shape")
    return shape


def _dtype(plain: dict) -> np.dtype:
    dtype = np.dtype(str(plain["d"])[:12])
    if dtype.kind not in "biufcUS":
        raise Broken("no dtype of numbers or texts")
    return dtype


class Line:
    """One end of the connection: messages are dicts, each with the bytes of its arrays."""

    def __init__(self, source, sink) -> None:
        self.sink = sink
        self.arrived: queue.SimpleQueue = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()

    def _listen(self, source) -> None:
        try:
            while True:
                head = _exactly(source, HEAD.size)
                sizes = HEAD.unpack(head)
                if sum(sizes) > MOST_BYTES:
                    raise Broken("a message over the limit")
                text, blob = (_exactly(source, size) for size in sizes)
                message = json.loads(text)
                if not isinstance(message, dict):
                    raise Broken("no message")
                if self.arrived.qsize() >= MOST_WAITING:  # they would fill the memory
                    raise Broken("more messages than were asked for")
                self.arrived.put((message, blob))
        except Exception as error:
            self.arrived.put((error, b""))
        except BaseException:  # a RecursionError is an Exception; the rest ends the thread
            self.arrived.put((Broken("stopped"), b""))
            raise
        finally:
            with contextlib.suppress(OSError):
                source.close()

    def send(self, message: dict, blob: bytes = b"") -> None:
        """Send one message. Raises `Broken` when nobody reads any more."""
        text = json.dumps(message).encode()
        if len(text) + len(blob) > MOST_BYTES:
            raise Unsendable("a message over the limit")
        try:
            left = memoryview(HEAD.pack(len(text), len(blob)) + text + blob)
            while left:
                left = left[self.sink.write(left):]
        except (OSError, ValueError) as error:
            raise Broken("the other side has ended") from error

    def receive(self, seconds: float | None = None) -> tuple[dict, bytes]:
        """The next message. Raises `TimeoutError`, or `Broken` when there will be none."""
        try:
            message, blob = self.arrived.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(message, Exception):
            self.arrived.put((message, blob))
            raise Broken(f"{type(message).__name__}: {message}"[:200])
        return message, blob


def _exactly(source, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = source.read(min(count - len(data), 2**20))
        if not part:
            raise Broken("the other side has ended")
        data += part
    return bytes(data)
