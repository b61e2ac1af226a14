"""One question of a quiz: its options, each with an explanation, and the words around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An answer to choose, whether it is right, and why. `code` in backticks is set as code."""

    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question with its options; `topic` is what it is about, in a few words."""

    text: str
    options: Sequence[Option]
    topic: str = ""

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


def reason(option: Option) -> str:
    """Why an option is right or wrong, without a first word that says only whether it is."""
    rest = re.sub(r"^(Right|Correct|Yes|No|Wrong)[.:,!] +", "", option.why)
    return rest if rest == option.why else rest[:1].upper() + rest[1:]
