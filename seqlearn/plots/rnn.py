"""Figures of chapter 02, the recurrent network."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots import networks
from seqlearn.plots.drawing import arrow, blank, box, label, node, place_on_page
from seqlearn.plots.style import color, describe
from seqlearn.plots.unrolling import draw_heat, draw_scale


def loop_and_chain(steps: int = 4, *, figure: Figure | None = None) -> Figure:
    """The recurrent network as a loop, and unrolled, with the three shared matrices at their arrows."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    axes = figure.add_subplot()
    parts, net = networks.rolled_and_unrolled(axes, steps)
    place_on_page(axes)
    x, y = parts["state"].center
    label(axes, (x - 0.26, y - 0.53), "$W_x$", role="weight")
    label(axes, (x - 0.26, y + 0.53), "$W_y$", role="weight")
    label(axes, (x + 0.72, y + 0.52), "$W_h$", role="weight")
    for t in range(1, steps + 1):
        for name, shift in (("state", (0, 0.17)), ("input", (-0.26, 0)), ("output", (-0.26, 0))):
            place = net.forward[name][t].center
            letter = {"state": "h", "input": "x", "output": "y"}[name]
            label(axes, (place[0] + shift[0], place[1] + shift[1]), f"$W_{letter}$", role="weight")
    return describe(figure, f"""Left: one cell. The input x goes in through W_x, the output y comes out through W_y, and
        an arrow leaves the state h and returns to it one step later, through W_h. Right, after an equals sign: the same
        network unrolled over {steps} steps, a chain from h0 to h{steps}. Every step has its own x and y, and the same
        three matrices W_x, W_h and W_y.""")


def cell(*, figure: Figure | None = None) -> Figure:
    """The inside of one step, forward only."""
    figure = figure or plt.figure(figsize=(9.6, 4.0))
    drawn = networks.rnn_cell(figure.add_subplot())
    for mark in drawn.parts["loss"]:
        mark.show(False)  # no loss yet: that is chapter 04
    return describe(figure, """One step of the recurrent network. The state before goes through W_h and the input
        through W_x; both and the bias b meet in a sum; tanh makes the new state of it, which goes on to the next
        step.""")


def counters(sequence: np.ndarray, weights: Sequence[float], short: np.ndarray, long: np.ndarray, *,
             figure: Figure | None = None) -> Figure:
    """States of linear counters. short (W, T): on the sequence (T,). long (W, T'): when every input is 1."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    left, right = figure.subplots(1, 2)
    steps, looks = np.arange(1, len(sequence) + 1), ("o-", "s--", "D-.")
    for w, states, many, look in zip(weights, short, long, looks, strict=False):
        role = "state" if w == 1 else "bad"
        left.plot(steps, states, look, color=color(role), label=f"W = {w:g}")
        right.plot(np.arange(1, many.size + 1), many, look[1:], color=color(role), label=f"W = {w:g}")
    left.vlines(steps[sequence > 0], 0, 1, color=color("input"), linewidth=9, alpha=0.6, label="input 1")
    left.set_xticks(steps, [f"{t}\n{x:.0f}" for t, x in zip(steps, sequence, strict=True)])
    left.set(xlabel="step t, with the input $x_t$ below it", ylabel="state $h_t$", ylim=(0, 3.4),
             title="three ones among ten digits")
    right.set(xlabel="step t", ylabel="state $h_t$", title="nothing but ones", ylim=(0, 42))
    left.legend(loc="upper left")
    right.legend(loc="upper left")
    words = "; ".join(f"W = {w:g} ends at {a[-1]:.1f}" for w, a in zip(weights, short, strict=True))
    more = "; ".join(f"with W = {w:g} the state is {a[-1]:.3g}" for w, a in zip(weights, long, strict=True))
    return describe(figure, f"""Left: the counters' states on ten digits with three ones. {words}. With W below 1 the
        state sinks between the ones. Right: after {long.shape[1]} ones {more}.""")


def latch(inputs: np.ndarray, linear: np.ndarray, bent: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Pulses up and down, and two states that read them: a sum and a tanh unit that holds, each (T,)."""
    figure = figure or plt.figure(figsize=(9.6, 3.0))
    axes = figure.add_subplot()
    steps = np.arange(1, len(inputs) + 1)
    axes.axhline(0, color=color("ink"), linewidth=1)
    axes.vlines(steps[inputs != 0], 0, inputs[inputs != 0], color=color("input"), linewidth=9, alpha=0.6, label="input")
    axes.plot(steps, linear, "s--", color=color("muted"), label="linear: $h_t = x_t + h_{t-1}$")
    axes.plot(steps, bent, "o-", color=color("state"), label="tanh: $h_t = \\tanh(4 x_t + 2 h_{t-1})$")
    axes.set(xlabel="step t", ylabel="state $h_t$", ylim=(-1.35, 2.6), xticks=steps[::2])
    axes.legend(loc="upper right", ncols=3)
    return describe(figure, f"""Pulses of +1 and −1 and two states. The linear state adds them up, stands at
        {linear.max():.0f} after two pulses up and never gets below 0. The tanh state jumps to about +1 or −1 with each
        pulse and stays there until a pulse of the other sign comes.""")


def loss_by_place(losses: np.ndarray, places: Sequence[str], *, figure: Figure | None = None) -> Figure:
    """Mean loss (2, places) of a reader with its state and of one whose state is erased, by the place in the word."""
    figure = figure or plt.figure(figsize=(9.6, 3.2))
    axes = figure.add_subplot()
    looks = (("with its state", "state", "", -0.2), ("state erased at every step", "muted", "///", 0.2))
    for values, (name, role, hatch, shift) in zip(losses, looks, strict=True):
        x = np.arange(len(places)) + shift
        axes.bar(x, values, width=0.36, color=color(role), alpha=0.75, hatch=hatch, edgecolor=color("ink"), label=name)
        for left, value in zip(x, values, strict=True):
            axes.text(left, value + 0.06, f"{value:.1f}", ha="center", fontsize=11)
    axes.set_xticks(range(len(places)), places)
    axes.set(xlabel="the character to be predicted: which letter of its word", ylabel="mean loss", ylim=(0, 3.9))
    axes.legend(loc="upper right", ncols=2)
    words = "; ".join(f"{place}: {one:.1f} and {other:.1f}" for place, one, other in zip(places, *losses, strict=True))
    return describe(figure, f"""Bars of the mean loss at each place of a word, with the state and with the state erased.
        {words}.""")


def padding(states: Sequence[np.ndarray], titles: Sequence[str], length: int, *,
            figure: Figure | None = None) -> Figure:
    """Heat maps (T, H) of one short row of a padded batch; the padding starts after `length` steps."""
    figure = figure or plt.figure(figsize=(9.6, 2.9))
    panels = figure.subplots(1, len(states), sharey=True)
    for axes, values, title in zip(panels, states, titles, strict=True):
        draw_heat(axes, values, first=1)
        axes.axvline(length + 0.5, color=color("bad"), linewidth=2, linestyle=(0, (3, 2)))
        axes.set(title=title, xlabel="step t")
        axes.set_xticks(range(1, len(values) + 1), [str(t) if t <= length else f"{t}\npad" for t in
                                                    range(1, len(values) + 1)])
    panels[0].set_ylabel("unit")
    _scale(figure, panels)
    moved = [np.abs(values[length:] - values[length - 1]).max() for values in states]
    words = "; ".join(f"{title}: {'the columns change in the padding' if move > 0 else 'they stand still'}"
                      for title, move in zip(titles, moved, strict=True))
    return describe(figure, f"""Heat maps of the states of one row that has {length} real steps and then padding, marked
        by a dashed line. {words}.""")


def stacked(steps: int = 4, layers: int = 2, *, figure: Figure | None = None) -> Figure:
    """Recurrent layers on top of each other, unrolled."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    axes, row, below = figure.add_subplot(), 1.05, None
    for level in range(layers):
        letters = ["x", f"h^{{({level + 1})}}", "y", "L"]
        net = networks.unrolled(axes, steps, origin=(0, level * row), inputs=below is None, letters=letters, column=1.6,
                                radius=0.31, fontsize=12)
        if below is None:
            low = net.inputs[1].center[1]
        else:
            for t in range(1, steps + 1):
                arrow(axes, below.states[t], net.states[t])
        label(axes, (-1.0, level * row), f"layer {level + 1}", role="muted")
        below = net
    blank(axes, (steps + 1) * 1.6 + 0.7, layers * row + 0.9, left=-1.6, bottom=low - 0.4)
    place_on_page(axes, column=1.6)
    return describe(figure, f"""{layers} recurrent layers unrolled over {steps} steps. Layer 1 reads the inputs x1 to
        x{steps}. An arrow goes up from each of its states to the state of layer 2 at the same step: the states below
        are the inputs above. Each layer has its own chain from left to right, from its own h0.""")


def bidirectional(steps: int = 4, *, figure: Figure | None = None) -> Figure:
    """Two recurrent layers on the same inputs, one from each end, and the outputs that join them."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    axes, column, shift = figure.add_subplot(), 1.7, 0.42
    names = {"ahead": (-shift, 0.0, "\\overrightarrow{h}"), "back": (shift, 0.85, "\\overleftarrow{h}")}
    chains = {name: networks.unrolled(axes, steps, origin=(x, y), inputs=False, letters=["x", letter, "y", "L"],
                                      column=column, reverse=name == "back", fontsize=12)
              for name, (x, y, letter) in names.items()}
    for t in range(1, steps + 1):
        x = t * column
        low = node(axes, "input", (x, -1.05), f"$x_{t}$")
        high = node(axes, "output", (x, 1.9), f"$y_{t}$")
        for chain in chains.values():
            arrow(axes, low, chain.states[t])
            arrow(axes, chain.states[t], high)
    label(axes, (-0.8, 0.0), "reads\nforward", role="muted", ha="right")
    label(axes, (-0.8, 0.85), "reads\nbackward", role="muted", ha="right")
    blank(axes, (steps + 1) * column + 2.7, 3.8, left=-1.9, bottom=-1.45)
    place_on_page(axes, column=column)
    return describe(figure, f"""Two chains of states above the same {steps} inputs. The lower one runs from left to
        right, the upper one from right to left, each from its own h0. Every input goes to one state of each chain,
        and every output reads both states of its step.""")


def turning(rows: Sequence[str], wrong: Sequence[str], right: Sequence[str], *, figure: Figure | None = None) -> Figure:
    """Padded rows of letters, turned round as a whole and within their lengths; "·" is padding."""
    figure = figure or plt.figure(figsize=(9.6, 2.3))
    axes, size = figure.add_subplot(), len(rows[0])
    panels = (("as they come", rows), ("wrong: x[::-1]", wrong), ("right: each in its own length", right))
    for number, (title, texts) in enumerate(panels):
        left = number * (size + 2.0)
        label(axes, (left, len(rows) + 0.35), title, ha="left")
        for r, text in enumerate(texts):
            for c, letter in enumerate(text):
                is_pad, corner = letter == "·", (left + c, len(rows) - 1 - r + 0.04)
                box(axes, corner, 0.92, 0.92, role="muted" if is_pad else "input", fill=0.0 if is_pad else 0.22)
                label(axes, (corner[0] + 0.46, corner[1] + 0.46), "pad" if is_pad else letter,
                      role="muted" if is_pad else "ink", fontsize=10 if is_pad else 13)
    blank(axes, 3 * size + 4.4, len(rows) + 0.8, left=-0.2, bottom=-0.1)
    place_on_page(axes)
    return describe(figure, f"""Rows of letters, padded to {size} steps. {_spelled(panels)}""")


def _spelled(panels) -> str:
    return " ".join(f"{title[0].upper() + title[1:]}: {', '.join(' '.join(t.replace('·', '-')) for t in texts)}."
                    for title, texts in panels)


def _scale(figure: Figure, panels) -> None:
    """A strip that says which colour is which value, to the right of the panels."""
    bar = figure.colorbar(plt.cm.ScalarMappable(), ax=panels, aspect=12, fraction=0.03, ticks=[])
    draw_scale(bar.ax)
