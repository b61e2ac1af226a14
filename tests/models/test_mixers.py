"""Readers: what they hand out at a step does not know the future, and reading in pieces is reading at once."""

import pytest
import torch

from seqlearn.models.linear_recurrence import MinGRU
from seqlearn.models.mixers import KINDS, LinearAttention, Reader, kept_numbers, slow_start

every_kind = pytest.mark.parametrize("kind", KINDS)


def reader(kind, **more):
    torch.manual_seed(0)
    return Reader(kind, 5, 4, width=8, state_size=12, num_layers=2, **more).double()


@every_kind
@torch.no_grad()
def test_in_pieces_is_at_once_and_the_future_is_not_seen(kind):
    model, x = reader(kind), torch.randn(9, 3, 5, dtype=torch.float64)
    whole, last = model(x)
    first, states = model(x[:4])
    pieces = [first]
    for x_t in x[4:]:
        outputs, states = model(x_t[None], states)
        pieces.append(outputs)
    assert torch.allclose(torch.cat(pieces), whole, atol=1e-10)
    assert kept_numbers(states) == kept_numbers(last)
    changed = x.clone()
    changed[6:] += 1
    assert torch.allclose(model(changed)[0][:6], whole[:6], atol=1e-12)


@pytest.mark.parametrize(("kind", "numbers"), [("LSTM", 24), ("minGRU", 24), ("LRU", 24), ("linear attention", 24),
                                               ("attention", 2 * 9 * 2 * 12)])
def test_the_state_has_as_many_numbers_as_asked_for(kind, numbers):
    _, states = reader(kind)(torch.randn(9, 3, 5, dtype=torch.float64))
    assert kept_numbers(states) == numbers  # of two blocks


@pytest.mark.parametrize("fade", [1.0, 0.8])
def test_linear_attention_is_the_recurrence_of_its_docstring(fade):
    torch.manual_seed(1)
    layer, x = LinearAttention(3, 4, fade=fade).double(), torch.randn(6, 2, 3, dtype=torch.float64)
    outputs, state = layer(x)
    first, between = layer(x[:2])
    assert torch.allclose(torch.cat([first, layer(x[2:], between)[0]]), outputs, atol=1e-12)
    q, k, v = layer.qkv(x).split(4, dim=2)
    q, k = torch.nn.functional.elu(q) + 1, torch.nn.functional.elu(k) + 1
    S, s = torch.zeros(2, 4, 4, dtype=torch.float64), torch.zeros(2, 4, dtype=torch.float64)
    for t in range(6):
        S, s = fade * S + torch.einsum("nd,nv->ndv", k[t], v[t]), fade * s + k[t]
        wanted = torch.einsum("nd,ndv->nv", q[t], S) / (q[t] * s).sum(1, keepdim=True)
        assert torch.allclose(outputs[t], wanted, atol=1e-12)
    assert torch.allclose(state, torch.cat([S, s[..., None]], dim=2))


@every_kind
def test_integers_are_one_hot_rows(kind):
    model, tokens = reader(kind), torch.randint(5, (6, 2))
    assert torch.allclose(model(tokens)[0], model(torch.nn.functional.one_hot(tokens, 5).double())[0], atol=1e-12)


def test_a_slow_start_keeps():
    for kind in ("LSTM", "minGRU"):
        model = slow_start(reader(kind), 50)
        for block in model.blocks:
            layer = block.layer
            bias = layer.b[:12] if isinstance(layer, MinGRU) else layer.bias_ih_l0[6:12]
            keeps = torch.sigmoid(bias)
            assert (keeps >= 0.5).all() and keeps.max() < 0.981  # up to 1 − 1/50


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="kind must be"):
        Reader("Mamba", 5, 4, width=8, state_size=12)
