"""What every explorer does, without a browser: on a small one made for the tests, and on all of the course."""

import ast
import asyncio
import io
import os
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import nbclient
import nbformat
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
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


class KeptRampPicture(RampPicture):
    def build(self):
        super().build()
        self.curves = [self.line]


class KeptRamp(Ramp):
    picture_class = KeptRampPicture


@pytest.fixture
def ramp():
    return Ramp()


@pytest.fixture
def kept():
    return KeptRamp()


def test_defaults_are_shown_at_once(ramp):
    assert ramp.text == "A ramp up to 4.5."
    assert Image.open(io.BytesIO(ramp.image.value)).size == (400, 200)


def test_a_change_gives_another_picture_and_other_words(ramp):
    before = ramp.image.value
    ramp.controls["slope"].value = 1.0
    assert ramp.text == ramp.image.tooltip == ramp.picture.text == "A ramp up to 9.0."
    assert ramp.image.value != before and Image.open(io.BytesIO(ramp.image.value)).size == (400, 200)
    assert "A ramp up to 9.0." in ramp.caption.value
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


def test_a_curve_that_was_kept_stays_behind_the_next_ones_and_says_its_settings(kept):
    before = kept.image.value
    kept.keep()
    kept.controls["slope"].value = 1.0
    assert kept.text == "A ramp up to 9.0. Grey and dotted, for comparison: Slope 0.50, Sign up."
    both = kept.image.value
    kept.forget()
    assert kept.text == "A ramp up to 9.0." and kept.image.value not in (both, before)
    kept.controls["slope"].value = 0.5
    assert kept.image.value == before


def test_of_two_kept_curves_the_last_one_stays_in_either_theme(kept):
    for slope in (2.1, -1.0):  # the slider ends at 2
        kept.controls["slope"].value = slope
        kept.keep()
    kept.controls["slope"].value = 1.5
    light = kept.image.value
    (ghost,) = kept.picture._ghosts
    np.testing.assert_array_equal(ghost.get_ydata(), -np.arange(10))
    try:
        plots.use_style("dark")
        kept.picture.render()
        (ghost,) = kept.picture._ghosts
        np.testing.assert_array_equal(ghost.get_ydata(), -np.arange(10))
        assert ghost in kept.picture.moving
    finally:
        plots.use_style("light")
    assert kept.picture.render() == light


def test_the_play_button_goes_through_the_slider_in_about_ten_seconds():
    for cls in catalog():
        if cls.plays:
            play = next(each for each in cls()._play_and_keep() if isinstance(each, ipywidgets.Play))
            slider = cls().controls[cls.plays]
            assert (play.min, play.max, play.value) == (slider.min, slider.max, slider.value)
            assert 2 <= (play.max - play.min) / play.step * play.interval / 1000 <= 12
    assert sum(bool(cls.plays) for cls in catalog()) >= 5


def test_the_view_has_play_and_keep_where_the_explorer_has_them(kept):
    kept.plays = "slope"
    for _ in range(2):
        controls = kept.view().children[0].children
        assert [type(each).__name__ for each in controls[3:]] == ["Play", "ToggleButton"]
    controls[-1].value = True
    assert "for comparison: Slope 0.50" in kept.text
    controls[-1].value = False
    assert "comparison" not in kept.text


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


def test_controls_picture_and_caption_are_shown_and_the_question_is_left_to_the_notebook(ramp):
    controls, image, caption, announcement = ramp.view().children
    assert list(controls.children) == list(ramp.controls.values())
    assert image is ramp.image and caption is ramp.caption and announcement is ramp.announcement


def test_the_caption_is_escaped(ramp, monkeypatch):
    monkeypatch.setattr(ramp.picture, "update", lambda **values: "<b>1 & 2</b>")
    ramp.controls["slope"].value = 1.0
    assert "&lt;b&gt;1 &amp; 2&lt;/b&gt;" in ramp.caption.value


def test_the_caption_never_becomes_lower(ramp, monkeypatch):
    def height():
        return float(re.search(r"min-height: ([\d.]+)em", ramp.caption.value).group(1))

    before = height()
    monkeypatch.setattr(ramp.picture, "update", lambda **values: "word " * 200)
    ramp.controls["slope"].value = 1.0
    assert (high := height()) > before
    monkeypatch.undo()
    ramp.controls["slope"].value = -1.0
    assert height() == high


def test_words_are_spoken_once_after_a_rest(ramp):
    async def drag():
        for slope in (0.6, 0.7, 0.8):
            ramp.controls["slope"].value = slope
            await asyncio.sleep(0.1)
        said.append(ramp.announcement.value)
        await asyncio.sleep(0.6)
        said.append(ramp.announcement.value)

    said = []
    asyncio.run(drag())
    assert said[0] == "" and "A ramp up to 7.2." in said[1] and 'role="status"' in said[1]


# Stopped at any moment ----------------------------------------------------------------------------------------------


def stop_at(wanted: tuple[str, int], change) -> bool:
    """Make a change and interrupt it just before a line (file, number) of the package. False: it never came there."""
    was_there = False

    def trace(frame, event, argument):
        nonlocal was_there
        if event == "line" and not was_there and (frame.f_code.co_filename, frame.f_lineno) == wanted:
            was_there = True
            raise KeyboardInterrupt
        return trace if PACKAGE in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        change()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return was_there


def lines_of(change) -> list[tuple[str, int]]:
    """All lines of the package that a change comes past, in this order."""
    passed = {}

    def trace(frame, event, argument):
        if PACKAGE not in frame.f_code.co_filename:
            return None
        if event == "line":
            passed[frame.f_code.co_filename, frame.f_lineno] = True
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        change()
    finally:
        sys.settrace(before)
    return list(passed)


PACKAGE = str(Path(plots.__file__).parents[1])


@pytest.mark.parametrize("how", ["slider", "button"])
def test_stopped_before_any_line_it_is_whole_and_goes_on(ramp, how):
    slope, train = ramp.controls["slope"], ramp.controls["train"]

    def change():
        train.click() if how == "button" else setattr(slope, "value", 1.0)

    pictures = {}
    for value in (0.5, 1.0, -1.0):
        slope.value = value
        pictures[ramp.text] = ramp.image.value
    slope.value = 0.5
    train.click()
    pictures[ramp.text] = ramp.image.value
    slope.value = -1.0
    slope.value = 0.5
    lines = lines_of(change)
    assert len(lines) > 60
    for line in lines:
        slope.value = 0.5  # from −1 at the end of the round before
        ramp.picture.redraw()
        if not stop_at(line, change):
            continue
        assert ramp.image.value == pictures[ramp.image.tooltip], line
        assert ramp.text == ramp.image.tooltip or ramp.text.startswith("Stopped before the picture was ready."), line
        assert ramp.text in ramp.caption.value, line
        slope.value = -1.0
        assert ramp.text == ramp.image.tooltip == "A ramp up to -9.0.", line
        assert ramp.image.value == pictures[ramp.text], line


def test_a_stop_reaches_the_cell_that_sets_a_control(ramp, monkeypatch):
    def stopped(**values):
        raise KeyboardInterrupt

    monkeypatch.setattr(ramp, "compute", stopped)
    with pytest.raises(KeyboardInterrupt):
        ramp.controls["slope"].value = 1.0
    assert ramp.text.startswith("Stopped before the picture was ready.")
    data, metadata = ramp._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == "A ramp up to 4.5.", "the words of the picture that is shown"


def test_artists_left_half_changed_are_made_anew(ramp, monkeypatch):
    class Leaving(RampPicture):
        def update(self, ramp):
            self.extra.remove()  # a second time it would raise
            if ramp[-1] == 9:
                raise KeyboardInterrupt
            self.extra = self.figure.axes[0].axhline(ramp[-1])
            return f"At {ramp[-1]:.1f}."

        def build(self):
            super().build()
            self.extra = self.figure.axes[0].axhline(0)

    monkeypatch.setattr(ramp, "picture", Leaving())
    ramp.controls["slope"].value = 0.1
    with pytest.raises(KeyboardInterrupt):
        ramp.controls["slope"].value = 1.0
    ramp.controls["slope"].value = -1.0
    assert ramp.text == "At -9.0."


KERNEL = """
import sys, time
import ipywidgets
sys.path.insert(0, {folder!r})
import test_explorer
class Slow(test_explorer.Ramp):
    def on_train(self, **values):
        time.sleep(60)
ramp = Slow()
"""
STATE = "[ramp.controls['slope'].model_id, ramp.controls['train'].model_id, ramp.text]"


@pytest.fixture
def kernel():
    """A client of a kernel, and what stops it."""
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
    yield client, manager.interrupt_kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_the_stop_button_of_a_kernel_stops_a_click_and_no_more(kernel):
    """As JupyterLab does it: the click is a message from the page, the stop is SIGINT while it is worked on."""
    client, stop = kernel

    def state(code="") -> list[str]:
        reply = client.execute_interactive(code, timeout=60, user_expressions={"state": STATE}, silent=not code)
        assert reply["content"]["status"] == "ok", reply["content"]
        return ast.literal_eval(reply["content"]["user_expressions"]["state"]["data"]["text/plain"])

    def send(comm, **data):
        client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm, "data": data}))

    slope, train, _ = state(KERNEL.format(folder=str(Path(__file__).parent)))
    send(train, method="custom", content={"event": "click"})
    while "Working" not in str(client.get_iopub_msg(timeout=30)["content"]):
        pass
    stop()
    assert state()[2].startswith("Stopped before the picture was ready.")
    send(slope, method="update", state={"value": 1.0}, buffer_paths=[])
    assert state()[2] == "A ramp up to 9.0."


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
def test_any_text_is_shown_and_of_a_very_long_one_the_end_is_read(cls, recwarn):
    explorer = cls()
    for name, control in explorer.controls.items():
        if isinstance(control, ipywidgets.Text):
            for text in ("中文 你好", "مرحبا بالعالم", "हिन्दी", "🙂 $x_1$ \ud83d"):
                control.value = text
                assert "cannot be shown" not in explorer.text, explorer.text
            control.value = "the lantern was a gift " * 1000
            assert len(explorer.values[name]) == 1000, "a network reads about 4,000 characters in a second"
            assert "Only the last 1,000 of 23,000 characters were read." in explorer.text
    assert not [str(warning.message) for warning in recwarn.list]


@explorers
def test_it_works_with_settings_of_matplotlib_that_this_machine_cannot_follow(cls):
    """LaTeX is not installed here, or its errors would be the reader's."""
    with matplotlib.rc_context({"text.usetex": True, "text.latex.preamble": r"\undefined"}):
        explorer = cls()
        for control in explorer.controls.values():
            if not isinstance(control, ipywidgets.Button):
                control.value = (*other_values(control), control.value)[0]
        assert "cannot be shown" not in explorer.text, explorer.text


@explorers
def test_it_is_deterministic(cls):
    one, other = cls(), cls()
    assert one.text == other.text and one.image.value == other.image.value
