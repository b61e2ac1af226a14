"""A picture drawn in parts is the picture drawn whole."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from seqlearn import plots
from seqlearn.plots import style
from seqlearn.plots.picture import encode_png


class Wave(plots.Picture):
    size = (6.0, 3.0)

    def build(self):
        self.axes = self.add_axes()
        self.axes.set(xlim=(0, 49), ylim=(-1, 1), xlabel="step")
        (self.line,) = self.axes.plot(np.arange(50), np.zeros(50), color=plots.color("state"))
        self.note = self.axes.text(2, 0.8, "")
        self.moving = [self.line, self.note]

    def add_axes(self):
        self.figure.set_layout_engine("none")
        return self.figure.add_axes((0.1, 0.2, 0.85, 0.65))

    def update(self, height, title=None, top=None):
        self.line.set_ydata(height * np.sin(np.arange(50)))
        self.note.set_text(f"height {height}")
        if title is not None:
            self.axes.set_title(title)
        if top is not None:
            self.axes.set_ylim(-top, top)
        return f"A wave of height {height}."


class WaveInALayout(Wave):
    def add_axes(self):
        return self.figure.add_subplot()


@pytest.fixture
def draws(monkeypatch):
    """Counts the drawings of a whole figure."""
    calls = []
    draw = FigureCanvasAgg.draw
    monkeypatch.setattr(FigureCanvasAgg, "draw", lambda self: calls.append(1) or draw(self))
    return calls


@pytest.fixture(autouse=True)
def light_afterwards():
    yield
    plots.use_style("light")
    plt.close("all")


def pixels(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png)))


def drawn_whole(**values) -> np.ndarray:
    fresh = Wave()
    fresh.update(**values)
    return pixels(fresh.render())


def test_moving_artists_alone_are_redrawn(draws):
    wave = Wave()
    for height in (0.3, 0.9, -0.5):
        wave.update(height=height)
        png = wave.render()
    assert len(draws) == 1
    assert pixels(png).shape == (300, 600, 3)
    np.testing.assert_array_equal(pixels(png), drawn_whole(height=-0.5))


def test_a_figure_drawn_by_matplotlib_looks_the_same():
    wave = Wave()
    wave.update(height=0.7)
    png = wave.render()
    for artist in wave.moving:
        artist.set_animated(False)
    wave.figure.canvas.draw()
    whole = np.asarray(wave.figure.canvas.buffer_rgba())[..., :3]
    # Only where the line meets the axes: what moves lies above what stands still.
    assert (pixels(png) != whole).any(axis=2).mean() < 0.001


@pytest.mark.parametrize("change", [{"title": "New"}, {"top": 2.0}])
def test_changes_outside_moving_are_noticed(draws, change):
    wave = Wave()
    wave.update(height=0.5, title="Old", top=1.0)
    before = wave.render()
    wave.update(height=0.5, **change)
    after = wave.render()
    assert len(draws) == 2 and after != before
    np.testing.assert_array_equal(pixels(after), drawn_whole(**{"height": 0.5, "title": "Old", "top": 1.0} | change))


def test_redraw_can_be_asked_for(draws):
    wave = Wave()
    wave.update(height=0.5)
    wave.render()
    wave.redraw()
    wave.render()
    assert len(draws) == 2


def test_axes_stay_where_they_are_when_labels_grow():
    wave = WaveInALayout()
    wave.update(height=0.5)
    wave.render()
    before = wave.axes.get_position().bounds
    wave.update(height=0.5, top=123456.0)
    wave.render()
    assert wave.axes.get_position().bounds == before


def test_the_theme_is_followed():
    wave = Wave()
    wave.update(height=0.5)
    light = pixels(wave.render())
    plots.use_style("dark")
    dark = pixels(wave.render())
    assert light[0, 0].tolist() == [255, 255, 255]
    assert dark.max(axis=2)[0, 0] < 60
    np.testing.assert_array_equal(dark, drawn_whole(height=0.5))


def test_key_frame_is_a_described_figure_of_the_same_size():
    figure = plots.key_frame(Wave, height=0.25)
    assert plots.alternative_text(figure) == "A wave of height 0.25."
    assert (figure.get_size_inches() * figure.dpi).tolist() == [600, 300]
    assert figure.number in plt.get_fignums()
    buffer = io.BytesIO()
    figure.savefig(buffer)  # what a notebook stores: the moving artists are in it
    plt.close(figure)
    empty = io.BytesIO()
    plots.key_frame(Wave, height=np.nan).savefig(empty)
    assert pixels(buffer.getvalue()).sum() != pixels(empty.getvalue()).sum()


def test_update_gives_the_words_and_keeps_them():
    wave = Wave(figure=plt.figure(figsize=Wave.size))
    assert wave.update(height=1) == wave.text == plots.alternative_text(wave.figure) == "A wave of height 1."
    with pytest.raises(RuntimeError, match="own figure"):
        wave.render()


@pytest.mark.parametrize("channels", [3, 4])
def test_png_is_lossless(channels):
    image = np.random.default_rng(0).integers(0, 256, (7, 11, channels), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(encode_png(image)), image[..., :3])


class Sign(plots.Picture):
    size = (1.0, 1.0)
    family = "monospace"

    def build(self):
        self.sign = self.figure.text(0.2, 0.2, "", family=self.family, fontsize=40)
        self.moving = [self.sign]

    def update(self, sign):
        self.sign.set_text(sign)
        return f"The sign {sign}."


@pytest.mark.parametrize("family", [None, "monospace"])
def test_a_sign_is_drawn_with_the_fallback_or_as_a_box_and_never_warned_about(monkeypatch, recwarn, family):
    monkeypatch.setattr(Sign, "family", family)
    sign, other = "\u1d8e", "\u1d8d"  # of STIX, which matplotlib brings along; DejaVu has neither

    def draw(text):
        picture = Sign()
        picture.update(sign=text)
        return picture.render()

    monkeypatch.setattr(style, "CHINESE_FONTS", ("no such font",))
    assert draw(sign) == draw(other) != draw(" "), "two boxes"
    assert not style.can_draw(sign) and style.can_draw("a")
    monkeypatch.setattr(style, "CHINESE_FONTS", ("no such font", "STIXGeneral"))
    assert draw(sign) != draw(other), "two signs"
    assert style.can_draw(sign)
    assert not recwarn.list
