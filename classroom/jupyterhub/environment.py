"""The environment variables of a student's server, wherever it runs; the Dockerfile writes them out."""

import os
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]

FRUGAL = {
    # One thread each: twenty kernels with two threads each on two processors wait for one another.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def of_a_student(course: Path = COURSE) -> dict[str, str]:
    """With the course in this folder: what JupyterLab should read there, and FRUGAL."""
    return {
        "JUPYTER_CONFIG_PATH": f"{course}/classroom/jupyterhub{os.pathsep}{course}/lab/etc/jupyter",
        "JUPYTER_PATH": f"{course}/lab/share/jupyter",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **FRUGAL,
    }
