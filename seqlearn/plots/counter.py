"""The picture of chapter 07's explorer: a trained counter at work, step by step."""

import numpy as np
from matplotlib.patches import Rectangle

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color
from seqlearn.plots.unrolling import state_colors

PAGE = 50  # steps that fit on the page
TRAINED = 20  # steps that the counter has seen in training
DASHED = (0, (5, 3))


class CounterPicture(Picture):
    """Bits, hidden units and answers over time.

    `update(bits, states, answers, training)`: bits (T,), zeros and ones; states (T, H), the hidden state after every
    step; answers (T,), what the readout makes of it, in ones; training: a name for the words. T is at most 50.
    """

    size = (9.6, 5.6)

    def build(self) -> None:
        bits, units, answers = self.figure.subplots(3, 1, sharex=True, height_ratios=(0.2, 1, 1.35))
        nothing = np.zeros((1, PAGE, 3))
        self.bits = bits.imshow(nothing, extent=(0.5, PAGE + 0.5, 0, 1), aspect="auto")
        bits.set(yticks=[], title="the bits (filled: 1), the hidden units (full at ±½), the answer after every step")
        self.units = units.imshow(nothing, extent=(0.5, PAGE + 0.5, 20.5, 0.5), aspect="auto")
        units.set(ylabel="hidden unit")
        units.set_yticks([1, 10, 20])
        answers.set(xlim=(0.5, PAGE + 0.5), ylim=(-5, 52), ylabel="number of ones", xlabel="step")
        answers.set_xticks([1, 10, 20, 30, 40, 50])
        for axes in (bits, units):
            axes.grid(visible=False)
        (self.count,) = answers.plot([], [], color=color("target"), linewidth=2.4, drawstyle="steps-mid",
                                     label="ones so far")
        (self.answers,) = answers.plot([], [], color=color("output"), linewidth=2.2, marker="o", markersize=3.5,
                                       label="the counter's answer")
        answers.axvline(TRAINED + 0.5, color=color("muted"), linewidth=1.4, linestyle=DASHED)
        longer = answers.text(TRAINED + 0.8, 49, "longer than in training", fontsize=10.5, va="top",
                              color=color("muted"))
        legend = answers.legend(loc="upper left")
        self.verdict = answers.text(PAGE, -3, "", fontsize=12, ha="right", va="bottom",
                                    bbox={"facecolor": color("paper"), "edgecolor": "none", "pad": 2})
        self.end = answers.add_patch(Rectangle((0, -5), 0, 57, facecolor=color("faint"), alpha=0.5, linewidth=0))
        self.curves = [self.answers]
        self.moving = [self.bits, self.units, self.end, self.count, self.answers, longer, legend,
                       self.verdict]

    def update(self, bits: np.ndarray, states: np.ndarray, answers: np.ndarray, training: str) -> str:
        steps = len(bits)
        places = np.arange(1, steps + 1)
        paper, one, zero, empty = (np.array([int(color(name)[i : i + 2], 16) / 255 for i in (1, 3, 5)])
                                   for name in ("paper", "input", "faint", "paper"))
        strip = np.tile(empty, (1, PAGE, 1))
        strip[0, :steps] = np.where(np.asarray(bits)[:, None] > 0, one, zero)
        self.bits.set_data(strip)
        heat = np.tile(paper, (states.shape[1], PAGE, 1))
        heat[:, :steps] = state_colors(states.T, limit=0.5)
        self.units.set_data(heat)
        count = np.cumsum(bits)
        self.count.set_data(places, count)
        self.answers.set_data(places, answers)
        self.end.set(x=steps + 0.5, width=PAGE - steps)
        right = round(float(answers[-1])) == count[-1]
        off = float(answers[-1]) - count[-1]
        outcome = "right" if right else f"off by {off:+.1f}".replace("-", "−")
        ones = f"{count[-1]:.0f} one{'' if count[-1] == 1 else 's'}"
        self.verdict.set(text=f"{ones}, answer {answers[-1]:z.1f}: {outcome}",
                         color=color("good" if right else "bad"))
        at_20 = ""
        if steps > TRAINED:
            at_20 = f" At step {TRAINED} there were {count[TRAINED - 1]:.0f} and it said {answers[TRAINED - 1]:z.1f}."
        return (f"A counter trained on {training} reads {steps} bit{'' if steps == 1 else 's'}, {ones}. It answers "
                f"{answers[-1]:z.1f}, {'rounded the right number' if right else outcome}.{at_20} After the "
                f"first step it says {answers[0]:z.1f}.")
