"""Make the stored results of long runs again and compare them: what `course.py rerun 08 --jobs 4` runs.

A worker runs a script from its top until it asks for `pieces` whose results are not there yet, and stops. Workers make
those, each for itself. Then the script runs again from its top, is given the results, and comes further; and so on to
its end, with the files that it writes kept aside. A script without pieces reaches its end at once. So nothing but
scripts, names and JSON goes from process to process, on a Dask cluster as here, and every piece that is done is kept:
a command that was stopped goes on where it was. What a worker does is in seqlearn/course/replay.py.
"""

import argparse
import ast
import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqlearn.course.chapters import notebooks_folder
from seqlearn.course.replay import answer, answer_in_a_worker, key_of, mark_of, run_piece, run_script
from seqlearn.course.stored_against_new import Verdict, compare_files, table
from seqlearn.paths import part_beside


class Stopped(BaseException):
    """Ctrl-C, or a request to end. No KeyboardInterrupt: `train` answers that one with the epochs that it has."""


def constant(script: Path, name: str, default: Any) -> Any:
    """What a script's top level gives this name; the script is read, not run."""
    for node in ast.parse(script.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    return default


class Bar:
    """Minutes of a processor: those that the scripts state, of which so many are done; and the time left by that."""

    def __init__(self, minutes: float) -> None:
        from tqdm import tqdm

        self.lock, quiet = threading.Lock(), 0.2 if sys.stderr.isatty() else 60
        self.bar = tqdm(total=minutes + 1e-6, mininterval=quiet, maxinterval=max(10, quiet), smoothing=0, bar_format=(
            "{percentage:3.0f} %|{bar:24}| {n:.1f} of {total:.1f} minutes of a processor; {remaining} left{postfix}"))

    def add(self, minutes: float, what: str, *, earlier: bool = False) -> None:
        with self.lock:
            if earlier:  # before this command: it says nothing about the speed of this one
                self.bar.initial += minutes
            self.bar.set_postfix_str(what, refresh=False)
            self.bar.update(minutes)

    def close(self) -> None:
        self.bar.close()


@dataclass
class Run:
    """One script: what of it is done, in a folder, and what became of it."""

    script: Path
    folder: Path
    mark: str = field(init=False)
    failed: str = ""
    counted: float = 0.0  # minutes, as the bar has them

    def __post_init__(self) -> None:
        self.script = self.script.resolve()
        self.mark = mark_of(self.script)
        self.minutes = float(constant(self.script, "MINUTES", 10))
        self.folder = self.folder / self.script.stem / self.mark
        self.new = self.folder / "new"

    @property
    def done(self) -> bool:
        return (self.folder / "done").is_file()

    def count(self, bar: Bar, seconds: float, what: str, **more: Any) -> None:
        """Let the bar grow, and never by more than the script states in all."""
        grown = min(seconds / 60, self.minutes - self.counted)
        self.counted += grown
        bar.add(grown, f"{self.script.stem} {what}", **more)

    def make(self, ask: Callable[[list], Iterator[dict]], bar: Bar) -> None:
        """Go on to the end, or to the first failure."""
        if self.done:
            return self.count(bar, 60 * self.minutes, "was there", earlier=True)
        (self.folder / "pieces").mkdir(parents=True, exist_ok=True)
        known = self.read()
        self.count(bar, sum(piece["seconds"] for piece in known.values()), "goes on", earlier=True)
        while not self.failed:
            task = (run_script, str(self.script), self.mark, known, str(self.folder / "own"))
            for found in ask([task]):
                if self.good(found) and "files" in found:
                    for name, content in found["files"].items():
                        write(self.new / name, content)
                    write(self.folder / "done", f"{found['seconds']:.0f} seconds of a processor\n".encode())
                    return self.count(bar, 60 * self.minutes, "is done")
            if not self.failed:
                self.make_pieces(*found["pending"], known, ask, bar)

    def make_pieces(self, script: str, name: str, calls: list, known: dict, ask: Callable, bar: Bar) -> None:
        path = str(self.script.with_name(script))
        mark = mark_of(Path(path))
        missing = {key: call for call in calls if (key := key_of(script, name, call)) not in known}
        tasks = [(run_piece, path, mark, key, name, call) for key, call in missing.items()]
        for number, found in enumerate(ask(tasks), len(calls) - len(missing) + 1):
            if self.good(found):
                known[found["key"]] = {part: found[part] for part in ("result", "arrays", "seconds")}
                self.keep(found)
                self.count(bar, found["seconds"], f"{name} {number}/{len(calls)}")

    def good(self, found: dict) -> bool:
        """Whether a task came to its end; else the reason is noted, and its traceback lies in the folder."""
        if "failed" in found:
            self.failed = self.failed or found["failed"]
            write(self.folder / "failed.txt", (found["said"] + found["traceback"]).encode())
        return "failed" not in found

    def keep(self, found: dict) -> None:
        path = self.folder / "pieces" / f"{found['key']}.json"
        if found["arrays"]:
            write(path.with_suffix(".safetensors"), found["arrays"])
        write(path, json.dumps({"seconds": found["seconds"], "result": found["result"]}).encode())

    def read(self) -> dict[str, dict]:
        found = {}
        for path in (self.folder / "pieces").glob("*.json"):
            arrays = path.with_suffix(".safetensors")
            found[path.stem] = json.loads(path.read_text("utf-8")) | {
                "arrays": arrays.read_bytes() if arrays.is_file() else b""}
        return found

    def files(self) -> list[str]:
        """The results that are stored beside the script, and all that it has written."""
        root = self.script.parents[2]
        beside = [self.script.with_suffix(suffix) for suffix in (".json", ".safetensors")]
        names = {path.relative_to(root).as_posix() for path in beside if path.is_file()}
        return sorted(names | {path.relative_to(self.new).as_posix() for path in self.new.rglob("*.*")})

    def verdicts(self) -> list[Verdict]:
        if self.failed:
            return [Verdict(self.script.name, note=f"stopped: {self.failed} ({self.folder / 'failed.txt'})")]
        tolerance = constant(self.script, "TOLERANCE", {})
        return [compare_files(self.script.parents[2] / name, self.new / name, tolerance) for name in self.files()]


def write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_beside(path)
    part.write_bytes(content)
    os.replace(part, path)


def one_after_the_other(tasks: list) -> Iterator[dict]:
    return (answer(*task) for task in tasks)


def side_by_side(jobs: int, **backend: Any) -> Callable[[list], Iterator[dict]]:
    """What makes tasks in other processes, with joblib, and hands out the answers as they come."""
    from joblib import Parallel, delayed, parallel_config

    def ask(tasks: list) -> Iterator[dict]:
        with parallel_config(**backend):  # it is the thread's own
            parallel = Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
            yield from parallel(delayed(answer_in_a_worker)(*task) for task in tasks)

    return ask


def make(runs: Iterable[Run], jobs: int | None = None, dask: str | None = None) -> None:
    """Make all runs, the longest first; with several processes, all scripts share them.

    jobs: how many processes; None for as many as this machine, or the Dask cluster at that address, has processors.
    """
    runs = sorted(runs, key=lambda run: -run.minutes)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # for the workers, which begin after this
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")  # of joblib, which says so after a Ctrl-C
    bar = Bar(sum(run.minutes for run in runs))
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)
              if signal.getsignal(number) != signal.SIG_IGN}  # what a shell has its background jobs ignore stays so
    try:
        if jobs == 1 and dask is None:
            for run in runs:
                run.make(one_after_the_other, bar)
        else:
            with contextlib.ExitStack() as stack:
                if dask is not None:
                    stack.enter_context(cluster(dask))
                backend = {"backend": "loky"} if dask is None else {"backend": "dask", "wait_for_workers_timeout": 60}
                ask = side_by_side(jobs or -1, **backend)
                # A thread for each script; daemons, for the command does not wait for them when it is stopped.
                threads = [threading.Thread(target=guarded, args=(run, ask, bar), daemon=True) for run in runs]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    while thread.is_alive():
                        thread.join(0.5)
    finally:
        bar.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def guarded(run: Run, ask: Callable, bar: Bar) -> None:
    try:
        run.make(ask, bar)
    except Exception as error:  # a cluster that is gone, a full disk
        run.failed = f"{type(error).__name__}: {error}"
        write(run.folder / "failed.txt", traceback.format_exc().encode())


@contextlib.contextmanager
def cluster(address: str) -> Iterator[None]:
    """A Dask cluster's scheduler, to which joblib's backend then sends the work."""
    from distributed import Client

    with Client(address, timeout="30s", set_as_default=True) as client:
        client.wait_for_workers(1, timeout=60)
        if max(client.nthreads().values()) > 1:  # PyTorch's random numbers are the whole process's
            raise ValueError("a worker of the cluster has several threads, which would share their random numbers; "
                             "start the workers with `dask worker --nthreads 1`, as many as there are processors")
        yield


def _stop(*_: Any) -> None:
    raise Stopped


# ---------------------------------------------------------------- the command line


def chosen(names: list[str], folder: Path) -> list[Path]:
    """The scripts of these chapters, 08, or of these names, 08_adding_problem; all of them where none is named.

    Raises ValueError for a name that no script has.
    """
    scripts = sorted(folder.glob("[0-9][0-9]_*.py"))
    found = []
    for name in names:
        stem = Path(name).stem.zfill(2)
        mine = [script for script in scripts if stem in (script.stem, script.stem[:2])]
        if not mine:
            chapters = ", ".join(sorted({script.stem[:2] for script in scripts}))
            raise ValueError(f"no long run is called {name}; the chapters {chapters} have some, such as "
                             f"{scripts[0].stem}" if scripts else f"no long runs in {folder}")
        found += mine
    return list(dict.fromkeys(found)) if names else scripts


def main(arguments: list[str] | None = None, folder: Path | None = None, build: Path | None = None) -> int:
    """The exit status: 0 where all is within the tolerances, 1 where something is not, 2 for a wrong argument."""
    parser = argparse.ArgumentParser(prog="course.py rerun", description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="08", help="chapters, or scripts such as 08_adding_problem")
    parser.add_argument("--jobs", type=int, help="processes at a time; all processors where it is left out")
    parser.add_argument("--dask", metavar="ADDRESS", help="let a Dask cluster work, such as tcp://10.0.0.5:8786")
    parser.add_argument("--keep", action="store_true", help="let what is new take the place of what is stored")
    parser.add_argument("--anew", action="store_true", help="forget what an earlier command has made")
    options = parser.parse_args(arguments)
    folder = folder or notebooks_folder() / "long_runs"
    build = build or folder.parents[1] / "_build" / "rerun"
    try:
        if options.jobs is not None and options.jobs < 1:
            raise ValueError(f"--jobs must be 1 or more, got {options.jobs}")
        runs = [Run(script, build) for script in chosen(options.names, folder)]
    except ValueError as error:
        print(f"course.py rerun: {error}", file=sys.stderr)
        return 2
    if options.anew:
        for run in runs:
            shutil.rmtree(run.folder, ignore_errors=True)
    minutes = sum(run.minutes for run in runs)
    print(f"{len(runs)} long run{'s' * (len(runs) > 1)}, about {minutes:.0f} minutes of one processor by what the "
          f"scripts state; what is done is kept in {build}", flush=True)
    try:
        make(runs, options.jobs, options.dask)
    except Stopped:
        print("\nstopped. The same command goes on from here.", file=sys.stderr, flush=True)
        if "joblib" in sys.modules and not options.dask:
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor(reuse=True).shutdown(kill_workers=True)
        sys.stdout.flush()
        os._exit(130)  # the threads wait for answers that will not come
    except (OSError, ValueError) as error:
        print(f"course.py rerun: {error}", file=sys.stderr)
        return 2
    verdicts = [verdict for run in runs for verdict in run.verdicts()]
    print(table(verdicts))
    if options.keep:
        for run in runs:
            for name in run.files() if run.done else []:
                if (run.new / name).is_file():
                    write(run.script.parents[2] / name, (run.new / name).read_bytes())
                    print(f"stored: {name}")
    return 0 if all(verdict.good for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
