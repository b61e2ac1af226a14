"""Weights on disk: safetensors files, which hold arrays and a few words and can run nothing when they are opened.

    save_weights(model, "counter.safetensors", hidden_size=20)
    settings = load_weights(model, "counter.safetensors")      # {"hidden_size": 20}
"""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from seqlearn.paths import file_to_read, file_to_write, part_beside


def save_weights(model: nn.Module, path: str | Path, /, **settings: Any) -> None:
    """Write all weights and buffers to a safetensors file, with `settings` (what JSON can hold) in its metadata.

    Weights that the model uses in two places are written once. The file is there whole or not at all; a folder that
    is missing is made. Raises TypeError when a setting would come back from JSON as something else, such as a tuple,
    and ValueError for a path that is a folder or a device.
    """
    path = file_to_write("path", path)
    for name, value in settings.items():
        try:
            same = json.loads(json.dumps(value)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            raise TypeError(f"setting {name} must be what JSON can hold (numbers, text, lists, dicts), got {value!r}")
    tensors = {
        name: tensor.cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in _named_tensors(model).items()
    }
    content = save(tensors, metadata={"settings": json.dumps(settings)})
    part = part_beside(path)
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def load_weights(model: nn.Module, path: str | Path, /) -> dict[str, Any]:
    """Put the weights of a file into `model` and return the settings that were saved with them.

    Raises FileNotFoundError, or ValueError when the file is damaged or does not fit the model: names, shapes, dtypes.
    The model is then as it was before. Where torch's default dtype is float64, so that a model comes out in it unasked,
    a file of float32 fits as well: it loses nothing.
    """
    try:
        path = file_to_read("path", path)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"no weights at {path}: {error}") from None
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            stored = {name: file.get_tensor(name) for name in file.keys()}
            settings = json.loads((file.metadata() or {}).get("settings", "{}"))
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged, or is no safetensors file: {error}") from error
    wanted = _named_tensors(model)
    wrong = [f"{name} is not in the file" for name in wanted if name not in stored]
    wrong += [f"{name} is not in the model" for name in stored if name not in wanted]
    for name in wanted.keys() & stored.keys():
        here, there = ((tuple(tensor.shape), tensor.dtype) for tensor in (wanted[name], stored[name]))
        widened = (torch.get_default_dtype(), here[1], there[1]) == (torch.float64, torch.float64, torch.float32)
        if here != there and not (widened and here[0] == there[0]):
            wrong.append(f"{name} is {there[0]} {there[1]} in the file, {here[0]} {here[1]} in the model")
    if wrong:
        raise ValueError(f"{path} does not fit the model: {'; '.join(sorted(wrong))}. Saved with {settings}")
    with torch.no_grad():
        for name, tensor in wanted.items():
            tensor.copy_(stored[name])
    return settings


def _named_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Weights and buffers by name; those that share their memory under the first name alone."""
    found, seen = {}, set()
    for name, tensor in model.state_dict().items():
        place = (tensor.data_ptr(), tensor.shape, tensor.stride())
        if tensor.numel() == 0 or place not in seen:
            found[name] = tensor
        seen.add(place)
    return found
