"""The drawing of an encoder and a decoder, the same in every chapter that has one.

    axes = plt.figure(figsize=(9.6, 3.9)).add_subplot()
    net = encoder_decoder(axes, "high", "low")                  # the state handed over once
    net = encoder_decoder(axes, "high", "low", context="every step")
    net = encoder_decoder(axes, "high", "low", context="all states", step=2)    # attention: what step 2 looks at
    net.encoder[1], net.decoder[1], net.inputs[1], net.outputs[1], net.context        # steps are counted from 1

The encoder is drawn on the left, the decoder on the right; below each state what it reads, above it what it says.
Distances are in steps of the drawing (see drawing.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from seqlearn.plots.drawing import ARROW_HEAD, Mark, arrow, blank, box, node, place_on_page
from seqlearn.plots.style import describe

CONTEXTS = ("once", "every step", "all states")
FEEDS = ("right answer", "own words")
COLUMN = 1.25  # from one step to the next
RADIUS = 0.34
BELOW, STATES, ABOVE = 0.0, 1.35, 2.75  # inputs, states, outputs


@dataclass
class EncoderDecoder:
    """What was drawn. Dicts are keyed by step, from 1; `inputs` are the decoder's, `read` the encoder's."""

    axes: Axes
    read: dict[int, Mark] = field(default_factory=dict)
    encoder: dict[int, Mark] = field(default_factory=dict)
    context: Mark | None = None
    inputs: dict[int, Mark] = field(default_factory=dict)
    decoder: dict[int, Mark] = field(default_factory=dict)
    outputs: dict[int, Mark] = field(default_factory=dict)
    handed_over: list[Mark] = field(default_factory=list)  # arrows into and out of the context
    fed_back: list[Mark] = field(default_factory=list)  # from an output to the next input


def encoder_decoder(axes: Axes, source: Sequence[str], target: Sequence[str], *, context: str = "once",
                    feeds: str = "right answer", step: int | None = None,
                    letters: Sequence[str] = ("h", "s", r"\bar{h}")) -> EncoderDecoder:
    """Draw a network that reads the tokens of `source` and writes those of `target`, and size the sheet.

    context: "once", the last state is the decoder's first; "every step", it goes into every step and readout as well;
    "all states", every state goes into the context of step `step`.
    feeds: "right answer", the decoder reads the target, one step late (teacher forcing); "own words", arrows lead from
    each output to the next input. letters: of the encoder's states, the decoder's states and the context.
    Raises ValueError for an unknown choice.
    """
    for name, value, allowed in (("context", context, CONTEXTS), ("feeds", feeds, FEEDS)):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    net = EncoderDecoder(axes)
    T, S = len(source), len(target) + 1
    middle = (T + 1) * COLUMN + 0.2  # where the context stands
    first = middle + COLUMN + (0.5 if context == "every step" else 0.25)
    _encoder(net, source, letters[0])
    height = ABOVE if context == "all states" else STATES
    net.context = node(axes, "state", (middle, height), f"${letters[2]}$", radius=0.4, fontsize=17)
    _decoder(net, target, first, letters[1], feeds)
    if context == "all states":
        for mark in net.encoder.values():
            net.handed_over.append(arrow(axes, mark, net.context, width=1.4))
        net.handed_over.append(arrow(axes, net.context, net.decoder[step or 1], width=2.2, bend=-0.12))
    else:
        net.handed_over.append(arrow(axes, net.encoder[T], net.context, width=2.2))
        net.handed_over.append(arrow(axes, net.context, net.decoder[1], width=2.2))
    if context == "every step":
        for s in range(1, S + 1):
            _peek(net, s, letters[2])
    end = net.decoder[S].center[0]
    box(axes, (0.38 * COLUMN, BELOW - 0.62), (T + 0.24) * COLUMN - 0.02, STATES - BELOW + 1.5, role="input",
        title="encoder reads", fill=0.06)
    left = first - (0.88 if context == "every step" else 0.62)
    box(axes, (left, BELOW - 0.62), end - left + 0.62, ABOVE - BELOW + 1.42, role="output", title="decoder writes",
        fill=0.06)
    blank(axes, end + 0.85 - 0.25, ABOVE - BELOW + 1.7, left=0.25, bottom=BELOW - 0.75)
    place_on_page(axes)
    return net


def drawing(source: Sequence[str] = "high", target: Sequence[str] = "low", *, context: str = "once",
            feeds: str = "right answer", figure: Figure | None = None, height: float = 4.1) -> Figure:
    """The drawing as a figure of its own, with words."""
    figure = figure or plt.figure(figsize=(9.6, height))
    net = encoder_decoder(figure.add_subplot(), source, target, context=context, feeds=feeds)
    letters, written = " ".join(source), " ".join(target)
    handed = {
        "once": "The last of these states is the context, h with a bar, and the context is the first state of the "
                "decoder.",
        "every step": "The last of these states is the context, h with a bar; it is the first state of the decoder, "
                      "and a copy of it goes into each of its steps and each of its readouts.",
        "all states": "Arrows from all of these states lead to the context, h with a bar, which goes into one step of "
                      "the decoder.",
    }[context]
    fed = ("the right answer, one step late" if feeds == "right answer" else "what it said one step before, along a "
           "dashed arrow from each output to the next input")
    return describe(figure, f"""On the left the encoder: {len(net.encoder)} states in a chain read {letters}. {handed}
        On the right the decoder: {len(net.decoder)} states in a chain read {fed}, beginning with start, and write
        {written} and end.""")


def _encoder(net: EncoderDecoder, source: Sequence[str], letter: str) -> None:
    for t, token in enumerate(source, start=1):
        x = t * COLUMN
        net.read[t] = _token(net.axes, "input", (x, BELOW), token)
        net.encoder[t] = node(net.axes, "state", (x, STATES), f"${letter}_{{{t}}}$", radius=RADIUS)
        arrow(net.axes, net.read[t], net.encoder[t])
        if t > 1:
            arrow(net.axes, net.encoder[t - 1], net.encoder[t])


def _decoder(net: EncoderDecoder, target: Sequence[str], first: float, letter: str, feeds: str) -> None:
    for s, (read, said) in enumerate(zip(["start", *target], [*target, "end"]), start=1):
        x = first + (s - 1) * COLUMN
        net.inputs[s] = _token(net.axes, "input", (x, BELOW), read)
        net.decoder[s] = node(net.axes, "state", (x, STATES), f"${letter}_{{{s}}}$", radius=RADIUS)
        net.outputs[s] = _token(net.axes, "output", (x, ABOVE), said)
        arrow(net.axes, net.inputs[s], net.decoder[s])
        arrow(net.axes, net.decoder[s], net.outputs[s])
        if s > 1:
            arrow(net.axes, net.decoder[s - 1], net.decoder[s])
            if feeds == "own words":
                net.fed_back.append(_back(net.axes, net.outputs[s - 1], net.inputs[s]))


def _back(axes: Axes, said: Mark, read: Mark) -> Mark:
    """A dashed way from an output, down between two columns, to the next input."""
    (x, top), (end, low) = said.center, read.center
    lane = (x + end) / 2
    path = Path([(x + RADIUS + 0.04, top), (lane, top), (lane, top - 0.35), (lane, low + 0.35), (lane, low),
                 (end - RADIUS, low)],
                [Path.MOVETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3])
    patch = FancyArrowPatch(path=path, linewidth=1.3, linestyle=(0, (4, 2)), zorder=2, shrinkA=0, shrinkB=2,
                            **ARROW_HEAD)
    axes.add_patch(patch)
    return Mark("ink", (lane, (top + low) / 2), patch).light()


def _peek(net: EncoderDecoder, s: int, letter: str) -> None:
    """A copy of the context at the lower left of a decoder's step, into its state and its readout."""
    x = net.decoder[s].center[0]
    copy = node(net.axes, "state", (x - 0.5, 0.66), f"${letter}$", radius=0.2, fontsize=12)
    net.handed_over += [arrow(net.axes, copy, net.decoder[s], width=1.2),
                        arrow(net.axes, copy, net.outputs[s], width=1.2, bend=-0.22)]


def _token(axes: Axes, kind: str, center: tuple[float, float], token: str) -> Mark:
    size = 15 if len(token) == 1 else 12 if len(token) < 4 else 10
    return node(axes, kind, center, token if token.strip() else "␣", radius=RADIUS + (0.03 if kind == "output" else 0),
                fontsize=size)
