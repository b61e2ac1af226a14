"""Make the files of a new chapter; `course.py new` calls this.

    python3 course.py new 18 speech_again     chapter 18, in notebooks/18_speech_again.ipynb
    python3 course.py new 16                  the files of a chapter that the list announces

The chapter gets an entry in seqlearn/course/chapters.py, a notebook, exercises, a figure, an explorer and their tests,
from the files in tests/notebooks/skeleton/. It runs, and passes every test but those that ask for its content: wherever
words or code of its own belong stands TODO. Nothing is written when one of the files is already there.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from seqlearn.course.chapters import CHAPTERS, PARTS, Chapter

ROOT = Path(__file__).resolve().parents[2]
SKELETON = Path(__file__).with_name("skeleton")
LIST = "seqlearn/course/chapters.py"


class NotMade(Exception):
    """No file was written; the text says why."""


def entry_for(number: str, name: str | None) -> Chapter:
    """The entry of the list that announces this chapter, or a new one. Raises NotMade when there can be none."""
    if not re.fullmatch(r"\d\d?", number):
        raise NotMade(f"a chapter's number has one or two digits, got {number}")
    number = number.zfill(2)
    announced = next((entry for entry in CHAPTERS if entry.number == number), None)
    if announced and announced.written:
        raise NotMade(f"chapter {number} is there already: notebooks/{announced.notebook}")
    if announced:
        if name not in (None, announced.slug):
            raise NotMade(f"{LIST} announces chapter {number} as {announced.slug}; change that first")
        return announced
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name or ""):
        raise NotMade(f"chapter {number} needs a name for its files, of small letters, digits and _; got {name}")
    before = [entry for entry in CHAPTERS if entry.number < number]
    if not before:
        raise NotMade("a new chapter comes after chapter 00")
    return Chapter(number, name, name.replace("_", " ").capitalize(), "TODO: what you get.", 60, before[-1].part,
                   needs=(before[-1].number,), topic=name)


def with_entry(source: str, entry: Chapter) -> str:
    """The text of the list's file with this chapter in it, as a written one, in its place by number."""
    starts = {match[1]: match.start() for match in re.finditer(r'^    Chapter\("(\d\d)"', source, flags=re.MULTILINE)}
    end = source.index("\n)\n", source.index("\nCHAPTERS = (")) + 1
    after = [*sorted(start for number, start in starts.items() if number > entry.number), end][0]
    if entry.number in starts:
        start = starts[entry.number]
        return source[:start] + re.sub(r",\s*written=False", "", source[start:after]) + source[after:]
    needs = "".join(f'"{need}", ' for need in entry.needs).rstrip()
    text = (f'    Chapter("{entry.number}", "{entry.slug}", "{entry.title}",\n'
            f'            "{entry.promise}", {entry.minutes},\n'
            f'            part={entry.part}, needs=({needs}), topic="{entry.topic}"),\n')
    return source[:after] + text + source[after:]


def files_for(entry: Chapter) -> dict[str, str]:
    """Path from the course's folder → text of the file, for every file but the notebook."""
    number, topic = entry.number, entry.topic
    places = {
        "exercises.py.txt": f"seqlearn/exercises/ch{number}.py",
        "plots.py.txt": f"seqlearn/plots/{topic}.py",
        "widgets.py.txt": f"seqlearn/widgets/{topic}.py",
        "test_exercises.py.txt": f"tests/exercises/test_ch{number}.py",
        "test_plots.py.txt": f"tests/plots/test_{topic}.py",
        "test_widgets.py.txt": f"tests/widgets/test_{topic}.py",
    }
    return {place: filled(name, entry) for name, place in places.items()}


def filled(name: str, entry: Chapter) -> str:
    """A file of the skeleton with the chapter's names in it."""
    values = {"number": entry.number, "title": entry.title, "minutes": str(entry.minutes), "topic": entry.topic,
              "Topic": "".join(word.capitalize() for word in entry.topic.split("_")), "needs": ", ".join(entry.needs)}
    text = (SKELETON / name).read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], text)


def notebook(text: str) -> nbformat.NotebookNode:
    """A Markdown text as a notebook: each block of Python is a code cell."""
    cells = []
    for index, piece in enumerate(re.split(r"^```(?:python)?\n", text, flags=re.MULTILINE)):
        if piece.strip():
            cells.append((new_code_cell if index % 2 else new_markdown_cell)(piece.strip()))
    for index, cell in enumerate(cells):
        cell["id"] = f"c{index + 1:03d}"
    return new_notebook(cells=cells)


def make(entry: Chapter, root: Path = ROOT) -> list[str]:
    """Write all files of a chapter and its entry. Returns their paths; raises NotMade when one is already there."""
    files = files_for(entry)
    place = f"notebooks/{entry.notebook}"
    there = [name for name in (place, *files) if (root / name).exists()]
    if there:
        raise NotMade(f"{', '.join(there)} is there already; choose another name, or move it away")
    source = with_entry((root / LIST).read_text(encoding="utf-8"), entry)
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    nbformat.write(notebook(filled("notebook.md", entry)), root / place)
    (root / LIST).write_text(source, encoding="utf-8", newline="\n")
    return [LIST, place, *files]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py new", description="Make the files of a new chapter.")
    parser.add_argument("number", metavar="NN", help="its number, such as 18")
    parser.add_argument("name", nargs="?", help="the name of its files, such as speech_again")
    options = parser.parse_args(arguments)
    try:
        entry = entry_for(options.number, options.name)
        made = make(entry)
    except NotMade as error:
        print(f"course: {error}", file=sys.stderr)
        return 1
    print("\n".join(made))
    # In a process of its own, which reads the list anew; chapter 00 shows the map. The README follows on the way.
    store = [sys.executable, str(Path(__file__).with_name("notebook_store.py")), entry.number, "00"]
    status = subprocess.run(store, cwd=ROOT).returncode
    print(f"Its part is {PARTS[entry.part]!r}, it needs {', '.join(entry.needs)}: say in {LIST} if that is otherwise.\n"
          f"Now replace every TODO, then `python3 course.py store {entry.number} 00` and "
          f"`python3 course.py test {entry.number}`.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
