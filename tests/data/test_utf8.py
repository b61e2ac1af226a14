"""Text files as other programs saved them: marks in front, line ends, other encodings. Every loader names its file."""

import io
import json
import sys
import tarfile
import zipfile

import pytest

from seqlearn.course.chapters import chapter
from seqlearn.data import course_text, imdb, multi30k, tatoeba, tiny_shakespeare
from seqlearn.data.archives import open_zip, read_tar, zip_names
from seqlearn.data.utf8 import decoded

MARK = b"\xef\xbb\xbf"


def module(function):
    return sys.modules[function.__module__]


def test_text_of_utf_8():
    assert decoded("für\r\nalle".encode(), "a.txt") == decoded(MARK + "für\r\nalle".encode(), "a.txt") == "für\r\nalle"
    assert decoded(b"", "a.txt") == ""


@pytest.mark.parametrize(("data", "words"), [
    (b"one\ntwo\nf\xfcr\n", "a.txt is not UTF-8: line 3 holds the byte 0xfc. Save it as UTF-8 again"),
    (MARK + b"f\xfcr", "a.txt is not UTF-8: line 1 holds the byte 0xfc"),
    ("für".encode("utf-16"), "a.txt is UTF-16 from its line 1 on"),
    ("\ufefffür".encode("utf-16-be"), "a.txt is UTF-16 from its line 1 on"),
])
def test_what_is_no_utf_8(data, words):
    with pytest.raises(ValueError, match=words):
        decoded(data, "a.txt")


def captions(count, ending=b"\n"):
    return b"".join(f"Mann {number}".encode() + ending for number in range(count))


@pytest.mark.parametrize("data", [captions(1014), MARK + captions(1014), captions(1014, b"\r\n"), captions(1014)[:-1]])
def test_captions(tmp_path, data):
    (tmp_path / "val.de").write_bytes(data)
    lines = module(multi30k)._lines(tmp_path / "val.de", "val")
    assert lines[0] == "Mann 0" and lines[-1] == "Mann 1013"


def test_captions_of_another_encoding(tmp_path):
    (tmp_path / "val.de").write_bytes(captions(9) + "Männer\n".encode("latin-1") + captions(1004))
    with pytest.raises(ValueError, match="val.de is not UTF-8: line 10 holds the byte 0xe4"):
        module(multi30k)._lines(tmp_path / "val.de", "val")


@pytest.mark.parametrize("data", [
    "Go.\tVa !\tCC-BY\nHi.\tSalut.\n", "\ufeffGo.\tVa !\nHi.\tSalut.", "Go.\tVa !\r\nHi.\tSalut.\r\n\r\n",
])
def test_pairs(tmp_path, data):
    (tmp_path / "fra.txt").write_bytes(data.encode())
    assert module(tatoeba)._pairs(tmp_path / "fra.txt", "fra") == [("Go.", "Va !"), ("Hi.", "Salut.")]


def test_pairs_of_another_encoding(tmp_path):
    (tmp_path / "fra.txt").write_bytes(b"Go.\tVa !\nHey.\t\xc9coute.\n")
    with pytest.raises(ValueError, match="fra.txt is not UTF-8: line 2 holds the byte 0xc9"):
        module(tatoeba)._pairs(tmp_path / "fra.txt", "fra")
    with pytest.raises(ValueError, match='language must be three small letters, such as "fra", got 3'):
        tatoeba(3)


def reviews(path, prefix, data=b"Good."):
    with tarfile.open(path, "w:gz") as tar:
        for part in ("train", "test"):
            for label in ("neg", "pos"):
                member = tarfile.TarInfo(f"{prefix}aclImdb/{part}/{label}/7_1.txt")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("prefix", ["", "./"])
@pytest.mark.parametrize("data", [b"Good.", MARK + b"Good."])
def test_reviews(tmp_path, monkeypatch, prefix, data):
    monkeypatch.setattr(module(imdb), "REVIEWS", 1)
    monkeypatch.setattr(module(imdb), "obtain", lambda *_, **__: [reviews(tmp_path / "a.tar.gz", prefix, data)])
    assert imdb().train == [("Good.", 0), ("Good.", 1)]


def test_reviews_of_another_encoding(tmp_path, monkeypatch):
    monkeypatch.setattr(module(imdb), "obtain", lambda *_, **__: [reviews(tmp_path / "a.tar.gz", "", b"So\nna\xefve")])
    with pytest.raises(ValueError, match="a.tar.gz, aclImdb/train/neg/7_1.txt is not UTF-8: line 2"):
        imdb()


def test_names_that_begin_with_a_point(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("./fra.txt", "Go.\tVa !")
    assert zip_names(tmp_path / "a.zip") == ["fra.txt"]
    with open_zip(tmp_path / "a.zip", "fra.txt", limit=100) as file:
        assert file.read() == b"Go.\tVa !"
    with pytest.raises(ValueError, match="to more than 3 bytes"), open_zip(tmp_path / "a.zip", "fra.txt", limit=3):
        pass
    path = reviews(tmp_path / "a.tar.gz", "./")
    assert next(read_tar(path, lambda name: name.startswith("aclImdb/"), limit=100))[0] == "aclImdb/train/neg/7_1.txt"


def test_shakespeare_with_other_line_ends(tmp_path, monkeypatch):
    (tmp_path / "input.txt").write_bytes(MARK + b"First Citizen:\r\nSpeak.\r\n")
    monkeypatch.setattr(module(tiny_shakespeare), "obtain", lambda *_, **__: [tmp_path / "input.txt"])
    monkeypatch.setattr(module(tiny_shakespeare), "SHAKESPEARE_CHARACTERS", 22)
    assert tiny_shakespeare() == "First Citizen:\nSpeak.\n"


def notebook(*texts):
    return json.dumps({"cells": [{"cell_type": "markdown", "source": [text]} for text in texts]})


def test_the_text_of_a_course_leaves_copies_out(tmp_path):
    first, second = (chapter(number).notebook for number in ("00", "01"))
    (tmp_path / first).write_text("\ufeff" + notebook("für", "dich"), "utf-8")
    (tmp_path / second).write_text(notebook("on"), "utf-8")
    for name in (first.replace(".ipynb", "-Copy1.ipynb"), second.replace(".ipynb", " (1).ipynb"), "Untitled.ipynb"):
        (tmp_path / name).write_text(notebook("again"), "utf-8")
    assert course_text(tmp_path) == course_text(f"'{tmp_path}' ") == "für\n\ndich\n\non"


@pytest.mark.parametrize(("content", "words"), [
    ('{"cells": [\n<<<<<<< HEAD\n]}', "a merge left its markers in it .line 2: <<<<<<< HEAD"),
    ("", "is not a notebook: Expecting value: line 1"),
    ('{"worksheets": []}', "is not a notebook: it has no cells"), ("[]", "is not a notebook: it has no cells"),
])
def test_a_chapter_that_is_no_notebook_is_named(tmp_path, content, words):
    name = chapter("01").notebook
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=f"{name} .*{words}"):
        course_text(tmp_path)
