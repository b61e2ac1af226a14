"""The picture of chapter 08's explorer: a unit that is to hold a digit and overwrite it with the next one."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.transforms import offset_copy

from seqlearn.plots.drawing import FILL, mix
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe

TOP = 19.0  # the axis of the state ends here, in digits
BAR = 0.62  # width of a bar, in steps


class Holding(Picture):
    """The state beside the wanted digit, the two gates, and whose candidates the state is made of.

    `update(symbols, read, wanted, z, r, shares, step, too_long=False)`: symbols, T characters; read, wanted (T+1,), in
    digits, from h_0 on; z, r (T,); shares (T+1,): the weights, summing to 1, of h_0 and of the candidates in the state
    of `step`; too_long: more was typed than is shown.
    """

    size = (9.6, 5.5)
    steps = 14

    def build(self) -> None:
        grid = self.figure.add_gridspec(4, 1, height_ratios=(2.3, 0.8, 0.8, 1.05), hspace=0.1)
        states, z, r, shares = (self.figure.add_subplot(cell) for cell in grid)
        self._build_states(states)
        self.gates = [_bars(axes, self.steps, "gate") for axes in (z, r)]
        for axes, name in ((z, "update gate $z_t$"), (r, "reset gate $r_t$")):
            _name(axes, name)
        self.shares = _bars(shares, self.steps, "state")
        self.shares_name = _name(shares, "")
        self.shares_name.set_text("")
        shares.set_xticks(range(self.steps + 1), range(self.steps + 1))
        shares.set_xlabel("step t")
        self.numbers = [_numbers(axes, self.steps) for axes in (z, r, shares)]
        self.spans = [axes.axvspan(-0.5, 0.5, color=color("faint"), zorder=0.5, linewidth=0)
                      for axes in (states, z, r, shares)]
        self.moving += [*self.gates, self.shares, self.shares_name, *self.spans]
        self.moving += [text for texts in self.numbers for text in texts]

    def _build_states(self, axes: Axes) -> None:
        axes.set(xlim=(-0.5, self.steps + 0.5), ylim=(-0.6, TOP), yticks=range(0, 19, 3), ylabel="digit")
        axes.set_xticks(range(self.steps + 1), [""] * (self.steps + 1))
        axes.xaxis.grid(visible=False)
        (self.wanted,) = axes.plot([], [], color=color("target"), linewidth=1.6, linestyle=(0, (4, 2)), label="wanted")
        (self.read,) = axes.plot([], [], "o-", color=color("state"), markersize=6, label="read from the state $h_t$")
        axes.legend(loc="upper right", ncols=2, bbox_to_anchor=(1, 1.4), frameon=False)
        self.symbols = [axes.text(t, TOP + 0.5, "", ha="center", fontsize=14, color=color("input"), fontweight="bold")
                        for t in range(1, self.steps + 1)]
        axes.text(0, TOP + 0.5, "input", ha="center", fontsize=11, color=color("input"))
        self.curves = [self.read]
        self.moving += [self.wanted, self.read, *self.symbols]

    def update(self, symbols, read, wanted, z, r, shares, step, too_long=False) -> str:
        for text, symbol in zip(self.symbols, symbols, strict=True):
            text.set_text("·" if symbol == "." else symbol)
        steps = np.arange(self.steps + 1)
        self.read.set_data(steps, read)
        self.wanted.set_data(np.repeat(steps, 2) + np.tile([-0.5, 0.5], len(steps)), np.repeat(wanted, 2))
        for bars, texts, heights in zip((*self.gates, self.shares), self.numbers,
                                        ([np.nan, *z], [np.nan, *r], shares), strict=True):
            _set_heights(bars, np.asarray(heights))
            for text, height in zip(texts, heights, strict=True):
                text.set(text="" if not height >= 0.005 else short(height), y=height if np.isfinite(height) else 0)
        for span in self.spans:
            span.set_x(step - 0.5)
        self.shares_name.set_text(f"share in the state $h_{{{step}}}$ of the candidate $n_t$ (of $h_0$ at 0)")
        more = f" Only the first {self.steps} are read." if too_long else ""
        return sentence(symbols, read, wanted, z, r, shares, step) + more


def _bars(axes: Axes, steps: int, role: str) -> PolyCollection:
    """Bars 0 … steps, from 0 to 1, without heights yet."""
    axes.set(xlim=(-0.5, steps + 0.5), ylim=(0, 1.45), yticks=[0, 1])
    axes.set_xticks(range(steps + 1), [""] * (steps + 1))
    axes.grid(visible=False)
    bars = PolyCollection([], facecolors=mix(color(role), color("paper"), 2.5 * FILL), edgecolors=color(role),
                          linewidths=1.2, zorder=2)
    axes.add_collection(bars, autolim=False)
    return bars


def _set_heights(bars: PolyCollection, heights: np.ndarray) -> None:
    places = np.flatnonzero(heights > 0.004)  # none for NaN, and no line for nothing
    shapes = np.tile([[-BAR / 2, 0.0], [-BAR / 2, 1.0], [BAR / 2, 1.0], [BAR / 2, 0.0]], (len(places), 1, 1))
    shapes[:, :, 0] += places[:, None]
    shapes[:, :, 1] *= heights[places, None]
    bars.set_verts(shapes)


def _numbers(axes: Axes, steps: int) -> list:
    """A number above each bar, a little apart from it."""
    above = offset_copy(axes.transData, fig=axes.figure, y=1.5, units="points")
    return [axes.text(t, 0, "", ha="center", va="bottom", fontsize=10, transform=above, zorder=4)
            for t in range(steps + 1)]


def _name(axes: Axes, text: str):
    return axes.text(0.0, 1.04, text, transform=axes.transAxes, ha="left", va="bottom", fontsize=11)


def short(share: float) -> str:
    """A gate or share in two digits: .88, and 1 or 0 where it is as good as that."""
    text = f"{share:.2f}"
    return text if text in ("0.00", "1.00") else text.lstrip("0")


def sentence(symbols, read, wanted, z, r, shares, step) -> str:
    """What the picture shows, in words."""
    digits = np.array([symbol != "." for symbol in symbols])
    gates = [f"z is {short(z[which][0])} at {word}" for which, word in ((~digits, "dots"), (digits, "digits"))
             if which.any()]
    gaps = np.abs(read - wanted)
    worst = int(gaps.argmax())
    if gaps[worst] < 0.5:
        verdict = "At every step the state reads as the wanted digit, when rounded."
    else:
        verdict = (f"The state is farthest from the wanted digit at step {worst}: it reads {read[worst]:.1f} where "
                   f"{wanted[worst]:.0f} is wanted.")
    order = np.argsort(-shares, kind="stable")
    parts = [f"{100 * shares[t]:.0f} % " + ("h_0" if t == 0 else f"candidate of step {t} "
             f"({'a dot' if symbols[t - 1] == '.' else 'the ' + symbols[t - 1]})")
             for t in order[:2] if shares[t] >= 0.005]
    others = "" if shares[order[:2]].sum() > 0.99 else ", and the rest comes from others"
    return (f"Input {' '.join(symbols)}: {', '.join(gates)}, r is {short(r[0])}. {verdict} The state of step {step} "
            f"is {', '.join(parts)}{others}.")


def key_frames(frames: list[dict], *, figure: Figure | None = None) -> Figure:
    """Static frames of the explorer, the state above the update gate; each frame is what `Holding.update` takes, and
    has a `title`."""
    figure = figure or plt.figure(figsize=(9.6, 5.6))
    rows, columns = (len(frames) + 1) // 2, 2
    grid = figure.add_gridspec(2 * rows, columns, height_ratios=(2.2, 0.9) * rows)
    for number, frame in enumerate(frames):
        row, column = divmod(number, columns)
        states = figure.add_subplot(grid[2 * row, column])
        gates = figure.add_subplot(grid[2 * row + 1, column])
        steps = np.arange(len(frame["read"]))
        states.step(steps, frame["wanted"], where="mid", color=color("target"), linestyle=(0, (4, 2)), linewidth=1.6,
                    label="wanted")
        states.plot(steps, frame["read"], "o-", color=color("state"), markersize=4.5, label="read from the state")
        states.set(xlim=(-0.5, len(steps) - 0.5), ylim=(-0.6, 13), yticks=(0, 5, 10), title=frame["title"])
        states.set_xticks([])
        bars = _bars(gates, len(steps) - 1, "gate")
        _set_heights(bars, np.array([np.nan, *frame["z"]]))
        gates.set(ylabel="$z_t$", ylim=(0, 1.1))
        gates.set_xticks(range(1, len(steps)), ["·" if symbol == "." else symbol for symbol in frame["symbols"]],
                         fontsize=12)
        if number == 0:
            states.legend(loc="upper right", ncols=2)
    told = "; ".join(f"{frame['title']}: the state ends at {frame['read'][-1]:.0f}, wanted is {frame['wanted'][-1]:.0f}"
                     for frame in frames)
    return describe(figure, f"{len(frames)} frames of a unit that reads {' '.join(frames[0]['symbols'])}. {told}.")
