"""Exercises and quiz of chapter 09: language models."""

from functools import partial

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 09.1 Perplexity -------------------------------------------------------------------------------------------------


def perplexity_reference(p, keep):
    """Perplexity of a batch. p (T, N): what the model gave to each token that came.

    keep (T, N): 1 counts, 0 is padding. Returns a float.
    """
    surprise = -np.log(p[keep == 1])
    return np.exp(surprise.mean())


def _wrong_perplexity(p, keep, *, slip):
    kept = p[keep == 1]
    rows = [p[keep[:, n] == 1, n] for n in range(p.shape[1])]
    return {
        "bits": lambda: 2 ** np.mean(-np.log(kept)),
        "nats": lambda: np.exp(np.mean(-np.log2(kept))),
        "padding": lambda: np.exp(-np.log(p).mean()),
        "row numbers": lambda: np.exp(-np.log(p[keep]).mean()),
        "padding in the count": lambda: np.exp(-np.log(kept).sum() / p.size),
        "rows": lambda: np.mean([np.exp(-np.log(row).mean()) for row in rows]),
        "row losses": lambda: np.exp(np.mean([-np.log(row).mean() for row in rows])),
        "loss": lambda: -np.log(kept).mean(),
        "sign": lambda: np.exp(np.log(kept).mean()),
        "arithmetic": lambda: np.mean(1 / kept),
        "one over mean": lambda: 1 / np.mean(kept),
        "sum": lambda: np.exp(-np.log(kept).sum()),
    }[slip]()


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
        Mistake("2 to the power of nats", partial(_wrong_perplexity, slip="bits"),
                "np.log gives nats, and you raise 2 to them. One base for both: np.exp with np.log, or 2** with "
                "np.log2."),
        Mistake("e to the power of bits", partial(_wrong_perplexity, slip="nats"),
                "np.log2 gives bits, and np.exp undoes np.log. One base for both: np.exp with np.log, or 2** with "
                "np.log2."),
        Mistake("padding counted", partial(_wrong_perplexity, slip="padding"),
                "Every entry of p counts in yours, padding too. Take p[keep == 1] before anything else."),
        Mistake("keep taken for row numbers", partial(_wrong_perplexity, slip="row numbers"),
                "keep holds integers, and p[keep] takes rows 0 and 1 of p, again and again. Only truth values choose "
                "entries: p[keep == 1]."),
        Mistake("divided by the padding too", partial(_wrong_perplexity, slip="padding in the count"),
                "You add up the surprise of the tokens that count and divide by T · N. Divide by how many count: "
                "keep.sum()."),
        Mistake("mean of the rows' perplexities", partial(_wrong_perplexity, slip="rows"),
                "You average one perplexity for each row. exp of a mean is not the mean of exps: average the surprise "
                "of all tokens, then take exp once."),
        Mistake("mean of the rows' losses", partial(_wrong_perplexity, slip="row losses"),
                "Each row counts alike in yours, the short ones as much as the long ones. Each token shall count "
                "alike: one mean over all that are kept."),
        Mistake("no exp", partial(_wrong_perplexity, slip="loss"),
                "That is the mean negative log-likelihood, in nats. The perplexity is exp of it."),
        Mistake("sign lost", partial(_wrong_perplexity, slip="sign"),
                "Yours is below 1: the geometric mean of p itself. A minus sign before the logarithm turns it over."),
        Mistake("arithmetic mean of 1/p", partial(_wrong_perplexity, slip="arithmetic"),
                "You take the arithmetic mean of 1/p. The perplexity is its geometric mean: average the logarithms."),
        Mistake("1 over the mean of p", partial(_wrong_perplexity, slip="one over mean"),
                "You average the probabilities and turn the mean over. Average the logarithms: one token with p near "
                "0 must hurt."),
        Mistake("sum in place of mean", partial(_wrong_perplexity, slip="sum"),
                "You sum the surprise of all tokens, so a longer text has a larger value. Take the mean."),
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


def _columns(stream, rows, size, count, k):
    return stream[:rows * size].reshape(rows, size).T[:count * k].reshape(count, k, rows)


def _wrong_blocks(tokens, rows, k, *, slip):
    size = (len(tokens) - 1) // rows
    count = size // k
    inputs, targets = next_token_blocks_reference(tokens, rows, k)
    if slip == "unshifted":
        return inputs, inputs.copy()
    if slip == "two":
        return inputs, _columns(np.roll(tokens, -2), rows, size, count, k)
    if slip == "backward":
        return inputs, _columns(np.roll(tokens, 1), rows, size, count, k)
    if slip == "swapped":
        return targets, inputs
    if slip == "block":
        return inputs, np.roll(inputs, -1, axis=1)
    if slip == "row":
        columns = tokens[:rows * size].reshape(rows, size).T
        return inputs, np.roll(columns, -1, axis=0)[:count * k].reshape(count, k, rows)
    if slip == "neighbours":
        count = (len(tokens) - 1) // (rows * k)
        return tuple(stream[:count * rows * k].reshape(count, rows, k).swapaxes(1, 2)
                     for stream in (tokens[:-1], tokens[1:]))
    if slip == "rows first":
        return inputs.swapaxes(1, 2), targets.swapaxes(1, 2)
    if slip == "every":
        return tuple(stream[:count * k * rows].reshape(count, k, rows) for stream in (tokens[:-1], tokens[1:]))
    size = len(tokens) // rows  # "wrap"
    return tuple(_columns(stream, rows, size, size // k, k) for stream in (tokens, np.roll(tokens, -1)))


def _token_cases(rng):
    """A text of S tokens each; in the first and third, S is a multiple of the rows: the last target can go missing."""
    return [(rng.permutation(S), rows, k) for S, rows, k in ((24, 2, 4), (38, 3, 4), (60, 4, 5), (53, 5, 3))]


next_token_blocks = Exercise(
    id="09.2",
    title="Offset batches, with targets",
    stars=2,
    reference=next_token_blocks_reference,
    cases=_token_cases,
    names=("inputs", "targets"),
    mistakes=[
        Mistake("targets not shifted", partial(_wrong_blocks, slip="unshifted"),
                "Your targets are the inputs. The network would learn to copy, with a loss near 0. Cut the targets "
                "from tokens[1:]."),
        Mistake("shifted twice", partial(_wrong_blocks, slip="two"),
                "Your targets are two tokens ahead. The target of tokens[i] is tokens[i + 1]."),
        Mistake("shifted the other way", partial(_wrong_blocks, slip="backward"),
                "Your targets are the tokens before: they have been read already. Cut the targets from tokens[1:]."),
        Mistake("inputs and targets exchanged", partial(_wrong_blocks, slip="swapped"),
                "You return the targets first. The inputs begin with tokens[0], the targets with tokens[1]."),
        Mistake("rolled inside each block", partial(_wrong_blocks, slip="block"),
                "The last target of each block is the block's own first token: np.roll wraps around. Shift the whole "
                "text before you cut it."),
        Mistake("rolled inside each row", partial(_wrong_blocks, slip="row"),
                "The last target of each row is the row's own first token: np.roll wraps around. Shift the whole text "
                "before you cut it."),
        Mistake("neighbouring blocks in one batch", partial(_wrong_blocks, slip="neighbours"),
                "Row 2 of your first block goes on where row 1 stops, so a carried state would be the state of "
                "another place. Row n starts at n * ((S - 1) // rows)."),
        Mistake("time not first", partial(_wrong_blocks, slip="rows first"),
                "The rows are right, but your blocks are (rows, k). Arrays are time-major here: swap the last two "
                "axes."),
        Mistake("every n-th token", partial(_wrong_blocks, slip="every"),
                "Each row takes every rows-th token, so neighbours in time are in different rows. Reshape to (rows, "
                "size) first and transpose after that."),
        Mistake("a target from the start of the text", partial(_wrong_blocks, slip="wrap"),
                "Your rows have S // rows tokens. The last token of the text has no target, so only S - 1 can be "
                "inputs: size = (S - 1) // rows."),
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


def _softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _top(logits, k):
    return logits >= np.sort(logits)[-k]


def _wrong_sharpen(logits, temperature, top_k, *, slip):
    z, top = logits / temperature, _top(logits, top_k)
    with np.errstate(all="ignore"):
        return {
            "times": lambda: _softmax(np.where(top, logits * temperature, -np.inf)),
            "after": lambda: np.where(top, _softmax(logits), 0) / temperature
            / np.sum(np.where(top, _softmax(logits), 0) / temperature),
            "no temperature sum": lambda: np.where(top, _softmax(logits), 0) / temperature,
            "smallest": lambda: _softmax(np.where(logits <= np.sort(logits)[top_k - 1], z, -np.inf)),
            "zero": lambda: _softmax(np.where(top, z, 0.0)),
            "not renormalised": lambda: np.where(top, _softmax(z), 0),
            "all": lambda: _softmax(z),
            "one less": lambda: _softmax(np.where(logits > np.sort(logits)[-top_k], z, -np.inf)) if top_k > 1
            else np.full_like(z, np.nan),
            "one more": lambda: _softmax(np.where(_top(logits, min(top_k + 1, len(logits))), z, -np.inf)),
            "greedy": lambda: np.eye(len(logits))[logits.argmax()],
            "overflow": lambda: np.where(top, np.exp(z), 0) / np.sum(np.where(top, np.exp(z), 0)),
            "undivided maximum": lambda: np.where(top, np.exp(z - logits.max()), 0)
            / np.sum(np.where(top, np.exp(z - logits.max()), 0)),
            "sorted": lambda: np.sort(sharpen_reference(logits, temperature, top_k))[::-1],
        }[slip]()


def _logit_cases(rng):
    """Hot and cold, few and all kept; logits of several signs, as all-positive ones would hide a mask of zeros."""
    cases = []
    for V, temperature, k in ((6, 0.5, 3), (9, 2.0, 4), (7, 1.3, 7), (8, 0.8, 2)):
        cases.append((2 * rng.standard_normal(V) - 0.5, temperature, k))
    large = np.array([1200.0, 1199.0, -3.0, 1198.5, 10.0])  # np.exp of these is inf
    cases += [(large, 0.7, 3), (large - 2.0, 0.5, 2), (large + 3.0, 3.0, 3)]  # less the undivided maximum: inf, then 0
    return cases


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
        Mistake("multiplied by the temperature", partial(_wrong_sharpen, slip="times"),
                "You multiply by the temperature, so a high one sharpens. Divide the logits by it."),
        Mistake("temperature after the softmax", partial(_wrong_sharpen, slip="after"),
                "You divide the probabilities and bring them back to sum 1, which undoes the division. The "
                "temperature belongs inside: softmax(logits / temperature)."),
        Mistake("probabilities divided", partial(_wrong_sharpen, slip="no temperature sum"),
                "You divide the probabilities by the temperature, and they no longer sum to 1. Divide the logits, "
                "before the softmax."),
        Mistake("smallest kept", partial(_wrong_sharpen, slip="smallest"),
                "You keep the top_k smallest logits. np.sort goes upward: the k-th largest is "
                "np.sort(logits)[-top_k]."),
        Mistake("masked with 0", partial(_wrong_sharpen, slip="zero"),
                "You set the other logits to 0, and exp(0) is 1: they keep some probability. Set them to -np.inf."),
        Mistake("not renormalised", partial(_wrong_sharpen, slip="not renormalised"),
                "What is left after the cut does not sum to 1. Cut the logits before the softmax, or divide by the "
                "new sum."),
        Mistake("top_k ignored", partial(_wrong_sharpen, slip="all"),
                "All tokens keep some probability. Set all but the top_k largest logits to -np.inf."),
        Mistake("one too few", partial(_wrong_sharpen, slip="one less"),
                "One token too few is left: the k-th largest itself shall stay. Compare with >=, not with >."),
        Mistake("one too many", partial(_wrong_sharpen, slip="one more"),
                "One token too many is left. The k-th largest is np.sort(logits)[-top_k], counted from -1."),
        Mistake("the largest alone", partial(_wrong_sharpen, slip="greedy"),
                "All probability goes to the largest logit. That is greedy decoding, the limit of temperature 0."),
        Mistake("overflow", partial(_wrong_sharpen, slip="overflow"),
                "Right, until a logit is large: np.exp(1200) is inf, and inf / inf is NaN. Subtract the largest logit "
                "first; no probability changes by that."),
        Mistake("the largest logit subtracted after the division", partial(_wrong_sharpen, slip="undivided maximum"),
                "Right for small logits. You subtract max(logits) from logits / temperature: 1200 / 0.5 - 1200 is "
                "still 1200, and 1200 / 3 - 1200 is -800. Then exp is inf, or 0 for all, and the division gives NaN. "
                "Divide first, then subtract the largest of the quotients."),
        Mistake("left in sorted order", partial(_wrong_sharpen, slip="sorted"),
                "The numbers are right, in the wrong places: you return them sorted. Token v's probability belongs at "
                "index v."),
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
    kept[order[before < share]] = p[order[before < share]]
    return kept / kept.sum()


def _wrong_nucleus(p, share, *, slip):
    order = np.argsort(-p)
    total = np.cumsum(p[order])
    inside = total - p[order] < share
    if slip == "short":  # the token that crosses the share is left out
        inside = total <= share
    if slip == "more":
        inside = np.append(True, inside[:-1])
    if slip == "threshold":
        inside = p[order] >= 1 - share
    if slip == "smallest":
        order = order[::-1]
        inside = np.cumsum(p[order]) - p[order] < share
    if slip == "unsorted":
        order = np.arange(len(p))
        inside = np.cumsum(p) - p < share
    if slip == "complement":
        inside = total - p[order] < 1 - share
    if slip == "count":
        inside = np.arange(len(p)) < max(1, int(np.ceil(share * len(p))))
    kept = np.zeros_like(p)
    kept[order[inside]] = p[order[inside]]
    if slip == "sorted":
        kept = np.where(inside, p[order], 0)
    if slip == "inverse":  # order used as if it told each token its rank
        kept = np.where(inside[order], p, 0)
    if slip == "flat":
        kept = (kept > 0).astype(float)
    with np.errstate(all="ignore"):
        return kept if slip == "not renormalised" else kept / kept.sum()


def _nucleus_cases(rng):
    """One token above the share; a share in the middle; a flat distribution; nearly all kept."""
    cases = [(np.array([0.05, 0.72, 0.02, 0.15, 0.06]), 0.6)]
    for V, share, spread in ((7, 0.75, 1.5), (9, 0.5, 0.7), (8, 0.93, 2.0), (6, 0.8, 1.0)):
        p = np.exp(spread * rng.standard_normal(V))
        cases.append((p / p.sum(), share))
    return cases


nucleus = Exercise(
    id="09.4",
    title="Nucleus sampling",
    stars=3,
    reference=nucleus_reference,
    cases=_nucleus_cases,
    mistakes=[
        Mistake("the crossing token left out", partial(_wrong_nucleus, slip="short"),
                "Your set stays below the share, and is empty when one token alone exceeds it. The token that carries "
                "the sum over the share belongs to it: ask what the larger ones have together *before* it."),
        Mistake("one too many", partial(_wrong_nucleus, slip="more"),
                "Your set already reached the share one token earlier."),
        Mistake("a threshold on p", partial(_wrong_nucleus, slip="threshold"),
                "You keep every token above a fixed probability. What counts is the sum of the largest ones: sort, "
                "then np.cumsum."),
        Mistake("smallest first", partial(_wrong_nucleus, slip="smallest"),
                "You add up from the smallest. np.argsort goes upward: use np.argsort(-p)."),
        Mistake("not sorted", partial(_wrong_nucleus, slip="unsorted"),
                "You add up in the order of the vocabulary. Sort by probability first, the largest in front."),
        Mistake("1 − share", partial(_wrong_nucleus, slip="complement"),
                "You stop at 1 − share. The set that stays has at least `share` of the probability; what goes has the "
                "rest."),
        Mistake("a share of the tokens", partial(_wrong_nucleus, slip="count"),
                "You keep a fixed number of tokens, a share of V. The share is one of probability: a sharp "
                "distribution keeps few tokens, a flat one many."),
        Mistake("left in sorted order", partial(_wrong_nucleus, slip="sorted"),
                "The numbers are right, in the wrong places. Write them back: kept[order[inside]] = p[order[inside]]."),
        Mistake("order taken for ranks", partial(_wrong_nucleus, slip="inverse"),
                "order[i] is the token at place i; it is not the place of token i. Write back by order: "
                "kept[order[inside]] = p[order[inside]]."),
        Mistake("all alike", partial(_wrong_nucleus, slip="flat"),
                "All tokens of your set are equally likely. Inside the set the model's probabilities stay in "
                "proportion."),
        Mistake("not renormalised", partial(_wrong_nucleus, slip="not renormalised"),
                "The set is right. Divide by its sum, so that it can be drawn from."),
    ],
    hints=[
        "Sort from the largest down, and ask at each token: have the larger ones together reached the share already?",
        "order = np.argsort(-p); np.cumsum(p[order]) - p[order] is what stands before each of them.",
        "inside = before < share. Then kept[order[inside]] = p[order[inside]], and divide by the sum.",
    ],
    explanation="Top-k keeps equally many tokens where the model is sure and where it is not. The nucleus follows the "
                "model: Holtzman et al. (2020).",
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
            Option("2 ** -np.log2(p).mean()", True, "2 to the mean surprise in bits. The same number."),
            Option("np.mean(1 / p)", False,
                   "That is the arithmetic mean. It is larger, and one rare character rules it."),
            Option("np.exp(-np.log(p).mean())", True, "e to the power of the mean surprise in nats."),
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
                   "Better, and right for batches of one size. Here a short last batch counts too much."),
            Option("Average the perplexities of the batches.", False,
                   "exp bends upward, so that mean is too large; and small batches count as much as large ones."),
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
                   "With neighbouring blocks as rows, a row jumps, and its state is that of another place. (The "
                   "last of the 1,001 has no target, so each row reads 500.)"),
            Option("Because the last 500 characters are kept for validation.", False,
                   "Validation text is cut off before."),
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
            Option("The numbers in the state, but no gradient.", True, "What was read before is remembered."),
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
])
