"""Chapter 15's cells that need Multi30k and Tatoeba, run on a few sentences, and its long run on sixty."""

import ast
import runpy

import matplotlib
import nbformat
import pytest

from seqlearn.course.chapters import chapter, notebooks_folder
from seqlearn.data import multi30k, tatoeba

pytestmark = pytest.mark.data
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@pytest.fixture(autouse=True)
def _data():
    """Skip, with the loader's sentence, where the data are not at hand."""
    try:
        multi30k("de", "en")
        tatoeba("fra")
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_cells_with_real_data_on_300_sentences(monkeypatch, capsys):
    """With the definitions of the cells before them. Their assertions hold on that small part as well."""
    monkeypatch.setenv("SEQLEARN_PAIRS", "300")
    matplotlib.use("agg")
    notebook = nbformat.read(notebooks_folder() / chapter("15").notebook, as_version=4)
    names: dict = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        if "nbval-skip" not in cell.metadata.get("tags", []):
            body = [node for node in body if isinstance(node, KEPT)]
        exec(compile(ast.Module(body, []), chapter("15").notebook, "exec"), names)
    printed = capsys.readouterr().out
    assert "29,000 pairs" in printed and "300 pairs" in printed and "nrefs:var" in printed
    assert len(names["written"]) == len(names["held_out"]) == 16


def test_the_long_run_goes_on_where_it_was(tmp_path):
    """Two epochs at once, and the same two with a new start in between, on sixty sentences: the same weights."""
    torch = pytest.importorskip("torch")
    script = runpy.run_path(str(notebooks_folder() / "long_runs" / "15_multi30k.py"))
    small = {"epochs": 2, "hidden_size": 8, "embedding_size": 6, "readout_size": 6, "samples": 2, "alignments": 1,
             "width": 2, "length_penalties": [0.0, 1.0], "max_steps": 8}
    settings = script["SETTINGS"] | small
    pairs, parts = script["prepare"](settings, 0.002)
    whole, curve, _ = script["fit"]("attention", pairs, parts["val"], settings, tmp_path / "whole.pt")
    names, validations = script["fit"].__globals__, []
    measure = names["validate"]

    def stop_in_the_second_epoch(*arguments):
        validations.append(1)
        if len(validations) == 2:
            raise InterruptedError
        return measure(*arguments)

    names["validate"] = stop_in_the_second_epoch
    with pytest.raises(InterruptedError):
        script["fit"]("attention", pairs, parts["val"], settings, tmp_path / "part.pt")
    names["validate"] = measure
    again, found, _ = script["fit"]("attention", pairs, parts["val"], settings, tmp_path / "part.pt")
    assert [entry["validation_loss"] for entry in found] == [entry["validation_loss"] for entry in curve]
    for name, value in again.state_dict().items():
        assert torch.equal(value, whole.state_dict()[name])
    judged = script["judge"](again, pairs, parts, settings)
    assert len(judged["samples"]) == 2 and len(judged["alignments"]) == 1 and len(judged["counts"]["beam"]) == 5
