"""The cells of chapter 09 that train on a learner's own file: whatever program saved it, and however short it is."""

import json
import os

import numpy as np
import pytest

from seqlearn.course.chapters import notebooks_folder
from seqlearn.data.corpus import Vocabulary

torch = pytest.importorskip("torch")

NEEDED = ("import torch", "from seqlearn.models.language_model import text_blocks", "def learn_to_write",
          "from seqlearn.data.text import text_file")  # how the cells begin


@pytest.fixture
def run(tmp_path, capsys):
    """run(data) writes a file, trains on it as the chapter does, and gives the cells' names and what they printed."""

    def on(data: bytes) -> tuple[dict, str]:
        path = tmp_path / "my text.txt"
        path.write_bytes(data)
        notebook = json.loads((notebooks_folder() / "09_language_models.ipynb").read_text("utf-8"))
        cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        names = {"np": np, "Vocabulary": Vocabulary}
        for start in NEEDED:
            (cell,) = [cell for cell in cells if cell.startswith(start)]
            exec(cell.replace("PATH = None", f"PATH = {os.fspath(path)!r}").replace("passes=10", "passes=2"), names)
        return names, capsys.readouterr().out

    return on


@pytest.mark.parametrize("data", [
    ("Grüße aus Wien.\n" * 125).encode(),  # 2,000 characters, the least
    b"\xef\xbb\xbf" + ("Ein Satz,\r\nund noch einer.\r\n" * 200).encode(),
    ("春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。" * 100).encode(),
    (" ".join(f"{n}: {n * n}" for n in range(3000)) + "ŝ").encode(),  # a letter that the training part never shows
], ids=["short", "windows", "chinese", "unseen letter"])
def test_it_trains_and_writes(run, data):
    names, printed = run(data)
    assert "\r" not in names["my_text"] and "\ufeff" not in names["my_text"]
    assert printed.count("perplexity") == 3 and len(printed.rpartition("perplexity")[2]) > 600


def test_what_it_wrote_can_be_stored_and_read_without_torch(run, tmp_path):
    from seqlearn.training import save_weights
    from seqlearn.widgets.language_models import CharacterModel

    names, _ = run(("Grüße aus Wien.\n" * 200).encode())
    writer, letters = names["my_writer"], names["my_letters"]
    save_weights(writer, tmp_path / "mine.safetensors", characters=letters.characters)
    read = letters.encode("\nGrüße")
    with torch.no_grad():
        expected = writer(torch.as_tensor(read)[:, None])[0][:, 0]
    assert np.allclose(CharacterModel(tmp_path / "mine.safetensors").read(read)[0], expected, atol=1e-5)


@pytest.mark.parametrize(("data", "words"), [(b"too short", "9 characters, and at least 2,000"),
                                             ("Grüße".encode("cp1252") * 900, "not UTF-8: line 1")])
def test_it_says_what_is_wrong_with_the_file(run, data, words):
    with pytest.raises(ValueError, match=words):
        run(data)
