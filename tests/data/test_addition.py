"""Sums: right, distinct in both orders, the same ones reversed and filled, and drawn as they are said to be."""

from collections import Counter

import numpy as np
import pytest

from seqlearn.data.addition import addition
from seqlearn.data.word_pairs import FILLER, WORDS, fill, word_pairs


def test_every_answer_is_right_and_no_question_stands_twice():
    pairs = addition(45_000, 5_000, seed=3)
    assert (len(pairs.train), len(pairs.test)) == (45_000, 5_000)
    numbers = [tuple(map(int, question.split("+"))) for question, _ in [*pairs.train, *pairs.test]]
    assert all(str(a + b) == answer for (a, b), (_, answer) in zip(numbers, [*pairs.train, *pairs.test]))
    assert len({tuple(sorted(pair)) for pair in numbers}) == 50_000, "16+75 and 75+16 count as one"
    assert all(str(int(n)) == n and len(n) <= 3 for question, _ in pairs.test for n in question.split("+"))


def test_lengths_are_those_of_the_published_set():
    """Its 50,000 questions have 12,577 times two numbers of three digits, and so on; ours are drawn in the same way."""
    published = {(3, 3): 12577, (2, 3): 23763, (1, 3): 8724, (2, 2): 3981, (1, 2): 900, (1, 1): 55}
    pairs = addition(45_000, 5_000, seed=0)
    found = Counter(tuple(sorted(map(len, question.split("+")))) for question, _ in [*pairs.train, *pairs.test])
    assert all(abs(found[key] - count) < 6 * np.sqrt(count) for key, count in published.items()), found
    short = sum(len(question) <= 4 for question, _ in pairs.test)
    assert abs(short - 95) < 45, "the test part has its share of short ones"


def test_reversed_and_filled_are_the_same_questions():
    plain, turned, filled = (addition(300, 50, seed=1, **options) for options in
                             ({}, {"reverse": True}, {"reverse": True, "filled": True}))
    everything = ([*pairs.train, *pairs.test] for pairs in (plain, turned, filled))
    for one, other, wide in zip(*everything):
        assert other == (one[0][::-1], one[1])
        assert wide == (one[0].ljust(7)[::-1], one[1].ljust(4))
    assert {len(question) for question, _ in filled.train} == {7} and " " in filled.target.tokens
    assert " " not in plain.source.tokens and len(plain.source) == 15 and len(plain.target) == 14


def test_the_seed_decides():
    assert addition(50, 5, seed=1).train == addition(50, 5, seed=1).train != addition(50, 5, seed=2).train


@pytest.mark.parametrize(("sizes", "digits"), [((28, 0), 1), ((27, 1), 1), ((2000, 1000), 2)])
def test_too_many_are_refused(sizes, digits):
    with pytest.raises(ValueError, match="test_size must be|train_size \\+ test_size must be at most"):
        addition(*sizes, digits=digits)


def test_half_of_all_can_be_had():
    assert len(addition(20, 7, digits=1).train) == 20
    assert len({question for question, _ in addition(2000, 525, digits=2).train}) == 2000


def test_the_six_pairs():
    pairs = word_pairs()
    assert [(word.rstrip(FILLER), answer.rstrip(FILLER)) for word, answer in pairs.train] == list(WORDS)
    assert {len(text) for pair in pairs.train for text in pair} == {5}
    batch = pairs.batch(pairs.train)
    assert batch.source.shape == (5, 6) and batch.targets.shape == (6, 6) and (batch.source > 3).all()
    assert fill("") == 5 * FILLER and fill("highh") == "highh"
    with pytest.raises(ValueError, match="at most 5 letters"):
        fill("higher")
