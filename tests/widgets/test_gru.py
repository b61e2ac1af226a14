"""Chapter 08's explorer: its unit is a GRU, its shares are those of a weighted mean, and any input gives a picture."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.plots.hold import sentence, short
from seqlearn.widgets.gru import STEPS, HoldAndOverwrite, read_symbols, shares, walk

DIGITS = "3....7....5..."


@pytest.fixture
def explorer():
    return HoldAndOverwrite()


def test_the_unit_is_a_gru():
    """The same states from nn.GRU with the weights that the docstring of `walk` describes, in both variants."""
    hold, overwrite, reset = 2.0, -1.0, 0.5
    x = np.array([[[0.0, 0.0] if symbol == "." else [int(symbol) / 10, 1.0]] for symbol in DIGITS])
    for reset_after in (True, False):
        layer = nn.GRU(2, 1, reset_after=reset_after)
        layer.params["W_x"][:] = [[0, 0, 1], [0, overwrite - hold, 0]]
        layer.params["W_h"][:] = [0, 0, 1]
        layer.params["b"][:] = [reset, hold, 0]
        if reset_after:
            layer.params["b_h"][:] = 0
        outputs, _ = layer.forward(x)
        values = walk(DIGITS, hold, overwrite, reset, 14)
        assert np.allclose(np.tanh(values["read"][1:] / 10), outputs[:, 0, 0], atol=1e-12)


def test_shares_make_the_state_from_the_candidates():
    z = np.random.default_rng(0).uniform(size=STEPS)
    candidates = np.random.default_rng(1).standard_normal(STEPS)
    h, states = 0.7, [0.7]
    for keep, candidate in zip(z, candidates, strict=True):
        h = keep * h + (1 - keep) * candidate
        states.append(h)
    for step in (0, 1, 6, STEPS):
        weights = shares(z, step)
        assert weights.sum() == pytest.approx(1) and not weights[step + 1:].any()
        assert weights @ np.array([0.7, *candidates]) == pytest.approx(states[step])


def test_the_question_has_an_answer(explorer):
    def farthest(**sums):
        values = explorer.compute(**{"symbols": DIGITS, "step": 14, **sums})
        return np.abs(values["read"] - values["wanted"]).max()

    assert farthest(hold=8, overwrite=-8, reset=-8) < 0.1
    assert farthest(hold=8, overwrite=-8, reset=8) > 5, "with the reset open the digits add up"
    assert farthest(hold=3, overwrite=-3, reset=-4) > 1, "the sums it starts with let the digits fade"
    assert "state reads as the wanted digit" in sentence(**walk(DIGITS, 8, -8, -8, 14), step=14)


def test_both_gates_at_their_ends_are_a_plain_network(explorer):
    values = walk("12345678909876", -500, -500, 500, 14)
    rnn, h = [], 0.0
    for digit in "12345678909876":
        h = np.tanh(int(digit) / 10 + h)
        rnn.append(10 * np.arctanh(h))
    assert np.allclose(values["read"][1:], rnn)


@pytest.mark.parametrize(("typed", "read"), [("3..7", "3..7.........."), ("", "." * 14), (" 1 2 ", "12............"),
                                             ("a٣é5", "...5.........."), ("9" * 40, "9" * 14)])
def test_any_text_is_read(typed, read):
    assert read_symbols(typed) == read


def test_every_control_changes_picture_and_text(explorer):
    for name, value in {"symbols": "1.2", "step": 3, "hold": 0.5, "overwrite": 4.0, "reset": 6.0}.items():
        picture, text = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != picture and explorer.text != text, name


def test_what_is_not_read_is_told(explorer):
    assert "Only the first" not in explorer.text
    explorer.controls["symbols"].value = "1" + " ." * 14
    assert explorer.text.endswith("Only the first 14 are read.")


@pytest.mark.parametrize("symbols", ["", "9" * 14, "0" * 15])
def test_extremes_are_drawn_with_a_sentence(explorer, symbols):
    explorer.controls["symbols"].value = symbols
    for name in ("hold", "overwrite", "reset"):
        for value in (-8, 8):
            explorer.controls[name].value = value
    for step in (0, 14):
        explorer.controls["step"].value = step
        assert f"The state of step {step} is" in explorer.text and "nan" not in explorer.text.lower()
        highest = explorer.compute(**explorer.values)["read"].max()
        assert highest < explorer.picture.figure.axes[0].get_ylim()[1], "the state stays on the page"


@pytest.mark.parametrize(("share", "text"), [(0.953, ".95"), (0.9999, "1.00"), (0.0, "0.00"), (0.5, ".50")])
def test_short(share, text):
    assert short(share) == text
