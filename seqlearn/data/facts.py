"""Questions about stated facts: people walk from place to place, and the last word about each of them counts.

    task = stated_facts(4000, 400)
    " ".join(task.train[0][0])    # "mary went to the garden . john went to the hall . … who is in the hall ?"
    " ".join(task.train[0][1])    # "john and mary", or "nobody"

After Weston et al., "Towards AI-complete question answering", ICLR 2016, whose first task asks where one person is.
"""

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols

PEOPLE = ("daniel", "john", "mary", "sandra")
PLACES = ("garden", "hall", "kitchen", "office")


def stated_facts(train_size: int, test_size: int, *, facts: tuple[int, ...] = (2, 3), question_first: bool = False,
                 seed: int = 0) -> Pairs:
    """Stories of so many facts and a question. A test story, question included, is not in the training part.

    question_first: the question stands before the facts instead of behind them, so that a reader knows what to look
    for. Raises ValueError for sizes below 1, and when there are too few stories.
    """
    if train_size < 1 or test_size < 1:
        raise ValueError(f"train_size and test_size must be at least 1, got {train_size} and {test_size}")
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for _ in range(20 * (train_size + test_size)):
        source, target = story(facts[rng.integers(len(facts))], rng, question_first=question_first)
        found[source] = target
        if len(found) == train_size + test_size:
            examples = list(found.items())
            return Pairs("question answering", _words(), _words(), examples[:train_size], examples[train_size:])
    raise ValueError(f"train_size + test_size must be at most about {len(found):,} with facts={facts}")


def story(facts: int, rng: np.random.Generator, *, question_first: bool = False
          ) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One story and its answer: where one of the people named is, or who is in a place."""
    drawn = rng.integers(4, size=(facts, 2))
    moves = [(PEOPLE[person], PLACES[place]) for person, place in drawn]
    if rng.random() < 0.5:
        person = moves[rng.integers(facts)][0]
        question = f"where is {person} ?"
    else:
        places = PLACES if rng.random() < 0.2 else list(dict(moves).values())  # mostly where somebody is
        place = places[rng.integers(len(places))]
        question = f"who is in the {place} ?"
    told = " ".join(f"{person} went to the {place} ." for person, place in moves)
    text = f"{question} {told}" if question_first else f"{told} {question}"
    return tuple(text.split()), answer(text.split())


def answer(words: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The answer to a story, read from its words: the last move of every person decides."""
    where = {words[n - 1]: words[n + 3] for n, word in enumerate(words) if word == "went"}
    asked = " ".join(words)
    if "where is " in asked:
        person = words[words.index("where") + 2]
        return ("in", "the", where[person]) if person in where else ("nobody", "knows")
    place = words[words.index("who") + 4]
    people = sorted(person for person, found in where.items() if found == place)
    return tuple(" and ".join(people).split()) or ("nobody",)


def _words() -> Symbols:
    return Symbols([*"where who is in the ? went to . and nobody knows".split(), *PEOPLE, *PLACES])
