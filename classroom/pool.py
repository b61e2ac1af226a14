"""Grade many notebooks at once, each by a worker that grades one at a time and starts the student's process for it.

A worker holds the course in memory before any student's code runs. If one hangs or dies all the same, its notebook's
row says so and another worker takes the next.
"""

import hashlib
import multiprocessing
import multiprocessing.connection
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from classroom.judge import Graded
from classroom.limits import Limits, adopt_orphans, close_to_others, hold_memory, sweep, tasks_of_user
from classroom.session import FOLDER, Place

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds that a worker may take beyond what a notebook may
NOBODY = 65534
WORKER_MEMORY = 3072  # megabytes: what a submission sends is read there


class CourseChanged(Exception):
    """A submission has changed the files of the course; the text says which."""


def work(connection, limits: Limits, place: Place, chapters: list[str]) -> None:
    """A worker: takes (number, cells, chapter), gives (number, Graded)."""
    os.environ["SEQLEARN_PROGRESS"] = "off"
    from classroom.asked import sheet
    from classroom.judge import grade_cells

    for chapter in chapters:
        sheet(chapter)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this one, and no submission's to send
    adopt_orphans()
    close_to_others()
    hold_memory(WORKER_MEMORY)
    while (task := connection.recv()) is not None:
        number, cells, chapter = task
        connection.send((number, grade_cells(cells, chapter, limits, place)))


class Worker:
    """One worker's process and what it does at the moment."""

    def __init__(self, limits: Limits, place: Place, chapters: list[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.mark = secrets.token_hex(8)
        settings = limits, replace(place, mark=self.mark), chapters
        self.process = context.Process(target=work, args=(other, *settings), daemon=True)
        self.process.start()
        other.close()
        self.number: int | None = None
        self.deadline = 0.0

    def end(self) -> None:
        """End it, and what it has left behind if a submission has ended it: processes, and a folder."""
        self.process.terminate()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(5)
        sweep(self.mark)
        for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}{self.mark}*"):
            shutil.rmtree(folder, ignore_errors=True)


def grade_all(tasks: list[tuple[list[str], str]], limits: Limits, processes: int,
              tell: Callable[[int], None] = lambda done: None) -> Iterator[tuple[int, Graded]]:
    """(Number, what came out) for each (cells, chapter), in the order in which they are done."""
    place = make_place()
    before = digests()
    settings = limits, place, sorted({chapter for _, chapter in tasks})
    waiting = list(enumerate(tasks))[::-1]
    workers = [Worker(*settings) for _ in range(min(processes, len(tasks)))]
    try:
        done = 0
        while done < len(tasks):
            for index, worker in enumerate(workers):
                if worker.number is None and waiting:
                    if not worker.process.is_alive():  # it was ended when its work was done
                        worker.end()
                        worker = workers[index] = Worker(*settings)
                    number, (cells, chapter) = waiting.pop()
                    worker.connection.send((number, cells, chapter))
                    worker.number = number
                    worker.deadline = time.monotonic() + limits.total_seconds + PATIENCE
            busy = [worker for worker in workers if worker.number is not None]
            for connection in multiprocessing.connection.wait([worker.connection for worker in busy], 1.0):
                worker = next(worker for worker in busy if worker.connection is connection)
                try:
                    number, graded = connection.recv()
                except (EOFError, OSError):
                    continue  # seen below
                worker.number = None
                done += 1
                yield number, graded
                tell(done)
            for index, worker in enumerate(workers):
                late = worker.number is not None and time.monotonic() > worker.deadline
                if worker.number is not None and (late or not worker.process.is_alive()):
                    why = "took too long" if late else "was ended"
                    yield worker.number, Graded(tasks[worker.number][1], problem=f"The process that graded it {why}.")
                    done += 1
                    tell(done)
                    worker.end()
                    _unchanged(before)
                    workers[index] = Worker(*settings)
            _unchanged(before)
    finally:
        for worker in workers:
            worker.end()
        if place.matplotlib:
            shutil.rmtree(place.matplotlib, ignore_errors=True)


def digests() -> dict[str, str]:
    """What the files are by which is graded: the course's code and its chapters."""
    kinds = ("seqlearn", "*.py"), ("classroom", "*.py"), ("notebooks", "*.ipynb")
    paths = [path for room, kind in kinds for path in (ROOT / room).rglob(kind)]
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def _unchanged(before: dict[str, str]) -> None:
    after = digests()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed:
        raise CourseChanged(f"while submissions ran, these files of the course were changed: {', '.join(changed[:5])}. "
                            "No grade of this run can be trusted: fetch the course again, and grade where students' "
                            "code cannot write (classroom/README.md).")


def make_place() -> Place:
    """Where students' code runs. As root it runs as nobody, if nobody can read the course and its Python."""
    place = Place(matplotlib=_matplotlib_cache())
    if hasattr(os, "getuid"):
        user = os.getuid()
        if user == 0 and _can_run(NOBODY):
            place.user = user = NOBODY
        elif user == 0:
            print("grade: submissions run as root: nobody cannot read the course or its Python", file=sys.stderr)
        place.tasks = tasks_of_user(user)
    return place


def _can_run(user: int) -> bool:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import seqlearn, numpy"
    command = [sys.executable, "-s", "-P", "-c", code]
    try:
        return subprocess.run(command, user=user, group=user, extra_groups=[], cwd="/", timeout=60,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except (OSError, subprocess.SubprocessError, ValueError):
        return False


def _matplotlib_cache() -> str:
    """A folder with matplotlib's list of fonts, which it would otherwise make anew for every submission."""
    folder = tempfile.mkdtemp(prefix="seqlearn-matplotlib-")
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env={**os.environ, "MPLCONFIGDIR": folder})
    return folder
