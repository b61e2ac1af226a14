"""The PyTorch attention is its NumPy twin, a decoder with it never looks at padding, and its steps are those drawn."""

import numpy as np
import pytest
import torch

from seqlearn import nn
from seqlearn.data.pairs import PAD
from seqlearn.models import Attention, AttentionDecoder, Encoder, Seq2Seq, sequence_loss
from seqlearn.models.attention import CELLS, SCORES

T, N, K, Q, A = 5, 3, 4, 6, 7
EVERY_SCORE = pytest.mark.parametrize("score", SCORES)


def twins(score, seed=0):
    """The same attention twice: seqlearn.nn's and PyTorch's, in float64."""
    query_size = K if score == "dot" else Q
    layer = nn.Attention(score, query_size, K, A, rng=np.random.default_rng(seed))
    module = Attention(score, query_size, K, A).double()
    names = {"W": "key", "W_q": "query", "W_k": "key", "v": "v"}
    with torch.no_grad():
        for name, array in layer.params.items():
            weight = getattr(module, names[name]).weight
            weight.copy_(torch.tensor(array if name in ("W", "v") else array.T).reshape(weight.shape))
    return layer, module, query_size


@EVERY_SCORE
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("own_values", [False, True])
def test_forward_and_gradients_are_those_of_numpy(score, masked, own_values):
    layer, module, query_size = twins(score)
    rng = np.random.default_rng(1)
    query, keys, values = (rng.standard_normal(shape) for shape in ((N, query_size), (T, N, K), (T, N, 2)))
    values = values if own_values else None
    mask = np.arange(T) < np.array([[5], [1], [3]]) if masked else None
    context, weights = layer.forward(query, keys, values, mask)
    wish = rng.standard_normal(context.shape)
    mine = [each for each in layer.backward(wish) if each is not None]
    tensors = [torch.tensor(each, requires_grad=True) for each in (query, keys, values) if each is not None]
    theirs, their_weights = module(*tensors, mask=None if mask is None else torch.tensor(mask))
    (theirs * torch.tensor(wish)).sum().backward()
    for array, tensor in ((context, theirs), (weights, their_weights)):
        assert np.allclose(array, tensor.detach(), atol=1e-12)
    for gradient, tensor in zip(mine, tensors, strict=True):
        assert np.allclose(gradient, tensor.grad, atol=1e-12)
    if score == "additive":
        assert np.allclose(layer.grads["W_k"], module.key.weight.grad.T, atol=1e-12)


@EVERY_SCORE
def test_a_row_with_nothing_to_look_at_gets_zeros_and_spoils_no_gradient(score):
    layer, module, query_size = twins(score)
    rng = np.random.default_rng(2)
    query, keys = rng.standard_normal((N, query_size)), 100 * rng.standard_normal((T, N, K))
    mask = np.arange(T) < np.array([[5], [0], [3]])
    context, weights = layer.forward(query, keys, mask=mask)
    mine = layer.backward(np.ones_like(context))[:2]
    tensors = [torch.tensor(each, requires_grad=True) for each in (query, keys)]
    with torch.autograd.set_detect_anomaly(True):
        theirs, their_weights = module(*tensors, mask=torch.tensor(mask))
        theirs.sum().backward()
    assert not their_weights[1].any() and not theirs[1].any() and not tensors[1].grad[:, 1].any()
    for array, tensor in zip((context, weights, *mine), (theirs, their_weights, *(each.grad for each in tensors)),
                             strict=True):
        assert np.allclose(array, tensor.detach(), atol=1e-9)


@EVERY_SCORE
def test_prepared_keys_give_the_same(score):
    _, module, query_size = twins(score)
    query, keys = torch.randn(N, query_size).double(), torch.randn(T, N, K).double()
    for one, other in zip(module(query, keys), module(query, keys, prepared=module.prepare(keys)), strict=True):
        assert torch.equal(one, other)


@EVERY_SCORE
def test_temperature_goes_from_the_best_key_to_the_mean(score):
    _, module, query_size = twins(score)
    query, keys = torch.randn(N, query_size).double(), torch.randn(T, N, K).double()
    _, soft = module(query, keys)
    module.temperature = 1e-4
    _, hard = module(query, keys)
    assert torch.allclose(hard.max(dim=1).values, torch.ones(N).double(), atol=1e-3)
    assert torch.equal(hard.argmax(dim=1), soft.argmax(dim=1))
    module.temperature = float("inf")
    assert torch.allclose(module(query, keys)[1], torch.full((N, T), 1 / T).double())
    assert not any("temperature" in name for name in module.state_dict())


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match="must be equal for dot, got 3 and 4"):
        Attention("dot", 3, 4)
    with pytest.raises(ValueError, match="score must be"):
        Attention("derivative", 3, 4)
    with pytest.raises(ValueError, match="cell must be"):
        AttentionDecoder(9, 4, 8, cell="mlp")


def small_model(score="additive", cell="lstm"):
    torch.manual_seed(0)
    encoder = Encoder(11, 5, embedding_size=3, cell=cell, bidirectional=score != "dot")
    return Seq2Seq(encoder, AttentionDecoder(9, 5, encoder.output_size, score=score, cell=cell)).double()


@EVERY_SCORE
@pytest.mark.parametrize("cell", CELLS)
def test_a_sequence_gets_the_same_alone_and_in_a_padded_batch(score, cell):
    model = small_model(score, cell)
    source, inputs = torch.randint(4, 11, (6, 3)), torch.randint(4, 9, (4, 3))
    lengths = torch.tensor([6, 2, 4])
    source[torch.arange(6)[:, None] >= lengths] = PAD
    logits, _, weights = model.decoder(inputs, model.encode(source, lengths))
    for n, length in enumerate(lengths.tolist()):
        alone, _, own = model.decoder(inputs[:, [n]], model.encode(source[:length, [n]]))
        assert torch.allclose(alone[:, 0], logits[:, n], atol=1e-12)
        assert torch.allclose(own[:, 0], weights[:, n, :length], atol=1e-12)
        assert not weights[:, n, length:].any()
    assert torch.allclose(weights.sum(dim=2), torch.ones(4, 3).double())


def test_step_by_step_is_all_at_once():
    model = small_model()
    source, inputs = torch.randint(4, 11, (6, 2)), torch.randint(4, 9, (4, 2))
    encoded = model.encode(source)
    whole, last, weights = model.decoder(inputs, encoded)
    state = None
    for i in range(4):
        one, state, row = model.decoder(inputs[[i]], encoded, state)
        assert torch.allclose(one[0], whole[i], atol=1e-12) and torch.allclose(row[0], weights[i], atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(state, last, strict=True))


def test_one_step_is_the_five_equations():
    """Score from the state before, softmax, context, new state, logits: written out again, without the class."""
    model = small_model()
    source, inputs = torch.randint(4, 11, (6, 2)), torch.randint(4, 9, (1, 2))
    decoder, encoded = model.decoder, model.encode(source)
    (h,), (c,) = encoded.state
    scores = torch.stack([(torch.tanh(h @ decoder.attention.query.weight.T + h_j @ decoder.attention.key.weight.T)
                           @ decoder.attention.v.weight.T)[:, 0] for h_j in encoded.outputs], dim=1)
    weights = torch.exp(scores) / torch.exp(scores).sum(dim=1, keepdim=True)
    context = sum(weights[:, [j]] * encoded.outputs[j] for j in range(6))
    h, c = decoder.cell(torch.cat([decoder.embedding(inputs[0]), context], dim=1), (h, c))
    logits = torch.cat([h, context], dim=1) @ decoder.readout.weight.T + decoder.readout.bias
    found, (h_found, c_found), weights_found = decoder(inputs, encoded)
    assert torch.allclose(found[0], logits) and torch.allclose(weights_found[0], weights)
    assert torch.allclose(h_found[0], h) and torch.allclose(c_found[0], c)


def test_what_is_padded_gets_no_gradient():
    model = small_model()
    source, lengths = torch.randint(5, 11, (6, 2)), torch.tensor([6, 3])
    source[3:, 1] = 4  # a symbol that stands nowhere else
    sequence_loss(model(source, torch.randint(4, 9, (4, 2)), lengths), torch.randint(4, 9, (4, 2))).backward()
    gradient = model.encoder.embedding.weight.grad
    assert not gradient[4].any() and gradient[5:].abs().sum() > 0

