"""The tests of the notebooks run the course's own kernel, whatever the learner has set for other work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
CELL = """
import matplotlib
import torch
assert torch.get_default_dtype() == torch.float32
assert matplotlib.rcParams["lines.linewidth"] == matplotlib.rcParamsDefault["lines.linewidth"]
assert get_ipython().config.InlineBackend == {}
"""


def test_a_learners_own_kernel_start_up_files_and_figures_change_no_test(tmp_path):
    """Through the conftest of the course."""
    kernel = tmp_path / "jupyter/kernels/python3"
    startup = tmp_path / "ipython/profile_default/startup"
    for folder in (kernel, startup, tmp_path / "matplotlib", tmp_path / "course"):
        folder.mkdir(parents=True)
    dead = {"argv": [sys.executable, "-c", "raise SystemExit(1)"], "display_name": "old", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(dead), "utf-8")
    (startup / "00.py").write_text("import torch\ntorch.set_default_dtype(torch.float64)\n", "utf-8")
    (startup.parent / "ipython_kernel_config.py").write_text("c.InlineBackend.figure_formats = {'svg'}\n", "utf-8")
    (tmp_path / "matplotlib/matplotlibrc").write_text("lines.linewidth: 7\n", "utf-8")

    course = tmp_path / "course"
    (course / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"), "utf-8")
    nbformat.write(new_notebook(cells=[new_code_cell(CELL)]), course / "06_probe.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "nbval.plugin", "-p", "no:cacheprovider"]
    personal = {"JUPYTER_DATA_DIR": tmp_path / "jupyter", "IPYTHONDIR": tmp_path / "ipython",
                "MPLCONFIGDIR": tmp_path / "matplotlib", "MATPLOTLIBRC": tmp_path / "matplotlib/matplotlibrc"}
    # 0 is what Jupyter decides for itself where the course was installed by somebody else.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "",
                                "JUPYTER_PREFER_ENV_PATH": "0",
                                "PYTHONPATH": str(ROOT / "tests/notebooks"),
                                **{name: str(path) for name, path in personal.items()}}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run([*command, "--rootdir", course, course], cwd=course, env=environment, capture_output=True,
                          text=True, timeout=120)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
