"""A small talk: the reply depends on the question and on what was said before it.

    task = dialogue(3000, 300)
    " ".join(task.train[0][0])    # "– i am anna – hello anna – i like tea – tea is good – who am i ?"
    " ".join(task.train[0][1])    # "you are anna"

A source is the talk so far, the partner's turns included, a dash before each turn. The target is the next turn.
"""

from collections.abc import Sequence

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols

NAMES = ("anna", "ben", "clara", "david", "emma", "felix", "greta", "hugo")
CITIES = ("rome", "paris", "oslo", "cairo", "lima", "delhi", "tokyo", "quito")
THINGS = ("tea", "soup", "music", "chess", "snow", "books", "cheese", "rain")
VALUES = {"name": NAMES, "city": CITIES, "thing": THINGS}
SAID = {"name": ("i am {}", "hello {}"), "city": ("i live in {}", "how is {}"), "thing": ("i like {}", "{} is good")}
ASKED = {"name": ("who am i ?", "you are {}"), "city": ("where do i live ?", "you live in {}"),
         "thing": ("what do i like ?", "you like {}")}
DOUBTED = {"name": "am i {} ?", "city": "do i live in {} ?", "thing": "do i like {} ?"}
SILENT = "you did not say"


def dialogue(train_size: int, test_size: int, *, facts: tuple[int, ...] = (1, 2), seed: int = 0) -> Pairs:
    """Talks with so many facts before the last turn. A talk of the test is not in the training part.

    The last turn is a fact (one in six), an open question (a half), or a doubt, to be answered by yes or no. One
    question in four asks for what was not said. Raises ValueError for sizes below 1, and when there are too few talks.
    """
    if train_size < 1 or test_size < 1:
        raise ValueError(f"train_size and test_size must be at least 1, got {train_size} and {test_size}")
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for _ in range(20 * (train_size + test_size)):
        source, target = talk(facts[rng.integers(len(facts))], rng)
        found[source] = target
        if len(found) == train_size + test_size:
            examples = list(found.items())
            return Pairs("dialogue", _symbols(), _symbols(), examples[:train_size], examples[train_size:])
    raise ValueError(f"train_size + test_size must be at most about {len(found):,} with facts={facts}")


def talk(facts: int, rng: np.random.Generator) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One talk: up to three facts of different kinds, in any order, and the turn to be replied to."""
    kinds = [list(VALUES)[n] for n in rng.permutation(len(VALUES))]
    known = {kind: _one(rng, VALUES[kind]) for kind in kinds[:facts]}
    turns = [turn.format(value) for kind, value in known.items() for turn in SAID[kind]]
    draw = rng.random()
    if draw < 1 / 6:
        reply = turns.pop()
    else:
        silent = len(kinds) > facts and rng.random() < 0.25
        kind = _one(rng, kinds[facts:] if silent else kinds[:facts])
        value = known.get(kind)
        if draw < 4 / 6:
            turns.append(ASKED[kind][0])
            reply = ASKED[kind][1].format(value) if value else SILENT
        else:
            guess = value if value and rng.random() < 0.5 else _one(rng, VALUES[kind])
            turns.append(DOUBTED[kind].format(guess))
            answer = ASKED[kind][1].format(value)
            reply = f"{'yes' if guess == value else 'no'} {answer}" if value else SILENT
    return tuple(" ".join(f"– {turn}" for turn in turns).split()), tuple(reply.split())


def _one(rng: np.random.Generator, values: Sequence[str]) -> str:
    return values[rng.integers(len(values))]


def _symbols() -> Symbols:
    patterns = [*(text for pair in (*SAID.values(), *ASKED.values()) for text in pair), *DOUBTED.values(), SILENT,
                "– yes no"]
    words = dict.fromkeys(word for text in patterns for word in text.split() if word != "{}")
    return Symbols([*words, *NAMES, *CITIES, *THINGS])
