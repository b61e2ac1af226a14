"""Trainings too long for a notebook: scripts in `notebooks/long_runs` that store what they found beside themselves.

    stored = json.loads(long_run("12_seven_jobs.json").read_text(encoding="utf-8"))
"""

from pathlib import Path

from seqlearn.course.chapters import notebooks_folder


def long_run(name: str) -> Path:
    """A script, or a result of one, by its name; the same from whatever folder a notebook is opened in.

    Raises FileNotFoundError when the course has no such file.
    """
    path = notebooks_folder() / "long_runs" / name
    if not path.is_file():
        raise FileNotFoundError(f"the course has no notebooks/long_runs/{name}; looked for {path}")
    return path
