"""The teacher's guide on its way into the book: sections and terms are linked, drawings have their words."""

import re

import pytest

import guide
import pages
from seqlearn.course.chapters import CHAPTERS

SOURCES = guide.sources()


@pytest.fixture
def links():
    """The module that links terms and chapters. It needs Sphinx, as `course.py book` installs it."""
    pytest.importorskip("sphinx", reason="what makes the book is not installed: python3 course.py book")
    import links

    return links


def test_every_page_for_teachers_is_in_the_contents():
    front = pages.front()
    assert "classroom/guide/index.md\nclassroom/README.md" in front
    index = SOURCES["classroom/guide/index.md"]
    listed = index.rpartition(":hidden:")[2].split()[:-1]
    assert [f"classroom/guide/{name}.md" for name in listed] == sorted(
        name for name in SOURCES if re.search(r"/\d\d\.md$", name))
    assert listed == [entry.number for entry in CHAPTERS if entry.written]


def test_a_section_becomes_a_link_and_a_drawing_a_picture_with_words():
    three, fourteen = guide.NOTEBOOKS["03"], guide.NOTEBOOKS["14"]
    text = "Read § *Why `W.T`?* and 14 § *Why $\\sqrt d$?*.\n\n```board A <wide> arrow\na → b & c\n```\nEnd."
    assert guide.page(text, "03") == (
        f"Read [Why `W.T`?](<../../{three}#Why-W.T?>) and 14 [Why $\\sqrt d$?](<../../{fourteen}#Why-?>).\n\n"
        '<pre class="board" role="img" aria-label="A &lt;wide&gt; arrow">a → b &amp; c\n</pre>\nEnd.')


@pytest.mark.parametrize("name", SOURCES)
def test_the_terms_of_a_page_lead_to_the_glossary_and_its_chapters_to_their_pages(links, name):
    linked = links._linked(SOURCES[name], "99", set(), "../../")
    found = re.findall(r'href="(.*?)"', "".join(part.astext() for part in linked))
    places = {f"../../glossary.html#{anchor}" for anchor in re.findall(r'dt id="(.*?)"', links.glossary())}
    assert set(found) <= places | {f"../../{page}" for page in links.PAGES.values()}
    assert found or not name.startswith("classroom/guide/")


def test_a_page_for_teachers_links_its_own_chapter_and_a_chapter_does_not(links):
    text = "Read chapter 05."
    assert len(links._linked(text, "05", set())) == 1
    assert len(links._linked(text, "05", set(), "../../")) == 3


def test_what_is_a_link_already_gets_no_second_one_inside(links):
    from docutils import nodes
    from sphinx import addnodes

    for link in (nodes.reference(), addnodes.pending_xref()):
        link += nodes.inline("", "", nodes.Text("the gradient check"))
        assert links._stands_apart(link[0][0])


@pytest.mark.parametrize("name", sorted(path.stem for path in (guide.CLASSROOM / "guide/drawings").glob("*.svg")
                                        if path.stem in guide.NOTEBOOKS))
def test_a_drawing_becomes_a_part_of_its_page_without_colours_of_its_own(name):
    text = SOURCES[f"classroom/guide/{name}.md"]
    (svg,) = re.findall(r"^<svg .*?^</svg>$", text, flags=re.MULTILINE | re.DOTALL)
    assert 'class="board" role="img" aria-label="' in svg and "<style" not in svg and "#0072b2" not in svg
    assert "\n\n" not in svg, "a blank line would end it as a block of HTML"
    assert f"drawings/{name}.svg" not in text
