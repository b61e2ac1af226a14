"""Storing a notebook: run whole, cleaned, written atomically, or left alone."""

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from notebook_rules import WIDGET_VIEW, broken_rules
from notebook_store import NotStored, chosen, clean, for_colab, main, run, shrink, store, update_readme
from seqlearn.course import address
from seqlearn.course.chapters import CHAPTERS, stored, table

VIEW = {"model_id": "0123456789abcdef0123456789abcdef", "version_major": 2, "version_minor": 0}


def write(folder: Path, *cells, name="00_probe.ipynb", **metadata) -> Path:
    path = folder / name
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 00 Probe"), *cells], metadata=metadata), path)
    return path


def test_a_run_fills_outputs_and_the_stored_file_keeps_the_rules(tmp_path):
    skipped = new_code_cell("1 / 0", metadata={"tags": ["nbval-skip"]}, outputs=[new_output("stream", text="89 %\n")])
    path = write(
        tmp_path,
        new_code_cell("from pathlib import Path\nimport sys\nassert sys\nprint(Path.cwd().name)",
                      metadata={"scrolled": True, "seqlearn": {"rtol": 0.1}}),
        skipped,
        new_code_cell("print('one', flush=True)\nprint('two')\n6 * 7"),
        widgets={"state": {}}, kernelspec={"name": "my-env", "display_name": "mine", "language": "python"},
    )
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert store(path) > 0
    stored = nbformat.read(path, as_version=4)
    assert [cell.id for cell in stored.cells] == ids
    assert [cell.get("execution_count") for cell in stored.cells] == [None, 1, None, 2]
    assert stored.cells[1].outputs[0].text == tmp_path.name + "\n", "the kernel stands in the notebook's folder"
    assert stored.cells[1].metadata == {"seqlearn": {"rtol": 0.1}}
    assert stored.cells[2].outputs == skipped.outputs
    stream, result = stored.cells[3].outputs
    assert (stream.text, result.data["text/plain"], result.execution_count) == ("one\ntwo\n", "42", 2)
    assert broken_rules(path) == []
    before = path.read_bytes()
    store(path)
    assert path.read_bytes() == before, "storing twice changes nothing"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_cells_that_need_data_run_on_request(tmp_path):
    cell = new_code_cell("print('read')", metadata={"tags": ["nbval-skip"]})
    notebook = new_notebook(cells=[new_code_cell("x = 1"), cell, new_code_cell("print(x)")])
    run(notebook, tmp_path, with_data=True)
    clean(notebook)
    assert cell.outputs[0].text == "read\n"
    assert [cell.execution_count for cell in notebook.cells] == [1, None, 2]


@pytest.mark.parametrize("source, words", [
    ("1 / 0", "ZeroDivisionError"),
    ("import warnings\nwarnings.warn('careful')", "writes to stderr"),
    ("import os\nos._exit(1)", "died"),
])
def test_a_failing_notebook_is_left_as_it_was(tmp_path, capsys, source, words):
    path = write(tmp_path, new_code_cell("print(1)"), new_code_cell(source))
    before = path.read_bytes()
    with pytest.raises(NotStored, match=words):
        store(path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == [path.name]


def test_an_expected_error_is_refused_too():
    error = new_output("error", ename="ValueError", evalue="no", traceback=[])
    with pytest.raises(NotStored, match="ValueError"):
        clean(new_notebook(cells=[new_code_cell("f()", outputs=[error], metadata={"tags": ["raises-exception"]})]))


def test_a_widget_view_goes_when_there_is_another_form():
    both = new_output("display_data", {WIDGET_VIEW: VIEW, "text/plain": "The norm is 3.", "image/png": picture("RGB")})
    alone = new_output("display_data", {WIDGET_VIEW: VIEW})
    clean(new_notebook(cells=[new_code_cell("explorer", outputs=[both, alone])]))
    assert set(both.data) == {"text/plain", "image/png"} and set(alone.data) == {WIDGET_VIEW}


def picture(mode: str, colours: int = 2) -> str:
    """A base64 PNG: bands of colours, or noise for many of them."""
    levels = np.random.default_rng(0).integers(0, colours, (64, 64, len(mode)))
    pixels = (levels * (255 // (colours - 1))).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"), dtype=int)


@pytest.mark.parametrize("mode, colours, palette", [("RGB", 2, True), ("RGB", 256, False), ("RGBA", 2, False)])
def test_pictures_get_smaller_and_look_the_same(mode, colours, palette):
    before = base64.b64decode(picture(mode, colours))
    after = shrink(before)
    assert len(after) <= len(before) and (Image.open(io.BytesIO(after)).mode == "P") is palette
    assert np.abs(opened(after) - opened(before)).max() <= 8
    assert shrink(after) == after


def test_a_full_disk_leaves_the_old_notebook(tmp_path, monkeypatch):
    path = write(tmp_path, new_code_cell("print(1)"))
    before = path.read_bytes()

    def half_a_notebook(notebook, file):
        file.write("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("notebook_store.nbformat.write", half_a_notebook)
    with pytest.raises(OSError, match="No space left"):
        store(path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == [path.name]


def test_notebooks_are_chosen_by_number_or_name(tmp_path):
    fourth = CHAPTERS[4].notebook
    paths = [write(tmp_path, name=name) for name in (CHAPTERS[0].notebook, fourth)]
    write(tmp_path, name=fourth.replace(".ipynb", "-Copy1.ipynb"))
    assert chosen([], tmp_path) == paths
    for name in ("4", "04", f"notebooks/{fourth}"):
        assert chosen([name], tmp_path) == paths[1:]
    with pytest.raises(SystemExit, match="no notebook 99"):
        chosen(["99"], tmp_path)


def test_a_notebook_that_a_merge_left_in_pieces_is_named(tmp_path):
    path = write(tmp_path)
    path.write_text("<<<<<<< HEAD\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(NotStored, match="00_probe.ipynb .*merge"):
        store(path)


def test_the_readme_gets_the_table_of_the_list_and_nothing_else_changes(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("# A\n\n" + table("notebooks/") + "\n\n| | other | table |\n|:--|:--|:--|\n", encoding="utf-8")
    before = readme.read_bytes()
    assert not update_readme(readme) and readme.read_bytes() == before
    lines = before.decode().splitlines(keepends=True)
    readme.write_bytes("".join(line for line in lines if "| 03 |" not in line).replace("75 min", "5 min").encode())
    assert update_readme(readme) and readme.read_bytes() == before


def test_the_command_prints_time_and_size_and_its_status_tells_a_failure(tmp_path, monkeypatch, capsys):
    good = write(tmp_path, new_code_cell("print(1);"))
    monkeypatch.setattr("notebook_store.NOTEBOOKS", tmp_path)
    monkeypatch.setattr("notebook_store.chosen", lambda names: [good])
    monkeypatch.setattr("notebook_store.README", tmp_path / "README.md")
    (tmp_path / "README.md").write_text(table().splitlines()[0] + "\n", encoding="utf-8")
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert "README.md: the table" in printed and table("notebooks/") in (tmp_path / "README.md").read_text("utf-8")
    assert "00_probe.ipynb: " in printed and " s, 1 kB" in printed and "rule broken: cell 1" in printed
    write(tmp_path, new_code_cell("1 / 0"))
    assert main([]) == 1
    assert "not stored, cell 1 failed" in capsys.readouterr().err


def test_the_cell_for_colab_comes_before_all_code_and_goes_with_the_address(tmp_path):
    notebook = new_notebook(cells=[new_markdown_cell("# 00 Probe"), new_code_cell("x = 1"), new_code_cell("print(x)")])
    before = [cell.source for cell in notebook.cells]
    for name in ("someone/course", "other/course"):
        for_colab(notebook, name)
        assert [cell.source for cell in notebook.cells] == [before[0], address.colab_line(address.package(name)),
                                                            *before[1:]]
    run(notebook, tmp_path)
    clean(notebook)
    assert notebook.cells[1].outputs == [] and notebook.cells[3].outputs[0].text == "1\n"
    for_colab(notebook, "")
    assert [cell.source for cell in notebook.cells] == before


@pytest.mark.parametrize("path", stored(), ids=lambda path: path.name[:2])
def test_stored_chapters_have_the_cell_for_colab_of_the_address_in_the_settings(path):
    notebook = nbformat.read(path, as_version=4)
    before = [cell.source for cell in notebook.cells]
    for_colab(notebook, address.written("repository"))
    assert [cell.source for cell in notebook.cells] == before, "course.py store puts it right"
