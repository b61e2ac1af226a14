"""IMDB: every review once, in a fixed order, from the archive or from the folder that somebody unpacked."""

import hashlib
import io
import sys
import tarfile
import time
from dataclasses import replace

import pytest

from seqlearn.data import DownloadError, imdb
from seqlearn.data.download import File

module = sys.modules["seqlearn.data.imdb"]  # the package has the function under this name

REVIEWS = {
    "train/neg/0_3.txt": "Dull.<br /><br />Very dull.",
    "train/neg/10_1.txt": "Not good.",
    "train/neg/9_1.txt": "Bad.",
    "train/pos/0_9.txt": "Great!",
    "train/pos/1_10.txt": "Très bien.",
    "train/pos/2_8.txt": "I liked it.",
    "test/neg/0_4.txt": "Awful.",
    "test/neg/1_2.txt": "Bad.",
    "test/neg/2_2.txt": "bad.",
    "test/pos/0_7.txt": "Fine.",
    "test/pos/1_7.txt": "Great!",
    "test/pos/2_7.txt": "Good.",
}
OTHERS = {"README": "about", "train/unsup/0_0.txt": "no label", "train/pos/x.txt": "?", "test/labeledBow.feat": "0 1:2"}


@pytest.fixture
def small(monkeypatch, cache):
    """Three reviews of each label are the whole set."""
    monkeypatch.setattr(module, "REVIEWS", 3)
    return cache


def archive(path, texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, text in texts.items():
            info = tarfile.TarInfo(f"aclImdb/{name}")
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return path


def expected():
    train = ["Dull.<br /><br />Very dull.", "Bad.", "Not good.", "Great!", "Très bien.", "I liked it."]
    test = ["Awful.", "Bad.", "bad.", "Fine.", "Great!", "Good."]
    return [list(zip(texts, [0, 0, 0, 1, 1, 1])) for texts in (train, test)]


@pytest.mark.parametrize("place", ["imdb/aclImdb_v1.tar.gz", "aclImdb_v1.tar.gz", "imdb/aclImdb_labelled50k.tar.gz"])
@pytest.mark.parametrize("order", [1, -1])
def test_the_archive_in_a_fixed_order(small, monkeypatch, tmp_path, place, order):
    archive(tmp_path / place, dict(list({**REVIEWS, **OTHERS}.items())[::order]))
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    reviews = imdb()
    assert [reviews.train, reviews.test] == expected()
    assert reviews.shared == [1, 4] and [reviews.test[index][0] for index in reviews.shared] == ["Bad.", "Great!"]
    assert repr(reviews) == "Imdb(6 to train, 6 to test, 2 of them in both)"


@pytest.mark.parametrize("place", ["imdb/aclImdb", "aclImdb"])
def test_the_unpacked_folder(small, monkeypatch, tmp_path, place):
    for name, text in {**REVIEWS, **OTHERS}.items():
        (tmp_path / place / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place / name).write_bytes(text.encode())
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    assert [imdb().train, imdb().test] == expected()


@pytest.mark.parametrize("name", ["train/neg/10_1.txt", "test/pos/2_7.txt"])
def test_a_review_is_missing(small, name):
    archive(small / "imdb" / "aclImdb_v1.tar.gz", {key: text for key, text in REVIEWS.items() if key != name})
    with pytest.raises(ValueError, match=f"aclImdb_v1.tar.gz holds 2 reviews in {name[:-9].rstrip('/')}.*, expected 3"):
        imdb()


def test_a_damaged_archive(small):
    path = archive(small / "imdb" / "aclImdb_v1.tar.gz", REVIEWS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="aclImdb_v1.tar.gz is damaged .*: delete it and fetch it again"):
        imdb()


def test_a_link_among_the_reviews(small):
    path = small / "imdb" / "aclImdb_v1.tar.gz"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as tar:
        link = tarfile.TarInfo("aclImdb/train/pos/0_9.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(ValueError, match="not a plain file"):
        imdb()


def test_without_the_reviews_it_says_what_to_call(cache):
    with pytest.raises(FileNotFoundError) as caught:
        imdb()
    for part in ("IMDB reviews", "ai.stanford.edu", "84 MB", "cite Maas et al.", "imdb(download=True)"):
        assert part in str(caught.value)


def serve(server, monkeypatch, data, behaviour="whole"):
    server.files["aclImdb_v1.tar.gz"] = data
    file = module.SOURCE.files[0]
    served = File(server.url(behaviour, "aclImdb_v1.tar.gz"), file.places, len(data), hashlib.sha256(data).hexdigest())
    monkeypatch.setattr(module, "SOURCE", replace(module.SOURCE, files=(served,)))


def test_it_is_downloaded_once(small, server, monkeypatch, tmp_path):
    serve(server, monkeypatch, archive(tmp_path / "a.tar.gz", REVIEWS).read_bytes())
    assert imdb(download=True) == imdb() == imdb(download=True)
    assert len(server.requests) == 1


def test_a_cut_download_is_not_read_afterwards(small, server, monkeypatch, tmp_path):
    serve(server, monkeypatch, archive(tmp_path / "a.tar.gz", REVIEWS).read_bytes(), "cutonce")
    with pytest.raises(DownloadError, match="Could not download IMDB reviews: 127.0.0.1 cut the connection"):
        imdb(download=True)
    with pytest.raises(FileNotFoundError):
        imdb()
    assert len(imdb(download=True).train) == 6


@pytest.mark.data
def test_the_real_reviews():
    begin = time.process_time()
    try:
        reviews = imdb()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert time.process_time() - begin < 6
    for part in (reviews.train, reviews.test):
        assert len(part) == 25_000
        assert [label for _, label in part] == [0] * 12_500 + [1] * 12_500
    train, test = ({text for text, _ in part} for part in (reviews.train, reviews.test))
    assert len(train | test) == 49_582
    assert len(reviews.shared) == 123 == sum(text in train for text, _ in reviews.test)
    assert reviews.train[0][0].startswith("Story of a man who has unnatural feelings for a pig.")
    assert sum("<br />" in text for text, _ in reviews.train) > 10_000
