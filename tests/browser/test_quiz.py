"""The quiz in a real JupyterLab, by keyboard alone."""

import nbformat
import pytest

SOURCE = """
from seqlearn.exercises import Option, Question, Quiz
long = "a text that is far too long for one line of a page and therefore has to go on in the next one, " * 3
Quiz("77", [
    Question("One?", [Option("this", False, "Not this."), Option(long, True, "Because.")], "a"),
    Question("Which ones?", [
        Option("x", True, "Yes x."), Option("y", False, "Not y."), Option("z", True, "Yes z."),
    ], "b"),
])
"""


@pytest.fixture
def page(browser):
    """A notebook with one quiz."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, browser.lab.folder / "quiz.ipynb")
    return browser.open("quiz.ipynb")


@pytest.mark.browser
def test_answer_by_keyboard(page):
    form = page.page.locator(".seqlearn-quiz")

    def press(*keys):
        for key in keys:
            page.page.keyboard.press(key)

    page.run_all()
    radios, boxes = form.locator("input[type=radio]"), form.locator("input[type=checkbox]")
    boxes.nth(2).wait_for()
    radios.first.focus()
    press("ArrowDown")  # JupyterLab would go to another cell
    page.wait_for(ONLY, 1, "an arrow chooses the next option")
    press("ArrowUp")
    page.wait_for(ONLY, 0, "an arrow chooses the option before")
    press("Space", "Tab", "Space")  # the first option, then the second
    page.wait_for(ONLY, 1, "the second option is chosen, and the first no more")
    press("Tab", "Space")  # the check button
    form.get_by_text("Because.").wait_for()
    assert "✓ Right." in form.inner_text()
    press("Tab", "Space", "Tab", "Space", "Tab", "Tab", "Space")  # x and y, check
    form.get_by_text("Yes z.").wait_for()
    text = form.inner_text()
    assert "✗ Not quite. 1 of 2 right options chosen." in text and "b) ✗ wrong (your choice)." in text
    form.get_by_text("1 right at the first try, 2 of 2 answered").wait_for()
    label = radios.nth(1).locator("xpath=..")
    assert label.evaluate("e => e.scrollWidth <= e.clientWidth && e.clientHeight > 50")  # wraps and is not cut
    second = form.get_by_role("group", name="2. Which ones?")
    second.get_by_role("button", name="Check question 2", exact=True).wait_for()
    assert form.get_by_role("group").count() == 2
    assert form.evaluate(WIDER) == [], "a scroll bar for nothing"
    assert page.errors == []


ONLY = """(index) => [...document.querySelectorAll(".seqlearn-quiz input[type=radio]")]
    .every((radio, i) => radio.checked === (i === index))"""
WIDER = """form => [...form.querySelectorAll("*")].filter((part) => part.scrollWidth > part.clientWidth
    && ["auto", "scroll"].includes(getComputedStyle(part).overflowX)).map((part) => part.className)"""
