"""Exercises and quiz of chapter 04: backpropagation through time, by hand.

Most are about the tanh network h_t = tanh(x_t W_x + h_{t-1} W_h + b). The array h (T + 1, N, H) begins with h_0,
so in a loop that counts t from 0 a step reads x[t] and h[t] and gives h[t + 1].
"""

import numpy as np

from seqlearn import nn
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# Inputs ------------------------------------------------------------------------------------------------------------


def _states(x, h_0, W_x, W_h, b):
    """(T + 1, N, H): h_0, …, h_T of the tanh network."""
    h = [h_0]
    for x_t in x:
        h.append(np.tanh(x_t @ W_x + h[-1] @ W_h + b))
    return np.array(h)


def _network(rng, T, N, D, H):
    """x (T, N, D), h (T + 1, N, H), d_outputs (T, N, H), W_x (D, H), W_h (H, H), b (H)."""
    x, h_0 = rng.normal(size=(T, N, D)), 0.5 * rng.normal(size=(N, H))
    W_x, W_h, b = rng.normal(size=(D, H)), rng.normal(size=(H, H)), 0.3 * rng.normal(size=H)
    h = _states(x, h_0, W_x / np.sqrt(D), W_h / np.sqrt(H), b)
    return x, h, rng.normal(size=(T, N, H)), W_x / np.sqrt(D), W_h / np.sqrt(H), b


def _slope_of_loss(x, h_0, W_x, W_h, b, d_outputs, direction, eps=1e-6):
    """Central difference of the loss sum(d_outputs * outputs) along a direction of W_h."""
    up, down = (np.sum(d_outputs * _states(x, h_0, W_x, W_h + sign * eps * direction, b)[1:]) for sign in (1, -1))
    return (up - down) / (2 * eps)


# 04.1 One step backward ----------------------------------------------------------------------------------------------


def step_backward_reference(d_output, d_future, x, h_before, h, W_x, W_h):
    """Gradients of one step h = tanh(x W_x + h_before W_h + b); x (N, D), h_before and h (N, H).

    d_output (N, H): what the loss of this step says about h. d_future (N, H): what all later steps say about h.
    Returns dx (N, D), dh_before (N, H), dW_x (D, H), dW_h (H, H), db (H).
    """
    dh = d_output + d_future
    da = dh * (1 - h**2)
    return da @ W_x.T, da @ W_h.T, x.T @ da, h_before.T @ da, da.sum(axis=0)


def _step_case(rng, N, D, H):
    x, h, d_outputs, W_x, W_h, _ = _network(rng, 3, N, D, H)
    return d_outputs[1], d_outputs[2], x[1], h[1], h[2], W_x, W_h


def _step_agrees_with_finite_difference(answer, rng):
    x, h, d_outputs, W_x, W_h, b = _network(rng, 1, 3, 2, 4)
    nothing, direction = np.zeros((3, 4)), rng.normal(size=(4, 4))
    dW_h = answer(d_outputs[0], nothing, x[0], h[0], h[1], W_x, W_h)[3]
    numeric = _slope_of_loss(x, h[0], W_x, W_h, b, d_outputs, direction)
    if not np.isclose(np.sum(dW_h * direction), numeric, rtol=1e-5, atol=1e-7):
        return "Moving W_h a little changes the loss by another amount than your dW_h says."
    return None


NOT_ADDED = Mistake(
    "future gradient not added", {" + d_future": ""},
    "d_future has no part in your answer. The state h goes two ways, to this step's loss and to the next step, so "
    "its gradient is the sum of both: dh = d_output + d_future.")

step_backward = Exercise(
    id="04.1",
    title="One step backward",
    stars=1,
    reference=step_backward_reference,
    cases=lambda rng: [_step_case(rng, N, D, H) for N, D, H in ((2, 3, 4), (3, 2, 2), (1, 1, 3), (4, 3, 3))],
    names=("dx", "dh_before", "dW_x", "dW_h", "db"),
    extra=_step_agrees_with_finite_difference,
    mistakes=[
        NOT_ADDED,
        Mistake("tanh′ left out", {" * (1 - h**2)": ""},
                "You go through tanh as if it were a straight line. Multiply dh by its slope, 1 - h**2, before "
                "anything else: da = dh * (1 - h**2)."),
        Mistake("W not transposed", {"W_h.T": "W_h"},
                "dh_before goes back through W_h, so W_h is transposed: da @ W_h.T. W_h is square here, so NumPy "
                "cannot notice for you."),
        Mistake("batch not summed", {"da.sum(axis=0)": "da"},
                "b was added to every row of the batch, so its gradient collects all rows: db = da.sum(axis=0), of "
                "shape (H,)."),
        Mistake("mean over the batch", [
            {"x.T @ da": "x.T @ da / len(x)", "before.T @ da": "before.T @ da / len(x)", **mean}
            for mean in ({}, {"da.sum": "da.mean"})],
                "You divide by the number of rows. Sum over the batch: if the loss is a mean, the 1/N is already in "
                "d_output."),
        Mistake("one way does not go through tanh", [
            {"dh * (1 - h**2)": "d_output * (1 - h**2) + d_future"},
            {"dh * (1 - h**2)": "d_output + d_future * (1 - h**2)"}],
                "Only one of d_output and d_future goes through the slope of tanh. Both arrive at h, behind tanh: add "
                "them first, and multiply the sum by 1 - h**2."),
        Mistake("another slope", [{"(1 - h**2)": code} for code in (
            "(1 - h)", "(1 - np.tanh(h)**2)", "h * (1 - h)", "h**2", "(1 + h**2)", "np.sqrt(1 - h**2)", "(1 - h) ** "
            "2", "(1 - np.abs(h))",
            "(1 - h**2) ** 2", "(1 - h_before**2)")],
                "You go through tanh with another slope. h already is tanh(a), so it is 1 - h**2, with the new state "
                "h, once and with no second tanh."),
        Mistake("multiplied in place of added", {"d_output + d_future": "d_output * d_future"},
                "You multiply d_output and d_future. Gradients that come back on two ways add up."),
        Mistake("d_future taken back twice", [
            {"d_output + d_future": "d_output + d_future @ W_h.T"}, {"da @ W_h.T": "da @ W_h.T + d_future"},
            {"da @ W_h.T": "da @ W_h.T * (1 - h_before**2)"}],
                "d_future and dh_before are gradients of states, and each step goes back through its own tanh and W_h "
                "once. Add d_future to d_output as it is, and return da @ W_h.T as it is."),
        Mistake("weights from this step's loss alone", [
            {"x.T @ da, h_before.T @ da, da.sum": f"x.T @ {a}, h_before.T @ {a}, {a}.sum"}
            for a in ("(d_output * (1 - h**2))", "d_output", "dh", "d_future")]
                + [{"da @ W_x.T": "(d_output * (1 - h**2)) @ W_x.T"}],
                "Some of your gradients are made of another array than da. All five come from da, in which both ways "
                "meet and which has been through tanh."),
        Mistake("one row of the batch",
                {"x.T @ da, h_before.T @ da": "np.outer(x[0], da[0]), np.outer(h_before[0], da[0])"},
                "Your weight gradients see the first row of the batch alone. x.T @ da adds up all rows."),
    ],
    hints=[
        "Two things arrive at h from behind: d_output and d_future. Add them first, and call the sum dh.",
        "Go back through tanh: da = dh * (1 - h**2). From da everything else is one product each.",
        "A product y = x @ W goes back as dx = dy @ W.T and dW = x.T @ dy. Use it twice, with da for dy.",
        "return da @ W_x.T, da @ W_h.T, x.T @ da, h_before.T @ da, da.sum(axis=0)",
    ],
)

# 04.2 All steps backward ---------------------------------------------------------------------------------------------


def backward_reference(x, h, d_outputs, W_x, W_h):
    """Backpropagation through time; x (T, N, D), h (T + 1, N, H) with h[0] = h_0, d_outputs (T, N, H).

    Returns dx (T, N, D), dh_0 (N, H), dW_x (D, H), dW_h (H, H), db (H).
    """
    dx, dW_x, dW_h, db = np.zeros_like(x), np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    d_future = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        da = (d_outputs[t] + d_future) * (1 - h[t + 1] ** 2)
        dx[t] = da @ W_x.T
        dW_x += x[t].T @ da
        dW_h += h[t].T @ da
        db += da.sum(axis=0)
        d_future = da @ W_h.T
    return dx, d_future, dW_x, dW_h, db


def _backward_agrees_with_finite_difference(answer, rng):
    x, h, d_outputs, W_x, W_h, b = _network(rng, 5, 2, 3, 4)
    direction = rng.normal(size=(4, 4))
    dW_h = answer(x, h, d_outputs, W_x, W_h)[3]
    numeric = _slope_of_loss(x, h[0], W_x, W_h, b, d_outputs, direction)
    if not np.isclose(np.sum(dW_h * direction), numeric, rtol=1e-5, atol=1e-7):
        return "Moving W_h a little changes the loss by another amount than your dW_h says."
    return None


backward = Exercise(
    id="04.2",
    title="All steps backward",
    stars=2,
    reference=backward_reference,
    cases=lambda rng: [_network(rng, T, N, D, H)[:5] for T, N, D, H in ((3, 2, 3, 4), (5, 1, 1, 2), (7, 4, 3, 3))],
    names=("dx", "dh_0", "dW_x", "dW_h", "db"),
    extra=_backward_agrees_with_finite_difference,
    mistakes=[
        Mistake("future gradient not added", {" + d_future": ""},
                "Each step uses its own d_outputs[t] alone, so nothing flows back through time. Keep d_future = da "
                "@ W_h.T and add it to d_outputs[t] at the step before."),
        Mistake("tanh′ left out", {" * (1 - h[t + 1] ** 2)": ""},
                "You go through tanh as if it were a straight line. Multiply by its slope at every step: da = dh * "
                "(1 - h[t + 1]**2)."),
        Mistake("only the last step kept",
                {f"+= {part}": f"+= (t == len(x) - 1) * {part}" for part in ("x[t].T", "h[t].T", "da.sum")},
                "Only step T's weight gradients are in your answer. W_x, W_h and b are used at every step, so their "
                "gradients are sums over t: use += inside the loop."),
        Mistake("only the first step kept", {"dW_x +=": "dW_x =", "dW_h +=": "dW_h =", "db +=": "db ="},
                "Your weight gradients are those of step 1, the last one the loop comes to: each step overwrites "
                "what was there. Sum over t: += in place of =."),
        Mistake("W not transposed", {"W_h.T": "W_h"},
                "The gradient goes back through W_h with da @ W_h. Transpose it: d_future = da @ W_h.T. W_h is "
                "square, so NumPy cannot notice for you."),
        Mistake("mean over the batch",
                {"x[t].T @ da": "x[t].T @ da / len(da)", "h[t].T @ da": "h[t].T @ da / len(da)", "da.sum": "da.mean"},
                "You divide by the number of rows. Sum over the batch: if the loss is a mean, the 1/N is already in "
                "d_outputs."),
        Mistake("one way does not go through tanh", [
            {"(d_outputs[t] + d_future) * (1 - h[t + 1] ** 2)": f"{code}"} for code in (
                "d_outputs[t] * (1 - h[t + 1] ** 2) + d_future", "d_outputs[t] + d_future * (1 - h[t + 1] ** 2)")],
                "Only one of d_outputs[t] and d_future goes through the slope of tanh. Both arrive at h[t + 1]: add "
                "them first, and multiply the sum by 1 - h[t + 1]**2."),
        Mistake("another slope", [{"(1 - h[t + 1] ** 2)": code} for code in (
            "(1 - h[t + 1])", "(1 - h[t + 1]) ** 2", "(1 - np.tanh(h[t + 1]) ** 2)", "h[t + 1] * (1 - h[t + 1])",
            "(1 - h[t + 1] ** 2) ** 2", "(1 + h[t + 1] ** 2)")],
                "You go through tanh with another slope. h[t + 1] already is tanh(a), so the slope is 1 - h[t + 1]**2, "
                "once and with no second tanh."),
        Mistake("h one step off", [
            {"h[t + 1] ** 2": "h[t] ** 2"}, {"h[t].T": "h[t - 1].T"}, {"h[t].T": "h[t + 1].T"},
            {"h[t + 1] ** 2": "h[t] ** 2", "h[t].T": "h[t - 1].T"},
            {"h[t + 1] ** 2": "h[t] ** 2", "h[t].T": "h[t + 1].T"}],
                "You read h one step off. The array begins with h_0 and t counts from 0, so the step with index t "
                "reads h[t] and makes h[t + 1]: the slope is 1 - h[t + 1]**2, and dW_h gets h[t].T @ da."),
        Mistake("d_future not through tanh", {"da @ W_h.T": "(d_outputs[t] + d_future) @ W_h.T"},
                "What you hand on to the step before has not been through tanh. It is da @ W_h.T, like everything else "
                "made of da."),
        Mistake("d_future through another tanh", {"da @ W_h.T": "da @ W_h.T * (1 - h[t] ** 2)"},
                "You multiply what you hand on by the slope of the step before, and that step does so again. d_future "
                "is da @ W_h.T as it is."),
        Mistake("d_future added up", {"d_future = da": "d_future += da"},
                "d_future keeps what it held before: += carries a later step's gradient past tanh and W_h. It is "
                "replaced at each step, with a plain =."),
        Mistake("one step back and no further", {"da @ W_h.T": "d_outputs[t] * (1 - h[t + 1] ** 2) @ W_h.T"},
                "You hand on only what this step's own loss says, so each loss reaches one step back and no further. "
                "Hand on da @ W_h.T, with what came from later steps in it."),
        Mistake("only the last loss", {"d_outputs[t] +": "d_outputs[t] * (t == len(x) - 1) +"},
                "Only the loss of the last step has a part in your answer. Every step has one: add d_outputs[t] at "
                "each step of the walk."),
        Mistake("the loss one step late", [
            {"d_outputs[t] + d_future": "d_future", "da @ W_h.T": "da @ W_h.T + d_outputs[t]", **start}
            for start in ({}, {"d_future = np.zeros_like(h[0])": "d_future = d_outputs[-1].copy()"})],
                "d_outputs[t] comes in one step too late. It belongs to h[t + 1], the state that step t makes: add it "
                "to d_future before you go through the tanh of that step."),
        Mistake("last loss counted twice", {"d_future = np.zeros_like(h[0])": "d_future = d_outputs[-1].copy()"},
                "You start with d_outputs[-1] and add it again at the last step. Nothing comes from behind the last "
                "step: start with zeros."),
        Mistake("loss of h_0", [{"dx, d_future": "dx, d_future + d_outputs[0]"}, {"dx, d_future": "dx, d_outputs[0]"},
                                {"dx, d_future": "dx, da"}, {"dx, d_future": "dx, np.zeros_like(d_future)"}],
                "Only dh_0 is wrong. No loss stands at h_0: its gradient is what comes back through step 1, the last "
                "d_future, da @ W_h.T."),
        Mistake("a gradient not made of da", [
            {"x[t].T @ da": "x[t].T @ (d_outputs[t] + d_future)"},
            {"dx[t] = da": "dx[t] = (d_outputs[t] * (1 - h[t + 1] ** 2))"}]
                + [{"x[t].T @ da": f"x[t].T @ {a}", "h[t].T @ da": f"h[t].T @ {a}", "da.sum": f"{a}.sum"}
                   for a in ("(d_outputs[t] * (1 - h[t + 1] ** 2))", "(d_outputs[t] + d_future)", "d_outputs[t]")],
                "Some of your gradients are made of another array than da. All of them come from da, in which the loss "
                "and the future meet and which has been through tanh."),
    ],
    hints=[
        "Start with d_future = 0 behind the last step, and walk from the last step to the first.",
        "At each step do what 04.1 does, with h[t] before the step and h[t + 1] after it, and pass dh_before on as "
        "the next d_future.",
        "The weights are shared: start dW_x, dW_h and db at zero and add each step's part.",
        "When the loop is over, d_future has arrived at h_0: it is dh_0.",
    ],
    explanation="The loop is the whole of backpropagation through time. `seqlearn.nn.RNN.backward` is this loop, with "
                "the weight gradients taken out of it and computed at the end.",
)

# 04.3 Truncated backpropagation ---------------------------------------------------------------------------------------


def truncated_backward_reference(x, h, d_outputs, W_x, W_h, k):
    """As `backward`, but the gradient is cut between blocks of k steps; blocks are counted from the first step.

    Returns dx (T, N, D), dW_x (D, H), dW_h (H, H), db (H).
    """
    dx, dW_x, dW_h, db = np.zeros_like(x), np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    d_future = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        if (t + 1) % k == 0:  # step t ends a block: nothing comes back from the next one
            d_future = np.zeros_like(h[0])
        da = (d_outputs[t] + d_future) * (1 - h[t + 1] ** 2)
        dx[t] = da @ W_x.T
        dW_x += x[t].T @ da
        dW_h += h[t].T @ da
        db += da.sum(axis=0)
        d_future = da @ W_h.T
    return dx, dW_x, dW_h, db


def _sum_of_walks(x, h, d_outputs, W_x, W_h, walks):
    """What walks over the steps start … end - 1 find together; the first `passed` of these have no loss."""
    dx, totals = np.zeros_like(x), [0.0, 0.0, 0.0]
    for start, end, passed in walks:
        losses = d_outputs[start:end].copy()
        losses[:passed] = 0
        dx_here, _, *weights = backward_reference(x[start:end], h[start:end + 1], losses, W_x, W_h)
        dx[start:end] += dx_here
        totals = [total + weight for total, weight in zip(totals, weights, strict=True)]
    return dx, *totals


def _window_for_each_loss(x, h, d_outputs, W_x, W_h, k):
    return _sum_of_walks(x, h, d_outputs, W_x, W_h, [(max(0, t - k + 1), t + 1, -1) for t in range(len(x))])


def _window_from_each_step(x, h, d_outputs, W_x, W_h, k):
    return _sum_of_walks(x, h, d_outputs, W_x, W_h, [(t, min(t + k, len(x)), 0) for t in range(len(x))])


def _whole_blocks(x, h, d_outputs, W_x, W_h, k):
    return _sum_of_walks(x, h, d_outputs, W_x, W_h, [(t, t + k, 0) for t in range(0, len(x) - k + 1, k)])


def _one_block_kept(x, h, d_outputs, W_x, W_h, k, first=False):
    dx, start = truncated_backward_reference(x, h, d_outputs, W_x, W_h, k)[0], (len(x) - 1) // k * k
    block = slice(0, k) if first else slice(start, None)
    return dx, *backward_reference(x[block], h[block.start:][:len(x[block]) + 1], d_outputs[block], W_x, W_h)[2:]


truncated_backward = Exercise(
    id="04.3",
    title="Truncated backpropagation",
    stars=2,
    reference=truncated_backward_reference,
    cases=lambda rng: [(*_network(rng, T, 2, 3, 3)[:5], k) for T, k in ((7, 3), (8, 2), (10, 4), (5, 9))],
    names=("dx", "dW_x", "dW_h", "db"),
    mistakes=[
        Mistake("not cut", {"(t + 1) % k == 0": "False"},
                "This is the full gradient. Set d_future to zero where a block ends, before step t uses it."),
        Mistake("cut at every step", {"(t + 1) % k == 0": "True"},
                "Nothing flows back at all: the gradient is cut at every step, whatever k is. Cut only between "
                "blocks, when (t + 1) % k == 0."),
        Mistake("cut one step off", [{"(t + 1) % k": "t % k"}, {"(t + 1) % k": "(t + 2) % k"}],
                "Your cuts are one step off. With t counted from 0 the first block is 0 … k - 1, so the gradient that "
                "comes from step k must not reach step k - 1: test (t + 1) % k before d_future is added."),
        Mistake("a window for each loss", _window_for_each_loss,
                "Every loss looks back k steps in your answer, across the ends of blocks. The blocks stand still: a "
                "loss looks back to the start of its own block, 1 to k steps, and no further."),
        Mistake("blocks counted from the end", {"(t + 1) % k": "(len(x) - 1 - t) % k"},
                "You count the blocks from the last step. They are counted from the first, as the data come in; "
                "when k does not divide T the last block is the short one."),
        Mistake("one block alone", [{"range(len(x))": "range((len(x) - 1) // k * k, len(x))"}, _one_block_kept,
                                    lambda *arguments: _one_block_kept(*arguments, first=True)],
                "Your weight gradients hold the part of one block. Every block has losses of its own, and all share "
                "the weights: add up their parts, and only set d_future to zero at the cuts."),
        Mistake("only one cut", {"(t + 1) % k == 0": "t + 1 == k"},
                "You cut once, behind the first block. Every block ends with a cut: test (t + 1) % k == 0."),
        Mistake("only some of the steps", [{"range(len(x))": f"range({steps})"} for steps in (
            "min(k, len(x))", "max(0, len(x) - k), len(x)", "len(x) // k * k")]
                + [{"range(len(x))": "range(max(0, len(x) - k), len(x))", "(t + 1) % k == 0": "False"}, _whole_blocks],
                "Your loop leaves steps out. Truncation cuts paths, not losses: every step has its own, also in a last "
                "block that is shorter."),
        Mistake("only the last loss of a block", [
            {"d_outputs[t] +": f"d_outputs[t] * ({where}) +"}
            for where in ("(t + 1) % k == 0 or t == len(x) - 1", "(t + 1) % k == 0", "t == len(x) - 1")],
                "Losses are missing: you take that of a block's last step, or of the last step of all. Every step has "
                "one; add d_outputs[t] at each."),
        Mistake("loss lost at every cut", [{"d_outputs[t] +": "d_outputs[t] * ((t + 1) % k > 0) +"},
                {"d_outputs[t] +": "d_outputs[t] * ((t + 1) % k > 0 or t == len(x) - 1) +"},
                                           {"** 2)\n": "** 2) * ((t + 1) % k > 0)\n"}],
                "Where (t + 1) % k == 0 you drop the step's own gradient with the one from later. Only what comes from "
                "later steps is cut: every step's own d_outputs[t] stays."),
        Mistake("state 0 at the start of a block", [{"h[t].T": f"({where}) * h[t].T"}
                                                    for where in ("t % k > 0", "t % k > 0 or t == 0")],
                "You let blocks start from a state of zeros. The cut is on the way back alone, and the state was "
                "carried in: dW_h gets h[t].T @ da at the first step of a block too."),
        Mistake("a window from each step on", _window_from_each_step,
                "You go back through a block that starts at every step, so steps are counted several times. The blocks "
                "stand side by side: the next one starts k steps later."),
    ],
    hints=[
        "Start from your solution of 04.2. One `if` inside the loop is all that is new.",
        "Count from 0: block 1 is the steps 0 … k - 1. Which steps are the last of their block?",
        "Where (t + 1) % k == 0, set d_future to zeros before it is added to d_outputs[t].",
    ],
    explanation="In PyTorch the same cut is `h = h.detach()` between blocks.",
)

# 04.4 Offset mini-batches -------------------------------------------------------------------------------------------


def offset_batches_reference(stream, rows, k):
    """Cut a stream (S,) into blocks (B, k, rows): row n starts at step n · (S // rows) and goes on through the blocks.

    What does not fill a row, or a block of k steps, is left out at its end.
    """
    size = len(stream) // rows
    columns = stream[:rows * size].reshape(rows, size).T  # (size, rows): time first
    count = size // k
    return columns[:count * k].reshape(count, k, rows)


BLOCKS = "columns[:count * k].reshape(count, k, rows)"  # two pieces of the solution that mistakes change
COUNT = "size // k\n"


offset_batches = Exercise(
    id="04.4",
    title="Offset mini-batches",
    stars=2,
    reference=offset_batches_reference,
    cases=lambda rng: [(rng.normal(size=S), rows, k)
                       for S, rows, k in ((24, 2, 3), (37, 3, 4), (60, 4, 5), (50, 5, 3))],
    names="blocks",
    mistakes=[
        Mistake("neighbouring blocks in one batch", [
            {BLOCKS: f"stream[:count * rows * k].reshape(count, rows, k){turn}", COUNT: "len(stream) // rows // k\n"}
            for turn in (".swapaxes(1, 2)", "")],
                "Row 2 of your first block goes on where row 1 stops, at step k. Then the state that row 1 carries "
                "into block 2 is not the state before its data. Give each row its own long stretch: row n starts at "
                "n * (S // rows)."),
        Mistake("time not first", [
            {BLOCKS: f"{BLOCKS}.swapaxes(1, 2)"}, {BLOCKS: "columns.T[:, :count * k].reshape(rows, count, k)"}],
                "The rows are right, but a block of yours is no array (k, rows). Arrays are time-major here, and block "
                "comes after block: (B, k, rows)."),
        Mistake("reshaped across the rows", [
            {BLOCKS: "columns[:count * k].reshape(k, count, rows).swapaxes(0, 1)"},
            {BLOCKS: "columns.T[:, :count * k].reshape(count, k, rows)"},
            {BLOCKS: "columns[:count * k].reshape(k, count, rows)"},
            {BLOCKS: "stream[:count * k * rows].reshape(count, k, rows, order='F')"}],
                "Your last reshape mixes up steps that do not belong together. With time on the first axis, (size, "
                "rows), the first k rows of that array are block 1, the next k block 2: reshape to (count, k, rows)."),
        Mistake("every n-th step", {BLOCKS: "stream[:count * rows * k].reshape(count, k, rows)",
                                    COUNT: "len(stream) // rows // k\n"},
                "Each row takes every rows-th step of the stream, so neighbours in time end up in different rows. "
                "Reshape to (rows, S // rows) first and transpose after that."),
        Mistake("rows begin too early", [{"size = len(stream) // rows": "size = len(stream) // rows // k * k"},
                                         {"size = len(stream) // rows": "size = len(stream) // (rows * k) * k"},
                                         {BLOCKS: "columns.T[:, :count * k].reshape(rows, count, k)",
                                          "size = len(stream) // rows": "size = len(stream) // rows // k * k"}],
                "You round the rows down to whole blocks before you cut the stream, so row 2 starts too early. Row "
                "n starts at n * (S // rows); drop what does not fill a block at the end of each row."),
        Mistake("rows of unequal length", {"stream[:rows * size].reshape(rows, size)":
                                           "np.array([row[:size] for row in np.array_split(stream, rows)])"},
                "Your rows begin too late, as if the first ones were one step longer. All rows are S // rows steps "
                "long: row n starts at n * (S // rows), and the rest is left out at the end."),
        Mistake("left out at the start", [
            {BLOCKS: "columns[size % k:].reshape(count, k, rows)"},
            {"stream[:rows * size]": "stream[len(stream) % rows:]"},
            {"stream[:rows * size]": "stream[len(stream) % rows:]",
            BLOCKS: "columns[size % k:].reshape(count, k, rows)"}],
                "What does not fill a row or a block is missing at the start of yours. Row n starts at n * (S // "
                "rows), and the rest is left out at the end."),
        Mistake("filled up with zeros", [
            {"size = len(stream) // rows": "size = -(-len(stream) // rows)", "stream[:rows * size]":
             "np.concatenate([stream, np.zeros(rows * size - len(stream))])"},
            {COUNT: "-(-size // k)\n",
            "columns[:count * k]": "np.concatenate([columns, np.zeros((count * k - size, rows))])"}],
                "You fill the last row or block up with zeros, which are no data. What does not fill one is left out."),
        Mistake("blocks overlap", [
            {BLOCKS: f"np.array([columns[b:b + k] for b in range({count})])"}
            for count in ("count", "size - k + 1", "size - k")],
                "Block 2 begins one step after block 1. It begins k steps after it: where block 1 has stopped."),
        Mistake("rows and k exchanged", {"    size =": "    rows, k = k, rows\n    size ="},
                "You make k rows and blocks of `rows` steps. The function is called with (stream, rows, k)."),
    ],
    hints=[
        "How long is a row? 1,000 steps in two rows: row 1 is the steps 0 … 499, row 2 starts at step 500.",
        "Reshape the stream to (rows, size), transpose to (size, rows): now time runs down the first axis.",
        "Keep size // k whole blocks and reshape to (count, k, rows).",
    ],
)

# 04.5 Truncation without bias -----------------------------------------------------------------------------------------


def unbiased_backward_reference(x, h, d_outputs, W_x, W_h, cut, p):
    """Random truncation without bias (Tallec and Ollivier 2017). Returns dW_x (D, H), dW_h (H, H), db (H).

    cut (T,), boolean: cut[t] stops the gradient on its way from step t to the step before it. Each cut was drawn with
    probability p; a gradient that comes through is divided by 1 - p.
    """
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    d_future = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        da = (d_outputs[t] + d_future) * (1 - h[t + 1] ** 2)
        dW_x += x[t].T @ da
        dW_h += h[t].T @ da
        db += da.sum(axis=0)
        d_future = np.zeros_like(h[0]) if cut[t] else da @ W_h.T / (1 - p)
    return dW_x, dW_h, db


def _unbiased_case(rng, T, p):
    cut = rng.random(T) < p
    cut[1:3] = True, False  # both must occur where it matters
    return (*_network(rng, T, 2, 2, 3)[:5], cut, p)


def _mean_over_all_cuts_is_full(answer, rng):
    x, h, d_outputs, W_x, W_h, _ = _network(rng, 4, 2, 2, 3)
    p, mean = 0.3, 0.0
    for number in range(2**3):
        cut = np.array([False, *(bool(number >> bit & 1) for bit in range(3))])
        chance = np.prod(np.where(cut[1:], p, 1 - p))
        mean = mean + chance * answer(x, h, d_outputs, W_x, W_h, cut, p)[1]
    if not np.allclose(mean, backward_reference(x, h, d_outputs, W_x, W_h)[3]):
        return "The mean of your dW_h over all possible cuts, each with its probability, is not the full gradient."
    return None


def _cut_before_the_step(x, h, d_outputs, W_x, W_h, cut, p):
    return unbiased_backward_reference(x, h, d_outputs, W_x, W_h, np.append(cut[1:], False), p)


unbiased_backward = Exercise(
    id="04.5",
    title="Truncation without bias",
    stars=3,
    reference=unbiased_backward_reference,
    cases=lambda rng: [_unbiased_case(rng, T, p) for T, p in ((4, 0.3), (6, 0.2), (9, 0.4))],
    names=("dW_x", "dW_h", "db"),
    extra=_mean_over_all_cuts_is_full,
    mistakes=[
        Mistake("not rescaled", {" / (1 - p)": ""},
                "You cut at the right places, but what comes through keeps its size, so on average it is too small. "
                "With which probability does it come through, and how much larger must it be to make up for the rest?"),
        Mistake("loss rescaled as well", {"+ d_future)": "+ d_future) / (1 - p)", "W_h.T / (1 - p)": "W_h.T"},
                "You scale d_outputs[t] too. The loss of the step itself is never cut, so it keeps its size: scale "
                "only what goes on to the step before."),
        Mistake("never cut", {"np.zeros_like(h[0]) if cut[t] else ": ""},
                "The gradient always comes through. Where cut[t] is true, nothing goes from step t to the step "
                "before it."),
        Mistake("another factor", [{"/ (1 - p)": code} for code in (
            "* (1 - p)", "/ p", "* p", "* (1 + p)", "/ np.sqrt(1 - p)", "* p / (1 - p)", "* (1 - p) / p", "/ (1 - p) "
            "** 2",
            "/ (1 - p) / len(x)", "/ (1 - p) ** t", "/ (1 - p) ** (t + 1)",
            "/ (1 - p) ** (len(x) - t)", "/ (1 - np.mean(cut))", "* len(x) / (len(x) - np.sum(cut))")],
                "The cuts are right, the factor is not. Something worth g that arrives with probability q is worth q "
                "· g on average: what makes that g again?"),
        Mistake("weights rescaled", {
            "return dW_x, dW_h, db": "return dW_x / (1 - p), dW_h / (1 - p), db / (1 - p)", "W_h.T / (1 - p)": "W_h.T"},
                "You scale the weight gradients at the end, with the losses that were never cut in them. The factor "
                "belongs where a gradient has come through a cut that might have been: in d_future."),
        Mistake("cut one step off", [{"cut[t] else": "cut[t - 1] else"},
                {"cut[t] else": "cut[min(t + 1, len(x) - 1)] else"},
                                     _cut_before_the_step],
                "Your cuts are one step off. cut[t] stops the gradient on its way from step t to the step before it: "
                "it decides about the d_future that step t hands on, not about the one that it receives."),
        Mistake("own loss cut as well", [{"d_outputs[t] +": "d_outputs[t] * (not cut[t]) +"},
                                         {"** 2)\n": "** 2) * (not cut[t])\n"}],
                "Where cut[t] is true you also drop the step's own gradient. The step's own loss and weights stay; "
                "only what goes on to the step before is stopped."),
        Mistake("stopped for good", {"d_future = np.zeros_like(h[0]) if cut[t]":
                                     "if cut[t]:\n            break\n        d_future = np.zeros_like(h[0]) if cut[t]"},
                "At the first cut you leave the loop, and the losses of all earlier steps with it. A cut stops the "
                "gradient that comes from later steps: go on with d_future = 0."),
        Mistake("not set to zero", {"np.zeros_like(h[0]) if cut[t]": "d_future if cut[t]"},
                "Where cut[t] is true d_future keeps the gradient that came from later. Nothing comes through a cut: "
                "set it to zeros."),
        Mistake("something comes through a cut",
                [{"np.zeros_like(h[0]) if cut[t]": f"{factor} * (da @ W_h.T) if cut[t]"}
                                                  for factor in ("1", "p", "p / (1 - p)", "(1 - p)")],
                "Where cut[t] is true something still comes through in your answer. Nothing should; what comes "
                "through elsewhere is enlarged to make up for it."),
    ],
    hints=[
        "Only the last line of the loop of 04.2 changes: what d_future becomes.",
        "Something worth g that arrives with probability q is worth q · g on average. By what do you multiply g so "
        "that the average is g again?",
        "d_future = 0 where cut[t], else da @ W_h.T / (1 - p).",
    ],
    explanation="Each random gradient is as cheap as a truncated one, and the mean over all of them is the full "
                "gradient. The price is variance: a path of length m is multiplied by 1 / (1 - p)**m when it "
                "survives.",
)

# 04.6 Two lengths -----------------------------------------------------------------------------------------------------


def two_lengths_reference(x, h, d_outputs, W_x, W_h, back, every):
    """Truncated BPTT with two lengths: one walk of `back` steps for every `every` losses, 1 ≤ every ≤ back.

    x (T, N, D), h (T + 1, N, H), d_outputs (T, N, H). Returns dW_x (D, H), dW_h (H, H), db (H), over all walks.
    """
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    for end in range(every, len(x) + 1, every):
        d_future = np.zeros_like(h[0])
        for t in reversed(range(max(0, end - back), end)):
            d_output = d_outputs[t] if t >= end - every else 0
            da = (d_output + d_future) * (1 - h[t + 1] ** 2)
            dW_x += x[t].T @ da
            dW_h += h[t].T @ da
            db += da.sum(axis=0)
            d_future = da @ W_h.T
    return dW_x, dW_h, db


two_lengths = Exercise(
    id="04.6",
    title="Two lengths",
    stars=2,
    reference=two_lengths_reference,
    cases=lambda rng: [(*_network(rng, T, 2, 3, 3)[:5], back, every)
                       for T, back, every in ((12, 4, 2), (9, 5, 3), (8, 3, 1), (10, 5, 5))],
    names=("dW_x", "dW_h", "db"),
    mistakes=[
        NOT_ADDED,
        Mistake("d_future not emptied", {
            "for end in": "d_future = np.zeros_like(h[0])\n    for end in",
            "        d_future = np.zeros_like(h[0])\n        for t": "        for t"},
                "Your second walk starts with what the first one has left in d_future, which belongs to other steps. "
                "Behind the last step of a walk nothing comes back: start each walk with zeros."),
        Mistake("losses counted several times", {"d_outputs[t] if t >= end - every else 0": "d_outputs[t]"},
                "Each walk takes all losses that it passes, so where walks overlap a loss is counted several times. A "
                "walk belongs to the losses of its own group, the last `every` steps; on the others it only passes "
                "by."),
        Mistake("only the last loss of a group", {"t >= end - every": "t == end - 1"},
                "Your walks carry the loss of their last step alone. A walk belongs to `every` losses: add "
                "d_outputs[t] at each step of its group."),
        Mistake("a walk for every loss", {"range(every, len(x) + 1, every)": "range(1, len(x) + 1)",
                                          "t >= end - every": "t == end - 1"},
                "You walk back from every single loss. One walk serves a group of `every` losses and visits `back` "
                "steps, counted from the last of them."),
        Mistake("blocks", {"max(0, end - back)": "end - every"},
                "In your sums a walk ends where its group begins, as in the plain blocks of 04.3. It goes on for "
                "`back` steps in all: past the group there are no losses to add, but the gradient still reaches the "
                "weights, and these steps add their shares too."),
        Mistake("back counted from the group's first step", {"end - back": "end - every - back"},
                "Your walks are too long. `back` counts all steps of a walk, those of its own group included."),
        Mistake("the two lengths exchanged", {"range(every, len(x) + 1, every)": "range(back, len(x) + 1, back)",
                                              "end - back": "end - every", "end - every else": "end - back else"},
                "You walk `every` steps back, once for every `back` losses. It is the other way round."),
        Mistake("the last group left out", {"len(x) + 1": "len(x)"},
                "The losses of the last group are missing. The groups end before index every, 2 * every, … and T "
                "itself, so the loop over the groups has to reach T."),
        Mistake("short walks left out", [
            {"range(every, len(x) + 1, every)": "range(back, len(x) + 1, every)"},
            {"range(every, len(x) + 1, every)": "[e for e in range(every, len(x) + 1, every) if e >= back]"}],
                "The first walks are missing, or your groups begin too late. Where the sequence begins a walk is "
                "shorter than `back`, but its losses count all the same."),
        Mistake("full", {"max(0, end - back)": "0"},
                "Your walks go back to the first step. They visit `back` steps and no more."),
    ],
    hints=[
        "Two loops: the outer one over the groups, the inner one is the walk of 04.2 with another start and end.",
        "A group ends before index end = every, 2·every, …; its walk visits the indices max(0, end - back) … end - 1.",
        "Inside the walk, d_outputs[t] is added only where t >= end - every. On the older steps only d_future goes on.",
    ],
    explanation="With every = back these are the blocks, with every = 1 a sliding window. The walks cost back / every "
                "times as much as blocks do, and far from the start each loss sees at least back - every + 1 steps.",
)

# 04.7 The leaky unit --------------------------------------------------------------------------------------------------


def leaky_backward_reference(x, h, u, d_last, W_x, W_h, alpha):
    """BPTT for h_t = (1 - alpha) h_{t-1} + alpha u_t, u_t = tanh(x_t W_x + h_{t-1} W_h + b), one loss, on h[T].

    x (T, N, D), h (T + 1, N, H), u (T, N, H), d_last (N, H). Returns dh_0 (N, H), dW_x (D, H), dW_h (H, H), db (H).
    """
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    dh = d_last
    for t in reversed(range(len(x))):
        da = alpha * dh * (1 - u[t] ** 2)
        dW_x += x[t].T @ da
        dW_h += h[t].T @ da
        db += da.sum(axis=0)
        dh = (1 - alpha) * dh + da @ W_h.T
    return dh, dW_x, dW_h, db


def _leaky_case(rng, T, N, D, H, alpha):
    x, _, d_outputs, W_x, W_h, b = _network(rng, T, N, D, H)
    h, u = [rng.normal(size=(N, H))], []
    for x_t in x:
        u.append(np.tanh(x_t @ W_x + h[-1] @ W_h + b))
        h.append((1 - alpha) * h[-1] + alpha * u[-1])
    return x, np.array(h), np.array(u), d_outputs[-1], W_x, W_h, alpha


leaky_backward = Exercise(
    id="04.7",
    title="Another cell: the leaky unit",
    stars=2,
    reference=leaky_backward_reference,
    cases=lambda rng: [_leaky_case(rng, *sizes) for sizes in (
        (3, 2, 3, 4, 0.3), (6, 3, 2, 3, 0.6), (5, 1, 1, 2, 0.2))],
    names=("dh_0", "dW_x", "dW_h", "db"),
    mistakes=[
        Mistake("the direct way left out", {"(1 - alpha) * dh + ": ""},
                "There are two ways from h_{t-1} to h_t: through tanh, and directly, times 1 - alpha. Only the first "
                "one comes back in your answer; add (1 - alpha) * dh."),
        Mistake("the direct way at full strength", {"(1 - alpha) * dh": "dh"},
                "On the direct way the old state was multiplied by 1 - alpha, so its gradient is multiplied by it "
                "too."),
        Mistake("alpha left out", [
            {"alpha * dh *": "dh *"}, {"alpha * dh *": "dh *", "da @ W_h.T": "alpha * da @ W_h.T"}],
                "u_t went into h_t times alpha, so what comes back to u_t is alpha * dh."),
        Mistake("alpha twice", {"da @ W_h.T": "alpha * da @ W_h.T"},
                "On the way through tanh you multiply by alpha twice. It is in da already, so what goes on to the step "
                "before is da @ W_h.T."),
        Mistake("a second tanh", {"u[t] ** 2": "np.tanh(u[t]) ** 2"},
                "You take tanh twice. u[t] already is tanh(a_t), so the slope is 1 - u[t]**2."),
        Mistake("alpha and 1 - alpha exchanged", {
            "alpha * dh *": "(1 - alpha) * dh *", "= (1 - alpha) * dh": "= alpha * dh"},
                "You have alpha and 1 - alpha the wrong way round: 1 - alpha belongs to the old state, alpha to tanh."),
        Mistake("slope of the state", [{"u[t] ** 2": "h[t + 1] ** 2"}, {"u[t] ** 2": "h[t] ** 2"}],
                "You take the slope of tanh from a state. Here the state is no tanh, it is a mixture; tanh(a_t) is "
                "u[t], so the slope is 1 - u[t]**2."),
        Mistake("all of it through tanh", {"(1 - alpha) * dh +": "(1 - alpha) * da +"},
                "The direct way does not pass tanh, so (1 - alpha) multiplies dh, not da."),
        Mistake("d_last at every step", {"dh = (1 - alpha) * dh": "dh = (t > 0) * d_last + (1 - alpha) * dh"},
                "You add d_last at every step. There is one loss, on the last state."),
        Mistake("W not transposed", {"W_h.T": "W_h"},
                "The gradient goes back through W_h with da @ W_h.T. W_h is square, so NumPy cannot notice for you."),
    ],
    hints=[
        "Draw the step: h_{t-1} leaves in two directions, into a_t and directly into h_t. Two gradients come back "
        "and add.",
        "From dh, the gradient of h_t: u_t gets alpha * dh, and a_t gets that times 1 - u_t².",
        "One step back: dh becomes (1 - alpha) * dh + da @ W_h.T.",
    ],
    explanation="The direct way multiplies the gradient by 1 - alpha, whatever W_h is. Chapter 06 makes that factor a "
                "gate.",
)

# 04.8 Build it --------------------------------------------------------------------------------------------------------


def learn_switch_reference(x, y):
    """Train on pulses x (T, N, 1) and answers y (T, N, 1); returns a function from a stream to its answers."""
    rng = np.random.default_rng(0)
    network, readout, loss = nn.RNN(1, 8, rng=rng), nn.Linear(8, 1, rng=rng), nn.MeanSquaredError()
    adams = [nn.Adam(layer.params, 0.01) for layer in (network, readout)]
    for _ in range(4):
        state = None
        for start in range(0, len(x), 10):
            outputs, state = network.forward(x[start:start + 10], state)
            loss.forward(readout.forward(outputs), y[start:start + 10])
            network.backward(readout.backward(loss.backward()))
            for adam, layer in zip(adams, (network, readout), strict=True):
                adam.step(layer.grads)
    return lambda x: readout.forward(network.forward(x)[0])


def _last_pulse(x):
    """The sign of the last pulse at every step of x (T, N, 1)."""
    y = x.copy()
    for t in range(1, len(x)):
        y[t] = np.where(x[t] == 0, y[t - 1], x[t])
    return y


def _pulses(rng, T, N, size=1.0):
    return np.where(rng.random((T, N, 1)) < 1 / 20, rng.choice([-size, size], size=(T, N, 1)), 0.0)


def _switch_cases(rng):
    """A switch; and one that is turned round, with small pulses that mean nothing, which the exercise does not tell."""
    cases = []
    for sign, small in ((1, 0.0), (-1, 0.25)):
        for T, N in ((1000, 20), (2000, 4)):
            x = _pulses(rng, T, N)
            x[0] = 1.0
            cases += [np.where(x == 0, _pulses(rng, T, N, small), x), sign * _last_pulse(x)]
    return [tuple(cases[:4]), tuple(cases[4:])]


def _shares_right(answer, x, y, new_x, new_y):
    """The shares of unseen steps that are right, soon after a pulse and later; from 95 % on they count as all."""
    learned = answer(x, y)
    if not callable(learned):
        raise TypeError(f"learn_switch must return a function of a stream, got {type(learned).__name__}")
    told = np.asarray(learned(new_x))
    if told.shape != new_y.shape:
        raise ValueError(f"the function you return must give one answer a step, {new_y.shape}, got {told.shape}")
    right, waited = np.sign(told) == new_y, np.zeros(new_y.shape, dtype=int)
    for t in range(1, len(new_x)):
        waited[t] = np.where(abs(new_x[t]) < 1, waited[t - 1] + 1, 0)
    shares = [float(np.mean(right[steps])) for steps in (waited <= 10, waited > 10)]
    enough = np.mean(right) >= 0.95
    return tuple(1.0 if enough or share >= 0.95 else share for share in shares)


def _reset_in_use(x, y):
    learned = learn_switch_reference(x, y)
    return lambda x: np.concatenate([learned(x[start:start + 10]) for start in range(0, len(x), 10)])


def _yes_or_no(x, y):
    learned = learn_switch_reference(x, y)
    return lambda x: learned(x) > 0


learn_switch = Exercise(
    id="04.8",
    title="Build it: learn the switch from a stream",
    stars=3,
    reference=learn_switch_reference,
    cases=_switch_cases,
    call=_shares_right,
    names=("the share right up to 10 steps after a pulse (95 % count as 1)",
           "the share right more than 10 steps after a pulse (95 % count as 1)"),
    time_limit=40,
    mistakes=[
        Mistake("the pulse itself", lambda x, y: lambda new: new,
                "You answer with the input. Between the pulses it is 0, and the last pulse has to be remembered."),
        Mistake("the rule itself", [lambda x, y: _last_pulse, lambda x, y: lambda new: y[0, 0] * _last_pulse(new)],
                "You wrote the rule into your function. The second case has another rule, and only what learns from "
                "the stream can find it."),
        Mistake("always 1", lambda x, y: lambda new: np.ones_like(new), "Your function answers 1 at every step."),
        Mistake("always -1", lambda x, y: lambda new: -np.ones_like(new), "Your function answers -1 at every step."),
        Mistake("turned round", lambda x, y: learn_switch_reference(x, -y),
                "Nearly all of your answers have the wrong sign."),
        Mistake("the state reset in use", _reset_in_use,
                "Your network may have learned it, but the function that you return resets the state after every ten "
                "steps. Read the new stream in one call, or carry the state from call to call."),
        Mistake("0 and 1 answered", _yes_or_no,
                "You answer True and False, or 1 and 0. The signs count: return the numbers of the readout."),
    ],
    hints=[
        "Layers: nn.RNN(1, 8), nn.Linear(8, 1), nn.MeanSquaredError() and an nn.Adam(layer.params, 0.01) for each "
        "layer.",
        "One pass: state = None, then for each block outputs, state = network.forward(x[start:start + 10], state).",
        "The walk back: network.backward(readout.backward(loss.backward())). Four passes are enough.",
        "Return lambda x: readout.forward(network.forward(x)[0]). It reads the new stream with the state carried.",
    ],
    explanation="In blocks of ten a gradient goes back nine steps at most, and the network holds for longer.",
)

# Quiz -----------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("04", [
    Question("What does truncated backpropagation through time cut?", [
        Option("The state's way forward between blocks.", False,
               "The state is carried on. Cutting it as well is a reset, after which the network knows nothing of what "
               "came before."),
        Option("The sequence, so that only the first k steps are read.", False,
               "All steps are read, in order. Every block has its forward pass and its gradient."),
        Option("The gradient's way back between blocks.", True,
               "Inside a block the gradient flows as always; from one block to the block before it does not."),
        Option("Gradients whose norm is above k.", False,
               "That is gradient clipping, in chapter 05. k is a number of steps."),
    ], topic="what truncated BPTT cuts"),
    Question("Why is the gradient of W_h a sum over the steps?", [
        Option("The loss is a sum over the steps.", False,
               "The sum is there even if only the last step has a loss. In the counter there is one loss and "
               "ten terms."),
        Option("The same W_h is used at every step, and moving it moves all of its copies.", True,
               "The chain rule adds one term for each way in which W_h reaches the loss: one for each copy."),
        Option("The rows of the batch are summed.", False,
               "They are summed as well, but that is another sum: it is there for a feed-forward layer, too."),
    ], topic="shared weights"),
    Question("A batch is made of 1,000 steps of one stream, in two rows, read in blocks of 10, and the state is "
             "carried. What is true?", [
        Option("Row 2 starts at step 10.", False,
               "Then row 1 of the second block would start at step 20, and its carried state would be that of "
               "step 9."),
        Option("Row 2 starts at step 500.", True, "Each row has a stretch of its own: 0 … 499 and 500 … 999."),
        Option("The blocks may be shuffled, as in any other data set.", False,
               "The state that a block starts from is the one its predecessor left. Shuffled blocks get a wrong "
               "one."),
        Option("The first update sees the steps 0 … 9 and 500 … 509.", True, "Ten steps of each row."),
    ], topic="offset mini-batches"),
    Question("A network with one unit, h_t = U x_t + W h_{t−1}, is trained on 0000101010 alone to answer 3, the "
             "number of ones. It ends at U = −2.089 and W = −0.756 with a loss of 3e-29. What do you know?", [
        Option("It counts the ones of any sequence.", False,
               "To a single 1 it answers U = −2.089. Only U = W = 1 counts."),
        Option("It answers 3 to this sequence.", True, "That is all that the loss says."),
        Option("The gradient was computed correctly.", False,
               "Many wrong gradients go downhill too. A gradient is checked by finite differences."),
        Option("Other U and W have the same loss.", True,
               "All those with U · (W + W³ + W⁵) = 3: one equation, two unknowns."),
    ], topic="loss and knowledge"),
    Question("You double the length T and use full backpropagation through time. What doubles?", [
        Option("The time of the backward pass.", True, "One step of backward for each step of forward."),
        Option("The number of weights.", False, "The weights are shared. Length costs none."),
        Option("The memory for the states.", True, "Each h_t is kept until the gradient comes back to it."),
        Option("The number of terms in dW_h.", True, "One for each copy of W_h."),
    ], topic="cost of BPTT"),
    Question("The answer at step t is the input of step t − 7, and the network is trained in blocks of k steps with "
             "the state carried. For which k do the recurrent weights get a gradient along the whole path from that "
             "answer back to the step that read that input?", [
        Option("k = 1", False,
               "The state is carried, so a readout may find the old input in it; but no gradient leaves the "
               "answer's own step."),
        Option("k = 7", False, "In a block of 7 steps the longest path goes 6 steps back."),
        Option("k = 8", True, "The last step of each block reaches the first: one path in each block."),
        Option("k = 20", True, "13 steps of each block have the whole path before them in the same block."),
    ], topic="reach of truncated BPTT"),
    Question("Each walk back visits 10 steps, and there is one for every 5 losses (back = 10, every = 5). What is "
             "true, compared with ordinary blocks of 10?", [
        Option("The walks cost about twice as much.", True, "Ten steps of walking for five steps of data."),
        Option("Far from the start, each loss sees at least 6 steps.", True,
               "The first loss of a group of five has 10 − 4 = 6 steps in its walk. In blocks the first loss sees 1."),
        Option("The gradient has no bias.", False,
               "Paths over more than 10 steps are always cut. Random cuts that make up for it have no bias."),
        Option("The weights move half as often.", False,
               "There is an update for every 5 steps in place of 10: twice as often."),
    ], topic="two lengths"),
    Question("How does PyTorch cut the gradient between two blocks and keep the state?", [
        Option("`h = torch.zeros_like(h)`", False, "That resets the state. The cut is there, but the memory is "
               "gone."),
        Option("`optimizer.zero_grad()`", False,
               "It empties the gradients of the weights. The graph behind h stays, and the next backward runs "
               "into it."),
        Option("`h = h.detach()`", True, "The same numbers, without the history that led to them."),
    ], topic="detach"),
])
