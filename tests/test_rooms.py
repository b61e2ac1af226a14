"""The house: which room may import which, and no circle among the files, imports for type checkers counted."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "seqlearn"
# A room may import the rooms named here, and nothing else of the package. `seqlearn` alone is its version and place.
MAY_IMPORT = {
    "nn": set(),
    "paths": set(),
    "course": {"paths"},
    "plots": {"course", "decoding", "nn"},
    "data": {"course", "nn", "paths"},
    "training": {"nn", "data", "paths"},
    "decoding": {"nn", "data"},
    "interop": {"nn", "data"},
    "models": {"nn", "data", "training", "decoding"},
    "widgets": {"course", "data", "decoding", "models", "nn", "plots", "training"},
    "grading": {"course", "nn"},
    "exercises": {"course", "data", "grading", "nn", "plots"},
}
FILES = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}


def imports(name: str) -> set[str]:
    """The files of the package that a file imports, wherever in it: at the top, in a function, for type checkers."""
    package = name if name.endswith("__init__") else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.removesuffix(".__init__").split(".")
                base = ".".join([*above[: len(above) - node.level + 1], *([base] if base else [])])
            wanted = []
            for alias in node.names:  # `from seqlearn import nn` names a room, `from seqlearn.nn import LSTM` its door
                whole = f"{base}.{alias.name}"
                wanted.append(whole if whole in FILES or f"{whole}.__init__" in FILES else base)
        else:
            continue
        found |= {w if w in FILES else f"{w}.__init__" for w in wanted if w in FILES or f"{w}.__init__" in FILES}
    return found - {name}


def room(name: str) -> str:
    return name.split(".")[1]


@pytest.mark.parametrize("name", sorted(name for name in FILES if name != "seqlearn.__init__"))
def test_a_file_imports_only_rooms_that_its_own_may_know(name):
    assert room(name) in MAY_IMPORT, f"say in {Path(__file__).name} what the room {room(name)} may import"
    rooms = {room(other) for other in imports(name) if other != "seqlearn.__init__"} - {room(name)}
    assert rooms <= MAY_IMPORT[room(name)]


def test_no_circle_among_files():
    graph = {name: imports(name) - {"seqlearn.__init__"} for name in FILES}
    list(TopologicalSorter(graph).static_order())


def test_no_circle_among_rooms():
    list(TopologicalSorter(MAY_IMPORT).static_order())


def test_a_circle_would_be_found():
    assert "seqlearn.grading.types" in imports("seqlearn.grading.grade")
    assert "seqlearn.nn.losses" in imports("seqlearn.decoding.sampling")
    assert "seqlearn.plots.picture" in imports("seqlearn.widgets.explorer")  # a relative import
