"""What a wrong piece looks like beside the right one: transposed, one step late, twice as large, …

Each look is a claim about all cases: it is made only when it holds in every one of them, and when at least one of them
holds numbers enough to tell it from chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seqlearn.grading.comparing import Piece, agrees, arrays_in, size_of
from seqlearn.grading.outcome import Case, Outcome
from seqlearn.grading.types import FunctionTask

Same = Callable[[np.ndarray, np.ndarray], bool]
NOTHING, AS_IT_CAME = "0 everywhere", " as it came"  # names of looks, the second after the argument's
ROUNDING = {"float32": 1e-4, "float16": 0.02}  # what is left of a number after a calculation in that type


@dataclass(frozen=True)
class Look:
    """A name, what it claims of (expected, got, same), and the sentence; {} is the piece's name."""

    name: str
    holds: Callable[[np.ndarray, np.ndarray, Same], bool]
    sentence: str


LOOKS = [
    Look("transposed", lambda want, have, same: want.ndim > 1 and same(want, have.T),
         "{} is transposed: the numbers are right, the axes are exchanged."),
    Look("first axes exchanged", lambda want, have, same: want.ndim > 2 and same(want, have.swapaxes(0, 1)),
         "{} has its first two axes exchanged: the numbers are right, their order is not."),
    Look("last axes exchanged", lambda want, have, same: want.ndim > 2 and same(want, have.swapaxes(-1, -2)),
         "{} has its last two axes exchanged: the numbers are right, their order is not."),
    Look("reverse order", lambda want, have, same: want.ndim > 0 and same(want, have[::-1]),
         "{} is in reverse order along its first axis."),
    Look("one step early", lambda want, have, same: want.ndim > 0 and len(want) > 2 and same(want[1:], have[:-1]),
         "{} is one step early: its entry t belongs at t + 1."),
    Look("one step late", lambda want, have, same: want.ndim > 0 and len(want) > 2 and same(want[:-1], have[1:]),
         "{} is one step late: its entry t belongs at t - 1."),
    Look("wrong sign", lambda want, have, same: same(want, -have),
         "{} has the wrong sign: every entry is the negative of what is expected."),
    Look("logarithm", lambda want, have, same: same(np.log(want), have), "{} is the logarithm of what is expected."),
    Look("not the logarithm", lambda want, have, same: same(np.exp(want), have),
         "The logarithm of {} is what is expected: it is left out."),
    Look("square", lambda want, have, same: same(want**2, have), "{} is the square of what is expected."),
    Look("square root", lambda want, have, same: same(np.sqrt(want), have),
         "{} is the square root of what is expected."),
    Look("one minus", lambda want, have, same: same(1 - want, have), "{} is 1 minus what is expected."),
    Look("reciprocal", lambda want, have, same: same(1 / want, have), "{} is 1 divided by what is expected."),
    Look("other order", lambda want, have, same: want.size > 3 and same(np.sort(want.ravel()), np.sort(have.ravel())),
         "{} holds the right numbers, but not in their places."),
]  # fmt: skip


def look_of(exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome], index: int) -> tuple[str, str] | None:
    """(Name, sentence) of what piece `index` looks like in all cases, or None."""
    name = next(case.pieces[index].label for case in cases if index < len(case.pieces)) or "The result"
    constant = _constant(cases, outcomes, index)
    if constant:
        return f"always {constant}", f"{name} is {constant} in every case, whatever comes in."
    pairs = _pairs(cases, outcomes, index)
    if not pairs:
        return None
    rounded = _rounded(exercise, pairs, name)
    if rounded:
        return rounded

    def same(one: np.ndarray, other: np.ndarray) -> bool:
        return one.shape == other.shape and bool(np.all(agrees(one, other, exercise.rtol, exercise.atol)))

    arrays = [(want.values, have.values) for want, have in pairs]
    wanted = [want.ravel() for want, _ in arrays]
    speaks = any(map(_speaks, wanted)) or _speaks(np.concatenate(wanted))  # one number a case speaks, too
    if speaks and all(have.shape == want.shape and not have.any() for want, have in arrays):
        return NOTHING, f"{name} is 0 everywhere."
    untouched = _untouched(exercise, cases, index, [have for _, have in arrays], same)
    if untouched:
        return f"{untouched}{AS_IT_CAME}", f"{name} is {untouched} as it came, with nothing done to it."
    if not speaks:
        return None
    with np.errstate(all="ignore"):
        for look in LOOKS:
            if all(want.ndim == have.ndim and look.holds(want, have, same) for want, have in arrays):
                return look.name, look.sentence.format(name)
    if all(want.shape == have.shape for want, have in arrays):
        return _factor(exercise, cases, arrays, name)
    return None


def _pairs(cases: list[Case], outcomes: list[Outcome], index: int) -> list[tuple[Piece, Piece]]:
    """The piece in every case, expected and got; nothing if one of them is no array of numbers."""
    pairs = []
    for case, outcome in zip(cases, outcomes, strict=True):
        if index >= len(case.pieces):  # a list that is shorter in this case
            continue
        if outcome.how != "value":
            return []
        pairs.append((case.pieces[index], outcome.pieces[index]))
    numbers = all(isinstance(piece.values, np.ndarray) for pair in pairs for piece in pair)
    return pairs if numbers and not any(want.dtype == "bool" for want, _ in pairs) else []


def _constant(cases: list[Case], outcomes: list[Outcome], index: int) -> str:
    """The one number, truth value or word that the piece is in every case, where several are expected; else ""."""
    if len(cases) < 3 or any(outcome.how != "value" for outcome in outcomes):
        return ""
    if any(index >= len(case.pieces) or case.pieces[index].shape for case in cases):
        return ""
    wanted, found = ([str(piece.values) for piece in pieces] for pieces in (
        [case.pieces[index] for case in cases], [outcome.pieces[index] for outcome in outcomes]))
    if len(set(found)) > 1 or len(set(wanted)) < 2 or outcomes[0].pieces[index].shape:
        return ""
    piece = outcomes[0].pieces[index]
    if isinstance(piece.values, str):
        return f"'{piece.values[:60]}'"
    if cases[0].pieces[index].dtype == "bool" and piece.values in (0, 1):
        return str(bool(piece.values))
    return f"{float(piece.values):.4g}"


def _untouched(
    exercise: FunctionTask, cases: list[Case], index: int, found: list[np.ndarray], same: Same
) -> str:
    """The argument, or a part of it, that the piece is in every case; "" if there is none."""
    if len(found) != len(cases) or not any(map(_speaks, found)):
        return ""
    if any(part.shape != case.pieces[index].shape for part, case in zip(found, cases, strict=True)):
        return ""
    for i, name in enumerate(exercise.argument_names(len(cases[0].arguments))):
        inside = [list(arrays_in(case.arguments[i])) for case in cases]
        for parts in zip(*inside, strict=False):
            pairs = zip(parts, found, strict=True)
            if all(part.dtype.kind in "biuf" and same(part.astype(float), have) for part, have in pairs):
                return name if len(inside[0]) == 1 else f"a part of {name}"
    return ""


def _speaks(values: np.ndarray) -> bool:
    """Are there numbers enough to tell a look from chance? Three different ones, none of them 0."""
    finite = values[np.isfinite(values) & (values != 0)]
    return np.unique(finite).size >= 3


def _rounded(exercise: FunctionTask, pairs: list[tuple[Piece, Piece]], name: str) -> tuple[str, str] | None:
    """Right, but in numbers of fewer digits; or computed in such numbers on the way."""
    if any(want.dtype != "float64" or want.shape != have.shape for want, have in pairs):
        return None
    for kind, rounding in ROUNDING.items():
        arrays = [(want.values, have.values) for want, have in pairs]
        if not all(np.all(agrees(want, have, rounding, rounding * size_of(want))) for want, have in arrays):
            continue
        if any(have.dtype == kind for _, have in pairs):
            return f"rounded to {kind}", (
                f"{name} is right, but rounded to {kind}: keep float64, which NumPy uses when nobody asks for less."
            )
        digits = _digits(pairs)
        most = np.mean([np.mean(want.values != have.values) for want, have in pairs]) > 0.5
        if kind == "float32" and 4 <= digits <= 9 and most:
            return "too few digits", (
                f"{name} agrees with what is expected to about {digits} digits, and no further. Is something on the "
                f"way rounded to float32, or is a small number (an eps) added?"
            )
    return None


def _digits(pairs: list[tuple[Piece, Piece]]) -> int:
    with np.errstate(all="ignore"):
        worst = max(size_of(have.values - want.values) / (size_of(want.values) or 1) for want, have in pairs)
    return int(-np.log10(worst)) if worst > 0 else 16


def _factor(exercise: FunctionTask, cases: list[Case], arrays: list, name: str) -> tuple[str, str] | None:
    """A factor that is the same in every entry of a case, with the argument or size that it equals in all cases."""
    factors, known = [], None
    for case, (want, have) in zip(cases, arrays, strict=False):
        usable = np.isfinite(want) & (want != 0)
        if not usable.any():
            if not np.all(agrees(want, have, exercise.rtol, exercise.atol)):
                return None
            continue
        factor = float(np.median(have[usable] / want[usable]))
        if not np.isfinite(factor) or factor == 0 or not np.all(agrees(want * factor, have, exercise.rtol, None)):
            return None
        if abs(factor - 1) < 1e-3:  # not a factor that somebody forgot, but a result that is not exact enough
            return None
        factors.append(factor)
        here = {word for word, size in _sizes(exercise, case) if abs(factor - size) < 1e-6 * abs(size)}
        known = here if known is None else known & here
    changes = max(factors) - min(factors) > 1e-6 * abs(factors[0])
    if changes and known:
        word = min(known, key=lambda word: (len(word), word))
        divisor = word.removeprefix("1 / ")
        if divisor == word:
            says = f"{word} times what is expected"
        else:  # a number below 1, such as a probability, makes it larger
            says = f"{divisor} times smaller than what is expected" if abs(factors[0]) < 1 else (
                f"what is expected divided by {divisor}")
        return f"factor {word}", f"{name} is {says}, in every entry of every case."
    several = len(factors) > 1 or any(want.size > 1 for want, _ in arrays)
    if several and not changes:
        return f"factor {factors[0]:.4g}", (
            f"{name} is {factors[0]:.4g} times what is expected, in every entry: a factor is missing or left over."
        )
    return None


def _sizes(exercise: FunctionTask, case: Case) -> list[tuple[str, float]]:
    """Sizes and numbers among the arguments, their roots, and one divided by them."""
    found = []
    for name, argument in zip(exercise.argument_names(len(case.arguments)), case.arguments, strict=True):
        for axis, size in enumerate(getattr(argument, "shape", ())):
            found.append((f"{name}.shape[{axis}]", float(size)))
            found.append((f"sqrt({name}.shape[{axis}])", float(size) ** 0.5))
        if type(argument) in (int, float):
            found += [(name, float(argument)), (f"(1 - {name})", 1.0 - argument), (f"{name}**2", float(argument) ** 2)]
    return found + [(f"1 / {word}", 1 / size) for word, size in found if size]
