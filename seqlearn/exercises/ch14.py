"""Exercises and quiz of chapter 14: self-attention. 14.6 to 14.10 are in causal_writer.py."""

import numpy as np

from seqlearn.exercises.causal_writer import cache_size, next_step, norm_backward, rotate_halves, train_head
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "attend", "attend_backward", "cache_size", "causal_weights", "next_step", "norm_backward",
           "positions", "rotate_halves", "split_heads", "train_head"]


def softmax(scores, axis=-1):
    exp = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exp / exp.sum(axis=axis, keepdims=True)

# 14.1 Query, key, value ------------------------------------------------------------------------------------------


def attend_reference(x, W_q, W_k, W_v):
    """One head over one sequence. x (T, M); W_q, W_k (M, d), W_v (M, size). → (T, size), weights (T, T)."""
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    scores = q @ k.T / np.sqrt(q.shape[1])
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = exp / exp.sum(axis=1, keepdims=True)
    return weights @ v, weights


def _attend_cases(rng):
    return [tuple(rng.standard_normal(shape) for shape in ((T, M), (M, d), (M, d), (M, size)))
            for T, M, d, size in ((3, 4, 2, 5), (5, 3, 3, 3), (4, 2, 6, 3))]


attend = Exercise(
    id="14.1",
    title="Query, key, value",
    stars=1,
    reference=attend_reference,
    cases=_attend_cases,
    names=("outputs", "weights"),
    mistakes=[
        Mistake("not scaled", {" / np.sqrt(q.shape[1])": ""},
                "The scores are not scaled. Divide q @ k.T by the root of d, the number of columns of q."),
        Mistake("divided by d", {"np.sqrt(q.shape[1])": "q.shape[1]"},
                "You divide by d. The variance of the scores grows like d, so their size grows like the root of d."),
        Mistake("divided by the root of M", {"np.sqrt(q.shape[1])": "np.sqrt(x.shape[1])"},
                "You divide by the root of M, the size of x. A score sums d products, one for each entry of a key."),
        Mistake("divided by the root of T", {"np.sqrt(q.shape[1])": "np.sqrt(len(x))"},
                "You divide by the root of the number of steps. A score sums d products, one for each entry of a key."),
        Mistake("softmax over the columns",
                [{"scores.max(axis=1": "scores.max(axis=0", "exp.sum(axis=1": "exp.sum(axis=0"},
                {"exp.sum(axis=1": "exp.sum(axis=0"}],
                "Your columns sum to 1. Row t belongs to the query of step t, and its weights must sum to 1: axis=1."),
        Mistake("softmax over everything",
                {"exp.sum(axis=1, keepdims=True)": "exp.sum()",
                "scores.max(axis=1, keepdims=True)": "scores.max()"},
                "All of your weights together sum to 1. Each row needs a softmax of its own: axis=1."),
        Mistake("query and key exchanged", {"q @ k.T": "k @ q.T"},
                "Your row t holds the scores of key t with all queries. It is the query that asks: q @ k.T."),
        Mistake("x summed", {"return weights @ v, weights": "return weights @ x, weights"},
                "You sum the vectors x. What is summed are the values x @ W_v."),
        Mistake("keys summed", {"return weights @ v, weights": "return weights @ k, weights"},
                "You sum the keys. They only decide the weights; what is summed are the values x @ W_v."),
        Mistake("weights turned", {"return weights @ v, weights": "return weights.T @ v, weights"},
                "You sum with the columns of the weights. Row t of the output needs row t: weights @ v."),
        Mistake("no softmax", {"weights = exp / exp.sum(axis=1, keepdims=True)": "weights = scores"},
                "The scores themselves are your weights: they may be negative, and rows do not sum to 1. A softmax "
                "is missing."),
        Mistake("no exponential", {"np.exp(scores - scores.max(axis=1, keepdims=True))": "scores"},
                "You divide the scores by their sum, so weights may be negative. Take np.exp of the scores first."),
        Mistake("divided by the root of the values' size", {"np.sqrt(q.shape[1])": "np.sqrt(v.shape[1])"},
                "You divide by the root of the size of a value. A score sums d products, one for each entry "
                "of a key."),
        Mistake("multiplied by the root", {"/ np.sqrt(q.shape[1])": "* np.sqrt(q.shape[1])"},
                "You multiply by the root of d, which makes large scores larger. Divide, so that their size does not "
                "grow with d."),
        Mistake("the future hidden",
                {"exp = np.exp(scores":
                    "scores = np.where(np.tri(len(x)) > 0, scores, -np.inf)\n    exp = np.exp(scores"},
                "You use a causal mask. In this head every step sees all steps; the mask comes in exercise 14.2."),
        Mistake("scaled after the softmax",
                {" / np.sqrt(q.shape[1])": "",
                "return weights @ v, weights":
                    "weights = weights / np.sqrt(q.shape[1])\n    return weights @ v, weights"},
                "You divide the weights by the root of d, and rows no longer sum to 1. Divide the scores, before the "
                "softmax."),
        Mistake("x compared with x", {"q @ k.T": "x @ x.T"},
                "Your scores compare the vectors x themselves. Queries and keys are compared: q @ k.T, with q = x @ "
                "W_q and k = x @ W_k."),
        Mistake("one matrix for both", [{"q @ k.T": "q @ q.T"}, {"q @ k.T": "k @ k.T"}],
                "You compare queries with queries, or keys with keys. Row t is the query of step t against all keys: "
                "q @ k.T."),
        Mistake("input added", [{"return weights @ v, weights": "return v + weights @ v, weights"}],
                "You add the values themselves, as a residual connection would. A head returns weights @ v alone."),
        Mistake("sum without keepdims", {"exp.sum(axis=1, keepdims=True)": "exp.sum(axis=1)"},
                "exp.sum(axis=1) is (T,), and against (T, T) it divides column s by the sum of row s. With "
                "keepdims=True it is (T, 1), and each row is divided by its own sum."),
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


def _far_apart(rng):
    """Rows that lie far from each other, and a future far above what is allowed."""
    rows = np.array([990.0, -980.0, 20.0, -1000.0])[:, None]
    future = 1200.0 * np.triu(np.ones((4, 4)), 1)
    return [(2 * rng.standard_normal((2, 4, 4)) + rows,), (2 * rng.standard_normal((2, 4, 4)) - 600 + future,)]


causal_weights = Exercise(
    id="14.2",
    title="The causal mask",
    stars=2,
    reference=causal_weights_reference,
    cases=lambda rng: [(2 * rng.standard_normal((2, 4, 4)),), (rng.standard_normal((3, 5, 5)) + 1000,),
                       (3 * rng.standard_normal((1, 3, 3)) - 2,), (60 * rng.standard_normal((2, 4, 4)) - 1000,),
                       *_far_apart(rng)],
    names=("weights",),
    mistakes=[
        Mistake("masked after the softmax",
                {"np.where(allowed, scores, -np.inf)": "scores", "return exp /": "return allowed * exp /"},
                "Your rows do not sum to 1: you mask after the softmax, whose sum has counted the future already. "
                "Mask the scores."),
        Mistake("masked with 0", [{"-np.inf": "0.0"}, {"np.where(allowed, scores, -np.inf)": "scores * allowed"}],
                "A score of 0 is no mask: exp(0) is 1, so the future keeps a weight. Set forbidden scores to -inf."),
        Mistake("a number that is not small enough",
                [{"-np.inf": "-10"}, {"-np.inf": "-20"}, {"-np.inf": "-50"}, {"-np.inf": "-100"},
                {"-np.inf": "-500"}, {"-np.inf": "-1000"},
                {"np.where(allowed, scores, -np.inf)": "scores - 10 * ~allowed"},
                {"np.where(allowed, scores, -np.inf)": "scores - 20 * ~allowed"},
                {"np.where(allowed, scores, -np.inf)": "scores - 50 * ~allowed"},
                {"np.where(allowed, scores, -np.inf)": "scores - 100 * ~allowed"},
                {"np.where(allowed, scores, -np.inf)": "scores - 500 * ~allowed"},
                {"np.where(allowed, scores, -np.inf)": "scores - 1000 * ~allowed"}],
                "You mask with a number such as −100 or −1000. It is not below all scores: in some cases they lie "
                "near −1000, or the future is 1200 above them, and it gets weight. Use -np.inf."),
        Mistake("zero times infinity",
                [{"np.where(allowed, scores, -np.inf)": "scores * allowed + (1 - allowed) * -np.inf"},
                 {"np.where(allowed, scores, -np.inf)": "scores + (1 - allowed) * -np.inf"}],
                "0 times infinity is NaN, so your mask makes NaN where it should leave the score alone. Choose with "
                "np.where."),
        Mistake("softmax over the sequences",
                {"masked.max(axis=-1, keepdims=True)": "masked.max(axis=0, keepdims=True)",
                 "exp.sum(axis=-1, keepdims=True)": "exp.sum(axis=0, keepdims=True)"},
                "Your softmax runs over the sequences of the batch, axis 0. It belongs on the last axis, the keys."),
        Mistake("1 taken away", {"np.where(allowed, scores, -np.inf)": "scores - ~allowed"},
                "You subtract 1 from forbidden scores, which leaves them a weight. Set them to -inf."),
        Mistake("the past hidden", {"np.tril": "np.triu"},
                "The wrong triangle: your step t sees the future and not the past. Keep the lower triangle, s <= t."),
        Mistake("itself hidden, large number",
                [{"bool))": "bool), -1)", "-np.inf": "-1e9"}, {"bool))": "bool), -1)", "-np.inf": "-1e10"},
                {"bool))": "bool), -1)", "-np.inf": "-1e12"}],
                "Your step t does not see itself, so the first step has nothing to look at and its weights are "
                "equal. The diagonal belongs to what may be seen."),
        Mistake("itself hidden", {"bool))": "bool), -1)"},
                "Your step t does not see itself, so the first step has nothing to look at. The diagonal belongs to "
                "what may be seen: s <= t."),
        Mistake("one step of the future", {"bool))": "bool), 1)"},
                "Step t sees step t + 1 in your weights: the diagonal is off by one."),
        Mistake("softmax over the columns",
                [{"masked.max(axis=-1, keepdims=True)": "masked.max(axis=-2, keepdims=True)",
                "exp.sum(axis=-1, keepdims=True)": "exp.sum(axis=-2, keepdims=True)"}],
                "Your columns sum to 1. Row t belongs to the query of step t: softmax over the last axis."),
        Mistake("no mask", {"np.where(allowed, scores, -np.inf)": "scores"},
                "Nothing is masked: step t sees all steps."),
        Mistake("overflow",
                [{" - masked.max(axis=-1, keepdims=True)": ""}, {"np.where(allowed, scores, -np.inf)": "scores",
                " - masked.max(axis=-1, keepdims=True))": ") * allowed"}],
                "np.exp overflows for scores near 1000, and is 0 for all near −1000: you get NaN. Subtract the row's "
                "largest allowed score first."),
        Mistake("masked with 0, then cleared", [{"-np.inf": "0.0", "return exp /": "return allowed * exp /"}],
                "You set the future's scores to 0 and its weights to 0 afterwards. They are still in the sum that "
                "you divide by. Set the scores to -inf."),
        Mistake("the largest of all steps",
                [{"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp": "exp = exp * allowed\n    return exp / exp"},
                {"masked.max(axis=-1, keepdims=True)": "scores.max(axis=-1, keepdims=True)"},
                {"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp.sum(axis=-1, keepdims=True)":
                    "exp = exp * allowed\n    return exp / (exp.sum(axis=-1, keepdims=True) + 1e-12)"},
                {"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp.sum(axis=-1, keepdims=True)":
                    "exp = exp * allowed\n    return exp / (exp.sum(axis=-1, keepdims=True) + 1e-9)"},
                {"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp.sum(axis=-1, keepdims=True)":
                    "exp = exp * allowed\n    return exp / (exp.sum(axis=-1, keepdims=True) + 1e-8)"},
                {"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp.sum(axis=-1, keepdims=True)":
                    "exp = exp * allowed\n    return exp / (exp.sum(axis=-1, keepdims=True) + 1e-10)"},
                {"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp.sum(axis=-1, keepdims=True)":
                    "exp = exp * allowed\n    return exp / (exp.sum(axis=-1, keepdims=True) + 1e-16)"},
                {"np.where(allowed, scores, -np.inf)": "scores",
                "return exp / exp.sum(axis=-1, keepdims=True)":
                    "exp = exp * allowed\n    return exp / np.maximum(exp.sum(axis=-1, keepdims=True), 1e-300)"}],
                "Right as long as no score of the future is far above the allowed ones. Where it is, they are "
                "exp(−1200) = 0 once it has been subtracted, or taken part in a softmax, and you divide 0 by 0, or by "
                "a tiny number. Mask first, and take the maximum of what is left."),
        Mistake("one maximum for all rows",
                [{"masked.max(axis=-1, keepdims=True)": "masked.max()"},
                {"masked.max(axis=-1, keepdims=True)": "masked.max(axis=(-2, -1), keepdims=True)"}],
                "You subtract one maximum from all rows. In a row that lies far below it every np.exp is 0, and so "
                "is the sum. Each row has its own: axis=-1, keepdims=True."),
        Mistake("scaled",
                [{"np.where(allowed, scores, -np.inf)": "np.where(allowed, scores / np.sqrt(T), -np.inf)"},
                {"np.where(allowed, scores, -np.inf)":
                    "np.where(allowed, scores / np.sqrt(len(scores)), -np.inf)"}],
                "You divide the scores by a root. They are scores already: the scaling is done before, with d."),
        Mistake("scores clipped",
                [{"masked - masked.max(axis=-1, keepdims=True)": "np.clip(masked, -700, 700)"},
                {"masked - masked.max(axis=-1, keepdims=True)": "np.clip(masked, -500, 500)"}],
                "You clip the scores, which makes different ones equal. Subtract the row's largest allowed score "
                "instead: no weight changes by that, and nothing overflows."),
        Mistake("softmax over everything",
                [{"exp.sum(axis=-1, keepdims=True)": "exp.sum(axis=(-2, -1), keepdims=True)"},
                {"exp.sum(axis=-1, keepdims=True)": "exp.sum()"}],
                "All weights of a matrix, or of the whole batch, together sum to 1. Each row has to: the sum goes over "
                "the last axis, with keepdims=True."),
        Mistake("all to the largest",
                {"np.exp(masked - masked.max(axis=-1, keepdims=True))":
                    "(masked == masked.max(axis=-1, keepdims=True)) * 1.0"},
                "You give all weight to the largest score. A softmax gives the others some, too: np.exp of the "
                "difference."),
    ],
    hints=[
        "Which pairs are allowed? Row t may look at column s where s <= t: np.tril of a matrix of ones.",
        "np.where(allowed, scores, -np.inf) before the softmax: exp(-inf) is exactly 0.",
        "Subtract each row's maximum before np.exp. The diagonal is always allowed, so no maximum is -inf.",
    ],
    explanation="The mask has to come before the maximum, too. A future score that is 800 above the allowed ones "
                "would turn all of them to 0, and the row to NaN.",
)

# 14.3 Sinusoidal positions ---------------------------------------------------------------------------------------


def positions_reference(num_steps, size):
    """Sinusoidal positions (T, M), M even: p[t, 2i] = sin(t w), p[t, 2i+1] = cos(t w), w = 10000^(-2i/M), t from 0."""
    angles = np.arange(num_steps)[:, None] * 10000 ** (-np.arange(0, size, 2) / size)
    p = np.empty((num_steps, size))
    p[:, 0::2] = np.sin(angles)
    p[:, 1::2] = np.cos(angles)
    return p


positions = Exercise(
    id="14.3",
    title="Sinusoidal positions",
    stars=1,
    reference=positions_reference,
    cases=lambda rng: [(5, 8), (12, 6), (3, 4)],
    names=("p",),
    mistakes=[
        Mistake("sines first, then cosines", {"p[:, 0::2]": "p[:, : size // 2]", "p[:, 1::2]": "p[:, size // 2 :]"},
                "All sines stand before all cosines. They take turns here: columns 0::2 and 1::2."),
        Mistake("begins at 1", {"np.arange(num_steps)[:, None]": "np.arange(1, num_steps + 1)[:, None]"},
                "Your first row is that of position 1. Count from 0."),
        Mistake("half the exponent", {"np.arange(0, size, 2) / size": "np.arange(size // 2) / size"},
                "The exponent is −2i/M, and yours is −i/M: all waves but the first are too fast."),
        Mistake("frequency turned over", {"(-np": "(np"},
                "You multiply by 10000 to the power of 2i/M. The waves get slower with i, not faster: the exponent "
                "is negative."),
        Mistake("cosine first", {"np.sin": "np.cos", "np.cos": "np.sin"},
                "Sine and cosine are exchanged: even columns hold the sine."),
        Mistake("sines only", {"np.cos": "np.sin"},
                "Both columns of a pair hold the sine. Without the cosine no matrix can turn position t into t + 1."),
        Mistake("every column its own frequency",
                [{"np.arange(0, size, 2) / size": "np.arange(size) / size",
                "np.sin(angles)": "np.sin(angles[:, 0::2])", "np.cos(angles)": "np.cos(angles[:, 1::2])"},
                {"np.arange(0, size, 2) / size": "2 * np.arange(size) / size",
                "np.sin(angles)": "np.sin(angles[:, 0::2])", "np.cos(angles)": "np.cos(angles[:, 1::2])"}],
                "Each column has a frequency of its own. Two columns, a sine and a cosine, share one: that pair is "
                "what a rotation turns."),
        Mistake("pairs counted from 1", {"np.arange(0, size, 2) / size": "np.arange(2, size + 2, 2) / size"},
                "You count the pairs of columns from 1. With i from 0 the first frequency is 10000^0 = 1."),
        Mistake("another base", [{"10000": "1000"}, {"10000": "100000"}, {"10000": "np.e"}],
                "Your frequencies are powers of another number. The base is 10000."),
        Mistake("divided by half the size", {"np.arange(0, size, 2) / size": "np.arange(0, size, 2) / (size // 2)"},
                "You divide the exponent by M / 2. It is −2i/M: np.arange(0, size, 2) / size counts 2i in steps of "
                "two already."),
        Mistake("divided by M − 1 or M − 2",
                [{"np.arange(0, size, 2) / size": "np.arange(0, size, 2) / (size - 1)"},
                {"np.arange(0, size, 2) / size": "np.arange(0, size, 2) / (size - 2)"}],
                "You divide the exponent by a number smaller than M. It is −2i/M, so the last frequency does not "
                "quite reach 1/10000."),
        Mistake("degrees or turns",
                [{"np.sin(angles)": "np.sin(np.radians(angles))", "np.cos(angles)": "np.cos(np.radians(angles))"},
                {"np.sin(angles)": "np.sin(2 * np.pi * angles)", "np.cos(angles)": "np.cos(2 * np.pi * angles)"}],
                "You change the unit of the angle. np.sin and np.cos take t w as it is, in radians."),
        Mistake("whole numbers alone", {"np.empty((num_steps, size))": "np.empty((num_steps, size), dtype=int)"},
                "Your array holds whole numbers, so sines and cosines are cut to 0 and 1. Make it an array of "
                "floats."),
        Mistake("steps as a share", {"np.arange(num_steps)[:, None]": "np.arange(num_steps)[:, None] / num_steps"},
                "You divide t by the number of steps. Positions are counted: t = 0, 1, 2, …, however long the "
                "sequence is."),
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


split_heads = Exercise(
    id="14.4",
    title="Cut into heads",
    stars=1,
    reference=split_heads_reference,
    cases=lambda rng: [(rng.standard_normal((3, 2, 8)), 2), (rng.standard_normal((4, 3, 6)), 3),
                       (rng.standard_normal((5, 2, 12)), 4)],
    names=("heads",),
    mistakes=[
        Mistake("one reshape",
                [{"x.reshape(T, N, num_heads, M // num_heads).transpose(1, 2, 0, 3)":
                    "x.reshape(N, num_heads, T, M // num_heads)"},
                {"x.reshape(T, N, num_heads, M // num_heads).transpose(1, 2, 0, 3)":
                    "x.swapaxes(0, 1).reshape(N, num_heads, T, M // num_heads)"},
                {"x.reshape(T, N, num_heads, M // num_heads).transpose(1, 2, 0, 3)":
                    "x.transpose(1, 2, 0).reshape(N, num_heads, T, M // num_heads)"}],
                "The shape is right and the numbers are mixed up: reshape never moves a number past another. Cut "
                "only the last axis, then transpose."),
        Mistake("every other column",
                {"x.reshape(T, N, num_heads, M // num_heads).transpose(1, 2, 0, 3)":
                    "x.reshape(T, N, M // num_heads, num_heads).transpose(1, 3, 0, 2)"},
                "You give head j every heads-th column. Its columns stand together, j d to (j + 1) d: cut M into "
                "(heads, d), in this order."),
        Mistake("batch first assumed",
                {"x.reshape(T, N, num_heads, M // num_heads).transpose(1, 2, 0, 3)":
                    "x.reshape(N, T, num_heads, M // num_heads).transpose(0, 2, 1, 3)"},
                "You read x as (N, T, M). Time comes first in this course: (T, N, M)."),
        Mistake("not transposed", {".transpose(1, 2, 0, 3)": ""},
                "You have (T, N, heads, d). Move the axes with transpose, so that each head has a matrix (T, d)."),
        Mistake("steps before heads", {".transpose(1, 2, 0, 3)": ".transpose(1, 0, 2, 3)"},
                "You have (N, T, heads, d): products of the last two axes would then mix heads instead of steps. "
                "Heads before steps."),
        Mistake("heads before the batch", {".transpose(1, 2, 0, 3)": ".transpose(2, 1, 0, 3)"},
                "You have (heads, N, T, d). The batch comes first here, then the heads."),
        Mistake("each head turned", {".transpose(1, 2, 0, 3)": ".transpose(1, 2, 3, 0)"},
                "You have (N, heads, d, T): each head's matrix is turned. Steps before features."),
        Mistake("steps before the batch",
                [{".transpose(1, 2, 0, 3)": ".transpose(0, 2, 1, 3)"},
                {".transpose(1, 2, 0, 3)": ".transpose(2, 0, 1, 3)"}],
                "Your axes are in another order. The batch comes first, then the heads, the steps and the features: "
                "from (T, N, heads, d) that is .transpose(1, 2, 0, 3)."),
        Mistake("heads cut from the batch",
                {"x.reshape(T, N, num_heads, M // num_heads)":
                    "x.reshape(T, num_heads, N, M // num_heads).swapaxes(1, 2)"},
                "You reshape to (T, heads, N, d), which mixes the sequences of the batch. Only the last axis is cut: "
                "(T, N, heads, d)."),
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

    dZ (T, size): the gradient of the loss with respect to Z. Q, K (T, d), V (T, size). Returns dQ, dK (T, d),
    dV (T, size).
    """
    dV = A.T @ dZ
    dA = dZ @ V.T
    dS = A * (dA - (A * dA).sum(axis=1, keepdims=True))
    scale = 1 / np.sqrt(Q.shape[1])
    return dS @ K * scale, dS.T @ Q * scale, dV


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
        Mistake("scale forgotten", {"1 / np.sqrt(Q.shape[1])": "1"},
                "dQ and dK lack the factor 1/√d: the scores were divided by √d on the way forward."),
        Mistake("divided by d", {"1 / np.sqrt(Q.shape[1])": "1 / Q.shape[1]"},
                "You divide by d on the way back. The scores were divided by √d, once."),
        Mistake("scale in dQ alone", {"dS.T @ Q * scale": "dS.T @ Q"},
                "dQ has the factor 1/√d and dK does not. The product of both was divided."),
        Mistake("mean forgotten", {"A * (dA - (A * dA).sum(axis=1, keepdims=True))": "A * dA"},
                "dS is A * dA alone. If one score of a row rises, the weights of all others fall: subtract the row's "
                "mean of dA, weighted with A."),
        Mistake("softmax entry by entry", {"A * (dA - (A * dA).sum(axis=1, keepdims=True))": "A * (1 - A) * dA"},
                "A * (1 − A) * dA holds only the diagonal of the softmax's derivative, as if it were a sigmoid. A "
                "score moves all weights of its row."),
        Mistake("mean without weights", {"(A * dA).sum(": "dA.mean("},
                "You subtract the plain mean of the row. It is weighted with A: (A * dA).sum(axis=1)."),
        Mistake("sum over the columns", {"axis=1": "axis=0"},
                "You sum over the columns. The softmax ran along the rows, so its sum is axis=1."),
        Mistake("sum over everything", {"axis=1, keepdims=True": ""},
                "You sum over the whole matrix. Every row has a softmax and a sum of its own: axis=1, keepdims=True."),
        Mistake("outer A forgotten", {"dS = A * (": "dS = ("},
                "dA less its weighted mean still has to be multiplied by A."),
        Mistake("softmax passed over", {"A * (dA - (A * dA).sum(axis=1, keepdims=True))": "dA"},
                "dS is dA: the softmax is missing on the way back."),
        Mistake("A not turned", {"A.T @": "A @"},
                "dV is A.T @ dZ: value s went with weight A[t, s] into output t, so its gradient comes down column s."),
        Mistake("dS not turned", {"dS.T @": "dS @"},
                "dK is dS.T @ Q: key s was read in column s of the scores."),
        Mistake("dQ and dK exchanged",
                {"return dS @ K * scale, dS.T @ Q * scale, dV": "return dS.T @ Q * scale, dS @ K * scale, dV"},
                "dQ and dK are exchanged."),
        Mistake("multiplied by √d", {"1 / np.sqrt(Q.shape[1])": "np.sqrt(Q.shape[1])"},
                "You multiply by √d on the way back. Forward the scores were divided by √d, and a factor stays the "
                "same factor on the way back: divide."),
        Mistake("root of another size",
                [{"1 / np.sqrt(Q.shape[1])": "1 / np.sqrt(V.shape[1])"},
                {"1 / np.sqrt(Q.shape[1])": "1 / np.sqrt(len(Q))"}],
                "You divide by the root of T, or of the columns of V. It is the root of d, the columns of Q and K, "
                "as on the way forward."),
        Mistake("scale in dK alone", {"dS @ K * scale": "dS @ K"},
                "dK has the factor 1/√d and dQ does not. The product of both was divided."),
        Mistake("dV scaled too", {"scale, dV": "scale, dV * scale"},
                "You divide dV by √d. V does not take part in the scores; dV is A.T @ dZ as it is."),
        Mistake("mean added", {"dA - (": "dA + ("},
                "You add the row's mean of dA. It is subtracted: if one weight of a row grows, the others shrink."),
        Mistake("sum without A", {"(A * dA).sum(": "dA.sum("},
                "You subtract the plain sum of dA. It is weighted with A: (A * dA).sum(axis=1, keepdims=True)."),
        Mistake("V not turned", {"dA = dZ @ V.T": "dA = dZ @ V"},
                "The sizes of a product do not fit. Back through Z = A V it is dA = dZ @ V.T: V has to be turned."),
        Mistake("dA turned", {"dA = dZ @ V.T": "dA = (dZ @ V.T).T"},
                "dA is turned. Row t belongs to output t, as in A: dZ @ V.T."),
        Mistake("dK from dA", [{"dS.T @ Q": "dA.T @ Q"}, {"dS @ K": "dA @ K"}],
                "One of dQ and dK comes from dA. Between the weights and the scores stands the softmax: both come "
                "from dS."),
    ],
    hints=[
        "Backwards, one line at a time. Z = A V: what are dV and dA? Check the shapes.",
        "The softmax of a row: dS = A * (dA − the mean of dA in this row, weighted with A).",
        "S = Q K.T / √d: dQ = dS K / √d and dK = dS.T Q / √d.",
    ],
    explanation="`seqlearn.nn.SelfAttention` holds the same lines, for all heads and sequences of a batch at once.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("14", [
    Question(
        "What does self-attention offer that a recurrent layer does not?",
        [
            Option("The order of the steps is built in and need not be given.", False,
                   "It is the other way round: a recurrent layer has the order by reading one step after the other, "
                   "and without positions self-attention does not know it."),
            Option("At the start it gets more gradient to the first of 100 steps than any LSTM.", False,
                   "An LSTM with a forget bias of 4 gets far more there: 0.29 against 0.004 in the chapter. Attention "
                   "gives each of T inputs about 1/T."),
            Option("Any two steps are one layer apart, and no step of a layer waits for another.", True,
                   "In a recurrent layer the first step reaches the last through all states between, one by one."),
            Option("Twice as many steps cost no more than twice as many multiplications.", False,
                   "That holds for recurrence. Here every pair of steps has a score, so a part of the work grows with "
                   "T²."),
        ],
        topic="what self-attention offers",
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
                   "Most rows do not sum to 1, and the softmax's sum has counted the future: it leaks."),
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
                   "That holds where the entries are independent, with mean 0."),
            Option("Without it, with a large d, many queries get hardly any gradient, and a few get most of it.", True,
                   "Where one weight is nearly 1 the softmax is saturated. The gradient goes where a second key still "
                   "has a say."),
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
                   "It learned 12 symbols without difficulty, and any two of 8 are one layer apart as well."),
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
    Question(
        "A query at position 3 and a key at position 7, with rotary positions, have a certain score. Which other "
        "places give the same two vectors the same score?",
        [
            Option("Query at 7, key at 3.", False,
                   "The distance has the other sign, and turning by 4 is not turning by −4."),
            Option("Query at 6, key at 14.", False, "The ratio of the places is the same, and the distance is not."),
            Option("Query at 103, key at 107.", True,
                   "Both are turned by the same further angle, so nothing changes between them: the distance is 4."),
            Option("Any places, since a rotation changes no length.", False,
                   "Lengths stay, and the angle between query and key changes with their distance."),
        ],
        topic="rotary positions",
    ),
    Question(
        "A language model with self-attention reaches a training loss of nearly 0 after a few updates. What is the "
        "likeliest reason?",
        [
            Option("The learning rate is too small, so it has not begun to learn.", False,
                   "Then the loss would still be near the logarithm of the vocabulary's size."),
            Option("The causal mask is missing: each position reads its target off the next one.", True,
                   "Position t + 1 holds the answer of position t. The leak test, or the loss at the last position "
                   "alone, finds it."),
            Option("The scale is missing, so each position looks at itself alone.", False,
                   "Looking at itself does not tell what comes next."),
            Option("The positions are missing, so the order of the characters is lost.", False,
                   "A loss of nearly 0 needs more knowledge of the order, not less."),
        ],
        topic="the mask in training",
    ),
    Question(
        "What is true of the parts of a block?",
        [
            Option("The feed-forward network lets positions exchange what they know.", False,
                   "It sees each position by itself. Exchanging is what attention does."),
            Option("The residual connection passes x on with the factor 1, forward and back.", True,
                   "What a part makes is added to x, and nothing stands in the way of x itself."),
            Option("The layer norm takes mean and deviation over the features of one position.", True,
                   "Other positions and other sequences of the batch have no part in it."),
            Option("Vaswani et al. (2017) put the norm before each part, Xiong et al. (2020) after the sum.", False,
                   "The other way round: after the sum in 2017, before the part in 2020."),
        ],
        topic="the block",
    ),
    Question(
        "You call F.scaled_dot_product_attention(q, k, v, is_causal=True). What holds?",
        [
            Option("It divides by the root of d by itself.", True,
                   "d is the last size of q; scaled before, it would be scaled twice."),
            Option("It returns the outputs and the weights.", False,
                   "The outputs alone: in a fused call the weights need not be stored at all."),
            Option("Each position sees itself and what came before.", True, "The lower triangle, with its diagonal."),
            Option("True in its attn_mask would hide a pair.", False,
                   "That is nn.MultiheadAttention's convention. Here True means: may look."),
        ],
        topic="the fused call",
    ),
])
