"""The LSTM as a PyTorch module: one product for all gates, a loop over time, and a model that reads out the last state.

    cell = LSTMCell(3, 8)
    h, c = cell(x_t, (h, c))                   # one step, as nn.LSTMCell
    outputs, (h, c) = unroll(cell, x)          # x (T, N, 3): all steps, as nn.LSTM
    model = LSTMModel(3, 8, 1)                 # (T, N, 3) → (N, 1)

The weights have the names and shapes of nn.LSTMCell, so state_dicts go from one to the other.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.decoding import lengths_like
from seqlearn.nn.layer import check_size

State = Any  # (h, c) of an LSTM, h of the other cells; each (N, H)


class LSTMCell(nn.Module):
    """One step of a long short-term memory, with a single product for its three gates and candidate.

        a = x W_ihᵀ + b_ih + h₋₁ W_hhᵀ + b_hh      (N, 4H): i, f, g, o side by side
        c = σ(f) c₋₁ + σ(i) tanh(g)
        h = σ(o) tanh(c)

    weight_ih (4H, D), weight_hh (4H, H), bias_ih and bias_hh (4H): nn.LSTMCell's names, shapes and first values.
    float32 unless the module is moved: `LSTMCell(3, 8).double()`.

    Hochreiter & Schmidhuber (1997); forget gate: Gers et al. (2000).
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = check_size("hidden_size", hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(4 * hidden_size))
        self.bias_hh = nn.Parameter(torch.empty(4 * hidden_size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights from ±1/√H, as torch does."""
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(self.hidden_size**-0.5), self.hidden_size**-0.5)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """x (N, D), state (h, c) each (N, H), zeros when None → the new (h, c). Raises ValueError for other shapes."""
        _check_input(x, ("N", self.input_size))
        if state is not None:
            _check_state(state, (len(x), self.hidden_size), pair=True)
        return self.step(self.from_inputs(x), state)

    def from_inputs(self, x: Tensor) -> Tensor:
        """What the inputs add to the gates' sums, (…, D) → (…, 4H). No step waits for it: all steps at once."""
        return F.linear(x, self.weight_ih, self.bias_ih + self.bias_hh)

    def step(self, from_input: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """One step from `from_inputs(x)[t]` (N, 4H): the one product that has to wait, then the gates."""
        if state is None:
            state = (from_input.new_zeros(len(from_input), self.hidden_size),) * 2
        h, c = state
        a = torch.addmm(from_input, h, self.weight_hh.t())
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}"


def unroll(cell: nn.Module, x: Tensor, state: State = None, *, lengths: Any = None) -> tuple[Tensor, State]:
    """Run a cell over a batch of sequences: x (T, N, D) → outputs (T, N, H) and the last state.

    cell: an LSTMCell, or nn.LSTMCell, nn.GRUCell, nn.RNNCell: anything called with (x_t, state).
    state: what the cell starts from; zeros when None.
    lengths: N integers from 1 to T. After lengths[n] steps row n's state stands still and its outputs are 0.
    Raises ValueError for other shapes, TypeError for lengths that are not integers.
    """
    _check_input(x, ("T", "N", cell.input_size))
    if state is not None:
        _check_state(state, (x.shape[1], cell.hidden_size), pair=isinstance(cell, LSTMCell | nn.LSTMCell))
    finished = _finished(x, lengths)
    if finished is not None:
        x = x.masked_fill(finished, 0)  # a NaN in the padding must not reach the weights' gradients as NaN times 0
    # An LSTMCell takes all inputs through W_ih in one product before the loop begins.
    step, inputs = (cell.step, cell.from_inputs(x)) if hasattr(cell, "step") else (cell, x)
    outputs = []
    for t, input_t in enumerate(inputs.unbind(0)):
        new = step(input_t, state)
        output = new[0] if isinstance(new, tuple) else new
        if finished is not None and t > 0:  # every row has its first step
            new = _stand_still(finished[t], state, new)
            output = output.masked_fill(finished[t], 0)
        state = new
        outputs.append(output)
    return torch.stack(outputs), state


class LSTMModel(nn.Module):
    """Many to one: read a whole sequence, then map the last hidden state to the answer with one linear layer.

    cell: what makes the recurrent part from (input_size, hidden_size). LSTMCell and torch's cells run in a loop over
    time; nn.LSTM, nn.GRU and nn.RNN take the sequence whole, time-major and in one direction.
    Raises ValueError for a bidirectional or batch_first cell.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, *, cell: Callable[[int, int], nn.Module] = LSTMCell
    ) -> None:
        super().__init__()
        self.cell = cell(check_size("input_size", input_size), check_size("hidden_size", hidden_size))
        for setting in ("bidirectional", "batch_first"):
            if isinstance(self.cell, nn.RNNBase) and getattr(self.cell, setting):
                raise ValueError(f"cell must not be {setting}: the model reads (T, N, D), forward in time")
        self.readout = nn.Linear(hidden_size, check_size("output_size", output_size))

    def forward(self, x: Tensor, lengths: Any = None) -> Tensor:
        """x (T, N, D) → (N, output_size). lengths: N integers; row n's last state is the one after lengths[n] steps."""
        return self.readout(self.last_state(x, lengths))

    def last_state(self, x: Tensor, lengths: Any = None) -> Tensor:
        """The hidden state h (N, H) after the last real step of every row."""
        if isinstance(self.cell, nn.RNNBase):
            _check_input(x, ("T", "N", self.cell.input_size))
            lengths = lengths_like(lengths, x)
            if lengths is not None and bool((lengths < len(x)).any()):
                x = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
            state = self.cell(x)[1]
        else:
            state = unroll(self.cell, x, lengths=lengths)[1]
        h = state[0] if isinstance(state, tuple) else state
        return h[-1] if h.ndim == 3 else h


def _check_input(x: Tensor, shape: tuple[int | str, ...]) -> None:
    if not isinstance(x, Tensor):
        raise TypeError(f"x must be a tensor, got {type(x).__name__}")
    _check_shape("x", x, shape)


def _check_state(state: State, shape: tuple[int, int], *, pair: bool) -> None:
    """pair: is it the state of an LSTM?"""
    if pair and not isinstance(state, tuple | list):
        raise TypeError(f"state must be a pair (h, c), got one {type(state).__name__}: an LSTM has a cell state, too")
    if isinstance(state, tuple | list) and len(state) != 2:
        raise ValueError(f"state must be a pair (h, c), got {len(state)} parts")
    for name, part in zip("hc", state if isinstance(state, tuple | list) else [state]):
        if not isinstance(part, Tensor):
            raise TypeError(f"state {name} must be a tensor, got {type(part).__name__}")
        _check_shape(f"state {name}", part, shape)


def _check_shape(name: str, value: Tensor, shape: tuple[int | str, ...]) -> None:
    fits = value.ndim == len(shape) and all(
        size >= 1 if isinstance(wanted, str) else size == wanted for size, wanted in zip(value.shape, shape)
    )
    if not fits:
        raise ValueError(f"{name} must be ({', '.join(map(str, shape))}), got {tuple(value.shape)}")


def _finished(x: Tensor, lengths: Any) -> Tensor | None:
    """True where row n has no step t any more, (T, N, 1); None when no row ends early."""
    lengths = lengths_like(lengths, x)
    if lengths is None or not bool((lengths < len(x)).any()):
        return None
    return (torch.arange(len(x), device=x.device)[:, None] >= lengths)[:, :, None]


def _stand_still(finished: Tensor, old: State, new: State) -> State:
    """The old state in the rows that are finished, the new one in the others."""
    if isinstance(new, tuple):
        return tuple(torch.where(finished, before, after) for before, after in zip(old, new))
    return torch.where(finished, old, new)
