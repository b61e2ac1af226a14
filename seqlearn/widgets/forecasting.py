"""Explorer of chapter 16: a fan of forecasts from an origin that moves, its baselines, and the skill so far."""

from functools import lru_cache

import numpy as np
from ipywidgets import Dropdown, IntSlider

from seqlearn.data.series import Scaler, series, split_by_time, windows
from seqlearn.models.autoregression import LinearAutoregression, persistence, seasonal_naive
from seqlearn.plots.fan import FanPicture
from seqlearn.widgets.explorer import Explorer

SEASONS = {"sunspots": 11, "co2": 12, "nino": 12}
LONGEST = 60  # values of the widest window, so that all windows have the same origins


class Fan(Explorer):
    """A straight line by least squares forecasts from every origin of the test part; the band is meant for 80 %."""

    chapter = "16"
    title = "The fan, and the skill so far"
    question = (
        "Look at the sea with a horizon of 24, and let the origin run to the end: which is ahead then, the straight "
        "line or last season's values? How short must the horizon be for the other to lead? And on the sunspots with "
        "a horizon of 11, how often does the truth lie in the 80 % band?"
    )
    picture_class = FanPicture
    plays = "origin"
    on_page = {"name": tuple(SEASONS), "horizon": (1, 6, 11, 12, 24), "origin": range(0, 101, 10)}

    def make_controls(self) -> dict:
        return {
            "name": Dropdown(description="Series", value="nino",
                             options=[("sea off Peru", "nino"), ("carbon dioxide", "co2"),
                                      ("sunspots a year", "sunspots")]),
            "origin": IntSlider(description="Origin, % of the test part", min=0, max=100, step=5, value=60),
            "horizon": IntSlider(description="Horizon, steps", min=1, max=24, value=24),
            "width": IntSlider(description="Window, steps", min=2, max=LONGEST, value=36),
        }

    def compute(self, name: str, origin: int, horizon: int, width: int) -> dict:
        measured, first = _measured(name)
        truth, said, band = forecasts(name, width, horizon)
        number = round(origin / 100 * (truth.shape[1] - 1))
        # Known at the origin is what the forecasts were about that were made `horizon` steps ago or earlier.
        judged = max(0, number - horizon + 1)
        errors = {who: np.abs(each - truth)[:, :judged].mean(axis=0) for who, each in said.items()}
        running = {who: 1 - np.cumsum(error) / np.cumsum(errors["persistence"]) for who, error in errors.items()}
        inside = (said["line"] + band[:, :1] <= truth) & (truth <= said["line"] + band[:, 1:])
        return {
            "title": measured.name, "unit": measured.unit, "times": measured.times, "values": measured.values,
            "at": first + number, "truth": truth[:, number], "band": said["line"][:, number, None] + band,
            "said": {who: each[:, number] for who, each in said.items()},
            "skill": {who: running[who] for who in ("line", "seasonal naive")}, "origins": truth.shape[1],
            "inside": float(inside[:, :judged].mean()) if judged else None,
        }


def _measured(name: str):
    """The series, and the step at which its test part begins."""
    measured = series(name)
    return measured, split_by_time(len(measured.values))["test"].start


@lru_cache(maxsize=64)
def forecasts(name: str, width: int, horizon: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """What came (S, N) and what each method said (S, N), from every origin of the test part, in the series' unit; and
    the band (S, 2): at each step ahead the middle 80 % of the line's errors on the validation part.
    """
    measured, _ = _measured(name)
    parts = split_by_time(len(measured.values))
    scaler = Scaler.fit(measured.values[parts["train"]])
    scaled = scaler.scale(measured.values)
    line = LinearAutoregression(anchor=True, penalty=0.01).fit(*windows(scaled, width, horizon, parts["train"]))
    x, y = windows(scaled, width, horizon, parts["validation"])
    band = np.quantile(y - line.forecast(x), [0.1, 0.9], axis=1).T * scaler.deviation
    x, y = windows(scaled, LONGEST, horizon, parts["test"])
    said = {"line": line.forecast(x[-width:]), "persistence": persistence(x, horizon),
            "seasonal naive": seasonal_naive(x, horizon, SEASONS[name])}
    return scaler.back(y), {who: scaler.back(each) for who, each in said.items()}, band
