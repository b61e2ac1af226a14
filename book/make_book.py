"""Build the web edition into _build/book from the stored notebooks.

    python3 course.py book            build what has changed
    python3 course.py book --clean    build everything
    python3 course.py book --serve    build, then show it on this machine

Where a chapter can be worked in besides: launch.py.
"""

import argparse
import functools
import http.server
import json
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path

import explorers
import guide
import links
import pages
from conf import MATHJAX
from seqlearn.course.chapters import CHAPTERS, notebooks_folder, read_notebook

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "_build"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py book", description=__doc__.partition("\n")[0])
    parser.add_argument("--clean", action="store_true", help="build every page anew")
    parser.add_argument("--serve", action="store_true", help="show the book on this machine; Ctrl-C ends it")
    parser.add_argument("--port", type=int, default=8000, help="where --serve shows it")
    options = parser.parse_args(arguments)
    if options.clean:
        shutil.rmtree(OUT, ignore_errors=True)
    write_sources(OUT / "source")
    explorers.draw_all(OUT / "static/explorers")
    from sphinx.cmd.build import build_main  # here: what the pages are needs no Sphinx

    command = ["-b", "html", "-c", str(HERE), "-d", str(OUT / "cache"), "-q", "-W", "--keep-going"]
    status = build_main([*command, str(OUT / "source"), str(OUT / "book")])
    if status == 0:
        print(f"The book is at {OUT / 'book' / 'index.html'}")
        if options.serve:
            serve(OUT / "book", options.port)
    return status


def write_sources(folder: Path) -> None:
    """Write the pages' sources. A file whose content is the same is left alone, so that only others are built."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "index.md", pages.front())
    _write(folder / "glossary.md", links.glossary())
    _write(folder / "start.md", pages.start())
    for entry in CHAPTERS:
        if entry.written:
            notebook = pages.page(entry, read_notebook(notebooks_folder() / entry.notebook))
            _write(folder / entry.notebook, json.dumps(notebook, ensure_ascii=False, indent=1))
    for name, text in guide.sources().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _write(folder / name, text)
    for file in metadata.files("sphinx-mathjax-offline"):
        _, _, name = file.as_posix().partition("static/mathjax/")
        if re.fullmatch(MATHJAX, name):
            target = OUT / "static/mathjax" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), target)


def serve(folder: Path, port: int) -> None:
    """Show the book on this machine until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{server.server_port} shows it. Ctrl-C ends it.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
