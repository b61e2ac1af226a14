"""A reference with a piece of its source exchanged: most mistakes are one line of the solution, written differently.

    Source([reference]).edited({"h[t + 1]": "h[t]"})      # the function that one gets

The text has to stand exactly once in the code (the docstring does not count), so a mistake cannot go stale unnoticed.
"""

import ast
import inspect
import itertools
import sys
import textwrap
import warnings
from collections.abc import Callable, Mapping, Sequence

Span = tuple[int, int, bytes]  # bytes start … end of the source are replaced by these: ast counts columns in bytes


class Source:
    """The source of some functions, of which the last one is called; the ones before it are its helpers.

    Raises OSError, TypeError or SyntaxError when there is no source to be had, and ValueError for a function that
    cannot stand alone (a lambda, or one that uses the variables of a function around it).
    """

    def __init__(self, functions: Sequence[Callable]) -> None:
        last = functions[-1]
        if last.__name__ == "<lambda>" or inspect.isfunction(last) and last.__code__.co_freevars:
            raise ValueError("a lambda, or a function inside of another one, has no source that stands alone")
        parts = [textwrap.dedent(inspect.getsource(function)) for function in functions]
        self.name = last.__name__
        self.bytes = "\n\n".join(parts).encode()
        self.tree = ast.parse(self.bytes)
        self._globals = vars(sys.modules[last.__module__])
        self._lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._docstrings = [self.span(node) for node in self._nodes_of_docstrings()]

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node of the tree begins and ends."""
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset

    def edited(self, changes: Mapping[str, str]) -> Callable:
        """The function with every text of `changes` exchanged. Raises ValueError if one does not stand exactly once."""
        return self.with_spans(self.spans(changes))

    def spans(self, changes: Mapping[str, str]) -> list[Span]:
        """Where the texts of `changes` stand. Raises ValueError if one does not stand exactly once."""
        found = []
        for old, new in changes.items():
            starts, at = [], self.bytes.find(old.encode())
            while at >= 0:
                if not any(start <= at < end for start, end in self._docstrings):
                    starts.append(at)
                at = self.bytes.find(old.encode(), at + 1)
            if len(starts) != 1:
                where = f"the source of {self.name}"
                raise ValueError(f"{old!r} has to stand once in {where}, and stands {len(starts)} times")
            found.append((starts[0], starts[0] + len(old.encode()), new.encode()))
        return found

    def with_spans(self, spans: Sequence[Span]) -> Callable:
        """The function with these pieces of its source replaced.

        Raises ValueError if two of them overlap, and SyntaxError if what comes out is no Python.
        """
        if any(one[1] > other[0] for one, other in itertools.pairwise(sorted(spans))):
            raise ValueError("two of the pieces to be replaced overlap")
        text = self.bytes
        for start, end, new in sorted(spans, reverse=True):
            text = text[:start] + new + text[end:]
        namespace = dict(self._globals)  # the helpers in it are replaced too: the function calls the edited ones
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a slip may well be odd code; the learner did not write it
            code = compile(text, f"<{self.name}, edited>", "exec")
        exec(code, namespace)
        return namespace[self.name]

    def _nodes_of_docstrings(self) -> list[ast.AST]:
        kinds = ast.FunctionDef | ast.ClassDef
        owners = [node for node in ast.walk(self.tree) if isinstance(node, kinds)]
        return [node.body[0] for node in owners if ast.get_docstring(node, clean=False) is not None]
