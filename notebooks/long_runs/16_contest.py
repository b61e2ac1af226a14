"""The contest of chapter 16: straight lines and recurrent networks on four series, tuned alike, over five seeds.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/16_contest.py      # 9 minutes of one core

Each contestant has a grid of 18 settings: anchored windows or not, three widths, and three penalties (least squares)
or learning rates (all that is trained in the loop). The setting with the smallest mean absolute error on the
validation part, over all steps of the horizon, is chosen; where it stands at the edge of the grid, `beyond` goes on
in that direction while the validation gets better. It is then run with five seeds and measured once on the test part,
where the origin moves forward one step at a time. All are fitted on the training part alone. `wide` is the chosen GRU
with 64 units in place of 16. The monthly sunspot numbers come from `monthly_sunspots(download=True)`.
"""

import time
from itertools import product

import numpy as np
import torch

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
from seqlearn.data.series import Scaler, monthly_sunspots, series, split_by_time, window_batches, windows
from seqlearn.models.autoregression import LinearAutoregression, persistence, recursive, seasonal_naive
from seqlearn.models.forecaster import Forecaster, LinearForecaster, StepByStep, fit, forecast

SETTINGS = {
    "series": {
        "sunspots": {"horizon": 11, "season": 11, "widths": [12, 24, 36], "batch_size": 32, "epochs": 60},
        "co2": {"horizon": 12, "season": 12, "widths": [24, 36, 60], "batch_size": 64, "epochs": 60},
        "nino": {"horizon": 12, "season": 12, "widths": [24, 36, 60], "batch_size": 64, "epochs": 60},
        "monthly sunspots": {"horizon": 24, "season": 132, "widths": [36, 72, 144], "batch_size": 128, "epochs": 20},
    },
    "contestants": ["least squares", "least squares, recursive", "line", "gru", "lstm"],
    "ways": ["gru, recursive", "gru, step by step"],
    "no_ways": ["monthly sunspots"],
    "penalties": [0.001, 0.01, 0.1],
    "rates": [0.003, 0.01, 0.03],
    "hidden_size": 16,
    "wide": 64,
    "patience": 8,
    "tuning_seed": 100,
    "seeds": [0, 1, 2, 3, 4],
}
MINUTES = 9


class Entry:
    """One contestant with one setting on one series; `fit` it, then `errors` of a part, (S, N) in the series' unit."""

    def __init__(self, settings: dict, name: str, who: str, setting: dict, seed: int) -> None:
        self.settings, self.how, self.who, self.setting = settings, settings["series"][name], who, setting
        self.values, self.scaler, self.parts = prepared(name)
        self.seed = seed

    def windows(self, part: str, horizon: int | None = None):
        return windows(self.values, self.setting["width"], horizon or self.how["horizon"], self.parts[part])

    def fit(self) -> "Entry":
        own = 1 if "recursive" in self.who else self.how["horizon"]
        train, validation = self.windows("train", own), self.windows("validation", own)
        anchor, rate = self.setting["anchor"], self.setting["third"]
        if self.who.startswith("least squares"):
            self.model = LinearAutoregression(anchor=anchor, penalty=rate).fit(*train)
            return self
        torch.manual_seed(self.seed)
        size = self.settings["wide" if "wide" in self.who else "hidden_size"]
        cell = self.who.split(",")[0]
        if cell == "line":
            self.model = LinearForecaster(self.setting["width"], own, anchor=anchor)
        elif "step by step" in self.who:
            self.model = StepByStep(cell, size, own, anchor=anchor)
        else:
            self.model = Forecaster(cell, size, own, anchor=anchor)

        def batches(epoch: int):
            return window_batches(*train, self.how["batch_size"], np.random.default_rng([self.seed, epoch]))

        self.history = fit(self.model, batches, validation, epochs=self.how["epochs"], rate=rate,
                           patience=self.settings["patience"])
        return self

    def errors(self, part: str) -> np.ndarray:
        x, y = self.windows(part)
        one = self.model.forecast if hasattr(self.model, "forecast") else lambda x: forecast(self.model, x)
        said = recursive(one, x, len(y)) if "recursive" in self.who else one(x)
        return (said - y) * self.scaler.deviation


def prepared(name: str):
    """The scaled values of a series, its scaler, fitted on the training part, and the parts."""
    measured = monthly_sunspots() if name == "monthly sunspots" else series(name)
    parts = split_by_time(len(measured.values))
    scaler = Scaler.fit(measured.values[parts["train"]])
    return scaler.scale(measured.values), scaler, parts


def per_step(errors: np.ndarray) -> list[float]:
    """Mean absolute error at each step ahead."""
    return [round(value, 5) for value in np.abs(errors).mean(axis=1).tolist()]


def contested(settings: dict, name: str, who: str) -> dict:
    """The grid on the validation part, the choice, and its errors of all seeds, on both parts."""
    how, linear = settings["series"][name], who.startswith("least squares")
    thirds = settings["penalties"] if linear else settings["rates"]
    grid = [{"anchor": anchor, "width": width, "third": third}
            for anchor, width, third in product([False, True], how["widths"], thirds)]
    start = time.process_time()
    scores = [score(settings, name, who, setting) for setting in grid]
    found = {"grid": [round(each, 4) for each in scores], "chosen": grid[int(np.argmin(scores))], "beyond": []}
    found = beyond(settings, name, who, found, how["widths"], thirds)
    return {**found, **measured(settings, name, who, found["chosen"], [0] if linear else settings["seeds"]),
            "seconds": round(time.process_time() - start)}


def score(settings: dict, name: str, who: str, setting: dict) -> float:
    """The mean absolute error of all steps on the validation part, with the seed that is for choosing."""
    return float(np.abs(Entry(settings, name, who, setting, settings["tuning_seed"]).fit().errors("validation")).mean())


def beyond(settings: dict, name: str, who: str, found: dict, widths: list, thirds: list) -> dict:
    """Where the choice stands at an edge of the grid, go on in that direction as long as the validation is better."""
    best, tried = min(found["grid"]), {"width": list(widths), "third": list(thirds)}
    factors = {"width": 1.5, "third": 3}
    going = True
    while going:
        going = False
        for key, values in tried.items():
            at = found["chosen"][key]
            if at in (max(values), min(values)):
                new = at * factors[key] if at == max(values) else at / factors[key]
                new = round(new) if key == "width" else round(new, 6)
                values.append(new)
                value = round(score(settings, name, who, found["chosen"] | {key: new}), 4)
                found["beyond"].append([key, new, value])
                if value < best:
                    best, going = value, True
                    found["chosen"] = found["chosen"] | {key: new}
    return found


def measured(settings: dict, name: str, who: str, setting: dict, seeds: list[int]) -> dict:
    entries = [Entry(settings, name, who, setting, seed).fit() for seed in seeds]
    return {part: [per_step(entry.errors(part)) for entry in entries] for part in ("validation", "test")}


def plain(settings: dict, name: str) -> dict:
    """Persistence and the seasonal naive forecast, and what persistence misses by in the training part."""
    how, (values, scaler, parts) = settings["series"][name], prepared(name)
    x, y = windows(values, max(how["season"], 1), how["horizon"], parts["test"])
    said = {"persistence": persistence(x, len(y)), "seasonal naive": seasonal_naive(x, len(y), how["season"])}
    steps = np.abs(np.diff(values[parts["train"]])).mean() * scaler.deviation
    return {"naive_step": float(steps), "origins": y.shape[1],
            **{who: {"test": [per_step((found - y) * scaler.deviation)]} for who, found in said.items()}}


def run(settings: dict) -> dict:
    """For each series, what every contestant chose and how it did; and the minutes that it took."""
    started, names = processor_seconds(), list(settings["series"])
    results = {name: plain(settings, name) for name in names}
    calls = [(settings, name, who) for name in names for who in settings["contestants"] + settings["ways"]
             if who not in settings["ways"] or name not in settings["no_ways"]]
    for (_, name, who), found in zip(calls, pieces(contested, calls)):
        results[name][who] = found
    wide = [(settings, name, "gru, wide", results[name]["gru"]["chosen"], settings["seeds"]) for name in names]
    for name, found in zip(names, pieces(measured, wide)):
        results[name]["gru, wide"] = found
    return {"minutes": round((processor_seconds() - started) / 60, 1), "series": results}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
