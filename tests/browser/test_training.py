"""The stop button in a real JupyterLab: the bar moves, the cell ends without an error, nothing learned is lost."""

import nbformat
import pytest

MODEL = """
import time
import torch
from seqlearn.training import train
model = torch.nn.Linear(1, 1)
batches = [(torch.ones(4, 1), torch.zeros(4, 1))] * 20
def loss(model, batch):
    time.sleep(0.01)
    return ((model(batch[0]) - batch[1]) ** 2).mean()
def distance(model):
    return abs(model(torch.ones(1, 1)).item())
"""
TRAIN = "history = train(model, batches, loss, epochs=2000, validate=distance)"
CHECK = """
assert history.stopped == "interrupted" and 2 <= len(history.loss) < 2000, history
assert len(history.loss) == len(history.validation) == len(history.seconds)
assert distance(model) == history.validation[history.best_epoch] == min(history.validation), history
assert not model.training
print("history and best weights are here")
"""


@pytest.fixture
def page(browser):
    """A notebook that trains."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (MODEL, TRAIN, CHECK)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, browser.lab.folder / "training.ipynb")
    page = browser.open("training.ipynb")
    yield page
    page.close()


@pytest.mark.browser
def test_the_stop_button_keeps_history_and_best_weights(page):
    page.run_cell(0)
    page.page.evaluate(START, 1)
    page.page.locator(".progress-bar").wait_for(state="attached")
    page.wait_for(SHOWS, "3/2000", "the bar counts epochs")
    page.wait_for(SHOWS, "validation", "the bar shows the validation")
    page.page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"]').click()
    page.wait_for(IDLE, 1, "the kernel stops training")
    assert page.page.evaluate(ERRORS) == [], "the interrupt is no error, and nothing is written to stderr"
    page.run_cell(2)
    assert page.page.evaluate(ERRORS) == []
    page.page.get_by_text("history and best weights are here", exact=True).wait_for()
    assert page.page.locator(".progress-bar-danger").count() == 1, "the bar turns red where it was stopped"
    assert page.errors == []


START = """(index) => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
    window.jupyterapp.commands.execute("notebook:run-cell");  // not awaited: it runs until it is stopped
}"""
SHOWS = "(text) => [...document.querySelectorAll('.jp-OutputArea')].some((area) => area.textContent.includes(text))"
IDLE = """(index) => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel.sessionContext.session.kernel.status === "idle"
        && panel.content.widgets[index].model.executionCount > 0;
}"""
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap((cell) =>
    (cell.outputs ?? []).filter((output) => output.output_type === "error" || output.name === "stderr")
        .map((output) => output.evalue ?? output.text))"""
