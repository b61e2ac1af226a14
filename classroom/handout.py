"""Make the course for a class: solutions held back until a date or a key, the checks as they are.

    python3 course.py handout --until 2027-01-15              into seqlearn-course.zip
    python3 course.py handout --key "a word" --into FOLDER    a folder instead of an archive
    python3 course.py handout --nbgrader --chapter 05         assignments for nbgrader, into seqlearn-nbgrader
"""

import argparse
import base64
import datetime
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from classroom.asked import sheet, with_exercises
from classroom.collect import given_path
from classroom.for_nbgrader import write_assignments
from seqlearn.grading.holding import digest

ROOT = Path(__file__).resolve().parents[1]
# What a student needs. Tests, the book and the teacher's folder show solutions, or are of no use there.
GIVEN = ("course.py", "README.md", "LICENSE", "LICENSE-text", "CITATION.cff", "environment.yml", "pyproject.toml",
         "requirements.txt", "requirements-cuda.txt", "docs", "lab", "notebooks", "seqlearn")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints", "held.json", "held.key")
# A chapter's exercises, packed so that opening or searching the file shows no solution. It is no secret: these lines
# unpack it. `linecache` gets the text because the known mistakes are changes of the references' source.
PACKED = '''"""Exercises of this course, packed: `.hint()` helps, `.check()` explains, `.solution()` opens in time."""

import base64
import linecache
import zlib

_text = zlib.decompress(base64.b85decode("""{packed}""".replace("\\n", ""))).decode()
linecache.cache[__file__] = len(_text), None, _text.splitlines(keepends=True), __file__
exec(compile(_text, __file__, "exec"))
'''


def pack(path: Path) -> None:
    """Replace a module's text by one that unpacks it when it is imported."""
    packed = base64.b85encode(zlib.compress(path.read_bytes(), 9)).decode()
    lines = "\n".join(packed[start:start + 100] for start in range(0, len(packed), 100))
    path.write_text(PACKED.replace("{packed}", lines), encoding="utf-8")


def make_course(into: Path, until: str | None, key: str | None) -> None:
    """Write the students' course into a new folder."""
    into.mkdir(parents=True)
    for name in GIVEN:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=_left_out(source))
        elif source.exists():
            shutil.copy2(source, into / name)
    for path in sorted((into / "seqlearn/exercises").glob("*.py")):
        if path.name != "__init__.py":
            pack(path)
    terms = {"until": until, "key": None}
    if key:
        salt = secrets.token_hex(16)
        terms |= {"salt": salt, "key": digest(key, salt)}
    (into / "seqlearn/grading/held.json").write_text(json.dumps(terms), encoding="utf-8")


def _left_out(folder: Path):
    """What a copy leaves out: caches, and what git does not know, such as a chapter's copy in notebooks/."""
    known = known_to_git(folder)

    def names(base: str, found: list[str]) -> set[str]:
        return {name for name in found if name in LEFT_OUT
                or known is not None and not _is_known(Path(base, name), known)}

    return names


def known_to_git(folder: Path) -> set[Path] | None:
    """The files below a folder of the course that git knows; None where there is no git to ask."""
    try:
        told = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--", str(folder)],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    return {ROOT / name for name in told.split("\0") if name} or None


def _is_known(path: Path, known: set[Path]) -> bool:
    return path in known or any(path in each.parents for each in known)


def archive(folder: Path, into: Path) -> None:
    """Zip a folder, the same bytes for the same files."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), (2026, 1, 1, 0, 0, 0))
                entry.external_attr = (0o755 if path.name == "course.py" else 0o644) << 16
                packed = path.suffix in (".whl", ".zip", ".gz", ".tgz")
                entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                made.writestr(entry, path.read_bytes())


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="course.py handout", description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="What holding back is: `.solution()` says when it opens, and the exercises' files are packed,\n"
               "so that neither reading nor searching them shows a solution. It is no secret: a check runs the\n"
               "reference, so who wants to can unpack it. Grades come from your own course, not from the student's.")
    parser.add_argument("--until", metavar="DATE", type=_date, help="solutions open on that day, 2027-01-15")
    parser.add_argument("--key", metavar="WORD", help="solutions open with .solution(\"WORD\")")
    parser.add_argument("--into", type=given_path, metavar="PLACE", help="a new folder, or a file that ends in .zip")
    parser.add_argument("--nbgrader", action="store_true", help="make assignments for nbgrader instead")
    parser.add_argument("--chapter", action="append", default=[], metavar="NN",
                        help="with --nbgrader: this chapter (may be given several times; else all)")
    given = parser.parse_args(arguments)
    if given.nbgrader and (given.until or given.key):
        parser.error("--nbgrader makes assignments; --until and --key belong to the students' course")
    if not given.nbgrader and not given.until and not given.key:
        parser.error("say until when solutions are held back: --until 2027-01-15, or --key WORD")
    here = Path(os.environ.get("SEQLEARN_FROM", "."))
    into = given.into or here / ("seqlearn-nbgrader" if given.nbgrader else "seqlearn-course.zip")
    try:
        if into.exists():
            raise FileExistsError(f"{into} is there already: name another place with --into, or move it away")
        if given.nbgrader:
            chapters = [sheet(number.zfill(2)).chapter for number in given.chapter] or with_exercises()
            write_assignments(into, chapters)
        elif into.suffix == ".zip":
            with tempfile.TemporaryDirectory() as folder:
                make_course(Path(folder) / into.stem, given.until, given.key)
                archive(Path(folder) / into.stem, into)
        else:
            make_course(into, given.until, given.key)
    except KeyError as error:
        print(f"handout: {error.args[0]}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"handout: {error}", file=sys.stderr)
        return 1
    print(f"Ready: {into}")
    return 0


def _date(text: str) -> str:
    return datetime.date.fromisoformat(text).isoformat()


if __name__ == "__main__":
    sys.exit(main())
