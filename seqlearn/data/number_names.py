"""Number names, English to German: the same number, in another order and in one long word.

    pairs = number_names(2000, 500, seed=0)
    english(42), german(42)           # (("forty", "two"), ("zwei", "und", "vierzig"))
    join(("zwei", "und", "vierzig"))  # "zweiundvierzig"

English goes from the large to the small: forty-two. German says the units before the tens, two-and-forty, and writes a
number below a million as one word. The target tokens are the parts of that word (its morphemes), so that a token of the
source has its own token in the target and a model can learn to look for it. English is cut at spaces and hyphens and
has no "and": "one hundred one".
"""

from collections.abc import Iterable

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols

ENGLISH_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
GERMAN_ONES = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf",
               "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn")
GERMAN_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
LARGEST = 999_999


def english(number: int) -> tuple[str, ...]:
    """The words of the English name: 121 → ("one", "hundred", "twenty", "one"). Raises ValueError outside 0…999,999."""
    _check_number(number)
    thousands, rest = divmod(number, 1000)
    words = (*_english_below_1000(thousands), "thousand") if thousands else ()
    return words + _english_below_1000(rest) if rest or not thousands else words


def _english_below_1000(number: int) -> tuple[str, ...]:
    hundreds, rest = divmod(number, 100)
    words = (ENGLISH_ONES[hundreds], "hundred") if hundreds else ()
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words += (ENGLISH_TENS[tens - 2],) + ((ENGLISH_ONES[ones],) if ones else ())
    elif rest or not hundreds:
        words += (ENGLISH_ONES[rest],)
    return words


def german(number: int) -> tuple[str, ...]:
    """The parts of the German name: 121 → ("ein", "hundert", "ein", "und", "zwanzig"). ValueError outside 0…999,999.

    A one is "eins" at the very end and "ein" before anything else: 101 is einhunderteins, 101,000 einhunderteintausend.
    """
    _check_number(number)
    thousands, rest = divmod(number, 1000)
    parts = (*_german_below_1000(thousands), "tausend") if thousands else ()
    parts += _german_below_1000(rest) if rest or not thousands else ()
    return tuple("ein" if part == "eins" and after else part
                 for part, after in zip(parts, (*parts[1:], None), strict=True))


def _german_below_1000(number: int) -> tuple[str, ...]:
    hundreds, rest = divmod(number, 100)
    parts = (GERMAN_ONES[hundreds], "hundert") if hundreds else ()
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts += ((GERMAN_ONES[ones], "und") if ones else ()) + (GERMAN_TENS[tens - 2],)
    elif rest or not hundreds:
        parts += (GERMAN_ONES[rest],)
    return parts


def join(parts: Iterable[str]) -> str:
    """The written German word: its parts, with nothing between them."""
    return "".join(parts)


def _check_number(number: int) -> None:
    if not 0 <= number <= LARGEST:
        raise ValueError(f"number must be between 0 and {LARGEST:,}, got {number}")


def number_names(train_size: int, test_size: int, *, limit: int = 1_000_000, seed: int = 0) -> Pairs:
    """English number names and the parts of their German names, of distinct numbers below `limit`.

    Every count of digits is drawn equally often, as long as there are such numbers left: of numbers drawn evenly below
    a million, nine in ten would have six digits. Zero is always in the training part, as its word occurs nowhere else.
    Raises ValueError when `limit` is not between 100 and 1,000,000 or leaves too few numbers for both parts.
    """
    if not 100 <= limit <= LARGEST + 1:
        raise ValueError(f"limit must be between 100 and {LARGEST + 1:,}, got {limit}")
    for name, size in (("train_size", train_size), ("test_size", test_size)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    if train_size + test_size > limit:
        raise ValueError(f"train_size + test_size must be at most limit = {limit:,}, got {train_size + test_size:,}")
    rng = np.random.default_rng(seed)
    digits = np.char.str_len(np.arange(1, limit).astype(str))
    share = 1 / np.bincount(digits)[digits]
    drawn = rng.choice(np.arange(1, limit), train_size + test_size - 1, replace=False, p=share / share.sum())
    drawn = rng.permutation(drawn)  # the early draws are shorter numbers
    examples = [(english(int(number)), german(int(number))) for number in drawn]
    train = [(english(0), german(0)), *examples[: train_size - 1]]
    return Pairs("English number names to German", _symbols(ENGLISH_ONES, ENGLISH_TENS, ("hundred", "thousand")),
                 _symbols(GERMAN_ONES, GERMAN_TENS, ("ein", "und", "hundert", "tausend")),
                 train, examples[train_size - 1 :])


def _symbols(*groups: tuple[str, ...]) -> Symbols:
    return Symbols([token for group in groups for token in group])
