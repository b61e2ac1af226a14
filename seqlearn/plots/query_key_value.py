"""Drawings of chapter 14: a query among keys, the ways from the first step to the last, heads, and a block."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqlearn.plots.drawing import Mark, arrow, blank, box, label, mix, node, place_on_page
from seqlearn.plots.lstm_cell import wire
from seqlearn.plots.style import color, describe

ROLES = {"x": "input", "q": "state", "k": "target", "v": "output", "z": "output", "weight": "gate"}  # one colour each
CELL = (0.56, 0.36)  # width and height of a number in a vector


def one_query(words: tuple[str, str], x: np.ndarray, q: np.ndarray, k: np.ndarray, v: np.ndarray, *, asks: int = 0,
              figure: Figure | None = None) -> Figure:
    """How one word of two gets its output, in numbers: query against keys, scale, softmax, weighted sum of values.

    x (2, M); q, k, v (2, d). asks: which of the words has the query.
    """
    figure = figure or plt.figure(figsize=(9.6, 4.0))
    axes = figure.add_subplot()
    size, rows = q.shape[1], (3.55, 1.25)
    middle, t = sum(rows) / 2, asks + 1
    scores = k @ q[asks]
    scaled = scores / np.sqrt(size)
    weights = np.exp(scaled) / np.exp(scaled).sum()
    strip(axes, (3.25, middle), q[asks], "q")
    heads = {1.75: "$x$", 3.25: f"query $q_{t}$", 4.75: "keys $k$", 6.35: "scores", 7.7: f"÷ √{size}",
             9.05: "softmax", 10.45: "values $v$", 12.55: f"output {t}"}
    for place, name in heads.items():
        label(axes, (place, 5.0), name, fontsize=13)
    strip(axes, (12.55, middle), weights @ v, "z", digits=1, width=0.66)
    axes.plot([3.58, 5.56], [middle, middle], color=color("ink"), linewidth=1.2)  # between the keys, to both dots
    for s, (y, word) in enumerate(zip(rows, words, strict=True)):
        label(axes, (1.3, y), word, fontsize=13, ha="right")
        vector = strip(axes, (1.75, y), x[s], "x")
        strip(axes, (4.75, y), k[s], "k")
        arrow(axes, (2.1, y), (4.4, y), width=1.2)
        label(axes, (2.48, y + (0.24 if s == 0 else -0.24)), "$W_k$", role="weight", fontsize=12)
        if s == asks:
            arrow(axes, vector, (2.95, middle), width=1.2)
            label(axes, (2.12, middle + (0.32 if s == 0 else -0.32)), "$W_q$", role="weight", fontsize=12)
        node(axes, "operation", (5.56, y), "·", radius=0.17)  # the dot product
        arrow(axes, (5.56, middle), (5.56, y + (0.19 if y < middle else -0.19)), width=1.2, gap=0)
        arrow(axes, (5.07, y), (5.37, y), width=1.2, gap=0)
        arrow(axes, (5.75, y), (5.92, y), width=1.2, gap=0)
        number(axes, (6.35, y), f"{scores[s]:.0f}", f"$q_{t} \\cdot k_{s + 1}$")
        arrow(axes, (6.85, y), (7.25, y), width=1.2)
        number(axes, (7.7, y), f"{scaled[s]:.1f}")
        arrow(axes, (8.15, y), (8.5, y), width=1.2)
        bar(axes, (9.05, y), weights[s])
        label(axes, (9.83, y), "×", fontsize=15)
        value = strip(axes, (10.45, y), v[s], "v")
        arrow(axes, value, (12.18, middle + (y - middle) * 0.24), width=1 + 4 * weights[s])
        label(axes, (11.45, y + (middle - y) * 0.13), f"{weights[s]:.2f} $v_{s + 1}$", role="gate", ha="left")
    label(axes, (11.95, middle), "+", fontsize=15, ha="right")
    label(axes, (10.45, rows[1] - 1.0), "$v = x \\, W_v$", role="weight", fontsize=12)
    blank(axes, 13.4, 5.45, left=0.0, bottom=-0.05)
    place_on_page(axes)
    shown = ", ".join(f"{words[s]} {weights[s]:.2f}" for s in range(2))
    return describe(figure, f"""
        From left to right: the vectors x of {words[0]} and {words[1]}; the query of {words[asks]}; both keys; the
        scores {scores[0]:.0f} and {scores[1]:.0f}; divided by the root of {size}: {scaled[0]:.1f} and
        {scaled[1]:.1f}; after the softmax the weights {shown}; each multiplies its value, and the sum is the
        output of {words[asks]}: {", ".join(f"{number:.1f}" for number in weights @ v)}.""")


def strip(axes: Axes, center: tuple[float, float], values: np.ndarray, kind: str, *, digits: int = 0,
          width: float = CELL[0]) -> Mark:
    """A vector as a column of boxes with a number in each."""
    role, height = ROLES[kind], CELL[1]
    bottom = center[1] - len(values) * height / 2
    for i, value in enumerate(values):
        y = bottom + (len(values) - 1 - i) * height
        axes.add_patch(Rectangle((center[0] - width / 2, y), width, height, linewidth=0.8, zorder=3,
                                 facecolor=mix(color(role), color("paper"), 0.2), edgecolor=color("paper")))
        text = f"{value:.{digits}f}".replace("-", "−")
        axes.text(center[0], y + height / 2, text, ha="center", va="center", fontsize=10.5, zorder=4,
                  color=color("ink"))
    frame = Rectangle((center[0] - width / 2, bottom), width, len(values) * height, zorder=3.5)
    axes.add_patch(frame)
    mark = Mark(role, center, frame, fill=0.0).light()
    frame.set(facecolor="none", linewidth=1.8)
    return mark


def number(axes: Axes, place: tuple[float, float], text: str, below: str = "") -> None:
    label(axes, place, text.replace("-", "−"), fontsize=14)
    if below:
        label(axes, (place[0], place[1] - 0.42), below, role="muted", fontsize=12)


def bar(axes: Axes, center: tuple[float, float], share: float) -> None:
    """A weight from 0 to 1 as a bar, with its number."""
    x, y = center[0] - 0.42, center[1] - 0.16
    axes.add_patch(Rectangle((x, y), 0.84, 0.32, linewidth=0, facecolor=color("faint"), zorder=3))
    axes.add_patch(Rectangle((x, y), 0.84 * share, 0.32, linewidth=0, facecolor=color("gate"), zorder=3))
    label(axes, (center[0], y + 0.56), f"{share:.2f}", fontsize=12)


def path_lengths(steps: int = 5, *, figure: Figure | None = None) -> Figure:
    """How the first input reaches the last output: step by step, layer by layer, or at once. The way is in red."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    height, gap, column = 2.5, 1.25, 0.625
    axes = figure.add_subplot()
    total = 3 * (steps - 1) * column + 2 * gap
    layers = depth_of(steps)
    for panel, name in enumerate(("recurrence", "convolution, width 3", "self-attention")):
        left = panel * ((steps - 1) * column + gap)
        depth = layers if panel == 1 else 1
        grid = {(level, t): (left + column * t, height * level / depth * (0.5 if panel != 1 else 1.0))
                for level in range(depth + 1) for t in range(steps)}
        marks = {}
        for (level, t), place in grid.items():
            kind = "input" if level == 0 else "state" if panel == 0 or level < depth else "output"
            marks[level, t] = node(axes, kind, place, radius=0.15)
        if panel == 0:
            edges = [((0, t), (1, t)) for t in range(steps)] + [((1, t), (1, t + 1)) for t in range(steps - 1)]
            red = {edges[0], *edges[steps:]}
        elif panel == 1:
            edges = [((level, t + shift), (level + 1, t)) for level in range(depth) for t in range(steps)
                     for shift in (-1, 0, 1) if 0 <= t + shift < steps]
            red = {((level, level), (level + 1, level + 1)) for level in range(depth)}
        else:
            edges = [((0, s), (1, t)) for t in range(steps) for s in range(steps)]
            red = {((0, 0), (1, steps - 1))}
        for edge in edges:
            _edge_line(axes, marks[edge[0]], marks[edge[1]], edge in red)
        top = max(place[1] for place in grid.values())
        label(axes, (left + column / 2 * (steps - 1), height + 0.75), name, fontsize=13)
        label(axes, (left, -0.42), "$x_1$")
        label(axes, (left + column * (steps - 1), -0.42), f"$x_{steps}$")
        last = {0: f"$h_{steps}$", 1: f"$y_{steps}$", 2: f"$y_{steps}$"}[panel]
        label(axes, (left + column * (steps - 1) + 0.05, top + 0.36), last)
    blank(axes, total + 0.8, height + 1.7, left=-0.4, bottom=-0.65)
    place_on_page(axes, column=0.625)
    return describe(figure, f"""
        Three networks over {steps} steps, with the way from the first input to the last output in red.
        Recurrence: up once, then through all the states, {steps} arrows one after the other. Convolution of width
        3: one step to the side a layer, through {depth_of(steps)} layers at least. Self-attention: one arrow from
        x1 to y{steps}.""")


def depth_of(steps: int, width: int = 3) -> int:
    """How many convolutions of a width it takes until the last output has heard of the first input."""
    return -(-(steps - 1) // ((width - 1) // 2))


def _edge_line(axes: Axes, start: Mark, end: Mark, red: bool) -> None:
    if red:
        arrow(axes, start, end, kind="gradient", width=2.4, gap=0.5)
        return
    (x0, y0), (x1, y1) = start.center, end.center
    axes.plot([x0, x1], [y0, y1], color=mix(color("muted"), color("paper"), 0.45), linewidth=0.8, zorder=1)


def heads(maps: np.ndarray, names: tuple[str, str] = ("head 1", "head 2"), *, figure: Figure | None = None) -> Figure:
    """Two heads between x and the output, as matrices with their shapes. maps (2, T, T): what stands in the weights."""
    figure = figure or plt.figure(figsize=(8.4, 4.0))
    axes = figure.add_subplot()
    side, half, middle = 1.5, 0.42, 0.0
    _matrix(axes, (0.65, middle), 2 * half, side, "input", "$x$", "T × M")
    ends = []
    for y, name, weights in zip((1.55, -1.55), names, maps, strict=True):
        label(axes, (2.5, y + 1.12), name, fontsize=13, ha="left")
        for x, kind, text in ((2.75, "q", "$Q$"), (3.65, "k", "$K$"), (7.35, "v", "$V$")):
            _matrix(axes, (x, y), half, side, ROLES[kind], text, "T × d")
        arrow(axes, (1.2, middle + 0.1 * np.sign(y)), (2.45, y * 0.86), width=1.4)
        arrow(axes, (3.95, y), (4.55, y), width=1.4)
        _cells(axes, (5.45, y), side, weights)
        label(axes, (5.45, y - side / 2 - 0.24), "softmax, T × T", role="muted", fontsize=11)
        label(axes, (6.72, y), "×", fontsize=16)
        label(axes, (7.88, y), "=", fontsize=16)
        ends.append((8.42, y))
        _matrix(axes, ends[-1], half, side, "output", "", "T × d")
        arrow(axes, (8.72, y * 0.86), (9.42, middle + 0.3 * np.sign(y)), width=1.4)
    for x in (9.72, 9.72 + half):
        _matrix(axes, (x, middle), half, side, "output", "", "")
    label(axes, (9.93, middle - side / 2 - 0.24), "side by side", role="muted", fontsize=11)
    arrow(axes, (10.45, middle), (11.35, middle), width=1.4)
    label(axes, (10.88, middle + 0.28), "$W_o$", role="weight", fontsize=13)
    label(axes, (1.3, 1.25), "$W_q$ $W_k$ $W_v$", role="weight", fontsize=12)
    _matrix(axes, (11.85, middle), 2 * half, side, "output", "", "T × M")
    blank(axes, 12.5, 5.6, left=0.0, bottom=-2.75)
    place_on_page(axes)
    return describe(figure, f"""
        From left to right: x, T by M; for each of two heads, {names[0]} and {names[1]}, its own Q, K and V, T by
        d; the softmax of Q times K transposed, T by T, with another pattern in each head; times V it gives T by
        d. The two results stand side by side, and W_o makes the output, T by M, of them.""")


def _matrix(axes: Axes, center: tuple[float, float], width: float, height: float, role: str, text: str,
            shape: str) -> None:
    axes.add_patch(Rectangle((center[0] - width / 2, center[1] - height / 2), width, height, linewidth=1.6, zorder=3,
                             facecolor=mix(color(role), color("paper"), 0.2), edgecolor=color(role)))
    label(axes, center, text, fontsize=13)
    label(axes, (center[0], center[1] - height / 2 - 0.24), shape, role="muted", fontsize=11)


def _cells(axes: Axes, center: tuple[float, float], side: float, weights: np.ndarray) -> None:
    """A small map of weights."""
    count, left, top = len(weights), center[0] - side / 2, center[1] + side / 2
    for (t, s), weight in np.ndenumerate(weights):
        axes.add_patch(Rectangle((left + s * side / count, top - (t + 1) * side / count), side / count, side / count,
                                 linewidth=0.6, edgecolor=color("paper"), zorder=3,
                                 facecolor=mix(color("gate"), color("faint"), float(weight))))


def way_back(*, figure: Figure | None = None) -> Figure:
    """One head as a graph: forward in ink, and every gradient on its way back in red."""
    figure = figure or plt.figure(figsize=(9.6, 3.5))
    axes = figure.add_subplot()
    places = {"x": (0.6, 1.5, "input", "$x$"), "Q": (3.0, 3.0, "state", "$Q$"), "K": (3.0, 1.5, "target", "$K$"),
              "V": (3.0, 0.0, "output", "$V$"), "S": (5.6, 2.25, "state", "$e$"), "A": (8.0, 2.25, "gate", "$A$"),
              "Z": (10.4, 1.1, "output", "$Z$"), "L": (12.3, 1.1, "loss", "$L$")}
    marks = {name: node(axes, kind, (x, y), text, radius=0.36, fontsize=15)
             for name, (x, y, kind, text) in places.items()}
    marks["K"].patch.set_linestyle("-")  # dashed is for targets; here the colour is that of the keys
    edges = [("x", "Q", "$W_q$"), ("x", "K", "$W_k$"), ("x", "V", "$W_v$"), ("Q", "S", ""), ("K", "S", ""),
             ("S", "A", "softmax"), ("A", "Z", ""), ("V", "Z", ""), ("Z", "L", "")]
    for start, end, text in edges:
        arrow(axes, marks[start], marks[end], lane=0.1, width=1.4)
        arrow(axes, marks[end], marks[start], lane=0.1, kind="gradient", width=1.8)
        (x0, y0), (x1, y1) = marks[start].center, marks[end].center
        if text:
            up = 0.33 if y1 >= y0 else 0.38
            label(axes, ((x0 + x1) / 2 - 0.05, (y0 + y1) / 2 + up), text, role="weight" if "$" in text else "ink",
                  fontsize=12)
    notes = {"Q": (0, 0.58, "$dQ = de\\, K / \\sqrt{d}$"), "K": (1.25, -0.55, "$dK = de^T Q / \\sqrt{d}$"),
             "V": (0, -0.58, "$dV = A^T dZ$"), "S": (0.1, 0.62, "$de$"), "A": (0.35, 0.62, "$dA = dZ\\, V^T$"),
             "Z": (0, 0.62, "$dZ$"), "x": (0.45, -1.95, "$dx$: three parts")}
    for name, (right, up, text) in notes.items():
        x, y = marks[name].center
        label(axes, (x + right, y + up), text, role="gradient", fontsize=12.5)
    blank(axes, 13.0, 4.9, left=-0.2, bottom=-0.95)
    place_on_page(axes)
    return describe(figure, """
        A head as a graph. Forward: x makes Q, K and V; Q and K make the scores e; the softmax makes the weights
        A; A and V make Z, and Z the loss. Red arrows run back along every edge: dZ gives dV and dA, dA gives de,
        de gives dQ and dK, and dx is the sum of three parts.""")


def block(*, figure: Figure | None = None) -> Figure:
    """A block: attention and a small network at every position, each behind a norm and added to what came in."""
    figure = figure or plt.figure(figsize=(8.4, 2.2))
    axes = figure.add_subplot()
    line = 0.9
    parts = {2.25: ("norm", "muted", 0.55), 4.3: ("self-attention", "gate", 1.15), 7.4: ("norm", "muted", 0.55),
             9.4: ("feed-forward", "weight", 1.1)}
    upper = 2.15
    starts, sums = (1.15, 6.45), (5.99, 11.05)
    node(axes, "input", (0.45, line), "$x$", radius=0.32)
    for start, total in zip(starts, sums, strict=True):
        wire(axes, [(start, line), (start, upper), (total, upper), (total, line + 0.2)], role="state", width=2.6)
        node(axes, "operation", (total, line), "+", radius=0.34)
    for place, (text, role, half) in parts.items():
        _rounded(axes, (place, line), text, role, half)
    ends = [(0.78, 1.67), (2.82, 3.12), (5.47, 5.77), (6.2, 6.82), (7.97, 8.27), (10.52, 10.82), (11.27, 11.85)]
    for start, end in ends:
        arrow(axes, (start, line), (end, line), width=1.4, gap=0)
    node(axes, "output", (12.2, line), "$x$", radius=0.32)
    for start, total in zip(starts, sums, strict=True):
        label(axes, ((start + total) / 2, upper + 0.24), "kept as it is", role="state", fontsize=11.5)
    label(axes, (4.3, line - 0.62), "positions exchange", role="muted", fontsize=11.5)
    label(axes, (9.4, line - 0.62), "each position by itself", role="muted", fontsize=11.5)
    blank(axes, 12.7, 3.0, left=0, bottom=-0.1)
    place_on_page(axes)
    return describe(figure, """
        A block, from left to right: x goes through a norm and self-attention, where positions exchange, and what
        comes out is added to x; the sum goes through a norm and a feed-forward network, each position by itself, and
        what comes out is added to the sum. Two blue lines carry x past the two parts unchanged.""")


def _rounded(axes: Axes, center: tuple[float, float], text: str, role: str, half: float) -> None:
    box(axes, (center[0] - half, center[1] - 0.34), 2 * half, 0.68, role=role, fill=0.18)
    label(axes, center, text, role="ink", fontsize=12.5)
