"""Text for an output that may not know every sign: Windows' old code pages and plain ASCII have no ★, ✓ or →."""

import sys

PLAIN_SIGNS = {"★": "*", "✓": "+", "✗": "x", "○": "-", "…": "...", "–": "-", "−": "-", "→": "->", "’": "'", "′": "'",
               "·": "*", "“": '"', "”": '"', "ᵀ": "^T"}  # fmt: skip


def printable(text: str) -> str:
    """The text in the signs of `sys.stdout`, so that printing it never fails; unchanged where all of them are known."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        for sign, plain in PLAIN_SIGNS.items():
            if not _knows(encoding, sign):
                text = text.replace(sign, plain)
        return text.encode(encoding, errors="replace").decode(encoding)
    except LookupError:  # an output of its own kind
        return text
    return text


def _knows(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
