"""The environment check says "ready" here, and what to do where something is broken."""

import subprocess
import sys

import pytest

from seqlearn.course import environment


def test_this_machine_is_ready():
    assert environment.problems() == []
    assert environment.verdict() == "ready"


def test_it_runs_as_a_program_and_ends_with_the_verdict():
    command = [sys.executable, "-m", "seqlearn.course.environment"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "ready" and done.stderr == ""


def test_facts_name_versions_threads_and_device():
    facts = environment.facts()
    assert {"Python", "numpy", "torch", "matplotlib", "ipywidgets", "processor", "threads", "device"} <= set(facts)
    assert sys.prefix not in environment.table()


@pytest.mark.parametrize("own", [True, False], ids=["in .venv", "in another environment"])
@pytest.mark.parametrize("name", ["ipywidgets", "ipywidgets.widgets"])
def test_a_missing_package_is_named_with_a_remedy_that_works(monkeypatch, name, own):
    def fails():
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    monkeypatch.setattr(environment, "TRIALS", {"ipywidgets": fails})
    monkeypatch.setattr(environment, "_in_own_venv", lambda: own)
    # course.py sees at its start that a package is gone, but not that one of its files is.
    in_venv = environment.THOROUGH if "." in name else environment.REPAIR
    # Nor does pip: a damaged package counts as installed.
    elsewhere = environment.ELSEWHERE_THOROUGH if "." in name else environment.ELSEWHERE
    assert environment.verdict() == f"{name} is not installed. {in_venv if own else elsewhere}"
    assert "`pip install --force-reinstall -r requirements.txt`" in environment.ELSEWHERE_THOROUGH
    launcher = (environment.ROOT / "course.py").read_text(encoding="utf-8")
    assert 'STAMP = VENV / "seqlearn-ready.json"' in launcher and ".venv/seqlearn-ready.json" in environment.THOROUGH


def test_the_pins_are_those_of_the_lock():
    pins = environment.pins()
    assert {"numpy", "torch", "matplotlib", "ipywidgets", "jupyterlab", "traitlets"} <= set(pins)
    assert all(version[0].isdigit() and ";" not in version and "#" not in version for version in pins.values())


@pytest.mark.parametrize("name", list(environment.TRIALS))
def test_a_package_that_does_not_work_is_named(monkeypatch, name):
    def fails():
        raise OSError("WinError 126\nand more")

    monkeypatch.setitem(environment.TRIALS, name, fails)
    (sentence,) = environment.problems()
    assert sentence.startswith(f"{name} does not work here: WinError 126. ")
    assert len(sentence.split(". ")) >= 2


def test_an_old_python_is_refused(monkeypatch):
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (99, 0))
    assert "too old" in environment.verdict() and environment.main() == 1


def test_another_version_than_the_pinned_one_is_mentioned_and_harmless(monkeypatch):
    monkeypatch.setattr(environment, "pins", lambda: {"numpy": "1.0.0"})
    assert "tested with 1.0.0" in environment.facts()["numpy"]
    assert environment.verdict() == "ready"


def test_a_folder_that_cannot_be_written_is_said(monkeypatch, tmp_path):
    def refuses(*arguments, **options):
        raise PermissionError("no permission")

    monkeypatch.setenv("SEQLEARN_PROGRESS", str(tmp_path / "not" / "made" / "yet.json"))
    assert environment.verdict() == "ready" and not (tmp_path / "not").exists()
    monkeypatch.setattr(environment.tempfile, "TemporaryFile", refuses)
    assert environment.verdict().startswith("the folder for your progress does not work here: no permission.")
    monkeypatch.setenv("SEQLEARN_PROGRESS", "off")
    assert environment.verdict() == "ready"
