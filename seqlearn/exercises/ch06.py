"""Exercises and quiz of chapter 06, the LSTM by hand. 06.3 is in flawed_lstm.py, 06.5 to 06.7 in held_memory.py."""

from itertools import permutations

import numpy as np

from seqlearn.exercises.flawed_lstm import bug_hunt
from seqlearn.exercises.held_memory import bias_for, set_gates, train_lstm
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "bias_for", "bug_hunt", "peephole_backward", "set_gates", "step_backward", "step_forward",
           "train_lstm"]


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# 06.1 One step forward -------------------------------------------------------------------------------------------


def step_forward_reference(x, h, c, W_x, W_h, b):
    """One step of an LSTM: the new h and c, both (N, H).

    x (N, D), h and c (N, H) from the step before; W_x (D, 4H), W_h (H, 4H), b (4H,), columns in the order i, f, g, o.
    """
    a = x @ W_x + h @ W_h + b
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), 1 / (1 + np.exp(-o))
    g = np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c


def _network(rng, N, D, H, peepholes=False):
    """x, h, c and weights, none of them zero; with peepholes p (3, H) for i, f, o."""
    arrays = (rng.standard_normal((N, D)), rng.uniform(-0.9, 0.9, (N, H)), 1.2 * rng.standard_normal((N, H)),
              rng.uniform(-1, 1, (D, 4 * H)), rng.uniform(-1, 1, (H, 4 * H)), rng.uniform(-1, 1, 4 * H))
    return (*arrays, rng.uniform(-1, 1, (3, H))) if peepholes else arrays


SIZES = ((3, 2, 4), (2, 5, 3), (4, 3, 2))

GATES = "1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), 1 / (1 + np.exp(-o))"

step_forward = Exercise(
    id="06.1",
    title="One step forward",
    stars=1,
    reference=step_forward_reference,
    cases=lambda rng: [_network(rng, *size) for size in SIZES],
    names=("h", "c"),
    mistakes=[
        Mistake("f before i", {"i, f, g, o = np": "f, i, g, o = np"},
                "Input and forget gate are exchanged: the columns come in the order i, f, g, o, and f is what "
                "multiplies the old c. Many texts write f first, and weights of other programs may be stored so."),
        Mistake("o before g", {"i, f, g, o = np": "i, f, o, g = np"},
                "Candidate and output gate are exchanged: the columns come in the order i, f, g, o, so the tanh "
                "belongs to the third block."),
        Mistake("another order of the gates", [
            {"i, f, g, o = np": f"{', '.join(order)} = np"} for order in map("".join, permutations("ifgo"))
            if order not in ("ifgo", "figo", "ifog")],
                "The four blocks are there, in another order. The columns come in the order i, f, g, o."),
        Mistake("every fourth column", {"np.split(a, 4, axis=1)": "[a[:, k::4] for k in range(4)]"},
                "You take every fourth column. The gates lie in blocks of H columns: the first H are those of i."),
        Mistake("reshaped to four gates", {"np.split(a, 4, axis=1)": "a.reshape(4, *c.shape)"},
                "Your reshape mixes up rows and gates. In a (N, 4H) the gates are blocks of H columns: cut it with "
                "np.split(a, 4, axis=1)."),
        Mistake("candidate through another function", [
            {"g = np.tanh(g)": f"g = {code}"} for code in (
                "1 / (1 + np.exp(-g))", "np.tanh(1 / (1 + np.exp(-g)))", "np.maximum(g, 0)", "np.tanh(np.tanh(g))")],
                "The candidate does not go through tanh, or not alone. It goes through tanh and nothing else: what is "
                "written may be negative, and lies between −1 and 1."),
        Mistake("candidate not squashed", {"g = np.tanh(g)": "pass"},
                "The candidate is the plain sum. It goes through tanh: g = np.tanh(g)."),
        Mistake("tanh of c left out", {"np.tanh(c), c": "c, c"},
                "h is o times c. Between them stands tanh: h = o * np.tanh(c)."),
        Mistake("tanh at another place", [
            {"o * np.tanh(c), c": code} for code in (
                "np.tanh(o * c), c", "np.tanh(o) * c, c", "o * 1 / (1 + np.exp(-c)), c")],
                "c does not go through tanh on its way to h, or o goes with it. The output gate multiplies what tanh "
                "has made of c: h = o * np.tanh(c)."),
        Mistake("old c read",
                {"    c = f * c + i * g\n    return o * np.tanh(c), c": "    return o * np.tanh(c), f * c + i * g"},
                "h is made of the cell state before this step. Write first, then read: h = o * tanh(new c)."),
        Mistake("tanh kept in c", [{"np.tanh(c), c": "np.tanh(c), np.tanh(c)"},
                {"c = f * c + i * g": "c = np.tanh(f * c + i * g)"},
                                   {"o * np.tanh(c), c": "o * np.tanh(c), o * np.tanh(c)"},
                                   {"c = f * c + i * g": "c = np.tanh(f * c + i * g)", "np.tanh(c), c": "c, c"}],
                "The new c itself has gone through tanh. Only what is read goes through it; c is handed on as it is, "
                "or it fades at every step."),
        Mistake("old c through tanh", {"f * c": "f * np.tanh(c)"},
                "The old cell state goes through tanh before it is kept. The belt has no tanh on it: c = f * c + i * "
                "g."),
        Mistake("nothing kept", {"f * c + ": ""},
                "The old cell state is missing from the new one: c = f * c + i * g."),
        Mistake("a gate left out of c", [{"f * c": "c"}, {"i * g": "g"}, {"i * g": "0 * g"}],
                "A gate is missing in the new c, or all of i * g. The forget gate multiplies the old cell state, the "
                "input gate the candidate: c = f * c + i * g."),
        Mistake("forget gate on all of it", {"f * c + i * g": "f * (c + i * g)"},
                "The forget gate multiplies what is written too. It decides about the old cell state alone: c = f * c "
                "+ i * g."),
        Mistake("gates coupled", [{"f * c + i * g": "f * c + (1 - f) * g"}, {"f * c + i * g": "(1 - i) * c + i * g"}],
                "One gate does the work of two, as 1 minus the other. That is a coupled gate, as in the GRU of chapter "
                "08; here i and f have weights of their own."),
        Mistake("state of another kind", [{"f * c +": "f * h +"}, {"h @ W_h": "c @ W_h"}],
                "You take h for c, or c for h. The gates are made of x and h, and the forget gate multiplies the old "
                "c."),
        Mistake("old h added", {"o * np.tanh(c), c": "h + o * np.tanh(c), c"},
                "You add the old h to the new one. h is made anew at every step; what is added to is c."),
        Mistake("bias left out", {" + b": ""}, "The bias b is not added to the sum."),
        Mistake("old h left out", [{" + h @ W_h": ""},
                {"np.tanh(g)": "np.tanh((x @ W_x + b)[:, 2 * len(W_h):3 * len(W_h)])"}],
                "The old h has no part in the gates, or none in the candidate. All four sums hold h @ W_h."),
        Mistake("W_h transposed block by block",
                {"h @ W_h": "np.concatenate([h @ block.T for block in np.split(W_h, 4, axis=1)], axis=1)"},
                "Each gate's block of W_h is transposed. States are rows here: one product, h @ W_h, as it stands."),
        Mistake("one more added to the forget gate", {"np.exp(-f)": "np.exp(-f - 1)"},
                "You add 1 to the forget gate's sum. That is a way to begin a training, and it belongs into b; the "
                "step takes b as it comes."),
        Mistake("gates through another function", [
            {GATES: "np.tanh(i), np.tanh(f), np.tanh(o)"}, {GATES: "i, f, o"}, {"1 / (1 + np.exp(-o))": "o"},
            {"1 / (1 + np.exp(-o))": "np.tanh(o)"},
            {"np.exp(-i)": "np.exp(i)", "np.exp(-f)": "np.exp(f)", "np.exp(-o)": "np.exp(o)"}],
                "Your gates, or one of them, do not go through the sigmoid. A gate lies between 0 and 1 and grows with "
                "its sum: 1 / (1 + np.exp(-a)), with the minus."),
    ],
    hints=[
        "First one line for all four: a = x @ W_x + h @ W_h + b, shaped (N, 4H). Then cut it into four blocks.",
        "i, f, g, o = np.split(a, 4, axis=1). Three go through the sigmoid 1 / (1 + np.exp(-a)), and g through tanh.",
        "c = f * c + i * g, and h = o * np.tanh(c). Return both, h first.",
    ],
    explanation="Two products in place of eight: the same numbers, from one matrix for each of x and h.",
)

# 06.2 One step backward ------------------------------------------------------------------------------------------


def step_backward_reference(dh, dc, x, h_before, c_before, gates, c, W_x, W_h):
    """The gradients of one step.

    dh (N, H): of h_t, from its loss and from later steps together. dc (N, H): what step t + 1 says about c_t along
    the belt, f of step t + 1 included. x (N, D), h_before, c_before, c (N, H), gates (4, N, H): i, f, g, o after their
    sigmoid or tanh. W_x (D, 4H), W_h (H, 4H). Returns dx, dh_before, dc_before, dW_x, dW_h, db.
    """
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    dc = dc + dh * o * (1 - tanh_c**2)
    da = np.concatenate([dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2),
                         dh * tanh_c * o * (1 - o)], axis=1)
    return da @ W_x.T, da @ W_h.T, dc * f, x.T @ da, h_before.T @ da, da.sum(axis=0)


def _steps(rng):
    cases = []
    for size in SIZES:
        x, h, c, W_x, W_h, b = _network(rng, *size)
        gates = np.array(np.split(x @ W_x + h @ W_h + b, 4, axis=1))
        gates = np.array([sigmoid(gates[0]), sigmoid(gates[1]), np.tanh(gates[2]), sigmoid(gates[3])])
        new = gates[1] * c + gates[0] * gates[2]
        cases.append((*rng.standard_normal((2, *h.shape)), x, h, c, gates, new, W_x, W_h))
    return cases


def _agrees_with_differences(answer, rng):
    """The slope along a random direction through everything that a step reads."""
    x, h, c, W_x, W_h, b = start = _network(rng, 3, 2, 4)
    u, v = rng.standard_normal((2, 3, 4))
    gates = np.array([(np.tanh if k == 2 else sigmoid)(a)
                      for k, a in enumerate(np.split(x @ W_x + h @ W_h + b, 4, axis=1))])
    _, new = step_forward_reference(*start)
    found = answer(u, v, x, h, c, gates, new, W_x, W_h)
    way = [rng.standard_normal(part.shape) for part in start]

    def loss(step):
        h_new, c_new = step_forward_reference(*(part + step * move for part, move in zip(start, way, strict=True)))
        return np.sum(u * h_new) + np.sum(v * c_new)

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    told = sum(np.sum(gradient * move) for gradient, move in zip(found, way, strict=True))
    if not abs(slope - told) < 1e-6 * max(1.0, abs(slope)):
        return f"along a random direction the loss changes by {slope:.6f}, your gradients say {told:.6f}."
    return None


DA_PARTS = ("dc * g * i * (1 - i)", "dc * c_before * f * (1 - f)", "dc * i * (1 - g**2)", "dh * tanh_c * o * (1 - o)")
DA = ",\n                         ".join([", ".join(DA_PARTS[:3]), DA_PARTS[3]])  # as it stands in the solution
DA_ORDER = "{}, {}, {}, {}"
AGAIN = "/ (1 + np.exp(-{0})) * (1 - 1 / (1 + np.exp(-{0})))"

step_backward = Exercise(
    id="06.2",
    title="One step backward",
    stars=2,
    reference=step_backward_reference,
    cases=_steps,
    names=("dx", "dh_before", "dc_before", "dW_x", "dW_h", "db"),
    mistakes=[
        Mistake("cell path dropped", {"dc = dc + dh": "dc = dh", "dc * f, x": "0 * dc, x"},
                "The path along the cell state is missing at both ends: dc must come in from step t + 1 and leave for "
                "step t − 1. This is the bug of this chapter."),
        Mistake("dc from the future not added", {"dc = dc + dh": "dc = dh"},
                "You compute dc from dh alone. c_t also lives on in c_{t+1}, and that has already sent its word: "
                "dc = dc + dh * o * (1 - tanh(c)²)."),
        Mistake("incoming dc times f", {"dc = dc + dh": "dc = dc * f + dh"},
                "You multiply the dc that comes in by f. It has been multiplied, by the f of step t + 1, and the f of "
                "this step comes on the way out: dc_before = dc * f."),
        Mistake("incoming dc through tanh", {"dc + dh * o": "(dc + dh * o)"},
                "The dc that comes in goes through the slope of tanh too. It comes along the belt, where no tanh is: "
                "multiply only dh * o by the slope."),
        Mistake("nothing sent back along the cell", {"dc * f, x": "0 * dc, x"},
                "dc_before is zero. From c = f * c_before + i * g the way back is dc_before = dc * f."),
        Mistake("dc sent back without dh's part",
                {"dc = dc + dh": "from_later = dc; dc = dc + dh", "dc * f, x": "from_later * f, x"},
                "dc_before holds only what came in as dc. Add what comes through h first: "
                "dc = dc + dh * o * (1 - tanh(c)²), then dc_before = dc * f."),
        Mistake("f left out", {"dc * f, x": "dc, x"},
                "dc_before is dc as it is. In c = f * c_before + i * g the old state is multiplied by f, so the "
                "gradient is too."),
        Mistake("another factor for dc_before", [{"dc * f, x": f"dc * {code}, x"} for code in (
            "f * c_before", "i", "f * (1 - f)", "c_before * f * (1 - f)", "f * f")],
                "Only dc_before is wrong, by its factor. In c = f * c_before + i * g the old state is multiplied by f: "
                "dc_before = dc * f."),
        Mistake("dh's part of dc left out", {"dc = dc + dh * o * (1 - tanh_c**2)": "pass"},
                "What the loss says about h never reaches c. h = o * tanh(c), so dc gains dh * o * (1 - tanh(c)²)."),
        Mistake("o left out of dc", {"dh * o * (1 - tanh": "dh * (1 - tanh"},
                "On the way from h to c the output gate is missing: h = o * tanh(c), so dc gains dh * o * (1 - "
                "tanh(c)²)."),
        Mistake("slope of the gate in dc", {"dh * o * (1 - tanh": "dh * o * (1 - o) * (1 - tanh"},
                "On the way from h to c you multiply by the slope of the output gate. There the gate is a plain "
                "factor; its slope stands on the way to its own sum."),
        Mistake("slope of tanh(c) left out", {" * (1 - tanh_c**2)": ""},
                "On the way from h to c the slope of tanh is missing: (1 - np.tanh(c)**2)."),
        Mistake("another slope of tanh(c)", [{"1 - tanh_c**2": code} for code in (
            "1 - c**2", "1 - (o * tanh_c)**2", "1 - tanh_c", "1 - np.tanh(c_before)**2", "1 - np.tanh(tanh_c)**2",
            "tanh_c * (1 - tanh_c)", "1 + tanh_c**2")],
                "The slope of tanh at c is 1 - tanh(c)², with the new c, which has not been through tanh yet."),
        Mistake("another state in the forget gate", [{"dc * c_before * f": f"dc * {code} * f"} for code in (
            "c", "np.tanh(c_before)", "h_before", "tanh_c")],
                "The forget gate multiplies the cell state before the step, as it is: with df goes c_before."),
        Mistake("another factor in the output gate", [{"dh * tanh_c * o": f"{code} * o"} for code in (
            "dh * c", "dc * tanh_c", "dh * np.tanh(c_before)", "dh * c_before", "dh", "dc * c")],
                "The output gate multiplies tanh of the new c, and its gradient comes from h: do = dh * np.tanh(c)."),
        Mistake("input gate and candidate", [
            {"dc * g * i * (1 - i)": "dc * i * i * (1 - i)", "dc * i * (1 - g**2)": "dc * g * (1 - g**2)"},
            {"dc * g * i": "dc * i"}, {"dc * i * (1 - g": "dc * (1 - g"}, {"dc * g * i": "dc * c_before * i"},
            {"dc * g * i": "dc * o * i"}],
                "i and g multiply each other, so each has the other as its factor: di = dc * g, and dg = dc * i."),
        Mistake("dh for dc", [
            {f"dc * {factor} * {slope}": f"(dh * o * (1 - tanh_c**2)) * {factor} * {slope}"}
            for factor, slope in (("g", "i * (1 - i)"), ("c_before", "f * (1 - f)"), ("i", "(1 - g**2)"))],
                "One of i, f and g does not see the dc from later steps. All three get the complete dc, with both "
                "parts in it."),
        Mistake("slopes of the gates left out", [
            {" * i * (1 - i)": "", " * f * (1 - f)": "", " * (1 - g**2)": "", " * o * (1 - o)": ""},
            *({slope: ""} for slope in (" * i * (1 - i)", " * f * (1 - f)", " * (1 - g**2)", " * o * (1 - o)")),
            {" * i * (1 - i)": "", " * f * (1 - f)": "", " * o * (1 - o)": ""}],
                "A gradient of i, f, g or o stays what it is. Go on to the sum a: through a sigmoid with s * (1 - s), "
                "through tanh with 1 - g²."),
        Mistake("slopes of the gates incomplete", [
            {"* i * (1 - i)": f"* {new('i')}", "* f * (1 - f)": f"* {new('f')}", "* o * (1 - o)": f"* {new('o')}"}
            for new in ("(1 - {})".format, "{}".format, "(1 - {0}**2)".format)]
                + [{f"* {gate} * (1 - {gate})": f"* {new(gate)}"} for gate in "ifo"
                   for new in ("(1 - {})".format, "{}".format, "(1 - {0}**2)".format)],
                "A sigmoid's slope is not right. At s it is s * (1 - s), both factors, for i, f and o."),
        Mistake("squashed once more", [
            *({"* i * (1 - i)": AGAIN.format("i"), "* f * (1 - f)": AGAIN.format("f"),
            "* o * (1 - o)": AGAIN.format("o")} | tanh
              for tanh in ({}, {"(1 - g**2)": "(1 - np.tanh(g)**2)"})), {"(1 - g**2)": "(1 - np.tanh(g)**2)"}],
                "You send gates or candidate through sigmoid or tanh again for their slopes. They come as they are "
                "after it: the slopes are i * (1 - i) and 1 - g²."),
        Mistake("another slope for g", [{"* (1 - g**2)": f"* {code}"}
                for code in ("g * (1 - g)", "(1 - g)", "(1 - g) ** 2")],
                "The candidate went through tanh: its slope is 1 - g², not that of a sigmoid, and not 1 - g."),
        Mistake("gates in another order", [
            {DA: DA_ORDER.format(*(DA_PARTS[k] for k in order))}
            for order in permutations(range(4)) if order != (0, 1, 2, 3)],
                "The four blocks of da are there, in another order. Put them together as i, f, g, o, like the columns "
                "of W_x."),
        Mistake("W_h not transposed", {"da @ W_h.T": "sum(part @ block for part, block in zip(np.split(da, 4, axis=1), "
                                       "np.split(W_h, 4, axis=1)))"},
                "Each gate's block of W_h is square, so no shape complains: back through a product goes da @ W_h.T."),
        Mistake("dh handed on", [{"da @ W_h.T": f"da @ W_h.T + {code}"} for code in ("dh", "dh * o", "dh * f")],
                "You add dh to dh_before. h goes on through the four sums alone: dh_before = da @ W_h.T, and "
                "nothing passes by them."),
        Mistake("batch averaged", [{"da.sum": "da.mean"}, {"x.T @ da, h_before.T @ da, da.sum(axis=0)":
                                   "x.T @ da / len(x), h_before.T @ da / len(x), da.mean(axis=0)"},
                                   {"x.T @ da, h_before.T @ da": "x.T @ da / len(x), h_before.T @ da / len(x)"}],
                "You average over the batch. dW_x, dW_h and db are sums over its rows: if the loss is a mean, the 1/N "
                "is already in dh."),
        Mistake("state after the step", {"h_before.T": "(o * tanh_c).T"},
                "dW_h pairs da with the new h. The product had the state before the step in it: h_before.T @ da."),
    ],
    hints=[
        "Walk the drawing from right to left. h_t = o · tanh(c_t) first: what does it say about o, and what about c_t?",
        "dc = dc + dh * o * (1 - np.tanh(c)**2). From c_t = f · c_before + i · g: df = dc * c_before, di = dc * g, "
        "dg = dc * i, and dc_before = dc * f.",
        "Through the slopes: di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o), side by side: "
        "da (N, 4H).",
        "dx = da @ W_x.T, dh_before = da @ W_h.T, dW_x = x.T @ da, dW_h = h_before.T @ da, db = da.sum(axis=0).",
    ],
    extra=_agrees_with_differences,
    explanation="Two gradients come in, dh and dc, and two leave. With dh alone, nothing would come back along the "
                "cell state.",
)

# 06.4 Peepholes --------------------------------------------------------------------------------------------------


def peephole_backward_reference(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, p):
    """The gradients of one step of an LSTM whose gates look at the cell state.

    In the forward step the sums of i and f hold p[0] * c_before and p[1] * c_before as well, that of o holds p[2] * c.
    Arguments as in step_backward, and p (3, H). Returns dx, dh_before, dc_before, dW_x, dW_h, db, dp.
    """
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    da_o = dh * tanh_c * o * (1 - o)
    dc = dc + dh * o * (1 - tanh_c**2) + da_o * p[2]            # the output gate looks at c
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2)
    dc_before = dc * f + da_i * p[0] + da_f * p[1]              # the other two look at c_before
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    dp = np.array([(da_i * c_before).sum(axis=0), (da_f * c_before).sum(axis=0), (da_o * c).sum(axis=0)])
    return da @ W_x.T, da @ W_h.T, dc_before, x.T @ da, h_before.T @ da, da.sum(axis=0), dp


def _peephole_forward(x, h, c, W_x, W_h, b, p):
    a = np.split(x @ W_x + h @ W_h + b, 4, axis=1)
    i, f, g = sigmoid(a[0] + p[0] * c), sigmoid(a[1] + p[1] * c), np.tanh(a[2])
    new = f * c + i * g
    o = sigmoid(a[3] + p[2] * new)
    return o * np.tanh(new), new, np.array([i, f, g, o])


def _peephole_steps(rng):
    cases = []
    for size in SIZES:
        x, h, c, W_x, W_h, b, p = _network(rng, *size, peepholes=True)
        _, new, gates = _peephole_forward(x, h, c, W_x, W_h, b, p)
        cases.append((*rng.standard_normal((2, *h.shape)), x, h, c, gates, new, W_x, W_h, p))
    return cases


def _peepholes_agree_with_differences(answer, rng):
    start = _network(rng, 3, 2, 4, peepholes=True)
    x, h, c, W_x, W_h, _, p = start
    u, v = rng.standard_normal((2, 3, 4))
    _, new, gates = _peephole_forward(*start)
    found = answer(u, v, x, h, c, gates, new, W_x, W_h, p)
    way = [rng.standard_normal(part.shape) for part in start]

    def loss(step):
        h_new, c_new, _ = _peephole_forward(*(part + step * move for part, move in zip(start, way, strict=True)))
        return np.sum(u * h_new) + np.sum(v * c_new)

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    told = sum(np.sum(gradient * move) for gradient, move in zip(found, way, strict=True))
    if not abs(slope - told) < 1e-6 * max(1.0, abs(slope)):
        return f"along a random direction the loss changes by {slope:.6f}, your gradients say {told:.6f}."
    return None


TO_C, TO_BEFORE = " + da_o * p[2]", " + da_i * p[0] + da_f * p[1]"  # the ways back through the peepholes
ROWS = "(da_i * c_before).sum(axis=0), (da_f * c_before).sum(axis=0)"
ROWS_EXCHANGED = "(da_f * c_before).sum(axis=0), (da_i * c_before).sum(axis=0)"

peephole_backward = Exercise(
    id="06.4",
    title="Peepholes",
    stars=3,
    reference=peephole_backward_reference,
    cases=_peephole_steps,
    names=("dx", "dh_before", "dc_before", "dW_x", "dW_h", "db", "dp"),
    mistakes=[
        Mistake("no way back through peepholes", {TO_C: "", TO_BEFORE: ""},
                "dp is there, but nothing flows back through the peepholes. They read the cell state, so it hears from "
                "them. For each dashed line ask: which c does it look at?"),
        Mistake("output gate's peephole not added to dc", {TO_C: ""},
                "Two of the three peepholes are sent back. What about the output gate's? Ask which cell state it looks "
                "at, the one before the step or the one after it."),
        Mistake("i's and f's peepholes not added to dc_before", {TO_BEFORE: ""},
                "The output gate's peephole is sent back. Input and forget gate look at a cell state too: which one, "
                "and what does it gain?"),
        Mistake("one peephole missing", [{" + da_i * p[0]": ""}, {" + da_f * p[1]": ""}],
                "One of the two peepholes into c_before is missing. Input and forget gate both look at it: dc_before "
                "gains da_i * p[0] + da_f * p[1]."),
        Mistake("added too late", [
            {TO_C: "", "    dc_before = dc": "    dc = dc + da_o * p[2]\n    dc_before = dc"},
            *({f"dc * {factor} * {slope}": f"(dc - da_o * p[2]) * {factor} * {slope}"} for factor, slope in (
                ("g", "i * (1 - i)"), ("c_before", "f * (1 - f)"), ("i", "(1 - g**2)"))),
            {"dc * g * i": "(dc - da_o * p[2]) * g * i", "dc * c_before * f": "(dc - da_o * p[2]) * c_before * f"}],
                "da_o * p[2] is added to dc after some of i, f and g have read it. Find da_o first, complete dc, then "
                "go on to the other three."),
        Mistake("output gate looks at c_before", {"da_o * c)": "da_o * c_before)"},
                "In dp, the output gate's row pairs da_o with the old cell state. It looks at the new one, c."),
        Mistake("output gate's peephole led to c_before", [
            {TO_C: "", TO_BEFORE: f"{TO_BEFORE} + da_o * p[2]"} | dp
            for dp in ({}, {"da_o * c)": "da_o * c_before)"})]
                + [{TO_BEFORE: f"{TO_BEFORE} + da_o * p[2]"}],
                "The output gate's peephole is led to c_before. It is the exception of the three: it looks at the new "
                "c, so its part belongs into dc, before everything else."),
        Mistake("all three led to c", {TO_BEFORE: "", TO_C: f"{TO_C} + (dc + dh * o * (1 - tanh_c**2)) * "
                                       "(g * i * (1 - i) * p[0] + c_before * f * (1 - f) * p[1])"},
                "All three peepholes are led to the new c. Input and forget gate decide before it is written: their "
                "parts belong into dc_before."),
        Mistake("i and f look at the new c", {"(da_i * c_before)": "(da_i * c)", "(da_f * c_before)": "(da_f * c)"},
                "In dp, the rows of i and f pair with the new cell state. They decide before c is written: c_before."),
        Mistake("tanh(c) in dp", [{"da_o * c)": "da_o * tanh_c)"}, {
            "da_o * c)": "da_o * tanh_c)", "(da_i * c_before)": "(da_i * np.tanh(c_before))",
            "(da_f * c_before)": "(da_f * np.tanh(c_before))"}],
                "A peephole sees c itself, not tanh(c): the last row of dp is the sum of da_o * c, and the others pair "
                "with c_before as it is."),
        Mistake("h in dp", [{"(da_i * c_before)": "(da_i * h_before)", "(da_f * c_before)": "(da_f * h_before)"} | more
                            for more in ({}, {"da_o * c)": "da_o * o * tanh_c)"})],
                "In dp you pair the gates with h. A peephole looks at the cell state: c_before for i and f, c for o."),
        Mistake("gates' gradients in place of the sums'", [
            {"(da_i * c_before)": "(dc * g * c_before)", "(da_f * c_before)": "(dc * c_before * c_before)",
             "(da_o * c)": "(dh * tanh_c * c)"}, {TO_C: " + dh * tanh_c * p[2]"}, {TO_C: " + dh * p[2]"},
            {TO_BEFORE: " + dc * g * p[0] + dc * c_before * p[1]"},
            {TO_C: " + dh * tanh_c * p[2]", TO_BEFORE: " + dc * g * p[0] + dc * c_before * p[1]"}],
                "A peephole is added to the sum, before the sigmoid. So what goes back through it is the gradient of "
                "the sum, da, with the slope of the gate in it."),
        Mistake("another factor on the way back", [
            {"dc * f + da_i * p[0] + da_f * p[1]": "(dc + da_i * p[0] + da_f * p[1]) * f"},
            {TO_C: f"{TO_C} * (1 - tanh_c**2)"}, {TO_C: f"{TO_C} * c"},
            {TO_BEFORE: " + da_i * p[0] * c_before + da_f * p[1] * c_before"}, {TO_C: f"{TO_C} * o"}],
                "A peephole's way back has one factor too many. The sum holds p * c, so c gains da * p."),
        Mistake("rows of p exchanged", [
            {TO_BEFORE: " + da_i * p[1] + da_f * p[0]"},
            {TO_BEFORE: " + da_i * p[1] + da_f * p[0]", ROWS: ROWS_EXCHANGED}, {ROWS: ROWS_EXCHANGED},
            {TO_BEFORE: " + da_i * p[0] + da_f * p[2]", TO_C: " + da_o * p[1]"}],
                "The rows of p and of dp are i, f, o. Yours are used in another order."),
        Mistake("batch averaged in dp", {f"{row}).sum": f"{row}).mean"
                for row in ("(da_i * c_before", "(da_f * c_before",
                                                                                   "(da_o * c")},
                "dp is averaged over the batch. It sums over it, like db."),
        Mistake("batch not summed in dp",
                {f"{row}).sum(axis=0)": f"{row})" for row in ("(da_i * c_before", "(da_f * c_before",
                                                                                         "(da_o * c")},
                "dp has a row for every sequence of the batch. p is shared by all of them: sum over axis 0, as for "
                "db."),
        Mistake("peepholes lead to h", {TO_BEFORE: "", "da @ W_h.T": "da @ W_h.T + da_i * p[0] + da_f * p[1]"},
                "You lead the peepholes to h_before. They look at the cell state: dc_before gains da_i * p[0] + da_f * "
                "p[1]."),
    ],
    hints=[
        "Light the dashed lines of the drawing. Each of them is one more arrow back into the cell state. To which c?",
        "The output gate looks at the new c: find da_o first, then dc = dc + dh * o * (1 - tanh(c)²) + da_o * p[2].",
        "dc_before = dc * f + da_i * p[0] + da_f * p[1].",
        "dp has three rows, each summed over the batch: da_i * c_before, da_f * c_before, da_o * c.",
    ],
    extra=_peepholes_agree_with_differences,
    explanation="The order matters: o reads c after it is written, so on the way back o comes before c is complete.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("06", [
    Question(
        "The forget gate of a unit is 1, and its input gate 0. What does that mean?",
        [
            Option("The hidden state h stays as it was at the step before.", False,
                   "h = o · tanh(c) also depends on the output gate, which may open and close meanwhile."),
            Option("The cell forgets everything it held before.", False,
                   "The gate is named after what it decides, not after what 1 does. 1 is open: all stays. 0 erases."),
            Option("The cell keeps what it holds, unchanged.", True,
                   "c_t = 1 · c_{t−1} + 0 · g. And the gradient passes unchanged along the cell state as well."),
            Option("The cell state is set to 1.", False,
                   "A gate multiplies. The value 1 leaves whatever is there as it is."),
        ],
        topic="what a forget gate of 1 means",
    ),
    Question(
        "Which ways lead from c_t back to c_{t−1} in an LSTM without peepholes?",
        [
            Option("Through h_{t−1}, which the gates and the candidate of step t have read.", True,
                   "The long way, through o_{t−1}, W_h and four slopes. It is why ∂c_T/∂c_k is not the product "
                   "of the forget gates alone."),
            Option("Through the output gate o_t.", False,
                   "o_t shapes h_t, and c_t is finished before it. It is on no way from c_{t−1} to c_t."),
            Option("There is only one way.", False, "There are two, and dropping one of them is this chapter's bug."),
            Option("Along the cell state, multiplied by f_t.", True,
                   "The short way, through one product and one sum."),
        ],
        topic="paths of the gradient",
    ),
    Question(
        "Along the cell state, what multiplies the gradient from c_T back to c_k?",
        [
            Option("The power T − k of the recurrent weight matrix W_h.", False,
                   "That is the linear RNN. Along the cell state no matrix stands in the way."),
            Option("The product of the forget gates of the steps k + 1 to T.", True,
                   "With gates of 0.5 it is halved at every step; with gates of 1 it arrives whole."),
            Option("The sum of the input gates of the steps k + 1 to T.", False,
                   "Input gates decide what is written, not what is kept."),
            Option("Always 1, whatever the gates do.", False, "That was the cell of 1997, without a forget gate."),
        ],
        topic="∂c_T/∂c_k",
    ),
    Question(
        "Why does a check of W_hf after two steps from h_0 = 0 not notice that the path c_t → c_{t−1} is missing?",
        [
            Option("Finite differences are too inexact after two steps.", False,
                   "They are exact to about ten digits. Both numbers are right: that is the trouble."),
            Option("With small weights the error is below the tolerance.", False,
                   "It is exactly zero, with weights of any size."),
            Option("Step 1 adds h_0ᵀ da_1 = 0 to the gradient, whatever da_1 is.", True,
                   "The error sits in da_1, and a zero hides it."),
            Option("At the last step no gradient comes from the future, so da_2 is right.", True,
                   "And so the only share that counts is the one that cannot be wrong."),
        ],
        topic="the check that could not fail",
    ),
    Question(
        "You want a gradient check that would have caught it. Which of these help?",
        [
            Option("Checking every parameter, also the biases and the inputs.", True,
                   "The blocks of i and g in W_x and b show it even after two steps from a zero start."),
            Option("Three steps or more.", True, "Then step 2 has a wrong share as well, and its h_1 is not zero."),
            Option("A start h_0 and c_0 that is not zero.", True,
                   "With both of them not zero two steps are enough: step 1 then counts as well."),
            Option("A smaller ε.", False, "The check did not lack digits. It looked where nothing could be wrong."),
        ],
        topic="the check that could not fail",
    ),
    Question(
        "Before training, a forget gate's bias is set to 1. What for?",
        [
            Option("So that the gate stays open for good: training cannot close it any more.", False,
                   "It is only the start. Training may move the bias wherever it helps."),
            Option("To work where the sigmoid is steeper, so that this gate learns faster.", False,
                   "It is less steep at 1 than at 0: its slope is 0.20 there, and 0.25 at 0."),
            Option("The gate starts near σ(1) ≈ 0.73 and not near 0.5, so more of the gradient survives a gap.", True,
                   "Along the belt 25 steps leave about 4·10⁻⁴ of it with 0.73, and 3·10⁻⁸ with 0.5; the way "
                   "through h comes on top of both."),
            Option("So that the gate starts at exactly 1, and the cell loses nothing at all before training "
                   "begins.", False,
                   "σ(1) is about 0.73. Over 80 steps a start at 3 did better here."),
        ],
        topic="forget-gate bias",
    ),
    Question(
        "Can the gradient still explode in an LSTM?",
        [
            Option("No, because forget gates are at most 1.", False,
                   "That bounds the way along the cell state. There is the other way."),
            Option("Only with peepholes.", False, "Peepholes add ways, but the one through W_h is always there."),
            Option("Yes, through h and W_h.", True,
                   "The long way multiplies by W_h at every step, as in an RNN. So keep clipping."),
        ],
        topic="gradients of the LSTM",
    ),
    Question(
        "A cell may hold a number for many steps and is asked for it at the last one. What is its output gate for?",
        [
            Option("It protects the number from what arrives in the meantime.", False,
                   "That is the input gate's part: it decides what is written."),
            Option("It keeps the number from disturbing its readers until it is wanted.", True,
                   "One outgoing weight would have to retrieve it at the last step and be silent before: the output "
                   "weight conflict of 1997."),
            Option("It empties the cell as soon as the number has been read.", False,
                   "Showing what is in the cell does not change it. What stays there is decided by the forget gate."),
            Option("It keeps the cell state from growing without a limit.", False,
                   "What is shown goes through tanh and the gate, but the cell state itself may grow. The forget gate "
                   "can hold it down."),
        ],
        topic="the two weight conflicts",
    ),
    Question(
        "In a trained LSTM one unit is high inside quotation marks and low outside, also on unread text. Which "
        "experiment tells whether the network uses it to close them?",
        [
            Option("Draw the unit over more texts, of other authors as well.", False,
                   "That shows again that it follows the marks. A unit may follow them, and nobody may read it."),
            Option("Train a second network and look for such a unit there.", False,
                   "That tells how common such units are, and not what this one is for."),
            Option("Look whether its weights to the readout are among the largest.", False,
                   "It may act through other units, by W_h, and a large weight may be cancelled by another."),
            Option("Change the unit, change the others likewise, and compare the next characters.", True,
                   "If closing marks become improbable with this unit changed, and not with the others, then the "
                   "network reads them there."),
        ],
        topic="units of a trained network",
    ),
    Question(
        "A trained LSTM only reads on, one character after another. What has to be kept in memory from step to step?",
        [
            Option("All states h and c since the beginning of the text.", False,
                   "The way back needs those. Without training there is no way back."),
            Option("The last h and c, and the gates of the last step.", False,
                   "The next step computes its own gates, from x and the last h."),
            Option("The last h and the last c, besides the weights.", True,
                   "Everything that the past can tell the next step is in these two arrays, however long the text."),
            Option("The last h alone, because c was used up to make it.", False,
                   "h = o · tanh(c) shows only a part of c. The next cell state begins with f · c."),
        ],
        topic="inference",
    ),
])
