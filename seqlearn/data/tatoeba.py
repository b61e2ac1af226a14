"""Tatoeba: short sentences in English and another language, by volunteers.

    english, french = tatoeba("fra")[0]
"""

import re
from pathlib import Path

from seqlearn.data.archives import open_zip, read_gzip
from seqlearn.data.download import File, Source, obtain
from seqlearn.data.utf8 import decoded

EXPANDED = 400_000_000  # bytes; the collections grow, the largest has some 100 million


def tatoeba(language: str = "fra", *, download: bool = False) -> list[tuple[str, str]]:
    """Pairs (English sentence, sentence in `language`), short ones first, as manythings.org/anki collects them.

    language: three letters as in the file names there: "fra", "deu", "spa", "cmn" … The collection grows, so how many
    pairs there are depends on the day. An English sentence with several translations comes several times: split by
    sentence, or test sentences stand in train.

    Reads fra-eng.zip, fra.txt.gz or fra.txt from the folder that SEQLEARN_DATA names or from the cache; `download`
    fetches the zip. Raises FileNotFoundError when it is not here, DownloadError when it cannot be fetched, and
    ValueError for a language that is not three letters and for a file that is not whole.
    """
    if not isinstance(language, str) or not re.fullmatch("[a-z]{3}", language):
        raise ValueError(f'language must be three small letters, such as "fra", got {language!r}')
    (path,) = obtain(_source(language), download=download)
    return _pairs(path, language)


def _source(language: str) -> Source:
    names = (f"{language}-eng.zip", f"{language}.txt.gz", f"{language}.txt")
    return Source(
        name=f"Tatoeba pairs ({language})",
        home="https://www.manythings.org/anki/",
        licence="CC BY 2.0 FR (tatoeba.org)",
        call=f'tatoeba("{language}", download=True)',
        files=(
            File(
                url=f"https://www.manythings.org/anki/{language}-eng.zip",
                places=tuple(folder + name for folder in ("tatoeba/", "") for name in names),
                size=8_000_000,  # about right for the languages with many pairs
                check=lambda path: _pairs(path, language),
            ),
        ),
    )


def _pairs(path: Path, language: str) -> list[tuple[str, str]]:
    if path.suffix == ".zip":
        with open_zip(path, f"{language}.txt", limit=EXPANDED) as file:
            data = file.read()
    else:
        data = read_gzip(path, limit=EXPANDED) if path.suffix == ".gz" else path.read_bytes()
    lines = decoded(data, path).rstrip("\r\n").split("\n")
    pairs = [tuple(line.rstrip("\r").split("\t")[:2]) for line in lines]
    for number, pair in enumerate(pairs, start=1):
        if len(pair) != 2:
            raise ValueError(f"{path} has no tab in line {number:,}: {lines[number - 1][:40]!r}")
    return pairs
