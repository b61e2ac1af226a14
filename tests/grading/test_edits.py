"""A mistake written down as a change of the reference's source."""

import numpy as np
import pytest

from seqlearn.grading import Exercise, Mistake
from seqlearn.grading.edits import Source


def slope(h):
    """1 - h**2 of a state."""
    return 1 - h**2


def backward(dh, h):
    """dh * slope(h), summed over the batch."""
    da = dh * slope(h)
    return da.sum(axis=0)


def make(*mistakes):
    return Exercise("77.1", "Backward", 1, backward, lambda rng: [tuple(rng.normal(size=(2, n, 3))) for n in (2, 4)],
                    mistakes, ["Multiply."], names=("db",), helpers=(slope,))


def test_a_dict_edits_the_reference():
    exercise = make(Mistake("slope left out", {"dh * slope(h)": "dh"}, "Multiply by the slope."))
    dh, h = np.ones((2, 3)), np.full((2, 3), 0.5)
    np.testing.assert_array_equal(exercise.mistakes[0].implementation(dh, h), dh.sum(axis=0))
    assert exercise.check(lambda dh, h: dh.sum(0)).mistake == "slope left out"
    np.testing.assert_array_equal(backward(dh, h), 0.75 * dh.sum(axis=0))  # the reference itself stays as it is


def test_two_changes_at_the_same_place_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        Source([slope]).edited({"1 - h**2": "1", "h**2": "h"})


def test_a_helper_is_edited_where_the_reference_calls_it():
    exercise = make(Mistake("not squared", {"h**2": "h"}, "Square h."))  # h**2 stands in the docstring too
    assert exercise.check(lambda dh, h: (dh * (1 - h)).sum(0)).mistake == "not squared"


def test_several_texts_may_be_exchanged_at_once():
    edited = Source([slope, backward]).edited({"h**2": "h", ".sum(axis=0)": ""})
    np.testing.assert_array_equal(edited(np.ones((2, 3)), np.full((2, 3), 0.5)), np.full((2, 3), 0.5))


@pytest.mark.parametrize(("old", "times"), [("tanh", 0), ("da", 2), ("of a state", 0)])
def test_a_text_that_does_not_stand_once_is_refused(old, times):
    with pytest.raises(ValueError, match=rf"'{old}' has to stand once in the source of backward, and stands {times} t"):
        _ = make(Mistake("?", {old: "x"}, "?")).mistakes


def test_a_list_is_one_mistake_in_several_dresses():
    halves = Mistake("half", [{"dh * slope(h)": f"{f} * dh * slope(h)"} for f in (0.5, 0.25)], "A factor too much.")
    exercise = make(halves)
    assert len(exercise.mistakes[0].functions) == 2
    for factor in (0.5, 0.25):
        assert exercise.check(lambda dh, h, factor=factor: factor * backward(dh, h)).message == "A factor too much."


def test_letters_outside_of_ascii_do_not_move_the_place():
    edited = Source([with_umlauts]).edited({"x + 1": "x"})
    assert edited(3) == 3


def with_umlauts(x):
    name = "größer"  # ä
    return x + 1 if name else 0
