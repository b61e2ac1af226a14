"""Exercises and quiz of chapter 01: what a bag of words forgets, what order costs, states, and the five patterns.

Words are integers here: the number of the word in the vocabulary, 0 to V − 1. In 01.9 they are strings. Exercise 01.10
is in headlines.py.
"""

from collections import Counter
from functools import partial
from math import factorial, prod

import numpy as np

from seqlearn.exercises.headlines import learn_to_tell
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

__all__ = ["PATTERNS", "QUIZ", "SORTED", "STATES", "bag_of_words", "contexts", "count_states", "learn_to_tell",
           "log_probability", "parameter_counts", "smallest_window", "sorting", "states_needed", "unread"]

# 01.1 Bag of words ---------------------------------------------------------------------------------------------------


def bag_of_words_reference(words, V):
    """How often each word occurs; words: (T,) integers from 0 to V − 1. Returns (V,)."""
    bag = np.zeros(V, dtype=int)
    for word in words:
        bag[word] += 1
    return bag


def _word_cases(rng):
    """Sentences with repeated words; the vocabulary's last word never occurs, its first one always does."""
    cases = []
    for T, V in ((5, 6), (9, 4), (3, 8), (12, 10)):
        words = rng.integers(0, V - 1, size=T)
        words[0], words[-1] = 0, words[1]
        cases.append((words, V))
    return cases


def _order_makes_no_difference(answer, rng):
    words = rng.integers(0, 6, size=8)
    first, second = answer(words.copy(), 7), answer(rng.permutation(words), 7)
    if not np.array_equal(first, second):
        return "The same words in another order give another vector. A bag of words counts, wherever a word stands."
    return None


bag_of_words = Exercise(
    id="01.1",
    title="A bag of words",
    stars=1,
    reference=bag_of_words_reference,
    cases=_word_cases,
    names="bag",
    extra=_order_makes_no_difference,
    mistakes=[
        Mistake("a repeated word counts once", {"bag[word] += 1": "bag[word] = 1"},
                "A word that occurs twice must count 2. `bag[words] += 1` reads all old counts before it writes a "
                "new one, so repeats are lost, and `bag[words] = 1` never counted: loop over the words, or use "
                "np.bincount."),
        Mistake("one-hot vectors summed over the wrong axis", {"return bag": "return np.eye(V)[words].sum(axis=1)"},
                "You add up each one-hot vector by itself, which gives 1 for every word. Add the words: sum(axis=0)."),
        Mistake("shorter than the vocabulary", [{"return bag": "return np.bincount(words)"},
                                                {"return bag": "return bag[bag > 0]"}],
                "Words of the vocabulary that do not occur are missing from your vector. It has V entries, 0 for a "
                "word that does not occur: np.bincount(words, minlength=V)."),
        Mistake("words counted from 1", [{"bag[word]": "bag[word - 1]"}, {"return bag": "return bag[1:]"},
                                         {"return bag": "return bag * (np.arange(V) > 0)"}],
                "Your counts begin with word 1: word 0 is not counted, or stands in the last place. Words are numbered "
                "from 0, and word w belongs to bag[w]."),
        Mistake("a word left out", [{"in words": "in words[1:]"}, {"in words": "in words[:-1]"}],
                "You do not count the first word of the sentence, or not the last. Go through all T words."),
        Mistake("place in place of count", {"    for word in words:\n        bag[word] += 1":
                                            "    for t, word in enumerate(words):\n        bag[word] = t + 1"},
                "You store where the word stands. A bag forgets the place: add 1 for every occurrence."),
        Mistake("the word's number added", {"+= 1": "+= word"},
                "You add the word's number to its entry, so word 7 counts seven times, and word 0 never. Add 1."),
    ],
    hints=[
        "Start with V zeros. Each word adds 1 to one entry.",
        "for word in words: add 1 to bag[word].",
        "In one line: np.bincount(words, minlength=V).",
    ],
    explanation="It is also the sum of the words' one-hot vectors, `np.eye(V)[words].sum(axis=0)`. A sum does not "
                "know the order of its terms.",
)

# 01.2 Two context vectors -------------------------------------------------------------------------------------------


def contexts_reference(words, W):
    """The sum (D,) and the concatenation (T·D,) of the words' vectors; words: (T,), W: (V, D), a row for each word."""
    vectors = W[words]
    return vectors.sum(axis=0), vectors.reshape(-1)


def _context_cases(rng):
    """Words out of order, one of them twice, and T different from D."""
    cases = []
    for T, V, D in ((4, 6, 3), (3, 5, 2), (6, 7, 4)):
        words = rng.integers(0, V - 1, size=T)
        words[0], words[1], words[-1] = V - 1, 0, V - 1
        cases.append((words, rng.normal(size=(V, D))))
    return cases


contexts = Exercise(
    id="01.2",
    title="Sum and concatenation",
    stars=1,
    reference=contexts_reference,
    cases=_context_cases,
    names=("summed", "concatenated"),
    mistakes=[
        Mistake("largest or product for the sum", [{"vectors.sum": "vectors.max"}, {"vectors.sum": "vectors.prod"}],
                "You take the largest of the vectors' numbers, or multiply them. Asked is their sum."),
        Mistake("a repeated word counts once", [
            {"vectors.sum": "W[np.unique(words)].sum"}, {"vectors = W[words]": "vectors = W[np.unique(words)]"},
            {"vectors = W[words]": "vectors = W[np.sort(np.unique(words, return_index=True)[1])]"}],
                "A word that occurs twice is in your sum only once. Take one row for each place: W[words]."),
        Mistake("joined feature by feature", {"vectors.reshape": "vectors.T.reshape"},
                "Your long vector holds the first feature of all words, then the second. Put whole word vectors one "
                "after the other: no transpose before the reshape."),
        Mistake("words in another order", [{"vectors.reshape": "W[np.sort(words)].reshape"},
                                           {"vectors.reshape": "vectors[::-1].reshape"}],
                "Your concatenation has the words in another order. Take them as they come in the sentence: W[words]."),
        Mistake("rows whatever the words are", [{"W[words]": "W[:len(words)]"}, {"W[words]": "W"}],
                "You take the first rows of W, or all, whatever the words are. A word is the number of its row."),
        Mistake("columns in place of rows", {"W[words]": "W[:, words % W.shape[1]].T"},
                "You pick columns of W. Each word has a row of it: W[words]."),
        Mistake("last word left out", {"W[words]": "W[words[:-1]]"},
                "The last word is missing from both vectors. Take all T words."),
        Mistake("one-hot vectors joined", {"vectors.reshape": "np.eye(len(W))[words].reshape"},
                "You join the one-hot vectors, T·V numbers. Join the words' vectors from the table: W[words]."),
    ],
    hints=[
        "W[words] picks one row for each word, in order: an array (T, D).",
        "The sum runs over the words, so over axis 0. The concatenation keeps every number: reshape.",
        "return W[words].sum(axis=0), W[words].reshape(-1)",
    ],
)

# 01.3 What order costs -----------------------------------------------------------------------------------------------


def parameter_counts_reference(n, D, H):
    """Weights and biases of a layer of H units over n concatenated vectors of size D, and of a recurrent layer.

    Returns two integers.
    """
    concatenated = n * D * H + H
    recurrent = D * H + H * H + H
    return concatenated, recurrent


parameter_counts = Exercise(
    id="01.3",
    title="What order costs",
    stars=2,
    reference=parameter_counts_reference,
    cases=lambda rng: [(4, 5, 3), (7, 2, 6), (3, 10, 4), *(tuple(int(k) for k in rng.integers(3, 40, 3))
                                                           for _ in range(3))],
    names=("concatenated", "recurrent"),
    mistakes=[
        Mistake("biases left out", {"n * D * H + H": "n * D * H", "H * H + H": "H * H"},
                "You count the weight matrices and forget the biases. Each layer has one bias for each of its H units: "
                "each count needs its + H."),
        Mistake("bias left out of the first count", {"n * D * H + H": "n * D * H"},
                "The concatenating layer has a bias for each of its H units, too: your first count needs a + H."),
        Mistake("bias left out of the second count", {"H * H + H": "H * H"},
                "The recurrent layer has a bias for each of its H units, too: your second count needs a + H."),
        Mistake("another number of biases", [
            *({"n * D * H + H": f"n * D * H + {count}"} for count in ("n * H", "n * D", "D", "1")),
            *({"n * D * H + H": f"n * D * H + {count}", "H * H + H": f"H * H + {count}"} for count in ("D", "1"))],
                "You do not have H biases in a layer. There is one for each of its H units, however many inputs they "
                "have and however many words they see: + H."),
        Mistake("W_h left out", [{" + H * H + H": " + H"}, {"H * H + H": "H + H"}, {"H * H": "D * D"}],
                "Your second count lacks the matrix W_h. It leads from the old state of H numbers to the new one of H "
                "numbers, so it is (H, H): add H * H."),
        Mistake("weights not shared", [
            {"D * H + H * H + H": "n * (D * H + H * H + H)"}, {"D * H + H * H + H": "n * (D * H + H * H) + H"},
            {"D * H + H * H": "n * D * H + H * H"}, {"D * H + H * H": "D * H + n * H * H"}],
                "Your second count grows with n. But every step of the recurrent layer uses the same weights."),
        Mistake("lengths added", {"n * D * H": "(n + D) * H"},
                "You add n and D. n words of D features each are n · D numbers, and each has a weight to each unit."),
        Mistake("state in the first count", {"n * D * H": "(n * D + H) * H"},
                "The concatenating layer has no state and no matrix (H, H): leave H * H out of your first count."),
        Mistake("two biases", [{"H * H + H": "H * H + 2 * H"}, {"n * D * H + H": "n * D * H + 2 * H"}],
                "One of your counts has H too many. Here a layer has one b, (H,), and starts from a state of "
                "zeros, which is no parameter. (PyTorch stores two biases, of which only the sum matters.)"),
        Mistake("units left out", {"n * D * H + H": "n * D", "D * H + H * H + H": "D + H"},
                "You count the inputs of one unit. A layer has H units, each with a bias and weights for all inputs."),
    ],
    hints=[
        "A layer from A numbers to B units has A · B weights and B biases.",
        "Concatenation: A = n · D. Recurrence: one matrix for the input, one for the old state, one bias.",
        "return n * D * H + H, D * H + H * H + H",
    ],
    explanation="They are equal when n·D = D + H, at n = 1 + H/D words. Every further word adds D·H to the first and "
                "nothing to the second.",
)

# 01.4 Eight tasks, five patterns ------------------------------------------------------------------------------------

PATTERNS = ("one-to-one", "one-to-many", "many-to-one", "delayed", "aligned")
SORTED = {
    "digit": "one-to-one",
    "caption": "one-to-many",
    "stars": "many-to-one",
    "language": "many-to-one",
    "translation": "delayed",
    "summary": "delayed",
    "word classes": "aligned",
    "heartbeat": "aligned",
}


def _says(tasks, *patterns):
    """A predicate: one of the tasks was given one of the patterns."""
    return lambda answer: any(str(answer[task]).strip().casefold() in patterns for task in tasks)


def _sorted_wrong(name, tasks, patterns, message):
    return Mistake(name, _says(tasks, *patterns), message, example={**SORTED, tasks[0]: patterns[0]})


sorting = ValueExercise(
    id="01.4",
    title="Eight tasks, five patterns",
    stars=2,
    reference=SORTED,
    mistakes=[
        Mistake("a pattern that is not there",
                lambda answer: not all(_says([task], *PATTERNS)(answer) for task in answer),
                f"One of your patterns has a name that is not among the five. Write {', '.join(PATTERNS)}.",
                example={**SORTED, "caption": "one to several"}),
        _sorted_wrong("long input, long output: aligned", ["translation", "summary"], ["aligned"],
                      "In translation and summary both sides are sequences, but look at their lengths, and at what "
                      "must be read before the first output word can be right. Aligned means: one output at every "
                      "step of the input."),
        _sorted_wrong("an answer at every step: delayed", ["word classes", "heartbeat"], ["delayed"],
                      "Word classes and heartbeat have exactly one output for each input step, at the same place. "
                      "Which pattern has an output above every input?"),
        _sorted_wrong("one answer for all steps", ["word classes", "heartbeat"], PATTERNS[:3],
                      "Word classes wants a class for every word, heartbeat a verdict on every beat: many outputs."),
        _sorted_wrong("one sentence is one output", ["caption", "translation", "summary"], PATTERNS[:3:2],
                      "A caption, a translation and a summary are written word by word, so their output is many."),
        _sorted_wrong("one answer per step where one is asked", ["stars", "language"], ["aligned", "delayed"],
                      "Stars and language want a single answer for the whole sequence. Count the outputs: one."),
        _sorted_wrong("one text is one input", ["language", "stars", "translation", "summary"], PATTERNS[:2],
                      "A text is a sequence of words, and a recording a sequence of sound frames: their length varies, "
                      "and their order matters. The input is many."),
        _sorted_wrong("pixels as a sequence", ["digit"], PATTERNS[1:],
                      "The digit's image has a fixed number of pixels, and all of them come at once; which digit it is "
                      "is one answer. With no sequence in and none out, which pattern is left?"),
        _sorted_wrong("one image, many words, read as many inputs", ["caption"], ["delayed", "aligned"],
                      "A photo is a single input of fixed size: there is no sequence to read before the caption."),
    ],
    hints=[
        "Ask two questions of each task. Is the input a sequence? Is the output a sequence?",
        "Where both are, ask a third: is there one output for each input step, or may the lengths differ?",
        "One is one-to-one, one is one-to-many; the other three patterns have two tasks each.",
    ],
    explanation="One-to-one: the digit. One-to-many: the caption. Many-to-one: stars, language. Delayed: translation, "
                "summary, whose lengths are their own. Aligned: word classes, heartbeat, one output a step.",
)

# 01.5 Read a state backwards ----------------------------------------------------------------------------------------


def unread_reference(h, V, T):
    """The words (T,) that h_t = V · h_{t−1} + x_t has read, from its last state h; h_0 = 0, words from 0 to V − 1."""
    words = []
    for _ in range(T):
        words.append(h % V)
        h = h // V
    return np.array(words[::-1])


def _state_cases(rng):
    """Sentences that begin with word 0, and others; the last case ends far above 2**53, where floats lose digits."""
    cases = []
    for V, T, first in ((3, 4, 0), (7, 5, 4), (12, 3, 0), (4, 9, 2), (20, 30, 7)):
        words = rng.integers(0, V, size=T)
        words[0], words[-1] = first, V - 1
        h = 0
        for word in words:
            h = V * h + int(word)
        cases.append((h, V, T))
    return cases


unread = Exercise(
    id="01.5",
    title="Read a state backwards",
    stars=3,
    reference=unread_reference,
    cases=_state_cases,
    names="words",
    mistakes=[
        Mistake("last word first", {"words[::-1]": "words"},
                "These are the right words, the last one first. The remainder gives you the last word that was read: "
                "turn the list round at the end."),
        Mistake("divided as floats", [{"h // V": what} for what in (
            "int(h / V)", "(h - h % V) / V", "np.floor(h / V)", "int((h - h % V) / V)", "round(h / V - 0.5)")]
                + [{"words = []": "words, h = [], float(h)"}, {"h // V": "int(h / V)", "words[::-1]": "words"}],
                "h / V is a float of about sixteen digits, so in a long sentence words come out wrong. Divide in whole "
                "numbers: h // V. (And return the first word first.)"),
        Mistake("not rounded", {"h // V": "h / V"},
                "You divide with /, so the state before the step is no whole number. Divide in whole numbers: h // V."),
        Mistake("zeros at the start lost", {"for _ in range(T)": "while h > 0"},
                "You stop when the state reaches 0, so sentences that start with word 0 are too short. Go T steps."),
        Mistake("zeros put at the end", {"np.array(words[::-1])": "np.array([*np.trim_zeros("
                                         "words[::-1], 'f'), *[0] * T])[:T]"},
                "A sentence that starts with word 0 gets its zeros at the end. They belong to the start: go exactly T "
                "steps, and turn the list round after that."),
        Mistake("base 10", [{"h % V": f"h % {base}", "h // V": f"h // {base}"} for base in (10, 2)],
                "You divide by a number of your own. Each step multiplied the state by V: divide by V."),
        Mistake("quotient kept", {"append(h % V)": "append(h // V)"},
                "You keep the quotient, which is the state before the step. The word is the remainder, h % V."),
        Mistake("state not divided", [{"h = h // V": "pass"}, {"h = h // V": "h = h - h % V"}],
                "You never divide. After each word go back to the state before it: h = h // V."),
        Mistake("words counted from 1", [{"append(h % V)": f"append(h % V {by} 1)"} for by in "+-"],
                "Your words are off by one. They are numbered from 0, as the remainders are: leave the 1 out."),
        Mistake("words sorted", {"words[::-1]": "sorted(words)"},
                "You sort the words. Asked is the order in which they were read."),
    ],
    hints=[
        "Take V = 10 and h = 152. How do you get its last digit, and how do you get rid of it?",
        "The last word is the remainder h % V; the state before it is h // V.",
        "Repeat that T times, collect the remainders, and turn them round.",
    ],
    explanation="One number holds the whole sentence, in order. But V**T different sentences need V**T different "
                "states, and a state of fixed size and limited precision has only so many values.",
)

# 01.6 How probable is this sentence? ----------------------------------------------------------------------------------


def log_probability_reference(words, first, second, further):
    """ln p(words) under a Markov model of order 2; words (T,), first (V,), second (V, V), further (V, V, V)."""
    total = np.log(first[words[0]])
    for t in range(1, len(words)):
        if t == 1:
            total += np.log(second[words[0], words[1]])
        else:
            total += np.log(further[words[t - 2], words[t - 1], words[t]])
    return total


def _markov_cases(rng):
    """Sentences of one word, of a few, and of two thousand, whose probability no float can hold."""
    cases = []
    for T, V in ((5, 4), (1, 3), (2, 5), (8, 3), (2000, 6)):
        tables = [rng.dirichlet(np.ones(V), size=(V,) * axes) for axes in range(3)]
        words = rng.integers(0, V, size=T)
        words[:3] = [0, 2, 1][:T]  # three different words, so that it shows when two of them are exchanged
        cases.append((words, *tables))
    return cases


def _of_factors(join, words, first, second, further):
    """`join` of the list of factors: their product, say, and not the sum of their logarithms."""
    later = [second[words[0], words[1]] if t == 1 else further[words[t - 2], words[t - 1], words[t]]
             for t in range(1, len(words))]
    with np.errstate(divide="ignore"):
        return join([first[words[0]], *later])


SECOND, FURTHER = "second[words[0], words[1]]", "further[words[t - 2], words[t - 1], words[t]]"

log_probability = Exercise(
    id="01.6",
    title="How probable is this sentence?",
    stars=2,
    reference=log_probability_reference,
    cases=_markov_cases,
    names="ln p",
    mistakes=[
        Mistake("multiplied first", partial(_of_factors, lambda factors: np.log(prod(factors))),
                "Right for short sentences. You multiply the probabilities and take the logarithm at the end, but a "
                "product of two thousand of them is below the smallest float, so it becomes 0. Add logarithms."),
        Mistake("not a logarithm", [partial(_of_factors, prod), {"return total": "return np.exp(total)"}],
                "You return the probability itself. Asked is its logarithm, for which no sentence is too long."),
        Mistake("logarithm of a sum", partial(_of_factors, lambda factors: np.log(sum(factors))),
                "You add the probabilities. The chain rule multiplies them, so their logarithms are added."),
        Mistake("first word left out", {"np.log(first[words[0]])": "0.0"},
                "The first factor is missing. The first word has a probability, too: first[words[0]]."),
        Mistake("second word left out", {f"total += np.log({SECOND})": "pass"},
                "The factor of the second word is missing: second[words[0], words[1]]."),
        Mistake("only the first two words", {f"total += np.log({FURTHER})": "pass"},
                "You stop after the second word. Each further word has a factor, given the two before it."),
        Mistake("last word left out", [
            {"range(1, len(words))": "range(1, len(words) - 1)"},
            lambda words, *tables: log_probability_reference(words[:-1], *tables) if len(words) > 1 else 0.0],
                "The factor of the last word is missing. Go on to words[-1]."),
        Mistake("order 1", {f"np.log({FURTHER})": "np.log(second[words[t - 1], words[t]])"},
                "You go on with the table of pairs. From the third word on, two words are given: further[a, b, c]."),
        Mistake("indices exchanged", [
            {SECOND: "second[words[1], words[0]]"}, {FURTHER: "further[words[t - 1], words[t - 2], words[t]]"},
            {FURTHER: "further[words[t], words[t - 1], words[t - 2]]"},
            {SECOND: "second[words[1], words[0]]", FURTHER: "further[words[t], words[t - 1], words[t - 2]]"}],
                "Indices of a table are exchanged. They stand in the order of the sentence, the new word last: "
                "second[a, b] is p(b | a), and further[a, b, c] is first a, then b, then c."),
        Mistake("another base", [{"return total": f"return total / np.log({base})"} for base in (2, 10)],
                "Your logarithm has base 2 or base 10. Asked is the natural one, np.log."),
        Mistake("mean over the words", {"return total": "return total / len(words)"},
                "You divide by the number of words. Asked is the logarithm of the whole product, so only add."),
    ],
    hints=[
        "There is one factor for each word. The first is first[words[0]], the next second[words[0], words[1]].",
        "The logarithm of a product is the sum of the logarithms.",
        "For t = 2, 3, …: add np.log(further[words[t - 2], words[t - 1], words[t]]).",
    ],
    explanation="Language models are trained to make such sums of logarithms large.",
)

# 01.7 How many states are enough? ---------------------------------------------------------------------------------

STATES = {"last": 2, "parity": 2, "remainder": 3, "first": 3, "two in a row": 3, "majority": np.inf}


def _counted_wrong(name, tasks, numbers, message):
    return Mistake(name, lambda answer: any(float(answer[task]) in numbers for task in tasks), message,
                   example={**STATES, tasks[0]: numbers[0]})


states_needed = ValueExercise(
    id="01.7",
    title="How many states are enough?",
    stars=2,
    reference=STATES,
    mistakes=[
        Mistake("the majority with finitely many", lambda answer: np.isfinite(float(answer["majority"])),
                "For the majority, how far the ones are ahead has to be known exactly: after a thousand ones it "
                "takes a thousand zeros to catch up, and two states must differ for 999 and 1000. Is there a largest "
                "lead?", example={**STATES, "majority": 3}),
        _counted_wrong("infinitely many for a count", list(STATES)[:-1], [np.inf],
                       "One of your infinities is too large. A count may grow without end and the answer still need "
                       "only a part of it, for example whether it is odd."),
        _counted_wrong("the start of the first bit", ["first"], [2],
                       "For first: with two states the start is one of them. If it means that the first bit was a 0, "
                       "and a 1 comes, how does the machine know that this 1 is not the second bit?"),
        _counted_wrong("no state between", ["two in a row"], [2],
                       "For two in a row: with the two notes “found” and “not yet”, how would the machine know that "
                       "the bit before was a 1?"),
        _counted_wrong("one state too many", ["two in a row"], [4, 5],
                       "For two in a row: once they have been found, nothing else matters. Until then, the last bit is "
                       "enough, and the start can count as a 0."),
        Mistake("a state of its own for the start", lambda answer: any(
            float(answer[name]) == STATES[name] + 1 for name in ("last", "parity", "remainder")),
                "One of your numbers counts the start as a state of its own where it may be one of the others. Before "
                "any bit the number of ones is 0, for example.", example={**STATES, "remainder": 4}),
        _counted_wrong("one state", list(STATES), [1, 0],
                       "A machine reads its answer off its state. With a single one it says the same after every bit."),
        _counted_wrong("the remainder as yes or no", ["remainder"], [2],
                       "For remainder the answer is 0, 1 or 2. Two states cannot stand for three answers."),
    ],
    hints=[
        "Two pasts may share a state if they have the same answer now and, whatever bits follow, ever after.",
        "Two in a row: what must be known of the past as long as the answer is no? First: what if nothing has come?",
        "Majority: suppose there are K states. After 1, 2, …, K + 1 ones, two of these pasts share a state. How many "
        "zeros tell them apart?",
    ],
    explanation="Two pasts need different states just when their answers differ, now or after the same "
                "further bits. The smallest summary of the past keeps these differences and no others.",
)

# 01.8 When two orders fall together -------------------------------------------------------------------------------


def count_states_reference(T, k):
    """T! over the product of the factorials of the groups: words whose distances differ by a multiple of k."""
    groups = [len(range(start, T, k)) for start in range(min(T, k))]
    return factorial(T) // prod(factorial(size) for size in groups)


count_states = Exercise(
    id="01.8",
    title="When two orders fall together",
    stars=3,
    reference=count_states_reference,
    cases=lambda rng: [(5, 3), (5, 1), (5, 2), (6, 4), (7, 3), (3, 2), (4, 9), (7, 4), (6, 6)],
    names="the number of states",
    mistakes=[
        Mistake("all orders", lambda T, k: factorial(T),
                "You count every order. Two words that have been turned by the same angle in the end, because one has "
                "gone round more often, may change places without a trace."),
        Mistake("full turns only", lambda T, k: 1 if k == 1 else factorial(T),
                "Right for k = 1. But with k = 2 a word two steps back has made a full turn, as if it were the last."),
        Mistake("angles counted", lambda T, k: min(T, k),
                "This is how many different angles there are. Ask how the T words can be spread over them: words that "
                "share an angle are added up, and their order is lost."),
        Mistake("groups in place of members", [lambda T, k: factorial(T) // factorial(min(T, k)),
                                               lambda T, k: factorial(T) // factorial(k)],
                "You divide by the factorial of the number of groups. Inside each group the order is lost, so divide "
                "by the factorial of each group's size."),
        Mistake("one group only", [lambda T, k: factorial(T) // factorial(len(range(0, T, k))),
                                   lambda T, k: factorial(T) // factorial(max(1, T // k))],
                "You divide for one group of words with the same angle. There are min(T, k) groups, and the order "
                "inside each of them is lost."),
        Mistake("groups of one size", [lambda T, k: factorial(T) // factorial(T // k) ** min(k, T),
                                       lambda T, k: factorial(T) // factorial(-(-T // k)) ** k],
                "Your groups all have the same size. When k does not divide T, some have one word more than others."),
        Mistake("k for T", [lambda T, k: factorial(min(T, k)), lambda T, k: factorial(k)],
                "You count the orders of k words. There are T of them, spread over k angles."),
        Mistake("T over k", [lambda T, k: factorial(T) // k, lambda T, k: factorial(T) / k],
                "You divide by k. What falls together are the orders inside each group of words with the same angle."),
    ],
    hints=[
        "In the end word t has been turned T − t times. Which words have made the same angle, full turns left out?",
        "For T = 5 and k = 3 the numbers of turns are 4, 3, 2, 1, 0, which is 1, 0, 2, 1, 0 without full turns: groups "
        "of 2, 2 and 1 words. Inside a group the order is lost.",
        "T! divided by the factorial of each group's size; the sizes are len(range(start, T, k)) for start below k.",
    ],
    explanation="With k ≥ T no two words share an angle, and every order has a state of its own. A matrix drawn at "
                "random behaves like that.",
)

# 01.9 How wide must the window be? ----------------------------------------------------------------------------------


def smallest_window_reference(one, other):
    """The smallest n at which the bags of n-grams of two lists of words differ; 0 if they are the same."""
    def bag(words, n):
        return Counter(tuple(words[t:t + n]) for t in range(len(words) - n + 1))

    for n in range(1, max(len(one), len(other)) + 1):
        if bag(one, n) != bag(other, n):
            return n
    return 0


def _window_cases(rng):
    texts = [("dog bites man", "man bites dog"), ("good", "good good"), ("a b a c a", "a c a b a"),
             ("Ann then Bob then Cem then Dan", "Ann then Cem then Bob then Dan"),
             ("Ann and so Bob and so Cem and so Dan", "Ann and so Cem and so Bob and so Dan"),
             ("not good very bad", "not good very bad"), ("a a b", "a b b"), ("a a b a", "a b a a"), ("a b", "b a"),
             ("x y x y x", "x y x y x y"), ("a b a a", "a a b a"), ("the dog", "the cat")]
    link = " a b c d e f g h i j "  # the bags of 11-grams are still the same
    texts.append((link.join(["Ann", "Bob", "Cem", "Dan"]), link.join(["Ann", "Cem", "Bob", "Dan"])))
    return [(one.split(), other.split()) for one, other in texts]


def _first_difference(one, other):
    return next((t + 1 for t, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)


smallest_window = Exercise(
    id="01.9",
    title="How wide must the window be?",
    stars=2,
    reference=smallest_window_reference,
    cases=_window_cases,
    names="n",
    mistakes=[
        Mistake("sets of n-grams", {"Counter(": "set("},
                "You compare which n-grams occur, and not how often. A bag counts: use Counter, or sort the list."),
        Mistake("lists of n-grams", [{"Counter(": "list("}, lambda one, other: int(one != other)],
                "You compare lists, so what differs at all differs at n = 1. A bag has no order: use Counter."),
        Mistake("last n-gram left out", {"len(words) - n + 1": "len(words) - n"},
                "The last n-gram is missing. A sentence of T words has T − n + 1 of them."),
        Mistake("one too small", [{"return n\n": "return n - 1\n"},
                                  {"return n\n": "return n - 1\n", "return 0": "return -1"}],
                "Your numbers are one too small. Asked is the smallest n at which the bags differ."),
        Mistake("same sentence: not 0", [{"return 0": f"return {number}"} for number in (
            "max(len(one), len(other)) + 1", "len(one)", "-1", "np.inf")],
                "Right where the sentences differ. No window tells a sentence from itself: return 0."),
        Mistake("stops too early", [{"+ 1):\n        if": "):\n        if"},
                                    {"max(len": "min(len", "+ 1):\n        if": "):\n        if"},
                                    *({"max(len(one), len(other)) + 1": f"{end}"} for end in range(4, 12))],
                "You stop too early, and return 0. The last n to try is the length of the longer sentence."),
        Mistake("pieces that do not overlap", {"range(len(words) - n + 1)": "range(0, len(words) - n + 1, n)"},
                "Your groups do not overlap. An n-gram begins at every word: dog bites, bites man."),
        Mistake("only the beginning", [_first_difference, {"range(len(words) - n + 1)": "range(1)"}],
                "You compare how the two sentences begin. Count the groups of n neighbours, wherever they stand."),
    ],
    hints=[
        "Write the bag of n-grams of a list of words as in the chapter, with Counter, and compare the bags for n = 1, "
        "2, …",
        "n-grams start at t = 0, 1, …, len(words) - n.",
        "for n in range(1, max(len(one), len(other)) + 1): if bag(one, n) != bag(other, n): return n",
    ],
    explanation="It always ends: at n = T a sentence has a single n-gram, itself.",
)

# Quiz -----------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("01", [
    Question("Which pairs of sentences have the same bag of words?", [
        Option("“not good, very bad” and “very good, not bad”", True,
               "The same four words, once each, and the opposite opinion."),
        Option("“the dog saw the cat” and “the dog saw a cat”", False, "The first has “the” twice, the second once."),
        Option("“Ann paid Bob” and “Bob paid Ann”", True,
               "The same three words. Who is richer now, the bag cannot say."),
        Option("“good” and “good good”", False, "A bag counts. The order is lost, the number is not."),
    ], topic="bag of words"),
    Question("A classifier on bags of words stays at 50 % on sentences such as “dog bites man” and “man bites dog”. "
             "What can help?", [
        Option("More hidden units.", False,
               "Both sentences give the same input, so any function, however large, gives the same output."),
        Option("Longer training.", False, "The loss is already at its lowest possible value, ln 2."),
        Option("Another input, which depends on the order.", True, "What is not in the input, no network finds."),
        Option("Better word vectors, which are then summed.", False, "Any sum is the same in any order."),
    ], topic="order lost by the sum"),
    Question("You double the number of words that a network sees, from n to 2n. How do the weights grow?", [
        Option("Concatenation: about twice as many; recurrence: as many as before.", True,
               "n · D · H doubles, and the recurrent layer uses the same weights at each step."),
        Option("Both about twice as many.", False, "All steps of the recurrent layer share its weights."),
        Option("Concatenation: as many as before; recurrence: about twice as many.", False,
               "It is the other way round. Every place of the window has weights of its own."),
    ], topic="parameters against the window"),
    Question("h_t = x_t + h_{t−1}, with no weights and no tanh. What does the last state know?", [
        Option("The whole sentence, in order.", False,
               "Nothing happens to the past between one word and the next, so the state is the plain sum."),
        Option("The last word alone.", False, "All words are in the sum. That is the state with W_h = 0."),
        Option("No more than a bag of words.", True,
               "It is their sum. Order shows once the old state is multiplied or squashed in between."),
    ], topic="why a state sees order"),
    Question("A network marks every card payment as normal or suspicious, the moment it is made. Which pattern?", [
        Option("Many-to-one", False, "There is an answer for each payment, not one for all."),
        Option("Many-to-many, aligned", True, "One output at every step, and it may use all the payments before."),
        Option("Many-to-many, delayed", False, "Nobody waits for the last payment of a customer."),
        Option("One-to-one", False,
               "It could not compare a payment with those before. The pattern is about the whole sequence."),
    ], topic="input–output patterns"),
    Question("Why is the translation of a sentence drawn with a delay?", [
        Option("The output may be longer or shorter than the input.", True,
               "So there cannot be one output word above every input word."),
        Option("Computing an output takes time.", False,
               "The delay is in steps of the network, not in seconds. An aligned step takes as long."),
        Option("The first output word may depend on the last input word.", True,
               "In German the verb can stand at the end. The network reads all of the sentence before it writes."),
        Option("The network must be trained longer.", False, "The drawing shows what is read and written when."),
    ], topic="input–output patterns"),
    Question("A network gets the last n = 4 words, side by side, and no others. Which of these can it not do, whatever "
             "its weights?", [
        Option("Tell “dog bites man” from “man bites dog”.", False,
               "It can: each fits into the window, and inside it order is kept."),
        Option("Choose “is” or “are” by a noun that stands eight words back.", True,
               "The noun is outside the window, so both cases have the same input."),
        Option("Count that “very” occurs in the window twice.", False, "It can: both places are in its input."),
    ], topic="fixed windows"),
    Question("p(x_1, x_2, x_3) = p(x_1) · p(x_2 | x_1) · p(x_3 | x_1, x_2). For which sequences does this hold?", [
        Option("For those that a Markov model of order 1 has written.", False,
               "It holds for these as well, but it assumes nothing of the kind: the last factor sees both words."),
        Option("For those whose words do not depend on each other.", False,
               "Then the bars could be left out. With them the formula holds in general."),
        Option("For all: it is the chain rule, and leaves nothing out.", True,
               "Each factor is given everything before it. A model begins where one of them is simplified."),
    ], topic="the chain rule of probability"),
    Question("A sentence may have any length, and nothing but its first noun tells which verb comes. What will a "
             "Markov model of order n do at the verb?", [
        Option("It guesses whenever the noun is more than n words back.", True,
               "What it is given is then the same for both verbs. One remembered bit would be enough."),
        Option("It is right once n is large enough for the training set.", False,
               "A new sentence may be longer than all of those, and then the noun is out of sight again."),
        Option("It is always right, because frequent verbs come out on top.", False,
               "The more frequent verb is right as often as it is frequent, and no more often."),
    ], topic="Markov models and a hidden state"),
    Question("A random reader, never trained, and a classifier behind it get every sentence right, also with a word "
             "more in front. You set W_h = 0 and nothing changes. What have you found out?", [
        Option("The reader remembers so well that it does not need W_h.", False,
               "Without W_h nothing of the earlier words is left in the state."),
        Option("The classifier has learned to do the work of W_h.", False,
               "It sees one state, after the last word. What is not in that state it cannot work out."),
        Option("The last word alone answers the question, so the test says nothing about memory.", True,
               "With W_h = 0 only the last word is left. Put a word behind, and there is nothing to go by."),
    ], topic="a control for memory"),
])
