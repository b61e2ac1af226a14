"""For The Littlest JupyterHub; littlest.md says where this goes. A student's server is that of the course's .venv."""

import sys

COURSE = "/srv/seqlearn"
sys.path.insert(0, COURSE)

from classroom.jupyterhub.environment import of_a_student  # noqa: E402

c = get_config()  # noqa: F821
c.Spawner.cmd = [f"{COURSE}/.venv/bin/jupyterhub-singleuser"]
c.Spawner.default_url = "/lab/tree/work/00_start_here.ipynb"
c.Spawner.environment.update(of_a_student())
