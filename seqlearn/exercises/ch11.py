"""Exercises and quiz of chapter 11: sequence to sequence."""

from collections import Counter

import numpy as np

from seqlearn.exercises.reading_and_writing import fair_penalty, seq2seq_logits, write
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "beam_step", "fair_penalty", "masked_loss", "matches", "reverse", "seq2seq_logits", "shift", "write"]

# 11.1 What the decoder reads and says -----------------------------------------------------------------------------


def shift_reference(answers):
    """What a decoder reads in training, and what it is to say: inputs and targets, both (S, N), int64.

    answers: a list of N lists of rows, of different lengths. PAD is 0, START 1, END 2; padding stands at the end.
    """
    steps = max(len(answer) for answer in answers) + 1
    inputs, targets = np.zeros((2, steps, len(answers)), dtype=np.int64)
    for n, answer in enumerate(answers):
        inputs[: len(answer) + 1, n] = [1, *answer]
        targets[: len(answer) + 1, n] = [*answer, 2]
    return inputs, targets


def _answers(rng):
    drawn = [[int(row) for row in rng.integers(3, 9, size=size)] for size in (2, 5, 1, 3)]
    longer = [[int(row) for row in rng.integers(3, 9, size=size)] for size in (4, 7, 2)]
    return [([[5, 4, 7], [6], [4, 8]],), (drawn,), (longer,)]


def _whole_numbers(answer, rng):
    for name, array in zip(("inputs", "targets"), answer([[5, 4, 7], [6]]), strict=True):
        if np.asarray(array).dtype.kind not in "iu":
            return f"{name} holds {np.asarray(array).dtype}. Rows of a table are whole numbers: dtype=np.int64."
    return None


shift = Exercise(
    id="11.1",
    title="What the decoder reads and says",
    stars=1,
    reference=shift_reference,
    cases=_answers,
    names=("inputs", "targets"),
    extra=_whole_numbers,
    mistakes=[
        Mistake("not shifted", {"[1, *answer]": "[*answer, 2]"},
                "Your inputs are the targets themselves: the decoder could copy what it reads. It reads one step "
                "late: START first, then the answer."),
        Mistake("no END", {"[*answer, 2]": "[*answer, 0]"},
                "Your targets do not end with END (2), so the decoder never learns to stop."),
        Mistake("no START", {"[1, *answer]": "[*answer, 0]"},
                "Your inputs do not begin with START (1). Without it there is nothing to read at the first step."),
        Mistake("START and END on both",
                {"for answer in answers) + 1": "for answer in answers) + 2",
                "inputs[: len(answer) + 1, n] = [1, *answer]": "inputs[: len(answer) + 2, n] = [1, *answer, 2]",
                "targets[: len(answer) + 1, n] = [*answer, 2]": "targets[: len(answer) + 2, n] = [1, *answer, 2]"},
                "You put START and END on both. The decoder never reads END and never says START: one each."),
        Mistake("START and END exchanged", {"[1, *answer]": "[2, *answer]", "[*answer, 2]": "[*answer, 1]"},
                "START is 1 and END is 2; yours are the other way round."),
        Mistake("END below the padding",
                {"targets[: len(answer) + 1, n] = [*answer, 2]":
                    "targets[: len(answer), n], targets[-1, n] = answer, 2"},
                "END stands in the last row for every answer. It follows the answer at once; padding comes last."),
        Mistake("padded with END",
                {"targets[: len(answer) + 1, n] = [*answer, 2]":
                    "targets[:, n] = [*answer, *[2] * (steps - len(answer))]"},
                "Your targets are filled up with END. One END each; then comes PAD (0), which the loss leaves out."),
        Mistake("padding in front",
                {"inputs[: len(answer) + 1, n]": "inputs[steps - len(answer) - 1 :, n]",
                "targets[: len(answer) + 1, n]": "targets[steps - len(answer) - 1 :, n]"},
                "The padding stands in front. Here it stands at the end."),
        Mistake("answer turned round",
                [{"[1, *answer]": "[1, *answer[::-1]]"}, {"[1, *answer]": "[1, *answer[::-1]]",
                "[*answer, 2]": "[*answer[::-1], 2]"}],
                "You turn the answer round in the inputs. It is the question that may be reversed, not the answer."),
        Mistake("END in the inputs",
                {"inputs[: len(answer) + 1, n] = [1, *answer]":
                    "inputs[: len(answer) + 2, n] = [1, *answer, 2][:steps]"},
                "The inputs of the shorter answers hold END (2). It is what the decoder has to say, and it reads "
                "nothing after that: START and the answer, then PAD (0)."),
        Mistake("one row too few",
                {"for answer in answers) + 1": "for answer in answers)",
                "inputs[: len(answer) + 1, n] = [1, *answer]":
                    "inputs[: len(answer) + 1, n] = [1, *answer][:steps]",
                "targets[: len(answer) + 1, n] = [*answer, 2]":
                    "targets[: len(answer) + 1, n] = [*answer, 2][:steps]"},
                "Your arrays are as long as the longest answer. They need one row more, for START in front of it or "
                "END behind it."),
        Mistake("answers sorted by length", {"enumerate(answers)": "enumerate(sorted(answers, key=len, reverse=True))"},
                "You sort the answers by their length. Column n belongs to answer n."),
    ],
    hints=[
        "Both need one row more than the longest answer: START in front of it, or END behind it.",
        "Begin with zeros of shape (S, N). Column n of the inputs begins with [1, *answer], that of the targets with "
        "[*answer, 2].",
        "inputs[: len(answer) + 1, n] = [1, *answer]; the same with [*answer, 2] for the targets.",
    ],
)

# 11.2 Turn each question round ------------------------------------------------------------------------------------


def reverse_reference(source, lengths):
    """Every column read from its end, the padding (0) left where it is.

    source: (T, N); lengths: (N,). Returns (T, N).
    """
    turned = source.copy()
    for n, length in enumerate(lengths):
        turned[:length, n] = source[:length, n][::-1]
    return turned


def _sources(rng):
    cases = []
    for T, lengths in ((5, (2, 4, 3)), (7, (3, 6, 5, 1)), (5, (2, 3))):
        source = np.zeros((T, len(lengths)), dtype=np.int64)
        for n, length in enumerate(lengths):
            source[:length, n] = rng.permutation(np.arange(4, 14))[:length]
        cases.append((source, np.array(lengths)))
    return cases


reverse = Exercise(
    id="11.2",
    title="Turn each question round",
    stars=1,
    reference=reverse_reference,
    cases=_sources,
    mistakes=[
        Mistake("padding turned as well", {"return turned": "return source[::-1]"},
                "source[::-1] turns the padding round with the rest: short questions now begin with zeros. Turn each "
                "column within its own length."),
        Mistake("columns turned", {"return turned": "return source[:, ::-1]"},
                "You put the questions of the batch into another order. Time is axis 0."),
        Mistake("one step too few",
                {"turned[:length, n] = source[:length, n][::-1]":
                    "turned[: length - 1, n] = source[: length - 1, n][::-1]"},
                "The last real symbol stays where it is. The first `length` rows are real: source[:length, n]."),
        Mistake("one step too many",
                {"turned[:length, n] = source[:length, n][::-1]":
                    "turned[: length + 1, n] = source[: length + 1, n][::-1]"},
                "One padded step takes part, so questions begin with a zero. The first `length` rows are real."),
        Mistake("one length for all",
                [{"enumerate(lengths)": f"enumerate([{length}] * len(lengths))"}
                 for length in ("lengths.max()", "lengths[0]", "lengths.min()")],
                "All columns are turned within one and the same length. Each has a length of its own."),
        Mistake("overwritten on the way",
                {"turned[:length, n] = source[:length, n][::-1]":
                    "for t in range(length):\n            turned[t, n] = turned[length - 1 - t, n]"},
                "The second half of each column is as it came. Perhaps you read from the array that you write to, and "
                "find there what the first half left: read from source, write to a copy."),
        Mistake("shifted",
                [{"source[:length, n][::-1]": "np.roll(source[:length, n], 1)"},
                {"source[:length, n][::-1]": "np.roll(source[:length, n], -1)"},
                {"source[:length, n][::-1]": "np.roll(source[:length, n], length // 2 + 1)"}],
                "Your columns are shifted round, not reversed. Read from the end: the last real symbol comes first, "
                "then the one before it."),
        Mistake("sorted",
                [{"source[:length, n][::-1]": "np.sort(source[:length, n])[::-1]"},
                {"source[:length, n][::-1]": "np.sort(source[:length, n])"}],
                "Your columns are sorted. Asked is the order of reading, from the last symbol to the first."),
        Mistake("first symbol stays",
                {"turned[:length, n] = source[:length, n][::-1]":
                    "turned[1:length, n] = source[1:length, n][::-1]"},
                "The first symbol stays where it is. It comes last of the real ones: the whole of source[:length, n] "
                "is turned."),
        Mistake("all columns at once",
                {"turned[:length, n] = source[:length, n][::-1]": "turned[:length] = source[:length][::-1]"},
                "You turn whole rows of the batch, for all questions at once. Take one column at a time: "
                "source[:length, n]."),
        Mistake("first symbol lost", {"source[:length, n][::-1]": "np.append(source[length - 1 : 0 : -1, n], 0)"},
                "The first symbol is lost: a slice that counts down to 0 stops before it. Write source[:length, "
                "n][::-1]."),
    ],
    hints=[
        "Work on source.copy(), column by column.",
        "The real part of column n is source[:lengths[n], n]; [::-1] turns it round.",
        "A loop over the columns will do; only the first lengths[n] rows of column n change.",
    ],
)

# 11.3 The loss of real targets ------------------------------------------------------------------------------------


def masked_loss_reference(logits, targets):
    """Mean of −log p(target) over the real targets of a batch. logits: (S, N, V); targets: (S, N), 0 is padding.

    p is the softmax of the logits over the last axis. Returns a number.
    """
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    losses = -np.take_along_axis(log_p, targets[:, :, None], axis=2)[:, :, 0]  # (S, N)
    real = targets != 0
    return losses[real].mean()


def _losses(rng):
    cases = []
    for S, V, lengths in ((4, 6, (4, 2, 3)), (6, 5, (3, 6, 1, 4)), (5, 8, (2, 4))):
        targets = np.zeros((S, len(lengths)), dtype=np.int64)
        for n, length in enumerate(lengths):
            targets[:length, n] = [*rng.integers(3, V, size=length - 1), 2]
        cases.append((2 * rng.standard_normal((S, len(lengths), V)), targets))
    return cases


masked_loss = Exercise(
    id="11.3",
    title="The loss of real targets",
    stars=2,
    reference=masked_loss_reference,
    cases=_losses,
    mistakes=[
        Mistake("padding counted", {"losses[real].mean()": "losses.mean()"},
                "That is the mean over all S · N targets, padding included. Leave out the targets that are 0."),
        Mistake("divided by all steps", {"losses[real].mean()": "(losses * real).mean()"},
                "The padded losses are 0, but you still divide by S · N. Divide by the number of real targets."),
        Mistake("divided by answers or steps",
                [{"losses[real].mean()": "losses[real].sum() / targets.shape[1]"},
                {"losses[real].mean()": "losses[real].sum() / targets.shape[0]"}],
                "You divide by N, the number of answers, or by S. Asked is the mean over the real targets of the "
                "whole batch: divide by how many there are."),
        Mistake("mean of means", {"losses[real].mean()": "((losses * real).sum(axis=0) / real.sum(axis=0)).mean()"},
                "You average each answer, and then the answers. A symbol of a short answer counts more then; here "
                "all real symbols count alike."),
        Mistake("END left out", {"targets != 0": "targets > 2"},
                "You leave out END (2) as well. END is a real target: the network has to learn where to stop."),
        Mistake("logits masked",
                [{"shifted = ": "logits = logits * (targets != 0)[:, :, None]\n    shifted = ",
                "losses[real].mean()": "losses.sum() / real.sum()"},
                {"shifted = ": "logits = logits * (targets != 0)[:, :, None]\n    shifted = ",
                "losses[real].mean()": "losses.mean()"}],
                "You set the logits of the padding to 0. That still costs log V each. Mask the losses."),
        Mistake("no softmax",
                {"log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))": "log_p = logits"},
                "You take the logit itself for the log-probability. Subtract the log of the sum of exp(logits) first."),
        Mistake("no logarithm", {"-np.take_along_axis(log_p": "-np.take_along_axis(np.exp(log_p)"},
                "You average −p. The loss is −log p."),
        Mistake("softmax over the steps", {"max(axis=2": "max(axis=0", "sum(axis=2": "sum(axis=0"},
                "Your softmax runs over the steps (axis 0). It runs over the V symbols, the last axis."),
        Mistake("padding in the sum", {"losses[real].mean()": "losses.sum() / real.sum()"},
                "You divide by the number of real targets, but the sum above holds the padding as well. Take "
                "losses[real]."),
        Mistake("mean of the steps' means",
                [{"losses[real].mean()":
                    "np.mean([losses[t, real[t]].mean() for t in range(len(losses)) if real[t].any()])"},
                {"losses[real].mean()": "((losses * real).sum(axis=1) / np.maximum(real.sum(axis=1), 1)).mean()"}],
                "You take a mean at every step and then the mean of these. Late steps, which few answers have, then "
                "count more; here all real symbols count alike."),
        Mistake("logarithm of the mean", {"losses[real].mean()": "-np.log(np.exp(-losses[real]).mean())"},
                "You average the probabilities and take the logarithm of the mean. Take the logarithms first: one "
                "bad guess has to cost much."),
        Mistake("softmax over the batch", {"max(axis=2": "max(axis=1", "sum(axis=2": "sum(axis=1"},
                "Your softmax runs over the answers of the batch (axis 1). It runs over the V symbols, the last axis."),
        Mistake("softmax over everything",
                {"max(axis=2, keepdims=True)": "max()", "sum(axis=2, keepdims=True)": "sum()"},
                "Your softmax runs over the whole array. Each step of each answer has one of its own, over the V "
                "symbols of the last axis."),
        Mistake("PAD out of the softmax",
                {"shifted = ": "logits = np.where(np.arange(logits.shape[2]) == 0, -np.inf, logits)\n    shifted = "},
                "You leave PAD out of the softmax. It is the targets that are masked; p runs over all V symbols."),
        Mistake("the most probable symbol", {"targets[:, :, None]": "logits.argmax(axis=2)[:, :, None]"},
                "You take −log p of the most probable symbol. Asked is that of the target, however improbable it is."),
    ],
    hints=[
        "log p is the logit minus the log of the sum of exp(logits) over the last axis: (S, N, V).",
        "np.take_along_axis(log_p, targets[:, :, None], axis=2)[:, :, 0] picks the targets' entries: (S, N).",
        "real = targets != 0; the mean of −log p over these.",
    ],
)

# 11.4 Matching groups of words ------------------------------------------------------------------------------------


def matches_reference(candidate, reference, n):
    """How many groups of n words of the candidate stand in the reference, and how many groups it has: two integers.

    candidate, reference: lists of words. A group counts as often as it stands in the candidate, but at most as often as
    it stands in the reference.
    """
    def groups(words):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    found, wanted = groups(candidate), groups(reference)
    matched = sum(min(count, wanted[group]) for group, count in found.items())
    return matched, sum(found.values())


def _sentences(rng):
    words = ["the", "cat", "sat", "on", "mat", "a", "dog"]
    fixed = "the cat the cat the cat on the cat".split(), "on the mat the cat sat the cat".split()
    drawn = [[str(word) for word in rng.choice(words[:4], size=size)] for size in (9, 8, 7, 9)]
    once, often = "a cat sat on the mat".split(), "the cat on the cat has a cat".split()  # often in the reference only
    close = [("a man sat . a man ran".split(), "am an sat on a mat . ran".split(), 2),  # "aman" == "am" + "an"
             ("the cat saw the mat".split(), "The cat saw the cats on the mats".split(), 2),
             ("on the mat".split(), "a cat on the mat".split(), 3), (["the"], "the cat sat".split(), 3),
             ("the cat sat on the mat".split(), "a dog sat on the mat".split(), 2)]
    return [(*fixed, 2), (*fixed, 1), (drawn[0], drawn[1], 2), (drawn[2], drawn[3], 3), (fixed[1], fixed[0], 3),
            (once, often, 1), (once, often, 2), *close]


matches = Exercise(
    id="11.4",
    title="Matching groups of words",
    stars=2,
    reference=matches_reference,
    cases=_sentences,
    names=("matched", "groups"),
    mistakes=[
        Mistake("not clipped", {"min(count, wanted[group])": "count * (group in wanted)"},
                "A group may count at most as often as it stands in the reference: take the smaller of the two "
                "counts. Otherwise every word of “the the the” matches any sentence with “the”."),
        Mistake("counted in the reference", {"min(count, wanted[group])": "wanted[group]"},
                "You add up how often the candidate's groups stand in the reference. The candidate's own count is a "
                "limit, too: take the smaller of the two."),
        Mistake("each group once",
                {"sum(min(count, wanted[group]) for group, count in found.items())":
                    "len(set(found) & set(wanted))", "sum(found.values())": "len(found)"},
                "You count different groups. A group that stands twice in both counts twice."),
        Mistake("matches once, groups often", {"min(count, wanted[group])": "(group in wanted)"},
                "A group that stands twice in both is matched twice; you count it once."),
        Mistake("groups of the reference", {"sum(found.values())": "sum(wanted.values())"},
                "You return how many groups the reference has. The precision asks for those of the candidate."),
        Mistake("the last group missing",
                [{"len(words) - n + 1": "len(words) - n"},
                {"groups(candidate), groups(reference)": "groups(candidate[:-1]), groups(reference)"},
                {"groups(candidate), groups(reference)": "groups(candidate), groups(reference[:-1])"},
                {"groups(candidate), groups(reference)": "groups(candidate[:-1]), groups(reference)",
                "sum(found.values())": "max(0, len(candidate) - n + 1)"}, {"len(words) - n + 1": "len(words) - n",
                "sum(found.values())": "max(0, len(candidate) - n + 1)"}],
                "The last group is missing, of one side or of both: a sentence of L words has L − n + 1 groups of n."),
        Mistake("short groups at the end",
                [{"range(len(words) - n + 1)": "range(len(words))"},
                {"range(len(words) - n + 1)": "range(len(words))",
                "sum(found.values())": "max(0, len(candidate) - n + 1)"}],
                "At the end you take groups of fewer than n words. Stop at L − n + 1."),
        Mistake("single words",
                [{"tuple(words[i : i + n])": "words[i]", "len(words) - n + 1": "len(words)"},
                {"words[i : i + n]": "words[i : i + 1]"}, {"tuple(words[i : i + n])": "words[i]",
                "len(words) - n + 1": "len(words)", "sum(found.values())": "max(0, len(candidate) - n + 1)"}],
                "You count single words for every n. Take tuple(words[i : i + n])."),
        Mistake("order within groups", {"tuple(words[i : i + n])": "tuple(sorted(words[i : i + n]))"},
                "“cat the” is not “the cat”: within a group the order counts."),
        Mistake("groups side by side",
                [{"range(len(words) - n + 1)": "range(0, len(words) - n + 1, n)"},
                {"range(len(words) - n + 1)": "range(0, len(words) - n + 1, n)",
                "sum(found.values())": "max(0, len(candidate) - n + 1)"}],
                "Your groups do not overlap. A group begins at every word: a step of 1, not of n."),
        Mistake("same place only",
                {"sum(min(count, wanted[group]) for group, count in found.items())":
                    "sum(candidate[i : i + n] == reference[i : i + n] for i in range(min(len(candidate), "
                    "len(reference)) - n + 1))"},
                "You compare groups at the same place. A group may stand anywhere in the reference."),
        Mistake("the larger count", {"min(count, wanted[group])": "max(count, wanted[group]) * (group in wanted)"},
                "You take the larger of the two counts. A group is matched as often as both sides have it: the "
                "smaller one."),
        Mistake("distinct groups counted", {"sum(found.values())": "len(found)"},
                "The matches are right, but you count different groups. A group that stands twice is two groups of "
                "the candidate."),
        Mistake("words counted", {"sum(found.values())": "len(candidate)"},
                "You return the number of words. A candidate of L words has L − n + 1 groups of n."),
        Mistake("words, not groups",
                {"sum(min(count, wanted[group]) for group, count in found.items())":
                    "sum(all(word in reference for word in candidate[i : i + n]) for i in range(len(candidate) "
                    "- n + 1))"},
                "You ask whether the words of a group stand in the reference, wherever that is. The group has to "
                "stand there as a whole, one word behind the other."),
        Mistake("joined without blank", {"tuple(words[i : i + n])": '"".join(words[i : i + n])'},
                "You join the words of a group without anything between them: “a man” and “am an” are the same then. "
                "Compare tuples."),
        Mistake("found inside longer words",
                [{"min(count, wanted[group])": "min(count, ' '.join(reference).count(' '.join(group)))"},
                {"min(count, wanted[group])": "count * (' '.join(group) in ' '.join(reference))"}],
                "You look for a piece of text in the joined reference, so “the cat” is found in “the cats”. "
                "Compare lists or tuples of words."),
        Mistake("lower-cased", {"tuple(words[i : i + n])": "tuple(word.lower() for word in words[i : i + n])"},
                "You make all letters small. “The” and “the” are different words here: compare them as they are."),
        Mistake("groups of up to n words",
                {"tuple(words[i : i + n]) for i in range(len(words) - n + 1)":
                    "tuple(words[i : i + k]) for k in range(1, n + 1) for i in range(len(words) - k + 1)"},
                "You count the groups of 1, 2, … n words together. Asked are those of exactly n."),
        Mistake("the share", {"return matched, sum(found.values())":
                              "return matched / max(1, sum(found.values())), sum(found.values())"},
                "You return the share of the groups that match. Asked is their number; dividing is left for later."),
        Mistake("fewer than no groups", {"sum(found.values())": "len(candidate) - n + 1"},
                "A candidate of fewer than n words has 0 groups; you return L − n + 1, which can be negative there."),
        Mistake("at least one group", {"sum(found.values())": "max(1, sum(found.values()))"},
                "A candidate of fewer than n words has 0 groups. You return at least 1; whoever divides later has to "
                "look after that."),
    ],
    hints=[
        "Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1)) counts the groups of one side.",
        "For each group of the candidate take the smaller of its two counts, and add these up.",
        "matched = sum(min(count, wanted[group]) for group, count in found.items()), and sum(found.values()) groups.",
    ],
    explanation="The division is left for later on purpose: BLEU adds up both numbers over the whole test set and "
                "divides once.",
)

# 11.5 One step of a beam ------------------------------------------------------------------------------------------


def beam_step_reference(scores, log_p, width):
    """The `width` best continuations of a beam, best first: parents (width,), tokens (width,), new scores (width,).

    scores: (B,), the log-probability of each beginning. log_p: (B, V), the log-probability of each next symbol after
    it. Parents are rows of the beam, tokens columns of log_p.
    """
    total = scores[:, None] + log_p  # (B, V)
    best = np.argsort(-total, axis=None)[:width]
    parents, tokens = np.divmod(best, log_p.shape[1])
    return parents, tokens, total[parents, tokens]


def _beams(rng):
    """One beginning has several continuations among the best; sizes differ. The last one is a first step: B = 1."""
    cases = []
    for B, V, width in ((3, 6, 3), (4, 7, 4), (2, 9, 2), (5, 6, 3), (2, 8, 5), (1, 7, 3)):
        while True:
            logits = 2 * rng.standard_normal((B, V))
            log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            scores = -rng.uniform(0.2, 2.5, size=B)
            parents, _, found = beam_step_reference(scores, log_p, width)
            apart = np.diff(np.sort((scores[:, None] + log_p).ravel())).min()
            most = np.bincount(parents).max()  # continuations of one beginning
            enough = most > (2 if width == 5 else 1) and (B == 1 or parents[0] != scores.argmax())
            if enough and apart > 1e-6:
                cases.append((scores, log_p, width))
                break
    return cases


beam_step = Exercise(
    id="11.5",
    title="One step of a beam",
    stars=3,
    reference=beam_step_reference,
    cases=_beams,
    names=("parents", "tokens", "scores"),
    mistakes=[
        Mistake("log-probabilities multiplied",
                [{"scores[:, None] + log_p": "scores[:, None] * log_p"},
                {"scores[:, None] + log_p": "scores[:, None] * log_p", "-total": "total"}],
                "Probabilities are multiplied, their logarithms added: scores[:, None] + log_p."),
        Mistake("one for each beginning",
                [{"best = np.argsort(-total, axis=None)[:width]":
                    "rows = np.argsort(-total.max(axis=1))[:width]\n    best = rows * log_p.shape[1] + "
                    "total[rows].argmax(axis=1)"},
                {"best = np.argsort(-total, axis=None)[:width]":
                    "rows = np.arange(len(total))[:width]\n    best = rows * log_p.shape[1] + "
                    "total[rows].argmax(axis=1)"}],
                "You keep the best continuation of each beginning. A good beginning may have several among the best, "
                "and a bad one none: rank all B · V together."),
        Mistake("the best beginning only",
                {"best = np.argsort(-total, axis=None)[:width]":
                    "best = scores.argmax() * log_p.shape[1] + np.argsort(-total[scores.argmax()])[:width]"},
                "You continue the best beginning only. What else the beam kept is lost."),
        Mistake("not in the order of the scores",
                {"best = np.argsort(-total, axis=None)[:width]":
                    "best = np.sort(np.argsort(-total, axis=None)[:width])"},
                "The right ones, but in the order of their places. Asked is best first."),
        Mistake("probabilities in place of logarithms",
                {"return parents, tokens, total[parents, tokens]":
                    "return parents, tokens, np.exp(total[parents, tokens])"},
                "Your scores are probabilities. Keep the logarithms: after fifty symbols a product is too small for "
                "comfort, and the next step adds to them."),
        Mistake("scores of the step",
                {"return parents, tokens, total[parents, tokens]":
                    "return parents, tokens, log_p[parents, tokens]"},
                "The right beginnings and symbols, but the scores are those of the last symbol alone. The next step "
                "needs the whole sum."),
        Mistake("divided by the size of the beam",
                [{"return parents, tokens, total[parents, tokens]":
                    "return *np.divmod(best, len(scores)), total[parents, tokens]"},
                {"log_p.shape[1]": "log_p.shape[0]"}],
                "You divide the flat place by B. Each row has V entries: np.divmod(place, V)."),
        Mistake("made to sum to one", {"best = np": "total = total - np.log(np.exp(total).sum())\n    best = np"},
                "You normalise over the whole beam. Then scores of different steps cannot be compared. Leave the "
                "sums as they are."),
        Mistake("the past twice", {"scores[:, None] + log_p": "2 * scores[:, None] + log_p"},
                "The score of the beginning counts twice in your sum."),
        Mistake("scores of the beginnings",
                {"return parents, tokens, total[parents, tokens]": "return parents, tokens, scores[parents]"},
                "You return the scores that the beginnings had. The new ones hold one symbol more: "
                "total[parents, tokens]."),
        Mistake("probabilities added", {"scores[:, None] + log_p": "np.logaddexp(scores[:, None], log_p)"},
                "You add the probabilities. A beginning and its next symbol have to happen both: probabilities are "
                "multiplied, so logarithms are added."),
        Mistake("log p and p mixed", {"+ log_p": "+ np.exp(log_p)"},
                "You add a probability to a log-probability. Both are logarithms, and so is their sum: scores[:, "
                "None] + log_p."),
        Mistake("some for each beginning",
                {"best = np.argsort(-total, axis=None)[:width]":
                    "best = (np.arange(len(total))[:, None] * log_p.shape[1] + np.argsort(-total, axis=1)[:, "
                    ":width]).ravel()"},
                "You keep `width` continuations of every beginning. The beam has `width` of them in all: rank all B "
                "· V together."),
        Mistake("flattened by columns",
                [{"-total,": "-total.T,"}, {"-total,": "-total.T,",
                "parents, tokens = np": "tokens, parents = np"}],
                "You sort the transposed array, so a place in it counts the beginnings first. Either sort total "
                "itself, or divide by B: np.divmod(place, B) gives column and row."),
        Mistake("ranked by the last symbol", {"argsort(-total": "argsort(-log_p"},
                "You rank by the last symbol alone. Add the score of the beginning first, and rank the sums."),
        Mistake("flat places for tokens",
                {"return parents, tokens, total[parents, tokens]": "return parents, best, total[parents, tokens]"},
                "Your tokens are places in the flattened array. np.divmod(place, V) gives the row and the column; the "
                "column is the token."),
        Mistake("one for each token",
                {"best = np.argsort(-total, axis=None)[:width]":
                    "columns = np.argsort(-total.max(axis=0))[:width]\n    best = total.argmax(axis=0)[columns] * "
                    "log_p.shape[1] + columns"},
                "You keep the best beginning of each token. The same token may stand in the beam twice, behind two "
                "beginnings: rank all B · V together."),
        Mistake("rows taken for columns", {"parents, tokens = np": "tokens, parents = np"},
                "np.divmod(place, V) gives the row first and the column second: parents, then tokens."),
    ],
    hints=[
        "All continuations at once: total = scores[:, None] + log_p, (B, V).",
        "np.argsort(-total, axis=None)[:width] are the places of the best in the flattened array, best first.",
        "A place in the flattened array is row · V + column, so np.divmod takes it apart.",
    ],
    explanation="With `parents` you choose the states to go on from: state[parents]. Without that, symbols and states "
                "belong to different beginnings.",
)

# The quiz ---------------------------------------------------------------------------------------------------------

QUIZ = Quiz("11", [
    Question(
        "What does the decoder of a plain sequence-to-sequence model know about the input?",
        [
            Option("What the encoder's last state holds, and nothing else.", True,
                   "Whatever is not in these numbers is lost, however long the input was."),
            Option("The input itself, one symbol of it at each step of the answer.", False,
                   "What it reads step by step are the symbols of the answer."),
            Option("All states of the encoder.", False,
                   "The plain model gets the last one; attention, chapter 13, gets all."),
            Option("Nothing: it only continues its own words.", False,
                   "Then it would say the same to every input. Its first state comes from the encoder."),
        ],
        topic="the context",
    ),
    Question(
        "In training the decoder reads the right answer one step late. Why one step late?",
        [
            Option("To let the output become longer than the input.", False,
                   "Lengths are free anyway: END decides."),
            Option("Because START takes the first place, and everything behind it has to move on by one.", False,
                   "START fills the first place; it is not the reason for the shift."),
            Option("So that at each step it has read what came before and has to find what comes now.", True,
                   "Not shifted, it would read what it is to say, and learn to copy."),
        ],
        topic="teacher forcing",
    ),
    Question(
        "Under teacher forcing 90 % of the digits are right. With its own words the same model gets fewer right. Why?",
        [
            Option("Dropout is on in use.", False, "It is on in training; in use model.eval() turns it off."),
            Option("The right answer, which it reads under teacher forcing, helps: the digits before tell about the "
                   "next.", True, "The right beginning is information that it does not have in use."),
            Option("In use it has no access to the encoder.", False, "The context is the same in both cases."),
            Option("After a mistake it goes on from beginnings that it has never read in training.", True,
                   "That is called exposure bias."),
        ],
        topic="exposure bias",
    ),
    Question(
        "Which targets belong in the loss?",
        [
            Option("The symbols of the answer.", True, "These are what it is to learn."),
            Option("END.", True, "Otherwise the network never learns to stop."),
            Option("START.", False, "START is read and never said: it is not among the targets."),
            Option("PAD.", False, "It says nothing about the task, and easy targets make the mean look good."),
        ],
        topic="where the mask goes",
    ),
    Question(
        "Read from the end, the questions of the ladder are answered right about four times as often, with the same "
        "network. What follows about the reason?",
        [
            Option("The digits that are needed first are closer to the decoder now, and this is why it learns better.",
                   False, "In a question of full length one of the two leading digits comes closer and the other goes "
                          "further away; and two-digit orders with one of them beside the decoder and the other four "
                          "steps away did no better."),
            Option("The order of reading matters here. Which property of it does, this comparison cannot say.", True,
                   "Distances, spaces and the order of the places all changed at once. A reason needs orders that "
                   "differ in one of them."),
            Option("The decoder can now read the question itself, digit by digit, while it writes the answer.", False,
                   "It gets the encoder's last state, as before."),
            Option("The network has more weights: reading backwards needs a second set.", False,
                   "It is the same network, with the same number of weights."),
        ],
        topic="reversal",
    ),
    Question(
        "What is true of beam search?",
        [
            Option("With width 1 it is greedy decoding.", True, "One beginning, the best at each step."),
            Option("A more probable answer need not be a right one.", True,
                   "The search looks for what the model believes, and the model can be wrong."),
            Option("It makes training better.", False, "It is used after training; the weights stay as they are."),
            Option("It finds the most probable answer for certain.", False,
                   "Its beginning may have been dropped, unless the beam is wide enough to keep them all."),
        ],
        topic="beam search",
    ),
    Question(
        "Why does BLEU multiply by a brevity penalty?",
        [
            Option("To keep the score below 100.", False, "Precisions are never above 1."),
            Option("Precision alone rewards short candidates that say only what is sure.", True,
                   "The penalty stands in for recall."),
            Option("To punish candidates that are too long.", False,
                   "Those lose precision already: their surplus words match nothing."),
            Option("Because short sentences are easier to translate, which would lift the score unfairly.", False,
                   "The penalty compares with the length of the reference, not with other sentences."),
        ],
        topic="BLEU",
    ),
    Question(
        "A program decodes with START and then one PAD after the other as the decoder's input. What happens?",
        [
            Option("An error: the decoder's input and its output must be the same symbols.", False,
                   "The shapes are right, so no library complains."),
            Option("The first symbol is as good as ever; later ones suffer, unless the state alone tells what comes.",
                   True, "START is read in both cases. After it the decoder isn't told what it has said. On six word "
                         "pairs one answer in thirty was lost; on the chapter's sums 95 % fell to 58."),
            Option("Nothing changes, as the decoder's state holds everything that it has said so far.", False,
                   "Its state depends on what it read, and it has not read its own words. It may guess them."),
        ],
        topic="what the decoder reads in use",
    ),
    Question(
        "A context is the mean of all encoder states, fed at every step. What distinguishes it from attention?",
        [
            Option("It is the same vector at every step of the answer, whatever the decoder is about to say.", True,
                   "A fixed function of the states is computed once. Attention weighs the states anew for each "
                   "output."),
            Option("It has fewer numbers, because averaging makes the vector shorter.", False,
                   "The mean of vectors of H numbers has H numbers, as the sum that attention makes has."),
            Option("It cannot be trained, because no gradient passes through a mean.", False,
                   "Each state receives 1/T of the context's gradient."),
        ],
        topic="a static context",
    ),
    Question(
        "An adder that was trained on answers of one and two digits is asked sums above 99, in questions no longer "
        "than before. It gets 0 % right, and so does the same model with attention. Which limit is this?",
        [
            Option("What one vector can hold: the longer answer does not fit.", False,
                   "With attention nothing has to pass through that vector, and the model fails alike."),
            Option("Training time: with more epochs it would get there.", False,
                   "It has no reason to: every sum it is trained on is answered right with at most two digits."),
            Option("What was trained: no answer of this kind was ever written.", True,
                   "With three-digit answers among the examples the same network gets 94 % of them right."),
        ],
        topic="three limits",
    ),
])
