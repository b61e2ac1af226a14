"""The teacher's guide in the book: the pages of classroom/guide as they lie there, with their marks made into links
and drawings, and the pages of classroom/ on classes and on JupyterHub beside them.

In a page, § *The loop* names a section of its chapter and becomes a link to it, 02 § *The loop* one of another.
A drawing for the blackboard is a picture of classroom/guide/drawings, whose lines become part of the page, so that they
follow its light or dark; or it is a block of code that begins with ```board and says in words what it shows. Pages lie
in the book as in the repository, so that links between them hold in both.
"""

import re
from html import escape
from pathlib import Path

import pages
from seqlearn.course.chapters import CHAPTERS

NOTEBOOKS = {entry.number: entry.notebook for entry in CHAPTERS if entry.written}
CLASSROOM = Path(__file__).resolve().parents[1] / "classroom"
SECTION = re.compile(r"(?:\b(\d\d) )?§ \*([^*\n]+)\*")
PICTURE = re.compile(r"^!\[(.+)\]\((drawings/\d\d\.svg)\)$", flags=re.MULTILINE)
BOARD = re.compile(r"^```board (.+)\n((?:.*\n)*?)```$", flags=re.MULTILINE)


def sources() -> dict[str, str]:
    """Path in the book's sources → Markdown, for every page of the part for teachers."""
    found = {name: (CLASSROOM.parent / name).read_text(encoding="utf-8") for name in pages.BESIDE_THE_GUIDE}
    names = [name for name in ("index", *NOTEBOOKS) if (CLASSROOM / f"guide/{name}.md").is_file()]
    for name in names:
        text = (CLASSROOM / f"guide/{name}.md").read_text(encoding="utf-8")
        found[f"classroom/guide/{name}.md"] = page(text, name)
    listed = "\n".join(names[1:])
    found["classroom/guide/index.md"] += f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    return found


def page(text: str, number: str) -> str:
    """One page, its sections linked to those of the notebooks and its drawings as pictures made of letters.

    number: the chapter whose sections are named without one.
    """
    def link(match: re.Match) -> str:
        before = f"{match[1]} " if match[1] else ""
        return f"{before}[{match[2]}](<../../{NOTEBOOKS[match[1] or number]}#{slug(match[2])}>)"

    text = PICTURE.sub(lambda match: picture(match[2], match[1]), SECTION.sub(link, text))
    return BOARD.sub(lambda match: drawing(match[2], match[1]), text)


def slug(heading: str) -> str:
    """The name by which links find a heading: without formulas, and code without its marks."""
    return pages.anchor(re.sub(r"\$[^$]*\$", "", heading).replace("`", ""))


def picture(name: str, words: str) -> str:
    """A drawing of the guide as a part of the page. Its colours come from book.css, in place of its own."""
    svg = re.sub(r"<style>.*?</style>\n", "", (CLASSROOM / "guide" / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    return svg.strip().replace("<svg ", f'<svg class="board" role="img" aria-label="{escape(words)}" ', 1)


def drawing(lines: str, words: str) -> str:
    """A drawing made of letters, which a screen reader meets as a picture with its words."""
    return f'<pre class="board" role="img" aria-label="{escape(words)}">{escape(lines, quote=False)}</pre>'
