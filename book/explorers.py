"""The explorers of the pages: every state that a class offers on its page, drawn by the explorer itself.

A folder for each class holds its pictures (WebP without loss, named by their content) and states.js: the controls, and
for each state its picture and its words. Drawn again is a class whose sources, weights or libraries have changed.

An explorer with a script of its own needs no pictures: its folder holds live.js, the module that JupyterLab gets, with
the data that it needs.
"""

import ast
import functools
import hashlib
import importlib
import io
import itertools
import json
import math
import multiprocessing
import os
import pkgutil
import shutil
from concurrent.futures import ProcessPoolExecutor
from html import escape
from importlib import metadata
from importlib.util import find_spec, resolve_name
from pathlib import Path

from seqlearn import widgets
from seqlearn.course.chapters import notebooks_folder
from seqlearn.widgets import live
from seqlearn.widgets.explorer import Explorer, shown

PACKAGE = "seqlearn.widgets."
DRAWN_BY = ("matplotlib", "numpy", "pillow", "torch")


def classes() -> dict[str, type[Explorer]]:
    """Every explorer whose states are drawn for its page, by its name."""
    return {name: each for name, each in _all().items() if each.on_page and not each.script}


def live_classes() -> dict[str, type[Explorer]]:
    """Every explorer that computes and draws in the page, by its name."""
    return {name: each for name, each in _all().items() if each.script}


@functools.cache
def _all() -> dict[str, type[Explorer]]:
    for module in pkgutil.iter_modules(widgets.__path__, PACKAGE):
        importlib.import_module(module.name)
    return {each.__name__: each for each in _below(Explorer) if each.__module__.startswith(PACKAGE)}


def _below(parent: type) -> list[type]:
    return [found for each in parent.__subclasses__() for found in (each, *_below(each))]


def figure(name: str, png: str, words: str) -> str:
    """What stands in the page until states or module come, and without scripts: the stored picture with its words.

    png: in base64.
    """
    words = escape(words)
    if name in live_classes():
        return (f'<figure class="explorer" data-explorer="{name}" data-live><img alt="{words}" '
                f'src="data:image/png;base64,{png}"><figcaption aria-hidden="true">{words}</figcaption></figure>')
    return (f'<figure class="explorer" data-explorer="{name}"><img alt="{words}" src="data:image/png;base64,{png}">'
            f'<figcaption aria-hidden="true">{words}</figcaption>'
            '<p class="more">Here some of its settings move; in the notebook all of them do.</p></figure>')


def offered(explorer: Explorer) -> list[dict]:
    """The controls of the page: name, label, kind ("range", "checkbox" or "select"), values as words, and where it
    starts.

    Raises ValueError for a value that its control does not take, and when the start is not among the values.
    """
    found = []
    for name, values in explorer.on_page.items():
        control, words = explorer.controls[name], []
        start = control.value
        with explorer.one_picture():
            for value in values:
                control.value = value
                if not _same(control.value, value):
                    raise ValueError(f"{name} of {type(explorer).__name__} does not take {value!r}")
                words.append(shown(control))
            control.value = start
        places = [place for place, value in enumerate(values) if _same(value, start)]
        if not places:
            raise ValueError(f"{name} of {type(explorer).__name__} starts at {start!r}, which is not on its page")
        kind = "checkbox" if isinstance(start, bool) else "range" if hasattr(control, "min") else "select"
        found.append({"name": name, "label": control.description, "kind": kind, "words": _short(words),
                      "start": places[0], "plays": name == explorer.plays})
    return found


def states(explorer: Explorer):
    """(values, PNG, words) for each state of the page, the last control's values changing fastest."""
    for values in itertools.product(*explorer.on_page.values()):
        explorer.set(**dict(zip(explorer.on_page, values, strict=True)))
        yield values, bytes(explorer.image.value), explorer.text


def _short(words: list[str]) -> list[str]:
    """Long texts, so that one sees which is which: where they begin to differ, and how they end."""
    start = len(os.path.commonprefix(words))
    return [text if len(text) <= 40 else f"… {text[start:start + 16]} … {text[-16:]}" for text in words]


def _same(one, other) -> bool:
    return math.isclose(one, other, rel_tol=1e-9) if isinstance(one, float) else one == other


def draw_all(folder: Path) -> None:
    """Bring the states of all explorers up to date, on all processors; of others the folders go."""
    wanted = {name: made_from(each) for name, each in classes().items()}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_dir() and old.name not in wanted:
            shutil.rmtree(old)
    for name, each in live_classes().items():
        (folder / name).mkdir()
        (folder / name / "live.js").write_text(live_script(each()), encoding="utf-8")
    (folder / "live.css").write_text(live.style(), encoding="utf-8")
    changed = [name for name, digest in wanted.items() if _stored_digest(folder / name) != digest]
    if not changed:
        return
    _in_parallel(draw, changed, [folder / name for name in changed], [wanted[name] for name in changed])


def live_script(explorer: Explorer) -> str:
    """The module of an explorer as a plain script, which a page on a disk may load, too, with its controls and data.

    A control in `on_page` has these values only, a range of whole numbers: the data of each are in the script.
    """
    controls, data = live.described(explorer.controls), {}
    for each in controls:
        if each["name"] in explorer.on_page:
            each |= {"min": min(explorer.on_page[each["name"]]), "max": max(explorer.on_page[each["name"]])}
    for chosen in itertools.product(*explorer.on_page.values()):
        data |= explorer.page_data(**explorer.values | dict(zip(explorer.on_page, chosen, strict=True)))
    state = {"controls": controls, "values": live.places(explorer.controls), "data": data}
    name = json.dumps(type(explorer).__name__)
    script, _, exported = live.module(explorer.script).rpartition("export default ")
    state = json.dumps(state, ensure_ascii=False)
    return f"seqlearnLive({name}, (() => {{\n{script}return {exported}}})(), {state});\n"


def _in_parallel(function, *arguments) -> None:
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(function, *arguments))


def draw(name: str, folder: Path, digest: str) -> None:
    """Draw the states of one explorer into its folder. states.js comes last: without it the folder counts as empty."""
    from PIL import Image

    explorer = classes()[name]()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    controls, drawn = offered(explorer), []
    for _, png, words in states(explorer):
        picture = hashlib.sha256(png).hexdigest()[:12]
        path = folder / f"{picture}.webp"
        if not path.exists():
            packed = io.BytesIO()
            Image.open(io.BytesIO(png)).save(packed, "webp", lossless=True, method=2, quality=0)
            path.write_bytes(packed.getvalue())
        drawn.append([picture, words])
    content = {"controls": controls, "states": drawn, "keeps": bool(explorer.picture.curves)}
    content = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = f"// made from {digest}\nseqlearnStates({json.dumps(name)}, {content});\n"
    (folder / "states.js").write_text(text, encoding="utf-8")


def made_from(explorer: type[Explorer]) -> str:
    """A digest of all that a class draws with: the modules that its module imports, weights, libraries."""
    digest = hashlib.sha256(" ".join(metadata.version(name) for name in DRAWN_BY).encode())
    weights = [*Path(widgets.__path__[0]).glob("*.safetensors"), *notebooks_folder().glob("long_runs/*.safetensors")]
    for path in sorted({*_sources(explorer.__module__, set()), *weights, Path(__file__)}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(module: str, seen: set[Path]) -> set[Path]:
    """The files of a module of the package and of all of the package that it imports, also inside functions."""
    path, imported = _file_and_imports(module)
    if path not in seen:
        seen.add(path)
        for name in imported:
            _sources(name, seen)
    return seen


@functools.cache
def _file_and_imports(module: str) -> tuple[Path, list[str]]:
    """The file of a module, and the modules of the package that it names in an import."""
    spec = find_spec(module)
    path, found = Path(spec.origin), []
    package = module if spec.submodule_search_locations else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parent = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module
            found += [parent, *(f"{parent}.{alias.name}" for alias in node.names)]
    return path, [name for name in found if name.split(".")[0] == "seqlearn" and _is_module(name)]


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a name inside a module
        return False


def _stored_digest(folder: Path) -> str:
    try:
        with open(folder / "states.js", encoding="utf-8") as file:
            return file.readline().removeprefix("// made from ").strip()
    except OSError:
        return ""
