"""Sphinx's configuration of the web edition. `python3 course.py book` builds it; nothing is executed."""

import base64
import hashlib
import io
import re
from html import escape
from importlib import metadata
from pathlib import Path

from PIL import Image

from seqlearn.course.chapters import CHAPTERS

HERE = Path(__file__).resolve().parent

project = "seqlearn"
author = "the authors of seqlearn"
version = release = metadata.version("seqlearn")
extensions = ["myst_nb", "links"]
html_theme = "furo"
html_title = "Recurrent sequence models, from the cell to attention"
html_short_title = "seqlearn"
html_static_path = [str(HERE / "static"), str(HERE.parent / "_build/static")]
html_favicon = str(HERE / "static/favicon.svg")
html_css_files = ["book.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("quiz.js", "explorer.js", "scroll.js", "terms.js")]
html_copy_source = html_show_sourcelink = html_show_sphinx = html_show_copyright = False
html_theme_options = {"navigation_with_keys": False}
templates_path = []

# What nbval checked is what is shown.
nb_execution_mode = "off"
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0), ("html", "image/png", 10), ("html", "text/plain", 20)]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_heading_slug_func = "pages.anchor"  # as JupyterLab makes them
suppress_warnings = ["mystnb.unknown_mime_type"]
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "github-dark"

# Formulas are set by a MathJax that lies beside the pages, without its menu, which is the larger half of it.
mathjax_path = "mathjax/startup.js"
mathjax3_config = {
    "loader": {"load": ["core", "input/tex", "output/chtml", "a11y/assistive-mml"]},
    "options": {"enableAssistiveMml": True},
}
# The files of it that a page loads.
MATHJAX = r"(startup|core|input/tex|output/chtml|output/chtml/fonts/(tex|woff-v2/.*)|a11y/assistive-mml)(\.js|\.woff)?"


def setup(app):
    app.connect("html-page-context", mend_page, priority=900)
    made_by = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(HERE.glob("*.py")))).hexdigest()
    app.add_config_value("made_by", made_by, "env")  # other code makes other pages: all of them, then


def mend_page(app, name, template, context, doctree):
    """A picture is fetched when the reader comes near it, and its room is kept until then, so that links into the page
    lead where they say; a heading of the contents says how deep it is.

    Names and punctuation in code have the colour of the code around them in both styles, and need no mark of their own:
    without these thousands of them the page of a long chapter is a quarter smaller.
    """
    copied = app.builder.images.items()
    files = {f"{app.builder.imagedir}/{name}": Path(app.srcdir, source) for source, name in copied}

    def with_its_room(tag: re.Match) -> str:
        source = tag[1].removeprefix("data:image/png;base64,")
        name = "/".join(part for part in source.split("/") if part != "..")
        file = files.get(name) or (io.BytesIO(base64.b64decode(source)) if source != tag[1] else None)
        if file is None:
            return tag[0]
        with Image.open(file) as picture:
            width, height = picture.size
        return f'{tag[0]} width="{width}" height="{height}"'

    body = context.get("body", "").replace("<img ", '<img loading="lazy" ')
    body = re.sub(r'<img [^>]*?src="([^"]+)"', with_its_room, body)
    context["body"] = re.sub(r'<span class="[np]">([^<]*)</span>', r"\1", body)
    promise = next((entry.promise for entry in CHAPTERS if f"{name}.ipynb" == entry.notebook), "")
    if promise:
        context["metatags"] = context.get("metatags", "") + f'<meta name="description" content="{escape(promise)}">'
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
