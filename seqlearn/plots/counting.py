"""Figures of chapter 07, the LSTM in PyTorch. The explorer's picture is in counter.py."""

from collections.abc import Sequence
from math import comb

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
    """The blocks of one step: x and h times the two weight matrices, both biases, and the sums cut into four blocks."""
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
    label(axes, (left - 0.28, bottom + N * CELL / 2), "$a_t$ =", fontsize=14, ha="right")
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
        so has their sum a: i, f, g and o. Under a, i, f and o go through a sigmoid and g through tanh. Notes: the
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


def returned(layers: int = 2, steps: int = 4, *, figure: Figure | None = None) -> Figure:
    """What nn.LSTM returns: the grid of its states, layers upwards and steps to the right, with what it hands out."""
    figure = figure or plt.figure(figsize=(9.6, 3.4))
    axes = blank(figure.add_subplot(), 9.6, 3.4)
    wide, high, left, bottom = 1.25, 1.05, 2.0, 1.2
    ys = [bottom + high * layer for layer in range(layers)]
    xs = [left + wide * t for t in range(steps)]
    _frame(axes, (xs[0] - 0.42, ys[-1] - 0.34), xs[-1] - xs[0] + 0.84, 0.68, "output")
    _frame(axes, (xs[-1] - 0.48, ys[0] - 0.42), 0.96, ys[-1] - ys[0] + 0.84, "state")
    grid = [[node(axes, "state", (x, y), "$h$", radius=0.27, fontsize=13) for x in xs] for y in ys]
    for t, x in enumerate(xs):
        below = node(axes, "input", (x, 0.4), f"$x_{t + 1}$", radius=0.24, fontsize=12)
        for layer in range(layers):
            arrow(axes, below, grid[layer][t], gap=1)
            below = grid[layer][t]
            if t:
                arrow(axes, grid[layer][t - 1], grid[layer][t], gap=1)
    for y in ys:
        node(axes, "state", (xs[-1] + 1.35, y), "$c$", radius=0.27, fontsize=13)
    _frame(axes, (xs[-1] + 0.87, ys[0] - 0.42), 0.96, ys[-1] - ys[0] + 0.84, "state")
    for layer, y in enumerate(ys):
        label(axes, (left - 0.7, y), f"layer {layer}", fontsize=12, ha="right", role="muted")
    label(axes, ((xs[0] + xs[-1]) / 2 - 0.5, ys[-1] + 0.58), "outputs (T, N, H): the last layer's", role="output",
          fontsize=13)
    label(axes, (xs[-1], ys[-1] + 0.64), "h_n", role="state", fontsize=13)
    label(axes, (xs[-1] + 1.35, ys[-1] + 0.64), "c_n", role="state", fontsize=13)
    label(axes, (xs[-1] + 2.05, (ys[0] + ys[-1]) / 2), "(layers, N, H),\nafter the last\nstep", fontsize=12, ha="left")
    place_on_page(axes)
    return describe(figure, f"""
        A grid of states h, {layers} layers upwards and {steps} steps to the right, the inputs below it. A green frame
        around the upper row: outputs, (T, N, H), the last layer's states at all steps. Two blue frames around columns:
        h_n, the states h of all layers after the last step, and c_n, the cell states beside them, each (layers, N, H).
        The upper right state lies in outputs and in h_n.""")


def _frame(axes: Axes, corner: tuple[float, float], width: float, height: float, role: str) -> None:
    axes.add_patch(Rectangle(corner, width, height, facecolor=mix(color(role), color("paper"), 0.1), zorder=0))
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=color(role), linewidth=2.0, zorder=1))


def progress(loss: Sequence[float], validation: Sequence[float], size: float, *,
             figure: Figure | None = None) -> Figure:
    """One training, an entry an epoch: both losses on the left, the typical error in ones on the right.

    size: how many ones a scaled target of 1 is.
    """
    figure = figure or plt.figure(figsize=(9.0, 3.0))
    left, right = figure.subplots(1, 2)
    epochs = np.arange(1, len(loss) + 1)
    left.semilogy(epochs, loss, "o-", color=color("loss"), markersize=5, label="training")
    left.semilogy(epochs, validation, "s--", color=color("output"), markersize=5, label="validation")
    left.set(xlabel="epoch", title="loss", xticks=epochs, ylabel="mean squared error")
    left.legend(loc="upper right")
    ones = size * np.sqrt(validation)
    right.plot(epochs, ones, "s--", color=color("output"), markersize=6)
    right.axhline(0.5, color=color("ink"), linewidth=1.2, linestyle=DOTTED)
    right.text(epochs[-1], 0.5, "half a one: beyond it an answer rounds wrong", ha="right", va="bottom", fontsize=10.5,
               color=color("ink"))
    right.set(xlabel="epoch", ylabel="in ones", title="typical error in validation", xticks=epochs,
              ylim=(0, 1.25 * max(0.5, ones.max())))
    return describe(figure, """
        Left, log axis: training and validation loss fall by orders of magnitude in six epochs. Right: the typical error
        in validation, in ones, ends far below a dotted line at one half, beyond which an answer rounds wrong.""")


def seeds(missed: dict[str, np.ndarray], out_of: int = 1000, *, figure: Figure | None = None) -> Figure:
    """How many of `out_of` sequences are counted right after every epoch, (seeds, epochs) of missed ones by name."""
    figure = figure or plt.figure(figsize=(9.6, 3.2))
    panels = figure.subplots(1, len(missed), sharey=True)
    words = []
    for axes, (name, table) in zip(panels, missed.items(), strict=True):
        right = 100 - 100 * np.asarray(table) / out_of
        epochs = np.arange(1, right.shape[1] + 1)
        for row in right:
            axes.plot(epochs, row, "o-", color=color("good"), alpha=0.45, markersize=4, linewidth=1.4)
        axes.set(xlabel="epoch", xticks=epochs, ylim=(0, 104), title=name)
        axes.title.set_fontsize(12)
        first, last = (f"between {each.min():.1f} and {each.max():.1f} percent" for each in right.T[[0, -1]])
        words.append(f"{name}: after epoch 1 {first}, after epoch {len(epochs)} {last}")
    panels[0].set_ylabel("counted right, in %")
    return describe(figure, f"""
        Share of validation sequences counted right after every epoch, one curve a seed. {"; ".join(words)}.""")


def over_lengths(lengths: Sequence[int], errors: dict[str, np.ndarray], trained: int = 20, *,
                 figure: Figure | None = None) -> Figure:
    """Mean error against length, (seeds, lengths) for each kind of training, with the lines of two other rules."""
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    at = np.asarray(lengths)
    every, whole = np.geomspace(at[0], at[-1], 300), range(at[0], at[-1] + 1)
    stopped = [_error_of_stopping_at(trained, length) for length in whole]
    panels = figure.subplots(1, len(errors), sharey=True)
    words = []
    for axes, (name, table) in zip(panels, errors.items(), strict=True):
        axes.axhline(0, color=color("ink"), linewidth=1)
        axes.axvline(trained, color=color("muted"), linewidth=1.2, linestyle=DASHED)
        axes.plot(every, (trained - every) / 2, color=color("gradient"), linewidth=1.8, linestyle=DOTTED, zorder=3,
                  label="a point off for each two steps")
        axes.plot(whole, stopped, color=color("bad"), linewidth=1.6, linestyle=DASHED,
                  label=f"nothing above {trained}")
        for number, row in enumerate(table):
            axes.plot(at, row, "o-", color=color("output"), alpha=0.5, markersize=3.5, linewidth=1.3,
                      label=f"measured, {len(table)} seeds" if number == 0 else None)
        axes.set(title=name, xlabel="length of the sequence", xscale="log", ylim=(-110, 16))
        ticks = [1, 2, 5, 10, 20, 30, 50, 100, 200]
        axes.set_xticks(ticks, [str(length) for length in ticks])
        axes.set_yscale("symlog", linthresh=5, linscale=0.8)
        axes.set_yticks([10, 5, 0, -5, -10, -20, -40, -80], ["10", "5", "0", "−5", "−10", "−20", "−40", "−80"])
        axes.minorticks_off()
        words.append(f"{name}: mean error {table[:, 0].mean():+.0f} at length {at[0]}, "
                     f"{table[:, -1].mean():.0f} at length {at[-1]}")
    panels[0].set_ylabel("answer minus count, mean")
    panels[-1].legend(loc="lower left")
    return describe(figure, f"""
        Mean error against length, both logarithmic (the error beyond ±5), a curve for each seed. {"; ".join(words)}.
        Both are right at {trained}. The first kind follows the line that loses half a point with each further step, on
        both sides of {trained}. The second stays near 0 up to {trained} and then sinks below the line of a count that
        stops at {trained}.""")


def _error_of_stopping_at(most: int, length: int) -> float:
    """Mean error of a count that stops at `most`, over all sequences of zeros and ones of this length."""
    return -sum(comb(length, ones) * (ones - most) for ones in range(most + 1, length + 1)) / 2**length


def counter_frames(frames: list[dict], *, figure: Figure | None = None) -> Figure:
    """The explorer's lower panel at several settings: what `CountingOnes.compute` gives, and a "title"."""
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
