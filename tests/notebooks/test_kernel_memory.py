"""A NumPy chapter's kernel stays small before its parity cell, where PyTorch may come in."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from notebook_rules import source, tags
from notebook_store import run

NUMPY_CHAPTERS = ("01", "02", "03", "04", "05", "06", "08")
MAX_MEGABYTES = 150
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PATHS = [path for number in NUMPY_CHAPTERS for path in NOTEBOOKS.glob(number + "_*.ipynb")]
TORCH = r"^\s*(import torch|from torch|from seqlearn import .*\binterop\b|from seqlearn\.interop)"
# In units of 2**20 bytes: the largest size so far where the system knows it, else the size now (psutil is ipykernel's).
MEASURE = r"""
import re as _re, sys as _sys
try:
    _peak = int(_re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1]) / 1024
except OSError:
    import psutil as _psutil
    _peak = _psutil.Process().memory_info().rss / 2**20
print(_peak, "torch" in _sys.modules)
"""


def before_torch(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The cells before the one tagged `parity`, or before the first that imports torch or seqlearn.interop."""
    kept = []
    for cell in notebook.cells:
        uses_torch = cell.cell_type == "code" and re.search(TORCH, source(cell), re.MULTILINE)
        if "parity" in tags(cell) or uses_torch:
            break
        kept.append(cell)
    return new_notebook(cells=kept)


def measure(notebook: nbformat.NotebookNode) -> tuple[float, bool]:
    """Run the notebook → (megabytes its kernel took, whether torch was loaded)."""
    notebook.cells.append(new_code_cell(MEASURE))
    run(notebook, NOTEBOOKS)
    megabytes, torch_loaded = notebook.cells[-1].outputs[-1].text.split()
    return float(megabytes), torch_loaded == "True"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_kernel_is_small_before_the_parity_cell(path):
    notebook = nbformat.read(path, as_version=4)
    kept = before_torch(notebook)
    assert len(kept.cells) > len(notebook.cells) // 4, "torch comes in too early for a NumPy chapter"
    megabytes, torch_loaded = measure(kept)
    assert not torch_loaded, "something before the parity cell imports torch"
    assert megabytes < MAX_MEGABYTES, f"{megabytes:.0f} MB"


def test_the_measurement_sees_memory_and_torch():
    big = new_notebook(cells=[new_code_cell("import types, sys\nsys.modules['torch'] = types.ModuleType('torch')\n"
                                            "block = bytearray(b'x') * 200_000_000")])
    megabytes, torch_loaded = measure(big)
    assert megabytes > 200 and torch_loaded


def test_the_cut_is_at_the_tag_or_the_import():
    cells = [new_code_cell("x = 1  # no import torch here"), new_code_cell("check()", metadata={"tags": ["parity"]}),
             new_code_cell("import torch")]
    assert before_torch(new_notebook(cells=cells)).cells == cells[:1]
    assert before_torch(new_notebook(cells=cells[::2])).cells == cells[:1]
