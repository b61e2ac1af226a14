"""A NumPy chapter's kernel stays small before its parity cell, where PyTorch may come in.

`conftest.py` in the root calls `check` before every cell that nbval runs, so the notebooks need not run once more.
"""

import re
from pathlib import Path
from time import monotonic

import nbformat

from notebook_rules import source, tags
from seqlearn.course.chapters import CHAPTERS

NUMPY_CHAPTERS = tuple(entry.number for entry in CHAPTERS if entry.numpy)
MAX_MEGABYTES = 150
TORCH = r"^\s*(import torch|from torch|from seqlearn import .*\binterop\b|from seqlearn\.interop)"


def first_with_torch(notebook: nbformat.NotebookNode) -> int | None:
    """Index among all cells of the one tagged `parity`, or else of the first that imports torch or seqlearn.interop."""
    for index, cell in enumerate(notebook.cells):
        uses_torch = cell.cell_type == "code" and re.search(TORCH, source(cell), re.MULTILINE)
        if "parity" in tags(cell) or uses_torch:
            return index
    return None


def check(item) -> None:
    """Measure the kernel when this cell of nbval is the first of a NumPy chapter with torch in it."""
    notebook, kernel = item.parent.nb, item.parent.kernel
    index = first_with_torch(notebook) if item.path.name[:2] in NUMPY_CHAPTERS else None
    if index is not None and notebook.cells[index] is item.cell and kernel is not None and kernel.is_alive():
        megabytes, torch_loaded = measure(kernel)
        assert not torch_loaded, "something before the parity cell imports torch"
        assert megabytes < MAX_MEGABYTES, f"the kernel takes {megabytes:.0f} MB before the parity cell"


def measure(kernel) -> tuple[float, bool]:
    """What nbval's kernel takes, in units of 2**20 bytes, and whether torch is loaded. Leaves no trace."""
    expression = {"torch": "'torch' in __import__('sys').modules"}
    request = kernel.kc.execute("", silent=True, store_history=False, user_expressions=expression)
    end = monotonic() + 60
    while (reply := kernel.kc.get_shell_msg(timeout=end - monotonic()))["parent_header"].get("msg_id") != request:
        pass
    torch_loaded = reply["content"]["user_expressions"]["torch"]["data"]["text/plain"] == "True"
    return megabytes_of(kernel.km.provisioner.pid), torch_loaded


def megabytes_of(process: int) -> float:
    """The largest size so far where the system knows it, else the size now."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
    except OSError:
        import psutil  # ipykernel's

        return psutil.Process(process).memory_info().rss / 2**20
