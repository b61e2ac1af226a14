"""What is particular to chapter 07's exercises: tensors, gradients, and answers outside the catalogue."""

import copy
from collections import OrderedDict, UserDict

import numpy as np
import pytest
import torch

from seqlearn.exercises import ch07


def test_nn_lstm_cell_is_a_right_answer():
    def fused_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        weights = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
        cell = torch.nn.LSTMCell(x.shape[1], h.shape[1]).double()
        return torch.func.functional_call(cell, weights, (x, (h, c)))

    assert ch07.fused_step.check(fused_step).status == "correct"


def test_one_product_of_everything_side_by_side_is_right():
    def fused_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        z = torch.cat([x, h], dim=1) @ torch.cat([weight_ih, weight_hh], dim=1).T + bias_ih + bias_hh
        i, f, g, o = z.split(h.shape[1], dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    assert ch07.fused_step.check(fused_step).status == "correct"


@pytest.mark.parametrize(("change", "words"), [
    (lambda h, c: (h.detach(), c.detach()), "autograd cannot follow"),
    (lambda h, c: (h.numpy(), c.numpy()), "Return tensors"),
    (lambda h, c: (h, c.detach()), "gradient for"),
])
def test_right_numbers_without_a_gradient_are_not_enough(change, words):
    def fused_step(*arguments):
        return change(*(part.clone() for part in ch07.fused_step_reference(*(a.detach() for a in arguments)))
                      if words == "Return tensors" else ch07.fused_step_reference(*arguments))

    result = ch07.fused_step.check(fused_step)
    assert result.status == "incorrect" and words in result.message


def test_numpy_functions_are_answered_with_advice_that_helps():
    """PyTorch's own message recommends detach(), which would take the gradient away for good."""
    def fused_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        a = x.numpy() @ weight_ih.numpy().T + h.numpy() @ weight_hh.numpy().T + bias_ih.numpy() + bias_hh.numpy()
        i, f, g, o = np.split(a, 4, axis=1)
        c = c.numpy() / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        return np.tanh(c) / (1 + np.exp(-o)), c

    result = ch07.fused_step.check(fused_step)
    assert result.status == "incorrect" and "compute with torch.sigmoid" in result.message
    assert "detach" not in result.message


def test_a_detached_weight_is_found_by_name():
    def fused_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return ch07.fused_step_reference(x, h, c, weight_ih, weight_hh.detach(), bias_ih, bias_hh)

    assert "the gradient for weight_hh is missing" in ch07.fused_step.check(fused_step).message


def test_a_tensor_changed_in_place_is_noticed_and_the_advice_is_for_tensors():
    def fused_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        new = ch07.fused_step_reference(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
        c *= 2
        return new

    message = ch07.fused_step.check(fused_step).message
    assert "changed its argument c" in message and "`c.clone()`" in message and "tensor" in message


def test_pieces_in_the_wrong_order_and_of_the_wrong_kind():
    def other_way_round(*arguments):
        return ch07.fused_step_reference(*arguments)[::-1]

    def h_alone(*arguments):
        return ch07.fused_step_reference(*arguments)[0]

    assert "another order" in ch07.fused_step.check(other_way_round).message
    message = ch07.fused_step.check(h_alone).message
    assert "2 pieces (h, c)" in message and " at 0x" not in message
    message = ch07.fused_step.check(lambda *arguments: (None, arguments[2])).message
    assert "h must be a tensor of shape (4, 5), got None" in message


def test_views_of_the_module_are_told():
    def to_course(weights):
        return {"W_x": weights["weight_ih_l0"].numpy().T, "W_h": weights["weight_hh_l0"].numpy().T,
                "b": (weights["bias_ih_l0"] + weights["bias_hh_l0"]).numpy()}

    result = ch07.to_course.check(to_course)
    assert result.status == "incorrect" and "W_x is a view of the module's weights" in result.message


@pytest.mark.parametrize(("name", "view"), [
    ("weight_ih_l0", lambda params: torch.from_numpy(params["W_x"].T)),
    ("weight_hh_l0", lambda params: torch.as_tensor(params["W_h"]).T),
    ("bias_ih_l0", lambda params: torch.from_numpy(params["b"])),
])
def test_views_of_the_course_layer_are_told(name, view):
    result = ch07.to_torch.check(lambda params: ch07.to_torch_reference(params) | {name: view(params)})
    assert result.status == "incorrect" and f"{name} is a view of the layer's params" in result.message


def test_arrays_are_no_tensors():
    def to_torch(params):
        return {name: tensor.numpy() for name, tensor in ch07.to_torch_reference(params).items()}

    result = ch07.to_torch.check(to_torch)
    assert result.status == "incorrect" and "weight_ih_l0 is no tensor" in result.message


@pytest.mark.parametrize("kind", [torch.nn.ParameterDict, OrderedDict, UserDict])
def test_whatever_has_keys_is_read_like_a_dict(kind):
    def to_torch(params):
        weights = ch07.to_torch_reference(params)
        if kind is torch.nn.ParameterDict:  # it keeps its keys in their order, and is no Mapping
            weights = {name: torch.nn.Parameter(weight) for name, weight in weights.items()}
        return kind(weights)

    assert ch07.to_torch.check(to_torch).status == "correct"
    result = ch07.to_torch.check(lambda params: kind({"weight_ih_l0": torch.zeros(16, 3)}))
    assert "lacks the key" in result.message


def test_zeros_in_float32_are_not_called_rounded_weights():
    def in_float32(params):
        return {name: torch.Tensor(tensor.numpy()) for name, tensor in ch07.to_torch_reference(params).items()}

    def zeros(params):
        return ch07.to_torch_reference(params) | {"bias_hh_l0": torch.zeros(len(params["b"]))}

    assert ch07.to_torch.check(zeros).mistake == "zeros in float32"
    assert ch07.to_torch.check(in_float32).mistake == "float32"
    assert ch07.to_torch.check(ch07.to_torch_reference).message.startswith("Right in all")


def test_other_ways_to_copy_are_right():
    def to_course(weights):
        arrays = {name: tensor.clone().numpy() for name, tensor in weights.items()}
        return {"W_x": arrays["weight_ih_l0"].T, "W_h": np.array(weights["weight_hh_l0"]).T,
                "b": arrays["bias_ih_l0"] + arrays["bias_hh_l0"]}

    def to_torch(params):
        b = torch.from_numpy(params["b"]).clone()
        return {"weight_ih_l0": torch.from_numpy(params["W_x"].T.copy()), "weight_hh_l0": torch.tensor(params["W_h"]).T,
                "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}

    assert ch07.to_course.check(to_course).status == ch07.to_torch.check(to_torch).status == "correct"


def test_views_of_the_answers_own_copy_are_right():
    def to_course(weights):
        own = copy.deepcopy(weights)
        return {"W_x": own["weight_ih_l0"].numpy().T, "W_h": own["weight_hh_l0"].numpy().T,
                "b": (own["bias_ih_l0"] + own["bias_hh_l0"]).numpy()}

    def to_torch(params):
        own = {name: torch.from_numpy(array) for name, array in copy.deepcopy(params).items()}
        return {"weight_ih_l0": own["W_x"].T, "weight_hh_l0": own["W_h"].T, "bias_ih_l0": own["b"],
                "bias_hh_l0": torch.zeros_like(own["b"])}

    assert ch07.to_course.check(to_course).status == ch07.to_torch.check(to_torch).status == "correct"


def test_a_missing_key_is_named():
    assert 'lacks the key "b"' in ch07.to_course.check(lambda weights: {"W_x": 1, "W_h": 2}).message


def test_other_right_ways_to_the_last_real_state():
    def by_loop(outputs, lengths):
        half = outputs.shape[2] // 2
        rows = [torch.cat([outputs[lengths[n] - 1, n, :half], outputs[0, n, half:]]) for n in range(len(lengths))]
        return torch.stack(rows)

    def by_gather(outputs, lengths):
        half = outputs.shape[2] // 2
        index = (lengths - 1)[None, :, None].expand(1, -1, half)
        return torch.cat([outputs[:, :, :half].gather(0, index)[0], outputs[0, :, half:]], dim=1)

    def in_numpy(outputs, lengths):
        half, rows = outputs.shape[2] // 2, np.arange(outputs.shape[1])
        outputs, lengths = outputs.numpy(), lengths.numpy()
        return np.concatenate([outputs[lengths - 1, rows, :half], outputs[0, :, half:]], axis=1)

    for answer in (by_loop, by_gather, in_numpy):
        assert ch07.last_real.check(answer).status == "correct", answer.__name__


def test_zeros_cannot_be_used_to_find_the_end():
    """A real state may hold a zero: looking for the first zero row is right here, looking for a zero entry is luck."""
    def by_lengths_of_the_first(outputs, lengths):
        half = outputs.shape[2] // 2
        return torch.cat([outputs[lengths[0] - 1, :, :half], outputs[0, :, half:]], dim=1)

    assert ch07.last_real.check(by_lengths_of_the_first).status == "incorrect"


def test_the_state_dict_of_a_real_lstm_with_open_gates_loads():
    lstm = torch.nn.LSTM(3, 5, num_layers=2, bidirectional=True)
    opened = ch07.open_forget_gates_reference(lstm.state_dict(), 1.5)
    lstm.load_state_dict(opened)
    for name in ("l0", "l1", "l0_reverse", "l1_reverse"):
        total = getattr(lstm, f"bias_ih_{name}") + getattr(lstm, f"bias_hh_{name}")
        assert torch.equal(total[5:10], torch.full((5,), 1.5)) and not torch.equal(total[:5], total[5:10])


def test_a_state_dict_changed_in_place_is_noticed():
    def in_place(weights, bias):
        for name, weight in weights.items():
            if name.startswith("bias"):
                weight[len(weight) // 4 : len(weight) // 2] = bias if "_ih" in name else 0
        return weights

    result = ch07.open_forget_gates.check(in_place)
    assert result.status == "incorrect" and "changed its argument weights" in result.message


def test_the_rule_of_the_chapter_and_of_a_counter():
    assert ch07.rule_reference(0.5, 20, 30) == (-0.5, 10.0, -5.0) and ch07.rule_reference(1, 20, 50) == (0, 0, 0)
    rng = np.random.default_rng(0)
    for per_one, trained, length in ch07._rules(None):
        per_zero, constant, off = ch07.rule_reference(per_one, trained, length)
        for steps, wrong in ((trained, 0), (length, off)):
            ones = rng.integers(0, steps + 1)
            assert np.isclose(per_one * ones + per_zero * (steps - ones) + constant - ones, wrong)


def test_the_best_epoch_is_in_the_middle():
    for case in ch07._trainings(None):
        losses, best = ch07.fit_reference(*case)
        assert 0 < int(np.argmin(losses)) < len(losses) - 1
        assert not torch.equal(best["0.weight"], case[0].state_dict()["0.weight"])


def _fit(*, copy="deepcopy", held="eval no_grad", train=True):
    def fit(model, batches, held_out, epochs, learning_rate):
        losses, best = [], {}
        for epoch in range(epochs):
            if train or epoch == 0:
                model.train()
            for x, y in batches:
                model.zero_grad()
                ((model(x) - y) ** 2).mean().backward()
                with torch.no_grad():
                    for weight in model.parameters():
                        weight -= learning_rate * weight.grad
            if "eval" in held:
                model.eval()
            with torch.set_grad_enabled("no_grad" not in held):
                losses.append(float(((model(held_out[0]) - held_out[1]) ** 2).mean()))
            if losses[-1] <= min(losses):
                weights = model.state_dict().items()
                best = {name: weight.clone() if copy else weight for name, weight in weights}
        return losses, best

    return fit


def test_a_loop_without_an_optimizer_is_right():
    assert ch07.fit.check(_fit()).status == "correct"


@pytest.mark.parametrize(("options", "words"), [
    ({"copy": ""}, "model's own memory"), ({"held": "no_grad"}, "training mode"), ({"held": "eval"}, "takes notes"),
    ({"train": False}, "in eval mode"),
])
def test_what_numbers_do_not_show_is_told(options, words):
    result = ch07.fit.check(_fit(**options))
    assert result.status == "incorrect" and words in result.message


class Stubborn(torch.Tensor):
    """A tensor that raises at every operation."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        raise RuntimeError("stubborn")


@pytest.mark.parametrize("strange", [
    lambda: torch.eye(4, 5, dtype=torch.float64).to_sparse(), lambda: torch.empty(4, 5, device="meta"),
    lambda: torch.zeros(4, 5, dtype=torch.bfloat16), lambda: torch.zeros(4, 5, dtype=torch.complex128),
    lambda: torch.zeros(4, 5).as_subclass(Stubborn), lambda: torch.nn.Linear(4, 5), lambda: torch.zeros(0),
    lambda: torch.nn.utils.rnn.pack_sequence([torch.zeros(3, 2)]), lambda: torch.full((4, 5), torch.nan),
])
def test_strange_tensors_get_a_sentence(strange):
    result = ch07.fused_step.check(lambda *arguments: (strange(), strange()))
    assert result.status == "incorrect" and len(result.message) > 20 and " at 0x" not in repr(result)
    assert "check itself failed" not in result.message
