"""Straight lines and naive forecasts, and the scores."""

import numpy as np
import pytest

from seqlearn.data.series import windows
from seqlearn.models.autoregression import (
    LinearAutoregression,
    mase,
    persistence,
    recursive,
    seasonal_naive,
    skill,
)

WAVE = np.sin(0.6 * np.arange(80)) + 3


def test_a_sine_wave_is_a_straight_line_of_its_last_two_values():
    """x_{t+1} = 2 cos(ω) x_t − x_{t−1} around the mean: the weights are known, and every horizon is exact."""
    x, y = windows(WAVE, 2, 5)
    line = LinearAutoregression().fit(x, y)
    assert np.allclose(line.weights[:, 0], [-1, 2 * np.cos(0.6)]) and np.allclose(line.forecast(x), y)
    assert np.allclose(line.recursive(x, 5), y)


def test_least_squares_is_where_the_gradient_is_zero():
    rng = np.random.default_rng(0)
    x, y = windows(rng.normal(size=60), 4, 2)
    for anchor in (False, True):
        line = LinearAutoregression(anchor=anchor, penalty=0.1).fit(x, y)
        last = x[-1, :, 0] if anchor else 0
        rows = x[:, :, 0].T - np.reshape(last, (-1, 1))
        missed = rows @ line.weights + line.bias - (y - last).T
        assert np.allclose(rows.T @ missed / len(rows) + 0.1 * line.weights, 0)
        assert np.allclose(missed.mean(axis=0), 0)


def test_an_anchored_line_follows_the_level():
    x, y = windows(WAVE, 6, 3)
    line = LinearAutoregression(anchor=True, penalty=0.5).fit(x, y)
    assert np.allclose(line.forecast(x + 100), line.forecast(x) + 100)
    free = LinearAutoregression(penalty=0.5).fit(x, y)
    assert not np.allclose(free.forecast(x + 100), free.forecast(x) + 100)


def test_naive_forecasts():
    x, _ = windows(np.arange(20.0), 6, 4)
    assert persistence(x, 3)[:, 0].tolist() == [5, 5, 5]
    assert seasonal_naive(x, 5, 3)[:, 0].tolist() == [3, 4, 5, 3, 4]
    with pytest.raises(ValueError, match="season of 7 steps"):
        seasonal_naive(x, 5, 7)


def test_recursive_feeds_back_its_own():
    x, _ = windows(np.arange(10.0), 3, 1)
    assert recursive(lambda x: x[-1:, :, 0] + 1, x, 4)[:, 0].tolist() == [3, 4, 5, 6]


def test_scores():
    y, past = np.array([1.0, 2.0]), np.array([0.0, 2.0, 0.0, 2.0, 1.0])
    assert skill(y, y, y + 1) == 1 and skill(y, y + 1, y + 1) == 0 and skill(y, y + 2, y + 1) == -1
    assert mase(y, y + 3, past) == pytest.approx(3 / 1.75) and mase(y, y + 3, past, 2) == pytest.approx(3 / (1 / 3))
