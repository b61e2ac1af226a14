"""Two tests of what a state can hold: pairs that are asked for by their key, and symbols hidden among noise.

    x, y = pairs_to_recall(64, 8, rng)         # 8 pairs, then 8 questions: x (16, 64, 41), y (16, 64)
    x, y = symbols_to_copy(64, 4, 40, rng)     # 4 symbols among 40 steps, then 4 steps to write them: x, y (44, 64)

A target of −1 marks a step at which nothing is asked; it is what `torch.nn.functional.cross_entropy(ignore_index=-1)`
leaves out. Unless pairs or symbols are very few, the number of sequences is far beyond what training sees, so a fresh
draw is a fair test.
"""

import numpy as np

from seqlearn.nn.layer import check_size

NUM_KEYS, NUM_VALUES = 32, 8
NUM_SYMBOLS = 6  # of `symbols_to_copy`; then come noise and the mark that asks
NOISE, ASK = NUM_SYMBOLS, NUM_SYMBOLS + 1


def pairs_to_recall(batch_size: int, pairs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a key and a value, one a step; then the same keys in an order drawn anew, each asking for its value.

    x (2 pairs, N, 41) float32: a one-hot key out of 32, a one-hot value out of 8 (all zeros in a question), and a mark,
    1 in a question. y (2 pairs, N): the value, −1 while pairs come in. Keys of one sequence are all different, values
    need not be: who knows nothing is right in 1 of 8.
    Raises ValueError for more pairs than keys.

    A form of multi-query associative recall, Arora et al. (2023), "Zoology", with the pair in one step instead of two,
    so that one layer is enough.
    """
    batch_size, pairs = check_size("batch_size", batch_size), check_size("pairs", pairs)
    if pairs > NUM_KEYS:
        raise ValueError(f"pairs must be at most {NUM_KEYS}, the number of keys, got {pairs}")
    keys = rng.permuted(np.tile(np.arange(NUM_KEYS), (batch_size, 1)), axis=1)[:, :pairs].T
    values = rng.integers(NUM_VALUES, size=(pairs, batch_size))
    order = rng.permuted(np.tile(np.arange(pairs), (batch_size, 1)), axis=1).T
    rows = np.arange(batch_size)
    x = np.zeros((2 * pairs, batch_size, NUM_KEYS + NUM_VALUES + 1), dtype=np.float32)
    x[np.arange(pairs)[:, None], rows, keys] = 1
    x[np.arange(pairs)[:, None], rows, NUM_KEYS + values] = 1
    x[np.arange(pairs, 2 * pairs)[:, None], rows, keys[order, rows]] = 1
    x[pairs:, :, -1] = 1
    y = np.full((2 * pairs, batch_size), -1)
    y[pairs:] = values[order, rows]
    return x, y


def symbols_to_copy(
    batch_size: int, symbols: int, length: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A few symbols at random places among noise, to be written in their order afterwards.

    x (length + symbols, N) of integers: 0 to 5 are symbols, 6 is noise, 7 asks for the next symbol. y has the same
    shape: −1, then the symbols. Raises ValueError for more symbols than steps.

    The selective copying of Gu and Dao (2023), "Mamba": in plain copying, as in `copy_memory`, the places are fixed,
    and a layer that treats all steps alike can wait a fixed time. """
    batch_size, symbols, length = (check_size(name, value) for name, value in
                                   (("batch_size", batch_size), ("symbols", symbols), ("length", length)))
    if symbols > length:
        raise ValueError(f"symbols must be at most length {length}, got {symbols}")
    places = np.sort(rng.permuted(np.tile(np.arange(length), (batch_size, 1)), axis=1)[:, :symbols], axis=1).T
    what = rng.integers(NUM_SYMBOLS, size=(symbols, batch_size))
    x = np.full((length + symbols, batch_size), NOISE)
    x[places, np.arange(batch_size)] = what
    x[length:] = ASK
    y = np.full_like(x, -1)
    y[length:] = what
    return x, y
