"""Speech in small: letters and words as tones, and the filter bank that turns a sound into frames. NumPy only.

    sound = spell("mina", rng, noise=0.1)     # samples, 8,000 a second: two tones for each letter
    frames = filter_bank(sound)               # (T, 8): how loud each of eight pitches is, every 25 ms
    listen(frames)                            # "mina": the nearest letter of every frame, without a model
    play(frames)                              # samples again

A letter is a chord of a low and a high tone, as a key of a push-button telephone is. A whistled word is two notes, one
after the other. Nothing in it is as hard as speech: there is one speaker, and letters do not run into each other.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np

RATE = 8_000  # samples a second
FRAME = 200  # samples a frame: 25 ms
PITCHES = (320, 480, 640, 800, 1040, 1280, 1520, 1760)  # Hz; multiples of 40, so that a frame holds whole periods
LOW, HIGH = 4, 4  # the letters: low tones from the first four, high ones from the others
VOWELS, CONSONANTS = "aeiou", "klmnrst"
LETTERS = VOWELS + CONSONANTS
CHORDS = {letter: (n % LOW, LOW + n // LOW) for n, letter in enumerate(LETTERS)}
LOUDNESS = 0.4  # of one tone; two of them, without noise, stay between -1 and 1


def tones(loudness: np.ndarray, samples: Sequence[int], rng: np.random.Generator | None = None, *,
          noise: float = 0.0) -> np.ndarray:
    """A sound: segment k lasts samples[k] and has the eight pitches as loud as loudness[k], (K, 8), says.

    noise is the standard deviation of what is added to every sample.
    """
    gains = np.repeat(np.asarray(loudness, dtype=float), samples, axis=0)  # (samples, 8)
    sound = np.einsum("sp,sp->s", gains, _sines(len(gains)))
    return sound + noise * rng.standard_normal(len(sound)) if noise else sound


def _sines(samples: int) -> np.ndarray:
    """The eight tones, (samples, 8), from a table: every sound begins at the same place of each wave."""
    seconds = -(-samples // RATE)
    return _table(seconds)[:samples]


@lru_cache(maxsize=4)
def _table(seconds: int) -> np.ndarray:
    return np.sin(2 * np.pi * np.arange(seconds * RATE)[:, None] / RATE * PITCHES)


def filters() -> np.ndarray:
    """One triangle for each pitch over the frequencies of a frame's Fourier transform: (101, 8).

    It is 1 at its pitch and falls to 0 within 100 Hz on both sides.
    """
    frequencies = np.fft.rfftfreq(FRAME, 1 / RATE)
    return np.maximum(0, 1 - np.abs(frequencies[:, None] - PITCHES) / 100)


def filter_bank(sound: np.ndarray) -> np.ndarray:
    """Frames (T, 8) of a sound: cut it every 25 ms, take the size of the Fourier transform, weigh it by the filters.

    A tone of LOUDNESS over the whole frame gives 1. What is left at the end, less than a frame, is filled with silence.
    Raises ValueError for a sound that is not a vector or is empty.
    """
    sound = np.asarray(sound, dtype=float)
    if sound.ndim != 1 or len(sound) == 0:
        raise ValueError(f"sound must be a vector of at least one sample, got shape {sound.shape}")
    cut = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    sizes = np.abs(np.fft.rfft(cut * _window(), axis=1))  # (T, 101)
    weights, full = _scaled_filters()
    return sizes @ weights / full


def _window() -> np.ndarray:
    """Hann's window, which fades a frame in and out."""
    return np.hanning(FRAME + 1)[:-1]


@lru_cache(maxsize=1)
def _scaled_filters() -> tuple[np.ndarray, float]:
    """The filters, and what one of them gives for a tone of LOUDNESS at its pitch."""
    tone = LOUDNESS * np.sin(2 * np.pi * PITCHES[0] * np.arange(FRAME) / RATE)
    return filters(), float(np.abs(np.fft.rfft(tone * _window())) @ filters()[:, 0])


def chord(letter: str) -> np.ndarray:
    """The frame (8,) of a letter: 1 at its two tones. Raises ValueError for a letter that has no chord."""
    if letter not in CHORDS:
        raise ValueError(f"letter must be one of {LETTERS}, got {letter!r}")
    frame = np.zeros(len(PITCHES))
    frame[list(CHORDS[letter])] = 1
    return frame


def spell(word: str, rng: np.random.Generator, *, noise: float = 0.1, shortest: int = 400, longest: int = 800
          ) -> np.ndarray:
    """A word as sound: every letter lasts from `shortest` to `longest` samples, 50 to 100 ms unless told, at random."""
    samples = rng.integers(shortest, longest + 1, size=len(word))
    return tones(LOUDNESS * np.stack([chord(letter) for letter in word]), samples, rng, noise=noise)


def whistle(melodies: Sequence[tuple[int, int]], rng: np.random.Generator, *, noise: float = 0.1, slow: int = 1
            ) -> np.ndarray:
    """A sentence as sound: two notes a word, 50 to 75 ms each, and a breath of 25 ms after every word; all of it `slow`
    times as long."""
    loudness, samples = [], []
    for notes in melodies:
        for note in (*notes, None):
            loudness.append(np.zeros(len(PITCHES)))
            if note is not None:
                loudness[-1][note] = LOUDNESS
            samples.append(slow * (FRAME if note is None else rng.integers(2 * FRAME, 3 * FRAME + 1)))
    return tones(np.stack(loudness), samples, rng, noise=noise)


def play(frames: np.ndarray) -> np.ndarray:
    """Frames (T, 8) back to samples: every pitch as loud as its frame says, fading from one frame to the next."""
    gains = LOUDNESS * np.clip(np.asarray(frames, dtype=float), 0, 1)
    middles = FRAME * (np.arange(len(gains)) + 0.5)
    time = np.arange(len(gains) * FRAME)
    faded = np.stack([np.interp(time, middles, gain) for gain in gains.T], axis=1)
    return np.einsum("sp,sp->s", faded, _sines(len(time)))


def listen(frames: np.ndarray, *, at_least: int = 2) -> str:
    """The word in the frames by the nearest chord of each, without any model. Runs shorter than `at_least` are dropped.

    Silence, less than half of a chord's loudness, is no letter.
    """
    frames = np.asarray(frames, dtype=float)
    chords = np.stack([chord(letter) for letter in LETTERS])
    nearest = ((frames[:, None] - chords) ** 2).sum(axis=2).argmin(axis=1)
    heard = [LETTERS[n] if frame.sum() > 1 else " " for n, frame in zip(nearest, frames, strict=True)]
    runs = [(letter, len(list(run))) for letter, run in groupby(heard)]
    return "".join(letter for letter, length in runs if letter != " " and length >= at_least)
