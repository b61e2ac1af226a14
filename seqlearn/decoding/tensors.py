"""Arrays and lists to tensors and back, and a model that only looks: in eval mode, without gradients.

    tensor_like(np.arange(5)[::-1], like)      # on the device of `like`; floats in its dtype, integers as int64
    lengths_like([3, 5], x)                    # (N,) int64, from 1 to T; ValueError naming lengths otherwise
    to_numpy(tensor)                           # bfloat16, which NumPy has not, as float32

    @evaluating
    def accuracy(model, batch): ...            # the model is as before afterwards, also after an interrupt
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn.nn.layer import check_integers


def tensor_like(value: Any, like: Tensor) -> Tensor:
    """A tensor on the device of `like`: floats in its dtype, integers as int64, booleans as they are.

    value: a tensor, an array of any byte order and strides, or a list. Arrays are copied.
    """
    tensor = value if isinstance(value, Tensor) else torch.from_numpy(_plain(np.asarray(value)))
    if tensor.dtype == torch.bool:
        return tensor.to(like.device)
    return tensor.to(like.device, like.dtype if tensor.is_floating_point() else torch.int64)


def _plain(array: np.ndarray) -> np.ndarray:
    """A copy that torch can take: contiguous, in this machine's byte order, of a type that it has."""
    kinds = {"f": np.float64, "i": np.int64, "u": np.int64}
    return np.array(array, dtype=kinds.get(array.dtype.kind, array.dtype), order="C")


def lengths_like(lengths: Any, x: Tensor) -> Tensor | None:
    """The lengths of the N rows of x (T, N, …) as int64 on its device; None for None.

    A list, array or tensor of integers. Raises TypeError for other types, and ValueError for lengths that are not N,
    or not from 1 to T.
    """
    if lengths is None:
        return None
    if isinstance(lengths, Tensor):
        lengths = lengths.detach().cpu().numpy()
    checked = check_integers("lengths", lengths, 1, x.shape[0], (x.shape[1],))
    return torch.tensor(checked.astype(np.int64), device=x.device)


def to_numpy(tensor: Tensor) -> np.ndarray:
    """The tensor as an array on the CPU."""
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def evaluating(function: Callable) -> Callable:
    """Let a function of a model run with it in eval mode (no dropout) and without gradients.

    Afterwards each part of the model is in the mode it was in, whatever happened. It is no `with`, as an interrupt can
    fall on the way into the end of one.
    """

    @functools.wraps(function)
    def run(model: nn.Module, *arguments: Any, **options: Any) -> Any:
        before = [(part, part.training) for part in model.modules()], torch.is_grad_enabled()
        try:
            try:
                model.eval()
                torch.set_grad_enabled(False)
                return function(model, *arguments, **options)
            finally:
                _restore(*before)
        except KeyboardInterrupt:
            _restore(*before)  # again: the interrupt may have come while it was restoring
            raise

    return run


def _restore(modes: list[tuple[nn.Module, bool]], gradients: bool) -> None:
    for part, training in modes:
        part.training = training
    torch.set_grad_enabled(gradients)
