"""The notebook asks an explorer's question, since the widget does not: a reader without a kernel needs it as well."""

import nbformat
import pytest

from seqlearn.course.chapters import chapter, notebooks_folder
from seqlearn.widgets import catalog


@pytest.mark.parametrize("explorer", catalog(), ids=lambda explorer: f"{explorer.chapter} {explorer.__name__}")
def test_the_text_before_an_explorer_asks_its_question(explorer):
    path = notebooks_folder() / chapter(explorer.chapter).notebook
    text = ""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            text = " ".join(cell.source.split())
        elif f"{explorer.__name__}()" in cell.source:
            break
    else:
        raise AssertionError(f"{path.name} shows no {explorer.__name__}()")
    assert f"**Question.** {explorer.question}" in text, (
        f"the Markdown cell before {explorer.__name__}() in {path.name} must end with the `question` of the class, "
        f"word for word:\n**Question.** {explorer.question}"
    )
