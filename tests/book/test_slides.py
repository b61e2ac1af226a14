"""The slides of a chapter: its figures are there, and nothing comes from elsewhere."""

import json
import re

import pytest

import make_slides
from seqlearn.course.chapters import CHAPTERS, notebooks_folder, read_notebook
from seqlearn.exercises import catalog

WRITTEN = {entry.number: entry for entry in CHAPTERS if entry.written}


def pictures(notebook: dict) -> list[str]:
    """Of the sections that have slides, in their order."""
    found, is_shown = [], False
    for cell in notebook["cells"]:
        titles = re.findall(r"^##? (.+)", "".join(cell["source"]), re.MULTILINE)
        if titles and cell["cell_type"] == "markdown":
            is_shown = not titles[-1].startswith(make_slides.LEFT_OUT)
        if is_shown:
            found += [output["data"]["image/png"] for output in cell.get("outputs", [])
                      if "image/png" in output.get("data", {})]
    return [png.strip() for png in map("".join, found)]


@pytest.mark.parametrize("number", WRITTEN)
def test_a_deck_has_every_figure_and_every_question(number):
    notebook = read_notebook(notebooks_folder() / WRITTEN[number].notebook)
    exercises = [each for each in catalog() if each.id.startswith(number)]
    quiz = make_slides.quiz_of(number)
    deck = make_slides.deck(notebook, exercises, quiz)
    assert len({cell.id for cell in deck.cells}) == len(deck.cells)
    assert pictures(notebook) == [output.data["image/png"].strip() for cell in deck.cells if cell.cell_type == "code"
                                  for output in cell.outputs if "image/png" in output.get("data", {})]
    words = "\n".join(cell.source for cell in deck.cells)
    stored = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    sections = [each for each in re.findall(r"^## (.+)$", stored, re.MULTILINE)
                if each != "Further reading" and not each.startswith(make_slides.LEFT_OUT)]
    wanted = [*(question.text for question in quiz.questions), *(f"**{each.id}**" for each in exercises),
              *(f"## {each}" for each in sections)]
    assert [each for each in wanted if each not in words] == []


def test_a_page_of_slides_names_no_other_host(tmp_path):
    page = make_slides.write(WRITTEN["05"], tmp_path).read_text(encoding="utf-8")
    assert re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"(?!data:|beside/)[^\"]*", page) == []
    assert "import mermaid" not in page and json.dumps([["$", "$"]]) in page.replace("&#34;", '"')
