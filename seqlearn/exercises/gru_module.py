"""Exercises 08.6 to 08.8: what a state is made of, weights from Keras, and a GRU as a module.

torch is imported inside the functions: the exercises of all chapters are listed in kernels that never load it.
"""

import numpy as np

from seqlearn.grading import Exercise, Mistake

# 08.6 What a state is made of --------------------------------------------------------------------------------------


def made_of_reference(z):
    """The shares of h_0 (row 0) and of the candidates of steps 1 … T in the last state: (T+1, N, H).

    z (T, N, H): the update gates of all steps.
    """
    shares = np.empty((len(z) + 1, *z.shape[1:]))
    later = np.ones(z.shape[1:])  # the product of all later z
    for t in reversed(range(len(z))):
        shares[t + 1] = (1 - z[t]) * later
        later = later * z[t]
    shares[0] = later
    return shares


def _sums_to_one(answer, rng):
    total = answer(rng.uniform(0.05, 0.95, (5, 2, 3))).sum(axis=0)
    return None if np.allclose(total, 1) else "The shares of a unit have to add up to 1, and yours do not."


made_of = Exercise(
    id="08.6",
    title="What a state is made of",
    stars=2,
    reference=made_of_reference,
    cases=lambda rng: [rng.uniform(0.05, 0.95, shape) for shape in ((4, 2, 3), (6, 1, 2), (3, 3, 1), (1, 2, 2))],
    extra=_sums_to_one,
    mistakes=[
        Mistake("own z counted again",
                {"shares[t + 1] = (1 - z[t]) * later\n        later = later * z[t]":
                 "later = later * z[t]\n        shares[t + 1] = (1 - z[t]) * later"},
                "Your product also holds the z of the step itself. What step t writes is 1 − z_t; only the gates of "
                "the *later* steps take from it."),
        Mistake("written share left out", {"(1 - z[t]) * later": "later"},
                "You count what the later gates keep, but a step writes only the share 1 − z_t of its candidate in the "
                "first place."),
        Mistake("later gates left out",
                [{"later = later * z[t]": "pass", "shares[0] = later": f"shares[0] = {start}"}
                 for start in ("z.prod(axis=0)", "0", "z[0]")],
                "1 − z_t is the candidate's share right after step t. Each later step keeps only z of it: multiply by "
                "all later z."),
        Mistake("all gates", {"(1 - z[t]) * later": "(1 - z[t]) * z.prod(axis=0)"},
                "You multiply every candidate by the z of all steps. What step t writes is met by the later gates "
                "alone: the product begins after step t."),
        Mistake("earlier gates instead",
                {"reversed(range(len(z)))": "range(len(z))"},
                "You multiply by the gates of the *earlier* steps. What step t writes is kept or let go by the steps "
                "after it: begin at the last step and walk back."),
        Mistake("z and 1 − z exchanged", {"(1 - z[t]) * later": "z[t] * later", "later * z[t]": "later * (1 - z[t])"},
                "Your z takes the new. Here z keeps the old state: a step writes 1 − z_t, and the later ones keep z."),
        Mistake("h_0 whole", {"shares[0] = later": "shares[0] = 1"},
                "The start has no share of 1 in the end: every step keeps only z of it, so row 0 is the product of all "
                "z."),
        Mistake("later gates added", {"later = later * z[t]": "later = later + z[t]", "np.ones(": "np.zeros("},
                "You add the later gates. Each later step keeps a share of what the one before it has left: multiply."),
        Mistake("h_0 by 1 − z", {"shares[0] = later": "shares[0] = (1 - z).prod(axis=0)"},
                "Row 0 is the product of all 1 − z. Of h_0 each step keeps z: the product of all z."),
        Mistake("h_0 forgotten", {"shares[0] = later": "shares[0] = 0"},
                "Row 0 is 0. Something of h_0 is left as long as no gate is 0: the product of all z."),
        Mistake("h_0 last", {"return shares": "return np.concatenate([shares[1:], shares[:1]])"},
                "The shares are right, but that of h_0 stands in the last row. It comes first, as h_0 does."),
        Mistake("steps reversed", {"return shares": "return np.concatenate([shares[:1], shares[:0:-1]])"},
                "The candidates' shares are in reverse order. Row t belongs to step t."),
        Mistake("the next step alone",
                [{"later = later * z[t]": "later = z[t]"},
                 {"later = later * z[t]": "later = z[t]", "shares[0] = later": "shares[0] = z.prod(axis=0)"}],
                "You multiply by the gate of the next step alone. All later steps take their part: multiply their z."),
        Mistake("shares scaled", {"return shares": "return shares / shares.max(axis=0)"},
                "You scale the shares. They add up to 1 by themselves, since z and 1 − z do at every step."),
    ],
    hints=[
        "Write two steps out: h_2 = (1 − z_2) n_2 + z_2 ((1 − z_1) n_1 + z_1 h_0). What stands in front of "
        "n_2, n_1, h_0?",
        "The share of n_t is (1 − z_t) times the product of all z after step t; that of h_0 is the product of all z.",
        "Walk from the last step to the first and carry the product of the z that you have passed.",
    ],
    explanation="These are also the gradients of the direct way: along the thick line of the drawing the last state "
                "moves with the candidate of step t by its share.",
)

# 08.7 From Keras -----------------------------------------------------------------------------------------------------


def from_keras_reference(kernel, recurrent_kernel, bias):
    """The weights of a keras.layers.GRU with reset_after=True, named and shaped as torch.nn.GRU has them.

    kernel (D, 3H), recurrent_kernel (H, 3H): columns z, r, n. bias (2, 3H): the input's, the state's.
    """
    def reordered(array):
        z, r, n = np.split(array, 3, axis=-1)
        return np.concatenate([r, z, n], axis=-1)

    return {
        "weight_ih_l0": reordered(kernel).T.copy(),
        "weight_hh_l0": reordered(recurrent_kernel).T.copy(),
        "bias_ih_l0": reordered(bias[0]),
        "bias_hh_l0": reordered(bias[1]),
    }


def _keras_weights(rng):
    return [(rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H)), rng.normal(size=(2, 3 * H)))
            for D, H in ((2, 3), (5, 4), (3, 1))]


KX, KH = "reordered(kernel).T", "reordered(recurrent_kernel).T"
NEW_ORDER = "[r, z, n]"

from_keras = Exercise(
    id="08.7",
    title="From Keras",
    stars=2,
    reference=from_keras_reference,
    cases=_keras_weights,
    mistakes=[
        Mistake("order kept", {NEW_ORDER: "[z, r, n]"},
                "The blocks are still in the order z, r, n. PyTorch has r, z, n: the first two thirds change places, "
                "in all four arrays."),
        Mistake("another order", [{NEW_ORDER: f"[{order}]"} for order in ("n, r, z", "r, n, z", "n, z, r", "z, n, r")],
                "The blocks stand in another order. Keras has z, r, n, and PyTorch r, z, n: the candidate stays "
                "where it is."),
        Mistake("sign of z turned", [{NEW_ORDER: "[r, -z, n]"}, {NEW_ORDER: "[z, -r, n]"}, {NEW_ORDER: "[-r, z, n]"}],
                "You turn the sign of a gate. In Keras z keeps the old state, as in PyTorch, so no sign changes."),
        Mistake("biases in the old order",
                {"reordered(bias[0])": "bias[0].copy()", "reordered(bias[1])": "bias[1].copy()"},
                "The matrices are right. The biases have the same three blocks, and still stand in Keras' order."),
        Mistake("one bias in the old order",
                [{f"reordered(bias[{row}])": f"bias[{row}].copy()"} for row in (0, 1)],
                "One of the two biases still stands in Keras' order. Both have the same three blocks as the matrices."),
        Mistake("matrices in the old order", {KX: "kernel.T", KH: "recurrent_kernel.T"},
                "The biases are right. The columns of both matrices still stand in Keras' order."),
        Mistake("biases exchanged",
                {"reordered(bias[0])": "reordered(bias[1])", "reordered(bias[1])": "reordered(bias[0])"},
                "The two biases are exchanged. Row 0 belongs to the input, bias_ih; row 1 to the state, bias_hh. In "
                "the candidate that makes a difference: r multiplies the second one."),
        Mistake("biases added", [
            {f"reordered(bias[{row}])": "reordered(bias[0] + bias[1])" for row in (0, 1)},
            {"reordered(bias[0])": "reordered(bias[0] + bias[1])", "reordered(bias[1])": "reordered(0 * bias[1])"}],
                "You add the two biases. For r and z only the sum counts, but r multiplies the candidate's second "
                "bias, so each has to stay where it is."),
        Mistake("not transposed", {KX: "reordered(kernel)", KH: "reordered(recurrent_kernel)"},
                "The matrices lie as Keras has them, (inputs, 3H). PyTorch keeps one row for each unit of a gate: "
                "transpose them."),
        Mistake("reshaped", {KX: "reordered(kernel).reshape(kernel.shape[::-1])",
                             KH: "reordered(recurrent_kernel).reshape(recurrent_kernel.shape[::-1])"},
                "reshape gives the right shape and leaves the numbers in their old order. Transpose with .T."),
        Mistake("rows exchanged", {"np.split(array, 3, axis=-1)": "np.split(array, 3, axis=0) if len(array) % 3 == 0 "
                                   "else np.split(array, 3, axis=-1)",
                                   "axis=-1)\n\n": "axis=0 if len(array) % 3 == 0 else -1)\n\n"},
                "You cut along the first axis. The gates stand side by side in the columns, the last axis, as long "
                "as the matrix is not transposed."),
        Mistake("matrices exchanged", {KX: "reordered(recurrent_kernel).T", KH: "reordered(kernel).T"},
                "kernel and recurrent_kernel are exchanged: ih is input to hidden, hh hidden to hidden."),
    ],
    hints=[
        "Three things differ: the order of the blocks, the transposition, and that both biases lie in one array.",
        "np.split(array, 3, axis=-1) gives z, r, n of any of the arrays; np.concatenate([r, z, n], axis=-1) "
        "joins them.",
        "Then .T for the two matrices; bias[0] becomes bias_ih_l0, and bias[1] becomes bias_hh_l0.",
    ],
    explanation="Check such a move with one forward pass of several steps on random numbers, on both sides. No shape "
                "tells whether it is right: with the order z, r, n everything fits as well.",
)

# 08.8 A GRU module ---------------------------------------------------------------------------------------------------


def make_gru_reference(D, H):
    """A torch.nn.Module that computes what torch.nn.GRU(D, H) does, with weights of the same names and shapes."""
    import torch

    class GRU(torch.nn.Module):
        def __init__(self):
            super().__init__()
            sizes = {"weight_ih_l0": (3 * H, D), "weight_hh_l0": (3 * H, H)}
            sizes |= {"bias_ih_l0": (3 * H,), "bias_hh_l0": (3 * H,)}
            for name, shape in sizes.items():
                weight = torch.empty(shape).uniform_(-(H**-0.5), H**-0.5)
                self.register_parameter(name, torch.nn.Parameter(weight))

        def forward(self, x, h_0=None):
            h = x.new_zeros(x.shape[1], H) if h_0 is None else h_0[0]
            states = []
            for x_t in x:
                x_r, x_z, x_n = (x_t @ self.weight_ih_l0.T + self.bias_ih_l0).chunk(3, dim=1)
                h_r, h_z, h_n = (h @ self.weight_hh_l0.T + self.bias_hh_l0).chunk(3, dim=1)
                r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
                n = torch.tanh(x_n + r * h_n)
                h = (1 - z) * n + z * h
                states.append(h)
            return torch.stack(states), h[None]

    return GRU()


def _load_and_run(make_gru, D, H, weights, x, h_0, pull):
    """Load the weights, read x from h_0, then from zeros, and go back: results and gradients, by name."""
    import torch

    kind = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # so that torch.zeros(N, H) in an answer fits the weights
    try:
        return _results(make_gru(D, H), weights, x.clone().requires_grad_(), h_0.clone().requires_grad_(), pull)
    finally:
        torch.set_default_dtype(kind)


def _results(module, weights, x, h_0, pull):
    import torch

    if not isinstance(module, torch.nn.Module):
        what = "a class: call it, so that there is an object" if isinstance(module, type) else type(module).__name__
        raise TypeError(f"make_gru has to return a torch.nn.Module, and this is {what}")
    if any(isinstance(part, torch.nn.RNNBase | torch.nn.RNNCellBase) for part in module.modules()):
        raise TypeError("that is PyTorch's own layer or cell; write the step and the loop yourself")
    held = {name: tuple(weight.shape) for name, weight in module.named_parameters()}
    wanted = {name: tuple(weight.shape) for name, weight in weights.items()}
    if held != wanted:
        raise ValueError(f"its parameters are {_listed(held)}; those of torch.nn.GRU are {_listed(wanted)}")
    module.double().load_state_dict(weights, strict=False)
    outputs, last = _two_tensors(module(x, h_0))
    results = {"outputs": outputs, "last state": last, "outputs without h_0": _two_tensors(module(x))[0]}
    leaves = {"x": x, "h_0": h_0, **dict(module.named_parameters())}
    grads = [None] * len(leaves)
    if outputs.requires_grad and outputs.shape == pull.shape:
        grads = torch.autograd.grad((outputs * pull).sum(), list(leaves.values()), allow_unused=True)
    for (name, leaf), grad in zip(leaves.items(), grads, strict=True):
        results[f"gradient of {name}"] = torch.zeros_like(leaf) if grad is None else grad
    return {name: value.detach() for name, value in results.items()}


def _two_tensors(returned):
    import torch

    if not (isinstance(returned, tuple | list) and len(returned) == 2 and all(map(torch.is_tensor, returned))):
        raise TypeError("module(x, h_0) has to return two tensors: torch.stack(states), and the last state")
    return returned


def _listed(shapes):
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "none"


def _module_cases(rng):
    import torch

    cases = []
    for T, N, D, H in ((4, 2, 3, 5), (3, 4, 2, 4), (5, 5, 4, 4)):
        shapes = {"weight_ih_l0": (3 * H, D), "weight_hh_l0": (3 * H, H)}
        shapes |= {"bias_ih_l0": (3 * H,), "bias_hh_l0": (3 * H,)}
        weights = {name: torch.from_numpy(rng.normal(size=shape)) for name, shape in shapes.items()}
        x, h_0, pull = (torch.from_numpy(rng.normal(size=shape)) for shape in ((T, N, D), (1, N, H), (T, N, H)))
        cases.append((D, H, weights, x, h_0, pull))
    return cases


def _other_shapes(turned):
    """The module with transposed weights, or with one bias."""
    def make(D, H):
        import torch

        module = torch.nn.Module()
        shapes = {"weight_ih_l0": (3 * H, D), "weight_hh_l0": (3 * H, H), "bias_ih_l0": (3 * H,)}
        if turned:
            shapes = {name: shape[::-1] for name, shape in shapes.items()} | {"bias_hh_l0": (3 * H,)}
        for name, shape in shapes.items():
            module.register_parameter(name, torch.nn.Parameter(torch.zeros(shape)))
        return module

    return make


def _without_parameters(D, H):
    import torch

    return torch.nn.Module()


def _the_layer_itself(D, H):
    import torch

    return torch.nn.GRU(D, H)


N_LINE, MIX = "torch.tanh(x_n + r * h_n)", "(1 - z) * n + z * h"
W_HN, B_HN = "self.weight_hh_l0[2 * H:].T", "self.bias_hh_l0[2 * H:]"

make_gru = Exercise(
    id="08.8",
    title="Build it: a GRU module",
    stars=3,
    reference=make_gru_reference,
    cases=_module_cases,
    call=_load_and_run,
    mistakes=[
        Mistake("the layer itself", _the_layer_itself,
                "You return PyTorch's own layer, or a module that hides one. Write the step and the loop yourself."),
        Mistake("weights are no parameters", _without_parameters,
                "The module has no parameters. A plain tensor is not registered, so no optimizer sees it: wrap each in "
                "torch.nn.Parameter and assign it to self."),
        Mistake("weights transposed", _other_shapes(True),
                "Your matrices are (inputs, 3H), as in this course's NumPy layers. torch.nn.GRU keeps them turned, "
                "(3H, inputs), and multiplies with weight.T."),
        Mistake("one bias", _other_shapes(False),
                "One bias is missing. torch.nn.GRU has bias_ih_l0 and bias_hh_l0; the candidate needs both, because r "
                "multiplies the second."),
        Mistake("reset before the product", {N_LINE: f"torch.tanh(x_n + (r * h) @ {W_HN} + {B_HN})"},
                "You reset the state and multiply it then. That is the other GRU; here r multiplies what comes out "
                "of the product, r * (h W_hn + b_hn)."),
        Mistake("b_hn outside the reset", {N_LINE: f"torch.tanh(x_n + r * (h_n - {B_HN}) + {B_HN})"},
                "b_hn stands outside of the reset. r multiplies it together with the product: r * (h W_hn + b_hn)."),
        Mistake("no reset", {"r * h_n": "h_n"},
                "The reset gate is computed and not used. It multiplies what the old state gives to the candidate."),
        Mistake("input reset as well", {"x_n + r * h_n": "r * (x_n + h_n)"},
                "r multiplies the input's part of the candidate as well. Leave x_n outside."),
        Mistake("z takes the new", {MIX: "z * n + (1 - z) * h"},
                "Your z takes the new. In PyTorch z keeps the old state: (1 - z) * n + z * h."),
        Mistake("order z, r, n", {"x_r, x_z, x_n =": "x_z, x_r, x_n =", "h_r, h_z, h_n =": "h_z, h_r, h_n ="},
                "You read the first block as z. PyTorch's order is r, z, n."),
        Mistake("state not carried", [{"h = (1 - z) * n + z * h\n": "new = (1 - z) * n + z * h\n",
                                       "states.append(h)": "states.append(new)", "h[None]": "new[None]"}],
                "Every step starts from h_0: the new state is never handed on. Assign it to h in the loop."),
        Mistake("h_0 ignored", {" if h_0 is None else h_0[0]": ""},
                "The module always starts from zeros. Where h_0 is given, the first step starts from h_0[0]."),
        Mistake("states before the step", {"states.append(h)": "pass",
                                           "x_r, x_z, x_n =": "states.append(h)\n                x_r, x_z, x_n ="},
                "Your outputs are the states *before* each step: h_0 comes first and the last one is missing. Append "
                "after the update."),
        Mistake("stacked along another axis", {"torch.stack(states)": "torch.stack(states, dim=1)"},
                "The outputs are stacked along the batch, (N, T, H). Time comes first here: torch.stack(states)."),
        Mistake("batch first", {"x.shape[1]": "x.shape[0]", "in x:": "in x.unbind(1):",
                                "torch.stack(states)": "torch.stack(states, dim=1)"},
                "You read x as (N, T, D). In this course, and in torch.nn.GRU by default, time comes first: x "
                "(T, N, D)."),
        Mistake("last state without its axis", {"h[None]": "h"},
                "The last state is (N, H). torch.nn.GRU returns (1, N, H), with an axis for layers: h[None]."),
        Mistake("all states for the last", {"h[None]": "torch.stack(states)"},
                "The second result is all the states again. It should be the last one alone, (1, N, H)."),
        Mistake("way back cut", [
            {"+ z * h\n": "+ z * h.detach()\n"}, {"in x:": "in x:\n                h = h.detach()"},
            {"torch.stack(states)": "torch.stack(states).detach()"}, {"else h_0[0]": "else h_0[0].detach()"}],
                "The states are right and the gradients are not: detach() cuts the way back. Autograd has to follow "
                "the state through all steps."),
        Mistake("tanh for the gates", {"torch.sigmoid(x_r": "torch.tanh(x_r", "torch.sigmoid(x_z": "torch.tanh(x_z"},
                "The gates go through tanh. A gate is a share between 0 and 1: torch.sigmoid."),
        Mistake("sigmoid for the candidate", {"torch.tanh(x_n": "torch.sigmoid(x_n"},
                "The candidate goes through a sigmoid. It is a new state, between −1 and 1: torch.tanh."),
        Mistake("candidate without tanh", {N_LINE: "x_n + r * h_n"},
                "The candidate is the bare sum. It goes through torch.tanh, which keeps it between −1 and 1."),
        Mistake("tanh of the new state", {MIX: f"torch.tanh({MIX})"},
                "You squash the new state once more. A GRU has no tanh at its end."),
        Mistake("candidate written whole", {"(1 - z) * n": "n"},
                "You add all of n. What is kept and what is written make 1 together: (1 - z) * n + z * h."),
        Mistake("z in place of r", {"r * h_n": "z * h_n"},
                "z multiplies the old state's part of the candidate. That is the work of r."),
        Mistake("blocks in another order", [
            {"x_r, x_z, x_n =": f"x_{a}, x_{b}, x_{c} =", "h_r, h_z, h_n =": f"h_{a}, h_{b}, h_{c} ="}
            for a, b, c in ("nrz", "nzr", "rnz", "znr")],
                "You read the blocks in another order. They are r, z, n."),
        Mistake("steps reversed", {"in x:": "in x.flip(0):"},
                "You read the sequence from its end. The first step is x[0]."),
        Mistake("one bias never added", [{" + self.bias_hh_l0)": " + 0 * self.bias_hh_l0)"},
                {" + self.bias_ih_l0)": " + 0 * self.bias_ih_l0)"}],
                "One of the two biases is there and never added."),
    ],
    hints=[
        "Write class GRU(torch.nn.Module) inside make_gru, and return GRU() at the end. super().__init__() "
        "comes first.",
        "self.weight_ih_l0 = torch.nn.Parameter(torch.empty(3 * H, D)), and so on; fill them from ±1/√H with uniform_.",
        "In forward: h = h_0[0], or zeros. For each x_t of x, one product of x_t with weight_ih_l0.T and one of h with "
        "weight_hh_l0.T, each with its bias and .chunk(3, dim=1).",
        "Then r, z, n and h as in 08.1, with torch.sigmoid and torch.tanh. Return torch.stack(states), h[None].",
    ],
    explanation="The input's product could leave the loop: `x @ weight_ih_l0.T + bias_ih_l0` for all steps at once is "
                "one large product in the place of T small ones.",
    time_limit=10.0,
)
