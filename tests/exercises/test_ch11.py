"""What is particular to chapter 11's exercises: references against the package, and unlisted answers."""

import numpy as np
import pytest

from seqlearn.data.pairs import Pairs, Symbols
from seqlearn.exercises import ch11, reading_and_writing


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_shifting_is_the_package_s(rng):
    letters = Symbols("abcdef")
    pairs = Pairs("p", letters, letters, train=[], test=[])
    for (answers,) in ch11.shift.cases(rng):
        answers = [[row + 1 if row == 3 else row for row in answer] for answer in answers]
        batch = pairs.batch([("a", [letters.tokens[row] for row in answer]) for answer in answers])
        inputs, targets = ch11.shift_reference(answers)
        assert np.array_equal(inputs, batch.inputs) and np.array_equal(targets, batch.targets)


def test_the_loss_is_the_package_s(rng):
    torch = pytest.importorskip("torch")
    from seqlearn.models import sequence_loss

    for logits, targets in ch11.masked_loss.cases(rng):
        found = sequence_loss(torch.from_numpy(logits), torch.from_numpy(targets)).item()
        assert ch11.masked_loss_reference(logits, targets) == pytest.approx(found, abs=1e-12)


def test_matches_are_sacrebleu_s(rng):
    metrics = pytest.importorskip("sacrebleu.metrics")
    for candidate, reference, n in ch11.matches.cases(rng):
        score = metrics.BLEU(tokenize="none").corpus_score([" ".join(candidate)], [[" ".join(reference)]])
        assert ch11.matches_reference(candidate, reference, n) == (score.counts[n - 1], score.totals[n - 1])


def test_the_step_is_the_search_s(rng):
    """A beam that is built with the exercise's step finds what `seqlearn.decoding.beam.search` finds."""
    from seqlearn.decoding.beam import search

    tables = rng.standard_normal((4, 7, 7))
    log_p = tables - np.log(np.exp(tables).sum(axis=2, keepdims=True))
    log_p[:, :, 2] = -50.0  # END hardly ever: all hypotheses have the same length

    steps = iter(range(4))
    found, _ = search(lambda tokens, parents: log_p[next(steps)][tokens], width=3, max_steps=4)
    scores, beams = np.zeros(1), [[1]]
    for number in range(4):
        parents, tokens, scores = ch11.beam_step_reference(scores, log_p[number][[beam[-1] for beam in beams]], 3)
        beams = [[*beams[parent], int(token)] for parent, token in zip(parents, tokens)]
    assert [one.tokens for one in found] == [tuple(beam[1:]) for beam in beams]
    np.testing.assert_allclose([one.log_probability for one in found], scores)


def test_the_greedy_loop_is_the_package_s(rng):
    torch = pytest.importorskip("torch")
    from seqlearn.decoding import greedy
    from seqlearn.models import Decoder, Encoder, Seq2Seq

    ends = set()
    for seed in range(6):
        torch.manual_seed(seed)
        model = Seq2Seq(Encoder(8, 5), Decoder(8, 5)).double().eval()
        for weight in model.parameters():
            weight.data *= 4
        source = torch.from_numpy(rng.integers(4, 8, (3, 6)))
        encoded = model.encode(source)

        def step(tokens, state, model=model, encoded=encoded):
            with torch.no_grad():
                logits, state, _ = model.decoder(torch.from_numpy(tokens)[None], encoded, state)
            logits[..., :2] = -torch.inf
            return logits[0].numpy(), state

        expected = greedy(model, source, max_steps=5).tokens
        assert np.array_equal(reading_and_writing.write_reference(step, encoded.state, 6, 5), expected)
        ends.add(tuple((expected == 2).sum(0).tolist()))
    assert any(len(set(each)) > 1 for each in ends), "some answers of a batch end and some do not"


def test_the_smallest_model_is_the_package_s(rng):
    torch = pytest.importorskip("torch")
    from seqlearn.models import Decoder, Encoder, Seq2Seq

    for parts, source, lengths, inputs in ch11.seq2seq_logits.cases(rng):
        D, H = parts.embed_source.embedding_dim, parts.readout.in_features
        model = Seq2Seq(Encoder(9, H, embedding_size=D, cell="gru"), Decoder(9, H, embedding_size=D, cell="gru"))
        model.double()
        for one, other in ((model.encoder.embedding, parts.embed_source), (model.encoder.recurrent, parts.reader),
                           (model.decoder.embedding, parts.embed_target), (model.decoder.recurrent, parts.writer),
                           (model.decoder.readout, parts.readout)):
            one.load_state_dict(other.state_dict())
        found = reading_and_writing.seq2seq_logits_reference(parts, source, lengths, inputs)
        assert torch.allclose(found, model(source, inputs, lengths), atol=1e-12)


def test_at_the_fair_penalty_both_answers_tie_in_the_search():
    from seqlearn.decoding.beam import search

    rows = {1: [0, 0, 0.5, 0, 0.5], 4: [0, 0, 0.3, 0, 0.7]}

    def step(tokens, parents):
        with np.errstate(divide="ignore"):
            return np.log([rows[int(token)] for token in tokens])

    alpha = reading_and_writing.fair_penalty_reference(np.log(0.5), 0, np.log(0.5 * 0.3), 1)
    for penalty, first in ((alpha - 0.01, ()), (alpha + 0.01, (4,))):
        answers = search(step, width=3, max_steps=2, length_penalty=penalty)[0]
        assert [one.tokens for one in answers if one.finished][0] == first


def test_a_context_without_a_gradient_is_found():
    torch = pytest.importorskip("torch")

    def detached(model, source, lengths, inputs):
        with torch.no_grad():
            x = torch.nn.utils.rnn.pack_padded_sequence(model.embed_source(source), lengths, enforce_sorted=False)
            _, context = model.reader(x)
        return model.readout(model.writer(model.embed_target(inputs), context)[0])

    result = ch11.seq2seq_logits.check(detached)
    assert result.status == "incorrect" and "no gradient reaches the encoder" in result.message


def test_steps_that_nobody_needs_are_counted():
    def one_more(step, state, count, max_steps):
        said = reading_and_writing.write_reference(step, state, count, max_steps)
        step(np.ones(count, dtype=int), state)
        return said

    result = ch11.write.check(one_more)
    assert result.status == "incorrect" and "Leave the loop" in result.message


RIGHT = {
    "11.6 in a prepared array": (ch11.write, lambda *given: _in_an_array(*given)),
    "11.8 in another base": (ch11.fair_penalty, lambda short, n, long, m: np.log2(long / short) / np.log2(
        (m + 1) / (n + 1))),
    "11.1 with pad": (ch11.shift, lambda answers: [
        np.stack([np.pad(column, (0, max(map(len, answers)) + 1 - len(column))) for column in columns], axis=1)
        for columns in ([[1, *a] for a in answers], [[*a, 2] for a in answers])]),
    "11.2 with indices": (ch11.reverse, lambda source, lengths: np.take_along_axis(
        source, np.where(np.arange(len(source))[:, None] < lengths, lengths - 1 - np.arange(len(source))[:, None],
                         np.arange(len(source))[:, None]), axis=0)),
    "11.3 with a loop": (ch11.masked_loss, lambda logits, targets: np.mean(
        [np.log(np.exp(logits[s, n]).sum()) - logits[s, n, targets[s, n]]
         for s in range(len(targets)) for n in range(targets.shape[1]) if targets[s, n]])),
    "11.5 with a list": (ch11.beam_step, lambda scores, log_p, width: tuple(zip(*sorted(
        ((b, v, scores[b] + log_p[b, v]) for b in range(len(scores)) for v in range(log_p.shape[1])),
        key=lambda one: -one[2])[:width]))),
}


def _in_an_array(step, state, count, max_steps):
    said, tokens, alive = np.zeros((max_steps, count), dtype=int), np.full(count, 1), np.ones(count, dtype=bool)
    for number in range(max_steps):
        logits, state = step(tokens, state)
        said[number] = tokens = logits.argmax(-1) * alive
        alive &= tokens != 2
        if not alive.any():
            return said[: number + 1]
    return said


@pytest.mark.parametrize("name", RIGHT)
def test_other_right_answers_are_right(name):
    exercise, answer = RIGHT[name]
    result = exercise.check(answer)
    assert result.status == "correct", result.message


WRONG = {
    "inputs only": (ch11.shift, lambda answers: ch11.shift_reference(answers)[0]),
    "nothing turned": (ch11.reverse, lambda source, lengths: source),
    "accuracy": (ch11.masked_loss, lambda logits, targets: (logits.argmax(2) == targets).mean()),
    "share of matches": (ch11.matches, lambda one, other, n: len(set(one) & set(other)) / len(one)),
    "one step": (ch11.write, lambda step, state, count, max_steps: np.ones((1, count), dtype=int)),
    "no product": (ch11.fair_penalty, lambda short, n, long, m: long - short + m),
    "a random beam": (ch11.beam_step, lambda scores, log_p, width: (
        np.zeros(width, int), np.arange(width), np.arange(width))),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_outside_the_catalogue_are_wrong(name):
    exercise, answer = WRONG[name]
    result = exercise.check(answer)
    assert result.status == "incorrect" and len(result.message) > 20
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message


def _counted(candidate, reference, n, group):
    found, wanted = ([group(words[i : i + n]) for i in range(len(words) - n + 1)] for words in (candidate, reference))
    return sum(min(found.count(each), wanted.count(each)) for each in set(found)), len(found)


def test_groups_are_not_joined_without_a_blank():
    assert ch11.matches.check(lambda *given: _counted(*given, group=" ".join)).status == "correct"
    assert ch11.matches.check(lambda *given: _counted(*given, group="".join)).mistake == "joined without blank"


def _targets_shifted_down(answers):
    _, targets = ch11.shift_reference(answers)
    return np.vstack([np.ones_like(targets[:1]), targets[:-1]]), targets


@pytest.mark.parametrize(("exercise", "answer", "mistake"), [
    (ch11.shift, _targets_shifted_down, "END in the inputs"),
    (ch11.matches, lambda one, other, n: (ch11.matches_reference(one, other, n)[0], len(one) - n + 1),
     "fewer than no groups"),
])
def test_what_people_write_is_called_by_its_name(exercise, answer, mistake):
    result = exercise.check(answer)
    assert result.status == "incorrect" and result.mistake == mistake, result.message


def test_rows_of_a_table_are_whole_numbers():
    result = ch11.shift.check(lambda answers: [array.astype(float) for array in ch11.shift_reference(answers)])
    assert result.status == "incorrect" and "np.int64" in result.message
