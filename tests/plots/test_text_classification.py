"""The figures of chapter 10: they say what they show, and nothing in them is cut off or too small."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

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


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")
    plots.use_style("light")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_words_and_readable_text_within_the_page(name, theme):
    plots.use_style(theme)
    figure = FIGURES[name]()
    assert len(plots.alternative_text(figure).split()) > 7 and figure.get_size_inches()[0] == 9.6
    figure.canvas.draw()
    for axes in figure.axes:
        titles = [child for child in axes.get_children() if isinstance(child, plt.Text) and child not in axes.texts]
        for text in [*axes.texts, axes.xaxis.label, axes.yaxis.label, *titles]:
            if not text.get_visible() or not text.get_text().strip():
                continue
            box = text.get_window_extent()
            assert text.get_fontsize() >= 10, text.get_text()
            assert -1 <= box.x0 and box.x1 <= figure.bbox.x1 + 1, text.get_text()
            assert -1 <= box.y0 and box.y1 <= figure.bbox.y1 + 1, text.get_text()


def test_words_follow_the_data():
    assert "3, 3, 2, 1 rows at the steps" in plots.alternative_text(FIGURES["packed"]())
    assert "state wrong, padded: 50 to 100" in plots.alternative_text(FIGURES["padding"]())
    assert "two 89.0" in plots.alternative_text(FIGURES["accuracies"]())
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
