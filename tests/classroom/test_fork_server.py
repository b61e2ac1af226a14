"""Kernels forked from one process that has made the imports: they are kernels like others, with limits of their own."""

import os
import subprocess
import sys
import time
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

if not hasattr(os, "pidfd_open"):
    pytest.skip("the fork server is for Linux", allow_module_level=True)

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

ROOT = Path(__file__).resolve().parents[2]
# NumPy's imports are enough here; a whole course takes seconds, and needs JupyterHub.
SMALL = """
import importlib, sys
from classroom.jupyterhub import fork_server
NAMES = "ipykernel.ipkernel", "numpy.random", "ipywidgets"
fork_server.import_everything = lambda: [importlib.import_module(name) for name in NAMES]
fork_server.KERNEL_MEGABYTES = 300
fork_server.FILE_MEGABYTES = 1
fork_server.become(fork_server.serve(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    """The address of a fork server."""
    address = tmp_path_factory.mktemp("fork") / "sock"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", SMALL, str(address)], env=environment, stdout=subprocess.PIPE)
    assert process.stdout.readline().startswith(b"ready")
    yield str(address)
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def kernel(forks, monkeypatch, tmp_path):
    """A function that starts a kernel and gives its manager and client."""
    monkeypatch.setenv("SEQLEARN_FORK_SERVER", forks)
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "forked")
    entry = EntryPoint("forked", "classroom.jupyterhub.forked:ForkedProvisioner", KernelProvisionerFactory.GROUP_NAME)
    monkeypatch.setitem(KernelProvisionerFactory.provisioners, "forked", entry)
    KernelProvisionerFactory.clear_instance()
    started = []

    def start():
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=str(tmp_path))
        client = manager.blocking_client()
        client.start_channels()
        started.append((manager, client))
        client.wait_for_ready(timeout=60)
        return manager, client

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    KernelProvisionerFactory.clear_instance()


def run(client, source: str) -> str:
    """What a cell prints, or the name of what it raises."""
    texts = []
    reply = client.execute_interactive(source, timeout=60, output_hook=lambda message: texts.append(
        message["content"].get("text", "")))
    return "".join(texts).strip() if reply["content"]["status"] == "ok" else reply["content"]["ename"]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_forked_kernel_has_the_imports_and_none_of_the_names(kernel, tmp_path):
    manager, client = kernel()
    assert "ForkedProvisioner" in type(manager.provisioner).__name__ and manager.provisioner.process.pid
    assert run(client, "import os, sys; print('numpy' in sys.modules, os.getcwd(), os.environ['HOME'])") == (
        f"True {tmp_path} {os.environ['HOME']}")
    assert run(client, "numpy") == "NameError"
    assert run(client, "print(os.getpgid(0) == os.getpid(), os.nice(0) >= 10)") == "True True"
    assert run(client, "import comm; print('jupyter.widget' in comm.get_comm_manager().targets)") == "True"


def test_two_kernels_draw_different_numbers_and_one_that_dies_leaves_the_other(kernel):
    (one, client), (_, other) = kernel(), kernel()
    for draw in ("import numpy; print(numpy.random.rand())", "import random; print(random.random())"):
        assert run(client, draw) != run(other, draw)
    pid = int(run(client, "import os; print(os.getpid())"))
    os.kill(pid, 9)
    for _ in range(100):
        if not one.is_alive():
            break
        time.sleep(0.05)
    assert not one.is_alive() and not is_alive(pid)
    assert run(other, "print(1)") == "1"


def test_what_is_too_much_raises_and_the_kernel_lives(kernel):
    _, client = kernel()
    assert run(client, "import numpy; numpy.ones(60_000_000)").endswith("MemoryError")
    assert run(client, "many = []\nwhile True: many.append(bytearray(10**7))") == "MemoryError"
    assert run(client, "print(200 < 10 * len(many) < 310); del many") == "True"
    assert run(client, "with open('large', 'wb') as file: file.write(bytes(2**21))") == "OSError"
    assert run(client, "print(numpy.ones(10_000_000).sum())") == "10000000.0"


def test_an_interrupt_reaches_it_and_a_shutdown_ends_it(kernel):
    manager, client = kernel()
    pid = int(run(client, "import os; print(os.getpid())"))
    # Its first word: a kernel that is only busy may not be in the cell yet, and an interrupt before that is lost.
    client.execute("print('in the cell', flush=True)\nwhile True: pass")
    while "in the cell" not in client.get_iopub_msg(timeout=30)["content"].get("text", ""):
        pass
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=30)["content"]["ename"] == "KeyboardInterrupt"
    manager.shutdown_kernel()
    for _ in range(100):
        if not is_alive(pid):
            break
        time.sleep(0.05)
    assert not is_alive(pid)


def test_a_kernel_ends_with_its_server(forks):
    """Its server is killed and has no time to say anything."""
    source = ("import os\nfrom classroom.jupyterhub.fork_server import start\n"
              "print(start('kernel', ['-f', 'connection.json'], dict(os.environ), os.getcwd()).pid, flush=True)\n"
              "input()")
    environment = os.environ | {"SEQLEARN_FORK_SERVER": forks, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-c", source], env=environment, cwd=Path(forks).parent,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    pid = int(server.stdout.readline())
    time.sleep(1)
    assert is_alive(pid)
    server.kill()
    server.wait()
    server.stdin.close()
    server.stdout.close()
    for _ in range(100):
        if not is_alive(pid):
            break
        time.sleep(0.1)
    assert not is_alive(pid)


def test_without_a_fork_server_a_kernel_starts_as_ever(kernel, monkeypatch):
    monkeypatch.setenv("SEQLEARN_FORK_SERVER", "/nowhere/sock")
    manager, client = kernel()
    assert isinstance(manager.provisioner.process, subprocess.Popen) and run(client, "print(1)") == "1"
