"""Dialogue, facts and trees: the answers are right, the parts do not overlap, and what cannot be had is said."""

import numpy as np
import pytest

from seqlearn.data.dialogue import SILENT, dialogue, talk
from seqlearn.data.facts import answer, stated_facts, story
from seqlearn.data.trees import bracketed_trees, is_tree, leaves

MAKERS = {"dialogue": dialogue, "facts": stated_facts, "trees": bracketed_trees}


@pytest.mark.parametrize("name", MAKERS)
def test_distinct_disjoint_repeatable_and_within_the_vocabulary(name):
    make = MAKERS[name]
    task, again, other = make(300, 100, seed=1), make(300, 100, seed=1), make(300, 100, seed=2)
    sources = [source for source, _ in (*task.train, *task.test)]
    assert len(set(sources)) == 400 and len(task.train) == 300 and len(task.test) == 100
    assert task.train == again.train and task.test == again.test != other.test
    for source, target in (*task.train, *task.test):
        assert set(source) <= set(task.source.tokens) and set(target) <= set(task.target.tokens)
    for sizes in ((0, 5), (5, 0)):
        with pytest.raises(ValueError, match="train_size and test_size must be at least 1"):
            make(*sizes)


def test_too_few_talks_stories_or_sentences():
    with pytest.raises(ValueError, match="at most about"):
        bracketed_trees(40, 10, longest=3)
    with pytest.raises(ValueError, match="at most about"):
        stated_facts(100, 20, facts=(1,))
    with pytest.raises(ValueError, match="at most about"):
        dialogue(900, 100, facts=(1,))


def test_replies_follow_from_what_was_said():
    rng, kinds = np.random.default_rng(0), set()
    for _ in range(500):
        source, target = (" ".join(part) for part in talk(2, rng))
        question = source.split(" – ")[-1].removeprefix("– ")
        if question == "who am i ?":
            said = source.split("– i am ")[1].split()[0] if "– i am " in source else None
            assert target == (f"you are {said}" if said else SILENT)
        if target.startswith(("yes", "no ")):
            value = question.split()[-2]
            assert (target.split()[0] == "yes") == (value in target), (source, target)
        kinds.add(target.split()[0])
    assert {"you", "yes", "no", "hello", "how"} <= kinds


@pytest.mark.parametrize(("text", "wanted"), [
    ("where is mary ? mary went to the hall . mary went to the office .", "in the office"),
    ("mary went to the hall . john went to the hall . who is in the hall ?", "john and mary"),
    ("who is in the hall ? mary went to the hall . mary went to the garden .", "nobody"),
    ("where is john ? mary went to the hall .", "nobody knows"),
])
def test_the_last_move_counts(text, wanted):
    assert " ".join(answer(text.split())) == wanted


def test_the_question_can_stand_first():
    rng = np.random.default_rng(0)
    for first in (True, False):
        source, target = story(3, rng, question_first=first)
        assert (source[0] in ("who", "where")) == first and (source[-1] == "?") != first
        assert target == answer(source)


def test_every_sentence_has_one_proper_tree():
    task = bracketed_trees(400, 100, seed=0)
    for words, tree in (*task.train, *task.test):
        assert is_tree(tree, words) and leaves(tree) == words and 2 <= len(words) <= 9
    long = bracketed_trees(1, 50, depth=2, shortest=10, longest=16)
    assert all(10 <= len(words) <= 16 for words, _ in long.test)


@pytest.mark.parametrize("text", ["", "(S a", "(S a ) )", "(S a ) (S b )", "a (S b )", "(S (NP ) a )", ") a (S",
                                  "(S a ) b", "a"])
def test_what_is_no_tree(text):
    assert not is_tree(text.split())


def test_a_tree_over_other_words_is_none():
    tree = "(S (NP a dog ) (VP sleeps ) )".split()
    assert is_tree(tree, ["a", "dog", "sleeps"]) and is_tree(tree)
    for words in (["a", "dog"], ["dog", "a", "sleeps"], ["a", "dog", "dog", "sleeps"]):
        assert not is_tree(tree, words)
