"""Pieces of words in place of words (byte-pair encoding): they spell nearly all that is written. Plain Python.

    merges = learn_merges(Counter(words), 2000)    # [("e", "r"), ("er", "s·"), …], in the order they were learned
    pieces = Pieces(merges)
    pieces.cut(["lower", "new"])                   # ["low", "er·", "new·"]; · closes a word
    join_pieces(["low", "er·", "new·"])            # ["lower", "new"]

Sennrich, Haddow & Birch (2016), "Neural machine translation of rare words with subword units".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from seqlearn.nn.layer import check_size

END_OF_WORD = "·"  # on the last piece of each word, so that the way back knows where the spaces were
Pair = tuple[str, str]


def spelled(word: str) -> tuple[str, ...]:
    """The letters of a word, the last of them closed: low → l o w·. Raises ValueError for a word without a letter."""
    if not word:
        raise ValueError("word must have at least one letter")
    return (*word[:-1], word[-1] + END_OF_WORD)


def merged(pieces: Sequence[str], pair: Pair) -> tuple[str, ...]:
    """The pieces, with each neighbouring pair of this kind made one, from left to right."""
    result, place = [], 0
    while place < len(pieces):
        if tuple(pieces[place : place + 2]) == tuple(pair):
            result.append(pieces[place] + pieces[place + 1])
            place += 2
        else:
            result.append(pieces[place])
            place += 1
    return tuple(result)


def learn_merges(word_counts: Mapping[str, int], num_merges: int) -> list[Pair]:
    """The pairs of neighbouring pieces to make one, in order: each time the most frequent pair; of equals the first
    in the alphabet. Fewer than num_merges when no pair stands twice.

    word_counts: how often each word occurs. Only words with a changed spelling are counted again after a merge.
    """
    check_size("num_merges", num_merges)
    words = {word: spelled(word) for word in word_counts}
    counts, where = Counter(), defaultdict(set)
    for word, pieces in words.items():
        for pair in zip(pieces, pieces[1:]):
            counts[pair] += word_counts[word]
            where[pair].add(word)
    merges = []
    while len(merges) < num_merges and counts:
        most = max(counts.values())
        if most < 2:
            break
        best = min(pair for pair, count in counts.items() if count == most)
        merges.append(best)
        for word in where.pop(best):
            for pair in zip(words[word], words[word][1:]):
                counts[pair] -= word_counts[word]
            words[word] = merged(words[word], best)
            for pair in zip(words[word], words[word][1:]):
                counts[pair] += word_counts[word]
                where[pair].add(word)
        del counts[best]
    return merges


class Pieces:
    """Cuts words by merges that were learned. Words that were cut before are remembered."""

    def __init__(self, merges: Iterable[Pair]) -> None:
        self.rank = {tuple(pair): rank for rank, pair in enumerate(merges)}
        self._known: dict[str, tuple[str, ...]] = {}

    def cut_word(self, word: str) -> tuple[str, ...]:
        """The pieces of one word: the merge that was learned first is made first."""
        if word not in self._known:
            pieces = spelled(word)
            while pairs := [pair for pair in zip(pieces, pieces[1:]) if pair in self.rank]:
                pieces = merged(pieces, min(pairs, key=self.rank.get))
            self._known[word] = pieces
        return self._known[word]

    def cut(self, words: Iterable[str]) -> list[str]:
        """The pieces of all words, in order."""
        return [piece for word in words for piece in self.cut_word(word)]


def join_pieces(pieces: Iterable[str]) -> list[str]:
    """The words again. What comes after the last closed word is a word as well."""
    return [word for word in "".join(pieces).split(END_OF_WORD) if word]
