"""Figures of chapter 05, exploding and vanishing gradients. The explorer's picture is in gradient_flow.py."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from seqlearn.plots import networks
from seqlearn.plots.drawing import label
from seqlearn.plots.gradient_flow import PAGE, exponents, short
from seqlearn.plots.style import color, describe

DASHED, DOTTED = (0, (5, 3)), (0, (1.5, 1.5))


def way_back(factors: tuple[float, ...] = (1.5, 0.6), steps: int = 7, *, figure: Figure | None = None) -> Figure:
    """The gradient's way back through an unrolled network, once for each factor that a step multiplies it by."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    for axes, factor in zip(figure.subplots(len(factors), 1), factors, strict=True):
        net = networks.unrolled(axes, steps, inputs=False, losses="last", gradients=True, column=1.7)
        networks.frame(net)
        for t, mark in net.gradients["state"].items():
            size = factor ** (steps - t + 1)
            width = np.clip(1.2 * size**0.75, 0.25, 13)
            mark.patch.set_linewidth(width)
            x, y = mark.center
            label(axes, (x, y - 0.24 - 0.025 * width), short(size), role="gradient", fontsize=11)  # clear of the arrow
        axes.set_title(f"each step multiplies by {factor}", fontsize=12)
    return describe(figure, f"""
        Two unrolled networks of {steps} steps with a loss at the end. Red arrows carry the gradient back from
        step to step. Where each step multiplies it by {factors[0]} the arrows swell, from {factors[0]} to
        {short(factors[0] ** steps)} at the first state; where it multiplies by {factors[1]} they thin out to
        {short(factors[1] ** steps)}.""")


def up_to_the_jump(losses: np.ndarray, d_u: np.ndarray, d_w: np.ndarray, jump: int, *,
                   figure: Figure | None = None) -> Figure:
    """Loss and gradients of a run that blows up, each (epochs,), drawn up to the epoch before `jump`."""
    figure = figure or plt.figure(figsize=(8.4, 3.0))
    left, right = figure.subplots(1, 2)
    epochs = np.arange(jump)
    left.plot(epochs, losses[:jump], "o-", color=color("loss"), markersize=4)
    left.set(xlabel="epoch", ylabel="loss", title="the loss falls …", ylim=(0, 1.15 * losses[0]),
             xlim=(-0.6, jump + 1.6))
    left.annotate("", (jump, 1.14 * losses[0]), (jump - 1, losses[jump - 1]),
                  arrowprops={"arrowstyle": "-|>", "color": color("bad"), "linewidth": 2, "shrinkA": 4})
    left.text(jump - 2.5, 0.28 * losses[0], f"epoch {jump}: {short(losses[jump])}", color=color("bad"), ha="right",
              va="center")
    right.plot(epochs, np.abs(d_u[:jump]), "o-", color=color("gradient"), markersize=4, label="|dU|")
    right.plot(epochs, np.abs(d_w[:jump]), "s--", color=color("weight"), markersize=4, label="|dW|")
    right.set(xlabel="epoch", ylabel="size of the gradient", title="… while the gradients swell",
              xlim=(-0.6, jump + 1.6), ylim=(0, None))
    right.legend(loc="upper left")
    return describe(figure, f"""
        Left: the loss falls from {losses[0]:.0f} to {losses[jump - 1]:.0f} at epoch {jump - 1}, then leaps to
        {short(losses[jump])} at epoch {jump}. Right: the gradient of W has grown to {abs(d_w[jump - 1]):.0f} by
        epoch {jump - 1}, that of U to {abs(d_u[jump - 1]):.0f}.""")


def ellipses(matrix: np.ndarray, powers: tuple[int, ...] = (0, 1, 3, 10), *, figure: Figure | None = None) -> Figure:
    """What `matrix` (2, 2) makes of the circle of all row vectors of length 1, after so many multiplications."""
    figure = figure or plt.figure(figsize=(9.6, 2.9))
    turn = 2 * np.pi * np.linspace(0, 1, 201)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    lengths = []
    for axes, k in zip(figure.subplots(1, len(powers), sharey=True), powers, strict=True):
        power = np.linalg.matrix_power(matrix, k)
        start, stretch, end = np.linalg.svd(power)
        longest = end[0] * stretch[0] * np.sign(end[0, 0])
        lengths.append(stretch[0])
        axes.plot(*circle.T, color=color("muted"), linestyle=DASHED, linewidth=1.3)
        axes.fill(*(circle @ power).T, facecolor=color("gradient"), alpha=0.16)
        axes.plot(*(circle @ power).T, color=color("gradient"), linewidth=2.2)
        axes.annotate("", longest, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color("gradient"), "linewidth": 2,
                                                       "shrinkA": 0, "shrinkB": 0})
        words = ("the circle", "after 1 step", f"after {k} steps")[min(k, 2)]
        axes.set(xlim=(-1.6, 1.6), ylim=(-2.0, 2.0), aspect="equal", title=f"{words}: {stretch[0]:.2f}",
                 xlabel="first entry", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        axes.title.set_fontsize(12)
    figure.axes[0].set_ylabel("second entry")
    shapes = "; ".join(f"after {k}, {length:.2f}" for k, length in zip(powers[1:], lengths[1:], strict=True))
    return describe(figure, f"""
        A circle of radius 1 that a matrix turns into an ellipse, which gets longer and thinner and then shrinks. The
        longest arrow that ends on it, by the number of steps: {shapes}.""")


def turns(matrices: list[np.ndarray], steps: int = 18, *, figure: Figure | None = None) -> Figure:
    """The way of the row vector (1, 0) under each matrix (2, 2), and the eigenvalues in the complex plane."""
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    *panels, plane = figure.subplots(1, len(matrices) + 1)
    looks = ({"color": color("state"), "marker": "o"}, {"color": color("gradient"), "marker": "D"})
    around = np.exp(2j * np.pi * np.linspace(0, 1, 201))
    words = []
    for axes, matrix, look in zip(panels, matrices, looks, strict=True):
        row = np.array([1.0, 0.0])
        path = np.array([row @ np.linalg.matrix_power(matrix, k) for k in range(steps + 1)])
        eigenvalues = np.linalg.eigvals(matrix)
        size, angle = np.abs(eigenvalues[0]), np.degrees(np.abs(np.angle(eigenvalues[0])))
        axes.plot(around.real, around.imag, color=color("muted"), linestyle=DASHED, linewidth=1.3)
        axes.plot(*path.T, linewidth=1.6, markersize=5, markeredgecolor=color("paper"), markeredgewidth=0.5, **look)
        axes.annotate("", path[0], (0, 0), arrowprops={"arrowstyle": "-|>", "color": color("ink"), "linewidth": 1.8,
                                                       "shrinkA": 0, "shrinkB": 4})
        axes.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xlabel="first entry", ylabel="second entry",
                 title=f"|λ| = {size:.2f}, {angle:.0f}° a step")
        plane.plot(eigenvalues.real, eigenvalues.imag, linestyle="", markersize=8, color=look["color"],
                   marker=look["marker"], label=f"|λ| = {size:.2f}")
        ends = "inwards" if size < 1 else "outwards"
        words.append(f"with |λ| = {size:.2f} it spirals {ends} and ends {np.linalg.norm(path[-1]):.2f} from the middle")
    plane.plot(around.real, around.imag, color=color("muted"), linestyle=DASHED, linewidth=1.3)
    plane.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xlabel="real part", ylabel="imaginary part",
              title="their eigenvalues λ")
    plane.legend(loc="lower left", fontsize=10)
    for axes in figure.axes:
        axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        axes.title.set_fontsize(12)
    return describe(figure, f"""
        A vector that turns by the same angle at each of {steps} steps: {"; ".join(words)}. Right: the two pairs of
        eigenvalues in the complex plane, one inside the unit circle and one outside.""")


def silence(losses: dict[str, np.ndarray], norms: dict[str, np.ndarray], floor: float, *,
            figure: Figure | None = None) -> Figure:
    """Losses, in means of ten updates, with the floor of a network that ignores the far input; and gradient norms
    (T+1,), step 0 first."""
    figure = figure or plt.figure(figsize=(8.4, 3.1))
    left, right = figure.subplots(1, 2)
    looks = ({"color": color("bad")}, {"color": color("good"), "linestyle": DASHED})
    for look, (name, values) in zip(looks, losses.items(), strict=True):
        left.plot(np.arange(5, len(values), 10), values.reshape(-1, 10).mean(axis=1), label=name, **look)
        steps = np.arange(len(norms[name]))
        right.semilogy(steps, norms[name], label=name, **look)
    left.axhline(floor, color=color("ink"), linewidth=1.2, linestyle=DOTTED)
    left.text(0.99, floor * 0.96, "the far input ignored", ha="right", va="top", transform=left.get_yaxis_transform())
    left.set(xlabel="update", ylabel="loss", ylim=(0, None), title="the loss goes down …")
    right.set(xlabel="step t", ylabel="gradient norm ‖∂y/∂$h_t$‖", title="… and who gets a gradient")
    left.legend(loc="upper right")
    names = list(losses)
    return describe(figure, f"""
        Left: the loss with {names[0]} falls to the line of a network that ignores the far input and stays there;
        with {names[1]} it falls to nearly 0. Right, log axis: with {names[0]} the gradient fades over the steps
        to less than a thousandth at step 0; with {names[1]} it arrives.""")


def cliff(w: np.ndarray, b: np.ndarray, loss: np.ndarray, free: np.ndarray, clipped: np.ndarray, *,
          figure: Figure | None = None) -> Figure:
    """The loss over (w, b), (len(b), len(w)), with two descents on it: rows of w, b, loss, gradient norm."""
    figure = figure or plt.figure(figsize=(9.0, 3.7))
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    dark = color("paper") < "#8"
    left.contourf(w, b, loss, levels=np.linspace(0, 2.4, 13), cmap="Purples_r" if dark else "Purples", extend="max")
    runs = (("without clipping", free, {"color": color("bad"), "marker": "o"}),
            ("with clipping", clipped, {"color": color("good"), "marker": "s"}))
    for name, path, look in runs:
        left.plot(path[:, 0], path[:, 1], linewidth=1.8, markersize=4.5, markeredgecolor=color("paper"),
                  markeredgewidth=0.5, label=name, **look)
        right.semilogy(path[:, 2], color=look["color"])
    left.plot(*free[0, :2], "*", color=color("ink"), markersize=15, markeredgecolor=color("paper"))
    left.set(xlim=(w[0], w[-1]), ylim=(b[0], b[-1]), xlabel="w", ylabel="b",
             title=f"loss over w and b: {'light' if dark else 'dark'} is high")
    left.grid(visible=False)
    left.legend(loc="lower right")
    right.set(xlabel="gradient step", ylabel="loss", title="the same two descents", ylim=(1e-6, 10))
    return describe(figure, f"""
        Left: a map of the loss; a high plateau falls off along a line into a low one. Both descents start at the
        star on the plateau and walk to the edge. Without clipping one step from there goes far past the valley, and
        the path ends at w = {free[-1, 0]:.1f}, b = {free[-1, 1]:.1f}; with clipping this step is short, and it ends
        at w = {clipped[-1, 0]:.1f}, b = {clipped[-1, 1]:.1f}. Right: the loss ends near {free[-1, 2]:.1f} without
        clipping and below 0.001 with it.""")


def clipped_arrows(gradient: np.ndarray, by_norm: np.ndarray, by_value: np.ndarray, limit: float, *,
                   figure: Figure | None = None) -> Figure:
    """One gradient of two numbers, clipped by its norm (to the circle) and by value (to the square)."""
    figure = figure or plt.figure(figsize=(6.4, 2.4))
    axes = figure.add_subplot()
    axes.add_patch(Circle((0, 0), limit, fill=False, edgecolor=color("good"), linestyle=DASHED, linewidth=1.5))
    axes.add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, fill=False, edgecolor=color("bad"),
                             linestyle=DOTTED, linewidth=1.5))
    for vector, name, words, shift in ((gradient, "gradient", "the gradient", (0.1, 0.1)),
                                       (by_norm, "good", "clipped by norm", (0.12, -0.22)),
                                       (by_value, "bad", "clipped by value", (0.12, 0.1))):
        axes.annotate("", vector, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color(name), "linewidth": 2.6,
                                                      "shrinkA": 0, "shrinkB": 0})
        axes.text(vector[0] + shift[0], vector[1] + shift[1], words, color=color(name), va="center")
    axes.set(xlim=(-1.4 * limit, 6.1 * limit), ylim=(-1.25 * limit, 1.75 * limit), aspect="equal",
             xlabel="first entry", ylabel="second entry")
    return describe(figure, """
        A long gradient arrow pointing right and slightly up. Clipped by norm it ends on a circle and keeps its
        direction; clipped by value it ends at the corner of a square and points more steeply up.""")


def starts(curves: dict[str, dict[str, np.ndarray]], *, figure: Figure | None = None) -> Figure:
    """Gradient norms (T+1,), step 0 first, for several starts of W_h: one panel for each activation."""
    figure = figure or plt.figure(figsize=(8.4, 3.1))
    looks = ({"color": color("muted")}, {"color": color("input"), "linestyle": DOTTED},
             {"color": color("state"), "linestyle": DASHED}, {"color": color("good"), "linestyle": (0, (6, 2, 1, 2))})
    ends = []
    panels = figure.subplots(1, len(curves), sharey=True)
    for axes, (activation, lines) in zip(panels, curves.items(), strict=True):
        for look, (name, norms) in zip(looks, lines.items(), strict=True):
            steps_back = np.arange(len(norms))
            axes.plot(steps_back, exponents(norms)[::-1], label=name, linewidth=2.4, **look)
        best = max(lines, key=lambda name: lines[name][0])
        ends.append(f"with {activation} most arrives for {best}, least for {min(lines, key=lambda n: lines[n][0])}")
        title = activation.replace("relu", "ReLU") + ", median of the seeds"
        axes.set(xlabel="steps back", title=title, ylim=(-12.5, 2))
        axes.set_yticks(range(-12, 3, 4), ["10⁻¹²", "10⁻⁸", "10⁻⁴", "1"])
    panels[0].set_ylabel("gradient norm")
    panels[0].legend(loc="lower right")
    return describe(figure, f"Gradient norm against steps back, log axis, one curve for each start: {'; '.join(ends)}.")


def distances(curves: dict[str, np.ndarray], text: str, *, figure: Figure | None = None) -> Figure:
    """Gradient norms (K+1, N) at distance 0 … K in a network that reads: median and the middle 80 % of N places."""
    figure = figure or plt.figure(figsize=(6.4, 2.9))
    axes = figure.add_subplot()
    looks = ({"color": color("muted"), "linestyle": DASHED}, {"color": color("gradient")})
    for look, (name, norms) in zip(looks, curves.items(), strict=True):
        low, middle, high = np.percentile(norms / norms[0], (10, 50, 90), axis=1)
        axes.semilogy(middle, linewidth=2.6, label=name, **look)
        axes.fill_between(np.arange(len(norms)), low, high, color=look["color"], alpha=0.2, linewidth=0)
    axes.set(xlabel="distance k in characters", ylabel="‖∂L/∂$h_{T-k}$‖, 1 at k = 0", title=text, ylim=(1e-12, 10),
             xlim=(0, len(norms) - 1))
    axes.legend(loc="lower left")
    return describe(figure, f"""
        Gradient norm against distance for {text}, log axis, with a band for 80 % of the places. Before and after
        training it falls steadily, in a nearly straight line, by more than a factor of 100 within 20 characters.""")


def key_frames(frames: list[dict], *, columns: int = 3, figure: Figure | None = None) -> Figure:
    """The explorer's upper left panel at several settings: what `ExplodingGradients.compute` gives, and a "title"."""
    rows = -(-len(frames) // columns)
    figure = figure or plt.figure(figsize=(9.0, 2.0 * rows + 0.4))
    panels = figure.subplots(rows, columns, sharex=True, sharey=True).ravel()
    words = []
    for axes, frame in zip(panels, frames, strict=True):
        steps = len(frame["norms"]) - 1
        for factor, name, hue, dashes in ((frame["s_max"], "bound $s_{\\max}^{\\,T-t}$", "ink", DOTTED),
                                          (frame["radius"], "rate $\\rho^{\\,T-t}$", "weight", DASHED)):
            axes.plot([0, steps], [steps * np.log10(factor), 0], label=name, color=color(hue), linestyle=dashes,
                      linewidth=1.6)
        axes.plot(exponents(frame["norms"]), color=color("gradient"), linewidth=2.8, label="measured")
        axes.set(ylim=(-PAGE, PAGE), title=frame["title"], xticks=(0, steps // 2, steps))
        axes.title.set_fontsize(11)
        axes.set_yticks((-8, -4, 0, 4, 8), ["10⁻⁸", "10⁻⁴", "1", "10⁴", "10⁸"])
        words.append(f"{frame['title']}: {short(frame['norms'][0])} at step 0")
    for axes in panels[-columns:]:
        axes.set_xlabel("step t")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10.5)
    return describe(figure, f"Six settings of the explorer, each starting from 1 at step {steps}. {'; '.join(words)}.")
