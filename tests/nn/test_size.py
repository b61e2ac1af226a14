"""A student reads all of `seqlearn.nn` in an afternoon, and needs NumPy alone for it."""

import ast
import sys
from pathlib import Path

import seqlearn.nn

FILES = sorted(Path(seqlearn.nn.__file__).parent.glob("*.py"))


def test_it_stays_short():
    assert sum(len(path.read_text("utf-8").splitlines()) for path in FILES) < 1900


def test_it_imports_nothing_but_numpy():
    found = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module if node.module.startswith("seqlearn") else node.module.partition(".")[0])
    assert {name for name in found if not name.startswith("seqlearn.nn")} <= {"numpy"} | sys.stdlib_module_names
