"""Byte-pair encoding: the merges of the paper's example, and every text comes back as it was."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlearn.data.subwords import Pieces, join_pieces, learn_merges, merged, spelled
from seqlearn.exercises.pieces import cut_reference, learn_merges_reference

TOY = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
WORDS = st.dictionaries(st.text("abnst", min_size=1, max_size=7), st.integers(1, 9), min_size=1, max_size=8)


def test_the_example_of_the_paper():
    merges = learn_merges(TOY, 4)
    assert merges == [("e", "s"), ("es", "t·"), ("l", "o"), ("e", "w")]
    assert Pieces(merges).cut(["lowest", "low"]) == ["lo", "w", "est·", "lo", "w·"]


def test_a_pair_is_merged_from_left_to_right():
    assert merged("aaa", ("a", "a")) == ("aa", "a") and merged("abab", ("a", "b")) == ("ab", "ab")
    assert spelled("a") == ("a·",) and learn_merges({"aaaa": 2}, 2) == [("a", "a"), ("a", "a·")]


def test_it_stops_when_no_pair_stands_twice():
    assert learn_merges({"ab": 1, "cd": 1}, 5) == [] and len(learn_merges(TOY, 500)) < 20


@given(WORDS, st.integers(1, 12))
def test_counting_again_what_changed_is_counting_again_everything(counts, size):
    expected = learn_merges_reference(counts, size)
    found = learn_merges(counts, size)
    assert found == expected[: len(found)]
    assert len(found) == len(expected) or max(_pair_counts(counts, found).values()) < 2


def _pair_counts(counts, merges):
    cutter, pairs = Pieces(merges), Counter({None: 0})
    for word, count in counts.items():
        pieces = cutter.cut_word(word)
        for pair in zip(pieces, pieces[1:]):
            pairs[pair] += count
    return pairs


@given(WORDS, st.lists(st.text("abnst", min_size=1, max_size=9), max_size=5))
def test_words_come_back_and_are_cut_in_the_order_of_learning(counts, words):
    merges = learn_merges(counts, 10)
    cutter = Pieces(merges)
    assert join_pieces(cutter.cut(words)) == words
    for word in words:
        assert list(cutter.cut_word(word)) == cut_reference(word, merges)


def test_an_answer_that_breaks_off_is_a_word_as_well():
    assert join_pieces(["a·", "ma", "n"]) == ["a", "man"] and join_pieces([]) == []


def test_bad_input():
    with pytest.raises(ValueError, match="at least one letter"):
        spelled("")
    with pytest.raises(ValueError, match="num_merges"):
        learn_merges(TOY, 0)
