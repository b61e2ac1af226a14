"""IMDB: 50,000 film reviews, each clearly for the film or clearly against it (Maas et al. 2011).

    reviews = imdb()                    # from the folder that SEQLEARN_DATA names, or from an earlier download
    text, label = reviews.train[0]      # label 1 is praise, 0 is not
    reviews.shared                      # the test reviews that also stand in train, word for word
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seqlearn.data.archives import read_tar
from seqlearn.data.download import File, Source, obtain
from seqlearn.data.utf8 import decoded

REVIEWS = 12_500  # of each label in each part
EXPANDED = 600_000_000  # bytes; the original archive holds some 300 million
REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos)/([0-9]+)_[0-9]+\.txt")

SOURCE = Source(
    name="IMDB reviews",
    home="https://ai.stanford.edu/~amaas/data/sentiment/",
    licence="none stated; the authors ask you to cite Maas et al. (2011)",
    call="imdb(download=True)",
    files=(
        File(
            url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
            places=tuple(
                folder + name
                for folder in ("imdb/", "")
                for name in ("aclImdb_v1.tar.gz", "aclImdb_labelled50k.tar.gz", "aclImdb")
            ),
            size=84_125_825,
            sha256="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
        ),
    ),
)


@dataclass(frozen=True, repr=False)
class Imdb:
    """Reviews as pairs (text, label); label 1 is praise, 0 is not.

    train, test: 25,000 each, the 12,500 negative ones first, each half in the order of the files' numbers. HTML breaks
    stand as in the files. shared: indices into test of the 123 reviews whose text also stands in train.
    """

    train: list[tuple[str, int]]
    test: list[tuple[str, int]]
    shared: list[int]

    def __repr__(self) -> str:
        return f"Imdb({len(self.train):,} to train, {len(self.test):,} to test, {len(self.shared):,} of them in both)"


def imdb(*, download: bool = False) -> Imdb:
    """The labelled reviews of the Large Movie Review Dataset (Maas et al., ACL 2011). Shuffle before training.

    Reads aclImdb_v1.tar.gz, or the folder aclImdb that somebody unpacked, from the folder that SEQLEARN_DATA names or
    from the cache; `download` fetches the archive (84 MB) when it is in neither. Reading takes some seconds.

    Raises FileNotFoundError when the reviews are not here, DownloadError when they cannot be fetched, and ValueError
    when what is here is not whole.
    """
    (path,) = obtain(SOURCE, download=download)
    found: dict[tuple[str, str, int], str] = {}
    for name, data in _folder(path) if path.is_dir() else read_tar(path, REVIEW.fullmatch, limit=EXPANDED):
        part, label, number = REVIEW.fullmatch(name).groups()
        found[part, label, int(number)] = decoded(data, f"{path}, {name}")
    for part in ("train", "test"):
        for label in ("neg", "pos"):
            count = sum(key[:2] == (part, label) for key in found)
            if count != REVIEWS:
                raise ValueError(f"{path} holds {count:,} reviews in {part}/{label}, expected {REVIEWS:,}")
    train, test = (
        [(found[key], int(key[1] == "pos")) for key in sorted(found) if key[0] == part] for part in ("train", "test")
    )
    seen = {text for text, _ in train}
    return Imdb(train, test, [index for index, (text, _) in enumerate(test) if text in seen])


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in path.glob("*/*/*.txt"):
        name = f"aclImdb/{file.relative_to(path).as_posix()}"
        if REVIEW.fullmatch(name):
            yield name, file.read_bytes()
