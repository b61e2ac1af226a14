"""`ValueExercise.check`: numbers, strings and collections; the right value is never given away."""

import numpy as np
import pytest

from seqlearn.grading import Mistake, ValueExercise


def make(reference, **options):
    mistakes = [
        Mistake("half", 21, "Half of it."),
        Mistake("computed", lambda: 43.5, "Computed."),
        Mistake("far", lambda value: value > 1000, "Far too large.", example=2000),
    ]
    return ValueExercise("77.1", "Number", 1, reference, mistakes, ["Count."], "Because.", **options)


@pytest.mark.parametrize("answer", [42, 42.0, np.float32(42), np.array(42), 42 * (1 + 1e-9)])
def test_numbers_of_any_kind(answer):
    assert make(42).check(answer).status == "correct"


def test_the_reference_may_be_computed():
    exercise = make(lambda: 6 * 7)
    assert exercise.reference == 42 and exercise.check(exercise.reference).status == "correct"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (-42, "sign"),
        (4.2, "power of ten"),
        (42.1, "Close"),
        (100, "Too large"),
        (1, "Too small"),
        (np.nan, "NaN"),
        ([1, 2], "must be one number, got shape (2,)"),
        ("42", "must be a number, got a str"),
    ],
)
def test_a_wrong_number_gets_a_sentence_without_the_right_one(answer, sentence):
    result = make(42).check(answer)
    assert result.status == "incorrect" and sentence in result.message and "42" not in result.message


def test_mistakes_are_recognised():
    exercise = make(42)
    recognised = [exercise.check(mistake.implementation).mistake for mistake in exercise.mistakes]
    assert recognised == ["half", "computed", "far"]
    assert exercise.check(1001).message == "Far too large."


def test_tolerance():
    assert make(42, tolerance=0.01).check(42.3).status == "correct"
    assert make(42, tolerance=0.001).check(42.3).status == "incorrect"


def test_strings_regardless_of_case():
    exercise = ValueExercise("77.2", "Word", 1, "dW_h", [Mistake("bias", "db", "No.")], ["?"])
    assert exercise.check(" DW_h ").status == "correct"
    assert exercise.check("db").mistake == "bias"
    assert exercise.check("dW_x").message == "Not this one."


def test_collections_count_what_is_right():
    exercise = ValueExercise("77.3", "Map", 1, {"a": "one", "b": "many", "c": 3}, [], ["?"])
    assert exercise.check({"c": 3.0, "b": "many", "a": "one"}).status == "correct"
    message = exercise.check({"a": "one", "b": "one", "c": 4}).message
    assert "Not all of it is right yet" in message and not any(each in message for each in ("1", "a\"", "b\""))
    assert message == exercise.check({"a": "one", "b": "many", "c": 4}).message  # nothing to be found by trying
    assert 'lacks the key "c"' in exercise.check({"a": "one", "b": "one"}).message
    assert exercise.check({"a": ..., "b": "one", "c": 4}).status == "not attempted"
    exercise = ValueExercise("77.4", "Array", 1, np.array([1.0, 2.0, 3.0]), [], ["?"])
    assert exercise.check([1, 2, 3]).status == "correct"
    assert exercise.check([1, 5, 3]).message == exercise.check([1, 5, 4]).message == message
    exercise = ValueExercise("77.5", "Set", 1, {"f", "i"}, [], ["?"])
    assert exercise.check(["i", "f"]).status == "correct" and exercise.check({"i"}).status == "incorrect"


@pytest.mark.parametrize("answer", [[42], (42,), np.array([42.0])])
def test_one_number_in_brackets_is_that_number(answer):
    assert make(42).check(answer).status == "correct"
    assert make(42).check([[42]]).status == make(42).check([42, 42]).status == "incorrect"


def test_pieces_are_called_as_the_exercise_calls_them():
    exercise = ValueExercise("77.6", "Weights", 1, (1.0, 2.0), [], ["?"], names=("W", "U"))
    assert "still a `...` for U" in exercise.check((1, ...)).message
    exercise = ValueExercise("77.7", "Tokens", 1, ["a", "b"], [], ["?"], names="token {}")
    assert "token 2 must be a string" in exercise.check(["a", 3]).message


def test_solution_shows_value_and_reason():
    def counted():
        return 6 * 7

    assert repr(make(42).solution()) == "42\n\nBecause."
    assert "return 6 * 7\n\n# 42" in repr(make(counted).solution())
