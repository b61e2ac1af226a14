"""What is particular to chapter 02's exercises; the catalogue's tests cover the rest."""

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch02


def layer(W_x, W_h, b):
    made = nn.RNN(len(W_x), len(W_h))
    for name, value in (("W_x", W_x), ("W_h", W_h), ("b", b)):
        made.params[name][:] = value
    return made


def close(one, other):
    np.testing.assert_allclose(one, other, atol=1e-13)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_ragged_loop_is_the_layer(rng):
    for x, h, W_x, W_h, b, lengths in ch02.ragged_loop.cases(rng):
        outputs, last = ch02.ragged_loop_reference(x, h, W_x, W_h, b, lengths)
        expected, expected_last = layer(W_x, W_h, b).forward(x, h, lengths=lengths)
        close(outputs, expected)
        close(last, expected_last)


def test_the_stack_is_the_stacked_layer(rng):
    for x, layers in ch02.stacked.cases(rng):
        outputs, states = ch02.stacked_reference(x, layers)
        starts = [h for h, *_ in layers]
        expected, finals = nn.Stacked([layer(*weights) for _, *weights in layers]).forward(x, starts)
        close(outputs, expected)
        for state, final in zip(states, finals, strict=True):
            close(state, final)


def test_both_directions_are_the_bidirectional_layer(rng):
    for x, ahead, back, lengths in ch02.ragged_bidirectional.cases(rng):
        both = nn.Bidirectional(layer(*ahead[1:]), layer(*back[1:]))
        outputs, h_ahead, h_back = ch02.ragged_bidirectional_reference(x, ahead, back, lengths)
        expected, finals = both.forward(x, (ahead[0], back[0]), lengths=lengths)
        close(outputs, expected)
        close(h_ahead, finals[0])
        close(h_back, finals[1])
        full = np.full(len(lengths), len(x))
        for one, other in zip(ch02.bidirectional_reference(x, ahead, back),
                              ch02.ragged_bidirectional_reference(x, ahead, back, full), strict=True):
            close(one, other)


def test_the_weights_count_zeros(rng):
    U, W, b = ch02.count_zeros.reference
    for length in (1, 10, 37):
        digits, h = rng.integers(0, 2, size=length), 0.0
        for digit in digits:
            h = U * digit + W * h + b
        assert h == np.sum(digits == 0)


def test_other_ways_to_write_a_right_answer(rng):
    def by_indexing(x, h, W_x, W_h, b, lengths):
        every, final = ch02.loop_reference(x, h, W_x, W_h, b)
        reading = np.arange(len(x))[:, None] < lengths
        return np.where(reading[..., None], every, 0), every[lengths - 1, np.arange(len(lengths))]

    def step_by_step(x, layers):
        states, outputs = [h for h, *_ in layers], []
        for x_t in x:
            for number, (_, *weights) in enumerate(layers):
                x_t = states[number] = ch02.step_reference(x_t, states[number], *weights)
            outputs.append(x_t)
        return np.array(outputs), states

    assert ch02.ragged_loop.check(by_indexing).status == "correct"
    assert ch02.stacked.check(step_by_step).status == "correct"
    assert ch02.count_zeros.check((-1, 1, 1)).status == "correct"


def test_a_mask_that_multiplies_lets_the_padding_in():
    """What stands behind a row's end may be anything, NaN and inf too, and 0 · NaN is NaN."""

    def product(x, h, W_x, W_h, b, lengths):
        every, _ = ch02.loop_reference(x, h, W_x, W_h, b)
        reading = np.arange(len(x))[:, None] < lengths
        return every * reading[..., None], every[lengths - 1, np.arange(len(lengths))]

    assert ch02.ragged_loop.check(product).mistake == "multiplied by a mask"


def test_the_solution_multiplies_no_padding(rng):
    """On some processors a NaN in a product is a RuntimeWarning, whatever becomes of the product."""

    class Watched(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **more):
            plain = [np.asarray(array) for array in inputs]
            assert ufunc is not np.matmul or all(np.isfinite(array).all() for array in plain)
            return getattr(ufunc, method)(*plain, **more)

    spoiled = [case for case in ch02.ragged_loop.cases(rng) if not np.isfinite(case[0]).all()]
    assert len(spoiled) == 2
    for x, *rest in spoiled:
        outputs, last = ch02.ragged_loop_reference(x.view(Watched), *rest)
        assert np.isfinite(outputs).all() and np.isfinite(last).all()
        with pytest.raises(AssertionError):
            ch02.loop_reference(x.view(Watched), *rest[:-1])


@pytest.mark.parametrize("weights, mistake", [((-1, 0.9, 1), "the count fades"), ((1, 1, 1), "a one adds something"),
                                              ((-2, 1, 2), "not 1 for a zero"), ((1, 1, 0), "counts the ones")])
def test_weights_are_told_what_they_do(weights, mistake):
    assert ch02.count_zeros.check(weights).mistake == mistake


def test_a_batch_first_loop_is_recognised_by_its_numbers():
    """Its shapes clash in two of the cases; where they fit, the wrong numbers tell."""
    wrong = next(mistake for mistake in ch02.loop.mistakes if mistake.name == "loop over the batch")
    assert ch02.loop.check(wrong.implementation).mistake == wrong.name


def test_the_place_of_the_right_answer_gives_nothing_away():
    places = [min(question.right) for question in ch02.QUIZ.questions]
    assert len(places) >= 5 and max(places.count(place) for place in places) <= len(places) / 2


def test_the_fading_state_is_below_one_hundredth_after_the_steps_of_the_answer():
    steps = ch02.remembers.reference
    assert 0.95**steps < 0.01 < 0.95 ** (steps - 1)


def test_the_resting_place_is_one():
    for w in (1.2, 2.0, 3.0):
        h = ch02.rest_reference(w)
        assert h > 0.5 and abs(np.tanh(w * h) - h) < 1e-9
    assert ch02.rest_reference(0.7) == 0


def test_weights_of_another_kind_solve_brackets_and_parity():
    """A bias that the rows of W_x take away again; the distance of bit and parity, max(x − p, 0) + max(p − x, 0)."""
    rows = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [0, 0.0]]) - [1, 2]
    assert ch02.brackets.check(lambda: (rows, np.eye(2), [1, 2])).status == "correct"
    distance = [[1, -1]], [[-1, 1], [-1, 1]], [0, 0], [1, 1]
    assert ch02.parity.check(lambda: distance).status == "correct"


@pytest.mark.parametrize("answer", ["odd", "units too few"])
def test_weights_of_a_wrong_shape_are_told_the_right_one(answer):
    weights = {"odd": [[1.0]], "units too few": np.ones((3, 2))}[answer]
    result = ch02.brackets.check(lambda: (weights, np.eye(2), np.zeros(2)))
    assert result.status == "incorrect" and "W_x must have shape (5, 2)" in result.message


def test_the_lamps_of_the_check_are_not_those_to_learn_from(rng):
    for rows, _, new_rows, new_lit in ch02.learn_lamp.cases(rng):
        assert not {tuple(row) for row in rows} & {tuple(row) for row in new_rows}
        assert len(new_rows) == len(new_lit) > 300


def test_other_networks_learn_the_lamp():
    def with_an_lstm(rows, lit):
        rng = np.random.default_rng(3)
        network, readout, loss = nn.LSTM(1, 6, rng=rng), nn.Linear(6, 1, rng=rng), nn.BinaryCrossEntropy()
        adams = [nn.Adam(part.params, 0.03) for part in (network, readout)]

        def score(rows):
            outputs, _ = network.forward(rows.T[:, :, None])
            return readout.forward(outputs[-1])[:, 0]

        for _ in range(200):
            loss.forward(score(rows), lit)
            d_outputs = np.zeros((rows.shape[1], len(rows), 6))
            d_outputs[-1] = readout.backward(loss.backward()[:, None])
            network.backward(d_outputs)
            for adam, part in zip(adams, (network, readout), strict=True):
                adam.step(part.grads)
        return score  # scores, positive for "on", in place of truth values

    def untrained(rows, lit):
        network, readout = nn.RNN(1, 8, rng=np.random.default_rng(0)), nn.Linear(8, 1, rng=np.random.default_rng(0))
        return lambda new: readout.forward(network.forward(new.T[:, :, None])[1])[:, 0] > 0

    assert ch02.learn_lamp.check(with_an_lstm).status == "correct"
    assert ch02.learn_lamp.check(untrained).status == "incorrect"


@pytest.mark.parametrize("part", [slice(None), slice(-8, None), slice(8)], ids=["whole row", "end", "beginning"])
def test_no_weights_for_the_places_of_a_row_learn_the_lamp(part):
    """Without a state the last press can be told in rows as long as those of the training, and in no longer ones."""

    def weigh_the_places(rows, lit):
        weights, bias, loss = np.zeros(rows.shape[1]), 0.0, nn.BinaryCrossEntropy()
        for _ in range(300):
            loss.forward(rows @ weights + bias, lit)
            gradient = loss.backward()
            weights, bias = weights - 2 * rows.T @ gradient, bias - 2 * gradient.sum()
        return lambda new: new[:, part if new.shape[1] > len(weights) else slice(None)] @ weights + bias > 0

    first, second, last = ch02.learn_lamp.cases(np.random.default_rng(0))
    assert ch02._share_right(weigh_the_places, *first) == ch02._share_right(weigh_the_places, *last) == 1
    assert ch02.learn_lamp.check(weigh_the_places).status == "incorrect"
