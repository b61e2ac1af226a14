"""Figures of chapter 08, the GRU. The cell is drawn in gru_cell.py, the explorer's picture is in hold.py."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seqlearn.plots.style import color, describe

LOOKS = {
    "RNN": {"color": "input", "marker": "s", "linestyle": (0, (1.5, 1.5))},
    "IRNN": {"color": "output", "marker": "^", "linestyle": (0, (3, 1, 1, 1))},
    "LSTM": {"color": "state", "marker": "D", "linestyle": (0, (5, 2))},
    "GRU": {"color": "gate", "marker": "o", "linestyle": "-"},
}


def ungated(symbols: str, wanted: np.ndarray, runs: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """What units without a gate hold, (T+1,) each by name, beside what they should hold; symbols: T characters."""
    figure = figure or plt.figure(figsize=(9.6, 3.0))
    axes = figure.add_subplot()
    steps = np.arange(len(wanted))
    axes.step(steps, wanted, where="mid", color=color("target"), linewidth=1.8, linestyle=(0, (4, 2)), label="wanted")
    looks = (("bad", "s"), ("muted", "D"), ("state", "o"))
    for (name, values), (role, marker) in zip(runs.items(), looks, strict=False):
        axes.plot(steps, values, marker=marker, color=color(role), markersize=5, linewidth=1.6, label=name)
    axes.set(xlim=(-0.3, steps[-1] + 0.3), ylim=(-0.7, 1.25 * max(run.max() for run in runs.values())), ylabel="state",
             xlabel="input")
    axes.set_xticks(steps[1:], ["·" if symbol == "." else symbol for symbol in symbols], fontsize=13)
    axes.set_yticks(range(0, 16, 5))
    axes.legend(loc="upper left", ncols=2)
    ends = "; ".join(f"{name}: {values[-1]:.0f}" for name, values in runs.items())
    return describe(figure, f"""The state of a unit without a gate while it reads {' '.join(symbols)}, against the digit
        that it should hold. At the end the states are {ends}; wanted is {wanted[-1]:.0f}. None of the curves follows
        the wanted one.""")


def gap(distances: dict[str, np.ndarray], *, figure: Figure | None = None) -> Figure:
    """How far apart the states of the two GRUs are, relative to their size, (T,) each by name, from step 1 on."""
    figure = figure or plt.figure(figsize=(8.4, 3.0))
    axes = figure.add_subplot()
    looks = (("weight", "o", "-"), ("loss", "s", (0, (5, 2))), ("bad", "D", (0, (1.5, 1.5))))
    for (name, values), (role, marker, line) in zip(distances.items(), looks, strict=False):
        steps = np.arange(1, len(values) + 1)
        axes.plot(steps, 100 * values, marker=marker, linestyle=line, markersize=4, color=color(role), label=name)
    axes.set(xlabel="step t", ylabel="apart, in % of the state", ylim=(0, None), xlim=(0, len(values) + 0.5),
             xticks=[1, *range(5, len(values) + 1, 5)])
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.62), title="weights")
    ends = "; ".join(f"{name}: {100 * values[-1]:.0f} %" for name, values in distances.items())
    return describe(figure, f"""How far apart the states of the two GRUs are on the same weights, against the step. All
        curves start at 0 at step 1, rise over the first steps, and level off. At the last step: {ends}.""")


def race(results: dict, lengths: tuple[int, ...], settings: dict, *, figure: Figure | None = None) -> Figure:
    """Errors of every run against the update, one panel a length; and after how many updates each was solved."""
    figure = figure or plt.figure(figsize=(9.6, 6.2))
    panels = figure.subplots(2, 2).ravel()
    for axes, length in zip(panels, lengths, strict=False):
        _errors(axes, results[str(length)], length, settings)
    panels[0].legend(loc="lower left", fontsize=11)
    told = _steps_to_solve(panels[3], results, lengths, settings)
    return describe(figure, f"""Mean squared error against the update for {', '.join(map(str, lengths))} steps of
        input, log axes: a thin line for every run, or one band where no run was stopped. A dashed line marks a
        tenth of the error of the constant answer. Lower right, after how many updates each run was solved. {told}""")


def opening(runs: dict, settings: dict, *, figure: Figure | None = None) -> Figure:
    """What happens on the way to a solution, against the update: what is kept, the gradient, and the error.

    runs: by the model's name, one list a seed, with rows of update, error, what is left of the gradient of a far state,
    and what the unit that keeps most keeps a step (None for an RNN). settings: "back", the steps to the far state.
    """
    figure = figure or plt.figure(figsize=(9.6, 6.4))
    panels = figure.subplots(3, 1, sharex=True)
    first = 5  # where update 0 stands on the log axis
    told = []
    for model, seeds in runs.items():
        look = LOOKS[model]
        for number, rows in enumerate(seeds):
            updates, errors, left, keeps = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
            at = np.maximum(updates, first)
            for axes, values in zip(panels, (keeps, left, errors), strict=True):
                axes.plot(at, values, color=color(look["color"]), linewidth=1, drawstyle="steps-post",
                          label=model if number == 0 else None)
            if errors[-1] < settings["solved_below"]:
                panels[2].plot(at[-1], errors[-1], look["marker"], color=color(look["color"]), markersize=5)
        done = [rows[-1][0] for rows in seeds if rows[-1][1] < settings["solved_below"]]
        never = f"not solved in {seeds[0][-1][0]} updates"
        told.append(f"{model}: " + (f"solved after {min(done)} to {max(done)} updates" if done else never))
    panels[0].set(ylim=(0.45, 1.02), ylabel="kept a step")
    panels[1].set(yscale="log", ylim=(1e-13, 30), ylabel="gradient left")
    panels[1].set_yticks([1e-12, 1e-8, 1e-4, 1], ["10⁻¹²", "10⁻⁸", "10⁻⁴", "1"])
    panels[2].set(yscale="log", ylim=(5e-3, 3), ylabel="error", xlabel="update", xscale="log", xlim=(4.5, 1400))
    panels[2].set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    panels[2].set_xticks([first, 10, 20, 50, 100, 200, 500, 1000],
                         ["0", "10", "20", "50", "100", "200", "500", "1,000"])
    for axes in panels:
        axes.minorticks_off()
    panels[0].legend(loc="lower center", ncols=len(runs))
    return describe(figure, f"""Three panels above one another, against the update on a log axis, one line for every
        run. Above, the share that the unit that keeps most keeps in a step without a mark. In the middle, on a log
        axis, what is left of the gradient {settings['back']} steps before the end. Below, the error, on a log axis.
        For the GRU the first two rise within 30 updates, and the error falls later. For the LSTM the first rises
        as soon, to about 0.87, and sinks again; hundreds of updates later it jumps to nearly 1, and in four of five
        runs the gradient and the error jump with it. For the RNN the gradient stays below 10⁻⁸. {'; '.join(told)}.""")


def _errors(axes: Axes, entry: dict, length: int, settings: dict) -> None:
    every = settings["check_every"]
    for model, look in LOOKS.items():
        if model not in entry:  # it did not race over this length
            continue
        runs, line = entry[model]["runs"], color(look["color"])
        steps = every * np.arange(1, settings["max_steps"] // every + 1)
        if all(len(run["errors"]) == len(steps) for run in runs):  # none was stopped: a band, not a tangle
            errors = np.array([run["errors"] for run in runs])
            axes.fill_between(steps, errors.min(axis=0), errors.max(axis=0), step="post", color=line, linewidth=1.5,
                              zorder=2.5, snap=True, label=model)
            continue
        for number, run in enumerate(runs):
            done = len(run["errors"])
            axes.plot(steps[:done], run["errors"], color=line, drawstyle="steps-post", linewidth=1,
                      label=model if number == 0 else None)
            if run["errors"][-1] < settings["stop_below"]:
                axes.plot(steps[done - 1], run["errors"][-1], look["marker"], color=line, markersize=4)
    axes.axhline(entry["constant_answer"], color=color("muted"), linewidth=1.2, linestyle=(0, (1, 2)))
    axes.axhline(settings["solved_below"], color=color("ink"), linewidth=1.2, linestyle=(0, (6, 3)))
    axes.set(title=f"T = {length}", xlabel="update", ylabel="error", ylim=(3e-4, 0.5), yscale="log",
             xlim=(every, 1.1 * settings["max_steps"]), xscale="log")
    axes.set_xticks([30, 100, 300, 1000, 3000], ["30", "100", "300", "1,000", "3,000"])
    axes.set_yticks([0.001, 0.01, 0.1], ["0.001", "0.01", "0.1"])
    axes.minorticks_off()


def _steps_to_solve(axes: Axes, results: dict, lengths: tuple[int, ...], settings: dict) -> str:
    never = 1.5 * settings["max_steps"]
    told = []
    for place, (model, look) in zip((-0.27, -0.09, 0.09, 0.27), LOOKS.items(), strict=True):
        for column, length in enumerate(lengths):
            if model not in results[str(length)]:
                continue
            solved = [run["solved_at"] for run in results[str(length)][model]["runs"]]
            heights = np.array([never if step is None else step for step in solved], dtype=float)
            spread = np.linspace(-0.05, 0.05, len(heights))
            axes.semilogy(column + place + spread, heights, look["marker"], color=color(look["color"]), markersize=4.5,
                          linestyle="none", label=model if column == 0 else None)
            count = sum(step is not None for step in solved)
            told.append(f"{model} at T = {length}: {count} of {len(solved)} solved")
    axes.axhline(settings["max_steps"], color=color("muted"), linewidth=1)
    axes.set(title="solved after so many updates", xlabel="length T", ylim=(50, 1.5 * never),
             xlim=(-0.5, len(lengths) - 0.5))
    axes.set_xticks(range(len(lengths)), lengths)
    axes.set_yticks([100, 300, 1000, 3000, never], ["100", "300", "1,000", "3,000", "not solved"])
    axes.minorticks_off()
    axes.grid(axis="x", visible=False)
    return "; ".join(told) + "."
