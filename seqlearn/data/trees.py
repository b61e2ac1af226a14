"""Sentences and their trees, written with brackets: a parser's job as a task from sequence to sequence.

    task = bracketed_trees(4000, 400)
    " ".join(task.train[0][0])    # "the old king sees a dog"
    " ".join(task.train[0][1])    # "(S (NP the old king ) (VP sees (NP a dog ) ) )"

The grammar: S → NP VP; NP → Det Adj? N | Det Adj? N PP with "of"; VP → Vi | Vt NP | Vt NP PP with "in" or "near"
| Vs "that" S. So "of" belongs to the noun before it, "in" and "near" to the verb, and each sentence has one tree,
unless `choice` lets "in" and "near" belong to the object as well.
Linearised trees: Vinyals et al., "Grammar as a foreign language", NeurIPS 2015.
"""

from collections.abc import Sequence

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols

DETERMINERS = ("the", "a")
ADJECTIVES = ("old", "small")
NOUNS = ("king", "dog", "child", "house", "friend")
ALONE = ("sleeps", "laughs")
WITH_OBJECT = ("sees", "finds", "likes")
WITH_SENTENCE = ("says", "knows")
PLACES = ("in", "near")
LABELS = ("S", "NP", "VP", "PP")


def bracketed_trees(train_size: int, test_size: int, *, depth: int = 1, shortest: int = 1, longest: int = 9,
                    choice: float = 0.0, seed: int = 0) -> Pairs:
    """Sentences of `shortest` to `longest` words → trees. depth: how many sentences may stand in each other, by "that".

    choice: the share of the phrases with "in" or "near" that belong to the noun before them instead of the verb. The
    words do not tell which, so a tree may then be valid and still not the one that was meant.
    Raises ValueError for sizes below 1, and when there are too few sentences.
    """
    if train_size < 1 or test_size < 1:
        raise ValueError(f"train_size and test_size must be at least 1, got {train_size} and {test_size}")
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for _ in range(100 * (train_size + test_size)):
        tree = sentence(rng, depth, choice)
        words = leaves(tree)
        if shortest <= len(words) <= longest:
            found[words] = tuple(tree)
        if len(found) == train_size + test_size:
            examples = list(found.items())
            return Pairs("parsing", Symbols(_words()), Symbols([*(f"({label}" for label in LABELS), ")", *_words()]),
                         examples[:train_size], examples[train_size:])
    raise ValueError(f"train_size + test_size must be at most about {len(found):,} with depth={depth}, "
                     f"shortest={shortest} and longest={longest}")


def sentence(rng: np.random.Generator, depth: int = 1, choice: float = 0.0) -> list[str]:
    """The tree of a sentence drawn from the grammar, as tokens."""
    return ["(S", *_noun_phrase(rng), *_verb_phrase(rng, depth, choice), ")"]


def _noun_phrase(rng: np.random.Generator, extended: bool = True) -> list[str]:
    words = [_one(rng, DETERMINERS), *([_one(rng, ADJECTIVES)] if rng.random() < 0.25 else []), _one(rng, NOUNS)]
    of = ["(PP", "of", *_noun_phrase(rng, extended=False), ")"] if extended and rng.random() < 0.2 else []
    return ["(NP", *words, *of, ")"]


def _verb_phrase(rng: np.random.Generator, depth: int, choice: float) -> list[str]:
    draw = rng.random()
    if depth and draw < 0.25:
        inner = [_one(rng, WITH_SENTENCE), "that", *sentence(rng, depth - 1, choice)]
    elif draw < 0.45:
        inner = [_one(rng, ALONE)]
    else:
        place = ["(PP", _one(rng, PLACES), *_noun_phrase(rng, extended=False), ")"] if draw < 0.65 else []
        inner = [_one(rng, WITH_OBJECT), *_noun_phrase(rng), *place]
        if place and choice and rng.random() < choice:
            start = len(inner) - len(place)
            inner = [*inner[: start - 1], *place, ")"]  # inside the bracket of the object
    return ["(VP", *inner, ")"]


def _one(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[rng.integers(len(words))]


def leaves(tokens: Sequence[str]) -> tuple[str, ...]:
    """The words of a tree, without its brackets."""
    return tuple(token for token in tokens if token != ")" and not token.startswith("("))


def is_tree(tokens: Sequence[str], words: Sequence[str] | None = None) -> bool:
    """Whether tokens are one tree: each bracket closed, nothing after the last, none empty; over exactly `words`."""
    open_brackets, before = 0, ""
    for number, token in enumerate(tokens):
        if number and open_brackets == 0:
            return False  # the tree was complete before
        if token.startswith("("):
            open_brackets += 1
        elif token == ")":
            if open_brackets == 0 or before.startswith("("):
                return False
            open_brackets -= 1
        elif open_brackets == 0:
            return False
        before = token
    return bool(tokens) and open_brackets == 0 and (words is None or leaves(tokens) == tuple(words))


def _words() -> tuple[str, ...]:
    return (*DETERMINERS, *ADJECTIVES, *NOUNS, *ALONE, *WITH_OBJECT, *WITH_SENTENCE, "that", "of", *PLACES)
