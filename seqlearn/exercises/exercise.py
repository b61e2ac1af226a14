"""Exercises that grade an answer, explain a mistake, give hints one at a time, and show the solution.

    step_backward = Exercise("04.1", "One step backward", 1, reference=..., cases=..., mistakes=[...], hints=[...])
    step_backward.check(my_function)      # a Result: correct, incorrect or not attempted, with a sentence
    step_backward.hint()                  # the next hint
    step_backward.solution()              # the source of the reference, which the tests run
"""

import copy
import inspect
import textwrap
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from seqlearn.exercises import cards
from seqlearn.exercises.grading import Verdict, grade
from seqlearn.exercises.progress import record_answer
from seqlearn.exercises.values import grade_value, resolve_mistake

TIME_LIMIT = 5.0  # seconds for one check, all cases together


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation people really write, and what to tell them.

    `implementation` is a function with the exercise's signature; for a `ValueExercise` a wrong value, or a predicate of
    the answer, and then `example` is a value for which it is true.
    """

    name: str
    implementation: object
    message: str
    example: object = None


@dataclass(frozen=True)
class Result:
    """What a check found. `status` is "correct", "incorrect" or "not attempted"; `mistake` its name when known."""

    status: str
    message: str
    mistake: str | None = None
    heading: str = ""
    printed: str = ""

    def __repr__(self) -> str:
        return cards.result_text(self)

    def _repr_html_(self) -> str:
        return cards.result_html(self)


class _Task:
    """What both kinds of exercise share: identity, hints, solution, and recording the result."""

    def __init__(self, id: str, title: str, stars: int, mistakes: Sequence[Mistake], hints: Sequence[str]) -> None:
        self.id = id
        self.title = title
        self.stars = stars
        self.mistakes = list(mistakes)
        self.hints = list(hints)
        self._hints_given = 0

    def __repr__(self) -> str:
        return f"Exercise {self.heading}"

    @property
    def chapter(self) -> str:
        """The chapter's two digits."""
        return self.id.partition(".")[0]

    @property
    def heading(self) -> str:
        """Id, title and stars in one line."""
        return f"{self.id} {self.title} {'★' * self.stars}"

    def rng(self) -> np.random.Generator:
        """A fresh generator whose seed depends on the exercise's id alone."""
        return np.random.default_rng(zlib.crc32(self.id.encode()))

    def check(self, answer: object = ...) -> Result:
        """Grade an answer. Never raises, and stops an answer that runs too long."""
        try:
            verdict = self._grade(answer)
        except Exception as error:  # a fault of the exercise must not stop the learner's notebook
            verdict = Verdict("incorrect", f"The check itself failed ({type(error).__name__}): {str(error)[:200]}")
        if verdict.status != "not attempted":
            record_answer(self.id, verdict.status)
        return Result(verdict.status, verdict.message, verdict.mistake, self.heading, verdict.printed)

    def hint(self) -> cards.Hint:
        """The next hint; after the last one, the last one again."""
        number = min(self._hints_given + 1, len(self.hints))
        self._hints_given = number
        text = self.hints[number - 1] if self.hints else "There is no hint for this one."
        return cards.Hint(text, number, len(self.hints))

    def _grade(self, answer: object) -> Verdict:
        raise NotImplementedError


class Exercise(_Task):
    """A function to write.

    Args:
        reference: the tested solution; `solution()` shows its source.
        cases: `cases(rng)` returns a list of argument tuples; drawn anew, and the same, at every check.
        mistakes: wrong implementations, each with its message.
        hints: one at a time, from a nudge to nearly the solution.
        names: of the returned pieces, for messages; a dict's keys name themselves.
        extra: `extra(answer, rng)` returns a sentence when a further check (finite differences) fails, else None.
        rtol, atol: tolerances; `atol=None` means rtol/100 of the largest expected number of each piece.
        in_place: names of arguments that the function is asked to change; what they hold afterwards is compared.
        call: `call(answer, *arguments)` when the answer is not called with the arguments directly (a class, say).
        explanation: Markdown shown below the solution.
        helpers: functions that the reference calls, shown with the solution.
        time_limit: seconds for all cases together.
    """

    def __init__(
        self,
        id: str,
        title: str,
        stars: int,
        reference: Callable,
        cases: Callable[[np.random.Generator], list[tuple]],
        mistakes: Sequence[Mistake] = (),
        hints: Sequence[str] = (),
        names: Sequence[str] = (),
        extra: Callable[[Callable, np.random.Generator], str | None] | None = None,
        *,
        rtol: float = 1e-7,
        atol: float | None = None,
        in_place: Sequence[str] = (),
        call: Callable | None = None,
        explanation: str = "",
        helpers: Sequence[Callable] = (),
        time_limit: float = TIME_LIMIT,
    ) -> None:
        super().__init__(id, title, stars, mistakes, hints)
        self.reference = reference
        self._cases = cases
        self.names = (names,) if isinstance(names, str) else tuple(names)
        self.extra = extra
        self.rtol = rtol
        self.atol = atol
        self.in_place = (in_place,) if isinstance(in_place, str) else tuple(in_place)
        self.has_own_call = call is not None
        self.call = call or (lambda answer, *arguments: answer(*arguments))
        self.explanation = explanation
        self.helpers = tuple(helpers)
        self.time_limit = time_limit

    def cases(self, rng: np.random.Generator) -> list[tuple]:
        """The argument tuples; a case that is not a tuple is a single argument."""
        return [case if isinstance(case, tuple) else (case,) for case in self._cases(rng)]

    def argument_names(self, count: int) -> list[str]:
        """The reference's first `count` parameter names."""
        names = list(inspect.signature(self.reference).parameters)[:count]
        return names + [f"argument {i + 1}" for i in range(len(names), count)]

    def solution(self) -> cards.Solution:
        """The reference's source, as the tests run it."""
        sources = [textwrap.dedent(inspect.getsource(part)).strip() for part in (*self.helpers, self.reference)]
        return cards.Solution("\n\n\n".join(sources), self.explanation)

    def _grade(self, answer: object) -> Verdict:
        return grade(self, answer)


class ValueExercise(_Task):
    """A value to find: a number, a string, an array, or a tuple, list or dict of these.

    Args:
        reference: the right value, or a function of no arguments that computes it.
        mistakes: wrong values (or functions of no arguments that compute them, or predicates with an `example`).
        hints: one at a time.
        explanation: Markdown shown with the solution: why it is this value.
        tolerance: relative; strings are compared without regard to case and outer blanks.
    """

    def __init__(
        self,
        id: str,
        title: str,
        stars: int,
        reference: object,
        mistakes: Sequence[Mistake] = (),
        hints: Sequence[str] = (),
        explanation: str = "",
        *,
        tolerance: float = 1e-6,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        super().__init__(id, title, stars, mistakes, hints)
        self._reference = reference
        self._rules = [(mistake, *resolve_mistake(mistake)) for mistake in mistakes]
        self.explanation = explanation
        self.tolerance = tolerance
        self.time_limit = time_limit

    @property
    def reference(self) -> object:
        """The right value."""
        value = self._reference() if callable(self._reference) else self._reference
        return copy.deepcopy(value)

    @property
    def mistakes(self) -> list[Mistake]:
        """The known mistakes; `implementation` is a wrong value in each."""
        return [Mistake(mistake.name, example(), mistake.message) for mistake, _, example in self._rules]

    @mistakes.setter
    def mistakes(self, mistakes: Sequence[Mistake]) -> None:
        self._rules = [(mistake, *resolve_mistake(mistake)) for mistake in mistakes]

    def solution(self) -> cards.Solution:
        """The value, the source that computes it if it is computed, and why."""
        source = f"{self.reference!r}"
        if callable(self._reference) and self._reference.__name__ != "<lambda>":
            source = f"{textwrap.dedent(inspect.getsource(self._reference)).strip()}\n\n# {source}"
        return cards.Solution(source, self.explanation)

    def _grade(self, answer: object) -> Verdict:
        return grade_value(self, answer, self._rules)
