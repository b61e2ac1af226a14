"""What the tests of the recurrent layers share: random cases, the comparison with torch, finite differences.

Everything here is independent of `seqlearn.interop` and `seqlearn.nn.gradient_check`, so that one mistake cannot hide
in both.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from seqlearn.nn import LSTM, Bidirectional, Stacked


@dataclass
class Case:
    """A random batch, and the random gradients that come back for it."""

    num_steps: int
    batch_size: int
    input_size: int
    hidden_size: int
    ragged: bool
    given_state: bool
    seed: int

    def __post_init__(self):
        self.rng = np.random.default_rng(self.seed)
        self.x = self.rng.standard_normal((self.num_steps, self.batch_size, self.input_size))
        self.lengths = self.rng.integers(1, self.num_steps + 1, self.batch_size) if self.ragged else None

    def state_for(self, layer):
        """A random state of the layer, nested as the layer is."""
        if isinstance(layer, Stacked):
            return [self.state_for(part) for part in layer.layers]
        if isinstance(layer, Bidirectional):
            return (self.state_for(layer.forward_layer), self.state_for(layer.backward_layer))
        if isinstance(layer, LSTM):
            return tuple(self.rng.standard_normal((2, self.batch_size, layer.hidden_size)))
        return self.rng.standard_normal((self.batch_size, layer.hidden_size))


def cells(layer, level=0, reverse=""):
    """The innermost layers in torch's order, each with the ending of its names in torch."""
    if isinstance(layer, Stacked):
        return [cell for k, part in enumerate(layer.layers) for cell in cells(part, k)]
    if isinstance(layer, Bidirectional):
        return cells(layer.forward_layer, level) + cells(layer.backward_layer, level, "_reverse")
    return [(layer, f"_l{level}{reverse}")]


def flat_state(state):
    """All arrays of a nested state, in torch's order."""
    return [state] if isinstance(state, np.ndarray) else [array for part in state for array in flat_state(part)]


def weights_in_torch(cell, ending):
    """(name here, name there, transposed?) for every parameter."""
    names = [("W_x", "weight_ih"), ("W_h", "weight_hh"), ("b", "bias_ih"), ("b_h", "bias_hh")]
    return [(here, there + ending) for here, there in names if here in cell.params]


def torch_run(layer, module, case, state, d_outputs, d_state):
    """What torch makes of the case: outputs, final states, and all gradients by the name they have here."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    with torch.no_grad():
        for cell, ending in cells(layer):
            getattr(module, f"bias_hh{ending}").zero_()
            for here, there in weights_in_torch(cell, ending):
                getattr(module, there).copy_(torch.tensor(cell.params[here].T))

    x = torch.tensor(case.x, requires_grad=True)
    parts = [torch.tensor(part, requires_grad=True) for part in flat_state(state)]
    is_lstm = isinstance(module, torch.nn.LSTM)
    hx = (torch.stack(parts[::2]), torch.stack(parts[1::2])) if is_lstm else torch.stack(parts)
    passed = hx if case.given_state else None
    if case.lengths is None:
        outputs, final = module(x, passed)
    else:
        packed = pack_padded_sequence(x, torch.tensor(case.lengths), enforce_sorted=False)
        packed, final = module(packed, passed)
        outputs, _ = pad_packed_sequence(packed, total_length=case.num_steps)
    finals = [part for pair in zip(*final) for part in pair] if is_lstm else list(final)

    loss = (outputs * torch.tensor(d_outputs)).sum()
    for part, d_part in zip(finals, flat_state(d_state)):
        loss = loss + (part * torch.tensor(d_part)).sum()
    loss.backward()
    found = {"outputs": outputs.detach().numpy(), "dx": x.grad.numpy()}
    for k, part in enumerate(finals):
        found[f"final state {k}"] = part.detach().numpy()
    if case.given_state:
        for k, part in enumerate(parts):
            found[f"gradient for initial state {k}"] = part.grad.numpy()
    for cell, ending in cells(layer):
        for here, there in weights_in_torch(cell, ending):
            found[f"gradient for {here}{ending}"] = getattr(module, there).grad.numpy().T
    return found


def own_run(layer, case, state, d_outputs, d_state):
    """The same from the layer."""
    outputs, final = layer.forward(case.x, state if case.given_state else None, lengths=case.lengths)
    dx, d_start = layer.backward(d_outputs, d_state)
    found = {"outputs": outputs, "dx": dx}
    for k, part in enumerate(flat_state(final)):
        found[f"final state {k}"] = part
    if case.given_state:
        for k, part in enumerate(flat_state(d_start)):
            found[f"gradient for initial state {k}"] = part
    for cell, ending in cells(layer):
        for name, grad in cell.grads.items():
            found[f"gradient for {name}{ending}"] = grad
    return found


def check_parity(layer, module, case, tolerance=1e-10):
    """Assert that layer and torch module agree about everything that can be asked of them."""
    state, d_state = case.state_for(layer), case.state_for(layer)
    d_outputs = case.rng.standard_normal((case.num_steps, case.batch_size, layer.output_size))
    wanted = torch_run(layer, module.double(), case, state, d_outputs, d_state)
    found = own_run(layer, case, state, d_outputs, d_state)
    assert found.keys() == wanted.keys()
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=tolerance, atol=tolerance, err_msg=name)


def check_twin(layer, module, case, tolerance=1e-10):
    """Assert that a layer and the course's torch module with the same names agree, gradients by autograd."""
    import torch

    state, d_state = case.state_for(layer), case.state_for(layer)
    d_outputs = case.rng.standard_normal((case.num_steps, case.batch_size, layer.output_size))
    module.double().load_state_dict({name: torch.tensor(array) for name, array in layer.params.items()})
    x, start = (torch.tensor(array, requires_grad=True) for array in (case.x, state))
    outputs, final = module(x, start if case.given_state else None, lengths=case.lengths)
    ((outputs * torch.tensor(d_outputs)).sum() + (final * torch.tensor(d_state)).sum()).backward()
    wanted = {"outputs": outputs, "dx": x.grad, "final state 0": final}
    if case.given_state:
        wanted["gradient for initial state 0"] = start.grad
    for name, parameter in module.named_parameters():
        # one step from zeros never meets a, and autograd then has None where the gradient is 0
        wanted[f"gradient for {name}_l0"] = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
    found = own_run(layer, case, state, d_outputs, d_state)
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        np.testing.assert_allclose(found[name], tensor.detach().numpy(), rtol=tolerance, atol=tolerance, err_msg=name)


def check_plain(layer, case, forward, backward, tolerance=1e-11):
    """Assert that the layer does what its equations do, written as loops over the steps."""
    state, d_state = flat_state(case.state_for(layer)), flat_state(case.state_for(layer))
    d_outputs = case.rng.standard_normal((case.num_steps, case.batch_size, layer.output_size))
    outputs, final, steps = forward(layer, case.x, *state)
    dx, d_start, grads = backward(layer, steps, d_outputs, *d_state)
    wanted = [outputs, *flat_state(final), dx, *flat_state(d_start)]
    pair = len(state) > 1
    outputs, final = layer.forward(case.x, tuple(state) if pair else state[0])
    dx, d_start = layer.backward(d_outputs, tuple(d_state) if pair else d_state[0])
    found = [outputs, *flat_state(final), dx, *flat_state(d_start)]
    for one, other in zip(found, wanted):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    assert layer.grads.keys() == grads.keys()
    for name, grad in grads.items():
        np.testing.assert_allclose(layer.grads[name], grad, rtol=tolerance, atol=10 * tolerance, err_msg=name)


def numeric_gradient(loss, array, eps=1e-5):
    """Central differences, one entry after the other."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + eps
        above = loss()
        array[index] = kept - eps
        below = loss()
        array[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def check_numerically(layer, case, tolerance=1e-7):
    """Assert that every gradient agrees with finite differences."""
    state, d_state = case.state_for(layer), case.state_for(layer)
    d_outputs = case.rng.standard_normal((case.num_steps, case.batch_size, layer.output_size))

    def loss():
        outputs, final = layer.forward(case.x, state, lengths=case.lengths)
        return (outputs * d_outputs).sum() + sum((a * b).sum() for a, b in zip(flat_state(final), flat_state(d_state)))

    loss()
    dx, d_start = layer.backward(d_outputs, d_state)
    pairs = {"x": (case.x, dx)}
    pairs |= {f"state {k}": pair for k, pair in enumerate(zip(flat_state(state), flat_state(d_start)))}
    pairs |= {name: (array, layer.grads[name]) for name, array in layer.params.items()}
    for name, (array, found) in pairs.items():
        wanted = numeric_gradient(loss, array)
        error = np.linalg.norm(found - wanted) / max(np.linalg.norm(found), np.linalg.norm(wanted), 1e-3)
        assert error <= tolerance, f"{name}: relative error {error:.1e}"


def random_cases(largest_step=12, largest_size=8):
    size = st.integers(1, largest_size)
    return st.builds(
        Case, st.integers(1, largest_step), size, size, size, st.booleans(), st.booleans(), st.integers(0, 2**32 - 1)
    )


@pytest.fixture(scope="session")
def cases():
    return random_cases()


@pytest.fixture(scope="session")
def small_cases():
    return random_cases(largest_step=4, largest_size=3)


@pytest.fixture(scope="session")
def make_case():
    return Case


@pytest.fixture(scope="session")
def parity():
    return check_parity


@pytest.fixture(scope="session")
def same_as_plain():
    return check_plain


@pytest.fixture(scope="session")
def twin_parity():
    return check_twin


@pytest.fixture(scope="session")
def finite_differences():
    return check_numerically
