"""What is particular to chapter 01's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest

from seqlearn.exercises import ch01


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint8"])
def test_counts_are_counts_in_every_type(dtype):
    assert ch01.bag_of_words.check(lambda words, V: np.bincount(words, minlength=V).astype(dtype)).status == "correct"


def test_the_first_word_left_out_is_not_called_a_lost_zero():
    result = ch01.unread.check(lambda h, V, T: ch01.unread_reference(h, V, T)[1:])
    assert result.status == "incorrect" and "zero" not in result.message
    assert result.mistake not in [mistake.name for mistake in ch01.unread.mistakes]


def test_one_bias_forgotten_is_not_answered_with_add_it_to_both():
    result = ch01.parameter_counts.check(lambda n, D, H: (n * D * H, D * H + H * H + H))
    assert result.mistake == "bias left out of the first count" and "both" not in result.message


def test_a_long_sentence_needs_whole_numbers():
    def unread(h, V, T):
        words = []
        for _ in range(T):
            words.append(h % V)
            h = int(h / V)
        return words[::-1]

    assert ch01.unread.check(unread).mistake == "divided as floats"
