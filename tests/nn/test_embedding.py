"""The embedding, against torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import Embedding


@given(
    leading=st.lists(st.integers(1, 5), max_size=3).map(tuple),
    size=st.integers(1, 5),
    padded=st.booleans(),
    seed=st.integers(0, 999),
)
@settings(max_examples=30, deadline=None)
def test_same_as_torch(leading, size, padded, seed):
    rng = np.random.default_rng(seed)
    layer = Embedding(4, size, padding_index=2 if padded else None, rng=rng)
    indices, d_outputs = rng.integers(0, 4, leading), rng.standard_normal((*leading, size))
    weight = torch.tensor(layer.params["W"], requires_grad=True)
    outputs = torch.nn.functional.embedding(torch.tensor(indices), weight, padding_idx=layer.padding_index)
    outputs.backward(torch.tensor(d_outputs))

    np.testing.assert_array_equal(layer.forward(indices), outputs.detach().numpy())
    assert layer.backward(d_outputs) is None
    np.testing.assert_allclose(layer.grads["W"], weight.grad.numpy(), rtol=1e-12, atol=1e-13)


def test_repeated_tokens_add_up():
    layer = Embedding(3, 2)
    layer.forward([[1, 1], [1, 0]])
    layer.backward(np.ones((2, 2, 2)))
    np.testing.assert_array_equal(layer.grads["W"], [[1, 1], [3, 3], [0, 0]])


def test_padding_starts_at_zero_and_is_not_taught():
    layer = Embedding(3, 2, padding_index=0)
    np.testing.assert_array_equal(layer.params["W"][0], [0, 0])
    layer.forward([0, 0, 1])
    layer.backward(np.ones((3, 2)))
    np.testing.assert_array_equal(layer.grads["W"], [[0, 0], [1, 1], [0, 0]])


def test_indices_may_change_between_forward_and_backward():
    layer, indices = Embedding(3, 2), np.array([1, 1])
    outputs = layer.forward(indices)
    indices[:] = 2
    outputs[:] = 0
    assert layer.params["W"][1].all()
    layer.backward(np.ones((2, 2)))
    np.testing.assert_array_equal(layer.grads["W"][1], [2, 2])


def test_float32_and_small_index_types():
    layer = Embedding(300, 2, dtype=np.float32)
    outputs = layer.forward(np.array([255], np.uint8))
    layer.backward(outputs)
    assert outputs.dtype == layer.grads["W"].dtype == np.float32


def test_bad_input_names_the_argument():
    layer = Embedding(3, 2)
    with pytest.raises(ValueError, match="backward needs a forward"):
        layer.backward(np.ones((1, 2)))
    with pytest.raises(ValueError, match="indices must be from 0 to 2, got -1 to 1"):
        layer.forward([-1, 1])
    with pytest.raises(ValueError, match="indices must be from 0 to 2, got 0 to 3"):
        layer.forward([0, 3])
    for wrong in ([0.0, 1.0], [True, False], [1j], ["a"]):
        with pytest.raises(TypeError, match="indices must be integers"):
            layer.forward(wrong)
    with pytest.raises(ValueError, match="padding_index must be from 0 to 2, got 3"):
        Embedding(3, 2, padding_index=3)
    layer.forward([0, 1])
    with pytest.raises(ValueError, match=r"d_outputs must be \(2, 2\), got \(2, 3\)"):
        layer.backward(np.ones((2, 3)))
