"""The picture of chapter 16's explorer: what was, what comes, a fan between, and the skill of the forecasts so far."""

import numpy as np

from seqlearn.plots.picture import Picture
from seqlearn.plots.style import color

PAST = 60  # steps that are shown before the origin
AHEAD = 24
LOOKS = {"line": ("output", "-", "straight line"), "persistence": ("muted", "-", "persistence"),
         "seasonal naive": ("gate", "--", "last season")}


class FanPicture(Picture):
    """Above the series around an origin with the fan, below the skill against persistence of the origins before.

    `update(title, unit, times, values, at, truth, band, said, skill, origins, inside)`: times and values (T,), at the
    step where the forecast begins, truth (S,), band (S, 2), said by method (S,), skill by method (origins judged,),
    origins how many there are in all, inside the share of what came that lay in the band, None before any came.
    """

    size = (9.6, 5.6)

    def build(self) -> None:
        self.axes, self.below = self.figure.subplots(2, 1, height_ratios=[2.1, 1])
        axes, below = self.axes, self.below
        (self.past,) = axes.plot([], [], color=color("ink"), linewidth=1.6, label="measured")
        (self.truth,) = axes.plot([], [], "o", color=color("input"), markersize=4.5, label="what came")
        self.band = axes.fill_between([0.0, 1.0], [0.0, 0.0], [1.0, 1.0], color=color("output"), alpha=0.22,
                                      linewidth=0, label="80 % band of the line")
        self.said = {who: axes.plot([], [], style, color=color(role), linewidth=2.0, label=name)[0]
                     for who, (role, style, name) in LOOKS.items()}
        self.here = axes.axvline(0, color=color("muted"), linewidth=1, linestyle=":")
        axes.legend(loc="upper left", ncols=3, fontsize=10)
        axes.set_xlabel("year")
        below.axhline(0, color=color("muted"), linewidth=1)
        self.skills = {who: below.plot([], [], LOOKS[who][1], color=color(LOOKS[who][0]), linewidth=2.0)[0]
                       for who in ("line", "seasonal naive")}
        below.set(ylim=(-1, 1), xlabel="origins of the test part whose forecasts can be judged by now",
                  ylabel="skill so far")
        self.moving = [self.past, self.truth, self.band, self.here, *self.said.values(), *self.skills.values()]

    def update(self, title, unit, times, values, at, truth, band, said, skill, origins, inside) -> str:
        horizon, step = len(truth), times[1] - times[0]
        shown = slice(max(0, at - PAST), at)
        ahead = times[at - 1] + step * np.arange(horizon + 1)  # from the last value that is known
        last = values[at - 1]
        self.past.set_data(times[shown], values[shown])
        self.truth.set_data(ahead[1:], truth)
        for who, line in self.said.items():
            line.set_data(ahead, [last, *said[who]])
        low, high = np.vstack([[last, last], band]).T
        outline = np.concatenate([np.column_stack([ahead, low]), np.column_stack([ahead, high])[::-1]])
        self.band.set_verts([outline])
        self.here.set_xdata([times[at - 1]] * 2)
        everything = np.concatenate([values[max(0, at - PAST) : at + AHEAD], band.ravel(), *said.values()])
        room = 0.05 * np.ptp(everything)
        self.axes.set(xlim=(times[at - 1] - PAST * step, times[at - 1] + (AHEAD + 1) * step),
                      ylim=(everything.min() - room, everything.max() + 7 * room), ylabel=unit, title=title)
        for who, line in self.skills.items():
            line.set_data(np.arange(1, len(skill[who]) + 1), np.maximum(skill[who], -1.2))
        self.below.set_xlim(0, origins)
        return self._words(title, unit, truth, band, said, skill, inside)

    def _words(self, title, unit, truth, band, said, skill, inside) -> str:
        horizon = len(truth)
        missed = {who: float(np.abs(each - truth).mean()) for who, each in said.items()}
        within = int(np.sum((band[:, 0] <= truth) & (truth <= band[:, 1])))
        text = (f"{title}, {horizon} step{'s' if horizon > 1 else ''} ahead: {within} of {horizon} lie in the band. "
                f"From this origin the line misses by {missed['line']:.2f} on average, persistence by "
                f"{missed['persistence']:.2f}, last season by {missed['seasonal naive']:.2f} ({unit}). ")
        if inside is None:
            return text + "None of the forecasts before it can be judged yet."
        return text + (f"Of the {len(skill['line'])} origins that can be judged, {inside:.1%} of what came lay in the "
                       f"band; skill against persistence: line {skill['line'][-1]:.2f}, last season "
                       f"{skill['seasonal naive'][-1]:.2f}.")
