"""Sums as texts: "16+75" is to be answered with "91". A network sees characters, and has to find out what they mean.

    pairs = addition(45_000, 5_000, seed=0)
    pairs.train[0]                         # ("0+524", "524")
    addition(reverse=True)                 # the same questions, read from the end: ("425+0", "524")
    addition(filled=True)                  # texts of one length, filled up with spaces: ("0+524  ", "524 ")

NumPy only.
"""

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols
from seqlearn.nn.layer import check_size

DIGITS = "0123456789"


def addition(train_size: int = 45_000, test_size: int = 5_000, *, digits: int = 3, reverse: bool = False,
             filled: bool = False, seed: int = 0) -> Pairs:
    """Sums of two numbers of 1 to `digits` digits each, as pairs of texts.

    Every question stands once, in one of its two orders: with 16+75 in one part, 75+16 is in neither. For each number
    first the number of digits is drawn, then the digits, as in the data set of "Deep Learning from Scratch 2" (Saito,
    2018), which goes back to an example of Keras. Of the 45,000 training questions four in five have two numbers of
    two or three digits.

    reverse: questions are written from the end, the same ones in the same parts. filled: questions and answers are
    filled up with spaces to the length of the longest possible one, as in that data set.
    Raises ValueError when more than half of all questions are asked for.
    """
    train_size, test_size = check_size("train_size", train_size), check_size("test_size", test_size)
    numbers = 10 ** check_size("digits", digits)
    size, space = train_size + test_size, numbers * (numbers + 1) // 2
    if 2 * size > space:
        raise ValueError(
            f"train_size + test_size must be at most {space // 2:,}, half of the sums of two numbers of up to "
            f"{digits} digits, got {size:,}"
        )
    rng = np.random.default_rng(seed)
    drawn = _distinct_pairs(size, digits, rng)[rng.permutation(size)]  # short ones are drawn early: mix them in
    width = 2 * digits + 1
    examples = []
    for a, b in drawn.tolist():
        question, answer = f"{a}+{b}", str(a + b)
        if filled:
            question, answer = question.ljust(width), answer.ljust(digits + 1)
        examples.append((question[::-1] if reverse else question, answer))
    space_character = " " if filled else ""
    return Pairs("addition", Symbols(DIGITS + "+" + space_character), Symbols(DIGITS + space_character),
                 train=examples[:train_size], test=examples[train_size:])


def _distinct_pairs(size: int, digits: int, rng: np.random.Generator) -> np.ndarray:
    """(size, 2) numbers, no two rows the same in either order, in the order in which they were drawn."""
    found = np.zeros((0, 2), dtype=np.int64)
    while len(found) < size:
        highest = 10 ** rng.integers(1, digits + 1, size=(2 * size, 2))
        found = np.concatenate([found, rng.integers(highest)])
        keys = found.min(axis=1) * 10**digits + found.max(axis=1)
        _, first = np.unique(keys, return_index=True)
        found = found[np.sort(first)]
    return found[:size]
