"""Chapter 14's torch modules: the twin of the NumPy layer and of nn.MultiheadAttention, masks, positions, lengths."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlearn import nn
from seqlearn.models.self_attention import (
    POSITIONS,
    Block,
    SelfAttention,
    SelfAttentionModel,
    rotate,
    sinusoidal_positions,
)


def twin_of(layer: nn.SelfAttention) -> SelfAttention:
    module = SelfAttention(layer.model_size, layer.num_heads, causal=layer.causal).double()
    with torch.no_grad():
        for name, linear in zip("qkvo", (module.query, module.key, module.value, module.out)):
            linear.weight.copy_(torch.tensor(layer.params[f"W_{name}"].T))
            linear.bias.copy_(torch.tensor(layer.params[f"b_{name}"]))
    return module


@settings(max_examples=15, deadline=None)
@given(T=st.integers(1, 6), N=st.integers(1, 3), heads=st.integers(1, 3), d=st.integers(1, 3), causal=st.booleans(),
       padded=st.booleans(), seed=st.integers(0, 999))
def test_the_twin_of_the_numpy_layer(T, N, heads, d, causal, padded, seed):
    rng = np.random.default_rng(seed)
    layer, x = nn.SelfAttention(heads * d, heads, causal=causal, rng=rng), rng.standard_normal((T, N, heads * d))
    mask = np.arange(T) < rng.integers(1, T + 1, size=(N, 1)) if padded else None
    ours, weights = layer.forward(x, mask)
    inputs = torch.tensor(x, requires_grad=True)
    outputs, theirs = twin_of(layer)(inputs, None if mask is None else torch.tensor(mask))
    np.testing.assert_allclose(outputs.detach(), ours, atol=1e-12)
    np.testing.assert_allclose(theirs.detach(), weights, atol=1e-12)
    d_outputs = rng.standard_normal(x.shape)
    outputs.backward(torch.tensor(d_outputs))
    np.testing.assert_allclose(inputs.grad, layer.backward(d_outputs), atol=1e-12)


def test_it_is_multihead_attention():
    torch.manual_seed(0)
    mine, theirs = SelfAttention(6, 3, causal=True), torch.nn.MultiheadAttention(6, 3)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([mine.query.weight, mine.key.weight, mine.value.weight]))
        theirs.in_proj_bias.copy_(torch.cat([mine.query.bias, mine.key.bias, mine.value.bias]))
    theirs.out_proj.load_state_dict(mine.out.state_dict())
    x, mask = torch.randn(5, 2, 6), torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    expected, weights = theirs(x, x, x, attn_mask=torch.triu(torch.ones(5, 5, dtype=torch.bool), 1),
                               key_padding_mask=~mask, average_attn_weights=False)
    outputs, mine_weights = mine(x, mask)
    assert torch.allclose(outputs, expected, atol=1e-6) and torch.allclose(mine_weights, weights, atol=1e-6)


@pytest.mark.parametrize("positions", POSITIONS)
def test_padding_and_the_future_leak_nowhere(positions):
    torch.manual_seed(0)
    model = SelfAttentionModel(5, 8, 5, num_heads=2, num_layers=2, positions=positions, max_steps=9).eval()
    symbols, mask = torch.randint(5, (6, 2)), torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    other = symbols.clone()
    other[4:, 1] = (other[4:, 1] + 1) % 5
    real = mask.T
    assert torch.allclose(model(symbols, mask)[0][real], model(other, mask)[0][real], atol=1e-6)
    assert torch.allclose(model(symbols[:4, 1:])[0], model(symbols, mask)[0][:4, 1:], atol=1e-6), "alone and in a batch"
    causal = SelfAttentionModel(5, 8, 5, num_layers=2, causal=True, positions="sinusoidal").eval()
    changed = symbols.clone()
    changed[3] = (changed[3] + 1) % 5
    before, after = causal(symbols)[0], causal(changed)[0]
    assert torch.equal(before[:3], after[:3]) and not torch.allclose(before[3:], after[3:])


def test_without_positions_the_order_is_not_known():
    torch.manual_seed(0)
    order = torch.tensor([2, 0, 3, 1])
    symbols = torch.tensor([[1], [2], [3], [4]])
    for positions, knows in (("none", False), ("sinusoidal", True), ("learned", True), ("both ends", True)):
        model = SelfAttentionModel(5, 8, 3, num_layers=2, positions=positions)
        same = torch.allclose(model(symbols[order])[0], model(symbols)[0][order], atol=1e-5)
        assert same != knows, positions


def test_positions_of_both_ends_count_from_each_rows_own_end():
    model = SelfAttentionModel(5, 8, 3, positions="both ends")
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    p = model.positions_of(torch.zeros(5, 2, dtype=torch.long), mask)
    waves = sinusoidal_positions(5, 4)
    assert torch.equal(p[:, 0, 4:], waves.flip(0)) and torch.equal(p[:3, 1, 4:], waves[:3].flip(0))
    assert torch.equal(p[:, 1, :4], waves)


def test_sinusoidal_positions():
    p = sinusoidal_positions(30, 6).double()
    assert torch.allclose(p[:, 0], torch.arange(30.0).double().sin(), atol=1e-6) and p[0, 1::2].tolist() == [1, 1, 1]
    assert torch.allclose(p[:, 5], (torch.arange(30.0).double() * 10000 ** (-4 / 6)).cos(), atol=1e-6)
    products = p @ p.T
    assert torch.allclose(products.diagonal(4), products[0, 4].expand(26), atol=1e-5)
    with pytest.raises(ValueError, match="even"):
        sinusoidal_positions(4, 3)


def test_a_block_adds_to_what_came_in():
    block = Block(4, 2, 8)
    with torch.no_grad():
        for linear in (block.attention.out, block.feed_forward[2]):
            linear.weight.zero_()
            linear.bias.zero_()
    x = torch.randn(3, 2, 4)
    assert torch.equal(block(x)[0], x)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: SelfAttention(6, 4), "num_heads must divide model_size 6, got 4"),
    (lambda: SelfAttention(6, 0), "num_heads"),
    (lambda: SelfAttention(6, 2)(torch.zeros(3, 2, 5)), r"x must be \(T, N, 6\), got \(3, 2, 5\)"),
    (lambda: SelfAttention(6, 2)(torch.zeros(3, 2, 6), torch.ones(3, 2, dtype=torch.bool)), "mask must be boolean"),
    (lambda: SelfAttention(6, 2)(torch.zeros(3, 2, 6), torch.ones(2, 3)), "mask must be boolean"),
    (lambda: SelfAttention(6, 2)(torch.zeros(3, 2, 6), torch.zeros(2, 3, dtype=torch.bool)), "leave every position"),
    (lambda: SelfAttentionModel(5, 8, 3, positions="circular"), "positions must be one of"),
    (lambda: SelfAttentionModel(5, 8, 3, max_steps=4)(torch.zeros(5, 1, dtype=torch.long)), "at most max_steps = 4"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("positions", POSITIONS)
def test_the_fused_call_gives_the_same_logits(causal, padded, positions):
    torch.manual_seed(0)
    model = SelfAttentionModel(5, 8, 5, num_heads=2, num_layers=2, causal=causal, positions=positions).double()
    symbols = torch.randint(5, (6, 2))
    mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2]) if padded else None
    logits, weights = model(symbols, mask)
    fused, none = model(symbols, mask, need_weights=False)
    assert torch.allclose(logits, fused, atol=1e-12) and none == [None, None] and len(weights) == 2


def test_a_rotary_score_depends_on_the_distance_alone():
    torch.manual_seed(0)
    q, k = torch.randn(8), torch.randn(8)
    scores = rotate(q.expand(20, 8)) @ rotate(k.expand(20, 8)).T
    for distance in (-7, 0, 3):
        along = scores.diagonal(distance)
        assert torch.allclose(along, along[0].expand_as(along), atol=1e-5)
    assert torch.allclose(rotate(q.expand(20, 8)).norm(dim=1), q.norm(), atol=1e-5)
    assert abs(scores[0, 0] - scores[0, 3]) > 0.1


def test_rotary_heads_know_the_order_and_have_pairs():
    torch.manual_seed(0)
    layer, plain, x = SelfAttention(8, 2, rotary=True), SelfAttention(8, 2), torch.randn(5, 1, 8)
    assert torch.allclose(plain(x.flip(0))[0].flip(0), plain(x)[0], atol=1e-6)
    assert not torch.allclose(layer(x.flip(0))[0].flip(0), layer(x)[0], atol=1e-3)
    with pytest.raises(ValueError, match="even size"):
        SelfAttention(6, 2, rotary=True)


@pytest.mark.parametrize("need_weights", [False, True])
def test_a_reach_hides_what_is_further_away(need_weights):
    torch.manual_seed(0)
    layer, x = SelfAttention(8, 2, causal=True), torch.randn(6, 1, 8)
    layer.reach = 3
    other = x.clone()
    other[1] += 1
    moves = (layer(x, need_weights=need_weights)[0] - layer(other, need_weights=need_weights)[0]).abs().amax(dim=(1, 2))
    assert [bool(move > 1e-6) for move in moves] == [False, True, True, True, False, False]
