"""What an answer can do to a notebook only where there is one: in a real kernel."""

import nbformat
from nbclient import NotebookClient

CELLS = [
    "from seqlearn.exercises import ch00",
    "def step(h, x, w):\n    quit()\nch00.step.check(step)",
    "import time\ntime.sleep(0.5)  # the kernel would end about now",
    "from IPython.display import display\n"
    "def step(h, x, w):\n    display('seen')\n    return w * h + x\nch00.step.check(step)",
    "display('after')\n'publish' in vars(get_ipython().display_pub), 'ask_exit' in vars(get_ipython())",
]


def test_an_answer_neither_ends_the_kernel_nor_fills_the_page():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, kernel_name="python3", timeout=60, store_widget_state=False).execute()
    quits, _, shows, after = [
        [output.get("data", {}).get("text/plain", "") for output in cell.outputs] for cell in notebook.cells[1:]
    ]
    assert "tried to leave Python with exit() in line 2" in quits[-1]
    assert shows[:-1] == ["'seen'"] and "correct" in shows[-1]  # of the first case alone, as with print
    assert after == ["'after'", "(False, False)"]
