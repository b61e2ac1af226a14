"""What chapter 08's long run measures: the starts of its layers, the score of a sweep, a frozen gate, the gradient."""

import runpy

import numpy as np
import pytest

from seqlearn.course.long_runs import long_run

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(long_run("08_adding_problem.py")))


def test_an_irnn_copies_its_state_and_the_others_start_as_pytorch_does(script):
    layer = script["recurrent_layer"]("IRNN", 4)
    start = torch.rand(1, 2, 4)
    assert torch.equal(layer(torch.zeros(3, 2, 2), start)[1], start)
    for model in ("RNN", "LSTM", "GRU"):
        torch.manual_seed(0)
        layer = script["recurrent_layer"](model, 4)
        torch.manual_seed(0)
        theirs = getattr(torch.nn, model)(2, 4)
        assert all(map(torch.equal, layer.parameters(), theirs.parameters()))


def test_half_an_irnn_has_its_units_or_its_start(script):
    units, start = script["recurrent_layer"]("ReLU alone", 4), script["recurrent_layer"]("identity alone", 4)
    assert (units.nonlinearity, start.nonlinearity) == ("relu", "tanh")
    assert torch.equal(start.weight_hh_l0, torch.eye(4)) and not start.bias_ih_l0.any()
    assert not torch.equal(units.weight_hh_l0, torch.eye(4)) and units.bias_ih_l0.any()


@pytest.mark.parametrize(("errors", "expected"), [
    ([0.2, 0.1, 0.2, 0.1], 0.15),
    ([0.2, 0.0], 0.05),  # solved and stopped: 0 from there
    ([0.2, np.nan], (0.2 + 3 / 6) / 4),  # NaN: a constant answer from there
    ([0.2, 5.0, 1e30, 0.2], (0.2 + 1 + 1 + 0.2) / 4),
])
def test_score_of_a_sweep(script, errors, expected):
    settings = {"max_steps": 100, "check_every": 25}
    assert script["score"]([{"errors": errors}], settings) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("model", "block"), [("GRU", 0), ("GRU", 1), ("LSTM", 1)])
def test_a_frozen_block_stays_and_the_rest_moves(script, model, block):
    torch.manual_seed(0)
    layer = script["recurrent_layer"](model, 3)
    before = [weights.detach().clone() for weights in layer.parameters()]
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        layer(torch.rand(5, 4, 2))[0].square().sum().backward()
        script["freeze"](layer, block)
        optimizer.step()
    for old, new in zip(before, layer.parameters(), strict=True):
        moved = [not torch.equal(*pair) for pair in zip(old.split(3), new.split(3), strict=True)]
        assert moved == [number != block for number in range(len(moved))]


@pytest.mark.parametrize("model", ["RNN", "LSTM", "GRU"])
def test_what_is_left_of_the_gradient_is_that_of_autograd(script, model):
    """Against a loop of single steps, whose states keep their gradients."""
    torch.manual_seed(1)
    adder = script["Adder"](model, 3)
    x, y = torch.rand(6, 4, 2), torch.rand(4, 1)
    state, states = None, []
    for x_t in x:
        outputs, state = adder.layer(x_t[None], state)
        parts = state if isinstance(state, tuple) else (state,)
        for part in (*parts, outputs):
            part.retain_grad()
        states.append((*parts, outputs))
    torch.mean((adder.readout(outputs[-1]) - y) ** 2).backward()
    far = torch.stack([part.grad.norm() for part in states[3][:-1]]).norm()
    assert script["left"](adder, x, y, 2) == pytest.approx((far / outputs.grad.norm()).item(), rel=1e-4)


def test_kept_is_the_gate(script):
    adder = script["Adder"]("GRU", 2)
    with torch.no_grad():
        for weights in adder.layer.parameters():
            weights.zero_()
        adder.layer.bias_ih_l0[2:4] = torch.tensor([0.0, 3.0])  # z
    assert script["kept"](adder, torch.zeros(4, 2, 2)) == pytest.approx(1 / (1 + np.exp(-3)))
    assert script["kept"](adder, torch.zeros(4, 2, 2), torch.median) == pytest.approx(0.5)
    assert script["kept"](script["Adder"]("RNN", 2), torch.zeros(4, 2, 2)) is None


def test_what_is_special_about_a_watched_run(script):
    """A gate frozen open keeps more from the start; a known mean begins near the bar; shuffled answers train too."""
    own = {**script["SETTINGS"]["opening"], "back": 4}
    settings = {**script["SETTINGS"], "hidden_size": 8, "validation_size": 50, "opening": own}
    task = script["adding"](300, 10, length=10, seed=0)

    def rows(special):
        return script["watch"]("GRU", special, 10, 0.03, task, 0, settings)

    drawn, opened = rows("frozen 1"), rows("open 1")
    assert all(row[3] > 0.9 for row in opened) and all(row[3] < 0.8 for row in drawn)
    known, shuffled = rows("mean"), rows("shuffled mean")
    assert known[0] == shuffled[0] and known[0][1] < 0.3 < drawn[0][1]
    assert known[1] != shuffled[1]


def test_the_smaller_parts_hold_every_run_of_the_settings(script):
    settings = {**script["SETTINGS"], "hidden_size": 4, "train_size": 200, "test_size": 10, "validation_size": 50,
                "max_steps": 25, "halves": {"length": 10, "runs": {"ReLU alone": [[0.003, 0.01], [0, 1]]}}}
    own = {**settings["opening"], "length": 10, "back": 4, "seeds": [0, 1], "middle": [10, ["GRU"]],
           "runs": {"GRU": ["GRU", "", 10, 0.03], "frozen": ["GRU", "frozen 1", 10, 0.01]}}
    settings["opening"] = own
    halves = script["halves"](settings)["ReLU alone"]
    assert {rate: len(runs) for rate, runs in halves.items()} == {"0.003": 2, "0.01": 2}
    assert {name: len(runs) for name, runs in script["opening"](settings).items()} == {"GRU": 2, "frozen": 2}
    settings["longer"] = {"length": 10, "model": "RNN", "rate": 0.003, "seed": 0, "max_steps": 50}
    assert script["longer"](settings)[0] is None
    assert [0 < kept < 1 for kept in script["middle"](settings)["GRU"]] == [True, True]
