"""The pictures of chapter 00: the map of the course, and a memory of one number."""

from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from seqlearn.course.chapters import CHAPTERS, PARTS, Chapter, standing
from seqlearn.plots.attention import alignment
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe

COLUMNS = 6  # stations in a row; the road turns at its end
WIDTH, ROW = 9.6, 2.2  # inches; the map is drawn in inches, as high as its rows need
ABOVE, BELOW = 1.1, 1.46  # from the first and the last row of stations to the edges
RADIUS = 0.24
FIRST, COLUMN = 1.25, 1.42  # where the first station of a row stands, and from one to the next
TURNS = (9.3, 0.3)  # how far right and left the road swings out at the end of a row
HEAD = "-|>,head_width=3,head_length=5"


@dataclass(frozen=True)
class Place:
    """Where a station stands: its row, from the top, and the point (x, y) in inches."""

    row: int
    x: float
    y: float


def course_map(chapters: tuple[Chapter, ...] = CHAPTERS, *, figure: Figure | None = None) -> Figure:
    """Draw the chapters as stations on a road, part by part, with an arrow for everything one builds on.

    As many rows as the chapters need: at most six stations in each, one way and then back.
    """
    places = _places(chapters)
    bottom = min(place.y for place in places.values()) - BELOW  # the stations of the first row are at height 0
    figure = plt.figure(figsize=(WIDTH, ABOVE - bottom)) if figure is None else figure
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(bottom, ABOVE))
    axes.axis("off")
    _draw_parts(axes, chapters, places)
    _draw_road(axes, list(places.values()))
    for chapter in chapters:
        for need in chapter.needs:
            side = -1 if need == chapter.needs[0] else 1 if need == chapter.needs[-1] else 0
            _draw_need(axes, places, need, chapter.number, side)
    for chapter in chapters:
        _draw_station(axes, places[chapter.number], chapter)
    _draw_legend(axes, bottom + 0.2, chapters)
    return describe(figure, _map_in_words(chapters))


def _places(chapters: tuple[Chapter, ...]) -> dict[str, Place]:
    """Number → place. A part that does not fit into the rest of a row begins the next one."""
    found, row, column = {}, 0, 0
    for _, group in groupby(chapters, key=lambda chapter: chapter.part):
        group = list(group)
        if column and column + len(group) > COLUMNS:
            row, column = row + 1, 0
        for chapter in group:
            if column == COLUMNS:
                row, column = row + 1, 0
            across = column if row % 2 == 0 else COLUMNS - 1 - column
            found[chapter.number] = Place(row, FIRST + across * COLUMN, -ROW * row)
            column += 1
    return found


def _draw_parts(axes: Axes, chapters: tuple[Chapter, ...], places: dict[str, Place]) -> None:
    """A card behind the stations of each part, and its name; a part that goes on in the next row has a card there."""
    named = set()
    for (part, _), group in groupby(chapters, key=lambda chapter: (chapter.part, places[chapter.number].row)):
        stations = [places[chapter.number] for chapter in group]
        left, right = min(place.x for place in stations) - 0.66, max(place.x for place in stations) + 0.66
        y = stations[0].y
        axes.add_patch(FancyBboxPatch((left, y - 1.06), right - left, 2.04, facecolor=color("faint"), edgecolor="none",
                                      boxstyle="round,pad=0,rounding_size=0.14", alpha=0.55, zorder=0))
        if part not in named:
            axes.text(left + 0.14, y + 0.79, PARTS[part], fontsize=11.5, weight="bold", va="center",
                      color=color("ink"), zorder=5)
        named.add(part)


def _turn(row: int) -> list[tuple[float, float]]:
    """The bend at the end of a row, down to the next one."""
    x, way = TURNS[row % 2], 1 if row % 2 == 0 else -1
    high, low, soft = -ROW * row, -ROW * (row + 1), 0.3
    middle = (x, (high + low) / 2)
    return [(x - way * soft, high), (x, high), (x, high), (x, high - soft), middle, middle, (x, low + soft), (x, low),
            (x, low), (x - way * soft, low)]


# How matplotlib reads the ten points of a turn: a line to it, then three soft curves.
TURN_CODES = [Path.LINETO, *[Path.CURVE4] * 9]


def _road(start: tuple[float, float], end: tuple[float, float], row: int, turns: int) -> Path:
    """A way along the road from a point in `row` to another, `turns` rows further down."""
    bends = [point for number in range(row, row + turns) for point in _turn(number)]
    return Path([start, *bends, end], [Path.MOVETO, *TURN_CODES * turns, Path.LINETO])


def _draw_road(axes: Axes, places: list[Place]) -> None:
    """One wide road through all stations, with a turn at the end of each row but the last."""
    road = _road((places[0].x, 0), (places[-1].x, places[-1].y), 0, places[-1].row)
    for width, role in ((17, "muted"), (15, "paper")):
        axes.add_patch(FancyArrowPatch(path=road, arrowstyle="-", linewidth=width, color=color(role), zorder=1,
                                       alpha=0.45 if role == "muted" else 1, capstyle="round"))


def _draw_need(axes: Axes, places: dict[str, Place], need: str, number: str, side: int) -> None:
    """An arrow along the road to the next station, over the stations between, or from a small sign of a far one.

    side: where the sign stands, -1 left of the station, 0 above it, 1 right of it.
    """
    order = list(places)
    start, end = places[need], places[number]
    next_one = order.index(number) - order.index(need) == 1
    way = 1 if end.row % 2 == 0 else -1  # where the road leads at the end
    arrival = (end.x - way * (RADIUS + 0.03), end.y)
    if next_one:
        out = 1 if start.row % 2 == 0 else -1
        path = _road((start.x + out * RADIUS, start.y), arrival, start.row, end.row - start.row)
    elif start.row == end.row:
        rise = 0.56 + 0.05 * round(abs(end.x - start.x) / COLUMN)
        path = Path([(start.x + way * 0.1, start.y + RADIUS), (start.x + way * 0.25, start.y + rise),
                     (end.x - way * 0.2, end.y + rise), (end.x - way * 0.08, end.y + RADIUS + 0.02)],
                    [Path.MOVETO, *[Path.CURVE4] * 3])
    else:
        sign = (end.x + side * 0.42, end.y + (0.46 if side else 0.52))
        _draw_sign(axes, sign, need)
        path = Path([(sign[0] - side * 0.11, sign[1] - (0.12 if side else 0.16)),
                     (end.x + side * 0.185, end.y + (0.2 if side else RADIUS))])
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle=HEAD, linewidth=1.4, color=color("ink"), zorder=2))


def _draw_sign(axes: Axes, place: tuple[float, float], number: str) -> None:
    """The small sign of a chapter that stands elsewhere."""
    axes.add_patch(Circle(place, 0.16, facecolor=color("paper"), edgecolor=color("state"), linewidth=1.3, zorder=3))
    axes.text(*place, number, ha="center", va="center_baseline", fontsize=10, color=color("ink"), zorder=4)


def _draw_station(axes: Axes, place: Place, chapter: Chapter) -> None:
    here = chapter.written
    axes.add_patch(Circle((place.x, place.y), RADIUS, facecolor=color("state" if here else "paper"),
                          edgecolor=color("state" if here else "muted"), linewidth=1.8,
                          linestyle="-" if here else (0, (2.5, 2)), zorder=3))
    axes.text(place.x, place.y - 0.01, chapter.number, ha="center", va="center", fontsize=12,
              weight="bold" if here else "normal", color=color("paper" if here else "ink"), zorder=4)
    title = wrap(chapter.title, 14, break_long_words=False)
    axes.text(place.x, place.y - RADIUS - 0.11, "\n".join(title), ha="center", va="top", fontsize=10.5,
              linespacing=1.1, color=color("ink"), weight="bold" if here else "normal", zorder=4)
    if here:  # a chapter to come has its dashed ring
        below = place.y - RADIUS - 0.14 - 0.17 * len(title)
        axes.text(place.x, below, f"{chapter.minutes} min", ha="center", va="top", fontsize=10, color=color("ink"),
                  zorder=4)


def _draw_legend(axes: Axes, y: float, chapters: tuple[Chapter, ...]) -> None:
    """What the signs mean, in one line; where every chapter is there, nothing is said of coming ones."""
    x = FIRST - 0.66
    coming = any(not chapter.written for chapter in chapters)
    signs = [("state", "-", "here now"), ("muted", (0, (2.5, 2)), "coming")] if coming else []
    for role, line, text in signs:
        axes.add_patch(Circle((x + 0.1, y), 0.1, facecolor=color(role if line == "-" else "paper"),
                              edgecolor=color(role), linestyle=line, linewidth=1.5))
        axes.text(x + 0.3, y, text, va="center", fontsize=10, color=color("ink"))
        x += 1.25
    arrow = Path([(x, y), (x + 0.3, y)])
    axes.add_patch(FancyArrowPatch(path=arrow, arrowstyle=HEAD, linewidth=1.4, color=color("ink")))
    axes.text(x + 0.38, y, "is needed for", va="center", fontsize=10, color=color("ink"))
    _draw_sign(axes, (x + 1.75, y), "NN")
    axes.text(x + 1.97, y, "chapter NN, which stands in another row", va="center", fontsize=10, color=color("ink"))


def _map_in_words(chapters: tuple[Chapter, ...]) -> str:
    needs = [f"{chapter.number} needs {' and '.join(chapter.needs)}" for chapter in chapters if chapter.needs]
    parts = [f"{name}: {', '.join(c.number for c in chapters if PARTS[c.part] == name)}" for name in PARTS]
    there = " ".join(standing(chapters).split())
    return f"A road with {len(chapters)} stations. {'; '.join(parts)}. {'; '.join(needs)}. {there}"


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
        self.curves = [self.states]
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


def where_it_looked(read: str, written: str, weights: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Where the date reader looked: a row for each character written, a column for each one read; weights (S, T)."""
    figure = plt.figure(figsize=(9.6, 3.9)) if figure is None else figure
    axes = figure.add_subplot()
    alignment(axes, weights, read, written)
    axes.set(xlabel="read", ylabel="written")
    axes.xaxis.set_label_position("top")
    places = [read[place] for place in weights.argmax(axis=1)] if written else []
    looked = ", ".join(f"{wrote} at “{place}”" for wrote, place in zip(written, places, strict=True))
    return describe(figure, f"A heat map of attention weights. Read: “{read}”; written: “{written}”. "
                            f"Each character was written looking most at: {looked or 'nothing was written'}.")
