"""Chapter 03's computational graph, and why the way back takes W.T."""

import numpy as np
import pytest

from seqlearn.plots import graph
from seqlearn.plots.style import alternative_text


def test_the_graph_shows_every_number_and_says_it():
    figure = graph.chain(["m", "L"], ["×", "²"], np.array([1.5, 2.25]), np.array([3.0, 1.0]), ["", "3.00"],
                         {"x": (0, 2.0, 2.25), "w": (0, 0.75, 6.0)})
    shown = " ".join(text.get_text() for text in figure.axes[0].texts)
    for number in ("1.50", "2.25", "3.00", "1.00", "2.00", "0.75", "6.00"):
        assert number in shown
    assert "w = 0.75, gradient 6.00" in alternative_text(figure)
    assert "x = 2.00," not in alternative_text(figure), "the input's gradient is not what the drawing is about"


@pytest.mark.parametrize("weights, da, total", [([[0.5, -1.0], [2.0, 0.25], [-0.5, 1.5]], [0.4, -0.1], "0.30"),
                                                ([[1.0, 2.0], [3.0, 4.0]], [1.0, -1.0], "−1.00")])
def test_backward_a_unit_collects_its_row(weights, da, total):
    figure = graph.fan_out(np.array(weights), np.array(da))
    forward, back = ({text.get_text() for text in axes.texts} for axes in figure.axes)
    assert {graph._number(row[0]) for row in weights} <= forward
    assert {graph._number(weight) for weight in weights[0]} <= back
    assert any(total in text for text in back) and alternative_text(figure).endswith(f"= {total}.")
