"""Exercises and quiz of chapter 13: attention."""

import numpy as np

from seqlearn.exercises.looking_back import ceiling_of, luong_steps, shares_of_context, temperature_backward
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "attention_backward", "ceiling_of", "luong_steps", "masked_softmax", "reinforce", "scores",
           "shares_of_context", "temperature_backward"]

# 13.1 The three scores -------------------------------------------------------------------------------------------


def scores_reference(q, keys, W, W_q, W_k, v):
    """The scores of one query against all keys, in three ways: dot, general, additive, each (N, T).

    q (N, d), keys (T, N, d), W (d, d), W_q and W_k (d, units), v (units,). Row n of q belongs to keys[:, n].
    """
    dot = np.sum(keys * q, axis=2).T
    general = np.sum(keys * (q @ W), axis=2).T
    additive = (np.tanh(q @ W_q + keys @ W_k) @ v).T
    return dot, general, additive


def _score_cases(rng):
    return [tuple(rng.normal(size=shape) for shape in ((N, K), (S, N, K), (K, K), (K, A), (K, A), (A,)))
            for N, S, K, A in ((2, 4, 3, 5), (3, 3, 4, 4), (1, 5, 2, 3))]


scores = Exercise(
    id="13.1",
    title="The three scores",
    stars=1,
    reference=scores_reference,
    cases=_score_cases,
    names=("dot", "general", "additive"),
    mistakes=[
        Mistake("W transposed", {"q @ W)": "q @ W.T)"},
                "The general score has W transposed: it is q · W · k, the query on the left, so q @ W meets the "
                "keys. W is square here, and NumPy cannot notice."),
        Mistake("the general score without a query", {"keys * (q @ W)": "keys @ W"},
                "Your general score sums keys @ W and never meets q. Then every step of the decoder would look at "
                "the same places."),
        Mistake("tanh forgotten", {"np.tanh(": "("},
                "The additive score has no tanh. Without it, q adds the same number to all scores of a row, and the "
                "softmax takes it away again: the query would not matter."),
        Mistake("the additive score without a query", {"q @ W_q + ": ""},
                "The additive score reads the keys only. Add q @ W_q inside the tanh."),
        Mistake("a tanh for each", {"np.tanh(q @ W_q + keys @ W_k)": "(np.tanh(q @ W_q) + np.tanh(keys @ W_k))"},
                "You take the tanh of query and key apart and add then. Again q adds the same to all scores of a "
                "row. First the sum, then the tanh."),
        Mistake("a tanh for the keys alone", {"np.tanh(q @ W_q + keys @ W_k)": "(q @ W_q + np.tanh(keys @ W_k))"},
                "Your tanh goes over the keys alone. Then q adds the same to all scores of a row, and the softmax "
                "takes it away again. First the sum, then the tanh."),
        Mistake("a product inside", {"q @ W_q + keys @ W_k": "(q @ W_q) * (keys @ W_k)"},
                "Inside the tanh you multiply query and key. This score is called additive: their parts are added."),
        Mistake("tanh at the end", {"(np.tanh(q @ W_q + keys @ W_k) @ v)": "np.tanh((q @ W_q + keys @ W_k) @ v)"},
                "The tanh stands after v. It belongs before: np.tanh(…) @ v, a hidden layer and its readout."),
        Mistake("v forgotten", {" @ v)": ".sum(axis=2))"},
                "You sum the hidden units of the additive score. v weighs them: np.tanh(…) @ v."),
        Mistake("W_q and W_k exchanged", {"W_q + keys @ W_k": "W_k + keys @ W_q"},
                "W_q multiplies the keys and W_k the query: it is the other way round."),
        Mistake("a scaled dot product",
                [{"keys * q, axis=2).T": "keys * q, axis=2).T / np.sqrt(q.shape[1])"},
                {"keys * q, axis=2).T": "keys * q, axis=2).T / np.sqrt(q.shape[1])",
                "(q @ W), axis=2).T": "(q @ W), axis=2).T / np.sqrt(q.shape[1])"}],
                "You divide by √d. That is the score of chapter 14; here the scores stand as they are."),
        Mistake("cosines",
                {"keys * q, axis=2).T":
                    "keys * q, axis=2).T / np.linalg.norm(keys, axis=2).T / np.linalg.norm(q, axis=1)[:, None]"},
                "Your dot score is the cosine of the angle. The lengths of query and key count, too: do not divide."),
        Mistake("means in place of sums",
                [{"dot = np.sum": "dot = np.mean", "general = np.sum": "general = np.mean",
                " @ v)": " @ v / len(v))"}, {"dot = np.sum": "dot = np.mean",
                "general = np.sum": "general = np.mean"}],
                "You take means over the features. The scores are sums: q · k = Σ q_i k_i."),
        Mistake("softmax already",
                {"return dot, general, additive":
                    "return [np.exp(e) / np.exp(e).sum(axis=1, keepdims=True) for e in (dot, general, additive)]"},
                "These are the weights. Stop before the softmax: a score may be any number."),
        Mistake("shape (T, N)", {"return dot, general, additive": "return dot.T, general.T, additive.T"},
                "Your scores are (T, N), steps first. One row for each sequence of the batch, please: (N, T), so .T "
                "at the end."),
        Mistake("sigmoid for tanh", {"np.tanh(q @ W_q + keys @ W_k)": "(1 / (1 + np.exp(-(q @ W_q + keys @ W_k))))"},
                "The additive score has a sigmoid in your answer. Its hidden layer is np.tanh."),
        Mistake("W twice", {"keys * (q @ W)": "(keys @ W) * (q @ W)"},
                "Your general score multiplies query and keys by W, both. W stands once, between them: q @ W meets "
                "the keys as they are."),
        Mistake("distances", {"np.sum(keys * q, axis=2)": "-np.sum((keys - q) ** 2, axis=2)"},
                "Your dot score is minus a squared distance. It is the sum of the products: q · k = Σ q_i k_i."),
    ],
    hints=[
        "keys * q multiplies every key (T, N, d) with the query of its row (N, d): the last two axes fit. What is "
        "left is a sum over the features, axis 2, and a .T.",
        "The general score is the dot product of the keys with another query, q @ W.",
        "The additive score is a network with one hidden layer: np.tanh(q @ W_q + keys @ W_k) is (T, N, units). v "
        "makes one number of it.",
    ],
    explanation="`np.einsum('nd,tnd->nt', q, keys)` says the same as the first line, in the letters of the shapes.",
)

# 13.2 Masked softmax ---------------------------------------------------------------------------------------------


def masked_softmax_reference(scores, mask):
    """Weights (N, T) from scores (N, T): a softmax over the keys where mask (N, T) is True, and 0 elsewhere.

    scores stay as they are. Every row has at least one True. Scores may be as large as ±1000.
    """
    scores = np.where(mask, scores, -np.inf)
    scores = scores - scores.max(axis=1, keepdims=True)
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)


def _softmax(scores, axis=1):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _mask_cases(rng):
    """Rows of different lengths, a mask with a hole, and scores that overflow: the padded ones the largest of all."""
    cases = []
    for N, S in ((3, 5), (4, 3)):
        scores = 2 * rng.normal(size=(N, S))
        mask = np.arange(S) < rng.integers(1, S, N)[:, None]
        mask[0], mask[-1] = True, [True, *[False] * (S - 2), True]
        cases.append((scores, mask))
    large = np.array([[990.0, 1000.0, 998.0, 3.0], [-995.0, -1000.0, 0.0, 900.0]])
    cases.append((large, np.array([[True, True, True, False], [True, True, False, False]])))
    apart = np.array([[1000.0, 998.0, 3.0, 997.0], [-995.0, -1000.0, -1000.0, -997.5]])
    low = np.array([[-990.0, -992.5, -700.0, -991.0], [-1000.0, -999.0, -998.0, -1000.0]])
    mask = np.array([[True, True, False, True], [True, True, False, True]])
    return [*cases, (apart, mask), (low, mask)]


masked_softmax = Exercise(
    id="13.2",
    title="Masked softmax",
    stars=2,
    reference=masked_softmax_reference,
    cases=_mask_cases,
    names="weights",
    mistakes=[
        Mistake("mask after softmax",
                {"scores = np.where(mask, scores, -np.inf)\n    ": "",
                "return weights /": "return mask * weights /"},
                "You mask after the softmax. The padded keys have taken their share by then, so what is left does "
                "not sum to 1, and the context shrinks with every step of padding. Mask the scores, before."),
        Mistake("mask with 0", {"-np.inf": "0.0"},
                "You set the masked scores to 0. A score of 0 is a middling one, e⁰ = 1: padding still gets weight. "
                "The score that gets none is −∞."),
        Mistake("mask with 0, then clear", {"-np.inf": "0.0", "return weights /": "return mask * weights /"},
                "You set the masked scores to 0 and their weights to 0 afterwards. They are still in the sum below "
                "the fraction. Set the scores to −∞."),
        Mistake("no mask", {"scores = np.where(mask, scores, -np.inf)\n    ": ""},
                "The mask is not used: padding gets weight like any key."),
        Mistake("mask inverted", {"np.where(mask": "np.where(~mask"},
                "You keep what should be masked. True means: this key may be looked at."),
        Mistake("a negative number that is not small enough",
                [{"-np.inf": "-10"}, {"-np.inf": "-20"}, {"-np.inf": "-30"}, {"-np.inf": "-50"},
                {"-np.inf": "-100"}, {"-np.inf": "-500"}, {"-np.inf": "-999"}, {"-np.inf": "-1000"},
                {"np.where(mask, scores, -np.inf)": "scores - 10 * ~mask"},
                {"np.where(mask, scores, -np.inf)": "scores - 20 * ~mask"},
                {"np.where(mask, scores, -np.inf)": "scores - 50 * ~mask"},
                {"np.where(mask, scores, -np.inf)": "scores - 100 * ~mask"},
                {"np.where(mask, scores, -np.inf)": "scores - 500 * ~mask"},
                {"np.where(mask, scores, -np.inf)": "scores - 1000 * ~mask"}],
                "You mask with a number such as −10 or −1000. It is not below all scores: real ones may lie at "
                "−1000, with padding far above them, and then the padding gets weight. Use −np.inf."),
        Mistake("softmax over the batch",
                {"scores.max(axis=1": "scores.max(axis=0", "weights.sum(axis=1": "weights.sum(axis=0"},
                "Your softmax runs over axis 0, so the sequences of the batch compete with each other. The weights "
                "of one row sum to 1: axis 1."),
        Mistake("softmax over everything",
                [{"scores.max(axis=1, keepdims=True)": "scores.max()",
                "weights.sum(axis=1, keepdims=True)": "weights.sum()"},
                {"weights.sum(axis=1, keepdims=True)": "weights.sum()"}],
                "All weights together sum to 1. Each row has to: the sum goes over axis=1 with keepdims=True, and so "
                "does the maximum."),
        Mistake("overflow",
                [{"scores = scores - scores.max(axis=1, keepdims=True)\n    ": ""},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "",
                "scores = scores - scores.max(axis=1, keepdims=True)\n    ": "",
                "np.exp(scores)": "np.exp(scores) * mask"}],
                "Right for small scores. np.exp(1000) is inf, and inf / inf is NaN; np.exp(−1000) is 0, and so is "
                "the sum. Subtract the row's largest score first, the largest of those that count."),
        Mistake("the largest of all keys",
                [{"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask"},
                {"scores.max(axis=1, keepdims=True)": "given.max(axis=1, keepdims=True)",
                "scores = np.where(mask, scores, -np.inf)\n    ":
                    "given = scores\n    scores = np.where(mask, scores, -np.inf)\n    "},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask",
                "weights.sum(axis=1, keepdims=True)": "(weights.sum(axis=1, keepdims=True) + 1e-12)"},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask",
                "weights.sum(axis=1, keepdims=True)": "(weights.sum(axis=1, keepdims=True) + 1e-9)"},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask",
                "weights.sum(axis=1, keepdims=True)": "(weights.sum(axis=1, keepdims=True) + 1e-8)"},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask",
                "weights.sum(axis=1, keepdims=True)": "(weights.sum(axis=1, keepdims=True) + 1e-10)"},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask",
                "weights.sum(axis=1, keepdims=True)": "(weights.sum(axis=1, keepdims=True) + 1e-16)"},
                {"scores = np.where(mask, scores, -np.inf)\n    ": "", "np.exp(scores)": "np.exp(scores) * mask",
                "return weights": "return weights * (weights > 0)",
                "weights.sum(axis=1, keepdims=True)": "np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)"}],
                "Right as long as no masked score is far above the real ones. In one case it is: with the largest of "
                "all subtracted, or after a softmax over all keys, the real ones are exp(−1895) = 0, and you divide 0 "
                "by 0, or by a tiny number. Mask first, and take the maximum of what is left."),
        Mistake("not divided by the sum", {" / weights.sum(axis=1, keepdims=True)": ""},
                "Divide by the sum of the row: weights sum to 1."),
        Mistake("shares without exponentials",
                {"-np.inf": "0.0", "scores = scores - scores.max(axis=1, keepdims=True)\n    ": "",
                "np.exp(scores)": "scores"},
                "You divide the scores by their sum. Scores may be negative; the softmax takes e to the power of "
                "each first."),
        Mistake("one maximum for all rows", {"scores.max(axis=1, keepdims=True)": "scores.max()"},
                "You subtract the largest score of the whole batch. In a row that lies far below it every np.exp is "
                "0, and so is the sum. Each row has its own maximum: axis=1, keepdims=True."),
        Mistake("maximum with zeros in it",
                {"scores.max(axis=1, keepdims=True)": "np.where(mask, scores, 0).max(axis=1, keepdims=True)"},
                "What you subtract is never below 0. Where all real scores are near −1000, every np.exp is 0 then, "
                "and so is the sum. Subtract the largest of those that count: take the maximum after masking with "
                "−np.inf."),
        Mistake("all to the largest", {"np.exp(scores)": "(scores == 0) * 1.0"},
                "You give all weight to the largest score. A softmax gives the others some, too: np.exp of the "
                "difference."),
        Mistake("scores clipped",
                [{"scores = scores - scores.max(axis=1, keepdims=True)": "scores = np.clip(scores, -700, 700)"},
                {"scores = scores - scores.max(axis=1, keepdims=True)": "scores = np.clip(scores, -500, 500)"},
                {"scores = scores - scores.max(axis=1, keepdims=True)": "scores = np.clip(scores, -100, 100)"}],
                "You clip the scores, which makes different ones equal. Subtract the row's largest one instead: no "
                "weight changes by that, and nothing overflows."),
    ],
    hints=[
        "Which score gives a weight of exactly 0? e to the power of it must be 0.",
        "np.where(mask, scores, -np.inf). Then a softmax over axis 1, as always.",
        "Subtract the row's maximum before np.exp, with keepdims=True. Take it after masking.",
    ],
    explanation="A row with no True at all has no right answer: −∞ − (−∞) is NaN.",
)

# 13.3 REINFORCE: one sampled look --------------------------------------------------------------------------------


def reinforce_reference(weights, chosen, rewards, baseline):
    """The gradient of −E[reward] with respect to the scores, estimated from one sampled key a row: (N, T).

    weights (N, T): softmax of the scores. chosen (N,): the index of the key that was sampled from them. rewards (N,):
    what that look brought. baseline (N,): what is subtracted from each reward. The loss is a mean over the N rows.
    """
    N = len(weights)
    picked = np.zeros_like(weights)
    picked[np.arange(N), chosen] = 1.0
    advantage = rewards - baseline
    return -advantage[:, None] * (picked - weights) / N


def _reinforce_cases(rng):
    cases = []
    for N, S in ((4, 3), (3, 5), (5, 4)):
        weights = rng.dirichlet(np.ones(S) + 1, N)
        chosen = rng.integers(0, S, N)
        chosen[0] = weights[0].argmin()
        cases.append((weights, chosen, rng.normal(size=N), 0.5 * rng.normal(size=N)))
    return cases


def _right_on_average(answer, rng):
    """Over all keys, each as often as it is sampled, the estimate must be the exact gradient."""
    weights, values = rng.dirichlet(np.ones(4) + 1, 1), rng.normal(size=4)
    mean = sum(p * answer(weights.copy(), np.array([j]), values[j:j + 1], np.array([0.3]))
               for j, p in enumerate(weights[0]))
    exact = -weights * (values - weights @ values)
    if not np.allclose(mean, exact, rtol=1e-6, atol=1e-9):
        return "Averaged over all keys, each with its probability, your estimate is not the gradient of −E[reward]."
    return None


reinforce = Exercise(
    id="13.3",
    title="Learn from one sampled look",
    stars=2,
    reference=reinforce_reference,
    cases=_reinforce_cases,
    names="d_scores",
    extra=_right_on_average,
    mistakes=[
        Mistake("uphill", {"-advantage": "advantage"},
                "The sign is turned. The optimizer goes downhill, so this is the gradient of minus the reward."),
        Mistake("baseline forgotten", {"rewards - baseline": "rewards"},
                "The baseline is not used. Right on average, and as a rule noisier: the factor is rewards − baseline."),
        Mistake("baseline outside the bracket", {
            "-advantage[:, None] * (picked - weights)":
                "-(rewards[:, None] * (picked - weights) - baseline[:, None])"},
                "You subtract the baseline at the end. It is subtracted from the reward, so it is multiplied by "
                "one-hot − weights as well."),
        Mistake("baseline added", {"rewards - baseline": "rewards + baseline"},
                "You add the baseline. What counts is how much better the look was than expected: rewards − baseline."),
        Mistake("a baseline of your own", {"rewards - baseline": "rewards - rewards.mean()"},
                "You subtract the mean reward of the batch. Each row has its own baseline here; and a mean that the "
                "row's own reward is part of makes the estimate a little wrong on average."),
        Mistake("only the chosen score", {"(picked - weights)": "picked * (1 - weights)"},
                "You change the score of the chosen key alone. A softmax gives to one what it takes from the others: "
                "their entries are −weights."),
        Mistake("the weights left out", {"(picked - weights)": "picked"},
                "∂ log p_c / ∂ scores is one-hot(c) − weights; you left the weights out."),
        Mistake("the gradient of p",
                [{"(picked - weights)": "weights * (picked - weights)"},
                {"(picked - weights)": "np.sum(weights * picked, axis=1, keepdims=True) * (picked - weights)"}],
                "You multiply by the weights once more. Sampling does this already: a key that is chosen often is "
                "learned from often. It is the gradient of log p."),
        Mistake("p in place of log p", {"(picked - weights)": "picked * weights"},
                "one-hot · weights is no gradient of the scores. The gradient of log p is one-hot − weights."),
        Mistake("divided by p", {"(picked - weights)": "picked / weights"},
                "1 / p is the gradient of log p with respect to p. Go on to the scores: one-hot − weights."),
        Mistake("argmax in place of the sample", {"chosen] = 1.0": "weights.argmax(axis=1)] = 1.0"},
                "You use the key with the largest weight. The reward came from the one that was sampled: chosen."),
        Mistake("sum over the batch", {" / N": ""},
                "Your loss is a sum over the rows. It is their mean: divide by N."),
        Mistake("mean over the batch first",
                [{"advantage[:, None]": "advantage.mean()"}, {"rewards - baseline": "rewards - baseline.mean()"}],
                "You average over the batch before you multiply. Each row has its own reward and its own baseline; "
                "the mean is taken of the products."),
        Mistake("divided by the keys", {"/ N": "/ weights.shape[1]"},
                "You divide by T, the number of keys. The loss is a mean over the N rows: divide by N."),
        Mistake("advantages standardised", {"rewards - baseline": "(rewards - baseline) / (rewards - baseline).std()"},
                "You divide by the spread of the advantages. Some do that to steady training; asked is the gradient "
                "itself, rewards − baseline as it is."),
        Mistake("log p for its gradient",
                [{"(picked - weights)": "picked * np.log(weights)"},
                {"(picked - weights)": "-picked * np.log(weights)"}],
                "You use log p itself. The gradient with respect to the scores has ∂ log p_c / ∂ scores = one-hot(c) "
                "− weights in its place."),
    ],
    hints=[
        "E[reward] = Σ_j p_j R_j. Its gradient is E[R · ∇ log p]: one sample of that is R_c ∇ log p_c.",
        "log p_c = e_c − log Σ exp(e). Its derivative with respect to e_j is (1 if j is c, else 0) − p_j.",
        "−(rewards − baseline)[:, None] * (one_hot − weights) / N.",
    ],
    explanation="Williams (1992) called this family of estimates REINFORCE. The baseline takes nothing away on "
                "average, since Σ_j p_j ∇ log p_j = 0. It changes how far single estimates scatter.",
)

# 13.4 Attention, backward ----------------------------------------------------------------------------------------


def attention_backward_reference(d_context, q, keys, W, weights):
    """Back through attention with the general score, e_j = q · W k_j, whose values are the keys.

    d_context (N, K), q (N, Q), keys (T, N, K), W (Q, K), weights (N, T) as computed forward.
    Returns dq (N, Q), dkeys (T, N, K), dW (Q, K).
    """
    d_weights = np.sum(d_context * keys, axis=2).T  # (N, T)
    d_scores = weights * (d_weights - np.sum(weights * d_weights, axis=1, keepdims=True))
    summed = np.einsum("nt,tnk->nk", d_scores, keys)  # Σ_j de_j k_j
    dq = summed @ W.T
    dkeys = weights.T[:, :, None] * d_context + d_scores.T[:, :, None] * (q @ W)
    dW = q.T @ summed
    return dq, dkeys, dW


def _backward_cases(rng):
    """K = Q, so that a transposed matrix has the right shape."""
    cases = []
    for N, S, K in ((2, 4, 3), (3, 5, 2), (2, 3, 4)):
        q, keys, W = rng.normal(size=(N, K)), rng.normal(size=(S, N, K)), rng.normal(size=(K, K))
        weights = _softmax(np.sum(keys * (q @ W), axis=2).T)
        cases.append((rng.normal(size=(N, K)), q, keys, W, weights))
    return cases


def _context(q, keys, W):
    weights = _softmax(np.sum(keys * (q @ W), axis=2).T)
    return np.einsum("nt,tnk->nk", weights, keys), weights


def _agrees_with_finite_differences(answer, rng):
    d_context, q, keys, W, weights = _backward_cases(rng)[0]
    gradients = answer(d_context.copy(), q.copy(), keys.copy(), W.copy(), weights.copy())
    for name, place, gradient in zip(("q", "keys", "W"), (0, 1, 2), gradients, strict=True):
        arrays = [q, keys, W]
        direction = rng.normal(size=arrays[place].shape)
        moved = [[array + sign * 1e-5 * direction if i == place else array for i, array in enumerate(arrays)]
                 for sign in (1, -1)]
        high, low = (np.sum(d_context * _context(*each)[0]) for each in moved)
        if not np.isclose(np.sum(gradient * direction), (high - low) / 2e-5, rtol=1e-5, atol=1e-7):
            return f"Moving {name} a little changes the loss by another amount than your d{name} says."
    return None


attention_backward = Exercise(
    id="13.4",
    title="Attention, backward",
    stars=3,
    reference=attention_backward_reference,
    cases=_backward_cases,
    names=("dq", "dkeys", "dW"),
    extra=_agrees_with_finite_differences,
    mistakes=[
        Mistake("the keys as values only", {" + d_scores.T[:, :, None] * (q @ W)": ""},
                "dkeys holds what they get as values. They were read a second time, as keys: add d_scores times q @ "
                "W."),
        Mistake("the keys as keys only", {"weights.T[:, :, None] * d_context + ": ""},
                "dkeys holds what they get through the scores. They are the values as well: add weights times "
                "d_context."),
        Mistake("softmax as a sigmoid",
                {"weights * (d_weights - np.sum(weights * d_weights, axis=1, keepdims=True))":
                    "weights * (1 - weights) * d_weights"},
                "α (1 − α) is the slope of a sigmoid, which has one input. In a softmax every score moves every "
                "weight: d_scores = α (dα − Σ α dα)."),
        Mistake("softmax skipped",
                {"weights * (d_weights - np.sum(weights * d_weights, axis=1, keepdims=True))": "d_weights"},
                "You hand d_weights on as d_scores. Between them stands the softmax: α (dα − Σ α dα)."),
        Mistake("the sum in the softmax dropped",
                {"weights * (d_weights - np.sum(weights * d_weights, axis=1, keepdims=True))":
                    "weights * d_weights"},
                "d_scores = α (dα − Σ α dα); the sum is missing. Check: the d_scores of a row sum to 0."),
        Mistake("the bracket turned",
                {"d_weights - np.sum(weights * d_weights, axis=1, keepdims=True)":
                    "np.sum(weights * d_weights, axis=1, keepdims=True) - d_weights"},
                "Your bracket is turned. It is α (dα − Σ α dα), the weight's own gradient first. Now dq and dW have "
                "the wrong sign, and so has the second part of dkeys."),
        Mistake("plain mean in the softmax",
                {"np.sum(weights * d_weights, axis=1, keepdims=True)": "d_weights.mean(axis=1, keepdims=True)"},
                "You subtract the plain mean of d_weights. It is the weighted one: Σ α dα."),
        Mistake("softmax backward over the batch", {"axis=1": "axis=0"},
                "The sum in the softmax runs over the keys of one row: axis 1, not over the batch."),
        Mistake("W missing in dkeys", {"(q @ W)": "q"},
                "∂e_j/∂k_j is q @ W, not q."),
        Mistake("W missing in dq", {"summed @ W.T": "summed"},
                "∂e_j/∂q is W k_j, not k_j: multiply by W.T at the end."),
        Mistake("W not transposed", {"summed @ W.T": "summed @ W"},
                "Forward the query met W as q @ W; on the way back it is W.T."),
        Mistake("dq straight from the context", {"dq = summed": "dq = d_context"},
                "The query is not in the context itself. Its only way is through the scores: Σ_j de_j W k_j."),
        Mistake("dW straight from the context", {"q.T @ summed": "q.T @ d_context"},
                "W is not in the context itself. Its only way is through the scores: q.T @ Σ_j de_j k_j."),
        Mistake("dW transposed", {"q.T @ summed": "summed.T @ q"},
                "dW has the shape of W, rows for the query: q.T @ (…)."),
        Mistake("dW from the context", {"q.T @ summed": 'q.T @ np.einsum("nt,tnk->nk", weights, keys)'},
                "In dW the keys are weighed with d_scores, not with the weights."),
        Mistake("mean over the batch", {"q.T @ summed": "q.T @ summed / len(q)"},
                "You divide dW by the number of rows. Sum: a mean, if there is one, is in d_context already."),
        Mistake("W turned in dkeys", {"(q @ W)": "(q @ W.T)"},
                "∂e_j/∂k_j is q @ W, as on the way forward. You have W.T there; W is square, and NumPy cannot notice."),
    ],
    hints=[
        "The context is Σ_j α_j k_j. So dα_j = d_context · k_j, and k_j gets α_j d_context as a value.",
        "Through the softmax, row by row: de = a * (da − (a * da).sum(axis=1, keepdims=True)).",
        "e_j = q · W k_j has three arguments: dq = Σ_j de_j W k_j, dk_j gets de_j (q @ W), dW = Σ_j de_j q k_jᵀ.",
        "np.einsum('nt,tnk->nk', de, keys) is Σ_j de_j k_j; dq and dW both begin with it.",
    ],
    explanation="The keys have two roles, so two gradients are added. Chapter 14 gives each role a matrix of its own.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("13", [
    Question(
        "Why was attention introduced?",
        [
            Option("To make recurrent networks run faster on a GPU, which can then compute all steps at once.", False,
                   "It adds work, S · T scores. Chapter 14 leaves the recurrence out altogether."),
            Option("To keep gradients from exploding.", False,
                   "It gives gradients a direct road. Whether they explode is a matter of the recurrent one (chapter "
                   "05)."),
            Option("To use fewer parameters.", False,
                   "The dot score adds none, and general and additive scores add some. In the first figure of this "
                   "chapter, with 16 units in both, attention has 11,022 and the one vector 8,990."),
            Option("To let each output choose what it reads, in place of one vector of fixed size for all.", True,
                   "That vector was the reason that Bahdanau, Cho and Bengio gave. A step still takes in one vector, "
                   "but it is mixed anew for every output."),
        ],
        topic="why attention was introduced",
    ),
    Question(
        "Which of these are forms of attention scores in use?",
        [
            Option("Dot: q · k", True, "No parameters, and query and key must have one size."),
            Option("General: q W k", True, "A matrix translates between query and key."),
            Option("Derivative: ∂q / ∂k", False,
                   "There is no such score. Derivatives come in when the scores are trained."),
            Option("Additive: v · tanh(q W_q + k W_k)", True, "A small network with one hidden layer."),
        ],
        topic="the forms of attention scores",
    ),
    Question(
        "What does sequence to sequence lack without attention, whatever the size of its vector?",
        [
            Option("A way to write outputs of another length than the input.", False,
                   "It can: encoder and decoder run for as many steps as they need, since chapter 11."),
            Option("A way to choose anew for each output what to read: all outputs get the same summary.", True,
                   "The summary may tell the inputs apart, as the copied strings of the chapter show. What is missing "
                   "is a choice among them that changes from output to output."),
            Option("A way to be trained by gradients from end to end, through the decoder and the encoder alike.",
                   False,
                   "It was, in chapters 11 and 12."),
            Option("A memory of what it has already written, on which its next symbol can depend.", False,
                   "The decoder's state is that memory."),
        ],
        topic="why seq2seq needs attention",
    ),
    Question(
        "A batch holds sentences of different lengths. Where does the mask go?",
        [
            Option("On the scores, before the softmax: −∞ where there is padding.", True,
                   "A score of −∞ gives e^−∞ = 0, so padding has no weight at all, and the real steps share it."),
            Option("On the weights, after the softmax: 0 where there is padding.", False,
                   "The padding has taken its share by then. What is left does not sum to 1."),
            Option("On the scores, before the softmax: 0 where there is padding.", False,
                   "A score of 0 is a middling one. e⁰ = 1, so padding gets weight."),
            Option("Nowhere: the encoder's outputs are 0 at padding, so it adds nothing to the sum.", False,
                   "It adds nothing to the sum above the fraction. It is in the softmax below, and takes weight from "
                   "the others."),
        ],
        topic="where the mask goes",
    ),
    Question(
        "The encoder has read T inputs, the decoder writes S outputs. Which statements are true?",
        [
            Option("The S · T weights sum to 1.", False, "Each row sums to 1, so all of them sum to S."),
            Option("S · T weights are computed.", True, "A row of T weights for each of the S outputs."),
            Option("The number of parameters does not depend on T.", True,
                   "The same small score is applied at every place."),
            Option("The decoder has to be as long as the encoder.", False, "S and T are free."),
        ],
        topic="shapes of attention",
    ),
    Question(
        "The gradient of score e_j is α_j (dα_j − Σ α dα). What follows from it?",
        [
            Option("All scores get gradients of the same sign.", False,
                   "They sum to 0, so they cannot, unless all are 0."),
            Option("A key with weight 0 gets no gradient through its score.", True,
                   "Its factor α_j is 0."),
            Option("The gradients of the scores of one row sum to 0.", True,
                   "A softmax does not notice a number that is added to all scores."),
            Option("A score's gradient is 0 when its key is as good as the weighted mean of all.", True,
                   "dα_j = Σ α dα, and the bracket is 0."),
        ],
        topic="attention backward",
    ),
    Question(
        "A one-vector model copies 8 % of the strings of 12 digits. After five times the training, with nothing else "
        "changed, it copies most of them. What had it met before?",
        [
            Option("A vector that was full.", False,
                   "The vector has not become larger, and now most of the strings pass through it: there was room."),
            Option("A training that had not come far enough yet.", True,
                   "Only the number of updates changed, and most of the strings arrive."),
            Option("A length that it had never been shown.", False,
                   "The length was in the training before, and the training data were drawn as before."),
            Option("A gradient that cannot reach the first digits.", False,
                   "It has reached them in the end, through the same vector and over the same distance."),
        ],
        topic="three limits",
    ),
    Question(
        "Both models, one with attention and one without, copy what they were trained on, up to 12 digits, and hardly "
        "a string of 16. Which control says the most?",
        [
            Option("The model with attention, trained on strings of up to 20 digits.", True,
                   "If it copies 16 digits then, nothing in the model forbade it. It had never been shown such "
                   "lengths."),
            Option("The model without attention, with a vector of twice the size.", False,
                   "The model with attention has no such vector and fails as well, so the vector's size cannot be the "
                   "only reason."),
            Option("Both models, trained ten times as long on up to 12 digits.", False,
                   "They copy these already. Longer training on them shows no string of 16."),
        ],
        topic="lengths never trained",
    ),
    Question(
        "Max pooling over the encoder's states and attention over them both give one vector. What sets attention "
        "apart?",
        [
            Option("It has parameters, and max pooling has none.", False,
                   "With the dot score, attention has none either."),
            Option("What it takes depends on a query.", True,
                   "Max pooling takes what stands out, the same for every question. Attention takes what fits this "
                   "one."),
            Option("It can be trained by gradients, and max pooling cannot.", False,
                   "The gradient passes through a maximum too, to the step that was the largest."),
            Option("It uses all steps, and max pooling only one.", False,
                   "Max pooling chooses a step for every feature, so its result can come from several steps."),
        ],
        topic="saliency and focused attention",
    ),
    Question(
        "You take the input feeding out of Luong's decoder. Which statements are true?",
        [
            Option("With teacher forcing, no state depends any more on where the decoder has looked.", True,
                   "The context goes into s̃ alone, and s̃ no longer goes into the next step. When the decoder reads "
                   "its own words, a look can still reach the next state through the word that it led to."),
            Option("With teacher forcing, all states can be computed before any of them asks.", True,
                   "The states depend on the first one and on the right words, which are known from the start."),
            Option("It has become Bahdanau's decoder.", False,
                   "There the context goes into the cell, and the state before the step asks."),
            Option("The output no longer depends on the context.", False,
                   "It does, through s̃ of the same step."),
        ],
        topic="two architectures",
    ),
    Question(
        "Hard attention draws one place and learns by REINFORCE. What is the baseline for?",
        [
            Option("It makes the estimated gradient scatter less, and leaves its mean as it is.", True,
                   "Σ p ∇ log p = 0, so a number that does not depend on the draw costs nothing on average."),
            Option("It keeps the weights from becoming 0.", False, "Nothing in the baseline acts on single weights."),
            Option("It makes the estimate right on average, which it would not be without a baseline.", False,
                   "It is right on average without one. As a rule it scatters more."),
            Option("It turns the draw into something that can be differentiated.", False,
                   "A draw stays a draw. What is differentiated is the log-probability of what was drawn."),
        ],
        topic="soft and hard attention",
    ),
    Question(
        "A heat map shows that an output puts 0.9 of its weight on input 7. What do you know?",
        [
            Option("Without a look at place 7 this output would be another one.", False,
                   "That takes an experiment: hide place 7 at this step. In this chapter the second digit of the year "
                   "has two thirds of its weight on one place, and without it one of 500 digits changed."),
            Option("The model is right.", False, "A model can look at one place and be wrong."),
            Option("The context is made of the encoder's state at place 7 for the most part.", True,
                   "That holds as far as states are of similar size, and it is all that the map says."),
            Option("The output was decided by input token 7 alone.", False,
                   "State 7 of a bidirectional encoder has read the whole input."),
        ],
        topic="is attention an explanation",
    ),
])
