"""Chapter 05's explorer: its numbers against first principles, and its pictures at the ends of every control."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.plots.gradient_flow import GradientFlow, exponents, fate, short
from seqlearn.widgets.exploding import (
    SIZE,
    ExplodingGradients,
    first_inputs,
    gradient_norms,
    make_network,
    train,
    unit_matrix,
)

DEFAULTS = {"radius": 1.1, "steps": 100, "activation": "identity", "start": "gaussian", "clip": np.inf, "seed": 0}


@pytest.fixture
def explorer():
    return ExplodingGradients()


def compute(**changes):
    """What the explorer computes at these settings; no picture is drawn for it."""
    return ExplodingGradients.compute(None, **{**DEFAULTS, **changes})


@pytest.mark.parametrize("start", ["gaussian", "orthogonal", "identity", "chain"])
def test_unit_matrix_has_spectral_radius_1(start):
    matrix, eigenvalues, s_max = unit_matrix(start, 3)
    assert np.isclose(np.abs(np.linalg.eigvals(matrix)).max(), 1, atol=1e-6)
    assert np.isclose(np.abs(eigenvalues).max(), 1) and np.isclose(s_max, np.linalg.norm(matrix, 2))
    assert s_max == pytest.approx(1) if start in ("orthogonal", "identity") else s_max > 1.1


def test_unit_matrix_follows_the_seed_and_refuses_the_unknown():
    assert not np.allclose(unit_matrix("gaussian", 0)[0], unit_matrix("gaussian", 1)[0])
    with pytest.raises(ValueError, match="start must be"):
        unit_matrix("glorot", 0)


@pytest.mark.parametrize("activation", ["identity", "tanh", "relu"])
def test_norms_are_the_gradients_of_every_state(activation):
    """Against finite differences of the loss, with the network run on from a nudged state."""
    network, readout = make_network(1.2, activation, "gaussian", 5)
    x, _ = first_inputs(6, 1, np.random.default_rng(0))
    h = np.concatenate([np.full((1, 1, SIZE), 0.0), network.forward(x)[0]])
    norms = gradient_norms(network, x, readout)
    for t in range(1, 6):  # h_0 = 0 sits on the kink of relu for no unit, but is covered by the linear case below
        slopes = []
        for nudge in 1e-6 * np.eye(SIZE):
            high, low = (network.forward(x[t:], h[t] + sign * nudge)[1] @ readout for sign in (1, -1))
            slopes.append((high - low)[0] / 2e-6)
        assert norms[t] == pytest.approx(np.linalg.norm(slopes), rel=1e-5)
    assert norms[6] == pytest.approx(1)


def test_linear_network_multiplies_by_powers_of_the_matrix():
    values = compute(steps=40, radius=0.9)
    matrix = 0.9 * unit_matrix("gaussian", 0)[0]
    readout = make_network(0.9, "identity", "gaussian", 0)[1]
    expected = [np.linalg.norm(np.linalg.matrix_power(matrix, 40 - t) @ readout) for t in range(41)]
    assert np.allclose(values["norms"], expected, rtol=1e-9)


@pytest.mark.parametrize("start", ["orthogonal", "identity"])
def test_rotations_follow_the_rate_exactly(start):
    norms = compute(start=start, radius=0.5)["norms"]
    assert np.allclose(np.log10(norms), np.log10(0.5) * np.arange(100, -1, -1))


@pytest.mark.parametrize("activation", ["identity", "tanh", "relu"])
@pytest.mark.parametrize("start", ["gaussian", "orthogonal", "identity", "chain"])
@pytest.mark.parametrize("radius", [0.3, 1.0, 1.6])
def test_no_gradient_is_above_the_bound(activation, start, radius):
    values = compute(activation=activation, start=start, radius=radius, steps=60)
    distance = np.arange(60, -1, -1)
    assert np.all(exponents(values["norms"]) <= np.log10(values["s_max"]) * distance + 1e-9)


def test_tiny_norms_do_not_vanish_in_the_square():
    """0.05^200 is 1e-260, whose square is 0 in float64."""
    norms = compute(start="orthogonal", radius=0.05, steps=200)["norms"]
    assert np.log10(norms[0]) == pytest.approx(200 * np.log10(0.05))


def test_the_question_has_an_answer():
    """Between 1 and 1.05 in the opening state; exactly 1 for a rotation; tanh needs more; the chain grows below 1."""
    assert compute(radius=1.0)["norms"][0] < 0.2 < 10 < compute(radius=1.05)["norms"][0]
    assert compute(start="orthogonal", radius=1.0)["norms"][0] == pytest.approx(1)
    assert compute(activation="tanh", start="orthogonal", radius=1.0)["norms"][0] < 0.1
    chain = compute(start="chain", radius=0.6)["norms"]
    assert chain.max() > 10 and chain[0] < 1e-3


def test_training_dies_without_clipping_and_lives_with_it():
    with np.errstate(all="ignore"):
        free = train(1.1, 100, "identity", "gaussian", np.inf, 0)
        clipped = train(1.1, 100, "identity", "gaussian", 1.0, 0)
    assert not np.isfinite(free[-1]) and len(free) < 10 and np.all(np.isfinite(free[:-1]))
    assert len(clipped) == 150 and np.all(np.isfinite(clipped)) and clipped[-20:].mean() < 2 < 1e5 < clipped[0]


def test_train_button_shows_the_fate_until_a_control_moves(explorer):
    before = explorer.image.value
    explorer.controls["train"].click()
    assert "without clipping" in explorer.text and "clipped at" not in explorer.text
    assert ("NaN" in explorer.text or "∞" in explorer.text) and explorer.image.value != before
    explorer.controls["clip"].value = 1.0
    assert "Training" not in explorer.text
    explorer.controls["train"].click()
    assert "clipped at 1: from" in explorer.text


def test_every_control_changes_picture_and_text(explorer):
    for name, value in {"radius": 1.2, "steps": 60, "activation": "tanh", "start": "orthogonal", "clip": 0.1,
                        "seed": 4}.items():
        picture, text = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != picture and explorer.text != text, name


@pytest.mark.parametrize("radius", [0.0, 3.0])
def test_extremes_are_drawn_with_a_sentence(explorer, radius):
    controls = explorer.controls
    controls["steps"].value, controls["clip"].value, controls["radius"].value = 200, 0.1, radius
    for activation in ("identity", "tanh", "relu"):
        for start in ("gaussian", "chain", "identity"):
            controls["activation"].value, controls["start"].value = activation, start
            assert ("exactly 0" if radius == 0 else "The gradient") in explorer.text
    for activation in ("identity", "tanh"):
        controls["activation"].value = activation
        controls["train"].click()
        assert "Training, loss" in explorer.text and "on average) without clipping" in explorer.text
        assert "clipped at 0.1" in explorer.text


@pytest.mark.parametrize(("last", "words"), [
    (0.05, "vanishes: norm 1 at step 10, 0.05"), (0.2, "shrinks: norm 1"), (0.6, "0.6: about the size it had"),
    (1.9, "1.9: about the size it had"), (5.0, "grows: norm 1 at step 10, 5"), (20.0, "explodes"),
])
def test_only_about_the_same_size_is_called_so(last, words):
    said = fate(np.linspace(last, 1, 11))
    assert words in said and ("about the size" in said) == (0.5 <= last <= 2)


def test_a_run_that_ends_is_seen_to_end():
    explorer = ExplodingGradients()
    picture = explorer.picture
    axes = picture.training
    assert min(axes.get_yticks()) < 0, "losses below 1 can be read"
    explorer.controls["train"].click()
    assert "NaN at update 1" in explorer.text and picture.dead.get_visible() and axes.get_ylim()[1] == 12
    assert picture.dead.get_x() == 1 and picture.dead.get_x() + picture.dead.get_width() == 150
    ((x,), (y,)) = picture.burst.get_data()
    assert (x, y) == (1, axes.get_ylim()[1])
    burst = picture.burst.get_window_extent()
    assert burst.x0 > axes.get_window_extent().x0, "clear of the axis"
    explorer.controls["radius"].value = 0.9
    assert not picture.dead.get_visible() and not len(picture.burst.get_xdata())
    explorer.controls["train"].click()
    assert not picture.dead.get_visible() and axes.get_ylim()[1] < 4, "a calm run has the whole height"
    assert min(axes.get_yticks()) < 0 < max(axes.get_yticks())


def test_picture_takes_nan_and_inf():
    picture = GradientFlow()
    values = {"radius": 2.0, "s_max": 3.0, "eigenvalues": np.ones(16) * 2j, "weight_norm": np.nan, "activation": "relu",
              "start": "gaussian", "clip": 1.0}
    cases = (([np.nan, np.inf, 1.0], "NaN"), ([np.inf, 2.0, 1.0], "infinite"), ([0.0, 0.0, 1.0], "exactly 0"))
    for norms, word in cases:
        text = picture.update(norms=np.array(norms), losses=[np.array([1.0, np.inf]), np.array([2.0, 1.5])], **values)
        assert word in text and "∞ at update 1" in text
        assert picture.render().startswith(b"\x89PNG")


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (0.52, "0.52"), (14.2, "14"), (640, "640"), (37_000, "3.7·10⁴"),
                                              (4.2e-9, "4.2·10⁻⁹"), (np.inf, "∞"), (-np.inf, "−∞"), (np.nan, "NaN")])
def test_short(number, text):
    assert short(number) == text


def test_fate_in_words():
    assert "vanishes" in fate(np.array([1e-4, 1e-2, 1.0])) and "explodes" in fate(np.array([1e4, 1e2, 1.0]))
    assert "about the size" in fate(np.array([0.9, 1.1, 1.0]))
    assert "reaches 50 at step 1" in fate(np.array([1e-4, 50, 1.0]))


def test_compute_leaves_the_cached_matrix_alone():
    before = unit_matrix("gaussian", 0)[0].copy()
    compute()
    with np.errstate(all="ignore"):
        train(1.1, 20, "identity", "gaussian", np.inf, 0)
    assert np.array_equal(unit_matrix("gaussian", 0)[0], before)


def test_weight_norm_is_that_of_all_weights():
    values = compute(clip=1.0)
    network, readout = make_network(1.1, "identity", "gaussian", 0)
    gradient_norms(network, first_inputs(100, 1, np.random.default_rng(0))[0], readout)
    assert values["weight_norm"] == pytest.approx(nn.clip_grad_norm(network.grads, 1.0)) and values["clip"] == 1.0


def test_a_training_is_wiped_when_a_control_moves():
    """The training's artists are drawn apart from those that follow a slider: they must not outlive their settings."""
    explorer = ExplodingGradients()
    fresh = explorer.image.value
    explorer.controls["train"].click()
    assert "Training, loss" in explorer.text and len(explorer.picture.unclipped.get_xdata()) > 0
    assert explorer.image.value != fresh
    explorer.controls["radius"].value = 0.9
    assert "Training" not in explorer.text and len(explorer.picture.unclipped.get_xdata()) == 0
    assert explorer.picture.notes[0].get_text() == "press Train"
    explorer.controls["radius"].value = 1.1
    assert explorer.image.value == fresh, "nothing of the training is left in the picture"
