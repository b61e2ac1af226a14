"""Checkpoints: stopped and gone on is the same as never stopped; what does not fit is refused; no code is run."""

import errno
import math
import os
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from seqlearn.training import Checkpoint, CheckpointError, checkpoint, train

EPOCHS = 5


class Run:
    """One training with all that changes on the way: dropout, a scheduler, a drawn order, batch statistics."""

    def __init__(self, path, *, hidden_size=6, learning_rate=0.05, optimizer=torch.optim.Adam, seed=0, **options):
        torch.manual_seed(seed)
        first, last = nn.Linear(3, hidden_size), nn.Linear(hidden_size, 1)
        self.model = nn.Sequential(first, nn.BatchNorm1d(hidden_size), nn.Dropout(0.3), nn.Tanh(), last)
        self.optimizer = optimizer(self.model.parameters(), lr=learning_rate)
        self.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, patience=0, threshold=0.2)
        self.order = np.random.default_rng(7)
        x = np.random.default_rng(0).standard_normal((40, 3))
        self.data = x, np.sin(x.sum(axis=1, keepdims=True))
        self.path, self.stop_at, self.options = path, None, options

    def batches(self, epoch):
        x, y = self.data
        for number, rows in enumerate(self.order.permutation(40).reshape(5, 8)):
            if (epoch, number) == self.stop_at:
                raise KeyboardInterrupt
            yield x[rows], y[rows]

    def validate(self, model):
        x, y = (torch.tensor(array, dtype=torch.float32) for array in self.data)
        return F.mse_loss(model(x), y).item()

    def train(self, stop_at=None, epochs=EPOCHS, **options):
        self.stop_at = stop_at
        kept = None
        if self.path is not None:
            settings = self.options.get("settings", {"batch_size": 8})
            kept = Checkpoint(self.path, also={"order": self.order}, settings=settings)
        loss = lambda model, batch: F.mse_loss(model(batch[0]), batch[1])  # noqa: E731
        options = {"optimizer": self.optimizer, "scheduler": self.scheduler, "validate": self.validate} | options
        options = {"max_norm": 1.0, "progress": False} | options
        return train(self.model, self.batches, loss, epochs=epochs, checkpoint=kept, **options)

    def state(self):
        """Everything that a training leaves behind, as one dict of lists."""
        found = {f"weight {name}": value.tolist() for name, value in self.model.state_dict().items()}
        for name, part in self.optimizer.state_dict()["state"].items():
            found |= {f"optimizer {name} {key}": value.tolist() for key, value in part.items()}
        found |= {"scheduler": self.scheduler.state_dict(), "order": self.order.bit_generator.state}
        return found | {"torch": torch.get_rng_state().tolist()}


def events(history):
    """The history without the clock."""
    return history.loss, history.validation, history.gradient_norm, history.best_epoch, history.stopped


@pytest.fixture(scope="module")
def whole():
    """What a training that was never stopped ends with."""
    run = Run(None)
    history = run.train()
    return events(history), run.state()


@pytest.mark.parametrize("stops", [[(0, 3)], [(1, 0)], [(3, 4)], [(1, 2), (2, 0), (4, 4)]], ids=str)
def test_stopped_and_gone_on_is_the_same_as_never_stopped(tmp_path, whole, stops):
    for seed, stop in enumerate(stops):
        assert Run(tmp_path / "run.pt", seed=0 if stop[0] == 0 else seed).train(stop).stopped == "interrupted"
    run = Run(tmp_path / "run.pt", seed=0 if stops == [(0, 3)] else 99)  # other weights and random numbers at the start
    if stops == [(0, 3)]:
        assert not (tmp_path / "run.pt").exists()
    history = run.train()
    assert events(history) == whole[0]
    assert run.state() == whole[1]
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def test_keeping_a_checkpoint_changes_nothing(tmp_path, whole):
    run = Run(tmp_path / "new" / "folder" / "run.pt")
    assert events(run.train()) == whole[0] and run.state() == whole[1]


def test_the_same_objects_can_go_on(tmp_path, whole):
    """As in a notebook: stop, and run the cell again. The scheduler has changed the learning rate by then."""
    run = Run(tmp_path / "run.pt")
    run.train((4, 0))
    assert run.optimizer.param_groups[0]["lr"] < 0.05
    assert events(run.train()) == whole[0] and run.state() == whole[1]


def test_a_finished_training_returns_at_once_and_goes_on_for_more_epochs(tmp_path, whole):
    first = Run(tmp_path / "run.pt")
    first.train(epochs=3)
    second = Run(tmp_path / "run.pt", seed=5)
    assert len(second.train(stop_at=(3, 0), epochs=3).loss) == 3
    assert [p.tolist() for p in second.model.parameters()] == [p.tolist() for p in first.model.parameters()]
    third = Run(tmp_path / "run.pt", seed=6)
    assert events(third.train()) == whole[0] and third.state() == whole[1]


def line_run(path, values, patience=None, epochs=6, **options):
    """A training whose validations are these values, and whose weight is 0.1 larger after every epoch."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    left = iter(values)
    options = {"validate": lambda model: next(left), "patience": patience, "progress": False} | options
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = train(model, [torch.ones(1)], lambda model, x: -model(x).sum(), epochs=epochs, optimizer=optimizer,
                    checkpoint=path, **options)  # fmt: skip
    return model.weight.item(), history


def test_the_best_weights_may_be_from_before_the_stop(tmp_path):
    line_run(tmp_path / "run.pt", [3.0, 1.0, 2.0], epochs=3)
    weight, history = line_run(tmp_path / "run.pt", [1.5, 4.0, 4.0])
    assert weight == pytest.approx(0.2) and history.best_epoch == 1
    weight, history = line_run(tmp_path / "other.pt", [3.0, 2.0], epochs=2)
    weight, history = line_run(tmp_path / "other.pt", [1.0, 4.0, 4.0, 4.0])
    assert weight == pytest.approx(0.3) and history.best_epoch == 2


def test_patience_counts_over_the_stop_and_an_early_end_stays_one(tmp_path):
    line_run(tmp_path / "run.pt", [1.0, 2.0], patience=3, epochs=2)
    _, history = line_run(tmp_path / "run.pt", [2.0, 2.0], patience=3)
    assert history.stopped == "early" and len(history.loss) == 4
    _, again = line_run(tmp_path / "run.pt", [], patience=3, epochs=20)
    assert events(again) == events(history)


@pytest.mark.parametrize(
    "make",
    [
        lambda optimizer: torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=6),
        lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 6),
        lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4]),
        lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=6),
        lambda optimizer: torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: 1 - update / 6),
        lambda optimizer: torch.optim.lr_scheduler.SequentialLR(
            optimizer,
            [torch.optim.lr_scheduler.ConstantLR(optimizer), torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)],
            [3],
        ),
    ],
    ids=["linear", "cosine", "steps", "one cycle", "lambda", "sequence"],
)
def test_a_scheduler_goes_on_where_it_was(tmp_path, make):
    def rates(path, epochs):
        seen, model = [], nn.Linear(1, 1)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        scheduler = make(optimizer)

        def loss(model, x):
            seen.append(optimizer.param_groups[0]["lr"])
            return (model(x) ** 2).mean()

        train(model, [torch.ones(1), torch.ones(1)], loss, epochs=epochs, optimizer=optimizer, scheduler=scheduler,
              checkpoint=path, progress=False)  # fmt: skip
        return seen

    whole = rates(None, 3)
    assert len(set(whole)) > 1
    assert rates(tmp_path / "run.pt", 1) + rates(tmp_path / "run.pt", 3) == pytest.approx(whole)


def test_a_scheduler_named_twice_must_be_the_same(tmp_path):
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one, other = (torch.optim.lr_scheduler.StepLR(optimizer, 1) for _ in range(2))
    options = {"epochs": 1, "optimizer": optimizer, "scheduler": one, "progress": False}
    loss = lambda model, x: model(x).mean()  # noqa: E731
    kept = [Checkpoint(tmp_path / "run.pt", also={"scheduler": scheduler}) for scheduler in (other, one)]
    with pytest.raises(ValueError, match="of the Checkpoint is another scheduler than the one that train was given"):
        train(model, [torch.ones(1)], loss, checkpoint=kept[0], **options)
    train(model, [torch.ones(1)], loss, checkpoint=kept[1], **options)


def test_a_loader_with_a_generator_of_its_own(tmp_path):
    def weights(path, stop):
        generator = torch.Generator().manual_seed(3)
        data = torch.utils.data.TensorDataset(torch.arange(12.0)[:, None])
        loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True, generator=generator)
        torch.manual_seed(0)
        model = nn.Linear(1, 1)
        kept = Checkpoint(path, also={"order": generator}) if path else None
        train(model, loader, lambda model, batch: (model(batch[0]) ** 2).mean(), epochs=stop, checkpoint=kept,
              learning_rate=0.1, progress=False)  # fmt: skip
        return model.weight.item()

    weights(tmp_path / "run.pt", 2)
    assert weights(tmp_path / "run.pt", 5) == weights(None, 5)


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_every_generator_of_numpy_goes_on(kind):
    rng, other = np.random.Generator(kind(1)), np.random.Generator(kind(2))
    rng.standard_normal(3)
    rng.integers(0, 9, dtype=np.int32)
    checkpoint._set_state(other, checkpoint._get_state(rng))
    assert rng.integers(0, 2**62, 700).tolist() == other.integers(0, 2**62, 700).tolist()


@pytest.mark.parametrize(
    ("other", "options", "message"),
    [
        ({"hidden_size": 7}, {}, r"weights 0.weight is '\(6, 3\) torch.float32' in the file, '\(7, 3\)"),
        ({"learning_rate": 0.04}, {}, "optimizer group 0, lr is '0.05' in the file, '0.04' here"),
        ({"optimizer": torch.optim.RMSprop}, {}, "optimizer kind is 'Adam' in the file, 'RMSprop' here"),
        ({"settings": {"batch_size": 9}}, {}, "settings batch_size is 8 in the file, 9 here"),
        ({"settings": {}}, {}, "settings batch_size is 8 in the file, nothing here"),
        ({}, {"max_norm": 2.0}, "settings max_norm is 1.0 in the file, 2.0 here"),
        ({}, {"patience": 3}, "settings patience is nothing in the file, 3 here"),
        ({}, {"validate": None}, "settings validate is True in the file, False here"),
        ({}, {"epochs": 1}, "epochs must be at least 2, as .*run.pt holds so many, got 1"),
    ],
)  # fmt: skip
def test_a_checkpoint_of_another_training_is_refused_and_nothing_changes(tmp_path, other, options, message):
    Run(tmp_path / "run.pt").train(epochs=2)
    stored = (tmp_path / "run.pt").read_bytes()
    run = Run(tmp_path / "run.pt", **other)
    before = run.state()
    with pytest.raises(ValueError, match=message):
        run.train(**options)
    assert run.state() == before and (tmp_path / "run.pt").read_bytes() == stored


def test_what_is_named_must_be_the_same(tmp_path):
    def once(**also):
        return line_run(Checkpoint(tmp_path / "run.pt", also=also), [1.0], epochs=1)

    once(order=np.random.default_rng(0))
    with pytest.raises(ValueError, match="also order is 'Generator' in the file, nothing here"):
        once()


class Bomb:
    def __reduce__(self):
        return open, ("bomb.txt", "w")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged, or is no checkpoint"),
        (b"hello " * 50, "damaged, or is no checkpoint"),
        (pickle.dumps(Bomb(), 2), "damaged, or is no checkpoint"),
        ("bomb", "damaged, or is no checkpoint"),
        ("cut", "damaged, or is no checkpoint"),
        ("weights", "no checkpoint"),
        ("list", "no checkpoint"),
        ("other version", "no checkpoint of this version"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused_and_runs_nothing(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.pt"
    Run(path).train(epochs=1)
    if content == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        stored = torch.load(path, weights_only=True)
        torch.save({"bomb": {"format": Bomb()}, "weights": nn.Linear(1, 1).state_dict(), "list": [1, 2],
                    "other version": stored | {"format": "seqlearn checkpoint 0"}}[content], path)  # fmt: skip
    (tmp_path / "bomb.txt").unlink(missing_ok=True)
    with pytest.raises(ValueError, match=message):
        Run(path).train()
    assert not (tmp_path / "bomb.txt").exists()


@pytest.mark.parametrize("place", ["save", "fsync", "replace"])
def test_a_write_that_fails_leaves_the_one_before(tmp_path, monkeypatch, whole, place):
    path = tmp_path / "run.pt"
    Run(path).train(epochs=2)
    stored = path.read_bytes()

    def fails(*arguments, **options):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(torch if place == "save" else checkpoint.os, place, fails)
        with pytest.raises(OSError, match="no space"):
            Run(path).train()
    assert path.read_bytes() == stored and [each.name for each in tmp_path.iterdir()] == ["run.pt"]
    run = Run(path)
    assert events(run.train()) == whole[0] and run.state() == whole[1]


def test_a_state_that_could_not_be_opened_again_is_refused_in_the_first_epoch(tmp_path):
    class Odd:
        def state_dict(self):
            return {"path": tmp_path}

        def load_state_dict(self, state):
            raise AssertionError

    with pytest.raises(TypeError, match="the state of odd must hold tensors, numbers, texts, lists and dicts only"):
        line_run(Checkpoint(tmp_path / "run.pt", also={"odd": Odd()}), [1.0])
    assert list(tmp_path.iterdir()) == []


def test_infinite_validations_come_back(tmp_path):
    line_run(tmp_path / "run.pt", [math.inf, 2.0], epochs=2)
    _, history = line_run(str(tmp_path / "run.pt"), [1.0], epochs=3)
    assert history.validation == [math.inf, 2.0, 1.0]


def test_bad_arguments_are_named(tmp_path):
    with pytest.raises(TypeError, match="checkpoint must be a path or a Checkpoint, got int"):
        line_run(3, [1.0])
    with pytest.raises(TypeError, match=r"also\['seed'\] must have state_dict and load_state_dict, or be .*got int"):
        Checkpoint("run.pt", also={"seed": 3})
    with pytest.raises(TypeError, match="settings must be what JSON can hold"):
        Checkpoint("run.pt", settings={"sizes": (1, 2)})


# ---------------------------------------------------------------- what it takes from NumPy, and what it says


def test_numbers_of_numpy_are_numbers(tmp_path):
    """As settings of the training and of an optimizer: the file opens again, also with Python's numbers."""
    for epochs, number, real in ((2, np.int64, np.float64), (4, int, float)):
        model = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=real(0.1), momentum=real(0.5))
        history = train(model, [torch.ones(1)], lambda model, x: (model(x) ** 2).mean(), epochs=number(epochs),
                        patience=number(3), max_norm=real(1.0), optimizer=optimizer, checkpoint=tmp_path / "run.pt",
                        validate=lambda model: np.float32(1.0), progress=False)
        assert len(history.loss) == epochs


@pytest.mark.parametrize("more", [5, None])
def test_more_patience_goes_on_after_an_early_stop(tmp_path, more):
    _, history = line_run(tmp_path / "run.pt", [1.0, 2.0, 2.0], patience=2)
    assert history.stopped == "early"
    weight, history = line_run(tmp_path / "run.pt", [2.0, 0.5, 3.0], patience=more)
    assert history.stopped == "finished" and history.best_epoch == 4 and weight == pytest.approx(0.5)
    assert history.validation == [1.0, 2.0, 2.0, 2.0, 0.5, 3.0]
    with pytest.raises(ValueError, match=f"settings patience is {more or 'nothing'} in the file, 2 here"):
        line_run(tmp_path / "run.pt", [], patience=2, epochs=9)


def test_more_epochs_after_an_early_stop_say_what_would_go_on(tmp_path):
    line_run(tmp_path / "run.pt", [1.0, 2.0, 2.0], patience=2)
    _, history = line_run(tmp_path / "run.pt", [], patience=2, epochs=20)
    assert history.stopped == "early" and len(history.loss) == 3
    assert history.reason == "nothing was trained: patience=2 had ended it, and a larger one would go on"


def test_a_disk_that_fills_on_the_way(tmp_path, monkeypatch, whole):
    """The epochs are not lost: the model has its best weights, the error the history, and the same lines go on."""
    path, written = tmp_path / "run.pt", []

    def fsync(number):
        written.append(number)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.os, "fsync", fsync)
        with pytest.raises(CheckpointError, match="after epoch 3 could not be .*No space left") as caught:
            (run := Run(path)).train()
    assert f"make the folder {tmp_path} writable, and run the same lines again: they go on after epoch 2" in str(
        caught.value)
    assert caught.value.history.loss == whole[0][0][:3] and not run.model.training
    assert caught.value.history.stopped == "interrupted"
    (again := Run(path)).train()
    assert again.state() == whole[1] and [each.name for each in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize("fault", ["read-only", "full", "full beside the old"])
def test_a_place_that_takes_no_file_is_said_before_the_training(tmp_path, monkeypatch, fault):
    if fault == "full beside the old":
        Run(tmp_path / "run.pt").train(epochs=1)
    before, run = sorted(tmp_path.iterdir()), Run(tmp_path / "run.pt")
    run.batches = lambda epoch: pytest.fail("it trained")
    if fault == "read-only":
        monkeypatch.setattr(checkpoint.Path, "touch", lambda path: os.open(path / "x", os.O_RDONLY))
    else:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(checkpoint.shutil, "disk_usage", lambda path: usage._replace(free=100))
    with pytest.raises(CheckpointError, match="no checkpoint can be written .*Make room on the disk, or make"):
        run.train()
    assert sorted(tmp_path.iterdir()) == before


def test_an_empty_file_says_so(tmp_path):
    (tmp_path / "run.pt").touch()
    with pytest.raises(ValueError, match="run.pt is damaged, or is no checkpoint: it is empty. Remove it"):
        Run(tmp_path / "run.pt").train()


KILLED = """
import os, sys, torch
from seqlearn.training import train
model = torch.nn.Linear(1, 1)
os.fsync = lambda number: os.kill(os.getpid(), 9)
train(model, [torch.ones(1)], lambda model, x: model(x).sum(), epochs=2, checkpoint=sys.argv[1], progress=False)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_what_a_killed_process_left_goes(tmp_path):
    path = tmp_path / "run.pt"
    assert subprocess.run([sys.executable, "-c", KILLED, path]).returncode == -9
    assert [each.suffix for each in tmp_path.iterdir()] == [".part"]
    Run(path).train(epochs=1)
    assert [each.name for each in tmp_path.iterdir()] == ["run.pt"]
