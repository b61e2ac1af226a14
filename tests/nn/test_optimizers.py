"""The optimizers, step by step against torch.optim; clipping at every size of gradient."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import SGD, Adam, clip_grad_norm

SETTINGS = [
    (lambda p: SGD(p, 0.05), lambda p: torch.optim.SGD(p, 0.05)),
    (lambda p: SGD(p, 0.05, momentum=0.9), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    (lambda p: Adam(p), lambda p: torch.optim.Adam(p)),
    (
        lambda p: Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-4),
        lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-4),
    ),
]


@pytest.mark.parametrize(("ours", "theirs"), SETTINGS, ids=["sgd", "momentum", "adam", "adam set"])
def test_500_steps_as_torch_takes_them(ours, theirs):
    rng = np.random.default_rng(0)
    params = {"W": rng.standard_normal((4, 3)), "b": rng.standard_normal(3)}
    twins = {name: torch.tensor(param, requires_grad=True) for name, param in params.items()}
    optimizer, twin = ours(params), theirs(list(twins.values()))
    for step in range(500):
        scale = 10.0 ** (step % 7 - 3)
        grads = {name: scale * (rng.standard_normal(param.shape) + param) for name, param in params.items()}
        for name, grad in grads.items():
            twins[name].grad = torch.tensor(grad)
        optimizer.step(grads)
        twin.step()
        for name, param in params.items():
            np.testing.assert_allclose(param, twins[name].detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.5), lambda p: Adam(p, 0.1)])
def test_steps_in_place_keep_the_dtype_and_leave_the_gradient(make):
    param, grad = np.ones(3, np.float32), np.full(3, 2, np.float32)
    make({"W": param}).step({"W": grad})
    assert param.dtype == np.float32 and (param < 1).all()
    np.testing.assert_array_equal(grad, 2)


def test_a_schedule_may_set_the_learning_rate():
    params = {"W": np.zeros(1)}
    optimizer = SGD(params, 1.0)
    optimizer.step({"W": np.ones(1)})
    optimizer.learning_rate = 0.5
    optimizer.step({"W": np.ones(1)})
    assert params["W"] == -1.5


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.5), lambda p: Adam(p, 0.1)])
def test_a_wrong_gradient_moves_nothing(make):
    params = {"W": np.zeros((2, 3)), "b": np.zeros(3)}
    optimizer = make(params)
    good = {"W": np.ones((2, 3)), "b": np.ones(3)}
    for wrong, error, message in [
        ({"W": good["W"]}, ValueError, r"grads must have the keys \['W', 'b'\], got \['W'\]"),
        (good | {"b": np.ones(4)}, ValueError, r"grads\['b'\] must be \(3,\), got \(4,\)"),
        (good | {"b": np.ones(3, int)}, TypeError, r"grads\['b'\] must be an array of floats, got int64"),
        (good | {"b": [1.0, 1.0, 1.0]}, TypeError, r"grads\['b'\] must be an array of floats, got list"),
        ([good], TypeError, "grads must be a dict of arrays, got list"),
    ]:
        with pytest.raises(error, match=message):
            optimizer.step(wrong)
    assert not params["W"].any()
    optimizer.step(good)
    fresh = {"W": np.zeros((2, 3)), "b": np.zeros(3)}
    make(fresh).step(good)
    np.testing.assert_array_equal(params["W"], fresh["W"])


def test_bad_settings_name_the_argument():
    params = {"W": np.zeros(2)}
    with pytest.raises(ValueError, match="learning_rate must be at least 0, got -1"):
        SGD(params, -1)
    with pytest.raises(ValueError, match="learning_rate must be at least 0, got nan"):
        SGD(params, np.nan)
    with pytest.raises(TypeError, match="learning_rate must be a number, got '0.1'"):
        Adam(params, "0.1")
    with pytest.raises(ValueError, match="momentum must be at least 0 and less than 1, got 1"):
        SGD(params, 0.1, momentum=1)
    with pytest.raises(ValueError, match=r"betas\[1\] must be at least 0 and less than 1, got 1.0"):
        Adam(params, betas=(0.9, 1.0))
    with pytest.raises(TypeError, match="betas must be a pair"):
        Adam(params, betas=0.9)
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match=r"params\['W'\] must be writeable"):
        SGD({"W": frozen}, 0.1)


@given(size=st.floats(1e-3, 1e3), max_norm=st.floats(1e-2, 1e2), seed=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_one_norm_over_all_arrays_and_the_direction_kept(size, max_norm, seed):
    rng = np.random.default_rng(seed)
    before = {"W": size * rng.standard_normal((3, 4)), "b": 10 * size * rng.standard_normal(4)}
    grads = {name: grad.copy() for name, grad in before.items()}
    twins = [torch.nn.Parameter(torch.zeros(grad.shape, dtype=torch.float64)) for grad in before.values()]
    for twin, grad in zip(twins, before.values()):
        twin.grad = torch.tensor(grad)
    expected = torch.nn.utils.clip_grad_norm_(twins, max_norm).item()

    norm = clip_grad_norm(grads, max_norm)
    assert norm == pytest.approx(expected, rel=1e-12)
    for name, twin in zip(grads, twins):
        # torch divides by norm + 1e-6: its clipped gradient is a little short of max_norm.
        np.testing.assert_allclose(grads[name], twin.grad.numpy(), rtol=1e-6 / norm + 1e-12)
        np.testing.assert_allclose(grads[name], before[name] * min(1, max_norm / norm), rtol=1e-12)


def test_short_gradients_are_not_touched():
    grads = {"W": np.array([3.0, 4.0])}
    assert clip_grad_norm(grads, 5.0) == 5.0
    assert clip_grad_norm(grads, np.inf) == 5.0
    np.testing.assert_array_equal(grads["W"], [3.0, 4.0])
    clip_grad_norm(grads, 4.999)
    assert np.linalg.norm(grads["W"]) == pytest.approx(4.999, rel=1e-12)
    assert clip_grad_norm({"W": np.zeros(2)}, 1.0) == 0.0
    assert clip_grad_norm({}, 1.0) == 0.0


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 3e38), (np.float32, 1e-42), (np.float64, 1e300)])
def test_squares_neither_overflow_nor_vanish(dtype, size):
    grads = {"W": np.full(16, size, dtype), "b": np.zeros(2, dtype)}
    with np.errstate(all="raise"):
        assert clip_grad_norm(grads, np.inf) == pytest.approx(4 * float(dtype(size)), rel=1e-12)
    clip_grad_norm(grads, size / 10)
    np.testing.assert_allclose(grads["W"], size / 40, rtol=0.03)  # 1e-42 has three digits in float32
    assert grads["W"].dtype == dtype


def test_a_norm_above_the_largest_number_still_clips():
    grads = {"W": np.full(16, 1e308)}
    assert clip_grad_norm(grads, 1.0) == np.inf
    np.testing.assert_allclose(grads["W"], 0.25)


def test_a_factor_too_small_for_float32():
    grads = {"W": np.array([3e38, 0], np.float32)}
    clip_grad_norm(grads, 1e-6)
    np.testing.assert_allclose(grads["W"], [1e-6, 0], rtol=1e-6)


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_not_finite_is_left_to_be_seen(wrong):
    grads = {"W": np.array([1.0, wrong]), "b": np.array([2.0])}
    norm = clip_grad_norm(grads, 1.0)
    assert np.isnan(norm) if np.isnan(wrong) else norm == np.inf
    np.testing.assert_array_equal(grads["W"], [1.0, wrong])
    np.testing.assert_array_equal(grads["b"], [2.0])


def test_bad_clipping_changes_nothing():
    with pytest.raises(ValueError, match="max_norm must be at least 0, got -1"):
        clip_grad_norm({"W": np.ones(2)}, -1)
    grads = {"W": np.full(2, 9.0), "b": np.full(2, 9)}
    with pytest.raises(TypeError, match=r"grads\['b'\] must be an array of floats, got int64"):
        clip_grad_norm(grads, 1.0)
    np.testing.assert_array_equal(grads["W"], 9.0)


# ---------------------------------------------------------------- tied weights: one array under several names


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.5), lambda p: Adam(p, 0.1)])
@pytest.mark.parametrize("second", ["the same", "another", "a view"])
def test_tied_weights_move_once_with_the_sum_of_their_gradients(make, second):
    W, alone = np.ones((2, 3)), np.ones((2, 3))
    g = np.arange(6.0).reshape(2, 3)
    other = {"the same": g, "another": 2 * g, "a view": g[:]}[second]
    tied = make({"embedding": W, "b": np.zeros(2), "readout": W[:]})
    single = make({"W": alone})
    for _ in range(3):
        tied.step({"embedding": g, "b": np.zeros(2), "readout": other})
        single.step({"W": 3 * g if second == "another" else g})
    np.testing.assert_allclose(W, alone, rtol=1e-12)


def test_two_parameters_may_share_a_gradient():
    a, b, g = np.ones(3), np.zeros(3), np.ones(3)
    SGD({"a": a, "b": b}, 0.1).step({"a": g, "b": g})
    assert a.tolist() == [0.9] * 3 and b.tolist() == [-0.1] * 3


def test_an_array_under_two_names_is_clipped_once():
    g, other = np.full((2, 2), 3.0), np.full(4, 4.0)
    assert clip_grad_norm({"embedding": g, "readout": g, "view": g[:], "other": other}, 1.0) == pytest.approx(10)
    assert np.sqrt((g**2).sum() + (other**2).sum()) == pytest.approx(1)
    turned = np.arange(6.0).reshape(2, 3)
    assert clip_grad_norm({"W": turned, "turned": turned.T}, np.inf) == pytest.approx(np.sqrt(110)), "another shape"
