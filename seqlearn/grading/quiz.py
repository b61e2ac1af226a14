"""Questions with an explanation for every option: readable on any page, answerable in a live notebook.

    QUIZ = Quiz("05", [
        Question("When do gradients explode?", [
            Option("When …", True, "Because …"),
            Option("When …", False, "No: …"),
        ], topic="exploding gradients"),
    ])

A question with one right option is single choice, with several it is multiple choice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from seqlearn.course.environment import is_live
from seqlearn.grading.cards import TEXT, inline
from seqlearn.grading.question import Question, letter, verdict


@dataclass
class Quiz:
    """The questions of one chapter. Displays as a form in a live notebook, as text with hidden answers elsewhere."""

    chapter: str
    questions: Sequence[Question] = field(default_factory=list)

    def grade(self, number: int, chosen: Iterable[int]) -> bool:
        """Is this exactly the set of right options of question `number` (from 0)?"""
        return frozenset(chosen) == self.questions[number].right

    def __repr__(self) -> str:
        parts = [f"Quiz of chapter {self.chapter}"]
        for number, question in enumerate(self.questions, 1):
            lines = [f"{number}. {question.text} {question.instruction}"]
            lines += [f"   {letter(i)}) {option.text}" for i, option in enumerate(question.options)]
            parts.append("\n".join(lines))
        answers = ["Answers"]
        for number, question in enumerate(self.questions, 1):
            for i, option in enumerate(question.options):
                answers.append(f"{number}{letter(i)} {verdict(option)}: {option.why}")
        return "\n\n".join([*parts, "\n".join(answers)])

    def _repr_html_(self) -> str:
        body = "".join(self._question_html(number, question) for number, question in enumerate(self.questions, 1))
        style = f"{TEXT} max-width: 90ch; line-height: 1.5;"
        return f'<div style="{style}"><strong>Quiz of chapter {self.chapter}</strong>{body}</div>'

    def _question_html(self, number: int, question: Question) -> str:
        # Letters are written out: a page that does not trust the notebook strips style and list type.
        lines = [f"{letter(i)}) {inline(option.text)}" for i, option in enumerate(question.options)]
        answers = [
            f"<strong>{letter(i)}) {verdict(option)}.</strong> {inline(option.why)}"
            for i, option in enumerate(question.options)
        ]
        return (
            f"<p><strong>{number}. {inline(question.text)}</strong> {question.instruction}</p>"
            f"<p>{'<br>'.join(lines)}</p>"
            f"<details><summary>Answer to question {number}</summary><p>{'<br>'.join(answers)}</p></details><br>"
        )

    def widget(self):
        """The live form, an ipywidgets box."""
        from seqlearn.grading.quiz_form import QuizForm

        return QuizForm(self.chapter, self.questions)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if is_live():
            bundle |= self.widget().box._repr_mimebundle_()
            bundle |= {"text/plain": repr(self), "text/html": self._repr_html_()}
        return bundle
