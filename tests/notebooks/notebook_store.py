"""Run notebooks from top to bottom and store their outputs; `course.py store` calls this.

    python course.py store             every notebook
    python course.py store 04 05       two of them
    python course.py store 10 --with-data   also the cells tagged nbval-skip, which need downloaded data

The README's table of chapters is brought in step with the list on the way.
A notebook with an error or with text on stderr is not written. Cells tagged nbval-skip keep the outputs they have.
"""

import argparse
import base64
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from PIL import Image

from notebook_rules import CELL_METADATA, WIDGET_VIEW, broken_rules, tags
from seqlearn.course import address
from seqlearn.course.chapters import read_notebook, stored, table

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
README = NOTEBOOKS.with_name("README.md")
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
COLAB = "on-colab"  # the id of a cell
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}


class NotStored(Exception):
    """The notebook was left as it is; the text says why."""


def run(notebook: nbformat.NotebookNode, folder: Path, *, with_data: bool = False, timeout: int = 600) -> None:
    """Execute the code cells in place, in a fresh python3 kernel that stands in `folder`.

    Raises NotStored when a cell fails or the kernel dies.
    """
    client = NotebookClient(notebook, kernel_name="python3", timeout=timeout, record_timing=False,
                            coalesce_streams=True, store_widget_state=False,
                            resources={"metadata": {"path": str(folder)}})
    # The kernel's own log goes nowhere; what a cell writes to stderr still arrives as output.
    with (tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
          client.setup_kernel(env=quiet_environment(profile), stderr=subprocess.DEVNULL)):
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or ("nbval-skip" in tags(cell) and not with_data):
                continue
            try:
                client.execute_cell(cell, index)
            except (CellExecutionError, DeadKernelError) as error:
                raise NotStored(f"cell {index} failed:\n{error}") from None


def for_colab(notebook: nbformat.NotebookNode, repository: str) -> None:
    """Put the cell that brings the package on Colab before all other code; where the course has no address, none."""
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") != COLAB]
    if repository:
        cell = nbformat.v4.new_code_cell(address.colab_line(address.package(repository)), id=COLAB,
                                         metadata={"tags": ["remove-cell"], "jupyter": {"source_hidden": True}})
        first = next((n for n, each in enumerate(notebook.cells) if each.cell_type == "code"), len(notebook.cells))
        notebook.cells.insert(first, cell)


def quiet_environment(profile: str) -> dict[str, str]:
    """The environment without what would make one maintainer's stored outputs differ from another's.

    `profile` is an empty folder, so that no personal start-up files of IPython run and no personal matplotlibrc counts.
    """
    personal = ("MPLBACKEND", "MATPLOTLIBRC", "PYTHONWARNINGS")
    env = {name: value for name, value in os.environ.items() if name not in personal}
    return env | {"IPYTHONDIR": profile, "MPLCONFIGDIR": profile, "SEQLEARN_PROGRESS": "off"}


def clean(notebook: nbformat.NotebookNode) -> None:
    """Remove in place what changes from run to run or breaks on a page without a kernel; number the cells 1, 2, 3, …

    Raises NotStored when an output holds an error or text on stderr.
    """
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE})
    notebook.nbformat, notebook.nbformat_minor = 4, max(5, notebook.nbformat_minor)
    count = 0
    for index, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"c{index:03d}")
        cell.metadata = nbformat.from_dict({key: value for key, value in cell.metadata.items() if key in CELL_METADATA})
        if cell.cell_type != "code":
            continue
        skipped = "nbval-skip" in tags(cell)
        count += not skipped
        cell.execution_count = None if skipped else count
        for output in cell.outputs:
            if output.output_type == "error":
                raise NotStored(f"cell {index} holds an error: {output.ename}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stderr":
                raise NotStored(f"cell {index} writes to stderr:\n{output.text.strip()}")
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
            data = output.get("data", {})
            if len(data) > 1:
                data.pop(WIDGET_VIEW, None)
            if "image/png" in data:
                data["image/png"] = base64.b64encode(shrink(base64.b64decode(data["image/png"]))).decode()


def shrink(png: bytes, *, tolerance: int = 8) -> bytes:
    """A PNG of a third of the size that looks the same: a palette of 256 colours, if no channel moves by more than
    `tolerance` of 255. Returns the PNG as it was where that is not so, or where it is transparent."""
    image = Image.open(io.BytesIO(png))
    if image.mode not in ("RGB", "RGBA") or image.mode == "RGBA" and image.getchannel("A").getextrema()[0] < 255:
        return png
    image = image.convert("RGB")
    small = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    moved = np.abs(np.asarray(small.convert("RGB"), dtype=int) - np.asarray(image, dtype=int)).max()
    file = io.BytesIO()
    (small if moved <= tolerance else image).save(file, "PNG", optimize=True)
    return min(file.getvalue(), png, key=len)


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write the whole file or nothing."""
    nbformat.validate(notebook)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            nbformat.write(notebook, file)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def store(path: Path, *, with_data: bool = False) -> float:
    """Run one notebook and store its outputs. Returns the seconds the run took; raises NotStored."""
    try:
        read_notebook(path)
    except ValueError as error:
        raise NotStored(str(error)) from None
    notebook = nbformat.read(path, as_version=4)
    for_colab(notebook, address.written("repository"))
    started = time.perf_counter()
    run(notebook, path.parent, with_data=with_data)
    seconds = time.perf_counter() - started
    clean(notebook)
    write(notebook, path)
    return seconds


def chosen(names: list[str], folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebook files for numbers ("04", "4"), file names or paths; all of them for an empty list."""
    every = stored(folder)
    if not names:
        return every
    paths = []
    for name in names:
        number = name.zfill(2) + "_"
        match = [path for path in every if path.name.startswith(number) or path.name == Path(name).name]
        if not match:
            raise SystemExit(f"there is no notebook {name} in {folder.name}/")
        paths += match
    return paths


def update_readme(path: Path) -> bool:
    """Put the list's table of chapters into the README in place of the one there; True when that changes the file."""
    text = path.read_text(encoding="utf-8")
    head = re.escape(table().splitlines()[0])
    new = re.sub(rf"^{head}\n(\|.*\n)*", lambda old: table("notebooks/") + "\n", text, count=1, flags=re.MULTILINE)
    if new != text:
        path.write_text(new, encoding="utf-8", newline="\n")
    return new != text


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py store", description="Run notebooks and store their outputs.")
    parser.add_argument("notebooks", nargs="*", metavar="NN", help="a chapter number; all chapters when there is none")
    parser.add_argument("--with-data", action="store_true", help="also run the cells tagged nbval-skip")
    options = parser.parse_args(arguments)
    failed = False
    for path in chosen(options.notebooks):
        try:
            seconds = store(path, with_data=options.with_data)
        except NotStored as error:
            print(f"{path.name}: not stored, {error}", file=sys.stderr)
            failed = True
            continue
        print(f"{path.name}: {seconds:.1f} s, {path.stat().st_size / 1000:.0f} kB", flush=True)
        for rule in broken_rules(path):
            print("    rule broken: " + rule.removeprefix(path.name + ": "))
    if update_readme(README):
        print("README.md: the table of chapters follows the list again")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
