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
    """The outermost eigenvalue is negative, then a complex pair, neither standing first; then anything.

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
        Mistake("singular value", [_by(lambda W: np.linalg.norm(W, 2)), _by(lambda W: np.linalg.norm(W, -2)),
                                   _by(lambda W: np.linalg.eigvalsh(W.T @ W).max())],
                "You divide by a singular value or its square. The spectral radius is the largest absolute value of an "
                "eigenvalue: np.abs(np.linalg.eigvals(W)).max()."),
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
                             _by(lambda W: np.linalg.eigvalsh(W).max())],
                "np.linalg.eigvalsh is for symmetric matrices, and W is none. Use np.linalg.eigvals."),
        Mistake("added in place of scaled", [
            lambda W, radius: W + radius - np.abs(np.linalg.eigvals(W)).max(),
            lambda W, radius: W + (radius - np.abs(np.linalg.eigvals(W)).max()) * np.eye(len(W))],
                "You add the difference of the two radii. Scaling means to multiply: W * (radius / old radius)."),
        Mistake("only scaled down", {"(radius / np.abs(np.linalg.eigvals(W)).max())":
                                     "min(1.0, radius / np.abs(np.linalg.eigvals(W)).max())"},
                "A matrix whose radius is below the one asked for stays as it is. Scale it up as well: this is not "
                "clipping, so leave out the condition, or the min."),
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
                lambda arrays: np.sqrt(sum((a**2).sum() for a in arrays) / sum(a.size for a in arrays)),
                lambda arrays: np.sqrt(sum((a**2).mean() for a in arrays))) for clip in _with_norm(norm)],
                "You average somewhere. The global norm is the root of the sum of the squares of all entries."),
        Mistake("another norm", [
            clip for norm in (
                lambda arrays: sum(np.abs(a).sum() for a in arrays),
                lambda arrays: max(np.abs(a).max() for a in arrays),
                lambda arrays: np.sqrt(sum(np.linalg.norm(a, 2) ** 2 for a in arrays))) for clip in _with_norm(norm)],
                "You measure the gradient in another way. Its global norm is the root of the sum of the squares of all "
                "entries of all arrays."),
        Mistake("one array's norm", [
            clip for norm in (
                lambda arrays: np.linalg.norm(arrays[0]), lambda arrays: np.linalg.norm(arrays[-1]),
                lambda arrays: max(map(np.linalg.norm, arrays))) for clip in _with_norm(norm)],
                "Your norm is that of one array, the first, the last or the largest. Take the squares of all arrays "
                "together."),
        Mistake("norm after clipping", {"scale * grad for name, grad in grads.items()}, norm":
                                        "scale * grad for name, grad in grads.items()}, scale * norm"},
                "The gradients are right. Return the norm they had before clipping: it is what you watch in training."),
        Mistake("factor upside down", [{"min(1.0, limit / norm)": code} for code in (
            "max(1.0, norm / limit)", "min(1.0, norm / limit)", "norm / limit")],
                "The factor is norm / limit. Turn it over: a gradient that is too long has to become shorter."),
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
STEP = "int(np.floor(np.log(largest / start) / np.log(factor))) + 1"


def _multiplied(first=0, largest=FLOAT32_MAX):
    """The loop that multiplies and counts, with another first number or limit."""
    def overflow_step(factor, start):
        value, step = start, first
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
        Mistake("rounded to the nearest", {STEP: "round(np.log(largest / start) / np.log(factor))"},
                "You round to the nearest step, so half of the time the number still fits there. Round up: the first "
                "step beyond the limit."),
        Mistake("another type's limit", [
            limit for largest in (
                np.finfo(np.float64).max, np.finfo(np.float16).max, 2.0**31, 2.0**63)
            for limit in ({LIMIT: f"largest = {float(largest)!r}"}, _multiplied(largest=float(largest)))],
                "You have the limit of another type of number. float32 has an 8-bit exponent and ends near 3.4·10³⁸: "
                "np.finfo(np.float32).max."),
        Mistake("a rounded limit", [
            limit for largest in (1e38, 3e38, 2.0**127)
            for limit in ({LIMIT: f"largest = {largest!r}"}, _multiplied(largest=largest))],
                "Your limit is nearly that of float32, and sometimes it makes a difference of some steps. The exact "
                "one is np.finfo(np.float32).max, just below 2¹²⁸."),
        Mistake("start taken into the factor", [
            {"np.log(largest / start)": "np.log(largest)", "np.log(factor)": "np.log(factor * start)"},
            {"np.log(largest / start)": "np.log(largest)", "np.log(factor)": "np.log(start) / np.log(factor)"}],
                "start is not raised to a power, only the factor is. From start · factor^k = largest follows "
                "k = log(largest / start) / log(factor)."),
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
        Mistake("first sequence only", {"h[t].T @ da[t]": "np.outer(h[t, 0], da[t, 0])"},
                "Only the first sequence of the batch counts. h[t].T @ da[t] sums over all of them."),
        Mistake("running total", [
            {NORM: "np.linalg.norm(sum(h[s].T @ da[s] for s in range(t + 1)))"},
            {NORM: "sum(np.linalg.norm(h[s].T @ da[s]) for s in range(t + 1))"}],
                "You add up the steps. Asked is what each step adds by itself."),
        Mistake("another norm", [{NORM: code.replace("M", "h[t].T @ da[t]")} for code in (
            "np.linalg.norm(M, 2)", "np.linalg.norm(M, 1)", "np.linalg.norm(M, np.inf)", "np.linalg.norm(M, 'nuc')",
            "np.abs(M).sum()", "np.abs(M).max()", "(M).sum()", "np.abs(M).mean()", "np.sqrt(np.mean((M) ** 2))")],
                "The matrix is right, you measure it in another way. Its norm is the root of the sum of all squares, "
                "np.linalg.norm(M) without a second argument."),
        Mistake("entry by entry", [{NORM: "np.linalg.norm(h[t] * da[t])"}, {NORM: "(h[t] * da[t]).sum()"},
                                   {NORM: "np.linalg.norm((h[t] * da[t]).sum(axis=0))"}],
                "h[t] * da[t] pairs each unit with itself. Every unit feeds every other: use the product "
                "h[t].T @ da[t], shaped like W_h."),
        Mistake("the matrices themselves",
                {"return norms": "return np.array([h[t].T @ da[t] for t in range(len(da))])"},
                "These are the matrices that the steps add. Asked is the norm of each: T numbers."),
        Mistake("one norm for all steps",
                {"return norms": "return np.linalg.norm(sum(h[t].T @ da[t] for t in range(len(da))))"},
                "This is the norm of the whole gradient. Take a norm for each step, before anything is added up."),
        Mistake("sequences in place of units", {"h[t].T @ da[t]": "h[t] @ da[t].T"},
                "h[t] @ da[t].T pairs the sequences of the batch with each other. The matrix must be shaped like W_h, "
                "(H, H): h[t].T @ da[t]."),
    ],
    hints=[
        "Chapter 04: dW_h is a sum over the steps, and each step adds a matrix shaped like W_h.",
        "Step t + 1 adds h_tᵀ da_{t+1}. In the arrays that is h[t].T @ da[t], since da begins with step 1.",
        "np.linalg.norm of that matrix, for each t, into an array of T numbers.",
    ],
    explanation="Where gradients vanish and every step brings a new input, the latest steps are the loudest. Without "
                "new inputs the state fades forwards as the gradient fades backwards, and nearly all steps can be "
                "equally loud.",
)

# 05.5 What can be promised ---------------------------------------------------------------------------------------


def promise_reference(W_h, activation):
    """What the chapter's conditions promise for a long way back: "vanishes", "explodes" or "nothing".

    W_h: (H, H). activation: "identity", "tanh", "relu" or "sigmoid".
    """
    if activation == "identity":
        rho = np.abs(np.linalg.eigvals(W_h)).max()
        return "vanishes" if rho < 1 else "explodes" if rho > 1 else "nothing"
    steepest = 0.25 if activation == "sigmoid" else 1.0
    s_max = np.linalg.norm(W_h, 2)
    return "vanishes" if steepest * s_max < 1 else "nothing"


def _rho(W):
    return np.abs(np.linalg.eigvals(W)).max()


def _s_max(W):
    return np.linalg.norm(W, 2)


def _three_ways(number):
    return "vanishes" if number < 1 else "explodes" if number > 1 else "nothing"


def _two_ways(number):
    return "vanishes" if number < 1 else "explodes"


def _steepest(activation):
    return 0.25 if activation == "sigmoid" else 1.0


def _only_with_an_activation(wrong):
    """Right for the identity, and `wrong` for the others."""
    return lambda W_h, activation: (promise_reference if activation == "identity" else wrong)(W_h, activation)


def _matrices_and_activations(rng):
    """Random ones with ρ well below s_max, turns whose real part is small, the identity at 1 exactly, flat spectra."""
    slanted = rng.standard_normal((5, 5)) + 2 * np.eye(5, k=1)
    slanted /= _rho(slanted)
    rotation = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    turn = np.array([[0.2, -1.1], [1.1, 0.2]])
    return [(0.8 * slanted, "identity"), (1.2 * slanted, "identity"), (turn, "identity"), (np.eye(3), "identity"),
            (np.eye(3) + np.eye(3, k=1), "identity"),
            (0.8 * slanted, "tanh"), (0.9 * rotation, "tanh"), (1.5 * rotation, "tanh"), (np.eye(3), "tanh"),
            (0.8 * slanted, "relu"), (0.9 * rotation, "relu"), (1.2 * slanted, "relu"),
            (3.0 * rotation, "sigmoid"), (0.6 * rotation, "sigmoid"), (5.0 * rotation, "sigmoid"),
            (slanted * 3.5, "sigmoid"), (4.0 * np.eye(3), "sigmoid")]


def _in_small_letters(answer, W_h, activation):
    """"Vanishes" is right as well."""
    word = answer(W_h, activation)
    return word.strip().lower() if isinstance(word, str) else word


promise = Exercise(
    id="05.5",
    title="What can be promised",
    stars=2,
    reference=promise_reference,
    cases=_matrices_and_activations,
    call=_in_small_letters,
    mistakes=[
        Mistake("spectral radius for all", [
            lambda W_h, activation: _three_ways(_rho(W_h)), lambda W_h, activation: _two_ways(_rho(W_h)),
        ], "You decide by the spectral radius for every activation. With tanh, ReLU or the sigmoid it guarantees "
           "nothing by itself: of the four lines only the singular value's is left, and only for vanishing."),
        Mistake("singular value for all", [
            lambda W_h, activation: _three_ways(_s_max(W_h)), lambda W_h, activation: _two_ways(_s_max(W_h)),
            lambda W_h, activation: _two_ways(_s_max(W_h) * _steepest(activation)),
            lambda W_h, activation: _three_ways(_s_max(W_h) * _steepest(activation)),
        ], "You decide by the largest singular value for every activation, in both directions. For the identity the "
           "spectral radius decides; for the others a large singular value makes growth possible, not sure."),
        Mistake("singular value for the identity too", [
            lambda W, a: "vanishes" if _s_max(W) * _steepest(a) < 1 else "nothing",
            lambda W_h, activation: "vanishes" if _s_max(W_h) < 1 else "nothing",
        ], "Without an activation you can promise more: there the spectral radius decides in the long run, and above 1 "
           "it promises an explosion for nearly every loss."),
        Mistake("radius times slope", [
            lambda W_h, activation: _three_ways(_rho(W_h) * _steepest(activation)),
            lambda W_h, activation: _two_ways(_rho(W_h) * _steepest(activation)),
        ], "You multiply the spectral radius by the steepest slope. A bound on lengths needs the largest singular "
           "value, np.linalg.norm(W_h, 2), and it never promises an explosion."),
        Mistake("radius below one", [
            _only_with_an_activation(lambda W, a: "vanishes" if _rho(W) * _steepest(a) < 1 else "nothing"),
            _only_with_an_activation(lambda W, a: "vanishes" if _rho(W) < 1 else "nothing"),
        ], "With an activation you promise vanishing from the spectral radius. The chapter's two ReLU units have ρ = 0 "
           "and explode: use the largest singular value."),
        Mistake("necessary taken for sufficient", [
            _only_with_an_activation(lambda W, a: _three_ways(_s_max(W) * _steepest(a))),
            _only_with_an_activation(lambda W, a: _two_ways(_s_max(W) * _steepest(a))),
        ], "A large singular value is necessary for an explosion, not sufficient: with an activation nothing in the "
           "chapter promises one."),
        Mistake("linear vanishing by the singular value",
                lambda W, a: promise_reference(W, a) if a != "identity" or _rho(W) >= 1 or _s_max(W) < 1 else "nothing",
                "For the identity you ask that the largest singular value is below 1. A spectral radius below 1 is "
                "enough there: the gradient may grow for a while, and it vanishes in the end."),
        Mistake("sigmoid like tanh", {"0.25 if": "1.0 if"},
                "The sigmoid's steepest slope is 1/4, not 1. Its gradients vanish for certain as long as the largest "
                "singular value is below 4."),
        Mistake("absolute value forgotten", [
            {"np.abs(np.linalg.eigvals(W_h)).max()": "np.linalg.eigvals(W_h).real.max()"},
            {"np.abs(np.linalg.eigvals(W_h)).max()": "np.linalg.eigvals(W_h).max()"},
        ], "You take the largest eigenvalue without its absolute value. A pair such as 0.2 ± 1.1i turns and grows: "
           "np.abs first, then max."),
        Mistake("exactly one", [{"rho > 1": "rho >= 1"}, {"rho < 1": "rho <= 1", "s_max < 1": "s_max <= 1"},
                                {"s_max < 1": "s_max <= 1"}, {"rho < 1": "rho <= 1"}],
                "At the limit itself no condition promises anything: the identity matrix neither grows nor shrinks a "
                "gradient."),
        Mistake("Frobenius norm",
                _only_with_an_activation(
                    lambda W, a: "vanishes" if np.linalg.norm(W) * _steepest(a) < 1 else "nothing"),
                "np.linalg.norm(W_h) is the root of the sum of all squares. The largest singular value is "
                "np.linalg.norm(W_h, 2)."),
    ],
    hints=[
        "Without an activation both directions can be promised, by one number. With an activation only one of them.",
        "For the identity: the spectral radius against 1. For the others: γ · s_max < 1 promises vanishing.",
        "γ is 1 for tanh and ReLU and 0.25 for the sigmoid; s_max = np.linalg.norm(W_h, 2).",
    ],
    explanation="Four lines: ρ decides for the linear network, and γ · s_max < 1 is sufficient for vanishing "
                "otherwise. For a special matrix more can be certain: the chain with ρ = 0.6 has s_max = 1.19, and yet "
                "its gradients vanish with tanh as well, since none of its entries is negative and ρ is below 1.",
)

# 05.6 A product of Jacobians -------------------------------------------------------------------------------------


def jacobian_reference(h, W_h, k):
    """∂h_T/∂h_k of a network of sigmoid units, h (T+1, H). Returns (H, H): row i of h_T, column j of h_k."""
    product = np.eye(len(W_h))
    for t in range(k + 1, len(h)):
        J = np.diag(h[t] * (1 - h[t])) @ W_h.T
        product = J @ product
    return product


def _sigmoid_states(rng, T, H):
    W_h, a = 2 * rng.standard_normal((H, H)), rng.standard_normal((T, H))
    h = [rng.uniform(0.1, 0.9, H)]
    for a_t in a:
        h.append(1 / (1 + np.exp(-(a_t + h[-1] @ W_h))))
    return np.array(h), W_h, a


def _agrees_with_nudges(answer, rng):
    h, W_h, a = _sigmoid_states(rng, 4, 3)
    columns = []
    for nudge in 1e-6 * np.eye(3):
        ends = []
        for sign in (1, -1):
            state = h[1] + sign * nudge
            for a_t in a[1:]:
                state = 1 / (1 + np.exp(-(a_t + state @ W_h)))
            ends.append(state)
        columns.append((ends[0] - ends[1]) / 2e-6)
    if not np.allclose(answer(h.copy(), W_h.copy(), 1), np.array(columns).T, atol=1e-8):
        return "nudging the entries of h_1 moves h_4 by other amounts than yours says."
    return None


jacobian = Exercise(
    id="05.6",
    title="A product of Jacobians",
    stars=2,
    reference=jacobian_reference,
    cases=lambda rng: [(*_sigmoid_states(rng, T, H)[:2], k)
                       for T, H, k in ((3, 2, 0), (4, 3, 1), (5, 4, 2), (3, 3, 2))],
    mistakes=[
        Mistake("tanh's slope", {"h[t] * (1 - h[t])": "1 - h[t] ** 2"},
                "1 − h² is the slope of tanh. The sigmoid's, written with its value, is h (1 − h)."),
        Mistake("slopes left out", {"np.diag(h[t] * (1 - h[t])) @ W_h.T": "W_h.T"},
                "The slopes of the activation are missing: each factor is diag(h_t (1 − h_t)) times W_hᵀ."),
        Mistake("slope of the step before", {"h[t] * (1 - h[t])": "h[t - 1] * (1 - h[t - 1])"},
                "Step t has the slope of the state it produces, h_t, not of the one it starts from."),
        Mistake("last step missing", {"range(k + 1, len(h))": "range(k + 1, len(h) - 1)"},
                "The last step, to h_T, is missing: t runs up to and with T = len(h) − 1."),
        Mistake("summed", {"product = J @ product": "product = J + product"},
                "The Jacobians are added. One step after another multiplies them."),
    ],
    hints=[
        "One factor for each step from k + 1 to T; begin with the identity and multiply.",
        "The sigmoid's slope is h_t (1 − h_t), and J_t = np.diag(h[t] * (1 - h[t])) @ W_h.T.",
        "product = J @ product, for t in range(k + 1, len(h)).",
    ],
    extra=_agrees_with_nudges,
    explanation="A gradient at the end, a row, times this matrix is the gradient at step k. Each step multiplies its "
                "length by at most a quarter of s_max: below s_max = 4 a sigmoid network vanishes for certain.",
)

# 05.7 Build it: a counter that survives --------------------------------------------------------------------------


def train_to_count_reference(x, targets, U, W, updates, learning_rate, limit):
    """U and W of the linear counter after training by SGD with clipping. x: (T, N). targets: (N,)."""
    for _ in range(updates):
        h = [np.zeros(x.shape[1])]
        for x_t in x:
            h.append(U * x_t + W * h[-1])
        dh = 2 * (h[-1] - targets) / len(targets)
        dU, dW = 0.0, 0.0
        for t in reversed(range(len(x))):
            dU += dh @ x[t]
            dW += dh @ h[t]
            dh = W * dh
        scale = min(1.0, limit / np.hypot(dU, dW))
        U = U - learning_rate * scale * dU
        W = W - learning_rate * scale * dW
    return float(U), float(W)


def _sequences(rng):
    """The first run's norm is below its limit, those of the others are above."""
    cases = []
    for T, N, U, W, updates, rate, limit in ((3, 4, 0.5, 0.9, 1, 0.1, 100.0), (5, 3, -0.5, 0.8, 4, 0.02, 1.5),
                                             (6, 2, 0.3, -1.2, 3, 0.05, 0.7), (12, 5, 0.9, 1.05, 6, 0.01, 20.0)):
        x = rng.integers(0, 2, (T, N)).astype(float)
        x[rng.integers(T), :] = 1.0
        cases.append((x, x.sum(axis=0), U, W, updates, rate, limit))
    return cases


def _survives(answer, rng):
    x = rng.integers(0, 2, (40, 32)).astype(float)
    U, W = answer(x, x.sum(axis=0), 0.5, 0.9, 500, 0.001, 1.0)
    h = np.zeros(32)
    for x_t in x:
        h = U * x_t + W * h
    loss = np.mean((h - x.sum(axis=0)) ** 2)
    if not loss < 20:
        return f"on 32 sequences of 40 digits the loss after 500 updates is {loss:.3g}; it should be below 20."
    return None


_CLIPPING = "scale = min(1.0, limit / np.hypot(dU, dW))"

train_to_count = Exercise(
    id="05.7",
    title="Build it: a counter that survives forty digits",
    stars=3,
    reference=train_to_count_reference,
    cases=_sequences,
    names=("U", "W"),
    extra=_survives,
    mistakes=[
        Mistake("each by its own", {
            _CLIPPING: "dU, dW = dU * min(1, limit / abs(dU)), dW * min(1, limit / abs(dW)); scale = 1.0"},
                "U and W are clipped one by one. One norm, np.hypot(dU, dW), and one factor for both."),
        Mistake("gradient after every step clipped", {
            "dh = W * dh": "dh = W * dh; dh = dh * min(1.0, limit / np.linalg.norm(dh))", _CLIPPING: "scale = 1.0"},
                "You clip dh on its way back. Clip the finished gradient of the weights, once an update."),
        Mistake("squared norm", {"np.hypot(dU, dW)": "(dU**2 + dW**2)"},
                "You divide by the squared norm. Take the root: np.hypot(dU, dW)."),
        Mistake("sizes added", {"np.hypot(dU, dW)": "(abs(dU) + abs(dW))"},
                "You add the sizes of the two gradients. The norm is the root of the sum of their squares."),
        Mistake("long gradients skipped", {_CLIPPING: "scale = float(np.hypot(dU, dW) <= limit)"},
                "An update with a long gradient is left out. Shorten the gradient to the limit and take the step."),
        Mistake("only the last step", {"dU += dh @ x[t]": "dU = dh @ x[t] if t == len(x) - 1 else dU",
                                       "dW += dh @ h[t]": "dW = dh @ h[t] if t == len(x) - 1 else dW"},
                "Only the last step's gradient is kept. U and W are used at every step: add up all of them."),
        Mistake("only the first step", {"dU += dh @ x[t]": "dU = dh @ x[t]", "dW += dh @ h[t]": "dW = dh @ h[t]"},
                "Each step overwrites the gradient of the one before. U and W are used at every step: use +=."),
    ],
    hints=[
        "The two inner loops are the ones at the beginning of the chapter, with arrays of N numbers for x_t and h_t.",
        "dh = 2 * (h[-1] - targets) / N; walking back, dU += dh @ x[t], dW += dh @ h[t], dh = W * dh.",
        "scale = min(1.0, limit / np.hypot(dU, dW)), then subtract learning_rate * scale times each gradient.",
    ],
    explanation="Without the clipping the run in the last line of the cell ends in NaN. With it U becomes about 0.53 "
                "and W about 1.03: the training lives, and its answers, rounded, are right for 35 % of new sequences. "
                "A W a little above 1 makes up for most of what is missing in U, and the valley from there to (1, 1) "
                "is long.",
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
                   "In the long run the part of the gradient along that eigenvector grows by the factor ρ a step."),
        ],
        topic="which condition makes gradients explode",
    ),
    Question(
        "The same for a tanh network. Which statements are true?",
        [
            Option("If gradients explode, the largest singular value of W_h is above 1.", True,
                   "Up to 1 no step makes a gradient longer, so an explosion needs more than 1: a necessary "
                   "condition."),
            Option("If the spectral radius of W_h is above 1, gradients explode.", False,
                   "Where units saturate, tanh′ is near 0. The chapter's tanh network with ρ = 1.5 left 3·10⁻²⁸ of a "
                   "gradient after 50 steps."),
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
        "The training loss has fallen and settled. Which of these tell you that distant inputs are not being "
        "learned?",
        [
            Option("The loss becomes NaN.", False, "That is the other trouble, explosion."),
            Option("In the trained network the gradient at early steps is a million times smaller than at late ones.",
                   False,
                   "It may also have latched: it holds the input so firmly that a nudge at the start changes nothing. "
                   "In a fresh network a faint early gradient is a warning that learning will be hard."),
            Option("Flipping an early input on which the right answer depends changes no answer.", True,
                   "The network does not use that input, whatever its loss is."),
            Option("The loss and the answers are those of a model that ignores the early inputs.", True,
                   "A baseline without the far inputs shows you both. The loss alone can mislead: to answer 1 and −1 "
                   "in place of ½ and −½ costs as much as always answering 0."),
            Option("NumPy prints a warning.", False,
                   "Overflow warns, vanishing does not: tiny numbers are perfectly legal. It is silent."),
        ],
        topic="vanishing is silent",
    ),
    Question(
        "On its way back through your network a gradient fades to a millionth. Which of these can help?",
        [
            Option("Use a cell with gates, such as an LSTM.", True,
                   "Its cell state passes the gradient through a sum; chapter 06."),
            Option("Start from an orthogonal W_h.", True,
                   "All of its singular values are 1, so W_h itself neither shrinks nor stretches at first."),
            Option("Clip the gradient's norm.", False,
                   "Clipping shortens what is too long. It cannot bring back what has vanished."),
            Option("Raise the learning rate a million times.", False,
                   "All parts of the step grow by the same factor: the far past's part stays as small beside the "
                   "rest, and without clipping the step becomes a million times as long."),
        ],
        topic="remedies",
    ),
    Question(
        "A network reads 40 steps and is asked for its first input only at the end. You truncate BPTT at 10 steps and "
        "carry the state. What does the gradient say about the first 30 steps?",
        [
            Option("Everything, because the state is carried over every cut.", False,
                   "The state brings the information forward, if the weights happen to keep it. The gradient stops at "
                   "the cut."),
            Option("A quarter of what it should, so it is learned more slowly.", False,
                   "The path from the loss to the first step passes three cuts. What comes through them is zero, not "
                   "a quarter."),
            Option("Nothing, since no path from the loss reaches them.", True,
                   "Every path is cut after ten steps. If enough of the first input is still in the state by then, the "
                   "last ten steps can learn to read it all the same."),
        ],
        topic="what truncated BPTT cuts",
    ),
    Question(
        "A linear network has W_h with the two eigenvalues 0.6 + 0.9i and 0.6 − 0.9i. What does a gradient do on its "
        "long way back?",
        [
            Option("It turns and grows.", True,
                   "The absolute value is √(0.36 + 0.81) ≈ 1.08: in the long run about 8 % longer a step, and "
                   "turned by 56°."),
            Option("It turns and fades.", False,
                   "The real part is below 1, but the distance from 0 is what counts, and that is about 1.08."),
            Option("It grows without turning.", False,
                   "An imaginary part means a turn; only real eigenvalues keep a direction."),
            Option("Nothing real, for the eigenvalues are complex.", False,
                   "Complex eigenvalues of a real matrix come in pairs, and a pair describes a turn in a real plane."),
        ],
        topic="complex eigenvalues",
    ),
    Question(
        "Your training ends in NaN. With clipping it runs well. Which run tells you whether clipping was needed?",
        [
            Option("The same with clipping and other seeds.", False,
                   "That shows that clipping works again, and not that nothing else would have worked."),
            Option("The same without clipping, at lower learning rates.", True,
                   "A lower rate shortens the long step as well. In this chapter it kept the counter alive, and the "
                   "network that remembers learned with it as well as with clipping."),
            Option("The same with clipping, at a higher learning rate.", False,
                   "That tells how much room clipping gives, which is worth knowing, but it is another question."),
        ],
        topic="controls",
    ),
])
