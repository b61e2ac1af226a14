"""Figures of chapter 14, self-attention. Drawings are in query_key_value.py, the explorer's picture in head_map.py."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots.gradient_flow import PAGE, exponents
from seqlearn.plots.style import color, describe

DASHED = (0, (5, 3))

def saturation(sizes: np.ndarray, plain: dict[str, np.ndarray], scaled: dict[str, np.ndarray], most: float, *,
               figure: Figure | None = None) -> Figure:
    """Variance of the scores, entropy of the weights and the gradient that reaches a query, against the size d.

    sizes (S,); plain, scaled: "variance" and "entropy" (S,), and "gradient" (S, 3): what a tenth, half and nine tenths
    of the queries do not reach. most: the entropy of equal weights.
    """
    figure = figure or plt.figure(figsize=(8.8, 2.5))
    titles = {"variance": "variance of the scores", "entropy": "entropy of the weights, in nats",
              "gradient": "gradient that reaches a query"}
    for axes, (name, title) in zip(figure.subplots(1, 3), titles.items(), strict=True):
        for values, mark, hue, label in ((plain[name], "o-", "bad", "$q \\cdot k$"),
                                         (scaled[name], "s-", "good", "$q \\cdot k\\, / \\sqrt{d}$")):
            if name == "gradient":
                axes.fill_between(sizes, values[:, 0], values[:, 2], color=color(hue), alpha=0.25, linewidth=0)
            axes.plot(sizes, values[:, 1] if name == "gradient" else values, mark, color=color(hue), label=label)
        axes.set_xscale("log", base=2)
        axes.set(title=title, xlabel="size d of a key")
        axes.set_xticks(sizes[::4], [str(size) for size in sizes[::4]])
        axes.minorticks_off()
    variance, entropy, gradient = figure.axes
    variance.set_yscale("log", base=2)
    variance.set_yticks([1, 16, 256], ["1", "16", "256"])
    variance.minorticks_off()
    variance.legend(loc="upper left")
    entropy.axhline(most, color=color("ink"), linewidth=1.2, linestyle=(0, (1.5, 1.5)))
    entropy.text(sizes[0], most * 1.03, "all weights alike", va="bottom", fontsize=10)
    entropy.set_ylim(0, most * 1.22)
    entropy.set_yticks([0, 1, 2])
    gradient.set_yscale("log")
    gradient.set_ylim(1e-6, 20)
    gradient.set_yticks([1e-6, 1e-4, 1e-2, 1], ["10⁻⁶", "10⁻⁴", "0.01", "1"])
    gradient.minorticks_off()
    return describe(figure, f"""
        Three panels against the size d, from {sizes[0]} to {sizes[-1]}. Variance of the scores: it grows like d
        without the scale and stays near 1 with it. Entropy of the weights: it falls from
        {plain["entropy"][0]:.1f} to {plain["entropy"][-1]:.1f} without the scale and stays near
        {scaled["entropy"][-1]:.1f} with it. Gradient that reaches a query, on a log axis, as a band from a tenth to
        nine tenths of the queries: at d = {sizes[-1]} from {plain["gradient"][-1, 0]:.0e} to
        {plain["gradient"][-1, 2]:.1f} without the scale, from {scaled["gradient"][-1, 0]:.2f} to
        {scaled["gradient"][-1, 2]:.2f} with it.""")


def positions(vectors: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Sinusoidal positions (T, M) as a map, and their dot products against the distance."""
    figure = figure or plt.figure(figsize=(8.4, 2.8))
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    colors = LinearSegmentedColormap.from_list("", [color("state"), color("paper"), color("input")], N=15)
    left.imshow(vectors, cmap=colors, vmin=-1, vmax=1, aspect="auto")
    left.set(xlabel="feature: sine, cosine, sine, cosine, …", ylabel="position t",
             title="vectors: blue −1, white 0, orange 1")
    left.grid(False)
    products = vectors @ vectors.T
    count, size = vectors.shape
    for t, look in ((0, "-"), (count // 2, DASHED)):
        right.plot(np.arange(count) - t, products[t], linestyle=look, linewidth=2.6, label=f"t = {t}")
    right.set(xlabel="distance s − t", ylabel=r"$p_t \cdot p_s$", title="dot products", ylim=(0, None))
    right.legend(loc="lower right")
    return describe(figure, f"""
        Left: {count} positions as rows of {size} features; the first columns swing fast, the last hardly at all.
        Right: the dot product of two positions against their distance, for two positions: the curves lie on
        each other, with a peak of {size / 2:.0f} at distance 0 and lower waves on both sides.""")


def weight_maps(maps: dict[str, np.ndarray], rows: list[str], columns: list[str] | None = None, *, words: str,
                numbers: bool | None = None, figure: Figure | None = None) -> Figure:
    """Weights as maps side by side: row t is where position t looks. maps: name → (T, T).

    words: the text alternative. numbers: write them into the cells; None: where there is room.
    """
    columns = rows if columns is None else columns
    width = 9.6 if len(maps) > 2 else 6.8
    figure = figure or plt.figure(figsize=(width, min(4.4, 1.0 + width / len(maps) * 0.82)))
    for axes, (name, weights) in zip(figure.subplots(1, len(maps), squeeze=False)[0], maps.items(), strict=True):
        _map(axes, weights, len(weights) <= 6 if numbers is None else numbers)
        axes.set_title(name, loc="center", pad=26 if any(columns) else 8)
        every = slice(0, len(weights), 1 if len(weights) <= 12 else 3)
        axes.set_xticks(range(len(weights))[every], columns[every])
        axes.set_yticks(range(len(weights))[every], rows[every])
    return describe(figure, words)


def _map(axes: Axes, weights: np.ndarray, numbers: bool) -> None:
    colors = LinearSegmentedColormap.from_list("", [color("paper"), color("gate")])
    axes.imshow(weights, cmap=colors, vmin=0, vmax=1)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.grid(False)
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(color("muted"))
    for (t, s), weight in np.ndenumerate(weights) if numbers else ():
        if weight >= 0.005:
            axes.text(s, t, f"{weight:.2f}"[1:] if weight < 0.995 else "1", ha="center", va="center", fontsize=10,
                      color=color("paper") if weight > 0.75 else color("ink"))


def leaks(moved: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """Which outputs move when one input is changed. moved: name → (T, T) boolean, [t, s]: output t moved with x_s."""
    figure = figure or plt.figure(figsize=(8.4, 2.4))
    count = len(next(iter(moved.values())))
    future = np.triu(np.ones((count, count), dtype=bool), 1)
    for axes, (name, moves) in zip(figure.subplots(1, len(moved)), moved.items(), strict=True):
        cells = np.empty((count, count, 3))
        cells[...] = to_rgb(color("faint"))
        cells[moves] = to_rgb(color("good"))
        cells[moves & future] = to_rgb(color("bad"))
        axes.imshow(cells, extent=(0, count, count, 0))
        for t, s in np.argwhere(moves & future):  # not by colour alone
            axes.text(s + 0.5, t + 0.5, "✗", ha="center", va="center", fontsize=12, color=color("paper"))
        axes.set_xticks(np.arange(count) + 0.5, range(count))
        axes.set_yticks(np.arange(count) + 0.5, range(count))
        axes.tick_params(length=0)
        axes.hlines(range(count + 1), 0, count, color=color("paper"), linewidth=1.5)
        axes.vlines(range(count + 1), 0, count, color=color("paper"), linewidth=1.5)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.set_title(name, loc="center", fontsize=11)
        axes.set_xlabel("input changed")
    figure.axes[0].set_ylabel("output")
    found = "; ".join(f"{name}: {'leaks' if (moves & future).any() else 'no leak'}" for name, moves in moved.items())
    return describe(figure, f"""
        Maps of which output moves when one input of {count} is changed; a red cell with a cross is an output that
        moved with a later input. {found}.""")


def gradients(curves: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """Gradient norms at every step of a loss at the last one. curves: name → (seeds, T); step 1 first."""
    figure = figure or plt.figure(figsize=(8.4, 3.0))
    axes = figure.add_subplot()
    looks = (("bad", "-", "o"), ("bad", DASHED, "v"), ("state", "-", "s"), ("output", "-", "^"),
             ("output", DASHED, "P"), ("gate", "-", "D"))
    sentences = []
    for (name, norms), (meaning, line, mark) in zip(curves.items(), looks, strict=False):
        heights, steps = exponents(norms), np.arange(1, norms.shape[1] + 1)
        middle, some = np.median(heights, axis=0), slice(None, None, 11)
        axes.plot(steps[some], middle[some], color=color(meaning), linestyle=line, linewidth=2.4, label=name,
                  marker=mark)
        axes.vlines(steps[some], heights.min(axis=0)[some], heights.max(axis=0)[some], color=color(meaning))
        sentences.append(f"{name}: " + (f"about 10 to the power of {middle[0]:.0f} at step 1" if middle[0] > -PAGE else
                                        "below 10 to the power of -10 at step 1"))
    axes.set(ylim=(-PAGE, 1), xlim=(1, norms.shape[1]), title="gradient norm ‖∂L/∂$x_t$‖ at every step t")
    axes.set_xlabel("⟵ the gradient flows from the loss at the last step t back to the first")
    axes.set_yticks(range(-9, 2, 3), ["10⁻⁹", "10⁻⁶", "10⁻³", "1"])
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return describe(figure, f"""
        Gradient norms against the step, log axis, loss at step {norms.shape[1]}; a line is the median of
        {len(norms)} seeds, strokes reach from the smallest to the largest. {"; ".join(sentences)}.""")


def reversal(weights: np.ndarray, seen: np.ndarray, answered: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """One test sequence: the weights (T, T) of the head, the symbols read (T,) and the answers (T,)."""
    figure = figure or plt.figure(figsize=(5.0, 4.4))
    axes = figure.add_subplot()
    _map(axes, weights, False)
    count = len(weights)
    for (t, s), weight in np.ndenumerate(weights):
        if weight >= 0.095:
            axes.text(s, t, f"{weight:.1f}"[1:] if weight < 0.95 else "1", ha="center", va="center", fontsize=10,
                      color=color("paper") if weight > 0.75 else color("ink"))
    axes.set_xticks(range(count), [str(symbol) for symbol in seen], fontsize=13)
    axes.set_yticks(range(count), [str(symbol) for symbol in answered], fontsize=13)
    axes.set_xlabel("read, and looked at")
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("answered")
    for t in range(count):
        axes.add_patch(Rectangle((count - 1.5 - t, t - 0.5), 1, 1, fill=False, edgecolor=color("target"),
                                 linewidth=1.5))
    return describe(figure, f"""
        Weights of the trained head: row t is where position t looks. The largest weights lie on the
        anti-diagonal, outlined: the first position looks at the last, the last at the first. Read:
        {" ".join(map(str, seen))}; answered: {" ".join(map(str, answered))}.""")
