"""Watch a function while it runs: stop it when it goes on and on, or see what its variables hold."""

import sys
from collections.abc import Callable

MOST_LINES = 20_000  # in one call; no reference needs a tenth of it


class TooLong(Exception):
    """The function has run through more lines than any solution does."""


def stopped(function: Callable) -> Callable:
    """The function, which raises `TooLong` when it goes on and on. NumPy's lines do not count."""

    def limited(*arguments):
        lines = 0

        def count(frame, event, argument):
            nonlocal lines
            if frame.f_code.co_filename != function.__code__.co_filename:
                return None
            lines += event == "line"
            if lines > MOST_LINES:
                raise TooLong
            return count

        return _traced(count, function, arguments)

    return limited


def kinds_of_variables(function: Callable, arguments: tuple) -> dict[tuple[str, str], object]:
    """(Function's name, variable) -> what kind of value it held last; also for what it calls in its own file."""
    kinds: dict[tuple[str, str], object] = {}

    def look(frame, event, argument):
        if frame.f_code.co_filename != function.__code__.co_filename:
            return None
        if event == "return":
            kinds.update({(frame.f_code.co_name, name): _kind(value) for name, value in frame.f_locals.items()})
        return look

    _traced(look, function, arguments)
    return kinds


def _kind(value: object) -> object:
    """Two values of one kind can stand for each other; a number and an array cannot."""
    if isinstance(value, bool | int | float):
        return "number"
    return (type(value).__name__, getattr(value, "ndim", None))


def _traced(trace: Callable, function: Callable, arguments: tuple) -> object:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return function(*arguments)
    finally:
        sys.settrace(before)
