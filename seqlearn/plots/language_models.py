"""Figures of chapter 09, language models. The explorer's picture is in next_character.py."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots import networks
from seqlearn.plots.drawing import arrow, box, label, place_on_page
from seqlearn.plots.next_character import visible
from seqlearn.plots.style import color, describe


def unrolled_model(word: str = "hello", *, figure: Figure | None = None) -> Figure:
    """The language model unrolled over a word: a character in, a distribution out, the loss against the next one."""
    figure = figure or plt.figure(figsize=(9.6, 4.2))
    steps = len(word) - 1
    net = networks.unrolled(figure.add_subplot(), steps, outputs="all", losses="all", letters="xhpL", labels=False,
                            column=1.7, row=1.0)
    for t in range(1, steps + 1):
        x, y = net.inputs[t].center
        label(net.axes, (x, y), visible(word[t - 1]), fontsize=15)
        label(net.axes, net.states[t].center, f"$h_{t}$", fontsize=14)
        label(net.axes, net.outputs[t].center, f"$p_{t}$", fontsize=14)
        label(net.axes, net.losses[t].center, f"$L_{t}$", fontsize=13)
        label(net.axes, (x, net.losses[t].center[1] + 0.6), f"−log $p_{t}$({visible(word[t])})", role="loss",
              fontsize=13)
    label(net.axes, net.states[0].center, "$h_0$", fontsize=14)
    label(net.axes, (0, net.inputs[1].center[1]), "read:", ha="right", role="input")
    label(net.axes, (0, net.outputs[1].center[1]), "expect:", ha="right", role="output")
    label(net.axes, (0, net.losses[1].center[1]), "and pay:", ha="right", role="loss")
    place_on_page(networks.frame(net, margin=0.85), column=1.7)
    return describe(figure, f"""A recurrent network unrolled over {steps} steps. It reads {', '.join(word[:-1])}; each
        state gives a distribution p over the next character, and the loss of the step is minus the logarithm of what p
        gave to the character that comes: {', '.join(word[1:])}. Each character but the first is a target, and each
        but the last is read.""")


def offset_rows(text: str, rows: int, k: int, *, blocks: int = 2, figure: Figure | None = None) -> Figure:
    """A text as one line, and the same text as rows of blocks whose states are carried on."""
    figure = figure or plt.figure(figsize=(9.6, 3.5))
    axes = figure.add_axes((0, 0, 1, 1))
    figure.set_layout_engine("none")
    size = (len(text) - 1) // rows
    unit = 96 / 4  # quarter inches: a character is as wide as it is high
    axes.set(xlim=(0, 960 / unit), ylim=(0, figure.get_figheight() * 100 / unit))
    axes.axis("off")
    left, step = 4.0, (36.0 - 0.6) / (blocks * k + (blocks - 1) * 2.2)
    top = axes.get_ylim()[1] - 1.6
    width = 38 / len(text)
    label(axes, (1, top + 0.9), "the text, one long line", ha="left", role="muted")
    for row in range(rows):
        start = row * size
        box(axes, (1 + start * width, top - 0.9), size * width, 1.3, role=("input", "weight")[row % 2], fill=0.22)
        label(axes, (1 + start * width, top - 1.6), f"{start}", role="muted", ha="left")
    for place, character in enumerate(text):
        axes.text(1 + (place + 0.5) * width, top - 0.25, character, ha="center", va="center", family="monospace",
                  fontsize=10, color=color("ink"))
    for row in range(rows):
        y = top - 5.6 - 5.0 * row
        label(axes, (left - 0.6, y + 1.1), f"row {row + 1}", ha="right")
        label(axes, (left - 0.6, y - 0.5), "targets", ha="right", role="target")
        for block in range(blocks):
            x = left + block * (k + 2.2) * step
            first = row * size + block * k
            if row == 0:
                label(axes, (x + k * step / 2, y + 2.9), f"update {block + 1}: characters {first} to {first + k - 1} "
                      f"of row 1", role="muted")
            box(axes, (x, y + 0.4), k * step, 1.4, role=("input", "weight")[row % 2], fill=0.22)
            for place in range(k):
                for height, role, shift in ((1.1, "ink", 0), (-0.5, "target", 1)):
                    axes.text(x + (place + 0.5) * step, y + height, visible(text[first + place + shift]), ha="center",
                              va="center", family="monospace", fontsize=14, color=color(role))
            if block:
                arrow(axes, (x - 2.1 * step, y + 1.1), (x - 0.1 * step, y + 1.1), width=2)
                label(axes, (x - 1.1 * step, y + 1.9), "$h$", role="state", fontsize=15)
    return describe(figure, f"""A text of {len(text)} characters, cut into {rows} rows of {size}: row 2 starts at
        character {size}. Update 1 reads characters 0 to {k - 1} in row 1 and {size} to {size + k - 1} in row 2; update
        2 reads the next {k} of both. Arrows carry the state h of each row on. The targets below each row are its
        characters shifted by one, also over the end of a block.""")


def by_place(surprises: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """The surprise at each position in a block, (seeds, k) each: the median of the seeds, and all of them as a band."""
    figure = figure or plt.figure(figsize=(9.6, 3.4))
    axes = figure.add_subplot()
    words = []
    for name, values in surprises.items():
        places, median = np.arange(1, values.shape[1] + 1), np.median(values, axis=0)
        role, mark = ("bad", "D-") if "reset" in name else ("state", "o-")
        axes.fill_between(places, values.min(axis=0), values.max(axis=0), color=color(role), alpha=0.2, linewidth=0)
        axes.plot(places, median, mark, color=color(role), markersize=6, label=name)
        words.append(f"{name}: {median[0]:.2f} at the first position, {median[1]:.2f} at the second, "
                     f"{median[-8:].mean():.2f} over the last eight")
    axes.set(xlabel="position in the block", ylabel="surprise, nats", xticks=places, ylim=(0, None))
    axes.legend(loc="upper right")
    return describe(figure, f"""Surprise against the position in a block of {len(places)} characters, the median of
        {len(values)} seeds. {'; '.join(words)}.""")


def temperature_bars(characters: Sequence[str], probabilities: dict[str, np.ndarray], *,
                     figure: Figure | None = None) -> Figure:
    """Bars of the next character's probabilities, (C,) each, one panel a temperature; the same order in all."""
    figure = figure or plt.figure(figsize=(9.6, 2.8))
    panels = figure.subplots(1, len(probabilities), sharey=True)
    words, top = [], 1.1 * max(values.max() for values in probabilities.values())
    for axes, (name, values) in zip(panels, probabilities.items(), strict=True):
        axes.bar(np.arange(len(values)), values, color=color("output"), width=0.75)
        axes.set(title=name, ylim=(0, top), xticks=np.arange(len(values)), xticklabels=list(map(visible, characters)))
        axes.grid(axis="x", visible=False)
        for text in axes.get_xticklabels():
            text.set(family="monospace", fontsize=12)
        words.append(f"{name}: {characters[0]} {100 * values[0]:.0f} %, {characters[1]} {100 * values[1]:.0f} %")
    panels[0].set_ylabel("probability")
    return describe(figure, f"""Bar charts of the likeliest next characters, in one order. {'; '.join(words)}. With all
        characters kept, the lower the temperature, the larger the first bar; a high one evens them out.""")


def race(perplexities: dict[str, Sequence[float]], readers: dict[str, float], *,
         figure: Figure | None = None) -> Figure:
    """Validation perplexities of several seeds, one row a kind of run; a dotted line for each of the `readers`."""
    figure = figure or plt.figure(figsize=(9.6, 0.9 + 0.5 * len(perplexities)))
    axes = figure.add_subplot()
    for row, (name, values) in enumerate(perplexities.items()):
        bad = "reset" in name
        axes.plot(values, np.full(len(values), row), "D" if bad else "o", color=color("bad" if bad else "state"),
                  markersize=8, markeredgecolor=color("paper"))
    for name, value in readers.items():
        axes.axvline(value, color=color("ink"), linestyle=(0, (1.5, 1.5)), zorder=1)
        axes.text(value, -0.75, f" {name}", va="center")
    axes.set(yticks=range(len(perplexities)), yticklabels=list(perplexities), ylim=(len(perplexities) - 0.5, -1.1))
    axes.set_xlabel("validation perplexity per character")
    words = "; ".join(f"{name}: {min(values):.2f} to {max(values):.2f}" for name, values in perplexities.items())
    lines = "; ".join(f"{name} {value:.2f}" for name, value in readers.items())
    return describe(figure, f"Validation perplexity, one mark a seed. {words}. Dotted lines: {lines}.")


def learning(train: Sequence[float], validation: Sequence[float], published: dict[str, float], *,
             figure: Figure | None = None) -> Figure:
    """Losses in nats by epoch, with published validation losses as lines; a name may have two lines."""
    figure = figure or plt.figure(figsize=(9.6, 3.4))
    axes = figure.add_subplot()
    epochs = np.arange(1, len(train) + 1)
    axes.plot(epochs, train, color=color("muted"), linestyle="--", label="training, with dropout")
    axes.plot(epochs, validation, "o-", color=color("loss"), markersize=5, label="validation")
    for name, value in published.items():
        axes.axhline(value, color=color("target"), linewidth=1.4, linestyle=(0, (1.5, 1.5)))
        axes.annotate(f"{name}: {value:.2f}", (1, value), (5, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", color=color("target"))
    axes.set(xlabel="epoch", ylabel="loss, nats per character", xlim=(0.5, len(train) + 0.5),
             xticks=epochs[1::2],
             ylim=(min(1.35, min(train) - 0.05), None))
    axes.legend(loc="upper center")
    lines = "; ".join(f"{name} {value:.2f}" for name, value in published.items())
    return describe(figure, f"""Loss by epoch on tiny Shakespeare. Validation falls from {validation[0]:.1f} to
        {min(validation):.2f} nats. Published losses on held-out text as lines: {lines}.""")


def key_frames(frames: list[dict], *, count: int = 10, figure: Figure | None = None) -> Figure:
    """The explorer's bars at several settings: what its `compute` gives, and a "title"."""
    figure = figure or plt.figure(figsize=(9.6, 2.3 * -(-len(frames) // 2)))
    words = []
    panels = figure.subplots(-(-len(frames) // 2), 2, sharey=True)
    for axes in panels[:, 0]:
        axes.set_ylabel("probability")
    for axes, frame in zip(panels.ravel(), frames, strict=True):
        order = np.argsort(-frame["plain"], kind="stable")[:count]
        axes.bar(np.arange(count), frame["probabilities"][order], color=color("output"), width=0.75)
        axes.plot(np.arange(count), frame["plain"][order], "_", color=color("ink"), markersize=18, markeredgewidth=1.6)
        axes.set(title=frame["title"], ylim=(0, 1.05), xticks=np.arange(count),
                 xticklabels=[visible(frame["characters"][index]) for index in order])
        axes.title.set_fontsize(11)
        axes.grid(axis="x", visible=False)
        for text in axes.get_xticklabels():
            text.set(family="monospace", fontsize=12)
        words.append(f"{frame['title']}: likeliest {visible(frame['characters'][order[0]])}")
    return describe(figure, f"Settings of the explorer, bars of the next character. {'; '.join(words)}.")
