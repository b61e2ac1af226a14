"""Slides as a room sees them in Chromium: nothing asked of another host, nothing runs off the wall."""

import pytest

import make_slides
from seqlearn.course.chapters import chapter

pytestmark = pytest.mark.browser
pytest.importorskip("sphinx_revealjs", reason="what slides load comes with `python3 course.py slides`")

RUNS_OFF = """() => {
  const slide = Reveal.getCurrentSlide(), from = slide.getBoundingClientRect(), scale = Reveal.getScale();
  const ends = [...slide.querySelectorAll("*")].filter((each) => !each.closest("aside")).map((each) => {
    const box = each.getBoundingClientRect();
    return [(box.right - from.left) / scale, (box.bottom - from.top) / scale];
  });
  return [Math.max(...ends.map(([x]) => x)), Math.max(...ends.map(([, y]) => y))];
}"""


@pytest.fixture
def page(browser):
    page = browser.context.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    yield page
    page.close()


@pytest.mark.parametrize("number", ["02", "05", "09", "13"])
def test_every_slide_stands_on_the_wall(number, tmp_path, page):
    wrong = []
    page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:")) or wrong.append(request.url))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    make_slides.copy_beside(tmp_path / "beside")
    page.goto(make_slides.write(chapter(number), tmp_path).as_uri())
    page.wait_for_function("() => window.MathJax?.startup?.promise && Reveal.isReady()")
    page.evaluate("() => MathJax.startup.promise")
    slides = page.evaluate("() => Reveal.getSlides().map((each) => Reveal.getIndices(each)).map(({ h, v }) => [h, v])")
    assert len(slides) > 30 and wrong == []
    for h, v in slides:
        page.evaluate("([h, v]) => Reveal.slide(h, v)", [h, v])
        right, bottom = page.evaluate(RUNS_OFF)
        assert right <= 1285 and bottom <= 720, (h, v, right, bottom)
    assert wrong == []
