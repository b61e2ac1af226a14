"""The figures of chapter 16: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.plots import forecasting
from seqlearn.plots.fan import FanPicture
from seqlearn.widgets.forecasting import Fan

RNG = np.random.default_rng(0)
TIMES, VALUES = np.arange(1900.0, 2000.0), RNG.normal(size=100).cumsum()
PARTS = {"train": slice(0, 60), "validation": slice(60, 80), "test": slice(80, 100)}
ERRORS = {who: RNG.uniform(1, 2, (5, 12)) for who in ("persistence", "least squares", "gru")}
FIGURES = {
    "perfect": lambda: forecasting.looks_perfect(TIMES[1:], VALUES[1:], VALUES[:-1]),
    "series": lambda: forecasting.three_series([("a", "°C", TIMES, VALUES, PARTS)] * 2),
    "horizon": lambda: forecasting.against_horizon([("a", ERRORS), ("b", ERRORS)], "°C"),
    "range": lambda: forecasting.out_of_range(TIMES, VALUES + TIMES, TIMES[80:], {"GRU": TIMES[80:] - 30.0},
                                              known=1960),
    "band": lambda: forecasting.band(TIMES, VALUES, VALUES[:, None] + np.array([-0.5, 0.1, 0.6]), unit="°C",
                                     margin=0.2),
    "contest": lambda: forecasting.contest([("a", {"least squares": [0.4], "gru": [0.3, 0.5, 0.6]})] * 3),
    "fan": lambda: plots.key_frame(FanPicture, **Fan().compute("nino", origin=50, horizon=12, width=24)),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_the_words_are_the_numbers():
    figure = forecasting.band(TIMES, VALUES, VALUES[:, None] + np.array([-1.0, 0.0, 1.0]), unit="°C")
    assert "100.0% of what came" in plots.alternative_text(figure)
    outside = forecasting.band(TIMES, VALUES, VALUES[:, None] + np.array([1.0, 2.0, 3.0]), unit="°C", margin=1.5)
    assert "100.0%" in plots.alternative_text(outside), "the margin counts"
    assert "moved out by 1.5 °C" in plots.alternative_text(outside)
    nearer = forecasting.band(TIMES, VALUES, VALUES[:, None] + np.array([-1.0, 0.0, 1.0]), unit="°C", margin=-0.5)
    assert "moved in by 0.5 °C" in plots.alternative_text(nearer)
    late = plots.alternative_text(forecasting.contest([("sea", {"gru": [0.1, 0.3, 0.9]})]))
    assert "sea, GRU: 0.30" in late
