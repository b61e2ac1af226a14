"""Tasks that a seed makes: nothing to download, and you know what a network has to remember to solve them.

    task = count_ones(10_000, 1_000, length=20, seed=0)
    task.x_train, task.y_train            # (20, 10000, 1) and (10000, 1)
    for x, y in task.batches(16, rng):    # x (20, 16, 1), y (16, 1): the training part once, in random order
        ...

    count_ones       how many ones did you read?               every step matters a little
    adding           the sum of two marked numbers             two steps matter, the others disturb
    temporal_order   which of X and Y came first and second?   their order matters
    copy_memory      repeat ten symbols after a long wait      everything at the start matters

The sequences of one task are all different, so the test part holds none that was trained on: they are drawn without
replacement, every sequence of the given length with the same probability, and then divided. x takes 8·T·N·D bytes:
2 MB for the ones of above, 96 MB for the training part of copy_memory as it comes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from seqlearn.nn.layer import check_size

LARGEST_SPACE = 2**62  # spaces up to this size are numbered with 64-bit integers
REALS = 2**53  # a real number is one of this many, equally spaced in [0, 1): NumPy's own choice


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """Sequences and what to answer, for training and for testing.

    x_train, x_test: (T, N, D) float64, time first.
    y_train, y_test: (N, 1) float64 for a number per sequence, (N,) int64 for a class per sequence, (T, N) int64 for a
    class per step.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def batches(self, batch_size: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The training part once, in an order drawn from `rng`: x (T, B, D) and y with its B rows.

        The last batch is smaller when `batch_size` does not divide N. A generator: call it again for every epoch.
        """
        batch_size = check_size("batch_size", batch_size)
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
        return self._batches(batch_size, rng)

    def _batches(self, batch_size: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        axis = 1 if self.y_train.shape == self.x_train.shape[:2] else 0  # an answer per step: (T, N), time first
        order = rng.permutation(self.x_train.shape[1])
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            yield self.x_train[:, chosen], self.y_train.take(chosen, axis)

    def __repr__(self) -> str:
        return (
            f"{self.name}: {self.x_train.shape[1]:,} training and {self.x_test.shape[1]:,} test sequences "
            f"of {len(self.x_train)} steps; x_train {self.x_train.shape}, y_train {self.y_train.shape}"
        )


def count_ones(train_size: int = 10_000, test_size: int = 1_000, *, length: int = 20, seed: int = 0) -> Task:
    """How many ones are in a sequence of zeros and ones? x (T, N, 1), y (N, 1): the count, 0 to T.

    Every sequence is one of 2^T, so short ones are few: ValueError when train_size + test_size is more.
    A network that always answers T / 2 has a mean squared error of T / 4.
    """
    train_size, test_size, rng = _check(train_size, test_size, seed)
    length = check_size("length", length)
    bits = _distinct("count_ones", train_size + test_size, [2] * length, length, rng)
    x = bits.T[:, :, None].astype(float)
    return _divide("count_ones", x, x.sum(axis=0), train_size)


def adding(train_size: int = 10_000, test_size: int = 1_000, *, length: int = 100, seed: int = 0) -> Task:
    """Add the two marked numbers. x (T, N, 2): a number from [0, 1) and a mark, 0 or 1; y (N, 1): the sum.

    Two steps are marked, one in the first half and one in the second, any of them with the same probability.
    A network that always answers 1 has a mean squared error of 1/6.

    Hochreiter & Schmidhuber (1997), "Long short-term memory", experiment 4, had numbers from [-1, 1], both marks in the
    first half and lengths that vary; this is the form of Arjovsky, Shah & Bengio (2016), "Unitary evolution recurrent
    neural networks".
    """
    train_size, test_size, rng = _check(train_size, test_size, seed)
    length = _check_length(length, 2, "two steps are marked")
    size, half = train_size + test_size, length // 2
    digits = _distinct("adding", size, [half, length - half] + [REALS] * length, length, rng)
    numbers = digits[:, 2:].T / REALS
    x = np.stack([numbers, np.zeros_like(numbers)], axis=2)
    rows = np.arange(size)
    first, second = digits[:, 0], half + digits[:, 1]
    x[first, rows, 1] = x[second, rows, 1] = 1
    return _divide("adding", x, (numbers[first, rows] + numbers[second, rows])[:, None], train_size)


def temporal_order(train_size: int = 10_000, test_size: int = 1_000, *, length: int = 100, seed: int = 0) -> Task:
    """In which order did X and Y appear? x (T, N, 8): one-hot E, a, b, c, d, X, Y, B; y (N,): 0 XX, 1 XY, 2 YX, 3 YY.

    A sequence begins with E and ends with B. One step from T/10 to T/5 is X or Y, and so is one step from T/2 to 3T/5;
    all others are a, b, c or d. The four classes have the same probability.

    Hochreiter & Schmidhuber (1997), "Long short-term memory", experiment 6a: lengths 100 to 110, X or Y at the steps
    10 to 20 and 50 to 60. Here the length is fixed, and the two places move with it.
    """
    train_size, test_size, rng = _check(train_size, test_size, seed)
    length = _check_length(length, 4, "E, two of X and Y, B")
    size = train_size + test_size
    early = np.arange(max(1, length // 10), max(1, length // 5) + 1)
    late = np.arange(length // 2, 3 * length // 5 + 1)
    digits = _distinct("temporal_order", size, [len(early), len(late), 2, 2] + [4] * (length - 4), length, rng)
    rows, first, second = np.arange(size), early[digits[:, 0]], late[digits[:, 1]]
    symbols = np.empty((length, size), dtype=np.int64)
    symbols[0], symbols[-1] = 0, 7
    noise = np.ones((length, size), dtype=bool)
    noise[0] = noise[-1] = noise[first, rows] = noise[second, rows] = False
    symbols.T[noise.T] = 1 + digits[:, 4:].ravel()
    symbols[first, rows], symbols[second, rows] = 5 + digits[:, 2], 5 + digits[:, 3]
    return _divide("temporal_order", np.eye(8)[symbols], 2 * digits[:, 2] + digits[:, 3], train_size)


def copy_memory(train_size: int = 10_000, test_size: int = 1_000, *, length: int = 120, seed: int = 0) -> Task:
    """Read ten symbols, wait, then write them. x (T, N, 10): one-hot symbols 0 to 7, 8 the blank, 9 "now"; y (T, N).

    Ten symbols come first, then length − 21 blanks, "now", and ten more blanks. The answer is blank until the last ten
    steps, which repeat the ten symbols: each is written length − 10 steps after it was read.
    Writing blanks and then guessing has a cross-entropy of 10 ln 8 / length per step.

    Arjovsky, Shah & Bengio (2016), "Unitary evolution recurrent neural networks"; their T is length − 20.
    After Hochreiter & Schmidhuber (1997).
    """
    train_size, test_size, rng = _check(train_size, test_size, seed)
    length = _check_length(length, 21, 'ten symbols to read, one "now", ten symbols to write')
    size = train_size + test_size
    digits = _distinct("copy_memory", size, [8] * 10, length, rng)
    symbols = np.full((length, size), 8)
    symbols[:10], symbols[-11] = digits.T, 9
    y = np.full((length, size), 8)
    y[-10:] = digits.T
    return _divide("copy_memory", np.eye(10)[symbols], y, train_size, axis=1)


def _check(train_size: int, test_size: int, seed: int) -> tuple[int, int, np.random.Generator]:
    if not isinstance(seed, Integral) or isinstance(seed, bool):
        raise TypeError(f"seed must be an integer, got {seed!r}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    return check_size("train_size", train_size), check_size("test_size", test_size), np.random.default_rng(int(seed))


def _check_length(length: int, smallest: int, why: str) -> int:
    if check_size("length", length) < smallest:
        raise ValueError(f"length must be at least {smallest} ({why}), got {length}")
    return int(length)


def _divide(name: str, x: np.ndarray, y: np.ndarray, train_size: int, axis: int = 0) -> Task:
    """The first `train_size` sequences for training, the rest for testing."""
    y_train, y_test = np.split(y, [train_size], axis)
    return Task(name, x[:, :train_size], y_train, x[:, train_size:], y_test)


def _distinct(name: str, size: int, bases: Sequence[int], length: int, rng: np.random.Generator) -> np.ndarray:
    """Draw `size` different rows of digits, (size, len(bases)). Digit k is from 0 to bases[k] − 1, every row as likely.

    A small space is numbered, and different numbers are drawn: nothing slows down when it is nearly used up.
    A large space is sampled row by row, and a row seen before is drawn again; that almost never happens.
    """
    space = math.prod(bases)
    if size > space:
        raise ValueError(
            f"train_size + test_size must be at most {space:,}: there are no more different sequences of "
            f"length {length} in {name}; got {size:,}"
        )
    if space <= LARGEST_SPACE:
        numbers = rng.choice(space, size, replace=False)
        digits = np.empty((size, len(bases)), dtype=np.int64)
        for k, base in enumerate(bases):
            numbers, digits[:, k] = np.divmod(numbers, base)
        return digits
    digits = rng.integers(0, bases, (size, len(bases)))
    while True:
        first = np.unique(digits, axis=0, return_index=True)[1]
        if len(first) == size:
            return digits
        digits = np.concatenate([digits[np.sort(first)], rng.integers(0, bases, (size - len(first), len(bases)))])
