"""The inside of an LSTM: one drawing, shown again and again with one part lit.

    lstm_cell()                          # the whole cell
    lstm_cell("forget")                  # the forget gate lit, the rest dimmed
    lstm_cell("belt", backward=True)     # the gradient's way along the cell state, in red
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from seqlearn.plots.drawing import ARROW_HEAD, FILL, Mark, blank, box, node, place_on_page
from seqlearn.plots.networks import Cell
from seqlearn.plots.style import describe

BELT, LINE = 3.45, 0.95  # heights of the cell state and of the hidden state
GATES = {"f": 3.0, "i": 4.14, "g": 5.28, "o": 6.42}  # where the four columns stand
ROW = 1.72  # height of the row of gates
PARTS = {
    "product": "the product that feeds all four of them",
    "belt": "the cell state, a straight line from c before to c after with one product and one sum on it",
    "forget": "the forget gate, which multiplies the cell state",
    "input": "the input gate and the candidate, whose product is added to the cell state",
    "output": "the output gate, which multiplies tanh of the cell state and so makes h",
    "peepholes": "the peepholes, dashed: the gates look at the cell state",
}


def lstm_cell(*lit: str, peepholes: bool = False, backward: bool = False, figure: Figure | None = None) -> Figure:
    """A step of the LSTM with these parts lit; no name lights all.

    lit: of PARTS. peepholes: the gates look at c. backward: the gradient's way back along the belt, in red.
    Raises ValueError for an unknown part.
    """
    for name in lit:
        if name not in PARTS:
            raise ValueError(f"lit must be of {', '.join(PARTS)}, got {name!r}")
    # With one part lit the drawing is a reminder of the whole: smaller, and without the words of what is not lit.
    scale = 0.75 if lit else 1.0
    figure = figure or plt.figure(figsize=(9.6 * scale, 4.7 * scale))
    cell = draw_cell(figure.add_subplot(), peepholes=peepholes, backward=backward)
    for text in cell.axes.texts:
        text.set_fontsize(max(10, scale * text.get_fontsize()))
    place_on_page(cell.axes)
    light(cell, *lit)
    back = ""
    if backward:
        back = " A red arrow runs along the cell state from right to left, multiplied by f; another joins it from h."
    if lit:
        return describe(figure, f"The LSTM cell. Lit: {'; '.join(PARTS[name] for name in lit)}.{back}")
    return describe(figure, f"""An LSTM cell. Along the top runs the cell state, from c before through a product with
        the forget gate and a sum to c after. Below, x and h before enter one box that feeds forget gate, input
        gate, candidate and output gate. Input gate times candidate is added to the cell state; output gate times tanh
        of the cell state is the new h.{back}""")


def draw_cell(axes: Axes, *, peepholes: bool = False, backward: bool = False) -> Cell:
    """Draw the cell on a sheet of 9.6 by 4.7; the parts are those of PARTS."""
    blank(axes, 9.6, 4.7, bottom=-0.5)
    box(axes, (1.2, 0.28), 6.95, 3.82)
    cell = Cell(axes)
    cell.add("belt", node(axes, "state", (0.55, BELT), "$c_{t-1}$", radius=0.36))
    cell.add("belt", node(axes, "state", (9.05, BELT), "$c_t$", radius=0.36))
    cell.add("product", node(axes, "state", (0.55, LINE), "$h_{t-1}$", radius=0.36))
    cell.add("output", node(axes, "state", (9.05, LINE), "$h_t$", radius=0.36))
    cell.add("product", node(axes, "input", (1.95, -0.12), "$x_t$", radius=0.32))
    _product(cell)
    times, plus = _belt(cell)
    for gate, column in GATES.items():
        part = {"f": "forget", "i": "input", "g": "input", "o": "output"}[gate]
        kind, text = ("function", "tanh") if gate == "g" else ("gate", "σ")
        cell.add(part, node(axes, kind, (column, ROW), text, radius=0.27, fontsize=13))
        word = {"f": "forget gate", "i": "input gate", "g": "candidate", "o": "output gate"}[gate]
        cell.add(part, _words(axes, (column, 0.48), word, "gate" if gate != "g" else "ink"))
    cell.add("forget", wire(axes, [(GATES["f"], ROW + 0.22), (GATES["f"], BELT - 0.22)]), times)
    cell.add("forget", _words(axes, (GATES["f"] - 0.22, 2.35), "$f_t$", "gate", 15))
    _write(cell, plus)
    _read(cell)
    if peepholes:
        _peepholes(cell)
    if backward:
        _way_back(cell)
    return cell


def _product(cell: Cell) -> None:
    axes = cell.axes
    patch = FancyBboxPatch((1.43, LINE - 0.27), 1.04, 0.54, boxstyle="round,pad=0,rounding_size=0.1", linewidth=1.8,
                           zorder=3)
    axes.add_patch(patch)
    text = axes.text(1.95, LINE, "$W_x$ $W_h$ $b$", ha="center", va="center", fontsize=13, zorder=4)
    cell.add("product", Mark("weight", (1.95, LINE), patch, text, fill=FILL).light())
    cell.add("product", wire(axes, [(0.94, LINE), (1.4, LINE)]), wire(axes, [(1.95, 0.2), (1.95, LINE - 0.3)]))
    last = max(GATES.values())
    for column in GATES.values():
        if column == last:
            way = [(2.47, LINE), (column, LINE), (column, ROW - 0.24)]
        else:
            way = [(column, LINE), (column, ROW - 0.24)]
            cell.add("product", _dot(axes, (column, LINE)))
        cell.add("product", wire(axes, way))
    cell.add("product", _words(axes, (2.68, LINE + 0.2), "$a_t$", "ink", 14))


def _belt(cell: Cell) -> tuple[Mark, Mark]:
    axes, middle = cell.axes, (GATES["i"] + GATES["g"]) / 2
    times = cell.add("belt", node(axes, "operation", (GATES["f"], BELT), "×", radius=0.34))
    plus = cell.add("belt", node(axes, "operation", (middle, BELT), "+", radius=0.34))
    for start, end in ((0.94, GATES["f"] - 0.23), (GATES["f"] + 0.23, middle - 0.23), (middle + 0.23, 8.66)):
        cell.add("belt", wire(axes, [(start, BELT), (end, BELT)], role="state", width=4.2))
    return times, plus


def _write(cell: Cell, plus: Mark) -> None:
    axes, middle, height = cell.axes, (GATES["i"] + GATES["g"]) / 2, 2.62
    cell.add("input", node(axes, "operation", (middle, height), "×", radius=0.34), plus)
    cell.add("input", wire(axes, [(GATES["i"], ROW + 0.22), (GATES["i"], height), (middle - 0.22, height)]),
             wire(axes, [(GATES["g"], ROW + 0.25), (GATES["g"], height), (middle + 0.22, height)]),
             wire(axes, [(middle, height + 0.22), (middle, BELT - 0.22)]))
    cell.add("input", _words(axes, (GATES["i"] - 0.22, 2.35), "$i_t$", "gate", 15),
             _words(axes, (GATES["g"] + 0.23, 2.35), "$g_t$", "ink", 15))


def _read(cell: Cell) -> None:
    axes, column = cell.axes, 7.45
    cell.add("belt", cell.add("output", _dot(axes, (column, BELT), "state")))
    cell.add("output",
             wire(axes, [(column, BELT), (column, 2.79)]),
             node(axes, "function", (column, 2.55), "tanh", radius=0.27, fontsize=13),
             wire(axes, [(column, 2.31), (column, ROW + 0.23)]),
             node(axes, "operation", (column, ROW), "×", radius=0.34),
             wire(axes, [(GATES["o"] + 0.39, ROW), (column - 0.23, ROW)]),
             wire(axes, [(column, ROW - 0.22), (column, LINE), (8.66, LINE)]),
             _words(axes, (6.97, ROW + 0.2), "$o_t$", "gate", 15))


def _peepholes(cell: Cell) -> None:
    """Dashed lines from the cell state: c before to the forget and input gates, c after to the output gate."""
    axes, start, height, side = cell.axes, 1.75, 2.1, GATES["i"] - 0.62
    to_input = [(start, BELT), (start, height), (side, height), (side, ROW), (GATES["i"] - 0.38, ROW)]
    to_forget = [(start, height), (start, ROW), (GATES["f"] - 0.38, ROW)]
    to_output = [(GATES["o"], BELT), (GATES["o"], ROW + 0.24)]
    for way in (to_input, to_forget, to_output):
        cell.add("peepholes", _dot(axes, way[0], "state"), wire(axes, way, role="state", dashed=True))


def _way_back(cell: Cell) -> None:
    """The gradient's way along the cell state, and from h into it."""
    axes, height = cell.axes, BELT + 0.29
    cell.add("gradient", cell.parts["output"][0],  # h_t itself, where it begins
             wire(axes, [(8.71, LINE + 0.22), (8.0, LINE + 0.22), (8.0, height - 0.05)], role="gradient", width=2.6),
             _words(axes, (8.42, LINE + 0.44), "$dh_t$", "gradient", 14))
    cell.add("gradient", wire(axes, [(8.72, height), (0.9, height)], role="gradient", width=2.6),
             _words(axes, (8.7, height + 0.22), r"$dc_t^{\mathrm{future}}$", "gradient", 13),
             _words(axes, (6.2, height + 0.2), "$dc_t$", "gradient", 14),
             _words(axes, (1.95, height + 0.19), "$dc_t \\odot f_t$", "gradient", 14))


def light(cell: Cell, *parts: str) -> None:
    """Light these parts and dim the others; a mark that belongs to two parts is lit with either. No name lights all."""
    bright = {id(mark) for name in (*parts, "gradient") for mark in cell.parts.get(name, ())}
    for marks in cell.parts.values():
        for mark in marks:
            mark.light(not parts or id(mark) in bright)
            if mark.patch.get_visible() is False:  # words alone
                mark.text.set_visible(mark.lit)


def wire(axes: Axes, points: Sequence[tuple[float, float]], *, role: str = "ink", width: float = 1.6,
         dashed: bool = False, corner: float = 0.14) -> Mark:
    """An arrow along straight pieces with rounded corners; the last piece carries the head."""
    points = [np.array(point, dtype=float) for point in points]
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        towards, away = (here - before) / np.linalg.norm(here - before), (after - here) / np.linalg.norm(after - here)
        reach = min(corner, np.linalg.norm(here - before) / 2, np.linalg.norm(after - here) / 2)
        vertices += [here - reach * towards, here, here + reach * away]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    path = Path([*vertices, points[-1]], [*codes, Path.LINETO])
    patch = FancyArrowPatch(path=path, linewidth=width, zorder=2, linestyle=(0, (3, 2)) if dashed else "-",
                            capstyle="butt", **ARROW_HEAD)
    axes.add_patch(patch)
    return Mark(role, tuple(points[len(points) // 2]), patch).light()


def _dot(axes: Axes, place: tuple[float, float], role: str = "ink") -> Mark:
    """A wire branches here."""
    patch = Circle(place, 0.055, linewidth=0, zorder=2.6)
    axes.add_patch(patch)
    return Mark(role, place, patch).light()


def _words(axes: Axes, place: tuple[float, float], text: str, role: str, fontsize: float = 11.5) -> Mark:
    """Words that are lit and dimmed with a part: a mark without an outline."""
    patch = Circle(place, 0, linewidth=0, visible=False)
    axes.add_patch(patch)
    return Mark(role, place, patch, axes.text(*place, text, ha="center", va="center", fontsize=fontsize,
                                              zorder=6)).light()
