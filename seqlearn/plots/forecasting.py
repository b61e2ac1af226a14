"""Figures of chapter 16, forecasting. The explorer's picture is in fan.py."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from seqlearn.plots.drawing import mix
from seqlearn.plots.style import color, describe

ROLES = {"persistence": "muted", "seasonal naive": "gate", "usual month": "input", "least squares": "output",
         "line": "weight", "gru": "state", "lstm": "gradient"}
NAMES = {"persistence": "persistence", "seasonal naive": "last season", "usual month": "usual month",
         "least squares": "line, least squares",
         "line": "line, absolute error", "gru": "GRU", "lstm": "LSTM"}


def looks_perfect(times: np.ndarray, truth: np.ndarray, said: np.ndarray, *, close_up: int = 25,
                  figure: Figure | None = None) -> Figure:
    """What came and what a model said, (N,) each: all of it, and the first `close_up` steps."""
    figure = figure or plt.figure(figsize=(9.6, 3.8))
    whole, near = figure.subplots(1, 2, width_ratios=[1.5, 1])
    for axes, shown, style in ((whole, slice(None), ""), (near, slice(0, close_up), "o")):
        axes.plot(times[shown], truth[shown], f"{style}-", color=color("ink"), label="what came", linewidth=1.4,
                  markersize=4)
        axes.plot(times[shown], said[shown], f"{style}-", color=color("output"), label="forecast, one step before",
                  linewidth=1.4, markersize=4)
        axes.set_xlabel("step")
    whole.legend(loc="best")
    near.set_title(f"the first {close_up} steps")
    after = np.corrcoef(said, truth)[0, 1]
    return describe(figure, f"""Left: a series and its one-step forecast, {len(truth)} steps, close together;
        correlation {after:.2f}. Right: the first {close_up} steps from near. The forecast has the shape of the series,
        one step late.""")


def three_series(shown: Sequence[tuple], *, figure: Figure | None = None) -> Figure:
    """Series one below the other: (title, unit, times (T,), values (T,), parts as slices)."""
    figure = figure or plt.figure(figsize=(9.6, 1.9 * len(shown) + 0.3))
    shades = {"train": 0.0, "validation": 0.12, "test": 0.26}
    said = []
    for axes, (title, unit, times, values, parts) in zip(np.atleast_1d(figure.subplots(len(shown), 1)), shown):
        axes.plot(times, values, color=color("input"), linewidth=1.2)
        for name, part in parts.items():
            inside = times[part]
            axes.axvspan(inside[0], inside[-1], color=mix(color("state"), color("paper"), shades[name]), linewidth=0,
                         zorder=0)
            axes.text(inside.mean(), 1.0, name, transform=axes.get_xaxis_transform(), ha="center", va="bottom",
                      color=color("muted"), fontsize=11)
        axes.set(xlim=(times[0], times[-1]), ylabel=unit)
        axes.set_title(title, pad=18)
        said.append(f"{title}, from {values.min():.1f} to {values.max():.1f} {unit}; the test part begins in "
                    f"{int(times[parts['test']][0])}")
    return describe(figure, f"{len(shown)} series with their training, validation and test parts. {'; '.join(said)}.")


def against_horizon(panels: Sequence[tuple], unit: str, *, roles: dict[str, str] | None = None,
                    names: dict[str, str] | None = None, figure: Figure | None = None) -> Figure:
    """Error at each step ahead: (title, {who: errors (seeds, S)}); the median, and bars from the lowest to the highest
    seed.
    """
    figure = figure or plt.figure(figsize=(9.6, 3.9))
    roles, names = roles or ROLES, names or NAMES
    said = []
    for axes, (title, errors) in zip(np.atleast_1d(figure.subplots(1, len(panels), sharey=True)), panels):
        for number, (who, values) in enumerate(errors.items()):
            values = np.atleast_2d(values)
            steps, middle = np.arange(1, values.shape[1] + 1), np.median(values, axis=0)
            axes.plot(steps, middle, color=color(roles[who]), linewidth=2, label=names[who])
            if len(values) > 1:
                reach = [middle - values.min(axis=0), values.max(axis=0) - middle]
                axes.errorbar(steps + 0.12 * (number - 1), middle, reach, fmt="none", ecolor=color(roles[who]),
                              elinewidth=1)
            said.append(f"{names[who]}: {middle[0]:.2f} at 1 step, {middle[-1]:.2f} at {len(middle)}")
        axes.set(xlabel="steps ahead", title=title, ylim=(0, None))
        axes.legend(loc="lower right", fontsize=10)
    figure.axes[0].set_ylabel(f"mean absolute error, {unit}")
    return describe(figure, f"Error against the horizon, {unit}, median over the seeds. {'; '.join(said)}.")


def out_of_range(times: np.ndarray, values: np.ndarray, at: np.ndarray, said: dict[str, np.ndarray], *, known: float,
                 ceiling: float | None = None, figure: Figure | None = None) -> Figure:
    """A series that leaves the range of its training part, and forecasts of it.

    times, values (T,); at (N,), the times of the forecasts; said: who → (N,). known: the largest value that was trained
    on. ceiling: the largest that the first of them can say.
    """
    figure = figure or plt.figure(figsize=(9.6, 4.2))
    axes = figure.add_subplot()
    axes.plot(times, values, color=mix(color("muted"), color("paper"), 0.4), linewidth=3.5, label="measured")
    for (who, each), role in zip(said.items(), ("bad", "output", "state")):
        axes.plot(at, each, color=color(role), linewidth=1.8, label=who)
    axes.axhline(known, color=color("muted"), linestyle=":", linewidth=1.4)
    axes.text(times[0], known, " largest value of the training part", va="bottom", color=color("muted"), fontsize=11)
    if ceiling is not None:
        axes.axhline(ceiling, color=color("bad"), linestyle="--", linewidth=1.2)
        axes.text(times[0], ceiling, f" {next(iter(said))} cannot say more than this", va="bottom", color=color("bad"),
                  fontsize=11)
    axes.set(xlabel="year", ylabel="parts per million", xlim=(times[0], times[-1]))
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.86) if ceiling is not None else None)
    ends = ", ".join(f"{who} {each[-1]:.1f}" for who, each in said.items())
    return describe(figure, f"""The series rises from {values[0]:.1f} to {values[-1]:.1f}; up to {known:.1f} it was
        trained on. The last forecasts: {ends}.""")


def band(times: np.ndarray, truth: np.ndarray, said: np.ndarray, *, unit: str, margin: float = 0.0,
         figure: Figure | None = None) -> Figure:
    """What came (N,) and three quantiles (N, 3) as a band with a median; `margin` moves both ends outwards."""
    figure = figure or plt.figure(figsize=(9.6, 3.8))
    axes = figure.add_subplot()
    axes.fill_between(times, said[:, 0], said[:, 2], color=color("output"), alpha=0.25, linewidth=0, label="80 % band")
    if margin:
        for end, sign in ((0, -1), (2, 1)):
            axes.plot(times, said[:, end] + sign * margin, color=color("output"), linewidth=1, linestyle="--",
                      label="calibrated" if end else None)
    axes.plot(times, said[:, 1], color=color("output"), linewidth=1.8, label="median")
    inside = (said[:, 0] - margin <= truth) & (truth <= said[:, 2] + margin)
    axes.plot(times[inside], truth[inside], "o", color=color("input"), markersize=3.5, label="what came")
    axes.plot(times[~inside], truth[~inside], "x", color=color("bad"), markersize=6, markeredgewidth=1.8,
              label="outside")
    axes.set(xlabel="year", ylabel=unit)
    axes.legend(loc="upper left", ncols=5, fontsize=10)
    low, high = axes.get_ylim()
    way = "out" if margin > 0 else "in"
    shifted = f", its ends moved {way} by {abs(margin):.1f} {unit}" if margin else ""
    axes.set_ylim(low, high + 0.18 * (high - low))
    return describe(figure, f"An 80 % band around a median{shifted}; {inside.mean():.1%} of what came lies in it.")


def contest(rows: Sequence[tuple], *, figure: Figure | None = None) -> Figure:
    """Skill against persistence over the whole horizon: (series, {who: skills of the seeds}), a dot for each seed."""
    figure = figure or plt.figure(figsize=(9.6, 0.95 * len(rows) * 1.25 + 1.1))
    axes = figure.add_subplot()
    said, ticks, named = [], [], set()
    for row, (title, skills) in enumerate(rows):
        for number, (who, values) in enumerate(skills.items()):
            y = -row - 0.14 * (number - (len(skills) - 1) / 2)
            values = np.ravel(values)
            axes.plot(values, np.full(len(values), y), "o", color=color(ROLES[who]), markersize=4.5, alpha=0.75,
                      label=None if NAMES[who] in named else NAMES[who])
            named.add(NAMES[who])
            axes.plot([np.median(values)] * 2, [y - 0.05, y + 0.05], color=color(ROLES[who]), linewidth=3)
            said.append(f"{title}, {NAMES[who]}: {np.median(values):.2f}")
        ticks.append(title)
        if row:
            axes.axhline(0.5 - row, color=mix(color("muted"), color("paper"), 0.6), linewidth=0.8)
    axes.set_yticks(-np.arange(len(rows)), ticks)
    axes.set(xlabel="skill against persistence, all steps ahead; further right is better", ylim=(0.55 - len(rows), 0.5))
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside lower center", ncols=6, fontsize=10)
    return describe(figure, f"Skill of each method, the median over the seeds. {'; '.join(said)}.")
