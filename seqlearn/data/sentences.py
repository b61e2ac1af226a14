"""Sentences as words and punctuation marks, there and back. NumPy not needed.

    words = split_words("Two dogs' owners aren't here.")   # ["two", "dogs", "'", "owners", "are", "n't", "here", "."]
    join_words(["a", "man", "'s", "hat", "."])             # "a man's hat."

`seqlearn.data.words.tokenize` throws most marks away, which does no harm when a review is only to be judged. A
translation is written out again, so here every character that is not a space ends up in some token. A number is one
token with the points, commas and colons inside it: 10:30, 1,000.50.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from seqlearn.data.tokens import MARK, check_several, check_text, composed, find_tokens

# Letters and digits, and inside of them: marks, what stands between two digits, the point of Catalan "l·l".
_INSIDE = rf"(?:{MARK}|(?<=\d)[.,:'–٫٬](?=\d)|(?<=l)·(?=l))"
_WORD = rf"[^\W_]+(?:{_INSIDE}[^\W_]*)*"
# "aren't" is "are" + "n't", "man's" is "man" + "'s": the ends of words are few, the words before them are known.
_TOKEN = re.compile(rf"n't\b|'(?:s|re|ve|ll|d|m)\b|{_WORD}?(?=n't\b)|{_WORD}|[^\w\s]{MARK}*|_{MARK}*")
_APOSTROPHES = str.maketrans("’‘`´", "''''")
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_NO_SPACE_BEFORE = {".", ",", "!", "?", ";", ":", ")", "%", "'", "'s", "'re", "'ve", "'ll", "'d", "'m", "n't", "-", "/"}
_NO_SPACE_AFTER = {"(", "$", "#", "-", "/", "¿", "¡", "°"}
_ELIDED = {"c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "aujourd"}  # l'eau


def split_words(text: str, *, lower: bool = True) -> list[str]:
    """Words, ends of words such as "'s" and "n't", and each mark by itself, in the order they stand.

    Letters and their marks are composed first (NFC). Raises TypeError for what is not one text.
    """
    text = composed(check_text("text", text)).translate(_APOSTROPHES).translate(_QUOTES)
    return find_tokens(_TOKEN, text.lower() if lower else text)


def join_words(tokens: Sequence[str]) -> str:
    """A line of text from tokens: marks and ends of words stand at the word before them, quotes around theirs.

    After a French word that has lost its last letter the next one follows its apostrophe: l'eau, qu'il.
    Raises ValueError for one text in place of a list.
    """
    text, glued, inside, before = "", True, False, ""
    for token in check_several("tokens", tokens, "a list of words"):
        closing = token == '"' and inside
        if not (glued or closing or _follows_at_once(token)):
            text += " "
        text += token
        elided = token == "'" and before in _ELIDED
        glued = _leads_at_once(token) or (token == '"' and not closing) or elided
        inside ^= token == '"'
        before = token
    return text


def _follows_at_once(token: str) -> bool:
    """Whether no space stands before it. Of marks beyond ASCII their kind decides: closing, final, other."""
    if token.isascii() or len(token) > 1:
        return token in _NO_SPACE_BEFORE
    return token not in _NO_SPACE_AFTER and (unicodedata.category(token) in ("Pe", "Pf", "Po") or _wide_mark(token))


def _leads_at_once(token: str) -> bool:
    """Whether no space stands after it."""
    if token.isascii() or len(token) > 1:
        return token in _NO_SPACE_AFTER
    return token in _NO_SPACE_AFTER or unicodedata.category(token) in ("Ps", "Pi") or _wide_mark(token)


def _wide_mark(token: str) -> bool:
    """A mark of Chinese or Japanese, which brings its own space."""
    return unicodedata.east_asian_width(token) in "WF" and unicodedata.category(token)[0] == "P"


def frequent_words(sentences: Iterable[Sequence[str]], at_least: int = 2) -> list[str]:
    """The words that occur `at_least` times, most frequent first, equally frequent ones alphabetically.

    Raises ValueError for texts in place of lists of words.
    """
    lists = (check_several("each of sentences", sentence, "a list of words")
             for sentence in check_several("sentences", sentences, "lists of words"))
    counts = Counter(word for words in lists for word in words)
    kept = (word for word, count in counts.items() if count >= at_least)
    return sorted(kept, key=lambda word: (-counts[word], word))
