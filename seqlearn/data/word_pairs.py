"""The smallest task of sequence to sequence: six words and what to say to each, padded to one length by a letter.

    pairs = word_pairs()
    pairs.train                            # [("man··", "women"), ("black", "white"), …, ("high·", "low··")]
    fill("highh"), fill("up")              # "highh", "up···"
"""

from seqlearn.data.pairs import Pairs, Symbols

WORDS = (("man", "women"), ("black", "white"), ("king", "queen"), ("girl", "boy"), ("up", "down"), ("high", "low"))
LENGTH = 5
FILLER = "·"  # a letter like any other for the model: it reads it, and it has to write it


def fill(word: str) -> str:
    """The word, filled up to five letters. Raises ValueError when it is longer."""
    if len(word) > LENGTH:
        raise ValueError(f"word must have at most {LENGTH} letters, got {word!r}")
    return word.ljust(LENGTH, FILLER)


def word_pairs() -> Pairs:
    """Six pairs of words, all of them filled up to five letters; there are no others to test with.

    The pairs are those of a well-known tutorial (T. H. Jung, "nlp-tutorial", 2019).
    """
    letters = Symbols("abcdefghijklmnopqrstuvwxyz" + FILLER)
    return Pairs("word pairs", letters, letters, train=[(fill(word), fill(answer)) for word, answer in WORDS], test=())
