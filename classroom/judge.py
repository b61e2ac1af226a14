"""Verdicts on one notebook's answers. The cases, the references and the comparison are here, outside the student's
process, and are the course's own: the same engine that a learner meets, whose answer happens to run elsewhere.
"""

import inspect
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from classroom.asked import Asked, Sheet, sheet
from classroom.beside import is_beside, outcome_of
from classroom.limits import Limits
from classroom.needed import HANDED
from classroom.session import Ended, Place, Session
from classroom.wire import Reader
from seqlearn.grading import diagnosis
from seqlearn.grading.grade import _same, judge
from seqlearn.grading.outcome import NOT_ATTEMPTED, Outcome, is_right, make_cases
from seqlearn.grading.types import Verdict

ANOTHER_NAME = "{}: taken from the name `{}`, which its check call has."
NO_NAME = "{}: taken from its check call."


@dataclass
class Mark:
    """What came out for one exercise."""

    id: str
    status: str
    message: str
    mistake: str | None = None


@dataclass
class Graded:
    """What came out for one notebook. `problem`: why it could not be graded, or not all of it."""

    chapter: str
    marks: list[Mark] = field(default_factory=list)
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


class Answer:
    """An answer in the student's process, which the engine calls like any function."""

    def __init__(self, call: Callable, parameters: list | None) -> None:
        self._call = call
        if parameters is not None:
            try:
                self.__signature__ = inspect.Signature([
                    inspect.Parameter(str(name), inspect._ParameterKind(kind),
                                      **({"default": None} if optional is True else {}))
                    for name, kind, optional in parameters])
            except (ValueError, TypeError):
                pass

    def __call__(self, *arguments: object) -> object:
        return self._call(*arguments)

    def __deepcopy__(self, memo: dict) -> "Answer":
        return self


def grade_cells(cells: list[str], chapter: str, limits: Limits | None = None, place: Place | None = None) -> Graded:
    """Grade the code cells of a notebook of that chapter. Raises nothing that a notebook could cause."""
    asked = sheet(chapter)
    graded = Graded(chapter)
    known = asked.stubs | asked.text_cells
    if all(source.strip() in known or not source.strip() for source in cells):
        graded.marks = [Mark(each.exercise.id, "not attempted", NOT_ATTEMPTED) for each in asked.asked]
        return graded
    with Session(cells, asked, limits or Limits(), place or Place()) as session:
        try:
            session.prepare()
        except Ended as ended:
            graded.problem = f"The notebook could not be run: {ended}."
        marks = {}
        for each in _in_turn(asked):
            marks[each.exercise.id] = _mark(each, session, graded)
        graded.marks = [marks[each.exercise.id] for each in asked.asked]
        graded.notes, graded.held = session.notes, session.held
        if not graded.problem and all(mark.status != "correct" for mark in graded.marks) and session.errors:
            number, error = min(session.errors.items())
            graded.notes.append(f"Code cell {number + 1} raised {error}")
    return _readable(graded)


def _readable(graded: Graded) -> Graded:
    """Its texts quote the student's code, and must not hold what no file can: one row would cost all of them."""
    graded.problem, graded.notes = readable(graded.problem), [readable(note) for note in graded.notes]
    for mark in graded.marks:
        mark.message = readable(mark.message)
    return graded


def readable(text: str) -> str:
    """A text with a sign in place of each character that cannot be written or turns others around."""
    return "".join("\ufffd" if unicodedata.category(c)[0] == "C" and c not in "\n\t" else c for c in text)


def _in_turn(asked: Sheet) -> list[Asked]:
    """Exercises that are called beside the student's code come last: until then no reference is in its process."""
    return sorted(asked.asked, key=lambda each: each.is_function and _beside(each))


def _beside(asked: Asked) -> bool:
    return asked.is_function and is_beside(asked.exercise, _cases(asked))


_made: dict[str, list] = {}


def _cases(asked: Asked) -> list:
    if asked.exercise.id not in _made:
        _made[asked.exercise.id] = make_cases(asked.exercise)
    return _made[asked.exercise.id]


def _mark(asked: Asked, session: Session, graded: Graded) -> Mark:
    exercise = asked.exercise
    if graded.problem:
        return Mark(exercise.id, "not graded", graded.problem)
    told: dict = {}
    try:
        if session.is_dead:
            session.restart()
        told, blob = session.answer(asked)
        if "value" not in told:
            if why := session.missing(asked):
                return Mark(exercise.id, "incorrect", why if why.endswith(".") else f"{why}.")
            gone = f"There is no `{asked.name}` in the notebook." if told.get("missing") else NOT_ATTEMPTED
            return Mark(exercise.id, "not attempted", gone)
        verdict = _verdict(asked, session, told, blob)
        if "NameError" in verdict.message and session.run_more(verdict.message):
            told, blob = session.answer(asked)
            verdict = _verdict(asked, session, told, blob)
        session.tell_unbound(verdict.message)
    except Ended as ended:
        if session.starts > session.limits.restarts or "whole notebook" in str(ended):
            graded.problem = f"Not all of it was graded: {ended}."
            return Mark(exercise.id, "not graded", graded.problem)
        verdict = Verdict("incorrect", f"The answer cannot be read: {ended}.")
    if not verdict.message:
        verdict.message = f"Its process had to be ended while this answer ran: {session.why}."
    name = str(told.get("name"))
    if name in session.names[asked.attribute][1:]:
        of = NO_NAME if name == HANDED.format(asked.attribute) else ANOTHER_NAME
        session.notes.append(of.format(exercise.id, name))
    return Mark(exercise.id, verdict.status, verdict.message, verdict.mistake)


def _verdict(asked: Asked, session: Session, told: dict, blob: bytes) -> Verdict:
    try:
        value = Reader(blob, session.peer.remote, gradients=False).value(told["value"])
    except Exception as error:
        session.give_up(f"it sent what cannot be read ({type(error).__name__})")
        return Verdict("incorrect", "The answer cannot be read.")
    if not asked.is_function:
        return asked.exercise.check(value)
    if told.get("class") is True:
        return asked.exercise.check(type("Answer", (), {}))
    if not callable(value):
        return asked.exercise.check(value)
    if _beside(asked):
        return _grade_beside(asked, session, str(told["name"]))
    verdict = asked.exercise.check(Answer(value, told.get("parameters")))
    if session.is_dead:
        return Verdict("incorrect", "")
    if session.peer.waiting.is_set():  # it was stopped in the middle of a call, and is in it still
        session.give_up("it did not return in time")
    return verdict


def _grade_beside(asked: Asked, session: Session, name: str) -> Verdict:
    """As `seqlearn.grading.grade.grade` does it, but every outcome comes from the student's process."""
    exercise, cases = asked.exercise, _cases(asked)
    outcomes: list[Outcome] = []

    def part(which: int | str) -> object:
        seconds = exercise.time_limit + 5  # the first brings PyTorch along
        reply, blob = session._ask(seconds, "the answer", do="beside", chapter=exercise.chapter, exercise=exercise.id,
                                   name=name, part=which)
        return Reader(blob, session.peer.remote, gradients=False).value(reply["outcome"])

    further: list[str] = []
    try:
        problem = part("signature")
        if problem:
            outcomes.append(Outcome("refused", text=str(problem)[:500]))
        else:
            for number, case in enumerate(cases):
                outcomes.append(outcome_of(part(number), case))
            if all(is_right(exercise, *pair) for pair in zip(cases, outcomes, strict=True)):
                further.append(str(part("further") or "")[:1000])
            if not _same(exercise, outcomes[0], outcome_of(part("again"), cases[0])):
                further.append(diagnosis.KEEPS_STATE)
    except Ended:
        if "seconds" in session.why:
            return Verdict("incorrect", diagnosis.too_slow(exercise, cases, len(outcomes)))
        return Verdict("incorrect", "")
    except Exception as error:
        session.give_up(f"it sent what cannot be read ({type(error).__name__})")
        return Verdict("incorrect", "")
    return judge(exercise, Answer(lambda *arguments: None, None), cases, outcomes, [each for each in further if each])
