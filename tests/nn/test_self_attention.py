"""Self-attention: torch's attention functions and finite differences agree; masks hide; bad input is named."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import SelfAttention, check_directional, check_gradients

NAMES = ("q", "k", "v", "o")


def batch(layer, num_steps, batch_size, rng, *, masked):
    """x, a mask (each sequence has a real step, and not only at its end), and a gradient for the outputs."""
    x = rng.standard_normal((num_steps, batch_size, layer.model_size))
    mask = None
    if masked:
        mask = rng.random((batch_size, num_steps)) < 0.6
        mask[:, 0] = True
    return x, mask, rng.standard_normal(x.shape)


def all_gradients(layer, d_outputs):
    return {"x": layer.backward(d_outputs), **layer.grads}


def torch_run(layer, x, mask, d_outputs, attention):
    """Outputs, weights (None if there are none) and gradients of `attention`, which is given torch's arrays."""
    t = {name: torch.tensor(param, requires_grad=True) for name, param in layer.params.items()}
    t["x"] = torch.tensor(x, requires_grad=True)
    outputs, weights = attention(layer, t, None if mask is None else torch.tensor(mask))
    (outputs * torch.tensor(d_outputs)).sum().backward()
    gradients = {name: each.grad.numpy() for name, each in t.items()}
    return outputs.detach().numpy(), None if weights is None else weights.detach().numpy(), gradients


def by_function(layer, t, mask):
    """torch.nn.functional.scaled_dot_product_attention between linear layers."""
    num_steps, batch_size, size = t["x"].shape
    parts = [(t["x"] @ t[f"W_{name}"] + t[f"b_{name}"]).transpose(0, 1) for name in "qkv"]
    q, k, v = (part.reshape(batch_size, num_steps, layer.num_heads, -1).transpose(1, 2) for part in parts)
    allowed = torch.ones(batch_size, 1, num_steps, num_steps, dtype=torch.bool)
    if mask is not None:
        allowed &= mask[:, None, None, :]
    if layer.causal:
        allowed &= torch.ones(num_steps, num_steps, dtype=torch.bool).tril()
    z = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
    z = z.transpose(1, 2).reshape(batch_size, num_steps, size).transpose(0, 1)
    return z @ t["W_o"] + t["b_o"], None


def by_module(layer, t, mask):
    """torch.nn.MultiheadAttention, called with our weights, turned as torch keeps them."""
    module = torch.nn.MultiheadAttention(layer.model_size, layer.num_heads, dtype=torch.float64)
    weights = {
        "in_proj_weight": torch.cat([t["W_q"].T, t["W_k"].T, t["W_v"].T]),
        "in_proj_bias": torch.cat([t["b_q"], t["b_k"], t["b_v"]]),
        "out_proj.weight": t["W_o"].T,
        "out_proj.bias": t["b_o"],
    }
    num_steps = len(t["x"])
    future = torch.ones(num_steps, num_steps, dtype=torch.bool).triu(1) if layer.causal else None
    options = {"attn_mask": future, "key_padding_mask": None if mask is None else ~mask, "average_attn_weights": False}
    return torch.func.functional_call(module, weights, (t["x"], t["x"], t["x"]), options)


@pytest.mark.parametrize("attention", [by_function, by_module])
@given(
    head_size=st.integers(1, 4), num_heads=st.integers(1, 4), num_steps=st.integers(1, 8), batch_size=st.integers(1, 4),
    causal=st.booleans(), masked=st.booleans(), seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_same_as_torch(attention, head_size, num_heads, num_steps, batch_size, causal, masked, seed):
    rng = np.random.default_rng(seed)
    layer = SelfAttention(head_size * num_heads, num_heads, causal=causal, rng=rng)
    x, mask, d_outputs = batch(layer, num_steps, batch_size, rng, masked=masked)
    outputs, weights, gradients = torch_run(layer, x, mask, d_outputs, attention)
    found, found_weights = layer.forward(x, mask)
    np.testing.assert_allclose(found, outputs, rtol=1e-10, atol=1e-10)
    if weights is not None:
        np.testing.assert_allclose(found_weights, weights, rtol=1e-10, atol=1e-10)
    for name, gradient in all_gradients(layer, d_outputs).items():
        np.testing.assert_allclose(gradient, gradients[name], rtol=1e-10, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("num_heads", [1, 3])
def test_finite_differences(causal, masked, num_heads):
    rng = np.random.default_rng(1)
    layer = SelfAttention(6, num_heads, causal=causal, rng=rng)
    x, mask, d_outputs = batch(layer, 4, 2, rng, masked=masked)
    mask = mask if mask is None else np.array([[True, True, False, True], [False, False, True, False]])
    layer.forward(x, mask)
    grads = all_gradients(layer, d_outputs)
    params = {"x": x, **layer.params}

    def loss():
        return float((layer.forward(x, mask)[0] * d_outputs).sum())

    report = check_gradients(loss, params, grads)
    # Adding one number to all scores of a row changes nothing, so the gradient of b_k is 0.
    assert report.passed(1e-7), report
    assert np.abs(grads["b_k"]).max() < 1e-12
    assert check_directional(loss, params, grads).passed()


def test_scores_are_divided_by_the_root_of_the_head_size():
    layer = SelfAttention(2, 1)
    for name in NAMES:
        layer.params[f"W_{name}"][...] = np.eye(2)
        layer.params[f"b_{name}"][...] = 0
    x = np.array([[[np.sqrt(2) * np.log(3), 0.0]], [[0.0, 0.0]]])
    x[0, 0, 0] = np.sqrt(np.sqrt(2) * np.log(3))  # so that q · k / √2 = log 3
    _, weights = layer.forward(x)
    np.testing.assert_allclose(weights[0, 0], [[0.75, 0.25], [0.5, 0.5]])


def test_causal_steps_do_not_see_what_comes():
    rng = np.random.default_rng(0)
    layer = SelfAttention(4, 2, causal=True, rng=rng)
    x = rng.standard_normal((5, 2, 4))
    before, weights = layer.forward(x)
    assert (weights[..., ~np.tri(5, dtype=bool)] == 0).all() and (weights[..., np.tri(5, dtype=bool)] > 0).all()
    x[3:] += 1
    after, _ = layer.forward(x)
    np.testing.assert_array_equal(after[:3], before[:3])
    assert (after[3:] != before[3:]).all()


def test_padding_reaches_no_real_step():
    rng = np.random.default_rng(0)
    layer = SelfAttention(4, 2, rng=rng)
    x, mask, d_outputs = batch(layer, 5, 3, rng, masked=True)
    d_outputs[~mask.T] = 0
    before, _ = layer.forward(x, mask)
    grads = all_gradients(layer, d_outputs)
    x[~mask.T] = rng.standard_normal(((~mask).sum(), 4))
    after, weights = layer.forward(x, mask)
    np.testing.assert_array_equal(after[mask.T], before[mask.T])
    assert (weights.transpose(0, 3, 1, 2)[~mask] == 0).all()
    for name, gradient in all_gradients(layer, d_outputs).items():
        np.testing.assert_allclose(gradient, grads[name], rtol=1e-12, atol=1e-14, err_msg=name)
    assert (grads["x"][~mask.T] == 0).all()


@pytest.mark.parametrize("causal", [False, True])
def test_nothing_to_look_at(causal):
    """A sequence that is all padding; and in the causal case steps before the first real one."""
    rng = np.random.default_rng(0)
    layer = SelfAttention(4, 2, causal=causal, rng=rng)
    x, _, d_outputs = batch(layer, 3, 2, rng, masked=False)
    mask = np.array([[False, False, False], [False, True, True]])
    with np.errstate(all="raise"):
        outputs, weights = layer.forward(x, mask)
        grads = all_gradients(layer, d_outputs)
    assert (weights[0] == 0).all() and ((weights[1, :, 0] == 0).all() == causal)
    np.testing.assert_array_equal(outputs[:, 0], np.tile(layer.params["b_o"], (3, 1)))
    assert all(np.isfinite(gradient).all() for gradient in grads.values()) and (grads["x"][:, 0] == 0).all()


def test_permuted_steps_give_permuted_outputs():
    rng = np.random.default_rng(0)
    layer = SelfAttention(6, 2, rng=rng)
    x, order = rng.standard_normal((7, 3, 6)), rng.permutation(7)
    outputs, weights = layer.forward(x)
    other, other_weights = layer.forward(x[order])
    np.testing.assert_allclose(other, outputs[order], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(other_weights, weights[:, :, order][..., order], rtol=1e-12, atol=1e-14)


def test_large_scores_do_not_overflow():
    layer = SelfAttention(2, 1)
    with np.errstate(all="raise", under="ignore"):
        outputs, _ = layer.forward(1e4 * np.random.default_rng(0).standard_normal((5, 2, 2)))
        layer.backward(np.ones_like(outputs))
    assert np.isfinite(outputs).all()


def test_backward_sets_and_does_not_add_and_copies_what_it_needs():
    rng = np.random.default_rng(0)
    layer = SelfAttention(4, 2, rng=rng)
    x, mask, d_outputs = batch(layer, 5, 3, rng, masked=True)
    layer.forward(x, mask)
    once = {name: gradient.copy() for name, gradient in all_gradients(layer, d_outputs).items()}
    for array in (x, mask, *layer.forward(x, mask)):
        array[...] = 0
    layer.backward(d_outputs)
    for name, gradient in all_gradients(layer, d_outputs).items():
        np.testing.assert_array_equal(gradient, once[name], err_msg=name)
    assert layer.grads.keys() == layer.params.keys()


def test_params_have_the_sizes_of_the_contract_and_the_bounds_of_torch():
    layer = SelfAttention(100, 4)
    wanted = {f"W_{name}": (100, 100) for name in NAMES} | {f"b_{name}": (100,) for name in NAMES}
    assert {name: param.shape for name, param in layer.params.items()} == wanted
    assert all(0.08 < np.abs(param).max() <= 0.1 for param in layer.params.values())
    np.testing.assert_array_equal(SelfAttention(4, 2).params["W_q"], SelfAttention(4, 2).params["W_q"])


def test_keeps_its_dtype():
    layer = SelfAttention(4, 2, dtype=np.float32)
    outputs, weights = layer.forward(np.ones((3, 2, 4)), np.ones((2, 3), bool))
    found = [outputs, weights, layer.backward(outputs), *layer.params.values(), *layer.grads.values()]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


X = np.ones((5, 2, 4))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.ones((5, 2, 3)),), ValueError, r"x must be \(T, N, 4\), got \(5, 2, 3\)"),
        ((np.ones((5, 4)),), ValueError, r"x must be \(T, N, 4\), got \(5, 4\)"),
        ((np.ones((0, 2, 4)),), ValueError, r"x must be \(T, N, 4\) \(every size at least 1\), got \(0, 2, 4\)"),
        ((X.astype(int),), TypeError, "x must be an array of floats, got int64"),
        ((X, np.ones((5, 2), bool)), ValueError, r"mask must be \(2, 5\), got \(5, 2\)"),
        ((X, np.ones((2, 5))), TypeError, "mask must be booleans, got float64"),
        ((X, [5, 4]), TypeError, "mask must be booleans, got int64"),
    ],
)
def test_bad_input_is_named_and_the_layer_stays_as_it_was(arguments, error, message):
    layer = SelfAttention(4, 2)
    layer.forward(X + np.arange(4))
    wanted = layer.backward(X)
    with pytest.raises(error, match=message):
        layer.forward(*arguments)
    np.testing.assert_array_equal(layer.backward(X), wanted)


def test_bad_gradients():
    layer = SelfAttention(4, 2)
    with pytest.raises(ValueError, match="backward needs a forward before it"):
        layer.backward(X)
    layer.forward(X)
    with pytest.raises(ValueError, match=r"d_outputs must be \(5, 2, 4\), got \(2, 5, 4\)"):
        layer.backward(np.ones((2, 5, 4)))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((0, 1), {}, ValueError, "model_size must be at least 1, got 0"),
        ((4, 0), {}, ValueError, "num_heads must be at least 1, got 0"),
        ((4, 3), {}, ValueError, "model_size must be a multiple of num_heads, 3, got 4"),
        ((4, 2.0), {}, TypeError, "num_heads must be an integer, got 2.0"),
        ((4, 2), {"causal": 1}, TypeError, "causal must be True or False, got 1"),
        ((4, 2), {"rng": 0}, TypeError, "rng must be a numpy.random.Generator, got int"),
        ((4, 2), {"dtype": np.float16}, ValueError, "dtype must be float32 or float64, got float16"),
    ],
)
def test_bad_settings(arguments, options, error, message):
    with pytest.raises(error, match=message):
        SelfAttention(*arguments, **options)
