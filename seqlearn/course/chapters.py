"""The table of the course: every chapter, in one place.

The map in chapter 00, the table in the README and the tests that keep both honest read it. To add a chapter, put its
notebook in ``notebooks/`` and set ``written=True`` here; the tests then say what else must follow.
"""

from dataclasses import dataclass
from pathlib import Path

PARTS = (
    "Set out",
    "Recurrence and gradients",
    "Gates",
    "Text",
    "Sequence to sequence, and attention",
)


@dataclass(frozen=True)
class Chapter:
    """One chapter: ``needs`` are the numbers of the chapters it builds on directly; ``part`` indexes ``PARTS``."""

    number: str
    slug: str
    title: str
    promise: str
    minutes: int
    part: int
    needs: tuple[str, ...] = ()
    written: bool = False

    @property
    def notebook(self) -> str:
        """File name of the notebook, such as ``00_start_here.ipynb``."""
        return f"{self.number}_{self.slug}.ipynb"


CHAPTERS = (
    Chapter("00", "start_here", "Start here",
            "Get the machine ready and learn how this course works.", 40, 0, (), True),
    Chapter("01", "sequences", "Sequences: why order matters",
            "See two sentences that a bag of words cannot tell apart, and a state that can.", 60, 1, ("00",), True),
    Chapter("02", "the_recurrent_network", "The recurrent network",
            "Write the loop, unroll it, stack it, turn it round, and match PyTorch digit for digit.",
            75, 1, ("01",), True),
    Chapter("03", "gradients_you_can_trust", "Gradients you can trust",
            "Check any gradient by finite differences, and learn how a check can lie.",
            60, 1, ("00",), True),
    Chapter("04", "backpropagation_through_time", "Backpropagation through time",
            "Derive the gradient of a recurrent network by hand, cut it short, and measure what the cut costs.",
            90, 1, ("02", "03"), True),
    Chapter("05", "exploding_and_vanishing_gradients", "Exploding and vanishing gradients",
            "Drag the spectral radius past 1 and watch the gradient leave the page; then hold it back.",
            90, 1, ("04",), True),
    Chapter("06", "lstm_by_hand", "LSTM by hand",
            "Build the cell and its backward pass, then catch the bug that a widely copied check let through.",
            120, 2, ("05",), True),
    Chapter("07", "lstm_in_pytorch", "LSTM in PyTorch",
            "Teach a cell of your own to count to the last one, with a training loop worth reusing.",
            75, 2, ("06",), True),
    Chapter("08", "gru", "GRU",
            "Fewer gates, two versions of the reset, and a fair race over long gaps.", 75, 2, ("07",), True),
    Chapter("09", "language_models", "Language models",
            "Predict the next character, measure the surprise, and sample new text.", 90, 3, ("08",), True),
    Chapter("10", "text_classification", "Text classification",
            "Judge reviews where order and negation decide, with padding that leaks nowhere.", 90, 3, ("07",), True),
    Chapter("11", "sequence_to_sequence", "Sequence to sequence",
            "Let one network read and another write, and get from one sum in ten to nearly all.", 90, 4, ("09",), True),
    Chapter("12", "one_model_seven_jobs", "One model, seven jobs",
            "Speech, translation, dialogue, parsing: the same model class on seven small tasks.", 60, 4, ("11",), True),
    Chapter("13", "attention", "Attention",
            "Open the bottleneck: score, weigh and sum, and read the alignment off a heat map.", 120, 4, ("11",), True),
    Chapter("14", "self_attention", "Self-attention",
            "Let every position look at every other, and see what recurrence cost.", 90, 4, ("13",), True),
    Chapter("15", "translation", "Translation, for real",
            "Train German to English on a laptop and score it the way papers do.", 90, 4, ("13",), True),
)


def chapter(number: str) -> Chapter:
    """The chapter of that number, "05"; KeyError when the course has none."""
    found = {entry.number: entry for entry in CHAPTERS}
    if number not in found:
        raise KeyError(f"number must be one of {', '.join(found)}, got {number!r}")
    return found[number]


def notebooks_folder() -> Path:
    """The folder of notebooks beside the package, in a checkout of the course."""
    return Path(__file__).resolve().parents[2] / "notebooks"


def table(folder: str = "") -> str:
    """The map as a Markdown table; links point into ``folder`` ("notebooks/" for the README)."""
    lines = ["| | chapter | what you get | time |", "|:--|:--|:--|:--|"]
    for index, part in enumerate(PARTS):
        if index:
            lines.append(f"| | ***{part}*** | | |")
        for entry in CHAPTERS:
            if entry.part == index:
                title = f"[{entry.title}]({folder}{entry.notebook})" if entry.written else f"{entry.title} · *coming*"
                lines.append(f"| {entry.number} | {title} | {entry.promise} | {entry.minutes} min |")
    return "\n".join(lines)


def standing(chapters: tuple[Chapter, ...] = CHAPTERS) -> str:
    """One sentence: which chapters can be opened now and which are still to come."""
    here = [entry.number for entry in chapters if entry.written]
    coming = [entry.number for entry in chapters if not entry.written]
    text = f"You can open {len(here)} of {len(chapters)} chapters now: {', '.join(here)}."
    return text + (f" Coming: {', '.join(coming)}." if coming else "")
