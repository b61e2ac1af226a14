"""Chapter 09's explorer: its NumPy model against PyTorch's, its picture at the ends of every control."""

import json
from pathlib import Path

import numpy as np
import pytest

from seqlearn.data.corpus import Vocabulary, course_corpus
from seqlearn.decoding.sampling import next_probabilities
from seqlearn.plots.next_character import LENGTH, NextCharacter, drawable, share
from seqlearn.widgets.language_models import PROMPT, WEIGHTS, WRITES, NextCharacterExplorer, course_model

DEFAULTS = {"text": PROMPT, "temperature": 1.0, "top_k": 78, "seed": 0}


def compute(**changes):
    """What the explorer computes at these settings; no picture is drawn for it."""
    return NextCharacterExplorer.compute(None, **{**DEFAULTS, **changes})


@pytest.fixture(scope="module")
def explorer():
    return NextCharacterExplorer()


@pytest.fixture
def controls(explorer):
    for name, value in DEFAULTS.items():
        explorer.controls[name].value = value
    return explorer.controls


def test_weights_are_small_and_of_this_corpus():
    assert WEIGHTS.stat().st_size < 1_000_000
    assert course_model().vocabulary.characters == Vocabulary(course_corpus()).characters


def test_numpy_reads_as_pytorch_does():
    torch = pytest.importorskip("torch")
    from seqlearn.models.language_model import LanguageModel
    from seqlearn.training.weights import load_weights

    model = course_model()
    settings = model.settings
    twin = LanguageModel(len(model.vocabulary), settings["hidden_size"], cell=settings["cell"],
                         embedding_size=settings["embedding_size"]).eval()
    assert load_weights(twin, WEIGHTS) == settings
    indices = model.vocabulary.encode("\nScene 7. Clara")
    logits, (h, c) = model.read(indices)
    with torch.no_grad():
        logits_torch, (h_torch, c_torch) = twin.double()(torch.as_tensor(indices)[:, None])
    assert np.allclose(logits, logits_torch[:, 0], atol=1e-9)
    assert np.allclose(h, h_torch[0], atol=1e-9) and np.allclose(c, c_torch[0], atol=1e-9)


def test_a_step_is_a_reading_of_one_character():
    model = course_model()
    _, state = model.read(model.vocabulary.encode("The lan"))
    logits, after = model.step(model.vocabulary.encode("t")[0], state)
    expected, (h, c) = model.read(model.vocabulary.encode("The lant"))
    assert np.allclose(logits, expected[-1], atol=1e-10)
    assert np.allclose(after[0], h, atol=1e-12) and np.allclose(after[1], c, atol=1e-12)


def test_surprises_are_those_of_the_characters():
    model, text = course_model(), "The light"
    found = model.surprises(text)
    for place in (0, 1, 5, 8):
        logits, _ = model.read(model.vocabulary.encode("\n" + text[:place]))
        p = next_probabilities(logits[-1])
        assert found[place] == pytest.approx(-np.log(p[model.vocabulary.encode(text[place])[0]]))
    assert model.surprises("").shape == (0,)


def test_the_model_has_learned_what_the_stored_run_says():
    stored = Path(__file__).parents[2] / "notebooks" / "long_runs" / "09_course_model.json"
    results = json.loads(stored.read_text(encoding="utf-8"))["results"]
    text = course_corpus()
    valid = text[int(0.9 * len(text)):]
    assert course_model().surprises(valid).mean() == pytest.approx(results["validation"][-1], abs=0.01)


def test_writing_follows_the_seed_and_the_model():
    model = course_model()

    def write(seed, **options):
        return model.write_on("The ", 40, np.random.default_rng(seed), **options)

    assert write(1) == write(1) != write(2) and len(write(1)) == 40
    assert write(1, temperature=0) == write(2, temperature=0) == write(3, top_k=1)
    greedy, text = write(0, temperature=0), "The "
    for character in greedy[:10]:
        logits, _ = model.read(model.vocabulary.encode("\n" + text))
        assert model.vocabulary.characters[logits[-1].argmax()] == character
        text += character


def test_the_question_has_answers():
    """The heading is forgotten, the spelling is known; no temperature changes the order; hot words fall apart."""
    violin, kettle = compute(), compute(text=PROMPT.replace("violin", "kettle"))
    assert np.abs(violin["plain"] - kettle["plain"]).max() < 0.01 and violin["plain"].max() < 0.5
    for thing in ("violin", "kettle", "telescope"):
        values = compute(text=PROMPT + thing[0])
        assert values["characters"][values["plain"].argmax()] == thing[1] and values["plain"].max() > 0.95
    cold, hot = compute(temperature=0.1)["probabilities"], compute(temperature=3.0)["probabilities"]
    assert np.array_equal(np.argsort(-cold, kind="stable")[:5], np.argsort(-hot, kind="stable")[:5])
    words = set("".join(c if c.isalpha() else " " for c in course_corpus()).split())

    def real(values):
        found = "".join(c if c.isalpha() else " " for c in values["written"]).split()[1:-1]
        return np.mean([word in words for word in found])

    assert real(compute(temperature=0.5)) > 0.85 > 0.6 > real(compute(temperature=3.0))


def test_every_control_changes_picture_and_text(explorer, controls):
    for name, value in {"text": "The network ", "temperature": 0.4, "top_k": 2, "seed": 5}.items():
        picture, text = explorer.image.value, explorer.text
        controls[name].value = value
        assert explorer.image.value != picture and explorer.text != text, name


@pytest.mark.parametrize("text", ["", " ", "/", "é漢", "#", "x" * 500, PROMPT + "1", "\n\n", "Scene 7. " * 40])
def test_any_text_is_drawn_with_a_sentence(explorer, controls, text):
    for temperature, top_k in ((0.0, 78), (3.0, 1), (3.0, 78)):
        controls["text"].value, controls["temperature"].value, controls["top_k"].value = text, temperature, top_k
        assert "equal characters" in explorer.text and "cannot be shown" not in explorer.text
    assert ("never saw" in explorer.text) == (text in ("é漢", "#"))


@pytest.mark.parametrize(("unknown", "words"), [("é漢", "é U+6F22"), ("$", "$"), ("\t", "U+0009"), ("", ""),
                                                ("#$%&*+<=>@", "# $ % & * + < = …")])
def test_what_was_left_out_stands_in_the_picture(unknown, words):
    picture = NextCharacter()
    picture.update(**{**compute(text="a"), "unknown": unknown})
    assert drawable(unknown) == words
    assert picture.left_out.get_text() == (f"left out, never seen: {words}" if words else "")
    renderer = picture.figure.canvas.get_renderer()
    boxes = [artist.get_window_extent(renderer) for artist in (picture.left_out, picture.letters[0].axes._left_title)]
    assert not unknown or not boxes[0].overlaps(boxes[1])


@pytest.mark.parametrize(("top_k", "words"), [(1, "1 character kept, no choice left"), (2, "2 characters kept, as")])
def test_one_character_is_singular(top_k, words):
    picture = NextCharacter()
    picture.update(**compute(top_k=top_k))
    assert picture.openness.get_text().startswith(words)


def test_what_is_computed():
    values = compute(text="One / two", top_k=3, temperature=2.0)
    assert values["text"] == "One\ntwo" and values["surprises"].shape == (7,) and len(values["written"]) == WRITES
    assert np.count_nonzero(values["probabilities"]) == 3 and values["probabilities"].sum() == pytest.approx(1)
    assert values["plain"].sum() == pytest.approx(1) and np.count_nonzero(values["plain"]) == 78
    assert compute(text="naïve")["unknown"] == "ï"


def test_every_letter_of_the_strip_lies_on_its_square():
    picture = NextCharacter()
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(78))
    values = {"characters": course_model().vocabulary.characters, "plain": p, "probabilities": p, "written": "a" * 168,
              "temperature": 1.0, "top_k": 78}
    picture.update(text="i" * 10 + "m" * 200, surprises=np.zeros(210), **values)
    picture.render()
    axes, renderer = picture.letters[0].axes, picture.figure.canvas.get_renderer()
    for letters in picture.letters:
        assert letters.get_text() == "m" * LENGTH, "the end of a long text is shown"
        for text in ("m" * LENGTH, "i" * LENGTH, "␣⏎" * (LENGTH // 2)):
            letters.set_text(text)
            box = axes.transData.inverted().transform(letters.get_window_extent(renderer))
            assert box[1, 0] == pytest.approx(LENGTH, abs=0.5)
    assert axes.get_xlim()[1] >= LENGTH, "no square is cut off"


def test_the_text_is_shown_from_its_beginning_as_long_as_it_fits():
    picture = NextCharacter()
    picture.update(**compute())
    assert picture.letters[0].get_text().startswith("Scene␣7.␣Clara") and "brought" in picture.letters[1].get_text()
    assert len(PROMPT) > LENGTH
    picture.update(**compute(text="Anna"))
    assert [letters.get_text() for letters in picture.letters] == ["Anna", ""]


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 1.8, 3.0])
def test_no_mark_strikes_a_number_through(temperature):
    picture = NextCharacter()
    picture.update(**compute(temperature=temperature))
    picture.render()
    to_pixels = picture.plain.axes.transData.transform
    for number, mark in zip(picture.numbers, picture.plain.get_ydata()):
        assert number.get_window_extent().y0 > to_pixels((0, mark))[1] + 1.5


@pytest.mark.parametrize(("p", "text"), [(0.62, "62 %"), (1.0, "100 %"), (0.004, "<1 %"), (0.0, "0")])
def test_share(p, text):
    assert share(p) == text


def test_no_torch_is_needed():
    import subprocess
    import sys

    code = ("import sys; from seqlearn.widgets.language_models import NextCharacterExplorer as E; E(); "
            "assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
