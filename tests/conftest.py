"""Settings for the tests of the package."""

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("agg")  # no windows on a desktop
# The same cases on every machine and no limit of time per case: a slow laptop must not fail.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """A progress file of the test's own, never the learner's."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("SEQLEARN_PROGRESS", str(path))
    monkeypatch.setattr("seqlearn.course.progress._notes", [])
    return path
