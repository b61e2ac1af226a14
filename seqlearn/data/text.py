"""Texts for networks that read character by character.

    text_file("my_book.txt")  # a text of your own
    course_text()           # the words of this course: what its notebooks say
    tiny_shakespeare()      # from the folder that SEQLEARN_DATA names, or from an earlier download
"""

from pathlib import Path

from seqlearn.course.chapters import notebooks_folder, read_notebook, stored
from seqlearn.data.download import File, Source, obtain
from seqlearn.data.utf8 import decoded
from seqlearn.paths import file_to_read, user_path

SHAKESPEARE_CHARACTERS = 1_115_394

SHAKESPEARE = Source(
    name="tiny Shakespeare",
    home="https://github.com/karpathy/char-rnn",
    licence="MIT",
    call="tiny_shakespeare(download=True)",
    files=(
        File(
            url="https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
            "/data/tinyshakespeare/input.txt",
            places=("tinyshakespeare/input.txt", "data/tinyshakespeare/input.txt", "input.txt"),
            size=1_115_394,
            sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        ),
    ),
)


def course_text(folder: str | Path | None = None) -> str:
    """The markdown cells of all chapters, in order, as one text: the course's own, or those in another `folder`.

    Only notebooks with the names of chapters are read. Raises FileNotFoundError when there is none, and ValueError,
    naming the file, when one of them is damaged.
    """
    folder = notebooks_folder() if folder is None else user_path("folder", folder)
    paths = stored(folder)
    if not paths:
        raise FileNotFoundError(f"no chapter such as 00_start_here.ipynb in {folder.resolve()}")
    words = []
    for path in paths:  # one notebook at a time: with its stored pictures it takes far more memory than its words
        cells = read_notebook(path)["cells"]
        words += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return "\n\n".join(words)


def text_file(path: str | Path, *, at_least: int = 1) -> str:
    r"""A text file of your own. Line breaks of any system become \n, and the mark in front of some UTF-8 files goes.

    Raises FileNotFoundError when nothing is there, and ValueError, naming the file, when it is not UTF-8 or holds
    fewer than `at_least` characters.
    """
    path = file_to_read("path", path)
    text = decoded(path.read_bytes(), path).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) < at_least:
        advice = "Take a longer text, or put several into one file"
        raise ValueError(f"{path} holds {len(text):,} characters, and at least {at_least:,} are needed. {advice}")
    return text


def tiny_shakespeare(*, download: bool = False) -> str:
    """Forty thousand lines of Shakespeare in one file, 1,115,394 characters (github.com/karpathy/char-rnn, MIT).

    Looks for tinyshakespeare/input.txt under the folder named by the environment variable SEQLEARN_DATA, then in the
    cache; `download` fetches it (1.1 MB) when it is in neither. Raises FileNotFoundError, saying what to do, when it is
    not here, DownloadError when it cannot be fetched, and ValueError when the file is not the whole text.
    """
    (path,) = obtain(SHAKESPEARE, download=download)
    text = decoded(path.read_bytes(), path).replace("\r\n", "\n")
    if len(text) != SHAKESPEARE_CHARACTERS:
        raise ValueError(f"{path} holds {len(text):,} characters, expected {SHAKESPEARE_CHARACTERS:,}")
    return text
