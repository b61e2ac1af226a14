"""Translation, summary, sentiment and look-up, all asked as questions about one text. NumPy only.

    task = asked(6000, 500)
    " ".join(task.train[0][0])    # "in german ? the king saw the old house in the garden , and it was not good"
    " ".join(task.train[0][1])    # "der könig sah das alte haus im garten , und es war nicht gut"

Every job is a question, so one model can learn all of them from one heap of examples (McCann et al., "The natural
language decathlon: multitask learning as question answering", 2018, do this with ten real tasks).
"""

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols

PEOPLE = {"king": "der könig", "queen": "die königin", "child": "das kind", "thief": "der dieb",
          "nurse": "die schwester"}
DEEDS = {"saw": "sah", "found": "fand", "drew": "malte", "sold": "verkaufte"}
LOOKS = {"old": "alt", "small": "klein", "red": "rot", "new": "neu"}
THINGS = {"house": "das haus", "table": "den tisch", "lamp": "die lampe", "book": "das buch", "coat": "den mantel",
          "clock": "die uhr"}
PLACES = {"garden": "im garten", "kitchen": "in der küche", "hall": "in der halle", "yard": "im hof"}
OPINIONS = {"good": "gut", "great": "großartig", "fine": "schön", "bad": "schlecht", "dull": "langweilig",
            "ugly": "hässlich"}
PRAISE = ("good", "great", "fine")
QUESTIONS = {"translation": "in german ?", "summary": "in short ?", "sentiment": "happy ?", "look-up": "where ?"}


def asked(train_size: int, test_size: int, *, seed: int = 0) -> Pairs:
    """Texts with one of the QUESTIONS each, in turn. No text of the test is in the training part."""
    if train_size < 1 or test_size < 1:
        raise ValueError(f"train_size and test_size must be at least 1, got {train_size} and {test_size}")
    rng = np.random.default_rng(seed)
    texts: dict[tuple, None] = {}
    while len(texts) < train_size + test_size:
        texts[tuple(words[rng.integers(len(words))] for words in _CHOICES)] = None
    questions, examples = list(QUESTIONS), []
    for number, chosen in enumerate(texts):
        question = questions[number % len(questions)]
        examples.append(((*QUESTIONS[question].split(), *text_of(chosen)), answer_of(question, chosen)))
    return Pairs("questions to one model", _symbols(0), _symbols(1), examples[test_size:], examples[:test_size])


_CHOICES = [list(PEOPLE), list(DEEDS), list(LOOKS), list(THINGS), list(PLACES), ["", "not"], list(OPINIONS)]


def text_of(chosen: tuple) -> tuple[str, ...]:
    """The text, in English."""
    who, did, look, thing, place, negation, opinion = chosen
    return tuple(f"the {who} {did} the {look} {thing} in the {place} , and it was {negation} {opinion}".split())


def answer_of(question: str, chosen: tuple) -> tuple[str, ...]:
    """What a question of QUESTIONS has as its answer."""
    who, did, look, thing, place, negation, opinion = chosen
    if question == "translation":
        article, name = THINGS[thing].split()
        ending = "en" if article == "den" else "e"
        text = (f"{PEOPLE[who]} {DEEDS[did]} {article} {LOOKS[look]}{ending} {name} {PLACES[place]} , und es war "
                f"{'nicht ' if negation else ''}{OPINIONS[opinion]}")
    elif question == "summary":
        text = f"{who} {did} {thing}"
    elif question == "sentiment":
        text = "yes" if (opinion in PRAISE) != bool(negation) else "no"
    else:
        text = f"in the {place}"
    return tuple(text.split())


def _symbols(side: int) -> Symbols:
    english = [word for words in _CHOICES for word in words if word]
    if side == 0:
        asks = [word for question in QUESTIONS.values() for word in question.split()]
        return Symbols(dict.fromkeys([*asks, "the", "in", ",", "and", "it", "was", *english]))
    endings = [look + ending for look in LOOKS.values() for ending in ("e", "en")]
    german = " ".join([*PEOPLE.values(), *DEEDS.values(), *endings, *THINGS.values(), *PLACES.values(), ", und es war",
                       "nicht", *OPINIONS.values()]).split()
    return Symbols(dict.fromkeys([*german, *PEOPLE, *DEEDS, *THINGS, *PLACES, "yes", "no", "in", "the"]))
