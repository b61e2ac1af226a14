"""Figures of chapter 13 that explain: a soft look-up, who asks in two architectures, what a draw teaches, knocking out.

    look_up(query, keys, names)                         # arrows in a plane, and the weights that come of them
    who_asks()                                          # Bahdanau's decoder and Luong's, one step of each
    pushes(weights, rewards, {"no baseline": 0.0})      # which scores rise and fall after each possible draw
    knock_out(names, weights, changed)                  # how dark the map is, against how much it matters
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from seqlearn.plots.drawing import ARROW_HEAD, arrow, blank, node
from seqlearn.plots.lstm_cell import wire
from seqlearn.plots.style import color, describe


def look_up(queries: Mapping[str, Sequence[float]], keys: np.ndarray, names: Sequence[str], *,
            axes_names: tuple[str, str] = ("", ""), figure: Figure | None = None) -> Figure:
    """Left: keys (T, 2) and queries as arrows. Right: for each query the weights of a softmax over its dot products."""
    figure = figure or plt.figure(figsize=(9.6, 3.4))
    plane, *panels = figure.subplots(1, 1 + len(queries), width_ratios=(1.5, *[1] * len(queries)))
    for ends, role, labels in ((keys, "state", names), (list(queries.values()), "output", list(queries))):
        for end, label in zip(ends, labels, strict=True):
            plane.annotate("", end, (0, 0), arrowprops={"color": color(role), "linewidth": 2, **ARROW_HEAD})
            plane.annotate(label, end, xytext=(5, 6 if end[1] >= 0 else -14), textcoords="offset points",
                           color=color(role), fontsize=12)
    corners = np.vstack([keys, list(queries.values()), [[0, 0]]])
    (left, bottom), (right, top) = corners.min(axis=0) - 0.35, corners.max(axis=0) + 0.6
    plane.set(xlim=(left, right + 0.3), ylim=(bottom, top), xlabel=axes_names[0], ylabel=axes_names[1], aspect="equal")
    told = []
    for panel, (name, query) in zip(panels, queries.items(), strict=True):
        weights = np.exp(keys @ np.array(query))
        weights = weights / weights.sum()
        bars = panel.bar(names, weights, color=color("gate"), width=0.65)
        panel.bar_label(bars, [f"{weight:.2f}" for weight in weights], fontsize=11, padding=2)
        panel.set_title(name, color=color("output"), fontsize=12)
        panel.set(ylim=(0, 1.12), yticks=[0, 0.5, 1])
        panel.tick_params(axis="x", labelsize=11)
        panel.grid(axis="x", visible=False)
        if panel is not panels[0]:
            panel.set_yticklabels([])
        told.append(f"{name}: " + ", ".join(f"{key} {weight:.2f}" for key, weight in zip(names, weights, strict=True)))
    panels[0].set_ylabel("weight")
    return describe(figure, f"""Left: {len(keys)} keys and {len(queries)} queries as arrows from one point. Right: the
        weights that each query gives. {"; ".join(told)}.""")


def who_asks(*, figure: Figure | None = None) -> Figure:
    """One step of two decoders: in Bahdanau's the last state asks, in Luong's the new one, and its answer is fed on."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    for axes, draw, title in zip(figure.subplots(1, 2), (_bahdanau, _luong),
                                 ("Bahdanau: ask, then step", "Luong: step, then ask"), strict=True):
        blank(axes, 6.4, 3.9, left=-0.6, bottom=-1.05)
        axes.set_title(title, fontsize=13)
        draw(axes)
    return describe(figure, """One step of two decoders. Left, Bahdanau: the last state s_(i−1) asks the attention, the
        context goes into the cell together with y_(i−1) and makes the new state s_i, and s_i, the context and y_(i−1)
        make the output. Right, Luong: the cell makes the new state s_i first, from s_(i−1) and y_(i−1); s_i asks; s_i
        and the context together make s̃_i, and s̃_i the output. A long arrow, input feeding, carries s̃_i into the cell
        of the next step.""")


def _attention(axes: Axes, x: float):
    return node(axes, "gate", (x, 2.3), "attention", radius=0.44, fontsize=12)


def _bahdanau(axes: Axes) -> None:
    before, new = (node(axes, "state", (x, 0.9), label, radius=0.4, fontsize=13)
                   for x, label in ((0.2, "$s_{i-1}$"), (3.2, "$s_i$")))
    said = node(axes, "input", (3.2, -0.25), "$y_{i-1}$", radius=0.3, fontsize=12)
    asked = _attention(axes, 0.2)
    context = node(axes, "state", (3.2, 2.3), r"$\bar h_i$", radius=0.36)
    output = node(axes, "output", (5.0, 1.6), "$y_i$", radius=0.36)
    arrow(axes, before, asked, label="asks", label_shift=(0.42, -0.05), width=3)
    for start, end in ((before, new), (asked, context), (context, new), (said, new), (context, output), (new, output)):
        arrow(axes, start, end)
    wire(axes, [(3.5, -0.25), (5.0, -0.25), (5.0, 1.2)])


def _luong(axes: Axes) -> None:
    before, new = (node(axes, "state", (x, 0.9), label, radius=0.4, fontsize=13)
                   for x, label in ((0.0, "$s_{i-1}$"), (1.9, "$s_i$")))
    said = node(axes, "input", (1.9, -0.25), "$y_{i-1}$", radius=0.3, fontsize=12)
    asked = _attention(axes, 1.9)
    context = node(axes, "state", (3.9, 2.3), r"$\bar h_i$", radius=0.36)
    both = node(axes, "state", (3.9, 0.9), r"$\tilde s_i$", radius=0.38)
    output = node(axes, "output", (5.2, 0.9), "$y_i$", radius=0.36)
    arrow(axes, new, asked, label="asks", label_shift=(0.42, -0.05), width=3)
    for start, end in ((before, new), (said, new), (asked, context), (context, both), (new, both), (both, output)):
        arrow(axes, start, end)
    wire(axes, [(3.9, 0.5), (3.9, -0.25), (5.5, -0.25)])
    axes.text(4.0, -0.4, "input feeding:\nto the next step", fontsize=11, va="top", color=color("muted"))


def pushes(weights: Sequence[float], rewards: Sequence[float], baselines: Mapping[str, float], *,
           figure: Figure | None = None) -> Figure:
    """What REINFORCE does to the scores after each possible draw: a row for each baseline, a column for each draw.

    Bars are (reward − baseline)(one-hot − weights), uphill; the last column is their mean, weighted with the
    probability of each draw.
    """
    weights, rewards = np.array(weights), np.array(rewards)
    figure = figure or plt.figure(figsize=(9.6, 2.1 * len(baselines) + 0.4))
    panels = figure.subplots(len(baselines), len(weights) + 1, sharex=True, sharey=True, squeeze=False)
    places, told = np.arange(1, len(weights) + 1), []
    for line, (name, baseline) in enumerate(baselines.items()):
        row = panels[line]
        moves = (rewards - baseline)[:, None] * (np.eye(len(weights)) - weights)
        columns = [*moves, weights @ moves]
        for number, (axes, move) in enumerate(zip(row, columns, strict=True)):
            roles = ["good" if value > 0 else "bad" for value in move]
            axes.bar(places, move, color=[color(role) for role in roles], width=0.65)
            axes.axhline(0, color=color("ink"), linewidth=1)
            axes.grid(axis="x", visible=False)
            axes.set_xticks(places)
            if line == 0:
                drawn = number < len(weights)
                axes.set_title(f"draw {number + 1}\n(in {weights[number]:.0%} of all cases)" if drawn else
                               "mean of all draws\n(the exact gradient)", fontsize=11)
            if line == len(baselines) - 1:
                axes.set_xlabel("score of place")
        row[0].set_ylabel(name, fontsize=11)
        told.append(f"{name}: " + "; ".join(
            ("draw {} " if k < len(weights) else "mean ").format(k + 1) + ", ".join(f"{value:.2f}" for value in move)
            for k, move in enumerate(columns)))
    return describe(figure, f"""How far each score is pushed up or down after each possible draw, and the mean over the
        draws. {". ".join(told)}. The means are the same; with a baseline the single pushes lie closer to them.""")


def knock_out(names: Sequence[str], weights: Sequence[float], changed: Sequence[float], blind: Sequence[float], *,
              figure: Figure | None = None) -> Figure:
    """For each output: the largest weight of its row, and how often it changes when that place cannot be looked at.

    blind: how often it changes when no place can be looked at, a mark across the second bar.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.2))
    axes, places = figure.add_subplot(), np.arange(len(names))
    axes.bar(places - 0.2, weights, width=0.38, color=color("gate"), label="largest weight of the row")
    axes.bar(places + 0.2, changed, width=0.38, color=color("bad"), label="this output changes without that place")
    axes.hlines(blind, places - 0.02, places + 0.42, color=color("ink"), linewidth=2.5, label="without any place")
    axes.set_xticks(places, names, fontsize=11)
    axes.set(ylim=(0, 1.25), yticks=np.arange(0, 1.01, 0.25))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x", visible=False)
    mark, *bars = axes.get_legend_handles_labels()[0]
    axes.legend(handles=[*bars, mark], loc="upper center", ncols=3, fontsize=10.5)
    told = "; ".join(f"{name} {100 * weight:.1f} %, {100 * share:.1f} %, {100 * most:.1f} %"
                     for name, weight, share, most in zip(names, weights, changed, blind, strict=True))
    return describe(figure, f"""Two bars and a mark for each output: the largest weight of its row, how often the output
        changes when that one place is hidden at this step, and how often when all places are. {told}.""")
