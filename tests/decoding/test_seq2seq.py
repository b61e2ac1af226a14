"""Greedy and beam search: against every possible answer of tiny models, and against each other."""

from itertools import product

import numpy as np
import pytest
import torch

from seqlearn.data.pairs import END, PAD, START, Pairs, Symbols
from seqlearn.decoding import beam_search, beam_search_batch, exact_match, greedy, same_answers
from seqlearn.decoding.beam import best_indices, search, search_batch
from seqlearn.models import AttentionDecoder
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq

SOURCE = torch.tensor([[4], [5], [3]])


def tiny(seed, *, context="once", cell="lstm", scale=4.0):
    """A model of three symbols and END that is surer of itself than an untrained one."""
    torch.manual_seed(seed)
    model = Seq2Seq(Encoder(6, 5, cell=cell), Decoder(6, 5, cell=cell, context=context))
    for weight in model.parameters():
        weight.data *= scale
    return model.eval()


def log_probability(model, source, tokens, max_steps):
    """By teacher forcing: log p of the answer, with END when there is room for it."""
    said = torch.tensor([[*tokens, END][:max_steps]]).T
    with torch.no_grad():
        logits = model(source, torch.cat([torch.tensor([[START]]), said[:-1]]))
    logits[..., [PAD, START]] = -torch.inf
    return logits.log_softmax(2).gather(2, said[:, :, None]).sum().item()


def every_answer(model, source, max_steps):
    answers = [tokens for n in range(max_steps + 1) for tokens in product((3, 4, 5), repeat=n)]
    return sorted(((log_probability(model, source, tokens, max_steps), tokens) for tokens in answers), reverse=True)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("context", "cell"), [("once", "lstm"), ("every step", "gru"), ("once", "rnn")])
def test_a_beam_as_wide_as_the_tree_is_exhaustive(seed, context, cell):
    model = tiny(seed, context=context, cell=cell)
    expected = every_answer(model, SOURCE, 3)
    found = beam_search(model, SOURCE, width=100, max_steps=3)
    assert [one.tokens for one in found] == [tokens for _, tokens in expected]
    np.testing.assert_allclose([one.log_probability for one in found], [value for value, _ in expected], atol=1e-4)
    assert np.exp([one.log_probability for one in found]).sum() == pytest.approx(1, abs=1e-4)
    assert all(one.finished == (len(one.tokens) < 3) for one in found)


@pytest.mark.parametrize("seed", range(5))
def test_width_one_is_greedy(seed):
    model = tiny(seed, scale=3)
    decoded = greedy(model, SOURCE, max_steps=6)
    (best,) = beam_search(model, SOURCE, width=1, max_steps=6)
    said = decoded.tokens[:, 0].tolist()
    said = said[: said.index(END) + 1] if END in said else said
    assert [*best.tokens, *([END] if best.finished else [])] == said
    assert best.log_probability == pytest.approx(decoded.log_probability.item(), abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_every_hypothesis_has_the_probability_it_says(seed):
    """States follow their beginnings: this fails when the beam forgets to reorder them."""
    model = tiny(seed, context="every step")
    for width in (2, 3, 7):
        found = beam_search(model, SOURCE, width=width, max_steps=5)
        assert 1 <= len(found) <= width and len({one.tokens for one in found}) == len(found)
        values = [one.log_probability for one in found]
        assert values == sorted(values, reverse=True)
        for one in found:
            assert one.log_probability == pytest.approx(log_probability(model, SOURCE, one.tokens, 5), abs=1e-4)


def test_a_wider_beam_can_find_more():
    gains = [beam_search(tiny(seed), SOURCE, width=8, max_steps=4)[0].log_probability
             - beam_search(tiny(seed), SOURCE, width=1, max_steps=4)[0].log_probability for seed in range(12)]
    assert min(gains) > -1e-4 and max(gains) > 0.05


def table(rows):
    def step(tokens, parents):
        with np.errstate(divide="ignore"):
            return np.log([rows[int(token)] for token in tokens])
    return step


TOY = table({START: [0, 0, 0, 0, 0.55, 0.45], 4: [0, 0, 0.4, 0, 0.35, 0.25], 5: [0, 0, 0.9, 0, 0.05, 0.05]})


def test_the_tree_of_the_toy():
    (best, second), tree = search(TOY, width=2, max_steps=2, spare=1)
    assert best.tokens == (5,) and np.exp(best.log_probability) == pytest.approx(0.405) and second.tokens == (4,)
    assert [(one.step, one.parent, one.token, one.fate) for one in tree] == [
        (1, -1, 4, "kept"), (1, -1, 5, "kept"),
        (2, 1, END, "finished"), (2, 0, END, "finished"), (2, 0, 4, "dropped")]
    assert search(TOY, width=1, max_steps=2)[0][0].tokens == (4,), "greedy goes the other way"


def test_a_length_penalty_prefers_longer_answers():
    long = table({START: [0, 0, 0.5, 0, 0.5, 0], 4: [0, 0, 0.6, 0, 0.4, 0]})
    assert search(long, width=3, max_steps=6)[0][0].tokens == ()
    assert len(search(long, width=3, max_steps=6, length_penalty=1.0)[0][0].tokens) > 0


def test_it_stops_when_nothing_can_become_better():
    calls = []

    def step(tokens, parents):
        calls.append(len(tokens))
        return np.log(np.tile([1e-9, 1e-9, 0.9, 0.05, 0.03, 0.02], (len(tokens), 1)))

    best, *_ = search(step, width=2, max_steps=50)[0]
    assert best.tokens == () and len(calls) <= 3


def test_best_indices():
    assert best_indices(np.array([1.0, 5.0, -np.inf, 5.0, 2.0]), 4).tolist() == [1, 3, 4, 0]
    assert best_indices(np.array([-np.inf, 1.0]), 9).tolist() == [1]


@pytest.mark.parametrize(("options", "message"), [
    ({"width": 0, "max_steps": 3}, "width must be 1 or more"), ({"width": 1, "max_steps": 0}, "max_steps must be"),
])
def test_bad_settings_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        beam_search(tiny(0), SOURCE, **options)
    with pytest.raises(ValueError, match="one sequence at a time"):
        beam_search(tiny(0), SOURCE.expand(3, 2), width=1, max_steps=1)


def test_greedy_ends_each_answer_and_leaves_the_mode_alone():
    model = tiny(3).train()
    source, lengths = torch.tensor([[4, 3, 5], [5, 4, 0], [3, 0, 0]]), torch.tensor([3, 2, 1])
    decoded = greedy(model, source.numpy(), max_steps=6, lengths=lengths.numpy())
    assert model.training and decoded.weights is None and not (decoded.tokens == START).any()
    for n, length in enumerate(lengths):
        alone = greedy(model, source[:length, n:n + 1], max_steps=6)
        column = decoded.tokens[: len(alone.tokens), n]
        assert column.tolist() == alone.tokens[:, 0].tolist()
        assert decoded.log_probability[n].item() == pytest.approx(alone.log_probability.item(), abs=1e-4)
        ended = (column == END).nonzero().flatten().tolist()
        assert not ended or not decoded.tokens[ended[0] + 1:, n].any(), "PAD after END"


def test_exact_match_counts_whole_answers():
    answers = np.array([[4, 4, 4, 4], [END, 5, END, 5], [PAD, END, PAD, 5]])
    targets = np.array([[4, 4, 5, 4], [END, 5, END, 5], [PAD, END, PAD, END]])
    assert same_answers(answers, targets).tolist() == [True, True, False, False]
    assert same_answers(answers[:, :2], np.pad(targets[:, :2], ((0, 4), (0, 0)))).all(), "padding does not matter"
    letters = Symbols("ab")
    model = tiny(0)
    pairs = Pairs("p", letters, letters, train=[], test=[("ab", "a"), ("b", ""), ("aab", "bb")])
    said = ["".join(letters.decode(greedy(model, letters.encode(q)[:, None], max_steps=4).tokens[:, 0].tolist()))
            for q, _ in pairs.test]
    agreeing = Pairs("p", letters, letters, train=[], test=[(q, a) for (q, _), a in zip(pairs.test, said)])
    ended = [END in greedy(model, letters.encode(q)[:, None], max_steps=4).tokens for q, _ in pairs.test]
    assert exact_match(model, agreeing, max_steps=4, batch_size=2) == pytest.approx(np.mean(ended))


def test_the_mode_is_as_before_also_after_an_error():
    model = tiny(0).train()
    model.encoder.eval()  # frozen, say
    greedy(model, SOURCE, max_steps=2)
    beam_search(model, SOURCE, width=2, max_steps=2)
    for call in (lambda: greedy(model, SOURCE.float(), max_steps=2),
                 lambda: beam_search(model, SOURCE + 100, width=2, max_steps=2)):
        with pytest.raises((RuntimeError, IndexError)):
            call()
    assert model.training and model.decoder.training
    assert not any(part.training for part in model.encoder.modules())


def test_a_model_of_doubles_is_decoded_in_doubles():
    model = Seq2Seq(Encoder(3, 5, frames=True), Decoder(6, 5)).double()
    frames = np.random.default_rng(0).standard_normal((4, 1, 3)).astype(np.float32)
    decoded = greedy(model, frames, max_steps=3)
    assert decoded.log_probability.dtype == torch.float64
    (best,) = beam_search(model, frames, width=1, max_steps=3)
    assert best.log_probability == pytest.approx(decoded.log_probability.item(), rel=1e-12)


def test_faults_are_named():
    letters = Symbols("ab")
    pairs = Pairs("empty", letters, letters, train=[("a", "b")], test=())
    with pytest.raises(ValueError, match="max_steps must be 1 or more, got 0"):
        greedy(tiny(0), SOURCE, max_steps=0)
    with pytest.raises(ValueError, match="part must have examples, got 'test'"):
        exact_match(tiny(0), pairs, max_steps=2)
    with pytest.raises(ValueError, match='part must be "train" or "test", got \'dev\''):
        exact_match(tiny(0), pairs, "dev", max_steps=2)
    with pytest.raises(ValueError, match="batch_size must be 1 or more, got 0"):
        list(pairs.batches(0))


BATCH = torch.tensor([[4, 3, 5, 4, 3], [5, 4, 0, 4, 3], [3, 0, 0, 4, 4], [5, 0, 0, 3, 0]])
LENGTHS = [4, 2, 1, 4, 3]


def the_same(together, alone, tolerance=1e-4):
    assert [[(one.tokens, one.finished) for one in beam] for beam in together] == [
        [(one.tokens, one.finished) for one in beam] for beam in alone]
    for beam, other in zip(together, alone):
        np.testing.assert_allclose([one.log_probability for one in beam],
                                   [one.log_probability for one in other], atol=tolerance)


def one_at_a_time(model, **options):
    return [beam_search(model, BATCH[:length, [n]], **options) for n, length in enumerate(LENGTHS)]


def make(kind, seed, scale=3.0):
    torch.manual_seed(seed)
    decoder = AttentionDecoder(6, 5, 5) if kind == "attention" else Decoder(6, 5, context=kind)
    model = Seq2Seq(Encoder(6, 5), decoder)
    for weight in model.parameters():
        weight.data *= scale
    return model


@pytest.mark.parametrize("kind", ["once", "every step", "attention"])
@pytest.mark.parametrize("width", [1, 2, 3, 7])
def test_a_batch_of_sources_is_searched_as_each_is_alone(kind, width):
    for seed in range(4):
        for penalty in (0.0, 0.6, 1.0):
            options = {"width": width, "max_steps": 6, "length_penalty": penalty}
            model = make(kind, seed)
            found = beam_search_batch(model, BATCH, lengths=LENGTHS, **options)
            the_same(found, one_at_a_time(model, **options))
            assert len({tuple(beam) for beam in found}) > 1, "the sources must not all get one answer"


def twins(model):
    """Symbols 4 and 5 are the same to the model, so each 4 of an answer ties with a 5."""
    for weight in (model.encoder.embedding.weight, model.decoder.embedding.weight, model.decoder.readout.weight,
                   model.decoder.readout.bias):
        weight.data[5] = weight.data[4]
    model.decoder.readout.bias.data[4:] += 2  # and they are said often


def all_equal(model):
    """Every symbol is as probable as every other."""
    for weight in (model.decoder.readout.weight, model.decoder.readout.bias):
        weight.data[:] = 0


@pytest.mark.parametrize("kind", ["once", "attention"])
@pytest.mark.parametrize("tie", [twins, all_equal])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ties_fall_alike_in_a_batch_and_alone(kind, tie, dtype):
    for seed in range(4):
        model = make(kind, seed, 2.0).to(dtype)
        tie(model)
        for width, penalty in ((1, 0.0), (3, 0.0), (3, 1.0), (5, 0.5)):
            options = {"width": width, "max_steps": 5, "length_penalty": penalty}
            alone = one_at_a_time(model, **options)
            the_same(beam_search_batch(model, BATCH, lengths=LENGTHS, **options), alone)
            values = [one.log_probability for beam in alone for one in beam]
            assert width == 1 or len(np.unique(np.round(values, 4))) < len(values), "there are ties"


def test_what_differs_by_rounding_is_a_tie_and_the_first_one_wins():
    values = np.array([-2.0, -1.0, -1.0 + 1e-7, -3.0, -1.0 - 1e-7])
    assert best_indices(values, 2).tolist() == [2, 1]
    assert best_indices(values, 2, tie=1e-5).tolist() == [1, 2]
    assert best_indices(values, 4, tie=1e-5).tolist() == [1, 2, 4, 0]
    exact = table({START: [0, 0, 0, 0, 0.5, 0.5], 4: [0, 0, 1, 0, 0, 0], 5: [0, 0, 1, 0, 0, 0]})

    def rounded(tokens, parents):
        return (exact(tokens, parents) + 1e-7 * np.arange(6)).astype(np.float32)

    for step in (exact, rounded):
        assert search(step, width=1, max_steps=3)[0][0].tokens == (4,)


@pytest.mark.parametrize("seed", range(5))
def test_searches_side_by_side_are_the_searches_alone(seed):
    """On tables of a few different probabilities, so that many sums are equal."""
    def tabulated(calls):
        owner = np.arange(7)

        def step(tokens, parents):
            nonlocal owner
            owner = owner[parents]
            calls.append(len(tokens))
            return tables[owner, tokens]
        return step

    tables = np.log(np.random.default_rng(seed).integers(1, 4, (7, 6, 6)) / 9)  # source, last symbol, next symbol
    tables[:, :, [PAD, START]] = -np.inf
    for width, penalty in ((1, 0.0), (3, 0.0), (4, 0.7)):
        calls = []
        options = {"width": width, "max_steps": 5, "length_penalty": penalty}
        together = search_batch(tabulated(calls), 7, **options)
        assert together == [search(lambda tokens, _, n=n: tables[n, tokens], **options)[0] for n in range(7)]
        assert calls[0] == 7 and len(calls) <= 5 and max(calls) <= 7 * width


def test_a_beam_that_is_over_leaves_the_batch():
    ends = table({START: [0, 0, 0.9, 0, 0.1, 0], 4: [0, 0, 0.9, 0, 0.1, 0]})
    goes_on = table({START: [0, 0, 0.01, 0, 0.99, 0], 4: [0, 0, 0.01, 0, 0.99, 0]})
    owner, calls = np.arange(2), []

    def step(tokens, parents):
        nonlocal owner
        owner = owner[parents]
        calls.append(owner.tolist())
        return np.vstack([(goes_on if each else ends)([token], None) for each, token in zip(owner, tokens)])

    (first, *_), (second, *_) = search_batch(step, 2, width=1, max_steps=4)
    assert first.tokens == () and second.tokens == (4, 4, 4, 4)
    assert calls == [[0, 1], [1], [1], [1]]


def test_a_batch_without_lengths_or_with_nothing_in_it():
    model = make("once", 0)
    found = beam_search_batch(model, SOURCE.expand(3, 2), width=2, max_steps=3)
    the_same(found, [beam_search(model, SOURCE, width=2, max_steps=3)] * 2)
    assert search_batch(TOY, 0, width=2, max_steps=3) == []


@pytest.mark.parametrize("decode", [
    lambda model: greedy(model, BATCH, max_steps=3), lambda model: beam_search(model, SOURCE, width=2, max_steps=3),
    lambda model: beam_search_batch(model, BATCH, width=2, max_steps=3, lengths=LENGTHS),
])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_that_has_diverged_gets_a_sentence(decode, value):
    model = make("every step", 0)
    model.decoder.readout.bias.data[4] = value
    with pytest.raises(ValueError, match="at step 1: the model's weights have diverged; train it again with"):
        decode(model)


@pytest.mark.parametrize(("options", "message"), [
    ({"width": 0, "max_steps": 3}, "width must be 1 or more"), ({"width": 1, "max_steps": 0}, "max_steps must be"),
    ({"width": 1, "max_steps": 3, "lengths": [9, 1, 1, 1, 1]}, "lengths"),
])
def test_bad_settings_of_a_batch_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        beam_search_batch(tiny(0), BATCH, **options)
    with pytest.raises(ValueError, match=r"source must be \(T, N\), got \(3,\)"):
        beam_search_batch(tiny(0), SOURCE[:, 0], width=1, max_steps=1)
    with pytest.raises(ValueError, match="count must be 0 or more"):
        search_batch(TOY, -1, width=1, max_steps=1)
