"""What is particular to chapter 03's exercises; the catalogue's tests cover the rest."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch03
from seqlearn.exercises.suspects import MATRIX


def accepted(f, gradient, w):
    return nn.check_gradients(lambda: float(f(w)), {"w": w}, {"w": gradient(w)}).passed(1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_the_wrong_gradient_is_the_only_wrong_one(seed):
    w = np.random.default_rng(seed).normal(size=4)
    wrong = [name for name, (f, gradient) in ch03.SUSPECTS.items() if not accepted(f, gradient, w)]
    assert wrong == [ch03.wrong_gradient.reference]


def test_the_wrong_gradient_hides_as_the_explanation_says():
    _, gradient = ch03.SUSPECTS[ch03.wrong_gradient.reference]
    w = np.random.default_rng(0).normal(size=4)
    right = 0.5 * (MATRIX + MATRIX.T) @ w
    np.testing.assert_array_equal(np.isclose(gradient(w), right), [True, True, False, False])
    assert not gradient(np.zeros(4)).any()


@pytest.mark.parametrize("answer, status", [("c", "correct"), (" C ", "correct"), ("B", "incorrect"),
                                            ("E", "incorrect")])
def test_letters_are_read_kindly(answer, status):
    assert ch03.wrong_gradient.check(answer).status == status


def test_directional_check_agrees_with_the_tool():
    f, gradient = ch03._surface(np.random.default_rng(3), 6)
    w, v = np.random.default_rng(4).normal(size=(2, 6))
    measured, claimed = ch03.directional_check_reference(f, gradient(w), w, v, 1e-5)
    assert measured == pytest.approx(claimed, rel=1e-8)
    assert nn.check_directional(lambda: f(w), {"w": w}, {"w": gradient(w)}).passed(1e-6)


def test_complex_step_has_no_rounding_floor():
    assert ch03.complex_step_reference(np.sin, 1.0, 1e-20) == pytest.approx(np.cos(1.0), rel=1e-15)


def test_one_evaluation_is_asked_for():
    result = ch03.complex_step.check(lambda f, w, eps: ((f(w + 1j * eps) - f(w - 1j * eps)) / (2 * eps)).imag)
    assert result.status == "incorrect" and "2 times" in result.message


@pytest.mark.parametrize("error", [lambda one, other: np.linalg.norm(one - other) / np.linalg.norm(one),
                                   lambda one, other: np.nan_to_num(
                                       np.linalg.norm(one - other) / np.linalg.norm(one))])
def test_a_guard_does_not_hide_the_mistake(error):
    assert ch03.relative_error.check(error).mistake == "divided by the expected one alone"


def test_the_place_of_the_right_answer_gives_nothing_away():
    places = [min(question.right) for question in ch03.QUIZ.questions]
    assert len(places) >= 5 and max(places.count(place) for place in places) <= len(places) / 2
