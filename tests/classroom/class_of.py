"""Notebooks as students hand them in: a chapter of the course with some of its exercises answered."""

import copy
import functools
import json
from pathlib import Path

from classroom.asked import Asked, checks, sheet
from seqlearn.course.chapters import chapter, notebooks_folder, read_notebook

RESCALE = """
def rescale(W, radius):
    return W * radius / np.abs(np.linalg.eigvals(W)).max()
"""
CLIP = """
def clip(grads, limit):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    return {name: g * min(1, limit / norm) for name, g in grads.items()}, norm
"""
START = "import numpy as np\nfrom seqlearn.exercises import ch05\n"


@functools.cache
def stored(number: str) -> str:
    return json.dumps(read_notebook(notebooks_folder() / chapter(number).notebook))


def handed_in(number: str, answers: dict[str, str]) -> dict:
    """The chapter's notebook; of the exercises named, the cell holds this code and the check call."""
    notebook = json.loads(stored(number))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        for attribute, name in checks(source, f"ch{number}") if source.strip() in sheet(number).stubs else []:
            if attribute in answers:
                imported = f"from seqlearn.exercises import ch{number}\n" if "import ch" in source else ""
                cell["source"] = f"{imported}{answers[attribute]}\nch{number}.{attribute}.check({name})"
    return notebook


def code_of(asked: Asked, mistake: int | None = None) -> str:
    """An answer as a student would write it: the reference under the answer's name, or one of its mistakes."""
    exercise = asked.exercise
    if not asked.is_function:
        value = exercise.reference if mistake is None else exercise.mistakes[mistake].implementation
        return f"{asked.name} = {value!r}".replace("np.float64", "float")
    text = exercise.source.bytes.decode()
    if mistake is not None:
        edits = exercise.declared[mistake].implementation
        for old, new in (edits[0] if isinstance(edits, list) else edits).items():
            text = text.replace(old, new)
    return f"{text}\n{asked.name} = {exercise.reference.__name__}"


def write(path: Path, notebook: dict | str | bytes) -> Path:
    """Write a notebook, or what is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(copy.deepcopy(notebook)) if isinstance(notebook, dict) else notebook
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
