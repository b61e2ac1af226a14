"""How results, hints and solutions look: as plain text, and as HTML that follows JupyterLab's theme.

The texts are the same on every machine and hold no random ids, because the notebooks' tests compare them.
"""

import html
import re
from dataclasses import dataclass

from seqlearn.course.printing import printable

SIGNS = {"correct": "✓", "incorrect": "✗", "not attempted": "○"}
COLORS = {
    "correct": "var(--jp-success-color1, #2e7d32)",
    "incorrect": "var(--jp-error-color1, #c62828)",
    "not attempted": "var(--jp-border-color1, #9e9e9e)",
    "hint": "var(--jp-info-color1, #0277bd)",
}
TEXT = "color: var(--jp-content-font-color1, inherit); font-family: var(--jp-content-font-family, sans-serif);"


def inline(text: str) -> str:
    """Escaped HTML of a sentence; `code` in backticks becomes <code>."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def card(kind: str, body: str) -> str:
    """A block with a coloured bar at its left edge."""
    return (
        f'<div style="{TEXT} border-left: 4px solid {COLORS[kind]}; padding: 6px 12px; margin: 4px 0; '
        f'max-width: 90ch; line-height: 1.5;">{body}</div>'
    )


def result_text(status: str, heading: str, message: str, printed: str) -> str:
    """Two lines: the verdict, the sentence; then what was printed."""
    heading = f"{heading}: " if heading else ""
    text = f"{SIGNS[status]} {heading}{status}\n{message}"
    return f"{text}\nYour code printed:\n{printed}" if printed else text


def result_html(status: str, heading: str, message: str, printed: str) -> str:
    """The same as a card."""
    heading = f"{html.escape(heading)}: " if heading else ""
    body = f"<strong>{SIGNS[status]} {heading}{status}</strong><br>{inline(message)}"
    if printed:
        body += f"<br>Your code printed:<pre>{html.escape(printed)}</pre>"
    return card(status, body)


@dataclass(frozen=True)
class Hint:
    """One hint, with its place in the row."""

    text: str
    number: int
    count: int

    @property
    def heading(self) -> str:
        """Which hint this is."""
        return f"Hint {self.number} of {self.count}" if self.count else "Hint"

    @property
    def after(self) -> str:
        """What comes next."""
        if not self.count:
            return ""
        return "Call .hint() again for the next one." if self.number < self.count else "Next: .solution()."

    def __repr__(self) -> str:
        return printable(f"{self.heading}: {self.text}" + (f"\n{self.after}" if self.after else ""))

    def _repr_html_(self) -> str:
        after = f"<br><small>{inline(self.after)}</small>" if self.after else ""
        return card("hint", f"<strong>{self.heading}</strong><br>{inline(self.text)}{after}")


@dataclass(frozen=True)
class Held:
    """In place of a solution that a teacher holds back: the sentence that says until when."""

    text: str

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_html_(self) -> str:
        return card("hint", inline(self.text))


@dataclass(frozen=True)
class Solution:
    """Source code with an explanation in Markdown. JupyterLab shows it highlighted, and scrolls what is too wide."""

    source: str
    explanation: str = ""

    def __repr__(self) -> str:
        return printable(self.source + (f"\n\n{self.explanation}" if self.explanation else ""))

    def _repr_markdown_(self) -> str:
        # JupyterLab breaks code in an output within words, unless what holds it is as wide as the longest line.
        wide = '<div style="overflow-x: auto"><div style="width: max-content; min-width: 100%">'
        code = f"{wide}\n\n```python\n{self.source}\n```\n\n</div></div>"
        return code + (f"\n\n{self.explanation}" if self.explanation else "")
