"""What a wrong piece looks like: said only if it holds in every case."""

import numpy as np
import pytest

from seqlearn.grading import Exercise


def scale(x, p):
    """x / (1 - p)."""
    return x / (1 - p)


def make(reference=scale, **options):
    return Exercise("77.1", "Scale", 1, reference, lambda rng: [(rng.uniform(1, 2, size=(T, T + 1)), p) for T, p in
                    ((3, 0.2), (4, 0.5), (5, 0.3))], [], ["Divide."], names=("y",), **options)


LOOKS = {
    "wrong sign": lambda x, p: -scale(x, p),
    "transposed": lambda x, p: scale(x, p).T,
    "reverse order": lambda x, p: scale(x, p)[::-1],
    "one step late": lambda x, p: np.concatenate([x[:1] * 7, scale(x, p)[:-1]]),
    "one step early": lambda x, p: np.concatenate([scale(x, p)[1:], x[:1] * 7]),
    "logarithm": lambda x, p: np.log(scale(x, p)),
    "square": lambda x, p: scale(x, p) ** 2,
    "reciprocal": lambda x, p: 1 / scale(x, p),
    "other order": lambda x, p: np.roll(scale(x, p), 1, axis=1),
    "x as it came": lambda x, p: x.copy(),
    "0 everywhere": lambda x, p: 0 * x,
    "rounded to float32": lambda x, p: scale(x, p).astype(np.float32),
    "too few digits": lambda x, p: scale(x, p) * (1 + 3e-6 * np.cos(9 * x)),
    "factor (1 - p)": lambda x, p: x + 0,
    "factor 3": lambda x, p: 3 * scale(x, p),
    "factor sqrt(x.shape[0])": lambda x, p: scale(x, p) * len(x) ** 0.5,
    "factor x.shape[1]": lambda x, p: scale(x, p) * (len(x) + 1),
}


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "factor (1 - p)"])
def test_a_look_is_named(name):
    assert make().check(LOOKS[name]).mistake == name


@pytest.mark.parametrize("name", [name for name in LOOKS if not name.startswith(("too few", "rounded", "factor (1"))])
def test_a_look_that_holds_in_the_first_case_alone_is_not_claimed(name):
    def answer(x, p):
        return LOOKS[name](x, p) if len(x) == 3 else scale(x, p) + 0.1 * np.arange(len(x))[:, None]

    assert make().check(answer).mistake is None


def test_a_size_that_equals_the_factor_is_no_advice():
    message = make().check(LOOKS["factor x.shape[1]"]).message
    assert message == "y is x.shape[1] times what is expected, in every entry of every case."


def test_zeros_are_no_wrong_sign():
    exercise = Exercise("77.2", "Zero", 1, lambda x: 0 * x, lambda rng: list(rng.normal(size=(3, 4))), [], ["?"])
    assert exercise.check(lambda x: 0 * x).status == "correct"
    exercise = Exercise("77.3", "Number", 1, lambda x: float(x > 0), lambda rng: list(rng.normal(size=3)), [], ["?"])
    assert "sign" not in exercise.check(lambda x: 0.5).message


def test_one_number_in_float32_that_lost_nothing_is_right():
    exercise = Exercise("77.4", "Half", 1, lambda x: x / 2, lambda rng: [0.0, 1.0, 3.0], [], ["?"])
    assert exercise.check(lambda x: np.float32(x / 2)).status == "correct"
    exercise = Exercise("77.5", "Third", 1, lambda x: x / 3, lambda rng: [1.0, 2.0, 4.0], [], ["?"])
    assert exercise.check(lambda x: np.float32(x / 3)).mistake == "rounded to float32"


@pytest.mark.parametrize(("answer", "name"), [
    (lambda word: (len(word) > 3, 7), "always 7"), (lambda word: (True, len(word)), "always True"),
])
def test_a_piece_that_is_the_same_in_every_case_is_said_to_be(answer, name):
    result = Exercise("99.1", "Words", 1, _long_and_length, lambda rng: ["one", "three", "fifteen"]).check(answer)
    assert result.mistake == name and "in every case" in result.message, result.message


def _long_and_length(word):
    return len(word) > 3, len(word)


def test_a_number_that_is_right_in_some_case_is_no_constant():
    result = Exercise("99.1", "Words", 1, _long_and_length, lambda rng: ["one", "three", "fifteen"]).check(
        lambda word: (len(word) > 3, 5 + (len(word) > 6)))
    assert "every case, whatever" not in result.message


def test_the_value_from_which_on_it_goes_wrong_is_said():
    exercise = Exercise("99.2", "Names", 1, lambda number: f"no. {number}", lambda rng: [3, 1200, 40, 5000])
    result = exercise.check(lambda number: f"no. {number}" if number < 1000 else f"nr. {number}")
    assert "up to number = 40, wrong in all from number = 1200 on" in result.message


@pytest.mark.parametrize(("answer", "name"), [
    (lambda x: x.sum() / 2, "factor 0.5"), (lambda x: -x.sum(), "wrong sign"), (lambda x: x.sum() ** 2, "square"),
])
def test_single_numbers_speak_when_there_are_three_of_them(answer, name):
    def exercise(count):
        return Exercise("99.6", "Sum", 1, lambda x: x.sum(), lambda rng: list(rng.normal(size=(count, 4))))

    assert exercise(3).check(answer).mistake == name
    assert exercise(2).check(answer).mistake != name
