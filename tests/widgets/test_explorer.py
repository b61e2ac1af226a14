"""What every explorer does, without a browser: on a small one made for the tests, and on all of the course."""

import io
import os
import subprocess
import sys
from base64 import b64decode

import ipywidgets
import matplotlib.pyplot as plt
import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

from seqlearn import plots
from seqlearn.widgets import Explorer, catalog


class RampPicture(plots.Picture):
    size = (4.0, 2.0)

    def build(self):
        axes = self.figure.add_subplot()
        axes.set(xlim=(0, 9), ylim=(-10, 10))
        (self.line,) = axes.plot(np.arange(10), np.zeros(10))
        self.moving = [self.line]

    def update(self, ramp, trained=None):
        self.line.set_ydata(ramp)
        return f"A ramp up to {ramp[-1]:.1f}." + (f" Trained for {trained} steps." if trained else "")


class Ramp(Explorer):
    chapter, title = "99", "A ramp"
    question = "At which slope does the ramp end at 9 & more?"
    picture_class = RampPicture

    def make_controls(self):
        return {
            "slope": ipywidgets.FloatSlider(description="Slope", min=-2, max=2, step=0.1, value=0.5),
            "sign": ipywidgets.Dropdown(description="Sign", options=[("up", 1), ("down", -1)]),
            "train": ipywidgets.Button(description="Train"),
        }

    def compute(self, slope, sign):
        if slope == 2:
            raise ValueError("a slope of 2 is too steep.")
        return {"ramp": sign * slope * np.arange(10)}

    def on_train(self, slope, sign):
        return {"trained": 7}


@pytest.fixture
def ramp():
    return Ramp()


def test_defaults_are_shown_at_once(ramp):
    assert ramp.text == "A ramp up to 4.5."
    assert Image.open(io.BytesIO(ramp.image.value)).size == (400, 200)


def test_a_change_gives_another_picture_and_other_words(ramp):
    before = ramp.image.value
    ramp.controls["slope"].value = 1.0
    assert ramp.text == ramp.image.tooltip == ramp.picture.text == "A ramp up to 9.0."
    assert ramp.image.value != before and Image.open(io.BytesIO(ramp.image.value)).size == (400, 200)
    assert "A ramp up to 9.0." in ramp.caption.value and 'aria-live="polite"' in ramp.caption.value
    ramp.controls["slope"].value = 0.5
    assert ramp.image.value == before


def test_values_are_those_of_the_controls(ramp):
    ramp.controls["sign"].value = -1
    assert ramp.values == {"slope": 0.5, "sign": -1}


def test_a_button_adds_to_the_picture_until_a_control_changes(ramp):
    ramp.controls["train"].click()
    assert ramp.text == "A ramp up to 4.5. Trained for 7 steps."
    ramp.controls["slope"].value = 1.0
    assert ramp.text == "A ramp up to 9.0."


def test_what_runs_longer_is_announced(ramp, monkeypatch):
    monkeypatch.setattr(ramp, "on_train", lambda **values: said.append(ramp.caption.value) or {})
    said = []
    ramp.controls["train"].click()
    assert "Working …" in said[0] and "Working" not in ramp.caption.value


def test_an_error_is_a_sentence_and_the_next_change_recovers(ramp, capsys):
    before = ramp.image.value
    ramp.controls["slope"].value = 2.0
    assert ramp.text == (
        "These settings cannot be shown: a slope of 2 is too steep. The picture is that of the settings before."
    )
    assert ramp.image.value == before
    ramp.controls["slope"].value = -1.0
    assert ramp.text == "A ramp up to -9.0."
    assert capsys.readouterr() == ("", "")


def test_an_error_in_a_button_is_a_sentence_too(ramp, monkeypatch):
    monkeypatch.setattr(ramp, "on_train", lambda **values: 1 / 0)
    ramp.controls["train"].click()
    assert ramp.text.startswith("These settings cannot be shown: ") and "division" in ramp.text


def test_an_overflow_is_no_warning(ramp, monkeypatch, recwarn):
    monkeypatch.setattr(ramp, "compute", lambda **values: {"ramp": np.arange(10) * np.exp(np.full(10, 1e3))})
    ramp.controls["slope"].value = 1.0
    assert ramp.text.startswith("A ramp up to inf")
    assert not recwarn.list


def test_a_change_while_computing_is_shown_last(ramp, monkeypatch):
    compute = ramp.compute

    def slow(slope, sign):
        if slope == 1.0:
            ramp.controls["slope"].value = -0.5  # as when the slider has moved on in the meantime
        return compute(slope, sign)

    monkeypatch.setattr(ramp, "compute", slow)
    ramp.controls["slope"].value = 1.0
    assert ramp.text == "A ramp up to -4.5."


def test_the_page_gets_words_picture_and_widget(ramp):
    data, metadata = ramp._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A ramp up to 4.5."
    assert data["image/png"].startswith("iVBORw0KGgo")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_question_stands_above_and_is_escaped(ramp):
    question, controls, image, caption = ramp.view().children
    assert "At which slope does the ramp end at 9 &amp; more?" in question.value
    assert list(controls.children) == list(ramp.controls.values())
    assert image is ramp.image and caption is ramp.caption


def test_stored_without_its_widget_it_passes_nbval_and_its_words_are_compared(tmp_path):
    sources = [
        "from seqlearn import plots\nimport matplotlib.pyplot as plt\nplots.use_style()",
        "figure, axes = plt.subplots(figsize=(9.6, 3))\nplots.describe(figure, 'Nothing.')\nplt.show()",
        "from seqlearn.widgets import catalog\ncatalog()[0]()",
        "catalog()[0]()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbclient.NotebookClient(notebook).execute()
    (figure,), (explorer,), (wrong,) = (cell.outputs for cell in notebook.cells[1:])
    assert figure["data"]["text/plain"] == figure["metadata"]["image/png"]["alt"] == "Nothing."
    assert png_size(figure) == (960, 300)
    assert explorer["data"]["text/plain"] == explorer["metadata"]["image/png"]["alt"] == catalog()[0]().text
    assert png_size(explorer)[0] == 960
    for output in (explorer, wrong):
        del output["data"]["application/vnd.jupyter.widget-view+json"]
    del notebook.metadata["widgets"]
    wrong["data"]["text/plain"] += " Or not."
    nbformat.write(notebook, tmp_path / "stored.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "nbval.plugin", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(tmp_path), str(tmp_path)]
    environment = os.environ | {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "FAILED stored.ipynb::Cell 3" in result.stdout, result.stdout
    assert "1 failed, 3 passed" in result.stdout


def png_size(output: dict) -> tuple[int, int]:
    return Image.open(io.BytesIO(b64decode(output["data"]["image/png"]))).size


# All explorers of the course ---------------------------------------------------------------------------------------


def other_values(control: ipywidgets.Widget) -> list:
    """Values to move a control to: both ends and the middle of a range, every option, another text."""
    if hasattr(control, "options"):
        return [value for _, value in control._options_full if value != control.value]
    if hasattr(control, "min"):
        middle = type(control.value)((control.min + control.max) / 2)
        return [value for value in (control.min, middle, control.max) if value != control.value]
    if isinstance(control.value, bool):
        return [not control.value]
    return [control.value * 2 or 1, "", "?"] if isinstance(control.value, str) else [control.value + 1]


explorers = pytest.mark.parametrize("cls", catalog(), ids=lambda cls: cls.__name__)


@explorers
def test_it_asks_a_question_and_shows_its_point(cls):
    explorer = cls()
    assert len(explorer.chapter) == 2 and explorer.chapter.isdigit() and explorer.title
    assert "?" in explorer.question
    assert len(explorer.text) > 30 and explorer.text.endswith(".") and "cannot be shown" not in explorer.text
    size = Image.open(io.BytesIO(explorer.image.value)).size
    assert size[0] == 960 and size[1] <= 640, "wider or higher than a page"
    assert all(control.description for control in explorer.controls.values())
    lists = [control for control in explorer.controls.values() if hasattr(control, "options")]
    assert all(control.index is not None for control in lists), "the value None is shown as nothing chosen"
    assert not plt.get_fignums(), "an explorer's figure is its own, and pyplot does not show it a second time"


@explorers
def test_every_control_does_something_everywhere_and_nothing_breaks(cls, recwarn):
    explorer = cls()
    size = Image.open(io.BytesIO(explorer.image.value)).size
    for name, control in explorer.controls.items():
        if isinstance(control, ipywidgets.Button):
            before = explorer.image.value
            control.click()
            assert explorer.image.value != before, name
            assert "cannot be shown" not in explorer.text, name
            continue
        default, shown = control.value, {(bytes(explorer.image.value), explorer.text)}
        for value in other_values(control):
            control.value = value
            assert "cannot be shown" not in explorer.text, (name, value, explorer.text)
            assert Image.open(io.BytesIO(explorer.image.value)).size == size, (name, value)
            shown.add((bytes(explorer.image.value), explorer.text))
        assert len(shown) > 1, f"{name} changes nothing"
        control.value = default
    assert not [str(warning.message) for warning in recwarn.list]


@explorers
def test_it_is_deterministic(cls):
    one, other = cls(), cls()
    assert one.text == other.text and one.image.value == other.image.value
