"""What a chapter asks for: its exercises, and under which name an answer stands. Read from the course's notebook."""

import ast
import functools
import importlib
from dataclasses import dataclass

from seqlearn.course.chapters import CHAPTERS, chapter, notebooks_folder, read_notebook
from seqlearn.grading import Exercise, ValueExercise


@dataclass(frozen=True)
class Asked:
    """An exercise of a chapter: its object, its name in the module, and the name of the answer in the notebook."""

    exercise: Exercise | ValueExercise
    attribute: str
    name: str

    @property
    def is_function(self) -> bool:
        """A function to write, not a value to find."""
        return hasattr(self.exercise, "cases")


@dataclass(frozen=True)
class Sheet:
    """A chapter as it is handed out: what it asks, its cells with exercises, and its other code cells."""

    chapter: str
    asked: tuple[Asked, ...]
    stubs: frozenset[str]
    text_cells: frozenset[str]


def code_cells(notebook: dict) -> list[str]:
    """The sources of a notebook's code cells; a source may be a text or a list of lines."""
    cells = []
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            cells.append("".join(map(str, source)) if isinstance(source, list) else str(source))
    return cells


@functools.cache
def sheet(number: str) -> Sheet:
    """What chapter `number` asks. Raises KeyError for a chapter that the course has not."""
    module = importlib.import_module(f"seqlearn.exercises.ch{chapter(number).number}")
    exercises = {name: value for name, value in vars(module).items() if isinstance(value, Exercise | ValueExercise)}
    sources = code_cells(read_notebook(notebooks_folder() / chapter(number).notebook))
    asked, stubs = {}, set()
    for source in sources:
        for attribute, name in checks(source, f"ch{number}"):
            if attribute in exercises:
                asked[attribute] = Asked(exercises[attribute], attribute, name)
                stubs.add(source.strip())
    missing = {exercises[name].id for name in set(exercises) - set(asked)}
    if missing:
        raise ValueError(f"{chapter(number).notebook} checks no answer to {', '.join(sorted(missing))}: an exercise's "
                         f"cell ends in ch{number}.….check(name_of_the_answer)")
    in_order = sorted(asked.values(), key=lambda each: [int(part) for part in each.exercise.id.split(".")])
    others = {source.strip() for source in sources} - stubs
    return Sheet(number, tuple(in_order), frozenset(stubs), frozenset(others))


def checks(source: str, module: str) -> list[tuple[str, str]]:
    """("rescale", "my_rescale") for every `ch05.rescale.check(my_rescale)` of a cell of the course."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "check":
            owner, arguments = node.func.value, node.args
            ours = isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name) and owner.value.id == module
            if ours and len(arguments) == 1 and isinstance(arguments[0], ast.Name):
                found.append((owner.attr, arguments[0].id))
    return found


def with_exercises() -> list[str]:
    """The numbers of the chapters that are written."""
    return [entry.number for entry in CHAPTERS if entry.written]
