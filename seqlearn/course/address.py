"""The course's address, where it has one: a repository on GitHub, and a JupyterHub with nbgitpuller.

The repository is the environment variable GITHUB_REPOSITORY (owner/name, as GitHub's workflows set it) or the line
`repository` under [tool.seqlearn] in pyproject.toml; the hub is SEQLEARN_HUB or the line `hub`.
"""

import os
import re
import tomllib

from seqlearn.course.environment import ROOT

BRANCH = "main"


def written(name: str) -> str:
    """The line `name` of pyproject.toml; empty where there is none."""
    file = ROOT / "pyproject.toml"
    if not file.is_file():
        return ""
    return tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("seqlearn", {}).get(name, "")


def repository(given: str | None = None) -> str:
    """owner/name, or an empty text; None takes the setting. Raises ValueError for what is neither."""
    found = (os.environ.get("GITHUB_REPOSITORY") or written("repository")) if given is None else given
    if found and not re.fullmatch(r"[\w.-]+/[\w.-]+", found):
        raise ValueError(f"the repository must be owner/name, got {found!r}")
    return found


def hub(given: str | None = None) -> str:
    """The hub's address, or an empty text; None takes the setting. Raises ValueError for one without https."""
    found = (os.environ.get("SEQLEARN_HUB") or written("hub")) if given is None else given
    if found and not found.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise ValueError(f"the hub must be an address that begins with https://, got {found!r}")
    return found


def package(owner_and_name: str) -> str:
    """What pip installs to have the course's package, its models and its notebooks."""
    return f"seqlearn[torch]@https://github.com/{owner_and_name}/archive/{BRANCH}.zip"


def colab_line(requirement: str) -> str:
    """The line of a notebook that brings the package on Colab, and does nothing anywhere else."""
    shell = "get_ipython()"
    return f'if "google.colab" in str({shell}): {shell}.run_line_magic("pip", "install -q {requirement}")'
