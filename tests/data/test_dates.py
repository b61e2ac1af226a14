"""Written dates: every form can be read in one way only, and the test has days of its own."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from seqlearn.data.dates import CASES, FIRST, FORMS, LAST, LONGEST, MONTHS, SOURCE, WEEKDAYS, dates, write

NAME = "|".join(MONTHS)
BEGINNINGS = {name[:3]: number for number, name in enumerate(MONTHS, 1)}


def full_year(text):
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= 70 else 2000)


def read(text):
    """Every day that a rule reads in the text; rules are worked out from the module's docstring, not from its forms."""
    text, found = text.lower(), set()
    for pattern, order in (
        (r"(\d{1,2})/(\d{1,2})/(\d\d|\d{4})", "mdy"), (r"(\d{1,2})\.(\d{1,2})\.(\d\d|\d{4})", "dmy"),
        (r"(\d{4})/(\d{1,2})/(\d{1,2})", "ymd"), (r"(\d{4})(\d\d)(\d\d)", "ymd"),
    ):
        match = re.fullmatch(pattern, text)
        if match:
            part = dict(zip(order, match.groups(), strict=True))
            found.add(date(full_year(part["y"]), int(part["m"]), int(part["d"])))
    words = re.findall(r"[a-z]+|\d+", text)
    months = [BEGINNINGS[word[:3]] for word in words if word[:3] in BEGINNINGS and "day" not in word]
    numbers = [word for word in words if word.isdigit()]
    if len(months) == 1 and len(numbers) == 2:
        year = next((word for word in numbers if len(word) == 4), numbers[-1])
        numbers.remove(year)
        found.add(date(full_year(year), months[0], int(numbers[0])))
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_every_form_can_be_read_in_one_way_only(form, case):
    for number in range(0, (LAST - FIRST).days + 1, 101):
        day = FIRST + timedelta(days=number)
        text = write(day, form, case)
        assert read(text) == {day}, text
        assert set(text) <= set(SOURCE) and len(text) <= LONGEST


def test_examples_by_hand():
    day = date(1984, 9, 25)
    assert write(day, FORMS[4], str.upper) == "TUESDAY, SEPTEMBER 25, 1984"
    assert write(date(1994, 9, 27), "{d}. {short} {yyyy}") == "27. sept 1994"
    assert write(date(1993, 2, 10), "{m}/{d}/{yy}") == "2/10/93"
    assert [write(date(2001, 5, d), "{d}{th}") for d in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st"]
    assert write(day, "{wday} {mon} {d}{th}", str.capitalize) == "Tue Sep 25th"


@pytest.mark.parametrize("seed", range(3))
def test_nothing_of_the_test_is_in_training(seed):
    pairs = dates(3000, 1000, seed=seed)
    inputs = [{source for source, _ in part} for part in (pairs.train, pairs.test)]
    answers = [{target for _, target in part} for part in (pairs.train, pairs.test)]
    assert [len(each) for each in inputs] == [3000, 1000]
    assert not inputs[0] & inputs[1] and not answers[0] & answers[1], "neither an input nor a day is in both"
    for source, target in pairs.train + pairs.test:
        assert {day.isoformat() for day in read(source)} == {target}
        weekday = [name for name in WEEKDAYS if re.match(name[:3], source.lower())]
        assert not weekday or weekday == [WEEKDAYS[date.fromisoformat(target).weekday()]]


def test_all_forms_and_cases_turn_up():
    pairs = dates(3000, 1000)
    shapes = {re.sub(r"\d+", "9", re.sub("[a-z]+", "a", re.sub("[A-Z]+", "A", source))) for source, _ in pairs.test}
    assert {"9/9/9", "9.9.9", "9", "9-a-9", "9. Aa 9", "A 9, 9", "a, a 9, 9", "Aa 9 '9", "9A A A 9"} <= shapes
    years = np.array([int(target[:4]) for _, target in pairs.train])
    assert years.min() < 1973 and years.max() > 2066


def test_tokens_are_characters_and_the_seed_decides():
    pairs = dates(50, 20, seed=1)
    assert pairs.source.decode(pairs.source.encode("27. Sept 1994")) == list("27. Sept 1994")
    assert pairs == pairs and dates(50, 20, seed=1).train == pairs.train != dates(50, 20, seed=2).train
    batch = pairs.batch(pairs.train)
    assert batch.targets.shape == (11, 50) and batch.source.min() >= 0 and 3 not in batch.source


@pytest.mark.parametrize("sizes", [(0, 10), (10, 0), (400_001, 10), (10, 40_001)])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="must be between 1 and"):
        dates(*sizes)
