"""LSTM against torch, and against finite differences where torch has no peepholes."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import LSTM


@given(data=st.data())
@settings(max_examples=320, deadline=None)
def test_same_as_torch(cases, parity, data):
    case = data.draw(cases)
    layer = LSTM(case.input_size, case.hidden_size, rng=case.rng)
    parity(layer, torch.nn.LSTM(case.input_size, case.hidden_size), case)


@given(data=st.data(), peepholes=st.booleans())
@settings(max_examples=25, deadline=None)
def test_finite_differences(small_cases, finite_differences, data, peepholes):
    case = data.draw(small_cases)
    finite_differences(LSTM(case.input_size, case.hidden_size, peepholes=peepholes, rng=case.rng), case)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_peepholes_follow_the_equations(cases, data):
    """i and f look at the old c, o looks at the new one: written out for one step with plain exponentials."""
    case = data.draw(cases)
    layer = LSTM(case.input_size, case.hidden_size, peepholes=True, rng=case.rng)
    h, c = case.state_for(layer)
    outputs, (h_final, c_final) = layer.forward(case.x[:1], (h, c))

    def sigma(z):
        return 1 / (1 + np.exp(-z))

    p = layer.params["p"]
    sums = case.x[0] @ layer.params["W_x"] + h @ layer.params["W_h"] + layer.params["b"]
    z_i, z_f, z_g, z_o = np.split(sums, 4, axis=1)
    c_new = sigma(z_f + p[1] * c) * c + sigma(z_i + p[0] * c) * np.tanh(z_g)
    h_new = sigma(z_o + p[2] * c_new) * np.tanh(c_new)
    np.testing.assert_allclose(c_final, c_new, atol=1e-14)
    np.testing.assert_allclose(h_final, h_new, atol=1e-14)
    np.testing.assert_allclose(outputs[0], h_new, atol=1e-14)


def test_peepholes_of_zero_change_nothing():
    x = np.random.default_rng(1).standard_normal((5, 2, 3))
    plain, looking = LSTM(3, 4), LSTM(3, 4, peepholes=True)
    looking.params["p"][:] = 0
    np.testing.assert_array_equal(looking.forward(x)[0], plain.forward(x)[0])
    dx, _ = looking.backward(np.ones((5, 2, 4)))
    np.testing.assert_array_equal(dx, plain.backward(np.ones((5, 2, 4)))[0])
    assert np.any(looking.grads["p"] != 0)


def test_params_have_the_agreed_shapes():
    shapes = {name: array.shape for name, array in LSTM(2, 3, peepholes=True).params.items()}
    assert shapes == {"W_x": (2, 12), "W_h": (3, 12), "b": (12,), "p": (3, 3)}
    assert "p" not in LSTM(2, 3).params


def test_gates_far_out_saturate_without_a_warning(recwarn):
    outputs, (h, c) = LSTM(1, 2).forward(np.array([1e6, -1e6]).reshape(2, 1, 1))
    assert np.isfinite(outputs).all() and np.isfinite(c).all()
    assert not recwarn.list
