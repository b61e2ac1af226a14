"""Which cells an answer needs is read from the code: helpers are found, trainings are left out."""

import pytest

from classroom.asked import code_cells, sheet, with_exercises
from classroom.needed import needed, read_cell
from seqlearn.course.chapters import chapter, notebooks_folder, read_notebook


def plan(cells, answers, counting=None):
    counting = set(range(len(cells))) if counting is None else counting
    return needed([read_cell(cell) for cell in cells], set(answers), counting)


def test_helpers_before_and_behind_are_needed_and_a_training_is_not():
    cells = ["import numpy as np", "W = np.ones(3)\nfor step in range(10**9): W += train(W)",
             "def helper(x): return late(x)",
             "def answer(x): return helper(np.abs(x))", "def late(x): return x", "plot(W)"]
    assert list(plan(cells, ["answer"])) == [0, 2, 3, 4]


def test_what_a_function_binds_itself_is_no_cell_that_it_needs():
    cells = ["x = slow()", "def answer(x):\n    y = [x for x in range(3)]\n    return x"]
    assert list(plan(cells, ["answer"])) == [1]


def test_a_name_comes_from_the_last_cell_before():
    cells = ["a = 1", "a = 2", "my_value = a + 1", "a = 3"]
    assert list(plan(cells, ["my_value"])) == [1, 2]


def test_a_helper_that_a_student_writes_again_further_down_counts():
    cells = ["def helper(x): return 1", "def answer(x): return helper(x)", "def helper(x): return 2"]
    assert list(plan(cells, ["answer"])) == [0, 1, 2]


def test_what_a_comprehension_binds_stays_in_it():
    assert read_cell("a = [x for x in y]\nb = x").now == {"x", "y"}
    assert read_cell("for x in y:\n    b = x").now == {"y"}


def test_what_changes_a_name_is_needed_too():
    cells = ["table = {}", "table['a'] = 1", "states = []", "states.append(2)", "my_value = (table, states)"]
    assert list(plan(cells, ["my_value"])) == [0, 1, 2, 3, 4]


def test_an_answer_may_stand_in_its_check_call():
    cell = read_cell("ch05.clip.check(lambda grads, limit: (grads, limit))\nch05.rescale.check(answer=f(g))")
    assert [name for name, _ in cell.checks] == ["clip", "rescale"]
    assert {name for _, name in cell.checks} <= cell.binds and not read_cell("ch05.clip.check(clip)").binds


def test_an_answer_may_be_filled_in_by_later_cells():
    cells = ["my_states = {'last': ...}", "my_states['last'] = 2", "my_states.update(parity=2)", "print(my_states)"]
    assert list(plan(cells, ["my_states"])) == [0, 1, 2]


def test_of_the_courses_own_cells_the_imports_are_enough():
    cells = ["import numpy as np\nfrom seqlearn import plots\nplots.use_style()", "def answer(x): return np.abs(x)"]
    assert plan(cells, ["answer"], {1}) == {0: "import numpy as np", 1: None}


@pytest.mark.parametrize("cell", ["from numpy import *", "exec(text)", "globals()['answer'] = 3"])
def test_a_cell_of_which_nobody_can_tell_is_run(cell):
    assert list(plan([cell, "answer = 1"], ["answer"])) == [0, 1]


@pytest.mark.parametrize("cell", ["def f(:", "(" * 10_000, "x = " + "-" * 100_000 + "1", "\0", "é" * 300_000])
def test_code_that_is_none_binds_nothing(cell):
    assert read_cell(cell).binds <= {"x"}


@pytest.mark.parametrize("number", with_exercises())
def test_every_exercise_of_a_chapter_has_its_answers_name(number):
    asked = sheet(number).asked
    assert asked and len({each.name for each in asked}) == len(asked)
    bound = set()
    for source in code_cells(read_notebook(notebooks_folder() / chapter(number).notebook)):
        bound |= read_cell(source).binds if source.strip() in sheet(number).stubs else set()
    assert {each.name for each in asked} <= bound
