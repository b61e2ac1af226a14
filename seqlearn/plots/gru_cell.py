"""The inside of a GRU: one drawing, shown with one part lit, and with the reset in either of its two places.

    cell()                               # the whole cell
    cell("keep", "write")                # the update gate's two products lit, the rest dimmed
    cell(reset_after=False)              # the cell of the paper: the old state is reset before the product
"""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from seqlearn.plots.drawing import Mark, arrow, blank, box, node, place_on_page
from seqlearn.plots.lstm_cell import light, wire
from seqlearn.plots.networks import Cell
from seqlearn.plots.style import describe

TOP, WRITE, GATES, RAIL_H, RAIL_X = 1.2, 0.45, -0.4, -1.2, -1.75  # heights: state, 1 − z, gates, and two rails
Z, R, N = 2.65, 4.45, 7.0  # where update gate, reset gate and candidate stand
APART = 0.17  # between the middle of a gate and each of the two arrows that enter it
PARTS = {
    "update": "the update gate z, which reads the input and the old state",
    "keep": "the old state times z",
    "write": "the candidate times 1 − z",
    "reset": "the reset gate r and the product that it makes with the old state's share in the candidate",
    "candidate": "the candidate n, a tanh of the input and of the old state as far as r lets it through",
}


def cell(*lit: str, reset_after: bool = True, figure: Figure | None = None) -> Figure:
    """A step of the GRU with these of PARTS lit; no name lights all. Raises ValueError for an unknown part."""
    for name in lit:
        if name not in PARTS:
            raise ValueError(f"lit must be of {', '.join(PARTS)}, got {name!r}")
    figure = figure or plt.figure(figsize=(9.6, 4.3))
    drawing = draw_cell(figure.add_subplot(), reset_after=reset_after)
    light(drawing, *lit, *(["rails"] if {"update", "reset", "candidate"} & {*lit} else []))
    place_on_page(drawing.axes)
    order = "first with the matrix W_hn, then with r" if reset_after else "first with r, then with the matrix W_hn"
    what = "; ".join(PARTS[name] for name in lit) if lit else "all of it"
    return describe(figure, f"""A GRU cell. Along the top runs the state, from h before through a product with the
        update gate z and a sum to h after. Below, the old state and the input x feed the update gate z, the reset
        gate r and the candidate, a tanh. On its way to the candidate the old state is multiplied {order}. The candidate
        is multiplied by 1 − z and added to what was kept. Lit: {what}.""")


def draw_cell(axes: Axes, *, reset_after: bool = True) -> Cell:
    """Draw the cell on a sheet of 10.2 by 4.5; the parts are those of PARTS, and "rails" for all that feeds them."""
    blank(axes, 10.2, 4.5, left=-0.5, bottom=-2.8)
    box(axes, (0.75, -2.1), 7.85, 3.72)
    cell = Cell(axes)
    _state_line(cell)
    _update(cell)
    first = _candidate(cell, reset_after)
    _rails(cell, first)
    return cell


def _state_line(cell: Cell) -> None:
    """Along the top: the old state times z, plus what is written."""
    axes = cell.axes
    cell.add("keep", node(axes, "state", (0.0, TOP), "$h_{t-1}$", fontsize=13, radius=0.36),
             node(axes, "operation", (Z, TOP), "×", radius=0.38))
    state = node(axes, "state", (9.3, TOP), "$h_t$", radius=0.36)
    plus = node(axes, "operation", (N, TOP), "+", radius=0.38)
    for part in ("keep", "write"):
        cell.add(part, plus, state)
    for start, end in ((0.39, Z - 0.26), (Z + 0.26, N - 0.26)):
        cell.add("keep", wire(axes, [(start, TOP), (end, TOP)], role="state", width=4.2))
    last = wire(axes, [(N + 0.26, TOP), (8.92, TOP)], role="state", width=4.2)
    for part in ("keep", "write"):
        cell.add(part, last)


def _update(cell: Cell) -> None:
    """The update gate: z on the old state, 1 − z on the candidate."""
    axes = cell.axes
    gate = cell.add("update", node(axes, "gate", (Z, GATES), "σ", fontsize=13))
    cell.add("update", words(axes, (Z - 0.43, GATES), "update\ngate", "gate", ha="right"))
    up = [words(axes, (Z - 0.24, 0.12), "$z_t$", "gate", 15), arrow(axes, gate, (Z, TOP - 0.24))]
    for part in ("update", "keep"):
        cell.add(part, *up)
    one_minus = node(axes, "operation", (4.85, WRITE), "1−", radius=0.42, fontsize=12)
    times = node(axes, "operation", (N, WRITE), "×", radius=0.38)
    cell.add("write", fork(axes, (Z, WRITE)), arrow(axes, (Z, WRITE), one_minus, gap=0), one_minus,
             arrow(axes, one_minus, times), times, arrow(axes, times, (N, TOP - 0.24)))


def _candidate(cell: Cell, reset_after: bool) -> float:
    """The candidate, with W_hn and the product with r in their order; returns where the old state enters."""
    axes = cell.axes
    tanh = cell.add("candidate", node(axes, "function", (N, GATES), "tanh", fontsize=13))
    cell.add("candidate", words(axes, (N + 0.47, GATES), "candidate", "ink", ha="left"))
    up = [arrow(axes, tanh, (N, WRITE - 0.24)), words(axes, (N + 0.25, 0.03), "$n_t$", "ink", 15)]
    for part in ("candidate", "write"):
        cell.add(part, *up)

    at_weight, at_reset = (5.2, 6.05) if reset_after else (6.05, 5.2)
    cell.add("candidate", node(axes, "weight", (at_weight, RAIL_H), "$W_{hn}$", radius=0.3, fontsize=12))
    cell.add("reset", node(axes, "gate", (R, GATES), "σ", fontsize=13),
             words(axes, (R - 0.43, GATES), "reset\ngate", "gate", ha="right"),
             words(axes, (R + 0.58, GATES + 0.19), "$r_t$", "gate", 15),
             wire(axes, [(R + 0.38, GATES), (at_reset, GATES), (at_reset, RAIL_H + 0.25)]),
             node(axes, "operation", (at_reset, RAIL_H), "×", radius=0.38))
    sizes = {at_weight: 0.3, at_reset: 0.24}
    first, second = sorted(sizes)
    cell.add("candidate", wire(axes, [(first + sizes[first], RAIL_H), (second - sizes[second] - 0.02, RAIL_H)]),
             wire(axes, [(second + sizes[second], RAIL_H), (N - APART, RAIL_H), (N - APART, GATES - 0.24)]))
    return first - sizes[first] - 0.02


def _rails(cell: Cell, first: float) -> None:
    """The old state and the input on their ways to the gates; ways that cross without a dot do not meet."""
    axes, add = cell.axes, lambda *marks: cell.add("rails", *marks)
    add(fork(axes, (1.2, TOP), "state"),
        wire(axes, [(1.2, TOP), (1.2, RAIL_H), (first, RAIL_H)], role="state"),
        node(axes, "input", (1.75, -2.5), "$x_t$", radius=0.3),
        wire(axes, [(1.75, -2.22), (1.75, RAIL_X), (N + APART, RAIL_X), (N + APART, GATES - 0.24)], role="input"))
    for column in (Z, R):
        for role, place, height in (("state", column - APART, RAIL_H), ("input", column + APART, RAIL_X)):
            add(fork(axes, (place, height), role), wire(axes, [(place, height), (place, GATES - 0.24)], role=role))


def fork(axes: Axes, place: tuple[float, float], role: str = "ink") -> Mark:
    """The dot where a line parts in two."""
    patch = Circle(place, 0.055, linewidth=0, zorder=2.6)
    axes.add_patch(patch)
    return Mark(role, place, patch).light()


def words(axes: Axes, place: tuple[float, float], text: str, role: str, fontsize: float = 11, *,
          ha: str = "center") -> Mark:
    """Words that are lit and dimmed with their part: a mark without an outline."""
    patch = Circle(place, 0, linewidth=0, visible=False)
    axes.add_patch(patch)
    return Mark(role, place, patch, axes.text(*place, text, ha=ha, va="center", fontsize=fontsize, zorder=6)).light()


def candidates(*, figure: Figure | None = None) -> Figure:
    """The candidates of both GRUs, one above the other: where the reset stands."""
    figure = figure or plt.figure(figsize=(9.6, 3.5))
    for axes, reset_after in zip(figure.subplots(2, 1), (False, True), strict=True):
        _one_candidate(axes, reset_after)
    return describe(figure, """Two ways to the candidate. Above, reset before: the old state is multiplied by r, unit by
        unit, then by the matrix W_hn, and meets x W_xn in a sum and a tanh. Below, reset after: the old state is
        multiplied by the matrix first, and the product by r.""")


def _one_candidate(axes: Axes, reset_after: bool) -> None:
    blank(axes, 10.2, 1.75, left=-1.9, bottom=-0.7)
    label = "reset after\ntorch.nn.GRU, cuDNN" if reset_after else "reset before\nCho et al. 2014"
    words(axes, (-1.85, 0), label, "ink", 12, ha="left")
    h = node(axes, "state", (0.6, 0), "$h_{t-1}$", fontsize=13, radius=0.36)
    at_weight, at_reset = (2.1, 3.6) if reset_after else (3.6, 2.1)
    weight = node(axes, "weight", (at_weight, 0), "$W_{hn}$", radius=0.34, fontsize=13)
    times = node(axes, "operation", (at_reset, 0), "×", radius=0.38)
    gate = node(axes, "gate", (at_reset, 0.72), "$r_t$", radius=0.25)
    arrow(axes, gate, times)
    plus = node(axes, "operation", (5.1, 0), "+", radius=0.38)
    from_x = node(axes, "input", (5.1, 0.72), "$x_t$", radius=0.25, fontsize=13)
    arrow(axes, from_x, plus)
    tanh = node(axes, "function", (6.5, 0), "tanh", fontsize=13)
    first, second = (weight, times) if reset_after else (times, weight)
    for start, end in ((h, first), (first, second), (second, plus), (plus, tanh)):
        arrow(axes, start, end)
    arrow(axes, tanh, (7.65, 0))
    words(axes, (7.85, 0), "$n_t$", "ink", 15)
