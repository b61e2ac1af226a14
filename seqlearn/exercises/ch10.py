"""Exercises and quiz of chapter 10: text classification."""

from collections import Counter

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


def _texts(rng):
    """Ties in which the alphabet and the order of appearance differ, and words that stand often in few texts."""
    fixed = [["not", "not", "not", "not", "bad"], ["a", "good", "film"], ["a", "film"], ["a", "cast", "bad"], ["zoo"]]
    words = ["plot", "dull", "cast", "warm", "ending", "but", "not"]
    drawn = [list(rng.choice(words, size=length)) for length in (6, 3, 5)]
    drawn = [[str(word) for word in words] for words in drawn]
    return [(fixed, 6), (fixed, 7), ([*drawn, ["yes", "but", "yes", "yes"], ["Dull"] * 9], 8),
            (fixed, 20), (drawn, 30)]


vocabulary = Exercise(
    id="10.1",
    title="A vocabulary",
    stars=1,
    reference=vocabulary_reference,
    cases=_texts,
    mistakes=[
        Mistake("size without the special rows", {"[: size - 2]": "[:size]"},
                "Your vocabulary has two rows too many: <pad> and <unk> count among the `size` rows."),
        Mistake("no special rows",
                [{'["<pad>", "<unk>", *frequent[: size - 2]]': "frequent[:size]"},
                {'["<pad>", "<unk>", *frequent[: size - 2]]': "frequent[: size - 2]"}],
                'There is no "<pad>" and no "<unk>" in your dict, spelled like this. They are rows 0 and 1, and the '
                "words begin at row 2."),
        Mistake("special rows at the end",
                {'["<pad>", "<unk>", *frequent[: size - 2]]': '[*frequent[: size - 2], "<pad>", "<unk>"]'},
                "<pad> and <unk> stand behind the words. They are row 0 and row 1, and the words begin at row 2."),
        Mistake("special rows swapped", {'"<pad>", "<unk>", *': '"<unk>", "<pad>", *'},
                "<pad> is row 0 and <unk> row 1; yours are the other way round."),
        Mistake("rows from 1", {"enumerate(rows)": "enumerate(rows, 1)"},
                "Your rows are counted from 1. They are counted from 0, and <pad> is row 0."),
        Mistake("alphabetical", {"(-counts[word], word)": "word"},
                "You keep the first words of the alphabet. Keep the most frequent ones: count first."),
        Mistake("sorted again", {"*frequent[: size - 2]": "*sorted(frequent[: size - 2])"},
                "The words are the right ones, but you sort them by the alphabet. The most frequent gets row 2."),
        Mistake("ties reversed", {"(-counts[word], word)": "(counts[word], word), reverse=True"},
                "reverse=True turns the alphabet round as well: words that occur equally often stand from z to a. "
                "Sort by (-count, word) instead."),
        Mistake("ties in order of appearance", {"(-counts[word], word)": "-counts[word]"},
                "Words that occur equally often stand in the order in which they came, as Counter.most_common leaves "
                "them. Sort by (-count, word), so that the vocabulary does not depend on the order of the texts."),
        Mistake("rare words first", {"-counts[word]": "counts[word]"},
                "You keep the rarest words. Sort by minus the count."),
        Mistake("texts counted", {"for word in words)": "for word in set(words))"},
                "You count in how many texts a word stands. Count every occurrence."),
        Mistake("words begin at row 0 or 1",
                [{"{word: row for row, word in enumerate(rows)}":
                    '{"<pad>": 0, "<unk>": 1, **{word: row + 0 for row, word in enumerate(rows[2:])}}'},
                {"{word: row for row, word in enumerate(rows)}":
                    '{"<pad>": 0, "<unk>": 1, **{word: row + 1 for row, word in enumerate(rows[2:])}}'}],
                "<pad> and <unk> are where they belong, but your words are counted from 0 or 1 again, so that rows "
                "are used twice. The words begin at row 2."),
        Mistake("words begin at row 3",
                {"{word: row for row, word in enumerate(rows)}":
                    '{"<pad>": 0, "<unk>": 1, **{word: row + 3 for row, word in enumerate(rows[2:])}}'},
                "Your words begin at row 3, and row 2 stays empty. They begin at row 2, right behind <unk>."),
        Mistake("<unk> at the end",
                {'["<pad>", "<unk>", *frequent[: size - 2]]': '["<pad>", *frequent[: size - 2], "<unk>"]'},
                "<unk> stands behind the words. It is row 1, and the words begin at row 2."),
        Mistake("no row for unknown words",
                [{'["<pad>", "<unk>", *frequent[: size - 2]]': '["<pad>", *frequent[: size - 1]]'},
                {'["<pad>", "<unk>", *frequent[: size - 2]]': '["<pad>", *frequent[: size - 2]]'}],
                "There is no <unk> in your vocabulary, so a word that is not in it has no row. <pad> is row 0 and "
                "<unk> row 1."),
        Mistake("one word too many or too few", [{"size - 2": "size - 1"}, {"size - 2": "size - 3"}],
                "<pad> and <unk> take two of the `size` rows, so there is room for size − 2 words. You keep one more "
                "or one fewer."),
        Mistake("not cut", {"[: size - 2]": ""},
                "You keep every word, and `size` is not used: it says how many rows there are at most, <pad> and "
                "<unk> included."),
        Mistake("words as they come", {"(-counts[word], word)": "0"},
                "You keep the words that come first in the texts. Keep the most frequent ones: count first."),
        Mistake("counts in place of rows",
                {"{word: row for row, word in enumerate(rows)}":
                    '{"<pad>": 0, "<unk>": 1, **{word: counts[word] for word in rows[2:]}}'},
                "Your numbers say how often a word occurs. Asked is its row: 2 for the most frequent word, 3 for the "
                "next one."),
        Mistake("letters counted",
                {"for words in texts for word in words": "for words in texts for text in words for word in text"},
                "You count letters. The texts are lists of words already, so one loop less."),
        Mistake("first text only", {"for words in texts": "for words in texts[:1]"},
                "You count the words of the first text alone. Go through all of them."),
        Mistake("lower-cased", {"Counter(word for": "Counter(word.lower() for"},
                "You write the words in small letters. Take them as they are: cutting and cleaning was done before."),
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
        Mistake("padding counted",
                {"(outputs * mask[:, :, None]).sum(axis=0) / lengths[:, None]": "outputs.mean(axis=0)"},
                "That is the mean over all T steps, padding included. Set the padded steps to 0 with a mask, and "
                "divide by the row's own length."),
        Mistake("divided by T", {"/ lengths[:, None]": "/ len(outputs)"},
                "The sum is right: only real steps. But you divide by T, so a short review gets a small summary. "
                "Divide each row by its own length."),
        Mistake("not divided", {" / lengths[:, None]": ""},
                "That is the sum over the real steps. Divide each row by its length."),
        Mistake("divided by all lengths", {"/ lengths[:, None]": "/ lengths.sum()"},
                "You divide by the steps of the whole batch. Each row has a mean of its own: lengths[:, None]."),
        Mistake("one step too many",
                [{"< lengths": "<= lengths"}, {"< lengths": "<= lengths",
                "/ lengths[:, None]": "/ (lengths[:, None] + 1)"}],
                "Your mask lets one padded step in. With t counted from 0 a row of length 3 has the steps 0, 1, 2: t "
                "< length."),
        Mistake("one step too few",
                [{"< lengths": "< lengths - 1"}, {"< lengths": "< lengths - 1",
                "/ lengths[:, None]": "/ np.maximum(lengths[:, None] - 1, 1)"}],
                "Your mask drops the last real step. With t counted from 0 a row of length 3 has the steps 0, 1, 2."),
        Mistake("padding at the front", {"np.arange(len(outputs))[:, None]": "np.arange(len(outputs))[::-1, None]"},
                "Your mask keeps the last steps. Here the padding stands at the end: keep the first ones."),
        Mistake("mask turned round", {"< lengths": ">= lengths"},
                "You add up the padding and leave the words out. The mask is true where t < length."),
        Mistake("cut to the shortest",
                {"(outputs * mask[:, :, None]).sum(axis=0) / lengths[:, None]":
                    "outputs[: lengths.min()].mean(axis=0)"},
                "You use as many steps of every row as the shortest one has. The others have more."),
        Mistake("padding in the sum", {" * mask[:, :, None]": ""},
                "You divide each row by its own length, but the sum above holds the padded steps as well. Set them "
                "to 0 with the mask first."),
        Mistake("divided by the longest", {"/ lengths[:, None]": "/ lengths.max()"},
                "You divide every row by the largest length. Each has a mean over its own steps: lengths[:, None]."),
        Mistake("divided by one more or fewer",
                [{"/ lengths[:, None]": "/ (lengths[:, None] + 1)"},
                {"/ lengths[:, None]": "/ np.maximum(lengths[:, None] - 1, 1)"}],
                "The sum is right, and you divide by one more or one fewer than it has terms: a row has lengths[n] "
                "real steps."),
        Mistake("last real step",
                {"(outputs * mask[:, :, None]).sum(axis=0) / lengths[:, None]":
                    "outputs[lengths - 1, np.arange(len(lengths))]"},
                "That is the last real step of each row. Asked is the mean over all of its real steps."),
        Mistake("maximum in place of mean",
                {"(outputs * mask[:, :, None]).sum(axis=0) / lengths[:, None]":
                    "np.where(mask[:, :, None], outputs, -np.inf).max(axis=0)"},
                "That is the maximum over the real steps. Asked is their mean."),
        Mistake("one mean for the batch",
                {"(outputs * mask[:, :, None]).sum(axis=0) / lengths[:, None]": "outputs[mask].mean(axis=0)"},
                "outputs[mask] puts the steps of all rows into one list, so you get one mean for the whole batch. "
                "Each row has its own: sum over axis 0, then divide by lengths[:, None]."),
        Mistake("lengths taken for features", {"/ lengths[:, None]": "/ lengths"},
                "lengths is (N,), and against (N, H) it is laid along the features. Write lengths[:, None], so that "
                "each row is divided by its own length."),
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

    lengths: (N,). The loss of a logit ℓ is log(1 + e^ℓ) − label · ℓ. Returns a number.
    """
    losses = np.logaddexp(0, logits) - labels * logits  # (T, N)
    mask = np.arange(len(logits))[:, None] < lengths
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
        Mistake("padding counted", {"(losses * mask).sum() / mask.sum()": "losses.mean()"},
                "That is the mean over all T · N steps. Padded steps must not count, neither in the sum nor in the "
                "number you divide by."),
        Mistake("divided by all steps", {"/ mask.sum()": "/ mask.size"},
                "The padded losses are 0, but the mean still divides by T · N. Divide by mask.sum(), the number of "
                "real steps."),
        Mistake("logits masked",
                [{"losses = np": "logits = logits * (np.arange(len(logits))[:, None] < lengths)\n    losses = np",
                "losses * mask": "losses"},
                {"losses = np": "logits = logits * (np.arange(len(logits))[:, None] < lengths)\n    losses = np",
                "(losses * mask).sum() / mask.sum()": "losses.mean()"}],
                "You set the logits of the padding to 0. A logit of 0 still costs log 2 ≈ 0.69. Mask the losses."),
        Mistake("not divided", {" / mask.sum()": ""},
                "That is the sum. Divide by the number of real steps, mask.sum()."),
        Mistake("divided by rows or steps", [{"/ mask.sum()": "/ len(lengths)"}, {"/ mask.sum()": "/ len(logits)"}],
                "You divide by N, the number of rows, or by T. Asked is the mean over all real steps: divide by "
                "mask.sum()."),
        Mistake("mean of means",
                {"(losses * mask).sum() / mask.sum()": "((losses * mask).sum(axis=0) / lengths).mean()"},
                "You take a mean for each row and then the mean of these. A step of a short row then counts more "
                "than one of a long row; here every real step counts alike."),
        Mistake("last step only",
                {"(losses * mask).sum() / mask.sum()": "losses[lengths - 1, np.arange(len(lengths))].mean()"},
                "You use the last real step of each row. Here the label is asked for after every word."),
        Mistake("one step too many",
                [{"< lengths": "<= lengths"}, {"< lengths": "<= lengths", "/ mask.sum()": "/ lengths.sum()"}],
                "Your mask lets one padded step in: t < length, with t counted from 0."),
        Mistake("one step too few",
                [{"< lengths": "< lengths - 1"}, {"< lengths": "< lengths - 1", "/ mask.sum()": "/ lengths.sum()"}],
                "Your mask drops the last real step: t < length, with t counted from 0."),
        Mistake("wrong sign", {"labels * logits": "(1 - labels) * logits"},
                "A high logit is cheap for you where the label is 0. The loss is log(1 + e^ℓ) − label · ℓ."),
        Mistake("padding in the sum", {"losses * mask": "losses"},
                "You divide by the number of real steps, but the sum above holds the losses of the padding as well: "
                "multiply them by the mask."),
        Mistake("mean of the steps' means",
                [{"(losses * mask).sum() / mask.sum()":
                    "np.mean([losses[t, mask[t]].mean() for t in range(lengths.max())])"},
                {"(losses * mask).sum() / mask.sum()":
                    "((losses * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)).mean()"}],
                "You take a mean at every step and then the mean of these. Late steps, which few rows have, then "
                "count more; here every real step counts alike."),
        Mistake("e to the power of minus the logit", {"logaddexp(0, logits)": "logaddexp(0, -logits)"},
                "Your first term is log(1 + e^−ℓ). The loss is log(1 + e^ℓ) − label · ℓ."),
        Mistake("labels as −1 and 1", {"labels * logits": "(2 * labels - 1) * logits"},
                "You turn the labels into −1 and 1. In log(1 + e^ℓ) − label · ℓ they are 0 and 1, as they come."),
        Mistake("squared error",
                {"np.logaddexp(0, logits) - labels * logits": "(1 / (1 + np.exp(-logits)) - labels) ** 2"},
                "That is the squared error of the probability. Asked is the cross-entropy: log(1 + e^ℓ) − label · ℓ."),
        Mistake("sigmoid first", {"losses = np": "logits = 1 / (1 + np.exp(-logits))\n    losses = np"},
                "You send the logits through a sigmoid first. In log(1 + e^ℓ) − label · ℓ the ℓ is the logit itself."),
    ],
    hints=[
        "First all losses, (T, N): np.logaddexp(0, logits) is log(1 + e^ℓ), and labels * logits fits by broadcasting.",
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
        Mistake("not sorted", {"np.argsort(-lengths)": "np.arange(len(lengths))"},
                "The rows are in the order in which they came. Sort them first, the longest first: then the rows "
                "that still have a step are always the first ones."),
        Mistake("shortest first", {"argsort(-lengths)": "argsort(lengths)"},
                "You sort the shortest row first. np.argsort(-lengths) puts the longest first."),
        Mistake("row after row",
                [{"[x[t, order[:size]] for t, size in enumerate(batch_sizes)]":
                    "[x[: lengths[n], n] for n in order]"},
                {"[x[t, order[:size]] for t, size in enumerate(batch_sizes)]":
                    "[x[:length, n] for n, length in enumerate(lengths)]"}],
                "Your data hold one row after the other. An LSTM needs all first steps together, then all second "
                "steps: loop over t and take x[t] of the rows that still have a step."),
        Mistake("padding kept",
                [{"(lengths > t).sum() for t in range(lengths.max())": "len(lengths) for t in range(len(x))"},
                {"[x[t, order[:size]] for t, size in enumerate(batch_sizes)]": "x[:, order]"},
                {"[x[t, order[:size]] for t, size in enumerate(batch_sizes)]": "x"}],
                "Every step takes all rows, so the padding is in the data. At step t only the rows with length > t."),
        Mistake("steps that nobody has", {"range(lengths.max())": "range(len(x))"},
                "batch_sizes ends with zeros: it has an entry for each of the T steps. Stop at the longest row."),
        Mistake("one step too many", {"lengths > t": "lengths >= t"},
                "A row of length 3 has the steps 0, 1, 2: it counts at step t when length > t, not when length ≥ t."),
        Mistake("a mask in place of the order", {"x[t, order[:size]]": "x[t, lengths > t]"},
                "The right steps, but within a step the rows stand in their old order. Take x[t, order[:size]]."),
        Mistake("lengths for batch sizes",
                [{"return data, batch_sizes, order": "return data, lengths[order], order"},
                {"return data, batch_sizes, order": "return data, lengths, order"}],
                "You return the lengths, one for each row. batch_sizes has one entry for each step: how many rows "
                "have it."),
        Mistake("inverse order", {"return data, batch_sizes, order": "return data, batch_sizes, np.argsort(order)"},
                "Your order says to which place each row goes. Asked is which row stands at each place: order[0] is "
                "the longest row. That is np.argsort(-lengths) as it comes."),
        Mistake("order not used in the data", {"order[:size]": ":size"},
                "Your order is right, but the data are the first rows of x as it came. The rows that still have a "
                "step are order[:size]."),
        Mistake("lengths in place of the order",
                [{"return data, batch_sizes, order": "return data, batch_sizes, lengths[order]"},
                {"return data, batch_sizes, order": "return data, batch_sizes, lengths"}],
                "Your third result holds lengths. order holds numbers of rows: order[0] is the number of the longest "
                "one."),
        Mistake("running totals", {"return data, batch_sizes, order": "return data, np.cumsum(batch_sizes), order"},
                "You add the batch sizes up. Entry t says how many rows have step t, and no more."),
        Mistake("rows counted from 1", {"return data, batch_sizes, order": "return data, batch_sizes, order + 1"},
                "You count the rows from 1. The first one is row 0."),
        Mistake("longest row last in a step",
                [{"order[:size]": "order[:size][::-1]"}, {"order[:size]": "order[::-1][:size]"}],
                "Within a step the longest row is first. You take the order from its other end."),
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
        Mistake("left in sorted order", {"last[order] = h": "last = h"},
                "Your result has the longest row first. Bring the rows back to the order of h_0: last[order] = h."),
        Mistake("order applied twice", {"last[order] = h": "last = h[order]"},
                "h[order] sorts once more. To undo the order, write the other way: last[order] = h, or use "
                "h[np.argsort(order)]."),
        Mistake("start not sorted", {"h_0[order]": "h_0.copy()"},
                "The data come longest row first, but h_0 comes in the old order. Begin with h_0[order]."),
        Mistake("start ignored", {"h_0[order]": "np.zeros_like(h_0)"},
                "You begin with zeros. The rows begin with h_0, in the order of the data."),
        Mistake("rows that have ended read on",
                {"h[:size] = np.tanh(x @ W_x + h[:size] @ W_h + b)":
                    "h = np.tanh(np.pad(x, ((0, len(h) - size), (0, 0))) @ W_x + h @ W_h + b)"},
                "Rows that have ended go on with zeros for input, and b and W_h move them. Change h[:size] only."),
        Mistake("rows that have ended erased", {"start += size": "h[size:] = 0\n        start += size"},
                "You set the rows that have ended to 0. They keep their last state: it is the result."),
        Mistake("the last rows updated",
                {"h[:size] = np.tanh(x @ W_x + h[:size] @ W_h + b)":
                    "h[-size:] = np.tanh(x @ W_x + h[-size:] @ W_h + b)"},
                "At a step with size rows these are the first ones, h[:size]: the longest row stands first."),
        Mistake("always the first steps", {"start += size": "pass"},
                "Every step reads data[:size] again. Move on by size after each step."),
        Mistake("order not used", {"h_0[order]": "h_0.copy()", "last[order] = h": "last = h"},
                "The data have the longest row first, and h_0 and the result do not: begin with h_0[order], and end "
                "with last[order] = h."),
        Mistake("order and its inverse exchanged",
                [{"h_0[order]": "h_0[np.argsort(order)]"}, {"h_0[order]": "h_0[np.argsort(order)]",
                "last[order] = h": "last = h[order]"}, {"h_0[order]": "h_0[np.argsort(order)]",
                "last[order] = h": "last = h"}],
                "You begin with h_0[np.argsort(order)], which is the way back. order[0] is the number of the longest "
                "row, so h_0[order] sorts, and last[order] = h undoes it."),
        Mistake("sorted only at the end", {"h_0[order]": "h_0.copy()", "last[order] = h": "last = h[order]"},
                "h_0[order] belongs before the loop: the data have the longest row first. At the end last[order] = h "
                "brings the rows back."),
        Mistake("start moves by another number",
                [{"start += size": "start += 1"}, {"start += size": "start += len(h)"}],
                "A step has as many rows of data as batch_sizes says: move start on by that number, neither by 1 nor "
                "by N."),
        Mistake("state not carried on", {"h[:size] @ W_h": "h_0[order][:size] @ W_h"},
                "Every step begins with h_0 again. The state that a step leaves is the one that the next step reads: "
                "h[:size]."),
        Mistake("last step missing", {"in batch_sizes:": "in batch_sizes[:-1]:"},
                "You stop one step early. The longest row still has a step then."),
        Mistake("only the rows of the last step", {"return last": "return h[: batch_sizes[-1]]"},
                "You return the rows that have the last step. Those that ended before have a last state as well: all "
                "N rows."),
    ],
    hints=[
        "Keep one array h for all N rows, in the order of the data, and a number start that moves through the data.",
        "At each step: h[:size] = np.tanh(data[start:start + size] @ W_x + h[:size] @ W_h + b), then start += size.",
        "At the end last = np.empty_like(h), last[order] = h brings the rows back to their old places.",
    ],
    explanation="This is what nn.LSTM does with a PackedSequence: no padded step is computed, and a row that has ended "
                "keeps its state, so the last state is the last real one.",
)

# 10.6 Dropout of features -----------------------------------------------------------------------------------------


def drop_features_reference(words, draws, share):
    """words with features dropped, the same ones at every step of a review. Returns (T, N, D).

    words: (T, N, D). draws: (N, D), uniform between 0 and 1; where one is below share, that feature of that review
    becomes 0. What is kept is made larger, so that on average over the draws nothing changes. 0 ≤ share < 1.
    """
    keep = draws >= share  # (N, D)
    return words * keep / (1 - share)


drop_features = Exercise(
    id="10.6",
    title="Dropout, the same for every word",
    stars=2,
    reference=drop_features_reference,
    cases=lambda rng: [(rng.standard_normal((T, N, D)), rng.random((N, D)), share)
                       for T, N, D, share in ((4, 3, 5, 0.5), (5, 2, 6, 0.2), (3, 4, 4, 0.7), (4, 2, 3, 0.0))],
    mistakes=[
        Mistake("not made larger", {" / (1 - share)": ""},
                "The right features are dropped. But what is kept must grow: with half of the features gone, sums "
                "over the features are on average half as large in training as later, when nothing is dropped."),
        Mistake("made larger by the share", [{"/ (1 - share)": "/ max(share, 1e-9)"}, {"/ (1 - share)": "* share"}],
                "A share of 1 − share is kept. To make up for it, divide by 1 − share."),
        Mistake("made smaller", {"/ (1 - share)": "* (1 - share)"},
                "You multiply by 1 − share. That belongs to the other convention, in which it is done after training; "
                "here training makes up for it: divide."),
        Mistake("kept and dropped exchanged",
                [{"draws >= share": "draws < share"}, {"draws >= share": "draws < share", " / (1 - share)": ""},
                 {"draws >= share": "draws < 1 - share"},
                 {"draws >= share": "draws < share", "/ (1 - share)": "/ max(share, 1e-9)"}],
                "You keep what is to be dropped, or drop the others: a feature is dropped where its draw is below "
                "share."),
        Mistake("made larger by what was drawn", [{"/ (1 - share)": "/ keep.mean()"},
                {"/ (1 - share)": "/ np.maximum(keep.mean(axis=1, keepdims=True), 1e-9)"}],
                "You divide by the share that happens to be kept in these draws. The factor is the same for all "
                "draws, 1 / (1 − share)."),
        Mistake("one draw for the whole batch", {"draws >= share": "draws[:1] >= share"},
                "You use the first review's draws for all. Each review has draws of its own, (N, D)."),
        Mistake("whole words dropped", {"draws >= share": "draws[:, :1] >= share"},
                "You drop a review as a whole, all its features or none. Each feature has its own draw."),
    ],
    hints=[
        "Which features are kept: draws >= share, an array (N, D) of True and False.",
        "words is (T, N, D) and the mask (N, D), so words * mask uses the same mask at every step.",
        "Divide by 1 - share.",
    ],
    explanation="Gal and Ghahramani (2016) drop the same features at every step. `Classifier` calls it "
                "`embedding_dropout`. In PyTorch, `nn.Dropout` draws anew for every step.",
)

# 10.7 Join the most frequent pair ---------------------------------------------------------------------------------


def join_pair_reference(words, counts):
    """One round of byte-pair encoding: the most frequent pair of neighbours, and all words with this pair joined.

    words: a list of words, each a list of its pieces. counts: how often each word occurs. Of pairs that are equally
    frequent the first in the alphabet is taken. Returns the pair, a list of two pieces, and the new list of words.
    """
    pairs = Counter()
    for word, count in zip(words, counts, strict=True):
        for pair in zip(word, word[1:], strict=False):
            pairs[pair] += count
    best = min(pairs, key=lambda pair: (-pairs[pair], pair))
    joined = []
    for word in words:
        new, i = [], 0
        while i < len(word):
            size = 2 if tuple(word[i : i + 2]) == best else 1
            new.append("".join(word[i : i + size]))
            i += size
        joined.append(new)
    return list(best), joined


def _words_in_pieces(rng):
    """Ties; a pair that stands twice in a word; letters of a pair that touch across pieces; counts that decide."""
    return [
        ([list("warm"), list("warmer"), list("cold"), list("colder")], [4, 3, 2, 3]),
        ([["warm"], ["warm", "e", "r"], list("cold"), ["c", "o", "l", "d", "e", "r"]], [4, 3, 2, 3]),
        ([list("banana"), list("bandana"), list("nab")], [3, 2, 4]),
        ([["ab", "c"], ["a", "b", "c"], ["a", "bc"], ["a", "b", "d"]], [9, 2, 9, 6]),
        ([list("zyzy"), list("once"), list("ounce"), ["u"]], [5, 4, 4, 30]),
        ([list("aaaa"), list("baab"), list("cc")], [2, 3, 1]),
        ([list("aaa"), list("baab")], [2, 3]),
        ([["ae", "r"], ["e", "r"]], [1, 5]),
    ]


FIRST = "min(pairs, key=lambda pair: (-pairs[pair], pair))"
JOINED = 'size = 2 if tuple(word[i : i + 2]) == best else 1'

join_pair = Exercise(
    id="10.7",
    title="Join the most frequent pair",
    stars=2,
    reference=join_pair_reference,
    cases=_words_in_pieces,
    names=("the pair", "the words"),
    mistakes=[
        Mistake("counts not used", {"pairs[pair] += count": "pairs[pair] += 1"},
                "You count every word once. A pair in a word that occurs four times counts four: add counts[n]."),
        Mistake("of equals the last or the first seen",
                [{FIRST: "max(pairs, key=lambda pair: (pairs[pair], pair))"}, {FIRST: "pairs.most_common(1)[0][0]"}],
                "Where several pairs are equally frequent, take the first in the alphabet: min over the pairs by "
                "(-count, pair)."),
        Mistake("rarest pair", {"-pairs[pair]": "pairs[pair]"},
                "You join the rarest pair. Sort by minus the count."),
        Mistake("once a word", {"pairs[pair] += count": "pass", "for pair in zip(word, word[1:], strict=False):":
                "for pair in set(zip(word, word[1:], strict=False)):\n            pairs[pair] += count"},
                "A pair that stands twice in a word counts twice: “na” in “banana”."),
        Mistake("joined once a word", {JOINED: JOINED.replace("== best", "== best and len(new) == i")},
                "You join the first place in each word only. The pair may stand in it again."),
        Mistake("letters joined, not pieces",
                {JOINED: 'size = 2 if "".join(word[i : i + 2]) == "".join(best) and len(word[i : i + 2]) == 2 else 1'},
                "You join pieces that spell the same together. The pair is two pieces: a + bc is not ab + c."),
        Mistake("joined in the spelling", {"joined.append(new)":
                'joined.append(" ".join(word).replace(" ".join(best), "".join(best)).split())'},
                "You replace the pair in the spelled word, where nobody sees a piece begin: e r is found in ae r as "
                "well. Compare whole pieces."),
        Mistake("right to left", {"joined.append(new)":
                "back = []\n        for piece in reversed(word):\n            if back and (piece, back[0]) == best:\n"
                "                back[0] = piece + back[0]\n            else:\n                back.insert(0, piece)\n"
                "        joined.append(back)"},
                "You join from right to left: a a a becomes a aa. From left to right it is aa a."),
        Mistake("words not joined", {"joined.append(new)": "joined.append(list(word))"},
                "The pair is right, but the words are as before. Join it in each of them."),
    ],
    hints=[
        "Count first: for every word, zip(word, word[1:]) gives its pairs; each counts as often as the word occurs.",
        "min(pairs, key=lambda pair: (-pairs[pair], pair)) is the most frequent one, and of equals the first in the "
        "alphabet.",
        "Go through each word with an index i: where word[i] and word[i + 1] are the pair, append both as one piece "
        "and move on by 2, otherwise append word[i] and move on by 1.",
    ],
    explanation="Repeat it thousands of times, and you have the vocabulary of a translator. What is kept is the "
                "list of the pairs, in order: a new word is cut by joining them in that order.",
)

# 10.8 A packed classifier -----------------------------------------------------------------------------------------


def packed_logits_reference(model, x, lengths):
    """The logit of every review, (N,), from an LSTM that reads a packed batch in both directions.

    model.embedding: (V, D). model.lstm: an nn.LSTM of one layer, bidirectional. model.readout: from 2H numbers, the
    last state of the forward direction and then that of the reverse one, to one. x: (T, N), lengths: (N,), unsorted.
    """
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence

    packed = pack_padded_sequence(model.embedding(x), lengths.cpu(), enforce_sorted=False)
    _, (h_n, _) = model.lstm(packed)
    return model.readout(torch.cat([h_n[0], h_n[1]], dim=1)).squeeze(1)


def _two_ways(rng):
    """Unsorted lengths; in the second case no row is as long as x; words in the padding of all rows but the first."""
    import torch

    cases = []
    for T, D, H, lengths in ((6, 3, 4, (2, 6, 4)), (7, 2, 3, (3, 1, 5, 4)), (5, 4, 2, (5, 3))):
        model = torch.nn.Module()
        model.embedding, model.lstm = torch.nn.Embedding(9, D), torch.nn.LSTM(D, H, bidirectional=True)
        model.readout = torch.nn.Linear(2 * H, 1)
        model.double()
        for weight in model.parameters():
            weight.data = torch.from_numpy(rng.standard_normal(tuple(weight.shape)))
        x = torch.from_numpy(rng.integers(1, 9, (T, len(lengths))))
        x[lengths[0] :, 0] = 0  # the padding of one row is <pad>
        cases.append((model.requires_grad_(False), x, torch.tensor(lengths)))  # results with a graph cannot be copied
    return cases


def _weights_get_gradients(answer, rng):
    model, x, lengths = _two_ways(rng)[0]
    logits = answer(model.requires_grad_(), x, lengths)
    if not getattr(logits, "requires_grad", False):
        return "autograd cannot follow it, so it cannot be trained: leave out detach(), no_grad and numpy()."
    return None


PACKED = "pack_padded_sequence(model.embedding(x), lengths.cpu(), enforce_sorted=False)"
STATES, BOTH = "_, (h_n, _) = model.lstm(packed)", "torch.cat([h_n[0], h_n[1]], dim=1)"
UNPACKED = "outputs = torch.nn.utils.rnn.pad_packed_sequence(model.lstm(packed)[0])[0]\n    H = model.lstm.hidden_size"
ROWS = "torch.arange(len(lengths))"

packed_logits = Exercise(
    id="10.8",
    title="Build it: a packed classifier",
    stars=3,
    reference=packed_logits_reference,
    cases=_two_ways,
    extra=_weights_get_gradients,
    mistakes=[
        Mistake("not packed", [{PACKED: "model.embedding(x)"}, {
                    STATES: "outputs, _ = model.lstm(model.embedding(x))", BOTH: "outputs[-1]"}],
                "You give the LSTM the padded batch, so its last state comes after the padding, and the reverse "
                "direction begins in it. Pack the vectors first."),
        Mistake("not packed, read at lengths − 1",
                [{STATES: "outputs, H = model.lstm(model.embedding(x))[0], model.lstm.hidden_size",
                  BOTH: f"outputs[lengths - 1, {ROWS}]"},
                 {STATES: "outputs, H = model.lstm(model.embedding(x))[0], model.lstm.hidden_size",
                  BOTH: f"torch.cat([outputs[lengths - 1, {ROWS}, :H], outputs[0, :, H:]], dim=1)"}],
                "The forward half is right. The reverse direction has read the padding first, and no choice of a step "
                "helps against that: pack the batch."),
        Mistake("reverse direction read where it begins", {STATES: UNPACKED, BOTH: f"outputs[lengths - 1, {ROWS}]"},
                "Packed, and the forward half is right. At lengths − 1 the reverse direction has read one word only: "
                "it ends at the first step. h_n[1] is its last state."),
        Mistake("last step of the page", {STATES: UNPACKED, BOTH: "outputs[-1]"},
                "outputs[-1] is 0 for every review that has ended before. h_n holds the last real states."),
        Mistake("directions exchanged", {BOTH: "torch.cat([h_n[1], h_n[0]], dim=1)"},
                "h_n[0] is the forward direction and comes first, then h_n[1]."),
        Mistake("cell state", {STATES: "_, (_, h_n) = model.lstm(packed)"},
                "You take c_n, the cell state. nn.LSTM returns outputs and (h_n, c_n)."),
        Mistake("one direction twice", [{BOTH: f"torch.cat([h_n[{k}], h_n[{k}]], dim=1)"} for k in (0, 1, -1)],
                "Both halves are of one direction. h_n is (2, N, H): h_n[0] reads forward, h_n[1] in reverse."),
        Mistake("h_n reshaped", [{BOTH: "h_n.reshape(len(lengths), -1)"}, {BOTH: "h_n.view(len(lengths), -1)"}],
                "reshape puts states of different reviews side by side: h_n is (2, N, H), direction first. Join h_n[0] "
                "and h_n[1] along dim=1."),
        Mistake("rows sorted by length",
                {PACKED: "pack_padded_sequence(model.embedding(x)[:, lengths.argsort(descending=True)], "
                         "lengths[lengths.argsort(descending=True)])"},
                "You sorted the rows by length and left them so. The logits must stand in the order of x: undo the "
                "sorting, or let enforce_sorted=False do both."),
        Mistake("sorted once more", {
                    PACKED: "pack_padded_sequence(model.embedding(x)[:, lengths.argsort(descending=True)], "
                            "lengths[lengths.argsort(descending=True)])",
                    ".squeeze(1)": ".squeeze(1)[lengths.argsort(descending=True)]"},
                "You sort the rows by length, and at the end the logits once more. With order = "
                "lengths.argsort(descending=True), logits[order.argsort()] undoes the sorting."),
        Mistake("lengths counted in x", {"lengths.cpu()": "(x != 0).sum(dim=0).cpu()"},
                "You take the steps that are not 0 for the real ones. The padding here holds other rows as well: take "
                "lengths."),
        Mistake("one axis too many", {".squeeze(1)": ""},
                "The logits must be (N,), and yours are (N, 1): take the last axis away with squeeze(1)."),
        Mistake("sigmoid", {".squeeze(1)": ".squeeze(1).sigmoid()"},
                "These are probabilities. Asked are the logits, before the sigmoid."),
    ],
    hints=[
        "Three lines: embed and pack, run the LSTM, read out.",
        "pack_padded_sequence(vectors, lengths, enforce_sorted=False) takes rows in any order, and the states "
        "h_n and c_n that the LSTM returns are in that order again.",
        "_, (h_n, c_n) = model.lstm(packed); h_n[0] and h_n[1], (N, H), are the last states of the two directions. "
        "torch.cat([h_n[0], h_n[1]], dim=1) goes into the readout.",
    ],
    explanation="No mask anywhere: a packed batch has no padding, so none is in h_n.",
)

# The quiz ---------------------------------------------------------------------------------------------------------

QUIZ = Quiz("10", [
    Question(
        "You read the states of a batch that is padded at the end. Where does the mask go?",
        [
            Option("Where many steps become one: in the mean, the maximum, the loss, the choice of the last state.",
                   True, "Until then no real step of a row that is read forwards has seen any padding."),
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
                   "The real states stay exactly the same: pad a batch by a hundred more steps and compare."),
            Option("Each state depends on the words up to it, and the padding comes after them.", True,
                   "That is why masking after the LSTM gives the same result as packing."),
            Option("The embedding of <pad> is zero, and an input of zeros moves no state.", False,
                   "Even if it is zero, the states behind the end still move. They are not used; that is the point."),
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
            Option("It reads a short row's padding first, so all states of that row depend on the padded length.",
                   True, "Turn each row round within its own length, or pack the batch."),
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
                   "This comparison needs no labels and two lines. It does not see padding in the training loss: for "
                   "that, compare a batch's loss with that of the same batch padded further."),
            Option("Nothing, float32 is not exact.", False,
                   "In this chapter's models rounding shows in the sixth digit or later."),
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
        "A training averages the loss over all steps of a padded batch, the padded ones too. The answers are read at "
        "lengths − 1. Which comparison shows the mistake?",
        [
            Option("A review scored alone against the same review in a batch.", False,
                   "The answers are computed as they should be, so both scores agree. This finds the other two leaks."),
            Option("The accuracy on test reviews padded to 64 steps against test reviews read one at a time.", False,
                   "In the chapter the two agreed: the model was slow to learn, and its answers have no leak."),
            Option("The loss of a batch against the loss of the same batch padded further.", True,
                   "Padding counts in this loss, so more padding moves it. The right loss does not move."),
            Option("The training loss against the validation loss, computed with the same function.", False,
                   "Padding counts in both, so they are wrong in the same way and may well agree."),
        ],
        topic="the third line of the test",
    ),
    Question(
        "A network with two classes and a softmax says the logits 2 and 5. What is the probability of the second "
        "class?",
        [
            Option("σ(5) ≈ 0.993, the sigmoid of its own logit.", False,
                   "The other logit counts as well: with 5 and 5 both classes have one half."),
            Option("5 / (2 + 5) ≈ 0.714, its share of the sum.", False,
                   "Softmax takes shares of e to the power of the logits, not of the logits."),
            Option("σ(3) ≈ 0.953, the sigmoid of the difference.", True,
                   "e⁵ / (e² + e⁵) = 1 / (1 + e⁻³). Only differences of logits count in a softmax."),
        ],
        topic="softmax for several classes",
    ),
    Question(
        "You leave one ingredient out of a recipe. Over five seeds the accuracy goes from 82.7 … 83.5 % to "
        "82.5 … 83.6 %. What may you say?",
        [
            Option("The ingredient makes the model worse: the best run without it is better than the best with it.",
                   False, "The best of five is usually noisier than their median. Compare medians and ranges."),
            Option("On this data and at this size, leaving it out makes no difference that five seeds can show.", True,
                   "That is all. With more data, or beside other ingredients, it may be worth something."),
            Option("The ingredient is useless, so every recipe for texts can do without it.", False,
                   "You have seen one data set, one size, and the other ingredients present."),
        ],
        topic="reading an ablation",
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
        "Which of these make the test accuracy look better than it is?",
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
