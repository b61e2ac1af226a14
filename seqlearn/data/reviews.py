"""Built-in reviews: short sentences from a grammar in which negation, contrast and order decide.

    task = reviews(seed=0)
    task.train[0]                 # ("nobody will call the music fresh", 0)
    task.test_templates           # none of them in task.train_templates

A review says one thing or two. Two clauses always disagree, and the words around them say which one counts: "A but B",
"although A , B", "A although B", "at first A , in the end B". Exchange the clauses of such a review, and you have the
same words and the opposite label. So no bag of words can expect to do better than chance on them. It can only know the
plain reviews, a fixed share of all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, product
from operator import attrgetter

import numpy as np

NOUNS = ("plot", "cast", "music", "ending", "script", "film", "story", "acting", "dialogue", "picture")
GOOD = ("good", "clever", "funny", "moving", "brilliant", "charming", "gripping", "fresh", "warm", "sharp")
BAD = ("bad", "dull", "boring", "clumsy", "silly", "tedious", "flat", "stale", "cold", "lazy")

# A clause: {n} is a noun and {a} an adjective. The sign says whether the clause keeps the adjective's meaning (+1).
CLAUSES = (
    ("the {n} is {a}", 1),
    ("the {n} seems {a}", 1),
    ("i found the {n} {a}", 1),
    ("we call the {n} {a}", 1),
    ("the {n} is really {a}", 1),
    ("the {n} is not {a}", -1),
    ("the {n} is never {a}", -1),
    ("the {n} seems far from {a}", -1),
    ("the {n} is anything but {a}", -1),
    ("nobody will call the {n} {a}", -1),
    ("i never found the {n} {a}", -1),
)
# A frame joins the clauses A and B; the letter says which one the reviewer means.
CONTRASTS = (
    ("{A} but {B}", "B"),
    ("{A} , and yet {B}", "B"),
    ("although {A} , {B}", "B"),
    ("{A} although {B}", "A"),
    ("{A} , even if {B}", "A"),
    ("at first {A} , in the end {B}", "B"),
    ("in the end {A} , while at first {B}", "A"),
)
# Two adjectives of one noun; the letter says which of them is true.
CHOICES = (
    ("the {n} is not {a} but {b}", "b"),
    ("i found the {n} not {a} but {b}", "b"),
    ("the {n} is {a} , not {b}", "a"),
    ("the {n} seems {a} , not {b}", "a"),
    ("the {n} is {a} rather than {b}", "a"),
    ("i found the {n} {a} rather than {b}", "a"),
    ("instead of {a} the {n} is {b}", "b"),
    ("instead of {a} the {n} seems {b}", "b"),
)
OPENINGS = ("", "well , ", "to be fair , ", "i must say that ")
KINDS = ("plain", "contrast", "choice")
PLAIN_SHARE, CHOICE_SHARE = 0.4, 0.15  # of the reviews; the others have a contrast
NEGATED_SHARE = 0.25  # of the plain reviews


@dataclass(frozen=True)
class Template:
    """A sentence with holes: `sign` is +1 or -1, `decides` the hole (a or b) whose adjective gives the label."""

    text: str
    family: str  # held out together: a pair of clauses in either order and any frame; of others the text, no opening
    kind: str  # one of KINDS
    decides: str
    signs: tuple[int, ...]  # what happens to the adjectives a and b

    @property
    def holes(self) -> int:
        """How many adjectives are to be filled in."""
        return len(self.signs)


@dataclass(frozen=True)
class Reviews:
    """Sentences with their labels, 1 for a reviewer who likes it, and the templates they come from."""

    train: list[tuple[str, int]]
    test: list[tuple[str, int]]
    train_templates: list[Template]
    test_templates: list[Template]


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Every template of the grammar: openings × clauses, openings × frames × pairs of clauses, openings × choices."""
    found = []
    for opening, (clause, sign) in product(OPENINGS, CLAUSES):
        found.append(Template(opening + clause, clause, "plain", "a", (sign,)))
    for opening, (frame, letter), (one, sign_a), (other, sign_b) in product(OPENINGS, CONTRASTS, CLAUSES, CLAUSES):
        second = other.replace("{n}", "{m}").replace("{a}", "{b}")
        text = frame.replace("{A}", one).replace("{B}", second)
        pair = " / ".join(sorted((one, other)))
        found.append(Template(opening + text, pair, "contrast", letter.lower(), (sign_a, sign_b)))
    for opening, (choice, letter) in product(OPENINGS, CHOICES):
        found.append(Template(opening + choice, choice, "choice", letter, (1, 1)))
    return tuple(found)


def reviews(train_size: int = 6000, test_size: int = 1000, *, seed: int = 0) -> Reviews:
    """Reviews to learn from and reviews to be tested on. No template and no sentence is in both.

    Every fifth pair of clauses is kept for the test, in both orders, in all frames and with all openings, so that a
    review's mirror is in the same part. Of everything else one of the four openings is kept.
    Labels are balanced; 40 % of the reviews are plain, 45 % have a contrast, 15 % a choice. Sentences are distinct.
    Raises ValueError for sizes below 100 or above what the grammar holds.
    """
    for name, size, most in (("train_size", train_size, 8_000), ("test_size", test_size, 2_500)):
        if not 100 <= size <= most:
            raise ValueError(f"{name} must be between 100 and {most:,}, got {size}")
    rng = np.random.default_rng(seed)
    parts: dict[str, list[Template]] = {"train": [], "test": []}
    pairs = sorted({template.family for template in templates() if template.kind == "contrast"})
    held = {pairs[i] for i in rng.permutation(len(pairs))[: len(pairs) // 5]}
    by_family = attrgetter("family")
    for family, members in groupby(sorted(templates(), key=by_family), by_family):
        members = list(members)
        if members[0].kind == "contrast":
            parts["test" if family in held else "train"] += members
        else:
            parts["test"].append(members.pop(rng.integers(len(members))))
            parts["train"] += members
    train = _draw(parts["train"], train_size, rng)
    test = _draw(parts["test"], test_size, rng, {text for text, _ in train})
    return Reviews(train, test, parts["train"], parts["test"])


def _draw(members: list[Template], size: int, rng: np.random.Generator, taken: set[str] = frozenset()
          ) -> list[tuple[str, int]]:
    plain, choice = round(PLAIN_SHARE * size), round(CHOICE_SHARE * size)
    negated = round(NEGATED_SHARE * plain)
    plan = {("plain", -1): negated, ("plain", 1): plain - negated, ("choice", 1): choice,
            ("contrast", 0): size - plain - choice}
    found: dict[str, int] = {}
    for (kind, sign), count in plan.items():
        fitting = [each for each in members if each.kind == kind and sign in (0, each.signs[0])]
        for number in range(count):
            label = number % 2
            _add(found, taken, fitting, label, rng)
    pairs = list(found.items())
    return [pairs[i] for i in rng.permutation(size)]


def _add(found: dict[str, int], taken: set[str], members: list[Template], label: int, rng: np.random.Generator) -> None:
    """Put a sentence of this label that is new into `found`."""
    while True:
        text = fill(members[rng.integers(len(members))], label, rng)
        if text not in found and text not in taken:
            found[text] = label
            return


def fill(template: Template, label: int, rng: np.random.Generator) -> str:
    """A sentence from the template that has this label. The adjectives of two holes disagree about it."""
    nouns = rng.choice(NOUNS, 2, replace=False)
    words = {hole: str(rng.choice(GOOD if good else BAD)) for hole, good in _good(template, label).items()}
    return template.text.format(n=nouns[0], m=nouns[1], **words)


def _good(template: Template, label: int) -> dict[str, bool]:
    """Hole → whether its adjective has to be a good one, so that the sentence has this label."""
    found = {}
    for hole, sign in zip("ab", template.signs, strict=False):
        praise = (label == 1) == (hole == template.decides)  # what this part of the sentence says
        found[hole] = praise == (sign > 0)
    return found


def grammar_words() -> list[str]:
    """Every word that the grammar can write, in alphabetical order."""
    frames = " ".join(template.text for template in templates())
    words = {word for word in frames.split() if word.isalpha()}
    return sorted(words | set(NOUNS) | set(GOOD) | set(BAD))


def beginnings(members: Sequence[Template]) -> dict[str, tuple[float, float]]:
    """Every beginning of the reviews these templates make → how often it occurs in a review, of blame and of praise.

    Counted by the shares of `reviews`, not drawn: the numbers are chances, and those of all first words add up to 1.
    In a beginning every noun is n, every good adjective + and every bad one -; the commas are left out:
    "the n is + but the n is".
    """
    groups: dict[tuple[str, int], list[Template]] = {}
    for each in members:
        groups.setdefault((each.kind, each.signs[0] if each.kind == "plain" else 0), []).append(each)
    shares = {("plain", -1): PLAIN_SHARE * NEGATED_SHARE, ("plain", 1): PLAIN_SHARE * (1 - NEGATED_SHARE),
              ("choice", 0): CHOICE_SHARE, ("contrast", 0): 1 - PLAIN_SHARE - CHOICE_SHARE}
    found: dict[str, list[float]] = {}
    for group, alike in groups.items():
        for each, label in product(alike, (0, 1)):
            adjectives = {hole: "+" if good else "-" for hole, good in _good(each, label).items()}
            words = each.text.format(n="n", m="n", **adjectives).replace(" ,", "").split()
            for t in range(len(words)):
                found.setdefault(" ".join(words[: t + 1]), [0.0, 0.0])[label] += shares[group] / len(alike) / 2
    return {beginning: (blame, praise) for beginning, (blame, praise) in found.items()}


def bag_ceiling(pairs: list[tuple[str, int]]) -> float:
    """The accuracy that no classifier of bags can expect to beat where a review and its mirror are equally likely.

    A review with two adjectives has a mirror: the same words in another order, with the opposite label. A classifier
    that sees the bag alone gets one of the two wrong. It can know the reviews with one adjective, and guess the rest.
    """
    adjectives = set(GOOD) | set(BAD)
    counts = Counter(sum(word in adjectives for word in text.split()) for text, _ in pairs)
    return (counts[1] + 0.5 * counts[2]) / len(pairs)
