"""Five exercises of chapter 14: rotary pairs in halves, back through a norm, a cache, a head that learns, a memory."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, ValueExercise


def softmax(scores):
    exp = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)

# 14.6 Rotary positions, in halves --------------------------------------------------------------------------------


def rotate_halves_reference(x, start):
    """Rotary positions, entry i paired with entry i + d/2. x (T, d), the first row stands at position start."""
    T, d = x.shape
    angles = (start + np.arange(T))[:, None] * 10000 ** (-2 * np.arange(d // 2) / d)
    first, second = x[:, : d // 2], x[:, d // 2 :]
    return np.concatenate([first * np.cos(angles) - second * np.sin(angles),
                           first * np.sin(angles) + second * np.cos(angles)], axis=1)


def _distance_alone(answer, rng):
    q, k = rng.standard_normal((2, 1, 6))
    scores = [(answer(q, t) @ answer(k, t + 3).T).item() for t in (0, 5, 40)]
    if not np.allclose(scores, scores[0]):
        return (f"A query at 0, 5 and 40 and a key three steps later give the scores {scores[0]:.3f}, {scores[1]:.3f} "
                f"and {scores[2]:.3f}; they should be the same.")
    return None


rotate_halves = Exercise(
    id="14.6",
    title="Rotary positions, in halves",
    stars=2,
    reference=rotate_halves_reference,
    cases=lambda rng: [(rng.standard_normal((5, 8)), 0), (rng.standard_normal((4, 6)), 3),
                       (rng.standard_normal((3, 4)), 100)],
    extra=_distance_alone,
    mistakes=[
        Mistake("neighbours paired", lambda x, start: _neighbours(x, start),
                "You pair neighbours, 2i and 2i + 1, as the chapter does. Here entry i goes with entry i + d/2."),
        Mistake("halves turned, then side by side", {
            "return np.concatenate([": "return np.stack([", "second * np.cos(angles)], axis=1)":
                "second * np.cos(angles)], axis=2).reshape(T, d)"},
                "Your pairs are right and come out side by side. Put them back where they came from: first halves, "
                "then second halves."),
        Mistake("start forgotten", [{"(start + np.arange(T))": "np.arange(T)"},
                                    {"(start + np.arange(T))": "(1 + np.arange(T))"}],
                "Your first row stands at position 0 or 1 every time. It stands at `start`: the angle is (start + t) "
                "times the frequency."),
        Mistake("counted from 1", {"(start + np.arange(T))": "(start + 1 + np.arange(T))"},
                "You are one position too far: the first row stands at `start` itself."),
        Mistake("every row at start", {"(start + np.arange(T))": "(start + 0 * np.arange(T))"},
                "All of your rows are turned by the angle of `start`. Row t stands at start + t."),
        Mistake("turned the other way", {"np.cos(angles) - second": "np.cos(angles) + second",
                                         "first * np.sin(angles) +": "-first * np.sin(angles) +"},
                "You turn by −ω t. The distances are all right, and still it is another convention: a cos − b sin, "
                "then a sin + b cos."),
        Mistake("a reflection", [{"np.cos(angles) - second": "np.cos(angles) + second",
                                  "np.sin(angles) + second": "np.sin(angles) - second"},
                                 {"np.cos(angles) - second": "np.cos(angles) + second"}],
                "The signs do not make a rotation: a cos − b sin, then a sin + b cos."),
        Mistake("half the exponent", {"-2 * np": "-np"},
                "The exponent is −2i/d, and yours is −i/d."),
        Mistake("frequency for every entry", {"10000 ** (-2 * np.arange(d // 2) / d)":
                                              "10000 ** (-2 * np.arange(d // 2) / (d // 2))"},
                "You divide by d/2. The exponent is −2i/d, with i from 0 to d/2 − 1."),
        Mistake("frequency turned over", {"(-2": "(2"},
                "Your pairs turn faster with i. They should turn more slowly: the exponent is negative."),
        Mistake("sine and cosine exchanged", {"np.cos(angles) - second * np.sin": "np.sin(angles) - second * np.cos",
                                              "first * np.sin(angles) + second * np.cos":
                                                  "first * np.cos(angles) + second * np.sin"},
                "Sine and cosine are exchanged. At position 0 nothing should turn: a cos − b sin, then a sin + b cos."),
        Mistake("first half overwritten", lambda x, start: _overwritten(x, start),
                "You compute the second half with a first half that has been turned already. Both need the old one."),
        Mistake("each frequency twice in a row", lambda x, start:
                _turned_by(x, np.repeat(_angles(x, start), 2, axis=1)),
                "Each of your angles stands twice in a row, which is the layout of neighbours. Here entry i and entry "
                "i + d/2 share one: np.tile, or np.concatenate of the angles with themselves."),
        Mistake("a frequency for each entry", [lambda x, start: _turned_by(x, _angles_of_all(x, start, 2)),
                                               lambda x, start: _turned_by(x, _angles_of_all(x, start, 1))],
                "You use d frequencies, one for each entry. There are d/2, one for each pair."),
        Mistake("positions added", lambda x, start: x + np.concatenate(
            [np.sin(_angles(x, start)), np.cos(_angles(x, start))], axis=1),
                "You add sines and cosines. Rotary positions add nothing: each pair of entries is turned."),
        Mistake("multiplied, not turned", lambda x, start: x * np.concatenate([np.cos(_angles(x, start))] * 2, axis=1),
                "You multiply by the cosine alone. A rotation mixes the two entries of a pair: a cos − b sin, "
                "a sin + b cos."),
    ],
    hints=[
        "Angles first: one for each row and each pair, (T, d/2). Row t stands at start + t.",
        "Call the first half of the columns a and the second half b. What does a rotation make of the pair (a, b)?",
        "a cos − b sin in the first half, a sin + b cos in the second; np.concatenate along axis 1.",
    ],
    explanation="Many models that are in use store their pairs in halves. Weights trained with one layout are useless "
                "in the other, and nothing complains: shapes fit, and scores still depend on distances alone.",
)


def _angles(x, start):
    return (start + np.arange(len(x)))[:, None] * 10000 ** (-2 * np.arange(x.shape[1] // 2) / x.shape[1])


def _angles_of_all(x, start, factor):
    d = x.shape[1]
    return (start + np.arange(len(x)))[:, None] * 10000 ** (-factor * np.arange(d) / d)


def _turned_by(x, angles):
    half = x.shape[1] // 2
    return x * np.cos(angles) + np.concatenate([-x[:, half:], x[:, :half]], axis=1) * np.sin(angles)


def _overwritten(x, start):
    turned, half = rotate_halves_reference(x, start), x.shape[1] // 2
    angles = _angles(x, start)
    turned[:, half:] = turned[:, :half] * np.sin(angles) + x[:, half:] * np.cos(angles)
    return turned


def _neighbours(x, start):
    a, b, angles = x[:, 0::2], x[:, 1::2], _angles(x, start)
    turned = [a * np.cos(angles) - b * np.sin(angles), a * np.sin(angles) + b * np.cos(angles)]
    return np.stack(turned, axis=2).reshape(x.shape)

# 14.7 Back through a layer norm ----------------------------------------------------------------------------------


def norm_backward_reference(dy, x, gain):
    """Back through y = gain * (x − mean) / std + b, mean and std over the features. Returns dx, d_gain, d_b."""
    std = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    n = (x - x.mean(axis=1, keepdims=True)) / std
    dn = dy * gain
    dx = (dn - dn.mean(axis=1, keepdims=True) - n * (dn * n).mean(axis=1, keepdims=True)) / std
    return dx, (dy * n).sum(axis=0), dy.sum(axis=0)


def _norm_cases(rng):
    return [(rng.standard_normal((T, M)), 2 * rng.standard_normal((T, M)) + 1, rng.uniform(0.5, 2, M))
            for T, M in ((3, 4), (5, 6), (4, 3))]


def _norm_differences(answer, rng):
    dy, x, gain = _norm_cases(rng)[0]

    def loss(x):
        return np.sum(dy * gain * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5))

    u = rng.standard_normal(x.shape)
    slope = (loss(x + 1e-5 * u) - loss(x - 1e-5 * u)) / 2e-5
    if not np.isclose(np.sum(answer(dy, x, gain)[0] * u), slope, rtol=1e-5):
        return "Moving x a little changes the loss by another amount than your dx says."
    return None


norm_backward = Exercise(
    id="14.7",
    title="Back through a layer norm",
    stars=3,
    reference=norm_backward_reference,
    cases=_norm_cases,
    names=("dx", "d_gain", "d_b"),
    extra=_norm_differences,
    mistakes=[
        Mistake("mean and std held still",
                {" - dn.mean(axis=1, keepdims=True) - n * (dn * n).mean(axis=1, keepdims=True)": ""},
                "Your dx is dy * gain / std. It treats the mean and the standard deviation as fixed numbers, but both "
                "are made of x, so two more ways lead back through them."),
        Mistake("std held still", {" - n * (dn * n).mean(axis=1, keepdims=True)": ""},
                "The way through the mean is there, and the one through the standard deviation is missing: subtract "
                "n times the row's mean of dn * n."),
        Mistake("mean held still", {" - dn.mean(axis=1, keepdims=True)": ""},
                "The way through the standard deviation is there, and the one through the mean is missing: subtract "
                "the row's mean of dn."),
        Mistake("gain forgotten", {"dn = dy * gain": "dn = dy"},
                "The gain multiplied on the way forward, so it multiplies on the way back: dn = dy * gain."),
        Mistake("gain after the norm",
                {"dn = dy * gain": "dn = dy", ") / std\n    return dx": ") / std * gain\n    return dx"},
                "The gain comes last on the way forward, so it comes first on the way back, before the means are "
                "taken."),
        Mistake("divided by the variance",
                {"keepdims=True)) / std\n    return": "keepdims=True)) / std**2\n    return"},
                "You divide dx by the variance. n was made by a division by std, so that comes back once."),
        Mistake("not divided by std", {"keepdims=True)) / std\n    return": "keepdims=True))\n    return"},
                "dx lacks the factor 1/std: n was made by a division by it."),
        Mistake("means over the steps",
                [{"dn.mean(axis=1": "dn.mean(axis=0", "(dn * n).mean(axis=1": "(dn * n).mean(axis=0"},
                 {"x.var(axis=1": "x.var(axis=0", "x.mean(axis=1": "x.mean(axis=0",
                  "dn.mean(axis=1": "dn.mean(axis=0", "(dn * n).mean(axis=1": "(dn * n).mean(axis=0"}],
                "You take means over the steps. A layer norm looks at each step alone: axis=1, over the features. "
                "(Over the batch it would be a batch norm.)"),
        Mistake("sums for means", {"dn.mean(": "dn.sum(", "(dn * n).mean(": "(dn * n).sum("},
                "You subtract sums. The mean and the variance have a 1/M in them, so what comes back are means."),
        Mistake("d_gain of x", {"(dy * n).sum": "(dy * x).sum"},
                "The gain multiplied the normalised n, not x: d_gain is the sum of dy * n."),
        Mistake("not summed over the steps", {"(dy * n).sum(axis=0), dy.sum(axis=0)": "dy * n, dy"},
                "d_gain and d_b have a row for each step. One gain serves all steps, so its gradient is a sum over "
                "them: axis=0."),
        Mistake("summed over the features",
                {"(dy * n).sum(axis=0), dy.sum(axis=0)": "(dy * n).sum(axis=1), dy.sum(axis=1)"},
                "You sum over the features. Each feature has a gain and a bias of its own; the sum is over the steps."),
        Mistake("mean over the steps", {"(dy * n).sum(axis=0), dy.sum(axis=0)":
                                        "(dy * n).mean(axis=0), dy.mean(axis=0)"},
                "d_gain and d_b are means over the steps. They are sums: the loss has a part from every step."),
        Mistake("gain in d_gain", {"(dy * n).sum": "(dn * n).sum"},
                "d_gain has the gain in it. What multiplied the gain is n, and what comes back is dy."),
        Mistake("sign of one way", [{"dn - dn.mean": "dn + dn.mean"}, {"keepdims=True) - n *": "keepdims=True) + n *"}],
                "One of the two ways has the wrong sign: both are subtracted, for the mean was subtracted and std "
                "divides."),
        Mistake("not divided by std in n",
                {"- n * (dn * n).mean(": "- (x - x.mean(axis=1, keepdims=True)) * (dn * n).mean("},
                "In the way through std you have x − mean where n belongs: it is n times the row's mean of dn * n."),
        Mistake("not divided by std in n, twice",
                {"n = (x - x.mean(axis=1, keepdims=True)) / std": "n = x - x.mean(axis=1, keepdims=True)",
                 "(dy * n).sum": "(dy * n / std).sum"},
                "In the way through std you have x − mean twice where n belongs: it is n times the row's mean of "
                "dn * n."),
        Mistake("sample variance", {"x.var(axis=1, keepdims=True)": "x.var(axis=1, keepdims=True, ddof=1)"},
                "You divide the variance by M − 1. A layer norm divides by M, as np.var does by itself."),
        Mistake("eps outside the root", {"np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)":
                                         "np.sqrt(x.var(axis=1, keepdims=True)) + 1e-5"},
                "The 1e-5 stands inside the root: std = sqrt(var + 1e-5)."),
    ],
    hints=[
        "Name the normalised vector n = (x − mean) / std. Then d_gain, d_b and dn = dy * gain are short.",
        "n depends on x in three ways: directly, through the mean, and through std. What is dx for each of them?",
        "Together: dx = (dn − mean of dn − n · mean of (dn · n)) / std, means over the features of a row.",
    ],
    explanation="A row of dx sums to 0, and dx stands at right angles to n (but for the 1e-5): to add a number to all "
                "features, or to stretch them all, changes nothing in the output.",
)

# 14.8 One step, with a cache -------------------------------------------------------------------------------------


def next_step_reference(x_t, K, V, W_q, W_k, W_v):
    """What a causal head puts out at the newest step, from the cached keys and values. Returns output, K, V."""
    K = np.concatenate([K, x_t[None] @ W_k])
    V = np.concatenate([V, x_t[None] @ W_v])
    weights = softmax(K @ (x_t @ W_q) / np.sqrt(K.shape[1]))
    return weights @ V, K, V


def _flattened(x_t, K, V, W_q, W_k, W_v):
    K, V = np.append(K, x_t @ W_k), np.append(V, x_t @ W_v)
    return softmax(np.atleast_1d(K @ (x_t @ W_q) / np.sqrt(W_q.shape[1])))[0] @ V, K, V


def _step_cases(rng):
    cases = []
    for t, M, d, size in ((3, 4, 2, 5), (0, 3, 4, 2), (6, 2, 3, 3)):
        W = [rng.standard_normal((M, columns)) for columns in (d, d, size)]
        past = rng.standard_normal((t, M))
        cases.append((rng.standard_normal(M), past @ W[1], past @ W[2], *W))
    return cases


def _walks_like_the_layer(answer, rng):
    x, W = rng.standard_normal((5, 4)), [rng.standard_normal((4, 3)) for _ in range(3)]
    K, V, walked = np.zeros((0, 3)), np.zeros((0, 3)), []
    for x_t in x:
        output, K, V = answer(x_t, K, V, *W)
        walked.append(output)
    scores = np.where(np.tri(5) > 0, x @ W[0] @ (x @ W[1]).T / np.sqrt(3), -np.inf)
    if not np.allclose(walked, softmax(scores) @ (x @ W[2])):
        return "Five steps one after the other do not give what a causal head gives for all five at once."
    return None


next_step = Exercise(
    id="14.8",
    title="One step, with a cache",
    stars=2,
    reference=next_step_reference,
    cases=_step_cases,
    names=("output", "K", "V"),
    extra=_walks_like_the_layer,
    mistakes=[
        Mistake("does not see itself", [
            {"softmax(K @ (x_t @ W_q) / np.sqrt(K.shape[1]))":
                "softmax(K[:-1] @ (x_t @ W_q) / np.sqrt(K.shape[1])) if len(K) > 1 else np.zeros(0)",
             "weights @ V, K": "weights @ V[:-1], K"},
            {"softmax(K @": "softmax(K[:-1] @", "weights @ V, K": "weights @ V[:-1], K"}],
                "The newest step does not see itself. Its own key and value belong to what it looks at, so put them "
                "into the cache first."),
        Mistake("cache not handed on", lambda x_t, K, V, W_q, W_k, W_v:
                (next_step_reference(x_t, K, V, W_q, W_k, W_v)[0], K, V),
                "The output is right, but you return the old cache, so the next step does not know of this one."),
        Mistake("in front", {"[K, x_t[None] @ W_k]": "[x_t[None] @ W_k, K]", "[V, x_t[None] @ W_v]":
                             "[x_t[None] @ W_v, V]"},
                "You put the newest key and value in front. The output is the same, but row s should belong to "
                "step s: append at the end."),
        Mistake("not scaled", {" / np.sqrt(K.shape[1])": ""},
                "The scores are not scaled: divide by the root of d, the columns of K."),
        Mistake("root of another size", [{"np.sqrt(K.shape[1])": "np.sqrt(len(K))"},
                                         {"np.sqrt(K.shape[1])": "np.sqrt(V.shape[1])"},
                                         {"np.sqrt(K.shape[1])": "np.sqrt(len(x_t))"}],
                "You divide by the root of another size. It is the root of d, the columns of K."),
        Mistake("divided by d", {"np.sqrt(K.shape[1])": "K.shape[1]"}, "You divide by d and not by its root."),
        Mistake("key as query", {"x_t @ W_q": "x_t @ W_k"},
                "You compare the newest key with the keys. What asks is the query, x_t @ W_q."),
        Mistake("no softmax",
                {"softmax(K @ (x_t @ W_q) / np.sqrt(K.shape[1]))": "K @ (x_t @ W_q) / np.sqrt(K.shape[1])"},
                "The scores themselves are your weights: a softmax is missing."),
        Mistake("query in the cache", {"[K, x_t[None] @ W_k]": "[K, x_t[None] @ W_q]"},
                "You keep the query as the newest key. Later steps ask the key, x_t @ W_k."),
        Mistake("x in the cache", lambda x_t, K, V, W_q, W_k, W_v: (
            next_step_reference(x_t, K, V, W_q, W_k, W_v)[0],
            np.concatenate([K, np.resize(x_t, (1, K.shape[1]))]),
            np.concatenate([V, np.resize(x_t, (1, V.shape[1]))])),
                "You keep x itself. What later steps need of it are its key and its value."),
        Mistake("flattened", [
            {"np.concatenate([K, x_t[None] @ W_k])": "np.append(K, x_t @ W_k)",
             "np.concatenate([V, x_t[None] @ W_v])": "np.append(V, x_t @ W_v)"},
            lambda x_t, K, V, W_q, W_k, W_v: _flattened(x_t, K, V, W_q, W_k, W_v)],
                "Without an axis np.append makes one long row of the cache. Write np.concatenate([K, k[None]]), with k "
                "the newest key, and the same for V."),
        Mistake("one and the same matrix", {"x_t[None] @ W_v": "x_t[None] @ W_k @ np.linalg.pinv(W_k) @ W_v"},
                "Your newest value is made from the key. It is x_t @ W_v."),
    ],
    hints=[
        "What is new at this step: one key, one value, one query.",
        "Append the key and the value first: np.concatenate([K, (x_t @ W_k)[None]]).",
        "Then one row of attention: weights = softmax(K @ q / sqrt(d)), output = weights @ V. No mask is needed.",
    ],
    explanation="No mask, for the future is not there yet. This **cache** is what a Transformer has in place of a "
                "state, and the difference is that it grows with every step.",
)

# 14.9 Build it: a causal head that learns ------------------------------------------------------------------------


def train_head_reference(x, targets, W_q, W_k, W_v, updates, learning_rate):
    """One causal head, trained to predict: row t of its output are the logits of targets[:, t]. Returns the weights."""
    N, T, M = x.shape
    future, scale = np.triu(np.ones((T, T), dtype=bool), 1), 1 / np.sqrt(W_q.shape[1])
    for _ in range(updates):
        Q, K, V = x @ W_q, x @ W_k, x @ W_v
        A = softmax(np.where(future, -np.inf, Q @ K.swapaxes(1, 2) * scale))
        p = softmax(A @ V)
        dZ = (p - np.eye(V.shape[2])[targets]) / (N * T)
        dV, dA = A.swapaxes(1, 2) @ dZ, dZ @ V.swapaxes(1, 2)
        dS = A * (dA - (A * dA).sum(axis=2, keepdims=True)) * scale
        dQ, dK = dS @ K, dS.swapaxes(1, 2) @ Q
        dW_q, dW_k, dW_v = (np.einsum("ntm,ntd->md", x, back) for back in (dQ, dK, dV))
        W_q, W_k, W_v = W_q - learning_rate * dW_q, W_k - learning_rate * dW_k, W_v - learning_rate * dW_v
    return W_q, W_k, W_v


def _head_cases(rng):
    cases = []
    for N, T, M, d, size, updates, rate in ((3, 4, 5, 2, 3, 1, 0.5), (2, 3, 4, 3, 5, 3, 1.0), (4, 5, 3, 4, 2, 2, 2.0)):
        weights = [0.7 * rng.standard_normal((M, columns)) for columns in (d, d, size)]
        cases.append((rng.standard_normal((N, T, M)), rng.integers(size, size=(N, T)), *weights, updates, rate))
    return cases


train_head = Exercise(
    id="14.9",
    title="Build it: a causal head that learns",
    stars=3,
    reference=train_head_reference,
    cases=_head_cases,
    names=("W_q", "W_k", "W_v"),
    mistakes=[
        Mistake("no mask", {"np.where(future, -np.inf, Q @ K.swapaxes(1, 2) * scale)": "Q @ K.swapaxes(1, 2) * scale"},
                "Nothing is masked. Step t then sees the inputs after it, and in a language model the next input is "
                "the answer."),
        Mistake("mask turned over", {"np.where(future, -np.inf, ": "np.where(future.T, -np.inf, "},
                "The wrong triangle: your step t sees the future and not the past."),
        Mistake("does not see itself", [{"bool), 1)": "bool))", "-np.inf": "-1e9"}, {"bool), 1)": "bool))"}],
                "Your step t does not see itself, and the first has nothing to look at. The diagonal is allowed."),
        Mistake("masked after the softmax", {"softmax(np.where(future, -np.inf, Q @ K.swapaxes(1, 2) * scale))":
                                             "softmax(Q @ K.swapaxes(1, 2) * scale) * ~future"},
                "You mask after the softmax, whose sum has counted the future already. Mask the scores."),
        Mistake("not scaled", {"1 / np.sqrt(W_q.shape[1])": "1"},
                "The scores are not divided by √d."),
        Mistake("scale forgotten on the way back", {"keepdims=True)) * scale": "keepdims=True))"},
                "Forward you divide by √d, and on the way back you do not: dQ and dK lack the factor."),
        Mistake("sum of the losses", {" / (N * T)": ""},
                "Your loss is a sum. It should be the mean over all sequences and steps: divide by N T."),
        Mistake("mean over the batch alone", {" / (N * T)": " / N"},
                "You divide by N. The mean is over all N T predictions."),
        Mistake("mean over the steps alone", {" / (N * T)": " / T"},
                "You divide by T. The mean is over all N T predictions."),
        Mistake("mean over the logits as well", {" / (N * T)": " / (N * T * V.shape[2])"},
                "You divide by the number of logits. The mean is over the N T predictions."),
        Mistake("softmax over the queries", {
            "softmax(np.where(future, -np.inf, Q @ K.swapaxes(1, 2) * scale))":
                "softmax(np.where(future, -np.inf, Q @ K.swapaxes(1, 2) * scale).swapaxes(1, 2)).swapaxes(1, 2)"},
                "Your columns of A sum to 1. Row t belongs to the query of step t: softmax over the last axis."),
        Mistake("the last step alone", [{"/ (N * T)\n": "/ (N * T) * (np.arange(T) == T - 1)[:, None]\n"},
                                        {"/ (N * T)\n": "/ N * (np.arange(T) == T - 1)[:, None]\n"}],
                "Only the last step learns. With the mask every step makes a prediction, and all of them count."),
        Mistake("softmax's row left out", {"(dA - (A * dA).sum(axis=2, keepdims=True))": "dA"},
                "On the way back through the softmax you leave out the row's weighted mean of dA."),
        Mistake("uphill", {"W_q - learning": "W_q + learning", "W_k - learning": "W_k + learning",
                           "W_v - learning": "W_v + learning"},
                "You add the gradients, so the loss climbs. Subtract them."),
        Mistake("one update", {"range(updates)": "range(1)"},
                "You make one update, however many are asked for."),
        Mistake("gradients returned", {"return W_q, W_k, W_v": "return dW_q, dW_k, dW_v"},
                "You return the gradients of the last update. Asked for are the weights after it."),
        Mistake("dQ and dK exchanged", {"dQ, dK = dS": "dK, dQ = dS"}, "dQ and dK are exchanged."),
        Mistake("values alone learn", {"W_q - learning_rate * dW_q, W_k - learning_rate * dW_k": "W_q, W_k"},
                "Only W_v learns. Queries and keys have gradients as well."),
        Mistake("first sequence alone", {'np.einsum("ntm,ntd->md", x, back)': "x[0].T @ back[0]"},
                "Only the first sequence gives a gradient. Sum over all of them."),
    ],
    hints=[
        "Forward: exercise 14.1 with the mask of 14.2, for all sequences at once: K.swapaxes(1, 2) turns each matrix.",
        "The logits are A @ V. Back from the loss comes (softmax(logits) − one-hot of the targets) / (N T).",
        "Then exercise 14.5 with axis=2. Masked weights are 0, so the gradients of their scores are 0 by themselves. "
        "dW_q = np.einsum(\"ntm,ntd->md\", x, dQ).",
    ],
    explanation="Masked pairs need no line of their own on the way back: their weight is 0, and the softmax's gradient "
                "has it as a factor. On new sequences of this task no loss below 0.2 · log 4 = 0.28 can be expected. "
                "The head ends at 0.50 on the sequences that it trains on: from the third step on it loses about 0.1 a "
                "step, and at the first two it believes what it sees there, because a softmax has to look at "
                "something.",
)

# 14.10 A memory that grows ---------------------------------------------------------------------------------------


def _megabytes():
    return 2 * 24 * 1024 * 2000 * 4 / 1e6


cache_size = ValueExercise(
    id="14.10",
    title="A memory that grows",
    stars=1,
    reference=_megabytes,
    tolerance=0.01,
    mistakes=[
        Mistake("keys or values alone", 24 * 1024 * 2000 * 4 / 1e6,
                "That is one of the two: keys and values are both kept."),
        Mistake("numbers, not bytes", 2 * 24 * 1024 * 2000 / 1e6,
                "That is how many million numbers there are. Each of them takes 4 bytes."),
        Mistake("one block", 2 * 1024 * 2000 * 4 / 1e6,
                "That is one block. Each of the 24 has keys and values of its own."),
        Mistake("times the heads", 2 * 24 * 1024 * 2000 * 4 * 16 / 1e6,
                "You multiply by the heads. They share the 1,024 columns: 64 for each of them."),
        Mistake("one head", 2 * 24 * 64 * 2000 * 4 / 1e6,
                "That is one head of each block. There are 16, of 64 columns."),
        Mistake("the weights of the heads", 24 * 16 * 2000 * 2000 * 4 / 1e6,
                "Those are the attention weights of all pairs. For the next token they are not needed any more: keys "
                "and values are."),
        Mistake("bytes", 2 * 24 * 1024 * 2000 * 4, "Those are bytes. A megabyte has 1,000,000."),
        Mistake("gigabytes", 2 * 24 * 1024 * 2000 * 4 / 1e9, "Those are gigabytes. Each has 1,000 megabytes."),
        Mistake("kilobytes", 2 * 24 * 1024 * 2000 * 4 / 1e3, "Those are kilobytes. A megabyte has 1,000 of them."),
        Mistake("units of 1,024", 2 * 24 * 1024 * 2000 * 4 / 2**20,
                "Those are units of 1,024 times 1,024 bytes. Here a megabyte has 1,000,000."),
    ],
    hints=[
        "What does exercise 14.8 hand from step to step? Count it for one block and one step.",
        "A key and a value of 1,024 numbers each, in each of 24 blocks, for each of 2,000 tokens, 4 bytes a number.",
    ],
    explanation="393 MB, and twice that after twice as many tokens. An LSTM with 24 layers of 1,024 units hands on h "
                "and c: 0.2 MB, however long the text is.",
)
