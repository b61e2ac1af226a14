"""Texts for networks that read character by character.

    course_text(".")        # the words of this course: what the notebooks in a folder say
    tiny_shakespeare()      # from the folder that SEQLEARN_DATA names
"""

import json
import os
from pathlib import Path

SHAKESPEARE_CHARACTERS = 1_115_394


def course_text(folder: str | Path) -> str:
    """The markdown cells of all chapters in `folder`, in order, as one text.

    Raises FileNotFoundError when no chapter is there.
    """
    paths = sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise FileNotFoundError(f"no chapter such as 00_start_here.ipynb in {Path(folder).resolve()}")
    cells = [cell for path in paths for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def tiny_shakespeare() -> str:
    """Forty thousand lines of Shakespeare in one file, 1,115,394 characters (github.com/karpathy/char-rnn, MIT).

    Looks for tinyshakespeare/input.txt, then input.txt, under the folder named by the environment variable
    SEQLEARN_DATA. Raises FileNotFoundError, saying what to do, when it is not there, and ValueError when the file is
    not the whole text.
    """
    folder = os.environ.get("SEQLEARN_DATA")
    if not folder:
        raise FileNotFoundError(
            "tiny Shakespeare is not here: set the environment variable SEQLEARN_DATA to the folder that holds "
            "tinyshakespeare/input.txt (the file input.txt of github.com/karpathy/char-rnn)"
        )
    for path in (Path(folder) / "tinyshakespeare" / "input.txt", Path(folder) / "input.txt"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            if len(text) != SHAKESPEARE_CHARACTERS:
                raise ValueError(f"{path} holds {len(text):,} characters, expected {SHAKESPEARE_CHARACTERS:,}")
            return text
    raise FileNotFoundError(f"tiny Shakespeare is not here: SEQLEARN_DATA names {folder}, which holds no input.txt")
