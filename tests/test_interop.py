"""The same weights on both sides: outputs and every gradient agree, in both directions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn import nn
from seqlearn.interop import from_torch, to_torch

MODULES = {
    "RNN tanh": lambda *sizes, **options: torch.nn.RNN(*sizes, **options),
    "RNN relu": lambda *sizes, **options: torch.nn.RNN(*sizes, nonlinearity="relu", **options),
    "LSTM": torch.nn.LSTM,
    "GRU": torch.nn.GRU,
}
CELLS = {
    "RNN tanh": nn.RNN,
    "RNN relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "LSTM": nn.LSTM,
    "GRU": nn.GRU,
}


def attention(**options):
    return torch.nn.MultiheadAttention(4, 2, dtype=torch.float64, **options)


def flat(state):
    """All arrays of a nested state, level by level, direction by direction."""
    return [state] if isinstance(state, np.ndarray) else [array for part in state for array in flat(part)]


def nested(layer, batch_size, rng):
    """A random state, nested as the layer is."""
    if isinstance(layer, nn.Stacked):
        return [nested(part, batch_size, rng) for part in layer.layers]
    if isinstance(layer, nn.Bidirectional):
        return nested(layer.forward_layer, batch_size, rng), nested(layer.backward_layer, batch_size, rng)
    h, c = rng.standard_normal((2, batch_size, layer.hidden_size)).astype(layer.dtype)
    return (h, c) if isinstance(layer, nn.LSTM) else h


def assert_same(layer, module, rng, tolerance=1e-12):
    """Outputs, final states, dx and the gradients of all weights agree on a random batch with a given state."""
    shape = (*rng.integers(1, 6, 2), layer.input_size)
    x, state = rng.standard_normal(shape).astype(layer.dtype), nested(layer, shape[1], rng)
    parts = [torch.tensor(part) for part in flat(state)]
    is_lstm = isinstance(module, torch.nn.LSTM)
    hx = (torch.stack(parts[::2]), torch.stack(parts[1::2])) if is_lstm else torch.stack(parts)
    x_torch = torch.tensor(x, requires_grad=True)
    wanted, final = module(x_torch, hx)
    outputs, last = layer.forward(x, state)
    d_outputs = rng.standard_normal(outputs.shape).astype(layer.dtype)
    wanted.backward(torch.tensor(d_outputs))
    dx, _ = layer.backward(d_outputs)

    def close(found, expected):
        assert found.dtype == expected.dtype == layer.dtype
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)

    close(outputs, wanted.detach().numpy())
    finals = [part for pair in zip(*final) for part in pair] if is_lstm else list(final)
    for found, expected in zip(flat(last), finals, strict=True):
        close(found, expected.detach().numpy())
    close(dx, x_torch.grad.numpy())
    for found, expected in gradients(layer, module):
        close(found, expected)


def gradients(layer, module):
    """Pairs of gradients that must agree."""
    there = {name: parameter.grad.numpy().T for name, parameter in module.named_parameters()}
    for level, part in enumerate(layer.layers if isinstance(layer, nn.Stacked) else [layer]):
        cells = [part.forward_layer, part.backward_layer] if isinstance(part, nn.Bidirectional) else [part]
        for cell, suffix in zip(cells, (f"_l{level}", f"_l{level}_reverse")):
            for name, ours in {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b"}.items():
                if name + suffix in there:
                    yield cell.grads[ours], there[name + suffix]
            if "b_h" in cell.grads and f"bias_hh{suffix}" in there:
                yield cell.grads["b_h"], there[f"bias_hh{suffix}"]


@pytest.mark.parametrize("kind", MODULES)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_from_torch_and_back(kind, data):
    size, seed = st.integers(1, 5), data.draw(st.integers(0, 9999))
    options = {name: data.draw(st.booleans()) for name in ("bidirectional", "bias")}
    options |= {"num_layers": data.draw(st.integers(1, 3))}
    torch.manual_seed(seed)
    module = MODULES[kind](data.draw(size), data.draw(size), **options, dtype=torch.float64)
    layer = from_torch(module)
    rng = np.random.default_rng(seed)
    assert_same(layer, module, rng)

    back = to_torch(layer)
    assert type(back) is type(module)
    assert_same(layer, back, rng)
    x = torch.tensor(rng.standard_normal((4, 2, module.input_size)))
    torch.testing.assert_close(back(x)[0], module(x)[0], rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("kind", CELLS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_to_torch_and_back(kind, data):
    size, seed = st.integers(1, 5), data.draw(st.integers(0, 9999))
    input_size, hidden_size = data.draw(size), data.draw(size)
    directions, num_layers = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 3))
    rng = np.random.default_rng(seed)
    levels = []
    for level in range(num_layers):
        below = input_size if level == 0 else directions * hidden_size
        cells = [CELLS[kind](below, hidden_size, rng=rng) for _ in range(directions)]
        levels.append(nn.Bidirectional(*cells) if directions == 2 else cells[0])
    layer = nn.Stacked(levels) if num_layers > 1 else levels[0]
    assert_same(layer, to_torch(layer), rng)

    back = from_torch(to_torch(layer))
    assert back.params.keys() == layer.params.keys()
    for name, param in layer.params.items():
        np.testing.assert_array_equal(back.params[name], param)
    x = rng.standard_normal((4, 2, input_size))
    np.testing.assert_array_equal(back.forward(x)[0], layer.forward(x)[0])


@pytest.mark.parametrize("kind", MODULES)
def test_float32_stays_float32(kind):
    module = MODULES[kind](3, 4, num_layers=2)
    layer = from_torch(module)
    assert_same(layer, module, np.random.default_rng(0), tolerance=1e-5)
    assert {parameter.dtype for parameter in to_torch(layer).parameters()} == {torch.float32}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_linear(dtype):
    for bias in (True, False):
        module = torch.nn.Linear(3, 4, bias=bias, dtype=dtype)
        layer = from_torch(module)
        x = torch.randn(5, 2, 3, dtype=dtype, generator=torch.Generator().manual_seed(0))
        np.testing.assert_allclose(layer.forward(x.numpy()), module(x).detach().numpy(), rtol=1e-5, atol=1e-6)
        back = to_torch(layer)
        torch.testing.assert_close(back(x), module(x))
        assert back.weight.dtype == dtype


def test_embedding():
    for padding in (None, 1):
        module = torch.nn.Embedding(5, 3, padding_idx=padding, dtype=torch.float64)
        layer = from_torch(module)
        assert layer.padding_index == padding
        indices = np.array([[0, 1], [4, 1]])
        np.testing.assert_array_equal(layer.forward(indices), module(torch.tensor(indices)).detach().numpy())
        back = to_torch(layer)
        assert back.padding_idx == padding
        torch.testing.assert_close(back.weight, module.weight, rtol=0, atol=0)


def test_weights_are_copies():
    module = torch.nn.LSTM(2, 3)
    layer = from_torch(module)
    before = layer.params["W_x"].copy()
    with torch.no_grad():
        module.weight_ih_l0.zero_()
    np.testing.assert_array_equal(layer.params["W_x"], before)
    back = to_torch(layer)
    with torch.no_grad():
        for parameter in back.parameters():
            parameter.zero_()
    np.testing.assert_array_equal(layer.params["W_x"], before)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("causal", [False, True])
def test_self_attention(bias, causal):
    rng = np.random.default_rng(0)
    first = attention(bias=bias)
    for parameter in first.parameters():  # torch begins with biases of 0
        parameter.data = torch.tensor(rng.standard_normal(parameter.shape))
    layer = from_torch(first)
    x, mask = rng.standard_normal((5, 3, 4)), rng.random((3, 5)) < 0.7
    mask[:, 0] = True
    for module in (first, to_torch(layer)):
        layer.causal = causal
        x_torch = torch.tensor(x, requires_grad=True)
        hidden = {"key_padding_mask": torch.tensor(~mask), "average_attn_weights": False}
        future = torch.ones(5, 5, dtype=torch.bool).triu(1) if causal else None
        wanted, wanted_weights = module(x_torch, x_torch, x_torch, attn_mask=future, **hidden)
        wanted.sum().backward()
        outputs, weights = layer.forward(x, mask)
        np.testing.assert_allclose(outputs, wanted.detach().numpy(), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(weights, wanted_weights.detach().numpy(), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(layer.backward(np.ones_like(x)), x_torch.grad.numpy(), rtol=1e-12, atol=1e-13)
        layer.causal = False
    assert to_torch(nn.SelfAttention(4, 2, dtype=np.float32)).in_proj_weight.dtype == torch.float32


def test_dropout_counts_only_where_it_acts():
    module = torch.nn.GRU(2, 3, num_layers=2, dropout=0.5, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"got dropout=0.5: call module.eval\(\) first"):
        from_torch(module)
    module.eval()
    assert_same(from_torch(module), module, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("module", "error", "message"),
    [
        (torch.nn.RNN(2, 3, batch_first=True), ValueError, "got batch_first=True: set module.batch_first = False"),
        (torch.nn.LSTM(2, 3, proj_size=1), ValueError, "module must not have proj_size, got proj_size=1"),
        (torch.nn.GRU(2, 3, dtype=torch.bfloat16), ValueError, "float32 or float64, got torch.bfloat16"),
        (torch.nn.Linear(2, 3, dtype=torch.float16), ValueError, "float32 or float64, got torch.float16"),
        (torch.nn.Embedding(2, 3, max_norm=1.0), ValueError, "module must not have max_norm, got max_norm=1.0"),
        (torch.nn.LSTMCell(2, 3), TypeError, "got LSTMCell"),
        (attention(batch_first=True), ValueError, "got batch_first=True: set module.batch_first = False"),
        (attention(dropout=0.5), ValueError, r"got dropout=0.5: call module.eval\(\) first"),
        (attention(kdim=3), ValueError, "module must not have kdim"),
        (attention(vdim=3), ValueError, "module must not have vdim"),
        (attention(add_bias_kv=True), ValueError, "module must not have add_bias_kv"),
        (attention(add_zero_attn=True), ValueError, "module must not have add_zero_attn"),
        (nn.RNN(2, 3), TypeError, "got RNN"),
    ],
)
def test_what_has_no_layer(module, error, message):
    with pytest.raises(error, match=message):
        from_torch(module)


def two(layer):
    return nn.Bidirectional(layer(2, 3), layer(2, 3))


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        (nn.LSTM(2, 3, peepholes=True), ValueError, "layer must not have peepholes"),
        (nn.RNN(2, 3, nonlinearity="identity"), ValueError, 'got "identity"'),
        (nn.GRU(2, 3, reset_after=False), ValueError, "layer must have reset_after=True, got False"),
        (nn.Bidirectional(nn.RNN(2, 3), nn.RNN(2, 3), merge="sum"), ValueError, "got 'sum'"),
        (nn.Bidirectional(nn.RNN(2, 3), nn.LSTM(2, 3)), ValueError, r"one kind of cell.*RNN\(3, tanh\) \+ LSTM\(3\)"),
        (nn.Stacked([nn.RNN(2, 3), nn.LSTM(3, 3)]), ValueError, r"got RNN\(3, tanh\) and LSTM\(3\)"),
        (nn.Stacked([nn.GRU(2, 3), nn.GRU(3, 4)]), ValueError, r"got GRU\(3\) and GRU\(4\)"),
        (
            nn.Stacked([nn.RNN(2, 3), nn.RNN(3, 3, nonlinearity="relu")]),
            ValueError,
            r"got RNN\(3, tanh\) and RNN\(3, relu\)",
        ),
        (nn.Stacked([two(nn.RNN), nn.RNN(6, 3)]), ValueError, r"number of directions.* and RNN\(3, tanh\)"),
        (torch.nn.RNN(2, 3), TypeError, "layer must be made of RNN, LSTM or GRU"),
        (nn.Attention("dot", 2, 2), TypeError, "layer must be made of RNN, LSTM or GRU, got Attention"),
        (nn.SelfAttention(4, 2, causal=True), ValueError, "layer must have causal=False, got True"),
        (None, TypeError, "got NoneType"),
    ],
)
def test_what_has_no_module(layer, error, message):
    with pytest.raises(error, match=message):
        to_torch(layer)


def test_batch_first_is_a_matter_of_arrays_only():
    """The way that the error message names."""
    module = torch.nn.LSTM(2, 3, batch_first=True, dtype=torch.float64)
    x = torch.randn(4, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    wanted = module(x)[0].detach().numpy()
    module.batch_first = False
    outputs, _ = from_torch(module).forward(x.numpy().transpose(1, 0, 2))
    np.testing.assert_allclose(outputs.transpose(1, 0, 2), wanted, rtol=1e-12, atol=1e-13)


def test_weights_that_are_stored_backwards():
    layer = nn.Linear(3, 2)
    layer.params["b"] = np.array([1.0, 2.0])[::-1]
    assert to_torch(layer).bias.tolist() == [2, 1]
