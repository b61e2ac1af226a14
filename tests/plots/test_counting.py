"""Chapter 07's figures: the lines drawn beside what was measured."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np

from seqlearn.plots.counting import over_lengths


def test_the_line_of_a_count_that_stops_is_its_mean_error_over_all_sequences():
    figure = over_lengths([1, 2, 6], {"one": np.zeros((2, 3)), "other": np.zeros((2, 3))}, trained=2)
    line = next(line for line in figure.axes[1].lines if line.get_label() == "nothing above 2")
    expected = [np.mean([min(sum(bits), 2) - sum(bits) for bits in product((0, 1), repeat=length)])
                for length in range(1, 7)]
    np.testing.assert_array_equal(line.get_xdata(), range(1, 7))
    np.testing.assert_allclose(line.get_ydata(), expected)
    plt.close(figure)
