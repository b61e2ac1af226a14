"""The process in which one student's notebook runs; `session.py` starts it and asks it.

It runs cells as a notebook does, in IPython, and calls the answers with what the grader sends. It draws no cases and
judges nothing: whatever the student's code does to this process, all it can do is send other numbers. Exercises that
work on PyTorch's own objects are the exception (`beside`): their call is made here, and its results are judged outside.

Started as a script, so that only the standard library is loaded before the limits hold.
"""

import io
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_AT_HAND = "{} is not at hand while a notebook is graded"


def main() -> None:
    """Take the connection away from the student's code, put the limits on, serve until the grader hangs up."""
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.path[:0] = [os.getcwd(), str(ROOT)]  # a notebook finds the modules that lie beside it
    settings = json.loads(sys.argv[1])
    from classroom.limits import confine

    held = confine(settings["limits"])
    from classroom.peer import Peer
    from classroom.wire import Broken, Line

    line = Line(source, sink)
    peer = Peer(line, others=True, gradients=True, describe=describe)
    kernel = Kernel(peer, settings["exercises"])
    line.send({"ready": True, "held": held})
    while True:
        try:
            message, blob = line.receive()
        except Broken:
            os._exit(0)
        if message["do"] == "call":
            peer.serve(message, blob)
        else:
            reply, parts = getattr(kernel, message.pop("do"))(**message)
            line.send(reply, parts)


def describe(error: BaseException, function: object) -> dict:
    """What the grader is told of an exception: its names, what it says, and where in the answer it was raised."""
    from seqlearn.grading.outcome import place_of, shorten

    try:
        said = shorten(str(error), 200)
    except BaseException:
        said = ""
    try:
        place = list(place_of(function, error))
    except BaseException:
        place = [0, "", "", False]
    kinds = [str(kind.__name__)[:60] for kind in type(error).__mro__]
    return {"kind": kinds[0], "kinds": kinds, "said": said, "place": place}


class Kernel:
    """The notebook's names, and what the grader asks for. Every request returns (reply, bytes of its arrays)."""

    def __init__(self, peer, exercises: dict[str, dict[str, str]]) -> None:
        import builtins
        import warnings

        from IPython.core.interactiveshell import InteractiveShell

        from seqlearn.grading import running

        self.peer = peer
        self.shell = InteractiveShell.instance()
        self.shell.history_manager.enabled = False
        self.shell.enable_gui = lambda gui=None: None  # `%pylab inline` asks for it
        # `%matplotlib widget` needs a package of the student's own, and no picture is looked at.
        self.shell.register_magic_function(lambda line: None, "line", "matplotlib")
        self.shell.colors = "nocolor"
        self.in_cell = False
        self.shell.ask_exit = self.leave
        self.found: dict[str, object] = {}
        self.besides: dict[tuple[str, str], object] = {}
        self.shell.user_ns.update(stand_in(exercises, self.shell.user_ns))
        warnings.simplefilter("ignore")
        builtins.input = running._refuse_input
        sys.stdin = io.StringIO()

    def leave(self) -> None:
        """What `exit()` does: nothing before a cell is done, and in an answer what the course's check makes of it."""
        if not self.in_cell:
            raise SystemExit

    def read(self, sources: list[str]) -> tuple[dict, bytes]:
        """What each cell binds and uses, as `needed.Cell` has it; nothing is run."""
        from classroom.needed import Cell, read_cell

        cells = []
        for source in sources:
            try:
                cell = read_cell(self.shell.transform_cell(source))
            except Exception as error:  # IPython finds a wrong indentation first
                cell = Cell(broken=f"{type(error).__name__}: {getattr(error, 'msg', error)}"[:200])
            cells.append({key: sorted(value) if isinstance(value, set) else value for key, value in vars(cell).items()})
        return {"cells": cells}, b""

    def run(self, source: str, sure: list[str], perhaps: list[str]) -> tuple[dict, bytes]:
        """Run a cell. What it leaves under these names is an answer, unless it is a stub.

        `sure`: names that the cell binds; `perhaps`: names that count if they hold something else than before.
        """
        before = {name: self.shell.user_ns.get(name, self) for name in perhaps}
        self.in_cell = True
        try:
            result = self.shell.run_cell(source, store_history=False, silent=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as raised:  # a cell that spoilt IPython itself
            error = raised
        self.in_cell = False
        changed = [name for name in perhaps if self.shell.user_ns.get(name, self) is not before[name]]
        for name in [*sure, *changed]:
            value = self.shell.user_ns.get(name, ...)
            if not is_stub(value):
                self.found[name] = value
        try:
            told = f"{type(error).__name__}: {error}"[:200] if error is not None else ""
        except BaseException:
            told = "an error that cannot be told"
        return {"error": told, "found": list(self.found)}, b""

    def answer(self, names: list[str], function: bool) -> tuple[dict, bytes]:
        """The answer under the first of these names that has one: a value, or a function's number and parameters."""
        import random

        import numpy as np

        from classroom.wire import Writer

        random.seed(0)
        np.random.seed(0)
        self.peer.forget()
        kept = [name for name in names if name in self.found]
        fitting = [name for name in kept if callable(self.found[name]) == function] or kept
        if not fitting:
            return {"missing": all(name not in self.shell.user_ns for name in names)}, b""
        value = self.found[fitting[0]]
        writer = Writer(self.peer.handle, others=True)
        to_call = function and callable(value) and not issubclass(type(value), type)
        try:
            plain = {"t": "function", "v": self.peer.handle(value)} if to_call else writer.plain(value)
            reply = {"name": fitting[0], "value": plain, "parameters": parameters(value),
                     "class": isinstance(value, type)}
        except Exception:
            return {"name": fitting[0], "value": {"t": "other", "v": str(type(value).__name__)[:60]}}, b""
        return reply, b"".join(writer.blob)

    def beside(self, chapter: str, exercise: str, name: str, part: int | str) -> tuple[dict, bytes]:
        """Call an answer that cannot be called from outside: the outcome of a case, or of what follows the cases."""
        from classroom.beside import Beside
        from classroom.wire import Writer

        if (exercise, name) not in self.besides:
            self.besides[exercise, name] = Beside(real_module(chapter), exercise, self.found[name])
        writer = Writer(self.peer.handle, others=False)
        reply = {"outcome": writer.plain(self.besides[exercise, name].part(part))}
        return reply, b"".join(writer.blob)


def is_stub(value: object) -> bool:
    """Is it what the chapter gives: `...`, or a function without a body?"""
    from seqlearn.grading.grade import is_untouched

    try:
        return value is ... or is_untouched(value)
    except Exception:
        return False


def parameters(value: object) -> list | None:
    """The parameters of a function: (name, kind, has a default); None where Python cannot tell."""
    import inspect

    try:
        return [[each.name, int(each.kind), each.default is not each.empty]
                for each in inspect.signature(value).parameters.values()]
    except Exception:
        return None


def stand_in(exercises: dict[str, dict[str, str]], names: dict) -> dict:
    """Modules, by name, in place of `seqlearn.exercises`: the same names, without references. Checks there say nothing.

    `exercises`: of every chapter the name of each exercise in its module, and its id. `names`: the notebook's, where a
    check keeps what it was handed, for an answer that has no name of its own.
    """
    import functools
    import types

    from classroom.needed import HANDED

    class Quiet:
        """An exercise in the student's process."""

        def __init__(self, id: str, attribute: str) -> None:
            self._attribute = attribute
            self.id, self.title, self.status, self.message, self.mistake = id, "", "not attempted", "", None

        def check(self, answer: object = ...) -> "Quiet":
            names[HANDED.format(self._attribute)] = answer
            return self

        hint = solution = lambda self, key="": None

        def __getattr__(self, name: str) -> None:
            raise AttributeError(NOT_AT_HAND.format(name))

        def __repr__(self) -> str:
            return "Checked when it is graded."

    class Quiz:
        questions = (None,) * 99

    def module(name: str, **contents: object):
        made = types.ModuleType(name)
        vars(made).update(contents)
        sys.modules[name] = made
        return made

    import seqlearn

    chapters = {}
    for number, given in exercises.items():
        quiet = {attribute: Quiet(id, attribute) for attribute, id in given.items()}
        chapters[f"ch{number}"] = made = module(f"seqlearn.exercises.ch{number}", QUIZ=Quiz(), **quiet)
        made.__getattr__ = functools.partial(constant, number)
    whole = module("seqlearn.exercises", catalog=list, quizzes=dict, progress=lambda: None,
                   reset_progress=lambda: None, **chapters)
    whole.__path__ = [str(Path(seqlearn.__file__).parent / "exercises")]  # a chapter's data in files of their own
    seqlearn.exercises = whole
    return chapters


def constant(chapter: str, name: str) -> object:
    """What a chapter's text takes from its exercises besides these, as ch03.SUSPECTS; no function, so no reference."""
    if not name.isupper():
        raise AttributeError(NOT_AT_HAND.format(name))
    return getattr(real_module(chapter), name)


def real_module(chapter: str):
    """The chapter's exercises themselves, kept apart from the stand-in."""
    import importlib.util

    import seqlearn

    name = f"seqlearn.exercises.real_ch{chapter}"
    if name not in sys.modules:
        path = Path(seqlearn.__file__).parent / "exercises" / f"ch{chapter}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


if __name__ == "__main__":
    main()
