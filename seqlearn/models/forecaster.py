"""Recurrent forecasters of chapter 16: a window is read step by step, and the last state says what comes."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.nn.layer import check_size
from seqlearn.training import History, train

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Forecaster(nn.Module):
    """Reads a window and puts out all `horizon` steps at once, from its last state: a direct forecast.

    cell: "rnn", "gru" or "lstm". anchor: subtract each window's last value first, and add it to what comes out.
    quantiles: how many numbers it gives for each step; with 1, forward returns (S, N), else (S, N, quantiles).
    """

    def __init__(self, cell: str = "gru", hidden_size: int = 16, horizon: int = 1, *, anchor: bool = False,
                 quantiles: int = 1):
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
        self.horizon, self.quantiles = check_size("horizon", horizon), check_size("quantiles", quantiles)
        self.anchor = anchor
        self.recurrent = CELLS[cell](1, check_size("hidden_size", hidden_size))
        self.readout = nn.Linear(hidden_size, horizon * quantiles)

    def forward(self, x: Tensor) -> Tensor:
        """x: (T, N, 1). Returns (S, N), or (S, N, quantiles)."""
        last = x[-1:, :, 0] if self.anchor else torch.zeros_like(x[-1:, :, 0])  # (1, N)
        outputs, _ = self.recurrent(x - last[:, :, None])
        said = self.readout(outputs[-1]).reshape(-1, self.horizon, self.quantiles).transpose(0, 1)
        said = said + last[:, :, None]
        return said[:, :, 0] if self.quantiles == 1 else said


class LinearForecaster(nn.Module):
    """A straight line from the window to all steps: the same sum as LinearAutoregression, for any loss.

    width: the length of the windows it will read. The rest is as in Forecaster.
    """

    def __init__(self, width: int, horizon: int = 1, *, anchor: bool = False, quantiles: int = 1):
        super().__init__()
        self.horizon, self.quantiles = check_size("horizon", horizon), check_size("quantiles", quantiles)
        self.anchor = anchor
        self.readout = nn.Linear(check_size("width", width), horizon * quantiles)

    def forward(self, x: Tensor) -> Tensor:
        """x: (T, N, 1). Returns (S, N), or (S, N, quantiles)."""
        last = x[-1:, :, 0] if self.anchor else torch.zeros_like(x[-1:, :, 0])
        said = self.readout((x[:, :, 0] - last).T).reshape(-1, self.horizon, self.quantiles).transpose(0, 1)
        said = said + last[:, :, None]
        return said[:, :, 0] if self.quantiles == 1 else said


class StepByStep(nn.Module):
    """Sequence to sequence: one cell reads the window, another writes `horizon` steps, each from the value before it.

    It is trained as it is used, on its own outputs. `anchor` as in Forecaster.
    """

    def __init__(self, cell: str = "gru", hidden_size: int = 16, horizon: int = 1, *, anchor: bool = False):
        super().__init__()
        if cell not in ("gru", "lstm"):
            raise ValueError(f"cell must be gru or lstm, got {cell!r}")
        self.horizon, self.anchor = check_size("horizon", horizon), anchor
        self.encoder, self.decoder = CELLS[cell](1, hidden_size), CELLS[cell](1, hidden_size)
        self.readout = nn.Linear(hidden_size, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x: (T, N, 1). Returns (S, N)."""
        last = x[-1:] if self.anchor else torch.zeros_like(x[-1:])  # (1, N, 1)
        _, state = self.encoder(x - last)
        written, found = x[-1:] - last, []
        for _ in range(self.horizon):
            outputs, state = self.decoder(written, state)
            written = self.readout(outputs)
            found.append(written + last)
        return torch.cat(found)[:, :, 0]


def pinball(y: Tensor, forecast: Tensor, levels: Tensor) -> Tensor:
    """The quantile loss: a value above the forecast costs `level` per unit, one below it 1 − level. Mean of all.

    y: (S, N). forecast: (S, N, quantiles). levels: (quantiles,), between 0 and 1.
    """
    error = y[:, :, None] - forecast
    return torch.maximum(levels * error, (levels - 1) * error).mean()


def fit(model: nn.Module, batches, validation: tuple, *, epochs: int = 60, rate: float = 0.01,
        patience: int | None = None, loss=F.l1_loss) -> History:
    """Train on batches (x, y) of windows, and keep the weights of the epoch with the best validation.

    loss(forecast, y) is the mean absolute error unless you say otherwise; Adam's rate falls to zero on a straight line
    of so many epochs; the gradient is clipped to norm 1. validation: (x, y), arrays.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    updates = epochs * sum(1 for _ in batches(0))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1 - done / updates)

    def cost(model: nn.Module, batch: tuple) -> Tensor:
        x, y = batch
        return loss(model(x), y)

    return train(model, batches, cost, epochs=epochs, optimizer=optimizer, scheduler=scheduler, max_norm=1.0,
                 validation=[validation], patience=patience, progress=False)


@torch.no_grad()
def forecast(model: nn.Module, x: np.ndarray) -> np.ndarray:
    """What a model says of windows x (T, N, 1), as a float64 array, in eval mode."""
    model.eval()
    return model(torch.tensor(x, dtype=torch.float32)).double().numpy()
