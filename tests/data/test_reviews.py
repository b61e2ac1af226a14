"""The grammar of reviews: what is held out, what a bag of words can know, and that labels are what sentences say."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from seqlearn.data.reviews import (
    BAD,
    CLAUSES,
    GOOD,
    NOUNS,
    bag_ceiling,
    beginnings,
    fill,
    grammar_words,
    reviews,
    templates,
)
from seqlearn.data.words import tokenize

SEEDS = pytest.mark.parametrize("seed", range(5))


def meaning(text):
    """The label of a sentence, worked out from its words alone, by other rules than the grammar's."""
    words = text.replace(" ,", "").split()
    said = []  # (place, what is said)
    for place, word in enumerate(words):
        if word in GOOD or word in BAD:
            before = words[max(0, place - 6) : place]
            near = before[-2:]
            negated = ("never" in before[-1:] or near == ["far", "from"] or near == ["anything", "but"]
                       or "nobody" in before or before[-3:-2] == ["found"] and "never" in before[-4:-3]
                       or "never" in before[-4:-2] or before[-1:] == ["not"])
            said.append((place, (word in GOOD) != negated))
    if len(said) == 1:
        return int(said[0][1])
    (first, one), (second, other) = said
    between = words[first + 1 : second]
    joined = " ".join(words)
    if between == ["but"] and words[first - 1] == "not":
        return int(other)  # not dull but clever
    if between == ["not"]:
        return int(one)
    if "rather than" in joined or "even if" in joined or "while at first" in joined:
        return int(one)
    if "although" in between:
        return int(one)
    return int(other)  # but, and yet, although … at the front, at first …, instead of …


@SEEDS
def test_nothing_of_the_test_is_in_training(seed):
    task = reviews(1000, 500, seed=seed)
    train, test = ({text for text, _ in part} for part in (task.train, task.test))
    assert len(train) == 1000 and len(test) == 500 and not train & test
    assert not set(task.train_templates) & set(task.test_templates)
    pairs = [{each.family for each in part if each.kind == "contrast"} for part in (task.train_templates,
                                                                                   task.test_templates)]
    assert not pairs[0] & pairs[1] and len(pairs[1]) > 10, "a pair of clauses is held out in every frame and order"
    assert len(task.train_templates) + len(task.test_templates) == len(templates()) == len(set(templates()))


@SEEDS
def test_sentences_come_from_their_part(seed):
    """No sentence of the test could have been made by a template of the training part."""
    task = reviews(400, 300, seed=seed)
    for pairs, members in ((task.train, task.train_templates), (task.test, task.test_templates)):
        shapes = {holes(each.text) for each in members}
        assert all(holes(text) in shapes for text, _ in pairs)


def holes(text):
    words = {**dict.fromkeys(("{n}", "{m}", *NOUNS), "N"), **dict.fromkeys(("{a}", "{b}", *GOOD, *BAD), "A")}
    return " ".join(words.get(word, word) for word in text.split())


@SEEDS
def test_labels_are_what_the_sentences_say(seed):
    task = reviews(2000, 1000, seed=seed)
    wrong = [(text, label) for text, label in task.train + task.test if meaning(text) != label]
    assert not wrong, wrong[:3]


def test_labels_are_balanced_and_kinds_have_their_shares():
    task = reviews(1000, 500)
    for part in (task.train, task.test):
        assert abs(np.mean([label for _, label in part]) - 0.5) < 0.01
        adjectives = Counter(sum(word in GOOD + BAD for word in text.split()) for text, _ in part)
        assert set(adjectives) == {1, 2} and adjectives[1] == 0.4 * len(part)


def test_every_contrast_and_choice_has_a_twin():
    """The same words with the other label, from the same template: exchange what fills the two halves."""
    rng = np.random.default_rng(0)
    for template in templates():
        if template.holes == 1:
            continue
        text = fill(template, 1, rng)
        a, b = (word for word in text.split() if word in GOOD + BAD)
        if template.signs[0] == template.signs[1]:
            twin = " ".join({a: b, b: a}.get(word, word) for word in text.split())
            assert Counter(twin.split()) == Counter(text.split()) and meaning(twin) == 1 - meaning(text)
    # With different signs the clauses change places, negation and all; that template is in the same part.
    task = reviews(200, 100, seed=1)
    for part in (task.train_templates, task.test_templates):
        texts = {each.text for each in part}
        for one, other in product((clause for clause, _ in CLAUSES), repeat=2):
            second = [clause.replace("{n}", "{m}").replace("{a}", "{b}") for clause in (other, one)]
            assert (f"{one} but {second[0]}" in texts) == (f"{other} but {second[1]}" in texts)


def test_no_bag_of_words_reaches_75_percent():
    task = reviews(2000, 1000)
    assert bag_ceiling(task.test) == pytest.approx(0.7) and bag_ceiling(task.train) == pytest.approx(0.7)
    by_bag = {}
    for text, label in task.train + task.test:
        if bag_ceiling([(text, label)]) < 1:
            by_bag.setdefault(tuple(sorted(text.split())), set()).add(label)
    assert sum(len(labels) == 2 for labels in by_bag.values()) > 0, "twins do turn up"


def test_the_seed_decides():
    assert reviews(200, 100, seed=1) == reviews(200, 100, seed=1)
    assert reviews(200, 100, seed=1).test != reviews(200, 100, seed=2).test


@SEEDS
def test_every_word_of_the_test_is_in_training(seed):
    task = reviews(1000, 500, seed=seed)
    known = {word for text, _ in task.train for word in tokenize(text)}
    assert {word for text, _ in task.test for word in tokenize(text)} <= known <= set(grammar_words())


@pytest.mark.parametrize("sizes", [(99, 500), (8001, 500), (1000, 2501), (1000, 0)])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="must be between 100 and"):
        reviews(*sizes)


def test_the_largest_sizes_are_there():
    task = reviews(8000, 2500, seed=3)
    assert len({text for text, _ in task.train + task.test}) == 10_500


def test_chances_of_beginnings_are_those_of_drawn_reviews():
    """Exactly where the grammar leaves no doubt, and within four standard deviations elsewhere."""
    task = reviews(8000, 100, seed=1)
    chances = beginnings(task.train_templates)
    assert np.isclose(sum(sum(pair) for beginning, pair in chances.items() if " " not in beginning), 1)
    assert chances["the n is + but"][1] == 0 and chances["although the n is +"][1] == 0
    signs = dict.fromkeys(NOUNS, "n") | dict.fromkeys(GOOD, "+") | dict.fromkeys(BAD, "-")
    drawn = Counter()
    for text, label in task.train:
        words = [signs.get(word, word) for word in text.replace(" ,", "").split()]
        drawn.update((" ".join(words[: t + 1]), label) for t in range(len(words)))
    assert {beginning for beginning, _ in drawn} <= set(chances)
    for beginning, pair in chances.items():
        for label, chance in enumerate(pair):
            most = 4 * np.sqrt(8000 * chance) + 12  # distinct sentences are not drawn quite independently
            assert abs(drawn[beginning, label] - 8000 * chance) < most, beginning
