"""The explorer of chapter 01, without a browser: words change places, the bag stands still, the state moves."""

import re
from itertools import permutations

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch01
from seqlearn.plots.order import Reorder
from seqlearn.widgets import catalog
from seqlearn.widgets.order import SENTENCES, WordOrder, last_state, reader


@pytest.fixture
def explorer():
    return WordOrder()


def words(explorer):
    return explorer.controls["words"].value


def put(explorer, text):
    explorer.controls["words"].value = text


def moved(explorer):
    """How far bag and state have moved, as the words below the picture say it."""
    return [float(number) for number in re.findall(r"by (\d+\.\d\d)", explorer.text)]


def test_it_is_in_the_catalog():
    assert WordOrder in catalog()


def test_the_first_picture_shows_the_point(explorer):
    bag, state = moved(explorer)
    assert bag == 0 and state > 0.5


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_order_moves_the_bag_and_every_order_moves_the_state(explorer, sentence):
    start = sentence.split()
    for order in list(dict.fromkeys(permutations(start)))[1:25]:
        values = explorer.compute(sentence=sentence, word=1, memory=1.0, words=" ".join(order))
        assert np.array_equal(values["bag"], values["start_bag"]) and values["bag"].sum() == len(start)
        assert np.abs(values["state"] - values["start_state"]).max() > 1e-4, order


def test_without_the_old_state_only_the_last_word_counts(explorer):
    explorer.controls["back"].click()
    explorer.controls["memory"].value = 0
    put(explorer, "bites dog man")
    assert moved(explorer) == [0, 0]
    put(explorer, "man dog bites")
    assert moved(explorer)[0] == 0 and moved(explorer)[1] > 0.5


def test_buttons_move_the_chosen_word_and_it_stays_chosen(explorer):
    explorer.controls["back"].click()
    assert words(explorer) == "dog bites man" and moved(explorer) == [0, 0]
    explorer.controls["word"].value = 2
    explorer.controls["right"].click()
    assert words(explorer) == "dog man bites" and explorer.controls["word"].value == 3
    for _ in range(4):  # at the edge nothing happens any more
        explorer.controls["left"].click()
    assert words(explorer) == "bites dog man" and explorer.controls["word"].value == 1
    assert "Chosen: word 1, bites" in explorer.text


def test_every_word_has_a_button_in_its_order(explorer):
    put(explorer, "man man dog")
    assert explorer.controls["word"].options == (("man", 1), ("man", 2), ("dog", 3))
    explorer.controls["word"].value = 3
    explorer.controls["left"].click()
    assert [name for name, _ in explorer.controls["word"].options] == ["man", "dog", "man"]


def test_a_new_sentence_starts_in_its_order(explorer):
    for sentence in SENTENCES[1:]:
        explorer.controls["sentence"].value = sentence
        assert words(explorer) == sentence and moved(explorer) == [0, 0]
        assert [name for name, _ in explorer.controls["word"].options] == sentence.split()


def test_words_and_buttons_that_change_together_make_one_picture(explorer, monkeypatch):
    said = []
    monkeypatch.setattr(explorer, "_say", lambda text, *others, **more: said.append(text))
    changes = (lambda: explorer.controls["right"].click(), lambda: put(explorer, "dog man man bites"),
               lambda: setattr(explorer.controls["sentence"], "value", SENTENCES[1]))
    for change in changes:
        said.clear()
        change()
        others = {text for text in said if not text.startswith("Working")} - {said[-1]}
        assert len(others) <= (change is changes[0]), "at most what was there before the click"


def test_a_word_is_taken_out_and_typed_in_again(explorer):
    explorer.controls["back"].click()
    explorer.controls["word"].value = 2
    explorer.controls["out"].click()
    assert words(explorer) == "dog man" and explorer.controls["word"].value == 2 and moved(explorer)[0] == 1
    put(explorer, "dog man bites")
    assert moved(explorer)[0] == 0 and moved(explorer)[1] > 0 and explorer.text.startswith("dog man bites.")


def test_taking_all_words_out_leaves_an_explorer_that_works(explorer):
    for _ in range(4):
        explorer.controls["out"].click()
    assert words(explorer) == "" and moved(explorer)[0] > 1
    assert "no words" in explorer.text and "cannot be shown" not in explorer.text
    for name in ("left", "right", "out"):
        explorer.controls[name].click()
        assert "no words" in explorer.text
    explorer.controls["back"].click()
    assert words(explorer) == SENTENCES[0] and explorer.controls["word"].value == 1


@pytest.mark.parametrize(("text", "order", "left_out"), [
    ("  Dog  MAN bites ", "dog man bites", ""), ("dog cat man", "dog man", "cat"),
    ("dog " * 10, "dog " * Reorder.most, "dog dog"), ("$x$ <b> 咬 😀 dog", "dog", "$x$ <b> 咬 😀"),
    ("x" * 500, "", "x" * 12 + "…"), ("man " * 200, "man " * Reorder.most, "man man man man and 188 more"),
    ("", "", ""),
])
def test_anything_can_be_typed_and_what_is_left_out_is_said(explorer, text, order, left_out):
    put(explorer, text)
    start = order.split()
    assert [name for name, _ in explorer.controls["word"].options] == start
    assert explorer.text.startswith(f"{' '.join(start) or 'no words at all'}. Start order")
    assert explorer.text.endswith(f"8 at most: {left_out}." if left_out else moved_text(explorer))


def moved_text(explorer):
    return f"the last state by {moved(explorer)[1]:.2f}."


def test_the_bar_of_a_word_typed_in_again_and_again_ends_on_the_page(explorer):
    axes = explorer.picture.left[0]
    assert axes.get_ylim() == pytest.approx((0, 2.8))
    put(explorer, "dog " * Reorder.most)
    assert axes.get_ylim()[1] > Reorder.most and max(bar.get_height() for bar in axes.patches) == Reorder.most
    explorer.controls["back"].click()
    assert axes.get_ylim() == pytest.approx((0, 2.8))


def test_moving_changes_the_picture_and_every_sentence_fits(explorer):
    before = explorer.image.value
    put(explorer, "bites man dog")
    assert explorer.image.value != before and explorer.text.startswith("bites man dog")
    assert all(len(sentence.split()) <= Reorder.most for sentence in SENTENCES)


def test_the_state_is_that_of_the_equation():
    from seqlearn.widgets.order import VOCABULARY

    layer, h = reader(0.7), np.zeros(Reorder.hidden)
    assert isinstance(layer, nn.RNN)
    for word in ("man", "bites", "dog"):
        h = np.tanh(layer.params["W_x"][VOCABULARY.index(word)] + h @ layer.params["W_h"] + layer.params["b"])
    np.testing.assert_allclose(last_state(("man", "bites", "dog"), 0.7), h, atol=1e-13)


def test_a_late_exchange_moves_the_state_further_than_an_early_one():
    start = SENTENCES[1].split()
    early, late = [*reversed(start[:2]), *start[2:]], [*start[:-2], *reversed(start[-2:])]
    by = [np.linalg.norm(last_state(tuple(order)) - last_state(tuple(start))) for order in (early, late)]
    assert by[1] > 5 * by[0] > 0


@pytest.mark.parametrize("changes, mistake", [
    ({"translation": "aligned", "summary": "aligned"}, "long input, long output: aligned"),
    ({"heartbeat": "Delayed "}, "an answer at every step: delayed"),
    ({"word classes": "many-to-many"}, "a pattern that is not there"),
    ({"language": "aligned"}, "one answer per step where one is asked"),
    ({"digit": "many-to-one"}, "pixels as a sequence"),
])
def test_typical_sortings_get_their_message(changes, mistake):
    assert ch01.sorting.check({**ch01.SORTED, **changes}).mistake == mistake


def test_parameter_counts_are_those_of_the_layers():
    for n, D, H in ((1, 1, 1), (4, 5, 3), (2, 7, 6)):
        layers = nn.Linear(n * D, H), nn.RNN(D, H)
        counted = [sum(array.size for array in layer.params.values()) for layer in layers]
        assert list(ch01.parameter_counts_reference(n, D, H)) == counted


def test_the_place_of_the_right_answer_gives_nothing_away():
    places = [min(question.right) for question in ch01.QUIZ.questions]
    assert len(places) >= 5 and max(places.count(place) for place in places) <= len(places) / 2
