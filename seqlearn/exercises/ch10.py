"""Exercises and quiz of chapter 10: text classification."""

from collections import Counter
from functools import partial

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 10.1 A vocabulary ------------------------------------------------------------------------------------------------


def vocabulary_reference(texts, size):
    """A dict from word to row with `size` rows at most: "<pad>" 0, "<unk>" 1, then the most frequent words.

    texts: a list of lists of words. Words that occur equally often stand in alphabetical order.
    """
    counts = Counter(word for words in texts for word in words)
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    rows = ["<pad>", "<unk>", *frequent[: size - 2]]
    return {word: row for row, word in enumerate(rows)}


def _numbered(words, specials=("<pad>", "<unk>")):
    return {word: row for row, word in enumerate([*specials, *words])}


def _wrong_vocabulary(texts, size, *, slip):
    counts = Counter(word for words in texts for word in words)
    if slip == "documents":
        counts = Counter(word for words in texts for word in set(words))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    if slip == "ties":
        frequent = [word for word, _ in counts.most_common()]
    if slip == "ties reversed":
        frequent = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    if slip == "rare first":
        frequent = sorted(counts, key=lambda word: (counts[word], word))
    if slip == "alphabet":
        return _numbered(sorted(counts)[: size - 2])
    if slip == "alphabet afterwards":
        return _numbered(sorted(frequent[: size - 2]))
    if slip == "size":
        return _numbered(frequent[:size])
    if slip == "no specials":
        return _numbered(frequent[:size], ())
    if slip == "specials last":
        return _numbered([*frequent[: size - 2], "<pad>", "<unk>"], ())
    if slip == "from one":
        return {word: row + 1 for word, row in _numbered(frequent[: size - 2]).items()}
    if slip == "swapped":
        return _numbered(frequent[: size - 2], ("<unk>", "<pad>"))
    return _numbered(frequent[: size - 2])


def _texts(rng):
    """Ties in which the alphabet and the order of appearance differ, and words that stand often in few texts."""
    fixed = [["not", "not", "not", "not", "bad"], ["a", "good", "film"], ["a", "film"], ["a", "cast", "bad"], ["zoo"]]
    words = ["plot", "dull", "cast", "warm", "ending", "but", "not"]
    drawn = [list(rng.choice(words, size=length)) for length in (6, 3, 5)]
    drawn = [[str(word) for word in words] for words in drawn]
    return [(fixed, 6), (fixed, 7), ([*drawn, ["yes", "but", "yes", "yes"]], 8)]


vocabulary = Exercise(
    id="10.1",
    title="A vocabulary",
    stars=1,
    reference=vocabulary_reference,
    cases=_texts,
    mistakes=[
        Mistake("size without the special rows", partial(_wrong_vocabulary, slip="size"),
                "Your vocabulary has two rows too many: <pad> and <unk> count among the `size` rows."),
        Mistake("no special rows", partial(_wrong_vocabulary, slip="no specials"),
                "Rows 0 and 1 are for <pad> and <unk>; the words begin at row 2."),
        Mistake("special rows at the end", partial(_wrong_vocabulary, slip="specials last"),
                "<pad> is row 0 and <unk> row 1: padding is then an array of zeros."),
        Mistake("special rows swapped", partial(_wrong_vocabulary, slip="swapped"),
                "<pad> is row 0 and <unk> row 1; yours are the other way round."),
        Mistake("rows from 1", partial(_wrong_vocabulary, slip="from one"),
                "Rows are counted from 0: <pad> is row 0."),
        Mistake("alphabetical", partial(_wrong_vocabulary, slip="alphabet"),
                "You keep the first words of the alphabet. Keep the most frequent ones: count first."),
        Mistake("sorted again", partial(_wrong_vocabulary, slip="alphabet afterwards"),
                "The words are the right ones, but you sort them by the alphabet. The most frequent gets row 2."),
        Mistake("ties reversed", partial(_wrong_vocabulary, slip="ties reversed"),
                "reverse=True turns the alphabet round as well: words that occur equally often stand from z to a. Sort "
                "by (-count, word) instead."),
        Mistake("ties in order of appearance", partial(_wrong_vocabulary, slip="ties"),
                "Counter.most_common leaves words that occur equally often in the order in which they came. Sort by "
                "(-count, word), so that the vocabulary does not depend on the order of the texts."),
        Mistake("rare words first", partial(_wrong_vocabulary, slip="rare first"),
                "You keep the rarest words. Sort by minus the count."),
        Mistake("texts counted", partial(_wrong_vocabulary, slip="documents"),
                "You count in how many texts a word stands. Count every occurrence."),
    ],
    hints=[
        "collections.Counter counts; give it the words of all texts, one after the other.",
        "sorted(counts, key=lambda word: (-counts[word], word)) is the order that is asked for.",
        "Keep the first size − 2 of them, put <pad> and <unk> before them, and number the whole with enumerate.",
    ],
)

# 10.2 A mean that does not see padding ----------------------------------------------------------------------------


def masked_mean_reference(outputs, lengths):
    """The mean of every row's real steps. outputs: (T, N, H); lengths: (N,), from 1 to T. Returns (N, H)."""
    mask = np.arange(len(outputs))[:, None] < lengths  # (T, N)
    return (outputs * mask[:, :, None]).sum(axis=0) / lengths[:, None]


def _wrong_mean(outputs, lengths, *, slip):
    steps = np.arange(len(outputs))[:, None]
    mask = {"one more": steps <= lengths, "one less": steps < lengths - 1,
            "front": steps >= len(outputs) - lengths, "padding": steps >= lengths}.get(slip, steps < lengths)
    total = (outputs * mask[:, :, None]).sum(axis=0)
    if slip == "plain":
        return outputs.mean(axis=0)
    if slip == "not divided":
        return total
    if slip == "whole":
        return total / len(outputs)
    if slip == "all rows":
        return total / lengths.sum()
    if slip == "longest":
        return outputs[: lengths.min()].mean(axis=0)
    return total / lengths[:, None]


def _outputs(rng):
    """Outputs with numbers in the padding, too: nothing promises that they are zeros."""
    return [(rng.standard_normal((T, len(lengths), H)), np.array(lengths))
            for T, H, lengths in ((5, 3, (5, 2, 3)), (7, 2, (4, 6, 1, 5)), (4, 4, (2, 3)))]


masked_mean = Exercise(
    id="10.2",
    title="A mean that does not see the padding",
    stars=1,
    reference=masked_mean_reference,
    cases=_outputs,
    mistakes=[
        Mistake("padding counted", partial(_wrong_mean, slip="plain"),
                "That is the mean over all T steps, padding included. Set the padded steps to 0 with a mask, and "
                "divide by the row's own length."),
        Mistake("divided by T", partial(_wrong_mean, slip="whole"),
                "The sum is right: only real steps. But you divide by T, so a short review gets a small summary. "
                "Divide each row by its own length."),
        Mistake("not divided", partial(_wrong_mean, slip="not divided"),
                "That is the sum over the real steps. Divide each row by its length."),
        Mistake("divided by all lengths", partial(_wrong_mean, slip="all rows"),
                "You divide by the steps of the whole batch. Each row has a mean of its own: lengths[:, None]."),
        Mistake("one step too many", partial(_wrong_mean, slip="one more"),
                "Your mask lets one padded step in. With t counted from 0 a row of length 3 has the steps 0, 1, 2: "
                "t < length."),
        Mistake("one step too few", partial(_wrong_mean, slip="one less"),
                "Your mask drops the last real step. With t counted from 0 a row of length 3 has the steps 0, 1, 2."),
        Mistake("padding at the front", partial(_wrong_mean, slip="front"),
                "Your mask keeps the last steps. Here the padding stands at the end: keep the first ones."),
        Mistake("mask turned round", partial(_wrong_mean, slip="padding"),
                "You add up the padding and leave the words out. The mask is true where t < length."),
        Mistake("cut to the shortest", partial(_wrong_mean, slip="longest"),
                "You use as many steps of every row as the shortest one has. The others have more."),
    ],
    hints=[
        "Make a mask (T, N) that is true at real steps: compare np.arange(T)[:, None] with lengths.",
        "outputs * mask[:, :, None] sets the padded steps to 0. Their sum is then the sum of the real ones.",
        "Divide by lengths[:, None], so that each row is divided by its own length.",
    ],
)

# 10.3 A loss that does not see padding ----------------------------------------------------------------------------


def masked_loss_reference(logits, labels, lengths):
    """Mean binary cross-entropy over all real steps of the batch. logits: (T, N), one a step; labels: (N,), 0 or 1.

    lengths: (N,). The loss of a logit z is log(1 + e^z) − label · z. Returns a number.
    """
    losses = np.logaddexp(0, logits) - labels * logits  # (T, N)
    mask = np.arange(len(logits))[:, None] < lengths
    return (losses * mask).sum() / mask.sum()


def _wrong_loss(logits, labels, lengths, *, slip):
    losses = np.logaddexp(0, logits) - labels * logits
    steps = np.arange(len(logits))[:, None]
    mask = {"one more": steps <= lengths, "one less": steps < lengths - 1}.get(slip, steps < lengths)
    if slip == "plain":
        return losses.mean()
    if slip == "masked logits":
        logits = logits * mask
        return (np.logaddexp(0, logits) - labels * logits).sum() / mask.sum()
    if slip == "mean":
        return (losses * mask).mean()
    if slip == "sum":
        return (losses * mask).sum()
    if slip == "rows":
        return (losses * mask).sum() / len(lengths)
    if slip == "mean of means":
        return ((losses * mask).sum(axis=0) / lengths).mean()
    if slip == "last":
        return losses[lengths - 1, np.arange(len(lengths))].mean()
    if slip == "sign":
        losses = np.logaddexp(0, -logits) - labels * -logits
    return (losses * mask).sum() / mask.sum()


masked_loss = Exercise(
    id="10.3",
    title="A loss that does not see the padding",
    stars=2,
    reference=masked_loss_reference,
    cases=lambda rng: [(2 * rng.standard_normal((T, len(lengths))), np.array(labels, dtype=float), np.array(lengths))
                       for T, labels, lengths in ((5, (1, 0, 1), (5, 2, 3)), (6, (0, 1, 1, 0), (4, 5, 1, 3)),
                                                  (4, (1, 0), (3, 1)))],
    mistakes=[
        Mistake("padding counted", partial(_wrong_loss, slip="plain"),
                "That is the mean over all T · N steps. Padded steps must not count, neither in the sum nor in the "
                "number you divide by."),
        Mistake("divided by all steps", partial(_wrong_loss, slip="mean"),
                "The padded losses are 0, but the mean still divides by T · N. Divide by mask.sum(), the number of "
                "real steps."),
        Mistake("logits masked", partial(_wrong_loss, slip="masked logits"),
                "You set the logits of the padding to 0. A logit of 0 still costs log 2 ≈ 0.69. Mask the losses."),
        Mistake("not divided", partial(_wrong_loss, slip="sum"),
                "That is the sum. Divide by the number of real steps, mask.sum()."),
        Mistake("divided by the rows", partial(_wrong_loss, slip="rows"),
                "You divide by N. Asked is the mean over the real steps: divide by mask.sum()."),
        Mistake("mean of means", partial(_wrong_loss, slip="mean of means"),
                "You take a mean for each row and then the mean of these. A step of a short row then counts more than "
                "one of a long row; here every real step counts alike."),
        Mistake("last step only", partial(_wrong_loss, slip="last"),
                "You use the last real step of each row. Here the label is asked for after every word."),
        Mistake("one step too many", partial(_wrong_loss, slip="one more"),
                "Your mask lets one padded step in: t < length, with t counted from 0."),
        Mistake("one step too few", partial(_wrong_loss, slip="one less"),
                "Your mask drops the last real step: t < length, with t counted from 0."),
        Mistake("wrong sign", partial(_wrong_loss, slip="sign"),
                "A high logit is cheap for you where the label is 0. The loss is log(1 + e^z) − label · z."),
    ],
    hints=[
        "First all losses, (T, N): np.logaddexp(0, logits) is log(1 + e^z), and labels * logits fits by broadcasting.",
        "Then the mask, (T, N): np.arange(T)[:, None] < lengths.",
        "(losses * mask).sum() / mask.sum().",
    ],
)

# 10.4 Pack a batch ------------------------------------------------------------------------------------------------


def pack_reference(x, lengths):
    """The real steps of a padded batch, packed: all first steps, then all second steps, and so on, longest row first.

    x: (T, N, D); lengths: (N,), all different. Returns data (S, D) with S = lengths.sum(), batch_sizes (max length,):
    how many rows have a step t, and order (N,): order[0] is the longest row.
    """
    order = np.argsort(-lengths)
    batch_sizes = np.array([(lengths > t).sum() for t in range(lengths.max())])
    data = np.concatenate([x[t, order[:size]] for t, size in enumerate(batch_sizes)])
    return data, batch_sizes, order


def _wrong_pack(x, lengths, *, slip):
    order = np.argsort(lengths) if slip == "ascending" else np.argsort(-lengths)
    batch_sizes = np.array([(lengths > t).sum() for t in range(lengths.max())])
    if slip == "not sorted":
        order = np.arange(len(lengths))
    if slip == "row by row":
        return np.concatenate([x[: lengths[n], n] for n in order]), batch_sizes, order
    if slip == "padding kept":
        batch_sizes = np.full(len(x), len(lengths))
    if slip == "all steps":
        batch_sizes = np.array([(lengths > t).sum() for t in range(len(x))])
    if slip == "one more":
        batch_sizes = np.array([(lengths >= t).sum() for t in range(lengths.max())])
    data = np.concatenate([x[t, order[:size]] for t, size in enumerate(batch_sizes)])
    if slip == "masked":
        data = np.concatenate([x[t, lengths > t] for t in range(lengths.max())])
    if slip == "lengths":
        batch_sizes = lengths[order]
    if slip == "inverse":
        order = np.argsort(order)
    return data, batch_sizes, order


def _batches(rng):
    """No case has an order that is its own inverse, and in one of them the longest row is shorter than T."""
    return [(rng.standard_normal((T, len(lengths), D)), np.array(lengths))
            for T, D, lengths in ((5, 2, (2, 5, 3)), (7, 3, (4, 1, 6, 3)), (4, 1, (3, 1, 4, 2)))]


pack = Exercise(
    id="10.4",
    title="Pack a batch",
    stars=2,
    reference=pack_reference,
    cases=_batches,
    names=("data", "batch_sizes", "order"),
    mistakes=[
        Mistake("not sorted", partial(_wrong_pack, slip="not sorted"),
                "The rows are in the order in which they came. Sort them first, the longest first: then the rows that "
                "still have a step are always the first ones."),
        Mistake("shortest first", partial(_wrong_pack, slip="ascending"),
                "You sort the shortest row first. np.argsort(-lengths) puts the longest first."),
        Mistake("row after row", partial(_wrong_pack, slip="row by row"),
                "Your data hold one row after the other. An LSTM needs all first steps together, then all second "
                "steps: loop over t and take x[t] of the rows that still have a step."),
        Mistake("padding kept", partial(_wrong_pack, slip="padding kept"),
                "Every step takes all rows, so the padding is in the data. At step t only the rows with length > t."),
        Mistake("steps that nobody has", partial(_wrong_pack, slip="all steps"),
                "batch_sizes ends with zeros: it has an entry for each of the T steps. Stop at the longest row."),
        Mistake("one step too many", partial(_wrong_pack, slip="one more"),
                "A row of length 3 has the steps 0, 1, 2: it counts at step t when length > t, not when length ≥ t."),
        Mistake("a mask in place of the order", partial(_wrong_pack, slip="masked"),
                "The right steps, but within a step the rows stand in their old order. Take x[t, order[:size]]."),
        Mistake("lengths for batch sizes", partial(_wrong_pack, slip="lengths"),
                "You return the sorted lengths, one for each row. batch_sizes has one entry for each step: how many "
                "rows have it."),
        Mistake("inverse order", partial(_wrong_pack, slip="inverse"),
                "Your order says to which place each row goes. Asked is which row stands at each place: order[0] is "
                "the longest row. That is np.argsort(-lengths) as it comes."),
    ],
    hints=[
        "order = np.argsort(-lengths): the longest row first.",
        "batch_sizes[t] is the number of rows with lengths > t, for t from 0 to the longest length − 1.",
        "Because of the order the rows of step t are the first batch_sizes[t] ones: x[t, order[:size]]. "
        "np.concatenate joins the steps.",
    ],
)

# 10.5 Run over a packed batch -------------------------------------------------------------------------------------


def run_packed_reference(data, batch_sizes, order, h_0, W_x, W_h, b):
    """The last real state of every row, from a tanh RNN that runs over packed data. Returns (N, H), rows as in h_0.

    data: (S, D), batch_sizes: (L,), order: (N,), as `pack` returns them. h_0: (N, H), not sorted by length.
    W_x: (D, H), W_h: (H, H), b: (H,).
    """
    h = h_0[order]
    start = 0
    for size in batch_sizes:
        x = data[start : start + size]
        h[:size] = np.tanh(x @ W_x + h[:size] @ W_h + b)  # the rows that have ended keep their state
        start += size
    last = np.empty_like(h)
    last[order] = h
    return last


def _wrong_run(data, batch_sizes, order, h_0, W_x, W_h, b, *, slip):
    h = h_0.copy() if slip == "start not sorted" else h_0[order]
    if slip == "zeros":
        h = np.zeros_like(h)
    start = 0
    for size in batch_sizes:
        x = data[start : start + size]
        if slip == "ended rows read on":
            x = np.concatenate([x, np.zeros((len(h) - size, x.shape[1]))])
            h = np.tanh(x @ W_x + h @ W_h + b)
        elif slip == "last rows":
            h[len(h) - size:] = np.tanh(x @ W_x + h[len(h) - size:] @ W_h + b)
        else:
            h[:size] = np.tanh(x @ W_x + h[:size] @ W_h + b)
            if slip == "erased":
                h[size:] = 0
        start += 0 if slip == "start stays" else size
    if slip == "sorted":
        return h
    if slip == "order twice":
        return h[order]
    last = np.empty_like(h)
    last[order] = h
    return last


def _packed_cases(rng):
    cases = []
    for (x, lengths), H in zip(_batches(rng), (3, 2, 4), strict=True):
        cases.append((*pack_reference(x, lengths), 0.5 * rng.standard_normal((len(lengths), H)),
                      rng.standard_normal((x.shape[2], H)), rng.standard_normal((H, H)), rng.standard_normal(H)))
    return cases


run_packed = Exercise(
    id="10.5",
    title="The last states of a packed batch",
    stars=3,
    reference=run_packed_reference,
    cases=_packed_cases,
    mistakes=[
        Mistake("left in sorted order", partial(_wrong_run, slip="sorted"),
                "The states are right, but the longest row stands first. Bring them back: last[order] = h."),
        Mistake("order applied twice", partial(_wrong_run, slip="order twice"),
                "h[order] sorts once more. To undo the order, write the other way: last[order] = h, or use "
                "h[np.argsort(order)]."),
        Mistake("start not sorted", partial(_wrong_run, slip="start not sorted"),
                "The data come longest row first, but h_0 comes in the old order. Begin with h_0[order]."),
        Mistake("start ignored", partial(_wrong_run, slip="zeros"),
                "You begin with zeros. The rows begin with h_0, in the order of the data."),
        Mistake("rows that have ended read on", partial(_wrong_run, slip="ended rows read on"),
                "Rows that have ended go on with zeros for input, and b and W_h move them. Change h[:size] only."),
        Mistake("rows that have ended erased", partial(_wrong_run, slip="erased"),
                "You set the rows that have ended to 0. They keep their last state: it is the result."),
        Mistake("the last rows updated", partial(_wrong_run, slip="last rows"),
                "At a step with size rows these are the first ones, h[:size]: the longest row stands first."),
        Mistake("always the first steps", partial(_wrong_run, slip="start stays"),
                "Every step reads data[:size] again. Move on by size after each step."),
    ],
    hints=[
        "Keep one array h for all N rows, in the order of the data, and a number start that moves through the data.",
        "At each step: h[:size] = np.tanh(data[start:start + size] @ W_x + h[:size] @ W_h + b), then start += size.",
        "At the end last = np.empty_like(h), last[order] = h brings the rows back to their old places.",
    ],
    explanation="This is what nn.LSTM does with a PackedSequence: no padded step is computed, and a row that has ended "
                "keeps its state, so the last state is the last real one.",
)

# The quiz ---------------------------------------------------------------------------------------------------------

QUIZ = Quiz("10", [
    Question(
        "You read the states of a batch that is padded at the end. Where does the mask go?",
        [
            Option("Where many steps become one: in the mean, the maximum, the loss, the choice of the last state.",
                   True, "Until then nothing has mixed real and padded steps of a row that is read forwards."),
            Option("Into the input: padded words get a vector of zeros there, and that is all it takes.", False,
                   "An LSTM moves on an input of zeros as well: its biases and its old state see to that."),
            Option("Into the weights, which are multiplied by the mask at every step.", False,
                   "Weights belong to all steps and rows. Only steps are real or padded."),
            Option("After the loss: the number is multiplied by the share of real steps.", False,
                   "By then padded and real losses are mixed in one sum, and no factor takes them apart."),
        ],
        topic="where the mask goes",
    ),
    Question(
        "Why does padding at the end not change the states of an LSTM that reads forwards?",
        [
            Option("It does change them a little, but training sees the same padding and makes up for it.", False,
                   "The real states are equal to the last digit: compare them in the notebook."),
            Option("Each state depends on the words up to it, and the padding comes after them.", True,
                   "That is why masking after the LSTM gives the same result as packing."),
            Option("The embedding of <pad> is zero, and an input of zeros moves no state.", False,
                   "It is zero, but the states behind the end still move. They are not used; that is the point."),
        ],
        topic="padding at the end",
    ),
    Question(
        "What changes when a second LSTM reads the padded batch from the end?",
        [
            Option("The batch must not be padded at all any more, so each review has to be read in a batch of "
                   "one.", False,
                   "Turned round row by row, or packed, a batch of any size works."),
            Option("Nothing, as long as the last state is taken at lengths − 1.", False,
                   "For the reverse direction the padding comes first and is in all of its states."),
            Option("It reads the padding first, so every one of its states depends on the padded length.", True,
                   "Turn each row round within its own length, or pack the batch."),
        ],
        topic="padding and the reverse direction",
    ),
    Question(
        "A review is scored in a batch of 32, and then alone. The probabilities differ in the second digit. What can "
        "be wrong?",
        [
            Option("The model is still in training mode, and dropout draws at random.", True,
                   "That, too, gives different numbers, even for the same batch twice. Call model.eval() first."),
            Option("The vocabulary is too small.", False, "The same words become the same rows in both cases."),
            Option("Padding leaks: what the others in the batch are changes its padded length.", True,
                   "This comparison is the cheapest test there is; run it on every model of sequences."),
            Option("Nothing, float32 is not exact.", False, "Rounding shows in the sixth digit or later."),
        ],
        topic="a test for leaks",
    ),
    Question(
        "“The plot is good but the cast is bad” and “the plot is bad but the cast is good”: which models can tell them "
        "apart?",
        [
            Option("A deep network on word counts.", False, "Depth does not help: its input is the same for both."),
            Option("Logistic regression on counts of single words and of pairs such as “good but”.", True,
                   "Here, yes: “good but” and “bad but” differ. A few words between the two, and the pair is gone."),
            Option("Logistic regression on word counts, with enough data.", False,
                   "The counts are equal, so every function of the counts gives both the same answer."),
            Option("A network that reads the words in order.", True, "That is what this chapter's LSTM does."),
        ],
        topic="what a bag of words cannot know",
    ),
    Question(
        "What does pack_padded_sequence give to nn.LSTM?",
        [
            Option("One row after the other, each without its padding, and beside them the lengths of all rows.", False,
                   "The LSTM works on all rows of a step at once, so steps stand together, not rows."),
            Option("All first steps, then all second steps, and so on, with the number of rows at each step.", True,
                   "Data and batch_sizes. No padded step is computed."),
            Option("The padded batch, and a mask that says which of its steps are real.", False,
                   "There is no padding in it, so it needs no mask."),
        ],
        topic="packing",
    ),
    Question(
        "Which of these use the test set in a way that makes its accuracy too good?",
        [
            Option("Keep test reviews that also stand in the training part.", True,
                   "Report with and without them, or leave them out."),
            Option("Choose the epoch with the best test accuracy.", True,
                   "The best of several noisy numbers is too high. Choose on a validation part."),
            Option("Choose the vocabulary size by test accuracy.", True, "Any choice made on it counts."),
            Option("Print the test accuracy once, at the end.", False, "That is what it is for."),
        ],
        topic="what a test set is for",
    ),
])
