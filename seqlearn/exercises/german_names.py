"""Exercise 12.4: the German name of a number, by rule."""

from seqlearn.data.number_names import GERMAN_ONES, GERMAN_TENS
from seqlearn.grading import Exercise, Mistake

# 12.4 German number names -----------------------------------------------------------------------------------------


def german_reference(number, ones, tens):
    """The German name of a number from 0 to 999,999, as one word.

    ones: the names of 0 to 19, "null", "eins", "zwei", …, "neunzehn"; tens: "zwanzig", "dreißig", …, "neunzig".
    21 is "einundzwanzig", 100 "einhundert", 101 "einhunderteins", 1,000 "eintausend", 21,000
    "einundzwanzigtausend", 101,000 "einhunderteintausend".
    """
    def inside(n):  # a part that something follows: eins is ein
        return german_reference(n, ones, tens).removesuffix("s") if n % 100 == 1 else german_reference(n, ones, tens)

    if number < 20:
        return ones[number]
    if number < 100:
        unit = number % 10
        return (inside(unit) + "und" if unit else "") + tens[number // 10 - 2]
    size, name = (1000, "tausend") if number >= 1000 else (100, "hundert")
    rest = number % size
    return inside(number // size) + name + (german_reference(rest, ones, tens) if rest else "")


def _ein_for_every_eins(number, ones, tens):
    name = german_reference(number, ones, tens)
    return name if number < 20 else name.replace("eins", "ein")


def _numbers(rng):
    fixed = [0, 1, 7, 11, 16, 17, 20, 21, 30, 42, 71, 100, 101, 111, 121, 200, 666, 999, 1000, 1001, 1100, 6000, 11_000,
             21_000, 56_000, 100_000, 101_000, 111_111, 121_121, 999_999]
    drawn = [int(n) for n in rng.integers(2, 999_999, 15)]
    return [(n, list(GERMAN_ONES), list(GERMAN_TENS)) for n in fixed + drawn]


german_name = Exercise(
    id="12.4",
    title="A translator without training",
    stars=3,
    reference=german_reference,
    cases=_numbers,
    mistakes=[
        Mistake("eins inside a word",
                [{'.removesuffix("s") if n % 100 == 1': " if n % 100 == 1"}, {"inside(unit)": "ones[unit]",
                "inside(number // size)":
                    "(german_reference(number // size, ones, tens) if size == 1000 else inside(number // size))"},
                {"inside(unit)": "ones[unit]",
                "inside(number // size)":
                    "(german_reference(number // size, ones, tens) if size == 100 else inside(number // size))"},
                {"inside(number // size)": "german_reference(number // size, ones, tens)"}],
                "A one that something follows is “ein”: einundzwanzig, einhundert, eintausend. It is “eins” at the "
                "end only."),
        Mistake("eins before und", {"inside(unit)": "ones[unit]"},
                "21 is einundzwanzig: before “und” a one is “ein”."),
        Mistake("eins before tausend",
                [{"inside(number // size)":
                    "(german_reference(number // size, ones, tens) if size == 1000 else inside(number // size))"},
                {"inside(number // size)":
                    "(german_reference(number // size, ones, tens) if size == 1000 and number >= 2000 else "
                    "inside(number // size))"}],
                "1,000 is eintausend and 101,000 einhunderteintausend: before “tausend” a one is “ein”."),
        Mistake("sechs cut as well",
                [{"if n % 100 == 1 else german_reference(n, ones, tens)": "if n else ''"},
                {"inside(number // size)":
                    '(inside(number // size).removesuffix("s") if size == 1000 else inside(number // size))'},
                {"inside(number // size)":
                    '(inside(number // size).removesuffix("s") if size == 100 else inside(number // size))'}],
                "Before “und”, “hundert” and “tausend” only eins loses its s. “sechs” keeps it: 600 is sechshundert, "
                "6,000 sechstausend."),
        Mistake("ein at the end",
                [{"return ones[number]": "return ones[number].removesuffix('s') if number == 1 else ones[number]"},
                _ein_for_every_eins],
                "At the end of a word a one is “eins”: 101 is einhunderteins."),
        Mistake("tens before units",
                [{'(inside(unit) + "und" if unit else "") +': "",
                "tens[number // 10 - 2]": 'tens[number // 10 - 2] + ("und" + ones[unit] if unit else "")'},
                {'(inside(unit) + "und" if unit else "") +': "",
                "tens[number // 10 - 2]": 'tens[number // 10 - 2] + ("und" + inside(unit) if unit else "")'},
                {'(inside(unit) + "und" if unit else "") +': "",
                "tens[number // 10 - 2]": 'tens[number // 10 - 2] + (ones[unit] if unit else "")'},
                {"n % 100 == 1": "n % 10 == 1 and n % 100 != 11", '(inside(unit) + "und" if unit else "") +': "",
                "tens[number // 10 - 2]": 'tens[number // 10 - 2] + ("und" + ones[unit] if unit else "")'}],
                "German says the units first: 42 is zweiundvierzig, two-and-forty."),
        Mistake("und forgotten", [{'"und"': '""'}, {'inside(unit) + "und"': "ones[unit]"}],
                "Between units and tens stands “und”: 42 is zweiundvierzig."),
        Mistake("hundert without ein",
                [{"return inside(number // size) + name":
                    'return (inside(number // size) if number >= 2 * size else "") + name'},
                {"return inside(number // size) + name":
                    'return (inside(number // size) if number >= 2 * size or size == 1000 else "") + name'},
                {"return inside(number // size) + name":
                    'return (inside(number // size) if number >= 2 * size or size == 100 else "") + name'}],
                "“hundert” and “tausend” alone are good German, too, but here 100 is asked for as “einhundert” and "
                "1,000 as “eintausend”."),
        Mistake("null at the end",
                [{'if rest else ""': ""}, {'if rest else ""': 'if rest or size == 1000 else ""'},
                {'if rest else ""': 'if rest or size == 100 else ""'}],
                "A rest of 0 is not said: 100 is einhundert, not einhundertnull."),
        Mistake("null before tens", {' if unit else ""': ""},
                "A unit of 0 is not said: 30 is dreißig, not nullunddreißig."),
        Mistake("spaces",
                [{"return inside(number // size) + name":
                    'return inside(number // size) + " " + name + (" " if rest else "")',
                'inside(unit) + "und"': 'inside(unit) + " und "'},
                {"return inside(number // size) + name":
                    'return inside(number // size) + " " + name + (" " if rest else "")'},
                {'"tausend"': '" tausend "'}, {'"tausend"': '" tausend"'}, {'"tausend"': '"tausend "'},
                {"return inside(number // size) + name":
                    'return inside(number // size) + name + (" " if rest else "")'}],
                "A number below a million is one word in German: join the parts with nothing between them."),
        Mistake("eins before hundert",
                {"inside(number // size)":
                    "(german_reference(number // size, ones, tens) if size == 100 else inside(number // size))"},
                "100 is einhundert: before “hundert” a one is “ein”."),
        Mistake("und after hundert",
                [{"return inside(number // size) + name":
                    'return inside(number // size) + name + ("und" if size == 100 and rest else "")'},
                {"return inside(number // size) + name":
                    'return inside(number // size) + name + ("und" if rest else "")'},
                {"return inside(number // size) + name":
                    'return inside(number // size) + name + ("und" if size == 1000 and 0 < rest < 100 else "")'},
                {"return inside(number // size) + name":
                    'return inside(number // size) + name + ("und" if 0 < rest < 100 else "")'},
                {"return inside(number // size) + name":
                    'return inside(number // size) + name + ("und" if 0 < rest < 13 else "")'}],
                "Here nothing is put in after “hundert” and “tausend”: 101 is asked for as einhunderteins, and “und” "
                "stands between units and tens alone."),
        Mistake("0 left out", {"return ones[number]": "return ones[number] if number else ''"},
                "0 has a name of its own when it is the whole number: “null”."),
    ],
    hints=[
        "Begin with the numbers below 100: below 20 they stand in `ones`; from 20 on units, “und”, tens.",
        "Then let the function call itself: name of number // 100, “hundert”, name of the rest if there is one. The "
        "same with 1000 and “tausend”.",
        "A name that ends with “eins” loses its s when “und”, “hundert” or “tausend” follows. It does when the number "
        "is 1 or ends with 01 (not with 11).",
    ],
    explanation="A dozen lines, right a million times, with no example. Rules that are known need not be learned.",
)
