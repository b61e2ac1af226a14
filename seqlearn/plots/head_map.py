"""The picture of chapter 14's explorer: one head over the letters of a word, as lines, as a map, and what arrives."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from seqlearn.plots.drawing import mix
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color
from seqlearn.plots.word_by_word import drawable

MOST = 12  # letters shown
ROOMS = (8, MOST)  # places on the axes; a short word gets the large ones
SURE = 0.5  # from this share of the weight on a letter counts as read


class HeadMap(Picture):
    """Left the letters twice, a line from each position to those it looks at; in the middle the weights; right what
    arrives.

    `update(letters, weights, arrives, shares, name)`: letters, up to 12; weights (T, T), row t is where position t
    looks; arrives: the letter with the largest share of the weight at each position, and that share, (T,).
    """

    size = (9.6, 5.2)

    def build(self) -> None:
        self.figure.set_layout_engine("none")  # every place is given below
        lines, grid, out = (self.figure.add_axes(place) for place in
                            ((0.015, 0.03, 0.25, 0.84), (0.33, 0.03, 0.455, 0.84), (0.80, 0.03, 0.19, 0.84)))
        self._build_lines(lines)
        self._build_map(grid)
        self._build_arrivals(out)
        self.sheets = lines, grid, out
        self._make_room(ROOMS[0])

    def _make_room(self, places: int) -> None:
        if self.sheets[1].get_ylim() != (places - 0.5, -0.5):  # all is then drawn anew, which takes longer
            for axes in self.sheets:
                axes.set_ylim(places - 0.5, -0.5)
            self.sheets[1].set_xlim(-0.5, places - 0.5)

    def _build_lines(self, axes) -> None:
        axes.set(xlim=(-0.28, 1.28))
        axes.axis("off")
        axes.set_title("asks … looks at", loc="center")
        self.ends = np.array([[(0.07, t), (0.93, s)] for t in range(MOST) for s in range(MOST)], dtype=float)
        self.lines = LineCollection([], zorder=1, capstyle="round")
        axes.add_collection(self.lines, autolim=False)
        self.letters = [[axes.text(x, t, "", ha="center", va="center", fontsize=14) for t in range(MOST)]
                        for x in (-0.08, 1.08)]
        self.moving += [self.lines, *self.letters[0], *self.letters[1]]

    def _build_map(self, axes) -> None:
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.set_anchor("N")
        axes.grid(False)
        axes.set_title("weights: row t is where position t looks", loc="center", pad=30)
        axes.spines[:].set_visible(False)
        self.image = axes.imshow(np.zeros((MOST, MOST, 3)), extent=(-0.5, MOST - 0.5, MOST - 0.5, -0.5), zorder=1)
        self.sides = [[axes.text(-0.8, t, "", ha="right", va="center", fontsize=13) for t in range(MOST)],
                      [axes.text(s, -0.75, "", ha="center", va="bottom", fontsize=13) for s in range(MOST)]]
        self.numbers = [axes.text(s, t, "", ha="center", va="center", fontsize=10)
                        for t in range(MOST) for s in range(MOST)]
        self.moving += [self.image, *self.sides[0], *self.sides[1], *self.numbers]

    def _build_arrivals(self, axes) -> None:
        axes.set(xlim=(0, 1))
        axes.axis("off")
        axes.set_title("arrives, and its share", loc="center")
        self.rails = [Rectangle((0.26, t - 0.22), 0.72, 0.44, linewidth=0, facecolor=color("faint"), visible=False)
                      for t in range(MOST)]
        self.shares = [Rectangle((0.26, t - 0.22), 0, 0.44, linewidth=0, facecolor=color("output"))
                       for t in range(MOST)]
        for bar in (*self.rails, *self.shares):
            axes.add_patch(bar)
        self.arrived = [axes.text(0.12, t, "", ha="center", va="center", fontsize=14) for t in range(MOST)]
        self.moving += [*self.rails, *self.shares, *self.arrived]

    def update(self, letters, weights, arrives, shares, name) -> str:
        count = len(letters)
        self._make_room(next(room for room in ROOMS if count <= room))
        full = np.zeros((MOST, MOST))
        full[:count, :count] = weights
        drawn = [drawable(letter.replace(" ", "␣")) for letter in letters] + [""] * (MOST - count)
        for texts in (*self.letters, *self.sides):
            for text, letter in zip(texts, drawn, strict=True):
                text.set_text(letter)
        rgb = np.array(to_rgb(color("gate")))
        seen = full.ravel() > 0.02
        self.lines.set(segments=self.ends[seen], linewidths=0.2 + 4.5 * full.ravel()[seen],
                       colors=[(*rgb, 0.15 + 0.85 * weight) for weight in full.ravel()[seen]])
        paper = np.array(to_rgb(color("paper")))
        cells = paper + full[:, :, None] * (rgb - paper)
        inside = np.arange(MOST) < count
        cells[inside[:, None] & inside & (full < 0.01)] = mix(color("faint"), color("paper"), 0.45)
        self.image.set_data(cells)
        for text, weight in zip(self.numbers, full.ravel(), strict=True):
            text.set(text="" if weight < 0.095 else f".{100 * weight:02.0f}" if weight < 0.995 else "1",
                     color=color("paper") if weight > 0.75 else color("ink"))
        for t, (bar, text) in enumerate(zip(self.shares, self.arrived, strict=True)):
            self.rails[t].set_visible(t < count)
            bar.set_width(0.72 * shares[t] if t < count else 0)
            text.set_text("" if t >= count else drawable(arrives[t]) if shares[t] >= SURE else "·")
        return describe_head(letters, weights, arrives, shares, name)


def describe_head(letters, weights, arrives, shares, name: str) -> str:
    """What a head does with a word, in words."""
    if not letters:
        return f"{name}. No letter yet: type a word."
    read = "".join(letter if share >= SURE else "·" for letter, share in zip(arrives, shares, strict=True))
    largest = np.argsort(-weights[0].round(6), kind="stable")[:2]  # rounded, so that equal weights keep their order
    first = ", ".join(f"{letters[s]} {weights[0, s]:.2f}" for s in largest if weights[0, s] >= 0.005)
    sure = int(np.sum(shares >= SURE))
    return (f"{name} over “{''.join(letters)}”: what arrives reads “{read}”, {sure} of {len(letters)} letters with "
            f"at least half of the weight. The first position looks at {first}.")
