"""Sentences as words and punctuation marks, there and back. NumPy not needed.

    words = split_words("Two dogs' owners aren't here.")   # ["two", "dogs", "'", "owners", "are", "n't", "here", "."]
    join_words(["a", "man", "'s", "hat", "."])             # "a man's hat."

`seqlearn.data.words.tokenize` throws most marks away, which does no harm when a review is only to be judged. A
translation is written out again, so here every character that is not a space ends up in some token.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

# "aren't" is "are" + "n't", "man's" is "man" + "'s": the ends of words are few, the words before them are known.
_TOKEN = re.compile(r"n't\b|'(?:s|re|ve|ll|d|m)\b|[^\W_]+?(?=n't\b)|[^\W_]+|[^\w\s]|_")
_APOSTROPHES = str.maketrans("’‘`´", "''''")
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_NO_SPACE_BEFORE = {".", ",", "!", "?", ";", ":", ")", "%", "'", "'s", "'re", "'ve", "'ll", "'d", "'m", "n't", "-", "/"}
_NO_SPACE_AFTER = {"(", "$", "#", "-", "/"}
_ELIDED = {"c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "aujourd"}  # l'eau


def split_words(text: str, *, lower: bool = True) -> list[str]:
    """Words, ends of words such as "'s" and "n't", and each mark by itself, in the order they stand."""
    text = text.translate(_APOSTROPHES).translate(_QUOTES)
    return _TOKEN.findall(text.lower() if lower else text)


def join_words(tokens: Sequence[str]) -> str:
    """A line of text from tokens: marks and ends of words stand at the word before them, quotes around theirs.

    After a French word that has lost its last letter the next one follows its apostrophe: l'eau, qu'il.
    """
    text, glued, inside, before = "", True, False, ""
    for token in tokens:
        closing = token == '"' and inside
        if not glued and token not in _NO_SPACE_BEFORE and not closing:
            text += " "
        text += token
        elided = token == "'" and before in _ELIDED
        glued = token in _NO_SPACE_AFTER or (token == '"' and not closing) or elided
        inside ^= token == '"'
        before = token
    return text


def frequent_words(sentences: Iterable[Sequence[str]], at_least: int = 2) -> list[str]:
    """The words that occur `at_least` times, most frequent first, equally frequent ones alphabetically."""
    counts = Counter(word for sentence in sentences for word in sentence)
    kept = (word for word, count in counts.items() if count >= at_least)
    return sorted(kept, key=lambda word: (-counts[word], word))
