"""The picture of chapter 10's explorer: a review as it is typed, and what two readers think after every word."""

import numpy as np

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import can_draw, color

MOST = 20  # words that fit; of a longer review the last ones are shown
ROOMS = (10, 15, MOST)  # places on the axis; a short review gets the wide ones


class WordByWord(Picture):
    """Bars for the LSTM, up for praise and down for blame, marks for the bag of words, below them the words.

    `update(words, known, lstm, bag)`: words (T,), known (T,) booleans, probabilities lstm and bag (T + 1,), the first
    of them before any word.
    """

    size = (9.6, 4.2)

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        self.axes = self.figure.add_axes((0.085, 0.34, 0.895, 0.54))
        self.axes.set(ylim=(0, 1), xticks=[], yticks=(0, 0.25, 0.5, 0.75, 1),
                      ylabel="probability of praise")
        self.axes.grid(axis="x", visible=False)
        self.axes.axhline(0.5, color=color("ink"), linewidth=1)
        steps = np.arange(MOST)
        self.bars = list(self.axes.bar(steps, np.zeros(MOST), bottom=0.5, width=0.66, zorder=2).patches)
        (self.marks,) = self.axes.plot([], [], "_", color=color("ink"), markeredgewidth=2.6, zorder=4)
        self.words = [self.axes.text(t + 0.12, -0.05, "", rotation=40, ha="right", va="top", fontsize=12,
                                     rotation_mode="anchor") for t in steps]
        for text in self.words:
            text.set_in_layout(False)
        self.title = self.axes.text(0.0, 1.06, "", transform=self.axes.transAxes, fontsize=13)
        self.axes.text(1.0, 1.06, "bars: the LSTM    marks: the bag of words", transform=self.axes.transAxes,
                       ha="right", fontsize=11, color=color("muted"))
        self.moving = [*self.bars, self.marks, *self.words, self.title]
        self._make_room(ROOMS[0])

    def update(self, words: list[str], known: list[bool], lstm: np.ndarray, bag: np.ndarray) -> str:
        self._make_room(next((room for room in ROOMS if len(words) <= room), MOST))
        first = max(0, len(words) - MOST)
        for t in range(MOST):
            there = first + t < len(words)
            value = lstm[first + t + 1] if there else 0.5
            self.bars[t].set(height=value - 0.5, facecolor=color("output" if value >= 0.5 else "bad"))
            word = words[first + t] if there else ""
            word = drawable(cut(word))
            is_known = there and known[first + t]
            self.words[t].set(text=word if is_known or not word else f"{word} ?",
                              color=color("ink" if is_known else "muted"), style="normal" if is_known else "italic")
        self.marks.set_data(np.arange(len(words) - first), bag[first + 1 :])
        verdict = "praise" if lstm[-1] >= 0.5 else "no praise"
        ends = f"LSTM {100 * lstm[-1]:.0f} %, bag of words {100 * bag[-1]:.0f} %"
        self.title.set_text(f"{ends}" if words else "no word yet")
        if not words:
            return f"No word yet: before the first one the bag of words says {100 * bag[0]:.0f} percent."
        unknown = list(dict.fromkeys(cut(word) for word, is_known in zip(words, known, strict=True) if not is_known))
        note = f" Not in the vocabulary: {', '.join(unknown[:4])}{' …' if len(unknown) > 4 else ''}." if unknown else ""
        path = [f"{cut(word)} {100 * value:.0f}" for word, value in zip(words, lstm[1:], strict=True)][first:]
        while len(", ".join(path)) > 170:  # letters: three lines below the picture hold no more
            path.pop(0)
        which = "each word" if len(path) == len(words) else f"each of the last {len(path)} words"
        return f"{ends}: the LSTM reads {verdict}. After {which}, in percent: {', '.join(path)}.{note}"

    def _make_room(self, places: int) -> None:
        if self.axes.get_xlim() != (-0.6, places - 0.4):  # the still part is then drawn anew, which takes longer
            self.axes.set_xlim(-0.6, places - 0.4)
            self.marks.set_markersize(440 / places)


def cut(word: str, most: int = 14) -> str:
    """The word, cut where it is longer than a word needs to be."""
    return word if len(word) <= most else f"{word[: most - 1]}…"


def drawable(word: str) -> str:
    """The word with a box for every sign that the figures' fonts do not have; a dollar sign begins no formula."""
    return "".join(sign if can_draw(sign) else "□" for sign in word).replace("$", r"\$")
