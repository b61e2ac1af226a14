"""The torch twins of the scanned layers. That they compute what the NumPy layers do is tested with those."""

import numpy as np
import pytest
import torch

from seqlearn import nn
from seqlearn.models import LinearRecurrence, MinGRU
from seqlearn.models.linear_recurrence import scan

every_twin = pytest.mark.parametrize("kind", [LinearRecurrence, MinGRU])


@pytest.mark.parametrize("num_steps", [1, 2, 7, 16, 33])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_scan_is_the_scan_in_numpy(num_steps, dtype):
    torch.manual_seed(num_steps)
    a, b = torch.randn(2, num_steps, 3, dtype=dtype)
    assert np.abs(scan(a, b).numpy() - nn.scan(a.numpy(), b.numpy())).max() < 1e-12


@every_twin
def test_first_weights_come_from_the_seed_of_torch_and_are_those_of_the_numpy_layer(kind):
    torch.manual_seed(3)
    rng = np.random.default_rng(int(torch.randint(2**31, ())))
    wanted = getattr(nn, kind.__name__)(4, 6, rng=rng).params
    torch.manual_seed(3)
    layer = kind(4, 6)
    found = layer.state_dict()
    assert list(found) == list(wanted) and repr(layer) == f"{kind.__name__}(4, 6)"
    for name, array in wanted.items():
        assert torch.equal(found[name], torch.tensor(array, dtype=torch.float32))
    assert not torch.equal(kind(4, 6).W_x, layer.W_x)


@every_twin
def test_shorter_rows_are_as_if_they_were_alone_whatever_the_padding_holds(kind):
    layer, lengths = kind(2, 4).double(), [5, 1, 3]
    x, start = torch.randn(5, 3, 2).double(), torch.randn(3, 4).double()
    for n, length in enumerate(lengths):
        x[length:, n] = torch.nan
    x.requires_grad_()
    outputs, last = layer(x, start, lengths=lengths)
    for n, length in enumerate(lengths):
        alone, last_alone = layer(x[:length, n : n + 1], start[n : n + 1])
        assert torch.allclose(outputs[:length, n], alone[:, 0], atol=1e-12) and (outputs[length:, n] == 0).all()
        assert torch.allclose(last[n], last_alone[0], atol=1e-12)
    (outputs.sum() + last.sum()).backward()
    assert (x.grad[1:, 1] == 0).all() and (x.grad[0, 1] != 0).all()
    assert all(torch.isfinite(parameter.grad).all() for parameter in layer.parameters())


@every_twin
def test_two_halves_are_one_whole(kind):
    layer, x = kind(2, 4).double(), torch.randn(7, 3, 2).double()
    whole, last = layer(x)
    early, between = layer(x[:3])
    late, last_late = layer(x[3:], between)
    assert torch.allclose(torch.cat([early, late]), whole, atol=1e-12) and torch.allclose(last_late, last, atol=1e-12)


def test_options_of_the_ring_arrive():
    layer = LinearRecurrence(2, 400, r_min=0.9, r_max=0.99, max_phase=0.1)
    r, angle = torch.exp(-torch.exp(layer.nu_log)), torch.exp(layer.theta_log)
    assert 0.9 < r.min() and r.max() < 0.99 and angle.max() <= 0.1


@every_twin
@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda layer: layer(torch.ones(2, 3)), ValueError, r"x must be \(T, N, 3\), got \(2, 3\)"),
    (lambda layer: layer(np.ones((5, 2, 3))), TypeError, "x must be a tensor, got ndarray"),
    (lambda layer: layer(torch.ones(5, 2, 3), torch.ones(2, 5)), ValueError, r"state must be \(2, 4\), got \(2, 5\)"),
    (lambda layer: layer(torch.ones(5, 2, 3), (torch.ones(2, 4),)), TypeError, "state must be a tensor, got tuple"),
    (lambda layer: layer(torch.ones(5, 2, 3), lengths=[0, 5]), ValueError, "lengths must be from 1 to 5"),
    (lambda layer: type(layer)(3, 0), ValueError, "hidden_size must be at least 1, got 0"),
    (lambda layer: scan(torch.ones(5, 2), torch.ones(5)), ValueError, r"a and b must be \(T, …\) of the same shape"),
    (lambda layer: scan(torch.ones(0), torch.ones(0)), ValueError, r"a and b must be \(T, …\) of the same shape"),
])
def test_bad_input_is_named(kind, call, error, words):
    with pytest.raises(error, match=words):
        call(kind(3, 4))
