"""The lock is complete, and requirements.in, environment.yml, pyproject.toml and the tools name what it holds."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import seqlearn

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lines_of(name: str) -> list[str]:
    """The lines of a requirements file without comments."""
    lines = (re.sub(r"(^|\s+)#.*", "", line).strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def requirements(name: str) -> list[Requirement]:
    """The packages that a requirements file names."""
    return [Requirement(line) for line in lines_of(name) if not line.startswith("-")]


DIRECT = requirements("requirements.in")
LOCK = requirements("requirements.txt")
CUDA = requirements("requirements-cuda.txt")
PINS = {pin.name: str(pin.specifier).removeprefix("==") for pin in DIRECT}
# What the markers of packages ask about, for each machine that the course promises to run on.
SYSTEMS = {"linux": ("posix", "Linux", "x86_64"), "darwin": ("posix", "Darwin", "arm64"),
           "win32": ("nt", "Windows", "AMD64")}
MACHINES = [
    {"sys_platform": system, "os_name": SYSTEMS[system][0], "platform_system": SYSTEMS[system][1],
     "platform_machine": SYSTEMS[system][2], "python_version": python, "python_full_version": python + ".6",
     "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    for system in SYSTEMS for python in ("3.11", "3.12", "3.13", "3.14")
]


BESIDES = ("book/requirements", "requirements-rerun")  # .in and .txt: what one command needs besides the course


def applies(requirement: Requirement, machine: dict[str, str], extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate(machine | {"extra": extra})


def test_every_requirement_is_pinned_exactly():
    assert all(re.fullmatch(r"==[0-9][0-9a-z.]*", str(pin.specifier)) for pin in DIRECT + LOCK + CUDA)
    assert "-e ." in lines_of("requirements.in") and "-e ." in lines_of("requirements.txt")


def test_no_index_and_no_host_is_written_into_the_lock():
    """pip's own settings say where packages come from."""
    for name in ("requirements.in", "requirements.txt", "requirements-cuda.txt", *(name + ".txt" for name in BESIDES)):
        assert "//" not in (ROOT / name).read_text(encoding="utf-8")
        assert {line for line in lines_of(name) if line.startswith("-")} <= {"-e .", "-c requirements-cuda.txt"}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["sys_platform"] + machine["python_version"])
def test_the_lock_is_complete_and_fits_together(machine):
    """From the pins of requirements.in along what every installed package says it needs, as pip goes.

    A package that is not installed here (Windows' own, for example) is in the lock, and its own needs are not followed.
    """
    locked = {}
    for pin in LOCK:
        if applies(pin, machine):
            name = canonicalize_name(pin.name)
            assert name not in locked, f"{pin.name} has two versions there"
            locked[name] = str(pin.specifier).removeprefix("==")
    todo = [(pin, "requirements.in") for pin in DIRECT]
    todo += [(Requirement(line), "pyproject.toml") for line in PROJECT["dependencies"]]
    seen = set()
    while todo:
        need, asker = todo.pop()
        name = canonicalize_name(need.name)
        assert name in locked, f"{asker} needs {need.name}, which requirements.txt does not hold: run .ci/lock"
        found = locked[name]
        assert need.specifier.contains(found, prereleases=True), f"{asker} needs {need}, the lock holds {found}"
        for extra in ["", *need.extras]:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                needs = [Requirement(line) for line in metadata.requires(name) or []]
            except metadata.PackageNotFoundError:
                continue
            todo += [(each, name) for each in needs if applies(each, machine, extra) and not is_cuda(each)]
    assert {name for name, _ in seen} == set(locked), "the lock holds what nothing asks for: run .ci/lock"


@pytest.mark.parametrize("file", BESIDES)
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["sys_platform"] + machine["python_version"])
def test_what_a_command_needs_besides_is_pinned_and_fits_to_the_course(machine, file):
    besides = requirements(file + ".txt")
    locked, more = ({canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins
                     if applies(pin, machine)} for pins in (LOCK, besides))
    assert not locked.keys() & more.keys(), "pinned in two places: run .ci/lock"
    assert all(re.fullmatch(r"==[0-9][0-9a-z.]*", str(pin.specifier)) for pin in besides)
    for direct in requirements(file + ".in"):
        assert direct.specifier.contains(more[canonicalize_name(direct.name)], prereleases=True)
    for name in more:
        try:
            needs = [Requirement(line) for line in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:  # where the command has not been used
            continue
        for need in needs:
            if applies(need, machine):
                found = (locked | more).get(canonicalize_name(need.name))
                assert found and need.specifier.contains(found, prereleases=True), f"{name} needs {need}: run .ci/lock"


def is_cuda(requirement: Requirement) -> bool:
    """Whether only PyTorch's CUDA build asks for it."""
    return requirement.name.startswith(("nvidia-", "cuda-", "triton"))


def test_nobody_downloads_cuda_unless_pytorch_asks_for_it():
    assert len(CUDA) > 10 and all(map(is_cuda, CUDA)) and not any(map(is_cuda, LOCK))
    assert "-c requirements-cuda.txt" in lines_of("requirements.txt")


def test_the_head_of_the_lock_names_the_command_that_makes_it():
    command = re.search(r"command=\((.+)\)", (ROOT / ".ci/lock").read_text(encoding="utf-8"))[1]
    assert "uv pip compile --universal" in command
    assert f"#     {command}\n" in (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_conda_installs_the_same_lock():
    _, _, below = (ROOT / "environment.yml").read_text(encoding="utf-8").partition("- pip:\n")
    entries = [line.strip() for line in below.splitlines() if not line.strip().startswith("#")]
    assert entries == ["- --extra-index-url https://download.pytorch.org/whl/cpu", "- -r requirements.txt"]


def test_the_package_is_built_with_the_pinned_setuptools():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    assert build == [f"setuptools=={PINS['setuptools']}"]


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
    changes = re.search(r"^## ([\d.]*\d)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert seqlearn.__version__ == PROJECT["version"] == citation == changes


def test_workflow_covers_three_systems_and_four_pythons():
    text = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    assert re.search(r"system: \[ubuntu-latest, macos-latest, windows-latest\]", text)
    assert re.search(r'python: \["3.11", "3.12", "3.13", "3.14"\]', text)


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
    declared |= {Requirement(line).name.lower() for line in PROJECT["optional-dependencies"]["rerun"]}
    declared |= {"torch", "seqlearn", "ipython", "traitlets", "matplotlib-inline"}  # ipywidgets brings the last three
    installed = metadata.packages_distributions()
    for path in (ROOT / "seqlearn").rglob("*.py"):
        for name in imported_names(path) - sys.stdlib_module_names:
            owners = {owner.lower() for owner in installed.get(name, [name])}
            assert owners & declared, f"{path.relative_to(ROOT)} imports {name}, which pyproject.toml does not name"
