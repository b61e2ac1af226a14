"""The table of chapters, the README, the folder of notebooks and the map keep in step."""

import re
from pathlib import Path

import pytest

from seqlearn.course import chapters
from seqlearn.course.chapters import CHAPTERS, PARTS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITTEN = [entry for entry in CHAPTERS if entry.written]


def test_chapters_are_numbered_in_order_and_need_earlier_ones():
    assert [entry.number for entry in CHAPTERS] == [f"{i:02d}" for i in range(16)]
    assert [entry.part for entry in CHAPTERS] == sorted(entry.part for entry in CHAPTERS)
    assert {entry.part for entry in CHAPTERS} == set(range(len(PARTS)))
    for entry in CHAPTERS:
        assert all(need < entry.number for need in entry.needs), entry
        assert entry.needs or entry.number == "00", entry


def test_written_chapters_are_the_notebooks_in_the_folder():
    found = sorted(path.name for path in chapters.notebooks_folder().glob("[0-9][0-9]_*.ipynb"))
    table = [entry.notebook for entry in WRITTEN]
    assert found == table, "set written=True for it in seqlearn/course/chapters.py, and store chapter 00 again"


def test_readme_holds_the_table_of_chapters():
    assert chapters.table("notebooks/") in README, (
        "replace the table in README.md by what `python -c \"from seqlearn.course import chapters; "
        "print(chapters.table('notebooks/'))\"` prints"
    )


def test_chapter_00_is_stored_with_the_table_of_chapters():
    stored = (ROOT / "notebooks" / CHAPTERS[0].notebook).read_text(encoding="utf-8")
    assert chapters.standing() in stored, "python3 course.py store 00"


@pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry.number)
def test_the_chapter_itself_names_its_title_and_its_time(entry):
    import nbformat

    cells = nbformat.read(ROOT / "notebooks" / entry.notebook, as_version=4).cells
    opening = "\n".join(cell.source for cell in cells[:3])
    title = opening.splitlines()[0]
    assert entry.number in title and entry.title.casefold() in title.casefold()
    assert re.search(rf"\b{entry.minutes}\s+min", opening), f"the opening must say {entry.minutes} minutes"


def test_readme_links_lead_somewhere_and_its_picture_has_words():
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        assert re.match(r"https?:", target) or (ROOT / target.split("#")[0]).exists(), target
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", README)
    assert pictures and all(len(words.split()) >= 8 for words, _ in pictures)


def test_readme_says_what_the_signature_explorer_shows():
    from seqlearn.widgets.exploding import ExplodingGradients

    explorer = ExplodingGradients()
    explorer.controls["clip"].value = 1.0
    words = re.search(r"!\[([^\]]*)\]\(docs/exploding_gradients.png\)", README).group(1)
    # What follows is a training run, whose last digits are the machine's own.
    assert words.split(" Training")[0] == explorer.text, "run docs/make_pictures.py, put what it prints into README.md"


def test_readme_names_both_commands_and_the_plain_ways():
    for command in ("python3 course.py  ", "python3 course.py test", "pip install -r requirements.txt", "jupyter lab",
                    "\npytest\n", "pytest --nbval notebooks/"):
        assert command in README, command


def test_unknown_chapter_is_named():
    with pytest.raises(KeyError, match="16"):
        chapters.chapter("16")
