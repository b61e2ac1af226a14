"""What is particular to chapter 17's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest
import torch

from seqlearn import nn
from seqlearn.exercises import ch17


def test_the_references_are_the_layers():
    rng = np.random.default_rng(0)
    a, h, d_h = ch17.way_back.cases(ch17.way_back.rng())[0]
    leaves = [torch.tensor(part, requires_grad=True) for part in (a, h[1:] - a * h[:-1], h[0])]
    state, loss = leaves[2], 0.0
    for a_t, b_t, d_t in zip(leaves[0], leaves[1], torch.tensor(d_h)):
        state = a_t * state + b_t
        loss = loss + (d_t * state).sum()
    loss.backward()
    for mine, leaf in zip(ch17.way_back_reference(a, h, d_h), leaves, strict=True):
        assert np.allclose(mine, leaf.grad, atol=1e-12)
    layer = nn.LinearRecurrence(1, 6, rng=rng)
    eigenvalues, c, x = layer.eigenvalues, rng.standard_normal(3), rng.standard_normal(12)
    states = nn.scan(np.broadcast_to(eigenvalues, (12, 3)), np.repeat(x[:, None], 3, axis=1).astype(complex))
    mine = ch17.kernel_reference(np.abs(eigenvalues), np.angle(eigenvalues), c, 12)
    assert np.allclose(np.convolve(x, mine)[:12], (states @ c).real)


def test_right_answers_written_otherwise():
    def back_by_scan(a, h, d_h):
        following = np.concatenate([a[1:], np.zeros_like(a[:1])])
        db = nn.scan(following[::-1], d_h[::-1])[::-1]
        return h[:-1] * db, db, a[0] * db[0]

    def kernel_by_loop(r, theta, c, T):
        a, found = r * np.exp(1j * theta), []
        state = np.ones_like(a)
        for _ in range(T):
            found.append(float(np.sum(c * state).real))
            state = a * state
        return found

    def lstm_by_scan(x, W_f, b_f, W_i, b_i, W_g, b_g, h_0):
        f, i = (1 / (1 + np.exp(-(x @ W + b))) for W, b in ((W_f, b_f), (W_i, b_i)))
        added = i / (f + i) * (x @ W_g + b_g)
        added[0] += (f / (f + i))[0] * h_0
        return nn.scan(f / (f + i), added)

    def delta_by_projection(keys, values, beta):
        S = np.zeros((keys.shape[1], values.shape[1]))
        for k, v, b in zip(keys, values, beta):
            S = (np.eye(len(k)) - b * np.outer(k, k)) @ S + b * np.outer(k, v)
        return S

    for exercise, answer in ((ch17.way_back, back_by_scan), (ch17.kernel, kernel_by_loop),
                             (ch17.min_lstm, lstm_by_scan), (ch17.delta_memory, delta_by_projection),
                             (ch17.join, lambda a_1, b_1, a_2, b_2: (a_1 * a_2, b_2 + b_1 * a_2))):
        result = exercise.check(answer)
        assert result.status == "correct", (exercise.id, result.message)


@pytest.mark.parametrize(("exercise", "wrong"), [
    (ch17.join, lambda a_1, b_1, a_2, b_2: (a_1, b_1)),
    (ch17.way_back, lambda a, h, d_h: (0 * a, 0 * a, 0 * a[0])),
    (ch17.kernel, lambda r, theta, c, T: np.zeros(T)),
    (ch17.min_lstm, lambda x, *weights: np.zeros((len(x), *weights[-1].shape))),
    (ch17.delta_memory, lambda keys, values, beta: keys.T @ (beta[:, None] * values) * 2),
])
def test_wrong_answers_outside_the_catalogue(exercise, wrong):
    result = exercise.check(wrong)
    assert result.status == "incorrect"
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message


@pytest.mark.parametrize("value", [0.9993, 0.99930, 0.5, 1000, 0.999])
def test_a_half_is_asked_to_six_digits(value):
    assert ch17.half_left.check(value).status == "incorrect"


def test_six_digits_are_enough():
    assert ch17.half_left.check(0.999307).status == "correct"
