"""The pen of every network drawing in the course: nodes, arrows, cuts and labels.

    blank(axes, width=6, height=3)
    h1 = node(axes, "state", (1, 1), "$h_1$")
    h2 = node(axes, "state", (2, 1), "$h_2$")
    arrow(axes, h1, h2)                       # forward, in ink
    arrow(axes, h2, h1, kind="gradient")      # backward, in the gradient's colour
    cut(axes, (1.5, 1))                       # and here it stops

One unit of the axes is one step of a network. A kind of node has one colour and one shape in every chapter, so that a
drawing still reads in black and white:

    state  circle      input   square     output  hexagon    loss  diamond
    gate   pill        target  square, dashed    weight  rounded square    operation  small circle

Everything drawn is a `Mark`: it remembers where it is, and `mark.light(False)` dims it without drawing anything anew.
"""

from dataclasses import dataclass, field

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, RegularPolygon
from matplotlib.path import Path
from matplotlib.text import Text

from seqlearn.plots.style import color

RADIUS = 0.27  # of a node, in steps
NODE_KINDS = ("state", "input", "output", "loss", "gate", "target", "weight", "function", "operation")
ARROW_KINDS = ("forward", "gradient", "weight")
DIMMED = 0.22  # how much of its colour a dimmed mark keeps
ARROW_HEAD = {"arrowstyle": "-|>,head_length=0.5,head_width=0.26", "mutation_scale": 11, "joinstyle": "miter"}
FILL = 0.2  # how much of its colour the inside of a node gets


def mix(first: str, second: str, share: float) -> tuple[float, float, float]:
    """The colour that holds `share` (0 to 1) of the first colour and the rest of the second, as RGB in 0..1."""
    a, b = np.array(to_rgb(first)), np.array(to_rgb(second))
    return tuple(share * a + (1 - share) * b)


@dataclass
class Mark:
    """Something drawn: its colour's role, its centre, and the artists that show it."""

    role: str
    center: tuple[float, float]
    patch: Patch
    text: Text | None = None
    strokes: list[Line2D] = field(default_factory=list)
    fill: float | None = None  # share of the role's colour inside; None for a line
    lit: bool = True

    def __post_init__(self):
        for artist in self.artists:
            artist.set_in_layout(False)  # a mark lies within its sheet: measuring it for the layout takes long

    @property
    def artists(self) -> list[Artist]:
        """Every artist of the mark, in drawing order."""
        return [self.patch, *self.strokes] + ([self.text] if self.text is not None else [])

    def light(self, on: bool = True) -> "Mark":
        """Show the mark in full colour, or dim it."""
        self.lit = on
        paper, line, strength = color("paper"), color(self.role), 1.0 if on else DIMMED
        if self.fill is None:
            self.patch.set_color(mix(line, paper, strength))
        else:
            self.patch.set_edgecolor(mix(line, paper, strength))
            self.patch.set_facecolor(mix(line, paper, self.fill * strength))
        for stroke in self.strokes:
            stroke.set_color(mix(line, paper, strength))
        if self.text is not None:
            self.text.set_color(mix(line if self.fill is None else color("ink"), paper, strength))
        return self

    def show(self, on: bool = True) -> "Mark":
        """Show or hide the mark altogether."""
        for artist in self.artists:
            artist.set_visible(on)
        return self


def blank(axes: Axes, width: float, height: float, *, left: float = 0.0, bottom: float = 0.0) -> Axes:
    """Turn axes into a sheet of paper `width` by `height` steps: equal scales, no ticks, no frame."""
    axes.set(xlim=(left, left + width), ylim=(bottom, bottom + height), aspect="equal")
    axes.axis("off")
    return axes


def place_on_page(axes: Axes, *, bottom: float = 0.0, top: float = 1.0, column: float = 1.0) -> None:
    """Put a sheet in the middle of a band of its figure (bottom to top, shares of the height), on whole pixels.

    Steps that are `column` apart then look the same to the pixel: crisper, and half the size as a PNG.
    """
    figure = axes.figure
    page_width, page_height = figure.get_size_inches() * figure.dpi
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    room = min(page_width / (right - left), (top - bottom) * page_height / (high - low))
    scale = np.floor(room * column) / column  # pixels to one unit
    width, height = (right - left) * scale, (high - low) * scale
    x, y = np.round((page_width - width) / 2), np.round((bottom + top) / 2 * page_height - height / 2)
    axes.set_position((x / page_width, y / page_height, width / page_width, height / page_height))


def node(axes: Axes, kind: str, center: tuple[float, float], label: str = "", *, radius: float = RADIUS,
         fontsize: float = 14, lit: bool = True) -> Mark:
    """Draw a node of a network.

    kind: one of NODE_KINDS. label: text or mathtext, such as "$h_t$". radius: half its height, in steps.
    Raises ValueError for an unknown kind.
    """
    if kind not in NODE_KINDS:
        raise ValueError(f"kind must be one of {', '.join(NODE_KINDS)}, got {kind!r}")
    patch = _shape(kind, center, radius)
    patch.set(linewidth=1.8, zorder=3, linestyle="--" if kind == "target" else "-")
    axes.add_patch(patch)
    text = axes.text(*center, label, ha="center", va="center", fontsize=fontsize, zorder=4) if label else None
    role = "ink" if kind in ("operation", "function") else kind
    return Mark(role, center, patch, text, fill=0.0 if role == "ink" else FILL).light(lit)


def arrow(axes: Axes, start, end, *, kind: str = "forward", lane: float = 0.0, bend: float = 0.0, label: str = "",
          label_shift: tuple[float, float] = (0, 0), lit: bool = True, width: float = 1.6, gap: float = 2.5) -> Mark:
    """Draw an arrow between two nodes (or points, or one of each); it begins and ends at their edges.

    kind: "forward" (ink), "gradient" or "weight". lane: shift to the left of the way it goes, in steps: two arrows with
    lane=0.1 between the same nodes in opposite directions keep apart, like the two sides of a road. bend: curvature,
    positive to the right. gap: space left at both ends, in points.
    """
    if kind not in ARROW_KINDS:
        raise ValueError(f"kind must be one of {', '.join(ARROW_KINDS)}, got {kind!r}")
    a, b = (np.array(place.center if isinstance(place, Mark) else place, dtype=float) for place in (start, end))
    along = (b - a) / max(np.hypot(*(b - a)), 1e-12)
    left = np.array([-along[1], along[0]])
    a, b = a + lane * left, b + lane * left
    ends = {"patchA": getattr(start, "patch", None), "patchB": getattr(end, "patch", None)}
    if not bend:  # straight: found here, many times quicker than matplotlib finds it for any curve
        a, b, ends = _edge(start, a, along), _edge(end, b, -along), {}
    patch = FancyArrowPatch(a, b, linewidth=width, zorder=2, connectionstyle=f"arc3,rad={bend}", shrinkA=gap,
                            shrinkB=gap, **ends, **ARROW_HEAD)
    axes.add_patch(patch)
    # The middle of the curve: arc3 puts its control point at rad * length to the right of the way.
    middle = (a + b) / 2 - left * bend * np.hypot(*(b - a)) / 2
    text = None
    if label:
        place = middle + np.array(label_shift)
        text = axes.text(*place, label, ha="center", va="center", fontsize=12, zorder=5)
    return Mark("ink" if kind == "forward" else kind, tuple(middle), patch, text).light(lit)


def loop(axes: Axes, mark: Mark, *, reach: float = 0.75, lit: bool = True) -> Mark:
    """An arrow that leaves a node on its upper right and comes back to it on its lower right."""
    (x, y), radius = mark.center, RADIUS
    start, end = (x + 0.85 * radius, y + 0.75 * radius), (x + 0.85 * radius, y - 0.75 * radius)
    path = Path([start, (x + radius + reach, y + 2.6 * radius), (x + radius + reach, y - 2.6 * radius), end],
                [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    patch = FancyArrowPatch(path=path, linewidth=1.6, zorder=2, **ARROW_HEAD)
    axes.add_patch(patch)
    return Mark("ink", (x + radius + 0.7 * reach, y), patch).light(lit)


def cut(axes: Axes, place: tuple[float, float], *, size: float = 0.13) -> Mark:
    """Two short slanted strokes across a path: what flowed here no longer does."""
    x, y = place
    gap = Circle(place, 0.62 * size, linewidth=0, zorder=5)
    axes.add_patch(gap)
    strokes = [axes.plot([x + shift - 0.3 * size, x + shift + 0.3 * size], [y - size, y + size], linewidth=1.8,
                         solid_capstyle="round", zorder=6)[0] for shift in (-0.35 * size, 0.35 * size)]
    return Mark("ink", place, gap, strokes=strokes, fill=0.0).light()


class Arrows:
    """Many straight arrows drawn as two artists, for pictures that light other ones at every move of a slider.

    starts, ends: (A, 2), points; the axes must have equal scales. `light` takes a boolean for each arrow: those that
    are not lit are not drawn, so put dimmed arrows behind if they should stay visible.
    """

    def __init__(self, axes: Axes, starts: np.ndarray, ends: np.ndarray, *, role: str = "gradient", width: float = 1.6,
                 head: float = 0.2):
        starts, ends = np.asarray(starts, dtype=float), np.asarray(ends, dtype=float)
        along = ends - starts
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        neck = ends - head * along
        self.shafts = LineCollection(np.stack([starts, neck], axis=1), linewidths=width, zorder=2.5)
        triangles = np.stack([ends, neck + 0.5 * head * across, neck - 0.5 * head * across], axis=1)
        self.heads = PolyCollection(triangles, linewidths=0, zorder=2.5)
        self.rgb, self.artists = to_rgb(color(role)), [self.shafts, self.heads]
        for artist in self.artists:
            axes.add_collection(artist, autolim=False)
        self.light(np.ones(len(starts), dtype=bool))

    def light(self, on: np.ndarray) -> None:
        """Draw these arrows, and not the others. on: (A,), boolean."""
        rgba = np.concatenate([np.tile(self.rgb, (len(on), 1)), np.asarray(on, dtype=float)[:, None]], axis=1)
        self.shafts.set_color(rgba)
        self.heads.set_facecolor(rgba)


def label(axes: Axes, place: tuple[float, float], text: str, *, role: str = "ink", fontsize: float = 12,
          ha: str = "center", va: str = "center") -> Text:
    """Write text or mathtext in the colour of a role, such as "gradient"."""
    return axes.text(*place, text, color=color(role), fontsize=fontsize, ha=ha, va=va, zorder=6)


def box(axes: Axes, corner: tuple[float, float], width: float, height: float, *, role: str = "muted", title: str = "",
        fill: float = 0.1) -> Mark:
    """A rounded frame behind a part of a drawing, with its title inside the upper left corner."""
    patch = FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.15", zorder=0, linewidth=1.2,
                           facecolor=mix(color(role), color("paper"), fill),
                           edgecolor=mix(color(role), color("paper"), 0.5))
    axes.add_patch(patch)
    text = None
    if title:
        text = axes.text(corner[0] + 0.12, corner[1] + height - 0.1, title, ha="left", va="top", fontsize=12, zorder=6,
                         color=color("ink"))
    return Mark(role, (corner[0] + width / 2, corner[1] + height / 2), patch, text, fill=fill)


def _edge(place, inside: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Where the way from a point inside a node leaves it; a place that is not a node has no edge."""
    if not isinstance(place, Mark):
        return inside
    outline = place.patch.get_patch_transform().transform_path(place.patch.get_path())
    near, far = 0.0, 4 * RADIUS
    for _ in range(12):
        middle = (near + far) / 2
        near, far = (middle, far) if outline.contains_point(inside + middle * along) else (near, middle)
    return inside + near * along


def _shape(kind: str, center: tuple[float, float], radius: float) -> Patch:
    """The outline of a kind of node; all have about the same area."""
    x, y = center
    if kind in ("input", "target"):
        side = 0.9 * radius
        return FancyBboxPatch((x - side, y - side), 2 * side, 2 * side, boxstyle="round,pad=0,rounding_size=0.04")
    if kind == "weight":
        return FancyBboxPatch((x - radius, y - 0.8 * radius), 2 * radius, 1.6 * radius,
                              boxstyle=f"round,pad=0,rounding_size={0.35 * radius}")
    if kind in ("gate", "function"):
        return FancyBboxPatch((x - 1.35 * radius, y - 0.8 * radius), 2.7 * radius, 1.6 * radius,
                              boxstyle=f"round,pad=0,rounding_size={0.8 * radius}")
    if kind == "output":
        return RegularPolygon(center, 6, radius=1.12 * radius, orientation=np.pi / 6)
    if kind == "loss":
        return RegularPolygon(center, 4, radius=1.22 * radius)
    return Circle(center, radius if kind == "state" else 0.62 * radius)
