"""Settings for every test and every notebook that pytest runs, also for plain `pytest --nbval notebooks/`."""

import os
import tempfile

import pytest

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


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item):
    """The kernel of a NumPy chapter is measured on the way, before the cell where PyTorch comes in."""
    if type(item).__name__ == "IPyNbCell":
        from kernel_memory import check  # in tests/notebooks, which pyproject.toml puts on the path

        check(item)
