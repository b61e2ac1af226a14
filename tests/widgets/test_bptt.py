"""Chapter 04's explorer, without a browser."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch04
from seqlearn.plots.style import use_style
from seqlearn.widgets import catalog
from seqlearn.widgets.bptt import HIDDEN, STEPS, TruncatedGradient, gradient_by_path, truncations


@pytest.fixture
def explorer():
    return TruncatedGradient()


def network_of(radius: float, seed: int):
    """The explorer's network again: x, h, W_x, W_h, targets, drawn in the same order."""
    rng = np.random.default_rng(seed)
    W_h = rng.normal(size=(HIDDEN, HIDDEN))
    W_h *= radius / np.abs(np.linalg.eigvals(W_h)).max()
    W_x, x = rng.normal(size=(1, HIDDEN)), 0.5 * rng.normal(size=(STEPS, 1))
    h_0 = 0.5 * rng.normal(size=(STEPS + 1, HIDDEN))[0]
    layer = nn.RNN(1, HIDDEN)
    layer.params["W_x"][:], layer.params["W_h"][:], layer.params["b"][:] = W_x, W_h, 0
    outputs, _ = layer.forward(x[:, None], h_0[None])
    h = np.concatenate([h_0[None, None], outputs])
    return layer, x[:, None], h, rng.uniform(-1, 1, size=(STEPS, HIDDEN))[:, None]


def test_it_is_in_the_catalog():
    assert TruncatedGradient in catalog()


@pytest.mark.parametrize("name, value", [("k", 3), ("radius", 0.5), ("loss", "at the last step"), ("seed", 4)])
def test_every_control_changes_picture_and_words(explorer, name, value):
    picture, words = explorer.image.value, explorer.text
    explorer.controls[name].value = value
    assert explorer.image.value != picture and explorer.text != words


@pytest.mark.parametrize("last_only", [False, True])
def test_paths_add_up_to_the_gradient_of_the_reference_layer(last_only):
    layer, x, h, targets = network_of(1.1, 3)
    d_outputs = h[1:] - targets
    if last_only:
        d_outputs[:-1] = 0
    layer.backward(d_outputs)
    np.testing.assert_allclose(gradient_by_path(1.1, last_only, 3).sum((0, 1)), layer.grads["W_h"].ravel(), atol=1e-12)


@pytest.mark.parametrize("k", [1, 3, 10, 19, 20])
def test_angle_and_length_are_those_of_the_exercise(k):
    layer, x, h, targets = network_of(0.9, 2)
    arguments = x, h, h[1:] - targets, layer.params["W_x"], layer.params["W_h"]
    full = ch04.backward_reference(*arguments)[3].ravel()
    cut = ch04.truncated_backward_reference(*arguments, k)[2].ravel()
    _, angles, ratios = truncations(0.9, False, 2)
    cosine = cut @ full / np.linalg.norm(cut) / np.linalg.norm(full)
    assert np.cos(np.radians(angles[k - 1])) == pytest.approx(cosine, abs=1e-9)
    assert ratios[k - 1] == pytest.approx(np.linalg.norm(cut) / np.linalg.norm(full))


@pytest.mark.parametrize("k, paths", [(1, 20), (10, 110), (15, 135), (20, 210)])
def test_words_count_the_paths_that_survive(explorer, k, paths):
    explorer.controls["k"].value = k
    assert f"{paths} of 210 paths" in explorer.text


def test_lit_arrows_are_those_within_blocks(explorer):
    explorer.controls["k"].value = 8
    lit = explorer.picture.back.shafts.get_colors()[:, 3] > 0
    assert [t for t in range(1, STEPS + 1) if not lit[t - 1]] == [9, 17]  # the arrows out of blocks 2 and 3
    explorer.controls["loss"].value = "at the last step"
    lit = explorer.picture.back.shafts.get_colors()[:, 3] > 0
    assert [t for t in range(1, STEPS + 1) if lit[t - 1]] == [18, 19, 20]


def test_the_whole_sequence_is_the_full_gradient(explorer):
    explorer.controls["k"].value = STEPS
    assert "0° away" in explorer.text and "1.00 times" in explorer.text


@pytest.mark.parametrize("radius", [0.1, 1.6])
@pytest.mark.parametrize("k", [1, 20])
@pytest.mark.parametrize("loss", ["at every step", "at the last step"])
def test_extreme_values_are_shown(explorer, radius, k, loss):
    for name, value in (("radius", radius), ("k", k), ("loss", loss)):
        explorer.controls[name].value = value
    assert "cannot be shown" not in explorer.text and "nan" not in explorer.text


def test_it_follows_the_theme(explorer):
    light = explorer.image.value
    use_style("dark")
    try:
        explorer.controls["k"].value, explorer.controls["k"].value = 11, 10
        assert explorer.image.value != light
    finally:
        use_style("light")


def test_only_the_losses_that_there_are_are_drawn(explorer):
    net = explorer.picture.net
    marks = (net.losses, net.forward["loss"], net.gradients["loss"])
    explorer.controls["loss"].value = "at the last step"
    for group in marks:
        assert [t for t, mark in group.items() if mark.patch.get_visible()] == [STEPS]
    assert explorer.text.startswith("A loss at the last step alone")
    explorer.controls["loss"].value = "at every step"
    assert all(mark.patch.get_visible() for group in marks for mark in group.values())
    assert explorer.text.startswith("A loss at every step")


def test_the_words_of_the_compass_touch_nothing(explorer):
    picture = explorer.picture
    picture.render()
    compass = picture.truncated.patch.axes
    full, truncated = (text.get_window_extent() for text in compass.texts)
    level = compass.transData.transform((0, 0))[1]
    assert full.y1 < level - 3 and truncated.y1 < full.y0
    assert truncated.y0 > 0
