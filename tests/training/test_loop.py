"""The training loop: it learns, keeps the best weights, stops for four reasons, survives the stop button anywhere."""

import functools
import random
import signal
import sys
import threading
from collections import namedtuple

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import rnn

from seqlearn.training import History, choose_device, devices, loop, train

SLOPE = 3.0


class Line(nn.Module):
    """y = weight · x; `seen` is where and how it was called."""

    def __init__(self, start=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([start]))
        self.seen = []

    def forward(self, x):
        self.seen.append((self.training, torch.is_grad_enabled()))
        return self.weight * x


def points(count=4, size=8, seed=0):
    """A list of batches (x, y) with y = 3 x."""
    rng = np.random.default_rng(seed)
    return [(x, SLOPE * x) for x in rng.standard_normal((count, size))]


def squared(model, batch):
    x, y = batch
    return F.mse_loss(model(x), y)


def distance(model):
    """How far from the true slope."""
    return abs(model.weight.item() - SLOPE)


def run(model=None, batches=None, loss=squared, **options):
    options = {"epochs": 3, "learning_rate": 0.1, "progress": False} | options
    return train(model or Line(), batches if batches is not None else points(), loss, **options)


def scripted(values):
    """A validate function that returns the values one by one; an exception among them is raised."""
    left = list(values)

    def validate(model):
        value = left.pop(0)
        if isinstance(value, BaseException):
            raise value
        return value

    return validate


def recorded(seen):
    """A batches function that notes the epochs it is asked for."""
    return lambda epoch: seen.append(epoch) or iter(points(seed=epoch))


# ---------------------------------------------------------------- it learns


def test_it_learns_and_says_how():
    model = Line()
    history = run(model, epochs=30, validate=distance)
    assert distance(model) < 0.01
    assert len(history.loss) == len(history.validation) == len(history.gradient_norm) == len(history.seconds) == 30
    assert history.loss[0] > 10 * history.loss[-1] and all(second > 0 for second in history.seconds)
    assert history.stopped == "finished" and history.reason == ""
    assert history.validation[history.best_epoch] == min(history.validation)
    assert repr(history).startswith("30 epochs, finished; best validation 0.0")


def test_one_step_is_the_one_written_by_hand():
    x, y = (torch.tensor(part, dtype=torch.float32) for part in points(1)[0])
    model, twin = Line(0.5), Line(0.5)
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.1)
    F.mse_loss(twin(x), y).backward()
    optimizer.step()
    history = run(model, [(x, y)], epochs=1)
    assert torch.equal(model.weight, twin.weight)
    assert history.gradient_norm == [twin.weight.grad.abs().item()]


def test_the_loss_is_the_mean_over_batches():
    model, losses = Line(), []

    def loss(model, batch):
        value = squared(model, batch)
        losses.append(value.item())
        return value

    history = run(model, loss=loss, epochs=2)
    assert history.loss == pytest.approx([np.mean(losses[:4]), np.mean(losses[4:])]) and history.validation == []


@pytest.mark.parametrize(("max_norm", "moved"), [(None, 24.0), (0.5, 0.5), (1e6, 24.0)])
def test_clipping_limits_the_step_and_the_norm_is_from_before(max_norm, moved):
    model, batch = Line(-9.0), (torch.tensor([1.0]), torch.tensor([3.0]))
    optimizer = torch.optim.SGD(model.parameters(), 1.0)
    history = train(model, [batch], squared, epochs=1, optimizer=optimizer, max_norm=max_norm, progress=False)
    assert history.gradient_norm == [24.0] and model.weight.item() == pytest.approx(-9 + moved, rel=1e-5)


def test_the_norm_is_the_mean_over_batches():
    model = Line(-9.0)
    batches = [(torch.tensor([scale]), torch.tensor([3 * scale])) for scale in (1.0, 2.0)]  # 24 and 96
    history = train(model, batches, squared, epochs=1, progress=False,
                    optimizer=torch.optim.SGD(model.parameters(), 1e-12))
    assert history.gradient_norm == [pytest.approx(60)]


def test_gradients_do_not_add_up_over_batches():
    model = Line()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model.weight.grad = torch.tensor([1e6])  # left from something before
    train(model, points(20), squared, epochs=1, optimizer=optimizer, progress=False)
    assert distance(model) < 0.1


def test_training_uses_the_optimizer_given_and_goes_on_with_it():
    twice, once = Line(), Line()
    optimizer = torch.optim.Adam(twice.parameters(), 0.1)
    for _ in range(2):
        train(twice, points(), squared, epochs=1, optimizer=optimizer, progress=False)
    run(once, epochs=2)
    assert torch.equal(twice.weight, once.weight)


def test_frozen_weights_stay():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 1))
    model[0].requires_grad_(False)
    frozen, free = model[0].weight.clone(), model[1].weight.clone()
    run(model, [(torch.ones(2, 3), torch.ones(2, 1))])
    assert torch.equal(model[0].weight, frozen) and not torch.equal(model[1].weight, free)


def test_no_random_state_is_touched():
    states = lambda: (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())  # noqa: E731
    before = states()
    run(validate=distance, max_norm=1.0)
    assert states() == before


# ---------------------------------------------------------------- modes


def test_the_mode_while_training_validating_and_afterwards():
    model = Line()
    model.eval()

    def validate(model):
        model(torch.ones(1))
        model.train()  # what a careless function leaves behind
        return 1.0

    run(model, points(2), epochs=2, validate=validate)
    assert model.seen == [(True, True), (True, True), (False, False)] * 2
    assert not model.training and torch.is_grad_enabled()


@pytest.mark.parametrize("how", ["finished", "interrupted", "diverged", "raised"])
def test_the_model_is_ready_for_use_however_it_ended(how):
    model = Line()
    error = {"interrupted": KeyboardInterrupt(), "diverged": float("nan"), "raised": RuntimeError("mine")}.get(how, 0.5)
    if how == "raised":
        with pytest.raises(RuntimeError, match="mine"):
            run(model, validate=scripted([1.0, 0.5, error]))
    else:
        assert run(model, validate=scripted([1.0, 2.0, error])).stopped == how
    assert not model.training and torch.is_grad_enabled()


def test_a_refused_call_leaves_the_callers_no_grad_alone():
    with torch.no_grad():
        with pytest.raises(ValueError, match="loss must come from the model's output"):
            run()
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_a_loss_of_another_model_is_refused():
    model, other = Line(), Line()
    with pytest.raises(ValueError, match="loss gives no gradient to what the optimizer trains: .* another model"):
        run(model, loss=lambda model, batch: squared(other, batch))
    assert model.weight.item() == other.weight.item() == 0.0


# ---------------------------------------------------------------- the best weights


def weights_after(epochs):
    """The weight after so many epochs of points()."""
    model = Line()
    run(model, epochs=epochs, validate=scripted(range(epochs, 0, -1)))
    return model.weight.item()


@pytest.mark.parametrize(("values", "best"), [([3, 1, 2], 1), ([1, 2, 3], 0), ([3, 2, 1], 2), ([2, 1, 1], 1)])
def test_the_best_weights_are_back(values, best):
    model = Line()
    history = run(model, validate=scripted(values))
    assert history.best_epoch == best and history.validation == values
    assert model.weight.item() == weights_after(best + 1)


def test_without_validation_the_training_loss_decides():
    model, loss = Line(), lambda model, batch: squared(model, batch) + penalty.pop(0)
    penalty = [0, 0, 100]
    history = run(model, points(1), loss)
    assert history.best_epoch == 1 and len(history.loss) == 3
    twin = Line()
    run(twin, points(1), epochs=2)
    assert torch.equal(model.weight, twin.weight)


def test_buffers_belong_to_the_weights():
    model = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    batches = [(torch.randn(8, 1, generator=torch.Generator().manual_seed(0)), torch.zeros(8, 1))]
    history = run(model, batches, validate=scripted([1, 2, 3]))
    assert history.best_epoch == 0 and model[1].num_batches_tracked == 1


def test_an_infinite_validation_may_get_better():
    history = run(validate=scripted([float("inf"), 5.0, float("inf")]))
    assert history.best_epoch == 1 and history.stopped == "finished"


def test_tied_weights_stay_tied():
    model = nn.ModuleDict({"embedding": nn.Embedding(5, 3), "readout": nn.Linear(3, 5, bias=False)})
    model["readout"].weight = model["embedding"].weight
    loss = lambda model, batch: F.cross_entropy(model["readout"](model["embedding"](batch)), batch)  # noqa: E731
    run(model, [torch.arange(5)], loss, validate=scripted([1, 2, 3]))
    assert model["readout"].weight is model["embedding"].weight


# ---------------------------------------------------------------- a scheduler


def scheduled(make, epochs=3, **options):
    """Train with SGD from a rate of 0.1 and this scheduler → the rate of every update, and at the end."""
    model, rates = Line(), []
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def loss(model, batch):
        rates.append(optimizer.param_groups[0]["lr"])
        return squared(model, batch)

    options |= {"learning_rate": None, "optimizer": optimizer, "scheduler": make(optimizer)}
    run(model, points(2), loss, epochs=epochs, **options)
    return [*rates, optimizer.param_groups[0]["lr"]]


def test_a_scheduler_steps_after_every_update():
    rates = scheduled(lambda optimizer: torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=6))
    assert rates == pytest.approx([0.1 * (1 - update / 6) for update in range(7)])


def test_a_plateau_is_noticed_after_an_epoch():
    """Ten times less after the second epoch, which was no better than the first."""
    make = lambda optimizer: torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)  # noqa: E731
    rates = scheduled(make, validate=scripted([1.0, 1.0, 0.5]))
    assert rates == pytest.approx([0.1] * 4 + [0.01] * 3)


def test_a_scheduler_of_another_optimizer():
    model = Line()
    optimizer, other = (torch.optim.SGD(model.parameters(), 0.1) for _ in range(2))
    scheduler = torch.optim.lr_scheduler.StepLR(other, 1)
    with pytest.raises(ValueError, match="scheduler changes the rate of the optimizer .* got another one"):
        run(model, learning_rate=None, optimizer=optimizer, scheduler=scheduler)
    with pytest.raises(ValueError, match="scheduler changes the rate of the optimizer .* got no optimizer"):
        run(model, scheduler=scheduler)
    with pytest.raises(TypeError, match="scheduler must be one of torch.optim.lr_scheduler, got function"):
        run(model, scheduler=lambda epoch: 0.1)


# ---------------------------------------------------------------- batches to validate on


def test_validation_batches_are_measured_with_the_loss():
    model, held_out = Line(), points(3, seed=9)
    history = run(model, epochs=5, validation=held_out)
    with torch.no_grad():
        tensors = [(torch.tensor(x).float(), torch.tensor(y).float()) for x, y in held_out]
        now = np.mean([squared(model, batch).item() for batch in tensors])
    assert history.best_epoch == 4 and history.validation[-1] == pytest.approx(now)
    assert history.validation[0] > history.validation[-1]


def test_validation_batches_are_measured_with_a_function_of_yours():
    seen = []

    def largest_error(model, batch):
        seen.append((model.training, torch.is_grad_enabled(), batch[0].dtype))
        return (model(batch[0]) - batch[1]).abs().max()

    data = torch.utils.data.TensorDataset(torch.ones(6), torch.ones(6))
    history = run(validation=torch.utils.data.DataLoader(data, batch_size=4), validate=largest_error, epochs=2)
    assert len(history.validation) == 2 and seen == [(False, False, torch.float32)] * 4


def test_validation_batches_go_to_the_device_of_the_model():
    """The meta device holds shapes alone, and is on every machine."""
    seen = []
    model = nn.Linear(1, 1, device="meta")
    batches = [(np.ones((2, 1)), {"y": torch.ones(2, 1)})]

    def validate(model, batch):
        seen.append((batch[0].device.type, batch[1]["y"].device.type))
        return 1.0

    assert loop._validated(model, validate, batches, 0) == 1.0 and seen == [("meta", "meta")]


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (iter(points()), "validation must be a list of batches or a DataLoader: a generator is empty .* write list"),
        ((torch.ones(3), torch.ones(3)), r"tuple looks like one batch: write validation=\[batch\]"),
        (np.ones(3), r"ndarray looks like one batch: write validation=\[batch\]"),
        (3, "validation must be a list of batches or a DataLoader, got int"),
    ],
)
def test_validation_that_is_none(validation, message):
    with pytest.raises(TypeError, match=message):
        run(validation=validation)


def test_an_empty_validation():
    with pytest.raises(ValueError, match="validation gave nothing after epoch 1: it must hold at least one batch"):
        run(validation=[])


# ---------------------------------------------------------------- stopping


@pytest.mark.parametrize(
    ("values", "patience", "epochs"),
    [([5, 4, 4, 4, 1], 2, 4), ([5, 6, 4, 6, 6, 1], 2, 5), ([5, 6, 4], 1, 2), ([1, 2, 3], 3, 3), ([3, 2, 1], 1, 3)],
)
def test_patience(values, patience, epochs):
    history = run(validate=scripted(values), patience=patience, epochs=len(values))
    assert history.validation == values[:epochs]
    assert history.stopped == ("early" if epochs < len(values) else "finished")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_it_before_the_step(bad):
    batches = points()
    batches[2] = (batches[2][0] * bad, batches[2][1])
    model, history = Line(), None
    history = run(model, lambda epoch: batches if epoch == 1 else points())
    assert history.stopped == "diverged" and len(history.loss) == 1 and history.best_epoch == 0
    assert history.reason.startswith("epoch 2, batch 3: the loss is nan") or "inf" in history.reason
    assert "max_norm" in repr(history)
    assert model.weight.item() == weights_after(1)


def test_an_infinite_loss_with_a_good_gradient_is_divergence_too():
    model = Line(0.0)
    history = run(model, loss=lambda model, batch: squared(model, batch) + float("inf"))
    assert history.stopped == "diverged" and "the loss is inf" in history.reason and model.weight.item() == 0.0


def test_a_gradient_that_is_no_number_ends_it_before_the_step():
    model = Line(0.0)
    loss = lambda model, batch: model.weight.abs().sqrt().sum()  # 0, with an infinite slope  # noqa: E731
    history = run(model, loss=loss, max_norm=1.0)
    assert history.stopped == "diverged" and "the gradient norm" in history.reason
    assert history.loss == [] and history.best_epoch is None and model.weight.item() == 0.0
    assert repr(history).startswith("0 epochs, diverged; epoch 1, batch 1")


def test_real_divergence():
    model = Line()
    history = train(model, points(), squared, epochs=300, progress=False,
                    optimizer=torch.optim.SGD(model.parameters(), 20.0))
    assert history.stopped == "diverged" and torch.isfinite(model.weight).all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_broken_by_the_last_step_of_an_epoch_are_not_kept(bad):
    class Breaks(torch.optim.SGD):
        steps = 0

        def step(self, closure=None):
            super().step()
            self.steps += 1
            if self.steps == 8:  # the last of the second epoch
                model.weight.data.fill_(bad)

    model, twin = Line(), Line()
    history = train(model, points(), squared, epochs=2, optimizer=Breaks(model.parameters(), 0.1), progress=False,
                    validate=lambda model: 0.0)
    assert history.stopped == "diverged" and history.best_epoch == 0 and len(history.loss) == 1
    assert history.reason.startswith("epoch 2: a weight is no finite number")
    train(twin, points(), squared, epochs=1, optimizer=torch.optim.SGD(twin.parameters(), 0.1), progress=False)
    assert torch.equal(model.weight, twin.weight)


def test_a_validation_that_is_nan():
    history = run(validate=scripted([1.0, float("nan")]))
    assert history.stopped == "diverged" and history.reason == "epoch 2: the validation is nan"
    assert history.validation == [1.0] and len(history.loss) == 1


# ---------------------------------------------------------------- the stop button


WORTH = [2, 3, 1, 4]  # of the four epochs: the best is the first, then the third; so it is not what the model has
BEST = [None, 0, 0, 2, 2]  # after so many complete epochs


def interrupted_line(lines, epochs=4):
    """Train; raise KeyboardInterrupt when so many lines of loop.py have begun → (model, history or None, lines)."""
    model, history, begun, worth = Line(), None, 0, scripted(WORTH)

    def validate(model):
        model.train()  # so that the eval mode at the end is not this one's
        return worth(model)

    def trace(frame, event, argument):
        nonlocal begun
        if frame.f_code.co_filename != loop.__file__:
            return None
        if event == "line":
            begun += 1
            if begun == lines:
                raise KeyboardInterrupt
        return trace

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        history = run(model, points(2), validate=validate, epochs=epochs, max_norm=1.0)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(old)
    return model, history, begun


def test_the_stop_button_at_every_single_line():
    after = [0.0] + [interrupted_line(0, epochs)[0].weight.item() for epochs in (1, 2, 3, 4)]  # the best, restored
    assert after[1] == after[2] != after[3] == after[4]
    _, history, total = interrupted_line(0)
    assert history.stopped == "finished" and total > 150
    caught = []
    for line in range(1, total + 1):
        model, history, _ = interrupted_line(line)
        where = f"line event {line} of {total}"
        assert torch.is_grad_enabled(), where
        if history is None:  # before the training began, or when it was over
            assert model.weight.item() in (after[0], after[4]), where
            continue
        caught.append(line)
        assert history.stopped == "interrupted" and not model.training, where
        lengths = {len(history.loss), len(history.validation), len(history.gradient_norm), len(history.seconds)}
        assert len(lengths) == 1, f"{where}: a list is longer than another"
        (complete,) = lengths
        assert history.reason == f"stopped when {complete} of 4 were complete"
        assert history.best_epoch == BEST[complete], where
        if complete:
            assert model.weight.item() == after[complete], f"{where}: not the best weights"
    assert len(caught) > total - 60 and caught == list(range(caught[0], caught[-1] + 1))


@pytest.mark.parametrize("place", ["batches", "loss", "backward", "step", "validate"])
def test_the_stop_button_in_the_functions_of_others(place):
    """Raised in the second epoch, after half of the work of that function is done."""
    model, count = Line(), {"calls": 0}

    class Stop(torch.autograd.Function):
        forward = staticmethod(lambda ctx, x: x.clone())
        backward = staticmethod(lambda ctx, grad: press("backward") or grad)

    class HalfStep(torch.optim.SGD):
        def step(self, closure=None):
            super().step()
            press("step")

    def press(here):
        if here == place:
            count["calls"] += 1
            if count["calls"] == (2 if here == "validate" else 6):
                raise KeyboardInterrupt

    def batches(epoch):
        for batch in points():
            press("batches")
            yield batch

    def loss(model, batch):
        press("loss")
        return Stop.apply(squared(model, batch))

    def validate(model):
        press("validate")
        return distance(model)

    optimizer = HalfStep(model.parameters(), 0.1)
    history = train(model, batches, loss, epochs=4, optimizer=optimizer, validate=validate, progress=False)
    assert history.stopped == "interrupted" and len(history.validation) == 1 and history.best_epoch == 0
    assert distance(model) == history.validation[0]
    assert train(model, points(), squared, epochs=1, progress=False).stopped == "finished", "the model can go on"


def test_the_stop_button_in_the_first_epoch_keeps_what_was_learned():
    model = Line()

    def batches(epoch):
        yield from points()
        raise KeyboardInterrupt

    history = run(model, batches)
    assert history.stopped == "interrupted" and history.loss == [] and history.best_epoch is None
    assert 0 < model.weight.item() < SLOPE
    assert repr(history) == "0 epochs, interrupted; stopped when 0 of 3 were complete"


def test_a_real_interrupt_signal():
    model, press = Line(), threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])

    def validate(model):
        if press.ident is None:  # pressed in the middle of the training, however long its imports took
            press.start()
        return distance(model)

    # A shell's background job starts with the signal ignored, and would train for a million epochs here.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        history = run(model, epochs=1_000_000, validate=validate)
    finally:
        press.cancel()
        signal.signal(signal.SIGINT, before)
    assert history.stopped == "interrupted" and 3 < len(history.loss) < 1_000_000
    assert distance(model) == history.validation[history.best_epoch] == min(history.validation)


# ---------------------------------------------------------------- batches


def test_a_function_of_the_epoch_is_called_once_an_epoch():
    epochs = []
    run(batches=recorded(epochs))
    assert epochs == [0, 1, 2]


def test_a_data_loader():
    data = torch.utils.data.TensorDataset(torch.arange(6.0), SLOPE * torch.arange(6.0))
    model = Line()
    loader = torch.utils.data.DataLoader(data, batch_size=2, shuffle=True, generator=torch.Generator().manual_seed(0))
    assert run(model, loader, epochs=40).stopped == "finished" and distance(model) < 0.1


def test_a_generator_is_refused_at_once():
    model = Line()
    with pytest.raises(TypeError, match=r"batches must be a function .*: a generator is empty after .* lambda epoch"):
        run(model, (batch for batch in points()))
    assert model.weight.item() == 0.0


def test_a_function_that_returns_the_same_generator_is_found_out():
    generator, model = iter(points()), Line()
    with pytest.raises(ValueError, match="batches gave nothing in epoch 2: a generator is empty"):
        run(model, lambda epoch: generator)
    assert model.weight.item() == weights_after(1) and not model.training


def test_no_batches_at_all():
    with pytest.raises(ValueError, match="batches gave nothing in epoch 1"):
        run(batches=[])


@pytest.mark.parametrize(("dtype", "name"), [(torch.float32, "float32"), (torch.float64, "float64")])
def test_arrays_get_the_dtype_of_the_model(dtype, name):
    seen = []

    def loss(model, batch):
        seen.append(batch)
        return squared(model, batch["xy"])

    Pair = namedtuple("Pair", "x y")
    pair = Pair(np.arange(4.0)[::-1], np.arange(4, dtype=np.float32))
    batch = {"xy": pair, "ids": [np.arange(3), np.array(True)], "n": 3, "none": None, "words": ("a", "b")}
    run(Line().to(dtype), [batch], loss, epochs=1)
    (moved,) = seen
    assert isinstance(moved["xy"], Pair) and moved["xy"].x.dtype == moved["xy"].y.dtype == dtype
    assert moved["xy"].x.tolist() == [3, 2, 1, 0]
    assert [part.dtype for part in moved["ids"]] == [torch.int64, torch.bool] and moved["ids"][1].ndim == 0
    assert (moved["n"], moved["none"], moved["words"]) == (3, None, ("a", "b"))


def test_a_batch_is_not_the_callers_memory():
    batch = points(1)[0]
    batch[0].flags.writeable = False  # torch warns of such arrays when it shares their memory
    run(batches=[batch], loss=lambda model, batch: squared(model, (batch[0].mul_(0), batch[1])))
    assert np.any(batch[0])


def test_tensors_keep_their_dtype_and_packed_sequences_are_moved():
    packed = rnn.pack_sequence([torch.ones(3, 1), torch.ones(2, 1)])
    device, dtype = torch.device("meta"), torch.float32
    moved = devices.moved([packed, torch.ones(2, dtype=torch.float64)], device, dtype)
    assert moved[0].data.device.type == "meta" and isinstance(moved[0], rnn.PackedSequence)
    assert moved[1].device.type == "meta" and moved[1].dtype == torch.float64


# ---------------------------------------------------------------- devices


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(0, False, "cpu"), (2, False, "cuda"), (0, True, "mps"), (2, True, "cuda")]
)
def test_auto_takes_the_best_there_is(monkeypatch, cuda, mps, chosen):
    pretend(monkeypatch, cuda, mps)
    assert choose_device().type == choose_device("auto").type == chosen


@pytest.mark.parametrize(
    ("name", "cuda", "mps", "sees"),
    [
        ("cuda", 0, False, "cpu"),
        ("cuda:2", 2, False, "cpu, cuda:0, cuda:1"),
        ("mps", 0, False, "cpu"),
        ("cuda", 0, True, "cpu, mps"),
        ("meta", 0, False, "cpu"),
    ],
)
def test_a_device_that_is_not_here(monkeypatch, name, cuda, mps, sees):
    pretend(monkeypatch, cuda, mps)
    with pytest.raises(ValueError, match=f"device '{name}' is not here: PyTorch .* sees {sees}$"):
        choose_device(name)


@pytest.mark.parametrize(("name", "chosen"), [("cpu", "cpu"), ("cuda:1", "cuda:1"), ("mps", "mps")])
def test_a_device_by_name(monkeypatch, name, chosen):
    pretend(monkeypatch, 2, True)
    assert choose_device(name) == choose_device(torch.device(name)) == torch.device(chosen)


@pytest.mark.parametrize("name", ["gpu", "", None, 3.5])
def test_what_is_no_device(name):
    with pytest.raises(ValueError, match="device must be 'auto', 'cpu', 'cuda', 'cuda:1' or 'mps', got"):
        choose_device(name)


def test_the_model_goes_where_it_is_told_and_else_stays(monkeypatch):
    model, asked = Line(), []
    monkeypatch.setattr(loop, "choose_device", lambda name: asked.append(name) or torch.device("cpu"))
    run(model)
    assert asked == []
    run(model, device="auto")
    assert asked == ["auto"]


@pytest.mark.skipif(choose_device().type == "cpu", reason="no GPU here")
def test_training_on_a_gpu():
    device, model = choose_device(), Line()
    optimizer = torch.optim.Adam(model.parameters(), 0.1)  # made before the model moves
    history = train(model, points(), squared, epochs=30, optimizer=optimizer, device="auto", progress=False,
                    validate=distance, max_norm=5.0)
    assert model.weight.device.type == device.type and distance(model) < 0.05 and history.stopped == "finished"


def pretend(monkeypatch, cuda, mps):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


# ---------------------------------------------------------------- errors that name what is wrong


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"epochs": 2.5}, TypeError, "epochs must be an integer, got 2.5"),
        ({"patience": 0}, ValueError, "patience must be at least 1, got 0"),
        ({"max_norm": 0}, ValueError, "max_norm must be above 0, got 0"),
        ({"max_norm": float("nan")}, ValueError, "max_norm must be above 0, got nan"),
        ({"learning_rate": -1}, ValueError, "learning_rate must be above 0, got -1"),
        ({"device": "tpu"}, ValueError, "device must be 'auto'"),
        ({"model": Line}, TypeError, "model must be a torch.nn.Module, got <class '.*Line'>"),
        ({"model": nn.ReLU()}, ValueError, "model has no parameters to train"),
        ({"model": Line().requires_grad_(False)}, ValueError, "model has no parameters to train"),
        ({"batches": 3}, TypeError, "batches must be a function of the epoch, or a list or DataLoader, got int"),
        ({"loss": lambda model, batch: 1.0}, TypeError, "loss must return a tensor of one number, got float"),
        ({"loss": lambda model, batch: model(batch[0])}, ValueError, r"one number, got \(8,\): take the mean"),
        ({"loss": lambda model, batch: squared(model, batch).detach()}, ValueError, "it has no gradient"),
        ({"validate": lambda model: None}, TypeError, "validate must return a number, got NoneType"),
        ({"validate": lambda model: torch.ones(2)}, TypeError, "validate must return a number, got Tensor"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        run(**options)


def test_an_optimizer_of_another_model():
    with pytest.raises(ValueError, match="optimizer holds none of the model's parameters"):
        run(learning_rate=None, optimizer=torch.optim.Adam(Line().parameters()))


def test_a_learning_rate_beside_an_optimizer():
    model = Line()
    with pytest.raises(ValueError, match="learning_rate belongs to the optimizer"):
        run(model, optimizer=torch.optim.Adam(model.parameters()))


# ---------------------------------------------------------------- the bar


def test_the_bar_shows_loss_and_validation(capsys):
    run(validate=scripted([0.75, 0.5, 0.25]), progress=True)
    shown = capsys.readouterr().err
    assert "3/3" in shown and "validation 0.25" in shown and "loss" in shown


def test_no_bar(capsys):
    run()
    assert capsys.readouterr() == ("", "")


def test_a_long_epoch_shows_its_batches(capsys, monkeypatch):
    class Quick(loop.tqdm):
        def __init__(self, **options):
            assert options.pop("mininterval") <= 0.5, "the bar moves at least twice a second"
            super().__init__(mininterval=0.01, **options)

    def slow(values):
        for value in values:
            threading.Event().wait(0.02)
            yield value

    monkeypatch.setattr(loop, "tqdm", Quick)
    worth = slow([0.75, 0.5])
    run(batches=lambda epoch: slow(points(4)), epochs=2, validate=lambda model: next(worth), progress=True)
    lines = capsys.readouterr().err.split("\r")
    assert any("batch 3, loss" in line and "0/2" in line for line in lines), lines
    assert any("batch 3, loss" in line and "validation 0.75" in line for line in lines), "the last epoch stays in view"
    assert "batch" not in lines[-1] and "validation 0.5" in lines[-1]


def test_the_bar_is_closed_however_it_ends(monkeypatch):
    bars = []

    class Bar(loop.tqdm):
        def __init__(self, **options):
            super().__init__(**options)
            self.closed = False
            bars.append(self)

        def close(self):
            self.closed = True
            super().close()

    monkeypatch.setattr(loop, "tqdm", Bar)
    for ending in (1.0, KeyboardInterrupt(), float("nan"), RuntimeError()):
        try:
            run(validate=scripted([2.0, ending, 1.0]), progress=True)
        except RuntimeError:
            pass
    run(validate=scripted([1.0, 2.0]), patience=1, epochs=9, progress=True)
    assert len(bars) == 5 and all(bar.closed for bar in bars)
    assert bars[-1].total == bars[-1].n == 2, "stopped early is complete, not broken"


def test_a_fresh_history_shares_no_lists():
    assert History().loss is not History().loss


# ---------------------------------------------------------------- sparse gradients, and what cannot be trained so


@pytest.mark.parametrize("max_norm", [None, 0.05])
@pytest.mark.parametrize("optimizer", [torch.optim.SparseAdam, torch.optim.SGD])
def test_sparse_gradients_are_those_of_a_dense_table(max_norm, optimizer):
    """Row 1 is looked up twice in a batch, so it stands twice in the sparse gradient."""
    table = torch.linspace(-1, 1, 15).reshape(5, 3)  # no entry that is used is near 0, where the two Adams round apart
    sparse, dense = (nn.Embedding.from_pretrained(table.clone(), freeze=False, sparse=kind) for kind in (True, False))
    twin = torch.optim.Adam if optimizer is torch.optim.SparseAdam else optimizer
    histories = [
        train(model, [torch.tensor([0, 1, 1, 3])], lambda model, rows: model(rows).square().sum(), epochs=1,
              optimizer=kind(model.parameters(), lr=0.1), max_norm=max_norm, progress=False)
        for model, kind in ((sparse, optimizer), (dense, twin))
    ]
    assert histories[0].gradient_norm == pytest.approx(histories[1].gradient_norm)
    torch.testing.assert_close(sparse.weight, dense.weight)


def test_an_optimizer_that_wants_the_loss_several_times():
    model = Line()
    with pytest.raises(ValueError, match="optimizer must take its step from one gradient, and LBFGS computes"):
        run(model, learning_rate=None, optimizer=torch.optim.LBFGS(model.parameters()))
    assert model.seen == []


class Task:
    def batches(self, batch_size, rng=None):
        return points(batch_size)


@pytest.mark.parametrize(("batches", "takes"), [
    (Task().batches, "Task.batches takes batch_size, rng"),
    (functools.partial(Task().batches, 16), "partial takes rng"),
    (lambda: points(), "takes no argument"),
    (lambda rows, labels: points(), "takes rows, labels"),
    (lambda *, epoch: points(), "takes epoch"),
])
def test_a_function_of_something_else_than_the_epoch(batches, takes):
    with pytest.raises(TypeError, match=rf"batches must be .*{takes}: write lambda epoch: task.batches\(16, rng\)"):
        run(batches=batches)


@pytest.mark.parametrize("batches", [
    lambda epoch: points(), lambda number, size=3: points(size), lambda *epochs: points(),
    functools.partial(lambda size, epoch: points(size), 3), type("Any", (), {"__call__": lambda self, e: points()})(),
])
def test_functions_of_the_epoch(batches):
    assert run(batches=batches).stopped == "finished"


@pytest.mark.parametrize("dtype", [">f8", np.longdouble, np.float16, ">i4", np.uint8, "<U3", object])
def test_arrays_that_torch_does_not_know(dtype):
    array = np.array([3, 2, 1]).astype(dtype)[::-1]
    moved = devices.moved(array, torch.device("cpu"), torch.float32)
    if np.dtype(dtype).kind in "UO":
        assert moved is array
    else:
        assert moved.tolist() == [1, 2, 3] and (moved.dtype == torch.float32) == (np.dtype(dtype).kind == "f")
