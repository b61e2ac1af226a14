"""Checkpoints: a long training that was stopped goes on where it was, and ends as if it had never been stopped.

    def batches(epoch):                                # drawn from the epoch: the same ones after a new start
        return pairs.batches(64, np.random.default_rng([seed, epoch]))

    history = train(model, batches, loss, epochs=30, checkpoint="run.pt")

After every epoch the file holds the weights, the best weights, the optimizer's state, the history and the state of
torch's random numbers. The same lines run again go on from there; when all epochs are done they return at once. More
epochs than the first time are welcome, and more patience. What else changes along the way, and what else the result
depends on, you name:

    Checkpoint("run.pt", also={"order": rng}, settings={"batch_size": 64, "seed": 0})

A scheduler that `train` was given needs no naming, and neither does a learning rate that is computed from the epoch.
"""

import contextlib
import errno
import io
import json
import os
import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from seqlearn.paths import file_to_write, part_beside

FORMAT = "seqlearn checkpoint 1"
PARTS = {"format", "model", "best", "optimizer", "history", "random", "also", "made with"}


class CheckpointError(OSError):
    """A checkpoint could not be written; the message says what to do. `history`: what was trained until then."""

    history: Any = None


class Checkpoint:
    """A file that `train` writes after every epoch and goes on from. It is there whole or not at all.

    also: by name, what else changes while training: anything with state_dict and load_state_dict, such as the average
        of the weights, or a generator of NumPy or torch that the batches are drawn with.
    settings: what the result depends on and `train` cannot see: batch size, seed, sizes of the data; what JSON can
        hold. A file made with others is refused.

    Opening it runs nothing that is in the file: only tensors, numbers, texts, lists and dicts are read.
    """

    def __init__(self, path: str | Path, *, also: Mapping | None = None, settings: Mapping | None = None) -> None:
        if not isinstance(path, str | Path):
            raise TypeError(f"checkpoint must be a path or a Checkpoint, got {type(path).__name__}")
        self.path, self.also = file_to_write("checkpoint", path), dict(also or {})
        for name, thing in self.also.items():
            if not (isinstance(thing, np.random.Generator | torch.Generator) or hasattr(thing, "load_state_dict")):
                wanted = "must have state_dict and load_state_dict, or be a generator of NumPy or torch"
                raise TypeError(f"also[{name!r}] {wanted}, got {type(thing).__name__}")
        self.settings = _as_json("settings", dict(settings or {}))
        self._start: dict | None = None

    def open(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, epochs: int, settings: dict
    ) -> tuple[dict, dict] | None:
        """Put the state of the file into everything; return the history's fields and the best weights.

        None when there is no file. Raises ValueError when it is damaged, holds more epochs, or was made with another
        model, optimizer or settings, and CheckpointError when no file can be written here; nothing has changed then.
        """
        here = {"settings": settings | self.settings, **_described(model, optimizer, self.also)}
        self._start = here
        self._try_to_write(model)
        if not self.path.exists():
            return None
        stored = self._read()
        made_with = stored["made with"]
        if _more_patience(made_with["start"]["settings"], here["settings"]):
            made_with["start"]["settings"]["patience"] = here["settings"]["patience"]
        if here["optimizer"] == made_with["optimizer now"]:  # the optimizer that the last epoch left
            here = here | {"optimizer": made_with["start"]["optimizer"]}
        wrong = _differences(made_with["start"], here)
        if wrong:
            advice = "Go on with the same, take another path, or remove the file to begin anew"
            raise ValueError(f"{self.path} is of another training: {'; '.join(wrong)}. {advice}")
        done = len(stored["history"]["loss"])
        if done > epochs:
            raise ValueError(f"epochs must be at least {done}, as {self.path} holds so many, got {epochs}")
        self._start = made_with["start"]
        model.load_state_dict(stored["model"])
        optimizer.load_state_dict(stored["optimizer"])
        for name, thing in self.also.items():
            _set_state(thing, stored["also"][name])
        torch.set_rng_state(stored["random"]["cpu"])
        for device, state in enumerate(stored["random"]["cuda"][: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(state, device)
        return stored["history"], stored["best"]

    def save(self, model: nn.Module, optimizer: torch.optim.Optimizer, history: dict, best: dict) -> None:
        """Write the state after an epoch, in place of the one before. Raises CheckpointError when that fails."""
        now = _described(model, optimizer, self.also)["optimizer"]
        content = {
            "format": FORMAT,
            "model": model.state_dict(),
            "best": best,
            "optimizer": _plain(optimizer.state_dict()),
            "history": history,
            "random": {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()},
            "also": {name: _plain(_get_state(thing)) for name, thing in self.also.items()},
            "made with": {"start": self._start, "optimizer now": now},
        }
        try:
            self._write(content)
        except OSError as error:
            done = len(history["loss"])
            raise CheckpointError(
                f"the checkpoint after epoch {done} could not be written ({error}). The model has its best weights so "
                f"far, and the history is in this error's `history`. {self._advice(done - 1)}"
            ) from error

    def _write(self, content: dict) -> None:
        written = io.BytesIO()  # first: on a disk that fills, torch.save raises an error that does not say so
        torch.save(content, written)
        part = part_beside(self.path)
        try:
            with part.open("wb") as file:
                file.write(written.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            if len(content["history"]["loss"]) == 1:  # better now than after the night
                _check_readable(part, content["also"])
            os.replace(part, self.path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _try_to_write(self, model: nn.Module) -> None:
        """Raise CheckpointError when the folder takes no file or has no room, before anything is trained."""
        weights = sum(value.numel() * value.element_size() for value in model.state_dict().values())
        try:
            part = part_beside(self.path)
            try:
                part.touch()
            finally:
                part.unlink(missing_ok=True)
            # The first file holds these, the best and Adam's two running means; later ones are written beside the last.
            needed = self.path.stat().st_size if self.path.exists() else 4 * weights
            if shutil.disk_usage(self.path.parent).free < needed:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError as error:
            raise CheckpointError(f"no checkpoint can be written ({error}). {self._advice(0)}") from error

    def _advice(self, done: int) -> str:
        """What to do when the file cannot be written. done: epochs that a file holds, 0 for none."""
        again = f"run the same lines again: they go on after epoch {done}" if done else "start again"
        cure = f"Make room on the disk, or make the folder {self.path.parent} writable"
        return f"{cure}, and {again}. Or take another path."

    def _read(self) -> dict:
        content = io.BytesIO(self.path.read_bytes())
        if not content.getbuffer():
            raise ValueError(f"{self.path} is damaged, or is no checkpoint: it is empty. Remove it to begin anew")
        try:
            stored = torch.load(content, map_location="cpu", weights_only=True)
        except Exception as error:  # of many kinds: the file can be broken anywhere
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ValueError(f"{self.path} is damaged, or is no checkpoint: {reason}") from error
        if not isinstance(stored, dict) or stored.keys() != PARTS or stored["format"] != FORMAT:
            raise ValueError(f"{self.path} is no checkpoint of this version of seqlearn.training")
        return stored


def as_checkpoint(checkpoint: Any, also: Mapping) -> Checkpoint | None:
    """Return a Checkpoint for a path, or for a Checkpoint, that knows `also` these things; None for None."""
    if checkpoint is None:
        return None
    if not isinstance(checkpoint, Checkpoint):
        return Checkpoint(checkpoint, also=also)
    for name in also.keys() & checkpoint.also.keys():
        if checkpoint.also[name] is not also[name]:
            raise ValueError(f"also[{name!r}] of the Checkpoint is another {name} than the one that train was given")
    return Checkpoint(checkpoint.path, also={**checkpoint.also, **also}, settings=checkpoint.settings)


def _described(model: nn.Module, optimizer: torch.optim.Optimizer, also: dict) -> dict:
    """What has to be the same for the state of one training to fit another, in words."""
    groups = {}
    for number, group in enumerate(optimizer.param_groups):
        options = {key: value for key, value in group.items() if key != "params"}
        groups |= {f"group {number}, {key}": repr(value) for key, value in _plain(options).items()}
        groups[f"group {number}, weights"] = str([tuple(each.shape) for each in group["params"]])
    return {
        "weights": {name: f"{tuple(each.shape)} {each.dtype}" for name, each in model.state_dict().items()},
        "optimizer": {"kind": type(optimizer).__name__, **groups},
        "also": {name: type(thing).__name__ for name, thing in also.items()},
    }


def _differences(there: Any, here: Any, name: str = "") -> list[str]:
    """Sentences about everything that is not the same in two nests of dicts."""
    if isinstance(there, dict) and isinstance(here, dict):
        both = {**there, **here}
        nested = [_differences(there.get(key), here.get(key), f"{name} {key}".strip()) for key in both]
        return [sentence for sentences in nested for sentence in sentences]
    return [] if there == here else [f"{name} is {there!r} in the file, {here!r} here".replace("None", "nothing")]


def _more_patience(there: dict, here: dict) -> bool:
    """Whether a training goes on that patience has ended, or would: as if it had been more patient from the start."""
    before, now = there.get("patience"), here.get("patience")
    return before is not None and (now is None or now > before)


def _plain(value: Any) -> Any:
    """The same nest with Python's numbers in place of NumPy's, which `torch.load` refuses to open."""
    if type(value) is dict:
        return {key: _plain(part) for key, part in value.items()}
    if type(value) in (tuple, list):
        return type(value)(_plain(part) for part in value)
    return value.item() if isinstance(value, np.generic) else value


def _get_state(thing: Any) -> Any:
    if isinstance(thing, np.random.Generator):
        return json.dumps(thing.bit_generator.state, default=lambda array: array.tolist())
    return thing.get_state() if isinstance(thing, torch.Generator) else thing.state_dict()


def _set_state(thing: Any, state: Any) -> None:
    if isinstance(thing, np.random.Generator):
        thing.bit_generator.state = json.loads(state)
    elif isinstance(thing, torch.Generator):
        thing.set_state(state)
    else:
        thing.load_state_dict(state)


def _as_json(name: str, value: dict) -> dict:
    try:
        same = json.loads(json.dumps(value)) == value
    except (TypeError, ValueError):
        same = False
    if not same:
        raise TypeError(f"{name} must be what JSON can hold (numbers, text, lists, dicts), got {value!r}")
    return value


def _check_readable(path: Path, also: dict) -> None:
    """Raise TypeError when what was written cannot be opened without running code from the file."""
    try:
        torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        names = ", ".join(also) or "the optimizer"
        raise TypeError(
            f"the state of {names} must hold tensors, numbers, texts, lists and dicts only: {error}"
        ) from error
