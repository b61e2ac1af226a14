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
