"""Call an answer on the cases of an exercise and keep what happened.

`make_cases` draws the arguments and lets the reference work on them; `try_answer` calls a function on copies of one
case's arguments and returns an `Outcome`, whatever the function does.
"""

import copy
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from seqlearn.grading.comparing import Blank, Piece, Unreadable, arrays_in, close, read_like, unchanged
from seqlearn.grading.running import InputRefused, TimeIsUp
from seqlearn.grading.types import FunctionTask

NOT_ATTEMPTED = "Write your code in place of the `...`, run the cell and check again."


@dataclass
class Outcome:
    """What one call did. `how`: "value", "raised", "unreadable", "refused", "blank" (a `...` is left) or "none"."""

    how: str
    pieces: list[Piece] = field(default_factory=list)
    text: str = ""  # a sentence for the learner, except for "value"
    error: str = ""  # type and message of what was raised
    changed: tuple[str, ...] = ()  # arguments that are not what they were
    shared: str = ""  # "dx is a view of the argument x", when it is


@dataclass
class Case:
    """One set of arguments with what the reference makes of it."""

    arguments: tuple
    expected: object
    pieces: list[Piece]
    shared: str


def make_cases(exercise: FunctionTask) -> list[Case]:
    """The arguments of every case (the same at every call) with the reference's results."""
    cases = []
    for arguments in exercise.cases(exercise.rng()):
        given = copy.deepcopy(arguments)
        with np.errstate(all="ignore"):
            value = exercise.call(exercise.reference, *given)
        expected = copy.deepcopy((value, _in_place(exercise, given)))
        pieces = _read(exercise, expected, expected)
        cases.append(Case(arguments, expected, pieces, _shared(exercise, value, given)))
    return cases


def try_answer(exercise: FunctionTask, answer: Callable, case: Case) -> Outcome:
    """Call `answer` on copies of the case's arguments. Nothing is raised except what ends the thread."""
    given = copy.deepcopy(case.arguments)
    try:
        with np.errstate(all="ignore"):
            value = exercise.call(answer, *given)
    except TimeIsUp:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt too
        return raised(answer, error)
    changed = ()
    try:
        changed = _changed(exercise, case.arguments, given)
        if value is None and case.expected[0] is not None:
            return Outcome("none", text="It returned None: is a `return` missing?", changed=changed)
        pieces = _read(exercise, case.expected, (value, _in_place(exercise, given)))
        shared = "" if case.shared else _shared(exercise, value, given)
    except Blank as blank:
        what = f"for {blank}" if str(blank) else "as its result"
        return Outcome("blank", text=f"It returned `...` {what}: put your own code there.")
    except Unreadable as error:
        return Outcome("unreadable", text=str(error), changed=changed)
    except Exception:
        return Outcome("unreadable", text="What it returned cannot be read: return plain arrays or numbers.")
    return Outcome("value", pieces, changed=changed, shared=shared)


def is_right(exercise: FunctionTask, case: Case, outcome: Outcome) -> bool:
    """Did the call return what the reference returns?"""
    return outcome.how == "value" and all(is_right_piece(exercise, *pair) for pair in zip(case.pieces, outcome.pieces))


def is_right_piece(exercise: FunctionTask, expected: Piece, got: Piece) -> bool:
    """Does one piece agree with the reference, in a type as precise as the reference's?"""
    rounded = expected.dtype == "float64" and got.dtype in ("float32", "float16")
    if rounded and expected.shape == got.shape == ():
        rounded = expected.values != got.values  # one number that lost nothing: np.float32(0)
    return not rounded and close(expected, got, exercise.rtol, exercise.atol)


def same_pieces(exercise: FunctionTask, expected: list[Piece], got: list[Piece]) -> bool:
    """Do two results agree piece by piece, within the exercise's tolerances?"""
    return len(expected) == len(got) and all(
        close(one, other, exercise.rtol, exercise.atol) for one, other in zip(expected, got, strict=True)
    )


def _read(exercise: FunctionTask, expected: tuple, got: tuple) -> list[Piece]:
    pieces = read_like(expected[0], got[0], names=exercise.names)
    for name, like, value in zip(exercise.in_place, expected[1], got[1], strict=True):
        pieces += read_like(like, value, f"{name} after the call")
    return pieces


def _in_place(exercise: FunctionTask, arguments: tuple) -> list:
    names = exercise.argument_names(len(arguments))
    return [arguments[names.index(name)] for name in exercise.in_place]


def _changed(exercise: FunctionTask, before: tuple, after: tuple) -> tuple[str, ...]:
    names = exercise.argument_names(len(before))
    pairs = zip(names, before, after, strict=True)
    return tuple(name for name, old, new in pairs if name not in exercise.in_place and not unchanged(old, new))


def _shared(exercise: FunctionTask, value: object, arguments: tuple) -> str:
    results = list(arrays_in(value))
    for name, argument in zip(exercise.argument_names(len(arguments)), arguments, strict=True):
        if name in exercise.in_place:
            continue
        for array in arrays_in(argument):
            if any(np.may_share_memory(array, result) for result in results):
                return f"a result is a view of the argument {name}, the same memory"
    return ""


def raised(answer: Callable, error: BaseException) -> Outcome:
    """The outcome of a call that raised: its sentence names the error, the line and the line's source."""
    kind = str(type(error).__name__)[:60]
    try:
        said = shorten(str(error), 200)
    except BaseException:
        said = ""
    line, source, blank, last = place_of(answer, error)
    if isinstance(error, NotImplementedError) and last:
        return Outcome("blank", text=NOT_ATTEMPTED)
    if blank:
        return Outcome("blank", text=f"`{blank}` is still `...`: put your own code there.")
    where = f" in line {line} of the function: `{source}`" if line and source else ""
    if isinstance(error, InputRefused):
        text = "It calls input(), and nobody is there to answer: use the arguments instead."
    elif isinstance(error, SystemExit):
        text = f"It tried to leave Python with exit(){where}. End the function with `return` instead."
    elif isinstance(error, RecursionError):
        text = f"It calls itself without end{where}."
    else:
        text = f"It raised {kind}{where}." + (f" Python says: {_plainly(said)}." if said else "")
    return Outcome("raised", text=text, error=f"{kind}: {said}")


def _plainly(said: str) -> str:
    """NumPy's longest message in plain words; others as they are."""
    sizes = re.search(r"matmul.*core dimension.*size (\d+) is different from (\d+)", said)
    if sizes:
        return f"the sizes of a matrix product do not fit, {sizes[1]} is different from {sizes[2]}"
    return said.strip().rstrip(".")


class Elsewhere:
    """Beside an exception's own class: it was raised in another process, which says where. See `place_of`."""

    place: tuple[int, str, str, bool] = (0, "", "", False)


def place_of(answer: Callable, error: BaseException) -> tuple[int, str, str, bool]:
    """Where in the learner's function it went wrong.

    Returns the line number within the function, its source, the name of a variable that is still `...`, and whether the
    error was raised on that very line.
    """
    if issubclass(type(error), Elsewhere):
        return error.place
    code = getattr(answer, "__code__", None)
    found = (0, "", "", False)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            source = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            blank = [name for name, value in trace.tb_frame.f_locals.items() if value is Ellipsis]
            line = trace.tb_lineno - code.co_firstlineno + 1
            found = (line, source[:100], blank[0] if blank else "", trace.tb_next is None)
        trace = trace.tb_next
    return found


def shorten(text: str, characters: int = 500, lines: int = 8) -> str:
    """At most so many characters and lines, with ` …` where something was left out."""
    text = text.strip("\n")
    kept = "\n".join(text.split("\n")[:lines])[:characters]
    return kept if kept == text else kept + " …"
