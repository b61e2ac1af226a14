"""Exercise 03.4: four functions and what somebody gave as their gradients. One gradient is wrong."""

import numpy as np

from seqlearn.grading import Mistake, ValueExercise

MATRIX = np.array([[2.0, 1.0, 0.0, 0.0], [1.0, 2.0, 1.0, 0.0], [0.0, 1.0, 2.0, 1.0], [0.0, 0.0, -1.0, 2.0]])


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
    return 0.5 * w @ MATRIX @ w


def _d_quadratic(w):
    return MATRIX @ w


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
        Mistake("several accused", lambda answer: sum(letter in str(answer).upper() for letter in "ABCD") > 1
                and "NONE" not in str(answer).upper() and len(str(answer)) < 12,
                "Exactly one of the four is wrong. Check them again, every entry, at random weights: three must pass.",
                example="A and B"),
        Mistake("all accused", lambda answer: str(answer).strip().casefold() == "all",
                "Three of the four are right. If your check refuses all of them, the check is wrong: try it on a "
                "function whose gradient you know.", example="all"),
        Mistake("no letter", lambda answer: str(answer).strip().upper() not in tuple("ABCD") and not isinstance(answer,
                bool),
                "Give one letter, \"A\", \"B\", \"C\" or \"D\".", example="E"),
    ],
    hints=[
        "Measure: for every suspect, a central difference for each of the four entries.",
        "Use weights that are random, not zeros or ones: np.random.default_rng(0).normal(size=4).",
        "nn.check_gradients(lambda: f(w), {\"w\": w}, {\"w\": gradient(w)}) does all four entries at once.",
    ],
    explanation="The function is $\\frac12 w^\\top M w$, and its gradient is $\\frac12 (M + M^\\top) w$. That is $M w$ "
                "only where $M$ is symmetric. This $M$ nearly is: only the entries (3, 4) and (4, 3) differ, so the "
                "first two entries of the gradient are right. At $w = 0$ all four are.",
)
