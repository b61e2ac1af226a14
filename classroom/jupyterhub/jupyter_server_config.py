"""The settings of a student's server: the same on one machine, in the image and on The Littlest JupyterHub.

JupyterLab finds this file when JUPYTER_CONFIG_PATH names its folder.
"""

import os
from importlib.metadata import EntryPoint
from pathlib import Path

c = get_config()  # noqa: F821

# The student's own copies of the chapters, in `work` at home. What is there is never overwritten.
os.environ.setdefault("SEQLEARN_WORK", str(Path.home()))
try:
    from seqlearn.course import copies

    for problem in copies.provide().problems:
        print(problem, flush=True)
except Exception as problem:  # a full disk, say: a student without new copies still has the old ones
    print(problem, flush=True)
c.ServerApp.root_dir = str(Path.home())

# A kernel in which nothing has run for so long is ended, even if its page is still open: what it holds is lost, and
# the notebook is not. It must be longer than anyone reads between two cells.
c.MappingKernelManager.cull_idle_timeout = 60 * 60
c.MappingKernelManager.cull_interval = 5 * 60
c.MappingKernelManager.cull_connected = True
c.MappingKernelManager.cull_busy = False

# What a class does without. A terminal would have the limits of the server, and not those of a kernel.
c.ServerApp.terminals_enabled = False
c.ServerApp.jpserver_extensions = {
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "notebook_shim": False,
}
c.LabApp.extension_manager = "readonly"

if os.environ.get("SEQLEARN_FORK_SERVER"):
    from jupyter_client.provisioning import KernelProvisionerFactory

    KernelProvisionerFactory.provisioners["forked"] = EntryPoint(
        "forked", "classroom.jupyterhub.forked:ForkedProvisioner", KernelProvisionerFactory.GROUP_NAME)
    os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "forked"
