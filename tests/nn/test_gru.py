"""GRU: reset after the product against torch, before it against the paper's equations and finite differences."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import GRU


@given(data=st.data())
@settings(max_examples=320, deadline=None)
def test_reset_after_is_the_same_as_torch(cases, parity, data):
    case = data.draw(cases)
    layer = GRU(case.input_size, case.hidden_size, rng=case.rng)
    parity(layer, torch.nn.GRU(case.input_size, case.hidden_size), case)


@given(data=st.data(), reset_after=st.booleans())
@settings(max_examples=25, deadline=None)
def test_finite_differences(small_cases, finite_differences, data, reset_after):
    case = data.draw(small_cases)
    finite_differences(GRU(case.input_size, case.hidden_size, reset_after=reset_after, rng=case.rng), case)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_reset_before_follows_the_paper(cases, data):
    case = data.draw(cases)
    layer = GRU(case.input_size, case.hidden_size, reset_after=False, rng=case.rng)
    h = case.state_for(layer)
    outputs, final = layer.forward(case.x[:1], h)

    def sigma(z):
        return 1 / (1 + np.exp(-z))

    size = case.hidden_size
    from_x = case.x[0] @ layer.params["W_x"] + layer.params["b"]
    W_r, W_z, W_n = np.split(layer.params["W_h"], 3, axis=1)
    r = sigma(from_x[:, :size] + h @ W_r)
    z = sigma(from_x[:, size : 2 * size] + h @ W_z)
    n = np.tanh(from_x[:, 2 * size :] + (r * h) @ W_n)
    np.testing.assert_allclose(final, (1 - z) * n + z * h, atol=1e-14)
    np.testing.assert_allclose(outputs[0], final, atol=0)


def test_an_update_gate_of_one_keeps_the_old_state():
    layer = GRU(2, 3)
    layer.params["b"][3:6] = 1e3
    h = np.random.default_rng(1).standard_normal((4, 3))
    outputs, final = layer.forward(np.random.default_rng(2).standard_normal((6, 4, 2)), h)
    np.testing.assert_allclose(final, h, atol=1e-12)


def test_the_two_variants_differ():
    x = np.random.default_rng(1).standard_normal((5, 2, 3))
    after, before = GRU(3, 4), GRU(3, 4, reset_after=False)
    after.params["b_h"][:] = 0
    for name, array in before.params.items():
        array[...] = after.params[name]
    assert np.abs(after.forward(x)[0] - before.forward(x)[0]).max() > 1e-3


def test_params_have_the_agreed_shapes():
    shapes = {name: array.shape for name, array in GRU(2, 3).params.items()}
    assert shapes == {"W_x": (2, 9), "W_h": (3, 9), "b": (9,), "b_h": (9,)}
    assert "b_h" not in GRU(2, 3, reset_after=False).params
