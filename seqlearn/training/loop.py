"""A training loop that most PyTorch chapters share.

    history = train(model, lambda epoch: task.batches(16, rng), loss, epochs=10, validate=error_rate, patience=3)
    history.loss, history.validation           # one number an epoch
    history.best_epoch, history.stopped        # the model has that epoch's weights now

    def loss(model, batch):                    # yours: what one batch costs
        x, y = batch
        return F.mse_loss(model(x), y)

The loop itself is `train` and `_one_epoch`; the small parts follow, and what is refused stands in `checks`. Stop it
when you like, with the stop button or Ctrl-C: you get the history so far and the best weights so far. `save_weights`
and `load_weights` keep weights in files. With `checkpoint="run.pt"` the same lines run again go on where they were
stopped (see `seqlearn.training.checkpoint`).
"""

import copy
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from tqdm.auto import tqdm

from seqlearn.nn.layer import check_size
from seqlearn.training import checks
from seqlearn.training.checkpoint import Checkpoint, CheckpointError, as_checkpoint
from seqlearn.training.devices import choose_device, device_and_dtype, moved

Batches = Callable[[int], Iterable] | Iterable
Loss = Callable[[nn.Module, Any], Tensor]


@dataclass(repr=False)
class History:
    """What happened, one entry a complete epoch.

    loss: mean over the batches while training. validation: what `validate` returned; empty without it.
    gradient_norm: mean over the batches, before clipping. seconds: with validation.
    best_epoch: the epoch whose weights the model has now, counted from 0 as the lists are; None when none was complete.
    stopped: "finished", "early" (patience), "interrupted" or "diverged"; reason says more in words.
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: str = "finished"
    reason: str = ""

    @property
    def watched(self) -> list[float]:
        """What was to be made small: the validation where there is one, otherwise the loss."""
        return self.validation or self.loss

    def __repr__(self) -> str:
        text = f"{len(self.loss)} {'epoch' if len(self.loss) == 1 else 'epochs'}, {self.stopped}"
        if self.best_epoch is not None:
            name = "validation" if self.validation else "loss"
            text += f"; best {name} {self.watched[self.best_epoch]:.4g} after {self.best_epoch + 1}"
        return f"{text}; {self.reason}" if self.reason else text


def train(
    model: nn.Module,
    batches: Batches,
    loss: Loss,
    *,
    epochs: int = 10,
    optimizer: torch.optim.Optimizer | None = None,
    learning_rate: float | None = None,
    scheduler: LRScheduler | None = None,
    validate: Callable[..., float] | None = None,
    validation: Iterable | None = None,
    patience: int | None = None,
    max_norm: float | None = None,
    device: str | torch.device | None = None,
    progress: bool = True,
    checkpoint: str | Path | Checkpoint | None = None,
) -> History:
    """Train `model` and leave it with its best weights, in eval mode, ready to be used.

    batches: a function of the epoch (0, 1, …) that returns the epoch's batches, or what can be gone through again and
        again: a list, a DataLoader. A batch is any nest of tensors and arrays. It is moved to the device; arrays of
        floats get the model's dtype.
    loss: loss(model, batch) → a tensor of one number, to be made small.
    optimizer: Adam with learning_rate (1e-3) when None.
    scheduler: one of torch.optim.lr_scheduler, made for the optimizer you pass. Its step is called after every update,
        so count its length in updates; ReduceLROnPlateau's after every epoch, with the validation.
    validate: validate(model) → a number to be made small, after every epoch, in eval mode and without gradients. It
        decides which weights are best; without it the training loss does.
    validation: a list of batches, or a DataLoader, to measure that number on. They are moved to the device like those
        of the training; validate is validate(model, batch) then, the loss when None, and the mean over them counts.
    patience: stop after so many epochs in a row without a better one.
    max_norm: clip the norm of all gradients together to this.
    device: where to train, and where the model stays; None: where it is. "auto" is a GPU where there is one.
    progress: show a bar.
    checkpoint: a file that holds everything after every epoch, the scheduler too. When it is there already, the
        training goes on from it and ends with the same weights and history as one that was never stopped, given that
        `batches` draws from the epoch, or from a generator that the Checkpoint knows. ValueError when the file is of
        another training; CheckpointError, with the history so far, when it cannot be written.

    A loss or gradient that is not a finite number ends the training before it reaches the weights: "diverged". So do
    weights that are none at the end of an epoch: they are never kept as the best.
    Raises ValueError or TypeError naming the argument. What your own functions raise passes through.
    """
    checks.check_model(model)
    epochs, patience = check_size("epochs", epochs), None if patience is None else check_size("patience", patience)
    max_norm = checks.positive("max_norm", max_norm)
    checks.check_batches(batches)
    checks.check_validation(validation)
    if validation is not None and validate is None:
        validate = loss
    if device is not None:
        model.to(choose_device(device))
    checks.check_scheduler(scheduler, optimizer)
    optimizer = checks.checked_optimizer(model, optimizer, checks.positive("learning_rate", learning_rate))
    also = {} if scheduler is None else {"scheduler": scheduler}
    checkpoint, history, weights = as_checkpoint(checkpoint, also), History(), None
    if checkpoint is not None:
        history, weights = _resumed(checkpoint, model, optimizer, epochs, patience, max_norm, validate)
    autograd, done = torch.is_grad_enabled(), len(history.loss)
    bar = tqdm(total=epochs, initial=done, unit="epoch", miniters=0, mininterval=0.2, disable=not progress)
    try:
        try:
            for epoch in range(done, epochs):
                if _waited(history, patience):
                    break
                started = time.perf_counter()
                model.train()
                new = _one_epoch(model, batches, loss, optimizer, scheduler, max_norm, epoch, bar)
                _check_weights(optimizer, epoch)
                if validate is not None:
                    model.eval()
                    with torch.no_grad():
                        new["validation"] = _validated(model, validate, validation, epoch)
                # All of this epoch is kept or nothing: an interrupt before the last of these lines leaves what was.
                grown, is_best = _grow(history, **new, seconds=time.perf_counter() - started)
                best_weights = copy.deepcopy(model.state_dict()) if is_best else weights
                history, weights = grown, best_weights
                if isinstance(scheduler, ReduceLROnPlateau):
                    scheduler.step(history.watched[-1])
                if checkpoint is not None:
                    _save(checkpoint, model, optimizer, history, weights)
                # In words elsewhere: Python 3.13 leaves the jump back of a comprehension with an `if` outside of every
                # try around it, and an interrupt in that moment would escape.
                bar.set_postfix_str(_in_words(new), refresh=False)
                bar.update()
            if _waited(history, patience):
                history.stopped, bar.total = "early", bar.n
        except _Diverged as error:
            history.stopped, history.reason = "diverged", str(error)
        finally:
            _finish(model, weights, bar, autograd)
    except KeyboardInterrupt:
        history.stopped, history.reason = "interrupted", f"stopped when {len(history.loss)} of {epochs} were complete"
        _finish(model, weights, bar, autograd)  # again: the interrupt may have come while it was finishing
    return history


def _one_epoch(model, batches, loss, optimizer, scheduler, max_norm, epoch, bar) -> dict[str, float]:
    """Go through the batches once: forward, backward, clip, step. Mean loss and gradient norm of the batches."""
    device, dtype = device_and_dtype(model)
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    losses, norms = [], []
    for number, batch in enumerate(batches(epoch) if callable(batches) else batches, start=1):
        batch_loss = loss(model, moved(batch, device, dtype))
        checks.check_loss(batch_loss)
        optimizer.zero_grad()
        batch_loss.backward()
        if number == 1 and all(parameter.grad is None for parameter in parameters):
            raise ValueError("loss gives no gradient to what the optimizer trains: does it use another model?")
        norm = _clip_grad_norm(parameters, max_norm or math.inf)  # inf: measured, not clipped
        losses.append(batch_loss.item())
        norms.append(norm.item())
        if not (math.isfinite(losses[-1]) and math.isfinite(norms[-1])):
            what = f"the loss is {losses[-1]:.3g}, the gradient norm {norms[-1]:.3g}"
            raise _Diverged(f"epoch {epoch + 1}, batch {number}: {what}; try a smaller learning rate, or max_norm=1")
        optimizer.step()
        if scheduler is not None and not isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step()
        bar.set_description_str(f"batch {number}, loss {losses[-1]:.4g}", refresh=False)
        bar.update(0)  # shown a few times a second, not at every batch
    if not losses:
        raise ValueError(f"batches gave nothing in epoch {epoch + 1}: {checks.GENERATOR}")
    return {"loss": sum(losses) / len(losses), "gradient_norm": sum(norms) / len(norms)}


def _validated(model, validate, validation, epoch) -> float:
    """What `validate` says of the model, or its mean over the batches of `validation`."""
    if validation is None:
        return _number(validate(model), epoch)
    device, dtype = device_and_dtype(model)
    values = []
    for batch in validation:
        values.append(_number(validate(model, moved(batch, device, dtype)), epoch))
    if not values:
        raise ValueError(f"validation gave nothing after epoch {epoch + 1}: it must hold at least one batch")
    return sum(values) / len(values)


# ---------------------------------------------------------------- small parts

class _Diverged(Exception):
    """A number that is none; the message says where."""


def _grow(history: History, loss, gradient_norm, seconds, validation=None) -> tuple[History, bool]:
    """A new history with one more epoch, and whether that epoch is the best."""
    grown = replace(
        history,
        loss=[*history.loss, loss],
        validation=[*history.validation] if validation is None else [*history.validation, validation],
        gradient_norm=[*history.gradient_norm, gradient_norm],
        seconds=[*history.seconds, seconds],
    )
    is_best = history.best_epoch is None or grown.watched[-1] < grown.watched[history.best_epoch]
    if is_best:
        grown.best_epoch = len(history.loss)
    return grown, is_best


def _in_words(new: dict[str, float]) -> str:
    return ", ".join(f"{name} {new[name]:.4g}" for name in ("loss", "validation") if name in new)


def _waited(history: History, patience: int | None) -> bool:
    """Whether `patience` epochs have passed since the best one."""
    return patience is not None and bool(history.loss) and len(history.loss) - 1 - history.best_epoch >= patience


def _resumed(checkpoint, model, optimizer, epochs, patience, max_norm, validate) -> tuple[History, dict | None]:
    """The history and the best weights of a checkpoint, if there is one; its state is in model and optimizer now."""
    settings = {"patience": patience, "max_norm": max_norm, "validate": validate is not None}
    stored, weights = checkpoint.open(model, optimizer, epochs, settings) or ({}, None)
    history = History(**stored)
    if _waited(history, patience):
        history.reason = f"nothing was trained: patience={patience} had ended it, and a larger one would go on"
    return history, weights


def _save(checkpoint, model, optimizer, history, weights) -> None:
    try:
        checkpoint.save(model, optimizer, asdict(history), weights)
    except CheckpointError as error:
        history.stopped, history.reason = "interrupted", "the checkpoint could not be written"
        error.history = history
        raise


def _clip_grad_norm(parameters: list[Tensor], max_norm: float) -> Tensor:
    """The norm of all gradients together, which are shortened to max_norm; sparse ones, which torch refuses, too."""
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not any(grad.is_sparse for grad in grads):
        return nn.utils.clip_grad_norm_(parameters, max_norm)
    # A row that was looked up twice stands twice in a sparse gradient: coalesce adds the two.
    entries = [grad.coalesce().values() if grad.is_sparse else grad for grad in grads]
    norm = torch.stack([torch.linalg.vector_norm(each) for each in entries]).norm()
    for grad in grads:
        grad.mul_(torch.clamp(max_norm / (norm + 1e-6), max=1.0))
    return norm


def _finish(model: nn.Module, weights: dict | None, bar: tqdm, autograd: bool) -> None:
    if weights is not None:
        model.load_state_dict(weights)
    model.eval()
    torch.set_grad_enabled(autograd)  # as it was: an interrupt can fall between the lines of no_grad itself
    bar.set_description_str(refresh=False)
    bar.close()


def _check_weights(optimizer: torch.optim.Optimizer, epoch: int) -> None:
    """The last step of an epoch can break the weights, and no loss has seen them yet."""
    if not all(torch.isfinite(part).all() for group in optimizer.param_groups for part in group["params"]):
        what = "a weight is no finite number after the last step"
        raise _Diverged(f"epoch {epoch + 1}: {what}; try a smaller learning rate, or max_norm=1")


def _number(value: Any, epoch: int) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"validate must return a number, got {type(value).__name__}") from None
    if math.isnan(number):
        raise _Diverged(f"epoch {epoch + 1}: the validation is nan")
    return number
