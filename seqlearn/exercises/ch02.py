"""Exercises and quiz of chapter 02: the recurrent cell, its loop, layers, both directions, and weights for a task.

Most are about the tanh network h_t = tanh(x_t W_x + h_{t-1} W_h + b). Arrays are time-major, x (T, N, D).
"""

import numpy as np

from seqlearn import nn
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz, ValueExercise

# Inputs -----------------------------------------------------------------------------------------------------------


def _weights(rng, N, D, H):
    """h (N, H), W_x (D, H), W_h (H, H), b (H): a state that is not zero, and weights of a useful size."""
    h, b = 0.6 * rng.normal(size=(N, H)), 0.5 * rng.normal(size=H)
    return h, rng.normal(size=(D, H)) / np.sqrt(D), rng.normal(size=(H, H)) / np.sqrt(H), b


# 02.1 One step ----------------------------------------------------------------------------------------------------


def step_reference(x_t, h, W_x, W_h, b):
    """The new state tanh(x_t W_x + h W_h + b), (N, H); x_t (N, D), h (N, H)."""
    return np.tanh(x_t @ W_x + h @ W_h + b)


step = Exercise(
    id="02.1",
    title="One step",
    stars=1,
    reference=step_reference,
    cases=lambda rng: [(rng.normal(size=(N, D)), *_weights(rng, N, D, H))
                       for N, D, H in ((2, 3, 4), (3, 2, 2), (1, 4, 3))],
    mistakes=[
        Mistake("bias outside tanh", {" + b)": ") + b"},
                "You add b after tanh. It belongs inside: np.tanh(x_t @ W_x + h @ W_h + b). Outside, a state could "
                "leave −1 … 1."),
        Mistake("tanh of a part", [
            {"(x_t @ W_x + h @ W_h + b)": code} for code in (
                "(x_t @ W_x + b) + np.tanh(h @ W_h)", "(x_t @ W_x) + np.tanh(h @ W_h + b)",
                "(x_t @ W_x) + np.tanh(h @ W_h) + b", "(x_t @ W_x) + np.tanh(h @ W_h) + np.tanh(b)",
                "(x_t @ W_x + b) + h @ W_h", "(x_t @ W_x) + h @ W_h + b", "(h @ W_h + b) + x_t @ W_x")],
                "You bend the parts one by one, or only one of them, and add after that. Add first, then bend once: "
                "one tanh round the whole sum."),
        Mistake("old state added on top", {"np.tanh": "h + np.tanh"},
                "You add the old state to the new one. The plain cell writes a new state: the old one comes in through "
                "W_h alone."),
        Mistake("another function in place of tanh", [
            {"np.tanh": "np.sin"}, {"np.tanh": "np.maximum(0, ", "+ b)": "+ b))"}, {"np.tanh": "np.arctan"},
            {"np.tanh": "(lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"}],
                "The sum is right, but it goes through another function. This cell uses np.tanh."),
        Mistake("old state bent again", {"h @ W_h": "np.tanh(h) @ W_h"},
                "You send the old state through tanh before you use it. The cell uses it as it is: h @ W_h."),
        Mistake("W_h entry by entry", [{"h @ W_h": "h * np.diag(W_h)"}, {"h @ W_h": "h"}],
                "Each unit sees only itself in your answer. Every unit reads the whole old state: h @ W_h, a matrix "
                "product."),
        Mistake("parts multiplied", {"x_t @ W_x + h": "(x_t @ W_x) * (h", "W_h + b": "W_h) + b"},
                "You multiply what the input gives with what the state gives. The cell adds them."),
        Mistake("bias twice", {" + b": " + 2 * b"},
                "b comes in twice. PyTorch has two bias vectors that are added up; this cell has one: add b once."),
    ],
    hints=[
        "Three things add up: what the input gives, what the old state gives, and the bias.",
        "x_t (N, D) times W_x (D, H) is (N, H), and so is h (N, H) times W_h (H, H). b (H,) is added to every row.",
        "return np.tanh(x_t @ W_x + h @ W_h + b)",
    ],
)

# 02.2 The loop ----------------------------------------------------------------------------------------------------


def loop_reference(x, h, W_x, W_h, b):
    """All states (T, N, H), h_1 to h_T, and the last one (N, H); x (T, N, D), h (N, H): the state before step 1."""
    outputs = np.zeros((len(x), *h.shape))
    for t in range(len(x)):
        h = np.tanh(x[t] @ W_x + h @ W_h + b)
        outputs[t] = h
    return outputs, h


def _batch_first(x, h, W_x, W_h, b):
    outputs = np.zeros((len(x), *h.shape))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        outputs[:, t] = h
    return outputs, h


loop = Exercise(
    id="02.2",
    title="The loop",
    stars=1,
    reference=loop_reference,
    cases=lambda rng: [(rng.normal(size=(T, N, D)), *_weights(rng, N, D, H))
                       for T, N, D, H in ((5, 2, 3, 4), (4, 4, 2, 3), (6, 1, 1, 3))],
    names=("outputs", "h"),
    mistakes=[
        Mistake("state not carried", {"        h = np.tanh(x[t] @ W_x + h @ W_h + b)\n        outputs[t] = h":
                                      "        outputs[t] = np.tanh(x[t] @ W_x + h @ W_h + b)",
                                      "outputs, h": "outputs, outputs[-1]"},
                "Every step starts from the same h. Carry the state on: assign the new state to h inside the loop."),
        Mistake("initial state among the outputs",
                {"outputs = ": "first, outputs = h, ",
                "return outputs": "return np.concatenate([first[None], outputs])"},
                "Your outputs have T + 1 entries: the initial state is among them. Return h_1 to h_T."),
        Mistake("one step late", [{"        h = np.tanh(x[t] @ W_x + h @ W_h + b)\n        outputs[t] = h":
                                   "        outputs[t] = h\n        h = np.tanh(x[t] @ W_x + h @ W_h + b)",
                                   "outputs, h": f"outputs, {last}"} for last in ("h", "outputs[-1]")],
                "You store the state before you update it, so outputs[0] is the initial state and the last state is "
                "missing. Update h first, then store it."),
        Mistake("initial state in place of the first", {
            "np.tanh(x[t] @ W_x + h @ W_h + b)": "np.tanh(x[t] @ W_x + h @ W_h + b) if t else h"},
                "outputs[0] is the initial state, and x[0] is never read. h is the state before the first step: go "
                "through all T steps, and begin with x[0]."),
        Mistake("the last state everywhere", {"return outputs": "return np.repeat(h[None], len(x), axis=0)"},
                "Every entry of your outputs is the last state. If you stored one array T times and changed it in "
                "place, store a copy, or make a new array at each step."),
        Mistake("only the last state", {"return outputs": "return h"},
                "You return the last state in the place of the outputs. Keep the state of every step: (T, N, H)."),
        Mistake("first state returned as the last", {"outputs, h": "outputs, outputs[0]"},
                "The outputs are right, but the h you return is the state of the first step. The last one is "
                "outputs[-1], or h as it is after the loop."),
        Mistake("states added up at the end", [{"outputs, h": "outputs, outputs.sum(axis=0)"},
                                               {"outputs, h": "outputs, outputs.mean(axis=0)"}],
                "The outputs are right, but the h you return is the sum or the mean of all states. Return the state "
                "after the last step."),
        Mistake("one step too many", {"return outputs, h": "return outputs, np.tanh(x[-1] @ W_x + h @ W_h + b)"},
                "The outputs are right, but the h you return has read the last input twice. Return h as it is after "
                "the loop."),
        Mistake("always the first input", {"x[t]": "x[0]"},
                "Every step reads x[0]. Step t reads x[t]."),
        Mistake("sigmoid in place of tanh", {"np.tanh(x[t] @ W_x + h @ W_h + b)":
                                             "1 / (1 + np.exp(-(x[t] @ W_x + h @ W_h + b)))"},
                "Your states go through the sigmoid. The cell uses np.tanh, with values between −1 and 1."),
        Mistake("old state added on top", {"np.tanh": "h + np.tanh"},
                "You add the old state to the new one. The plain cell writes a new state: the old one comes in through "
                "W_h alone."),
        Mistake("loop over the batch", _batch_first,
                "Your loop runs along the second axis. Arrays are time-major here: x is (T, N, D), so the steps are "
                "x[0], x[1], … and the loop runs over len(x)."),
    ],
    hints=[
        "Make an array of zeros for the outputs, one (N, H) for each step, and go through the steps in order.",
        "At each step: h = the line of 02.1 with x[t] for x_t. Then outputs[t] = h.",
        "Return both: outputs, and h as it is after the last step.",
    ],
)

# 02.3 Weights by hand ---------------------------------------------------------------------------------------------


def _step(answer):
    """Are these three numbers? What follows is about one step, which adds U x + b to W times the state."""
    return len(answer) == 3


def _kept(answer):
    return answer[1] == 1


count_zeros = ValueExercise(
    id="02.3",
    title="Count the zeros",
    stars=2,
    reference=(-1.0, 1.0, 1.0),
    names=("U", "W", "b"),
    mistakes=[
        Mistake("counts the ones", (1.0, 1.0, 0.0),
                "These weights count the ones. A zero now has to add 1 and a one has to add nothing."),
        Mistake("minus the ones", (-1.0, 1.0, 0.0),
                "With these weights a one takes 1 away and a zero adds nothing. Which weight adds something at every "
                "step, whatever the digit is?"),
        Mistake("counts the steps", (0.0, 1.0, 1.0),
                "These weights count the steps: the digit does not matter. A one must add nothing, so U has to take "
                "the bias away again."),
        Mistake("minus the zeros", (1.0, 1.0, -1.0),
                "Almost: this is minus the number of zeros. Turn both signs."),
        Mistake("length put into the bias", lambda answer: _step(answer) and _kept(answer) and answer[2] > 2,
                "Is that the length of a sequence in the bias? b is added at every step, not once, and the lengths "
                "differ: say what a single step has to add.", example=(-1.0, 1.0, 10.0)),
        Mistake("no memory", lambda answer: _step(answer) and answer[1] == 0,
                "W is 0, so nothing is kept of the state so far. It has to be kept whole.",
                example=(-1.0, 0.0, 1.0)),
        Mistake("the count fades", lambda answer: _step(answer) and 0 < answer[1] < 1,
                "W is below 1, so each step keeps only a part of what was counted before. The state so far has to be "
                "kept whole.", example=(-1.0, 0.9, 1.0)),
        Mistake("the count grows", lambda answer: _step(answer) and answer[1] > 1,
                "W is above 1, so each step enlarges what was counted before, and an early digit counts for more than "
                "a late one. The state so far has to be kept as it is.", example=(-1.0, 2.0, 1.0)),
        Mistake("the count turns its sign", lambda answer: _step(answer) and answer[1] < 0,
                "W is negative, so the state so far changes its sign at every step. It has to be kept as it is.",
                example=(-1.0, -1.0, 1.0)),
        Mistake("a zero adds nothing", lambda answer: _step(answer) and answer[2] == 0,
                "b is 0, so a step that reads a zero adds nothing to the state. It has to add 1.",
                example=(0.0, 1.0, 0.0)),
        Mistake("a one adds something", lambda answer: _step(answer) and _kept(answer) and answer[0] + answer[2] != 0,
                "Look at what a one adds to the state: U + b. It has to add nothing, and here it does.",
                example=(1.0, 1.0, 1.0)),
        Mistake("not 1 for a zero", lambda answer: _step(answer) and _kept(answer) and answer[0] + answer[2] == 0,
                "A one adds nothing here, which is right. But a zero adds b to the state, and it has to add 1.",
                example=(-0.5, 1.0, 0.5)),
    ],
    hints=[
        "Write down what one step has to add to the state: 1 for the digit 0, and 0 for the digit 1.",
        "The step adds U x + b. For x = 0 that is b, for x = 1 it is U + b.",
        "b = 1 and U + b = 0. And W keeps what was counted so far.",
    ],
    explanation="A step adds U x + b, which has to be 1 for x = 0 and 0 for x = 1: b = 1 and U = −1. W = 1 keeps the "
                "count.",
)

# 02.4 A ragged batch ----------------------------------------------------------------------------------------------


def ragged_loop_reference(x, h, W_x, W_h, b, lengths):
    """As `loop`, for rows of different lengths (N,).

    Behind its end a row's state stands still, and its outputs are 0.
    """
    outputs = np.zeros((len(x), *h.shape))
    for t in range(len(x)):
        reading = (t < lengths)[:, None]
        x_t = np.where(reading, x[t], 0)  # what the padding holds stays out
        h = np.where(reading, np.tanh(x_t @ W_x + h @ W_h + b), h)
        outputs[t] = np.where(reading, h, 0)
    return outputs, h


MASKED = "np.where(reading, np.tanh(x_t @ W_x + h @ W_h + b), h)"  # two lines of the solution that mistakes change
NEW = "np.tanh(x[t] @ W_x + h @ W_h + b)"
OUT = "np.where(reading, h, 0)"


ragged_loop = Exercise(
    id="02.4",
    title="A ragged batch",
    stars=2,
    reference=ragged_loop_reference,
    cases=lambda rng: [_ragged_case(rng, *case) for case in (
        (5, 3, 4, (5, 3, 1)), (6, 2, 3, (2, 6, 4, 3)), (4, 1, 2, (3, 2)), (5, 2, 3, (2, 4, 5), np.nan),
        (4, 2, 2, (3, 4), np.inf))],
    names=("outputs", "h"),
    mistakes=[
        Mistake("padding read", {MASKED: NEW, OUT: "h"},
                "Your states go on through the padding. At step t only the rows with t < lengths may change; np.where "
                "keeps the old state in the others."),
        Mistake("multiplied by a mask", [
            {MASKED: f"reading * {NEW} + ~reading * h"},
            {"reading = ": f"new = {NEW}\n        reading = ", OUT: "reading * new"},
            {"reading = ": f"raw = {NEW.replace('h @', '(raw if t else h) @')}\n        reading = ",
            OUT: "reading * raw"}],
                "Right as long as the padding holds ordinary numbers. Here it holds NaN or inf in some cases, and a "
                "mask of 0 does not take that away: 0 · NaN is NaN. Choose with np.where, which does not multiply."),
        Mistake("padding set to zero", [
            {MASKED: "np.tanh(np.where(reading, x[t], 0) @ W_x + h @ W_h + b)", OUT: "h"},
            {MASKED: "np.tanh(np.where(reading, x[t], 0) @ W_x + h @ W_h + b)"},
            {MASKED: "np.tanh((reading * x[t]) @ W_x + h @ W_h + b)", OUT: "h"}],
                "You replace the padding by zeros and read on. An input of zeros still moves the state, through W_h "
                "and b. Keep the old state instead: np.where(reading, new, h)."),
        Mistake("outputs not zero", [{OUT: "h"},
                {"outputs[t] =": "pass; outputs[t] =", OUT: NEW.replace("h @", "before @"),
                                                  "reading = ": "before = h\n        reading = "}],
                "The states are right: they stand still. But the outputs behind the end of a row have to be 0, and "
                "yours are not."),
        Mistake("only the outputs masked", {MASKED: NEW},
                "The outputs behind the end are 0, but the state itself goes on through the padding: the final h of "
                "the short rows is wrong. Hold the state as well."),
        Mistake("final state 0 where a row has ended", [
            {"return outputs, h": "return outputs, outputs[-1]"}, {", h)\n": ", 0)\n"}, {MASKED: f"reading * {NEW}"}],
                "The final h is 0 in the rows that ended early. Asked is the state after a row's last real step: the "
                "state stands still behind the end, and only the outputs are 0 there."),
        Mistake("final state set back", {"for t in range": "start = h\n    for t in range", ", h)\n": ", start)\n"},
                "Where a row has ended you set its state back to the initial one. It has to stand still: keep the h of "
                "the step before."),
        Mistake("outputs summed for the final state", [
            {"return outputs, h": "return outputs, outputs.sum(axis=0)"},
            {"return outputs, h": "return outputs, outputs.sum(axis=0) / lengths[:, None]"}],
                "The outputs are right, but the final h is their sum or their mean. It is the state after each row's "
                "last real step."),
        Mistake("final state one step late",
                {"return outputs, h": "behind = x[np.minimum(lengths, len(x) - 1), np.arange(len(lengths))]\n"
                 "    more = np.tanh(behind @ W_x + h @ W_h + b)\n"
                 "    return outputs, np.where((lengths < len(x))[:, None], more, h)"},
                "The outputs are right, but the final h has read one step of padding. The last real step of a row has "
                "the index lengths - 1."),
        Mistake("last output missing", {OUT: "np.where((t < lengths - 1)[:, None], h, 0)"},
                "The last real output of each row is 0 in your answer. A row of length 3 has the outputs 0, 1 and 2."),
        Mistake("one length for all rows", [
            {"(t < lengths)": f"(t < np.full_like(lengths, {length}))"}
            for length in ("lengths.min()", "lengths.max()", "lengths[0]")],
                "You use one length for the whole batch. Each row has an end of its own: (t < lengths) says for all N "
                "which are still being read."),
        Mistake("lengths sorted", [{"t < lengths": "t < np.sort(lengths)"},
                {"t < lengths": "t < np.sort(lengths)[::-1]"}],
                "You sort the lengths, and so each row gets the length of another. Row n has lengths[n] steps, in the "
                "order in which they come."),
        Mistake("padding expected in front", {"t < lengths": "t >= len(x) - lengths"},
                "You take the last steps of each row for the real ones. Padding stands behind: the steps 0 … "
                "lengths - 1 are real."),
    ],
    hints=[
        "Start from your loop of 02.2. At step t, which rows are still being read? (t < lengths) says so, for all N.",
        "Give the answer an axis for the units: reading = (t < lengths)[:, None] is (N, 1) and fits (N, H).",
        "h = np.where(reading, new, h) and outputs[t] = np.where(reading, h, 0).",
    ],
    explanation="`np.where` also keeps a NaN in the padding out. A product with a mask of 0 and 1 would not: 0 · NaN "
                "is NaN.",
)


def _ragged_case(rng, T, D, H, lengths, padding=None):
    N = len(lengths)
    h, *weights = _weights(rng, N, D, H)
    x, lengths = rng.normal(size=(T, N, D)), np.array(lengths)
    if padding is not None:
        x[np.arange(T)[:, None] >= lengths] = padding
    return x, h, *weights, lengths


# 02.5 Layers on top of each other ---------------------------------------------------------------------------------


def stacked_reference(x, layers):
    """Outputs (T, N, H) of the top layer and the list of final states; layers: (h, W_x, W_h, b) each, from below."""
    states = []
    for h, W_x, W_h, b in layers:
        x, h = loop_reference(x, h, W_x, W_h, b)
        states.append(h)
    return x, states


def _one_step_late(x, layers):
    """A step of layer l reads what layer l - 1 had one step before."""
    states, inputs = [], x
    for h, *weights in layers:
        outputs, last = loop_reference(inputs, h, *weights)
        inputs = np.concatenate([h[None], outputs[:-1]])
        states.append(last)
    return outputs, states


stacked = Exercise(
    id="02.5",
    title="Layers on top of each other",
    stars=2,
    reference=stacked_reference,
    helpers=(loop_reference,),
    cases=lambda rng: [(rng.normal(size=(T, N, H)), [_weights(rng, N, H, H) for _ in range(L)])
                       for T, N, H, L in ((4, 2, 3, 2), (5, 3, 4, 3), (3, 1, 2, 3))],
    names=("outputs", "states"),
    mistakes=[
        Mistake("every layer reads x", {"x, h = loop": "outputs, h = loop", "return x": "return outputs"},
                "All of your layers read x. Layer 2 reads the states of layer 1: the outputs of one loop are the "
                "inputs of the next."),
        Mistake("layers share weights", [
            {"x, h = loop_reference(x, h, W_x, W_h, b)":
             "x, h = loop_reference(x, h, *layers[min(len(states), 1)][1:])"},
            {"x, h = loop_reference(x, h, W_x, W_h, b)": "x, h = loop_reference(x, h, *layers[0][1:])"}],
                "Your layers use the weights of one layer. Weights are shared over the steps, not over the layers: "
                "each layer has its own W_x, W_h and b."),
        Mistake("one initial state for all layers",
                {"x, h = loop_reference(x, h": "x, h = loop_reference(x, layers[0][0]"},
                "Every layer starts from the first one's state. Each layer has an initial state of its own, the h that "
                "comes with its weights."),
        Mistake("initial states ignored", {"x, h = loop_reference(x, h": "x, h = loop_reference(x, 0 * h"},
                "Your layers start from zeros. Each has an initial state, the h that comes with its weights."),
        Mistake("state handed up",
                {"x, h = loop_reference(x, h": "x, h = loop_reference(x, states[-1] if states else h"},
                "You start each layer from the final state of the layer below. Each layer has an initial state of its "
                "own, the h that comes with its weights."),
        Mistake("one step late", _one_step_late,
                "A layer reads what the layer below had one step before. At step t it reads the new state of the layer "
                "below: update from the bottom up, and hand on the state that was just made."),
        Mistake("only the last state handed up", {
            "x, h = loop_reference(x, h":
            "x, h = loop_reference(np.repeat(states[-1][None], len(x), 0) if states else x, h"},
                "The upper layers read the final state of the layer below at every step. They read a sequence: at step "
                "t the state of step t."),
        Mistake("inputs added to the outputs", [
            {"        states.append": "        x = x + before\n        states.append",
             "x, h = loop": "before = x\n        x, h = loop"},
            {"        states.append": "        x, last = x + before, x\n        states.append",
             "x, h = loop": "before = x\n        x, h = loop", "return x": "return last"}],
                "You add each layer's inputs to its outputs. That is a residual network, a good idea for another day: "
                "here a layer reads the states below and nothing else."),
        Mistake("x added to every layer's input", {"states = []": "states, first = [], x",
                "= loop_reference(x, h": "= loop_reference(x + first if states else x, h"},
                "Your upper layers read x as well. A layer reads the states of the layer below and nothing else."),
        Mistake("bottom layer returned", {"return x": "return loop_reference(first, *layers[0])[0]",
                                          "states = []": "states, first = [], x"},
                "You return the outputs of the first layer. The outputs of a stack are those of its top layer."),
        Mistake("outputs of all layers added", {"return x": "return total", "states = []": "states, total = [], 0",
                                                "states.append": "total = total + x; states.append"},
                "You add up the outputs of all layers. The outputs of a stack are those of its top layer."),
        Mistake("states from above", {"x, states": "x, states[::-1]"},
                "Your list of final states begins with the top layer. Begin at the bottom, as `layers` does."),
        Mistake("a layer's first state", {"states.append(h)": "states.append(x[0])"},
                "Your list holds each layer's state of the first step. The final state is the one after the last step, "
                "the second thing that your loop returns."),
        Mistake("the top state for all", {"x, states": "x, [h] * len(layers)"},
                "Your list holds the top layer's final state again and again. Keep the final state of every layer."),
        Mistake("only two layers", [{"in layers": "in layers[:2]"}, {"in layers": "in layers[:-1]"}],
                "One layer too few has a say: go through all the layers of the list, however many there are."),
    ],
    hints=[
        "Your loop of 02.2 turns x into outputs. Those outputs are the x of the next layer.",
        "for h, W_x, W_h, b in layers: run the loop on x, call its outputs x, and keep its final state in a list.",
        "After the last layer x holds the outputs of the top: return x, states.",
    ],
)

# 02.6 Both directions ---------------------------------------------------------------------------------------------


def bidirectional_reference(x, ahead, back):
    """Outputs (T, N, 2H), forward half first, and both final states (N, H); ahead, back: (h, W_x, W_h, b) each."""
    forward, h_ahead = loop_reference(x, *ahead)
    backward, h_back = loop_reference(x[::-1], *back)
    return np.concatenate([forward, backward[::-1]], axis=2), h_ahead, h_back


bidirectional = Exercise(
    id="02.6",
    title="Both directions",
    stars=2,
    reference=bidirectional_reference,
    helpers=(loop_reference,),
    cases=lambda rng: [(rng.normal(size=(T, N, D)), _weights(rng, N, D, H), _weights(rng, N, D, H))
                       for T, N, D, H in ((4, 2, 3, 4), (5, 3, 2, 3), (3, 4, 2, 2))],
    names=("outputs", "h_ahead", "h_back"),
    mistakes=[
        Mistake("reverse outputs not turned back", {"backward[::-1]": "backward"},
                "The backward network reads from the end, so its first output belongs to the last step. Turn its "
                "outputs round again, backward[::-1], before you join them: then both halves of outputs[t] speak of "
                "step t."),
        Mistake("never turned", [{"x[::-1]": "x", "backward[::-1]": "backward"}, {"x[::-1]": "x"}],
                "Both networks read from the first step to the last. Give the second one x[::-1]."),
        Mistake("batch turned round", [{"x[::-1]": "x[:, ::-1]", "backward[::-1]": "backward[:, ::-1]"},
                                       {"backward[::-1]": "backward[:, ::-1]"}, {"x[::-1]": "x[:, ::-1]"}],
                "You turn the batch round, not the time: [:, ::-1] exchanges the sequences. Time is the first axis: "
                "[::-1]."),
        Mistake("features turned round", [{"x[::-1]": "x[..., ::-1]", "backward[::-1]": "backward[..., ::-1]"},
                                          {"x[::-1]": "x[..., ::-1]", "backward[::-1]": "backward"},
                                          {"backward[::-1]": "backward[..., ::-1]"}, {"x[::-1]": "x[..., ::-1]"}],
                "You turn the last axis round: that exchanges the numbers within a step. Time is the first axis: "
                "[::-1]."),
        Mistake("everything turned at the end",
                {"[forward, backward[::-1]], axis=2)": "[forward, backward], axis=2)[::-1]"},
                "You join first and turn both halves round. The forward half is in order already: turn the backward "
                "outputs alone, before you join them."),
        Mistake("shared weights", [{"x[::-1], *back": "x[::-1], back[0], *ahead[1:]"},
                {"x[::-1], *back": "x[::-1], *ahead"}],
                "Both directions use the weights of the forward network. The backward one has weights of its own, in "
                "`back`."),
        Mistake("networks exchanged", {"(x, *ahead": "(x, *back", "(x[::-1], *back": "(x[::-1], *ahead"},
                "The forward network has the weights of `back`, and the backward one those of `ahead`. Exchange them."),
        Mistake("shared initial state", {"x[::-1], *back": "x[::-1], ahead[0], *back[1:]"},
                "Both directions start from the forward network's state. The backward one has an initial state of its "
                "own, the h in `back`."),
        Mistake("backward begins where forward ended", {"x[::-1], *back": "x[::-1], h_ahead, *back[1:]"},
                "The backward network starts from the forward network's final state. It has an initial state of its "
                "own, the h in `back`."),
        Mistake("initial states ignored", {"(x, *ahead": "(x, 0 * ahead[0], *ahead[1:]",
                                           "(x[::-1], *back": "(x[::-1], 0 * back[0], *back[1:]"},
                "Your networks start from zeros. Each has an initial state, the h that comes with its weights."),
        Mistake("added up", [{"np.concatenate([forward, backward[::-1]], axis=2)": f"(forward + backward[::-1]){mean}"}
                             for mean in ("", " / 2")],
                "You add or average the two halves. That is another way to merge; asked is to put them side by side "
                "with np.concatenate([...], axis=2), so that nothing is mixed."),
        Mistake("joined along another axis", [
            {"axis=2": "axis=1"}, {"axis=2": "axis=0"},
            {"np.concatenate([forward, backward[::-1]], axis=2)": "np.stack([forward, backward[::-1]])"},
            {"np.concatenate([forward, backward[::-1]], axis=2)":
             "np.stack([forward, backward[::-1]], axis=-1).reshape(*forward.shape[:2], -1)"}],
                "The two halves are joined along another axis. Each step has 2H numbers, first the H of the forward "
                "network, then the H of the backward one: np.concatenate([...], axis=2)."),
        Mistake("backward half first", {"[forward, backward[::-1]]": "[backward[::-1], forward]"},
                "The halves are exchanged: the forward states come first, as in PyTorch."),
        Mistake("wrong end of the backward network", {"axis=2), h_ahead, h_back": "axis=2), h_ahead, backward[0]"},
                "h_back is the state after the backward network has read everything, and it has read step 1 last. You "
                "return its state at step T, where it has read a single input. Return the h that its loop returns."),
        Mistake("first state of the forward network", [
            {"axis=2), h_ahead": "axis=2), forward[0]"},
            {"axis=2), h_ahead, h_back": "axis=2), h_ahead, forward[0]"}],
                "One of your final states is the forward network's state at step 1, where it has read a single input. "
                "Return the h that each loop returns."),
    ],
    hints=[
        "Run the loop twice: once on x with the weights in ahead, once on x[::-1] with those in back.",
        "loop(x, *ahead) hands over h, W_x, W_h and b at once. Before you join, turn the second outputs round again.",
        "np.concatenate([forward, backward[::-1]], axis=2), and the two final states as the loops return them.",
    ],
)

# 02.7 Both directions, ragged -------------------------------------------------------------------------------------


def ragged_bidirectional_reference(x, ahead, back, lengths):
    """As `bidirectional`, for rows of different lengths (N,): each row is turned round within its own length."""
    t = np.arange(len(x))[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)[:, :, None]  # (T, N, 1): the step to be read t-th
    forward, h_ahead = ragged_loop_reference(x, *ahead, lengths)
    backward, h_back = ragged_loop_reference(np.take_along_axis(x, order, axis=0), *back, lengths)
    backward = np.take_along_axis(backward, order, axis=0)
    return np.concatenate([forward, backward], axis=2), h_ahead, h_back


WHOLE = {"np.where(t < lengths, lengths - 1 - t, t)": "(len(x) - 1 - t + 0 * lengths)"}  # the whole axis turned round
NO_LENGTHS = "np.full(len(lengths), len(x))"
BACK = "np.take_along_axis(backward, order, axis=0)"


def _ragged_pair(rng, T, D, H, lengths):
    N = len(lengths)
    return rng.normal(size=(T, N, D)), _weights(rng, N, D, H), _weights(rng, N, D, H), np.array(lengths)


ragged_bidirectional = Exercise(
    id="02.7",
    title="Both directions, ragged",
    stars=3,
    reference=ragged_bidirectional_reference,
    helpers=(ragged_loop_reference,),
    cases=lambda rng: [_ragged_pair(rng, T, D, H, lengths)
                       for T, D, H, lengths in ((5, 3, 4, (5, 3, 2)), (6, 2, 3, (2, 6, 4, 3)), (4, 1, 2, (4, 2)))],
    names=("outputs", "h_ahead", "h_back"),
    mistakes=[
        Mistake("padding read first", [
            {**WHOLE, "*back, lengths": f"*back, {NO_LENGTHS}",
            BACK: f"np.where((t < lengths)[:, :, None], {BACK}, 0)"},
            {**WHOLE, "*back, lengths": f"*back, {NO_LENGTHS}"},
            {**WHOLE, "*back, lengths": f"*back, {NO_LENGTHS}", "*ahead, lengths": f"*ahead, {NO_LENGTHS}"},
            {**WHOLE, "*back, lengths": f"*back, {NO_LENGTHS}", "*ahead, lengths": f"*ahead, {NO_LENGTHS}",
             "return np.concatenate([forward, backward], axis=2)":
             "return np.where((t < lengths)[:, :, None], np.concatenate([forward, backward], axis=2), 0)"}],
                "You turn the whole axis round, so in a short row the padding comes first and the backward network "
                "reads it before anything real. Turn each row round within its own length."),
        Mistake("whole axis turned, lengths kept", WHOLE,
                "You turn the whole axis round and then stop after lengths steps: in a short row you read padding and "
                "leave out as many of the real inputs. Turn each row round within its own length."),
        Mistake("never turned", [{"np.where(t < lengths, lengths - 1 - t, t)": "(t + 0 * lengths)"},
                                 {"np.take_along_axis(x, order, axis=0)": "x"}],
                "Both networks read every row from its first step to its last. The second one has to begin at the "
                "row's last real step: turn each row round within its own length."),
        Mistake("reverse outputs not turned back", {BACK: "backward"},
                "The inputs are turned round as they should be, but the outputs of the backward network stay in its "
                "own order. Turn them round again, in the same way: doing it twice gives the old order."),
        Mistake("turned back as a whole", {BACK: "backward[::-1]"},
                "The way there is right, the way back is not: [::-1] pushes the zeros of the short rows to the front. "
                "Turn the outputs back within their own lengths, with the same indices as before."),
        Mistake("off by one", {"t < lengths, lengths - 1 - t": "t < lengths, np.minimum(lengths - t, len(x) - 1)"},
                "Your short rows, turned round, begin one step behind their end, in the padding. The last real step "
                "of a row has the index lengths - 1, so the step to be read t-th is lengths - 1 - t."),
        Mistake("one step of padding read", {
            "    t = np.arange": "    lengths = np.minimum(lengths + 1, len(x))\n    t = np.arange"},
                "Every short row has one step too many: it reads a step of padding. A row of length 3 has the steps "
                "0, 1, 2."),
        Mistake("one length for all rows", [
            {"    t = np.arange": f"    lengths = np.full_like(lengths, {length})\n    t = np.arange"}
            for length in ("lengths[0]", "lengths.min()")],
                "You use one length for the whole batch. Each row has an end of its own: it is turned round within "
                "lengths[n], and read for lengths[n] steps."),
        Mistake("lengths not handed on", [
            {"*ahead, lengths": f"*ahead, {NO_LENGTHS}", "*back, lengths": f"*back, {NO_LENGTHS}"},
            {"*ahead, lengths": f"*ahead, {NO_LENGTHS}"}, {"*back, lengths": f"*back, {NO_LENGTHS}"}],
                "The rows are turned round well, but a loop runs on through the padding. Hand lengths to the loop of "
                "02.4 in both directions."),
        Mistake("shared weights or state", [
            {"order, axis=0), *back": f"order, axis=0), {what}"}
            for what in ("*ahead", "back[0], *ahead[1:]", "ahead[0], *back[1:]")],
                "The backward network borrows from the forward one. It has an initial state and weights of its own, in "
                "`back`."),
        Mistake("networks exchanged", {"(x, *ahead": "(x, *back", "axis=0), *back": "axis=0), *ahead"},
                "The forward network has the weights of `back`, and the backward one those of `ahead`. Exchange them."),
        Mistake("final state from the last step of the page", [
            {"axis=2), h_ahead": "axis=2), forward[-1]"},
            {"axis=2), h_ahead, h_back": "axis=2), h_ahead, backward[-1]"}],
                "A final state of yours is outputs[-1], which is 0 in every row that has ended before. Return the h "
                "that your ragged loop returns."),
        Mistake("wrong end of the backward network", {
            "axis=2), h_ahead, h_back": "axis=2), h_ahead, backward[lengths - 1, np.arange(len(lengths))]"},
                "h_back is the backward network's output at the row's last real step, where it has read a single "
                "input. It has read everything at step 1: return the h that its loop returns."),
        Mistake("halves exchanged", {"[forward, backward]": "[backward, forward]"},
                "The halves are exchanged: the forward states come first, as in PyTorch."),
    ],
    hints=[
        "Use your loops: 02.4 for each direction, and the frame of 02.6. New is only how a row is turned round.",
        "In a row of length L the step that is read t-th is L - 1 - t while t < L. Padding may stay where it is: t.",
        "t = np.arange(T)[:, None]; order = np.where(t < lengths, lengths - 1 - t, t) is (T, N).",
        "np.take_along_axis(x, order[:, :, None], axis=0) turns all rows round, and does the same for the outputs.",
    ],
)

# 02.8 Two kinds of brackets ---------------------------------------------------------------------------------------


def brackets_reference():
    """W_x (5, 2), W_h (2, 2), b (2): a linear network whose state is (open round, open square)."""
    W_x = np.zeros((5, 2))  # a row for each of ( ) [ ] and for any other character
    W_x[:2, 0] = 1, -1
    W_x[2:4, 1] = 1, -1
    return W_x, np.eye(2), np.zeros(2)


def _states_of(answer, text):
    """What the check does with weights: all states (T, 2) of the linear network on a text of brackets."""
    W_x, W_h, b = (np.asarray(array, dtype=float) for array in answer())
    for name, array, shape in (("W_x", W_x, (5, 2)), ("W_h", W_h, (2, 2)), ("b", b, (2,))):
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    h, states = np.zeros(2), []
    for character in text:
        x_t = np.eye(5)["()[]".find(character)]  # find gives -1, the last row, for any other character
        h = x_t @ W_x + h @ W_h + b
        states.append(h)
    return np.array(states)


brackets = Exercise(
    id="02.8",
    title="Two kinds of brackets",
    stars=1,
    reference=brackets_reference,
    cases=lambda rng: ["a[i](b[j])", "".join(rng.choice(list("()[]ab"), size=30)), "((x)[(y)[z]])"],
    call=_states_of,
    names=("states",),
    mistakes=[
        Mistake("no memory", {"np.eye(2)": "np.zeros((2, 2))"},
                "W_h is 0, so the state only shows the last character. What has been counted has to be kept whole."),
        Mistake("closing brackets ignored", {"[:2, 0] = 1, -1": "[0, 0] = 1",
                                             "[2:4, 1] = 1, -1": "[2, 1] = 1"},
                "You count the brackets that open. A bracket that closes has to take 1 away again."),
        Mistake("everything counted", {"[:2, 0] = 1, -1": "[:2, 0] = 1, 1", "[2:4, 1] = 1, -1": "[2:4, 1] = 1, 1"},
                "A bracket that closes adds 1 in your network, so you count all brackets. It has to take 1 away."),
        Mistake("both kinds together", {"[2:4, 1]": "[2:4, 0]"},
                "Both kinds of brackets go into the first unit. The second unit counts the square ones."),
        Mistake("kinds exchanged", {"[:2, 0]": "[:2, 1]", "[2:4, 1]": "[2:4, 0]"},
                "Round and square are exchanged: the first unit counts the round brackets, the second the square "
                "ones."),
        Mistake("rows in another order", {"W_x[:2, 0]": "W_x[[0, 2], 0]", "W_x[2:4, 1]": "W_x[[1, 3], 1]"},
                "Your rows of W_x stand in another order: ( [ ) ]. The check's order is ( ) [ ], then all others."),
        Mistake("a leak", [{"np.eye(2)": f"{leak} * np.eye(2)"} for leak in (0.5, 0.9, 0.95, 0.99)],
                "Your W_h lets the state fade. A bracket stays open until it is closed, however long that takes, so "
                "the state has to be kept whole."),
        Mistake("units mixed", {"np.eye(2)": "np.ones((2, 2))"},
                "W_h is full of ones, so each unit also gets what the other has counted. Off the diagonal it must be "
                "0."),
        Mistake("a bias at every step", {"np.zeros(2)": "np.ones(2)"},
                "b is added at every step, whatever comes in, so your state also counts the characters."),
    ],
    hints=[
        "x_t is one-hot, so x_t @ W_x is a row of W_x: what this character adds to the two units.",
        "An opening round bracket adds (1, 0), a closing one (−1, 0), and any other character nothing.",
        "W_h keeps each unit as it is and mixes nothing: np.eye(2). And b is 0.",
    ],
)

# 02.9 How long does it remember? ----------------------------------------------------------------------------------

remembers = ValueExercise(
    id="02.9",
    title="How long does it remember?",
    stars=1,
    reference=90,
    mistakes=[
        Mistake("one too few", 89, "After 89 steps 0.95⁸⁹ = 1.04 % is left, which is not yet less than 1 %."),
        Mistake("not rounded up", lambda value: 89.7 < float(value) < 89.9,
                "That solves 0.95ᵏ = 0.01 exactly. A network makes whole steps: after how many is less than 1 % left?",
                example=89.78),
        Mistake("the reach", 20,
                "20 = 1/(1 − W) is how far the state looks back, roughly: there 0.95²⁰ = 36 % is still left."),
        Mistake("half of it", lambda value: 13 < float(value) < 14.5,
                "After that many steps about half is left. Asked is when less than a hundredth is left.", example=14),
        Mistake("a tenth", lambda value: 44 < float(value) < 45.5,
                "After that many steps a tenth is left. Less than 1 %, a hundredth, is asked.", example=45),
        Mistake("straight line", lambda value: 19 < float(value) < 19.9,
                "You take 5 % of the beginning away at each step. The unit loses 5 % of what it still has: the loss "
                "gets smaller.", example=19.8),
        Mistake("one too many", 91,
                "Count the steps after the one was read: k steps later the state is 0.95ᵏ."),
    ],
    hints=[
        "The one adds 1 to the state. How much of it is there one step later, two steps later, k steps later?",
        "0.95ᵏ < 0.01. Try it in a loop, or take logarithms.",
        "k > log(0.01) / log(0.95), and k is a whole number.",
    ],
    explanation="0.95⁸⁹ = 0.0104 and 0.95⁹⁰ = 0.0099. In general k > log(0.01)/log(W), which is about "
                "4.6/(1 − W) for a W near 1.",
)

# 02.10 Where it rests ---------------------------------------------------------------------------------------------


def rest_reference(w):
    """Where h = tanh(w h) comes to rest when it starts at 0.1 and nothing comes in."""
    h = 0.1
    for _ in range(1000):
        h = np.tanh(w * h)
    return np.round(h, 10)


rest = Exercise(
    id="02.10",
    title="Where it rests",
    stars=2,
    reference=rest_reference,
    cases=lambda rng: [0.5, 1.2, 2.0, 3.0, 0.7],
    names=("the resting place",),
    rtol=1e-6,
    atol=1e-8,
    mistakes=[
        Mistake("a single step", {"range(1000)": "range(1)"},
                "That is the state after one step from 0.1. Go on until it does not change any more."),
        Mistake("stopped early", [{"range(1000)": f"range({n})"}
                                  for n in (2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 25, 30)],
                "You stop too early. Near w = 1 the state moves slowly: let it go on for some hundred steps."),
        Mistake("right border, wrong height", lambda w: 0.0 if w < 1 else 1.0,
                "The border at w = 1 is right. But above it the state rests where tanh(w h) = h, and that lies below "
                "1."),
        Mistake("no tanh", [{"np.tanh(w * h)": "w * h"}, lambda w: 0.1 * w**1000],
                "You left tanh out: a linear unit fades to 0 for w below 1 and grows without end above it."),
        Mistake("w outside", {"np.tanh(w * h)": "w * np.tanh(h)"},
                "You multiply by w after tanh. The unit computes tanh(w h), so w stands inside."),
        Mistake("other side", {"h = 0.1": "h = -0.1"},
                "The size is right, the sign is not: start at +0.1, and the state stays on that side."),
    ],
    hints=[
        "Let the network do it: start at 0.1, and put h = np.tanh(w * h) into a loop.",
        "Some hundred steps are enough for all w of the check.",
        "for _ in range(1000): h = np.tanh(w * h), and return h.",
    ],
    explanation="For w below 1 nothing is held: 0 is the only place where tanh(w h) = h. Above 1 there are two more, "
                "one on each side, and the unit can hold. It is a latch as long as a press outweighs what it holds: "
                "the lamp's press of 4 does so for w up to 4.",
)

# 02.11 Odd or even ------------------------------------------------------------------------------------------------


def parity_reference():
    """W_x (1, H), W_h (H, H), b (H), W_y (H): a ReLU network; here with H = 2."""
    W_x = np.ones((1, 2))  # both units read the bit plus the old parity, s = 0, 1 or 2
    b = np.array([0.0, -1.0])  # the units are max(s, 0) and max(s − 1, 0): (0, 0), (1, 0) or (2, 1)
    W_y = np.array([1.0, -2.0])  # 0, 1 or 0
    W_h = np.outer(W_y, np.ones(2))  # the old parity is the old state times W_y, and both units read it
    return W_x, W_h, b, W_y


def _odd_of(answer, bits):
    """What the check does with weights: for every step (T,), is the output above ½? 1 or 0."""
    W_x, W_h, b, W_y = (np.asarray(array, dtype=float) for array in answer())
    H = W_x.shape[-1]
    for name, array, shape in (("W_x", W_x, (1, H)), ("W_h", W_h, (H, H)), ("b", b, (H,)), ("W_y", W_y, (H,))):
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    h, outputs = np.zeros(H), []
    for bit in bits:
        h = np.maximum(bit * W_x[0] + h @ W_h + b, 0)
        outputs.append(h @ W_y)
    return (np.array(outputs) > 0.5).astype(int)


def _weights_of(W_x, W_h, b, W_y):
    return lambda: tuple(np.array(array, dtype=float) for array in (W_x, W_h, b, W_y))


parity = Exercise(
    id="02.11",
    title="Odd or even?",
    stars=3,
    reference=parity_reference,
    cases=lambda rng: [rng.integers(0, 2, size=12), np.array([0, 1, 0, 0, 1, 1, 1, 0]), rng.integers(0, 2, size=200)],
    call=_odd_of,
    names=("odd",),
    mistakes=[
        Mistake("never turns back", _weights_of([[1]], [[1]], [0], [1]),
                "Your output stays above ½ once a one has come, as if it counted. The second one has to bring it back "
                "to 0."),
        Mistake("only the last bit", _weights_of([[1]], [[0]], [0], [1]),
                "Your output is the last bit: nothing is carried along. A zero has to keep the parity as it was."),
        Mistake("bit minus state", _weights_of([[1]], [[-1]], [0], [1]),
                "Two ones in a row come out right, but a zero erases what was kept: max(0 − h, 0) is 0. After a zero "
                "the parity has to be what it was."),
        Mistake("never odd", [_weights_of([[1, 1]], [[1, 1], [-2, -2]], [0, -1], [-1, 2]),
                              {"[0.0, -1.0]": "[0.0, 0.0]"},
                              _weights_of([[0]], [[0]], [0], [1])],
                "Your output is never above ½. Look at the signs of W_y, and at the biases: one unit has to notice "
                "that parity and bit together have reached 2, and a bias of −1 does that."),
        Mistake("always odd", _weights_of([[0]], [[0]], [1], [1]),
                "Your output is above ½ at every step, whatever the bits are."),
        Mistake("answers even", _weights_of([[1, 1, 0]], [[1, 1, 0], [-2, -2, 0], [0, 0, 0]], [0, -1, 1], [-1, 2, 1]),
                "Your output is above ½ when the number of ones is even. Asked is the other one: 1 for odd."),
        Mistake("readout corrects, state does not", {"W_h = np.outer(W_y, ": "W_h = np.outer([1, 0], "},
                "Your output comes down with the second one and never goes up again. The state has to be corrected as "
                "the readout is: the old parity, which both units read, is the same mixture as W_y."),
        Mistake("state corrects, readout does not", {"return W_x, W_h, b, W_y": "return W_x, W_h, b, np.array([1, 0])"},
                "Your output is 2 where the old parity and the new bit add up to 2. There it has to be 0: let the "
                "readout take twice the second unit away."),
    ],
    hints=[
        "Let s be the old parity plus the new bit: 0, 1 or 2. The new parity is 1 only for s = 1. It goes up and comes "
        "down again, so one ReLU of s is not enough.",
        "max(s, 0) − 2 max(s − 1, 0) is 0, 1, 0 for s = 0, 1, 2. These are two units, with the biases 0 and −1.",
        "The readout is W_y = [1, −2], and the old parity is the same mixture of the old units: both columns of W_h "
        "are [1, −2] as well.",
    ],
    explanation="No single ReLU unit can do it: a zero has to keep a larger state the larger, which takes a W_h above "
                "0, and a one has to turn the order round, which takes a W_h below 0. Two units can.",
)

# 02.12 Build it: learn the lamp -----------------------------------------------------------------------------------


def learn_lamp_reference(rows, lit):
    """Train on rows (N, T) and lit (N,), 1 for on; returns a function from new rows to their answers, True for on."""
    rng = np.random.default_rng(0)
    network, readout, loss = nn.RNN(1, 8, rng=rng), nn.Linear(8, 1, rng=rng), nn.BinaryCrossEntropy()
    adams = [nn.Adam(layer.params, 0.02) for layer in (network, readout)]

    def score(rows):
        _, last = network.forward(rows.T[:, :, None])  # (T, N, 1): time first
        return readout.forward(last)[:, 0]

    for _ in range(200):
        loss.forward(score(rows), lit)
        d_last = readout.backward(loss.backward()[:, None])  # the loss looks at the last state alone
        network.backward(np.zeros((rows.shape[1], len(rows), 8)), d_last)
        for adam, layer in zip(adams, (network, readout), strict=True):
            adam.step(layer.grads)
    return lambda rows: score(rows) > 0


def _lamp_rows(rng, N, T):
    """Rows of presses (N, T), at least one in each, and the last one of each as 1 for on and 0 for off, (N,)."""
    rows = rng.choice([-1.0, 0.0, 1.0], p=[0.2, 0.6, 0.2], size=(N, T))
    rows[~rows.any(axis=1), 0] = 1.0
    return rows, (_last_press(rows) > 0).astype(float)


def _unseen(rows, lit, new_rows, new_lit):
    """The same case without the new rows that stand among those to learn from."""
    seen = {tuple(row) for row in rows}
    unseen = np.array([tuple(row) not in seen for row in new_rows])
    return rows, lit, new_rows[unseen], new_lit[unseen]


def _lamp_cases(rng):
    """A lamp; one that is left alone at the end, for longer than a window learns from; one with exchanged buttons."""
    cases = [_unseen(*_lamp_rows(rng, 300, T), *_lamp_rows(rng, 500, new_T))
             for T, new_T in ((10, 10), (8, 16), (8, 8))]
    rows, lit, new_rows, new_lit = cases[1]
    cases[1] = rows, lit, np.pad(new_rows, ((0, 0), (0, 10))), new_lit
    rows, lit, new_rows, new_lit = cases[2]
    return [*cases[:2], (rows, 1 - lit, new_rows, 1 - new_lit)]


def _last_press(rows):
    """The sign of the last press in each row."""
    return rows[np.arange(len(rows)), rows.shape[1] - 1 - np.argmax(rows[:, ::-1] != 0, axis=1)]


def _share_right(answer, rows, lit, new_rows, new_lit):
    """The share of unseen rows that are right; from 95 % on it counts as all of them."""
    told = np.asarray(answer(rows, lit)(new_rows))
    if told.shape != new_lit.shape:
        raise ValueError(f"the function you return must give one answer a row, {new_lit.shape}, got {told.shape}")
    share = float(np.mean((told.astype(float) > 0.5) == (new_lit > 0.5)))
    return 1.0 if share >= 0.95 else share


learn_lamp = Exercise(
    id="02.12",
    title="Build it: a network that learns the lamp",
    stars=3,
    reference=learn_lamp_reference,
    cases=_lamp_cases,
    call=_share_right,
    names=("the share of unseen rows that are right (95 % count as 1)",),
    time_limit=20,
    mistakes=[
        Mistake("the sum", lambda rows, lit: lambda new: new.sum(axis=1) > 0,
                "You answer with the sign of the sum, which counts every press. Only the last press decides."),
        Mistake("the last moment", lambda rows, lit: lambda new: new[:, -1] > 0,
                "You look at the last moment alone. In most rows nobody presses a button then, and what came before "
                "has to be carried along."),
        Mistake("always on", lambda rows, lit: lambda new: np.ones(len(new)),
                "Your function says that every lamp is on."),
        Mistake("always off", lambda rows, lit: lambda new: np.zeros(len(new)),
                "Your function says that every lamp is off. If it returns scores, return score > 0."),
        Mistake("turned round", lambda rows, lit: lambda new: learn_lamp_reference(rows, 1 - lit)(new),
                "Nearly all of your answers are wrong, so your network has learned it, with on and off exchanged."),
        Mistake("the rule itself", lambda rows, lit: lambda new: _last_press(new) > 0,
                "You wrote the rule of the lamp into your function. In the last case the two buttons are exchanged: "
                "let a network learn from the rows and answers which is which."),
        Mistake("the first press", lambda rows, lit: lambda new: new[
            np.arange(len(new)), np.argmax(new != 0, axis=1)] > 0,
                "You answer with the first press. A later press overrules it."),
    ],
    hints=[
        "Layers as in read_and_learn: nn.RNN(1, 8), nn.Linear(8, 1), nn.BinaryCrossEntropy and two Adams with a rate "
        "of 0.02. The network wants x as (T, N, 1): rows.T[:, :, None].",
        "One answer a row: readout.forward(last)[:, 0], with the last state that network.forward returns as its second "
        "result.",
        "Backward: d_last = readout.backward(loss.backward()[:, None]). It belongs to the last state, not to the "
        "outputs: network.backward(np.zeros((T, N, 8)), d_last). 200 updates are enough.",
    ],
    explanation="Nobody told this network about 4 and 2. It found weights of its own that hold a press, for longer "
                "than it was ever shown, and overwrite it.",
)

# Quiz -------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("02", [
    Question("A network with D = 4 and H = 5 has 50 weights for sequences of 10 steps: 4·5 + 5·5 + 5. How many does it "
             "have for 1,000 steps?", [
        Option("5,000", False, "That would be a set of weights for each step. The steps share one set."),
        Option("50", True, "The same W_x, W_h and b at every step. Length costs time, not weights."),
        Option("It cannot read 1,000 steps.", False,
               "The loop runs as long as there are inputs. A window has a size, a loop has none."),
    ], topic="sharing over time"),
    Question("The counter has U = 1, W = 0.9 and b = 0, and it reads ones without end. Where does its state go?", [
        Option("It grows without end.", False,
               "What it loses at each step, 10 % of the state, grows with the state."),
        Option("To 1.", False, "That is the state after the first step. The second one adds 1 to 0.9 of it."),
        Option("To 10.", True, "Where h = 0.9 h + 1: each step then loses as much as it gains."),
        Option("To 0.", False, "It would fade to 0 if zeros came in. Each one adds 1 again."),
    ], topic="a leaky memory"),
    Question("A batch is padded with zeros. What does a plain loop do to the state of a row that has ended?", [
        Option("Nothing, for zero times W_x is zero.", False,
               "Only the input's part is zero. The state still goes through W_h, b is added, and tanh bends it."),
        Option("It moves on at each step of the padding.", True,
               "Each step puts tanh(h W_h + b) in the place of h. So the state has to be held, or the row's last real "
               "output taken."),
        Option("It sets the state to zero.", False,
               "Nothing resets it. It goes where W_h and b take it."),
    ], topic="padding"),
    Question("What does layer 2 of a stacked network read at step t?", [
        Option("x_t, as layer 1 does", False, "Then the two would stand side by side, not on top of each other."),
        Option("The final state of layer 1", False, "It reads a sequence, one state of layer 1 at each step."),
        Option("The state of layer 1 at step t − 1", False,
               "Layer 1 goes first at each step, and layer 2 reads its new state."),
        Option("The state of layer 1 at step t", True,
               "And its own state of step t − 1, as every recurrent layer does."),
    ], topic="stacking"),
    Question("For which tasks may you use a bidirectional network?", [
        Option("Tag every word of a finished sentence as noun, verb, …", True,
               "The whole sentence is there, and what follows a word helps to tag it."),
        Option("Predict the next character of a text", False,
               "Its backward half would read the very character that is to be predicted."),
        Option("Tell whether a finished review is friendly", True, "The review is complete before the answer is due."),
        Option("Write subtitles while somebody is speaking", False,
               "The backward half starts at the end, and the end has not been spoken yet."),
    ], topic="bidirectional networks"),
    Question("The outputs of a bidirectional network are (T, N, 2H), all rows of full length. Where does its backward "
             "half know the whole sequence?", [
        Option("In outputs[0], second half", True,
               "It reads from the end, so at the first step it has read everything."),
        Option("In outputs[-1], second half", False,
               "There it has read the last input only. Taking outputs[-1] as a summary is a common mistake."),
        Option("Nowhere: it never sees the first half.", False, "It reads all the inputs, in the other order."),
    ], topic="bidirectional networks"),
    Question("You read a long sequence in two calls. When do you get the same states as in one call?", [
        Option("Always: the weights are the same.", False,
               "Without the state the second call starts from zeros and knows nothing of the first half."),
        Option("When the final state of the first call is the initial state of the second", True,
               "The state is all that one step hands to the next, so it is all that one call has to hand to the "
               "other."),
        Option("When both halves have the same length", False, "The cut may be anywhere."),
        Option("Never: rounding errors add up.", False,
               "The second call does the same operations on the same numbers."),
    ], topic="stateful calls"),
    Question("The reader whose state was erased at every step ended at a loss of 2.39, and the table that counts pairs "
             "of characters at 2.36. Why are the two so close?", [
        Option("Both were trained on the same text.", False,
               "So was the network with its state, and it ended at 1.72. What differs is what each of them may know."),
        Option("For both, the last character is all they know of the past.", True,
               "Without a state the network is a function of one character, and the table gives about the best guess "
               "such a function can make on the text it has counted."),
        Option("The erased network has fewer weights to learn with.", False,
               "It has as many weights. Its W_h is there, but it only ever multiplies a state of zeros."),
        Option("Both would have come down to 1.72 with more training.", False,
               "From the third pass on the erased network hardly moves, and a table does not train at all. More "
               "training adds no memory."),
    ], topic="what the state is for"),
    Question("x_t is 1, −1 or 0, and at each step a little noise is added to the state, a hundredth or so. In which "
             "unit does the sign of the state still tell the last press after a thousand silent steps?", [
        Option("h_t = x_t + h_{t−1}", False, "It forgets nothing, but what it holds is the sum of all presses, not the "
               "last one."),
        Option("h_t = x_t + 0.4 h_{t−1}", False,
               "The last press decides its sign at first, but ten steps later 0.4¹⁰ of it is left, a ten-thousandth: "
               "the noise is louder."),
        Option("h_t = tanh(4 x_t + 0.5 h_{t−1})", False,
               "A press decides, but without one the state at least halves at every step. Nothing pushes it back up, "
               "and soon the noise decides."),
        Option("h_t = tanh(4 x_t + 2 h_{t−1})", True,
               "A press outweighs the old state, 4 against 2, and without one tanh(2h) pushes the state back "
               "to ±0.96."),
    ], topic="holding and overwriting"),
    Question("A linear unit with U = 1 and W = 0.9 reads a single one, and then zeros. How much of it is left ten "
             "steps later?", [
        Option("About a third", True, "0.9¹⁰ = 0.35: ten steps are its 1/(1 − W), the distance it looks back."),
        Option("Nothing", False, "A tenth of what is left goes at each step, not a tenth of the beginning."),
        Option("A tenth", False, "That takes 22 steps: 0.9²² = 0.098."),
        Option("All of it", False, "That would be W = 1."),
    ], topic="a leaky memory"),
    Question("Books write s_t = f(W s_{t−1} + U x_t) with columns, this course h_t = f(x_t W_x + h_{t−1} W_h + b) with "
             "rows. What is true?", [
        Option("W_x is U transposed.", True, "A column U x, turned into a row, is xᵀ Uᵀ."),
        Option("W_h is W transposed.", True, "For the same reason. PyTorch's weight_hh_l0 is W, as in the books."),
        Option("They are two kinds of network.", False,
               "The same numbers come out, once as a column and once as a row for each sequence."),
        Option("W_h is the inverse of W.", False, "It is Wᵀ. Nothing is inverted in a forward pass."),
    ], topic="notation"),
])
