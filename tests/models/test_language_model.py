"""The language model in PyTorch against the layers by hand, and its reading of a text in blocks."""

import numpy as np
import pytest
import torch

from seqlearn import nn
from seqlearn.data.corpus import Vocabulary, offset_batches
from seqlearn.decoding.sampling import next_probabilities
from seqlearn.interop import from_torch
from seqlearn.models.language_model import (
    CarriedLoss,
    LanguageModel,
    detached,
    evaluate,
    next_token_loss,
    text_blocks,
    write_on,
)
from seqlearn.training import train


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
def test_training_carries_or_resets(carry, tokens):
    """Against the loop written out, update by update: two passes, each of which begins with zeros."""
    blocks = text_blocks(tokens, 2, 20)
    model, twin = make(), make()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    history = train(model, blocks, CarriedLoss(carry), epochs=2, optimizer=optimizer, max_norm=0.1, progress=False)
    optimizer, expected = torch.optim.SGD(twin.parameters(), lr=0.5), []
    for _ in range(2):
        state, losses = None, []
        for inputs, targets, _ in blocks:
            logits, last = twin(torch.as_tensor(inputs), state)
            state = detached(last) if carry else None
            loss = next_token_loss(logits, torch.as_tensor(targets))
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(twin.parameters(), 0.1)
            assert norm > 0.1, "clipping has something to do"
            optimizer.step()
            losses.append(loss.item())
        expected.append(np.mean(losses))
    assert history.loss == pytest.approx(expected, abs=1e-12)


def test_validation_between_two_passes_leaves_the_training_as_it_is(tokens):
    others = text_blocks(tokens[::-1], 2, 25)
    weights = []
    for validation in (None, others):
        model = make()
        history = train(model, text_blocks(tokens, 2, 20), CarriedLoss(), epochs=2, learning_rate=0.01,
                        validation=validation, progress=False)
        assert history.best_epoch == 1
        weights.append(model.readout.weight.detach().numpy().copy())
    assert np.array_equal(*weights)
    assert history.validation[-1] == pytest.approx(evaluate(model, others), abs=1e-12)


def test_text_blocks_say_which_is_the_first(tokens):
    blocks = text_blocks(tokens, 2, 20)
    assert [first for _, _, first in blocks] == [True] + 9 * [False]
    for (inputs, targets, _), (same_inputs, same_targets) in zip(blocks, offset_batches(tokens, 2, 20), strict=True):
        assert np.array_equal(inputs, same_inputs) and np.array_equal(targets, same_targets)


def test_writing_reads_what_it_has_drawn():
    vocabulary = Vocabulary("abcdefghijk")
    model, rng = make(), np.random.default_rng(3)
    written = write_on(model, vocabulary, "abc", 12, rng, temperature=0.7, top_k=4)
    rng, state, read, expected = np.random.default_rng(3), None, vocabulary.encode("abc"), []
    with torch.no_grad():
        logits, state = model(torch.as_tensor(read)[:, None], state)
        for _ in range(12):
            p = next_probabilities(logits[-1, 0].numpy(), 0.7, 4)
            expected.append(rng.choice(11, p=p))
            logits, state = model(torch.tensor([[expected[-1]]]), state)
    assert written == vocabulary.decode(expected) and model.training
    greedy = [write_on(model, vocabulary, "abc", 12, np.random.default_rng(seed), temperature=0) for seed in (0, 1)]
    assert greedy[0] == greedy[1] and write_on(model, vocabulary, "a", 0, rng) == ""
    for text in ("", "abz"):
        with pytest.raises(ValueError, match="text must hold"):
            write_on(model, vocabulary, text, 3, rng)


def test_bad_arguments():
    with pytest.raises(ValueError, match="cell must be"):
        LanguageModel(5, 3, cell="transformer")
    with pytest.raises((TypeError, ValueError), match="hidden_size"):
        LanguageModel(5, 0)
