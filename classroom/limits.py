"""What a student's process may use, and how it is ended with all that it has started.

These limits stop accidents and simple malice. They are no sandbox: the code runs as a user of this machine and may read
what that user may read. classroom/README.md says what to do about it.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass

try:
    import resource
except ImportError:  # Windows
    resource = None

MEGABYTE = 2**20
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 3, 4, 36
MARK = "SEQLEARN_SUBMISSION"  # in the environment of a student's process, and of whatever it forks


@dataclass(frozen=True)
class Limits:
    """Seconds by the clock, and what the process with all its children may hold."""

    cell_seconds: float = 20.0  # one cell
    total_seconds: float = 120.0  # one notebook with all its answers, restarts included
    restarts: int = 6
    memory: int = 2048  # megabytes
    processes: int = 40
    file: int = 50  # megabytes of one file

    def as_dict(self) -> dict:
        """For the student's process."""
        return asdict(self)


def confine(limits: dict) -> list[str]:
    """Put limits on this process, before any of a student's code runs in it; return which hold."""
    held = []
    if resource is not None:
        held += _set("RLIMIT_CORE", 0, "")
        held += _set("RLIMIT_FSIZE", limits["file"] * MEGABYTE, "file size")
        held += _set("RLIMIT_CPU", int(limits["total_seconds"]) + 5, "processor time")
        held += _set("RLIMIT_DATA", limits["memory"] * MEGABYTE, "memory")
        if os.getuid() != 0:
            held += _set("RLIMIT_NPROC", limits["tasks"] + limits["processes"] * 4, "processes")
    if _without_network():
        held.append("no network")
    return held


def _set(name: str, value: int, words: str) -> list[str]:
    which = getattr(resource, name, None)
    if which is None:
        return []
    try:
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
        return [words] if words else []
    except (ValueError, OSError):
        return []


def _without_network() -> bool:
    """A network of its own, with nothing in it: Linux, where users may have namespaces."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return libc.unshare(CLONE_NEWNET if os.getuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET) == 0
    except (OSError, AttributeError):
        return False


def close_to_others() -> bool:
    """Keep this process's memory and files from other processes of its user (Linux): a submission could write there."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None)
            return libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 and libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0
    return False


def hold_memory(megabytes: int) -> None:
    """A limit for this process itself; what it starts may lift it for itself."""
    if resource is not None:
        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
            most = megabytes * MEGABYTE
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def tasks_of_user(user: int | None) -> int:
    """How many threads the user has now: what RLIMIT_NPROC counts."""
    import psutil

    count = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        uids = process.info["uids"]
        if uids and uids.real == user:
            count += process.info["num_threads"] or 0
    return count


_adopts = False  # whether every child of this process belongs to the submission at hand


def adopt_orphans() -> None:
    """Let whatever a student's process leaves behind become a child of this one (Linux), so that it is found.

    Only for a process that starts nothing else: all its children are then ended with the submission.
    """
    global _adopts
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            _adopts = ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


class Watch:
    """Looks at a process and its children five times a second, and ends them when they hold too much."""

    def __init__(self, pid: int, limits: Limits) -> None:
        self.pid, self.limits = pid, limits
        self.reason = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        import psutil

        while not self._over.wait(0.2):
            held, count = 0, 0
            for process in family(self.pid):
                with contextlib.suppress(psutil.Error):
                    held += process.memory_info().rss
                    count += 1
            if held > self.limits.memory * MEGABYTE:
                self.reason = f"it took more than {self.limits.memory} MB of memory"
            elif count > self.limits.processes:
                self.reason = f"it started more than {self.limits.processes} processes"
            if self.reason:
                end_all(self.pid)
                return

    def stop(self) -> None:
        """No longer look."""
        self._over.set()
        self._thread.join(2)


def family(pid: int) -> list:
    """The process, what it started, and orphans that this process has adopted."""
    import psutil

    found = {}
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        found = {process.pid: process for process in [root, *root.children(recursive=True)]}
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process().children(recursive=True) if _adopts else []:
            found.setdefault(process.pid, process)
    return list(found.values())


def end_all(pid: int) -> None:
    """End a student's process, its group, and all that descends from it; first they are held, so that none is new."""
    import psutil

    for _ in range(20):
        alive = [process for process in family(pid) if _is_running(process)]
        if not alive:
            break
        for sign in ("SIGSTOP", "SIGKILL"):
            if hasattr(os, "killpg"):
                with contextlib.suppress(OSError):
                    os.killpg(pid, getattr(signal, sign))
            for process in alive:
                with contextlib.suppress(psutil.Error, OSError):
                    process.suspend() if sign == "SIGSTOP" else process.kill()
        reap(pid)
        time.sleep(0.01)


def _is_running(process) -> bool:
    import psutil

    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def reap(pid: int) -> None:
    """Take note of adopted children that have ended; the student's own process is left to who waits for it."""
    import psutil

    with contextlib.suppress(psutil.Error):
        for process in psutil.Process().children() if _adopts else []:
            if process.pid != pid and not _is_running(process):
                with contextlib.suppress(OSError, psutil.Error):
                    os.waitpid(process.pid, os.WNOHANG)


def sweep(token: str) -> None:
    """End what has left the group and the family of its process, and still has a mark that begins like this."""
    import psutil

    for process in psutil.process_iter(["pid"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK, "").startswith(token):
                process.kill()
