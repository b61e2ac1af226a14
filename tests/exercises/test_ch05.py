"""What is particular to chapter 05's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest

from seqlearn.exercises import ch05


def radius_of(W):
    return np.abs(np.linalg.eigvals(W)).max()


def norm_of(grads):
    return np.sqrt(sum((grad**2).sum() for grad in grads.values()))


def scaled(grads, scale):
    return {name: scale * grad for name, grad in grads.items()}


def test_a_matrix_has_to_grow_as_well_as_shrink():
    assert ch05.rescale.check(lambda W, radius: W * min(1, radius / radius_of(W))).mistake == "only scaled down"
    assert ch05.rescale.check(lambda W, radius: W * max(1, radius / radius_of(W))).status == "incorrect"


def test_clipping_as_pytorch_does_it_is_right():
    def clip(grads, limit):
        return scaled(grads, min(1.0, limit / (norm_of(grads) + 1e-6))), norm_of(grads)

    assert ch05.clip.check(clip).status == "correct"


def test_names_of_arrays_are_not_to_be_guessed():
    def clip(grads, limit):
        norm = np.sqrt(sum((grads[name] ** 2).sum() for name in ("W_x", "W_h", "b")))
        return scaled(grads, min(1.0, limit / norm)), norm

    assert ch05.clip.check(clip).status == "incorrect"


def test_the_norm_of_the_largest_array_is_not_called_clipping_per_tensor():
    def clip(grads, limit):
        largest = max(np.linalg.norm(grad) for grad in grads.values())
        return scaled(grads, min(1.0, limit / largest)), norm_of(grads)

    assert ch05.clip.check(clip).mistake == "one array's norm"


def test_a_start_above_the_largest_number_has_overflown_at_step_0():
    assert ch05.overflow_step_reference(1.5, 1e39) == 0


@pytest.mark.parametrize("dtype", [float, np.float32])
def test_overflow_found_by_multiplying_is_right(dtype):
    def overflow_step(factor, start):
        value, factor, step = dtype(start), dtype(factor), 0
        while value <= np.finfo(np.float32).max:
            value, step = value * factor, step + 1
        return step

    assert ch05.overflow_step.check(overflow_step).status == "correct"


@pytest.mark.parametrize("written", [str.upper, str.capitalize, lambda word: f" {word}"])
def test_a_promise_may_be_written_in_capitals(written):
    result = ch05.promise.check(lambda W_h, activation: written(ch05.promise_reference(W_h, activation)))
    assert result.status == "correct"


def test_a_promise_must_still_be_a_word_and_the_right_one():
    assert ch05.promise.check(lambda W_h, activation: "Vanishes").status == "incorrect"
    assert ch05.promise.check(lambda W_h, activation: 1.0).status == "incorrect"
