"""Settings for every test and every notebook that pytest runs, also for plain `pytest --nbval notebooks/`."""

import os

import pytest

from seqlearn.course.chapters import notebooks_folder, stored

# Kernels inherit this. A stored notebook shows a course nobody has begun; the reader's own progress stays as it is.
os.environ["SEQLEARN_PROGRESS"] = "off"
# Only without it does a kernel show figures in the notebook.
os.environ.pop("MPLBACKEND", None)


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
        from kernel_memory import check  # in tests/notebooks, which pyproject.toml puts on the path

        check(item)
