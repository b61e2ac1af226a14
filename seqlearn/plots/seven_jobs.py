"""Figures of chapter 12, one model for seven jobs. The explorer's picture is in job_board.py."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from seqlearn.plots.drawing import arrow, blank, box, label, node, place_on_page
from seqlearn.plots.style import color, describe


def heat(role: str = "input") -> LinearSegmentedColormap:
    """From paper to the colour of a role: how loud a pitch is."""
    return LinearSegmentedColormap.from_list(role, [color("paper"), color(role)])


def seven(rows: Sequence[tuple[str, object, object]], *, figure: Figure | None = None) -> Figure:
    """Seven inputs, one model, seven outputs. rows: (job, input, output); a text, or frames (T, 8)."""
    figure = figure or plt.figure(figsize=(9.6, 5.0))
    axes = figure.add_subplot()
    step, top = 1.0, len(rows) - 1.0
    box(axes, (6.05, -0.45), 3.1, top + 0.9, role="state", fill=0.12)
    middle = top / 2
    label(axes, (7.6, top + 0.1), "one class", fontsize=13)
    encoder = node(axes, "state", (6.75, middle), "", radius=0.42)
    decoder = node(axes, "state", (8.45, middle), "", radius=0.42)
    arrow(axes, encoder, decoder, width=2.4)
    label(axes, (6.75, middle - 0.75), "encoder", fontsize=11)
    label(axes, (8.45, middle - 0.75), "decoder", fontsize=11)
    for number, (job, given, wanted) in enumerate(rows):
        y = top - step * number
        label(axes, (-0.1, y + 0.28), job, role="muted", ha="left", fontsize=11)
        _content(axes, given, (-0.1, y - 0.14), "left", "input")
        _content(axes, wanted, (10.0, y - 0.02), "left", "output")
        arrow(axes, (5.35, y), (6.0, y), width=1.2)
        arrow(axes, (9.2, y), (9.85, y), width=1.2)
    blank(axes, 15.6, top + 1.5, left=-0.3, bottom=-0.75)
    place_on_page(axes)
    words = "; ".join(f"{job}: {_in_words(given)} becomes {_in_words(wanted)}" for job, given, wanted in rows)
    return describe(figure, f"Seven rows run from the left into one encoder and decoder and out to the right. {words}.")


def _content(axes: Axes, content: object, place: tuple[float, float], side: str, role: str) -> None:
    if isinstance(content, str):
        text = content if len(content) < 38 else f"{content[:36].rsplit(' ', 1)[0]} …"
        label(axes, place, text, ha=side, fontsize=11, role=role)
        return
    frames = np.asarray(content, dtype=float)
    width = 0.11 * len(frames)
    left, height = place[0], 0.52
    axes.imshow(np.clip(frames.T, 0, 1), cmap=heat(role), vmin=0, vmax=1, origin="lower", aspect="auto", zorder=2,
                extent=(left, left + width, place[1] - height / 2, place[1] + height / 2), interpolation="nearest")


def _in_words(content: object) -> str:
    return f"“{content}”" if isinstance(content, str) else f"a sound of {len(content)} frames"


def sound_to_frames(sound: np.ndarray, frames: np.ndarray, filters: np.ndarray, pitches: Sequence[int], rate: int,
                    word: str, *, figure: Figure | None = None) -> Figure:
    """A sound, what the eight filters let through, and the frames that come out: loudness by pitch and time."""
    figure = figure or plt.figure(figsize=(9.6, 4.6))
    grid = figure.add_gridspec(2, 2, width_ratios=(2.6, 1), height_ratios=(1, 1.6))
    wave, picture, bank = (figure.add_subplot(place) for place in (grid[0, 0], grid[1, 0], grid[:, 1]))
    size = 2 * (len(filters) - 1)  # samples of a frame
    end = 1000 * len(frames) * size / rate
    milliseconds = 1000 * np.arange(len(sound)) / rate
    wave.plot(milliseconds, sound, color=color("input"), linewidth=0.5)
    wave.set(xlim=(0, end), ylabel="sound", yticks=(-1, 0, 1))
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    for column, pitch in zip(filters.T, pitches, strict=True):
        bank.plot(frequencies, column, color=color("weight"), linewidth=1.6)
        bank.axvline(pitch, color=color("faint"), linewidth=0.8, zorder=0)
    bank.set(xlim=(0, frequencies[-1] / 2), yticks=(0, 1), xlabel="frequency, Hz", title="the filters")
    picture.imshow(frames.T, cmap=heat(), vmin=0, vmax=1, origin="lower", aspect="auto", interpolation="nearest",
                   extent=(0, end, -0.5, len(pitches) - 0.5))
    picture.set(yticks=range(len(pitches)), yticklabels=pitches, xlabel="time, ms", ylabel="pitch, Hz")
    picture.grid(visible=False)
    picture.set_yticks(np.arange(0.5, len(pitches) - 1), minor=True)
    return describe(figure, f"""Above, the wave of “{word}”, {1000 * len(sound) / rate:.0f} ms of sound; beside it
        {len(pitches)} triangular filters from {pitches[0]} to {pitches[-1]} Hz. Below, {len(frames)} frames as a heat
        map of pitch over time: in each letter two pitches are dark, a low one and a high one.""")


def tree(tokens: Sequence[str], *, figure: Figure | None = None) -> Figure:
    """A bracketed tree as a drawing. tokens: as `seqlearn.data.trees` writes them, a valid tree."""
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    axes = figure.add_subplot()
    leaves = 0
    stack: list[list] = []
    root, depth = None, 0
    for token in tokens:
        if token.startswith("("):
            stack.append([token[1:], []])
            depth = max(depth, len(stack))
        elif token == ")":
            done = stack.pop()
            stack[-1][1].append(done) if stack else None
            root = done if not stack else root
        else:
            stack[-1][1].append(token)
            leaves += 1
    columns = iter(range(leaves))
    _branch(axes, root, 0, depth, columns)
    blank(axes, 1.35 * leaves + 0.4, depth + 0.7, left=-0.9, bottom=-depth - 0.35)
    axes.set_aspect("auto")
    return describe(figure, f"A tree drawn over its words: {' '.join(tokens)}.")


def _branch(axes: Axes, part: object, level: int, depth: int, columns) -> tuple[float, float]:
    """Draw a part of the tree and return where it hangs."""
    if isinstance(part, str):
        place = (1.35 * next(columns), -float(depth))
        label(axes, place, part, role="input", fontsize=13)
        return place[0], place[1] + 0.2
    below = [_branch(axes, child, level + 1, depth, columns) for child in part[1]]
    place = (float(np.mean([x for x, _ in below])), -float(level))
    for x, y in below:
        axes.plot([place[0], x], [place[1] - 0.2, y], color=color("muted"), linewidth=1.4, zorder=1)
    label(axes, place, part[0], role="output", fontsize=14)
    return place[0], place[1] + 0.2


KINDS = (("as in training", "o", "good", "inputs as long as in training"), ("longer", "D", "bad", "the longer test"),
         ("longer, attention", "s", "state", "the longer test, with attention"))  # key, mark, colour, words


def scores(results: dict[str, dict[str, Sequence[float]]], *, figure: Figure | None = None) -> Figure:
    """Exact match in percent, one mark a seed: job → {"as in training": …, "longer": …, "longer, attention": …}, the
    last one where it was measured.
    """
    figure = figure or plt.figure(figsize=(9.6, 5.2))
    axes = figure.add_subplot()
    kinds = [kind for kind in KINDS if all(kind[0] in values for values in results.values())]
    words = []
    for number, (job, values) in enumerate(results.items()):
        for row, (kind, marker, role, _) in enumerate(kinds):
            height = -number - 0.22 * (row - (len(kinds) - 1) / 2)
            axes.plot(100 * np.array(values[kind]), np.full(len(values[kind]), height), marker, color=color(role),
                      markersize=8, alpha=0.8, markeredgecolor=color("paper"), clip_on=False, zorder=3)
        medians = " and ".join(f"{100 * np.median(values[kind]):.0f}" for kind, *_ in kinds)
        words.append(f"{' '.join(job.split())} {medians}")
        axes.axhline(-number - 0.5, color=color("faint"), linewidth=0.8, zorder=0)
    axes.axvline(95, color=color("muted"), linestyle=(0, (5, 3)), linewidth=1.5)
    axes.set(yticks=[-n for n in range(len(results))], yticklabels=list(results), xlim=(0, 100),
             ylim=(0.5 - len(results), 0.5), xlabel="test inputs answered without a fault, %")
    axes.grid(axis="y", visible=False)
    handles = [plt.Line2D([], [], marker=marker, linestyle="", color=color(role), markersize=9, label=text)
               for _, marker, role, text in kinds]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return describe(figure, f"""Exact match in percent, one mark a seed, dashed line at 95. Median on
        {', on '.join(text for *_, text in kinds)}: {'; '.join(words)}.""")
