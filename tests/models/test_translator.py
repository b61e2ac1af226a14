"""The translator of chapter 15: order kept, padding without influence, and BLEU as sacrebleu computes it."""

import unicodedata

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seqlearn.data.number_names import number_names  # noqa: E402
from seqlearn.data.pairs import UNKNOWN, Pairs, Symbols  # noqa: E402
from seqlearn.data.sentences import join_words, split_words  # noqa: E402
from seqlearn.models.translator import (  # noqa: E402
    KINDS,
    Translation,
    attention_of,
    bleu,
    bleu_of_counts,
    copy_unknown,
    make_translator,
    sentence_counts,
    text,
    translate,
    unknown_share,
)

TEXTS = ["A man in a red hat sits on a bench.", "Two dogs are playing in the snow!", "Nothing", "a b c d e"]
REFERENCES = ["A man with a red hat is sitting on a bench.", "two Dogs play in the snow.", "Nothing at all",
              "a b c d e f"]


@pytest.fixture(scope="module")
def pairs():
    return number_names(60, 40, seed=1)


@pytest.fixture(params=KINDS)
def model(request, pairs):
    torch.manual_seed(0)
    return make_translator(request.param, pairs, hidden_size=10, embedding_size=8).eval()


def test_a_batch_is_translated_as_each_sentence_alone(model, pairs):
    sources = [source for source, _ in pairs.test]
    together = translate(model, pairs, sources, max_steps=12, batch_size=7)
    for source, found in zip(sources, together, strict=True):
        (alone,) = translate(model, pairs, [source], max_steps=12)
        assert alone.tokens == found.tokens
        if found.weights is not None:
            assert found.weights.shape == (len(found.tokens), len(source))
            np.testing.assert_allclose(found.weights, alone.weights, atol=1e-5)


def test_a_beam_of_attention_knows_where_it_looked(pairs):
    torch.manual_seed(1)
    model = make_translator("attention", pairs, hidden_size=10, embedding_size=6, readout_size=8)
    sources = [source for source, _ in pairs.test[:6]]
    for source, found in zip(sources, translate(model, pairs, sources, width=3, max_steps=8), strict=True):
        assert found.weights.shape == (len(found.tokens), len(source))
        np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-5)
    (plain,) = translate(model, pairs, sources[:1], max_steps=8)
    rows = pairs.source.encode(sources[0])[:, None]
    np.testing.assert_allclose(attention_of(model, rows, pairs.target.encode(plain.tokens)), plain.weights, atol=1e-5)


def test_settings_of_the_translator(pairs):
    model = make_translator("attention", pairs, hidden_size=8, embedding_size=5, embedding_scale=0.01)
    assert model.encoder.embedding.weight.std() < 0.02 and not model.encoder.embedding.weight[0].any()
    with pytest.raises(ValueError, match="kind must be"):
        make_translator("twice", pairs, hidden_size=8, embedding_size=5)


@pytest.mark.parametrize("lowercase", [True, False])
def test_bleu_is_sacrebleus(lowercase):
    from sacrebleu.metrics import BLEU

    expected = BLEU(lowercase=lowercase).corpus_score(TEXTS, [REFERENCES])
    found = bleu(TEXTS, REFERENCES, lowercase=lowercase)
    assert found.score == expected.score and found.brevity_penalty == expected.bp < 1
    assert ("case:lc" in found.signature) is lowercase and "tok:13a" in found.signature


def test_bleu_with_references_of_different_numbers():
    from sacrebleu.metrics import BLEU

    several = [[REFERENCES[0], TEXTS[0]], [REFERENCES[1]], [REFERENCES[2], "Nothing here"], [REFERENCES[3]]]
    streams = [[each[0] for each in several], [TEXTS[0], None, "Nothing here", None]]
    assert bleu(TEXTS, several).score == BLEU(lowercase=True).corpus_score(TEXTS, streams).score
    assert bleu(TEXTS, several).score > bleu(TEXTS, REFERENCES).score


@pytest.mark.parametrize(("texts", "references"), [
    ([], []), (["a b", "c"], ["a b"]), (["a b"], ["a b", "c"]), (["a", "b"], [["a"], []]), (["a", "b"], "ab"),
    ([["a", "b"]], ["a b"]), ("ab", ["a", "b"]),
])
def test_bleu_of_lists_that_do_not_fit(texts, references):
    """sacrebleu stops at the end of the shorter list and says nothing."""
    with pytest.raises(ValueError, match="references|reference|list of texts"):
        bleu(texts, references)


def test_bleu_of_nothing_said():
    assert bleu(["", ""], ["a b", "c"]).score == 0 == bleu_of_counts(sentence_counts(["", ""], ["a b", "c"]))


def test_dropout_is_off_while_it_translates(pairs):
    torch.manual_seed(0)
    model = make_translator("attention", pairs, hidden_size=10, embedding_size=6, dropout=0.5).train()
    for width in (1, 3):
        one, two = (translate(model, pairs, [("one", "hundred")], width=width, max_steps=6)[0] for _ in range(2))
        assert one.tokens == two.tokens and np.array_equal(one.weights, two.weights)
    assert model.training and model.decoder.training


def test_what_cannot_be_translated(pairs):
    model = make_translator("once", pairs, hidden_size=4, embedding_size=3)
    assert translate(model, pairs, []) == []
    for width in (1, 2):
        with pytest.raises(ValueError, match=r"sources\[1\] has no word"):
            translate(model, pairs, [("one",), ()], width=width)
    with pytest.raises(ValueError, match="width must be 1 or more"):
        translate(model, pairs, [("one",)], width=0)


def test_counts_of_sentences_add_up_to_bleu():
    counts = sentence_counts(TEXTS, REFERENCES)
    assert counts.shape == (4, 6)
    assert bleu_of_counts(counts) == pytest.approx(bleu(TEXTS, REFERENCES).score, abs=1e-9)
    drawn = [0, 0, 1, 3]
    expected = bleu([TEXTS[n] for n in drawn], [REFERENCES[n] for n in drawn]).score
    assert bleu_of_counts(counts[drawn]) == pytest.approx(expected, abs=1e-9)
    assert bleu_of_counts(counts[[2]]) == 0.0  # a sentence of one word has no run of four


def test_unknown_words():
    symbols = Symbols(["a", "dog"])
    pairs = Pairs("", symbols, symbols, [], [])
    assert pairs.source.encode(["a", "cat"]).tolist() == [4, UNKNOWN]
    assert unknown_share([["a", "cat"], ["dog", "a"]], symbols) == 0.25
    for nothing in ([], [[]]):
        with pytest.raises(ValueError, match="no word"):
            unknown_share(nothing, symbols)
    assert text(["a", "<unk>", "."]) == "a unk."
    weights = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    found = Translation(["the", "<unk>", "<unk>"], weights)
    assert copy_unknown(found, ["der", "waldi"]) == ["the", "waldi", "der"]
    assert copy_unknown(found._replace(weights=None), ["der", "waldi"]) == ["the", "<unk>", "<unk>"]


@pytest.mark.parametrize("written", [
    "The train leaves at 10:30 and costs 1,000.50 euros.", "Ein Mann fährt über die Brücke.", "1, 2, 3 und 3,5 km.",
    "एक आदमी लाल टोपी पहने हुए है।", "क़लम और किताब यहाँ हैं।", "Tiếng Việt rất đẹp và hay", "مَرْحَبًا بك في المدينة، كيف حالك؟",
])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_perfect_answer_has_100_in_every_script(written, form):
    """Cut into words and joined again it is the reference, whether letters and marks are one sign there or several."""
    reference = unicodedata.normalize(form, written)
    answer = join_words(split_words(reference))
    assert bleu([answer], [reference]).score == bleu([answer], [[reference]]).score == pytest.approx(100)
    counts = sentence_counts([answer], [reference])
    assert counts[0, 4] == counts[0, 5] == counts[0, 0]


def test_one_text_is_no_list():
    pairs = Pairs("letters", Symbols("abc"), Symbols("abc"), train=[("ab", "c")], test=[])
    model = make_translator("once", pairs, hidden_size=4, embedding_size=4)
    for call in (lambda: translate(model, pairs, "ab"), lambda: unknown_share("ab", pairs.source)):
        with pytest.raises(ValueError, match="must be a list of sentences, .* got the one text 'ab'"):
            call()
    with pytest.raises(ValueError, match="references must be a list of texts"):
        sentence_counts(["a", "b"], "ab")
