"""Exercises and quiz of chapter 12: one model, seven jobs."""

from functools import partial

import numpy as np

from seqlearn.data.number_names import GERMAN_ONES, GERMAN_TENS, german, join
from seqlearn.data.trees import sentence
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

PAD, END = 0, 2

# 12.1 Exact match -------------------------------------------------------------------------------------------------


def exact_match_reference(answers, targets):
    """The share of columns whose answer is the target, from the first symbol to END. Returns a number.

    answers: (S, N) rows of symbols; after its first END an answer may go on with anything, and one without
    END is wrong. targets: (R, N), each with an END, then PAD. PAD is 0, END is 2; S and R may differ.
    """
    right = 0
    for answer, target in zip(answers.T.tolist(), targets.T.tolist(), strict=True):
        wanted = target[: target.index(END) + 1]
        right += answer[: len(wanted)] == wanted
    return right / answers.shape[1]


def _wrong_match(answers, targets, *, slip):
    S, R = len(answers), len(targets)
    steps = min(S, R)
    if slip == "symbols":
        return float((answers[:steps] == targets[:steps])[targets[:steps] != PAD].mean())
    if slip == "whole column":
        if S != R:
            size = max(S, R)
            answers, targets = (np.pad(x, ((0, size - len(x)), (0, 0))) for x in (answers, targets))
        return float((answers == targets).all(axis=0).mean())
    if slip == "cut":
        return float((answers[:steps] == targets[:steps]).all(axis=0).mean())
    right = 0
    for answer, target in zip(answers.T.tolist(), targets.T.tolist(), strict=True):
        wanted = target[: target.index(END)]
        given = answer[: answer.index(END)] if END in answer else [row for row in answer if row != PAD]
        if slip == "end not asked for":
            right += answer[: len(wanted)] == wanted
        elif slip == "no end needed":
            right += given == wanted
        elif slip == "set":
            right += END in answer and sorted(given) == sorted(wanted)
        elif slip == "length":
            right += len(given) == len(wanted)
    if slip == "count":
        return sum(a[: t.index(END) + 1] == t[: t.index(END) + 1]
                   for a, t in zip(answers.T.tolist(), targets.T.tolist(), strict=True))
    return right / answers.shape[1]


def _answers(rng):
    """Right answers and wrong ones: too short, too long, one symbol off, turned round, late, without an end."""
    cases = []
    for S, longest in ((7, 4), (5, 4), (4, 5)):
        columns, wanted = [], []
        for kind in ("right", "right, then more", "longer", "shorter", "one off", "turned round", "no end", "right",
                     "middle off", "first off", "late"):
            target = rng.permutation(np.arange(4, 12))[: 3 if "off" in kind else rng.integers(2, longest)].tolist()
            answer = {"right": [*target, END], "right, then more": [*target, END, 9, END],
                      "longer": [*target, 12, END], "shorter": [*target[:-1], END],
                      "one off": [*target[:-1], 12, END], "turned round": [*target[::-1], END],
                      "no end": target, "middle off": [target[0], 12, *target[2:], END],
                      "first off": [12, *target[1:], END], "late": [12, *target, END]}[kind]
            columns.append((answer + [PAD] * S)[:S])
            wanted.append((target + [END] + [PAD] * longest)[: longest + (S == 7)])
        cases.append((np.array(columns).T, np.array(wanted).T))
    return cases


exact_match = Exercise(
    id="12.1",
    title="Exact match",
    stars=1,
    reference=exact_match_reference,
    cases=_answers,
    mistakes=[
        Mistake("symbols counted", partial(_wrong_match, slip="symbols"),
                "That is the share of right symbols. Exact match asks for whole answers: one wrong symbol, and the "
                "column counts nothing."),
        Mistake("what stands after END compared", partial(_wrong_match, slip="whole column"),
                "You compare whole columns. After its END an answer is over, whatever the model wrote there. Compare "
                "up to the target's END."),
        Mistake("cut to the shorter one", partial(_wrong_match, slip="cut"),
                "You compare the steps that both arrays have, padding included. An answer is over at its END, and a "
                "target that is longer than the answers is not matched."),
        Mistake("beginning is enough", partial(_wrong_match, slip="end not asked for"),
                "An answer that begins like the target and goes on counts as right. Compare END as well."),
        Mistake("END not needed", partial(_wrong_match, slip="no end needed"),
                "An answer that never says END counts as right when its symbols are. It has not been finished: it is "
                "wrong."),
        Mistake("order ignored", partial(_wrong_match, slip="set"),
                "The right symbols in another order count as right. Compare position by position."),
        Mistake("lengths compared", partial(_wrong_match, slip="length"),
                "You compare the lengths of the answers only."),
        Mistake("not divided", partial(_wrong_match, slip="count"),
                "That is the number of right answers. Divide by N, the number of columns."),
    ],
    hints=[
        "Go column by column. Where is the target's END? target.tolist().index(END) says it.",
        "Up to and including that END the answer must be the same: compare the two lists.",
        "An answer that is too short gives a shorter list, so the comparison of lists is false, as it should be.",
    ],
    explanation="`seqlearn.decoding.exact_match` does the same for a model and a task.",
)

# 12.2 Frames ------------------------------------------------------------------------------------------------------


def frames_reference(sound, window, filters):
    """Frames (T, K) of a sound: cut, window, size of the Fourier transform, filters.

    sound: (L,) samples; what is missing at the end of the last frame is silence. window: (F,), F samples a
    frame, one frame behind the other. filters: (F // 2 + 1, K): np.fft.rfft of a frame has F // 2 + 1 numbers.
    """
    F = len(window)
    cut = np.pad(sound, (0, -len(sound) % F)).reshape(-1, F)  # (T, F)
    return np.abs(np.fft.rfft(cut * window, axis=1)) @ filters


def _wrong_frames(sound, window, filters, *, slip):
    F = len(window)
    missing = -len(sound) % F
    cut = np.pad(sound, (0, missing)).reshape(-1, F)
    if slip == "dropped":
        cut = sound[: len(sound) // F * F].reshape(-1, F)
    if slip == "front":
        cut = np.pad(sound, (missing, 0)).reshape(-1, F)
    if slip == "always more":
        cut = np.pad(sound, (0, F - len(sound) % F)).reshape(-1, F)
    if slip == "columns":
        cut = np.pad(sound, (0, missing)).reshape(F, -1).T
    if slip == "window after":
        sizes = np.abs(np.fft.rfft(cut, axis=1)) * window[: F // 2 + 1]
        return sizes @ filters
    spectrum = np.fft.rfft(cut if slip == "no window" else cut * window, axis=1)
    sizes = {"power": np.abs(spectrum) ** 2, "real": spectrum.real,
             "filters first": np.abs(spectrum @ filters)}.get(slip, np.abs(spectrum))
    if slip == "filters first":
        return sizes
    if slip == "over time":
        wrong = np.abs(np.fft.fft(cut * window, axis=0))[:, : F // 2 + 1]
        return wrong @ filters
    return sizes @ filters


frames = Exercise(
    id="12.2",
    title="From a sound to frames",
    stars=2,
    reference=frames_reference,
    cases=lambda rng: [(rng.standard_normal(L), np.hanning(F + 1)[:-1] + 0.05, rng.uniform(0, 1, (F // 2 + 1, K)))
                       for L, F, K in ((44, 8, 3), (30, 10, 2), (48, 12, 4))],
    mistakes=[
        Mistake("the end dropped", partial(_wrong_frames, slip="dropped"),
                "The last samples are lost when they do not fill a frame. Pad the sound with zeros first."),
        Mistake("padded at the front", partial(_wrong_frames, slip="front"),
                "You put the silence in front, so every frame begins too early. It belongs behind the end."),
        Mistake("a frame too many", partial(_wrong_frames, slip="always more"),
                "When the sound fills its frames exactly, nothing is to be added: you add a whole frame. -L % F is the "
                "number of missing samples, and 0 when none is missing."),
        Mistake("samples dealt out", partial(_wrong_frames, slip="columns"),
                "Your frames take every T-th sample. reshape fills rows, and a row is a frame: reshape(-1, F)."),
        Mistake("no window", partial(_wrong_frames, slip="no window"),
                "The window is missing: multiply every frame by it before the transform. Without it the cut edges "
                "spread each tone over all pitches."),
        Mistake("window on the spectrum", partial(_wrong_frames, slip="window after"),
                "The window fades a frame in and out in time. Multiply the samples by it, not their spectrum."),
        Mistake("power", partial(_wrong_frames, slip="power"),
                "You square the sizes. That is the power spectrum, which many systems use; here the sizes are asked "
                "for."),
        Mistake("real part", partial(_wrong_frames, slip="real"),
                "The real part depends on where in its wave the frame begins, and can be negative. Take the size: "
                "np.abs."),
        Mistake("filters before the size", partial(_wrong_frames, slip="filters first"),
                "You add complex numbers up within a filter, where neighbours cancel. First np.abs, then the filters."),
        Mistake("transformed across frames", partial(_wrong_frames, slip="over time"),
                "The transform runs along the frames. It belongs to the samples within a frame: axis=1."),
    ],
    hints=[
        "np.pad(sound, (0, -len(sound) % F)) adds what is missing; reshape(-1, F) makes a frame of each row.",
        "Multiply by the window, then np.fft.rfft(…, axis=1): (T, F // 2 + 1) complex numbers.",
        "np.abs makes sizes of them, and @ filters sums them for every pitch.",
    ],
)

# 12.3 A proper tree -----------------------------------------------------------------------------------------------


def is_tree_reference(tokens, words):
    """Whether tokens are one tree over exactly these words, in this order. Returns True or False.

    tokens: a list of str: "(S", "(NP" and so on open a bracket, ")" closes the last one opened, all others are
    words. One bracket holds everything, and no bracket is empty. No tokens at all are no tree.
    """
    depth = 0
    for n, token in enumerate(tokens):
        if n > 0 and depth == 0:
            return False  # the tree was over before
        if token == ")":
            if tokens[n - 1].startswith("("):
                return False  # empty
            depth -= 1
        elif token.startswith("("):
            depth += 1
        elif depth == 0:
            return False  # a word outside
    leaves = [token for token in tokens if token != ")" and not token.startswith("(")]
    return len(tokens) > 0 and depth == 0 and leaves == list(words)


def _wrong_tree(tokens, words, *, slip):
    opened = sum(token.startswith("(") for token in tokens)
    closed = sum(token == ")" for token in tokens)
    leaves = [token for token in tokens if token != ")" and not token.startswith("(")]
    same = leaves == list(words)
    if slip == "counted":
        return opened == closed and opened > 0 and same
    if slip == "words not looked at":
        return is_tree_reference(tokens, leaves)
    if slip == "order":
        return is_tree_reference(tokens, leaves) and sorted(leaves) == sorted(words)
    if slip == "set":
        return is_tree_reference(tokens, leaves) and set(leaves) == set(words)
    if slip == "words only":
        return same
    depth, lowest, ends = 0, 0, 0
    for n, token in enumerate(tokens):
        if slip == "left open" and n > 0 and depth == 0:
            return False
        if token == ")" and slip not in ("empty", "several") and n and tokens[n - 1].startswith("("):
            return False
        if token == ")" and slip == "several" and n and tokens[n - 1].startswith("("):
            return False
        depth += token.startswith("(")
        depth -= token == ")"
        lowest = min(lowest, depth)
        ends += token == ")" and depth == 0
    if slip == "left open":
        return lowest == 0 and same and len(tokens) > 0 and tokens[0].startswith("(")
    if slip == "empty":
        return lowest == 0 and depth == 0 and ends == 1 and tokens[-1] == ")" and tokens[0].startswith("(") and same
    return lowest == 0 and depth == 0 and same and opened > 0  # several trees, or words beside them


def _trees(rng):
    """A right tree, and what a decoder writes when it is lost."""
    cases = []
    for _ in range(3):
        tree = sentence(rng)
        words = [token for token in tree if token != ")" and not token.startswith("(")]
        swapped = list(tree)
        places = [n for n, token in enumerate(tree) if token in words]
        swapped[places[0]], swapped[places[-1]] = swapped[places[-1]], swapped[places[0]]
        twice = [token for token in tree for _ in range(1 + (token == words[0] and token == tree[places[0]]))]
        cases += [(tree, words), (tree[:-1], words), ([*tree, ")"], words), (swapped, words), (twice, words),
                  ([*tree[:2], "(PP", ")", *tree[2:]], words),
                  (tree[:-2] + ["(PP", *tree[-2:]], words)]
    cases += [("(S (NP a dog ) ) (S (VP sleeps ) )".split(), ["a", "dog", "sleeps"]),
              ("(NP a dog ) sleeps".split(), ["a", "dog", "sleeps"]),
              ("a dog (VP sleeps )".split(), ["a", "dog", "sleeps"]),
              ("a ) (S dog".split(), ["a", "dog"]), ([")", "a", "dog", "(S"], ["a", "dog"]),
              ("(S a (NP dog ) )".split(), ["a", "dog"]), ("(S a dog".split(), ["a", "dog"]),
              ("(S a dog )".split(), ["a", "dog", "sleeps"]), ("(S a dog )".split(), ["the", "dog"]),
              ("(S (NP a dog ) (VP ) )".split(), ["a", "dog"]), ("(S a dog ) )".split(), ["a", "dog"]),
              ("(NP a dog )".split(), ["a", "dog"]), ("(S a dog sleeps )".split(), ["a", "dog"]), ([], ["a", "dog"]),
              ([], [])]
    return cases


is_tree = Exercise(
    id="12.3",
    title="Is it a tree?",
    stars=2,
    reference=is_tree_reference,
    cases=_trees,
    mistakes=[
        Mistake("brackets counted only", partial(_wrong_tree, slip="counted"),
                "As many brackets are closed as opened, but that is not enough: “a ) (S dog” passes. Go from left to "
                "right and keep the depth; it must not reach 0 before the end."),
        Mistake("several trees", partial(_wrong_tree, slip="several"),
                "You let two trees side by side pass, or a word beside a tree. Once the depth is back at 0, nothing "
                "may follow, and no word may come before."),
        Mistake("left open", partial(_wrong_tree, slip="left open"),
                "A bracket that is never closed passes. At the end the depth must be 0."),
        Mistake("empty brackets", partial(_wrong_tree, slip="empty"),
                "“(PP )” holds nothing. A “)” must not follow an opening bracket at once."),
        Mistake("words not compared", partial(_wrong_tree, slip="words not looked at"),
                "The brackets are fine, but over other words than those given: a model that forgets a word passes."),
        Mistake("words in any order", partial(_wrong_tree, slip="order"),
                "The words must stand in the order of the sentence. Compare the lists, unsorted."),
        Mistake("words as a set", partial(_wrong_tree, slip="set"),
                "A set forgets order and how often a word occurs. Compare lists."),
        Mistake("words alone", partial(_wrong_tree, slip="words only"),
                "You compare the words and never look at the brackets."),
    ],
    hints=[
        "Keep a number, depth: one more at an opening bracket, one less at a closing one.",
        "False at once: a token after the depth is back at 0, a word or “)” at depth 0, a “)” right after an opening "
        "bracket.",
        "At the end the depth must be 0, and the tokens that are no brackets must be the words.",
    ],
)

# 12.4 German number names -----------------------------------------------------------------------------------------


def german_reference(number, ones, tens):
    """The German name of a number from 0 to 999,999, as one word.

    ones: the names of 0 to 19, "null", "eins", "zwei", …, "neunzehn"; tens: "zwanzig", "dreißig", …, "neunzig".
    21 is "einundzwanzig", 100 "einhundert", 101 "einhunderteins", 1,000 "eintausend", 21,000
    "einundzwanzigtausend", 101,000 "einhunderteintausend".
    """
    def inside(n):  # a part that something follows: eins is ein
        return german_reference(n, ones, tens).removesuffix("s") if n % 100 == 1 else german_reference(n, ones, tens)

    if number < 20:
        return ones[number]
    if number < 100:
        unit = number % 10
        return (inside(unit) + "und" if unit else "") + tens[number // 10 - 2]
    size, name = (1000, "tausend") if number >= 1000 else (100, "hundert")
    rest = number % size
    return inside(number // size) + name + (german_reference(rest, ones, tens) if rest else "")


def _wrong_german(number, ones, tens, *, slip):
    parts = list(german(number))
    if slip == "eins":
        parts = ["eins" if part == "ein" else part for part in parts]
    if slip == "ein":
        parts = ["ein" if part == "eins" else part for part in parts]
    if slip == "sechs":
        parts = ["sech" if part == "sechs" and after else part
                 for part, after in zip(parts, [*parts[1:], ""], strict=True)]
    if slip == "eins before und":
        parts = ["eins" if part == "ein" and after == "und" else part
                 for part, after in zip(parts, [*parts[1:], ""], strict=True)]
    if slip == "eins before tausend":
        parts = ["eins" if part == "ein" and after == "tausend" else part
                 for part, after in zip(parts, [*parts[1:], ""], strict=True)]
    if slip in ("english order", "no und"):
        kept = []
        while parts:
            part = parts.pop(0)
            if parts and parts[0] == "und":
                parts.pop(0)
                ten = parts.pop(0)
                kept += [part, ten] if slip == "no und" else [ten, "und", part]
            else:
                kept.append(part)
        parts = kept
        if slip == "english order":
            parts = ["eins" if part == "ein" and n == len(parts) - 1 else part for n, part in enumerate(parts)]
    if slip == "no ein":
        parts = [part for n, part in enumerate(parts)
                 if not (part == "ein" and parts[n + 1] in ("hundert", "tausend")
                         and (n == 0 or parts[n - 1] == "tausend"))]
    if slip == "null" and number and number % 100 == 0:
        parts.append("null")
    if slip == "null und" and 20 <= number % 100 and number % 10 == 0:
        parts[-1:] = ["null", "und", parts[-1]]
    if slip == "spaces":
        return " ".join(parts)
    return join(parts)


def _numbers(rng):
    fixed = [0, 1, 7, 11, 16, 17, 20, 21, 30, 42, 71, 100, 101, 111, 121, 200, 666, 999, 1000, 1001, 1100, 6000, 11_000,
             21_000, 56_000, 100_000, 101_000, 111_111, 121_121, 999_999]
    drawn = [int(n) for n in rng.integers(2, 999_999, 15)]
    return [(n, list(GERMAN_ONES), list(GERMAN_TENS)) for n in fixed + drawn]


german_name = Exercise(
    id="12.4",
    title="A translator without training",
    stars=3,
    reference=german_reference,
    cases=_numbers,
    mistakes=[
        Mistake("eins inside a word", partial(_wrong_german, slip="eins"),
                "A one that something follows is “ein”: einundzwanzig, einhundert, eintausend. It is “eins” at the "
                "end only."),
        Mistake("eins before und", partial(_wrong_german, slip="eins before und"),
                "21 is einundzwanzig: before “und” a one is “ein”."),
        Mistake("eins before tausend", partial(_wrong_german, slip="eins before tausend"),
                "1,000 is eintausend and 101,000 einhunderteintausend: before “tausend” a one is “ein”."),
        Mistake("sechs cut as well", partial(_wrong_german, slip="sechs"),
                "Only eins loses its s. “sechs” keeps it: 600 is sechshundert, 6,000 sechstausend."),
        Mistake("ein at the end", partial(_wrong_german, slip="ein"),
                "At the end of a word a one is “eins”: 101 is einhunderteins."),
        Mistake("tens before units", partial(_wrong_german, slip="english order"),
                "German says the units first: 42 is zweiundvierzig, two-and-forty."),
        Mistake("und forgotten", partial(_wrong_german, slip="no und"),
                "Between units and tens stands “und”: 42 is zweiundvierzig."),
        Mistake("hundert without ein", partial(_wrong_german, slip="no ein"),
                "“hundert” is good German, too, but here 100 is asked for as “einhundert” and 1,000 as “eintausend”."),
        Mistake("null at the end", partial(_wrong_german, slip="null"),
                "A rest of 0 is not said: 100 is einhundert, not einhundertnull."),
        Mistake("null before tens", partial(_wrong_german, slip="null und"),
                "A unit of 0 is not said: 30 is dreißig, not nullunddreißig."),
        Mistake("spaces", partial(_wrong_german, slip="spaces"),
                "A number below a million is one word in German: join the parts with nothing between them."),
    ],
    hints=[
        "Begin with the numbers below 100: below 20 they stand in `ones`; from 20 on units, “und”, tens.",
        "Then let the function call itself: name of number // 100, “hundert”, name of the rest if there is one. The "
        "same with 1000 and “tausend”.",
        "A name that ends with “eins” loses its s when “und”, “hundert” or “tausend” follows. It does when the number "
        "ends with 01 (not with 11).",
    ],
    explanation="A dozen lines, right a million times, with no example. Rules that are known need not be learned.",
)

# The quiz ---------------------------------------------------------------------------------------------------------

QUIZ = Quiz("12", [
    Question(
        "What changed in the model between translation and speech recognition?",
        [
            Option("Nothing at all: each frame is looked up in a table of vectors, in the same way as each word "
                   "was.", False,
                   "A frame is a vector of real numbers. There is no row for it in a table."),
            Option("The layer in front of the encoder: a linear map for frames in place of an embedding for words.",
                   True, "Behind it there are vectors, and the rest is the same class."),
            Option("The encoder: sound needs a network of its own.", False,
                   "In large systems it often gets one. Here the same recurrent layers read both."),
            Option("The loss: sound needs a squared error.", False,
                   "What is written decides the loss. Letters are written, so it is the cross entropy of chapter 11."),
        ],
        topic="one class, seven jobs",
    ),
    Question(
        "A model that writes frames has no <end> among its symbols. How does it stop?",
        [
            Option("It stops at the first frame of silence.", False,
                   "There is silence inside speech as well, between words for instance."),
            Option("It writes one more number with each frame: whether this is the last one.", True,
                   "A stop flag, trained with cross entropy, as in Tacotron 2."),
            Option("It always writes the same number of frames, namely as many as the longest word needs.", False,
                   "Then short words would be followed by noise and long ones cut."),
        ],
        topic="stopping without an end symbol",
    ),
    Question(
        "Speech translation is trained on pairs (whistle, English sentence). What is missing between them, and why "
        "does that matter?",
        [
            Option("A dictionary. Without one, a network cannot find out which whistle stands for which word.", False,
                   "It learned them from the pairs, as in all other jobs."),
            Option("A transcript of the whistle. A language without a written form has none, and still can be "
                   "translated.", True, "And no error of a recogniser is handed on to a translator."),
            Option("The lengths of the notes. They must be marked by hand.", False,
                   "Nobody marked where a note begins or ends; the encoder had to find out."),
        ],
        topic="speech translation without a transcript",
    ),
    Question(
        "A parser is right on 96 % of the test sentences, and 99 % of its answers are valid trees. What do you know?",
        [
            Option("On sentences twice as long it will be about as good.", False,
                   "The test sentences are as long as those of the training. Longer ones are another test."),
            Option("About 3 % of the answers are proper trees, and still wrong.", True,
                   "A right answer is a valid one, so the 3 % that lie between the two numbers are valid and wrong."),
            Option("99 % of the sentences are parsed as they should be.", False,
                   "Valid says nothing about whether it is this sentence's tree."),
            Option("The brackets of 1 % do not close, or the words are not those of the sentence.", True,
                   "Nothing in the model forbids it: the grammar of trees is learned, not built in."),
        ],
        topic="valid and right",
    ),
    Question(
        "Why are whole answers counted here, not symbols?",
        [
            Option("Symbols cannot be counted when lengths differ.", False,
                   "They can, with an edit distance: speech recognition is judged by the word error rate."),
            Option("Under teacher forcing every later symbol profits from the right ones before it.", True,
                   "Symbol accuracy under teacher forcing hides how one mistake leads to the next."),
            Option("One wrong digit makes a number wrong, and one wrong bracket a tree.", True,
                   "95 % of the symbols right can mean that most answers of 20 symbols are wrong."),
        ],
        topic="exact match",
    ),
    Question(
        "For which of these jobs does somebody who must have it right today begin with another model?",
        [
            Option("German number names below a million: a dozen lines of rules.", True,
                   "Exercise 12.4. Right for a million numbers, without an example."),
            Option("Small talk about anything, with a million talks to learn from: a list of rules.", False,
                   "No rule says what comes next in a talk about anything. That is learned from examples."),
            Option("Parsing with a known grammar: a chart parser.", True,
                   "It returns a tree of the grammar or says that there is none."),
            Option("Recognising speech where input and output run in the same order: CTC or a transducer.", True,
                   "They use what this class has to learn: that letters come in the order of the sounds."),
            Option("Question answering where the answer is a piece of the text: a model that points into it.", True,
                   "A pointer can return a name that it has never seen."),
        ],
        topic="when a tailored model is better",
    ),
    Question(
        "The decoder of this chapter sees one vector of the whole input. What follows?",
        [
            Option("It can only write answers of one length.", False,
                   "It writes until <end>. The lengths differ in every job."),
            Option("The order of the input is lost, since one vector has no first and no last.", False,
                   "The encoder is recurrent: the vector depends on the order."),
            Option("Inputs longer than those of the training are where it fails first.", True,
                   "Where the answer repeats the whole input, next to nothing is right. See chapter 13."),
        ],
        topic="the bottleneck",
    ),
])
