"""Hostile and damaged archives: refused, with nothing written anywhere."""

import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from seqlearn.data.archives import open_zip, read_gzip, read_tar, zip_names

TEXTS = {"set/a.txt": b"first " * 200, "set/b.txt": b"second", "set/c.bin": b"not wanted"}
HOSTILE_NAMES = ["../a.txt", "set/../../a.txt", "/home/a.txt", "..\\a.txt", "C:/a.txt", "C:\\a.txt"]


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def make_tar(path, *extra):
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(member("set", tarfile.DIRTYPE))
        for name, data in TEXTS.items():
            info = member(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in extra:
            tar.addfile(info)
    return path


def make_zip(path, *extra):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in TEXTS.items():
            archive.writestr(name, data)
        for name in extra:
            archive.writestr(name, b"../a.txt")
    return path


def tar_texts(path, limit=10_000):
    return dict(read_tar(path, lambda name: name.endswith(".txt"), limit=limit))


@pytest.fixture(autouse=True)
def nothing_is_written(tmp_path, monkeypatch):
    """Whatever the archive says, no file appears, neither in the working folder nor above it."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    yield
    assert {path.name for path in tmp_path.rglob("*")} <= {"here", "a.tar.gz", "a.zip", "a.gz"}


def test_a_tar_gives_the_wanted_files_in_its_order(tmp_path):
    texts = tar_texts(make_tar(tmp_path / "a.tar.gz"))
    assert list(texts.items()) == [item for item in TEXTS.items() if item[0].endswith(".txt")]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_tar_that_points_outside(tmp_path, name):
    with pytest.raises(ValueError, match="a.tar.gz is refused: .* points outside"):
        tar_texts(make_tar(tmp_path / "a.tar.gz", member(name)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
@pytest.mark.parametrize("link", ["../../secret", "/etc/passwd", "set/a.txt"])
def test_a_tar_with_links_and_devices(tmp_path, kind, link):
    with pytest.raises(ValueError, match="'set/z.txt' in it is not a plain file"):
        tar_texts(make_tar(tmp_path / "a.tar.gz", member("set/z.txt", kind, link)))


def test_a_tar_that_expands_too_far_is_refused_before_it_is_read(tmp_path):
    total = sum(len(data) for data in TEXTS.values())
    path = make_tar(tmp_path / "a.tar.gz")
    assert tar_texts(path, limit=total)
    with pytest.raises(ValueError, match=f"more than {total - 1:,} bytes"):
        tar_texts(path, limit=total - 1)
    header = member("set/huge.txt")
    header.size = 1 << 40  # says so and ends here
    path.write_bytes(gzip.compress(header.tobuf()))
    with pytest.raises(ValueError, match="more than 10,000 bytes"):
        tar_texts(path)


def test_a_tar_cut_anywhere(tmp_path):
    path = make_tar(tmp_path / "a.tar.gz")
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match="a.tar.gz is damaged .*: delete it"):
            tar_texts(path)


def test_a_tar_with_one_wrong_byte(tmp_path):
    """Whatever byte is wrong: damage is noticed, or it is in what gzip does not keep (a name, a time)."""
    path = make_tar(tmp_path / "a.tar.gz")
    data, whole = path.read_bytes(), tar_texts(path)
    noticed = 0
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        try:
            assert tar_texts(path) == whole
        except ValueError as error:
            assert "a.tar.gz is" in str(error)
            noticed += 1
    assert noticed > 0.8 * len(data)


def test_a_zip_gives_the_wanted_file(tmp_path):
    path = make_zip(tmp_path / "a.zip")
    assert zip_names(path) == list(TEXTS)
    with open_zip(path, "set/a.txt", limit=len(TEXTS["set/a.txt"])) as file:
        assert file.read() == TEXTS["set/a.txt"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_zip_that_points_outside(tmp_path, name):
    path = make_zip(tmp_path / "a.zip", name)
    with pytest.raises(ValueError, match="a.zip is refused: .* points outside"), open_zip(path, "set/a.txt"):
        pass


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_zip_with_links_and_devices(tmp_path, kind):
    info = zipfile.ZipInfo("set/z.txt")
    info.external_attr = (kind | 0o777) << 16
    path = make_zip(tmp_path / "a.zip", info)
    with pytest.raises(ValueError, match="'set/z.txt' in it is not a plain file"), open_zip(path, "set/z.txt"):
        pass


def test_a_zip_that_lacks_the_file(tmp_path):
    path = make_zip(tmp_path / "a.zip")
    with pytest.raises(ValueError, match="a.zip holds no set/d.txt"), open_zip(path, "set/d.txt"):
        pass


def test_a_zip_that_expands_too_far(tmp_path):
    path = make_zip(tmp_path / "a.zip")
    with pytest.raises(ValueError, match="more than 1,199 bytes"), open_zip(path, "set/a.txt", limit=1_199):
        pass


def test_an_encrypted_zip(tmp_path):
    path = make_zip(tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="a.zip is damaged .*encrypted"), open_zip(path, "set/a.txt"):
        pass


def test_a_zip_cut_anywhere(tmp_path):
    path = make_zip(tmp_path / "a.zip")
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match="a.zip is damaged"), open_zip(path, "set/a.txt") as file:
            file.read()


def test_a_zip_with_wrong_bytes(tmp_path):
    path = make_zip(tmp_path / "a.zip")
    data = path.read_bytes()
    begin = data.index(b"set/a.txt") + len("set/a.txt")
    for place in range(begin, begin + 10):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        with pytest.raises(ValueError, match="a.zip is damaged"), open_zip(path, "set/a.txt") as file:
            file.read()


def test_gzip(tmp_path):
    path = tmp_path / "a.gz"
    whole = gzip.compress(b"x" * 1_000)
    path.write_bytes(whole)
    assert read_gzip(path, limit=1_000) == b"x" * 1_000
    with pytest.raises(ValueError, match="a.gz is refused: it expands to more than 999 bytes"):
        read_gzip(path, limit=999)
    for broken in (whole[:-1], whole[:15], b"plain text", whole[:-5] + b"?" + whole[-4:]):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="a.gz is damaged"):
            read_gzip(path, limit=1_000)
