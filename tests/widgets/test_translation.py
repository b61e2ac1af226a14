"""Chapter 15's explorer: what is typed, what the stored translators answer, and its pictures for anything typed."""

import numpy as np
import pytest

pytest.importorskip("torch")

from seqlearn.data.number_names import LARGEST, english, german, join, number_names  # noqa: E402
from seqlearn.decoding import exact_match  # noqa: E402
from seqlearn.plots.translation_board import ANSWERS, TranslationBoard, as_many, percent, wrapped  # noqa: E402
from seqlearn.widgets.translation import NumberTranslator, answer, number_of, stored_translators, words_of  # noqa: E402


@pytest.fixture
def explorer():
    return NumberTranslator()


def test_what_is_typed():
    assert words_of("42") == ("forty", "two") == words_of("Forty-two") == words_of(" 4 2 ")
    assert words_of("721,623") == english(721_623)
    assert words_of("one hundred and one") == english(101)
    assert words_of("999,999") == english(LARGEST) and words_of("0") == ("zero",) == words_of("000")
    assert words_of("00000000042") == ("forty", "two") == words_of("forty-two.")
    assert words_of("one hundred, and one") == english(101)
    for typed in ("1000000", "9" * 5000, "12.5", "-5", "\N{MINUS SIGN}5", "1e6", "million", "x" * 5000):
        assert words_of(typed) == ("<unk>",), "no number that has a name here: what the translator reads is unknown"
    assert words_of("twelve apples") == ("twelve", "<unk>")
    assert words_of("") == words_of("  ") == () and len(words_of("nine " * 30)) == 10


def test_names_are_numbers_and_other_words_are_none():
    for number in [0, 7, 13, 20, 21, 100, 101, 999, 1000, 21_000, 100_001, LARGEST]:
        assert number_of(english(number)) == number
    for words in ((), ("million",), ("two", "two"), ("hundred",), ("thousand", "thousand"), ("nine",) * 10):
        assert number_of(words) is None


def test_the_stored_translators_are_right_and_wrong_as_promised():
    pairs = number_names(2000, 500, seed=0)
    right = {name: exact_match(model, pairs, max_steps=15) for name, model in stored_translators()[1].items()}
    assert right["attention"] >= 0.98 and 0.5 < right["once"] < 0.9


def test_the_question_has_an_answer():
    """Without attention many long numbers are wrong; a wide beam holds the right answer, seldom in the first place."""
    test = [" ".join(source) for source, _ in number_names(2000, 500, seed=0).test if len(source) >= 7]
    wrong = held = mended = 0
    for words in test[:12]:
        narrow, wide = answer(words, "once", 1), answer(words, "once", 8)
        right = narrow["right"]
        if narrow["answers"][0][0] != right:
            wrong += 1
            held += right in [text for text, _ in wide["answers"]]
            mended += wide["answers"][0][0] == right
    assert wrong >= 5 and held > mended


def test_every_control_moves_the_picture(explorer):
    assert "the first is right" in explorer.text and "with attention" in explorer.text
    for name, value in (("model", "without"), ("width", 8), ("words", "44")):
        before, words = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != before and explorer.text != words
    assert join(german(44)) in explorer.text


@pytest.mark.parametrize("model", ["with attention", "without"])
@pytest.mark.parametrize("words", ["", "-", "0", "million", "$x^2$ 数 <b>", "hundred " * 20, "999999", "x" * 300])
def test_anything_can_be_typed(explorer, model, words):
    explorer.controls["model"].value = model
    explorer.controls["width"].value = 8
    explorer.controls["words"].value = words
    assert explorer.text and "cannot be shown" not in explorer.text


def test_the_board_shows_what_it_is_given():
    board = TranslationBoard()
    weights = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    said = board.update(source=["forty", "two"], target=["zwei", "und", "vierzig"], weights=weights,
                        answers=[("zweiundvierzig", 0.9), ("zwei", 0.004)], right="zweiundvierzig", name="x")
    assert "the first is right" in said and "zwei at forty" in said and "und at two" in said and "< 1 %" in said
    assert [bar.get_width() for bar in board.bars] == [0.9, 0.004] + [0.0] * (ANSWERS - 2)
    said = board.update(source=["forty"], target=[], weights=None, answers=[("", 0.5)], right="vierzig", name="x")
    assert "wrong" in said and "(nothing)" in said and "Right would be vierzig" in said


def test_as_many_as_fit():
    assert as_many(["ab", "cd", "ef"], 10, ", ") == "ab, cd, ef" and as_many(["ab", "cd"], 5, ", ") == "ab, …"
    assert as_many(["abcdef"], 2, ", ") == "abcdef" and as_many([], 2, ", ") == ""


def test_small_things():
    assert percent(0.934) == "93 %" and percent(0.0001) == "< 1 %"
    assert wrapped("ab", 3) == "ab" and wrapped("abcde", 3) == "abc-\nde" and wrapped("abcdefghi", 3).endswith("…")
