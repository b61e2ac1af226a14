"""Exercises and quiz of chapter 07: the LSTM in PyTorch.

torch is imported inside the functions: the exercises of all chapters are listed in kernels that never load it.
"""

import copy
from itertools import permutations
from typing import ClassVar

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 07.1 The fused cell ---------------------------------------------------------------------------------------------


def fused_step_reference(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """One step of an LSTM, with the weights of an nn.LSTMCell. Returns the new h and c, each (N, H).

    x: (N, D). h, c: (N, H). weight_ih: (4H, D). weight_hh: (4H, H). bias_ih, bias_hh: (4H). Tensors.
    """
    a = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return h, c


def _step_arguments(rng):
    import torch

    cases = []
    for N, D, H in ((4, 3, 5), (2, 1, 4), (8, 5, 3)):
        shapes = ((N, D), (N, H), (N, H), (4 * H, D), (4 * H, H), (4 * H,), (4 * H,))
        cases.append(tuple(torch.from_numpy(rng.standard_normal(shape)) for shape in shapes))
    return cases


NOT_NUMPY = ("Return tensors, and compute with torch.sigmoid, torch.tanh and torch.cat: NumPy's functions work out of "
             "autograd's sight, and no gradient comes back.")


def _autograd_can_follow(answer, rng):
    """The gradients of all seven arguments against those of the reference."""
    import torch

    names = ("x", "h", "c", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
    leaves = [argument.requires_grad_() for argument in _step_arguments(rng)[0]]
    weights = torch.from_numpy(rng.standard_normal((2, 4, 5)))
    found = []
    for function in (fused_step_reference, answer):
        try:
            h, c = function(*leaves)
        except RuntimeError as error:
            if "numpy()" not in str(error):
                raise
            return NOT_NUMPY  # PyTorch's own words advise detach(), which would cut the gradient off
        if not (torch.is_tensor(h) and torch.is_tensor(c)):
            return f"it returns arrays. {NOT_NUMPY}"
        loss = (weights[0] * h).sum() + (weights[1] * c).sum()
        if not loss.requires_grad:
            return "autograd cannot follow it: leave out detach(), .data, item(), numpy() and no_grad."
        found.append(torch.autograd.grad(loss, leaves, allow_unused=True))
    for name, expected, got in zip(names, *found, strict=True):
        if got is None or not torch.allclose(expected, got, rtol=1e-7, atol=1e-9):
            return f"the gradient for {name} is {'missing' if got is None else 'another'}: is something detached?"
    return None


fused_step = Exercise(
    id="07.1",
    title="The fused cell",
    stars=1,
    reference=fused_step_reference,
    cases=_step_arguments,
    names=("h", "c"),
    mistakes=[
        Mistake("gates as i, f, o, g", {"i, f, g, o = a": "i, f, o, g = a"},
                "You cut the sums as i, f, o, g. PyTorch stores i, f, g, o: the candidate comes third."),
        Mistake("gates as f, i, g, o", {"i, f, g, o = a": "f, i, g, o = a"},
                "You take the first quarter for the forget gate. PyTorch stores i, f, g, o: the input gate comes "
                "first."),
        Mistake("gates in another order", [
            {"i, f, g, o = a": f"{', '.join(order)} = a"} for order in permutations("ifgo")
            if "".join(order) not in ("ifgo", "ifog", "figo")],
                "The four quarters are there, in another order. PyTorch stores i, f, g, o."),
        Mistake("cut across the gates", [
            {"a.chunk(4, dim=1)": "a.reshape(4, *h.shape)"},
            {"a.chunk(4, dim=1)": "a.reshape(len(x), -1, 4).unbind(2)"}],
                "Your reshape mixes up the gates. In a (N, 4H) each gate is a block of H columns: a.chunk(4, dim=1)."),
        Mistake("candidate through another function", [{"g.tanh()": f"g.{name}()"} for name in ("sigmoid", "relu")],
                "The candidate g does not go through tanh. It is no gate: use tanh, so that it can also subtract."),
        Mistake("gates not through the sigmoid", [
            {f"{gate}.sigmoid()": f"{gate}{call}" for gate in "ifo"} for call in ("", ".tanh()", ".relu()")]
                + [{f"{gate}.sigmoid()": f"{gate}{call}"} for gate in "ifo" for call in ("", ".tanh()")],
                "A gate is used as its sum, or goes through another function. i, f and o lie between 0 and 1: "
                "sigmoid."),
        Mistake("h through another function",
                [{"c.tanh()": f"c.{call}"} for call in ("sigmoid()", "clamp(-1, 1)", "relu()")],
                "c goes through another function on its way to h. It is tanh: h = σ(o) · tanh(c)."),
        Mistake("h from the old c", {"c = f.sigmoid() * c +": "old = c; c = f.sigmoid() * c +",
                "c.tanh()": "old.tanh()"},
                "c is right, but h is computed from the c of the step before. Compute the new c first."),
        Mistake("tanh kept in c", [{"return h, c": "return h, c.tanh()"},
                {"h = o": "c = c.tanh()\n    h = o", "c.tanh()\n": "c\n"},
                                   {"h = o": "c = c.tanh()\n    h = o"}],
                "The c that you return has gone through tanh. Only what is read goes through it; c itself is handed on "
                "as it is."),
        Mistake("old h added", {"h = o": "h = h + o"},
                "You add the old h to the new one. h is made anew at every step; what is carried on is c."),
        Mistake("biases averaged", {"+ bias_ih": "+ bias_ih / 2", "+ bias_hh": "+ bias_hh / 2"},
                "You take the mean of the two biases. PyTorch adds them."),
        Mistake("1 added to the forget gate", {"f.sigmoid()": "(f + 1).sigmoid()"},
                "You add 1 to the forget gate's sum. That is a way to begin a training, and it belongs into the bias; "
                "the step takes the weights as they are."),
        Mistake("one gate for both", [{"i.sigmoid() * g": "(1 - f.sigmoid()) * g"},
                {"f.sigmoid() * c": "(1 - i.sigmoid()) * c"},
                                      {"o.sigmoid() * c": "(1 - o.sigmoid()) * c"}],
                "You use 1 minus a gate where a gate belongs. That is another cell; here i, f and o are gates of their "
                "own."),
    ],
    hints=[
        "All four sums come from one line: x times weight_ih turned, h times weight_hh turned, and both biases.",
        "a.chunk(4, dim=1) cuts (N, 4H) into four times (N, H), in the order i, f, g, o.",
        "c = σ(f) c + σ(i) tanh(g), then h = σ(o) tanh(c) with the new c.",
    ],
    extra=_autograd_can_follow,
    explanation="Autograd follows every operation of the step, so there is no backward to write. The two products "
                "could even be one, of (x, h) side by side with (weight_ih, weight_hh) side by side.",
)

# 07.2 From PyTorch to the course ---------------------------------------------------------------------------------


def to_course_reference(weights):
    """The params of seqlearn.nn.LSTM, made from the state_dict of an nn.LSTM with one layer.

    weights: dict of tensors: weight_ih_l0 (4H, D), weight_hh_l0 (4H, H), bias_ih_l0 and bias_hh_l0 (4H).
    Returns a dict of arrays: W_x (D, 4H), W_h (H, 4H), b (4H). Copies: training one side must not move the other.
    """
    arrays = {name: tensor.detach().numpy() for name, tensor in weights.items()}
    return {
        "W_x": arrays["weight_ih_l0"].T.copy(),
        "W_h": arrays["weight_hh_l0"].T.copy(),
        "b": arrays["bias_ih_l0"] + arrays["bias_hh_l0"],
    }


X, H, BIASES = "arrays[\"weight_ih_l0\"]", "arrays[\"weight_hh_l0\"]", "arrays[\"bias_ih_l0\"] + arrays[\"bias_hh_l0\"]"
OTHER_ORDERS = [order for order in permutations(range(4)) if order != (0, 1, 2, 3)]


def _reordered(reference, order, axis=-1):
    """What the reference returns, the gates in another order: everywhere, or in what has only one axis."""
    def answer(weights):
        import torch

        def move(value):
            parts = np.split(np.asarray(value), 4, axis=axis)
            moved = np.concatenate([parts[k] for k in order], axis=axis)
            return torch.from_numpy(moved) if torch.is_tensor(value) else moved

        return {name: move(value) for name, value in reference(weights).items()}

    return answer


def _state_dicts(rng):
    import torch

    return [
        {"weight_ih_l0": torch.from_numpy(rng.standard_normal((4 * H, D))),
         "weight_hh_l0": torch.from_numpy(rng.standard_normal((4 * H, H))),
         "bias_ih_l0": torch.from_numpy(rng.standard_normal(4 * H)),
         "bias_hh_l0": torch.from_numpy(rng.standard_normal(4 * H))}
        for D, H in ((3, 4), (1, 5), (6, 2))
    ]


class _Uncopied(dict):
    """A dict that the check hands over as it is: it looks at this memory after the call. An answer's copy is one."""

    handed_over = False

    def __deepcopy__(self, memo):
        if self.handed_over:
            return copy.deepcopy(dict(self), memo)
        self.handed_over = True
        return self


def _moves_along(results, arguments):
    """The name of a result that changes when the arguments do; None when all are copies."""
    before = {name: np.array(value) for name, value in results.items()}
    for value in arguments.values():
        value += 1
    moved = [name for name, value in results.items() if not np.array_equal(before[name], np.asarray(value))]
    return moved[0] if moved else None


def _computes_the_same(answer, rng):
    import torch

    from seqlearn import nn

    torch.manual_seed(0)
    module = torch.nn.LSTM(3, 4).double()
    layer = nn.LSTM(3, 4)
    weights = _Uncopied({name: tensor.clone() for name, tensor in module.state_dict().items()})
    params = answer(weights)
    if shared := _moves_along(params, weights):
        return (f"{shared} is a view of the module's weights, the same memory: training one side would move the other. "
                "Copy it.")
    for name, array in params.items():
        layer.params[name][...] = array
    with torch.no_grad():
        expected = module(torch.ones(5, 2, 3, dtype=torch.float64))[0].numpy()
    if not np.allclose(layer.forward(np.ones((5, 2, 3)))[0], expected):
        return "a layer with these params does not compute what the module computes."
    return None


to_course = Exercise(
    id="07.2",
    title="From PyTorch to the course",
    stars=2,
    reference=to_course_reference,
    cases=_state_dicts,
    mistakes=[
        Mistake("reshaped, not turned", [
            {f"{X}.T": f"{X}.reshape({X}.shape[::-1])", f"{H}.T": f"{H}.reshape({H}.shape[::-1])"},
            {f"{X}.T": f"{X}.reshape({X}.shape[::-1])"}, {f"{H}.T": f"{H}.reshape({H}.shape[::-1])"}],
                "The shapes are right and the numbers are in the wrong places: reshape reads them on in the old "
                "order. Turn the matrix with .T."),
        Mistake("one bias alone", [{BIASES: f"arrays[\"{name}\"].copy()"} for name in ("bias_ih_l0", "bias_hh_l0")],
                "b is one of the two biases alone. PyTorch adds both of them; so b is their sum."),
        Mistake("1 added to the forget gate", {BIASES: f"{BIASES} + np.repeat([0, 1, 0, 0], len({X}) // 4)"},
                "You add 1 to the forget gate's bias. That is a way to begin a training; here the weights are given, "
                "and b is the sum of the two biases."),
        Mistake("biases in a row", [{BIASES: f"np.{way}([arrays[\"bias_ih_l0\"], arrays[\"bias_hh_l0\"]])"}
                                    for way in ("concatenate", "stack")],
                "You put one bias beside the other, which gives 8H numbers. They are added: b has 4H."),
        Mistake("input and state exchanged", {f"{X}.T": f"{H}.T", f"{H}.T": f"{X}.T"},
                "weight_ih multiplies the input and becomes W_x; weight_hh multiplies the hidden state and becomes "
                "W_h."),
        Mistake("gates reordered", [_reordered(to_course_reference, order) for order in OTHER_ORDERS]
                + [{BIASES: f"np.concatenate([np.split({BIASES}, 4)[k] for k in {order}])"} for order in OTHER_ORDERS],
                "You moved the gates to another order. Both sides keep i, f, g, o: leave the order alone."),
        Mistake("returned under PyTorch's names", lambda weights: {
            name: np.asarray(value).T.copy() for name, value in weights.items()},
                "Your dict has the names of the state_dict. The course's params are called \"W_x\", \"W_h\" and "
                "\"b\"."),
    ],
    hints=[
        "Three differences: the matrices are turned, there are two biases, and tensors are not arrays.",
        "weights[\"weight_ih_l0\"].numpy().T is W_x, but it still shares the module's memory: copy it.",
        "b is the sum of the two biases. The order of the gates is the same on both sides.",
    ],
    extra=_computes_the_same,
    explanation="`seqlearn.interop.from_torch` does this, for deep and bidirectional layers too.",
)

# 07.3 And back ---------------------------------------------------------------------------------------------------


def to_torch_reference(params):
    """The state_dict of an nn.LSTM, made from the params of seqlearn.nn.LSTM: the way back.

    params: dict of arrays: W_x (D, 4H), W_h (H, 4H), b (4H).
    Returns a dict of tensors: weight_ih_l0, weight_hh_l0, bias_ih_l0 and bias_hh_l0. PyTorch has two biases: all of b
    goes into bias_ih_l0, and bias_hh_l0 is zero. Copies, as in 07.2.
    """
    import torch

    return {
        "weight_ih_l0": torch.tensor(params["W_x"].T),
        "weight_hh_l0": torch.tensor(params["W_h"].T),
        "bias_ih_l0": torch.tensor(params["b"]),
        "bias_hh_l0": torch.zeros(len(params["b"]), dtype=torch.float64),
    }


W_X, W_H, B = "params[\"W_x\"]", "params[\"W_h\"]", "torch.tensor(params[\"b\"])"
ZEROS = "torch.zeros(len(params[\"b\"]), dtype=torch.float64)"


def _each(change):
    return lambda params: {name: change(tensor) for name, tensor in to_torch_reference(params).items()}


def _loads(answer, rng):
    import torch

    layer_params = _Uncopied(_course_params(rng)[0])
    weights = answer(layer_params)
    arrays = [name for name, value in weights.items() if not torch.is_tensor(value)]
    if arrays:
        return f"{arrays[0]} is no tensor, and load_state_dict would refuse it: torch.tensor makes one from an array."
    whole = [name for name, value in weights.items() if value.dtype != torch.float64]
    if whole:
        return f"{whole[0]} is made of {weights[whole[0]].dtype}. Give it dtype=torch.float64, as the others."
    module = torch.nn.LSTM(*layer_params["W_x"].shape[:1], len(layer_params["W_h"])).double()
    module.load_state_dict(weights)
    if shared := _moves_along(weights, layer_params):
        return (f"{shared} is a view of the layer's params, the same memory: training one side would move the other. "
                "torch.tensor copies; torch.from_numpy and torch.as_tensor do not.")
    return None


def _course_params(rng):
    return [
        {"W_x": rng.standard_normal((D, 4 * H)), "W_h": rng.standard_normal((H, 4 * H)),
         "b": rng.standard_normal(4 * H)}
        for D, H in ((3, 4), (1, 5), (6, 2))
    ]


to_torch = Exercise(
    id="07.3",
    title="And back to PyTorch",
    stars=2,
    reference=to_torch_reference,
    cases=_course_params,
    mistakes=[
        Mistake("bias in both", {ZEROS: B},
                "b stands in both biases. PyTorch adds them, so its gates would get it twice: make one of them zero."),
        Mistake("bias divided among both",
                [{B: f"{B} * {part!r}", ZEROS: f"{B} * {1 - part!r}"} for part in (0.5, 1 / 3)]
                + [{ZEROS: f"torch.ones_like({B})", B: f"{B} - 1"}],
                "The two add up to b, and the module computes the same. Asked is the plain split: all of b in "
                "bias_ih_l0, zeros in bias_hh_l0."),
        Mistake("bias in the other", {B: ZEROS, ZEROS: B},
                "All of b is in bias_hh_l0. It computes the same, but asked is the other way round: b in bias_ih_l0."),
        Mistake("second bias not zero", [{ZEROS: code} for code in (
            f"-{B}", f"torch.ones_like({B})", f"torch.full_like({B}, 1e-3)", f"{B} / 2")],
                "bias_hh_l0 is not zero, so PyTorch's gates get another bias than b. All of b is in bias_ih_l0 "
                "already."),
        Mistake("reshaped, not turned", [
            {f"{W_X}.T": f"{W_X}.reshape({W_X}.shape[::-1])", f"{W_H}.T": f"{W_H}.reshape({W_H}.shape[::-1])"},
            {f"{W_X}.T": f"{W_X}.reshape({W_X}.shape[::-1])"}, {f"{W_H}.T": f"{W_H}.reshape({W_H}.shape[::-1])"}],
                "The shapes are right and the numbers are in the wrong places: reshape and view read them on in the "
                "old order. Turn the matrix with .T."),
        Mistake("input and state exchanged", {f"{W_X}.T": f"{W_H}.T", f"{W_H}.T": f"{W_X}.T"},
                "W_x multiplies the input and becomes weight_ih_l0; W_h multiplies the hidden state and becomes "
                "weight_hh_l0."),
        Mistake("gates reordered", [_reordered(to_torch_reference, order, axis=0) for order in OTHER_ORDERS],
                "You moved the gates to another order. Both sides keep i, f, g, o: leave the order alone."),
        Mistake("names without l0", lambda params: {
            name.removesuffix("_l0"): value for name, value in to_torch_reference(params).items()},
                "The names end in _l0, for the first layer: nn.LSTM numbers its layers, unlike nn.LSTMCell."),
        Mistake("float32", _each(lambda tensor: tensor.float()),
                "The weights are rounded to float32. torch.tensor(array) keeps float64; torch.Tensor(array) and "
                ".float() do not."),
        Mistake("zeros in float32", {", dtype=torch.float64": ""},
                "Only bias_hh_l0 is in float32: torch.zeros makes that unless told. Give it dtype=torch.float64."),
    ],
    hints=[
        "The same three differences as in 07.2, the other way round.",
        "torch.tensor(params[\"W_x\"].T) turns, copies and keeps float64.",
        "torch.zeros makes float32 unless told: dtype=torch.float64, or torch.zeros_like of the other bias.",
    ],
    extra=_loads,
    rtol=1e-12,  # copies are exact; and it tells weights rounded to float32 from zeros in float32
    explanation="One bias would do. PyTorch keeps two because cuDNN, which runs nn.LSTM on NVIDIA's GPUs, has two.",
)

# 07.4 The last real state ----------------------------------------------------------------------------------------


def last_real_reference(outputs, lengths):
    """What a bidirectional LSTM knows after all real steps: the last real state of each direction, side by side.

    outputs: (T, N, 2H), of a packed batch: in [..., :H] what the forward direction said at each step, in [..., H:]
    the reverse direction, turned back, so that both halves of outputs[t] belong to step t; zeros after the end.
    lengths: (N,), integers from 1 to T. Returns (N, 2H).
    """
    import torch

    size = outputs.shape[2] // 2
    rows = torch.arange(outputs.shape[1])
    forward = outputs[lengths - 1, rows, :size]  # the forward direction ends at the last real step
    reverse = outputs[0, :, size:]  # the reverse direction ends at the first step
    return torch.cat([forward, reverse], dim=1)


FORWARD, REVERSE = "outputs[lengths - 1, rows, :size]", "outputs[0, :, size:]"
JOINED = "return torch.cat([forward, reverse], dim=1)"


def _packed_batches(rng):
    import torch

    cases = []
    for T, lengths, H in ((6, (4, 6, 1, 3), 3), (5, (2, 5, 5), 2), (7, (5, 3), 4)):
        outputs = torch.from_numpy(rng.standard_normal((T, len(lengths), 2 * H)))
        lengths = torch.tensor(lengths)
        outputs[torch.arange(T)[:, None] >= lengths] = 0
        cases.append((outputs, lengths))
    return cases


def _agrees_with_the_final_state(answer, rng):
    """On a real packed batch it must be h_n, the state that nn.LSTM itself returns."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    torch.manual_seed(0)
    module, lengths = torch.nn.LSTM(2, 3, bidirectional=True).double(), torch.tensor([3, 5, 1])
    with torch.no_grad():
        packed = pack_padded_sequence(torch.from_numpy(rng.standard_normal((5, 3, 2))), lengths, enforce_sorted=False)
        outputs, (h_n, _) = module(packed)
        found = answer(pad_packed_sequence(outputs)[0], lengths)
    if not torch.allclose(torch.as_tensor(found), torch.cat([h_n[0], h_n[1]], dim=1)):
        return "on a packed batch it is not the final state h_n that nn.LSTM returns."
    return None


last_real = Exercise(
    id="07.4",
    title="The last real state, both ways",
    stars=3,
    reference=last_real_reference,
    cases=_packed_batches,
    mistakes=[
        Mistake("last step of the page", {FORWARD: "outputs[-1, :, :size]", REVERSE: "outputs[-1, :, size:]"},
                "outputs[-1] is the last step of the page: zeros for every sequence that has ended before, and the "
                "wrong end of the reverse direction."),
        Mistake("both at the last real step", {REVERSE: "outputs[lengths - 1, rows, size:]"},
                "Right for the forward half. At the last real step the reverse direction has only begun: it has read "
                "one step. It ends at step 0."),
        Mistake("both at the first step", {FORWARD: "outputs[0, :, :size]"},
                "Right for the reverse half. At step 0 the forward direction has read one step only. It ends at "
                "lengths − 1."),
        Mistake("the two ends exchanged", [
            {FORWARD: "outputs[0, :, :size]", REVERSE: f"outputs[{end}, rows, size:]"}
            for end in ("lengths - 1", "-1")],
                "You read each direction at the wrong end. The forward direction has read everything at lengths − 1, "
                "the reverse one at step 0."),
        Mistake("forward at the end of the page", {FORWARD: "outputs[-1, :, :size]"},
                "The reverse half is right. The forward half comes from behind the end of every shorter sequence, "
                "where the outputs are 0. Take step lengths − 1 of each row."),
        Mistake("forward at one row's end", [
            {FORWARD: f"outputs[int({length}) - 1, :, :size]"} for length in (
                "lengths.max()", "lengths.min()", "lengths[0]", "lengths[-1]")],
                "All rows are read at the same step, the end of one of them. Each row has an end of its own: "
                "outputs[lengths - 1, rows]."),
        Mistake("lengths sorted", [{FORWARD: f"outputs[lengths.sort(descending={order}).values - 1, rows, :size]"}
                                   for order in (True, False)],
                "You sort the lengths, and so each row is read at the end of another. The rows come in their own "
                "order: lengths[n] belongs to row n."),
        Mistake("reverse at another step", [
            {REVERSE: f"outputs[{where}, rows, size:]"}
            for where in ("-1", "len(outputs) - lengths", "1", "lengths - 2")],
                "The forward half is right. The reverse direction is turned back, so its outputs belong to the steps "
                "as they stand: it has read everything at step 0."),
        Mistake("halves exchanged", {"[forward, reverse]": "[reverse, forward]"},
                "The right states in the wrong order: the forward half comes first."),
        Mistake("halves cut elsewhere", [
            {FORWARD: "outputs[lengths - 1, rows, 0::2]", REVERSE: "outputs[0, :, 1::2]"},
            {REVERSE: "outputs[0, :, :size]"},
            {FORWARD: "outputs[lengths - 1, rows, size:]", REVERSE: "outputs[0, :, :size]"},
            {FORWARD: "outputs[lengths - 1, rows, size:]"}],
                "You cut the 2H numbers in another way. The first H are the forward direction's, the last H those of "
                "the reverse one: [..., :H] and [..., H:]."),
        Mistake("joined otherwise", [
            {JOINED: code} for code in (
                "return torch.cat([forward, reverse], dim=0)", "return torch.stack([forward, reverse])",
                "return torch.stack([forward, reverse], dim=2).reshape(len(rows), -1)", "return forward + reverse",
                "return (forward + reverse) / 2")],
                "The two states are right, the way you join them is not. Put them side by side, (N, 2H): "
                "torch.cat([forward, reverse], dim=1)."),
        Mistake("one direction alone", [{JOINED: "return forward"}, {JOINED: "return reverse"}],
                "You return one direction alone. Asked are both, side by side: (N, 2H)."),
        Mistake("rows not paired with their lengths", {JOINED: "return outputs[lengths - 1]"},
                "outputs[lengths - 1] takes those steps for every row. Pair each length with its own row: "
                "outputs[lengths - 1, torch.arange(N)]."),
        Mistake("mean over time", [
            {JOINED: "return outputs.sum(dim=0) / lengths[:, None]"},
            {FORWARD: "outputs[..., :size].sum(dim=0) / lengths[:, None]"},
            {JOINED: "return outputs.sum(dim=0)"}, {JOINED: "return outputs.mean(dim=0)"},
            {JOINED: "return outputs.max(dim=0).values"}],
                "That is a sum, a mean or a maximum over the steps, a summary too, but not the last state. Asked is "
                "one step for each half."),
    ],
    hints=[
        "The two directions end at different steps. At which step has the reverse direction read everything?",
        "The forward half of row n is outputs[lengths[n] − 1, n, :H]; the reverse half is outputs[0, n, H:].",
        "outputs[lengths - 1, torch.arange(N), :H] picks one step for each row; torch.cat(…, dim=1) joins the halves.",
    ],
    extra=_agrees_with_the_final_state,
    explanation="On a packed batch this is h_n, which nn.LSTM returns anyway. On a padded batch that was not packed, "
                "neither h_n nor the reverse half of a shorter row is right: its reverse direction reads padding.",
)

# 07.5 Rules that look alike --------------------------------------------------------------------------------------


def rule_reference(per_one, trained, length):
    """The rule that adds per_one for a one and is right for every sequence of `trained` steps.

    Returns what a zero adds, the constant, and how far off (answer minus count) it is at `length` steps. Numbers.
    """
    per_zero = per_one - 1  # a one in the place of a zero makes the count larger by 1
    constant = -per_zero * trained  # zeros alone: the answer is 0
    off = per_zero * (length - trained)
    return per_zero, constant, off


def _rules(rng):
    return [(0.5, 20, 30), (0.3, 12, 7), (0.85, 16, 40), (1.0, 20, 50), (1.4, 10, 14), (0.2, 15, 18)]


PER_ZERO, CONSTANT = "per_zero = per_one - 1", "constant = -per_zero * trained"
OFF = "off = per_zero * (length - trained)"

rule = Exercise(
    id="07.5",
    title="Rules that look alike",
    stars=2,
    reference=rule_reference,
    cases=_rules,
    names=("per_zero", "constant", "off"),
    mistakes=[
        Mistake("a zero takes what a one adds", [
            {PER_ZERO: "per_zero = -per_one"},
            {PER_ZERO: "per_zero = -per_one", CONSTANT: "constant = trained / 2"},
            {PER_ZERO: "per_zero = -per_one", CONSTANT: "constant = trained / 2", OFF: "off = (trained - length) / 2"},
            {PER_ZERO: "per_zero = -per_one", CONSTANT: "constant = trained * (1 - per_one)"},
            {PER_ZERO: "per_zero = -per_one", OFF: "off = (per_one - 1) * (length - trained)",
             CONSTANT: "constant = trained * (1 - per_one)"}],
                "A zero takes away as much as a one adds only for per_one = ½, the chapter's counter. Turn one zero "
                "into a one: the count grows by 1, so the answer has to grow by per_one − per_zero = 1."),
        Mistake("half the trained length", [
            {CONSTANT: "constant = trained / 2"}, {CONSTANT: "constant = trained * per_one"}],
                "The constant is right for per_one = ½ only. Try the sequence of zeros alone: trained · per_zero + "
                "constant has to be 0."),
        Mistake("half a point a step", [
            {OFF: "off = (trained - length) / 2"}, {OFF: "off = per_one * (trained - length)"}],
                "Half a point for each further step is what the chapter's counter loses. In general each step "
                "beyond the trained length is off by per_zero: write the answer minus the count, and the ones "
                "cancel."),
        Mistake("without its sign", {OFF: "off = abs(per_zero * (length - trained))"},
                "The size is right. Leave the sign: below the count is negative, above it positive."),
        Mistake("sign of the zero", [
            {PER_ZERO: "per_zero = 1 - per_one", CONSTANT: "constant = per_zero * trained",
             OFF: "off = -per_zero * (length - trained)"},
            {PER_ZERO: "per_zero = 1 - per_one", CONSTANT: "constant = per_zero * trained"},
            {PER_ZERO: "per_zero = 1 - per_one"}],
                "What a zero *adds* is per_one − 1, a negative number as long as per_one is below 1: a zero takes "
                "away."),
        Mistake("the constant forgotten", [
            {OFF: "off = per_zero * length"}, {OFF: "off = per_zero * (length - trained) + constant"}],
                "The constant has to be in the answer once. Write ones · per_one + zeros · per_zero + constant − "
                "ones, and put zeros = length − ones."),
    ],
    hints=[
        "Two sequences are enough: zeros alone, and the same with one zero turned into a one.",
        "Turning a zero into a one changes the answer by per_one − per_zero, and that has to be 1.",
        "Zeros alone have the count 0, so trained · per_zero + constant = 0. Then write answer minus count for any "
        "length.",
    ],
    explanation="Every per_one gives a rule without a single mistake at the trained length. Only per_one = 1 is right "
                "at others too, and no last answer at the trained length can tell you which one a network has found.",
)

# 07.6 Open the forget gates --------------------------------------------------------------------------------------


def open_forget_gates_reference(weights, bias):
    """The same state_dict, with forget gates whose two biases add up to `bias`, in every layer and direction.

    weights: the state_dict of an nn.LSTM of any num_layers, in one direction or two. Returns a new dict of copies.
    """
    opened = {name: weight.clone() for name, weight in weights.items()}
    for name, weight in opened.items():
        H = len(weight) // 4
        if name.startswith("bias_ih"):
            weight[H : 2 * H] = bias
        elif name.startswith("bias_hh"):
            weight[H : 2 * H] = 0
    return opened


def _deep_state_dicts(rng):
    import torch

    cases = []
    for layers, both, bias in ((1, False, 1.0), (2, False, 2.5), (2, True, 1.0), (1, True, -0.5)):
        shapes = torch.nn.LSTM(3, 4, layers, bidirectional=both, device="meta").state_dict()
        weights = {name: torch.from_numpy(rng.standard_normal(tuple(each.shape))) for name, each in shapes.items()}
        cases.append((weights, bias))
    return cases


SET, HH = "weight[H : 2 * H] = bias", "weight[H : 2 * H] = 0"
IH, PASS = (f"if name.startswith(\"bias_ih\"):\n            {code}" for code in (SET, "pass"))
IS_IH, IS_HH = "if name.startswith(\"bias_ih\")", "elif name.startswith(\"bias_hh\")"


def _block(code):
    return {IH: IH.replace("[H : 2 * H]", code), HH: HH.replace("[H : 2 * H]", code)}


open_forget_gates = Exercise(
    id="07.6",
    title="Open the forget gates",
    stars=2,
    reference=open_forget_gates_reference,
    cases=_deep_state_dicts,
    mistakes=[
        Mistake("both set", {HH: SET},
                "You set both biases. PyTorch adds them, so the gate gets twice what was asked for."),
        Mistake("second bias left", {HH: "pass"},
                "bias_ih is set and bias_hh is left as it was drawn. The gate gets their sum: make the other part 0."),
        Mistake("bias_hh set, bias_ih left", {IH: PASS, HH: SET},
                "bias_hh is set and bias_ih is left as it was drawn. The gate gets their sum. Asked is all of it in "
                "bias_ih, and 0 in bias_hh."),
        Mistake("in the other bias", {IH: IH.replace("= bias", "= 0"), HH: SET},
                "It computes the same, but asked is the other way round: all of it in bias_ih, and 0 in bias_hh."),
        Mistake("split", {IH: IH.replace("= bias", "= bias / 2"), HH: f"{SET} / 2"},
                "The two add up, and the network computes the same. Asked is all of it in bias_ih, and 0 in bias_hh."),
        Mistake("added", {IH: IH.replace("= bias", "+= bias"), HH: "pass"},
                "You add to what was drawn. The sum of the two biases should be `bias` itself, so set one and clear "
                "the other."),
        Mistake("another gate's block", [_block(code) for code in ("[:H]", "[2 * H : 3 * H]", "[3 * H :]")],
                "That is another gate's block. The order is i, f, g, o: the forget gate's is the second, H to 2H."),
        Mistake("the whole bias", [_block("[:]"), {IH: IH.replace("[H : 2 * H]", "[:]")}],
                "You set all four blocks. Only the forget gate's, H to 2H, is to change."),
        Mistake("first layer only", [
            {IS_IH: "if name.startswith(\"bias_ih_l0\")", IS_HH: "elif name.startswith(\"bias_hh_l0\")"},
            {IS_IH: "if name == \"bias_ih_l0\"", IS_HH: "elif name == \"bias_hh_l0\""}],
                "Only the layer l0 is set, or one direction of it. A deeper nn.LSTM has l1, l2 …, and one of two "
                "directions has names that end in _reverse: go through all names."),
        Mistake("reverse left out", {
            IS_IH: "if name.startswith(\"bias_ih\") and \"reverse\" not in name",
            IS_HH: "elif name.startswith(\"bias_hh\") and \"reverse\" not in name"},
                "The reverse direction is left as it was. Its names end in _reverse; startswith finds both."),
        Mistake("rows of the matrices", {IS_IH: "if \"_ih\" in name", IS_HH: "elif \"_hh\" in name"},
                "You also overwrite the forget gate's rows of the two matrices. Only the biases are to change."),
    ],
    hints=[
        "A state_dict is a dict: go through its names. Which of them belong to biases, whatever the layer?",
        "The forget gate's block is weight[H : 2 * H], with H a quarter of len(weight).",
        "Clone every tensor first; then set the block to bias where the name starts with bias_ih, and to 0 for "
        "bias_hh.",
    ],
    explanation="In a program you may write into the module itself: `with torch.no_grad(): "
                "lstm.bias_ih_l0[H : 2 * H] = 1`. Without `no_grad` PyTorch refuses to change a leaf that wants a "
                "gradient.",
)

# 07.7 Keep the best ----------------------------------------------------------------------------------------------


def fit_reference(model, batches, held_out, epochs, learning_rate):
    """Train by plain SGD; return the validation losses, one an epoch, and a copy of the best epoch's state_dict.

    model: an nn.Module. batches: a list of pairs (x, y). held_out: one such pair. The loss is the mean squared error.
    """
    import copy

    import torch
    from torch.nn import functional as F

    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses, best = [], None
    for _ in range(epochs):
        model.train()
        for x, y in batches:
            loss = F.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            x, y = held_out
            losses.append(F.mse_loss(model(x), y).item())
        if losses[-1] == min(losses):
            best = copy.deepcopy(model.state_dict())
    return losses, best


FITS = ((18, 0.6, 6), (0, 0.3, 6), (37, 0.6, 5), (32, 0.6, 6))  # seed, rate, epochs


def _trainings(rng):
    """Small networks and rates so high that the best epoch is neither the first nor the last."""
    import torch

    cases = []
    for seed, rate, epochs in FITS:
        rng = np.random.default_rng(seed)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
        for weight in model.parameters():
            weight.data = torch.from_numpy(rng.standard_normal(tuple(weight.shape)))
        x = torch.from_numpy(rng.standard_normal((4, 5, 3)))
        y = x.sum(dim=2, keepdim=True).tanh() + 0.5 * torch.from_numpy(rng.standard_normal((4, 5, 1)))
        cases.append((model, list(zip(x[:3], y[:3], strict=True)), (x[3], y[3]), epochs, rate))
    return cases


def _modes(answer, rng):
    """A network that notes in which mode it is called, and whether autograd takes notes."""
    import torch

    class Watched(torch.nn.Sequential):
        notes: ClassVar[list] = []

        def forward(self, x):
            self.notes.append((len(x), self.training, torch.is_grad_enabled()))
            return super().forward(x)

    model = Watched(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    pairs = [(torch.ones(rows, 3), torch.ones(rows, 1)) for rows in (3, 3, 4)]
    answer(model, pairs[:2], pairs[2], FITS[0][2], 0.01)
    held = [note for note in Watched.notes if note[0] == 4]
    if any(training for _, training, _ in held):
        return "the held-out pair is read in training mode. Call model.eval() before it: dropout must not act there."
    if any(grad for _, _, grad in held):
        return "autograd takes notes on the held-out pair, for nothing. Measure under torch.no_grad()."
    if not all(training for rows, training, _ in Watched.notes if rows == 3):
        return "it trains in eval mode, at least in part. Call model.train() at the start of every epoch."
    return None


ZERO, BACK, STEP = "optimizer.zero_grad()\n            ", "loss.backward()\n            ", "optimizer.step()"
COPY, BEST = "copy.deepcopy(model.state_dict())", "if losses[-1] == min(losses):"

fit = Exercise(
    id="07.7",
    title="Build it: a loop that keeps the best",
    stars=3,
    reference=fit_reference,
    cases=_trainings,
    names=("losses", "best"),
    mistakes=[
        Mistake("best moves on", [{COPY: code} for code in (
            "model.state_dict()", "dict(model.state_dict())", "model.state_dict().copy()")]
                + [{BEST: "if True:"}],
                "The losses are right, and `best` holds the weights of the last epoch. If you stored "
                "model.state_dict() at the best one: its tensors are the model's own memory, and the training went "
                "on in them. Copy them: copy.deepcopy(model.state_dict())."),
        Mistake("zero_grad forgotten", {ZERO: ""},
                "The gradients are never cleared. backward() adds to .grad, so each step goes along the sum of all "
                "gradients so far: call optimizer.zero_grad() before it."),
        Mistake("cleared before the step", [
            {BACK: "loss.backward()\n            optimizer.zero_grad()\n            "},
            {BACK + STEP: "optimizer.step()\n            loss.backward()"}],
                "No weight moves: when step() comes, the gradients have just been cleared. The order is zero_grad(), "
                "backward(), step()."),
        Mistake("one step an epoch", [
            {ZERO: "", "model.train()": "model.train()\n        optimizer.zero_grad()",
             "            optimizer.step()\n": "        optimizer.step()\n"},
            {"            optimizer.step()\n": "        optimizer.step()\n"}],
                "You take one step an epoch. Each batch has a step of its own: optimizer.step() belongs inside the "
                "loop over the batches."),
        Mistake("best on the training loss", {
            "losses, best = [], None": "losses, best, seen = [], None, []",
            BEST: "seen.append(loss.item())\n        if seen[-1] == min(seen):"},
                "You keep the epoch with the smallest training loss. What counts is the loss on the held-out pair."),
        Mistake("training losses returned", [
            {"losses.append(F.mse_loss(model(x), y).item())": "losses.append(loss.item())"}],
                "You return the loss of the last training batch. Asked is the loss on the held-out pair, after each "
                "epoch."),
        Mistake("the first epoch kept", {BEST: "if best is None:"},
                "`best` stays what it was after the first epoch. Replace it whenever the held-out loss is the "
                "smallest so far."),
        Mistake("better than the epoch before", {BEST: "if len(losses) < 2 or losses[-1] < losses[-2]:"},
                "You keep an epoch that is better than the one before it. Compare with the smallest loss of all "
                "epochs so far."),
        Mistake("the sum", {"loss = F.mse_loss(model(x), y)": "loss = F.mse_loss(model(x), y, reduction=\"sum\")"},
                "You train on the sum of the squared errors, which makes each step longer by the size of the batch. "
                "Asked is their mean."),
        Mistake("measured before the epoch", {
            "model.train()": "x, y = held_out\n        with torch.no_grad():\n            "
            "losses.append(F.mse_loss(model(x), y).item())\n        if losses[-1] == min(losses):\n            "
            f"best = {COPY}\n        model.train()",
            "losses.append(F.mse_loss(model(x), y).item())": "pass", BEST: "if False:"},
                "You measure before the epoch's training, so the first number belongs to the untrained network and the "
                "last epoch is never measured. Measure after it."),
        Mistake("Adam", {"torch.optim.SGD": "torch.optim.Adam"},
                "You train with Adam. Asked is plain SGD, torch.optim.SGD."),
        Mistake("the held-out pair is trained on", {
            "in batches:": "in [*batches, held_out]:"},
                "You train on the held-out pair too. Then it cannot tell you which epoch is best."),
    ],
    hints=[
        "The inner loop of the tour, without scheduler, in a loop over the epochs; after each epoch one measurement.",
        "Measure under model.eval() and torch.no_grad(), and keep loss.item(), a plain number.",
        "best = copy.deepcopy(model.state_dict()) whenever the newest loss is the smallest so far.",
    ],
    extra=_modes,
    explanation="`train` does the same. `state_dict()` hands out the model's own tensors, which is why a best model "
                "that was not copied turns into the last one, without a word.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("07", [
    Question(
        "With each of its two matrices the cell makes one product of width 4H in place of four of width H. What does "
        "that change?",
        [
            Option("The number of calls, and with it the time where the products are small.", True,
                   "Each call has a price of its own, and with 20 units it is most of the time, as you measured."),
            Option("The number of weights: one matrix in place of four.", False,
                   "It is the four matrices, stacked. The count is the same."),
            Option("The order of the gates now matters to whoever loads the weights.", True,
                   "The blocks have no names: i, f, g, o is a convention, and other libraries have others."),
            Option("The result: the gates can now see each other.", False,
                   "The four blocks of columns never mix. Up to rounding, each gate is what it was."),
        ],
        topic="one product for all gates",
    ),
    Question(
        "Which part of an LSTM's work can be done for all steps at once, before the loop?",
        [
            Option("Nothing: a recurrent network is one long chain.", False,
                   "The chain runs through h and c. What comes from the inputs does not wait for it."),
            Option("The sigmoids of the gates.", False, "They wait for the sums, and the sums wait for h."),
            Option("The product of the inputs with weight_ih.", True,
                   "All inputs are known from the start, so it is one product of (T·N, D) with (D, 4H)."),
            Option("The product of the hidden state with weight_hh.", False,
                   "h of step t is known only after step t. This product has to wait."),
        ],
        topic="what has to wait",
    ),
    Question(
        "You pad a batch with zeros to one length and give it to nn.LSTM without packing. What is h_n for a shorter "
        "sequence?",
        [
            Option("The state after the last real step: zeros change nothing.", False,
                   "W_x · 0 is 0, but the biases and W_h are still there, and the forget gate still forgets."),
            Option("Zero.", False, "Only the inputs are zero. The state moves on."),
            Option("An error: lengths differ.", False, "A padded batch is one full array. Nothing tells nn.LSTM."),
            Option("The state after the zeros, which is another one than after the last real step.", True,
                   "Biases and the old state go on working on zeros. You measured it: h_n was off by up to 0.2."),
        ],
        topic="padding",
    ),
    Question(
        "The counter has seen only sequences of length 20. At length 30 it says about 5 too little. Why?",
        [
            Option("Its gradients have vanished.", False,
                   "Nothing is trained at length 30, and at 20 the gradients were good enough to learn from."),
            Option("It counts ones against zeros. At one fixed length that is the same.", True,
                   "10 + (ones − zeros) / 2 is the count if, and only if, the length is 20."),
            Option("The LSTM's memory lasts 20 steps.", False,
                   "The state goes on at every further step. It is the rule that is another one than you thought."),
            Option("It was trained for too few epochs: with more of the same data it would learn to count.", False,
                   "Its loss was already next to nothing, and at length 20 both rules give the same answers."),
        ],
        topic="generalisation to other lengths",
    ),
    Question(
        "Which of these belong into a training loop that others will use?",
        [
            Option("Keep the weights of the best epoch, judged on data not trained on.", True,
                   "The last epoch need not be the best one."),
            Option("Report the gradient norm from before clipping.", True,
                   "After clipping it never exceeds the limit; before it, it warns."),
            Option("Stop when the test accuracy is highest.", False,
                   "Then the test set has been used to choose, and its score is no estimate any more. Use a "
                   "validation set."),
            Option("Catch KeyboardInterrupt and hand over what there is.", True,
                   "The stop button must not cost an hour's work."),
        ],
        topic="the training loop",
    ),
    Question(
        "w is a tensor with requires_grad=True, and loss = 3 * w. You compute the loss and call backward(), and then "
        "do both a second time, with nothing in between. What is w.grad?",
        [
            Option("3: each call puts its own gradient in the place of the last.", False,
                   "backward() adds to what is there. That is why every training clears the gradients."),
            Option("6: the second call adds its gradient to the first.", True,
                   "backward() adds to .grad, and nothing has cleared it."),
            Option("None: the first backward() has used up the tensor w.", False,
                   "It frees the notes about the operations. The tensor and its .grad stay."),
            Option("9: the gradients of the two calls are multiplied.", False, "They are added: 3 + 3."),
        ],
        topic="gradients add up",
    ),
    Question(
        "outputs, (h_n, c_n) = lstm(x) with lstm = nn.LSTM(3, 5, num_layers=2) and x of shape (7, 4, 3). What is true?",
        [
            Option("h_n has the shape (2, 4, 5): one state for each layer.", True,
                   "The first axis is layers times directions; here 2 · 1."),
            Option("outputs has the shape (7, 4, 10): both layers side by side.", False,
                   "outputs are those of the last layer alone, (7, 4, 5). Two directions would stand side by side."),
            Option("h_n[-1] equals outputs[-1].", True,
                   "The last layer's state after the last step is both."),
            Option("c_n[-1] equals outputs[-1].", False,
                   "outputs hold h. The cell state c leaves the layer only at the end, as c_n."),
        ],
        topic="what nn.LSTM returns",
    ),
    Question(
        "Why are weights stored as safetensors rather than with pickle?",
        [
            Option("Opening a pickle file can run any code; safetensors holds numbers and a few words only.", True,
                   "A file from somebody else must not be a program."),
            Option("A safetensors file stores the Python class of the model as well.", False,
                   "The other way round: it holds no code, so you build the model first and load into it."),
            Option("A safetensors file is smaller, because it stores the numbers in compressed form.", False,
                   "Neither compresses. torch.save adds 2 to 3 kB of its own, much for 8 units, nothing for 512."),
        ],
        topic="saving weights safely",
    ),
])
