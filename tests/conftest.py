"""Settings for the tests of the package, and the option `--chapter 05`, with which `course.py test 05` runs."""

from pathlib import Path

import matplotlib
import pytest
from hypothesis import settings

from seqlearn.course.chapters import CHAPTERS, chapter

matplotlib.use("agg")  # no windows on a desktop
# The same cases on every machine and no limit of time per case: a slow laptop must not fail.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")

ROOT = Path(__file__).resolve().parents[1]
# Files whose tests have every chapter, notebook, exercise or explorer for a parameter; others are left unread, for
# importing all tests takes longer than most chapters' own.
OF_EVERY_CHAPTER = {
    "tests/browser/test_explorers.py",
    "tests/browser/test_live.py",
    "tests/classroom/test_guide.py",
    "tests/course/test_chapters.py",
    "tests/course/test_glossary.py",
    "tests/exercises/test_catalog.py",
    "tests/notebooks/test_chapter_data.py",
    "tests/notebooks/test_explorers_ask.py",
    "tests/notebooks/test_kernel_memory.py",
    "tests/notebooks/test_long_runs.py",
    "tests/notebooks/test_notebook_rules.py",
    "tests/widgets/test_captions.py",
    "tests/widgets/test_live.py",
}


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """A progress file of the test's own, never the learner's."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(path))
    monkeypatch.setattr("seqlearn.course.progress._notes", [])
    return path


def pytest_addoption(parser):
    parser.addoption("--chapter", action="append", default=[], metavar="NN", choices=[c.number for c in CHAPTERS],
                     help="only the tests of this chapter; may be given several times")


def pytest_ignore_collect(collection_path, config):
    """Leave the files of other chapters unread."""
    if config.option.chapter and collection_path.is_file():
        name = collection_path.relative_to(ROOT).as_posix()
        if name not in OF_EVERY_CHAPTER and not any(name in chapter(number).files for number in config.option.chapter):
            return True


def pytest_collection_modifyitems(config, items):
    """Keep the chapter's own files, and elsewhere the tests whose parameter is of the chapter."""
    if config.option.chapter:
        kept = [item for item in items if any(belongs(item, number) for number in config.option.chapter)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def belongs(item, number: str) -> bool:
    """Whether a test is of the chapter with that number."""
    name = item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else ""
    if name in chapter(number).files:
        return True
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return any(chapter_of(argument, value) == number for argument, value in parameters.items())


def chapter_of(argument: str, value) -> str | None:
    """The number of the chapter that a parameter speaks of: a Chapter, an exercise, an explorer, a file's name."""
    if argument in ("chapter", "number") and isinstance(value, str):
        return value
    if isinstance(value, Path) or argument == "script":
        name = Path(value).name
        return name[:2] if name[:2].isdigit() and name[2:3] in ("_", ".") else None
    return getattr(value, "number", None) or getattr(value, "chapter", None)
