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
    numbers = [entry.number for entry in CHAPTERS]
    assert numbers == sorted(set(numbers)) and numbers[0] == "00" and all(len(number) == 2 for number in numbers)
    assert [entry.part for entry in CHAPTERS] == sorted(entry.part for entry in CHAPTERS)
    assert {entry.part for entry in CHAPTERS} == set(range(len(PARTS)))
    for entry in CHAPTERS:
        assert all(need in numbers and need < entry.number for need in entry.needs), entry
        assert entry.needs or entry.number == "00", entry


def test_written_chapters_are_the_notebooks_in_the_folder():
    assert unlisted(path.name for path in chapters.notebooks_folder().iterdir()) == []
    missing = [entry.notebook for entry in WRITTEN if not (chapters.notebooks_folder() / entry.notebook).is_file()]
    assert missing == [], f"give it written=False in seqlearn/course/chapters.py, line {line_of(missing[0])}"


def unlisted(names) -> list[str]:
    """What to do for notebooks that are named like a chapter, with a number that the list does not have as written.

    A copy made in JupyterLab, such as 05_…-Copy1.ipynb, is nobody's chapter.
    """
    numbers = {entry.number for entry in WRITTEN}
    new = sorted(name for name in names if re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", name) and name[:2] not in numbers)
    return [f"notebooks/{name} is in no chapter: add Chapter(\"{name[:2]}\", \"{name[3:-6]}\", …) to CHAPTERS in "
            f"seqlearn/course/chapters.py, before line {line_of('def chapter(') - 3}" for name in new]


def line_of(text: str) -> int:
    """The line of the list of chapters that holds a text, or the slug of a notebook's name."""
    text = f'"{text[3:-6]}"' if text.endswith(".ipynb") else text
    lines = Path(chapters.__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_a_new_notebook_is_named_with_the_place_of_its_entry_and_a_stray_copy_is_not():
    names = [*(entry.notebook for entry in WRITTEN), "Untitled.ipynb", "05_mine.ipynb", "long_runs",
             CHAPTERS[5].notebook.replace(".ipynb", "-Copy1.ipynb")]
    assert unlisted(names) == []
    (advice,) = unlisted([*names, "77_new_one.ipynb"])
    place = int(re.search(r"before line (\d+)", advice)[1])
    source = Path(chapters.__file__).read_text(encoding="utf-8").splitlines()
    assert 'Chapter("77", "new_one", …)' in advice and source[place - 1] == ")"


@pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry.number)
def test_every_file_of_a_chapter_is_there(entry):
    missing = [name for name in (*entry.must_have, *entry.files) if not (ROOT / name).is_file()]
    assert missing == [], f"make them, or change line {line_of(entry.notebook)} of seqlearn/course/chapters.py"


# What several chapters use and none of them owns.
SHARED = {"plots": {"__init__", "drawing", "export", "networks", "picture", "style"},
          "widgets": {"__init__", "examples", "explorer", "live"}, "exercises": {"__init__"}}


@pytest.mark.parametrize("room", SHARED)
def test_every_figure_explorer_and_exercise_belongs_to_a_chapter(room):
    owned = {name for entry in WRITTEN for name in entry.files}
    for path in (ROOT / "seqlearn" / room).glob("*.py"):
        assert path.stem in SHARED[room] or f"seqlearn/{room}/{path.name}" in owned, (
            f"name \"{room}.{path.stem}\" in `also` of its chapter in seqlearn/course/chapters.py, or in SHARED here"
        )


@pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry.number)
def test_nothing_is_left_to_do(entry):
    """`course.py new` writes TODO wherever words or code of the chapter's own belong."""
    listed = Path(chapters.__file__).relative_to(ROOT).as_posix()
    left = []
    for name in entry.files:
        if name.endswith(".py"):
            left += [f"{name}, line {number}: {line.strip()}" for number, line in
                     enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1) if "TODO" in line]
        elif name.endswith(".ipynb"):  # the words alone: the letters of a picture mean nothing
            sources = ["".join(cell["source"]) for cell in chapters.read_notebook(ROOT / name)["cells"]]
            left += [f"{name}, cell {number}" for number, source in enumerate(sources) if "TODO" in source]
    assert left == [], "\n".join(left)
    assert "TODO" not in f"{entry.title} {entry.promise}", f"{listed}, line {line_of(entry.notebook)}"


def test_files_of_a_chapter_follow_from_its_names():
    files = chapters.chapter("06").files
    assert {"seqlearn/nn/lstm.py", "tests/nn/test_lstm.py", "tests/plots/test_lstm.py", "tests/exercises/test_ch06.py",
            "notebooks/06_lstm_by_hand.ipynb", "seqlearn/plots/conveyor.py"} <= set(files)
    assert {"notebooks/long_runs/10_imdb.py",
            "notebooks/long_runs/10_imdb.json"} <= set(chapters.chapter("10").files)
    assert "tests/data/test_job_tasks.py" in chapters.chapter("12").files


def test_readme_holds_the_table_of_chapters():
    assert chapters.table("notebooks/") in README, "`python3 course.py store 00` puts the new table there"


def test_chapter_00_is_stored_with_the_table_of_chapters():
    stored = (ROOT / "notebooks" / CHAPTERS[0].notebook).read_text(encoding="utf-8")
    assert " ".join(chapters.standing().split()) in stored, "python3 course.py store 00"


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


def test_readme_says_what_its_moving_picture_shows():
    from seqlearn.widgets.exploding import ExplodingGradients

    words = re.search(r"!\[([^\]]*)\]\(docs/exploding_gradients.gif\)", README).group(1)
    explorer = ExplodingGradients()
    for radius in re.search(r"from (\S+) to (\S+) and back, the", words).groups():
        explorer.set(radius=float(radius))
        size = re.search(r"(\S+) at step 0", explorer.text).group(1)
        assert size in words, "say in README.md what the explorer says"


def test_readme_says_how_long_the_course_takes():
    assert f"take about {round(chapters.minutes() / 60)} hours" in README


def test_readme_names_both_commands_and_the_plain_ways():
    for command in ("python3 course.py  ", "python3 course.py test", "pip install -r requirements.txt", "jupyter lab",
                    "\npytest\n", "pytest --nbval notebooks/"):
        assert command in README, command


def test_unknown_chapter_is_named():
    with pytest.raises(KeyError, match="99"):
        chapters.chapter("99")


@pytest.mark.parametrize("text, words", [
    ('{"cells": [],\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n}', "line 2: <<<<<<< HEAD.*git checkout HEAD -- 05.ipynb"),
    ('{"cells": [', "is not a notebook: Expecting value"),
    ('[1, 2]', "it has no cells"),
    ('{"a": 1}', "it has no cells"),
    ("", "is not a notebook"),
])
def test_a_damaged_notebook_is_named_with_the_reason(tmp_path, text, words):
    path = tmp_path / "05.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="05.ipynb is not a notebook") as caught:
        chapters.read_notebook(path)
    assert re.search(words, str(caught.value)), caught.value


def test_stored_notebooks_are_those_of_the_list(tmp_path):
    for name in (CHAPTERS[3].notebook, "Untitled.ipynb", CHAPTERS[3].notebook.replace(".ipynb", "-Copy1.ipynb")):
        (tmp_path / name).touch()
    assert chapters.stored(tmp_path) == [tmp_path / CHAPTERS[3].notebook]
    assert [path.name for path in chapters.stored()] == [entry.notebook for entry in WRITTEN]


def test_ways_through_the_course_name_hours_that_their_chapters_add_up_to():
    shown = chapters.ways()
    minutes_of = {entry.number: entry.minutes for entry in CHAPTERS}
    for way in chapters.WAYS:
        assert set(way.chapters) <= set(minutes_of) and way.chapters[0] == "00"
        total = sum(minutes_of[number] for number in way.chapters)
        row = next(row for row in shown.splitlines() if row.startswith(f"| {way.name} "))
        assert chapters.hours(total) in row
        with_exercises = float(row.split(" | ")[3].removesuffix("&nbsp;h"))
        assert abs(with_exercises - total / 20) <= 0.25, "three times the time, to half an hour"
    whole = chapters.WAYS[-1]
    assert {entry.number for entry in WRITTEN} <= set(whole.chapters)
    assert chapters.hours(130) == "2&nbsp;h&nbsp;10&nbsp;min" and chapters.hours(120) == "2&nbsp;h"


def test_an_evening_is_an_evening_and_a_weekend_a_weekend():
    evening, weekend, term = (chapters.minutes(way.chapters) / 60 for way in chapters.WAYS)
    assert evening <= 3 and weekend <= 12 and term == chapters.minutes() / 60


def test_a_way_leaves_out_nothing_it_needs_but_what_the_chapter_says():
    left_out = {(way.name, need) for way in chapters.WAYS for number in way.chapters
                for need in chapters.chapter(number).needs if need not in way.chapters}
    assert left_out == {("an evening", "01")}, "chapter 00 says what to take along in place of a chapter left out"


def test_chapter_00_is_stored_with_the_hours_of_today():
    cells = chapters.read_notebook(ROOT / "notebooks" / CHAPTERS[0].notebook)["cells"]
    shown = ["".join(output["data"].get("text/markdown", "")) for cell in cells for output in cell.get("outputs", [])
             if "data" in output]
    assert chapters.ways() in shown and chapters.table() in shown, "python3 course.py store 00"


def test_a_time_never_breaks_in_the_table():
    assert "150&nbsp;min" in chapters.table() and not re.search(r"\d min", chapters.table())
