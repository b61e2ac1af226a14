"""LSTM against torch, against its equations in plain loops, and against finite differences."""

import numpy as np
import pytest
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


def sigma(z):
    return 1 / (1 + np.exp(-z))


def plain_forward(layer, x, h, c):
    """The equations, one step after the other: outputs, the last state, and what each step leaves for the way back."""
    W_x, W_h, b = (layer.params[name] for name in ("W_x", "W_h", "b"))
    p_i, p_f, p_o = layer.params["p"] if layer.peepholes else (0, 0, 0)
    steps = []
    for x_t in x:
        z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)
        i, f, g = sigma(z_i + p_i * c), sigma(z_f + p_f * c), np.tanh(z_g)
        c_old, c = c, f * c + i * g
        o = sigma(z_o + p_o * c)
        h_old, h = h, o * np.tanh(c)
        steps.append((x_t, h_old, c_old, i, f, g, o, c, h))
    return np.array([step[-1] for step in steps]), (h, c), steps


def plain_backward(layer, steps, d_outputs, dh, dc):
    """The chain rule, from the last step to the first: dx, the gradients for the first state and for the weights."""
    W_x, W_h = layer.params["W_x"], layer.params["W_h"]
    p_i, p_f, p_o = layer.params["p"] if layer.peepholes else (0, 0, 0)
    grads = {name: np.zeros_like(array) for name, array in layer.params.items()}
    dxs = []
    for (x_t, h_old, c_old, i, f, g, o, c, _), d_output in zip(steps[::-1], d_outputs[::-1]):
        dh = dh + d_output
        do = dh * np.tanh(c) * o * (1 - o)
        dc = dc + dh * o * (1 - np.tanh(c) ** 2) + p_o * do
        di, df, dg = dc * g * i * (1 - i), dc * c_old * f * (1 - f), dc * i * (1 - g**2)
        dz = np.concatenate([di, df, dg, do], axis=1)
        grads["W_x"] += x_t.T @ dz
        grads["W_h"] += h_old.T @ dz
        grads["b"] += dz.sum(axis=0)
        if layer.peepholes:
            grads["p"] += [(di * c_old).sum(axis=0), (df * c_old).sum(axis=0), (do * c).sum(axis=0)]
        dxs.append(dz @ W_x.T)
        dh, dc = dz @ W_h.T, dc * f + p_i * di + p_f * df
    return np.array(dxs[::-1]), (dh, dc), grads


@pytest.mark.parametrize("peepholes", [False, True])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (6, 3, 2, 4), (8, 64, 3, 80)])  # the last in several blocks
def test_same_as_the_equations_step_by_step(make_case, same_as_plain, shape, peepholes):
    case = make_case(*shape, ragged=False, given_state=True, seed=1)
    layer = LSTM(case.input_size, case.hidden_size, peepholes=peepholes, rng=case.rng)
    same_as_plain(layer, case, plain_forward, plain_backward)


@pytest.mark.parametrize("lengths", [None, [1, 8, 3, 5] * 16])
def test_same_as_torch_over_several_blocks(make_case, parity, lengths):
    case = make_case(8, 64, 3, 80, ragged=False, given_state=True, seed=2)
    case.lengths = lengths
    parity(LSTM(3, 80, rng=case.rng), torch.nn.LSTM(3, 80), case)


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
