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


@pytest.mark.parametrize("answer, name", [
    ((-1, 2, 2), "dp taken for 1 in db"), ((-1, -2, 2), "own factor in db"), ((-1, 4, 1), "dc taken for 1"),
    ((-1, 4, 3), "c taken for a factor"), ((-1, 4, 6), "c taken for a factor"), ((4, -1, 2), "another order"),
    ((0, 2, 1), "dq taken for 1 in every place"), ((-4, 4, 2), "c left out"), ((1, 4, 2), "only the last use")])
def test_every_usual_slip_on_the_graph_is_named(answer, name):
    assert ch03.used_twice.check(answer).mistake == name


@pytest.mark.parametrize("claim, name", [(lambda g, u: g[:, None] * u, "outer product"),
                                         (lambda g, u: np.diag(g * u), "outer product"),
                                         (lambda g, u: u * g, "not added up"),
                                         (lambda g, u: (u @ g) * u, "projection")])
def test_a_claim_that_is_an_array_is_told_what_it_holds(claim, name):
    def answer(f, gradient, w, v, eps):
        u = v / np.linalg.norm(v)
        return (f(w + eps * u) - f(w - eps * u)) / (2 * eps), claim(gradient, u)

    assert ch03.directional_check.check(answer).mistake == name


@pytest.mark.parametrize("answer", [lambda f, w, eps: (f(w + eps) - f(w - eps)) / eps,
                                    lambda f, w, eps: (f(w + eps) - f(w)) / eps + (f(w) - f(w - eps)) / eps])
def test_twice_the_slope_is_explained(answer):
    assert ch03.central_difference.check(answer).mistake == "divided by ε alone"


def test_the_result_of_the_gated_layer_is_not_its_tanh():
    def answer(x, A, B, dh):
        h, b = np.tanh(x @ A) * (x @ B), x @ B
        da, db = dh * b * (1 - h**2), dh * h
        return x.T @ da, x.T @ db, da @ A.T + db @ B.T

    assert ch03.gated_backward.check(answer).mistake == "h in place of tanh a"
