"""Figures of chapter 15, translation. The explorer's picture is in translation_board.py."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from seqlearn.plots.drawing import Mark, arrow, blank, label, mix, node, place_on_page
from seqlearn.plots.style import color, describe

ROLES = {"once": "input", "every step": "state", "attention": "output", "transformer": "gate"}  # one colour a model
NAMES = {"once": "context once", "every step": "context at every step", "attention": "attention",
         "transformer": "small Transformer"}


def pipeline(source: str, source_words: Sequence[str], rows: Sequence[int], target_words: Sequence[str], target: str,
             reference: str, *, step: int = 1, look: int = 1, figure: Figure | None = None) -> Figure:
    """From a text to a text to a score: up on the left, across by attention, up again on the right.

    step: the decoder's step, from 0, whose looks back at the encoder's states are drawn. look: the state, from 0,
    that it looks at most.
    """
    figure = figure or plt.figure(figsize=(9.6, 5.4))
    axes = figure.add_subplot()
    gap, shift = 1.3, 1.3 * len(source_words) + 0.9
    heights = {"text": 0.0, "words": 0.9, "rows": 1.75, "states": 3.1}
    for name, y in heights.items():
        label(axes, (-1.0, y), name, role="muted", ha="right", fontsize=13)
    columns = [gap * t for t in range(len(source_words))]
    label(axes, (columns[0] - 0.45, 0.0), f"“{source}”", ha="left", fontsize=14)
    encoder: list[Mark] = []
    for x, word, row in zip(columns, source_words, rows, strict=True):
        label(axes, (x, 0.9), word, fontsize=13)
        arrow(axes, (x, 1.06), (x, 1.5), width=1.2)
        number = node(axes, "input", (x, 1.75), str(row), radius=0.28, fontsize=11)
        encoder.append(node(axes, "state", (x, 3.1), f"$h_{{{len(encoder) + 1}}}$", radius=0.36, fontsize=13))
        arrow(axes, number, encoder[-1], width=1.2)
    for one, other in zip(encoder, encoder[1:], strict=False):
        arrow(axes, one, other, lane=0.09, width=1.2)
        arrow(axes, other, one, lane=0.09, width=1.2)
    context = node(axes, "operation", (columns[-1] / 2, 4.55), r"$\bar{h}$", radius=0.5, fontsize=13)
    for number, state in enumerate(encoder):
        arrow(axes, state, context, width=3.0 if number == look else 0.9)
    decoder: list[Mark] = []
    outs = [shift + gap * s for s in range(len(target_words))]
    read = ["‹start›", *target_words[:-1]]
    for x, word, before in zip(outs, target_words, read, strict=True):
        label(axes, (x, 1.75), before, role="muted", fontsize=11)
        decoder.append(node(axes, "state", (x, 3.1), f"$s_{{{len(decoder) + 1}}}$", radius=0.36, fontsize=13))
        arrow(axes, (x, 1.95), decoder[-1], width=1.2)
        arrow(axes, decoder[-1], (x, 4.25), width=1.2)
        label(axes, (x, 4.45), word, fontsize=13)
        if len(decoder) > 1:
            arrow(axes, decoder[-2], decoder[-1], width=1.2)
    arrow(axes, encoder[-1], decoder[0], width=1.2)
    arrow(axes, context, decoder[step], width=2.0, bend=-0.12)
    middle = (outs[0] + outs[-1]) / 2
    label(axes, (middle, 5.4), f"“{target}”", fontsize=14)
    arrow(axes, (middle, 4.72), (middle, 5.15), width=1.2)
    label(axes, (columns[0] - 0.45, 6.35), f"reference: “{reference}”", ha="left", role="target", fontsize=13)
    score = node(axes, "loss", (middle, 6.35), "", radius=0.3)
    label(axes, (middle + 0.55, 6.35), "BLEU", role="loss", ha="left", fontsize=14)
    arrow(axes, (middle, 5.62), score, width=1.2)
    arrow(axes, (columns[0] + 0.128 * len(f"reference: “{reference}”"), 6.35), score, width=1.2)
    blank(axes, outs[-1] + 3.1, 7.2, left=-2.15, bottom=-0.4)
    place_on_page(axes)
    return describe(figure, f"""Left, upwards: the text “{source}”; its words {", ".join(source_words)}; a row number
        for each; a state for each, joined in both directions. Right: the decoder's states, each reading the word
        before, from the start sign on, and saying {", ".join(target_words)}. Step {step + 1} takes a context from all
        states of the left side, mostly from that of {source_words[look]}. On top the words are
        joined to the text “{target}”, and together with the reference “{reference}” they give the BLEU score.""")


def merging(counts: dict[str, int], steps: Sequence[tuple[tuple[str, str] | None, int, Sequence[Sequence[str]]]], *,
            figure: Figure | None = None) -> Figure:
    """Words that grow together from their letters, a row for each merge.

    counts: how often each word occurs. steps: (the pair that was merged, None in the first row; how often it stood;
    the pieces of each word after it).
    """
    figure = figure or plt.figure(figsize=(9.6, 0.52 * len(steps) + 0.5))
    axes = figure.add_subplot()
    wide, tall, gap = 0.5, 0.7, 1.0
    lefts = np.cumsum([4.6, *(wide * (len(word) + 1) + gap for word in counts)])
    said = []
    for left, (word, count) in zip(lefts, counts.items(), strict=False):
        label(axes, (left, 0.95), f"{word}, {count} times", role="muted", ha="left", fontsize=12)
    for row, (pair, count, spellings) in enumerate(steps):
        title = "letters" if pair is None else f"{row}.  {pair[0]} + {pair[1]}, {count} times"
        label(axes, (0, -row), title, role="muted" if pair is None else "ink", ha="left", fontsize=12)
        for left, pieces in zip(lefts, spellings, strict=False):
            x = left
            for piece in pieces:
                width = wide * max(1, len(piece) - 0.5 * piece.endswith("·"))
                new = pair is not None and piece == "".join(pair)
                look = {"facecolor": mix(color("good"), color("paper"), 0.25) if new else color("paper"),
                        "edgecolor": color("good" if new else "muted"), "linewidth": 1.6 if new else 0.9}
                axes.add_patch(plt.Rectangle((x + 0.03, -row - tall / 2), width - 0.06, tall, **look))
                label(axes, (x + width / 2, -row), piece, fontsize=12)
                x += width
        said.append(f"{title}: {', '.join(' '.join(pieces) for pieces in spellings)}")
    blank(axes, lefts[-1], len(steps) + 0.9, left=-0.1, bottom=0.4 - len(steps))
    place_on_page(axes)
    return describe(figure, f"The words {', '.join(counts)}, cut into pieces, row by row. {'; '.join(said)}.")


def weight_colors() -> LinearSegmentedColormap:
    """From paper to the state's colour."""
    return LinearSegmentedColormap.from_list("weights", [color("paper"), mix(color("state"), color("paper"), 0.55),
                                                         color("state")])


def alignments(maps: Sequence[tuple[str, Sequence[str], Sequence[str], np.ndarray]], *, columns: int = 2,
               figure: Figure | None = None) -> Figure:
    """Attention weights as heat maps: (title, source words (T,), target words (S,), weights (S, T))."""
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    tallest = max(len(target) for _, _, target, _ in maps)
    figure = figure or plt.figure(figsize=(9.6 if columns > 1 else 6.4, rows * (1.35 + 0.24 * tallest)))
    said = []
    for number, (title, source, target, weights) in enumerate(maps):
        axes = figure.add_subplot(rows, columns, number + 1)
        heat_map(axes, source, target, np.asarray(weights, dtype=float))
        axes.set_title(title, fontsize=12)
        looks = ", ".join(f"{word} at {source[int(np.argmax(row))]}" for word, row in zip(target, weights))
        said.append(f"{title or 'map'}: {looks}")
    return describe(figure, f"Attention weights, a row for each word that was written. {'. '.join(said)}.")


def heat_map(axes: Axes, source: Sequence[str], target: Sequence[str], weights: np.ndarray) -> None:
    """One map, the source along the top, the target downwards."""
    axes.imshow(weights, cmap=weight_colors(), vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(source)), source, rotation=45, ha="left", fontsize=10, rotation_mode="anchor")
    axes.set_yticks(range(len(target)), target, fontsize=10)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.set_xticks(np.arange(len(source) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(target) + 1) - 0.5, minor=True)
    axes.grid(False)
    axes.grid(which="minor", color=color("faint"), linewidth=0.8)
    axes.tick_params(which="minor", length=0, top=False)


def learning(curves: dict[str, Sequence[Sequence[float]]], *, figure: Figure | None = None) -> Figure:
    """The validation's loss after every epoch, a line for each model and seed. curves: model → one list a seed."""
    figure = figure or plt.figure(figsize=(9.6, 3.4))
    axes = figure.add_subplot()
    said, longest = [], 1
    for name, runs in curves.items():
        for number, losses in enumerate(runs):
            axes.plot(np.arange(1, len(losses) + 1), losses, "o-", color=color(ROLES[name]),
                      alpha=1 if number == 0 else 0.6, label=NAMES[name] if number == 0 else None)
            longest = max(longest, len(losses))
        said.append(f"{NAMES[name]} from {np.mean([run[0] for run in runs]):.2f} "
                    f"to {np.mean([run[-1] for run in runs]):.2f}")
    axes.set(xlabel="epoch", ylabel="validation loss, nats a piece")
    axes.set_xticks(range(1, longest + 1))
    axes.legend(frameon=False)
    return describe(figure, f"Loss on the validation part, from the first epoch to the last: {'; '.join(said)}.")


def scores(rows: Sequence[tuple[str, float, tuple[float, float] | None, str]], *, right: float = 45.0,
           axis: str = "BLEU", figure: Figure | None = None) -> Figure:
    """Scores as dots, with an interval where there is one: (name, score, (low, high) or None, role of the colour)."""
    figure = figure or plt.figure(figsize=(9.6, 0.5 * len(rows) + 1.1))
    axes = figure.add_subplot()
    said = []
    for number, (name, value, interval, role) in enumerate(rows):
        if interval is not None:
            axes.plot(interval, [-number, -number], color=color(role), linewidth=3, alpha=0.5)
        axes.plot([value], [-number], "o" if interval is not None else "D", color=color(role), markersize=9, zorder=3)
        axes.text((interval or (0, value))[1] + 0.02 * right, -number, f"{value:.1f}", va="center", fontsize=11)
        said.append(f"{name} {value:.0f}")
    axes.set_yticks([-number for number in range(len(rows))], [row[0] for row in rows])
    axes.set(xlim=(0, right), ylim=(-len(rows) + 0.4, 0.6), xlabel=axis)
    axes.grid(axis="y", visible=False)
    return describe(figure, f"{axis}: {'; '.join(said)}.")


def by_length(names: Sequence[str], series: dict[str, np.ndarray], *, ylabel: str = "BLEU",
              xlabel: str = "words in the source sentence", top: float | None = None,
              roles: dict[str, str] | None = None, figure: Figure | None = None) -> Figure:
    """A score in classes of length, a line a model. series: model → (classes, 3): score, low and high (nan: none).

    roles: the role of each line's colour, where its name is not one of `ROLES`.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.9))
    axes = figure.add_subplot()
    places = np.arange(len(names))
    said = []
    for name, values in series.items():
        values = np.asarray(values, dtype=float)
        role = ({**ROLES, **(roles or {})}).get(name, "muted")
        if np.isfinite(values[:, 1:]).all():
            axes.fill_between(places, values[:, 1], values[:, 2], color=color(role), alpha=0.18, linewidth=0)
        axes.plot(places, values[:, 0], "o-", color=color(role), label=NAMES.get(name, name))
        said.append(f"{NAMES.get(name, name)} from {values[0, 0]:.0f} to {values[-1, 0]:.0f}")
    axes.set_xticks(places, names)
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, top))
    axes.legend(frameon=False, loc="best")
    return describe(figure, f"{ylabel} against {xlabel}. From the shortest class to the longest: {'; '.join(said)}.")


def coverage(thresholds: Sequence[int], sizes: Sequence[Sequence[int]], unknown: Sequence[Sequence[float]],
             languages: Sequence[str], *, figure: Figure | None = None) -> Figure:
    """What a vocabulary costs: words kept (left) and test words unknown, in percent (right), against how often a word
    must occur. sizes, unknown: a list for each language."""
    figure = figure or plt.figure(figsize=(9.6, 3.1))
    left, right = figure.subplots(1, 2)
    said = []
    for language, size, share, role in zip(languages, sizes, unknown, ("input", "output"), strict=True):
        left.plot(thresholds, size, "o-", color=color(role), label=language)
        right.plot(thresholds, 100 * np.asarray(share), "o-", color=color(role), label=language)
        said.append(f"{language}: {size[0]:,} words and {100 * share[0]:.0f} % unknown at {thresholds[0]}, "
                    f"{size[-1]:,} and {100 * share[-1]:.0f} % at {thresholds[-1]}")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(thresholds, [str(each) for each in thresholds])
        axes.minorticks_off()
        axes.set(xlabel="a word must occur so often", ylim=(0, None))
    left.set(ylabel="words in the vocabulary")
    right.set(ylabel="unknown running words, %")
    left.legend(frameon=False)
    return describe(figure, f"Size of the vocabulary and unknown words of the test part. {'; '.join(said)}.")

