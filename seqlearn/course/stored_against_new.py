"""Compare the stored result of a long run with a new one, within the tolerance that its script states.

    TOLERANCE = {"*": 0.05, "errors": [0.2, 0.01], "solved_at": 0.3, "example": None}     # in a script

By the innermost name on the way to a value: how far a number may lie from the stored one as a share of it, or that and
a distance that is always allowed, or None where the value is shown and not compared. "*" stands for all other decimal
numbers; left out, it is a twentieth. Integers, texts and the rest must be equal where no name of theirs is given.
Times, versions and processors are never compared.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

A_TWENTIETH = 0.05
NOT_COMPARED = re.compile(r"seconds|minutes|ms_per_step|versions|processor|signature")
ABSENT = object()


@dataclass
class Verdict:
    """What became of one file: how many values are equal, within the tolerance, outside, and shown only."""

    name: str
    equal: int = 0
    within: int = 0
    outside: int = 0
    shown: list[str] = field(default_factory=list)  # of the values that are not compared those that differ
    shown_equal: int = 0
    largest: float = 0.0
    where: str = ""
    note: str = ""

    @property
    def good(self) -> bool:
        return not self.outside and not self.note

    @property
    def compared(self) -> int:
        return self.equal + self.within + self.outside

    def differs(self, by: float, way: tuple) -> None:
        if by > self.largest:
            self.largest, self.where = by, "/".join(map(str, way))


def compare_files(stored: Path, new: Path, tolerance: dict[str, Any]) -> Verdict:
    """The verdict on a file of JSON, or of weights, of which names, shapes and the size of the numbers are compared."""
    for path, problem in ((stored, "nothing is stored to compare with"), (new, "the script did not write it")):
        if not path.is_file():
            return Verdict(stored.name, note=problem)
    read = weights_as_json if stored.suffix == ".safetensors" else lambda path: json.loads(path.read_text("utf-8"))
    return compare(read(stored), read(new), tolerance, stored.name)


def weights_as_json(path: Path) -> dict:
    """The settings, and of each tensor the type, the shape and the root mean square.

    Single weights are no result: after some thousand updates, the last digits of another machine have led elsewhere.
    """
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        found: dict[str, Any] = dict(file.metadata() or {})
        for name in file.keys():  # noqa: SIM118 - it is no dict
            tensor = file.get_tensor(name)
            size = float(np.sqrt(np.mean(np.square(tensor, dtype=np.float64)))) if tensor.size else 0.0
            found[name] = {"type": str(tensor.dtype), "shape": list(tensor.shape), "root mean square": size}
    return found


def compare(stored: Any, new: Any, tolerance: dict[str, Any], name: str = "") -> Verdict:
    """The verdict on two values as JSON gives them."""
    verdict = Verdict(name)
    for way, one, other in pairs(stored, new, ()):
        named, allowed = allowance(way, tolerance)
        if allowed is None:
            if same(one, other):
                verdict.shown_equal += 1
            else:
                verdict.shown.append(f"{'/'.join(map(str, way))} {text(one)} → {text(other)}")
        elif same(one, other):
            verdict.equal += 1
        else:
            by = distance(one, other)
            share, always = allowed if isinstance(allowed, list | tuple) else (allowed, 0.0)
            decimal = named or isinstance(one, float) or isinstance(other, float)
            close = decimal and finite(one) and finite(other) and (by <= share or abs(one - other) <= always)
            verdict.within += close
            verdict.outside += not close
            verdict.differs(by, way)
    return verdict


def pairs(stored: Any, new: Any, way: tuple) -> Iterator[tuple[tuple, Any, Any]]:
    """Where each value stands, what is stored there and what is new; ABSENT where only the other has it."""
    if isinstance(stored, dict) and isinstance(new, dict):
        for key in [*stored, *(key for key in new if key not in stored)]:
            yield from pairs(stored.get(key, ABSENT), new.get(key, ABSENT), (*way, key))
    elif isinstance(stored, list) and isinstance(new, list):
        for number in range(max(len(stored), len(new))):
            both = (side[number] if number < len(side) else ABSENT for side in (stored, new))
            yield from pairs(*both, (*way, number))
    else:
        yield way, stored, new


def allowance(way: tuple, tolerance: dict[str, Any]) -> tuple[bool, Any]:
    """Whether a name on the way stands in the tolerance, and what is allowed."""
    for key in reversed(way):
        if key in tolerance:
            return True, tolerance[key]
    if any(isinstance(key, str) and NOT_COMPARED.search(key) for key in way):
        return False, None
    return False, tolerance.get("*", A_TWENTIETH)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(one: Any, other: Any) -> bool:
    if is_number(one) and is_number(other):
        return one == other or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


def finite(value: Any) -> bool:
    return is_number(value) and math.isfinite(value)


def distance(one: Any, other: Any) -> float:
    """How far the new number is from the stored one, as a share of that; infinite where there is no such share."""
    return abs(other - one) / abs(one) if finite(one) and finite(other) and one else math.inf


def text(value: Any) -> str:
    return "absent" if value is ABSENT else json.dumps(value, ensure_ascii=False)[:40]


def table(verdicts: list[Verdict]) -> str:
    """A line for each file; below it what is not compared and differs."""
    rows = [("", "values", "equal", "within", "outside", "not compared", "largest difference")]
    for verdict in verdicts:
        if verdict.note:
            rows.append((verdict.name, verdict.note))
            continue
        largest = f"{verdict.largest:.2%} at {verdict.where}" if math.isfinite(verdict.largest) else verdict.where
        rows.append((verdict.name, *map(str, (verdict.compared, verdict.equal, verdict.within, verdict.outside,
                                               len(verdict.shown) + verdict.shown_equal)),
                     largest if verdict.where else "none"))
    widths = [max(len(row[column]) for row in rows if len(row) > 2) for column in range(6)]
    widths[0] = max(len(row[0]) for row in rows)
    lines = [f"{row[0]:{widths[0]}}  " + ("  ".join([*(f"{cell:>{width}}" for cell, width in zip(row[1:6], widths[1:])),
                                                    row[6]]) if len(row) > 2 else row[1]) for row in rows]
    seen = [f"{verdict.name}, not compared: " + "; ".join(verdict.shown[:4])
            + (f"; and {len(verdict.shown) - 4} more" if len(verdict.shown) > 4 else "")
            for verdict in verdicts if verdict.shown]
    return "\n".join(["stored against new", *lines, *([""] if seen else []), *seen])
