"""Drawings of recurrent networks: unrolled in time, rolled up as a loop, and the inside of a cell.

Each function draws on axes that the caller has, and returns what it drew by name and step, so that a chapter can light
one part of the same drawing again and again:

    axes = plt.figure(figsize=(9.6, 3.4)).add_subplot()
    net = unrolled(axes, 6, losses="all", gradients=True, cuts=[3])
    net.light_step(4)                     # only step 4 in full colour
    net.states[4], net.gradients["state"][4], net.cuts[3]

All distances are in steps of the drawing (see drawing.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes

from seqlearn.plots.drawing import RADIUS, Mark, arrow, blank, box, cut, label, loop, node

COLUMN = 1.25  # from one step to the next
ROW = 1.05  # from inputs to states, from states to outputs
LANE = 0.12  # forward and gradient arrows keep to their own side


@dataclass
class Unrolled:
    """An unrolled network. Dicts are keyed by step, 1..T; `states` has 0 as well when h_0 is drawn.

    `forward` and `gradients` hold arrows under "input" (x_t, h_t), "state" (h_{t-1}, h_t), "output" (h_t, y_t) and
    "loss" (y_t, L_t), whichever way they point.
    """

    axes: Axes
    states: dict[int, Mark] = field(default_factory=dict)
    inputs: dict[int, Mark] = field(default_factory=dict)
    outputs: dict[int, Mark] = field(default_factory=dict)
    losses: dict[int, Mark] = field(default_factory=dict)
    forward: dict[str, dict[int, Mark]] = field(default_factory=dict)
    gradients: dict[str, dict[int, Mark]] = field(default_factory=dict)
    cuts: dict[int, Mark] = field(default_factory=dict)
    blocks: list[Mark] = field(default_factory=list)

    @property
    def marks(self) -> list[Mark]:
        """Every node and arrow."""
        groups = [self.states, self.inputs, self.outputs, self.losses, *self.forward.values(), *self.gradients.values()]
        return [mark for group in groups for mark in group.values()]

    def light_step(self, step: int | None) -> None:
        """Light everything that belongs to one step and the state it came from, dim the rest; None lights it all."""
        for mark in self.marks:
            mark.light(step is None)
        if step is None:
            return
        for group in (self.states, self.inputs, self.outputs, self.losses, *self.forward.values(),
                      *self.gradients.values()):
            if step in group:
                group[step].light()
        if step - 1 in self.states:
            self.states[step - 1].light()

    def light_gradients(self, first: int, last: int) -> None:
        """Light the gradient's arrows from step `last` back to step `first`, and dim its other arrows."""
        for name, group in self.gradients.items():
            for step, mark in group.items():
                mark.light(first < step <= last if name == "state" else first <= step <= last)


def unrolled(axes: Axes, steps: int, *, origin: tuple[float, float] = (0.0, 0.0), names: Sequence[str] | None = None,
             inputs: bool = True, outputs: str = "none", losses: str = "none", initial: bool = True,
             gradients: bool = False, cuts: Sequence[int] = (), reverse: bool = False, letters: str = "xhyL",
             labels: bool = True, column: float = COLUMN, row: float = ROW, lane: float = LANE, radius: float = RADIUS,
             fontsize: float = 14) -> Unrolled:
    """Draw a recurrent network unrolled over `steps` steps, upward from x_t to h_t to y_t to L_t.

    origin: centre of the node h_0 in column 0; step t stands in column t. names: what to write below the letters in
    place of 1..T, such as ["1", "2", "…", "T"]; a step named "…" is three dots without nodes.
    outputs, losses: "none", "last" or "all"; a loss without outputs hangs on the state. initial: draw h_0.
    gradients: draw the way back of every arrow. cuts: steps t after which the gradient is cut, between t + 1 and t.
    reverse: states run from right to left, as in the second half of a bidirectional network.
    letters: of input, state, output, loss; labels=False leaves them out of nodes that are too small for them.
    Call `frame` or drawing.blank to size the sheet. Raises ValueError for an unknown choice of outputs or losses.
    """
    for name, value in (("outputs", outputs), ("losses", losses)):
        if value not in ("none", "last", "all"):
            raise ValueError(f"{name} must be one of none, last, all, got {value!r}")
    x0, y0 = origin
    lane = lane if gradients else 0.0
    names = [str(t) for t in range(1, steps + 1)] if names is None else list(names)
    net = Unrolled(axes, forward={"input": {}, "state": {}, "output": {}, "loss": {}},
                   gradients={"input": {}, "state": {}, "output": {}, "loss": {}})

    def write(letter: int, name: str) -> str:
        return f"${letters[letter]}_{{{name}}}$" if labels else ""

    def wants(which: str, t: int) -> bool:
        return which == "all" or (which == "last" and t == (1 if reverse else steps))

    def connect(name: str, t: int, start: Mark, end: Mark) -> None:
        net.forward[name][t] = arrow(axes, start, end, lane=lane)
        if gradients:
            net.gradients[name][t] = arrow(axes, end, start, kind="gradient", lane=lane)

    for t in range(1, steps + 1):
        x, name = x0 + t * column, names[t - 1]
        if name == "…":
            label(axes, (x, y0), "…", fontsize=fontsize + 6)
            continue
        size = fontsize if len(name) < 3 else 0.8 * fontsize  # t-1 has to fit as well
        style = {"radius": radius, "fontsize": size}
        net.states[t] = node(axes, "state", (x, y0), write(1, name), **style)
        if inputs:
            net.inputs[t] = node(axes, "input", (x, y0 - row), write(0, name), **style)
            connect("input", t, net.inputs[t], net.states[t])
        top = net.states[t]
        if wants(outputs, t):
            net.outputs[t] = node(axes, "output", (x, y0 + row), write(2, name), **style)
            connect("output", t, top, net.outputs[t])
            top = net.outputs[t]
        if wants(losses, t):
            place = (x, top.center[1] + row)
            net.losses[t] = node(axes, "loss", place, write(3, name), **style)
            connect("loss", t, top, net.losses[t])

    order = range(steps, 0, -1) if reverse else range(1, steps + 1)
    before: Mark | tuple[float, float] | None = None
    if initial:
        first = x0 + (steps + 1) * column if reverse else x0
        where = steps + 1 if reverse else 0
        before = net.states[where] = node(axes, "state", (first, y0), write(1, "0"), radius=radius, fontsize=fontsize)
    for t in order:
        # Where a step is only dots, arrows lead to the dots and on from them.
        here = net.states.get(t, (x0 + t * column, y0))
        if before is not None:
            _connect_states(net, t, before, here, gradients, lane, t - 1 in cuts)
        before = here
    return net


def _connect_states(net: Unrolled, t: int, start, end, gradients: bool, lane: float, is_cut: bool) -> None:
    # Dots have no outline to stop at: leave room around them.
    gap = 14 if isinstance(start, tuple) or isinstance(end, tuple) else 2.5
    net.forward["state"][t] = arrow(net.axes, start, end, lane=lane, gap=gap)
    if gradients:
        back = net.gradients["state"][t] = arrow(net.axes, end, start, kind="gradient", lane=lane, gap=gap)
        if is_cut:
            back.light(False)
            net.cuts[t - 1] = cut(net.axes, back.center, size=0.1)


def frame(net: Unrolled, *, margin: float = 0.55) -> Axes:
    """Size the sheet to hold the drawing, its blocks too, with a margin round the nodes."""
    xs, ys = zip(*[mark.center for mark in net.marks], strict=True)
    left, right, bottom, top = min(xs) - margin, max(xs) + margin, min(ys) - margin, max(ys) + margin
    for mark in net.blocks:
        top = max(top, mark.patch.get_y() + mark.patch.get_height() + 0.05)
    return blank(net.axes, right - left, top - bottom, left=left, bottom=bottom)


def blocks(net: Unrolled, size: int, *, titles: bool = True) -> list[Mark]:
    """Frames behind the steps, `size` at a time: the blocks of truncated backpropagation."""
    columns = [mark.center[0] for t, mark in sorted(net.states.items()) if t in net.forward["state"]]
    pitch = columns[1] - columns[0] if len(columns) > 1 else COLUMN
    ys = [mark.center[1] for mark in net.marks]
    bottom, top = min(ys) - 0.45, max(ys) + 0.45 + 0.35 * titles
    for number, first in enumerate(range(0, len(columns), size), start=1):
        members = columns[first:first + size]
        left, right = members[0] - 0.43 * pitch, members[-1] + 0.43 * pitch
        title = f"block {number}" if titles else ""
        net.blocks.append(box(net.axes, (left, bottom), right - left, top - bottom, title=title))
    return net.blocks


def rolled(axes: Axes, center: tuple[float, float], *, output: bool = True, row: float = ROW, letters: str = "xhy",
           fontsize: float = 14) -> dict[str, Mark]:
    """Draw a recurrent network as one cell whose state comes back to it one step later."""
    x, y = center
    parts = {"state": node(axes, "state", center, f"${letters[1]}_t$", fontsize=fontsize),
             "input": node(axes, "input", (x, y - row), f"${letters[0]}_t$", fontsize=fontsize)}
    parts["into"] = arrow(axes, parts["input"], parts["state"])
    if output:
        parts["output"] = node(axes, "output", (x, y + row), f"${letters[2]}_t$", fontsize=fontsize)
        parts["out"] = arrow(axes, parts["state"], parts["output"])
    parts["loop"] = loop(axes, parts["state"])
    parts["delay"] = label(axes, (x + 0.92, y), "one step\nlater", role="muted", fontsize=11, ha="left")
    return parts


def rolled_and_unrolled(axes: Axes, steps: int = 4, *, outputs: str = "all") -> tuple[dict[str, Mark], Unrolled]:
    """The loop beside its unrolling, with an equals sign between them; sizes the sheet."""
    loop_parts = rolled(axes, (0.0, 0.0), output=outputs != "none")
    label(axes, (2.25, 0.0), "=", fontsize=24)
    net = unrolled(axes, steps, origin=(3.0, 0.0), outputs=outputs)
    height = 2 * ROW if outputs != "none" else ROW
    blank(axes, 3.0 + steps * COLUMN + 1.1, height + 0.9, left=-0.55, bottom=-ROW - 0.45)
    return loop_parts, net


@dataclass
class Cell:
    """The inside of a cell: marks by part, so that one part can be lit while the rest stands back."""

    axes: Axes
    parts: dict[str, list[Mark]] = field(default_factory=dict)

    def add(self, part: str, *marks: Mark) -> Mark:
        """Remember marks as belonging to a part; returns the last of them."""
        self.parts.setdefault(part, []).extend(marks)
        return marks[-1]

    def light(self, *parts: str) -> None:
        """Light these parts and dim the others; no name lights all."""
        for name, marks in self.parts.items():
            for mark in marks:
                mark.light(not parts or name in parts)


def rnn_cell(axes: Axes, *, gradients: bool = False) -> Cell:
    """Draw the inside of h_t = tanh(x_t W_x + h_{t-1} W_h + b); with gradients, also the way back through it.

    Parts: "previous" (h_{t-1} and W_h), "input" (x_t and W_x), "bias", "sum", "tanh", "state" (h_t), "next", "loss".
    """
    blank(axes, 9.6, 4.4, left=-1.0, bottom=-2.6)
    box(axes, (0.95, -1.6), 4.55, 3.1, title="one step")
    cell, lane = Cell(axes), LANE if gradients else 0.0

    def connect(part: str, start, end, name: str, shift: tuple[float, float]) -> None:
        cell.add(part, arrow(axes, start, end, lane=lane))
        if gradients:
            cell.add(part, arrow(axes, end, start, kind="gradient", lane=lane, label=name, label_shift=shift))

    def to_weight(part: str, weight: Mark, end: tuple[float, float], name: str, shift: tuple[float, float]) -> None:
        if gradients:  # the aim of the walk: what each weight gets
            cell.add(part, arrow(axes, weight, end, kind="gradient", label=name, label_shift=shift))

    before = cell.add("previous", node(axes, "state", (0.0, 0.0), "$h_{t-1}$", fontsize=13, radius=0.36))
    by_h = cell.add("previous", node(axes, "weight", (1.6, 0.0), "$W_h$", radius=0.32))
    total = cell.add("sum", node(axes, "operation", (3.0, 0.0), "+", radius=0.36))
    squash = cell.add("tanh", node(axes, "function", (4.6, 0.0), "tanh", fontsize=12, radius=0.34))
    state = cell.add("state", node(axes, "state", (6.4, 0.0), "$h_t$", radius=0.36))
    x = cell.add("input", node(axes, "input", (3.0, -2.2), "$x_t$", radius=0.32))
    by_x = cell.add("input", node(axes, "weight", (3.0, -1.1), "$W_x$", radius=0.32))
    bias = cell.add("bias", node(axes, "weight", (3.0, 1.0), "$b$", radius=0.27))
    loss = cell.add("loss", node(axes, "loss", (6.4, 1.3), "$L_t$", radius=0.36))

    connect("previous", before, by_h, "$dh_{t-1}^{future}$", (-0.05, -0.22))
    to_weight("previous", by_h, (1.6, -1.05), "$dW_h$", (0.36, -0.1))
    to_weight("input", by_x, (4.15, -1.1), "$dW_x$", (0.1, -0.22))
    connect("previous", by_h, total, "", (0, 0))
    connect("input", x, by_x, "$dx_t$", (0.32, 0))
    connect("input", by_x, total, "", (0, 0))
    connect("bias", bias, total, "$db$", (-0.26, 0))
    connect("tanh", total, squash, "$da_t$", (0, -0.2))
    connect("state", squash, state, "$dh_t$", (-0.1, -0.2))
    connect("loss", state, loss, "$dh_t^{loss}$", (0.4, 0))
    connect("next", state, (7.9, 0.0), "$dh_t^{future}$", (0.05, -0.24))
    label(axes, (8.0, 0.0), "step\n$t+1$", ha="left")
    return cell
