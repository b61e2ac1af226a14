"""The figures of chapter 02: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.plots import rnn, unrolling

RISING = np.linspace(-1, 1, 40).reshape(8, 5)
HELD = np.concatenate([RISING[:5], np.repeat(RISING[4:5], 3, axis=0)])
PULSES = np.array([0.0, 1, 0, 1, 0, -1, 0, 0])
FIGURES = {
    "loop and chain": lambda: rnn.loop_and_chain(),
    "cell": lambda: rnn.cell(),
    "counters": lambda: rnn.counters(np.ones(4), [1, 0.5], np.ones((2, 4)), np.ones((2, 9))),
    "latch": lambda: rnn.latch(PULSES, np.cumsum(PULSES), np.sign(np.cumsum(PULSES))),
    "loss by place": lambda: rnn.loss_by_place(np.array([[2.9, 1.5], [3.0, 2.4]]), ["1st", "later"]),
    "padding": lambda: rnn.padding([RISING, HELD], ["wrong", "right"], 5),
    "stacked": lambda: rnn.stacked(5, 3),
    "bidirectional": lambda: rnn.bidirectional(3),
    "turning": lambda: rnn.turning(["abcde", "fg···"], ["edcba", "···gf"], ["edcba", "gf···"]),
    "frames": lambda: unrolling.memory_frames(["one", "two"], [RISING, HELD], [np.linspace(1, 0.3, 7)] * 2),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_words_follow_the_data():
    words = plots.alternative_text(FIGURES["padding"]())
    assert "wrong: the columns change in the padding" in words and "right: they stand still" in words
    assert "one: 30%" in plots.alternative_text(FIGURES["frames"]())
    assert "later: 1.5 and 2.4" in plots.alternative_text(FIGURES["loss by place"]())
    assert "W = 0.5 ends at 1.0" in plots.alternative_text(FIGURES["counters"]())


def test_the_backward_chain_runs_from_right_to_left():
    figure = rnn.bidirectional(3)
    shown = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    first, last = (shown[f"$\\overleftarrow{{h}}_{{{t}}}$"] for t in (1, 3))
    assert shown["$\\overleftarrow{h}_{0}$"] > last > first > shown["$\\overrightarrow{h}_{0}$"]
