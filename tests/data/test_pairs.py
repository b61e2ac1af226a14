"""Symbols, pairs and their batches: shifted by one step, padded at the end, every example once an epoch."""

import numpy as np
import pytest

from seqlearn.data.pairs import END, PAD, START, UNKNOWN, Pairs, Symbols, padded

LETTERS = Symbols("abc")
EXAMPLES = [("ab", "c"), ("a", "abc"), ("cab", "ba")]


def make(examples=EXAMPLES):
    return Pairs("letters", LETTERS, LETTERS, train=examples, test=[("cc", "c")])


def test_rows_and_back():
    assert LETTERS.tokens[:4] == ("<pad>", "<start>", "<end>", "<unk>") and len(LETTERS) == 7
    assert LETTERS.encode("cabx").tolist() == [6, 4, 5, UNKNOWN] and LETTERS.encode("").shape == (0,)
    assert LETTERS.decode([START, 6, PAD, 4, END, 5]) == ["c", "a"]
    assert Symbols(["in", "on"]).encode(["on", "in", "at"]).tolist() == [5, 4, UNKNOWN]


@pytest.mark.parametrize("tokens", ["aa", ["a", "<pad>"], ["<end>"]])
def test_tokens_differ(tokens):
    with pytest.raises(ValueError, match="tokens must differ"):
        Symbols(tokens)


def test_a_batch_is_shifted_by_one_step_and_padded_at_the_end():
    batch = make().batch(EXAMPLES)
    assert batch.source.T.tolist() == [[4, 5, 0], [4, 0, 0], [6, 4, 5]] and batch.lengths.tolist() == [2, 1, 3]
    assert batch.inputs.T.tolist() == [[1, 6, 0, 0], [1, 4, 5, 6], [1, 5, 4, 0]]
    assert batch.targets.T.tolist() == [[6, 2, 0, 0], [4, 5, 6, 2], [5, 4, 2, 0]]
    assert all(part.dtype == np.int64 for part in batch)
    real = batch.inputs[1:] != PAD
    assert np.array_equal(batch.inputs[1:][real], batch.targets[:-1][real]), "what it reads is what came before"


def test_every_example_once_and_similar_lengths_together():
    rng = np.random.default_rng(0)
    examples = [("a" * rng.integers(1, 30), "b" * n) for n in range(1, 203)]
    pairs = make(examples)
    batches = list(pairs.batches(16, rng))
    written = sorted(count for batch in batches for count in (batch.targets == 5).sum(axis=0).tolist())
    assert written == list(range(1, 203)) and {batch.source.shape[1] for batch in batches} == {16, 10}
    padding = sum((batch.source == PAD).sum() for batch in batches) / sum(batch.source.size for batch in batches)
    assert padding < 0.1
    orders = [[batch.source.tobytes() for batch in pairs.batches(16, np.random.default_rng(seed))]
              for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_without_an_rng_the_order_stays():
    batches = list(make().batches(2))
    assert [batch.lengths.tolist() for batch in batches] == [[2, 1], [3]]
    (test,) = make().batches(8, part="test")
    assert test.source.tolist() == [[6], [6]]


@pytest.mark.parametrize("examples", [[], [("", "a")], [("a", "b"), ("", "")]])
def test_nothing_to_read_is_refused(examples):
    with pytest.raises(ValueError, match="examples must be one or more"):
        make().batch(examples)


def test_an_empty_answer_is_end_alone():
    assert make().batch([("a", "")]).targets.tolist() == [[END]]


def test_padded():
    assert padded([np.array([1, 2]), np.array([3])]).tolist() == [[1, 3], [2, 0]]


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator, got int"):
        next(make().batches(2, 0))
    with pytest.raises(TypeError, match="batch_size must be an integer, got 2.0"):
        next(make().batches(2.0))
    assert len(next(make().batches(np.int64(2))).lengths) == 2
