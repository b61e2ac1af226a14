"""The small Transformer: it reads the source, looks at nothing that comes later, and writes step by step as at once."""

import pytest

torch = pytest.importorskip("torch")

from seqlearn.data.number_names import number_names  # noqa: E402
from seqlearn.models.translator import make_translator  # noqa: E402


@pytest.fixture
def pairs():
    return number_names(60, 40, seed=1)


@pytest.fixture
def model(pairs):
    torch.manual_seed(0)
    return make_translator("transformer", pairs, hidden_size=12, embedding_size=8, readout_size=6).eval()


def logits(model, batch):
    with torch.no_grad():
        return model(*map(torch.as_tensor, (batch.source, batch.inputs, batch.lengths)))


def test_no_position_sees_a_later_word_and_all_see_the_source(model, pairs):
    source, target = max(pairs.test, key=lambda pair: len(pair[1]))
    first, last = (pairs.batch([(source, change)]) for change in (target, (*target[:-1], "null")))
    moved = (logits(model, first) - logits(model, last)).abs().amax(dim=(1, 2))
    assert not moved[:-1].any() and moved[-1] > 0
    other = pairs.batch([(("zero", *source[1:]), target)])
    assert (logits(model, first) - logits(model, other)).abs().amax(dim=(1, 2)).min() > 0


def test_padding_changes_nothing(model, pairs):
    short, long = sorted(pairs.test, key=lambda pair: len(pair[0]))[:: len(pairs.test) - 1]
    together, alone = logits(model, pairs.batch([short, long])), logits(model, pairs.batch([short]))
    torch.testing.assert_close(together[: len(alone), :1], alone, atol=1e-5, rtol=1e-5)


def test_step_by_step_is_at_once(model, pairs):
    batch = pairs.batch(list(pairs.test[:5]))
    encoded, state, steps = model.encode(torch.as_tensor(batch.source), batch.lengths), None, []
    for token in torch.as_tensor(batch.inputs):
        with torch.no_grad():
            step, state, weights = model.decoder(token[None], encoded, state)
        steps.append(step)
        assert weights.shape == (1, 5, len(batch.source))
        torch.testing.assert_close(weights.sum(dim=2), torch.ones(1, 5))
    torch.testing.assert_close(torch.cat(steps), logits(model, batch), atol=1e-5, rtol=1e-5)


def test_too_long_a_text(model):
    with pytest.raises(ValueError, match="at most 512 steps, got 513"):
        model.encode(torch.zeros(513, 1, dtype=torch.long))
