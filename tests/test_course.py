"""The launcher: what it starts, what it installs and in which order, and what it says when a machine is in the way."""

import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = (ROOT / "course.py").read_text(encoding="utf-8")
FOUND = {"missing": [], "damaged": []}
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "PIP_PROXY")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """course.py as a module that believes in an empty folder of its own and starts no program."""
    for name in ("course.py", "requirements.txt", "requirements-cuda.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "seqlearn").mkdir()
    spec = importlib.util.spec_from_file_location("course", tmp_path / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.started = []

    def run(command, quiet=False, **environment):
        module.started.append([str(part) for part in command])
        return 0

    monkeypatch.setattr(module, "run", run)
    for name in ("SEQLEARN_TORCH", "OMP_NUM_THREADS", "PIP_NO_INDEX", "PIP_FIND_LINKS", *PROXIES):
        monkeypatch.delenv(name, raising=False)
    return module


def fake_ready_venv(course):
    """A .venv that set-up takes for a finished one."""
    course.venv_python().parent.mkdir(parents=True)
    course.venv_python().touch()
    (course.VENV / "pyvenv.cfg").write_text("version = 3.12.1\n", encoding="utf-8")
    for name in ("tqdm", "tqdm-4.70.1.dist-info"):
        (course.VENV / "lib/python3.12/site-packages" / name).mkdir(parents=True)
    course.write_stamp()


# ---------------------------------------------------------------- the file itself


def test_needs_the_standard_library_only():
    imported = [node for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imported if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_can_read_the_file():
    ast.parse(SOURCE, feature_version=(3, 6))
    assert SOURCE.isascii()  # an old console need not be UTF-8


def test_an_old_python_gets_a_sentence(tmp_path):
    pretend = "import sys; sys.version_info = (3, 8, 18, 'final', 0)\n" + SOURCE.partition("import ast\n")[0]
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Python 3.11, 3.12, 3.13 or 3.14 is needed; this is Python 3.8" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("python", [[], ["-OO"]], ids=["plain", "-OO"])
@pytest.mark.parametrize("arguments, status, text", [
    (["--help"], 0, "python3 course.py test"),
    (["tests"], 2, "not 'tests'"),
])
def test_help_and_a_wrong_command_start_nothing(python, arguments, status, text):
    done = subprocess.run([sys.executable, *python, ROOT / "course.py", *arguments], capture_output=True, text=True)
    assert done.returncode == status
    assert text in done.stdout + done.stderr


# ---------------------------------------------------------------- set-up


def test_second_start_skips_set_up_quickly(course, monkeypatch):
    fake_ready_venv(course)
    monkeypatch.setattr(course, "make_venv", lambda: pytest.fail("set-up was not skipped"))
    began = time.perf_counter()
    assert course.main(["lab"]) == 0
    assert time.perf_counter() - began < 0.5
    assert len(course.started) == 1


def test_course_py_alone_says_what_is_missing_and_makes_nothing(tmp_path):
    shutil.copy(ROOT / "course.py", tmp_path)
    done = subprocess.run([sys.executable, tmp_path / "course.py", "test"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "requirements.txt" in done.stderr and "seqlearn" in done.stderr and "git clone" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["course.py"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_that_does_not_know_the_letters_of_the_folder_stops_nothing(tmp_path, encoding):
    folder = tmp_path / "Kurs f\u00fcr \u5faa\u73af"
    folder.mkdir()
    shutil.copy(ROOT / "course.py", folder)
    environment = os.environ | {"PYTHONIOENCODING": encoding + ":strict", "PYTHONUTF8": "0"}
    script = "import course; course.say(str(course.ROOT)); sys.exit(course.main(['check']))"
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); sys.dont_write_bytecode = True; {script}"
    program = program.replace("course.say", "course.main(['help']); course.say")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment)
    assert done.returncode == 1 and b"\\u5faa" in done.stdout and b"Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("change", ["requirements", "python", "half a stamp", "another stamp", "gone", "removed",
                                    "another version", "settings"])
def test_set_up_runs_again_when_something_changed(course, change):
    fake_ready_venv(course)
    assert course.is_ready()
    if change == "requirements":
        with open(course.ROOT / "requirements.txt", "a", encoding="utf-8") as file:
            file.write("tqdm==4.67.1\n")
    elif change == "python":
        (course.VENV / "pyvenv.cfg").write_text("version = 3.13.0\n", encoding="utf-8")
    elif change == "half a stamp":
        course.STAMP.write_text(course.STAMP.read_text(encoding="utf-8")[:40], encoding="utf-8")
    elif change == "another stamp":
        course.STAMP.write_text("[]", encoding="utf-8")
    elif change == "removed":
        next(course.VENV.rglob("tqdm")).rmdir()
    elif change == "another version":
        info = next(course.VENV.rglob("tqdm-*"))
        info.rename(info.with_name("tqdm-4.67.1.dist-info"))
    elif change == "settings":  # an installation gets new settings of JupyterLab too
        course.LAB_SETTINGS["plugin"] = {"saveState": True}
    else:
        course.venv_python().unlink()
    assert not course.is_ready()


def test_a_package_more_changes_nothing(course):
    fake_ready_venv(course)
    (course.VENV / "lib/python3.12/site-packages/ruff").mkdir()
    assert course.is_ready()


def test_line_endings_of_windows_change_nothing(course):
    before = course.fingerprint()
    path = course.ROOT / "requirements.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert course.fingerprint() == before


def test_a_complete_venv_is_adopted_without_installing(course, monkeypatch):
    course.VENV.mkdir()
    monkeypatch.setattr(course, "make_venv", lambda: None)
    monkeypatch.setattr(course, "inspect_venv", lambda: FOUND)
    monkeypatch.setattr(course, "pip_install", lambda *a, **k: pytest.fail("pip was called"))
    course.set_up()
    assert course.STAMP.exists()
    settings = json.loads((course.VENV / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}


@pytest.mark.parametrize("found_damaged", [True, False])
def test_ctrl_c_while_installing_is_repaired_by_the_next_start(course, monkeypatch, capsys, found_damaged):
    damaged = course.VENV / "lib" / "numpy-2.4.6.dist-info"
    fake_ready_venv(course)
    damaged.mkdir(parents=True)
    with open(course.ROOT / "requirements.txt", "a", encoding="utf-8") as file:
        file.write("tqdm==4.67.1\n")
    states = iter([{"missing": ["numpy==2.4.6"], "damaged": []}, FOUND])
    monkeypatch.setattr(course, "make_venv", lambda: None)
    monkeypatch.setattr(course, "inspect_venv", lambda: next(states))
    monkeypatch.setattr(course, "pip_install", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
    assert course.main(["lab"]) == 130
    assert "Nothing is broken" in capsys.readouterr().err
    assert not course.is_ready() and course.started == []

    installed = []
    states = iter([{"missing": ["numpy==2.4.6"], "damaged": [str(damaged)] if found_damaged else []}, FOUND])
    monkeypatch.setattr(course, "inspect_venv", lambda: next(states))
    monkeypatch.setattr(course, "install_torch", lambda requirement: None)
    monkeypatch.setattr(course, "pip_install", lambda arguments, **k: installed.append(arguments))
    assert course.main(["lab"]) == 0
    assert damaged.exists() is not found_damaged and installed == [["-r", "requirements.txt"]]
    assert course.is_ready()


def test_a_half_made_venv_is_made_again(course):
    (course.VENV / "bin").mkdir(parents=True)
    (course.VENV / "left-over").touch()
    course.make_venv()
    assert course.venv_version() == sys.version_info[:2]
    assert not (course.VENV / "left-over").exists()
    # The same .venv serves to show that a package with a lost file is found; making one takes seconds.
    site = Path(next(course.VENV.glob("**/site-packages")))
    info = site / "probe-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n", encoding="utf-8")
    (info / "RECORD").write_text("probe.py,,\nprobe-1.0.dist-info/METADATA,,\n", encoding="utf-8")
    assert course.inspect_venv()["damaged"] == [str(info)]
    (site / "probe.py").touch()
    state = course.inspect_venv()
    assert state["damaged"] == []
    assert torch_pin(course) in state["missing"] and "seqlearn (this folder)" in state["missing"]
    assert not any(name.startswith("pywinpty") for name in state["missing"]) or os.name == "nt", "a marker was not read"
    (info / "RECORD").write_text("probe.py,,7\nprobe-1.0.dist-info/METADATA,,\n", encoding="utf-8")
    assert course.inspect_venv()["damaged"] == [str(info)], "a file was cut short"


def torch_pin(course):
    return next(pin for pin in course.pins() if pin.startswith("torch=="))


def test_a_folder_that_was_copied_starts_without_a_network(tmp_path):
    """A real .venv with a package in it is led to the new place, together with its commands; a renamed one likewise.

    After a copy the old folder is still there, so that whatever is forgotten works, and works in the wrong place.
    The new name has a blank, since a command then begins in another way.
    """
    old = tmp_path / "course"
    (old / "seqlearn").mkdir(parents=True)
    (old / "seqlearn/__init__.py").touch()
    shutil.copy(ROOT / "course.py", old)
    (old / "pyproject.toml").write_text('[project]\nname = "seqlearn"\nversion = "1"\n', encoding="utf-8")
    setuptools = metadata.distribution("setuptools")
    for name in ("requirements.txt", "requirements-cuda.txt"):
        (old / name).write_text(f"setuptools=={setuptools.version}\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", old / ".venv"], check=True)
    site = next((old / ".venv").glob("**/site-packages"))
    for older in [*site.glob("setuptools*"), *site.glob("_distutils_hack")]:  # Python 3.11 brings one
        shutil.rmtree(older)
    for name in {Path(file).parts[0] for file in setuptools.files} - {"..", "__pycache__"}:
        source = Path(setuptools.locate_file(name))
        (shutil.copytree if source.is_dir() else shutil.copy)(source, site / name)
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps", "-e", "."]
    subprocess.run([old / ".venv" / SCRIPTS / "python", *install], cwd=old, check=True)

    folder = tmp_path / "a copy"
    shutil.copytree(old, folder, symlinks=True)
    # `store` ends at once, since its program is not there; set-up comes before.
    command, offline = [sys.executable, folder / "course.py", "store"], os.environ | {"PIP_NO_INDEX": "1"}
    first, second = (subprocess.run(command, env=offline, capture_output=True, text=True) for _ in range(2))
    assert "moved or copied" in first.stdout and "course: " not in first.stderr, first.stdout + first.stderr
    assert (folder / ".venv/seqlearn-ready.json").exists() and "moved" not in second.stdout
    programs = folder / ".venv" / SCRIPTS
    package = subprocess.run([programs / "python", "-Ic", "import seqlearn; print(seqlearn.__file__)"],
                             cwd=folder.parent, capture_output=True, text=True)
    assert package.stdout.strip() == str(folder / "seqlearn/__init__.py")
    pip = subprocess.run([programs / "pip", "--version"], capture_output=True, text=True)
    assert str(folder) in pip.stdout, "the command belongs to the folder that it came from"
    assert str(folder) in (programs / "activate").read_text(encoding="utf-8")


def test_a_healthy_venv_is_kept(course, monkeypatch):
    course.VENV.mkdir()
    monkeypatch.setattr(course, "venv_version", lambda: (3, 12))
    course.make_venv()
    assert list(course.VENV.iterdir()) == []


def test_missing_ensurepip_names_the_debian_package(course, monkeypatch, capsys):
    monkeypatch.setattr(course.importlib.util, "find_spec", lambda name: None)
    assert course.main(["lab"]) == 1
    assert f"sudo apt install python3.{sys.version_info.minor}-venv" in capsys.readouterr().err


def test_too_little_disk_space_is_said_before_anything_is_made(course, monkeypatch, capsys):
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 300_000_000}))
    assert course.main(["test"]) == 1
    assert "only 0.3 GB are free" in capsys.readouterr().err
    assert not course.VENV.exists()


@pytest.mark.parametrize("log, words", [
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
    ("OSError: [Errno 30] Read-only file system: '/course/.venv'", "a place that is yours"),
    ("NewConnectionError('<...>: Failed to establish a new connection: [Errno -3]", "no network"),
    ("Could not fetch URL https://…: There was a problem confirming the ssl certificate: SSLError(1)", "no network"),
    ("ERROR: No matching distribution found for torch==2.13.0", "no build of torch==2.13.0"),
    ("HINT: This error might have occurred since this system does not have Windows Long Path support", "is too long"),
    ("ERROR: [WinError 5] Access is denied: 'C:\\\\course\\\\.venv\\\\Scripts\\\\pip.exe'", "could not be written"),
])
def test_reasons_of_a_failed_installation_are_named(course, log, words):
    assert words in course.explain(log)


def test_a_proxy_that_is_set_is_named_without_its_password(course, monkeypatch):
    log = "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication'))"
    assert "Behind a proxy, set HTTPS_PROXY" in course.explain(log)
    monkeypatch.setenv("https_proxy", "http://ada:secret@proxy.school:3128")
    text = course.explain(log)
    assert "https_proxy sends pip to the proxy http://proxy.school:3128" in text and "NAME:PASSWORD" in text
    assert "secret" not in text and "set HTTPS_PROXY" not in text


def test_a_folder_of_wheels_that_lacks_one_is_named_and_no_other_python_is_advised(course, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "wheels")
    log = "ERROR: No matching distribution found for setuptools==84.2.1"
    text = course.explain(log)
    assert "no wheel of setuptools==84.2.1 in wheels" in text and f"{course.ROOT / 'wheels'} is not a folder" in text
    assert "delete" not in text and "Python 3" not in text
    (course.ROOT / "wheels").mkdir()
    assert "is not a folder" not in course.explain(log)


@pytest.mark.parametrize("log", ["No matching distribution found for torch==2.13.0", "metadata-generation-failed"])
def test_a_python_newer_than_the_course_is_told_which_to_use(course, monkeypatch, log):
    monkeypatch.setattr(course, "venv_version", lambda: (3, 15))
    text = course.explain(log)
    assert "for Python 3.15 on" in text and "Install Python 3.11, 3.12, 3.13 or 3.14" in text and ".venv" in text
    monkeypatch.setattr(course, "venv_version", lambda: (3, 14))
    assert "Install Python" not in (course.explain(log) or "")


@pytest.mark.parametrize("place", ["root", "venv"])
def test_a_folder_that_cannot_be_written_is_said(course, monkeypatch, capsys, place):
    monkeypatch.setattr(course.os, "access", lambda path, mode: False)
    if place == "venv":
        monkeypatch.setattr(course, "make_venv", lambda: None)
        monkeypatch.setattr(course, "inspect_venv", lambda: {"missing": ["tqdm==4.70.1"], "damaged": []})
    assert course.main(["lab"]) == 1
    assert "Copy the whole folder to a place that is yours" in capsys.readouterr().err
    assert not course.VENV.exists()
    assert course.main(["check"]) == 1
    text = capsys.readouterr().out
    assert "Copy the whole" in text and "makes it" not in text


def test_a_complete_venv_of_another_user_is_used_as_it_is(course, monkeypatch):
    fake_ready_venv(course)
    course.STAMP.unlink()
    monkeypatch.setattr(course, "make_venv", lambda: None)
    monkeypatch.setattr(course, "inspect_venv", lambda: FOUND)
    monkeypatch.setattr(course, "write_stamp", lambda: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    assert course.main(["lab"]) == 1, "one's own .venv that cannot be written is a fault"
    monkeypatch.setattr(course.os, "access", lambda path, mode: False)
    assert course.main(["lab"]) == 0


def test_an_unknown_failure_is_not_explained_away(course):
    assert course.explain("error: subprocess-exited-with-error") is None


def test_a_failing_pip_is_explained_from_its_log(course, monkeypatch):
    def failing_pip(command, quiet=False):
        Path(command[command.index("--log") + 1]).write_text("[Errno 28] No space left on device", encoding="utf-8")
        return 1

    monkeypatch.setattr(course, "run", failing_pip)
    with pytest.raises(course.SetupError, match="disk is full"):
        course.pip_install(["-r", "requirements.txt"])
    assert course.pip_install(["x"], must_succeed=False) is False


# ---------------------------------------------------------------- PyTorch without CUDA


@pytest.mark.parametrize("choice, system, gpu, works, asked", [
    ("", "linux", False, ["--no-index"], ["--no-index"]),
    ("", "linux", False, ["--index-url"], ["--no-index", "--index-url"]),
    ("", "linux", False, [], ["--no-index", "--index-url"]),
    ("", "linux", True, [], []),
    ("", "darwin", False, [], []),
    ("", "win32", False, [], []),
    ("default", "linux", False, [], []),
    ("cpu", "linux", True, ["--index-url"], ["--no-index", "--index-url"]),
    ("cpu", "win32", False, ["--no-index"], ["--no-index"]),
])
def test_where_torch_is_looked_for(course, monkeypatch, choice, system, gpu, works, asked):
    calls = []

    def pip_install(arguments, must_succeed=True, quiet=False, command=("install",)):
        where = "--index-url" if "--index-url" in arguments else "--no-index"
        calls.append(where)
        assert "--no-deps" in arguments and arguments[-1] == "torch==9.9"
        assert quiet is (where == "--no-index"), "a download of 200 MB must show its progress"
        return where in works

    monkeypatch.setenv("SEQLEARN_TORCH", choice)
    monkeypatch.setattr(course.sys, "platform", system)
    monkeypatch.setattr(course, "has_nvidia_gpu", lambda: gpu)
    monkeypatch.setattr(course, "pip_install", pip_install)
    course.install_torch("torch==9.9")
    assert calls == asked


def make_bundle(course, **made_for):
    course.BUNDLE.write_text(json.dumps({"python": "{}.{}".format(*sys.version_info[:2]), "system": course.system(),
                                         **made_for}))


def test_a_bundle_asks_no_network_and_brings_its_data(course, monkeypatch):
    monkeypatch.setenv("SEQLEARN_DATA", "")  # it is put back after the test
    del os.environ["SEQLEARN_DATA"]
    course.settle_paths()
    assert "PIP_NO_INDEX" not in course.clean_environment() and "SEQLEARN_DATA" not in os.environ
    make_bundle(course)
    (course.ROOT / "data-sets").mkdir()
    course.settle_paths()
    asked = course.clean_environment()
    assert asked["PIP_NO_INDEX"] == "1" and asked["PIP_FIND_LINKS"] == (course.ROOT / "wheels").as_uri()
    assert os.environ["SEQLEARN_DATA"] == str(course.ROOT / "data-sets")
    course.check_bundle()


@pytest.mark.parametrize("made_for", [{"python": "3.99"}, {"system": "Windows AMD64"}])
def test_a_bundle_for_another_machine_says_so_and_makes_nothing(course, made_for, capsys):
    make_bundle(course, **made_for)
    assert course.main(["test"]) == 1
    said = capsys.readouterr().err
    assert next(iter(made_for.values())) in said and "delete bundle.json" in said
    assert not course.VENV.exists() and course.started == []


def test_a_wrong_choice_of_torch_is_named(course, monkeypatch):
    monkeypatch.setenv("SEQLEARN_TORCH", "cuda")
    with pytest.raises(course.SetupError, match="must be cpu or default, got cuda"):
        course.install_torch("torch==9.9")


# ---------------------------------------------------------------- commands


def test_lab_passes_on_what_is_asked_for(course, tmp_path, monkeypatch):
    fake_ready_venv(course)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/05_x.ipynb").touch()
    stored = str(tmp_path / "notebooks/05_x.ipynb")
    for asked, passed in [
        ([], []),
        (["--port=9000", "--no-browser"], ["--port=9000", "--no-browser"]),
        (["05", "--new"], ["05", "--new"]),
        (["lab", "5", "--port=9000"], ["5", "--port=9000"]),
        (["lab", "notebooks/05_x.ipynb"], [stored]),
        (["notebooks/05_x.ipynb"], [stored]),
    ]:
        course.main(asked)
        assert course.started[-1][1:] == ["-m", "seqlearn.course.lab", *passed]


@pytest.mark.parametrize("asked, passed", [
    ("05_x.ipynb", "FOLDER/05_x.ipynb"),
    ("~/05_x.ipynb", "HOME/05_x.ipynb"),
    ("gone.ipynb", "FOLDER/gone.ipynb"),  # so that the sentence about it names the right place
    ("05_x.ipynb::Cell 3", "FOLDER/05_x.ipynb::Cell 3"),
    ("tests/nn", "ROOT/tests/nn"),  # from every folder
    ("--junitxml=report.xml", "--junitxml=FOLDER/report.xml"),
    ("--notebook-dir=~/mine", "--notebook-dir=HOME/mine"),
    ("--ignore=tests/nn", "--ignore=ROOT/tests/nn"),
    ("--port=9000", "--port=9000"),
    ("05", "05"),
    ("lstm", "lstm"),
    ("", ""),
])
def test_paths_are_meant_from_the_readers_folder(course, tmp_path, monkeypatch, asked, passed):
    places = {"FOLDER": tmp_path / "here", "HOME": tmp_path / "home", "ROOT": course.ROOT}
    for folder in (places["FOLDER"], places["HOME"], course.ROOT / "tests/nn"):
        folder.mkdir(parents=True)
    (places["FOLDER"] / "05_x.ipynb").touch()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(places["HOME"]))
    monkeypatch.chdir(places["FOLDER"])
    for name, folder in places.items():
        passed = passed.replace(name, str(folder))
    assert os.path.normcase(course.from_here(asked)) == os.path.normpath(passed) if passed else passed == ""


@pytest.mark.parametrize("value, settled", [
    ("data", "FOLDER/data"), ("./data ", "FOLDER/data"), ('"my data"', "FOLDER/my data"), ("~/data", "~/data"),
    ("off", "off"), ("OFF ", "OFF "), ("", ""), ("/data", "/data"),
])
def test_settings_are_meant_from_the_readers_folder_too(course, tmp_path, monkeypatch, value, settled):
    fake_ready_venv(course)
    monkeypatch.chdir(tmp_path)
    for name in course.PATH_SETTINGS:
        monkeypatch.setenv(name, value)
    course.main(["store", "00"])
    settled = os.path.abspath(settled) if settled == "/data" else settled.replace("FOLDER/", f"{tmp_path}{os.sep}")
    assert {os.environ[name] for name in course.PATH_SETTINGS} == {settled}


def test_the_tests_of_a_chapter_are_asked_for_by_its_number(course, monkeypatch):
    fake_ready_venv(course)
    monkeypatch.setattr(course, "processors", lambda: 1)
    (course.VENV / "lib/python3.12/site-packages/playwright").mkdir(parents=True)
    course.main(["test", "5", "06", "-x"])
    for started, marker in zip(course.started, ("not browser", "browser"), strict=True):
        assert started[3:] == ["--nbval", "tests", "notebooks", "--chapter=05", "--chapter=06", "-m", marker, "-x"]


def test_new_reaches_its_program(course):
    fake_ready_venv(course)
    course.main(["new", "18", "speech_again"])
    assert course.started[0][1:] == ["tests/notebooks/new_chapter.py", "18", "speech_again"]
    assert (ROOT / course.started[0][1]).exists()


def test_the_book_brings_what_it_needs_the_first_time_and_when_that_has_changed(course):
    fake_ready_venv(course)
    (course.ROOT / "book").mkdir()
    pins = course.ROOT / "book/requirements.txt"
    pins.write_text("furo==1\n", encoding="utf-8")
    course.main(["book", "--clean"])
    course.main(["book"])
    pins.write_text("furo==2\n", encoding="utf-8")
    course.main(["book"])
    programs = [command[-1] if "pip" in command else " ".join(command[1:]) for command in course.started]
    make, install = "book/make_book.py", "book/requirements.txt"
    assert programs == [install, f"{make} --clean", make, install, make]
    assert (ROOT / make).exists() and (ROOT / install).exists()


def test_the_environment_of_programs_leads_into_the_venv(course, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "MPLBACKEND"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    env = course.clean_environment()
    assert "elsewhere" not in env.values() and env["PIP_USER"] == "0"
    assert env["PATH"].startswith(str(course.venv_python().parent))
    assert env["JUPYTER_PREFER_ENV_PATH"] == "1", "a python3 kernel in the user's home would win"


def test_test_runs_everything_and_the_browser_last(course, monkeypatch):
    fake_ready_venv(course)
    monkeypatch.setattr(course, "processors", lambda: 2)
    (course.VENV / "lib/python3.12/site-packages/playwright").mkdir(parents=True)
    course.main(["test", "-k", "lstm"])
    everything, browser = course.started
    assert everything[1:6] == ["-m", "pytest", "--nbval", "tests", "notebooks"] and everything[-2:] == ["-k", "lstm"]
    assert everything[everything.index("-n") + 1] == "2" and "not browser" in everything
    assert browser[browser.index("-n") + 1] == "2" and browser[-4:] == ["-m", "browser", "-k", "lstm"]


def test_test_without_playwright_says_so(course, capsys):
    fake_ready_venv(course)
    course.main(["test"])
    assert len(course.started) == 1
    assert "playwright is not installed" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["-m", "browser"], ["-s"], ["-n", "3"], ["-n0"], ["--pdb"], ["--collect-only"]])
def test_test_leaves_the_choice_of_processes_to_the_reader(course, monkeypatch, arguments):
    fake_ready_venv(course)
    monkeypatch.setattr(course, "processors", lambda: 1 if arguments[0] == "-m" else 2)
    course.main(["test", *arguments])
    assert "loadfile" not in course.started[0]


def test_a_named_file_is_the_only_place(course, monkeypatch):
    fake_ready_venv(course)
    monkeypatch.chdir(course.ROOT)
    for name in ("tests", "notebooks"):
        (course.ROOT / name).mkdir()
    (course.ROOT / "tests/test_pins.py").touch()
    course.main(["test", "tests/test_pins.py"])
    assert course.started[0][-1] == str(course.ROOT / "tests/test_pins.py")
    course.main(["test", "-k", "notebooks"])
    assert "notebooks" not in course.started[0]
    assert {"tests", "notebooks"} <= set(course.started[1]) and course.started[1][-1] == "notebooks"


@pytest.mark.parametrize("statuses, status", [
    ([0, 0], 0), ([5, 0], 0), ([0, 5], 0), ([5, 5], 5), ([1, 0], 1), ([0, 1], 1), ([5, 1], 1), ([2, 5], 2),
])
def test_exit_status_of_the_two_halves(course, monkeypatch, statuses, status):
    fake_ready_venv(course)
    (course.VENV / "lib/python3.12/site-packages/playwright").mkdir(parents=True)
    results = iter(statuses)
    monkeypatch.setattr(course, "run", lambda command, **environment: next(results))
    assert course.main(["test"]) == status


def test_store_and_matrix_reach_their_programs(course):
    fake_ready_venv(course)
    course.main(["store", "04", "05"])
    course.main(["test", "--matrix", "04"])
    store, matrix = course.started
    assert store[1:] == ["tests/notebooks/notebook_store.py", "04", "05"]
    assert matrix[1:] == ["tests/notebooks/notebook_matrix.py", "04"]
    assert all((ROOT / command[1]).exists() for command in course.started)


@pytest.mark.parametrize("state, status, word", [
    (FOUND, 0, "ready"),
    ({"missing": ["numpy==2.4.6"], "damaged": []}, 1, "numpy==2.4.6"),
    ({"missing": [], "damaged": ["numpy.dist-info"]}, 1, "numpy.dist-info"),
    (None, 1, "not ready"),
])
def test_check_reports_and_changes_nothing(course, monkeypatch, capsys, state, status, word):
    fake_ready_venv(course)
    (course.ROOT / "notebooks").mkdir()
    (course.ROOT / course.FIRST_NOTEBOOK).touch()
    monkeypatch.setattr(course, "inspect_venv", lambda: state)
    before = sorted(course.ROOT.rglob("*"))
    assert course.main(["check"]) == status
    assert word in capsys.readouterr().out
    assert sorted(course.ROOT.rglob("*")) == before and course.started == []


def test_check_tells_to_delete_the_stamp_only_where_that_is_needed(course, monkeypatch, capsys):
    fake_ready_venv(course)
    monkeypatch.setattr(course, "inspect_venv", lambda: {"missing": [], "damaged": ["numpy.dist-info"]})
    course.main(["check"])
    assert "delete the file .venv/seqlearn-ready.json; then python3 course.py repairs" in capsys.readouterr().out
    course.STAMP.unlink()
    course.main(["check"])
    text = capsys.readouterr().out
    assert "-> python3 course.py repairs them" in text and "delete" not in text


def test_pins_are_read_as_pip_reads_them(course):
    lines = "# a\n-c b.txt\nnumpy==2.4.6  # why\n-e .\n\nappnope==1.0.0 ; sys_platform == 'darwin'  # via ipykernel\n"
    (course.ROOT / "requirements.txt").write_text(lines, encoding="utf-8")
    assert course.pins() == ["numpy==2.4.6", "appnope==1.0.0 ; sys_platform == 'darwin'"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group are a POSIX matter")
@pytest.mark.parametrize("number, group, answer", [("SIGINT", True, "interrupted"), ("SIGTERM", False, "status 7")])
def test_a_signal_reaches_the_program_and_course_waits_for_it(number, group, answer):
    """JupyterLab asks a question on Ctrl-C; the launcher must still be there when it is answered."""
    child = (f"import signal, sys, time; signal.signal(signal.{number}, lambda *a: sys.exit(7))\n"
             "print('up', flush=True); time.sleep(20)")
    parent = (f"import signal, sys; sys.path.insert(0, {str(ROOT)!r}); sys.dont_write_bytecode = True\nimport course\n"
              # A suite that runs in a shell's background has SIGINT ignored, and so would its programs.
              "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
              f"try:\n    print('status', course.run([sys.executable, '-c', {child!r}]))\n"
              "except KeyboardInterrupt:\n    print('interrupted')")
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True,
                               start_new_session=True)
    assert process.stdout.readline() == "up\n"
    (os.killpg if group else os.kill)(process.pid, getattr(signal, number))
    assert process.communicate(timeout=10)[0] == answer + "\n"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_texts_show_commands_that_exist(name):
    shown = re.findall(r"course\.py +([a-z]+)", (ROOT / name).read_text(encoding="utf-8"))
    known = {"lab", "test", "store", "new", "book", "slides", "collect", "grade", "handout", "bundle", "rerun", "check"}
    assert "test" in shown and set(shown) <= known


def test_jupyterlab_is_given_the_folder_lab(course):
    script = Path("share/jupyter/labextensions/seqlearn/static/remoteEntry.js")
    assert course.lab([]) == 0, "without the folder, or where nothing may be written, JupyterLab starts all the same"
    shutil.copytree(ROOT / "lab", course.ROOT / "lab")
    course.lab([])
    (course.ROOT / "lab" / script).write_text("newer", encoding="utf-8")  # as after git pull
    course.lab([])
    assert (course.VENV / script).read_text(encoding="utf-8") == "newer"
    assert (course.VENV / "etc/jupyter/jupyter_nbconvert_config.json").exists() and len(course.started) == 3
