"""The linear layer, against torch and finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import Linear, check_gradients

shapes = st.lists(st.integers(1, 4), max_size=3).map(tuple)


@given(leading=shapes, sizes=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_same_as_torch(leading, sizes, seed):
    rng = np.random.default_rng(seed)
    layer = Linear(*sizes, rng=rng)
    x, d_outputs = rng.standard_normal((*leading, sizes[0])), rng.standard_normal((*leading, sizes[1]))
    x_torch = torch.tensor(x, requires_grad=True)
    weight = torch.tensor(layer.params["W"].T, requires_grad=True)
    bias = torch.tensor(layer.params["b"], requires_grad=True)
    outputs = torch.nn.functional.linear(x_torch, weight, bias)
    outputs.backward(torch.tensor(d_outputs))

    np.testing.assert_allclose(layer.forward(x), outputs.detach().numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.backward(d_outputs), x_torch.grad.numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.grads["W"], weight.grad.numpy().T, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.grads["b"], bias.grad.numpy(), rtol=1e-12, atol=1e-13)


def test_finite_differences():
    rng = np.random.default_rng(0)
    layer = Linear(3, 4, rng=rng)
    x, weights = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 2, 4))
    layer.forward(x)
    layer.backward(weights)
    assert check_gradients(lambda: float((layer.forward(x) * weights).sum()), layer.params, layer.grads).passed(1e-7)


def test_backward_sets_and_does_not_add():
    layer = Linear(2, 3)
    layer.forward(np.ones((4, 2)))
    layer.backward(np.ones((4, 3)))
    once = layer.grads["W"].copy()
    layer.backward(np.ones((4, 3)))
    np.testing.assert_array_equal(layer.grads["W"], once)


def test_x_may_change_between_forward_and_backward():
    layer, x = Linear(2, 3), np.ones((4, 2))
    layer.forward(x)
    x[:] = 0
    layer.backward(np.ones((4, 3)))
    np.testing.assert_array_equal(layer.grads["W"], np.full((2, 3), 4.0))


def test_keeps_its_dtype_and_starts_the_same():
    layer = Linear(2, 3, dtype=np.float32)
    outputs = layer.forward(np.ones((4, 2)))
    assert {a.dtype for a in (outputs, layer.backward(outputs), *layer.grads.values())} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(Linear(2, 3).params["W"], Linear(2, 3).params["W"])
    assert np.abs(Linear(100, 30).params["W"]).max() <= 0.1


def test_bad_input_names_the_argument():
    layer = Linear(3, 2)
    with pytest.raises(ValueError, match="backward needs a forward"):
        layer.backward(np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"x must be \(5, 2, 3\), got \(5, 2, 4\)"):
        layer.forward(np.ones((5, 2, 4)))
    with pytest.raises(TypeError, match="x must be an array of floats, got int64"):
        layer.forward(np.ones((5, 3), np.int64))
    layer.forward(np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"d_outputs must be \(5, 2\), got \(2,\)"):
        layer.backward(np.ones(2))
    with pytest.raises(ValueError, match="output_size must be at least 1"):
        Linear(3, 0)
