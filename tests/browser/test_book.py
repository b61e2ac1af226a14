"""The book as a reader uses it in Chromium: quizzes that answer, explorers that move, phones, print and search."""

import hashlib
import io
import json
from urllib.parse import unquote

import numpy as np
import pytest

import explorers
from visit import BOOK, CHAPTER_PAGES, FOR_TEACHERS, Visit

pytestmark = pytest.mark.browser


def test_a_quiz_is_answered_on_the_page_and_remembered(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[0]}") as visit:
        page = visit.page
        question = page.locator("form.quiz fieldset").first
        score = page.locator("form.quiz .score")
        question.get_by_role("button").click()
        assert question.get_by_role("status").inner_text() == "Choose an option first."
        assert question.locator(".why").first.is_hidden()
        for option in question.locator("input[data-right='1']").all():
            option.check()
        question.get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert question.get_by_role("status").inner_text() == "✓ Right."
        assert question.locator(".why").first.is_visible()
        assert score.inner_text().startswith("1 right at the first try, 1 of ")
        page.reload(wait_until="networkidle")
        assert score.inner_text().startswith("1 right at the first try, 1 of ")
        assert question.get_by_role("status").inner_text() == "✓ Right at the first try."
        assert page.locator("form.quiz fieldset").nth(1).get_by_role("status").inner_text() == ""
        kept = page.evaluate("JSON.stringify({...localStorage})")
        assert json.loads(kept)["seqlearn-quiz-00"] == '{"0":true}'
        page.get_by_role("button", name="Begin again").click()
        assert score.inner_text().startswith("0 right at the first try, 0 of ")
        assert question.get_by_role("status").inner_text() == "" and question.locator("input:checked").count() == 0
        assert "seqlearn-quiz-00" not in page.evaluate("JSON.stringify({...localStorage})")


def test_a_wrong_answer_is_explained(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[1]}") as visit:
        question = visit.page.locator("form.quiz fieldset").first
        question.locator("input[data-right='0']").first.check()
        question.get_by_role("button").click()
        assert question.get_by_role("status").inner_text() == "✗ Not quite."
        assert visit.page.locator("form.quiz .score").inner_text().startswith("0 right at the first try, 1 of ")


def test_hints_come_one_at_a_time(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}") as visit:
        help_with = visit.page.locator(".exercise").first
        first, second = (help_with.get_by_text(f"Hint {number} of", exact=False) for number in (1, 2))
        assert first.is_visible() and second.is_hidden()
        first.click()
        assert second.is_visible()
        assert help_with.locator("pre").is_hidden()
        help_with.get_by_text("Solution", exact=True).click()
        assert help_with.locator("pre").is_hidden()
        help_with.get_by_text("Show it").click()
        assert "def " in help_with.locator("pre").inner_text()


EXPLORERS = {name: each.chapter for name, each in explorers.classes().items()}
SET = """(figure, places) => [...figure.querySelectorAll(".controls input, .controls select")].forEach((input, i) => {
  if (input.type === "checkbox") input.checked = places[i] === 1;
  input.value = places[i];
  input.dispatchEvent(new Event("input"));
})"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_shows_what_the_live_one_shows(site, chromium, name):
    """Picture bit for bit, and words, in the first state of the page, the last one, and one between."""
    from PIL import Image

    live = explorers.classes()[name]()
    controls = explorers.offered(live)
    page_name = next(page for page in CHAPTER_PAGES if page.startswith(EXPLORERS[name]))
    with Visit(chromium, f"{site}/{page_name}") as visit:
        figure = visit.page.locator(f"figure.explorer[data-explorer={name}]")
        assert figure.locator(".controls").count() == 0 and figure.locator("img").get_attribute("alt") == live.text
        figure.scroll_into_view_if_needed()
        visit.page.wait_for_selector(f"figure[data-explorer={name}][data-ready]")
        for share in (0.0, 1.0, 0.4):
            places = [int(share * (len(each["words"]) - 1)) for each in controls]
            boxes = [place if each["kind"] != "checkbox" else int(each["words"][place] == "True")
                     for each, place in zip(controls, places, strict=True)]
            figure.evaluate(SET, boxes)
            live.set(**{each["name"]: list(live.on_page[each["name"]])[place]
                        for each, place in zip(controls, places, strict=True)})
            assert figure.locator("figcaption").text_content() == live.text
            picture = hashlib.sha256(bytes(live.image.value)).hexdigest()[:12]
            visit.page.wait_for_selector(f"figure[data-explorer={name}][data-shown='{picture}']")
            shown = unquote(figure.locator("img").get_attribute("src"))
            drawn, wanted = (np.asarray(Image.open(file).convert("RGB")) for file in (
                BOOK / shown, io.BytesIO(bytes(live.image.value))))
            np.testing.assert_array_equal(drawn, wanted)
            assert figure.locator("img").get_attribute("alt") == live.text
        assert visit.complaints == []
    folder = BOOK / "_static/explorers" / name
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 6e6


def test_a_slider_plays_and_a_picture_is_kept_for_comparison(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[4]}") as visit:
        figure = visit.page.locator("figure.explorer").first
        figure.scroll_into_view_if_needed()
        visit.page.wait_for_selector("figure.explorer[data-ready]")
        caption, slider = figure.locator("figcaption"), figure.get_by_label("Block length")
        slider.fill("17")
        visit.page.wait_for_selector("figure.explorer[data-shown]")
        before, first = caption.inner_text(), figure.get_attribute("data-shown")
        figure.get_by_role("button", name="keep this curve").click()
        assert "Behind it, pale, for comparison: Block length" in caption.inner_text()
        figure.get_by_role("button", name="play").click()
        figure.get_by_role("button", name="stop").wait_for()
        figure.get_by_role("button", name="play").wait_for()  # it ends by itself, at the last value
        assert slider.input_value() == slider.get_attribute("max") == "19"
        kept, shown = figure.locator("img").all()
        assert shown.get_attribute("src") != kept.get_attribute("src")
        assert first in kept.get_attribute("src") and kept.get_attribute("alt") == ""
        assert kept.bounding_box() == shown.bounding_box(), "they lie on one another"
        figure.get_by_role("button", name="keep this curve").click()
        slider.fill("17")
        assert caption.inner_text() == before and figure.locator("img").count() == 1
        assert visit.complaints == []


def test_a_drag_is_followed_at_once_by_keyboard_too(site, chromium):
    """Once the neighbours are loaded, from the change to the picture at most 16 ms; the arrows move the slider."""
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[4]}") as visit:
        figure = visit.page.locator("figure.explorer").first
        figure.scroll_into_view_if_needed()
        visit.page.wait_for_selector("figure.explorer[data-ready]")
        slider = figure.get_by_label("Block length")
        times, before = [], figure.get_attribute("data-shown")
        for _ in range(5):
            visit.page.wait_for_load_state("networkidle")
            times.append(slider.evaluate("""async (input) => {
                const start = performance.now();
                input.stepUp();
                input.dispatchEvent(new Event("input"));
                const shown = input.closest("figure").querySelector("img").complete;
                return shown ? performance.now() - start : Infinity;
            }"""))
            assert figure.get_attribute("data-shown") != before
            before = figure.get_attribute("data-shown")
        assert sorted(times)[2] <= 16
        slider.focus()
        visit.page.keyboard.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == figure.locator(".value").first.inner_text() == "14"
        visit.page.wait_for_function("document.querySelector('figure.explorer [role=status]').textContent !== ''")
        assert figure.get_by_role("status").inner_text() == figure.locator("figcaption").text_content()


@pytest.mark.parametrize("name", explorers.live_classes())
def test_a_live_explorer_takes_the_place_of_its_still_and_says_what_python_says(site, chromium, name):
    """Its words, with every control moved by keyboard; nothing is asked of another host."""
    live = explorers.live_classes()[name]()
    page_name = next(page for page in CHAPTER_PAGES if page.startswith(live.chapter))
    with Visit(chromium, f"{site}/{page_name}") as visit:
        figure = visit.page.locator(f"figure.explorer[data-explorer={name}]")
        assert figure.locator(".seqlearn-live").count() == 0 and figure.locator("img").get_attribute("alt") == live.text
        figure.scroll_into_view_if_needed()
        caption = figure.locator(".says")
        visit.page.wait_for_function(SAYS, arg=[name, live.text])
        assert figure.locator("img").count() == 0
        for control, widget in [(each, live.controls[each]) for each in LIVE_KEYS if each in live.controls]:
            control_on_page = figure.get_by_label(widget.description, exact=False).first
            control_on_page.focus()
            visit.page.keyboard.press(LIVE_KEYS[control])
            places = visit.page.evaluate(PLACES, name)
            live.set(**{control: widget._options_full[places[control]][1] if hasattr(widget, "options") else
                        places[control]})
            visit.page.wait_for_function(SAYS, arg=[name, live.text])
            assert caption.inner_text() == live.text
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -e '.[dev]'")
        found = axe.Axe().run(visit.page, context=".seqlearn-live").response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        assert visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert [url for url in visit.requests if not url.startswith((site, "data:"))] == []
        assert visit.complaints == []


LIVE_KEYS = {"radius": "ArrowLeft", "steps": "ArrowRight", "activation": "ArrowDown", "start": "ArrowDown",
             "clip": "ArrowDown", "seed": "ArrowUp", "repeats": "ArrowRight", "temperature": "ArrowRight",
             "character": "ArrowLeft", "example": "ArrowDown"}
SAYS = "([name, words]) => document.querySelector(`[data-explorer=${name}] .says`)?.textContent === words"
PLACES = "(name) => document.querySelector(`[data-explorer=${name}] .seqlearn-live`).explorer.frame.places"


@pytest.mark.parametrize("name", [CHAPTER_PAGES[5], *FOR_TEACHERS[:8:3]])
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (800, "light")])
def test_a_page_fits_a_phone_and_a_tablet(site, chromium, name, width, scheme):
    with Visit(chromium, f"{site}/{name}", width, scheme) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.evaluate("[...document.images].every(image => image.width <= innerWidth)")
        back = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, back.strip("rgb()").split(",")[:3])) < 200) == (scheme == "dark")


def swipe(finger, x, y, up):
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for way in range(10, up + 1, 10):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - way}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_scrolls_past_an_explorer_and_drags_its_handle(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}", 360, touch=True) as visit:
        page, figure = visit.page, visit.page.locator("figure.explorer")
        visit.settle(figure)
        page.wait_for_selector("figure.explorer[data-ready]")
        finger = visit.context.new_cdp_session(page)
        for label, grip in {"eigenvalues in": "spectral radius, the circle", "map of": "radius and length"}.items():
            handle = figure.get_by_role("slider", name=grip)
            visit.settle(handle)
            before, top = page.evaluate(PLACES, "ExplodingGradients"), page.evaluate("scrollY")
            box = figure.locator(f"svg[aria-label^='{label}']").bounding_box()
            where = {"x": box["x"] + 60, "y": box["y"] + 0.8 * box["height"]}
            swipe(finger, **where, up=150)
            page.wait_for_function("top => scrollY > top + 50", arg=top, timeout=5000)
            page.wait_for_timeout(1500)  # until the page stands still again
            assert page.evaluate(PLACES, "ExplodingGradients") == before
            visit.settle(handle)
            top, box = page.evaluate("scrollY"), handle.bounding_box()
            where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
            swipe(finger, **where, up=60)
            assert page.evaluate("scrollY") == top
            assert page.evaluate(PLACES, "ExplodingGradients") != before
        figure.locator("svg[aria-label^='map of']").tap(position={"x": 60, "y": 100})
        assert page.evaluate(PLACES, "ExplodingGradients")["radius"] < 0.5
        figure.get_by_role("button", name="Train").tap()
        page.wait_for_timeout(300)
        panel = figure.locator(".train").bounding_box()
        assert 0 <= panel["y"] <= 900 - panel["height"], "what the button does is in sight"


def test_a_kept_curve_of_another_length_lies_by_its_steps_back(site, chromium):
    """From the loss, at the right end: half as many steps reach half as far."""
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}") as visit:
        figure = visit.page.locator("figure.explorer")
        figure.scroll_into_view_if_needed()
        visit.page.wait_for_selector("figure.explorer[data-ready]")
        figure.get_by_role("button", name="Keep this curve").click()
        ghost = figure.locator("path.ghost")
        whole = ghost.bounding_box()["width"]
        steps = figure.get_by_label("length T")
        steps.fill("200")
        visit.page.wait_for_function(f"() => document.querySelector('path.ghost').getBBox().width < {0.6 * whole}")
        now, box = ghost.bounding_box(), figure.locator("svg .frame").first.bounding_box()
        assert abs(now["width"] / whole - 0.5) < 0.02
        assert abs(now["x"] + now["width"] - box["x"] - box["width"]) < 3, "its end is the loss"
        assert "seed 0" in figure.locator("text.ghost").text_content()


def test_a_finger_pulls_a_bar_of_attention_and_scrolls_past_its_letters(site, chromium):
    name = "DateAttention"
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[13]}", 360, touch=True) as visit:
        page, figure = visit.page, visit.page.locator("figure.explorer")
        figure.scroll_into_view_if_needed()
        page.wait_for_selector("figure.explorer[data-ready]")
        finger = visit.context.new_cdp_session(page)
        verdict = figure.locator(".verdict")
        visit.settle(figure.locator(".reading"))
        bars, letter = figure.locator(".reading .catch").bounding_box(), figure.locator(".reading .letter").nth(3)
        before, says = page.evaluate(PLACES, name), verdict.inner_text()
        for where in (letter, figure.locator(".picking .box").nth(3), figure.locator(".map rect").nth(3)):
            visit.settle(where)
            top, box = page.evaluate("scrollY"), where.bounding_box()
            swipe(finger, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, up=150)
            page.wait_for_function("top => scrollY > top + 50", arg=top, timeout=5000)
            page.wait_for_timeout(1500)
            assert page.evaluate(PLACES, name) == before and verdict.inner_text() == says
        visit.settle(figure.locator(".reading"))
        top, bars = page.evaluate("scrollY"), figure.locator(".reading .catch").bounding_box()
        shares = "() => [...document.querySelectorAll('.reading .weight')].map(bar => bar.height.baseVal.value)"
        old = page.evaluate(shares)
        swipe(finger, bars["x"] + 3.5 * bars["width"] / len(old), bars["y"] + 80, up=60)
        page.wait_for_timeout(300)
        assert page.evaluate("scrollY") == top and page.evaluate(shares)[3] > old[3] + 20
        figure.get_by_role("button", name="As it was").tap()
        visit.settle(letter)
        letter.tap(force=True)
        page.wait_for_function("() => document.querySelector('.reading .cover.on')")


def test_a_finger_sees_what_a_term_means_before_it_follows_the_link(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}", 360, touch=True) as visit:
        term = visit.page.locator("a.term", has_text="vanishing gradient").first
        visit.settle(term)
        term.tap()
        visit.page.wait_for_timeout(300)
        assert visit.page.url.endswith(CHAPTER_PAGES[5])
        assert "shrinks" in term.evaluate("element => getComputedStyle(element, '::after').content")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        term.tap()
        visit.page.wait_for_url("**/glossary.html#term-vanishing-gradient")


def test_what_a_term_means_stays_on_the_page(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}") as visit:
        for term in visit.page.locator("a.term").all():
            term.hover()
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= 1280, term.inner_text()


@pytest.mark.parametrize("name", ["index.html", CHAPTER_PAGES[9]])
def test_tables_and_controls_fit_a_phone(site, chromium, name):
    with Visit(chromium, f"{site}/{name}", 360) as visit:
        for figure in visit.page.locator("figure.explorer").all():
            figure.scroll_into_view_if_needed()
            visit.page.wait_for_selector("figure.explorer[data-ready]")
        boxes = "[...document.querySelectorAll('.table-wrapper, figure.explorer')]"
        wide = f"{boxes}.filter(box => box.scrollWidth > box.clientWidth).map(box => box.innerText)"
        assert visit.page.evaluate(wide) == []


def test_printed_columns_are_whole_on_a_phone(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}", 360) as visit:
        table = visit.page.locator(".cell_output pre", has_text="epoch 23   loss")
        assert table.evaluate("pre => [getComputedStyle(pre).whiteSpace, pre.tabIndex]") == ["pre", 0]


def test_on_paper_no_code_is_cut_and_nothing_lies_on_the_words(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}", 680) as visit:
        page = visit.page
        page.locator("figure.explorer").scroll_into_view_if_needed()
        page.wait_for_selector("figure.explorer[data-ready]")
        page.emulate_media(media="print")
        cut = "pre => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth + 1"
        assert page.evaluate(f"[...document.querySelectorAll('pre')].filter({cut}).map(pre => pre.innerText)") == []
        assert page.locator(":is(article button, article summary, .skip-to-content):visible").count() == 0


def test_the_search_finds_a_chapter(site, chromium):
    with Visit(chromium, f"{site}/search.html?q=clipping") as visit:
        visit.page.wait_for_selector("#search-results li")
        found = visit.page.locator("#search-results").inner_text()
        assert "Exploding and vanishing gradients" in found and visit.complaints == []
        visit.page.locator("#search-results a", has_text="Exploding and vanishing gradients").first.click()
        visit.page.wait_for_function("() => window.MathJax?.startup?.promise")
        visit.page.evaluate("() => MathJax.startup.promise")
        visit.page.wait_for_timeout(300)
        first = visit.page.locator(".highlighted").first.bounding_box()
        assert 0 <= first["y"] <= 900, "the first find is in sight"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_into_a_page_leads_there_and_stays(site, chromium, width):
    """Pictures, formulas and explorers above it, which come later, do not push it away."""
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}", width) as visit:
        names = visit.page.locator(".toc-tree a").evaluate_all("all => all.map(a => a.hash.slice(1)).filter(Boolean)")
    for name in names[3::7]:
        with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}#{name}", width) as visit:
            visit.page.wait_for_timeout(300)
            top = visit.page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1)))"
                                      ".getBoundingClientRect().top")
            assert 0 <= top <= 120, unquote(name)


def test_what_stands_beside_a_page_is_whole_or_behind_its_button(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}") as visit:
        for width in (1000, 1200, 1311, 1313, 1366, 1440, 1504, 1552, 1600, 1640, 1920):
            visit.page.set_viewport_size({"width": width, "height": 800})
            seen = visit.page.evaluate(BESIDE)
            assert seen["page"] <= width and (seen["contents"] <= width or seen["button"]), (width, seen)
            assert width < 1200 or seen["cut"] == 0, (width, "code scrolls sideways")
        visit.page.set_viewport_size({"width": 1366, "height": 800})
        visit.page.locator(".toc-content-icon").click()
        visit.page.wait_for_timeout(500)
        assert visit.page.evaluate(BESIDE)["contents"] <= 1366


BESIDE = """() => ({
  page: document.documentElement.scrollWidth,
  contents: document.querySelector(".toc-tree").getBoundingClientRect().right,
  button: [...document.querySelectorAll(".toc-content-icon, .toc-header-icon")].some(icon => icon.checkVisibility()),
  cut: [...document.querySelectorAll("pre")].filter(pre => pre.scrollWidth > pre.clientWidth + 1).length,
})"""


def test_a_tap_shows_a_picture_in_its_own_size(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}", 360, touch=True) as visit:
        picture = visit.page.locator(".cell_output img").first
        visit.settle(picture)
        small = picture.bounding_box()["width"]
        picture.tap()
        assert small <= 360 and picture.bounding_box()["width"] == int(picture.get_attribute("width"))
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        picture.tap()
        assert picture.bounding_box()["width"] == small


def test_a_term_says_what_it_means_and_leads_to_the_glossary(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}") as visit:
        term = visit.page.locator("a.term", has_text="vanishing gradient").first
        term.focus()
        visit.page.keyboard.press("Shift+Tab")
        visit.page.keyboard.press("Tab")  # as a reader comes to it, so that it counts as reached by keyboard
        shown = term.evaluate("element => getComputedStyle(element, '::after').content")
        assert "梯度消失" in shown and "shrinks" in shown
        term.click()
        visit.page.wait_for_url("**/glossary.html#term-vanishing-gradient")
        assert visit.page.locator("#term-vanishing-gradient").is_visible()


def test_a_chapter_that_is_named_is_linked_and_a_term_only_once(site, chromium):
    with Visit(chromium, f"{site}/{CHAPTER_PAGES[5]}") as visit:
        assert visit.page.locator("article a", has_text="chapter 04").first.get_attribute("href") == CHAPTER_PAGES[4]
        terms = visit.page.locator("article a.term").evaluate_all("all => all.map(a => a.href)")
        assert len(terms) > 10 and len(terms) == len(set(terms))
        assert visit.page.locator("pre a.term, h1 a.term, h2 a.term").count() == 0
