"""Layers on top of each other, against torch's num_layers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import GRU, LSTM, RNN, Bidirectional, Stacked

KINDS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


@given(data=st.data(), kind=st.sampled_from(list(KINDS)), num_layers=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_same_as_torch(cases, parity, data, kind, num_layers):
    case = data.draw(cases)
    sizes = [case.input_size] + [case.hidden_size] * num_layers
    layer = Stacked([KINDS[kind](below, size, rng=case.rng) for below, size in zip(sizes, sizes[1:])])
    module = getattr(torch.nn, kind)(case.input_size, case.hidden_size, num_layers)
    parity(layer, module, case)


@given(data=st.data(), kind=st.sampled_from(list(KINDS)))
@settings(max_examples=40, deadline=None)
def test_bidirectional_layers_stack_as_in_torch(cases, parity, data, kind):
    case = data.draw(cases)

    def both(below):
        return Bidirectional(*(KINDS[kind](below, case.hidden_size, rng=case.rng) for _ in range(2)))

    layer = Stacked([both(case.input_size), both(2 * case.hidden_size)])
    module = getattr(torch.nn, kind)(case.input_size, case.hidden_size, 2, bidirectional=True)
    parity(layer, module, case)


@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_different_kinds_and_sizes_stack(small_cases, finite_differences, data):
    case = data.draw(small_cases)
    layers = [LSTM(case.input_size, 3, peepholes=True, rng=case.rng), GRU(3, 2, reset_after=False, rng=case.rng)]
    finite_differences(Stacked([*layers, RNN(2, 2, rng=case.rng)]), case)


def test_params_are_those_of_the_layers():
    layers = [RNN(2, 3), RNN(3, 4)]
    stacked = Stacked(layers)
    assert set(stacked.params) == {"0.W_x", "0.W_h", "0.b", "1.W_x", "1.W_h", "1.b"}
    assert stacked.params["1.W_h"] is layers[1].params["W_h"]
    stacked.forward(np.ones((2, 1, 2)))
    stacked.backward(np.ones((2, 1, 4)))
    assert stacked.grads.keys() == stacked.params.keys()
    assert stacked.grads["0.b"] is layers[0].grads["b"]


def test_a_state_may_be_given_for_some_layers_only():
    stacked = Stacked([RNN(2, 3), LSTM(3, 4)])
    x = np.random.default_rng(1).standard_normal((3, 2, 2))
    h = np.ones((2, 3))
    with_none, _ = stacked.forward(x, [h, None])
    with_zeros, _ = stacked.forward(x, [h, (np.zeros((2, 4)), np.zeros((2, 4)))])
    np.testing.assert_array_equal(with_none, with_zeros)


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([], TypeError, "layers must be a list of at least one layer"),
        ([RNN(2, 3), "LSTM"], TypeError, "layers must hold layers that read sequences, got str"),
        ([RNN(2, 3), RNN(2, 3)], ValueError, r"layers\[1\] must read 3 features"),
        ([RNN(2, 3), RNN(3, 3, dtype=np.float32)], ValueError, "of float32"),
        ([RNN(3, 3)] * 2, ValueError, "layers must be different objects"),
    ],
)
def test_layers_that_do_not_fit(layers, error, message):
    with pytest.raises(error, match=message):
        Stacked(layers)
