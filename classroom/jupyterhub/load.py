"""The load test: a real hub on this machine, a class that works in it, and a table of what it takes.

    .venv/bin/python -m classroom.jupyterhub.load --students 5 --chapter 05

All students log in together, open the chapter, run all of its cells and drag the explorer's slider. Nothing leaves the
machine.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from classroom.jupyterhub.environment import COURSE
from classroom.jupyterhub.student import Student, proportional_megabytes

SETTINGS = """
c.JupyterHub.services.append({"name": "load-test", "api_token": "TOKEN"})
c.JupyterHub.load_roles.append({"name": "load-test", "services": ["load-test"], "scopes": [
    "admin:users", "admin:servers", "admin:server_state", "tokens", "access:servers"]})
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.log_level = "WARN"
c.Spawner.args = ["--log-level=WARN"]
"""


class Hub:
    """A class of its own in a new folder, on three ports from `port` on; ended with all its processes."""

    def __init__(self, port: int, *options: str, settings: str = "") -> None:
        self.address, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        self.password = secrets.token_hex(8)
        self.settings = SETTINGS.replace("TOKEN", self.token) + settings
        self.place = tempfile.TemporaryDirectory(prefix="seqlearn-class-", ignore_cleanup_errors=True)
        self.folder = Path(self.place.name)
        self.command = [sys.executable, "-m", "classroom.jupyterhub.start", str(self.folder), f"--port={port}"]
        self.command += options

    async def __aenter__(self) -> "Hub":
        (self.folder / "settings.py").write_text(self.settings)
        self.log = (self.folder / "log.txt").open("w")
        environment = os.environ | {"SEQLEARN_CLASS_PASSWORD": self.password, "PYTHONPATH": str(COURSE)}
        self.process = subprocess.Popen(self.command, env=environment, stdout=self.log, stderr=subprocess.STDOUT)
        try:
            await self.wait_until_ready()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def wait_until_ready(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        forks = "--no-fork-server" not in self.command
        while time.monotonic() < end:
            with contextlib.suppress(OSError, Exception):
                await self.student("nobody").ask("GET", "/hub/api/users")
                if not forks or "ready at" in self.said():
                    return
            await asyncio.sleep(0.5)
        raise RuntimeError(f"the hub does not answer:\n{self.said()[-3000:]}")

    def said(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")

    async def __aexit__(self, *error) -> None:
        self.process.terminate()  # ends all that the class has started
        await asyncio.to_thread(self.process.wait, 60)
        self.log.close()
        self.place.cleanup()

    def student(self, name: str) -> Student:
        return Student(name, self.address, self.token)

    def own_megabytes(self) -> dict[str, float]:
        """What hub, proxy, fork server and the rest take without students, by command."""
        sizes = {}
        for process in psutil.Process(self.process.pid).children():
            words = " ".join(process.cmdline())
            name = next(name for name in ("fork_server", "configurable-http-proxy", "jupyterhub") if name in words)
            family = [process] if name == "fork_server" else [process, *process.children(recursive=True)]
            for each in family:
                if not any(word in " ".join(each.cmdline()) for word in ("singleuser", "ipykernel")):
                    sizes[name] = sizes.get(name, 0) + proportional_megabytes(each.pid)
        return sizes


async def lesson(hub: Hub, count: int, chapter: str) -> dict:
    """One class. Returns what was measured."""
    students = [hub.student(f"student{number:02d}") for number in range(count)]
    before = sum(hub.own_megabytes().values())
    try:
        logged_in = await asyncio.gather(*(student.log_in() for student in students))
        first_cell = await asyncio.gather(*(student.open(chapter) for student in students))
        ran = await asyncio.gather(*(student.run_all() for student in students))
        drags = await asyncio.gather(*(student.drag(chapter) for student in students))
        servers = [proportional_megabytes(student.server_pid) for student in students]
        kernels = [proportional_megabytes(student.kernel_pid) for student in students]
        worked = [sum(psutil.Process(student.kernel_pid).cpu_times()[:2]) for student in students]
        after = hub.own_megabytes()
        total = sum(servers) + sum(kernels) + sum(after.values())
        moves = sorted(sum(drags, []))
        return {
            "students": count, "logged in": max(logged_in), "first cell": max(first_cell), "all cells": max(ran),
            "drag median": statistics.median(moves), "drag slowest of 20": moves[-count],
            "worked": statistics.mean(worked), "server": statistics.mean(servers),
            "kernel": statistics.mean(kernels), "before": before,
            "own": after, "total": total, "errors": sorted({error for each in students for error in each.errors}),
        }
    finally:
        await asyncio.gather(*(student.leave() for student in students))


def row(found: dict) -> str:
    """A line of the table."""
    added = (found["total"] - found["before"]) / found["students"]
    return (f"| {found['students']} | {found['logged in']:.1f} s | {found['first cell']:.1f} s "
            f"| {found['all cells']:.0f} s | {found['worked']:.0f} s "
            f"| {1000 * found['drag median']:.0f} ms | {1000 * found['drag slowest of 20']:.0f} ms "
            f"| {found['before']:.0f} MB | {found['total']:.0f} MB | {added:.0f} MB | {1024 / added:.1f} |")


HEAD = """
| students | logged in | first cell | all cells | of it computing | drag: median | slowest in 20 | before | with all | each adds | a GB holds |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""  # noqa: E501


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, nargs="+", default=[2])
    parser.add_argument("--chapter", default="05", choices=["05", "09"])
    parser.add_argument("--port", type=int, default=18000)
    parser.add_argument("--no-fork-server", action="store_true")
    options = parser.parse_args()
    print(HEAD, flush=True)
    for count in options.students:
        async with Hub(options.port, *(["--no-fork-server"] if options.no_fork_server else [])) as hub:
            found = await lesson(hub, count, options.chapter)
            print(row(found), flush=True)
            print(f"    proportional sizes: a server {found['server']:.0f} MB, a kernel {found['kernel']:.0f} MB;",
                  {name: f"{size:.0f} MB" for name, size in found["own"].items()}, *found["errors"],
                  file=sys.stderr, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
