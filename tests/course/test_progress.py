"""The progress file: written whole, never in the way, shared by several notebooks."""

import json
import os
import stat
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


def device(path, major, minor):
    """A node of the test's own; the machine's stay alone."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        with open(path, "rb"):
            pass
    except (AttributeError, OSError):
        pytest.skip("no device nodes can be made here")


@pytest.mark.parametrize("minor", [3, 7], ids=["null", "full"])  # reading the second never ends
def test_a_device_is_left_alone(exercise, tmp_path, monkeypatch, minor):
    node = tmp_path / "node"
    device(node, 1, minor)
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(node))
    before = node.stat()
    assert exercise.check(42).status == "correct"
    assert "no plain file" in repr(progress()) and node.stat().st_rdev == before.st_rdev
    assert stat.S_ISCHR(node.stat().st_mode) and [path.name for path in tmp_path.iterdir()] == ["node"]


def test_the_null_device_means_off(exercise, monkeypatch):
    monkeypatch.setenv("SEQLEARN_PROGRESS", os.devnull)
    assert module.progress_file() is None and not progress().notes


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
def test_a_pipe_is_left_alone(exercise, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(tmp_path / "pipe"))
    assert exercise.check(42).status == "correct" and "no plain file" in repr(progress())
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_link_to_a_pipe_is_left_alone_too(exercise, tmp_path, monkeypatch):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes in the file system")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.json").symlink_to(tmp_path / "pipe")
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(tmp_path / "link.json"))
    assert exercise.check(42).status == "correct"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "pipe"]


def test_no_home_is_a_note(exercise, monkeypatch):
    def nobody(*arguments, **options):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("SEQLEARN_PROGRESS")
    monkeypatch.setattr("platformdirs.user_data_dir", nobody)
    assert exercise.check(42).status == "correct"
    assert "Progress is not kept (Could not determine home directory)" in repr(progress())


def test_a_home_nobody_has_is_a_note(exercise, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQLEARN_PROGRESS", "~nosuchuser/progress.json")
    assert exercise.check(42).status == "correct" and "Progress is not kept" in repr(progress())
    assert list(tmp_path.iterdir()) == []
    reset_progress()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le with mark", "utf-16-be with mark"])
def test_a_file_saved_again_by_an_editor_is_read(exercise, progress_file, encoding):
    exercise.check(42)
    text = progress_file.read_text(encoding="utf-8")
    text = "\ufeff" + text if "mark" in encoding else text
    progress_file.write_bytes(text.encode(encoding.partition(" ")[0]))
    assert state(exercise.id) == "correct" and not progress().notes
    exercise.check(1)
    assert json.loads(progress_file.read_text(encoding="utf-8"))["exercises"][exercise.id]["tries"] == 2


def test_a_second_damage_keeps_the_first(exercise, progress_file):
    for text in ("{one", "{two", "{three"):
        progress_file.write_text(text)
        exercise.check(42)
    kept = {path.read_text() for path in progress_file.parent.glob("*.damaged*")}
    assert kept == {"{one", "{two", "{three"}


@pytest.mark.parametrize("value", ["off", "off ", " OFF", '"off"', "'off' "])
def test_off_as_a_terminal_may_write_it(exercise, tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQLEARN_PROGRESS", value)
    exercise.check(42)
    assert module.progress_file() is None and list(tmp_path.iterdir()) == []


def test_quotes_and_blanks_around_a_path_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLEARN_PROGRESS", f'"{tmp_path / "p.json"}" ')
    assert module.progress_file() == tmp_path / "p.json"


def test_a_folder_is_where_the_file_goes(exercise, tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(tmp_path))
    exercise.check(42)
    assert state(exercise.id) == "correct" and [path.name for path in tmp_path.iterdir()] == ["progress.json"]


def test_a_relative_path_is_the_same_from_every_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *arguments, **options: str(tmp_path))
    monkeypatch.setenv("SEQLEARN_PROGRESS", "mine.json")
    assert module.progress_file() == tmp_path / "mine.json"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "utf-8"])
def test_the_table_prints_in_every_encoding(encoding):
    code = """
from seqlearn.exercises import catalog, progress
for exercise in catalog():
    print(exercise.check(...), exercise.hint(), exercise.solution(), exercise.check(3))
print(progress())
"""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=60)
    text = done.stdout.decode(encoding)
    assert done.returncode == 0, done.stderr
    assert "exercises correct" in text and ("★★" if encoding == "utf-8" else "**") in text


def test_chapters_are_folded_up():
    page = progress()._repr_html_()
    assert page.count("<details>") == page.count("</details>") == len(progress().chapters()) >= 16
    assert "<script" not in page and "<summary" in page


def test_exercises_of_an_older_class_still_count(monkeypatch):
    """What %autoreload does to the exercises when the engine changes: they are instances of a class of before."""
    before = len(catalog())
    monkeypatch.setattr("seqlearn.exercises.Exercise", type("Exercise", (), {}))
    monkeypatch.setattr("seqlearn.exercises.ValueExercise", type("ValueExercise", (), {}))
    assert len(catalog()) == before == len([row for row in progress().rows if row.stars])
