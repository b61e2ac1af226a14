"""One student's notebook in a process of its own, seen from the grader: start it, run its cells, reach its answers.

A cell or an answer that ends the process, never returns or takes too much is left out, and the notebook is run again
without it, so that it costs what it is and nothing else.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from classroom.asked import Asked, Sheet
from classroom.limits import MARK, Limits, Watch, end_all, sweep
from classroom.needed import SETS, Cell, needed
from classroom.peer import Peer
from classroom.wire import Broken, Line, Unsendable
from seqlearn.grading.outcome import shorten
from seqlearn.grading.running import TimeIsUp

KERNEL = Path(__file__).with_name("kernel.py")
FOLDER = "seqlearn-submission-"
UNBOUND = re.compile(r"NameError.*name '(\w+)' is not defined")
START_SECONDS = 60.0  # for Python to start, on a busy machine


class Ended(Exception):
    """The student's process cannot be used any further; the text says why."""


@dataclass
class Place:
    """Where students' code runs: the user it runs as (None: this one), and settings made once for all."""

    user: int | None = None
    tasks: int = 0
    matplotlib: str = ""
    mark: str = ""  # by which all that is started and written here is found, should the grader's own process end


@dataclass
class Session:
    """A notebook's process. `with Session(…) as session`, then `prepare()` and `answer(…)`."""

    cells: list[str]
    sheet: Sheet
    limits: Limits = field(default_factory=Limits)
    place: Place = field(default_factory=Place)
    notes: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def __enter__(self) -> "Session":
        self.deadline = time.monotonic() + self.limits.total_seconds
        self.skipped: set[int] = set()
        self.starts = 0
        self.errors: dict[int, str] = {}
        self.found: set[str] = set()  # names of answers that the cells have left
        self.process: subprocess.Popen | None = None
        self.token = self.place.mark + secrets.token_hex(8)
        self.folder = tempfile.mkdtemp(prefix=f"{FOLDER}{self.place.mark}")
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ------------------------------------------------------------ the process

    def start(self) -> None:
        """A fresh process. Raises Ended when there have been too many, or time is up."""
        self.stop()
        if self.starts > self.limits.restarts:
            raise Ended(f"its process was ended {self.starts} times, and is not started again")
        self.starts += 1
        home = Path(self.folder) / f"home{self.starts}"
        for name in ("work", "matplotlib"):
            (home / name).mkdir(parents=True)
        if self.place.matplotlib:
            with contextlib.suppress(OSError):
                shutil.copytree(self.place.matplotlib, home / "matplotlib", dirs_exist_ok=True)
        as_user = {}
        if self.place.user is not None:
            _give(Path(self.folder), self.place.user)
            as_user = {"user": self.place.user, "group": self.place.user, "extra_groups": []}
        names = {self.sheet.chapter: {each.attribute: each.exercise.id for each in self.sheet.asked}}
        settings = {"limits": {**self.limits.as_dict(), "tasks": self.place.tasks}, "exercises": names}
        command = [sys.executable, "-s", "-P", str(KERNEL), json.dumps(settings)]
        environment = {**_environment(home), MARK: self.token}
        self.process = subprocess.Popen(
            command, cwd=home / "work", env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True, bufsize=0, **as_user)
        line = Line(self.process.stdout, self.process.stdin)
        self.peer = Peer(line, others=False, gradients=False, describe=_describe,
                         failed=self.failed(self.starts))
        self.watch = Watch(self.process.pid, self.limits)
        self.is_dead, self.why = False, ""
        try:
            self.held = list(line.receive(START_SECONDS)[0].get("held") or [])
            self.held += ["a user of its own"] if self.place.user is not None else []
        except (Broken, TimeoutError) as error:
            raise Ended(f"Python did not start ({error})") from None

    def stop(self) -> None:
        """End the process with all that it has started."""
        if self.process is None:
            return
        self.watch.stop()
        end_all(self.process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        sweep(self.token)
        with contextlib.suppress(OSError, ValueError):
            self.process.stdin.close()  # the other one is closed by who reads it
        self.process = None

    def give_up(self, why: str) -> None:
        """The process is of no use any more: whoever waits for it is told, and it is ended."""
        if not self.is_dead:
            self.is_dead, self.why = True, why
        if self.process is not None:
            end_all(self.process.pid)

    def _ask(self, seconds: float, what: str, **message: object) -> tuple[dict, bytes]:
        """Ask the process. Raises Ended, with the reason in words, when it ends or takes longer."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.give_up(f"the whole notebook took more than {self.limits.total_seconds:g} seconds")
            raise Ended(self.why)
        try:
            return self.peer.ask(min(seconds, left), **message)
        except TimeoutError:
            self.give_up(f"{what} took more than {min(seconds, self.limits.total_seconds):g} seconds" if seconds <= left
                         else f"the whole notebook took more than {self.limits.total_seconds:g} seconds")
        except (Broken, Unsendable) as error:
            self.give_up(self._reason(str(error)))
        except Exception as error:  # a reply that is none
            self.give_up(f"it sent what cannot be read ({type(error).__name__})")
        raise Ended(self.why)

    def _reason(self, otherwise: str) -> str:
        """Why the process has ended, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.watch.stop()
        if self.watch.reason:
            return self.watch.reason
        status = self.process.poll()
        if status is None:
            return f"it sent what cannot be read ({otherwise})"
        return f"it left Python with status {status}" if status >= 0 else f"it was ended by signal {-status}"

    # ------------------------------------------------------------ the notebook

    def prepare(self) -> None:
        """Start, find the cells that the answers need, and run them. Raises Ended when that is hopeless."""
        self.start()
        told, _ = self._ask(START_SECONDS, "reading the cells", do="read", sources=self.cells)
        self.read = [_cell(each) for each in told.get("cells") or []]
        if len(self.read) != len(self.cells):
            raise Ended("its cells cannot be read")
        self.counting = {number for number, source in enumerate(self.cells)
                         if source.strip() not in self.sheet.text_cells}
        self.names = {each.attribute: [each.name] for each in self.sheet.asked}
        for number in sorted(self.counting):
            for attribute, name in self.read[number].checks:
                if name not in self.names.get(attribute, [name]):
                    self.names[attribute].append(name)
        self.answer_names = {name for names in self.names.values() for name in names}
        self.needed = needed(self.read, self.answer_names, self.counting)
        self.run()
        stopped = {name for number, error in self.errors.items() for name in self.read[number].binds & self.answer_names
                   if self.cells[number].strip() not in self.sheet.stubs}
        for error in list(self.errors.values()) if stopped - self.found else []:
            self.run_more(error)

    def run_more(self, error: str) -> bool:
        """After a NameError: run again, with the cells that bind this name. False when all of them have run."""
        match = UNBOUND.search(error)
        binders = {number for number, cell in enumerate(self.read) if match and match[1] in cell.binds}
        more = needed(self.read, self.answer_names | {match[1]}, self.counting | binders) if binders else {}
        more = {number: part for number, part in more.items() if number in binders or number not in self.needed}
        if not any(part is None and self.needed.get(number, "") is not None for number, part in more.items()):
            return False
        self.needed = dict(sorted((self.needed | more).items()))
        self.restart()
        return True

    def run(self) -> None:
        """Run the needed cells in order, those of the course without counting what they bind as an answer."""
        while not self._run_once():
            self.start()

    def _run_once(self) -> bool:
        for number, part in self.needed.items():
            if number in self.skipped:
                continue
            cell, counts = self.read[number], number in self.counting
            sure = sorted(cell.binds & self.answer_names) if counts else []
            perhaps = sorted(self.answer_names - cell.binds) if counts and cell.opaque else []
            try:
                told, _ = self._ask(self.limits.cell_seconds, f"code cell {number + 1}", do="run",
                                    source=self.cells[number] if part is None else part, sure=sure, perhaps=perhaps)
                self.found |= set(map(str, told.get("found") or []))
                if told.get("error"):
                    self.errors[number] = shorten(str(told["error"]), 200, 2)
            except Ended as ended:
                if time.monotonic() >= self.deadline:
                    raise
                self.skipped.add(number)
                self.notes.append(f"Code cell {number + 1} was left out: {ended}.")
                return False
        return True

    def missing(self, asked: Asked) -> str:
        """Why there is no answer, where a cell that seems to hold one is no Python or has raised; else nothing."""
        names = self.names[asked.attribute]
        for number in sorted(self.counting):
            why = self.read[number].broken or self.errors.get(number, "")
            source = self.cells[number]
            if why and any(f"def {name}(" in source or f"{name} =" in source for name in names):
                return f"Code cell {number + 1}, which should make it, stops with {why}"
        return ""

    def tell_unbound(self, error: str) -> None:
        """After a NameError that stays: note the cell that should bind the name, if it has raised."""
        match = UNBOUND.search(error)
        for number, cell in enumerate(self.read):
            if match and match[1] in cell.binds and number in self.errors:
                note = f"Code cell {number + 1}, which should make `{match[1]}`, raised {self.errors[number]}"
                if note not in self.notes:
                    self.notes.append(note)

    def restart(self) -> None:
        """The same notebook again, after an answer has ended its process. Raises Ended."""
        self.start()
        self.run()

    def answer(self, asked: Asked) -> tuple[dict, bytes]:
        """What the notebook holds for an exercise, as `Kernel.answer` tells it. Raises Ended."""
        names = self.names[asked.attribute]
        return self._ask(self.limits.cell_seconds, "looking at an answer", do="answer", names=names,
                         function=asked.is_function)

    def failed(self, start: int) -> Callable:
        """What a call to the process of that start raises when it cannot be made: the check ends without words."""
        def of(error: Exception) -> BaseException:
            if self.starts == start:
                known = isinstance(error, Broken | Unsendable)
                self.give_up(self._reason(str(error)) if known else f"it sent what cannot be read ({error!r:.60})")
            return TimeIsUp()
        return of


def _cell(told: dict) -> Cell:
    sets = {name: set(map(str, told[name])) for name in SETS}
    checks = [(str(attribute), str(name)) for attribute, name in told["checks"]][:1000]
    imports = {str(name): str(statement)[:1000] for name, statement in dict(told["imports"]).items()}
    return Cell(**sets, checks=checks, imports=imports, opaque=bool(told["opaque"]),
                broken=str(told["broken"])[:200])


def _describe(error: BaseException, function: object) -> dict:
    """What a student's process is told of an exception in the course's own function."""
    return {"kind": type(error).__name__, "kinds": [kind.__name__ for kind in type(error).__mro__],
            "said": str(error)[:200]}


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the teacher's environment but what Python needs to run here."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SEQLEARN_DATA")
    own = {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(home), "TEMP": str(home), "TMP": str(home),
           "MPLCONFIGDIR": str(home / "matplotlib"), "IPYTHONDIR": str(home / "ipython"), "MPLBACKEND": "agg",
           "SEQLEARN_PROGRESS": "off", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
           "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **own}


def _give(folder: Path, user: int) -> None:
    """Make a folder with all that is in it another user's."""
    os.chmod(folder, 0o700)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
