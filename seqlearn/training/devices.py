"""Where tensors live: the CPU, or a GPU (CUDA for NVIDIA and AMD, MPS for Apple).

    device = choose_device()                 # the best there is
    batch = moved(batch, device, dtype)      # a batch's tensors and arrays go there
"""

from typing import Any

import numpy as np
import torch
from torch import nn


def choose_device(name: str | torch.device = "auto") -> torch.device:
    """The device of that name; "auto": an NVIDIA (or AMD) GPU, then Apple's, then the CPU.

    Raises ValueError when this machine, or this PyTorch, has no such device.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        raise ValueError(f"device must be 'auto', 'cpu', 'cuda', 'cuda:1' or 'mps', got {name!r}") from None
    count = {"cpu": 1, "cuda": torch.cuda.device_count() if cuda else 0, "mps": int(mps)}.get(device.type, 0)
    if (device.index or 0) >= count:
        here = ["cpu"] + ["mps"] * mps + [f"cuda:{index}" for index in range(torch.cuda.device_count() if cuda else 0)]
        raise ValueError(f"device {str(device)!r} is not here: PyTorch {torch.__version__} sees {', '.join(here)}")
    return device


def moved(batch: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """The batch with its tensors and arrays on the device; arrays of floats in the model's dtype."""
    if isinstance(batch, np.ndarray):
        if batch.dtype.kind not in "biufc":  # words, objects: no numbers
            return batch
        tensor = torch.from_numpy(np.array(batch, dtype=_native(batch.dtype), order="C"))
        return tensor.to(dtype if tensor.is_floating_point() else tensor.dtype).to(device)
    if hasattr(batch, "to"):  # tensors, packed sequences
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: moved(value, device, dtype) for key, value in batch.items()}
    if isinstance(batch, tuple | list):
        parts = [moved(part, device, dtype) for part in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    return batch


def _native(dtype: np.dtype) -> np.dtype:
    """The type that torch knows: bytes in this machine's order, and no more of them than a float64 has."""
    return np.dtype(np.float64) if dtype.kind == "f" and dtype.itemsize > 8 else dtype.newbyteorder("=")


def device_and_dtype(model: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Where the model's first parameter is, and the dtype of its first parameter of floats."""
    parameters = list(model.parameters())
    floats = [parameter.dtype for parameter in parameters if parameter.is_floating_point()]
    return parameters[0].device, floats[0] if floats else torch.get_default_dtype()
