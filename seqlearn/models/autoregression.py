"""Plain forecasters, in NumPy, which every network of chapter 16 has to beat, and the scores they are measured with.

Windows are (T, N, 1) and forecasts (S, N), as `seqlearn.data.series.windows` cuts them.
"""

import numpy as np


def persistence(x: np.ndarray, horizon: int) -> np.ndarray:
    """Tomorrow is as today: the last value of each window at every step. x: (T, N, 1). Returns (horizon, N)."""
    return np.repeat(x[-1:, :, 0], horizon, axis=0)


def seasonal_naive(x: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """As a season ago: the last `season` values of each window, again and again. Returns (horizon, N).

    Raises ValueError for windows that are shorter than a season.
    """
    if len(x) < season:
        raise ValueError(f"x must hold a season of {season} steps at least, got {len(x)}")
    return x[len(x) - season + np.arange(horizon) % season, :, 0]


class LinearAutoregression:
    """Each coming value is a weighted sum of the window, ŷ = b + Σ w_i x_i, with weights from least squares.

    fit on windows x (T, N, 1) and targets y (S, N) gives each of the S steps weights of its own, which is a direct
    forecast; fitted on one step, `recursive` goes on with its own forecasts. anchor: subtract the last value of the
    window first, and add it at the end. penalty: how much large weights cost, per window (ridge regression).
    """

    def __init__(self, *, anchor: bool = False, penalty: float = 0.0):
        self.anchor, self.penalty = anchor, penalty

    def fit(self, x: np.ndarray, y: np.ndarray) -> "LinearAutoregression":
        rows, last = self._rows(x)
        target = (y - last).T  # (N, S)
        row_means, target_means = rows.mean(axis=0), target.mean(axis=0)
        extra = np.sqrt(self.penalty * len(rows)) * np.eye(rows.shape[1])  # rows that ask for small weights
        left = np.vstack([rows - row_means, extra])
        right = np.vstack([target - target_means, np.zeros((len(extra), len(y)))])
        self.weights = np.linalg.lstsq(left, right, rcond=None)[0]  # (T, S)
        self.bias = target_means - row_means @ self.weights
        return self

    def forecast(self, x: np.ndarray) -> np.ndarray:
        """All steps it was fitted on, at once. x: (T, N, 1). Returns (S, N)."""
        rows, last = self._rows(x)
        return (rows @ self.weights + self.bias).T + last

    def recursive(self, x: np.ndarray, horizon: int) -> np.ndarray:
        """One step, appended to the window, and the next step from there. Returns (horizon, N)."""
        return recursive(self.forecast, x, horizon)

    def _rows(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        last = x[-1, :, 0] if self.anchor else np.zeros(x.shape[1])
        return x[:, :, 0].T - last[:, None], last


def recursive(one_step, x: np.ndarray, horizon: int) -> np.ndarray:
    """Forecast far ahead with a model of one step, fed with its own forecasts. Returns (horizon, N).

    one_step: from windows (T, N, 1) to (1, N), or more steps, of which the first is taken.
    """
    found = []
    for _ in range(horizon):
        found.append(one_step(x)[0])
        x = np.concatenate([x[1:], found[-1][None, :, None]])
    return np.array(found)


def skill(y: np.ndarray, forecast: np.ndarray, reference: np.ndarray) -> float:
    """1 − (mean absolute error) / (that of the reference): 1 is perfect, 0 as good as the reference."""
    return float(1 - np.abs(forecast - y).mean() / np.abs(reference - y).mean())


def mase(y: np.ndarray, forecast: np.ndarray, past: np.ndarray, season: int = 1) -> float:
    """Mean absolute scaled error (Hyndman & Koehler, 2006): the error in units of what the naive forecast misses
    in the training part, one step or one season ahead. past: (T,), the training part.
    """
    return float(np.abs(forecast - y).mean() / np.abs(past[season:] - past[:-season]).mean())
