"""The explorer of chapter 16, without a browser."""

import numpy as np
import pytest

from seqlearn.data.series import series
from seqlearn.widgets import catalog
from seqlearn.widgets.forecasting import SEASONS, Fan, forecasts


@pytest.fixture
def explorer():
    return Fan()


def test_it_is_in_the_catalog():
    assert Fan in catalog()


@pytest.mark.parametrize("name, value", [("name", "co2"), ("origin", 20), ("horizon", 3), ("width", 6)])
def test_every_control_changes_picture_and_words(explorer, name, value):
    picture, words = explorer.image.value, explorer.text
    explorer.controls[name].value = value
    assert explorer.image.value != picture and explorer.text != words


def test_the_question_has_an_answer(explorer):
    def skills(horizon):
        explorer.set(name="nino", horizon=horizon, origin=100, width=36)
        found = explorer.compute(**explorer.values)["skill"]
        return found["line"][-1], found["seasonal naive"][-1]

    line, season = skills(24)
    assert line < season
    line, season = skills(6)
    assert line > season
    explorer.set(name="sunspots", horizon=6)
    assert explorer.compute(**explorer.values)["inside"] < 0.65


def test_no_forecast_knows_what_comes(monkeypatch):
    """Other values behind the first origin change no forecast that is made there."""
    import seqlearn.widgets.forecasting as module

    real = series("co2")
    truth, said, band = forecasts("co2", 12, 6)
    start = module._measured("co2")[1]
    changed = real.values.copy()
    changed[start:] += 50
    monkeypatch.setattr(module, "series", lambda name: type(real)(
        real.name, real.unit, real.times, changed, real.season, real.source))
    forecasts.cache_clear()
    other_truth, other_said, other_band = forecasts("co2", 12, 6)
    forecasts.cache_clear()
    assert np.allclose(band, other_band) and np.allclose(other_truth[:, 0], truth[:, 0] + 50)
    assert all(np.allclose(said[who][:, 0], other_said[who][:, 0]) for who in said)


def test_only_what_has_come_is_judged(explorer):
    explorer.set(origin=0, horizon=6)
    assert "None of the forecasts before it can be judged yet" in explorer.text
    values = explorer.compute(**explorer.values | {"origin": 50})
    assert len(values["skill"]["line"]) == round(0.5 * (values["origins"] - 1)) - 5


@pytest.mark.parametrize("name", SEASONS)
@pytest.mark.parametrize(("horizon", "width", "origin"), [(1, 2, 0), (24, 60, 100), (24, 2, 50), (1, 60, 100)])
def test_extreme_values_are_shown(explorer, name, horizon, width, origin):
    explorer.set(name=name, horizon=horizon, width=width, origin=origin)
    assert "cannot be shown" not in explorer.text and "nan" not in explorer.text
