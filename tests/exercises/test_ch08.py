"""What is particular to chapter 08's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest
import torch

from seqlearn import nn
from seqlearn.exercises import ch08


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_the_references_are_torch():
    """Step, count and backward against nn.GRU: one step, and its autograd."""
    rng = np.random.default_rng(0)
    x, h, W_x, W_h, b, b_h = ch08._steps(rng)[0]
    module = torch.nn.GRU(3, 4).double()
    with torch.no_grad():
        for name, array in (("weight_ih_l0", W_x.T), ("weight_hh_l0", W_h.T), ("bias_ih_l0", b), ("bias_hh_l0", b_h)):
            getattr(module, name).copy_(torch.tensor(array))
    start = torch.tensor(h[None], requires_grad=True)
    _, last = module(torch.tensor(x[None]), start)
    assert np.allclose(last.detach().numpy()[0], ch08.step_reference(x, h, W_x, W_h, b, b_h), atol=1e-12)
    dh = rng.standard_normal(h.shape)
    (torch.tensor(dh[None]) * last).sum().backward()
    parts = ch08._forward_parts(x, h, W_x, W_h, b, b_h)
    _, dh_before, dW_x, dW_h, db, db_h = ch08.step_backward_reference(dh, x, h, *parts, W_x, W_h)
    theirs = [start.grad[0], *(getattr(module, f"{name}_l0").grad.T for name in ("weight_ih", "weight_hh")),
              module.bias_ih_l0.grad, module.bias_hh_l0.grad]
    for mine, grad in zip((dh_before, dW_x, dW_h, db, db_h), theirs, strict=True):
        assert np.allclose(mine, grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_count_is_what_torch_holds(cell):
    module = getattr(torch.nn, cell)(7, 5, num_layers=3)
    assert ch08.count_reference(cell, 7, 5, 3) == sum(parameter.numel() for parameter in module.parameters())


def test_candidates_are_those_of_both_layers():
    a, h, r, W_hn, b_hn = ch08._candidates(np.random.default_rng(0))[0]
    for candidate, reset_after in zip(ch08.candidates_reference(a, h, r, W_hn, b_hn), (False, True), strict=True):
        layer = nn.GRU(4, 4, reset_after=reset_after)
        for array in layer.params.values():
            array[...] = 0
        layer.params["W_x"][:, 8:], layer.params["W_h"][:, 8:] = np.eye(4), W_hn
        layer.params["b_h" if reset_after else "b"][8:] = b_hn
        layer.params["b"][4:8] = -1e3  # z = 0: the candidate is the state
        for row in range(len(h)):
            layer.params["b"][:4] = np.log(r[row] / (1 - r[row]))
            outputs, _ = layer.forward(a[None, row:row + 1], h[row:row + 1])
            assert np.allclose(outputs[0], candidate[row], atol=1e-12)


def test_a_step_written_gate_by_gate_is_right():
    def step(x, h, W_x, W_h, b, b_h):
        H = h.shape[1]
        first, second, third = slice(0, H), slice(H, 2 * H), slice(2 * H, None)
        r = sigmoid(x @ W_x[:, first] + b[first] + h @ W_h[:, first] + b_h[first])
        z = sigmoid(x @ W_x[:, second] + b[second] + h @ W_h[:, second] + b_h[second])
        n = np.tanh(x @ W_x[:, third] + b[third] + r * (h @ W_h[:, third] + b_h[third]))
        return n + z * (h - n)

    assert ch08.step.check(step).status == "correct"


@pytest.mark.parametrize("wrong", [
    lambda x, h, W_x, W_h, b, b_h: h,
    lambda x, h, W_x, W_h, b, b_h: np.tanh(x @ W_x + h @ W_h + b + b_h)[:, -h.shape[1]:],
    lambda x, h, W_x, W_h, b, b_h: ch08.step_reference(x, h, W_x, W_h.T.reshape(W_h.shape), b, b_h),
    lambda x, h, W_x, W_h, b, b_h: ch08.step_reference(x, h, W_x, W_h, b_h, b),
])
def test_wrong_steps_outside_the_catalogue(wrong):
    result = ch08.step.check(wrong)
    assert result.status == "incorrect"
    assert result.mistake not in [mistake.name for mistake in ch08.step.mistakes], result.message


def test_turning_in_place_is_noticed():
    def turn(W_x, W_h, b, b_h):
        H = len(W_h)
        for array in (W_x, W_h, b, b_h):
            array[..., H:2 * H] *= -1
        return W_x, W_h, b, b_h

    assert ch08.turn.check(turn).status == "incorrect"


def test_a_backward_right_for_the_state_alone_is_not_enough():
    def step_backward(*arguments):
        dx, dh, dW_x, dW_h, db, db_h = ch08.step_backward_reference(*arguments)
        return dx, dh, 0 * dW_x, dW_h, db, db_h

    result = ch08.step_backward.check(step_backward)
    assert result.status == "incorrect" and "dW_x" in result.message


def test_equal_biases_would_hide_a_mistake_so_the_cases_have_none():
    for x, h, _, _, b, b_h in ch08._steps(ch08.step.rng()):
        assert not np.allclose(b, b_h) and np.abs(h).min() > 0 and len(x) >= 1


@pytest.mark.parametrize(("mistake", "before", "after"), [
    ("no bias", 0, 0), ("no bias before", 0, 1), ("no bias after", 1, 0),
])
def test_a_bias_dropped_in_one_candidate_is_not_called_missing_in_both(mistake, before, after):
    def candidates(a, h, r, W_hn, b_hn):
        return np.tanh(a + (r * h) @ W_hn + before * b_hn), np.tanh(a + r * (h @ W_hn + after * b_hn))

    assert ch08.candidates.check(candidates).mistake == mistake


@pytest.mark.parametrize(("edit", "mistake"), [
    ({"da_n = dh * (1 - z)": "da_n = dh * z"}, "n gets the old state's share"),
    ({"dh * z + da_h": "dh * (1 - z) + da_h"}, "old state gets n's share"),
    ({"da_n = dh * (1 - z)": "da_n = dh * z", "dh * z + da_h": "dh * (1 - z) + da_h"}, "z and 1 − z exchanged"),
])
def test_one_share_that_is_wrong_is_not_called_both(edit, mistake):
    assert ch08.step_backward.check(ch08.step_backward.source.edited(edit)).mistake == mistake


def test_rows_and_columns_of_the_weights_are_told_apart():
    assert any(len(W_x) > len(W_h) for W_x, W_h, _, _ in ch08._weights(ch08.turn.rng()))


def test_shares_are_the_gradients_along_the_direct_way():
    """With gates and candidates that read nothing, the last state moves with a candidate by its share."""
    z, n = np.random.default_rng(0).uniform(0.1, 0.9, (2, 5, 2, 3))
    candidates = torch.tensor(n, requires_grad=True)
    h = start = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    for z_t, n_t in zip(torch.tensor(z), candidates, strict=True):
        h = (1 - z_t) * n_t + z_t * h
    h.sum().backward()
    assert np.allclose(ch08.made_of.reference(z), np.concatenate([start.grad[None], candidates.grad]), atol=1e-14)


def keras_steps(x, h, kernel, recurrent_kernel, bias):
    """keras.layers.GRU with reset_after=True, as its documentation and source write it."""
    for x_t in x:
        x_z, x_r, x_n = np.split(x_t @ kernel + bias[0], 3, axis=1)
        h_z, h_r, h_n = np.split(h @ recurrent_kernel + bias[1], 3, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = z * h + (1 - z) * np.tanh(x_n + r * h_n)
    return h


def test_weights_from_keras_give_the_same_states_in_torch():
    rng = np.random.default_rng(1)
    weights = ch08.from_keras.cases(rng)[0]
    x, h = rng.normal(size=(4, 2, 2)), rng.normal(size=(2, 3))
    module = torch.nn.GRU(2, 3).double()
    module.load_state_dict({name: torch.tensor(array) for name, array in ch08.from_keras.reference(*weights).items()})
    _, last = module(torch.tensor(x), torch.tensor(h[None]))
    assert np.allclose(last.detach().numpy()[0], keras_steps(x, h, *weights), atol=1e-12)


def test_the_module_is_torch_gru():
    for D, H, weights, x, h_0, pull in ch08.make_gru.cases(np.random.default_rng(2)):
        theirs = torch.nn.GRU(D, H).double()
        theirs.load_state_dict(weights)
        mine = ch08.make_gru.call(ch08.make_gru.reference, D, H, weights, x, h_0, pull)
        h_0.requires_grad_()
        outputs, last = theirs(x, h_0)
        (outputs * pull).sum().backward()
        assert torch.allclose(mine["outputs"], outputs) and torch.allclose(mine["last state"], last)
        assert torch.allclose(mine["outputs without h_0"], theirs(x)[0])
        assert torch.allclose(mine["gradient of h_0"], h_0.grad)
        for name, weight in theirs.named_parameters():
            assert torch.allclose(mine[f"gradient of {name}"], weight.grad)
    assert torch.get_default_dtype() == torch.float32


class Written(torch.nn.Module):
    """Another right style: fused sums, one product for all inputs, zeros without a dtype, a list returned."""

    def __init__(self, D, H):
        super().__init__()
        self.H = H
        self.weight_ih_l0 = torch.nn.Parameter(torch.randn(3 * H, D))
        self.weight_hh_l0 = torch.nn.Parameter(torch.randn(3 * H, H))
        self.bias_ih_l0 = torch.nn.Parameter(torch.zeros(3 * H))
        self.bias_hh_l0 = torch.nn.Parameter(torch.zeros(3 * H))

    def forward(self, x, h_0=None):
        h, outputs = torch.zeros(x.shape[1], self.H) if h_0 is None else h_0.squeeze(0), []
        for a in torch.nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0):
            s = torch.addmm(self.bias_hh_l0, h, self.weight_hh_l0.T)
            r, z = (a + s)[:, : 2 * self.H].sigmoid().chunk(2, 1)
            n = (a[:, 2 * self.H :] + r * s[:, 2 * self.H :]).tanh()
            h = n + z * (h - n)
            outputs.append(h.unsqueeze(0))
        outputs = torch.cat(outputs)
        return [outputs, outputs[-1:]]


class WithLinear(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.from_input, self.from_state = torch.nn.Linear(D, 3 * H), torch.nn.Linear(H, 3 * H)


class Forgetful(Written):
    def forward(self, x, h_0=None):
        return super().forward(x)


class OutputsOnly(Written):
    def forward(self, x, h_0=None):
        return super().forward(x, h_0)[0]


@pytest.mark.parametrize(("answer", "status", "mistake", "words"), [
    (lambda D, H: Written(D, H), "correct", None, "Right"),
    (lambda D, H: Forgetful(D, H), "incorrect", "h_0 ignored", "starts from zeros"),
    (lambda D, H: OutputsOnly(D, H), "incorrect", None, "two tensors"),
    (lambda D, H: WithLinear(D, H), "incorrect", None, "those of torch.nn.GRU are weight_ih_l0 (15, 3)"),
    (lambda D, H: torch.nn.GRU(D, H), "incorrect", "the layer itself", "yourself"),
    (lambda D, H: Written, "incorrect", None, "a class: call it"),
    (lambda D, H: [D, H], "incorrect", None, "this is list"),
])
def test_modules_written_by_others(answer, status, mistake, words):
    result = ch08.make_gru.check(answer)
    assert (result.status, result.mistake) == (status, mistake) and words in result.message, result.message
