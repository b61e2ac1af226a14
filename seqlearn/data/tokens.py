"""Letters and the marks that belong to them, so that a word of any script stays in one piece.

Python's `\\w` knows letters and digits, but not what is written onto them: the vowel signs of Hindi, the points of
Hebrew, the two dots of an ä that a Mac stores as a and ¨. Here every such mark looks like one sign to a pattern, MARK,
and the pattern says where it may stand.
"""

import re
import unicodedata

MARK = "\u0300"  # a combining mark itself, which stands for all of them
JOINERS = "\u200c\u200d"  # say, inside a word, whether letters touch: Persian and Hindi need them


class _Shape(dict):
    """For str.translate: MARK for every mark and joiner, each other sign as it is; worked out once a sign."""

    def __missing__(self, code: int) -> int:
        sign = chr(code)
        self[code] = ord(MARK) if unicodedata.category(sign)[0] == "M" or sign in JOINERS else code
        return self[code]


_SHAPE = _Shape()


def composed(text: str) -> str:
    """The text with each letter and its marks as one sign where there is one (Unicode's form NFC)."""
    return unicodedata.normalize("NFC", text)


def find_tokens(pattern: re.Pattern, text: str) -> list[str]:
    """All that the pattern finds in a text, in which it sees MARK in place of every mark."""
    if text.isascii():
        return pattern.findall(text)
    return [text[slice(*found.span())] for found in pattern.finditer(text.translate(_SHAPE))]


def check_text(name: str, value: str) -> str:
    """Return `value` if it is one text. Raises TypeError otherwise: a list of texts, bytes."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one text, got {type(value).__name__}")
    return value


def check_several(name: str, value, of: str):
    """Return `value` unless it is one text, which would be taken for a list of its letters. Raises ValueError then."""
    if isinstance(value, str):
        raise ValueError(f"{name} must be {of}, got the one text {value[:40]!r}")
    return value
