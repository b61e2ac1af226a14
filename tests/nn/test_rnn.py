"""RNN against torch and against finite differences."""

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
