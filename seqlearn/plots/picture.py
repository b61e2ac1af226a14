"""A picture that is built once and updated in place, fast enough to follow a slider.

Drawing a matplotlib figure from nothing takes 100 ms or more: layout, ticks, text. Here the still part is drawn once
and kept as an image; an update restores it, draws the few artists that move, and packs the pixels as a PNG.

    class Wave(Picture):
        size = (9.6, 4.0)

        def build(self):
            axes = self.figure.add_subplot()
            axes.set(xlim=(0, 49), ylim=(-1, 1))
            (self.line,) = axes.plot(np.arange(50), np.zeros(50))
            self.moving = [self.line]

        def update(self, height):
            self.line.set_ydata(height * np.sin(np.arange(50)))
            return f"A wave of height {height:.1f}."

    Wave(); .update(height=0.5); .render()     # PNG bytes, for an explorer
    key_frame(Wave, height=0.5)                # a pyplot figure, for a page
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from . import style


class Picture:
    """A figure of fixed size whose `moving` artists are redrawn without the rest.

    A subclass gives `size` (inches, at 100 dots per inch), `build()`, which makes axes and artists on `self.figure`
    and lists in `self.moving` those that change, and `update(**values)`, which sets their data and returns the text
    alternative. Axis limits, titles and everything else outside `moving` may change as well: the whole figure is then
    drawn again, at the old price. The axes never move within the figure after the first drawing.

    `build` may also list in `self.curves` the lines that a reader may want to keep for comparison: `keep()` leaves them
    behind as they are, grey and dotted, until `forget()`. Their axes need fixed limits.
    """

    size = (9.6, 4.0)

    def __init__(self, figure: Figure | None = None):
        """`figure=None` makes a figure off screen for `render`; a pyplot figure makes a static picture."""
        self.figure = figure
        self.moving: list[Artist] = []
        self.curves: list[Line2D] = []
        self._kept: list[np.ndarray] = []
        self._ghosts: list[Line2D] = []
        self.text = ""  # the text alternative of what is shown
        self._own_figure = figure is None
        self._values: dict = {}
        self._theme: str | None = None  # the theme of the artists; None while they are not whole
        self._set_artists, self.update = self.update, self._update
        self._make()

    def build(self) -> None:
        """Make axes and artists on `self.figure`; put the artists that change into `self.moving`."""
        raise NotImplementedError

    def update(self, **values) -> str:
        """Set the artists' data and return the text alternative; the figure is described with it."""
        raise NotImplementedError

    def keep(self) -> None:
        """Leave the curves behind as they are now, in place of those that were kept before."""
        self.forget()
        self._kept = [np.array(line.get_data(), dtype=float) for line in self.curves]
        self._draw_kept()

    def forget(self) -> None:
        """Take away the curves that were kept."""
        self.moving = [artist for artist in self.moving if artist not in self._ghosts]
        for ghost in self._ghosts:
            ghost.remove()
        self._kept, self._ghosts = [], []

    def _draw_kept(self) -> None:
        self._ghosts = [line.axes.plot(*data, linestyle=(0, (1, 1.2)), linewidth=2.2, color=style.color("muted"),
                                       drawstyle=line.get_drawstyle(), zorder=line.get_zorder() - 0.1)[0]
                        for line, data in zip(self.curves, self._kept)]
        self.moving += self._ghosts

    def redraw(self) -> None:
        """Draw the whole figure at the next `render`. Changes that matplotlib notices need no call."""
        self._background = None

    def render(self) -> bytes:
        """The picture as a PNG."""
        if not self._own_figure:
            raise RuntimeError("render needs the picture's own figure: build it without figure=")
        if self._theme != style.theme():
            self.update(**self._values)
        # An artist outside `moving` that has changed marks its figure as stale; animated ones do not.
        if self._background is None or self.figure.stale:
            self._draw_background()
        canvas = self.figure.canvas
        renderer = canvas.get_renderer()
        canvas.restore_region(self._background)
        with self._styled():
            for artist in sorted(self.moving, key=Artist.get_zorder):
                artist.draw(renderer)
        return encode_png(np.asarray(canvas.buffer_rgba()))

    def _update(self, **values) -> str:
        if self._own_figure and self._theme != style.theme():
            self._make()
        theme, self._theme = self._theme, None  # stopped halfway, the artists fit nothing: they are made anew
        with self._styled():
            self.text = self._set_artists(**values)
        style.describe(self.figure, self.text)
        self._values = values  # for a change of theme
        self._theme = theme
        return self.text

    def _make(self) -> None:
        theme = style.theme()
        self._parameters = style.style_parameters(theme) if self._own_figure else {}
        self._background = None
        self.moving = []
        with self._styled():
            if self._own_figure:
                self.figure = Figure(figsize=self.size, dpi=100)
                FigureCanvasAgg(self.figure)
            self.build()
            self._draw_kept()
            style.add_fallback_fonts(self.figure)
        self._theme = theme

    def _draw_background(self) -> None:
        self._background = None  # stopped while drawing, there is none
        for artist in self.moving:
            artist.set_animated(True)  # the whole drawing leaves it out
        with self._styled():
            self.figure.canvas.draw()
            self.figure.set_layout_engine("none")
        self.figure.stale = False
        self._background = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    @contextmanager
    def _styled(self) -> Iterator[None]:
        # A sign that no font has is drawn as an empty box: the reader sees which one it is, and needs no warning.
        with matplotlib.rc_context(self._parameters), warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"(?s)Glyph .* missing from")
            yield


def key_frame(picture_class: type[Picture], **values) -> Figure:
    """A pyplot figure of the picture at these values, described: the static twin of an explorer."""
    import matplotlib.pyplot as plt

    picture = picture_class(figure=plt.figure(figsize=picture_class.size))
    picture.update(**values)
    return picture.figure


def encode_png(pixels: np.ndarray, level: int = 1) -> bytes:
    """Pack opaque pixels (height, width, 3 or 4), uint8, as a PNG without alpha: quick rather than small."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row starts with its filter: 0, none
    for channel in range(3):  # one strided copy a channel is twice as fast as one of all three
        rows[:, 1 + channel :: 3] = pixels[..., channel]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
