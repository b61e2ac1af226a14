"""Figures of chapter 06, the LSTM by hand. The cell is drawn in lstm_cell.py, the explorer's picture in conveyor.py."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seqlearn.plots.conveyor import short
from seqlearn.plots.drawing import arrow, blank, box, cut, label, node, place_on_page
from seqlearn.plots.gradient_flow import exponents
from seqlearn.plots.lstm_cell import lstm_cell
from seqlearn.plots.style import color, describe

__all__ = ["belt_frames", "distances", "history", "lstm_cell", "shares", "trainings"]
DASHED, DOTTED, DASHDOT = (0, (5, 3)), (0, (1.5, 1.5)), (0, (6, 2, 1, 2))


def history(without: np.ndarray, with_gate: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """What the forget gate is for: mean |c| (T,) over streams without a reset, without it and with it."""
    figure = figure or plt.figure(figsize=(5.6, 2.6))
    axes = figure.add_subplot()
    steps = np.arange(1, len(without) + 1)
    axes.plot(steps, without, color=color("bad"), label="1997: no forget gate")
    axes.plot(steps, with_gate, color=color("state"), linestyle=DASHED, label="2000: with forget gate")
    axes.set(xlabel="step of the streams", ylabel="mean |c|", title="what a cell holds", ylim=(0, None))
    axes.legend(loc="upper left")
    return describe(figure, f"""Over {len(without)} steps the mean size of the cell state grows to
        {without[-1]:.0f} without a forget gate and stays below {np.ceil(with_gate.max()):.0f} with one.""")


def distances(curves: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """Gradient norms (T+1,), step 0 first, by name: how much of a gradient arrives at a distance. Log axis."""
    figure = figure or plt.figure(figsize=(7.6, 3.4))
    axes = figure.add_subplot()
    looks = [{"color": color("muted"), "linestyle": DASHED}, {"color": color("ink"), "linestyle": DOTTED},
             {"color": color("gate")}, {"color": color("state"), "linestyle": DASHDOT}, {"color": color("good")}]
    ends = []
    for look, (name, norms) in zip(looks, curves.items(), strict=False):
        left = exponents(norms / norms[-1])[::-1]
        axes.plot(np.arange(len(norms)), left, linewidth=2.6, label=name, **look)
        ends.append(f"{name}: 10 to the power of {left[-1]:.0f}")
    axes.set(xlabel="distance in steps", ylabel="gradient norm, 1 at distance 0", xlim=(0, len(norms) - 1),
             ylim=(-16, 4))
    axes.set_yticks(range(-16, 5, 4), ["10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "1", "10⁴"])
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return describe(figure, f"""Gradient norm against distance on a log axis, medians over networks. What is left
        after {len(norms) - 1} steps: {'; '.join(ends)}.""")


def trainings(runs: dict[str, np.ndarray], guess: float, *, figure: Figure | None = None) -> Figure:
    """Losses (seeds, updates) by name: the median and the range of all seeds, with the loss of guessing. Log axis."""
    figure = figure or plt.figure(figsize=(7.2, 2.8))
    axes = figure.add_subplot()
    looks = ({"color": color("bad"), "linestyle": DASHED}, {"color": color("good")})
    words = []
    for look, (name, losses) in zip(looks, runs.items(), strict=True):
        done = losses[:, -20:].mean(axis=1) < guess / 5
        words.append(f"{name}: {'all' if done.all() else 'some' if done.any() else 'none'} of {len(losses)} runs leave "
                     "the line of guessing")
        count = losses.shape[1] // 10
        means = np.maximum(losses[:, : 10 * count].reshape(len(losses), count, 10).mean(axis=2), 1e-7)
        updates = np.arange(4.5, 10 * count, 10)
        axes.fill_between(updates, means.min(axis=0), means.max(axis=0), color=look["color"], alpha=0.2, linewidth=0)
        axes.semilogy(updates, np.median(means, axis=0), label=name, linewidth=2.4, **look)
    axes.axhline(guess, color=color("ink"), linewidth=1.2, linestyle=DOTTED)
    axes.text(0.99, guess * 1.3, "guessing", transform=axes.get_yaxis_transform(), va="bottom", ha="right")
    axes.set(xlabel="update", ylabel="loss, means of ten", ylim=(1e-6, 2))
    axes.legend(loc="lower left")
    return describe(figure, f"Loss against updates on a log axis, median and range of the seeds. {'; '.join(words)}.")


def shares(steps: tuple[int, ...] = (2, 3), *, figure: Figure | None = None) -> Figure:
    """Why two steps cannot show a missing cell path and three can: what each step adds to the gradient of W_hf."""
    figure = figure or plt.figure(figsize=(9.6, 4.0))
    axes = figure.add_subplot()
    blank(axes, 11.95, 4.9, left=-0.8, bottom=-1.1)
    left = 0.0
    for count in steps:
        _steps_without_path(axes, left, count)
        left += 1.45 * count + 2.35
    place_on_page(axes)
    return describe(figure, """Two unrolled LSTMs, of two and of three steps, with a loss at the end. The red arrows
        from h to h are there, those from c to c are cut. Below each step stands what it adds to the gradient of W_hf.
        With two steps: the first adds h_0 times da_1, which is zero because h_0 is zero; the second is right. With
        three steps: the first adds zero, the second is wrong, because da_2 lacks what came along the cell state, the
        third is right.""")


def _steps_without_path(axes: Axes, left: float, count: int) -> None:
    pitch, top, low, lane = 1.45, 2.5, 1.1, 0.1
    label(axes, (left + pitch * count / 2, 3.35), f"{count} steps", fontsize=14)
    cells = [node(axes, "state", (left + pitch * t, top), f"$c_{t}$") for t in range(count + 1)]
    states = [node(axes, "state", (left + pitch * t, low), f"$h_{t}$") for t in range(count + 1)]
    for t in range(1, count + 1):
        arrow(axes, cells[t - 1], cells[t], lane=lane)
        arrow(axes, states[t - 1], states[t], lane=lane)
        dropped = arrow(axes, cells[t], cells[t - 1], kind="gradient", lane=lane).light(False)
        cut(axes, dropped.center, size=0.13)
        arrow(axes, states[t], states[t - 1], kind="gradient", lane=lane)
        arrow(axes, cells[t], states[t], lane=lane)
        arrow(axes, states[t], cells[t], kind="gradient", lane=lane)
    loss = node(axes, "loss", (left + pitch * count + 0.95, low), "$L$")
    arrow(axes, states[-1], loss, lane=lane)
    arrow(axes, loss, states[-1], kind="gradient", lane=lane)
    for t in range(1, count + 1):
        role, verdict = ("muted", "0, always") if t == 1 else ("good", "right") if t == count else ("bad", "wrong")
        x = left + pitch * t
        box(axes, (x - 0.66, -0.85), 1.32, 1.2, role=role, fill=0.12)
        label(axes, (x, 0.02), f"$h_{t - 1}^\\top da^f_{t}$", fontsize=14)
        label(axes, (x, -0.5), verdict, role=role, fontsize=12)
    label(axes, (left - 0.62, -0.25), "adds to\n$dW_{hf}$", fontsize=11, ha="left")


def belt_frames(frames: list[dict], *, figure: Figure | None = None) -> Figure:
    """The explorer's cell state over time at several settings: what `ConveyorBelt.compute` gives, and a "title"."""
    figure = figure or plt.figure(figsize=(9.6, 2.5))
    words = []
    for axes, frame in zip(figure.subplots(1, len(frames), sharey=True), frames, strict=True):
        steps = np.arange(len(frame["c"]))
        axes.axhline(0, color=color("ink"), linewidth=0.8)
        axes.plot(steps, frame["c"], color=color("state"))
        axes.plot(steps[-1:], frame["read"][-1:], "D", color=color("output"), markersize=8)
        axes.set(xlabel="step", ylim=(-8.5, 16))
        axes.set_title(frame["title"], fontsize=11)
        axes.text(0.97, 0.93, f"read: {short(frame['read'][-1])}", transform=axes.transAxes, ha="right", va="top",
                  color=color("output"))
        words.append(f"{frame['title']}: the last step reads {short(frame['read'][-1])}")
    figure.axes[0].set_ylabel("on the belt, c")
    return describe(figure, f"The cell state over time at {len(frames)} settings of the explorer. {'; '.join(words)}.")
