"""A translator of this course, whole sentences through it, and BLEU as sacrebleu computes it.

    model = make_translator("attention", pairs, hidden_size=256, embedding_size=256)
    translations = translate(model, pairs, sources)            # sources: lists of words; greedy, in batches
    translations = translate(model, pairs, sources, width=5)   # with a beam, one sentence at a time
    score = bleu([text(each.tokens) for each in translations], references)     # references as they were published
    score.score, score.signature

BLEU is given of untouched references, tokenised by the metric itself, as Post (2018) asks. So translations are joined
to plain text first, and nobody's own tokens enter the number.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from seqlearn.data.pairs import PAD, START, UNKNOWN, Pairs, padded
from seqlearn.data.sentences import join_words
from seqlearn.data.tokens import check_several, composed
from seqlearn.decoding import beam_search, evaluating, greedy, tensor_like, to_numpy
from seqlearn.models.attention import AttentionDecoder
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq
from seqlearn.models.transformer import TransformerDecoder, TransformerEncoder
from seqlearn.nn.layer import check_choice

KINDS = ("once", "every step", "attention", "transformer")

UNKNOWN_WORD = "unk"  # how an unknown word is written in a text: one word, and a wrong one


class Translation(NamedTuple):
    """tokens: the answer, up to its end. weights (S, T): of an attention, a row for each token; None without one."""

    tokens: list[str]
    weights: np.ndarray | None


class Bleu(NamedTuple):
    """score from 0 to 100; the share of n-grams found, n = 1 … 4, in percent; the penalty for brevity; how."""

    score: float
    precisions: list[float]
    brevity_penalty: float
    signature: str


def make_translator(kind: str, pairs: Pairs, *, hidden_size: int, embedding_size: int, dropout: float = 0.0,
                    readout_size: int | None = None, embedding_scale: float | None = None) -> Seq2Seq:
    """A translator of one of four kinds. All but the last are a GRU that reads both ways and a GRU that writes.

    "once": the decoder begins with the encoder's last states, joined to one vector, and gets nothing else.
    "every step": it reads that vector again at every step. "attention": it asks all states of the encoder at every
    step (additive). "transformer": self-attention of embedding_size features on both sides, two blocks each, and
    cross-attention between them; hidden_size is that of the network within a block.
    readout_size: of a layer of tanh units before the words. embedding_scale: standard deviation of the embeddings at
    the start, when it is not to be 1.
    """
    check_choice("kind", kind, KINDS)
    if kind == "transformer":
        sizes = {"hidden_size": hidden_size, "dropout": dropout}
        encoder = TransformerEncoder(len(pairs.source), embedding_size, **sizes)
        decoder = TransformerDecoder(len(pairs.target), embedding_size, readout_size=readout_size, **sizes)
    else:
        sizes = {"embedding_size": embedding_size, "cell": "gru", "dropout": dropout}
        encoder = Encoder(len(pairs.source), hidden_size, bidirectional=True, **sizes)
        sizes["readout_size"] = readout_size
        if kind == "attention":
            decoder = AttentionDecoder(len(pairs.target), hidden_size, encoder.output_size, **sizes)
        else:
            decoder = Decoder(len(pairs.target), hidden_size, context=kind, **sizes)
    if embedding_scale is not None:
        for embedding in (encoder.embedding, decoder.embedding):
            nn.init.normal_(embedding.weight, std=embedding_scale)
            with torch.no_grad():
                embedding.weight[PAD] = 0
    return Seq2Seq(encoder, decoder)


def translate(model: nn.Module, pairs: Pairs, sources: Sequence[Sequence[str]], *, width: int = 1, max_steps: int = 50,
              length_penalty: float = 0.0, batch_size: int = 100) -> list[Translation]:
    """Translate token lists, in the order given. width 1 is greedy, in batches of similar length; more is a beam.

    Raises ValueError for a source without a word and for a width below 1.
    """
    if width < 1:
        raise ValueError(f"width must be 1 or more, got {width}")
    check_several("sources", sources, "a list of sentences, each a list of words")
    for number, source in enumerate(sources):
        if len(source) == 0:
            raise ValueError(f"sources[{number}] has no word: there is nothing to translate")
    if width > 1:
        return [_with_beam(model, pairs, source, width, max_steps, length_penalty) for source in sources]
    rows = [pairs.source.encode(source) for source in sources]
    order = np.argsort([len(row) for row in rows], kind="stable")
    found: list[Translation | None] = [None] * len(rows)
    for start in range(0, len(rows), batch_size):
        chosen = order[start : start + batch_size]
        lengths = np.array([len(rows[n]) for n in chosen])
        decoded = greedy(model, padded([rows[n] for n in chosen]), max_steps=max_steps, lengths=lengths)
        tokens = decoded.tokens.cpu().numpy()
        weights = None if decoded.weights is None else to_numpy(decoded.weights)
        for column, n in enumerate(chosen):
            words = pairs.target.decode(tokens[:, column])
            seen = None if weights is None else weights[: len(words), column, : lengths[column]]
            found[n] = Translation(words, seen)
    return found


def _with_beam(model, pairs, source, width, max_steps, length_penalty) -> Translation:
    rows = pairs.source.encode(source)[:, None]
    best = beam_search(model, rows, width=width, max_steps=max_steps, length_penalty=length_penalty)[0]
    return Translation(pairs.target.decode(best.tokens), attention_of(model, rows, best.tokens))


@evaluating
def attention_of(model: nn.Module, source: np.ndarray, tokens: Sequence[int]) -> np.ndarray | None:
    """The attention of an answer that is known: the decoder reads it once. Without dropout, as when it was written."""
    like = next(model.parameters())
    inputs = tensor_like([[START, *tokens][: max(len(tokens), 1)]], like).t()
    weights = model.decoder(inputs, model.encode(tensor_like(source, like)))[2]
    return None if weights is None else to_numpy(weights[: len(tokens), 0])


def text(tokens: Sequence[str]) -> str:
    """Tokens as a line of text; unknown words become "unk"."""
    return join_words([UNKNOWN_WORD if token == "<unk>" else token for token in tokens])


def copy_unknown(translation: Translation, source: Sequence[str]) -> list[str]:
    """The tokens, with each unknown word replaced by the source word it looks at most (Jean et al., 2015).

    It fits a name that is the same in both languages. Without an attention nothing is replaced.
    """
    if translation.weights is None:
        return list(translation.tokens)
    return [source[int(row.argmax())] if token == "<unk>" else token
            for token, row in zip(translation.tokens, translation.weights)]


def bleu(texts: Sequence[str], references: Sequence[str] | Sequence[Sequence[str]], *, lowercase: bool = True,
         tokenize: str = "13a") -> Bleu:
    """Corpus BLEU of sacrebleu. references: one text for each, or a list of texts for each.

    Letters and their marks are composed on both sides (NFC), so that an ä is an ä, whoever wrote it.
    Raises ValueError when a text has no reference: sacrebleu itself would score as many as both lists have.
    """
    from sacrebleu.metrics import BLEU

    metric = BLEU(lowercase=lowercase, tokenize=tokenize)
    found = metric.corpus_score(_texts(texts), _streams(references, len(texts)))
    return Bleu(found.score, list(found.precisions), found.bp, str(metric.get_signature()))


def sentence_counts(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """What BLEU adds up over sentences, (N, 6) int: n-grams found for n = 1 … 4, length, length of the reference.

    A sentence of length L has max(0, L − n + 1) n-grams, so these six are enough: `bleu_of_counts`.
    """
    from sacrebleu.metrics import BLEU

    metric = BLEU(lowercase=True, effective_order=True)
    both = zip(_texts(texts), _texts(references, "references"), strict=True)
    scores = (metric.sentence_score(one, [other]) for one, other in both)
    return np.array([[*score.counts, score.sys_len, score.ref_len] for score in scores], dtype=int).reshape(-1, 6)


def bleu_of_counts(counts: np.ndarray) -> float:
    """Corpus BLEU, 0 to 100, of the sentences whose counts (N, 6) these are. 0 when some n finds nothing."""
    length, reference = counts[:, 4].sum(), counts[:, 5].sum()
    found = counts[:, :4].sum(axis=0)
    total = np.array([np.maximum(0, counts[:, 4] - n).sum() for n in range(4)])
    if not found.all():
        return 0.0
    return float(100 * min(1.0, np.exp(1 - reference / length)) * np.exp(np.log(found / total).mean()))


def unknown_share(sentences: Sequence[Sequence[str]], symbols) -> float:
    """The share of running words that are not among the symbols. Raises ValueError when there is no word."""
    check_several("sentences", sentences, "a list of sentences, each a list of words")
    if not any(map(len, sentences)):
        raise ValueError("sentences hold no word")
    rows = np.concatenate([symbols.encode(sentence) for sentence in sentences])
    return float((rows == UNKNOWN).mean())


def _texts(texts: Sequence[str], name: str = "texts") -> list[str]:
    if isinstance(texts, str) or not all(isinstance(each, str) for each in texts):
        raise ValueError(f"{name} must be a list of texts: join_words makes a text of words")
    return [composed(each) for each in texts]


def _streams(references, count: int) -> list[list[str | None]]:
    """sacrebleu wants a list for the first references, one for the second ones, …; None where a text has fewer."""
    if isinstance(references, str) or len(references) != count:
        raise ValueError(f"references must be a list, an entry for each of the {count} texts")
    several = [[composed(each)] if isinstance(each, str) else list(map(composed, each)) for each in references]
    if not several or not all(several):
        raise ValueError("BLEU needs at least one text, and a reference for each")
    most = max(map(len, several))
    return [[each[k] if k < len(each) else None for each in several] for k in range(most)]
