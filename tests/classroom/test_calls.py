"""An answer in another process is judged as one in the same: the calls between them carry what the course's need."""

import os
import threading

import numpy as np
import pytest

from classroom.beside import is_beside, outcome_of
from classroom.judge import Answer
from classroom.kernel import describe, parameters
from classroom.peer import Peer, restore
from classroom.wire import Broken, Line, Reader, Writer
from seqlearn.exercises import catalog
from seqlearn.grading.outcome import Outcome, make_cases

FUNCTIONS = [exercise for exercise in catalog() if hasattr(exercise, "cases")]
# They work on PyTorch's own objects: their call is made in the student's process, and its result is judged outside.
BESIDE = {"07.1", "07.2", "07.3", "07.4", "07.6", "07.7", "08.8", "10.8", "11.7", "13.8"}


class Pair:
    """A grader's side and a student's side, with a thread instead of a process."""

    def __enter__(self):
        (a, b), (c, d) = os.pipe(), os.pipe()
        self.files = [os.fdopen(each, mode, buffering=0) for each, mode in ((a, "rb"), (b, "wb"), (c, "rb"), (d, "wb"))]
        self.student = Peer(Line(self.files[0], self.files[3]), others=True, gradients=True, describe=describe)
        self.grader = Peer(Line(self.files[2], self.files[1]), others=False, gradients=False, describe=describe)
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def _serve(self):
        try:
            while True:
                self.student.serve(*self.student.line.receive())
        except Broken:
            pass

    def __exit__(self, *error):
        self.files[1].close()
        self.files[3].close()

    def answer(self, function):
        """The function as the grader sees it."""
        return Answer(self.grader.remote(self.student.handle(function)), parameters(function))


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
def test_a_reference_and_two_mistakes_are_judged_as_in_one_process(exercise):
    assert is_beside(exercise, make_cases(exercise)) == (exercise.id in BESIDE)
    if exercise.id in BESIDE:
        return
    mistakes = exercise.mistakes[:: max(1, len(exercise.mistakes) - 1)] if exercise.time_limit < 10 else []
    with Pair() as pair:
        for function in [exercise.reference, *(mistake.implementation for mistake in mistakes)]:
            here, there = exercise.check(function), exercise.check(pair.answer(function))
            assert (there.status, there.mistake) == (here.status, here.mistake)


def test_what_an_answer_changes_in_its_arguments_is_changed_here():
    def spoil(array, grads, numbers):
        array += 1
        grads["W"] = np.zeros(2)
        numbers.append(3)

    array, grads, numbers = np.ones((2, 3)).T, {"W": np.ones(2)}, [1]
    with Pair() as pair:
        assert pair.answer(spoil)(array, grads, numbers) is None
    assert array.tolist() == [[2, 2], [2, 2], [2, 2]] and grads["W"].tolist() == [0, 0] and numbers == [1, 3]


def test_no_argument_is_made_too_large_here():
    array, huge = np.ones(3), {"t": "huge", "d": "<f8", "s": [10**8]}
    with pytest.raises(Broken):
        restore(array, Reader(b"", lambda number: print, gradients=False).value(huge))
    assert array.shape == (3,)


def test_messages_that_nobody_asked_for_end_the_connection():
    (source, sink), (back, other) = os.pipe(), os.pipe()
    files = [os.fdopen(each, mode, buffering=0) for each, mode in ((source, "rb"), (sink, "wb"), (other, "wb"))]
    line, sender = Line(files[0], files[2]), Line(os.fdopen(back, "rb", buffering=0), files[1])
    with pytest.raises(Broken):
        for _ in range(1000):
            sender.send({"value": 1}, bytes(10_000))
    with pytest.raises(Broken, match="more messages"):
        for _ in range(1000):
            line.receive(1)
    files[2].close()


def test_an_answer_may_call_the_function_that_it_is_given():
    with Pair() as pair:
        assert pair.answer(lambda f, x: f(f(x)) + 1)(lambda x: 2 * x, 5) == 21
        assert pair.answer(lambda: lambda x: x + 1)()(3) == 4


def test_an_error_keeps_its_name_its_words_and_its_line():
    def wrong(x):
        return x["missing"]

    with Pair() as pair, pytest.raises(KeyError, match="missing") as caught:
        pair.answer(wrong)({"here": 1})
    assert type(caught.value).__name__ == "KeyError" and caught.value.place[:2] == (2, 'return x["missing"]')


class Liar:
    """Says that it is equal to everything, and a float."""

    __class__ = float

    def __eq__(self, other):
        return True

    def __float__(self):
        return 1.0

    __array__ = property(lambda self: 1 / 0)


@pytest.mark.parametrize("value", [Liar(), [[[[0]]]] * 10**6, np.ones(2**24), {1: {2: object()}}, 1j, {1, 2}, range(3),
                                   ...,
                                   np.array([None, "a"]), np.float32(2), "x" * 10**7, 10**30, type, print],
                         ids=lambda value: type(value).__name__)
def test_any_result_crosses_as_plain_data_or_as_its_kind(value):
    with Pair() as pair:
        got = pair.answer(lambda: value)()
    assert type(got) is not Liar and (got == value) is not NotImplemented


FORGED = [
    {"t": "array", "d": "|O", "s": [1], "o": [0], "b": [0, 8]},
    {"t": "array", "d": "<f8", "s": [10**9], "o": [0], "b": [0, 8]},
    {"t": "array", "d": "<f8", "s": [-1], "o": [0], "b": [0, -8]},
    {"t": "array", "d": "<f8", "s": [1], "o": [5], "b": [0, 8]},
    {"t": "array", "d": "<f8", "s": [1], "o": [0], "b": [99, 8]},
    {"t": "range", "v": [0, 10**9]}, {"t": "objects", "s": [10**9], "v": [1]},
    {"t": "pickle", "v": "gASV"}, {"t": "huge", "d": "<f8", "s": [2**40, 2**40]}, {"t": "function", "v": "x"}, [1], {},
]


@pytest.mark.parametrize("plain", FORGED, ids=str)
def test_forged_data_is_refused(plain):
    with pytest.raises((Broken, ValueError, TypeError, KeyError)):
        Reader(b"12345678", lambda number: print, gradients=False).value(plain)


def test_forged_outcomes_are_refused():
    exercise = FUNCTIONS[0]
    case = make_cases(exercise)[0]
    good = {"how": "value", "pieces": [[[], "float64", np.array(1.0)]]}
    assert isinstance(outcome_of(good, case), Outcome)
    other_shape = {**good, "pieces": [[[3], "float64", np.ones(2)]]}
    for forged in (None, {"how": "correct"}, {**good, "pieces": []}, other_shape):
        with pytest.raises(Broken):
            outcome_of(forged, case)


def test_arrays_come_back_with_their_order_in_memory():
    array = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)
    writer = Writer(lambda function: 0, others=False)
    plain = writer.plain(array)
    back = Reader(b"".join(writer.blob), lambda number: print, gradients=False).value(plain)
    assert np.array_equal(back, array) and back.strides == array.copy(order="K").strides
