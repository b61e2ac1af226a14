"""What holds for every recurrent layer: lengths, copies, types, repeated calls."""

import numpy as np
import pytest

from seqlearn.nn import GRU, LSTM, RNN, Bidirectional, LinearRecurrence, MinGRU, Stacked

LAYERS = {
    "RNN": lambda **options: RNN(2, 4, **options),
    "RNN relu": lambda **options: RNN(2, 4, nonlinearity="relu", **options),
    "RNN identity": lambda **options: RNN(2, 4, nonlinearity="identity", **options),
    "LSTM": lambda **options: LSTM(2, 4, **options),
    "LSTM peepholes": lambda **options: LSTM(2, 4, peepholes=True, **options),
    "GRU": lambda **options: GRU(2, 4, **options),
    "GRU reset before": lambda **options: GRU(2, 4, reset_after=False, **options),
    "LinearRecurrence": lambda **options: LinearRecurrence(2, 4, **options),
    "MinGRU": lambda **options: MinGRU(2, 4, **options),
    "Stacked": lambda **options: Stacked([LSTM(2, 4, **options), GRU(4, 4, **options)]),
    "Bidirectional": lambda **options: Bidirectional(LSTM(2, 4, **options), GRU(2, 4, **options), merge="sum"),
    "Stacked scans": lambda **options: Stacked([MinGRU(2, 6, **options), LinearRecurrence(6, 4, **options)]),
    "Bidirectional scans": lambda **options: Bidirectional(MinGRU(2, 2, **options), LinearRecurrence(2, 2, **options)),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())


def arrays_in(state):
    return [state] if isinstance(state, np.ndarray) else [array for part in state for array in arrays_in(part)]


def batch(seed=1, shape=(5, 4, 2)):
    return np.random.default_rng(seed).standard_normal(shape)


@every_layer
def test_shorter_rows_are_as_if_they_were_alone(make):
    layer, x, lengths = make(), batch(), [5, 1, 3, 4]
    outputs, final = layer.forward(x, lengths=lengths)
    dx, _ = layer.backward(np.ones_like(outputs))
    for n, length in enumerate(lengths):
        alone, last = make().forward(x[:length, n : n + 1])
        np.testing.assert_allclose(outputs[:length, n], alone[:, 0], atol=1e-14)
        assert (outputs[length:, n] == 0).all()
        assert (dx[length:, n] == 0).all()
        for found, wanted in zip(arrays_in(final), arrays_in(last)):
            np.testing.assert_allclose(found[n], wanted[0], atol=1e-14)


@every_layer
def test_what_the_padding_holds_does_not_matter(make):
    x, lengths = batch(), [5, 1, 3, 4]
    finished = np.arange(5)[:, None] >= np.array(lengths)
    found = []
    for padding in (0.0, np.nan):
        layer = make()
        x[finished] = padding
        outputs, final = layer.forward(x, lengths=lengths)
        dx, d_start = layer.backward(np.where(finished[:, :, None], padding, 1) * np.ones_like(outputs))
        found.append([outputs, dx, *arrays_in(final), *arrays_in(d_start), *layer.grads.values()])
    for clean, dirty in zip(*found):
        np.testing.assert_array_equal(clean, dirty)


@every_layer
def test_full_lengths_are_no_lengths(make):
    np.testing.assert_array_equal(make().forward(batch(), lengths=[5] * 4)[0], make().forward(batch())[0])


@every_layer
def test_nothing_given_is_changed_and_nothing_returned_is_shared(make):
    layer, x, d_outputs = make(), batch(), batch(2, (5, 4, 4))
    kept_x, kept_d = x.copy(), d_outputs.copy()
    outputs, final = layer.forward(x)
    dx, d_start = layer.backward(d_outputs, final)
    returned = [outputs, *arrays_in(final), dx, *arrays_in(d_start), *layer.grads.values()]
    kept = [array.copy() for array in returned]
    layer.forward(batch(3))
    layer.backward(batch(4, (5, 4, 4)))
    for array, copy in zip([x, d_outputs, *returned], [kept_x, kept_d, *kept]):
        np.testing.assert_array_equal(array, copy)


@every_layer
def test_the_caller_may_change_arrays_between_forward_and_backward(make):
    gradients = []
    for disturb in (False, True):
        layer, x = make(), batch()
        outputs, final = layer.forward(x)
        if disturb:
            for array in [x, outputs, *arrays_in(final)]:
                array[...] = np.nan
        gradients.append([layer.backward(np.ones((5, 4, 4)))[0], *layer.grads.values()])
    for clean, disturbed in zip(*gradients):
        np.testing.assert_array_equal(clean, disturbed)


@every_layer
def test_backward_sets_gradients_and_can_be_repeated(make):
    layer = make()
    assert layer.grads == {}
    layer.forward(batch())
    first, _ = layer.backward(np.ones((5, 4, 4)))
    grads = {name: grad.copy() for name, grad in layer.grads.items()}
    assert {name: grad.shape for name, grad in grads.items()} == {k: p.shape for k, p in layer.params.items()}
    layer.backward(batch(2, (5, 4, 4)))
    second, _ = layer.backward(np.ones((5, 4, 4)))
    np.testing.assert_array_equal(first, second)
    for name, grad in layer.grads.items():
        np.testing.assert_array_equal(grad, grads[name])


@every_layer
def test_batches_of_other_shapes_before_leave_no_trace(make):
    layer, fresh = make(), make()
    for shape in [(7, 3, 2), (5, 6, 2), (2, 4, 2), (5, 4, 2)]:
        outputs, _ = layer.forward(batch(6, shape), lengths=None if shape[0] == 5 else [1] * shape[1])
        layer.backward(np.full_like(outputs, np.nan))
    np.testing.assert_array_equal(layer.forward(batch())[0], fresh.forward(batch())[0])
    np.testing.assert_array_equal(layer.backward(np.ones((5, 4, 4)))[0], fresh.backward(np.ones((5, 4, 4)))[0])
    for name, grad in fresh.grads.items():
        np.testing.assert_array_equal(layer.grads[name], grad)


@every_layer
def test_gates_far_out_overflow_without_a_warning(make, recwarn):
    layer = make(dtype=np.float32)
    outputs, _ = layer.forward(np.full((1, 1, 2), 1e6))
    layer.forward(np.full((1, 1, 2), -1e6))
    layer.backward(np.ones_like(outputs))
    assert not recwarn.list


@pytest.mark.parametrize("make", [make for name, make in LAYERS.items() if "Bidirectional" not in name])
def test_two_halves_are_one_whole(make):
    """The final state of the first half, given to the second, continues it; gradients flow back through the state.

    Not for Bidirectional, whose second direction starts at the other end.
    """
    x, d_outputs = batch(), batch(2, (5, 4, 4))
    layer, first, second = make(), make(), make()
    whole, _ = layer.forward(x)
    early, between = first.forward(x[:2])
    late, _ = second.forward(x[2:], between)
    np.testing.assert_allclose(np.concatenate([early, late]), whole, atol=1e-14)
    dx, _ = layer.backward(d_outputs)
    dx_late, d_between = second.backward(d_outputs[2:])
    dx_early, _ = first.backward(d_outputs[:2], d_between)
    np.testing.assert_allclose(np.concatenate([dx_early, dx_late]), dx, atol=1e-14)
    for name, grad in layer.grads.items():
        np.testing.assert_allclose(first.grads[name] + second.grads[name], grad, atol=1e-13)


@every_layer
def test_float32_stays_float32_and_is_close_to_float64(make):
    single, double = make(dtype=np.float32), make()
    for name, array in single.params.items():
        array[...] = double.params[name]
    outputs, final = single.forward(batch())
    dx, d_start = single.backward(np.ones((5, 4, 4)))
    wanted, _ = double.forward(batch())
    wanted_dx, _ = double.backward(np.ones((5, 4, 4)))
    for array in [outputs, *arrays_in(final), dx, *arrays_in(d_start), *single.grads.values()]:
        assert array.dtype == np.float32
    np.testing.assert_allclose(outputs, wanted, atol=1e-5)
    np.testing.assert_allclose(dx, wanted_dx, atol=1e-5)


@every_layer
def test_nan_and_inf_are_let_through(make):
    x = batch()
    x[2, 1] = np.nan
    outputs, _ = make().forward(x)
    assert np.isnan(outputs[2:, 1]).any()
    assert np.isfinite(outputs[:, 0]).all()


@every_layer
def test_a_layer_made_twice_is_the_same_twice(make):
    first, second, other = make(), make(), make(rng=np.random.default_rng(7))
    bound = 1 / np.sqrt(4 if any("W_h" in name for name in first.params) else 2)
    for name, array in first.params.items():
        np.testing.assert_array_equal(array, second.params[name])
        if not name.endswith("_log"):  # those say where eigenvalues lie
            assert np.abs(array).max() <= bound
        if array.any():  # a bias may start at 0
            assert (array != other.params[name]).any()


@every_layer
def test_odd_memory_layouts_are_read_right(make):
    x, d_outputs = batch(), batch(2, (5, 4, 4))
    layer, strange = make(), make()
    outputs, _ = layer.forward(x)
    dx, _ = layer.backward(d_outputs)
    strange_outputs, _ = strange.forward(np.asfortranarray(x))
    strange_dx, _ = strange.backward(d_outputs[:, ::-1][:, ::-1].tolist())
    np.testing.assert_array_equal(outputs, strange_outputs)
    np.testing.assert_array_equal(dx, strange_dx)
