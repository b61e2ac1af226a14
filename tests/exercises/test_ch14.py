"""What is particular to chapter 14's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqlearn import nn
from seqlearn.exercises import ch14
from seqlearn.models.self_attention import sinusoidal_positions


def test_the_references_are_torch():
    x, W_q, W_k, W_v = ch14.attend.cases(ch14.attend.rng())[0]
    q, k, v = (torch.tensor(x @ W)[None] for W in (W_q, W_k, W_v))
    for tensor in (q, k, v):
        tensor.requires_grad_()
    outputs = F.scaled_dot_product_attention(q, k, v)
    mine, weights = ch14.attend_reference(x, W_q, W_k, W_v)
    assert np.allclose(mine, outputs.detach()[0], atol=1e-12)
    dZ = np.random.default_rng(0).standard_normal(mine.shape)
    outputs.backward(torch.tensor(dZ)[None])
    parts = ch14.attend_backward_reference(dZ, *(tensor.detach().numpy()[0] for tensor in (q, k, v)), weights)
    for part, tensor in zip(parts, (q, k, v), strict=True):
        assert np.allclose(part, tensor.grad[0], atol=1e-12)


def test_the_references_are_the_layer():
    scores = np.random.default_rng(0).standard_normal((2, 4, 4))
    expected = torch.tensor(scores).masked_fill(torch.triu(torch.ones(4, 4, dtype=torch.bool), 1), -np.inf).softmax(2)
    assert np.allclose(ch14.causal_weights_reference(scores), expected, atol=1e-15)
    x = np.random.default_rng(0).standard_normal((5, 2, 6))
    assert np.array_equal(ch14.split_heads_reference(x, 3), nn.SelfAttention(6, 3)._split(x))
    assert np.allclose(ch14.positions_reference(9, 6), sinusoidal_positions(9, 6), atol=1e-6)


def test_right_answers_written_otherwise():
    def attend(x, W_q, W_k, W_v):
        d = W_q.shape[1]
        rows = []
        for t in range(len(x)):
            scores = np.array([(x[t] @ W_q) @ (x[s] @ W_k) for s in range(len(x))]) * d**-0.5
            rows.append(np.exp(scores) / np.exp(scores).sum())
        return np.array([sum(a * (x[s] @ W_v) for s, a in enumerate(row)) for row in rows]), np.array(rows)

    def added(scores):
        scores = scores - 1e30 * np.triu(np.ones(scores.shape[-2:]), 1)
        exp = np.exp(scores - scores.max(-1, keepdims=True))
        return exp / exp.sum(-1, keepdims=True)

    def split(x, num_heads):
        return np.stack(np.split(x, num_heads, axis=2)).transpose(2, 0, 1, 3)

    def jacobian(dZ, Q, K, V, A):
        dA, scale = dZ @ V.T, Q.shape[1] ** -0.5
        dS = np.array([row @ (np.diag(a) - np.outer(a, a)) for row, a in zip(dA, A)]) * scale
        return dS @ K, (Q.T @ dS).T, A.T @ dZ

    for exercise, answer in ((ch14.attend, attend), (ch14.causal_weights, added), (ch14.split_heads, split),
                             (ch14.attend_backward, jacobian)):
        assert exercise.check(answer).status == "correct", exercise.check(answer).message


@pytest.mark.parametrize(("exercise", "wrong"), [
    (ch14.attend, lambda x, W_q, W_k, W_v: (x @ W_v, np.eye(len(x)))),
    (ch14.attend, lambda x, W_q, W_k, W_v: ch14.attend_reference(x, W_k, W_q, W_v)[::-1]),
    (ch14.causal_weights, lambda scores: np.tri(scores.shape[-1]) / np.arange(1, scores.shape[-1] + 1)[:, None]),
    (ch14.causal_weights, lambda scores: ch14.causal_weights_reference(scores[:1])),
    (ch14.positions, lambda num_steps, size: np.zeros((num_steps, size))),
    (ch14.positions, lambda num_steps, size: ch14.positions_reference(size, num_steps).T),
    (ch14.split_heads, lambda x, num_heads: x),
    (ch14.split_heads, lambda x, num_heads: ch14.split_heads_reference(x[:, ::-1], num_heads)),
    (ch14.attend_backward, lambda dZ, Q, K, V, A: (0 * Q, 0 * K, A.T @ dZ)),
    (ch14.attend_backward, lambda dZ, Q, K, V, A: dZ),
])
def test_wrong_answers_outside_the_catalogue(exercise, wrong):
    result = exercise.check(wrong)
    assert result.status == "incorrect"
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message


def test_right_in_two_of_three_is_not_enough():
    def attend_backward(dZ, Q, K, V, A):
        dQ, dK, dV = ch14.attend_backward_reference(dZ, Q, K, V, A)
        return dQ, 0 * dK, dV

    result = ch14.attend_backward.check(attend_backward)
    assert result.status == "incorrect" and "dK" in result.message


def _finite(number):
    return lambda scores: ch14.softmax(np.where(np.tri(scores.shape[-1]) > 0, scores, number))


def _renormalised(scores, eps=0.0):
    """Right only where no score of the future is far above the allowed ones."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True)) * np.tri(scores.shape[-1])
    return weights / (weights.sum(axis=-1, keepdims=True) + eps)


def _global_maximum(scores):
    masked = np.where(np.tri(scores.shape[-1]) > 0, scores, -np.inf)
    weights = np.exp(masked - masked.max())
    return weights / weights.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(("answer", "mistake"), [
    (_renormalised, "the largest of all steps"),
    (lambda scores: _renormalised(scores, 1e-9), "the largest of all steps"),
    (_global_maximum, "one maximum for all rows"),
    (_finite(-10), "a number that is not small enough"),
    (_finite(-1000), "a number that is not small enough"),
    (lambda scores: ch14.softmax(scores - 50 * np.triu(np.ones(scores.shape[-2:]), 1)),
     "a number that is not small enough"),
])
def test_a_mask_that_works_for_some_scores_is_called_by_its_name(answer, mistake):
    result = ch14.causal_weights.check(answer)
    assert result.mistake == mistake, result.message


def test_right_answers_to_the_later_exercises_written_otherwise():
    def by_complex_numbers(x, start):
        half = x.shape[1] // 2
        angles = (start + np.arange(len(x)))[:, None] * 10000.0 ** (-np.arange(half) / half)
        turned = (x[:, :half] + 1j * x[:, half:]) * np.exp(1j * angles)
        return np.hstack([turned.real, turned.imag])

    def by_autograd(dy, x, gain):
        x, gain = (torch.tensor(part, requires_grad=True) for part in (x, gain))
        b = torch.zeros_like(gain, requires_grad=True)
        F.layer_norm(x, gain.shape, gain, b, 1e-5).backward(torch.tensor(dy))
        return x.grad, gain.grad, b.grad

    def by_lists(x_t, K, V, W_q, W_k, W_v):
        keys, values, q = [*K, x_t @ W_k], [*V, x_t @ W_v], x_t @ W_q
        shares = np.array([np.exp(q @ key / np.sqrt(len(q))) for key in keys])
        return sum(a * v for a, v in zip(shares / shares.sum(), values)), np.array(keys), np.array(values)

    def trained_by_autograd(x, targets, W_q, W_k, W_v, updates, learning_rate):
        x, y = torch.tensor(x), torch.tensor(targets)
        W = [torch.tensor(each, requires_grad=True) for each in (W_q, W_k, W_v)]
        for _ in range(updates):
            q, k, v = (x @ each for each in W)
            logits = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            grads = torch.autograd.grad(F.cross_entropy(logits.reshape(-1, logits.shape[2]), y.flatten()), W)
            W = [(each - learning_rate * grad).detach().requires_grad_() for each, grad in zip(W, grads)]
        return tuple(each.detach().numpy() for each in W)

    for exercise, answer in ((ch14.rotate_halves, by_complex_numbers), (ch14.norm_backward, by_autograd),
                             (ch14.next_step, by_lists), (ch14.train_head, trained_by_autograd)):
        assert exercise.check(answer).status == "correct", exercise.check(answer).message


def test_the_trained_head_learns_to_look_two_steps_back():
    rng = np.random.default_rng(0)
    symbols = rng.integers(4, size=(64, 10))
    inputs = np.concatenate([np.eye(4)[symbols], np.tile(np.eye(10), (64, 1, 1))], axis=2)
    start = [0.1 * rng.standard_normal((14, columns)) for columns in (16, 16, 4)]
    two_back = np.roll(symbols, 2, axis=1)
    W_q, W_k, W_v = ch14.train_head.reference(inputs, two_back, *start, updates=300, learning_rate=3.0)
    scores = np.where(np.tri(10) > 0, inputs @ W_q @ (inputs @ W_k).swapaxes(1, 2) / 4, -np.inf)
    found = (ch14.softmax(scores) @ inputs @ W_v).argmax(axis=2)
    assert np.mean(found[:, 2:] == two_back[:, 2:]) > 0.95


@pytest.mark.parametrize(("exercise", "wrong", "mistake"), [
    (ch14.rotate_halves, lambda x, start: ch14.rotate_halves.reference(x, 0), "start forgotten"),
    (ch14.norm_backward, lambda dy, x, gain: (dy * gain / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5),
                                              *ch14.norm_backward.reference(dy, x, gain)[1:]),
     "mean and std held still"),
    (ch14.next_step, lambda x_t, K, V, *W: (ch14.next_step.reference(x_t, K, V, *W)[0], K, V), "cache not handed on"),
])
def test_wrong_answers_to_the_later_exercises_are_named(exercise, wrong, mistake):
    assert exercise.check(wrong).mistake == mistake


def test_the_cache_is_as_large_as_one_counts_it():
    assert ch14.cache_size.check(393).status == "correct"
    assert ch14.cache_size.check(196.6).mistake == "keys or values alone"
