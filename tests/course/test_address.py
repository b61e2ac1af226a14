"""Where the course is published, and the package that a notebook brings itself on Colab."""

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from seqlearn.course import address
from seqlearn.course.environment import ROOT

READS = """
import json
from pathlib import Path
import seqlearn
from seqlearn.course.chapters import notebooks_folder, stored
from seqlearn.course.long_runs import long_run
from seqlearn.data import course_text
from seqlearn.widgets import catalog
from seqlearn.widgets.translation import NumberTranslator

found = {file.name for file in (notebooks_folder() / "long_runs").iterdir() if file.is_file()}
assert all(long_run(name).is_file() for name in found)
NumberTranslator()
print(json.dumps([seqlearn.__file__, str(notebooks_folder()), len(stored()), sorted(found), len(course_text())]))
"""


class Shell:
    """What a notebook has as get_ipython(): on Colab its class says so."""

    def __init__(self, module: str) -> None:
        self.module, self.lines = module, []

    def __str__(self) -> str:
        return f"<{self.module}.Shell object>"

    def run_line_magic(self, name: str, line: str) -> None:
        self.lines.append((name, line))


@pytest.mark.parametrize("module, runs", [("google.colab._shell", True), ("ipykernel.zmqshell", False)])
def test_the_line_brings_the_package_on_colab_alone(module, runs):
    shell = Shell(module)
    line = address.colab_line(address.package("someone/course"))
    assert "\n" not in line
    exec(compile(ast.parse(line), "cell", "exec"), {"get_ipython": lambda: shell})
    wanted = ("pip", "install -q seqlearn[torch]@https://github.com/someone/course/archive/main.zip")
    assert shell.lines == ([wanted] if runs else [])


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Where Python finds its modules in a folder in which pip has put the course's wheel, and nothing else."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-text"):
        shutil.copy(ROOT / name, source)
    for name in ("seqlearn", "notebooks", "lab"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    def pip(command: str, *arguments: str | Path) -> None:
        subprocess.run([sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", "--no-index",
                        "--no-deps", *arguments], check=True)

    pip("wheel", "--no-build-isolation", "-w", target, source)
    # --ignore-installed: without it pip removes the course that runs this test.
    pip("install", "--ignore-installed", "--prefix", target, *target.glob("*.whl"))
    return Path(sysconfig.get_path("purelib", vars={"base": str(target)}))


def test_what_chapters_read_comes_with_the_wheel(installed, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(installed)}
    run = subprocess.run([sys.executable, "-c", READS], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    package, folder, chapters, runs, characters = json.loads(run.stdout)
    assert Path(package).is_relative_to(installed) and not Path(folder).is_relative_to(ROOT)
    notebooks = ROOT / "notebooks"
    assert chapters == len(list(notebooks.glob("[0-9]*.ipynb"))) and characters > 100_000
    assert runs == sorted(path.name for path in (notebooks / "long_runs").iterdir() if path.is_file())


@pytest.mark.parametrize("given", ["course", "https://github.com/someone/course", "a/b/c"])
def test_a_repository_is_owner_and_name(given):
    with pytest.raises(ValueError, match="owner/name"):
        address.repository(given)


def test_a_hub_needs_https():
    with pytest.raises(ValueError, match="https://"):
        address.hub("hub.example.org")
