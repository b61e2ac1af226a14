"""Put a wrong answer in words: where it differs, and what it looks like.

Everything here works on plain copies of what was returned (see `comparing`), never on the learner's own objects.
"""

from collections.abc import Sequence

import numpy as np

from seqlearn.grading.comparing import Piece, agrees, close, is_tensor, kind_of, size_of
from seqlearn.grading.outcome import Case, Outcome, is_right, is_right_piece, try_answer
from seqlearn.grading.types import FunctionTask

KEEPS_STATE = (
    "Called twice with the same arguments it gave two different answers: it keeps something between calls "
    "(a global variable or a default argument that changes), or draws random numbers."
)
NAN = "{} holds NaN where a number is expected: look for a division by zero, or for inf - inf."


def not_a_function(answer: object) -> str:
    """What to say when `.check` receives something that cannot be called."""
    kind = kind_of(answer)
    return f"Pass the function itself, without parentheses; this is {kind}."


def too_slow(exercise: FunctionTask, cases: list[Case], finished: int) -> str:
    """The sentence for an answer that was stopped."""
    limit = f"{exercise.time_limit:g} second" + ("s" if exercise.time_limit != 1 else "")
    if finished >= len(cases):
        return f"The further check was stopped after {limit}."
    where = f" in case {finished + 1}{_shapes(exercise, cases[finished])}"
    return f"Stopped after {limit}{where}: does a loop ever end?"


def explain(
    exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome], further: Sequence[str]
) -> tuple[str, str | None]:
    """(Sentence, mistake or None) for an answer that no known mistake explains as a whole."""
    for number, (case, outcome) in enumerate(zip(cases, outcomes, strict=False), 1):
        if is_right(exercise, case, outcome) and not outcome.changed:
            continue
        where = f" Case {number}{_shapes(exercise, case)}."
        if outcome.how == "raised":
            return outcome.text + where, None
        if outcome.changed:
            return _changed(exercise, case, outcome.changed), None
        if outcome.how != "value":
            return outcome.text + (where if outcome.how == "unreadable" else ""), None
        break
    if further:  # an answer that is different at every call cannot be compared
        return further[0], None
    return _compare(exercise, cases, outcomes, number - 1)


def _compare(exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome], first: int) -> tuple[str, str | None]:
    case, outcome = cases[first], outcomes[first]
    good = [is_right_piece(exercise, *pair) for pair in zip(case.pieces, outcome.pieces, strict=True)]
    order = _other_order(exercise, case.pieces, outcome.pieces)
    if order:
        return order, None
    wrong = [index for index, is_good in enumerate(good) if not is_good]
    for index in wrong:
        mistake = _mistake_of_piece(exercise, cases, outcomes, index)
        if mistake is not None:
            label = case.pieces[index].label
            others = [case.pieces[other].label for other in wrong if other != index]
            also = f" Then look at {', '.join(others)}, which differ{'s' if len(others) == 1 else ''} too."
            return f"In {label}: {mistake.message}{also if others else ''}", mistake.name
    index = wrong[0]
    expected, got = case.pieces[index], outcome.pieces[index]
    right = [piece.label for piece, is_good in zip(case.pieces, good, strict=True) if is_good]
    so_far = f" ({', '.join(right[:6])}{' …' if len(right) > 6 else ''}: right.)" if right else ""
    look = _looks_like(exercise, expected, got) or _factor(exercise, cases, outcomes, index)
    return (look or _difference(exercise, case, first, index, got)) + so_far, None


def _other_order(exercise: FunctionTask, expected: list[Piece], got: list[Piece]) -> str:
    """The pieces are right, but not where they belong."""
    if len(expected) < 2 or len(expected) > 12:
        return ""
    left, order = list(range(len(got))), []
    for piece in expected:
        fit = [i for i in left if close(piece, got[i], exercise.rtol, exercise.atol)]
        if not fit:
            return ""
        order.append(fit[0])
        left.remove(fit[0])
    if order == sorted(order):
        return ""
    return f"The pieces are right but in another order: return them as {', '.join(piece.label for piece in expected)}."


def _mistake_of_piece(exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome], index: int):
    """The one known mistake that makes this piece what it is in every case, whatever the other pieces are."""
    fitting = []
    for mistake in exercise.mistakes:
        differs = False
        for case, outcome in zip(cases, outcomes, strict=False):
            if index >= len(case.pieces):  # a list that is shorter in this case
                continue
            wrong = try_answer(exercise, mistake.implementation, case)
            if wrong.how != "value" or outcome.how != "value":
                break
            if not close(wrong.pieces[index], outcome.pieces[index], exercise.rtol, exercise.atol):
                break
            differs |= not close(case.pieces[index], wrong.pieces[index], exercise.rtol, exercise.atol)
        else:
            if differs:
                fitting.append(mistake)
    return fitting[0] if len(fitting) == 1 else None


def _looks_like(exercise: FunctionTask, expected: Piece, got: Piece) -> str:
    """A sentence for a result that is nearly right: transposed, shifted, negative, in float32, …"""
    name = expected.label or "The result"
    want, have = expected.values, got.values
    if isinstance(want, str) or isinstance(have, str):
        return f"{name} should be '{str(want)[:80]}', got '{str(have)[:80]}'."

    def same(one: np.ndarray, other: np.ndarray) -> bool:
        return one.shape == other.shape and bool(np.all(agrees(one, other, exercise.rtol, exercise.atol)))

    shape = f"{name} must have shape {expected.shape}, got {got.shape}"
    if have is not None and want.ndim > 1 and same(want, have.T):
        return f"{name} is transposed: the numbers are right, the axes are exchanged. Its shape is {expected.shape}."
    if expected.shape != got.shape:
        return _wrong_shape(shape, want, have, same)
    if np.isnan(have).any() and not np.isnan(want).any():
        return NAN.format(name)
    if want.ndim > 2 and want.shape[0] == want.shape[1] and same(want, have.swapaxes(0, 1)):
        return f"{name} has its first two axes exchanged: time comes first, then the batch."
    if want.ndim and same(want, have[::-1]):
        return f"{name} is in reverse order along its first axis."
    if want.ndim and len(want) > 2:
        if same(want[1:], have[:-1]):
            return f"{name} is one step early: its entry t belongs at t + 1."
        if same(want[:-1], have[1:]):
            return f"{name} is one step late: its entry t belongs at t - 1."
    if same(want, -have):
        return f"{name} has the wrong sign: every entry is the negative of what is expected."
    rounding = {"float32": 1e-4, "float16": 0.02}.get(got.dtype) if expected.dtype == "float64" else None
    if rounding and np.all(agrees(want, have, rounding, rounding * size_of(want))):
        return f"{name} is right, but rounded to {got.dtype}: keep float64, the type of the arguments."
    return ""


def _wrong_shape(sentence: str, want: np.ndarray, have: np.ndarray | None, same) -> str:
    if have is None:
        return sentence + "."
    if want.size == have.size and same(want.ravel(), have.ravel()):
        if not want.ndim:
            return f"{sentence}. The number is right: return it alone, not inside of something."
        axis = "keep the axis that is missing (`keepdims`)" if have.ndim < want.ndim else "drop the extra axis"
        return f"{sentence}. The numbers are right: reshape it{'' if have.ndim == want.ndim else f', or {axis}'}."
    try:
        shown = np.broadcast_to(have, np.broadcast_shapes(want.shape, have.shape))
        if shown.shape == want.shape and same(want, shown):
            return f"{sentence}. The numbers are right: repeat them along the missing axis."
    except ValueError:
        pass
    for axis in range(have.ndim):
        if same(want, have.sum(axis)):
            return f"{sentence}: sum it over axis {axis} (of length {have.shape[axis]})."
        if have.shape[axis] and same(want, have.mean(axis)):
            return f"{sentence}: average it over axis {axis} (of length {have.shape[axis]})."
    return sentence + "."


def _factor(exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome], index: int) -> str:
    """A sentence when the piece is off by one factor in each case, with the size that the factor equals."""
    factors, sizes = [], None
    for case, outcome in zip(cases, outcomes, strict=False):
        if index >= len(case.pieces):  # a list that is shorter in this case
            continue
        if outcome.how != "value" or outcome.pieces[index].shape != case.pieces[index].shape:
            return ""
        want, have = case.pieces[index].values, outcome.pieces[index].values
        if isinstance(want, str):
            return ""
        usable = np.isfinite(want) & (want != 0)
        if not usable.any():
            return ""
        factor = float(np.median(have[usable] / want[usable]))
        if not np.isfinite(factor) or factor == 0 or not np.all(agrees(want * factor, have, exercise.rtol, None)):
            return ""
        if abs(factor - 1) < 1e-3:  # not a factor that somebody forgot, but a result that is not exact enough
            return ""
        factors.append(factor)
        here = {
            (name, axis)
            for name, argument in zip(exercise.argument_names(len(case.arguments)), case.arguments, strict=True)
            for axis, size in enumerate(getattr(argument, "shape", ()))
            if size > 1 and min(abs(factor - size), abs(1 / factor - size)) < 1e-6 * size
        }
        sizes = here if sizes is None else sizes & here
    name = cases[0].pieces[index].label or "The result"
    factor = factors[0]
    if sizes and any(abs(other - 1) > 1e-6 for other in factors):
        argument, axis = min(sizes)
        size = f"{argument}.shape[{axis}]"
        if factor > 1:
            return f"{name} is too large by a factor of {size}: average instead of summing?"
        return f"{name} is too small by a factor of {size}: sum instead of averaging?"
    several = np.size(cases[0].pieces[index].values) > 1 or len(cases) > 1  # any single number is a multiple of another
    if several and max(factors) - min(factors) < 1e-6 * abs(factor):
        return f"{name} is {factor:.4g} times what is expected, in every entry: a factor is missing or left over."
    return ""


def _difference(exercise: FunctionTask, case: Case, number_of_case: int, index: int, got: Piece) -> str:
    expected = case.pieces[index]
    name = expected.label or "The result"
    good = agrees(expected.values, got.values, exercise.rtol, exercise.atol)
    where = f"Case {number_of_case + 1}{_shapes(exercise, case)}"
    if expected.values.ndim == 0:
        return f"{where}: {name} {numbers(expected.values, got.values)}."
    at = tuple(int(i) for i in np.argwhere(~good)[0])
    place = ", ".join(map(str, at))
    count = f"{int((~good).sum())} of {good.size} entries differ, first"
    return f"{where}: {name}[{place}] {numbers(expected.values[at], got.values[at])} ({count} this one)."


def numbers(expected: float, got: float) -> str:
    """`should be 0.1234, got 0.5678`: four significant digits, or as many as it takes to tell them apart."""
    for digits in (4, 8, 17):
        one, other = f"{float(expected):.{digits}g}", f"{float(got):.{digits}g}"
        if one != other:
            break
    return f"should be {one}, got {other}"


def _changed(exercise: FunctionTask, case: Case, names: Sequence[str]) -> str:
    which = " and ".join(names)
    first = case.arguments[exercise.argument_names(len(case.arguments)).index(names[0])]
    copied, kind = ("clone", "a tensor") if is_tensor(first) else ("copy", "an array")
    return (
        f"The function changed its argument {which}: whoever called it still needs the old numbers. "
        f"Work on a copy, `{names[0]}.{copied}()`, and beware of `+=` on {kind} that came in."
    )


def _shapes(exercise: FunctionTask, case: Case) -> str:
    """The arguments' shapes, ` (x (5, 3, 2), k = 2)`; nothing when there is nothing short to say."""
    words = []
    for name, argument in zip(exercise.argument_names(len(case.arguments)), case.arguments, strict=True):
        if hasattr(argument, "shape"):
            words.append(f"{name} {tuple(argument.shape)}")
        elif isinstance(argument, bool | int | float):
            words.append(f"{name} = {argument:.4g}" if isinstance(argument, float) else f"{name} = {argument}")
    return f" ({', '.join(words)})" if words else ""
