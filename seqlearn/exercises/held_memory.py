"""Three exercises of chapter 06: gates set by hand, the bias for a gap, and an LSTM trained from an empty page."""

import numpy as np

from seqlearn.grading import Exercise, Mistake

# 06.5 Three gates by hand ----------------------------------------------------------------------------------------


def set_gates_reference(doing):
    """The gates of a memory c = f c + i x, read = o c, for what it is to do at each step. Returns (3, T): i, f, o."""
    gates = {"write": (1, 0, 0), "add": (1, 1, 0), "hold": (0, 1, 0), "halve": (0, 0.5, 0), "clear": (0, 0, 0),
             "read": (0, 1, 1)}
    return np.array([gates[each] for each in doing], dtype=float).T


DOINGS = (["write", "hold", "read"], ["write", "add", "hold", "read", "halve", "read", "clear", "read"],
          ["add", "add", "halve", "read", "write", "clear", "hold", "halve", "add"],
          ["hold", "read", "clear", "write", "write", "halve", "hold", "hold", "add", "read"])
TURNED = {"write": (1, 1, 0), "add": (1, 0, 0), "hold": (0, 0, 0), "halve": (0, 0.5, 0), "clear": (0, 1, 0),
          "read": (0, 0, 1)}  # the name of the forget gate taken at its word

set_gates = Exercise(
    id="06.5",
    title="Three gates by hand",
    stars=1,
    reference=set_gates_reference,
    cases=lambda rng: [(list(doing),) for doing in DOINGS],
    mistakes=[
        Mistake("forget gate turned round",
                lambda doing: np.array([TURNED[each] for each in doing], dtype=float).T,
                "Your forget gate is 1 where the memory is to forget. Mind the name: f multiplies the old content, so "
                "1 keeps it and 0 erases it."),
        Mistake("rows in another order", [
            lambda doing: set_gates_reference(doing)[[1, 0, 2]], lambda doing: set_gates_reference(doing)[[2, 0, 1]],
            lambda doing: set_gates_reference(doing)[[2, 1, 0]], lambda doing: set_gates_reference(doing)[[1, 2, 0]]],
                "The gates are right and the rows are not where they belong: first i, then f, then o."),
        Mistake("steps down, gates across", {".T": ""},
                "Your array has a row for each step. It should have a row for each gate: transpose it."),
        Mistake("add takes a mean", [{'"add": (1, 1, 0)': f'"add": {gates}'} for gates in (
            "(0.5, 0.5, 0)", "(1, 0.5, 0)", "(0.5, 1, 0)")],
                "At \"add\" your gates are half open, so a half of something is lost. Adding takes all of both: i = 1, "
                "f = 1."),
        Mistake("add overwrites", {'"add": (1, 1, 0)': '"add": (1, 0, 0)'},
                "With f = 0 the old content is gone before the new one is written. To add to it, keep it: i = 1 and "
                "f = 1."),
        Mistake("write adds", {'"write": (1, 0, 0)': '"write": (1, 1, 0)'},
                "With f = 1 what was there stays, and the new number is added to it. To write in its place, f = 0."),
        Mistake("reading erases", {'"read": (0, 1, 1)': '"read": (0, 0, 1)'},
                "With f = 0 the content is gone at the very step that should show it. Reading holds: f = 1."),
        Mistake("reading writes", [{'"read": (0, 1, 1)': f'"read": {gates}'} for gates in ("(1, 1, 1)", "(1, 0, 1)")],
                "With i = 1 at \"read\" what arrives gets into the content. Reading shows it and writes nothing."),
        Mistake("reading shows nothing", {'"read": (0, 1, 1)': '"read": (0, 1, 0)'},
                "With o = 0 at \"read\" nothing is shown. Reading is holding with the output gate open."),
        Mistake("hold does more", [{'"hold": (0, 1, 0)': f'"hold": {gates}'} for gates in (
            "(1, 1, 0)", "(1, 0, 0)", "(0, 0, 0)", "(0, 1, 1)")],
                "At \"hold\" something is written, lost or shown. Holding keeps the content and does nothing else: "
                "i = 0, f = 1, o = 0."),
        Mistake("clear holds", {'"clear": (0, 0, 0)': '"clear": (0, 1, 0)'},
                "With f = 1 the content stays. To clear the memory, let nothing pass: f = 0 and i = 0."),
        Mistake("clear shows", {'"clear": (0, 0, 0)': '"clear": (0, 0, 1)'},
                "Your output gate is open at \"clear\". The 0 is not asked for: o opens only at \"read\"."),
        Mistake("clear writes", {'"clear": (0, 0, 0)': '"clear": (1, 0, 0)'},
                "With i = 1 the memory holds what has just arrived. It should hold 0: f = 0 and i = 0."),
        Mistake("halve writes half", [{'"halve": (0, 0.5, 0)': '"halve": (0.5, 0.5, 0)'},
                                      {'"halve": (0, 0.5, 0)': '"halve": (0.5, 1, 0)'},
                                      {'"halve": (0, 0.5, 0)': '"halve": (0.5, 0, 0)'}],
                "Your input gate is half open, so half of what arrives gets in. Half of the old content should stay, "
                "and nothing be written: f = 0.5, i = 0."),
        Mistake("halve keeps all", [{'"halve": (0, 0.5, 0)': f'"halve": {gates}'} for gates in (
            "(0, 1, 0)", "(0, 1, 0.5)", "(0, 0.5, 0.5)", "(0, 0.5, 1)")],
                "At \"halve\" your output gate is open, or your forget gate keeps all. Half of the content stays, and "
                "nothing is shown: f = 0.5, o = 0."),
        Mistake("always shown", lambda doing: np.array([*set_gates_reference(doing)[:2], np.ones(len(doing))]),
                "Your output gate is open all the time. It is to show the content only at \"read\"."),
        Mistake("shown when written", lambda doing: np.maximum(set_gates_reference(doing), [
            [0] * len(doing), [0] * len(doing), [float(each in ("write", "add")) for each in doing]]),
                "Your output gate is open where something is written as well. It opens only at \"read\"."),
    ],
    hints=[
        "For each word ask: does the old content stay (f), does what arrives get in (i), is the content shown (o)?",
        "\"add\" keeps and writes. \"clear\" does neither. \"read\" is \"hold\" with o = 1. \"halve\" keeps a half.",
        "Put the triples (i, f, o) into a dict, make a list of them, and turn it: np.array([…], dtype=float).T",
    ],
    explanation="Six words, and no weight has changed: the same memory does all of them, because its factors may "
                "differ from step to step.",
)

# 06.6 A bias for a gap -------------------------------------------------------------------------------------------


def bias_for_reference(gap, left):
    """The forget gate's bias with which σ(bias) to the power of gap is left."""
    keep = left ** (1 / gap)
    return np.log(keep) - np.log1p(-keep)


bias_for = Exercise(
    id="06.6",
    title="A bias for a gap",
    stars=2,
    reference=bias_for_reference,
    cases=lambda rng: [(25, 0.5), (80, 0.1), (1, 0.3), (400, 0.9), (7, 0.01), (1000, 0.5)],
    mistakes=[
        Mistake("the gate, not its bias", {"return np.log(keep) - np.log1p(-keep)": "return keep"},
                "That is what the gate should be at each step. The bias goes through the sigmoid first: which number "
                "has this sigmoid?"),
        Mistake("one step", {"left ** (1 / gap)": "left"},
                "With this bias `left` remains after one step. After `gap` steps it is multiplied by the gate that "
                "many times: take the gap-th root first."),
        Mistake("power for root", {"left ** (1 / gap)": "left**gap"},
                "You raise `left` to the power of the gap. The gate to that power should be `left`, so the gate is "
                "its root."),
        Mistake("lost for left", {"left ** (1 / gap)": "(1 - left) ** (1 / gap)"},
                "You take `left` for what is lost. It is what remains: σ(bias) to the power of `gap` is `left`."),
        Mistake("odds", {"np.log(keep) - np.log1p(-keep)": "keep / (1 - keep)"},
                "That is s / (1 − s) of the gate s. The inverse of the sigmoid is its logarithm."),
        Mistake("sigmoid once more", {"np.log(keep) - np.log1p(-keep)": "1 / (1 + np.exp(-keep))"},
                "You send the gate through the sigmoid. The bias goes through it, and the gate comes out: invert it."),
        Mistake("bias scaled by the gap", [
            lambda gap, left: (np.log(left) - np.log1p(-left)) * gap,
            lambda gap, left: (np.log(left) - np.log1p(-left)) / gap],
                "You invert the sigmoid at `left` and then scale by the gap. Gates multiply, biases do not add up: "
                "take the root of `left` first, then invert."),
        Mistake("gate's logarithm", [{" - np.log1p(-keep)": ""}, {"np.log(keep) - np.log1p(-keep)": "-np.log(keep)"}],
                "That is the logarithm of the gate, or minus it. The inverse of the sigmoid has two terms: log(s) − "
                "log(1 − s)."),
        Mistake("sign", {"np.log(keep) - np.log1p(-keep)": "np.log1p(-keep) - np.log(keep)"},
                "The sign is turned: this bias closes the gate as far as it should be open. The inverse of the sigmoid "
                "is log(s / (1 − s))."),
        Mistake("divided by the gap", [{"left ** (1 / gap)": "left / gap"}, {"left ** (1 / gap)": "1 - left / gap"},
                                       {"left ** (1 / gap)": "1 - (1 - left) / gap"}],
                "You divide by the gap, as if the steps added up. Gates multiply, so each step keeps the gap-th root "
                "of `left`."),
        Mistake("logarithm of the gap", [lambda gap, left: np.log(gap), lambda gap, left: np.log(gap) + 0 * left],
                "log(gap) is a rule of thumb for a gate near 1 − 1/gap, with about a third left at the end. How much "
                "is left is given here."),
        Mistake("one step off", [{"1 / gap": "1 / (gap - 1 + 1e-12)"}, {"1 / gap": "1 / (gap + 1)"}],
                "You take one step too many, or one too few: over a gap of k steps there are k forget gates."),
        Mistake("tanh's inverse", {"np.log(keep) - np.log1p(-keep)": "np.arctanh(keep)"},
                "You invert tanh. A gate goes through the sigmoid, whose inverse is log(s / (1 − s))."),
        Mistake("base ten", {"np.log(keep) - np.log1p(-keep)": "np.log10(keep / (1 - keep))"},
                "You take logarithms to base ten. The sigmoid is made with e: np.log."),
    ],
    hints=[
        "First the gate: which number, multiplied by itself `gap` times, is `left`?",
        "keep = left ** (1 / gap). Then the bias: which number has the sigmoid `keep`?",
        "From keep = 1 / (1 + exp(−bias)) follows bias = log(keep / (1 − keep)).",
    ],
    explanation="To keep half of a gradient over 25 steps takes a bias of 3.6, and over 1,000 steps 7.3: a gap forty "
                "times as long costs less than 4 more. A start of 1 leaves 4·10⁻⁴ of it after 25 steps.",
)

# 06.7 Build it: an LSTM that learns ------------------------------------------------------------------------------


def train_lstm_reference(x, targets, W_x, W_h, b, updates, learning_rate):
    """The weights after gradient descent on the mean of (h_T[:, 0] - targets)², h_0 = c_0 = 0. Returns W_x, W_h, b."""
    N, H = len(targets), len(W_h)
    for _ in range(updates):
        h, c, gates = [np.zeros((N, H))], [np.zeros((N, H))], []
        for x_t in x:
            i, f, g, o = np.split(x_t @ W_x + h[-1] @ W_h + b, 4, axis=1)
            i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
            c.append(f * c[-1] + i * g)
            h.append(o * np.tanh(c[-1]))
            gates.append((i, f, g, o))
        dh, dc = np.zeros((N, H)), np.zeros((N, H))
        dh[:, 0] = 2 * (h[-1][:, 0] - targets) / N
        dW_x, dW_h, db = 0 * W_x, 0 * W_h, 0 * b
        for t in reversed(range(len(x))):
            (i, f, g, o), tanh_c = gates[t], np.tanh(c[t + 1])
            dc = dc + dh * o * (1 - tanh_c**2)
            da = np.concatenate([dc * g * i * (1 - i), dc * c[t] * f * (1 - f), dc * i * (1 - g**2),
                                 dh * tanh_c * o * (1 - o)], axis=1)
            dW_x, dW_h, db = dW_x + x[t].T @ da, dW_h + h[t].T @ da, db + da.sum(axis=0)
            dh, dc = da @ W_h.T, dc * f
        W_x, W_h, b = W_x - learning_rate * dW_x, W_h - learning_rate * dW_h, b - learning_rate * db
    return W_x, W_h, b


def _batches(rng):
    cases = []
    for T, N, D, H, updates, rate in ((4, 3, 2, 3, 1, 0.5), (3, 2, 1, 2, 3, 0.3), (6, 4, 2, 4, 2, 1.0)):
        weights = (rng.uniform(-1, 1, (D, 4 * H)), rng.uniform(-1, 1, (H, 4 * H)), rng.uniform(-1, 1, 4 * H))
        cases.append((rng.standard_normal((T, N, D)), rng.uniform(-1, 1, N), *weights, updates, rate))
    return cases


def _remembers(answer, rng):
    """Twenty sequences of six steps, of which only the first says what is asked for at the end."""
    x = 0.1 * rng.standard_normal((6, 20, 1))
    x[0, :, 0] = np.resize([1.0, -1.0], 20)
    H, targets = 6, 0.5 * x[0, :, 0]
    W_x, W_h = 0.5 * rng.standard_normal((1, 4 * H)), 0.4 * rng.standard_normal((H, 4 * H))
    b = np.repeat([0.0, 1.0, 0.0, 0.0], H)
    W_x, W_h, b = answer(x, targets, W_x, W_h, b, 300, 1.0)
    h = c = np.zeros((20, H))
    for x_t in x:
        i, f, g, o = np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
    loss = np.mean((h[:, 0] - targets) ** 2)
    if not loss < 0.02:
        return f"on sequences of six steps the loss after 300 updates is {loss:.3g}; it should be below 0.02."
    return None


train_lstm = Exercise(
    id="06.7",
    title="Build it: an LSTM that learns",
    stars=3,
    reference=train_lstm_reference,
    cases=_batches,
    names=("W_x", "W_h", "b"),
    extra=_remembers,
    mistakes=[
        Mistake("belt left out", {"dc = dc + dh * o": "dc = dh * o"},
                "dc_t is made of dh_t alone, so nothing comes back along the cell state: the bug of this chapter. Add "
                "what step t + 1 sends: dc = dc + …, and at the end of the step dc = dc * f."),
        Mistake("no f on the belt", {"da @ W_h.T, dc * f": "da @ W_h.T, dc"},
                "dc goes back without a factor. On its way from c_t to c_{t−1} it is multiplied by f_t."),
        Mistake("summed over the batch", {"- targets) / N": "- targets)"},
                "Your loss is a sum over the batch. It should be the mean, so dh_T is divided by N."),
        Mistake("mean over the units as well", {"- targets) / N": "- targets) / (N * H)"},
                "You divide by the number of units too. Only unit 0 is in the loss: the mean is over the batch, N."),
        Mistake("gates in another order", [{"i, f, g, o = np.split": f"{order} = np.split"} for order in (
            "f, i, g, o", "i, f, o, g", "f, i, o, g", "i, o, f, g", "o, i, f, g", "g, i, f, o")],
                "The blocks are cut in another order. The columns come in the order i, f, g, o."),
        Mistake("gradients returned", {"return W_x, W_h, b": "return dW_x, dW_h, db"},
                "You return the gradients of the last update. Asked for are the weights after it."),
        Mistake("dh kept", {"dh, dc = da @ W_h.T": "dh, dc = dh + da @ W_h.T"},
                "You add the old dh to the new one. h goes on through the four sums alone: dh = da @ W_h.T."),
        Mistake("another gate on the belt", [{"dc * f\n": f"dc * {gate}\n"} for gate in "io"],
                "dc goes back times another gate. On its way from c_t to c_{t−1} it is multiplied by f_t."),
        Mistake("two left out", {"= 2 * (h[-1]": "= (h[-1]"},
                "The derivative of (h − target)² is 2 (h − target); your steps are half as long."),
        Mistake("a loss at every step", {"dh, dc = da @ W_h.T, dc * f":
                                         "dh, dc = da @ W_h.T, dc * f\n            if t > 0:\n"
                                         "                dh[:, 0] += 2 * (h[t][:, 0] - targets) / N"},
                "You ask for the target after every step. The loss reads h_T alone, so no other step adds a gradient "
                "of its own to dh."),
        Mistake("every unit answers", {"dh[:, 0] = 2 * (h[-1][:, 0] - targets) / N":
                                       "dh[:] = 2 * (h[-1] - targets[:, None]) / N"},
                "You ask every unit for the target. Only unit 0 of h_T is the answer; the others get no gradient from "
                "the loss."),
        Mistake("uphill", {"W_x - learning_rate": "W_x + learning_rate", "W_h - learning_rate": "W_h + learning_rate",
                           "b - learning_rate": "b + learning_rate"},
                "You add the gradient, so the loss climbs. Subtract it."),
        Mistake("one update", {"range(updates)": "range(1)"},
                "You make one update, however many are asked for. Forward, back and step, `updates` times."),
        Mistake("only the first step's share", {
            "dW_x + x[t].T @ da, dW_h + h[t].T @ da, db + da.sum(axis=0)":
                "x[t].T @ da, h[t].T @ da, da.sum(axis=0)"},
                "Each step overwrites the gradient of the one before. The weights are used at every step: add up."),
        Mistake("state after the step", {"dW_h + h[t].T": "dW_h + h[t + 1].T"},
                "W_h met the state before the step, h[t]; you pair da with the one after it."),
        Mistake("new cell state in the forget gate", {"dc * c[t] * f": "dc * c[t + 1] * f"},
                "The forget gate multiplied the cell state before the step, c[t]."),
        Mistake("bias stays", {"b - learning_rate * db": "b"}, "b is never updated: it has a gradient as well."),
        Mistake("W_h not transposed", {
            "da @ W_h.T": "sum(part @ block for part, block in zip(np.split(da, 4, axis=1), "
                          "np.split(W_h, 4, axis=1)))"},
                "Back through a product goes the transposed matrix: dh = da @ W_h.T."),
    ],
    hints=[
        "Four parts in one loop: the forward pass from zeros, dh_T, the walk back, the update. The chapter has the two "
        "passes.",
        "The walk starts with dh zero but for dh[:, 0] = 2 * (h_T[:, 0] - targets) / N, and with dc zero.",
        "Make new arrays in the update, W_x = W_x - learning_rate * dW_x, so that the arguments stay as they are.",
    ],
    explanation="This is the whole of it: what `nn.LSTM`, a loss and `nn.SGD` do together, in twenty-odd lines.",
)
