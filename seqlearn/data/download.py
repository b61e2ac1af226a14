"""Files from their original homes: into the cache whole, or not at all, and only when asked.

    (path,) = obtain(SOURCE)                    # finds the file, or says where it comes from and what to call
    (path,) = obtain(SOURCE, download=True)     # finds it, or fetches it

A file is looked for in the folder that the environment variable SEQLEARN_DATA names, then in the user's cache folder.
A name such as "data" means the folder of that name here, or else beside course.py: a notebook runs in another folder
than the terminal it was started from.
pooch downloads to a temporary name and compares the checksum. What pooch leaves open is here: limits on silence, speed
and size, a sentence for each failure, and a temporary folder of its own for each download, so that two processes never
meet and a file gets its name only after every check.
"""

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from seqlearn.paths import DAY, user_path

TIMEOUT = 30.0  # seconds in which a server has to answer, and that it may fall silent
PATIENCE = 60.0  # seconds over which the speed is measured
SLOWEST = 1_000  # bytes a second; under it a download of some megabytes would take hours
CHUNK = 1 << 16  # bytes
PARTIAL = ".partial-"
COURSE = Path(__file__).resolve().parents[2]  # where course.py lies
# One of the homes turns away programs that give the name of their HTTP library. "identity": the file as it is stored.
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; seqlearn)", "Accept-Encoding": "identity"}


class DownloadError(OSError):
    """A file could not be fetched; the message says why and what to do. Nothing was kept."""


@dataclass(frozen=True)
class File:
    """One file of a data set.

    places: where it may lie under a data folder, as patterns; the first is its place in the cache.
    size: bytes, the download's limit being four times that. sha256: where the origin never changes.
    check: raises ValueError when a fetched file is not what it should be.
    """

    url: str
    places: tuple[str, ...]
    size: int
    sha256: str | None = None
    check: Callable[[Path], object] | None = None


@dataclass(frozen=True)
class Source:
    """A data set: `name` such as "IMDB reviews", the page it comes from, its licence, the call that fetches it."""

    name: str
    home: str
    licence: str
    call: str
    files: tuple[File, ...]


def cache_folder() -> Path:
    """Where downloads are kept. Raises DownloadError for a user without a home folder."""
    import platformdirs  # here, so that importing the tasks stays quick

    try:
        return user_path("the cache folder", Path(platformdirs.user_cache_dir("seqlearn", appauthor=False)))
    except (RuntimeError, ValueError) as error:
        raise DownloadError(
            "there is no folder to keep it in, as the home folder of this user cannot be told: "
            "set the environment variable HOME to a folder that you may write to"
        ) from error


def obtain(source: Source, *, download: bool = False) -> list[Path]:
    """The paths of the files of `source`, fetching what is missing when `download` is true.

    Raises FileNotFoundError, with origin, size, licence and what to call, when a file is not here and `download` is
    false; DownloadError when it cannot be fetched.
    """
    paths = [_find(file) for file in source.files]
    lacking = [file for file, path in zip(source.files, paths) if path is None]
    if lacking and not download:
        raise FileNotFoundError(_not_here(source, lacking))
    if lacking:
        print(f"Downloading {source.name} from {source.home}: {_size(lacking)}. Licence: {source.licence}.", flush=True)
    return [_fetch(source, file) if path is None else path for file, path in zip(source.files, paths)]


def _find(file: File) -> Path | None:
    """The first of its places that exists; of several matches of a pattern the shortest name."""
    for folder in _folders():
        for place in file.places:
            matches = sorted(folder.glob(place), key=lambda path: (len(path.name), path.name))
            if matches:
                return matches[0]
    return None


def _folders() -> Iterator[Path]:
    """One after the other, so that where the data lie in the named folder nobody asks for a cache."""
    named = data_folder()
    if named is not None:
        yield named
    with contextlib.suppress(DownloadError):
        yield cache_folder()


def data_folder() -> Path | None:
    """The folder that SEQLEARN_DATA names, be it there or not; None when it names none."""
    named = os.environ.get("SEQLEARN_DATA", "").strip()
    if not named:
        return None
    here, beside = user_path("SEQLEARN_DATA", named), user_path("SEQLEARN_DATA", named, start=COURSE)
    return beside if beside.is_dir() and not here.is_dir() else here


def _not_here(source: Source, lacking: list[File]) -> str:
    named = data_folder()
    wanted = Path(lacking[0].places[0]).name
    looked = "SEQLEARN_DATA names no folder"
    if named is not None:
        looked = f"SEQLEARN_DATA names {named}, which holds no {wanted}"
        looked += "" if named.is_dir() else ": it is no folder, but a file" if named.exists() else ": it is no folder"
    return (
        f"Not on this machine: {source.name} ({looked}; nothing was downloaded so far). Origin: {source.home}. "
        f"Size: {_size(lacking)}. Licence: {source.licence}. Call {source.call} to download, or set the environment "
        f"variable SEQLEARN_DATA to the folder that holds {lacking[0].places[0]}."
    )


def _size(files: list[File]) -> str:
    megabytes = sum(file.size for file in files) / 1e6
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"


def _fetch(source: Source, file: File) -> Path:
    """Download one file into the cache; it appears there whole or not at all."""
    import urllib3

    try:
        target = cache_folder() / file.places[0]
    except DownloadError as error:
        raise DownloadError(
            f"Could not download {source.name}: {error}. Or fetch {file.url} with a browser, save it as "
            f"{file.places[0]} in a folder of yours, and set the environment variable SEQLEARN_DATA to that folder."
        ) from error
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=PARTIAL, ignore_cleanup_errors=True) as folder:
            _place(_download(file, Path(folder), target.name), target)
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
        raise DownloadError(
            f"Could not download {source.name}: {_reason(error, file)}. Nothing was kept. Call {source.call} "
            f"again, or fetch {file.url} with a browser and save it as {target}."
        ) from error
    return target


def _download(file: File, folder: Path, name: str) -> Path:
    import pooch

    pooch.get_logger().setLevel("WARNING")  # it would write a line for each file on stderr

    def stream(url: str, path: str, _pooch: object) -> None:
        _stream(url, path, limit=4 * file.size)

    known = f"sha256:{file.sha256}" if file.sha256 else None
    path = Path(pooch.retrieve(file.url, known, fname=name, path=folder, downloader=stream))
    if file.check:
        try:
            file.check(path)
        except ValueError as error:  # it names the temporary folder, which nobody needs to know
            raise ValueError(str(error).replace(str(path), name)) from error
    return path


def _stream(url: str, path: str, *, limit: int) -> None:
    import requests
    from tqdm.auto import tqdm

    with requests.get(url, stream=True, timeout=TIMEOUT, headers=HEADERS) as response:
        response.raise_for_status()
        length = response.raw.length_remaining  # None where the server does not say
        if length and length > shutil.disk_usage(Path(path).parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        description = Path(urlsplit(url).path).name
        bar = tqdm(total=length, unit="B", unit_scale=True, desc=description)
        with open(path, "wb") as output, bar:
            received, marked, since = 0, 0, time.monotonic()
            # read1 gives what has come, so that a trickle is noticed before a chunk is full.
            while chunk := response.raw.read1(CHUNK, decode_content=False):
                output.write(chunk)
                received += len(chunk)
                bar.update(len(chunk))
                if received > limit:
                    raise ValueError(f"more than {limit:,} bytes came, which is not the file expected")
                now = time.monotonic()
                if now - since > PATIENCE:
                    if received - marked < SLOWEST * (now - since):
                        raise TimeoutError
                    marked, since = received, now


def _reason(error: Exception, file: File) -> str:
    """One clause on what went wrong. The order matters: the errors of requests are OSErrors."""
    import requests
    import urllib3

    host, proxy = urlsplit(file.url).hostname, _proxy(file.url)
    if isinstance(error, requests.TooManyRedirects):
        return f"{host} sends the request round in circles"
    if isinstance(error, requests.HTTPError):
        if proxy and error.response.status_code == requests.codes.proxy_authentication_required:
            return _no_way_through(proxy, error)
        return f"{host} answers {error.response.status_code} {error.response.reason}"
    if proxy and isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return f"{proxy}, is no address of a proxy that can be used here: it should be like http://proxy.example:3128"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return f"{host} was silent for {TIMEOUT:g} seconds" + (f", asked through {proxy}" if proxy else "")
    if isinstance(error, urllib3.exceptions.HTTPError):
        return f"{host} cut the connection before the end of the file"
    if isinstance(error, requests.exceptions.SSLError):
        return f"no secure connection to {host} ({error})"
    if isinstance(error, requests.ConnectionError):
        return _no_way_through(proxy, error) if proxy else f"no connection to {host} (is this machine online?)"
    if isinstance(error, TimeoutError):
        return f"{host} sends less than {SLOWEST:,} bytes a second"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full, and {_size([file])} are needed"
    if isinstance(error, ValueError) and "known hash" in str(error):  # the words of pooch
        return "the bytes that came are not the published file (its SHA-256 differs)"
    return str(error)


def _proxy(url: str) -> str | None:
    """The proxy that a request to this address goes through, and who names it, in words and without its password."""
    import requests

    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    if not proxy:
        return None
    names = (f"{urlsplit(url).scheme}_proxy", "all_proxy")
    given = {value: name for name in (*map(str.upper, reversed(names)), *reversed(names))
             if (value := os.environ.get(name))}
    said = f"{given[proxy]} names" if proxy in given else "the settings of this machine name"
    start, _, rest = proxy.rpartition("://")
    return f"the proxy {start}{'://' if start else ''}{rest.rpartition('@')[2]}, which {said}"


def _no_way_through(proxy: str, error: Exception) -> str:
    """One clause on a proxy that let nothing through."""
    if "407" in str(error):
        return f"{proxy}, asks for a user name and a password: write them before its address, http://name:password@…"
    return f"no connection through {proxy} (is it spelled right and running, and is this machine online?)"


def _place(path: Path, target: Path) -> None:
    try:
        os.replace(path, target)
    except PermissionError:
        if not target.exists():  # on Windows, another process may have put it there and be reading it
            raise


def _sweep(folder: Path) -> None:
    """Remove what downloads left behind that were killed a day ago or earlier."""
    for path in folder.glob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > DAY:
                shutil.rmtree(path, ignore_errors=True)
