"""The generated tasks: what they ask for, that no sequence comes twice, and that every sequence is as likely."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.data import Task, adding, copy_memory, count_ones, tasks, temporal_order

TASKS = {  # the shortest length, features, shape of y for 5 sequences of T steps
    count_ones: (1, 1, lambda T: (5, 1)),
    adding: (2, 2, lambda T: (5, 1)),
    temporal_order: (4, 8, lambda T: (5,)),
    copy_memory: (21, 10, lambda T: (T, 5)),
}
every_task = pytest.mark.parametrize("make", TASKS, ids=lambda make: make.__name__)


def rows(x):
    """Every sequence of (T, N, D) as something that can be in a set."""
    return [sequence.tobytes() for sequence in x.swapaxes(0, 1)]


def assert_distinct(task):
    train, test = rows(task.x_train), rows(task.x_test)
    assert len(set(train)) == len(train) and len(set(test)) == len(test), "a sequence comes twice"
    assert not set(train) & set(test), "a sequence of the test part was trained on"


# ---------------------------------------------------------------- all tasks


@every_task
def test_shapes_and_types(make):
    _, features, shape = TASKS[make]
    for length in (25, 40):
        task = make(5, 3, length=length, seed=1)
        assert isinstance(task, Task) and task.name == make.__name__
        assert task.x_train.shape == (length, 5, features) and task.x_test.shape == (length, 3, features)
        assert task.x_train.dtype == task.x_test.dtype == np.float64
        assert task.y_train.shape == shape(length) and task.y_test.ndim == task.y_train.ndim
        assert task.y_train.dtype == (np.float64 if make in (count_ones, adding) else np.int64)
        assert repr(task).startswith(f"{make.__name__}: 5 training and 3 test sequences of {length} steps")


@every_task
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_sequence_comes_twice(make, data):
    shortest = TASKS[make][0]
    length = data.draw(st.integers(max(shortest, 8), 60), "length")
    train_size, test_size = data.draw(st.tuples(st.integers(1, 120), st.integers(1, 120)), "sizes")
    task = make(train_size, test_size, length=length, seed=data.draw(st.integers(0, 2**70), "seed"))
    assert task.x_train.shape[1] == train_size and task.x_test.shape[1] == test_size
    assert_distinct(task)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_whole_space_can_be_used_up(data):
    """Up to the very last sequence: nothing repeats, nothing is left out, nothing takes long."""
    length = data.draw(st.integers(1, 10), "length")
    size = data.draw(st.sampled_from([2**length, max(2, 2**length - 1)]), "train_size + test_size")
    train_size = data.draw(st.integers(1, size - 1), "train_size")
    task = count_ones(train_size, size - train_size, length=length, seed=data.draw(st.integers(0, 99), "seed"))
    assert_distinct(task)
    assert len({*rows(task.x_train), *rows(task.x_test)}) == size


@every_task
def test_the_seed_decides(make):
    first, same, other = (make(20, 5, length=30, seed=seed) for seed in (3, 3, 4))
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(first, name), getattr(same, name))
    assert not np.array_equal(first.x_train, other.x_train)


@every_task
def test_the_random_state_of_numpy_is_left_alone(make):
    before = np.random.get_state()[1].copy()
    make(5, 5, length=25)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@every_task
@settings(max_examples=15, deadline=None)
@given(batch_size=st.integers(1, 40), seed=st.integers(0, 99))
def test_batches_are_the_training_part_once(make, batch_size, seed):
    task = make(31, 4, length=24)
    batches = list(task.batches(batch_size, np.random.default_rng(seed)))
    sizes = [x.shape[1] for x, _ in batches]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1) and sum(sizes) == 31
    answers = dict(zip(rows(task.x_train), answers_of(task.y_train, make)))
    seen = [row for x, _ in batches for row in rows(x)]
    assert sorted(seen) == sorted(answers)
    for x, y in batches:
        assert [answers[row] for row in rows(x)] == answers_of(y, make), "an answer went to another sequence"


def answers_of(y, make):
    return [answer.tobytes() for answer in (y.T if make is copy_memory else y)]


def test_batches_come_in_another_order_every_time():
    task, rng = count_ones(50, 5), np.random.default_rng(0)
    first, second = (np.concatenate([x for x, _ in task.batches(16, rng)], axis=1) for _ in range(2))
    assert not np.array_equal(first, second) and not np.array_equal(first, task.x_train)
    again = np.concatenate([x for x, _ in task.batches(16, np.random.default_rng(0))], axis=1)
    np.testing.assert_array_equal(first, again)


def test_batches_do_not_share_memory_with_the_task():
    task = count_ones(4, 2)
    before = task.x_train.copy(), task.y_train.copy()
    for x, y in task.batches(4, np.random.default_rng(0)):
        x[:], y[:] = 99, 99
    np.testing.assert_array_equal(task.x_train, before[0])
    np.testing.assert_array_equal(task.y_train, before[1])


def test_a_batch_answer_for_one_sequence_of_one_step():
    task = count_ones(1, 1, length=1)
    ((x, y),) = task.batches(3, np.random.default_rng(0))
    assert x.shape == (1, 1, 1) and y.shape == (1, 1)


def test_bad_batches_say_so_at_the_call():
    task = count_ones(4, 2)
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        task.batches(0, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator, got int"):
        task.batches(2, 0)


@every_task
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"train_size": 0}, ValueError, "train_size must be at least 1, got 0"),
        ({"test_size": -1}, ValueError, "test_size must be at least 1, got -1"),
        ({"train_size": 1e4}, TypeError, "train_size must be an integer, got 10000.0"),
        ({"length": 0}, ValueError, "length must be at least"),
        ({"length": 20.0}, TypeError, "length must be an integer, got 20.0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": None}, TypeError, "seed must be an integer, got None"),
    ],
)
def test_bad_arguments_are_named(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**({"train_size": 3, "test_size": 2, "length": 30} | arguments))


@pytest.mark.parametrize(
    ("make", "length", "space"),
    [(count_ones, 4, "16"), (temporal_order, 4, "4"), (temporal_order, 5, "32"), (copy_memory, 30, "1,073,741,824")],
)
def test_too_small_a_space_is_an_error_that_says_how_small(make, length, space):
    wanted = int(space.replace(",", ""))
    message = rf"train_size \+ test_size must be at most {space}: .* length {length} in {make.__name__}; got"
    with pytest.raises(ValueError, match=message):
        make(wanted, 1, length=length)


def test_one_sequence_less_is_enough():
    assert_distinct(count_ones(12, 4, length=4))
    assert_distinct(temporal_order(31, 1, length=5))


# ---------------------------------------------------------------- every sequence as likely


@pytest.mark.parametrize("largest", [tasks.LARGEST_SPACE, 0], ids=["numbered", "drawn again"])
def test_rows_are_uniform_without_replacement(monkeypatch, largest):
    """Both ways of drawing: every ordered pair of different rows comes as often, also when a row is drawn again."""
    monkeypatch.setattr(tasks, "LARGEST_SPACE", largest)
    rng, counts = np.random.default_rng(0), {}
    for _ in range(3000):
        pair = tasks._distinct("test", 2, [2, 3], 2, rng)
        counts[pair.tobytes()] = counts.get(pair.tobytes(), 0) + 1
    assert len(counts) == 6 * 5
    deviations = (np.array(list(counts.values())) - 100) / np.sqrt(100)
    assert (deviations**2).sum() < 80, "29 degrees of freedom: by chance once in a million"


@pytest.mark.parametrize("largest", [tasks.LARGEST_SPACE, 0], ids=["numbered", "drawn again"])
def test_every_row_of_a_space_is_found(monkeypatch, largest):
    monkeypatch.setattr(tasks, "LARGEST_SPACE", largest)
    found = tasks._distinct("test", 24, [2, 3, 4], 3, np.random.default_rng(1))
    assert sorted(map(tuple, found.tolist())) == list(product(range(2), range(3), range(4)))


@pytest.mark.parametrize("largest", [tasks.LARGEST_SPACE, 0], ids=["numbered", "drawn again"])
def test_rows_come_in_no_order(monkeypatch, largest):
    """Otherwise the training part, which is taken from the front, would hold other sequences than the test part."""
    monkeypatch.setattr(tasks, "LARGEST_SPACE", largest)
    rng = np.random.default_rng(0)
    firsts = [tasks._distinct("test", 5, [6], 1, rng)[0, 0] for _ in range(600)]
    assert (((np.bincount(firsts, minlength=6) - 100) ** 2) / 100).sum() < 40, "5 degrees of freedom"


def test_train_and_test_are_alike():
    task = count_ones(20_000, 20_000)
    for part in (task.x_train, task.x_test):
        assert np.abs(part.mean(axis=1) - 0.5).max() < 5 * 0.5 / np.sqrt(20_000)
        assert part.sum(axis=0).std() == pytest.approx(np.sqrt(20) / 2, rel=0.03)


def test_large_tasks_take_no_time():
    """Every second one of the 2^18 sequences of 18 steps, and some of the 2^200 sequences of 200 steps."""
    for train_size, length in ((2**17 - 1_000, 18), (10_000, 200)):
        started = time.process_time()
        count_ones(train_size, 1_000, length=length)
        assert time.process_time() - started < 5


# ---------------------------------------------------------------- what each task asks


def test_count_ones_counts():
    task = count_ones(500, 100, length=12, seed=2)
    for x, y in ((task.x_train, task.y_train), (task.x_test, task.y_test)):
        assert set(np.unique(x)) == {0, 1}
        np.testing.assert_array_equal(y, x.sum(axis=0))


def test_count_ones_is_the_published_size_by_default():
    task = count_ones()
    assert task.x_train.shape == (20, 10_000, 1) and task.x_test.shape == (20, 1_000, 1)
    assert_distinct(task)
    assert np.mean((task.y_test - 10) ** 2) == pytest.approx(5, rel=0.2)  # T / 4: always answering T / 2


@pytest.mark.parametrize("length", [2, 3, 7, 50])
def test_adding_marks_one_step_of_each_half(length):
    task = adding(400, 50, length=length, seed=1)
    numbers, marks = task.x_train[:, :, 0], task.x_train[:, :, 1]
    assert numbers.min() >= 0 and numbers.max() < 1 and set(np.unique(marks)) <= {0, 1}
    half = length // 2
    assert (marks[:half].sum(axis=0) == 1).all() and (marks[half:].sum(axis=0) == 1).all()
    assert (marks.sum(axis=1) > 0).all(), "every step is marked in some sequence"
    np.testing.assert_allclose(task.y_train[:, 0], (numbers * marks).sum(axis=0), rtol=1e-15)


def test_adding_has_the_known_baseline():
    task = adding(2, 20_000, length=10)
    assert np.mean((task.y_test - 1) ** 2) == pytest.approx(1 / 6, rel=0.05)
    assert task.x_test[:, :, 0].mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("length", [4, 5, 6, 9, 10, 11, 100])
def test_temporal_order_names_the_order(length):
    sizes = {4: (3, 1), 5: (20, 4), 6: (50, 14)}.get(length, (400, 40))
    task = temporal_order(*sizes, length=length, seed=1)
    for x, y in ((task.x_train, task.y_train), (task.x_test, task.y_test)):
        assert (x.sum(axis=2) == 1).all() and set(np.unique(x)) == {0, 1}
        for sequence, answer in zip(x.argmax(axis=2).T, y):
            letters = "".join("EabcdXYB"[symbol] for symbol in sequence)
            assert letters[0] == "E" and letters[-1] == "B" and set(letters[1:-1]) <= set("abcdXY")
            first, second = (t for t, letter in enumerate(letters) if letter in "XY")
            assert ["XX", "XY", "YX", "YY"][answer] == letters[first] + letters[second]
            assert max(1, length // 10) <= first <= max(1, length // 5) and length // 2 <= second <= 3 * length // 5


def test_temporal_order_is_the_published_task_at_length_100():
    task = temporal_order(3_000, 1_000, length=100)
    symbols = task.x_train.argmax(axis=2)
    places = [np.flatnonzero((symbols[:50] >= 5).any(axis=1) & (np.arange(50) > 0)), symbols[50:-1]]
    assert list(places[0]) == list(range(10, 21))
    assert list(50 + np.flatnonzero(((places[1] == 5) | (places[1] == 6)).any(axis=1))) == list(range(50, 61))
    assert np.abs(np.bincount(task.y_train, minlength=4) / 3_000 - 0.25).max() < 0.05
    noise = symbols[1:-1][(symbols[1:-1] >= 1) & (symbols[1:-1] <= 4)]
    assert np.abs(np.bincount(noise, minlength=5)[1:] / noise.size - 0.25).max() < 0.01


@pytest.mark.parametrize("length", [21, 22, 120])
def test_copy_memory_repeats_what_came_first(length):
    task = copy_memory(300, 50, length=length, seed=1)
    for x, y in ((task.x_train, task.y_train), (task.x_test, task.y_test)):
        symbols = x.argmax(axis=2)
        assert (x.sum(axis=2) == 1).all() and set(np.unique(x)) == {0, 1}
        assert set(np.unique(symbols[:10])) == set(range(8))
        assert (symbols[10:-11] == 8).all() and (symbols[-11] == 9).all() and (symbols[-10:] == 8).all()
        assert (y[:-10] == 8).all()
        np.testing.assert_array_equal(y[-10:], symbols[:10])
