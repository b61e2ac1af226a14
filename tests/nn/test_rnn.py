"""RNN against torch, against its equation in a plain loop, and against finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import RNN


@given(data=st.data(), nonlinearity=st.sampled_from(["tanh", "relu"]))
@settings(max_examples=320, deadline=None)
def test_same_as_torch(cases, parity, data, nonlinearity):
    case = data.draw(cases)
    layer = RNN(case.input_size, case.hidden_size, nonlinearity=nonlinearity, rng=case.rng)
    parity(layer, torch.nn.RNN(case.input_size, case.hidden_size, nonlinearity=nonlinearity), case)


@given(data=st.data(), nonlinearity=st.sampled_from(["identity", "tanh"]))
@settings(max_examples=25, deadline=None)
def test_finite_differences(small_cases, finite_differences, data, nonlinearity):
    case = data.draw(small_cases)
    finite_differences(RNN(case.input_size, case.hidden_size, nonlinearity=nonlinearity, rng=case.rng), case)


PHI = {  # φ, and its slope at z
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
    "identity": (lambda z: z, np.ones_like),
}


def plain_forward(layer, x, h):
    """The equation, one step after the other: outputs, the last state, and what each step leaves for the way back."""
    phi, _ = PHI[layer.nonlinearity]
    steps = []
    for x_t in x:
        z = x_t @ layer.params["W_x"] + h @ layer.params["W_h"] + layer.params["b"]
        h_old, h = h, phi(z)
        steps.append((x_t, h_old, z, h))
    return np.array([step[-1] for step in steps]), h, steps


def plain_backward(layer, steps, d_outputs, dh):
    """The chain rule, from the last step to the first: dx, the gradients for the first state and for the weights."""
    _, slope = PHI[layer.nonlinearity]
    grads = {name: np.zeros_like(array) for name, array in layer.params.items()}
    dxs = []
    for (x_t, h_old, z, _), d_output in zip(steps[::-1], d_outputs[::-1]):
        dz = (dh + d_output) * slope(z)
        grads["W_x"] += x_t.T @ dz
        grads["W_h"] += h_old.T @ dz
        grads["b"] += dz.sum(axis=0)
        dxs.append(dz @ layer.params["W_x"].T)
        dh = dz @ layer.params["W_h"].T
    return np.array(dxs[::-1]), dh, grads


@pytest.mark.parametrize("nonlinearity", PHI)
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (6, 3, 2, 4), (8, 64, 3, 80)])
def test_same_as_the_equation_step_by_step(make_case, same_as_plain, shape, nonlinearity):
    case = make_case(*shape, ragged=False, given_state=True, seed=1)
    layer = RNN(case.input_size, case.hidden_size, nonlinearity=nonlinearity, rng=case.rng)
    same_as_plain(layer, case, plain_forward, plain_backward)


def test_identity_is_a_product_of_matrices():
    layer = RNN(2, 3, nonlinearity="identity")
    h = np.random.default_rng(1).standard_normal((1, 3))
    outputs, _ = layer.forward(np.zeros((4, 1, 2)), h)
    layer.params["b"][:] = 0
    outputs, _ = layer.forward(np.zeros((4, 1, 2)), h)
    np.testing.assert_allclose(outputs[-1], h @ np.linalg.matrix_power(layer.params["W_h"], 4), atol=1e-14)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "identity"])
def test_params_have_the_agreed_shapes(nonlinearity):
    layer = RNN(2, 3, nonlinearity=nonlinearity)
    assert {name: array.shape for name, array in layer.params.items()} == {"W_x": (2, 3), "W_h": (3, 3), "b": (3,)}
