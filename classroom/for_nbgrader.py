"""The chapters as assignments for nbgrader: its cells and metadata, laid out as its course folder is.

`source/` holds the instructor's version, solved between nbgrader's marks, and `release/` what students get. Behind
every exercise stands a locked cell that runs the course's own check and is worth the exercise's stars.
"""

import copy
import json
from pathlib import Path

from classroom.asked import Asked, checks, sheet
from seqlearn.course.chapters import chapter, notebooks_folder, read_notebook

CONFIG = '''c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "seqlearn"
c.Execute.timeout = 600  # seconds a cell: chapters train small networks
# A stub keeps what the chapter gives; what students get in place of the solution is nothing but this line.
c.ClearSolutions.code_stub = {"python": "# Write your code in place of the `...` above."}
'''


def write_assignments(into: Path, chapters: list[str]) -> None:
    """Write nbgrader_config.py, source/ and release/ with a folder a chapter."""
    for number in chapters:
        for version, solved in (("source", True), ("release", False)):
            folder = into / version / f"chapter_{number}"
            folder.mkdir(parents=True)
            made = assignment(number, solved)
            text = json.dumps(made, indent=1, ensure_ascii=False)
            (folder / chapter(number).notebook).write_text(text + "\n", encoding="utf-8")
    (into / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")


def assignment(number: str, solved: bool) -> dict:
    """A chapter as an assignment, without outputs: the instructor's version, or the students'."""
    asked = {each.attribute: each for each in sheet(number).asked}
    notebook = copy.deepcopy(read_notebook(notebooks_folder() / chapter(number).notebook))
    cells = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        found = [asked[name] for name, _ in checks(source, f"ch{number}") if name in asked] \
            if cell["cell_type"] == "code" else []
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        if found and source.strip() in sheet(number).stubs:
            cells += _exercise(cell, source, found[-1], number, solved)
        else:
            cells.append(cell)
    notebook["cells"] = cells
    return notebook


def _exercise(cell: dict, source: str, asked: Asked, number: str, solved: bool) -> list[dict]:
    """The cell for the answer, and the cell that checks it."""
    name = f"ex_{asked.exercise.id.replace('.', '_')}"
    if solved:
        source += (f"\n\n### BEGIN SOLUTION\n{asked.name} = ch{number}.{asked.attribute}.reference\n"
                   "### END SOLUTION")
    else:
        source += "\n\n# Write your code in place of the `...` above."
    answer = {**cell, "source": source.splitlines(keepends=True)}
    answer["metadata"] = {**cell["metadata"], "nbgrader": _metadata(name, solution=True)}
    test = (f"result = ch{number}.{asked.attribute}.check({asked.name})\n"
            "assert result.status == \"correct\", result.message")
    check = {"cell_type": "code", "id": f"{cell['id']}-check"[:64], "execution_count": None, "outputs": [],
             "source": test.splitlines(keepends=True),
             "metadata": {"nbgrader": _metadata(f"{name}_check", points=asked.exercise.stars)}}
    return [answer, check]


def _metadata(grade_id: str, solution: bool = False, points: int | None = None) -> dict:
    made = {"grade": points is not None, "grade_id": grade_id, "locked": not solution, "schema_version": 3,
            "solution": solution, "task": False}
    return made if points is None else {**made, "points": points}
