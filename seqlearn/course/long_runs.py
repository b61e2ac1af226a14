"""Trainings too long for a notebook: scripts in `notebooks/long_runs` that store what they found beside themselves.

    stored = json.loads(long_run("12_seven_jobs.json").read_text(encoding="utf-8"))     # in a notebook

    def main() -> None:                        # in a script
        options(__doc__)
        store(__file__, SETTINGS, run(SETTINGS))
"""

import argparse
import io
import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from seqlearn.course.chapters import notebooks_folder
from seqlearn.paths import part_beside


def long_run(name: str) -> Path:
    """A script, or a result of one, by its name; the same from whatever folder a notebook is opened in.

    Raises FileNotFoundError when the course has no such file.
    """
    path = notebooks_folder() / "long_runs" / name
    if not path.is_file():
        raise FileNotFoundError(f"the course has no notebooks/long_runs/{name}; looked for {path}")
    return path


def options(document: str, **more: dict) -> argparse.Namespace:
    """What stands behind a script's name in the terminal. --help prints its docstring, and what is unknown ends it.

    more: further options by name, as `add_argument` takes them: `seed={"type": int, "help": "run this one alone"}`.
    PyTorch then uses --threads processors: one, as the products are small, and the results stay the same.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no → shows a question mark
    parser = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="processors; more than 1 may change the last digits")
    for name, settings in more.items():
        parser.add_argument(f"--{name}", **settings)
    chosen = parser.parse_args()
    if chosen.threads < 1:
        parser.error(f"--threads must be 1 or more, got {chosen.threads}")
    import torch  # here, so that reading a stored result needs none

    torch.set_num_threads(chosen.threads)
    return chosen


def store(script: str, settings: dict, results: Any) -> Path:
    """Write settings, results and versions beside the script, as JSON; the file is there whole or not at all."""
    versions = {name: metadata.version(name).partition("+")[0] for name in ("numpy", "torch")}
    content = {"settings": settings, "results": results, "versions": {"python": platform.python_version(), **versions}}
    path = Path(script).resolve().with_suffix(".json")
    part = part_beside(path)
    try:
        part.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n", "utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return path
