"""One step of a decoder with attention: one drawing, shown again and again with one of its five stages lit.

    step()                          # all of it
    step("scores")                  # only the second stage in full colour
    step(weights=[0.1, 0.6, 0.2, 0.1])

The encoder stands below, the decoder on the right. The widths of the ways into the sum are the weights.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from seqlearn.plots.drawing import FILL, Mark, arrow, blank, box, mix, node, place_on_page
from seqlearn.plots.gru_cell import fork, words
from seqlearn.plots.lstm_cell import light, wire
from seqlearn.plots.networks import Cell
from seqlearn.plots.style import color, describe

STAGES = {
    "states": "the bidirectional encoder, whose two states at each input together are h_j",
    "scores": "a score e_ij for each h_j, from h_j and the decoder's last state s_(i−1)",
    "weights": "the softmax over all j that turns scores into weights α_ij",
    "context": "the sum of all h_j, each times its weight: the context h̄_i",
    "new state": "the decoder's new state s_i from s_(i−1), the last output and the context, and the next output",
}
COLUMNS = (1.0, 2.75, 4.5, 6.25)
READ, FORWARD, BACKWARD, TOP = 0.0, 1.05, 1.85, 2.25  # heights: inputs, the two states, the edge of h_j
RAIL, SCORE, SOFTMAX, TIMES, SUM = 2.72, 3.4, 4.42, 5.55, 6.35
STATE, NEW, OUT = 8.3, 10.3, 11.7  # where the decoder's states and its output stand


def step(*lit: str, weights: Sequence[float] = (0.08, 0.12, 0.68, 0.12), figure: Figure | None = None) -> Figure:
    """Draw the step with these of STAGES lit; no name lights all. weights: four, which sum to 1.

    Raises ValueError for an unknown stage or another number of weights.
    """
    for name in lit:
        if name not in STAGES:
            raise ValueError(f"lit must be of {', '.join(STAGES)}, got {name!r}")
    if len(weights) != len(COLUMNS):
        raise ValueError(f"weights must be {len(COLUMNS)} numbers, got {len(weights)}")
    figure = figure or plt.figure(figsize=(9.6, 5.6))
    drawing = draw_step(figure.add_subplot(), weights)
    light(drawing, *lit)
    for bar in drawing.axes.patches:
        if isinstance(bar, Rectangle):
            bar.set_alpha(1.0 if not lit or "weights" in lit else 0.25)
    place_on_page(drawing.axes)
    shares = ", ".join(f"{100 * weight:.0f}" for weight in weights)
    what = "; ".join(STAGES[name] for name in lit) if lit else "all of it"
    return describe(figure, f"""One step of a decoder with attention. Below, an encoder reads x1 to x4 forwards and
        backwards; both states of a place together are h1 to h4. From each h_j and from the decoder's last state
        s_(i−1) comes a score; a softmax over the four scores gives weights, here {shares} percent. Each h_j is
        multiplied by its weight, and their sum is the context h̄_i. From the context, s_(i−1) and the last output
        y_(i−1) the decoder makes its new state s_i, and the output y_i. Lit: {what}.""")


def draw_step(axes: Axes, weights: Sequence[float]) -> Cell:
    """Draw on a sheet of 12.8 by 7.5; the parts are those of STAGES."""
    blank(axes, 12.8, 7.45, left=-0.3, bottom=-0.5)
    cell = Cell(axes)
    _encoder(cell)
    _scores(cell)
    _weights(cell, weights)
    _context(cell, weights)
    _decoder(cell)
    return cell


def _encoder(cell: Cell) -> None:
    axes, ways = cell.axes, {}
    for j, x in enumerate(COLUMNS, start=1):
        frame = box(axes, (x - 0.42, FORWARD - 0.42), 0.84, BACKWARD - FORWARD + 0.84, role="state", fill=0.08)
        ways[j] = [node(axes, "state", (x, height), "", radius=0.25) for height in (FORWARD, BACKWARD)]
        read = node(axes, "input", (x, READ), f"$x_{j}$", radius=0.31)
        cell.add("states", frame, *ways[j], read, arrow(axes, read, (x, FORWARD - 0.42)),
                 words(axes, (x - 0.62, 2.08), f"$h_{j}$", "state", 16))
    for j in range(1, len(COLUMNS)):
        cell.add("states", arrow(axes, ways[j][0], ways[j + 1][0]), arrow(axes, ways[j + 1][1], ways[j][1]))
    cell.add("states", _number(axes, (-0.02, 1.45), 1))


def _scores(cell: Cell) -> None:
    axes = cell.axes
    for j, x in enumerate(COLUMNS, start=1):
        score = node(axes, "function", (x, SCORE), f"$e_{{i{j}}}$", radius=0.3, fontsize=14)
        cell.add("scores", wire(axes, [(x - 0.17, TOP), (x - 0.17, SCORE - 0.26)], role="state"), score)
        if x != COLUMNS[0]:
            cell.add("scores", fork(axes, (x + 0.17, RAIL), "state"),
                     wire(axes, [(x + 0.17, RAIL), (x + 0.17, SCORE - 0.26)], role="state"))
    rail = wire(axes, [(STATE, FORWARD + 0.38), (STATE, RAIL), (COLUMNS[0] + 0.17, RAIL),
                       (COLUMNS[0] + 0.17, SCORE - 0.26)], role="state")
    cell.add("scores", rail, _number(axes, (-0.02, SCORE), 2))


def _weights(cell: Cell, weights: Sequence[float]) -> None:
    axes = cell.axes
    left, width = COLUMNS[0] - 0.5, COLUMNS[-1] - COLUMNS[0] + 1.0
    patch = FancyBboxPatch((left, SOFTMAX - 0.24), width, 0.48, boxstyle="round,pad=0,rounding_size=0.24",
                           linewidth=1.8, zorder=3)
    axes.add_patch(patch)
    text = axes.text(left + width / 2, SOFTMAX, "softmax over j", ha="center", va="center", fontsize=13, zorder=4)
    cell.add("weights", Mark("gate", (left + width / 2, SOFTMAX), patch, text, fill=FILL).light(),
             _number(axes, (-0.02, SOFTMAX), 3))
    for j, (x, weight) in enumerate(zip(COLUMNS, weights, strict=True), start=1):
        cell.add("weights", arrow(axes, (x, SCORE + 0.24), (x, SOFTMAX - 0.24)),
                 arrow(axes, (x, SOFTMAX + 0.24), (x, TIMES - 0.26)),
                 words(axes, (x - 0.34, 5.02), f"$\\alpha_{{i{j}}}$", "gate", 14))
        for share, strength in ((1.0, 0.12), (weight, 0.9)):
            axes.add_patch(Rectangle((x + 0.1, 4.75), 0.13, 0.55 * share, linewidth=0, zorder=2.8,
                                     facecolor=mix(color("gate"), color("paper"), strength)))


def _context(cell: Cell, weights: Sequence[float]) -> None:
    axes = cell.axes
    plus = node(axes, "operation", (STATE - 0.55, SUM), "+", radius=0.42)
    for x, weight in zip(COLUMNS, weights, strict=True):
        times = node(axes, "operation", (x, TIMES), "×", radius=0.38)
        edge, side = x + 0.42, x + 0.68
        cell.add("context", fork(axes, (edge, 1.45), "state"),
                 wire(axes, [(edge, 1.45), (side, 1.45), (side, TIMES), (x + 0.26, TIMES)], role="state", width=1.3),
                 times, wire(axes, [(x, TIMES + 0.25), (x, SUM), (STATE - 0.83, SUM)], role="state",
                             width=0.8 + 5 * weight))
    context = node(axes, "state", (9.2, SUM), r"$\bar{h}_i$", radius=0.38, fontsize=16)
    cell.add("context", plus, arrow(axes, plus, context, width=2.4), context, _number(axes, (-0.02, SUM), 4))


def _decoder(cell: Cell) -> None:
    axes = cell.axes
    before = node(axes, "state", (STATE, FORWARD), "$s_{i-1}$", radius=0.4, fontsize=13)
    cell.add("scores", before)
    new = node(axes, "state", (NEW, FORWARD), "$s_i$", radius=0.4, fontsize=15)
    said = node(axes, "input", (NEW, READ - 0.08), "$y_{i-1}$", radius=0.33, fontsize=12)
    output = node(axes, "output", (OUT, 2.55), "$y_i$", radius=0.38)
    down = wire(axes, [(9.6, SUM), (NEW, SUM), (NEW, FORWARD + 0.42)], role="state", width=2.4)
    cell.add("new state", before, arrow(axes, before, new, width=2.4), arrow(axes, said, new), said, new, down,
             wire(axes, [(NEW + 0.42, FORWARD), (OUT, FORWARD), (OUT, 2.55 - 0.38)]),
             fork(axes, (NEW, 3.6), "state"),
             wire(axes, [(NEW, 3.6), (OUT, 3.6), (OUT, 2.55 + 0.42)], role="state"), output,
             _number(axes, (NEW + 0.52, FORWARD + 0.42), 5))


def _number(axes: Axes, place: tuple[float, float], number: int) -> Mark:
    """The number of a stage, in a disc."""
    patch = Circle(place, 0.2, linewidth=0, zorder=5)
    axes.add_patch(patch)
    text = axes.text(*place, str(number), ha="center", va="center", fontsize=12, zorder=6, fontweight="bold")
    return Mark("muted", place, patch, text, fill=0.25).light()
