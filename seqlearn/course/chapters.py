"""The list of the course: every chapter, in one place.

Whatever else lists chapters is made from it: the map in chapter 00, the table in the README, the learner's copies, the
tests' parameters. `python3 course.py new 18 name` adds a chapter here and makes its files.
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from textwrap import fill

PARTS = (
    "Set out",
    "Recurrence and gradients",
    "Gates",
    "Text",
    "Sequence to sequence, and attention",
    "Recurrence today",
)


@dataclass(frozen=True)
class Way:
    """A way through the course for those who have so much time: the chapters it reads, and what one has afterwards."""

    name: str
    chapters: tuple[str, ...]
    afterwards: str


@dataclass(frozen=True)
class Chapter:
    """One chapter and the files it names.

    `part` indexes `PARTS`; `needs` are the numbers of the chapters it builds on directly. `topic` names its figures and
    explorers, seqlearn/plots/topic.py and seqlearn/widgets/topic.py; `also` names the modules that are its own besides
    ("nn.lstm"), and tests whose name follows from no module ("tests.data.test_job_tasks"). `numpy` says that nothing
    before its cell tagged `parity` imports PyTorch. A chapter that is announced but not there yet has `written=False`.
    """

    number: str
    slug: str
    title: str
    promise: str
    minutes: int
    part: int
    needs: tuple[str, ...] = ()
    topic: str = ""
    also: tuple[str, ...] = ()
    numpy: bool = False
    written: bool = True

    @property
    def notebook(self) -> str:
        """File name of the notebook, such as ``00_start_here.ipynb``."""
        return f"{self.number}_{self.slug}.ipynb"

    @property
    def must_have(self) -> tuple[str, ...]:
        """The files that every chapter has, as paths from the course's folder."""
        topics = [f"{folder}/{name}{self.topic}.py" for folder, name in
                  (("seqlearn/plots", ""), ("seqlearn/widgets", ""), ("tests/widgets", "test_"))]
        return (f"notebooks/{self.notebook}", f"seqlearn/exercises/ch{self.number}.py",
                f"tests/exercises/test_ch{self.number}.py", *topics)

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are this chapter's own, as paths from the course's folder, sorted.

        Besides `must_have` and what `also` names, these are the tests of its modules (seqlearn/nn/lstm.py has
        tests/nn/test_lstm.py), tests/notebooks/test_chapter_NN_….py, and its long runs.
        """
        named = [f"{name.replace('.', '/')}.py" for name in self.also]
        found = {*self.must_have, *(name if name.startswith("tests/") else f"seqlearn/{name}" for name in named)}
        root = notebooks_folder().parent
        for name in list(found):
            room, _, module = name.removeprefix("seqlearn/").rpartition("/")
            test = f"tests/{room}/test_{module}"
            if name.startswith("seqlearn/") and (root / test).exists():
                found.add(test)
        for pattern in (f"tests/notebooks/test_chapter_{self.number}_*.py", f"notebooks/long_runs/{self.number}_*.*"):
            found |= {path.relative_to(root).as_posix() for path in root.glob(pattern)}
        return tuple(sorted(found))


CHAPTERS = (
    Chapter("00", "start_here", "Start here",
            "Play with five models that you will build yourself, and learn how this course works.", 45,
            part=0, topic="start", also=("widgets.trailer",)),
    Chapter("01", "sequences", "Sequences: why order matters",
            "See two sentences that a bag of words cannot tell apart, and a state that can.", 75,
            part=1, needs=("00",), topic="order", numpy=True, also=("exercises.headlines",)),
    Chapter("02", "the_recurrent_network", "The recurrent network",
            "Watch a network learn to write, then build its loop: unroll it, stack it, turn it round.", 90,
            part=1, needs=("01",), topic="rnn", numpy=True,
            also=("nn.rnn", "nn.stacked", "nn.bidirectional", "plots.unrolling")),
    Chapter("03", "gradients_you_can_trust", "Gradients you can trust",
            "Walk a gradient back through a network, check it by finite differences, and see how a check can lie.", 90,
            part=1, needs=("00",), topic="directions", numpy=True,
            also=("nn.gradient_check", "plots.differences", "plots.graph", "widgets.differences", "exercises.suspects",
                  "exercises.backward_pass")),
    Chapter("04", "backpropagation_through_time", "Backpropagation through time",
            "Derive the gradient of a recurrent network by hand, cut it short, and measure what the cut costs.", 100,
            part=1, needs=("02", "03"), topic="bptt", numpy=True, also=("nn.recurrent",)),
    Chapter("05", "exploding_and_vanishing_gradients", "Exploding and vanishing gradients",
            "Drag the spectral radius past 1 and watch the gradient leave the page; then hold it back.", 90,
            part=1, needs=("04",), topic="exploding", numpy=True, also=("nn.optimizers", "plots.gradient_flow")),
    Chapter("06", "lstm_by_hand", "LSTM by hand",
            "Build the cell and its backward pass, then catch the bug that a widely copied check let through.", 130,
            part=2, needs=("05",), topic="lstm", numpy=True,
            also=("nn.lstm", "plots.conveyor", "plots.lstm_cell", "plots.opened", "exercises.flawed_lstm",
                  "exercises.held_memory")),
    Chapter("07", "lstm_in_pytorch", "LSTM in PyTorch",
            "Teach a cell of your own to count ones, find out what it learned instead, and keep the training loop.",
            100, part=2, needs=("06",), topic="counting",
            also=("models.lstm", "training.loop", "training.checkpoint", "training.weights", "plots.counter")),
    Chapter("08", "gru", "GRU",
            "Fewer gates, two versions of the reset, and a fair race over long gaps.", 90,
            part=2, needs=("07",), topic="gru", numpy=True,
            also=("nn.gru", "plots.gru_cell", "plots.hold", "exercises.gru_module")),
    Chapter("09", "language_models", "Language models",
            "Predict the next character, measure the surprise, and sample new text.", 90,
            part=3, needs=("08",), topic="language_models",
            also=("data.corpus", "models.language_model", "decoding.sampling", "plots.next_character",
                  "tests.models.test_tiny_shakespeare", "tests.models.test_own_text")),
    Chapter("10", "text_classification", "Text classification",
            "Judge reviews where order and negation decide, with padding that leaks nowhere.", 90,
            part=3, needs=("07",), topic="text_classification",
            also=("data.reviews", "data.imdb", "data.words", "data.glove", "models.classifier", "models.word_vectors",
                  "plots.word_by_word")),
    Chapter("11", "sequence_to_sequence", "Sequence to sequence",
            "Let one network read and another write, and get from one sum in ten to nearly all.", 90,
            part=4, needs=("09",), topic="seq2seq",
            also=("data.addition", "data.word_pairs", "models.seq2seq", "decoding.seq2seq", "decoding.beam",
                  "plots.encoder_decoder", "plots.beam_tree", "exercises.reading_and_writing")),
    Chapter("12", "one_model_seven_jobs", "One model, seven jobs",
            "Speech, translation, dialogue, parsing: the same model class on seven small tasks.", 75,
            part=4, needs=("11",), topic="seven_jobs",
            also=("data.dialogue", "data.facts", "data.one_question", "data.signs", "data.speech", "data.tones",
                  "data.trees", "exercises.german_names", "exercises.speaking", "models.ctc", "models.jobs",
                  "plots.job_board", "tests.data.test_job_tasks", "tests.data.test_signs_and_questions")),
    Chapter("13", "attention", "Attention",
            "Open the bottleneck: score, weigh and sum, and read the alignment off a heat map.", 150,
            part=4, needs=("11",), topic="attention",
            also=("data.dates", "nn.attention", "models.attention", "plots.attention_step", "plots.date_reader",
                  "plots.looking", "exercises.looking_back")),
    Chapter("14", "self_attention", "Self-attention",
            "Let every position look at every other, and see what recurrence cost.", 110,
            part=4, needs=("13",), topic="self_attention",
            also=("nn.self_attention", "models.self_attention", "plots.head_map", "plots.query_key_value",
                  "plots.blocks", "exercises.causal_writer")),
    Chapter("15", "translation", "Translation, for real",
            "Train German to English on a laptop and score it the way papers do.", 90,
            part=4, needs=("13",), topic="translation",
            also=("data.number_names", "data.sentences", "data.subwords", "data.multi30k", "data.tatoeba",
                  "models.translator", "models.transformer", "plots.translation_board", "exercises.pieces")),
    Chapter("16", "forecasting", "Forecasting",
            "Forecast the sea, the air and the sun, and find out where a straight line beats your network.", 90,
            part=5, needs=("08", "11"), topic="forecasting",
            also=("data.series", "models.autoregression", "models.forecaster", "plots.fan")),
    Chapter("17", "recurrence_returns", "Recurrence returns",
            "Take the matrix and the tanh off the state's way, read a thousand steps in ten rounds, and see what a "
            "state of fixed size cannot hold.", 95,
            part=5, needs=("05", "08", "14"), topic="recurrence",
            also=("nn.linear_recurrence", "nn.min_gru", "models.linear_recurrence", "models.mixers", "data.recall",
                  "plots.eigenvalue")),
)

WAYS = (
    Way("an evening", ("00", "02"), "You have trained a recurrent network that writes, and built its loop."),
    Way("a weekend", ("00", "01", "02", "03", "04", "05", "06"),
        "You can derive the gradient of an RNN and of an LSTM, and check it."),
    Way("a term", tuple(entry.number for entry in CHAPTERS),
        "You have built a translator with attention, and know what recurrence is good for today."),
)


def chapter(number: str) -> Chapter:
    """The chapter of that number, "05"; KeyError when the course has none."""
    found = {entry.number: entry for entry in CHAPTERS}
    if number not in found:
        raise KeyError(f"number must be one of {', '.join(found)}, got {number!r}")
    return found[number]


def notebooks_folder() -> Path:
    """The folder of notebooks beside the package, in a checkout of the course; without one, where pip has put them."""
    beside = Path(__file__).resolve().parents[2] / "notebooks"
    if not beside.is_dir():
        with suppress(metadata.PackageNotFoundError):
            for file in metadata.files("seqlearn") or ():
                if file.name == CHAPTERS[0].notebook:
                    return Path(file.locate()).resolve().parent
    return beside


def stored(folder: Path | None = None) -> list[Path]:
    """The notebooks of the written chapters that lie in `folder` (the course's own by default), in order.

    Other notebooks there, such as the `05_…-Copy1.ipynb` that JupyterLab makes, are not the course's.
    """
    folder = notebooks_folder() if folder is None else folder
    return [path for entry in CHAPTERS if entry.written and (path := folder / entry.notebook).is_file()]


def read_notebook(path: Path) -> dict:
    """A notebook file as a dict. Raises ValueError, naming the file, when it is none: after a merge, for instance."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        notebook = json.loads(text)
        if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
            return notebook
        reason = "it has no cells"
    except ValueError as error:
        reason = str(error)
    marker = re.search(r"^(<{7}|={7}|>{7})( .*)?$", text, flags=re.MULTILINE)
    if marker is None:
        raise ValueError(f"{path} is not a notebook: {reason}. Fetch the file again.")
    line = text.count("\n", 0, marker.start()) + 1
    raise ValueError(f"{path} is not a notebook since a merge left its markers in it (line {line}: {marker[0]}). "
                     f"`git checkout HEAD -- {path.name}`, typed in its folder, brings back the committed version.")


def table(folder: str = "") -> str:
    """The map as a Markdown table; links point into ``folder`` ("notebooks/" for the README)."""
    lines = ["| | chapter | what you get | time |", "|:--|:--|:--|:--|"]
    for index, part in enumerate(PARTS):
        if index:
            lines.append(f"| | ***{part}*** | | |")
        for entry in CHAPTERS:
            if entry.part == index:
                title = f"[{entry.title}]({folder}{entry.notebook})" if entry.written else f"{entry.title} · *coming*"
                lines.append(f"| {entry.number} | {title} | {entry.promise} | {entry.minutes}&nbsp;min |")
    return "\n".join(lines)


def minutes(numbers: tuple[str, ...] | None = None) -> int:
    """How long it takes to read, run and play through these chapters, or through all that are written."""
    return sum(entry.minutes for entry in CHAPTERS if entry.written and (numbers is None or entry.number in numbers))


def hours(of_minutes: int) -> str:
    """130 → "2 h 10 min". The blanks do not break."""
    whole, rest = divmod(of_minutes, 60)
    return f"{whole}&nbsp;h" + (f"&nbsp;{rest}&nbsp;min" if rest else "")


def ways() -> str:
    """The ways through the course as a Markdown table, with the time that their chapters say."""
    lines = ["| you have | read | to read, run and play | with every exercise, about | afterwards |",
             "|:--|:--|:--|:--|:--|"]
    for way in WAYS:
        first, last = way.chapters[0], way.chapters[-1]
        numbers = [entry.number for entry in CHAPTERS]
        in_a_row = way.chapters == tuple(numbers[numbers.index(first):numbers.index(last) + 1])
        named = f"{first} to {last}" if in_a_row else ", ".join(way.chapters)
        time = minutes(way.chapters)
        in_all = f"{round(6 * time / 60) / 2:g}&nbsp;h"  # exercises take about twice as long; to half an hour
        lines.append(f"| {way.name} | {named} | {hours(time)} | {in_all} | {way.afterwards} |")
    return "\n".join(lines)


def standing(chapters: tuple[Chapter, ...] = CHAPTERS) -> str:
    """Which chapters can be opened now and which are still to come, in lines that fit on the page."""
    here = [entry.number for entry in chapters if entry.written]
    coming = [entry.number for entry in chapters if not entry.written]
    text = f"You can open {len(here)} of {len(chapters)} chapters now: {', '.join(here)}."
    return fill(text + (f" Coming: {', '.join(coming)}." if coming else ""), 98)
