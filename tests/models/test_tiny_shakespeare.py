"""Chapter 09 on real text. Needs tiny Shakespeare under the folder that SEQLEARN_DATA names.

A small part runs always; SEQLEARN_WHOLE=1 runs the whole training that is stored, about 20 minutes of one core.
"""

import importlib.util
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from seqlearn.course.long_runs import long_run

torch = pytest.importorskip("torch")

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SCRIPT = NOTEBOOKS / "long_runs" / "09_tiny_shakespeare.py"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not (Path(os.environ.get("SEQLEARN_DATA") or "nowhere") / "tinyshakespeare").is_dir(),
                       reason="SEQLEARN_DATA names no folder with tinyshakespeare/input.txt"),
]


@pytest.fixture
def script():
    specification = importlib.util.spec_from_file_location("tiny_shakespeare_run", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def stored():
    return json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))


def test_the_text_is_cut_as_for_the_published_figures(script):
    vocabulary, train, validation = script.read(script.SETTINGS)
    assert len(vocabulary) == 65 and len(train) == 1_003_854 and len(validation) == 111_540  # nanoGPT's two parts
    assert "".join(vocabulary.decode(train[:14])) == "First Citizen:"


def test_the_notebooks_cell_on_400_000_characters_read_once_instead_of_20_epochs(capsys):
    """The cell as it stands in the chapter prints what is stored with it, to the digits it prints."""
    cells = json.loads((NOTEBOOKS / "09_language_models.ipynb").read_text(encoding="utf-8"))["cells"]
    (cell,) = [cell for cell in cells if "nbval-skip" in cell["metadata"].get("tags", [])]
    before = {"np": np, "json": json, "long_run": long_run}  # what earlier cells have imported
    exec("".join(cell["source"]), before)
    printed = capsys.readouterr().out
    (output,) = [output for output in cell["outputs"] if output.get("name") == "stdout"]
    assert "65 characters" in printed
    numbers = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,.]*(?<=\d)", printed)]
    there = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,.]*(?<=\d)", "".join(output["text"]))]
    assert numbers == pytest.approx(there, rel=0.1), "another machine may round otherwise, and no more than that"


def test_stored_results_are_whole(stored):
    results, settings = stored["results"], stored["settings"]
    assert len(results["train"]) == len(results["validation"]) == settings["epochs"]
    assert results["loss"] == min(results["validation"]) < results["reset"]
    assert results["sample"].startswith("ROMEO:") and len(results["sample"]) == 406


@pytest.mark.skipif(os.environ.get("SEQLEARN_WHOLE") != "1", reason="only with SEQLEARN_WHOLE=1")
def test_the_whole_training_reaches_the_stored_loss(script, stored):
    torch.set_num_threads(1)
    assert script.run(script.SETTINGS)["loss"] == pytest.approx(stored["results"]["loss"], abs=0.02)
