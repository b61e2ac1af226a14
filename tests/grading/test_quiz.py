"""The quiz as text, as a page without a kernel, and as a form."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from seqlearn.grading import Option, Question, Quiz
from seqlearn.grading.quiz_form import QuizForm

LONG = "The largest singular value of `W_h` is above 1, which is necessary but not sufficient for it. " * 3


def wrong(question):
    """Indices of the wrong options."""
    return [index for index, option in enumerate(question.options) if not option.correct]


def test_the_order_of_the_options_is_drawn_from_their_words():
    options = [Option(word, word == "d", "So it is.") for word in "abcdefgh"]
    shown = ["".join(option.text for option in Question(f"Which, {n}?", options).options) for n in range(20)]
    again = ["".join(option.text for option in Question(f"Which, {n}?", options[::-1]).options) for n in range(20)]
    assert shown == again and len(set(shown)) == 20
    assert len({order.index("d") for order in shown}) > 4


@pytest.fixture
def quiz():
    single = Question("When?", [Option("Now < then", True, "It is now."), Option(LONG, False, "It is not so.")], "a")
    several = [Option("One", True, "First."), Option("Two", True, "Second."), Option("Three", False, "Third.")]
    return Quiz("77", [single, Question("Which `W`?", several, "b")])


def test_single_or_multiple_follows_from_the_options(quiz):
    assert [question.multiple for question in quiz.questions] == [False, True]
    assert quiz.grade(0, quiz.questions[0].right) and not quiz.grade(0, wrong(quiz.questions[0]))
    right = quiz.questions[1].right
    assert quiz.grade(1, right) and not quiz.grade(1, set(list(right)[:1])) and not quiz.grade(1, {0, 1, 2})


def test_text_and_page_hold_everything(quiz):
    for shown in (repr(quiz), re.sub("</?code>", "`", quiz._repr_html_())):
        for question in quiz.questions:
            assert question.text in shown
            for option in question.options:
                assert option.text.replace("<", "&lt;") in shown or option.text in shown
                assert option.why in shown


def test_answers_of_the_page_are_folded_away(quiz):
    page = quiz._repr_html_()
    open_part = re.sub("<details>.*?</details>", "", page)
    assert page.count("<details>") == 2 and "It is now." in page
    assert "It is now." not in open_part and "✓" not in open_part and "First." not in open_part


def test_page_is_the_same_every_time(quiz):
    assert quiz._repr_html_() == quiz._repr_html_() and "id=" not in quiz._repr_html_()
    assert set(quiz._repr_mimebundle_()) == {"text/plain", "text/html"}  # no widget without a kernel


def test_single_choice_keeps_one(quiz):
    form = QuizForm(quiz.chapter, quiz.questions).questions[0]
    form.choose(0)
    form.choose(1)
    assert form.chosen == {1} and form.options[0].value is None


def test_checking_explains_every_option(quiz):
    form = QuizForm(quiz.chapter, quiz.questions)
    first, second = form.questions
    first.button.click()
    assert "Choose an option first" in first.feedback.value and first.first_try is None
    first.choose(*wrong(first.question))
    first.button.click()
    assert "✗ Not quite." in first.feedback.value
    assert ") ✓ right.</strong> It is now." in first.feedback.value
    assert ") ✗ wrong (your choice).</strong> It is not so." in first.feedback.value
    second.choose(min(second.question.right))
    second.button.click()
    assert "1 of 2 right options chosen" in second.feedback.value
    second.choose(*second.question.right)
    second.button.click()
    assert "✓ Right." in second.feedback.value


def test_first_answers_count_and_are_kept(quiz, progress_file):
    form = QuizForm(quiz.chapter, quiz.questions)
    first, second = form.questions
    first.choose(*wrong(first.question))
    first.check()
    first.choose(*first.question.right)
    first.check()
    assert "0 right at the first try, 1 of 2 answered" in form.score.value and not progress_file.exists()
    second.choose(*second.question.right)
    second.check()
    assert "1 right at the first try, 2 of 2 answered" in form.score.value
    assert json.loads(progress_file.read_text())["quizzes"] == {"77": {"right": 1, "of": 2}}


def test_labels_hold_plain_text(quiz):
    labels = [option.options[0] for option in QuizForm(quiz.chapter, quiz.questions).questions[0].options]
    assert sorted(label[3:13] for label in labels) == ["Now < then", "The larges"] and "`" not in "".join(labels)
    assert [label[:3] for label in labels] == ["a) ", "b) "]


def test_a_notebook_with_exercises_and_quiz_passes_nbval(tmp_path, progress_file):
    """Stored with and without the widget's view, and run again by plain nbval."""
    cells = [
        "from seqlearn.exercises import ch00\ndef step(h, x, w):\n    ...\nch00.step.check(step)",
        "def step(h, x, w):\n    print(h > 9)\n    return h + x\nch00.step.check(step)",
        "def step(h, x, w):\n    while True:\n        pass\nch00.step.time_limit = 0.5\nch00.step.check(step)",
        "ch00.step.hint()",
        "ch00.step.solution()",
        "ch00.QUIZ",
        "ch00.QUIZ",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3", store_widget_state=False).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert all(len(output) == 1 and output[0].output_type == "execute_result" for output in outputs)
    assert "not attempted" in outputs[0][0].data["text/plain"] and "False" in outputs[1][0].data["text/plain"]
    assert all("application/vnd.jupyter.widget-view+json" in output[0].data for output in outputs[-2:])
    del outputs[-1][0].data["application/vnd.jupyter.widget-view+json"]
    nbformat.write(notebook, tmp_path / "stored.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "nbval.plugin", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run([*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "7 passed" in done.stdout, done.stdout
