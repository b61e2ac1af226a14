"""Read files out of archives without unpacking anything onto the disk.

A name with "..", an absolute name, a link or a device has no business in a data set: an archive that holds one is
refused. Damage of every kind ends in a ValueError that names the archive; so does expansion beyond a limit.
"""

import contextlib
import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

# zipfile raises a RuntimeError for an encrypted file and for a method of compression that it does not know.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, zipfile.BadZipFile, RuntimeError)


def read_tar(path: Path, wanted: Callable[[str], bool], *, limit: int) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each wanted file of a .tar.gz, in its order; `limit` bounds the bytes of all files.

    Names come without the "./" that `tar -czf x.tar.gz .` puts in front of them.
    """
    total = 0
    # gzip reads, not tarfile: it compares the checksum at the end.
    with whole(path), gzip.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            _refuse(path, member.name, member.isreg() or member.isdir())
            total += member.size
            _bound(path, total, limit)
            name = member.name.removeprefix("./")
            if member.isreg() and wanted(name):
                yield name, tar.extractfile(member).read()
        while stream.read(1 << 20):
            pass


@contextlib.contextmanager
def open_zip(path: Path, name: str, *, limit: int | None = None) -> Iterator[IO[bytes]]:
    """The file `name` of a .zip, open for reading; `limit` bounds its bytes."""
    with whole(path), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            _refuse(path, info.filename, kind in (0, stat.S_IFREG, stat.S_IFDIR))
        held = {info.filename.removeprefix("./"): info for info in archive.infolist()}
        if name not in held:
            raise ValueError(f"{path} holds no {name}")
        if limit is not None:
            _bound(path, held[name].file_size, limit)
        with archive.open(held[name]) as file:
            yield file


def zip_names(path: Path) -> list[str]:
    """The names of all files in a .zip."""
    with whole(path), zipfile.ZipFile(path) as archive:
        return [name.removeprefix("./") for name in archive.namelist()]


def read_gzip(path: Path, *, limit: int) -> bytes:
    """The bytes of a .gz file, at most `limit`."""
    with whole(path), gzip.open(path) as file:
        data = file.read(limit + 1)
        _bound(path, len(data), limit)
        return data


@contextlib.contextmanager
def whole(path: Path) -> Iterator[None]:
    """Turn what damaged archives raise into a ValueError that names `path`."""
    try:
        yield
    except DAMAGE as error:
        raise ValueError(f"{path} is damaged ({error}): delete it and fetch it again") from error


def _refuse(path: Path, name: str, plain: bool) -> None:
    """Raise ValueError unless `name`, which stands in the archive `path`, is a plain file or folder inside it."""
    if not plain:
        raise ValueError(f"{path} is refused: {name!r} in it is not a plain file")
    if not name or name.startswith("/") or ".." in PurePosixPath(name).parts or any(sign in name for sign in "\\:\0"):
        raise ValueError(f"{path} is refused: {name!r} in it points outside")


def _bound(path: Path, size: int, limit: int) -> None:
    if size > limit:
        raise ValueError(f"{path} is refused: it expands to more than {limit:,} bytes")
