"""Word vectors in GloVe's text format, with its oddities."""

import gzip
import hashlib
import os
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from seqlearn.data import DownloadError, glove, glove_matrix

module = sys.modules["seqlearn.data.glove"]

LINES = ["the 0.1 -0.2 3e-1", "film 1 2 3", "1995 4 5 6", "\x85 7 8 9", "a\u2028b 1 1 1", "\xa0 2 2 2"]


def write(path, *lines, newline="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + newline for line in lines).encode())
    return path


@pytest.mark.parametrize("newline", ["\n", "\r\n", " \n"])
def test_words_and_rows(tmp_path, newline):
    words, vectors = glove(path=write(tmp_path / "a.txt", *LINES, newline=newline))
    assert words == {"the": 0, "film": 1, "1995": 2, "\x85": 3, "a\u2028b": 4, "\xa0": 5}
    assert vectors.dtype == np.float32 and vectors.shape == (6, 3)
    np.testing.assert_allclose(vectors[:2], [[0.1, -0.2, 0.3], [1, 2, 3]], rtol=1e-6)


def test_words_with_spaces(tmp_path):
    """The 840B file has lines such as "at name@domain.com 0.1 …", also near its top."""
    lines = [". . . 7 8 9", *LINES, "at name@domain.com 0.5 0.6 0.7", "1 2 3 4 5 6"]
    words, vectors = glove(path=write(tmp_path / "a.txt", *lines))
    assert vectors.shape == (9, 3) and list(words)[0] == ". . ." and list(words)[-2:] == ["at name@domain.com", "1 2 3"]
    np.testing.assert_array_equal(vectors[words["1 2 3"]], [4, 5, 6])


def test_the_first_line_of_fasttext(tmp_path):
    words, vectors = glove(path=write(tmp_path / "a.txt", "6 3", *LINES))
    assert len(words) == 6 and vectors.shape == (6, 3)


def test_a_number_as_first_word_is_no_first_line_of_fasttext(tmp_path):
    words, vectors = glove(path=write(tmp_path / "a.txt", "12 0.5", "the 0.25"))
    assert words == {"12": 0, "the": 1} and vectors.tolist() == [[0.5], [0.25]]


def test_only_the_words_asked_for(tmp_path):
    words, vectors = glove({"film", "\x85", "nowhere"}, path=write(tmp_path / "a.txt", *LINES))
    assert words == {"film": 0, "\x85": 1} and vectors.tolist() == [[1, 2, 3], [7, 8, 9]]
    words, vectors = glove([], path=tmp_path / "a.txt")
    assert words == {} and vectors.shape == (0, 3)
    with pytest.raises(ValueError, match="the one string 'film'"):
        glove("film", path=tmp_path / "a.txt")


def test_the_first_of_two_lines_counts(tmp_path):
    words, vectors = glove(path=write(tmp_path / "a.txt", "x 1 2", "y 3 4", "x 5 6"))
    assert words == {"x": 0, "y": 1} and vectors.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("word 1 2", "no word and 3 numbers in line 107"),
        ("word 1 2 x", "line 107: could not convert"),
        ("word 1 2 nan", "line 107: all numbers must be finite"),
        ("word 1 2 inf", "line 107: all numbers must be finite"),
        ("", "no word and 3 numbers in line 107"),
    ],
)
@pytest.mark.parametrize("header", [[], ["106 3"]])
def test_a_line_that_is_wrong(tmp_path, line, message, header):
    lines = [*LINES, *[f"w{index} 1 2 3" for index in range(100 - len(header))], line, *LINES]
    with pytest.raises(ValueError, match=f"a.txt.*{message}"):
        glove(path=write(tmp_path / "a.txt", *header, *lines))


@pytest.mark.parametrize("text", [b"", b"\n", b"words\nalone\n"])
def test_a_file_of_something_else(tmp_path, text):
    (tmp_path / "a.txt").write_bytes(text)
    with pytest.raises(ValueError, match="a.txt does not begin with a word and its numbers"):
        glove(path=tmp_path / "a.txt")


def make_zip(path, **files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in files.items():
            archive.writestr(f"glove.{name}.txt", "".join(line + "\n" for line in lines))
    return path


def test_zip_and_gzip(tmp_path):
    one = make_zip(tmp_path / "one.zip", **{"840B.300d": LINES})
    packed = tmp_path / "a.txt.gz"
    packed.write_bytes(gzip.compress(write(tmp_path / "a.txt", *LINES).read_bytes()))
    for path in (one, packed, str(packed)):
        assert glove(path=path)[1].shape == (6, 3)
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(ValueError, match="a.txt.gz is damaged"):
        glove(path=packed)
    two = make_zip(tmp_path / "two.zip", a=LINES, b=LINES)
    with pytest.raises(ValueError, match="holds glove.a.txt, glove.b.txt: unpack"):
        glove(path=two)


FIFTY, HUNDRED = ["the 1 2"], ["the 1 2 3 4"]


def test_a_name_chooses_in_the_zip(cache, tmp_path, monkeypatch):
    make_zip(tmp_path / "glove" / "glove.6B.zip", **{"6B.50d": FIFTY, "6B.100d": HUNDRED})
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    assert glove(name="6B.50d")[1].shape == (1, 2)
    assert glove(name="6B.100d")[1].shape == glove()[1].shape == (1, 4)
    with pytest.raises(FileNotFoundError, match=r'1520 MB.*glove\(name="twitter.27B.25d", download=True\)'):
        glove(name="twitter.27B.25d")


@pytest.mark.parametrize("place", ["glove/", ""])
@pytest.mark.parametrize("file", ["glove.twitter.27B.25d.txt", "glove.twitter.27B.25d.11925words.txt"])
def test_text_files_are_found(cache, tmp_path, monkeypatch, place, file):
    write(tmp_path / (place + file), *LINES)
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    assert glove()[1].shape == glove(name="twitter.27B.25d")[1].shape == (6, 3)


def test_names_that_are_refused(cache, tmp_path):
    with pytest.raises(ValueError, match="name must be one of 6B.50d, .* got '6B.25d'"):
        glove(name="6B.25d")
    with pytest.raises(ValueError, match="a name or a path, not both"):
        glove(name="6B.50d", path=tmp_path)


def test_without_the_vectors_it_says_what_to_call(cache):
    with pytest.raises(FileNotFoundError) as caught:
        glove()
    for part in ("GloVe vectors (6B.100d)", "nlp.stanford.edu", "862 MB", "PDDL 1.0", "glove(download=True)"):
        assert part in str(caught.value)


def test_download(cache, tmp_path, server, monkeypatch):
    data = make_zip(tmp_path / "a.zip", **{"6B.50d": FIFTY, "6B.100d": HUNDRED}).read_bytes()
    server.files["glove.6B.zip"] = data
    original = module.File

    def served(url, places, size, sha256):
        assert url == "https://nlp.stanford.edu/data/glove.6B.zip" and size == 862_182_613
        sha256 = hashlib.sha256(data).hexdigest()
        return original(server.url(behaviour, "glove.6B.zip"), places, len(data), sha256)

    monkeypatch.setattr(module, "File", served)
    behaviour = "wrong"
    with pytest.raises(DownloadError, match="SHA-256 differs"):
        glove(name="6B.50d", download=True)
    behaviour = "whole"
    assert glove(name="6B.50d", download=True)[1].shape == (1, 2)
    assert glove()[1].shape == (1, 4)
    assert len(server.requests) == 2


def test_the_matrix_of_an_embedding(tmp_path):
    words, vectors = glove(path=write(tmp_path / "a.txt", "the 1 2", "film 3 4", "<unk> 5 6", "<pad> 7 8"))
    vocabulary = {"<pad>": 0, "<unk>": 1, "film": 2, "zzz": 3, "the": 4}
    matrix, coverage = glove_matrix(vocabulary, words, vectors)
    assert matrix.dtype == np.float32
    assert matrix.tolist() == [[0, 0], [0, 0], [3, 4], [0, 0], [1, 2]]
    assert coverage == pytest.approx(2 / 3)
    counts = {"film": 5, "zzz": 1, "the": 10, "rare": 4}
    assert glove_matrix(vocabulary, words, vectors, counts=counts)[1] == pytest.approx(15 / 20)
    matrix, _ = glove_matrix(vocabulary, words, vectors, zero=["film"])
    assert matrix.tolist() == [[7, 8], [5, 6], [0, 0], [0, 0], [1, 2]]
    assert glove_matrix({}, words, vectors)[1] == 0.0
    matrix[:] = 9
    assert vectors.max() == 8


@pytest.mark.parametrize("vocabulary", [{"the": 1}, {"the": 0, "film": 0}, {"the": 0, "film": 2}])
def test_rows_that_do_not_fit(tmp_path, vocabulary):
    with pytest.raises(ValueError, match="rows of vocabulary must be 0"):
        glove_matrix(vocabulary, {"the": 0}, np.zeros((1, 2)))


@pytest.mark.data
def test_the_real_vectors():
    """A part of the collection, in a file that says how large it is."""
    path = Path(os.environ.get("SEQLEARN_DATA", "")) / "glove" / "glove.twitter.27B.25d.11925words.txt"
    if not path.is_file():
        pytest.skip(f"SEQLEARN_DATA names no folder with glove/{path.name}")
    words, vectors = glove(path=path)
    assert vectors.shape == (11_925, 25) and len(words) == 11_925
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = np.argsort(unit @ unit[words["monday"]])[-5:]
    assert {"tuesday", "thursday"} <= {word for word, row in words.items() if row in nearest}
    assert glove(name="twitter.27B.25d")[1].shape[1] == 25


THREE = ["the .1 .2 .3", "cat 1 2 3", "of 4 5 6"]
MARKED = ["<<<<<<< HEAD", *THREE, "=======", *THREE, ">>>>>>> theirs"]


@pytest.mark.parametrize("words", [None, {"the", "cat"}, {"nowhere"}])
@pytest.mark.parametrize(("lines", "message"), [
    ([THREE[0], ".4 .5 .6", THREE[1]], "no word and 3 numbers in line 2: '.4 .5 .6'"),  # its word is missing
    ([*THREE[:2], "of 7 0."], "no word and 3 numbers in line 3: 'of 7 0.'"),  # cut short
    (["the .1 .2", *THREE], "no word and 3 numbers in line 1"),
    ([". . . 1 2", *THREE], "no word and 3 numbers in line 1"),
    ([*THREE, "on 1 2 3 4"], "more than a word and 3 numbers in line 4: 'on 1 2 3 4'"),
    ([*THREE, "on one 2 3"], "no word and 3 numbers in line 4"),
    (MARKED, "no word and 3 numbers in line 1: '<<<<<<< HEAD'"),
    (MARKED[1:], "no word and 3 numbers in line 4: '======='"),
    ([*THREE, "", *THREE], "no word and 3 numbers in line 4: ''"),
    (["", *THREE], "no word and 3 numbers in line 1"),
    (["3 3", THREE[0], "cat 1 2"], "no word and 3 numbers in line 3"),
    (["3 2", *THREE], "gives 2 numbers a word in line 1, and has 3 in those after it"),
    (["the,.1,.2"], "does not begin with a word and its numbers: line 1 is 'the,.1,.2'"),
])
def test_no_line_changes_the_size_of_the_vectors(tmp_path, lines, message, words):
    with pytest.raises(ValueError, match=f"a.txt .*{re.escape(message)}"):
        glove(words, path=write(tmp_path / "a.txt", *lines))


@pytest.mark.parametrize("header", [[], ["3 3"]])
def test_the_mark_in_front_of_utf_8_is_no_letter(tmp_path, header):
    path = write(tmp_path / "a.txt", *header, *THREE)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    words, vectors = glove({"the", "of"}, path=path)
    assert words == {"the": 0, "of": 1} and vectors[1].tolist() == [4, 5, 6]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_another_encoding(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(("\ufeff" * (encoding == "utf-16-be") + "\n".join(THREE)).encode(encoding))
    with pytest.raises(ValueError, match="a.txt is UTF-16 from its line 1 on, and not UTF-8. Save it as UTF-8 again"):
        glove(path=path)


@pytest.mark.parametrize(("path", "error"), [(".", ValueError), ("gone.txt", FileNotFoundError), (3, TypeError)])
def test_a_path_that_is_no_file(tmp_path, monkeypatch, path, error):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match="path must be a"):
        glove(path=path)


def test_a_zip_of_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("./glove.6B.50d.txt", "the 1 2\n")
        archive.writestr("./glove.6B.100d.txt", "the 1 2 3 4\n")
    assert glove(path=tmp_path / "a.zip")[1].shape == (1, 4)


def test_one_word_is_no_collection():
    with pytest.raises(ValueError, match="zero must be a collection of words, got the one string '<pad>'"):
        glove_matrix({"the": 0}, {"the": 0}, np.zeros((1, 2)), zero="<pad>")
