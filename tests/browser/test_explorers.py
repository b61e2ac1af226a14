"""Explorers in a real JupyterLab: every control, by keyboard alone, changes the picture and its words in place.

Every explorer of every chapter is driven. Its cell stands and is run alone, since to draw the rest of a chapter takes
longer than to drive its explorer; in chapter 00 the whole notebook is there. Those that draw in the page themselves
have test_live.py.
"""

import nbformat
import pytest

from seqlearn.course.chapters import chapter
from seqlearn.widgets import catalog

pytestmark = pytest.mark.browser


DRAWN = [each for each in catalog() if not each.script]


@pytest.mark.parametrize("explorer", DRAWN, ids=lambda explorer: f"{explorer.chapter}-{explorer.__name__}")
def test_every_control_by_keyboard(browser, explorer):
    name = explorer.__name__
    notebook = chapter(explorer.chapter).notebook
    if explorer.chapter != "00":
        notebook = only_the_cell_of(name, browser.lab.folder / notebook)
    shown = browser.open(notebook)
    page = shown.page
    shown.run_all()
    output = shown.output_of(f"{name}()")
    picture = output.locator("img.widget-image")
    caption = output.locator(".seqlearn-caption")
    caption.wait_for()
    place, words = picture.bounding_box(), picture.get_attribute("title")
    assert len(words) > 30 and caption.inner_text() == words
    assert output.get_by_role("img", name=words).count() == 1, "the picture's name is its text alternative"

    controls = explorer().controls
    shown.focus_first_control(output)
    for label, control in controls.items():
        assert output.get_by_text(control.description, exact=True).first.is_visible(), label
        if "Slider" in type(control).__name__:
            output.get_by_role("slider", name=control.description, exact=True).wait_for()
        for _ in range(6):  # Tab passes the number beside a slider, which can be typed into, too
            if shown.has_focus(output, control.description):
                break
            page.keyboard.press("Tab")
        assert shown.has_focus(output, control.description), f"{label} cannot be reached with Tab"
        before, title = picture.evaluate(BYTES), picture.get_attribute("title")
        keys = KEYS[type(control).__name__]
        if keys == ["ArrowRight"] and control.value == getattr(control, "max", None):
            keys = ["ArrowLeft"]  # a slider that starts at its end has only this way
        for key in keys:
            page.keyboard.press(key)
        shown.wait_for(CHANGED, [output.element_handle(), title], f"{label} changes the words")
        assert picture.evaluate(BYTES) != before, f"{label} does not change the picture"
        assert picture.bounding_box() == place, f"{label} moves the picture"
        assert picture.evaluate("image => image.naturalWidth") == 100 * explorer.picture_class.size[0]
        if type(control).__name__ == "Text":  # what was typed may be no input at all, and then nothing else matters
            typed = picture.get_attribute("title")
            for key in UNDO_TEXT:
                page.keyboard.press(key)
            shown.wait_for(CHANGED, [output.element_handle(), typed], f"{label} can be taken back")
    title = picture.get_attribute("title")
    if explorer.plays:
        player = output.get_by_role("button", name="Play or pause")
        player.click()
        shown.wait_for(CHANGED, [output.element_handle(), title], "play changes the words")
        player.click()
    if explorer().picture.curves:
        output.get_by_text("keep this curve").click()
        shown.wait_for("([output]) => output.querySelector('.seqlearn-caption').textContent.includes('for comparison')",
                       [output.element_handle()], "a curve is kept")
    assert shown.errors == []
    shown.close()


def only_the_cell_of(name, path):
    """A notebook beside this one with the cell alone that shows the explorer; its name."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [[cell for cell in notebook.cells if cell.cell_type == "code" and f"{name}()" in cell.source][-1]]
    alone = path.with_name(f"{path.stem}_{name}.ipynb")
    nbformat.write(notebook, alone)
    return alone.name


CHANGED = """([output, title]) => {  // the caption comes in a message of its own
    const image = output.querySelector("img.widget-image"), caption = output.querySelector(".seqlearn-caption");
    return image.title !== title && image.complete && caption.textContent === image.title;
}"""
BYTES = """async (image) => {
    const png = await (await fetch(image.src)).arrayBuffer();
    return [...new Uint8Array(await crypto.subtle.digest("SHA-1", png))].join();
}"""
KEYS = {
    "FloatSlider": ["ArrowRight"],
    "FloatLogSlider": ["ArrowRight"],
    "IntSlider": ["ArrowRight"],
    "SelectionSlider": ["ArrowRight"],
    "Dropdown": ["ArrowDown"],
    "BoundedIntText": ["ArrowUp"],
    "IntText": ["ArrowUp"],
    "Text": ["End", "1", "Enter"],  # and UNDO_TEXT
    "Checkbox": ["Space"],
    "ToggleButtons": ["Tab", "Space"],
    "Button": ["Enter"],
}
UNDO_TEXT = ["Backspace", "Enter"]
