"""Exercises and quiz of chapter 05: exploding and vanishing gradients."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 05.1 A matrix of a given spectral radius ------------------------------------------------------------------------


def rescale_reference(W, radius):
    """W scaled so that its spectral radius is `radius`. W: (H, H) with a non-zero eigenvalue. Returns (H, H)."""
    return W * (radius / np.abs(np.linalg.eigvals(W)).max())


def _by_singular_value(W, radius):
    return W * (radius / np.linalg.norm(W, 2))


def _by_frobenius_norm(W, radius):
    return W * (radius / np.linalg.norm(W))


def _by_real_part(W, radius):
    return W * (radius / np.linalg.eigvals(W).real.max())


def _by_first_eigenvalue(W, radius):
    return W * (radius / np.abs(np.linalg.eigvals(W)[0]))


def _as_if_symmetric(W, radius):
    return W * (radius / np.abs(np.linalg.eigvalsh(W)).max())


def _not_divided(W, radius):
    return W * radius


def _by_largest_entry(W, radius):
    return W * (radius / np.abs(W).max())


def _only_scaled_down(W, radius):
    return W * min(1.0, radius / np.abs(np.linalg.eigvals(W)).max())


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
        Mistake("singular value", _by_singular_value,
                "You divide by the largest singular value. The spectral radius is the largest absolute value of an "
                "eigenvalue: np.abs(np.linalg.eigvals(W)).max()."),
        Mistake("Frobenius norm", _by_frobenius_norm,
                "np.linalg.norm(W) is the root of the sum of all squares. The spectral radius comes from the "
                "eigenvalues: np.linalg.eigvals(W)."),
        Mistake("absolute value forgotten", _by_real_part,
                "You take the largest real part. An eigenvalue such as −1.7 or 0.3 + 1.6i counts with its absolute "
                "value: np.abs first, then max."),
        Mistake("first eigenvalue", _by_first_eigenvalue,
                "You take the first eigenvalue of the list. np.linalg.eigvals does not sort: take the max of all."),
        Mistake("eigvalsh", _as_if_symmetric,
                "np.linalg.eigvalsh is for symmetric matrices and reads only half of W. Use np.linalg.eigvals."),
        Mistake("not divided", _not_divided,
                "W times radius has radius times the old spectral radius. Divide by the old one as well."),
        Mistake("largest entry", _by_largest_entry,
                "The largest entry of a matrix is not its spectral radius. Compute the eigenvalues."),
        Mistake("only scaled down", _only_scaled_down,
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


def _scaled(grads, scale, norm):
    return {name: scale * grad for name, grad in grads.items()}, norm


def _global_norm(grads):
    return np.sqrt(sum((grad**2).sum() for grad in grads.values()))


def _per_tensor(grads, limit):
    small = {name: grad * min(1.0, limit / np.linalg.norm(grad)) for name, grad in grads.items()}
    return small, _global_norm(grads)


def _scales_up(grads, limit):
    norm = _global_norm(grads)
    return _scaled(grads, limit / norm, norm)


def _by_value(grads, limit):
    return {name: np.clip(grad, -limit, limit) for name, grad in grads.items()}, _global_norm(grads)


def _root_forgotten(grads, limit):
    norm = sum((grad**2).sum() for grad in grads.values())
    return _scaled(grads, min(1.0, limit / norm), norm)


def _sum_of_norms(grads, limit):
    norm = sum(np.linalg.norm(grad) for grad in grads.values())
    return _scaled(grads, min(1.0, limit / norm), norm)


def _norm_afterwards(grads, limit):
    norm = _global_norm(grads)
    return _scaled(grads, min(1.0, limit / norm), min(norm, limit))


def _thrown_away(grads, limit):
    norm = _global_norm(grads)
    return _scaled(grads, float(norm <= limit), norm)


def _upside_down(grads, limit):
    norm = _global_norm(grads)
    return _scaled(grads, norm / limit if norm > limit else 1.0, norm)


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
        Mistake("per tensor", _per_tensor,
                "Each array is clipped by a norm of its own, which changes the direction of the whole gradient. "
                "Compute one norm over all arrays and scale all of them by one factor."),
        Mistake("small gradients scaled up", _scales_up,
                "A gradient below the limit is scaled up to it. Clipping only shortens: the factor is at most 1."),
        Mistake("by value", _by_value,
                "Each entry is cut off by itself, which changes the direction. Scale all entries by one factor, "
                "limit / norm."),
        Mistake("root forgotten", _root_forgotten,
                "That is the squared norm: take the square root of the sum of squares."),
        Mistake("norms added up", _sum_of_norms,
                "The norms of the arrays are added. Add their squares, and take the root of the sum."),
        Mistake("norm after clipping", _norm_afterwards,
                "The gradients are right. Return the norm they had before clipping: it is what you watch in training."),
        Mistake("thrown away", _thrown_away,
                "A gradient above the limit becomes 0, so the update is lost. Shorten it to the limit instead."),
        Mistake("factor upside down", _upside_down,
                "Long gradients become even longer: the factor is norm / limit. Turn it over."),
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
    return int(np.floor(np.log(largest / start) / np.log(factor))) + 1


def _exact_step(factor, start, largest=FLOAT32_MAX):
    return np.log(largest / start) / np.log(factor)


def _one_step_early(factor, start):
    return int(np.floor(_exact_step(factor, start)))


def _one_step_late(factor, start):
    return int(np.floor(_exact_step(factor, start))) + 2


def _float64_limit(factor, start):
    return int(np.floor(_exact_step(factor, start, float(np.finfo(np.float64).max)))) + 1


def _start_ignored(factor, start):
    return int(np.floor(_exact_step(factor, 1.0))) + 1


def _start_upside_down(factor, start):
    return int(np.floor(_exact_step(factor, 1 / start))) + 1


def _logs_mixed(factor, start):
    return int(np.floor(np.log10(FLOAT32_MAX / start) / np.log(factor))) + 1


def _int32_limit(factor, start):
    return int(np.floor(_exact_step(factor, start, 2.0**31))) + 1


def _not_rounded(factor, start):
    return float(_exact_step(factor, start))


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
    cases=lambda rng: [(1.5, 2.0), (1.13, 30.0), (3.0, 0.004), (1.02, 0.5), (1.5, 500.0)],
    mistakes=[
        Mistake("one step early", _one_step_early,
                "At your step the number still fits: it is the last one that does. Asked is the first that does not, "
                "one later."),
        Mistake("one step late", _one_step_late,
                "The step before yours overflows already. Step 0 is the start itself."),
        Mistake("float64's limit", _float64_limit,
                "That is where float64 overflows, near 1.8·10³⁰⁸. float32 ends near 3.4·10³⁸: "
                "np.finfo(np.float32).max."),
        Mistake("start ignored", _start_ignored,
                "You begin at 1. The number begins at start, so divide the limit by it first."),
        Mistake("start upside down", _start_upside_down,
                "A larger start must overflow earlier. Divide the limit by start; you multiply."),
        Mistake("two kinds of logarithm", _logs_mixed,
                "One logarithm is to base 10 and the other is natural. Use the same one twice."),
        Mistake("limit of an integer", _int32_limit,
                "2³¹ is the limit of 32-bit integers. A float32 spends 8 bits on the exponent and reaches 3.4·10³⁸."),
        Mistake("not rounded", _not_rounded,
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


def _state_after(h, da):
    return np.array([np.linalg.norm(h[t + 1].T @ da[t]) for t in range(len(da))])


def _norm_before_the_sum(h, da):
    return np.array([sum(np.linalg.norm(np.outer(h[t, n], da[t, n])) for n in range(da.shape[1]))
                     for t in range(len(da))])


def _batch_averaged(h, da):
    return shares_reference(h, da) / da.shape[1]


def _first_sequence(h, da):
    return np.array([np.linalg.norm(np.outer(h[t, 0], da[t, 0])) for t in range(len(da))])


def _running_total(h, da):
    return np.linalg.norm(np.cumsum([h[t].T @ da[t] for t in range(len(da))], axis=0), axis=(1, 2))


def _largest_singular_value(h, da):
    return np.array([np.linalg.norm(h[t].T @ da[t], 2) for t in range(len(da))])


def _as_parts_of_one(h, da):
    norms = shares_reference(h, da)
    return norms / norms.sum()


def _entry_by_entry(h, da):
    return np.array([np.linalg.norm(h[t] * da[t]) for t in range(len(da))])


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
        Mistake("state after the step", _state_after,
                "You pair da_t with the state after the step. W_h multiplies the state before it: with da[t] goes "
                "h[t], because h begins with h_0."),
        Mistake("norm before the sum", _norm_before_the_sum,
                "You take a norm for each sequence and add the norms. The gradient is summed over the batch first, "
                "where sequences can cancel: one matrix product a step, then its norm."),
        Mistake("batch averaged", _batch_averaged,
                "You divide by the batch size. The product h[t].T @ da[t] sums over the batch; leave it at that."),
        Mistake("first sequence only", _first_sequence,
                "Only the first sequence of the batch counts. h[t].T @ da[t] sums over all of them."),
        Mistake("running total", _running_total,
                "You add up the steps before taking the norm. Asked is what each step adds by itself."),
        Mistake("largest singular value", _largest_singular_value,
                "np.linalg.norm(M, 2) of a matrix is its largest singular value. Leave the 2 out: the root of the "
                "sum of all squares."),
        Mistake("parts of one", _as_parts_of_one,
                "You divide by the total. Return the norms themselves."),
        Mistake("entry by entry", _entry_by_entry,
                "h[t] * da[t] pairs each unit with itself. Every unit feeds every other: use the product "
                "h[t].T @ da[t], shaped like W_h."),
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
