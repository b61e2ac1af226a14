"""Exercises and quiz of chapter 17: recurrence returns."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

__all__ = ["QUIZ", "delta_memory", "half_left", "join", "kernel", "min_lstm", "way_back"]

# 17.1 Two steps in one -------------------------------------------------------------------------------------------


def join_reference(a_1, b_1, a_2, b_2):
    """The one step (a, b) that does what step 1 and then step 2 do: h → a_1 h + b_1 → a_2 (a_1 h + b_1) + b_2."""
    return a_2 * a_1, a_2 * b_1 + b_2


join = Exercise(
    id="17.1",
    title="Two steps in one",
    stars=1,
    reference=join_reference,
    cases=lambda rng: [tuple(rng.standard_normal((4, size))) for size in (3, 5, 2)],
    names=("a", "b"),
    mistakes=[
        Mistake("step 2 first", {"a_2 * b_1 + b_2": "a_1 * b_2 + b_1"},
                "This is step 2 and then step 1. What step 1 added, b_1, goes through step 2, so a_2 multiplies it."),
        Mistake("b_1 not multiplied", {"a_2 * b_1 + b_2": "b_1 + b_2"},
                "You add b_1 as it came. It is in the state when step 2 arrives, and step 2 multiplies the whole "
                "state."),
        Mistake("both b multiplied", {"a_2 * b_1 + b_2": "a_2 * (b_1 + b_2)"},
                "You multiply b_2 as well. It is added after the multiplication by a_2."),
        Mistake("a added", {"a_2 * a_1,": "a_2 + a_1,"},
                "You add the two factors. The state is multiplied by a_1 and then by a_2: the factor of both is the "
                "product."),
        Mistake("b multiplied by both", {"a_2 * b_1 + b_2": "a_2 * a_1 * b_1 + b_2"},
                "You multiply b_1 by a_1 too. It is added after a_1 has multiplied the state; only a_2 comes later."),
    ],
    hints=[
        "Write down what step 2 does with a₁ h + b₁, and multiply out.",
        "a₂ (a₁ h + b₁) + b₂ = (a₂ a₁) h + (a₂ b₁ + b₂).",
    ],
    explanation="The order matters, as step 1 must come first, but the grouping does not. That is all a scan needs.",
)

# 17.2 The way back -----------------------------------------------------------------------------------------------


def way_back_reference(a, h, d_h):
    """Gradients of h_t = a_t h_{t-1} + b_t. a (T, H), h (T+1, H) with h_0 first, d_h (T, H) of the states 1 … T.

    d_h holds what the loss alone says of each state. Returns da (T, H), db (T, H) and the gradient of h_0 (H,).
    """
    db = np.zeros_like(a)
    later = np.zeros(a.shape[1])
    for t in reversed(range(len(a))):
        db[t] = d_h[t] + later
        later = a[t] * db[t]
    return db * h[:-1], db, later


def _way_back_cases(rng):
    cases = []
    for T, H in ((4, 2), (6, 3), (5, 4)):
        a, b = rng.uniform(0.2, 1.3, (T, H)), rng.standard_normal((T, H))
        h = [rng.standard_normal(H)]
        for a_t, b_t in zip(a, b):
            h.append(a_t * h[-1] + b_t)
        cases.append((a, np.array(h), rng.standard_normal((T, H))))
    return cases


def _moved(answer, rng):
    """Finite differences of Σ d_h · h with respect to a, along a random direction."""
    a, h, d_h = _way_back_cases(rng)[1]
    b, direction, losses = h[1:] - a * h[:-1], rng.standard_normal(a.shape), []
    for step in (1e-5, -1e-5):
        state, loss = h[0], 0.0
        for a_t, b_t, d_t in zip(a + step * direction, b, d_h):
            state = a_t * state + b_t
            loss += d_t @ state
        losses.append(loss)
    if not np.isclose((answer(a, h, d_h)[0] * direction).sum(), (losses[0] - losses[1]) / 2e-5, rtol=1e-5):
        return "Moving a a little changes the loss by another amount than your da says."
    return None


way_back = Exercise(
    id="17.2",
    title="The way back",
    stars=2,
    reference=way_back_reference,
    cases=_way_back_cases,
    extra=_moved,
    names=("da", "db", "dh_0"),
    mistakes=[
        Mistake("nothing carried", {"d_h[t] + later": "d_h[t]"},
                "Each of your steps hears only of its own state. A state also moves all later ones: add what comes "
                "back from step t + 1, which is a[t + 1] * db[t + 1]."),
        Mistake("a of the step itself", {"db[t] = d_h[t] + later\n        later = a[t] * db[t]":
                                         "db[t] = d_h[t] + a[t] * later\n        later = db[t]"},
                "You multiply by a[t] what comes back into db[t]. It comes from db[t + 1] and passes a[t + 1]; a[t] is "
                "passed on the way from db[t] to the state before."),
        Mistake("a of the step itself, shifted back at h_0",
                {"db[t] = d_h[t] + later\n        later = a[t] * db[t]":
                 "db[t] = d_h[t] + a[t] * later\n        later = db[t]", "db, later": "db, a[0] * db[0]"},
                "You multiply by a[t] what comes back into db[t]. It comes from db[t + 1] and passes a[t + 1]: before "
                "a scan from the right, move a one step forward."),
        Mistake("first state hears of state 1 alone", {"db, later": "db, a[0] * d_h[0]"},
                "Your gradient of h_0 takes what the loss says of state 1 alone. All that arrives there goes on: "
                "a[0] * db[0]."),
        Mistake("from the left", {"reversed(range(len(a)))": "range(len(a))"},
                "Your loop runs from the first step to the last. The gradient comes from the last: reversed."),
        Mistake("the state after the step", {"db * h[:-1]": "db * h[1:]"},
                "You multiply db with the state after the step. a[t] multiplies the state before it, h[t] in this "
                "array."),
        Mistake("b's gradient without h", {"db * h[:-1], db": "db, db"},
                "Your da is db. a_t stands in front of h_{t−1}, so its gradient is db_t times that state."),
        Mistake("first state not multiplied", {"db, later": "db, db[0]"},
                "Your gradient of h_0 is db[0]. Between h_0 and the first state stands a[0]: multiply by it."),
        Mistake("d_h in place of db", {"db * h[:-1], db": "d_h * h[:-1], db"},
                "You make da from what the loss says of this state alone. It needs the whole gradient of the state, "
                "db."),
    ],
    hints=[
        "Count the steps as a and d_h do. Who is moved by the state after step t? The loss directly, by d_h[t], and "
        "the state after step t + 1, by a[t + 1].",
        "From the last step to the first: db[t] = d_h[t] + a[t + 1] * db[t + 1], and db of the last is d_h of the "
        "last.",
        "da[t] = db[t] * h[t], as h begins with h_0; and the gradient of h_0 is a[0] * db[0].",
    ],
    explanation="The line for db is the recurrence itself, read from the right, so `scan` can do the loop's work.",
)

# 17.3 The kernel -------------------------------------------------------------------------------------------------


def kernel_reference(r, theta, c, T):
    """The kernel (T,) of a layer of planes that shrink by r and turn by theta, in radians. r, theta, c (H,).

    In complex numbers: a has size r and angle theta, h_t = a h_{t-1} + x_t in every plane, with one real input x_t for
    all, and y_t is the real part of Σ c h_t. Then y_t = kernel[0] x_t + kernel[1] x_{t-1} + …
    """
    k = np.arange(T)[:, None]
    return r**k * np.cos(k * theta) @ c


def _kernel_cases(rng):
    return [(rng.uniform(0.5, 0.99, H), rng.uniform(0.2, 3, H), rng.standard_normal(H), T)
            for H, T in ((2, 6), (3, 5), (4, 8))]


kernel = Exercise(
    id="17.3",
    title="The kernel of a recurrence",
    stars=2,
    reference=kernel_reference,
    cases=_kernel_cases,
    names=("kernel",),
    mistakes=[
        Mistake("one step late", {"np.arange(T)": "np.arange(1, T + 1)"},
                "Your kernel begins one step late. The newest input has not been multiplied by a yet: kernel[0] is the "
                "sum of c."),
        Mistake("r times k", {"r**k": "(r * k)"},
                "You multiply r by k. k steps multiply by r k times: r to the power of k."),
        Mistake("scaled as an LRU", {"np.cos(k * theta) @ c": "np.cos(k * theta) @ (c * np.sqrt(1 - r**2))"},
                "You scale the input by √(1 − r²), as an LRU does at its start. This layer adds it as it comes."),
        Mistake("shrinks without turning", {" * np.cos(k * theta)": ""},
                "Nothing turns in your kernel. The real part of a number that turns by theta at each step is a "
                "cosine."),
        Mistake("turns without shrinking", {"r**k * ": ""},
                "Nothing fades in your kernel. After k steps the size is r to the power of k."),
        Mistake("real part of one step, then the power", {"r**k * np.cos(k * theta)": "(r * np.cos(theta)) ** k"},
                "You take the real part of a, and then its power. The power of a complex number comes first: its angle "
                "after k steps is k theta, and the real part of that is what counts."),
        Mistake("the same angle at all steps", {"np.cos(k * theta)": "np.cos(theta)"},
                "Your angle stays theta. After k steps the number has turned k times, by k theta."),
        Mistake("imaginary part", {"np.cos(k": "np.sin(k"},
                "That is the imaginary part, a sine. The output is the real part."),
        Mistake("degrees", {"np.cos(k * theta)": "np.cos(np.radians(k * theta))"},
                "You turn radians into radians once more. theta is in radians already."),
        Mistake("size of the sum", {"r**k * np.cos(k * theta) @ c":
                                    "np.abs((r * np.exp(1j * theta)) ** k @ c)"},
                "You take the size of the complex sum. The output is its real part, which may be negative."),
        Mistake("c left out", {"@ c": "@ np.ones_like(c)"},
                "Your kernel does not weigh the planes. The output is a sum with the weights c."),
        Mistake("running total", {"r**k * np.cos(k * theta) @ c": "np.cumsum(r**k * np.cos(k * theta) @ c)"},
                "That is the answer to an input of 1 at every step, all of them summed. The kernel is the answer to a "
                "single 1."),
    ],
    hints=[
        "Feed the layer a 1 and then zeros. What is the state after k more steps? The outputs are the kernel.",
        "After k steps the state has the size r**k and the angle k * theta; its real part is r**k * np.cos(k * theta).",
    ],
    explanation="A pair of conjugate eigenvalues would give twice the real part; the layer here keeps one of each "
                "pair.",
)

# 17.4 How near to 1 ----------------------------------------------------------------------------------------------

half_left = ValueExercise(
    id="17.4",
    title="How near to 1?",
    stars=1,
    reference=0.5 ** (1 / 1000),
    tolerance=2e-6,
    mistakes=[
        Mistake("1/e in place of a half", 0.999,
                "0.999 keeps 1/(1 − a) = 1,000 steps, and after those 1/e is left, about 0.37. Asked is a half."),
        Mistake("a square", 0.5 ** (1 / 500), "With this number a half is left after 500 steps already."),
        Mistake("it grows", 2 ** (1 / 1000), "With this number the input doubles in 1,000 steps. Take the reciprocal."),
        Mistake("a hundred steps", 0.5 ** (1 / 100), "With this number a half is left after 100 steps already."),
        Mistake("an exponent", -np.log(2) / 1000, "That is an exponent. The factor is e to it."),
        Mistake("a logarithm", np.log(2), "That is the logarithm of 2. Solve a^1000 = 1/2 for a."),
        Mistake("ten times too near", 0.9999, "With this number 0.90 is left after 1,000 steps."),
        Mistake("half of the distance", 0.9995, "Near, but 0.9995 to the power of 1,000 is 0.61. Solve a^1000 = 1/2."),
    ],
    hints=["After k steps a share a^k is left.", "a = 0.5 ** (1 / 1000)."],
    explanation="0.999307: within a thousandth of 1. A gate σ(s) must have s ≈ 7.3 for it, and a tenth less in a, 0.9, "
                "leaves 1.7e-46.",
)

# 17.5 Build it: minLSTM ------------------------------------------------------------------------------------------


def sigmoid(s):
    return 0.5 + 0.5 * np.tanh(0.5 * np.asarray(s))


def min_lstm_reference(x, W_f, b_f, W_i, b_i, W_g, b_g, h_0):
    """The states (T, N, H) of a minLSTM. x (T, N, D), each W (D, H), each b (H,), h_0 (N, H).

        f = σ(x W_f + b_f),  i = σ(x W_i + b_i),  g = x W_g + b_g
        h = f/(f + i) h₋₁ + i/(f + i) g
    """
    f, i, g = sigmoid(x @ W_f + b_f), sigmoid(x @ W_i + b_i), x @ W_g + b_g
    keep, write = f / (f + i), i / (f + i)
    h, states = h_0, []
    for t in range(len(x)):
        h = keep[t] * h + write[t] * g[t]
        states.append(h)
    return np.array(states)


def _min_lstm_cases(rng):
    cases = []
    for T, N, D, H in ((4, 2, 3, 4), (5, 3, 2, 3), (6, 2, 4, 2)):
        weights = [part for _ in range(3) for part in (rng.standard_normal((D, H)), rng.standard_normal(H))]
        cases.append((rng.standard_normal((T, N, D)), *weights, rng.standard_normal((N, H))))
    return cases


min_lstm = Exercise(
    id="17.5",
    title="Build it: the minLSTM",
    stars=3,
    reference=min_lstm_reference,
    cases=_min_lstm_cases,
    helpers=(sigmoid,),
    names=("states",),
    mistakes=[
        Mistake("not divided by the sum", {"keep, write = f / (f + i), i / (f + i)": "keep, write = f, i"},
                "You use f and i as they are, as an LSTM does. Here both are divided by their sum, so that keeping and "
                "writing add up to 1."),
        Mistake("gates exchanged", {"keep, write = f / (f + i), i / (f + i)": "keep, write = i / (f + i), f / (f + i)"},
                "The two gates are exchanged: f keeps the old state and i writes the candidate."),
        Mistake("write is 1 − f", {"keep, write = f / (f + i), i / (f + i)": "keep, write = f, 1 - f"},
                "You keep f and write 1 − f, which is a minGRU with z = f. The gate i must take part: divide both by "
                "f + i."),
        Mistake("exponential gates", {"sigmoid(x @ W_f + b_f), sigmoid(x @ W_i + b_i)":
                                      "np.exp(x @ W_f + b_f), np.exp(x @ W_i + b_i)"},
                "Your gates are exponentials, as in an xLSTM (or one sigmoid of the difference of the sums, which is "
                "the same). Here each is a sigmoid, and the two are divided by their sum afterwards."),
        Mistake("biases left out", {"x @ W_f + b_f": "x @ W_f", "x @ W_i + b_i": "x @ W_i", "x @ W_g + b_g": "x @ W_g"},
                "You leave the biases out. Each of the three sums has its own."),
        Mistake("tanh of the candidate", {"x @ W_g + b_g\n": "np.tanh(x @ W_g + b_g)\n"},
                "Your candidate goes through a tanh, as in an LSTM. The minimal cell has none."),
        Mistake("tanh of the state", {"states.append(h)": "states.append(np.tanh(h))"},
                "You hand out tanh of the state. The minimal cell hands out the state itself."),
        Mistake("first state forgotten", {"h, states = h_0, []": "h, states = 0 * h_0, []"},
                "You begin with zeros. The state before the first step is h_0."),
        Mistake("first state not multiplied", {"h, states = h_0, []": "h, states = h_0 / keep[0], []"},
                "You add h_0 to the first step as it is. The first step keeps it like every other state: "
                "keep[0] * h_0."),
        Mistake("brackets left out", {"keep, write = f / (f + i), i / (f + i)": "keep, write = f / f + i, i / f + i"},
                "f / f + i is 1 + i. Put the sum in brackets: f / (f + i)."),
        Mistake("sigmoid of the candidate", {"x @ W_g + b_g\n": "sigmoid(x @ W_g + b_g)\n"},
                "Your candidate goes through a sigmoid. It is a plain linear function of x."),
        Mistake("sum of all gates", {"keep, write = f / (f + i), i / (f + i)":
                                     "keep, write = f / (f + i).sum(-1, keepdims=True), i / (f + i).sum(-1, "
                                     "keepdims=True)"},
                "You divide by the sum over all units. Each unit divides by its own f + i."),
        Mistake("only the last state", {"return np.array(states)": "return states[-1]"},
                "You return the last state. Asked are all of them, (T, N, H)."),
    ],
    hints=[
        "Everything except h can be computed for all steps at once, before any loop.",
        "keep = f / (f + i) and write = i / (f + i): then h = keep[t] * h + write[t] * g[t], a loop or a scan.",
        "With the scan: add keep[0] * h_0 to the first entry of write * g, and hand keep and that to nn.scan.",
    ],
    explanation="keep and write never look at the state, so `nn.scan(keep, write * g)` does the loop's work, once "
                "keep[0] * h_0 is added to the first entry of write * g.",
)

# 17.6 The delta rule ---------------------------------------------------------------------------------------------


def delta_memory_reference(keys, values, beta):
    """The matrix state after all pairs, by the delta rule. keys (P, d), values (P, size), beta (P,). → (d, size)

    For each pair: read what the state answers to the key, k S, and write the part that is missing, β (v − k S), under
    the key: S = S + kᵀ β (v − k S), from zeros.
    """
    S = np.zeros((keys.shape[1], values.shape[1]))
    for k, v, b in zip(keys, values, beta):
        S = S + np.outer(k, b * (v - k @ S))
    return S


def _delta_cases(rng):
    cases = []
    for P, d, size in ((4, 3, 5), (6, 4, 3), (3, 5, 2)):
        keys = rng.standard_normal((P, d))
        keys /= np.linalg.norm(keys, axis=1, keepdims=True)
        cases.append((keys, rng.standard_normal((P, size)), rng.uniform(0.3, 1, P)))
    return cases


def _overwrites(answer, rng):
    keys = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    keys, values = np.concatenate([keys, keys[:1]]), rng.standard_normal((5, 3))
    if not np.allclose(keys[0] @ answer(keys, values, np.ones(5)), values[4]):
        return "A key that comes twice should answer with its second value when beta is 1; in your memory it does not."
    return None


delta_memory = Exercise(
    id="17.6",
    title="The delta rule",
    stars=3,
    reference=delta_memory_reference,
    cases=_delta_cases,
    extra=_overwrites,
    names=("S",),
    mistakes=[
        Mistake("plain sum", [{"b * (v - k @ S)": "b * v"}, {"b * (v - k @ S)": "v"}],
                "You add every pair, as linear attention does. The delta rule first reads what the key answers "
                "already, "
                "k @ S, and writes the difference."),
        Mistake("wrong sign", {"v - k @ S": "v + k @ S"},
                "You add what was read. The difference v − k S is what is missing."),
        Mistake("beta on the value alone", {"b * (v - k @ S)": "b * v - k @ S"},
                "β multiplies the value alone in your code. It is the size of the whole correction: β (v − k S)."),
        Mistake("beta left out", {"b * (v - k @ S)": "(v - k @ S)"},
                "β is never used: it says how much of the correction is written."),
        Mistake("decay", {"S = S + np.outer(k, b * (v - k @ S))": "S = (1 - b) * S + b * np.outer(k, v)"},
                "You fade the whole state. The delta rule takes away only what stood under this key."),
        Mistake("overwritten", {"S = S + np": "S = np"},
                "You forget the state at each pair. The correction is added to it."),
    ],
    hints=[
        "Three lines in the loop: read k @ S, take the difference from v, add the outer product of k and β times it.",
        "np.outer(k, b * (v - k @ S)) has the shape of S, (d, size). k.T * v has not: k has one axis, so .T does "
        "nothing.",
    ],
    explanation="With keys at right angles and β = 1 it stores what linear attention stores. It differs where keys "
                "overlap or come again: the old value is taken away first. Schlag, Irie and Schmidhuber (2021).",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("17", [
    Question("Which of these recurrences can a scan compute in log₂ T rounds?", [
        Option("h_t = tanh(w h_{t−1} + b_t), with one weight w for all steps", False,
               "Two such steps are a tanh inside a tanh, which is no step of the same kind, so they cannot be "
               "joined."),
        Option("h_t = a_t h_{t−1} + b_t, where a_t and b_t come from x_t", True,
               "Two such steps are one such step, a₂ a₁ and a₂ b₁ + b₂, so they may be grouped in any way."),
        Option("h_t = z_t h_{t−1} + b_t, where z_t is a sigmoid of h_{t−1}", False,
               "The factor of step t is known only after step t − 1, so nothing can be joined ahead of time."),
    ], topic="what a scan needs"),
    Question("A scan over 1,024 steps takes ten rounds. How much work is it, compared with the loop?", [
        Option("The same: the rounds only reorder the multiplications that the loop does", False,
               "The products of several a are formed besides, in each round, and the loop never forms them."),
        Option("Less: ten rounds in place of 1,024 steps, so about a hundredth of the loop", False,
               "That is the depth, the number of steps that wait for each other. Each round touches half of the steps "
               "or more."),
        Option("More: about eighteen times as many multiplications", True,
               "Two products in each round for up to 1,023 steps: 18,434 in place of 1,024. The gain is in waiting."),
    ], topic="the work of a scan"),
    Question("The eigenvalues of a unit have size 0.99 and turn by 90° a step. What is left of an input after 100 "
             "steps?", [
        Option("Nothing, since the real part of the eigenvalue is 0", False,
               "The distance from 0 decides what is left, and it is 0.99. The real part belongs to one step only."),
        Option("About a third of its size, having turned 25 times round", True,
               "0.99 to the power of 100 is 0.37, and 100 quarter turns are 25 whole ones."),
        Option("Nearly all of it, since 0.99 is nearly 1", False,
               "0.99 a step is 0.37 after 1/(1 − 0.99) = 100 steps, and 0.00004 after a thousand."),
    ], topic="what an eigenvalue keeps"),
    Question("When is a linear recurrence a convolution with one fixed kernel?", [
        Option("When its factor a is the same at all steps", True,
               "Then an input is worth a^k after k steps, whenever it came. With a gate, it depends on what came in "
               "between."),
        Option("When its factors are all below 1", False,
               "A gate is below 1 too, and its products differ from place to place."),
        Option("Whenever it can be computed by a scan", False,
               "minGRU is computed by a scan, and its factors depend on the input: no fixed kernel."),
    ], topic="when it is a convolution"),
    Question("What has a minGRU given up, compared with a GRU?", [
        Option("the sum (1 − z) n + z h₋₁", False, "That line stays: it is the recurrence."),
        Option("the state inside its update gate", True, "z is a function of x alone, so all gates are known at once."),
        Option("the state inside its candidate", True, "So the reset gate has nothing left to reset."),
        Option("the tanh around its candidate", True, "n is a plain linear function of x."),
    ], topic="the minGRU"),
    Question("The recall of a model falls as more pairs are stored. Which run tells you most about whether the size "
             "of its "
             "state is the cause?", [
        Option("The same model on sequences with fewer pairs", False,
               "Fewer pairs may be easier for many other reasons. It is the observation once more."),
        Option("An attention model on the same sequences", False,
               "It differs in much more than the size of what it keeps."),
        Option("The same model and training, with a larger state", True,
               "If recall rises with nothing else changed, the size of the state takes part. Longer training asks the "
               "other question."),
    ], topic="controls"),
    Question("A matrix state of 16 × 16 numbers stores S = Σ kᵀ v. For how many pairs, their keys of length "
             "1, can it answer every key exactly, whatever the values are?", [
        Option("256, one for each number of the matrix", False,
               "Each pair brings 16 numbers of value, so 256 numbers hold 16 values and no more."),
        Option("16, if their keys are at right angles", True,
               "k S gives back v alone when no other key has a part along k, and 16 directions are all there are."),
        Option("As many as come, since a sum has no end", False,
               "It can be written without end, but keys then overlap, and an answer holds parts of other values."),
    ], topic="a matrix memory"),
    Question("What does writing the next token need, after T tokens are read?", [
        Option("LSTM: a state of fixed size; attention: keys and values of all T", True,
               "Writing needs what is kept: one state, or one key and one value a layer for every token so far."),
        Option("LSTM: all T inputs again; attention: a state of fixed size", False,
               "The other way round: the LSTM needs its state alone."),
        Option("Both: the same fixed number of values for each layer", False,
               "Attention's cache grows by one key and one value a layer with each token."),
    ], topic="the next token"),
])
