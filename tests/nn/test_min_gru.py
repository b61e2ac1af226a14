"""MinGRU: against torch's autograd, finite differences, and the paper's equation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn import models
from seqlearn.nn import MinGRU


@given(data=st.data())
@settings(max_examples=320, deadline=None)
def test_same_as_autograd(cases, twin_parity, data):
    case = data.draw(cases)
    layer = MinGRU(case.input_size, case.hidden_size, rng=case.rng)
    twin_parity(layer, models.MinGRU(case.input_size, case.hidden_size), case)


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_finite_differences(small_cases, finite_differences, data):
    case = data.draw(small_cases)
    finite_differences(MinGRU(case.input_size, case.hidden_size, rng=case.rng), case)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_it_follows_the_paper_when_the_weights_of_z_change_their_sign(cases, data):
    case = data.draw(cases)
    layer = MinGRU(case.input_size, case.hidden_size, rng=case.rng)
    W_z, W_n = np.split(layer.params["W_x"], 2, axis=1)
    b_z, b_n = np.split(layer.params["b"], 2)
    h = case.state_for(layer)
    outputs, final = layer.forward(case.x, h)
    for x_t, output in zip(case.x, outputs):
        z = 1 / (1 + np.exp(x_t @ W_z + b_z))  # the paper's: σ of the sum with the other sign
        h = (1 - z) * h + z * (x_t @ W_n + b_n)
        np.testing.assert_allclose(output, h, atol=1e-12)
    np.testing.assert_allclose(final, h, atol=1e-12)


def test_an_update_gate_of_one_keeps_the_old_state():
    layer = MinGRU(2, 3)
    layer.params["b"][:3] = 1e3
    h = np.random.default_rng(1).standard_normal((4, 3))
    _, final = layer.forward(np.random.default_rng(2).standard_normal((6, 4, 2)), h)
    np.testing.assert_allclose(final, h, atol=1e-12)


def test_a_long_sequence_stays_in_the_range_of_its_candidates():
    layer, x = MinGRU(2, 3), np.random.default_rng(1).standard_normal((20_000, 1, 2))
    layer.params["b"][:3] = 9  # a gate near 1: a memory of thousands of steps
    candidates = (x @ layer.params["W_x"] + layer.params["b"])[..., 3:]
    outputs, _ = layer.forward(x)
    assert (outputs.min(axis=0) >= np.minimum(candidates.min(axis=0), 0)).all()
    assert (outputs.max(axis=0) <= np.maximum(candidates.max(axis=0), 0)).all()
    dx, d_start = layer.backward(np.ones_like(outputs))
    assert all(np.isfinite(array).all() for array in [dx, d_start, *layer.grads.values()])


def test_params_have_the_agreed_shapes():
    assert {name: array.shape for name, array in MinGRU(2, 3).params.items()} == {"W_x": (2, 6), "b": (6,)}
