"""Paths as people write them: one function reads them all, and nothing but a plain file is ever written over."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from seqlearn.paths import file_to_read, file_to_write, part_beside, user_path

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)
    return home


@pytest.mark.parametrize("text", ["~/a b.pt", " ~/a b.pt ", '"~/a b.pt"', "'~/a b.pt' ", Path("~/a b.pt")])
def test_the_home_folder(home, text):
    assert user_path("path", text) == home / "a b.pt"


def test_relative_paths_begin_here_or_where_they_are_told(home, tmp_path):
    assert user_path("path", "runs/a.pt") == Path.cwd() / "runs" / "a.pt"
    assert user_path("path", "runs/a.pt", start=home) == home / "runs" / "a.pt"
    assert user_path("path", str(tmp_path), start=home) == user_path("path", "~/..", start=home).resolve() == tmp_path


def test_a_path_is_taken_as_it_is():
    assert user_path("path", Path("a ")).name == "a " and user_path("path", Path("'a'")).name == "'a'"


@pytest.mark.parametrize(("value", "error", "words"), [
    (3, TypeError, "path must be a path, got int"), (None, TypeError, "got NoneType"), (b"a", TypeError, "got bytes"),
    ("", ValueError, "path must be a path, got ''"), ('" "', ValueError, "must be a path"),
    ("a\0b", ValueError, "must be a path"),
    ("~nobody-of-this-name/a", ValueError, "path must be written out, as the home folder of ~ cannot be told"),
])
def test_what_is_no_path(value, error, words):
    with pytest.raises(error, match=words):
        user_path("path", value)


def test_a_home_that_cannot_be_told(monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # what Python does for a user without a home
    with pytest.raises(ValueError, match="SEQLEARN_DATA must be written out"):
        user_path("SEQLEARN_DATA", "~/data")


@pytest.mark.parametrize("look", [file_to_read, file_to_write])
@pytest.mark.parametrize("name", ["folder", "folder/", "none/", "'folder'"])
def test_a_folder_is_no_file(look, name):
    Path("folder").mkdir()
    with pytest.raises(ValueError, match="path must be a file, got the folder .*(folder|none)"):
        look("path", name)


def test_nothing_there(home):
    with pytest.raises(FileNotFoundError, match=f"path must be a file, but nothing is at .*{home.name}.*gone"):
        file_to_read("path", "~/gone")
    assert file_to_write("path", "~/gone") == Path(os.path.realpath(home)) / "gone"


@posix
@pytest.mark.parametrize("look", [file_to_read, file_to_write])
def test_a_device_is_no_file(look, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", "/dev/null"):
        with pytest.raises(ValueError, match="path must be a plain file, and .* is a device"):
            look("path", path)


@posix
def test_a_link_leads_to_the_file_that_is_written(tmp_path):
    (tmp_path / "latest.pt").symlink_to(tmp_path / "disk" / "run.pt")
    assert file_to_write("path", tmp_path / "latest.pt") == Path(os.path.realpath(tmp_path)) / "disk" / "run.pt"


@posix
def test_parts_of_killed_processes_go_and_those_of_others_stay(tmp_path):
    path, done = tmp_path / "new" / "run.pt", subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert part_beside(path).parent.is_dir()
    names = {f"run.pt.{done.pid}.part": False, f"run.pt.{os.getppid()}.part": True, f"run.pt.{os.getpid()}.part": False,
             f"other.pt.{done.pid}.part": True, "run.pt.notes.part": True, f"run.pt.{10**30}.part": False,
             "run.pt": True}  # fmt: skip
    for name in names:
        (path.parent / name).write_text("")
    part = part_beside(path)
    assert {name: (path.parent / name).exists() for name in names} == names
    assert part.parent == path.parent and not part.exists()


@posix
def test_weights_and_checkpoints_leave_a_device_alone(tmp_path):
    torch = pytest.importorskip("torch")
    from seqlearn.training import Checkpoint, load_weights, save_weights

    os.mkfifo(tmp_path / "pipe")
    model = torch.nn.Linear(1, 1)
    for call in (lambda: save_weights(model, tmp_path / "pipe"), lambda: load_weights(model, tmp_path / "pipe"),
                 lambda: Checkpoint(tmp_path / "pipe"), lambda: Checkpoint("/dev/null")):
        with pytest.raises(ValueError, match="must be a plain file"):
            call()
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode) and [each.name for each in tmp_path.glob("p*")] == ["pipe"]


def test_weights_checkpoints_and_vectors_at_home(home):
    torch = pytest.importorskip("torch")
    from seqlearn.data import glove
    from seqlearn.training import load_weights, save_weights, train

    model = torch.nn.Linear(1, 1)
    save_weights(model, "~/deep/down/w.safetensors", size=1)
    assert load_weights(model, "'~/deep/down/w.safetensors'") == {"size": 1}
    train(model, [torch.ones(1, 1)], lambda model, x: model(x).sum(), epochs=1, checkpoint="~/run.pt", progress=False)
    (home / "v.txt").write_text("the 1 2\n")
    assert glove(path="~/v.txt ")[1].tolist() == [[1, 2]]
    assert (home / "run.pt").is_file() and not list(Path.cwd().iterdir())


def test_a_checkpoint_stays_where_it_was_when_the_folder_changes(home, monkeypatch):
    pytest.importorskip("torch")
    from seqlearn.training import Checkpoint

    kept = Checkpoint("run.pt")
    before = Path.cwd()
    monkeypatch.chdir(home)
    assert kept.path == Path(os.path.realpath(before)) / "run.pt"
