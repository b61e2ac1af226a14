"""Exercises and quiz of chapter 14: self-attention."""

from functools import partial

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "attend", "attend_backward", "causal_weights", "positions", "split_heads"]


def softmax(scores, axis=-1):
    exp = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exp / exp.sum(axis=axis, keepdims=True)


# 14.1 Query, key, value ------------------------------------------------------------------------------------------


def attend_reference(x, W_q, W_k, W_v):
    """One head over one sequence. x (T, M); W_q, W_k (M, d), W_v (M, V). Returns outputs (T, V), weights (T, T)."""
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    scores = q @ k.T / np.sqrt(q.shape[1])
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = exp / exp.sum(axis=1, keepdims=True)
    return weights @ v, weights


def _attend(x, W_q, W_k, W_v, *, scale=lambda d, M, T: np.sqrt(d), axis=1, turned=False, values="v", squash=softmax,
            weigh=lambda weights, values: weights @ values):
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    scores = (k @ q.T if turned else q @ k.T) / scale(q.shape[1], x.shape[1], len(x))
    weights = squash(scores, axis)
    return weigh(weights, {"v": v, "k": k, "x": x}[values]), weights


def _attend_cases(rng):
    return [tuple(rng.standard_normal(shape) for shape in ((T, M), (M, d), (M, d), (M, V)))
            for T, M, d, V in ((3, 4, 2, 5), (5, 3, 3, 3), (4, 2, 6, 3))]


def _plain_sum(scores, axis):
    return scores / scores.sum(axis=axis, keepdims=True)


attend = Exercise(
    id="14.1",
    title="Query, key, value",
    stars=1,
    reference=attend_reference,
    cases=_attend_cases,
    names=("outputs", "weights"),
    mistakes=[
        Mistake("not scaled", partial(_attend, scale=lambda d, M, T: 1),
                "The scores are not scaled. Divide q @ k.T by the root of d, the number of columns of q."),
        Mistake("divided by d", partial(_attend, scale=lambda d, M, T: d),
                "You divide by d. The variance of the scores grows like d, so their size grows like the root of d."),
        Mistake("divided by the root of M", partial(_attend, scale=lambda d, M, T: np.sqrt(M)),
                "You divide by the root of M, the size of x. What is summed in a score are the d entries of a key."),
        Mistake("divided by the root of T", partial(_attend, scale=lambda d, M, T: np.sqrt(T)),
                "You divide by the root of the number of steps. What is summed in a score are the d entries of a key."),
        Mistake("softmax over the columns", partial(_attend, axis=0),
                "Your columns sum to 1. Row t belongs to the query of step t, and its weights must sum to 1: axis=1."),
        Mistake("softmax over everything", partial(_attend, axis=None),
                "All of your weights together sum to 1. Each row needs a softmax of its own: axis=1."),
        Mistake("query and key exchanged", partial(_attend, turned=True),
                "Your row t holds the scores of key t with all queries. It is the query that asks: q @ k.T."),
        Mistake("x summed", partial(_attend, values="x"),
                "You sum the vectors x. What is summed are the values x @ W_v."),
        Mistake("keys summed", partial(_attend, values="k"),
                "You sum the keys. They only decide the weights; what is summed are the values x @ W_v."),
        Mistake("weights turned", partial(_attend, weigh=lambda weights, values: weights.T @ values),
                "You sum with the columns of the weights. Row t of the output needs row t: weights @ v."),
        Mistake("no softmax", partial(_attend, squash=lambda scores, axis: scores),
                "The scores themselves are your weights: they may be negative, and rows do not sum to 1. A softmax is "
                "missing."),
        Mistake("no exponential", partial(_attend, squash=_plain_sum),
                "You divide the scores by their sum, so weights may be negative. Take np.exp of the scores first."),
    ],
    hints=[
        "Three products first: q = x @ W_q, k = x @ W_k, v = x @ W_v. Then scores for every pair of steps, (T, T).",
        "scores = q @ k.T / np.sqrt(d), where d is q.shape[1]. Then a softmax in every row: axis=1, keepdims=True.",
        "Return weights @ v and weights.",
    ],
    explanation="Subtracting the row's largest score changes no weight, and keeps `np.exp` from overflowing.",
)

# 14.2 The causal mask --------------------------------------------------------------------------------------------


def causal_weights_reference(scores):
    """Weights of a causal head. scores (N, T, T), row t the query of step t. Step t sees steps 0 … t. Same shape."""
    T = scores.shape[-1]
    allowed = np.tril(np.ones((T, T), dtype=bool))
    masked = np.where(allowed, scores, -np.inf)
    exp = np.exp(masked - masked.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def _causal(scores, *, allowed=lambda T: np.tri(T, dtype=bool), fill=-np.inf, axis=-1):
    return softmax(np.where(allowed(scores.shape[-1]), scores, fill), axis)


def _after_softmax(scores):
    return np.tril(softmax(scores))


def _unmasked(scores):
    return softmax(scores)


def _overflowing(scores):
    with np.errstate(all="ignore"):
        exp = np.exp(np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf))
        return exp / exp.sum(axis=-1, keepdims=True)


def _added_one(scores):
    return softmax(scores - np.triu(np.ones(scores.shape[-2:]), 1))


causal_weights = Exercise(
    id="14.2",
    title="The causal mask",
    stars=2,
    reference=causal_weights_reference,
    cases=lambda rng: [(2 * rng.standard_normal((2, 4, 4)),), (rng.standard_normal((3, 5, 5)) + 1000,),
                       (3 * rng.standard_normal((1, 3, 3)) - 2,), (60 * rng.standard_normal((2, 4, 4)) - 1000,)],
    names=("weights",),
    mistakes=[
        Mistake("masked after the softmax", _after_softmax,
                "Your rows do not sum to 1: you mask after the softmax, whose sum has counted the future already. "
                "Mask the scores."),
        Mistake("masked with 0", partial(_causal, fill=0.0),
                "A score of 0 is no mask: exp(0) is 1, so the future keeps a weight. Set forbidden scores to -inf."),
        Mistake("a number that is not small enough", partial(_causal, fill=-100.0),
                "You mask with a number such as −100. It is not below all scores: in the last case they lie near "
                "−1000, and the future gets all of the weight. Use -np.inf."),
        Mistake("1 taken away", _added_one,
                "You subtract 1 from forbidden scores, which leaves them a weight. Set them to -inf."),
        Mistake("the past hidden", partial(_causal, allowed=lambda T: np.tri(T, dtype=bool).T),
                "The wrong triangle: your step t sees the future and not the past. Keep the lower triangle, s <= t."),
        Mistake("itself hidden, large number",
                partial(_causal, allowed=lambda T: np.tri(T, k=-1, dtype=bool), fill=-1e9),
                "Your step t does not see itself, so the first step has nothing to look at and its weights are equal. "
                "The diagonal belongs to what may be seen."),
        Mistake("itself hidden", partial(_causal, allowed=lambda T: np.tri(T, k=-1, dtype=bool)),
                "Your step t does not see itself. The first step has nothing to look at then: NaN. The diagonal "
                "belongs to what may be seen."),
        Mistake("one step of the future", partial(_causal, allowed=lambda T: np.tri(T, k=1, dtype=bool)),
                "Step t sees step t + 1 in your weights: the diagonal is off by one."),
        Mistake("softmax over the columns", partial(_causal, axis=-2),
                "Your columns sum to 1. Row t belongs to the query of step t: softmax over the last axis."),
        Mistake("no mask", _unmasked, "Nothing is masked: step t sees all steps."),
        Mistake("overflow", _overflowing,
                "np.exp overflows for scores near 1000, and you get NaN. Subtract the row's largest allowed score "
                "first."),
    ],
    hints=[
        "Which pairs are allowed? Row t may look at column s where s <= t: np.tril of a matrix of ones.",
        "np.where(allowed, scores, -np.inf) before the softmax: exp(-inf) is exactly 0.",
        "Subtract each row's maximum before np.exp. The diagonal is always allowed, so no maximum is -inf.",
    ],
    explanation="You may also mask after the exponential, as long as it is before the division: the sum in the "
                "denominator must not have seen the future.",
)

# 14.3 Sinusoidal positions ---------------------------------------------------------------------------------------


def positions_reference(num_steps, size):
    """Sinusoidal positions (T, M), M even: p[t, 2i] = sin(t w), p[t, 2i+1] = cos(t w), w = 10000^(-2i/M), t from 0."""
    angles = np.arange(num_steps)[:, None] * 10000 ** (-np.arange(0, size, 2) / size)
    p = np.empty((num_steps, size))
    p[:, 0::2] = np.sin(angles)
    p[:, 1::2] = np.cos(angles)
    return p


def _positions(num_steps, size, *, first=0, exponent=lambda size: -np.arange(0, size, 2) / size, even=np.sin,
               odd=np.cos, halves=False):
    angles = (first + np.arange(num_steps))[:, None] * 10000.0 ** exponent(size)
    if halves:
        return np.concatenate([even(angles), odd(angles)], axis=1)
    return np.stack([even(angles), odd(angles)], axis=2).reshape(num_steps, size)


def _every_column_its_own(num_steps, size):
    angles = np.arange(num_steps)[:, None] * 10000.0 ** (-np.arange(size) / size)
    return np.where(np.arange(size) % 2 == 0, np.sin(angles), np.cos(angles))


positions = Exercise(
    id="14.3",
    title="Sinusoidal positions",
    stars=2,
    reference=positions_reference,
    cases=lambda rng: [(5, 8), (12, 6), (3, 4)],
    names=("p",),
    mistakes=[
        Mistake("sines first, then cosines", partial(_positions, halves=True),
                "All sines stand before all cosines. They take turns here: columns 0::2 and 1::2."),
        Mistake("begins at 1", partial(_positions, first=1), "Your first row is that of position 1. Count from 0."),
        Mistake("half the exponent", partial(_positions, exponent=lambda size: -np.arange(size // 2) / size),
                "The exponent is −2i/M, and yours is −i/M: the slowest wave is a hundred times too fast."),
        Mistake("frequency turned over", partial(_positions, exponent=lambda size: np.arange(0, size, 2) / size),
                "You multiply by 10000 to the power of 2i/M. The waves get slower with i, not faster: the exponent is "
                "negative."),
        Mistake("cosine first", partial(_positions, even=np.cos, odd=np.sin),
                "Sine and cosine are exchanged: even columns hold the sine."),
        Mistake("sines only", partial(_positions, odd=np.sin),
                "Both columns of a pair hold the sine. Without the cosine no matrix can turn position t into t + 1."),
        Mistake("every column its own frequency", _every_column_its_own,
                "Each column has a frequency of its own. Two columns, a sine and a cosine, share one: that pair is "
                "what a rotation turns."),
    ],
    hints=[
        "First the frequencies, one for two columns: 10000 ** (-np.arange(0, size, 2) / size), size/2 of them.",
        "angles = t w for all pairs at once: np.arange(num_steps)[:, None] * frequencies, (T, M/2).",
        "Fill an empty (T, M): p[:, 0::2] = np.sin(angles), p[:, 1::2] = np.cos(angles).",
    ],
    explanation="Since sine and cosine of one angle stand together, moving by k steps is one rotation for all t.",
)

# 14.4 Cut into heads ---------------------------------------------------------------------------------------------


def split_heads_reference(x, num_heads):
    """Cut the features into heads: x (T, N, M) → (N, heads, T, M / heads). Head j has columns j d to (j + 1) d."""
    T, N, M = x.shape
    return x.reshape(T, N, num_heads, M // num_heads).transpose(1, 2, 0, 3)


def _straight(x, num_heads):
    T, N, M = x.shape
    return x.reshape(N, num_heads, T, M // num_heads)


def _striped(x, num_heads):
    T, N, M = x.shape
    return x.reshape(T, N, M // num_heads, num_heads).transpose(1, 3, 0, 2)


def _swapped(x, num_heads, *, axes):
    T, N, M = x.shape
    return x.reshape(T, N, num_heads, M // num_heads).transpose(axes)


def _batch_first(x, num_heads):
    T, N, M = x.shape
    return x.reshape(N, T, num_heads, M // num_heads).transpose(0, 2, 1, 3)


split_heads = Exercise(
    id="14.4",
    title="Cut into heads",
    stars=2,
    reference=split_heads_reference,
    cases=lambda rng: [(rng.standard_normal((3, 2, 8)), 2), (rng.standard_normal((4, 3, 6)), 3),
                       (rng.standard_normal((5, 2, 12)), 4)],
    names=("heads",),
    mistakes=[
        Mistake("one reshape", _straight,
                "The shape is right and the numbers are mixed up: reshape never moves a number past another. Cut only "
                "the last axis, then transpose."),
        Mistake("every other column", _striped,
                "You give head j every heads-th column. Its columns stand together, j d to (j + 1) d: cut M into "
                "(heads, d), in this order."),
        Mistake("batch first assumed", _batch_first,
                "You read x as (N, T, M). Time comes first in this course: (T, N, M)."),
        Mistake("not transposed", partial(_swapped, axes=(0, 1, 2, 3)),
                "You have (T, N, heads, d). Move the axes with transpose, so that each head has a matrix (T, d)."),
        Mistake("steps before heads", partial(_swapped, axes=(1, 0, 2, 3)),
                "You have (N, T, heads, d): products of the last two axes would then mix heads instead of steps. Heads "
                "before steps."),
        Mistake("heads before the batch", partial(_swapped, axes=(2, 1, 0, 3)),
                "You have (heads, N, T, d). The batch comes first here, then the heads."),
        Mistake("each head turned", partial(_swapped, axes=(1, 2, 3, 0)),
                "You have (N, heads, d, T): each head's matrix is turned. Steps before features."),
    ],
    hints=[
        "Two moves: a reshape that cuts the last axis in two, and a transpose that puts the axes in order.",
        "x.reshape(T, N, num_heads, M // num_heads) cuts M into (heads, d). Which axis goes where then?",
        "From (T, N, heads, d) to (N, heads, T, d): .transpose(1, 2, 0, 3).",
    ],
    explanation="The way back is .transpose(2, 0, 1, 3).reshape(T, N, M).",
)

# 14.5 The way back -----------------------------------------------------------------------------------------------


def attend_backward_reference(dZ, Q, K, V, A):
    """Gradients of one head. Forward: A = softmax(Q K.T / sqrt(d)) (T, T), Z = A V.

    dZ (T, V): the loss with respect to Z. Q, K (T, d), V (T, V). Returns dQ, dK (T, d), dV (T, V).
    """
    dV = A.T @ dZ
    dA = dZ @ V.T
    dS = A * (dA - (A * dA).sum(axis=1, keepdims=True))
    scale = 1 / np.sqrt(Q.shape[1])
    return dS @ K * scale, dS.T @ Q * scale, dV


def _backward(dZ, Q, K, V, A, *, slip):
    dV = (A if slip == "A not turned" else A.T) @ dZ
    dA = dZ @ V.T
    mean = (A * dA).sum(axis={"columns": 0, "all": None}.get(slip, 1), keepdims=True)
    dS = {"no mean": A * dA, "diagonal": A * (1 - A) * dA, "no softmax": dA, "mean not weighted": A * (
        dA - dA.mean(axis=1, keepdims=True)), "outer A": dA - mean}.get(slip, A * (dA - mean))
    scale = {"no scale": 1.0, "d": 1 / Q.shape[1]}.get(slip, 1 / np.sqrt(Q.shape[1]))
    dQ, dK = dS @ K * scale, (dS if slip == "dS not turned" else dS.T) @ Q * scale
    if slip == "scale in one":
        dK = dK / scale
    return (dK, dQ, dV) if slip == "exchanged" else (dQ, dK, dV)


def _backward_cases(rng):
    cases = []
    for T, d, size in ((3, 2, 4), (5, 3, 3), (4, 6, 2)):
        Q, K, V, dZ = (rng.standard_normal((T, columns)) for columns in (d, d, size, size))
        cases.append((dZ, Q, K, V, softmax(Q @ K.T / np.sqrt(d))))
    return cases


def _agrees_with_finite_differences(answer, rng):
    dZ, Q, K, V, A = _backward_cases(rng)[0]
    parts = answer(dZ, Q, K, V, A)
    for part, array, name in zip(parts, (Q, K, V), ("dQ", "dK", "dV"), strict=True):
        direction, losses = rng.standard_normal(array.shape), []
        for step in (1e-5, -1e-5):
            moved = {"dQ": Q, "dK": K, "dV": V} | {name: array + step * direction}
            weights = softmax(moved["dQ"] @ moved["dK"].T / np.sqrt(Q.shape[1]))
            losses.append(np.sum(dZ * (weights @ moved["dV"])))
        if not np.isclose(np.sum(part * direction), (losses[0] - losses[1]) / 2e-5, rtol=1e-5, atol=1e-7):
            return f"Moving {name[1:]} a little changes the loss by another amount than your {name} says."
    return None


attend_backward = Exercise(
    id="14.5",
    title="The way back",
    stars=3,
    reference=attend_backward_reference,
    cases=_backward_cases,
    names=("dQ", "dK", "dV"),
    extra=_agrees_with_finite_differences,
    mistakes=[
        Mistake("scale forgotten", partial(_backward, slip="no scale"),
                "dQ and dK lack the factor 1/√d: the scores were divided by √d on the way forward."),
        Mistake("divided by d", partial(_backward, slip="d"),
                "You divide by d on the way back. The scores were divided by √d, once."),
        Mistake("scale in dQ alone", partial(_backward, slip="scale in one"),
                "dQ has the factor 1/√d and dK does not. The product of both was divided."),
        Mistake("mean forgotten", partial(_backward, slip="no mean"),
                "dS is A * dA alone. If one score of a row rises, the weights of all others fall: subtract the row's "
                "mean of dA, weighted with A."),
        Mistake("softmax entry by entry", partial(_backward, slip="diagonal"),
                "A * (1 − A) * dA holds only the diagonal of the softmax's derivative, as if it were a sigmoid. A "
                "score moves all weights of its row."),
        Mistake("mean without weights", partial(_backward, slip="mean not weighted"),
                "You subtract the plain mean of the row. It is weighted with A: (A * dA).sum(axis=1)."),
        Mistake("sum over the columns", partial(_backward, slip="columns"),
                "You sum over the columns. The softmax ran along the rows, so its sum is axis=1."),
        Mistake("sum over everything", partial(_backward, slip="all"),
                "You sum over the whole matrix. Every row has a softmax and a sum of its own: axis=1, keepdims=True."),
        Mistake("outer A forgotten", partial(_backward, slip="outer A"),
                "dA less its weighted mean still has to be multiplied by A."),
        Mistake("softmax passed over", partial(_backward, slip="no softmax"),
                "dS is dA: the softmax is missing on the way back."),
        Mistake("A not turned", partial(_backward, slip="A not turned"),
                "dV is A.T @ dZ: value s went with weight A[t, s] into output t, so its gradient comes down column s."),
        Mistake("dS not turned", partial(_backward, slip="dS not turned"),
                "dK is dS.T @ Q: key s was read in column s of the scores."),
        Mistake("dQ and dK exchanged", partial(_backward, slip="exchanged"), "dQ and dK are exchanged."),
    ],
    hints=[
        "Backwards, one line at a time. Z = A V: what are dV and dA? Check the shapes.",
        "The softmax of a row: dS = A * (dA − the mean of dA in this row, weighted with A).",
        "S = Q K.T / √d: dQ = dS K / √d and dK = dS.T Q / √d.",
    ],
    explanation="`seqlearn.nn.SelfAttention` holds the same five lines, for all heads and sequences of a batch at "
                "once.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("14", [
    Question(
        "What does self-attention solve that a recurrent network struggles with?",
        [
            Option("The need for training data: nothing has to be learned any more.", False,
                   "Its matrices are learned like any others."),
            Option("The order of the steps: it is built in and need not be learned.", False,
                   "The opposite: without positions it does not know the order at all. A recurrent network does."),
            Option("Dependence over long distances: any two steps are one layer apart.", True,
                   "In a recurrent network what step 1 says to step T passes T updates, and its gradient T "
                   "factors."),
            Option("The cost of long sequences: twice the steps cost no more than twice the work.", False,
                   "They cost more: every pair of steps has a score, so the work grows with T²."),
        ],
        topic="what self-attention solves",
    ),
    Question(
        "What does a self-attention layer do at one position?",
        [
            Option("It passes its value on to the next position.", False,
                   "That is recurrence. Here every position reads from all of them at once."),
            Option("It adds the values of all positions, all with the same weight.", False,
                   "Only when all scores are equal. The weights depend on query and keys."),
            Option("Its query is compared with all keys, and with the weights that result it sums the values of "
                   "all of them.", True,
                   "Query against keys gives the weights, the weights sum the values."),
            Option("Its key is compared with its own query, and the result decides how much of its value passes.",
                   False,
                   "That would be a gate at each position alone. The point is that positions look at each other."),
        ],
        topic="what self-attention does",
    ),
    Question(
        "Where does the causal mask go?",
        [
            Option("Onto the weights, after the softmax: they are set to 0 where the key comes later than the "
                   "query.", False,
                   "Rows do not sum to 1 then, and the softmax's sum has counted the future: it leaks."),
            Option("Onto the values: later values are set to 0.", False,
                   "What is later differs from query to query, and the values are shared by all of them. The weights "
                   "would still depend on later keys, too."),
            Option("Into the scores, before the softmax: 0 where the key comes later.", False,
                   "A score of 0 has exp(0) = 1: the future keeps a weight."),
            Option("Into the scores, before the softmax: −∞ where the key comes later than the query.", True,
                   "exp(−∞) is exactly 0, and the sum in the softmax never sees the future."),
        ],
        topic="where the mask goes",
    ),
    Question(
        "Entries of queries and keys have variance 1. Why are the scores divided by √d?",
        [
            Option("So that every row of the weights sums to 1.", False, "The softmax does that, whatever the scale."),
            Option("To make the products cheaper.", False, "The division costs a little and saves nothing."),
            Option("A sum of d products has variance d; divided by √d its variance is 1.", True,
                   "That holds where the entries are independent, as at the start of training."),
            Option("Large scores drive the softmax to one weight near 1, where its gradient is near 0.", True,
                   "It saturates, as tanh and the sigmoid do."),
        ],
        topic="the scale",
    ),
    Question(
        "You exchange two input vectors of a layer without positions and without a mask. What happens to the outputs?",
        [
            Option("The same two outputs are exchanged, and nothing else changes.", True,
                   "The layer is permutation equivariant."),
            Option("The two outputs change their sign.", False, "Nothing here has a sign that depends on the place."),
            Option("Nothing changes, neither there nor at any other position.", False,
                   "That would be invariance, as of a sum over all outputs. The outputs move with their inputs."),
            Option("All outputs change, because every one of them sums over all values.", False,
                   "Each of the others still sums the same pairs of weight and value, in another order."),
        ],
        topic="permutation equivariance",
    ),
    Question(
        "A layer has M = 64. You go from one head to eight. What happens to the number of weights?",
        [
            Option("It stays the same.", True,
                   "The heads share the M columns, 8 columns for each of them."),
            Option("It grows with T².", False, "The weights that are learned do not know T. The attention weights "
                   "do, and there are eight maps of them now."),
            Option("It is eight times as large.", False,
                   "Each head is an eighth as wide: d = M / heads."),
            Option("It is an eighth.", False, "All M columns of W_q, W_k, W_v are still there, and W_o."),
        ],
        topic="heads",
    ),
    Question(
        "Which of these grow with the square of the number of steps T?",
        [
            Option("The multiplications for Q Kᵀ.", True, "T² scores of d products each."),
            Option("The number of learned parameters.", False, "They do not depend on T."),
            Option("The attention weights of a head.", True, "One for every pair of steps."),
            Option("The multiplications for W_q, W_k, W_v.", False, "One product a step: proportional to T."),
        ],
        topic="cost",
    ),
    Question(
        "A model has learned to reverse 12 symbols and gets 8. Why does it fail?",
        [
            Option("Its gradient vanishes over so many steps.", False,
                   "Nothing is trained here, and over 12 steps nothing vanished."),
            Option("It learned to look at position 11 − t; no example told it that the rule depends on the "
                   "length.", True,
                   "The map shows the anti-diagonal of 12, cut off."),
            Option("Attention cannot read sequences of another length than those on which its matrices were "
                   "trained.", False,
                   "The layer takes any length. What it learned about positions does not fit this one."),
            Option("The softmax of this model needs exactly 12 scores, and it gets 8.", False,
                   "It takes any number of them."),
        ],
        topic="lengths outside the training",
    ),
])
