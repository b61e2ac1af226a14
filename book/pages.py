"""From the stored notebooks to the sources of the book's pages: the same cells, with outputs as a page needs them.

A picture gets its words as alternative text, an exercise its hints and its solution, a quiz a form that the page's
script answers. Nothing is executed.
"""

import copy
import importlib
import re
from html import escape
from pathlib import Path

import explorers
import launch
from seqlearn.course import address
from seqlearn.course.chapters import CHAPTERS, PARTS, Chapter, hours, minutes, table, ways
from seqlearn.exercises import catalog
from seqlearn.grading.cards import inline
from seqlearn.grading.question import letter, verdict
from seqlearn.grading.quiz import Quiz

BESIDE_THE_GUIDE = ("classroom/README.md", "classroom/jupyterhub/README.md", "classroom/jupyterhub/littlest.md")
# How a notebook says where hints come from; a page has them below the exercise.
HINTS = re.compile(r"(?:Replace the `\.\.\.` and run the cell\. )?For\s+a\s+hint\W(?:\s*run)?\s*`\w+\.\w+\.hint\(\)`"
                   r"(?:, and so on)?(?:; `\w+\.\w+\.solution\(\)` shows the\s+solution)?\.")
HINTS_HERE = ("On this page the hints and the solution unfold below each exercise; to have an answer checked, run the "
              "chapter [as a notebook](start.md).")


def page(entry: Chapter, notebook: dict) -> dict:
    """The notebook of a chapter as the book shows it. The one that is given stays as it is."""
    notebook = copy.deepcopy(notebook)
    last = {}  # the cell in which an exercise is shown last
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = HINTS.sub(HINTS_HERE, _number_long_formulas(_text(cell["source"])))
        if cell["cell_type"] == "code":
            _let_move(cell)
            _describe_pictures(cell)
            _name_columns(cell)
            for output in list(cell["outputs"]):
                plain = _text(output.get("data", {}).get("text/plain", ""))
                if plain.startswith("Quiz of chapter"):
                    output["data"] = {"text/html": form(_quiz(entry)), "text/plain": plain}
                    _tag(cell, "remove-input")
                elif found := re.match(r"\W*(\d\d\.\d+) ", plain):
                    last[found[1]] = cell
                    if ": not attempted\n" in plain:  # nobody can run the cell on the page
                        cell["outputs"].remove(output)
    for exercise in catalog():
        if exercise.id in last:
            last[exercise.id]["outputs"].append(_html(help_with(exercise)))
    where = {"cell_type": "markdown", "metadata": {}, "source": launch.ways(entry), "id": "run-it-yourself"}
    notebook["cells"].insert(1, where)
    return notebook


def front() -> str:
    """The first page, in Markdown: what the course is, its chapters, and the ways through it."""
    contents = ""
    for index, part in enumerate(PARTS):
        names = "\n".join(entry.notebook for entry in CHAPTERS if entry.written and entry.part == index)
        contents += f"```{{toctree}}\n:hidden:\n:caption: {part}\n\n{names}\n```\n\n"
    contents += "```{toctree}\n:hidden:\n:caption: Look up\n\nglossary.md\nstart.md\n```\n\n"
    repository = address.repository()
    copy_of_it = f"[a copy of it](https://github.com/{repository})" if repository else "a copy of it"
    contents += "```{toctree}\n:hidden:\n:caption: For teachers\n\nclassroom/guide/index.md\n"
    contents += "\n".join(BESIDE_THE_GUIDE) + "\n```\n"
    return f"""# Recurrent sequence models

From the recurrent cell through backpropagation in time, exploding gradients, LSTM and GRU to attention: an interactive
course in which every number is computed. Here you read it, move its explorers and answer its quizzes; to run its cells
and have your exercises checked, run `python3 course.py` in {copy_of_it} [on your machine](start.md).
All chapters together take about {hours(minutes())}.

{table()}

## Ways through the course

{ways()}

{contents}"""


def start() -> str:
    """How to run the course, as the README says it, in Markdown."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    needs = re.search(r"\*\*What you need\.\*\*.*?\n\n", readme, re.DOTALL)[0].replace(" (see *Settings*)", "")
    steps = re.search(r"## Start\n(.*?)## The chapters", readme, re.DOTALL)[1]
    repository = address.repository()
    where = f"The course is at [github.com/{repository}](https://github.com/{repository}).\n\n" if repository else ""
    return f"# Run it on your machine\n\n{where}{needs}{steps}"


def anchor(heading: str) -> str:
    """The name under which JupyterLab lets links find a heading."""
    return heading.replace(" ", "-")


def form(quiz: Quiz) -> str:
    """A quiz as a form. The explanations are in the page, hidden until a question is checked."""
    questions = ""
    for number, question in enumerate(quiz.questions, 1):
        kind, name = "checkbox" if question.multiple else "radio", f"question-{number}"
        rows = "".join(
            f'<li><label><input type="{kind}" name="{name}" data-right="{int(option.correct)}"> '
            f"{letter(index)}) {inline(option.text)}</label>"
            f'<p class="why" hidden><strong>{verdict(option)}.</strong> {inline(option.why)}</p></li>'
            for index, option in enumerate(question.options)
        )
        questions += (
            f"<fieldset><legend>{number}. {inline(question.text)} <em>{question.instruction}</em></legend>"
            f'<ul>{rows}</ul><button type="button">Check question {number}</button> <span role="status"></span>'
            "</fieldset>"
        )
    score = '<p class="score" role="status"></p>'
    return f'<form class="quiz" data-chapter="{escape(quiz.chapter)}">{questions}{score}</form>'


def help_with(exercise) -> str:
    """The hints of an exercise, one inside the other, and its solution behind a second click."""
    text = ""
    for number, hint in reversed(list(enumerate(exercise.hints, 1))):
        summary = f"<summary>Hint {number} of {len(exercise.hints)}</summary>"
        text = f"<details>{summary}<p>{inline(hint)}</p>{text}</details>"
    solution = exercise.solution()
    shown = f"<pre>{escape(solution.source)}</pre><p>{inline(solution.explanation)}</p>"
    return (
        f'<div class="exercise">{text}<details><summary>Solution</summary><p>Have you tried it? The check in the '
        f"notebook names the usual mistakes.</p><details><summary>Show it</summary>{shown}</details></details></div>"
    )


def _number_long_formulas(text: str) -> str:
    """Sphinx puts a formula of several lines into an environment that takes no number, unless it has one of its own."""
    return re.sub(r"\$\$((?:[^$]*\\\\[^$]*)\\tag\{\w+\}\s*)\$\$", r"\\begin{gather}\1\\end{gather}", text)


def _let_move(cell: dict) -> None:
    """Put an explorer that offers something on its page in place of its stored picture.

    A cell that only asks one for numbers, Fan().compute(…), keeps its own.
    """
    offered = explorers.classes() | explorers.live_classes()
    names = [name for name in offered if re.search(rf"\b{name}\([^()]*\)$", _text(cell["source"]), re.MULTILINE)]
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "image/png" in data and names:
            picture, words = "".join(_text(data["image/png"]).split()), _text(data["text/plain"])
            output["data"] = {"text/html": explorers.figure(names.pop(0), picture, words), "text/plain": words}


def _describe_pictures(cell: dict) -> None:
    """Give the words that are stored beside a picture to it as alternative text: one picture can have it from its cell,
    several are written as HTML."""
    pictures = [output["data"] for output in cell["outputs"] if "image/png" in output.get("data", {})]
    if len(pictures) == 1:
        cell["metadata"]["mystnb"] = {"image": {"alt": _text(pictures[0]["text/plain"])}}
    elif pictures:
        for data in pictures:
            picture, words = "".join(_text(data.pop("image/png")).split()), escape(_text(data["text/plain"]))
            data["text/html"] = f'<img alt="{words}" src="data:image/png;base64,{picture}">'


def _name_columns(cell: dict) -> None:
    """Mark a cell that prints columns, which a narrow page must not break: the styles know the mark."""
    printed = [_text(output.get("text", "")) for output in cell["outputs"]]
    if any(len(re.findall(r"^.*\S {3,}\S", text, flags=re.MULTILINE)) > 1 for text in printed):
        _tag(cell, "columns")


def _tag(cell: dict, name: str) -> None:
    cell["metadata"].setdefault("tags", []).append(name)


def _quiz(entry: Chapter) -> Quiz:
    module = importlib.import_module(f"seqlearn.exercises.ch{entry.number}")
    return next(value for value in vars(module).values() if isinstance(value, Quiz))


def _html(text: str) -> dict:
    return {"output_type": "display_data", "data": {"text/html": text, "text/plain": ""}, "metadata": {}}


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
