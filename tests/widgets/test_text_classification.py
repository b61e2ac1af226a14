"""Chapter 10's explorer: its two readers against the trained weights, and its pictures for anything typed."""

import numpy as np
import pytest

from seqlearn.data.reviews import reviews
from seqlearn.plots.word_by_word import MOST, WordByWord
from seqlearn.widgets.text_classification import EXAMPLES, TypedReview, read, stored_readers


@pytest.fixture
def explorer():
    return TypedReview()


def test_the_stored_readers_are_right_and_wrong_as_promised():
    pairs = reviews(100, 400, seed=0).test
    seen = [(read(text), label) for text, label in pairs]
    right = {name: np.mean([(each[name][-1] > 0.5) == label for each, label in seen]) for name in ("lstm", "bag")}
    assert right["lstm"] > 0.99 and 0.5 < right["bag"] < 0.7


def test_numpy_reads_what_torch_has_learned():
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    from seqlearn.course.chapters import notebooks_folder
    from seqlearn.models.classifier import Classifier

    weights = load_file(notebooks_folder() / "long_runs" / "10_reviews.safetensors")
    model = Classifier(*weights["lstm.embedding.weight"].shape, 32)
    model.load_state_dict({name[5:]: value for name, value in weights.items() if name.startswith("lstm.")})
    for text in (*EXAMPLES, "wonderful"):
        seen = read(text)
        row = torch.tensor([stored_readers()["vocabulary"].get(word, 1) for word in seen["words"]])
        np.testing.assert_allclose(seen["lstm"][1:], model.trace(row), atol=1e-5)


def test_the_question_has_an_answer():
    """The LSTM turns at "but"; the bag ends at the same place for both twins, and within a word of one half."""
    one, other = read(EXAMPLES[0]), read(EXAMPLES[1])
    but = one["words"].index("but") + 1
    assert one["lstm"][but - 1] > 0.9 > 0.1 > one["lstm"][but]
    assert other["lstm"][but - 1] < 0.1 < 0.9 < other["lstm"][but]
    assert sorted(one["words"]) == sorted(other["words"]) and one["bag"][-1] == pytest.approx(other["bag"][-1])
    assert all(abs(read(text)["lstm"][-1] - 0.5) > 0.2 for text in EXAMPLES)


def test_typing_moves_the_picture_and_its_words(explorer):
    review = explorer.controls["review"]
    assert review.continuous_update and review.value == EXAMPLES[0]
    for text in ("the", "the plot", "the plot is", "the plot is good"):
        before, words = explorer.image.value, explorer.text
        review.value = text
        assert explorer.image.value != before and explorer.text != words
    assert "LSTM reads praise" in explorer.text and "good 9" in explorer.text


def test_an_example_fills_the_line(explorer):
    explorer.controls["example"].value = EXAMPLES[4]
    assert explorer.controls["review"].value == EXAMPLES[4] and "clever" in explorer.text
    explorer.controls["review"].value = ""
    assert "No word yet" in explorer.text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", ["", "   ", "!!!???", "，。好电影", "😀", "x" * 5000, "the " * 300, "\n\t",
                                  "<b>bold</b> & $x_1$ \\alpha", "Rock'n'roll—isn't 10/10!"])
def test_anything_can_be_typed(explorer, text):
    explorer.controls["review"].value = text
    assert "cannot be shown" not in explorer.text and len(explorer.text) > 20
    assert bytes(explorer.image.value).startswith(b"\x89PNG")


def test_unknown_words_are_named(explorer):
    explorer.controls["review"].value = "the gaffer is good"
    assert "Not in the vocabulary: gaffer" in explorer.text
    assert explorer.picture.words[1].get_text() == "gaffer ?" and explorer.picture.words[0].get_text() == "the"


def test_of_a_long_review_the_end_is_shown(explorer):
    explorer.controls["review"].value = "the cast " * 20 + "is good"
    shown = [text.get_text() for text in explorer.picture.words]
    assert shown[-2:] == ["is", "good"] and len(shown) == MOST and "" not in shown


def test_probabilities_are_drawn_where_they_are():
    picture = WordByWord()
    lstm, bag = np.array([0.5, 1.0, 0.0]), np.array([0.5, 0.25, 0.75])
    picture.update(words=["a", "b"], known=[True, False], lstm=lstm, bag=bag)
    assert [bar.get_height() for bar in picture.bars[:3]] == [0.5, -0.5, 0.0]
    assert picture.marks.get_ydata().tolist() == [0.25, 0.75]


def test_missing_weights_are_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="10_reviews.py makes them"):
        stored_readers(tmp_path / "none.safetensors")


def test_no_torch_is_needed():
    import subprocess
    import sys

    code = "import sys, seqlearn.widgets.text_classification as t; t.read('good'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("count", "room"), [(0, 10), (1, 10), (10, 10), (11, 15), (15, 15), (16, 20), (40, 20)])
def test_a_short_review_gets_the_whole_width(explorer, count, room):
    explorer.controls["review"].value = "good " * count
    assert explorer.picture.axes.get_xlim() == (-0.6, room - 0.4)


def test_words_below_stay_short(explorer):
    explorer.controls["review"].value = "x" * 400 + " good" * 100
    assert "After each of the last 17 words" in explorer.text and "x" * 14 not in explorer.text
    assert "Not in the vocabulary: xxxxxxxxxxxxx…." in explorer.text
