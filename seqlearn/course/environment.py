"""Is this machine ready? What is installed and how it runs, and one line: "ready", or exactly what to do.

    python -m seqlearn.course.environment

Four packages are made to do a little of their work, because a package that is installed may still not run.
"""

import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = (3, 11)
REPAIR = "Close JupyterLab and run `python3 course.py` in the course's folder: it installs what is missing."
THOROUGH = ("Close JupyterLab, delete the file .venv/seqlearn-ready.json in the course's folder and run "
            "`python3 course.py` there: it then looks at every installed file and repairs what is damaged.")
ELSEWHERE = "Run `pip install -r requirements.txt` in the course's folder, with the Python that runs this."
# Without the option pip takes a damaged package for an installed one.
ELSEWHERE_THOROUGH = ELSEWHERE.replace("-r", "--force-reinstall -r")


def facts() -> dict[str, str]:
    """What runs here: Python, the packages with their versions, processor threads and the device, as text by name."""
    place = "the course's own folder .venv" if _in_own_venv() else "an environment that course.py did not make"
    found = {"Python": f"{platform.python_version()} on {platform.system()}, from {place}"}
    pinned = pins()
    for name in ("numpy", "torch", "matplotlib", "ipywidgets", "jupyterlab"):
        found[name] = _version(name, pinned.get(name))
    cores = available_cores()
    found["processor"] = f"{cores} core{'s' if cores > 1 else ''} for this process"
    try:
        import torch
    except Exception:  # said by `problems`
        return found
    found["threads"] = f"PyTorch uses {torch.get_num_threads()}"
    found["device"] = _device(torch)
    return found


def problems() -> list[str]:
    """What keeps the course from running here, each with its remedy; empty when nothing does."""
    if sys.version_info < OLDEST_PYTHON:
        return [f"Python {platform.python_version()} is too old. Install Python 3.11, 3.12, 3.13 or 3.14 and run "
                "course.py with it, for example `python3.13 course.py`."]
    found = []
    for name, trial in TRIALS.items():
        try:
            trial()
        except ModuleNotFoundError as error:
            part = "." in (error.name or "")  # of a package that is there
            found.append(f"{error.name or name} is not installed. {_remedy(THOROUGH if part else REPAIR)}")
        except Exception as error:  # whatever it is, the learner gets a sentence
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            found.append(f"{name} does not work here: {reason}. {REMEDIES.get(name) or _remedy(THOROUGH)}")
    return found


def verdict() -> str:
    """ "ready", or the problems as text, one a line."""
    return "\n".join(problems()) or "ready"


def table() -> str:
    """The facts as aligned lines."""
    found = facts()
    width = max(map(len, found))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in found.items())


def pins() -> dict[str, str]:
    """The versions that the course is tested with, by package; empty outside a checkout of the course."""
    path = ROOT / "requirements.txt"
    if not path.exists():
        return {}
    return dict(re.findall(r"^([\w.-]+)==([^\s;#]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def available_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_live() -> bool:
    """Does this code run in a Jupyter kernel, where widgets can be shown?"""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


def _in_own_venv() -> bool:
    return Path(sys.prefix).resolve() == (ROOT / ".venv").resolve()


def _remedy(of_course_py: str) -> str:
    """course.py repairs the environment that it has made, and no other."""
    if _in_own_venv():
        return of_course_py
    return ELSEWHERE_THOROUGH if of_course_py == THOROUGH else ELSEWHERE


def _version(name: str, pinned: str | None) -> str:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
    if pinned and version.split("+")[0] != pinned:
        return f"{version} (the course is tested with {pinned})"
    return version


def _device(torch) -> str:
    if torch.cuda.is_available():
        return f"CPU; {torch.cuda.get_device_name(0)} is there as well, and the course does not need it"
    if torch.backends.mps.is_available():
        return "CPU; Apple's graphics processor is there as well, and the course does not need it"
    return "CPU, which is all the course needs"


def _try_numpy() -> None:
    import numpy as np

    product = np.arange(6.0).reshape(2, 3) @ np.ones(3)
    if product.tolist() != [3.0, 12.0]:
        raise ArithmeticError(f"a matrix product gives {product.tolist()} and not [3.0, 12.0]")


def _try_torch() -> None:
    import numpy as np
    import torch

    x = torch.from_numpy(np.array([1.0, 2.0])).requires_grad_()
    (x**2).sum().backward()
    if x.grad.numpy().tolist() != [2.0, 4.0]:
        raise ArithmeticError(f"a gradient is {x.grad.tolist()} and not [2.0, 4.0]")


def _try_matplotlib() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    FigureCanvasAgg(figure)
    figure.add_subplot().plot([0, 1])
    figure.savefig(BytesIO(), format="png")


def _try_ipywidgets() -> None:
    import ipywidgets

    ipywidgets.FloatSlider(value=0.5).close()


def _try_progress_folder() -> None:
    from seqlearn.course.progress import progress_file

    path = progress_file()
    if path is None:  # switched off
        return
    folder = path.parent
    while not folder.exists():
        folder = folder.parent  # the missing ones are made at the first exercise
    with tempfile.TemporaryFile(dir=folder):
        pass


TRIALS: dict[str, Callable[[], None]] = {
    "numpy": _try_numpy,
    "torch": _try_torch,
    "matplotlib": _try_matplotlib,
    "ipywidgets": _try_ipywidgets,
    "the folder for your progress": _try_progress_folder,
}
REMEDIES = {
    "torch": "On Windows, install Microsoft's Visual C++ Redistributable and try again. Elsewhere, delete the folder "
             ".venv and run `python3 course.py`.",
    "the folder for your progress":
        "Make it writable for you. The exercises work without it, but your progress is not kept.",
}


def main() -> int:
    """Print the facts and the verdict; exit status 0 when ready."""
    print(table())
    answer = verdict()
    print(answer)
    return 0 if answer == "ready" else 1


if __name__ == "__main__":
    sys.exit(main())
