"""The picture of chapter 17's explorer: one eigenvalue in the disc, and what a unit with it remembers."""

import numpy as np

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color

LARGEST = 1.6  # the axis of the kernel ends here, that of the state at 2; what is larger leaves the page


class EigenvalueInTheDisc(Picture):
    """The disc, the kernel a^k, the state while inputs come in, and the gradient that is left on the way back.

    `update(a, x, h)`: a complex; x (T,), the inputs; h (T,) complex, the states after each.
    """

    size = (9.6, 5.6)
    steps = 120

    def build(self) -> None:
        grid = self.figure.add_gridspec(2, 2, width_ratios=(1, 1.7))
        disc, kernel, state = (self.figure.add_subplot(cell) for cell in (grid[:, 0], grid[0, 1], grid[1, 1]))
        around = np.exp(2j * np.pi * np.linspace(0, 1, 201))
        disc.plot(around.real, around.imag, color=color("muted"), linestyle=(0, (5, 3)), linewidth=1.3)
        (self.spiral,) = disc.plot([], [], ".-", color=color("weight"), linewidth=1, markersize=4)
        (self.pair,) = disc.plot([], [], "o", color=color("state"), markersize=10)
        disc.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1),
                 xlabel="real part", ylabel="imaginary part", title="the pair of eigenvalues")
        k = np.arange(self.steps + 1)
        self.k = k
        (self.kernel,) = kernel.plot([], [], color=color("state"), label="kernel: real part of $a^k$")
        (self.left,) = kernel.plot([], [], color=color("gradient"), linestyle="--", label="gradient: its size, $|a|^k$")
        (self.memory,) = kernel.plot([], [], color=color("ink"), linewidth=1.2, linestyle=(0, (1.5, 1.5)),
                                     label="1/(1 − |a|)")
        kernel.set(xlim=(0, self.steps), ylim=(-LARGEST, LARGEST), xlabel="steps k",
                   title="what is left after k steps, forwards and back")
        kernel.legend(loc="upper right", fontsize=9, ncols=3, handlelength=1.4, columnspacing=1)
        (self.inputs,) = state.plot([], [], color=color("input"), linewidth=1.2, label="input $x_t$")
        (self.state,) = state.plot([], [], color=color("state"), label="state $h_t$, inside the disc times √(1 − |a|²)")
        state.set(xlim=(0, self.steps), ylim=(-LARGEST - 0.4, LARGEST + 0.4), xlabel="step t",
                  title="what it makes of inputs")
        state.legend(loc="upper right", fontsize=9, ncols=2)
        self.curves = [self.kernel, self.state]
        self.moving += [self.spiral, self.pair, self.kernel, self.left, self.memory, self.inputs, self.state]

    def update(self, a: complex, x: np.ndarray, h: np.ndarray) -> str:
        powers = a ** self.k
        self.pair.set_data([a.real, a.real], [a.imag, -a.imag])
        self.spiral.set_data(powers.real, powers.imag)
        self.kernel.set_data(self.k, powers.real)
        self.left.set_data(self.k, np.abs(powers))
        size = round(abs(a), 9)  # of a number on the circle abs may say 0.9999999999999999
        steps = 1 / (1 - size) if size < 1 else np.inf
        self.memory.set_data([min(steps, 2 * self.steps)] * 2, [-LARGEST, LARGEST])
        self.inputs.set_data(self.k[1:], x)
        gamma = np.sqrt(1 - size**2) if size < 1 else 1.0
        self.state.set_data(self.k[1:], gamma * h.real)
        degrees = np.degrees(np.angle(a))
        turning = "without turning" if degrees < 0.05 else f"turning by {degrees:.0f}° a step"
        if size < 1:
            left = f"{size**self.steps:.2g} is left"
            keeps = f"It keeps an input for about {steps:.1f} steps: after {self.steps} steps {left}"
        elif size == 1:
            keeps = f"It keeps every input for ever: after {self.steps} steps all of it is left"
        else:
            keeps = f"It explodes: after {self.steps} steps an input is {size**self.steps:.2g} times as large"
        return (f"An eigenvalue of size {size:.3f}, {turning}. {keeps}, and so it is with the gradient. The largest "
                f"state is {np.abs(gamma * h.real).max():.2f}.")
