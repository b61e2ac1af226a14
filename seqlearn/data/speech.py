"""Three tasks with sound on one side: speech recognition, speech synthesis, and translation of a whistled language.

    task = spoken_words(1500, 300)            # frames of a sound → its letters
    task = words_to_speak(1500, 300)          # letters → frames of a sound
    task = whistled_sentences(2000, 200)      # frames of a whistle → an English sentence, with no transcript between

Words are syllables of a consonant and a vowel, so that no letter follows itself. A test word or sentence is in no
training example, whatever its sound.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np

from seqlearn.data import tones
from seqlearn.data.pairs import END, START, Batch, Symbols, _groups, padded, part_of

GOES_ON, STOPS, NO_FRAME = 0.0, 1.0, -1.0  # the last feature of a target frame; NO_FRAME: padding


@dataclass(frozen=True)
class FramePairs:
    """A task with frames on one side. examples: (frames (T, 8), tokens), or (tokens, frames (S, 8)).

    Where the source are frames, batch.source is (T, N, 8). Where the target are frames, batch.inputs and batch.targets
    are (S, N, 9): the last feature of a target says whether the sound goes on (0), stops after this frame (1), or is
    over already, in the padding (-1). Otherwise as `Pairs`.
    """

    name: str
    source: Symbols | None
    target: Symbols | None
    train: Sequence[tuple[Any, Any]]
    test: Sequence[tuple[Any, Any]]

    def batches(self, batch_size: int, rng: np.random.Generator | None = None, part: str = "train", *,
                pool: int = 50) -> Iterator[Batch]:
        """The examples of a part in batches; shuffled and sorted by length within pools when there is an rng."""
        examples = part_of(self, part)
        for chosen in _groups([len(source) for source, _ in examples], batch_size, rng, pool):
            yield self.batch([examples[n] for n in chosen])

    def batch(self, examples: Sequence[tuple[Any, Any]]) -> Batch:
        """These examples as one batch. Raises ValueError when there is none, or one with an empty side of frames."""
        lengths = np.array([len(source) for source, _ in examples])
        if not examples or lengths.min() == 0 or (self.target is None and min(len(t) for _, t in examples) == 0):
            raise ValueError("examples must be one or more, each with a source and frames of at least one step")
        if self.source is None:
            source = _side_by_side([frames for frames, _ in examples])
        else:
            source = padded([self.source.encode(tokens) for tokens, _ in examples])
        if self.target is not None:
            rows = [self.target.encode(tokens) for _, tokens in examples]
            return Batch(source, lengths, padded([np.append(START, row) for row in rows]),
                         padded([np.append(row, END) for row in rows]))
        with_stop = [_with_stop(frames) for _, frames in examples]
        targets = _side_by_side(with_stop, fill=NO_FRAME)
        before = [np.vstack([np.zeros(each.shape[1]), each[:-1]]) for each in with_stop]
        return Batch(source, lengths, _side_by_side(before), targets)


def _with_stop(frames: np.ndarray) -> np.ndarray:
    stop = np.full(len(frames), GOES_ON)
    stop[-1] = STOPS
    return np.column_stack([frames, stop])


def _side_by_side(arrays: Sequence[np.ndarray], fill: float = 0.0) -> np.ndarray:
    """(T_n, D) arrays as one (T, N, D), float32; after the end zeros, in the last feature `fill`."""
    out = np.zeros((max(map(len, arrays)), len(arrays), arrays[0].shape[1]), dtype=np.float32)
    out[..., -1] = fill
    for n, array in enumerate(arrays):
        out[: len(array), n] = array
    return out


class Rendered(Sequence):
    """Examples whose sound is made when it is first asked for: number n is render(item n, its own rng).

    So the test part can be had without the thousands of sounds of the training part.
    """

    def __init__(self, items: Sequence, render: Callable[[Any, np.random.Generator], Any], seed: Sequence[int]) -> None:
        self.items, self.render, self.seed = items, render, seed
        self.made: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place):
        if isinstance(place, slice):
            return [self[n] for n in range(len(self))[place]]
        n = range(len(self))[place]
        if n not in self.made:
            self.made[n] = self.render(self.items[n], np.random.default_rng([*self.seed, n]))
        return self.made[n]


def syllable_words(count: int, rng: np.random.Generator, *, syllables: Sequence[int] = (2, 3)) -> list[str]:
    """Distinct words of so many syllables each, one consonant and one vowel a syllable."""
    words: dict[str, None] = {}
    if count > (len(tones.CONSONANTS) * len(tones.VOWELS)) ** max(syllables):
        raise ValueError(f"count must be at most the number of words of {max(syllables)} syllables, got {count}")
    while len(words) < count:
        length = rng.choice(syllables)
        parts = (tones.CONSONANTS, tones.VOWELS) * length
        words["".join(part[rng.integers(len(part))] for part in parts)] = None
    return list(words)


def spoken_words(train_size: int, test_size: int, *, noise: float = 0.1, syllables: Sequence[int] = (2, 3),
                 seed: int = 0) -> FramePairs:
    """Speech recognition: frames of a noisy sound → letters. Every letter lasts 50 to 100 ms, at random."""
    words = syllable_words(train_size + test_size, np.random.default_rng(seed), syllables=syllables)

    def render(word: str, rng: np.random.Generator) -> tuple[np.ndarray, tuple[str, ...]]:
        return tones.filter_bank(tones.spell(word, rng, noise=noise)), tuple(word)

    return FramePairs("speech recognition", None, Symbols(tones.LETTERS),
                      Rendered(words[:train_size], render, [seed, 0]), Rendered(words[train_size:], render, [seed, 1]))


def spoken(word: str) -> np.ndarray:
    """The frames (S, 8) of a word as it should sound: vowels last three frames, consonants two, no noise."""
    return np.repeat([tones.chord(letter) for letter in word],
                     [3 if letter in tones.VOWELS else 2 for letter in word], axis=0)


def words_to_speak(train_size: int, test_size: int, *, syllables: Sequence[int] = (2, 3), seed: int = 0) -> FramePairs:
    """Speech synthesis: letters → clean frames, a vowel longer than a consonant."""
    rng = np.random.default_rng(seed)
    words = syllable_words(train_size + test_size, rng, syllables=syllables)
    examples = [(tuple(word), spoken(word)) for word in words]
    return FramePairs("speech synthesis", Symbols(tones.LETTERS), None, examples[:train_size], examples[train_size:])


# The whistled language: nouns, verbs and two particles, each of two notes. Its order is object, subject, verb.
NOUNS = ("dog", "cat", "king", "child", "bird", "thief", "nurse", "fox")
VERBS = {"see": ("sees", "saw"), "hear": ("hears", "heard"), "know": ("knows", "knew"), "find": ("finds", "found"),
         "lose": ("loses", "lost")}
PARTICLES = ("", "past", "not")
_MELODIES = dict(zip((*NOUNS, *VERBS, *PARTICLES[1:]), [*permutations(range(2, 8), 2)][::2], strict=True))


def whistled(subject: str, verb: str, thing: str, particle: str) -> list[tuple[int, int]]:
    """The melodies of a sentence, in the order of the whistled language: object, subject, verb, particle."""
    return [_MELODIES[word] for word in (thing, subject, verb, particle) if word]


def in_english(subject: str, verb: str, thing: str, particle: str) -> tuple[str, ...]:
    """The sentence in English. One particle changes the verb, the other makes three words of it."""
    present, past = VERBS[verb]
    middle = {"": (present,), "past": (past,), "not": ("does", "not", verb)}[particle]
    return ("the", subject, *middle, "the", thing)


def meanings() -> list[tuple[str, str, str, str]]:
    """All 840: (subject, verb, object, particle)."""
    return [(subject, verb, thing, particle) for subject, verb, thing, particle in
            product(NOUNS, VERBS, NOUNS, PARTICLES) if subject != thing]


def whistled_sentences(train_size: int, test_size: int, *, noise: float = 0.1, held_out: int = 200, slow: int = 1,
                       seed: int = 0) -> FramePairs:
    """Speech translation: frames of a whistled sentence → English. `held_out` of the 840 meanings are for the test.

    A meaning can be whistled more than once, never twice alike: each note has a length of its own, and there is noise.
    slow: how many times as long it all takes.
    Raises ValueError for held_out outside 1 … 800.
    """
    if not 1 <= held_out <= 800:
        raise ValueError(f"held_out must be between 1 and 800, got {held_out}")
    rng = np.random.default_rng(seed)
    every = meanings()
    order = rng.permutation(len(every))

    def render(meaning: tuple[str, str, str, str], rng: np.random.Generator) -> tuple[np.ndarray, tuple[str, ...]]:
        sound = tones.whistle(whistled(*meaning), rng, noise=noise, slow=slow)
        return tones.filter_bank(sound), in_english(*meaning)

    parts = []
    for number, (size, places) in enumerate(((train_size, order[held_out:]), (test_size, order[:held_out]))):
        chosen = [every[places[n % len(places)]] for n in range(size)]
        parts.append(Rendered(chosen, render, [seed, number]))
    forms = [form for verb, others in VERBS.items() for form in (verb, *others)]
    return FramePairs("speech translation", None, Symbols(["the", *NOUNS, *forms, "does", "not"]), *parts)
