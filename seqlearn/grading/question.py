"""One question of a quiz: its options, each with an explanation, and the words around them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An answer to choose, whether it is right, and why. `code` in backticks is set as code.

    The page says "right" or "wrong" before the explanation, so that `why` begins with the reason itself.
    """

    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question with its options; `topic` is what it is about, in a few words.

    The options stand in an order drawn from the words of the question and its options: the same at every run and on
    every machine, and not the order in which they were written.
    """

    text: str
    options: Sequence[Option]
    topic: str = ""

    def __post_init__(self) -> None:
        drawn = sorted(self.options, key=lambda option: hashlib.sha256(f"{self.text}\n{option.text}".encode()).digest())
        object.__setattr__(self, "options", tuple(drawn))

    @property
    def right(self) -> frozenset[int]:
        """Indices of the right options."""
        return frozenset(index for index, option in enumerate(self.options) if option.correct)

    @property
    def multiple(self) -> bool:
        """May more than one option be chosen?"""
        return len(self.right) > 1

    @property
    def instruction(self) -> str:
        """How many options to choose."""
        return "Choose all that are right." if self.multiple else "Choose one."


def letter(index: int) -> str:
    """a, b, c, … for an option."""
    return chr(ord("a") + index)


def verdict(option: Option) -> str:
    """The word and sign of an option's truth."""
    return "✓ right" if option.correct else "✗ wrong"
