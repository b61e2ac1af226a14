"""Chapter 12's explorer without a browser: every job answers, anything can be typed, verdicts are right."""

import numpy as np
import pytest

pytest.importorskip("torch")

from seqlearn.data.number_names import english
from seqlearn.plots.job_board import JobBoard
from seqlearn.widgets.seven_jobs import EXAMPLES, OneModelSevenJobs, answer_to, judged, number_of, tokens_of


@pytest.fixture(scope="module")
def explorer():
    return OneModelSevenJobs()


@pytest.mark.parametrize("job", EXAMPLES)
def test_the_example_of_every_job_is_answered_right(explorer, job):
    explorer.controls["job"].value = job
    assert explorer.controls["text"].value == EXAMPLES[job]
    verdict, role = answer_to(job, EXAMPLES[job])["verdict"]
    assert role == ("muted" if job == "dialogue" else "good"), verdict
    assert "Out: " in explorer.text and explorer.text.count("nothing") == 0


def test_longer_inputs_break_it():
    for job, text in (("translation", "999,999"), ("recognition", "minatasolekuta")):
        assert answer_to(job, text)["verdict"][1] == "bad"


def test_typing_moves_the_picture_and_its_words(explorer):
    explorer.controls["job"].value = "translation"
    for text in ("forty", "forty two", "42", "4042"):
        before = explorer.image.value
        explorer.controls["text"].value = text
        assert text == "42" or explorer.image.value != before
    assert "vier tausend zwei und vierzig" in explorer.text


def test_noise_changes_the_sound_alone(explorer):
    explorer.controls["job"].value = "recognition"
    explorer.controls["noise"].value = 0.0
    before = explorer.image.value
    explorer.controls["noise"].value = 2.0
    assert explorer.image.value != before and "cannot be shown" not in explorer.text
    explorer.controls["noise"].value = 0.3


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("job", EXAMPLES)
def test_anything_can_be_typed(explorer, job):
    explorer.controls["job"].value = job
    for text in ("", "?", "，😀", "the " * 80, "who is in where is", "<b>$x_1$ \\alpha", "999999999"):
        explorer.controls["text"].value = text
        assert "cannot be shown" not in explorer.text and len(explorer.text) > 20, text
        assert bytes(explorer.image.value).startswith(b"\x89PNG")


def test_unknown_words_are_named():
    assert answer_to("parsing", "the dragon sleeps")["known"] == [True, False, True]


def test_numbers_are_read():
    for number in (0, 7, 21, 100, 4042, 21_000, 999_999):
        assert number_of(list(english(number))) == number
        assert tokens_of("translation", f"{number:,}") == list(english(number))
    assert number_of("two forty".split()) is None and number_of("dragon".split()) is None
    assert tokens_of("translation", "forty-two") == ["forty", "two"]
    assert tokens_of("translation", "004,042") == list(english(4042)) and tokens_of("translation", "000") == ["zero"]
    assert len(tokens_of("translation", "9" * 5000)) == 1  # more digits than int() reads
    assert number_of(tokens_of("translation", "12.5")) is None


def test_verdicts():
    assert judged("translation", ["two"], ["zwei"]) == ("right: zwei", "good")
    assert judged("translation", ["two"], ["drei"]) == ("wrong; right is zwei", "bad")
    assert judged("parsing", ["a", "dog"], "(S a dog )".split())[1] == "good"
    assert judged("parsing", ["a", "dog"], "(S a ) dog".split())[1] == "bad"
    assert judged("questions", "where is mary ? mary went to the hall .".split(), ["in", "the", "hall"])[1] == "good"
    assert judged("questions", "who who who who ?".split(), ["nobody"])[1] == "muted"
    assert judged("questions", "who is in the hall ?".split(), ["nobody"])[1] == "good"
    assert judged("dialogue", ["who", "am", "i", "?"], ["you"])[1] == "muted"


def test_the_board_draws_what_it_is_given():

    board = JobBoard()
    frames = np.zeros((5, 8))
    frames[2, 3] = 1
    text = board.update(job="Speech recognition", source=frames, target=["m", "i"], known=[],
                        probabilities=[0.9, 0.5, 1.0], verdict=("right", "good"))
    assert board.halves[0].image.get_array()[3, 2] == 1 and "a sound of 5 frames" in text
    assert "Least sure of i, 50 percent" in text
    assert [word.get_text() for word in board.halves[1].words[:3]] == ["m", "i", ""]
    board.update(job="Parsing", source=["a"] * 50, target=["b"] * 40, known=[True] * 50, probabilities=[1.0] * 41,
                 verdict=("right", "good"))
    assert board.halves[0].words[35].get_text() == "…"


@pytest.mark.parametrize(("count", "columns"), [(1, 8), (16, 8), (17, 12), (36, 12), (90, 12)])
def test_few_tokens_get_large_boxes_and_none_leaves_the_board(count, columns):
    board = JobBoard()
    board.update(job="Parsing", source=["word"] * count, target=["x"], known=[True] * count, probabilities=[0.5],
                 verdict=("right", "good"))
    boxes = np.array([path.vertices[:4] for path in board.halves[0].boxes.get_paths()])
    assert len(boxes) == min(count, 36) and boxes[0, :, 0].max() == pytest.approx(0.96 / columns)
    assert boxes[..., 0].min() > 0 and boxes[..., 0].max() < 1 and boxes[..., 1].min() > -1 and boxes[..., 1].max() < 0
    for text, corners in zip(board.halves[0].words, boxes):
        assert np.allclose(text.get_position()[0], corners[:, 0].mean())


@pytest.mark.parametrize(("frames", "end"), [(14, 14 / 20), (20, 1), (21, 21 / 40), (60, 1), (200, 1)])
def test_a_short_sound_gets_the_width(frames, end):
    board = JobBoard()
    board.update(job="Speech recognition", source=np.ones((frames, 8)), target=["m"], known=[], probabilities=[1.0],
                 verdict=("right", "good"))
    assert max(board.halves[0].edge.get_xdata()) == pytest.approx(end)
