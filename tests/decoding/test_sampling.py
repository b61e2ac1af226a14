"""Temperature and top-k: limits, order, and the edges of both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlearn.decoding.sampling import next_probabilities
from seqlearn.exercises import ch09

LOGITS = st.lists(st.floats(-50, 50), min_size=1, max_size=12).map(np.array)


@given(LOGITS, st.floats(0.01, 100), st.data())
def test_is_a_distribution_over_the_largest(logits, temperature, data):
    top_k = data.draw(st.integers(1, len(logits)))
    p = next_probabilities(logits, temperature, top_k)
    assert p.shape == logits.shape and np.all(p >= 0) and p.sum() == pytest.approx(1)
    assert np.count_nonzero(p) <= top_k
    assert p.max() == p[logits.argmax()]
    larger = logits[:, None] > logits
    assert np.all((p[:, None] - p)[larger] >= -1e-12), "no temperature changes the order"


def test_one_leaves_the_probabilities_and_the_limits_are_reached():
    logits = np.array([1.0, 3.0, 2.0])
    plain = np.exp(logits) / np.exp(logits).sum()
    assert np.allclose(next_probabilities(logits), plain)
    assert np.allclose(next_probabilities(logits, 2.0), plain**0.5 / np.sum(plain**0.5))
    assert next_probabilities(logits, 0).tolist() == [0, 1, 0]
    assert np.allclose(next_probabilities(logits, 1e-6), [0, 1, 0])
    assert np.allclose(next_probabilities(logits, 1e6), 1 / 3, atol=1e-6)
    assert np.isfinite(next_probabilities(logits, 5e-324)).all()


def test_large_logits_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        p = next_probabilities(np.array([1200.0, 1199.0, -1200.0]), 1.0)
    assert np.allclose(p, [0.731059, 0.268941, 0], atol=1e-6)


def test_ties_keep_exactly_k():
    assert next_probabilities(np.zeros(4), 1.0, 2).tolist() == [0.5, 0.5, 0, 0]
    assert next_probabilities(np.zeros(4), 0).tolist() == [1, 0, 0, 0]


def test_rows_are_apart():
    logits = np.random.default_rng(0).standard_normal((3, 5, 7))
    assert np.allclose(next_probabilities(logits, 0.7, 3)[1, 2], next_probabilities(logits[1, 2], 0.7, 3))


def test_agrees_with_the_exercise():
    logits = np.random.default_rng(0).standard_normal(9)
    assert np.allclose(next_probabilities(logits, 0.6, 4), ch09.sharpen.reference(logits, 0.6, 4))


@pytest.mark.parametrize(("options", "words"), [
    ({"temperature": -1}, "temperature"),
    ({"temperature": np.nan}, "temperature"),
    ({"temperature": np.inf}, "temperature"),
    ({"top_k": 0}, "top_k"),
    ({"top_k": 4}, "top_k must be from 1 to 3, got 4"),
])
def test_bad_arguments(options, words):
    with pytest.raises(ValueError, match=words):
        next_probabilities(np.zeros(3), **options)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_of_a_diverged_model_get_a_sentence(value):
    with pytest.raises(ValueError, match="got NaN or inf: the model's weights have diverged"):
        next_probabilities([0.0, value, 1.0])
    assert next_probabilities([0.0, -np.inf]).tolist() == [1, 0], "−∞ rules a token out"
