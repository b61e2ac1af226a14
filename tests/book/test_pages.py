"""The sources of the book's pages: the stored cells as they are, with words, hints and a form beside them."""

import re
from html.parser import HTMLParser

import pytest

import pages
from seqlearn.course.chapters import CHAPTERS, notebooks_folder, read_notebook
from seqlearn.exercises import catalog
from seqlearn.grading.question import Option, Question
from seqlearn.grading.quiz import Quiz

WRITTEN = [entry for entry in CHAPTERS if entry.written]
EVERY = pytest.mark.parametrize("entry", WRITTEN, ids=[entry.number for entry in WRITTEN])


def both(entry):
    """A chapter as it is stored, and its page."""
    stored = read_notebook(notebooks_folder() / entry.notebook)
    return stored, pages.page(entry, stored)


def html_of(page):
    outputs = [output for cell in page["cells"] for output in cell.get("outputs", [])]
    return ["".join(output["data"]["text/html"]) for output in outputs if "text/html" in output.get("data", {})]


class Tags(HTMLParser):
    """The elements of a piece of HTML; every one must be closed."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("input", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def count(self, tag, **attributes):
        return sum(name == tag and attributes.items() <= given.items() for name, given in self.found)


@EVERY
def test_the_cells_are_the_stored_ones(entry):
    stored, page = both(entry)
    sources = ["".join(cell["source"]) for cell in page["cells"]]
    assert f"`python3 course.py {entry.number}`" in sources.pop(1)
    before = [pages._number_long_formulas("".join(cell["source"])) for cell in stored["cells"]]
    for index, source in enumerate(sources):
        if pages.HINTS_HERE in source:  # said in its own way, and the words around it are the same
            start, end = source.split(pages.HINTS_HERE)
            assert before[index].startswith(start) and before[index].endswith(end)
            assert ".hint()`" in before[index][len(start):len(before[index]) - len(end)]
            sources[index] = before[index]
    assert sources == before
    assert stored == read_notebook(notebooks_folder() / entry.notebook), "the notebook that was given has changed"


@EVERY
def test_every_picture_has_the_words_that_are_stored_beside_it(entry):
    stored, page = both(entry)
    pictures = 0
    for before, cell in zip((cell for cell in stored["cells"] if cell["cell_type"] == "code"),
                            (cell for cell in page["cells"] if cell["cell_type"] == "code")):
        words = ["".join(output["data"]["text/plain"]) for output in before["outputs"]
                 if "image/png" in output.get("data", {})]
        given = [cell["metadata"].get("mystnb", {}).get("image", {}).get("alt")]
        given += [attributes["alt"] for text in html_of({"cells": [cell]}) for tag, attributes in Tags(text).found
                  if tag == "img"]
        assert [alt for alt in given if alt] == words
        assert all(len(alt) > 30 and "Figure size" not in alt for alt in words)
        pictures += len(words)
    assert pictures > 0


@EVERY
def test_every_exercise_has_its_hints_one_at_a_time_and_its_solution_behind_two_clicks(entry):
    _, page = both(entry)
    found = [Tags(text) for text in html_of(page) if 'class="exercise"' in text]
    exercises = [exercise for exercise in catalog() if exercise.id.startswith(entry.number)]
    assert len(found) == len(exercises) > 0
    for tags, exercise in zip(found, exercises):
        assert tags.count("details") == len(exercise.hints) + 2
    solutions = "".join(text for text in html_of(page) if 'class="exercise"' in text)
    assert solutions.count("<summary>Show it</summary>") == len(exercises)


@EVERY
def test_nobody_is_asked_to_run_a_cell_for_a_hint_or_a_check(entry):
    stored, page = both(entry)
    cells = ["".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "markdown"]
    if entry.number != "00":  # which shows how the notebooks work
        assert not [each for each in cells if re.search(r"[Ff]or\s+a\s+hint", each)]
        assert sum(pages.HINTS_HERE in each for each in cells) == 1
    plain = ["".join(output["data"]["text/plain"]) for cell in page["cells"] for output in cell.get("outputs", [])
             if "text/plain" in output.get("data", {})]
    assert not [each for each in plain if "run the cell and check again" in each]


def test_printed_columns_are_marked_and_sentences_are_not():
    _, page = both(WRITTEN[5])
    marked = {"".join(output.get("text", "")) for cell in page["cells"] if cell["cell_type"] == "code"
              and "columns" in cell["metadata"].get("tags", []) for output in cell["outputs"]}
    assert any("epoch 23   loss" in text for text in marked)
    assert not any("1.5 to the power of 50" in text for text in marked)


@EVERY
def test_the_quiz_is_a_form_with_every_option_and_explanation(entry):
    _, page = both(entry)
    (text,) = [text for text in html_of(page) if "<form" in text]
    tags, quiz = Tags(text), pages._quiz(entry)
    options = sum(len(question.options) for question in quiz.questions)
    assert tags.count("fieldset") == tags.count("button") == len(quiz.questions)
    assert tags.count("input") == tags.count("p", hidden=None) == options
    right = sum(len(question.right) for question in quiz.questions)
    assert tags.count("input", **{"data-right": "1"}) == right
    assert tags.count("input", type="checkbox") == sum(len(q.options) for q in quiz.questions if q.multiple)


def test_a_formula_of_several_lines_keeps_its_number():
    one, several = r"$$a = b \tag{1}$$", "$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned} \\tag{2}$$"
    assert pages._number_long_formulas(f"{one} and {several}") == (
        one + r" and \begin{gather}\begin{aligned} a &= b \\ c &= d \end{aligned} \tag{2}\end{gather}")


def test_what_a_question_says_cannot_become_a_tag():
    option = Option("a <b & `x < y`", True, "since 1 < 2")
    text = pages.form(Quiz("99", [Question("Is <i> a tag?", [option, Option("no", False, "it is")])]))
    Tags(text)
    assert "a &lt;b &amp; <code>x &lt; y</code>" in text and "Is &lt;i&gt; a tag?" in text


def test_the_front_page_lists_every_chapter_once_in_the_contents_and_in_the_table():
    front = pages.front()
    for entry in WRITTEN:
        assert len(re.findall(rf"^{entry.notebook}$", front, flags=re.MULTILINE)) == 1
        assert f"]({entry.notebook})" in front


def test_the_front_page_leads_to_the_course_where_it_has_an_address(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/course")
    assert "[a copy of it](https://github.com/someone/course)" in pages.front()
    monkeypatch.delenv("GITHUB_REPOSITORY")
    assert "github.com" not in pages.front() or pages.address.repository()


@EVERY
def test_an_explorer_stands_in_its_figure_with_its_stored_picture_and_words(entry):
    stored, page = both(entry)
    offered = pages.explorers.classes() | pages.explorers.live_classes()
    names = [name for name, each in offered.items() if each.chapter == entry.number]
    shown = [output["data"]["text/html"] for cell in page["cells"] for output in cell.get("outputs", [])
             if "<figure" in output.get("data", {}).get("text/html", "")]
    assert sorted(re.search(r'data-explorer="(\w+)"', each)[1] for each in shown) == sorted(names)
    pictures = "".join(pages._text(output["data"].get("image/png", "")) for cell in stored["cells"]
                       for output in cell.get("outputs", []) if "data" in output).replace("\n", "")
    assert all(re.search(r"base64,([^\"]+)", each)[1] in pictures for each in shown)
