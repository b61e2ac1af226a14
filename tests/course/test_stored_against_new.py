"""Verdicts on made-up results: what is equal, within the tolerance, outside, and shown only."""

import json
import math

import numpy as np
import pytest

from seqlearn.course.stored_against_new import Verdict, compare, compare_files, table

NAN = math.nan


@pytest.mark.parametrize(("stored", "new", "tolerance", "counts"), [
    (1, 1, {}, (1, 0, 0)),
    (1, 2, {}, (0, 0, 1)),
    (1, 1.0, {}, (1, 0, 0)),
    (100, 104, {}, (0, 0, 1)),  # a count
    (1.0, 1.04, {}, (0, 1, 0)),
    (1.0, 0.94, {}, (0, 0, 1)),
    (1.0, 1.2, {"*": 0.2}, (0, 1, 0)),
    (0.0, 0.001, {}, (0, 0, 1)),
    (0.0, 0.001, {"*": [0.05, 0.002]}, (0, 1, 0)),
    (-1.0, 1.0, {}, (0, 0, 1)),
    (NAN, NAN, {}, (1, 0, 0)),
    (NAN, 1.0, {"*": [9, 9]}, (0, 0, 1)),
    (1.0, NAN, {"*": [9, 9]}, (0, 0, 1)),
    (math.inf, math.inf, {}, (1, 0, 0)),
    (math.inf, 1e300, {"*": [9, 9]}, (0, 0, 1)),
    (None, None, {}, (1, 0, 0)),
    (None, 1.0, {"*": [9, 9]}, (0, 0, 1)),
    (True, True, {}, (1, 0, 0)),
    (True, 1, {}, (0, 0, 1)),
    ("a", "a", {}, (1, 0, 0)),
    ("a", "b", {"*": [9, 9]}, (0, 0, 1)),
    ({"a": 1}, {}, {}, (0, 0, 1)),
    ({}, {"a": None}, {}, (0, 0, 1)),
    ([1, 2], [1], {}, (1, 0, 1)),
    ([1.0], {"0": 1.0}, {"*": [9, 9]}, (0, 0, 1)),
    ({"solved": [100, 200]}, {"solved": [104, 100]}, {"solved": 0.05}, (0, 1, 1)),  # a count with a tolerance
    ({"rates": {"0.1": {"loss": 1.0}}}, {"rates": {"0.1": {"loss": 1.2}}}, {"loss": 0.3, "rates": 0.1}, (0, 1, 0)),
    ({"a": {"b": 1.0}}, {"a": {"b": 2.0}}, {"a": None}, (0, 0, 0)),
    ({"minutes": 3, "versions": {"torch": "2"}, "second": 1}, {"minutes": 4, "versions": {}, "second": 2}, {},
     (0, 0, 1)),
    ({"minutes": 3}, {"minutes": 4}, {"minutes": 0.05}, (0, 0, 1)),  # unless a script says so
])
def test_verdicts(stored, new, tolerance, counts):
    verdict = compare(stored, new, tolerance)
    assert (verdict.equal, verdict.within, verdict.outside) == counts
    assert verdict.good == (not counts[2]) and verdict.compared == sum(counts)


def test_the_largest_difference_has_its_place():
    verdict = compare({"a": [1.0, 2.0, 4.0], "b": 1}, {"a": [1.01, 2.0, 3.9], "b": 1}, {})
    assert verdict.largest == pytest.approx(0.025) and verdict.where == "a/2"
    gone = compare({"a": 1.0, "b": 2.0}, {"a": 1.04}, {})
    assert gone.largest == math.inf and gone.where == "b"
    assert compare({"a": 1.0}, {"a": 1.0}, {}).where == ""


def test_times_are_shown_where_they_differ():
    verdict = compare({"minutes": 3, "seconds": [1.5, 2.5], "x": 1}, {"minutes": 4, "seconds": [1.5], "x": 1}, {})
    assert verdict.shown == ["minutes 3 → 4", "seconds/1 2.5 → absent"] and verdict.shown_equal == 1
    assert verdict.good and verdict.compared == 1


def test_the_table_has_a_line_for_each_file():
    bad = compare({"a": 1.0, "minutes": 1}, {"a": 2.0, "minutes": 2}, {}, "08_a.json")
    lines = table([bad, compare({"a": 1}, {"a": 1}, {}, "08_bb.json"), Verdict("08_c.py", note="stopped: why")])
    title, head, *rows, blank, shown = lines.splitlines()
    assert title == "stored against new" and head.split()[:2] == ["values", "equal"] and blank == ""
    assert rows[0].split() == ["08_a.json", "1", "0", "0", "1", "1", "100.00%", "at", "a"]
    assert rows[1].split() == ["08_bb.json", "1", "1", "0", "0", "0", "none"]
    assert rows[2] == "08_c.py     stopped: why" and shown == "08_a.json, not compared: minutes 1 → 2"


def test_of_weights_names_shapes_and_size_are_compared(tmp_path):
    save_file = pytest.importorskip("safetensors.numpy").save_file
    stored, new = tmp_path / "a.safetensors", tmp_path / "new.safetensors"
    rng, settings = np.random.default_rng(0), {"settings": json.dumps({"seed": 0})}
    weights = rng.standard_normal((20, 30)).astype(np.float32)
    save_file({"W": weights, "b": np.zeros(0, np.float16)}, stored, metadata=settings)

    def verdict(change, **more):
        save_file({"b": np.zeros(0, np.float16)} | change, new, metadata=settings | more)
        return compare_files(stored, new, {})

    assert verdict({"W": weights}).good and verdict({"W": weights}).within == 0
    assert verdict({"W": weights[::-1].copy() * 1.01}).good, "other numbers of the same size"
    assert not verdict({"W": 2 * weights}).good
    assert not verdict({"W": weights.T.copy()}).good
    assert not verdict({"V": weights}).good
    assert not verdict({"W": weights.astype(np.float64)}).good
    assert not verdict({"W": weights}, settings=json.dumps({"seed": 1})).good


def test_a_file_that_is_missing_on_either_side(tmp_path):
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    assert compare_files(tmp_path / "a.json", tmp_path / "b.json", {}).note == "the script did not write it"
    assert compare_files(tmp_path / "b.json", tmp_path / "a.json", {}).note == "nothing is stored to compare with"
