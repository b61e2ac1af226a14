"""The learner's own copies: made whole, never overwritten, told when the course has moved on, wherever they may lie."""

import errno
import json
import os
import sys
from pathlib import Path

import pytest

from seqlearn.course import copies
from seqlearn.course.chapters import Chapter
from seqlearn.course.copies import CopyProblem, base_folder, new_edition, own_copy, provide

FIRST = Chapter("00", "start", "Start", "", 10, 0)
SECOND = Chapter("01", "second", "Second", "", 10, 0, needs=("00",))
COMING = Chapter("02", "coming", "Coming", "", 10, 0, needs=("01",), written=False)


def store(course: Path, entry: Chapter, text: str) -> bytes:
    """Put a chapter into a course, as `course.py store` would."""
    path = course / "notebooks" / entry.notebook
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": text}]}), encoding="utf-8")
    return path.read_bytes()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two chapters in a folder of its own, and a documents folder beside it."""
    root = (tmp_path / "course").resolve()
    (root / "notebooks").mkdir(parents=True)
    (root / "seqlearn").mkdir()
    for entry in (FIRST, SECOND):
        store(root, entry, f"# {entry.title}")
    monkeypatch.setattr(copies, "CHAPTERS", (FIRST, SECOND, COMING))
    monkeypatch.setattr(copies, "notebooks_folder", lambda: root / "notebooks")
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path / "Documents")
    monkeypatch.delenv("SEQLEARN_WORK", raising=False)
    return root


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_written_chapter_is_copied_with_its_outputs_at_the_first_start(course):
    found = provide()
    assert found.folder == course / "work" and found.made == (FIRST, SECOND)
    assert found.changed == found.problems == ()
    assert own_copy(SECOND).read_bytes() == (course / "notebooks" / SECOND.notebook).read_bytes()
    assert names(found.folder) == [copies.RECORD, FIRST.notebook, SECOND.notebook]
    assert provide().made == ()


def test_a_copy_is_never_overwritten_and_a_change_of_the_learners_is_no_change_of_the_course(course):
    provide()
    own_copy(FIRST).write_text("my work", encoding="utf-8")
    assert provide().changed == ()
    store(course, FIRST, "# Start, second edition")
    assert provide().changed == (FIRST,)
    assert own_copy(FIRST).read_text(encoding="utf-8") == "my work"


def test_the_new_edition_lies_beside_the_old_once_it_is_asked_for(course):
    provide()
    own_copy(SECOND).write_text("my work", encoding="utf-8")
    second = store(course, SECOND, "# Second, second edition")
    path = new_edition(SECOND)
    assert path.name == "01_second_new.ipynb" and path.read_bytes() == second
    assert provide().changed == () and new_edition(SECOND) == path, "it is made once"
    third = store(course, SECOND, "# Second, third edition")
    assert provide().changed == (SECOND,)
    assert new_edition(SECOND).name == "01_second_new2.ipynb" and new_edition(SECOND).read_bytes() == third
    assert path.read_bytes() == second and own_copy(SECOND).read_text(encoding="utf-8") == "my work"


def test_a_new_edition_that_the_learner_put_in_the_old_ones_place_is_known(course):
    provide()
    store(course, SECOND, "# Second, second edition")
    os.replace(new_edition(SECOND), own_copy(SECOND))
    assert provide().changed == ()


def test_a_copy_that_was_moved_away_is_made_anew_from_the_course_as_it_is(course):
    provide()
    own_copy(FIRST).rename(course / "work" / "mine.ipynb")
    data = store(course, FIRST, "# Start, second edition")
    assert provide().made == (FIRST,) and own_copy(FIRST).read_bytes() == data
    assert provide().changed == () and (course / "work" / "mine.ipynb").exists()


def test_line_ends_of_windows_are_no_change(course):
    path = course / "notebooks" / FIRST.notebook
    path.write_bytes(path.read_bytes().replace(b", ", b",\n"))
    provide()
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert provide().changed == ()


@pytest.mark.parametrize("record", [None, "", "[1]", '{"a"'])
def test_a_lost_or_damaged_record_costs_no_copy_and_later_changes_are_seen(course, record):
    provide()
    own_copy(FIRST).write_text("my work", encoding="utf-8")
    (course / "work" / copies.RECORD).unlink()
    if record is not None:
        (course / "work" / copies.RECORD).write_text(record, encoding="utf-8")
    assert provide().made == provide().changed == ()
    store(course, FIRST, "# Start, second edition")
    assert provide().changed == (FIRST,)


def test_a_damaged_chapter_is_not_copied_but_named_and_the_others_are(course):
    (course / "notebooks" / FIRST.notebook).write_text("<<<<<<< HEAD\n{}", encoding="utf-8")
    found = provide()
    assert found.made == (SECOND,) and "merge" in found.problems[0] and FIRST.notebook in found.problems[0]
    assert names(course / "work") == [copies.RECORD, SECOND.notebook]
    with pytest.raises(CopyProblem, match="no copy of chapter 00"):
        own_copy(FIRST)
    (course / "notebooks" / FIRST.notebook).unlink()
    assert "cannot be read" in provide().problems[0]


# ---------------------------------------------------------------- whole or not at all


def test_a_full_disk_leaves_no_half_a_copy_and_is_said_once(course, monkeypatch):
    write = Path.write_bytes

    def full(path, data):
        write(path, data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    found = provide()
    assert found.made == () and len(found.problems) == 1 and "The disk is full: free some space" in found.problems[0]
    assert names(course / "work") in ([], [copies.RECORD])
    monkeypatch.undo()


def test_an_interrupted_copy_is_not_left(course, monkeypatch):
    def interrupted(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", interrupted)
    with pytest.raises(KeyboardInterrupt):
        provide()
    assert names(course / "work") == []


def test_what_a_killed_program_left_is_swept_away(course):
    (course / "work").mkdir()
    old, young = (course / "work" / f".{name}.ipynb.77.part" for name in ("old", "young"))
    for part in (old, young):
        part.touch()
    os.utime(old, (0, 0))
    provide()
    assert not old.exists() and young.exists()


@pytest.mark.parametrize("error", [PermissionError(errno.EPERM, "no links"), OSError(errno.ENOTSUP, "no links")])
def test_a_file_system_without_hard_links_does_as_well(course, monkeypatch, error):
    def no_links(*paths):
        raise error

    monkeypatch.setattr(os, "link", no_links)
    assert provide().made == (FIRST, SECOND)
    own_copy(FIRST).write_text("my work", encoding="utf-8")
    assert not copies._place(b"new", own_copy(FIRST)) and own_copy(FIRST).read_text(encoding="utf-8") == "my work"


def test_a_file_that_came_in_between_is_left_alone(course):
    provide()
    assert not copies._place(b"new", own_copy(FIRST))
    assert names(course / "work") == [copies.RECORD, FIRST.notebook, SECOND.notebook]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_followed_or_left_alone(course, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (course / "work").symlink_to(tmp_path / "elsewhere")
    assert provide().made == (FIRST, SECOND) and (tmp_path / "elsewhere" / FIRST.notebook).is_file()
    own_copy(FIRST).unlink()
    (course / "work" / FIRST.notebook).symlink_to(tmp_path / "nowhere.ipynb")
    assert provide().made == () and not (tmp_path / "nowhere.ipynb").exists()
    with pytest.raises(CopyProblem, match="is no file. Move it away"):
        own_copy(FIRST)


def test_a_file_in_the_folders_place_is_named(course):
    (course / "work").touch()
    with pytest.raises(CopyProblem, match="is no folder.*Move it away.*SEQLEARN_WORK"):
        provide()
    assert (course / "work").is_file()


def test_without_notebooks_there_is_a_sentence(course):
    for path in (course / "notebooks").iterdir():
        path.unlink()
    (course / "notebooks").rmdir()
    with pytest.raises(CopyProblem, match="incomplete"):
        provide()


# ---------------------------------------------------------------- a course that is shared


def shared(how: str, course: Path, monkeypatch) -> None:
    """Make the course one that this user cannot write, or one of somebody else."""
    access, number = os.access, getattr(os, "getuid", lambda: 0)()
    if how == "read-only":
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != course and access(path, mode))
    elif how == "of somebody else":
        monkeypatch.setattr(os, "getuid", lambda: number + 1, raising=False)
    else:  # only the attempt tells
        mkdir = Path.mkdir

        def denied(path, *arguments, **options):
            if path == course / "work":
                raise PermissionError(errno.EACCES, "denied")
            mkdir(path, *arguments, **options)

        monkeypatch.setattr(Path, "mkdir", denied)


@pytest.mark.parametrize("how", ["read-only", "of somebody else", "denied"])
def test_copies_of_a_shared_course_lie_with_the_learners_documents(course, tmp_path, monkeypatch, how):
    shared(how, course, monkeypatch)
    found = provide()
    assert found.folder == tmp_path / "Documents" / "seqlearn" / "work" and found.made == (FIRST, SECOND)
    assert names(course) == ["notebooks", "seqlearn"]
    if sys.platform != "win32":
        for name in ("notebooks", "seqlearn"):
            assert (found.folder / ".." / name).resolve() == course / name, "the chapters' links lead to the course"


def test_the_links_follow_a_course_that_has_moved(course, tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLEARN_WORK", str(tmp_path / "mine"))
    provide()
    moved = course.rename(tmp_path / "moved")
    monkeypatch.setattr(copies, "notebooks_folder", lambda: moved / "notebooks")
    assert provide().problems == ()
    assert sys.platform == "win32" or (tmp_path / "mine" / "seqlearn").resolve() == moved / "seqlearn"


def test_a_folder_can_be_named(course, tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLEARN_WORK", f'"{tmp_path / "mine"}" ')
    assert provide().folder == tmp_path / "mine" / "work"
    assert not (course / "work").exists()
    monkeypatch.setenv("SEQLEARN_WORK", "~/mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert base_folder() == tmp_path / "mine"


def test_a_named_folder_that_cannot_be_is_named(course, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SEQLEARN_WORK", str(tmp_path / "file"))
    with pytest.raises(CopyProblem, match="cannot be written in .*file.*SEQLEARN_WORK"):
        provide()


def test_without_a_home_no_folder_is_named_with_a_tilde(course, monkeypatch, tmp_path):
    shared("of somebody else", course, monkeypatch)
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: Path("~/Documents"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CopyProblem, match="no home folder.*SEQLEARN_WORK"):
        provide()
    assert not (tmp_path / "~").exists()
