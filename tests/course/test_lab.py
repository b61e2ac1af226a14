"""What JupyterLab is opened on: the learner's copy of a chapter, a stored notebook, a folder; and what is said."""

import json
import os
import re
import secrets
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from seqlearn.course import copies, lab
from seqlearn.course.chapters import CHAPTERS, notebooks_folder
from seqlearn.course.copies import CopyProblem
from seqlearn.course.lab import main, targets

FIRST, FIFTH = CHAPTERS[0], CHAPTERS[5]
COURSE = notebooks_folder().parent


@pytest.fixture
def base(tmp_path, monkeypatch):
    """The folder in which the copies are made, outside the course."""
    monkeypatch.setenv("SEQLEARN_WORK", str(tmp_path / "mine"))
    return tmp_path / "mine"


def root(folder: Path) -> str:
    return f"--ServerApp.root_dir={folder}"


def test_the_learners_copies_are_opened(base, capsys):
    assert targets([]) == [str(base / "work" / FIRST.notebook), root(base)]
    assert f"your own copies of the chapters are in {base / 'work'}" in capsys.readouterr().out
    for number in ("5", "05"):
        assert targets([number, "--port=9000"]) == [str(base / "work" / FIFTH.notebook), "--port=9000", root(base)]
    assert capsys.readouterr().out == "", "nothing new is nothing to say"
    assert len(list((base / "work").glob("*.ipynb"))) == len([entry for entry in CHAPTERS if entry.written])


def test_a_change_in_the_course_is_told_and_the_new_chapter_given_on_request(base, monkeypatch, capsys):
    targets([])
    stored = copies._stored
    monkeypatch.setattr(copies, "_stored", lambda entry: stored(entry) + b"\n" * (entry in (FIFTH, CHAPTERS[6])))
    capsys.readouterr()
    old, new = base / "work" / FIFTH.notebook, base / "work" / FIFTH.notebook.replace(".ipynb", "_new.ipynb")
    assert targets(["05"])[0] == str(old)
    said = capsys.readouterr().out
    assert "chapter 05, 06." in said and "python3 course.py 05 --new" in said
    assert targets(["05", "--new", "--no-browser"]) == [str(new), "--no-browser", root(base)]
    said = capsys.readouterr().out
    assert f"lies beside your copy: {new.name}" in said and "chapter 06." in said
    assert targets(["05"])[0] == str(old), "the learner's own is opened until they say otherwise"
    assert targets(["--new"])[0] == str(base / "work" / FIRST.notebook)
    assert "chapter 06 as it now is" in capsys.readouterr().out
    assert targets(["06", "--new"])[0].endswith("_new.ipynb") and targets(["00", "--new"])[0].endswith(FIRST.notebook)
    assert "your copy of chapter 00 is of the newest edition" in capsys.readouterr().out


def test_a_named_notebook_is_opened_as_it_is(base, tmp_path):
    path = str(notebooks_folder() / FIFTH.notebook)
    assert targets([path, "--no-browser"]) == [path, "--no-browser", root(COURSE)]
    own = tmp_path / "home" / "05 mine.ipynb"
    own.parent.mkdir()
    own.touch()
    assert targets([str(own)]) == [str(own), root(own.parent)]
    assert targets([str(own.parent)]) == [str(own.parent)]
    assert not base.exists(), "no copies are made for those who change the course"


def test_a_relative_path_of_the_plain_way(base, monkeypatch):
    monkeypatch.chdir(notebooks_folder())
    assert targets([FIFTH.notebook]) == [FIFTH.notebook, root(COURSE)]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--notebook-dir=x"], ["--ServerApp.root_dir=x"]])
def test_what_is_for_jupyterlab_goes_there(base, arguments):
    assert targets(arguments) == arguments and not base.exists()


@pytest.mark.parametrize("arguments, words", [
    (["99"], "There is no chapter 99. The course has 00 to"),
    (["notebooks/no_such.ipynb"], "There is no notebook .*no_such.ipynb"),
    (["05_gone.ipynb"], "There is no notebook .*05_gone.ipynb. `python3 course.py 05` opens your copy"),
])
def test_what_is_not_there_is_said_and_nothing_starts(base, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab, "start_jupyterlab", lambda arguments: pytest.fail("JupyterLab was started"))
    assert main(arguments) == 1
    assert re.search(words, capsys.readouterr().err)


def test_a_coming_chapter_is_not_there_yet(base, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(lab, "chapter", lambda number: replace(FIFTH, written=False))
    with pytest.raises(CopyProblem, match="Chapter 05, .*, is not written yet"):
        targets(["05"])


def test_a_real_jupyterlab_shows_the_copy_and_what_its_links_lead_to(base):
    """With the copies outside the course, as for a shared one: the page, its neighbours, and `../seqlearn`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    base.mkdir()
    browser = base / "browser.py"  # JupyterLab gives it a page that leads to what is to be opened
    browser.write_text("import sys, urllib.request as web\n"
                       f"open({str(base / 'page')!r}, 'wb').write(web.urlopen(sys.argv[1]).read())")
    own = {f"JUPYTER_{name}_DIR": str(base / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "seqlearn.course.lab", "05", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    shown_by = shlex.join([sys.executable, browser.as_posix()])
    command += ["--ServerApp.port_retries=0", f"--ServerApp.browser={shown_by} %s"]
    with open(base / "log", "w+") as log:
        process = subprocess.Popen(command, cwd=COURSE, stdout=log, stderr=log,
                                   env={**os.environ, **own, "JUPYTER_TOKEN": token})

    def contents(path: str) -> dict:
        request = f"http://127.0.0.1:{port}/api/contents/{path}?token={token}&content=0"
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    try:
        end = time.monotonic() + 60
        while not (base / "page").exists() or not (base / "page").read_bytes():
            assert process.poll() is None and time.monotonic() < end, (base / "log").read_text()
            time.sleep(0.2)
        assert f"lab/tree/work/{FIFTH.notebook}" in (base / "page").read_text()
        assert contents(f"work/{FIFTH.notebook}")["writable"]
        assert contents(f"work/{FIRST.notebook}")["type"] == "notebook"
        if sys.platform != "win32":
            assert contents("seqlearn/nn/lstm.py")["type"] == "file"
    finally:
        process.terminate()
        process.wait(30)
