"""The teacher's guide against the course: what it names is there, what it lets explorers say they say, and its minutes
add up. Whoever changes a chapter is told here what the guide says that is no longer so.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets
import pytest

from seqlearn.course.chapters import CHAPTERS, hours, minutes, notebooks_folder, read_notebook
from seqlearn.exercises import catalog
from seqlearn.plots.style import THEMES
from seqlearn.widgets import catalog as explorers

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "classroom/guide"
WRITTEN = [entry for entry in CHAPTERS if entry.written]
# A page may be there before its chapter is written; it is read from then on.
PAGES = [page for entry in WRITTEN if (page := GUIDE / f"{entry.number}.md").is_file()]
DRAWINGS = sorted(GUIDE.glob("drawings/*.svg"))
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
HEADINGS = ["What students believe", "Two questions to ask first", "A plan for 45 minutes", "A plan for 90 minutes",
            "The explorer as a demonstration", "Exercises to set", "Mistakes to expect", "A drawing for the board",
            "Three exam questions"]
EXERCISES = {exercise.id: exercise for exercise in catalog()}
WIDEST = 46  # letters in a line of a drawing, on a page of 360 pixels
SYLLABUSES = (4, 8, 14)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def part(page: Path, heading: str) -> str:
    """What stands under a heading of the second level."""
    return re.split(r"^## ", text_of(page).partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def items(text: str, bullet: str) -> list[str]:
    """The items of a list, each as one line."""
    return [" ".join(item.split()) for item in re.findall(rf"^{bullet} (.+(?:\n  .+)*)", text, flags=re.MULTILINE)]


@pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry.number)
def test_every_chapter_has_a_page_for_teachers(entry):
    page = GUIDE / f"{entry.number}.md"
    assert page.is_file(), f"write classroom/guide/{entry.number}.md; its headings: {', '.join(HEADINGS)}"
    assert text_of(page).splitlines()[0] == f"# Teaching chapter {entry.number}: {entry.title}"


@EACH_PAGE
def test_a_page_has_the_headings_of_all_pages_and_no_more_words_than_a_teacher_has_time_for(page):
    assert re.findall(r"^##+ (.+)$", text_of(page), flags=re.MULTILINE) == HEADINGS
    words = len(re.sub(r"```.*?```|\|", " ", text_of(page), flags=re.DOTALL).split())
    assert 500 <= words <= 1200, f"{words} words"


@pytest.mark.parametrize("page", [GUIDE / "index.md", *PAGES], ids=lambda page: page.stem)
def test_the_sections_that_a_page_names_are_in_the_chapter(page):
    """§ *The loop* is a section of the page's chapter, 02 § *The loop* of that chapter."""
    named = re.findall(r"(?:\b(\d\d) )?§ \*([^*\n]+)\*", text_of(page))
    assert len(named) >= 5 and text_of(page).count("§") == len(named)
    for number, name in named:
        assert name in headings(number or page.stem), f"chapter {number or page.stem} has no section {name!r}"


def headings(number: str) -> list[str]:
    """The headings of a chapter's sections, as they are written."""
    (notebook,) = notebooks_folder().glob(f"{number}_*.ipynb")
    cells = read_notebook(notebook)["cells"]
    words = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.findall(r"^##+ (.+)$", words, flags=re.MULTILINE)


@EACH_PAGE
def test_the_exercises_that_a_page_names_exist_with_the_stars_that_it_gives_them(page):
    named = re.findall(r"`(\d\d\.\d+)`", text_of(page))
    assert [name for name in named if name not in EXERCISES] == []
    offered = items(part(page, "Exercises to set"), "-")
    assert len(offered) >= 3
    for item in offered:
        found = re.match(r"`(\d\d\.\d+)` (★+), (\d+) min: ", item)
        assert found and len(found[2]) == EXERCISES[found[1]].stars and 0 < int(found[3]) <= 120, item


@EACH_PAGE
def test_the_mistakes_that_a_page_names_are_those_that_the_check_knows(page):
    named = items(part(page, "Mistakes to expect"), "-")
    assert len(named) >= 3
    for item in named:
        found = re.match(r"`(\d\d\.\d+)` \*([^*]+)\*: ", item)
        assert found, item
        known = [mistake.name for mistake in EXERCISES[found[1]].mistakes]
        assert found[2] in known, f"{found[1]} knows {known}"


@EACH_PAGE
@pytest.mark.parametrize("length", [45, 90])
def test_the_minutes_of_a_plan_add_up(page, length):
    rows = re.findall(r"^\| (\d+) \|", part(page, f"A plan for {length} minutes"), flags=re.MULTILINE)
    assert sum(map(int, rows)) == length


@EACH_PAGE
def test_a_page_has_a_drawing_with_words(page):
    """A picture, or letters that fit on a phone."""
    text = part(page, "A drawing for the board")
    pictures = re.findall(r"^!\[(.+)\]\(drawings/(\d\d)\.svg\)$", text, flags=re.MULTILINE)
    boards = re.findall(r"^```board (.+)\n((?:.*\n)*?)```$", text, flags=re.MULTILINE)
    assert len(pictures) + len(boards) == 1 and text_of(page).count("```") == 2 * len(boards)
    assert all(len(words) >= 100 for words, _ in pictures + boards)
    assert all(number == page.stem and (GUIDE / f"drawings/{number}.svg").is_file() for _, number in pictures)
    for _, letters in boards:
        assert max(map(len, letters.splitlines())) <= WIDEST and len(letters.splitlines()) <= 16


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_is_a_small_picture_of_its_own_page_in_the_colours_of_the_figures(path):
    assert (GUIDE / f"{path.stem}.md").is_file() and f"drawings/{path.name}" in text_of(GUIDE / f"{path.stem}.md")
    svg = ElementTree.parse(path).getroot()
    width, height = map(float, svg.get("viewBox").split()[2:])
    assert path.stat().st_size < 10_000 and width <= 460 and height <= 300
    kinds = {element.tag.rpartition("}")[2] for element in svg.iter()}
    assert kinds <= {"svg", "style", "marker", "path", "rect", "circle", "text"}
    style = svg.find("{*}style").text
    for name in ("state", "input", "output", "gate", "gradient"):
        assert THEMES['light'][name] in style and THEMES['dark'][name] in style, name
        book = (ROOT / "book/static/book.css").read_text(encoding="utf-8")
        assert f"--{name}: {THEMES['light'][name]}" in book and f"--{name}: {THEMES['dark'][name]}" in book
    for element in svg.iter("{*}text"):
        assert 0 <= float(element.get("x")) <= width and 10 <= float(element.get("y")) <= height, element.text


@EACH_PAGE
def test_three_exam_questions_have_answers(page):
    text = part(page, "Three exam questions")
    assert [number for number in re.findall(r"^(\d)\. ", text, flags=re.MULTILINE)] == list("123")
    assert text.count("*Answer.*") == 3


@EACH_PAGE
def test_the_explorers_say_what_a_page_lets_them_say(page):
    """In an item, in order: `Label: value` sets a control, `press Label` presses a button, “words” are what it says."""
    classes = {each.__name__: each for each in explorers()}
    text = part(page, "The explorer as a demonstration")
    explorer, quotes = None, 0
    for name, item in re.findall(r"\b([A-Z]\w+)`|^\d\. (.+(?:\n   .+)*)", text, flags=re.MULTILINE):
        if name:
            explorer = classes[name]()
            assert explorer.chapter == page.stem
            continue
        for setting, words in re.findall("`([^`]+)`|“(.+?)”", " ".join(item.split())):
            if setting:
                change(explorer, setting)
            else:
                quotes += 1
                said = " ".join(explorer.text.split())
                assert words in said, f"in {item!r} it says: {said}"
    assert quotes >= 3


def change(explorer, setting: str) -> None:
    """Do with an explorer what a page says."""
    by_label = {control.description: control for control in explorer.controls.values()}
    if setting.startswith("press "):
        by_label[setting.removeprefix("press ")].click()
        return
    label = max((label for label in by_label if setting.startswith(f"{label}: ")), key=len, default=None)
    assert label, f"{setting!r} is none of {list(by_label)}"
    control, value = by_label[label], setting.removeprefix(f"{label}: ")
    if isinstance(control, ipywidgets.Checkbox):
        control.value = {"on": True, "off": False}[value]
    elif isinstance(control, ipywidgets.Text):
        control.value = value
    elif hasattr(control, "options"):
        control.label = value
    else:
        wanted = float(value.replace("−", "-").replace(",", ""))
        control.value = type(control.value)(wanted)
        assert control.value == pytest.approx(wanted), f"{setting!r} is not on the slider"


def test_a_setting_that_a_page_invents_is_noticed():
    from seqlearn.widgets.start import ScalarMemory

    for setting in ("weight v: 0.5", "weight w: 2.5"):
        with pytest.raises(AssertionError):
            change(ScalarMemory(), setting)


@pytest.mark.parametrize("weeks", SYLLABUSES)
def test_the_hours_of_a_syllabus_are_those_of_its_chapters(weeks):
    """Each row: week, chapters, sections, exercises, time to read, and with the exercises up to twice that."""
    text = part(GUIDE / "index.md", f"{['Four', 'Eight', 'Fourteen'][SYLLABUSES.index(weeks)]} weeks")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if re.match(r"\| \d", line)]
    assert [int(row[0]) for row in rows] == list(range(1, weeks + 1))
    total = 0
    for _, chapters, _, exercises, read, all_in_all in rows:
        numbers = tuple(re.findall(r"\[(\d\d)\]\(\1\.md\)", chapters))
        assert numbers and all(re.match(r"\d\d\.\d+$", each) and each in EXERCISES and each[:2] in numbers
                               for each in re.findall(r"`(.+?)`", exercises))
        assert read == hours(minutes(numbers)).replace("&nbsp;", " "), numbers
        assert all_in_all == f"{2 * minutes(numbers) / 60:.1f} h", numbers
        total += minutes(numbers)
    assert f"{hours(total)} of reading".replace("&nbsp;", " ") in " ".join(text.split()), hours(total)
