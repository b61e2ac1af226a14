"""Settings for every test and every notebook that pytest runs, also for plain `pytest --nbval notebooks/`."""

import functools
import os
import sys
import tempfile
from pathlib import Path

import pytest

from seqlearn.course.chapters import notebooks_folder, stored

# Before pytest reads pyproject.toml's pythonpath, and whatever folder the notebook lies in.
sys.path.append(str(Path(__file__).parent / "tests" / "notebooks"))

# Kernels inherit this. A stored notebook shows a course nobody has begun; the reader's own progress stays as it is.
os.environ["SEQLEARN_PROGRESS"] = "off"
# Only without it does a kernel show figures in the notebook.
os.environ.pop("MPLBACKEND", None)
# Nor do the reader's own kernels and settings of IPython and matplotlib count, or a home that cannot be written.
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
os.environ.pop("MATPLOTLIBRC", None)
if "PYTEST_XDIST_WORKER" not in os.environ:  # workers share the folder
    SETTINGS = tempfile.TemporaryDirectory(prefix="seqlearn-tests-", ignore_cleanup_errors=True)
    os.environ.update(dict.fromkeys(("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR"), SETTINGS.name))


def pytest_configure(config):
    """Stop when nbval no longer has the method that is wrapped below: its own comparison knows only equal texts."""
    if config.getoption("nbval", default=False) or config.getoption("nbval_lax", default=False):
        from nbval import plugin

        if not hasattr(getattr(plugin, "IPyNbCell", None), "compare_outputs"):
            raise pytest.UsageError("this nbval has no IPyNbCell.compare_outputs: conftest.py wraps it to compare "
                                    "numbers as numbers, and has to learn its new name")


def pytest_itemcollected(item):
    """A cell's outputs are compared as printed_numbers.py says."""
    if type(item).__name__ == "IPyNbCell":
        item.compare_outputs = functools.partial(compare_outputs, item, item.compare_outputs)


def compare_outputs(item, nbvals_own, new, stored, **more):
    """nbval's own comparison, for which every text that agrees with the stored one has become that text."""
    from printed_numbers import with_stored_texts

    stated = item.cell.metadata.get("seqlearn", {})
    tolerances = {name: stated[name] for name in ("rtol", "atol") if name in stated}
    new, found = with_stored_texts(new, stored, **tolerances)
    same = nbvals_own(new, stored, **more)
    if not same:
        item.comparison_traceback[:0] = found
    return same


def pytest_ignore_collect(collection_path, config):
    """In notebooks/ the chapters alone are tested, with `--chapter 05` (tests/conftest.py) those that are asked for.

    What somebody made there in JupyterLab, `05_…-Copy1.ipynb` or `Untitled.ipynb`, is theirs.
    """
    if collection_path.parent == notebooks_folder() and collection_path.suffix == ".ipynb":
        wanted = config.getoption("chapter", None)
        if collection_path not in stored() or wanted and collection_path.name[:2] not in wanted:
            return True


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item):
    """The kernel of a NumPy chapter is measured on the way, before the cell where PyTorch comes in."""
    if type(item).__name__ == "IPyNbCell":
        from kernel_memory import check

        check(item)
