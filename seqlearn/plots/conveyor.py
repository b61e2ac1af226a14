"""The explorer's picture of chapter 06: a cell state as a conveyor belt with three gates at every station."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from seqlearn.plots.drawing import blank, label, mix, node, place_on_page
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color

STATIONS = (2.02, 4.32, 6.62, 8.92)  # where things fall onto the belt and are read off it
GATE = 1.02  # how far before a station its forget gate stands
BELT, ARRIVE, INPUT, OUTPUT, READ = 1.36, 2.66, 2.06, 0.72, 0.1  # heights
WIDE, HIGH = 0.86, 0.3  # of a gate


class Belt(Picture):
    """What arrives at four stations, what rides on the belt, and what is read off it."""

    size = (9.6, 3.5)
    bottom = 0.0  # where on the page the belt's sheet begins

    def build(self) -> None:
        axes = self.figure.add_subplot()
        blank(axes, 9.6, 3.44, bottom=-0.24)
        place_on_page(axes, bottom=self.bottom)
        self.arrivals, self.cargo, self.readings, self.titles = [], [], [], []
        self.flows: dict[str, list] = {"i": [], "f": [], "o": []}
        self.doors: dict[str, list] = {"i": [], "f": [], "o": []}
        axes.plot([0, 9.6], [BELT, BELT], color=color("faint"), linewidth=18, zorder=0, solid_capstyle="butt")
        before = node(axes, "state", (0.26, BELT), radius=0.22)
        self.start = axes.text(0.26, BELT, "", ha="center", va="center", fontsize=12, zorder=6)
        edge = before.center[0] + 0.24
        for x in STATIONS:
            self._station(axes, x, edge)
            edge = x + 0.4
        self.moving += [artist for doors in self.doors.values() for pair in doors for artist in pair]
        self.moving += [flow for flows in self.flows.values() for flow in flows]
        self.moving += [*self.cargo, *self.readings, *self.titles, *self.arrivals, self.start]

    def _station(self, axes: Axes, x: float, edge: float) -> None:
        self.titles.append(label(axes, (x, 3.04), "", role="muted", fontsize=11.5))
        node(axes, "input", (x, ARRIVE), radius=0.26)
        self.arrivals.append(axes.text(x, ARRIVE, "", ha="center", va="center", fontsize=13, zorder=6))
        tall = HIGH / 2 + 0.01
        self._flow(axes, "i", [(x, ARRIVE - 0.26), (x, INPUT + tall)], [(x, INPUT - tall), (x, BELT + 0.26)], "input")
        self._flow(axes, "f", [(edge, BELT), (x - GATE - WIDE / 2, BELT)],
                   [(x - GATE + WIDE / 2 + 0.01, BELT), (x - 0.4, BELT)], "state")
        self._flow(axes, "o", [(x, BELT - 0.26), (x, OUTPUT + tall)], [(x, OUTPUT - tall), (x, READ + 0.3)], "output")
        for gate, place in (("i", (x, INPUT)), ("f", (x - GATE, BELT)), ("o", (x, OUTPUT))):
            self._door(axes, gate, place)
        axes.add_patch(FancyBboxPatch((x - 0.38, BELT - 0.24), 0.76, 0.48, linewidth=1.8, zorder=4,
                                      boxstyle="round,pad=0,rounding_size=0.08", edgecolor=color("state"),
                                      facecolor=mix(color("state"), color("paper"), 0.2)))
        self.cargo.append(axes.text(x, BELT, "", ha="center", va="center", fontsize=13, zorder=6))
        node(axes, "output", (x, READ + 0.02), radius=0.3)
        self.readings.append(axes.text(x, READ + 0.02, "", ha="center", va="center", fontsize=11, zorder=6))

    def _flow(self, axes: Axes, gate: str, before: list, behind: list, role: str) -> None:
        """A stream to a gate, always full, and on from it, as wide as the gate lets it be. Two points each."""
        axes.plot(*zip(*before, strict=True), color=mix(color(role), color("paper"), 0.4), linewidth=8, zorder=1,
                  solid_capstyle="butt")
        (line,) = axes.plot(*zip(*behind, strict=True), color=color(role), zorder=2, solid_capstyle="butt")
        self.flows[gate].append(line)

    def _door(self, axes: Axes, gate: str, place: tuple[float, float]) -> None:
        corner = (place[0] - WIDE / 2, place[1] - HIGH / 2)
        axes.add_patch(FancyBboxPatch(corner, WIDE, HIGH, boxstyle="round,pad=0,rounding_size=0.05", linewidth=1.6,
                                      facecolor=color("paper"), edgecolor=color("gate"), zorder=4))
        door = Rectangle(corner, 0, HIGH, color=mix(color("gate"), color("paper"), 0.45), linewidth=0, zorder=4.5)
        axes.add_patch(door)
        self.doors[gate].append((door, axes.text(*place, "", ha="center", va="center", fontsize=11, zorder=6)))

    def update(self, arrivals: np.ndarray, gates: np.ndarray, repeats: int, c: np.ndarray, read: np.ndarray,
               kept: np.ndarray) -> str:
        """arrivals (4,); gates (3, 4): i, f, o at the four stations; repeats: how often step 3 happens. c, read, kept:
        (T + 1,), (T,), (T,), the cell state from c_0 on, what is read, and ∂c_t/∂c_1 for t = 1 … T = repeats + 3."""
        last = np.array([1, 2, 2 + repeats, 3 + repeats])  # the step after which a station is shown
        for row, gate in enumerate("ifo"):
            for (door, words), flow, value in zip(self.doors[gate], self.flows[gate], gates[row], strict=True):
                door.set_width(WIDE * value)
                words.set_text(f"{gate} = {value:.2f}")
                flow.set_linewidth(0.01 + 8 * value)
        self.start.set_text(short(c[0]))
        names = ["step 1", "step 2", f"steps 3–{2 + repeats}" if repeats > 1 else "step 3", f"step {3 + repeats}"]
        for k, step in enumerate(last):
            self.titles[k].set_text(names[k])
            self.arrivals[k].set_text(short(arrivals[k]))
            self.cargo[k].set_text(short(c[step]))
            self.readings[k].set_text(short(read[step - 1]))
        holds, reads = (", ".join(short(value) for value in values) for values in (c[last], read[last - 1]))
        return (f"The belt starts with {short(c[0])}; {', '.join(short(value) for value in arrivals)} arrive. Step 3 "
                f"lasts {repeats} step{'s' if repeats > 1 else ''}. On the belt after each station: {holds}; read: "
                f"{reads}. Of what was on the belt after step 1, {percent(kept[-1])} is left at the end.")


class Conveyor(Belt):
    """The belt, and below it the cell state over time, and how much of a nudge at step 1 is left."""

    size = (9.6, 5.6)
    bottom = 0.38

    def build(self) -> None:
        super().build()
        self.figure.set_layout_engine("none")  # fixed places, with room for "−200" at the left: labels come and go
        grid = self.figure.add_gridspec(1, 2, width_ratios=(1.4, 1), left=0.06, right=0.99, bottom=0.09, top=0.325,
                                        wspace=0.12)
        left, right = grid.subplots()
        left.axhline(0, color=color("ink"), linewidth=0.8)
        (self.held,) = left.plot([], [], "o-", color=color("state"), markersize=4, label="on the belt, c")
        (self.read,) = left.plot([], [], "D", color=color("output"), markersize=6, label="read off, o · c")
        left.set(xlabel="step", title="the cell state over time")
        left.legend(loc="upper right", fontsize=10, ncols=2)
        (self.kept,) = right.plot([], [], "o-", color=color("gradient"), markersize=4)
        right.axhline(0, color=color("ink"), linewidth=0.8)
        right.set(xlabel="step t", title="∂$c_t$/∂$c_1$ = product of f", ylim=(-0.05, 1.08), yticks=(0, 0.5, 1))
        self.panels = left, right
        self.moving += [self.held, self.read, self.kept]

    def update(self, c: np.ndarray, read: np.ndarray, kept: np.ndarray, **strip) -> str:
        """As `Belt.update`."""
        steps = np.arange(len(c))
        self.held.set_data(steps, c)
        self.read.set_data(steps[1:], read)
        self.kept.set_data(steps[1:], kept)
        self._limits(len(c), min(c.min(), read.min(), 0), max(c.max(), read.max(), 1))
        return Belt.update(self, c=c, read=read, kept=kept, **strip)

    def _limits(self, count: int, low: float, high: float) -> None:
        left, right = self.panels
        room = 0.12 * (high - low)
        wanted = ((-0.5, count - 0.5), (low - room, high + 3.2 * room))
        if (left.get_xlim(), left.get_ylim()) != wanted:
            left.set(xlim=wanted[0], ylim=wanted[1])
            right.set_xlim(0.5, count - 0.5)
            for axes in self.panels:
                axes.xaxis.get_major_locator().set_params(integer=True)


def short(number: float) -> str:
    """Two decimals at most, one from 10 on, none from 100 on; no trailing zeros, and a real minus sign."""
    size = abs(number)
    text = f"{number + 0.0:.{2 if size < 10 else 1 if size < 100 else 0}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def percent(share: float) -> str:
    """"35 %", "all" for 1, and "less than 1 %" where 0 % would not be true."""
    if share > 0.9995:
        return "all"
    if 0 < share < 0.01:
        return "less than 1 %"
    return f"{100 * share:.0f} %"
