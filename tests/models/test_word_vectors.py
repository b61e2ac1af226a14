"""Word vectors from counts of neighbours."""

import numpy as np
import pytest
import torch

from seqlearn.models.word_vectors import neighbour_counts, neighbour_vectors


def test_counts_by_hand():
    rows = [np.array([2, 3, 2]), np.array([4, 1, 3])]  # 1 is unknown; no pair reaches from the first text to the second
    i, j, counts = neighbour_counts(rows, 5, window=2)
    found = {(int(a), int(b)): float(n) for a, b, n in zip(i, j, counts, strict=True)}
    assert found == {(2, 3): 1.0, (3, 2): 1.0, (2, 2): 0.5, (4, 3): 0.5}


def test_words_with_the_same_neighbours_get_similar_vectors():
    """Words 2 and 3 stand before 6 and 7, words 4 and 5 before 8 and 9, in any mixture."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(400):
        group = int(rng.integers(2))
        rows.append(np.array([2 + 2 * group + rng.integers(2), 6 + 2 * group + rng.integers(2)]))
    vectors = neighbour_vectors(rows, 10, 3, window=1)
    unit = vectors[2:] / np.linalg.norm(vectors[2:], axis=1, keepdims=True)
    alike = unit @ unit.T
    assert alike[0, 1] > 0.9 and alike[2, 3] > 0.9 and abs(alike[0, 2]) < 0.3
    assert vectors.dtype == np.float32 and not vectors[:2].any() and vectors.std() == pytest.approx(0.1)
    assert np.array_equal(vectors, neighbour_vectors(rows, 10, 3, window=1))


def test_size_is_checked():
    with pytest.raises(ValueError, match="size must be between 1 and 9"):
        neighbour_vectors([np.array([2, 3])], 10, 10)


def test_torchs_default_dtype_changes_nothing():
    rows = [np.array([2, 3, 4, 2, 5, 3]), np.array([4, 5, 2])]
    before = neighbour_vectors(rows, 6, 2)
    try:
        torch.set_default_dtype(torch.float64)
        np.testing.assert_array_equal(neighbour_vectors(rows, 6, 2), before)
    finally:
        torch.set_default_dtype(torch.float32)
