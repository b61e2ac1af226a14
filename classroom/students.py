"""Who handed in a file, and which hand-in counts: read from the names that Moodle, Canvas and plain folders give."""

import re
import unicodedata
from dataclasses import dataclass

from seqlearn.course.chapters import CHAPTERS

MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(file|onlinetext)_?(?P<rest>.*)$", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_]+)_(LATE_)?(?P<id>\d+)_(?P<number>\d+)_(?P<rest>.+)$", re.DOTALL)
COPY = re.compile(r"(?:[ _]\((?P<a>\d+)\)|-(?P<b>\d+)|[-_]new(?P<c>\d*)|-Copy(?P<d>\d+))$")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)  # no file of Windows may be called so
NO_STUDENT = {"work", "notebooks", "__macosx"}  # folders of the course, not of a student
SLUGS = {entry.notebook.removesuffix(".ipynb"): entry.number for entry in CHAPTERS}


@dataclass(frozen=True)
class Origin:
    """Whose file it is by its name: the student's name and the LMS's number, and what tells a later file."""

    name: str
    id: str = ""
    number: int = 0  # of the submission, in Canvas: a later one is higher
    copy: int = 0  # "05 (1).ipynb", "05-1.ipynb"

    @property
    def key(self) -> str:
        """The same for two files of one student."""
        return self.id or unicodedata.normalize("NFC", self.name).casefold()


def origin(parts: tuple[str, ...]) -> Origin:
    """Whose file this is. `parts`: the path from the folder of all submissions, archives counted as folders."""
    parts = tuple(tidy(part) for part in parts)
    folders = [part for part in parts[:-1] if part.casefold() not in NO_STUDENT]
    stem = without_ending(parts[-1])
    first = without_ending(folders[0]) if folders else stem
    copy = copy_number(stem)
    for pattern in (MOODLE, CANVAS):
        match = pattern.match(first)
        if match:
            number = int(match["number"]) if pattern is CANVAS else 0
            rest = copy_number(match["rest"]) if not folders else 0
            return Origin(match["name"].strip() or first, match["id"], number, max(copy, rest))
    if folders:
        return Origin(first, copy=copy)
    base = COPY.sub("", stem)
    for slug in SLUGS:  # 05_exploding_…_anna.ipynb, anna_05_exploding_….ipynb
        if slug in base and base != slug:
            return Origin(base.replace(slug, "").strip(" _-") or stem, copy=copy)
    return Origin(base if copy and base not in SLUGS else stem, copy=copy)


def tidy(name: str) -> str:
    """A name without what no name holds: control and direction marks, blanks around it. At most 120 characters."""
    shown = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    return " ".join(shown.split())[:120] or "(no name)"


def without_ending(name: str) -> str:
    """A file's name without .ipynb or .zip."""
    return re.sub(r"\.(ipynb|zip)$", "", name, flags=re.IGNORECASE)


def copy_number(stem: str) -> int:
    """2 for `05 (2)`, `05-2`, `05_new2`; 0 where nothing says that it is another copy."""
    match = COPY.search(stem)
    if not match:
        return 0
    return int((next((part for part in match.groups() if part), "") or "1")[:6])


def chapter_of(name: str, cells: list[str]) -> str | None:
    """A notebook's chapter: the one whose exercises its cells name most often, else the one that its name says."""
    text = "\n".join(cells)
    counts = {entry.number: len(re.findall(rf"\bch{entry.number}\.\w+\.check\(", text)) for entry in CHAPTERS}
    best = max(counts, key=counts.get)
    if counts[best]:
        return best
    for slug, number in SLUGS.items():
        if slug in name:
            return number
    imported = re.search(r"\bimport ch(\d\d)\b", text)
    numbered = imported or re.match(r"(?:.*[^0-9])?(\d\d)(?:[^0-9].*)?$", without_ending(name))
    return numbered[1] if numbered and numbered[1] in SLUGS.values() else None


def other_chapters(cells: list[str], chapter: str) -> list[str]:
    """Further chapters of which a notebook checks exercises, in code and not in a comment or a text."""
    found = set(re.findall(r"^[^#'\"\n]*\bch(\d\d)\.\w+\.check\(", "\n".join(cells), re.MULTILINE))
    return sorted(found & set(SLUGS.values()) - {chapter})


def folder_name(student: str) -> str:
    """A folder's name for a student: letters and digits of any script, nothing that a file system or a shell reads."""
    kept = "".join(c if c.isalnum() else "_" for c in unicodedata.normalize("NFC", student))
    name = re.sub("_+", "_", kept).strip("_")[:60] or "student"
    return name + "_" if RESERVED.match(name) else name
