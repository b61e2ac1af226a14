"""Plain `pytest --nbval notebooks/` under other thread counts and on an older processor, one after the other.

    python3 course.py test --matrix            every notebook
    python3 course.py test --matrix 04 05      two of them

Another order of summation, from more threads or from other vector instructions, changes the last digits of a number,
and training makes small changes large. This finds what then differs by more than printed_numbers.py allows.
"""

import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

from notebook_store import chosen

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
TWO_THREADS = {name: "2" for name in ONE_THREAD}
CONTROLLED = {*ONE_THREAD, "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA",
              "MKL_ENABLE_INSTRUCTIONS"}


def numpy_features() -> list[str]:
    """The newer processor instructions that NumPy uses here and can be told not to use."""
    from numpy._core import _multiarray_umath as core

    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]


def configurations() -> dict[str, dict[str, str]]:
    """Name of each run → the environment variables it sets."""
    runs = {"as it is": {}, "one thread": ONE_THREAD, "two threads": TWO_THREADS}
    old = {}
    if numpy_features():
        old["NPY_DISABLE_CPU_FEATURES"] = " ".join(numpy_features())
        runs["NumPy without newer instructions"] = dict(old)
    if platform.machine().lower() in ("x86_64", "amd64"):
        runs["OpenBLAS for Haswell"] = {"OPENBLAS_CORETYPE": "Haswell"}
        if any(name.startswith(("X86_V4", "AVX512")) for name in numpy_features()):
            # OpenBLAS takes its Haswell routines on some of these processors, so its choice alone is not both cases.
            runs["OpenBLAS for AVX-512"] = {"OPENBLAS_CORETYPE": "SkylakeX"}
        old |= {"OPENBLAS_CORETYPE": "Nehalem", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2", "ONEDNN_MAX_CPU_ISA": "SSE41"}
    elif platform.machine().lower() in ("aarch64", "arm64"):
        old["OPENBLAS_CORETYPE"] = "ARMV8"
    runs["PyTorch without newer instructions"] = {"ATEN_CPU_CAPABILITY": "default"}
    runs["an old processor, one thread"] = {**old, "ATEN_CPU_CAPABILITY": "default", **ONE_THREAD}
    return runs


def environment(variables: dict[str, str]) -> dict[str, str]:
    """This environment with the controlled variables set to exactly `variables`."""
    return {name: value for name, value in os.environ.items() if name not in CONTROLLED} | variables


def validate(paths: list[Path], variables: dict[str, str]) -> tuple[bool, float, str]:
    """One plain nbval run → (passed, seconds, pytest's output)."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval", "--color=no", *map(str, paths)],
                          cwd=ROOT, env=environment(variables), capture_output=True, text=True, encoding="utf-8")
    return done.returncode == 0, time.perf_counter() - started, done.stdout + done.stderr


def main(arguments: list[str]) -> int:
    paths = chosen(arguments)
    rows, failures = [], []
    for name, variables in configurations().items():
        print(f"{name}: {' '.join(f'{key}={value!r}' for key, value in variables.items()) or '-'}", flush=True)
        passed, seconds, output = validate(paths, variables)
        failing = re.findall(r"^FAILED (\S+::Cell \d+)", output, flags=re.MULTILINE)
        rows += [f"{'passed' if passed else 'FAILED'}  {seconds:6.1f} s  {name}", *(f"    {cell}" for cell in failing)]
        if not passed:
            failures.append(f"==== {name}\n{output}")
    print("\n".join(failures))
    print(f"\n{len(paths)} notebooks, {len(configurations())} runs:")
    print("\n".join(rows))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
