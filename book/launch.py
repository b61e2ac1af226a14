"""Where a chapter can be worked in: on the reader's own machine, and, when the course has an address, on others'.

The address is the environment variable GITHUB_REPOSITORY (owner/name, as GitHub's workflows set it) or the line
`repository` under [tool.seqlearn] in pyproject.toml; a JupyterHub with nbgitpuller is SEQLEARN_HUB or the line `hub`.
Without them no link is shown that would lead nowhere.
"""

import os
import re
import tomllib
from pathlib import Path
from urllib.parse import quote, urlencode

from seqlearn.course.chapters import Chapter

ROOT = Path(__file__).resolve().parents[1]
BRANCH = "main"


def setting(name: str, variable: str) -> str:
    """A setting from the environment, or else from pyproject.toml; empty when neither names it."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {}).get("seqlearn", {})
    return os.environ.get(variable) or table.get(name, "")


def ways(entry: Chapter, repository: str | None = None, hub: str | None = None) -> str:
    """In Markdown, how to work in a chapter. repository: owner/name on GitHub; hub: a JupyterHub's address.

    None takes the setting. Raises ValueError for a repository that is not owner/name, and for a hub without https.
    """
    repository = setting("repository", "GITHUB_REPOSITORY") if repository is None else repository
    hub = setting("hub", "SEQLEARN_HUB") if hub is None else hub
    if repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ValueError(f"the repository must be owner/name, got {repository!r}")
    if hub and not hub.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise ValueError(f"the hub must be an address that begins with https://, got {hub!r}")
    text = f"To work in this chapter, with every cell alive: `python3 course.py {entry.number}`"
    if not repository:
        return text
    notebook = f"notebooks/{entry.notebook}"
    query = urlencode({"urlpath": f"lab/tree/{notebook}"})
    links = [f"[Binder](https://mybinder.org/v2/gh/{repository}/{BRANCH}?{query})"]
    if hub:
        address, name = f"https://github.com/{repository}", repository.partition("/")[2]
        place = f"lab/tree/{name}/{notebook}"
        query = urlencode({"repo": address, "branch": BRANCH, "urlpath": place}, quote_via=quote)
        links.append(f"[JupyterHub]({hub.rstrip('/')}/hub/user-redirect/git-pull?{query})")
    return f"{text} on your machine, or, with nothing installed, on {' or on '.join(links)}."
