"""A page of the book, opened in Chromium for a test."""

from lab import ROOT
from seqlearn.course.chapters import CHAPTERS

BOOK = ROOT / "_build/book"
CHAPTER_PAGES = [entry.notebook.replace(".ipynb", ".html") for entry in CHAPTERS if entry.written]
FOR_TEACHERS = ["classroom/README.html", "classroom/jupyterhub/README.html", "classroom/jupyterhub/littlest.html",
                "classroom/guide/index.html",
                *(f"classroom/guide/{entry.number}.html" for entry in CHAPTERS if entry.written)]


class Visit:
    """One page, opened for the first time: what it asked for, the bytes that came, the complaints of the console."""

    def __init__(self, chromium, address, width=1280, scheme="light", touch=False):
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme,
                                            has_touch=touch, is_mobile=touch)
        self.page, self.requests, self.complaints, self.bytes = self.context.new_page(), [], [], 0
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("response", self._on_response)
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address, wait_until="networkidle")
        if "tex2jax_process" in self.page.content() or self.page.query_selector(".math"):
            self.page.wait_for_function("window.MathJax?.startup?.promise")
            self.page.evaluate("() => MathJax.startup.promise")
            self.page.wait_for_load_state("networkidle")

    def _on_response(self, response):
        self.bytes += int(response.headers.get("content-length", 0))
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def settle(self, thing):
        """Bring it to the middle of the window, and wait until nothing above it grows any more."""
        self.page.evaluate("for (const image of document.images) image.loading = 'eager'")
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("() => Promise.all([...document.images].map(image => image.decode().catch(() => 0)))")
        thing.evaluate("it => it.scrollIntoView({block: 'center', behavior: 'instant'})")
        self.page.wait_for_timeout(300)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()
