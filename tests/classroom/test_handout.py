"""The students' course: solutions stay closed until their day or the key, and the checks are as they were."""

import datetime
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from classroom.asked import checks, code_cells, sheet
from classroom.for_nbgrader import assignment
from classroom.handout import archive, main, make_course
from seqlearn.grading import Exercise, ValueExercise, holding

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = Exercise("77.1", "Double", 1, datetime.date.isoformat, cases=lambda rng: [])
VALUE = ValueExercise("77.2", "Two", 1, 2)


@pytest.fixture
def held(tmp_path, monkeypatch):
    """Hold back solutions on these terms."""
    def on(**terms):
        monkeypatch.setattr(holding, "FILE", tmp_path / "held.json")
        salt = "00" * 16
        if terms.get("key"):
            terms = {**terms, "key": holding.digest(terms["key"], salt), "salt": salt}
        (tmp_path / "held.json").write_text(json.dumps(terms), encoding="utf-8")
        holding._terms.cache_clear()

    yield on
    holding._terms.cache_clear()


def test_without_terms_every_solution_opens():
    assert holding.held_back() == "" and VALUE.solution().source == "2"


def test_until_a_date(held):
    held(until="2999-01-01", key=None)
    assert "2999-01-01" in repr(VALUE.solution()) and "2999-01-01" in VALUE.solution()._repr_html_()
    assert "2" not in repr(VALUE.solution()).replace("2999", "") and "2999" in repr(EXERCISE.solution())
    held(until=datetime.date.today().isoformat(), key=None)
    assert VALUE.solution().source == "2"


def test_with_a_key_which_is_remembered(held):
    held(until=None, key="Sésame")
    assert "key" in repr(VALUE.solution()) and "not the key" in repr(VALUE.solution("sesame"))
    assert VALUE.solution(" Sésame ").source == "2" and VALUE.solution().source == "2"
    assert "Sésame" not in holding.FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The students' course in a folder."""
    folder = tmp_path_factory.mktemp("handout") / "course"
    make_course(folder, "2999-01-01", "sesame")
    return folder


def test_no_file_shows_a_solution(course):
    text = "\n".join(path.read_text(encoding="utf-8") for path in (course / "seqlearn/exercises").rglob("*.py"))
    assert "def rescale_reference" not in text and "radius / np.abs" not in text
    assert not (course / "tests").exists() and not (course / "book").exists() and not (course / "classroom").exists()
    assert (course / "notebooks/05_exploding_and_vanishing_gradients.ipynb").is_file()


CHECK = """
import json, os
from seqlearn.exercises import ch05, ch00
import seqlearn
said = {}
for each in (ch05.clip, ch05.jacobian, ch00.half_life):
    answers = [each.reference, *(mistake.implementation for mistake in each.mistakes)]
    said[each.id] = [[r.status, r.message, r.mistake] for r in map(each.check, answers)]
print(json.dumps([seqlearn.__file__, repr(ch05.clip.solution()), repr(ch05.clip.solution("sesame")), said]))
"""


def said_in(folder):
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=folder, capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": str(folder), "SEQLEARN_PROGRESS": "off", "PATH": ""})
    return json.loads(done.stdout)


def test_the_checks_are_unchanged(course):
    here, there = said_in(ROOT), said_in(course)
    assert there[0].startswith(str(course)) and there[3] == here[3]
    assert "2999-01-01" in there[1] and there[2] == here[1] and "def clip_reference" in there[2]


def test_the_archive_is_the_same_for_the_same_files(course, tmp_path):
    for name in ("a.zip", "b.zip"):
        archive(course / "lab", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert all(name.startswith("lab/") for name in zipfile.ZipFile(tmp_path / "a.zip").namelist())


@pytest.mark.parametrize("arguments, words", [
    ([], "--until"), (["--until", "soon"], "invalid"), (["--nbgrader", "--key", "x"], "belong to"),
    (["--nbgrader", "--chapter", "99"], "number must be")])
def test_what_is_wrong_is_said(arguments, words, tmp_path, capsys):
    try:
        status = main([*arguments, "--into", str(tmp_path / "x")])
    except SystemExit as error:
        status = error.code
    assert status == 2 and words in capsys.readouterr().err and not (tmp_path / "x").exists()


@pytest.mark.parametrize("solved", [True, False])
def test_an_assignment_has_nbgraders_cells(solved):
    made = assignment("05", solved)
    marked = [cell["metadata"]["nbgrader"] for cell in made["cells"] if "nbgrader" in cell["metadata"]]
    answers, tests = [each for each in marked if each["solution"]], [each for each in marked if each["grade"]]
    asked = sheet("05").asked
    assert len(answers) == len(tests) == len(asked) and len({each["grade_id"] for each in marked}) == len(marked)
    assert [each["points"] for each in tests] == [each.exercise.stars for each in asked]
    assert all(each["locked"] and not each["solution"] and each["schema_version"] == 3 for each in tests)
    assert all(not each["locked"] and not each["grade"] for each in answers)
    assert len({cell["id"] for cell in made["cells"]}) == len(made["cells"])
    text = "\n".join(code_cells(made))
    assert ("### BEGIN SOLUTION" in text) == ("### END SOLUTION" in text) == (".reference" in text) == solved
    assert len(checks(text.replace("%", "#"), "ch05")) >= 2 * len(asked)


def test_an_assignments_answers_are_found_by_grade_too():
    """A release notebook that comes back through an LMS is graded like any other."""
    from classroom.students import chapter_of

    assert chapter_of("05.ipynb", code_cells(assignment("05", False))) == "05"
