"""A JupyterHub for a class on one machine. README.md, beside this file, says how it is started.

    SEQLEARN_CLASS           a folder for the students' homes and the hub's records
    SEQLEARN_CLASS_PASSWORD  the password with which students log in, at least 8 characters

Your own settings, another way to log in for instance, go into the file `settings.py` in that first folder, which is
read last.
"""

import os
import sys
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
CLASS = Path(os.environ["SEQLEARN_CLASS"]).absolute()
sys.path.insert(0, str(COURSE))

from classroom.jupyterhub.environment import of_a_student  # noqa: E402
from classroom.jupyterhub.forked import make_spawner  # noqa: E402

c = get_config()  # noqa: F821

# ---- who may come in
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["SEQLEARN_CLASS_PASSWORD"]
c.Authenticator.username_pattern = "[a-z][a-z0-9_-]{0,30}\\Z"  # a name becomes a folder; the hub asks for a match only
names = CLASS / "students.txt"  # one name a line; without this file, whoever knows the password gets the name of choice
if names.exists():
    c.Authenticator.allowed_users = set(names.read_text(encoding="utf-8").split())
    c.Authenticator.allow_existing_users = False  # or whoever has been here before the list stays in
else:
    c.Authenticator.allow_all = True

# ---- a student's server: one installation for all, a home for each
c.JupyterHub.spawner_class = make_spawner()
c.SimpleLocalProcessSpawner.home_dir_template = str(CLASS / "homes" / "{username}")
c.Spawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
c.Spawner.default_url = "/lab/tree/work/00_start_here.ipynb"
c.Spawner.start_timeout = 120
c.Spawner.environment = of_a_student() | {
    "PYTHONPATH": str(COURSE),  # the fork server's client is a file of the course
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # a forked kernel has matplotlib before it could say so
}
if "SEQLEARN_FORK_SERVER" in os.environ:
    c.Spawner.environment["SEQLEARN_FORK_SERVER"] = os.environ["SEQLEARN_FORK_SERVER"]

# ---- a hub that is started again finds servers and proxy running
c.JupyterHub.cleanup_servers = False
c.ConfigurableHTTPProxy.should_start = False
c.JupyterHub.last_activity_interval = 15  # seconds until a new proxy is told where the servers are; otherwise 300
c.JupyterHub.db_url = f"sqlite:///{CLASS / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(CLASS / "cookie_secret")

# ---- a server that nobody has used for two hours is stopped
c.JupyterHub.services = [{
    "name": "idle-culler",
    "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=7200", "--cull-every=300"],
}]
c.JupyterHub.load_roles = [{
    "name": "idle-culler",
    "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    "services": ["idle-culler"],
}]

if (CLASS / "settings.py").exists():
    load_subconfig(str(CLASS / "settings.py"))  # noqa: F821
