"""Figures of chapter 10, text classification. The explorer's picture is in word_by_word.py."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots.drawing import Mark, arrow, blank, label, mix, node, place_on_page
from seqlearn.plots.style import color, describe


def pipeline(words: tuple[str, ...] = ("the", "plot", "is", "not", "good"),
             rows: tuple[int, ...] = (2, 26, 3, 17, 38), text: str = "The plot is NOT good.", probability: float = 0.12,
             *, figure: Figure | None = None) -> Figure:
    """From raw text to a probability, stage by stage, upward: text, words, rows, vectors, states, logit."""
    figure = figure or plt.figure(figsize=(9.6, 4.9))
    axes = figure.add_subplot()
    columns = [1.5 * t for t in range(len(words))]
    stages = (("raw text", 0.0), ("words", 0.85), ("rows", 1.7), ("vectors", 2.75), ("states", 4.05))
    for name, y in stages:
        label(axes, (-1.15, y), name, role="muted", ha="right", fontsize=13)
    label(axes, (columns[0] - 0.4, 0.0), f"“{text}”", fontsize=14, ha="left")
    rng = np.random.default_rng(3)
    states: list[Mark] = []
    for x, word, row in zip(columns, words, rows, strict=True):
        label(axes, (x, 0.85), word, fontsize=14)
        arrow(axes, (x, 1.02), (x, 1.48), width=1.2)
        number = node(axes, "input", (x, 1.7), str(row), fontsize=13, radius=0.27)
        _vector(axes, (x, 2.75), rng.uniform(0, 1, 6))
        arrow(axes, number, (x, 2.3), width=1.2)
        states.append(node(axes, "state", (x, 4.05), f"$h_{{{len(states) + 1}}}$", radius=0.34))
        arrow(axes, (x, 3.2), states[-1], width=1.2)
    for before, after in zip(states, states[1:], strict=False):
        arrow(axes, before, after)
    end = columns[-1]
    logit = node(axes, "output", (end + 1.75, 4.05), r"$\ell$", radius=0.36)
    arrow(axes, states[-1], logit)
    label(axes, (end + 0.9, 4.4), "$W, b$", role="weight", fontsize=13)
    label(axes, (end + 1.75, 3.42), "one logit", role="muted")
    bar = (end + 1.5, 0.3)
    axes.add_patch(Rectangle(bar, 0.5, 2.4, facecolor=color("faint"), edgecolor=color("muted"), linewidth=1.2))
    axes.add_patch(Rectangle(bar, 0.5, 2.4 * probability, facecolor=color("output"), linewidth=0))
    arrow(axes, (end + 1.75, 3.24), (end + 1.75, 2.74), width=1.2)
    label(axes, (end + 2.1, 2.98), r"$\sigma(\ell)$", ha="left", fontsize=13)
    label(axes, (end + 2.1, 0.3 + 2.4 * probability), f"{100 * probability:.0f} %", ha="left", fontsize=13)
    label(axes, (end + 2.1, 2.66), "100 %", ha="left", role="muted", fontsize=11)
    blank(axes, columns[-1] + 5.5, 4.95, left=-2.35, bottom=-0.35)
    place_on_page(axes)
    return describe(figure, f"""From bottom to top: the raw text “{text}”; its words {", ".join(words)}; a row number
        for each; a vector for each row; a chain of states h1 to h{len(words)}, each from its word's vector and the
        state before. From the last state weights W and b make one logit ℓ, and its sigmoid is a probability, here
        {100 * probability:.0f} percent.""")


def _vector(axes: Axes, center: tuple[float, float], shares: np.ndarray, *, width: float = 0.34,
            height: float = 0.9) -> None:
    """A column of cells, each filled with its share of the input's colour."""
    x, y = center
    cell = height / len(shares)
    for i, share in enumerate(shares):
        axes.add_patch(Rectangle((x - width / 2, y - height / 2 + i * cell), width, cell, linewidth=0.8, zorder=3,
                                 facecolor=mix(color("input"), color("paper"), 0.1 + 0.7 * share),
                                 edgecolor=color("paper")))


def three_leaks(*, figure: Figure | None = None) -> Figure:
    """A review of three words in a batch of five steps, three times: where the padding gets in."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    panels = figure.subplots(1, 3)
    titles = ("1  the last state", "2  the loss", "3  the mean")
    words = ("not", "a", "bore", "‹pad›", "‹pad›")
    for number, (axes, title) in enumerate(zip(panels, titles, strict=True)):
        blank(axes, 5.0, 5.1, left=-0.5, bottom=-1.1)
        states = []
        for t, word in enumerate(words):
            real = t < 3
            label(axes, (t, -0.75), word, role="ink" if real else "bad", fontsize=11)
            below = node(axes, "input", (t, 0.0), "", radius=0.3)
            states.append(node(axes, "state", (t, 1.15), f"$h_{t + 1}$", radius=0.36, fontsize=13))
            into = arrow(axes, below, states[-1], width=1.2)
            if t:
                on = arrow(axes, states[t - 1], states[t])
            if not real:
                for mark in (below, states[-1], into, on):
                    mark.light(False)
        if number == 0:
            right = node(axes, "output", (2, 2.75), r"$\ell$", radius=0.36)
            wrong = node(axes, "output", (4, 2.75), r"$\ell$", radius=0.36)
            _way(axes, states[2], right, True)
            _way(axes, states[4], wrong, False)
        elif number == 1:
            for t, state in enumerate(states):
                loss = node(axes, "loss", (t, 2.75), f"$L_{t + 1}$", radius=0.38, fontsize=11)
                _way(axes, state, loss, t < 3)
        else:
            mean = node(axes, "operation", (2, 3.1), "mean", radius=0.72, fontsize=11)
            for t, state in enumerate(states):
                _way(axes, state, mean, t < 3)
        axes.set_title(title, fontsize=13)
    figure.legend(handles=[plt.Line2D([], [], color=color("good"), linewidth=2.4, label="counts"),
                           plt.Line2D([], [], color=color("bad"), linewidth=2.4, linestyle=(0, (3, 1.5)),
                                      label="the padding leaks in")],
                  loc="outside lower center", ncols=2, frameon=False)
    return describe(figure, """Three drawings of the same five states: three for words, two for padding. One: the logit
        belongs on the third state, the last real one; a dashed arrow takes it from the fifth, after the padding. Two: a
        loss at every state; those of the first three count, those of the two padded ones leak in, dashed. Three: the
        mean of the states; arrows of the first three count, the dashed ones of the two padded states leak in.""")


def _way(axes: Axes, start: Mark, end: Mark, right: bool) -> None:
    mark = arrow(axes, start, end, width=2.2)
    mark.patch.set_color(color("good" if right else "bad"))
    if not right:
        mark.patch.set_linestyle((0, (3, 1.5)))


def packed_batch(reviews: list[list[str]], *, figure: Figure | None = None) -> Figure:
    """A padded batch, the same sorted by length, and packed: one box for each real step, the padding left out."""
    figure = figure or plt.figure(figsize=(9.6, 4.4))
    axes = figure.add_subplot()
    order = sorted(range(len(reviews)), key=lambda n: -len(reviews[n]))
    longest = len(reviews[order[0]])
    roles = ("input", "gate", "state", "output", "weight")
    sizes = [sum(len(review) > t for review in reviews) for t in range(longest)]
    width, height = 0.98, 0.62
    top = 5.6

    def cell(x: float, y: float, word: str, n: int) -> None:
        real = word != ""
        axes.add_patch(Rectangle((x, y), 0.94 * width, 0.88 * height, linewidth=1.2, zorder=2,
                                 facecolor=mix(color(roles[n]), color("paper"), 0.22) if real else color("paper"),
                                 edgecolor=color(roles[n]) if real else color("faint"),
                                 hatch="" if real else "///"))
        label(axes, (x + 0.47 * width, y + 0.44 * height), word, fontsize=11)

    for start, rows, title in ((0.0, range(len(reviews)), "padded: x (T, N)"),
                               (6.4, order, "longest first: order = " + str([int(n) for n in order]))):
        label(axes, (start, top + 0.85), title, ha="left", fontsize=13)
        for place, n in enumerate(rows):
            label(axes, (start - 0.12, top - place * height + 0.27), f"{n}", role="muted", ha="right", fontsize=11)
            for t in range(longest):
                cell(start + t * width, top - place * height, (reviews[n] + [""] * longest)[t], n)
    arrow(axes, (5.15, top - 0.7), (5.95, top - 0.7), width=2.2)
    low = top - len(reviews) * height - 1.25
    label(axes, (0.0, low + 0.95), "packed: data (S, D), one row for each real step", ha="left", fontsize=13)
    x = 0.0
    for t, size in enumerate(sizes):
        for n in order[:size]:
            cell(x, low, reviews[n][t], n)
            x += width
        left = x - size * width
        axes.plot([left + 0.04, left + 0.04, x - 0.1, x - 0.1], [low - 0.1, low - 0.2, low - 0.2, low - 0.1],
                  color=color("ink"), linewidth=1.2)
        label(axes, ((left + x) / 2, low - 0.45), f"step {t + 1}: {size}", fontsize=12)
    label(axes, (0.0, low - 0.98), f"batch_sizes = {sizes}", ha="left", fontsize=13)
    blank(axes, max(x, 6.4 + longest * width) + 0.9, top + 1.25 - low + 1.3, left=-0.6, bottom=low - 1.3)
    place_on_page(axes)
    sentences = "; ".join(" ".join(review) for review in reviews)
    return describe(figure, f"""Left: a batch of {len(reviews)} reviews ({sentences}) as a table, short rows filled up
        with hatched padding. Right: the same rows, longest first. Below: the packed data, first the first words of all
        rows, then the second words, and so on, without padding; {", ".join(map(str, sizes))} rows at the steps.""")


def padding_accuracies(results: dict[str, dict[str, list[float]]], *, figure: Figure | None = None) -> Figure:
    """Accuracies of models with padding treated wrongly and rightly. results: "state, wrong" → "padded", "alone" →
    one number for each seed, in percent."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    axes = figure.add_subplot()
    places = list(dict.fromkeys(case.split(", ")[0] for case in results))
    ticks, words = [], []
    for number, place in enumerate(places):
        for offset, how in ((0.0, "wrong"), (1.0, "right")):
            y = -(2.6 * number + offset)
            ticks.append((y, f"{place}, {how}"))
            for shift, setting, marker in ((0.17, "padded", "o"), (-0.17, "alone", "D")):
                values = results[f"{place}, {how}"][setting]
                filled = color("good" if how == "right" else "bad")
                axes.plot(values, np.full(len(values), y + shift), marker, color=filled, markersize=8, alpha=0.75,
                          markerfacecolor=filled if setting == "padded" else color("paper"), markeredgewidth=1.8,
                          clip_on=False, zorder=3)
                words.append(f"{place} {how}, {setting}: {min(values):.0f} to {max(values):.0f}")
    axes.axvline(50, color=color("muted"), linestyle=(0, (5, 3)), linewidth=1.5)
    axes.text(50.4, ticks[0][0] + 0.62, "guessing", color=color("muted"), va="bottom", fontsize=11)
    axes.set_yticks(*zip(*ticks, strict=True))
    axes.set(xlim=(45, 101), ylim=(ticks[-1][0] - 0.6, 1.0), xlabel="accuracy on held-out reviews, %")
    handles = [plt.Line2D([], [], marker="o", linestyle="", color=color("ink"), label="padded as in training"),
               plt.Line2D([], [], marker="D", linestyle="", color=color("ink"), markerfacecolor=color("paper"),
                          label="one review at a time")]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return describe(figure, f"Accuracy in percent, one mark for each seed. {'; '.join(words)}.")


def traces(shown: list[tuple[str, list[str], np.ndarray]], *, columns: int = 2, figure: Figure | None = None) -> Figure:
    """Short reviews, each with the probability after every word: (title, words, probabilities (T,))."""
    rows = -(-len(shown) // columns)
    figure = figure or plt.figure(figsize=(9.6, 2.05 * rows))
    said = []
    for number, (title, words, probabilities) in enumerate(shown):
        axes = figure.add_subplot(rows, columns, number + 1)
        bars(axes, words, probabilities)
        axes.set_title(title, fontsize=11)
        if number % columns == 0:
            axes.set_ylabel("probability")
        said.append(f"{title}: {' '.join(words)}, in the end {probabilities[-1]:.1f}")
    return describe(figure, f"Probability of praise after every word. {'; '.join(said)}.")


def bars(axes: Axes, words: list[str], probabilities: np.ndarray) -> None:
    """Bars from one half up (praise) or down, with the words below them."""
    for t, probability in enumerate(probabilities):
        axes.bar(t, probability - 0.5, bottom=0.5, width=0.72, color=color("output" if probability >= 0.5 else "bad"))
    axes.axhline(0.5, color=color("ink"), linewidth=1)
    axes.set_xticks(range(len(words)), words, rotation=35 if len(words) > 6 else 0, fontsize=10,
                    ha="right" if len(words) > 6 else "center", rotation_mode="anchor" if len(words) > 6 else None)
    axes.set(ylim=(0, 1), yticks=(0, 0.5, 1), xlim=(-0.6, len(words) - 0.4))
    axes.grid(axis="x", visible=False)


def long_traces(shown: list[tuple[str, np.ndarray, dict[int, str]]], *, figure: Figure | None = None) -> Figure:
    """Long reviews: the probability along the words, (T,), and the words that are to be written at some steps."""
    figure = figure or plt.figure(figsize=(9.6, 2.2 * len(shown)))
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    said = []
    for axes, (title, probabilities, words) in zip(panels, shown, strict=True):
        steps = np.arange(1, len(probabilities) + 1)
        axes.axhline(0.5, color=color("ink"), linewidth=1)
        for role, side in (("output", probabilities >= 0.5), ("bad", probabilities <= 0.5)):
            axes.fill_between(steps, 0.5, probabilities, where=side, color=color(role), alpha=0.3, interpolate=True,
                              linewidth=0)
        axes.plot(steps, probabilities, color=color("ink"), linewidth=1.6)
        for t, word in words.items():
            up = probabilities[t] > (probabilities[t - 1] if t else 0.5)
            axes.annotate(word, (t + 1, probabilities[t]), (0, 10 if up else -10), textcoords="offset points",
                          ha="center" if t > 0.06 * len(probabilities) else "left", va="bottom" if up else "top",
                          fontsize=11, annotation_clip=False,
                          color=color("output" if up else "bad"), fontweight="bold")
        axes.set(ylim=(-0.3, 1.3), yticks=(0, 0.5, 1), xlim=(0, len(probabilities) + 1), ylabel="probability")
        axes.set_title(title, fontsize=12)
        said.append(f"{title}: marked words {', '.join(words.values())}; ends at {probabilities[-1]:.2f}")
    panels[-1].set_xlabel("words read")
    return describe(figure, f"Probability of praise along the words of long reviews. {'. '.join(said)}.")


def largest_moves(probabilities: np.ndarray, count: int, *, least: float = 0.03) -> list[int]:
    """The steps at which probabilities (T,), which begin from one half, move most and by `least` or more, in order.

    They keep a little apart, so that words can be written beside them.
    """
    apart = 1 + len(probabilities) // 12
    moves = np.abs(np.diff(probabilities, prepend=0.5))
    chosen: list[int] = []
    for t in np.argsort(-moves, kind="stable"):
        if len(chosen) < count and moves[t] >= least and all(abs(t - other) >= apart for other in chosen):
            chosen.append(int(t))
    return sorted(chosen)


def accuracies(rows: list[tuple[str, list[float], str]], *, left: float = 80.0, figure: Figure | None = None) -> Figure:
    """Accuracies in percent as dots on a line each: (name, one value for each run, role of the colour)."""
    figure = figure or plt.figure(figsize=(9.6, 0.55 * len(rows) + 1.1))
    axes = figure.add_subplot()
    said = []
    for number, (name, values, role) in enumerate(rows):
        axes.plot(values, np.full(len(values), -number), "o", color=color(role), markersize=9, alpha=0.75, zorder=3)
        reach = f"{min(values):.1f}" + f" to {max(values):.1f}" * (max(values) > min(values))
        axes.text(max(values) + 0.2, -number, reach, va="center", fontsize=11)
        said.append(f"{name} {reach}")
    axes.set_yticks([-number for number in range(len(rows))], [name for name, _, _ in rows])
    axes.set(xlim=(left, 93), ylim=(-len(rows) + 0.4, 0.6), xlabel="test accuracy on IMDB, %")
    axes.grid(axis="y", visible=False)
    return describe(figure, f"Test accuracy in percent: {'; '.join(said)}.")
