"""The figures of chapter 10: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.plots import text_classification as figures
from seqlearn.plots.word_by_word import drawable

CASES = {f"{place}, {how}": {"padded": [50, 99.9], "alone": [60, 100]}
         for place in ("state", "loss", "mean") for how in ("wrong", "right")}
TRACE = np.array([0.5, 0.9, 0.2, 0.1, 0.6])
FIGURES = {
    "pipeline": lambda: figures.pipeline(),
    "leaks": lambda: figures.three_leaks(),
    "packed": lambda: figures.packed_batch([["so", "dull"], ["not", "a", "bad", "film"], ["clever", "and", "warm"]]),
    "padding": lambda: figures.padding_accuracies(CASES),
    "traces": lambda: figures.traces([("one", list("abcde"), TRACE)] * 4),
    "long": lambda: figures.long_traces([("one", TRACE, {1: "great", 2: "dull"})] * 2),
    "accuracies": lambda: figures.accuracies([("one", [81.0], "muted"), ("two", [88.0, 90.0], "state")]),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_words_follow_the_data():
    assert "3, 3, 2, 1 rows at the steps" in plots.alternative_text(FIGURES["packed"]())
    assert "state wrong, padded: 50 to 100" in plots.alternative_text(FIGURES["padding"]())
    assert "one 81.0; two 88.0 to 90.0" in plots.alternative_text(FIGURES["accuracies"]())
    assert "marked words great, dull; ends at 0.60" in plots.alternative_text(FIGURES["long"]())


def test_packed_boxes_are_the_real_steps():
    """Each word stands three times: padded, sorted, packed; and the packed ones in the order of torch."""
    figure = FIGURES["packed"]()
    words = [text.get_text() for text in figure.axes[0].texts if text.get_text().isalpha()]
    assert words[-9:] == [text for text in words if words.count(text) == 3][-9:]
    packed = [text.get_text() for text in figure.axes[0].texts if text.get_fontsize() == 11][-9:]
    assert packed == ["not", "clever", "so", "a", "and", "dull", "bad", "warm", "film"]


def test_largest_moves_keep_apart():
    probabilities = np.repeat([0.5, 0.9, 0.1, 0.2], 12)
    probabilities[12] = 0.8  # two moves side by side: the larger one counts
    assert figures.largest_moves(probabilities, 3) == [12, 24, 36]
    assert figures.largest_moves(np.array([0.5]), 3) == [] and figures.largest_moves(np.array([0.9]), 3) == [0]


def test_signs_without_a_glyph_become_boxes():
    assert drawable("naïve") == "naïve" and drawable("好a") == "□a" and drawable("$x$") == r"\$x\$"
