"""Links that a page has and a notebook has not: from a term to the glossary, from "chapter 05" to that chapter.

A term is linked where a chapter first names it, from the chapter on that teaches it. Words that mean something else
every day ("key", "cell") are linked only where they are set in bold, as a definition is.
"""

import re
from collections.abc import Iterator
from html import escape

from docutils import nodes
from sphinx import addnodes

from seqlearn.course.chapters import CHAPTERS
from seqlearn.course.glossary import TERMS, Term

CHAPTER = r"(?<![\w-])[Cc]hapters? (\d\d)\b"
PAPER = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5})")
# Words that a chapter uses in a sense of its own.
HERE = {("13", "weights"): "attention weights"}
APART = (nodes.literal, nodes.math, nodes.reference, addnodes.pending_xref, nodes.title, nodes.literal_block,
         nodes.math_block, nodes.raw)
PAGES = {entry.number: entry.notebook.replace(".ipynb", ".html") for entry in CHAPTERS if entry.written}


def anchor(term: Term) -> str:
    """Where the glossary explains a term."""
    return "term-" + re.sub(r"\W+", "-", term.english.casefold()).strip("-")


def glossary() -> str:
    """The page of all terms, in Markdown."""
    rows, letter = [], ""
    for term in TERMS:
        if term.english[0].upper() != letter:
            letter = term.english[0].upper()
            rows.append(f"</dl>\n\n## {letter}\n\n<dl class=\"terms\">")
        name = f"{term.english} ({term.also})" if term.also else term.english
        place = f'<a href="{PAGES[term.chapter]}">chapter {term.chapter}</a>' if term.chapter in PAGES else ""
        rows.append(f'<dt id="{anchor(term)}">{escape(name)} <span lang="zh">{term.chinese}</span></dt>'
                    f"<dd>{escape(term.meaning, quote=False)} {place}</dd>")
    letters = " · ".join(f"[{letter}](#{letter})" for letter in sorted({term.english[0].upper() for term in TERMS}))
    start = f"Every term of the course, in English and Chinese, each with a chapter to read about it.\n\n{letters}\n"
    return f"# Glossary\n\n{start}" + "\n".join(rows).removeprefix("</dl>") + "\n</dl>\n"


def forms() -> dict[str, Term]:
    """Every spelling under which a term is known, in lower case."""
    return {name.casefold(): term for term in reversed(TERMS) for name in (term.also, term.english) if name}


SPELLINGS = forms()
LONG = sorted((name for name in SPELLINGS if " " in name or "-" in name or SPELLINGS[name].also.casefold() == name
               and SPELLINGS[name].also.isupper()), key=len, reverse=True)
FOUND = re.compile(rf"{CHAPTER}|(?<![\w-])({'|'.join(map(re.escape, LONG))})s?(?![\w-])", re.IGNORECASE)


def link(app, doctree) -> None:
    """Put the links into one page."""
    name = app.env.current_document.docname
    number, up = name.rpartition("/")[2][:2], "../" * name.count("/")
    if number not in PAGES:
        if not up:
            return
        number = "99"  # a page for teachers that is of no chapter, and may name every term
    seen: set[str] = set()
    for text in list(doctree.findall(nodes.Text)):
        words = text.astext()
        if _stands_apart(text):
            continue
        if _is_reading(text):
            parts = _with_papers(words)
        elif isinstance(text.parent, nodes.strong) and len(text.parent.children) == 1:
            word = words.casefold()
            word = HERE.get((number, word), word)
            term = SPELLINGS.get(re.sub(r"s$", "", word), SPELLINGS.get(word))
            parts = [_to_glossary(term, words, up)] if term and term.english not in seen else [text]
            seen |= {term.english} if term else set()
        else:
            parts = _linked(words, number, seen, up)
        if len(parts) > 1 or not isinstance(parts[0], nodes.Text):
            text.parent.replace(text, parts)


def _linked(text: str, number: str, seen: set[str], up: str = "") -> list[nodes.Node]:
    """The text with its links. up: the way from the page's folder to that of the chapters, from which it is no chapter.
    """
    parts, start = [], 0
    for match in FOUND.finditer(text):
        chapter, name = match[1], match[2]
        if chapter and chapter in PAGES and (up or chapter != number):
            node = nodes.raw("", f'<a href="{up}{PAGES[chapter]}">{match[0]}</a>', format="html")
        elif name and (term := SPELLINGS[name.casefold()]).english not in seen and term.chapter <= number:
            seen.add(term.english)
            node = _to_glossary(term, match[0], up)
        else:
            continue
        parts += [nodes.Text(text[start:match.start()]), node]
        start = match.end()
    return [*parts, nodes.Text(text[start:])]


def _to_glossary(term: Term, text: str, up: str) -> nodes.raw:
    meaning = escape(f"{term.meaning} {term.chinese}")
    return nodes.raw("", f'<a class="term" href="{up}glossary.html#{anchor(term)}" data-meaning="{meaning}">'
                         f"{escape(text, quote=False)}</a>", format="html")


def _stands_apart(node: nodes.Node) -> bool:
    """Whether the text is code, a formula, a link already, or a heading."""
    return any(isinstance(each, APART) for each in _upwards(node))


def _is_reading(node: nodes.Node) -> bool:
    """Whether the text names papers and books, whose titles are no places to explain a term."""
    return any(isinstance(each, nodes.section) and each[0].astext() == "Further reading" for each in _upwards(node))


def _upwards(node: nodes.Node | None) -> Iterator[nodes.Node]:
    while node is not None:
        yield node
        node = node.parent


def _with_papers(text: str) -> list[nodes.Node]:
    """The text with links to the papers of which it has the number."""
    parts, start = [], 0
    for match in PAPER.finditer(text):
        link = nodes.raw("", f'<a href="https://arxiv.org/abs/{match[1]}">{match[0]}</a>', format="html")
        parts += [nodes.Text(text[start:match.start()]), link]
        start = match.end()
    return [*parts, nodes.Text(text[start:])]


def setup(app) -> dict:
    app.connect("doctree-read", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
