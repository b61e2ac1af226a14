"""Exercises and quiz of chapter 11: sequence to sequence."""

from collections import Counter
from functools import partial

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

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


def _wrong_shift(answers, *, slip):
    steps = max(len(answer) for answer in answers) + 1
    if slip == "both ends":
        steps += 1
    inputs, targets = np.zeros((2, steps, len(answers)), dtype=np.int64)
    for n, answer in enumerate(answers):
        read, said = [1, *answer], [*answer, 2]
        if slip == "not shifted":
            read = [*answer, 2]
        if slip == "no end":
            said = [*answer]
        if slip == "no start":
            read = [*answer]
        if slip == "both ends":
            read = said = [1, *answer, 2]
        if slip == "swapped marks":
            read, said = [2, *answer], [*answer, 1]
        if slip == "turned":
            read = [1, *answer[::-1]]
        inputs[: len(read), n], targets[: len(said), n] = read, said
        if slip == "end at the bottom":
            targets[len(answer), n], targets[-1, n] = 0, 2
        if slip == "padded with end":
            targets[len(answer):, n] = 2
        if slip == "padding in front":
            inputs[:, n], targets[:, n] = np.roll(inputs[:, n], steps - len(read)), np.roll(targets[:, n],
                                                                                         steps - len(said))
    if slip == "rows first":
        return inputs.T, targets.T
    return (targets, inputs) if slip == "swapped" else (inputs, targets)


def _answers(rng):
    drawn = [[int(row) for row in rng.integers(3, 9, size=size)] for size in (2, 5, 1, 3)]
    return [([[5, 4, 7], [6], [4, 8]],), (drawn,)]


shift = Exercise(
    id="11.1",
    title="What the decoder reads and says",
    stars=1,
    reference=shift_reference,
    cases=_answers,
    names=("inputs", "targets"),
    mistakes=[
        Mistake("not shifted", partial(_wrong_shift, slip="not shifted"),
                "Your inputs are the targets themselves: the decoder could copy what it reads. It reads one step late: "
                "START first, then the answer."),
        Mistake("no END", partial(_wrong_shift, slip="no end"),
                "Your targets do not end with END (2), so the decoder never learns to stop."),
        Mistake("no START", partial(_wrong_shift, slip="no start"),
                "Your inputs do not begin with START (1). Without it there is nothing to read at the first step."),
        Mistake("START and END on both", partial(_wrong_shift, slip="both ends"),
                "You put START and END on both. The decoder never reads END and never says START: one each."),
        Mistake("START and END exchanged", partial(_wrong_shift, slip="swapped marks"),
                "START is 1 and END is 2; yours are the other way round."),
        Mistake("inputs and targets exchanged", partial(_wrong_shift, slip="swapped"),
                "The pieces are right, in the other order: return inputs, then targets."),
        Mistake("END below the padding", partial(_wrong_shift, slip="end at the bottom"),
                "END stands in the last row for every answer. It follows the answer at once; padding comes last."),
        Mistake("padded with END", partial(_wrong_shift, slip="padded with end"),
                "Your targets are filled up with END. One END each; then comes PAD (0), which the loss leaves out."),
        Mistake("padding in front", partial(_wrong_shift, slip="padding in front"),
                "The padding stands in front. Here it stands at the end."),
        Mistake("answer turned round", partial(_wrong_shift, slip="turned"),
                "You turn the answer round in the inputs. It is the question that may be reversed, not the answer."),
        Mistake("batch first", partial(_wrong_shift, slip="rows first"),
                "Your arrays are (N, S). Here time comes first, (S, N): a column for each answer."),
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


def _wrong_reverse(source, lengths, *, slip):
    if slip == "whole":
        return source[::-1].copy()
    if slip == "columns":
        return source[:, ::-1].copy()
    turned = source.copy()
    if slip == "empty":
        turned = np.zeros_like(source)
    for n, length in enumerate(lengths):
        if slip == "one less":
            length = length - 1
        if slip == "longest":
            length = lengths.max()
        if slip == "shortest":
            length = lengths.min()
        if slip == "halves":
            turned[:length, n] = np.roll(source[:length, n], length // 2 + 1)
        elif slip == "sorted":
            turned[:length, n] = np.sort(source[:length, n])[::-1]
        elif slip == "in place":
            for t in range(length):
                turned[t, n] = turned[length - 1 - t, n]
        elif slip == "one more":
            turned[: length + 1, n] = source[: length + 1, n][::-1]
        else:
            turned[:length, n] = source[:length, n][::-1]
    return turned


def _sources(rng):
    cases = []
    for T, lengths in ((5, (4, 2, 3)), (7, (6, 3, 5, 1)), (4, (3, 2))):
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
        Mistake("padding turned as well", partial(_wrong_reverse, slip="whole"),
                "source[::-1] turns the padding round with the rest: short questions now begin with zeros. Turn each "
                "column within its own length."),
        Mistake("columns turned", partial(_wrong_reverse, slip="columns"),
                "You put the questions of the batch into another order. Time is axis 0."),
        Mistake("one step too few", partial(_wrong_reverse, slip="one less"),
                "The last real symbol stays where it is. The first `length` rows are real: source[:length, n]."),
        Mistake("one step too many", partial(_wrong_reverse, slip="one more"),
                "One padded step takes part, so questions begin with a zero. The first `length` rows are real."),
        Mistake("the longest for all", partial(_wrong_reverse, slip="longest"),
                "All columns are turned within the longest length. Each has a length of its own."),
        Mistake("the shortest for all", partial(_wrong_reverse, slip="shortest"),
                "All columns are turned within the shortest length. Each has a length of its own."),
        Mistake("overwritten on the way", partial(_wrong_reverse, slip="in place"),
                "You read from the array that you are writing to: the second half finds what the first half left. Read "
                "from source, write to a copy."),
        Mistake("shifted", partial(_wrong_reverse, slip="halves"),
                "Your columns are shifted round, not reversed. The last real symbol comes first, then the one before."),
        Mistake("sorted", partial(_wrong_reverse, slip="sorted"),
                "Your columns are sorted. Asked is the order of reading, from the last symbol to the first."),
    ],
    hints=[
        "Work on source.copy(), column by column.",
        "The real part of column n is source[:lengths[n], n]; [::-1] turns it round.",
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


def _wrong_loss(logits, targets, *, slip):
    axis = 0 if slip == "axis" else 2
    shifted = logits - logits.max(axis=axis, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    if slip == "raw":
        log_p = logits
    if slip == "no log":
        log_p = np.exp(log_p)
    losses = -np.take_along_axis(log_p, targets[:, :, None], axis=2)[:, :, 0]
    real = targets != 0
    if slip == "all":
        return losses.mean()
    if slip == "divided by all":
        return (losses * real).mean()
    if slip == "sum":
        return losses[real].sum()
    if slip == "answers":
        return losses[real].sum() / targets.shape[1]
    if slip == "mean of means":
        return ((losses * real).sum(axis=0) / real.sum(axis=0)).mean()
    if slip == "no end":
        return losses[targets > 2].mean()
    if slip == "logits masked":
        shifted = logits * real[:, :, None]
        log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
        return -np.take_along_axis(log_p, targets[:, :, None], axis=2).sum() / real.sum()
    if slip == "sign":
        return -losses[real].mean()
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
        Mistake("padding counted", partial(_wrong_loss, slip="all"),
                "That is the mean over all S · N targets, padding included. Leave out the targets that are 0."),
        Mistake("divided by all steps", partial(_wrong_loss, slip="divided by all"),
                "The padded losses are 0, but you still divide by S · N. Divide by the number of real targets."),
        Mistake("not divided", partial(_wrong_loss, slip="sum"),
                "That is the sum. Divide by the number of real targets."),
        Mistake("divided by the answers", partial(_wrong_loss, slip="answers"),
                "You divide by N. Asked is the mean over the real targets of the whole batch."),
        Mistake("mean of means", partial(_wrong_loss, slip="mean of means"),
                "You average each answer, and then the answers. A symbol of a short answer counts more then; here all "
                "real symbols count alike."),
        Mistake("END left out", partial(_wrong_loss, slip="no end"),
                "You leave out END (2) as well. END is a real target: the network has to learn where to stop."),
        Mistake("logits masked", partial(_wrong_loss, slip="logits masked"),
                "You set the logits of the padding to 0. That still costs log V each. Mask the losses."),
        Mistake("no softmax", partial(_wrong_loss, slip="raw"),
                "You take the logit itself for the log-probability. Subtract the log of the sum of exp(logits) first."),
        Mistake("no logarithm", partial(_wrong_loss, slip="no log"),
                "You average −p. The loss is −log p."),
        Mistake("softmax over the steps", partial(_wrong_loss, slip="axis"),
                "Your softmax runs over the steps (axis 0). It runs over the V symbols, the last axis."),
        Mistake("wrong sign", partial(_wrong_loss, slip="sign"),
                "The sign: −log p is positive, and small where the target is probable."),
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


def _wrong_matches(candidate, reference, n, *, slip):
    def groups(words, more=1):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + more))

    found, wanted = groups(candidate), groups(reference)
    if slip == "one too few":
        found, wanted = groups(candidate, 0), groups(reference, 0)
    if slip == "one word too many":
        found, wanted = groups(candidate, n), groups(reference, n)
    if slip == "single words":
        found, wanted = Counter(candidate), Counter(reference)
    if slip == "any order":
        found, wanted = (Counter(tuple(sorted(group)) for group in side.elements()) for side in (found, wanted))
    if slip == "not overlapping":
        found, wanted = (Counter(tuple(words[i : i + n]) for i in range(0, len(words) - n + 1, n))
                         for words in (candidate, reference))
    matched = sum(min(count, wanted[group]) for group, count in found.items())
    if slip == "not clipped":
        matched = sum(count for group, count in found.items() if wanted[group])
    if slip == "reference counts":
        matched = sum(wanted[group] for group in found)
    if slip == "sets":
        return len(found.keys() & wanted.keys()), len(found)
    if slip == "clipped to one":
        matched = len(found.keys() & wanted.keys())
    if slip == "recall":
        return matched, sum(wanted.values())
    if slip == "same place":
        pairs = zip(list(zip(*(candidate[i:] for i in range(n)))), list(zip(*(reference[i:] for i in range(n)))))
        matched = sum(one == other for one, other in pairs)
    return matched, sum(found.values())


def _sentences(rng):
    words = ["the", "cat", "sat", "on", "mat", "a", "dog"]
    fixed = "the cat the cat the cat on the cat".split(), "on the mat the cat sat the cat".split()
    drawn = [[str(word) for word in rng.choice(words[:4], size=size)] for size in (9, 8, 7, 9)]
    once, often = "a cat sat on the mat".split(), "the cat on the cat has a cat".split()  # often in the reference only
    return [(*fixed, 2), (*fixed, 1), (drawn[0], drawn[1], 2), (drawn[2], drawn[3], 3), (fixed[1], fixed[0], 3),
            (once, often, 1), (once, often, 2)]


matches = Exercise(
    id="11.4",
    title="Matching groups of words",
    stars=2,
    reference=matches_reference,
    cases=_sentences,
    names=("matched", "groups"),
    mistakes=[
        Mistake("not clipped", partial(_wrong_matches, slip="not clipped"),
                "A group may count at most as often as it stands in the reference: take the smaller of the two counts. "
                "Otherwise “the the the” is a perfect candidate for any sentence with “the”."),
        Mistake("counted in the reference", partial(_wrong_matches, slip="reference counts"),
                "You add up how often the candidate's groups stand in the reference. The candidate's own count is a "
                "limit, too: take the smaller of the two."),
        Mistake("each group once", partial(_wrong_matches, slip="sets"),
                "You count different groups. A group that stands twice in both counts twice."),
        Mistake("matches once, groups often", partial(_wrong_matches, slip="clipped to one"),
                "A group that stands twice in both is matched twice; you count it once."),
        Mistake("groups of the reference", partial(_wrong_matches, slip="recall"),
                "You return how many groups the reference has. The precision asks for those of the candidate."),
        Mistake("the last group missing", partial(_wrong_matches, slip="one too few"),
                "Each side lacks its last group: a sentence of L words has L − n + 1 groups of n."),
        Mistake("short groups at the end", partial(_wrong_matches, slip="one word too many"),
                "At the end you take groups of fewer than n words. Stop at L − n + 1."),
        Mistake("single words", partial(_wrong_matches, slip="single words"),
                "You count single words for every n. Take tuple(words[i : i + n])."),
        Mistake("order within groups", partial(_wrong_matches, slip="any order"),
                "“cat the” is not “the cat”: within a group the order counts."),
        Mistake("groups side by side", partial(_wrong_matches, slip="not overlapping"),
                "Your groups do not overlap. A group begins at every word: a step of 1, not of n."),
        Mistake("same place only", partial(_wrong_matches, slip="same place"),
                "You compare groups at the same place. A group may stand anywhere in the reference."),
    ],
    hints=[
        "Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1)) counts the groups of one side.",
        "For each group of the candidate take the smaller of its two counts, and add these up.",
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


def _wrong_beam(scores, log_p, width, *, slip):
    total = scores[:, None] + log_p
    V = log_p.shape[1]
    if slip == "no past":
        total = log_p
    if slip == "twice":
        total = 2 * scores[:, None] + log_p
    if slip == "multiplied":
        total = scores[:, None] * log_p
    if slip == "probabilities":
        total = np.exp(total)
    if slip == "normalised":
        total = total - np.log(np.exp(total).sum())
    best = np.argsort(total if slip in ("worst", "multiplied") else -total, axis=None)[:width]
    if slip == "ascending":
        best = best[::-1]
    if slip == "by token":
        best = np.sort(best)
    if slip == "one each":
        parents = np.argsort(-total.max(axis=1))[:width]
        tokens = total[parents].argmax(axis=1)
        return parents, tokens, total[parents, tokens]
    if slip == "best row":
        row = scores.argmax()
        tokens = np.argsort(-total[row])[:width]
        return np.full(width, row), tokens, total[row, tokens]
    parents, tokens = np.divmod(best, V)
    if slip == "divided by the beam":
        return (*np.divmod(best, len(scores)), total[parents, tokens])
    if slip == "exchanged":
        return tokens, parents, total[parents, tokens]
    if slip == "step scores":
        return parents, tokens, log_p[parents, tokens]
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
        Mistake("the past forgotten", partial(_wrong_beam, slip="no past"),
                "You compare the next symbols alone. A continuation's log-probability is its beginning's score plus "
                "log p of the symbol."),
        Mistake("log-probabilities multiplied", partial(_wrong_beam, slip="multiplied"),
                "Probabilities are multiplied, their logarithms added: scores[:, None] + log_p."),
        Mistake("one for each beginning", partial(_wrong_beam, slip="one each"),
                "You keep the best continuation of each beginning. A good beginning may have several among the best, "
                "and a bad one none: rank all B · V together."),
        Mistake("the best beginning only", partial(_wrong_beam, slip="best row"),
                "You continue the best beginning only. That is greedy: what the beam kept is never used."),
        Mistake("the worst ones", partial(_wrong_beam, slip="worst"),
                "np.argsort begins with the smallest. Sort −total, or take the end."),
        Mistake("worst of the best first", partial(_wrong_beam, slip="ascending"),
                "The right ones, the best of them last. Asked is best first."),
        Mistake("not in the order of the scores", partial(_wrong_beam, slip="by token"),
                "The right ones, but in the order of their places. Asked is best first."),
        Mistake("probabilities in place of logarithms", partial(_wrong_beam, slip="probabilities"),
                "Your scores are probabilities. Keep the logarithms: after fifty symbols a product is too small for "
                "comfort, and the next step adds to them."),
        Mistake("scores of the step", partial(_wrong_beam, slip="step scores"),
                "The right beginnings and symbols, but the scores are those of the last symbol alone. The next step "
                "needs the whole sum."),
        Mistake("parents and tokens exchanged", partial(_wrong_beam, slip="exchanged"),
                "Parents and tokens are exchanged: a place p of the flat array is row p // V, column p % V."),
        Mistake("divided by the size of the beam", partial(_wrong_beam, slip="divided by the beam"),
                "You divide the flat place by B. Each row has V entries: np.divmod(place, V)."),
        Mistake("made to sum to one", partial(_wrong_beam, slip="normalised"),
                "You normalise over the whole beam. Then scores of different steps cannot be compared. Leave the sums "
                "as they are."),
        Mistake("the past twice", partial(_wrong_beam, slip="twice"),
                "The score of the beginning counts twice in your sum."),
    ],
    hints=[
        "All continuations at once: total = scores[:, None] + log_p, (B, V).",
        "np.argsort(-total, axis=None)[:width] are the places of the best in the flattened array, best first.",
        "np.divmod(places, V) gives rows and columns; total[parents, tokens] gives the scores.",
    ],
    explanation="With `parents` you choose the states to go on from: state[parents]. Forgetting that is the commonest "
                "mistake around this function: then symbols and states belong to different beginnings.",
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
            Option("All states of the encoder.", False, "That is attention, chapter 13."),
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
        "Reversing the input helps an adder from about one sum in ten to about one in two, with the same "
        "network. What has changed?",
        [
            Option("The test is easier.", False, "The questions are the same ones."),
            Option("Fewer steps lie between the digits that are needed first and the first steps of the decoder.", True,
                   "The mean distance over all symbols is the same, but some are now close by, and "
                   "learning can begin there."),
            Option("The decoder can now read the question itself, digit by digit, while it writes the answer.", False,
                   "It gets the encoder's last state, as before."),
            Option("The network has more weights: reading backwards needs a second set.", False,
                   "It is the same network."),
        ],
        topic="reversal",
    ),
    Question(
        "What is true of beam search?",
        [
            Option("With width 1 it is greedy decoding.", True, "One beginning, the best at each step."),
            Option("A more probable answer need not be a right one.", True,
                   "The search finds what the model believes, and the model can be wrong."),
            Option("It makes training better.", False, "It is used after training; the weights stay as they are."),
            Option("It finds the most probable answer for certain.", False,
                   "Only when the beam is as wide as the whole tree. Otherwise its beginning may have been dropped."),
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
])
