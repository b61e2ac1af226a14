"""How far the learner is: a small JSON file, and a table of the course made from it.

The file lies in the user's data folder, or where the environment variable SEQLEARN_PROGRESS says (nowhere, if that is
"off" or the null device; in the folder, if it is one). Nothing here fails loudly: a place that cannot be written or a
damaged file leaves a note in the table instead. What is no plain file, a device say, is left alone with a note.
Several notebooks may write at once: each takes a lock file, reads, merges its own result and replaces the file whole.
"""

import codecs
import contextlib
import html
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seqlearn.course.chapters import CHAPTERS
from seqlearn.course.printing import printable

LOCK_SECONDS = 2.0  # how long to wait for another notebook
STALE_SECONDS = 10.0  # a lock older than this was left by a kernel that died

_notes: list[str] = []  # what went wrong, said once each in the table


def progress_file() -> Path | None:
    """Where progress is kept; None when SEQLEARN_PROGRESS is "off", or when nobody can tell where."""
    chosen = os.environ.get("SEQLEARN_PROGRESS", "").strip().strip("\"'").strip()  # `set X="off" &&` of cmd keeps them
    if chosen.lower() == "off" or chosen == os.devnull:
        return None
    try:
        if chosen:
            path = Path(chosen).expanduser()
            if not path.is_absolute():  # a kernel's folder is not the terminal's in which the variable was set
                path = _data_folder() / path
            return path / "progress.json" if path.is_dir() else path
        return _data_folder() / "progress.json"
    except (RuntimeError, OSError, ValueError) as error:  # no home for this user, or none with the name after the ~
        _note(f"Progress is not kept ({str(error)[:200].rstrip('.')}): let SEQLEARN_PROGRESS name a file.")
        return None


def _data_folder() -> Path:
    import platformdirs  # here, so that importing an exercise stays quick

    return Path(platformdirs.user_data_dir("seqlearn", appauthor=False)).expanduser()


def load() -> dict:
    """What is stored: {"exercises": {id: {"status", "tries"}}, "quizzes": {chapter: {"right", "of"}}}."""
    empty = {"exercises": {}, "quizzes": {}}
    path = progress_file()
    if path is None or not _is_ours(path):
        return empty
    try:
        stored = json.loads(_text(path.read_bytes()))
        return {key: {str(name): dict(entry) for name, entry in stored[key].items()} for key in empty}
    except FileNotFoundError:
        return empty
    except OSError as error:
        _note(f"Progress cannot be read ({type(error).__name__}): {path}")
        return empty
    except (ValueError, KeyError, TypeError, AttributeError):
        return _set_aside(path, empty)


def _is_ours(path: Path) -> bool:
    """Is it a plain file, or nothing yet? A device or a pipe is another program's: reading it may never end."""
    try:
        mode = path.stat().st_mode
    except OSError:  # nothing is there, or nothing can be: reading and writing will say
        return True
    if stat.S_ISREG(mode):
        return True
    _note(f"Progress is not kept: {path} is no plain file.")
    return False


def _text(content: bytes) -> str:
    """The file's text, also as editors write it again: Notepad with a mark in front, PowerShell in UTF-16."""
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if utf16 else "utf-8-sig")


def record_answer(exercise: str, status: str) -> None:
    """Count a try; an exercise once correct stays correct."""

    def change(stored: dict) -> None:
        entry = stored["exercises"].setdefault(exercise, {"status": status, "tries": 0})
        entry["tries"] = _count(entry.get("tries")) + 1
        if entry.get("status") != "correct":
            entry["status"] = status

    _update(change)


def record_quiz(chapter: str, right: int, of: int) -> None:
    """Keep the best score of a quiz."""

    def change(stored: dict) -> None:
        best = _count(stored["quizzes"].get(chapter, {}).get("right"))
        stored["quizzes"][chapter] = {"right": max(best, right), "of": of}

    _update(change)


def reset_progress() -> None:
    """Forget all results and quiz scores."""
    _notes.clear()

    def change(stored: dict) -> None:
        stored["exercises"].clear()
        stored["quizzes"].clear()

    _update(change)


def table(exercises: Iterable, quizzes: Iterable[str]) -> "Table":
    """The course as a table: every exercise (id, title, stars) and every chapter's quiz, and how far the learner is."""
    stored = load()
    rows = []
    for exercise in exercises:
        entry = stored["exercises"].get(exercise.id, {})
        rows.append(Row(exercise.id, exercise.title, exercise.stars, _state(entry)))
    for chapter in quizzes:
        entry = stored["quizzes"].get(chapter)
        state = f"{_count(entry.get('right'))} of {_count(entry.get('of'))} right" if entry else "not taken"
        rows.append(Row(f"{chapter}.quiz", "Quiz", 0, state))
    return Table(tuple(sorted(rows, key=_order)), tuple(_notes))


@dataclass(frozen=True)
class Row:
    """One exercise or quiz. `state` is "correct", "tried 3 times", "not yet", or a quiz's score."""

    id: str
    title: str
    stars: int
    state: str


@dataclass(frozen=True)
class Table:
    """The course's table; shows itself as text or HTML."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """How many exercises are done."""
        exercises = [row for row in self.rows if row.stars]
        done = sum(row.state == "correct" for row in exercises)
        return f"{done} of {len(exercises)} exercises correct"

    def chapters(self) -> dict[str, list[Row]]:
        """Chapter number -> its rows."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.id[:2], []).append(row)
        return found

    def __repr__(self) -> str:
        return printable(self._text())

    def _text(self) -> str:
        width = max((len(row.title) for row in self.rows), default=0)
        lines = [self.summary]
        for number, rows in self.chapters().items():
            lines.append(f"\n{number} {_chapter_title(number)}")
            for row in rows:
                name = "" if row.id.endswith("quiz") else row.id
                stars = "★" * row.stars
                lines.append(f"  {name:<6}{row.title:<{width}}  {stars:<3}  {_sign(row)} {row.state}")
        return "\n".join([*lines, *(f"\nNote: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        """The summary, and each chapter folded up behind a line of its own: it opens without any script."""
        style = "color: var(--jp-content-font-color1, inherit);"
        chapters = "".join(_chapter_html(number, rows) for number, rows in self.chapters().items())
        notes = "".join(f"<p>Note: {html.escape(note)}</p>" for note in self.notes)
        return f'<div style="{style}"><p>{self.summary}</p>{chapters}{notes}</div>'


def _chapter_html(number: str, rows: list[Row]) -> str:
    cell = 'style="text-align: left; padding: 2px 12px;"'
    body = ""
    for row in rows:
        name = "" if row.id.endswith("quiz") else row.id
        stars = f'<span aria-label="{row.stars} of 3 stars">{"★" * row.stars}</span>' if row.stars else ""
        color = "color: var(--jp-success-color1, #2e7d32);" if row.state == "correct" else ""
        state = f'<span style="{color}">{_sign(row)} {html.escape(row.state)}</span>'
        cells = (name, html.escape(row.title), stars, state)
        body += "<tr>" + "".join(f"<td {cell}>{part}</td>" for part in cells) + "</tr>"
    done, of = sum(row.state == "correct" for row in rows), sum(row.stars > 0 for row in rows)
    title = f"{number} {html.escape(_chapter_title(number))}: {done} of {of}"
    return (
        f'<details><summary style="cursor: pointer;">{title}</summary>'
        f'<table style="border-collapse: collapse;"><tbody>{body}</tbody></table></details>'
    )


def _state(entry: dict) -> str:
    if entry.get("status") == "correct":
        return "correct"
    tries = _count(entry.get("tries"))
    return f"tried {tries} time{'s' if tries > 1 else ''}" if tries else "not yet"


def _sign(row: Row) -> str:
    return {"correct": "✓", "not yet": "○", "not taken": "○"}.get(row.state, "…")


def _order(row: Row) -> tuple[int, int]:
    chapter, _, number = row.id.partition(".")
    return int(chapter), int(number) if number.isdigit() else 1000


def _chapter_title(number: str) -> str:
    return next((chapter.title for chapter in CHAPTERS if chapter.number == number), "")


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _note(text: str) -> None:
    if text not in _notes:
        _notes.append(text)


def _set_aside(path: Path, empty: dict) -> dict:
    """Move a damaged file out of the way, beside any that was damaged before."""
    aside = path.with_name(f"{path.name}.damaged")
    number = 1
    while os.path.lexists(aside):
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{number}")
    try:
        os.replace(path, aside)
        _note(f"The progress file was damaged; it now lies at {aside}, and counting starts anew.")
    except OSError:
        _note(f"The progress file is damaged: {path}")
    return empty


def _update(change: Callable[[dict], None]) -> None:
    """Read, change and replace the file, under a lock; leave a note when that is not possible."""
    path = progress_file()
    if path is None or not _is_ours(path):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            stored = load()
            change(stored)
            _replace(path, json.dumps({"version": 1, **stored}, indent=1, sort_keys=True))
    except (OSError, ValueError) as error:
        _note(f"Progress is not saved ({type(error).__name__}): {path}")


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(name)
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold `progress.json.lock`. Who waits too long goes on without: a lost count is better than a stuck kernel."""
    lock = path.with_name(f"{path.name}.lock")
    deadline = time.monotonic() + LOCK_SECONDS
    mine = False
    while not mine and time.monotonic() < deadline:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            mine = True
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - lock.stat().st_mtime > STALE_SECONDS:
                    lock.unlink()
            time.sleep(0.01)
        except PermissionError:  # Windows, while another notebook is deleting the lock; or a read-only folder
            if not os.access(path.parent, os.W_OK):
                raise
            time.sleep(0.01)
    try:
        yield
    finally:
        if mine:
            with contextlib.suppress(OSError):
                lock.unlink()
