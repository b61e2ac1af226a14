"""Grade an answer: run it under guard, compare it with the reference, recognise the mistake."""

import copy
import dis
import inspect
import types
from collections.abc import Callable, Sequence

import numpy as np

from seqlearn.grading import diagnosis
from seqlearn.grading.comparing import as_arrays, is_tensor
from seqlearn.grading.outcome import (
    NOT_ATTEMPTED,
    Case,
    Outcome,
    is_right,
    make_cases,
    raised,
    same_pieces,
    shorten,
    try_answer,
)
from seqlearn.grading.running import Printed, run_guarded
from seqlearn.grading.types import FunctionTask, Verdict


def is_untouched(answer: object) -> bool:
    """A function whose body does nothing: a docstring, `...` or `pass` only."""
    if type(answer) is not types.FunctionType:
        return False
    if answer.__name__ == "<lambda>":  # somebody wrote it, so None is an answer
        return False
    for instruction in dis.get_instructions(answer.__code__):
        if instruction.opname in ("LOAD_CONST", "RETURN_CONST"):
            if instruction.argval is not None and instruction.argval is not Ellipsis:
                return False
        elif instruction.opname not in ("RESUME", "NOP", "RETURN_VALUE", "POP_TOP", "COPY_FREE_VARS", "MAKE_CELL"):
            return False
    return True


def grade(exercise: FunctionTask, answer: object) -> Verdict:
    """The verdict on an answer: not attempted, correct, or incorrect with the best explanation found."""
    if answer is Ellipsis or is_untouched(answer):
        return Verdict("not attempted", NOT_ATTEMPTED)
    if not callable(answer):
        return Verdict("incorrect", diagnosis.not_a_function(answer))
    if issubclass(type(answer), type) and not isinstance(exercise.reference, type):
        return Verdict("incorrect", "This is a class; the exercise needs a function.")
    cases = make_cases(exercise)
    outcomes: list[Outcome] = []
    further: list[str | None] = []

    def work(printed: Printed) -> None:
        problem = _wrong_signature(exercise, answer, len(cases[0].arguments))
        if problem:
            outcomes.append(Outcome("refused", text=problem))
            return
        for case in cases:
            outcomes.append(try_answer(exercise, answer, case))
            printed.open = False  # the first case's prints are shown, the others would repeat them
        if all(is_right(exercise, case, outcome) for case, outcome in zip(cases, outcomes, strict=True)):
            further.append(_further_check(exercise, answer, cases[0].expected[0]))
        again = try_answer(exercise, answer, cases[0])
        if not _same(exercise, outcomes[0], again):
            further.append(diagnosis.KEEPS_STATE)

    ended, printed = run_guarded(work, exercise.time_limit)
    if ended == "time is up":
        verdict = Verdict("incorrect", diagnosis.too_slow(exercise, cases, len(outcomes)))
    elif ended == "interrupted":
        verdict = Verdict("incorrect", "The check was interrupted before it was done.")
    elif ended == "failed":
        verdict = Verdict("incorrect", "The answer stopped the check in a way that cannot be explained.")
    else:
        verdict = judge(exercise, answer, cases, outcomes, [sentence for sentence in further if sentence])
    verdict.printed = shorten(printed)
    return verdict


def judge(
    exercise: FunctionTask, answer: Callable, cases: list[Case], outcomes: list[Outcome], further: Sequence[str]
) -> Verdict:
    """Turn the outcomes of all cases into a verdict; `further` holds what other checks complained about."""
    if outcomes[0].how == "blank":
        return Verdict("not attempted", outcomes[0].text)
    if len(outcomes) == len(cases) and all(
        is_right(exercise, case, outcome) and not outcome.changed for case, outcome in zip(cases, outcomes, strict=True)
    ):
        if further:
            return Verdict("incorrect", f"The results agree with the reference, but: {further[0]}")
        note = f" Note: {outcomes[0].shared}; a change of one also changes the other." if outcomes[0].shared else ""
        return Verdict("correct", f"Right in all {len(cases)} random cases.{note}")
    return Verdict("incorrect", *diagnosis.explain(exercise, answer, cases, outcomes, further))


def _same(exercise: FunctionTask, one: Outcome, other: Outcome) -> bool:
    return one.how == other.how and one.text == other.text and same_pieces(exercise, one.pieces, other.pieces)


def _wrong_signature(exercise: FunctionTask, answer: Callable, count: int) -> str:
    if exercise.has_own_call:
        return ""
    try:
        signature = inspect.signature(answer)
    except Exception:
        return ""  # built-in functions need not have one
    try:
        signature.bind(*range(count))
    except TypeError:
        called = f"({', '.join(exercise.argument_names(count))})"
        return f"The function takes {_parameters(signature)}, but it is called with {called}, by position."
    return ""


class _Default:
    """Stands for the default of a parameter, whose own repr may be anything."""

    def __repr__(self) -> str:
        return "…"


def _parameters(signature: inspect.Signature) -> str:
    """`(x, /, *, h=…)`: the parameters as they are written, with the signs that say how each may be passed."""
    empty = inspect.Parameter.empty
    plain = [
        part.replace(annotation=empty, default=empty if part.default is empty else _Default())
        for part in signature.parameters.values()
    ]
    return str(inspect.Signature(plain))


def _further_check(exercise: FunctionTask, answer: Callable, expected: object) -> str | None:
    if exercise.extra is None:
        return None

    def on_copies(*arguments, **options):
        # A tensor that collects a gradient is the check's own: a copy would collect it in its place.
        given = [*arguments, *options.values()]
        keep = {id(value): value for value in given if is_tensor(value) and value.requires_grad}
        arguments, options = copy.deepcopy((arguments, options), keep)
        value = answer(*arguments, **options)
        # Lists and tensors count as arrays in the comparison, so the further check gets arrays too.
        return value if exercise.has_own_call else as_arrays(expected, value)

    try:
        with np.errstate(all="ignore"):
            return exercise.extra(on_copies, exercise.rng())
    except Exception as error:
        return raised(answer, error).text
