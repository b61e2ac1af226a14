"""Figures of chapter 04, backpropagation through time."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from seqlearn.plots import networks
from seqlearn.plots.drawing import Arrows, arrow, box, label, place_on_page
from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color, describe


def way_back(steps: int = 5, *, figure: Figure | None = None) -> Figure:
    """The unrolled network with one loss at the end: forward arrows, and the gradient's way back."""
    figure = figure or plt.figure(figsize=(9.6, 3.6))
    net = networks.unrolled(figure.add_subplot(), steps, losses="last", gradients=True)
    place_on_page(networks.frame(net), column=networks.COLUMN)
    for t in range(1, steps + 1):
        above = net.forward["state"][t].center
        label(net.axes, (above[0], above[1] + 0.14), "$W$", role="weight")
        side = net.forward["input"][t].center
        label(net.axes, (side[0] - 0.16, side[1]), "$U$", role="weight")
    return describe(figure, f"""A recurrent network unrolled over {steps} steps. Black arrows lead from h0 through h1 to
        h{steps} and up to the loss L{steps}; every step reads its own x through the same U and
        the state before it through the same W. Red arrows lead back along every black arrow, from the loss to h0 and
        to every x.""")


def shares(of_u: np.ndarray, of_w: np.ndarray, sequence: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """What every copy of U and W adds to the gradient. of_u, of_w, sequence: (T,), of steps 1..T."""
    figure = figure or plt.figure(figsize=(9.6, 3.0))
    steps = np.arange(1, len(sequence) + 1)
    for axes, values, name in zip(figure.subplots(1, 2), (of_u, of_w), "UW", strict=True):
        axes.bar(steps, values, color=color("gradient"), width=0.7)
        axes.axhline(0, color=color("ink"), linewidth=1)
        axes.set(xlabel="step t, with the input $x_t$ below it", title=f"what the copy ${name}_t$ adds to $d{name}$")
        axes.set_xticks(steps, [f"{t}\n{x:.0f}" for t, x in zip(steps, sequence, strict=True)])
        axes.grid(axis="x", visible=False)
    return describe(figure, f"""Two bar charts over the steps 1 to {len(steps)}. Copies of U add to dU only at the steps
        whose input is 1; they sum to {of_u.sum():.1f}. Copies of W add to dW only after the first 1; they sum to
        {of_w.sum():.1f}.""")


def training(losses: np.ndarray, d_u: np.ndarray, d_w: np.ndarray, *, figure: Figure | None = None) -> Figure:
    """Loss and both gradients over the epochs of a training run, each (epochs,)."""
    figure = figure or plt.figure(figsize=(9.6, 3.3))
    left, right = figure.subplots(1, 2)
    left.plot(losses, color=color("loss"))
    left.set(xlabel="epoch", ylabel="loss", title="loss", ylim=(0, None))
    right.plot(d_u, color=color("gradient"), label="$dU$")
    right.plot(d_w, color=color("weight"), label="$dW$", linestyle="--")
    right.axhline(0, color=color("ink"), linewidth=1)
    right.set(xlabel="epoch", ylabel="gradient", title="gradients")
    right.legend()
    return describe(figure, f"""Left: the loss falls from {losses[0]:.0f} to about {losses[-1]:.3f} in {len(losses)}
        epochs. Right: the gradient of W starts at {d_w[0]:.0f}, reaches about {d_w.max():.0f} and falls towards 0; the
        gradient of U stays much smaller.""")


def surfaces(u: np.ndarray, w: np.ndarray, losses: list[np.ndarray], paths: list[np.ndarray], titles: list[str], *,
             solutions: list[np.ndarray] = (), figure: Figure | None = None) -> Figure:
    """Loss surfaces over (U, W) with the way a training took over each.

    u (m,), w (n,): the grid. losses: one (n, m) a panel. paths: one (epochs, 2) a panel.
    solutions: curves (points, 2) of loss 0, drawn on the first panel with the line W = 0; U = 0 is on all panels.
    """
    figure = figure or plt.figure(figsize=(9.6, 4.4))
    shades = LinearSegmentedColormap.from_list("loss", [color("paper"), color("loss")])
    levels = [-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 9]
    for number, (axes, loss, path, title) in enumerate(
            zip(figure.subplots(1, len(losses), sharey=True, squeeze=False)[0], losses, paths, titles, strict=True)):
        map_of_losses = axes.contourf(u, w, np.log10(loss + 0.1), levels=levels, cmap=shades)
        axes.contour(u, w, np.log10(loss + 0.1), levels=levels[1:-1], colors=color("muted"), linewidths=0.5)
        if number == 0:
            for curve in solutions:
                axes.plot(*curve.T, color=color("output"), linewidth=2.5)
            axes.axhline(0, color=color("ink"), linewidth=1, linestyle=":")
        axes.axvline(0, color=color("ink"), linewidth=1, linestyle=":")
        axes.plot(*path.T, color=color("gradient"), linewidth=2)
        axes.plot(*path[0], "o", color=color("gradient"), markersize=8)
        axes.plot(1, 1, "*", color=color("ink"), markersize=12)
        axes.plot(*path[-1], "s", color=color("gradient"), markersize=16, fillstyle="none", markeredgewidth=2)
        axes.set(xlim=(u[0], u[-1]), ylim=(w[0], w[-1]), xlabel="$U$", title=title)
        axes.grid(visible=False)
    figure.axes[0].set_ylabel("$W$")
    bar = figure.colorbar(map_of_losses, ax=figure.axes, ticks=range(4), label="loss", pad=0.02)
    bar.ax.set_yticklabels([f"{10**power:,.0f}" for power in range(4)])
    ends = "; ".join(f"{title}: from ({p[0, 0]:.0f}, {p[0, 1]:.0f}) to ({p[-1, 0]:.1f}, {p[-1, 1]:.1f})"
                     for p, title in zip(paths, titles, strict=True))
    return describe(figure, f"""Loss surfaces over U and W; more colour is higher. Paths of training, circle to square:
        {ends}. A star marks the counter (1, 1), a dotted line U = 0. With one sequence two separate curves have loss 0,
        one through the star and one through the end of the path.""")


def cell(*, figure: Figure | None = None) -> Figure:
    """The inside of a step of the tanh RNN, forward and backward."""
    figure = figure or plt.figure(figsize=(9.6, 4.4))
    networks.rnn_cell(figure.add_subplot(), gradients=True)
    return describe(figure, """A step of the tanh network. Forward, black: the state before goes through W_h, the input
        through W_x, both and b meet in a sum, tanh gives the new state, which goes up to the loss and on to the next
        step. Backward, red: gradients from the loss and from the next step add up to dh, pass tanh to become da, and
        go through the sum to b, through W_x to dx and through W_h to the state before; from W_x and from W_h an arrow
        leads to the weight's own gradient.""")


def truncation(steps: int = 9, k: int = 3, *, figure: Figure | None = None) -> Figure:
    """The unrolled network in blocks of k: the gradient stops between blocks, the state goes on."""
    figure = figure or plt.figure(figsize=(9.6, 3.2))
    net = networks.unrolled(figure.add_subplot(), steps, losses="all", gradients=True, cuts=range(k, steps, k),
                            column=1.1)
    networks.blocks(net, k)
    place_on_page(networks.frame(net), column=1.1)
    return describe(figure, f"""A network unrolled over {steps} steps in {-(-steps // k)} blocks of {k}, with a loss at
        every step. The black arrows of the state run through all blocks. The red arrows of the gradient run back
        inside a block and are cut between one block and the block before.""")


def rows_of_stream(length: int, rows: int, k: int, *, figure: Figure | None = None) -> Figure:
    """A long stream folded into rows of a mini-batch, read k steps at a time."""
    figure = figure or plt.figure(figsize=(9.6, 2.6))
    axes = figure.add_subplot()
    axes.set(xlim=(-1.1, 9.3), ylim=(-0.2, 2.4))
    axes.axis("off")
    size = length // rows
    columns = {0.0: 0, 2.2: k, 4.4: 2 * k, 7.4: size - k}  # left edge of a box: the first step in it
    for x, first in columns.items():
        label(axes, (x + 0.8, 2.2), f"update {first // k + 1}", role="muted")
    for row in range(rows):
        y = 1.2 * (1 - row / max(rows - 1, 1))
        label(axes, (-0.2, y + 0.32), f"row {row + 1}", ha="right")
        for x, first in columns.items():
            start = row * size + first
            box(axes, (x, y), 1.6, 0.64, role="input", fill=0.2)
            label(axes, (x + 0.8, y + 0.32), f"{start}–{start + k - 1}")
            if x:
                arrow(axes, (x - 0.6, y + 0.32), (x, y + 0.32))
                label(axes, (x - 0.32, y + 0.52), "$h$", role="state")
        arrow(axes, (6.0, y + 0.32), (6.6, y + 0.32))
        label(axes, (6.7, y + 0.36), "…", fontsize=16)
    return describe(figure, f"""A stream of {length} steps in {rows} rows. Row 1 holds the steps 0 to {size - 1}, row 2
        starts at step {size}. Update 1 reads steps 0 to {k - 1} in row 1 and {size} to {size + k - 1} in row 2; update
        2 reads the {k} steps after them in both rows. The state h of each row goes on to its next update.""")


def reach(blocks: np.ndarray, accuracies: np.ndarray, delay: int, *, figure: Figure | None = None) -> Figure:
    """Accuracy on an echo task against the block length. blocks (B,), accuracies (B, seeds) in 0..1."""
    figure = figure or plt.figure(figsize=(9.6, 3.0))
    axes = figure.add_subplot()
    places = np.arange(len(blocks))
    short = int(np.sum(blocks <= delay))
    axes.axvspan(-0.5, short - 0.5, color=color("faint"), linewidth=0)
    for values in accuracies.T:
        axes.plot(places, 100 * values, "o", color=color("state"), alpha=0.7, markersize=7)
    axes.axhline(50, color=color("muted"), linestyle="--", linewidth=1.2)
    axes.text(len(blocks) - 0.55, 51, "guessing", color=color("muted"), ha="right", va="bottom")
    axes.text(-0.42, 96, f"no path is {delay} steps long", color=color("ink"), va="center")
    axes.set(xlim=(-0.5, len(blocks) - 0.5), ylim=(40, 104), xlabel="block length k", ylabel="accuracy in %")
    axes.set_xticks(places, blocks)
    axes.grid(axis="x", visible=False)
    return describe(figure, f"""Accuracy of repeating the input of {delay} steps ago, against the block length. For k
        up to {blocks[short - 1]} every run stays well below 80 %; from k = {blocks[short]} on every run is above
        95 %.""")


def bias(blocks: np.ndarray, angles: np.ndarray, ratios: np.ndarray, radii: list[float], *,
         figure: Figure | None = None) -> Figure:
    """Angle and norm ratio of the truncated to the full gradient. angles (R, B) in degrees, ratios (R, B)."""
    figure = figure or plt.figure(figsize=(9.6, 3.4))
    left, right = figure.subplots(1, 2)
    looks = zip("osD^", ("output", "state", "gate", "gradient"), strict=True)
    for radius, angle, ratio, (marker, role) in zip(radii, angles, ratios, looks, strict=False):
        for axes, values in ((left, angle), (right, ratio)):
            axes.plot(blocks, values, marker=marker, color=color(role), label=f"ρ = {radius:g}")
    left.set(ylabel="degrees", title="angle to the full gradient", ylim=(0, None))
    right.set(ylabel="ratio", title="length, as a share of the full gradient's", ylim=(0, 1.05))
    right.legend()
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(blocks, blocks)
        axes.minorticks_off()
        axes.set_xlabel("block length k")
    return describe(figure, f"""Two panels against block length, one line for each spectral radius
        {', '.join(f'{radius:g}' for radius in radii)}. Left: the angle to the full gradient falls with k and is larger
        for larger radii. Right: the length rises towards 1 with k.""")


def memory_traces(inputs: np.ndarray, target: np.ndarray, outputs: dict[str, np.ndarray], k: int, *,
                  figure: Figure | None = None) -> Figure:
    """A task of remembering: pulses, the answer wanted, and the answers of networks by name, each (T,)."""
    figure = figure or plt.figure(figsize=(9.6, 3.8))
    steps = np.arange(1, len(inputs) + 1)
    panels = figure.subplots(1 + len(outputs), 1, sharex=True, height_ratios=[0.7] + [1] * len(outputs))
    on = inputs != 0
    panels[0].vlines(steps[on], 0, inputs[on], color=color("input"), linewidth=3)
    panels[0].axhline(0, color=color("ink"), linewidth=1)
    panels[0].set(ylim=(-1.3, 1.3), title="input: a pulse now and then")
    for axes, (name, values) in zip(panels[1:], outputs.items(), strict=True):
        axes.step(steps, target, where="mid", color=color("target"), linestyle="--", linewidth=1.6, label="wanted")
        axes.plot(steps, values, color=color("output"), label="answered")
        for edge in range(k, len(inputs), k):
            axes.axvline(edge + 0.5, color=color("muted"), linewidth=0.8, linestyle=":")
        axes.set(ylim=(-1.6, 1.6), title=name)
    for axes in panels:
        axes.grid(visible=False)
        axes.set_yticks([-1, 0, 1])
    panels[1].legend(loc="upper right", ncols=2, bbox_to_anchor=(1, 1.32))
    panels[-1].set(xlabel=f"step; dotted lines: a block of {k} ends", xlim=(0.5, len(inputs) + 0.5))
    # In words, not in digits: after training another processor may differ on a step or two.
    right = {name: np.mean(np.sign(values) == target) for name, values in outputs.items()}
    words = "; ".join(f"{name}: the answer is {'right nearly everywhere' if share > 0.95 else 'wrong on many steps'}"
                      for name, share in right.items())
    return describe(figure, f"""Pulses up and down arrive now and then, and the answer wanted is the sign of the last
        one. {words}.""")


def shades_of(strengths: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Colours (T, T, 3) of the paths: red if kept, grey if cut, the paler the weaker, down to a ten-thousandth."""
    share = np.maximum(strengths / max(strengths.max(), 1e-300), 1e-300)
    shade = np.where(strengths > 0, np.clip(1 + np.log10(share) / 4, 0.1, 1), 0)
    shade = (20 * shade).round()[..., None] / 20  # few colours make a small PNG
    paper, lit, dim = (np.array(to_rgb(color(name))) for name in ("paper", "gradient", "muted"))
    return paper + shade * (np.where(kept[..., None], lit, dim) - paper)


def path_frames(strengths: list[np.ndarray], blocks: list[int], angles: list[float], titles: list[str], *,
                figure: Figure | None = None) -> Figure:
    """The explorer's triangle of paths at several settings; strengths: (T, T) each, [loss t, copy s]."""
    figure = figure or plt.figure(figsize=(9.6, 3.1))
    panels = figure.subplots(1, len(strengths), sharey=True)
    for axes, strength, k, angle, title in zip(panels, strengths, blocks, angles, titles, strict=True):
        steps = np.arange(len(strength))
        kept = (steps[:, None] // k == steps[None, :] // k) & (strength > 0)
        edge = len(steps) + 0.5
        axes.imshow(shades_of(strength, kept), extent=(0.5, edge, edge, 0.5))
        axes.text(edge - 0.5, 2, f"k = {k}", ha="right", va="center")
        axes.text(edge - 0.5, 4.4, f"{angle:.0f}° off", ha="right", va="center", color=color("gradient"))
        axes.set(title=title, xlabel="copy s", xticks=[1, 10, 20], yticks=[1, 10, 20])
        axes.grid(visible=False)
    panels[0].set_ylabel("loss t")
    words = "; ".join(f"{title}, k = {k}: {angle:.0f} degrees off"
                      for title, k, angle in zip(titles, blocks, angles, strict=True))
    return describe(figure, f"""Triangles of the paths from each loss to each earlier copy, red where they survive and
        grey where they are cut, stronger where they say more. {words}.""")


def kinds_of_truncation(kept: list[np.ndarray], titles: list[str], *, figure: Figure | None = None) -> Figure:
    """Which paths each kind of truncation keeps. kept: boolean (T, T) each, [loss t, copy s]."""
    figure = figure or plt.figure(figsize=(9.6, 2.6))
    panels = figure.subplots(1, len(kept), sharey=True)
    past = np.tri(len(kept[0]), dtype=bool)
    for axes, paths, title in zip(panels, kept, titles, strict=True):
        edge = len(paths) + 0.5
        axes.imshow(shades_of(np.where(past, np.where(paths, 1.0, 0.003), 0.0), paths), extent=(0.5, edge, edge, 0.5))
        axes.set(xlabel="copy s", xticks=[1, 10, 20], yticks=[1, 10, 20])
        axes.set_title(title.replace(", ", ",\n"), fontsize=11)
        axes.grid(visible=False)
    panels[0].set_ylabel("loss t")
    words = "; ".join(f"{title}: {paths.sum()} of {past.sum()} paths"
                      for title, paths in zip(titles, kept, strict=True))
    return describe(figure, f"""Triangles of the paths from each loss back to each earlier copy of the weights, red
        where a path is kept. {words}.""")


class Paths(Picture):
    """The explorer's picture: which paths of the gradient survive a cut after every k steps, and what that does."""

    size = (9.6, 5.0)
    steps = 20

    def build(self) -> None:
        self._build_strip(self.figure.add_axes((0, 0.75, 1, 0.25)))
        self.figure.set_layout_engine("constrained", rect=(0, 0, 1, 0.75))
        below = self.figure.add_gridspec(1, 3, width_ratios=[1, 0.9, 1.1])
        self._build_matrix(self.figure.add_subplot(below[0]))
        self._build_compass(self.figure.add_subplot(below[1]))
        self._build_curve(self.figure.add_subplot(below[2]))

    def _build_strip(self, axes) -> None:
        radius, lane, row = 0.2, 0.13, 1.15
        net = networks.unrolled(axes, self.steps, inputs=False, losses="all", gradients=True, labels=False, column=1.0,
                                row=row, radius=radius, lane=lane)
        networks.frame(net, margin=0.4).set_ylim(-0.75, 1.5)
        place_on_page(axes, bottom=0.75)
        for group in net.gradients.values():
            for mark in group.values():
                mark.light(False)  # what is cut stays in sight; the lit arrows lie on top
        self.net, self.asked = net, np.ones(self.steps, dtype=bool)
        for t in (0, 1, 5, 10, 15, 20):
            label(axes, (t, -0.5), f"$h_{{{t}}}$", fontsize=11)
        t = np.arange(1, self.steps + 1)
        reach, level, high = radius + 0.03, np.full(self.steps, -lane), np.full(self.steps, row - 1.2 * radius)
        self.back = Arrows(axes, np.stack([t - reach, level], 1), np.stack([t - 1 + reach, level], 1))
        self.down = Arrows(axes, np.stack([t + lane, high], 1), np.stack([t + lane, 0 * t + reach], 1))
        cuts = [[(x - 0.5 + shift - 0.05, -lane - 0.15), (x - 0.5 + shift + 0.05, -lane + 0.15)]
                for x in t[1:] for shift in (-0.07, 0.07)]
        self.cuts = LineCollection(cuts, linewidths=1.8, zorder=6)
        axes.add_collection(self.cuts)
        self.moving += [*self.back.artists, *self.down.artists, self.cuts]

    def _build_matrix(self, axes) -> None:
        half = self.steps + 0.5
        self.image = axes.imshow(np.zeros((self.steps, self.steps, 3)), extent=(0.5, half, half, 0.5))
        axes.set(xlabel="step s of the copy of $W_h$", ylabel="step t of the loss", title="paths: loss t → copy s",
                 xticks=[1, 5, 10, 15, 20], yticks=[1, 5, 10, 15, 20])
        axes.grid(visible=False)
        kept = axes.text(self.steps, 1.7, "red: kept", color=color("gradient"), ha="right", va="center")
        cut = axes.text(self.steps, 3.9, "grey: cut", color=color("muted"), ha="right", va="center")
        self.moving += [self.image, kept, cut]  # the words lie on top of the image

    def _build_compass(self, axes) -> None:
        axes.set(xlim=(-1.05, 1.25), ylim=(-0.68, 1.25), aspect="equal", anchor="N", title="gradient of $W_h$")
        axes.axis("off")
        turn = np.radians(np.arange(181))
        axes.plot(np.cos(turn), np.sin(turn), color=color("faint"), linewidth=1.2)
        arrow(axes, (0, 0), (1, 0), gap=0, width=2.5)
        self.truncated = arrow(axes, (0, 0), (1, 0), kind="gradient", gap=0, width=2.5)
        label(axes, (0.62, -0.17), "full")
        self.angle = label(axes, (0.1, -0.5), "", role="gradient")
        self.moving += [self.truncated.patch, self.angle]

    def _build_curve(self, axes) -> None:
        axes.set(xlim=(0.5, self.steps + 0.5), ylim=(-2, 92), xlabel="k", ylabel="degrees",
                 title="angle to the full gradient", xticks=[1, 5, 10, 15, 20], yticks=[0, 30, 60, 90])
        (self.curve,) = axes.plot([], [], "-", color=color("muted"))
        (self.here,) = axes.plot([], [], "o", color=color("gradient"), markersize=9)
        self.curves = [self.curve]
        self.moving += [self.curve, self.here]

    def update(self, k: int, radius: float, strengths: np.ndarray, angles: np.ndarray, ratios: np.ndarray) -> str:
        """k: block length. strengths (T, T): of the path from loss t to copy s. angles, ratios: (T,), of k = 1..T."""
        steps = np.arange(self.steps)
        kept = (steps[:, None] // k == steps[None, :] // k) & (strengths > 0)
        self._ask(strengths.diagonal() > 0)
        self._light(k, kept)
        self.image.set_data(shades_of(strengths, kept))
        angle, ratio = angles[k - 1], ratios[k - 1]
        turn, length = np.radians(angle), min(ratio, 1.25)
        self.truncated.patch.set_positions((0, 0), (length * np.cos(turn), length * np.sin(turn)))
        self.angle.set_text(f"truncated: {angle:.0f}° off,\n{ratio:.2f} times as long")
        self.curve.set_data(steps + 1, np.minimum(angles, 91))
        self.here.set_data([k], [min(angle, 91)])
        where = "every step" if self.asked.all() else "the last step alone"
        return (f"A loss at {where}, k = {k}, spectral radius {radius:g}: {kept.sum()} of {(strengths > 0).sum()} "
                f"paths from a loss to a copy of W_h survive. The truncated gradient points {angle:.0f}° away from "
                f"the full one and is {ratio:.2f} times as long.")

    def _ask(self, asked: np.ndarray) -> None:
        """Draw the losses that there are. asked: (T,), boolean."""
        if np.array_equal(asked, self.asked):  # another choice of losses draws all anew, which takes longer
            return
        self.asked = asked
        for t, there in enumerate(asked, start=1):
            for mark in (self.net.losses[t], self.net.forward["loss"][t], self.net.gradients["loss"][t]):
                mark.show(there)

    def _light(self, k: int, kept: np.ndarray) -> None:
        steps = np.arange(self.steps)
        self.down.light(kept.any(axis=1))
        # The arrow from h_t to h_{t-1} is alive when a loss at t or later still reaches copy t - 1.
        alive = [kept[t:, t - 1].any() if t else kept[:, 0].any() for t in steps]
        self.back.light(np.array(alive))
        is_cut = np.repeat((steps[1:] % k == 0).astype(float), 2)
        self.cuts.set_color(np.concatenate([np.tile(to_rgb(color("ink")), (len(is_cut), 1)), is_cut[:, None]], axis=1))

