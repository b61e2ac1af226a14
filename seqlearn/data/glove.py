"""Word vectors in GloVe's text format (Pennington, Socher and Manning, EMNLP 2014).

    words, vectors = glove()                              # all words of the file that is at hand
    words, vectors = glove({"film", "plot"}, path="glove.840B.300d.zip")
    matrix, coverage = glove_matrix(vocabulary, words, vectors)
"""

import contextlib
import gzip
import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from seqlearn.data.archives import open_zip, whole, zip_names
from seqlearn.data.download import File, Source, obtain
from seqlearn.data.utf8 import MARK, refuse_utf_16
from seqlearn.paths import file_to_read

COLLECTIONS = {  # name: sizes of its vectors, bytes and SHA-256 of its zip
    "6B": ((50, 100, 200, 300), 862_182_613, "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb"),
    "twitter.27B": (
        (25, 50, 100, 200),
        1_520_408_563,
        "792af52f795d1a32c9842a3240f5f3fe5e941a8ff6df5eb0f9d668092ebc019c",
    ),
}
NAMES = tuple(f"{collection}.{size}d" for collection, (sizes, *_) in COLLECTIONS.items() for size in sizes)
DEFAULT = "6B.100d"  # of the smaller download, and what chapter 10's published recipe uses
FIRST_LINES = 100  # that say how many numbers a line has
ZERO = ("<pad>", "<unk>")


def glove(
    words: Collection[str] | None = None,
    *,
    name: str | None = None,
    path: str | Path | None = None,
    download: bool = False,
) -> tuple[dict[str, int], np.ndarray]:
    """Word vectors: a dict from each word to its row, in the file's order, and the rows (V, D) float32.

    words: keep these alone; a file of 400,000 words then takes seconds. None: all of them.
    name: "6B.50d", "6B.100d", "6B.200d", "6B.300d" (Wikipedia and news; one zip of 862 MB) or "twitter.27B.25d",
    "….50d", "….100d", "….200d" (1,520 MB). None: the file that is here, 6B.100d before the others.
    path: instead of a name, any file in GloVe's text format: .txt, .txt.gz, or a .zip that holds it. A first line
    that gives the number of words and of columns, as fastText writes it, is skipped.
    download: fetch the zip when the vectors are not here.

    Raises FileNotFoundError when they are not here, DownloadError when they cannot be fetched, and ValueError for an
    unknown name and, naming file and line, for a line that is not a word and D finite numbers. D is what most of the
    first lines have.
    """
    if path is not None and name is not None:
        raise ValueError("give a name or a path, not both")
    if isinstance(words, str):
        raise ValueError(f"words must be a collection of words, got the one string {words!r}")
    if name is not None and name not in NAMES:
        raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
    if path is None:
        (path,) = obtain(_source(name), download=download)
    path = file_to_read("path", path)
    with _open(path, name) as file:
        return _parse(file, words, path)


def glove_matrix(
    vocabulary: Mapping[str, int],
    words: Mapping[str, int],
    vectors: np.ndarray,
    *,
    counts: Mapping[str, int] | None = None,
    zero: Collection[str] = ZERO,
) -> tuple[np.ndarray, float]:
    """First weights of an embedding, (V, D) float32 with each word's vector in its row, and the coverage.

    vocabulary: word to row, rows 0 … V − 1. words, vectors: from `glove`. Rows of words that GloVe lacks and of the
    words in `zero` (padding and unknown) are zero. The coverage is the share of the vocabulary that has a vector,
    `zero` not counted; with `counts` (word to how often it stands in the text) it is the share of the running words.

    Raises ValueError when the rows of the vocabulary are not 0 … V − 1, each once.
    """
    if isinstance(zero, str):
        raise ValueError(f"zero must be a collection of words, got the one string {zero!r}")
    if sorted(vocabulary.values()) != list(range(len(vocabulary))):
        raise ValueError(f"the rows of vocabulary must be 0 … {len(vocabulary) - 1}, each once")
    matrix = np.zeros((len(vocabulary), vectors.shape[1]), dtype=np.float32)
    known = [word for word in vocabulary if word in words and word not in zero]
    matrix[[vocabulary[word] for word in known]] = vectors[[words[word] for word in known]]
    if counts is None:
        counts = dict.fromkeys(vocabulary.keys() - set(zero), 1)
    total = sum(counts.values())
    return matrix, sum(counts.get(word, 0) for word in known) / total if total else 0.0


def _source(name: str | None) -> Source:
    chosen = name or DEFAULT
    collection = chosen.rpartition(".")[0]
    _, size, sha256 = COLLECTIONS[collection]
    argument = f'name="{name}", ' if name else ""
    names = [name] if name else sorted(NAMES, key=lambda other: other != DEFAULT)
    return Source(
        name=f"GloVe vectors ({chosen})",
        home="https://nlp.stanford.edu/projects/glove/",
        licence="PDDL 1.0",
        call=f"glove({argument}download=True)",
        files=(
            File(
                url=f"https://nlp.stanford.edu/data/glove.{collection}.zip",
                # A few words of a collection, in a file whose name says so, serve as well.
                places=tuple(
                    place
                    for other in names
                    for folder in ("glove/", "")
                    for place in (
                        f"{folder}glove.{other.rpartition('.')[0]}.zip",
                        f"{folder}glove.{other}.txt",
                        f"{folder}glove.{other}.*words.txt",
                    )
                ),
                size=size,
                sha256=sha256,
            ),
        ),
    )


@contextlib.contextmanager
def _open(path: Path, name: str | None) -> Iterator[IO[bytes]]:
    if path.suffix == ".zip":
        held = zip_names(path)
        wanted = f"glove.{name or DEFAULT}.txt"
        if wanted not in held and len(held) > 1:
            raise ValueError(f"{path} holds {', '.join(held)}: unpack the one you want, or give its name")
        with open_zip(path, wanted if wanted in held else held[0]) as file:
            yield file
    else:
        with whole(path), gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            yield file


def _parse(file: Iterable[bytes], words: Collection[str] | None, path: Path) -> tuple[dict[str, int], np.ndarray]:
    """Words and rows. Lines are bytes: words hold signs at which str.split and str.splitlines would split."""
    lines = map(_strip, file)
    first = list(itertools.islice(lines, FIRST_LINES))
    if first:
        refuse_utf_16(first[0], path)
        first[0] = first[0].removeprefix(MARK)
    columns, skipped = _columns(first, path)
    wanted = None if words is None else {word.encode() for word in words}
    rows: dict[str, int] = {}
    vectors: list[np.ndarray] = []
    for number, line in enumerate(itertools.chain(first[skipped:], lines), start=1 + skipped):
        word, *numbers = line.rsplit(b" ", columns)
        if len(numbers) != columns or not _is_number(numbers[0]):
            raise ValueError(f"{path} has no word and {columns} numbers in line {number:,}: {_begin(line)}")
        start, blank, end = word.rpartition(b" ")
        if blank and _is_number(end) and not all(map(_is_number, start.split())):
            raise ValueError(f"{path} has more than a word and {columns} numbers in line {number:,}: {_begin(line)}")
        text = word.decode("utf-8", errors="replace")
        if (wanted is None or word in wanted) and text not in rows:
            rows[text] = len(rows)
            vectors.append(_vector(numbers, f"{path}, line {number:,}"))
    return rows, np.stack(vectors) if vectors else np.zeros((0, columns), dtype=np.float32)


def _columns(first: list[bytes], path: Path) -> tuple[int, int]:
    """How many numbers a line has, and how many lines to skip: one, when the first gives the sizes.

    Most lines decide: one may be cut short, one may be no vector at all, and a word may hold blanks.
    """
    header = first[0].split() if first else []
    skipped = int(len(header) == 2 and all(field.isdigit() for field in header))
    counts = Counter(count for line in first[skipped:] if (count := _numbers_at_the_end(line)))
    if not counts and not skipped:
        raise ValueError(f"{path} does not begin with a word and its numbers: line 1 is {_begin(b''.join(first[:1]))}")
    columns = max(counts, key=lambda count: (counts[count], count), default=0)
    if skipped and columns and columns != int(header[1]):
        raise ValueError(f"{path} gives {int(header[1])} numbers a word in line 1, and has {columns} in those after it")
    columns = columns or int(header[1])
    if columns < 1:
        raise ValueError(f"{path} does not begin with a word and its numbers: line 1 is {_begin(first[0])}")
    return columns, skipped


def _numbers_at_the_end(line: bytes) -> int:
    """How many numbers stand after the word, 0 for what is no line of a vector."""
    fields = line.split(b" ")[1:]
    return sum(1 for _ in itertools.takewhile(_is_number, reversed(fields)))


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _begin(line: bytes) -> str:
    """The first signs of a line, for a message."""
    return repr(line[:40].decode("utf-8", errors="replace"))


def _strip(line: bytes) -> bytes:
    return line.rstrip(b"\r\n ")


def _vector(numbers: list[bytes], where: str) -> np.ndarray:
    try:
        vector = np.array([float(number) for number in numbers], dtype=np.float32)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    if not np.isfinite(vector).all():
        raise ValueError(f"{where}: all numbers must be finite")
    return vector
