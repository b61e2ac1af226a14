"""Figures of chapter 03, first half: slopes in a direction, steepest ascent, level lines."""

import matplotlib.pyplot as plt
import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from seqlearn.plots.drawing import arrow, mix
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe

WIDTH, HEIGHT = 3.0, 2.0  # the map shows |w_1| ≤ WIDTH, |w_2| ≤ HEIGHT
LEVELS = np.arange(-0.5, 6.3, 0.6)
REACH = 0.8  # length of an arrow that stands for a slope of 1


def landscape(w_1: np.ndarray, w_2: np.ndarray) -> np.ndarray:
    """The chapter's hilly function, f(w) = w_1²/4 + w_2²/2 + sin(w_1 + w_2); arrays of one shape."""
    return w_1**2 / 4 + w_2**2 / 2 + np.sin(w_1 + w_2)


def grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """w_1 (m,), w_2 (n,) and the landscape's heights (n, m), for a map."""
    w_1, w_2 = np.linspace(-WIDTH, WIDTH, 121), np.linspace(-HEIGHT, HEIGHT, 81)
    return w_1, w_2, landscape(*np.meshgrid(w_1, w_2))


def level_line(height: float) -> list[np.ndarray]:
    """The pieces, (points, 2) each, of the line on which the landscape has this height."""
    w_1, w_2, heights = grid()
    return contour_generator(w_1, w_2, heights).lines(height)


def draw_map(axes: Axes, *, equal: bool = True) -> None:
    """The landscape from above, in bands of height, darker is higher. equal: one scale on both axes."""
    shades = LinearSegmentedColormap.from_list("height", [color("paper"), mix(color("loss"), color("paper"), 0.75)])
    # Neighbouring bands differ little, so their edges need no smoothing; without it the PNG is half the size.
    axes.contourf(*grid(), levels=LEVELS, cmap=shades, antialiased=False, extend="both")
    axes.set(xlim=(-WIDTH, WIDTH), ylim=(-HEIGHT, HEIGHT), xlabel="$w_1$", ylabel="$w_2$", xticks=range(-3, 4),
             yticks=range(-2, 3), aspect="equal" if equal else "auto")
    axes.grid(visible=False)


def slices(point: np.ndarray, gradient: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Partial derivatives: the map with two straight walks through a point, and the height along each.

    point (2,), gradient (2,): the slopes of the two walks there.
    """
    figure = figure or plt.figure(figsize=(9.6, 2.9))
    plan, *walks = figure.subplots(1, 3, width_ratios=[1.5, 1, 1])
    draw_map(plan)
    plan.axhline(point[1], color=color("state"), linewidth=2)
    plan.axvline(point[0], color=color("output"), linewidth=2, linestyle="--")
    plan.plot(*point, "o", color=color("ink"), markersize=8)
    plan.set_title("the landscape, seen from above")
    for index, (axes, role, line) in enumerate(zip(walks, ("state", "output"), ("-", "--"), strict=True)):
        along = np.linspace(-(WIDTH, HEIGHT)[index], (WIDTH, HEIGHT)[index], 121)
        where = [np.full(121, point[0]), np.full(121, point[1])]
        where[index] = along
        here, slope, step = landscape(*point), gradient[index], np.array([-0.8, 0.8])
        axes.plot(along, landscape(*where), color=color(role), linestyle=line)
        axes.plot(point[index] + step, here + slope * step, color=color("gradient"), linewidth=2.5)
        axes.plot(point[index], here, "o", color=color("ink"), markersize=7)
        axes.set(xlabel=f"$w_{index + 1}$", ylabel="$f$", ylim=(-1.3, 4.6),
                 title=f"slope $∂f/∂w_{index + 1}$ = {slope:.2f}",
                 xticks=range(-2, 3, 2), yticks=range(-1, 5))
        axes.grid(visible=False)
    return describe(figure, f"""Left: map of the landscape in bands of height, with a point at ({point[0]:g},
        {point[1]:g}), a horizontal line and a vertical line through it. Middle: the height along the horizontal line,
        with a tangent of slope {gradient[0]:.2f} at the point. Right: the height along the vertical line, with a
        tangent of slope {gradient[1]:.2f}.""")


def fan(point: np.ndarray, gradient: np.ndarray, angles: np.ndarray, slopes: np.ndarray, *,
        figure: Figure | None = None) -> Figure:
    """Slopes measured in many directions: arrows on the map, and dots on a cosine.

    point (2,), gradient (2,); angles (n,) in degrees and the slopes (n,) measured there.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    plan, curve = figure.subplots(1, 2, width_ratios=[1.35, 1])
    draw_map(plan)
    longest = np.abs(slopes).max()
    for angle, slope in zip(np.radians(angles), slopes, strict=True):
        tip = point + REACH * abs(slope) * np.array([np.cos(angle), np.sin(angle)])
        if abs(slope) > 0.15 * longest:  # shorter than its head otherwise
            arrow(plan, point, tip, kind="gradient" if slope > 0 else "forward", gap=0, width=1.8)
    plan.plot(*point, "o", color=color("ink"), markersize=6)
    plan.set_title("red goes up, black goes down; longer is steeper")
    turn = np.linspace(0, 360, 181)
    peak = np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
    size = np.hypot(*gradient)
    curve.axhline(0, color=color("ink"), linewidth=1)
    curve.axvline(peak, color=color("gradient"), linewidth=1.4, linestyle=":")
    curve.plot(turn, size * np.cos(np.radians(turn - peak)), color=color("muted"), label="$∇f · u$")
    for chosen, role in ((slopes > 0, "gradient"), (slopes <= 0, "ink")):
        curve.plot(angles[chosen], slopes[chosen], "o", color=color(role), markersize=7,
                   label="measured" if role == "ink" else None)
    curve.set(xlabel="direction of u in degrees", ylabel="slope along u", xticks=range(0, 361, 90),
              title="the same slopes against the angle", ylim=(-1.3 * size, 1.7 * size))
    curve.legend(loc="upper right", ncols=2)
    curve.grid(visible=False)
    return describe(figure, f"""Left: a fan of {len(angles)} directions around a point of the map. Arrows uphill
        are longest across the bands of height, arrows downhill are longest the opposite way, and along the bands
        the slope is near 0. Right: the measured slopes lie on a cosine with its peak of {size:.2f} at {peak:.0f}
        degrees, the direction of the gradient.""")


def level_walk(points: np.ndarray, gradients: np.ndarray, path: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Gradients on a level line, with equal and with unequal scales. points, gradients (n, 2); path (steps, 2)."""
    figure = figure or plt.figure(figsize=(9.6, 2.9))
    panels = figure.subplots(1, 2, width_ratios=[3.2, 1])
    for axes, equal in zip(panels, (True, False), strict=True):
        draw_map(axes, equal=equal)
        axes.set(xlim=(-WIDTH, 1.6), ylim=(-0.2, HEIGHT), yticks=range(3))
        axes.plot(*path.T, color=color("output"), linewidth=3)
        for point, gradient in zip(points, gradients, strict=True):
            arrow(axes, point, point + 0.28 * gradient, kind="gradient", gap=0, width=2.0)
    panels[0].set_title("one scale on both axes: right angles")
    panels[1].set_title("two scales: oblique")
    return describe(figure, """A level line of the landscape in green, with the gradient at several of its points in
        red. Left, with one scale on both axes, every arrow leaves the line at a right angle. Right, with the picture
        squeezed sideways, most of the same arrows look oblique.""")


def turns(point: np.ndarray, gradient: np.ndarray, angles: list[float], titles: list[str], *,
          figure: Figure | None = None) -> Figure:
    """Key frames of the explorer: one direction on the map in each panel, with its slope."""
    figure = figure or plt.figure(figsize=(9.6, 3.0))
    panels = figure.subplots(1, len(angles), sharey=True)
    words = []
    for axes, angle, title in zip(panels, angles, titles, strict=True):
        draw_map(axes)
        axes.set(xlim=(point[0] - 1.3, point[0] + 1.3), ylim=(point[1] - 1.3, point[1] + 1.3), title=title,
                 xticks=[], yticks=[], xlabel="", ylabel="")
        for piece in level_line(landscape(*point)):
            axes.plot(*piece.T, color=color("output"), linewidth=2.5)
        u = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        slope = round(float(gradient @ u), 2) + 0.0  # + 0.0 makes −0 a plain 0
        arrow(axes, point, point + 0.9 * u, kind="forward", gap=0, width=2.6)
        axes.plot(*point, "o", color=color("ink"), markersize=7)
        axes.set_xlabel(f"{angle:.0f}°: slope {slope:.2f}".replace("-", "−"))
        words.append(f"{title}, {angle:.0f} degrees: slope {slope:.2f}")
    return describe(figure, f"""The same point of the map with the level line through it and an arrow in
        {len(angles)} directions. {'; '.join(words)}.""")


class Compass(Picture):
    """The explorer's picture: a point and a direction on the map, and the slope against the angle.

    `update(point, angle, gradient, measured)`: point (2,), angle in degrees, gradient (2,), measured: the slope that a
    central difference finds.
    """

    size = (9.6, 3.7)
    steepest = 3.2  # the right panel ends here; the sliders reach a slope of 3.12

    def build(self) -> None:
        plan, curve = self.figure.subplots(1, 2, width_ratios=[1.5, 1])
        draw_map(plan)
        plan.set_title("the map, with the level line through the point")
        self.line = LineCollection([], color=color("output"), linewidth=2.5)
        plan.add_collection(self.line)
        self.slope_arrow = arrow(plan, (0, 0), (1, 0), kind="gradient", gap=0, width=2.4)
        self.direction = arrow(plan, (0, 0), (1, 0), kind="forward", gap=0, width=2.8)
        (self.point,) = plan.plot([], [], "o", color=color("ink"), markersize=9)
        curve.set(xlim=(0, 360), ylim=(-self.steepest, self.steepest), xticks=range(0, 361, 90),
                  xlabel="direction of u in degrees", ylabel="slope along u", title="slope against angle")
        curve.grid(visible=False)
        curve.axhline(0, color=color("ink"), linewidth=1)
        (self.cosine,) = curve.plot([], [], color=color("muted"))
        (self.peak,) = curve.plot([], [], "^", color=color("gradient"), markersize=9, label="along the gradient")
        (self.here,) = curve.plot([], [], "o", color=color("ink"), markersize=9, label="along u")
        curve.legend(loc="lower left", ncols=2)
        for mark in (self.slope_arrow.patch, self.direction.patch, self.peak, self.here):
            mark.set_clip_on(False)  # whole at the edges, too
        self.curves = [self.cosine]
        self.moving = [self.line, self.slope_arrow.patch, self.direction.patch, self.point, self.cosine, self.peak,
                       self.here]

    def update(self, point: np.ndarray, angle: float, gradient: np.ndarray, measured: float) -> str:
        u = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        size, peak = np.hypot(*gradient), np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
        self.line.set_segments(level_line(landscape(*point)))
        self.slope_arrow.patch.set_positions(point, point + 0.6 * gradient)
        self.slope_arrow.patch.set_visible(size > 0.05)  # no longer than its head
        self.direction.patch.set_positions(point, point + u)
        self.point.set_data(*point[:, None])
        turn = np.linspace(0, 360, 91)
        self.cosine.set_data(turn, size * np.cos(np.radians(turn - peak)))
        self.peak.set_data([peak], [size])
        self.here.set_data([angle], [measured])
        off = abs((angle - peak + 180) % 360 - 180)
        way = ("along the level line" if abs(off - 90) <= 0.5 else "uphill" if off < 90 else "downhill")
        return (f"At ({point[0]:.2f}, {point[1]:.2f}), f = {landscape(*point):.2f}. The gradient ({gradient[0]:.2f}, "
                f"{gradient[1]:.2f}) points to {peak:.0f}° and is {size:.2f} long. Your direction, {angle:.0f}°, is "
                f"{off:.0f}° from it and goes {way}: the slope along it is {measured:.2f}.").replace("-", "−")
