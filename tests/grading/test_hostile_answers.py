"""Whatever is handed to `.check`, it returns a sentence, in time, and the notebook goes on as before."""

import builtins
import functools
import os
import random
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from seqlearn.grading import Exercise, Mistake, ValueExercise
from seqlearn.grading.running import Printed, run_guarded


def double(x, w):
    """(2 x, w x summed)."""
    return 2 * x, (w * x).sum(axis=0)


@pytest.fixture
def exercise():
    return Exercise(
        "77.6",
        "Double",
        1,
        double,
        cases=lambda rng: [(rng.normal(size=(3, 2)), float(rng.normal())) for _ in range(2)],
        mistakes=[Mistake("not doubled", lambda x, w: (x.copy(), (w * x).sum(axis=0)), "Times two.")],
        hints=["2 * x"],
        names=("y", "s"),
        time_limit=0.4,
    )


class Hostile:
    """Raises at every question asked of it."""

    def _raise(self, *args, **kwargs):
        raise RuntimeError("hostile")

    __eq__ = __ne__ = __repr__ = __str__ = __array__ = __len__ = __iter__ = __bool__ = __hash__ = __getitem__ = _raise
    __float__ = __index__ = __copy__ = __deepcopy__ = __array_function__ = __array_ufunc__ = __format__ = _raise
    __class__ = property(_raise)

    def __getattr__(self, name):
        raise RuntimeError("hostile")


class HostileCallable(Hostile):
    __call__ = Hostile._raise
    __signature__ = property(Hostile._raise)


class HostileArray(np.ndarray):
    def __array_function__(self, *args, **kwargs):
        raise RuntimeError("hostile")

    __array_ufunc__ = __eq__ = __repr__ = __array_function__


class SlowArray:
    def __array__(self, *args, **kwargs):
        while True:
            pass


class HostileError(Exception):
    def __str__(self):
        raise RuntimeError("hostile")


class OwnBaseException(BaseException):
    pass


def raising(error):
    def answer(x, w):
        raise error

    return answer


def returning(value):
    return lambda x, w: value


def recursing(x, w):
    return recursing(x, w)


def endless(x, w):
    while True:
        pass


def endless_swallowing(x, w):
    while True:
        try:
            time.sleep(0.001)
        except BaseException:
            pass


def endless_printing(x, w):
    while True:
        print("again")


async def coroutine(x, w):
    return double(x, w)


def generator(x, w):
    yield from double(x, w)


def asks(x, w):
    return double(x, float(input("w? ")))


def reads(x, w):
    return sys.stdin.readline()


def no_memory(x, w):
    return np.ones((10**6, 10**6, 10**6))


def resizes(x, w):
    x.resize((1, 2), refcheck=False)
    return double(x, w)


HUGE = np.broadcast_to(0.0, (10**6, 10**6))  # takes 8 bytes, and 8 TB when copied
NESTED = functools.reduce(lambda inner, _: [inner], range(100_000), 0.0)

HOSTILE = {
    "int": 3, "string": "double", "list": [1], "array": np.ones(3), "nan": np.nan, "object": object(),
    "class": Hostile, "module": np, "hostile object": Hostile(), "hostile callable": HostileCallable(),
    "wrong signature": lambda: None, "too many": lambda a, b, c: None, "keyword only": lambda *, x, w: None,
    "built-in": len, "type": int, "partial": functools.partial(double, 1, 2, 3),
    "generator": generator, "coroutine": coroutine, "recursion": recursing, "input": asks, "stdin": reads,
    "endless": endless, "swallowing": endless_swallowing, "printing": endless_printing,
    "memory": no_memory, "resize": resizes,
    "exit": lambda x, w: sys.exit(1), "quit": raising(SystemExit("bye")), "interrupt": raising(KeyboardInterrupt()),
    "own base exception": raising(OwnBaseException()), "hostile error": raising(HostileError()),
    "generator exit": raising(GeneratorExit()), "stop iteration": raising(StopIteration()),
    "returns None": returning(None), "returns self": returning(double), "returns class": returning(Hostile),
    "returns string": returning("ab"), "returns dict": returning({"y": 1}), "returns set": returning({1, 2}),
    "returns ragged": returning(([[1, 2], [3]], 1)), "returns object array": returning((np.array([{}, {}]), 1)),
    "returns hostile": returning(Hostile()), "returns two hostile": returning((Hostile(), Hostile())),
    "returns hostile array": returning((np.ones((3, 2)).view(HostileArray), np.ones(2).view(HostileArray))),
    "returns slow array": returning((SlowArray(), SlowArray())), "returns huge": returning((HUGE, HUGE)),
    "returns nested": returning(NESTED), "returns nested pieces": returning((NESTED, NESTED)),
    "returns nan": lambda x, w: (x * np.nan, x[0] * np.nan), "returns inf": lambda x, w: (x * np.inf, x[0]),
    "returns integers": returning((np.ones((3, 2), int), np.ones(2, int))),
    "returns complex": returning((np.ones((3, 2)) * 1j, np.ones(2))), "returns bool": returning((True, False)),
    "returns dates": returning((np.zeros((3, 2), "M8[s]"), 0)), "returns bytes": returning((b"ab", b"c")),
    "returns structured": returning((np.zeros((3, 2), [("a", float)]), 0)), "returns empty": returning(()),
    "returns empty arrays": returning((np.ones((0, 2)), np.ones(0))), "returns big int": returning((10**400, 1)),
    "returns range": returning(range(2)), "returns one number": returning(1.0), "returns Ellipses": returning((1, ...)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_every_answer_gets_a_sentence(exercise, name, capsys):
    before = time.monotonic()
    result = exercise.check(HOSTILE[name])
    assert time.monotonic() - before < 4
    assert result.status in ("incorrect", "not attempted")
    assert result.mistake is None or result.mistake.endswith("never used")
    assert 10 < len(result.message) < 500 and "check itself failed" not in result.message
    assert "Traceback" not in repr(result) and " at 0x" not in repr(result)
    assert capsys.readouterr() == ("", "")
    exercise.time_limit = 5.0
    assert exercise.check(double).message == "Right in all 2 random cases."


@pytest.mark.parametrize("name", HOSTILE)
def test_every_value_gets_a_sentence(name, capsys):
    exercise = ValueExercise("77.7", "Number", 1, 42.0, [Mistake("half", 21.0, "Half.")], time_limit=0.4)
    result = exercise.check(HOSTILE[name])
    assert result.status == "incorrect" and result.mistake is None
    assert 5 < len(result.message) < 500 and "check itself failed" not in result.message
    assert capsys.readouterr() == ("", "")


SAYS = {
    "endless": "Stopped after 0.4 seconds in case 1 (x (3, 2), w = ",
    "swallowing": "Stopped after 0.4 seconds",
    "recursion": "calls itself without end",
    "input": "calls input()",
    "exit": "tried to leave Python with exit()",
    "interrupt": "raised KeyboardInterrupt",
    "class": "This is a class",
    "int": "without parentheses; this is an int",
    "coroutine": "a coroutine (`async def`",
    "generator": "a generator (`yield`",
    "returns huge": "y must have shape (3, 2), got (1000000, 1000000)",
    "returns self": "a function (are its parentheses missing?)",
    "returns object array": "object instead of numbers",
    "resize": "changed its argument x",
}


@pytest.mark.parametrize("name", SAYS)
def test_the_sentence_fits(exercise, name):
    assert SAYS[name] in exercise.check(HOSTILE[name]).message


def test_nothing_shared_is_changed(exercise):
    def meddles(x, w):
        np.seterr(all="raise")
        np.random.seed(5)
        random.seed(5)
        warnings.simplefilter("error")
        sys.setrecursionlimit(5000)
        sys.stdout = sys.stderr = None
        builtins.input = None
        x[:] = 0
        return double(x, w)

    def state():
        return (
            np.geterr(), np.random.get_state()[1].tolist(), random.getstate(), list(warnings.filters),
            sys.getrecursionlimit(), sys.stdout, sys.stderr, sys.stdin, builtins.input,
        )  # fmt: skip

    np.random.seed(123)
    random.seed(123)
    before = state()
    exercise.check(meddles)
    exercise.check(endless)
    assert state() == before


def test_the_global_random_state_is_the_same_at_every_check(exercise):
    seen = []

    def draws(x, w):
        seen.append((np.random.rand(), random.random()))
        return double(x, w)

    exercise.check(draws)
    exercise.check(draws)
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]


def test_the_learners_own_arrays_stay_as_they_are(exercise):
    """The cases are drawn anew each time: an answer that spoils its arguments spoils nothing for the next check."""

    def spoils(x, w):
        x[:] = np.nan
        return double(x, w)

    assert exercise.check(spoils).status == "incorrect"
    assert exercise.check(double).status == "correct"


def test_a_stopped_thread_ends(exercise):
    before = threading.active_count()
    for answer in (endless, endless_swallowing, endless_printing):
        exercise.check(answer)
        assert threading.active_count() == before


def test_a_thread_that_cannot_be_stopped_is_left_silent(exercise, capsys):
    """It swallows the exception twice over; what it prints goes nowhere."""

    end = time.monotonic() + 2

    def stubborn(x, w):
        while time.monotonic() < end:
            try:
                while time.monotonic() < end:
                    try:
                        time.sleep(0.01)
                        print("still here")
                    except BaseException:
                        pass
            except BaseException:
                pass

    before = threading.active_count()
    begun = time.monotonic()
    assert "Stopped after 0.4 seconds" in exercise.check(stubborn).message
    assert time.monotonic() - begun < 1.7
    assert threading.active_count() == before + 1
    print("the notebook goes on")
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before
    assert capsys.readouterr().out == "the notebook goes on\n"
    exercise.check(double)
    assert type(sys.stdout).__name__ != "_Splitter"


def test_a_sleeping_thread_is_left_behind(exercise):
    """time.sleep notices nothing until it is over; the check does not wait for it."""
    begun = time.monotonic()
    assert "Stopped after 0.4 seconds" in exercise.check(lambda x, w: time.sleep(2)).message
    assert time.monotonic() - begun < 1.8


def test_works_in_a_thread_of_a_kernel(exercise):
    """No signals: a check may run in any thread."""
    results = []
    thread = threading.Thread(target=lambda: results.append(exercise.check(endless)))
    thread.start()
    thread.join(5)
    assert "Stopped" in results[0].message


@pytest.mark.skipif(not hasattr(os, "kill") or sys.platform == "win32", reason="sends SIGINT")
def test_the_stop_button_ends_the_check():
    code = """
import os, signal, threading, time
from seqlearn.grading import Exercise
e = Exercise("77.8", "t", 1, lambda x: x, lambda rng: [(1.0,)], time_limit=30)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
def endless(x):
    while True: pass
begun = time.monotonic()
print(e.check(endless).message, time.monotonic() - begun < 5)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "interrupted" in done.stdout and "True" in done.stdout and done.stderr == ""


def test_run_guarded_reports_a_failure():
    def task(printed: Printed) -> None:
        print("before")
        raise ValueError

    assert run_guarded(task, 5.0) == ("failed", "before\n")


def test_import_is_light():
    heavy = ("torch", "matplotlib", "ipywidgets", "IPython")
    code = f"import sys, seqlearn.exercises; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
