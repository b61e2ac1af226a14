"""Chapter 13's explorer: the trained model does on NumPy layers what it does in PyTorch, and any text is drawn."""

import runpy

import numpy as np
import pytest

from seqlearn.course.chapters import notebooks_folder
from seqlearn.data.dates import dates
from seqlearn.plots.date_reader import MOST, WRITTEN
from seqlearn.widgets import attention
from seqlearn.widgets.attention import EXAMPLES, DateAttention, read, stored_reader

LONG_RUNS = notebooks_folder() / "long_runs"


@pytest.fixture
def explorer():
    return DateAttention()


def written(text, temperature=1.0):
    return "".join(token for token in read(text, temperature)["target"] if token != "<end>")


@pytest.mark.parametrize("temperature", [1.0, 0.1, 3.0])
def test_it_is_the_model_of_the_script(temperature):
    torch = pytest.importorskip("torch")
    from seqlearn.decoding import greedy
    from seqlearn.training import load_weights

    script = runpy.run_path(str(LONG_RUNS / "13_dates.py"))
    model = script["new_model"](script["SETTINGS"])
    load_weights(model, LONG_RUNS / "13_dates.safetensors")
    model.double().decoder.attention.temperature = temperature
    for text in EXAMPLES:
        source = torch.from_numpy(stored_reader()["source"].encode(text)[:, None])
        decoded = greedy(model, source, max_steps=WRITTEN)
        here = read(text, temperature)
        tokens = [stored_reader()["target"].tokens[row] for row in decoded.tokens[:, 0].tolist()]
        assert here["target"] == tokens, text
        assert np.allclose(here["weights"], decoded.weights[:, 0].numpy(), atol=1e-6)


def test_unseen_dates_are_read():
    pairs = dates(10, 30, seed=1)  # days of the same test part that the model was measured on
    assert np.mean([written(source) == target for source, target in pairs.test]) >= 0.95


def test_the_question_has_an_answer():
    slashes, stops = read("2/10/93"), read("2.10.93")
    assert written("2/10/93") == "1993-02-10" and written("2.10.93") == "1993-10-02"
    assert slashes["weights"][6].argmax() == 0 and stops["weights"][6].argmax() in (2, 3), "the month changes its place"
    assert slashes["weights"][2].max() > 0.8 > 0.6 > slashes["weights"][7].max(), "a digit looks, a dash does not"
    for text in ("Tuesday, September 25, 1984", "27. sept 1994"):
        assert written(text, 0.01) == written(text) != written(text, 30.0)


def test_every_control_changes_picture_and_text(explorer):
    for name, value in {"date": "2/10/94", "character": 3, "temperature": 5.0, "example": EXAMPLES[3]}.items():
        picture, text = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != picture and explorer.text != text, name
    assert explorer.controls["date"].value == EXAMPLES[3], "an example is put into the line"


@pytest.mark.parametrize("text", ["", " ", "$_^\\", "日本 1999", "x" * 80, "1"])
def test_any_text_gives_a_picture_and_a_sentence(explorer, text):
    explorer.controls["date"].value = text
    for character, temperature in ((1, 0.01), (WRITTEN, 100.0)):
        explorer.controls["character"].value = character
        explorer.controls["temperature"].value = temperature
        assert "cannot be shown" not in explorer.text and "nan" not in explorer.text
    assert ("Nothing is typed" in explorer.text) == (text == "")
    assert len(explorer.compute(**explorer.values)["source"]) <= MOST


def test_the_slider_ends_where_the_answer_ends(explorer):
    slider, date = explorer.controls["character"], explorer.controls["date"]
    slider.value = 10
    for text in ("2/1", "", "x", EXAMPLES[0]):
        date.value = text
        count = len(read(text)["target"])
        assert slider.max == max(count, 1) and slider.value == min(10, slider.max)
        assert explorer.picture._values["chosen"] == slider.value - 1
        assert f"character {slider.value}," in explorer.text or slider.value == slider.max
    assert slider.value == 10, "what was typed in between has not moved it"
    date.value = "2/1"
    slider.value = 3
    date.value = EXAMPLES[0]
    assert slider.value == 3 and "For character 3" in explorer.text


def test_more_characters_than_are_read_are_said(explorer):
    date, sentence = explorer.controls["date"], f"Only the first {MOST} characters are read."
    date.value = "x" * MOST
    assert sentence not in explorer.text and "only" not in explorer.picture.note.get_text()
    date.value = "x" * (MOST + 1)
    assert explorer.text.endswith(sentence) and f"first {MOST}" in explorer.picture.note.get_text()


def test_what_it_never_saw_is_told(explorer):
    explorer.controls["date"].value = "mai 5 1999 §"
    assert explorer.text.endswith("It has never seen §.")


def test_weights_that_are_missing_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="13_dates.py makes it"):
        stored_reader.__wrapped__(tmp_path / "gone.safetensors")


def test_the_temperature_of_one_call_does_not_stay(explorer):
    before = read.__wrapped__("2/10/93", 1.0)["weights"]
    read.__wrapped__("2/10/93", 50.0)
    assert np.array_equal(read.__wrapped__("2/10/93", 1.0)["weights"], before)
    assert attention.stored_reader() is stored_reader()
