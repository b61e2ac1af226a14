"""Exercises and quiz of chapter 12: one model, seven jobs."""

from functools import partial
from itertools import combinations, product

import numpy as np

from seqlearn.data.trees import sentence
from seqlearn.exercises.german_names import german_name as german_name
from seqlearn.exercises.german_names import german_reference as german_reference
from seqlearn.exercises.speaking import ctc_reading as ctc_reading
from seqlearn.exercises.speaking import voice as voice
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


def _answers(rng):
    """For each way to be right or wrong a batch of its own, three right columns and two of this kind.

    The answers have more steps than the targets, fewer, or as many. An END that does not fit is cut off.
    """
    cases = []
    for number, kind in enumerate((
        "right", "right, then more", "longer", "shorter", "one off", "turned round", "no end", "middle off", "cut off",
        "first off", "late", "a symbol twice", "nothing", "right, then noise", "first off, no end",
    )):
        S, R = [(8, 5), (6, 6), (5, 7)][number % 3]
        answers, targets = np.full((S, 5), PAD), np.full((R, 5), PAD)
        for n in range(5):
            target = rng.permutation(np.arange(4, 12))[:3].tolist()
            if kind == "cut off" and n > 2:
                target += rng.permutation(np.arange(4, 12))[: S - 3].tolist()
            answer = {"right, then more": [*target, END, 9, END], "longer": [*target, 12, END],
                      "right, then noise": [*target, END, 9, 7],
                      "shorter": [*target[:-1], END], "one off": [*target[:-1], 12, END],
                      "turned round": [*target[::-1], END], "no end": target, "cut off": target,
                      "middle off": [target[0], 12, *target[2:], END], "first off, no end": [12, *target[1:]],
                      "first off": [12, *target[1:], END],
                      "late": [12, *target, END], "a symbol twice": [*target, target[-1], END],
                      "nothing": [END]}.get(kind if n > 2 else "right", [*target, END])[:S]
            answers[: len(answer), n] = answer
            targets[: len(target) + 1, n] = [*target, END]
        cases.append((answers, targets))
    return cases


exact_match = Exercise(
    id="12.1",
    title="Exact match",
    stars=1,
    reference=exact_match_reference,
    cases=_answers,
    mistakes=[
        Mistake("symbols counted",
                {"return right / answers.shape[1]":
                    "steps = min(len(answers), len(targets))\n    return (answers[:steps] == "
                    "targets[:steps])[targets[:steps] != PAD].mean()"},
                "That is the share of right symbols. Exact match asks for whole answers: one wrong symbol, and the "
                "column counts nothing."),
        Mistake("what stands after END compared",
                [{"answer[: len(wanted)] == wanted":
                    "answer + [PAD] * (len(target) - len(answer)) == target + [PAD] * (len(answer) - "
                    "len(target))"},
                {"answer[: len(wanted)] == wanted": "[row for row in answer if row != PAD] == wanted"},
                {"answer[: len(wanted)] == wanted": "answer == target"}],
                "You compare whole columns. After its END an answer is over, whatever the model wrote there. Compare "
                "up to the target's END."),
        Mistake("END dropped",
                {"answer[: len(wanted)] == wanted": "[row for row in answer if row > END] == wanted[:-1]"},
                "You drop END and PAD and compare what is left. So what stands after END counts as well, and an answer "
                "that never says END is not noticed. Compare up to the target's END, and END with it."),
        Mistake("cut to the shorter one",
                {"answer[: len(wanted)] == wanted": "all(a == b for a, b in zip(answer, target))"},
                "You compare the steps that both arrays have, padding included. An answer is over at its END, and a "
                "target that is longer than the answers is not matched."),
        Mistake("beginning is enough", {"target.index(END) + 1": "target.index(END)"},
                "An answer that begins like the target and goes on counts as right. Compare END as well."),
        Mistake("END not needed",
                [{"answer[: len(wanted)] == wanted":
                    "(answer[: answer.index(END)] if END in answer else [row for row in answer if row != PAD]) "
                    "== wanted[:-1]"}],
                "An answer that never says END counts as right when its symbols are. It has not been finished: it is "
                "wrong."),
        Mistake("order ignored",
                [{"answer[: len(wanted)] == wanted": "sorted(answer[: len(wanted)]) == sorted(wanted)"},
                {"answer[: len(wanted)] == wanted":
                    "END in answer and sorted(answer[: answer.index(END) + 1]) == sorted(wanted)"},
                {"answer[: len(wanted)] == wanted":
                    "END in answer and set(answer[: answer.index(END)]) == set(wanted[:-1])"}],
                "The right symbols in another order count as right. Compare position by position."),
        Mistake("lengths compared",
                [{"answer[: len(wanted)] == wanted": "END in answer and answer.index(END) == len(wanted) - 1"},
                {"answer[: len(wanted)] == wanted":
                    "(answer.index(END) if END in answer else len([row for row in answer if row != PAD])) == "
                    "len(wanted) - 1"}],
                "You compare the lengths of the answers only."),
        Mistake("percent", {"right /": "100 * right /"},
                "That is a percentage. Asked is a share, a number between 0 and 1."),
        Mistake("divided by steps", [{"answers.shape[1]": "len(answers)"}, {"answers.shape[1]": "len(targets)"}],
                "You divide by a number of steps. Every column is one answer: divide by N, the number of columns."),
        Mistake("a missing END passes", {"== wanted": "== wanted or END not in answer"},
                "An answer without END counts as right, whatever it says. It has not been finished: it is wrong."),
        Mistake("too short passes",
                [{"answer[: len(wanted)] == wanted":
                    "END in answer and wanted[: answer.index(END)] == answer[: answer.index(END)]"}],
                "An answer that stops too early counts as right. It has to go on to the target's END, and END is "
                "compared as well."),
        Mistake("no END at the last step passes",
                [{"answer[: len(wanted)] == wanted": "all(b in (a, PAD) for a, b in zip(answer, target))"},
                {"answer[: len(wanted)] == wanted": "all(a == b for a, b in zip(answer, wanted))"},
                {"answer[: len(wanted)] == wanted":
                    "(answer[: answer.index(END)] if END in answer else answer) == wanted[:-1]"}],
                "An answer that fills all of its steps and has no END counts as right when its symbols are. It has "
                "not been finished: END is compared as well, and zip or a slice to the shorter length must not leave "
                "it out."),
        Mistake("the last END",
                {"answer[: len(wanted)] == wanted":
                    "END in answer and answer[: len(answer) - answer[::-1].index(END)] == wanted"},
                "You read on to the last END of an answer. The first one ends it, whatever comes after."),
    ],
    hints=[
        "Go column by column. Where is the target's END? target.tolist().index(END) says it.",
        "Up to and including that END the answer must be the same: compare the two lists.",
        "Answers with too few steps give a shorter list, so the comparison of lists is false, as it should be.",
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


frames = Exercise(
    id="12.2",
    title="From a sound to frames",
    stars=2,
    reference=frames_reference,
    cases=lambda rng: [(rng.standard_normal(L), np.hanning(F + 1)[:-1] + 0.05, rng.uniform(0, 1, (F // 2 + 1, K)))
                       for L, F, K in ((44, 8, 3), (30, 10, 2), (48, 12, 4))],
    mistakes=[
        Mistake("the end dropped", {"np.pad(sound, (0, -len(sound) % F))": "sound[: len(sound) // F * F]"},
                "The last samples are lost when they do not fill a frame. Pad the sound with zeros first."),
        Mistake("a frame too many", {"-len(sound) % F": "F - len(sound) % F"},
                "When the sound fills its frames exactly, nothing is to be added: you add a whole frame. -L % F is "
                "the number of missing samples, and 0 when none is missing."),
        Mistake("samples dealt out", {".reshape(-1, F)": ".reshape(F, -1).T"},
                "Your frames take every T-th sample. reshape fills rows, and a row is a frame: reshape(-1, F)."),
        Mistake("window on the spectrum",
                {"np.abs(np.fft.rfft(cut * window, axis=1))":
                    "np.abs(np.fft.rfft(cut, axis=1)) * window[: F // 2 + 1]"},
                "The window fades a frame in and out in time. Multiply the samples by it, not their spectrum."),
        Mistake("power",
                {"np.abs(np.fft.rfft(cut * window, axis=1))": "np.abs(np.fft.rfft(cut * window, axis=1)) ** 2"},
                "You square the sizes. That is the power spectrum, which many systems use; here the sizes are asked "
                "for."),
        Mistake("real part",
                [{"np.abs(np.fft.rfft(cut * window, axis=1))": "np.fft.rfft(cut * window, axis=1).real"},
                {"np.abs(np.fft.rfft(cut * window, axis=1))": "np.abs(np.fft.rfft(cut * window, axis=1).real)"}],
                "You take the real part, which depends on where in its wave the frame begins. Take the size of the "
                "complex number: np.abs of it as a whole."),
        Mistake("filters before the size",
                {"np.abs(np.fft.rfft(cut * window, axis=1)) @ filters":
                    "np.abs(np.fft.rfft(cut * window, axis=1) @ filters)"},
                "You add complex numbers up within a filter, where neighbours cancel. First np.abs, then the filters."),
        Mistake("transformed across frames",
                [{"np.abs(np.fft.rfft(cut * window, axis=1))":
                    "np.abs(np.fft.fft(cut * window, axis=0))[:, : F // 2 + 1]"}, {"axis=1": "axis=0"}],
                "The transform runs along the frames. It belongs to the samples within a frame: axis=1."),
        Mistake("end filled with other samples",
                [{"(0, -len(sound) % F))": "(0, -len(sound) % F), mode='edge')"},
                {"(0, -len(sound) % F))": "(0, -len(sound) % F), mode='wrap')"},
                {"(0, -len(sound) % F))": "(0, -len(sound) % F), mode='reflect')"}],
                "You fill the last frame with samples of the sound, repeated. What is missing is silence: zeros."),
        Mistake("root after the filters",
                {"np.abs(np.fft.rfft(cut * window, axis=1)) @ filters":
                    "np.sqrt(np.abs(np.fft.rfft(cut * window, axis=1)) ** 2 @ filters)"},
                "You filter the squares and take the root at the end. Take the sizes first: np.abs, then the filters."),
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


def _lenient_tree(tokens, words, *, passes):
    """As the reference, but lets through what `passes` names."""
    passes, depth, finished = passes.split(), 0, False
    if not tokens:
        return "none" in passes or "nothing" in passes and (not words or "words" in passes)
    for n, token in enumerate(tokens):
        if token == ")":
            if n and tokens[n - 1].startswith("(") and "empty" not in passes:
                return False
            if depth == 0 and "order" not in passes:
                return False
        elif token.startswith("("):
            if finished and not {"sides", "trees", "order"} & set(passes):
                return False
        elif depth == 0 and not {"sides", "outside", "order"} & set(passes):
            return False
        depth += token.startswith("(")
        depth -= token == ")"
        finished |= token == ")" and depth == 0
    leaves = [token for token in tokens if token != ")" and not token.startswith("(")]
    return (depth == 0 or "open" in passes) and ("words" in passes or leaves == list(words))


PASSING = {  # what lenient answers let through: a name, how `_lenient_tree` is told, and words for it
    "empty brackets": (["empty"], "brackets with nothing inside, “(PP )”"),
    "several trees": (["sides", "trees", "outside"], "a second tree, or a word, beside a finished tree"),
    "no tokens": (["nothing", "none"], "no tokens at all"),
    "open brackets": (["open"], "a bracket that is never closed"),
    "other words": (["words"], "other words than those given"),
}


def _several_pass(number, size):
    """A mistake for each choice of so many things that pass."""
    return [
        Mistake(", ".join(names),
                [partial(_lenient_tree, passes=" ".join(passes))
                 for passes in product(*(PASSING[name][0] for name in names))],
                f"{number} things pass that should not: {'; '.join(PASSING[name][1] for name in names)}.")
        for names in combinations(PASSING, size)
    ]


def _words_alone(tokens, words):
    return [token for token in tokens if token != ")" and not token.startswith("(")] == list(words)


def _a_word_is_a_tree(tokens, words):
    return is_tree_reference(tokens, words) or len(tokens) == 1 and _words_alone(tokens, words)


def _first_and_last(tokens, words, *, passes, last=True):
    return (_lenient_tree(tokens, words, passes=passes)
            and len(tokens) > 0 and tokens[0].startswith("(") and (tokens[-1] == ")" or not last))


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
              ("(S a ) ) (NP (NP dog )".split(), ["a", "dog"]),
              ("(NP a dog )".split(), ["a", "dog"]), ("(S a dog sleeps )".split(), ["a", "dog"]),
              (["dog"], ["dog"]), ([], ["a", "dog"]), ([], [])]
    return cases


is_tree = Exercise(
    id="12.3",
    title="Is it a tree?",
    stars=2,
    reference=is_tree_reference,
    cases=_trees,
    mistakes=[
        Mistake("brackets counted only",
                [partial(_lenient_tree, passes="empty sides order"),
                partial(_lenient_tree, passes="empty sides order nothing")],
                "As many brackets are closed as opened, but that is not enough: “a ) (S dog” passes. Go from left to "
                "right and keep the depth; it must not reach 0 before the end."),
        Mistake("several trees",
                [partial(_lenient_tree, passes="sides"), partial(_lenient_tree, passes="trees"),
                partial(_lenient_tree, passes="outside")],
                "You let two trees side by side pass, or a word beside a tree. Once the depth is back at 0, nothing "
                "may follow, and no word may come before."),
        Mistake("a word alone", _a_word_is_a_tree,
                "A word without a bracket passes. One bracket holds everything, a single word as well."),
        Mistake("left open", partial(_lenient_tree, passes="open"),
                "A bracket that is never closed passes. At the end the depth must be 0."),
        Mistake("empty brackets", partial(_lenient_tree, passes="empty"),
                "“(PP )” holds nothing. A “)” must not follow an opening bracket at once."),
        Mistake("words not compared", {"leaves == list(words)": "True"},
                "The brackets are fine, but over other words than those given: a model that forgets a word passes."),
        Mistake("words in any order", {"leaves == list(words)": "sorted(leaves) == sorted(words)"},
                "The words must stand in the order of the sentence. Compare the lists, unsorted."),
        Mistake("words as a set", {"leaves == list(words)": "set(leaves) == set(words)"},
                "A set forgets order and how often a word occurs. Compare lists."),
        Mistake("words alone", _words_alone,
                "You compare the words and never look at the brackets."),
        Mistake("no tokens pass", [partial(_lenient_tree, passes="nothing"), partial(_lenient_tree, passes="none")],
                "No tokens at all are no tree, even if there are no words."),
        *_several_pass("Two", 2), *_several_pass("Three", 3),
        Mistake("brackets counted, empty ones refused",
                [partial(_lenient_tree, passes="sides order"),
                partial(_lenient_tree, passes="sides order nothing")],
                "You count the brackets and refuse empty ones, but “a ) (S dog” and two trees side by side pass. "
                "Keep the depth: it must not reach 0 before the end."),
        Mistake("first and last token", [partial(_first_and_last, passes=passes)
                                         for passes in ("sides order empty", "sides order")],
                "You look at the first and the last token and at the number of brackets, so two trees side by side "
                "pass. Keep the depth: it must not reach 0 before the end."),
        Mistake("first token and number of brackets", [
            partial(_first_and_last, passes=passes, last=False) for passes in ("sides order empty", "sides order")],
                "You look at the first token and at the number of brackets, so “(NP a dog ) sleeps” and two trees side "
                "by side pass. Keep the depth: it must not reach 0 before the end."),
        Mistake("only how many words", {"leaves == list(words)": "len(leaves) == len(words)"},
                "You count the words. They have to be the given ones, in their order."),
        Mistake("each word somewhere",
                [{"leaves == list(words)": "all(word in leaves for word in words)"},
                {"leaves == list(words)": "all(word in words for word in leaves)"}],
                "You ask of each word whether it is in the other list. Order and number are not noticed, and "
                "one list may have words that the other lacks: compare the lists."),
        Mistake("zip stops at the shorter",
                [{"leaves == list(words)": "all(one == other for one, other in zip(leaves, words))"},
                {"leaves == list(words)": "leaves == list(words)[: len(leaves)]"}],
                "You stop where the tree's words end, as zip does at the end of the shorter list, so words missing "
                "there are not noticed. Compare the two lists as a whole."),
    ],
    hints=[
        "Keep a number, depth: one more at an opening bracket, one less at a closing one.",
        "False at once: a token after the depth is back at 0, a word or “)” at depth 0, a “)” right after an opening "
        "bracket.",
        "At the end the depth must be 0, and the tokens that are no brackets must be the words.",
    ],
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
                   "A stop flag, as in Tacotron 2; here it is trained with cross entropy."),
            Option("It always writes the same number of frames, namely as many as the longest word needs.", False,
                   "Then every shorter word would be followed by frames that are no part of it."),
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
                   "Nobody marked where a note begins or ends, and the model does without."),
        ],
        topic="speech translation without a transcript",
    ),
    Question(
        "A parser's answers are valid trees for 97 % of the test sentences, and right for 84 %. What do you know?",
        [
            Option("On sentences twice as long it will be valid and right about as often.", False,
                   "The test sentences are as long as those of the training. Longer ones are another test."),
            Option("About 13 % of the answers are proper trees over the right words, and not the tree meant.", True,
                   "A right answer is a valid one, so what lies between the two numbers is valid and wrong."),
            Option("97 % of the sentences are parsed as they should be, up to a matter of taste.", False,
                   "Valid means one tree over these words, and not yet that it is the tree meant."),
            Option("In 3 % the brackets make no tree, or the words are not those of the sentence.", True,
                   "Nothing in the model forbids it: the grammar of trees is learned, not built in."),
            Option("With more training the two numbers must meet.", False,
                   "Not where the words leave a choice that is drawn at random, as in the chapter's second grammar."),
        ],
        topic="valid and right",
    ),
    Question(
        "Why are whole answers counted here, not symbols?",
        [
            Option("Symbols cannot be counted when lengths differ.", False,
                   "They can, with an edit distance: speech recognition is judged by the word error rate."),
            Option("A share of right symbols hides how few of the answers are whole.", True,
                   "One early mistake can spoil what follows, and under teacher forcing it does not even do that."),
            Option("One wrong digit makes a number wrong, and one wrong bracket a tree.", True,
                   "95 % of the symbols right can mean that most answers of 20 symbols are wrong."),
        ],
        topic="exact match",
    ),
    Question(
        "For which of these jobs does somebody who must have it right today begin with something else?",
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
        "Trained on words of four and six letters, the recogniser writes next to no word of eight or ten letters "
        "right. With attention, which looks back at all frames, the same happens. What follows?",
        [
            Option("The vector of 64 numbers is too small for ten letters, and attention needs one as well.", False,
                   "Attention reads the states of all frames: nothing has to pass through the one vector."),
            Option("The vector alone cannot be the cause: there is a way around it now, and the fault is still there.",
                   True, "A control that does without the suspect clears it, or shows a second culprit beside it."),
            Option("Longer words have sounds that the training did not contain.", False,
                   "They are made of the same letters, with the same noise and speed."),
        ],
        topic="three limits",
    ),
    Question(
        "A model with one vector is right on few long inputs. Which controls tell what it has run into?",
        [
            Option("Put such lengths into the training: if it helps, they were missing there.", True,
                   "That changes the training and leaves model and budget as they were."),
            Option("Train the same model four times as long: if it helps, time was missing.", True,
                   "Model and data stay as they were. Too little time looks like each of the other two."),
            Option("Add attention, with the same training: if it helps, the vector was the limit at this budget.", True,
                   "Nothing has to pass through the vector any more. Data and updates are the same."),
            Option("Test it on even longer inputs: if it does worse, the vector is too small.", False,
                   "All three suspects do worse there, so the test tells nothing apart."),
        ],
        topic="three limits",
    ),
    Question(
        "Three hundred recorded words are too few to learn a script of signs from. Why can two stages, signs to "
        "letters and letters to sound, do better with the same recordings?",
        [
            Option("Because the first stage can learn from a dictionary, which needs no recordings.", True,
                   "With a dictionary as small as the recordings, two stages did worse than one."),
            Option("Because two models have twice as many weights as one.", False,
                   "With the small dictionary there were two models as well, and they did worse than one."),
            Option("Because mistakes of the first stage are repaired by the second.", False,
                   "They are handed on: the second stage says what it is given to read."),
        ],
        topic="two stages",
    ),
])
