"""Trainings too long for a notebook: scripts in `notebooks/long_runs` that store what they found beside themselves.

    stored = json.loads(long_run("12_seven_jobs.json").read_text(encoding="utf-8"))     # in a notebook

    def main() -> None:                        # in a script
        options(__doc__)
        store(__file__, SETTINGS, run(SETTINGS))

`course.py rerun` makes them again, and then `pieces`, `store` and what else a script takes from here ask that command:
seqlearn/course/rerun.py.
"""

import argparse
import functools
import io
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from seqlearn.course.chapters import notebooks_folder
from seqlearn.course.environment import is_live
from seqlearn.paths import part_beside

again: Any = None  # while `course.py rerun` runs a script: seqlearn.course.replay.Replay


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

    In a notebook nothing does: the words in sys.argv are then those that started the kernel, and are left alone.

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
    chosen = parser.parse_args([] if is_live() else None)
    if chosen.threads < 1:
        parser.error(f"--threads must be 1 or more, got {chosen.threads}")
    import torch  # here, so that reading a stored result needs none

    torch.set_num_threads(chosen.threads)
    return chosen


def pieces(function: Callable, calls: Iterable[Iterable], *, progress: bool = True) -> list:
    """[function(*call) for call in calls], for calls of which none needs what another one found.

    A script runs them one after the other, with a bar; `course.py rerun` runs them at the same time, in other
    processes, and keeps each result. So function stands at the script's top level, reads its data itself and seeds
    itself, and all that it needs stands in the call, as JSON can hold it. So does what it returns, in which NumPy
    arrays and PyTorch tensors may be, such as a model's state_dict(). What JSON changes is changed either way: tuples
    become lists, keys become texts. Raises TypeError for what JSON cannot hold.
    """
    if function.__globals__.get(function.__name__) is not function:
        raise TypeError(f"pieces needs a function that stands at the top level of a script, not {function!r}")
    calls = [json.loads(json.dumps(list(call))) for call in calls]
    if again is not None:
        return again.pieces(function, calls)
    from tqdm.auto import tqdm  # here, so that a notebook that reads a stored result does without

    return [unpack(*pack(function(*call))) for call in tqdm(calls, unit="run", disable=not progress)]


def once(function: Callable) -> Callable:
    """Decorates what reads or prepares data for several pieces: a process keeps what the last arguments gave.

    The arguments are what JSON can hold. Nobody may change what it returns.
    """
    kept = functools.lru_cache(maxsize=1)(lambda text: function(*json.loads(text)))
    return functools.wraps(function)(lambda *arguments: kept(json.dumps(arguments)))


def pack(result: Any) -> tuple[str, dict[str, np.ndarray]]:
    """A result as JSON, and the arrays and tensors in it, by the names that stand in their place."""
    arrays: dict[str, np.ndarray] = {}

    def aside(value: Any) -> dict:
        is_tensor = hasattr(value, "detach")
        if not is_tensor and not isinstance(value, np.ndarray):
            raise TypeError(f"a result holds {value!r}, which is of {type(value)}: JSON knows no such thing")
        name = str(len(arrays))
        arrays[name] = np.ascontiguousarray(value.detach().cpu().numpy() if is_tensor else value)
        return {"tensor" if is_tensor else "array": name, "of a piece": True}

    return json.dumps(result, default=aside, ensure_ascii=False), arrays


def unpack(text: str, arrays: dict[str, np.ndarray]) -> Any:
    """What `pack` was given."""
    def back(entry: dict) -> Any:
        if "of a piece" not in entry:
            return entry
        if "array" in entry:
            return arrays[entry["array"]]
        import torch

        return torch.from_numpy(arrays[entry["tensor"]].copy())

    return json.loads(text, object_hook=back)


def place(path: Path) -> Path:
    """Where a script writes this file of the course: there; `course.py rerun` has it written elsewhere, to compare."""
    return path if again is None else again.place(path)


def own_folder(folder: Path) -> Path:
    """Where a script keeps checkpoints: there; under `course.py rerun` a folder where none of an older run lie."""
    return folder if again is None else again.own_folder


def processor_seconds() -> float:
    """Like time.process_time(), with what `pieces` took in other processes."""
    return time.process_time() + (0 if again is None else again.seconds)


def store(script: str, settings: dict, results: Any) -> Path:
    """Write settings, results and versions beside the script, as JSON; the file is there whole or not at all."""
    versions = {name: metadata.version(name).partition("+")[0] for name in ("numpy", "torch")}
    content = {"settings": settings, "results": results, "versions": {"python": platform.python_version(), **versions}}
    path = place(Path(script).resolve().with_suffix(".json"))
    part = part_beside(path)
    try:
        part.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n", "utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return path
