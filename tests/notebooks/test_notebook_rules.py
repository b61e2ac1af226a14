"""Every stored notebook keeps the rules, and each rule catches a notebook that breaks it."""

import copy
import json

import pytest

from notebook_rules import broken_rules, main
from seqlearn.course.chapters import stored

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("path", stored(), ids=lambda path: path.stem)
def test_the_notebook_keeps_the_rules(path):
    assert not broken_rules(path), "\n" + "\n".join(broken_rules(path))


# ---------------------------------------------------------------- the rules themselves


def markdown(text):
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(text, *outputs, tags=(), **stated):
    metadata = {"tags": list(tags)} if tags else {}
    if stated:
        metadata["seqlearn"] = stated
    return {"cell_type": "code", "metadata": metadata, "source": text, "outputs": list(outputs)}


def shown(**data):
    forms = {key.replace("_", "/", 1): value for key, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": forms}


def failed(name):
    return {"output_type": "error", "ename": name, "evalue": "", "traceback": []}


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def finish(cells, *, name="99_sound.ipynb", metadata=None, minor=5):
    """Number the cells and give them ids, as a stored notebook has them → (file name, notebook)."""
    count = 0
    for index, cell in enumerate(cells):
        cell.setdefault("id", f"c{index:03d}")
        if cell["cell_type"] == "code":
            count += "nbval-skip" not in cell["metadata"].get("tags", [])
            cell["execution_count"] = None if "nbval-skip" in cell["metadata"].get("tags", []) else count
    metadata = metadata or {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}
    return name, {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": cells}


def sound():
    """The cells of a chapter that keeps every rule. No list of chapters still to be rewritten holds its number."""
    return [
        markdown("# 99 Sound\nA promise. Time: 40 minutes. You need chapter 06. You will be able to test."),
        markdown("## Play\n![the state against time](attachment:a.png)"),
        code("import matplotlib.pyplot as plt\nfrom seqlearn.widgets.sound import Sound\nplt.show()",
             shown(image_png="iVBO", text_plain="The loss falls from 3 to 0.1 in 20 epochs.")),
        code("Sound()", shown(image_png="iVBO", text_plain="The state at step 3 is 0.5; it forgets.")),
        markdown("## Your turn"),
        code("ch07.one.check(one)\nch07.two.check(two)\nch07.three.check(three)", printed("not attempted\n")),
        markdown("## Quiz"),
        code("ch07.QUIZ", shown(text_html="<details>…</details>", text_plain="1. Why does order matter?")),
        markdown("## Recap"), markdown("## Pitfalls"), markdown("## Further reading"),
    ]


def rules_of(folder, name, notebook):
    path = folder / name
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return broken_rules(path)


def test_a_sound_notebook_breaks_no_rule(tmp_path):
    assert rules_of(tmp_path, *finish(sound())) == []


BROKEN_CELLS = [
    ("a trailing semicolon", code("plt.plot(x);")),
    ("clear_output", code("from IPython.display import clear_output\nclear_output()")),
    ("interact:", code("import ipywidgets\nipywidgets.interact(f, x=3)")),
    ("interact:", code("@interact(x=3)\ndef f(x): ...")),
    ("with Output()", code("with widgets.Output():\n    print(1)")),
    ("with Output()", code("with out:\n    print(1)")),
    ("display_id", code("display(figure, display_id='a')")),
    ("tqdm", code("from tqdm import tqdm")),
    ("a shell command", code("!pip install torch")),
    ("not Python", code("def f(:")),
    ("an empty cell", code("\n")),
    ("31 lines", code("x = 1\n" * 30 + "x")),
    ("an error is stored", code("1/0", failed("ZeroDivisionError"))),
    ("text on stderr", code("f()", printed("RuntimeWarning: overflow\n", name="stderr"))),
    ("a memory address", code("f", printed("<function f at 0x7f3a2b1c4d50>\n"))),
    ("an absolute path", code("f()", printed("saved to /home/ada/course/w.npz\n"))),
    ("an absolute path", code("f()", printed("saved to C:\\Users\\ada\n"))),
    ("a path of an installation", code("f()", printed("lib/site-packages/numpy\n"))),
    ("a version number", code("torch.__version__", shown(text_plain="'2.13.0'"))),
    ("a bare matplotlib object", code("plt.title('a')", shown(text_plain="Text(0.5, 1.0, 'a')"))),
    ("a bare matplotlib object", code("plt.plot(x)", shown(text_plain="[<matplotlib.lines.Line2D>]"))),
    ("a random id", code("f()", shown(text_plain="a table", text_html='<table id="0c9a1b2d-77aa-4c1e">'))),
    ("a picture without words", code("plt.show()", shown(image_png="iVBO", text_plain="<Figure size 960x440>"))),
    ("a picture without words", code("plt.show()", shown(image_png="iVBO"))),
    ("a widget without words", code("slider", shown(text_plain="IntSlider(value=3)"))),
    ("a widget view", code("slider", {"output_type": "display_data", "metadata": {},
                                      "data": {WIDGET_VIEW: {}, "text/plain": "The slider stands at 3."}})),
    ("image/svg+xml", code("f()", shown(text_plain="a cell, drawn", **{"image_svg+xml": "<svg/>"}))),
    ("an <img> without alt", code("f()", shown(text_plain="a cell, drawn", text_html="<img src='a.png'>"))),
    ("needs alt text", markdown("![](attachment:a.png)")),
    ("an <img> without alt", markdown("<img src='https://example.org/a.png' width=300>")),
    ("is not there", markdown("[the layer](../seqlearn/nn/no_such_file.py)")),
    ("the word 'Simply'", markdown("Simply add the two.")),
    ("a raw cell", {"cell_type": "raw", "metadata": {}, "source": "x"}),
    ("metadata.scrolled", {**code("x = 1"), "metadata": {"scrolled": True}}),
    ("must assert", code("print(loss)", tags=["nbval-ignore-output"])),
    ("a verdict is printed, 'equal: True'", code("print(a == b)", printed("0.5\nequal: True\n"))),
    ("a verdict is printed, '[ True False]'", code("a > b", shown(text_plain="array([ True False])"[6:-1]))),
    ("no True or False is printed", code("print(a)", printed("0.5\n"), verdict="The mask is the point.")),
    ("must say why", code("a > b", shown(text_plain="True"), verdict="yes")),
    ("must say why", code("a > b", shown(text_plain="True"), verdict=True)),
    ("between 0 and 1, got '10 %'", code("assert f()", rtol="10 %")),
    ("between 0 and 1, got True", code("assert f()", rtol=True)),
    ("between 0 and 1, got 10", code("assert f()", rtol=10)),
    ("seqlearn.rtol lets the numbers move", code("print(f())  # no assert", rtol=0.1)),
    ("seqlearn.atol lets the numbers move", code("print(f())", atol=1e-9)),
    ("seqlearn.tolerance is not known", code("print(f())", tolerance=0.1)),
    ("seqlearn.'fast' is not known", {**code("print(f())"), "metadata": {"seqlearn": "fast"}}),
    ("a line of code is 101 characters wide", code("f()\n" + "x" * 101)),
    ("a line of output is 101 characters wide", code("f()", printed("a\n" + "b" * 101 + "\n"))),
    ("a line of output is 101 characters wide", code("f()", shown(text_plain="b" * 101))),
]


@pytest.mark.parametrize("words, cell", BROKEN_CELLS, ids=[f"{n}-{words}" for n, (words, _) in enumerate(BROKEN_CELLS)])
def test_a_broken_cell_is_caught(tmp_path, words, cell):
    cells = sound()
    cells.insert(2, copy.deepcopy(cell))
    found = rules_of(tmp_path, *finish(cells))
    assert len(found) == 1 and words in found[0], found


@pytest.mark.parametrize("cell", [
    code("%matplotlib inline"),
    code("print('0.25')", printed("a ratio of 3/4, and/or 0x1F, v2.13\n")),
    code("f()", printed("epoch 3: 1.25 s, numpy 2.4.6\n"), tags=["nbval-skip"]),
    code("with np.errstate(over='ignore'):\n    f()", printed("inf\n")),
    code("mask", shown(text_plain="[ True False]"), verdict="A mask is made of truth values."),
    code("f(True)\nprint('Truely')", printed("Truely 0.5\n")),
    code("quiz", shown(text_html="<p>It says True.</p>", text_plain="It says True. " * 9)),
    code("plt.show()", shown(image_png="iVBO", text_plain="The loss falls from 3 to 0.1. " * 9)),
    code("loss = train()\nassert loss < 1\nprint(loss)", printed("0.5\n"), rtol=0.1, atol=0.01),
    code("x" * 100, printed("b" * 100 + "\n")),
    markdown("`simply` in code, [a page](https://example.org/simply) and [below](#quiz) are fine."),
])
def test_a_sound_cell_is_left_alone(tmp_path, cell):
    if "nbval-skip" in cell["metadata"].get("tags", []):
        cell["metadata"]["tags"].append("nbval-ignore-output")
    cells = sound()
    cells.insert(2, copy.deepcopy(cell))
    assert rules_of(tmp_path, *finish(cells)) == []


def test_an_ignored_cell_followed_by_an_assertion_is_fine(tmp_path):
    cells = sound()
    ignored = code("train()", printed("0.31 s, torch 2.13.0\n"), tags=["nbval-ignore-output"])
    cells[2:2] = [ignored, markdown("So:"), code("assert ok")]
    assert rules_of(tmp_path, *finish(cells)) == []


def drop(*positions):
    return lambda cells: [cell for index, cell in enumerate(cells) if index not in positions]


def replace(old, new):
    return lambda cells: [{**cell, "source": cell["source"].replace(old, new)} for cell in cells]


@pytest.mark.parametrize("words, change", [
    ("first cell must be a title", drop(0)),
    ("first cell must be a title", replace("# 99 Sound", "# Sound")),
    ("the time it takes", replace("40 minutes", "a while")),
    ("what the reader needs", replace("You need chapter 06.", "")),
    ("be able to do", replace("You will be able to test.", "")),
    ("found 2", replace("ch07.three.check(three)", "pass")),
    ("a quiz", replace("QUIZ", "TEST")),
    ("an explorer", replace("seqlearn.widgets", "seqlearn.plots")),
    ("Your turn", drop(4)), ("Quiz", drop(6)), ("Recap", drop(8)), ("Pitfalls", drop(9)), ("Further reading", drop(10)),
    ("must end", lambda cells: [*cells[:8], cells[9], cells[8], cells[10]]),
])
def test_a_missing_part_of_the_skeleton_is_caught(tmp_path, words, change):
    assert any(words in rule for rule in rules_of(tmp_path, *finish(change(sound()))))


def test_chapter_00_needs_a_title_only(tmp_path):
    assert rules_of(tmp_path, *finish([markdown("# 00 Start here")], name="00_start_here.ipynb")) == []


@pytest.mark.parametrize("words, change", [
    ("must be named python3", lambda nb: nb["metadata"]["kernelspec"].update(name="my-env")),
    ("metadata.widgets", lambda nb: nb["metadata"].update(widgets={})),
    ("language_info.version", lambda nb: nb["metadata"]["language_info"].update(version="3.11.7")),
    ("4.5 or newer", lambda nb: nb.update(nbformat_minor=4)),
    ("an id of its own", lambda nb: nb["cells"][1].update(id="c000")),
    ("execution counts", lambda nb: nb["cells"][2].update(execution_count=7)),
    ("execution counts", lambda nb: nb["cells"][2].update(execution_count=None)),
    ("the limit is 500", lambda nb: nb["cells"][2]["outputs"][0]["data"].update({"image/png": "A" * 500_000})),
])
def test_a_broken_file_is_caught(tmp_path, words, change):
    name, notebook = finish(sound())
    change(notebook)
    found = rules_of(tmp_path, name, notebook)
    assert len(found) == 1 and words in found[0], found


def test_what_is_no_notebook_and_what_has_no_number(tmp_path):
    (tmp_path / "99_x.ipynb").write_text("{", encoding="utf-8")
    assert "not a notebook" in broken_rules(tmp_path / "99_x.ipynb")[0]
    assert "two-digit number" in rules_of(tmp_path, *finish(sound(), name="draft.ipynb"))[0]


def test_the_command_prints_the_rules_and_its_status_says_so(tmp_path, capsys):
    name, notebook = finish(sound())
    assert rules_of(tmp_path, name, notebook) == [] and main([str(tmp_path / name)]) == 0
    notebook["metadata"]["widgets"] = {}
    rules_of(tmp_path, name, notebook)
    assert main([str(tmp_path / name)]) == 1
    assert f"{name}: metadata.widgets must not be stored" in capsys.readouterr().out
