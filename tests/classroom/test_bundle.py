"""The course for a room without network: what goes into it, and that it sets itself up from it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from classroom import bundle
from classroom.handout import archive, known_to_git

ROOT = Path(__file__).resolve().parents[2]
HAS_GIT = known_to_git(ROOT) is not None


def test_the_course_goes_along_and_nothing_that_was_made_in_its_folder(tmp_path, monkeypatch):
    wanted = {"course.py", "requirements.txt", "notebooks/00_start_here.ipynb", "seqlearn/nn/lstm.py", "book/conf.py"}
    bundle.copy_course(tmp_path / "by git")
    monkeypatch.setattr(bundle, "known_to_git", lambda folder: None)
    bundle.copy_course(tmp_path / "without git")
    for name in ("by git", "without git"):
        files = filter(Path.is_file, (tmp_path / name).rglob("*"))
        found = {path.relative_to(tmp_path / name).as_posix() for path in files}
        assert wanted <= found
        assert [each for each in found if set(Path(each).parts) & bundle.MADE_HERE] == []


def test_what_is_packed_already_is_not_packed_again(tmp_path):
    (tmp_path / "it").mkdir()
    for name in ("a.whl", "b.txt"):
        (tmp_path / "it" / name).write_bytes(b"x" * 5000)
    archive(tmp_path / "it", tmp_path / "it.zip")
    sizes = {entry.filename: entry.compress_size for entry in zipfile.ZipFile(tmp_path / "it.zip").infolist()}
    assert sizes["it/a.whl"] == 5000 > sizes["it/b.txt"]


def test_unfinished_downloads_stay_behind(tmp_path):
    (tmp_path / "here/aclImdb").mkdir(parents=True)
    (tmp_path / "here/.partial-1234").mkdir()
    (tmp_path / "here/names.txt").write_text("emma")
    bundle.copy_data(tmp_path / "here", tmp_path / "there")
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["aclImdb", "names.txt"]


def test_a_place_that_is_taken_is_left_alone(tmp_path, capsys):
    assert bundle.main(["--into", str(tmp_path), "--no-data"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert bundle.main(["--into", str(tmp_path / "new"), "--data", str(tmp_path / "none")]) == 1
    assert "is no folder" in capsys.readouterr().err and not (tmp_path / "new").exists()


@pytest.mark.bundle
@pytest.mark.skipif(not os.environ.get("SEQLEARN_BUNDLE"), reason="downloads and installs 1.4 GB: minutes")
def test_a_bundle_sets_itself_up_and_runs_a_chapter_without_network(tmp_path):
    """SEQLEARN_BUNDLE may name a bundle that was made before."""
    made, given = tmp_path / "bundle.zip", os.environ["SEQLEARN_BUNDLE"]
    if Path(given).suffix == ".zip":
        made = Path(given)
    else:
        subprocess.run([sys.executable, "course.py", "bundle", "--into", made], cwd=ROOT, check=True)
    with zipfile.ZipFile(made) as packed:
        packed.extractall(tmp_path)
    (course,) = (path for path in tmp_path.iterdir() if (path / "course.py").exists())
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    # A namespace of its own has no network but the machine's own address, which kernels are reached at.
    assert shutil.which("unshare") and shutil.which("ip"), "Debian's util-linux and iproute2 have them"
    alone = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
             sys.executable, "course.py"]
    for arguments in (["test", "05"], ["book"], ["check"]):
        done = subprocess.run([*alone, *arguments], cwd=course, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout[-4000:]
    made_for = json.loads((course / "bundle.json").read_text())
    (course / "bundle.json").write_text(json.dumps({**made_for, "python": "3.99"}))
    shutil.rmtree(course / ".venv")
    done = subprocess.run([*alone, "book"], cwd=course, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 1 and b"wheels/ are for Python 3.99" in done.stdout
