"""A new chapter: its files pass every test but those that ask for its content, and nothing that exists is touched."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import new_chapter
from new_chapter import LIST, NotMade, entry_for, make, with_entry
from seqlearn.course.chapters import CHAPTERS, PARTS, Chapter

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / LIST).read_text(encoding="utf-8")


def listed(source: str) -> tuple[Chapter, ...]:
    """The list of chapters that a text of chapters.py holds."""
    names: dict = {"__name__": "seqlearn.course.chapters", "__file__": str(ROOT / LIST)}
    exec(compile(source, LIST, "exec"), names)
    return tuple(Chapter(**asdict(entry)) for entry in names["CHAPTERS"])  # of the class that the tests know


def test_a_chapter_made_from_nothing_asks_for_its_content_alone(tmp_path):
    """In a copy of the course: `course.py new 99 probe`, then `course.py test 99`."""
    for name in ("seqlearn", "tests", "notebooks", "conftest.py", "pyproject.toml", "README.md"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb*"))
        else:
            shutil.copy(ROOT / name, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""}

    def run(*command) -> str:
        done = subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True,
                              encoding="utf-8")
        return done.stdout + done.stderr

    made = run("tests/notebooks/new_chapter.py", "99", "probe")
    assert "99_probe.ipynb: " in made and "README.md: the table" in made and "rule broken" not in made, made
    tested = run("-m", "pytest", "-q", "-rA", "--nbval", "-p", "no:cacheprovider", "--color=no", "-m", "not browser",
                 "--chapter=99", "tests", "notebooks")
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) (\S+?)(?:\[(.*)\])?(?: - .*)?$", tested, flags=re.MULTILINE)
    failed = {name.rpartition("::")[2] for outcome, name, _ in outcomes if outcome != "PASSED"}
    assert failed == {"test_nothing_is_left_to_do", "test_every_chapter_has_terms",
                      "test_every_chapter_has_a_page_for_teachers"}, tested[-5000:]
    assert {name.split("/")[1] for _, name, _ in outcomes if "/" in name} >= {"course", "exercises", "plots", "widgets"}
    for _, name, parameters in outcomes:
        assert "probe" in name or "ch99" in name or "99" in parameters, f"{name} is not of chapter 99"


@pytest.mark.parametrize("number", ["04", "99"])
def test_the_entry_stands_in_its_place_and_the_others_stay_as_they_are(number):
    without = tuple(entry for entry in CHAPTERS if entry.number != number)
    start = SOURCE.find(f'    Chapter("{number}"')
    source = SOURCE
    if start >= 0:
        end = SOURCE.index("    Chapter(", start + 1)
        source = SOURCE[:start] + SOURCE[end:]
    entry = replace(CHAPTERS[4], number=number, slug="probe", title="Probe", topic="probe", also=(), numpy=False)
    assert listed(with_entry(source, entry)) == tuple(sorted((*without, entry), key=lambda entry: entry.number))


def test_an_announced_chapter_becomes_a_written_one():
    announced = SOURCE.replace('needs=("04",), topic="exploding"', 'needs=("04",), written=False, topic="exploding"')
    assert not listed(announced)[5].written
    assert listed(with_entry(announced, listed(announced)[5])) == CHAPTERS


def test_a_new_entry_follows_the_last_chapter():
    entry = entry_for("99", "speech_again")
    assert (entry.title, entry.topic, entry.needs) == ("Speech again", "speech_again", (CHAPTERS[-1].number,))
    assert entry.part == CHAPTERS[-1].part < len(PARTS)


@pytest.mark.parametrize("number, name, words", [
    ("05", "probe", "chapter 05 is there already: notebooks/05_"),
    ("99", None, "needs a name"),
    ("99", "My Chapter", "needs a name for its files, of small letters"),
    ("99", "../x", "needs a name"),
    ("100", "probe", "one or two digits"),
    ("-1", "probe", "one or two digits"),
])
def test_what_cannot_be_a_chapter_is_said(number, name, words):
    with pytest.raises(NotMade, match=words):
        entry_for(number, name)


def test_an_announced_chapter_keeps_its_name(monkeypatch):
    coming = replace(CHAPTERS[-1], number="98", slug="coming", written=False)
    monkeypatch.setattr(new_chapter, "CHAPTERS", (*CHAPTERS, coming))
    assert entry_for("98", None) == entry_for("98", "coming") == coming
    with pytest.raises(NotMade, match="announces chapter 98 as coming"):
        entry_for("98", "other")


def test_what_is_there_is_not_touched(tmp_path):
    entry = entry_for("99", "probe")
    for folder in ("seqlearn/course", "seqlearn/widgets"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / LIST).write_text(SOURCE, encoding="utf-8")
    (tmp_path / "seqlearn/widgets/probe.py").write_text("mine", encoding="utf-8")
    with pytest.raises(NotMade, match="seqlearn/widgets/probe.py is there already"):
        make(entry, tmp_path)
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert files == [LIST, "seqlearn/widgets/probe.py"] and (tmp_path / LIST).read_text(encoding="utf-8") == SOURCE
