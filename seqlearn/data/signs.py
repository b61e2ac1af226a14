"""A script whose signs do not say how they sound, and words of it read aloud: signs → letters → sound. NumPy only.

    dictionary = signs_to_letters(3000, 500)       # ("17", "4") → ("l", "u", "n", "o"): no recordings needed
    recordings = signs_to_sound(300, 500)          # ("17", "4") → frames (S, 8)
    spelled(("17", "4"))                           # the letters, by the rule

Each of 105 signs stands for one of 35 syllables, three signs for each. In a word every syllable but the last changes
its vowel, a → e → i → o → u → a, as most tones change in Hokkien when another syllable follows.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from seqlearn.data import tones
from seqlearn.data.pairs import Pairs, Symbols
from seqlearn.data.speech import FramePairs, spoken

SYLLABLES = ["".join(pair) for pair in product(tones.CONSONANTS, tones.VOWELS)]
SIGNS = tuple(str(number) for number in range(3 * len(SYLLABLES)))
SOUNDS = {sign: SYLLABLES[place % len(SYLLABLES)]
          for sign, place in zip(SIGNS, np.random.default_rng(0).permutation(len(SIGNS)), strict=True)}
NEXT_VOWEL = dict(zip(tones.VOWELS, tones.VOWELS[1:] + tones.VOWELS[0], strict=True))


def spelled(signs: Sequence[str]) -> tuple[str, ...]:
    """The letters of a word as it is said: all vowels but the last move one place on."""
    *before, last = [SOUNDS[sign] for sign in signs]
    return tuple("".join([syllable[0] + NEXT_VOWEL[syllable[1]] for syllable in before] + [last]))


def words_in_signs(count: int, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Distinct words of two or three signs."""
    words: dict[tuple[str, ...], None] = {}
    while len(words) < count:
        words[tuple(SIGNS[n] for n in rng.integers(len(SIGNS), size=rng.integers(2, 4)))] = None
    return list(words)


def signs_to_letters(train_size: int, test_size: int, *, seed: int = 0) -> Pairs:
    """A dictionary: signs → letters. With one seed the test words are those of `signs_to_sound`, and its training words
    are the first of these."""
    test, train = _parts(train_size, test_size, seed)
    return Pairs("reading", Symbols(SIGNS), Symbols(tones.LETTERS),
                 [(word, spelled(word)) for word in train], [(word, spelled(word)) for word in test])


def signs_to_sound(train_size: int, test_size: int, *, seed: int = 0) -> FramePairs:
    """Recordings: signs → clean frames."""
    test, train = _parts(train_size, test_size, seed)
    return FramePairs("reading aloud", Symbols(SIGNS), None,
                      [(word, spoken("".join(spelled(word)))) for word in train],
                      [(word, spoken("".join(spelled(word)))) for word in test])


def letters_to_sound(train_size: int, test_size: int, *, seed: int = 0) -> FramePairs:
    """The same recordings, with the letters in place of the signs."""
    test, train = _parts(train_size, test_size, seed)
    return FramePairs("speaking", Symbols(tones.LETTERS), None,
                      [(spelled(word), spoken("".join(spelled(word)))) for word in train],
                      [(spelled(word), spoken("".join(spelled(word)))) for word in test])


def _parts(train_size: int, test_size: int, seed: int) -> tuple[list, list]:
    """Test words first, so that a larger training part leaves them as they are."""
    if train_size < 1 or test_size < 1:
        raise ValueError(f"train_size and test_size must be at least 1, got {train_size} and {test_size}")
    words = words_in_signs(test_size + train_size, np.random.default_rng(seed))
    return words[:test_size], words[test_size:]
