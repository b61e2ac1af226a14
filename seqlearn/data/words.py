"""From raw text to arrays: words, a vocabulary, padded batches. NumPy only.

    words = tokenize("It isn't good!")             # ["it", "isn't", "good", "!"]
    vocabulary = build_vocabulary(texts, size=20_000)
    rows = [encode(text, vocabulary) for text in texts]
    x, lengths = pad(rows)                         # x (T, N), padded with 0 at the end; lengths (N,)
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from seqlearn.data.tokens import MARK, check_several, check_text, composed, find_tokens
from seqlearn.nn.layer import check_rng, check_size

PAD, UNKNOWN = 0, 1  # the first two rows of every vocabulary
_LETTERS = rf"[^\W\d_]+(?:{MARK}[^\W\d_]*)*"
_WORD = re.compile(rf"\d+/10\b|\d+|{_LETTERS}(?:'{_LETTERS})*|[!?]")


def tokenize(text: str) -> list[str]:
    """The words of a text in lower case, with "isn't" and "7/10" as one word each, and ! and ?; nothing else.

    Letters and their marks are composed first (NFC). Raises TypeError for what is not one text.
    """
    text = composed(check_text("text", text)).lower().replace("<br />", " ")
    for apostrophe in "’`´\x92":
        text = text.replace(apostrophe, "'")
    return find_tokens(_WORD, text)


def build_vocabulary(texts: Iterable[str], size: int = 20_000, *, at_least: int = 1) -> dict[str, int]:
    """Word → row: the `size` - 2 most frequent words that occur `at_least` times, from row 2 on, most frequent first.

    Row 0 is "<pad>", row 1 "<unk>". Words that occur equally often stand in alphabetical order.
    Raises ValueError when size is below 3, and for one text in place of several.
    """
    check_several("texts", texts, "a list of texts")
    if size < 3:
        raise ValueError(f"size must be 3 or more, for <pad>, <unk> and a word, got {size}")
    counts = Counter(word for text in texts for word in tokenize(text))
    kept = sorted((word for word, count in counts.items() if count >= at_least), key=lambda word: (-counts[word], word))
    return {"<pad>": PAD, "<unk>": UNKNOWN} | {word: row for row, word in enumerate(kept[: size - 2], start=2)}


def encode(text: str, vocabulary: dict[str, int], *, last: int | None = None) -> np.ndarray:
    """The rows of a text's words, (T,) int64; words that are not in the vocabulary become 1.

    last: keep this many words from the end. A text without words becomes one unknown
    word, so that every text has at least one step.
    """
    rows = [vocabulary.get(word, UNKNOWN) for word in tokenize(text)] or [UNKNOWN]
    return np.array(rows if last is None else rows[-last:], dtype=np.int64)


def pad(rows: Sequence[np.ndarray], length: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of different lengths as one array: x (T, N) int64, time-major, 0 after the end; lengths (N,) int64.

    length: T, when it is to be more than the longest. Raises ValueError when a row is empty or longer than `length`.
    """
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    if len(rows) == 0 or lengths.min() < 1:
        raise ValueError("rows must be one or more sequences of at least one step")
    longest = int(lengths.max())
    if length is not None and length < longest:
        raise ValueError(f"length must be at least {longest}, the longest row, got {length}")
    x = np.full((length or longest, len(rows)), PAD, dtype=np.int64)
    for n, row in enumerate(rows):
        x[: len(row), n] = row
    return x, lengths


def batches_by_length(rows: Sequence[np.ndarray], labels: np.ndarray, batch_size: int,
                      rng: np.random.Generator | None = None, *, pool: int = 50,
                      ) -> Iterator[tuple[tuple[np.ndarray, np.ndarray], np.ndarray]]:
    """Batches ((x (T, N), lengths (N,)), labels (N,) float32) of rows of similar length: little padding is computed.

    With an rng the rows are shuffled, sorted by length within pools of `pool` batches, and the batches shuffled again:
    every epoch has other batches. Without one the rows come sorted, longest last.
    """
    check_size("batch_size", batch_size)
    order = np.arange(len(rows)) if rng is None else check_rng(rng).permutation(len(rows))
    lengths = np.array([len(row) for row in rows])
    size = len(rows) if rng is None else pool * batch_size
    groups = []
    for start in range(0, len(rows), size):
        chunk = order[start : start + size]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        groups += [chunk[i : i + batch_size] for i in range(0, len(chunk), batch_size)]
    for i in range(len(groups)) if rng is None else rng.permutation(len(groups)):
        yield pad([rows[n] for n in groups[i]]), np.asarray(labels, dtype=np.float32)[groups[i]]


def embedding_matrix(vocabulary: dict[str, int], words: dict[str, int], vectors: np.ndarray) -> tuple[np.ndarray, int]:
    """Rows of pre-trained vectors in the order of a vocabulary, (V, D) float32, and how many words were found.

    words: word → row of vectors (W, D), as `seqlearn.data.glove` gives them. The rows of <pad>, of <unk> and of words
    without a vector are zero: they say nothing.
    """
    matrix = np.zeros((max(vocabulary.values()) + 1, vectors.shape[1]), dtype=np.float32)
    found = 0
    for word, row in vocabulary.items():
        if row not in (PAD, UNKNOWN) and word in words:
            matrix[row] = vectors[words[word]]
            found += 1
    return matrix, found
