"""Every small slip one can make in a reference, with the words for it.

A slip is the reference's source with one thing changed: a term left out, a neighbouring index, another axis, a < for a
<=. An answer that agrees with a slip in every case behaves as if that slip had been made, so saying so is true,
whatever its code looks like. What a chapter wants to explain in its own words stands in its catalogue of mistakes; the
slips are for the many that nobody wrote down. `slips_of_source` yields them roughly from the likely to the far-fetched.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seqlearn.grading.edits import Source, Span

LONGEST = 60  # characters of code in a sentence
OTHER_FUNCTION = {
    "sum": "mean", "mean": "sum", "max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum",
    "argmax": "argmin", "argmin": "argmax", "zeros_like": "ones_like", "zeros": "ones", "ones": "zeros",
    "tanh": "sigmoid", "sigmoid": "tanh", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor",
    "hstack": "vstack", "append": "extend", "log": "log2", "expm1": "exp", "log1p": "log",
}  # fmt: skip
OTHER_SIGN = {
    ast.Lt: ["<=", ">"], ast.LtE: ["<", ">="], ast.Gt: [">=", "<"], ast.GtE: [">", "<="], ast.Eq: ["!="],
    ast.NotEq: ["=="], ast.In: ["not in"], ast.NotIn: ["in"],
}  # fmt: skip
MAY_BE_FORGOTTEN = {"softmax", "sorted", "sum", "mean", "cumsum", "flip", "norm", "argsort", "round"}
LEFT_OUT = {ast.Add: "added", ast.Sub: "subtracted", ast.Mult: "multiplied in", ast.MatMult: "multiplied in"}


@dataclass(frozen=True)
class Slip:
    """A change of the source. `words` go into "… what comes out when …"."""

    name: str
    words: str
    span: Span


def slips_of_source(source: Source, kinds: Mapping[tuple[str, str], object]) -> Iterator[Slip]:
    """Every slip in the functions' bodies; what stands in a `while` is left alone, for its loop might never end.

    kinds: (function, variable) -> the kind of its value; only variables of one kind are taken for each other.
    """
    nodes = [node for function in source.tree.body for node in _nodes(function)]
    for slips_of in (_of_expression, _of_statement):
        for node in nodes:
            for name, words, new in slips_of(node):
                yield Slip(name, words, (*source.span(node), new.encode()))
    for function in source.tree.body:
        yield from _names_exchanged(source, function, kinds)


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's body in which a slip may be made."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.While | ast.JoinedStr | ast.arguments):
            continue
        yield child
        yield from _nodes(child)


def _code(node: ast.AST) -> str:
    return ast.unparse(node)


def _short(node: ast.AST | str) -> str:
    """A piece of code between backticks, cut where it gets long."""
    text = node if isinstance(node, str) else _code(node)
    text = " ".join(text.split())
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 2] + ' …'}`"


def _instead(new: ast.AST | str, old: ast.AST) -> tuple[str, str, str]:
    code = new if isinstance(new, str) else _code(new)
    return (
        f"{_short(code)} in place of {_short(old)}".replace("`", ""),
        f"{_short(code)} stands where {_short(old)} belongs",
        f"({code})",
    )


def _without(part: ast.AST | str, how: str, rest: ast.AST | str) -> tuple[str, str, str]:
    code = rest if isinstance(rest, str) else _code(rest)
    return f"{_short(part)} left out".replace("`", ""), f"{_short(part)} {how}", f"({code})"


def _of_expression(node: ast.AST) -> Iterator[tuple[str, str, str]]:
    """(Name, words, new code) of every slip in one expression."""
    match node:
        case ast.BinOp():
            yield from _of_operation(node)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            if not isinstance(inner, ast.Constant):
                yield _without("-", f"before {_short(inner)} is left out", inner)
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=inner):
            yield _instead(inner, node)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OTHER_SIGN:
            for sign in OTHER_SIGN[type(op)]:
                yield _instead(f"{_code(left)} {sign} {_code(right)}", node)
        case ast.BoolOp(op=op, values=values):
            joint = " and " if isinstance(op, ast.And) else " or "
            for value in values:
                rest = [f"({_code(other)})" for other in values if other is not value]
                yield _without(value, "is not tested", joint.join(rest))
            yield _instead((" or " if joint == " and " else " and ").join(f"({_code(v)})" for v in values), node)
        case ast.IfExp(test=test, body=body, orelse=other):
            yield body_only(test, body)
            yield body_only(test, other)
            yield _instead(f"{_code(other)} if {_code(test)} else {_code(body)}", node)
        case ast.Attribute(value=inner, attr="T"):
            yield _without(f"{_code(inner)}.T", "is not transposed", inner)
        case ast.Call():
            yield from _of_call(node)
        case ast.Subscript(value=value, slice=index, ctx=ast.Load()):
            for other in _other_indices(index):
                yield _instead(f"{_code(value)}[{other}]", node)
            for i, part in enumerate(index.elts if isinstance(index, ast.Tuple) else ()):
                before, after = (list(map(_code, parts)) for parts in (index.elts[:i], index.elts[i + 1 :]))
                for other in _other_indices(part):
                    yield _instead(f"{_code(value)}[{', '.join([*before, other, *after])}]", node)
            if not isinstance(index, ast.Name | ast.Constant):
                yield _without(_code(node).removeprefix(_code(value)), f"after {_short(value)} is left out", value)
        case ast.Constant(value=bool() as value):
            yield _instead(str(not value), node)
        case ast.Constant(value=int() as value):
            for other in (value - 1, value + 1):
                yield _instead(str(other), node)
        case ast.List(elts=parts, ctx=ast.Load()) | ast.Tuple(elts=parts, ctx=ast.Load()) if (
            len(parts) == 2 and not any(isinstance(part, ast.Slice) for part in parts)
        ):
            code = f"{_code(parts[1])}, {_code(parts[0])}"
            yield _instead(f"[{code}]" if isinstance(node, ast.List) else code, node)


def body_only(test: ast.AST, kept: ast.AST) -> tuple[str, str, str]:
    """An `if` that always goes the same way."""
    return _without(test, f"is not asked: it is always {_short(kept)}", kept)


def _of_operation(node: ast.BinOp) -> Iterator[tuple[str, str, str]]:
    left, op, right = node.left, node.op, node.right
    a, b = f"({_code(left)})", f"({_code(right)})"
    if isinstance(op, ast.Add | ast.Sub) and isinstance(right, ast.Constant):  # t in place of t + 1
        yield _instead(left, node)
        return
    if isinstance(left, ast.Constant) and isinstance(op, ast.Sub) and isinstance(right, ast.BinOp):
        if isinstance(right.op, ast.Pow):  # 1 - n**2, the slope of tanh
            slope = _code(right.left)
            yield _instead(f"{slope} * (1 - {slope})", node)
    if isinstance(op, ast.Mult) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Sub):
        if _code(right.right) in (_code(left), _code(left).rpartition(" * ")[2]):  # dz * s * (1 - s)
            before, _, slope = _code(left).rpartition(" * ")
            yield _instead(f"{before}{' * ' if before else ''}(1 - {slope} ** 2)", node)
    match op:
        case ast.Add() | ast.Sub() | ast.Mult():
            yield _without(right, f"is not {LEFT_OUT[type(op)]}", left)
            if isinstance(op, ast.Sub):
                yield _instead(right, node)
                yield _instead(f"{b} - {a}", node)
                yield _instead(f"{a} + {b}", node)
            else:
                yield _without(left, f"is not {LEFT_OUT[type(op)]}", right)
                for factor, rest in ((left, right), (right, left)) if isinstance(op, ast.Mult) else ():
                    if isinstance(factor, ast.Name):
                        times = rest.id if isinstance(rest, ast.Name) else f"({_code(rest)})"
                        yield _instead(f"(1 - {factor.id}) * {times}", node)
                if isinstance(op, ast.Add) and isinstance(right, ast.Name):
                    yield f"{right.id} twice", f"`{right.id}` is added twice", f"({a} + 2 * {b})"
                yield _instead(f"{a} - {b}" if isinstance(op, ast.Add) else f"{a} / {b}", node)
        case ast.Div():
            yield _without(right, "is not divided by", left)
            yield _instead(f"{a} * {b}", node)
            yield _instead(f"{b} / {a}", node)
        case ast.FloorDiv():
            yield _instead(f"-(-{a} // {b})", node)
            yield _without(right, "is not divided by", left)
        case ast.Mod():
            yield _without(right, "is not taken as the modulus", left)
        case ast.Pow():
            yield _without(f"**{_code(right)}", f"after {_short(left)} is left out", left)
        case ast.MatMult():
            yield _instead(f"{a} @ {b}.T", node)
            yield _instead(f"{a}.T @ {b}", node)
            yield _instead(f"{b} @ {a}", node)
            yield _instead(f"{a} * {b}", node)
        case ast.BitAnd() | ast.BitOr():
            yield _without(right, "is not tested", left)
            yield _without(left, "is not tested", right)


def _of_call(node: ast.Call) -> Iterator[tuple[str, str, str]]:
    function, arguments, options = node.func, node.args, node.keywords
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    shown = f"{_code(function)}(…)"
    is_method = isinstance(function, ast.Attribute) and not _is_module(function.value)
    if is_method and len(arguments) <= 2:
        call = f".{name}({', '.join(map(_code, [*arguments, *options]))})"
        yield _without(call, f"after {_short(function.value)} is left out", function.value)
    if arguments and (name in MAY_BE_FORGOTTEN or len(arguments) == 1 and not is_method):
        yield _without(shown, "is left out", arguments[0])
    if len(arguments) == 1 and not options and not is_method and name not in ("len", "range", "print", "type"):
        yield f"{shown} twice", f"`{shown}` is applied twice", f"{_code(function)}({_code(node)})"
    if len(arguments) == 1 and not is_method and isinstance(arguments[0], ast.BinOp):
        inside = arguments[0]
        if isinstance(inside.op, ast.Add):
            yield (f"{_short(inside.right)} added after {_code(function)}".replace("`", ""),
                   f"{_short(inside.right)} is added after `{shown}`, not before",
                   f"({_code(function)}({_code(inside.left)}) + {_code(inside.right)})")
    if _code(function) == "np.tanh":
        for other in ("1 / (1 + np.exp(-{}))", "np.maximum(0, {})"):
            yield (f"{other.format('…')} in place of {shown}",
                   f"`{other.format('…')}` stands where `{shown}` belongs",
                   f"({other.format(f'({_code(arguments[0])})')})")
    if name in OTHER_FUNCTION:
        other = OTHER_FUNCTION[name]
        whole = ast.unparse(node)
        head = ast.unparse(function)
        yield _instead(head[: len(head) - len(name)] + other + whole[len(head):], node)
    for option in options:
        rest = [*map(_code, arguments), *(_code(other) for other in options if other is not option)]
        yield _without(option, f"is left out of `{shown}`", f"{_code(function)}({', '.join(rest)})")
        if option.arg == "axis":
            for axis in ("0", "1", "-1", "None"):
                if axis != _code(option.value):
                    new = [*rest, f"axis={axis}"]
                    yield (f"axis={axis} in place of {_code(option)}",
                           f"`axis={axis}` stands where `{_code(option)}` belongs, in `{shown}`",
                           f"{_code(function)}({', '.join(new)})")
    if name in ("max", "min", "maximum", "minimum") and len(arguments) == 2 and not is_method:
        for kept, lost in (arguments, arguments[::-1]):
            yield _without(lost, f"has no part in `{shown}`", kept)
    if name == "where" and len(arguments) == 3:
        test, one, other = arguments
        yield body_only(test, one)
        yield body_only(test, other)
        yield _instead(f"{_code(function)}({_code(test)}, {_code(other)}, {_code(one)})", node)
    if name == "range":
        parts = list(map(_code, arguments))
        if len(parts) == 1:
            yield _instead(f"range({parts[0]} - 1)", node)
            yield _instead(f"range(1, {parts[0]})", node)
            yield _instead(f"range({parts[0]} + 1)", node)
    for i in range(len(arguments) - 1):
        if name not in ("max", "min", "maximum", "minimum", "isinstance"):
            exchanged = [*arguments[:i], arguments[i + 1], arguments[i], *arguments[i + 2 :]]
            code = f"{_code(function)}({', '.join(map(_code, [*exchanged, *options]))})"
            yield (f"{_code(arguments[i])} and {_code(arguments[i + 1])} exchanged",
                   f"{_short(arguments[i])} and {_short(arguments[i + 1])} are exchanged in `{shown}`", code)


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "torch", "math", "nn", "F") or (
        isinstance(node, ast.Attribute) and _is_module(node.value))


def _other_indices(index: ast.AST) -> Iterator[str]:
    match index:
        case ast.Name(id=name):
            yield from (f"{name} - 1", f"{name} + 1")
        case ast.Constant(value=int() as value):
            yield from ("-1", "0") if value not in (0, -1) else ("-1",) if value == 0 else ("0",)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            yield "0"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant()):
            yield _code(left)
        case ast.Slice(lower=lower, upper=upper, step=step):
            low, up, by = (_code(part) if part else "" for part in (lower, upper, step))
            if step:
                yield f"{low}:{up}"
            if low and up:
                yield from (f"{low}:", f":{up}")
            if up:
                yield from (f"{low}:{up} - 1:{by}", f"{low}:{up} + 1:{by}")
            if low:
                yield from (f"{low} - 1:{up}:{by}", f"{low} + 1:{up}:{by}")
            if not step and not (low and up):
                yield from ("1:", ":-1") if not (low or up) else ()


def _of_statement(node: ast.AST) -> Iterator[tuple[str, str, str]]:
    """(Name, words, new code) of every slip in one statement."""
    match node:
        case ast.AugAssign(target=target, op=op, value=value):
            sign = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}.get(type(op))
            if sign:
                words = f"`{_code(target)} = …` stands where `{_code(target)} {sign} …` belongs"
                yield f"= in place of {sign}", words, f"{_code(target)} = {_code(value)}"
            if sign in ("+=", "-="):
                other = "-=" if sign == "+=" else "+="
                yield (f"{other} in place of {sign}", f"`{other}` stands where `{_code(target)} {sign} …` belongs",
                       f"{_code(target)} {other} {_code(value)}")
            yield _left_out(node)
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.Assign() | ast.Expr() | ast.Continue() | ast.Break() | ast.Raise():
            yield _left_out(node)


def _left_out(node: ast.stmt) -> tuple[str, str, str]:
    return f"{_short(node)} left out".replace("`", ""), f"{_short(node)} is left out", "pass"


def _names_exchanged(source: Source, function: ast.AST, kinds: Mapping[tuple[str, str], object]) -> Iterator[Slip]:
    """One of the function's variables where another belongs, and a loop that runs the other way round."""
    if not isinstance(function, ast.FunctionDef):
        return
    nodes = list(_nodes(function))
    for node in nodes:
        loop = node.iter if isinstance(node, ast.For) else None
        if loop is not None and not (isinstance(loop, ast.Call) and _code(loop.func) == "reversed"):
            yield Slip("loop runs backward", f"the loop over {_short(loop)} runs backward",
                       (*source.span(loop), f"reversed(list({_code(loop)}))".encode()))
    for node in nodes:
        if isinstance(node, ast.If):
            for value, words in (("True", "always met"), ("False", "never met")):
                name = f"{_short(node.test)} {words}".replace("`", "")
                span = (*source.span(node.test), value.encode())
                yield Slip(name, f"the condition {_short(node.test)} is {words}", span)
    kind_of = {name: kind for (owner, name), kind in kinds.items() if owner == function.name}
    into_itself = {  # outputs.append(outputs): a list that holds itself can be read for ever
        (id(part), node.func.value.id)
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        for argument in node.args for part in ast.walk(argument)
    }
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in kind_of:
            for other in kind_of:
                if other != node.id and kind_of[other] == kind_of[node.id] and (id(node), other) not in into_itself:
                    yield Slip(f"{other} in place of {node.id}", f"`{other}` stands where `{node.id}` belongs",
                               (*source.span(node), other.encode()))
