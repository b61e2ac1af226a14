"""Exercises that grade an answer, explain a mistake, give hints one at a time, and show the solution.

    step_backward = Exercise("04.1", "One step backward", 1, reference=..., cases=..., mistakes=[...], hints=[...])
    step_backward.check(my_function)      # a Result: correct, incorrect or not attempted, with a sentence
    step_backward.hint()                  # the next hint
    step_backward.solution()              # the source of the reference, which the tests run
"""

import inspect
import textwrap

from seqlearn.course.progress import record_answer
from seqlearn.grading import cards
from seqlearn.grading.grade import grade
from seqlearn.grading.holding import held_back
from seqlearn.grading.types import FunctionTask, Result, ValueTask, Verdict
from seqlearn.grading.values import grade_value


class _Graded:
    """What a learner does with a task of either kind: check an answer and ask for a hint."""

    _hints_given = 0

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


class Exercise(_Graded, FunctionTask):
    """A function to write. Takes what `FunctionTask` takes."""

    def solution(self, key: str | None = None) -> cards.Solution | cards.Held:
        """The reference's source, as the tests run it. A teacher may hold it back, and give out a key."""
        if why := held_back(key):
            return cards.Held(why)
        sources = [textwrap.dedent(inspect.getsource(part)).strip() for part in (*self.helpers, self.reference)]
        return cards.Solution("\n\n\n".join(sources), self.explanation)

    def _grade(self, answer: object) -> Verdict:
        return grade(self, answer)


class ValueExercise(_Graded, ValueTask):
    """A value to find. Takes what `ValueTask` takes."""

    def solution(self, key: str | None = None) -> cards.Solution | cards.Held:
        """The value, the source that computes it if it is computed, and why. A teacher may hold it back."""
        if why := held_back(key):
            return cards.Held(why)
        source = f"{self.reference!r}"
        if callable(self._reference) and self._reference.__name__ != "<lambda>":
            source = f"{textwrap.dedent(inspect.getsource(self._reference)).strip()}\n\n# {source}"
        return cards.Solution(source, self.explanation)

    def _grade(self, answer: object) -> Verdict:
        return grade_value(self, answer)
