#!/usr/bin/env python3
# The help text. It is assigned, so that `python3 -OO`, which drops docstrings, keeps it.
__doc__ = """Start the course, test it, store its notebooks. Needs nothing but Python 3.11, 3.12, 3.13 or 3.14.

    python3 course.py                  set up on the first run, then open JupyterLab on your copy of chapter 00
    python3 course.py 05               the same with chapter 05; your copies are in work/, and nothing overwrites them
    python3 course.py 05 --new         chapter 05 as it now is in the course, beside your older copy
    python3 course.py lab --port=9000  what follows `lab` goes to JupyterLab; a notebook's path opens that notebook
    python3 course.py test             run the tests; what follows `test` goes to pytest (test -k lstm)
    python3 course.py test 05          run the tests of chapter 05
    python3 course.py test --matrix    the notebooks again with other thread counts and older processors
    python3 course.py store 04 05      run stored notebooks and store their outputs (no number: all of them)
    python3 course.py new 18 name      make the files of a new chapter
    python3 course.py rerun 08 13      make the stored results of long runs again, and compare (--jobs, --dask, --help)
    python3 course.py book --serve     build the web edition from the stored notebooks, and show it
    python3 course.py slides 05        for teachers: slides of a chapter's figures, key cells and questions
    python3 course.py collect FOLDER   for teachers: the notebooks of a class, from what Moodle or Canvas exports
    python3 course.py grade FOLDER     grade them: a table, and what the class got wrong most
    python3 course.py handout          the course for a class, its solutions held back until a date or a key
    python3 course.py bundle           the course with its packages, data and book, for a room without network
    python3 course.py check            say whether this machine is ready; changes nothing

Everything is installed into the folder .venv beside this file. On Windows, write `py` for `python3`.
SEQLEARN_TORCH=cpu installs PyTorch from its CPU wheel index only, SEQLEARN_TORCH=default from the ordinary index only.
"""

import sys

# The file keeps to syntax that Python 3.6 can read, so that an old Python reaches this line and not a SyntaxError.
if sys.version_info < (3, 11):
    sys.exit(
        "Python 3.11, 3.12, 3.13 or 3.14 is needed; this is Python {}.{} ({}).\n"
        "Install a newer one from https://www.python.org/downloads/ and run this file with it, for example:\n"
        "    python3.13 course.py".format(sys.version_info[0], sys.version_info[1], sys.executable)
    )

import ast
import hashlib
import importlib.util
import itertools
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "seqlearn-ready.json"
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
BESIDE = ("requirements.txt", "requirements-cuda.txt", "pyproject.toml", "seqlearn")  # what set-up reads
NEWEST_PYTHON = (3, 14)  # the newest that the pinned packages have builds for
PYTHONS = "Python 3.11, 3.12, 3.13 or 3.14"
OWN = "seqlearn (this folder)"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
LAB_SETTINGS = {
    # JupyterLab's first question would be about news, over the first chapter.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # A notebook that is opened again shows its explorers, and not "model not found".
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}
BUNDLE = ROOT / "bundle.json"  # lies in a course that brings its packages in wheels/ and its data in data-sets/
PATH_SETTINGS = ("SEQLEARN_DATA", "SEQLEARN_PROGRESS", "SEQLEARN_WORK")
PATH_OPTION = re.compile(r"(--?[\w.-]*(?:dir|file|xml|ignore|basetemp)=)(.+)")
NO_TESTS = 5  # pytest's exit status when the arguments select nothing
NEEDED_BYTES = 2 * 1000**3  # a complete .venv with the CPU build of PyTorch takes 1.4 GB


class SetupError(Exception):
    """Something the reader must act on; the text says what."""


# Runs inside .venv. Prints the pins of this system that are absent or at another version, and the packages of which
# files are lost or cut short. pip reads the requirements as it does when it installs them.
INSPECT = r"""
import csv, json, pathlib, sys
from importlib import metadata
from pip._vendor.packaging.requirements import Requirement

lines, root, own = json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
missing, damaged = [], []
for pin in map(Requirement, lines):
    try:
        found = metadata.version(pin.name)
    except metadata.PackageNotFoundError:
        found = None
    if (pin.marker is None or pin.marker.evaluate()) and (found is None or not pin.specifier.contains(found, True)):
        missing.append(pin.name + str(pin.specifier))
try:
    source = json.loads(metadata.distribution("seqlearn").read_text("direct_url.json"))["url"]
    here = source.rstrip("/") == root.as_uri().rstrip("/")
except Exception:
    here = False
if not here:
    missing.append(own)

def is_lost(path, size=""):
    if path.suffix == ".pyc":
        return False
    # A command in bin or Scripts is as long as the path of .venv makes it.
    return not path.exists() or (size.isdigit() and ".." not in path.parts and path.stat().st_size != int(size))

def is_damaged(info):
    if not (info / "METADATA").exists() or not (info / "RECORD").exists():
        return True
    with open(info / "RECORD", encoding="utf-8", newline="") as record:  # importlib's own list leaves out what is lost
        return any(is_lost(info.parent / row[0], row[-1]) for row in csv.reader(record) if row)

for folder in map(pathlib.Path, sys.path):
    for info in folder.glob("*.dist-info"):
        if pathlib.Path(sys.prefix) in info.parents and is_damaged(info):
            damaged.append(str(info))
print(json.dumps({"missing": missing, "damaged": damaged}))
"""

# Runs inside .venv and writes its commands (jupyter, pytest, pip, ...) as pip does: each of them begins with the path
# of .venv, and after a move or a copy that is the path of another folder.
WRITE_COMMANDS = r"""
import os, sys
from importlib import metadata
from pip._vendor.distlib.scripts import ScriptMaker

maker = ScriptMaker(None, os.path.dirname(sys.executable))
maker.clobber, maker.set_mode, maker.variants = True, True, {""}
maker.make("pip%d.%d = pip._internal.cli.main:main" % sys.version_info[:2])
for group in ("console_scripts", "gui_scripts"):
    for entry in metadata.entry_points(group=group):
        maker.make(entry.name + " = " + entry.value, {"gui": group == "gui_scripts"})
"""


def say(text):
    print("course: " + text, flush=True)


def venv_python():
    """The interpreter inside .venv, whether or not it exists."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pins():
    """The lines of requirements.txt that pin a version, without their comments."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.split(" #")[0].strip() for line in lines if re.match(r"[A-Za-z0-9._-]+==", line)]


def clean_environment():
    """The environment for programs inside .venv, without settings that would lead them out of it."""
    env = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "MPLBACKEND", "__PYVENV_LAUNCHER__"):
        env.pop(name, None)
    env["PIP_USER"] = "0"
    if BUNDLE.exists():  # no network is asked
        env.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=(ROOT / "wheels").as_uri())
    env["JUPYTER_PREFER_ENV_PATH"] = "1"  # a kernel or setting of .venv goes before one in the user's home
    env["PYTHONNOUSERSITE"] = "1"
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = str(venv_python().parent) + os.pathsep + env.get("PATH", "")
    return env


def run(command, quiet=False, **more_environment):
    """Run a program in the foreground and return its exit status.

    Ctrl-C reaches the program too, and this one waits for its answer; a request to terminate is passed on.
    """
    shown = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {}
    env = {**clean_environment(), **more_environment}
    interrupted = []
    # A handler of our own: the usual one could raise just after the program's status was fetched, and lose it.
    # Where Ctrl-C is ignored (a shell's background job), it stays so, for the program as well.
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    old_int = None if ignored else signal.signal(signal.SIGINT, lambda *_: interrupted.append(True))
    try:
        with subprocess.Popen([str(part) for part in command], cwd=str(ROOT), env=env, **shown) as process:
            old_term = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            try:
                status = process.wait()
            finally:
                signal.signal(signal.SIGTERM, old_term)
    finally:
        if not ignored:
            signal.signal(signal.SIGINT, old_int)
    if interrupted and status != 0:
        raise KeyboardInterrupt
    return status


def system():
    """What wheels are made for besides a Python's version, such as "Linux x86_64"."""
    return "{} {}".format(platform.system(), platform.machine())


def processors():
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# ---------------------------------------------------------------- set-up


def fingerprint():
    """What .venv depends on: the requirements, JupyterLab's settings, the Python that made it, this folder's place."""
    digest = hashlib.sha256(json.dumps(LAB_SETTINGS).encode())
    for name in ("requirements.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes().replace(b"\r\n", b"\n"))
    try:
        made_by = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        made_by = ""
    return {"requirements": digest.hexdigest(), "venv": made_by, "folder": str(ROOT)}


def installed():
    """The names in .venv's site-packages. A package that is removed or changes its version takes one of them away."""
    folders = [*VENV.glob("lib/python*/site-packages"), *VENV.glob("Lib/site-packages")]
    return sorted({name for folder in folders for name in os.listdir(str(folder))})


def is_ready():
    """True when set-up has finished for exactly these requirements and nothing that it installed has gone since.

    Reads four small files and the names in one folder, and starts nothing.
    """
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        names = stamp.pop("installed")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return stamp == fingerprint() and set(names) <= set(installed()) and venv_python().exists()


def write_stamp():
    temporary = STAMP.with_suffix(".tmp")
    temporary.write_text(json.dumps(dict(fingerprint(), installed=installed()), indent=1), encoding="utf-8")
    os.replace(str(temporary), str(STAMP))


def inspect_venv():
    """{"missing": [...], "damaged": [...]} for the packages in .venv; None when its Python does not run."""
    command = [str(venv_python()), "-I", "-c", INSPECT, json.dumps(pins()), str(ROOT), OWN]
    try:
        done = subprocess.run(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return json.loads(done.stdout.decode("utf-8"))
    except (OSError, ValueError):
        return None


def venv_version():
    """(major, minor) of the Python in .venv if it starts and has pip, else None."""
    command = [str(venv_python()), "-c", "import sys, pip; print(tuple(sys.version_info[:2]))"]
    try:
        done = subprocess.run(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return ast.literal_eval(done.stdout.decode()) if done.returncode == 0 else None
    except (OSError, ValueError, SyntaxError):
        return None


def make_venv():
    """Create .venv, or create it again when it is half made. A healthy one is kept."""
    version = venv_version()
    if version is not None and version >= (3, 11):
        return
    if Path(sys.prefix).resolve() == VENV.resolve():
        raise SetupError("the folder .venv must be made again, but this Python runs from it.\n"
                         "Start course.py with the Python of your system instead:  python3 course.py")
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise SetupError("this Python comes without the modules venv and ensurepip. On Debian and Ubuntu they are\n"
                         "a package of their own; install it and start again:\n    sudo apt install " + package)
    if not os.access(str(ROOT), os.W_OK):
        raise SetupError(read_only_message())
    free = shutil.disk_usage(str(ROOT)).free
    if free < NEEDED_BYTES:
        raise SetupError(disk_message("only {:.1f} GB are free".format(free / 1e9)))
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        say("the folder .venv is incomplete; making it again")
        shutil.rmtree(str(VENV))
    say("making .venv with Python {}".format(platform.python_version()))
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SetupError(explain(done.stdout.decode("utf-8", "replace")) or
                         "making .venv failed:\n" + done.stdout.decode("utf-8", "replace").strip())


def disk_message(what):
    return ("the disk is full: {} in {}.\n"
            "The course needs about {:.0f} GB there (8 with CUDA), and pip some room in {}.\n"
            "Free some space and start again; what is already installed is kept.").format(
                what, ROOT, NEEDED_BYTES / 1e9, tempfile.gettempdir())


def read_only_message():
    return ("nothing can be written into {}.\nThe course installs its packages there, into the folder .venv. Copy the "
            "whole folder to a place that is yours,\nfor example your home, and start course.py there.").format(ROOT)


def network_message():
    settings = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "PIP_PROXY")
    name = next((name for name in settings if os.environ.get(name)), None)
    if name is None:
        proxy = "Behind a proxy, set HTTPS_PROXY."
    else:  # without the password
        proxy = ("{} sends pip to the proxy {}: is that the right one, and does it run?\nOne that asks for a password "
                 "is written http://NAME:PASSWORD@HOST:PORT.").format(name, re.sub(r"//.*@", "//", os.environ[name]))
    return ("the packages could not be downloaded: no network, or the network does not let pip through.\n"
            "Connect and start again; what is already installed is kept. " + proxy + "\n"
            "Without a network, put the wheels into a folder and set PIP_NO_INDEX=1, PIP_FIND_LINKS=that folder.")


def missing_build_message(requirement):
    """Why pip finds no build of a requirement: the folder that stands for the index, the Python, or the machine."""
    if os.environ.get("PIP_NO_INDEX", "").lower() not in ("", "0", "no", "n", "off", "f", "false"):
        links = os.environ.get("PIP_FIND_LINKS", "")
        folders = [folder for folder in links.split() if "://" not in folder and not (ROOT / folder).is_dir()]
        return ("there is no wheel of {} in {}.\n{}PIP_NO_INDEX is set, so pip looks only where PIP_FIND_LINKS says. "
                "Put the wheel there, made\nwith `pip wheel -r requirements.txt -w wheels` on a machine like this one, "
                "or unset PIP_NO_INDEX\nwhere there is a network. What is already installed is kept.").format(
                    requirement, links or "PIP_FIND_LINKS, which is not set",
                    "".join("{} is not a folder.\n".format(ROOT / folder) for folder in folders))
    version = venv_version() or sys.version_info[:2]
    text = "no build of {} is offered for Python {}.{} on {} {}.\n".format(
        requirement, version[0], version[1], platform.system(), platform.machine())
    if version > NEWEST_PYTHON:
        return text + ("This Python is newer than the course. Install {}, delete the folder .venv, and start\n"
                       "course.py with that one, for example:  python3.13 course.py").format(PYTHONS)
    return text + ("The course needs {} on 64-bit Linux, 64-bit Windows or a Mac with an\nApple processor. "
                   "If this is such a machine, the package index that pip asks may be incomplete\n"
                   "(`pip config list` names it, and so does PIP_INDEX_URL).").format(PYTHONS)


def explain(log):
    """A sentence for the known reasons why an installation fails, found in pip's output; None for an unknown one."""
    if re.search(r"No space left on device|Errno 28|not enough space on the disk|Disk quota exceeded", log):
        return disk_message("no space left")
    if re.search(r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError"
                 r"|Max retries exceeded|Failed to establish a new connection|Temporary failure in name resolution"
                 r"|Read timed out", log):
        return network_message()
    missing = re.search(r"No matching distribution found for (\S+)", log)
    if missing:
        return missing_build_message(missing.group(1))
    if (venv_version() or sys.version_info[:2]) > NEWEST_PYTHON and re.search(
            r"metadata-generation-failed|Failed (to build|building wheel)|subprocess-exited-with-error", log):
        return missing_build_message("one of the packages")
    if re.search(r"Windows Long Path|filename or extension is too long|WinError 206", log):
        return ("the path of this folder is too long for Windows: {}\nMove it to a shorter one, such as C:\\course, "
                "delete the folder .venv in it and start again.").format(ROOT)
    if re.search(r"Read-only file system|Errno 30", log):
        return read_only_message()
    if re.search(r"Permission denied|Errno 13|Access is denied|WinError (5|32)\b", log):
        return ("a file in .venv could not be written. Close programs that use it (JupyterLab, an editor),\n"
                "check that the folder is yours, and start again.")
    return None


def pip_install(arguments, must_succeed=True, quiet=False, command=("install",)):
    """Run `pip install`, showing its output unless quiet. True on success, else SetupError, or False if it may fail.

    command: another one of pip's that takes requirements, with its options.
    """
    handle, log = tempfile.mkstemp(prefix="seqlearn-pip-", suffix=".log")
    os.close(handle)
    try:
        pip = [venv_python(), "-m", "pip", "--log", log, "--disable-pip-version-check"]
        status = run([*pip, *command, *arguments], quiet=quiet)
        if status == 0 or not must_succeed:
            return status == 0
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    finally:
        os.unlink(log)
    raise SetupError(explain(text) or "pip could not install the requirements; its last words are above.\n"
                     "If it goes on failing, delete the folder .venv and start again.")


def has_nvidia_gpu():
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def install_torch(requirement, command=("install",)):
    """Install PyTorch without several GB of CUDA packages where these are of no use.

    `requirement` is the pin, such as "torch==2.13.0". Wheels that pip's own settings point to come first (they need no
    network), then the CPU wheel index on a Linux without an NVIDIA GPU; whatever is left to do is left to the ordinary
    index. command: as for `pip_install`.
    """
    choice = os.environ.get("SEQLEARN_TORCH", "").lower() or "auto"
    if choice not in ("auto", "cpu", "default"):
        raise SetupError("SEQLEARN_TORCH must be cpu or default, got " + choice)
    if choice == "default":
        return
    if choice == "auto" and (not sys.platform.startswith("linux") or has_nvidia_gpu()):
        return
    if pip_install(["--no-deps", "--no-index", requirement], must_succeed=False, quiet=True, command=command):
        return
    say("PyTorch for the CPU comes from " + TORCH_CPU_INDEX)
    from_index = ["--no-deps", "--index-url", TORCH_CPU_INDEX, "--timeout", "15", "--retries", "1", requirement]
    if choice == "cpu":
        pip_install(from_index, command=command)
    elif not pip_install(from_index, must_succeed=False, command=command):
        say("that index does not answer or has no build for this machine; the ordinary one follows.\n"
            "        There PyTorch for Linux brings CUDA along: several GB. Ctrl-C stops it;\n"
            "        with SEQLEARN_TORCH=cpu it is never asked.")


def move_in():
    """Lead a .venv that came here with its folder, renamed or copied, to this place. Needs no network."""
    say("this folder was moved or copied; its .venv is told")
    base = subprocess.run([str(venv_python()), "-c", "import sys; print(sys._base_executable)"],
                          env=clean_environment(), stdout=subprocess.PIPE).stdout.decode("utf-8", "replace").strip()
    # The first writes pyvenv.cfg and the activate scripts, the second the commands, the third where seqlearn is.
    run([base or sys.executable, "-m", "venv", "--without-pip", VENV], quiet=True)
    run([venv_python(), "-c", WRITE_COMMANDS], quiet=True)
    pip_install(["--no-index", "--no-deps", "--no-build-isolation", "-e", "."], must_succeed=False, quiet=True)


def check_bundle():
    """Say so if the packages that the course brings along are for another Python or another system."""
    if not BUNDLE.exists():
        return
    made_for = json.loads(BUNDLE.read_text(encoding="utf-8"))
    here = {"python": "{}.{}".format(*sys.version_info[:2]), "system": system()}
    if here != made_for:
        what = "Python {python} on {system}"
        raise SetupError("the packages in wheels/ are for {}, and this is {}.\n"
                         "Start course.py with that Python on such a machine, or delete bundle.json: then they come\n"
                         "from the network.".format(what.format(**made_for), what.format(**here)))


def set_up():
    """Make .venv hold exactly what requirements.txt pins. Does nothing, quickly, when that is already so."""
    absent = [name for name in BESIDE if not (ROOT / name).exists()]
    if absent:
        raise SetupError("course.py works inside the folder of the course, and here these are missing: {}.\n"
                         "Get the whole folder with `git clone`, or download and unpack it, and start course.py "
                         "in there.".format(", ".join(absent)))
    if is_ready():
        return
    check_bundle()
    make_venv()
    state = inspect_venv()
    came_along = any(name.startswith("seqlearn-") for name in installed())
    if state and OWN in state["missing"] and came_along and os.access(str(VENV), os.W_OK):
        move_in()
        state = inspect_venv()
    if state is None:
        raise SetupError("the Python in .venv does not answer. Delete the folder .venv and start again.")
    if state["missing"] or state["damaged"]:
        if not os.access(str(VENV), os.W_OK):
            raise SetupError(read_only_message())
        for folder in state["damaged"]:  # pip installs again what it does not know about
            shutil.rmtree(folder)
        say("installing the requirements; the first time this takes a few minutes and 1.4 GB, more with CUDA")
        torch = next(pin for pin in pins() if pin.startswith("torch=="))
        if state["damaged"] or torch in state["missing"]:
            install_torch(torch)
        pip_install(["-r", "requirements.txt"])
        left = inspect_venv()
        if left is None or left["missing"] or left["damaged"]:
            raise SetupError("the installation is not complete: {}.\n"
                             "Delete the folder .venv and start again.".format(left))
    try:
        settings = VENV / "share/jupyter/lab/settings/overrides.json"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps(LAB_SETTINGS), encoding="utf-8")
        write_stamp()
    except OSError:
        if os.access(str(VENV), os.W_OK):
            raise
        # Somebody else's complete installation can be used as it is.


# ---------------------------------------------------------------- commands


def from_here(argument):
    """An argument for a program that runs in the course's folder: its path is meant from the reader's folder.

    What is not there may still be in the course's folder: `test tests/nn` works from everywhere.
    """
    option, value = "", argument
    if argument.startswith("-"):
        match = PATH_OPTION.match(argument)
        option, value = match.groups() if match else ("", "")
    name, colons, rest = value.partition("::")
    if not name or name.isdigit():
        return argument
    path = Path(os.path.expanduser(name))
    if not path.exists() and (ROOT / path).exists():
        path = ROOT / path
    if not option and not path.exists() and not name.endswith(".ipynb"):
        return argument
    return option + os.path.abspath(str(path)) + colons + rest


def settle_paths():
    """Folders and files that settings name are meant from the reader's folder too; a notebook runs in another."""
    if BUNDLE.exists() and (ROOT / "data-sets").is_dir():
        os.environ.setdefault("SEQLEARN_DATA", str(ROOT / "data-sets"))
    for name in PATH_SETTINGS:
        value = os.environ.get(name, "").strip(" \"'")
        if value and value.lower() != "off" and not value.startswith("~"):
            os.environ[name] = os.path.abspath(value)


def add_to_jupyterlab():
    """Copy the folder lab, laid out like .venv, into it: names for a screen reader. pip leaves it out of `-e .`."""
    try:
        shutil.copytree(str(ROOT / "lab"), str(VENV), dirs_exist_ok=True)
    except OSError:  # an installation that may only be read has it from whoever made it
        pass


def lab(arguments):
    """Open JupyterLab on the learner's own copy of a chapter, or on what the arguments name."""
    add_to_jupyterlab()
    return run([venv_python(), "-m", "seqlearn.course.lab", *map(from_here, arguments)])


def test(arguments):
    """Run the tests of the package and of the notebooks, or those of some chapters; arguments go to pytest.

    The tests share the processors, file by file. Those that drive a browser measure time and come afterwards.
    """
    if arguments[:1] == ["--matrix"]:
        return run([venv_python(), "tests/notebooks/notebook_matrix.py", *arguments[1:]])
    chapters = list(itertools.takewhile(re.compile(r"\d\d?$").match, arguments))
    arguments = arguments[len(chapters):]
    takes_value = ("-k", "-m", "-n", "-p", "-o", "-c", "-r", "-W")
    values = [before in takes_value for before in ["", *arguments]]
    arguments = [a if value else from_here(a) for a, value in zip(arguments, values)]
    named = [a for a, value in zip(arguments, values)
             if not value and not a.startswith("-") and (ROOT / a.split("::")[0]).exists()]
    pytest = [venv_python(), "-m", "pytest", "--nbval", *([] if named else ["tests", "notebooks"]),
              *("--chapter=" + number.zfill(2) for number in chapters)]
    parallel, threads = shared_out(arguments)
    if any(a.startswith("-m") for a in arguments) or {"--help", "-h", "--version"} & set(arguments):
        return run([*pytest, *parallel, *arguments], **threads)
    statuses = [run([*pytest, *parallel, "-m", "not browser", *arguments], **threads)]
    failed = statuses[0] not in (0, NO_TESTS)
    if failed and any(a == "-x" or a.startswith(("--exitfirst", "--maxfail")) for a in arguments):
        return statuses[0]
    if any(VENV.glob("lib*/python*/site-packages/playwright")) or (VENV / "Lib/site-packages/playwright").exists():
        say("the tests that drive a browser")
        statuses.append(run([*pytest, *parallel, "-m", "browser", *arguments], **threads))
    else:
        say("the tests that drive a browser are left out: playwright is not installed (see CONTRIBUTING.md)")
    return next((status for status in statuses if status not in (0, NO_TESTS)), min(statuses))


def shared_out(arguments):
    """pytest's options and the environment for several processes at once; nothing where the reader decides on that."""
    workers = min(4, processors())
    alone = {"-s", "--pdb", "--trace", "--capture=no", "--collect-only", "--co", "-h", "--help", "--version"}
    if workers == 1 or any(a in alone or a.startswith(("-n", "--numprocesses")) for a in arguments):
        return [], {}
    threads = os.environ.get("OMP_NUM_THREADS") or str(processors() // workers)
    return ["-n", str(workers), "--dist", "loadfile"], {"OMP_NUM_THREADS": threads}


def store(arguments):
    """Run notebooks and store their outputs."""
    return run([venv_python(), "tests/notebooks/notebook_store.py", *arguments])


def new(arguments):
    """Make the files of a new chapter."""
    return run([venv_python(), "tests/notebooks/new_chapter.py", *arguments])


def add(name, requirements):
    """Install what only some commands need besides the course, the first time and when its pins have changed."""
    wanted = (ROOT / requirements).read_text(encoding="utf-8")
    stamp = VENV / "seqlearn-{}.txt".format(name)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        say("installing what {} needs".format(name))
        pip_install(["-r", requirements])
        stamp.write_text(wanted, encoding="utf-8")


def rerun(arguments):
    """Make the stored results of long runs again, and compare."""
    add("rerun", "requirements-rerun.txt")
    return run([venv_python(), "-m", "seqlearn.course.rerun", *arguments])


def book(arguments):
    """Build the web edition."""
    add("book", "book/requirements.txt")
    return run([venv_python(), "book/make_book.py", *arguments])


def slides(arguments):
    """Make slides of chapters, for a teacher's wall."""
    add("book", "book/requirements.txt")
    return run([venv_python(), "book/make_slides.py", *arguments])


def for_a_class(name):
    """A command for teachers, from the folder classroom. Paths are meant from the reader's folder."""
    def command(arguments):
        return run([venv_python(), "-m", "classroom." + name, *arguments], SEQLEARN_FROM=os.getcwd())

    return command


def check(arguments):
    """Print one line for each thing the course needs; exit status 0 when all of them are there."""
    rows = []

    def row(good, what, remedy=""):
        rows.append(good)
        print(("ok  " if good else "NO  ") + what)
        if remedy and not good:
            print("    -> " + remedy.replace("\n", "\n       "))

    row(True, "Python {} ({})".format(platform.python_version(), sys.executable))
    if not venv_python().exists():
        writable = os.access(str(ROOT), os.W_OK)
        row(False, "the folder .venv", "python3 course.py makes it" if writable else read_only_message())
        has_venv = importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        row(bool(has_venv), "the modules venv and ensurepip", "sudo apt install " + package)
        free = shutil.disk_usage(str(ROOT)).free
        row(free > NEEDED_BYTES, "{:.1f} GB of free disk space".format(free / 1e9), "about 2 GB are needed")
    else:
        state = inspect_venv()
        if state is None:
            row(False, "a Python in .venv that runs", "python3 course.py makes it again")
        else:
            row(not state["missing"], "\n    missing: ".join(["the pinned packages", *state["missing"]]),
                "python3 course.py installs them")
            row(not state["damaged"], "\n    damaged: ".join(["no damaged packages", *state["damaged"]]),
                # A start looks at the files only when the stamp gives it a reason to.
                ("delete the file .venv/{}; then " if is_ready() else "").format(STAMP.name)
                + "python3 course.py repairs them")
    row((ROOT / FIRST_NOTEBOOK).exists(), FIRST_NOTEBOOK, "the checkout is incomplete: fetch it again")
    print("ready" if all(rows) else "not ready")
    return 0 if all(rows) else 1


def main(arguments):
    commands = {"lab": lab, "test": test, "store": store, "new": new, "rerun": rerun, "book": book, "slides": slides,
                "collect": for_a_class("collect"), "grade": for_a_class("grade"), "handout": for_a_class("handout"),
                "bundle": for_a_class("bundle"), "check": check}
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path may hold letters that the console does not know
            stream.reconfigure(errors="backslashreplace")
    if arguments and arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    if not arguments or arguments[0].startswith("-") or arguments[0].endswith(".ipynb") or arguments[0].isdigit():
        arguments = ["lab", *arguments]
    if arguments[0] not in commands:
        print("course.py knows {} and check, and the numbers of chapters, not {!r}".format(
            ", ".join(list(commands)[:-1]), arguments[0]), file=sys.stderr)
        print(__doc__.strip(), file=sys.stderr)
        return 2
    settle_paths()
    try:
        if arguments[0] != "check":
            set_up()
        return commands[arguments[0]](arguments[1:])
    except SetupError as error:
        print("\ncourse: " + str(error), file=sys.stderr)
        return 1
    except OSError as error:
        print("\ncourse: " + (explain(str(error)) or str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncourse: stopped. Nothing is broken: start again when you like.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
