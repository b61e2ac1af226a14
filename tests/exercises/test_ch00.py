"""What is particular to chapter 00's exercises; the catalogue's tests cover the rest."""

import numpy as np
import pytest

from seqlearn.exercises import ch00


def test_slope_agrees_with_autograd():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(5)
    x, h0 = rng.normal(size=8), 0.3
    w = torch.tensor(-0.9, dtype=torch.float64, requires_grad=True)
    h = torch.tensor(h0, dtype=torch.float64)
    for x_t in x:
        h = w * h + x_t
    h.backward()
    assert ch00.slope_reference(x, -0.9, h0) == pytest.approx(w.grad.item(), rel=1e-12)


def test_half_life_is_the_first_slider_value_that_keeps_half():
    answer = ch00.half_life.reference
    assert answer**10 >= 0.5 > (answer - 0.05) ** 10


@pytest.mark.parametrize(
    "answer, mistake",
    [
        (0.9, "too small by one"),
        (1, "not the smallest"),
        (-1.5, "negative"),
        (0.5**0.1, "the exact bound"),
        (0.5987, "state of step 11 given"),
        (0.94, "no value of the slider"),
        (0.85, "less than half is left"),
    ],
)
def test_what_people_read_off_the_explorer_is_recognised(answer, mistake):
    result = ch00.half_life.check(answer)
    assert (result.status, result.mistake) == ("incorrect", mistake)


def test_a_slider_value_with_rounding_noise_is_right():
    assert ch00.half_life.check(0.8 + 3 * 0.05).status == "correct"


def test_the_place_of_the_right_answer_gives_nothing_away():
    places = [min(question.right) for question in ch00.QUIZ.questions]
    assert len(places) >= 5 and max(places.count(place) for place in places) <= len(places) / 2
