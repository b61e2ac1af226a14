"""Figures of chapter 03, second half: finite differences, the V-curve of their error, gradient checks."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe

LOOKS = {"forward": ("state", "--"), "central": ("gradient", "-")}  # role of the colour, and line
FLOOR, CEILING = 1e-17, 1e2  # of the errors shown
REGIONS = ((1e-16, 1e-7, "good", "passes"), (1e-7, 1e-2, "muted", "look closer"), (1e-2, 10.0, "bad", "wrong"))


def training(losses: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """Loss against epoch of one or more training runs; losses: name → (epochs,)."""
    figure = figure or plt.figure(figsize=(9.6, 2.5))
    axes = figure.add_subplot()
    for (name, values), (role, line) in zip(losses.items(), (("loss", "-"), ("good", "--")), strict=False):
        axes.plot(values, color=color(role), linestyle=line, label=name)
    axes.set(xlabel="epoch", ylabel="loss", yscale="log", ylim=(0.005, 0.5))
    axes.legend(loc="upper right")
    axes.minorticks_off()
    words = "; ".join(f"{name}: from {values[0]:.2f} to {values[-1]:.3f}, "
                      + ("falling at every epoch" if np.all(np.diff(values) < 0) else "not always falling")
                      for name, values in losses.items())
    return describe(figure, f"The loss over {len(values)} epochs of training. {words}.")


def secants(w: float, eps: float, *, figure: Figure | None = None) -> Figure:
    """The tangent of sin at w beside the secants of the forward and of the central difference."""
    figure = figure or plt.figure(figsize=(9.6, 3.2))
    axes = figure.add_subplot()
    x, reach = np.linspace(-0.6, 2.6, 200), np.array([-1.1, 1.1])
    axes.plot(x, np.sin(x), color=color("ink"), linewidth=1.5, label="sin w")
    axes.plot(w + reach, np.sin(w) + np.cos(w) * reach, color=color("muted"), linewidth=2, linestyle=":",
              label=f"tangent, slope {np.cos(w):.3f}")
    words = []
    for (way, (role, line)), left in zip(LOOKS.items(), (w, w - eps), strict=True):
        slope = (np.sin(w + eps) - np.sin(left)) / (w + eps - left)
        axes.plot(w + reach, np.sin(left) + slope * (w + reach - left), color=color(role), linestyle=line,
                  label=f"{way}, slope {slope:.3f}")
        words.append(f"{way} difference: slope {slope:.3f}")
    for place, name in ((w - eps, "w − ε"), (w, "w"), (w + eps, "w + ε")):
        axes.plot(place, np.sin(place), "o", color=color("ink"), markersize=7)
        shift = (-0.08, 0.22) if place == w else (0.03, -0.14)
        axes.text(place + shift[0], np.sin(place) + shift[1], name, ha="left", va="top")
    axes.set(xlabel="w", ylabel="f", xlim=(-0.6, 3.7), ylim=(-0.6, 1.5), xticks=range(4), yticks=range(2))
    axes.legend(loc="center right")
    axes.grid(visible=False)
    return describe(figure, f"""The curve of sin w near w = {w:g}, with its tangent of slope {np.cos(w):.3f} and two
        secants for ε = {eps:g}. {'; '.join(words)}. The central secant is almost parallel to the tangent.""")


def prepare_errors(axes: Axes) -> None:
    """Logarithmic axes for an error against ε."""
    axes.set(xscale="log", yscale="log", xlim=(5e-17, 2), ylim=(FLOOR, CEILING), xlabel="ε",
             xticks=10.0 ** np.arange(-16, 1, 4), yticks=10.0 ** np.arange(-16, 1, 4))
    axes.minorticks_off()


def v_curves(eps: np.ndarray, errors: dict[str, np.ndarray], theory: dict[str, np.ndarray], best: dict[str, float], *,
             figure: Figure | None = None) -> Figure:
    """Error against ε of both differences; all of shape (n,) by name, best: the ε that the theory proposes."""
    figure = figure or plt.figure(figsize=(9.6, 3.7))
    axes = figure.add_subplot()
    prepare_errors(axes)
    for name, values in errors.items():
        role, line = LOOKS[name]
        axes.plot(eps, theory[name], color=color("muted"), linewidth=1,
                  label="theory of each: bend + rounding" if name == "central" else None)
        axes.plot(eps, values, color=color(role), linestyle=line, label=f"{name} difference")
        axes.axvline(best[name], color=color(role), linewidth=1)
        axes.text(best[name] * 1.25, 3e-17, f"{best[name]:.1e}".replace("e-0", "e−"), color=color(role), va="bottom")
    axes.text(1e-15, 30, "← rounding", ha="left")
    axes.text(1, 30, "bend of the curve →", ha="right")
    axes.set(ylabel="error of the slope")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 0.06))
    return describe(figure, """Error of the slope against ε, both axes logarithmic. Each curve is a V: from the right
        the error falls with ε, ten times per decade for the forward and a hundred times for the central difference;
        then rounding takes over and it rises again. The forward difference is best near 1e-8, with an error of a
        few 1e-9, the central one near 6e-6, with an error of a few 1e-12. On the left, both curves lie about ten times
        below the grey lines of the theory.""")


def verdicts(errors: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """Relative errors of gradient checks, a row of dots for each kind of gradient; errors: name → (runs,)."""
    figure = figure or plt.figure(figsize=(9.6, 0.42 * len(errors) + 1.3))
    axes = figure.add_subplot()
    for left, right, role, name in REGIONS:
        axes.axvspan(left, right, color=color(role), alpha=0.13, linewidth=0)
        axes.text(np.sqrt(max(left, 1e-13) * right), -0.85, name, ha="center", va="center", color=color("ink"))
    for row, values in enumerate(errors.values()):
        axes.plot(np.maximum(values, 1e-13), np.full(len(values), row), "o", color=color("gradient"), markersize=6,
                  markeredgewidth=0)
    axes.set(xscale="log", xlim=(1e-13, 10), ylim=(len(errors) - 0.4, -1.4), yticks=range(len(errors)),
             xlabel="relative error (largest over the parameters)", xticks=10.0 ** np.arange(-13, 2, 2))
    axes.set_yticklabels(errors)
    axes.minorticks_off()
    axes.grid(axis="y", visible=False)
    medians = {name: np.median(values) for name, values in errors.items()}
    words = "; ".join(f"{name}: about {f'{median:.1f}' if median > 0.1 else f'{median:.0e}'.replace('e-0', 'e-')}"
                      for name, median in medians.items())
    return describe(figure, f"""Relative errors of gradient checks on a logarithmic axis with three regions: passes
        below 1e-7, look closer, wrong above 1e-2. {words}.""")


def frames(errors: list[tuple], titles: list[str], words: str, *, figure: Figure | None = None) -> Figure:
    """Key frames of the explorer: V-curves side by side. errors: (eps, central, forward) a panel, each (n,).

    words: what the panels show, for the text alternative.
    """
    figure = figure or plt.figure(figsize=(9.6, 2.7))
    for axes, (eps, central, forward), title in zip(figure.subplots(1, len(errors), sharey=True), errors, titles,
                                                     strict=True):
        prepare_errors(axes)
        axes.set(title=title, xticks=[1e-16, 1e-8, 1])
        axes.grid(visible=False)
        for name, values in (("forward", forward), ("central", central)):
            role, line = LOOKS[name]
            axes.plot(eps, np.clip(values, 3 * FLOOR, CEILING), color=color(role), linestyle=line, linewidth=1.7,
                      label=name)
    figure.axes[0].set_ylabel("error of the slope")
    figure.axes[0].legend(loc="lower left")
    return describe(figure, f"""Error of the slope against ε for forward and central differences in
        {len(titles)} panels: {', '.join(titles)}. {words}""")


class VCurve(Picture):
    """The explorer's picture: the secant at one ε, and where it stands on the curve of errors.

    `update(...)` takes the curve (x, y) (n,), the places (2,) and heights (2,) that the difference uses, the point, its
    height and slope, the estimate, all eps and their errors (m,), the rule of thumb, and words.
    """

    size = (9.6, 3.7)

    def build(self) -> None:
        left, right = self.figure.subplots(1, 2, width_ratios=[1, 1.25])
        self.left = left
        left.set(xlabel="w", xlim=(-3, 3), ylim=(-1.5, 1.5), title="the curve, its tangent, and the secant")
        (self.curve,) = left.plot([], [], color=color("ink"), linewidth=1.5)
        (self.tangent,) = left.plot([], [], color=color("muted"), linestyle=":", linewidth=1.8, label="tangent")
        (self.secant,) = left.plot([], [], color=color("gradient"), linewidth=2.4, label="secant")
        (self.ends,) = left.plot([], [], "o", color=color("gradient"), markersize=8)
        left.legend(loc="upper left")
        left.grid(visible=False)
        prepare_errors(right)
        right.set(ylabel="error of the slope", title="error against ε")
        (self.errors,) = right.plot([], [], color=color("muted"), linewidth=1.8)
        (self.rule,) = right.plot([], [], color=color("ink"), linewidth=1.2, linestyle="--", label="rule of thumb")
        (self.here,) = right.plot([], [], "o", color=color("gradient"), markersize=10)
        right.legend(loc="upper left")
        self.curves = [self.errors]
        self.moving = [self.curve, self.tangent, self.secant, self.ends, self.errors, self.rule, self.here]

    def update(self, x: np.ndarray, y: np.ndarray, ends: np.ndarray, heights: np.ndarray, point: float, height: float,
               slope: float, estimate: float, eps: float, error: float, all_eps: np.ndarray, all_errors: np.ndarray,
               rule: float, words: str) -> str:
        low, high = y.min(), y.max()
        limits = (low - 0.15 * (high - low), high + 0.35 * (high - low))
        if self.left.get_ylim() != limits:
            self.left.set_ylim(limits)
        reach = np.array([-1.2, 1.2])
        self.curve.set_data(x, y)
        self.tangent.set_data(point + reach, height + slope * reach)
        self.secant.set_data(point + reach, heights.mean() + estimate * (point + reach - ends.mean()))
        self.ends.set_data(ends, heights)
        self.errors.set_data(all_eps, np.clip(all_errors, 3 * FLOOR, CEILING))
        self.rule.set_data([rule, rule], [FLOOR, CEILING])
        self.here.set_data([eps], [np.clip(error, 3 * FLOOR, CEILING)])
        return words
