"""Exercises 03.6 to 03.8: gradients derived by the learner, and what a check of them cannot see."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, ValueExercise

# 03.6 A number used twice ---------------------------------------------------------------------------------------------

# a = 2, b = -1, c = 3: p = -2, q = 1, L = q·a = 2. dq = a = 2; da = q + dq·b = 1 - 2; db = dq·a; dc = dq.
used_twice = ValueExercise(
    id="03.6",
    title="A number used twice",
    stars=2,
    reference=(-1.0, 4.0, 2.0),
    names=("da", "db", "dc"),
    mistakes=[
        Mistake("only the last use", (1.0, 4.0, 2.0),
                "1 is what comes back to a directly, from q·a. But a reaches L through p as well: add what comes back "
                "that way."),
        Mistake("only the first use", (-2.0, 4.0, 2.0),
                "-2 is what comes back to a through p. But a reaches L directly as well, in q·a: add what comes back "
                "from that product."),
        Mistake("uses multiplied", lambda answer: tuple(np.ravel(answer)[:1]) == (-2.0,) and np.size(answer) == 3
                and tuple(np.ravel(answer)[1:]) != (4.0, 2.0),
                "Go back one operation at a time, from dL = 1 to dq, then dp, and add the two gradients that a gets.",
                example=(-2.0, -2.0, 2.0)),
        Mistake("sign of b lost", (3.0, 4.0, 2.0),
                "b is negative, so what comes back to a through p = a·b is negative as well."),
        Mistake("dq left out", (0.0, 4.0, 2.0),
                "To a come dp·b, where dp = dq is not 1, and, from the last product, the other input, which is q and "
                "not a itself."),
        Mistake("c left out", (-4.0, 4.0, 2.0),
                "What comes back to a from L = q·a is the other input, all of q = p + c. Yours lacks the c."),
        Mistake("mean of the two uses", (-0.5, 4.0, 2.0),
                "You take the mean of the two gradients that a gets. They add up."),
        Mistake("dq taken for 1 in every place", (0.0, 2.0, 1.0),
                "All that comes before q is computed with dq = 1. L = q·a is a product, so dq is the other input: a, "
                "and not q, which happens to be 1."),
        Mistake("dp taken for 1 in db", (-1.0, 2.0, 2.0), "To b comes dp·a, with dp = dq, which is not 1."),
        Mistake("own factor in db", (-1.0, -2.0, 2.0),
                "A product hands its gradient on times the other input: b gets dp·a, not dp·b."),
        Mistake("b in db", (-1.0, -4.0, 2.0), "db is dp·a, and neither of the two is negative; b does not enter."),
        Mistake("dc taken for 1", (-1.0, 4.0, 1.0), "A sum hands on what comes back to it: dc = dq, which is not 1."),
        Mistake("c taken for a factor", lambda answer: tuple(np.ravel(answer)) in ((-1, 4, 3), (-1, 4, 6)),
                "c is added and not multiplied, so its own value does not enter: dc = dq.",
                example=(-1.0, 4.0, 6.0)),
        Mistake("another order", lambda answer: sorted(np.ravel(answer)) == [-1.0, 2.0, 4.0]
                and tuple(np.ravel(answer)) != (-1.0, 4.0, 2.0),
                "The three numbers are right, but not where they stand: give (da, db, dc).", example=(2.0, 4.0, -1.0)),
        Mistake("values of the inputs", (2.0, -1.0, 3.0),
                "These are the inputs themselves. Asked for are the slopes of L along them."),
        Mistake("the way back begins at q", (-1.0, 2.0, 1.0),
                "This is the gradient of q, with 1 for dq. The last operation, L = q·a, comes first on the way back: "
                "dq = a."),
    ],
    hints=[
        "Forward: p = -2, q = 1, L = 2. Backward: L = q·a is a product, so dq is the other input, a.",
        "q = p + c is a sum: dp = dq and dc = dq. p = a·b is a product: db = dp·a.",
        "a gets dp·b from the first product and q from the last one. Add the two.",
    ],
    explanation="$da = dp \\cdot b + q = 2 \\cdot (-1) + 1 = -1$. A nudge of $a$ moves $L$ along both ways at once: "
                "$L = (ab + c)\\,a = a^2 b + a c$, whose derivative is $2ab + c$.",
)

# 03.7 What the check can't see ----------------------------------------------------------------------------------------

_FLOOR = 2.0**-52 * 50 / 1e-5 / 2e-8


def _near(value):
    return lambda answer: np.size(answer) == 1 and abs(float(np.ravel(answer)[0]) / value - 1) < 0.03


rounding_floor = ValueExercise(
    id="03.7",
    title="What the check can't see",
    stars=2,
    reference=_FLOOR,
    tolerance=0.03,
    names=("the relative error",),
    mistakes=[
        Mistake("loss of size 1", _near(_FLOOR / 50),
                "You left out the size of the loss. Rounding is relative: its bound, p·|L|, is 50 times as large for a "
                "loss of 50 as for one of 1.", example=_FLOOR / 50),
        Mistake("absolute error", _near(_FLOOR * 2e-8),
                "This is the error of the slope, p·|L|/ε. How large is it beside the gradient?",
                example=_FLOOR * 2e-8),
        Mistake("not divided by ε", _near(_FLOOR * 1e-5),
                "p·|L| is the rounding of the loss. The difference is divided by the step, and so is its rounding.",
                example=_FLOOR * 1e-5),
        Mistake("the bend", _near(1e-10 / 6), "That is the error from the bend, ε²/6. Rounding is asked for.",
                example=1e-10 / 6),
        Mistake("half of the worst case", _near(_FLOOR / 2),
                "Half of it. The chapter's worst case allows p·|L| for each of the two values, and divides by 2ε.",
                example=_FLOOR / 2),
        Mistake("twice the worst case", _near(2 * _FLOOR),
                "Twice too much. Each of the two values is off by at most p·|L|, and their difference is divided by "
                "2ε, so p·|L|/ε it is.", example=2 * _FLOOR),
        Mistake("in percent", _near(100 * _FLOOR), "Right in percent. Give the plain quotient: 0.01 means 1 %.",
                example=100 * _FLOOR),
        Mistake("upside down", _near(1 / _FLOOR), "Upside down: divide the error by the gradient.",
                example=1 / _FLOOR),
    ],
    hints=[
        "The rounding error of the slope is at most about p·|L|/ε, with p = 2.2e-16.",
        "That is 2.2e-16 · 50 / 1e-5, about 1.1e-9.",
        "Divide it by the gradient, 2e-8.",
    ],
    explanation="About 0.056: up to 5.6 %, though the gradient is right. A check that refuses above 1e-7 will almost "
                "surely refuse it.",
)

# 03.8 Build it: a gated layer -----------------------------------------------------------------------------------------


def gated_backward_reference(x, A, B, dh):
    """dA (D, H), dB (D, H), dx (N, D) of h = tanh(x A) ⊙ (x B); x (N, D), A and B (D, H), dh (N, H)."""
    bent, b = np.tanh(x @ A), x @ B
    da = dh * b * (1 - bent**2)
    db = dh * bent
    dx = da @ A.T + db @ B.T
    return x.T @ da, x.T @ db, dx


def _agrees_with_differences(answer, rng):
    """Every entry beside a central difference, so that nobody has to believe the reference."""
    x, A, B, dh = _gated_case(rng, 4, 3, 2)
    for name, array, grad in zip(("dA", "dB", "dx"), (A, B, x), answer(x, A, B, dh), strict=True):
        slopes = np.zeros(array.size)
        for k in range(array.size):
            for sign in (1, -1):
                moved = array.copy()
                moved.flat[k] += sign * 6e-6
                x_now, A_now, B_now = [moved if each is array else each for each in (x, A, B)]
                slopes[k] += sign * np.sum(dh * np.tanh(x_now @ A_now) * (x_now @ B_now)) / 12e-6
        error = np.linalg.norm(slopes - np.ravel(grad)) / np.linalg.norm(slopes)
        if not error < 1e-7:
            return f"{name} does not agree with central differences: the relative error is {error:.1e}."
    return None


def _gated_case(rng, N, D, H):
    return (rng.normal(size=(N, D)), *rng.normal(size=(2, D, H)), rng.normal(size=(N, H)))


def _one_gradient_for_both(x, A, B, dh):
    bent, b = np.tanh(x @ A), x @ B
    both = dh * ((1 - bent**2) * b + bent)
    return x.T @ both, x.T @ both, both @ (A + B).T


gated_backward = Exercise(
    id="03.8",
    title="Build it: the backward pass of a gated layer",
    stars=3,
    reference=gated_backward_reference,
    cases=lambda rng: [_gated_case(rng, *sizes) for sizes in ((4, 3, 2), (2, 5, 4), (3, 3, 3))],
    names=("dA", "dB", "dx"),
    extra=_agrees_with_differences,
    mistakes=[
        Mistake("only one way to x", [{"da @ A.T + db @ B.T": "da @ A.T"}, {"da @ A.T + db @ B.T": "db @ B.T"}],
                "x is used in two products, x A and x B. You bring back the gradient of one of them; add the other."),
        Mistake("slope of tanh left out", {" * (1 - bent**2)": ""},
                "You go through tanh as if it were a straight line. Its local slope is 1 - tanh²."),
        Mistake("tanh taken twice", {"(1 - bent**2)": "(1 - np.tanh(bent)**2)"},
                "The slope of tanh is 1 - bent², with the bent value itself. You take tanh of it once more."),
        Mistake("other factor left out", [{"dh * b * (1": "dh * (1"}, {"db = dh * bent": "db = dh"},
                                          {"dh * b * (1": "dh * (1", "db = dh * bent": "db = dh"}],
                "A product hands its gradient on times the other input: tanh(a) gets dh ⊙ b, and b gets dh ⊙ tanh(a)."),
        Mistake("own factor in place of the other", {"dh * b * (1": "dh * bent * (1", "db = dh * bent": "db = dh * b"},
                "At the product you multiply each input's gradient by that input itself. It is the other one that "
                "counts."),
        Mistake("a in place of tanh a", {"db = dh * bent": "db = dh * (x @ A)"},
                "b was multiplied by tanh(a), not by a. Its gradient is dh ⊙ tanh(a)."),
        Mistake("slope of another function", [{"(1 - bent**2)": code} for code in (
            "(1 - (x @ A)**2)", "bent * (1 - bent)", "(1 - b**2)", "(1 - bent)", "(1 + bent**2)", "(1 - bent**2)**2",
            "(1 - np.tanh(b)**2)", "1 / np.cosh(x @ A)")],
                "The factor with which you go through tanh is not its slope. That is 1 - tanh(a)², with the bent value "
                "itself."),
        Mistake("slope of tanh on the other way too", [
            {"db = dh * bent": f"db = dh * {code}"} for code in (
                "(1 - bent**2)", "bent * (1 - bent**2)", "bent * (1 - np.tanh(b)**2)")],
                "b does not go through tanh, so no slope of tanh belongs into db. b was multiplied by tanh(a), and "
                "gets dh times that."),
        Mistake("b bent as well", [{"dh * b * (1": "dh * np.tanh(b) * (1"}, {
            "dh * b * (1": "dh * np.tanh(b) * (1", "db = dh * bent": "db = dh * bent * (1 - np.tanh(b)**2)"}],
                "You use tanh(b), but b goes into the product as it is."),
        Mistake("h in place of tanh a", [
            {"(1 - bent**2)": "(1 - (bent * b)**2)"},
            {"(1 - bent**2)": "(1 - (bent * b)**2)", "db = dh * bent": "db = dh * bent * b"},
            {"db = dh * bent": "db = dh * bent * b"}],
                "You use the layer's result, h = tanh(a) ⊙ b, where tanh(a) belongs. Keep tanh(a) under a name of its "
                "own: its slope is 1 - tanh(a)², and b gets dh ⊙ tanh(a)."),
        Mistake("one gradient for both factors", _one_gradient_for_both,
                "You add the two terms of the product rule and use the sum for both factors. a and b are two inputs of "
                "the product, moved one at a time: each gets its own term alone."),
        Mistake("dh left out", {"da = dh * b": "da = b", "db = dh * bent": "db = bent"},
                "You return local slopes alone. dh, what comes back from the loss, is a factor of da and of db."),
        Mistake("something jumped over on the way to x", [
            {"da @ A.T + db @ B.T": "dh @ A.T + dh @ B.T"}, {"da @ A.T + db @ B.T": "(dh * b) @ A.T + db @ B.T"},
            {"da @ A.T + db @ B.T": "(dh * (1 - bent**2)) @ A.T + dh @ B.T"}],
                "On the way to x something is jumped over. What goes through A.T and B.T is da and db as they stand in "
                "dA and dB, with the product and the slope of tanh in them."),
        Mistake("matrices added first", {"da @ A.T + db @ B.T": "(da + db) @ (A + B).T"},
                "(da + db) @ (A + B).T also holds da @ B.T and db @ A.T, ways that the graph does not have: da goes "
                "back through A alone, and db through B alone."),
        Mistake("the two ways not added", [
            {"da @ A.T + db @ B.T": "(da @ A.T) * (db @ B.T)"}, {"da @ A.T + db @ B.T": "da @ A.T - db @ B.T"},
            {"da @ A.T + db @ B.T": "(da @ A.T + db @ B.T) / 2"}],
                "x is used in two places, and the gradients that come back from them add up: no product, difference or "
                "mean."),
        Mistake("dx summed over the batch", {"da @ A.T + db @ B.T": "(da @ A.T + db @ B.T).sum(axis=0)"},
                "You sum dx over the examples. That is for what all examples share, the matrices; each example has an "
                "x of its own."),
        Mistake("matrices exchanged", {"da @ A.T + db @ B.T": "da @ B.T + db @ A.T"},
                "da came through A and db through B, and each goes back the way it came: da @ A.T and db @ B.T."),
        Mistake("mean over the batch", [
            {"x.T @ da, x.T @ db": "x.T @ da / len(x), x.T @ db / len(x)"},
            {"return x.T @ da, x.T @ db, dx": "return x.T @ da / len(x), x.T @ db / len(x), dx / len(x)"}],
                "You divide by the number of examples. dh holds whatever division the loss made; here the examples' "
                "shares are added."),
    ],
    hints=[
        "Three operations: two layers and a product. Begin at the product: dh goes to tanh(a) times b, and to b times "
        "tanh(a).",
        "Then through tanh: da = dh * b * (1 - tanh(a)²). The layers give x.T @ da and x.T @ db.",
        "x is used twice, so dx = da @ A.T + db @ B.T.",
    ],
    explanation="Finite differences agree in every entry, and nobody had to show you the formulas. Such a product of "
                "two layers, one of them a gate, is what the LSTM of chapter 06 is made of.",
)
