"""The computational graph of chapter 03: numbers forward above the arrows, gradients back below them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots.drawing import arrow, blank, label, node
from seqlearn.plots.style import describe

SLOT = 1.75  # from one node of the chain to the next


def chain(names: Sequence[str], operations: Sequence[str], values: np.ndarray, grads: np.ndarray,
          slopes: Sequence[str], leaves: dict[str, tuple[int, float, float]], *,
          figure: Figure | None = None) -> Figure:
    """A chain of operations with the number on every wire, and the gradient that comes back along it.

    names (n,): what each operation makes. operations (n,): the signs in the nodes. values, grads (n,): the number that
    leaves each operation, and the slope of the loss along it. slopes (n,): each operation's local slope along the
    chain; the first is not shown. leaves: name → (operation it enters, value, gradient); at most two an operation.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    axes = blank(figure.add_subplot(), SLOT * len(names) + 2.2, 3.7, left=-1.65, bottom=-1.85)
    nodes = [node(axes, "operation", (SLOT * k, 0), sign, radius=0.36, fontsize=10 if len(sign) > 1 else 14)
             for k, sign in enumerate(operations)]
    entered = [0] * len(names)
    for name, (place, value, grad) in leaves.items():
        side = 1 - 2 * (entered[place] % 2)
        entered[place] += 1
        kind = "target" if name == "target" else "input" if name == "x" else "weight"
        x = SLOT * place - (1.15 if place == 0 else 0)
        is_target = kind == "target"
        sign = "" if is_target else f"${name}$"
        leaf = node(axes, kind, (x, 1.25 * side if place else 0.75 * side), sign, radius=0.25)
        _both_ways(axes, leaf, nodes[place])
        away = (-0.1, 0.52 * side) if place == 0 else (0.38, 0.1)
        ha = "center" if place == 0 else "left"
        label(axes, (leaf.center[0] + away[0] - 0.12 * (place == 0), leaf.center[1] + away[1]),
              f"target = {_number(value)}" if is_target else _number(value), ha=ha)
        if name not in ("x", "target"):
            below = (0.52, 0.0) if place == 0 else (0, -0.3)
            label(axes, (leaf.center[0] + away[0] + below[0] + 0.1 * (place == 0), leaf.center[1] + away[1] + below[1]),
                  _number(grad), role="gradient", ha=ha)
    end = node(axes, "loss", (SLOT * len(names), 0), f"${names[-1]}$", radius=0.4, fontsize=13)
    for k, (name, value, grad) in enumerate(zip(names, values, grads, strict=True)):
        _both_ways(axes, nodes[k], (nodes + [end])[k + 1])
        middle = SLOT * (k + 0.5) - 0.03 * (k == len(names) - 1)
        shown = f"${name}$ = {_number(value)}" if k < len(names) - 1 else _number(value)
        label(axes, (middle, 0.3), shown, fontsize=11)
        label(axes, (middle, -0.32), _number(grad), role="gradient")
        if k:
            label(axes, (SLOT * k, -0.68), f"× {slopes[k]}", role="gradient", fontsize=10.5)
    words = "; ".join(f"{name} = {_number(value)}, gradient {_number(grad)}"
                      for name, value, grad in zip(names, values, grads, strict=True))
    other = "; ".join(f"{name} = {_number(value)}" + ("" if name in ("x", "target") else f", gradient {_number(grad)}")
                      for name, (_, value, grad) in leaves.items())
    return describe(figure, f"""A chain of {len(names)} operations from left to right, {', '.join(operations)}, with
        the numbers in black, and in red, from right to left, the slopes of the loss. {words}.
        What enters from outside: {other}.""")


def _both_ways(axes, start, end) -> None:
    """A black arrow there, and a red one back beside it."""
    arrow(axes, start, end, lane=0.05)
    arrow(axes, end, start, kind="gradient", lane=0.05)


def _number(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-", "−")


def fan_out(weights: np.ndarray, da: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Why W.T: one layer from h (D,) to a (M,) forward, and the same wires backward. weights (D, M), da (M,)."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    panels = figure.subplots(1, 2)
    rows, columns = weights.shape
    left_y, right_y = (np.linspace(0.9 * (n - 1) / 2, -0.9 * (n - 1) / 2, n) for n in weights.shape)
    dh = weights @ da
    for axes, back in zip(panels, (False, True), strict=True):
        blank(axes, 5.4, 3.3, left=-1.1, bottom=-1.55)
        units = [node(axes, "state", (0, y), f"$h_{k + 1}$") for k, y in enumerate(left_y)]
        sums = [node(axes, "operation", (3.2, y), f"$a_{k + 1}$") for k, y in enumerate(right_y)]
        for i in range(rows):
            for k in range(columns):
                lit = (i == 0) if back else (k == 0)
                ends = (sums[k], units[i]) if back else (units[i], sums[k])
                arrow(axes, *ends, kind="gradient" if back else "forward", lit=lit, width=2.0 if lit else 1.2)
                if lit:
                    share = 0.68 if back else 0.32
                    x, y = 3.2 * share, left_y[i] + (right_y[k] - left_y[i]) * share
                    label(axes, (x, y + 0.19), _number(weights[i, k]), fontsize=11, role="gradient" if back else "ink")
        if back:
            for k in range(columns):
                label(axes, (3.62, right_y[k]), f"$da_{k + 1}$ = {_number(da[k])}", role="gradient", fontsize=11,
                      ha="left")
            label(axes, (-0.1, left_y[0] + 0.5), f"$dh_1$ = {_number(dh[0])}", role="gradient", fontsize=11)
        axes.set_title("back: $dh_1$ collects row 1 of $W$" if back else "forward: $a_1$ collects column 1 of $W$")
    sums_in_words = " + ".join(f"{_number(da[k])} · {_number(weights[0, k])}" for k in range(columns))
    return describe(figure, f"""A layer of {rows} units h and {columns} sums a, drawn twice. Left, forward: black arrows
        from every h lead to a1, with the weights of column 1, {', '.join(map(_number, weights[:, 0]))}. Right,
        backward: red arrows lead from every a to h1, with the weights of row 1, {', '.join(map(_number, weights[0]))}:
        dh1 = {sums_in_words} = {_number(dh[0])}.""")
