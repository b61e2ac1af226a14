"""Figures of chapter 01: ways to read a sentence, what they cost, the five patterns, and words on the move."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seqlearn.plots.drawing import Mark, arrow, blank, box, label, node, place_on_page
from seqlearn.plots.networks import COLUMN, ROW, Unrolled, unrolled
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe

WORDS = ("dog", "bites", "man")


def three_ways(words: tuple[str, ...] = WORDS, *, figure: Figure | None = None) -> Figure:
    """A sentence of three words on its way into a network: summed, side by side, one after the other."""
    figure = figure or plt.figure(figsize=(9.6, 3.5))
    axes = figure.add_subplot()
    starts = (0.0, 3.7, 7.4)
    for start, title in zip(starts, ("sum", "concatenation", "recurrence"), strict=True):
        label(axes, (start + 1.0, 3.25), title, fontsize=14)
    for start in starts[:2]:
        inputs = _inputs(axes, start, words)
        if start == starts[0]:
            middle = node(axes, "operation", (start + 1.0, 1.35), "+", radius=0.42)
            for x in inputs:
                arrow(axes, x, middle)
        else:
            box(axes, (start - 0.33, 1.06), 2.66, 0.6, role="input", fill=0.08)
            for number, x in enumerate(inputs):
                part = node(axes, "input", (start + number, 1.36), f"$x_{number + 1}$", radius=0.24, fontsize=12)
                arrow(axes, x, part)
            middle = (start + 1.0, 1.66)
        top = node(axes, "function", (start + 1.0, 2.55), "network", fontsize=11, radius=0.33)
        arrow(axes, middle, top)
    inputs = _inputs(axes, starts[2], words)
    states = [node(axes, "state", (starts[2] + t, 1.35), f"$h_{t + 1}$", radius=0.3) for t in range(3)]
    for x, h in zip(inputs, states, strict=True):
        arrow(axes, x, h)
    for before, after in zip(states, states[1:], strict=False):
        arrow(axes, before, after)
    arrow(axes, states[-1], node(axes, "function", (starts[2] + 2.0, 2.55), "network", fontsize=11, radius=0.33))
    blank(axes, 10.9, 4.15, left=-0.6, bottom=-0.65)
    place_on_page(axes)
    return describe(figure, f"""Three drawings of the words {', '.join(words)} on their way into a network. Sum: the
        vectors x1, x2, x3 meet in a plus sign, and one vector goes on. Concatenation: the three vectors stand side by
        side in one long vector. Recurrence: x1 goes into the state h1, x2 and h1 into h2, x3 and h2 into h3, and only
        h3 goes on.""")


def _inputs(axes: Axes, start: float, words: tuple[str, ...]) -> list[Mark]:
    """A row of input nodes from `start` on, with the words below them."""
    marks = []
    for t, word in enumerate(words):
        label(axes, (start + t, -0.42), word)
        marks.append(node(axes, "input", (start + t, 0.0), f"$x_{t + 1}$"))
    return marks


def weight_counts(windows: np.ndarray, concatenated: np.ndarray, recurrent: np.ndarray, *, D: int, H: int,
                  figure: Figure | None = None) -> Figure:
    """Parameters against the number of words, for concatenation and recurrence; all arrays (windows,)."""
    figure = figure or plt.figure(figsize=(9.6, 3.8))
    axes = figure.add_subplot()
    axes.loglog(windows, concatenated / 1000, "s-", color=color("input"), label="concatenation: $n D H + H$")
    axes.loglog(windows, recurrent / 1000, "o-", color=color("state"), label="recurrence: $D H + H^2 + H$")
    equal = 1 + H / D
    axes.axvline(equal, color=color("muted"), linewidth=1.2, linestyle=":")
    axes.annotate(f"equal at n = 1 + H/D = {equal:g}", (equal, concatenated[-1] / 1000), (6, -4), color=color("ink"),
                  textcoords="offset points", fontsize=11, va="top")
    axes.set(xlabel="words n that the network sees (each step to the right multiplies)",
             ylabel="parameters in thousands", title=f"D = {D} features a word, H = {H} units")
    axes.set_xticks(windows, [str(n) for n in windows])
    axes.set_yticks([10, 20, 50, 100, 200, 500], ["10", "20", "50", "100", "200", "500"])
    axes.minorticks_off()
    axes.legend(loc="lower right")
    return describe(figure, f"""Parameters against the number of words n, on axes that multiply. Concatenation is a
        rising line from {concatenated[0] / 1000:.0f} thousand at n = {windows[0]} to {concatenated[-1] / 1000:.0f}
        thousand at n = {windows[-1]}. Recurrence is level at {recurrent[0] / 1000:.0f} thousand. The lines cross at
        n = {equal:g}.""")


def three_memories(*, figure: Figure | None = None) -> Figure:
    """What the next word may depend on: all words before, the last one alone, or a state that has read them all."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    axes = figure.add_subplot()
    titles = ("all the words before", "Markov model of order 1", "hidden state")
    for column, title in enumerate(titles):
        start = column * 5.2
        label(axes, (start + 1.75, 2.55), title, fontsize=14)
        words = [node(axes, "output" if t == 3 else "input", (start + t * 1.17, 0.0), f"$x_{t + 1}$") for t in range(4)]
        if column == 0:
            for t, bend in zip((0, 1, 2), (-0.75, -0.6, 0.0), strict=True):
                arrow(axes, words[t], words[3], bend=bend)
        elif column == 1:
            arrow(axes, words[2], words[3])
        else:
            states = [node(axes, "state", (start + t * 1.17, 1.3), f"$h_{t + 1}$") for t in range(3)]
            for word, state in zip(words, states, strict=False):
                arrow(axes, word, state)
            for before, after in zip(states, states[1:], strict=False):
                arrow(axes, before, after)
            arrow(axes, states[2], words[3])
    blank(axes, 15.5, 3.6, left=-0.8, bottom=-0.7)
    place_on_page(axes)
    return describe(figure, """Three drawings of the words x1, x2, x3 and the next word x4. All the words before: an
        arrow from each of x1, x2, x3 to x4. Markov model of order 1: one arrow, from x3 to x4. Hidden state: each word
        leads into a state, h1 into h2, h2 into h3, and only h3 leads to x4.""")


def orders_in_plane(sums: np.ndarray, states: np.ndarray, last: list[str], *, figure: Figure | None = None) -> Figure:
    """All orders of some words as points: their sums and their last states, both (orders, 2); last: the final words."""
    figure = figure or plt.figure(figsize=(9.6, 4.0))
    left, right = figure.subplots(1, 2)
    left.plot(*sums.T, "o", color=color("input"), markersize=9)
    left.set(title=f"sum of the word vectors: {len(sums)} orders, one point", xlabel="first number",
             ylabel="second number", xlim=np.round(sums[0, 0]) + np.array([-2, 2]),
             ylim=np.round(sums[0, 1]) + np.array([-2, 2]))
    looks = zip("osD^v", ("state", "input", "gate", "output", "gradient"), strict=True)
    for word, (marker, role) in zip(dict.fromkeys(last), looks, strict=False):
        chosen = np.array([each == word for each in last])
        right.plot(*states[chosen].T, marker, color=color(role), markersize=5, alpha=0.8, label=word)
    right.set(title=f"last state: {len(states)} orders, {len(states)} points", xlabel="first unit",
              ylabel="second unit", xlim=(-1.08, 1.08), ylim=(-1.08, 1.08), xticks=np.arange(-1, 1.1, 0.5),
              yticks=np.arange(-1, 1.1, 0.5))
    left.locator_params(nbins=5, integer=True)
    right.legend(title="last word", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return describe(figure, f"""Two planes. Left: the sums of all {len(sums)} orders of the same words lie on one
        point. Right: the last states of the {len(states)} orders are {len(states)} separate points, in the colours of
        their last words.""")


def patterns(*, figure: Figure | None = None) -> Figure:
    """The five patterns of input and output, in the shapes and colours of every drawing of the course."""
    figure = figure or plt.figure(figsize=(9.6, 6.0))
    axes = figure.add_subplot()
    upper, lower = 3.75, 0.0
    _title(axes, 0.0, upper, "one-to-one")
    f = node(axes, "function", (0.0, upper), "$f$")
    arrow(axes, node(axes, "input", (0.0, upper - ROW), "$x$"), f)
    arrow(axes, f, node(axes, "output", (0.0, upper + ROW), "$y$"))

    _title(axes, 3.6, upper, "one-to-many")
    net = unrolled(axes, 3, origin=(1.1, upper), outputs="all", inputs=False, initial=False)
    x = node(axes, "input", (1.1 + COLUMN, upper - ROW), "$x$")
    arrow(axes, x, net.states[1])
    _write_on(net, (1, 2))
    _title(axes, 7.7, upper, "many-to-one")
    unrolled(axes, 3, origin=(5.2, upper), outputs="last", initial=False)

    _title(axes, 2.5, lower, "many-to-many, delayed")
    for first, steps in ((1, 3), (4, 2)):
        box(axes, (-1.25 + first * COLUMN - 0.5, lower - 0.45), (steps - 1) * COLUMN + 1.0, 0.9, fill=0.06)
    label(axes, (-1.25 + 2 * COLUMN, lower + 0.62), "encoder", fontsize=11)
    label(axes, (-1.25 + 5 * COLUMN, lower - 0.62), "decoder", fontsize=11)
    net = unrolled(axes, 5, origin=(-1.25, lower), outputs="none", inputs=False, initial=False)
    net.inputs[4] = node(axes, "input", (-1.25 + 4 * COLUMN, lower - ROW), "start", fontsize=9)
    arrow(axes, net.inputs[4], net.states[4])
    for t in (1, 2, 3):
        net.inputs[t] = node(axes, "input", (-1.25 + t * COLUMN, lower - ROW), f"$x_{t}$")
        arrow(axes, net.inputs[t], net.states[t])
    for t in (4, 5):
        net.outputs[t] = node(axes, "output", (-1.25 + t * COLUMN, lower + ROW), f"$y_{t - 3}$")
        arrow(axes, net.states[t], net.outputs[t])
    _write_on(net, (4,))
    _title(axes, 7.7, lower, "many-to-many, aligned")
    unrolled(axes, 3, origin=(5.2, lower), outputs="all", initial=False)
    blank(axes, 10.2, 7.1, left=-0.75, bottom=-1.5)
    place_on_page(axes, column=COLUMN)
    return describe(figure, """Five networks, inputs below, outputs above. One-to-one: x, a function f, y; there is no
        state. One-to-many: one input into the first of three states, an output above each, and an arrow from every
        output to the next state. Many-to-one: three inputs, one output at the last state. Many-to-many, delayed: three
        inputs into the three states of an encoder, then two states of a decoder with an output each; the first of them
        reads a start sign, the second the first output. Many-to-many, aligned: three steps with an input and an output
        each.""")


def _title(axes: Axes, x: float, row: float, text: str) -> None:
    label(axes, (x, row + ROW + 0.55), text, fontsize=13)


def _write_on(net: Unrolled, steps: tuple[int, ...]) -> None:
    """Dotted arrows from an output to the next state: what was written is read at the next step."""
    for t in steps:
        mark = arrow(net.axes, net.outputs[t], net.states[t + 1], width=1.2)
        mark.patch.set_linestyle((0, (1.5, 1.5)))
        mark.light(True)


class Reorder(Picture):
    """A sentence read word by word; below it the bag of words and the last state, beside those of the start order.

    `update(words, chosen, vocabulary, bag, start_bag, state, start_state, start, memory, left_out)`: words and start
    are lists of at most `most` words, chosen counts from 1; bag and start_bag (V,) belong to vocabulary; the states are
    (H,); memory is the weight of the old state; left_out is what was typed and could not be read.
    """

    size = (9.6, 5.2)
    most = 8
    hidden = 8

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        self.sheet = self.figure.add_axes((0.02, 0.54, 0.96, 0.44))
        self.inputs, self.states, self.into, self.on = [], [], [], []
        for t in range(self.most):
            self.inputs.append(node(self.sheet, "input", (t * COLUMN, 0.0), f"$x_{t + 1}$"))
            self.states.append(node(self.sheet, "state", (t * COLUMN, 1.0), f"$h_{t + 1}$"))
            self.into.append(arrow(self.sheet, self.inputs[t], self.states[t]))
            if t:
                self.on.append(arrow(self.sheet, self.states[t - 1], self.states[t]))
        self.words = [label(self.sheet, (t * COLUMN, -0.62), "", fontsize=14) for t in range(self.most)]
        self.left = self._bars((0.075, 0.11, 0.40, 0.31), (0, 2.8), [0, 1, 2], "input", "count")
        self.right = self._bars((0.56, 0.11, 0.415, 0.31), (-1.08, 1.08), [-1, 0, 1], "state", "value")
        self.right[0].set_xticks(range(self.hidden), [f"unit {i + 1}" for i in range(self.hidden)], fontsize=10)
        self.left[0].text(0.99, 0.97, "marks: the start order", transform=self.left[0].transAxes, ha="right",
                          va="top", fontsize=11, color=color("ink"))
        self.shown: tuple = ()
        self.moving = [*self.words, *self.left[1:3], *self.left[3], *self.right[1:3], *self.right[3]]

    def _bars(self, place: tuple, ylim: tuple, ticks: list, role: str, ylabel: str) -> tuple:
        axes = self.figure.add_axes(place)
        axes.set(xlim=(-0.6, self.most - 0.4), ylim=ylim, yticks=ticks, ylabel=ylabel)
        axes.axhline(0, color=color("ink"), linewidth=1)
        axes.grid(axis="x", visible=False)
        bars = axes.bar(np.arange(self.most), np.zeros(self.most), width=0.62, color=color(role), alpha=0.75).patches
        (mark,) = axes.plot(np.arange(self.most), np.zeros(self.most), "_", color=color("ink"), markersize=30,
                            markeredgewidth=2.2)
        title = axes.text(0.0, 1.07, "", transform=axes.transAxes, fontsize=13, color=color("ink"))
        return axes, title, mark, list(bars)

    def update(self, words: list[str], chosen: int, vocabulary: list[str], bag: np.ndarray, start_bag: np.ndarray,
               state: np.ndarray, start_state: np.ndarray, start: list[str], memory: float, left_out: str = "") -> str:
        self._lay_out(len(words), tuple(vocabulary), float(max(bag, default=0)))
        for t, text in enumerate(self.words):
            text.set(text=words[t] if t < len(words) else "", weight="bold" if t + 1 == chosen else "normal",
                     color=color("ink" if t + 1 == chosen else "muted"))
        moved = [float(np.linalg.norm(now - then)) for now, then in ((bag, start_bag), (state, start_state))]
        names = ("bag of words", f"last state $h_{len(words)}$" if words else "state: nothing read")
        for (_, title, mark, bars), values, then, name, by in zip(
                (self.left, self.right), (bag, state), (start_bag, start_state), names, moved, strict=True):
            title.set_text(f"{name}: moved by {by:.2f}")
            mark.set_data(np.arange(len(then)), then)
            for bar, value in zip(bars, [*values, *[0.0] * (self.most - len(values))], strict=True):
                bar.set_height(value)
        said = " ".join(words) or "no words at all"
        picked = f"Chosen: word {chosen}, {words[chosen - 1]}. " if words else ""
        other = f" Left out, because only words of this sentence fit here, {self.most} at most: {left_out}."
        return (f"{said}. Start order: {' '.join(start)}. {picked}The old state has weight {memory:.1f}. "
                f"The bag of words has moved by {moved[0]:.2f}, the last state by {moved[1]:.2f}."
                + (other if left_out else ""))

    def _lay_out(self, count: int, vocabulary: tuple[str, ...], highest: float) -> None:
        """Show `count` steps in the middle of the sheet, the names below the bars, and an axis that holds the highest
        bar; only when they have changed."""
        ticks = range(max(2, int(highest)) + 1)  # a word typed in again and again makes a bar higher than two
        if self.shown == (count, vocabulary, ticks):
            return
        self.shown = count, vocabulary, ticks
        self.left[0].set(ylim=(0, 1.4 * ticks[-1]), yticks=ticks)
        for group, number in ((self.inputs, count), (self.states, count), (self.into, count), (self.on, count - 1)):
            for t, mark in enumerate(group):
                mark.show(t < number)
        width = (self.most - 1) * COLUMN + 1.6
        blank(self.sheet, width, 2.4, left=(count - 1) * COLUMN / 2 - width / 2, bottom=-0.95)
        self.left[0].set_xticks(range(len(vocabulary)), vocabulary, fontsize=11)
        self.left[0].set_xlim(-0.6, max(len(vocabulary), 3) - 0.4)


def reorder_frames(titles: list[str], bags: np.ndarray, states: np.ndarray, starts: np.ndarray,
                   vocabulary: list[str], *, figure: Figure | None = None) -> Figure:
    """Key frames of the explorer: bags (F, V) above, last states (F, H) below; marks (F, H) show the start order."""
    figure = figure or plt.figure(figsize=(9.6, 4.2))
    panels = figure.subplots(2, len(titles), sharey="row", squeeze=False)
    for (above, below), title, bag, state, start in zip(panels.T, titles, bags, states, starts, strict=True):
        for axes, values, role in ((above, bag, "input"), (below, state, "state")):
            axes.bar(np.arange(len(values)), values, width=0.62, color=color(role), alpha=0.75)
            axes.axhline(0, color=color("ink"), linewidth=1)
            axes.grid(axis="x", visible=False)
        above.set_xticks(range(len(bag)), vocabulary)
        above.set(title=title, ylim=(0, 1.3), yticks=[0, 1])
        below.plot(np.arange(len(start)), start, "_", color=color("ink"), markersize=13, markeredgewidth=2)
        below.set_xticks(range(len(state)), range(1, len(state) + 1))
        below.set(xlabel="unit", ylim=(-1.08, 1.08), yticks=[-1, 0, 1])
    panels[0, 0].set_ylabel("bag of words")
    panels[1, 0].set_ylabel("last state")
    names = [title.replace("\n", ", ") for title in titles]
    moved = np.linalg.norm(states - starts, axis=1)
    far = "; ".join(f"{name}: {by:.1f}" for name, by in zip(names, moved, strict=True))
    return describe(figure, f"""One column for each frame. The bars of the bag of words are the same in all columns. The
        last state has moved away from that of the start order by: {far}.""")
