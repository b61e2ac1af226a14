"""What the pages' explorers offer, and that they are drawn again only where something has changed."""

import json
import math

import ipywidgets
import numpy as np
import pytest

import explorers
from seqlearn.plots.picture import Picture
from seqlearn.widgets.explorer import Explorer


class Line(Picture):
    size = (2.0, 1.0)

    def build(self):
        axes = self.figure.add_subplot()
        axes.set(xlim=(0, 1), ylim=(0, 3))
        (self.line,) = axes.plot([0, 1], [0, 0])
        self.moving = [self.line]

    def update(self, height):
        self.line.set_ydata([0, height])
        return f"A line of height {height:.1f}."


class Heights(Explorer):
    chapter, title, question = "99", "Heights", "How high?"
    picture_class = Line
    on_page = {"height": np.arange(4) / 2, "double": (False, True), "name": ("a", "b")}

    def make_controls(self):
        return {
            "height": ipywidgets.FloatSlider(value=0.5, max=1.5, step=0.5, description="height", readout_format=".1f"),
            "double": ipywidgets.Checkbox(value=False, description="double"),
            "name": ipywidgets.Dropdown(options=[("Anna", "a"), ("Ben", "b")], description="name"),
        }

    def compute(self, height, double, name):
        return {"height": height * (1 + double)}


@pytest.fixture
def heights(monkeypatch):
    monkeypatch.setattr(explorers, "classes", lambda: {"Heights": Heights})
    monkeypatch.setattr(explorers, "live_classes", dict)


def test_the_page_says_which_controls_there_are_and_where_they_start():
    height, double, name = explorers.offered(Heights())
    assert height == {"name": "height", "label": "height", "kind": "range", "words": ["0.0", "0.5", "1.0", "1.5"],
                      "start": 1, "plays": False}
    assert (double["kind"], double["words"], double["start"]) == ("checkbox", ["False", "True"], 0)
    assert (name["kind"], name["words"], name["start"]) == ("select", ["Anna", "Ben"], 0)


def test_a_value_that_the_control_does_not_take_or_a_page_without_its_start_is_an_error(monkeypatch):
    monkeypatch.setattr(Heights, "on_page", {"height": (0.5, 9.0)})
    with pytest.raises(ValueError, match="height of Heights does not take 9"):
        explorers.offered(Heights())
    monkeypatch.setattr(Heights, "on_page", {"height": (0.0, 1.0)})
    with pytest.raises(ValueError, match="starts at 0.5"):
        explorers.offered(Heights())


def test_equal_pictures_are_stored_once_and_every_state_has_its_words(heights, tmp_path):
    explorers.draw("Heights", tmp_path / "Heights", "abc")
    text = (tmp_path / "Heights/states.js").read_text(encoding="utf-8")
    assert text.startswith('// made from abc\nseqlearnStates("Heights", {"controls":') and text.endswith(");\n")
    assert text.count("A line of height") == 4 * 2 * 2
    assert len(list((tmp_path / "Heights").glob("*.webp"))) == len({0, 0.5, 1, 1.5, 2, 3})


def test_only_what_has_changed_is_drawn_again(heights, tmp_path, monkeypatch):
    digests, drawn = iter("aab"), []
    monkeypatch.setattr(explorers, "made_from", lambda each: next(digests))
    monkeypatch.setattr(explorers, "_in_parallel", lambda function, *each: [function(*one) for one in zip(*each)])
    monkeypatch.setattr(explorers, "draw", lambda name, folder, digest, draw=explorers.draw: (
        drawn.append(digest), draw(name, folder, digest)))
    (tmp_path / "Gone").mkdir()
    for _ in range(3):
        explorers.draw_all(tmp_path)
    assert drawn == ["a", "b"] and [each.name for each in tmp_path.iterdir() if each.is_dir()] == ["Heights"]


def test_a_digest_follows_the_sources_and_not_those_of_others():
    from seqlearn.widgets.exploding import ExplodingGradients

    names = {path.name for path in explorers._sources(ExplodingGradients.__module__, set())}
    assert {"exploding.py", "explorer.py", "gradient_flow.py", "picture.py", "rnn.py"} <= names
    assert not {"attention.py", "gru.py", "translation.py"} & {
        path.name for path in explorers._sources(ExplodingGradients.__module__, set()) if path.parent.name == "widgets"}


@pytest.mark.parametrize("name", explorers.classes())
def test_every_page_starts_as_the_notebook_and_has_not_too_many_states(name):
    explorer = explorers.classes()[name]()
    text = explorer.text
    controls = explorers.offered(explorer)
    assert math.prod(len(each["words"]) for each in controls) <= 300
    assert all(len(set(each["words"])) == len(each["words"]) for each in controls)
    explorer.set(**{each["name"]: list(explorer.on_page[each["name"]])[each["start"]] for each in controls})
    assert explorer.text == text


def test_every_explorer_of_a_chapter_offers_something_on_its_page():
    found = {each for each in explorers._below(Explorer) if each.__module__.startswith("seqlearn.widgets")}
    drawn, live = set(explorers.classes().values()), set(explorers.live_classes().values())
    assert found == drawn | live and not drawn & live


@pytest.mark.parametrize("name", explorers.live_classes())
def test_a_live_explorer_is_a_plain_script_with_its_controls_and_the_data_of_all_that_they_offer(name):
    explorer = explorers.live_classes()[name]()
    script = explorers.live_script(explorer)
    assert script.startswith(f'seqlearnLive("{name}", (() => {{\n') and "\nexport" not in script
    state = json.loads(script.rpartition("})(), ")[2].removesuffix(");\n"))
    assert [each["name"] for each in state["controls"]] == list(explorer.controls)
    for each in state["controls"]:
        for value in explorer.on_page.get(each["name"], ()):
            assert each["min"] <= value <= each["max"]
            assert explorer.page_data(**explorer.values | {each["name"]: value}).items() <= state["data"].items()
