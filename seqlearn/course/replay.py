"""What a worker of `course.py rerun` does: run a script of long runs as far as it comes, or make one of its pieces.

A task gets names and JSON, and answers with JSON and bytes; it reads the script, and writes nothing that stays.
"""

import contextlib
import functools
import hashlib
import io
import json
import re
import runpy
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from seqlearn.course import long_runs

PACKAGE = Path(__file__).resolve().parents[1]
NUMBERS_COME_FROM = ("nn", "data", "training", "decoding", "models")  # rooms of the package


class NotYet(Exception):
    """A script asks for pieces that nobody has made: the name of its file, the function's name, the calls."""


@dataclass
class Replay:
    """What stands in `long_runs.again` while a script runs: it hands out what is known and keeps what is written."""

    script: Path
    known: dict[str, dict]  # by key, as `run_piece` returns them
    written: Path  # a folder
    own_folder: Path
    seconds: float = 0.0

    def pieces(self, function: Callable, calls: list) -> list:
        script = Path(function.__globals__["__file__"]).name  # that of the function; one script may run another
        keys = [key_of(script, function.__name__, call) for call in calls]
        if not set(keys) <= self.known.keys():
            raise NotYet(script, function.__name__, calls)
        self.seconds += sum(self.known[key]["seconds"] for key in dict.fromkeys(keys))
        return [long_runs.unpack(self.known[key]["result"], from_bytes(self.known[key]["arrays"])) for key in keys]

    def place(self, path: Path) -> Path:
        """The path in the folder of this run that stands for a file of the course."""
        path = Path(path).resolve()
        root = next(root for root in (self.script.parents[2], PACKAGE.parent) if path.is_relative_to(root))
        aside = self.written / path.relative_to(root)
        aside.parent.mkdir(parents=True, exist_ok=True)
        return aside


def key_of(script: str, name: str, call: list) -> str:
    return hashlib.sha256(json.dumps([script, name, call], sort_keys=True).encode()).hexdigest()[:24]


def to_bytes(arrays: dict) -> bytes:
    from safetensors.numpy import save

    return save(arrays) if arrays else b""


def from_bytes(content: bytes) -> dict:
    from safetensors.numpy import load

    return load(content) if content else {}


def run_script(script: str, mark: str, known: dict[str, dict], own_folder: str) -> dict:
    """{"pending": what NotYet holds}, or {"files": place in the course → content, "seconds": …}."""
    with tempfile.TemporaryDirectory() as written:
        long_runs.again = replay = Replay(Path(script), known, Path(written), Path(own_folder))
        arguments, started = sys.argv, time.process_time()
        sys.argv = [script]
        try:
            runpy.run_path(script, run_name="__main__")
        except NotYet as asked:
            return {"pending": asked.args}
        finally:
            sys.argv, long_runs.again = arguments, None
        files = {path.relative_to(written).as_posix(): path.read_bytes()
                 for path in sorted(Path(written).rglob("*")) if path.is_file()}
        return {"files": files, "seconds": time.process_time() - started + replay.seconds}


def run_piece(script: str, mark: str, key: str, name: str, call: list) -> dict:
    started = time.process_time()
    result, arrays = long_runs.pack(_names(script, mark)[name](*call))
    return {"key": key, "result": result, "arrays": to_bytes(arrays), "seconds": time.process_time() - started}


@functools.lru_cache(maxsize=2)
def _names(script: str, mark: str) -> dict[str, Any]:
    """What stands in a script, read once: what it caches is there for a worker's next piece."""
    return runpy.run_path(script)


def answer(task: Callable, script: str, mark: str, *more: Any) -> dict:
    """What a task returns, and in "said" what it printed; {"failed": why, "traceback": …} when it raised."""
    said = io.StringIO()
    try:
        import torch

        torch.set_num_threads(1)
        here = mark_of(Path(script))
        if here != mark:
            raise RuntimeError("this worker's copy of the course, its NumPy or its PyTorch is another one")
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            found = task(script, mark, *more)
    except (Exception, SystemExit) as error:
        found = {"failed": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
    return {**found, "said": said.getvalue()}


def answer_in_a_worker(*task: Any) -> dict:
    """The same in a process that Ctrl-C does not stop: the command itself is asked, and ends its workers."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    loky = sys.modules.get("joblib.externals.loky.process_executor")
    if hasattr(loky, "_MAX_MEMORY_LEAK_SIZE"):  # a worker that has grown so much ends; here it has read data, to keep
        loky._MAX_MEMORY_LEAK_SIZE = 8 * 1000**3
    return answer(*task)


def mark_of(script: Path) -> str:
    """Changes with all that a script's numbers come from: its text, the scripts it names, the package, the versions."""
    texts, todo = {}, [script]
    while todo:
        path = todo.pop()
        if path.name not in texts and path.is_file():
            texts[path.name] = path.read_text("utf-8")
            todo += [script.with_name(name) for name in re.findall(r"\b\d\d_\w+\.py\b", texts[path.name])]
    return hashlib.sha256(json.dumps([sorted(texts.items()), _of_the_package()]).encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def _of_the_package() -> str:
    """Kept, for a process goes on with the package as it has imported it."""
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for room in NUMBERS_COME_FROM
             for path in (PACKAGE / room).rglob("*") if path.suffix in (".py", ".txt")}
    versions = [metadata.version(name).partition("+")[0] for name in ("numpy", "torch")]
    return hashlib.sha256(json.dumps([sorted(texts.items()), versions]).encode()).hexdigest()
