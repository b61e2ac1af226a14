"""GRU against torch, against its equations in plain loops, and against finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import GRU


@given(data=st.data())
@settings(max_examples=320, deadline=None)
def test_reset_after_is_the_same_as_torch(cases, parity, data):
    case = data.draw(cases)
    layer = GRU(case.input_size, case.hidden_size, rng=case.rng)
    parity(layer, torch.nn.GRU(case.input_size, case.hidden_size), case)


@given(data=st.data(), reset_after=st.booleans())
@settings(max_examples=25, deadline=None)
def test_finite_differences(small_cases, finite_differences, data, reset_after):
    case = data.draw(small_cases)
    finite_differences(GRU(case.input_size, case.hidden_size, reset_after=reset_after, rng=case.rng), case)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def plain_forward(layer, x, h):
    """The equations, one step after the other: outputs, the last state, and what each step leaves for the way back."""
    W_x, W_h, b = (layer.params[name] for name in ("W_x", "W_h", "b"))
    (W_r, W_z, W_n), (b_r, b_z, b_n) = np.split(W_h, 3, axis=1), np.split(layer.params.get("b_h", 0 * b), 3)
    steps = []
    for x_t in x:
        x_r, x_z, x_n = np.split(x_t @ W_x + b, 3, axis=1)
        r, z = sigma(x_r + h @ W_r + b_r), sigma(x_z + h @ W_z + b_z)
        n = np.tanh(x_n + (r * (h @ W_n + b_n) if layer.reset_after else (r * h) @ W_n))
        h_old, h = h, (1 - z) * n + z * h
        steps.append((x_t, h_old, r, z, n, h))
    return np.array([step[-1] for step in steps]), h, steps


def plain_backward(layer, steps, d_outputs, dh):
    """The chain rule, from the last step to the first: dx, the gradients for the first state and for the weights."""
    W_x, W_h = layer.params["W_x"], layer.params["W_h"]
    W_n, b_n = np.split(W_h, 3, axis=1)[2], np.split(layer.params.get("b_h", np.zeros(len(W_h) * 3)), 3)[2]
    grads = {name: np.zeros_like(array) for name, array in layer.params.items()}
    dxs = []
    for (x_t, h_old, r, z, n, _), d_output in zip(steps[::-1], d_outputs[::-1]):
        dh = dh + d_output
        dz, dn = dh * (h_old - n) * z * (1 - z), dh * (1 - z) * (1 - n**2)
        if layer.reset_after:
            dr, d_inner = dn * (h_old @ W_n + b_n) * r * (1 - r), r * dn
            from_x, from_h = np.concatenate([dr, dz, dn], axis=1), np.concatenate([dr, dz, d_inner], axis=1)
            grads["W_h"] += h_old.T @ from_h
            grads["b_h"] += from_h.sum(axis=0)
            dh = dh * z + from_h @ W_h.T
        else:
            d_reset = dn @ W_n.T
            dr = d_reset * h_old * r * (1 - r)
            from_x = np.concatenate([dr, dz, dn], axis=1)
            grads["W_h"] += np.concatenate([h_old.T @ dr, h_old.T @ dz, (r * h_old).T @ dn], axis=1)
            dh = dh * z + r * d_reset + np.concatenate([dr, dz], axis=1) @ W_h[:, : 2 * len(W_h)].T
        grads["W_x"] += x_t.T @ from_x
        grads["b"] += from_x.sum(axis=0)
        dxs.append(from_x @ W_x.T)
    return np.array(dxs[::-1]), dh, grads


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (6, 3, 2, 4), (8, 64, 3, 80)])  # the last in several blocks
def test_same_as_the_equations_step_by_step(make_case, same_as_plain, shape, reset_after):
    case = make_case(*shape, ragged=False, given_state=True, seed=1)
    layer = GRU(case.input_size, case.hidden_size, reset_after=reset_after, rng=case.rng)
    same_as_plain(layer, case, plain_forward, plain_backward)


@pytest.mark.parametrize("lengths", [None, [1, 8, 3, 5] * 16])
def test_same_as_torch_over_several_blocks(make_case, parity, lengths):
    case = make_case(8, 64, 3, 80, ragged=False, given_state=True, seed=2)
    case.lengths = lengths
    parity(GRU(3, 80, rng=case.rng), torch.nn.GRU(3, 80), case)


def test_an_update_gate_of_one_keeps_the_old_state():
    layer = GRU(2, 3)
    layer.params["b"][3:6] = 1e3
    h = np.random.default_rng(1).standard_normal((4, 3))
    outputs, final = layer.forward(np.random.default_rng(2).standard_normal((6, 4, 2)), h)
    np.testing.assert_allclose(final, h, atol=1e-12)


def test_the_two_variants_differ():
    x = np.random.default_rng(1).standard_normal((5, 2, 3))
    after, before = GRU(3, 4), GRU(3, 4, reset_after=False)
    after.params["b_h"][:] = 0
    for name, array in before.params.items():
        array[...] = after.params[name]
    assert np.abs(after.forward(x)[0] - before.forward(x)[0]).max() > 1e-3


def test_params_have_the_agreed_shapes():
    shapes = {name: array.shape for name, array in GRU(2, 3).params.items()}
    assert shapes == {"W_x": (2, 9), "W_h": (3, 9), "b": (9,), "b_h": (9,)}
    assert "b_h" not in GRU(2, 3, reset_after=False).params
