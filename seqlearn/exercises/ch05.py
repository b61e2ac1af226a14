"""Exercises and quiz of chapter 05: exploding and vanishing gradients."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 05.1 A matrix of a given spectral radius ------------------------------------------------------------------------


def rescale_reference(W, radius):
    """W scaled so that its spectral radius is `radius`. W: (H, H) with a non-zero eigenvalue. Returns (H, H)."""
    return W * (radius / np.abs(np.linalg.eigvals(W)).max())


def _by(size):
    """The matrix divided by some other size than its spectral radius."""
    return lambda W, radius: W * (radius / size(W))


def _matrices(rng):
    """The outermost eigenvalue is negative, then a complex pair, then anything; and it does not stand first.

    The second matrix has to grow, the others to shrink.
    """
    turn = np.array([[0.3, -1.9], [1.4, 0.2]])
    zero = np.zeros((2, 2))
    spectra = [np.diag([0.4, -1.7, 0.9]), np.block([[np.diag([0.8, -0.5]), zero], [zero, turn]])]
    mixed = []
    for spectrum in spectra:
        basis = np.eye(len(spectrum)) + 0.5 * np.triu(rng.uniform(0.5, 1.0, spectrum.shape), 1)
        mixed.append(basis @ spectrum @ np.linalg.inv(basis))
    return [(mixed[0], 0.9), (mixed[1], 2.25), (rng.standard_normal((6, 6)), 1.1)]


def _has_the_radius(answer, rng):
    W = rng.standard_normal((8, 8))
    found = np.abs(np.linalg.eigvals(answer(W.copy(), 0.7))).max()
    if abs(found - 0.7) > 1e-8:
        return f"for another matrix the result has spectral radius {found:.3f}, asked was 0.7."
    return None


rescale = Exercise(
    id="05.1",
    title="A matrix of a given spectral radius",
    stars=1,
    reference=rescale_reference,
    cases=_matrices,
    mistakes=[
        Mistake("singular value", [_by(lambda W: np.linalg.norm(W, 2)),
                _by(lambda W: np.linalg.eigvalsh(W.T @ W).max()),
                                   _by(lambda W: np.linalg.norm(W, -2))],
                "You divide by a singular value. The spectral radius is the largest absolute value of an eigenvalue: "
                "np.abs(np.linalg.eigvals(W)).max()."),
        Mistake("norm of the matrix", [_by(np.linalg.norm), _by(lambda W: np.linalg.norm(W, 1)),
                                       _by(lambda W: np.linalg.norm(W, np.inf))],
                "You divide by a norm of W, which is made of its entries. The spectral radius comes from the "
                "eigenvalues: np.linalg.eigvals(W)."),
        Mistake("absolute value forgotten", [
            _by(lambda W: np.linalg.eigvals(W).real.max()), _by(lambda W: np.abs(np.linalg.eigvals(W).max())),
            _by(lambda W: np.abs(np.linalg.eigvals(W).real).max()), _by(lambda W: np.linalg.eigvals(W).max()),
            _by(lambda W: np.abs(np.linalg.eigvals(W).imag).max())],
                "You compare real or imaginary parts, or leave the sign in. An eigenvalue such as −1.7 or 0.3 + 1.6i "
                "counts with its absolute value: np.abs first, then max."),
        Mistake("another eigenvalue", [
            _by(lambda W: np.abs(np.linalg.eigvals(W)[0])), _by(lambda W: np.abs(np.linalg.eigvals(W)[-1])),
            _by(lambda W: np.abs(np.linalg.eigvals(W)).min())],
                "You take the first, the last or the smallest eigenvalue. np.linalg.eigvals does not sort, and the "
                "spectral radius is the largest absolute value: take the max of all."),
        Mistake("all eigenvalues", [
            _by(lambda W: np.abs(np.linalg.eigvals(W)).mean()), _by(lambda W: np.abs(np.linalg.eigvals(W)).sum()),
            _by(np.trace), _by(lambda W: np.abs(np.linalg.det(W))),
            _by(lambda W: np.abs(np.linalg.det(W)) ** (1 / len(W)))],
                "Your size is made of all eigenvalues, their sum, mean or product (the determinant is their product). "
                "The spectral radius is the largest of their absolute values."),
        Mistake("eigvalsh", [_by(lambda W: np.abs(np.linalg.eigvalsh(W)).max()),
                             _by(lambda W: np.abs(np.linalg.eigvalsh((W + W.T) / 2)).max()),
                             _by(lambda W: np.linalg.eigvalsh(W).max())],
                "np.linalg.eigvalsh is for symmetric matrices, and W is none. Use np.linalg.eigvals."),
        Mistake("not divided", {" / np.abs(np.linalg.eigvals(W)).max()": ""},
                "W times radius has radius times the old spectral radius. Divide by the old one as well."),
        Mistake("scaled by a power", [{"(radius / np.abs(np.linalg.eigvals(W)).max())":
                                       f"(radius / np.abs(np.linalg.eigvals(W)).max()) ** {power}"}
                                       for power in ("0.5", "2", "-1")]
                + [_by(lambda W: np.abs(np.linalg.eigvals(W @ W)).max())],
                "Scaling W by a number scales every eigenvalue by the same number: no root and no square is needed. "
                "The factor is radius / old radius."),
        Mistake("largest entry", [_by(lambda W: np.abs(W).max()), _by(np.max), _by(lambda W: np.abs(np.diag(W)).max())],
                "The largest entry of a matrix is not its spectral radius. Compute the eigenvalues."),
        Mistake("added in place of scaled", [
            lambda W, radius: W + radius - np.abs(np.linalg.eigvals(W)).max(),
            lambda W, radius: W + (radius - np.abs(np.linalg.eigvals(W)).max()) * np.eye(len(W))],
                "You add the difference of the two radii. Scaling means to multiply: W * (radius / old radius)."),
        Mistake("only scaled down", {"(radius / np.abs(np.linalg.eigvals(W)).max())":
                                     "min(1.0, radius / np.abs(np.linalg.eigvals(W)).max())"},
                "A matrix whose radius is below the one asked for stays as it is. Scale it up as well: this is not "
                "clipping, so leave out the condition, or the min."),
        Mistake("only scaled up", {"(radius / np.abs(np.linalg.eigvals(W)).max())":
                                   "max(1.0, radius / np.abs(np.linalg.eigvals(W)).max())"},
                "A matrix whose radius is above the one asked for stays as it is. Scale it down as well: leave out the "
                "condition, or the max."),
        Mistake("another matrix", [
            lambda W, radius: radius * W / np.linalg.norm(W, axis=1, keepdims=True),
            lambda W, radius: radius * W / np.linalg.norm(W, axis=0), lambda W, radius: radius * np.linalg.qr(W)[0],
            lambda W, radius: radius * np.eye(len(W))],
                "You change more than the size of the matrix. Multiply all entries of W by one number."),
        Mistake("rounded", [lambda W, radius, digits=digits: np.round(rescale_reference(W, radius), digits)
                            for digits in (1, 2, 3, 4, 5, 6)],
                "You round the result, and its spectral radius is only nearly the one that is asked for. Leave it as "
                "it is."),
    ],
    hints=[
        "Scaling a matrix by a number scales all of its eigenvalues by that number.",
        "np.linalg.eigvals(W) gives the eigenvalues, some of them complex. np.abs gives their distance from 0.",
        "The old radius is np.abs(np.linalg.eigvals(W)).max(); multiply W by radius / old.",
    ],
    extra=_has_the_radius,
    explanation="An eigenvalue of c·W is c times an eigenvalue of W, so one division sets the radius exactly.",
)

# 05.2 Clip by the global norm ------------------------------------------------------------------------------------


def clip_reference(grads, limit):
    """Gradients scaled together so that their global norm is at most `limit`, and the norm they had.

    grads: dict of arrays. Returns a new dict with the same keys, and a float.
    """
    norm = np.sqrt(sum((grad**2).sum() for grad in grads.values()))
    scale = min(1.0, limit / norm)
    return {name: scale * grad for name, grad in grads.items()}, norm


def _global_norm(grads):
    return np.sqrt(sum((grad**2).sum() for grad in grads.values()))


def _with_norm(norm):
    """Clipped by another size than the global norm; that size returned, or the right one."""
    def clip(grads, limit):
        size = norm(list(grads.values()))
        return {name: min(1.0, limit / size) * grad for name, grad in grads.items()}, size

    return [clip, lambda grads, limit: (clip(grads, limit)[0], _global_norm(grads))]


def _each(change, norm=_global_norm):
    """Each array changed by itself."""
    return lambda grads, limit: ({name: change(grad, limit) for name, grad in grads.items()}, norm(grads))


def _sum_of_norms(grads):
    return sum(map(np.linalg.norm, grads.values() if isinstance(grads, dict) else grads))


def _per_tensor(grad, limit):
    return grad * min(1.0, limit / np.linalg.norm(grad))


def _gradients(rng):
    """Two sets above the limit and one below it; the tensors differ in size, so that no mistake hides.

    The largest is not always the same one, and the names are not always those of an RNN.
    """
    cases = []
    for limit, size, names, first in ((1.0, 3.0, ("W_x", "W_h", "b"), 1.0), (5.0, 20.0, ("W", "V", "c"), 8.0),
                                      (2.0, 0.7, ("W_x", "W_h", "b"), 1.0)):
        arrays = (first * rng.standard_normal((2, 3)), 2 * rng.standard_normal((3, 3)), 0.3 * rng.standard_normal(3))
        grads = dict(zip(names, arrays, strict=True))
        scale = size / _global_norm(grads)
        cases.append(({name: scale * grad for name, grad in grads.items()}, limit))
    return cases


clip = Exercise(
    id="05.2",
    title="Clip by the global norm",
    stars=2,
    reference=clip_reference,
    cases=_gradients,
    names=("clipped", "norm"),
    rtol=1e-6,  # PyTorch adds 1e-6 to the norm before it divides: right as well
    mistakes=[
        Mistake("per tensor", [_each(_per_tensor), _each(_per_tensor, norm=_sum_of_norms)],
                "Each array is clipped by a norm of its own, which changes the direction of the whole gradient. "
                "Compute one norm over all arrays and scale all of them by one factor."),
        Mistake("small gradients scaled up", {"min(1.0, limit / norm)": "limit / norm"},
                "A gradient below the limit is scaled up to it. Clipping only shortens: the factor is at most 1."),
        Mistake("the wrong ones scaled",
                [{"min(1.0": "max(1.0"}, {"min(1.0, limit / norm)": "limit / norm if norm < limit else 1"}],
                "Gradients below the limit are scaled up, and those above it stay as they are. It is the other way "
                "round: the factor is at most 1."),
        Mistake("by value", [_each(lambda grad, limit: np.clip(grad, -limit, limit)),
                             _each(lambda grad, limit: np.minimum(grad, limit)),
                             _each(lambda grad, limit: limit * np.tanh(grad / limit))],
                "Each entry is cut off by itself, which changes the direction. Scale all entries by one factor, "
                "limit / norm."),
        Mistake("root forgotten", _with_norm(lambda arrays: sum((a**2).sum() for a in arrays)),
                "That is the squared norm: take the square root of the sum of squares."),
        Mistake("norms added up", _with_norm(_sum_of_norms),
                "The norms of the arrays are added. Add their squares, and take the root of the sum."),
        Mistake("mean in place of the sum", [
            clip for norm in (
                lambda arrays: np.mean([np.linalg.norm(a) for a in arrays]),
                lambda arrays: np.sqrt(np.mean([(a**2).sum() for a in arrays])),
                lambda arrays: np.sqrt(sum((a**2).sum() for a in arrays) / sum(a.size for a in arrays)),
                lambda arrays: np.sqrt(sum((a**2).mean() for a in arrays))) for clip in _with_norm(norm)],
                "You average somewhere. The global norm is the root of the sum of the squares of all entries."),
        Mistake("another norm", [
            clip for norm in (
                lambda arrays: sum(np.abs(a).sum() for a in arrays),
                lambda arrays: max(np.abs(a).max() for a in arrays),
                lambda arrays: np.abs(sum(a.sum() for a in arrays)),
                lambda arrays: np.sqrt(sum(np.linalg.norm(a, 2) ** 2 for a in arrays)),
                lambda arrays: sum(np.linalg.norm(a, 2) for a in arrays)) for clip in _with_norm(norm)],
                "You measure the gradient in another way. Its global norm is the root of the sum of the squares of all "
                "entries of all arrays."),
        Mistake("one array's norm", [
            clip for norm in (
                lambda arrays: np.linalg.norm(arrays[0]), lambda arrays: np.linalg.norm(arrays[-1]),
                lambda arrays: max(map(np.linalg.norm, arrays))) for clip in _with_norm(norm)],
                "Your norm is that of one array, the first, the last or the largest. Take the squares of all arrays "
                "together."),
        Mistake("biases left out of the norm", _with_norm(
            lambda arrays: np.sqrt(sum((a**2).sum() for a in arrays if a.ndim > 1))),
                "Your norm leaves out the vectors of biases. All arrays of the dict have a part in it."),
        Mistake("norm after clipping", {"scale * grad for name, grad in grads.items()}, norm":
                                        "scale * grad for name, grad in grads.items()}, scale * norm"},
                "The gradients are right. Return the norm they had before clipping: it is what you watch in training."),
        Mistake("something else returned",
                [{"grads.items()}, norm": f"grads.items()}}, {what}"} for what in ("scale", "limit")],
                "The gradients are right. The second result is the norm they had before clipping, not the factor and "
                "not the limit."),
        Mistake("thrown away", {"scale = min(1.0, limit / norm)": "scale = float(norm <= limit)"},
                "A gradient above the limit becomes 0, so the update is lost. Shorten it to the limit instead."),
        Mistake("factor upside down", [{"min(1.0, limit / norm)": code} for code in (
            "max(1.0, norm / limit)", "min(1.0, norm / limit)", "norm / limit")],
                "The factor is norm / limit. Turn it over: a gradient that is too long has to become shorter."),
        Mistake("another factor", [{"limit / norm)": code} for code in (
            "limit / (norm + 1))", "(limit / norm) ** 2)", "np.sqrt(limit / norm))", "1 / limit)", "1 / norm)")]
                + [{"min(1.0, limit / norm)": code} for code in (
                    "limit if norm > limit else 1", "1 / norm if norm > limit else 1",
                    "1 / limit if norm > limit else 1",
                    "1 - (norm - limit) if norm > limit else 1")],
                "The norm is right, the factor is not. After clipping the norm has to be the limit: which factor makes "
                "limit out of norm?"),
        Mistake("only the matrices scaled", {"scale * grad for": "(scale * grad if grad.ndim > 1 else grad) for"},
                "The vectors of biases are left as they are. One factor for all arrays, or the direction changes."),
    ],
    hints=[
        "Think of all arrays as one long vector. Which norm has it, and by which factor must it shrink?",
        "norm = np.sqrt(sum((g**2).sum() for g in grads.values())).",
        "scale = min(1.0, limit / norm), then a new dict with scale * g for every g.",
    ],
    explanation="One factor for all entries keeps the direction of the step; only its length is limited.",
)

# 05.3 When float32 overflows -------------------------------------------------------------------------------------

FLOAT32_MAX = float(np.finfo(np.float32).max)


def overflow_step_reference(factor, start):
    """The first step k at which start · factor^k is above the largest float32. factor > 1, start > 0. An int."""
    largest = float(np.finfo(np.float32).max)
    return max(0, int(np.floor(np.log(largest / start) / np.log(factor))) + 1)  # 0: the start is above it already


LIMIT = "largest = float(np.finfo(np.float32).max)"
LOG = "np.log(largest / start)"
STEP = "int(np.floor(np.log(largest / start) / np.log(factor))) + 1"


def _multiplied(first=0, largest=FLOAT32_MAX, from_one=False):
    """The loop that multiplies and counts, with another first number, limit or start."""
    def overflow_step(factor, start):
        value, step = 1.0 if from_one else start, first
        while value <= largest:
            value, step = value * factor, step + 1
        return step

    return overflow_step


def _agrees_with_float32(answer, rng):
    for factor, start in ((np.float32(1.5), np.float32(1)), (np.float32(4), np.float32(0.01))):
        value, steps = start, 0
        while np.isfinite(value):
            value, steps = value * factor, steps + 1
        if answer(float(factor), float(start)) != steps:
            return f"multiplying {start:g} by {factor:g} in float32 gives inf at step {steps}; yours says otherwise."
    return None


overflow_step = Exercise(
    id="05.3",
    title="When float32 overflows",
    stars=2,
    reference=overflow_step_reference,
    cases=lambda rng: [(1.5, 2.0), (1.13, 30.0), (3.0, 0.004), (1.02, 0.5), (1.5, 500.0), (1.07, 4000.0)],
    mistakes=[
        Mistake("one step early", [{STEP: f"{STEP} - 1"}, _multiplied(first=-1)],
                "At your step the number still fits: it is the last one that does. Asked is the first that does not, "
                "one later."),
        Mistake("one step late", [{STEP: f"{STEP} + 1"}, _multiplied(first=1)],
                "The step before yours is above the largest number already. Step 0 is the start itself."),
        Mistake("rounded to the nearest", {STEP: "round(np.log(largest / start) / np.log(factor))"},
                "You round to the nearest step, so half of the time the number still fits there. Round up: the first "
                "step beyond the limit."),
        Mistake("another type's limit", [
            limit for largest in (
                np.finfo(np.float64).max, np.finfo(np.float16).max, 2.0**31, 2.0**32, 2.0**63,
                1 / np.finfo(np.float32).eps)
            for limit in ({LIMIT: f"largest = {float(largest)!r}"}, _multiplied(largest=float(largest)))],
                "You have the limit of another type of number. float32 has an 8-bit exponent and ends near 3.4·10³⁸: "
                "np.finfo(np.float32).max."),
        Mistake("a rounded limit", [
            limit for largest in (1e38, 3e38, 2.0**127, 10.0**39, 2.0**126)
            for limit in ({LIMIT: f"largest = {largest!r}"}, _multiplied(largest=largest))],
                "Your limit is nearly that of float32, and sometimes it makes a difference of some steps. The exact "
                "one is np.finfo(np.float32).max, just below 2¹²⁸."),
        Mistake("the smallest number", [
            {f"max(0, {STEP})": STEP.replace("largest", "np.finfo(np.float32).tiny")},
            {LOG: "-np.log(np.finfo(np.float32).tiny / start)"}],
                "You look for the smallest float32, where numbers vanish. The factor is above 1, so the numbers grow: "
                "np.finfo(np.float32).max."),
        Mistake("start ignored", [{LOG: "np.log(largest)"}, _multiplied(from_one=True)],
                "Your start has no effect, as if the number began at 1. It begins at start: divide the limit by it. "
                "(Subtracting it changes nothing: the limit is far too large.)"),
        Mistake("start upside down", {LOG: "np.log(largest * start)"},
                "A larger start must overflow earlier. Divide the limit by start; you multiply."),
        Mistake("start taken into the factor", [
            {LOG: "np.log(largest)", "np.log(factor)": "np.log(factor * start)"},
            {LOG: "np.log(largest)", "np.log(factor)": "np.log(start) / np.log(factor)"},
            {LOG: "np.log(largest / factor)", "np.log(factor)": "np.abs(np.log(start))"}],
                "start is not raised to a power, only the factor is. From start · factor^k = largest follows "
                "k = log(largest / start) / log(factor)."),
        Mistake("two kinds of logarithm", [{LOG: f"np.{log}(largest / start)"} for log in ("log10", "log2")]
                + [{"np.log(factor)": f"np.{log}(factor)"} for log in ("log10", "log2")],
                "The two logarithms do not belong together, or are too rough. Use the same one twice, of largest / "
                "start and of factor."),
        Mistake("no logarithm of the factor",
                [{"np.log(factor)": f"{code}"} for code in ("factor", "(factor - 1)", "1")],
                "You divide by the factor itself, or not at all. From start · factor^k = largest follows "
                "k = log(largest / start) / log(factor)."),
        Mistake("the number returned", {f"return max(0, {STEP})": f"return start * factor ** max(0, {STEP})"},
                "You return the number that overflows. Return the step at which it does."),
        Mistake("not rounded", [{STEP: f"float(np.log(largest / start) / np.log(factor)){more}"}
                for more in ("", " + 1")],
                "Steps are whole numbers: round up to the first step that lies beyond the limit."),
    ],
    hints=[
        "Solve start · factor^k = largest for k, with logarithms. Then think about rounding.",
        "k = log(largest / start) / log(factor), with largest = float(np.finfo(np.float32).max).",
        "The first whole number above it is int(np.floor(k)) + 1.",
    ],
    extra=_agrees_with_float32,
    explanation="float32 has an 8-bit exponent, so it ends just below 2¹²⁸. A doubling needs about 128 steps, a growth "
                "of 2 % a step about 4,500.",
)

# 05.4 Who shouts loudest -----------------------------------------------------------------------------------------


def shares_reference(h, da):
    """How much each step adds to the gradient of W_h: the norm of h_{t−1}ᵀ da_t, summed over the batch.

    h: (T+1, N, H), the states h_0 … h_T. da: (T, N, H), the gradients of the sums inside φ at steps 1 … T.
    Returns (T,), for steps 1 … T.
    """
    norms = np.zeros(len(da))
    for t in range(len(da)):
        norms[t] = np.linalg.norm(h[t].T @ da[t])  # h[t] is the state before step t + 1
    return norms


NORM = "np.linalg.norm(h[t].T @ da[t])"  # what mistakes change in the solution


def _states_and_gradients(rng):
    cases = []
    for T, N, H in ((3, 2, 4), (5, 3, 2), (4, 4, 3)):
        cases.append((np.tanh(rng.standard_normal((T + 1, N, H))), rng.standard_normal((T, N, H))))
    return cases


shares = Exercise(
    id="05.4",
    title="Who shouts loudest",
    stars=3,
    reference=shares_reference,
    cases=_states_and_gradients,
    mistakes=[
        Mistake("state after the step", {"h[t].T": "h[t + 1].T"},
                "You pair da_t with the state after the step. W_h multiplies the state before it: with da[t] goes "
                "h[t], because h begins with h_0."),
        Mistake("product of the norms", [{NORM: f"np.linalg.norm({h}) * np.linalg.norm(da[t])"}
                for h in ("h[t]", "h[t + 1]")],
                "You multiply the norm of the states with that of the gradients. That is only a bound: what a step "
                "adds is a matrix, h[t].T @ da[t], and its norm is usually smaller."),
        Mistake("only one of the two", [{NORM: "np.linalg.norm(da[t])"}, {NORM: "np.linalg.norm(h[t])"},
                                        {NORM: "np.linalg.norm(h[t + 1])"}],
                "You measure the gradients alone, or the states alone. What a step adds to the gradient of W_h is "
                "made of both: h[t].T @ da[t]."),
        Mistake("norm before the sum", [
            {NORM: f"sum(np.linalg.norm(np.outer(h[t, n], da[t, n])) for n in range(len(da[t]))){mean}"}
            for mean in ("", " / len(da[t])")]
                + [{NORM: "np.sqrt(sum(np.linalg.norm(np.outer(h[t, n], da[t, n])) ** 2 for n in range(len(da[t]))))"}],
                "You take a norm for each sequence and put the norms together. The gradient is summed over the batch "
                "first, where sequences can cancel: one matrix product a step, then its norm."),
        Mistake("sums multiplied", [{NORM: f"np.linalg.norm(np.outer(h[t].{s}(axis=0), da[t].{s}(axis=0)))"}
                                    for s in ("sum", "mean")],
                "You add up or average the batch before you multiply, so that the state of one sequence meets the "
                "gradient of another. The product comes first: h[t].T @ da[t]."),
        Mistake("batch averaged", {
            "np.linalg.norm(h[t].T @ da[t])": "np.linalg.norm(h[t].T @ da[t] / len(da[t]))"},
                "You divide by the batch size. The product h[t].T @ da[t] sums over the batch; leave it at that."),
        Mistake("first sequence only", {"h[t].T @ da[t]": "np.outer(h[t, 0], da[t, 0])"},
                "Only the first sequence of the batch counts. h[t].T @ da[t] sums over all of them."),
        Mistake("running total", [
            {NORM: "np.linalg.norm(sum(h[s].T @ da[s] for s in range(t + 1)))"},
            {NORM: "np.linalg.norm(sum(h[s].T @ da[s] for s in range(t, len(da))))"},
            {NORM: "sum(np.linalg.norm(h[s].T @ da[s]) for s in range(t + 1))"},
            {NORM: "sum(np.linalg.norm(h[s].T @ da[s]) for s in range(t, len(da)))"}],
                "You add up the steps. Asked is what each step adds by itself."),
        Mistake("another norm", [{NORM: f"np.linalg.norm(h[t].T @ da[t], {order})"}
                for order in ("2", "1", "np.inf", "'nuc'")]
                + [{NORM: code} for code in (
                    "np.abs(h[t].T @ da[t]).sum()", "np.abs(h[t].T @ da[t]).max()", "(h[t].T @ da[t]).sum()",
                    "np.abs((h[t].T @ da[t]).sum())", "np.sqrt(np.mean((h[t].T @ da[t]) ** 2))",
                    "np.abs(h[t].T @ da[t]).mean()", "np.linalg.norm(h[t].T @ da[t], axis=0).sum()",
                    "np.linalg.norm(h[t].T @ da[t], axis=1).sum()", "np.abs(np.linalg.eigvals(h[t].T @ da[t])).max()")],
                "The matrix is right, you measure it in another way. Its norm is the root of the sum of all squares, "
                "np.linalg.norm(M) without a second argument."),
        Mistake("root left out", {NORM: f"{NORM} ** 2"},
                "This is the sum of the squares. The norm is its root."),
        Mistake("parts of a whole", [
            {"return norms": f"return norms / {whole}"} for whole in (
                "norms.sum()", "norms.max()", "np.linalg.norm(norms)",
                "np.linalg.norm(sum(h[t].T @ da[t] for t in range(len(da))))")],
                "You divide by the total, or by the largest. Return the norms themselves."),
        Mistake("entry by entry", [{NORM: "np.linalg.norm(h[t] * da[t])"}, {NORM: "np.abs((h[t] * da[t]).sum())"},
                                   {NORM: "(h[t] * da[t]).sum()"},
                                   {NORM: "np.linalg.norm((h[t] * da[t]).sum(axis=0))"}],
                "h[t] * da[t] pairs each unit with itself. Every unit feeds every other: use the product "
                "h[t].T @ da[t], shaped like W_h."),
        Mistake("sequences in place of units", {"h[t].T @ da[t]": "h[t] @ da[t].T"},
                "h[t] @ da[t].T pairs the sequences of the batch with each other. The matrix must be shaped like W_h, "
                "(H, H): h[t].T @ da[t]."),
        Mistake("through tanh once more",
                [{"da[t])": "(da[t] * (1 - h[t + 1] ** 2)))"}, {"da[t])": "(da[t] * (1 - h[t] ** 2)))"}],
                "da is the gradient of the sums inside tanh already: it has been through the slope. Use it as it is."),
        Mistake("the matrices themselves",
                {"return norms": "return np.array([h[t].T @ da[t] for t in range(len(da))])"},
                "These are the matrices that the steps add. Asked is the norm of each: T numbers."),
        Mistake("one norm for all steps",
                {"return norms": "return np.linalg.norm(sum(h[t].T @ da[t] for t in range(len(da))))"},
                "This is the norm of the whole gradient. Take a norm for each step, before anything is added up: T "
                "numbers."),
        Mistake("a norm for each sequence", {"return norms": "return np.array([[np.linalg.norm(np.outer(*pair)) "
                                             "for pair in zip(h[t], da[t])] for t in range(len(da))])"},
                "You return a norm for each step and each sequence. The batch is summed over first: h[t].T @ da[t] is "
                "one matrix for a step."),
    ],
    hints=[
        "Chapter 04: dW_h is a sum over the steps, and each step adds a matrix shaped like W_h.",
        "At step t the matrix is h_{t−1}ᵀ da_t. In the arrays that is h[t].T @ da[t], since h begins with h_0.",
        "np.linalg.norm of that matrix, for each t, into an array of T numbers.",
    ],
    explanation="The sum is dominated by its loudest steps. When gradients vanish, those are the latest.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("05", [
    Question(
        "A linear network, h_t = h_{t−1} W_h + x_t. Which condition makes its gradients explode, for nearly "
        "every loss?",
        [
            Option("The learning rate is too high.", False,
                   "That can make training diverge. The gradient of one forward pass does not depend on it."),
            Option("An entry of W_h is above 1.", False,
                   "The matrix with rows (0, 5) and (0, 0) has an entry 5, and its square is zero."),
            Option("The largest singular value of W_h is above 1.", False,
                   "It allows growth in one step, but the next step may undo it: the chain with ρ = 0.6 grows for a "
                   "while and then vanishes."),
            Option("The spectral radius of W_h is above 1.", True,
                   "The part of the gradient along that eigenvector is multiplied by more than 1 at every "
                   "step."),
        ],
        topic="which condition makes gradients explode",
    ),
    Question(
        "The same for a tanh network. Which statements are true?",
        [
            Option("If gradients explode, the largest singular value of W_h is above 1.", True,
                   "At 1 or below no step makes any gradient longer: a necessary condition."),
            Option("If the spectral radius of W_h is above 1, gradients explode.", False,
                   "Units that saturate have a tanh′ near 0, which can outweigh any W_h. You saw it in the explorer."),
            Option("If the spectral radius of W_h is below 1, no gradient ever grows.", False,
                   "A matrix that is far from normal lets a gradient grow for many steps first, also where tanh′ = 1."),
            Option("If the largest singular value of W_h is below 1, gradients vanish.", True,
                   "tanh′ is at most 1, so every step shrinks every gradient: a sufficient condition."),
        ],
        topic="which condition makes gradients explode",
    ),
    Question(
        "1.5 to the power of 50 is about 6·10⁸. What is 1.5 to the power of 100?",
        [
            Option("about 4·10¹⁷", True, "Twice the steps square the number: (6.4·10⁸)² ≈ 4.1·10¹⁷."),
            Option("about 1.2·10⁹", False, "That doubles it. Doubling the exponent squares the number."),
            Option("about 9·10⁸", False, "That multiplies by 1.5 once. There are fifty more factors."),
        ],
        topic="geometric growth",
    ),
    Question(
        "What does clipping by the global norm do to a gradient whose norm is ten times the limit?",
        [
            Option("It divides each weight array's gradient by its own norm.", False,
                   "That would change the balance between the arrays, and with it the direction."),
            Option("It divides every entry by ten.", True, "The direction stays, the length becomes the limit."),
            Option("It cuts every entry that is above the limit.", False,
                   "That is clipping by value. It turns the gradient towards the diagonals."),
            Option("It sets the gradient to zero and skips the update.", False,
                   "The update is made, in the same direction and with a shorter step."),
        ],
        topic="clipping",
    ),
    Question(
        "Training loss falls nicely. Which of these tell you that distant inputs are not being learned?",
        [
            Option("The loss becomes NaN.", False, "That is the other trouble, explosion."),
            Option("The gradient norm at early steps is a million times smaller than at late ones.", True,
                   "This chapter's curve is the direct measurement."),
            Option("The loss stops at the value of a model that ignores the early inputs.", True,
                   "A baseline without the far inputs shows you that value."),
            Option("NumPy prints a warning.", False,
                   "Overflow warns, vanishing does not: tiny numbers are perfectly legal. It is silent."),
        ],
        topic="vanishing is silent",
    ),
    Question(
        "Gradients vanish in your network. Which of these can help?",
        [
            Option("Use a cell with gates, such as an LSTM.", True,
                   "Its cell state passes the gradient through a sum; chapter 06."),
            Option("Start from an orthogonal W_h.", True,
                   "All of its singular values are 1, so W_h itself neither shrinks nor stretches at first."),
            Option("Clip the gradient's norm.", False,
                   "Clipping shortens what is too long. It cannot bring back what has vanished."),
            Option("Raise the learning rate by the factor that is missing.", False,
                   "All parts of the gradient grow alike: the near past still shouts down the far past, only louder."),
        ],
        topic="remedies",
    ),
    Question(
        "You truncate BPTT at 10 steps. What happens to a dependency over 40 steps?",
        [
            Option("Nothing changes, because the state is carried over every cut.", False,
                   "The state brings the information, but no gradient says what to keep of it."),
            Option("It is still learned, but more slowly, since each block sees only a quarter of it.", False,
                   "Slow learning needs some gradient. Here it is exactly zero beyond the cut."),
            Option("No gradient connects the two ends, so this dependency is not learned along that path.", True,
                   "Truncation caps the explosion by cutting the long paths, and with them what they teach."),
        ],
        topic="what truncated BPTT cuts",
    ),
])
