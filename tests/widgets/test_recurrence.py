"""Chapter 17's explorer: its state is the recurrence, its question has an answer, and the border is told."""

import numpy as np
import pytest

from seqlearn.widgets.recurrence import INPUTS, STEPS, PlaceTheEigenvalue, signal


@pytest.fixture
def explorer():
    return PlaceTheEigenvalue()


@pytest.mark.parametrize("inputs", INPUTS)
def test_the_state_is_the_recurrence(explorer, inputs):
    values = explorer.compute(size=0.95, angle=25, inputs=inputs)
    state = 0
    for x, h in zip(values["x"], values["h"], strict=True):
        state = values["a"] * state + x
        assert abs(state - h) < 1e-12


def test_the_question_has_an_answer(explorer):
    pulse = explorer.compute(size=0.99, angle=0, inputs="one pulse")["h"].real
    assert pulse[104] == pytest.approx(0.366, abs=1e-3)
    loudest = {angle: np.abs(explorer.compute(size=0.97, angle=angle, inputs="a wave of 40° a step")["h"]).max()
               for angle in range(0, 181, 10)}
    assert max(loudest, key=loudest.get) == 40


def test_the_border_is_told(explorer):
    for angle in (0, 40):  # abs(exp(40° i)) is 0.9999999999999999
        for size, words in ((0.5, "about 2.0 steps"), (1.0, "for ever"), (1.01, "explodes")):
            explorer.set(size=size, angle=angle)
            assert words in explorer.text
    explorer.set(size=1, angle=40, inputs="one pulse")
    assert "largest state is 1.00" in explorer.text


def test_every_control_changes_picture_and_text(explorer):
    for name, value in {"size": 0.99, "angle": 30, "inputs": "noise"}.items():
        picture, text = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != picture and explorer.text != text, name


def test_extremes_are_drawn_with_a_sentence(explorer):
    for size in (0, 1, 1.03):
        for angle in (0, 180):
            for inputs in INPUTS:
                explorer.set(size=size, angle=angle, inputs=inputs)
                assert "The largest state is" in explorer.text and "nan" not in explorer.text


def test_other_inputs_are_refused():
    assert len(signal("noise")) == STEPS
    with pytest.raises(ValueError, match="name must be one of"):
        signal("a song")
