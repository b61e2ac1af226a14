"""Exercises and quiz of chapter 03: finite differences and gradient checks."""

from functools import partial

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

# Functions to differentiate ------------------------------------------------------------------------------------------
# Smooth, with second and third derivatives that are not 0, so that every kind of difference gives another number.


def _curve(rng):
    """A function of one number."""
    a, b, c = rng.uniform(0.5, 1.5, 3)
    return lambda w: a * np.sin(b * w) + np.exp(c * w)


def _surface(rng, n):
    """(f, gradient) of an array (n,): f(w) is a number, gradient(w) is (n,)."""
    a, matrix = rng.uniform(0.5, 1.5, n), rng.normal(size=(n, n)) / np.sqrt(n)

    def f(w):
        return np.sum(a * np.sin(w)) + 0.5 * w @ matrix @ w + np.exp(0.3 * np.sum(w))

    def gradient(w):
        return a * np.cos(w) + 0.5 * (matrix + matrix.T) @ w + 0.3 * np.exp(0.3 * np.sum(w))

    return f, gradient


# 03.1 Central difference ---------------------------------------------------------------------------------------------


def central_difference_reference(f, w, eps):
    """The slope of f at w by a central difference; f: a function of one number, w and eps: floats."""
    return (f(w + eps) - f(w - eps)) / (2 * eps)


def _forward(f, w, eps):
    return (f(w + eps) - f(w)) / eps


def _backward(f, w, eps):
    return (f(w) - f(w - eps)) / eps


def _divided_by_eps(f, w, eps):
    return (f(w + eps) - f(w - eps)) / eps


def _no_brackets(f, w, eps):
    return f(w + eps) - f(w - eps) / (2 * eps)


def _times_eps(f, w, eps):
    return (f(w + eps) - f(w - eps)) / 2 * eps


def _not_divided(f, w, eps):
    return f(w + eps) - f(w - eps)


def _other_sign(f, w, eps):
    return (f(w - eps) - f(w + eps)) / (2 * eps)


def _plus_inside(f, w, eps):
    return (f(w + eps) + f(w - eps)) / (2 * eps)


central_difference = Exercise(
    id="03.1",
    title="Central difference",
    stars=1,
    reference=central_difference_reference,
    cases=lambda rng: [(_curve(rng), float(rng.uniform(-1, 1)), eps) for eps in (0.3, 0.1, 0.02)],
    names="the slope",
    mistakes=[
        Mistake("forward difference", _forward,
                "This is the forward difference, whose error shrinks with ε. Step to both sides instead: f(w + eps) "
                "and f(w - eps), which are 2 * eps apart. Then the error shrinks with ε²."),
        Mistake("backward difference", _backward,
                "You step to the left only. Step to both sides: f(w + eps) - f(w - eps), over the distance between the "
                "two places."),
        Mistake("divided by ε", _divided_by_eps,
                "The slope comes out twice too large. From w - eps to w + eps it is 2 * eps: divide by that."),
        Mistake("brackets around the difference missing", _no_brackets,
                "Only the second value is divided: / comes before -. Put brackets around the difference."),
        Mistake("brackets around 2ε missing", _times_eps,
                "`/ 2 * eps` divides by 2 and then multiplies by eps. Put brackets around the divisor: / (2 * eps)."),
        Mistake("not divided", _not_divided,
                "This is the change of f, not its slope. Divide it by the distance between the two places, 2 * eps."),
        Mistake("the wrong way round", _other_sign,
                "The sign is wrong. It is the value on the right minus the value on the left: f(w + eps) - f(w - "
                "eps)."),
        Mistake("sum in place of difference", _plus_inside,
                "You add the two values. The slope comes from their difference."),
    ],
    hints=[
        "A slope is rise over run. The run goes from w - eps to w + eps.",
        "The rise is f(w + eps) - f(w - eps). How long is the run?",
        "return (f(w + eps) - f(w - eps)) / (2 * eps)",
    ],
)

# 03.2 Relative error -------------------------------------------------------------------------------------------------


def relative_error_reference(expected, actual):
    """How far apart two gradients are, for their size; arrays of one shape. A float: 0 when both are 0."""
    size = max(np.linalg.norm(expected), np.linalg.norm(actual))
    if size == 0:
        return 0.0
    return np.linalg.norm(expected - actual) / size


def _absolute(expected, actual):
    return np.linalg.norm(expected - actual)


def _by_expected(expected, actual):
    difference = np.linalg.norm(expected - actual)
    return difference / np.linalg.norm(expected)


def _largest_of_entries(expected, actual):
    return np.max(np.abs(expected - actual) / np.maximum(np.abs(expected), np.abs(actual)))


def _signed(expected, actual):
    size = max(np.linalg.norm(expected), np.linalg.norm(actual))
    return np.sum(expected - actual) / size if size else 0.0


def _norms_compared(expected, actual):
    one, other = np.linalg.norm(expected), np.linalg.norm(actual)
    return abs(one - other) / max(one, other) if max(one, other) else 0.0


def _zero_over_zero(expected, actual):
    return np.linalg.norm(expected - actual) / max(np.linalg.norm(expected), np.linalg.norm(actual))


def _padded(expected, actual):
    size = max(np.linalg.norm(expected), np.linalg.norm(actual))
    return np.linalg.norm(expected - actual) / (size + 1e-8)


def _at_least_one(expected, actual):
    size = max(np.linalg.norm(expected), np.linalg.norm(actual))
    return np.linalg.norm(expected - actual) / max(1.0, size)


def _relative_error_cases(rng):
    """Gradients of ordinary size, tiny ones, a wrong length, a zero on either side and on both."""
    close, tiny = rng.normal(size=(3, 4)), 1e-9 * rng.normal(size=5)
    return [(close, close + 0.01 * rng.normal(size=(3, 4))), (tiny, 1.5 * tiny + 1e-10 * rng.normal(size=5)),
            (10 * rng.normal(size=4), rng.normal(size=4)), (np.zeros(3), rng.normal(size=3)),
            (rng.normal(size=3), np.zeros(3)), (np.zeros((2, 2)), np.zeros((2, 2)))]


relative_error = Exercise(
    id="03.2",
    title="Relative error",
    stars=1,
    reference=relative_error_reference,
    cases=_relative_error_cases,
    names="the relative error",
    mistakes=[
        Mistake("absolute error", _absolute,
                "This is the absolute error: for gradients of size 1e-9 it is tiny, right or wrong. Divide by the size "
                "of the gradients."),
        Mistake("divided by the expected one alone", _by_expected,
                "You divide by the norm of expected. When that is 0, and actual is not, the result is inf: divide by "
                "the larger of the two norms."),
        Mistake("entry by entry", _largest_of_entries,
                "You divide entry by entry, so one entry near 0, where both numbers are rounding, decides alone. Take "
                "the norm of the whole array, above and below."),
        Mistake("differences cancel", _signed,
                "You add up differences with their signs, so that +1 and -1 cancel. Take the norm of the difference."),
        Mistake("only lengths compared", _norms_compared,
                "You compare the lengths of the two gradients. Two vectors of one length can point opposite ways: take "
                "the norm of their difference."),
        Mistake("0 divided by 0", _zero_over_zero,
                "Right, but for two gradients of 0 it divides 0 by 0 and gives NaN. They agree: return 0.0 there."),
        Mistake("a small number added below", _padded,
                "The 1e-8 that keeps you from dividing by 0 is larger than a gradient of size 1e-9, and makes any "
                "error in it look small. Treat the case of two zeros by itself."),
        Mistake("never less than 1 below", _at_least_one,
                "max(1, …) in the divisor turns this into an absolute error for all gradients shorter than 1. Divide "
                "by the larger norm, however small."),
    ],
    hints=[
        "np.linalg.norm(array) is the square root of the sum of the squares, for an array of any shape.",
        "Above the line stands the norm of the difference; below it the larger of the two norms.",
        "If the larger norm is 0, both gradients are 0 and agree: return 0.0 before you divide.",
    ],
)

# 03.3 Directional check ----------------------------------------------------------------------------------------------


def directional_check_reference(f, gradient, w, v, eps):
    """Two numbers that must agree: the slope of f at w along v, measured, and as the gradient says.

    f: a function of an array (n,). gradient, w, v: (n,); v is a direction of any length. eps: the length of the step.
    """
    u = v / np.linalg.norm(v)
    measured = (f(w + eps * u) - f(w - eps * u)) / (2 * eps)
    return measured, gradient @ u


def _wrong_check(f, gradient, w, v, eps, *, slip):
    u = v if slip == "length" else v / (v @ v) if slip == "squared" else v / np.linalg.norm(v)
    if slip == "forward":
        measured = (f(w + eps * u) - f(w)) / eps
    elif slip == "eps":
        measured = (f(w + eps * u) - f(w - eps * u)) / eps
    elif slip == "all":
        measured = (f(w + eps) - f(w - eps)) / (2 * eps)
    elif slip == "step only":
        measured = (f(w + eps * v) - f(w - eps * v)) / (2 * eps)
    else:
        measured = (f(w + eps * u) - f(w - eps * u)) / (2 * eps)
    if slip == "norm":
        return measured, np.linalg.norm(gradient)
    if slip == "cosine":
        return measured, gradient @ u / np.linalg.norm(gradient)
    if slip == "claim only":
        return measured, gradient @ v
    return measured, gradient @ u


def _not_put_back(f, gradient, w, v, eps):
    u = v / np.linalg.norm(v)
    w += eps * u
    above = f(w)
    w -= 2 * eps * u
    return (above - f(w)) / (2 * eps), gradient @ u


def _directional_case(rng, n, eps):
    f, gradient = _surface(rng, n)
    w = rng.normal(size=n)
    return f, gradient(w) + 0.1 * rng.normal(size=n), w, rng.uniform(1.5, 3) * rng.normal(size=n), eps


def _tells_right_from_wrong(answer, rng):
    f, gradient = _surface(rng, 6)
    w, v = rng.normal(size=6), 3 * rng.normal(size=6)
    measured, claimed = answer(f, gradient(w), w, v, 1e-5)
    if abs(measured - claimed) > 1e-7 * max(abs(measured), abs(claimed)):
        return "For a gradient that is right the two numbers must agree to 7 digits, and they do not."
    return None


directional_check = Exercise(
    id="03.3",
    title="Directional check",
    stars=2,
    reference=directional_check_reference,
    cases=lambda rng: [_directional_case(rng, n, eps) for n, eps in ((2, 0.2), (5, 0.1), (9, 0.3))],
    names=("measured", "claimed"),
    extra=_tells_right_from_wrong,
    mistakes=[
        Mistake("direction not of length 1", partial(_wrong_check, slip="length"),
                "v has any length, and a direction twice as long gives a slope twice as large. Divide it by its length "
                "first: u = v / np.linalg.norm(v)."),
        Mistake("divided by the squared length", partial(_wrong_check, slip="squared"),
                "v / (v @ v) is not of length 1: v @ v is the squared length. Divide by np.linalg.norm(v)."),
        Mistake("only the step is unscaled", partial(_wrong_check, slip="step only"),
                "The gradient meets the unit vector u, but the weights move along v. Use u in both places."),
        Mistake("only the claim is unscaled", partial(_wrong_check, slip="claim only"),
                "The weights move along the unit vector u, but the gradient meets v. Use u in both places."),
        Mistake("forward difference", partial(_wrong_check, slip="forward"),
                "You measure with a forward difference, whose error is of the size of ε. Step to both sides: the price "
                "is the same, two evaluations."),
        Mistake("divided by ε", partial(_wrong_check, slip="eps"),
                "The measured slope is twice too large: the two places are 2 * eps apart."),
        Mistake("the same step for all weights", partial(_wrong_check, slip="all"),
                "w + eps moves every weight by the same amount, whatever the direction. Move along u: w + eps * u."),
        Mistake("length of the gradient", partial(_wrong_check, slip="norm"),
                "You return the length of the gradient. That is the slope along the steepest direction only; along u "
                "the gradient claims gradient @ u."),
        Mistake("cosine of the angle", partial(_wrong_check, slip="cosine"),
                "You divide by the length of the gradient too, so this is the cosine of the angle. Only the direction "
                "is brought to length 1; the gradient keeps its length."),
        Mistake("weights not put back", _not_put_back,
                "w is changed when you return: += and -= move the caller's own weights. Make new arrays, w + eps * u, "
                "or put every weight back."),
    ],
    hints=[
        "First make u, of length 1, from v.",
        "The measured slope is the central difference of exercise 03.1, with w + eps * u and w - eps * u.",
        "The claimed slope is the directional derivative as the gradient gives it: gradient @ u.",
    ],
    explanation="`nn.check_directional` does this for a dict of parameters, with a random direction through all of "
                "them.",
)

# 03.4 One of four is wrong -------------------------------------------------------------------------------------------

_M = np.array([[2.0, 1.0, 0.0, 0.0], [1.0, 2.0, 1.0, 0.0], [0.0, 1.0, 2.0, 1.0], [0.0, 0.0, -1.0, 2.0]])


def _log_sum_exp(w):
    return w.max() + np.log(np.sum(np.exp(w - w.max())))


def _d_log_sum_exp(w):
    e = np.exp(w - w.max())
    return e / e.sum()


def _cosine(w):
    c = np.array([1.0, -2.0, 0.5, 1.0])
    return c @ w / np.linalg.norm(w)


def _d_cosine(w):
    c = np.array([1.0, -2.0, 0.5, 1.0])
    return (c - (c @ w) * w / (w @ w)) / np.linalg.norm(w)


def _quadratic(w):
    return 0.5 * w @ _M @ w


def _d_quadratic(w):
    return _M @ w


def _swish(w):
    return np.sum(w / (1 + np.exp(-w)))


def _d_swish(w):
    s = 1 / (1 + np.exp(-w))
    return s * (1 + w * (1 - s))


SUSPECTS = {"A": (_log_sum_exp, _d_log_sum_exp), "B": (_cosine, _d_cosine), "C": (_quadratic, _d_quadratic),
            "D": (_swish, _d_swish)}
"""Name → (f, gradient): functions of four weights, w (4,), and what somebody gave as their gradients."""

wrong_gradient = ValueExercise(
    id="03.4",
    title="One of four is wrong",
    stars=2,
    reference="C",
    mistakes=[
        Mistake("A accused", "A",
                "A is right: it is the softmax, and the maximum that is subtracted cancels. If your check says "
                "otherwise, look at its ε and its signs; and check all four at weights that are random."),
        Mistake("B accused", "B",
                "B is right, strange as it looks: it is at right angles to w, since the length of w does not count. At "
                "w = 0 the function has no slope, so check elsewhere, at random weights."),
        Mistake("D accused", "D",
                "D is right: the product rule for w times sigmoid(w). If your check says otherwise, look at its ε and "
                "its signs; and check all four at weights that are random."),
        Mistake("none accused", lambda answer: str(answer).strip().casefold() in ("none", "no", "-", ""),
                "One of them is wrong. It is right in two of its four entries, and everywhere at w = 0. Check every "
                "entry, at random weights.", example="none"),
    ],
    hints=[
        "Reading does not tell. Measure: for every suspect, a central difference for each of the four entries.",
        "Use weights that are random, not zeros or ones: np.random.default_rng(0).normal(size=4).",
        "nn.check_gradients(lambda: f(w), {\"w\": w}, {\"w\": gradient(w)}) does all four entries at once.",
    ],
    explanation="The function is $\\frac12 w^\\top M w$, and its gradient is $\\frac12 (M + M^\\top) w$. That is $M w$ "
                "only where $M$ is symmetric. This $M$ nearly is: only the entries (3, 4) and (4, 3) differ, so the "
                "first two entries of the gradient are right. At $w = 0$ all four are.",
)

# 03.5 Complex step ---------------------------------------------------------------------------------------------------


def complex_step_reference(f, w, eps):
    """The slope of f at w from one evaluation, at the complex number w + i·eps; w and eps: floats. Returns a float."""
    return f(w + 1j * eps).imag / eps


def _real_part(f, w, eps):
    return f(w + 1j * eps).real / eps


def _real_step(f, w, eps):
    return np.imag(f(w + eps)) / eps


def _not_over_eps(f, w, eps):
    return f(w + 1j * eps).imag


def _both_sides_over_eps(f, w, eps):
    return (f(w + 1j * eps) - f(w - 1j * eps)).imag / eps


def _length_taken(f, w, eps):
    return abs(f(w + 1j * eps) - f(w)) / eps


def _real_difference(f, w, eps):
    return (f(w + 1j * eps) - f(w)).real / eps


def _is_exact_to_rounding(answer, rng):
    slope = answer(np.exp, 1.0, 1e-20)
    if abs(slope - np.e) > 1e-14:
        return "At ε = 1e-20 the slope of exp at 1 must come out as e, to 14 digits or more."
    return None


complex_step = Exercise(
    id="03.5",
    title="A difference without subtraction",
    stars=3,
    reference=complex_step_reference,
    cases=lambda rng: [(_curve(rng), w, eps)
                       for w, eps in ((0.7, 0.2), (-0.4, 0.1), (float(rng.uniform(-1, 1)), 1e-6))],
    names="the slope",
    extra=_is_exact_to_rounding,
    mistakes=[
        Mistake("real part taken", _real_part,
                "The real part of f(w + iε) is about f(w). The slope is in the imaginary part: .imag."),
        Mistake("real step", _real_step,
                "You step along the real axis, so the imaginary part is 0. Step sideways: w + 1j * eps."),
        Mistake("not divided by ε", _not_over_eps,
                "The imaginary part is ε times the slope: divide it by eps."),
        Mistake("both sides, divided by ε", _both_sides_over_eps,
                "With a step to both sides it is 2 * eps. But one evaluation is enough here: f(w + 1j * eps).imag / "
                "eps."),
        Mistake("absolute value", _length_taken,
                "The absolute value loses the sign and mixes in the real part, and you subtract again, which is what "
                "this method avoids. Take the imaginary part of f(w + 1j * eps)."),
        Mistake("real part of a difference", _real_difference,
                "The real part changes by about ε² only. The slope is in the imaginary part: f(w + 1j * eps).imag."),
    ],
    hints=[
        "Put iε for ε in Taylor's formula: f(w + iε) = f(w) + iε f′(w) - ε²/2 f″(w) - … Which part holds f′?",
        "In Python the imaginary unit is 1j, and z.imag is the imaginary part of z.",
        "return f(w + 1j * eps).imag / eps",
    ],
    explanation="Nothing is subtracted, so nothing cancels: ε may be 1e-20, and the slope is right to the last digit "
                "or so. The price: f must be made of functions that know complex numbers, with no `abs`, `max` or "
                "comparison (Squire and Trapp 1998).",
)

# Quiz -----------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("03", [
    Question("A network trains, and its loss falls at every epoch. What does that say about its gradient?", [
        Option("It is right: a wrong gradient would make the loss rise.", False,
               "Every direction less than 90° from steepest descent goes down. Half of all directions do."),
        Option("It is less than 90° from the right one, as far as the steps taken tell.", True,
               "The slope along the step is -∇f·g, which is negative for every g less than 90° off, if the steps are "
               "small. That is all a falling loss can say."),
        Option("It is right in at least half of its entries.", False,
               "Every single entry can be wrong, by a factor each, and the loss falls all the same."),
        Option("It is right up to a constant factor.", False,
               "A gradient that is a multiple of the right one is only one of very many that go downhill."),
    ], topic="falling loss"),
    Question("f has the gradient (3, 4) at a point. What is the largest slope along a direction of length 1?", [
        Option("7, along (1, 1)", False,
               "(1, 1) is not of length 1. Along (1, 1)/√2 the slope is 7/√2, about 4.95."),
        Option("4, along the second axis", False,
               "That is the slope along one axis. Between the axes it is steeper."),
        Option("25, along the gradient", False,
               "That is ∇f·∇f: the direction was not brought to length 1."),
        Option("5, along the gradient", True,
               "Along u = (0.6, 0.8) the slope is ∇f·u = 5, the length of the gradient. Cauchy–Schwarz: no unit vector "
               "gives more."),
    ], topic="steepest ascent"),
    Question("You walk at a right angle to the gradient. What happens to f?", [
        Option("To first order nothing: you are on a level line.", True,
               "∇f·u = 0. Only the bend of the level line makes a difference, and that is of second order."),
        Option("It falls as fast as possible.", False,
               "The fastest fall is straight against the gradient, at 180° from it."),
        Option("It depends on whether you turn left or right.", False,
               "Both ways have the slope 0: the cosine of +90° and of -90° is 0."),
    ], topic="level lines"),
    Question("Which are true of the central difference, in float64, for a function of ordinary size?", [
        Option("Halving a large ε makes the error about four times smaller.", True,
               "The error is ε² |f‴| / 6 there."),
        Option("The smaller ε, the better.", False,
               "Below about 6e-6 rounding takes over: its share is divided by ε, so it grows."),
        Option("At its best ε it is right to about 11 digits.", True,
               "The error at the best ε, the cube root of the precision, is near that root squared: some 1e-11."),
        Option("It costs twice as much as the forward difference for a gradient of many weights.", True,
               "2 evaluations for each weight. The forward difference shares one f(w) among all weights."),
    ], topic="central difference"),
    Question("A weight matrix of a deep network has gradients of size 1e-9. np.allclose(by_hand, by_differences) says "
             "True.", [
        Option("So the gradient by hand is right.", False,
               "allclose accepts any difference below 1e-8 by default. Zeros would pass as well."),
        Option("It says nothing: its absolute tolerance, 1e-8, is larger than the gradients.", True,
               "Divide by the size of the gradients: a relative error has no such blind spot."),
        Option("The gradient is wrong, or it would not be that small.", False,
               "Gradients can be that small for good reasons: chapter 05 is about one of them."),
        Option("The check should be repeated in float32.", False,
               "float32 makes it worse: a central difference is good to 4 or 5 digits there."),
    ], topic="tolerance"),
    Question("Which checks can accept a wrong backward pass?", [
        Option("A check at weights that are all zero.", True,
               "At zero many wrong formulas agree with the right one: tanh(0) = 0, so its slope is 1 in all of them."),
        Option("A check of every entry, with random weights and four examples.", False,
               "This is the good one: nothing is switched off, and nothing is left out."),
        Option("A check of the last layer's weights alone.", True,
               "The errors sit before the last layer, where the chain rule is longer."),
        Option("A check with a batch of one example.", True,
               "With one example a mean and a sum over the batch are the same."),
    ], topic="coverage"),
    Question("One random direction is checked, with a threshold of 1e-6, and a gradient of a million weights passes. "
             "What do you know?", [
        Option("Every weight's gradient is right to six digits.", False,
               "An error in one weight among a million can be smaller than what the check can see."),
        Option("Nothing: one direction among a million sees a millionth of the gradient.", False,
               "It sees a mixture of all weights: an error anywhere tilts the gradient and shows along nearly all "
               "directions."),
        Option("The gradient as a whole is most probably not off by much more than the threshold.", True,
               "An error of one percent escapes about 6 random directions in 100,000; a second direction makes even "
               "that unthinkable."),
        Option("Which layer an error would be in, had there been one.", False,
               "It gives one number for all weights. To find the place, check parameter by parameter."),
    ], topic="directional check"),
    Question("A gradient check of a relu network fails in 3 of 10,000 entries, each off by about a half. What is "
             "likely?", [
        Option("A factor of one half was forgotten in the backward pass.", False,
               "A forgotten factor shows in all entries, not in 3 of 10,000."),
        Option("float64 is not precise enough.", False,
               "Its rounding is some 1e-11 here, not a half."),
        Option("In those entries the step ±ε crosses the kink of a relu.", True,
               "Between the slopes 0 and 1 the difference quotient gives a mixture. Repeat the check at other random "
               "inputs: a kink moves away, a mistake stays."),
    ], topic="kinks"),
])
