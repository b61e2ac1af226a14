"""What does not fit is refused by name, and the layer stays as it was."""

import numpy as np
import pytest

from seqlearn.nn import GRU, LSTM, RNN, Bidirectional, LinearRecurrence, MinGRU, Stacked

LAYERS = {
    "RNN": lambda: RNN(3, 4),
    "LSTM": lambda: LSTM(3, 4),
    "GRU": lambda: GRU(3, 4),
    "LinearRecurrence": lambda: LinearRecurrence(3, 4),
    "MinGRU": lambda: MinGRU(3, 4),
    "Stacked": lambda: Stacked([RNN(3, 5), RNN(5, 4)]),
    "Bidirectional": lambda: Bidirectional(RNN(3, 2), RNN(3, 2)),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())

BAD_X = [
    (np.ones((5, 2, 4)), ValueError, r"x must be \(T, N, 3\), got \(5, 2, 4\)"),
    (np.ones((5, 3)), ValueError, r"x must be \(T, N, 3\), got \(5, 3\)"),
    (np.float64(1), ValueError, r"x must be \(T, N, 3\), got \(\)"),
    (np.ones((0, 2, 3)), ValueError, r"x must be \(T, N, 3\) \(every size at least 1\), got \(0, 2, 3\)"),
    (np.ones((5, 0, 3)), ValueError, r"x must be \(T, N, 3\) \(every size at least 1\), got \(5, 0, 3\)"),
    (np.ones((5, 2, 3), int), TypeError, "x must be an array of floats, got int64"),
    (np.ones((5, 2, 3), bool), TypeError, "x must be an array of floats, got bool"),
    (np.ones((5, 2, 3), complex), TypeError, "x must be an array of floats, got complex128"),
    (np.ones((5, 2, 3), object), TypeError, "x must be an array of floats, got object"),
    ("text", TypeError, "x must be an array of floats, got <U4"),
    (None, TypeError, "x must be an array of floats, got object"),
    ([[[1.0, 2.0, 3.0]], [[1.0]]], TypeError, "x must be an array, got list"),
]

BAD_LENGTHS = [
    ([5, 0], ValueError, "lengths must be from 1 to 5, got 0 to 5"),
    ([-1, 5], ValueError, "lengths must be from 1 to 5, got -1 to 5"),
    ([6, 5], ValueError, "lengths must be from 1 to 5, got 5 to 6"),
    ([5], ValueError, r"lengths must be \(2,\), got \(1,\)"),
    (3, ValueError, r"lengths must be \(2,\), got \(\)"),
    ([[5, 5]], ValueError, r"lengths must be \(2,\), got \(1, 2\)"),
    ([5.0, 4.0], TypeError, "lengths must be integers, got float64"),
    ([True, True], TypeError, "lengths must be integers, got bool"),
    (["5", "4"], TypeError, "lengths must be integers, got <U1"),
]


def check_unchanged(layer, call, error, message):
    """The call raises, and the earlier forward is still the one that backward belongs to."""
    layer.forward(np.random.default_rng(1).standard_normal((5, 2, 3)))
    wanted, _ = layer.backward(np.ones((5, 2, 4)))
    params = {name: array.copy() for name, array in layer.params.items()}
    grads = {name: array.copy() for name, array in layer.grads.items()}
    with pytest.raises(error, match=message):
        call()
    for name in params:
        np.testing.assert_array_equal(layer.params[name], params[name])
        np.testing.assert_array_equal(layer.grads[name], grads[name])
    np.testing.assert_array_equal(layer.backward(np.ones((5, 2, 4)))[0], wanted)


@every_layer
@pytest.mark.parametrize(("x", "error", "message"), BAD_X)
def test_bad_x(make, x, error, message):
    layer = make()
    check_unchanged(layer, lambda: layer.forward(x), error, message)


@every_layer
@pytest.mark.parametrize(("lengths", "error", "message"), BAD_LENGTHS)
def test_bad_lengths(make, lengths, error, message):
    layer = make()
    check_unchanged(layer, lambda: layer.forward(np.zeros((5, 2, 3)), lengths=lengths), error, message)


@every_layer
@pytest.mark.parametrize(
    ("d_outputs", "error", "message"),
    [
        (np.ones((5, 2, 3)), ValueError, r"d_outputs must be \(5, 2, 4\), got \(5, 2, 3\)"),
        (np.ones((4, 2, 4)), ValueError, r"d_outputs must be \(5, 2, 4\), got \(4, 2, 4\)"),
        (np.ones((5, 4)), ValueError, r"d_outputs must be \(5, 2, 4\), got \(5, 4\)"),
        (np.ones((5, 2, 4), int), TypeError, "d_outputs must be an array of floats, got int64"),
        (np.ones((5, 2, 4), complex), TypeError, "d_outputs must be an array of floats, got complex128"),
    ],
)
def test_bad_gradient(make, d_outputs, error, message):
    layer = make()
    check_unchanged(layer, lambda: layer.backward(d_outputs), error, message)


H, WIDE, INTS = np.zeros((2, 4)), np.zeros((2, 5)), np.zeros((2, 4), int)
BAD_STATES = [
    (lambda: RNN(3, 4), WIDE, ValueError, r"state must be \(2, 4\), got \(2, 5\)"),
    (lambda: RNN(3, 4), np.zeros((3, 4)), ValueError, r"state must be \(2, 4\), got \(3, 4\)"),
    (lambda: RNN(3, 4), np.zeros(4), ValueError, r"state must be \(2, 4\), got \(4,\)"),
    (lambda: RNN(3, 4), INTS, TypeError, "state must be an array of floats, got int64"),
    (lambda: GRU(3, 4), (H, H), ValueError, r"state must be \(2, 4\), got \(2, 2, 4\)"),
    (lambda: LinearRecurrence(3, 4), WIDE, ValueError, r"state must be \(2, 4\), got \(2, 5\)"),
    (lambda: LinearRecurrence(3, 4), H + 0j, TypeError, "state must be an array of floats, got complex128"),
    (lambda: MinGRU(3, 4), INTS, TypeError, "state must be an array of floats, got int64"),
    (lambda: LSTM(3, 4), H, TypeError, r"state must be the pair \(h, c\), got ndarray"),
    (lambda: LSTM(3, 4), (H,), TypeError, r"state must be the pair \(h, c\), got 1 parts"),
    (lambda: LSTM(3, 4), (H, WIDE), ValueError, r"c of state must be \(2, 4\), got \(2, 5\)"),
    (lambda: LSTM(3, 4), (INTS, H), TypeError, "h of state must be an array of floats, got int64"),
    (LAYERS["Stacked"], WIDE, TypeError, "state must be a list or tuple of 2 states, got ndarray"),
    (LAYERS["Stacked"], [WIDE], ValueError, "state must hold 2 states, got 1"),
    (LAYERS["Stacked"], [WIDE, WIDE], ValueError, r"state\[1\] must be \(2, 4\), got \(2, 5\)"),
    (LAYERS["Bidirectional"], (H[:, :2], WIDE), ValueError, r"state\[1\] must be \(2, 2\), got \(2, 5\)"),
    (
        lambda: Stacked([Bidirectional(LSTM(3, 4), LSTM(3, 4)), RNN(8, 4)]),
        [((H, H), (H, WIDE)), None],
        ValueError,
        r"c of state\[0\]\[1\] must be \(2, 4\), got \(2, 5\)",
    ),
]


@pytest.mark.parametrize(("make", "state", "error", "message"), BAD_STATES)
def test_bad_state(make, state, error, message):
    layer = make()
    check_unchanged(layer, lambda: layer.forward(np.zeros((5, 2, 3)), state), error, "^" + message)
    layer = make()
    call = lambda: layer.backward(np.zeros((5, 2, 4)), state)  # noqa: E731
    check_unchanged(layer, call, error, message.replace("state", "d_state", 1).replace("2 d_state", "2 state"))


@every_layer
def test_backward_before_forward(make):
    with pytest.raises(ValueError, match="backward needs a forward before it"):
        make().backward(np.zeros((5, 2, 4)))


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU, LinearRecurrence, MinGRU])
@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((0, 4), {}, ValueError, "input_size must be at least 1, got 0"),
        ((3, -1), {}, ValueError, "hidden_size must be at least 1, got -1"),
        ((3.0, 4), {}, TypeError, "input_size must be an integer, got 3.0"),
        ((3, True), {}, TypeError, "hidden_size must be an integer, got True"),
        ((3, "4"), {}, TypeError, "hidden_size must be an integer, got '4'"),
        ((3, 4), {"rng": 0}, TypeError, "rng must be a numpy.random.Generator, got int"),
        ((3, 4), {"dtype": np.float16}, ValueError, "dtype must be float32 or float64, got float16"),
        ((3, 4), {"dtype": int}, ValueError, "dtype must be float32 or float64, got int64"),
        ((3, 4), {"dtype": "decimal"}, TypeError, "dtype must be float32 or float64, got 'decimal'"),
        ((3, 4), {"bias": False}, TypeError, "bias"),
    ],
)
def test_bad_settings(kind, arguments, options, error, message):
    with pytest.raises(error, match=message):
        kind(*arguments, **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: RNN(3, 4, nonlinearity="sin"), ValueError, "nonlinearity must be one of 'tanh', 'relu', 'identity'"),
        (lambda: RNN(3, 4, nonlinearity=np.tanh), ValueError, "nonlinearity must be one of"),
        (lambda: LSTM(3, 4, peepholes="yes"), TypeError, "peepholes must be True or False, got 'yes'"),
        (lambda: GRU(3, 4, reset_after=1), TypeError, "reset_after must be True or False, got 1"),
    ],
)
def test_unknown_options(call, error, message):
    with pytest.raises(error, match=message):
        call()
