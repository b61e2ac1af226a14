"""The picture of chapter 05's explorer: a gradient on its way back, and the matrix that it meets at every step."""

import numpy as np

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color

PAGE = 10.0  # the gradient's axis ends at 10^10 and 10^-10
LOSS_PAGES = {  # log10 of the loss: the ends of the axis and its ticks
    "calm": ((-3.2, 3.2), (-2, 0, 2)),
    "wild": ((-2.9, 12.0), (-2, 0, 4, 8, 12)),
}
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(number: float) -> str:
    """A number in two digits, for people: 0.52, 14, 3.7·10⁴, 0, ∞, NaN."""
    if not np.isfinite(number):
        return "NaN" if np.isnan(number) else "∞" if number > 0 else "−∞"
    if number == 0 or 0.01 <= abs(number) < 1000:
        return f"{number:.2g}" if abs(number) < 99.5 else f"{number:.0f}"
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(SUPERSCRIPT)}"


def exponents(values: np.ndarray, page: float = 1e4) -> np.ndarray:
    """log10 of values that may be 0, inf or NaN: −page for 0, +page for inf, NaN (not drawn) for NaN."""
    with np.errstate(all="ignore"):
        return np.clip(np.log10(values), -page, page)


class GradientFlow(Picture):
    """Gradient norms over time, eigenvalues in the complex plane, training losses, numbers.

    `update(norms, radius, s_max, eigenvalues, weight_norm, activation, start, clip, losses=())`: norms (T+1,) of
    ∂L/∂h_t for t = 0 … T; clip: the limit, inf for none; losses: none, or one array of losses without clipping
    and one with it.
    """

    size = (9.6, 5.6)

    def build(self) -> None:
        grid = self.figure.add_gridspec(2, 2, width_ratios=(1.9, 1), height_ratios=(1.9, 1))
        self._build_flow(self.figure.add_subplot(grid[0, 0]))
        self._build_plane(self.figure.add_subplot(grid[0, 1]))
        self._build_training(self.figure.add_subplot(grid[1, 0]))
        self._build_numbers(self.figure.add_subplot(grid[1, 1]))

    def _build_flow(self, axes) -> None:
        axes.set(xlim=(-0.01, 1.01), ylim=(-PAGE, PAGE), title="gradient norm ‖∂L/∂$h_t$‖ at every step t")
        axes.set_xlabel("⟵ the gradient flows from the loss at step T back to step 0", labelpad=18)
        axes.set_yticks(range(-9, 10, 3), ["10⁻⁹", "10⁻⁶", "10⁻³", "1", "10³", "10⁶", "10⁹"])
        # The axis runs from 0 to 1, and its labels move: a new T then needs no new axis, which would be slow.
        axes.set_xticks(np.linspace(0, 1, 5), [""] * 5)
        self.tick_labels = [axes.text(place, -0.035, "0", transform=axes.get_xaxis_transform(), ha="center", va="top",
                                      fontsize=10) for place in (0, 0.5, 1)]
        (self.bound,) = axes.plot([], [], color=color("ink"), linewidth=1.4, linestyle=(0, (1.5, 1.5)),
                                  label="bound $s_{\\max}^{\\,T-t}$")
        (self.rate,) = axes.plot([], [], color=color("weight"), linewidth=1.8, linestyle=(0, (5, 3)),
                                 label="rate $\\rho^{\\,T-t}$")
        (self.flow,) = axes.plot([], [], color=color("gradient"), linewidth=3, label="measured")
        axes.legend(loc="lower right")
        self.leaves = axes.text(0.015, 0, "", fontsize=11, color=color("gradient"), va="center",
                                bbox={"facecolor": color("paper"), "edgecolor": "none", "pad": 2})
        self.moving += [self.bound, self.rate, self.flow, self.leaves, *self.tick_labels[1:]]

    def _build_plane(self, axes) -> None:
        circle = np.exp(2j * np.pi * np.linspace(0, 1, 200))
        axes.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), xticks=range(-3, 4), yticks=range(-3, 4), aspect="equal",
                 title="eigenvalues of $W_h$, unit circle", xlabel="real part",
                 ylabel="imaginary part")
        axes.plot(circle.real, circle.imag, color=color("muted"), linewidth=1.5)
        (self.inside,) = axes.plot([], [], "o", color=color("weight"), markersize=6, markeredgecolor=color("paper"))
        (self.outside,) = axes.plot([], [], "D", color=color("gradient"), markersize=6, markeredgecolor=color("paper"))
        self.moving += [self.inside, self.outside]

    def _build_training(self, axes) -> None:
        axes.set(xlim=(-2, 150), xlabel="update", title="training: loss before each update")
        self.training = axes
        self._turn_to("wild")
        (self.unclipped,) = axes.plot([], [], color=color("bad"), linewidth=2.2, marker="o", markersize=3)
        (self.clipped,) = axes.plot([], [], color=color("good"), linewidth=2.2)
        self.dead = axes.axvspan(0, 150, color=color("bad"), alpha=0.16, linewidth=0, visible=False)
        (self.burst,) = axes.plot([], [], "X", color=color("bad"), markersize=12, clip_on=False, zorder=4)
        for artist in (self.dead, self.burst):
            artist.set_in_layout(False)
        self.notes = [axes.text(0.98, height, "", transform=axes.transAxes, ha="right", va="top", fontsize=11,
                                color=color(name), bbox={"facecolor": color("paper"), "edgecolor": "none", "pad": 1})
                      for height, name in ((0.95, "bad"), (0.74, "good"))]
        self.notes[0].set_text("press Train")
        self.trained = False  # these artists change once a training, not with a slider: they are not in `moving`

    def _build_numbers(self, axes) -> None:
        axes.axis("off")
        names = ("largest singular value $s_{\\max}$", "gradient at step 0", "gradient of $W_x$, $W_h$, $b$",
                 "the same, after clipping")
        axes.text(0, 1, "\n".join(names), va="top", fontsize=11, linespacing=1.65)
        self.numbers = axes.text(1, 1, "\n" * 3, va="top", ha="right", fontsize=11, linespacing=1.65)
        self.moving.append(self.numbers)

    def update(self, norms, radius, s_max, eigenvalues, weight_norm, activation, start, clip, losses=()) -> str:
        steps = len(norms) - 1
        self._show_flow(np.asarray(norms), radius, s_max, steps)
        outside = np.abs(eigenvalues) > 1 + 1e-9
        self.inside.set_data(eigenvalues[~outside].real, eigenvalues[~outside].imag)
        self.outside.set_data(eigenvalues[outside].real, eigenvalues[outside].imag)
        clips = bool(np.isfinite(clip))
        self.numbers.set_text("\n".join([f"{s_max:.2f}", short(norms[0]), short(weight_norm),
                                         short(min(weight_norm, clip)) if clips else "off"]))
        clipping = "not clipped"
        if clips:
            clipping = f"clipped to {clip:g}" if weight_norm > clip else f"left as it is by clipping at {clip:g}"
        weights = f"The gradient of W_x, W_h and b has norm {short(weight_norm)}, {clipping}."
        return (  # three lines of words hold either what one gradient is or what training makes of it
            f"{start.capitalize()} start, {activation}, {steps} steps, spectral radius {radius:.2f}, "
            f"s_max {s_max:.2f}, {outside.sum()} of {len(eigenvalues)} eigenvalues outside the unit circle. "
            f"{fate(norms)} "
            f"{self._show_training(losses, clip) or weights}"
        )

    def _show_flow(self, norms: np.ndarray, radius: float, s_max: float, steps: int) -> None:
        self.tick_labels[1].set_text(str(steps // 2))
        self.tick_labels[2].set_text(str(steps))
        place = np.arange(steps + 1) / steps
        heights = exponents(norms)
        self.flow.set_data(place, heights)
        for line, factor in ((self.rate, radius), (self.bound, s_max)):
            top = np.log10(factor) * steps if factor > 0 else -1e4
            line.set_data([0, 1], [top, 0])
        on_page = abs(heights[0]) <= PAGE  # False for NaN
        size = "exactly 0" if norms[0] == 0 else short(norms[0])
        self.leaves.set(text="" if on_page else f"off the page: {size} at step 0",
                        y=-0.88 * PAGE if norms[0] < 1 else 0.88 * PAGE)

    def _show_training(self, losses, clip: float) -> str:
        if not len(losses) and not self.trained:
            return ""
        self.trained = len(losses) > 0
        ends = [len(run) - 1 for run in losses if not np.isfinite(run[-1])]
        wild = not self.trained or any(len(run) and np.nanmax(run) > 1e3 for run in losses) or len(ends) > 0
        self._turn_to("wild" if wild else "calm")
        self._show_burst(ends[0] if ends else None)
        sentences = []
        names = ("without clipping", f"clipped at {clip:g}")
        for index, (line, note) in enumerate(zip((self.unclipped, self.clipped), self.notes, strict=True)):
            if index >= len(losses):
                line.set_data([], [])
                note.set_text("" if len(losses) else ("press Train", "")[index])
                continue
            run = losses[index]
            line.set_data(np.arange(len(run)), np.nan_to_num(exponents(run), nan=1e4))
            if np.isfinite(run[-1]):
                sentences.append(f"{names[index]}: from {short(run[0])} to {short(np.mean(run[-10:]))}")
            else:
                sentences.append(f"{names[index]}: {short(run[-1])} at update {len(run) - 1}")
            note.set_text(sentences[-1])
        told = "; ".join(sentences)
        return f"Training, loss (the first, and the last 10 on average) {told}." if told else ""

    def _turn_to(self, page: str) -> None:
        limits, ticks = LOSS_PAGES[page]
        self.training.set_ylim(limits)
        self.training.set_yticks(ticks, ["1" if n == 0 else f"10{str(n).translate(SUPERSCRIPT)}" for n in ticks])

    def _show_burst(self, update: int | None) -> None:
        """Where a loss stops being a number: a cross at the top, and red from there on, for nothing is learned."""
        self.dead.set_visible(update is not None)
        if update is None:
            self.burst.set_data([], [])
        else:
            self.dead.set(x=update, width=150 - update)
            self.burst.set_data([update], [self.training.get_ylim()[1]])


def fate(norms: np.ndarray) -> str:
    """What happens to the gradient between the last step and step 0, as a sentence."""
    steps, last = len(norms) - 1, norms[0]
    if not np.isfinite(last):
        return f"On its way back to step 0 the gradient becomes {'NaN' if np.isnan(last) else 'infinite'}."
    if last == 0:
        gone = np.flatnonzero(norms == 0)[-1]
        return f"The gradient is exactly 0 at step {gone} and before it: nothing of it arrives."
    factor, peak = last ** (1 / steps), int(norms.argmax())
    if 0.5 <= last <= 2:
        sentence = f"The gradient arrives at step 0 with norm {short(last)}: about the size it had."
    else:
        large, small = ("explodes", "vanishes") if not 0.1 <= last <= 10 else ("grows", "shrinks")
        verb = large if last > 1 else small
        sentence = (f"The gradient {verb}: norm 1 at step {steps}, {short(last)} at step 0, "
                    f"a factor of {factor:.2f} a step.")
    if norms[peak] > 3 * max(1, last):
        sentence += f" On the way it reaches {short(norms[peak])} at step {peak}."
    return sentence
