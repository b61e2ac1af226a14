"""Run a learner's code so that nothing it does can hurt the notebook.

`run_guarded(task, seconds)` runs `task` in a thread of its own, with a time limit, and puts back what the code may
have changed: printed output is kept away from the notebook, reading input is refused, random states, warnings and the
recursion limit are restored. It works the same on Linux, macOS and Windows, in a terminal and in a Jupyter kernel.
"""

import builtins
import ctypes
import io
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable

import numpy as np

KEEP_CHARACTERS = 4000  # of what the learner prints
GRACE_SECONDS = 1.0  # how long a thread is asked to stop before it is left behind

_streams: dict[int, "Printed"] = {}  # thread id -> where its prints go


class TimeIsUp(BaseException):
    """Raised inside the learner's thread to end it.

    A loop around `try: ... except BaseException: pass` would swallow it. So the first one switches on tracing for the
    running frames, and the next line that runs there raises a second one: outside the `try` that caught the first.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        if threading.get_ident() in _streams:
            sys.settrace(_raise_at_next_line)
            frame = sys._getframe(1)
            while frame is not None and frame.f_code is not _Worker.run.__code__:
                frame.f_trace = _raise_at_next_line
                frame = frame.f_back


def _raise_at_next_line(frame, event, argument):
    if event == "line":
        raise TimeIsUp
    return _raise_at_next_line


class InputRefused(Exception):
    """Raised when the learner's code calls `input()`: nobody is there to answer."""


class Printed(io.TextIOBase):
    """Keeps the first characters that one thread prints, and counts on quietly after that."""

    def __init__(self) -> None:
        self.text = ""
        self.open = True  # closed when only the first part of a run is of interest

    def write(self, text: str) -> int:
        if self.open and len(self.text) < KEEP_CHARACTERS:
            self.text += text[: KEEP_CHARACTERS - len(self.text)]
        return len(text)

    def writable(self) -> bool:
        return True


class _Splitter:
    """Stands in for `sys.stdout`: guarded threads write to their own `Printed`, all others to the real stream."""

    def __init__(self, original) -> None:
        self._original = original

    def _target(self):
        return _streams.get(threading.get_ident(), self._original)

    def write(self, text: str) -> int:
        return self._target().write(text)

    def flush(self) -> None:
        self._target().flush()

    def __getattr__(self, name: str):
        return getattr(self._target(), name)


class _Worker(threading.Thread):
    def __init__(self, task: Callable[[Printed], None]) -> None:
        super().__init__(daemon=True, name="exercise")
        self.task = task
        self.printed = Printed()
        self.error: BaseException | None = None

    def run(self) -> None:
        _streams[threading.get_ident()] = self.printed
        try:
            self.task(self.printed)
        except BaseException as error:  # also SystemExit, KeyboardInterrupt, TimeIsUp
            self.error = error
        finally:
            sys.settrace(None)
            _streams.pop(threading.get_ident(), None)


def run_guarded(task: Callable[[Printed], None], seconds: float) -> tuple[str, str]:
    """Run `task(printed)` in a guarded thread; return (how it ended, what it printed).

    How it ended is "finished", "time is up", "interrupted" (Ctrl-C, or Jupyter's stop button) or "failed" (`task`
    itself raised; it should handle the learner's exceptions). A thread that does not stop is left behind as a daemon;
    what it prints later goes nowhere.
    """
    worker = _Worker(task)
    with _Protected():
        worker.start()
        ended = _wait(worker, seconds)
        if worker.is_alive():
            _stop(worker)
    if ended == "finished" and worker.error is not None:
        ended = "failed"
    return ended, worker.printed.text


def _wait(worker: threading.Thread, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    try:
        while worker.is_alive() and time.monotonic() < deadline:
            worker.join(0.05)  # short waits: Windows does not interrupt a long one
    except KeyboardInterrupt:
        return "interrupted"
    return "time is up" if worker.is_alive() else "finished"


def _stop(worker: threading.Thread) -> None:
    """Raise TimeIsUp in the thread, again and again, for a moment."""
    deadline = time.monotonic() + GRACE_SECONDS
    while worker.is_alive() and time.monotonic() < deadline:
        try:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(TimeIsUp))
            worker.join(0.02)
        except KeyboardInterrupt:
            continue
        except AttributeError:  # a Python without this call: leave the thread behind
            return


class _Protected:
    """Put the process's shared state back as it was."""

    def __enter__(self) -> None:
        _guard_shell()
        self.numpy_random = np.random.get_state()
        self.random = random.getstate()
        self.recursion_limit = sys.getrecursionlimit()
        self.streams = _unwrap(sys.stdout), _unwrap(sys.stderr)
        self.stdin, self.input = sys.stdin, builtins.input
        self.warnings = warnings.catch_warnings()
        self.warnings.__enter__()
        warnings.simplefilter("ignore")
        np.random.seed(0)  # an answer that draws from the global state still gets the same text every time
        random.seed(0)
        sys.stdout, sys.stderr = (_Splitter(stream) for stream in self.streams)
        sys.stdin, builtins.input = io.StringIO(), _refuse_input

    def __exit__(self, *error: object) -> None:
        sys.stdin, builtins.input = self.stdin, self.input
        if not _streams:  # otherwise a thread was left behind, and must not reach the notebook's output
            sys.stdout, sys.stderr = self.streams
            _unguard_shell()
        else:
            sys.stdout, sys.stderr = (_Splitter(stream) for stream in self.streams)
        self.warnings.__exit__(None, None, None)
        sys.setrecursionlimit(self.recursion_limit)
        random.setstate(self.random)
        np.random.set_state(self.numpy_random)


_shell_methods: list[tuple[object, str, dict]] = []  # what `_guard_shell` has replaced: object, name, what was there


def _guard_shell() -> None:
    """In a notebook `exit()` asks the kernel to end, soon, and `display()` writes to the page.

    From a guarded thread the one raises SystemExit, as it does elsewhere, and the other works as long as what the
    thread prints is kept.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or _shell_methods:  # a thread left behind keeps its guard
        return
    ask_exit, publish = shell.ask_exit, shell.display_pub.publish

    def guarded_ask_exit(*arguments, **options):
        if threading.get_ident() in _streams:
            raise SystemExit
        return ask_exit(*arguments, **options)

    def guarded_publish(*arguments, **options):
        printed = _streams.get(threading.get_ident())
        if printed is None or printed.open:
            publish(*arguments, **options)

    for owner, name, guarded in (
        (shell, "ask_exit", guarded_ask_exit), (shell.display_pub, "publish", guarded_publish)
    ):
        _shell_methods.append((owner, name, {key: vars(owner)[key] for key in [name] if key in vars(owner)}))
        setattr(owner, name, guarded)


def _unguard_shell() -> None:
    while _shell_methods:
        owner, name, before = _shell_methods.pop()
        vars(owner).pop(name, None)
        vars(owner).update(before)


def _unwrap(stream):
    return stream._original if type(stream) is _Splitter else stream


def _refuse_input(prompt: object = "") -> str:
    raise InputRefused("input() cannot be used in an exercise: use the arguments")
