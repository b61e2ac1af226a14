"""Where a chapter can be worked in: on the reader's own machine, and, when the course has an address, on others'.

Without an address (seqlearn/course/address.py says where it is set) no link is shown that would lead nowhere.
"""

from urllib.parse import quote, urlencode

from seqlearn.course import address
from seqlearn.course.chapters import Chapter


def ways(entry: Chapter, repository: str | None = None, hub: str | None = None) -> str:
    """In Markdown, how to work in a chapter. repository: owner/name on GitHub; hub: a JupyterHub's address.

    None takes the setting. Raises ValueError for a repository that is not owner/name, and for a hub without https.
    """
    repository, hub = address.repository(repository), address.hub(hub)
    text = (f"To work in this chapter, with every cell alive: `python3 course.py {entry.number}` "
            "([how to get there](start.md))")
    if not repository:
        return text
    notebook = f"notebooks/{entry.notebook}"
    query = urlencode({"urlpath": f"lab/tree/{notebook}"})
    links = [f"[Binder](https://mybinder.org/v2/gh/{repository}/{address.BRANCH}?{query})",
             f"[Colab](https://colab.research.google.com/github/{repository}/blob/{address.BRANCH}/{notebook})"]
    if hub:
        place = f"lab/tree/{repository.partition('/')[2]}/{notebook}"
        query = urlencode({"repo": f"https://github.com/{repository}", "branch": address.BRANCH, "urlpath": place},
                          quote_via=quote)
        links.append(f"[JupyterHub]({hub.rstrip('/')}/hub/user-redirect/git-pull?{query})")
    return f"{text} on your machine, or, with nothing installed, on {', on '.join(links[:-1])} or on {links[-1]}."
