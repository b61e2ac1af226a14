"""Make slides of a chapter's figures, key cells and questions from its stored notebook.

    python3 course.py slides 05          into _build/slides/05.html; open it in a browser, on any machine
    python3 course.py slides             all chapters

Right goes to the next section, down through a section; S opens the notes: what the chapter says around a slide.
"""

import argparse
import re
import shutil
import sys
from importlib import import_module, metadata
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from conf import MATHJAX, mathjax3_config
from seqlearn.course.chapters import CHAPTERS, notebooks_folder, read_notebook
from seqlearn.exercises import catalog

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "_build/slides"
FONTS = r"fonts/source-sans-pro/.*(css|woff|LICENSE)"
REVEAL = rf"dist/reveal\.(js|css)|dist/theme/(white\.css|{FONTS})|plugin/notes/notes\.js|LICENSE"
MOST_LINES, MOST_WITH_PRINTED = 17, 22  # of code, and of code with what it prints, on one slide
LEFT_OUT = ("Your turn", "Quiz", "Recap", "Believe nothing")  # sections with slides of their own, or no use on a wall


def deck(notebook: dict, exercises, quiz) -> nbformat.NotebookNode:
    """The slides as a notebook: each section opens with its question, then its figures and key cells below it."""
    cells, told, section, heading = [], [], "", ""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cells += code_slides(cell, heading, told) if _is_shown(section) else []
            told = []
            continue
        for text in re.split(r"^(?=##? )", _source(cell), flags=re.MULTILINE):
            title = re.match(r"#{1,2} (.+)\n*", text)
            if title:
                section = heading = title[1]
            if title and _is_shown(section):
                cells.append(_slide(f"{title[0].strip()}\n\n{first_paragraph(text[title.end():])}", "slide"))
            heading = (re.findall(r"^### (.+)$", text, re.MULTILINE) or [heading])[-1]
            if _is_shown(section):
                cells += [_slide(f"### {heading}\n\n{formula}", "subslide") for formula in formulas(text)]
            told.append(text)
    cells += exercise_slides(exercises) + quiz_slides(quiz)
    cells += closing_slides(next(text for text in map(_source, notebook["cells"]) if text.startswith("## Recap")))
    return new_notebook(cells=cells)


def _is_shown(section: str) -> bool:
    return bool(section) and not section.startswith(LEFT_OUT)


def _source(cell: dict) -> str:
    return "".join(cell["source"])


def _slide(text: str, kind: str) -> nbformat.NotebookNode:
    return new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})


def first_paragraph(text: str) -> str:
    """The first paragraph of running text: neither a list nor a formula, a table or a heading."""
    return next((each for each in re.split(r"\n\s*\n", text.strip()) if re.match(r"[\w*“$_(\[`]", each)
                 and not re.match(r"(\* |\d+\. |\$\$)", each)), "")


def formulas(text: str) -> list[str]:
    """The displayed formulas of a cell."""
    return re.findall(r"\$\$.+?\$\$", text, re.DOTALL)


def code_slides(cell: dict, heading: str, told: list[str]) -> list[nbformat.NotebookNode]:
    """A figure with its code below it, or a short cell and, one press later, what it prints."""
    source = _source(cell)
    outputs = [nbformat.from_dict(output) for output in cell["outputs"]]
    pictures = [each for each in outputs if "image/png" in each.get("data", {})]
    printed = "".join(_joined(each["text"]) for each in outputs if each["output_type"] == "stream")
    title, notes = _slide(f"### {heading}", "subslide"), [_slide(text, "notes") for text in told]
    if pictures:
        further = [each for picture in pictures[1:]
                   for each in (_slide(f"### {heading}", "subslide"), _only_outputs([picture], "-"))]
        return [title, _only_outputs(pictures[:1], "-"), *notes, *further]
    has_names = re.search(r"^(def|class) ", source, re.MULTILINE)
    lines = len(source.splitlines()), len(printed.splitlines())
    if not (has_names or printed) or lines[0] > MOST_LINES or sum(lines) > MOST_WITH_PRINTED:
        return []
    code = new_code_cell(source, metadata={"slideshow": {"slide_type": "-"}})
    answer = [_only_outputs([new_output("stream", text=printed)], "fragment")] if printed else []
    return [title, code, *notes, *answer]


def _only_outputs(outputs: list, kind: str) -> nbformat.NotebookNode:
    return new_code_cell(outputs=outputs, metadata={"slideshow": {"slide_type": kind}, "tags": ["outputs-only"]})


def _joined(text) -> str:
    return text if isinstance(text, str) else "".join(text)


def exercise_slides(exercises) -> list[nbformat.NotebookNode]:
    """One slide that lists them."""
    lines = [f"- **{each.id}** {'★' * each.stars} {each.title}" for each in exercises]
    return [_slide("## Exercises\n\n" + "\n".join(lines), "slide")] if lines else []


def quiz_slides(quiz) -> list[nbformat.NotebookNode]:
    """Each question for a show of hands, its answer one press later."""
    slides = []
    for number, question in enumerate(quiz.questions, 1):
        options = "\n".join(f"{chr(65 + k)}. {option.text}  " for k, option in enumerate(question.options))
        right = [(chr(65 + k), option.why) for k, option in enumerate(question.options) if option.correct]
        slides += [_slide(f"{'## Quiz' if number == 1 else '### Quiz'} {number}\n\n{question.text}\n\n{options}",
                          "subslide" if slides else "slide"),
                   _slide("\n\n".join(f"**{letter}.** {why}" for letter, why in right), "fragment")]
    return slides


def closing_slides(text: str) -> list[nbformat.NotebookNode]:
    """The sentences of the recap and the pitfalls, four on a slide."""
    slides = []
    for title in ("Recap", "Pitfalls"):
        section = re.search(rf"^## {title}\n(.+?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        points = re.findall(r"^(?:\d+\.|-) .+?(?=^\d+\. |^- |^\s*$|\Z)", section[1] if section else "",
                            re.MULTILINE | re.DOTALL)
        slides += [_slide(f"## {title}\n\n" + "".join(points[k:k + 4]), "subslide" if k else "slide")
                   for k in range(0, len(points), 4)]
    return slides


def copy_beside(folder: Path) -> None:
    """Put what the slides load beside them: reveal.js and MathJax, as their packages bring them, and the style."""
    for package, where, wanted, into in (("sphinx-revealjs", "_static/revealjs/", REVEAL, folder),
                                         ("sphinx-mathjax-offline", "static/mathjax/", MATHJAX, folder / "mathjax")):
        for file in metadata.files(package):
            name = file.as_posix().partition(where)[2]
            if re.fullmatch(wanted, name):
                (into / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), into / name)
    shutil.copy(HERE / "static/slides.css", folder)


def quiz_of(number: str):
    """The quiz of a chapter."""
    return import_module(f"seqlearn.exercises.ch{number}").QUIZ


def write(entry, folder: Path) -> Path:
    """Write the slides of one chapter, and return where they are."""
    exercises = [each for each in catalog() if each.id.startswith(entry.number)]
    notebook = deck(read_notebook(notebooks_folder() / entry.notebook), exercises, quiz_of(entry.number))
    settings = Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": ["outputs-only"]}})
    exporter = SlidesExporter(config=settings, template_name="slides_template", extra_template_basedirs=[str(HERE)],
                              reveal_url_prefix="beside", reveal_theme="white")
    mathjax = {**mathjax3_config, "tex": {"inlineMath": [["$", "$"]]}}
    page, _ = exporter.from_notebook_node(notebook, {"mathjax": mathjax, "metadata": {"name": entry.title}})
    path = folder / f"{entry.number}.html"
    path.write_text(page, encoding="utf-8")
    return path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py slides", description=__doc__.partition("\n")[0])
    parser.add_argument("chapter", nargs="*", help="numbers such as 05; without one, all chapters")
    numbers = [number.zfill(2) for number in parser.parse_args(arguments).chapter]
    written = {entry.number: entry for entry in CHAPTERS if entry.written}
    unknown = [number for number in numbers if number not in written]
    if unknown:
        parser.error(f"no chapter {', '.join(unknown)}; there are {', '.join(written)}")
    copy_beside(OUT / "beside")
    for number in numbers or written:
        print(f"Slides: {write(written[number], OUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
