"""Recurrent forecasters: shapes, anchors, quantiles, and that they learn."""

import numpy as np
import pytest
import torch

from seqlearn.data.series import window_batches, windows
from seqlearn.interop import from_torch
from seqlearn.models.forecaster import Forecaster, LinearForecaster, StepByStep, fit, forecast, pinball

WAVE = np.sin(0.6 * np.arange(120))
MAKE = {
    "gru": lambda **more: Forecaster("gru", 6, 4, **more),
    "lstm": lambda **more: Forecaster("lstm", 6, 4, **more),
    "line": lambda **more: LinearForecaster(8, 4, **more),
    "step by step": lambda **more: StepByStep("gru", 6, 4, **more),
}


@pytest.mark.parametrize("name", MAKE)
def test_shapes_and_anchor(name):
    torch.manual_seed(0)
    x, y = windows(WAVE, 8, 4)
    free, anchored = MAKE[name](), MAKE[name](anchor=True)
    assert forecast(free, x).shape == y.shape
    assert np.allclose(forecast(anchored, x + 5), forecast(anchored, x) + 5, atol=1e-5)
    assert not np.allclose(forecast(free, x + 5), forecast(free, x) + 5, atol=1e-2)


@pytest.mark.parametrize("name", ["gru", "line"])
def test_quantiles(name):
    x, y = windows(WAVE, 8, 4)
    assert forecast(MAKE[name](quantiles=3, anchor=True), x).shape == (*y.shape, 3)


def test_the_gru_is_that_of_chapter_08():
    torch.manual_seed(1)
    model, (x, _) = Forecaster("gru", 5, 3).double(), windows(WAVE, 7, 3)
    with torch.no_grad():
        said = model(torch.tensor(x)).numpy()
    last = from_torch(model.recurrent).forward(x)[0][-1]
    by_hand = last @ model.readout.weight.detach().numpy().T + model.readout.bias.detach().numpy()
    assert np.allclose(said, by_hand.T, atol=1e-12)


@pytest.mark.parametrize("name", MAKE)
def test_it_learns_a_wave(name):
    torch.manual_seed(2)
    x, y = windows(WAVE, 8, 4)
    model = MAKE[name]()
    before = np.abs(forecast(model, x) - y).mean()
    fit(model, lambda epoch: window_batches(x, y, 16, np.random.default_rng(epoch)), (x, y), epochs=30, rate=0.02)
    assert np.abs(forecast(model, x) - y).mean() < 0.25 * before


def test_the_pinball_loss_is_least_at_the_quantile():
    y = torch.arange(1.0, 100.0)[None]  # 1 … 99
    for level in (0.1, 0.5, 0.9):
        levels = torch.tensor([level])
        costs = [pinball(y, torch.full((1, 99, 1), value), levels).item() for value in range(1, 100)]
        assert 1 + int(np.argmin(costs)) == round(100 * level)


def test_half_the_absolute_error_at_the_median():
    y, said = torch.randn(3, 5), torch.randn(3, 5, 1)
    assert torch.isclose(pinball(y, said, torch.tensor([0.5])), (y[..., None] - said).abs().mean() / 2)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="cell must be one of rnn, gru, lstm"):
        Forecaster("gpt")
    with pytest.raises(ValueError, match="cell must be gru or lstm"):
        StepByStep("rnn")
    with pytest.raises(ValueError, match="horizon"):
        LinearForecaster(4, 0)
