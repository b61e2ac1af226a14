"""Tones, frames and the three tasks with sound: what is said can be heard again, and no test word was in training."""

import numpy as np
import pytest

from seqlearn.data import speech, tones
from seqlearn.data.pairs import END, START


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_each_letter_has_its_own_chord():
    chords = {tones.CHORDS[letter] for letter in tones.LETTERS}
    assert len(chords) == len(tones.LETTERS) and all(low < 4 <= high < 8 for low, high in chords)
    with pytest.raises(ValueError, match="letter must be one of"):
        tones.chord("z")


def test_a_pure_tone_shows_in_its_own_filter():
    for n in range(8):
        loudness = np.zeros((1, 8))
        loudness[0, n] = tones.LOUDNESS
        frames = tones.filter_bank(tones.tones(loudness, [5 * tones.FRAME]))
        assert frames.shape == (5, 8)
        np.testing.assert_allclose(frames[:, n], 1, atol=0.02)
        assert np.delete(frames, n, axis=1).max() < 0.1


def test_the_end_of_a_sound_is_kept():
    sound = np.sin(2 * np.pi * tones.PITCHES[2] * np.arange(250) / tones.RATE)
    frames = tones.filter_bank(sound)
    assert len(frames) == 2 and frames[1].sum() > 0
    for wrong in (np.zeros(0), np.zeros((3, 4))):
        with pytest.raises(ValueError, match="sound must be a vector"):
            tones.filter_bank(wrong)


def test_what_is_spelled_is_heard(rng):
    words = speech.syllable_words(60, rng)
    heard = [tones.listen(tones.filter_bank(tones.spell(word, rng, noise=0.1))) for word in words]
    assert np.mean([a == b for a, b in zip(heard, words, strict=True)]) > 0.95
    assert tones.listen(np.zeros((5, 8))) == ""


def test_what_is_played_is_heard(rng):
    for word in speech.syllable_words(30, rng, syllables=(2, 5)):
        frames = speech.spoken(word)
        again = tones.filter_bank(tones.play(frames))
        assert again.shape == frames.shape and tones.listen(again) == word


def test_sounds_stay_between_minus_one_and_one():
    assert np.abs(tones.play(speech.spoken("minasolekuta"))).max() <= 1


@pytest.mark.parametrize("make", [speech.spoken_words, speech.words_to_speak])
def test_words_are_distinct_and_the_parts_do_not_overlap(make):
    task, again = make(200, 50, seed=3), make(200, 50, seed=3)
    side = 1 if task.source is None else 0
    train, test = ([example[side] for example in part] for part in (task.train, task.test))
    assert len(set(train)) == 200 and len(set(test)) == 50 and not set(train) & set(test)
    assert all(a == b for word in train + test for a, b in [(len(word) % 2, 0)])
    frames, same = task.test[7][1 - side], again.test[7][1 - side]
    assert np.array_equal(frames, same)
    assert all(one != other for word in train for one, other in zip(word, word[1:], strict=False))


def test_more_words_than_there_are():
    with pytest.raises(ValueError, match="count must be at most"):
        speech.syllable_words(36, np.random.default_rng(0), syllables=(1,))


def test_a_batch_of_sounds(rng):
    task = speech.spoken_words(40, 10, seed=0)
    batch = next(task.batches(8, rng))
    assert batch.source.shape == (batch.lengths.max(), 8, 8) and batch.source.dtype == np.float32
    for n, length in enumerate(batch.lengths):
        assert batch.source[:length, n].any(axis=1).all() and not batch.source[length:, n].any()
    assert (batch.inputs[0] == START).all() and ((batch.targets == END).sum(axis=0) == 1).all()
    assert np.array_equal(batch.inputs[1:], np.where(batch.targets[:-1] == END, 0, batch.targets[:-1]))


def test_a_batch_of_frames_to_write(rng):
    task = speech.words_to_speak(40, 10, seed=0)
    batch = task.batch(task.test)
    flags = batch.targets[..., -1]
    assert batch.inputs.shape == batch.targets.shape == (15, 10, 9)
    assert ((flags == speech.STOPS).sum(axis=0) == 1).all()
    for n, (word, frames) in enumerate(task.test):
        assert len(frames) == 5 * len(word) // 2 == 1 + flags[:, n].argmax()
        assert (flags[len(frames) :, n] == speech.NO_FRAME).all()
        assert np.array_equal(batch.targets[: len(frames), n, :8], frames)
        assert np.array_equal(batch.inputs[1 : len(frames), n], batch.targets[: len(frames) - 1, n])
    assert not batch.inputs[0].any()


def test_a_whistle_is_another_sentence_than_its_english():
    assert speech.in_english("king", "know", "fox", "not") == ("the", "king", "does", "not", "know", "the", "fox")
    assert speech.in_english("king", "know", "fox", "past")[2] == "knew"
    assert speech.whistled("king", "know", "fox", "") == speech.whistled("king", "know", "fox", "past")[:3]
    assert len({tuple(speech.whistled(*meaning)) for meaning in speech.meanings()}) == 840
    assert len({speech.in_english(*meaning) for meaning in speech.meanings()}) == 840


def test_no_test_meaning_is_whistled_in_training():
    task = speech.whistled_sentences(700, 200, seed=1)
    train, test = ({target for _, target in part} for part in (task.train, task.test))
    assert len(train) == 640 and len(test) == 200 and not train & test
    one, again = (np.asarray(part[0]) for part in (task.train[0], task.train[640]))
    assert task.train[0][1] == task.train[640][1] and not np.array_equal(one, again)
    with pytest.raises(ValueError, match="held_out must be between 1 and 800"):
        speech.whistled_sentences(10, 10, held_out=0)


def test_slow_whistles_are_twice_as_long():
    meaning = speech.whistled("king", "know", "fox", "not")
    quick, slow = (tones.whistle(meaning, np.random.default_rng(0), slow=slow) for slow in (1, 2))
    assert len(slow) == 2 * len(quick)
