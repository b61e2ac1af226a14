"""Two directions, against torch; shorter sequences turn round within their own length."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import GRU, LSTM, RNN, Bidirectional

KINDS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


@given(data=st.data(), kind=st.sampled_from(list(KINDS)))
@settings(max_examples=100, deadline=None)
def test_same_as_torch(cases, parity, data, kind):
    case = data.draw(cases)
    layers = [KINDS[kind](case.input_size, case.hidden_size, rng=case.rng) for _ in range(2)]
    module = getattr(torch.nn, kind)(case.input_size, case.hidden_size, bidirectional=True)
    parity(Bidirectional(*layers), module, case)


@given(data=st.data(), merge=st.sampled_from(["concat", "sum"]))
@settings(max_examples=8, deadline=None)
def test_finite_differences(small_cases, finite_differences, data, merge):
    case = data.draw(small_cases)
    size = case.hidden_size
    layers = LSTM(case.input_size, size, rng=case.rng), GRU(case.input_size, size, rng=case.rng)
    finite_differences(Bidirectional(*layers, merge=merge), case)


def test_sum_is_the_sum_of_the_halves():
    layers = RNN(2, 3), RNN(2, 3, rng=np.random.default_rng(1))
    x = np.random.default_rng(2).standard_normal((4, 3, 2))
    side_by_side, _ = Bidirectional(*layers).forward(x, lengths=[4, 1, 2])
    added, _ = Bidirectional(*layers, merge="sum").forward(x, lengths=[4, 1, 2])
    np.testing.assert_array_equal(added, side_by_side[..., :3] + side_by_side[..., 3:])


def test_each_row_turns_round_within_its_own_length():
    layers = RNN(1, 2), RNN(1, 2)
    both = Bidirectional(*layers)
    x = np.random.default_rng(1).standard_normal((5, 3, 1))
    lengths = np.array([5, 2, 3])
    outputs, (_, final) = both.forward(x, lengths=lengths)
    for n, length in enumerate(lengths):
        alone, last = RNN(1, 2).forward(x[:length, n : n + 1][::-1])
        np.testing.assert_allclose(outputs[:length, n, 2:], alone[::-1, 0], atol=1e-15)
        np.testing.assert_allclose(final[n], last[0], atol=1e-15)
        assert (outputs[length:, n] == 0).all()


def test_params_are_those_of_the_layers():
    layers = RNN(2, 3), GRU(2, 3)
    both = Bidirectional(*layers)
    assert both.params["backward.W_h"] is layers[1].params["W_h"]
    assert set(both.params) == {f"forward.{k}" for k in layers[0].params} | {f"backward.{k}" for k in layers[1].params}
    assert both.output_size == 6


@pytest.mark.parametrize(
    ("layers", "merge", "error", "message"),
    [
        ((RNN(2, 3), None), "concat", TypeError, "backward_layer must be a layer that reads sequences, got NoneType"),
        ((RNN(2, 3), RNN(3, 3)), "concat", ValueError, "backward_layer must have input_size 2, as forward"),
        ((RNN(2, 3), RNN(2, 4)), "sum", ValueError, "backward_layer must have output_size 3"),
        ((RNN(2, 3), RNN(2, 3, dtype=np.float32)), "concat", ValueError, "backward_layer must have dtype float64"),
        ((RNN(2, 3),) * 2, "concat", ValueError, "backward_layer must be another object"),
        ((RNN(2, 3), RNN(2, 3)), "mean", ValueError, "merge must be one of 'concat', 'sum', got 'mean'"),
    ],
)
def test_layers_that_do_not_fit(layers, merge, error, message):
    with pytest.raises(error, match=message):
        Bidirectional(*layers, merge=merge)
