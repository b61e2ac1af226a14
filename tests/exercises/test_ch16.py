"""What is particular to chapter 16's exercises; the catalogue's tests cover the rest."""

import numpy as np
import pytest

from seqlearn.data.series import Scaler, windows
from seqlearn.exercises import ch16


def test_the_references_are_those_of_the_package():
    values = np.random.default_rng(0).normal(size=30).cumsum()
    np.testing.assert_allclose(ch16.scale_reference(values, 20), Scaler.fit(values[:20]).scale(values))
    x, y = ch16.cut_reference(values, 5, 3)
    wide, targets = windows(values, 5, 3)
    np.testing.assert_allclose(x, wide[:, :, 0].T)
    np.testing.assert_allclose(y, targets[-1])
    train, test = ch16.parts_reference(30, 5, 3, 20)
    assert len(train) == windows(values, 5, 3, slice(0, 20))[0].shape[1]
    assert len(test) == windows(values, 5, 3, slice(20, 30))[0].shape[1]


def test_the_slope_is_that_of_finite_differences():
    rng = np.random.default_rng(1)
    y, forecast, level, eps = rng.normal(size=6), rng.normal(size=6), 0.3, 1e-6

    def loss(said):
        return np.maximum(level * (y - said), (level - 1) * (y - said)).mean()

    numeric = [(loss(forecast + eps * unit) - loss(forecast - eps * unit)) / (2 * eps) for unit in np.eye(6)]
    np.testing.assert_allclose(ch16.pinball_slope_reference(y, forecast, level), numeric, atol=1e-8)


def test_the_margin_gives_the_share_it_promises():
    """A new value from the same source lies in the moved band with the promised share, on average."""
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(4_000):
        y = rng.normal(size=20)
        wider = ch16.margin_reference(y[:19], np.full(19, -0.3), np.full(19, 0.3), 0.8)
        inside.append(-0.3 - wider <= y[19] <= 0.3 + wider)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.02)


def test_mape_likes_low_forecasts():
    for (y,) in ch16.mape_favourite.cases(ch16.mape_favourite.rng()):
        assert ch16.mape_favourite_reference(y) < np.median(y)


RIGHT = {
    "scale in place of a formula": (ch16.scale, lambda values, known: Scaler.fit(values[:known]).scale(values)),
    "windows by view": (ch16.cut, lambda values, width, horizon: (
        np.lib.stride_tricks.sliding_window_view(values, width)[: len(values) - width - horizon + 1],
        [values[n + width + horizon - 1] for n in range(len(values) - width - horizon + 1)])),
    "parts by trying every step": (ch16.parts, lambda steps, width, horizon, known: (
        [o for o in range(width, steps) if o + horizon <= known],
        [o for o in range(width, steps) if o >= known and o + horizon <= steps])),
    "mase by a loop": (ch16.scaled_error, lambda y, forecast, past, season: (
        sum(abs(a - b) for a, b in zip(y, forecast)) / len(y)
        / (sum(abs(past[t] - past[t - season]) for t in range(season, len(past))) / (len(past) - season)))),
    "mape as a weighted median": (ch16.mape_favourite, lambda y: (
        lambda ordered: ordered[np.searchsorted(np.cumsum(1 / ordered), (1 / ordered).sum() / 2)])(np.sort(y))),
    "far with an array": (ch16.far, lambda window, weights, bias, horizon: (
        lambda values: [values := np.append(values, values[-len(weights):] @ weights + bias)
                        for _ in range(horizon)][-1][-horizon:])(np.array(window))),
    "slope with a comparison": (ch16.pinball_slope, lambda y, forecast, level: ((y < forecast) - level) / y.size),
    "margin by a partition": (ch16.margin, lambda y, low, high, share: np.partition(
        np.where(y > (low + high) / 2, y - high, low - y),
        min(int(np.ceil(share * (len(y) + 1))), len(y)) - 1)[min(int(np.ceil(share * (len(y) + 1))), len(y)) - 1]),
}


def _normal_equations(values, width, start):
    found = []
    for t in range(start, len(values)):
        A = np.array([[*values[n - width : n], 1.0] for n in range(width, t)])
        found.append(np.linalg.solve(A.T @ A, A.T @ values[width:t]) @ [*values[t - width : t], 1.0])
    return found


RIGHT["walk by the normal equations"] = (ch16.walk_forward, _normal_equations)


@pytest.mark.parametrize("name", RIGHT)
def test_other_right_answers_are_right(name):
    exercise, answer = RIGHT[name]
    result = exercise.check(answer)
    assert result.status == "correct", result.message


WRONG = {
    "margin: floor(share · N)": (ch16.margin, lambda y, low, high, share: float(
        np.sort(np.maximum(low - y, y - high))[int(share * len(y))])),
    "scale: as it came": (ch16.scale, lambda values, known: values),
    "cut: only x": (ch16.cut, lambda values, width, horizon: ch16.cut_reference(values, width, horizon)[0]),
    "parts: a count": (ch16.parts, lambda steps, width, horizon, known: (known, steps)),
    "mase: median": (ch16.scaled_error, lambda y, forecast, past, season: float(
        np.median(np.abs(forecast - y)) / np.abs(past[season:] - past[:-season]).mean())),
    "mape: zero": (ch16.mape_favourite, lambda y: 0.0),
    "far: raises": (ch16.far, lambda window, weights, bias, horizon: 1 / 0),
    "slope: zero": (ch16.pinball_slope, lambda y, forecast, level: 0 * y),
    "margin: text": (ch16.margin, lambda y, low, high, share: "wide"),
    "walk: the mean": (ch16.walk_forward, lambda values, width, start: np.array(
        [values[:t].mean() for t in range(start, len(values))])),
}


@pytest.mark.parametrize("name", WRONG)
def test_unlisted_wrong_answers_are_wrong(name):
    exercise, answer = WRONG[name]
    result = exercise.check(answer)
    assert result.status == "incorrect" and result.message and "check itself" not in result.message
