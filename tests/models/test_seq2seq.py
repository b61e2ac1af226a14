"""Encoder and decoder: no padding in any state, equal to the layers by hand, and the context fed in both ways."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqlearn import nn as by_hand
from seqlearn.interop import from_torch
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq, sequence_loss, top_state

SOURCE = torch.tensor([[5, 4, 6], [4, 6, 5], [0, 5, 4], [0, 0, 6]])
LENGTHS = torch.tensor([2, 3, 4])
INPUTS = torch.tensor([[1, 1, 1], [5, 4, 4], [6, 0, 5]])
TARGETS = torch.tensor([[5, 4, 4], [6, 2, 5], [2, 0, 2]])
CELLS = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
CONTEXTS = pytest.mark.parametrize("context", ["once", "every step"])


def make(context="once", cell="lstm", **options):
    torch.manual_seed(0)
    encoder = Encoder(7, 5, embedding_size=3, cell=cell, **options)
    return Seq2Seq(encoder, Decoder(7, 5, embedding_size=4, cell=cell, context=context)).double().eval()


@CELLS
@CONTEXTS
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_source_is_read_as_if_alone(cell, context, bidirectional):
    model = make(context, cell, bidirectional=bidirectional)
    together = model(SOURCE, INPUTS, LENGTHS)
    alone = torch.cat([model(SOURCE[:n, i:i + 1], INPUTS[:, i:i + 1]) for i, n in enumerate(LENGTHS)], dim=1)
    torch.testing.assert_close(together, alone)
    other = torch.where(SOURCE == 0, 3, SOURCE)  # whatever stands in the padding
    torch.testing.assert_close(model(other, INPUTS, LENGTHS), together)


def test_outputs_mask_and_shapes():
    encoded = make(bidirectional=True).encoder(SOURCE, LENGTHS)
    assert encoded.outputs.shape == (4, 3, 10) and encoded.mask.sum(dim=0).tolist() == [2, 3, 4]
    assert not encoded.outputs[~encoded.mask].any() and encoded.state[0].shape == (1, 3, 5)
    assert make().encoder(SOURCE).mask is None and make().encoder.output_size == 5


@CONTEXTS
def test_forward_and_gradient_equal_the_layers_by_hand(context):
    model = make(context)
    read, write, readout = map(from_torch, (model.encoder.recurrent, model.decoder.recurrent, model.decoder.readout))
    x, y = (module.embedding(part).detach().numpy() for module, part in
            ((model.encoder, SOURCE), (model.decoder, INPUTS)))
    _, (h, c) = read.forward(x, lengths=LENGTHS.numpy())
    peek = np.broadcast_to(h, (3, 3, 5)) if context == "every step" else np.zeros((3, 3, 0))
    outputs, _ = write.forward(np.concatenate([y, peek], axis=2), (h, c))
    logits = readout.forward(np.concatenate([outputs, peek], axis=2))
    found = model(SOURCE, INPUTS, LENGTHS)
    np.testing.assert_allclose(found.detach().numpy(), logits, atol=1e-12)
    loss, real = by_hand.SoftmaxCrossEntropy(), TARGETS.numpy() != 0
    value = loss.forward(logits, TARGETS.numpy(), mask=real)
    masked = sequence_loss(found, TARGETS)
    assert masked.item() == pytest.approx(value, abs=1e-12)
    if context == "once":
        _, d_state = write.backward(readout.backward(loss.backward()))
        read.backward(np.zeros((4, 3, 5)), d_state)
        masked.backward()
        np.testing.assert_allclose(read.grads["W_x"], model.encoder.recurrent.weight_ih_l0.grad.numpy().T, atol=1e-12)


@CELLS
@CONTEXTS
def test_step_by_step_is_all_at_once(cell, context):
    model, state, pieces = make(context, cell), None, []
    encoded = model.encode(SOURCE, LENGTHS)
    for row in INPUTS:
        logits, state, weights = model.decoder(row[None], encoded, state)
        pieces.append(logits)
    assert weights is None
    torch.testing.assert_close(torch.cat(pieces), model(SOURCE, INPUTS, LENGTHS))


def test_the_context_at_every_step_is_looked_at():
    """With the first state taken away, only a decoder that peeks still knows what was read."""
    for context, knows in (("once", False), ("every step", True)):
        model = make(context)
        encoded = model.encode(SOURCE, LENGTHS)
        nothing = tuple(torch.zeros_like(part) for part in encoded.state)
        logits, *_ = model.decoder(INPUTS[:1], encoded, nothing)
        assert (not torch.allclose(logits[0, 0], logits[0, 1])) == knows


def test_two_layers_and_frames():
    torch.manual_seed(0)
    model = Seq2Seq(Encoder(3, 6, num_layers=2, frames=True), Decoder(2, 6, num_layers=2, frames=True))
    outputs = model(torch.randn(5, 4, 3), torch.randn(7, 4, 2), torch.tensor([5, 2, 3, 1]))
    assert outputs.shape == (7, 4, 2) and model.encode(torch.randn(5, 4, 3)).state[0].shape == (2, 4, 6)
    assert top_state((torch.arange(2.0)[:, None, None], None)).item() == 1


def test_the_loss_leaves_padding_out():
    logits = torch.randn(3, 3, 7, dtype=torch.float64)
    real = TARGETS != 0
    each = F.cross_entropy(logits.flatten(0, 1), TARGETS.flatten(), reduction="none").reshape(3, 3)
    torch.testing.assert_close(sequence_loss(logits, TARGETS), each[real].mean())
    torch.testing.assert_close(sequence_loss(logits, TARGETS, mask=False), each.mean())
    wide = [F.pad(logits, (0, 0, 0, 0, 0, 4)), F.pad(TARGETS, (0, 0, 0, 4))]
    torch.testing.assert_close(sequence_loss(*wide), sequence_loss(logits, TARGETS))


@pytest.mark.parametrize("wrong", [
    lambda: Encoder(7, 5, cell="transformer"), lambda: Decoder(7, 5, context="twice"),
    lambda: Decoder(7, 5, cell=""), lambda: Encoder(0, 5), lambda: Decoder(7, 0),
])
def test_bad_settings_are_named(wrong):
    with pytest.raises(ValueError, match="cell|context|size"):
        wrong()


def test_it_learns_to_copy_backwards():
    from seqlearn.data.pairs import Pairs, Symbols
    from seqlearn.decoding import exact_match

    letters = Symbols("abc")
    texts = [a + b + c for a in "abc" for b in "abc" for c in "abc"]
    pairs = Pairs("turn", letters, letters, train=[(text, text[::-1]) for text in texts], test=[("ab", "ba")])
    torch.manual_seed(0)
    model = Seq2Seq(Encoder(7, 24), Decoder(7, 24))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    source, lengths, inputs, targets = map(torch.from_numpy, pairs.batch(pairs.train))
    for _ in range(80):
        loss = sequence_loss(model(source, inputs, lengths), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert exact_match(model, pairs, "train", max_steps=4) > 0.9
