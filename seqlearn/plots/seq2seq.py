"""Figures of chapter 11, sequence to sequence. The drawing of the network is in encoder_decoder.py, trees of a beam and
the explorer's picture in beam_tree.py."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots.drawing import arrow, blank, label, node
from seqlearn.plots.style import color, describe


def three_contexts(*, figure: Figure | None = None) -> Figure:
    """What can go from the encoder to the decoder: the last state, a transform of it, or all states."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    titles = ("1  the last state", "2  a transform of it", "3  all states: attention")
    for number, (axes, title) in enumerate(zip(figure.subplots(1, 3), titles)):
        blank(axes, 4.6, 3.7, left=-0.5, bottom=-0.55)
        states = [node(axes, "state", (x, 1.2), f"$h_{x + 1}$", radius=0.34) for x in range(3)]
        for x, state in enumerate(states):
            arrow(axes, node(axes, "input", (x, 0.1), f"$x_{x + 1}$", radius=0.32), state, width=1.2)
            if x:
                arrow(axes, states[x - 1], state)
        context = node(axes, "state", (3.5, 2.5), "$c$", radius=0.38, fontsize=16)
        if number == 0:
            arrow(axes, states[2], context, width=2.2)
            label(axes, (3.4, 1.55), "$c = h_T$", ha="left", fontsize=12)
        elif number == 1:
            middle = node(axes, "weight", (2, 2.5), "$W_c$", radius=0.36)
            arrow(axes, states[2], middle, width=2.2)
            arrow(axes, middle, context, width=2.2)
            label(axes, (3.5, 1.72), "$c = \\tanh(h_T W_c + b)$", fontsize=12)
        else:
            for state in states:
                arrow(axes, state, context, width=1.5)
            label(axes, (3.4, 1.35), "$c_i = \\sum_j a_{ij}\\, h_j$", fontsize=12)
        axes.set_title(title, fontsize=13)
    return describe(figure, """Three drawings of an encoder that reads three inputs. One: an arrow leads from its last
        state to the context c. Two: from its last state through weights W to c. Three: arrows lead from all of its
        states to c, which is a weighted sum of them, another one for every step of the decoder.""")


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
        end.append(max(end[0], ends[i - 1][3] + 7.5) if i else end[0])
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
