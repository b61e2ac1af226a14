"""The reference with one argument taken away or turned: what comes out when `b` is 0, when `W` is transposed, …"""

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from seqlearn.grading.comparing import is_tensor
from seqlearn.grading.outcome import Case
from seqlearn.grading.types import FunctionTask

Change = Callable[[object], object]


def ablations(exercise: FunctionTask, cases: list[Case]) -> Iterator[tuple[Callable, str, str]]:
    """(Function, name, words for "… what comes out when …") of every such change that is possible in all cases."""
    names = exercise.argument_names(len(cases[0].arguments))
    for i, name in enumerate(names):
        if name not in exercise.in_place:
            for change, title, words in _changes([case.arguments[i] for case in cases]):
                yield _with(exercise, i, change), title.format(name), words.format(f"`{name}`")
    for i, j in itertools.combinations(range(len(names)), 2):
        if not {names[i], names[j]} & set(exercise.in_place) and all(
            _kind(case.arguments[i]) == _kind(case.arguments[j]) is not None for case in cases
        ):
            words = f"`{names[i]}` and `{names[j]}` are exchanged"
            yield _exchanged(exercise, i, j), words.replace("`", ""), words


def _kind(value: object) -> tuple | None:
    return (value.shape, value.dtype) if isinstance(value, np.ndarray) else None


def _with(exercise: FunctionTask, i: int, change: Change) -> Callable:
    return lambda *arguments: exercise.reference(*arguments[:i], change(arguments[i]), *arguments[i + 1 :])


def _exchanged(exercise: FunctionTask, i: int, j: int) -> Callable:
    def function(*arguments):
        arguments = list(arguments)
        arguments[i], arguments[j] = arguments[j], arguments[i]
        return exercise.reference(*arguments)

    return function


def _turned(value: object) -> object:
    return value[::-1].copy() if isinstance(value, np.ndarray) else value.flip(0)


def _changes(values: list[object]) -> list[tuple[Change, str, str]]:
    """(Change, name, words) for an argument that has these values in the cases; {} is the argument's name."""
    if all(isinstance(value, np.ndarray) or is_tensor(value) for value in values):
        kinds = {str(value.dtype).removeprefix("torch.") for value in values}
        if kinds == {"bool"}:
            return [
                (lambda value: value | True, "{} taken as all True", "{} is taken as True everywhere"),
                (lambda value: value & False, "{} taken as all False", "{} is taken as False everywhere"),
                (lambda value: ~value, "{} inverted", "True and False are exchanged in {}"),
            ]
        if all(kind.startswith("int") for kind in kinds):
            return [
                (lambda value: value * 0 + value.max(), "{} ignored", "every entry of {} is taken as its largest"),
                (lambda value: value - 1, "{} one too small", "{} is one too small"),
                (lambda value: value + 1, "{} one too large", "{} is one too large"),
            ]
        changes = [
            (lambda value: 0 * value, "{} left out", "{} is taken as 0"),
            (lambda value: -value, "{} with the wrong sign", "{} has the other sign"),
            (_turned, "{} in reverse order", "{} is read in reverse order"),
            (abs, "{} without its signs", "the absolute value of {} is taken"),
        ]
        if all(value.ndim == 2 and value.shape[0] == value.shape[1] for value in values):
            changes.insert(1, (lambda value: value.T, "{} transposed", "{} is transposed"))
        return changes
    if all(type(value) in (int, float) for value in values):
        changes = [(lambda value: type(value)(1), "{} taken as 1", "{} is taken as 1"),
                   (lambda value: type(value)(0), "{} taken as 0", "{} is taken as 0")]
        if all(type(value) is int for value in values):
            return [*changes, (lambda value: value - 1, "{} one too small", "{} is one too small"),
                    (lambda value: value + 1, "{} one too large", "{} is one too large")]
        return [*changes, (lambda value: value**2, "{} squared", "{} is squared"),
                (lambda value: value**0.5, "root of {}", "the square root of {} is taken")]
    parts = {len(value) if isinstance(value, tuple) and all(isinstance(part, np.ndarray) for part in value) else 0
             for value in values}
    return _changes_of_parts(min(parts)) if len(parts) == 1 else []


def _changes_of_parts(count: int) -> list[tuple[Change, str, str]]:
    """Of a tuple of so many arrays: each of them taken as 0."""
    return [
        (lambda value, i=i: (*value[:i], 0 * value[i], *value[i + 1 :]), f"{{}}[{i}] left out",
         f"part {i} of {{}} (counted from 0) is taken as 0")
        for i in range(count)
    ]
