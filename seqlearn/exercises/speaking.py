"""Two exercises of chapter 12 on reading and writing sounds: what a CTC network said, and a voice that stops."""

from itertools import groupby

import numpy as np

from seqlearn.grading import Exercise, Mistake

BLANK = "–"

# 12.5 What CTC said -----------------------------------------------------------------------------------------------


def ctc_reading_reference(symbols):
    """The text that a CTC network has said. symbols: one for each frame, a letter or the blank "–".

    A letter that is said at several frames in a row counts once, and blanks count nothing. A letter comes twice when a
    blank stands between. Returns a str.
    """
    text, before = "", BLANK
    for symbol in symbols:
        if symbol != before and symbol != BLANK:
            text += symbol
        before = symbol
    return text


def _said(rng):
    """Fixed readings, and some drawn: letters that last, letters that come twice, blanks at the ends or none."""
    fixed = ["mm–ii–nnn–aa", "minaa", "––t–tt–oo–", "oottoo", "o–t–t–o", "a–a–aa", "–––", "m", "mmmm", "ll–lama–aa",
             "k–o–m–i–t–t–e–e", "so–o–n", "–e", "e–", "ab–a–b", "noon", "no–on"]
    drawn = ["".join(rng.choice(list("aemnt––"), size).repeat(rng.integers(1, 4, size)).tolist())
             for size in (6, 9, 12, 15)]
    return [(list(text),) for text in fixed + drawn]


ctc_reading = Exercise(
    id="12.5",
    title="What CTC said",
    stars=2,
    reference=ctc_reading_reference,
    cases=_said,
    mistakes=[
        Mistake("blanks dropped first", {"before = symbol": "before = symbol if symbol != BLANK else before"},
                "You drop the blanks before you merge, so double letters are lost: “t–t” is tt. Compare each frame "
                "with the frame before it, blanks included."),
        Mistake("nothing merged", {"symbol != before and ": ""},
                "A letter that lasts several frames is written several times: “tt” is one t. Leave a letter out when "
                "the frame before says the same."),
        Mistake("blanks kept", [{" and symbol != BLANK": ""},
                                lambda symbols: "".join(symbol for symbol, _ in groupby(symbols))],
                "The blanks are still in the text. They say “nothing new” and are dropped after merging. "
                "(The blank is “–”, a dash, not the hyphen “-”.)"),
        Mistake("each letter once", {"symbol != before and": "symbol not in text and"},
                "You write each letter once in the whole word: noon becomes no. Only neighbouring frames are merged."),
        Mistake("only behind a blank", {"symbol != before and": "before == BLANK and"},
                "You write a letter when a blank stands before it. Letters may follow each other at once: “mi” is mi."),
        Mistake("each letter once between blanks",
                lambda symbols: "".join("".join(dict.fromkeys(part)) for part in "".join(symbols).split(BLANK)),
                "You write each letter once between two blanks. A letter may come back without a blank when another "
                "one stands between: “oto” is oto."),
        Mistake("the first frame compared with the last",
                lambda symbols: "".join(symbol for n, symbol in enumerate(symbols)
                                        if symbol not in (symbols[n - 1], BLANK)),
                "symbols[n - 1] is the last frame when n is 0, so when first and last frame hold the same letter, the "
                "word loses its first one. Nothing comes before the first frame."),
        Mistake("the first frame left out",
                lambda symbols: "".join(after for before, after in zip(symbols, symbols[1:], strict=False)
                                        if after not in (before, BLANK)),
                "A letter at the first frame is lost. Nothing comes before it, so it is always new."),
        Mistake("short letters dropped",
                lambda symbols: "".join(a for n, a in enumerate(symbols) if a != BLANK
                                        and symbols[n + 1 : n + 2] == [a] and (n == 0 or symbols[n - 1] != a)),
                "You leave out letters that last a single frame. In CTC one frame is enough."),
        Mistake("only before a blank",
                lambda symbols: "".join(a for n, a in enumerate(symbols) if a != BLANK
                                        and symbols[n + 1 : n + 2] == [BLANK]),
                "You write a letter when a blank follows it. Letters may follow each other at once, and the last one "
                "may end the word: “mi” is mi."),
        Mistake("the last letter lost",
                lambda symbols: "".join(a for a, b in zip(symbols, symbols[1:], strict=False)
                                        if a != b and a != BLANK),
                "You compare each frame with the next one, so a letter at the last frame is lost."),
    ],
    hints=[
        "Go from frame to frame and remember what the frame before said.",
        "Write a symbol when it differs from the one before and is not the blank.",
        "Remember blanks as well: they are what makes “t–t” two letters.",
    ],
    explanation="The network has to say a blank between two equal letters, and CTC's loss teaches it to.",
)

# 12.6 A voice that knows when to stop -----------------------------------------------------------------------------


def voice_reference(step, most_steps):
    """The frames (S, 8) that a decoder writes, the one that ends the sound included; at most most_steps of them.

    step(frame, state) -> (outputs (9,), state). frame (9,) is what was written last: its eight numbers, and 0, as the
    sound has not ended. At first it is nine zeros, and state is None. outputs: the next eight numbers, and a logit; the
    sound ends with this frame when the probability of that, its sigmoid, is above one half.
    """
    frame, state, frames = np.zeros(9), None, []
    for _ in range(most_steps):
        outputs, state = step(frame, state)
        frames.append(outputs[:8])
        if outputs[8] > 0:
            break
        frame = np.append(outputs[:8], 0)
    return np.array(frames)


class _Speaker:
    """A small decoder with a state; its stop flag swings around 0 before it rises for good."""

    def __init__(self, rng):
        self.W_x, self.W_h = 0.7 * rng.standard_normal((9, 6)), 0.7 * rng.standard_normal((6, 6))
        self.W_y, self.b = rng.standard_normal((6, 9)), rng.standard_normal(6)
        self.start = rng.standard_normal(6)  # what it begins from without a state, as ours from the encoder's

    def step(self, frame, state):
        h = np.tanh(np.asarray(frame) @ self.W_x + (self.start if state is None else state) @ self.W_h + self.b)
        return h @ self.W_y, h


def _speakers(rng):
    """Sounds that end after some frames, one that is cut and one of a single frame; in some the last flag is low."""
    cases, cut, short = [], 0, 0
    while len(cases) < 7:
        step = _Speaker(rng).step
        frames = voice_reference(step, 12)
        flags, frame, state = [], np.zeros(9), None
        for _ in range(len(frames)):
            outputs, state = step(frame, state)
            frame, flags = np.append(outputs[:8], 0), [*flags, outputs[8]]
        if 3 <= len(frames) < 12 and 0 < flags[-1] < (0.5 if len(cases) % 2 else 9) and min(flags) < -0.5:
            cases.append((step, 12))
        elif len(frames) == 12 and cut == 0:
            cut = 1
            cases.append((step, 4))
        elif len(frames) == 1 and short == 0 and cases:
            short = 1
            cases.append((step, 12))
    return cases


def _one_array(step, most_steps):
    """Its frames are all one array, written over at each step."""
    frame, state, frames = np.zeros(9), None, []
    for _ in range(most_steps):
        outputs, state = step(frame, state)
        frame[:8] = outputs[:8]
        frames.append(frame[:8])
        if outputs[8] > 0:
            break
    return np.array(frames)


def _calls(answer, rng):
    """No step after the end."""
    step, most_steps = _speakers(rng)[0]
    calls = []

    def counted(frame, state):
        calls.append(np.shape(frame))
        return step(frame, state)

    frames = answer(counted, most_steps)
    if len(calls) > len(frames):
        return f"{len(frames)} frames are written with {len(calls)} calls of step. Stop as soon as the flag says so."
    return None


FEED = "frame = np.append(outputs[:8], 0)"

voice = Exercise(
    id="12.6",
    title="Build it: a voice that knows when to stop",
    stars=3,
    reference=voice_reference,
    cases=_speakers,
    extra=_calls,
    mistakes=[
        Mistake("the last frame left out",
                {"        frames.append(outputs[:8])\n        if outputs[8] > 0:\n            break":
                    "        if outputs[8] > 0:\n            break\n        frames.append(outputs[:8])"},
                "The frame with the flag belongs to the sound: it is its last one. Keep it, then stop."),
        Mistake("its own frames not read", {FEED: "pass"},
                "Every step reads nine zeros. The decoder has to read what it wrote last, as in training it read the "
                "frame before."),
        Mistake("the state is lost", [{"step(frame, state)": "step(frame, None)"},
                                      {"outputs, state = step(": "outputs, _ = step("}],
                "Every step begins without a state. Hand on the state that step returned."),
        Mistake("the logit taken for a probability", [{"outputs[8] > 0": "outputs[8] > 0.5"},
                                                      {"outputs[8] > 0": "outputs[8] > 1"}],
                "The ninth number is a logit. A probability of one half is a logit of 0."),
        Mistake("the logit is read", {FEED: "frame = outputs"},
                "You hand the logit on. In training the ninth number that the decoder read was 0 as long as the sound "
                "went on."),
        Mistake("the probability is read",
                {FEED: "frame = np.append(outputs[:8], 1 / (1 + np.exp(-outputs[8])))"},
                "You hand on the probability of the end. In training the ninth number that the decoder read was 0 as "
                "long as the sound went on."),
        Mistake("a 1 is read", {FEED: "frame = np.append(outputs[:8], 1)"},
                "The ninth number that you hand on says that the sound has ended. It goes on: 0."),
        Mistake("the flag returned with the frames", {"frames.append(outputs[:8])": "frames.append(outputs)"},
                "Nine numbers a frame: the flag is no part of the sound. Return the first eight."),
        Mistake("never stops", {"if outputs[8] > 0:": "if False:"},
                "You go on to most_steps, whatever the flag says. Is it looked at, and before a 0 is written over it?"),
        Mistake("a state made up", {"np.zeros(9), None, []": "np.zeros(9), np.zeros(6), []"},
                "You begin with a state of your own. Begin with None: the decoder then starts from what was read."),
        Mistake("not nine numbers handed on", [{FEED: "frame = outputs[:8]"}, {FEED: "frame = np.append(outputs, 0)"}],
                "You do not hand on nine numbers. step reads nine: the frame's eight, and a 0, as the sound has not "
                "ended."),
        Mistake("one array written over", _one_array,
                "All your frames are the same array, written over at each step, so they all end as the last one. "
                "Append a copy."),
        Mistake("stops where it should go on", {"outputs[8] > 0": "outputs[8] < 0"},
                "You stop where the flag says that the sound goes on. A logit above 0 means: it ends here."),
        Mistake("one frame too many",
                {"        outputs, state = step(frame, state)\n        frames.append(outputs[:8])\n        "
                 "if outputs[8] > 0:\n            break": "        over = bool(frames) and outputs[8] > 0\n        "
                 "outputs, state = step(frame, state)\n        frames.append(outputs[:8])\n        if over:\n"
                 "            break"},
                "You stop one frame late. The frame whose flag is up is the last."),
    ],
    hints=[
        "A loop of at most most_steps rounds, with a frame, a state and a list.",
        "In each round: call step, keep the first eight numbers, and leave the loop when the ninth is above 0.",
        "What the next round reads is np.append(outputs[:8], 0), and the state that step returned.",
    ],
    explanation="`seqlearn.models.jobs.speak` does this for a whole batch. It is chapter 11's greedy loop, with frames "
                "in place of symbols and a flag in place of <end>.",
)
