"""Word vectors from counts: words that stand among the same words get similar vectors. No labels are needed.

    vectors = neighbour_vectors(rows, len(vocabulary), 48)       # (V, 48), rows of <pad> and <unk> are zero

Count how often two words stand near each other, compare with how often they would if words were drawn at random
(positive pointwise mutual information), and keep the directions that hold the most of this table (a singular value
decomposition). Levy & Goldberg (2014) show that word2vec's skip-gram factorizes a table of this kind without writing it
down.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import torch

from seqlearn.data.words import UNKNOWN


def neighbour_counts(rows: Sequence[np.ndarray], vocabulary_size: int, window: int = 5
                     ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words (i, j) and how often j stands after i within `window` steps: (P,), (P,), (P,).

    A pair d steps apart counts 1/d. Row 0 and 1, padding and unknown words, are left out.
    """
    gap = np.zeros(window, dtype=np.int64)  # so that no pair reaches from one text into the next
    text = np.concatenate([part for row in rows for part in (row, gap)])
    keys, counts = [], []
    for distance in range(1, window + 1):
        first, second = text[:-distance], text[distance:]
        known = (first > UNKNOWN) & (second > UNKNOWN)
        found, times = np.unique(first[known] * vocabulary_size + second[known], return_counts=True)
        keys.append(found)
        counts.append(times / distance)
    keys, place = np.unique(np.concatenate(keys), return_inverse=True)
    return keys // vocabulary_size, keys % vocabulary_size, np.bincount(place, np.concatenate(counts))


def neighbour_vectors(rows: Sequence[np.ndarray], vocabulary_size: int, size: int, *, window: int = 5,
                      deviation: float = 0.1, seed: int = 0) -> np.ndarray:
    """A vector for each word, (V, size) float32, from the texts in `rows` (arrays of rows of a vocabulary).

    deviation: the standard deviation of all numbers, to begin a training with. The decomposition is a randomised one
    (Halko, Martinsson & Tropp, 2011), drawn from `seed`. Raises ValueError when size is not below the vocabulary's.
    """
    if not 0 < size < vocabulary_size:
        raise ValueError(f"size must be between 1 and {vocabulary_size - 1}, got {size}")
    i, j, counts = neighbour_counts(rows, vocabulary_size, window)
    # Near in either order.
    i, j, counts = np.concatenate([i, j]), np.concatenate([j, i]), np.concatenate([counts, counts])
    totals = np.bincount(i, counts, minlength=vocabulary_size)
    chance = totals**0.75 / (totals**0.75).sum()  # of a word as neighbour, rare ones lifted a little
    information = np.log(counts / (totals[i] * chance[j]))
    keep = information > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PyTorch calls its sparse matrices a beta version
        table = torch.sparse_coo_tensor(np.stack([i[keep], j[keep]]), torch.from_numpy(information[keep]).float(),
                                        (vocabulary_size, vocabulary_size)).to_sparse_csr()
    wide = min(size + 30, vocabulary_size)
    basis = torch.randn(vocabulary_size, wide, dtype=torch.float32, generator=torch.Generator().manual_seed(seed))
    for _ in range(4):
        basis = torch.linalg.qr(table @ basis)[0]
    left, values, _ = torch.linalg.svd(table @ basis, full_matrices=False)
    vectors = (left[:, :size] * values[:size].sqrt()).numpy()
    vectors[: UNKNOWN + 1] = 0
    return vectors * (deviation / vectors.std())
