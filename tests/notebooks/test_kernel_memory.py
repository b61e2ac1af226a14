"""The measurement of NumPy chapters' kernels, which nbval's run of the notebooks does on its way."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import kernel_memory
from kernel_memory import NUMPY_CHAPTERS, first_with_torch, megabytes_of
from seqlearn.course.chapters import stored

ROOT = Path(__file__).resolve().parents[2]
PATHS = [path for path in stored() if path.name[:2] in NUMPY_CHAPTERS]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_numpy_chapter_is_measured_late_enough(path):
    notebook = nbformat.read(path, as_version=4)
    index = first_with_torch(notebook)
    assert index is not None, "without a parity cell nothing is measured"
    assert index > len(notebook.cells) // 4, "torch comes in too early for a NumPy chapter"
    assert notebook.cells[index].cell_type == "code", "nbval runs only code: tag a code cell"


def test_the_cut_is_at_the_tag_or_the_import():
    cells = [new_code_cell("x = 1  # no import torch here"), new_code_cell("check()", metadata={"tags": ["parity"]}),
             new_code_cell("import torch")]
    assert first_with_torch(new_notebook(cells=cells)) == 1
    assert first_with_torch(new_notebook(cells=cells[::2])) == 1
    assert first_with_torch(new_notebook(cells=cells[:1])) is None


def test_nbval_stops_before_the_parity_cell_of_a_large_kernel_or_one_with_torch(tmp_path):
    """Through the conftest of the course. What came before passes, and what is no NumPy chapter is left alone."""
    torch = new_code_cell("import sys, types\nsys.modules['torch'] = types.ModuleType('torch')")
    large = new_code_cell("block = bytearray(b'x') * 200_000_000")
    parity = new_code_cell("1 + 1", metadata={"tags": ["parity", "nbval-ignore-output"]})
    for name, cell in {"05_large": large, "06_torch": torch, "07_both": torch}.items():
        nbformat.write(new_notebook(cells=[cell, parity]), tmp_path / f"{name}.ipynb")
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "nbval.plugin", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(tmp_path), str(tmp_path)]
    # Not pytest's own `-o pythonpath=`, which takes a folder with a blank in its name for two.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "",
                                "PYTHONPATH": str(Path(kernel_memory.__file__).parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "4 passed, 2 errors" in done.stdout, done.stdout
    assert "MB before the parity cell" in done.stdout and "something before the parity cell imports" in done.stdout
    assert "ERROR 05_large.ipynb::Cell 1" in done.stdout and "ERROR 06_torch.ipynb::Cell 1" in done.stdout


def test_the_size_of_a_process_is_measured():
    block = bytearray(b"x") * 100_000_000
    assert len(block) / 2**20 < megabytes_of(os.getpid()) < 20_000
