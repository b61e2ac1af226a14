"""Tasks whose input and output are both sequences, of lengths of their own: symbols, pairs, padded batches. NumPy only.

    letters = Symbols("abc")                       # rows: <pad> 0, <start> 1, <end> 2, <unk> 3, a 4, b 5, c 6
    letters.encode("cab")                          # array([6, 4, 5])
    letters.decode([6, 4, 5, END, PAD])            # ["c", "a", "b"]

    pairs = Pairs("copy", letters, letters, train=[("ab", "ab"), …], test=[("ba", "ba"), …])
    for batch in pairs.batches(64, rng):
        batch.source, batch.lengths                # (T, N) padded with PAD at the end, (N,)
        batch.inputs                               # (S, N): what the decoder reads, START and the target
        batch.targets                              # (S, N): what it is to say, the target and END
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from seqlearn.nn.layer import check_number, check_rng

PAD, START, END, UNKNOWN = 0, 1, 2, 3
SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")
Tokens = Sequence[str]  # a list of words, or a text, whose tokens are its characters


class Symbols:
    """The tokens of one side and their rows. The four special ones come first; len(symbols) is V.

    Raises ValueError for a token that is given twice or is a special one.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = (*SPECIAL, *tokens)
        self.row = {token: row for row, token in enumerate(self.tokens)}
        if len(self.row) < len(self.tokens):
            raise ValueError("tokens must differ from each other and from <pad>, <start>, <end>, <unk>")

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Tokens) -> np.ndarray:
        """The rows of tokens, (T,) int64. Tokens that are not among the symbols become UNKNOWN."""
        return np.array([self.row.get(token, UNKNOWN) for token in tokens], dtype=np.int64)

    def decode(self, rows: Iterable[int]) -> list[str]:
        """The tokens of rows up to the first END, without PAD and START."""
        tokens = []
        for row in rows:
            if row == END:
                break
            if row not in (PAD, START):
                tokens.append(self.tokens[row])
        return tokens


class Batch(NamedTuple):
    """Examples side by side, time-major, int64. inputs are the targets one step later, with START in front."""

    source: np.ndarray  # (T, N)
    lengths: np.ndarray  # (N,), of the sources
    inputs: np.ndarray  # (S, N)
    targets: np.ndarray  # (S, N)


@dataclass(frozen=True)
class Pairs:
    """A task: two sets of symbols, and examples (source tokens, target tokens) to train on and to test with."""

    name: str
    source: Symbols
    target: Symbols
    train: Sequence[tuple[Tokens, Tokens]]
    test: Sequence[tuple[Tokens, Tokens]]

    def batches(self, batch_size: int, rng: np.random.Generator | None = None, part: str = "train", *,
                pool: int = 50) -> Iterator[Batch]:
        """The examples of a part in batches. With an rng they come shuffled, sorted by length within pools of `pool`
        batches, so that little padding is computed; without one in their own order.
        Raises ValueError for a part that is neither "train" nor "test", and for a batch_size below 1.
        """
        examples = part_of(self, part)
        for chosen in _groups([len(source) for source, _ in examples], batch_size, rng, pool):
            yield self.batch([examples[n] for n in chosen])

    def batch(self, examples: Sequence[tuple[Tokens, Tokens]]) -> Batch:
        """These examples as one batch. Raises ValueError when there is none, or one whose source is empty."""
        sources = [self.source.encode(source) for source, _ in examples]
        targets = [self.target.encode(target) for _, target in examples]
        if not sources or min(map(len, sources)) == 0:
            raise ValueError("examples must be one or more, each with a source of at least one token")
        return Batch(
            padded(sources),
            np.array([len(source) for source in sources]),
            padded([np.append(START, target) for target in targets]),
            padded([np.append(target, END) for target in targets]),
        )


def part_of(task: Any, part: str) -> Sequence:
    """The examples of the part "train" or "test". Raises ValueError for any other."""
    if part not in ("train", "test"):
        raise ValueError(f'part must be "train" or "test", got {part!r}')
    return getattr(task, part)


def padded(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of different lengths as columns of one array, (T, N) int64, with PAD after their ends."""
    out = np.full((max(map(len, rows)), len(rows)), PAD, dtype=np.int64)
    for n, row in enumerate(rows):
        out[: len(row), n] = row
    return out


def _groups(lengths: Sequence[int], size: int, rng: np.random.Generator | None, pool: int) -> list[np.ndarray]:
    """Which examples stand together in a batch."""
    if check_number("batch_size", size, -np.inf, kind=Integral) < 1:
        raise ValueError(f"batch_size must be 1 or more, got {size}")
    count = len(lengths)
    if rng is None:
        return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
    order, lengths = check_rng(rng).permutation(count), np.asarray(lengths)
    groups = []
    for start in range(0, count, pool * size):
        chunk = order[start : start + pool * size]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        groups += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    return [groups[i] for i in rng.permutation(len(groups))]
