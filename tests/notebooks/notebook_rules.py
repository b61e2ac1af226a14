"""The rules a stored notebook must keep. Standard library only, so that pre-commit runs it anywhere.

    python tests/notebooks/notebook_rules.py notebooks/*.ipynb

prints one line for each broken rule and exits with 1 if there is one. `broken_rules(path)` is the same for tests. What
the rules are for: a reader on a web page sees every figure, a screen reader has words for it, and plain
`pytest --nbval notebooks/` gives the same answer on another machine.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 500_000
MAX_LINES = 30
MAX_WIDTH = 100  # a cell of JupyterLab shows 105 characters; longer lines scroll sideways or break within a word
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOK_METADATA = {"kernelspec", "language_info"}
CELL_METADATA = {"tags", "jupyter", "editable", "deletable", "seqlearn"}
FORBIDDEN_NAMES = {
    "clear_output": "nbval sees the output elsewhere; change the picture in place",
    "interact": "it clears its output; use an explorer",
    "interact_manual": "it clears its output; use an explorer",
    "interactive": "it clears its output; use an explorer",
    "interactive_output": "it clears its output; use an explorer",
    "update_display": "nbval sees the output elsewhere; change the picture in place",
}
FORBIDDEN_WORDS = r"\b(simply|obviously|trivially|of course)\b"
NOT_PORTABLE = [
    (r"\b0x[0-9a-fA-F]{6,}", "a memory address"),
    (r"(?<![\w./~-])/(?:home|Users|root|tmp|usr|opt|work|var|private|mnt|content)/[\w.-]+", "an absolute path"),
    (r"\b[A-Za-z]:\\\w", "an absolute path"),
    (r"site-packages", "a path of an installation"),
    (r"<matplotlib\.|^\[?Text\(\d", "a bare matplotlib object as the last line of the cell"),
    (r"\bid=[\"'][0-9a-f]{8}[0-9a-f-]{8,}", "a random id"),
]
VERSION = r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])"
NO_TEXT = r"^\s*$|^<[\w. ]+ (size|object|at)\b|^\w+\((children|value|layout|description)="


def tags(cell: dict) -> set[str]:
    """The cell's tags; a comment such as `# NBVAL_SKIP` counts as the tag nbval-skip."""
    comments = re.findall(r"^\s*#\s*(NBVAL_\w+)\s*$", source(cell), flags=re.MULTILINE)
    return {*cell.get("metadata", {}).get("tags", []), *(name.lower().replace("_", "-") for name in comments)}


def source(cell: dict) -> str:
    return joined(cell.get("source", ""))


def joined(text: str | list[str]) -> str:
    """Notebook files hold a text as a string or as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def broken_rules(path: Path | str) -> list[str]:
    """Every broken rule of one notebook file, as sentences that begin with the place."""
    path = Path(path)
    data = path.read_bytes()
    try:
        notebook = json.loads(data)
        cells = notebook["cells"]
    except (ValueError, KeyError) as error:
        return [f"{path.name}: not a notebook ({error})"]
    found = list(file_rules(notebook, len(data)))
    code_number = 0
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            rules = [*source_rules(cell), *output_rules(cell), *stated_rules(cell), *width_rules(cell)]
            rules += verdict_rules(cell)
            place = f"cell {index}, code cell {code_number}"  # nbval counts code cells only, from 0
            code_number += 1
        else:
            rules = markdown_rules(cell, path.parent) if cell["cell_type"] == "markdown" else ["a raw cell"]
            place = f"cell {index}"
        found += [f"{place}: {rule}" for rule in dict.fromkeys(rules)]
    found += chapter_rules(path.name, cells)
    return [f"{path.name}: {rule}" for rule in found]


def file_rules(notebook: dict, size: int) -> Iterator[str]:
    """Format, metadata, cell ids, execution counts."""
    metadata, cells = notebook.get("metadata", {}), notebook["cells"]
    if size > MAX_BYTES:
        yield f"{size / 1000:.0f} kB, the limit is {MAX_BYTES / 1000:.0f}: fewer or smaller figures"
    if (notebook.get("nbformat"), notebook.get("nbformat_minor", 0) >= 5) != (4, True):
        yield "the format must be 4.5 or newer: cell ids need it"
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel must be named python3"
    for key in sorted(set(metadata) - NOTEBOOK_METADATA):
        yield f"metadata.{key} must not be stored"
    if "version" in metadata.get("language_info", {}):
        yield "metadata.language_info.version must not be stored"
    ids = [cell.get("id") for cell in cells]
    if None in ids or len(set(ids)) < len(ids):
        yield "every cell needs an id of its own"
    for index, cell in enumerate(cells):
        for key in sorted(set(cell.get("metadata", {})) - CELL_METADATA):
            yield f"cell {index}: metadata.{key} must not be stored"
    run = [cell for cell in cells if cell["cell_type"] == "code" and "nbval-skip" not in tags(cell)]
    counts = [cell.get("execution_count") for cell in run]
    if counts != list(range(1, len(run) + 1)):
        yield "execution counts must be 1, 2, 3, …: run the notebook from top to bottom (course.py store)"


def source_rules(cell: dict) -> Iterator[str]:
    """What a code cell must not say."""
    text = source(cell)
    if not text.strip():
        yield "an empty cell"
        return
    if text.count("\n") + 1 > MAX_LINES:
        yield f"{text.count(chr(10)) + 1} lines; split it (about 15 is the aim, {MAX_LINES} the limit)"
    if text.rstrip().endswith(";"):
        yield "a trailing semicolon: end with plt.show()"
    lines = text.splitlines()
    if any(line.lstrip().startswith("!") for line in lines):
        yield "a shell command: it fails on another system"
    plain = "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)
    try:
        tree = ast.parse(plain)
    except SyntaxError as error:
        yield f"not Python: {error.msg}, line {error.lineno}"
        return
    for node in ast.walk(tree):
        name = getattr(node, "id", None) or getattr(node, "attr", None)
        if isinstance(node, ast.ImportFrom):
            name = next((alias.name for alias in node.names if alias.name in FORBIDDEN_NAMES), None)
            if node.module == "tqdm":
                yield "tqdm writes to stderr: import it from tqdm.notebook"
        if name in FORBIDDEN_NAMES:
            yield f"{name}: {FORBIDDEN_NAMES[name]}"
        managers = [ast.unparse(item.context_expr) for item in node.items] if isinstance(node, ast.With) else []
        if any(re.search(r"\bOutput\b|^out(put)?$", manager) for manager in managers):
            yield "with Output(): nbval sees the output elsewhere"
        if isinstance(node, ast.keyword) and node.arg == "display_id":
            yield "display_id: nbval sees the output elsewhere; change the picture in place"


def output_rules(cell: dict) -> Iterator[str]:
    """What a stored output must and must not hold."""
    for output in cell.get("outputs", []):
        kind = output["output_type"]
        if kind == "error":
            yield f"an error is stored: {output.get('ename')}"
        elif kind == "stream":
            if output["name"] == "stderr":
                yield f"text on stderr is stored: {joined(output['text'])[:60]!r}"
            yield from portable(joined(output["text"]), cell)
        else:
            yield from data_rules(output["data"], cell)


def printed(cell: dict) -> str:
    """What the reader sees as plain text: stdout, and the text/plain of what has no richer form."""
    texts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output["output_type"] == "stream" and output["name"] == "stdout":
            texts.append(joined(output["text"]))
        elif data.keys() - {WIDGET_VIEW} == {"text/plain"}:
            texts.append(joined(data["text/plain"]))
    return "\n".join(texts)


def verdict_rules(cell: dict) -> Iterator[str]:
    """A number says more than True; where a truth value is what the cell is about, the metadata says why."""
    line = next((line for line in printed(cell).splitlines() if re.search(r"\b(True|False)\b", line)), None)
    reason = stated(cell).get("verdict")
    if line is not None and reason is None:
        yield (f"a verdict is printed, {line.strip()[:60]!r}: print the number and assert the claim, or give the "
               'reason in the cell\'s metadata, "seqlearn": {"verdict": "why"}')
    if line is None and reason is not None:
        yield "metadata.seqlearn.verdict gives a reason, and no True or False is printed"


def width_rules(cell: dict) -> Iterator[str]:
    """No line of code or of printed text that scrolls sideways."""
    for what, text in (("code", source(cell)), ("output", printed(cell))):
        line = max(text.splitlines(), key=len, default="")
        if len(line) > MAX_WIDTH:
            yield f"a line of {what} is {len(line)} characters wide, the limit is {MAX_WIDTH}: {line.strip()[:40]!r}"


def stated(cell: dict) -> dict:
    """What the cell states about the comparison of its outputs."""
    found = cell.get("metadata", {}).get("seqlearn", {})
    return found if isinstance(found, dict) else {repr(found): None}


def stated_rules(cell: dict) -> Iterator[str]:
    """rtol and atol are numbers above 0 with an assertion beside them, a verdict is a sentence, and nothing else."""
    for key, value in stated(cell).items():
        if key in ("rtol", "atol"):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
                yield f"metadata.seqlearn.{key} must be a number between 0 and 1, got {value!r}"
            if not re.search(r"^\s*assert\b", source(cell), flags=re.MULTILINE):
                yield f"metadata.seqlearn.{key} lets the numbers move, so the cell must assert what it claims"
        elif key != "verdict":
            yield f"metadata.seqlearn.{key} is not known: rtol, atol and verdict are"
        elif not isinstance(value, str) or len(value.split()) < 3:
            yield f"metadata.seqlearn.verdict must say why, in a sentence; it is {value!r}"


def data_rules(data: dict, cell: dict) -> Iterator[str]:
    """The rules for one display: forms by MIME type."""
    if WIDGET_VIEW in data:
        yield "a widget view is stored: a page without a kernel shows an error instead of the picture"
    for mime in ("application/javascript", "image/svg+xml"):
        if mime in data:
            yield f"{mime} is stored"
    plain = joined(data.get("text/plain", ""))
    if any(mime.startswith("image/") for mime in data) and re.search(NO_TEXT, plain):
        yield f"a picture without words: use plots.describe; text/plain is {plain[:40]!r}"
    elif re.search(NO_TEXT, plain) and not data.keys() - {"text/plain", WIDGET_VIEW}:
        yield f"a widget without words: give it a text/plain; now it is {plain[:40]!r}"
    for mime in ("text/plain", "text/html", "text/markdown"):
        yield from portable(joined(data.get(mime, "")), cell)
    for tag in re.findall(r"<img\b[^>]*>", joined(data.get("text/html", "")), flags=re.IGNORECASE):
        if not re.search(r"\balt\s*=\s*[\"'][^\"']*\w", tag):
            yield "an <img> without alt text in an HTML output"


def portable(text: str, cell: dict) -> Iterator[str]:
    """What another machine would print differently."""
    for pattern, what in NOT_PORTABLE:
        match = re.search(pattern, text, flags=re.MULTILINE)
        if match:
            yield f"{what} in the output: {match.group()[:40]!r}"
    match = re.search(VERSION, text)
    if match and "nbval-ignore-output" not in tags(cell):
        yield f"a version number in the output: {match.group()!r}"


def markdown_rules(cell: dict, folder: Path) -> Iterator[str]:
    """Alt text, links to files that are there, and words that belittle the reader."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", source(cell), flags=re.DOTALL)
    for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]*)", text):
        if len(alt.split()) < 2:
            yield f"the picture {target[:40]} needs alt text"
    for tag in re.findall(r"<img\b[^>]*>", text, flags=re.IGNORECASE):
        if not re.search(r"\balt\s*=\s*[\"'][^\"']*\w", tag):
            yield "an <img> without alt text"
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        name = target.split("#")[0]
        if name and not re.match(r"[a-z]+:", name) and not (folder / name).exists():
            yield f"the link target {target} is not there"
    match = re.search(FORBIDDEN_WORDS, re.sub(r"\]\([^)]*\)", "]", text), flags=re.IGNORECASE)
    if match:
        yield f"the word {match.group()!r}: what is easy for you need not be for the reader"


def chapter_rules(name: str, cells: list[dict]) -> Iterator[str]:
    """The skeleton of a numbered chapter; chapter 00 needs only its title."""
    number = re.match(r"(\d\d)_", name)
    if not number:
        yield "the file name must begin with a two-digit number"
        return
    title = source(cells[0]) if cells and cells[0]["cell_type"] == "markdown" else ""
    if not re.match(rf"# .*\b{number.group(1)}\b", title):
        yield f"the first cell must be a title that holds the number: # {number.group(1)} …"
    yield from ignored_cells(cells)
    if number.group(1) == "00":
        return
    opening = "\n".join(source(cell) for cell in cells[:3] if cell["cell_type"] == "markdown")
    for what, pattern in (("the time it takes", r"\d\s*(min|hour|h\b)"), ("what the reader needs", r"\bneeds?\b"),
                          ("what the reader will be able to do", r"\bable to\b|\byou (will|can)\b")):
        if not re.search(pattern, opening, flags=re.IGNORECASE):
            yield f"the opening must say {what}"
    code = "\n".join(source(cell) for cell in cells if cell["cell_type"] == "code")
    exercises = re.findall(r"^\s*(ch\d\d\.\w+)\.check\(", code, flags=re.MULTILINE)
    if len(set(exercises)) < 3:
        yield f"3 exercises at least, found {len(set(exercises))}"
    if not re.search(r"\bQUIZ\b", code):
        yield "there must be a quiz"
    if "seqlearn.widgets" not in code and "import widgets" not in code:
        yield "there must be an explorer"
    headings = [line.lower() for cell in cells if cell["cell_type"] == "markdown"
                for line in source(cell).splitlines() if re.match(r"#+ ", line)]
    places = []
    for heading in ("your turn", "quiz", "recap", "pitfalls", "further reading"):
        at = [place for place, line in enumerate(headings) if heading in line]
        if not at:
            yield f"a heading is missing: {heading.capitalize()}"
        places += at[-1:]
    if places != sorted(places):
        yield "the chapter must end: Your turn, Quiz, Recap, Pitfalls, Further reading"


def ignored_cells(cells: list[dict]) -> Iterator[str]:
    """An ignored output proves nothing, so the next compared cell must assert."""
    code = [(index, cell) for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    for position, (index, cell) in enumerate(code):
        if "nbval-ignore-output" in tags(cell) and "nbval-skip" not in tags(cell):
            following = (later for _, later in code[position + 1:] if "nbval-ignore-output" not in tags(later))
            if "assert" not in source(next(following, {})):
                yield f"cell {index}: its output is ignored, so the next code cell must assert what it claims"


def main(paths: list[str]) -> int:
    problems = [rule for path in paths for rule in broken_rules(path)]
    print("\n".join(problems) or f"{len(paths)} notebooks keep the rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
