"""What `train` refuses before it begins, each with a sentence that says what to pass instead."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler

GENERATOR = (
    "a generator is empty after it has been gone through once; pass a function that makes a new one for every epoch, "
    "such as lambda epoch: task.batches(16, rng), or a list"
)


def checked_optimizer(model, optimizer, learning_rate) -> torch.optim.Optimizer:
    """Adam, or the optimizer given, if it can train this model."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise ValueError("model has no parameters to train")
    if optimizer is None:
        return torch.optim.Adam(parameters, lr=learning_rate or 1e-3)
    if learning_rate is not None:
        raise ValueError("learning_rate belongs to the optimizer you pass: set it there")
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    if closure is not None and closure.default is closure.empty:
        raise ValueError(
            f"optimizer must take its step from one gradient, and {type(optimizer).__name__} computes the loss several "
            "times a step: take another one, or write its loop yourself"
        )
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    if held.isdisjoint(map(id, parameters)):
        raise ValueError("optimizer holds none of the model's parameters: make it from model.parameters()")
    return optimizer


def check_model(model: Any) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {model if isinstance(model, type) else type(model)}")


def positive(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    if not value > 0:
        raise ValueError(f"{name} must be above 0, got {value}")
    return float(value)


def check_batches(batches: Any) -> None:
    wanted = "batches must be a function of the epoch, or a list or DataLoader"
    if isinstance(batches, Iterator):
        raise TypeError(f"{wanted}: {GENERATOR}")
    if not callable(batches) and not hasattr(batches, "__iter__") and not hasattr(batches, "__getitem__"):
        raise TypeError(f"{wanted}, got {type(batches).__name__}")
    if callable(batches):
        _check_signature(wanted, batches)


def check_scheduler(scheduler: Any, optimizer: torch.optim.Optimizer | None) -> None:
    if scheduler is None:
        return
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(f"scheduler must be one of torch.optim.lr_scheduler, got {type(scheduler).__name__}")
    if optimizer is None or scheduler.optimizer is not optimizer:
        what = "no optimizer" if optimizer is None else "another one"
        raise ValueError(f"scheduler changes the rate of the optimizer it was made with: pass that one, got {what}")


def check_validation(validation: Any) -> None:
    wanted = "validation must be a list of batches or a DataLoader"
    if isinstance(validation, Iterator):
        raise TypeError(f"{wanted}: a generator is empty after it has been gone through once; write list(...)")
    if isinstance(validation, tuple | Tensor | np.ndarray):
        raise TypeError(f"{wanted}, and {type(validation).__name__} looks like one batch: write validation=[batch]")
    if validation is not None and not hasattr(validation, "__iter__") and not hasattr(validation, "__getitem__"):
        raise TypeError(f"{wanted}, got {type(validation).__name__}")


def _check_signature(wanted: str, batches: Callable) -> None:
    """`task.batches` itself is a function, too, but not of the epoch: it would take it for the size of a batch."""
    try:
        signature = inspect.signature(batches)
    except (TypeError, ValueError):  # some of those written in C have none
        return
    names = list(signature.parameters)
    try:
        signature.bind(0)
        fits = names[0] not in ("batch_size", "rng")
    except TypeError:
        fits = False
    if not fits:
        name, takes = getattr(batches, "__qualname__", type(batches).__name__), ", ".join(names) or "no argument"
        raise TypeError(f"{wanted}, and {name} takes {takes}: write lambda epoch: task.batches(16, rng)")


def check_loss(value: Any) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(f"loss must return a tensor of one number, got {type(value).__name__}")
    if value.numel() != 1:
        raise ValueError(f"loss must return a tensor of one number, got {tuple(value.shape)}: take the mean")
    if not value.requires_grad:
        raise ValueError("loss must come from the model's output: it has no gradient (detach, item or no_grad?)")
