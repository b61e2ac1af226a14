"""Pictures keep their words when a notebook becomes a page: `jupyter nbconvert --to html` leaves them out.

`lab/etc/jupyter/jupyter_nbconvert_config.json` names `keep_words`, and nbconvert calls it before it writes a page.
"""

from html import escape
from typing import Any

PNG = "image/png"


def keep_words(notebook: Any, resources: dict) -> tuple[Any, dict]:
    """Turn every PNG that `describe` gave words into an <img> with an alt text, in place.

    Takes and returns what a preprocessor of nbconvert does: the notebook (NotebookNode) and its resources.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            words = output.get("metadata", {}).get(PNG, {}).get("alt")
            png = output.get("data", {}).get(PNG)
            if words and png and "text/html" not in output.data:
                source = "data:image/png;base64," + "".join(png).replace("\n", "")
                output.data["text/html"] = f'<img alt="{escape(words)}" src="{source}">'
    return notebook, resources
