"""Figures of chapter 13: heat maps of alignments, and what was measured. The drawing is in attention_step.py."""

import re
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from seqlearn.plots.drawing import mix
from seqlearn.plots.style import color, describe

SEEN = {" ": "␣"}  # a space that can be seen
DATES_SEEN = ("For the last two digits of the year the dark cells stand on these digits; in the rows of dashes the "
              "weights are spread out.")


def shades() -> LinearSegmentedColormap:
    """From paper (0) to the colour of gates (1), and darker at the end."""
    return LinearSegmentedColormap.from_list("weights", [color("paper"), color("gate"), color("ink")], gamma=0.8)


def alignment(axes: Axes, weights: np.ndarray, source: Sequence[str], target: Sequence[str], *,
              fontsize: float = 12) -> None:
    """A heat map of attention weights (S, T) on axes: a row for each output, a column for each input token.

    Raises ValueError when weights do not have the shape that source (T) and target (S) say.
    """
    if np.shape(weights) != (len(target), len(source)):
        raise ValueError(f"weights must be ({len(target)}, {len(source)}), got {np.shape(weights)}")
    if np.size(weights):  # nothing written, nothing to show: matplotlib would warn of an axis without height
        axes.imshow(weights, cmap=shades(), vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axes.set_xticks(range(len(source)), [SEEN.get(token, token) for token in source], fontsize=fontsize)
    axes.set_yticks(range(len(target)), [SEEN.get(token, token) for token in target], fontsize=fontsize)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_xticks(np.arange(len(source) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(target) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=color("faint"), linewidth=0.8)
    axes.tick_params(which="minor", length=0)


def alignments(maps: Sequence[tuple[np.ndarray, Sequence[str], Sequence[str]]], *, columns: int = 2,
               height: float = 3.5, seen: str = DATES_SEEN, figure: Figure | None = None) -> Figure:
    """Heat maps side by side: (weights (S, T), source tokens, target tokens) of each. seen: what there is to see."""
    rows = -(-len(maps) // columns)
    figure = figure or plt.figure(figsize=(9.6, height * rows))
    told = []
    for place, (weights, source, target) in enumerate(maps, start=1):
        axes = figure.add_subplot(rows, columns, place)
        alignment(axes, weights, source, target, fontsize=min(12, 290 / len(source)))
        if place % columns == 1 or columns == 1:
            axes.set_ylabel("written")
        axes.set_xlabel("read")
        axes.xaxis.set_label_position("top")
        readable = re.sub(r"(?<=\d)\.(?=\d)", " . ", "".join(source))  # 2.10.93 looks like a version number
        told.append(f"“{readable}” → {''.join(target[:10]).removesuffix('end')}")
    return describe(figure, f"""Heat maps of attention weights, a row for each character written, a column for each one
        read: {"; ".join(told)}. {seen}""")


def by_length(lengths: Sequence[int], runs: Mapping[str, Sequence[Sequence[float]]], *,
              longer: Mapping[str, Sequence[Sequence[float]]] | None = None, note: str = "trained longer",
              figure: Figure | None = None) -> Figure:
    """Exact match against length. runs: for each model, a curve (one share a length) for each seed: a dash each.

    longer: the same models, by the same names, trained longer: broken lines of the same colour, which `note` explains.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    axes = figure.add_subplot()
    told, longer = [], longer or {}
    roles = ("output", "bad", "loss", "input")
    for (name, curves), role, marker in zip(runs.items(), roles, "osD^", strict=False):
        for several, line, what in ((curves, "-", name), (longer.get(name), "--", f"{name}, {note}")):
            if several is None:
                continue
            for curve in several:
                axes.plot(lengths, curve, "_", color=color(role), markersize=13)
            mean = np.mean(several, axis=0)
            axes.plot(lengths, mean, line, marker=marker, color=color(role), linewidth=2.4, label=what)
            told.append(f"{what}: {100 * mean[0]:.1f} percent at {lengths[0]}, {100 * mean[-1]:.1f} at {lengths[-1]}")
    axes.set(xlabel="length of the string (characters)", ylabel="strings copied without a fault", ylim=(-0.03, 1.05),
             xticks=lengths)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(loc="lower left", fontsize=11)
    return describe(figure, f"""Share of strings copied without a fault against their length, short strokes for
        single runs, lines for their means{", broken ones for longer training" if longer else ""}.
        {"; ".join(told)}.""")


def masks(weights: Mapping[str, np.ndarray], real: int, *, figure: Figure | None = None) -> Figure:
    """Bars of the weights (T) that each way of masking gives; the first `real` steps are real, the others padding."""
    figure = figure or plt.figure(figsize=(9.6, 2.9))
    panels = figure.subplots(1, len(weights), sharey=True)
    for axes, (name, row) in zip(panels, weights.items(), strict=True):
        colors = [color("gate") if j < real else color("bad") for j in range(len(row))]
        bars = axes.bar(np.arange(1, len(row) + 1), row, color=colors, width=0.7)
        for bar in bars[real:]:
            bar.set_hatch("//")
        axes.set_title(f"{name}\nsum of the real: {row[:real].sum():.2f}", fontsize=12)
        axes.set(xlabel="place", xticks=range(1, len(row) + 1))
        axes.grid(axis="x", visible=False)
    panels[0].set_ylabel("weight")
    told = "; ".join(f"{name}: {row[:real].sum():.2f} on the real places, {row[real:].sum():.2f} on padding"
                     for name, row in weights.items())
    return describe(figure, f"Weights of {len(row)} places, of which {real} are real and the others padding. {told}.")


def temperatures(values: Sequence[float], exact: Mapping[str, Sequence[float]], *,
                 figure: Figure | None = None) -> Figure:
    """Exact match of a trained model when its scores are divided by other temperatures."""
    figure = figure or plt.figure(figsize=(9.6, 3.2))
    axes = figure.add_subplot()
    for (name, curve), role in zip(exact.items(), ("output", "state"), strict=False):
        axes.semilogx(values, curve, marker="o", color=color(role), label=name)
    axes.axvline(1.0, color=color("muted"), linestyle="--", linewidth=1)
    axes.text(1.08, 0.03, "trained with 1", color=color("muted"), fontsize=11)
    axes.set(xlabel="temperature", ylabel="dates without a fault", ylim=(-0.03, 1.05))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    first = next(iter(exact.values()))
    told = ", ".join(f"{_about(share)} at {value:g}" for value, share in zip(values, first, strict=True)
                     if value in (values[0], 1, values[-1]))
    return describe(figure, f"""Share of dates answered without a fault against the temperature, on a logarithmic axis:
        {told}.""")


def _about(share: float) -> str:
    """A share in words, so that one date more or less does not change them."""
    for least, words in ((0.98, "all or nearly all"), (0.9, "more than nine in ten"), (0.5, "more than half"),
                         (0.1, "some")):
        if share > least:
            return words
    return "hardly any or none"


def soft_and_hard(steps: Sequence[int], curves: Mapping[str, np.ndarray], variances: Mapping[str, float], *,
                  figure: Figure | None = None) -> Figure:
    """Left: accuracy against updates, curves (seeds, steps) as a band and their mean.

    Right: variance of the gradient on one model.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    roles = dict(zip(curves, ("output", "state", "bad", "loss"), strict=False))
    same = {"no baseline": "hard", "mean reward": "hard, with baseline"}
    told = []
    for name, runs in curves.items():
        runs = np.asarray(runs)
        left.fill_between(steps, runs.min(axis=0), runs.max(axis=0), linewidth=0,
                          color=mix(color(roles[name]), color("paper"), 0.25))
        left.plot(steps, runs.mean(axis=0), color=color(roles[name]), linewidth=2.4, label=name)
        told.append(name)
    left.set(xlabel="updates", ylabel="answers that are right", ylim=(0, 1.05))
    left.yaxis.set_major_formatter(PercentFormatter(1.0))
    left.legend(loc="lower right", fontsize=11)
    names, places = list(variances), np.arange(len(variances))
    colors = [color(roles.get(same.get(name, name), "muted")) for name in names]
    right.barh(places, list(variances.values()), color=colors, height=0.6)
    for place, value in zip(places, variances.values(), strict=True):
        right.text(min(value, 0.8) + 0.02, place, f"{value:.2g}", va="center", fontsize=11,
                   color=color("paper" if value > 0.8 else "ink"))
    right.set_yticks(places, names)
    right.invert_yaxis()
    right.set_xlabel("variance of the gradient,\nwithout a baseline = 1")
    right.grid(axis="y", visible=False)
    order = " > ".join(sorted(names, key=variances.get, reverse=True))
    return describe(figure, f"""Left: the share of right answers against updates for {", ".join(told)}; without a
        baseline the curve rises last. Right: the variance of the sampled gradient on one model and one batch:
        {order}.""")
