"""What the engine works on: a task with its known mistakes, the verdict on an answer, and the result a learner sees.

These come first: every other file of the engine may import them, and they import nothing of it but how a result looks
and how a reference is edited.
"""

import copy
import functools
import inspect
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from seqlearn.course.printing import printable
from seqlearn.grading import cards
from seqlearn.grading.edits import Source

TIME_LIMIT = 5.0  # seconds for one check, all cases together


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation people really write, and what to tell them.

    `implementation` is one of

    - a dict {old: new}: the reference, with these texts of its source (or its helpers') exchanged;
    - a function with the exercise's signature;
    - a list of these: one mistake in several dresses (a mask of -10, -50, -1000), each of which counts;
    - for a `ValueTask` a wrong value, or a predicate of the answer, and then `example` is a value for which it is true.

    An exercise hands its mistakes out with a function as `implementation`, and with all dresses in `functions`.
    """

    name: str
    implementation: object
    message: str
    example: object = None
    functions: tuple[Callable, ...] = ()


@dataclass
class Verdict:
    """The status with its sentence, the mistake recognised, and what the answer printed."""

    status: str
    message: str
    mistake: str | None = None
    printed: str = ""


@dataclass(frozen=True)
class Result:
    """What a check found. `status` is "correct", "incorrect" or "not attempted"; `mistake` its name when known."""

    status: str
    message: str
    mistake: str | None = None
    heading: str = ""
    printed: str = ""

    def __repr__(self) -> str:
        return printable(cards.result_text(self.status, self.heading, self.message, self.printed))

    def _repr_html_(self) -> str:
        return cards.result_html(self.status, self.heading, self.message, self.printed)


class Task:
    """What every task has: its identity, the mistakes people make in it, the hints."""

    def __init__(self, id: str, title: str, stars: int, mistakes: Sequence[Mistake], hints: Sequence[str]) -> None:
        self.id = id
        self.title = title
        self.stars = stars
        self.mistakes = mistakes
        self.hints = list(hints)

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


class FunctionTask(Task):
    """A function to write.

    A subclass that judges wrong answers by itself sets `slips = False`: then none are looked for in the reference.

    Args:
        reference: the tested solution; `solution()` shows its source.
        cases: `cases(rng)` returns a list of argument tuples; drawn anew, and the same, at every check.
        mistakes: wrong implementations, each with its message.
        hints: one at a time, from a nudge to nearly the solution.
        names: of the returned pieces, for messages; a dict's keys name themselves. One name with {} in it counts the
            entries of a list from 1: "token {}".
        extra: `extra(answer, rng)` returns a sentence when a further check (finite differences) fails, else None.
        rtol, atol: tolerances; `atol=None` means rtol/100 of the largest expected number of each piece.
        in_place: names of arguments that the function is asked to change; what they hold afterwards is compared.
        call: `call(answer, *arguments)` when the answer is not called with the arguments directly (a class, say).
        explanation: Markdown shown below the solution.
        helpers: functions that the reference calls, shown with the solution.
        time_limit: seconds for all cases together.
    """

    slips = True

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
        self.reference = reference
        self.helpers = tuple(helpers)
        super().__init__(id, title, stars, mistakes, hints)
        self._cases = cases
        self.names = (names,) if isinstance(names, str) else tuple(names)
        self.extra = extra
        self.rtol = rtol
        self.atol = atol
        self.in_place = (in_place,) if isinstance(in_place, str) else tuple(in_place)
        self.has_own_call = call is not None
        self.call = call or (lambda answer, *arguments: answer(*arguments))
        self.explanation = explanation
        self.time_limit = time_limit

    @property
    def mistakes(self) -> list[Mistake]:
        """The known mistakes, `implementation` and `functions` ready to be called."""
        if self._mistakes is None:
            self._mistakes = [self._ready(mistake) for mistake in self.declared]
        return self._mistakes

    @mistakes.setter
    def mistakes(self, mistakes: Sequence[Mistake]) -> None:
        self.declared, self._mistakes = list(mistakes), None  # made when first asked for: an import stays quick

    @property
    def source(self) -> Source:
        """The source of the helpers and the reference. Raises what `Source` raises."""
        return _source((*self.helpers, self.reference))

    def _ready(self, mistake: Mistake) -> Mistake:
        dresses = mistake.implementation
        dresses = list(dresses) if isinstance(dresses, list | tuple) else [dresses]
        functions = tuple(self.source.edited(each) if isinstance(each, Mapping) else each for each in dresses)
        return replace(mistake, implementation=functions[0], functions=functions)

    def cases(self, rng: np.random.Generator) -> list[tuple]:
        """The argument tuples; a case that is not a tuple is a single argument."""
        return [case if isinstance(case, tuple) else (case,) for case in self._cases(rng)]

    def argument_names(self, count: int) -> list[str]:
        """The first `count` parameter names: the reference's, or those of `call` behind the answer itself."""
        names = self._parameters[:count]
        return names + [f"argument {i + 1}" for i in range(len(names), count)]

    @functools.cached_property
    def _parameters(self) -> list[str]:
        parameters = inspect.signature(self.call if self.has_own_call else self.reference).parameters
        return list(parameters)[self.has_own_call :]


_source = functools.lru_cache(maxsize=None)(Source)


class ValueTask(Task):
    """A value to find: a number, a string, an array, or a tuple, list or dict of these.

    Args:
        reference: the right value, or a function of no arguments that computes it.
        mistakes: wrong values (or functions of no arguments that compute them, or predicates with an `example`).
        hints: one at a time.
        explanation: Markdown shown with the solution: why it is this value.
        tolerance: relative; strings are compared without regard to case and outer blanks.
        names: of the pieces of a tuple or list, for messages; one name with {} counts them from 1.
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
        names: Sequence[str] = (),
        time_limit: float = TIME_LIMIT,
    ) -> None:
        super().__init__(id, title, stars, mistakes, hints)
        self._reference = reference
        self.names = (names,) if isinstance(names, str) else tuple(names)
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
        return [Mistake(mistake.name, example(), mistake.message) for mistake, _, example in self.rules]

    @mistakes.setter
    def mistakes(self, mistakes: Sequence[Mistake]) -> None:
        self.rules = [(mistake, *_rule(mistake)) for mistake in mistakes]


def _rule(mistake: Mistake) -> tuple[Callable | None, Callable]:
    """(predicate of an answer or None, function giving a wrong value) of a value task's mistake."""
    given = mistake.implementation
    if not callable(given):
        return None, lambda: given
    if not inspect.signature(given).parameters:
        return None, given
    return given, lambda: mistake.example
