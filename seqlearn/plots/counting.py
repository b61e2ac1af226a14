"""Figures of chapter 07, the LSTM in PyTorch. The explorer's picture is in counter.py."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots.drawing import arrow, blank, label, mix, node, place_on_page
from seqlearn.plots.style import color, describe

DASHED, DOTTED = (0, (5, 3)), (0, (1.5, 1.5))
GATES = (("i", "σ", "input gate"), ("f", "σ", "forget gate"), ("g", "tanh", "candidate"), ("o", "σ", "output gate"))
CELL = 0.27  # side of a number in the block picture


def fused_product(*, figure: Figure | None = None) -> Figure:
    """The blocks of one step: x and h times the two weight matrices, both biases, and the sums cut into four gates."""
    figure = figure or plt.figure(figsize=(9.6, 5.0))
    axes = blank(figure.add_subplot(), 9.6, 5.0)
    N, D, H = 3, 2, 4
    left, wide = 1.95, 4 * H * CELL
    right = left + wide + 0.2
    rows = [("$x_t$  (N, D)", "input", "$W_{ih}^\\top$  (D, 4H)", D, 4.55, "no step waits for it: one product",
             "for all steps, before the loop"),
            ("$h_{t-1}$  (N, H)", "state", "$W_{hh}^\\top$  (H, 4H)", H, 3.55, "has to wait for $h_{t-1}$:",
             "one product a step")]
    for name, role, weight, size, top, first, second in rows:
        middle = top - size * CELL / 2
        _block(axes, (0.45, middle - N * CELL / 2), N, size, role)
        label(axes, (0.45, middle + N * CELL / 2 + 0.16), name, fontsize=13, ha="left")
        label(axes, ((0.45 + size * CELL + left) / 2, middle), "·", fontsize=18)
        _gate_block(axes, (left, middle - size * CELL / 2), size, H, 0.35)
        text = label(axes, (left + wide / 2, middle), weight, fontsize=14)
        text.set_bbox({"facecolor": color("paper"), "edgecolor": "none", "boxstyle": "round,pad=0.25"})
        label(axes, (right, middle + 0.12), first, fontsize=11, ha="left")
        label(axes, (right, middle - 0.14), second, fontsize=11, ha="left")
    label(axes, (left - 0.28, 3.78), "+", fontsize=15)
    for row, name in enumerate(("$b_{ih}$", "$b_{hh}$")):
        _gate_block(axes, (left, 2.02 - 0.33 * row), 1, H, 0.35)
        label(axes, (left - 0.28, 2.15 - 0.33 * row), "+", fontsize=15)
        label(axes, (right, 2.15 - 0.33 * row), name, fontsize=13, ha="left")
    bottom = 0.66
    label(axes, (left - 0.28, bottom + N * CELL / 2), "$z_t$ =", fontsize=14, ha="right")
    for number, (gate, function, name) in enumerate(GATES):
        x = left + number * H * CELL
        _block(axes, (x, bottom), N, H, "ink" if gate == "g" else "gate", 0.1 if gate == "g" else 0.35)
        label(axes, (x + H * CELL / 2, bottom + N * CELL / 2), f"${gate}$", fontsize=15)
        pill = node(axes, "function" if gate == "g" else "gate", (x + H * CELL / 2, 0.2), function, radius=0.18,
                    fontsize=12)
        arrow(axes, (x + H * CELL / 2, bottom), pill, gap=1)
        label(axes, (x + H * CELL / 2, 1.56), name, fontsize=10.5, role="ink" if gate == "g" else "gate")
    label(axes, (right, bottom + N * CELL / 2 + 0.12), "(N, 4H), cut with", fontsize=11, ha="left")
    label(axes, (right, bottom + N * CELL / 2 - 0.14), "chunk(4, dim=1)", fontsize=11, ha="left")
    place_on_page(axes)
    return describe(figure, """
        Blocks of numbers. The batch x, three rows of two, times a wide matrix W_ih; plus the hidden state, three rows
        of four, times a wide matrix W_hh; plus two biases. Each wide block has four coloured parts side by side, and
        so has their sum z: i, f, g and o. Under z, i, f and o go through a sigmoid and g through tanh. Notes: the
        product with x is done for all steps before the loop, the product with h waits for the step before.""")


def _block(axes: Axes, corner: tuple[float, float], rows: int, columns: int, role: str, fill: float = 0.25) -> None:
    x, y = corner
    axes.add_patch(Rectangle(corner, columns * CELL, rows * CELL, facecolor=mix(color(role), color("paper"), fill),
                             edgecolor=color(role), linewidth=1.6, zorder=2))
    fine = {"color": mix(color(role), color("paper"), 0.6), "linewidth": 0.6, "zorder": 2}
    for row in range(1, rows):
        axes.plot([x, x + columns * CELL], [y + row * CELL] * 2, **fine)
    for column in range(1, columns):
        axes.plot([x + column * CELL] * 2, [y, y + rows * CELL], **fine)


def _gate_block(axes: Axes, corner: tuple[float, float], rows: int, size: int, fill: float) -> None:
    for number, (gate, _, _) in enumerate(GATES):
        _block(axes, (corner[0] + number * size * CELL, corner[1]), rows, size, "ink" if gate == "g" else "gate",
               0.1 if gate == "g" else fill)


def padded_and_packed(lengths: Sequence[int] = (5, 3, 6, 2), *, figure: Figure | None = None) -> Figure:
    """A padded batch beside its packed form: the same real steps, time after time, and how many there are at each."""
    figure = figure or plt.figure(figsize=(9.6, 3.5))
    axes = blank(figure.add_subplot(), 9.6, 3.5)
    side, steps = 0.42, max(lengths)
    label(axes, (0.55, 3.28), f"padded: {steps} × {len(lengths)} steps are computed", fontsize=12, ha="left")
    for row, length in enumerate(lengths):
        y = 2.5 - 0.52 * row
        label(axes, (0.4, y + side / 2), "abcdefgh"[row], fontsize=13, ha="right")
        for t in range(steps):
            _step(axes, (0.55 + side * t, y), side, f"{'abcdefgh'[row]}{t + 1}" if t < length else "0", t < length,
                  t == length - 1)
    label(axes, (0.55, 0.62), "bold frame: the last real step", fontsize=11, ha="left")
    label(axes, (0.55, 0.34), "grey: padding, which moves the state on", fontsize=11, ha="left", role="muted")
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    sizes = [sum(length > t for length in lengths) for t in range(steps)]
    left = 4.15
    label(axes, (left, 3.28), f"packed: {sum(lengths)} steps, the longest sequence first", fontsize=12, ha="left")
    for t, size in enumerate(sizes):
        x = left + 0.62 * t
        for place, row in enumerate(order[:size]):
            _step(axes, (x, 2.5 - side * place), side, f"{'abcdefgh'[row]}{t + 1}", True, t == lengths[row] - 1)
        label(axes, (x + side / 2, 0.62), str(size), fontsize=13, role="weight")
    label(axes, (left + 0.62 * steps + 0.05, 0.62), "batch sizes: who is", fontsize=11, ha="left", role="weight")
    label(axes, (left + 0.62 * steps + 0.05, 0.36), "still running", fontsize=11, ha="left", role="weight")
    place_on_page(axes)
    spoken = ", ".join(map(str, lengths))
    return describe(figure, f"""
        Left: {len(lengths)} sequences of lengths {spoken} as rows of a page {steps} steps wide; the rest of each row is
        padded with grey zeros, and the last real step of each row has a bold frame. Right: the same real steps packed,
        one column for each step, sorted so that the longest sequence is on top. The columns get shorter:
        {", ".join(map(str, sizes))} sequences are still running. No zero is left.""")


def _step(axes: Axes, corner: tuple[float, float], side: float, text: str, real: bool, last: bool) -> None:
    role = "input" if real else "muted"
    face = mix(color("input"), color("paper"), 0.25) if real else color("faint")
    axes.add_patch(Rectangle(corner, side, side, facecolor=face, edgecolor=color("ink") if last else color(role),
                             linewidth=2.8 if last else 1.0, zorder=4 if last else 3))
    label(axes, (corner[0] + side / 2, corner[1] + side / 2), text, fontsize=10.5, role="ink" if real else "muted")


def progress(loss: Sequence[float], norm: Sequence[float], accuracy: Sequence[float], *,
             figure: Figure | None = None) -> Figure:
    """One training, an entry an epoch: loss and gradient norm on the left, test accuracy (0 to 1) on the right."""
    figure = figure or plt.figure(figsize=(9.0, 3.0))
    left, right = figure.subplots(1, 2)
    epochs = np.arange(1, len(loss) + 1)
    left.semilogy(epochs, loss, "o-", color=color("loss"), markersize=5, label="loss")
    left.semilogy(epochs, norm, "s--", color=color("gradient"), markersize=5, label="gradient norm")
    left.set(xlabel="epoch", title="training", xticks=epochs, ylabel="mean of the epoch", ylim=(None, 40 * max(norm)))
    left.legend(loc="upper right")  # in the room left above the curves
    right.plot(epochs, 100 * np.asarray(accuracy), "o-", color=color("good"), markersize=6)
    right.axhline(100, color=color("ink"), linewidth=1, linestyle=DOTTED)
    right.set(xlabel="epoch", ylabel="right, in %", title="test sequences counted right", xticks=epochs)
    return describe(figure, """
        Left, log axis: loss and gradient norm fall from epoch to epoch. Right: the share of test sequences that are
        counted right rises, and ends at 100 percent or very close to it.""")


def seeds(accuracies: Sequence[Sequence[float]], *, figure: Figure | None = None) -> Figure:
    """Test accuracy (0 to 1) after every epoch, one row a seed."""
    figure = figure or plt.figure(figsize=(9.0, 3.0))
    axes = figure.add_subplot()
    table = 100 * np.asarray(accuracies)
    epochs = np.arange(1, table.shape[1] + 1)
    for row in table:
        axes.plot(epochs, row, "o-", color=color("good"), alpha=0.45, markersize=4, linewidth=1.4)
    perfect = int((table[:, -1] == 100).sum())
    low = max(0.0, np.floor(table[:, 1:].min() - 0.3))
    axes.axhline(100, color=color("ink"), linewidth=1, linestyle=DOTTED)
    axes.set(xlabel="epoch", ylabel="test accuracy in %", xticks=epochs, ylim=(low, 100.15),
             title=f"{perfect} of {len(table)} seeds count all test sequences right after epoch {len(epochs)}")
    return describe(figure, f"""
        Test accuracy against epoch, one curve for each of {len(table)} seeds. After epoch {len(epochs)} {perfect} of
        them are at 100 percent, the lowest at {table[:, -1].min():.1f}; from epoch 2 on none is below {low:.0f}
        percent.""")


def over_lengths(lengths: Sequence[int], errors: dict[str, np.ndarray], trained: int = 20, *,
                 figure: Figure | None = None) -> Figure:
    """Mean error against length, (seeds, lengths) for each kind of training, with the line of counting zeros too."""
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    at = np.asarray(lengths)
    panels = figure.subplots(1, len(errors), sharey=True)
    words = []
    for axes, (name, table) in zip(panels, errors.items(), strict=True):
        axes.axhline(0, color=color("ink"), linewidth=1)
        axes.axvline(trained, color=color("muted"), linewidth=1.2, linestyle=DASHED)
        axes.plot(at, -(at - trained) / 2, color=color("gradient"), linewidth=1.6, linestyle=DOTTED,
                  label="a point off for each two steps")
        axes.plot(at, np.minimum(0, trained - at / 2), color=color("bad"), linewidth=1.6, linestyle=DASHED,
                  label=f"nothing above {trained}")
        for number, row in enumerate(table):
            axes.plot(at, row, "o-", color=color("output"), alpha=0.5, markersize=3.5, linewidth=1.3,
                      label=f"measured, {len(table)} seeds" if number == 0 else None)
        axes.set(title=name, xlabel="length of the sequence", xscale="log", ylim=(-110, 10))
        axes.set_xticks(at[[0, 1, 3, 5, 7, 8, 9]], [str(length) for length in at[[0, 1, 3, 5, 7, 8, 9]]])
        axes.set_yscale("symlog", linthresh=5, linscale=0.8)
        axes.set_yticks([5, 0, -5, -10, -20, -40, -80], ["5", "0", "−5", "−10", "−20", "−40", "−80"])
        axes.minorticks_off()
        words.append(f"{name}: mean error {table[:, 0].mean():+.0f} at length {at[0]}, "
                     f"{table[:, -1].mean():.0f} at length {at[-1]}")
    panels[0].set_ylabel("answer minus count, mean")
    panels[-1].legend(loc="upper right")
    return describe(figure, f"""
        Mean error against length, both axes logarithmic, a curve for each seed. {"; ".join(words)}. Both are right at
        {trained}. The first kind follows the line that loses half a point with each further step, on both sides of
        {trained}. The second stays near 0 up to {trained} and then runs a little below the line of an
        answer that never exceeds {trained}.""")


def counter_frames(frames: list[dict], *, figure: Figure | None = None) -> Figure:
    """The explorer's lower panel at several settings: what `Counter.compute` gives, and a "title"."""
    figure = figure or plt.figure(figsize=(9.6, 4.6))
    panels = figure.subplots(2, -(-len(frames) // 2), sharex=True, sharey=True)
    words = []
    for axes, frame in zip(panels.ravel(), frames, strict=True):
        count = np.cumsum(frame["bits"])
        steps = np.arange(1, len(count) + 1)
        axes.axvline(20, color=color("muted"), linewidth=1.2, linestyle=DASHED)
        axes.step(steps, count, where="mid", color=color("target"), linewidth=2.2, label="ones so far")
        axes.plot(steps, frame["answers"], color=color("output"), linewidth=2.2, marker="o", markersize=3,
                  label="the answer")
        axes.set(title=frame["title"], ylim=(-3, 44), xlim=(0, 41))
        axes.title.set_fontsize(12)
        words.append(f"{frame['title']}: {count[-1]:.0f} ones, the answer is {frame['answers'][-1]:.0f}")
    for axes in panels[-1]:
        axes.set_xlabel("step")
    panels[0, 0].legend(loc="upper left")
    return describe(figure, f"Key frames of the explorer, answer and count after every step. {'; '.join(words)}.")
