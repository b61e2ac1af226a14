"""Figures of chapter 06 that look into a trained LSTM: one unit drawn over a text, and what each gate is worth."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots.drawing import blank, place_on_page
from seqlearn.plots.style import color, describe

__all__ = ["over_text", "which_gate"]
LINE, CHARACTER = 0.27, 0.185  # height of a line and width of a character, in inches
BETWEEN = 0.5  # above each panel, for its title


def over_text(units: dict[str, tuple[str, np.ndarray]], *, figure: Figure | None = None) -> Figure:
    """Texts with a unit's value behind each character: title → (text, values (S,) from −1 to 1).

    Dark is 1, blank is −1. The texts are broken where they have a line end; the value behind the line end is left out.
    """
    lines = {title: text.split("\n") for title, (text, _) in units.items()}
    width = CHARACTER * max(len(line) for rows in lines.values() for line in rows)
    height = sum(BETWEEN + LINE * len(rows) for rows in lines.values())
    figure = figure or plt.figure(figsize=(width + 0.2, height + 0.2))
    axes = figure.add_subplot()
    blank(axes, width + 0.2, height + 0.2, left=-0.1, bottom=-0.1)
    top, words = height, []
    for title, (text, values) in units.items():
        axes.text(0, top - 0.3, title, fontsize=12, color=color("ink"), va="center")
        top -= BETWEEN
        place = 0
        for line in lines[title]:
            for k, character in enumerate(line):
                share = float(np.clip((values[place] + 1) / 2, 0, 1))
                # Opaque, and a little wider than its place: the next one covers the rest, and no seam is left.
                axes.add_patch(Rectangle((k * CHARACTER, top - LINE), 1.06 * CHARACTER, LINE, linewidth=0,
                                         facecolor=shade(0.62 * share)))
                if character != " ":
                    axes.text((k + 0.5) * CHARACTER, top - 0.53 * LINE, character, fontsize=11, ha="center",
                              va="center", family="monospace", color=color("ink"), parse_math=False)
                place += 1
            place += 1
            top -= LINE
        words.append(f"{title}, {len(text)} characters")
    place_on_page(axes)
    return describe(figure, f"""Text with the value of one unit behind each character, dark where it is near 1 and blank
        where it is near −1. {'; '.join(words)}.""")


def shade(share: float) -> np.ndarray:
    """So much of the state's colour on the paper, from 0 to 1, as red, green and blue."""
    return (1 - share) * np.array(to_rgb(color("paper"))) + share * np.array(to_rgb(color("state")))


def which_gate(losses: dict[str, dict[str, np.ndarray]], *, figure: Figure | None = None) -> Figure:
    """Losses of all seeds, by panel and variant: losses[panel][variant] (seeds,). A dot a seed, a bar at the median."""
    figure = figure or plt.figure(figsize=(9.0, 2.7))
    words = []
    for axes, (panel, variants) in zip(figure.subplots(1, len(losses), sharex=True, sharey=True), losses.items(),
                                       strict=True):
        for row, (variant, values) in enumerate(variants.items()):
            role = "good" if row == 0 else "gate"
            middle = np.median(values)
            axes.plot(values, np.full(len(values), row), "o", color=color(role), markersize=6, alpha=0.75)
            axes.plot([middle, middle], [row - 0.32, row + 0.32], color=color("ink"), linewidth=2)
            words.append(f"{panel}, {variant}: {middle:.1f}")
        axes.set(xlabel="loss on unread text", title=panel, ylim=(len(variants) - 0.5, -0.5))
        axes.set_yticks(range(len(variants)), list(variants))
    return describe(figure, f"Loss of each seed and their median, by the gate that is held open. {'; '.join(words)}.")
