"""What is particular to chapter 13's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch13


def test_the_references_are_the_layer():
    q, keys, W, W_q, W_k, v = ch13._score_cases(np.random.default_rng(0))[1]
    for name, params, scores in zip(("dot", "general", "additive"), ({}, {"W": W}, {"W_q": W_q, "W_k": W_k, "v": v}),
                                    ch13.scores_reference(q, keys, W, W_q, W_k, v), strict=True):
        layer = nn.Attention(name, q.shape[1], q.shape[1], len(v))
        for key, array in params.items():
            layer.params[key][:] = array
        _, weights = layer.forward(q, keys)
        assert np.allclose(weights, ch13._softmax(scores), atol=1e-12)
        if name == "general":
            wish = np.random.default_rng(1).standard_normal(q.shape)
            expected = layer.backward(wish)
            dq, dkeys, dW = ch13.attention_backward_reference(wish, q, keys, W, weights)
            assert np.allclose(dq, expected[0]) and np.allclose(dkeys, expected[1])
            assert np.allclose(dW, layer.grads["W"])


def by_loops(q, keys, W, W_q, W_k, v):
    N, S = len(q), len(keys)
    found = np.zeros((3, N, S))
    for n in range(N):
        for j in range(S):
            found[:, n, j] = (q[n] @ keys[j, n], q[n] @ W @ keys[j, n], v @ np.tanh(q[n] @ W_q + keys[j, n] @ W_k))
    return tuple(found)


def minus_a_billion(scores, mask):
    e = np.where(mask, scores, -1e9)
    e = np.exp(e - e.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def row_by_row(scores, mask):
    weights = np.zeros_like(scores)
    for n in range(len(scores)):
        kept = scores[n, mask[n]]
        e = np.exp(kept - kept.max())
        weights[n, mask[n]] = e / e.sum()
    return weights


@pytest.mark.parametrize(("exercise", "answer"), [
    (ch13.scores, by_loops), (ch13.masked_softmax, minus_a_billion), (ch13.masked_softmax, row_by_row),
])
def test_right_answers_of_other_kinds(exercise, answer):
    assert exercise.check(answer).status == "correct", exercise.check(answer).message


@pytest.mark.parametrize(("exercise", "answer"), [
    (ch13.scores, lambda q, keys, W, W_q, W_k, v: (ch13.scores_reference(q, keys, W, W_q, W_k, v)[0],) * 3),
    (ch13.masked_softmax, lambda scores, mask: mask / mask.sum(axis=1, keepdims=True)),
    (ch13.masked_softmax, lambda scores, mask: np.where(mask, scores, -np.inf)),
    (ch13.reinforce, lambda weights, chosen, rewards, baseline: np.zeros_like(weights)),
    (ch13.reinforce, lambda weights, chosen, rewards, baseline: weights),
    (ch13.attention_backward, lambda d, q, keys, W, a: (np.zeros_like(q), np.zeros_like(keys), np.zeros_like(W))),
    (ch13.attention_backward, lambda d, q, keys, W, a: (d, keys, W)),
])
def test_wrong_answers_outside_the_catalogue(exercise, answer):
    result = exercise.check(answer)
    assert result.status == "incorrect"
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message


def test_a_softmax_gradient_with_its_bracket_turned_is_told():
    def turned(d_context, q, keys, W, weights):
        d_weights = np.einsum("nd,tnd->nt", d_context, keys)
        de = weights * ((weights * d_weights).sum(axis=1, keepdims=True) - d_weights)
        summed = np.einsum("nt,tnd->nd", de, keys)
        dkeys = np.einsum("nt,nd->tnd", weights, d_context) + np.einsum("nt,nd->tnd", de, q @ W)
        return summed @ W.T, dkeys, q.T @ summed

    result = ch13.attention_backward.check(turned)
    assert result.status == "incorrect" and "bracket is turned" in result.message, result.message


def test_the_mask_of_a_case_has_a_hole_and_a_large_score_that_is_masked():
    cases = ch13._mask_cases(ch13.masked_softmax.rng())
    assert any((np.diff(mask.astype(int), axis=1) > 0).any() for _, mask in cases), "not only prefixes"
    assert any(scores[~mask].max(initial=-np.inf) > scores[mask].max() for scores, mask in cases)
    assert all(mask.any(axis=1).all() and (~mask).any() for _, mask in cases)


def test_the_estimate_is_right_on_average_for_any_baseline():
    rng = np.random.default_rng(0)
    weights, rewards = rng.dirichlet(np.ones(5), 1), rng.normal(size=5)
    for baseline in (0.0, 7.0, -2.0):
        mean = sum(weights[0, j] * ch13.reinforce_reference(weights, np.array([j]), rewards[[j]], np.array([baseline]))
                   for j in range(5))
        assert np.allclose(mean, -weights * (rewards - weights @ rewards))


def test_the_topics_that_must_appear_are_asked():
    topics = {question.topic for question in ch13.QUIZ.questions}
    assert {"why attention was introduced", "the forms of attention scores", "why seq2seq needs attention",
            "where the mask goes"} <= topics
    (scores,) = (question for question in ch13.QUIZ.questions if question.topic == "the forms of attention scores")
    assert {option.text.split(":")[0] for option in scores.options if option.correct} == {"Dot", "General", "Additive"}
    assert any("Derivative" in option.text and not option.correct for option in scores.options)


def shares_one_by_one(weights, values):
    shares = np.zeros_like(weights)
    for n in range(len(weights)):
        context = sum(weights[n, j] * values[j, n] for j in range(len(values)))
        for j in range(len(values)):
            shares[n, j] = weights[n, j] * values[j, n].dot(context) / context.dot(context)
    return shares


def by_the_inverse(d_context, scores, values, temperature):
    """Through β = 1/τ, and the gradient of a softmax as a covariance."""
    e = np.exp(scores / temperature)
    alpha = e / e.sum(axis=1, keepdims=True)
    gain = np.einsum("tnd,nd->nt", values, d_context)
    covariance = (alpha * gain * scores).sum(1) - (alpha * gain).sum(1) * (alpha * scores).sum(1)
    return -covariance.sum() / temperature**2


def luong_by_batches(model, inputs, states, mask, s, fed):
    """The same with matrix products, batch first, and a large negative number for the mask."""
    import torch

    keys, logits = model.W(states).transpose(0, 1), []
    for step in range(len(inputs)):
        s = model.cell(torch.hstack([model.embedding(inputs[step]), fed]), s)
        e = torch.bmm(keys, s[:, :, None]).squeeze(2)
        e = torch.where(mask.T, e, torch.tensor(-1e30, dtype=e.dtype))
        context = torch.bmm(e.softmax(dim=1)[:, None], states.transpose(0, 1)).squeeze(1)
        fed = model.W_1(torch.hstack([s, context])).tanh()
        logits.append(fed)
    return model.readout(torch.stack(logits)), s, fed


@pytest.mark.parametrize(("exercise", "answer"), [
    (ch13.ceiling_of, lambda bits, length, symbols: np.exp(min(0, bits * np.log(2) - length * np.log(symbols)))),
    (ch13.ceiling_of, lambda bits, length, symbols: min(2**bits, symbols**length) / symbols**length),
    (ch13.shares_of_context, shares_one_by_one), (ch13.temperature_backward, by_the_inverse),
    (ch13.luong_steps, luong_by_batches),
])
def test_right_answers_to_the_later_exercises(exercise, answer):
    assert exercise.check(answer).status == "correct", exercise.check(answer).message


@pytest.mark.parametrize(("exercise", "answer"), [
    (ch13.ceiling_of, lambda bits, length, symbols: 1.0),
    (ch13.shares_of_context, lambda weights, values: weights**2 / np.sum(weights**2, axis=1, keepdims=True)),
    (ch13.temperature_backward, lambda d_context, scores, values, temperature: temperature),
    (ch13.luong_steps, lambda model, inputs, states, mask, s, fed: (model.readout(model.embedding(inputs)), s, fed)),
])
def test_wrong_answers_to_the_later_exercises(exercise, answer):
    result = exercise.check(answer)
    assert result.status == "incorrect"
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message


def test_the_decoder_of_luong_must_be_trainable():
    def without_gradients(*arguments):
        return tuple(part.detach() for part in ch13.luong_steps.reference(*arguments))

    result = ch13.luong_steps.check(without_gradients)
    assert result.status == "incorrect" and "autograd" in result.message


def _softmax_of(scores, mask, number=-np.inf, largest=lambda scores, masked: masked.max(axis=1, keepdims=True)):
    masked = np.where(mask, scores, number)
    weights = np.exp(masked - largest(scores, masked))
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("mistake", "changed"), [
    ("a negative number that is not small enough", {"number": -1000}),
    ("a negative number that is not small enough", {"number": -50}),
    ("the largest of all keys", {"largest": lambda scores, masked: scores.max(axis=1, keepdims=True)}),
    ("one maximum for all rows", {"largest": lambda scores, masked: masked.max()}),
])
def test_a_mask_that_works_for_some_scores_is_called_by_its_name(mistake, changed):
    result = ch13.masked_softmax.check(lambda scores, mask: _softmax_of(scores, mask, **changed))
    assert result.mistake == mistake, result.message


def test_a_mask_of_minus_a_thousand_million_is_small_enough():
    assert ch13.masked_softmax.check(lambda scores, mask: _softmax_of(scores, mask, -1e9)).status == "correct"
