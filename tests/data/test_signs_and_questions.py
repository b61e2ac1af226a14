"""A script whose signs do not say how they sound; four jobs as questions about one text; a grammar with a choice."""

import numpy as np
import pytest

from seqlearn.data.one_question import PRAISE, QUESTIONS, answer_of, asked
from seqlearn.data.signs import SIGNS, SOUNDS, letters_to_sound, signs_to_letters, signs_to_sound, spelled
from seqlearn.data.speech import spoken
from seqlearn.data.trees import bracketed_trees, is_tree, leaves


def test_three_signs_stand_for_each_syllable_and_all_but_the_last_change_their_vowel():
    assert sorted(SOUNDS.values()) == sorted(3 * list(dict.fromkeys(SOUNDS.values()))) and len(SIGNS) == 105
    one, other = SIGNS[5], SIGNS[60]
    word = "".join(spelled((one, other)))
    assert word[2:] == SOUNDS[other] and word[0] == SOUNDS[one][0]
    assert "aeiou".index(word[1]) == ("aeiou".index(SOUNDS[one][1]) + 1) % 5


def test_recordings_are_the_first_words_of_the_dictionary_and_tests_agree():
    dictionary, few = signs_to_letters(200, 30, seed=1), signs_to_sound(40, 30, seed=1)
    letters = letters_to_sound(40, 30, seed=1)
    assert [signs for signs, _ in few.train] == [signs for signs, _ in dictionary.train[:40]]
    assert [signs for signs, _ in few.test] == [signs for signs, _ in dictionary.test]
    assert not {signs for signs, _ in dictionary.test} & {signs for signs, _ in dictionary.train}
    for (signs, frames), (word, others) in zip(few.train, letters.train, strict=True):
        assert word == spelled(signs) and np.array_equal(frames, others)
        assert np.array_equal(frames, spoken("".join(word)))


@pytest.mark.parametrize("make", [signs_to_letters, signs_to_sound, letters_to_sound, asked])
def test_sizes_below_one_are_refused(make):
    with pytest.raises(ValueError, match="at least 1"):
        make(0, 5)


def test_four_questions_about_one_text():
    chosen = ("king", "saw", "old", "table", "hall", "not", "bad")
    assert {question: " ".join(answer_of(question, chosen)) for question in QUESTIONS} == {
        "translation": "der könig sah den alten tisch in der halle , und es war nicht schlecht",
        "summary": "king saw table", "sentiment": "yes", "look-up": "in the hall"}
    assert len({answer_of(question, chosen) for question in QUESTIONS}) == 4  # blind to it: one of four
    assert answer_of("sentiment", (*chosen[:5], "", PRAISE[0])) == ("yes",)


def test_questions_come_in_turn_and_texts_of_the_test_are_new():
    task = asked(80, 40, seed=3)
    starts = [" ".join(source).split(" ?")[0] + " ?" for source, _ in task.test[:4]]
    assert starts == list(QUESTIONS.values())
    texts = [{source[source.index("?") + 1:] for source, _ in part} for part in (task.train, task.test)]
    assert len(texts[0]) == 80 and not texts[0] & texts[1]
    for symbols, side in ((task.source, 0), (task.target, 1)):
        assert all(token in symbols.row for pair in task.train for token in pair[side])


def test_a_grammar_with_a_choice_leaves_the_rest_as_it_was():
    usual, other = bracketed_trees(900, 100, seed=2), bracketed_trees(900, 100, choice=0.5, seed=2)
    attached = 0
    for words, tree in other.train:
        assert is_tree(tree, words) and leaves(tree) == words
        text = " ".join(tree)
        attached += ") (PP" not in text and ("in" in words or "near" in words)
    with_choice = sum("in" in words or "near" in words for words, _ in other.train)
    assert 0.3 < attached / with_choice < 0.7
    assert all(") (PP" in " ".join(tree) for words, tree in usual.train if "in" in words or "near" in words)
