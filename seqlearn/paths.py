"""Paths as people write them: `~` for the home folder, quotes from another window, a blank at the end.

    path = user_path("path", "~/runs/night.pt")          # an absolute path
    path = file_to_read("path", "vectors.txt")           # a plain file that is there
    path = file_to_write("path", "run.pt")               # a place for one; nothing but a plain file is ever replaced
    part = part_beside(path)                             # write here first, then os.replace(part, path)

Everything that takes a path from a user, be it an argument or an environment variable, comes through here.
"""

import contextlib
import os
import time
from pathlib import Path

DAY = 86_400.0  # seconds


def user_path(name: str, value: str | os.PathLike, *, start: Path | None = None) -> Path:
    """The absolute path that was meant; a relative one begins at `start`, the current folder when None.

    name: what the error messages call it. `~` and `~user` become home folders. Of a text, blanks and quotes around it
    go, as they come along when a path is copied; a Path is taken as it is.
    Raises TypeError for what is no path, ValueError for an empty one and for a home folder that cannot be told.
    """
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a path, got {type(value).__name__}")
    if isinstance(value, str):
        text = text.strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1].strip()
    if not text or "\0" in text:
        raise ValueError(f"{name} must be a path, got {value!r}")
    try:
        return ((start or Path()) / Path(text).expanduser()).absolute()
    except RuntimeError:
        raise ValueError(f"{name} must be written out, as the home folder of ~ cannot be told, got {text!r}") from None


def file_to_read(name: str, value: str | os.PathLike) -> Path:
    """The path of a plain file that is there.

    Raises FileNotFoundError when nothing is there, ValueError for a folder or a device, which may never end.
    """
    path = _plain(name, value, user_path(name, value))
    if not path.exists():
        raise FileNotFoundError(f"{name} must be a file, but nothing is at {path}")
    return path


def file_to_write(name: str, value: str | os.PathLike) -> Path:
    """The path of a file that may be written or replaced, through links to what they point at.

    Raises ValueError for a folder, and for a device such as /dev/null, which must not become a file.
    """
    return _plain(name, value, Path(os.path.realpath(user_path(name, value))))


def part_beside(path: Path) -> Path:
    """Where to write before the file gets its name. The folder is made; what killed processes left there is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob("*.part"):
        process = left.name.removeprefix(f"{path.name}.").removesuffix(".part")
        if process.isdecimal() and left.name == f"{path.name}.{process}.part" and not _at_work(int(process), left):
            with contextlib.suppress(OSError):
                left.unlink()
    return path.with_name(f"{path.name}.{os.getpid()}.part")


def _plain(name: str, value: str | os.PathLike, path: Path) -> Path:
    if path.is_dir() or os.fspath(value).rstrip("\"' ").endswith(("/", os.sep)):
        raise ValueError(f"{name} must be a file, got the folder {path}")
    if path.exists() and not path.is_file():
        raise ValueError(f"{name} must be a plain file, and {path} is a device or the like")
    return path


def _at_work(process: int, left: Path) -> bool:
    """Whether the process that writes this part may still be at it."""
    if os.name == "nt":  # there os.kill would end it
        return time.time() - left.stat().st_mtime < DAY
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return process != os.getpid()
