"""What is particular to chapter 15's exercises: references against the package and sacrebleu, and unlisted answers."""

import re
from collections import Counter

import numpy as np
import pytest

from seqlearn.exercises import ch15
from seqlearn.exercises.pieces import merged


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_bleu_is_sacrebleus_with_several_references(rng):
    metrics = pytest.importorskip("sacrebleu.metrics")
    metric = metrics.BLEU(tokenize="none", smooth_method="none")
    for translations, references in ch15.bleu.cases(rng):
        streams = [[" ".join(several[k]) if k < len(several) else None for several in references]
                   for k in range(max(map(len, references)))]
        expected = metric.corpus_score([" ".join(words) for words in translations], streams).score
        assert ch15.bleu_reference(translations, references) == pytest.approx(expected, abs=1e-9)


def test_the_other_references_are_the_package_s(rng):
    from seqlearn.data.pairs import Symbols
    from seqlearn.data.sentences import frequent_words

    translator = pytest.importorskip("seqlearn.models.translator")
    for train, test, at_least in ch15.unknown_words.cases(rng):
        expected = translator.unknown_share(test, Symbols(frequent_words(train, at_least)))
        assert ch15.unknown_words_reference(train, test, at_least) == pytest.approx(expected)
    for target, source, weights in ch15.copy_unknown.cases(rng):
        expected = translator.copy_unknown(translator.Translation(target, weights), source)
        assert ch15.copy_unknown_reference(target, source, weights) == expected


def _unknown_with_a_set(train, test, at_least):
    words = sum(train, [])
    known = {word for word in words if words.count(word) >= at_least}
    running = sum(test, [])
    return len([word for word in running if word not in known]) / len(running)


RIGHT = {
    "15.1 with a set": (ch15.unknown_words, _unknown_with_a_set),
    "15.2 as an array": (ch15.best_answer, lambda answers, alpha: (
        np.array([value / (len(tokens) + 1) ** alpha for tokens, value in answers]),
        np.argmax([value / (len(tokens) + 1) ** alpha for tokens, value in answers]))),
    "15.3 with a loop over rows": (ch15.copy_unknown, lambda target, source, weights: [
        source[max(range(len(source)), key=lambda t: row[t])] if token == "<unk>" else token
        for token, row in zip(target, weights)]),
}


def _merges_by_pattern(word_counts, num_merges):
    """Sennrich, Haddow and Birch print it so, with spaces between the pieces."""
    spellings = {" ".join([*word[:-1], word[-1] + "·"]): count for word, count in word_counts.items()}
    merges = []
    for _ in range(num_merges):
        counts = Counter()
        for pieces, count in spellings.items():
            for pair in zip(pieces.split(), pieces.split()[1:]):
                counts[pair] += count
        if not counts:
            break
        merges.append(list(sorted(counts, key=lambda pair: (-counts[pair], pair))[0]))
        pattern = re.compile(rf"(?<!\S){re.escape(' '.join(merges[-1]))}(?!\S)")
        spellings = {pattern.sub("".join(merges[-1]), pieces): count for pieces, count in spellings.items()}
    return merges


def _cut_by_rank(word, merges):
    rank, pieces = {tuple(pair): place for place, pair in enumerate(merges)}, [*word[:-1], word[-1] + "·"]
    while pairs := [pair for pair in zip(pieces, pieces[1:]) if pair in rank]:
        pieces = merged(pieces, min(pairs, key=rank.get))
    return tuple(pieces)


def _asked_word_by_word(x, memory, W_q, W_k, W_v, seen):
    out = []
    for query in x @ W_q:
        weights = np.exp([query @ (memory[t] @ W_k) / np.sqrt(len(query)) if seen[t] else -np.inf
                          for t in range(len(memory))])
        out.append(weights / weights.sum() @ memory @ W_v)
    return np.array(out)


RIGHT |= {
    "15.5 with a pattern": (ch15.learn_merges, _merges_by_pattern),
    "15.6 by rank": (ch15.cut_word, _cut_by_rank),
    "15.7 with a loop": (ch15.ahead, lambda a, b, draws: sum(b[row].sum() > a[row].sum() for row in draws)
                         / len(draws)),
    "15.8 word by word": (ch15.ask_the_source, _asked_word_by_word),
}


@pytest.mark.parametrize("name", RIGHT)
def test_other_right_answers_are_right(name):
    exercise, answer = RIGHT[name]
    result = exercise.check(answer)
    assert result.status == "correct", result.message


WRONG = {
    "unknown: none": (ch15.unknown_words, lambda train, test, at_least: 0.0),
    "unknown: a count": (ch15.unknown_words, lambda train, test, at_least: len(train)),
    "beam: nothing": (ch15.best_answer, lambda answers, alpha: None),
    "beam: only the place": (ch15.best_answer, lambda answers, alpha: 0),
    "copy: the source": (ch15.copy_unknown, lambda target, source, weights: source),
    "copy: the target": (ch15.copy_unknown, lambda target, source, weights: target),
    "beam: sorted": (ch15.best_answer, lambda answers, alpha: (
        sorted(ch15.best_answer_reference(answers, alpha)[0], reverse=True), 0)),
    "beam: another penalty": (ch15.best_answer, lambda answers, alpha: (
        scores := [value / ((len(tokens) + 6) / 6) ** alpha for tokens, value in answers], int(np.argmax(scores)))),
    "copy: the largest weight when it is sure": (ch15.copy_unknown, lambda target, source, weights: [
        source[int(row.argmax())] if token == "<unk>" and row.max() > 0.5 else token
        for token, row in zip(target, weights)]),
    "copy: the mean position": (ch15.copy_unknown, lambda target, source, weights: [
        source[int(round(float(row @ np.arange(len(source)))))] if token == "<unk>" else token
        for token, row in zip(target, weights)]),
    "merges: none": (ch15.learn_merges, lambda word_counts, num_merges: []),
    "merges: another mark": (ch15.learn_merges, lambda word_counts, num_merges: [
        tuple(piece.replace("·", "</w>") for piece in pair) for pair in ch15.learn_merges.reference(
            word_counts, num_merges)]),
    "cut: with spaces": (ch15.cut_word, lambda word, merges: " ".join(ch15.cut_word.reference(word, merges))),
    "ahead: medians": (ch15.ahead, lambda a, b, draws: np.mean(np.median(b[draws], 1) > np.median(a[draws], 1))),
    "source: scores": (ch15.ask_the_source, lambda x, memory, W_q, W_k, W_v, seen: x @ W_q @ (memory @ W_k).T),
    "source: added to x": (ch15.ask_the_source, lambda x, memory, W_q, W_k, W_v, seen: x @ W_v
                           + ch15.ask_the_source.reference(x, memory, W_q, W_k, W_v, seen)),
    "bleu: hundred": (ch15.bleu, lambda translations, references: 100.0),
    "bleu: sums clipped over the corpus": (ch15.bleu, lambda translations, references: ch15.bleu_reference(
        [sum(translations, [])], [[sum((several[0] for several in references), [])]])),
    "bleu: raises": (ch15.bleu, lambda translations, references: 1 / 0),
    "bleu: text": (ch15.bleu, lambda translations, references: "28.3"),
}


@pytest.mark.parametrize("name", WRONG)
def test_unlisted_wrong_answers_are_wrong(name):
    exercise, answer = WRONG[name]
    result = exercise.check(answer)
    assert result.status == "incorrect" and result.message and "check itself" not in result.message


def test_bleu_at_its_edges():
    words = "a man sits on a bench".split()
    assert ch15.bleu_reference([words], [[words]]) == pytest.approx(100)
    assert ch15.bleu_reference([["the"] * 6], [[words]]) == 0
    assert ch15.bleu_reference([words[:4]], [[words]]) == pytest.approx(100 * np.exp(1 - 6 / 4))


def test_each_unknown_word_has_its_own_row():
    def copy(target, source, weights):
        return [source[weights[target.index(token)].argmax()] if token == "<unk>" else token for token in target]

    assert ch15.copy_unknown.check(copy).mistake == "the first one's row for all"


def test_tokens_are_called_tokens():
    result = ch15.copy_unknown.check(lambda *given: [*ch15.copy_unknown_reference(*given)[:-1], "x"])
    assert "token 7 should be" in result.message


@pytest.mark.parametrize(("best", "mistake"), [
    (lambda lengths, scores: np.argmin(lengths), "chosen by length"),
    (lambda lengths, scores: np.argmin(np.abs(scores)) + 1, "place counted from 1"),
])
def test_a_choice_among_right_scores_is_explained_by_what_was_chosen(best, mistake):
    def best_answer(answers, alpha):
        scores, _ = ch15.best_answer_reference(answers, alpha)
        return scores, int(best([len(tokens) for tokens, _ in answers], scores))

    assert ch15.best_answer.check(best_answer).mistake == mistake


def test_positive_scores_are_not_said_to_be_right():
    def best_answer(answers, alpha):
        scores = [abs(value) / (len(tokens) + 1) ** alpha for tokens, value in answers]
        return scores, int(np.argmax(scores))

    assert ch15.best_answer.check(best_answer).mistake == "sign lost"
