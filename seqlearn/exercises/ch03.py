"""Exercises and quiz of chapter 03: finite differences and gradient checks.

03.4 is in suspects.py, 03.6 to 03.8 in backward_pass.py.
"""

import numpy as np

from seqlearn.exercises.backward_pass import gated_backward, rounding_floor, used_twice
from seqlearn.exercises.suspects import SUSPECTS, wrong_gradient
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "SUSPECTS", "central_difference", "complex_step", "directional_check", "gated_backward",
           "relative_error", "rounding_floor", "used_twice", "wrong_gradient"]

# Functions to differentiate ------------------------------------------------------------------------------------------
# Smooth, with second and third derivatives that are not 0, so that every kind of difference gives another number.


def _curve(rng):
    """A function of one number."""
    a, b, c = rng.uniform(0.5, 1.5, 3)
    return lambda w: a * np.sin(b * w) + np.exp(c * w) - 4 * w**2


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


central_difference = Exercise(
    id="03.1",
    title="Central difference",
    stars=1,
    reference=central_difference_reference,
    cases=lambda rng: [(_curve(rng), float(rng.uniform(-1, 1)), eps) for eps in (0.3, 0.1, 0.02)],
    names="the slope",
    mistakes=[
        Mistake("forward difference", {"f(w - eps)": "f(w)", "2 * eps": "eps"},
                "This is the forward difference, whose error shrinks with ε. Step to both sides instead: f(w + eps) "
                "and f(w - eps), which are 2 * eps apart. Then the error shrinks with ε²."),
        Mistake("backward difference", {"f(w + eps)": "f(w)", "2 * eps": "eps"},
                "You step to the left only. Step to both sides: f(w + eps) - f(w - eps), over the distance between the "
                "two places."),
        Mistake("a difference of another kind", [
            {"w - eps": "w", "w + eps": "w + 2 * eps"},
            {"f(w + eps) - f(w - eps)": "-3 * f(w) + 4 * f(w + eps) - f(w + 2 * eps)"},
            {"f(w + eps) - f(w - eps)": "8 * (f(w + eps) - f(w - eps)) - f(w + 2 * eps) + f(w - 2 * eps)",
             "2 * eps)": "12 * eps)"}],
                "A slope too, but another difference than the one that is asked for. The central difference has two "
                "values, f(w + eps) and f(w - eps), one on either side."),
        Mistake("another step", [
            {"w + eps": f"w + {step}", "w - eps": f"w - {step}", "(2 * eps)": f"(2 * {step})"}
            for step in ("eps / 2", "2 * eps", "1e-5", "1e-6", "eps * w")],
                "A central difference, but with another step than eps. Go to w + eps and w - eps, as far as the caller "
                "asks."),
        Mistake("step and divisor do not match", [
            {"w + eps": f"w + {step}", "w - eps": f"w - {step}"} for step in ("eps / 2", "2 * eps")]
                + [{"f(w - eps)": "f(w)"}, {"f(w + eps)": "f(w)"},
                   {"w + eps": "w + 2 * eps", "w - eps": "w - 2 * eps", "(2 * eps)": "eps"}],
                "The divisor is not the distance between your two places. From w - eps to w + eps it is 2 * eps."),
        Mistake("divided by ε alone", {"(2 * eps)": "eps"},
                "Twice the slope: from w - eps to w + eps it is 2 * eps, and you divide by eps. (A forward and a "
                "backward difference added up give the same; their mean would be right.)"),
        Mistake("not divided", {" / (2 * eps)": ""},
                "This is the rise alone. A slope is rise over run: divide by the distance between the two places."),
        Mistake("divided by something else", [{"(2 * eps)": code} for code in (
            "eps**2", "2", "(2 * w)", "(2 * eps**2)", "(2 * eps * f(w))", "(eps / 2)", "(4 * eps)", "np.sqrt(eps)",
            "(2 * np.sqrt(eps))", "abs(2 * eps * w)")] + [{" / (2 * eps)": " * (2 * eps)"}],
                "The rise is right, the divisor is not. Divide by the distance between the two places, from w - eps to "
                "w + eps."),
        Mistake("brackets around the difference missing", [
            {"(f(w + eps) - f(w - eps)) / (2 * eps)": f"f(w + eps) - f(w - eps) / {divisor}"}
            for divisor in ("(2 * eps)", "2 * eps", "eps")],
                "Only the second value is divided: / comes before -. Put brackets around the difference."),
        Mistake("brackets around 2ε missing", {"/ (2 * eps)": "/ 2 * eps"},
                "`/ 2 * eps` divides by 2 and then multiplies by eps. Put brackets around the divisor: / (2 * eps)."),
        Mistake("sign lost", {"(f(w + eps) - f(w - eps)) /": "abs(f(w + eps) - f(w - eps)) /"},
                "You take the absolute value, so a curve that falls gets a positive slope. Keep the sign."),
        Mistake("sum in place of difference", [{"f(w + eps) - f": "f(w + eps) + f"},
                                               {"f(w + eps) - f": "f(w + eps) + f", "(2 * eps)": "2"}],
                "You add the two values. The slope comes from their difference."),
        Mistake("second derivative", [{"f(w + eps) - f(w - eps)": "f(w + eps) - 2 * f(w) + f(w - eps)",
                                       "(2 * eps)": divisor} for divisor in ("eps**2", "(2 * eps)", "eps")],
                "f(w + eps) - 2 f(w) + f(w - eps) measures how the slope changes, the second derivative. The slope "
                "itself needs the difference of the two outer values alone."),
        Mistake("complex step", {"(f(w + eps) - f(w - eps)) / (2 * eps)": "np.imag(f(w + 1j * eps)) / eps"},
                "That is the complex step of exercise 03.5, a good method. Here the central difference is asked for, "
                "with f(w + eps) and f(w - eps)."),
        Mistake("values in place of a slope", [
            {"(f(w + eps) - f(w - eps)) / (2 * eps)": code}
            for code in ("f(w + eps) / eps", "f(w)", "(f(w) - f(eps)) / (w - eps)")],
                "The slope at w needs two values near w, one on either side: f(w + eps) and f(w - eps)."),
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


SMALL = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)  # what people add to a divisor


def _error(above, below):
    """A formula with the guard for two zeros, with one for a 0 below, with NaN left in, or with NaN made 0."""
    def formula(expected, actual):
        return above(expected, actual) / below(expected, actual)

    def for_two_zeros(expected, actual):
        return formula(expected, actual) if np.any(expected) or np.any(actual) else 0.0

    def for_zero_below(expected, actual):
        return formula(expected, actual) if below(expected, actual) != 0 else 0.0

    def nan_to_zero(expected, actual):
        return np.nan_to_num(formula(expected, actual))

    return [formula, for_two_zeros, for_zero_below, nan_to_zero]


def _distance(expected, actual):
    return np.linalg.norm(expected - actual)


def _by(size):
    """The distance divided by some function of the two norms."""
    return _error(_distance, lambda one, other: size(np.linalg.norm(one), np.linalg.norm(other)))


def _entries(expected, actual, summary, size=np.maximum):
    return summary(np.abs(expected - actual) / size(np.abs(expected), np.abs(actual)))


def _largest_number(values):
    return np.max(np.nan_to_num(values))


def _by_entries(summary, size=np.maximum):
    return _error(lambda one, other: _entries(one, other, summary, size), lambda one, other: 1.0)


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
        Mistake("absolute error", _distance,
                "This is the absolute error: for gradients of size 1e-9 it is tiny, right or wrong. Divide by the size "
                "of the gradients."),
        Mistake("mean squared error", [lambda one, other: np.mean((one - other) ** 2),
                                       lambda one, other: np.sqrt(np.mean((one - other) ** 2)),
                                       lambda one, other: np.mean(np.abs(one - other))],
                "This is a mean of the differences, and it is not relative: small gradients give a small number, right "
                "or wrong. Divide the norm of the difference by the size of the gradients."),
        Mistake("divided by the expected one alone", [
            *_by(lambda one, other: one), *_by(lambda one, other: one or other)],
                "You divide by the norm of expected. Which of the two is wrong nobody knows yet, and when expected is "
                "0 and actual is not, the error must not be inf or 0: divide by the larger of the two norms."),
        Mistake("divided by the actual one alone", _by(lambda one, other: other),
                "You divide by the norm of actual. When that is far too small, the error looks huge: divide by the "
                "larger of the two norms."),
        Mistake("divided by the sum or mean of the norms", [
            *_by(lambda one, other: one + other), *_by(lambda one, other: (one + other) / 2),
            *(_by(lambda one, other, add=add: one + other + add)[0] for add in SMALL),
            *_error(_distance, lambda one, other: np.linalg.norm(np.abs(one) + np.abs(other)))],
                "You divide by the sum or the mean of the two norms. That is another definition, and a good one; this "
                "course divides by the larger of the two, as nn.check_gradients does."),
        Mistake("divided by another size", [
            *_by(min), *_by(lambda one, other: np.sqrt(one * other)), *_by(lambda one, other: np.hypot(one, other)),
            *_error(_distance, lambda one, other: np.linalg.norm(one + other)),
            *_error(_distance, lambda one, other: np.linalg.norm(np.maximum(one, other)))],
                "The norm of the difference is right, what you divide by is not. It is the larger of the two norms, "
                "max(np.linalg.norm(expected), np.linalg.norm(actual))."),
        Mistake("entry by entry", [*_by_entries(np.max), *_by_entries(np.mean), *_by_entries(np.linalg.norm),
                                   *_by_entries(np.max, np.add), *_by_entries(_largest_number),
                                   *_by_entries(_largest_number, np.add),
                                   *_by_entries(np.max, lambda one, other: one),
                                   *_by_entries(np.linalg.norm, lambda one, other: one)],
                "You divide entry by entry, so an entry near 0, where both numbers are rounding, counts as much as the "
                "largest. Take the norm of the whole array, above and below."),
        Mistake("another norm", [
            formula for order in (lambda a: np.abs(a).max(), lambda a: np.abs(a).sum(),
                                  lambda a: np.linalg.norm(a, 2), lambda a: np.sum(a**2))
            for formula in _error(lambda one, other, order=order: order(one - other),
                                  lambda one, other, order=order: max(order(one), order(other)))],
                "You measure the arrays with another norm. np.linalg.norm(array) without a second argument is the "
                "square root of the sum of all squares."),
        Mistake("two measures mixed", [
            *_error(lambda one, other: np.abs(one - other).max(), lambda one,
            other: max(map(np.linalg.norm, (one, other)))),
            *_error(lambda one, other: np.sqrt(np.mean((one - other) ** 2)),
                    lambda one, other: max(map(np.linalg.norm, (one, other))))],
                "Above the line stands another measure than below. Take np.linalg.norm in all three places."),
        Mistake("differences cancel", _error(lambda one, other: np.sum(one - other),
                                             lambda one, other: max(map(np.linalg.norm, (one, other)))),
                "You add up differences with their signs, so that +1 and -1 cancel. Take the norm of the difference."),
        Mistake("only lengths compared", [
            formula for sign in (abs, lambda a: a)
            for formula in _error(lambda one, other, sign=sign: sign(np.linalg.norm(one) - np.linalg.norm(other)),
                                  lambda one, other: max(map(np.linalg.norm, (one, other))))],
                "You compare the lengths of the two gradients. Two vectors of one length can point opposite ways: take "
                "the norm of their difference."),
        Mistake("only directions compared", _error(
            lambda one, other: np.linalg.norm(one) * np.linalg.norm(other) - np.sum(one * other),
            lambda one, other: np.linalg.norm(one) * np.linalg.norm(other)),
                "This is 1 minus the cosine: it compares the directions of the two gradients and not their lengths. A "
                "gradient that is twice too long must show too: take the norm of the difference."),
        Mistake("0 divided by 0", {"if size == 0:": "if False:"},
                "Right, but for two gradients of 0 it divides 0 by 0 and gives NaN. They agree: return 0.0 there."),
        Mistake("two zeros do not agree", [{"return 0.0": f"return {value}"} for value in ("1.0", "np.inf")],
                "Right, but for two gradients of 0 you return another number than 0. They agree: return 0.0 there."),
        Mistake("one zero is enough", {"if size == 0:": "if not np.any(expected) or not np.any(actual):"},
                "You return 0 as soon as one of the two gradients is 0. They agree only when both are: if one is 0 and "
                "the other is not, the error is 1."),
        Mistake("small gradients taken for 0", [{"size == 0": f"size < {small}"} for small in SMALL[:3]],
                "You return 0 for all gradients below a small bound, and a gradient of size 1e-9 is checked no more. "
                "Return 0 only where both are exactly 0."),
        Mistake("a small number added below", [
            *({"/ size": f"/ (size + {small})"} for small in SMALL),
            *({"size = max(": f"size = max({small}, "} for small in SMALL[:3])],
                "The small number that keeps you from dividing by 0 makes the error of a small gradient look smaller. "
                "Treat the case of two zeros by itself."),
        Mistake("never less than 1 below", {"/ size": "/ max(1.0, size)"},
                "max(1, …) in the divisor turns this into an absolute error for all gradients shorter than 1. Divide "
                "by the larger norm, however small."),
        Mistake("in percent", {"return np": "return 100 * np"},
                "You return percent. Return the plain quotient: 0.01 means 1 %."),
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


MEASURED = "(f(w + eps * u) - f(w - eps * u)) / (2 * eps)"
CLAIMED = "return measured, gradient @ u"


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
        Mistake("direction not of length 1", {"v / np.linalg.norm(v)": "v"},
                "v has any length, and a direction twice as long gives a slope twice as large. Divide it by its length "
                "first: u = v / np.linalg.norm(v)."),
        Mistake("divided by the squared length", {"v / np.linalg.norm(v)": "v / (v @ v)"},
                "v / (v @ v) is not of length 1: v @ v is the squared length. Divide by np.linalg.norm(v)."),
        Mistake("divided by another length", [
            {"np.linalg.norm(v)": code} for code in (
                "np.sum(v)", "np.abs(v).sum()", "np.abs(v).max()", "v.max()", "len(v)", "np.sqrt(len(v))", "np.mean(v)",
                "np.abs(v)", "v.std()")],
                "The direction that you make of v does not have length 1. The length of a vector is the root of the "
                "sum of its squares, np.linalg.norm(v)."),
        Mistake("only the step is unscaled", {"w + eps * u": "w + eps * v", "w - eps * u": "w - eps * v"},
                "The gradient meets the unit vector u, but the weights move along v. Use u in both places."),
        Mistake("only the claim is unscaled", {"gradient @ u": "gradient @ v"},
                "The weights move along the unit vector u, but the gradient meets v. Use u in both places."),
        Mistake("the step is not of length ε",
                {MEASURED: "(f(w + eps * v) - f(w - eps * v)) / (2 * eps * np.linalg.norm(v))"},
                "You step along v and divide by its length afterwards. The slope is nearly right, but the step has "
                "another length than eps: make u of length 1 first, and step along u."),
        Mistake("difference to one side", [
            {"w - eps * u": "w", "(2 * eps)": "eps"}, {"w + eps * u": "w", "(2 * eps)": "eps"}],
                "You measure with a difference to one side, whose error is of the size of ε. Step to both sides: the "
                "price is the same, two evaluations."),
        Mistake("another step", [{"w + eps": f"w + {step}", "w - eps": f"w - {step}", "(2 * eps)": f"(2 * {step})"}
                                 for step in ("eps / 2", "1e-5", "1e-6")],
                "A central difference, but with another step than eps. Go to w + eps * u and w - eps * u."),
        Mistake("divided by the length again", {"(2 * eps)": "(2 * eps * np.linalg.norm(v))"},
                "You divide the measured slope by the length of v once more. u has length 1 already: divide by 2 * "
                "eps."),
        Mistake("the same step for all weights", {"w + eps * u": "w + eps", "w - eps * u": "w - eps"},
                "w + eps moves every weight by the same amount, whatever the direction. Move along u: w + eps * u."),
        Mistake("weights taken one by one", {MEASURED: "sum((f(w + eps * e) - f(w - eps * e)) / (2 * eps) * part "
                                             "for e, part in zip(np.eye(len(w)), u))"},
                "You measure the slope along each weight, which takes 2 n evaluations, and add up. The directional "
                "check takes two: move all the weights at once, along u."),
        Mistake("step along the gradient", [
            {"w + eps * u": f"w + eps * {code}", "w - eps * u": f"w - eps * {code}"}
            for code in ("gradient", "gradient / np.linalg.norm(gradient)")],
                "You step along the gradient. The check is to measure along another direction, u, and to compare with "
                "what the gradient claims for it."),
        Mistake("length of the gradient", {CLAIMED: "return measured, np.linalg.norm(gradient)"},
                "You return the length of the gradient. That is the slope along the steepest direction only; along u "
                "the gradient claims gradient @ u."),
        Mistake("gradient brought to length 1", [
            {CLAIMED: f"return measured, gradient / np.linalg.norm(gradient) @ {way}"} for way in "uv"],
                "You divide by the length of the gradient too, so this is no slope any more but the cosine of an "
                "angle, or a multiple of it. Only the direction is brought to length 1; the gradient keeps its "
                "length."),
        Mistake("divided by ε alone", {"(2 * eps)": "eps"},
                "Your measured slope is twice too large: from w - eps * u to w + eps * u it is 2 * eps, and you divide "
                "by eps."),
        Mistake("the claim divided by the length again", [
            {"gradient @ u": f"gradient @ u / {code}"} for code in ("np.linalg.norm(v)", "np.linalg.norm(v)**2")],
                "You divide the claimed slope by the length of v once more. u has length 1 already: gradient @ u."),
        Mistake("outer product", [{CLAIMED: f"return measured, {code}"} for code in (
            "np.outer(gradient, u)", "np.outer(u, gradient)", "np.outer(gradient, v)", "np.diag(gradient * u)")],
                "The claimed slope comes out as a square of numbers. A slope is one number: multiply the gradient of "
                "each weight with its own entry of u and add up, gradient @ u."),
        Mistake("not added up", {CLAIMED: "return measured, gradient * u"},
                "gradient * u holds the share of each weight. The slope is their sum, the number gradient @ u."),
        Mistake("projection", [{CLAIMED: f"return measured, {code}"} for code in (
            "(gradient @ u) * u", "(gradient @ v) * v")],
                "You multiply the direction with the slope, and get a vector along u. The slope itself is the number "
                "gradient @ u."),
        Mistake("all partial slopes", lambda f, gradient, w, v, eps: (
            np.array([(f(w + eps * e) - f(w - eps * e)) / (2 * eps) for e in np.eye(len(w))]), gradient),
                "You compare weight by weight, with 2 n evaluations. Here all the weights move at once, along u, and "
                "one number is held against one number, gradient @ u."),
        Mistake("not the scalar product", [
            {CLAIMED: f"return measured, {code}"}
            for code in (
                "gradient.sum()", "np.mean(gradient)", "np.mean(gradient * u)", "np.outer(gradient, u).sum()")],
                "The claimed slope is the scalar product of gradient and direction: multiply entry by entry and add "
                "up, gradient @ u."),
        Mistake("sign lost", [{CLAIMED: "return measured, abs(gradient @ u)"},
                              {CLAIMED: "return abs(measured), abs(gradient @ u)"}],
                "You take an absolute value. A slope has a sign, and the two numbers must agree in it: leave abs out."),
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

# 03.5 Complex step ---------------------------------------------------------------------------------------------------


def complex_step_reference(f, w, eps):
    """The slope of f at w from one evaluation, at the complex number w + i·eps; w and eps: floats. Returns a float."""
    return f(w + 1j * eps).imag / eps


def _is_exact_to_rounding(answer, rng):
    """Exact where a difference would have no digit left, and from one evaluation."""
    places = []

    def watched(w):
        places.append(w)
        return np.exp(w)

    answer(watched, 1.0, 1e-20)
    if len(places) > 1:
        return f"f was evaluated {len(places)} times. Once is enough here: find what the other evaluation is for."
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
        Mistake("real part taken", {".imag": ".real"},
                "The real part of f(w + iε) is about f(w). In which part of Taylor's formula does f′ stand?"),
        Mistake("real step", [{"f(w + 1j * eps).imag": "np.imag(f(w + eps))"},
                {"1j * eps": "eps", ".imag / eps": " / eps"}],
                "You step along the real axis. Step sideways, into the complex plane: w + 1j * eps."),
        Mistake("a real difference", [
            {"f(w + 1j * eps).imag / eps": code} for code in (
                "(f(w + eps) - f(w - eps)) / (2 * eps)", "(f(w + eps) - f(w)) / eps", "(f(w) - f(w - eps)) / eps")],
                "You subtract two values on the real axis, as before, and at ε = 1e-20 nothing is left of the "
                "difference. Evaluate f once, at w + 1j * eps, and look at the parts of what comes out."),
        Mistake("divided by something else", [{"/ eps": f"/ {code}"} for code in ("(2 * eps)", "eps**2", "(1 + eps)")]
                + [{"/ eps": "* eps"}],
                "The imaginary part is right, what you do with it is not. In Taylor's formula, which number stands "
                "before f′?"),
        Mistake("both sides, divided by ε", {"f(w + 1j * eps).imag": "(f(w + 1j * eps) - f(w - 1j * eps)).imag"},
                "This is twice the slope: the two places are 2 * eps apart. And do you need both? Look at the parts "
                "of a single value, f(w + 1j * eps)."),
        Mistake("absolute value", [
            {"f(w + 1j * eps).imag": "abs(f(w + 1j * eps) - f(w))"}, {"f(w + 1j * eps).imag": "abs(f(w + 1j * eps))"},
            {"f(w + 1j * eps).imag": "abs(f(w + 1j * eps).imag)"}],
                "An absolute value loses the sign. The slope stands in one of the two parts of f(w + iε)."),
        Mistake("angle taken", {"f(w + 1j * eps).imag": "np.angle(f(w + 1j * eps))"},
                "The angle is made from both parts: where f is positive, it is nearly the imaginary part divided by "
                "the real one. The slope is in one of the parts alone."),
        Mistake("real part of a difference", {"f(w + 1j * eps).imag": "(f(w + 1j * eps) - f(w)).real"},
                "The real part changes by about ε² only. In which part of Taylor's formula does f′ stand?"),
        Mistake("second derivative", {"f(w + 1j * eps).imag / eps": "2 * (f(w) - f(w + 1j * eps).real) / eps**2"},
                "This is the second derivative, from the real part. The slope stands in the other part, and there "
                "nothing is subtracted."),
        Mistake("step not along i", [
            {"w + 1j * eps": f"{code}"} for code in (
                "w + (1 + 1j) * eps", "w * np.exp(1j * eps)", "w * (1 + 1j * eps)", "1j * (w + eps)", "1j * w",
                "1j * eps",
                "w + 1j")]
                + [{"w + 1j * eps": "w + 1j * np.sqrt(eps)", "/ eps": "/ np.sqrt(eps)"},
                {"w + 1j * eps": "w + 1j", " / eps": ""}],
                "f is not evaluated at w + iε. Leave w as it is and add 1j * eps to it."),
        Mistake("another ε", [{"1j * eps": f"1j * {step}", "/ eps": f"/ {step}"}
                for step in ("1e-20", "1e-10", "1e-8", "1e-30")],
                "You step by a number of your own. A good one, but the caller chooses it: use eps."),
    ],
    hints=[
        "Put iε for ε in Taylor's formula: f(w + iε) = f(w) + iε f′(w) - ε²/2 f″(w) - … Which part holds f′?",
        "In Python the imaginary unit is 1j, and z.imag is the imaginary part of z.",
        "return f(w + 1j * eps).imag / eps",
    ],
    explanation="The step costs no digit, because no two values of f are subtracted (Squire and Trapp 1998): ε may "
                "be 1e-20. What f itself loses stays lost: (1 - cos w) / w² at w = 1e-3 keeps 3.7 digits of its "
                "slope. And every operation in f must be analytic. `abs`, `np.linalg.norm`, `np.conj`, `max` and "
                "comparisons are not: np.abs(w)**2 is w² for a real w, and gets the slope 0.",
)

# Quiz -----------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("03", [
    Question("A network trains, and its loss falls at every epoch. What does that say about its gradient?", [
        Option("It is right: a wrong gradient would make the loss rise.", False,
               "Every direction less than 90° from steepest descent goes down. Half of all directions do."),
        Option("It is less than 90° off, as far as the steps tell.", True,
               "The slope along the step is -∇f·g / |g|, which is negative for every g less than 90° off, so small "
               "steps go down. That it falls can't say more. (How far it falls can: in a very short step, the learning "
               "rate times |g|².)"),
        Option("It is right in at least half of its entries.", False,
               "Every single entry can be wrong, by a factor each, and the loss falls all the same."),
        Option("It is right up to a constant factor.", False,
               "A positive multiple of the right gradient is only one of very many that go downhill."),
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
        Option("At its best ε you can count on about nine digits.", True,
               "If w, f, f′ and f‴ are near 1, and f passes through no larger numbers, the error at the best ε is at "
               "most about 4e-11. In the chapter's 20 networks the worst array of gradients was off by 6e-11 to 4e-10 "
               "of its length."),
        Option("It costs twice as much as the forward difference for a gradient of many weights.", True,
               "2 evaluations for each weight. The forward difference shares one f(w) among all weights."),
    ], topic="central difference"),
    Question("A weight matrix of a deep network has gradients of size 1e-9. np.allclose(by_hand, by_differences) says "
             "True.", [
        Option("So the gradient by hand is right.", False,
               "allclose accepts any difference below 1e-8 by default. Zeros would pass as well."),
        Option("It says next to nothing: its absolute tolerance, 1e-8, is larger than the gradients.", True,
               "It refuses only what is about ten times too large. Divide by the size of the gradients. (And make sure "
               "that they are not too small to measure at all.)"),
        Option("The gradient is wrong, or it would not be that small.", False,
               "Gradients can be that small for good reasons: chapter 05 is about one of them."),
        Option("The check should be repeated in float32.", False,
               "float32 makes it worse: a check of this chapter's networks keeps about four digits there."),
    ], topic="tolerance"),
    Question("Which of these checks have a hole that this chapter has shown?", [
        Option("A check with the first layer's weights and biases at zero.", True,
               "Then h = tanh(0) = 0, and a tanh taken twice has the right slope, 1: the mistake is switched off."),
        Option("A check of every entry, with random weights and four examples.", False,
               "It has none of the other three's holes. (It has others: a backward pass that divides by 4 in place of "
               "N passes, and so does one whose mistake these examples never meet.)"),
        Option("A check of the last layer's weights alone.", True,
               "A mistake further down the way back does not touch them: they are computed before it."),
        Option("A check with a batch of one example.", True,
               "With one example a mean and a sum over the batch are the same."),
    ], topic="coverage"),
    Question("One random direction is checked, with a threshold of 1e-6, and a gradient of a million weights passes. "
             "What do you know?", [
        Option("Every weight's gradient is right to six digits.", False,
               "An error in one weight, or in an array whose gradient has nearly vanished, can be smaller than what "
               "the check can see."),
        Option("Nothing: one direction among a million sees a millionth of the gradient.", False,
               "It sees a mixture of all weights. An error of a hundred times the threshold, as a share of the whole "
               "gradient, shows along at least 99 directions of 100."),
        Option("The gradient as a whole is most probably not off by much more than the threshold.", True,
               "An error of one percent escapes at most about 6 random directions in 100,000, and two in a row at "
               "most about 4 times in a billion."),
        Option("Which layer an error would be in, had there been one.", False,
               "It gives one number for all weights. To find the place, check parameter by parameter."),
    ], topic="directional check"),
    Question("A gradient check of a relu network fails in 3 of 10,000 entries of ordinary size, by a few per cent "
             "each. At other inputs these three are right. What is likely?", [
        Option("A factor was forgotten in the backward pass.", False,
               "A forgotten factor would still be missing at other inputs."),
        Option("float64 is not precise enough.", False,
               "Rounding of the loss reaches per cents in entries of about 1e-9 times it or less, and these are of "
               "ordinary size."),
        Option("In those entries the step ±ε crosses the kink of a relu.", True,
               "Between the slopes 0 and 1 the difference quotient gives a mixture. At other inputs other kinks are "
               "near; a mistake that every input meets stays where it is."),
    ], topic="kinks"),
    Question("A layer computes a = h W with a square W. Why does the way back use da @ W.T?", [
        Option("The shapes would not fit otherwise.", False,
               "W is square here, so da @ W fits as well, and it is wrong. Shapes alone are no proof."),
        Option("Each unit of h collects from the wires that leave it, along a row of W.", True,
               "h_i enters every sum a_k with the weight W_ik, so dh_i is the sum of da_k W_ik over k."),
        Option("It undoes the layer: the transpose is the inverse of W.", False,
               "It is the inverse only if W is orthogonal, as a rotation is. The way back sends slopes, not states."),
    ], topic="why W.T"),
    Question("nn.check_gradients says \"too small to tell\" about the first layer of a deep network. What do you do?", [
        Option("Check the same code at larger weights, or with fewer layers.", True,
               "The formulas of smooth layers are the same there, and the gradients are larger, unless tanh "
               "saturates."),
        Option("Raise the threshold until it passes.", False,
               "Then it accepts a wrong gradient of that size as well. The measurement is too coarse, not too strict."),
        Option("Look for the mistake in the first layer.", False,
               "There may be none. The gradient is too near to the rounding of the loss to say."),
        Option("Make ε smaller, to be more exact.", False,
               "Rounding is divided by ε, so a smaller step makes it worse."),
    ], topic="too small to tell"),
])
