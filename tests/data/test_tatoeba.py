"""Tatoeba pairs: English, a tab, the other language, and what else the line holds."""

import gzip
import io
import sys
import zipfile

import pytest

from seqlearn.data import DownloadError, tatoeba

module = sys.modules["seqlearn.data.tatoeba"]

TEXT = "Go.\tVa !\nHi.\tSalut !\tCC-BY 2.0 (France) Attribution: tatoeba.org #1\nRun!\tCours\u2028 !\n"
PAIRS = [("Go.", "Va !"), ("Hi.", "Salut !"), ("Run!", "Cours\u2028 !")]


def zipped(text, name="fra.txt"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("_about.txt", "about")
        archive.writestr(name, text)
    return buffer.getvalue()


FORMS = {
    "fra-eng.zip": zipped(TEXT),
    "fra.txt.gz": gzip.compress(TEXT.encode("utf-8-sig")),
    "fra.txt": TEXT.replace("\n", "\r\n").encode("utf-8-sig") + b"\n\n",
}


@pytest.mark.parametrize("place", ["tatoeba", "."])
@pytest.mark.parametrize("name", FORMS)
def test_pairs(cache, tmp_path, monkeypatch, place, name):
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / name).write_bytes(FORMS[name])
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    assert tatoeba("fra") == tatoeba() == PAIRS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped("Go.\tVa !\nRun!\n"), "fra-eng.zip has no tab in line 2: 'Run!'"),
        (zipped(""), "no tab in line 1"),
        (zipped(TEXT, "deu.txt"), "holds no fra.txt"),
        (zipped(TEXT, "../fra.txt"), "points outside"),
        (zipped(TEXT)[:-10], "damaged"),
        (b"<html>Sign in to the network</html>", "damaged"),
    ],
)
def test_a_zip_that_is_something_else(cache, server, monkeypatch, data, message):
    """As a download it never reaches the cache; as somebody's own file it is refused."""
    server.files["fra-eng.zip"] = data
    original = module.File
    monkeypatch.setattr(module, "File", lambda url, **rest: original(server.url("whole", url.split("/")[-1]), **rest))
    with pytest.raises(DownloadError, match=f"Could not download Tatoeba pairs .*{message}"):
        tatoeba(download=True)
    assert not list(cache.rglob("*.zip"))
    (cache / "tatoeba" / "fra-eng.zip").write_bytes(data)
    with pytest.raises(ValueError, match=message):
        tatoeba()


def test_download(cache, server, monkeypatch):
    server.files["fra-eng.zip"] = FORMS["fra-eng.zip"]
    original = module.File
    monkeypatch.setattr(module, "File", lambda url, **rest: original(server.url("whole", url.split("/")[-1]), **rest))
    assert tatoeba("fra", download=True) == tatoeba("fra") == PAIRS
    assert len(server.requests) == 1


@pytest.mark.parametrize("language", ["fr", "French", "../x", "fra/", "", "FRA"])
def test_languages_that_are_refused(cache, language):
    with pytest.raises(ValueError, match="three small letters"):
        tatoeba(language)


def test_without_the_file_it_says_what_to_call(cache):
    with pytest.raises(FileNotFoundError) as caught:
        tatoeba("deu")
    for part in ("Tatoeba pairs (deu)", "manythings.org/anki", "CC BY 2.0 FR", 'tatoeba("deu", download=True)'):
        assert part in str(caught.value)


@pytest.mark.data
def test_the_real_pairs():
    try:
        pairs = tatoeba("fra")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert len(pairs) >= 142_787  # so many in 2017; later there are more
    assert pairs[0] == ("Go.", "Va !") and all(len(pair) == 2 and all(pair) for pair in pairs)
