"""Who handed in what is read from the names that learning platforms give, and archives lead nowhere else."""

import csv
import io
import json
import os
import zipfile

import pytest

from class_of import CLIP, RESCALE, handed_in, write
from classroom import collect as collecting
from classroom.collect import collect, main
from classroom.spreadsheet import harmless, write_csv
from classroom.students import chapter_of, folder_name, origin

NOTEBOOK = "05_exploding_and_vanishing_gradients.ipynb"
ONE, TWO = handed_in("05", {"rescale": RESCALE}), handed_in("05", {"rescale": RESCALE, "clip": CLIP})


@pytest.mark.parametrize("path, name, id", [
    ("Anna Muster_12345_assignsubmission_file_/05.ipynb", "Anna Muster", "12345"),
    ("Anna Muster_12345_assignsubmission_file_05.ipynb", "Anna Muster", "12345"),
    ("O'Neil, Seán_7_assignsubmission_file_/work/05.ipynb", "O'Neil, Seán", "7"),
    ("musteranna_123_456_05-1.ipynb", "musteranna", "123"),
    ("musteranna_LATE_123_456_05.ipynb", "musteranna", "123"),
    ("musteranna_123_456_work.zip/work/05.ipynb", "musteranna", "123"),
    ("Anna Muster/05.ipynb", "Anna Muster", ""),
    ("Anna Muster/work/05.ipynb", "Anna Muster", ""),
    ("李小龙.zip/work/05.ipynb", "李小龙", ""),
    (f"{NOTEBOOK[:-6]}_anna.ipynb", "anna", ""),
    (f"anna_{NOTEBOOK}", "anna", ""),
    ("anna (1).ipynb", "anna", ""),
    ("=HYPERLINK(\"http:x\")/05.ipynb", "=HYPERLINK(\"http:x\")", ""),
    ("an\u202ena\x00/05.ipynb", "anna", ""),
])
def test_the_student_is_read_from_the_path(path, name, id):
    who = origin(tuple(path.replace("http:x", "http:x").split("/")))
    assert (who.name, who.id) == (name, id)


def test_one_name_in_two_ways_of_unicode_is_one_student():
    assert origin(("Jose\u0301", "05.ipynb")).key == origin(("JOSÉ", "05.ipynb")).key


@pytest.mark.parametrize("name, cells, chapter", [
    ("homework.ipynb", ["ch05.clip.check(clip)"], "05"), (NOTEBOOK, ["ch06.step.check(x)"], "06"), (NOTEBOOK, [], "05"),
    ("05 (1).ipynb", [], "05"), ("Untitled.ipynb", ["1 + 1"], None), ("99.ipynb", [], None), ("2026.ipynb", [], None),
])
def test_the_chapter_is_what_the_cells_say(name, cells, chapter):
    assert chapter_of(name, cells) == chapter


def by_student(folder):
    return {one.student: one for one in collect(folder)}


def test_the_later_one_counts_and_the_others_are_named(tmp_path):
    write(tmp_path / f"anna_1_10_{NOTEBOOK}", TWO)
    write(tmp_path / f"anna_1_11_{NOTEBOOK[:-6]}-1.ipynb", ONE)
    write(tmp_path / "ben/05.ipynb", ONE)
    write(tmp_path / "ben/05 (1).ipynb", TWO)
    for path in tmp_path.rglob("*.ipynb"):
        os.utime(path, (1e9, 1e9))
    found = by_student(tmp_path)
    assert found["anna"].source.endswith("-1.ipynb") and "10_05" in found["anna"].note
    assert found["ben"].source.endswith("(1).ipynb") and len(found) == 2


def test_a_notebook_with_work_in_it_counts_before_an_untouched_one(tmp_path):
    write(tmp_path / "anna" / NOTEBOOK, ONE)
    write(tmp_path / "anna" / (NOTEBOOK[:-6] + "_new.ipynb"), handed_in("05", {}))
    write(tmp_path / "ben" / "05.ipynb", ONE)
    assert by_student(tmp_path)["anna"].source.endswith(NOTEBOOK)


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_an_archive_of_archives_is_read(tmp_path):
    inner = zipped({f"work/{NOTEBOOK}": json.dumps(ONE), "work/.editions.json": "{}",
                     f"__MACOSX/work/._{NOTEBOOK}": "x"})
    path = write(tmp_path / "class.zip", zipped({"class/anna.zip": inner, "class/ben.zip": inner}))
    assert sorted(by_student(path)) == sorted(by_student(tmp_path)) == ["anna", "ben"]


@pytest.mark.parametrize("paths, students", [
    (["class/anna.ipynb", "class/ben.ipynb"], ["anna", "ben"]),
    (["anna/05.ipynb", "anna/06.ipynb"], ["anna"]),
    (["anna/work/05.ipynb", "anna/work/06.ipynb"], ["anna"]),
    (["x/y/anna/05.ipynb", "x/y/ben/05.ipynb"], ["anna", "ben"]),
    (["x/anna_1_2_05.ipynb", "x/ben_3_4_05.ipynb"], ["anna", "ben"]),
    (["anna/05.ipynb"], ["anna"]),
])
def test_a_folder_around_all_of_them_is_no_student(tmp_path, paths, students):
    for path in paths:
        write(tmp_path / path, ONE)
    assert sorted(by_student(tmp_path)) == students


def test_nothing_leads_out_of_the_folder(tmp_path):
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = 0o120777 << 16
    bad = {"../../evil.ipynb": json.dumps(ONE), "/abs/evil.ipynb": json.dumps(ONE), "C:\\evil.ipynb": json.dumps(ONE)}
    write(tmp_path / "in/anna.zip", zipped({**bad, link: "/etc/passwd"}))
    secret = write(tmp_path / "secret.ipynb", ONE)
    (tmp_path / "in/ben").mkdir()
    (tmp_path / "in/ben/05.ipynb").symlink_to(secret)
    (tmp_path / "in/cleo").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "in/pipe.ipynb") if hasattr(os, "mkfifo") else None
    assert main([str(tmp_path / "in")]) == 0
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()}
    assert made == {"in/anna.zip", "secret.ipynb", "in_collected/collected.csv", "in_collected/collected.json",
                    f"in_collected/anna/{NOTEBOOK}"}
    found = {one.student: one.problem for one in collect(tmp_path / "in_collected")}
    assert "a link in an archive is not followed" in (tmp_path / "in_collected/collected.csv").read_text("utf-8")
    assert found["anna"] == "" and "link" in found["ben"] and "link" in found["cleo"]


def test_what_was_collected_is_collected_again_as_it_was(tmp_path):
    write(tmp_path / "in/Anna_1_assignsubmission_file_/05.ipynb", ONE)
    write(tmp_path / "in/Anna_2_assignsubmission_file_/05.ipynb", TWO)
    write(tmp_path / "in/ben/05.ipynb", b"")
    assert main([str(tmp_path / "in"), "--into", str(tmp_path / "out")]) == 0
    once, again = collect(tmp_path / "in"), collect(tmp_path / "out")
    assert [(one.key, one.student, one.chapter, one.cells, one.problem) for one in once] == [
        (one.key, one.student, one.chapter, one.cells, one.problem) for one in again]
    assert len({one.key for one in again}) == 3


def test_bombs_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_NOTEBOOK", 2**20)
    monkeypatch.setattr(collecting, "MOST_ARCHIVE", 3 * 2**20)
    monkeypatch.setattr(collecting, "MOST_ENTRIES", 100)
    nested = zipped({"05.ipynb": json.dumps(ONE)})
    for _ in range(5):
        nested = zipped({"in.zip": nested})
    write(tmp_path / "zeros.zip", zipped({"05.ipynb": b"0" * 2**24}))
    write(tmp_path / "zip.zip", zipped({"a.zip": b"0" * 2**24}))
    write(tmp_path / "many.zip", zipped({f"{i}.ipynb": "{}" for i in range(200)}))
    write(tmp_path / "nested.zip", nested)
    write(tmp_path / "no.zip", b"PK\x03\x04 no archive")
    write(tmp_path / "large.ipynb", b" " * (2**20 + 1))
    write(tmp_path / "good/05.ipynb", ONE)
    found = by_student(tmp_path)
    assert [name for name, one in found.items() if not one.problem] == ["good"] and len(found) == 7
    assert all("too large" in found[name].problem for name in ("zeros", "zip", "large"))
    assert "too many files" in found["many"].problem and "too deep" in found["nested"].problem


BROKEN = {
    "empty.ipynb": b"", "blank.ipynb": b" \n", "half.ipynb": b'{"cells": [', "list.ipynb": b"[]",
    "binary.ipynb": b"\xff\x00\x80",
    "deep.ipynb": b"[" * 100_000, "old.ipynb": b'{"worksheets": []}', "cells.ipynb": b'{"cells": 3}',
    "odd.ipynb": b'{"cells": [1, {"cell_type": "code"}, {"cell_type": "code", "source": [1, null]}]}',
    "report.pdf": b"%PDF", "other.7z": b"7z",
}


def test_what_is_no_notebook_has_its_reason(tmp_path):
    for name, data in BROKEN.items():
        write(tmp_path / name.partition(".")[0] / name, data)
    write(tmp_path / "good/05.ipynb", ONE)
    found = by_student(tmp_path)
    assert {name: bool(one.problem) for name, one in found.items()} == {
        **{name.partition(".")[0]: True for name in BROKEN}, "good": False}
    assert found["half"].problem == "it is no notebook: its text is damaged"
    assert "report.pdf" in found["report"].problem and "7z" in found["other"].problem


def test_the_list_says_what_came_from_where(tmp_path, capsys):
    write(tmp_path / "in/=cmd|x, \"y\"/05 (1).ipynb", ONE)
    write(tmp_path / "in/ben/notes.txt", "hi")
    assert main([str(tmp_path / "in")]) == 0
    with (tmp_path / "in_collected/collected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["student"] == "'=cmd|x, \"y\"" and rows[0]["file"] == f"'cmd_x_y/{NOTEBOOK}"[1:]
    assert rows[0]["came from"].endswith("05 (1).ipynb") and "notes.txt" in rows[1]["problem"]
    assert main([str(tmp_path / "in")]) == 1 and "not empty" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", "\n=1", "＝1", "＠x"])
def test_no_text_is_a_formula(value):
    assert harmless(value)[0] == "'"


def test_a_spreadsheet_knows_the_letters(tmp_path):
    write_csv(tmp_path / "x.csv", [["Zoë", 1, None, "a\nb"]])
    assert (tmp_path / "x.csv").read_bytes() == "\ufeffZoë,1,,a b\r\n".encode()


@pytest.mark.parametrize("name", ["../x", "a/b", "CON:", "", "...", "-rf", "$(x)", "nul", "COM1"])
def test_a_folders_name_is_harmless(name):
    assert folder_name(name).replace("_", "").isalnum() and folder_name(name).upper() not in ("CON", "NUL", "COM1")


def test_an_encrypted_archive_and_two_chapters_are_told(tmp_path):
    data = zipped({"05.ipynb": json.dumps(ONE)})
    where = data.index(b"PK\x01\x02")
    write(tmp_path / "anna.zip", data[:6] + b"\1" + data[7:where + 8] + b"\1" + data[where + 9:])
    both = handed_in("05", {"rescale": RESCALE + "\nch06.step.check(step)\n# ch07.fit.check(fit)"})
    write(tmp_path / "ben/05.ipynb", both)
    found = by_student(tmp_path)
    assert "encrypted" in found["anna"].problem and "chapter 06," in found["ben"].note
    assert by_student(tmp_path)["ben"].chapter == "05"
