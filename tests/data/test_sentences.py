"""Sentences to words and back: nothing but case and spaces may be lost."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.data.multi30k import multi30k
from seqlearn.data.sentences import frequent_words, join_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A dog runs.", ["a", "dog", "runs", "."]),
        ("Two dogs aren't in the man's car!", ["two", "dogs", "are", "n't", "in", "the", "man", "'s", "car", "!"]),
        ("I’m  here, you’ll see", ["i", "'m", "here", ",", "you", "'ll", "see"]),
        ("schwarz-weiß (alt)", ["schwarz", "-", "weiß", "(", "alt", ")"]),
        ("„Hallo“, sagt er", ['"', "hallo", '"', ",", "sagt", "er"]),
        ("3,5 km um 7:30", ["3,5", "km", "um", "7:30"]),
        ("1,000.50 at 10:30am, 1, 2; v1.2", ["1,000.50", "at", "10:30am", ",", "1", ",", "2", ";", "v1.2"]),
        ("fa\u0308hrt", ["fährt"]),  # a and two dots, as macOS writes it
        ("नहीं, लाल टोपी।", ["नहीं", ",", "लाल", "टोपी", "।"]),  # vowel signs
        ("", []),
    ],
)
def test_words(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize("text", [
    "a man's hat isn't here.", "black-and-white (old), no?", 'he says: "wait for me" and goes.', "no. 5 & co.",
    "#8 runs!", '"one" and "two"', "they're late, i'd say; we've seen it", "",
    "the train leaves at 10:30 and costs 1,000.50 euros.", "1, 2, 3 und 3,5 km, 5–7 tage am 24.12.2019",
    "ein mann fährt über die brücke.", "एक आदमी लाल टोपी पहने हुए है।", "tiếng việt rất đẹp", "안녕 세상!", "สวัสดีครับ",
    "مَرْحَبًا، كيف حالك؟", "می\u200cخواهم بروم.", "你好，世界。", "私は「はい」と言った。", "¿qué hora es? ¡las 3!",
    "col·lecció", "❤️ 5 °c", "1'000 franken",
])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_there_and_back(text, form):
    """In all scripts, with each letter as one sign or as several: what comes back is composed."""
    written = unicodedata.normalize(form, text)
    assert join_words(split_words(written)) == unicodedata.normalize("NFC", text)
    assert join_words(split_words(written, lower=False)) == unicodedata.normalize("NFC", text)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_no_sign_is_lost(text):
    """Every sign that is no space is in some token, whatever is typed."""
    plain = unicodedata.normalize("NFC", text).translate(str.maketrans("’‘`´“”„«»", "''''" + '"' * 5))
    assert "".join(split_words(text, lower=False)) == "".join(plain.split())
    assert isinstance(join_words(split_words(text)), str)


def test_frequent_words():
    sentences = [["b", "a", "b"], ["a", "c"], ["d"]]
    assert frequent_words(sentences) == ["a", "b"]
    assert frequent_words(sentences, 1) == ["a", "b", "c", "d"]
    assert frequent_words(sentences, 3) == [] == frequent_words([])


@pytest.mark.parametrize("call", [
    lambda: join_words("a man"), lambda: frequent_words("a man"), lambda: frequent_words(["a man"]),
])
def test_one_text_is_no_list_of_words(call):
    with pytest.raises(ValueError, match="must be .*list.? of words, got the one text 'a man'"):
        call()


@pytest.mark.parametrize("value", [["a man"], b"a man", None])
def test_what_is_no_text(value):
    with pytest.raises(TypeError, match="text must be one text, got (list|bytes|NoneType)"):
        split_words(value)


@pytest.mark.data
def test_captions_come_back_as_they_were():
    try:
        captions = multi30k("de", "en")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    for side in (0, 1):
        texts = [pair[side] for pair in captions["test"]]
        same = [join_words(split_words(text)) == text.lower() for text in texts]
        assert sum(same) >= 950


def test_french_words_that_lost_a_letter_stand_at_the_next_one():
    for text in ["ce n'est pas qu'il l'aime, aujourd'hui.", "j'ai dit: jusqu'où?"]:
        assert join_words(split_words(text)) == text
    assert join_words(split_words("the dogs' bones")) == "the dogs' bones"
