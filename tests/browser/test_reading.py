"""What reaches readers who do not see the picture, do not write English, or come back the next day."""

import json
from pathlib import Path

import nbformat
import pytest

from seqlearn.course.chapters import chapter

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOURCES = [
    "from seqlearn.widgets.self_attention import HeadsByHand\nHeadsByHand()",
    "from seqlearn.exercises.ch14 import QUIZ\nQUIZ",
    "from seqlearn.grading.cards import Solution\nSolution('y = ' + ' + '.join(['x'] * 60), 'It is $60x$.')",
]


@pytest.fixture
def shown(browser):
    """A notebook with an explorer, a quiz and a solution."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in SOURCES])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, browser.lab.folder / "reading.ipynb")
    return browser.open("reading.ipynb")


def test_pictures_and_cards_of_a_stored_notebook_have_words(browser):
    path = NOTEBOOKS / chapter("05").notebook
    shown = browser.open(path.name)  # nobody trusts it yet, and nothing has been run
    shown.wait_for(DRAWN, None, "all cells are drawn", seconds=60)
    stored = [output["metadata"]["image/png"]["alt"] for cell in nbformat.read(path, as_version=4).cells
              for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    words = shown.page.evaluate("() => [...document.querySelectorAll('.jp-OutputArea img')].map((img) => img.alt)")
    assert len(words) > 2 and set(words) <= set(stored), "a picture without alt text has the words \"\""
    shown.scroll_to_cell(shown.cell_with(".check("))
    shown.page.get_by_text("not attempted").last.wait_for()  # JupyterLab takes the style of such a card, not the words
    assert shown.errors == []
    shown.close()


def test_chinese_is_typed_a_slider_dragged_and_all_is_there_the_next_day(browser, shown):
    page = shown.page
    for cell in range(len(SOURCES)):
        shown.run_cell(cell)
    output = shown.output_of("HeadsByHand()")
    picture, caption = output.locator("img.widget-image"), output.locator(".seqlearn-caption")
    words = picture.get_attribute("title")
    output.get_by_label("Word").fill("今天天气很好")
    page.keyboard.press("Enter")
    shown.wait_for(CHANGED, [picture.element_handle(), words], "typing is answered")
    assert "今天天气很好" in caption.inner_text() and caption.inner_text() == picture.get_attribute("title")

    knob = output.get_by_role("slider", name="Temperature", exact=True)
    place, words = knob.bounding_box(), picture.get_attribute("title")
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] / 2, middle)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(place["x"] + place["width"] / 2 + 5 * step, middle)
        page.wait_for_timeout(40)
    page.mouse.up()
    shown.wait_for(CHANGED, [picture.element_handle(), words], "the drag is answered")
    shown.wait_for(SPOKEN, picture.element_handle(), "the last words are spoken")
    words = picture.get_attribute("title")
    assert caption.inner_text() == words
    assert page.evaluate(STDERR) == []

    solution = page.locator(".jp-RenderedMarkdown pre").last
    assert solution.evaluate("pre => pre.clientHeight") < 50, "one line stays one line"

    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    saved = json.loads((browser.lab.folder / "reading.ipynb").read_text(encoding="utf-8"))
    assert saved["metadata"]["widgets"]
    shown.close()
    again = browser.open("reading.ipynb")  # with a kernel that knows nothing of the one before
    output = again.output_of("HeadsByHand()")
    assert output.locator("img.widget-image").evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    assert output.locator(".seqlearn-caption").inner_text() == words
    assert output.get_by_role("slider").count() == 1 and output.get_by_label("Word").input_value() == "今天天气很好"
    again.output_of("QUIZ").locator("button").filter(has_text="Check question 1").first.wait_for()
    assert again.page.get_by_text("model not found").count() == 0
    again.close()


DRAWN = "() => window.jupyterapp.shell.currentWidget.content.widgets.every((cell) => !cell.isPlaceholder())"
CHANGED = "([image, words]) => image.title !== words"
STDERR = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap((cell) =>
    (cell.outputs ?? []).filter((output) => output.name === "stderr").map((output) => output.text))"""
SPOKEN = "(image) => image.closest('.jp-OutputArea').querySelector('[role=status]')?.textContent === image.title"
