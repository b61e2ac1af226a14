"""Pairs and hidden symbols: every target follows from the input, and what the docstrings promise of the draws holds."""

import numpy as np
import pytest

from seqlearn.data.recall import ASK, NOISE, NUM_KEYS, NUM_SYMBOLS, NUM_VALUES, pairs_to_recall, symbols_to_copy


@pytest.mark.parametrize("pairs", [1, 5, 32])
def test_a_question_is_answered_by_the_pair_with_its_key(pairs):
    x, y = pairs_to_recall(6, pairs, np.random.default_rng(0))
    assert x.shape == (2 * pairs, 6, NUM_KEYS + NUM_VALUES + 1) and y.shape == (2 * pairs, 6)
    keys, values, marks = x[..., :NUM_KEYS], x[..., NUM_KEYS:-1], x[..., -1]
    assert (keys.sum(axis=2) == 1).all() and not values[pairs:].any() and (values[:pairs].sum(axis=2) == 1).all()
    assert not marks[:pairs].any() and marks[pairs:].all() and (y[:pairs] == -1).all()
    for n in range(6):
        told = {int(keys[t, n].argmax()): int(values[t, n].argmax()) for t in range(pairs)}
        assert len(told) == pairs, "keys of one sequence are different"
        asked = [int(keys[t, n].argmax()) for t in range(pairs, 2 * pairs)]
        assert sorted(asked) == sorted(told) and [told[key] for key in asked] == y[pairs:, n].tolist()


def test_values_and_keys_are_drawn_evenly():
    x, y = pairs_to_recall(4000, 4, np.random.default_rng(1))
    shares = np.bincount(y[4:].ravel(), minlength=NUM_VALUES) / y[4:].size
    assert np.abs(shares - 1 / NUM_VALUES).max() < 0.02
    assert np.abs(x[:4, :, :NUM_KEYS].mean(axis=(0, 1)) - 1 / NUM_KEYS).max() < 0.01


@pytest.mark.parametrize(("symbols", "length"), [(1, 1), (3, 24), (5, 5)])
def test_symbols_come_back_in_their_order(symbols, length):
    x, y = symbols_to_copy(7, symbols, length, np.random.default_rng(2))
    assert x.shape == y.shape == (length + symbols, 7)
    assert (x[length:] == ASK).all() and (y[:length] == -1).all()
    for n in range(7):
        assert [s for s in x[:length, n] if s != NOISE] == y[length:, n].tolist()
    assert x[:length].max() <= NOISE and 0 <= y[length:].min() and y.max() < NUM_SYMBOLS


def test_the_seed_decides_and_impossible_sizes_are_refused():
    first, again = (pairs_to_recall(3, 4, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(one, two) for one, two in zip(first, again))
    with pytest.raises(ValueError, match="pairs must be at most 32"):
        pairs_to_recall(1, 33, np.random.default_rng(0))
    with pytest.raises(ValueError, match="symbols must be at most length 2"):
        symbols_to_copy(1, 3, 2, np.random.default_rng(0))
