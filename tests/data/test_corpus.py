"""The built-in corpus: what it holds, that its generated part can be made again, and how it is cut."""

import re

import numpy as np
import pytest

from seqlearn.data.corpus import (
    NAMES,
    PLACES,
    THINGS,
    WEATHERS,
    Vocabulary,
    as_page,
    build_corpus,
    course_corpus,
    later_nouns,
    offset_batches,
    plain_words,
    scene,
    surprise_of_scene,
)

SCENES = 330


def test_size_and_characters():
    text = course_corpus()
    assert len(text) == 244_332 and len(set(text)) == 78
    assert text.isascii() and "\r" not in text
    assert len(course_corpus("prose")) + len(course_corpus("scenes")) == len(text)
    assert len(course_corpus("prose")) > 60_000 and len(course_corpus("scenes")) > 170_000


def test_scenes_are_those_of_the_grammar():
    assert course_corpus("scenes") == "".join(scene(number) for number in range(1, SCENES + 1))


def test_the_file_is_prose_and_scenes_woven_together():
    assert build_corpus(course_corpus("prose"), SCENES) == course_corpus()


def test_any_tenth_of_the_text_holds_both_kinds():
    text = course_corpus()
    tenths = [text[i * len(text) // 10:(i + 1) * len(text) // 10] for i in range(10)]
    shares = [sum(map(len, re.findall(r"^[A-Z]+: .*$", tenth, flags=re.MULTILINE))) / len(tenth) for tenth in tenths]
    assert min(shares) > 0.3 and max(shares) < 0.8


def test_a_scene_keeps_to_its_heading():
    for number in range(1, 60):
        text = scene(number)
        heading, *lines = text.splitlines()
        a, b, place, thing, weather = re.fullmatch(
            rf"Scene {number}\. (\w+) and (\w+) at the (\w+), with an? (\w+), in the (\w+)\.", heading
        ).groups()
        body = "\n".join(lines)
        for words, mine in ((PLACES, place), (THINGS, thing), (WEATHERS, weather)):
            assert set(re.findall(rf"\b(?:{'|'.join(words)})\b", body)) <= {mine}
        assert {name for name in NAMES if re.search(rf"\b{name}\b", body)} <= {a, b} and a != b
        speakers = re.findall(r"^([A-Z]+): ", body, flags=re.MULTILINE)
        assert speakers == [(a.upper(), b.upper())[turn % 2] for turn in range(len(speakers))]
        assert 6 <= len(speakers) <= 9
    assert scene(3) == scene(3) != scene(4)


def test_facts_are_drawn_from_all_there_are():
    headings = "".join(scene(number).splitlines()[0] for number in range(1, SCENES + 1))
    assert all(word in headings for word in (*NAMES, *PLACES, *THINGS, *WEATHERS))


def test_unknown_part():
    with pytest.raises(ValueError, match="part must be all, prose or scenes, got 'verse'"):
        course_corpus("verse")


def test_plain_words_leave_out_what_is_no_sentence():
    markdown = """# A title

It has **two** [links](http://example.org/x) and `code`. The sum $x_t$ of $\\frac{1}{2}$ is lost.

- the item begins small,
  and goes on.
- $$h = 1$$

| a | table |
"""
    assert plain_words(markdown) == "It has two links and code.\n\nThe item begins small, and goes on.\n\n"


def test_vocabulary_there_and_back():
    vocabulary = Vocabulary("hello world")
    assert vocabulary.characters == " dehlorw" and len(vocabulary) == 8 and "h" in vocabulary and "x" not in vocabulary
    indices = vocabulary.encode("hold")
    assert indices.dtype == np.int64 and vocabulary.decode(indices) == "hold"
    with pytest.raises(ValueError, match="only known characters, got 'xz'"):
        vocabulary.encode("hexz")
    with pytest.raises(ValueError, match="at least one character"):
        Vocabulary("")


@pytest.mark.parametrize(("S", "rows", "k"), [(25, 2, 4), (24, 2, 4), (101, 5, 10), (1000, 2, 10), (13, 12, 1),
                                              (9, 1, 8)])
def test_offset_batches(S, rows, k):
    tokens = np.random.default_rng(0).permutation(S)
    size = (S - 1) // rows
    blocks = list(offset_batches(tokens, rows, k))
    assert len(blocks) == size // k and all(part.shape == (k, rows) for block in blocks for part in block)
    inputs, targets = (np.concatenate(parts) for parts in zip(*blocks))
    for row in range(rows):
        assert np.array_equal(inputs[:, row], tokens[row * size:][:len(inputs)])
        assert np.array_equal(targets[:, row], tokens[row * size + 1:][:len(inputs)])


def test_a_thousand_steps_in_two_rows():
    inputs, targets = next(offset_batches(np.arange(1001), 2, 10))
    assert inputs[0].tolist() == [0, 500] and targets[-1].tolist() == [10, 510]


def test_too_short_a_text():
    with pytest.raises(ValueError, match="at least rows · k \\+ 1 = 21 long, got 20"):
        next(offset_batches(np.arange(20), 2, 10))


def test_no_scene_comes_twice():
    assert len({re.sub(r"Scene \d+", "", scene(number)) for number in range(1, SCENES + 1)}) == SCENES


def test_what_a_scene_costs_who_knows_the_grammar():
    """Counted from the scene itself: the choices of `scene`, one after the other."""
    text = scene(21)
    turns = len(re.findall(r"^[A-Z]+: ", text, flags=re.MULTILINE)) - 1
    how_many = 16 * 15 * 12 * 16 * 6 * 4 * 3 * 4
    for turn in range(turns):
        how_many *= 16 - turn
    assert 5 <= turns <= 8 and surprise_of_scene(text) == pytest.approx(np.log(float(how_many)))


def test_later_nouns_leave_the_heading_out():
    text = scene(21)
    assert text.startswith("Scene 21. Frida and Marta at the bridge, with a ladder, in the snow.")
    for kind, word in (("place", "bridge"), ("thing", "ladder"), ("weather", "snow")):
        found = later_nouns(text, kind)
        assert [text[start:end] for start, end in found] == [word] * (text.count(word) - 1) and found[0][0] > 70
    with pytest.raises(KeyError):
        later_nouns(text, "name")


def test_as_a_page():
    text = "One line here.\n\nScene 7. Ada and Ivo, in the fog.\n\nADA: Look, Ivo.\nIVO: I am looking, Ada.\n\nThen.\n"
    assert as_page(text, 24) == ('One line here.\n\n(Scene 7. Ada and Ivo,\nin the fog.)\n\nADA: "Look, Ivo." IVO:\n'
                                 '"I am looking, Ada."\n\nThen.\n')
    page = as_page(course_corpus(), 40)
    assert max(map(len, page.split("\n"))) == 40 and set(page) == set(course_corpus())
    assert page.count("(") - course_corpus().count("(") == SCENES
    with pytest.raises(ValueError, match="20 or more, got 5"):
        as_page(text, 5)
