"""Grade the notebooks of a class: a table of students and exercises, and what the class got wrong most.

    python3 course.py grade FOLDER                    what `collect` made, or what an LMS exported
    python3 course.py grade FOLDER --chapter 05       only that chapter; other notebooks are named, not graded

Writes grades.csv, mistakes.csv and report.html into FOLDER_grades. Each notebook runs in a process of its own with
limits of time, memory and processes; its answers are called from outside and compared there.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from classroom.asked import Sheet, sheet
from classroom.collect import Submission, beside, collect, given_path
from classroom.judge import Graded, Mark
from classroom.limits import Limits, close_to_others
from classroom.pool import CourseChanged, grade_all
from classroom.report import page
from classroom.spreadsheet import write_csv


@dataclass
class Row:
    """One student: the marks by exercise, and what a teacher should know."""

    student: str
    id: str
    marks: dict[str, Mark] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Class:
    """What came out for a class: its chapters as they were handed out, and a row a student."""

    sheets: list[Sheet]
    rows: list[Row]
    held: list[str]

    @property
    def exercises(self) -> list:
        """The columns."""
        return [each.exercise for one in self.sheets for each in one.asked]

    def points(self, row: Row) -> int:
        """The stars of what is right."""
        return sum(each.stars for each in self.exercises if _is_right(row, each.id))

    def mistakes(self) -> list[tuple]:
        """(Exercise, the mistake's name, its message, the students who made it), the most frequent first."""
        made: dict[tuple[str, str], list[str]] = {}
        said: dict[tuple[str, str], str] = {}
        for row in self.rows:
            for mark in row.marks.values():
                if mark.status == "incorrect" and mark.mistake:
                    made.setdefault((mark.id, mark.mistake), []).append(row.student)
                    said.setdefault((mark.id, mark.mistake), mark.message)
        by_id = {each.id: (number, each) for number, each in enumerate(self.exercises)}
        order = sorted(made, key=lambda key: (-len(made[key]), by_id[key[0]][0], key[1]))
        return [(by_id[key[0]][1], key[1], said[key], made[key]) for key in order]


def _is_right(row: Row, exercise: str) -> bool:
    return exercise in row.marks and row.marks[exercise].status == "correct"


def grade(chosen: list[Submission], chapters: list[str], limits: Limits, processes: int,
          tell=lambda done: None) -> Class:
    """Grade what was collected. Without `chapters`, those that somebody worked in. Raises CourseChanged."""
    good = [one for one in chosen if not one.problem]
    if not chapters:
        touched = {one.chapter for one in good if one.order[:1] != (False,)}
        chapters = sorted(touched or {one.chapter for one in good})
    graded: dict[int, Graded] = {}
    wanted = [one for one in good if one.chapter in chapters]
    for number, result in grade_all([(one.cells, one.chapter) for one in wanted], limits, processes, tell):
        graded[number] = result
    rows: dict[str, Row] = {}
    held: set[str] = set()
    for one in chosen:
        row = rows.setdefault(one.key, Row(one.student, one.id))
        if one.note:
            row.notes.append(one.note.strip())
        if one.problem:
            row.problems.append(f"{one.source}: {one.problem}.")
        elif one.chapter not in chapters:
            row.notes.append(f"{one.source} is chapter {one.chapter}, which is not graded here.")
        else:
            result = graded[wanted.index(one)]
            row.marks |= {mark.id: mark for mark in result.marks}
            row.problems += [result.problem] if result.problem else []
            row.notes += result.notes
            held |= set(result.held)
    for row in rows.values():
        if not row.marks and not row.problems:
            row.problems.append(f"No notebook of chapter {' or '.join(chapters)}.")
    in_order = sorted(rows.values(), key=lambda row: (row.student.casefold(), row.id))
    return Class([sheet(number) for number in chapters], in_order, sorted(held))


def write(of: Class, into: Path) -> None:
    """Write grades.csv, mistakes.csv and report.html."""
    into.mkdir(parents=True, exist_ok=True)
    exercises = of.exercises
    most = sum(each.stars for each in exercises)
    header = ["student", "id", *(each.id for each in exercises), "right", "points", "of points", "percent", "remarks"]
    rows = []
    for row in of.rows:
        states = [row.marks[each.id].status if each.id in row.marks else "" for each in exercises]
        cells = [{"correct": 1, "incorrect": 0}.get(state) for state in states]
        points = of.points(row)
        percent = round(100 * points / most, 1) if most else 0
        rows.append([row.student, row.id, *cells, states.count("correct"), points, most, percent,
                     " ".join([*row.problems, *row.notes])])
    write_csv(into / "grades.csv", [header, *rows])
    write_csv(into / "mistakes.csv", [["exercise", "title", "mistake", "students", "message"], *(
        [each.id, each.title, name, len(students), message] for each, name, message, students in of.mistakes())])
    (into / "report.html").write_text(page(of), encoding="utf-8", errors="replace")


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    limits = Limits()
    parser = argparse.ArgumentParser(
        prog="course.py grade", description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Writes three files: grades.csv (1 right, 0 not right, empty: not attempted or not graded; points are\n"
               "stars), which spreadsheets and an LMS read; mistakes.csv; and report.html, which also says what each\n"
               "student was told.\n\n"
               "Students' code runs on this machine as you, with limits but in no sandbox. For people you do not\n"
               "trust, grade in a container or as a user of its own: classroom/README.md.")
    parser.add_argument("folder", type=given_path, metavar="FOLDER",
                        help="what `collect` made, or a folder or zip archive of submissions")
    parser.add_argument("--chapter", action="append", default=[], metavar="NN",
                        help="grade this chapter (may be given several times; else those that somebody worked in)")
    parser.add_argument("--into", type=given_path, metavar="OTHER", help="where to write (FOLDER_grades)")
    parser.add_argument("--processes", type=int, default=default_processes(), metavar="N",
                        help="notebooks at once (%(default)s)")
    parser.add_argument("--seconds", type=float, default=limits.total_seconds, metavar="S",
                        help="for one notebook with its answers (%(default)g)")
    parser.add_argument("--memory", type=int, default=limits.memory, metavar="MB",
                        help="for one notebook's processes (%(default)s)")
    given = parser.parse_args(arguments)
    try:
        chapters = [sheet(number.zfill(2)).chapter for number in given.chapter]
        if not given.folder.exists():
            raise FileNotFoundError(f"there is no {given.folder}")
        chosen = collect(given.folder)
        if not chosen:
            raise FileNotFoundError(f"nothing was handed in in {given.folder}")
        into = given.into or beside(given.folder, "grades")
        close_to_others()
        start = time.monotonic()
        total = sum(1 for one in chosen if not one.problem)
        limits = Limits(total_seconds=given.seconds, memory=given.memory)

        def tell(done: int) -> None:
            if done % 10 == 0:
                print(f"  {done} of {total} notebooks", flush=True)

        of = grade(chosen, sorted(chapters), limits, max(1, given.processes), tell)
        write(of, into)
    except KeyError as error:
        print(f"grade: {error.args[0]}", file=sys.stderr)
        return 2
    except (OSError, CourseChanged) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 1
    print(f"{total} notebooks graded in {time.monotonic() - start:.0f} s: {into / 'report.html'}")
    for row in of.rows:
        for problem in row.problems:
            print(f"  {row.student}: {problem}")
    return 0


def default_processes() -> int:
    """As many as there are processors, and at most 4."""
    import os

    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(4, count)


if __name__ == "__main__":
    sys.exit(main())
