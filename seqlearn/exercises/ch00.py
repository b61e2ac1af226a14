"""Exercises and quiz of chapter 00: the workflow, on a memory of one number."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

# 00.1 One step ---------------------------------------------------------------------------------------------------


def step_reference(h, x, w):
    """New state h_t = w · h_{t−1} + x_t; h: the state before, x: the input, w: the weight, all floats."""
    return w * h + x


def _numbers(rng, count):
    """Numbers between 0.4 and 1.6 in size, of either sign: away from 0, where mistakes hide."""
    return rng.uniform(0.4, 1.6, count) * rng.choice([-1.0, 1.0], count)


step = Exercise(
    id="00.1",
    title="One step of memory",
    stars=1,
    reference=step_reference,
    cases=lambda rng: [tuple(float(number) for number in _numbers(rng, 3)) for _ in range(5)],
    mistakes=[
        Mistake("weight left out", {"w * h": "h"},
                "The old state comes in whole. Multiply it by w before you add the input: w decides how much is kept."),
        Mistake("weight on the input", {"w * h + x": "h + w * x"},
                "w multiplies the input here. It belongs to the old state: w says how much of the past is kept."),
        Mistake("weight on both", {"w * h + x": "w * (h + x)"},
                "w multiplies the sum, so the new input is scaled as well. Only the old state is multiplied by w."),
        Mistake("state left out", {"w * h + x": "w * x"},
                "The old state has no part in your answer, so nothing is remembered. Use h: keep w times of it."),
        Mistake("input weighted with 1 − w", {"+ x": "+ (1 - w) * x"},
                "You weigh the input with 1 - w, as exponential smoothing does. In this memory the input comes in "
                "whole: add x as it is."),
        Mistake("old state weighted with 1 − w", {"w * h": "(1 - w) * h"},
                "You keep 1 - w of the old state. w is the part that is kept, so multiply h by w itself."),
        Mistake("squashed", [{"w * h + x": "np.tanh(w * h + x)"}, {"w * h + x": "1 / (1 + np.exp(-w * h - x))"}],
                "You squash the sum, as recurrent networks do in later chapters. This memory is linear: return the "
                "sum as it is."),
        Mistake("arguments exchanged", {"w * h + x": "h * x + w"},
                "You multiply the state by the input and add the weight. The function is called with (h, x, w), in "
                "this order: check the names in your first line."),
        Mistake("everything multiplied", {"+ x": "* x"},
                "You multiply all three numbers. Two things add up here: w times the old state, and the input."),
        Mistake("everything added", {"w * h": "w + h"},
                "You add all three numbers. The weight is a factor: it multiplies the old state."),
        Mistake("divided by the weight", {"w * h": "h / w"},
                "You divide the old state by w, so a small weight makes the memory grow. Multiply by it."),
        Mistake("sign of the weight lost", {"w * h": "abs(w) * h"},
                "You take w without its sign. A negative weight turns the sign of what is kept, and the formula "
                "wants exactly that."),
    ],
    hints=[
        "Two things add up: what is kept of the old state, and the new input.",
        "What is kept of the old state is w times h.",
        "return w * h + x",
    ],
)

# 00.2 Read the explorer ------------------------------------------------------------------------------------------

half_life = ValueExercise(
    id="00.2",
    title="Half of it, ten steps later",
    stars=1,
    reference=0.95,
    tolerance=1e-6,
    mistakes=[
        Mistake("too small by one", 0.9, "0.9 to the power of 10 is 0.35: less than half. Go one notch up."),
        Mistake("the number of steps", lambda answer: answer in (10, 11),
                "That counts steps: half of the input must still be there ten steps later, at step 11. The question "
                "asks for the weight w.", example=10),
        Mistake("not the smallest", lambda answer: 1 <= answer < 3,
                "With w = 1 everything is kept, and above 1 it even grows, so that is more than half. A smaller w on "
                "the slider does it too.", example=1.0),
        Mistake("negative", lambda answer: answer < 0,
                "The question asks for a positive w. With a negative one the state turns its sign at every step.",
                example=-0.95),
        Mistake("the exact bound", lambda answer: abs(answer - 0.5**0.1) < 0.004,
                "You are at the bound, the tenth root of one half, about 0.933. Well reasoned! The slider moves in "
                "steps of 0.05: which is its first value above the bound?", example=0.933),
        Mistake("no value of the slider", lambda answer: 0.5**0.1 < answer < 1,
                "This w does keep half of the input, but the slider has no such value: it moves in steps of 0.05. "
                "Which is the smallest of its values that does it too?", example=0.94),
        Mistake("counted one step short", 0.5,
                "0.5 keeps half for one step only. Each further step multiplies by w again: w to the power of 10."),
        Mistake("state of step 11 given", lambda answer: abs(answer - 0.6) < 0.0025,
                "0.60 is the state that is left at step 11. The question asks for the w that leaves it.",
                example=0.6),
        Mistake("less than half is left", lambda answer: 0 <= answer < 0.5**0.1,
                "To the power of 10 this w is less than half. A larger w keeps more.", example=0.85),
    ],
    hints=[
        "Put the explorer's slider on 0.80 and read h at step 11. It is below 0.5, so move right.",
        "The picture draws a dashed line at one half. The dot at step 11 has to lie on it or above.",
        "After ten steps w to the power of 10 is left: 0.90 gives 0.35 and 1.00 gives 1.",
    ],
    explanation="0.95 to the power of 10 is 0.60, and 0.90 to the power of 10 is 0.35, so the first value is 0.95.",
)

# 00.3 A whole sequence -------------------------------------------------------------------------------------------


def remember_reference(x, w, h0):
    """All states of h_t = w · h_{t−1} + x_t; x: (T,), w and h0: floats. Returns (T,): h_1 … h_T."""
    states = np.zeros(len(x))
    h = h0
    for t in range(len(x)):
        h = w * h + x[t]
        states[t] = h
    return states


remember = Exercise(
    id="00.3",
    title="A whole sequence",
    stars=2,
    reference=remember_reference,
    cases=lambda rng: [(_numbers(rng, steps), float(_numbers(rng, 1)[0]), float(_numbers(rng, 1)[0]))
                       for steps in (3, 4, 7)],
    mistakes=[
        Mistake("initial state ignored", {"h = h0": "h = 0.0"},
                "Your memory starts from 0. It starts from h0, the third argument, which is not 0 here."),
        Mistake("only the last state", {"return states": "return h"},
                "You return the last state alone. Keep the state of every step: T inputs in, T states out."),
        Mistake("only the first state", [{"return states": "return w * h0 + x[0]"},
                {"return states": "return states[:1]"}],
                "You return the first state alone: does the `return` stand inside the loop? Go through all the inputs "
                "first."),
        Mistake("initial state included", {"return states": "return np.concatenate([[h0], states])"},
                "You return T + 1 states: h0 is among them. Return h_1 to h_T only."),
        Mistake("one step late", {"return states": "return np.concatenate([[h0], states[:-1]])"},
                "Your states come one step late: h0 stands first and h_T is missing. Update h first, then store it."),
        Mistake("h0 in place of the first state", {"w * h + x[t]": "w * h + x[t] if t else h0"},
                "Your first state is h0, so x[0] is never read. h0 is the state before the first step: the first state "
                "is w * h0 + x[0]."),
        Mistake("state not carried", {"w * h + x[t]": "w * h0 + x[t]"},
                "Every step starts from h0 again. Carry the state on: the new h goes into the next step."),
        Mistake("inputs not carried", {"states[t] = h": "states[t] = w ** (t + 1) * h0 + x[t]"},
                "Only h0 is carried on in your answer: each input is forgotten one step later. The whole state of the "
                "step before is multiplied by w, with all the inputs in it."),
        Mistake("one factor of w short for h0", {"states[t] = h": "states[t] = h + (1 - w) * w**t * h0"},
                "The inputs are weighted as they should be, but h0 has one factor of w too few. It is multiplied by w "
                "in the first step already: h_1 = w * h0 + x[0]."),
        Mistake("weight left out", {"w * h": "h"},
                "This is a running sum: the state is never multiplied by w. Each step is h = w * h + x[t]."),
        Mistake("weight on the input", {"w * h + x[t]": "h + w * x[t]"},
                "w multiplies the inputs here. It belongs to the old state: h = w * h + x[t]."),
        Mistake("weight on both", {"w * h + x[t]": "w * (h + x[t])"},
                "w multiplies the sum, so each new input is scaled as well. Only the old state is multiplied by w."),
        Mistake("squashed", {"w * h + x[t]": "np.tanh(w * h + x[t])"},
                "You squash every state with tanh. This memory is linear: leave tanh out."),
        Mistake("states added up", {"return states": "return np.cumsum(states)"},
                "You add up the states as you go. Return each state by itself: the loop carries on what has to be "
                "carried."),
    ],
    hints=[
        "Start with h = h0, go through the inputs in order, and use the line from exercise 00.1 for every one.",
        "Make an array of T zeros first, np.zeros(len(x)), and fill in one state at each step.",
        "Inside the loop: h = w * h + x[t], then states[t] = h.",
    ],
)

# 00.4 How the last state depends on w ------------------------------------------------------------------------------


def slope_reference(x, w, h0):
    """The derivative of the last state with respect to w; x: (T,), w and h0: floats. Returns a float.

    From h_t = w · h_{t−1} + x_t the product rule gives dh_t/dw = h_{t−1} + w · dh_{t−1}/dw, starting from 0.
    """
    h, slope = h0, 0.0
    for x_t in x:
        slope = h + w * slope  # uses h before it changes
        h = w * h + x_t
    return slope


def _difference_to_one_side(eps):
    def difference(x, w, h0):
        return (remember_reference(x, w + eps, h0)[-1] - remember_reference(x, w, h0)[-1]) / eps
    return difference


def _agrees_with_finite_difference(answer, rng):
    x, w, h0, eps = _numbers(rng, 5), 0.8, 0.7, 1e-6
    last = [remember_reference(x, value, h0)[-1] for value in (w + eps, w - eps)]
    numeric = (last[0] - last[1]) / (2 * eps)
    if abs(answer(x.copy(), w, h0) - numeric) > 1e-6 * max(1.0, abs(numeric)):
        return "Moving w a little changes the last state by another amount than your slope says."
    return None


slope = Exercise(
    id="00.4",
    title="How the last state depends on w",
    stars=3,
    reference=slope_reference,
    cases=lambda rng: [(_numbers(rng, steps), float(_numbers(rng, 1)[0]), float(_numbers(rng, 1)[0]))
                       for steps in (3, 4, 6)],
    mistakes=[
        Mistake("only the last use of w", {"w * slope": "0 * slope"},
                "You count the last step's w alone. w is used at every step, and earlier uses reach the end through "
                "the state: add w times the slope so far."),
        Mistake("only the first use of w", {"return slope": "return w ** (len(x) - 1) * h0"},
                "You count the first step's w alone. w is used at every step, and each use has its share: add the "
                "state before each step to w times the slope so far."),
        Mistake("new state in place of the old", {"h + w * slope": "w * h + x_t + w * slope"},
                "At step t the factor of w is the state before the step. Update the slope first, then h."),
        Mistake("earlier slopes not scaled", [{"w * slope": "slope"}, {"h + w * slope": "w * h + x_t + slope"}],
                "You add up the states. An early change also passes through every later w: multiply the slope so far "
                "by w at each step."),
        Mistake("state multiplied by w too", {"h + w * slope": "w * (h + slope)"},
                "You multiply the state by w as well. The product rule gives two terms, and only the slope so far "
                "carries a w: h + w * slope."),
        Mistake("slope added to itself", {"slope = h + w": "slope += h + w"},
                "You add the new slope to the old one with +=. The old one is in w * slope already: the line needs a "
                "plain =."),
        Mistake("slope along h0", {"return slope": "return w ** len(x)"},
                "w to the power of T is the slope along h0, the state before the first step. Asked is the slope "
                "along w."),
        Mistake("slope does not start at 0", [{"h0, 0.0": "h0, 1.0"}, {"h0, 0.0": "h0, h0"}],
                "Start the slope at 0: h0 is given and does not depend on w."),
        Mistake("divided by T", {"return slope": "return slope / len(x)"},
                "You divide by T. The shares of the steps add up: the derivative is their sum, not their mean."),
        Mistake("the last state", {"return slope": "return h"},
                "You return the last state itself. Asked is how it changes with w: carry the slope through the loop "
                "beside h."),
        Mistake("difference to one side", [_difference_to_one_side(10.0**-k) for k in (1, 2, 3, 4, 5, 6)],
                "You move w to one side and divide, so your slope is off. Move it to both sides, as chapter 03 "
                "does, or carry the exact slope through the loop."),
    ],
    hints=[
        "Differentiate h_t = w · h_{t−1} + x_t by w. h_{t−1} depends on w as well, so use the product rule.",
        "dh_t/dw = h_{t−1} + w · dh_{t−1}/dw, and dh_0/dw = 0.",
        "Carry two numbers through the loop: slope = h + w * slope first, then h = w * h + x_t.",
    ],
    extra=_agrees_with_finite_difference,
)

# 00.5 The mean of a stream ------------------------------------------------------------------------------------------


def running_mean_reference(x):
    """The mean of all numbers so far, after each of them; x: (T,). Returns (T,): x[0], (x[0] + x[1]) / 2, …

    Two numbers are carried along, how many there were and their mean, so that a stream may go on for ever.
    """
    means = np.zeros(len(x))
    mean = 0.0
    for t in range(len(x)):
        mean = mean + (x[t] - mean) / (t + 1)
        means[t] = mean
    return means


running_mean = Exercise(
    id="00.5",
    title="The mean of a stream",
    stars=2,
    reference=running_mean_reference,
    cases=lambda rng: [(_numbers(rng, steps),) for steps in (3, 5, 8)],
    mistakes=[
        Mistake("sum in place of the mean", {"return means": "return np.cumsum(x)"},
                "These are sums. After step t there have been t numbers: divide by t to get their mean."),
        Mistake("mean of the whole sequence", {"return means": "return np.full(len(x), np.mean(x))"},
                "This is the mean of the whole sequence. Asked is the mean so far, after every step: who reads a "
                "stream does not know what will come."),
        Mistake("divided by T", {"return means": "return np.cumsum(x) / len(x)"},
                "You divide by T at every step. After step t only t numbers have come in."),
        Mistake("counted from 0", {"return means": "return np.cumsum(x) / np.maximum(np.arange(len(x)), 1)"},
                "You divide by one too few: in Python the first step has number 0, and one number has come in then."),
        Mistake("divided by one too many", [{"(t + 1)": "(t + 2)"},
                                            {"return means": "return np.cumsum(x) / (np.arange(len(x)) + 2)"}],
                "You divide by one too many. The first mean is the first number itself."),
        Mistake("mean of the last two", {"return means": "return np.append(x[0], (x[1:] + x[:-1]) / 2)"},
                "You take the mean of the last two numbers. All numbers so far have the same weight in the mean."),
        Mistake("halfway to the new number", {"(t + 1)": "2 if t else x[t] - mean"},
                "You go halfway to each new number, so the newest one alone makes up half of the mean. The step has to "
                "get smaller: the number t changes the mean by a t-th of the difference."),
        Mistake("only the last mean", {"return means": "return mean"},
                "You return the last mean alone. Keep the mean after every step: T numbers in, T means out."),
    ],
    hints=[
        "What has to be carried from step to step? The mean so far, and how many numbers it is the mean of.",
        "If t − 1 numbers have the mean m, their sum is (t − 1) · m. Add the new number and divide by t.",
        "In the loop over t = 0, 1, …: mean = mean + (x[t] - mean) / (t + 1), then means[t] = mean.",
    ],
    explanation="The line mean + (x − mean) / t is a recurrence too: h_t = w_t · h_{t−1} + (1 − w_t) · x_t with "
                "w_t = 1 − 1/t. It keeps more and more of the old state, the more it has seen.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("00", [
    Question(
        "h_t = w · h_{t−1} + x_t with w = 0.5 and h_0 = 0 reads the inputs 4, 0, 0. What is h_3?",
        [
            Option("0.5", False, "That would be one step more. The 4 comes in at step 1, and steps 2 and 3 halve it."),
            Option("4", False, "With w = 1 it would be. Here each later step keeps half of the state."),
            Option("1", True, "4 comes in whole; step 2 leaves 2, step 3 leaves 1."),
            Option("0", False, "That is the last input. The state also keeps w times what was there before."),
        ],
        topic="memory",
    ),
    Question(
        "Two programs give the same states on one example with w = 1 and h_0 = 0. What do you know?",
        [
            Option("Both compute the recurrence, because equal results mean equal programs.", False,
                   "`memory_b` gave the same states here and never looked at w."),
            Option("They agree on this example; 1 and 0 may hide a mistake in w or h_0.", True,
                   "A factor of 1 and a summand of 0 leave everything as it is. Random numbers hide less."),
            Option("One of them must be wrong, because two programs are never equal.", False,
                   "Two right programs agree everywhere, up to rounding. This example cannot tell them from a "
                   "wrong one."),
        ],
        topic="checks",
    ),
    Question(
        "A recurrent network has read a thousand words, and now reads a million. How much does it have to keep for the "
        "next step?",
        [
            Option("A thousand times as much, one state for each word.", False,
                   "Training keeps the states of a whole block. To go on reading, the last one is enough."),
            Option("Less, because it forgets the early words.", False,
                   "Its state may hold less of the early words, and yet it has the same number of entries."),
            Option("The same: one state, whose size does not depend on how much was read.", True,
                   "That is the strength of recurrence, and its limit: all that is remembered has to fit."),
        ],
        topic="memory",
    ),
    Question(
        "x_t has shape (N, D) and W_x has shape (D, H). What shape is the product x_t W_x?",
        [
            Option("(D, D)", False, "The inner size is summed over and does not remain. Refresh: matrix product."),
            Option("(N, D)", False, "The last axis becomes that of W_x. Refresh: matrix product."),
            Option("(N, H)", True, "The inner sizes D meet and vanish; the outer ones remain."),
            Option("(H, N)", False, "That is the transpose. Rows come from x_t, columns from W_x."),
        ],
        topic="matrix shapes",
    ),
    Question(
        "h has shape (N, H) and b has shape (H,). What does `h + b` do in NumPy?",
        [
            Option("Adds b to every row of h.", True,
                   "Missing axes are added on the left, so b is used again for each of the N rows."),
            Option("Adds b to every column of h.", False,
                   "Shapes are matched from the right: H meets H, so b lies along a row."),
            Option("Fails, because the shapes differ.", False,
                   "NumPy stretches an axis that is missing or of size 1. Refresh: broadcasting."),
        ],
        topic="matrix shapes",
    ),
    Question(
        "y = f(g(x)) with g(x) = 3x and f(u) = u². What is dy/dx at x = 2?",
        [
            Option("12", False, "That is f′(6) alone. The chain rule multiplies it by g′ = 3."),
            Option("4", False, "That is the slope of x² at 2. Here f is taken at g(2) = 6, and g has a slope too."),
            Option("18", False, "That is 6 · 3. The slope of u² is 2u, not u. Refresh: derivative of a power."),
            Option("36", True, "f′(u) = 2u at u = 6 is 12, and g′ = 3, so 12 · 3 = 36."),
        ],
        topic="chain rule",
    ),
    Question(
        "The last of T states is h_T = w · h_{T−1} and so on back to h_0. What is the derivative of h_T along h_0?",
        [
            Option("T · w", False,
                   "The steps are applied one after another, so their factors multiply and do not add."),
            Option("w to the power of T", True,
                   "One factor of w for every step: the heart of chapter 05."),
            Option("w", False, "That is one step. There are T of them between h_0 and h_T."),
            Option("T · w to the power of T − 1", False, "That is the derivative of w to the power of T along w."),
        ],
        topic="chain rule",
    ),
    Question(
        "A gradient tells you in which direction the loss rises fastest. Which way does gradient descent step?",
        [
            Option("Along the gradient.", False, "That would raise the loss."),
            Option("Against the gradient, by a small amount.", True, "The learning rate says how small."),
            Option("At a right angle to the gradient.", False, "Along a level line the loss does not change."),
        ],
        topic="gradients",
    ),
])
