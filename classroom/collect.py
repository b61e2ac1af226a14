"""Collect notebooks from what an LMS exports: folders, files, archives in archives. Nothing of them is run.

    python3 course.py collect FOLDER                  into FOLDER_collected
    python3 course.py collect FOLDER --into OTHER

Only notebooks are taken out of an archive. They are read, not unpacked: a file is written under a name made here, so
no path in an archive leads anywhere, links are not followed, and what is too large is left with a note.
"""

import argparse
import contextlib
import io
import json
import os
import stat
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from classroom.asked import code_cells, sheet
from classroom.spreadsheet import write_csv
from classroom.students import NO_STUDENT, Origin, chapter_of, folder_name, origin, other_chapters, tidy

LIST = "collected.json"
KEPT = ("student", "id", "key", "chapter", "source", "problem", "note")
MOST_NOTEBOOK = 25 * 2**20  # bytes of one notebook
MOST_ARCHIVE = 300 * 2**20  # bytes read out of one file of the folder
MOST_ENTRIES = 20_000
DEEPEST = 3  # archives in archives
IGNORED = ("__MACOSX", ".ipynb_checkpoints", ".git")
OTHER_ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


@dataclass
class Found:
    """A file that somebody handed in."""

    parts: tuple[str, ...]  # its path, archives counted as folders
    time: float
    data: bytes = b""
    problem: str = ""


@dataclass
class Submission:
    """One student's notebook of one chapter, or why there is none. `cells` are its code cells."""

    student: str
    id: str
    chapter: str | None
    source: str
    problem: str = ""
    note: str = ""
    cells: list[str] = field(default_factory=list)
    data: bytes = b""
    order: tuple = ()
    key: str = ""


class Budget:
    """How much may still be read out of one file of the folder."""

    def __init__(self) -> None:
        self.bytes, self.entries = MOST_ARCHIVE, MOST_ENTRIES


def find(folder: Path) -> list[Found]:
    """Every notebook below the folder and in its archives, in the order of their names. Links are not followed."""
    found: list[Found] = []
    if folder.is_file():
        _take(folder, (folder.name,), found)
        return _without_wrappers(found)
    for base, folders, names in os.walk(folder):
        links = [name for name in folders if Path(base, name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and name not in IGNORED)
        for name in sorted([*names, *links]):
            path = Path(base, name)
            _take(path, path.relative_to(folder).parts, found)
    return _without_wrappers(found)


def _take(path: Path, parts: tuple[str, ...], found: list[Found]) -> None:
    parts = tuple(part.encode("utf-8", "replace").decode() for part in parts)
    if parts[-1].startswith("."):
        return
    try:
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode):
            found.append(Found(parts, 0.0, problem="a link or a special file is not read"))
        elif parts[-1].lower().endswith(".zip"):
            with path.open("rb") as file:
                _open(file, parts, Budget(), 1, found)
        elif not parts[-1].lower().endswith(".ipynb"):
            found.append(Found(parts, state.st_mtime, problem=_no_notebook(parts[-1])))
        elif state.st_size > MOST_NOTEBOOK:
            found.append(Found(parts, state.st_mtime, problem=_too_large(state.st_size)))
        else:
            found.append(Found(parts, state.st_mtime, path.read_bytes()))
    except OSError as error:
        found.append(Found(parts, 0.0, problem=f"it cannot be read ({error.strerror})"))


def _open(file: io.IOBase, parts: tuple[str, ...], budget: Budget, depth: int, found: list[Found]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            budget.entries -= len(entries)
            if budget.entries < 0:
                raise ValueError("it holds too many files")
            for entry in entries:
                _entry(archive, entry, parts, budget, depth, found)
    except Exception as error:  # zipfile raises many kinds on damaged archives
        said = "it is no zip archive" if isinstance(error, zipfile.BadZipFile) else str(error)[:100]
        found.append(Found(parts, 0.0, problem=f"the archive cannot be read: {said}"))


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, parts: tuple[str, ...], budget: Budget, depth: int,
           found: list[Found]) -> None:
    inner = tuple(part for part in entry.filename.replace("\\", "/").split("/") if part not in ("", ".", ".."))
    if entry.is_dir() or not inner or any(part in IGNORED for part in inner) or inner[-1].startswith("."):
        return
    path, name = (*parts, *inner), inner[-1].lower()
    date = _seconds(entry.date_time)
    if entry.flag_bits & 1:
        found.append(Found(path, date, problem="it is encrypted: it can only be read without a password"))
    elif stat.S_ISLNK(entry.external_attr >> 16):
        found.append(Found(path, date, problem="a link in an archive is not followed"))
    elif name.endswith(".zip"):
        if depth >= DEEPEST:
            found.append(Found(path, date, problem="archives lie too deep in one another"))
            return
        data = _read(archive, entry, min(budget.bytes, MOST_ARCHIVE))
        budget.bytes -= len(data or b"")
        if data is None:
            found.append(Found(path, date, problem=_too_large(entry.file_size)))
        else:
            _open(io.BytesIO(data), path, budget, depth + 1, found)
    elif name.endswith(".ipynb"):
        try:
            data = _read(archive, entry, min(budget.bytes, MOST_NOTEBOOK))
        except Exception as error:
            found.append(Found(path, date, problem=f"it cannot be read from the archive ({str(error)[:80]})"))
            return
        budget.bytes -= len(data) if data is not None else 0
        found.append(Found(path, date, data or b"", "" if data is not None else _too_large(entry.file_size)))
    else:
        found.append(Found(path, date, problem=_no_notebook(inner[-1])))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | None:
    """The entry's bytes, or None when there are more than `most`, whatever its header says."""
    with archive.open(entry) as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


def _seconds(date: tuple[int, ...]) -> float:
    import datetime

    with contextlib.suppress(ValueError, OverflowError, OSError):
        return datetime.datetime(*date, tzinfo=datetime.UTC).timestamp()
    return 0.0


def _too_large(size: int) -> str:
    return f"it is too large ({size / 2**20:.0f} MB, or more than its archive may hold)"


def _no_notebook(name: str) -> str:
    ending = Path(name).suffix.lower()
    return f"an archive of another kind than zip ({ending})" if ending in OTHER_ARCHIVES else "no notebook"


def _without_wrappers(found: list[Found]) -> list[Found]:
    """Without the archives and folders around all submissions: what everything lies in is no student.

    A lone student's folder looks much the same. It stays, because its files are named after chapters, or because what
    lies in it is the course's folder `work`.
    """
    files = [each.parts for each in found if each.problem != "no notebook" or len(each.parts) > 1]
    common = len(os.path.commonprefix([parts[:-1] for parts in files])) if files else 0
    for level in range(common, 0, -1):
        rest = [parts[level:] for parts in files]
        several = len({origin(parts).key for parts in rest}) > 1
        chapters = any(len(parts) == 1 and not origin(parts).id and chapter_of(parts[0], []) for parts in rest)
        if several and not chapters and not any(parts[0] in NO_STUDENT for parts in rest):
            for each in found:
                each.parts = each.parts[level:] or each.parts[-1:]
            break
    return found


def submissions(found: list[Found]) -> list[Submission]:
    """One for every student and chapter: the later one counts, and of the others the note tells.

    A notebook in which something was done counts before one that is as it was handed out.
    """
    read = [_submission(each, origin(each.parts)) for each in found]
    students: dict[str, list[Submission]] = {}
    for each in read:
        students.setdefault(each.key, []).append(each)
    chosen = []
    for each in students.values():
        notebooks = [one for one in each if not one.problem]
        chosen += _latest(notebooks)
        if not notebooks:
            worst = sorted(each, key=lambda one: (one.problem == "no notebook", one.source))
            if worst[0].problem == "no notebook":
                worst[0].problem = _listed(each)
            chosen.append(worst[0])
        elif any(one.problem not in ("", "no notebook") for one in each):
            chosen[-1].note += "".join(
                f" Left out: {one.source}, {one.problem}." for one in each if one.problem not in ("", "no notebook"))
    return sorted(chosen, key=lambda one: (one.student.casefold(), one.id, one.chapter or ""))


def _latest(notebooks: list[Submission]) -> list[Submission]:
    by_chapter: dict[str, list[Submission]] = {}
    for one in notebooks:
        by_chapter.setdefault(one.chapter, []).append(one)
    for several in by_chapter.values():
        several.sort(key=lambda one: one.order)
        if len(several) > 1:
            several[-1].note += f" The latest of {len(several)}; not counted: " + "; ".join(
                one.source for one in several[:-1]) + "."
    return [several[-1] for several in by_chapter.values()]


def _submission(found: Found, who: Origin) -> Submission:
    made = Submission(who.name, who.id, None, "/".join(map(tidy, found.parts)), found.problem, data=found.data,
                      key=who.key)
    if found.problem:
        return made
    try:
        made.cells, made.chapter = _cells(found.data, found.parts[-1])
    except ValueError as error:
        made.problem = str(error)
        return made
    if made.chapter is None:
        made.problem = "it is no chapter of the course, as far as its name and its cells tell"
        return made
    if others := other_chapters(made.cells, made.chapter):
        made.note = (f" It also checks exercises of chapter {' and '.join(others)}, which are not read: a notebook "
                     "counts for one chapter.")
    asked = sheet(made.chapter)
    touched = any(cell.strip() not in asked.stubs | asked.text_cells for cell in made.cells if cell.strip())
    made.order = (touched, who.number, found.time, who.copy, made.source)
    return made


def _cells(data: bytes, name: str) -> tuple[list[str], str | None]:
    """The code cells and the chapter of a notebook. Raises ValueError with the reason when it is none."""
    if not data.strip():
        raise ValueError("the file is empty")
    try:
        notebook = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise ValueError("it is no notebook: its text is damaged") from None
    if isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        raise ValueError("it is a notebook of format 3 or older: open it in JupyterLab and save it")
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("it is no notebook: it has no cells")
    cells = code_cells(notebook)
    if len(cells) > 2000:
        raise ValueError(f"it has {len(cells)} cells")
    return cells, chapter_of(name, cells)


def _listed(several: list[Submission]) -> str:
    names = sorted(one.source.rpartition("/")[2] for one in several)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"there is no notebook ({', '.join(names[:3])}{more})"


def collect(folder: Path) -> list[Submission]:
    """What the students handed in: from the folder of an LMS, or from one that `collect` has made."""
    if (folder / LIST).is_file():
        return _collected(folder)
    return submissions(find(folder))


def _collected(folder: Path) -> list[Submission]:
    made = []
    for row in json.loads((folder / LIST).read_text(encoding="utf-8")):
        one = Submission(row["student"], row["id"], row["chapter"], row["source"], row["problem"], row["note"],
                         key=row["key"])
        if row["file"]:
            path = folder / row["file"]
            if not path.resolve().is_relative_to(folder.resolve()) or path.is_symlink():
                one.problem = "its file has gone"
            else:
                try:
                    one.data = path.read_bytes()
                    one.cells, _ = _cells(one.data, path.name)
                except (OSError, ValueError) as error:
                    one.problem = f"its file in {folder.name} cannot be read ({str(error)[:100]})"
        made.append(one)
    return made


def store(chosen: list[Submission], into: Path) -> None:
    """Write the notebooks, a folder a student, and the list of what came from where. `into` must be empty or new."""
    from seqlearn.course.chapters import chapter

    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise FileExistsError(f"{into} is not empty: name another folder with --into, or move it away")
    taken: dict[str, str] = {}
    rows = []
    for one in chosen:
        name = folder_name(one.student)
        while taken.setdefault(name.casefold(), one.key) != one.key:
            name += "_2"
        file = f"{name}/{chapter(one.chapter).notebook}" if one.chapter and not one.problem else ""
        if file:
            (into / name).mkdir(exist_ok=True)
            (into / file).write_bytes(one.data)
        rows.append({name: getattr(one, name) for name in KEPT} | {"file": file})
    (into / LIST).write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    header = ["student", "id", "chapter", "file", "came from", "problem", "note"]
    keys = ["student", "id", "chapter", "file", "source", "problem", "note"]
    write_csv(into / "collected.csv", [header, *([row[key] for key in keys] for row in rows)])


def beside(folder: Path, what: str) -> Path:
    """FOLDER_collected for FOLDER, and for class.zip."""
    folder = folder.resolve()
    return folder.with_name((folder.stem if folder.is_file() else folder.name) + "_" + what)


def given_path(text: str) -> Path:
    """A path as it was typed: `course.py` runs this in the course's folder, and says where the reader is."""
    return Path(os.environ.get("SEQLEARN_FROM", "."), Path(text).expanduser())


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="course.py collect", description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Moodle's and Canvas's downloads, a folder a student, or one archive with all of them: each is read as\n"
               "it is. Of several notebooks by one student of one chapter, the latest counts. Nothing is run.")
    parser.add_argument("folder", type=given_path, metavar="FOLDER",
                        help="the folder or the zip archive of the submissions")
    parser.add_argument("--into", type=given_path, metavar="OTHER", help="where to put them (FOLDER_collected)")
    given = parser.parse_args(arguments)
    try:
        if not given.folder.exists():
            raise FileNotFoundError(f"there is no {given.folder}")
        into = given.into or beside(given.folder, "collected")
        chosen = collect(given.folder)
        store(chosen, into)
    except OSError as error:
        print(f"collect: {error}", file=sys.stderr)
        return 1
    good = [one for one in chosen if not one.problem]
    print(f"{len(good)} notebooks of {len({one.key for one in good})} students are in {into}")
    for one in chosen:
        if one.problem:
            print(f"  {one.student}: {one.problem} ({one.source})")
    print(f"What came from where: {into / 'collected.csv'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
