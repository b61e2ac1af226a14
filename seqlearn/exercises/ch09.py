"""Exercises and quiz of chapter 09: language models."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

# 09.1 Perplexity -------------------------------------------------------------------------------------------------


def perplexity_reference(p, keep):
    """Perplexity of a batch. p (T, N): what the model gave to each token that came.

    keep (T, N): 1 counts, 0 is padding. Returns a float.
    """
    surprise = -np.log(p[keep == 1])
    return np.exp(surprise.mean())


def _probabilities(rng):
    """Rows of different lengths and of different difficulty, so that no way of averaging hides."""
    cases = []
    for T, lengths in ((6, (6, 3)), (5, (2, 5, 4)), (9, (9, 1, 4))):
        p = rng.uniform(0.05, 1.0, (T, len(lengths))) ** np.linspace(0.5, 2.5, len(lengths))
        keep = (np.arange(T)[:, None] < np.array(lengths)).astype(int)
        cases.append((p, keep))
    return cases


def _perplexity_at_both_ends(answer, rng):
    ones = np.ones((4, 2), dtype=int)
    for p, expected, words in ((1.0, 1.0, "certain and right"), (1 / 7, 7.0, "uniform over 7 tokens")):
        found = float(answer(np.full((4, 2), p), ones))
        if not np.isclose(found, expected):
            return f"a guess that is {words} has perplexity {expected:.0f}; yours gives {found:.3g}."
    return None


perplexity = Exercise(
    id="09.1",
    title="Perplexity",
    stars=1,
    reference=perplexity_reference,
    cases=_probabilities,
    extra=_perplexity_at_both_ends,
    mistakes=[
        Mistake("2 to the power of nats", {"np.exp(": "2 ** ("},
                "np.log gives nats, and you raise 2 to them. One base for both: np.exp with np.log, or 2** with "
                "np.log2."),
        Mistake("e to the power of bits", {"-np.log(": "-np.log2("},
                "np.log2 gives bits, and np.exp undoes np.log. One base for both: np.exp with np.log, or 2** with "
                "np.log2."),
        Mistake("padding counted", {"[keep == 1]": ""},
                "Every entry of p counts in yours, padding too. Take p[keep == 1] before anything else."),
        Mistake("keep taken for row numbers", {"[keep == 1]": "[keep]"},
                "keep holds integers, and p[keep] takes rows 0 and 1 of p, again and again. Only truth values choose "
                "entries: p[keep == 1]."),
        Mistake("divided by the padding too", {"surprise.mean()": "surprise.sum() / p.size"},
                "You add up the surprise of the tokens that count and divide by T · N. Divide by how many count: "
                "keep.sum()."),
        Mistake("mean of the rows' perplexities",
                [{"np.exp(surprise.mean())":
                    "np.mean([np.exp(-np.log(p[keep[:, n] == 1, n]).mean()) for n in range(p.shape[1])])"},
                {"np.exp(surprise.mean())":
                    "np.average([np.exp(-np.log(p[keep[:, n] == 1, n]).mean()) for n in range(p.shape[1])], "
                    "weights=keep.sum(axis=0))"}],
                "You average one perplexity for each row. exp of a mean is not the mean of exps: average the "
                "surprise of all tokens, then take exp once."),
        Mistake("mean of the rows' losses",
                {"surprise.mean()": "np.mean([-np.log(p[keep[:, n] == 1, n]).mean() for n in range(p.shape[1])])"},
                "Each row counts alike in yours, the short ones as much as the long ones. Each token should count "
                "alike: one mean over all that are kept."),
        Mistake("no exp", {"np.exp(surprise.mean())": "surprise.mean()"},
                "That is the mean negative log-likelihood, in nats. The perplexity is exp of it."),
        Mistake("sign lost", {"-np.log": "np.log"},
                "Yours is below 1: the geometric mean of p itself. A minus sign before the logarithm turns it over."),
        Mistake("arithmetic mean of 1/p", {"np.exp(surprise.mean())": "np.exp(surprise).mean()"},
                "You take the arithmetic mean of 1/p. The perplexity is its geometric mean: average the logarithms."),
        Mistake("1 over the mean of p", {"np.exp(surprise.mean())": "1 / p[keep == 1].mean()"},
                "You average the probabilities and turn the mean over. Average the logarithms, so that one token "
                "with p near 0 hurts as it should."),
        Mistake("sum in place of mean", {"surprise.mean()": "surprise.sum()"},
                "You sum the surprise of all tokens, so a longer text has a larger value. Take the mean."),
        Mistake("padding in the sum", {"[keep == 1]": "", "surprise.mean()": "surprise.sum() / keep.sum()"},
                "You divide by the number of tokens that count, but the sum above holds the surprise of the padding "
                "as well. Take p[keep == 1] first."),
        Mistake("divided by rows or steps",
                [{"surprise.mean()": "surprise.sum() / p.shape[0]"},
                {"surprise.mean()": "surprise.sum() / p.shape[1]"}],
                "You divide the sum by the number of rows, or of steps. The mean goes over all tokens that count: "
                "divide by keep.sum()."),
        Mistake("mean of the steps' losses",
                {"surprise.mean()":
                    "np.mean([-np.log(p[t, keep[t] == 1]).mean() for t in range(len(p)) if keep[t].any()])"},
                "You take a mean at every step and then the mean of these. Where few rows are left a token counts "
                "more then; each token should count alike."),
        Mistake("padding set to 0",
                [{"p[keep == 1]": "p * keep"}, {"-np.log(p[keep == 1])": "-np.log(p * keep) * keep"},
                {"surprise = -np.log(p[keep == 1])": "surprise = -np.log(p * keep).sum() / keep.sum()"},
                {"p[keep == 1]": "p * keep + 1e-12"}, {"p[keep == 1]": "p * keep + 1e-10"},
                {"p[keep == 1]": "p * keep + 1e-9"}, {"p[keep == 1]": "p * keep + 1e-8"}],
                "You multiply p by keep, and the logarithm of 0 is −∞; with a small number added it is merely huge. "
                "Leave the padding out before the logarithm: p[keep == 1]."),
        Mistake("weighed by p", {"-np.log(p[keep == 1])": "-(p * np.log(p))[keep == 1]"},
                "You multiply each logarithm by p, as in an entropy. The tokens that came are counted as they came: "
                "the plain mean of -log p."),
        Mistake("the padding alone", {"keep == 1": "keep == 0"},
                "You take the entries where keep is 0, and these are the padding."),
    ],
    hints=[
        "First throw out what does not count, then take logarithms, then one mean.",
        "surprise = -np.log(p[keep == 1]) is a flat array, one number for each token that counts.",
        "np.exp(surprise.mean()).",
    ],
    explanation="In another base the loss is another number and the perplexity is the same: e to the nats is 2 to "
                "the bits.",
)

# 09.2 Offset batches with targets ----------------------------------------------------------------------------------


def next_token_blocks_reference(tokens, rows, k):
    """tokens (S,) -> inputs and targets, each (B, k, rows): B whole blocks, time first, in `rows` long stretches.

    The target of a token is the one after it in the text. Row n starts at n * ((S - 1) // rows). What is left at the
    end of a row and does not fill a block of k is dropped.
    """
    size = (len(tokens) - 1) // rows
    count = size // k

    def cut(stream):
        columns = stream[:rows * size].reshape(rows, size).T
        return columns[:count * k].reshape(count, k, rows)

    return cut(tokens[:-1]), cut(tokens[1:])


def _token_cases(rng):
    """In the first and third text the blocks fill the rows to the end, and there are three: not inputs and targets.

    In the second and fourth S is a multiple of the rows, and the last target can go missing.
    """
    return [(rng.permutation(S), rows, k) for S, rows, k in ((38, 3, 4), (24, 2, 4), (46, 5, 3), (60, 4, 5))]


next_token_blocks = Exercise(
    id="09.2",
    title="Offset batches, with targets",
    stars=2,
    reference=next_token_blocks_reference,
    cases=_token_cases,
    names=("inputs", "targets"),
    mistakes=[
        Mistake("targets not shifted", {"cut(tokens[1:])": "cut(tokens[:-1])"},
                "Your targets are the inputs. The network would learn to copy, with a loss near 0. Cut the targets "
                "from tokens[1:]."),
        Mistake("shifted twice", {"tokens[1:]": "np.roll(tokens, -2)"},
                "Your targets are two tokens ahead. The target of tokens[i] is tokens[i + 1]."),
        Mistake("shifted the other way", [{"tokens[1:]": "np.roll(tokens, 1)"}, {"tokens[1:]": "np.append(0, tokens)"}],
                "Your targets are the tokens before: they have been read already. Cut the targets from tokens[1:]."),
        Mistake("inputs and targets exchanged",
                {"cut(tokens[:-1]), cut(tokens[1:])": "cut(tokens[1:]), cut(tokens[:-1])"},
                "You return the targets first. The inputs begin with tokens[0], the targets with tokens[1]."),
        Mistake("rolled inside each block", {"cut(tokens[1:])": "np.roll(cut(tokens[:-1]), -1, axis=1)"},
                "The last target of each block is the block's own first token: np.roll wraps around. Shift the whole "
                "text before you cut it."),
        Mistake("rolled inside each row",
                {"cut(tokens[1:])": "cut(np.roll(tokens[:rows * size].reshape(rows, size), -1, axis=1).ravel())"},
                "The last target of each row is the row's own first token: np.roll wraps around. Shift the whole "
                "text before you cut it."),
        Mistake("neighbouring blocks in one batch",
                [{"count = size // k": "count = (len(tokens) - 1) // (rows * k)",
                "columns = stream[:rows * size].reshape(rows, size).T":
                    "blocks = stream[:count * rows * k].reshape(count, rows, k)",
                "columns[:count * k].reshape(count, k, rows)": "blocks.swapaxes(1, 2)"},
                {"count = size // k": "count = (len(tokens) - 1) // (rows * k)",
                "columns = stream[:rows * size].reshape(rows, size).T":
                    "blocks = stream[:count * rows * k].reshape(count, rows, k)",
                "columns[:count * k].reshape(count, k, rows)": "blocks"}],
                "Row 2 of your first block goes on where row 1 stops, so a carried state would be that of "
                "another part of the text. Row n starts at n * ((S - 1) // rows)."),
        Mistake("time not first", {".reshape(count, k, rows)": ".reshape(count, k, rows).swapaxes(1, 2)"},
                "The rows are right, but your blocks are (rows, k). Arrays are time-major here: swap the last two "
                "axes."),
        Mistake("every n-th token", {".reshape(rows, size).T": ".reshape(size, rows)"},
                "Each row takes every rows-th token, so neighbours in time are in different rows. Reshape to (rows, "
                "size) first and transpose after that."),
        Mistake("rows of S // rows tokens",
                [{"(len(tokens) - 1) // rows": "len(tokens) // rows"},
                {"(len(tokens) - 1) // rows": "len(tokens) // rows",
                "cut(tokens[:-1]), cut(tokens[1:])": "cut(tokens), cut(np.roll(tokens, -1))"},
                {"(len(tokens) - 1) // rows": "len(tokens) // rows",
                "cut(tokens[:-1]), cut(tokens[1:])": "cut(tokens), cut(np.append(tokens[1:], 0))"},
                {"(len(tokens) - 1) // rows": "len(tokens) // rows",
                "count = size // k": "count = (size - 1) // k",
                "cut(tokens[:-1]), cut(tokens[1:])": "cut(tokens), cut(np.roll(tokens, -1))"}],
                "Your rows have S // rows tokens. The last token of the text has no target, so only S - 1 can be "
                "inputs: size = (S - 1) // rows."),
        Mistake("last target not the next token",
                [{"cut(tokens[1:])": "cut(np.roll(tokens[:rows * size], -1))"},
                {"cut(tokens[1:])": "cut(np.append(tokens[1:rows * size], 0))"}],
                "The last target of your last row is not the token that comes next in the text. You cut first and "
                "shift then: shift the whole text, tokens[1:], and cut that."),
        Mistake("a block lost", {"count = size // k": "count = (size - 1) // k"},
                "A row that its blocks fill exactly loses the last of them in your answer. Its last target is there: "
                "it is the token after the row, so cut the targets from tokens[1:]."),
        Mistake("rows begin too early", {"(len(tokens) - 1) // rows": "(len(tokens) - 1) // rows // k * k"},
                "You round the rows down to whole blocks before you cut the text, so row 2 starts too early. Row n "
                "starts at n * ((S - 1) // rows); drop what does not fill a block at the end of each row."),
        Mistake("blocks overlap",
                {"columns[:count * k].reshape(count, k, rows)":
                    "np.array([columns[b:b + k] for b in range(count)])"},
                "Block 2 begins one step after block 1. It begins k steps after it: where block 1 has stopped."),
        Mistake("last target of each block missing",
                {"cut(tokens[1:])": "np.pad(cut(tokens[:-1])[:, 1:], ((0, 0), (0, 1), (0, 0)))"},
                "The last target of each block is filled up with 0. It is the first token of the next block: shift "
                "the whole text before you cut it."),
    ],
    hints=[
        "Two streams, tokens[:-1] and tokens[1:], cut in the same way. Chapter 04 cut one.",
        "size = (len(tokens) - 1) // rows. Reshape the first rows * size tokens to (rows, size) and transpose.",
        "Keep size // k whole blocks: columns[:count * k].reshape(count, k, rows). Do it for both streams.",
    ],
    explanation="Shifting before cutting gives the last step of a block the first token of the next one as its target.",
)

# 09.3 Temperature and top-k ----------------------------------------------------------------------------------------


def sharpen_reference(logits, temperature, top_k):
    """softmax(logits / temperature) (V,), with probability 0 for all but the top_k largest logits. temperature > 0."""
    kept = np.where(logits >= np.sort(logits)[-top_k], logits, -np.inf)
    e = np.exp((kept - kept.max()) / temperature)
    return e / e.sum()


def _logit_cases(rng):
    """Hot and cold, few and all kept; logits of several signs, as all-positive ones would hide a mask of zeros."""
    cases = []
    for V, temperature, k in ((6, 0.5, 3), (9, 2.0, 4), (7, 1.3, 7), (8, 0.8, 2)):
        cases.append((2 * rng.standard_normal(V) - 0.5, temperature, k))
    large = np.array([1200.0, 1199.0, -3.0, 1198.5, 10.0])  # np.exp of these is inf
    cases += [(large, 0.7, 3), (large - 2.0, 0.5, 2), (large + 3.0, 3.0, 3)]  # less the undivided maximum: inf, then 0
    low = np.array([-1203.0, -1200.5, -1199.0, -1210.0, -1201.0])  # np.exp of these is 0
    return [*cases, (low, 0.5, 3), (low, 1.5, 2)]


def _sharpen_sums_to_one(answer, rng):
    for temperature in (0.05, 30.0):
        p = np.asarray(answer(5 * rng.standard_normal(12), temperature, 5))
        if not np.isclose(p.sum(), 1) or np.count_nonzero(p > 0) > 5:
            return f"at temperature {temperature} the five probabilities that are left should sum to 1."
    return None


sharpen = Exercise(
    id="09.3",
    title="Temperature and top-k",
    stars=2,
    reference=sharpen_reference,
    cases=_logit_cases,
    extra=_sharpen_sums_to_one,
    mistakes=[
        Mistake("multiplied by the temperature", {"/ temperature": "* temperature"},
                "You multiply by the temperature, so a high one sharpens. Divide the logits by it."),
        Mistake("temperature without effect", {" / temperature": ""},
                "Your result is the same at every temperature. Either it is not used, or you divide the "
                "probabilities by it and bring them back to sum 1, which undoes the division. It belongs inside: "
                "softmax(logits / temperature)."),
        Mistake("probabilities divided",
                [{" / temperature": "", "return e / e.sum()": "return e / e.sum() / temperature"},
                {" / temperature": "",
                "return e / e.sum()": "return e / np.exp(logits - logits.max()).sum() / temperature"}],
                "You divide the probabilities by the temperature, and they no longer sum to 1. Divide the logits, "
                "before the softmax."),
        Mistake("smallest kept", {"logits >= np.sort(logits)[-top_k]": "logits <= np.sort(logits)[top_k - 1]"},
                "You keep the top_k smallest logits. np.sort and np.argsort go upward: the k-th largest is "
                "np.sort(logits)[-top_k]."),
        Mistake("masked with 0", {"-np.inf": "0.0"},
                "You set the other logits to 0, and exp(0) is 1: they keep some probability. Set them to -np.inf."),
        Mistake("not renormalised",
                {"return e / e.sum()": "return e / np.exp((logits - logits.max()) / temperature).sum()"},
                "What is left after the cut does not sum to 1. Cut the logits before the softmax, or divide by the "
                "new sum."),
        Mistake("top_k ignored", {"logits >= np.sort(logits)[-top_k]": "True"},
                "All tokens keep some probability. Set all but the top_k largest logits to -np.inf."),
        Mistake("one too few", [{">=": ">"}],
                "One token too few is left: the k-th largest itself has to stay. np.sort(logits)[-top_k] is the k-th "
                "largest; compare with >=, not with >."),
        Mistake("one too many", {"[-top_k]": "[-min(top_k + 1, len(logits))]"},
                "One token too many is left. The k-th largest is np.sort(logits)[-top_k], counted from -1."),
        Mistake("the largest alone", {"return e / e.sum()": "return np.eye(len(logits))[logits.argmax()]"},
                "All probability goes to the largest logit. That is greedy decoding, the limit of temperature 0."),
        Mistake("overflow",
                [{"kept - kept.max()": "kept"}, {"kept - kept.max()": "kept",
                "return e / e.sum()": "return np.where(kept > -np.inf, e / e.sum(), 0)"}],
                "Right, until a logit is large: np.exp(1200) is inf, and inf / inf is NaN; np.exp(-1200) is 0, and "
                "so is the sum. Subtract the largest logit that is kept first; no probability changes by that."),
        Mistake("the largest logit subtracted after the division",
                {"(kept - kept.max()) / temperature": "kept / temperature - logits.max()"},
                "Right for small logits. You subtract max(logits) from logits / temperature: 1200 / 0.5 - 1200 is "
                "still 1200, and 1200 / 3 - 1200 is -800. Then exp is inf, or 0 for all, and the division gives NaN. "
                "Divide first, then subtract the largest of the quotients."),
        Mistake("left in sorted order", {"return e / e.sum()": "return np.sort(e / e.sum())[::-1]"},
                "The numbers are right, in the wrong places: you return them sorted. Token v's probability belongs "
                "at index v."),
        Mistake("masked with 0, then cleared",
                {"-np.inf": "0.0",
                "return e / e.sum()": "return np.where(logits >= np.sort(logits)[-top_k], e / e.sum(), 0)"},
                "You set the other logits to 0 and their probabilities to 0 afterwards, but they are still in the "
                "sum you divide by. Set the logits to -np.inf."),
        Mistake("a number that is not small enough",
                [{"-np.inf": "-10.0"}, {"-np.inf": "-50.0"}, {"-np.inf": "-100.0"}, {"-np.inf": "-1000.0"},
                {"-np.inf": "-1.0"}],
                "You mask with a number such as −100. Logits may be smaller than that: in one case all of them lie "
                "near −1200, and the masked tokens win. Use -np.inf."),
        Mistake("first tokens kept", {"logits >= np.sort(logits)[-top_k]": "np.arange(len(logits)) < top_k"},
                "You keep the first top_k tokens of the vocabulary. Keep those with the largest logits, wherever "
                "they stand."),
        Mistake("largest in size kept",
                {"logits >= np.sort(logits)[-top_k]": "np.abs(logits) >= np.sort(np.abs(logits))[-top_k]"},
                "You keep the logits that are largest in size, so very negative ones too. Largest means most "
                "positive here."),
        Mistake("all alike", {"return e / e.sum()": "return (kept > -np.inf) / (kept > -np.inf).sum()"},
                "The tokens that you keep are equally likely. Among them the softmax of logits / temperature decides."),
        Mistake("logits clipped",
                [{"np.exp((kept - kept.max()) / temperature)":
                    "np.exp(np.clip(kept / temperature, -700, 700)) * (kept > -np.inf)"},
                {"np.exp((kept - kept.max()) / temperature)":
                    "np.exp(np.clip(kept / temperature, -500, 500)) * (kept > -np.inf)"}],
                "You clip large logits, which makes different ones equal. Subtract the largest one instead: no "
                "probability changes by that, and nothing overflows."),
    ],
    hints=[
        "Three steps: cut the logits, divide by the temperature, softmax.",
        "np.sort(logits)[-top_k] is the k-th largest. np.where(logits >= that, logits, -np.inf) cuts.",
        "For the softmax subtract the maximum first: e = np.exp(z - z.max()); e / e.sum().",
    ],
    explanation="Cutting before or after the division by the temperature is the same: dividing keeps the order.",
)

# 09.4 Nucleus sampling ---------------------------------------------------------------------------------------------


def nucleus_reference(p, share):
    """Keep the smallest set of tokens whose probabilities, largest first, add up to at least `share`; p (V,).

    Returns probabilities (V,) that sum to 1: 0 outside the set.
    """
    order = np.argsort(-p)
    before = np.cumsum(p[order]) - p[order]  # what the larger ones have together
    kept = np.zeros_like(p)
    inside = order[before < share]
    kept[inside] = p[inside]
    return kept / kept.sum()


def _nucleus_cases(rng):
    """One token above the share; shares that are reached exactly; a flat distribution; nearly all kept."""
    cases = [(np.array([0.05, 0.72, 0.02, 0.15, 0.06]), 0.6)]
    cases += [(np.array(p), share) for p, share in (([0.25, 0.5, 0.25], 0.5), ([0.25, 0.0625, 0.5, 0.1875], 0.75))]
    for V, share, spread in ((7, 0.75, 1.5), (9, 0.5, 0.7), (8, 0.93, 2.0), (6, 0.8, 1.0)):
        p = np.exp(spread * rng.standard_normal(V))
        cases.append((p / p.sum(), share))
    return cases


def _no_more_of_equal_ones_than_needed(answer, rng):
    kept = np.count_nonzero(answer(np.array([0.2, 0.4, 0.2, 0.2]), 0.5))
    if kept != 2:
        return f"of p = [0.2, 0.4, 0.2, 0.2] two tokens reach the share 0.5, whichever the second is; yours has {kept}."
    return None


nucleus = Exercise(
    id="09.4",
    title="Nucleus sampling",
    stars=3,
    reference=nucleus_reference,
    cases=_nucleus_cases,
    extra=_no_more_of_equal_ones_than_needed,
    mistakes=[
        Mistake("the crossing token left out",
                [{"before < share": "before + p[order] <= share"}, {"before < share": "before + p[order] < share"},
                {"order[before < share]": "order[: max(1, (before + p[order] <= share).sum())]"},
                {"order[before < share]": "order[: max(1, (before + p[order] < share).sum())]"},
                {"before < share": "before + p[order] <= share",
                "kept / kept.sum()": "kept / max(kept.sum(), 1e-300)"},
                {"before < share": "before + p[order] < share",
                "kept / kept.sum()": "kept / max(kept.sum(), 1e-300)"}],
                "The token that carries the sum to the share or over it is missing from your set. It belongs to it, "
                "even if it is the first: ask what the larger ones have together *before* it."),
        Mistake("one too many", {"order[before < share]": "order[: (before < share).sum() + 1]"},
                "Your set already reached the share one token earlier."),
        Mistake("a threshold on p",
                [{"before < share": "p[order] >= 1 - share"}, {"before < share": "p[order] >= share"},
                {"before < share": "p[order] >= share * p.max()"}, {"before < share": "p[order] >= 1 / len(p)"}],
                "You keep every token whose probability is above a bound. What counts is the sum of the largest "
                "ones: sort, then np.cumsum."),
        Mistake("smallest first", {"np.argsort(-p)": "np.argsort(p)"},
                "You add up from the smallest. np.argsort goes upward: use np.argsort(-p)."),
        Mistake("not sorted", {"np.argsort(-p)": "np.arange(len(p))"},
                "You add up in the order of the vocabulary. Sort by probability first, the largest in front."),
        Mistake("1 − share", {"before < share": "before < 1 - share"},
                "You stop at 1 − share. The set that stays has at least `share` of the probability; what goes has "
                "the rest."),
        Mistake("a share of the tokens",
                [{"before < share": "np.arange(len(p)) < max(1, np.ceil(share * len(p)))"},
                {"before < share": "np.arange(len(p)) < max(1, int(share * len(p)))"},
                {"before < share": "np.arange(len(p)) < max(1, round(share * len(p)))"}],
                "You keep a fixed number of tokens, a share of V. The share is one of probability: a sharp "
                "distribution keeps few tokens, a flat one many."),
        Mistake("left in sorted order", {"return kept / kept.sum()": "return kept[order] / kept.sum()"},
                "The numbers are right, in the wrong places. Write them back: kept[order[inside]] = p[order[inside]]."),
        Mistake("order taken for ranks", {"kept[inside] = p[inside]": "kept = np.where((before < share)[order], p, 0)"},
                "order[i] is the token at place i; it is not the place of token i. Write back by order: "
                "kept[order[inside]] = p[order[inside]]."),
        Mistake("all alike", {"return kept / kept.sum()": "return (kept > 0) / (kept > 0).sum()"},
                "All tokens of your set are equally likely. Inside the set the model's probabilities stay in "
                "proportion."),
        Mistake("not renormalised", {"kept / kept.sum()": "kept"},
                "The set is right. Divide by its sum, so that it can be drawn from."),
        Mistake("one more when the share is reached exactly",
                [{"before < share": "before <= share"},
                {"before < share": "before <= share", "np.argsort(-p)": "np.argsort(p)[::-1]"}],
                "Right, until the sum reaches the share exactly: then you take one token more. A token is in while the "
                "larger ones together have less than the share."),
        Mistake("sorted mask on unsorted p", {"kept[inside] = p[inside]": "kept = np.where(before < share, p, 0)"},
                "Your mask says which places of the sorted order stay, and you lay it on p, which is not sorted. "
                "Write back by order: kept[order[inside]] = p[order[inside]]."),
        Mistake("divided by the share", {"kept.sum()": "share"},
                "You divide by the share. The set has the share or more: divide by its own sum, so that the "
                "result sums to 1."),
        Mistake("through a softmax",
                {"return kept / kept.sum()":
                    "return np.where(kept > 0, np.exp(kept), 0) / np.exp(kept[kept > 0]).sum()"},
                "You send probabilities through a softmax, which makes them more alike. They are probabilities "
                "already: divide by their sum."),
        Mistake("the largest alone", {"return kept / kept.sum()": "return np.eye(len(p))[p.argmax()]"},
                "You keep the most probable token alone. It is the whole set only where it has the share by itself."),
    ],
    hints=[
        "Sort from the largest down, and ask at each token: have the larger ones together reached the share already?",
        "order = np.argsort(-p); np.cumsum(p[order]) - p[order] is what stands before each of them.",
        "inside = before < share. Then kept[order[inside]] = p[order[inside]], and divide by the sum.",
    ],
    explanation="Top-k keeps equally many tokens where the model is sure and where it is not. The nucleus follows the "
                "model: Holtzman et al. (2020).",
)

# 09.5 Reading in pieces --------------------------------------------------------------------------------------------


def read_in_pieces_reference(read, tokens, k):
    """The mean surprise of tokens[1:], in nats; the text is read k at a time by read(piece, state) -> (p, state)."""
    state, surprise = None, []
    for start in range(0, len(tokens) - 1, k):
        piece = tokens[start:start + k]
        targets = tokens[start + 1:start + k + 1]
        p, state = read(piece, state)
        surprise.append(-np.log(p[np.arange(len(targets)), targets]))
    return np.concatenate(surprise).mean()


class _Reader:
    """A small recurrent model without training: embeddings E, state weights W, readout U. State None is zeros."""

    def __init__(self, V, rng):
        self.E, self.W, self.U = rng.standard_normal((V, 5)), rng.standard_normal((5, 5)), rng.standard_normal((5, V))

    def step(self, token, state):
        if np.ndim(token):
            raise TypeError(f"step takes one token at a time, got {token!r:.40}")
        h = np.tanh(self.E[token] + 0.6 * (np.zeros(5) if state is None else state) @ self.W)
        return 2 * h @ self.U, h

    def read(self, piece, state):
        rows = []
        for token in piece:
            logits, state = self.step(token, state)
            rows.append(np.exp(logits) / np.exp(logits).sum())
        return np.array(rows), state


def _pieces(rng):
    """Pieces that fill the text, last ones that are short, and one of a single token."""
    sizes = (13, 4), (15, 4), (12, 5), (9, 3), (11, 5)
    return [(_Reader(7, rng).read, rng.integers(0, 7, S), k) for S, k in sizes]


def _the_same_for_every_size(answer, rng):
    model, tokens = _Reader(6, rng), rng.integers(0, 6, 20)
    found = [float(answer(model.read, tokens, k)) for k in (1, 7, 19, 20)]
    if not np.allclose(found, found[0]):
        return f"pieces of 1, 7, 19 and 20 tokens should give one number; yours are {np.round(found, 4).tolist()}."
    sizes = []

    def read(piece, state):
        sizes.append(len(piece))
        return model.read(piece, state)

    answer(read, tokens, 7)
    if max(sizes) > 7:
        return f"k is 7, and you give `read` a piece of {max(sizes)} tokens at once. No piece may be longer than k."
    return None


read_in_pieces = Exercise(
    id="09.5",
    title="Read a long text in pieces",
    stars=2,
    reference=read_in_pieces_reference,
    cases=_pieces,
    extra=_the_same_for_every_size,
    mistakes=[
        Mistake("state reset", {"p, state = read(piece, state)": "p, _ = read(piece, None)"},
                "Each of your pieces begins with nothing known. Hand on the state that `read` returns: it is the start "
                "of the next piece."),
        Mistake("mean of the pieces' means",
                {"np.concatenate(surprise).mean()": "np.mean([each.mean() for each in surprise])"},
                "You average the means of the pieces, so each character of a short last piece counts more. Collect "
                "the surprise of all characters and take one mean."),
        Mistake("the last short piece dropped",
                [{"len(tokens) - 1, k)": "(len(tokens) - 1) // k * k, k)"},
                {"len(tokens) - 1, k)": "len(tokens) // k * k - (len(tokens) % k == 0), k)"},
                {"len(tokens) - 1, k)": "len(tokens) - k, k)"}, {"len(tokens) - 1, k)": "len(tokens) - k + 1, k)"}],
                "The characters after the last whole piece are missing. In training a block may be dropped; here every "
                "character with a successor counts, so let the last piece be shorter."),
        Mistake("the border left out",
                [{"tokens[start + 1:start + k + 1]": "piece[1:]"},
                {"tokens[start:start + k]": "tokens[start:start + k - 1]",
                "tokens[start + 1:start + k + 1]": "tokens[start + 1:start + k]"}],
                "You take the targets from the piece itself, so its last token has none. Its target is the first "
                "token of the next piece."),
        Mistake("the border read twice", {"tokens[start:start + k]": "tokens[start:start + k + 1]"},
                "You read the first token of the next piece with this one, and again with the next: the state has then "
                "read it twice. Read k tokens, and take the targets one further."),
        Mistake("weighed by the tokens read",
                {"np.concatenate(surprise).mean()":
                    "np.average([each.mean() for each in surprise], "
                    "weights=[min(k, len(tokens) - k * number) for number in range(len(surprise))])"},
                "You weigh each piece by its tokens. The weights are the numbers of targets, and a piece that holds "
                "the last token has one target less than tokens."),
        Mistake("targets not shifted", {"tokens[start + 1:start + k + 1]": "piece"},
                "Your targets are the tokens that have just been read. Row t of p is about the token after that: "
                "tokens[start + 1:start + k + 1]."),
        Mistake("perplexity", {"np.concatenate(surprise).mean()": "np.exp(np.concatenate(surprise).mean())"},
                "That is the perplexity, exp of what is asked for. Return the mean surprise itself."),
        Mistake("in bits", {"-np.log(": "-np.log2("},
                "Your result is in bits. np.log gives nats."),
        Mistake("sum in place of mean", {".mean()": ".sum()"},
                "You return the sum over all characters. Divide by how many there are."),
        Mistake("divided by all tokens", {".mean()": ".sum() / len(tokens)"},
                "You divide by len(tokens). The first token is no target, so the sum has one term less."),
        Mistake("divided by whole pieces", {".mean()": ".sum() / (len(surprise) * k)"},
                "You divide by k for every piece, and the last one can be shorter. Divide by the number of "
                "characters that were added up."),
        Mistake("the mean of p",
                {"-np.log(p[np.arange(len(targets)), targets])": "p[np.arange(len(targets)), targets]",
                "np.concatenate(surprise).mean()": "-np.log(np.concatenate(surprise).mean())"},
                "You average the probabilities and take the logarithm once. The logarithm comes first, then the mean."),
    ],
    hints=[
        "Keep two things from piece to piece: the state, and a list of surprises.",
        "The targets of tokens[start:start + k] are tokens[start + 1:start + k + 1], over the border. A piece that "
        "holds the last token has one target less than inputs.",
        "p[np.arange(len(targets)), targets] picks what the model gave to each target. One np.concatenate at the end.",
    ],
    explanation="The state makes the pieces one text, and one mean over all characters makes their sizes harmless.",
)

# 09.6 A greedy writer ----------------------------------------------------------------------------------------------


def write_greedily_reference(step, beginning, length):
    """The tokens (length,) after a beginning, the likeliest each time; step(token, state) -> (logits, state)."""
    state = None
    for token in beginning:
        logits, state = step(token, state)
    written = []
    while len(written) < length:
        if written:
            logits, state = step(written[-1], state)
        written.append(np.argmax(logits))
    return np.array(written)


def _writers(rng):
    """Small models whose greedy texts differ from those of a model that forgets, or reads a token twice."""
    cases = []
    while len(cases) < 5:
        model, beginning, length = _Reader(23, rng), rng.integers(0, 23, 2 + len(cases)).tolist(), 7 + len(cases)
        if len(set(write_greedily_reference(model.step, beginning, length).tolist())) >= 5:
            cases.append((model.step, beginning, length))
    return cases


def _reads_no_more_than_it_needs(answer, rng):
    model, calls = _Reader(11, rng), []

    def step(token, state):
        calls.append(token)
        return model.step(token, state)

    written = answer(step, [1, 2, 3], 6)
    if len(calls) > 8:
        return (f"3 tokens are read and 6 written: 8 calls of step are enough, as nobody asks what follows the "
                f"last one. Yours made {len(calls)}.")
    ties = answer(lambda token, state: (np.array([0.0, 1.0, 1.0]), state), [0], 2)
    if list(ties) != [1, 1]:
        return f"of logits [0, 1, 1] the first of the largest is token 1; yours wrote {[int(token) for token in ties]}."
    return None if len(written) == 6 else f"6 tokens are to be written, got {len(written)}."


write_greedily = Exercise(
    id="09.6",
    title="Build it: a greedy writer",
    stars=3,
    reference=write_greedily_reference,
    cases=_writers,
    extra=_reads_no_more_than_it_needs,
    mistakes=[
        Mistake("only the last token known",
                [{"for token in beginning:": "for token in beginning[-1:]:"},
                {"logits, state = step(token, state)": "logits, state = step(token, None)"}],
                "When your writing begins, the model knows the last token of the beginning and nothing before it. It "
                "has to read all of them, one after the other, and each starts from the state that the one before "
                "left."),
        Mistake("the state is lost",
                {"logits, state = step(written[-1], state)": "logits, _ = step(written[-1], None)"},
                "Each step of your writing begins with no state, so the model knows its last token only. Hand on the "
                "state that step returns."),
        Mistake("the state stands still",
                {"logits, state = step(written[-1], state)": "logits, _ = step(written[-1], state)"},
                "Your state stays where the beginning left it. Take over the state that step returns each time."),
        Mistake("the last token read twice",
                {"        if written:\n            logits, state = step(written[-1], state)":
                    "        logits, state = step((beginning + written)[-1], state)"},
                "The last token of the beginning is read twice: once with the beginning, and again for the first "
                "written one. Its logits are there already."),
        Mistake("the beginning returned with it", {"np.array(written)": "np.array(list(beginning) + written)"},
                "You return the beginning, too. Only what was written is asked for."),
        Mistake("one missing", {"while len(written) < length": "while len(written) < length - 1"},
                "One token is missing at the end."),
        Mistake("the least likely", {"np.argmax": "np.argmin"},
                "That is the least likely token. np.argmax finds the likeliest."),
    ],
    hints=[
        "Two loops: one reads the beginning, the other writes. The logits of the last call of the first one choose the "
        "first token of the second.",
        "After each written token, before the next is chosen, the model reads it: logits, state = step(token, state).",
        "Choose, append, and call step only if another token is to come.",
    ],
    explanation="Greedy decoding is the limit of a sampler at temperature 0. Chapter 11 compares it with a search.",
)

# 09.7 A gradient at another temperature ----------------------------------------------------------------------------


def d_logits_reference(logits, targets, temperature):
    """Gradient (N, V) of the mean of −log softmax(logits / temperature)[target]; logits (N, V), targets (N,)."""
    e = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    p = e / e.sum(axis=1, keepdims=True)
    came = np.eye(logits.shape[1])[targets]
    return (p - came) / (temperature * len(targets))


def _tempered(rng):
    return [(1.5 * rng.standard_normal((N, V)), rng.integers(0, V, N), temperature)
            for N, V, temperature in ((6, 5, 0.5), (7, 6, 2.0), (5, 4, 1.3), (9, 7, 0.8))]  # N ≥ V


def _d_logits_by_differences(answer, rng):
    logits, targets, temperature = rng.standard_normal((3, 5)), np.array([0, 4, 4]), 0.7

    def loss(values):
        a = values / temperature
        return np.mean(np.log(np.exp(a).sum(axis=1)) - a[np.arange(3), targets])

    moved = np.zeros_like(logits)
    moved[1, 4] = 1e-5
    slope = (loss(logits + moved) - loss(logits - moved)) / 2e-5
    found = np.asarray(answer(logits, targets, temperature))[1, 4]
    if not np.isclose(found, slope, atol=1e-6):
        return f"by finite differences entry [1, 4] is {slope:.5f}, got {found:.5f}."
    return None


d_logits = Exercise(
    id="09.7",
    title="The gradient at another temperature",
    stars=2,
    reference=d_logits_reference,
    cases=_tempered,
    extra=_d_logits_by_differences,
    mistakes=[
        Mistake("the inner derivative forgotten", {"(temperature * len(targets))": "len(targets)"},
                "The softmax is right, and the derivative of logits / temperature is missing: the chain rule brings a "
                "factor 1 / temperature."),
        Mistake("multiplied by the temperature",
                [{"/ (temperature * len(targets))": "* temperature / len(targets)"},
                {" / temperature)": " * temperature)",
                "/ (temperature * len(targets))": "* temperature / len(targets)"}],
                "You multiply by the temperature. The logits are divided by it, and d(logits / temperature) / d logits "
                "is 1 / temperature."),
        Mistake("probabilities divided",
                [{" / temperature)": ")", "(p - came) / (temperature * len(targets))":
                    "(p / temperature - came) / len(targets)"},
                {"(p - came) / (temperature * len(targets))": "(p - came / temperature) / len(targets)"},
                {"(p - came) / (temperature * len(targets))": "(p / temperature - came) / len(targets)"}],
                "You divide one part of the difference by the temperature. The chain rule divides p − came as a whole, "
                "with p = softmax(logits / temperature)."),
        Mistake("temperature nowhere", {" / temperature)": ")", "(temperature * len(targets))": "len(targets)"},
                "Your gradient is that of temperature 1. The temperature enters twice: inside the softmax, and as a "
                "factor by the chain rule."),
        Mistake("softmax without the temperature", {" / temperature)": ")"},
                "The factor is there, but your p is softmax(logits). The model of this loss expects softmax(logits / "
                "temperature)."),
        Mistake("sum in place of mean", {"(temperature * len(targets))": "temperature"},
                "That is the gradient of the sum. The loss is the mean over N positions: divide by N."),
        Mistake("mean over all entries", {"(temperature * len(targets))": "(temperature * logits.size)"},
                "You divide by N · V. The loss is a mean over N positions, each with one term."),
        Mistake("what came is not subtracted", {"(p - came)": "p"},
                "You return the distribution alone. What came is subtracted: p − 1 at the target."),
        Mistake("whole rows",
                {"came = np.eye(logits.shape[1])[targets]": "came = np.zeros_like(p)\n    came[targets] = 1"},
                "p[targets] takes whole rows, and the targets are columns. Meant is one entry of each row: "
                "p[np.arange(N), targets]."),
        Mistake("the target alone", {"(p - came)": "((p - came) * came)"},
                "Your gradient is 0 for all that did not come. Their logits stand in the softmax's sum: their "
                "gradient is p / (temperature * N)."),
        Mistake("softmax down the columns",
                [{"e.sum(axis=1, keepdims=True)": "e.sum(axis=0, keepdims=True)",
                "logits.max(axis=1, keepdims=True)": "logits.max(axis=0, keepdims=True)"},
                {"e.sum(axis=1, keepdims=True)": "e.sum(axis=0, keepdims=True)"}],
                "Your probabilities sum to 1 down the columns. Each row is a position: axis=1."),
    ],
    hints=[
        "Write a = logits / temperature. You know the gradient of a; the chain rule does the rest.",
        "With p = softmax(a): p − 1 at the target and p elsewhere, divided by the N of the mean.",
        "da / d logits = 1 / temperature: (p - came) / (temperature * N), with came = np.eye(V)[targets].",
    ],
    explanation="At a very high temperature p is nearly 1/V everywhere, and what is left shrinks as 1/τ.",
)

# 09.8 and 09.9 Bits, words and characters --------------------------------------------------------------------------


def _kilobytes():
    """1.4932 nats in bits, times the characters, in bytes, in thousands."""
    return 1.4932 / np.log(2) * 111_540 / 8 / 1000


kilobytes = ValueExercise(
    id="09.8",
    title="A language model as a compressor",
    stars=1,
    reference=_kilobytes,
    tolerance=0.01,
    mistakes=[
        Mistake("nats taken for bits", 1.4932 * 111.540 / 8, "You take nats for bits. A nat is 1 / log 2 = 1.44 bits."),
        Mistake("kilobits", 1.4932 / np.log(2) * 111.540, "Those are kilobits. A byte has 8 of them."),
        Mistake("bytes", 1.4932 / np.log(2) * 111_540 / 8, "Those are bytes. A kilobyte has 1,000."),
        Mistake("multiplied by log 2", 1.4932 * np.log(2) * 111.540 / 8,
                "You multiply by log 2. Bits are smaller than nats, so there are more of them: divide."),
        Mistake("the perplexity", np.exp(1.4932) * 111.540 / 8,
                "You take the perplexity for the bits of a character. It is 2 to the power of the bits."),
        Mistake("1,024 bytes", 1.4932 / np.log(2) * 111_540 / 8 / 1024,
                "Those are units of 1,024 bytes. Here a kilobyte has 1,000."),
        Mistake("what is saved", 111.540 * (1 - 1.4932 / np.log(2) / 8), "That is how much is saved of the 111.5."),
        Mistake("a share", 1.4932 / np.log(2) / 8, "That is the share of its size. Take it of 111.5 kB."),
        Mistake("bits", 1.4932 / np.log(2) * 111_540, "Those are bits. Divide by 8, and by 1,000."),
    ],
    hints=[
        "Three steps: nats into bits, one character into all, bits into kilobytes.",
        "2 to the bits is e to the nats: bits = nats / log 2.",
        "1.4932 / 0.6931 = 2.154 bits a character.",
    ],
    explanation="About 30 kB of 111.5. gzip makes 45 kB of it and bzip2 37 kB, but they have not read the other nine "
                "tenths. (The receiver needs the model, too, which is larger than the text.)",
)


def _per_character():
    """10,000 log 70 nats in all, divided among 56,000 characters."""
    return np.exp(10_000 * np.log(70) / 56_000)


words_and_characters = ValueExercise(
    id="09.9",
    title="Words against characters",
    stars=2,
    reference=_per_character,
    tolerance=0.0023,  # 2.14 is right, 2.13 is not
    mistakes=[
        Mistake("divided by the length of a word", 70 / 5.6,
                "You divide the perplexity by 5.6 characters a word. Perplexities multiply: what is shared out among "
                "the characters is the surprise, so take the root."),
        Mistake("cut off", 2.13, "The third decimal is a 5: round up."),
        Mistake("one decimal", 2.1, "Two decimals are asked for: what is the next one?"),
        Mistake("the surprise of a character", 10_000 * np.log(70) / 56_000,
                "That is the surprise of a character, in nats. The perplexity is exp of it."),
        Mistake("the surprise of a word", np.log(70), "That is the surprise of a word. A word has 5.6 characters."),
        Mistake("the other way round", 70**5.6,
                "You multiply the surprise by 5.6. A word's surprise is shared out among its characters: divide."),
        Mistake("bits of a character", np.log2(70) / 5.6,
                "Those are bits: the surprise of a character. The perplexity is 2 to the power of them."),
        Mistake("bits", 2 ** (np.log(70) / 5.6), "The base is mixed: log gives nats, and nats need e, not 2."),
        Mistake("the character model per word", 2.4**5.6,
                "That is the other model's perplexity per word, which tells you as well which is better. Asked for is "
                "the first one's per character."),
    ],
    hints=[
        "Which quantity of a text does not depend on how it is cut into tokens? The probability of the whole text.",
        "Total surprise: 10,000 · log 70 nats. Share it out among 56,000 characters.",
        "exp of that share.",
    ],
    explanation="2.14 is below 2.4: the model of words is the better one. (If it knows every word of the text; a word "
                "outside of its vocabulary has to be spelled, and that costs.)",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("09", [
    Question(
        "A language model has a vocabulary of V characters, and its perplexity on a text is V. What does that mean?",
        [
            Option("It is wrong at every step.", False,
                   "Perplexity does not count rights and wrongs. It asks how much probability went to what came."),
            Option("It gives probability 1/V to every character, at every step and in every context.", False,
                   "A uniform guess has perplexity V, but so can a model that is sharp and often wrong. It is an "
                   "average."),
            Option("It is the worst value there is.", False,
                   "A model that is sure and wrong does worse, without a limit: with p = 0 for what came it is "
                   "infinite."),
            Option("It does no better than guessing every character with probability 1/V.", True,
                   "The uniform guess has surprise log V at each step, and exp(log V) = V."),
        ],
        topic="what perplexity V means",
    ),
    Question(
        "Which of these give the perplexity of a text, if p are the probabilities of its characters?",
        [
            Option("The geometric mean of 1/p", True, "That is what the other two compute."),
            Option("2 ** -np.log2(p).mean()", True,
                   "The mean surprise in bits, in the exponent of 2. The same number."),
            Option("np.mean(1 / p)", False,
                   "That is the arithmetic mean. It is larger, unless all p are equal, and one small p rules it."),
            Option("np.exp(-np.log(p).mean())", True, "The mean surprise in nats, in the exponent of e."),
            Option("2 ** -np.log(p).mean()", False, "Nats in the exponent need e. This one comes out too small."),
        ],
        topic="perplexity",
    ),
    Question(
        "The validation text is evaluated in batches of different sizes, and each batch's perplexity is printed. How "
        "do you get that of the whole text?",
        [
            Option("Add up the surprise of all characters, divide by their number, take exp.", True,
                   "Each character counts once, and exp comes last."),
            Option("Average the losses of the batches, each batch counting the same, and then take exp.", False,
                   "It would be right for batches of one size. Here a character counts more in a small batch than in a "
                   "large one."),
            Option("Average the perplexities of the batches.", False,
                   "Small batches count as much as large ones. And as exp bends upward, even over batches of one size "
                   "that mean is too large."),
        ],
        topic="common errors",
    ),
    Question(
        "A text of 1,001 characters is read in two rows. Why does row 2 start at character 500, counted from 0?",
        [
            Option("So that the rows are as different from each other as one text allows.", False,
                   "They may be alike. What counts is that each row is one unbroken stretch."),
            Option("So that each row goes on in its next block where it stopped, and its carried state is right.",
                   True,
                   "With neighbouring blocks as rows, a row jumps, and its state is that of another part. (The "
                   "last of the 1,001 has no target, so each row reads 500.)"),
            Option("Because the last 500 characters are kept for validation.", False,
                   "The validation text was set aside before that."),
        ],
        topic="offset batches",
    ),
    Question(
        "Truncated BPTT carries the state from block to block. What goes over the border between two blocks?",
        [
            Option("Neither the numbers in the state nor the gradient.", False,
                   "That is a reset state. Then each block begins as if the text began there."),
            Option("The gradient, but not the numbers in the state.", False,
                   "The gradient is cut there: `detach`. That is what the truncation is."),
            Option("The numbers in the state, but no gradient.", True,
                   "The numbers remember what was read, and `detach` stops the gradient."),
        ],
        topic="what truncated BPTT cuts",
    ),
    Question(
        "You sample at temperature 0.1. What do you expect, compared with temperature 1?",
        [
            Option("The text repeats itself more.", True, "Near-greedy choices run into loops."),
            Option("More typing errors and rare words.", False, "That is what a high temperature gives."),
            Option("The likeliest characters nearly always win.", True,
                   "Dividing by 0.1 multiplies all differences of the logits by ten."),
            Option("The model makes better predictions.", False,
                   "Its weights and logits are the same. Only the choice among its predictions changes."),
        ],
        topic="temperature",
    ),
    Question(
        "A paper reports 2.12 bits per character, another a loss of 1.47 nats per character. Which model is better?",
        [
            Option("Neither: the two numbers say the same.", True,
                   "1.47 / ln 2 = 2.12. Both have perplexity 4.3 per character."),
            Option("The one with 1.47, because a lower number is better.", False,
                   "Different units: a nat is 1.44 bits."),
            Option("The one with 2.12, because bits are finer than nats.", False,
                   "Lower is better, and the units differ: 2.12 bits are 1.47 nats."),
        ],
        topic="wrong base",
    ),
    Question(
        "You train on a short text of your own. From pass to pass the training loss falls, 0.9, 0.6, 0.3, and the "
        "perplexity on the tenth kept aside, which is of the same kind, is 5, 6 and then 9. What has happened?",
        [
            Option("The network is too small for the text, and needs more units.", False,
                   "A larger one would fit the training text even better, and that is not what is missing."),
            Option("It learns the training text by heart, and the first pass was the best one.", True,
                   "What it gets better at is true of the training text alone. Take the weights of the best pass, "
                   "more text, or dropout."),
            Option("It is as good as before: the perplexity counts more choices as the model learns more words.", False,
                   "The vocabulary is the same in every pass. A higher perplexity on unseen text is a worse model of "
                   "it."),
            Option("The learning rate is too high, so the training has diverged.", False,
                   "Then the training loss would not fall so evenly."),
        ],
        topic="a text of one's own",
    ),
    Question(
        "Each row of a batch holds the block that follows the row above it, and the state of every row is carried to "
        "the next batch. What is wrong with it?",
        [
            Option("Nothing, as long as the gradient is cut between the batches.", False,
                   "The numbers in the state are wrong, and cutting the gradient doesn't mend them."),
            Option("The targets are shifted by one block.", False,
                   "Inputs and targets fit each other. What does not fit is the state."),
            Option("Each row begins with the state of another part of the text, and the rows are much alike.", True,
                   "Row 1 of the next batch does not go on where row 1 has stopped but further on. In this chapter the "
                   "wrong state costs more than no state at all."),
        ],
        topic="neighbours",
    ),
])
