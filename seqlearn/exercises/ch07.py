"""Exercises and quiz of chapter 07: the LSTM in PyTorch.

torch is imported inside the functions: the exercises of all chapters are listed in kernels that never load it.
"""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 07.1 The fused cell ---------------------------------------------------------------------------------------------


def fused_step_reference(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """One step of an LSTM, with the weights of an nn.LSTMCell. Returns the new h and c, each (N, H).

    x: (N, D). h, c: (N, H). weight_ih: (4H, D). weight_hh: (4H, H). bias_ih, bias_hh: (4H). Tensors.
    """
    z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    i, f, g, o = z.chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return h, c


def _sums(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return (x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh).chunk(4, dim=1)


def _gates(i, f, g, o, c):
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _other_order(x, h, c, *weights):
    i, f, o, g = _sums(x, h, *weights)
    return _gates(i, f, g, o, c)


def _forget_first(x, h, c, *weights):
    f, i, g, o = _sums(x, h, *weights)
    return _gates(i, f, g, o, c)


def _sigmoid_everywhere(x, h, c, *weights):
    i, f, g, o = _sums(x, h, *weights)
    c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()
    return o.sigmoid() * c.tanh(), c


def _candidate_without_tanh(x, h, c, *weights):
    i, f, g, o = _sums(x, h, *weights)
    c = f.sigmoid() * c + i.sigmoid() * g
    return o.sigmoid() * c.tanh(), c


def _old_c_dropped(x, h, c, *weights):
    i, f, g, o = _sums(x, h, *weights)
    c = i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _output_without_tanh(x, h, c, *weights):
    i, f, g, o = _sums(x, h, *weights)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c, c


def _output_of_the_old_c(x, h, c, *weights):
    i, f, g, o = _sums(x, h, *weights)
    return o.sigmoid() * c.tanh(), f.sigmoid() * c + i.sigmoid() * g.tanh()


def _one_bias(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    return fused_step_reference(x, h, c, weight_ih, weight_hh, bias_ih, 0 * bias_hh)


def _other_bias(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    return fused_step_reference(x, h, c, weight_ih, weight_hh, 0 * bias_ih, bias_hh)


def _bias_twice(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    return fused_step_reference(x, h, c, weight_ih, weight_hh, bias_ih, bias_ih)


def _gates_without_h(x, h, c, *weights):
    return fused_step_reference(x, 0 * h, c, *weights)


def _cut_along_the_batch(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    i, f, g, o = (x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh).chunk(4)
    return _gates(i, f, g, o, c)


def _coupled(x, h, c, *weights):
    i, f, g, o = _sums(x, h, *weights)
    c = f.sigmoid() * c + (1 - f.sigmoid()) * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _step_arguments(rng):
    import torch

    cases = []
    for N, D, H in ((4, 3, 5), (2, 1, 4), (8, 5, 3)):
        shapes = ((N, D), (N, H), (N, H), (4 * H, D), (4 * H, H), (4 * H,), (4 * H,))
        cases.append(tuple(torch.from_numpy(rng.standard_normal(shape)) for shape in shapes))
    return cases


def _autograd_can_follow(answer, rng):
    """The gradients of all seven arguments against those of the reference."""
    import torch

    names = ("x", "h", "c", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
    leaves = [argument.requires_grad_() for argument in _step_arguments(rng)[0]]
    weights = torch.from_numpy(rng.standard_normal((2, 4, 5)))
    found = []
    for function in (fused_step_reference, answer):
        h, c = function(*leaves)
        if not (torch.is_tensor(h) and torch.is_tensor(c)):
            return "it returns arrays. Return tensors, so that autograd can follow."
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
        Mistake("gates as i, f, o, g", _other_order,
                "You cut the sums as i, f, o, g. PyTorch stores i, f, g, o: the candidate comes third."),
        Mistake("gates as f, i, g, o", _forget_first,
                "You take the first quarter for the forget gate. PyTorch stores i, f, g, o: the input gate comes "
                "first."),
        Mistake("sigmoid on the candidate", _sigmoid_everywhere,
                "The candidate g goes through a sigmoid. It is no gate: use tanh, so that it can also subtract."),
        Mistake("candidate without tanh", _candidate_without_tanh,
                "The candidate g is used as the sum that it is. Squash it first: σ(i) · tanh(g)."),
        Mistake("old c dropped", _old_c_dropped,
                "The new c is σ(i) · tanh(g) alone. Keep the part of the old c that the forget gate lets through: add "
                "σ(f) · c."),
        Mistake("h without tanh", _output_without_tanh,
                "h is o · c. Squash c first: h = σ(o) · tanh(c)."),
        Mistake("h from the old c", _output_of_the_old_c,
                "c is right, but h is computed from the c of the step before. Compute the new c first."),
        Mistake("bias_hh forgotten", _one_bias,
                "PyTorch has two biases and adds both. bias_hh is missing."),
        Mistake("bias_ih forgotten", _other_bias,
                "PyTorch has two biases and adds both. bias_ih is missing."),
        Mistake("bias_ih twice", _bias_twice,
                "bias_ih is added twice, and bias_hh not at all."),
        Mistake("gates blind to h", _gates_without_h,
                "The gates do not see the old hidden state: add h @ weight_hh.T to the sums."),
        Mistake("cut along the batch", _cut_along_the_batch,
                "chunk(4) cuts along axis 0, the batch. The gates lie side by side along axis 1: chunk(4, dim=1)."),
        Mistake("one gate for both", _coupled,
                "You use 1 − f in place of the input gate. That is another cell; here i is a gate of its own."),
    ],
    hints=[
        "All four sums come from one line: x times weight_ih turned, h times weight_hh turned, and both biases.",
        "z.chunk(4, dim=1) cuts (N, 4H) into four times (N, H), in the order i, f, g, o.",
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


def _params(weights, **new):
    return to_course_reference(weights) | {name: np.array(np.asarray(value)) for name, value in new.items()}


def _reshaped(weights):
    W_x, W_h = (weights[name].numpy() for name in ("weight_ih_l0", "weight_hh_l0"))
    return _params(weights, W_x=W_x.reshape(W_x.shape[::-1]), W_h=W_h.reshape(W_h.shape[::-1]))


def _not_turned(weights):
    return _params(weights, W_x=weights["weight_ih_l0"], W_h=weights["weight_hh_l0"])


def _input_bias_only(weights):
    return _params(weights, b=weights["bias_ih_l0"])


def _state_bias_only(weights):
    return _params(weights, b=weights["bias_hh_l0"])


def _biases_averaged(weights):
    return _params(weights, b=(weights["bias_ih_l0"] + weights["bias_hh_l0"]) / 2)


def _biases_in_a_row(weights):
    return _params(weights, b=np.concatenate([weights["bias_ih_l0"], weights["bias_hh_l0"]]))


def _exchanged(weights):
    return _params(weights, W_x=weights["weight_hh_l0"].T, W_h=weights["weight_ih_l0"].T)


def _reordered(weights):
    def move(array):
        i, f, g, o = np.split(array, 4, axis=-1)
        return np.concatenate([i, f, o, g], axis=-1)

    return {name: move(array) for name, array in to_course_reference(weights).items()}


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
    """A dict that the check hands over as it is: it looks at this memory after the call."""

    def __deepcopy__(self, memo):
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
        Mistake("reshaped, not turned", _reshaped,
                "The shapes are right and the numbers are in the wrong places: reshape reads them on in the old "
                "order. Turn the matrix with .T."),
        Mistake("not turned", _not_turned,
                "PyTorch keeps its matrices as (4H, D) and (4H, H); the course multiplies from the right. Turn both "
                "with .T."),
        Mistake("bias_ih alone", _input_bias_only,
                "b is bias_ih alone. PyTorch adds both of its biases; so b is their sum."),
        Mistake("bias_hh alone", _state_bias_only,
                "b is bias_hh alone. PyTorch adds both of its biases; so b is their sum."),
        Mistake("biases averaged", _biases_averaged,
                "b is the mean of the two biases. PyTorch adds them; so b is their sum."),
        Mistake("biases in a row", _biases_in_a_row,
                "You put one bias behind the other, which gives 8H numbers. They are added: b has 4H."),
        Mistake("input and state exchanged", _exchanged,
                "weight_ih multiplies the input and becomes W_x; weight_hh multiplies the hidden state and becomes "
                "W_h."),
        Mistake("gates reordered", _reordered,
                "You moved the gates to i, f, o, g. Both sides keep i, f, g, o: leave the order alone."),
    ],
    hints=[
        "Three differences: the matrices are turned, there are two biases, and tensors are not arrays.",
        "weights[\"weight_ih_l0\"].numpy().T is W_x, but it still shares the module's memory: copy it.",
        "b is the sum of the two biases. The order of the gates is the same on both sides.",
    ],
    extra=_computes_the_same,
    explanation="`seqlearn.interop.from_torch` does this for every layer of the course.",
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


def _state_dict(params, **new):
    import torch

    return to_torch_reference(params) | {name: torch.tensor(array) for name, array in new.items()}


def _bias_in_both(params):
    return _state_dict(params, bias_hh_l0=params["b"])


def _bias_halved(params):
    return _state_dict(params, bias_ih_l0=params["b"] / 2, bias_hh_l0=params["b"] / 2)


def _bias_in_the_other(params):
    return _state_dict(params, bias_ih_l0=0 * params["b"], bias_hh_l0=params["b"])


def _reshaped_back(params):
    W_x, W_h = params["W_x"], params["W_h"]
    return _state_dict(params, weight_ih_l0=W_x.reshape(W_x.shape[::-1]), weight_hh_l0=W_h.reshape(W_h.shape[::-1]))


def _not_turned_back(params):
    return _state_dict(params, weight_ih_l0=params["W_x"], weight_hh_l0=params["W_h"])


def _in_float32(params):
    return {name: tensor.float() for name, tensor in to_torch_reference(params).items()}


def _zeros_in_float32(params):
    import torch

    return to_torch_reference(params) | {"bias_hh_l0": torch.zeros(len(params["b"]))}


def _second_bias_missing(params):
    return {name: tensor for name, tensor in to_torch_reference(params).items() if name != "bias_hh_l0"}


def _loads(answer, rng):
    import torch

    layer_params = _Uncopied(_course_params(rng)[0])
    weights = answer(layer_params)
    arrays = [name for name, value in weights.items() if not torch.is_tensor(value)]
    if arrays:
        return f"{arrays[0]} is no tensor, and load_state_dict would refuse it: torch.tensor makes one from an array."
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
        Mistake("bias in both", _bias_in_both,
                "b stands in both biases. PyTorch adds them, so its gates would get it twice: make one of them zero."),
        Mistake("bias halved", _bias_halved,
                "Half of b in each adds up to b, and the module computes the same. Asked is the plain split: all of b "
                "in bias_ih_l0, zeros in bias_hh_l0."),
        Mistake("bias in the other", _bias_in_the_other,
                "All of b is in bias_hh_l0. It computes the same, but asked is the other way round: b in bias_ih_l0."),
        Mistake("reshaped, not turned", _reshaped_back,
                "The shapes are right and the numbers are in the wrong places: reshape reads them on in the old "
                "order. Turn the matrix with .T."),
        Mistake("not turned", _not_turned_back,
                "PyTorch keeps its matrices as (4H, D) and (4H, H): turn W_x and W_h with .T."),
        Mistake("float32", _in_float32,
                "The weights are rounded to float32. torch.tensor(array) keeps float64; torch.Tensor(array) and "
                ".float() do not."),
        Mistake("zeros in float32", _zeros_in_float32,
                "Only bias_hh_l0 is in float32: torch.zeros makes that unless told. Give it dtype=torch.float64."),
        Mistake("second bias missing", _second_bias_missing,
                "bias_hh_l0 is missing, and load_state_dict would refuse the dict: give it zeros, as many as b has."),
    ],
    hints=[
        "The same three differences as in 07.2, the other way round.",
        "torch.tensor(params[\"W_x\"].T) turns, copies and keeps float64.",
        "torch.zeros makes float32 unless told: dtype=torch.float64, or torch.zeros_like of the other bias.",
    ],
    extra=_loads,
    rtol=1e-12,  # copies are exact; and it tells weights rounded to float32 from zeros in float32
    explanation="One bias would do. PyTorch keeps two because cuDNN, the library behind its GPU cells, has two.",
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


def _rows(outputs):
    import torch

    return torch.arange(outputs.shape[1]), outputs.shape[2] // 2


def _last_of_the_page(outputs, lengths):
    return outputs[-1].clone()


def _both_at_the_end(outputs, lengths):
    return outputs[lengths - 1, _rows(outputs)[0]]


def _both_at_the_start(outputs, lengths):
    return outputs[0].clone()


def _forward_at_the_page_end(outputs, lengths):
    import torch

    size = outputs.shape[2] // 2
    return torch.cat([outputs[-1, :, :size], outputs[0, :, size:]], dim=1)


def _one_early(outputs, lengths):
    import torch

    rows, size = _rows(outputs)
    return torch.cat([outputs[lengths - 2, rows, :size], outputs[0, :, size:]], dim=1)


def _one_late(outputs, lengths):
    import torch

    rows, size = _rows(outputs)
    return torch.cat([outputs[lengths, rows, :size], outputs[0, :, size:]], dim=1)


def _halves_exchanged(outputs, lengths):
    import torch

    rows, size = _rows(outputs)
    return torch.cat([outputs[0, :, size:], outputs[lengths - 1, rows, :size]], dim=1)


def _means(outputs, lengths):
    return outputs.sum(dim=0) / lengths[:, None]


def _page_means(outputs, lengths):
    return outputs.mean(dim=0)


def _batch_of_the_longest(outputs, lengths):
    import torch

    size = outputs.shape[2] // 2
    return torch.cat([outputs[int(lengths.max()) - 1, :, :size], outputs[0, :, size:]], dim=1)


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
        Mistake("last step of the page", _last_of_the_page,
                "outputs[-1] is the last step of the page: zeros for every sequence that has ended before, and the "
                "wrong end of the reverse direction."),
        Mistake("both at the last real step", _both_at_the_end,
                "Right for the forward half. At the last real step the reverse direction has only begun: it has read "
                "one step. It ends at step 0."),
        Mistake("both at the first step", _both_at_the_start,
                "Right for the reverse half. At step 0 the forward direction has read one step only. It ends at "
                "lengths − 1."),
        Mistake("forward at the end of the page", _forward_at_the_page_end,
                "The reverse half is right. The forward half comes from outputs[-1], which is past the end of every "
                "shorter sequence. Take step lengths − 1 of each row."),
        Mistake("forward at the longest row's end", _batch_of_the_longest,
                "All rows are read at the longest one's last step. Each row has an end of its own."),
        Mistake("one step early", _one_early,
                "One step early: a sequence of length 3 has the steps 0, 1, 2, so its last is lengths − 1."),
        Mistake("one step late", _one_late,
                "Step lengths[n] is the first one past the end. The last real step is lengths − 1."),
        Mistake("halves exchanged", _halves_exchanged,
                "The right states in the wrong order: the forward half comes first."),
        Mistake("mean over time", _means,
                "That is the mean over the real steps, a good summary too, but not the last state."),
        Mistake("mean over the page", _page_means,
                "That is a mean over all steps of the page, padding included. Asked is one step for each half."),
    ],
    hints=[
        "The two directions end at different steps. At which step has the reverse direction read everything?",
        "The forward half of row n is outputs[lengths[n] − 1, n, :H]; the reverse half is outputs[0, n, H:].",
        "outputs[lengths - 1, torch.arange(N), :H] picks one step for each row; torch.cat(…, dim=1) joins the halves.",
    ],
    extra=_agrees_with_the_final_state,
    explanation="On a packed batch this is h_n, which nn.LSTM returns anyway. On a padded batch that was not packed, "
                "neither h_n nor the reverse half is right: the reverse direction reads the padding first.",
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("07", [
    Question(
        "The cell computes all four gates with one product of width 4H. What does that change?",
        [
            Option("The time: one large product is faster than four small ones.", True,
                   "Each call has a price of its own, and large products use the processor better."),
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
                   "Biases and the old state go on working on zeros; you measured by how much."),
        ],
        topic="padding",
    ),
    Question(
        "The counter has seen only sequences of length 20. At length 30 it is wrong by 5, nearly always. Why?",
        [
            Option("Its gradients have vanished.", False,
                   "Nothing is trained at length 30, and at 20 the gradients were good enough for 100 %."),
            Option("It counts ones against zeros. At one fixed length that is the same.", True,
                   "10 + (ones − zeros) / 2 is the count if, and only if, the length is 20."),
            Option("The LSTM's memory lasts 20 steps.", False,
                   "The state goes on at every further step. It is the rule that is another one than you thought."),
            Option("It was trained for too few epochs: with more of the same data it would learn to count.", False,
                   "Its loss was already next to nothing. More of the same data cannot tell the two rules apart."),
        ],
        topic="generalisation to other lengths",
    ),
    Question(
        "Which of these belong into a training loop that others will use?",
        [
            Option("Keep the weights of the best epoch, judged on data not trained on.", True,
                   "The last epoch need not be the best one."),
            Option("Report the gradient norm from before clipping.", True,
                   "After clipping it says nothing; before it, it warns."),
            Option("Stop when the test accuracy is highest.", False,
                   "Then the test set has been used to choose, and its score is no estimate any more. Use a "
                   "validation set."),
            Option("Catch KeyboardInterrupt and hand over what there is.", True,
                   "The stop button must not cost an hour's work."),
        ],
        topic="the training loop",
    ),
    Question(
        "Why are weights stored as safetensors rather than with pickle?",
        [
            Option("Opening a pickle file can run any code; safetensors holds numbers and a few words only.", True,
                   "A file from somebody else must not be a program."),
            Option("A safetensors file stores the Python class of the model as well.", False,
                   "The other way round: it holds no code, so you build the model first and load into it."),
            Option("A safetensors file is less than half as large, because it stores the numbers in compressed "
                   "form.", False,
                   "Both hold the same numbers, not compressed; the sizes are close."),
        ],
        topic="saving weights safely",
    ),
])
