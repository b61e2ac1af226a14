"""What is particular to chapter 10's exercises: references against PyTorch and the package, and unlisted answers."""

import numpy as np
import pytest

from seqlearn.data.words import build_vocabulary
from seqlearn.exercises import ch10


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_vocabulary_is_the_package_s(rng):
    for texts, size in ch10.vocabulary.cases(rng):
        found = ch10.vocabulary_reference(texts, size)
        distinct = {word for words in texts for word in words}
        assert list(found.values()) == list(range(len(found))) and len(found) == min(size, len(distinct) + 2)
        if all(map(str.islower, distinct)):  # the package makes all letters small
            assert found == build_vocabulary((" ".join(words) for words in texts), size)


def test_packing_is_torch_s(rng):
    torch = pytest.importorskip("torch")
    for x, lengths in ch10.pack.cases(rng):
        data, sizes, order = ch10.pack_reference(x, lengths)
        packed = torch.nn.utils.rnn.pack_padded_sequence(torch.from_numpy(x), torch.from_numpy(lengths),
                                                         enforce_sorted=False)
        assert np.array_equal(data, packed.data) and np.array_equal(sizes, packed.batch_sizes)
        assert np.array_equal(order, packed.sorted_indices)


def test_running_over_packed_data_is_the_layer(rng):
    from seqlearn import nn

    (x, lengths), *_ = ch10.pack.cases(rng)
    for (x, lengths), case in zip(ch10.pack.cases(rng), ch10.run_packed.cases(rng), strict=True):
        *_, h_0, W_x, W_h, b = case
        layer = nn.RNN(len(W_x), len(W_h))
        for name, value in (("W_x", W_x), ("W_h", W_h), ("b", b)):
            layer.params[name][:] = value
        expected = layer.forward(x, h_0, lengths=lengths)[1]
        found = ch10.run_packed_reference(*ch10.pack_reference(x, lengths), h_0, W_x, W_h, b)
        np.testing.assert_allclose(found, expected, atol=1e-13)


def test_the_loss_is_torch_s(rng):
    torch = pytest.importorskip("torch")
    for logits, labels, lengths in ch10.masked_loss.cases(rng):
        mask = np.arange(len(logits))[:, None] < lengths
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            torch.from_numpy(logits), torch.from_numpy(np.broadcast_to(labels, logits.shape).copy()), reduction="none")
        assert ch10.masked_loss_reference(logits, labels, lengths) == pytest.approx(losses.numpy()[mask].mean())


def test_a_packed_classifier_is_read_alone_as_in_a_batch(rng):
    torch = pytest.importorskip("torch")
    for model, x, lengths in ch10.packed_logits.cases(rng):
        logits = ch10.packed_logits_reference(model, x, lengths)
        alone = torch.cat([ch10.packed_logits_reference(model, x[:length, [n]], lengths[[n]])
                           for n, length in enumerate(lengths)])
        assert torch.allclose(logits, alone, atol=1e-12)


def test_joining_is_what_the_chapter_does_by_hand():
    words, pairs = [list(word) for word in ("warm", "warmer", "cold", "colder")], []
    for _ in range(7):
        pair, words = ch10.join_pair_reference(words, [4, 3, 2, 3])
        pairs.append(" + ".join(pair))
    assert pairs == ["a + r", "ar + m", "w + arm", "e + r", "c + o", "co + l", "col + d"]
    assert words == [["warm"], ["warm", "er"], ["cold"], ["cold", "er"]]


def test_dropped_features_keep_the_mean(rng):
    words, share = rng.standard_normal((2, 3, 4)), 0.3
    mean = np.mean([ch10.drop_features_reference(words, rng.random((3, 4)), share) for _ in range(4000)], axis=0)
    np.testing.assert_allclose(mean, words, atol=0.1)


def _packed(model, x, lengths):
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    packed = pack_padded_sequence(model.embedding(x), lengths, enforce_sorted=False)
    outputs, (h_n, _) = model.lstm(packed)
    return pad_packed_sequence(outputs)[0], h_n


def _first_and_last_outputs(model, x, lengths):
    import torch

    outputs, H = _packed(model, x, lengths)[0], model.lstm.hidden_size
    return model.readout(torch.cat([outputs[lengths - 1, torch.arange(len(lengths)), :H], outputs[0, :, H:]], 1))[:, 0]


RIGHT = {
    "10.6 with where": (ch10.drop_features, lambda words, draws, share: np.where(
        draws < share, 0, words / (1 - share))),
    "10.7 as tuples": (ch10.join_pair, lambda words, counts: tuple(
        map(tuple, ch10.join_pair_reference(words, counts)))),
    "10.8 from the outputs": (ch10.packed_logits, _first_and_last_outputs),
    "10.2 with a loop": (ch10.masked_mean, lambda outputs, lengths: np.stack(
        [outputs[:n, i].mean(axis=0) for i, n in enumerate(lengths)])),
    "10.2 as a list": (ch10.masked_mean, lambda outputs, lengths: [list(outputs[:n, i].mean(axis=0))
                                                                  for i, n in enumerate(lengths)]),
    "10.3 from probabilities": (ch10.masked_loss, lambda logits, labels, lengths: np.concatenate(
        [np.log(1 + np.exp((1 - 2 * labels[n]) * logits[:length, n])) for n, length in enumerate(lengths)]).mean()),
    "10.4 by sorting": (ch10.pack, lambda x, lengths: (
        np.array([x[t, n] for t in range(max(lengths)) for n in sorted(range(len(lengths)), key=lambda n: -lengths[n])
                  if lengths[n] > t]),
        [sum(n > t for n in lengths) for t in range(max(lengths))],
        sorted(range(len(lengths)), key=lambda n: -lengths[n]))),
}


@pytest.mark.parametrize("name", RIGHT)
def test_other_right_answers_are_right(name):
    exercise, answer = RIGHT[name]
    result = exercise.check(answer)
    assert result.status == "correct", result.message


WRONG = {
    "vocabulary in capitals": (ch10.vocabulary, lambda texts, size: {
        word.upper(): row for word, row in ch10.vocabulary_reference(texts, size).items()}),
    "mean over rows": (ch10.masked_mean, lambda outputs, lengths: outputs.mean(axis=1)),
    "median": (ch10.masked_mean, lambda outputs, lengths: np.median(outputs, axis=0)),
    "squared loss": (ch10.masked_loss, lambda logits, labels, lengths: ((logits - labels) ** 2).mean()),
    "packing two of three": (ch10.pack, lambda x, lengths: ch10.pack_reference(x, lengths)[:2]),
    "run on the first step only": (ch10.run_packed, lambda data, sizes, order, h_0, W_x, W_h, b: np.tanh(
        data[: len(h_0)] @ W_x + h_0 @ W_h + b)),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_outside_the_catalogue_are_wrong(name):
    exercise, answer = WRONG[name]
    result = exercise.check(answer)
    assert result.status == "incorrect" and len(result.message) > 20
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message


def _numbered_from(first):
    def vocabulary(texts, size):
        words = list(ch10.vocabulary_reference(texts, size))[2:]
        return {"<pad>": 0, "<unk>": 1} | {word: first + n for n, word in enumerate(words)}

    return vocabulary


def _masked_sum(outputs, lengths):
    return np.where((np.arange(len(outputs))[:, None] < lengths)[:, :, None], outputs, 0).sum(axis=0)


@pytest.mark.parametrize(("exercise", "answer", "mistake"), [
    (ch10.vocabulary, _numbered_from(0), "words begin at row 0 or 1"),
    (ch10.vocabulary, _numbered_from(1), "words begin at row 0 or 1"),
    (ch10.vocabulary, _numbered_from(3), "words begin at row 3"),
    (ch10.vocabulary, lambda texts, size: ch10.vocabulary_reference(texts[:1], size), "first text only"),
    (ch10.vocabulary, lambda texts, size: ch10.vocabulary_reference([[w.lower() for w in t] for t in texts], size),
     "lower-cased"),
    (ch10.masked_mean, lambda outputs, lengths: outputs[lengths - 1, np.arange(len(lengths))], "last real step"),
    (ch10.masked_mean, lambda outputs, lengths: _masked_sum(outputs, lengths) / lengths, "lengths taken for features"),
    (ch10.run_packed, lambda data, sizes, order, h_0, *weights: ch10.run_packed_reference(
        data, sizes, np.arange(len(order)), h_0, *weights), "order not used"),
    (ch10.drop_features, lambda words, draws, share: words * (draws >= share), "not made larger"),
    (ch10.packed_logits, lambda model, x, lengths: model.readout(_packed(model, x, lengths)[0][-1])[:, 0],
     "last step of the page"),
    (ch10.packed_logits, lambda model, x, lengths: model.readout(
        _packed(model, x, lengths)[1].reshape(len(lengths), -1))[:, 0], "h_n reshaped"),
])
def test_what_people_write_is_called_by_its_name(exercise, answer, mistake):
    result = exercise.check(answer)
    assert result.mistake == mistake, result.message
