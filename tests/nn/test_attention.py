"""Attention: torch's autograd and finite differences agree; what is masked is not there; bad input is named."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn.nn import Attention, check_directional, check_gradients
from seqlearn.nn.attention import masked_softmax

SCORES = ("dot", "general", "additive")
every_score = pytest.mark.parametrize("score", SCORES)


class Case:
    """A layer of random sizes, a random batch for it, and the gradient that comes back."""

    def __init__(self, score, sizes, seed, *, with_values=True, masked=True):
        Q, K, A, V, S, N = sizes
        self.rng = np.random.default_rng(seed)
        self.layer = Attention(score, K if score == "dot" else Q, K, A, rng=self.rng)
        self.query = self.rng.standard_normal((N, self.layer.query_size))
        self.keys = self.rng.standard_normal((S, N, K))
        self.values = self.rng.standard_normal((S, N, V)) if with_values else None
        self.mask = self.rng.random((N, S)) < 0.6 if masked else None
        self.d_context = self.rng.standard_normal((N, V if with_values else K))

    def run(self):
        return self.layer.forward(self.query, self.keys, self.values, self.mask)

    def arrays(self):
        """Everything the loss depends on, and its gradients."""
        self.run()
        d_query, d_keys, d_values = self.layer.backward(self.d_context)
        arrays = {"query": (self.query, d_query), "keys": (self.keys, d_keys)}
        if self.values is not None:
            arrays["values"] = (self.values, d_values)
        else:
            assert d_values is None
        arrays |= {name: (param, self.layer.grads[name]) for name, param in self.layer.params.items()}
        return {name: pair[0] for name, pair in arrays.items()}, {name: pair[1] for name, pair in arrays.items()}

    def loss(self):
        return float((self.run()[0] * self.d_context).sum())


def torch_attention(case):
    """The same in a few lines of torch: (context, weights) and all gradients by name."""
    arrays = {"query": case.query, "keys": case.keys, **case.layer.params}
    arrays |= {} if case.values is None else {"values": case.values}
    t = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    if case.layer.score == "dot":
        scores = (t["query"] * t["keys"]).sum(-1).T
    elif case.layer.score == "general":
        scores = torch.stack([((t["query"] @ t["W"]) * key).sum(-1) for key in t["keys"]], dim=1)
    else:
        scores = torch.stack([torch.tanh(t["query"] @ t["W_q"] + key @ t["W_k"]) @ t["v"] for key in t["keys"]], dim=1)
    if case.mask is not None:
        scores = scores.masked_fill(~torch.tensor(case.mask), -1e300)
    weights = torch.softmax(scores, dim=1)
    if case.mask is not None:
        weights = weights * torch.tensor(case.mask)  # a row with nothing to see
    context = (weights.T[:, :, None] * t["keys" if case.values is None else "values"]).sum(0)
    (context * torch.tensor(case.d_context)).sum().backward()
    gradients = {name: np.zeros(array.shape) if t[name].grad is None else t[name].grad.numpy()
                 for name, array in arrays.items()}  # fmt: skip
    return context.detach().numpy(), weights.detach().numpy(), gradients


sizes = st.tuples(*[st.integers(1, 6)] * 4, st.integers(1, 9), st.integers(1, 5))


@every_score
@given(sizes=sizes, seed=st.integers(0, 2**32 - 1), with_values=st.booleans(), masked=st.booleans())
@settings(max_examples=30, deadline=None)
def test_same_as_torch(score, sizes, seed, with_values, masked):
    case = Case(score, sizes, seed, with_values=with_values, masked=masked)
    context, weights, gradients = torch_attention(case)
    found, found_weights = case.run()
    np.testing.assert_allclose(found, context, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(found_weights, weights, rtol=1e-10, atol=1e-10)
    for name, gradient in case.arrays()[1].items():
        np.testing.assert_allclose(gradient, gradients[name], rtol=1e-10, atol=1e-10, err_msg=name)


@every_score
@pytest.mark.parametrize("with_values", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_finite_differences(score, with_values, masked):
    case = Case(score, (3, 4, 5, 2, 6, 3), seed=1, with_values=with_values, masked=masked)
    params, grads = case.arrays()
    report = check_gradients(case.loss, params, grads)
    assert report.passed(1e-7), report
    assert set(params) >= {"query", "keys"} | set(case.layer.params)
    assert check_directional(case.loss, params, grads).passed()


def test_one_context_by_hand():
    layer = Attention("dot", 2, 2)
    keys = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    context, weights = layer.forward(np.array([[np.log(3), 0.0]]), keys, np.array([[[10.0]], [[20.0]]]))
    np.testing.assert_allclose(weights, [[0.75, 0.25]])
    np.testing.assert_allclose(context, [[12.5]])


@every_score
def test_weights_sum_to_one_over_what_may_be_seen(score):
    case = Case(score, (3, 4, 5, 2, 7, 4), seed=0)
    case.mask[:, 0] = True
    _, weights = case.run()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert (weights[~case.mask] == 0).all() and (weights[case.mask] > 0).all()


@every_score
@pytest.mark.parametrize("with_values", [True, False])
@pytest.mark.parametrize("padding", [np.nan, np.inf, 1e300])
def test_what_is_masked_is_not_read(score, with_values, padding):
    case = Case(score, (3, 4, 5, 2, 6, 3), seed=2, with_values=with_values)
    wanted = (*case.run(), *case.arrays()[1].values())
    case.keys[~case.mask.T] = padding
    if with_values:
        case.values[~case.mask.T] = padding
    found = (*case.run(), *case.arrays()[1].values())
    for here, there in zip(found, wanted):
        np.testing.assert_array_equal(here, there)


@every_score
def test_a_row_with_nothing_to_see(score):
    case = Case(score, (3, 4, 5, 2, 6, 3), seed=3)
    case.mask[:] = True
    case.mask[1] = False
    with np.errstate(all="raise"):
        context, weights = case.run()
        gradients = case.arrays()[1]
    assert (context[1] == 0).all() and (weights[1] == 0).all() and (context[[0, 2]] != 0).all()
    assert (gradients["query"][1] == 0).all() and (gradients["keys"][:, 1] == 0).all()
    assert (gradients["values"][:, 1] == 0).all()
    assert all(np.isfinite(gradient).all() for gradient in gradients.values())


def test_all_true_is_no_mask():
    case = Case("additive", (3, 4, 5, 2, 6, 3), seed=4, masked=False)
    wanted = case.run()
    case.mask = np.ones((3, 6), bool)
    for here, there in zip(case.run(), wanted):
        np.testing.assert_array_equal(here, there)


def test_large_scores_do_not_overflow():
    layer = Attention("dot", 1, 1)
    keys = np.array([[[1000.0]], [[999.0]], [[-1000.0]]])
    with np.errstate(all="raise", under="ignore"):
        _, weights = layer.forward(np.array([[1.0]]), keys)
        layer.backward(np.ones((1, 1)))
    np.testing.assert_allclose(weights, [[1 / (1 + np.exp(-1)), 1 / (1 + np.e), 0]], atol=1e-300)
    np.testing.assert_allclose(masked_softmax(np.array([1e4, 1e4 + 1]), np.array([True, False])), [1, 0])


def test_nan_in_what_is_seen_is_shown():
    context, weights = Attention("dot", 1, 1).forward(np.ones((1, 1)), np.array([[[np.nan]], [[1.0]]]))
    assert np.isnan(context).all() and np.isnan(weights).all()


@every_score
def test_backward_sets_and_does_not_add(score):
    case = Case(score, (3, 4, 5, 2, 6, 3), seed=5)
    once = {name: gradient.copy() for name, gradient in case.arrays()[1].items()}
    case.layer.backward(case.d_context)
    case.layer.backward(case.d_context)
    for name in case.layer.params:
        np.testing.assert_array_equal(case.layer.grads[name], once[name])
    assert case.layer.grads.keys() == case.layer.params.keys()


@every_score
@pytest.mark.parametrize("with_values", [True, False])
def test_what_came_in_and_went_out_may_change_before_backward(score, with_values):
    case = Case(score, (3, 4, 5, 2, 6, 3), seed=6, with_values=with_values)
    wanted = case.arrays()[1]
    context, weights = case.run()
    for array in (case.query, case.keys, case.mask, context, weights, *([case.values] if with_values else [])):
        array[...] = 0
    d_query, d_keys, d_values = case.layer.backward(case.d_context)
    np.testing.assert_array_equal(d_query, wanted["query"])
    np.testing.assert_array_equal(d_keys, wanted["keys"])
    if with_values:
        np.testing.assert_array_equal(d_values, wanted["values"])


def test_params_have_the_sizes_of_the_contract_and_the_bounds_of_torch():
    shapes = lambda layer: {name: param.shape for name, param in layer.params.items()}  # noqa: E731
    assert shapes(Attention("dot", 4, 4)) == {}
    assert shapes(Attention("general", 3, 4)) == {"W": (3, 4)}
    assert shapes(Attention("additive", 3, 4, 5)) == {"W_q": (3, 5), "W_k": (4, 5), "v": (5,)}
    assert shapes(Attention("additive", 3, 4)) == {"W_q": (3, 3), "W_k": (4, 3), "v": (3,)}
    for name, param in Attention("additive", 100, 64, 400).params.items():
        bound = {"W_q": 0.1, "W_k": 0.125, "v": 0.05}[name]
        assert 0.95 * bound < np.abs(param).max() <= bound
    np.testing.assert_array_equal(Attention("general", 3, 4).params["W"], Attention("general", 3, 4).params["W"])


@every_score
def test_keeps_its_dtype(score):
    layer = Attention(score, 3, 3, dtype=np.float32)
    arrays = [np.ones(shape) for shape in ((2, 3), (4, 2, 3), (4, 2, 5))]
    context, weights = layer.forward(*arrays, mask=np.ones((2, 4), bool))
    found = [context, weights, *layer.backward(context), *layer.params.values(), *layer.grads.values()]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


QUERY, KEYS, VALUES = np.ones((2, 4)), np.ones((5, 2, 3)), np.ones((5, 2, 6))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.ones((2, 5)), KEYS), ValueError, r"query must be \(N, 4\), got \(2, 5\)"),
        ((np.ones(4), KEYS), ValueError, r"query must be \(N, 4\), got \(4,\)"),
        ((np.ones((0, 4)), np.ones((5, 0, 3))), ValueError, r"query must be \(N, 4\) \(every size at least 1\)"),
        ((QUERY.astype(int), KEYS), TypeError, "query must be an array of floats, got int64"),
        ((QUERY, np.ones((5, 2, 4))), ValueError, r"keys must be \(S, 2, 3\), got \(5, 2, 4\)"),
        ((QUERY, np.ones((2, 5, 3))), ValueError, r"keys must be \(S, 2, 3\), got \(2, 5, 3\)"),
        ((QUERY, np.ones((0, 2, 3))), ValueError, r"keys must be \(S, 2, 3\) \(every size at least 1\)"),
        ((QUERY, KEYS.astype(bool)), TypeError, "keys must be an array of floats, got bool"),
        ((QUERY, KEYS, np.ones((4, 2, 6))), ValueError, r"values must be \(5, 2, V\), got \(4, 2, 6\)"),
        ((QUERY, KEYS, np.ones((5, 2))), ValueError, r"values must be \(5, 2, V\), got \(5, 2\)"),
        ((QUERY, KEYS, VALUES.astype(complex)), TypeError, "values must be an array of floats, got complex128"),
        ((QUERY, KEYS, None, np.ones((5, 2), bool)), ValueError, r"mask must be \(2, 5\), got \(5, 2\)"),
        ((QUERY, KEYS, None, np.ones((2, 5))), TypeError, "mask must be booleans, got float64"),
        ((QUERY, KEYS, None, np.ones((2, 5), int)), TypeError, "mask must be booleans, got int64"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_the_layer_stays_as_it_was(arguments, error, message):
    layer = Attention("additive", 4, 3)
    layer.forward(QUERY, KEYS, VALUES)
    wanted = layer.backward(np.ones((2, 6)))
    with pytest.raises(error, match=message):
        layer.forward(*arguments)
    for here, there in zip(layer.backward(np.ones((2, 6))), wanted):
        np.testing.assert_array_equal(here, there)


def test_bad_gradients():
    layer = Attention("general", 4, 3)
    with pytest.raises(ValueError, match="backward needs a forward before it"):
        layer.backward(np.ones((2, 6)))
    layer.forward(QUERY, KEYS, VALUES)
    with pytest.raises(ValueError, match=r"d_context must be \(2, 6\), got \(2, 3\)"):
        layer.backward(np.ones((2, 3)))
    with pytest.raises(TypeError, match="d_context must be an array of floats, got int64"):
        layer.backward(np.ones((2, 6), int))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (("cosine", 4, 4), {}, ValueError, "score must be one of 'dot', 'general', 'additive', got 'cosine'"),
        (("dot", 4, 5), {}, ValueError, 'key_size must be 4, as query_size, for score "dot", got 5'),
        (("general", 0, 4), {}, ValueError, "query_size must be at least 1, got 0"),
        (("general", 4, 4.0), {}, TypeError, "key_size must be an integer, got 4.0"),
        (("additive", 4, 4, 0), {}, ValueError, "hidden_size must be at least 1, got 0"),
        (("additive", 4, 4), {"rng": 0}, TypeError, "rng must be a numpy.random.Generator, got int"),
        (("dot", 4, 4), {"rng": 0}, TypeError, "rng must be a numpy.random.Generator, got int"),
        (("dot", 4, 4), {"dtype": int}, ValueError, "dtype must be float32 or float64, got int64"),
    ],
)
def test_bad_settings(arguments, options, error, message):
    with pytest.raises(error, match=message):
        Attention(*arguments, **options)
