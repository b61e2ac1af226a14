"""The picture of chapter 09's explorer: a text with its surprises, and what may come."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from seqlearn.plots.drawing import mix
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import can_draw, color

ROWS, LENGTH = 2, 84  # lines of the text that are shown, and their length
SHOWN = ROWS * LENGTH
BARS = 14  # characters that may come next
WRITTEN, LINE = 2, 84  # lines of text that the model writes, and their length
NEW_LINE = "\n"
FULL = 5.0  # nats: a surprise as dark as it gets, p below 1 in 148


def visible(character: str) -> str:
    """A character as it can be seen: a space and a line break get a sign."""
    return {" ": "␣", "\n": "⏎"}.get(character, character)


def shades(surprises: np.ndarray) -> list[tuple]:
    """One colour a character, from the paper (expected) to the colour of the loss (a surprise of FULL nats or more)."""
    return [mix(color("loss"), color("paper"), 0.55 * min(surprise / FULL, 1.0)) for surprise in surprises]


def squares(axes: Axes, count: int, *, bottom: float = 0.0) -> PolyCollection:
    """A row of unit squares from x = 0 on, to be coloured by `shades`."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    boxes = PolyCollection([corners + (place, bottom) for place in range(count)], linewidths=0)
    axes.add_collection(boxes)
    return boxes


class NextCharacter(Picture):
    """A text, its end if it is long, shaded by surprise; bars of the next character's probabilities; and a text
    written on."""

    size = (9.6, 4.7)

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        # Placed by hand: the letters of the strip are one text, and each has to lie on its own square.
        self._build_strip(self.figure.add_axes((0.03, 0.81, 0.95, 0.12)))
        self._build_bars(self.figure.add_axes((0.085, 0.285, 0.895, 0.475)))
        self._build_written(self.figure.add_axes((0.03, 0.01, 0.95, 0.185)))

    def _build_strip(self, axes: Axes) -> None:
        axes.set_title("the text so far; the stronger the shade, the more of a surprise", fontsize=11, loc="left")
        axes.axis("off")
        self.boxes = [squares(axes, LENGTH, bottom=ROWS - 1 - row) for row in range(ROWS)]
        self.letters = [axes.text(0, ROWS - row - 0.54, "m" * LENGTH, va="center", family="monospace", fontsize=12)
                        for row in range(ROWS)]
        letter = self.letters[0].get_window_extent(self.figure.canvas.get_renderer()).width / LENGTH
        axes.set(xlim=(0, axes.bbox.width / letter), ylim=(0, ROWS))
        self.left_out = axes.text(1, 1.17, "", transform=axes.transAxes, ha="right", fontsize=11, color=color("bad"),
                                  parse_math=False)
        self.moving += [*self.boxes, *self.letters, self.left_out]

    def _build_bars(self, axes: Axes) -> None:
        axes.set(xlim=(-0.6, BARS - 0.4), ylim=(0, 1.08), ylabel="probability of\nthe next character", xticks=[],
                 yticks=np.linspace(0, 1, 5))
        axes.set_yticklabels(["0", "¼", "½", "¾", "1"])
        self.bars = axes.bar(np.arange(BARS), np.zeros(BARS), color=color("output"), width=0.7)
        (self.plain,) = axes.plot(np.arange(BARS), np.zeros(BARS), "_", color=color("ink"), markersize=22,
                                  markeredgewidth=1.8, label="at temperature 1, nothing cut")
        axes.legend(loc="upper right")
        self.names = [axes.text(place, -0.04, "", ha="center", va="top", family="monospace", fontsize=14)
                      for place in range(BARS)]
        self.numbers = [axes.text(place, 0, "", ha="center", va="bottom", fontsize=10) for place in range(BARS)]
        for text in (*self.numbers, *self.names):
            text.set_in_layout(False)
        self.openness = axes.text(0.985, 0.76, "", transform=axes.transAxes, ha="right", fontsize=11)
        self.moving += [*self.bars, self.plain, *self.names, *self.numbers, self.openness]

    def _build_written(self, axes: Axes) -> None:
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.axis("off")
        axes.text(0, 0.98, "the model goes on:", va="top", fontsize=11)
        self.lines = [axes.text(0.0, 0.5 - 0.36 * line, "", va="center", family="monospace", fontsize=12,
                                color=color("output")) for line in range(WRITTEN)]
        self.moving += self.lines

    def update(self, text: str, surprises: np.ndarray, characters: Sequence[str], plain: np.ndarray,
               probabilities: np.ndarray, written: str, temperature: float, top_k: int, unknown: str = "") -> str:
        """text, surprises (S,): of the prompt. plain, probabilities (V,): of the next character. written: a text.
        unknown: characters that were left out."""
        end, seen = text[-SHOWN:], np.asarray(surprises)[-SHOWN:]
        for row, (boxes, letters) in enumerate(zip(self.boxes, self.letters, strict=True)):
            line = slice(row * LENGTH, (row + 1) * LENGTH)
            boxes.set_facecolor(shades(seen[line]) + [color("paper")] * (LENGTH - len(end[line])))
            letters.set_text("".join(map(visible, end[line])))
        self.left_out.set_text(f"left out, never seen: {drawable(unknown)}" if unknown else "")
        order = np.argsort(-plain, kind="stable")[:BARS]
        for place, index in enumerate(order):
            height = probabilities[index]
            self.bars[place].set_height(height)
            self.names[place].set_text(visible(characters[index]))
            above = max(height, plain[index])  # clear of the mark, too
            self.numbers[place].set(text=share(height), y=above + 0.02)
        self.plain.set_ydata(plain[order])
        shown = written.replace("\n", visible("\n"))
        for line, artist in enumerate(self.lines):
            artist.set_text(shown[line * LINE:(line + 1) * LINE])
        kept = probabilities[probabilities > 0]
        choices = np.exp(-np.sum(kept * np.log(kept)))
        self.openness.set_text("1 character kept, no choice left" if len(kept) == 1
                               else f"{len(kept)} characters kept, as open as {choices:.1f} equal ones")
        best = [f"{spoken(characters[index])} {share(probabilities[index])}" for index in order[:3]]
        return " ".join([
            f"After “{end[-24:].replace(NEW_LINE, ' / ')}”, temperature {temperature:g}"
            + (f", only the {top_k} likeliest:" if top_k < len(plain) else ":"),
            f"{', '.join(best)}. As open as a choice among {choices:.1f} equal characters.",
            f"The model goes on: “{written[:60].replace(NEW_LINE, ' / ')}”.",
            f"Left out, because the model never saw it: {drawable(unknown)}." if unknown else "",
        ]).strip()


def share(p: float) -> str:
    """A probability in a few characters: 62 %, 3 %, <1 %, 0."""
    return f"{100 * p:.0f} %" if p >= 0.01 else "<1 %" if p > 0 else "0"


def drawable(characters: str, most: int = 8) -> str:
    """A few characters with spaces between; those that the picture's fonts lack as their numbers."""
    shown = [character if character.isprintable() and can_draw(character) else f"U+{ord(character):04X}"
             for character in characters[:most]]
    return " ".join(shown) + (" …" if len(characters) > most else "")


def spoken(character: str) -> str:
    """A character as a screen reader should say it."""
    return {" ": "space", "\n": "line break"}.get(character, character)
