"""Figures of chapter 17, recurrence returns. The explorer's picture is in eigenvalue.py."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots.drawing import FILL, label, mix
from seqlearn.plots.style import color, describe

LOOKS = {  # contestant → colour of a meaning, line, mark
    "attention": ("good", "-", "D"), "fused attention": ("good", "--", "D"), "linear attention": ("gradient", "-", "s"),
    "LSTM": ("state", "-", "o"), "minGRU": ("gate", "-", "^"), "LRU": ("input", "-", "v"),
    "loop": ("bad", "-", "X"), "scan": ("output", "-", "P"), "rotary": ("good", "-", "D"), "lstm": ("state", "-", "o"),
}


def look(name: str) -> dict:
    """How a contestant is drawn in all figures of the chapter."""
    role, line, mark = LOOKS[name]
    return {"color": color(role), "linestyle": line, "marker": mark, "markersize": 6}


def rounds(steps: int = 8, *, figure: Figure | None = None) -> Figure:
    """The scan of so many steps, a row for each round: which entries are joined, and how many steps each then holds."""
    figure = figure or plt.figure(figsize=(9.6, 4.2))
    axes = figure.add_subplot()
    reach, row, spans = 1, 0, [(t, t) for t in range(1, steps + 1)]
    while True:
        for t, (first, last) in enumerate(spans, start=1):
            whole = first == 1
            axes.add_patch(plt.Rectangle((t - 0.42, -row - 0.2), 0.84, 0.4, linewidth=1.6,
                                         facecolor=mix(color("state" if whole else "muted"), color("paper"), FILL),
                                         edgecolor=color("state" if whole else "muted")))
            label(axes, (t, -row), f"{first}" if first == last else f"{first}–{last}",
                  role="state" if whole else "muted", fontsize=11)
        if reach >= steps:
            break
        for t in range(reach + 1, steps + 1):
            axes.annotate("", (t - 0.05, -row - 0.8), (t - reach, -row - 0.2),
                          arrowprops={"arrowstyle": "-|>", "color": color("output"), "linewidth": 1.3})
            axes.plot([t, t], [-row - 0.2, -row - 0.8], color=color("faint"), linewidth=1.3, zorder=0)
        spans = [(max(1, t - 2 * reach + 1), t) for t in range(1, steps + 1)]
        reach, row = 2 * reach, row + 1
    axes.set(xlim=(0.2, steps + 0.8), ylim=(-row - 0.45, 0.45), xticks=range(1, steps + 1), xlabel="step t")
    axes.set_yticks([-r for r in range(row + 1)], ["given"] + [f"round {r}" for r in range(1, row + 1)])
    axes.grid(visible=False)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return describe(figure, f"""
        A scan of {steps} steps in {row} rounds. In each round an entry is joined with the one that stands 1, then 2,
        then 4 places before it, so it holds up to twice as many steps; entries that reach back to step 1 are
        finished. After round {row} all of them are.""")


def costs(times: list[dict], kept: list[dict], *, figure: Figure | None = None) -> Figure:
    """Milliseconds and bytes over the length, on log axes: rows {"length": T, name: number, …}."""
    figure = figure or plt.figure(figsize=(9.6, 3.9))
    left, right = figure.subplots(1, 2)
    for axes, rows, scale in ((left, times, 1.0), (right, kept, 1e-6)):
        for name in ("loop", "scan", "LSTM", "attention", "fused attention"):
            points = [(row["length"], scale * row[name]) for row in rows if name in row]
            axes.loglog(*zip(*points), label=name, **look(name))
        lengths = [row["length"] for row in rows]
        axes.set_xticks(lengths, [f"{length:,}" for length in lengths], fontsize=9)
        axes.minorticks_off()
        axes.set_xlabel("steps T")
    left.set(ylabel="milliseconds", title="forward and back, one thread")
    right.set(ylabel="megabytes", title="kept for the way back")
    left.legend(loc="upper left", fontsize=9)
    last = times[-1]
    return describe(figure, f"""
        Two panels over the number of steps, from 16 to {last["length"]:,}, both axes logarithmic. Left, time: the loop
        rises in proportion to T and the scan lies below it, close to PyTorch's LSTM; both ways of attention bend
        upwards and end above the loop. Right, bytes: the scan keeps more than the loop, and
        attention with its weights kept rises with T squared.""")


def kernels(radii: tuple[float, ...], steps: int, *, figure: Figure | None = None) -> Figure:
    """What is left of an input after k steps, a^k, for several a, with the mark at 1 / (1 − a)."""
    figure = figure or plt.figure(figsize=(8.4, 3.0))
    axes = figure.add_subplot()
    k = np.arange(steps + 1)
    for radius, role in zip(radii, ("bad", "input", "state", "good"), strict=False):
        axes.plot(k, radius**k, color=color(role), label=f"a = {radius}")
        if 1 / (1 - radius) <= steps:
            axes.plot(1 / (1 - radius), radius ** (1 / (1 - radius)), "o", color=color(role), markersize=8)
    axes.axhline(np.exp(-1), color=color("muted"), linewidth=1.2, linestyle=(0, (1.5, 1.5)))
    axes.text(steps, np.exp(-1) + 0.02, "1/e", ha="right", color=color("muted"))
    axes.set(xlabel="steps k since the input", ylabel="share that is left", ylim=(0, 1.02), xlim=(0, steps))
    axes.legend(loc="upper right")
    return describe(figure, f"""
        Curves that fall from 1: the share of an input that is left after k steps, for a = {", ".join(map(str, radii))}.
        A dot marks 1/(1 − a) steps on each; the nearer a is to 1, the nearer the dot is to the line 1/e, about
        0.37.""")


HELD = {16: 12, 64: 56, 256: 240}  # by linear attention: the largest d × (d + 1) with room in so many numbers


def recall(contestants: dict[str, np.ndarray], pairs: list[int], guess: float, *,
           figure: Figure | None = None) -> Figure:
    """Accuracy over the number of pairs, {"LSTM 64": (seeds, pairs)}: medians and runs, a panel for each kind."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    kinds = ("linear attention", "LSTM", "minGRU")
    words = []
    for axes, kind in zip(figure.subplots(1, 3, sharey=True), kinds, strict=True):
        for name, runs in contestants.items():
            if name.rsplit(" ", 1)[0] not in (kind, "attention"):
                continue
            size = name.rsplit(" ", 1)[1]
            numbers = HELD[int(size)] if kind == "linear attention" else size
            style = look(kind if name.startswith(kind) else "attention")
            if name.startswith(kind):
                style |= {"linestyle": {"16": ":", "64": "--", "256": "-"}[size]}
            middle = np.median(runs, axis=0)
            axes.plot(pairs, runs.T, color=style["color"], alpha=0.45, linewidth=0.8)
            text = "attention" if name.startswith("attention") else f"{numbers} numbers"
            axes.plot(pairs, middle, label=text, **style)
            if name.startswith(kind):
                words.append(f"{kind} with {numbers} numbers falls from {middle[0]:.2f} to {middle[-1]:.2f}")
        axes.axhline(guess, color=color("muted"), linewidth=1.2, linestyle=(0, (1.5, 1.5)))
        axes.set_xscale("log", base=2)
        axes.set_xticks(pairs, pairs)
        axes.minorticks_off()
        axes.set(xlabel="pairs stored", title=kind, ylim=(0, 1.05))
        axes.legend(loc="lower left", fontsize=9)
    figure.axes[0].set_ylabel("right answers")
    return describe(figure, f"""
        Right answers over the number of stored pairs, from {pairs[0]} to {pairs[-1]}, one panel for each kind of fixed
        state. Attention stays at 1. {"; ".join(words)}.""")


def by_place(losses: dict[str, np.ndarray], part: int, trained: int, *, figure: Figure | None = None) -> Figure:
    """The surprise over the place in a window, {kind: (seeds, parts)}: the median, and the range as a band.

    A line marks the length of the windows in training.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    axes = figure.add_subplot()
    words = []
    for name, runs in losses.items():
        places = part * (np.arange(runs.shape[1]) + 0.5)
        style = look(name.split(",")[0])
        style |= {"linestyle": "--"} if "," in name and "ch." not in name else {}
        axes.fill_between(places, runs.min(axis=0), runs.max(axis=0), color=style["color"], alpha=0.18, linewidth=0)
        middle = np.median(runs, axis=0)
        axes.plot(places, middle, label=name, **style)
        words.append(f"{name} ends at {middle[-1]:.2f}")
    axes.axvline(trained, color=color("muted"), linewidth=1.2, linestyle=(0, (1.5, 1.5)))
    axes.set(xlabel="place in the window, characters", ylabel="nats a character", xlim=(0, part * runs.shape[1]),
             yscale="log", ylim=(0.2, 6), yticks=(0.25, 0.5, 1, 2, 4))
    axes.set_yticklabels(["0.25", "0.5", "1", "2", "4"])
    axes.minorticks_off()
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=10)
    return describe(figure, f"""
        Surprise over the place in a window of {part * runs.shape[1]} characters, median of the seeds with a band from
        the lowest to the highest, and a line at {trained}, the length of the training: {"; ".join(words)}.""")
