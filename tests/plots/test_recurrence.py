"""Chapter 17's figures: their words say what the arrays hold."""

import numpy as np

from seqlearn.plots import alternative_text, recurrence
from seqlearn.plots.eigenvalue import EigenvalueInTheDisc
from seqlearn.plots.picture import key_frame

ROWS = [{"length": T, "loop": T / 60, "scan": T / 600, "LSTM": T / 500, "fused attention": T**2 / 3e5}
        | ({"attention": T**2 / 5e4} if T < 8192 else {}) for T in (16, 64, 256, 1024, 4096, 8192)]
RUNS = {"attention 16": np.ones((5, 4))} | {
    f"{kind} {size}": np.linspace(0.9, 0.3, 20).reshape(4, 5).T for kind in ("linear attention", "LSTM", "minGRU")
    for size in (16, 64, 256)}
FIGURES = {
    "rounds": recurrence.rounds,
    "costs": lambda: recurrence.costs(ROWS, ROWS),
    "kernels": lambda: recurrence.kernels((0.5, 0.9, 0.98, 0.99), steps=120),
    "recall": lambda: recurrence.recall(RUNS, [2, 4, 8, 16], guess=1 / 8),
    "by place": lambda: recurrence.by_place({name: np.linspace(1.5, 0.3, 40).reshape(8, 5).T + shift for shift, name in
                                             enumerate(("rotary", "LSTM", "minGRU", "LRU"))}, part=32, trained=64),
    "eigenvalue": lambda: key_frame(EigenvalueInTheDisc, a=0.95 * np.exp(0.4j), x=np.ones(120),
                                    h=0.5 * np.ones(120) + 0j),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_the_rounds_are_counted():
    for steps, rounds in ((2, 1), (8, 3), (9, 4)):
        assert f"in {rounds} rounds" in alternative_text(recurrence.rounds(steps))


def test_recall_tells_first_and_last():
    words = alternative_text(recurrence.recall(RUNS, [2, 4, 8, 16], guess=1 / 8))
    assert "LSTM with 64 numbers falls from 0.84 to 0.36" in words, words
    assert "linear attention with 56 numbers falls" in words, words
