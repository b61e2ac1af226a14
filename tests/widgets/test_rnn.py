"""Chapter 02's explorer, without a browser."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.plots.style import color, use_style
from seqlearn.plots.unrolling import state_colors
from seqlearn.widgets import catalog
from seqlearn.widgets.rnn import ACTIVATIONS, STEPS, UNITS, Unrolling, left_of_first, network, read_digits, walk


@pytest.fixture
def explorer():
    return Unrolling()


def test_it_is_in_the_catalog():
    assert Unrolling in catalog()


@pytest.mark.parametrize("name, value", [
    ("step", 6), ("scale", 0.95), ("digits", "11"), ("activation", "identity"), ("seed", 3)])
def test_every_control_changes_picture_and_words(explorer, name, value):
    picture, words = explorer.image.value, explorer.text
    explorer.controls[name].value = value
    assert explorer.image.value != picture and explorer.text != words


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_states_are_those_of_the_reference_layer(activation):
    digits, _ = read_digits("1 0 1 1 0 0 1")
    W_x, W_h = network(1.1, 4)
    layer = nn.RNN(1, UNITS, nonlinearity=activation)
    layer.params["W_x"][:], layer.params["W_h"][:], layer.params["b"][:] = W_x, W_h, 0
    outputs, _ = layer.forward(digits[:, None, None])
    states, parts = walk(digits, 1.1, activation, 4)
    np.testing.assert_allclose(states[1:], outputs[:, 0], atol=1e-13)
    sums = parts.sum(axis=1)
    np.testing.assert_allclose(states[1:], np.tanh(sums) if activation == "tanh" else sums, atol=1e-13)


def test_the_question_has_the_answer_of_the_text():
    """Under the identity the scale alone decides and other digits do not matter; under tanh they do."""
    slider = Unrolling().controls["scale"]
    scales = np.round(np.arange(slider.min, slider.max + slider.step / 2, slider.step), 10)
    whole = [scale for scale in scales if np.isclose(left_of_first(read_digits("1")[0], scale, "identity", 0)[-1], 1)]
    assert whole == [1.0]
    for seed in range(10):
        few, many = (left_of_first(read_digits(text)[0], 0.9, "identity", seed) for text in ("1", "110111"))
        np.testing.assert_allclose(few, 0.9 ** np.arange(STEPS), rtol=1e-9)
        np.testing.assert_allclose(few, many, rtol=1e-9)
        few, many = (left_of_first(read_digits(text)[0], 0.9, "tanh", seed) for text in ("1", "110111"))
        assert few[-1] < 0.9 ** (STEPS - 1) and abs(few[-1] - many[-1]) > 0.01


def test_columns_after_the_step_are_not_shown(explorer):
    explorer.controls["step"].value = 4
    pixels = np.asarray(explorer.picture.heat.get_array())
    nothing = state_colors(np.full(UNITS, np.nan))
    assert pixels.shape == (UNITS, STEPS + 1, 3)
    np.testing.assert_allclose(pixels[:, 5:], np.repeat(nothing[:, None], STEPS - 4, axis=1))
    assert not np.allclose(pixels[:, 4], nothing)
    assert explorer.picture.bars.get_segments()[4][1][1] == 0 < explorer.picture.bars.get_segments()[3][1][1]


def test_lit_arrows_are_those_of_the_steps_read(explorer):
    explorer.controls["step"].value = 7
    for arrows in (explorer.picture.along, explorer.picture.up):
        assert (arrows.shafts.get_colors()[:, 3] > 0).tolist() == [True] * 7 + [False] * 5


def test_step_zero_has_read_nothing(explorer):
    explorer.controls["step"].value = 0
    assert "Nothing has been read" in explorer.text


@pytest.mark.parametrize("text, digits, left_out", [
    ("1 0 1", [1, 0, 1], ""),
    ("1,0;11", [1, 0, 1, 1], ""),
    ("", [0], ""),
    ("1 2 x", [1], "2x"),
    ("0" * 13, [0], "0"),
    ("$" * 20, [0], "$$$$$$$$ and 12 more"),
])
def test_what_people_type(text, digits, left_out):
    x, rejected = read_digits(text)
    assert x.tolist() == digits + [0] * (STEPS - len(digits)) and rejected == left_out


@pytest.mark.parametrize("scale", [0.0, 1.5])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("step", [0, 1, STEPS])
def test_extreme_values_are_shown(explorer, scale, activation, step):
    for name, value in (("digits", "$1^" * 9), ("scale", scale), ("activation", activation), ("step", step)):
        explorer.controls[name].value = value
    assert "cannot be shown" not in explorer.text and "nan" not in explorer.text
    assert f"scale {scale:.2f}" in explorer.text


def test_colours_of_states():
    from matplotlib.colors import to_rgb

    shown = state_colors(np.array([-2.0, -1, 0, 1, 5, np.nan]))
    for got, name in zip(shown, ("target", "target", "paper", "state", "state", "faint"), strict=True):
        np.testing.assert_allclose(got, to_rgb(color(name)))


def test_it_follows_the_theme(explorer):
    light = explorer.image.value
    use_style("dark")
    try:
        explorer.controls["step"].value, explorer.controls["step"].value = 6, 5
        assert explorer.image.value != light
    finally:
        use_style("light")
