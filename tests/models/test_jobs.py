"""The seven jobs: one class for all, a loss of frames by hand, scores that can be trusted, and the stored models."""

import importlib.util
import math
from itertools import groupby, product

import numpy as np
import pytest
import torch

from seqlearn.course.chapters import notebooks_folder
from seqlearn.data import tones
from seqlearn.data.pairs import START, Batch
from seqlearn.data.speech import NO_FRAME, spoken_words, words_to_speak
from seqlearn.models.ctc import BLANK, Recogniser, ctc_loss, ctc_score, fit_ctc
from seqlearn.models.jobs import (
    FEATURES,
    JOBS,
    answer,
    build_model,
    fit,
    frame_loss,
    job_loss,
    job_score,
    speak,
    stored_jobs,
)


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", JOBS)
def test_every_job_is_the_same_class_and_can_learn(name):
    task = JOBS[name].make(64, 20, seed=0)
    model = build_model(task, hidden_size=32)
    assert type(model).__name__ == "Seq2Seq"
    assert (type(model.encoder.embedding).__name__ == "Linear") == (task.source is None)
    assert (type(model.decoder.embedding).__name__ == "Linear") == (task.target is None)
    batch = task.batch(task.train[:32])
    tensors = type(batch)(*map(torch.as_tensor, batch))
    before = job_loss(model, tensors).item()
    history = fit(model, task, epochs=3, learning_rate=0.01)
    assert history.stopped == "finished" and job_loss(model, tensors).item() < 0.95 * before


@pytest.mark.parametrize("name", JOBS)
def test_longer_inputs_are_longer(name):
    job = JOBS[name]
    usual, longer = job.make(50, 30, seed=0), job.make_longer(10, 30, seed=0)
    assert np.mean([len(x) for x, _ in longer.test]) > 1.3 * np.mean([len(x) for x, _ in usual.test])
    for symbols, others in ((usual.source, longer.source), (usual.target, longer.target)):
        assert (symbols is None) == (others is None) and (symbols is None or symbols.tokens == others.tokens)


@pytest.mark.parametrize("name", ["synthesis", "recognition"])
def test_attention_takes_the_place_of_the_one_vector(name):
    """Frames on either side; the answer depends on encoder outputs that the last state alone would not show."""
    task = JOBS[name].make(64, 20, seed=0)
    model = build_model(task, hidden_size=16, attention=True)
    assert type(model.decoder).__name__ == "AttentionDecoder"
    batch = task.batch(task.train[:32])
    tensors = type(batch)(*map(torch.as_tensor, batch))
    before = job_loss(model, tensors).item()
    fit(model, task, epochs=2, learning_rate=0.01)
    assert job_loss(model, tensors).item() < 0.95 * before
    encoded = model.encode(tensors.source, tensors.lengths)
    changed = encoded._replace(outputs=2 * encoded.outputs, keys=None)
    assert not torch.allclose(model.decoder(tensors.inputs, encoded)[0], model.decoder(tensors.inputs, changed)[0])


def test_the_loss_of_frames_by_hand():
    targets = torch.tensor([[[0.5, 1.0, 0.0], [1.0, 0.0, 1.0]], [[0.0, 0.0, 1.0], [9.0, 9.0, NO_FRAME]]])
    outputs = torch.zeros_like(targets)
    squares = (0.5**2 + 1 + 1) / 6  # of three real frames
    assert frame_loss(outputs, targets).item() == pytest.approx(squares + 0.1 * math.log(2))


def test_the_stop_flag_ends_a_word():
    task = words_to_speak(20, 5, seed=0)
    model = build_model(task, hidden_size=8)
    batch = task.batch(task.test)
    with torch.no_grad():
        model.decoder.readout.bias[-1] = 50.0
    assert [len(frames) for frames in speak(model, batch.source, batch.lengths)] == [1] * 5
    with torch.no_grad():
        model.decoder.readout.bias[-1] = -50.0
    frames = speak(model, batch.source, batch.lengths, most_steps=7)
    assert [each.shape for each in frames] == [(7, FEATURES)] * 5


@pytest.mark.parametrize("training", [True, False])
def test_speaking_leaves_the_mode_as_it_was(training):
    task = words_to_speak(20, 5, seed=0)
    model = build_model(task, hidden_size=8).train(training)
    answer(model, task, "mina", most_steps=2)
    with pytest.raises(RuntimeError):
        speak(model, np.zeros((2, 1), dtype=np.float32))
    assert all(part.training == training for part in model.modules())


def test_a_word_is_scored_by_ear(monkeypatch):
    """A model that writes the right frames is right; one frame of a letter too few, and it is not heard."""
    from seqlearn.models import jobs

    task = words_to_speak(20, 10, seed=0)
    for cut, wanted in ((0, 1.0), (4, 0.0)):
        right = [frames[: len(frames) - cut] for _, frames in task.test]
        monkeypatch.setattr(jobs, "speak", lambda *arguments, right=right, **settings: right)
        assert job_score(torch.nn.Identity(), task) == wanted


@pytest.mark.parametrize("word", [[4], [4, 5], [5, 4, 5], [5, 5]])
def test_the_loss_of_ctc_is_the_sum_over_readings(word):
    """All 6⁴ readings of four frames; the padded fifth frame is not read. torch divides by the number of letters."""
    model = Recogniser(6)
    frames = torch.randn(5, 1, FEATURES, generator=torch.Generator().manual_seed(0))
    batch = Batch(frames, torch.tensor([4]), torch.tensor([[START, *word]]).T, None)
    log_p = model(frames, batch.lengths).log_softmax(2)[:4, 0].detach()
    right = [reading for reading in product(range(6), repeat=4)
             if [row for row, _ in groupby(reading) if row != BLANK] == word]
    total = sum(math.exp(sum(log_p[t, row].item() for t, row in enumerate(reading))) for reading in right)
    assert ctc_loss(model, batch).item() == pytest.approx(-math.log(total) / len(word), rel=1e-4)


def test_ctc_learns():
    task = spoken_words(400, 60, noise=0.1, seed=0)
    model = Recogniser(len(task.target))
    assert ctc_score(model, task) < 0.05
    fit_ctc(model, task, epochs=10)
    assert ctc_score(model, task) > 0.8  # 1.0 for two seeds tried; after 6 epochs it was 0.15 to 0.67 over five


def script():
    path = notebooks_folder() / "long_runs" / "12_seven_jobs.py"
    spec = importlib.util.spec_from_file_location("seven_jobs_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_trains_with_the_recipes_of_the_jobs():
    assert script().SETTINGS["recipes"] == {name: job.recipe for name, job in JOBS.items()}


def test_the_script_runs():
    """With next to no data and one epoch: every score is a share, and there is a model for every job."""
    module = script()
    recipes = {name: {**recipe, "train_size": 40, "epochs": 1} for name, recipe in module.SETTINGS["recipes"].items()}
    settings = {**module.SETTINGS, "seeds": [0], "test_size": 10, "recipes": recipes}
    for name in ("ctc", "larger numbers", "one model"):
        settings[name] = {**settings[name], "train_size": 40, "epochs": 1}
    signs = settings["signs"]
    settings["signs"] = {"dictionary": 40, "recordings": 40, "to letters": {**signs["to letters"], "epochs": 1},
                         "to sound": {**signs["to sound"], "updates": 2}}
    settings["model"] = {**settings["model"], "hidden_size": 8}
    results, models = module.run(settings, progress=False)
    assert list(models) == list(JOBS) and set(results) == {*JOBS, "attention", "comparisons"}
    assert list(results["attention"]) == list(JOBS) and list(results["comparisons"]) == list(module.CONTROLS)
    assert all(0 <= found[name][kind][0] <= 1 for found in (results, results["attention"]) for name in JOBS
               for kind in ("score", "longer"))


@pytest.mark.parametrize("name", JOBS)
def test_the_stored_models_do_their_jobs(name):
    """On the first test examples of the run; in half precision no answer may have changed."""
    task, model = stored_jobs()[name]
    job = JOBS[name]
    full = job.make(job.recipe["train_size"], 500, seed=0)
    few = [full.test[n] for n in range(60)]
    small = type(full)(full.name, full.source, full.target, full.train, few)
    assert job_score(model, small) >= 0.9
    source, target = few[0]
    said = answer(model, task, source)
    assert isinstance(said, np.ndarray) if task.target is None else set(said) <= set(task.target.tokens)


def test_every_pitch_is_a_feature():
    assert FEATURES == len(tones.PITCHES) == 8
