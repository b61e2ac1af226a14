"""Grade a value: an answer that is a number, a string, an array, or a tuple, list or dict of these.

A wrong value is never told the right one; the sentence says what kind of difference it is.
"""

import numpy as np

from seqlearn.grading.comparing import Blank, Piece, Unreadable, close, kind_of, read_like, same_words
from seqlearn.grading.running import run_guarded
from seqlearn.grading.types import ValueTask, Verdict

NOT_ATTEMPTED = "Put your answer in place of the `...`, run the cell and check again."


def grade_value(exercise: ValueTask, answer: object) -> Verdict:
    """The verdict on a value; the answer is read under guard, for it may be any object."""
    if answer is None or answer is Ellipsis:
        return Verdict("not attempted", NOT_ATTEMPTED)
    expected = exercise.reference
    verdicts = []

    def work(printed: object) -> None:
        verdicts.append(_judge(exercise, expected, answer))

    ended, _ = run_guarded(work, exercise.time_limit)
    if ended == "finished" and verdicts:
        return verdicts[0]
    return Verdict("incorrect", "This answer cannot be read: give a plain number, string, list or array.")


def _judge(exercise: ValueTask, expected: object, answer: object) -> Verdict:
    want = _pieces(exercise, expected, expected)
    problem = ""
    try:
        got = _pieces(exercise, expected, answer)
    except Blank as blank:
        where = f" for {blank}" if str(blank) else ""
        return Verdict("not attempted", f"There is still a `...`{where}. {NOT_ATTEMPTED}")
    except Unreadable as error:
        got, problem = [], str(error).replace("The result", "The answer")
    except Exception:
        return Verdict("incorrect", f"The answer cannot be read: it is {kind_of(answer)}.")
    wrong = [] if problem else [i for i, pair in enumerate(zip(want, got, strict=True)) if not _close(exercise, *pair)]
    if not problem and not wrong:
        return Verdict("correct", "Right.")
    for mistake, predicate, example in exercise.rules:
        if _made(exercise, expected, answer, got, predicate, example):
            return Verdict("incorrect", mistake.message, mistake.name)
    if problem:
        return Verdict("incorrect", problem)
    return Verdict("incorrect", _sentence(want, got))


def _made(exercise, expected: object, answer: object, got: list[Piece], predicate, example) -> bool:
    try:
        if predicate is not None:
            return bool(predicate(answer))
        wrong = _pieces(exercise, expected, example())
        return len(wrong) == len(got) and all(_close(exercise, *pair) for pair in zip(wrong, got, strict=True))
    except Exception:  # a predicate meant for numbers may be handed anything
        return False


def _pieces(exercise: ValueTask, expected: object, value: object) -> list[Piece]:
    if isinstance(expected, set | frozenset):
        if not isinstance(value, set | frozenset | list | tuple):
            raise Unreadable(f"The answer must be a set, got {kind_of(value)}.")
        return [Piece("", dtype="str", values=" ".join(sorted(str(part).strip().casefold() for part in value)))]
    return read_like(expected, value, names=exercise.names)


def _close(exercise: ValueTask, one: Piece, other: Piece) -> bool:
    if isinstance(one.values, str) and isinstance(other.values, str):
        return same_words(one.values, other.values)
    return close(one, other, exercise.tolerance, None)


NOT_ALL = "Not all of it is right yet. Which part, and how many, is not told: think each one through once more."


def _sentence(want: list[Piece], got: list[Piece]) -> str:
    """What kind of difference it is. Of several values it says no more than that: they could be found by trying."""
    if len(want) > 1:
        return NOT_ALL
    expected, given = want[0], got[0]
    if isinstance(expected.values, str):
        return "Not this one."
    if expected.shape != given.shape:
        wanted = f"have shape {expected.shape}" if expected.shape else "be one number"
        return f"The answer must {wanted}, got shape {given.shape}."
    if np.isnan(given.values).any() and not np.isnan(expected.values).any():
        return "The answer holds NaN where a number is expected."
    if expected.values.ndim:
        return NOT_ALL
    return _of_number(float(expected.values), float(given.values))


def _of_number(want: float, have: float) -> str:
    if have == -want:
        return "The size is right, the sign is not."
    if want and abs(have / want - 1) < 0.01:
        return "Close, but not close enough: keep more digits, or count once more."
    if want and have / want > 0 and abs(np.log10(have / want) % 1) < 1e-9:
        return "The digits are right, the power of ten is not."
    return f"Too {'large' if have > want else 'small'}."
