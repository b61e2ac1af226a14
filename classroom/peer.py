"""Calls in both directions over a `Line`: the grader calls an answer, and the answer may call a function it was given.

Arguments and results cross as plain data (`wire`). What the callee changed in its arguments is changed in the caller's
too, so that an exercise about work in place, or an argument spoilt by accident, looks the same as in one process.
"""

import builtins
import threading
from collections.abc import Callable

import numpy as np

from classroom.wire import MOST_BYTES, Broken, Line, Reader, Unsendable, Writer
from seqlearn.grading.outcome import Elsewhere
from seqlearn.grading.running import InputRefused

TICK = 0.05  # seconds between two looks at the clock: a guarded thread can be stopped in between


class Peer:
    """One side. `others`: may values of unknown kinds be sent, as names? `describe(error, function)`: what to tell.

    `failed(error)` gives the exception to be raised by a call that could not be made.
    """

    def __init__(self, line: Line, *, others: bool, gradients: bool, describe: Callable,
                 failed: Callable = lambda error: error) -> None:
        self.line, self.others, self.gradients = line, others, gradients
        self.describe, self.failed = describe, failed
        self.functions: list[Callable] = []
        self.numbers: dict[int, int] = {}
        self.waiting = threading.Event()  # set while the other side owes a reply

    def forget(self) -> None:
        """Forget the functions that were sent."""
        self.functions, self.numbers = [], {}

    def handle(self, function: Callable) -> int:
        """The number by which the other side calls a function."""
        if id(function) not in self.numbers:
            if len(self.functions) > 10_000:
                raise Unsendable("too many functions")
            self.numbers[id(function)] = len(self.functions)
            self.functions.append(function)
        return self.numbers[id(function)]

    def call(self, number: int, arguments: tuple) -> object:
        """Call the other side's function. Raises what it raised, or what `failed` makes of a broken connection."""
        try:
            message, blob, _ = self._packed({"do": "call", "f": number}, "a", arguments)
            self.line.send(message, blob)
            reply, blob = self.reply()
            reader = self._reader(blob)
            after = {int(index): reader.value(plain) for index, plain in dict(reply.get("after") or {}).items()}
            raised = made_again(reply["raised"]) if "raised" in reply else None
            value = None if raised else reader.value(reply.get("value"))
            for index, new in after.items():
                restore(arguments[index], new)
        except Exception as error:
            raise self.failed(error) from None
        if raised is not None:
            raise raised
        return value

    def ask(self, seconds: float | None = None, **message: object) -> tuple[dict, bytes]:
        """Send a request that is no call; return the reply."""
        self.line.send(message)
        return self.reply(seconds)

    def reply(self, seconds: float | None = None) -> tuple[dict, bytes]:
        """What the other side answers; until then its calls are served."""
        self.waiting.set()
        left = seconds
        while True:
            try:
                message, blob = self.line.receive(TICK)
            except TimeoutError:
                if left is not None:
                    left -= TICK
                    if left <= 0:
                        raise
                continue
            if message.get("do") != "call":
                self.waiting.clear()
                return message, blob
            self.serve(message, blob)

    def serve(self, message: dict, blob: bytes) -> None:
        """Do a call that came in, and answer it."""
        number = message.get("f")
        if type(number) is not int or not 0 <= number < len(self.functions):
            raise Broken("no such function")
        function = self.functions[number]
        arguments = tuple(self._reader(blob).value(message.get("a")))
        before = [self._packed({}, "v", argument) for argument in arguments]
        reply, more = {}, []
        try:
            with np.errstate(all="ignore"):
                value = function(*arguments)
        except BaseException as error:
            if type(error).__name__ == "TimeIsUp":
                raise
            reply["raised"] = self.describe(error, function)
            value = None
        writer = Writer(self.handle, self.others)
        try:
            if "raised" not in reply:
                reply["value"] = writer.plain(value)
            after = {}
            for index, (argument, (then, then_blob, _)) in enumerate(zip(arguments, before, strict=True)):
                now, now_blob, _ = self._packed({}, "v", argument)
                if (now, now_blob) != (then, then_blob):
                    after[str(index)] = writer.plain(argument)
            reply["after"] = after
            more = writer.blob
        except Exception:  # too large, too deep, or an object that lies about itself
            reply, more = {"value": {"t": "other", "v": "result that cannot be read"}}, []
        self.line.send(reply, b"".join(more))

    def remote(self, number: int) -> Callable:
        """Something callable that stands for a function of the other side."""
        return function(self, number)

    def _packed(self, message: dict, key: str, value: object) -> tuple[dict, bytes, Writer]:
        writer = Writer(self.handle, self.others)
        message[key] = writer.plain(value)
        return message, b"".join(writer.blob), writer

    def _reader(self, blob: bytes) -> Reader:
        return Reader(blob, self.remote, self.gradients)


class function:  # the name is what a learner reads: "got a function (are its parentheses missing?)"
    """A function of the other side."""

    def __init__(self, peer: Peer, number: int) -> None:
        self._peer, self._number = peer, number

    def __call__(self, *arguments: object) -> object:
        return self._peer.call(self._number, arguments)

    def __deepcopy__(self, memo: dict) -> "function":
        return self


def restore(target: object, new: object) -> None:
    """Make an argument hold what the callee left in its own copy of it, as far as it can be changed."""
    if isinstance(target, np.ndarray) and isinstance(new, np.ndarray):
        if target.shape != new.shape and target.base is None:
            if new.nbytes > MOST_BYTES:
                raise Broken("an argument that was made too large")
            target.resize(new.shape, refcheck=False)
        if target.shape == new.shape:
            target[...] = new
    elif isinstance(target, dict) and isinstance(new, dict):
        for key in [key for key in target if key not in new]:
            del target[key]
        for key, value in new.items():
            if key in target and _is_container(target[key]) and type(target[key]) is type(value):
                restore(target[key], value)
            else:
                target[key] = value
    elif isinstance(target, list) and isinstance(new, list):
        kept = [_restored(*pair) for pair in zip(target, new)]
        target[:] = kept + new[len(kept):]
    elif isinstance(target, tuple) and isinstance(new, tuple):
        for pair in zip(target, new):
            restore(*pair)
    elif isinstance(target, set) and isinstance(new, set):
        target.clear()
        target.update(new)


def _restored(old: object, new: object) -> object:
    if _is_container(old) and type(old) is type(new):
        restore(old, new)
        same_shape = not isinstance(old, np.ndarray) or old.shape == new.shape
        return old if same_shape else new
    return new


def _is_container(value: object) -> bool:
    return isinstance(value, np.ndarray | dict | list | tuple | set)


def built_in_error(kinds: list[str]) -> type:
    """The first of these names that is an exception of Python's own, or of the course's checks."""
    for kind in kinds:
        if kind == InputRefused.__name__:
            return InputRefused
        found = getattr(builtins, str(kind), None)
        if isinstance(found, type) and issubclass(found, BaseException) and not issubclass(found, BaseExceptionGroup):
            return found
    return Exception


def made_again(told: dict) -> BaseException:
    """The exception that the other side tells of: its name, what it says, and where it was raised.

    Its class is new, because the constructor of the real one may ask for anything.
    """
    kind, said = str(told.get("kind"))[:60], str(told.get("said"))[:400]
    base = built_in_error([kind, *list(told.get("kinds") or [])[:20]])
    line, source, blank, last = told.get("place") or (0, "", "", False)
    place = int(line), str(source)[:100], str(blank)[:100], bool(last)
    content = {"__str__": lambda self: said, "__init__": lambda self: None, "place": place}
    try:
        return type(kind, (Elsewhere, base), {**content, "__new__": lambda cls: base.__new__(cls)})()
    except TypeError:
        return type(kind, (Elsewhere, Exception), content)()
