"""The quiz as a form of ipywidgets: choose, check, read why. Imported only when a quiz is shown in a live notebook."""

import html
from collections.abc import Sequence

import ipywidgets

from seqlearn.course.progress import record_quiz
from seqlearn.grading.cards import COLORS, TEXT, inline
from seqlearn.grading.question import Question, letter, verdict

# ipywidgets cuts long labels of radio buttons and checkboxes, and fixes their height: let them wrap instead.
# An option stands before its text, at the first line.
STYLE = """<style>
.seqlearn-quiz { max-width: 90ch; padding: 2px; }
.seqlearn-quiz .widget-radio, .seqlearn-quiz .widget-radio-box, .seqlearn-quiz .widget-checkbox {
  width: 100%; height: auto; min-height: 0; max-width: none; margin: 0; padding: 0; }
.seqlearn-quiz .widget-radio-box label, .seqlearn-quiz .widget-checkbox label {
  display: flex; align-items: flex-start; gap: 8px; box-sizing: border-box; width: 100%; height: auto; margin: 0;
  padding: 4px 2px; line-height: 1.45; white-space: normal; font-size: var(--jp-content-font-size1, 14px);
  color: var(--jp-content-font-color1, inherit); }
.seqlearn-quiz .widget-radio-box label > input, .seqlearn-quiz .widget-checkbox label > input {
  flex: none; order: -1; align-self: flex-start; width: 16px; height: 16px; min-width: 16px; margin: 2px 0 0 0; }
.seqlearn-quiz .widget-checkbox label > span { white-space: normal; overflow: visible; line-height: 1.45; }
.seqlearn-quiz .widget-html, .seqlearn-quiz .widget-html-content {
  height: auto; line-height: 1.5; font-size: var(--jp-content-font-size1, 14px); }
.seqlearn-quiz input:focus-visible, .seqlearn-quiz button:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 2px; }
</style>"""


class QuestionForm:
    """One question: its options, a check button, and room for the explanations."""

    def __init__(self, number: int, question: Question, checked) -> None:
        self.question = question
        self.first_try: bool | None = None  # None: not answered yet; then whether the first answer was right
        self._checked = checked
        labels = [f"{letter(i)}) {option.text}" for i, option in enumerate(question.options)]
        labels = [label.replace("`", "") for label in labels]  # labels hold plain text
        if question.multiple:
            self.options = [ipywidgets.Checkbox(value=False, description=label, indent=False) for label in labels]
        else:
            # One group for each option: inside a group only the arrow keys move on, and JupyterLab takes those.
            self.options = [ipywidgets.RadioButtons(options=[label], value=None) for label in labels]
            for option in self.options:
                option.observe(self._leave_only, "value")
        self.button = ipywidgets.Button(description=f"Check question {number}", tooltip="")
        self.button.on_click(lambda button: self.check())
        self.feedback = ipywidgets.HTML()
        text = f'<div style="{TEXT}"><strong>{number}. {inline(question.text)}</strong> {question.instruction}</div>'
        children = [ipywidgets.HTML(text), *self.options, self.button, self.feedback]
        self.box = ipywidgets.VBox(children, layout=ipywidgets.Layout(margin="0 0 14px 0"))
        self.box.add_class("seqlearn-question")  # the folder lab makes it a group that has the question as its name

    @property
    def chosen(self) -> frozenset[int]:
        """Indices of the options chosen now."""
        return frozenset(i for i, option in enumerate(self.options) if option.value)

    def choose(self, *indices: int) -> None:
        """Choose options as a click does."""
        for i, option in enumerate(self.options):
            if self.question.multiple:
                option.value = i in indices
            elif i in indices:
                option.index = 0

    def _leave_only(self, change) -> None:
        if change.new is not None:
            for option in self.options:
                if option is not change.owner:
                    option.value = None

    def check(self) -> None:
        """Show whether the choice is right, and why each option is or is not."""
        if not self.chosen:
            self.feedback.value = self._card("not attempted", "Choose an option first.")
            return
        is_right = self.chosen == self.question.right
        self.feedback.value = self._explanations(is_right)
        if self.first_try is None:  # later ones know the explanations
            self.first_try = is_right
            self._checked()

    def _explanations(self, is_right: bool) -> str:
        rows = ""
        for i, option in enumerate(self.question.options):
            mine = " (your choice)" if i in self.chosen else ""
            rows += f"<li><strong>{letter(i)}) {verdict(option)}{mine}.</strong> {inline(option.why)}</li>"
        hits = len(self.chosen & self.question.right)
        partly = f" {hits} of {len(self.question.right)} right options chosen." if self.question.multiple else ""
        heading = "✓ Right." if is_right else f"✗ Not quite.{partly}"
        rows = f'<ul style="margin: 4px 0; padding-left: 1.2em; list-style: none;">{rows}</ul>'
        return self._card("correct" if is_right else "incorrect", f"<strong>{heading}</strong>{rows}")

    @staticmethod
    def _card(kind: str, body: str) -> str:
        style = f"{TEXT} border-left: 4px solid {COLORS[kind]}; padding: 4px 12px;"
        return f'<div role="status" style="{style}">{body}</div>'


class QuizForm:
    """The whole form: `questions` are the parts, `box` is what is displayed."""

    def __init__(self, chapter: str, questions: Sequence[Question]) -> None:
        self.chapter = chapter
        self.questions = [QuestionForm(i, question, self._update) for i, question in enumerate(questions, 1)]
        title = f"<strong>Quiz of chapter {html.escape(chapter)}</strong>"
        keys = "<small>By keyboard: Tab moves on, Space chooses and checks.</small>"
        heading = f'{STYLE}<div style="{TEXT}">{title}<br>{keys}</div>'
        self.score = ipywidgets.HTML()
        self.box = ipywidgets.VBox([ipywidgets.HTML(heading), *(form.box for form in self.questions), self.score])
        self.box.add_class("seqlearn-quiz")
        self._show()

    def _update(self) -> None:
        self._show()
        if self.answered == len(self.questions):
            record_quiz(self.chapter, self.right, len(self.questions))

    @property
    def right(self) -> int:
        """How many first answers were right."""
        return sum(form.first_try is True for form in self.questions)

    @property
    def answered(self) -> int:
        """How many questions have been answered."""
        return sum(form.first_try is not None for form in self.questions)

    def _show(self) -> None:
        of = len(self.questions)
        text = f"{self.right} right at the first try, {self.answered} of {of} answered"
        self.score.value = f'<div role="status" style="{TEXT}"><strong>{text}</strong></div>'
