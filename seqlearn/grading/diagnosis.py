"""Put a wrong answer in words: where it differs, and what it looks like.

Everything here works on plain copies of what was returned (see `comparing`), never on the learner's own objects.
"""

import dis
import inspect
import types
from collections.abc import Sequence

import numpy as np

from seqlearn.grading.comparing import Piece, agrees, close, is_tensor, kind_of
from seqlearn.grading.looks import AS_IT_CAME, NOTHING, look_of
from seqlearn.grading.outcome import Case, Outcome, is_right, is_right_piece, same_pieces
from seqlearn.grading.recognise import Recogniser
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
    where = f" in case {finished + 1}{shown(exercise, cases[finished])}"
    return f"Stopped after {limit}{where}: does a loop ever end?"


def explain(
    exercise: FunctionTask, answer: object, cases: list[Case], outcomes: list[Outcome], further: Sequence[str]
) -> tuple[str, str | None]:
    """(Sentence, name of the mistake or None) for a wrong answer: what was recognised, or where it differs first."""
    recogniser = Recogniser(exercise, cases, outcomes) if len(outcomes) == len(cases) else None
    found = recogniser.in_catalogue() if recogniser else None
    for number, (case, outcome) in enumerate(zip(cases, outcomes, strict=False), 1):
        if is_right(exercise, case, outcome) and not outcome.changed:
            continue
        where = f" Case {number}{shown(exercise, case)}."
        if found:
            return found.message, found.name
        if outcome.how == "raised":
            slip = recogniser.as_slip() if recogniser else None
            return (f"{outcome.text} {slip.message}", slip.name) if slip else (outcome.text + where, None)
        if outcome.changed:
            return _changed(exercise, answer, case, outcome.changed), None
        if outcome.how != "value":
            return outcome.text + (where if outcome.how == "unreadable" else ""), None
        break
    if further:  # an answer that is different at every call cannot be compared
        return further[0], None
    return _compare(exercise, answer, cases, outcomes, number - 1, recogniser)


def _compare(
    exercise: FunctionTask,
    answer: object,
    cases: list[Case],
    outcomes: list[Outcome],
    first: int,
    recogniser: Recogniser | None,
) -> tuple[str, str | None]:
    """What to say of results that can be compared: the first sentence that holds for all of them."""
    case, outcome = cases[first], outcomes[first]
    order = _other_order(exercise, cases, outcomes)
    if order:
        return order, "results in another order"
    good = [is_right_piece(exercise, *pair) for pair in zip(case.pieces, outcome.pieces, strict=True)]
    wrong = [index for index, is_good in enumerate(good) if not is_good]
    looks = [(index, look_of(exercise, cases, outcomes, index)) for index in wrong]
    plain = all(look and (look[0] == NOTHING or look[0].endswith(AS_IT_CAME)) for _, look in looks)
    explains_all = looks[0][1] and (len(wrong) == 1 or plain)
    slip = recogniser.as_slip() if recogniser and not explains_all else None
    if slip:
        return slip.message, slip.name
    found = recogniser.in_pieces() if recogniser and not explains_all else None
    if found:
        explanation, pieces = found
        label = case.pieces[pieces[0]].label
        others = [case.pieces[other].label for other in wrong if other not in pieces]
        also = f" Then look at {_listed(others)}, which differ{'s' if len(others) == 1 else ''} too."
        return f"In {label}: {explanation.message}{also if others else ''}", explanation.name
    index, look = next(((index, look) for index, look in looks if look), (wrong[0], None))
    right = [piece.label for piece, is_good in zip(case.pieces, good, strict=True) if is_good]
    so_far = f" ({_listed(right)}: right.)" if right else ""
    if look:
        same = [case.pieces[other].label for other, its in looks if other != index and its and its[0] == look[0]]
        return look[1] + (f" So is {_listed(same)}." if same else "") + so_far, look[0]
    sentence = _difference(exercise, case, first, index, outcome.pieces[index]) + so_far
    unused = _unused(exercise, answer, case)
    if unused:
        return f"{sentence} Your function never uses `{unused}`.", f"{unused} never used"
    border = _border(exercise, cases, outcomes)
    return (f"{sentence} {border}", border.rstrip(".").lower()) if border else (sentence, None)


def _listed(labels: list[str]) -> str:
    return ", ".join(labels[:6]) + (" …" if len(labels) > 6 else "")


def _other_order(exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome]) -> str:
    """The results are right, but not in their order: the same exchange in every case."""
    count = len(cases[0].pieces)
    if not isinstance(cases[0].expected[0], tuple) or not 2 <= count <= 8:
        return ""

    def fits(order: Sequence[int]) -> bool:
        return all(
            len(outcome.pieces) == len(case.pieces) == count
            and same_pieces(exercise, case.pieces, [outcome.pieces[i] for i in order])
            for case, outcome in zip(cases, outcomes, strict=True)
        )

    got, order = outcomes[0].pieces, []
    for piece in cases[0].pieces:
        fit = [i for i in range(len(got)) if i not in order and close(piece, got[i], exercise.rtol, exercise.atol)]
        if not fit:
            return ""
        order.append(fit[0])
    if order == sorted(order) or not fits(order):
        return ""
    labels = ", ".join(piece.label for piece in cases[0].pieces)
    return f"The results are right but in another order: return them as {labels}."


def _border(exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome]) -> str:
    """From which value of a whole-number argument on it goes wrong, or up to which one, if it is so in all cases."""
    right = [is_right(exercise, case, outcome) for case, outcome in zip(cases, outcomes, strict=True)]
    for i, name in enumerate(exercise.argument_names(len(cases[0].arguments))):
        if any(type(case.arguments[i]) is not int for case in cases):
            continue
        good, bad = ({case.arguments[i] for case, its in zip(cases, right, strict=True) if its is of} for of in
                     (True, False))
        if len(good) < 2 or len(bad) < 2:
            continue
        if max(good) < min(bad):
            return f"Right in all cases up to {name} = {max(good)}, wrong in all from {name} = {min(bad)} on."
        if max(bad) < min(good):
            return f"Wrong in all cases up to {name} = {max(bad)}, right in all from {name} = {min(good)} on."
    return ""


def _unused(exercise: FunctionTask, answer: object, case: Case) -> str:
    """The first argument that a plain function of the learner's never reads, although the reference does."""
    if exercise.has_own_call or any(type(each) is not types.FunctionType for each in (answer, exercise.reference)):
        return ""
    names = exercise.argument_names(len(case.arguments))
    given = list(inspect.signature(answer).parameters)[: len(names)]
    for name, own in zip(names, given, strict=False):
        if own not in _read_names(answer.__code__) and name in _read_names(exercise.reference.__code__):
            return name
    return ""


def _read_names(code: types.CodeType) -> set[str]:
    """The variables that a function reads; so do the functions inside of it, and comprehensions before Python 3.12."""
    found: set[str] = set()
    for instruction in dis.get_instructions(code):
        if "LOAD" in instruction.opname:  # from 3.13 on one instruction may load two
            found.update(instruction.argval if isinstance(instruction.argval, tuple) else [instruction.argval]
                         if isinstance(instruction.argval, str) else [])
    return found.union(*(_read_names(part) for part in code.co_consts if isinstance(part, types.CodeType)))


def _difference(exercise: FunctionTask, case: Case, number_of_case: int, index: int, got: Piece) -> str:
    expected = case.pieces[index]
    name = expected.label or "The result"
    where = f"Case {number_of_case + 1}{shown(exercise, case)}"
    if isinstance(expected.values, str):
        return f"{where}: {name} should be {_quoted(expected)}, got {_quoted(got)}."
    if expected.shape != got.shape:
        return _wrong_shape(exercise, expected, got)
    if np.isnan(got.values).any() and not np.isnan(expected.values).any():
        return f"{NAN.format(name)} {where}."
    good = agrees(expected.values, got.values, exercise.rtol, exercise.atol)
    if expected.values.ndim == 0:
        return f"{where}: {name} {numbers(expected.values, got.values, expected.dtype)}."
    at = tuple(int(i) for i in np.argwhere(~good)[0])
    place = ", ".join(map(str, at))
    count = f"{int((~good).sum())} of {good.size} entries differ, first"
    shows = numbers(expected.values[at], got.values[at], expected.dtype)
    return f"{where}: {name}[{place}] {shows} ({count} this one)."


def _quoted(piece: Piece) -> str:
    return f"'{piece.values[:80]}'" if piece.dtype == "str" else str(piece.values)[:80]


def _wrong_shape(exercise: FunctionTask, expected: Piece, got: Piece) -> str:
    """Which shape was expected; where the numbers are right, how to get there."""
    name, want, have = expected.label or "The result", expected.values, got.values
    sentence = f"{name} must have shape {expected.shape}, got {got.shape}"

    def same(one: np.ndarray, other: np.ndarray) -> bool:
        return one.shape == other.shape and bool(np.all(agrees(one, other, exercise.rtol, exercise.atol)))

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


def numbers(expected: float, got: float, dtype: str = "") -> str:
    """`should be 0.1234, got 0.5678`: four significant digits, or as many as it takes to tell them apart."""
    if dtype == "bool" and got in (0, 1):
        return f"should be {bool(expected)}, got {bool(got)}"
    for digits in (4, 8, 17):
        one, other = (_number(value, digits) for value in (expected, got))
        if one != other:
            break
    return f"should be {one}, got {other}"


def _number(value: float, digits: int) -> str:
    whole = float(value).is_integer() and abs(value) < 1e15
    return f"{int(value)}" if whole else f"{float(value):.{digits}g}"


def _changed(exercise: FunctionTask, answer: object, case: Case, names: Sequence[str]) -> str:
    which = f"its argument {names[0]}" if len(names) == 1 else f"its arguments {', '.join(names[:-1])} and {names[-1]}"
    first = case.arguments[exercise.argument_names(len(case.arguments)).index(names[0])]
    signs = sorted(_signs_in_place(answer))
    what = "tensor" if is_tensor(first) else "list" if isinstance(first, list) else "array"
    also = f" In your code stands `{'`, `'.join(signs)}`: it writes into the {what} to its left." if signs else ""
    return (
        f"The function changed {which}: whoever called it still needs what was there. "
        f"Work on a copy, `{_copy_of(names[0], first)}`.{also}"
    )


def _copy_of(name: str, value: object) -> str:
    """The code of a copy that shares nothing with the value."""
    if is_tensor(value):
        return f"{name}.clone()"
    if isinstance(value, np.ndarray):
        return f"{name}.copy()"
    values = value.values() if isinstance(value, dict) else value
    inside = list(values) if isinstance(value, dict | list | tuple) else [...]
    if all(isinstance(part, np.ndarray) for part in inside):
        if isinstance(value, dict):
            return f"{{key: array.copy() for key, array in {name}.items()}}"
        return f"[array.copy() for array in {name}]"
    if all(isinstance(part, int | float | str | bool) for part in inside):
        return f"{type(value).__name__}({name})"
    return f"copy.deepcopy({name})` after `import copy"


def _signs_in_place(answer: object) -> set[str]:
    """`+=` and its like, where they stand in the function. A name that begins as a number, as in `start = 0`, is left
    out: it holds no array."""
    code = getattr(answer, "__code__", None)
    if not isinstance(code, types.CodeType):
        return set()
    steps = list(dis.get_instructions(code))
    pairs = list(zip(steps, steps[1:], strict=False))
    counters = {_stored(then) for step, then in pairs
                if step.opname in ("LOAD_CONST", "LOAD_SMALL_INT") and isinstance(step.argval, int | float)} - {None}
    return {step.argrepr for step, then in pairs
            if step.opname == "BINARY_OP" and step.argrepr.endswith("=") and _stored(then) not in counters}


def _stored(step: dis.Instruction) -> str | None:
    """The name that this step stores in, or None. (Python 3.13 joins two steps into one, with a pair of names.)"""
    if not step.opname.startswith("STORE_FAST"):
        return None
    return step.argval[0] if isinstance(step.argval, tuple) else step.argval


def shown(exercise: FunctionTask, case: Case) -> str:
    """The arguments, ` (x (5, 3, 2), k = 2, words = ['a', 'b'])`: arrays by their shape; nothing when none is short."""
    words = []
    for name, argument in zip(exercise.argument_names(len(case.arguments)), case.arguments, strict=True):
        if hasattr(argument, "shape"):
            words.append(f"{name} {tuple(argument.shape)}")
        elif isinstance(argument, float):
            words.append(f"{name} = {argument:.4g}")
        elif _is_plain(argument):
            text = repr(argument)
            words.append(f"{name} = {text if len(text) <= 100 else text[:98] + ' …'}")
    return f" ({', '.join(words)})" if words else ""


def _is_plain(value: object, depth: int = 3) -> bool:
    """Words and numbers, and lists, tuples and dicts of them: what can be shown as it is."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return depth > 0 and all(_is_plain(part, depth - 1) for part in value)
    return value is None or isinstance(value, bool | int | float | str)
