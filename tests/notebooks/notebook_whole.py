"""Run chapters whole, the way a reader does who has no data: every cell, also those tagged nbval-skip.

    python tests/notebooks/notebook_whole.py               every chapter, from top to bottom
    python tests/notebooks/notebook_whole.py 05 --twice    each cell twice in a row, in one kernel
    python tests/notebooks/notebook_whole.py --backwards   from top to bottom, then from the last cell up

A chapter runs as a copy that lies alone in another folder, with no data set, an empty cache and no network. No cell may
raise or write to stderr, and a cell that runs again must show what it showed before. Every fault is one line, and the
exit status is 1 if there is one.
"""

import argparse
import os
import re
import shutil
import site
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from notebook_rules import joined, tags
from notebook_store import chosen, quiet_environment
from printed_numbers import differences

NOWHERE = "http://127.0.0.1:9"  # a proxy that is not there: whatever asks for the network fails at once
ANEW = r"\.hint\("  # shows the next hint each time
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")


def bare_environment(empty: Path) -> dict[str, str]:
    """What a kernel inherits on a machine that has the course, but neither a data set nor a network.

    `empty` is a folder in which the kernel finds its home and its caches.
    """
    env = quiet_environment(str(empty / "ipython"))
    env = {name: value for name, value in env.items()
           if name != "SEQLEARN_DATA" and name.lower() not in (*PROXIES, "no_proxy")}
    env |= {name: NOWHERE for proxy in PROXIES for name in (proxy, proxy.upper())}
    # Packages installed for the user stay visible when the home is another folder.
    return env | {"HOME": str(empty), "XDG_CACHE_HOME": str(empty / "cache"), "PYTHONUSERBASE": site.getuserbase()}


def order(cells: int, mode: str) -> list[int]:
    """The positions of the code cells in the order in which `mode` runs them."""
    once = list(range(cells))
    return {"once": once, "twice": [i for i in once for _ in range(2)], "backwards": once + once[::-1]}[mode]


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def shown(cell: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """(kind, text) of all that a cell shows, without pictures."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append((output.name, output.text))
        else:
            texts += [(mime, joined(text)) for mime, text in sorted(output.get("data", {}).items())
                      if mime.startswith("text/")]
    return texts


def changed(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> str | None:
    """How the second result of a cell differs from the first, in one line; None when it is the same."""
    if [kind for kind, _ in before] != [kind for kind, _ in after]:
        return f"showed {[kind for kind, _ in before]}, now {[kind for kind, _ in after]}"
    for (kind, old), (_, new) in zip(before, after):
        if found := differences(old, new):
            return f"{kind}, {first_line(found[0])}"
    return None


def faults(path: Path, mode: str = "once", *, timeout: int = 600) -> list[str]:
    """Run a copy of the notebook and say, a line each, which cells raise, write to stderr or show another result."""
    notebook = nbformat.read(path, as_version=4)
    places = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    found, seen, first = [], set(), {}
    with tempfile.TemporaryDirectory(prefix="another folder ", ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        (folder / "copy").mkdir()
        (folder / "home").mkdir()
        shutil.copy(path, folder / "copy")
        client = NotebookClient(notebook, kernel_name="python3", timeout=timeout, record_timing=False,
                                coalesce_streams=True, store_widget_state=False,
                                resources={"metadata": {"path": str(folder / "copy")}})
        with client.setup_kernel(env=bare_environment(folder / "home"), stderr=subprocess.DEVNULL):
            for number in order(len(places), mode):
                index, cell = places[number], notebook.cells[places[number]]
                place = f"cell {index}, code cell {number}" + (", run again" if number in seen else "")
                seen.add(number)
                try:
                    client.execute_cell(cell, index)
                except CellExecutionError as error:
                    found.append(f"{place}: {error.ename}: {first_line(error.evalue)}")
                    continue
                except CellTimeoutError:
                    found.append(f"{place}: not done after {timeout} s")
                    continue
                except DeadKernelError:
                    return [*found, f"{place}: the kernel died"]
                output = shown(cell)
                found += [f"{place}: writes to stderr: {first_line(text)}"
                          for kind, text in output if kind == "stderr"]
                may_change = "nbval-ignore-output" in tags(cell) or re.search(ANEW, cell.source)
                if not may_change and (change := changed(first.setdefault(number, output), output)):
                    found.append(f"{place}: another result: {change}")
    return found


def timed(path: Path, mode: str) -> tuple[list[str], float]:
    started = time.perf_counter()
    return faults(path, mode), time.perf_counter() - started


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Run every cell of the chapters as a reader without data does.")
    parser.add_argument("notebooks", nargs="*", metavar="NN", help="a chapter number; all chapters when there is none")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--twice", dest="mode", action="store_const", const="twice", default="once")
    modes.add_argument("--backwards", dest="mode", action="store_const", const="backwards")
    parser.add_argument("-n", type=int, default=min(2, os.cpu_count() or 1), help="kernels at the same time")
    options = parser.parse_args(arguments)
    paths, failed = chosen(options.notebooks), False
    if options.n > 1:  # inherited by the kernels, which share the processors
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // options.n)))
    with ProcessPoolExecutor(options.n) as pool:
        for path, (lines, seconds) in zip(paths, pool.map(timed, paths, [options.mode] * len(paths))):
            print(f"{'FAILED' if lines else 'passed'}  {seconds:6.1f} s  {path.name}", flush=True)
            print("".join(f"    {line}\n" for line in lines), end="", flush=True)
            failed |= bool(lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
