"""Cells that need downloaded data, run on a part of them where they are at hand, and the long runs behind them.

A new chapter with such cells is one more entry of CHAPTERS.
"""

import ast
import json
import os
import runpy
import sys
from collections.abc import Callable
from typing import NamedTuple

import matplotlib
import nbformat
import pytest

from seqlearn.course.chapters import chapter, notebooks_folder
from seqlearn.data import glove, imdb, multi30k, tatoeba
from seqlearn.data.download import data_folder, obtain

pytestmark = pytest.mark.data
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


class Case(NamedTuple):
    """A chapter's data, asked for by calls that raise FileNotFoundError; a part of them; what the cells print."""

    needs: tuple[Callable, ...]
    part: dict[str, str]
    printed: tuple[str, ...]
    holds: Callable[[dict], bool] = lambda names: True


def dates_of_the_book():
    path = (data_folder() or notebooks_folder()) / "dlfs2" / "date.txt.gz"
    if not path.is_file():
        raise FileNotFoundError(f"dlfs2/date.txt.gz is not in the folder that SEQLEARN_DATA names: {path}")


CHAPTERS = {
    "10": Case(
        (lambda: obtain(sys.modules[imdb.__module__].SOURCE),
         lambda: obtain(sys.modules[glove.__module__]._source("twitter.27B.25d"))),
        {"SEQLEARN_REVIEWS": "700"},
        ("123 test reviews", "boring: ", "GloVe vectors: median of five seeds"),
        lambda names: len(names["few_rows"]) == len(names["judged_rows"]) >= 700,
    ),
    "13": Case((dates_of_the_book,), {}, ("28% of the test inputs stand in training",)),
    "15": Case(
        (lambda: multi30k("de", "en"), lambda: tatoeba("fra")),
        {"SEQLEARN_PAIRS": "300"},
        ("29,000 pairs", "300 pairs", "nrefs:var"),
        lambda names: len(names["written"]) == len(names["held_out"]) == 16,
    ),
}


def need(number: str) -> Case:
    """The chapter's case; skips, with the loader's sentence, where its data are not at hand."""
    try:
        for look in CHAPTERS[number].needs:
            look()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    return CHAPTERS[number]


def cells(number: str) -> list:
    return [cell for cell in nbformat.read(notebooks_folder() / chapter(number).notebook, as_version=4).cells
            if cell.cell_type == "code"]


def skipped(cell) -> bool:
    return "nbval-skip" in cell.metadata.get("tags", [])


@pytest.mark.parametrize("number", CHAPTERS)
def test_cells_with_real_data(number, monkeypatch, capsys):
    """With the definitions of the cells before them. Their assertions hold on that small part as well."""
    case = need(number)
    for name, value in case.part.items():
        monkeypatch.setenv(name, value)
    matplotlib.use("agg")
    names: dict = {}
    for cell in cells(number):
        body = ast.parse(cell.source).body
        body = body if skipped(cell) else [node for node in body if isinstance(node, KEPT)]
        exec(compile(ast.Module(body, []), chapter(number).notebook, "exec"), names)
    assert any(map(skipped, cells(number)))
    printed = capsys.readouterr().out
    assert all(words in printed for words in case.printed), printed
    assert case.holds(names)


@pytest.mark.skipif("SEQLEARN_WHOLE" not in os.environ, reason="takes minutes: set SEQLEARN_WHOLE=1 to run it")
def test_one_whole_training_on_imdb():
    need("10")
    script = runpy.run_path(str(notebooks_folder() / "long_runs" / "10_imdb.py"))
    (found,) = script["run"](script["SETTINGS"], [0])["seeds"]
    assert found["test"] > 88.5 and found["without shared"] > 88.5, found


def interrupted(script, settings, pairs, validation, tmp_path, monkeypatch, **fitted) -> tuple:
    """Two epochs at once, and the same two with a new start in between: both models, and what is known of both."""
    names, measured = script["fit"].__globals__, []
    whole = script["fit"]("attention", pairs, validation, settings, checkpoint=tmp_path / "whole.pt", **fitted)
    grow = names["train"].__globals__["_save"]

    def stop_after_the_first_epoch(*arguments):
        grow(*arguments)
        measured.append(1)
        if len(measured) == 1:
            raise InterruptedError

    with monkeypatch.context() as context:
        context.setitem(names["train"].__globals__, "_save", stop_after_the_first_epoch)
        with pytest.raises(InterruptedError):
            script["fit"]("attention", pairs, validation, settings, checkpoint=tmp_path / "part.pt", **fitted)
    return whole, script["fit"]("attention", pairs, validation, settings, checkpoint=tmp_path / "part.pt", **fitted)


def test_multi30k_goes_on_where_it_was(tmp_path, monkeypatch):
    """On sixty sentences: the same weights and losses, and a table of every rung that is done."""
    torch = pytest.importorskip("torch")
    need("15")
    script = runpy.run_path(str(notebooks_folder() / "long_runs" / "15_multi30k.py"))
    small = {"epochs": 2, "embedding_size": 8, "readout_size": 6, "num_merges": 30, "samples": 2,
             "width": 2, "max_steps": 6, "seeds": [0], "rate_beside": 0.05,
             "hidden_size": dict.fromkeys(script["SETTINGS"]["models"], 8),
             "trial": {"seed": 0, "start": [0.02, 0.3], "factors": [2, 3], "share": 0.5, "epochs": 1}}
    settings = script["SETTINGS"] | small
    pairs, _, _ = script["prepare"](settings, 0.002)
    validation = [pairs.batch(pairs.test)]
    whole, again = interrupted(script, settings, pairs, validation, tmp_path, monkeypatch, rate=0.01, scale=0.3, seed=0,
                               epochs=2)
    assert whole[1]["validation"] == again[1]["validation"] and len(again[1]["seconds"]) == 2
    for name, value in again[0].state_dict().items():
        assert torch.equal(value, whole[0].state_dict()[name])
    found = script["run"](settings, ["transformer"], [0], tmp_path, 0.002)
    run = found["runs"]["transformer"]["0"]
    assert len(run["samples"]) == 2 and len(run["counts"]["greedy"]) == 5
    losses = {(rate, scale): found for rate, scale, found in run["tried"]}
    assert (run["rate"], run["scale"]) == min(losses, key=losses.get)
    for number in (0, 1):  # the best stands between neighbours that were tried
        beside = {each[number] for each in losses if each[1 - number] == (run["rate"], run["scale"])[1 - number]}
        assert min(beside) < (run["rate"], run["scale"])[number] < max(beside)
    assert script["run"](settings, ["transformer"], [0], tmp_path, 0.002) == found  # nothing is trained again
    script["run"](settings | {"models": ["transformer"]}, folder=tmp_path, share=0.002)
    assert json.loads((tmp_path / "transformer_0_rate_0.05.json").read_text("utf-8"))["rate"] == 0.05


@pytest.mark.parametrize(("name", "more"), [("15_multi30k", ["--seed", "0"]), ("15_words", [])])
def test_one_model_alone_does_not_replace_the_results_of_all(name, more, tmp_path, monkeypatch, capsys):
    """The chapter shows all of them and stops where one is missing."""
    pytest.importorskip("torch")
    main = runpy.run_path(str(notebooks_folder() / "long_runs" / f"{name}.py"))["main"]
    stored, written = json.loads((notebooks_folder() / "long_runs" / f"{name}.json").read_text("utf-8"))["results"], []
    if name == "15_multi30k":
        (tmp_path / "attention_0.json").write_text(json.dumps(stored["runs"]["attention"]["0"]), "utf-8")
        monkeypatch.setitem(main.__globals__, "read", lambda *arguments: ())
        monkeypatch.setitem(main.__globals__, "about_the_data", lambda *arguments: stored)
    alone = stored | {"models": {"attention": stored["models"]["attention"]}} if name == "15_words" else {}
    monkeypatch.setitem(main.__globals__, "run", lambda *arguments: alone)
    monkeypatch.setitem(main.__globals__, "store", lambda *arguments: written.append(arguments))
    monkeypatch.setattr("sys.argv", [name, "--model", "attention", *more, "--checkpoints", str(tmp_path)])
    main()
    assert not written and "once" in capsys.readouterr().out


def test_whole_words_go_on_where_they_were(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    need("15")
    script = runpy.run_path(str(notebooks_folder() / "long_runs" / "15_words.py"))
    small = {"epochs": 2, "hidden_size": 8, "embedding_size": 6, "readout_size": 6, "samples": 2, "alignments": 1,
             "width": 2, "length_penalties": [0.0, 1.0], "max_steps": 8}
    settings = script["SETTINGS"] | small
    pairs, parts = script["prepare"](settings, 0.002)
    whole, again = interrupted(script, settings, pairs, parts["val"], tmp_path, monkeypatch)
    assert [entry["validation_loss"] for entry in whole[1]] == [entry["validation_loss"] for entry in again[1]]
    for name, value in again[0].state_dict().items():
        assert torch.equal(value, whole[0].state_dict()[name])
    judged = script["judge"](again[0], pairs, parts, settings)
    assert len(judged["samples"]) == 2 and len(judged["alignments"]) == 1 and len(judged["counts"]["beam"]) == 5


@pytest.mark.parametrize("name", ["15_multi30k", "15_words"])
def test_the_stored_results_have_the_vocabulary_of_the_script(name):
    """Words and pieces are cut today as they were when the results were made."""
    need("15")
    folder = notebooks_folder() / "long_runs"
    script = runpy.run_path(str(folder / f"{name}.py"))
    pairs, parts, *_ = script["prepare"](script["SETTINGS"])
    stored = json.loads((folder / f"{name}.json").read_text("utf-8"))["results"]
    assert {"source": len(pairs.source), "target": len(pairs.target)} == stored["vocabulary"]
    assert [len(each[0]) for each in parts["test"]] == stored["source lengths"]
