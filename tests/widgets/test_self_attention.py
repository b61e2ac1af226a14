"""Chapter 14's explorer: its heads are the ones promised, its question has an answer, and anything can be typed."""

import subprocess
import sys

import numpy as np
import pytest

from seqlearn.plots.head_map import MOST
from seqlearn.widgets.self_attention import HEADS, HeadsByHand, arriving, head_weights, turn_by, waves


@pytest.fixture(scope="module")
def shared():
    return HeadsByHand()


@pytest.fixture
def explorer(shared):
    for name, value in {"word": "stressed", "head": "the mirror of 8 letters", "temperature": 1.0, "positions": True,
                        "causal": False}.items():
        shared.controls[name].value = value
    return shared


def read(text, head, **settings):
    letters, shares = arriving(list(text), head_weights(list(text), head, **settings))
    return "".join(letter if share >= 0.5 else "·" for letter, share in zip(letters, shares))


def test_one_matrix_turns_every_position():
    p = waves(40)
    assert np.allclose(p[:-3] @ turn_by(3), p[3:]) and np.allclose(p[5:] @ turn_by(-5), p[:-5])
    assert np.allclose(p @ turn_by(39, mirror=True), p[::-1])


def test_the_question_has_an_answer():
    assert read("stressed", "mirror") == "desserts"
    assert read("stressed_by", "mirror").startswith("desserts") and read("stressed_by", "mirror") != "yb_desserts"
    masked, letters = read("stressed", "mirror", causal=True), list("drawer")
    assert masked[4:] == "erts" and masked[:4] != "dess"
    blind = {head for head in HEADS.values()
             if not np.allclose(head_weights(letters, head), head_weights(letters, head, positions=False))}
    assert blind == {"back", "mirror"}


def test_heads_look_where_they_say():
    assert read("abcdef", "back")[1:] == "abcde"
    same = head_weights(list("banana"), "letter")
    assert np.allclose(same[1, [1, 3, 5]], 1 / 3, atol=0.01)
    assert np.allclose(head_weights(list("banana"), "none"), 1 / 6)


@pytest.mark.parametrize("head", HEADS.values())
def test_weights_are_shares_and_the_mask_holds(head):
    for temperature in (0.1, 1.0, 10.0):
        for positions in (True, False):
            weights = head_weights(list("reference"), head, temperature=temperature, positions=positions, causal=True)
            assert np.allclose(weights.sum(axis=1), 1) and not np.triu(weights, 1).any()


def test_temperature_blurs():
    def entropy(temperature):
        weights = head_weights(list("stressed"), "mirror", temperature=temperature)
        return -(weights * np.log(weights + 1e-300)).sum()

    assert entropy(0.1) < entropy(1) < entropy(10)


def test_every_control_moves_picture_and_words(explorer):
    for name, value in (("word", "drawer"), ("head", "one step back"), ("temperature", 5.0), ("positions", False),
                        ("causal", True)):
        before, words = bytes(explorer.image.value), explorer.text
        explorer.controls[name].value = value
        assert bytes(explorer.image.value) != before and explorer.text != words, name


def test_words_say_what_arrives(explorer):
    assert "reads “desserts”, 8 of 8" in explorer.text and "looks at d 1.00." in explorer.text
    explorer.controls["head"].value = "no preference"
    assert "reads “········”, 0 of 8" in explorer.text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", ["", " ", "a", "$x_1$ \\alpha", "好电影😀", "\n\t", "x" * 500, "<b>&", "ABC abc 123"])
def test_anything_can_be_typed(explorer, text):
    for head in HEADS:
        explorer.controls["head"].value = head
        explorer.controls["word"].value = text
        assert "cannot be shown" not in explorer.text and len(explorer.text) > 20
    assert sum(bool(letter.get_text()) for letter in explorer.picture.letters[0]) == min(len(text), MOST)


def test_no_torch_is_needed():
    code = "import sys, seqlearn.widgets.self_attention as w; w.HeadsByHand(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("word", "room"), [("", 8), ("stressed", 8), ("stressed_", 12), ("x" * 40, 12)])
def test_a_short_word_gets_the_whole_picture(explorer, word, room):
    explorer.controls["word"].value = word
    assert all(axes.get_ylim() == (room - 0.5, -0.5) for axes in explorer.picture.sheets)


def test_the_number_beside_the_slider_is_the_one_in_the_words(explorer):
    slider = explorer.controls["temperature"]
    slider.value = 10**0.9
    assert slider.readout_format == ".3r" and "temperature 7.94," in explorer.text
