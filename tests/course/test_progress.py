"""The progress file: written whole, never in the way, shared by several notebooks."""

import json
import os
import subprocess
import sys
import time

import pytest

from seqlearn.exercises import ValueExercise, catalog, progress, quizzes, reset_progress

module = sys.modules["seqlearn.course.progress"]


@pytest.fixture
def exercise():
    return ValueExercise(catalog()[0].id, "t", 1, 42.0, [], ["?"])


def state(id):
    return next(row.state for row in progress().rows if row.id == id)


def test_not_attempted_leaves_no_trace(exercise, progress_file):
    exercise.check(...)
    exercise.hint()
    repr(progress())
    assert not progress_file.exists()


def test_correct_stays_correct(exercise, progress_file):
    assert state(exercise.id) == "not yet"
    exercise.check(1)
    assert state(exercise.id) == "tried 1 time"
    exercise.check(42)
    exercise.check(1)
    assert state(exercise.id) == "correct"
    assert json.loads(progress_file.read_text())["exercises"][exercise.id] == {"status": "correct", "tries": 3}
    assert sorted(path.name for path in progress_file.parent.iterdir()) == ["progress.json"]  # no lock, no part


def test_best_quiz_score_is_kept():
    chapter = next(iter(quizzes()))
    module.record_quiz(chapter, 4, 5)
    module.record_quiz(chapter, 2, 5)
    assert state(f"{chapter}.quiz") == "4 of 5 right"


def test_reset(exercise):
    exercise.check(42)
    reset_progress()
    assert state(exercise.id) == "not yet"


def test_table_holds_every_exercise():
    table = progress()
    for exercise in catalog():
        assert exercise.title in repr(table) and exercise.id in table._repr_html_()
    assert repr(table).startswith(f"0 of {len(catalog())} exercises correct")


def test_off_writes_nothing(exercise, progress_file, monkeypatch):
    monkeypatch.setenv("SEQLEARN_PROGRESS", "off")
    exercise.check(42)
    assert state(exercise.id) == "not yet" and not progress_file.exists()


def test_default_place_is_the_users_data_folder(monkeypatch):
    monkeypatch.delenv("SEQLEARN_PROGRESS")
    assert module.progress_file().name == "progress.json" and "seqlearn" in str(module.progress_file())


DAMAGED = ["", "{", "[]", '{"exercises": 3, "quizzes": {}}', '{"exercises": {"04.1": 1}}', "\0\1"]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_set_aside(exercise, progress_file, text):
    progress_file.write_text(text)
    assert exercise.check(42).status == "correct"
    assert state(exercise.id) == "correct"
    assert progress_file.with_name("progress.json.damaged").read_text() == text
    assert "damaged" in repr(progress()) and "damaged" in progress()._repr_html_()


def test_odd_entries_are_read_as_nothing(exercise, progress_file):
    entry = {"status": ["?"], "tries": "many"}
    progress_file.write_text(json.dumps({"exercises": {exercise.id: entry}, "quizzes": {"00": {"right": None}}}))
    assert state(exercise.id) == "not yet"
    exercise.check(42)
    assert state(exercise.id) == "correct"


def test_an_unwritable_place_is_a_note(exercise, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert exercise.check(42).status == "correct"
    assert "not saved" in repr(progress())


def test_a_failed_write_leaves_the_old_file(exercise, progress_file, monkeypatch):
    exercise.check(1)
    before = progress_file.read_text()

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert exercise.check(42).status == "correct"
    assert progress_file.read_text() == before
    assert [path.name for path in progress_file.parent.iterdir()] == ["progress.json"]


def test_a_stale_lock_is_removed_and_a_fresh_one_waited_for(exercise, progress_file, monkeypatch):
    lock = progress_file.with_name("progress.json.lock")
    lock.write_text("")
    os.utime(lock, (time.time() - 60, time.time() - 60))
    exercise.check(42)
    assert state(exercise.id) == "correct" and not lock.exists()
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.2)
    lock.write_text("")
    begun = time.monotonic()
    exercise.check(42)
    assert 0.2 <= time.monotonic() - begun < 2 and lock.exists()


def test_kernels_at_once_lose_nothing(progress_file):
    code = """
import sys
from seqlearn.course.progress import record_answer
for i in range(40):
    record_answer(f"{sys.argv[1]}.{i % 4 + 1}", "correct")
    record_answer("00.1", "incorrect")
"""
    kernels = [subprocess.Popen([sys.executable, "-c", code, chapter]) for chapter in ("04", "05", "06")]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    stored = json.loads(progress_file.read_text())["exercises"]
    assert len(stored) == 13 and stored["00.1"]["tries"] == 120
    assert all(entry["tries"] == 10 for id, entry in stored.items() if id != "00.1")
