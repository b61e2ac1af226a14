"""Multi30k: captions of 31,014 photographs in several languages, line by line (Elliott et al. 2016).

    pairs = multi30k("de", "en")        # German to English
    source, target = pairs["train"][0]
"""

from pathlib import Path

from seqlearn.data.archives import read_gzip
from seqlearn.data.download import File, Source, obtain
from seqlearn.data.utf8 import decoded

PARTS = {"train": ("train", 29_000), "val": ("val", 1_014), "test": ("test_2016_flickr", 1_000)}  # file, lines
LANGUAGES = ("en", "de", "fr", "cs")
EXPANDED = 20_000_000  # bytes; the longest file has some two million
# One commit of the repository, so that the files stay what they are.
RAW = "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/raw"
SIZES = {"train": 620_000, "val": 25_000, "test": 23_000}
SHA256 = {  # of the languages for which one is published
    ("train", "de"): "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    ("train", "en"): "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    ("val", "de"): "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    ("val", "en"): "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    ("test", "de"): "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    ("test", "en"): "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
}


def multi30k(source: str = "de", target: str = "en", *, download: bool = False) -> dict[str, list[tuple[str, str]]]:
    """Pairs (source sentence, target sentence) of "train" (29,000), "val" (1,014) and "test" (1,000: Flickr 2016).

    source, target: two of "en", "de", "fr", "cs". Reads train.de.gz and the like, or the unpacked files, from the
    folder that SEQLEARN_DATA names or from the cache; `download` fetches what is lacking (1.3 MB for two languages).

    Raises FileNotFoundError when a file is not here, DownloadError when it cannot be fetched, and ValueError for an
    unknown language and for a file that is not whole.
    """
    for name, language in (("source", source), ("target", target)):
        if language not in LANGUAGES:
            raise ValueError(f"{name} must be one of {', '.join(LANGUAGES)}, got {language!r}")
    if source == target:
        raise ValueError(f"source and target must differ, got {source!r} twice")
    paths = iter(obtain(_source(source, target), download=download))
    texts = {(part, language): _lines(next(paths), part) for part in PARTS for language in (source, target)}
    return {part: list(zip(texts[part, source], texts[part, target])) for part in PARTS}


def _source(source: str, target: str) -> Source:
    return Source(
        name=f"Multi30k captions ({source}, {target})",
        home="https://github.com/multi30k/dataset",
        licence="for research and education (Elliott et al. 2016)",
        call=f'multi30k("{source}", "{target}", download=True)',
        files=tuple(_file(part, language) for part in PARTS for language in (source, target)),
    )


def _file(part: str, language: str) -> File:
    name = f"{PARTS[part][0]}.{language}"
    return File(
        url=f"{RAW}/{name}.gz",
        places=tuple(folder + name + end for folder in ("multi30k/", "data/task1/raw/", "") for end in (".gz", "")),
        size=SIZES[part],
        sha256=SHA256.get((part, language)),
        check=lambda path: _lines(path, part),
    )


def _lines(path: Path, part: str) -> list[str]:
    data = read_gzip(path, limit=EXPANDED) if path.suffix == ".gz" else path.read_bytes()
    # Split at line feeds alone: str.splitlines also splits at characters that stand within sentences.
    lines = decoded(data, path).removesuffix("\n").split("\n")
    if len(lines) != PARTS[part][1]:
        raise ValueError(f"{path} holds {len(lines):,} lines, expected {PARTS[part][1]:,}")
    return [line.strip() for line in lines]
