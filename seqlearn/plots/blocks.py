"""Figures of chapter 14's models: blocks with a part left out, rotary pairs, and losses beyond the trained length."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots.style import color, describe


def ablation(losses: dict[str, Sequence[float]], whole: str, *, figure: Figure | None = None) -> Figure:
    """Losses in nats, one row a kind of block, one mark a seed, with the median of the whole one as a line."""
    figure = figure or plt.figure(figsize=(9.0, 0.9 + 0.3 * len(losses)))
    axes = figure.add_subplot()
    middle = float(np.median(losses[whole]))
    for row, (name, values) in enumerate(losses.items()):
        good = name == whole
        axes.plot(values, np.full(len(values), row), "D" if good else "o", color=color("good" if good else "state"),
                  markersize=8, markeredgecolor=color("paper"))
    axes.axvline(middle, color=color("good"), linestyle=(0, (1.5, 1.5)), linewidth=1.4)
    axes.set(yticks=range(len(losses)), yticklabels=list(losses), ylim=(len(losses) - 0.5, -0.5))
    axes.set_xlabel("loss on unseen text, nats per character")
    words = "; ".join(f"{name}: {min(values):.2f} to {max(values):.2f}" for name, values in losses.items())
    return describe(figure, f"Loss in nats per character, one mark a seed. {words}.")


def rotary(query: np.ndarray, key: np.ndarray, places: Sequence[tuple[int, int]], speed: float, *,
           figure: Figure | None = None) -> Figure:
    """One pair of a query and of a key as arrows, turned by the angles of their places, one panel a pair of places.

    query, key (2,); speed: the angle of one step, in radians.
    """
    figure = figure or plt.figure(figsize=(2.9 * len(places), 3.1))
    reach = 1.25 * max(np.linalg.norm(query), np.linalg.norm(key))
    for axes, (t, s) in zip(figure.subplots(1, len(places), squeeze=False)[0], places, strict=True):
        turned = {}
        for name, vector, place, hue in (("query", query, t, "state"), ("key", key, s, "target")):
            angle = place * speed
            x, y = vector
            turned[name] = np.array([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])
            axes.annotate("", turned[name], (0, 0),
                          arrowprops={"arrowstyle": "-|>", "color": color(hue), "linewidth": 2.4, "mutation_scale": 16})
            axes.text(*(turned[name] * 1.14), name[0], color=color(hue), fontsize=14, ha="center", va="center")
        axes.add_patch(plt.Circle((0, 0), np.linalg.norm(query), fill=False, color=color("faint")))
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.set_title(f"query at {t}, key at {s}\nq · k = {turned['query'] @ turned['key']:.2f}", loc="center",
                       fontsize=12)
    both = "; ".join(f"query at {t}, key at {s}" for t, s in places)
    return describe(figure, f"""
        A query and a key of two numbers as arrows, turned by their positions. Panels: {both}. Where the distance is
        the same, both arrows have turned together, and the angle between them and the dot product are the same.""")


def beyond(by_place: dict[str, np.ndarray], trained: int, *, figure: Figure | None = None) -> Figure:
    """Losses by place in a window longer than those of the training. by_place: name → (seeds, parts) in nats."""
    figure = figure or plt.figure(figsize=(8.0, 2.9))
    axes = figure.add_subplot()
    looks = (("good", "D-"), ("good", "D--"), ("state", "o-"), ("state", "o--"), ("gate", "s-"), ("output", "v-"))
    words = []
    for (name, losses), (hue, look) in zip(by_place.items(), looks, strict=False):
        parts = np.arange(np.shape(losses)[1])
        width = 2 * trained // 4  # the parts are half as long as the windows of the training
        places = width * (parts + 0.5)
        middle = np.median(losses, axis=0)
        axes.plot(places, middle, look, color=color(hue), label=name, linewidth=2, markersize=6)
        axes.vlines(places, np.min(losses, axis=0), np.max(losses, axis=0), color=color(hue))
        words.append(f"{name}: {middle[1]:.2f} just before, {middle[2]:.2f} just after, {middle[-1]:.2f} at the end")
    axes.axvline(trained, color=color("ink"), linestyle=(0, (1.5, 1.5)), linewidth=1.4)
    axes.text(trained, axes.get_ylim()[1], " length of the training", va="top", fontsize=11)
    axes.set(xlabel="place in the window, characters", ylabel="loss, nats per character", ylim=(0, None),
             xticks=range(0, 2 * int(places[-1]) // trained * trained // 2 + trained, trained))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=3.2)
    return describe(figure, f"""
        Loss against the place in a window, medians of {len(losses)} seeds with their range; a line marks the length of
        the training, {trained}. {"; ".join(words)}.""")
