"""Exercises and quiz of chapter 15: translation. 15.3 and 15.5 to 15.8 are in pieces.py."""

from collections import Counter

import numpy as np

from seqlearn.exercises.pieces import (
    ahead,
    ask_the_source,
    copy_unknown,
    copy_unknown_reference,
    cut_word,
    learn_merges,
)
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "ahead", "ask_the_source", "best_answer", "bleu", "copy_unknown", "copy_unknown_reference",
           "cut_word", "learn_merges", "unknown_words"]

# 15.1 Unknown words -----------------------------------------------------------------------------------------------


def unknown_words_reference(train, test, at_least):
    """The share of running words of `test` that occur fewer than `at_least` times in `train`.

    train, test: lists of sentences, each a list of words.
    """
    counts = Counter(word for sentence in train for word in sentence)
    running = [word for sentence in test for word in sentence]
    return sum(counts[word] < at_least for word in running) / len(running)


def _two_parts(rng):
    words = ["ein", "mann", "hund", "der", "schläft", "rennt", "im", "park", "ball", "und", "kind", "rot"]
    share = 1 / np.arange(1, 13)
    cases = []
    for at_least, sizes in ((2, (9, 5)), (3, (14, 6)), (2, (12, 4))):
        train, test = ([[str(word) for word in rng.choice(words, rng.integers(2, 7), p=share / share.sum())]
                        for _ in range(size)] for size in sizes)
        test = [[*test[0], "gipfel", "Rot"], ["skifahrer", "und", "vogel", "berg"], ["skifahrer"] * at_least, *test[1:]]
        cases.append(([*train, ["berg", "der", "vogel", "vogel", "und", "vogel"], ["Berg", "Ein"] * 3], test, at_least))
    return cases


unknown_words = Exercise(
    id="15.1",
    title="Unknown words",
    stars=1,
    reference=unknown_words_reference,
    cases=_two_parts,
    mistakes=[
        Mistake("test words counted", {"in train for": "in train + test for"},
                "You count the test sentences as well. The vocabulary is made from the training part alone: on the "
                "day of the test nobody has seen the test."),
        Mistake("at_least not used", {"< at_least": "== 0"},
                "You take every word of the training part as known. Those that occur fewer than `at_least` times are "
                "not in the vocabulary."),
        Mistake("distinct words",
                [{"running = [word for sentence in test for word in sentence]":
                    "running = sorted({word for sentence in test for word in sentence})"},
                {"sum(counts[word] < at_least for word in running) / len(running)":
                    "len({word for word in running if counts[word] < at_least}) / len(running)"}],
                "You count each distinct word once. Asked is the share of running words: a word that stands five "
                "times in the test counts five times."),
        Mistake("sentences counted in train", {"in train for word in sentence": "in train for word in set(sentence)"},
                "You count in how many training sentences a word stands. Count every occurrence."),
        Mistake("sentences with an unknown word",
                {"sum(counts[word] < at_least for word in running) / len(running)":
                    "sum(any(counts[word] < at_least for word in sentence) for sentence in test) / len(test)"},
                "That is the share of sentences with an unknown word. It is a good number to know. Asked is the "
                "share of words."),
        Mistake("mean of means",
                {"sum(counts[word] < at_least for word in running) / len(running)":
                    "np.mean([np.mean([counts[word] < at_least for word in sentence]) for sentence in test])"},
                "You take the share in each sentence and then the mean. A word of a short sentence then counts more. "
                "Put all words into one list first."),
        Mistake("known words", {"< at_least": ">= at_least"},
                "That is the share of known words."),
        Mistake("percent",
                {"sum(counts[word] < at_least for word in running) / len(running)":
                    "100 * sum(counts[word] < at_least for word in running) / len(running)"},
                "That is a percentage. Asked is a share, a number between 0 and 1."),
        Mistake("divided by another number",
                [{"/ len(running)": "/ len(test)"}, {"/ len(running)": "/ len(counts)"},
                {"/ len(running)": "/ sum(counts.values())"}, {"/ len(running)": "/ len(set(running))"}],
                "The number of unknown words is right, and you divide it by another count. Asked is the share of the "
                "running words of `test`: divide by how many these are."),
        Mistake("words never seen left out", {"counts[word] < at_least": "0 < counts[word] < at_least"},
                "A word that never occurs in `train` is unknown, too: it occurs 0 times, which is less than "
                "`at_least`."),
        Mistake("lower-cased",
                {"Counter(word for": "Counter(word.lower() for", "counts[word] <": "counts[word.lower()] <"},
                "You make all letters small. “Berg” and “berg” are different words here: count them as they are."),
    ],
    hints=[
        "Count the words of the training part with collections.Counter.",
        "A Counter gives 0 for a word that it has never seen, so counts[word] < at_least is all you need to ask.",
        "Make one list of all running words of the test part; the answer is a sum over it divided by its length.",
    ],
)

# 15.2 The best answer of a beam -----------------------------------------------------------------------------------


def best_answer_reference(answers, alpha):
    """Order the answers of a beam by log p / n^alpha, where n counts an answer's tokens and the END that closes it.

    answers: a list of (tokens, log_probability), tokens without END. Returns the scores, a list of K numbers, and the
    place of the best answer in the list.
    """
    scores = [log_probability / (len(tokens) + 1) ** alpha for tokens, log_probability in answers]
    return scores, int(np.argmax(scores))


def _beams(rng):
    """Answers of different lengths: in some cases the length decides, in some END does."""
    cases = []
    for alpha in (0.0, 0.5, 0.8, 1.0):
        answers = []
        for length in (1, 3, 4, 7, 9):
            tokens = [str(word) for word in rng.choice(["a", "man", "dog", "runs", "."], length)]
            answers.append((tokens, float(-0.9 * (length + 1) ** 0.75 * rng.uniform(0.8, 1.25))))
        first = len(cases) * 3 % 5  # the shortest does not always come first
        cases.append((answers[first:] + answers[:first], alpha))
    cases.append(([(["a"], -1.9), (["a", "dog", "runs", "."], -4.3), (["a", "dog"], -3.1)], 1.0))
    cases.append(([(["a", "dog"], -2.4), (["a", "man", "runs", "in", "a", "park"], -5.1)], 1.0))
    cases.append(([([], -2.2), (["a", "dog", "runs"], -4.0)], 0.6))
    cases.append(([(["a"], -3.0), (["a", "dog"], -2.4), (["a", "man", "runs"], -2.9), (["a"] * 6, -8.0)], 0.7))
    return cases


best_answer = Exercise(
    id="15.2",
    title="The best answer of a beam",
    stars=2,
    reference=best_answer_reference,
    cases=_beams,
    names=("scores", "best"),
    mistakes=[
        Mistake("multiplied", {"/ (len": "* (len"},
                "You multiply by n^alpha. Log p is negative: dividing is what brings long answers nearer to zero."),
        Mistake("END not counted", [{"(len(tokens) + 1)": "max(len(tokens), 1)"}, {"(len(tokens) + 1)": "len(tokens)"}],
                "END is a step as well, and its probability is in the sum: n = len(tokens) + 1. Without it an empty "
                "answer has the length 0."),
        Mistake("alpha as a factor",
                [{"log_probability / (len(tokens) + 1) ** alpha":
                    "(log_probability / (alpha * (len(tokens) + 1)) if alpha else log_probability)"},
                {"** alpha": "* alpha"},
                {"log_probability / (len(tokens) + 1) ** alpha": "alpha * log_probability / (len(tokens) + 1)"}],
                "alpha is an exponent: n ** alpha. With alpha = 0 nothing is divided, with 1 it is the mean."),
        Mistake("probabilities", {"[log_probability /": "[np.exp(log_probability) /"},
                "You divide the probability. It is positive, so dividing makes long answers worse. Divide log p."),
        Mistake("chosen by log p", {"np.argmax(scores)": "np.argmax([value for _, value in answers])"},
                "The scores are right, but you choose the most probable answer. Choose by the scores."),
        Mistake("penalty subtracted",
                {"log_probability / (len(tokens) + 1) ** alpha": "log_probability - alpha * (len(tokens) + 1)"},
                "You subtract alpha · n. Asked is a quotient: log p / n ** alpha."),
        Mistake("e to the power of the score",
                {"log_probability / (len(tokens) + 1) ** alpha":
                    "np.exp(log_probability / (len(tokens) + 1) ** alpha)"},
                "Your scores are e to the power of what is asked for. Keep the logarithm: log p / n^alpha."),
        Mistake("sign lost",
                [{"[log_probability": "[abs(log_probability)"}, {"[log_probability": "[abs(log_probability)",
                "np.argmax": "np.argmin"}],
                "Your scores are positive. Log p is negative and stays so: the best answer has the largest score, "
                "the one nearest to zero."),
        Mistake("smallest score", {"np.argmax": "np.argmin"},
                "The scores are right, but you choose the smallest. All of them are negative: the best is the largest, "
                "the one nearest to zero."),
        Mistake("another length penalty",
                [{"(len(tokens) + 1)": "((5 + (len(tokens) + 1)) / 6)"},
                {"(len(tokens) + 1)": "((5 + len(tokens)) / 6)"}],
                "You divide by ((5 + n) / 6)^alpha, a penalty that other papers use. Here it is n^alpha."),
        Mistake("place counted from 1", {"int(np.argmax(scores))": "int(np.argmax(scores)) + 1"},
                "The scores are right, and you count the places from 1. The first answer has place 0."),
        Mistake("chosen by length",
                [{"int(np.argmax(scores))": "int(np.argmin([len(tokens) for tokens, _ in answers]))"},
                {"int(np.argmax(scores))": "int(np.argmax([len(tokens) for tokens, _ in answers]))"}],
                "The scores are right, but you choose by the length alone. Choose the answer with the largest score."),
        Mistake("always the first", {"int(np.argmax(scores))": "0"},
                "The scores are right, but the place you return is 0 in every case. It is where the largest score is."),
        Mistake("score in place of the place", {"int(np.argmax(scores))": "max(scores)"},
                "You return the best score. Asked is where it stands in the list: np.argmax(scores)."),
        Mistake("scores sorted",
                [{"return scores, int(np.argmax(scores))":
                    "return sorted(scores, reverse=True), int(np.argmax(scores))"},
                {"return scores, int(np.argmax(scores))": "return sorted(scores, reverse=True), 0"}],
                "You sort the scores. They stay in the order of the answers, so that each can be found again."),
    ],
    hints=[
        "The answer “a dog” is written in three steps: a, dog, END. So what is n for a list of tokens?",
        "Make a list of scores first, in the order of the answers, and choose from it afterwards. alpha is an "
        "exponent.",
        "All scores are negative. The best is the largest of them, and np.argmax says where it stands.",
    ],
)

# 15.4 BLEU --------------------------------------------------------------------------------------------------------


def bleu_reference(translations, references):
    """Corpus BLEU from 0 to 100. translations: N lists of words; references: for each a list of lists of words.

    An n-gram is found as often as it stands in the translation, at most as often as in the reference that has it most
    often. Found and all n-grams are added up over the sentences for n = 1 … 4. r adds up the lengths of the closest
    references (of two equally close ones the shorter), c the lengths of the translations. BLEU is min(1, exp(1 − r/c))
    times the geometric mean of the four precisions; 0 when one of them is 0.
    """
    found, total, c, r = np.zeros(4), np.zeros(4), 0, 0
    for words, several in zip(translations, references):
        c += len(words)
        r += min((abs(len(other) - len(words)), len(other)) for other in several)[1]
        for n in range(1, 5):
            counts = ngram_counts(words, n)
            most = Counter()
            for other in several:
                most |= ngram_counts(other, n)
            found[n - 1] += sum((counts & most).values())
            total[n - 1] += sum(counts.values())
    if not found.all():
        return 0.0
    return 100 * min(1.0, np.exp(1 - r / c)) * np.exp(np.log(found / total).mean())


def ngram_counts(words, n):
    """How often each run of n words occurs."""
    return Counter(tuple(words[t : t + n]) for t in range(len(words) - n + 1))


def _mean_of_sentences(translations, references):
    return np.mean([bleu_reference([one], [other]) for one, other in zip(translations, references)])


def _one_text(translations, references):
    return bleu_reference([sum(translations, [])], [[sum((several[0] for several in references), [])]])


def _corpora(rng):
    """Translations shorter and longer than their references, a word said too often, and several references."""
    words = ["the", "cat", "sat", "on", "a", "mat"]

    def sentence(length):
        return [str(word) for word in rng.choice(words, length)]

    def near(reference, shift):
        out = [word if rng.random() > 0.16 else str(rng.choice(words)) for word in reference]
        return out[:shift] if shift < 0 else [*out, *["the"] * shift]

    cases = []
    for count, shift, several in ((4, -2, 1), (5, 2, 1), (4, -1, 3), (3, 1, 2)):
        references = [[sentence(int(rng.integers(6, 13))) for _ in range(several)] for _ in range(count)]
        translations = [near(group[int(rng.integers(several))], shift) for group in references]
        cases.append((translations, references))
    text = "the cat sat on a mat".split()
    cases.append(([text], [["a cat sat on the mat now".split(), "the cat sat on a mat and on the cat".split()]]))
    cases.append(([text], [["a cat sat on mat".split(), "the cat sat on a mat now".split()]]))  # 5 and 7: as close
    cases.append((["The cat sat on a mat".split(), "a man saw that the cat sat on a mat".split()],
                  [["the cat sat on a mat now".split(), text], ["am an saw that the cat sat on a mat".split()]]))
    cases.append(([text, "a dog sat on the mat of the cat".split()],
                  [["the cat sat on a red mat".split(), "now the cat sat on a mat and it slept".split()],
                   ["a dog sat on the mat of the cat and the cat sat".split(), "a big dog sat on the mat of".split()]]))
    cases.append(([["the"] * 5], [["the cat is on the mat".split()]]))
    return cases


def _against_sacrebleu(answer, rng):
    """On other sentences, with the library that papers use; None where it is not installed."""
    try:
        from sacrebleu.metrics import BLEU
    except ImportError:
        return None
    translations, references = _corpora(rng)[0]
    translations, references = translations * 2, references * 2
    expected = BLEU(tokenize="none", smooth_method="none").corpus_score(
        [" ".join(words) for words in translations], [[" ".join(several[0]) for several in references]]).score
    got = answer(translations, references)
    if np.isclose(got, expected, rtol=1e-6):
        return None
    return f"On {len(translations)} other sentences sacrebleu computes {expected:.2f}, your function {float(got):.2f}."


bleu = Exercise(
    id="15.4",
    title="BLEU",
    stars=3,
    reference=bleu_reference,
    helpers=(ngram_counts,),
    cases=_corpora,
    extra=_against_sacrebleu,
    mistakes=[
        Mistake("not clipped",
                {"sum((counts & most).values())": "sum(count for gram, count in counts.items() if gram in most)"},
                "“the the the the the” finds its word five times in a reference that has it twice. An n-gram is "
                "found at most as often as it stands in the reference: counts & most takes the smaller count."),
        Mistake("distinct n-grams",
                [{"sum((counts & most).values())": "len(counts & most)"},
                {"sum((counts & most).values())": "len(counts & most)", "sum(counts.values())": "len(counts)"}],
                "You count each distinct n-gram once. Add up the clipped counts: sum((counts & most).values())."),
        Mistake("references added", {"most |=": "most +="},
                "You add the counts of the references. An n-gram is clipped at its count in the one reference that "
                "has it most often: the maximum, |, not the sum."),
        Mistake("in all references", {"most = Counter()": "most = ngram_counts(several[0], n)", "most |=": "most &="},
                "You ask that an n-gram stands in all references. One of them is enough."),
        Mistake("first reference only",
                [{"in several:": "in several[:1]:"}, {"in several:": "in several[:1]:",
                "min((abs(len(other) - len(words)), len(other)) for other in several)[1]": "len(several[0])"}],
                "You look for n-grams in the first reference only. A translation may follow any of them."),
        Mistake("mean of sentences", _mean_of_sentences,
                "You compute BLEU for each sentence and take the mean. Add up found and all n-grams over the corpus "
                "first; divide once, at the end."),
        Mistake("one long text", _one_text,
                "You join the sentences to one text. Then n-grams cross from one sentence into the next, and words "
                "are found in the references of other sentences."),
        Mistake("arithmetic mean", {"np.exp(np.log(found / total).mean())": "(found / total).mean()"},
                "You take the arithmetic mean of the precisions. BLEU takes the geometric one: exp(mean(log p))."),
        Mistake("product of the precisions", {"np.log(found / total).mean()": "np.log(found / total).sum()"},
                "You multiply the four precisions. BLEU takes their geometric mean, the fourth root of the product."),
        Mistake("single words", {"np.exp(np.log(found / total).mean())": "(found[0] / total[0])"},
                "That is the precision of single words. BLEU takes those of n-grams from 1 to 4 words."),
        Mistake("from 0 to 1", {"return 100 * min": "return min"},
                "Your scores run from 0 to 1. BLEU runs from 0 to 100."),
        Mistake("up to three", {"np.zeros(4), np.zeros(4)": "np.zeros(3), np.zeros(3)", "range(1, 5)": "range(1, 4)"},
                "You stop at n = 3. BLEU goes to n = 4."),
        Mistake("divided by words", {"sum(counts.values())": "len(words)"},
                "You divide by the number of words for every n. A sentence of L ≥ n words has L − n + 1 n-grams."),
        Mistake("recall",
                [{"sum(counts.values())": "max(0, len(several[0]) - n + 1)"},
                {"sum(counts.values())": "max(len(other) - n + 1 for other in several)"},
                {"sum(counts.values())": "sum(most.values())"}],
                "You divide by the n-grams of the reference: that is recall. BLEU is a precision: divide by those of "
                "the translation."),
        Mistake("no brevity penalty", {"min(1.0, np.exp(1 - r / c)) * ": ""},
                "There is no brevity penalty. Without it a translation of a few safe words is the best."),
        Mistake("penalty turned round", {"1 - r / c": "1 - c / r"},
                "Your penalty punishes long translations. It is exp(1 − r/c), r of the references, c of the "
                "translations."),
        Mistake("penalty as a quotient", {"np.exp(1 - r / c)": "c / r"},
                "Your penalty is c/r. BLEU's is exp(1 − r/c)."),
        Mistake("shortest reference",
                {"min((abs(len(other) - len(words)), len(other)) for other in several)[1]":
                    "min(len(other) for other in several)"},
                "r adds up the length of the closest reference, not that of the shortest."),
        Mistake("longest reference",
                {"min((abs(len(other) - len(words)), len(other)) for other in several)[1]":
                    "max(len(other) for other in several)"},
                "r adds up the length of the closest reference, not that of the longest."),
        Mistake("mean length",
                {"min((abs(len(other) - len(words)), len(other)) for other in several)[1]":
                    "np.mean([len(other) for other in several])"},
                "r adds up the length of the closest reference, not the mean length."),
        Mistake("length of the first",
                {"min((abs(len(other) - len(words)), len(other)) for other in several)[1]": "len(several[0])"},
                "r adds up the length of the closest reference; you always take the first one's."),
        Mistake("longer of two",
                {"min((abs(len(other) - len(words)), len(other)) for other in several)[1]":
                    "-min((abs(len(other) - len(words)), -len(other)) for other in several)[1]"},
                "Of two references that are equally close the shorter one counts; you take the longer."),
        Mistake("one reference for the whole corpus",
                {"min(1.0, np.exp(1 - r / c))":
                    "min(1.0, np.exp(1 - min((sum(len(several[min(k, len(several) - 1)]) for several in references) "
                    "for k in range(max(map(len, references)))), key=lambda size: (abs(size - c), size)) / c))"},
                "You add up the lengths of the first references, of the second ones, and so on, and take the sum that "
                "is closest. The closest reference is looked for in each sentence."),
        Mistake("first of two",
                {"min((abs(len(other) - len(words)), len(other)) for other in several)[1]":
                    "len(min(several, key=lambda other: abs(len(other) - len(words))))"},
                "Of two references that are equally close you take the one that comes first. The shorter one counts: "
                "min of pairs (distance, length)."),
        Mistake("distinct n-grams in all", {"sum(counts.values())": "len(counts)"},
                "The found ones are right, but you divide by the number of different n-grams. One that stands twice "
                "is two n-grams."),
        Mistake("one reference for each sentence",
                [{"most |= ngram_counts(other, n)":
                    "most = max(most, ngram_counts(other, n), key=lambda one: sum((counts & one).values()))"},
                {"in several:": "in [min(several, key=lambda one: (abs(len(one) - len(words)), len(one)))]:"}],
                "You use one reference for each sentence, the closest or the best. Each n-gram is looked for in all "
                "of them, and counts as often as in the one that has it most often."),
        Mistake("smoothed",
                [{"if not found.all():\n        return 0.0\n    ": "found = np.maximum(found, 1e-9)\n    "},
                {"if not found.all():\n        return 0.0\n    ": "found = np.maximum(found, 1e-12)\n    "},
                {"if not found.all():\n        return 0.0\n    ": "found = np.maximum(found, 1e-10)\n    "},
                {"if not found.all():\n        return 0.0\n    ": "found = np.maximum(found, 0.1)\n    "},
                {"if not found.all():\n        return 0.0\n    ": "found = np.maximum(found, 1)\n    "},
                {"if not found.all():\n        return 0.0\n    ": "found, total = found + 1, total + 1\n    "},
                {"if not found.all():\n        return 0.0\n    ":
                    "found[1:], total[1:] = found[1:] + 1, total[1:] + 1\n    "},
                {"if not found.all():\n        return 0.0\n    ":
                    "total, found = total[found > 0], found[found > 0]\n    "}],
                "You smooth the precisions or leave out those that are 0. Here BLEU is 0 when one of the four is 0, "
                "and nothing is added to the others."),
        Mistake("a penalty for each sentence",
                {"r += ": "c += 0 * r\n        r += ",
                "min(1.0, np.exp(1 - r / c))":
                    "np.mean([min(1.0, np.exp(1 - min((abs(len(other) - len(words)), len(other)) for other in "
                    "several)[1] / len(words))) for words, several in zip(translations, references)])"},
                "You take a penalty for each sentence and average them. Add up the lengths over the corpus first: "
                "one penalty, from r and c."),
        Mistake("mean of the sentences' precisions",
                {"+= sum((counts & most).values())":
                    "+= sum((counts & most).values()) / max(1, sum(counts.values()))",
                "+= sum(counts.values())": "+= 1"},
                "You take the precisions of each sentence and average them. Add up the found n-grams and all n-grams "
                "over the corpus, and divide once."),
        Mistake("joined without blank", {"tuple(words[t : t + n])": '"".join(words[t : t + n])'},
                "You join the words of an n-gram without anything between them: “a man” and “am an” are the same "
                "then. Compare tuples."),
        Mistake("lower-cased", {"tuple(words[t : t + n])": "tuple(word.lower() for word in words[t : t + n])"},
                "You make all letters small. “The” and “the” are different words here: compare them as they are."),
    ],
    hints=[
        "Write ngram_counts(words, n) first: a Counter of tuples. Then, for one sentence and one n, the found ones: "
        "sum((counts & most).values()), where & takes the smaller count.",
        "With several references: most = Counter(), then most |= ngram_counts(other, n) for each of them. | takes the "
        "larger count.",
        "Keep four sums of found n-grams, four of all n-grams, and the two lengths c and r over the whole corpus.",
        "The length of the closest reference: min((abs(len(other) - len(words)), len(other)) for other in several)[1].",
        "At the end: 100 * min(1, exp(1 − r/c)) * exp(mean(log(found / total))), and 0 when one of found is 0.",
    ],
    explanation="sacrebleu does the same, after its own tokenisation, and smooths a precision of 0, which matters for "
                "single sentences and hardly ever for a corpus.",
)

# The quiz ---------------------------------------------------------------------------------------------------------

QUIZ = Quiz("15", [
    Question(
        "Two papers report 28.3 and 29.1 BLEU on the same test set. What do you need to know before you compare them?",
        [
            Option("How the text was tokenised before counting.", True,
                   "A metric that sees other tokens counts other n-grams. In this chapter that alone moves a score by "
                   "more than ten points."),
            Option("How many layers the two networks have.", False,
                   "Layers may explain a difference; to compare two scores you need to know how they were counted."),
            Option("Whether upper and lower case were told apart.", True,
                   "With one reference a lower-cased score is never below the cased one, as lower-casing both sides "
                   "can only add matches."),
            Option("How many references each sentence had.", True,
                   "More references can only add matches, for the very same translation."),
        ],
        topic="comparable BLEU",
    ),
    Question(
        "A model says “the the the the the the”, the reference is “the cat is on the mat”. What is its precision "
        "of single words, as BLEU counts?",
        [
            Option("1/5: one of the five distinct words of the reference is found.", False,
                   "Dividing by the reference's words gives a recall. BLEU divides by the words of the translation."),
            Option("2/6: a word is found at most as often as it stands in the reference.", True,
                   "The reference has “the” twice, so two of the six are found and four are not: that is clipping."),
            Option("6/6: every word of it stands somewhere in the reference.", False,
                   "Without clipping a translator could repeat one safe word for ever. BLEU uses each word of the "
                   "reference once."),
            Option("1/6: one distinct word of the translation is found.", False,
                   "The reference has “the” twice, so two of the six count."),
        ],
        topic="clipped precision",
    ),
    Question(
        "Why does BLEU multiply by a brevity penalty?",
        [
            Option("Long translations find too many n-grams, and would score too high.", False,
                   "A long translation is divided by all that it says, so its precision falls by itself."),
            Option("Precision alone is highest for a few words of which one is sure.", True,
                   "Nothing in a precision asks for what is missing, so saying little would pay."),
            Option("Short sentences are easier to translate than long ones are.", False,
                   "Whether they are easier plays no part: the penalty compares with the length of the reference."),
        ],
        topic="brevity penalty",
    ),
    Question(
        "On sixty long number names the translator with one vector was right 23 times with greedy search and 25 times "
        "with a beam of 8, whose answers were more probable; 47 times the right one was among the 8. What went "
        "wrong in the 22 that had it and did not put it first?",
        [
            Option("The model: it thinks another answer more probable than the right one.", True,
                   "The beam did its work and found probable answers, the right one among them. The order within the "
                   "beam is the model's."),
            Option("The search: a beam of 8 has to be right at least as often as one of 1.", False,
                   "A beam looks for probable answers and knows nothing of right and wrong."),
            Option("The width: with a beam of 100 the right answers would come first.", False,
                   "Where a wrong answer is the more probable one, every beam that finds it puts it before the "
                   "right one."),
        ],
        topic="search and model",
    ),
    Question(
        "The pieces of words were learned on the training part. A word that stands nowhere in it is to be translated. "
        "What becomes of it?",
        [
            Option("It becomes <unk>, as every word does that the training part lacks.", False,
                   "A new word is cut into pieces. What becomes <unk> is a letter that was never seen in such a place, "
                   "within a word or at its end, or the rare piece that larger ones have swallowed everywhere."),
            Option("It is cut into pieces that were learned, at worst into single letters.", True,
                   "Its letters are pieces, and the merges that fit are made. Whether the model translates the pieces "
                   "rightly is another matter."),
            Option("The merges are learned again with this word, so it becomes one piece.", False,
                   "The merges stay as they were when the model was trained. A word counted once would hardly become "
                   "one piece anyway: a merge takes the most frequent pair."),
        ],
        topic="pieces of words",
    ),
    Question(
        "A translator with one vector has every training number right and half of the long new ones. Which run can "
        "tell whether its vector is too small to hold a long number?",
        [
            Option("The same sizes, trained on ten times as many pairs: if they come out right now, the vector was "
                   "large enough.",
                   True, "Such a run can come out either way. In this chapter the same 48 units had practically every "
                   "new number right after it, so the size was not what stood in the way."),
            Option("The same model with attention beside it: if that is better, the vector must have been too small.",
                   False, "Attention changes more than how much can be held; it may only learn from fewer examples. "
                   "That run cannot tell the two apart."),
            Option("The same run with another seed: if that is wrong as well, the vector must be too small.", False,
                   "Another seed tells how much is luck. It leaves data, updates and vector as they were."),
        ],
        topic="a control",
    ),
    Question(
        "You have a training, a validation and a test part. Where do you choose the epoch, the learning rate and the "
        "length penalty?",
        [
            Option("On the training part, which is the largest.", False,
                   "What the model was trained on says little about new sentences; at some point it knows them by "
                   "heart."),
            Option("On the validation part, which was not trained on.", True,
                   "Its sentences are new to the model, and the test part stays untouched for the end."),
            Option("On the test part, which is what is reported.", False,
                   "The best of several test scores is too good: part of it is luck on just these sentences."),
        ],
        topic="what a test set is for",
    ),
    Question(
        "BLEU of a system rose from 31.0 to 31.3 on 1,000 sentences. What do you do before you say that it is better?",
        [
            Option("Train both with several seeds, and see how much they move by themselves.", True,
                   "Two seeds of one recipe differ as well, and a gain has to be seen against that."),
            Option("Read some translations of both.", True,
                   "BLEU counts n-grams and knows nothing of meaning: for it a dropped “not” is a dropped "
                   "word like any other."),
            Option("Draw the sentences anew, with replacement, and count how often the new system is ahead.", True,
                   "The paired bootstrap (Koehn, 2004) shows how much hangs on these 1,000 sentences."),
            Option("Nothing more, since the higher number stands for the better system.", False,
                   "It is higher on these sentences, with these seeds; both were drawn by chance."),
        ],
        topic="small differences",
    ),
    Question(
        "You stack chapter 14's self-attention blocks into an encoder and a decoder, the decoder's with a causal mask, "
        "and train. The decoder writes fluent captions that have nothing to do with the source. What is missing?",
        [
            Option("Cross-attention: no block of the decoder ever asks the encoder's outputs.", True,
                   "Without it the decoder is a language model. A second attention in its blocks has to take its keys "
                   "and values from the source."),
            Option("Positions: without them the decoder cannot tell which word of the source comes first.", False,
                   "Positions tell the order of what is read. This decoder reads nothing of the source at all."),
            Option("A second head: with one head the decoder can look at one word at a time only.", False,
                   "More heads look at more places of the same text. None of them would look at the source."),
        ],
        topic="cross-attention",
    ),
])
