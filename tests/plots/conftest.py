"""What all tests of figures share: both themes, text that can be read, and nothing that stays open.

A file of a chapter lists its figures, and every one of them comes to its test `figure` in the light and the dark theme:

    FIGURES = {"ladder": lambda: seq2seq.ladder(...), ...}

    def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
        check_readable(figure)
"""

import matplotlib.pyplot as plt
import pytest

from seqlearn import plots
from seqlearn.plots.style import THEMES


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")
    plots.use_style("light")


def pytest_generate_tests(metafunc):
    if "figure" in metafunc.fixturenames:
        figures = metafunc.module.FIGURES
        cases = [pytest.param((figures[name], theme), id=f"{name}-{theme}") for name in figures for theme in THEMES]
        metafunc.parametrize("figure", cases, indirect=True)


@pytest.fixture
def figure(request):
    make, theme = request.param
    plots.use_style(theme)
    return make()


@pytest.fixture
def check_readable():
    """A function that draws a figure and asserts that it has words, and text of a size and at a place to be read."""

    def check(figure):
        assert len(plots.alternative_text(figure).split()) > 4 and figure.get_size_inches()[0] <= 9.6
        figure.canvas.draw()
        texts = list(figure.texts)
        for axes in figure.axes:  # tick labels beyond the limits exist, too, but are not drawn
            titles = [child for child in axes.get_children() if isinstance(child, plt.Text)]  # of all three places
            texts += {*axes.texts, axes.xaxis.label, axes.yaxis.label, *titles}
        for text in texts:
            if not text.get_visible() or not text.get_text().strip():
                continue
            box = text.get_window_extent()
            assert text.get_fontsize() >= 10, text.get_text()
            assert -1 <= box.x0 and box.x1 <= figure.bbox.x1 + 1, text.get_text()
            assert -1 <= box.y0 and box.y1 <= figure.bbox.y1 + 1, text.get_text()

    return check
