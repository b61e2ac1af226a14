"""Settings for every test and every notebook that pytest runs, also for plain `pytest --nbval notebooks/`."""

import os

import pytest

# Kernels inherit this. A stored notebook shows a course nobody has begun; the reader's own progress stays as it is.
os.environ["SEQLEARN_PROGRESS"] = "off"
# Only without it does a kernel show figures in the notebook.
os.environ.pop("MPLBACKEND", None)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item):
    """The kernel of a NumPy chapter is measured on the way, before the cell where PyTorch comes in."""
    if type(item).__name__ == "IPyNbCell":
        from kernel_memory import check  # in tests/notebooks, which pyproject.toml puts on the path

        check(item)
