"""Text to arrays: words, vocabulary, padding, batches."""

import numpy as np
import pytest

from seqlearn.data.words import batches_by_length, build_vocabulary, encode, pad, tokenize


@pytest.mark.parametrize(("text", "words"), [
    ("It isn't GOOD!", ["it", "isn't", "good", "!"]),
    ("a<br /><br />b", ["a", "b"]),
    ("I give it 7/10, not 10/10.", ["i", "give", "it", "7/10", "not", "10/10"]),
    ("1/2 of 2005", ["1", "2", "of", "2005"]),
    ("it’s it´s it`s it\x92s", ["it's"] * 4),
    ("'quoted' rock'n'roll don'", ["quoted", "rock'n'roll", "don"]),
    ("Amélie, naïve?", ["amélie", "naïve", "?"]),
    ("nai\u0308ve cafe\u0301", ["naïve", "café"]),  # as macOS writes it
    ("नहीं, लाल टोपी है", ["नहीं", "लाल", "टोपी", "है"]),
    ("well-made … (really)", ["well", "made", "really"]),
    ("", []),
])
def test_tokenize(text, words):
    assert tokenize(text) == words


def test_vocabulary():
    texts = ["b a b", "c a b", "d"]
    assert build_vocabulary(texts) == {"<pad>": 0, "<unk>": 1, "b": 2, "a": 3, "c": 4, "d": 5}
    assert list(build_vocabulary(texts, 4)) == ["<pad>", "<unk>", "b", "a"]
    assert list(build_vocabulary(texts, at_least=2)) == ["<pad>", "<unk>", "b", "a"]
    assert build_vocabulary(reversed(texts)) == build_vocabulary(texts)
    with pytest.raises(ValueError, match="size must be 3 or more"):
        build_vocabulary(texts, 2)


def test_encode():
    vocabulary = build_vocabulary(["not good not"])
    assert encode("Good, not bad!", vocabulary).tolist() == [3, 2, 1, 1]
    assert encode("good not good", vocabulary, last=2).tolist() == [2, 3]
    assert encode("...", vocabulary).tolist() == [1] and encode("...", vocabulary).dtype == np.int64


def test_pad():
    x, lengths = pad([np.array([5, 6]), np.array([7])])
    assert x.tolist() == [[5, 7], [6, 0]] and lengths.tolist() == [2, 1]
    assert pad([np.array([5])], 3)[0].tolist() == [[5], [0], [0]]
    with pytest.raises(ValueError, match="length must be at least 2"):
        pad([np.array([5, 6])], 1)
    for rows in ([], [np.array([], dtype=int)]):
        with pytest.raises(ValueError, match="rows must be"):
            pad(rows)


def test_batches_hold_every_row_once_and_little_padding():
    lengths = np.random.default_rng(0).integers(1, 200, size=333)
    rows = [np.full(length, number + 2) for number, length in enumerate(lengths)]
    for rng in (None, np.random.default_rng(1)):
        seen, computed = [], 0
        for (x, sizes), numbers in batches_by_length(rows, np.arange(333), 16, rng):
            assert numbers.dtype == np.float32 and x.shape == (sizes.max(), len(numbers))
            assert np.array_equal(x[0], numbers.astype(int) + 2), "labels stay with their rows"
            assert np.array_equal((x != 0).sum(axis=0), sizes)
            seen += numbers.astype(int).tolist()
            computed += x.size
        assert sorted(seen) == list(range(333)) and computed < 1.1 * lengths.sum()


def test_batches_are_shuffled_anew():
    rows, rng = [np.full(n % 7 + 1, 2) for n in range(100)], np.random.default_rng(0)
    one, two = ([labels.tolist() for _, labels in batches_by_length(rows, np.arange(100), 8, rng)] for _ in range(2))
    assert one != two


def test_one_text_is_no_list_and_no_list_a_text():
    with pytest.raises(ValueError, match="texts must be a list of texts, got the one text 'not good'"):
        build_vocabulary("not good")
    with pytest.raises(TypeError, match="text must be one text, got list"):
        tokenize(["not", "good"])
    rows = [np.array([3, 4])]
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator, got int"):
        next(batches_by_length(rows, np.zeros(1), 2, 0))
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        next(batches_by_length(rows, np.zeros(1), 0))
