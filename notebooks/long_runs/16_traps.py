"""The traps of chapter 16 with their controls, over five seeds: copies, leaks, a trend, a season, bands that miss.

    .venv/bin/python notebooks/long_runs/16_traps.py      # 6 minutes of one core

All networks are GRUs of 16 units that read 36 steps, trained on the mean absolute error unless a row says otherwise;
errors are mean absolute errors in the unit of the series, one number a seed.
"""

import time

import numpy as np
import torch
from torch import nn

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.data.series import Scaler, series, split_by_time, window_batches, windows
from seqlearn.models.autoregression import LinearAutoregression, persistence, seasonal_naive, skill
from seqlearn.models.forecaster import Forecaster, LinearForecaster, fit, forecast, pinball

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4],
    "width": 36,
    "hidden_size": 16,
    "wide": 64,
    "batch_size": 64,
    "epochs": 60,
    "patience": 15,
    "many_epochs": 300,
    "rate": 0.01,
    "walk_steps": 800,
    "horizons": {"sunspots": 11, "co2": 12, "nino": 12},
    "levels": [0.1, 0.5, 0.9],
    "line_widths": [2, 3, 4, 6, 12, 24, 36],
    "stretch": 4,
    "calendar": {"widths": [24, 36, 60], "penalties": [0.001, 0.01, 0.1], "rates": [0.003, 0.01, 0.03],
                 "tuning_seed": 100},
}
MINUTES = 6


def learned(settings: dict, model: nn.Module, train, validation, seed: int, **more) -> nn.Module:
    """Train a fresh model of this seed. train, validation: (x, y)."""

    def batches(epoch: int):
        return window_batches(*train, settings["batch_size"], np.random.default_rng([seed, epoch]))

    fit(model, batches, validation, **{"epochs": settings["epochs"], "rate": settings["rate"],
                                 "patience": settings["patience"]} | more)
    return model


def gru(settings: dict, seed: int, horizon: int, **more) -> Forecaster:
    torch.manual_seed(seed)
    return Forecaster(**{"cell": "gru", "hidden_size": settings["hidden_size"], "horizon": horizon} | more)


def mean_error(said: np.ndarray, y: np.ndarray, scaler: Scaler) -> float:
    return round(float(np.abs(said - y).mean() * scaler.deviation), 4)


def anomalies(values: np.ndarray, past: slice) -> np.ndarray:
    """Each month minus the mean that this month has in the past part."""
    month = np.arange(len(values)) % 12
    return values - np.array([values[past][month[past] == k].mean() for k in range(12)])[month]


def copies(settings: dict) -> dict:
    """One step ahead: skill against persistence, and the correlation with what came and with what was there."""
    rows = {}
    nino = series("nino").values
    for name in ("walk", "anomalies"):
        for who in ("gru", "gru, anchored", "least squares"):
            found = rows[f"{name}, {who}"] = []
            for seed in settings["seeds"]:
                values = np.random.default_rng(seed).standard_normal(settings["walk_steps"]).cumsum()
                if name == "anomalies":
                    values = anomalies(nino, split_by_time(len(nino))["train"])
                parts = split_by_time(len(values))
                scaled = Scaler.fit(values[parts["train"]]).scale(values)
                train, validation, (x, y) = (windows(scaled, settings["width"], 1, part) for part in parts.values())
                if who == "least squares":
                    said = LinearAutoregression().fit(*train).forecast(x)
                else:
                    model = gru(settings, seed, 1, anchor="anchored" in who)
                    said = forecast(learned(settings, model, train, validation, seed), x)
                found.append([round(float(each), 4) for each in (
                    skill(y, said, persistence(x, 1)), np.corrcoef(said[0], y[0])[0, 1],
                    np.corrcoef(said[0], x[-1, :, 0])[0, 1])])
    return rows


def chosen_width(settings: dict) -> dict:
    """As `copies`, for a straight line by least squares that reads only the last values of the window: how many, the
    validation part chooses. Each row: [width, skill], a row for each walk, and one for the sea.
    """
    nino = series("nino").values
    every = {f"walk {seed}": np.random.default_rng(seed).standard_normal(settings["walk_steps"]).cumsum()
             for seed in settings["seeds"]} | {"anomalies": anomalies(nino, split_by_time(len(nino))["train"])}
    rows = {}
    for name, values in every.items():
        parts = split_by_time(len(values))
        scaled = Scaler.fit(values[parts["train"]]).scale(values)
        train, validation, test = (windows(scaled, settings["width"], 1, part) for part in parts.values())
        skills = []
        for width in settings["line_widths"]:
            line = LinearAutoregression().fit(train[0][-width:], train[1])
            skills.append([skill(y, line.forecast(x[-width:]), persistence(x, 1)) for x, y in (validation, test)])
        best = int(np.argmax([before for before, _ in skills]))
        rows[name] = [settings["line_widths"][best], round(skills[best][1], 4)]
    return rows


def scalers(settings: dict) -> dict:
    """The scale from the training part or from the whole series: the error on the test part."""
    rows = {}
    for name, horizon in settings["horizons"].items():
        values = series(name).values
        parts = split_by_time(len(values))
        for how, past in (("past", parts["train"]), ("all", slice(None))):
            scaler = Scaler.fit(values[past])
            train, validation, (x, y) = (windows(scaler.scale(values), settings["width"], horizon, part)
                                         for part in parts.values())
            rows[f"{name}, {how}, gru"] = [
                mean_error(forecast(learned(settings, gru(settings, seed, horizon), train, validation, seed), x), y,
                           scaler) for seed in settings["seeds"]]
            rows[f"{name}, {how}, least squares"] = [
                mean_error(LinearAutoregression().fit(*train).forecast(x), y, scaler)]
    return rows


def wide_scale(settings: dict) -> list[float]:
    """Carbon dioxide as in `scalers`, its scale from the training part with the deviation times `stretch`."""
    values, horizon = series("co2").values, settings["horizons"]["co2"]
    parts = split_by_time(len(values))
    past = Scaler.fit(values[parts["train"]])
    scaler = Scaler(past.mean, settings["stretch"] * past.deviation)
    train, validation, (x, y) = (windows(scaler.scale(values), settings["width"], horizon, part)
                                 for part in parts.values())
    return [mean_error(forecast(learned(settings, gru(settings, seed, horizon), train, validation, seed), x), y, scaler)
            for seed in settings["seeds"]]


def splits(settings: dict) -> dict:
    """Held-out windows drawn at random, or in blocks of years whose neighbours are left out: what each promises.

    Both are taken from the years before the test part, with equally many windows to train on and to judge by, so that
    they differ in one thing: in the first, every held-out window has neighbours in the training part that share all
    but a few of its values. Each row: the error on the held-out windows, and on the test part.
    """
    rows = {}
    for name, horizon in settings["horizons"].items():
        values = series(name).values
        parts = split_by_time(len(values))
        known = slice(0, parts["validation"].stop)
        scaler = Scaler.fit(values[known])
        x, y = windows(scaler.scale(values), settings["width"], horizon, known)
        test = windows(scaler.scale(values), settings["width"], horizon, parts["test"])
        count, reach = x.shape[1], settings["width"] + horizon
        for who in ("nearest window", "least squares", "gru"):
            for how in ("drawn", "blocks"):
                found = rows[f"{name}, {who}, {how}"] = []
                for seed in settings["seeds"]:
                    rng = np.random.default_rng(seed)
                    start = int(rng.integers(0, count - count // 5))
                    block = np.arange(start, start + count // 5)
                    apart = np.array([n for n in range(count) if n <= start - reach or n >= block[-1] + reach])
                    if how == "drawn":
                        order = rng.permutation(count)
                        held, used = order[: len(block)], order[len(block) : len(block) + len(apart)]
                    else:
                        held, used = block, apart
                    train, validation = (x[:, used], y[:, used]), (x[:, held], y[:, held])
                    if who == "gru":
                        model = learned(settings, gru(settings, seed, horizon), train, train, seed)
                        said = [forecast(model, each) for each in (validation[0], test[0])]
                    elif who == "least squares":
                        line = LinearAutoregression().fit(*train)
                        said = [line.forecast(each) for each in (validation[0], test[0])]
                    else:
                        said = [nearest(*train, each) for each in (validation[0], test[0])]
                    found.append([mean_error(said[0], validation[1], scaler), mean_error(said[1], test[1], scaler)])
    return rows


def nearest(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """A model that only remembers: what followed the most similar window of the training part."""
    apart = ((asked[:, :, None, 0] - x[:, None, :, 0]) ** 2).sum(axis=0)  # (asked, known)
    return y[:, apart.argmin(axis=1)]


class WithLine(nn.Module):
    """A GRU plus a straight line from the window to the forecast, trained together."""

    def __init__(self, settings: dict, seed: int, horizon: int):
        super().__init__()
        self.gru, self.line = gru(settings, seed, horizon), LinearForecaster(settings["width"], horizon)

    def forward(self, x):
        return self.gru(x) + self.line(x)


class LastAdded(nn.Module):
    """A GRU that reads the level and says how far the series will have moved: half of an anchor."""

    def __init__(self, settings: dict, seed: int, horizon: int):
        super().__init__()
        self.gru = gru(settings, seed, horizon)

    def forward(self, x):
        return self.gru(x) + x[-1:, :, 0]


def saturation(model: Forecaster, x: np.ndarray, rise: float = 0.1) -> list[float]:
    """Which share of the last state's entries is beyond ±0.9, and how far forecasts follow a window that rises by 1."""
    with torch.no_grad():
        last = model.recurrent(torch.tensor(x, dtype=torch.float32))[0][-1]
    follow = (forecast(model, x + rise) - forecast(model, x)).mean() / rise
    return [round(float((last.abs() > 0.9).double().mean()), 4), round(float(follow), 4)]


def trend(settings: dict) -> dict:
    """Carbon dioxide, twelve months ahead: what extrapolates, what does not, and what is to be blamed.

    Each row: the errors on the training windows, the validation and the test part; for networks on the level also the
    ceiling and the largest forecast.
    """
    values, horizon = series("co2").values, settings["horizons"]["co2"]
    parts, time_axis = split_by_time(len(values)), np.arange(len(values))
    scaler = Scaler.fit(values[parts["train"]])
    scaled = scaler.scale(values)
    rise = np.polyval(np.polyfit(time_axis[parts["train"]], scaled[parts["train"]], 1), time_axis)

    def cut(shown):
        return [windows(shown, settings["width"], horizon, part) for part in parts.values()]

    kinds = {
        "gru": (scaled, lambda seed: gru(settings, seed, horizon), {}),
        "gru, 64 units": (scaled, lambda seed: gru(settings, seed, horizon, hidden_size=settings["wide"]), {}),
        "gru, 300 epochs": (scaled, lambda seed: gru(settings, seed, horizon),
                            {"epochs": settings["many_epochs"], "patience": None}),
        "lstm": (scaled, lambda seed: gru(settings, seed, horizon, cell="lstm"), {}),
        "line": (scaled, lambda seed: LinearForecaster(settings["width"], horizon), {}),
        "gru plus line": (scaled, lambda seed: WithLine(settings, seed, horizon), {}),
        "gru, anchored": (scaled, lambda seed: gru(settings, seed, horizon, anchor=True), {}),
        "gru, trend line subtracted": (scaled - rise, lambda seed: gru(settings, seed, horizon), {}),
    }
    rows = {}
    for name, (shown, make, more) in kinds.items():
        train, validation, (x, y) = cut(shown)
        rows[name] = []
        for seed in settings["seeds"]:
            torch.manual_seed(seed)
            model = learned(settings, make(seed), train, validation, seed, **more)
            row = [mean_error(forecast(model, each[0]), each[1], scaler) for each in (train, validation, (x, y))]
            if isinstance(model, Forecaster) and not model.anchor and name != "gru, trend line subtracted":
                # No output can be larger: every unit of the state is between −1 and 1.
                ceiling = model.readout.weight.abs().sum(1) + model.readout.bias
                row += [round(scaler.back(each).item(), 1) for each in
                        (ceiling.max().detach().numpy(), forecast(model, x).max())]
            rows[name].append(row)
    rows["least squares"] = [[mean_error(LinearAutoregression().fit(*cut(scaled)[0]).forecast(x), y, scaler)
                              for x, y in cut(scaled)]]
    return rows


def controls(settings: dict) -> dict:
    """More rows for `trend`: half an anchor, anchored lines, and the network between years that it knows.

    Rows as there; "saturation" has what `saturation` returns on the test part for the network of 64 units.
    """
    values, horizon = series("co2").values, settings["horizons"]["co2"]
    parts = split_by_time(len(values))
    scaler = Scaler.fit(values[parts["train"]])
    scaled = scaler.scale(values)
    cut = [windows(scaled, settings["width"], horizon, part) for part in parts.values()]
    kinds = {"gru, last value added": lambda seed: LastAdded(settings, seed, horizon),
             "line, anchored": lambda seed: LinearForecaster(settings["width"], horizon, anchor=True),
             "saturation": lambda seed: gru(settings, seed, horizon, hidden_size=settings["wide"])}
    rows = {}
    for name, make in kinds.items():
        rows[name] = []
        for seed in settings["seeds"]:
            torch.manual_seed(seed)
            model = learned(settings, make(seed), *cut[:2], seed)
            rows[name].append(saturation(model, cut[2][0]) if name == "saturation" else
                              [mean_error(forecast(model, x), y, scaler) for x, y in cut])
    line = LinearAutoregression(anchor=True).fit(*cut[0])
    rows["least squares, anchored"] = [[mean_error(line.forecast(x), y, scaler) for x, y in cut]]
    # The same network asked for years that lie between those it has seen: the last fifth is known, the middle is not.
    first, second = parts["train"].start + round(0.4 * len(values)), round(0.6 * len(values))
    known = [windows(scaled, settings["width"], horizon, part)
             for part in (slice(0, first), slice(second + settings["width"], len(values)))]
    both = tuple(np.concatenate(each, axis=1) for each in zip(*known))
    x, y = windows(scaled, settings["width"], horizon, slice(first, second))
    rows["years between: gru, 300 epochs"] = []
    for seed in settings["seeds"]:
        order = np.random.default_rng(seed).permutation(both[0].shape[1])
        inner, outer = ([each[:, rows_of] for each in both] for rows_of in (order[40:], order[:40]))
        model = learned(settings, gru(settings, seed, horizon), inner, outer, seed,
                        epochs=settings["many_epochs"], patience=None)
        rows["years between: gru, 300 epochs"].append(
            [mean_error(forecast(model, each[0]), each[1], scaler) for each in (inner, outer, (x, y))])
    line = LinearAutoregression().fit(*both)
    for name, said in (("least squares", line.forecast), ("last season", lambda x: seasonal_naive(x, horizon, 12))):
        rows[f"years between: {name}"] = [[mean_error(said(each[0]), each[1], scaler)
                                           for each in (both, both, (x, y))]]
    return rows


def calendar(settings: dict) -> dict:
    """The sea when both a straight line and a GRU are told the usual temperature of each month, of the training part.

    They forecast what is left, the anomaly. The grid is that of 16_contest.py, chosen on the validation part with a
    seed of its own; where the choice stands at an edge, the search goes on in that direction, as there. Each row: the
    mean absolute errors on the test part, one a seed, at each step ahead. "usual month" forecasts that nothing is left.
    """
    values, horizon = series("nino").values, settings["horizons"]["nino"]
    parts = split_by_time(len(values))
    left = anomalies(values, parts["train"])
    scaler = Scaler.fit(left[parts["train"]])
    rows = {}

    def said(who: str, setting: dict, seed: int, part: str):
        cut = {name: windows(scaler.scale(left), setting["width"], horizon, each) for name, each in parts.items()}
        if who == "least squares":
            line = LinearAutoregression(anchor=setting["anchor"], penalty=setting["third"]).fit(*cut["train"])
            return line.forecast(cut[part][0]) - cut[part][1]
        model = gru(settings, seed, horizon, anchor=setting["anchor"])
        model = learned(settings, model, cut["train"], cut["validation"], seed, rate=setting["third"], patience=8)
        return forecast(model, cut[part][0]) - cut[part][1]

    def score(who: str, setting: dict) -> float:
        return float(np.abs(said(who, setting, settings["calendar"]["tuning_seed"], "validation")).mean())

    for who, thirds in (("least squares", settings["calendar"]["penalties"]), ("gru", settings["calendar"]["rates"])):
        grid = [{"anchor": anchor, "width": width, "third": third} for anchor in (False, True)
                for width in settings["calendar"]["widths"] for third in thirds]
        scores = [score(who, setting) for setting in grid]
        chosen, best, tried = grid[int(np.argmin(scores))], min(scores), []
        ends = {"width": sorted(settings["calendar"]["widths"]), "third": sorted(thirds)}
        for key, factor in (("width", 1.5), ("third", 3), ("width", 1.5)):
            while chosen[key] in (ends[key][0], ends[key][-1]):
                new = chosen[key] * factor if chosen[key] == ends[key][-1] else chosen[key] / factor
                new = round(new) if key == "width" else round(new, 6)
                ends[key] = sorted([*ends[key], new])
                tried.append([key, new, round(score(who, chosen | {key: new}) * scaler.deviation, 4)])
                if tried[-1][2] >= round(best * scaler.deviation, 4):
                    break
                chosen, best = chosen | {key: new}, tried[-1][2] / scaler.deviation
        seeds = settings["seeds"] if who == "gru" else settings["seeds"][:1]
        rows[who] = {"chosen": chosen, "beyond": tried, "validation": round(best * scaler.deviation, 4),
                     "test": [[round(each, 4) for each in (np.abs(said(who, chosen, seed, "test")).mean(axis=1)
                                                          * scaler.deviation).tolist()] for seed in seeds]}
    month = {name: np.abs(windows(left, 1, horizon, parts[name])[1]).mean(axis=1) for name in ("validation", "test")}
    rows["usual month"] = {"validation": round(float(month["validation"].mean()), 4),
                           "test": [[round(each, 4) for each in month["test"].tolist()]]}
    return rows


def bands(settings: dict) -> dict:
    """The 80 % band: how often the truth lies in it on the validation and the test part, before and after it is
    calibrated on the validation part, step by step; its mean width; the pinball loss on the test part.
    """
    levels = torch.tensor(settings["levels"])
    rows = {}
    for name, horizon in settings["horizons"].items():
        values = series(name).values
        parts = split_by_time(len(values))
        scaler = Scaler.fit(values[parts["train"]])
        train, validation, test = (windows(scaler.scale(values), settings["width"], horizon, part)
                                   for part in parts.values())
        for who in ("gru", "line"):
            found = rows[f"{name}, {who}"] = []
            for seed in settings["seeds"]:
                torch.manual_seed(seed)
                model = gru(settings, seed, horizon, anchor=True, quantiles=3) if who == "gru" else LinearForecaster(
                    settings["width"], horizon, anchor=True, quantiles=3)
                learned(settings, model, train, validation, seed, loss=lambda said, y: pinball(y, said, levels))
                said = {part: forecast(model, x) for part, (x, _) in (("v", validation), ("t", test))}
                margin = margins(validation[1], said["v"])
                wide = said["t"] + np.stack([-margin, 0 * margin, margin], axis=-1)[:, None]
                loss = pinball(*(torch.tensor(each) for each in (test[1], said["t"])), levels.double())
                found.append({
                    "validation": coverage(validation[1], said["v"]), "test": coverage(test[1], said["t"]),
                    "calibrated": coverage(test[1], wide), "pinball": round(float(loss) * scaler.deviation, 4),
                    "width": round(float((said["t"][..., 2] - said["t"][..., 0]).mean() * scaler.deviation), 3),
                    "calibrated width": round(float((wide[..., 2] - wide[..., 0]).mean() * scaler.deviation), 3)})
    return rows


def margins(y: np.ndarray, said: np.ndarray, share: float = 0.8) -> np.ndarray:
    """How far the band of each step must reach out (or in) for `share` of y to lie in it. y (S, N), said (S, N, 3)."""
    out = np.sort(np.maximum(said[..., 0] - y, y - said[..., 2]), axis=1)
    return out[:, min(int(np.ceil(share * (y.shape[1] + 1))), y.shape[1]) - 1]


def coverage(y: np.ndarray, said: np.ndarray) -> float:
    return round(float(np.mean((said[..., 0] <= y) & (y <= said[..., 2]))), 4)


EXPERIMENTS = {each.__name__: each for each in (copies, chosen_width, scalers, wide_scale, splits, trend, controls,
                                                calendar, bands)}


def experiment(name: str, settings: dict) -> list:
    """What it found, and its minutes."""
    started = time.process_time()
    return [EXPERIMENTS[name](settings), round((time.process_time() - started) / 60, 1)]


def run(settings: dict) -> dict:
    """What every experiment found, and its minutes."""
    answers = pieces(experiment, [(name, settings) for name in EXPERIMENTS])
    found, minutes = ({name: answer[part] for name, answer in zip(EXPERIMENTS, answers)} for part in (0, 1))
    return found | {"minutes": minutes}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
