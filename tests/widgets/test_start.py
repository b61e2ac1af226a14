"""The first explorer, without a browser."""

import warnings

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch00
from seqlearn.widgets import catalog
from seqlearn.widgets.start import ScalarMemory, read_numbers, remember


@pytest.fixture
def explorer():
    return ScalarMemory()


def test_it_is_in_the_catalog():
    assert ScalarMemory in catalog()


def test_every_control_changes_picture_and_words(explorer):
    for name, value in (("w", 1.1), ("inputs", "1 0 -1")):
        picture, words = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != picture and explorer.text != words, name


def test_the_question_has_the_answer_of_the_exercise(explorer):
    slider = explorer.controls["w"]
    values = np.round(np.arange(slider.min, slider.max + slider.step / 2, slider.step), 10)
    keeps = [w for w in values if w > 0 and explorer.compute(w=w, inputs="1")["h"][10] >= 0.5]
    assert min(keeps) == pytest.approx(ch00.half_life.reference)


def test_states_are_those_of_the_reference_layer():
    x, w = np.random.default_rng(3).normal(size=9), -0.7
    layer = nn.RNN(1, 1, nonlinearity="identity")
    layer.params["W_x"][:], layer.params["W_h"][:], layer.params["b"][:] = 1, w, 0
    outputs, _ = layer.forward(x.reshape(9, 1, 1), np.full((1, 1), 0.4))
    np.testing.assert_allclose(remember(x, w, 0.4), outputs.ravel(), rtol=1e-12)


@pytest.mark.parametrize("text, numbers, left_out", [
    ("1 0 -1", [1, 0, -1, 0], ""),
    ("1,2;3", [1, 2, 3, 0], ""),
    ("", [0, 0, 0, 0], ""),
    ("1 two nan 1e99 .5", [1, 0.5, 0, 0], "two nan 1e99"),
    ("1 2 3 4 5", [1, 2, 3, 4], "5"),
    ("$x^", [0, 0, 0, 0], "x^"),
    ("1，−2、.5", [1, -2, 0.5, 0], ""),
])
def test_what_people_type(text, numbers, left_out):
    x, rejected = read_numbers(text, 4)
    assert x.tolist() == numbers and rejected == left_out


@pytest.mark.parametrize("w", [-1.5, -1.0, 0.0, 1.0, 1.5])
@pytest.mark.parametrize("inputs", ["", "1", "1e6 -1e6", "abc $$ \\frac{", "9 " * 50])
def test_extreme_values_are_shown(explorer, w, inputs):
    explorer.controls["w"].value = w
    explorer.controls["inputs"].value = inputs
    assert "cannot be shown" not in explorer.text and f"w = {w:.2f}" in explorer.text


def test_signs_that_the_font_lacks_are_named_without_a_warning(explorer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer.controls["inputs"].value = "1 二"
    assert explorer.text.endswith("Left out: 二.") and "cannot be shown" not in explorer.text


def test_nothing_is_minus_zero(explorer):
    explorer.controls["w"].value = -0.5
    assert "0.00 at step 16" in explorer.text and "-0.00" not in explorer.text


def test_words_say_when_the_state_leaves_the_page(explorer):
    explorer.controls["w"].value = 1.5
    assert "leaves the page at step 3" in explorer.text
    explorer.controls["w"].value = 1.0
    assert "leaves the page" not in explorer.text and "1.00 at step 16" in explorer.text
