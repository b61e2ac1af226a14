"""How far the learner is: a small JSON file, and a table of the course made from it.

The file lies in the user's data folder, or where the environment variable SEQLEARN_PROGRESS says ("off": nowhere).
Writing never fails loudly: a folder that cannot be written, or a damaged file, leaves a note in the table instead.
Several notebooks may write at once: each takes a lock file, reads, merges its own result and replaces the file whole.
"""

import contextlib
import html
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seqlearn.course.chapters import CHAPTERS

LOCK_SECONDS = 2.0  # how long to wait for another notebook
STALE_SECONDS = 10.0  # a lock older than this was left by a kernel that died

_notes: list[str] = []  # what went wrong, said once each in the table


def progress_file() -> Path | None:
    """Where progress is kept; None when SEQLEARN_PROGRESS is "off"."""
    chosen = os.environ.get("SEQLEARN_PROGRESS", "")
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs  # here, so that importing an exercise stays quick

    return Path(platformdirs.user_data_dir("seqlearn", appauthor=False)) / "progress.json"


def load() -> dict:
    """What is stored: {"exercises": {id: {"status", "tries"}}, "quizzes": {chapter: {"right", "of"}}}."""
    empty = {"exercises": {}, "quizzes": {}}
    path = progress_file()
    if path is None:
        return empty
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {key: {str(name): dict(entry) for name, entry in stored[key].items()} for key in empty}
    except FileNotFoundError:
        return empty
    except OSError as error:
        _note(f"Progress cannot be read ({type(error).__name__}): {path}")
        return empty
    except (ValueError, KeyError, TypeError, AttributeError):
        return _set_aside(path, empty)


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
    """One exercise or quiz. `state` is "correct", "tried (3)", "–", or a quiz's score."""

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
        cell = 'style="text-align: left; padding: 2px 12px;"'
        body = ""
        for number, rows in self.chapters().items():
            done = sum(row.state == "correct" for row in rows)
            of = sum(row.stars > 0 for row in rows)
            body += (
                f'<tr><th {cell} colspan="3" scope="rowgroup">{number} {html.escape(_chapter_title(number))}</th>'
                f"<th {cell}>{done} of {of}</th></tr>"
            )
            for row in rows:
                name = "" if row.id.endswith("quiz") else row.id
                stars = f'<span aria-label="{row.stars} of 3 stars">{"★" * row.stars}</span>' if row.stars else ""
                color = "color: var(--jp-success-color1, #2e7d32);" if row.state == "correct" else ""
                state = f'<span style="{color}">{_sign(row)} {html.escape(row.state)}</span>'
                cells = (name, html.escape(row.title), stars, state)
                body += "<tr>" + "".join(f"<td {cell}>{part}</td>" for part in cells) + "</tr>"
        notes = "".join(f"<p>Note: {html.escape(note)}</p>" for note in self.notes)
        caption = f'<caption style="text-align: left; padding: 2px 12px;">{self.summary}</caption>'
        style = "border-collapse: collapse; color: var(--jp-content-font-color1, inherit);"
        return f'<table style="{style}">{caption}<tbody>{body}</tbody></table>{notes}'


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
    aside = path.with_name(f"{path.name}.damaged")
    try:
        os.replace(path, aside)
        _note(f"The progress file was damaged; it now lies at {aside}, and counting starts anew.")
    except OSError:
        _note(f"The progress file is damaged: {path}")
    return empty


def _update(change: Callable[[dict], None]) -> None:
    """Read, change and replace the file, under a lock; leave a note when that is not possible."""
    path = progress_file()
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            stored = load()
            change(stored)
            _replace(path, json.dumps({"version": 1, **stored}, indent=1, sort_keys=True))
    except OSError as error:
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
