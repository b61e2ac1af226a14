"""The pictures of chapter 00: the map of the course, and a memory of one number."""

from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from seqlearn.course.chapters import CHAPTERS, PARTS, Chapter, standing
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe

SIZE = (9.6, 6.9)  # inches; the map is drawn in inches
RADIUS = 0.24
FIRST, COLUMN = 0.8, 1.49  # where the first station stands, and from one to the next
ROWS = (5.82, 3.56, 1.30)  # heights of the stations: left to right, right to left, left to right
TURNS = (9.27, 1.33)  # how far right and left the road swings out at the end of a row


def course_map(chapters: tuple[Chapter, ...] = CHAPTERS, *, figure: Figure | None = None) -> Figure:
    """Draw the chapters as stations on a road, part by part, with an arrow for everything one builds on."""
    figure = plt.figure(figsize=SIZE) if figure is None else figure
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, SIZE[0]), ylim=(0, SIZE[1]))
    axes.axis("off")
    places = {chapter.number: _place(int(chapter.number)) for chapter in chapters}
    _draw_parts(axes)
    _draw_road(axes)
    for chapter in chapters:
        for need in chapter.needs:
            _draw_need(axes, int(need), int(chapter.number))
    for chapter in chapters:
        _draw_station(axes, places[chapter.number], chapter)
    _draw_legend(axes)
    return describe(figure, _map_in_words(chapters))


def _place(index: int) -> tuple[float, float]:
    """Where station `index` stands: 00 to 05 in the first row, 06 to 10 back in the second, 11 to 15 in the third."""
    if index <= 5:
        return FIRST + index * COLUMN, ROWS[0]
    if index <= 10:
        return FIRST + (11 - index) * COLUMN, ROWS[1]
    return FIRST + (index - 10) * COLUMN, ROWS[2]


def _draw_parts(axes: Axes) -> None:
    spans = ((0, 0, 0), (1, 5, 0), (3, 5, 1), (1, 2, 1), (1, 5, 2))  # first column, last column, row
    for name, (first, last, row) in zip(PARTS, spans, strict=True):
        left = FIRST + first * COLUMN - 0.69
        width = (last - first) * COLUMN + 1.38
        axes.add_patch(FancyBboxPatch((left, ROWS[row] - 1.08), width, 2.06, facecolor=color("faint"), edgecolor="none",
                                      boxstyle="round,pad=0,rounding_size=0.14", alpha=0.55, zorder=0))
        axes.text(left + 0.14, ROWS[row] + 0.79, name, fontsize=11.5, weight="bold", va="center", color=color("ink"),
                  zorder=5)


def _turn(row: int) -> list[tuple[float, float]]:
    """The bend at the end of a row, from its last station down to the first one of the next row."""
    x, way = TURNS[row], 1 if row == 0 else -1
    high, low, soft = ROWS[row], ROWS[row + 1], 0.3
    middle = (x, (high + low) / 2)
    return [(x - way * soft, high), (x, high), (x, high), (x, high - soft), middle, middle, (x, low + soft), (x, low),
            (x, low), (x - way * soft, low)]


# How matplotlib reads the ten points of a turn: a line to it, then three soft curves.
TURN_CODES = [Path.LINETO, *[Path.CURVE4] * 9]


def _draw_road(axes: Axes) -> None:
    """One wide road through all stations, with a turn at the end of the first and the second row."""
    points = [_place(0), *_turn(0), *_turn(1), _place(15)]
    road = Path(points, [Path.MOVETO, *TURN_CODES, *TURN_CODES, Path.LINETO])
    for width, role in ((17, "muted"), (15, "paper")):
        axes.add_patch(FancyArrowPatch(path=road, arrowstyle="-", linewidth=width, color=color(role), zorder=1,
                                       alpha=0.45 if role == "muted" else 1, capstyle="round"))


def _draw_need(axes: Axes, start: int, end: int) -> None:
    """An arrow along the road to the next station, or over the stations between."""
    (x0, y0), (x1, y1) = _place(start), _place(end)
    way = 1 if x1 > x0 else -1
    if y0 != y1:
        row = 0 if y0 == ROWS[0] else 1
        side = 1 if row == 0 else -1
        arrival = (x1 + side * (RADIUS + 0.03), y1)
        if end - start == 1:
            path = Path([(x0 + side * RADIUS, y0), *_turn(row), arrival], [Path.MOVETO, *TURN_CODES, Path.LINETO])
        else:  # over the last station of the row, and down onto the road
            last, ramp = _place(10)[0], _turn(row)
            over = [(x0 - 0.1, y0 + RADIUS), (x0 - 0.25, y0 + 0.68), (last - 0.3, y0 + 0.68), (last - 0.42, y0 + 0.2),
                    (last - 0.46, y0), (last - 0.55, y0), ramp[0]]
            path = Path([*over, *ramp[1:], arrival], [Path.MOVETO, *[Path.CURVE4] * 15, Path.LINETO])
    elif abs(end - start) == 1:
        path = Path([(x0 + way * RADIUS, y0), (x1 - way * (RADIUS + 0.03), y1)])
    else:
        rise = 0.56 + 0.1 * abs(end - start) / 2
        path = Path([(x0 + way * 0.1, y0 + RADIUS), (x0 + way * 0.25, y0 + rise), (x1 - way * 0.2, y1 + rise),
                     (x1 - way * 0.08, y1 + RADIUS + 0.02)], [Path.MOVETO, *[Path.CURVE4] * 3])
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>,head_width=3,head_length=5", linewidth=1.4,
                                   color=color("ink"), zorder=2))


def _draw_station(axes: Axes, place: tuple[float, float], chapter: Chapter) -> None:
    x, y = place
    here = chapter.written
    axes.add_patch(Circle(place, RADIUS, facecolor=color("state" if here else "paper"),
                          edgecolor=color("state" if here else "muted"), linewidth=1.8,
                          linestyle="-" if here else (0, (2.5, 2)), zorder=3))
    axes.text(x, y - 0.01, chapter.number, ha="center", va="center", fontsize=12, weight="bold" if here else "normal",
              color=color("paper" if here else "ink"), zorder=4)
    title = wrap(chapter.title, 14, break_long_words=False)
    axes.text(x, y - RADIUS - 0.11, "\n".join(title), ha="center", va="top", fontsize=10.5, linespacing=1.1,
              color=color("ink"), weight="bold" if here else "normal", zorder=4)
    if here:  # a chapter to come has its dashed ring
        below = y - RADIUS - 0.14 - 0.17 * len(title)
        axes.text(x, below, f"{chapter.minutes} min", ha="center", va="top", fontsize=10, color=color("ink"), zorder=4)


def _draw_legend(axes: Axes) -> None:
    left, top = 0.15, ROWS[1] + 0.36
    signs = (("state", "-", "here now"), ("muted", (0, (2.5, 2)), "coming"))
    for row, (role, line, text) in enumerate(signs):
        y = top - 0.36 * row
        axes.add_patch(Circle((left + 0.1, y), 0.1, facecolor=color(role if row == 0 else "paper"),
                              edgecolor=color(role), linestyle=line, linewidth=1.5))
        axes.text(left + 0.3, y, text, va="center", fontsize=10)
    arrow = Path([(left - 0.06, top - 0.72), (left + 0.24, top - 0.72)])
    axes.add_patch(FancyArrowPatch(path=arrow, arrowstyle="-|>,head_width=3,head_length=5", linewidth=1.4,
                                   color=color("ink")))
    axes.text(left + 0.3, top - 0.72, "needs", va="center", fontsize=10)


def _map_in_words(chapters: tuple[Chapter, ...]) -> str:
    needs = [f"{chapter.number} needs {' and '.join(chapter.needs)}" for chapter in chapters if chapter.needs]
    parts = [f"{name}: {', '.join(c.number for c in chapters if PARTS[c.part] == name)}" for name in PARTS]
    return f"A road with {len(chapters)} stations. {'; '.join(parts)}. {'; '.join(needs)}. {standing(chapters)}"


class ScalarMemory(Picture):
    """Inputs and states of h_t = w · h_{t−1} + x_t, a bar and a dot for each step; `update(w, x, h)`, x and h (16,)."""

    size = (9.6, 3.6)
    steps = 16
    limit = 2.0

    def build(self) -> None:
        axes = self.figure.add_subplot()
        time = np.arange(1, self.steps + 1)
        axes.set(xlim=(0.4, self.steps + 0.6), ylim=(-self.limit, self.limit), xticks=time,
                 yticks=np.arange(-2, 2.1, 0.5), xlabel="step t", ylabel="value")
        axes.axhline(0, color=color("ink"), linewidth=1)
        axes.axhline(0.5, color=color("muted"), linewidth=1.4, linestyle=(0, (4, 3)))
        self.inputs = axes.vlines(time, 0, np.zeros(self.steps), color=color("input"), linewidth=14, alpha=0.55,
                                  label="input $x_t$")
        (self.states,) = axes.plot(time, np.zeros(self.steps), "o-", color=color("state"), markersize=8,
                                   label="state $h_t$")
        axes.legend(loc="lower left", ncols=2)
        self.note = axes.text(0.99, 0.96, "", transform=axes.transAxes, ha="right", va="top", fontsize=13,
                              color=color("ink"), bbox={"facecolor": color("paper"), "edgecolor": "none", "pad": 2})
        self.moving = [self.inputs, self.states, self.note]

    def update(self, w: float, x: np.ndarray, h: np.ndarray, left_out: str = "") -> str:
        time = np.arange(1, self.steps + 1)
        self.inputs.set_segments([[(t, 0), (t, value)] for t, value in zip(time, x, strict=True)])
        self.states.set_ydata(h)
        outside = np.flatnonzero(~(np.abs(h) <= self.limit))
        leaves = f"leaves the page at step {outside[0] + 1}" if outside.size else ""
        # The font of the picture lacks many scripts; the text alternative shows every sign as it was typed.
        drawn = left_out.encode("latin-1", "replace").decode("latin-1")
        self.note.set_text(f"w = {w:z.2f}     $h_{{11}}$ = {h[10]:z.2f}     $h_{{16}}$ = {h[-1]:z.2f}"  # z: no -0.00
                           + (f"     {leaves}" if leaves else "") + (f"\nleft out: {drawn}" if drawn else ""))
        shown = " ".join(f"{value:g}" for value in np.trim_zeros(x, "b"))
        shown = f"inputs {shown}{'' if x[-1] else ', then zeros'}" if shown else "all inputs zero"
        return (f"w = {w:z.2f}, {shown}. The state is {h[0]:z.2f} at step 1, {h[10]:z.2f} at step 11 "
                f"and {h[-1]:z.2f} at step {self.steps}{'; it ' + leaves if leaves else ''}."
                + (f" Left out: {left_out}." if left_out else ""))


def memory_frames(weights: list[float], states: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Key frames of the explorer, side by side: what is left of a single 1. states: (number of weights, T)."""
    figure = plt.figure(figsize=(9.6, 2.8)) if figure is None else figure
    all_axes = figure.subplots(1, len(weights), sharey=True)
    steps = np.arange(1, states.shape[1] + 1)
    limit = ScalarMemory.limit
    words = []
    for axes, w, h in zip(np.atleast_1d(all_axes), weights, states, strict=True):
        axes.axhline(0, color=color("ink"), linewidth=1)
        axes.axhline(0.5, color=color("muted"), linewidth=1.4, linestyle=(0, (4, 3)))
        axes.vlines(1, 0, 1, color=color("input"), linewidth=8, alpha=0.55)
        axes.plot(steps, h, "o-", color=color("state"), markersize=5)
        axes.set(title=f"w = {w:g}".replace("-", "−"), xlabel="step t", xlim=(0, len(steps) + 1), ylim=(-limit, limit),
                 xticks=[1, 6, 11, 16])
        words.append(f"w = {w:g} leaves {h[10]:.2f}")
    np.atleast_1d(all_axes)[0].set_ylabel("state $h_t$")
    return describe(figure, f"What is left of a single 1 at step 11, ten steps later: {', '.join(words)}.")
