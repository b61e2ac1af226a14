"""The picture of chapter 15's explorer: where the translator looks, and the answers that its beam has found."""

from collections.abc import Sequence

import numpy as np

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color
from seqlearn.plots.translation import weight_colors
from seqlearn.plots.word_by_word import drawable

COLUMNS, ROWS, ANSWERS = 10, 14, 8  # source words, target tokens and answers that fit
LETTERS = 310  # of the words below the picture: about three lines


class TranslationBoard(Picture):
    """Left the attention, a row for each token of the best answer; right the answers of the beam, best first.

    `update(source, target, weights, answers, right, name)`: source words (T,), tokens of the best answer (S,), weights
    (S, T) or None, answers: [(text, probability)], right: the right text, None when nobody knows it; name of the model.
    """

    size = (9.6, 5.0)

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        self.map = self.figure.add_axes((0.105, 0.04, 0.42, 0.7))
        self.map.set(xlim=(-0.5, COLUMNS - 0.5), ylim=(ROWS - 0.5, -0.5), xticks=[], yticks=[])
        self.map.grid(False)
        for side in self.map.spines.values():
            side.set_visible(False)
        colors = weight_colors().with_extremes(bad=color("paper"))
        self.image = self.map.imshow(np.full((ROWS, COLUMNS), np.nan), cmap=colors, vmin=0, vmax=1, aspect="auto",
                                     extent=(-0.5, COLUMNS - 0.5, ROWS - 0.5, -0.5))
        (self.outline,) = self.map.plot([], [], color=color("muted"), linewidth=1)
        self.sources = [self.map.text(t - 0.1, -0.7, "", rotation=40, ha="left", va="bottom", fontsize=11,
                                      rotation_mode="anchor") for t in range(COLUMNS)]
        self.targets = [self.map.text(-0.65, s, "", ha="right", va="center", fontsize=11) for s in range(ROWS)]
        self.nothing = self.map.text(0.0, 1.6, "", fontsize=12, va="top", color=color("muted"))
        self.list = self.figure.add_axes((0.57, 0.02, 0.41, 0.78))
        self.list.set(xlim=(0, 1), ylim=(ANSWERS - 0.4, -0.6), xticks=[], yticks=[])
        self.list.grid(False)
        for side in self.list.spines.values():
            side.set_visible(False)
        self.bars = list(self.list.barh(np.arange(ANSWERS) + 0.41, np.zeros(ANSWERS), height=0.1).patches)
        self.shares = [self.list.text(0.1, k, "", fontsize=11, va="center", ha="right") for k in range(ANSWERS)]
        self.lines = [self.list.text(0.13, k, "", fontsize=10.5, va="center", linespacing=1.0) for k in range(ANSWERS)]
        self.figure.text(0.57, 0.93, "answers of the beam, with their probability", fontsize=12, color=color("muted"))
        self.title = self.figure.text(0.57, 0.865, "", fontsize=13)
        self.moving = [self.image, self.outline, *self.sources, *self.targets, self.nothing, *self.bars, *self.shares,
                       *self.lines, self.title]

    def update(self, source: Sequence[str], target: Sequence[str], weights: np.ndarray | None,
               answers: Sequence[tuple[str, float]], right: str | None, name: str) -> str:
        shown, wide = list(target)[:ROWS], list(source)[:COLUMNS]
        values = np.full((ROWS, COLUMNS), np.nan)
        if weights is not None:
            values[: len(shown), : len(wide)] = weights[: len(shown), : len(wide)]
        self.image.set_data(np.ma.masked_invalid(values))
        edge, low = len(wide) - 0.5, len(shown) - 0.5
        has_map = weights is not None and len(shown) > 0
        corners = ([-0.5, edge, edge, -0.5, -0.5], [-0.5, -0.5, low, low, -0.5]) if has_map else ([], [])
        self.outline.set_data(*corners)
        for t, text in enumerate(self.sources):
            text.set_text(drawable(wide[t]) if t < len(wide) else "")
        for s, text in enumerate(self.targets):
            text.set_text(drawable(shown[s]) if s < len(shown) else "")
        hint = "no attention: the decoder has\none vector, and nothing to look at"
        self.nothing.set_text(hint if weights is None and shown else "")
        for k in range(ANSWERS):
            there = k < len(answers)
            text, probability = answers[k] if there else ("", 0.0)
            is_right = there and right is not None and text == right
            role = "good" if is_right else "ink" if right is None else "bad"
            self.shares[k].set_text(percent(probability) if there else "")
            written = wrapped(("✓ " if is_right else "") + (drawable(text) or "(nothing)"))
            self.lines[k].set(text=written if there else "", color=color(role))
            self.bars[k].set(width=probability if there else 0.0, facecolor=color("output" if is_right else "muted"))
        if not source:
            self.title.set_text("no word yet")
            return "No word yet: type a number in digits or in English words."
        best = answers[0][0] if answers else ""
        verdict = ("not how this chapter names a number" if right is None
                   else "the first is right" if best == right else "the first is wrong")
        self.title.set_text(verdict)
        found = [f"{text or '(nothing)'} {percent(probability)}" for text, probability in answers[:3]]
        listed = as_many(found, 110, "; ")
        should = "" if right is None or best == right else f" Right would be {right}."
        said = f"{name}, {' '.join(wide)}: {verdict}. Answers: {listed}.{should}"
        if has_map:
            looks = [f"{word} at {wide[int(np.argmax(row[: len(wide)]))]}" for word, row in
                     zip(shown, weights, strict=False)]
            said += f" Looks: {as_many(looks, LETTERS - len(said), ', ')}."
        return said


def as_many(items: Sequence[str], room: int, joint: str) -> str:
    """The first of some items, as many as fit into this many letters, at least one; "…" stands for the others."""
    count = len(items)
    while count > 1 and len(joint.join(items[:count])) > room:
        count -= 1
    return joint.join([*items[:count], *["…"] * (count < len(items))])


def wrapped(text: str, width: int = 40) -> str:
    """On two lines when it is long, and cut when it is longer still."""
    if len(text) <= width:
        return text
    return f"{text[:width]}-\n{text[width : 2 * width - 1]}{'…' if len(text) >= 2 * width else ''}"


def percent(probability: float) -> str:
    """A share for readers: 93 %, or < 1 %."""
    return f"{100 * probability:.0f} %" if probability >= 0.01 else "< 1 %"
