"""Chapter 02's heat maps of states, and its explorer's picture: the unrolled network, stepped through."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots import networks
from seqlearn.plots.drawing import Arrows, label
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe


def state_colors(values: np.ndarray, *, limit: float = 1.0) -> np.ndarray:
    """Colours (..., 3) of states: blue above 0, olive below, the paper at 0; NaN, not computed yet, is grey.

    What lies beyond ±limit gets the colour of ±limit.
    """
    paper, up, down, nothing = (np.array(to_rgb(color(name))) for name in ("paper", "state", "target", "faint"))
    share = np.clip(np.asarray(values, dtype=float) / limit, -1, 1)[..., None]
    shade = (25 * np.abs(share)).round() / 25  # few colours make a small PNG
    shown = paper + shade * (np.where(share > 0, up, down) - paper)
    return np.where(np.isnan(share), nothing, shown)


def draw_heat(axes, values: np.ndarray, *, first: int) -> None:
    """States (T, H) as a heat map: time to the right, unit 1 on top. first: the step of the first column."""
    steps, units = values.shape
    axes.imshow(state_colors(values.T), extent=(first - 0.5, first + steps - 0.5, units + 0.5, 0.5), aspect="auto")
    axes.set_yticks([1, units])
    axes.grid(visible=False)


def draw_scale(axes) -> None:
    """Colours from −1 to 1 in tall, narrow axes."""
    axes.clear()
    axes.imshow(state_colors(np.linspace(1, -1, 51))[:, None], extent=(0, 1, -1, 1), aspect="auto")
    axes.set_xticks([])
    axes.set_yticks([-1, 0, 1], ["−1", "0", "1"])
    axes.yaxis.tick_right()
    axes.grid(visible=False)


def memory_frames(titles: Sequence[str], states: Sequence[np.ndarray], left: Sequence[np.ndarray], *,
                  figure: Figure | None = None) -> Figure:
    """The explorer's last frame at several settings. states: (T + 1, H) each; left: (T,) each, as a share."""
    figure = figure or plt.figure(figsize=(9.6, 3.9))
    grid = figure.subplots(2, len(states), sharey="row", height_ratios=[1.5, 1], squeeze=False)
    steps = len(left[0])
    for (upper, lower), title, values, share in zip(grid.T, titles, states, left, strict=True):
        draw_heat(upper, values, first=0)
        upper.set(title=title, xticks=range(0, steps + 1, 4))
        lower.bar(range(1, steps + 1), np.minimum(share, 1.5), color=color("state"), width=0.8)
        lower.axhline(0.5, color=color("muted"), linewidth=1.2, linestyle=(0, (4, 3)))
        lower.set(xlim=upper.get_xlim(), ylim=(0, 1.5), xticks=range(0, steps + 1, 4), xlabel="step t")
        lower.set_yticks([0, 0.5, 1, 1.5], ["0", "50 %", "100 %", "150 %"])
        lower.grid(axis="x", visible=False)
        lower.text(steps + 0.5, 1.42, f"last: {share[-1]:.0%}".replace("%", " %"), ha="right", va="top")
    grid[0, 0].set_ylabel("unit")
    grid[1, 0].set_ylabel("left of $x_1$")
    words = "; ".join(f"{title}: {share[-1]:.0%}" for title, share in zip(titles, left, strict=True))
    return describe(figure, f"""Heat maps of all states, and below each of them how much of the first digit is left at
        every step. Left at step {steps}: {words}.""")




class Unrolling(Picture):
    """A recurrent network read step by step: `update(step, digits, states, parts, left, scale, activation)`.

    The page is laid out in pixels, so that the columns of the heat map stand below the steps of the drawing.
    """

    size = (9.6, 5.8)
    steps, units = 12, 8
    column, margin = 50, 78  # pixels of a step, and left of step 0's column

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        width = self.column * (self.steps + 1)
        self._build_chain(self._axes(self.margin, 425, width, 150))
        self.heat = self._build_heat(self._axes(self.margin, 222, width, 176))
        self._build_left(self._axes(self.margin, 58, width, 96))
        self._build_step(self._axes(self.margin + width + 36, 222, 168, 176))
        draw_scale(self._axes(self.margin + width + 45, 58, 16, 96))
        self.number = self.figure.text(0.975, 0.18, "", ha="right", va="center", fontsize=11, linespacing=1.5)
        self.moving.append(self.number)

    def _axes(self, left: float, bottom: float, width: float, height: float):
        page = 100 * np.array(self.size)
        return self.figure.add_axes((left / page[0], bottom / page[1], width / page[0], height / page[1]))

    def _build_chain(self, axes) -> None:
        row, radius = 1.35, 0.29
        net = networks.unrolled(axes, self.steps, labels=False, column=1.0, row=row, radius=radius)
        axes.set(xlim=(-0.5, self.steps + 0.5), ylim=(-row - 0.75, 0.9), aspect="equal")
        axes.axis("off")
        for mark in net.marks:
            mark.light(False)  # what has not been read yet; the lit part lies on top
        t, level = np.arange(self.steps + 1), np.zeros(self.steps + 1)
        reach = radius + 0.07
        before, after = np.stack([t - 1 + reach, level], 1), np.stack([t - reach, level], 1)
        below, above = np.stack([t, level - row + reach], 1), np.stack([t, level - reach], 1)
        self.along = Arrows(axes, before[1:], after[1:], role="ink")
        self.up = Arrows(axes, below[1:], above[1:], role="ink")
        self.nodes = EllipseCollection(2 * radius + 0 * t, 2 * radius + 0 * t, 0 * t, units="xy", linewidths=1.8,
                                       offsets=np.stack([t, level], 1), transOffset=axes.transData, zorder=3)
        side = 0.9 * radius
        corners = np.array([(-side, -side), (side, -side), (side, side), (-side, side), (-side, -side)])
        self.boxes = LineCollection(corners + np.stack([t[1:], level[1:] - row], 1)[:, None], linewidths=1.8, zorder=3)
        axes.add_collection(self.nodes, autolim=False)
        axes.add_collection(self.boxes, autolim=False)
        self.digits = [axes.text(x, -row, "", ha="center", va="center", fontsize=13, zorder=4) for x in t[1:]]
        label(axes, (-0.5, 0.62), "states $h_0$, $h_1$, …", ha="left", role="state", fontsize=11)
        label(axes, (0.55, -row), "digits", ha="right", role="input", fontsize=11)
        self.moving += [*self.along.artists, *self.up.artists, self.nodes, self.boxes, *self.digits]

    def _build_heat(self, axes):
        nothing = np.full((self.units, self.steps + 1, 3), to_rgb(color("faint")))
        image = axes.imshow(nothing, extent=(-0.5, self.steps + 0.5, self.units + 0.5, 0.5), aspect="auto")
        axes.set(title="all states: a column for each step, a row for each unit", ylabel="unit")
        axes.set_xticks(range(self.steps + 1), [f"$h_{{{t}}}$" for t in range(self.steps + 1)])
        axes.set_yticks([1, self.units])
        axes.grid(visible=False)
        axes.spines[:].set_visible(True)
        self.here = Rectangle((0, 0.5), 1, self.units, fill=False, edgecolor=color("ink"), linewidth=2.5, zorder=5)
        axes.add_patch(self.here)
        self.moving += [image, self.here]
        return image

    def _build_left(self, axes) -> None:
        axes.set(xlim=(-0.5, self.steps + 0.5), ylim=(0, 1.5), xlabel="step t")
        axes.set_title("what is left of the first digit: how far $h_t$ moves when it is the other digit", pad=6)
        axes.set_xticks(range(self.steps + 1))
        axes.set_yticks([0, 0.5, 1, 1.5], ["0 %", "50 %", "100 %", "150 %"])
        axes.grid(axis="x", visible=False)
        axes.axhline(0.5, color=color("muted"), linewidth=1.2, linestyle=(0, (4, 3)))
        self.bars = axes.vlines(np.arange(1, self.steps + 1), 0, 0, color=color("state"), linewidth=26, capstyle="butt")
        self.moving.append(self.bars)

    def _build_step(self, axes) -> None:
        axes.axis("off")
        nothing = np.full((self.units, 1, 3), to_rgb(color("faint")))
        self.columns, self.frames = [], []
        for place, name in ((0, "from\ninput"), (2, "from\nstate"), (4.6, "new\nstate")):
            image = axes.imshow(nothing, extent=(place - 0.5, place + 0.5, self.units + 0.5, 0.5), aspect="auto")
            axes.text(place, self.units + 0.8, name, ha="center", va="top", fontsize=11, linespacing=1.1)
            self.columns.append(image)
            frame = Rectangle((place - 0.5, 0.5), 1, self.units, fill=False, edgecolor=color("ink"), linewidth=1)
            self.frames.append(axes.add_patch(frame))
        axes.set(xlim=(-0.55, 5.15), ylim=(self.units + 0.55, 0.45))
        middle = (self.units + 1) / 2
        axes.text(1, middle, "+", ha="center", va="center", fontsize=15)
        self.bend = axes.text(3.3, middle, "", ha="center", va="center", fontsize=11, linespacing=1.3)
        self.heading = axes.text(-0.5, 0.1, "", ha="left", va="bottom", fontsize=12)
        self.moving += [*self.columns, *self.frames, self.bend, self.heading]

    def update(self, step: int, digits: np.ndarray, states: np.ndarray, parts: np.ndarray, left: np.ndarray,
               scale: float, activation: str, left_out: str = "") -> str:
        """Show the network after `step` steps.

        digits (T,), 0 or 1. states (T + 1, H). parts (T, 2, H): what input and state give to each new state.
        left (T,): what is left of the first digit, as a share. left_out: digits that were not understood.
        """
        steps = np.arange(self.steps + 1)
        self._light(step, digits)
        shown = np.where(steps[:, None] <= step, states, np.nan)
        self.heat.set_data(state_colors(shown.T))
        self.here.set_x(step - 0.5)
        self.bars.set_segments([[(t, 0), (t, min(left[t - 1], 1.5) if t <= step else 0)] for t in steps[1:]])
        columns = [*parts[step - 1], states[step]] if step else [np.full(self.units, np.nan)] * 2 + [states[0]]
        for image, values in zip(self.columns, columns, strict=True):
            image.set_data(state_colors(values)[:, None])
        self.bend.set_text("tanh\n→" if activation == "tanh" else "→")
        self.heading.set_text(f"making $h_{{{step}}}$" if step else "$h_0$: zeros")
        return self._say(step, digits, states, left, scale, activation, left_out)

    def _say(self, step, digits, states, left, scale, activation, left_out) -> str:
        read = " ".join(str(int(digit)) for digit in digits)
        setting = f"Digits {read}; {activation}, scale {scale:.2f}." + (f" Left out: {left_out}." if left_out else "")
        if step == 0:
            self.number.set_text("")
            return f"{setting} Nothing has been read yet: the state h_0 is all zeros."
        share = f"{100 * left[step - 1]:.0f} %" if np.isfinite(left[step - 1]) else "no number"
        self.number.set_text(f"left of $x_1$\nat step {step}:\n{share}")
        low, high = (np.round(bound, 2) + 0.0 for bound in (states[step].min(), states[step].max()))  # no −0.00
        return (f"{setting} After step {step} of {self.steps}, which read a {digits[step - 1]:.0f}, the {self.units} "
                f"units lie between {low:.2f} and {high:.2f}. Of the first digit {share} is left.").replace("-", "−")

    def _light(self, step: int, digits: np.ndarray) -> None:
        steps = np.arange(self.steps + 1)
        read = steps <= step
        self.along.light(read[1:])
        self.up.light(read[1:])
        on = read.astype(float)[:, None]
        edges = np.tile(to_rgba(color("state")), (len(steps), 1)) * np.concatenate([np.ones((len(steps), 3)), on], 1)
        self.nodes.set_edgecolor(edges)
        self.nodes.set_facecolor(np.where(steps[:, None] == step, to_rgba(color("state")), (0, 0, 0, 0)))
        lit = np.array([to_rgba(color("input"), float(t <= step)) for t in steps[1:]])
        self.boxes.set_color(lit)
        for t, (text, digit) in enumerate(zip(self.digits, digits, strict=True), start=1):
            text.set(text=f"{digit:.0f}", color=color("ink" if t <= step else "muted"),
                     weight="bold" if t == step else "normal")
