"""The tree of a beam search: as a figure of its own, and in chapter 11's explorer."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from seqlearn.decoding.beam import Candidate
from seqlearn.plots.drawing import label, mix
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe
from seqlearn.plots.unrolling import draw_scale, state_colors

SIZE = 0.36  # of a node, in rows
FATES = {"kept": "state", "finished": "good", "dropped": "muted"}


def percent(log_probability: float) -> str:
    """A probability, given as its logarithm, in a few characters: 62 %, 3 %, <1 %."""
    share = 100 * np.exp(log_probability)
    return "<1 %" if share < 0.5 else f"{share:.0f} %" if share < 99.5 or share == 100 else ">99 %"


def sign(token: str) -> str:
    """A token as it is drawn: END as a word, the space as a sign."""
    return {"<end>": "end", " ": "␣"}.get(token, token)


def places(tree: Sequence[Candidate]) -> np.ndarray:
    """Where the candidates stand, (M, 2): the step to the right, the rank within it downwards."""
    ranks: dict[int, int] = {}
    found = []
    for candidate in tree:
        rank = ranks.get(candidate.step, 0)
        ranks[candidate.step] = rank + 1
        found.append((candidate.step, -rank))
    return np.array(found, dtype=float).reshape(-1, 2)


def best_path(tree: Sequence[Candidate]) -> set[int]:
    """The indices of the candidates that lead to the most probable hypothesis: finished, or kept at the last step.

    A tree may be cut at a step: the search then still runs, and the path is that of the beginning that leads so far.
    """
    last = max((candidate.step for candidate in tree), default=0)
    ends = [i for i, candidate in enumerate(tree)
            if candidate.fate == "finished" or (candidate.fate == "kept" and candidate.step == last)]
    path, place = set(), max(ends, key=lambda i: tree[i].log_probability) if ends else -1
    while place >= 0:
        path.add(place)
        place = tree[place].parent
    return path


def beam_trees(shown: Sequence[tuple[str, Sequence[Candidate]]], names: Sequence[str], *, figure: Figure | None = None
               ) -> Figure:
    """Trees side by side: (title, tree) each. names: the token of every row. Above each node is the probability of the
    whole beginning. What stays in the beam is blue, what has said "end" green, what is dropped grey; the best answer's
    way is bold."""
    rows = max(int(-places(tree)[:, 1].min()) + 1 for _, tree in shown)
    figure = figure or plt.figure(figsize=(9.6, 0.7 + 0.72 * rows))
    said = []
    for axes, (title, tree) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown):
        steps = max(one.step for one in tree)
        axes.set(xlim=(-0.25, steps + 0.6), ylim=(-rows + 0.6, 0.65))
        axes.axis("off")
        _draw_tree(axes, tree, names, edge=22 / (96 * figure.get_size_inches()[0] / len(shown) / (steps + 0.85)))
        if title:
            axes.set_title(title, fontsize=13)
        written = []
        for step in range(1, steps + 1):
            some = [f"{sign(names[one.token])} {percent(one.log_probability)}"
                    f"{' dropped' if one.fate == 'dropped' else ''}" for one in tree if one.step == step]
            written.append(f"step {step}: {', '.join(some)}")
        said.append(f"{title + ': ' if title else ''}{'; '.join(written)}")
    return describe(figure, f"""The tree of a beam search, from start to the right. {". ".join(said)}. In bold the way
        of the most probable answer.""")


def beam_tree(tree: Sequence[Candidate], names: Sequence[str], *, title: str = "", figure: Figure | None = None
              ) -> Figure:
    """One tree, as `beam_trees` draws it."""
    return beam_trees([(title, tree)], names, figure=figure)


def _draw_tree(axes: Axes, tree: Sequence[Candidate], names: Sequence[str], *, edge: float) -> None:
    """edge: half a node, in steps."""
    path, where = best_path(tree), places(tree)
    axes.plot(0, 0, "o", markersize=31, markerfacecolor=color("paper"), markeredgecolor=color("ink"))
    label(axes, (0, 0), "start", fontsize=10)
    for i, (one, (x, y)) in enumerate(zip(tree, where)):
        from_x, from_y = where[one.parent] if one.parent >= 0 else (0.0, 0.0)
        strong, dropped = i in path, one.fate == "dropped"
        axes.plot([from_x + edge, x - edge], [from_y, y], color=color("ink" if strong else "muted"), zorder=1,
                  linewidth=3 if strong else 1.2, linestyle=":" if dropped else "-")
        role = FATES[one.fate]
        axes.plot(x, y, "o", markersize=29, markerfacecolor=mix(color(role), color("paper"), 0.2), zorder=3,
                  markeredgecolor=color(role), markeredgewidth=3 if strong else 1.5, linestyle="")
        name = sign(names[one.token])
        ink = "muted" if dropped else "ink"
        label(axes, (x, y), name, fontsize=15 if len(name) == 1 else 11, role=ink)
        label(axes, (x, y + 0.4), percent(one.log_probability), fontsize=11, role=ink)


class WritingASum(Picture):
    """A reader's states, a writer's probabilities along its best answer so far, and the tree of its beam."""

    size = (9.6, 5.6)
    steps, widest, units, characters = 5, 5, 128, 7
    symbols = [*"0123456789", " ", "<end>"]

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        self._build_states(self.figure.add_axes((0.065, 0.6, 0.33, 0.31)))
        draw_scale(self.figure.add_axes((0.405, 0.6, 0.014, 0.31)))
        self._build_said(self.figure.add_axes((0.555, 0.6, 0.42, 0.31)))
        self._build_tree(self.figure.add_axes((0.01, 0.01, 0.98, 0.47)))

    def _build_states(self, axes: Axes) -> None:
        axes.set_title("encoder: the state after each character", fontsize=12)
        self.heat = axes.imshow(np.zeros((self.units, self.characters, 3)), aspect="auto", interpolation="nearest",
                                extent=(-0.5, self.characters - 0.5, self.units + 0.5, 0.5))
        axes.set(yticks=[1, self.units], ylabel="unit", xticks=[])
        axes.grid(visible=False)
        self.read = [axes.text(t, self.units * 1.06, "", ha="center", va="top", fontsize=14, color=color("ink"))
                     for t in range(self.characters)]
        self.moving += [self.heat, *self.read]

    def _build_said(self, axes: Axes) -> None:
        axes.set_title("decoder: % of each symbol, on the bold way", fontsize=12)
        self.said = axes.imshow(np.zeros((self.steps, 12, 3)), aspect="auto", interpolation="nearest",
                                extent=(-0.5, 11.5, self.steps + 0.5, 0.5))
        axes.set(yticks=range(1, self.steps + 1), ylabel="step")
        axes.set_xticks(range(12), [sign(symbol) for symbol in self.symbols])
        axes.grid(visible=False)
        self.numbers = [axes.text(0, step, "", ha="center", va="center", fontsize=10) for step in
                        range(1, self.steps + 1)]
        self.chosen = LineCollection([], colors=color("ink"), linewidths=2, zorder=3)
        axes.add_collection(self.chosen, autolim=False)
        self.moving += [self.said, *self.numbers, self.chosen]

    def _build_tree(self, axes: Axes) -> None:
        axes.set(xlim=(-0.4, self.steps + 0.75), ylim=(-self.widest + 0.35, 1.25))
        axes.axis("off")
        self.heading = axes.text(-0.3, 0.78, "", fontsize=13, va="bottom")
        across = 2 * SIZE * (self.steps + 1.15) / (self.widest + 0.9) * (0.47 * self.size[1]) / (0.98 * self.size[0])
        count = self.steps * self.widest + 1
        where = [(0.0, 0.0), *((s, -r) for s in range(1, self.steps + 1) for r in range(self.widest))]
        self.nodes = EllipseCollection([across] * count, [2 * SIZE] * count, [0] * count, units="xy", zorder=3,
                                       offsets=where, transOffset=axes.transData, linewidths=1.6)
        axes.add_collection(self.nodes, autolim=False)
        self.lines = LineCollection([], zorder=1)
        axes.add_collection(self.lines, autolim=False)
        self.edge = across / 2
        start = axes.text(0, 0, "start", ha="center", va="center", fontsize=9, zorder=4)
        self.signs = [axes.text(x, y, "", ha="center", va="center", fontsize=14, zorder=4) for x, y in where[1:]]
        self.shares = [axes.text(x + self.edge + 0.03, y, "", ha="left", va="center", fontsize=11, zorder=4,
                                 backgroundcolor=color("paper")) for x, y in where[1:]]
        for text in self.shares:
            text.get_bbox_patch().set(boxstyle="square,pad=0.05")
        self.moving += [self.lines, self.nodes, start, *self.signs, *self.shares, self.heading]

    def update(self, characters: str, states: np.ndarray, probabilities: np.ndarray, tree: Sequence[Candidate],
               names: Sequence[str], step: int, width: int, answers: Sequence[tuple[str, float]],
               right: str | None) -> str:
        """characters: as read, (T,). states (T, 128). probabilities (S, 12): of 0 to 9, the space and END along the
        best answer after `step` steps. tree: nothing dropped. answers: what the whole search found, best first, with
        log p. right: the answer, None when the question has none."""
        self.heat.set_data(state_colors(states.T))
        for text, character in zip(self.read, characters):
            text.set_text(sign(character))
        shown = [one for one in tree if one.step <= step]
        said = [names[shown[i].token] for i in sorted(best_path(shown))]
        self._show_said(probabilities[: len(said)], [self.symbols.index(name) for name in said])
        self._show_tree(shown, names)
        best, log_p = answers[0]
        verdict = "right" if best == right else f"wrong: it is {right}"
        if right is None:
            verdict = "but that was no sum of two numbers of up to three digits"
        found = ", ".join(f"{text or 'nothing'} ({percent(value)})" for text, value in answers)
        question = characters.strip()[::-1] or "nothing"
        done = step >= max(one.step for one in tree)
        self.heading.set_text(f"beam of {width}: {question} = {best}, {verdict}" if done
                              else f"beam of {width}, after {step} of {max(one.step for one in tree)} steps")
        beginnings = ", ".join(f"{text.rstrip() or 'nothing'} {percent(value)}" for text, value in
                               self._beginnings(tree, names, step))
        if not done:
            steps = "1 step" if step == 1 else f"{step} steps"
            return f"{question} is read from its end. Beam of {width} after {steps}: {beginnings}."
        return f"{question} is read from its end. A beam of {width} answers {best}, {verdict}. Found: {found}."

    @staticmethod
    def _beginnings(tree: Sequence[Candidate], names: Sequence[str], step: int) -> list[tuple[str, float]]:
        found = []
        for one in tree:
            if one.step == step:
                text, place = names[one.token], one.parent
                while place >= 0:
                    text, place = names[tree[place].token] + text, tree[place].parent
                found.append((text.replace("<end>", ""), one.log_probability))
        return found

    def _show_said(self, probabilities: np.ndarray, chosen: Sequence[int]) -> None:
        """A shade for each probability; what was said is framed, and its probability printed."""
        shown = np.full((self.steps, 12, 3), to_rgba(color("faint"))[:3])
        for row, p in enumerate(probabilities):
            shown[row] = [mix(color("output"), color("paper"), round(20 * value) / 20) for value in p]
        self.said.set_data(shown)
        frame = np.array([(-0.5, 0.5), (0.5, 0.5), (0.5, 1.5), (-0.5, 1.5), (-0.5, 0.5)])
        self.chosen.set_segments([frame + (place, row) for row, place in enumerate(chosen)])
        for row, text in enumerate(self.numbers):
            text.set_text("")
            if row < len(chosen):
                value = probabilities[row][chosen[row]]
                text.set(text=f"{100 * value:.0f}", x=chosen[row], color=color("paper" if value > 0.5 else "ink"))

    def _show_tree(self, tree: Sequence[Candidate], names: Sequence[str]) -> None:
        where, path = places(tree), best_path(tree)
        count = self.steps * self.widest + 1
        fill, edge, widths = np.zeros((count, 4)), np.zeros((count, 4)), np.full(count, 1.6)
        fill[0], edge[0] = to_rgba(color("paper")), to_rgba(color("ink"))
        for texts in (self.signs, self.shares):
            for text in texts:
                text.set_visible(False)
        segments, strokes, colors = [], [], []
        for i, (one, (x, y)) in enumerate(zip(tree, where)):
            slot = (one.step - 1) * self.widest + int(-y)
            role = FATES[one.fate]
            fill[slot + 1], edge[slot + 1] = to_rgba(mix(color(role), color("paper"), 0.2)), to_rgba(color(role))
            widths[slot + 1] = 3.2 if i in path else 1.6
            name = sign(names[one.token])
            self.signs[slot].set(text=name, visible=True, fontsize=14 if len(name) == 1 else 9)
            self.shares[slot].set(text=percent(one.log_probability), visible=True)
            from_x, from_y = where[one.parent] if one.parent >= 0 else (0.0, 0.0)
            segments.append([(from_x + self.edge, from_y), (x - self.edge, y)])
            strokes.append(3 if i in path else 1.2)
            colors.append(color("ink" if i in path else "muted"))
        self.nodes.set(facecolor=fill, edgecolor=edge, linewidth=widths)
        self.lines.set(segments=segments, linewidth=strokes, color=colors)
