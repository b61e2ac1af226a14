"""Chapter 07's explorer: the stored counters, their numbers against the torch model, and every control."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from seqlearn.plots.counter import PAGE, CounterPicture
from seqlearn.widgets.counting import LENGTH, WEIGHTS, CountingOnes, count_steps, load_counter, repeated

DEFAULTS = {"bits": "0110100110", "length": 30, "flip": 0, "training": "one_length"}
SCRIPT = Path(__file__).resolve().parents[2] / "notebooks" / "long_runs" / "07_counting_ones.py"
KINDS = ("one_length", "many_lengths")


@pytest.fixture(scope="module")
def explorer():
    return CountingOnes()


def compute(**changes):
    return CountingOnes.compute(None, **{**DEFAULTS, **changes})


def test_stored_weights_are_those_of_the_script():
    settings = runpy.run_path(str(SCRIPT), run_name="not main")["SETTINGS"]
    with safe_open(WEIGHTS, framework="np") as file:
        assert json.loads(file.metadata()["settings"]) == settings
    assert settings["length"] == LENGTH and WEIGHTS.stat().st_size < 50_000


def test_a_model_of_the_script_answers_in_ones():
    """The scale of the targets goes into the readout: then the error of the answers is the one that validation saw."""
    script = runpy.run_path(str(SCRIPT), run_name="not main")
    small = {"train_size": 64, "validation_size": 20, "test_size": 20, "hidden_size": 4, "epochs": {"one length": 2}}
    learner = script["Learner"]("one length", 1, script["SETTINGS"] | small)
    error = learner.fit(0.02)
    x = learner.x_validation
    measured = (learner.model(x) - x.sum(dim=0)).square().mean().item()
    assert measured == pytest.approx(error, rel=1e-4) and len(learner.missed) == 2


@pytest.mark.parametrize("training", KINDS)
def test_numpy_layer_says_what_the_torch_model_says(training):
    import torch

    from seqlearn.models import LSTMModel
    from seqlearn.training.weights import load_weights

    models = torch.nn.ModuleDict({name: LSTMModel(1, 20, 1) for name in KINDS})
    load_weights(models, WEIGHTS)
    bits = np.random.default_rng(0).integers(0, 2, 40)
    _, answers = count_steps(training, bits)
    model = models[training].double()
    x = torch.tensor(bits, dtype=torch.float64)[:, None, None]
    for steps in (1, 20, 40):
        assert answers[steps - 1] == pytest.approx(model(x[:steps]).item(), abs=1e-9)


def test_counters_count():
    rng = np.random.default_rng(1)
    layer, weight, bias, order = load_counter("one_length")
    x = rng.integers(0, 2, (20, 2000, 1)).astype(float)
    answers = layer.forward(x)[0][-1] @ weight + bias
    assert (answers.round() == x.sum(axis=0)[:, 0]).mean() > 0.998
    assert sorted(order) == list(range(20))
    for length in (3, 10, 20):
        bits = rng.integers(0, 2, length)
        assert abs(count_steps("many_lengths", bits)[1][-1] - bits.sum()) < 1.5


def test_the_question_has_an_answer():
    """Off by half a point a step beyond 20; a zero takes away; the other counter counts, and stops near 20."""
    off = [compute(length=length)["answers"][-1] - compute(length=length)["bits"].sum() for length in (20, 30)]
    assert abs(off[0]) < 0.5 and -8 < off[1] < -2
    zeros = compute(bits="0", length=20)["answers"]
    assert zeros[0] > 5 and zeros[-1] < 1.5
    other = compute(bits="1", length=50, training="many_lengths")["answers"]
    assert abs(other[9] - 10) < 1.5 and other[-1] < 26


def test_a_flip_changes_one_bit_and_the_answer_by_about_one():
    plain, flipped = compute(length=20), compute(length=20, flip=4)
    assert np.flatnonzero(plain["bits"] != flipped["bits"]).tolist() == [3]
    change = flipped["answers"][-1] - plain["answers"][-1]
    assert change == pytest.approx(1 if flipped["bits"][3] else -1, abs=0.4)
    assert np.array_equal(compute(length=20, flip=30)["bits"], plain["bits"])


@pytest.mark.parametrize(("text", "length", "expected"), [
    ("01", 5, [0, 1, 0, 1, 0]), ("1", 3, [1, 1, 1]), ("", 2, [0, 0]), ("x 1,0?", 4, [1, 0, 1, 0]), ("2345", 1, [0]),
    ("01" * 500, 3, [0, 1, 0]),
])
def test_bits_are_read_from_any_text(text, length, expected):
    assert repeated(text, length).tolist() == expected


def test_every_control_changes_picture_and_text(explorer):
    for name, value in {"bits": "1", "length": 44, "flip": 3, "training": "many_lengths"}.items():
        picture, text = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert explorer.image.value != picture and explorer.text != text, name


@pytest.mark.parametrize("training", KINDS)
def test_extremes_are_drawn_with_a_sentence(explorer, training):
    explorer.controls["training"].value = training
    for bits in ("1", "0", "", "hello"):
        for length in (1, PAGE):
            explorer.controls["bits"].value, explorer.controls["length"].value = bits, length
            assert f"reads {length} bit" in explorer.text and "cannot be shown" not in explorer.text


def test_picture_forgets_the_longer_sequence():
    picture = CounterPicture()
    long = {**compute(length=50), "training": "x"}
    short = {**compute(length=5), "training": "x"}
    picture.update(**short)
    fresh = picture.render()
    picture.update(**long)
    assert picture.render() != fresh
    picture.update(**short)
    assert picture.render() == fresh


def test_unknown_training_is_refused():
    with pytest.raises(ValueError, match="training must be one of one_length, many_lengths"):
        load_counter("three_lengths")
