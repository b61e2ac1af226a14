"""Exercises and quiz of chapter 01: what a bag of words forgets, what order costs, and the five patterns.

Words are integers here: the number of the word in the vocabulary, 0 to V − 1.
"""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

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
                "A word that occurs twice must count 2. `bag[words] += 1` reads each entry once and writes it once, so "
                "repeats are lost, and `bag[words] = 1` never counted: loop over the words, or use np.bincount."),
        Mistake("divided by the length", {"return bag": "return bag / len(words)"},
                "You return shares that sum to 1. Asked are counts that sum to T: leave the division out."),
        Mistake("one-hot vectors not summed", {"return bag": "return np.eye(V)[words]"},
                "This is one row for each word, in order: (T, V). Add the rows up, over axis 0: the order goes, a "
                "vector (V,) is left."),
        Mistake("one-hot vectors summed over the wrong axis", {"return bag": "return np.eye(V)[words].sum(axis=1)"},
                "You add up each one-hot vector by itself, which gives 1 for every word. Add the words, number by "
                "number: sum(axis=0) of an array (T, V) gives (V,)."),
        Mistake("shorter than the vocabulary", {"return bag": "return np.bincount(words)"},
                "The vector ends at the largest word that occurs, so two sentences get vectors of different length. "
                "Words that do not occur have count 0: np.bincount(words, minlength=V)."),
        Mistake("only words that occur", {"return bag": "return bag[bag > 0]"},
                "You return counts for the words that occur and leave out the rest, so nobody can tell which count "
                "belongs to which word. Make V entries, 0 where a word does not occur."),
        Mistake("words counted from 1", [{"bag[word]": "bag[word - 1]"}, {"return bag": "return bag[1:]"}],
                "Your entries begin with word 1: word 0 is the last one, or is missing. Words are numbered from 0: "
                "word w belongs to bag[w]."),
        Mistake("word 0 left out", {"return bag": "return bag * (np.arange(V) > 0)"},
                "Word 0 always gets the count 0. It is a word like any other here, not padding: count it too."),
        Mistake("first word left out", {"in words": "in words[1:]"},
                "You do not count the first word of the sentence. Start the loop at words[0]."),
        Mistake("last word left out", {"in words": "in words[:-1]"},
                "You do not count the last word of the sentence. Go through all T words."),
        Mistake("place in place of count", {"    for word in words:\n        bag[word] += 1":
                                            "    for t, word in enumerate(words):\n        bag[word] = t + 1"},
                "You store where the word stands. A bag forgets the place: add 1 for every occurrence."),
        Mistake("the word's number added", {"+= 1": "+= word"},
                "You add the word's number to its entry, so word 0 never counts and word 7 counts seven times. Add 1."),
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
        Mistake("mean for the sum", {"vectors.sum": "vectors.mean"},
                "You average the vectors. Asked is their sum: leave out the division by T."),
        Mistake("largest for the sum", {"vectors.sum": "vectors.max"},
                "You take the largest number of each feature. Asked is the sum over the words."),
        Mistake("product for the sum", {"vectors.sum": "vectors.prod"},
                "You multiply the vectors. Asked is their sum."),
        Mistake("summed over the features", {"axis=0": "axis=1"},
                "Your sum has one number for each word: it adds up the features of a word. Add the words, feature by "
                "feature: sum(axis=0) of an array (T, D) gives (D,)."),
        Mistake("a repeated word counts once", [
            {"vectors.sum": "W[np.unique(words)].sum"},
            {"vectors = W[words]": "vectors = W[np.unique(words)]"},
            {"vectors = W[words]": "vectors = W[np.sort(np.unique(words, return_index=True)[1])]"}],
                "A word that occurs twice is in your sum only once. Take one row for each place: W[words]."),
        Mistake("joined feature by feature", {"vectors.reshape": "vectors.T.reshape"},
                "Your long vector holds the first feature of all words, then the second. Put whole word vectors one "
                "after the other: no transpose before the reshape."),
        Mistake("words sorted", {"vectors.reshape": "W[np.sort(words)].reshape"},
                "You sort the words first, and with it their order is gone from the concatenation. Take them as they "
                "come: W[words]."),
        Mistake("last word first", {"vectors.reshape": "vectors[::-1].reshape"},
                "Your concatenation starts with the last word. Start with the first."),
        Mistake("rows not joined", {"vectors.reshape(-1)": "vectors"},
                "The second piece is still a table (T, D). Lay its rows end to end: reshape(-1) gives (T·D,)."),
        Mistake("first rows of the table", {"W[words]": "W[:len(words)]"},
                "You take the first T rows of W, whatever the words are. The word is the number of its row: W[words]."),
        Mistake("the whole table", {"W[words]": "W"},
                "You take all rows of W. Take the rows of the words that occur, one for each place: W[words]."),
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
                "The concatenating layer has biases too, one for each of its H units: your first count needs a + H."),
        Mistake("bias left out of the second count", {"H * H + H": "H * H"},
                "The recurrent layer has biases too, one for each of its H units: your second count needs a + H."),
        Mistake("a bias for each word", {"n * D * H + H": "n * D * H + n * H"},
                "Your first count has n · H biases. However long the input, a layer adds one bias to each of its H "
                "units."),
        Mistake("a bias for each input", [{"n * D * H + H": f"n * D * H + {count}"} for count in ("n * D", "D")]
                + [{"n * D * H + H": "n * D * H + D", "H * H + H": "H * H + D"}],
                "Your biases are as many as there are inputs. A bias belongs to a unit: there are H of them."),
        Mistake("one bias for a layer", {"n * D * H + H": "n * D * H + 1", "H * H + H": "H * H + 1"},
                "You count a single bias for each layer. Every one of its H units has a bias of its own."),
        Mistake("W_h left out", {" + H * H + H": " + H"},
                "The recurrent layer also reads its own state of H numbers: add the matrix W_h, (H, H)."),
        Mistake("W_h as a vector", {"H * H + H": "H + H"},
                "You give each unit one weight for its own old state. Every unit reads the whole state of H numbers, "
                "so W_h is a matrix (H, H)."),
        Mistake("W_x left out", {"D * H + H * H": "H * H"},
                "The recurrent layer reads the word too: add the matrix W_x, (D, H)."),
        Mistake("weights not shared", [
            {"D * H + H * H + H": "n * (D * H + H * H + H)"}, {"D * H + H * H + H": "n * (D * H + H * H) + H"},
            {"D * H + H * H": "n * D * H + H * H"}, {"D * H + H * H": "D * H + n * H * H"}],
                "Your second count grows with the number of words. Every step of the recurrent layer uses the same "
                "weights: there is no n in it."),
        Mistake("window left out", {"n * D * H": "D * H"},
                "Your first count is that of a single word. The concatenation has n · D numbers, and each has a weight "
                "to each unit."),
        Mistake("lengths added", {"n * D * H": "(n + D) * H"},
                "You add n and D. n words of D features each are n · D numbers, and each has a weight to each unit."),
        Mistake("state in the first count", {"n * D * H": "(n * D + H) * H"},
                "The concatenating layer has no state, so it has no matrix (H, H). Leave H * H out of your first "
                "count."),
        Mistake("two biases", [{"H * H + H": "H * H + 2 * H"}, {"n * D * H + H": "n * D * H + 2 * H"}],
                "You count two biases in one layer, as PyTorch stores them for its recurrent ones. Only their sum "
                "matters; in this course a layer has one b, (H,)."),
        Mistake("W_h as (D, D)", {"H * H": "D * D"},
                "W_h leads from the old state to the new one. Both have H numbers, so it is (H, H), not (D, D)."),
        Mistake("four gates", [{"D * H + H * H + H": f"{gates} * (D * H + H * H + H)"} for gates in (3, 4)],
                "You count the gates of an LSTM or a GRU. The plain recurrent layer of this chapter has W_x, W_h and b "
                "once."),
        Mistake("units left out", {"n * D * H + H": "n * D", "D * H + H * H + H": "D + H"},
                "You count the inputs of one unit. A layer has H units, and each of them has a weight for every input, "
                "and a bias."),
        Mistake("the two swapped", {"concatenated, recurrent": "recurrent, concatenated"},
                "Your two counts are in the wrong order: return the concatenation's first."),
    ],
    hints=[
        "A layer from A numbers to B units has A · B weights and B biases.",
        "Concatenation: A = n · D. Recurrence: one matrix for the input, one for the old state, one bias.",
        "return n * D * H + H, D * H + H * H + H",
    ],
    explanation="They are equal when n·D = D + H, at n = 1 + H/D words. From there on the concatenation grows and the "
                "recurrent layer does not.",
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


def _says(names, *patterns):
    """A predicate: some task among `names` was given one of the patterns."""
    def predicate(answer):
        return any(str(answer[name]).strip().casefold() in patterns for name in names)
    return predicate


def _with(**changes):
    return {**SORTED, **{name.replace("_", " "): pattern for name, pattern in changes.items()}}


def _unknown_name(answer):
    return any(str(pattern).strip().casefold() not in PATTERNS for pattern in answer.values())


sorting = ValueExercise(
    id="01.4",
    title="Eight tasks, five patterns",
    stars=2,
    reference=SORTED,
    mistakes=[
        Mistake("a pattern that is not there", _unknown_name,
                f"One of your patterns has a name that is not among the five. Write {', '.join(PATTERNS)}.",
                example=_with(caption="one to several")),
        Mistake("long input, long output: aligned", _says(("translation", "summary"), "aligned"),
                "In translation and summary both sides are sequences, but look at their lengths, and at what must be "
                "read before the first output word can be right. Aligned means: one output at every step of the input.",
                example=_with(translation="aligned")),
        Mistake("an answer at every step: delayed", _says(("word classes", "heartbeat"), "delayed"),
                "Word classes and heartbeat have exactly one output for each input step, at the same place. Nothing "
                "has to wait for the end of the sequence: which pattern has an output above every input?",
                example=_with(word_classes="delayed")),
        Mistake("one answer for all steps",
                _says(("word classes", "heartbeat"), "many-to-one", "one-to-one", "one-to-many"),
                "Word classes wants a class for every word, heartbeat a verdict on every beat: many inputs, many "
                "outputs.", example=_with(heartbeat="many-to-one")),
        Mistake("one sentence is one output", _says(("caption", "translation", "summary"), "one-to-one", "many-to-one"),
                "A caption, a translation and a summary are written word by word, so their output is many. Count the "
                "outputs again.", example=_with(caption="one-to-one")),
        Mistake("one answer per step where one is asked", _says(("stars", "language"), "aligned", "delayed"),
                "Stars and language want a single answer for the whole sequence. Count the outputs: one.",
                example=_with(stars="aligned")),
        Mistake("one text is one input", _says(("stars", "language"), "one-to-one", "one-to-many"),
                "A review is a sequence of words, and a recording a sequence of sound frames: their length varies, and "
                "their order matters. The input is many.", example=_with(language="one-to-one")),
        Mistake("pixels as a sequence", _says(("digit",), "many-to-one", "aligned", "delayed"),
                "The digit's image has a fixed number of pixels, and all of them come at once. With no sequence in and "
                "none out, which pattern is left?", example=_with(digit="many-to-one")),
        Mistake("a digit is many outputs", _says(("digit",), "one-to-many"),
                "The digit is one answer, however many classes there are to choose from. Count the outputs: one.",
                example=_with(digit="one-to-many")),
        Mistake("an article is one input", _says(("translation", "summary"), "one-to-many"),
                "A sentence and an article are sequences of words: their length varies, and their order matters. The "
                "input is many.", example=_with(summary="one-to-many")),
        Mistake("one image, many words, read as many inputs", _says(("caption",), "delayed", "aligned"),
                "A photo is a single input of fixed size: there is no sequence to read before the caption begins.",
                example=_with(caption="delayed")),
    ],
    hints=[
        "Ask two questions of each task. Is the input a sequence? Is the output a sequence?",
        "Where both are, ask a third: is there one output for each input step, or may the lengths differ?",
        "One is one-to-one, one is one-to-many; the other three patterns have two tasks each.",
    ],
    explanation="One-to-one: the digit. One-to-many: the caption. Many-to-one: stars, language. Delayed: translation, "
                "summary, whose lengths differ from the input's. Aligned: word classes, heartbeat, one output a step.",
)

# 01.5 Read a state backwards ----------------------------------------------------------------------------------------


def unread_reference(h, V, T):
    """The words (T,) that h_t = V · h_{t−1} + x_t has read, from its last state h; h_0 = 0, words from 0 to V − 1."""
    words = []
    for _ in range(T):
        words.append(h % V)
        h = h // V
    return np.array(words[::-1])


def _states(words, V):
    h = 0
    for word in words:
        h = V * h + int(word)
    return h


def _state_cases(rng):
    """Sentences that begin with word 0, and sentences that do not: leaving out the first word is another mistake."""
    cases = []
    for V, T, first in ((3, 4, 0), (7, 5, 4), (12, 3, 0), (4, 9, 2)):
        words = rng.integers(0, V, size=T)
        words[0], words[-1] = first, V - 1
        cases.append((_states(words, V), V, T))
    words = rng.integers(0, 20, size=30)  # a state far above 2**53, where division in floats loses the last digits
    words[0] = 7
    return [*cases, (_states(words, 20), 20, 30)]


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
        Mistake("divided as floats", [
            {"h // V": "int(h / V)"}, {"h // V": "(h - h % V) / V"}, {"h // V": "np.floor(h / V)"},
            {"words = []": "words, h = [], float(h)"}, {"h // V": "int((h - h % V) / V)"},
            {"h // V": "round(h / V - 0.5)"}],
                "Right for short sentences. h / V is a float of about sixteen digits, so a long sentence loses its "
                "last words, and one of them came out wrong. Divide in whole numbers: h // V."),
        Mistake("not rounded", {"h // V": "h / V"},
                "You divide with /, so the state before the step is no whole number. Divide in whole numbers: h // V."),
        Mistake("zeros at the start lost", {"for _ in range(T)": "while h > 0"},
                "You stop when the state reaches 0, so sentences that start with word 0 come out too short. Go exactly "
                "T steps."),
        Mistake("zeros put at the end", {"words[::-1]": "list(np.trim_zeros(words[::-1], 'f')) + "
                                         "[0] * (T - len(np.trim_zeros(words[::-1], 'f')))"},
                "A sentence that starts with word 0 gets its zeros at the end. They belong to the start: go exactly T "
                "steps, and turn the list round after that."),
        Mistake("base 10", [{"h % V": f"h % {base}", "h // V": f"h // {base}"} for base in (10, 2)],
                "You divide by a number of your own. Each step multiplied the state by V: divide by V."),
        Mistake("quotient kept", {"append(h % V)": "append(h // V)"},
                "You keep the quotient, which is the state before the step. The word is the remainder, h % V."),
        Mistake("states in place of words", {"append(h % V)": "append(h)"},
                "These are the states, h_1 to h_T. The word that a step has read is the remainder of its state: h % "
                "V."),
        Mistake("divided too early", {"append(h % V)": "append(h // V % V)"},
                "You go back a step before you read the remainder, so your words are one step late. Take h % V first, "
                "then divide."),
        Mistake("state not divided", [{"h = h // V": "pass"}, {"h = h // V": "h = h - h % V"}],
                "You subtract the word, or do nothing, and never divide: the state does not get smaller. After each "
                "word go back to the state before it: h = h // V."),
        Mistake("only the last word", {"words[::-1]": "words[:1]"},
                "This is the last word alone. h // V is the state before it: go on with that, T times."),
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
    explanation="One number holds the whole sentence, in order. But it has to grow with every word: V**T different "
                "sentences need V**T different states. A state of fixed size and limited precision must forget.",
)

# Quiz -----------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("01", [
    Question("Which pairs of sentences have the same bag of words?", [
        Option("“not good, very bad” and “very good, not bad”", True,
               "The same four words, once each, and the opposite opinion."),
        Option("“the dog saw the cat” and “the dog saw a cat”", False,
               "The first has “the” twice, the second once, and an “a”."),
        Option("“Ann paid Bob” and “Bob paid Ann”", True,
               "The same three words. Who is richer now, the bag cannot say."),
        Option("“good” and “good good”", False, "A bag counts. The order is lost, the number is not."),
    ], topic="bag of words"),
    Question("A classifier on bags of words stays at 50 % on sentences such as “dog bites man” and “man bites dog”. "
             "What can help?", [
        Option("More hidden units.", False,
               "Both sentences give the same input, so any function, however large, gives the same output."),
        Option("Longer training.", False, "The loss is already at its lowest possible value, ln 2."),
        Option("Another input, which depends on the order.", True,
               "What the input does not hold, no network can find."),
        Option("Better word vectors, which are then summed.", False,
               "The sum of any vectors is the same in any order."),
    ], topic="order lost by the sum"),
    Question("You double the number of words that a network sees, from n to 2n. How do the weights grow?", [
        Option("Concatenation: about twice as many; recurrence: as many as before.", True,
               "n · D · H doubles, and the recurrent layer uses the same weights at each step."),
        Option("Both about twice as many.", False, "The recurrent layer has no n in its count. Its weights are "
               "shared by all steps."),
        Option("Concatenation: as many as before; recurrence: about twice as many.", False,
               "It is the other way round. Every place of the window has weights of its own."),
    ], topic="parameters against the window"),
    Question("h_t = x_t + h_{t−1}, with no weights and no tanh. What does the last state know?", [
        Option("The whole sentence, in order.", False,
               "Nothing happens to the past between one word and the next, so the state is the plain sum."),
        Option("The last word alone.", False, "All words are in the sum. That is the state with W_h = 0."),
        Option("As much as a bag of words.", True,
               "Order shows only if reading a word changes what is already there, by W_h or by tanh."),
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
               "The delay is in steps of the network, not in seconds. Aligned networks compute as long."),
        Option("The first output word may depend on the last input word.", True,
               "In German the verb can stand at the end. The network reads all of the sentence before it writes."),
        Option("The network must be trained longer.", False, "The drawing shows what is read and written when."),
    ], topic="input–output patterns"),
    Question("A model looks at windows of n = 4 words. Which of these can it not do, whatever its weights?", [
        Option("Tell “dog bites man” from “man bites dog”.", False,
               "It can: each fits into a window, and inside a window order is kept."),
        Option("Choose “is” or “are” by a noun that stands eight words back.", True,
               "The noun is outside the window, so both cases have the same input."),
        Option("Count that “very” occurs in the window twice.", False, "It can: both places are in its input."),
    ], topic="fixed windows"),
])
