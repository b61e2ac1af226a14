"""The gradient check: accepts what is right, sees what is wrong, however small, and says when it cannot see."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import LSTM, RNN, Linear, SoftmaxCrossEntropy, check_directional, check_gradients

CHECKS = [check_gradients, check_directional]


def network(seed=0, scale=1.0, sizes=(4, 3, 2, 5)):
    """A loss of an LSTM and a linear layer on top, its parameters and its gradients."""
    rng = np.random.default_rng(seed)
    num_steps, batch_size, input_size, hidden_size = sizes
    lstm, linear = LSTM(input_size, hidden_size, rng=rng), Linear(hidden_size, 4, rng=rng)
    criterion = SoftmaxCrossEntropy()
    x, target = rng.standard_normal((num_steps, batch_size, input_size)), rng.integers(0, 4, (num_steps, batch_size))

    def loss():
        return scale * criterion.forward(linear.forward(lstm.forward(x)[0]), target)

    loss()
    lstm.backward(linear.backward(scale * criterion.backward()))
    return loss, lstm.params | linear.params, lstm.grads | linear.grads


@given(seed=st.integers(0, 9999), scale=st.sampled_from([1e-9, 1.0, 1e9]), sizes=st.tuples(*[st.integers(1, 4)] * 4))
@settings(max_examples=25, deadline=None)
def test_right_gradients_pass_at_every_scale(seed, scale, sizes):
    loss, params, grads = network(seed, scale, sizes)
    assert check_gradients(loss, params, grads).passed(1e-7)
    assert check_directional(loss, params, grads).passed(1e-6)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("wrong", [lambda g: 2 * g, lambda g: 0 * g, lambda g: -g, lambda g: 1.001 * g])
@pytest.mark.parametrize("name", ["W_x", "W_h", "b", "W"])
def test_wrong_gradients_do_not_pass(check, wrong, name):
    loss, params, grads = network()
    grads[name] = wrong(grads[name])
    report = check(loss, params, grads)
    assert not report.passed(1e-5)
    assert "WRONG" in str(report)


def test_the_table_says_which_one_is_wrong():
    loss, params, grads = network()
    grads["W_h"] = 1.01 * grads["W_h"]
    report = check_gradients(loss, params, grads)
    assert report.max_relative_error == report["W_h"].relative_error == pytest.approx(0.01 / 1.01, rel=1e-4)
    lines = str(report).splitlines()
    assert lines[0].split("  ")[0] == "parameter" and lines[0].endswith("relative error  verdict")
    verdicts = {line.split()[0]: line.split()[-1] for line in lines[1:]}
    assert verdicts == {"W_x": "ok", "W_h": "WRONG", "b": "ok", "W": "ok"}
    assert "100 of 100" in lines[2] and "9.9e-03" in lines[2]
    assert str(report) == str(check_gradients(loss, params, grads))


def test_every_entry_can_be_printed():
    loss, params, grads = network()
    entries = check_gradients(loss, params, grads)["W_x"]
    assert entries.indices == list(np.ndindex(2, 20))
    np.testing.assert_array_equal(entries.actual, grads["W_x"].ravel())
    np.testing.assert_allclose(entries.expected, entries.actual, atol=1e-9)


def test_a_tiny_gradient_cannot_hide():
    """First trap: beside a gradient of 1, a wrong one of 1e-7 disappears in any tolerance for both."""
    a, b = np.ones(3), np.ones(3)
    grads = {"a": np.ones(3), "b": np.full(3, 1e-7)}
    right = check_gradients(lambda: a.sum() + 1e-7 * b.sum(), {"a": a, "b": b}, grads)
    assert right.passed(1e-7)
    wrong = check_gradients(lambda: a.sum() + 2e-7 * b.sum(), {"a": a, "b": b}, grads)
    assert wrong["a"].verdict(1e-7) == "ok"
    assert wrong["b"].verdict(1e-7) == "WRONG"
    assert wrong.max_relative_error > 0.3


def test_one_direction_misses_an_array_whose_gradient_has_vanished():
    """Ten tanh layers with small weights and large biases: the first gradient holds a fifth of a millionth of all."""
    rng = np.random.default_rng(0)
    params = {}
    for layer in range(10):
        params[f"W_{layer}"], params[f"b_{layer}"] = 0.2 * rng.normal(size=(30, 30)) / 30**0.5, rng.normal(size=30) / 2
    x, target = rng.normal(size=(2, 20, 30))

    def states():
        h = [x]
        for layer in range(10):
            h.append(np.tanh(h[-1] @ params[f"W_{layer}"] + params[f"b_{layer}"]))
        return h

    h, grads = states(), {}
    dh = 2 * (h[-1] - target) / target.size
    for layer in reversed(range(10)):
        da = dh * (1 - h[layer + 1] ** 2)
        grads[f"W_{layer}"], grads[f"b_{layer}"], dh = h[layer].T @ da, da.sum(axis=0), da @ params[f"W_{layer}"].T
    whole = np.sqrt(sum(np.sum(grad**2) for grad in grads.values()))
    assert 1e-7 < np.linalg.norm(grads["W_0"]) / whole < 1e-6
    wrong = {**grads, "W_0": -grads["W_0"]}

    def loss():
        return np.mean((states()[-1] - target) ** 2)

    passed = [check_directional(loss, params, wrong, rng=np.random.default_rng(k)).passed() for k in range(100)]
    assert 0.6 < np.mean(passed) < 0.85
    assert check_gradients(loss, params, wrong, max_entries=20)["W_0"].verdict(1e-7) == "WRONG"


def test_a_tiny_loss_is_no_excuse():
    """The same gradients where the whole loss is tiny: nothing rounds, so everything is seen."""
    a = np.ones(3)
    assert check_gradients(lambda: 1e-9 * a.sum(), {"a": a}, {"a": np.full(3, 1e-9)}).passed(1e-7)
    assert not check_gradients(lambda: 1e-9 * a.sum(), {"a": a}, {"a": np.full(3, 1.001e-9)}).passed(1e-4)


def test_what_rounding_hides_is_not_called_right():
    a, b = np.ones(3), np.ones(3)
    params, grads = {"a": a, "b": b}, {"a": np.ones(3), "b": np.full(3, 1e-12)}
    report = check_gradients(lambda: a.sum() + 2e-12 * b.sum(), params, grads)
    assert report["b"].verdict(1e-7) == "too small to tell"
    assert not report.passed(1e-2)


def test_a_zero_gradient_is_not_failed_by_rounding():
    """A number added to all logits changes no probability: the slope is 0, and its difference quotient not quite."""
    quotients = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        criterion, target = SoftmaxCrossEntropy(), rng.integers(0, 5, 20)
        params = {"weights": rng.standard_normal((20, 5)), "shift": np.array(0.3)}

        def loss(criterion=criterion, target=target, params=params):
            return criterion.forward(params["weights"] + params["shift"], target)

        loss()
        d_logits = criterion.backward()
        grads = {"weights": d_logits, "shift": np.array(d_logits.sum())}
        report = check_gradients(loss, params, grads)
        assert report.passed(1e-7)
        quotients.append(abs(report["shift"].expected[0]))
    assert max(quotients) > 1e-12  # or this test shows nothing


def test_a_minimum_is_not_mistaken_for_a_loss_of_copies():
    p = np.zeros(2)
    assert check_gradients(lambda: 1 + (p**2).sum(), {"p": p}, {"p": 2 * p}).passed(1e-7)


@pytest.mark.parametrize("check", CHECKS)
def test_params_come_back_bit_for_bit(check):
    loss, params, grads = network()
    params["W_x"][0, 0] = -0.0
    before = {name: param.tobytes() for name, param in params.items()}
    check(loss, params, grads)
    assert {name: param.tobytes() for name, param in params.items()} == before

    for stop in (1, 2) if check is check_directional else (1, 5, 30, 31):
        calls_left = iter(range(stop - 1))

        def fails(calls_left=calls_left):
            if next(calls_left, None) is None:
                raise RuntimeError("stop")
            return loss()

        with pytest.raises(RuntimeError, match="stop"):
            check(fails, params, grads)
        assert {name: param.tobytes() for name, param in params.items()} == before


def test_grads_are_read_before_loss_can_change_them():
    a = np.ones(3)
    grads = {"a": np.full(3, 5.0)}

    def loss():
        grads["a"][:] = 2 * a  # the right gradient, written into the wrong one's array
        return (a**2).sum()

    report = check_gradients(loss, {"a": a}, grads)
    assert not report.passed(1e-7)
    np.testing.assert_array_equal(report["a"].actual, 5.0)


def test_views_and_large_weights():
    whole = np.arange(1.0, 25.0).reshape(4, 6) * 1e4
    view = whole.T[::2]
    report = check_gradients(lambda: (view**2).sum() / 1e8, {"view": view}, {"view": 2 * view / 1e8})
    assert report.passed(1e-7)
    assert report["view"].shape == (3, 4)


def test_a_large_parameter_is_sampled():
    a = np.ones((30, 40))
    report = check_gradients(lambda: (a**2).sum(), {"a": a}, {"a": 2 * a}, max_entries=7)
    assert report.passed(1e-7) and "7 of 1200" in str(report)
    assert len(set(report["a"].indices)) == 7
    other = check_gradients(lambda: (a**2).sum(), {"a": a}, {"a": 2 * a}, max_entries=7, rng=np.random.default_rng(1))
    assert other["a"].indices != report["a"].indices


def test_one_direction_costs_two_evaluations():
    loss, params, grads = network()
    calls = []
    report = check_directional(lambda: calls.append(1) or loss(), params, grads, rng=np.random.default_rng(5))
    assert len(calls) == 2 and report.passed()
    assert report["direction"].expected == pytest.approx(report["direction"].actual, rel=1e-6)
    assert f"({sum(p.size for p in params.values())},)" in str(report)


def test_the_default_step_is_near_the_best():
    """The V-shaped curve: a thousand times smaller or larger a step is at least a hundred times worse."""
    p = np.array([0.7])

    def error(**options):
        report = check_gradients(lambda: float(np.exp(p).sum()), {"p": p}, {"p": np.exp(p)}, **options)
        return abs(report["p"].expected[0] - np.exp(0.7))

    best = error()
    assert best < 3e-10
    assert error(eps=6e-9) > 10 * best and error(eps=6e-3) > 100 * best


def test_what_depends_on_chance_is_refused():
    rng, a = np.random.default_rng(0), np.ones(2)
    with pytest.raises(ValueError, match="the same when nothing changed.*random numbers"):
        check_gradients(lambda: a.sum() + rng.standard_normal(), {"a": a}, {"a": np.ones(2)})


def test_a_loss_that_carries_a_state_is_refused():
    layer, state = RNN(2, 3), [None]

    def loss():
        outputs, state[0] = layer.forward(np.ones((2, 1, 2)), state[0])
        return float(outputs.sum())

    loss()
    layer.backward(np.ones((2, 1, 3)))
    before = layer.params["W_h"].tobytes()
    with pytest.raises(ValueError, match="carry a state along"):
        check_gradients(loss, layer.params, layer.grads)
    assert layer.params["W_h"].tobytes() == before


def test_a_loss_of_copies_is_refused():
    a = np.ones(2)
    copy = a.copy()
    with pytest.raises(ValueError, match=r"loss\(\) must depend on params.*copies"):
        check_gradients(lambda: copy.sum(), {"a": a}, {"a": np.ones(2)})
    report = check_gradients(lambda: copy.sum() + a[0], {"a": a, "copy": a.copy()}, {"a": np.eye(2)[0], "copy": a})
    assert report["copy"].verdict(1e-7) == "WRONG: the loss does not move with it"
    assert not check_directional(lambda: copy.sum(), {"a": a}, {"a": np.ones(2)}).passed()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match=f"must be finite.*got {value}"):
        check_gradients(lambda: value, {"a": np.ones(2)}, {"a": np.ones(2)})


@pytest.mark.parametrize("check", CHECKS)
def test_a_gradient_of_nan_does_not_pass(check):
    loss, params, grads = network()
    grads["b"][3] = np.nan
    report = check(loss, params, grads)
    assert not report.passed(1e9)
    assert np.isnan(report.max_relative_error)
    assert "WRONG" in str(report)
    zero = np.zeros(1)
    assert not check(lambda: float((zero**2).sum()) + 1, {"zero": zero}, {"zero": np.array([np.nan])}).passed(1e9)


@pytest.mark.parametrize("check", CHECKS)
def test_bad_input_names_the_argument(check):
    a = np.ones((2, 3))

    def loss():
        return a.sum()

    with pytest.raises(TypeError, match="a must be float64, got float32"):
        check(loss, {"a": a.astype(np.float32)}, {"a": a})
    with pytest.raises(TypeError, match="a must be float64, got float32"):
        check(loss, {"a": a}, {"a": a.astype(np.float32)})
    with pytest.raises(ValueError, match=r"grads\['a'\] must be \(2, 3\), got \(3, 2\)"):
        check(loss, {"a": a}, {"a": a.T})
    with pytest.raises(ValueError, match=r"grads must have the keys \['a'\], got \[\]"):
        check(loss, {"a": a}, {})
    with pytest.raises(TypeError, match=r"params\['a'\] must be an array of floats, got int64"):
        check(loss, {"a": a.astype(np.int64)}, {"a": a})
    with pytest.raises(ValueError, match="params must hold at least one entry, got none"):
        check(loss, {}, {})
    with pytest.raises(ValueError, match="eps must be at least 1e-12"):
        check(loss, {"a": a}, {"a": a}, eps=0)
    with pytest.raises(TypeError, match="rng must be"):
        check(loss, {"a": a}, {"a": a}, rng=3)
    for wrong in (lambda: np.float32(1), lambda: np.ones(1), lambda: "1", lambda: None):
        with pytest.raises(TypeError, match=r"loss\(\) must return one float64"):
            check(wrong, {"a": a}, {"a": a})
    with pytest.raises(TypeError, match=r"loss must be a function"):
        check(3.0, {"a": a}, {"a": a})
    assert (a == 1).all()


def test_tied_weights_are_compared_with_the_sum_of_their_gradients():
    W, x = np.array([0.5, -1.5]), np.array([2.0, 3.0])
    params = {"first": W, "b": np.ones(2), "second": W}
    loss = lambda: float((W * x).sum() + (W**3).sum() + (params["b"] ** 2).sum())  # noqa: E731
    grads = {"first": x.copy(), "b": 2 * np.ones(2), "second": 3 * W**2}
    for check in (check_gradients, check_directional):
        assert check(loss, params, grads).passed()
        assert not check(loss, params, grads | {"second": W**2}).passed()
    whole = x + 3 * W**2
    assert check_gradients(loss, params, {"first": whole, "b": grads["b"], "second": whole}).passed()
    assert W.tolist() == [0.5, -1.5]
