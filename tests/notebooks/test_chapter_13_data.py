"""Chapter 13's cell that counts the overlap of the popular set of dates, where its file is at hand."""

import os
from pathlib import Path

import nbformat
import pytest

from seqlearn.course.chapters import chapter, notebooks_folder

pytestmark = pytest.mark.data


def test_the_popular_set_overlaps(capsys):
    path = Path(os.environ.get("SEQLEARN_DATA", "")) / "dlfs2" / "date.txt.gz"
    if not path.is_file():
        pytest.skip("dlfs2/date.txt.gz is not in the folder that SEQLEARN_DATA names")
    notebook = nbformat.read(notebooks_folder() / chapter("13").notebook, as_version=4)
    (cell,) = (cell for cell in notebook.cells if "nbval-skip" in cell.metadata.get("tags", []))
    exec("import numpy as np\nfrom pathlib import Path\n" + cell.source, {})
    assert "28% of the test inputs stand in training" in capsys.readouterr().out
