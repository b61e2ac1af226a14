"""One letter, one meaning: the formulas of all chapters are compared with the list of symbols in chapter 00."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from notebook_rules import source
from seqlearn.course.chapters import read_notebook, stored
from seqlearn.course.symbols import FIRST, FIRST_NAMES, SYMBOLS, numbers, table

OPERATORS = set("""alpha beta gamma delta theta lambda mu nu pi rho sigma tau omega varphi varepsilon ell nabla odot
mathbb bar hat tilde""".split())
ACCENTS = "bar|hat|tilde|mathbb"
WORDS = r"\\(?:text|mathrm|operatorname|textbf|mathtt|texttt|mathit|tag)\*?\s*\{(?:[^{}]|\{[^{}]*\})*\}"


def formulas(path: Path) -> list[str]:
    """Everything between dollar signs in the chapter's text."""
    found = []
    for cell in read_notebook(path)["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"```.*?```|`[^`\n]*`", "", source(cell), flags=re.DOTALL)
            between = re.finditer(r"\$\$(.+?)\$\$|(?<!\\)\$([^$]+?)\$", text, re.DOTALL)
            found += [match[1] or match[2] for match in between]
    return found


def letters(formula: str) -> list[str]:
    """The symbols of a formula, as `Symbol.forms` writes them: x_t, W_xn, \\rho, \\barh_i, dW_x, e^.

    An index belongs to its letter and is none of its own; an exponent is read like the rest.
    """
    text = re.sub(r"\\begin\{\w+\}|\\end\{\w+\}", " ", re.sub(WORDS, " ", formula))
    text = re.sub(rf"\\({ACCENTS})\s*\{{?\s*([A-Za-z])\s*\}}?", r"\\\1\2", text)
    found = []
    sub = r"(?:_(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\[a-z]+|[A-Za-z0-9])))?"
    letter = rf"(\\(?:{ACCENTS})[A-Za-z](?![a-z])|\\[A-Za-z]+|d[A-Za-z]|[A-Za-z])"
    for match in re.finditer(rf"{letter}{sub}(\^)?", text):
        name, index = match[1], re.sub(r"[{}\s]", "", match[2] or match[3] or "")
        if name.startswith("\\") and not re.match(rf"\\({ACCENTS})", name) and name[1:] not in OPERATORS:
            continue
        if name == "e" and match[4] and not index:
            found.append("e^")
        else:
            found.append(name + (f"_{index}" if index else ""))
    return found


def rows_for(letter: str, chapter: str) -> list:
    return [symbol for symbol in SYMBOLS if chapter in numbers(symbol.chapters) and re.fullmatch(symbol.forms, letter)]


def used(path: Path) -> dict[str, str]:
    """Letter → the first formula that has it."""
    found: dict[str, str] = {}
    for formula in formulas(path):
        for letter in letters(formula):
            found.setdefault(letter, formula)
    return found


@pytest.mark.parametrize("formula, expected", [
    ("h_t = f(x_t W_x + h_{t-1} W_h)", ["h_t", "f", "x_t", "W_x", "h_t-1", "W_h"]),
    (r"\partial L/\partial w \cdot e^{-a}", ["L", "w", "e^", "a"]),
    (r"dW_x = \sum_t x_t^\top da_t", ["dW_x", "x_t", "da_t"]),
    (r"\mathrm{softmax}(\bar{h}_i) + \alpha_{ij}", [r"\barh_i", r"\alpha_ij"]),
    (r"\hat x_{t+k} - \tilde{s}_i \cdot e^{\nu}", [r"\hatx_t+k", r"\tildes_i", "e^", r"\nu"]),
    (r"s_{\max} \, \rho", [r"s_\max", r"\rho"]),
    (r"W_{xn}\, \mathbb{E}[\text{all that}]", ["W_xn", r"\mathbbE"]),
])
def test_letters_of_a_formula(formula, expected):
    assert letters(formula) == expected


@pytest.mark.parametrize("path", stored(), ids=lambda path: path.stem)
def test_every_letter_of_a_chapter_has_one_meaning_and_it_is_in_the_list(path):
    number, wrong = path.name[:2], []
    for letter, formula in used(path).items():
        rows = rows_for(letter, number)
        if len(rows) != 1:
            meanings = "; ".join(row.meaning for row in rows) or "it is not in the list for this chapter"
            wrong.append(f"{letter} in ${' '.join(formula.split())[:60]}$: {meanings}")
    assert wrong == [], "write the letter of seqlearn/course/symbols.py, or add a row there:\n" + "\n".join(wrong)


def test_every_symbol_is_used_somewhere_or_is_to_be():
    every = defaultdict(set)
    for path in stored():
        for letter in used(path):
            every[path.name[:2]].add(letter)
    planned = {r"\ell", r"\bar h_i", r"\alpha_{ij}", "S", "T"}
    unused = [symbol.tex for symbol in SYMBOLS if symbol.tex not in planned and not any(
        re.fullmatch(symbol.forms, letter) for number in numbers(symbol.chapters) for letter in every[number])]
    assert unused == []


def test_the_first_table_is_short_and_the_whole_one_folded():
    assert len(FIRST) == len(FIRST_NAMES) and "<details>" not in table(FIRST)
    whole = table()
    assert whole.startswith("<details>") and all(f"${symbol.tex}$" in whole for symbol in SYMBOLS)
    for row in whole.splitlines()[2:-2]:
        assert len(re.findall(r"(?<!\\)\|", row)) == 6, row
