"""Every page of the book in Chromium: whole, nothing asked of another host, and open to everybody."""

from urllib.parse import unquote

import pytest

from visit import BOOK, CHAPTER_PAGES, FOR_TEACHERS, Visit

pytestmark = pytest.mark.browser
PAGES = ["index.html", "start.html", "glossary.html", *CHAPTER_PAGES, *FOR_TEACHERS, "search.html", "genindex.html"]
MOST_BYTES = 1_500_000


def test_every_page_is_opened(site):
    assert {path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.html")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_axe_finds_nothing_serious(site, chromium, name):
    """No other host, no error, words for every picture, links that lead somewhere, formulas that are set, no sideways
    scrolling of the page or of its code, and not more than a first load may weigh."""
    with Visit(chromium, f"{site}/{name}") as visit:
        page = visit.page
        assert [url for url in visit.requests if not url.startswith((site, "data:"))] == []
        assert visit.complaints == []
        assert page.evaluate("[...document.images].filter(image => !image.alt).length") == 0
        assert page.evaluate("document.querySelectorAll('mjx-merror').length") == 0
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        cut = "[...document.querySelectorAll('pre')].filter(pre => pre.scrollWidth > pre.clientWidth + 1)"
        assert page.evaluate(f"{cut}.map(pre => pre.innerText)") == []
        assert visit.bytes <= MOST_BYTES
        # networkidle comes before pictures further down: they are loaded late.
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.wait_for_load_state("networkidle")
        assert visit.complaints == []
        links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
        broken = [link for link in set(links) if link.startswith(site) and not leads_somewhere(link.removeprefix(site))]
        assert broken == []
        assert serious_by_axe(page) == []


@pytest.mark.parametrize("name", ["index.html", *CHAPTER_PAGES[:6:5], FOR_TEACHERS[-1]])
def test_axe_finds_nothing_serious_in_the_dark(site, chromium, name):
    with Visit(chromium, f"{site}/{name}", scheme="dark") as visit:
        assert serious_by_axe(visit.page) == []


def serious_by_axe(page) -> list:
    """What axe calls serious. Of the thousands of coloured words of code, it measures one of each colour and ground."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -e '.[dev]'")
    page.evaluate(UNCOLOUR_REPEATED)
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [problem for problem in found if problem["impact"] in ("serious", "critical")]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in serious]


UNCOLOUR_REPEATED = """() => {
  const seen = new Set(), repeated = [], grounds = new Map();
  const ground = (box) => {
    if (!box) return "";
    if (!grounds.has(box)) grounds.set(box, getComputedStyle(box).backgroundColor + ground(box.parentElement));
    return grounds.get(box);
  };
  for (const word of document.querySelectorAll("pre span:not(:has(a, button, input))")) {
    if (!word.checkVisibility()) continue;  // axe does not measure it, so it speaks for no other
    const style = getComputedStyle(word);
    const kind = [style.color, style.fontSize, style.fontWeight, style.opacity, ground(word)].join();
    if (seen.has(kind) || word.textContent.trim().length < 2) repeated.push(word);  // of one sign it says nothing
    else seen.add(kind);
  }
  for (const word of repeated) word.replaceWith(...word.childNodes);
}"""


def leads_somewhere(link: str) -> bool:
    """Whether the page is there, and the place in it."""
    path, _, anchor = unquote(link).partition("#")
    file = BOOK / (path.partition("?")[0].strip("/") or "index.html")
    return file.is_file() and (not anchor or f'id="{anchor}"' in file.read_text(encoding="utf-8"))
