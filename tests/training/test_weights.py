"""Weights on disk: what goes in comes out, whole or not at all, and a file that does not fit says why."""

import os
import stat

import numpy as np
import pytest
import torch
from torch import nn

from seqlearn.training import weights
from seqlearn.training.weights import load_weights, save_weights


class Tied(nn.Module):
    """A language model whose embedding is its readout's weight, too."""

    def __init__(self, size=4):
        super().__init__()
        self.embedding = nn.Embedding(6, size)
        self.norm = nn.BatchNorm1d(size)
        self.readout = nn.Linear(size, 6)
        self.readout.weight = self.embedding.weight


def everything(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def assert_same(model, wanted):
    for name, tensor in model.state_dict().items():
        assert tensor.dtype == wanted[name].dtype and torch.equal(tensor, wanted[name]), name


@pytest.mark.parametrize("make", [Tied, lambda: Tied().double(), lambda: Tied().bfloat16(), lambda: nn.LSTM(3, 4, 2)])
def test_what_goes_in_comes_out(tmp_path, make):
    model, other = make(), make()
    saved = everything(model)
    save_weights(model, tmp_path / "w.safetensors", size=4, lengths=[50, 100], rate=1e-3, name="Löwe", nest={"a": None})
    settings = load_weights(other, tmp_path / "w.safetensors")
    assert settings == {"size": 4, "lengths": [50, 100], "rate": 1e-3, "name": "Löwe", "nest": {"a": None}}
    assert_same(other, saved)
    assert_same(model, saved)


def test_tied_weights_are_written_once_and_stay_tied(tmp_path):
    save_weights(Tied(1000), tmp_path / "w")
    embedding = 4 * 6 * 1000
    assert embedding < (tmp_path / "w").stat().st_size < 2 * embedding
    model = Tied(1000)
    load_weights(model, tmp_path / "w")
    assert model.readout.weight is model.embedding.weight
    model.readout.weight = nn.Parameter(model.embedding.weight.clone())
    with pytest.raises(ValueError, match="readout.weight is not in the file"):
        load_weights(model, tmp_path / "w")


def test_views_and_turned_weights(tmp_path):
    """Tensors that are not contiguous, or lie in one block of memory, are written each for itself."""
    model, block = nn.Module(), torch.arange(12.0).reshape(3, 4)
    model.register_buffer("turned", block.T)
    model.register_buffer("first", block[:2])
    model.register_buffer("last", block[1:])
    other = nn.Module()
    for name, shape in {"turned": (4, 3), "first": (2, 4), "last": (2, 4)}.items():
        other.register_buffer(name, torch.zeros(shape))
    save_weights(model, tmp_path / "w")
    load_weights(other, tmp_path / "w")
    assert_same(other, everything(model))


def test_the_same_weights_are_the_same_bytes(tmp_path):
    model = Tied()
    for name in "ab":
        save_weights(model, tmp_path / name, size=4, seed=1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_settings_may_have_any_name_and_may_be_missing(tmp_path):
    model = nn.Linear(2, 1)
    save_weights(model, tmp_path / "w", model="LSTM", path="x")
    assert load_weights(model, tmp_path / "w") == {"model": "LSTM", "path": "x"}
    from safetensors.torch import save_file

    save_file(dict(model.state_dict()), tmp_path / "w")
    assert load_weights(model, tmp_path / "w") == {}


@pytest.mark.parametrize("value", [(50, 100), [(1, 2)], {1: "a"}, float("nan"), np.int64(3), {1, 2}, torch.ones(1)])
def test_settings_that_json_would_change_are_refused(tmp_path, value):
    with pytest.raises(TypeError, match="setting lengths must be what JSON can hold"):
        save_weights(nn.Linear(2, 1), tmp_path / "w", lengths=value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (nn.Linear(3, 2), r"weight is \(2, 4\) torch.float32 in the file, \(2, 3\) torch.float32 in the model"),
        (nn.Linear(4, 2, bias=False), "bias is not in the model"),
        (nn.Linear(4, 2).double(), r"bias is \(2,\) torch.float32 in the file, \(2,\) torch.float64 in the model"),
        (nn.Sequential(nn.Linear(4, 2)), r"0.bias is not in the file; .*; weight is not in the model"),
        (nn.Linear(5, 2), "Saved with {'size': 4}"),
    ],
)
def test_a_file_that_does_not_fit_says_why_and_changes_nothing(tmp_path, other, message):
    save_weights(nn.Linear(4, 2), tmp_path / "w", size=4)
    before = everything(other)
    with pytest.raises(ValueError, match=f"does not fit the model: .*{message}"):
        load_weights(other, tmp_path / "w")
    assert_same(other, before)


def test_missing_and_damaged_files(tmp_path):
    model = nn.Linear(4, 2)
    before = everything(model)
    with pytest.raises(FileNotFoundError, match="no weights at .*w"):
        load_weights(model, tmp_path / "w")
    save_weights(model, tmp_path / "w")
    whole = (tmp_path / "w").read_bytes()
    for content in (b"", whole[:20], whole[:-5], b"PK\x03\x04" + whole):
        (tmp_path / "w").write_bytes(content)
        with pytest.raises(ValueError, match="is damaged, or is no safetensors file"):
            load_weights(model, tmp_path / "w")
    assert_same(model, before)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["while writing", "before the move"])
def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, error, place):
    save_weights(nn.Linear(4, 2), tmp_path / "w")
    whole = (tmp_path / "w").read_bytes()

    def half(path, content):
        with open(path, "wb") as file:
            file.write(content[: len(content) // 2])
        raise error

    def stop(*paths):
        raise error

    if place == "while writing":
        monkeypatch.setattr(weights.Path, "write_bytes", half)
    else:
        monkeypatch.setattr(weights.os, "replace", stop)
    with pytest.raises(type(error)):
        save_weights(nn.Linear(40, 20), tmp_path / "w")
    assert [path.name for path in tmp_path.iterdir()] == ["w"] and (tmp_path / "w").read_bytes() == whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_the_file(tmp_path):
    save_weights(nn.Linear(4, 2), tmp_path / "w")
    (tmp_path / "plain").write_text("")
    assert stat.S_IMODE((tmp_path / "w").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_missing_folder_is_made(tmp_path):
    save_weights(nn.Linear(4, 2), tmp_path / "new" / "folder" / "w", size=4)
    assert load_weights(nn.Linear(4, 2), tmp_path / "new" / "folder" / "w") == {"size": 4}


def test_stored_weights_fit_where_torch_makes_everything_float64(tmp_path):
    save_weights(Tied(), tmp_path / "w")
    double = Tied().double()
    save_weights(double, tmp_path / "double")
    try:
        torch.set_default_dtype(torch.float64)
        model = Tied()
        load_weights(model, tmp_path / "w")
        with pytest.raises(ValueError, match="torch.float64 in the file"):
            load_weights(Tied().float(), tmp_path / "double")
    finally:
        torch.set_default_dtype(torch.float32)
    again = Tied()
    load_weights(again, tmp_path / "w")
    assert model.norm.weight.dtype == torch.float64
    assert_same(model.float(), everything(again))
