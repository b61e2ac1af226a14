"""Students' servers and kernels, forked from one process that has imported everything.

    python -m classroom.jupyterhub.fork_server /srv/class/fork.sock

Sixty kernels that each import NumPy, matplotlib and PyTorch hold what the imports make sixty times. A process that is
forked shares its parent's memory until one of the two writes to it, so here the imports are made once, and a new
process has them after milliseconds. A program asks through a Unix socket that only the hub's user may open:

    process = start("kernel", arguments, environment, folder)
"""

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path

ADDRESS = "SEQLEARN_FORK_SERVER"  # the environment variable that names the socket
MEGABYTE = 2**20
KERNEL_MEGABYTES = 1024  # of a kernel's own, beyond what it shares
SERVER_MEGABYTES = 512
FILE_MEGABYTES = 200  # of one file
KERNEL_NICENESS = 10  # hub, proxy and the students' servers go first, whatever the kernels do


class Process:
    """A forked process for its starter, whose child it is not: what Jupyter asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid, self.returncode = pid, None
        self._handle = os.pidfd_open(pid)  # unlike the number, it never means another process

    def poll(self) -> int | None:
        """None while it runs. How it ended only its parent knows; 1 stands for all endings."""
        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            self.returncode = 1
            os.close(self._handle)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        if self.returncode is None:
            select.select([self._handle], [], [], timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(role: str, arguments: list[str], environment: dict[str, str], folder: str) -> Process:
    """Have a "server" or a "kernel" forked. Raises OSError when no fork server answers."""
    request = {"role": role, "arguments": arguments, "environment": environment, "folder": folder, "asker": os.getpid()}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(os.environ[ADDRESS])
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = connection.makefile().readline()
    if not answer.strip().isdigit():
        raise OSError("the fork server could not start a process")
    return Process(int(answer))


def serve(address: str) -> dict:
    """Fork for whoever asks, for ever. Returns only in the new processes: what the process is to become."""
    import_everything()
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        os.umask(0o077)
        listener.bind(address)
        listener.listen(512)
        os.umask(0o022)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them, and none stays as a zombie
        gc.collect()
        gc.freeze()  # or the first collection of every process would write to all that is shared
        print(f"ready at {address}", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                try:
                    request = json.loads(connection.makefile().readline())
                    pid = os.fork()
                    if pid == 0:
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        return request
                    connection.sendall(b"%d\n" % pid)
                except (OSError, ValueError) as error:  # no process is left, or the asker is gone: the next one may ask
                    print(f"not started: {error}", flush=True)


def import_everything() -> None:
    """What servers and kernels need. Nothing here may start a thread: a fork takes only its own along."""
    for name in ("ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib.pyplot", "matplotlib.backends.backend_agg",
                 "ipywidgets", "anywidget", "torch", "seqlearn.models",
                 "seqlearn.training", "seqlearn.interop", "seqlearn.course.copies",
                 "jupyterlab.labapp", "jupyterhub.singleuser", "jupyter_server.serverapp", "nbconvert"):
        importlib.import_module(name)
    from seqlearn import exercises, widgets

    exercises.catalog()
    widgets.catalog()
    one_update_by_torch()
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise SystemExit(f"{threads} threads run already: set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1")


def one_update_by_torch() -> None:
    """PyTorch imports three hundred more of its modules when an optimizer makes its first step."""
    import torch

    layer = torch.nn.LSTM(1, 1)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.zeros(2, 1, 1))[0].sum().backward()
    optimizer.step()


def become(request: dict) -> None:
    """Be the student's server or kernel, in this process."""
    os.setsid()
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    limit(KERNEL_MEGABYTES if request["role"] == "kernel" else SERVER_MEGABYTES)
    if request["role"] == "kernel":
        be_a_kernel(request["arguments"], request["asker"])
    else:
        from jupyterhub.singleuser import main

        sys.argv = ["jupyterhub-singleuser", *request["arguments"]]
        sys.exit(main())


def limit(megabytes: int) -> None:
    """Own memory and the size of a file. A larger array raises MemoryError, and the process lives on."""
    shared = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines()
                  if line.startswith("VmData:"))
    memory = shared * 1024 + megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MEGABYTES * MEGABYTE, FILE_MEGABYTES * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing raises OSError


def be_a_kernel(arguments: list[str], server: int) -> None:
    import threading

    import ipywidgets
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.nice(KERNEL_NICENESS)
    Path("/proc/self/oom_score_adj").write_text("500")  # if the machine itself runs out of memory, kernels go first
    os.environ.pop("JPY_PARENT_PID", None)  # ipykernel would take the fork server for a parent that has died
    threading.Thread(target=end_with, args=(server,), daemon=True).start()
    np.random.seed()  # or all students would draw the same numbers
    sys.argv = ["ipykernel_launcher", *arguments]
    kernel = IPKernelApp.instance()
    kernel.initialize(arguments)
    ipywidgets._handle_ipython()  # at its import there was no kernel yet in which it could announce widgets
    kernel.start()


def end_with(server: int) -> None:
    """End this kernel when its server has ended, which could not say so."""
    try:
        select.select([os.pidfd_open(server)], [], [])
    except ProcessLookupError:
        pass
    os._exit(1)


if __name__ == "__main__":
    become(serve(sys.argv[1]))
