"""The built-in corpus: text to train a language model on, written for this course and shipped with it.

    course_corpus()                        # 244,332 characters, 78 different ones
    course_corpus("scenes")                # only the generated dialogue
    vocabulary = Vocabulary(text); vocabulary.encode("a day"); vocabulary.decode(indices)
    offset_batches(indices, rows=32, k=32) # blocks of (inputs, targets) for truncated BPTT

`corpus.txt` holds two kinds of text in turn. The *prose* is that of chapters 00 to 05, their quizzes and the messages
of their exercises as they stood when the file was frozen: the sentences that `plain_words` finds readable without code
or formulas. The *scenes* are dialogue from the grammar below, which asks for a memory: who speaks, where, with what
and in which weather is said once, in the heading, and holds for the next five hundred characters. `scene(number)`
makes each of them again.
"""

import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

NAMES = ("Ada", "Bruno", "Clara", "David", "Emil", "Frida", "Gustav", "Hanna", "Ivo", "Jonas", "Katrin", "Luisa",
         "Marta", "Nils", "Olga", "Peter")
PLACES = ("harbour", "market", "lighthouse", "station", "bakery", "orchard", "library", "bridge", "windmill", "school",
          "island", "workshop")
THINGS = ("lantern", "umbrella", "violin", "basket", "compass", "kettle", "ladder", "mirror", "blanket", "clock",
          "hammer", "suitcase", "telescope", "bucket", "map", "candle")
WEATHERS = ("rain", "wind", "snow", "fog", "sunshine", "frost")

OPENINGS = (
    "{b}, I have brought the {thing}.",
    "Look, {b}, here is the {thing}.",
    "Good morning, {b}. I was afraid to lose the {thing}.",
    "{b}, will you hold the {thing} for a while?",
)
TURNS = (
    "What would the {place} be without the {thing}, {other}?",
    "In this {weather} nobody comes to the {place}, {other}.",
    "The {thing} was a gift, {other}, and I shall keep it.",
    "Do you remember the {weather} of last year, {other}? I had no {thing} then.",
    "My father left his {thing} at the {place} once, {other}.",
    "Careful, {other}, the {thing} is old.",
    "I never liked the {place}, but I like the {weather}.",
    "Give the {thing} to me, {other}, before the {weather} ruins it.",
    "We have walked to the {place} for nothing, {other}.",
    "You talk about the {thing} all day, {other}.",
    "As long as there is {weather}, I stay at the {place}.",
    "Quiet, {other}. I hear somebody at the {place}.",
    "Nobody can mend the {thing} in such {weather}.",
    "Take the {thing} and follow me, {other}.",
    "The {place} looks small today.",
    "You are right, {other}, the {weather} will not last.",
)
CLOSINGS = (
    "So {a} and {b} left the {place}, and took the {thing} along.",
    "The {weather} grew stronger. {a} and {b} hid the {thing} at the {place}.",
    "Then {a} gave the {thing} to {b}, and the {place} was empty again.",
)


def scene(number: int) -> str:
    """The scene of that number, 1 or larger: a heading, six to nine lines of two speakers in turn, and an ending.

    The two names, the place, the thing and the weather stand in the heading. Whatever comes later agrees with it, and
    the speakers take turns: to a reader who remembers, which line comes is a surprise, and no name or noun in it.
    """
    rng = np.random.default_rng((9, number))
    a, b = rng.choice(NAMES, 2, replace=False)
    place, thing, weather = rng.choice(PLACES), rng.choice(THINGS), rng.choice(WEATHERS)
    facts = {"a": a, "b": b, "place": place, "thing": thing, "weather": weather}
    a_thing = f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"
    lines = [f"Scene {number}. {a} and {b} at the {place}, with {a_thing}, in the {weather}.", ""]
    lines.append(f"{a.upper()}: {rng.choice(OPENINGS).format(**facts)}")
    for turn, choice in enumerate(rng.choice(len(TURNS), rng.integers(5, 9), replace=False)):
        speaker, other = (b, a) if turn % 2 == 0 else (a, b)
        lines.append(f"{speaker.upper()}: {TURNS[choice].format(other=other, **facts)}")
    lines += ["", rng.choice(CLOSINGS).format(**facts), ""]
    return "\n".join(lines) + "\n"


def surprise_of_scene(text: str) -> float:
    """What a scene costs a reader who knows the grammar by heart, in nats: −log of the scene's probability.

    All choices are equally likely, so the logarithms of how many there are add up. The number of the scene is known.
    """
    lines = len(re.findall(r"^[A-Z]+: ", text, flags=re.MULTILINE))
    choices = [len(NAMES), len(NAMES) - 1, len(PLACES), len(THINGS), len(WEATHERS), len(OPENINGS), len(CLOSINGS)]
    choices.append(4)  # 5, 6, 7 or 8 turns
    choices += [len(TURNS) - turn for turn in range(lines - 1)]  # the opening is no turn, and no turn comes twice
    return float(np.log(choices).sum())


def later_nouns(text: str, kind: str) -> list[tuple[int, int]]:
    """Where the words of a kind stand in scenes, the headings left out: the first character and the one after the last.

    kind: "place", "thing" or "weather".
    """
    words = {"place": PLACES, "thing": THINGS, "weather": WEATHERS}[kind]
    found = re.finditer(rf"\b({'|'.join(words)})\b", text)
    in_lines = [(text.rfind("\n", 0, match.start()) + 1, match.span()) for match in found]
    return [span for line, span in in_lines if not text.startswith("Scene ", line)]


@cache
def course_corpus(part: str = "all") -> str:
    """The corpus as one text: "all" of it as it stands in the file, or only its "prose", or only its "scenes".

    About a thousand characters of prose and five or six scenes follow each other in turn, so that any tenth of the
    text holds both. Raises ValueError for another part.
    """
    if part not in ("all", "prose", "scenes"):
        raise ValueError(f"part must be all, prose or scenes, got {part!r}")
    text = Path(__file__).with_name("corpus.txt").read_text(encoding="utf-8")
    if part == "all":
        return text
    # A scene runs from its heading to the first empty line after its ending: heading, lines, ending.
    pieces = re.split(r"(^Scene \d+\. .+\n\n(?:[A-Z]+: .+\n)+\n.+\n\n)", text, flags=re.MULTILINE)
    return "".join(pieces[1::2] if part == "scenes" else pieces[0::2])


class Vocabulary:
    """The characters of a text, sorted, and the number of each. `characters` is a string; `len()` is V."""

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("text must hold at least one character, got ''")
        self.characters = "".join(sorted(set(text)))
        self._number = {character: number for number, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def __contains__(self, character: str) -> bool:
        return character in self._number

    def encode(self, text: str) -> np.ndarray:
        """Text of S characters -> integers (S,). Raises ValueError for a character that is not in the vocabulary."""
        unknown = sorted(set(text) - set(self._number))
        if unknown:
            raise ValueError(f"text must hold only known characters, got {''.join(unknown[:5])!r}")
        return np.array([self._number[character] for character in text], dtype=np.int64)

    def decode(self, indices: np.ndarray) -> str:
        """Integers (S,) -> text of S characters."""
        return "".join(self.characters[index] for index in np.asarray(indices).ravel())


def offset_batches(indices: np.ndarray, rows: int, k: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of inputs and targets (k, rows) in order: row n reads a stretch of its own, from n · ((S − 1) // rows) on.

    Targets are the inputs one character later, also across the end of a block. What fills no row or no block of k is
    left out. Raises ValueError when there is not one block.
    """
    indices = np.asarray(indices)
    size = (len(indices) - 1) // rows
    if size < k:
        raise ValueError(f"indices must be at least rows · k + 1 = {rows * k + 1} long, got {len(indices)}")
    inputs = indices[:rows * size].reshape(rows, size).T
    targets = indices[1:rows * size + 1].reshape(rows, size).T
    for start in range(0, size - k + 1, k):
        yield inputs[start:start + k], targets[start:start + k]


def as_page(text: str, width: int) -> str:
    """The corpus set like a page: scene headings in brackets, what is said in quotation marks, lines of up to `width`.

    Raises ValueError for a width below 20, into which the longest words would not fit.
    """
    if width < 20:
        raise ValueError(f"width must be 20 or more, got {width}")
    text = re.sub(r"^(Scene \d+\..*)$", r"(\1)", text, flags=re.MULTILINE)
    text = re.sub(r"^([A-Z]+): (.*)$", r'\1: "\2"', text, flags=re.MULTILINE)
    return "\n\n".join(textwrap.fill(" ".join(part.split()), width) for part in text.split("\n\n")) + "\n"


def plain_words(markdown: str) -> str:
    """The sentences of a markdown text that need no code and no formula to be read, as plain ASCII paragraphs."""
    markdown = re.sub(r"```.*?```|\$\$.*?\$\$", "\n\n", markdown, flags=re.DOTALL)
    markdown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)  # links and images: their text
    markdown = re.sub(r"`([\w.()]+)`|\$([\w =<>,+-]+)\$", lambda found: found[1] or found[2], markdown)
    for old, new in (("–", "-"), ("—", "-"), ("−", "-"), ("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("…", "...")):
        markdown = markdown.replace(old, new)
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[#|]|[-*]\s|\d+\.\s))", markdown):
        if paragraph.lstrip().startswith(("|", "#", "<")):
            continue
        paragraph = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", paragraph)
        paragraph = " ".join(re.sub(r"\*+|\b_|_\b", "", paragraph).split())
        sentences = re.split(r"(?<=[.!?:])\s+", paragraph)
        if re.match(r"[a-z]{2,}[ ,]", sentences[0]):  # the items of a list may begin small
            sentences[0] = sentences[0][0].upper() + sentences[0][1:]
        keep = [sentence for sentence in sentences
                if re.fullmatch(r"[A-Z\"(][\w .,;:!?'\"()=+%/-]{10,}[.!?)\"]", sentence, flags=re.ASCII)]
        if keep:
            paragraphs.append(" ".join(keep))
    return "\n\n".join(paragraphs) + "\n\n"


def build_corpus(prose: str, scenes: int, section: int = 1000) -> str:
    """Weave prose (paragraphs) and the scenes 1 to `scenes` into one text, spread evenly."""
    sections, paragraphs = [""], prose.strip().split("\n\n")
    for paragraph in paragraphs:
        if len(sections[-1]) > section:
            sections.append("")
        sections[-1] += paragraph + "\n\n"
    ends = np.round(np.linspace(0, scenes, len(sections) + 1)).astype(int)
    return "".join(words + "".join(scene(number) for number in range(first + 1, last + 1))
                   for words, first, last in zip(sections, ends, ends[1:]))
