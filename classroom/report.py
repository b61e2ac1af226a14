"""The class as one page: the table, what was got wrong most, and what each student was told. It asks no other host."""

from html import escape

from seqlearn.grading.cards import inline

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --soft: #5b5b5b; --line: #c9c9c9; --paper: #fff; --right: #1b6e2d;
  --wrong: #b3261e; --band: #f3f3f3; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b5b5b5; --line: #4a4a4a; --paper: #161616;
  --right: #7fd491; --wrong: #ffa59c; --band: #222; } }
@media print { :root { --ink: #000; --soft: #333; --line: #999; --paper: #fff; --right: #000; --wrong: #000;
  --band: #fff; } body { margin: 0; max-width: none; }
  details::details-content { content-visibility: visible; } .scroll { overflow: visible; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; } h3 { margin: 1.6rem 0 .3rem; }
table { border-collapse: collapse; } .scroll { overflow-x: auto; }
th, td { padding: .25rem .55rem; border-bottom: 1px solid var(--line); text-align: center; }
th:first-child, td:first-child { text-align: left; } thead th { vertical-align: bottom; }
tbody tr:nth-child(even) { background: var(--band); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.correct { color: var(--right); } .incorrect { color: var(--wrong); } .soft { color: var(--soft); }
li { margin: .35rem 0; } code { font-size: .95em; }
"""
SIGNS = {"correct": "✓", "incorrect": "✗", "not attempted": "○", "not graded": "?"}


def page(of) -> str:
    """The report as HTML; `of` is a `grade.Class`."""
    chapters = ", ".join(one.chapter for one in of.sheets)
    title = f"Chapter {chapters}: {_count(len(of.rows), 'student')}"
    parts = [f"<h1>{escape(title)}</h1>", _overview(of), "<h2>What the class got wrong most</h2>", _mistakes(of),
             "<h2>Students and exercises</h2>", _table(of),
             "<h2>What each student was told</h2>", *map(_student, of.rows)]
    head = (f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>")
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><main>\n{body}\n</main></body></html>\n'


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _overview(of) -> str:
    failed = [row for row in of.rows if row.problems]
    lines = []
    if failed:
        items = "".join(f"<li>{_name(row)}: {escape(' '.join(row.problems))}</li>" for row in failed)
        lines.append(f"<p>Not or not wholly graded: {_count(len(failed), 'student')}.</p><ul>{items}</ul>")
    held = ", ".join(of.held) or "time alone"
    lines.append('<p class="soft">Each notebook ran in a process of its own. '
                 f"Limits in force there: {escape(held)}. Only cells that an answer needs were run, and what a "
                 "notebook printed or stored did not count.</p>")
    return "\n".join(lines)


def _mistakes(of) -> str:
    known = of.mistakes()
    blocks = []
    if known:
        items = "".join(
            f"<li><strong>{_count(len(students), 'student')}</strong>, {escape(each.id)} {escape(each.title)}: "
            f"<em>{escape(name)}</em>.<br>{inline(message)}"
            f"<details><summary>Who</summary>{escape('; '.join(students))}</details></li>"
            for each, name, message, students in known)
        blocks.append(f"<ol>{items}</ol>")
    else:
        blocks.append("<p>No answer was wrong in a way that the course has a name for.</p>")
    rows = []
    for each in of.exercises:
        states = [row.marks[each.id].status for row in of.rows if each.id in row.marks]
        unnamed = sum(1 for row in of.rows if each.id in row.marks and row.marks[each.id].status == "incorrect"
                      and not row.marks[each.id].mistake)
        counts = [states.count("correct"), states.count("incorrect"), unnamed, states.count("not attempted")]
        cells = "".join(f'<td class="number">{count}</td>' for count in counts)
        rows.append(f"<tr><td>{escape(each.heading)}</td>{cells}</tr>")
    head = "<th>exercise</th><th>right</th><th>not right</th><th>of these without a name</th><th>not attempted</th>"
    blocks.append(_as_table(f"<tr>{head}</tr>", rows))
    return "\n".join(blocks)


def _table(of) -> str:
    exercises = of.exercises
    most = sum(each.stars for each in exercises)
    head = "".join(f'<th title="{escape(each.title)}">{each.id}<br>{"★" * each.stars}</th>' for each in exercises)
    lines = []
    for row in of.rows:
        cells = []
        for each in exercises:
            status = row.marks[each.id].status if each.id in row.marks else ""
            cells.append(f'<td class="{status.replace(" ", "-")}" title="{status}">{SIGNS.get(status, "")}</td>')
        lines.append(f'<tr><td>{_name(row)}</td>{"".join(cells)}<td class="number">{of.points(row)}</td></tr>')
    table = _as_table(f"<tr><th>student</th>{head}<th>points<br>of {most}</th></tr>", lines)
    return (f'{table}\n<p class="soft">✓ right · ✗ not right · ○ not attempted · ? not graded · empty: not handed '
            "in. Points are the stars of what is right.</p>")


def _as_table(head: str, rows: list[str]) -> str:
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def _name(row) -> str:
    return escape(row.student) + (f' <span class="soft">{escape(row.id)}</span>' if row.id else "")


def _student(row) -> str:
    told = []
    for mark in row.marks.values():
        if mark.status in ("incorrect", "not graded"):
            name = f' <em class="soft">({escape(mark.mistake)})</em>' if mark.mistake else ""
            sign = f'<span class="{mark.status.replace(" ", "-")}">{SIGNS[mark.status]} {mark.id}</span>'
            told.append(f"<li>{sign} {inline(mark.message)}{name}</li>")
    right = [mark.id for mark in row.marks.values() if mark.status == "correct"]
    blank = [mark.id for mark in row.marks.values() if mark.status == "not attempted"]
    lines = [f"<li>✓ {escape(', '.join(right))}</li>"] if right else []
    lines += [*told, *([f"<li>○ not attempted: {escape(', '.join(blank))}</li>"] if blank else [])]
    notes = "".join(f'<p class="soft">{inline(note)}</p>' for note in [*row.problems, *row.notes])
    return f"<h3>{_name(row)}</h3>{notes}<ul>{''.join(lines)}</ul>"
