"""Make one folder or zip archive from which the course sets itself up with no network at all.

    python3 course.py bundle                      into seqlearn-bundle.zip
    python3 course.py bundle --into FOLDER        a folder instead of an archive
    python3 course.py bundle --data FOLDER        with the data sets of that folder

It holds the chapters, the packages for this Python on a machine like this one, the data sets that are on
this machine, and the book. Unpack it on each machine of the room and run `python3 course.py` there, with
the same Python.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import course
from classroom.collect import given_path
from classroom.handout import archive, known_to_git
from seqlearn.data.download import cache_folder, data_folder

ROOT = Path(__file__).resolve().parents[1]
MADE_HERE = {".git", ".venv", "_build", "work", "wheels", "data-sets", "bundle.json", "seqlearn.egg-info",
             "__pycache__", ".ipynb_checkpoints"}


def copy_course(into: Path) -> None:
    """Every file that belongs to the course, and none that was made in its folder."""
    for path in known_to_git(ROOT) or _lying_here():
        if path.is_file():
            target = into / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def _lying_here() -> list[Path]:
    return [path for path in ROOT.rglob("*") if not set(path.relative_to(ROOT).parts) & MADE_HERE]


def fetch_wheels(into: Path) -> None:
    """The packages of the course and of the book, for this Python and this kind of machine."""
    into.mkdir()
    pins = course.pins()
    torch = next(pin for pin in pins if pin.startswith("torch=="))
    course.install_torch(torch, command=("wheel", "--wheel-dir", into))
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "pins.txt"
        wanted.write_text("\n".join(pins), encoding="utf-8")
        course.pip_install(["--find-links", into, "-c", "requirements-cuda.txt", "-r", wanted,
                            "-r", "book/requirements.txt"], command=("wheel", "--wheel-dir", into))


def copy_data(folder: Path, into: Path) -> None:
    """The data sets, without downloads that were never finished."""
    shutil.copytree(folder, into, ignore=shutil.ignore_patterns(".partial-*"))


def make(into: Path, data: Path | None) -> None:
    """Write the bundle into a new folder. data: the folder of the data sets, or None."""
    into.mkdir(parents=True)
    copy_course(into)
    course.say("the packages")
    fetch_wheels(into / "wheels")
    if data is not None:
        course.say(f"the data sets of {data}")
        copy_data(data, into / "data-sets")
    course.say("the book")
    if course.book([]):
        raise OSError("the book could not be built; its last words are above")
    shutil.copytree(ROOT / "_build/book", into / "_build/book")
    made_for = {"python": "{}.{}".format(*sys.version_info[:2]), "system": course.system()}
    (into / "bundle.json").write_text(json.dumps(made_for), encoding="utf-8")


def data_here() -> Path | None:
    """The folder that SEQLEARN_DATA names, or the one of downloads, if there is one."""
    folder = data_folder() or cache_folder()
    return folder if folder.is_dir() else None


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="course.py bundle", description=__doc__.partition("\n")[0],
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="\n\n".join(__doc__.split("\n\n")[1:]))
    parser.add_argument("--into", type=given_path, metavar="PLACE", help="a new folder, or a file that ends in .zip")
    parser.add_argument("--data", type=given_path, metavar="FOLDER",
                        help="take the data sets from here (else: the folder SEQLEARN_DATA names, or the downloads)")
    parser.add_argument("--no-data", action="store_true", help="leave the data sets out")
    given = parser.parse_args(arguments)
    into = given.into or Path(os.environ.get("SEQLEARN_FROM", ".")) / "seqlearn-bundle.zip"
    data = None if given.no_data else given.data or data_here()
    try:
        if into.exists():
            raise FileExistsError(f"{into} is there already: name another place with --into, or move it away")
        if given.data and not given.data.is_dir():
            raise FileNotFoundError(f"{given.data} is no folder")
        if into.suffix == ".zip":
            into.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=into.parent, prefix=".seqlearn-bundle-") as folder:
                make(Path(folder) / into.stem, data)
                archive(Path(folder) / into.stem, into)
        else:
            make(into, data)
    except (OSError, course.SetupError) as error:
        print(f"bundle: {error}", file=sys.stderr)
        return 1
    version = "{}.{}".format(*sys.version_info[:2])
    print(f"Ready: {into}\nFor Python {version} on {course.system()}. Unpack it there, and run in its folder:\n"
          "    python3 course.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
