"""The language model in PyTorch against the layers by hand, and its reading of a text in blocks."""

import numpy as np
import pytest
import torch

from seqlearn import nn
from seqlearn.data.corpus import offset_batches
from seqlearn.interop import from_torch
from seqlearn.models.language_model import LanguageModel, detached, evaluate, next_token_loss, read_once


def make(cell="lstm", seed=0, **options):
    torch.manual_seed(seed)
    return LanguageModel(11, 6, cell=cell, embedding_size=4, **options).double()


@pytest.fixture
def tokens():
    return np.random.default_rng(1).integers(0, 11, 401)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_same_loss_and_gradients_as_by_hand(cell, num_layers, tokens):
    model = make(cell, num_layers=num_layers)
    inputs, targets = next(offset_batches(tokens, 3, 7))
    embedding, recurrent, readout = (from_torch(part) for part in (model.embedding, model.recurrent, model.readout))
    loss = nn.SoftmaxCrossEntropy()
    outputs, state = recurrent.forward(embedding.forward(inputs))
    value = loss.forward(readout.forward(outputs), targets)
    d_vectors, _ = recurrent.backward(readout.backward(loss.backward()))
    embedding.backward(d_vectors)

    logits, state_torch = model(torch.as_tensor(inputs))
    loss_torch = next_token_loss(logits, torch.as_tensor(targets))
    loss_torch.backward()
    assert logits.shape == (7, 3, 11) and loss_torch.item() == pytest.approx(value, abs=1e-12)
    assert np.allclose(model.embedding.weight.grad, embedding.grads["W"], atol=1e-12)
    assert np.allclose(model.readout.weight.grad.T, readout.grads["W"], atol=1e-12)
    first = recurrent.layers[0] if num_layers == 2 else recurrent
    assert np.allclose(model.recurrent.weight_hh_l0.grad.T, first.grads["W_h"], atol=1e-12)
    assert np.allclose(model.recurrent.weight_ih_l0.grad.T, first.grads["W_x"], atol=1e-12)


def test_state_handed_on_is_one_long_reading(tokens):
    model = make()
    long = torch.as_tensor(tokens[:40])[:, None]
    whole, _ = model(long)
    first, state = model(long[:15])
    second, _ = model(long[15:], detached(state))
    assert torch.allclose(torch.cat([first, second]), whole, atol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_detached_keeps_numbers_and_cuts_the_gradient(cell, tokens):
    _, state = make(cell)(torch.as_tensor(tokens[:5])[:, None])
    cut = detached(state)
    pairs = zip(cut, state) if cell == "lstm" else [(cut, state)]
    for after, before in pairs:
        assert torch.equal(after, before) and before.requires_grad and not after.requires_grad


def test_evaluate_counts_every_token_alike(tokens):
    model = make()
    blocks = [(tokens[:30, None], tokens[1:31, None]), (tokens[30:33, None], tokens[31:34, None])]
    logits, _ = model(torch.as_tensor(tokens[:33, None]))
    right = next_token_loss(logits, torch.as_tensor(tokens[1:34, None])).item()
    assert evaluate(model, blocks) == pytest.approx(right, abs=1e-12)
    parts = [next_token_loss(model(torch.as_tensor(a))[0], torch.as_tensor(b)).item() for a, b in blocks]
    assert evaluate(model, blocks, carry=False) == pytest.approx((30 * parts[0] + 3 * parts[1]) / 33, abs=1e-12)
    assert abs(evaluate(model, blocks) - evaluate(model, blocks, carry=False)) > 1e-6


def test_evaluate_switches_dropout_off_and_on_again(tokens):
    model = make(dropout=0.5)
    blocks = list(offset_batches(tokens, 2, 20))
    assert model.training and evaluate(model, blocks) == evaluate(model, blocks) and model.training


@pytest.mark.parametrize("carry", [True, False])
def test_read_once_carries_or_resets(carry, tokens):
    """Against the loop written out, update by update."""
    blocks = list(offset_batches(tokens, 2, 20))
    model, twin = make(), make()
    losses = read_once(model, blocks, torch.optim.SGD(model.parameters(), lr=0.5), carry=carry, max_norm=0.1)
    optimizer, state, expected = torch.optim.SGD(twin.parameters(), lr=0.5), None, []
    for inputs, targets in blocks:
        logits, last = twin(torch.as_tensor(inputs), state)
        state = detached(last) if carry else None
        loss = next_token_loss(logits, torch.as_tensor(targets))
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(twin.parameters(), 0.1)
        assert norm > 0.1, "clipping has something to do"
        optimizer.step()
        expected.append(loss.item())
    assert losses == pytest.approx(expected, abs=1e-12) and len(losses) == len(blocks)


def test_a_schedule_moves_once_an_update(tokens):
    model = make()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    losses = read_once(model, offset_batches(tokens, 2, 50), optimizer, schedule=schedule)
    assert optimizer.param_groups[0]["lr"] == 0.5 ** len(losses)


def test_bad_arguments():
    with pytest.raises(ValueError, match="cell must be"):
        LanguageModel(5, 3, cell="transformer")
    with pytest.raises((TypeError, ValueError), match="hidden_size"):
        LanguageModel(5, 0)
