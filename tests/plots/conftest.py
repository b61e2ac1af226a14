"""What all tests of figures share: nothing stays open, and text that can be read."""

import matplotlib.pyplot as plt
import pytest

from seqlearn import plots


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")
    plots.use_style("light")


@pytest.fixture
def check_readable():
    """A function that draws a figure and asserts that it has words, and text of a size and at a place to be read."""

    def check(figure, words):
        assert len(plots.alternative_text(figure).split()) > words
        figure.canvas.draw()
        for axes in figure.axes:  # tick labels beyond the limits exist, too, but are not drawn
            titles = [child for child in axes.get_children() if isinstance(child, plt.Text)]  # of all three places
            for text in {*axes.texts, axes.xaxis.label, axes.yaxis.label, *titles}:
                if not text.get_visible() or not text.get_text().strip():
                    continue
                box = text.get_window_extent()
                assert text.get_fontsize() >= 10, text.get_text()
                assert -1 <= box.x0 and box.x1 <= figure.bbox.x1 + 1, text.get_text()
                assert -1 <= box.y0 and box.y1 <= figure.bbox.y1 + 1, text.get_text()

    return check
