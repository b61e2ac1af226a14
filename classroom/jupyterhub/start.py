"""Start a class on this machine, and keep it running: proxy, fork server, hub. Ctrl-C ends all of it.

    SEQLEARN_CLASS_PASSWORD=… .venv/bin/python -m classroom.jupyterhub.start /srv/class --port 8000

Whatever of the three ends is started again while the other two run on: `kill` the hub, and it comes back with changed
settings while students work on. A new proxy knows the students' servers again as soon as the hub looks, four times a
minute.
"""

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from classroom.jupyterhub.environment import COURSE, FRUGAL
from classroom.limits import adopt_orphans

# OpenBLAS, PyTorch and matplotlib read these once, when they are imported.
OF_THE_FORK_SERVER = FRUGAL | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}


def commands(folder: Path, port: int, more: list[str]) -> dict[str, list[str]]:
    """The three programs by name. The ports after `port` are for hub and proxy to talk to each other."""
    proxy = shutil.which("configurable-http-proxy")
    if proxy is None:
        raise SystemExit("configurable-http-proxy is not on the PATH: npm install -g configurable-http-proxy")
    return {
        "fork server": [sys.executable, "-m", "classroom.jupyterhub.fork_server", str(folder / "fork.sock")],
        "proxy": [proxy, "--log-level=warn", "--ip=127.0.0.1", f"--port={port}",
                  "--api-ip=127.0.0.1", f"--api-port={port + 1}", f"--default-target=http://127.0.0.1:{port + 2}",
                  f"--error-target=http://127.0.0.1:{port + 2}/hub/error"],
        "hub": [sys.executable, "-m", "jupyterhub", "-f", str(COURSE / "classroom/jupyterhub/jupyterhub_config.py"),
                f"--JupyterHub.bind_url=http://127.0.0.1:{port}", f"--JupyterHub.hub_port={port + 2}",
                f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{port + 1}", *more],
    }


def token(folder: Path) -> str:
    """What hub and proxy know each other by; it is kept, so that a new hub knows the old proxy."""
    path = folder / "proxy_token"
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for the students' homes and the hub's records")
    parser.add_argument("--port", type=int, default=8000, help="the two numbers after it are taken, too")
    parser.add_argument("--no-fork-server", action="store_true", help="every server and kernel for itself: more memory")
    options, more = parser.parse_known_args()
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    programs = commands(folder, options.port, more)
    environment = os.environ | {"SEQLEARN_CLASS": str(folder), "CONFIGPROXY_AUTH_TOKEN": token(folder),
                                "MPLCONFIGDIR": str(folder / "matplotlib"), "PYTHONPATH": str(COURSE)}
    if options.no_fork_server:
        del programs["fork server"]
    else:
        environment["SEQLEARN_FORK_SERVER"] = str(folder / "fork.sock")
    keep_running(programs, environment, folder)


def keep_running(programs: dict[str, list[str]], environment: dict[str, str], folder: Path) -> None:
    """Start each program, and again whenever it ends, until this process is asked to end."""
    def end(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    adopt_orphans()
    running: dict[str, subprocess.Popen] = {}
    try:
        while True:
            for name, command in programs.items():
                if name not in running or running[name].poll() is not None:
                    print(f"class: starting the {name}", flush=True)
                    own = OF_THE_FORK_SERVER if name == "fork server" else {}
                    running[name] = subprocess.Popen(command, cwd=folder, env=environment | own, start_new_session=True)
            look_after({process.pid for process in running.values()})
            time.sleep(2)
    except KeyboardInterrupt:
        print("class: ending", flush=True)
        end_all()


def look_after(own: set[int]) -> None:
    """What a program that was killed has left: students' servers and kernels go on, a hub's culler has a successor."""
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid not in own:
                if process.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(process.pid, os.WNOHANG)
                elif "jupyterhub_idle_culler" in process.cmdline():
                    process.terminate()


def end_all() -> None:
    """End everything that this process and its programs have started, students' servers and kernels among it."""
    for ask in (psutil.Process.terminate, psutil.Process.kill):
        alive = psutil.Process().children(recursive=True)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                ask(process)
        psutil.wait_procs(alive, timeout=10)


if __name__ == "__main__":
    main()
