"""Figures of chapter 11, sequence to sequence. The drawing of the network is in encoder_decoder.py, trees of a beam and
the explorer's picture in beam_tree.py."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots.drawing import arrow, blank, label, node
from seqlearn.plots.style import color, describe


def three_contexts(*, figure: Figure | None = None) -> Figure:
    """What can go from the encoder to the decoder: the last state, a fixed function of all states, or attention."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    titles = ("1  the last state", "2  a fixed function of all", "3  attention")
    for number, (axes, title) in enumerate(zip(figure.subplots(1, 3), titles)):
        blank(axes, 4.6, 3.7, left=-0.5, bottom=-0.55)
        states = [node(axes, "state", (x, 1.2), f"$h_{x + 1}$", radius=0.34) for x in range(3)]
        for x, state in enumerate(states):
            arrow(axes, node(axes, "input", (x, 0.1), f"$x_{x + 1}$", radius=0.32), state, width=1.2)
            if x:
                arrow(axes, states[x - 1], state)
        context = node(axes, "state", (3.5, 2.5), r"$\bar{h}_i$" if number == 2 else r"$\bar{h}$", radius=0.38,
                       fontsize=16)
        if number == 0:
            arrow(axes, states[2], context, width=2.2)
            label(axes, (3.3, 1.55), r"$\bar{h} = h_T$", ha="left", fontsize=12)
        elif number == 1:
            middle = node(axes, "weight", (2, 2.5), "mean", radius=0.4, fontsize=11)
            for state in states:
                arrow(axes, state, middle, width=1.5)
            arrow(axes, middle, context, width=2.2)
            label(axes, (3.5, 1.72), r"$\bar{h} = \frac{1}{T}\sum_t h_t$", fontsize=13)
        else:
            for state in states:
                arrow(axes, state, context, width=1.5)
            label(axes, (3.4, 1.35), r"$\bar{h}_i = \sum_j \alpha_{ij}\, h_j$", fontsize=12)
        axes.set_title(title, fontsize=13)
    return describe(figure, """Three drawings of an encoder that reads three inputs. One: an arrow leads from its last
        state to the context, h with a bar. Two: from all of its states through their mean to the context. Three: arrows
        lead from all states to the context of output i, a weighted sum of them, a different one for every step of the
        decoder.""")


def dots(rows: Mapping[str, Sequence[float]], *, label: str = "test questions right, %", notes: Sequence[str] = (),
         figure: Figure | None = None) -> Figure:
    """A row for each case and a dot for each seed, from 0 to 100 %; the median as a bar, and a note on the right."""
    figure = figure or plt.figure(figsize=(9.6, 0.9 + 0.36 * len(rows)))
    axes, said = figure.add_subplot(), []
    for y, (name, values) in enumerate(rows.items()):
        axes.plot(values, [y] * len(values), "o", color=color("state"), markersize=7, alpha=0.75, clip_on=False)
        axes.plot([np.median(values)] * 2, [y - 0.3, y + 0.3], color=color("ink"), linewidth=2)
        said.append(f"{name}: {min(values):.0f} to {max(values):.0f} %")
        if notes:
            axes.text(103, y, notes[y], va="center", color=color("muted"), fontsize=11)
    axes.set(xlim=(0, 101), ylim=(len(rows) - 0.5, -0.5), xlabel=label)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.grid(axis="x", color=color("muted"), alpha=0.3)
    axes.set_axisbelow(True)
    return describe(figure, f"A dot for each seed, in percent of the test questions. {'; '.join(said)}.")


def ladder(curves: Mapping[str, Sequence[Sequence[float]]], published: Mapping[str, float], *,
           figure: Figure | None = None) -> Figure:
    """Exact match in percent after every epoch, a line for each seed, and what has been published, as a diamond.

    curves: rung → one list of numbers for each seed.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.8))
    axes = figure.add_subplot()
    roles, said, ends = ("muted", "input", "state", "gate", "output"), [], []
    for (name, runs), role in zip(curves.items(), roles):
        epochs = np.arange(1, len(runs[0]) + 1)
        for run in runs:
            axes.plot(epochs, run, color=color(role), linewidth=1.7)
        last = [run[-1] for run in runs]
        text = f"{name}: {min(last):.0f} to {max(last):.0f} %"
        if name in published:
            axes.plot(epochs[-1] + 0.55, published[name], "D", color=color(role), markersize=8, clip_on=False,
                      markeredgecolor=color("ink"), zorder=4)
            text += f" (published {published[name]:g} %)"
        said.append(text)
        ends.append([float(np.mean(last)), name, role])
    ends.sort(key=lambda end: end[0])
    for i, end in enumerate(ends):  # labels keep apart
        end.append(min(94, max(end[0], ends[i - 1][3] + 7.5)) if i else end[0])  # and below the frame
    for _, name, role, y in ends:
        axes.text(epochs[-1] + 1.2, y, name.replace(", ", ",\n", 1), color=color(role), va="center", fontsize=11,
                  fontweight="bold")
    if published:
        axes.legend(handles=[plt.Line2D([], [], marker="D", linestyle="", color=color("paper"), label="published",
                                        markeredgecolor=color("ink"), markersize=8)], loc="upper left")
    axes.set(xlim=(1, epochs[-1] * 1.36), ylim=(0, 100.5), xlabel="epoch", ylabel="test questions right, %")
    axes.set_xticks([1, *range(5, epochs[-1] + 1, 5)])
    return describe(figure, f"Share of test questions answered right over the epochs of training, a line a seed. "
                            f"After the last epoch: {'; '.join(said)}.")


def ways(curves: Mapping[str, Sequence[Sequence[float]]], *, figure: Figure | None = None) -> Figure:
    """Exact match in percent over the epochs for several ways of training, a panel each, a line for each seed."""
    figure = figure or plt.figure(figsize=(9.6, 2.6))
    said = []
    panels = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
    for axes, (name, runs), role in zip(panels, curves.items(), ("state", "output", "gradient", "muted")):
        for run in runs:
            axes.plot(np.arange(1, len(run) + 1), run, color=color(role), linewidth=1.6)
        axes.set(title=name, xlim=(1, len(runs[0])), ylim=(0, 100), xlabel="epoch")
        last = [run[-1] for run in runs]
        said.append(f"{name} from {min(last):.0f} to {max(last):.0f}")
    panels[0].set_ylabel("test questions right, %")
    return describe(figure, f"Share of test questions answered right over the epochs, a line a seed. At the end, in "
                            f"percent: {'; '.join(said)}.")
