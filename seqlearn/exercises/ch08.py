"""Exercises and quiz of chapter 08: the GRU. 08.6 to 08.8 are in gru_module.py."""

import numpy as np

from seqlearn.exercises.gru_module import from_keras, made_of, make_gru
from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

__all__ = ["QUIZ", "candidates", "count", "from_keras", "made_of", "make_gru", "step", "step_backward", "turn"]

# 08.1 One step ---------------------------------------------------------------------------------------------------


def sigmoid(a):
    """The logistic function, 1 / (1 + e⁻ᵃ)."""
    return 1 / (1 + np.exp(-a))


def step_reference(x, h, W_x, W_h, b, b_h):
    """One step of the GRU of PyTorch: reset after the product, z keeps the old state.

    x (N, D), h (N, H), W_x (D, 3H), W_h (H, 3H), b and b_h (3H,); columns r, z, n. Returns h_t (N, H).
    """
    x_r, x_z, x_n = np.split(x @ W_x + b, 3, axis=1)
    h_r, h_z, h_n = np.split(h @ W_h + b_h, 3, axis=1)
    r = sigmoid(x_r + h_r)
    z = sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


def _steps(rng):
    """Weights large enough that the gates differ from ½ and the two resets from each other."""
    return [(rng.normal(size=(N, D)), rng.normal(size=(N, H)), rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H)),
             rng.normal(size=3 * H), rng.normal(size=3 * H)) for N, D, H in ((2, 3, 4), (3, 1, 2), (1, 4, 3))]


step = Exercise(
    id="08.1",
    title="One step",
    stars=1,
    reference=step_reference,
    cases=_steps,
    helpers=(sigmoid,),
    names="h_t",
    mistakes=[
        Mistake("z and 1 − z exchanged", {"(1 - z) * n + z * h": "z * n + (1 - z) * h"},
                "Your z takes the new. Here, as in PyTorch, z keeps the old state: (1 - z) * n + z * h."),
        Mistake("gates in the order z, r, n",
                {"x_r, x_z, x_n =": "x_z, x_r, x_n =", "h_r, h_z, h_n =": "h_z, h_r, h_n ="},
                "You read the first third of the columns as z. The order is r, z, n, as in PyTorch. Files from Keras "
                "have z first."),
        Mistake("reset before the product", {"r * h_n": "(r * h) @ W_h[:, -h.shape[1]:] + b_h[-h.shape[1]:]"},
                "You reset the state and multiply it by W_hn then. That is the other GRU. Here r multiplies "
                "what comes out of the product: r * (h @ W_hn + b_hn)."),
        Mistake("b_hn outside the reset", {"r * h_n": "r * (h @ W_h)[:, -h.shape[1]:] + b_h[-h.shape[1]:]"},
                "The bias b_hn belongs inside the brackets that r multiplies: r * (h @ W_hn + b_hn). That is why it "
                "cannot be added to b_n."),
        Mistake("input reset as well", {"x_n + r * h_n": "r * (x_n + h_n)"},
                "r multiplies all of the candidate's sum. Leave x @ W_xn + b_n outside."),
        Mistake("no reset", {"r * h_n": "h_n"},
                "The candidate is not reset. Multiply what the old state gives to it by r."),
        Mistake("z in place of r", {"r * h_n": "z * h_n"},
                "You multiply the candidate's share of the old state by z. That is the work of r."),
        Mistake("sigmoid for the candidate", {"np.tanh(": "sigmoid("},
                "The candidate n is a new state, between −1 and 1: np.tanh. Only the gates are sigmoids."),
        Mistake("b_h forgotten", {"h @ W_h + b_h": "h @ W_h"},
                "b_h is missing. It is added to h @ W_h, before r comes in."),
        Mistake("n written whole", {"(1 - z) * n": "n"},
                "You add all of n. What is kept and what is written make 1 together: (1 - z) * n + z * h."),
        Mistake("tanh for the gates", {"sigmoid(x_r": "np.tanh(x_r", "sigmoid(x_z": "np.tanh(x_z"},
                "Your gates come from np.tanh and can be negative. A gate is a share between 0 and 1: a sigmoid. "
                "Only the candidate n is np.tanh."),
        Mistake("gates in another order",
                [{"x_r, x_z, x_n =": "x_n, x_z, x_r =", "h_r, h_z, h_n =": "h_n, h_z, h_r ="},
                {"x_r, x_z, x_n =": "x_n, x_r, x_z =", "h_r, h_z, h_n =": "h_n, h_r, h_z ="},
                {"x_r, x_z, x_n =": "x_z, x_n, x_r =", "h_r, h_z, h_n =": "h_z, h_n, h_r ="},
                {"x_r, x_z, x_n =": "x_r, x_n, x_z =", "h_r, h_z, h_n =": "h_r, h_n, h_z ="}],
                "You split the columns in another order. They are r, z, n: the first third is r, the second z, and "
                "the last one the candidate n."),
        Mistake("two orders of the gates",
                [{"x_r, x_z, x_n =": "x_z, x_r, x_n ="}, {"h_r, h_z, h_n =": "h_z, h_r, h_n ="},
                {"x_r, x_z, x_n =": "x_n, x_z, x_r ="}, {"h_r, h_z, h_n =": "h_n, h_z, h_r ="}],
                "You split what the input gives in one order and what the state gives in another. Both are r, z, n."),
        Mistake("input reset in place of the state", {"x_n + r * h_n": "r * x_n + h_n"},
                "r multiplies what the input gives to the candidate. It belongs to the other part: r * (h @ W_hn + "
                "b_hn)."),
        Mistake("r in place of z", {"(1 - z) * n + z * h": "(1 - r) * n + r * h"},
                "You mix the old state and the new one by r. That is the work of z; r has its place inside the "
                "candidate."),
        Mistake("gates without the old state", {" + h_r": "", " + h_z": ""},
                "Your gates look at the input alone. Both also read the old state: add their thirds of h @ W_h + b_h."),
        Mistake("kept state reset", {"z * h": "z * r * h"},
                "You reset the state that is kept, too. r acts inside the candidate alone; what z keeps of h stays "
                "as it is."),
        Mistake("tanh of the new state", {"(1 - z) * n + z * h": "np.tanh((1 - z) * n + z * h)"},
                "You squash the new state once more. A GRU has no tanh at its end: h_t is the mix (1 - z) * n + z * "
                "h as it stands."),
    ],
    hints=[
        "Two products do all the work: x @ W_x + b and h @ W_h + b_h, both (N, 3H). np.split(…, 3, axis=1) parts them.",
        "r and z: sigmoid of the sum of their two parts. n: np.tanh of x's part plus r times h's part.",
        "At last (1 - z) * n + z * h.",
    ],
    explanation="Write sigmoid as a function of your own, or put it into the line. For very negative sums np.exp "
                "overflows to inf, and the gate is then 0, as it should be.",
)

# 08.2 Count the parameters ---------------------------------------------------------------------------------------

def count_reference(cell, D, H, layers):
    """How many numbers torch.nn's RNN, LSTM or GRU learns, with D inputs, H units and this many layers. An int."""
    products = {"RNN": 1, "LSTM": 4, "GRU": 3}[cell]  # the gates, and the candidate
    total = 0
    for layer in range(layers):
        inputs = D if layer == 0 else H  # layer 2 reads the states of layer 1
        total += products * (inputs * H + H * H + 2 * H)  # W_x, W_h, and two biases
    return total


count = Exercise(
    id="08.2",
    title="Count the parameters",
    stars=1,
    reference=count_reference,
    cases=lambda rng: [("GRU", 3, 7, 1), ("LSTM", 3, 5, 1), ("RNN", 10, 4, 1), ("GRU", 7, 6, 3), ("LSTM", 2, 4, 2)],
    mistakes=[
        Mistake("one bias", {"2 * H": "H"},
                "You count one bias. PyTorch has two for every product, bias_ih and bias_hh."),
        Mistake("no bias", {" + 2 * H": ""},
                "The biases are missing: there are two of them for every product."),
        Mistake("bias of one product",
                [{"(inputs * H + H * H + 2 * H)": "(inputs * H + H * H) + 2 * H"},
                {"(inputs * H + H * H + 2 * H)": "(inputs * H + H * H) + H"}],
                "You count the biases of one product in each layer. Every gate has its own, so there are 2H for each "
                "of the products."),
        Mistake("candidate forgotten", {'"LSTM": 4, "GRU": 3': '"LSTM": 3, "GRU": 2'},
                "You count the gates alone. The candidate has weights like a gate: 3 products for the GRU, 4 for the "
                "LSTM."),
        Mistake("a GRU of four", {'"GRU": 3': '"GRU": 4'},
                "The GRU is counted like an LSTM. It has two gates and a candidate: three products."),
        Mistake("every layer reads x", {"D if layer == 0 else H": "D"},
                "From the second layer on, a layer reads the H states of the layer below it, not the D inputs."),
        Mistake("layers ignored", {"range(layers)": "range(1)"},
                "You count one layer. Each layer has weights of its own: add them."),
        Mistake("W_h forgotten", {" + H * H": ""},
                "W_h is missing: every product also reads the H old states, which are H · H weights."),
        Mistake("later layers read x too", {"else H": "else D + H"},
                "From the second layer on you count D inputs beside the H states. Such a layer reads the H states of "
                "the layer below it and no x."),
        Mistake("later layers read nothing", {"else H": "else 0"},
                "From the second layer on W_x is missing in your count. Such a layer reads the H states of the layer "
                "below it, which are H · H weights for each product, beside the H · H of W_h."),
        Mistake("biases of the first layer alone", {"2 * H": "2 * H * (layer == 0)"},
                "Only the first layer has biases in your count. Every layer has two for each product."),
        Mistake("a readout counted", {"total = 0": "total = H * D + D"},
                "You count a linear layer on top, from H to D. torch.nn's recurrent layers have none: the states are "
                "their output."),
    ],
    hints=[
        "One product reads D inputs and H old states and gives H numbers. Which arrays does it need?",
        "inputs · H + H · H + 2 · H for one product; an RNN has 1 of them, a GRU 3, an LSTM 4.",
        "Add this up over the layers: the first reads D inputs, the others read H.",
    ],
    explanation="Three products against four, so a GRU of PyTorch has exactly ¾ of the weights of an LSTM of the "
                "same size.",
)

# 08.3 The two resets ---------------------------------------------------------------------------------------------


def candidates_reference(a, h, r, W_hn, b_hn):
    """The candidate state n of both GRUs: (reset before the product, reset after it), each (N, H).

    a (N, H): what the input gives, x W_xn + b_n. h, r (N, H). W_hn (H, H). b_hn (H,): before, it is a bias like any
    other; after, r multiplies it together with the product.
    """
    before = np.tanh(a + (r * h) @ W_hn + b_hn)
    after = np.tanh(a + r * (h @ W_hn + b_hn))
    return before, after


def _candidates(rng):
    return [(0.5 * rng.normal(size=(N, H)), rng.uniform(-0.9, 0.9, (N, H)), rng.uniform(0.1, 0.9, (N, H)),
             rng.normal(size=(H, H)), rng.normal(size=H)) for N, H in ((3, 4), (2, 2), (1, 6))]


def _agree_when_open(answer, rng):
    a, h, _, W_hn, b_hn = _candidates(rng)[0]
    before, after = answer(a, h, np.ones_like(h), W_hn, b_hn)
    if not np.allclose(before, after, rtol=1e-7, atol=1e-9):
        return "With r = 1 nothing is reset, and the two must be equal; yours are not."
    return None


candidates = Exercise(
    id="08.3",
    title="The two resets",
    stars=2,
    reference=candidates_reference,
    cases=_candidates,
    names=("before", "after"),
    extra=_agree_when_open,
    mistakes=[
        Mistake("exchanged", {"return before, after": "return after, before"},
                "The two are exchanged. Before: the state is reset, then multiplied by W_hn. After: the product is "
                "reset."),
        Mistake("before, twice", {"return before, after": "return before, before"},
                "Both are the reset before the product. For the second multiply first: r * (h @ W_hn + b_hn)."),
        Mistake("after, twice", {"return before, after": "return after, after"},
                "Both are the reset after the product. For the first reset the state: (r * h) @ W_hn."),
        Mistake("b_hn never reset", {"r * (h @ W_hn + b_hn)": "r * (h @ W_hn) + b_hn"},
                "After the product, r multiplies the bias as well: r * (h @ W_hn + b_hn). That is why it "
                "cannot be added to b_n."),
        Mistake("b_hn always reset", {"(r * h) @ W_hn + b_hn": "(r * h) @ W_hn + r * b_hn"},
                "Before the product, r touches the state alone; b_hn is added unchanged."),
        Mistake("no bias", {"(r * h) @ W_hn + b_hn": "(r * h) @ W_hn", "r * (h @ W_hn + b_hn)": "r * (h @ W_hn)"},
                "b_hn is missing in both."),
        Mistake("no bias before", {"(r * h) @ W_hn + b_hn": "(r * h) @ W_hn"},
                "b_hn is missing in the first: reset before the product, it is added like any other bias."),
        Mistake("no bias after", {"r * (h @ W_hn + b_hn)": "r * (h @ W_hn)"},
                "b_hn is missing in the second: it is added to the product, and r multiplies both."),
        Mistake("input reset as well",
                [{"a + r * (h @ W_hn + b_hn)": "r * (a + h @ W_hn + b_hn)"}, {"a + (r * h)": "r * a + (r * h)"},
                {"a + r * (h @ W_hn + b_hn)": "r * (a + h @ W_hn + b_hn)", "a + (r * h)": "r * a + (r * h)"}],
                "You multiply a by r as well. What the input gives is never reset: add a after the reset, in both."),
        Mistake("product behind the reset", {"r * (h @ W_hn + b_hn)": "r * h @ W_hn + r * b_hn"},
                "In your second one the reset still comes first: Python reads r * h @ W_hn as (r * h) @ W_hn. Put the "
                "product into brackets: r * (h @ W_hn + b_hn)."),
        Mistake("bias added to the state", {"(r * h) @ W_hn + b_hn": "(r * (h + b_hn)) @ W_hn"},
                "You add b_hn to the state, before the product. It is added to what comes out of the product."),
        Mistake("W_hn transposed",
                {"(r * h) @ W_hn + b_hn": "(r * h) @ W_hn.T + b_hn",
                "r * (h @ W_hn + b_hn)": "r * (h @ W_hn.T + b_hn)"},
                "W_hn is transposed. Rows are sequences here, so it is h @ W_hn; it is square, and NumPy cannot "
                "notice."),
        Mistake("tanh forgotten", {"np.tanh(a + (r": "(a + (r", "np.tanh(a + r": "(a + r"},
                "These are the sums. The candidate is np.tanh of them."),
        Mistake("sigmoid for tanh", {"np.tanh(a + (r": "sigmoid(a + (r", "np.tanh(a + r": "sigmoid(a + r"},
                "The candidate is a new state, between −1 and 1: np.tanh. The sigmoid belongs to the gates."),
        Mistake("1 − r", {"(r * h)": "((1 - r) * h)", "r * (h @": "(1 - r) * (h @"},
                "You multiply by 1 − r. r is what comes through: with r = 1 nothing is reset."),
        Mistake("product reset in the first", {"(r * h) @ W_hn + b_hn": "r * (h @ W_hn) + b_hn"},
                "In your first one r multiplies the product h @ W_hn. Reset the state first, and multiply it by W_hn "
                "then: (r * h) @ W_hn."),
        Mistake("no reset", {"(r * h)": "h", "r * (h @": "(h @"},
                "r is in neither of the two. Before: (r * h) @ W_hn + b_hn. After: r * (h @ W_hn + b_hn)."),
    ],
    hints=[
        "In both, a is added at the end and np.tanh goes over everything. They differ in what r multiplies.",
        "Before: (r * h) @ W_hn + b_hn. Mind the brackets: the reset state goes into the product.",
        "After: r * (h @ W_hn + b_hn). The product is made first, bias and all.",
    ],
    explanation="Before, r_i weighs row i of W_hn: with 0 an old unit is hidden from all candidates. After, r_j weighs "
                "column j: with 0 a candidate is cut off from all old units.",
)

# 08.4 The other convention ---------------------------------------------------------------------------------------


def turn_reference(W_x, W_h, b, b_h):
    """Weights for a GRU whose z takes the new, h = z n + (1 − z) h₋₁, that make it do the same as these do here.

    W_x (D, 3H), W_h (H, 3H), b, b_h (3H,); columns r, z, n. Returns four new arrays; changes what has to change only.
    """
    H = len(W_h)
    sign = np.ones(3 * H)
    sign[H:2 * H] = -1  # 1 − σ(a) = σ(−a)
    return W_x * sign, W_h * sign, b * sign, b_h * sign


def _weights(rng):
    return [(rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H)), rng.normal(size=3 * H), rng.normal(size=3 * H))
            for D, H in ((2, 3), (3, 4), (5, 2))]


def _same_states(answer, rng):
    """A network with the answer's weights and z taking the new must go through the same states."""
    weights = _weights(rng)[0]
    turned = answer(*[array.copy() for array in weights])
    x, h, other = rng.normal(size=(5, 4, 2)), np.zeros((4, 3)), np.zeros((4, 3))
    for x_t in x:
        h = step_reference(x_t, h, *weights)
        r, z, n, _ = _forward_parts(x_t, other, *turned)
        other = z * n + (1 - z) * other
    if not np.allclose(h, other):
        return "Run in the other convention, your weights give other states."
    return None


turn = Exercise(
    id="08.4",
    title="The other convention",
    stars=2,
    reference=turn_reference,
    cases=_weights,
    names=("W_x", "W_h", "b", "b_h"),
    extra=_same_states,
    mistakes=[
        Mistake("nothing changed", {"sign[H:2 * H] = -1": "pass"},
                "The weights are as they came. In the other convention they would make z hold where it should write."),
        Mistake("everything turned", {"sign[H:2 * H]": "sign[:]"},
                "You turn the sign of all columns. r and n mean the same in both conventions: only z's columns "
                "change."),
        Mistake("r turned", {"sign[H:2 * H]": "sign[:H]"},
                "You turn the first third of the columns, which is r. The order is r, z, n."),
        Mistake("n turned", {"sign[H:2 * H]": "sign[2 * H:]"},
                "You turn the last third of the columns, which is n. The order is r, z, n."),
        Mistake("r and z turned", {"sign[H:2 * H]": "sign[:2 * H]"},
                "Both gates are turned. r does the same in both conventions; leave it."),
        Mistake("biases forgotten", {"b * sign, b_h * sign": "b, b_h"},
                "The biases of z have to change their sign, too: σ(−a) needs the whole sum a turned."),
        Mistake("one bias forgotten", [{"b_h * sign": "b_h"}, {", b * sign": ", b"}],
                "One of the two biases is turned and the other is not. Both are part of z's sum."),
        Mistake("W_h forgotten", [{"W_h * sign": "W_h"}, {"W_h * sign, b * sign, b_h * sign": "W_h, b * sign, b_h"}],
                "W_h is as it was. The old state is part of z's sum as well."),
        Mistake("only the biases", {"W_x * sign, W_h * sign": "W_x, W_h"},
                "Only the biases are turned. z's columns of W_x and W_h belong to the same sum."),
        Mistake("1 minus the weights",
                {"W_x * sign, W_h * sign, b * sign, b_h * sign":
                    "*(np.where(sign < 0, 1 - array, array) for array in (W_x, W_h, b, b_h)),"},
                "You took 1 − weight. It is the gate that becomes 1 − z, and 1 − σ(a) = σ(−a): turn the sign of the "
                "sum."),
        Mistake("z and n exchanged",
                {"return W_x * sign, W_h * sign, b * sign, b_h * sign":
                    "return tuple(array[..., [*range(H), *range(2 * H, 3 * H), *range(H, 2 * H)]] for array in "
                    "(W_x, W_h, b, b_h))"},
                "You exchange the columns of z and n. They stay where they are; z's change their sign."),
        Mistake("rows turned",
                {"W_x * sign, W_h * sign":
                    "np.pad(sign, (0, len(W_x)))[: len(W_x), None] * W_x, W_h * sign[:H, None]"},
                "You turn rows of the matrices. The gates stand side by side in the columns: W[:, H:2 * H]."),
        Mistake("z and n turned", {"sign[H:2 * H]": "sign[H:]"},
                "You turn the sign of all columns behind the first third, so n is turned as well. z's columns end at "
                "2H."),
        Mistake("r and z exchanged",
                {"return W_x * sign, W_h * sign, b * sign, b_h * sign":
                    "return tuple(array[..., [*range(H, 2 * H), *range(H), *range(2 * H, 3 * H)]] for array in "
                    "(W_x, W_h, b, b_h))"},
                "You exchange the columns of r and z. They stay where they are; z's change their sign."),
        Mistake("W_x forgotten", [{"W_x * sign": "W_x"}, {"W_x * sign, W_h * sign, b * sign": "W_x, W_h * sign, b"}],
                "W_x is as it was. What the input gives is part of z's sum as well."),
    ],
    hints=[
        "The new gate must be 1 − z. What has to happen to a, if σ(a) has to become 1 − σ(a)?",
        "1 − σ(a) = σ(−a). The sum a of gate z is x W_xz + b_z + h W_hz + b_hz: turn the sign of all of it.",
        "z's columns are H to 2H, in all four arrays. Work on copies.",
    ],
    explanation="Nothing is learned anew: it is the same function, written with another letter. If you move weights "
                "between two libraries, you have to know which letter it is.",
)

# 08.5 One step backward ------------------------------------------------------------------------------------------


def step_backward_reference(dh, x, h, r, z, n, v, W_x, W_h):
    """One step back through the GRU of 08.1.

    dh (N, H): ∂L/∂h_t, everything that comes from above and from later. x (N, D); h (N, H): the state before the
    step; r, z, n (N, H) as computed forward; v = h W_hn + b_hn (N, H).
    Returns dx (N, D), dh_before (N, H), dW_x (D, 3H), dW_h (H, 3H), db (3H,), db_h (3H,).
    """
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h - n) * z * (1 - z)
    da_r = da_n * v * r * (1 - r)
    da_x = np.concatenate([da_r, da_z, da_n], axis=1)  # of x W_x + b
    da_h = np.concatenate([da_r, da_z, da_n * r], axis=1)  # of h W_h + b_h
    dh_before = dh * z + da_h @ W_h.T
    return da_x @ W_x.T, dh_before, x.T @ da_x, h.T @ da_h, da_x.sum(axis=0), da_h.sum(axis=0)


def _forward_parts(x, h, W_x, W_h, b, b_h):
    x_r, x_z, x_n = np.split(x @ W_x + b, 3, axis=1)
    h_r, h_z, v = np.split(h @ W_h + b_h, 3, axis=1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    return r, z, np.tanh(x_n + r * v), v


def _backward_cases(rng):
    cases = []
    for N, D, H in ((2, 3, 4), (3, 1, 2), (4, 2, 3)):
        x, h, W_x, W_h = (rng.normal(size=shape) for shape in ((N, D), (N, H), (D, 3 * H), (H, 3 * H)))
        r, z, n, v = _forward_parts(x, h, W_x, W_h, rng.normal(size=3 * H), rng.normal(size=3 * H))
        cases.append((rng.normal(size=(N, H)), x, h, r, z, n, v, W_x, W_h))
    return cases


def _agrees_with_finite_differences(answer, rng):
    x, h, W_x, W_h, b, b_h = _steps(rng)[0]
    dh, direction = rng.normal(size=h.shape), rng.normal(size=h.shape)
    dh_before = answer(dh, x, h, *_forward_parts(x, h, W_x, W_h, b, b_h), W_x, W_h)[1]
    high, low = (step_reference(x, h + nudge * direction, W_x, W_h, b, b_h) for nudge in (1e-5, -1e-5))
    numeric = np.sum(dh * (high - low)) / 2e-5
    if not np.isclose(np.sum(dh_before * direction), numeric, rtol=1e-5, atol=1e-7):
        return "Moving the state before the step a little changes the loss by another amount than your dh_before says."
    return None


step_backward = Exercise(
    id="08.5",
    title="One step backward",
    stars=3,
    reference=step_backward_reference,
    cases=_backward_cases,
    names=("dx", "dh_before", "dW_x", "dW_h", "db", "db_h"),
    extra=_agrees_with_finite_differences,
    mistakes=[
        Mistake("the kept path dropped", {"dh * z + da_h": "da_h"},
                "h reaches h_t without any weight as well: through z * h. Add dh * z to dh_before. It is the path "
                "that lets a gradient live long."),
        Mistake("only the kept path", {" + da_h @ W_h.T": ""},
                "dh_before is dh * z alone. The gates and the candidate read the old state, too: add da_h @ W_h.T."),
        Mistake("sign of z's gradient", {"(h - n)": "(n - h)"},
                "∂h_t/∂z is h − n, since z keeps the old state. Yours is n − h, which belongs to the other "
                "convention."),
        Mistake("z's gradient without h", {"(h - n)": "-n"},
                "z stands in two places, in (1 − z) n and in z h. You differentiate the first one alone: h − n."),
        Mistake("z's gradient without n", {"(h - n)": "h"},
                "z stands in two places, in (1 − z) n and in z h. You differentiate the second one alone: h − n."),
        Mistake("z and 1 − z exchanged",
                {"da_n = dh * (1 - z)": "da_n = dh * z", "dh * z + da_h": "dh * (1 - z) + da_h"},
                "n gets dh * (1 - z), and the old state gets dh * z; yours are the other way round."),
        Mistake("1 − z left out", {"da_n = dh * (1 - z)": "da_n = dh"},
                "Only the share 1 − z of n is in h_t: da_n = dh * (1 - z) * (1 - n**2)."),
        Mistake("tanh′ left out", {" * (1 - n**2)": ""},
                "Multiply by the slope of tanh on the way to da_n: 1 - n**2."),
        Mistake("σ′ left out", {"(h - n) * z * (1 - z)": "(h - n)", "v * r * (1 - r)": "v"},
                "Multiply by the slopes of the two gates: z * (1 - z) and r * (1 - r)."),
        Mistake("reset of the paper", [{"da_n * v": "da_n * h"}, {"da_n * v": "(da_n @ W_h[:, -h.shape[1]:].T) * h"}],
                "r multiplied v = h W_hn + b_hn here, so da_r has v as a factor. With h in its place you are "
                "half-way into the other GRU."),
        Mistake("reset forgotten on the way back", {"da_n * r]": "da_n]"},
                "What goes back into h W_hn + b_hn is da_n * r: on the way there r multiplied it. So the last third "
                "of da_h differs from that of da_x."),
        Mistake("r gets no gradient", {"da_r = da_n": "da_r = 0 * da_n"},
                "The first third is 0: r gets its gradient through the candidate, da_r = da_n * v * r * (1 - r)."),
        Mistake("one bias copied", {"da_h.sum(axis=0)": "da_x.sum(axis=0)"},
                "db_h is a copy of db. Its last third differs: b_hn sits inside the reset, so it gets da_n * r."),
        Mistake("gates in the order z, r, n",
                {"[da_r, da_z, da_n]": "[da_z, da_r, da_n]", "[da_r, da_z, da_n * r]": "[da_z, da_r, da_n * r]"},
                "You join the blocks as z, r, n. The order is r, z, n."),
        Mistake("state after the step", {"h.T @ da_h": "((1 - z) * n + z * h).T @ da_h"},
                "W_h multiplied the state before the step: dW_h = h.T @ da_h."),
        Mistake("batch not summed", {"da_x.sum(axis=0), da_h.sum(axis=0)": "da_x, da_h"},
                "The biases are shared by all sequences of the batch: sum their gradients over axis 0."),
        Mistake("mean over the batch",
                [{"x.T @ da_x": "x.T @ da_x / len(x)", "h.T @ da_h": "h.T @ da_h / len(x)",
                "da_x.sum": "da_x.mean", "da_h.sum": "da_h.mean"}, {"da_x.sum": "da_x.mean",
                "da_h.sum": "da_h.mean"}],
                "You divide by the number of rows. Sum: if the loss is a mean, the 1/N is in dh already."),
        Mistake("n gets the old state's share", {"da_n = dh * (1 - z)": "da_n = dh * z"},
                "n gets dh * z in your answer, which is the old state's share. ∂h_t/∂n is 1 − z: da_n = dh * (1 - z) "
                "* (1 - n**2)."),
        Mistake("old state gets n's share", {"dh * z + da_h": "dh * (1 - z) + da_h"},
                "Through z * h the old state gets dh * z. You give it dh * (1 - z), which is the share of n."),
        Mistake("one σ′ left out", [{"(h - n) * z * (1 - z)": "(h - n)"}, {"v * r * (1 - r)": "v"}],
                "One of the gates goes back without the slope of its sigmoid. da_z has the factor z * (1 - z), and "
                "da_r has r * (1 - r)."),
        Mistake("activations applied again",
                [{"n**2": "np.tanh(n)**2"}, {"(h - n) * z * (1 - z)": "(h - n) * sigmoid(z) * (1 - sigmoid(z))",
                "v * r * (1 - r)": "v * sigmoid(r) * (1 - sigmoid(r))"}, {"n**2": "np.tanh(n)**2",
                "(h - n) * z * (1 - z)": "(h - n) * sigmoid(z) * (1 - sigmoid(z))",
                "v * r * (1 - r)": "v * sigmoid(r) * (1 - sigmoid(r))"},
                {"(h - n) * z * (1 - z)": "(h - n) * sigmoid(z) * (1 - sigmoid(z))"},
                {"v * r * (1 - r)": "v * sigmoid(r) * (1 - sigmoid(r))"}],
                "r, z and n are what the sigmoids and np.tanh gave already. The slopes are r * (1 - r), z * (1 - z) "
                "and 1 - n**2, with nothing applied once more."),
        Mistake("tanh′ missing on the way to r", {"da_n * v": "dh * (1 - z) * v"},
                "r stands inside of np.tanh, so its gradient comes through da_n, with the slope 1 - n**2, and not "
                "from dn."),
        Mistake("input reset on the way back", {"[da_r, da_z, da_n]": "[da_r, da_z, da_n * r]"},
                "r never multiplied x W_x + b, so the last third of da_x is da_n as it is. Only da_h has da_n * r "
                "there."),
    ],
    hints=[
        "Begin at h_t = (1 − z) n + z h. What are ∂h_t/∂n, ∂h_t/∂z and the direct ∂h_t/∂h, entry by entry?",
        "Through the three activations: da_n = dh (1 − z)(1 − n²), da_z = dh (h − n) z (1 − z), da_r = da_n v r (1 "
        "− r).",
        "There are two sums, x W_x + b and h W_h + b_h. Their gradients da_x and da_h differ in the last third, "
        "where r comes between: da_n, and da_n * r.",
        "dh_before = dh * z + da_h @ W_h.T; the rest is x.T @ da_x, h.T @ da_h, and sums over axis 0.",
    ],
    explanation="Put into a loop from the last step to the first, with dh_before added to the next step's dh, this "
                "is the backward pass of torch.nn.GRU.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("08", [
    Question(
        "Which GRU is `torch.nn.GRU`?",
        [
            Option("Reset after the product, and z keeps the old state.", True,
                   "It is the variant of cuDNN: n = tanh(x W_xn + b_n + r (h W_hn + b_hn)), and then "
                   "h = (1 − z) n + z h."),
            Option("Reset before the product, and z keeps the old state.", False,
                   "That is the GRU as it was published at EMNLP 2014. On the same weights it gives other numbers."),
            Option("Reset after the product, and z takes the new.", False,
                   "The reset is right. In PyTorch a z near 1 keeps the old state."),
            Option("Either, depending on whether it runs on a GPU.", False,
                   "PyTorch computes the same equations on every device; it follows cuDNN everywhere."),
        ],
        topic="which GRU variant nn.GRU is",
    ),
    Question(
        "In this course's convention a unit has z = 1 at some step. What happens to it?",
        [
            Option("It takes the candidate whole and drops its old state.", False,
                   "That is z = 0 here. In the other convention you would be right."),
            Option("The gradient of its old state vanishes at this step.", False,
                   "That gradient passes through z · h with the factor 1, unchanged."),
            Option("It keeps its state, whatever the input is.", True, "(1 − 1) n + 1 · h is h."),
            Option("It becomes 0, and begins anew at the next step.", False,
                   "Nothing sets it to 0: (1 − 1) n + 1 · h is h."),
        ],
        topic="update gate",
    ),
    Question(
        "z = 0 and r = 1 for all units, at every step. Which network is left?",
        [
            Option("An LSTM with a forget gate of 0.", False, "An LSTM has a cell state beside h, and an output gate."),
            Option("One that never changes its state.", False, "That is z = 1."),
            Option("A network without memory.", False,
                   "That needs r = 0 as well: the candidate reads the old state here."),
            Option("A plain tanh RNN.", True,
                   "The candidate is the whole new state: h_t = tanh(x W_xn + b_n + h W_hn + b_hn)."),
        ],
        topic="reset gate",
    ),
    Question(
        "You load trained weights of `torch.nn.GRU`, the two biases added, into the equations with the reset before "
        "the product. When do the results agree?",
        [
            Option("When the weights of z change their sign.", False,
                   "That exchanges the two conventions of z. It does nothing about the reset."),
            Option("When the weights are trained long enough.", False,
                   "They were trained for the other function. This chapter's counter is right on 500 of 500 by its own "
                   "equations, and on none by the other ones."),
            Option("When W_hn is diagonal and b_hn is 0.", True,
                   "(r h) W and r (h W) multiply the same three numbers, unit by unit."),
            Option("When r is 1 everywhere.", True, "Then nothing is reset, and both candidates are the same."),
        ],
        topic="the two resets",
    ),
    Question(
        "Which GRU needs two products with W_h at a step, one behind the other?",
        [
            Option("The one with the reset after the product.", False,
                   "Its reset multiplies what comes out of the product, so one product serves r, z and the candidate."),
            Option("The one with the reset before the product.", True,
                   "Its candidate multiplies r h with the matrix, and so has to wait for r, which needs a "
                   "product itself."),
            Option("Both, which is why a GRU cannot be fused.", False,
                   "With the reset after the product a single one is enough, as in an LSTM."),
            Option("None of them, since x W_x can be made for all steps at once.", False,
                   "That is true of the input's product. Those with the state have to wait for the state."),
        ],
        topic="fused products",
    ),
    Question(
        "A file of weights comes from a library in which z takes the new. What turns it into this course's convention?",
        [
            Option("Exchange the columns of r and z.", False, "They are different gates in both conventions."),
            Option("Replace each of z's weights and biases w by 1 − w.", False,
                   "The gate has to become 1 − z, not its weights."),
            Option("Turn the sign of z's weights and biases.", True, "1 − σ(a) = σ(−a)."),
            Option("Train it again.", False, "There is no need: the two are the same function, written differently."),
        ],
        topic="conventions of z",
    ),
    Question(
        "Which statements about the size of a GRU are true?",
        [
            Option("Of the two biases of r and z in `torch.nn.GRU` only the sum matters for the states.", True,
                   "Nothing comes between them in those two sums. Only b_hn is not to be joined with its twin, "
                   "because r multiplies it."),
            Option("It is always faster than an LSTM.", False,
                   "How fast a layer is depends on the code behind it: in this chapter's race the LSTM's updates took "
                   "less time. Measure."),
            Option("`torch.nn.GRU` has ¾ of the parameters of a `torch.nn.LSTM` of the same sizes.", True,
                   "Three sets of weights against four, and PyTorch gives each of them two biases."),
            Option("It has no candidate state, and so only two sets of weights.", False,
                   "The candidate n is the third."),
        ],
        topic="parameter counts",
    ),
    Question(
        "The state of a GRU unit that starts at 0 stays between −1 and 1. Why?",
        [
            Option("It does not; like an LSTM's cell state it can grow without limit.", False,
                   "An LSTM can have f = i = 1 and add up. Here what is written is taken from what is kept."),
            Option("The reset gate limits what the candidate sees.", False,
                   "With r = 1 the state is bounded as well."),
            Option("It is a weighted mean of the start and of candidates.", True,
                   "The weights z and 1 − z add up to 1 at every step, and every candidate is a tanh."),
            Option("A tanh is taken of it at every step.", False,
                   "Of the candidate only. The kept part z h passes no tanh."),
        ],
        topic="a weighted mean",
    ),
    Question(
        "At T = 50 the RNN with PyTorch's start fails, and an IRNN, which has no gates either, succeeds. What follows?",
        [
            Option("Start and activation were part of the comparison.", True,
                   "A race of cells is a race of their starts and rates as well, so each of them needs a start and a "
                   "rate that suit it."),
            Option("ReLU units remember more than tanh units.", False,
                   "The start was changed as well. In chapter 05, on faint inputs, ReLUs with an orthogonal start lose "
                   "the gradient, and tanh units with the same start keep it."),
            Option("Gates are of no use for long gaps.", False,
                   "The GRU solves it in fewer updates here, and from PyTorch's plain start."),
            Option("A plain RNN can never learn 50 steps with tanh.", False,
                   "The race tried one start, a few rates and 3,000 updates. One of its runs is solved when it may go "
                   "on, after 4,950."),
        ],
        topic="a fair race",
    ),
    Question(
        "With the answers shuffled among the sequences, some of the GRU's update gates open all the same. What does "
        "that rule out?",
        [
            Option("That a gate opens only where early numbers are useful.", True,
                   "They are of no use there, since the answers say nothing about the sequences, and the most open "
                   "gate gets to 0.96 in 50 updates all the same."),
            Option("That the gate has a part in solving the task.", False,
                   "The frozen gate speaks for its part: with z's weights left as drawn, no run is solved in 600 "
                   "updates, and with z free all five are in 140."),
            Option("That the network learns the mean of the answers.", False,
                   "The mean is the same after shuffling, and it is what these runs learn."),
            Option("That the gradient reaches the early steps.", False,
                   "It does reach them once the gate is open, in the shuffled runs as well."),
        ],
        topic="what opens the way",
    ),
])
