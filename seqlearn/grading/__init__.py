"""The engine behind exercises and quizzes: run an answer under guard, compare, diagnose, show.

What the single chapters ask for is in `seqlearn.exercises`.
"""

from seqlearn.grading.exercise import Exercise, ValueExercise
from seqlearn.grading.question import Option, Question
from seqlearn.grading.quiz import Quiz
from seqlearn.grading.types import Mistake, Result

__all__ = ["Exercise", "Mistake", "Option", "Question", "Quiz", "Result", "ValueExercise"]
