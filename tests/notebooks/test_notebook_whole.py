"""Running chapters whole: as a reader without data, twice, backwards, and every fault found."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from notebook_whole import bare_environment, changed, faults, main, order

SKIPPED = {"tags": ["nbval-skip"]}
IGNORED = {"tags": ["nbval-ignore-output"]}


def write(folder: Path, *cells, name="07_probe.ipynb") -> Path:
    cells = [cell if isinstance(cell, dict) else new_code_cell(cell) for cell in cells]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 07 Probe"), *cells]), folder / name)
    return folder / name


def test_the_orders():
    assert order(3, "once") == [0, 1, 2]
    assert order(3, "twice") == [0, 0, 1, 1, 2, 2]
    assert order(3, "backwards") == [0, 1, 2, 2, 1, 0]


def test_a_chapter_runs_as_a_copy_in_another_folder_without_data_caches_and_network(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://proxy.invalid:1")
    (tmp_path / "beside.txt").write_text("x", "utf-8")
    path = write(tmp_path, """
import os
from pathlib import Path
from seqlearn.data.download import cache_folder
assert "SEQLEARN_DATA" not in os.environ
assert [file.name for file in Path.cwd().iterdir()] == ["07_probe.ipynb"]
assert not cache_folder().exists()
""", """
from urllib.request import urlopen
try:
    urlopen("https://example.org", timeout=60)
except OSError as error:
    assert "refused" in str(error), error
else:
    raise AssertionError("there is a network")
""")
    before = path.read_bytes()
    assert faults(path) == []
    assert path.read_bytes() == before


def test_every_fault_is_a_line_and_skipped_cells_run_too(tmp_path):
    path = write(tmp_path, "x = 1", new_code_cell("1 / 0", metadata=SKIPPED), "print(y)",
                 "import warnings\nwarnings.warn('careful')", "print(x)")
    found = faults(path)
    assert [line.partition(": ")[0] for line in found] == [f"cell {n}, code cell {n - 1}" for n in (2, 3, 4)]
    for line, words in zip(found, ["ZeroDivisionError: division by zero", "NameError", "writes to stderr"]):
        assert words in line


def test_a_kernel_that_dies_and_a_cell_that_hangs_are_faults(tmp_path):
    assert "the kernel died" in faults(write(tmp_path, "import os\nos._exit(1)", "1"))[0]
    assert "not done after 1 s" in faults(write(tmp_path, "import time\ntime.sleep(60)"), timeout=1)[0]


def test_twice_finds_what_does_not_run_again_or_shows_something_else(tmp_path):
    path = write(tmp_path, "import random\nnames = {'a': 1}\nn = 0", "del names['a']", "n += 1\nprint('n is', n)", "n",
                 new_code_cell("print(random.random())", metadata=IGNORED), "print('loss %.2f' % 0.5)")
    assert faults(path) == []
    found = faults(path, "twice")
    assert found == ["cell 2, code cell 1, run again: KeyError: 'a'",
                     "cell 3, code cell 2, run again: another result: stdout, line 1: expected 1, got 2 (an integer)"]


def test_backwards_finds_a_name_that_means_something_else_later(tmp_path):
    path = write(tmp_path, "x = [1, 2]", "print(len(x))", "x = 3", "print(x)")
    assert faults(path, "twice") == []
    (found,) = faults(path, "backwards")
    assert found.startswith("cell 2, code cell 1, run again: TypeError")


def test_a_hint_may_be_another_one_the_second_time(tmp_path):
    path = write(tmp_path, "from seqlearn.exercises import ch00", "ch00.step.hint()")
    assert faults(path, "twice") == []


def test_results_are_compared_as_numbers():
    assert changed([("stdout", "a 0.50")], [("stdout", "a 0.51")]) is None
    assert "expected 0.50, got 0.55" in changed([("stdout", "a 0.50")], [("stdout", "a 0.55")])
    assert "\n" not in changed([("stdout", "a 0.50")], [("stdout", "a 0.55")])
    assert changed([("stdout", "a")], []) == "showed ['stdout'], now []"


def test_packages_of_the_user_stay_visible_in_another_home(tmp_path):
    import site

    variables = bare_environment(tmp_path)
    assert variables["HOME"] == str(tmp_path) and variables["PYTHONUSERBASE"] == site.getuserbase()
    assert variables["HTTPS_PROXY"] == variables["http_proxy"] and "no_proxy" not in variables
    assert variables["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize("source, status, word", [("print(1)", 0, "passed"), ("1 / 0", 1, "FAILED")])
def test_the_command_prints_a_line_a_chapter_and_its_status_tells_a_fault(tmp_path, monkeypatch, capsys, source,
                                                                          status, word):
    path = write(tmp_path, source)
    monkeypatch.setattr("notebook_whole.chosen", lambda names: [path])
    assert main(["-n", "1"]) == status
    printed = capsys.readouterr().out
    assert re.match(rf"{word} +\d+\.\d s  07_probe.ipynb\n", printed)
    assert ("    cell 1, code cell 0: ZeroDivisionError" in printed) is bool(status)
