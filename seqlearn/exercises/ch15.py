"""Exercises and quiz of chapter 15: translation."""

from collections import Counter
from functools import partial

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 15.1 Unknown words -----------------------------------------------------------------------------------------------


def unknown_words_reference(train, test, at_least):
    """The share of running words of `test` that occur less than `at_least` times in `train`.

    train, test: lists of sentences, each a list of words.
    """
    counts = Counter(word for sentence in train for word in sentence)
    running = [word for sentence in test for word in sentence]
    return sum(counts[word] < at_least for word in running) / len(running)


def _wrong_unknown(train, test, at_least, *, slip):
    counts = Counter(word for sentence in train for word in sentence)
    if slip == "both parts":
        counts.update(word for sentence in test for word in sentence)
    if slip == "sentences":
        counts = Counter(word for sentence in train for word in set(sentence))
    known = {word for word, count in counts.items() if count >= at_least}
    if slip == "more than":
        known = {word for word, count in counts.items() if count > at_least}
    if slip == "once is enough":
        known = set(counts)
    running = [word for sentence in test for word in sentence]
    if slip == "types":
        running = sorted(set(running))
    if slip == "training words":
        running = [word for sentence in train for word in sentence]
    if slip == "sentences with one":
        return float(np.mean([any(word not in known for word in sentence) for sentence in test]))
    if slip == "mean of means":
        return float(np.mean([np.mean([word not in known for word in sentence]) for sentence in test]))
    share = float(np.mean([word not in known for word in running]))
    return 1 - share if slip == "known" else share


def _two_parts(rng):
    words = ["ein", "mann", "hund", "der", "schläft", "rennt", "im", "park", "ball", "und", "kind", "rot"]
    share = 1 / np.arange(1, 13)
    cases = []
    for at_least, sizes in ((2, (9, 5)), (3, (14, 6)), (2, (12, 4))):
        train, test = ([[str(word) for word in rng.choice(words, rng.integers(2, 7), p=share / share.sum())]
                        for _ in range(size)] for size in sizes)
        test = [[*test[0], "gipfel"], ["skifahrer", "und", "vogel", "berg"], ["skifahrer"] * at_least, *test[1:]]
        cases.append(([*train, ["berg", "der", "vogel", "vogel", "und", "vogel"]], test, at_least))
    return cases


unknown_words = Exercise(
    id="15.1",
    title="Unknown words",
    stars=1,
    reference=unknown_words_reference,
    cases=_two_parts,
    mistakes=[
        Mistake("test words counted", partial(_wrong_unknown, slip="both parts"),
                "You count the test sentences as well. The vocabulary is made from the training part alone: on the day "
                "of the test nobody has seen the test."),
        Mistake("more than", partial(_wrong_unknown, slip="more than"),
                "A word that occurs exactly `at_least` times is known: count >= at_least."),
        Mistake("at_least not used", partial(_wrong_unknown, slip="once is enough"),
                "You take every word of the training part as known. Those that occur less than `at_least` times are "
                "not in the vocabulary."),
        Mistake("distinct words", partial(_wrong_unknown, slip="types"),
                "You count each distinct word once. Asked is the share of running words: a word that stands five "
                "times in the test counts five times."),
        Mistake("sentences counted in train", partial(_wrong_unknown, slip="sentences"),
                "You count in how many training sentences a word stands. Count every occurrence."),
        Mistake("sentences with an unknown word", partial(_wrong_unknown, slip="sentences with one"),
                "That is the share of sentences with an unknown word. It is a good number to know, and larger. Asked "
                "is the share of words."),
        Mistake("mean of means", partial(_wrong_unknown, slip="mean of means"),
                "You take the share in each sentence and then the mean. A word of a short sentence then counts more. "
                "Put all words into one list first."),
        Mistake("training words judged", partial(_wrong_unknown, slip="training words"),
                "You look at the words of `train`. Count there, and judge the words of `test`."),
        Mistake("known words", partial(_wrong_unknown, slip="known"),
                "That is the share of known words."),
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


def _wrong_best(answers, alpha, *, slip):
    def score(tokens, value):
        n = len(tokens) + 1
        if slip == "times":
            return value * n**alpha
        if slip == "no end":
            return value / max(len(tokens), 1) ** alpha
        if slip == "alpha times":
            return value / (alpha * n) if alpha else value
        if slip == "plain":
            return value
        if slip == "always mean":
            return value / n
        if slip == "probability":
            return float(np.exp(value)) / n**alpha
        if slip == "bonus":
            return value - alpha * n
        return value / n**alpha
    scores = [score(*answer) for answer in answers]
    best = int(np.argmin(scores) if slip == "worst" else np.argmax(scores))
    if slip == "chosen by probability":
        best = int(np.argmax([value for _, value in answers]))
    return scores, best


def _beams(rng):
    """Answers of different lengths; in each case the length decides, and END does in the last two."""
    cases = []
    for alpha in (0.0, 0.5, 0.8, 1.0):
        answers = []
        for length in (1, 3, 4, 7, 9):
            tokens = [str(word) for word in rng.choice(["a", "man", "dog", "runs", "."], length)]
            answers.append((tokens, float(-0.9 * (length + 1) ** 0.75 * rng.uniform(0.8, 1.25))))
        cases.append((answers, alpha))
    cases.append(([(["a"], -1.9), (["a", "dog", "runs", "."], -4.3), (["a", "dog"], -3.1)], 1.0))
    cases.append(([(["a", "dog"], -2.4), (["a", "man", "runs", "in", "a", "park"], -5.1)], 1.0))
    cases.append(([([], -2.2), (["a", "dog", "runs"], -4.0)], 0.6))
    return cases


best_answer = Exercise(
    id="15.2",
    title="The best answer of a beam",
    stars=2,
    reference=best_answer_reference,
    cases=_beams,
    names=("scores", "best"),
    mistakes=[
        Mistake("multiplied", partial(_wrong_best, slip="times"),
                "You multiply by n^alpha. Log p is negative: dividing is what brings long answers nearer to zero."),
        Mistake("END not counted", partial(_wrong_best, slip="no end"),
                "END is a step as well, and its probability is in the sum: n = len(tokens) + 1. Without it an empty "
                "answer has the length 0."),
        Mistake("alpha as a factor", partial(_wrong_best, slip="alpha times"),
                "alpha is an exponent: n ** alpha. With alpha = 0 nothing is divided, with 1 it is the mean."),
        Mistake("no division", partial(_wrong_best, slip="plain"),
                "You order by the log probability alone: that is alpha = 0, and prefers short answers."),
        Mistake("always the mean", partial(_wrong_best, slip="always mean"),
                "You always divide by n: that is alpha = 1."),
        Mistake("probabilities", partial(_wrong_best, slip="probability"),
                "You divide the probability. It is positive, so dividing makes long answers worse. Divide log p."),
        Mistake("the worst", partial(_wrong_best, slip="worst"),
                "The scores are right, but you choose the worst answer. The best is the largest, nearest to zero."),
        Mistake("chosen by log p", partial(_wrong_best, slip="chosen by probability"),
                "The scores are right, but you choose the most probable answer. Choose by the scores."),
        Mistake("penalty subtracted", partial(_wrong_best, slip="bonus"),
                "You subtract alpha · n. Asked is a quotient: log p / n ** alpha."),
    ],
    hints=[
        "n is len(tokens) + 1: the tokens and END.",
        "A score is log_probability / (len(tokens) + 1) ** alpha; make a list of them, in the order of the answers.",
        "int(np.argmax(scores)) is the place of the best one.",
    ],
)

# 15.3 Copy what is unknown ----------------------------------------------------------------------------------------


def copy_unknown_reference(target, source, weights):
    """The tokens of `target`, each "<unk>" replaced by the source word that got the most attention at that step.

    target: S tokens. source: T words. weights: (S, T), row s for the step at which token s was written.
    """
    return [source[int(np.argmax(weights[s]))] if token == "<unk>" else token for s, token in enumerate(target)]


def _wrong_copy(target, source, weights, *, slip):
    S, T = weights.shape
    out, seen, taken = [], 0, []
    for s, token in enumerate(target):
        row = weights[s]
        if slip == "previous step":
            row = weights[max(s - 1, 0)]
        if slip == "next step":
            row = weights[min(s + 1, S - 1)]
        if slip == "mean":
            row = weights.mean(axis=0)
        if slip == "count":
            row, seen = weights[min(seen, S - 1)], seen + (token == "<unk>")
        if slip == "each word once" and token == "<unk>":
            row = np.where(np.isin(np.arange(T), taken), -1, row)
            taken.append(int(np.argmax(row)))
        place = int(np.argmax(row))
        if slip == "smallest":
            place = int(np.argmin(row))
        if slip == "same place":
            place = min(s, T - 1)
        if slip == "columns":
            place = int(np.argmax(weights, axis=0)[min(s, T - 1)]) % T
        replaced = token == "<unk>" or slip == "all"
        if slip == "dropped" and token == "<unk>":
            continue
        out.append(source[place] if replaced else token)
    return out


def _copies(rng):
    cases = []
    for source, target in (("der mann aus kitzbühel schläft".split(), "the <unk> from <unk> is asleep .".split()),
                           ("anna besucht otto in bregenz heute .".split(), "<unk> visits <unk> in <unk>".split()),
                           ("ein hund namens waldi".split(), "a dog called <unk> <unk> today".split())):
        scores = 2.5 * rng.standard_normal((len(target), len(source)))
        unknown = [s for s, token in enumerate(target) if token == "<unk>"]
        place = int(rng.integers(1, len(source)))
        scores[unknown[:2], place] = scores[unknown[:2]].max(axis=1) + 0.3  # two of them look at the same word
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        cases.append((target, source, weights))
    return cases


copy_unknown = Exercise(
    id="15.3",
    title="Copy what is unknown",
    stars=2,
    reference=copy_unknown_reference,
    cases=_copies,
    mistakes=[
        Mistake("the same place", partial(_wrong_copy, slip="same place"),
                "You copy the source word at the same position. The languages order words differently: look where the "
                "weights of this step are largest."),
        Mistake("the smallest weight", partial(_wrong_copy, slip="smallest"),
                "You copy the word that got the least attention. Use argmax."),
        Mistake("columns", partial(_wrong_copy, slip="columns"),
                "You take the maximum along the wrong axis: for each source word a step. Row s of the weights belongs "
                "to token s; take its argmax."),
        Mistake("everything replaced", partial(_wrong_copy, slip="all"),
                "You replace every token. The model's own words stay; only \"<unk>\" is replaced."),
        Mistake("dropped", partial(_wrong_copy, slip="dropped"),
                "You leave unknown words out. Put the source word in their place."),
        Mistake("one step early", partial(_wrong_copy, slip="previous step"),
                "You use the weights of the step before. Row s is the step at which token s was written."),
        Mistake("one step late", partial(_wrong_copy, slip="next step"),
                "You use the weights of the step after. Row s is the step at which token s was written."),
        Mistake("rows counted by unknown words", partial(_wrong_copy, slip="count"),
                "You take row 0 for the first unknown word, row 1 for the second. The row is the token's position."),
        Mistake("each word once", partial(_wrong_copy, slip="each word once"),
                "You use each source word once. Two tokens may look at the same word: take the largest weight of each "
                "row, whatever other rows did."),
        Mistake("mean over the steps", partial(_wrong_copy, slip="mean"),
                "You average the weights over all steps. Each step has a row of its own."),
    ],
    hints=[
        "Go through the target with enumerate: s is the row of the weights.",
        "np.argmax(weights[s]) is the position in the source that got the most attention.",
        "A list comprehension does it: source[…] if token == \"<unk>\" else token.",
    ],
    explanation="A word that is copied is right when it is a name or a number. Of other words you copy German into "
                "English. Luong et al. (2015) look the copied word up in a dictionary first.",
)

# 15.4 BLEU --------------------------------------------------------------------------------------------------------


def bleu_reference(translations, references):
    """Corpus BLEU from 0 to 100. translations: N lists of words; references: for each a list of lists of words.

    An n-gram is found as often as it stands in that reference which has it most often. Found and all n-grams are added
    up over the sentences for n = 1 … 4. r adds up the lengths of the closest references (of two equally close ones
    the shorter), c the lengths of the translations. BLEU is min(1, exp(1 − r/c)) times the geometric mean of the four
    precisions; 0 when one of them is 0.
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


def _closest(words, several, slip):
    lengths = [len(other) for other in several]
    if slip == "shortest":
        return min(lengths)
    if slip == "longest":
        return max(lengths)
    if slip == "mean length":
        return float(np.mean(lengths))
    if slip == "first length":
        return lengths[0]
    if slip == "longer of two":
        return min((abs(length - len(words)), -length, length) for length in lengths)[2]
    return min((abs(length - len(words)), length) for length in lengths)[1]


def _found(words, several, n, slip):
    counts = ngram_counts(words, n)
    if slip == "added":
        most = sum((ngram_counts(other, n) for other in several), Counter())
    elif slip == "first only":
        most = ngram_counts(several[0], n)
    elif slip == "all references":
        most = ngram_counts(several[0], n)
        for other in several[1:]:
            most &= ngram_counts(other, n)
    else:
        most = Counter()
        for other in several:
            most |= ngram_counts(other, n)
    if slip == "not clipped":
        return sum(count for gram, count in counts.items() if gram in most)
    if slip == "distinct":
        return len(counts & most)
    return sum((counts & most).values())


def _wrong_bleu(translations, references, *, slip):
    highest = 3 if slip == "trigrams" else 4
    if slip == "mean of sentences":
        return float(np.mean([_wrong_bleu([one], [other], slip="") for one, other in zip(translations, references)]))
    if slip == "one text":
        translations = [[word for words in translations for word in words]]
        references = [[[word for several in references for word in several[0]]]]
    found, total, c, r = np.zeros(highest), np.zeros(highest), 0, 0
    for words, several in zip(translations, references):
        c += len(words)
        r += _closest(words, several, slip)
        for n in range(1, highest + 1):
            found[n - 1] += _found(words, several, n, slip)
            total[n - 1] += len(words) if slip == "words" else max(0, len(words) - n + 1)
    if slip == "recall":
        total = np.array([sum(max(0, len(several[0]) - n + 1) for several in references) for n in range(1, 5)])
    if not found.all():
        return 0.0
    precisions = found / total
    penalty = min(1.0, np.exp(1 - r / c))
    if slip == "no penalty":
        penalty = 1.0
    if slip == "not capped":
        penalty = np.exp(1 - r / c)
    if slip == "turned round":
        penalty = min(1.0, np.exp(1 - c / r))
    if slip == "quotient":
        penalty = min(1.0, c / r)
    mean = precisions.mean() if slip == "arithmetic" else np.exp(np.log(precisions).mean())
    if slip == "product":
        mean = np.prod(precisions)
    return penalty * mean if slip == "share" else 100 * penalty * mean


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
        Mistake("not clipped", partial(_wrong_bleu, slip="not clipped"),
                "“the the the the the” finds its word five times in a reference that has it twice. An n-gram is found "
                "at most as often as it stands in the reference: counts & most takes the smaller count."),
        Mistake("distinct n-grams", partial(_wrong_bleu, slip="distinct"),
                "You count each distinct n-gram once. Add up the clipped counts: sum((counts & most).values())."),
        Mistake("references added", partial(_wrong_bleu, slip="added"),
                "You add the counts of the references. An n-gram is clipped at its count in the one reference that has "
                "it most often: the maximum, |, not the sum."),
        Mistake("in all references", partial(_wrong_bleu, slip="all references"),
                "You ask that an n-gram stands in all references. One of them is enough."),
        Mistake("first reference only", partial(_wrong_bleu, slip="first only"),
                "You look for n-grams in the first reference only. A translation may follow any of them."),
        Mistake("mean of sentences", partial(_wrong_bleu, slip="mean of sentences"),
                "You compute BLEU for each sentence and take the mean. Add up found and all n-grams over the corpus "
                "first; divide once, at the end."),
        Mistake("one long text", partial(_wrong_bleu, slip="one text"),
                "You join the sentences to one text. Then n-grams cross from one sentence into the next, and words are "
                "found in the references of other sentences."),
        Mistake("arithmetic mean", partial(_wrong_bleu, slip="arithmetic"),
                "You take the arithmetic mean of the precisions. BLEU takes the geometric one: exp(mean(log p))."),
        Mistake("product", partial(_wrong_bleu, slip="product"),
                "You multiply the four precisions. The geometric mean is the fourth root of that."),
        Mistake("up to three", partial(_wrong_bleu, slip="trigrams"), "You stop at n = 3. BLEU goes to n = 4."),
        Mistake("divided by words", partial(_wrong_bleu, slip="words"),
                "You divide by the number of words for every n. A sentence of L words has L − n + 1 n-grams."),
        Mistake("recall", partial(_wrong_bleu, slip="recall"),
                "You divide by the n-grams of the reference: that is recall. BLEU is a precision: divide by those of "
                "the translation."),
        Mistake("no penalty for brevity", partial(_wrong_bleu, slip="no penalty"),
                "There is no penalty for brevity. Without it a translation of a few safe words is the best."),
        Mistake("penalty not capped", partial(_wrong_bleu, slip="not capped"),
                "A translation longer than its reference gets a bonus. The penalty is 1 when c ≥ r."),
        Mistake("penalty turned round", partial(_wrong_bleu, slip="turned round"),
                "Your penalty punishes long translations. It is exp(1 − r/c), r of the references, c of the "
                "translations."),
        Mistake("penalty as a quotient", partial(_wrong_bleu, slip="quotient"),
                "Your penalty is c/r. BLEU's is exp(1 − r/c)."),
        Mistake("shortest reference", partial(_wrong_bleu, slip="shortest"),
                "r adds up the length of the closest reference, not that of the shortest."),
        Mistake("longest reference", partial(_wrong_bleu, slip="longest"),
                "r adds up the length of the closest reference, not that of the longest."),
        Mistake("mean length", partial(_wrong_bleu, slip="mean length"),
                "r adds up the length of the closest reference, not the mean length."),
        Mistake("length of the first", partial(_wrong_bleu, slip="first length"),
                "r adds up the length of the closest reference; you always take the first one's."),
        Mistake("longer of two", partial(_wrong_bleu, slip="longer of two"),
                "Of two references that are equally close the shorter one counts; you take the longer."),
        Mistake("between 0 and 1", partial(_wrong_bleu, slip="share"), "The number is right, but between 0 and 1. "
                "Papers give BLEU from 0 to 100."),
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
                   "A metric that sees other tokens counts other n-grams: points, not tenths of points."),
            Option("How many layers the networks have.", False,
                   "That may explain a difference. It is not needed to compare the scores."),
            Option("Whether upper and lower case were told apart.", True,
                   "Lower-cased scores are higher, often by a point or more."),
            Option("How many references each sentence had.", True,
                   "With more references more n-grams are found."),
        ],
        topic="comparable BLEU",
    ),
    Question(
        "A model says “the the the the the the”, the reference is “the cat is on the mat”. What is its precision "
        "of single words, as BLEU counts?",
        [
            Option("1/5: one of the five distinct words of the reference is found.", False,
                   "That is a recall. BLEU divides by the words of the translation."),
            Option("2/6: a word is found as often as it stands in the reference.", True,
                   "That is what clipping does."),
            Option("6/6: every word of it stands in the reference.", False,
                   "Without clipping. BLEU lets each word of the reference be used once."),
            Option("1/6: one distinct word is found.", False,
                   "The reference has “the” twice, so two of the six count."),
        ],
        topic="clipped precision",
    ),
    Question(
        "Why does BLEU need a penalty for brevity?",
        [
            Option("Long translations find too many n-grams, and so score higher than they should.", False,
                   "Their precision falls by itself: they are divided by all that they say."),
            Option("Precision alone is highest for a few words of which one is sure.", True,
                   "Recall would see the gap, but several references make recall hard to define."),
            Option("Short sentences are easier to translate.", False,
                   "True, and it has nothing to do with the penalty, which compares with the length of the reference."),
        ],
        topic="brevity penalty",
    ),
    Question(
        "A wider beam finds answers of higher probability. Does BLEU rise with the width?",
        [
            Option("At first, then it often falls: very probable answers tend to be too short.", True,
                   "Right (Koehn and Knowles, 2017). Dividing log p by a power of the length helps."),
            Option("No: greedy search finds the same answer.", False,
                   "Greedy search takes the best word at each step and can miss a better sentence."),
            Option("Yes, always: a more probable answer is a better one, since the model learned from good ones.",
                   False,
                   "The model is not the truth. Its most probable answer of all is often too short, or empty."),
        ],
        topic="beam width",
    ),
    Question(
        "A translator with a vocabulary of words meets “Kitzbühel”, which it has never seen. What can it do?",
        [
            Option("Use a larger hidden size.", False, "Size does not give it a row that it has not."),
            Option("Write <unk>, and put in the source word that its attention looks at.", True,
                   "Good for names and numbers, which are often the same in both languages."),
            Option("Cut words into pieces before training, so that there are no unknown words.", True,
                   "Byte-pair encoding does that (Sennrich et al., 2016), and nearly all later systems do."),
            Option("Nothing, if it must write “Kitzbühel” with its own words: it has no row for it.", True,
                   "The softmax has one output for each word of the vocabulary."),
        ],
        topic="unknown words",
    ),
    Question(
        "Why does a translator with attention lose less on long sentences than one without?",
        [
            Option("Attention makes the source shorter before the decoder has to read it.", False,
                   "The source stays as it is. All of its states are kept."),
            Option("It sees the reference while it writes.", False,
                   "In training both read the reference, one word late. In the test neither does."),
            Option("It has more weights, and a larger model forgets less of a long source.", False,
                   "It has a few more. A larger model without attention keeps the bottleneck."),
            Option("At every step it takes from the source what it needs now; the other must keep all of it in one "
                   "vector from the start.", True, "That vector is as long for four words as for forty."),
        ],
        topic="why attention",
    ),
    Question(
        "You have a training, a validation and a test part. Where do you choose the epoch, the beam width and the "
        "length penalty?",
        [
            Option("On the training part, which is the largest.", False,
                   "The model knows it by heart at some point. It says little about new sentences."),
            Option("On the validation part.", True, "The test part is looked at once, at the end."),
            Option("On the test part: that is what is reported.", False,
                   "The best of several test scores is too good: part of it is luck."),
        ],
        topic="what a test set is for",
    ),
    Question(
        "BLEU of a system rose from 31.0 to 31.3 on 1,000 sentences. What do you say?",
        [
            Option("Train both with several seeds: how much do they move by themselves?", True,
                   "Another seed alone can move BLEU by half a point."),
            Option("Read some translations of both.", True,
                   "BLEU counts runs of words and knows nothing of meaning: a dropped “not” costs little."),
            Option("Draw the sentences anew, with replacement, many times: how often is the new system ahead?", True,
                   "Paired bootstrap (Koehn, 2004). With 1,000 sentences 0.3 is often within the noise."),
            Option("It is better: the number is higher.", False, "On these sentences, with these seeds."),
        ],
        topic="small differences",
    ),
])
