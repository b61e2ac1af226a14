"""Tables for spreadsheets and for an LMS's import: CSV that opens with its letters, and runs nothing."""

import csv
from collections.abc import Iterable
from pathlib import Path

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: object) -> object:
    """A cell that a spreadsheet shows and does not compute: a student may be named =HYPERLINK(…)."""
    if isinstance(value, str):
        value = " ".join(value.split())
        if value.startswith(STARTS_A_FORMULA):
            return "'" + value
    return value


def write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    """Write rows as CSV in UTF-8, with the mark in front by which Excel knows it. Empty stands for None."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        csv.writer(file).writerows([["" if cell is None else harmless(cell) for cell in row] for row in rows])
