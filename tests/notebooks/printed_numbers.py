"""Compare what a cell prints with what is stored, numbers as numbers. Standard library only.

`differences(expected, got)` goes through two texts line by line. The words must be the same; how many blanks part them
does not count, because a number that gets longer moves its column. The numbers are compared one by one:

- An integer must be the same. So must a version, a date, an exercise's 05.1, and what is part of a word: h_0, conv2d.
- A decimal number may differ by two units of its last printed digit: 0.50 by 0.02, 1.3e-10 by 0.2e-10. Where one of the
  two shows more digits, as NumPy's arrays do, those count: 1. and 0.9999 may differ by 0.0002.
- `rtol` and `atol` allow more, atol + rtol·|expected| as in NumPy, for decimal numbers and for percentages (62 %).
"""

import copy
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

UNITS = 2
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
TOKEN = re.compile(r"""
    (?<! [\w.\#] )                            # not within a word, a decimal number, a colour #1f77b4
    (?: (?P<word> [0-9]+ (?: \.[0-9]+ ){2,}   # a version: 2.13.0
                | 0[0-9]+ (?: \.[0-9]+ )? )   # leading zeros: exercise 05.1, the last part of 2016-11-05
      | (?P<number>
            (?: (?<! [)\]}%] ) [-+−] )?       # a sign, but not in f(x)-1
            (?P<digits> [0-9]{1,3} (?: ,[0-9]{3} )+ (?! [0-9] ) | [0-9]+ | (?= \.[0-9] ) )
            (?P<point> \. (?: (?P<decimals> [0-9]+ )
                            | (?= [eE][-+]?[0-9] | \s* [-\[\]),0-9] ) ) )?   # NumPy's 1., and no full stop
            (?: [eE] (?P<exponent> [-+]?[0-9]{1,4} )
              | [ ]? [·×⋅] [ ]? 10 (?P<power> [⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4} ) )?
            (?P<percent> (?= (?: \s | &nbsp; )? % ) )? ) )""", re.VERBOSE)
PICTURE = re.compile(r"(data:image/[\w.+-]+;base64,)[A-Za-z0-9+/=\s]+")  # pixels differ from machine to machine
SHOWN = 160  # characters of a line in a message


@dataclass(frozen=True)
class Number:
    """A number as it is printed. `unit` is the worth of its last digit; 0 in NumPy's 1., which is exactly 1."""

    text: str
    value: Decimal
    unit: Decimal
    integer: bool
    percent: bool


def number(match: re.Match) -> Number:
    """The number that TOKEN found."""
    decimals = match["decimals"] or ""
    exponent = int((match["exponent"] or match["power"] or "0").translate(SUPERSCRIPTS)) - len(decimals)
    value = Decimal(f"{match['digits'].replace(',', '')}{decimals}e{exponent}")
    scaled = match["exponent"] or match["power"]
    return Number(
        text=match["number"],
        value=value.copy_negate() if match["number"][0] in "-−" else value,
        unit=Decimal(f"1e{exponent}") if decimals or scaled else Decimal(0),
        integer=not (match["point"] or scaled),
        percent=match["percent"] is not None,
    )


def tokens(line: str) -> Iterator[str | Number]:
    """Words and numbers in turn. The first and the last are words, and words may be empty."""
    end, words = 0, ""
    for match in TOKEN.finditer(line):
        words += line[end:match.start()]
        end = match.end()
        if match["word"]:
            words += match["word"]
        else:
            yield " ".join(words.split())
            yield number(match)
            words = ""
    yield " ".join((words + line[end:]).split())


def allowed(expected: Number, got: Number, rtol: float = 0, atol: float = 0) -> Decimal | None:
    """How far `got` may lie from `expected`; None when it must be the same."""
    stated = Decimal(str(atol)) + Decimal(str(rtol)) * abs(expected.value)
    if expected.integer or got.integer:
        return stated if stated and expected.percent and got.percent else None
    unit = min(expected.unit or got.unit, got.unit or expected.unit)
    return max(UNITS * unit, stated)


def number_difference(expected: Number, got: Number, rtol: float, atol: float) -> str | None:
    """What is wrong with `got`, or None."""
    limit = allowed(expected, got, rtol, atol)
    if limit is None:
        return None if expected.text == got.text else f"expected {expected.text}, got {got.text} (an integer)"
    apart = abs(expected.value - got.value)
    return None if apart <= limit else f"expected {expected.text}, got {got.text} ({apart:g} apart, {limit:g} allowed)"


def line_difference(expected: str, got: str, rtol: float, atol: float) -> str | None:
    """How two lines differ, or None."""
    if expected == got:
        return None
    old, new = list(tokens(expected)), list(tokens(got))
    if len(old) != len(new):
        return f"expected {count(len(old) // 2)}, got {len(new) // 2}"
    for before, after in zip(old[::2], new[::2]):
        if before != after:
            start = max(0, first_difference(before, after) - 20)
            return f"expected the words {before[start:start + 60]!r}, got {after[start:start + 60]!r}"
    found = [number_difference(before, after, rtol, atol) for before, after in zip(old[1::2], new[1::2])]
    return "; ".join(filter(None, found)) or None


def count(numbers: int) -> str:
    return f"{numbers} number" + "s" * (numbers != 1)


def differences(expected: str, got: str, *, rtol: float = 0, atol: float = 0) -> list[str]:
    """One message for each line that differs by more than is allowed; an empty list when the texts agree."""
    old, new = (PICTURE.sub(r"\1", text).rstrip().split("\n") for text in (expected, got))
    found = []
    if len(old) != len(new):
        found.append(f"expected {len(old)} lines, got {len(new)}")
    for place, (before, after) in enumerate(zip(old, new), start=1):
        if problem := line_difference(before, after, rtol, atol):
            start = max(0, first_difference(before, after) - SHOWN // 2)
            found.append(f"line {place}: {problem}\n    stored: {before.rstrip()[start:start + SHOWN]}\n"
                         f"    now:    {after.rstrip()[start:start + SHOWN]}")
    return found


def first_difference(a: str, b: str) -> int:
    """The first place where two texts differ."""
    return next((place for place, (one, other) in enumerate(zip(a, b)) if one != other), min(len(a), len(b)))


def texts(outputs: Iterable[dict]) -> Iterator[tuple[str, dict, str]]:
    """(kind, holder, key) of every text in a cell's outputs, so that holder[key] is the text."""
    for output in outputs:
        if output["output_type"] == "stream":
            yield output["name"], output, "text"
        for mime, text in output.get("data", {}).items():
            if isinstance(text, str) and mime.startswith("text/"):
                yield mime, output["data"], mime


def with_stored_texts(new: list[dict], stored: list[dict], **tolerances: float) -> tuple[list[dict], list[str]]:
    """A copy of `new` in which every text that agrees with the stored one is that text, and what the others lack."""
    new, found, places = copy.deepcopy(new), [], defaultdict(list)
    for kind, holder, key in texts(stored):
        places[kind].append(holder[key])
    for kind, holder, key in texts(new):
        if places[kind]:
            before = places[kind].pop(0)
            problems = differences(before, holder[key], **tolerances)
            found += [f"{kind}, {problem}" for problem in problems]
            if not problems:
                holder[key] = before
    return new, found
