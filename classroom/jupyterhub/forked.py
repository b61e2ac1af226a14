"""Where hub and server start something, they ask the fork server first; without one, they start it as ever."""

import asyncio
import os
from pathlib import Path

from jupyter_client.provisioning import LocalProvisioner

from classroom.jupyterhub.fork_server import start


class ForkedProvisioner(LocalProvisioner):
    """For a student's server: starts kernels."""

    async def launch_kernel(self, cmd, **kwargs):
        """Return the connection to a forked kernel; `cmd` is `python -m ipykernel_launcher -f FILE`."""
        try:
            folder = kwargs.get("cwd") or os.getcwd()
            self.process = await asyncio.to_thread(start, "kernel", cmd[cmd.index("-f"):], kwargs["env"], folder)
        except (OSError, KeyError, ValueError) as reason:
            self.log.warning("The kernel is not forked: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = folder
        return self.connection_info


def make_spawner():
    """For the hub: a spawner of students' servers. In a function, because a student's server needs no spawner."""
    from jupyterhub.spawner import SimpleLocalProcessSpawner
    from jupyterhub.utils import random_port

    class ForkedSpawner(SimpleLocalProcessSpawner):
        """A student is a folder in `home_dir_template`; all processes belong to the hub's user."""

        async def start(self):
            Path(self.home_dir).mkdir(parents=True, exist_ok=True)
            self.port = self.port or random_port()
            try:
                process = await asyncio.to_thread(start, "server", self.get_args(), self.get_env(), self.home_dir)
            except (OSError, KeyError) as reason:
                self.log.warning("The server of %s is not forked: %s", self.user.name, reason)
                return await super().start()
            self.proc, self.pid = None, process.pid
            return "127.0.0.1", self.port

    return ForkedSpawner
