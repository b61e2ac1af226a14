"""requirements.txt, environment.yml, pyproject.toml and the tool settings name the same versions."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import seqlearn

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirement_lines(text: str) -> list[str]:
    """The lines of a requirements file without comments and options, `-e .` kept."""
    lines = (re.sub(r"\s*#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("--")]


def conda_pip_lines(text: str) -> list[str]:
    """The entries below `- pip:` in environment.yml (read as text: no YAML reader is pinned)."""
    _, _, below = text.partition("- pip:\n")
    return requirement_lines(re.sub(r"^\s*- ", "", below, flags=re.MULTILINE))


REQUIREMENTS = requirement_lines((ROOT / "requirements.txt").read_text(encoding="utf-8"))
PINS = {Requirement(line).name: line.split("==")[1] for line in REQUIREMENTS if line != "-e ."}


def test_every_requirement_is_pinned_exactly():
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line) for line in REQUIREMENTS if line != "-e .")
    assert "-e ." in REQUIREMENTS


def test_conda_installs_the_same_versions():
    assert conda_pip_lines((ROOT / "environment.yml").read_text(encoding="utf-8")) == REQUIREMENTS


def test_conda_python_is_one_the_package_allows():
    version = re.search(r"- python=(\d+\.\d+)", (ROOT / "environment.yml").read_text(encoding="utf-8"))[1]
    assert Requirement("python" + PROJECT["requires-python"]).specifier.contains(version)


@pytest.mark.parametrize("line", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["torch"])
def test_the_package_needs_nothing_that_is_not_pinned(line):
    need = Requirement(line)
    assert need.specifier.contains(PINS[need.name]), f"{need} does not allow the pinned {PINS[need.name]}"


def test_developer_tools_are_pinned_exactly():
    assert all("==" in line for line in PROJECT["optional-dependencies"]["dev"])


def test_pre_commit_runs_the_pinned_ruff():
    ruff = next(line for line in PROJECT["optional-dependencies"]["dev"] if line.startswith("ruff=="))
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert f'additional_dependencies: ["{ruff}"]' in hooks


def test_the_version_is_written_the_same_everywhere():
    citation = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert seqlearn.__version__ == PROJECT["version"] == citation


def test_workflow_covers_three_systems_and_three_pythons():
    text = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    assert re.search(r"system: \[ubuntu-latest, macos-latest, windows-latest\]", text)
    assert re.search(r'python: \["3.11", "3.12", "3.13"\]', text)


def imported_names(path: Path) -> set[str]:
    """The top-level names a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_imports_of_the_package_are_declared():
    """What seqlearn imports is among its dependencies, so that `pip install .` is enough."""
    declared = {Requirement(line).name.lower() for line in PROJECT["dependencies"]}
    declared |= {"torch", "seqlearn", "ipython", "traitlets", "matplotlib-inline"}  # ipywidgets brings the last three
    installed = metadata.packages_distributions()
    for path in (ROOT / "seqlearn").rglob("*.py"):
        for name in imported_names(path) - sys.stdlib_module_names:
            owners = {owner.lower() for owner in installed.get(name, [name])}
            assert owners & declared, f"{path.relative_to(ROOT)} imports {name}, which pyproject.toml does not name"
