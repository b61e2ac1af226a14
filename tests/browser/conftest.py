"""Browser tests are skipped, with the reason, where there is no browser to drive."""

import functools
import http.server
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lab import ROOT, Browser, Lab, find_chromium, started_chromium  # noqa: E402


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium, one for all tests of a process."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    if find_chromium() is None:
        pytest.skip("no Chromium found on PATH or at SEQLEARN_CHROMIUM")
    with started_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def browser(chromium, tmp_path_factory):
    """A window of it that shows a JupyterLab, which serves copies of the notebooks."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path_factory.mktemp("lab")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        (folder / notebook.name).write_bytes(notebook.read_bytes())
    with Lab(folder) as lab:
        yield Browser(lab, chromium.new_context(viewport={"width": 1280, "height": 900}))


@pytest.fixture(scope="session")
def site(chromium, tmp_path_factory):
    """The address of the book, built from the notebooks as they are now, once for all processes of a run."""
    if find_spec("sphinx") is None or find_spec("myst_nb") is None:
        pytest.skip("what makes the book is not installed: python3 course.py book")
    filelock = pytest.importorskip("filelock", reason="pip install -e '.[dev]'")
    # With several processes, each has its folder in that of the run.
    run = tmp_path_factory.getbasetemp()
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    with filelock.FileLock(run / "book.lock"):
        if not (run / "book").exists():
            done = subprocess.run([sys.executable, ROOT / "book/make_book.py"], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            (run / "book").touch()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(ROOT / "_build/book")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *what):
        pass
