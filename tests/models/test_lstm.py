"""The own LSTM cell against torch's and against the course's NumPy layer, in results and in gradients."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seqlearn.interop import from_torch
from seqlearn.models import LSTMCell, LSTMModel, unroll

TIGHT = 1e-10
SIZES = st.tuples(*[st.integers(1, 6)] * 4, st.integers(0, 2**31))


def own_cell(source):
    """An LSTMCell with the weights of an nn.LSTMCell or a one-layer nn.LSTM, in float64."""
    cell = LSTMCell(source.input_size, source.hidden_size).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in source.state_dict().items()})
    return cell


def random(rng, *shape):
    return torch.tensor(rng.standard_normal(shape), requires_grad=True)


def gap(ours, theirs):
    return max((one - other).abs().max().item() for one, other in zip(ours, theirs, strict=True))


@settings(max_examples=15, deadline=None)
@given(SIZES)
def test_one_step_and_its_gradients_are_those_of_nn_lstm_cell(sizes):
    T, N, D, H, seed = sizes
    rng = np.random.default_rng(seed)
    theirs = nn.LSTMCell(D, H).double()
    ours = own_cell(theirs)
    x, h, c = random(rng, N, D), random(rng, N, H), random(rng, N, H)
    weights = torch.tensor(rng.standard_normal((2, N, H)))
    results = []
    for cell in (ours, theirs):
        new = cell(x, (h, c))
        loss = sum((weight * part).sum() for weight, part in zip(weights, new))
        results.append([*new, *torch.autograd.grad(loss, [x, h, c, *cell.parameters()])])
    assert gap(*results) < TIGHT


@settings(max_examples=15, deadline=None)
@given(SIZES)
def test_all_steps_and_their_gradients_are_those_of_nn_lstm_and_of_numpy(sizes):
    T, N, D, H, seed = sizes
    rng = np.random.default_rng(seed)
    theirs = nn.LSTM(D, H).double()
    ours, layer = own_cell(theirs), from_torch(theirs)
    x, h, c = random(rng, T, N, D), random(rng, N, H), random(rng, N, H)
    d_outputs, d_h, d_c = (torch.tensor(rng.standard_normal(shape)) for shape in ((T, N, H), (N, H), (N, H)))
    results = []
    for run, cell in ((lambda: unroll(ours, x, (h, c)), ours), (lambda: theirs(x, (h[None], c[None])), theirs)):
        outputs, (last_h, last_c) = run()
        loss = (d_outputs * outputs).sum() + (d_h * last_h).sum() + (d_c * last_c).sum()
        gradients = torch.autograd.grad(loss, [x, h, c, *cell.parameters()])
        results.append([outputs, last_h.reshape(N, H), last_c.reshape(N, H), *gradients])
    assert gap(*results) < TIGHT

    outputs, state = layer.forward(x.detach().numpy(), (h.detach().numpy(), c.detach().numpy()))
    dx, (dh, dc) = layer.backward(d_outputs.numpy(), (d_h.numpy(), d_c.numpy()))
    numpy_side = [outputs, *state, dx, dh, dc, layer.grads["W_x"].T, layer.grads["W_h"].T, layer.grads["b"]]
    assert gap(results[0][:-1], [torch.tensor(array) for array in numpy_side]) < TIGHT


@pytest.mark.parametrize("kind", [LSTMCell, nn.LSTMCell, nn.GRUCell, nn.RNNCell])
def test_shorter_rows_stand_still_as_in_the_numpy_layers(kind):
    rng = np.random.default_rng(0)
    x, lengths = rng.standard_normal((6, 4, 3)), [2, 6, 1, 5]
    cell = kind(3, 5).double()
    whole = {"LSTMCell": nn.LSTM, "GRUCell": nn.GRU, "RNNCell": nn.RNN}[kind.__name__](3, 5).double()
    whole.load_state_dict({f"{name}_l0": value for name, value in cell.state_dict().items()})
    expected, expected_state = from_torch(whole).forward(x, lengths=lengths)
    for given_lengths in (lengths, np.array(lengths), torch.tensor(lengths)):
        outputs, state = unroll(cell, torch.tensor(x), lengths=given_lengths)
        assert np.abs(outputs.detach().numpy() - expected).max() < TIGHT
        for part, other in zip(*(each if isinstance(each, tuple) else (each,) for each in (state, expected_state))):
            assert np.abs(part.detach().numpy() - other).max() < TIGHT


def test_what_is_past_the_end_gets_no_gradient():
    x = torch.randn(5, 2, 3, dtype=torch.float64, requires_grad=True)
    outputs, (h, c) = unroll(LSTMCell(3, 4).double(), x, lengths=[2, 5])
    (outputs.sum() + h.sum() + c.sum()).backward()
    assert torch.all(x.grad[2:, 0] == 0) and torch.all(x.grad[:2, 0] != 0) and torch.all(x.grad[:, 1] != 0)


def test_the_first_state_is_carried_on():
    x, cell = torch.randn(7, 3, 2), LSTMCell(2, 4)
    outputs, (h, c) = unroll(cell, x)
    first, state = unroll(cell, x[:3])
    second, (h_2, c_2) = unroll(cell, x[3:], state)
    assert torch.allclose(torch.cat([first, second]), outputs) and torch.allclose(h_2, h) and torch.allclose(c_2, c)


@pytest.mark.parametrize("cell", [nn.LSTM, nn.GRU, nn.RNN])
def test_model_on_a_packed_batch_is_the_model_on_each_sequence(cell):
    torch.manual_seed(0)
    model, x, lengths = LSTMModel(3, 5, 2, cell=cell).double(), torch.randn(6, 4, 3).double(), [3, 6, 1, 4]
    one_by_one = torch.cat([model(x[:length, n : n + 1]) for n, length in enumerate(lengths)])
    assert torch.allclose(model(x, lengths), one_by_one, atol=TIGHT)
    assert not torch.allclose(model(x), one_by_one, atol=1e-3)
    assert torch.allclose(model(x, [6] * 4), model(x), atol=TIGHT)


def test_model_with_the_own_cell_is_the_model_with_nn_lstm():
    theirs = LSTMModel(3, 5, 2, cell=nn.LSTM).double()
    ours = LSTMModel(3, 5, 2).double()
    ours.load_state_dict({name.removesuffix("_l0"): value for name, value in theirs.state_dict().items()})
    x = torch.randn(6, 4, 3).double()
    for lengths in (None, [3, 6, 1, 4]):
        assert (ours(x, lengths) - theirs(x, lengths)).abs().max() < TIGHT


def test_first_weights_are_drawn_as_torch_draws_them():
    torch.manual_seed(3)
    ours = LSTMCell(4, 9)
    torch.manual_seed(3)
    theirs = nn.LSTMCell(4, 9)
    for name, value in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value)
    assert repr(ours) == "LSTMCell(4, 9)" and ours.weight_ih.dtype == torch.float32


@pytest.mark.parametrize(("call", "words"), [
    (lambda cell: cell(torch.ones(2, 4)), r"x must be \(N, 3\), got \(2, 4\)"),
    (lambda cell: cell(torch.ones(3)), r"x must be \(N, 3\), got \(3,\)"),
    (lambda cell: cell(torch.ones(2, 3), (torch.ones(2, 5), torch.ones(1, 5))), r"state c must be \(2, 5\)"),
    (lambda cell: cell(torch.ones(2, 3), (torch.ones(2, 5),)), "pair"),
    (lambda cell: unroll(cell, torch.ones(2, 3)), r"x must be \(T, N, 3\), got \(2, 3\)"),
    (lambda cell: unroll(cell, torch.ones(0, 2, 3)), r"x must be \(T, N, 3\)"),
    (lambda cell: unroll(cell, torch.ones(4, 2, 3), lengths=[0, 4]), "lengths must be from 1 to 4"),
    (lambda cell: unroll(cell, torch.ones(4, 2, 3), lengths=[4]), "lengths must be"),
    (lambda cell: LSTMCell(0, 5), "input_size must be at least 1"),
    (lambda cell: LSTMModel(3, 5, 0), "output_size must be at least 1"),
    (lambda cell: LSTMModel(3, 5, 1, cell=partial(nn.LSTM, bidirectional=True)), "cell must not be bidirectional"),
    (lambda cell: LSTMModel(3, 5, 1, cell=partial(nn.GRU, batch_first=True)), "cell must not be batch_first"),
    (lambda cell: LSTMModel(3, 5, 1)(torch.ones(4, 2, 2)), r"x must be \(T, N, 3\)"),
    (lambda cell: LSTMModel(3, 5, 1, cell=nn.LSTM)(torch.ones(4, 2, 2)), r"x must be \(T, N, 3\)"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call(LSTMCell(3, 5))


def test_wrong_types_are_named():
    cell = LSTMCell(3, 5)
    with pytest.raises(TypeError, match="x must be a tensor, got ndarray"):
        cell(np.ones((2, 3)))
    with pytest.raises(TypeError, match="state h must be a tensor, got ndarray"):
        cell(torch.ones(2, 3), (np.ones((2, 5)), np.ones((2, 5))))
    for lstm in (cell, nn.LSTMCell(3, 5)):
        with pytest.raises(TypeError, match=r"state must be a pair \(h, c\), got one Tensor"):
            unroll(lstm, torch.ones(4, 2, 3), torch.ones(2, 5))
    with pytest.raises(TypeError, match=r"state must be a pair \(h, c\), got one Tensor"):
        cell(torch.ones(2, 3), torch.ones(2, 5))
    with pytest.raises(TypeError, match="lengths must be integers"):
        unroll(cell, torch.ones(4, 2, 3), lengths=[1.5, 2.0])
