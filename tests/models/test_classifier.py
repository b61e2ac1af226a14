"""The classifier: no padding in any of its forms, equal to packing and to the layers by hand, and its traces."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from seqlearn.interop import from_torch
from seqlearn.models.classifier import Classifier, real_steps, summarise, turn_round

LENGTHS = torch.tensor([5, 1, 7, 3])
FORMS = pytest.mark.parametrize(("pooling", "bidirectional"), [
    (pooling, both) for pooling in ("last", "mean", "max", "max+mean", "last+mean+max") for both in (False, True)
])


def make(pooling="last", bidirectional=False, **options):
    torch.manual_seed(0)
    return Classifier(20, 4, 6, pooling=pooling, bidirectional=bidirectional, **options).eval()


@pytest.fixture
def x():
    return torch.randint(2, 20, (9, 4), generator=torch.Generator().manual_seed(1)) * real_steps(LENGTHS, 9)


@FORMS
def test_a_row_is_read_as_if_alone(x, pooling, bidirectional):
    model = make(pooling, bidirectional)
    alone = torch.cat([model(x[:n, i : i + 1], LENGTHS[i : i + 1]) for i, n in enumerate(LENGTHS)])
    torch.testing.assert_close(model(x, LENGTHS), alone, atol=1e-6, rtol=0)
    other = torch.where(real_steps(LENGTHS, 9), x, 13)  # whatever stands in the padding
    torch.testing.assert_close(model(other, LENGTHS), alone, atol=1e-6, rtol=0)


def test_no_gradient_reaches_the_padding(x):
    model = make("max+mean", True).double()
    vectors = []
    model.embedding.register_forward_hook(lambda module, given, out: vectors.append(out.retain_grad() or out))
    model(x, LENGTHS).sum().backward()
    gradient, mask = vectors[0].grad, real_steps(LENGTHS, 9)
    assert gradient[~mask].abs().max() == 0 and (gradient[mask].abs().sum(dim=1) > 0).all()


@pytest.mark.parametrize("bidirectional", [False, True])
def test_last_states_equal_packing(x, bidirectional):
    model = make("last", bidirectional)
    together = nn.LSTM(4, 6, bidirectional=bidirectional)
    weights = dict(model.forwards.state_dict())
    if bidirectional:
        weights |= {f"{name}_reverse": value for name, value in model.backwards.state_dict().items()}
    together.load_state_dict(weights)
    _, (h, _) = together(pack_padded_sequence(model.embedding(x), LENGTHS, enforce_sorted=False))
    logits = model.readout(torch.cat(list(h), dim=1)).squeeze(1)
    torch.testing.assert_close(model(x, LENGTHS), logits, atol=1e-6, rtol=0)


def test_summaries_equal_numpy(x):
    model = make().double()
    outputs, (h, _) = from_torch(model.forwards).forward(model.embedding(x).detach().numpy(), lengths=LENGTHS.numpy())
    ours = model.forwards(model.embedding(x))[0]
    n = LENGTHS.numpy()
    expected = {"last": h, "mean": outputs.sum(axis=0) / n[:, None],
                "max": np.stack([outputs[: n[i], i].max(axis=0) for i in range(4)])}
    for name, wanted in expected.items():
        np.testing.assert_allclose(summarise(ours, LENGTHS, [name]).detach().numpy(), wanted, atol=1e-12)


def test_turn_round_is_its_own_inverse(x):
    turned = turn_round(x, LENGTHS)
    assert torch.equal(turned[:5, 0], x[:5, 0].flip(0)) and torch.equal(turn_round(turned, LENGTHS), x)
    assert turned[5:, 0].sum() == 0


@FORMS
def test_trace_is_the_probability_of_every_beginning(x, pooling, bidirectional):
    model = make(pooling, bidirectional).train()
    row = x[:7, 2]
    trace = model.trace(row.numpy(), batch_size=3)
    assert model.training, "the mode is what it was"
    model.eval()
    for t in range(7):
        alone = torch.sigmoid(model(row[: t + 1, None], torch.tensor([t + 1])))
        assert trace[t] == pytest.approx(alone.item(), abs=1e-6)
    if bidirectional:
        with pytest.raises(ValueError, match="bidirectional"):
            model.beginnings(x)
    else:
        np.testing.assert_allclose(torch.sigmoid(model.beginnings(row[:, None]))[:, 0].detach(), trace, atol=1e-6)


def test_dropout_is_for_training_only(x):
    for name in ("word_dropout", "embedding_dropout", "dropout"):
        model = make("mean", **{name: 0.5})
        assert torch.equal(model(x, LENGTHS), model(x, LENGTHS))
        model.train()
        assert not torch.equal(model(x, LENGTHS), model(x, LENGTHS)), name


def test_words_are_hidden_as_unknown(x):
    model = make("mean", word_dropout=1.0).train()
    hidden = torch.where(real_steps(LENGTHS, 9), 1, 0)
    torch.testing.assert_close(model(x, LENGTHS), model.eval()(hidden, LENGTHS))


def test_vectors_from_elsewhere():
    model = make()
    matrix = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    model.use_vectors(matrix)
    assert np.array_equal(model.embedding.weight.detach().numpy(), matrix)
    with pytest.raises(ValueError, match=r"matrix must be \(20, 4\), got \(4, 20\)"):
        model.use_vectors(matrix.T)


@pytest.mark.parametrize(("shape", "lengths", "message"), [
    ((9, 4), [1, 2, 3], "x must be"), ((9,), [1], "x must be"), ((9, 2), [0, 3], "lengths must be 1"),
    ((9, 2), [10, 3], r"lengths must be 1 … T = 9, got 3 to 10"), ((9, 0), [], "x must be"),
])
def test_bad_input_is_refused(shape, lengths, message):
    with pytest.raises(ValueError, match=message):
        make()(torch.ones(shape, dtype=torch.long), torch.tensor(lengths, dtype=torch.long))


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="pooling must be"):
        make("median")


def test_padding_has_a_vector_of_zeros_that_stays():
    model = make("mean")
    assert not model.embedding.weight[0].any()
    model(torch.tensor([[2], [0]]), torch.tensor([2])).sum().backward()
    assert not model.embedding.weight.grad[0].any() and model.embedding.weight.grad[2].any()
