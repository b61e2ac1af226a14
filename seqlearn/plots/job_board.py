"""The picture of chapter 12's explorer: what goes into one of the seven models, and what comes out, step by step."""

from collections.abc import Sequence
from textwrap import shorten

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots.picture import Picture
from seqlearn.plots.seven_jobs import heat
from seqlearn.plots.style import color, describe
from seqlearn.plots.word_by_word import cut, drawable

GRIDS = ((8, 2, 13), (12, 3, 11))  # columns, rows and the size of the letters; few tokens get the large boxes
MOST = 36  # tokens that fit; of more the first ones are shown
FRAMES = 60  # frames of a sound that fit
LENGTHS = (20, 40, FRAMES)  # frames that the width of the board stands for; a short sound gets the wide ones


class JobBoard(Picture):
    """Above the input, below the output. Tokens stand in boxes; a bar under an output token is its probability.

    `update(job, source, target, known, probabilities, verdict)`: source and target are tokens, or frames (T, 8); known:
    which source tokens are in the model's vocabulary; probabilities: of the target's tokens (empty for a sound);
    verdict: (text, role), a sentence on the answer in the colour of a role.
    """

    size = (9.6, 4.2)

    def build(self) -> None:
        self.figure.set_layout_engine("none")
        self.halves = [_Half(self.figure, 0.55, "input"), _Half(self.figure, 0.06, "output")]
        self.titles = [self.figure.text(0.02, y, "", fontsize=13, va="center") for y in (0.945, 0.455)]
        self.verdict = self.figure.text(0.98, 0.455, "", fontsize=13, va="center", ha="right")
        self.moving = [*self.titles, self.verdict, *(artist for half in self.halves for artist in half.moving)]

    def update(self, job: str, source: Sequence[str] | np.ndarray, target: Sequence[str] | np.ndarray,
               known: Sequence[bool], probabilities: Sequence[float], verdict: tuple[str, str]) -> str:
        for half, content, flags, shares in zip(self.halves, (source, target), (known, None),
                                                (None, probabilities), strict=True):
            if isinstance(content, np.ndarray):
                half.show_frames(content)
            else:
                half.show_tokens(content, flags, shares)
        self.titles[0].set_text(f"{job}: the input")
        self.titles[1].set_text("the output")
        text, role = verdict
        self.verdict.set(text=drawable(text), color=color(role))
        unknown = [token for token, is_known in zip(source, known, strict=True) if not is_known] if len(known) else []
        unsure = ""
        if len(probabilities) and not isinstance(target, np.ndarray):
            least = int(np.argmin(probabilities))
            name = target[least] if least < len(target) else "the end"
            unsure = f" Least sure of {name}, {100 * probabilities[least]:.0f} percent."
        unknown = list(dict.fromkeys(map(cut, unknown)))
        note = f" Not in the vocabulary: {', '.join(unknown[:4])}{' …' if len(unknown) > 4 else ''}." if unknown else ""
        return f"{job}. In: {_said(source)}. Out: {_said(target)}. The verdict: {text}.{unsure}{note}"


class _Half:
    """One half of the board: boxes with tokens, or a heat map of frames. Both are there; one of them is shown."""

    def __init__(self, figure, bottom: float, role: str) -> None:
        self.role = role
        self.board = figure.add_axes((0.02, bottom, 0.96, 0.335))
        self.board.set(xlim=(0, 1), ylim=(-1, 0))
        self.board.axis("off")
        self.boxes = PolyCollection([], linewidths=1.3, zorder=1)
        self.bars = PolyCollection([], linewidths=0, zorder=2)
        self.board.add_collection(self.boxes, autolim=False)
        self.board.add_collection(self.bars, autolim=False)
        self.words = [self.board.text(0, 0, "", ha="center", va="center") for _ in range(MOST)]
        self.sound = figure.add_axes((0.085, bottom + 0.02, 0.895, 0.3))
        self.sound.set(xlim=(0, 1), ylim=(-0.5, 7.5))
        self.sound.axis("off")
        self.image = self.sound.imshow(np.zeros((8, FRAMES)), cmap=heat(role), vmin=0, vmax=1, origin="lower",
                                       aspect="auto", interpolation="nearest")
        (self.edge,) = self.sound.plot([], [], color=color("muted"), linewidth=1.2)
        self.labels = [figure.text(0.075, bottom + y, text, ha="right", va="center", fontsize=10, color=color("muted"))
                       for y, text in ((0.045, "320 Hz"), (0.30, "1760 Hz"))]
        self.moving = [self.boxes, self.bars, *self.words, self.image, self.edge, *self.labels]

    def show_tokens(self, tokens: Sequence[str], known: Sequence[bool] | None, shares: Sequence[float] | None) -> None:
        self._choose(sound=False)
        shown = list(tokens)[:MOST]
        if len(tokens) > MOST:
            shown[-1] = "…"
        columns, rows, fontsize = next(grid for grid in GRIDS if len(shown) <= grid[0] * grid[1])
        unit = np.array([1 / columns, 1 / rows])
        corners = [(n % columns, -(n // columns) - 1) for n in range(len(shown))]
        self.boxes.set_verts([unit * _rectangle(x + 0.04, y + 0.08, 0.92, 0.84) for x, y in corners])
        self.boxes.set(facecolor=color("paper"), edgecolor=color(self.role))
        shares = [] if shares is None else list(shares)[: len(shown)]
        self.bars.set_verts([unit * _rectangle(x + 0.1, y + 0.16, max(0.8 * share, 1e-3), 0.12)
                             for (x, y), share in zip(corners, shares, strict=False)])
        self.bars.set_facecolor([color("output" if share >= 0.9 else "bad") for share in shares] or "none")
        for n, text in enumerate(self.words):
            word = shown[n] if n < len(shown) else ""
            fresh = bool(word) and known is not None and len(known) > n and not known[n]
            word = cut(word, 10)
            text.set(text=drawable(word), color=color("muted" if fresh else "ink"),
                     fontsize=fontsize if len(word) < 8 else fontsize - 2, style="italic" if fresh else "normal")
            if word:
                text.set_position(unit * (corners[n][0] + 0.5, corners[n][1] + 0.56))

    def show_frames(self, frames: np.ndarray) -> None:
        self._choose(sound=True)
        page = np.zeros((8, FRAMES))
        shown = np.clip(np.asarray(frames, dtype=float)[:FRAMES].T, 0, 1)
        page[:, : shown.shape[1]] = shown
        self.image.set_data(page)
        length = next(length for length in LENGTHS if shown.shape[1] <= length)
        self.image.set_extent((0, FRAMES / length, -0.5, 7.5))
        end = shown.shape[1] / length
        self.edge.set_data([0, end, end, 0, 0], [-0.5, -0.5, 7.5, 7.5, -0.5])

    def _choose(self, *, sound: bool) -> None:
        for artist in (self.image, self.edge, *self.labels):
            artist.set_visible(sound)
        for artist in (self.boxes, self.bars, *self.words):
            artist.set_visible(not sound)


def _rectangle(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def _said(content: Sequence[str] | np.ndarray) -> str:
    if isinstance(content, np.ndarray):
        return f"a sound of {len(content)} frames"
    said = shorten(" ".join(map(cut, content)), 140, placeholder=" …")
    return f"“{said}”" if said else "nothing"


def board_frames(frames: Sequence[dict], *, figure: Figure | None = None) -> Figure:
    """Key frames of the explorer, two in a row: input above, output below. frames: values of `JobBoard.update`."""
    rows = -(-len(frames) // 2)
    figure = figure or plt.figure(figsize=(9.6, 2.5 * rows))
    figure.set_layout_engine("none")
    said = []
    for number, frame in enumerate(frames):
        left, top = 0.02 + 0.5 * (number % 2), 1 - number // 2 / rows
        height = 1 / rows
        text, role = frame["verdict"]
        figure.text(left, top - 0.09 * height, frame["job"], fontsize=12, va="center")
        figure.text(left, top - 0.92 * height, drawable(text), fontsize=12, va="center", color=color(role))
        for place, kind, shares in ((0.54, "source", None), (0.17, "target", frame["probabilities"])):
            axes = figure.add_axes((left, top - (1 - place) * height, 0.46, 0.3 * height))
            content = frame[kind]
            if isinstance(content, np.ndarray):
                role = "input" if kind == "source" else "output"
                axes.imshow(np.clip(content.T, 0, 1), cmap=heat(role), vmin=0, vmax=1, origin="lower", aspect="auto",
                            interpolation="nearest", extent=(0, len(content), -0.5, 7.5))
                axes.set(xlim=(0, 46))
            else:
                _line_of_boxes(axes, content, kind, shares)
            axes.axis("off")
        said.append(f"{frame['job']}: {_said(frame['source'])} becomes {_said(frame['target'])}, {text}")
    return describe(figure, f"Inputs above, outputs below. {'; '.join(said)}.")


def _line_of_boxes(axes: Axes, tokens: Sequence[str], kind: str, shares: Sequence[float] | None) -> None:
    """Tokens in boxes as wide as they need; a bar under each as long as its probability."""
    axes.set(xlim=(0, 46), ylim=(0, 1))
    x = 0.0
    for n, token in enumerate(tokens):
        width = 1.5 + 0.83 * len(token)
        axes.add_patch(Rectangle((x, 0.1), width, 0.8, facecolor=color("paper"), linewidth=1.2,
                                 edgecolor=color("input" if kind == "source" else "output")))
        axes.text(x + width / 2, 0.58, drawable(token), ha="center", va="center", fontsize=11)
        if shares:
            axes.add_patch(Rectangle((x + 0.25, 0.18), (width - 0.5) * shares[n], 0.12, linewidth=0,
                                     facecolor=color("output" if shares[n] >= 0.9 else "bad")))
        x += width + 0.25
