"""Which cells of a notebook an answer needs. Read from the code, without running it.

An answer needs the cells that bind its name, the cells that these need in turn, and every cell of which nobody can tell
what it binds: `from x import *`, `exec`. Explorers, pictures and trainings of which no answer uses a result are not
among them. What this reading misses shows as a NameError, and then the whole notebook is run.
"""

import ast
import builtins
import symtable
from dataclasses import dataclass, field

MOST_CHARACTERS = 200_000  # of one cell
BINDS_ANYTHING = {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__"}
MAGICS_THAT_RUN = ("run_cell_magic(", "run_line_magic('run'", "run_line_magic('load", "run_line_magic('pylab'")
HANDED = "_answer_to_{}"  # the name of an answer that stands in its check call: ch05.clip.check(lambda …)
SETS = ("binds", "touches", "now", "later")


@dataclass
class Cell:
    """What a cell does with names.

    `binds`: names that it assigns, imports or defines; `touches`: what it changes without binding it, in
    `grads["W"] = …` or `states.append(h)`; `now`: names that it needs when it runs; `later`: those that its functions
    need when they are called.
    """

    binds: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    checks: list[tuple[str, str]] = field(default_factory=list)  # ("rescale", "my_rescale") of ch05.rescale.check(…)
    imports: dict[str, str] = field(default_factory=dict)  # name -> the statement that imports it
    opaque: bool = False
    broken: str = ""  # why it is no Python


def read_cell(python: str) -> Cell:
    """What a cell does. `python` is plain Python: IPython's own syntax is already turned into calls."""
    cell = Cell()
    if len(python) > MOST_CHARACTERS:
        return Cell(broken="it is too long")
    try:
        tree = ast.parse(python)
        top = symtable.symtable(python, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Cell(broken=f"{type(error).__name__}: {getattr(error, 'msg', error)}"[:200])
    for table in _below(top):
        for symbol in table.get_symbols():
            if symbol.is_global():
                if symbol.is_referenced():
                    cell.later.add(symbol.get_name())
                if symbol.is_declared_global() and symbol.is_assigned():
                    cell.binds.add(symbol.get_name())
    _Order(cell).visit(tree)
    cell.opaque |= any(magic in python for magic in MAGICS_THAT_RUN)
    known = set(dir(builtins))
    cell.touches -= cell.binds | known
    cell.now -= known - cell.binds
    cell.later -= (known - cell.binds) | cell.binds
    return cell


def _below(table: symtable.SymbolTable):
    for child in table.get_children():
        yield child
        yield from _below(child)


class _Order(ast.NodeVisitor):
    """Goes through what a cell does when it runs, in that order: a name that it has just bound is not needed."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if node.id not in self.cell.binds:
                self.cell.now.add(node.id)
        else:
            self.cell.binds.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name) and node.target.id not in self.cell.binds:
            self.cell.now.add(node.target.id)
        self.visit(node.target)

    def visit_For(self, node: ast.For) -> None:
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        arguments = node.args
        for part in (*node.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)):
            self.visit(part)
        self.cell.binds.add(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(part)
        before = set(self.cell.binds)
        for part in node.body:
            self.visit(part)
        self.cell.binds = before | {node.name}  # what a class binds stays in it

    def _comprehension(self, node: ast.AST) -> None:
        before = set(self.cell.binds)
        for generator in node.generators:
            for part in (generator.iter, generator.target, *generator.ifs):
                self.visit(part)
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self.cell.binds = before

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.cell.opaque |= alias.name == "*"
            name = (alias.asname or alias.name).partition(".")[0]
            self.cell.binds.add(name)
            self.cell.imports[name] = ast.unparse(node)

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.cell.binds.add(node.name)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.cell.touches |= _base(node)  # grads["W"] = …, nn.LSTM.forward = …
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_Call(self, node: ast.Call) -> None:
        self.cell.opaque |= isinstance(node.func, ast.Name) and node.func.id in BINDS_ANYTHING
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        function = getattr(node.value, "func", None)
        if not isinstance(function, ast.Attribute):
            return
        if function.attr == "check" and isinstance(function.value, ast.Attribute):
            handed = [*node.value.args, *(keyword.value for keyword in node.value.keywords)]
            if len(handed) == 1:
                attribute, is_name = function.value.attr, isinstance(handed[0], ast.Name)
                name = handed[0].id if is_name else HANDED.format(attribute)
                self.cell.checks.append((attribute, name))
                self.cell.binds |= set() if is_name else {name}
        else:
            self.cell.touches |= _base(function)  # states.append(h)


def _base(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def needed(cells: list[Cell], answers: set[str], counting: set[int]) -> dict[int, str | None]:
    """The cells that these answers need, in order: number -> what is to be run of it, None for all of it.

    `counting`: the student's cells, in which an answer may stand. Of the course's own cells the imports can be run
    without the rest. A name that a cell needs when it runs comes from the last cell before it that binds the name. What
    its functions need when they are called may also come from a later cell, above all from one of the student's.
    """
    chosen, todo, imports = set(), [], {}

    def take(number: int, name: str | None = None) -> None:
        if number not in counting and name in cells[number].imports:
            imports.setdefault(number, set()).add(cells[number].imports[name])
        elif number not in chosen:
            chosen.add(number)
            todo.append(number)

    for number, cell in enumerate(cells):
        if number in counting and (cell.opaque or (cell.binds | cell.touches) & answers):
            take(number)
    while todo:
        number = todo.pop()
        for name in cells[number].now | cells[number].later:
            late = name in cells[number].later
            binders = [each for each, cell in enumerate(cells) if name in cell.binds and each != number]
            sources = [each for each in binders if each < number][-1:]
            if late:
                sources = sources or binders[:1]
                sources += [each for each in binders if each in counting and each > number]
            for source in sources:
                take(source, name)
            if any(name in cells[source].imports for source in sources):
                touchers = counting  # what the course's cells call in a module changes nothing that an answer needs
            else:
                touchers = counting | set(range(number))
            for each in range(min(sources, default=number) + 1, len(cells) if late else number):
                if each in touchers and name in cells[each].touches:
                    take(each)
    parts = {each: "\n".join(sorted(statements)) for each, statements in imports.items()}
    return {each: None if each in chosen else parts[each] for each in sorted(chosen | set(parts))}
