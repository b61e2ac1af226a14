"""The view in the page, without a page: what is sent to it, and what its changes do to the controls."""

import re
from pathlib import Path

import numpy as np
import pytest

from seqlearn.plots.style import THEMES
from seqlearn.widgets import catalog, live

LIVE = [each for each in catalog() if each.script]
MOST_LINES = 1178  # of script, in all
each_live = pytest.mark.parametrize("cls", LIVE, ids=lambda cls: cls.__name__)


@pytest.fixture(params=LIVE, ids=lambda cls: cls.__name__)
def explorer(request):
    return request.param()


def test_the_page_knows_every_control_as_json(explorer):
    (view,) = explorer.view().children
    assert isinstance(view, live.LiveView) and explorer.view().children == (view,), "one view, shown twice"
    assert [each["name"] for each in view.controls] == list(explorer.controls) == list(view.values)
    assert all(each["label"] for each in view.controls)
    assert "Infinity" not in str(view.controls) and "inf" not in str(view.values)
    assert view.data == explorer.page_data(**explorer.values)


def test_the_page_moves_controls_and_controls_move_the_page(explorer):
    (view,) = explorer.view().children
    for each in view.controls:
        name, control = each["name"], explorer.controls[each["name"]]
        text, wanted = explorer.text, 1
        if each["kind"] == "select":
            view.values = view.values | {name: wanted}
            assert control.index == wanted
            control.index = 0
            assert view.values[name] == 0
        elif each["kind"] == "text":
            view.values = view.values | {name: "2/10/94"}
            assert control.value == "2/10/94"
            control.value = "1 may 2004"
            assert view.values[name] == "1 may 2004"
        elif each["kind"] != "button":
            wanted = each["min"] if control.value != each["min"] else each["max"]
            view.values = view.values | {name: wanted}
            assert control.value == wanted
            control.value = each["max"] if wanted == each["min"] else each["min"]
            assert view.values[name] == control.value
        else:
            view.values = view.values | {name: 1}
            assert explorer.text != text, "the button was clicked"
            control.click()
            assert view.values[name] == 2
    assert view.data == explorer.page_data(**explorer.values)


def test_several_values_of_the_page_are_one_picture_and_no_answer(explorer, monkeypatch):
    (view,) = explorer.view().children
    pictures, render = [], explorer.picture.render
    monkeypatch.setattr(explorer.picture, "render", lambda: pictures.append(1) or render())
    numbers = [each for each in view.controls if each["kind"] == "range"][:2]
    wanted = view.values | {each["name"]: each["max"] for each in numbers}
    view.values = wanted
    assert len(pictures) == 1 and view.values == wanted


def test_what_a_control_cannot_take_comes_back_as_what_it_made_of_it(explorer):
    (view,) = explorer.view().children
    each = next(each for each in view.controls if each["kind"] == "range")
    view.values = view.values | {each["name"]: each["max"] + 1}
    assert explorer.controls[each["name"]].value == view.values[each["name"]] == each["max"]


def test_the_stored_notebook_keeps_words_and_picture(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == explorer.text and data["image/png"].startswith("iVBOR")
    assert "application/vnd.jupyter.widget-view+json" in data


@each_live
def test_a_module_is_one_text_that_loads_nothing(cls):
    text = live.module(cls.script)
    assert text.count("\nexport default {") == 1
    assert not re.search(r"^import |import\(|fetch\(|https?://(?!www\.w3\.org)", text, re.MULTILINE)


def test_the_scripts_are_short_and_in_the_package():
    scripts = list(Path(live.__file__).parent.glob("*.js"))
    assert {each.name for each in scripts} == {"live.js", *(cls.script for cls in LIVE)}
    assert sum(len(each.read_text(encoding="utf-8").splitlines()) for each in scripts) <= MOST_LINES
    assert all(len(line) <= 125 for each in scripts for line in each.read_text(encoding="utf-8").splitlines())


def test_every_colour_of_the_figures_is_there_in_light_and_dark():
    text = live.style()
    for colors in THEMES.values():
        assert all(f"--{name}: {value};" in text for name, value in colors.items())
    assert {name for name in re.findall(r"var\(--([a-z]+)\)", text)} <= set(THEMES["light"])


def test_the_page_keeps_the_character_while_an_answer_is_too_short_for_it():
    """An answer from the kernel would carry the date as it was, and overwrite what has been typed meanwhile."""
    from seqlearn.widgets.attention import DateAttention

    explorer = DateAttention()
    (view,) = explorer.view().children
    for date, shown in (("", 1), ("2", 9), (explorer.values["date"], 9)):
        sent = view.values | {"date": date, "character": 9, "example": 0 if len(date) < 2 else 1}
        view.values = sent
        assert view.values == sent and explorer.values["character"] == min(shown, explorer.controls["character"].max)
    view.values = view.values | {"date": "2.10.93", "character": 11, "example": 4}
    assert explorer.values["character"] == view.values["character"] == 11 and "the end" in explorer.text


def test_of_a_slider_of_powers_the_page_gets_the_values():
    from seqlearn.widgets.attention import DateAttention

    temperature = next(each for each in live.described(DateAttention().controls) if each["name"] == "temperature")
    assert (temperature["kind"], temperature["min"], temperature["max"], temperature["step"]) == ("log", 0.01, 100, 0.1)


def test_infinity_is_null_for_the_page():
    from seqlearn.widgets.exploding import ExplodingGradients

    (view,) = ExplodingGradients().view().children
    clip = next(each for each in view.controls if each["name"] == "clip")
    assert clip["options"][0] == ["off", None]
    view.values = view.values | {"clip": 2}
    assert view._explorer.values["clip"] == 1.0
    view.values = view.values | {"clip": 0}
    assert view._explorer.values["clip"] == np.inf
