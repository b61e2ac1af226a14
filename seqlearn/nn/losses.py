"""Losses: one number that says how wrong a prediction is, and its gradient with respect to that prediction.

All are means over the elements that count. A mask, shaped like the targets, says which do: 1 (or True) keeps, 0 (or
False) leaves out. What is left out is not read, be it NaN or a target out of range, and its gradient is 0: padding
must not teach.
"""

import numpy as np
from numpy.typing import ArrayLike

from seqlearn.nn.layer import check_array, check_integers, need_forward


class Loss:
    """The mean over kept elements. A subclass gives `_compare(prediction, target)`: the loss of every kept element (K,)
    and its gradient with respect to the prediction."""

    class_axis: tuple[str, ...] = ()  # what a prediction has after the axes of the targets
    _cache: tuple | None = None

    def forward(self, prediction: ArrayLike, target: ArrayLike, mask: ArrayLike | None = None) -> float:
        """Return the mean loss over all elements, or over those where mask is 1. The mean is taken in float64.

        prediction: floats; shapes as the class says. Raises TypeError or ValueError naming the argument, also when
        the mask keeps nothing: a mean of no elements is not a number.
        """
        prediction = check_array("prediction", prediction, (..., *self.class_axis))
        shape = prediction.shape[: prediction.ndim - len(self.class_axis)]
        target = check_array("target", target, shape, kind="numbers")
        keep = check_mask(mask, shape)
        losses, gradients = self._compare(prediction[keep], target[keep])
        self._cache = (prediction.shape, keep, gradients)
        return float(losses.mean(dtype=np.float64))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last forward's mean, shaped like the prediction, of its dtype; 0 where masked."""
        shape, keep, gradients = need_forward(self._cache)
        d_prediction = np.zeros(shape, gradients.dtype)
        d_prediction[keep] = gradients / int(keep.sum())
        return d_prediction


class SoftmaxCrossEntropy(Loss):
    """−log p(target) for p = softmax(logits): logits (..., V), integer targets (...) from 0 to V−1, mask like targets.

    The gradient is p − 1 at the target and p elsewhere: what was predicted, less what came.
    """

    class_axis = ("V",)

    def _compare(self, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        at_target = (np.arange(len(target)), check_integers("target", target, 0, prediction.shape[-1] - 1))
        log_p = log_softmax(prediction)
        gradients = np.exp(log_p)
        gradients[at_target] -= 1
        return -log_p[at_target], gradients


class BinaryCrossEntropy(Loss):
    """−t log p − (1−t) log(1−p) for p = σ(logit): logits and targets of one shape, targets from 0 to 1.

    log p = −log(1 + e⁻ᶻ) and log(1−p) = −log(1 + eᶻ), which `logaddexp` computes for any z. p itself is 1, rounded,
    from z = 37 on: log(1−p) would be −inf. Where t is 0 or 1, one of the two terms is left out and not 0 · inf: a logit
    of −inf with the target 0 is right beyond doubt and costs nothing.
    """

    def _compare(self, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if (target < 0).any() or (target > 1).any():
            raise ValueError(f"target must be from 0 to 1, got {np.nanmin(target)} to {np.nanmax(target)}")
        target = target.astype(prediction.dtype)
        if_one, if_zero = np.logaddexp(0, -prediction), np.logaddexp(0, prediction)
        losses = np.zeros_like(prediction)
        np.multiply(target, if_one, out=losses, where=target != 0)
        losses += np.multiply(1 - target, if_zero, out=np.zeros_like(prediction), where=target != 1)
        return losses, (1 - target) * np.exp(-if_one) - target * np.exp(-if_zero)


class MeanSquaredError(Loss):
    """(prediction − target)², for arrays of one shape. The mean is over all elements, features included."""

    def _compare(self, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        difference = prediction - target.astype(prediction.dtype)
        return difference**2, 2 * difference


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """log(eᶻ / Σ eᶻ) over the last axis. exp(1000) is inf, but a number added to all logits changes no probability:
    with the largest moved to 0 nothing overflows, and the sum is at least 1, so its logarithm is safe."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def check_mask(mask: ArrayLike | None, shape: tuple[int, ...]) -> np.ndarray:
    """Return the mask as booleans, all True for None. Raises ValueError unless it holds 0 and 1, and some 1."""
    name = "target" if mask is None else "mask"
    array = check_array(name, np.ones(shape) if mask is None else mask, shape, kind="numbers")
    if not array.any():
        raise ValueError(f"{name} must keep at least one element, got none of {array.size}")
    if not ((array == 0) | (array == 1)).all():
        raise ValueError(f"mask must hold only 0 (leave out) and 1 (keep), got {array.min()} to {array.max()}")
    return array == 1
