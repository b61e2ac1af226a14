"""Texts: the course's own words, and tiny Shakespeare where a copy is at hand."""

import hashlib
import json
from dataclasses import replace

import pytest

from seqlearn.course.chapters import chapter, notebooks_folder
from seqlearn.data.text import SHAKESPEARE, SHAKESPEARE_CHARACTERS, course_text, text_file, tiny_shakespeare


def write_notebook(path, *cells):
    source = [{"cell_type": kind, "source": text.splitlines(keepends=True)} for kind, text in cells]
    path.write_text(json.dumps({"cells": source}), encoding="utf-8")


FOURTH, FIFTH = chapter("04").notebook, chapter("05").notebook


def test_a_text_of_ones_own_whatever_system_wrote_it(tmp_path):
    path = tmp_path / "my book.txt"
    for data in ("Grüße,\nWelt\n", "Grüße,\r\nWelt\r\n", "Grüße,\rWelt\r", "\ufeffGrüße,\r\nWelt\n"):
        path.write_bytes(data.encode("utf-8"))
        assert text_file(path) == text_file(f' "{path}" ') == "Grüße,\nWelt\n"


@pytest.mark.parametrize(("data", "words"), [
    ("Grüße".encode("cp1252"), "my book.txt is not UTF-8: line 1 holds the byte 0xfc"),
    ("Grüße".encode("utf-16"), "my book.txt is UTF-16"),
    (b"1234567", "my book.txt holds 7 characters, and at least 2,000 are needed. Take a longer text"),
    (b"", "my book.txt holds 0 characters"),
])
def test_a_text_of_ones_own_that_cannot_be_used(tmp_path, data, words):
    path = tmp_path / "my book.txt"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=words):
        text_file(path, at_least=2000)


def test_a_text_of_ones_own_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing is at"):
        text_file(tmp_path / "gone.txt")
    with pytest.raises(ValueError, match="got the folder"):
        text_file(tmp_path)


def test_course_text_joins_markdown_in_chapter_order(tmp_path):
    write_notebook(tmp_path / FIFTH, ("markdown", "later\nwords"), ("code", "x = 1"))
    write_notebook(tmp_path / FOURTH, ("code", "y = 2"), ("markdown", "früher"))
    assert course_text(tmp_path) == "früher\n\nlater\nwords"


def test_course_text_leaves_out_what_is_no_chapter(tmp_path):
    write_notebook(tmp_path / FIFTH, ("markdown", "a chapter"))
    for name in ("draft.ipynb", "Untitled.ipynb", FIFTH.replace(".ipynb", "-Copy1.ipynb"), "05_mine.ipynb"):
        write_notebook(tmp_path / name, ("markdown", "not a chapter"))
    assert course_text(tmp_path) == "a chapter"


def test_course_text_says_when_there_are_no_chapters(tmp_path):
    with pytest.raises(FileNotFoundError, match="no chapter"):
        course_text(tmp_path)


def test_course_text_names_the_chapter_that_a_merge_damaged(tmp_path):
    write_notebook(tmp_path / FOURTH, ("markdown", "whole"))
    (tmp_path / FIFTH).write_text('{\n<<<<<<< HEAD\n "cells": []\n=======\n}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=f"{FIFTH} .*merge.*line 2: <<<<<<< HEAD"):
        course_text(tmp_path)


def test_course_text_reads_this_course_wherever_the_notebook_lies(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = course_text()
    assert text == course_text(notebooks_folder())
    assert len(text) > 20_000 and "gradient" in text


def test_without_shakespeare_it_says_what_to_call(cache):
    with pytest.raises(FileNotFoundError) as caught:
        tiny_shakespeare()
    for part in ("github.com/karpathy/char-rnn", "1.1 MB", "MIT", "tiny_shakespeare(download=True)", "SEQLEARN_DATA"):
        assert part in str(caught.value)


def test_shakespeare_says_which_folder_lacks_it(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="holds no input.txt"):
        tiny_shakespeare()


@pytest.mark.parametrize("place", ["input.txt", "tinyshakespeare/input.txt", "data/tinyshakespeare/input.txt"])
def test_shakespeare_is_found_where_copies_lie(cache, monkeypatch, tmp_path, place):
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a" * SHAKESPEARE_CHARACTERS)
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    assert len(tiny_shakespeare()) == SHAKESPEARE_CHARACTERS


def test_half_a_shakespeare_is_refused(cache, monkeypatch, tmp_path):
    (tmp_path / "input.txt").write_text("First Citizen:\n")
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="15 characters, expected 1,115,394"):
        tiny_shakespeare()


def test_shakespeare_is_downloaded_once(cache, monkeypatch, server):
    data = b"a" * SHAKESPEARE_CHARACTERS
    server.files["input.txt"] = data
    (file,) = SHAKESPEARE.files
    served = replace(file, url=server.url("whole", "input.txt"), sha256=hashlib.sha256(data).hexdigest())
    monkeypatch.setattr("seqlearn.data.text.SHAKESPEARE", replace(SHAKESPEARE, files=(served,)))
    assert tiny_shakespeare(download=True) == tiny_shakespeare() == data.decode()
    assert len(server.requests) == 1


@pytest.mark.data
def test_the_real_shakespeare():
    try:
        text = tiny_shakespeare()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert text.startswith("First Citizen:") and len(set(text)) == 65
    assert hashlib.sha256(text.encode()).hexdigest() == SHAKESPEARE.files[0].sha256


@pytest.mark.data
def test_chapter_05_reads_the_real_shakespeare(tmp_path):
    """The cell tagged nbval-skip still runs, with the cells before it that it needs, and its assertion holds."""
    import ast

    import nbformat

    try:
        tiny_shakespeare()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    notebook = nbformat.read(notebooks_folder() / chapter("05").notebook, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (skipped,) = (cell for cell in code if "nbval-skip" in cell.metadata.get("tags", []))
    names: dict = {}
    definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    for cell in code[: code.index(skipped)]:  # definitions only: the chapter's experiments have tests of their own
        kept = [node for node in ast.parse(cell.source).body if isinstance(node, definitions) or _is_table(node)]
        exec(compile(ast.Module(kept, []), chapter("05").notebook, "exec"), names)
    exec(skipped.source, names)
    assert len(names["its_losses"]) > 100


def _is_table(node) -> bool:
    """A table of functions, such as `slopes = {"tanh": lambda h: …}`."""
    import ast

    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and any(
        isinstance(value, ast.Lambda) for value in node.value.values
    )
