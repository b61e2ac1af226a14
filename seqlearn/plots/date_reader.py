"""The picture of chapter 13's explorer: a date as it is typed, what was written, and where each character looked."""

import numpy as np

from seqlearn.plots.attention import SEEN, shades
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color
from seqlearn.plots.word_by_word import drawable

MOST, WRITTEN = 32, 11  # characters read, and written with END


class DateReader(Picture):
    """Above, the weights of one output character as bars; below, those of all as a heat map, its row framed.

    `update(source, target, weights, chosen, temperature, known, cut)`: source, up to 32 characters; target, up to 11
    tokens, "<end>" among them; weights (S, T); chosen: a row of them, from 0; known (T,): is the character in the
    alphabet? cut: was more typed than is read?
    """

    size = (9.6, 4.9)

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        self.bars_axes = self.figure.add_axes((0.085, 0.635, 0.895, 0.235))
        self.bars_axes.set(xlim=(-0.5, MOST - 0.5), ylim=(0, 1.0), xticks=[], yticks=(0, 0.5, 1), ylabel="weight")
        self.bars_axes.grid(axis="x", visible=False)
        self.axes = self.figure.add_axes((0.085, 0.03, 0.895, 0.51))
        self.axes.set(xlim=(-0.5, MOST - 0.5), ylim=(WRITTEN - 0.5, -0.5), xticks=[], yticks=[], ylabel="written")
        self.axes.yaxis.set_label_coords(-0.052, 0.5)
        self.axes.grid(visible=False)
        self.bars = list(self.bars_axes.bar(range(MOST), np.zeros(MOST), width=0.8, color=color("gate")).patches)
        self.map = self.axes.imshow(np.zeros((WRITTEN, MOST)), cmap=shades(), vmin=0, vmax=1, aspect="auto",
                                    interpolation="nearest", extent=(-0.5, MOST - 0.5, WRITTEN - 0.5, -0.5))
        (self.frame,) = self.axes.plot([], [], color=color("output"), linewidth=2.2, zorder=4)
        self.read = [self.bars_axes.text(t, -0.22, "", ha="center", va="center", fontsize=14) for t in range(MOST)]
        self.written = [self.axes.text(-0.9, i, "", ha="right", va="center", fontsize=12) for i in range(WRITTEN)]
        for text in (*self.read, *self.written):
            text.set_in_layout(False)
        self.title = self.figure.text(0.085, 0.925, "", fontsize=14)
        self.note = self.figure.text(0.98, 0.925, "", fontsize=11, ha="right", color=color("muted"))
        self.moving = [*self.bars, self.map, self.frame, *self.read, *self.written, self.title, self.note]

    def update(self, source: str, target: list[str], weights: np.ndarray, chosen: int, temperature: float,
               known: list[bool], cut: bool = False) -> str:
        S, T = len(target), len(source)
        shown = np.zeros((WRITTEN, MOST))
        shown[:S, :T] = weights
        self.map.set_data(shown)
        row = shown[chosen]
        for t in range(MOST):
            self.bars[t].set_height(row[t])
            character = drawable(SEEN.get(source[t], source[t])) if t < T else ""
            heavy = t < T and row[t] >= 0.2
            self.read[t].set(text=character, fontweight="bold" if heavy else "normal",
                             color=color("ink" if t < T and known[t] else "muted"))
        for i in range(WRITTEN):
            name = "" if i >= S else "end" if target[i] == "<end>" else target[i]
            self.written[i].set(text=name, fontweight="bold" if i == chosen else "normal",
                                color=color("output" if i == chosen else "ink"))
        if T:
            edges = np.array([[-0.5, -0.5], [T - 0.5, -0.5], [T - 0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5]])
            self.frame.set_data(edges[:, 0], edges[:, 1] + chosen)
        else:
            self.frame.set_data([], [])
        answer = "".join(token for token in target if token != "<end>")
        self.title.set_text(f"it writes {answer}" if T else "type a date")
        limit = f"only the first {MOST} characters are read; " if cut else ""
        self.note.set_text(f"{limit}temperature {temperature:.3g}" if T else "")
        text = self._words(source, target, row, chosen, answer, temperature, known)
        return text + (f" Only the first {MOST} characters are read." if cut else "")

    def _words(self, source, target, row, chosen, answer, temperature, known) -> str:
        if not source:
            return "Nothing is typed yet: type a date."
        name = "the end" if target[chosen] == "<end>" else f"character {chosen + 1}, “{target[chosen]}”"
        places = [t for t in np.argsort(-row[: len(source)], kind="stable")[:3] if row[t] >= 0.05]
        names = ", ".join(f"{'space' if source[t] == ' ' else source[t]} at {t + 1} ({100 * row[t]:.0f} %)" for t in
                          places)
        text = (f"“{source}” becomes {answer or 'nothing'} at temperature {temperature:.3g}. For {name} it looks at "
                f"{names or 'no place in particular: all weights are below 5 %'}.")
        unknown = [source[t] for t in range(len(source)) if not known[t]]
        return text + (f" It has never seen {', '.join(unknown[:6])}." if unknown else "")
