"""Dates as people write them, and as a computer sorts them: "TUESDAY, SEPTEMBER 25, 1984" → "1984-09-25".

    pairs = dates(seed=0)
    pairs.train[0]                 # ("30. APRIL 2024", "2024-04-30"): the characters of both are the tokens

Every form can be read in one way only:

    with slashes     month/day/year, as in America        2/10/93, 02/10/1993
    with full stops  day.month.year, as in Europe         10.2.93, 10.02.1993
    year first       year/month/day, or eight digits      1993/2/10, 19930210
    with a name      the month is the name, a year has four digits or comes last

A year of two digits is 70 to 99 for 1970 to 1999, and 00 to 69 for 2000 to 2069. A weekday is always the right one.
"""

from datetime import date, timedelta

import numpy as np

from seqlearn.data.pairs import Pairs, Symbols

FIRST, LAST = date(1970, 1, 1), date(2069, 12, 31)  # a century, so that two digits are enough
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")
SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sept", "oct", "nov", "dec")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FORMS = (
    "{month} {d}, {yyyy}",
    "{month} {d}{th}, {yyyy}",
    "{mon} {d}, {yyyy}",
    "{short} {d} '{yy}",
    "{weekday}, {month} {d}, {yyyy}",
    "{wday} {mon} {d}, {yyyy}",
    "{d} {month} {yyyy}",
    "{d} {mon} {yyyy}",
    "{d}. {month} {yyyy}",
    "{d}. {short} {yyyy}",
    "{d}{th} of {month} {yyyy}",
    "{weekday}, {d} {month} {yyyy}",
    "{wday}, {d} {mon} {yy}",
    "{d}-{mon}-{yy}",
    "{yyyy} {month} {d}",
    "{m}/{d}/{yy}",
    "{mm}/{dd}/{yyyy}",
    "{d}.{m}.{yy}",
    "{dd}.{mm}.{yyyy}",
    "{yyyy}/{m}/{d}",
    "{yyyy}{mm}{dd}",
)
CASES = (str.lower, str.capitalize, str.upper)  # a name in small letters, Capitalised, in CAPITALS
SOURCE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,./-'"
TARGET = "0123456789-"
LONGEST = 29  # "Wednesday, September 27, 1995"
TEST_SHARE = 0.1  # of the days


def write(day: date, form: str, case=str.lower) -> str:
    """The day in a form of FORMS, its names in a case of CASES."""
    month, weekday = case(MONTHS[day.month - 1]), case(WEEKDAYS[day.weekday()])
    th = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0, "th")
    text = form.format(
        month=month, mon=month[:3], short=case(SHORT[day.month - 1]), weekday=weekday, wday=weekday[:3],
        d=day.day, dd=f"{day.day:02d}", th=th, m=day.month, mm=f"{day.month:02d}", yyyy=day.year,
        yy=f"{day.year % 100:02d}",
    )
    return text.upper() if case is str.upper else text


def dates(train_size: int = 45_000, test_size: int = 5_000, *, seed: int = 0) -> Pairs:
    """Pairs of a written date and YYYY-MM-DD; tokens are characters.

    All inputs differ. The days themselves are divided, too: a tenth of the century's days is kept for the test, so no
    day of the test occurs in the training part in any form. Day, form and case are drawn uniformly.
    Raises ValueError for sizes below 1 or above what the forms hold with ease (400,000 and 40,000).
    """
    for name, size, most in (("train_size", train_size, 400_000), ("test_size", test_size, 40_000)):
        if not 1 <= size <= most:
            raise ValueError(f"{name} must be between 1 and {most:,}, got {size}")
    rng = np.random.default_rng(seed)
    days = rng.permutation((LAST - FIRST).days + 1)
    held = round(TEST_SHARE * len(days))
    train, test = _draw(days[held:], train_size, rng), _draw(days[:held], test_size, rng)
    return Pairs("dates", Symbols(SOURCE), Symbols(TARGET), train, test)


def _draw(days: np.ndarray, size: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    while len(found) < size:
        choices = zip(rng.choice(days, size), rng.integers(len(FORMS), size=size), rng.integers(len(CASES), size=size),
                      strict=True)
        for number, form, case in choices:
            day = FIRST + timedelta(days=int(number))
            text = write(day, FORMS[form], CASES[case])
            if len(found) < size:
                found[text] = day.isoformat()
    return list(found.items())
