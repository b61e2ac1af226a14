"""JupyterLab, opened on the learner's own copy of a chapter. `course.py` starts this inside .venv.

    python -m seqlearn.course.lab                                 chapter 00
    python -m seqlearn.course.lab 05 --port=9000                  chapter 05; what follows goes to JupyterLab
    python -m seqlearn.course.lab 05 --new                        its new edition, beside the older copy
    python -m seqlearn.course.lab notebooks/05_….ipynb            the stored notebook, to change the course
"""

import re
import runpy
import sys
from pathlib import Path

from seqlearn.course import copies
from seqlearn.course.chapters import CHAPTERS, Chapter, chapter, notebooks_folder
from seqlearn.course.copies import CopyProblem


def say(text: str) -> None:
    print(f"course: {text}", flush=True)


def main(arguments: list[str]) -> int:
    """Make the copies that are missing, open one of them, or what the arguments name. Returns the exit status."""
    try:
        options = targets(list(arguments))
    except CopyProblem as problem:
        print(f"\ncourse: {problem}", file=sys.stderr)
        return 1
    return start_jupyterlab(options)


def targets(arguments: list[str]) -> list[str]:
    """JupyterLab's arguments: what to open and the folder it may show. Raises CopyProblem with a sentence."""
    if {"-h", "--help", "--help-all", "--version"} & set(arguments):
        return arguments
    own_root = any("root_dir" in argument or "notebook-dir" in argument for argument in arguments)
    named = [a for a in arguments if not a.startswith("-") and (a.endswith(".ipynb") or Path(a).exists())]
    number = arguments.pop(0) if arguments and re.fullmatch(r"\d\d?", arguments[0]) and not named else None
    if named:
        return [*arguments, *([] if own_root else root_of(Path(named[0])))]
    if own_root and number is None:
        return arguments
    new = "--new" in arguments
    copy = learners_copy(None if number is None else known(number), new)
    rest = [argument for argument in arguments if argument != "--new"]
    return [str(copy), *rest, *([] if own_root else [f"--ServerApp.root_dir={copies.base_folder()}"])]


def known(number: str) -> Chapter:
    """The chapter of a number that somebody typed, "5" or "05"."""
    try:
        entry = chapter(number.zfill(2))
    except KeyError:
        raise CopyProblem(f"There is no chapter {number}. The course has {CHAPTERS[0].number} to {CHAPTERS[-1].number}."
                          ) from None
    if not entry.written:
        raise CopyProblem(f"Chapter {entry.number}, {entry.title}, is not written yet.")
    return entry


def learners_copy(entry: Chapter | None, new: bool) -> Path:
    """The copy to open, chapter 00 when none was asked for; `new`: the newest edition, made where it is missing.

    Says what the learner should know: where the copies are, and which chapters have changed in the course since.
    """
    found = copies.provide()
    for problem in found.problems:
        say(problem)
    if found.made:
        say(f"your own copies of the chapters are in {found.folder}\n"
            "        Work in them as you like: the course never overwrites them.")
    editions = [entry] if new and entry else list(found.changed) if new else []
    for each in editions:
        path = copies.new_edition(each)
        beside = path.name != each.notebook
        say(f"chapter {each.number} as it now is in the course lies beside your copy: {path.name}" if beside
            else f"your copy of chapter {each.number} is of the newest edition")
    waiting = [each for each in found.changed if each not in editions]
    if waiting:
        numbers = ", ".join(each.number for each in waiting)
        say(f"changed in the course since your copy was made: chapter {numbers}. Your copy stays as it is.\n        "
            f"python3 course.py {waiting[0].number} --new   puts the new one beside it and opens that")
    entry = entry or CHAPTERS[0]
    return copies.new_edition(entry) if entry in editions else copies.own_copy(entry)


def root_of(path: Path) -> list[str]:
    """The option that lets JupyterLab show a named notebook with its neighbours; a folder is its own root."""
    path = path.absolute()
    if path.is_dir():
        return []
    if not path.is_file():
        number = re.match(r"(\d\d)_", path.name)
        hint = f" `python3 course.py {number[1]}` opens your copy of that chapter." if number else ""
        raise CopyProblem(f"There is no notebook {path}.{hint}")
    course = notebooks_folder().parent
    root = course if path.resolve().is_relative_to(course) else path.parent
    return [f"--ServerApp.root_dir={root}"]


def start_jupyterlab(arguments: list[str]) -> int:
    """Become JupyterLab, as `python -m jupyterlab` would; its exit status."""
    sys.argv = ["jupyter-lab", *arguments]
    try:
        runpy.run_module("jupyterlab", run_name="__main__")
    except ModuleNotFoundError as error:
        print(f"\ncourse: {error.name} is not installed here. Start the course with `python3 course.py`.",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
