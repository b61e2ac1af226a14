"""A real JupyterLab in a real browser, for tests, benchmarks and looking at pages.

    with Lab(folder) as lab, lab.browser() as browser:
        page = browser.open("05_exploding_and_vanishing_gradients.ipynb")
        page.run_all()

JupyterLab runs on a free port with its own token and its own empty settings, so that nothing of the person at
this machine is read or changed. Chromium is found on PATH, or at SEQLEARN_CHROMIUM.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    found = os.environ.get("SEQLEARN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found if found and Path(found).exists() else None


@contextmanager
def started_chromium():
    """A headless Chromium, driven by Playwright, which a process can start once at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS, timeout=60_000)
        try:
            yield chromium
        finally:
            chromium.close()


class Lab:
    """JupyterLab serving one folder; `theme` is "light" or "dark"."""

    def __init__(self, folder: Path, theme: str = "light", settings: dict | None = None):
        self.folder, self.theme, self.settings = Path(folder), theme, settings or {}
        self.token = secrets.token_hex(16)

    def __enter__(self) -> "Lab":
        self.home = self.folder / ".jupyter_home"
        self._write_settings()
        for attempt in range(3):
            self._start()
            try:
                self._wait_until_ready()
                return self
            except RuntimeError as error:  # between choosing a port and taking it somebody else may have taken it
                if attempt == 2 or f"port {self.port} is" not in str(error):
                    raise

    def _start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(self.home / "log.txt", "w+")
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", "--ServerApp.allow_root=True"]
        # The page then offers its commands to the test ("run all cells"), as its menus do to a person.
        command += ["--LabApp.expose_app_in_browser=True", "--LabServerApp.extension_manager=readonly"]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=self._environment(), stdout=self.log, stderr=subprocess.STDOUT
        )

    def __exit__(self, *error) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    @contextmanager
    def browser(self, width: int = 1280, height: int = 900):
        """A headless Chromium showing this JupyterLab."""
        with started_chromium() as chromium:
            yield Browser(self, chromium.new_context(viewport={"width": width, "height": height}))

    def _environment(self) -> dict:
        names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        own = {f"JUPYTER_{name}": str(self.home / name.lower()) for name in names}
        own |= {f"JUPYTERLAB_{name}_DIR": str(self.home / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
        own |= {"JUPYTER_PATH": str(ROOT / "lab/share/jupyter"), "JUPYTER_CONFIG_PATH": str(ROOT / "lab/etc/jupyter")}
        own |= {"JUPYTER_TOKEN": self.token, "IPYTHONDIR": str(self.home / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1"}
        own |= {"SEQLEARN_PROGRESS": "off"}
        return os.environ | own

    def _write_settings(self) -> None:
        theme = "JupyterLab Dark" if self.theme == "dark" else "JupyterLab Light"
        settings = {
            "@jupyterlab/apputils-extension/themes": {"theme": theme},
            # Nothing asks the network for news, and no notice covers the page.
            "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
            # As course.py sets it: explorers and quizzes are there when a saved notebook is opened again.
            "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
        }
        for name, values in (settings | self.settings).items():
            path = self.home / "settings" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))

    def _wait_until_ready(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None or "is not available" in (self.home / "log.txt").read_text():
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api?token={self.token}", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.process.kill()
        self.log.seek(0)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read()[-3000:]}")


class Browser:
    """One browser window. A notebook is opened in the page that the one before was closed in: JupyterLab itself takes
    longer to load than a notebook. After a test that failed, and so closed nothing, there is a new page."""

    def __init__(self, lab: Lab, context):
        self.lab, self.context, self._numbers = lab, context, count()
        self._last: NotebookPage | None = None

    def open(self, notebook: str, seconds: float = 60) -> "NotebookPage":
        """Open a notebook of the lab's folder and wait until it is shown and its kernel answers."""
        if self._last is not None and self._last.closed and not self._last.errors:
            shown = NotebookPage(self._last.page)
            shown.page.evaluate(OPEN, notebook)
        else:
            if self._last is not None:
                self._last.page.close()
            shown = NotebookPage(self.context.new_page())
            # A workspace of its own: JupyterLab would bring back the notebooks that were open before beside this one.
            place = f"lab/workspaces/{Path(notebook).stem}-{next(self._numbers)}/tree/{notebook}"
            shown.page.goto(f"http://127.0.0.1:{self.lab.port}/{place}?token={self.lab.token}")
        self._last = shown
        shown.page.wait_for_function(READY, arg=notebook, timeout=1000 * seconds)
        return shown


OPEN = "(path) => { window.jupyterapp.commands.execute('docmanager:open', {path}); }"


READY = """(path) => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.context?.path === path && panel.content?.model?.cells?.length > 0
        && panel.sessionContext?.session?.kernel?.status === "idle" && !document.querySelector("#jupyterlab-splash");
}"""


class NotebookPage:
    """An open notebook: `page` is Playwright's page, `errors` what the console complained about."""

    def __init__(self, page):
        self.page, self.closed = page, False
        self.errors: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)

    def _on_console(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_page_error(self, error) -> None:
        self.errors.append(f"page error: {error}")

    def run_all(self) -> None:
        """Run all cells and wait until the last one is done. An error in a cell is raised: it stops the others."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        raised = self.page.evaluate(CELL_ERRORS)
        if raised:
            raise AssertionError("\n".join(raised))

    def run_cell(self, index: int) -> None:
        """Run one cell and wait until it is done."""
        self.page.evaluate(
            """async (index) => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
                await window.jupyterapp.commands.execute("notebook:run-cell");
            }""",
            index,
        )

    def wait_for(self, condition: str, arguments, what: str, seconds: float = 20) -> None:
        """Wait until a JavaScript function of `arguments` is true; if it never is, say `what` did not happen."""
        from playwright.sync_api import TimeoutError as NeverHappened

        try:
            self.page.wait_for_function(condition, arg=arguments, timeout=1000 * seconds)
        except NeverHappened:
            raise AssertionError(f"not within {seconds:.0f} s: {what}; the console says {self.errors}") from None

    def close(self) -> None:
        """Shut the kernel down and close the notebook, unsaved. The page stays for the next one."""
        self.wait_for(DRAWN, None, "all cells are drawn", seconds=60)
        self.page.evaluate(CLOSE)
        self.page.remove_listener("console", self._on_console)
        self.page.remove_listener("pageerror", self._on_page_error)
        self.closed = True

    def scroll_to_cell(self, index: int) -> None:
        """Bring a cell into view (cells out of view may not exist in the page)."""
        self.page.evaluate("i => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", index)

    def cell_with(self, text: str) -> int:
        """Index of the last code cell whose source contains `text`."""
        sources = self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets.map("
            "cell => cell.model.type === 'code' ? cell.model.sharedModel.source : '')"
        )
        found = [index for index, source in enumerate(sources) if text in source]
        if not found:
            raise ValueError(f"no code cell contains {text!r}")
        return found[-1]

    def output_of(self, source: str):
        """The output of the last code cell that contains `source`, scrolled into view."""
        index = self.cell_with(source)
        self.scroll_to_cell(index)
        output = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"] .jp-Cell-outputArea')
        output.locator(".jupyter-widgets").first.wait_for()
        output.scroll_into_view_if_needed()
        return output

    def focus_first_control(self, output) -> None:
        """Focus what the Tab key would reach first in this output."""
        output.locator("input, select, button, [tabindex='0']").first.focus()

    def has_focus(self, output, label: str) -> bool:
        """Whether the control with this label, not the number beside it, has the keyboard."""
        return output.evaluate(HAS_FOCUS, label)


# JupyterLab draws the cells one by one when it has time; one that is disposed of in between is an error (4.6).
DRAWN = "() => window.jupyterapp.shell.currentWidget.content.widgets.every((cell) => !cell.isPlaceholder())"
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    await Promise.all(panel.content.widgets.map((cell) => cell.ready));
    await new Promise((resolve) => setTimeout(resolve));
    panel.dispose();  // unlike close() it does not ask whether to save
}"""
CELL_ERRORS = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap((cell, index) =>
    (cell.outputs ?? []).filter((output) => output.output_type === "error")
        .map((output) => `cell ${index}: ${output.ename}: ${output.evalue}`))"""
HAS_FOCUS = """(output, label) => {
    const focused = document.activeElement;
    if (!output.contains(focused) || focused.isContentEditable) return false;
    const control = focused.closest(".widget-inline-hbox, .widget-button, .widget-checkbox");
    return control?.textContent.includes(label) ?? false;
}"""
