"""Chapter 10's cells that need IMDB and GloVe, run on a part of the reviews, and its long run, whole, on request."""

import ast
import os
import runpy
import sys

import matplotlib
import nbformat
import pytest

from seqlearn.course.chapters import chapter, notebooks_folder
from seqlearn.data import glove, imdb
from seqlearn.data.download import obtain

pytestmark = pytest.mark.data
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@pytest.fixture(autouse=True)
def _data():
    """Skip, with the loader's sentence, where the data are not at hand. The cells read them: that takes seconds."""
    try:
        obtain(sys.modules[imdb.__module__].SOURCE)
        obtain(sys.modules[glove.__module__]._source("twitter.27B.25d"))
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_cells_with_real_data_on_700_training_and_700_test_reviews(monkeypatch, capsys):
    """With the definitions of the cells before them. Their assertions hold on that small part as well."""
    monkeypatch.setenv("SEQLEARN_REVIEWS", "700")
    matplotlib.use("agg")
    notebook = nbformat.read(notebooks_folder() / chapter("10").notebook, as_version=4)
    names: dict = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        if "nbval-skip" not in cell.metadata.get("tags", []):
            body = [node for node in body if isinstance(node, KEPT)]
        exec(compile(ast.Module(body, []), chapter("10").notebook, "exec"), names)
    printed = capsys.readouterr().out
    assert len(names["few_rows"]) == len(names["judged_rows"]) >= 700
    assert "123 test reviews" in printed and "boring: " in printed and "GloVe vectors: mean of three seeds" in printed


@pytest.mark.skipif("SEQLEARN_WHOLE" not in os.environ, reason="takes minutes: set SEQLEARN_WHOLE=1 to run it")
def test_one_whole_training_on_imdb():
    script = runpy.run_path(str(notebooks_folder() / "long_runs" / "10_imdb.py"))
    (found,) = script["run"](script["SETTINGS"], [0])["seeds"]
    assert found["test"] > 88.5 and found["without shared"] > 88.5, found
