"""Number names: hand-picked hard cases, a parser that reads every name back, and parts that do not overlap."""

import re

import pytest

from seqlearn.data.number_names import (
    GERMAN_ONES,
    GERMAN_TENS,
    english,
    german,
    join,
    number_names,
)

CASES = {
    0: ("zero", "null"),
    1: ("one", "eins"),
    7: ("seven", "sieben"),
    11: ("eleven", "elf"),
    12: ("twelve", "zwölf"),
    16: ("sixteen", "sechzehn"),
    17: ("seventeen", "siebzehn"),
    20: ("twenty", "zwanzig"),
    21: ("twenty one", "einundzwanzig"),
    30: ("thirty", "dreißig"),
    42: ("forty two", "zweiundvierzig"),
    60: ("sixty", "sechzig"),
    71: ("seventy one", "einundsiebzig"),
    76: ("seventy six", "sechsundsiebzig"),
    100: ("one hundred", "einhundert"),
    101: ("one hundred one", "einhunderteins"),
    111: ("one hundred eleven", "einhundertelf"),
    121: ("one hundred twenty one", "einhunderteinundzwanzig"),
    1_000: ("one thousand", "eintausend"),
    1_001: ("one thousand one", "eintausendeins"),
    1_100: ("one thousand one hundred", "eintausendeinhundert"),
    1_916: ("one thousand nine hundred sixteen", "eintausendneunhundertsechzehn"),
    21_000: ("twenty one thousand", "einundzwanzigtausend"),
    100_000: ("one hundred thousand", "einhunderttausend"),
    101_000: ("one hundred one thousand", "einhunderteintausend"),
    101_101: ("one hundred one thousand one hundred one", "einhunderteintausendeinhunderteins"),
    217_030: ("two hundred seventeen thousand thirty", "zweihundertsiebzehntausenddreißig"),
    999_999: ("nine hundred ninety nine thousand nine hundred ninety nine",
              "neunhundertneunundneunzigtausendneunhundertneunundneunzig"),
}


@pytest.mark.parametrize("number", CASES)
def test_hard_cases(number):
    assert " ".join(english(number)) == CASES[number][0]
    assert join(german(number)) == CASES[number][1]


VALUES = ({name: value for value, name in enumerate(GERMAN_ONES)} | {"ein": 1}
          | {name: 20 + 10 * i for i, name in enumerate(GERMAN_TENS)})


def read_german(word: str) -> int:
    """A parser of the written word, which knows nothing of the module's parts."""
    before, thousand, after = word.rpartition("tausend")
    if thousand:
        return 1000 * read_german(before) + (read_german(after) if after else 0)
    before, hundred, after = word.rpartition("hundert")
    if hundred:
        return 100 * VALUES[before] + (read_german(after) if after else 0)
    units, und, tens = word.partition("und")
    return VALUES[units] + VALUES[tens] if und else VALUES[word]


def test_every_name_below_a_million_is_read_back():
    """All below 21,000, and a stride that meets every remainder afterwards."""
    for number in [*range(21_000), *range(21_000, 1_000_000, 997)]:
        word = join(german(number))
        assert read_german(word) == number, word
        assert "einsund" not in word and "einst" not in word and "einsh" not in word
        assert re.fullmatch("[a-zäöüß]+", word)


def test_no_two_numbers_share_a_name():
    numbers = [*range(2_000), *range(2_000, 1_000_000, 271)]
    assert len({english(number) for number in numbers}) == len(numbers)
    assert len({german(number) for number in numbers}) == len(numbers)


def test_parts_do_not_overlap_and_are_repeatable():
    pairs, again, other = (number_names(500, 200, seed=seed) for seed in (3, 3, 4))
    train, test = ({source for source, _ in part} for part in (pairs.train, pairs.test))
    assert len(train) == len(pairs.train) == 500 and len(test) == len(pairs.test) == 200
    assert not train & test
    assert pairs.train == again.train and pairs.test == again.test != other.test


def test_every_word_of_the_test_part_is_known():
    pairs = number_names(500, 200, limit=1000, seed=1)
    known = [{token for example in pairs.train for token in example[side]} for side in (0, 1)]
    for source, target in pairs.test:
        assert set(source) <= known[0] and set(target) <= known[1]


def test_all_lengths_occur():
    pairs = number_names(1500, 300, seed=0)
    numbers = [read_german(join(target)) for _, target in pairs.train]
    counts = [sum(len(str(number)) == digits for number in numbers) for digits in range(1, 7)]
    assert counts[0] >= 6 and min(counts[1:]) >= 60 and max(counts) < 600


@pytest.mark.parametrize(("arguments", "message"), [
    ({"limit": 99}, "limit must be between 100 and 1,000,000, got 99"),
    ({"limit": 1_000_001}, "limit must be between"),
    ({"train_size": 0}, "train_size must be at least 1, got 0"),
    ({"test_size": 0}, "test_size must be at least 1, got 0"),
    ({"train_size": 950, "limit": 1000}, r"train_size \+ test_size must be at most limit = 1,000, got 1,050"),
])
def test_what_cannot_be_had(arguments, message):
    with pytest.raises(ValueError, match=message):
        number_names(**{"train_size": 50, "test_size": 100} | arguments)
    for number in (-1, 1_000_000):
        with pytest.raises(ValueError, match="number must be between 0 and 999,999"):
            german(number)
