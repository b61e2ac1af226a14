"""Chapter 03's V-curve, without a browser."""

import numpy as np
import pytest

from seqlearn.exercises import ch03
from seqlearn.plots.style import use_style
from seqlearn.widgets import catalog
from seqlearn.widgets.differences import ALL_EPS, CURVES, DifferenceError, difference


@pytest.fixture
def explorer():
    return DifferenceError()


def errors(name, way="central", precision="float64", w=1.0):
    return np.abs(difference(CURVES[name].f, w, ALL_EPS, way, precision)[2] - CURVES[name].slope(w))


def test_it_is_in_the_catalog():
    assert DifferenceError in catalog()


@pytest.mark.parametrize("name, value", [("eps", 1e-3), ("point", -0.5), ("function", "exp w"), ("way", "forward"),
                                         ("precision", "float32")])
def test_every_control_changes_picture_and_words(explorer, name, value):
    picture, words = explorer.image.value, explorer.text
    explorer.controls[name].value = value
    assert explorer.image.value != picture and explorer.text != words


def test_the_estimate_is_that_of_the_exercise():
    _, _, slopes = difference(np.sin, 0.7, np.array([0.2, 1e-4]), "central", "float64")
    np.testing.assert_array_equal(slopes, [ch03.central_difference_reference(np.sin, 0.7, eps) for eps in (0.2, 1e-4)])


@pytest.mark.parametrize("name", [name for name in CURVES if name != "relu w"])
def test_slope_and_higher_derivatives_belong_to_the_function(name):
    curve, w, eps = CURVES[name], np.float64(0.8), 1e-3
    f = [float(curve.f(w + k * eps)) for k in (-2, -1, 0, 1, 2)]
    assert curve.slope(w) == pytest.approx((f[3] - f[1]) / (2 * eps), rel=1e-4)
    assert curve.second(w) == pytest.approx((f[3] - 2 * f[2] + f[1]) / eps**2, rel=1e-3)
    assert curve.third(w) == pytest.approx((f[4] - 2 * f[3] + 2 * f[1] - f[0]) / (2 * eps**3), rel=1e-2, abs=1e-3)


def test_the_curve_is_a_v_with_its_foot_where_theory_says():
    for way, power in (("forward", 1 / 2), ("central", 1 / 3)):
        for precision in ("float64", "float32"):
            median = np.median([errors("sin w", way, precision, w) for w in np.linspace(0.5, 1.5, 50)], axis=0)
            best = ALL_EPS[median.argmin()]
            rule = np.finfo(precision).eps ** power
            assert rule / 6 < best < rule * 6, (way, precision)


def test_what_the_question_asks():
    large = ALL_EPS > 1e-4
    assert errors("w²")[large].max() < 1e-11 < 1e-5 < errors("w²", "forward")[large].min(), "w² has no right arm"
    near, far = errors("relu w", w=0.1)[ALL_EPS < 0.099], errors("relu w", w=0.1)[ALL_EPS > 0.101]
    assert near[-10:].max() < 1e-12 and far.min() > 0.1, "relu is exact until ε reaches the kink"
    rounding = ALL_EPS < 1e-8
    assert np.median(errors("sin w + 1000")[rounding] / errors("sin w")[rounding]) > 10


@pytest.mark.parametrize("settings, words", [
    ({"eps": 1e-1}, "a smaller ε is better"),
    ({"eps": 1e-12}, "a larger ε is better"),
    ({"eps": 10**-5.25}, "near the best"),
    ({"point": -2.0, "eps": 10**-5.25}, "near the best"),
    ({"function": "relu w", "point": 0.1, "eps": 1.0}, "mixes the slopes"),
    ({"function": "relu w", "point": 0.0, "way": "forward", "eps": 1e-3}, "the kink itself"),
    ({"function": "relu w", "point": 0.5, "eps": 10**-0.5}, "up to 0.5, where it meets the kink"),
    ({"function": "sin w", "point": -0.3, "way": "forward", "eps": 1.0}, "only a much smaller one is sure"),
    ({"function": "relu w", "point": 1.0, "way": "forward", "eps": 1.0}, "exact"),
    ({"function": "relu w", "point": -1.0, "way": "forward", "eps": 0.1}, "exact"),
])
def test_words_say_what_the_error_is_made_of(explorer, settings, words):
    for name, value in settings.items():
        explorer.controls[name].value = value
    assert words in explorer.text


@pytest.mark.parametrize("function", list(CURVES))
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_extreme_values_are_shown(explorer, function, precision):
    explorer.controls["function"].value, explorer.controls["precision"].value = function, precision
    for way in ("forward", "central"):
        explorer.controls["way"].value = way
        for point in (-2, 0, 2):
            explorer.controls["point"].value = point
            for eps in (1e-16, 1.0):
                explorer.controls["eps"].value = eps
                assert "cannot be shown" not in explorer.text and "nan" not in explorer.text


def test_it_follows_the_theme(explorer):
    light = explorer.image.value
    use_style("dark")
    try:
        explorer.controls["point"].value, explorer.controls["point"].value = 1.1, 1.0
        assert explorer.image.value != light
    finally:
        use_style("light")
