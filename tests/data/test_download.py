"""Downloads: whole or not at all, with a sentence that says why not."""

import builtins
import errno
import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pooch
import pytest

from seqlearn.data import download
from seqlearn.data.download import DownloadError, File, Source, obtain

DATA = bytes(range(256)) * 400
SHA256 = hashlib.sha256(DATA).hexdigest()


def source(server, behaviour="whole", *, sha256=SHA256, check=None):
    server.files["a.bin"] = DATA
    file = File(server.url(behaviour, "a.bin"), ("set/a.bin", "a.bin"), len(DATA), sha256, check)
    return Source("some data", "http://home.example", "CC0", "data(download=True)", (file,))


def left(cache):
    """Every file and folder under the cache, partial ones included."""
    return sorted(path.relative_to(cache).as_posix() for path in cache.rglob("*"))


def fails(wanted, cache, words):
    """The download fails with these words, says what to do, and leaves nothing."""
    with pytest.raises(DownloadError, match=words) as caught:
        obtain(wanted, download=True)
    message = str(caught.value)
    assert message.startswith("Could not download some data: ")
    assert "Nothing was kept. Call data(download=True) again, or fetch http://127.0.0.1" in message
    assert str(cache / "set" / "a.bin") in message
    assert left(cache) in ([], ["set"])


def test_nothing_downloads_unless_asked(server, cache):
    with pytest.raises(FileNotFoundError) as caught:
        obtain(source(server))
    message = str(caught.value)
    for part in ("some data", "http://home.example", "0.1 MB", "CC0", "data(download=True)", "SEQLEARN_DATA"):
        assert part in message
    assert server.requests == [] and not cache.exists()


def test_a_download_is_whole_and_happens_once(server, cache):
    (path,) = obtain(source(server), download=True)
    assert path == cache / "set" / "a.bin" and path.read_bytes() == DATA
    assert left(cache) == ["set", "set/a.bin"]
    assert obtain(source(server)) == obtain(source(server), download=True) == [path]
    assert server.requests == ["/whole/a.bin"]


def test_size_and_licence_are_printed_before_the_first_request(server, cache, capsys, monkeypatch):
    monkeypatch.setattr(download, "_fetch", lambda *_: capsys.readouterr().out)
    (printed,) = obtain(source(server), download=True)
    assert printed == "Downloading some data from http://home.example: 0.1 MB. Licence: CC0.\n"


def test_there_is_a_progress_bar_and_nothing_else_on_stderr(server, cache, capsys):
    pooch.get_logger().setLevel("INFO")
    obtain(source(server, sha256=None), download=True)
    (line,) = capsys.readouterr().err.split("\r")[-1].strip().splitlines()
    assert line.startswith("a.bin: 100%") and "102k/102k" in line
    assert not pooch.get_logger().isEnabledFor(logging.INFO)


@pytest.mark.parametrize("place", ["set/a.bin", "a.bin"])
def test_the_named_folder_comes_first(server, cache, tmp_path, monkeypatch, place):
    obtain(source(server), download=True)
    path = tmp_path / "mine" / place
    path.parent.mkdir(parents=True)
    path.write_bytes(b"my own copy")
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path / "mine"))
    assert obtain(source(server)) == [path]


def test_the_cache_serves_what_the_named_folder_lacks(server, cache, tmp_path, monkeypatch):
    (path,) = obtain(source(server), download=True)
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path / "nowhere"))
    assert obtain(source(server)) == [path]
    path.unlink()
    with pytest.raises(FileNotFoundError, match="nowhere, which holds no a.bin"):
        obtain(source(server))


def test_only_what_is_missing_is_downloaded(server, cache):
    one = source(server)
    server.files["b.bin"] = b"second"
    both = Source(*(getattr(one, name) for name in ("name", "home", "licence", "call")),
                  (*one.files, File(server.url("whole", "b.bin"), ("set/b.bin",), 6)))
    obtain(one, download=True)
    paths = obtain(both, download=True)
    assert [path.name for path in paths] == ["a.bin", "b.bin"] and paths[1].read_bytes() == b"second"
    assert server.requests == ["/whole/a.bin", "/whole/b.bin"]


@pytest.mark.parametrize("behaviour", ["cut", "cutchunked"])
@pytest.mark.parametrize("sha256", [SHA256, None])
def test_a_cut_connection(server, cache, behaviour, sha256):
    fails(source(server, behaviour, sha256=sha256), cache, "127.0.0.1 cut the connection")


def test_a_cut_nobody_announced_is_seen_by_the_checksum(server, cache):
    fails(source(server, "cutunseen"), cache, "SHA-256 differs")


def test_a_cut_nobody_announced_is_seen_by_the_check(server, cache):
    def check(path):
        if path.stat().st_size != len(DATA):
            raise ValueError(f"{path} is short")

    fails(source(server, "cutunseen", sha256=None, check=check), cache, "data: a.bin is short. Nothing")


def test_after_a_cut_the_next_try_starts_from_the_beginning(server, cache):
    fails(source(server, "cutonce"), cache, "cut the connection")
    (path,) = obtain(source(server, "cutonce"), download=True)
    assert path.read_bytes() == DATA


def test_wrong_bytes(server, cache):
    fails(source(server, "wrong"), cache, "SHA-256 differs")


def test_not_found(server, cache):
    fails(source(server, "missing"), cache, "127.0.0.1 answers 404 Not Found")


def test_a_redirect_loop(server, cache):
    fails(source(server, "loop"), cache, "round in circles")
    assert len(server.requests) < 40


def test_a_redirect_is_followed(server, cache):
    (path,) = obtain(source(server, "moved"), download=True)
    assert path.read_bytes() == DATA


@pytest.mark.parametrize("behaviour", ["silent", "halting"])
def test_a_server_that_falls_silent(server, cache, monkeypatch, behaviour):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    fails(source(server, behaviour), cache, "silent for 0.2 seconds")


def test_a_server_that_trickles(server, cache, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    begin = time.monotonic()
    fails(source(server, "trickling"), cache, "less than 1,000 bytes a second")
    assert time.monotonic() - begin < 5  # the server would go on for ten seconds


def test_a_slow_server_is_borne_with(server, cache, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 0.1)
    (path,) = obtain(source(server, "slowly"), download=True)
    assert path.read_bytes() == DATA


def test_far_more_than_expected(server, cache):
    fails(source(server, "longer", sha256=None), cache, f"more than {4 * len(DATA):,} bytes")


def test_a_disk_with_too_little_room(server, cache, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    fails(source(server), cache, "disk is full, and 0.1 MB are needed")


class FullDisk:
    """A file that takes 1,000 bytes."""

    def __init__(self, path, mode):
        self.file, self.room = builtins.open(path, mode), 1_000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, data):
        self.file.write(data[: self.room])
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(data)


def test_a_disk_that_fills_on_the_way(server, cache, monkeypatch):
    monkeypatch.setattr(download, "open", FullDisk, raising=False)
    fails(source(server), cache, "disk is full")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, a disk that is always full")
def test_a_disk_that_the_kernel_says_is_full(server, cache, monkeypatch):
    monkeypatch.setattr(download, "open", lambda _path, mode: builtins.open("/dev/full", mode), raising=False)
    fails(source(server), cache, "disk is full")


def test_a_cache_that_cannot_be_made(server, cache):
    cache.write_text("a file stands where the folder should be")
    with pytest.raises(DownloadError, match="Could not download some data: .*cache"):
        obtain(source(server), download=True)
    assert server.requests == []


def test_nobody_listens(server, cache):
    wanted = source(server)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        file = File(f"http://127.0.0.1:{unused.getsockname()[1]}/a.bin", ("set/a.bin",), len(DATA))
        fails(Source(wanted.name, wanted.home, wanted.licence, wanted.call, (file,)), cache, "is this machine online")


def test_offline(server, cache, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fails(source(server), cache, r"no connection to 127.0.0.1 \(is this machine online\?\)")


def test_the_stop_button_leaves_nothing(server, cache):
    def check(_path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        obtain(source(server, check=check), download=True)
    assert left(cache) == ["set"]


def test_two_processes_at_once(server, cache):
    script = textwrap.dedent(f"""
        from pathlib import Path
        from seqlearn.data import download
        download.cache_folder = lambda: Path({str(cache)!r})
        file = download.File({server.url("slowly", "a.bin")!r}, ("set/a.bin",), {len(DATA)}, {SHA256!r})
        source = download.Source("some data", "home", "CC0", "data(download=True)", (file,))
        input()
        print(len(download.obtain(source, download=True)[0].read_bytes()))
    """)
    server.files["a.bin"] = DATA
    command = [sys.executable, "-c", script]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0 and out.split()[-1] == str(len(DATA)), err
    assert left(cache) == ["set", "set/a.bin"] and (cache / "set" / "a.bin").read_bytes() == DATA


def test_another_process_reads_the_file_already(server, cache, monkeypatch):
    """On Windows a file that is open cannot be replaced; what the other process put there is whole."""

    def taken(_path, target):
        Path(target).write_bytes(DATA)
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(os, "replace", taken)
    (path,) = obtain(source(server), download=True)
    assert path.read_bytes() == DATA


def test_a_file_that_cannot_be_placed(server, cache, monkeypatch):
    def forbidden(_path, _target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", forbidden)
    fails(source(server), cache, "Permission denied")


def test_what_killed_downloads_left_is_swept_after_a_day(server, cache):
    for name, age in (("old", 90_000), ("young", 60)):
        folder = cache / "set" / f".partial-{name}"
        folder.mkdir(parents=True)
        (folder / "a.bin").write_bytes(b"half")
        stamp = folder.stat().st_mtime - age
        os.utime(folder, (stamp, stamp))
    obtain(source(server), download=True)
    assert left(cache) == ["set", "set/.partial-young", "set/.partial-young/a.bin", "set/a.bin"]


# ---------------------------------------------------------------- folders that people name


def data_in(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.bin").write_bytes(DATA)
    return folder / "a.bin"


@pytest.mark.parametrize("text", ["~/my data", '"{}/my data"', "'~/my data' ", " {}/my data/ "])
def test_a_folder_as_people_write_it(server, cache, tmp_path, monkeypatch, text):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = data_in(tmp_path / "my data")
    monkeypatch.setenv("SEQLEARN_DATA", text.format(tmp_path))
    assert obtain(source(server)) == [path]


def test_a_relative_folder_is_here_or_beside_the_course(server, cache, tmp_path, monkeypatch):
    """A notebook runs in another folder than the terminal that said SEQLEARN_DATA=data."""
    monkeypatch.setattr(download, "COURSE", tmp_path / "course")
    monkeypatch.setenv("SEQLEARN_DATA", "data")
    path = data_in(tmp_path / "course" / "data")
    (tmp_path / "course" / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "course" / "notebooks")
    assert obtain(source(server)) == [path]
    here = data_in(tmp_path / "course" / "notebooks" / "data")
    assert obtain(source(server)) == [here]


@pytest.mark.parametrize(("name", "words"), [
    ("a file", "names .*a file, which holds no a.bin: it is no folder, but a file;"),
    ("nowhere", "names .*nowhere, which holds no a.bin: it is no folder;"),
    ("empty", "names .*empty, which holds no a.bin;"), (" ", "SEQLEARN_DATA names no folder;"),
])
def test_what_is_named_is_said(server, cache, tmp_path, monkeypatch, name, words):
    (tmp_path / "a file").touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path / name) if name.strip() else name)
    with pytest.raises(FileNotFoundError, match=words):
        obtain(source(server))


@pytest.fixture
def homeless(cache, monkeypatch):
    def unknown(*_, **__):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.undo()  # the cache folder of the tests
    monkeypatch.delenv("SEQLEARN_DATA", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", unknown)


def test_a_user_without_a_home(server, homeless, tmp_path, monkeypatch):
    path = data_in(tmp_path / "mine")
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path / "mine"))
    assert obtain(source(server)) == [path], "the cache was asked first"
    path.unlink()
    with pytest.raises(FileNotFoundError, match="Not on this machine: some data"):
        obtain(source(server))
    with pytest.raises(DownloadError, match="home folder of this user cannot be told: set .*HOME.*save it as set/a.b"):
        obtain(source(server), download=True)
    assert server.requests == []


# ---------------------------------------------------------------- proxies


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_that_asks_for_a_password(server, cache, monkeypatch, variable):
    server.proxy_status = 407
    proxied(monkeypatch, variable, f"http://me:secret@127.0.0.1:{server.server_port}")
    with pytest.raises(DownloadError) as caught:
        obtain(elsewhere(server), download=True)
    wanted = (f"the proxy http://127.0.0.1:{server.server_port}, which {variable} names, asks for a user name and a "
              "password: write them before its address, http://name:password@…. Nothing was kept")
    assert wanted in str(caught.value) and "secret" not in str(caught.value)


def test_a_tunnel_through_a_proxy_that_asks_for_a_password(server, cache, monkeypatch):
    proxied(monkeypatch, "HTTPS_PROXY", f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(DownloadError, match="which HTTPS_PROXY names, asks for a user name and a password"):
        obtain(elsewhere(server, "https"), download=True)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("proxy", "words"), [
    ("http://127.0.0.1:9", r"no connection through the proxy http://127.0.0.1:9, which \w+ names \(is it spelled"),
    ("http://name:secret@proxy.invalid:3128", "no connection through the proxy http://proxy.invalid:3128, which"),
    ("htp://127.0.0.1:9", "the proxy htp://127.0.0.1:9, which .* names, is no address of a proxy that can be used"),
    ("http:/127.0.0.1:9", "is no address of a proxy that can be used here: it should be like http://proxy.example"),
    ("http://name:secret@127.0.0.1:99999", "the proxy http://127.0.0.1:99999, which .* is no address"),
])
def test_a_proxy_that_is_down_or_misspelt(server, cache, monkeypatch, scheme, proxy, words):
    proxied(monkeypatch, f"{scheme.upper()}_PROXY", proxy)
    with pytest.raises(DownloadError, match=words) as caught:
        obtain(elsewhere(server, scheme), download=True)
    assert "secret" not in str(caught.value) and server.requests == []


def proxied(monkeypatch, variable, proxy):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv(variable, proxy)


def elsewhere(server, scheme="http"):
    """A source at a home that is not this machine."""
    one = source(server)
    file = File(f"{scheme}://home.example/a.bin", ("set/a.bin",), len(DATA))
    return Source(one.name, one.home, one.licence, one.call, (file,))
