"""A progress file of the test's own."""

import sys

import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Never the learner's own progress."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(path))
    # Not by a dotted name: seqlearn.exercises.progress is the function, which hides its module.
    monkeypatch.setattr(sys.modules["seqlearn.exercises.progress"], "_notes", [])
    return path
