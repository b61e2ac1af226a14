"""Browser tests are skipped, with the reason, where there is no browser to drive."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lab import Lab, find_chromium  # noqa: E402


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A Chromium showing a JupyterLab that serves copies of the notebooks."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    pytest.importorskip("jupyterlab")
    if find_chromium() is None:
        pytest.skip("no Chromium found on PATH or at SEQLEARN_CHROMIUM")
    folder = tmp_path_factory.mktemp("lab")
    for notebook in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"):
        (folder / notebook.name).write_bytes(notebook.read_bytes())
    with Lab(folder) as lab, lab.browser() as browser:
        yield browser
