"""The processor matrix: each run sets what it says, the libraries obey, and a failing run is reported."""

import subprocess
import sys

import numpy as np
import pytest

import notebook_matrix
from notebook_matrix import configurations, environment, main, numpy_features

RUNS = configurations()
BLAS = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]


def python(code: str, variables: dict[str, str]) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=environment(variables), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_runs_asked_for_are_there():
    assert RUNS["as it is"] == {}
    assert RUNS["one thread"]["OMP_NUM_THREADS"] == "1" and RUNS["two threads"]["OMP_NUM_THREADS"] == "2"
    assert RUNS["PyTorch without newer instructions"] == {"ATEN_CPU_CAPABILITY": "default"}


def test_a_run_inherits_no_controlled_variable(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("SEQLEARN_UNRELATED", "kept")
    assert "OMP_NUM_THREADS" not in environment({}) and environment({})["SEQLEARN_UNRELATED"] == "kept"
    assert environment(RUNS["one thread"])["OMP_NUM_THREADS"] == "1"


@pytest.mark.skipif(not numpy_features(), reason="NumPy uses no instructions here that it can be told not to use")
def test_numpy_obeys_without_a_warning():
    code = "from notebook_matrix import numpy_features; print(numpy_features())"
    code = f"import sys; sys.path[:0] = {[entry for entry in sys.path if 'notebooks' in entry]!r}; {code}"
    assert python(code, {}) == str(numpy_features())
    assert python(code, RUNS["NumPy without newer instructions"]) == "[]"


@pytest.mark.skipif("OpenBLAS for Haswell" not in RUNS, reason="an x86 processor is needed")
def test_pytorch_obeys():
    code = "import torch; print(torch.backends.cpu.get_cpu_capability(), torch.get_num_threads())"
    assert python(code, RUNS["an old processor, one thread"]) == "DEFAULT 1"


@pytest.mark.skipif("OpenBLAS for AVX-512" not in RUNS, reason="a processor with AVX-512 is needed")
@pytest.mark.skipif("openblas" not in BLAS, reason="NumPy multiplies with another library here")
@pytest.mark.parametrize("run, core", [("OpenBLAS for AVX-512", "SkylakeX"), ("OpenBLAS for Haswell", "Haswell")])
def test_openblas_obeys(run, core):
    variables = environment(RUNS[run] | {"OPENBLAS_VERBOSE": "2"})
    done = subprocess.run([sys.executable, "-c", "import numpy"], env=variables, capture_output=True, text=True)
    assert f"Core: {core}" in done.stdout + done.stderr


def test_a_failing_run_is_named_in_the_table(monkeypatch, capsys):
    def validate(paths, variables):
        bad = variables.get("OMP_NUM_THREADS") == "2"
        return not bad, 1.5, "FAILED notebooks/05_x.ipynb::Cell 3\n0.25 is not 0.24\n" if bad else ""

    monkeypatch.setattr(notebook_matrix, "validate", validate)
    assert main([]) == 1
    printed = capsys.readouterr().out
    assert "FAILED     1.5 s  two threads\n    notebooks/05_x.ipynb::Cell 3" in printed
    assert printed.count("passed  ") == len(RUNS) - 1 and "0.25 is not 0.24" in printed


def test_all_runs_passing_is_success(monkeypatch, capsys):
    monkeypatch.setattr(notebook_matrix, "validate", lambda paths, variables: (True, 1.0, ""))
    assert main([]) == 0
    assert "FAILED" not in capsys.readouterr().out
