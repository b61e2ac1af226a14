"""The linear recurrence: its scan against a loop, its gradients against torch's, differences and an RNN's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn import models
from seqlearn.nn import RNN, LinearRecurrence, linear_recurrence, scan


def loop(a, b):
    """h_t = a_t h_{t-1} + b_t, one step after the other."""
    h, steps = 0, []
    for a_t, b_t in zip(a, b):
        h = a_t * h + b_t
        steps.append(h)
    return np.array(steps)


def numbers(rng, shape, is_complex):
    return rng.standard_normal(shape) + (1j * rng.standard_normal(shape) if is_complex else 0)


@given(
    num_steps=st.integers(1, 40), more=st.lists(st.integers(1, 4), max_size=2), is_complex=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=300, deadline=None)
def test_scan_is_the_loop(num_steps, more, is_complex, seed):
    rng = np.random.default_rng(seed)
    a, b = (numbers(rng, (num_steps, *more), is_complex) for _ in "ab")
    kept = a.copy(), b.copy()
    wanted = loop(a, b)
    np.testing.assert_allclose(scan(a, b), wanted, rtol=1e-10, atol=1e-10 * np.abs(wanted).max())
    np.testing.assert_array_equal(a, kept[0])
    np.testing.assert_array_equal(b, kept[1])


@pytest.mark.parametrize(("num_steps", "rounds"), [(1, 0), (2, 1), (3, 2), (8, 3), (9, 4), (1000, 10)])
def test_scan_takes_log_2_of_the_steps_rounds(monkeypatch, num_steps, rounds):
    class Counted(np.ndarray):
        written = 0

        def __setitem__(self, *where_and_what):
            Counted.written += 1
            super().__setitem__(*where_and_what)

    monkeypatch.setattr(linear_recurrence, "check_array", lambda name, value, *rest, **kind: value.view(Counted))
    scan(np.full((num_steps, 2), 0.5), np.ones((num_steps, 2)))
    assert Counted.written == 2 * rounds  # a round writes into h and into a


@pytest.mark.parametrize(("a", "b", "error", "message"), [
    (np.ones((4, 2)), np.ones((5, 2)), ValueError, r"a must be \(5, 2\), got \(4, 2\)"),
    (np.ones(2), np.ones((5, 2)), ValueError, r"a must be \(5, 2\), got \(2,\)"),
    (np.ones((0, 2)), np.ones((0, 2)), ValueError, r"b must be \(T, …\) with at least one step, got \(0, 2\)"),
    (np.float64(1), np.float64(1), ValueError, r"b must be \(T, …\) with at least one step, got \(\)"),
    (np.ones(5), np.ones(5, int), TypeError, "b must be real or complex floats, got int64"),
    (np.ones(5, bool), np.ones(5), TypeError, "a must be real or complex floats, got bool"),
])
def test_scan_names_what_does_not_fit(a, b, error, message):
    with pytest.raises(error, match=message):
        scan(a, b)


def fitting(case, **options):
    """A layer for the case; its units come in pairs."""
    return LinearRecurrence(case.input_size, 2 * case.hidden_size, rng=case.rng, **options)


def with_radius(layer, radius):
    layer.params["nu_log"][:] = np.log(-np.log(radius))
    layer.params["gamma_log"][:] = 0.5 * np.log(1 - np.square(radius))
    return layer


@given(data=st.data())
@settings(max_examples=320, deadline=None)
def test_same_as_autograd(cases, twin_parity, data):
    case = data.draw(cases)
    twin_parity(fitting(case), models.LinearRecurrence(case.input_size, 2 * case.hidden_size), case)


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_finite_differences(small_cases, finite_differences, data):
    case = data.draw(small_cases)
    finite_differences(fitting(case, max_phase=2.0), case)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_it_is_an_rnn_of_planes_that_turn_and_shrink(cases, data):
    """W_h of a plain network without nonlinearity, written down from the eigenvalues: the loop of another layer."""
    case = data.draw(cases)
    layer = fitting(case)
    layer.params["b"][:] = case.rng.standard_normal(layer.hidden_size)
    network = RNN(case.input_size, layer.hidden_size, nonlinearity="identity")
    turn, shift = np.diag(layer.eigenvalues.real), np.diag(layer.eigenvalues.imag)
    network.params["W_h"][:] = np.block([[turn, shift], [-shift, turn]])
    gamma = np.tile(np.exp(layer.params["gamma_log"]), 2)
    network.params["W_x"][:] = gamma * layer.params["W_x"]
    network.params["b"][:] = gamma * layer.params["b"]
    h, d_h = case.state_for(layer), case.state_for(layer)
    d_outputs = case.rng.standard_normal((case.num_steps, case.batch_size, layer.hidden_size))
    results = {}
    for each in (layer, network):
        results[each] = [*each.forward(case.x, h, lengths=case.lengths), *each.backward(d_outputs, d_h)]
    for found, wanted in zip(results[layer], results[network]):
        np.testing.assert_allclose(found, wanted, atol=1e-11)
    np.testing.assert_allclose(layer.grads["W_x"], gamma * network.grads["W_x"], atol=1e-11)
    pair = np.linalg.eigvals(network.params["W_h"])
    np.testing.assert_allclose(np.sort(np.abs(pair)), np.sort(np.tile(np.abs(layer.eigenvalues), 2)), atol=1e-12)


def test_a_pulse_rings_as_the_powers_of_a_and_with_energy_1():
    layer = with_radius(LinearRecurrence(1, 6, max_phase=1.0), [0.5, 0.9, 0.99])
    layer.params["W_x"][:] = [[1, 1, 1, 0, 0, 0]]
    x = np.zeros((3000, 1, 1))
    x[0] = 1
    outputs, _ = layer.forward(x)
    kernel = outputs[:, 0, :3] + 1j * outputs[:, 0, 3:]
    gamma = np.sqrt(1 - np.array([0.5, 0.9, 0.99]) ** 2)
    np.testing.assert_allclose(kernel[:50], gamma * layer.eigenvalues ** np.arange(50)[:, None], atol=1e-14)
    np.testing.assert_allclose((np.abs(kernel) ** 2).sum(axis=0), 1, atol=1e-12)


@pytest.mark.parametrize("nu_log", [-40.0, -20.0, 0.0, 6.0])
def test_a_long_sequence_stays_finite(nu_log):
    """Eigenvalues next to the circle, where |a| rounds to 1, and next to 0."""
    layer = LinearRecurrence(2, 4)
    layer.params["nu_log"][:] = nu_log
    x = np.random.default_rng(1).standard_normal((20_000, 1, 2))
    outputs, final = layer.forward(x)
    assert np.abs(layer.eigenvalues).max() <= 1 + 1e-15
    assert np.abs(outputs).max() < 1e4
    np.testing.assert_array_equal(outputs[-1], final)
    dx, d_start = layer.backward(np.ones_like(outputs))
    assert all(np.isfinite(array).all() for array in [dx, d_start, *layer.grads.values()])


def test_first_eigenvalues_lie_in_the_ring_uniform_in_area():
    layer = LinearRecurrence(1, 4000, r_min=0.6, r_max=0.9, max_phase=0.5)
    r, angle = np.abs(layer.eigenvalues), np.angle(layer.eigenvalues)
    assert 0.6 <= r.min() < 0.61 and 0.89 < r.max() <= 0.9
    assert 0 <= angle.min() < 0.01 and 0.49 < angle.max() <= 0.5
    inner = (r**2 < (0.6**2 + 0.9**2) / 2).mean()  # half of the ring's area
    assert abs(inner - 0.5) < 0.03
    np.testing.assert_allclose(np.exp(layer.params["gamma_log"]), np.sqrt(1 - r**2), rtol=1e-12)


def test_params_have_the_agreed_shapes():
    shapes = {name: array.shape for name, array in LinearRecurrence(2, 6).params.items()}
    assert shapes == {"W_x": (2, 6), "b": (6,), "nu_log": (3,), "theta_log": (3,), "gamma_log": (3,)}


@pytest.mark.parametrize(("size", "options", "error", "message"), [
    (3, {}, ValueError, "hidden_size must be even, two numbers for a pair of eigenvalues, got 3"),
    (4, {"r_min": -0.1}, ValueError, "r_min must be at least 0, got -0.1"),
    (4, {"r_max": 1.1}, ValueError, "r_max at most 1, got 0.0 and 1.1"),
    (4, {"r_min": 0.9, "r_max": 0.9}, ValueError, "r_min must be less than r_max"),
    (4, {"r_max": np.nan}, ValueError, "r_max must be at least 0, got nan"),
    (4, {"r_min": "0"}, TypeError, "r_min must be a number, got '0'"),
    (4, {"max_phase": 0.0}, ValueError, "max_phase must be above 0 and at most 2π, got 0.0"),
    (4, {"max_phase": 7}, ValueError, "max_phase must be above 0 and at most 2π, got 7"),
])
def test_bad_arguments_are_named(size, options, error, message):
    with pytest.raises(error, match=message):
        LinearRecurrence(2, size, **options)
