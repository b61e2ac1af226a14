"""Graded exercises, one module a chapter, and the quiz: what is asked. The engine is `seqlearn.grading`.

from seqlearn.exercises import ch04
ch04.step_backward.check(my_function)
ch04.step_backward.hint()
ch04.step_backward.solution()
ch04.QUIZ

`catalog()` lists all exercises, `progress()` shows how far you are, `reset_progress()` forgets it.
"""

import importlib
import pkgutil
import re
from types import ModuleType

from seqlearn.course.progress import Table, reset_progress, table
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, Result, ValueExercise

__all__ = [
    "Exercise",
    "Mistake",
    "Option",
    "Question",
    "Quiz",
    "Result",
    "ValueExercise",
    "catalog",
    "chapters",
    "progress",
    "quizzes",
    "reset_progress",
]


def chapters() -> list[ModuleType]:
    """The chapters' exercise modules, in order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if re.fullmatch(r"ch\d\d", module.name))
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def catalog() -> list[Exercise | ValueExercise]:
    """All exercises of all chapters, sorted by id."""
    found = {
        value.id: value
        for module in chapters()
        for value in vars(module).values()
        if _is_exercise(value)
    }
    return sorted(found.values(), key=lambda exercise: [int(part) for part in exercise.id.split(".")])


def _is_exercise(value: object) -> bool:
    """By what it can do: %autoreload makes a new class, of which the exercises made before are no instances."""
    return not isinstance(value, type) and all(hasattr(value, name) for name in ("id", "stars", "check", "solution"))


def quizzes() -> dict[str, Quiz]:
    """Chapter number -> its quiz."""
    return {module.QUIZ.chapter: module.QUIZ for module in chapters() if hasattr(module, "QUIZ")}


def progress() -> Table:
    """The course as a table: every chapter's exercises with their stars, and how far you are."""
    return table(catalog(), quizzes())
