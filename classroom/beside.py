"""Exercises that work on PyTorch's own objects: modules, and tensors of which the graph matters.

These objects cannot cross between two processes. So the call is made beside the student's code, by the course's own
engine, and what came out crosses as plain arrays, which the grader compares with its own results. What has to be
trusted is the further check, if the exercise has one ("can autograd follow it?"): it is made in the student's process.
"""

from classroom.wire import Broken
from seqlearn.grading.comparing import Piece, is_tensor
from seqlearn.grading.grade import _further_check, _wrong_signature
from seqlearn.grading.outcome import Case, Outcome, make_cases, try_answer
from seqlearn.grading.types import FunctionTask

HOWS = {"value", "raised", "unreadable", "refused", "blank", "none"}


def is_beside(exercise: FunctionTask, cases: list[Case]) -> bool:
    """Does the exercise work on tensors or modules?"""
    return any(_has_torch([case.arguments, case.expected]) for case in cases)


def _has_torch(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_torch, value.values()))
    if isinstance(value, tuple | list):
        return any(map(_has_torch, value))
    return is_tensor(value) or type(value).__module__.startswith("torch.")


class Beside:
    """One answer in the student's process."""

    def __init__(self, module: object, exercise: str, answer: object) -> None:
        self.exercise = next(each for each in vars(module).values() if getattr(each, "id", "") == exercise)
        self.answer = answer
        self.cases = make_cases(self.exercise)

    def part(self, which: int | str) -> dict | str | None:
        """A case's outcome by its number, "again" the first one's, or what the "further" check says."""
        if which == "signature":
            return _wrong_signature(self.exercise, self.answer, len(self.cases[0].arguments))
        if which == "further":
            return _further_check(self.exercise, self.answer, self.cases[0].expected[0])
        outcome = try_answer(self.exercise, self.answer, self.cases[0 if which == "again" else which])
        pieces = [[list(piece.shape), piece.dtype, piece.values] for piece in outcome.pieces]
        return {**vars(outcome), "pieces": pieces}


def outcome_of(told: object, case: Case) -> Outcome:
    """The outcome that a student's process tells of, for one of the grader's own cases. Raises Broken."""
    if not isinstance(told, dict) or told.get("how") not in HOWS:
        raise Broken("no outcome")
    words = {name: str(told.get(name) or "")[:1000] for name in ("text", "error", "shared")}
    changed = tuple(str(name)[:60] for name in told.get("changed") or ())[:20]
    pieces = []
    if told["how"] == "value":
        if len(told["pieces"]) != len(case.pieces):
            raise Broken("another number of pieces")
        for expected, (shape, dtype, values) in zip(case.pieces, told["pieces"], strict=True):
            if hasattr(values, "shape") and tuple(shape) != values.shape:
                raise Broken("a piece that is not what it says")
            pieces.append(Piece(expected.label, tuple(shape), str(dtype)[:20], values, expected.alone))
    return Outcome(told["how"], pieces, changed=changed, **words)
