"""The losses, against torch, at extreme logits and under masks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy, check_gradients

F = torch.nn.functional
LOSSES = {"softmax": SoftmaxCrossEntropy, "binary": BinaryCrossEntropy, "squared": MeanSquaredError}


def random_case(kind, leading, rng, scale=1.0):
    """Prediction and target of a kind of loss."""
    if kind == "softmax":
        return scale * rng.standard_normal((*leading, 5)), rng.integers(0, 5, leading)
    prediction = scale * rng.standard_normal(leading)
    return prediction, rng.integers(0, 2, leading).astype(float) if kind == "binary" else rng.standard_normal(leading)


def torch_elements(kind, prediction, target):
    """Every element's loss, as torch has it."""
    if kind == "softmax":
        return F.cross_entropy(prediction.reshape(-1, 5), target.reshape(-1), reduction="none").reshape(target.shape)
    function = F.binary_cross_entropy_with_logits if kind == "binary" else F.mse_loss
    return function(prediction, target, reduction="none")


@pytest.mark.parametrize("kind", LOSSES)
@given(
    leading=st.lists(st.integers(1, 4), max_size=3).map(tuple),
    masked=st.booleans(),
    scale=st.sampled_from([1e-3, 1.0, 1e4]),
    seed=st.integers(0, 999),
)
@settings(max_examples=30, deadline=None)
def test_same_as_torch(kind, leading, masked, scale, seed):
    rng = np.random.default_rng(seed)
    prediction, target = random_case(kind, leading, rng, scale)
    mask = rng.integers(0, 2, leading) if masked else None
    if masked:
        mask[(0,) * len(leading)] = 1
    prediction_torch = torch.tensor(prediction, requires_grad=True)
    elements = torch_elements(kind, prediction_torch, torch.tensor(target))
    kept = torch.ones_like(elements) if mask is None else torch.tensor(mask).to(elements)
    expected = (elements * kept).sum() / kept.sum()
    expected.backward()

    loss = LOSSES[kind]()
    np.testing.assert_allclose(loss.forward(prediction, target, mask), expected.item(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(loss.backward(), prediction_torch.grad.numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", LOSSES)
def test_finite_differences_with_a_mask(kind):
    rng = np.random.default_rng(0)
    prediction, target = random_case(kind, (4, 3), rng)
    mask, loss = rng.integers(0, 2, (4, 3)), LOSSES[kind]()
    loss.forward(prediction, target, mask)
    params, grads = {"prediction": prediction}, {"prediction": loss.backward()}
    assert check_gradients(lambda: loss.forward(prediction, target, mask), params, grads).passed(1e-7)


@pytest.mark.parametrize("kind", LOSSES)
def test_what_is_masked_is_not_read(kind):
    rng = np.random.default_rng(1)
    prediction, target = random_case(kind, (4, 3), rng)
    loss = LOSSES[kind]()
    expected = loss.forward(prediction[1:], target[1:])
    gradient = loss.backward()
    prediction[0], target[0] = np.nan, -100
    mask = np.ones((4, 3), bool)
    mask[0] = False
    assert loss.forward(prediction, target, mask) == pytest.approx(expected, rel=1e-14)
    assert (loss.backward()[0] == 0).all()
    np.testing.assert_allclose(loss.backward()[1:], gradient, rtol=1e-14)


def test_huge_logits_neither_overflow_nor_warn():
    with np.errstate(all="raise", under="ignore"):
        softmax = SoftmaxCrossEntropy()
        assert softmax.forward(np.array([[1e4, -1e4], [1e4, -1e4]]), [0, 1]) == 1e4
        np.testing.assert_array_equal(softmax.backward(), [[0, 0], [0.5, -0.5]])
        binary = BinaryCrossEntropy()
        assert binary.forward(np.array([1e4, -1e4, 1e4, -1e4]), [1, 0, 0, 1]) == 5e3
        np.testing.assert_array_equal(binary.backward(), [0, 0, 0.25, -0.25])


def test_small_losses_keep_their_digits():
    """1 − σ(40) is 4e-18, and not 0."""
    binary = BinaryCrossEntropy()
    assert binary.forward(np.array([40.0]), [1]) == pytest.approx(np.exp(-40.0), rel=1e-12, abs=0)
    assert binary.backward()[0] == pytest.approx(-np.exp(-40.0), rel=1e-12, abs=0)


def test_known_values():
    assert SoftmaxCrossEntropy().forward(np.zeros((3, 7)), [0, 3, 6]) == pytest.approx(np.log(7))
    assert BinaryCrossEntropy().forward(np.zeros(4), [0.0, 1.0, 0.3, 0.5]) == pytest.approx(np.log(2))
    loss = MeanSquaredError()
    assert loss.forward(np.array([[1.0, 2.0], [3.0, 5.0]]), [[1, 0], [3, 1]]) == 5.0
    np.testing.assert_array_equal(loss.backward(), [[0, 1], [0, 2]])


@pytest.mark.parametrize("kind", LOSSES)
def test_float32_gives_a_float_and_a_float32_gradient(kind):
    prediction, target = random_case(kind, (4, 3), np.random.default_rng(2))
    loss = LOSSES[kind]()
    assert type(loss.forward(prediction.astype(np.float32), target)) is float
    assert loss.backward().dtype == np.float32


def test_the_mean_of_float32_losses_is_taken_in_float64():
    prediction = np.array([1, 2.0**-15], np.float32)
    assert MeanSquaredError().forward(prediction, np.zeros(2)) == (1 + 2.0**-30) / 2


@pytest.mark.parametrize("kind", LOSSES)
def test_backward_gives_a_new_array_each_time(kind):
    prediction, target = random_case(kind, (4, 3), np.random.default_rng(3))
    loss = LOSSES[kind]()
    with pytest.raises(ValueError, match="backward needs a forward"):
        loss.backward()
    loss.forward(prediction, target)
    first = loss.backward()
    kept = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(loss.backward(), kept)


@pytest.mark.parametrize("kind", LOSSES)
def test_bad_input_names_the_argument(kind):
    prediction, target = random_case(kind, (4, 3), np.random.default_rng(4))
    loss = LOSSES[kind]()
    loss.forward(prediction, target)
    before = loss.backward()
    for mask in (np.zeros((4, 3)), np.zeros((4, 3), bool)):
        with pytest.raises(ValueError, match="mask must keep at least one element, got none of 12"):
            loss.forward(prediction, target, mask)
    with pytest.raises(ValueError, match="mask must hold only 0 .* got 0.5 to 0.5"):
        loss.forward(prediction, target, np.full((4, 3), 0.5))
    with pytest.raises(ValueError, match=r"mask must be \(4, 3\), got \(4,\)"):
        loss.forward(prediction, target, np.ones(4))
    with pytest.raises(TypeError, match="mask must be numbers"):
        loss.forward(prediction, target, np.full((4, 3), "yes"))
    with pytest.raises(ValueError, match=r"target must be \(4, 3\), got \(3, 4\)"):
        loss.forward(prediction, target.T)
    with pytest.raises(TypeError, match="prediction must be an array of floats, got int64"):
        loss.forward(prediction.astype(np.int64), target)
    with pytest.raises(TypeError, match="target must be numbers"):
        loss.forward(prediction, target.astype(complex))
    with pytest.raises(ValueError, match="target must keep at least one element, got none of 0"):
        loss.forward(prediction[:0], target[:0])
    np.testing.assert_array_equal(loss.backward(), before)  # an error leaves the last forward as it was


def test_targets_out_of_range():
    with pytest.raises(ValueError, match="target must be from 0 to 4, got -100 to 5"):
        SoftmaxCrossEntropy().forward(np.zeros((2, 5)), [5, -100])
    with pytest.raises(TypeError, match="target must be integers, got float64"):
        SoftmaxCrossEntropy().forward(np.zeros((2, 5)), [0.0, 1.0])
    with pytest.raises(ValueError, match=r"prediction must be \(2, V\)"):
        SoftmaxCrossEntropy().forward(np.zeros((2, 0)), [0, 1])
    with pytest.raises(ValueError, match="target must be from 0 to 1, got 0 to 2"):
        BinaryCrossEntropy().forward(np.zeros(2), [0, 2])


@pytest.mark.parametrize(("logit", "target", "value", "slope"), [
    (-np.inf, 0, 0, 0), (np.inf, 1, 0, 0), (-np.inf, 1, np.inf, -1), (np.inf, 0, np.inf, 1),
    (-np.inf, 0.5, np.inf, -0.5), (np.nan, 0, np.nan, np.nan), (800.0, 1, 0, 0), (-800.0, 1, 800, -1),
])
def test_a_logit_that_is_sure(logit, target, value, slope):
    """What is right beyond doubt costs nothing, what is wrong beyond doubt costs everything; NaN stays NaN."""
    loss = BinaryCrossEntropy()
    with np.errstate(invalid="ignore"):
        np.testing.assert_equal(loss.forward(np.array([logit]), np.array([target])), value)
    np.testing.assert_allclose(loss.backward(), [slope], atol=1e-300)
