"""Exercises and quiz of chapter 06: the LSTM by hand. The bug hunt is in flawed_lstm.py."""

from functools import partial

import numpy as np

from seqlearn.exercises.flawed_lstm import bug_hunt
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "bug_hunt", "peephole_backward", "step_backward", "step_forward"]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# 06.1 One step forward -------------------------------------------------------------------------------------------


def step_forward_reference(x, h, c, W_x, W_h, b):
    """One step of an LSTM: the new h and c, both (N, H).

    x (N, D), h and c (N, H) from the step before; W_x (D, 4H), W_h (H, 4H), b (4H,), columns in the order i, f, g, o.
    """
    z = x @ W_x + h @ W_h + b
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), 1 / (1 + np.exp(-o))
    g = np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c


def _forward(x, h, c, W_x, W_h, b, *, order="ifgo", slots=lambda z: np.split(z, 4, axis=1), candidate=np.tanh,
             read=np.tanh, bias=True, squash=sigmoid):
    z = dict(zip(order, slots(x @ W_x + h @ W_h + bias * b), strict=True))
    i, f, o, g = squash(z["i"]), squash(z["f"]), squash(z["o"]), candidate(z["g"])
    c = f * c + i * g
    return o * read(c), c


def _old_cell_read(x, h, c, W_x, W_h, b):
    _, new = step_forward_reference(x, h, c, W_x, W_h, b)
    o = sigmoid((x @ W_x + h @ W_h + b)[:, -h.shape[1]:])
    return o * np.tanh(c), new


def _cell_squashed(x, h, c, W_x, W_h, b):
    new_h, new = step_forward_reference(x, h, c, W_x, W_h, b)
    return new_h, np.tanh(new)


def _nothing_kept(x, h, c, W_x, W_h, b):
    return step_forward_reference(x, h, 0 * c, W_x, W_h, b)


def _coupled(x, h, c, W_x, W_h, b):
    i, f, g, o = np.split(x @ W_x + h @ W_h + b, 4, axis=1)
    c = sigmoid(f) * c + (1 - sigmoid(f)) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _swapped_result(x, h, c, W_x, W_h, b):
    return step_forward_reference(x, h, c, W_x, W_h, b)[::-1]


def _network(rng, N, D, H, peepholes=False):
    """x, h, c and weights, none of them zero; with peepholes p (3, H) for i, f, o."""
    arrays = (rng.standard_normal((N, D)), rng.uniform(-0.9, 0.9, (N, H)), 1.2 * rng.standard_normal((N, H)),
              rng.uniform(-1, 1, (D, 4 * H)), rng.uniform(-1, 1, (H, 4 * H)), rng.uniform(-1, 1, 4 * H))
    return (*arrays, rng.uniform(-1, 1, (3, H))) if peepholes else arrays


SIZES = ((3, 2, 4), (2, 5, 3), (4, 3, 2))

step_forward = Exercise(
    id="06.1",
    title="One step forward",
    stars=1,
    reference=step_forward_reference,
    cases=lambda rng: [_network(rng, *size) for size in SIZES],
    names=("h", "c"),
    mistakes=[
        Mistake("f before i", partial(_forward, order="figo"),
                "Input and forget gate are exchanged: the columns come in the order i, f, g, o. Many texts write f "
                "first, and weights of other programs may be stored so."),
        Mistake("o before g", partial(_forward, order="ifog"),
                "Candidate and output gate are exchanged: the columns come in the order i, f, g, o, so the tanh "
                "belongs to the third block."),
        Mistake("every fourth column", partial(_forward, slots=lambda z: [z[:, k::4] for k in range(4)]),
                "You take every fourth column. The gates lie in blocks of H columns: the first H are those of i."),
        Mistake("candidate through the sigmoid", partial(_forward, candidate=sigmoid),
                "The candidate goes through the sigmoid, so it can only add to the cell state. It goes through tanh: "
                "what is written may be negative."),
        Mistake("tanh of c left out", partial(_forward, read=lambda c: c),
                "h is o times c. Between them stands tanh: h = o * np.tanh(c)."),
        Mistake("old c read", _old_cell_read,
                "h is made of the cell state before this step. Write first, then read: h = o * tanh(new c)."),
        Mistake("tanh kept in c", _cell_squashed,
                "The new c itself has gone through tanh. Only what is read goes through it; c is handed on as it is, "
                "or it fades at every step."),
        Mistake("nothing kept", _nothing_kept,
                "The old cell state is missing from the new one: c = f * c + i * g."),
        Mistake("i taken as 1 − f", _coupled,
                "You write with 1 − f. That is a coupled gate, as in the GRU of chapter 08; here the input gate has "
                "weights of its own."),
        Mistake("bias left out", partial(_forward, bias=False), "The bias b is not added to the sum."),
        Mistake("gates through tanh", partial(_forward, squash=np.tanh),
                "Your gates go through tanh and can be negative. A gate lies between 0 and 1: use the sigmoid."),
        Mistake("gates not squashed", partial(_forward, squash=lambda z: z),
                "Your gates are the plain sums. A gate lies between 0 and 1: 1 / (1 + np.exp(-z))."),
    ],
    hints=[
        "First one product for all four: z = x @ W_x + h @ W_h + b, shaped (N, 4H). Then cut it into four blocks.",
        "i, f, g, o = np.split(z, 4, axis=1). Three go through the sigmoid 1 / (1 + np.exp(-z)), and g through tanh.",
        "c = f * c + i * g, and h = o * np.tanh(c). Return both, h first.",
    ],
    explanation="One product instead of four: the same numbers, and less time.",
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
    dz = np.concatenate([dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2),
                         dh * tanh_c * o * (1 - o)], axis=1)
    return dz @ W_x.T, dz @ W_h.T, dc * f, x.T @ dz, h_before.T @ dz, dz.sum(axis=0)


def _backward(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, *, incoming=True, through_f=True, from_h=True,
              slope_c=lambda c: 1 - np.tanh(c) ** 2, remembered=None, read=np.tanh, slopes="sst s", order=(0, 1, 2, 3),
              keep="sum", transposed=True, batch=np.sum):
    i, f, g, o = gates
    total = (f if incoming == "times f" else incoming) * dc + from_h * dh * o * slope_c(c)
    kept = {"sum": total, "incoming": dc, "nothing": 0 * dc}[keep]
    slope = {"s": lambda gate: gate * (1 - gate), "t": lambda gate: 1 - gate**2, "1": lambda gate: 1 + 0 * gate}
    s_i, s_f, s_g, s_o = (slope[kind](gate) for kind, gate in zip(slopes.replace(" ", ""), gates, strict=True))
    blocks = [total * g * s_i, total * (c if remembered else c_before) * s_f, total * i * s_g, dh * read(c) * s_o]
    dz = np.concatenate([blocks[k] for k in order], axis=1)
    size = W_h.shape[0]
    if transposed:
        dh_before = dz @ W_h.T
    else:
        dh_before = sum(dz[:, k * size:(k + 1) * size] @ W_h[:, k * size:(k + 1) * size] for k in range(4))
    return (dz @ W_x.T, dh_before, kept * f if through_f else kept, x.T @ dz, h_before.T @ dz, batch(dz, axis=0))


def _state_after(dh, dc, x, h_before, c_before, gates, c, W_x, W_h):
    right = step_backward_reference(dh, dc, x, h_before, c_before, gates, c, W_x, W_h)
    dz_to_h = step_backward_reference(dh, dc, x, gates[3] * np.tanh(c), c_before, gates, c, W_x, W_h)[4]
    return (*right[:4], dz_to_h, right[5])


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
    gates = np.array([(np.tanh if k == 2 else sigmoid)(z)
                      for k, z in enumerate(np.split(x @ W_x + h @ W_h + b, 4, axis=1))])
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


step_backward = Exercise(
    id="06.2",
    title="One step backward",
    stars=2,
    reference=step_backward_reference,
    cases=_steps,
    names=("dx", "dh_before", "dc_before", "dW_x", "dW_h", "db"),
    mistakes=[
        Mistake("cell path dropped", partial(_backward, incoming=False, keep="nothing"),
                "The path along the cell state is missing at both ends: dc must come in from step t + 1 and leave for "
                "step t − 1. This is the bug that the famous check did not find."),
        Mistake("dc from the future not added", partial(_backward, incoming=False),
                "You compute dc from dh alone. c_t also lives on in c_{t+1}, and that has already sent its word: "
                "dc = dc + dh * o * (1 - tanh(c)²)."),
        Mistake("incoming dc times f", partial(_backward, incoming="times f"),
                "You multiply the dc that comes in by f. It has been multiplied, by the f of step t + 1, and the f of "
                "this step comes on the way out: dc_before = dc * f."),
        Mistake("nothing sent back along the cell", partial(_backward, keep="nothing"),
                "dc_before is zero. From c = f * c_before + i * g the way back is dc_before = dc * f."),
        Mistake("dc sent back without dh's part", partial(_backward, keep="incoming"),
                "dc_before holds only what came in as dc. Add what comes through h first: "
                "dc = dc + dh * o * (1 - tanh(c)²), then dc_before = dc * f."),
        Mistake("f left out", partial(_backward, through_f=False),
                "dc_before is dc as it is. In c = f * c_before + i * g the old state is multiplied by f, so the "
                "gradient is too."),
        Mistake("dh's part of dc left out", partial(_backward, from_h=False),
                "What the loss says about h never reaches c. h = o * tanh(c), so dc gains dh * o * (1 - tanh(c)²)."),
        Mistake("slope of tanh(c) left out", partial(_backward, slope_c=lambda c: 1 + 0 * c),
                "On the way from h to c the slope of tanh is missing: (1 - np.tanh(c)**2)."),
        Mistake("1 − c²", partial(_backward, slope_c=lambda c: 1 - c**2),
                "The slope of tanh at c is 1 - tanh(c)². You wrote 1 - c²: c has not been through tanh."),
        Mistake("new c in the forget gate", partial(_backward, remembered=True),
                "The forget gate multiplies the cell state before the step: with df goes c_before, not c."),
        Mistake("tanh left out of the output gate", partial(_backward, read=lambda c: c),
                "The output gate multiplies tanh(c): do = dh * np.tanh(c)."),
        Mistake("slopes of the gates left out", partial(_backward, slopes="1111"),
                "These are the gradients of i, f, g and o. Go on through their sigmoid and tanh to the sums z."),
        Mistake("sigmoid's slope for g", partial(_backward, slopes="ssss"),
                "The candidate went through tanh: its slope is 1 - g², not g (1 - g)."),
        Mistake("f before i", partial(_backward, order=(1, 0, 2, 3)),
                "Input and forget gate are exchanged in dz: put them together in the order i, f, g, o."),
        Mistake("o before g", partial(_backward, order=(0, 1, 3, 2)),
                "Candidate and output gate are exchanged in dz: put them together in the order i, f, g, o."),
        Mistake("W_h not transposed", partial(_backward, transposed=False),
                "Each gate's block of W_h is square, so no shape complains: back through a product goes dz @ W_h.T."),
        Mistake("batch averaged", partial(_backward, batch=np.mean),
                "db is averaged over the batch. The products dW_x and dW_h sum over it, and so must db."),
        Mistake("state after the step", _state_after,
                "dW_h pairs dz with the new h. The product had the state before the step in it: h_before.T @ dz."),
    ],
    hints=[
        "Walk the drawing from right to left. h_t = o · tanh(c_t) first: what does it say about o, and what about c_t?",
        "dc = dc + dh * o * (1 - np.tanh(c)**2). From c_t = f · c_before + i · g: df = dc * c_before, di = dc * g, "
        "dg = dc * i, and dc_before = dc * f.",
        "Through the slopes: di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o), side by side: "
        "dz (N, 4H).",
        "dx = dz @ W_x.T, dh_before = dz @ W_h.T, dW_x = x.T @ dz, dW_h = h_before.T @ dz, db = dz.sum(axis=0).",
    ],
    extra=_agrees_with_differences,
    explanation="Two gradients come in, dh and dc, and two leave. Whoever hands on only dh has an RNN with four times "
                "the weights.",
)

# 06.4 Peepholes --------------------------------------------------------------------------------------------------


def peephole_backward_reference(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, p):
    """The gradients of one step of an LSTM whose gates look at the cell state.

    In the forward step the sums of i and f hold p[0] * c_before and p[1] * c_before as well, that of o holds p[2] * c.
    Arguments as in step_backward, and p (3, H). Returns dx, dh_before, dc_before, dW_x, dW_h, db, dp.
    """
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    dz_o = dh * tanh_c * o * (1 - o)
    dc = dc + dh * o * (1 - tanh_c**2) + dz_o * p[2]            # the output gate looks at c
    dz_i, dz_f, dz_g = dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2)
    dc_before = dc * f + dz_i * p[0] + dz_f * p[1]              # the other two look at c_before
    dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)
    dp = np.array([(dz_i * c_before).sum(axis=0), (dz_f * c_before).sum(axis=0), (dz_o * c).sum(axis=0)])
    return dz @ W_x.T, dz @ W_h.T, dc_before, x.T @ dz, h_before.T @ dz, dz.sum(axis=0), dp


def _peepholes(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, p, *, to_c=True, to_before=True, order=(0, 1, 2),
               o_looks_at=None, late=False, batch=np.sum, squashed=False):
    i, f, g, o = gates
    p, tanh_c = p[list(order)], np.tanh(c)
    dz_o = dh * tanh_c * o * (1 - o)
    early = dc + dh * o * (1 - tanh_c**2)
    total = early + to_c * dz_o * p[2]
    used = early if late else total
    dz_i, dz_f, dz_g = used * g * i * (1 - i), used * c_before * f * (1 - f), used * i * (1 - g**2)
    dc_before = total * f + to_before * (dz_i * p[0] + dz_f * p[1])
    dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)
    seen = c_before if o_looks_at == "before" else tanh_c if squashed else c
    dp = np.array([batch(dz_i * c_before, axis=0), batch(dz_f * c_before, axis=0), batch(dz_o * seen, axis=0)])
    back = np.array([dp[list(order).index(k)] for k in range(3)])
    return dz @ W_x.T, dz @ W_h.T, dc_before, x.T @ dz, h_before.T @ dz, dz.sum(axis=0), back


def _all_look_at_new(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, p):
    right = peephole_backward_reference(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, p)
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    total = dc + dh * o * (1 - tanh_c**2) + dh * tanh_c * o * (1 - o) * p[2]
    dz_i, dz_f = total * g * i * (1 - i), total * c_before * f * (1 - f)
    dp = np.array([(dz_i * c).sum(axis=0), (dz_f * c).sum(axis=0), right[6][2]])
    return (*right[:6], dp)


def _output_gate_to_before(dh, dc, x, h_before, c_before, gates, c, W_x, W_h, p):
    """All three peepholes lead to c_before: right for i and f, one step too far for o."""
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    dz_o = dh * tanh_c * o * (1 - o)
    total = dc + dh * o * (1 - tanh_c**2)
    dz_i, dz_f, dz_g = total * g * i * (1 - i), total * c_before * f * (1 - f), total * i * (1 - g**2)
    dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)
    dp = np.array([(part * c_before).sum(axis=0) for part in (dz_i, dz_f, dz_o)])
    return (dz @ W_x.T, dz @ W_h.T, total * f + dz_i * p[0] + dz_f * p[1] + dz_o * p[2], x.T @ dz, h_before.T @ dz,
            dz.sum(axis=0), dp)


def _peephole_forward(x, h, c, W_x, W_h, b, p):
    z = np.split(x @ W_x + h @ W_h + b, 4, axis=1)
    i, f, g = sigmoid(z[0] + p[0] * c), sigmoid(z[1] + p[1] * c), np.tanh(z[2])
    new = f * c + i * g
    o = sigmoid(z[3] + p[2] * new)
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


peephole_backward = Exercise(
    id="06.4",
    title="Peepholes",
    stars=3,
    reference=peephole_backward_reference,
    cases=_peephole_steps,
    names=("dx", "dh_before", "dc_before", "dW_x", "dW_h", "db", "dp"),
    mistakes=[
        Mistake("no way back through peepholes", partial(_peepholes, to_c=False, to_before=False),
                "dp is there, but nothing flows back through the peepholes. They read the cell state, so it hears from "
                "them: p[2] * dz_o goes to c, p[0] * dz_i and p[1] * dz_f go to c_before."),
        Mistake("output gate's peephole not added to dc", partial(_peepholes, to_c=False),
                "The output gate looks at c_t, so dc_t gains dz_o * p[2]. Of the peepholes yours sends back, that one "
                "is missing."),
        Mistake("i's and f's peepholes not added to dc_before", partial(_peepholes, to_before=False),
                "Input and forget gate look at c_{t−1}: dc_before gains dz_i * p[0] + dz_f * p[1]."),
        Mistake("added too late", partial(_peepholes, late=True),
                "dz_o * p[2] is added to dc after i, f and g have read it. Find dz_o first, complete dc, then go on to "
                "the other three."),
        Mistake("output gate looks at c_before", partial(_peepholes, o_looks_at="before"),
                "In dp, the output gate's row pairs dz_o with the old cell state. It looks at the new one, c."),
        Mistake("all three led to c_before", _output_gate_to_before,
                "All three peepholes are led to c_before. The output gate is the exception: it looks at the new c, so "
                "its part belongs into dc, before everything else."),
        Mistake("i and f look at the new c", _all_look_at_new,
                "In dp, the rows of i and f pair with the new cell state. They decide before c is written: c_before."),
        Mistake("tanh(c) in dp", partial(_peepholes, squashed=True),
                "A peephole sees c itself, not tanh(c): the last row of dp is the sum of dz_o * c."),
        Mistake("f before i in p", partial(_peepholes, order=(1, 0, 2)),
                "The rows of p are i, f, o. Yours are used as f, i, o."),
        Mistake("batch averaged in dp", partial(_peepholes, batch=np.mean),
                "dp is averaged over the batch. It sums over it, like db."),
    ],
    hints=[
        "Light the dashed lines of the drawing. Each of them is one more arrow back into the cell state. To which c?",
        "The output gate looks at the new c: find dz_o first, then dc = dc + dh * o * (1 - tanh(c)²) + dz_o * p[2].",
        "dc_before = dc * f + dz_i * p[0] + dz_f * p[1].",
        "dp has three rows, each summed over the batch: dz_i * c_before, dz_f * c_before, dz_o * c.",
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
                   "That is the RNN. Along the cell state no matrix stands in the way."),
            Option("The product of the forget gates of the steps k + 1 to T.", True,
                   "With gates of 0.5 it is halved at every step; with gates near 1 it arrives."),
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
            Option("Step 1 adds h_0ᵀ dz_1 = 0 to the gradient, whatever dz_1 is.", True,
                   "The error sits in dz_1, and a zero hides it."),
            Option("At the last step no gradient comes from the future, so dz_2 is right.", True,
                   "And so the only share that counts is the one that cannot be wrong."),
        ],
        topic="the check that could not fail",
    ),
    Question(
        "You want a gradient check that would have caught it. Which of these help?",
        [
            Option("Checking every parameter, also the biases and the inputs.", True,
                   "W_x and b see step 1 even from a zero start."),
            Option("Three steps or more.", True, "From the third step on an error at one step reaches another "
                                                "step's share."),
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
            Option("To make the gradient of the bias larger, so that this gate learns faster.", False,
                   "The slope of the sigmoid is even a little smaller at 1 than at 0."),
            Option("The gate starts near σ(1) ≈ 0.73 and not near 0.5, so more of the gradient survives a gap.", True,
                   "Along the belt 25 steps leave about 4·10⁻⁴ of it with 0.73, and 3·10⁻⁸ with 0.5."),
            Option("So that the gate starts at exactly 1, and the cell loses nothing at all before training "
                   "begins.", False,
                   "σ(1) is about 0.73. For longer gaps people start higher."),
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
])
