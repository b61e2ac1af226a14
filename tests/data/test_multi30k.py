"""Multi30k: two languages, line by line."""

import gzip
import hashlib
import os
import sys

import pytest

from seqlearn.data import DownloadError, multi30k

module = sys.modules["seqlearn.data.multi30k"]

LINES = {"train": 3, "val": 2, "test_2016_flickr": 1}


@pytest.fixture
def small(monkeypatch, cache):
    parts = {part: (name, LINES[name]) for part, (name, _) in module.PARTS.items()}
    monkeypatch.setattr(module, "PARTS", parts)
    return cache


def text(name, language, lines=None):
    return "".join(f"{name} {language} {index} a\u2028b\n" for index in range(lines or LINES[name]))


def fill(folder, languages=("de", "en"), packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for name in LINES:
        for language in languages:
            data = text(name, language).encode()
            path = folder / f"{name}.{language}{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(data) if packed else data)


@pytest.mark.parametrize("place", ["multi30k", "data/task1/raw", "."])
@pytest.mark.parametrize("packed", [True, False])
def test_pairs(small, tmp_path, monkeypatch, place, packed):
    fill(tmp_path / "mine" / place, packed=packed)
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path / "mine"))
    pairs = multi30k("de", "en")
    assert {part: len(rows) for part, rows in pairs.items()} == {"train": 3, "val": 2, "test": 1}
    assert pairs["train"][1] == ("train de 1 a\u2028b", "train en 1 a\u2028b")
    assert multi30k("en", "de")["test"] == [pairs["test"][0][::-1]]


@pytest.mark.parametrize("lines", [1, 3])
def test_a_file_of_another_length(small, lines):
    fill(small / "multi30k")
    path = small / "multi30k" / "val.en.gz"
    path.write_bytes(gzip.compress(text("val", "en", lines).encode()))
    with pytest.raises(ValueError, match=f"val.en.gz holds {lines} lines, expected 2"):
        multi30k()


def test_a_damaged_file(small):
    fill(small / "multi30k")
    path = small / "multi30k" / "train.de.gz"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match="train.de.gz is damaged"):
        multi30k()


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("xx", "en", "source must be one of en, de, fr, cs, got 'xx'"),
        ("de", "../x", "target must"),
        ("de", "de", "differ"),
    ],
)
def test_languages_that_are_refused(cache, source, target, message):
    with pytest.raises(ValueError, match=message):
        multi30k(source, target)


def test_without_the_files_it_says_what_to_call(cache):
    with pytest.raises(FileNotFoundError) as caught:
        multi30k("fr", "en")
    parts = ("Multi30k captions (fr, en)", "github.com/multi30k", "1.3 MB", "research and education")
    for part in (*parts, 'multi30k("fr", "en", download=True)'):
        assert part in str(caught.value)


@pytest.fixture
def home(server, monkeypatch):
    """The files at the test's server, with their checksums for German and English, as in truth."""

    def serve(behaviour):
        monkeypatch.setattr(module, "RAW", server.url(behaviour, "").rstrip("/"))

    sums = {}
    for part, (name, _) in module.PARTS.items():
        for language in ("de", "en", "fr"):
            data = gzip.compress(text(name, language).encode())
            server.files[f"{name}.{language}.gz"] = data
            if language != "fr":
                sums[part, language] = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(module, "SHA256", sums)
    return serve


def test_download(small, home, server):
    home("whole")
    assert multi30k("de", "en", download=True) == multi30k("de", "en")
    assert len(server.requests) == 6
    multi30k("fr", "en", download=True)
    assert [path for path in server.requests[6:]] == [f"/whole/{name}.fr.gz" for name in LINES]


@pytest.mark.parametrize(
    ("language", "behaviour", "message"),
    [("de", "wrong", "SHA-256 differs"), ("fr", "wrong", "train.fr.gz is damaged"), ("fr", "cutunseen", "damaged")],
)
def test_a_download_that_is_not_whole(small, home, server, language, behaviour, message):
    """For French no checksum is published: gzip's own and the number of lines stand in."""
    home(behaviour)
    with pytest.raises(DownloadError, match=message):
        multi30k(language, "en", download=True)
    assert not list(small.rglob("*.gz"))


@pytest.mark.data
def test_the_real_captions():
    try:
        german, french = multi30k("de", "en"), multi30k("fr", "en")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    for pairs in (german, french):
        assert {part: len(rows) for part, rows in pairs.items()} == {"train": 29_000, "val": 1_014, "test": 1_000}
        assert all(source and target for rows in pairs.values() for source, target in rows)
    assert [english for _, english in german["val"]] == [english for _, english in french["val"]]
    assert german["train"][0] == (
        "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
        "Two young, White males are outside near many bushes.",
    )


@pytest.mark.data
@pytest.mark.parametrize(("part", "language"), sorted(module.SHA256))
def test_the_checksums(part, language):
    folder = os.environ.get("SEQLEARN_DATA")
    path = f"{folder}/multi30k/{module.PARTS[part][0]}.{language}.gz"
    if not folder or not os.path.exists(path):
        pytest.skip(f"no {path}")
    with open(path, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == module.SHA256[part, language]
