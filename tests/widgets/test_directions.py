"""Chapter 03's map of directions, without a browser."""

import numpy as np
import pytest

from seqlearn.plots.directions import HEIGHT, WIDTH, landscape, level_line
from seqlearn.plots.style import use_style
from seqlearn.widgets import catalog
from seqlearn.widgets.directions import STEP, DirectionalDerivative, direction, gradient


@pytest.fixture
def explorer():
    return DirectionalDerivative()


def test_it_is_in_the_catalog():
    assert DirectionalDerivative in catalog()


@pytest.mark.parametrize("name, value", [("angle", 10), ("w_1", -1.0), ("w_2", 0.7)])
def test_every_control_changes_picture_and_words(explorer, name, value):
    picture, words = explorer.image.value, explorer.text
    explorer.controls[name].value = value
    assert explorer.image.value != picture and explorer.text != words


def test_the_gradient_is_that_of_the_landscape():
    for point in np.random.default_rng(0).uniform(-2, 2, size=(5, 2)):
        steps = 1e-5 * np.eye(2)
        slopes = [(landscape(*(point + e)) - landscape(*(point - e))) / 2e-5 for e in steps]
        np.testing.assert_allclose(gradient(point), slopes, rtol=1e-7)


def test_the_steepest_way_is_along_the_gradient_and_level_is_across(explorer):
    shown = {angle: explorer.compute(angle, 1.0, 0.0)["measured"] for angle in range(0, 360, 3)}
    peak = np.degrees(np.arctan2(*gradient(np.array([1.0, 0.0]))[::-1]))
    assert max(shown, key=shown.get) == pytest.approx(peak, abs=1.5)
    assert min(shown, key=shown.get) == pytest.approx(peak + 180, abs=1.5)
    assert abs(shown[117]) < 0.02 and abs(shown[297]) < 0.02


def test_words_name_the_way(explorer):
    for angle, way in ((27, "uphill"), (117, "along the level line"), (207, "downhill")):
        explorer.controls["angle"].value = angle
        assert way in explorer.text, angle


def test_step_walks_that_far_and_the_picture_follows(explorer):
    words, picture = explorer.text, explorer.image.value
    explorer.controls["angle"].value = 207
    explorer.controls["step"].click()
    walked = np.array([explorer.values["w_1"], explorer.values["w_2"]]) - (1.0, 0.0)
    np.testing.assert_allclose(walked, STEP * direction(207), atol=0.03)  # the sliders stand on a raster of 0.05
    assert explorer.text != words and explorer.image.value != picture
    before = explorer.text
    explorer.controls["step"].click()
    assert explorer.text != before


def test_walking_downhill_reaches_the_valley(explorer):
    for _ in range(40):
        down = -gradient(np.array([explorer.values["w_1"], explorer.values["w_2"]]))
        explorer.controls["angle"].value = round(np.degrees(np.arctan2(down[1], down[0])) % 360)
        explorer.controls["step"].click()
    assert landscape(explorer.values["w_1"], explorer.values["w_2"]) < -0.6


@pytest.mark.parametrize("w_1", [-2.5, 2.5])
@pytest.mark.parametrize("w_2", [-1.5, 1.5])
@pytest.mark.parametrize("angle", [0, 45, 225, 360])
def test_extreme_values_are_shown(explorer, w_1, w_2, angle):
    for name, value in (("w_1", w_1), ("w_2", w_2), ("angle", angle)):
        explorer.controls[name].value = value
    for _ in range(3):  # also against the edge
        explorer.controls["step"].click()
    assert "cannot be shown" not in explorer.text and "nan" not in explorer.text


def test_the_picture_has_room_for_every_slope(explorer):
    w_1, w_2 = (np.arange(explorer.controls[name].min, explorer.controls[name].max + 0.01, 0.05)
                for name in ("w_1", "w_2"))
    places = np.stack(np.meshgrid(w_1, w_2), axis=-1).reshape(-1, 2)
    assert explorer.picture.steepest >= max(np.hypot(*gradient(place)) for place in places)


def test_the_level_line_is_level():
    for piece in level_line(1.0):
        assert np.abs(landscape(*piece.T) - 1.0).max() < 0.01
        assert np.all(np.abs(piece) <= [WIDTH, HEIGHT])


def test_it_follows_the_theme(explorer):
    light = explorer.image.value
    use_style("dark")
    try:
        explorer.controls["angle"].value, explorer.controls["angle"].value = 81, 80
        assert explorer.image.value != light
    finally:
        use_style("light")
