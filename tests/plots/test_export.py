"""The words of pictures in a page that nbconvert makes: looked for in the page, not in the notebook."""

import json
import os
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import nbformat

from seqlearn.course.chapters import chapter
from seqlearn.plots.export import keep_words

ROOT = Path(__file__).resolve().parents[2]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Pictures(HTMLParser):
    """The attributes of every <img> of a page, as dicts in `found`."""

    def __init__(self, page: str):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.found.append(dict(attributes))


def test_every_picture_of_an_exported_chapter_has_its_words(tmp_path):
    path = ROOT / "notebooks" / chapter("05").notebook
    environment = os.environ | {"JUPYTER_CONFIG_PATH": str(ROOT / "lab/etc/jupyter"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(tmp_path), str(path)]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "Alternative text is missing" not in result.stderr
    stored = [output["metadata"]["image/png"]["alt"] for cell in nbformat.read(path, as_version=4).cells
              for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    page = (tmp_path / f"{path.stem}.html").read_text(encoding="utf-8")
    assert [picture["alt"] for picture in Pictures(page).found if picture["src"].startswith("data:")] == stored
    assert len(stored) > 5


def test_words_and_picture_are_kept_exactly():
    words = 'k < 3 & "ρ" > 1'
    outputs = [nbformat.v4.new_output("display_data", {"image/png": DOT + "\n", "text/plain": words}, metadata=metadata)
               for metadata in ({"image/png": {"alt": words}}, {})]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])
    keep_words(notebook, {})
    described, bare = (output.data for output in notebook.cells[0].outputs)
    assert Pictures(described["text/html"]).found == [{"alt": words, "src": f"data:image/png;base64,{DOT}"}]
    assert "text/html" not in bare


def test_what_pip_installs_for_jupyterlab_is_the_whole_folder():
    """A wheel brings every file of the folder lab to the place that the folder gives it."""
    files = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["data-files"]
    listed = {name: f"lab/{folder}" for folder, names in files.items() for name in names if name.startswith("lab/")}
    there = [path.relative_to(ROOT) for path in (ROOT / "lab").rglob("*") if path.is_file()]
    assert listed == {path.as_posix(): path.parent.as_posix() for path in there}
    configs = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "lab/etc/jupyter").glob("*.json")]
    assert len(configs) == 2 and configs[0] == configs[1], "the command nbconvert, and JupyterLab's menu"
