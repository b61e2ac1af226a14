"""What is particular to chapter 04's exercises; the catalogue's tests cover the rest."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch04


def case(T=9, N=2, D=3, H=4, seed=0):
    return ch04._network(np.random.default_rng(seed), T, N, D, H)


def by_autograd(x, h, d_outputs, W_x, W_h, b, cuts=()):
    """Gradients of sum(d_outputs * outputs), the state detached before the steps in `cuts`."""
    torch = pytest.importorskip("torch")
    x, h_0, W_x, W_h, b = leaves = [torch.tensor(a, requires_grad=True) for a in (x, h[0], W_x, W_h, b)]
    state, loss = h_0, 0.0
    for t in range(len(x)):
        state = torch.tanh(x[t] @ W_x + (state.detach() if t in cuts else state) @ W_h + b)
        loss = loss + (torch.tensor(d_outputs[t]) * state).sum()
    loss.backward()
    return [leaf.grad.numpy() for leaf in leaves]


def test_backward_agrees_with_autograd_and_with_the_layer():
    x, h, d_outputs, W_x, W_h, b = case()
    answer = ch04.backward_reference(x, h, d_outputs, W_x, W_h)
    for got, expected in zip(answer, by_autograd(x, h, d_outputs, W_x, W_h, b), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)
    layer = nn.RNN(3, 4)
    layer.params["W_x"][:], layer.params["W_h"][:], layer.params["b"][:] = W_x, W_h, b
    layer.forward(x, h[0])
    dx, dh_0 = layer.backward(d_outputs)
    for got, expected in zip(answer, (dx, dh_0, *(layer.grads[name] for name in ("W_x", "W_h", "b"))), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 4, 9, 12])
def test_truncation_is_detach(k):
    x, h, d_outputs, W_x, W_h, b = case(seed=1)
    dx, _, *weights = by_autograd(x, h, d_outputs, W_x, W_h, b, cuts=range(k, 9, k))
    answer = ch04.truncated_backward_reference(x, h, d_outputs, W_x, W_h, k)
    for got, expected in zip(answer, (dx, *weights), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_random_truncation_without_cuts_is_full_at_p_zero():
    x, h, d_outputs, W_x, W_h, _ = case(seed=2)
    answer = ch04.unbiased_backward_reference(x, h, d_outputs, W_x, W_h, np.zeros(9, dtype=bool), 0.0)
    for got, expected in zip(answer, ch04.backward_reference(x, h, d_outputs, W_x, W_h)[2:], strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_the_further_checks_notice_a_wrong_gradient():
    for exercise in (ch04.step_backward, ch04.backward):
        assert exercise.extra(exercise.reference, exercise.rng()) is None
        assert "W_h" in exercise.extra(exercise.mistakes[1].implementation, exercise.rng())
    biased = ch04.unbiased_backward.mistakes[0].implementation
    assert ch04.unbiased_backward.extra(ch04.unbiased_backward.reference, np.random.default_rng(0)) is None
    assert "full gradient" in ch04.unbiased_backward.extra(biased, np.random.default_rng(0))


@pytest.mark.parametrize(("back", "every"), [(3, 3), (1, 1), (9, 9)])
def test_equal_lengths_are_blocks(back, every):
    x, h, d_outputs, W_x, W_h, _ = case(seed=3)
    blocks = ch04.truncated_backward_reference(x, h, d_outputs, W_x, W_h, back)[1:]
    for got, expected in zip(ch04.two_lengths_reference(x, h, d_outputs, W_x, W_h, back, every), blocks, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_a_look_back_over_everything_is_the_full_gradient_however_often():
    x, h, d_outputs, W_x, W_h, _ = case(seed=4)
    full = ch04.backward_reference(x, h, d_outputs, W_x, W_h)[2:]
    for every in (1, 3):
        for got, expected in zip(ch04.two_lengths_reference(x, h, d_outputs, W_x, W_h, 9, every), full, strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-12)


def test_the_leaky_walk_agrees_with_autograd():
    torch = pytest.importorskip("torch")
    x, h, u, d_last, W_x, W_h, alpha = ch04._leaky_case(np.random.default_rng(5), 6, 2, 3, 4, 0.3)
    h_0, W_x_torch, W_h_torch = leaves = [torch.tensor(a, requires_grad=True) for a in (h[0], W_x, W_h)]
    b = np.arctanh(u[0]) - x[0] @ W_x - h[0] @ W_h  # the bias that the case was made with, in every row
    bias = torch.tensor(b, requires_grad=True)
    state = h_0
    for x_t in torch.tensor(x):
        state = (1 - alpha) * state + alpha * torch.tanh(x_t @ W_x_torch + state @ W_h_torch + bias)
    (state * torch.tensor(d_last)).sum().backward()
    expected = [leaf.grad.numpy() for leaf in leaves] + [bias.grad.numpy().sum(axis=0)]
    for got, wanted in zip(ch04.leaky_backward_reference(x, h, u, d_last, W_x, W_h, alpha), expected, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-10)


def test_other_trainings_of_the_switch_pass_and_an_untrained_one_does_not():
    def untrained(x, y):
        return lambda new: np.random.default_rng(0).normal(size=new.shape)

    assert ch04.learn_switch.check(untrained).status == "incorrect"

    def signs(x, y):
        learned = ch04.learn_switch_reference(x, y)
        return lambda new: np.sign(learned(new))

    assert ch04.learn_switch.check(signs).status == "correct"


def test_a_switch_that_does_not_hold_is_told_where_it_fails():
    def forgets(x, y):
        def answers(new):
            counts = np.where(abs(new) == 1, new, 0)
            told, waited = ch04._last_pulse(counts), np.zeros(new.shape[1:])
            for t in range(len(new)):
                waited = np.where(counts[t] == 0, waited + 1, 0)
                told[t] = np.where(waited <= 10, told[t] * np.sign(x[0, 0] * y[0, 0]), 0)
            return told
        return answers

    message = ch04.learn_switch.check(forgets).message
    assert "the share right more than 10 steps after a pulse (95 % count as 1) should be 1, got 0" in message
    assert "up to 10 steps after a pulse (95 % count as 1): right" in message
    assert "must return a function of a stream, got tuple" in ch04.learn_switch.check(lambda x, y: (x, y)).message


def test_the_rule_with_its_sign_read_off_the_stream_is_not_enough():
    for sign in (lambda x, y: y[0, 0, 0], lambda x, y: np.sign(np.mean(x * y))):
        def written_in(x, y, sign=sign):
            return lambda new: sign(x, y) * ch04._last_pulse(new)

        result = ch04.learn_switch.check(written_in)
        assert (result.status, result.mistake) == ("incorrect", "the rule itself")


def test_a_thousand_steps_in_two_rows():
    blocks = ch04.offset_batches_reference(np.arange(1000.0), 2, 10)
    assert blocks.shape == (50, 10, 2) and blocks[0, 0].tolist() == [0, 500] and blocks[1, 0].tolist() == [10, 510]
    assert (np.diff(blocks.reshape(500, 2), axis=0) == 1).all()


def test_the_place_of_the_right_answer_gives_nothing_away():
    places = [min(question.right) for question in ch04.QUIZ.questions]
    assert len(places) >= 5 and max(places.count(place) for place in places) <= len(places) / 2
