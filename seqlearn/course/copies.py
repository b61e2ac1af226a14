"""The learner's own copies of the chapters: `work/`, beside `notebooks/`, which stays as the course stores it.

    provide()                      # a copy of every chapter that has none yet
    new_edition(chapter("05"))     # the course's chapter as it is now, beside a copy that is older

All copies are made at the first start, for chapters link to each other and a link must lead to the learner's copy, not
to a missing file. They come with the stored outputs, so that a page shows its pictures before anything is run. A file
that is there is never overwritten; when the course's chapter has changed since, the learner is told, and gets the new
one on request.
"""

import errno
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from seqlearn.course.chapters import CHAPTERS, Chapter, notebooks_folder, read_notebook

RECORD = ".editions.json"  # file name of each copy → the edition it was made from
PART = ".part"
STALE_SECONDS = 600  # a part older than this was left by a program that died
ELSEWHERE = "Or name another folder in the environment variable SEQLEARN_WORK."
REMEDIES = {
    errno.ENOSPC: "The disk is full: free some space and start again. What has been copied is kept.",
    errno.EDQUOT: "Your quota is used up: free some space and start again. What has been copied is kept.",
}


class CopyProblem(Exception):
    """A copy could not be made; the text is a sentence for the learner."""


@dataclass(frozen=True)
class Provided:
    """What `provide` found: the folder of the copies, chapters copied now, chapters newer in the course, problems."""

    folder: Path
    made: tuple[Chapter, ...]
    changed: tuple[Chapter, ...]
    problems: tuple[str, ...]


def base_folder() -> Path:
    """The folder in which `work/` lies: the one that SEQLEARN_WORK names, or the course's own folder.

    A course that cannot be written, or belongs to somebody else, is shared: then it is `seqlearn` in the learner's
    documents folder. Raises CopyProblem when no such folder can be told.
    """
    chosen = os.environ.get("SEQLEARN_WORK", "").strip(" \"'")  # cmd's `set` keeps quotes and a blank at the end
    if chosen:
        folder = Path(os.path.expanduser(chosen))
    elif _may_keep_copies(course := notebooks_folder().parent):
        return course
    else:
        import platformdirs  # here, so that a learner's own course needs nothing but the standard library

        folder = platformdirs.user_documents_path() / "seqlearn"
    if str(folder).startswith("~"):
        raise CopyProblem(f"There is no home folder for your copies of the chapters. {ELSEWHERE}")
    return folder.absolute()


def provide() -> Provided:
    """Make a copy of every written chapter that has none. Raises CopyProblem when there can be no folder for them.

    A single chapter that cannot be copied is a problem in the answer, and the others are copied all the same.
    """
    folder = _work_folder()
    record = _read_record(folder)
    made, changed, problems = [], [], []
    for entry in CHAPTERS:
        if not entry.written:
            continue
        copy = folder / entry.notebook
        try:
            data = _stored(entry)
            if not os.path.lexists(copy) and _place(data, copy):
                record[copy.name] = edition(data)
                made.append(entry)
            record.setdefault(copy.name, edition(data))  # a copy of unknown origin: from now on changes are seen
            if edition(data) not in _taken(record, entry):
                changed.append(entry)
        except CopyProblem as problem:
            problems.append(str(problem))
        except OSError as error:
            problems.append(_sentence(error, folder))
    try:
        _write_record(folder, record)
    except OSError as error:
        problems.append(_sentence(error, folder))
    return Provided(folder, tuple(made), tuple(changed), tuple(dict.fromkeys(problems)))


def own_copy(entry: Chapter) -> Path:
    """The learner's copy of a chapter. Raises CopyProblem when it could not be made, or something else has its name."""
    copy = _work_folder() / entry.notebook
    if copy.is_file():
        return copy
    if os.path.lexists(copy):
        raise CopyProblem(f"{copy} is no file. Move it away and start again: your copy is then made.")
    raise CopyProblem(f"There is no copy of chapter {entry.number}; the reason stands above.")


def new_edition(entry: Chapter) -> Path:
    """A copy of the chapter as it now stands in the course: one that was made before, or a new file beside it.

    `05_….ipynb` keeps its name and its contents; the new one is `05_…_new.ipynb`. Raises CopyProblem.
    """
    folder = _work_folder()
    record = _read_record(folder)
    copy = folder / entry.notebook
    try:
        data = _stored(entry)
        for name in _names(record, entry):
            if record[name] == edition(data) and (folder / name).is_file():
                return folder / name
        count = 1
        while not _place(data, copy):
            copy = folder / entry.notebook.replace(".ipynb", f"_new{count if count > 1 else ''}.ipynb")
            count += 1
        _write_record(folder, {**record, copy.name: edition(data)})
        return copy
    except OSError as error:
        raise CopyProblem(_sentence(error, folder)) from None


def edition(data: bytes) -> str:
    """What tells one state of a stored chapter from another; line ends, which git may change, do not matter."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _may_keep_copies(course: Path) -> bool:
    """Whether this user may keep copies in the course's `work/`, which is made on the way: only the attempt tells."""
    work = course / "work"
    folder = work if work.is_dir() else course
    if not os.access(folder, os.W_OK) or hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        return False
    try:
        work.mkdir(exist_ok=True)
        return True
    except FileExistsError:
        raise CopyProblem(f"{work} is no folder, and your copies of the chapters need one of that name. Move it away "
                          f"and start again. {ELSEWHERE}") from None
    except PermissionError:
        return False
    except OSError as error:
        raise CopyProblem(_sentence(error, course)) from None


def _work_folder() -> Path:
    """The folder of the copies, made where it is missing, with what the chapters' links lead to beside it."""
    base = base_folder()
    course = notebooks_folder().parent
    if not notebooks_folder().is_dir():
        raise CopyProblem(f"The folder {notebooks_folder()} is not there: the course is incomplete. Fetch it again.")
    try:
        (base / "work").mkdir(parents=True, exist_ok=True)
        if base.resolve() != course:
            for name in ("notebooks", "seqlearn"):
                _link(base / name, course / name)
        for part in (base / "work").glob(f".*{PART}"):
            if time.time() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink()
    except OSError as error:
        raise CopyProblem(_sentence(error, base)) from None
    return base / "work"


def _link(link: Path, target: Path) -> None:
    """So that a link to `../seqlearn/nn/lstm.py` opens in a copy far from the course. Windows may forbid it."""
    if link.is_symlink() and Path(os.readlink(link)) != target:
        link.unlink()
    if not os.path.lexists(link):
        try:
            link.symlink_to(target, target_is_directory=True)
        except (OSError, NotImplementedError):
            pass


def _stored(entry: Chapter) -> bytes:
    """The course's chapter. Raises CopyProblem when it is missing or damaged: a copy of it would stay damaged."""
    path = notebooks_folder() / entry.notebook
    try:
        read_notebook(path)
        return path.read_bytes()
    except ValueError as error:
        raise CopyProblem(str(error)) from None
    except OSError as error:
        raise CopyProblem(f"{path} cannot be read ({error.strerror}). Fetch the course again.") from None


def _place(data: bytes, path: Path) -> bool:
    """Write a new file, whole or not at all. False when there is one already: it stays as it is."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        part.write_bytes(data)
        try:
            os.link(part, path)  # never replaces a file that has come in between, as a rename would
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                return False
            os.rename(part, path)
        return True
    finally:
        part.unlink(missing_ok=True)


def _names(record: dict[str, str], entry: Chapter) -> list[str]:
    stem = entry.notebook.removesuffix(".ipynb")
    return [name for name in record if name == entry.notebook or name.startswith(f"{stem}_new")]


def _taken(record: dict[str, str], entry: Chapter) -> set[str]:
    """The editions of a chapter that the learner has been given, wherever the copies are now."""
    return {record[name] for name in _names(record, entry)}


def _read_record(folder: Path) -> dict[str, str]:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in record.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _write_record(folder: Path, record: dict[str, str]) -> None:
    if record == _read_record(folder):
        return
    part = folder / f"{RECORD}.{os.getpid()}{PART}"
    try:
        part.write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(part, folder / RECORD)
    finally:
        part.unlink(missing_ok=True)


def _sentence(error: OSError, folder: Path) -> str:
    """What a learner reads when a folder cannot be written."""
    remedy = REMEDIES.get(error.errno, f"Make the folder writable for you. {ELSEWHERE}")
    return f"Your copies of the chapters cannot be written in {folder} ({error.strerror or error}). {remedy}"
