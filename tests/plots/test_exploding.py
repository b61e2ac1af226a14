"""The figures of chapter 05: they say what they show, and nothing in them is cut off or too small."""

import numpy as np
import pytest

from seqlearn import plots
from seqlearn.plots import exploding

SHEAR = np.array([[0.8, 1.2], [0.0, 0.6]])
TURN = np.array([[0.6, 0.8], [-0.8, 0.6]])
STEPS = np.arange(101)
FRAME = {"norms": 0.9 ** STEPS[::-1], "radius": 0.9, "s_max": 1.2, "title": "a title, ρ = 0.9"}
FIGURES = {
    "way back": lambda: exploding.way_back(),
    "ellipses": lambda: exploding.ellipses(SHEAR),
    "turns": lambda: exploding.turns([0.9 * TURN, 1.05 * TURN], 12),
    "key frames": lambda: exploding.key_frames([FRAME] * 6),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_the_words_give_the_largest_singular_value_of_each_power():
    words = plots.alternative_text(FIGURES["ellipses"]())
    for k in (1, 3, 10):
        assert f"after {k}, {np.linalg.norm(np.linalg.matrix_power(SHEAR, k), 2):.2f}" in words


def test_the_longest_arrow_ends_on_the_ellipse():
    axes = exploding.ellipses(SHEAR, powers=(0, 1)).axes[1]
    ellipse, arrow = axes.lines[1].get_xydata(), axes.texts[0].xy
    assert np.isclose(np.linalg.norm(arrow), np.linalg.norm(SHEAR, 2))
    assert np.linalg.norm(ellipse - arrow, axis=1).min() < 0.05


def test_turns_tell_inwards_from_outwards():
    words = plots.alternative_text(FIGURES["turns"]())
    assert "|λ| = 0.90 it spirals inwards" in words and "|λ| = 1.05 it spirals outwards" in words
    assert f"ends {0.9**12:.2f} from the middle" in words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_title_of_the_cliff_says_which_shade_is_high(theme):
    plots.use_style(theme)
    path = np.array([[0.5, -0.5, 0.1, 1.0], [0.6, -0.6, 0.2, 1.0]])
    loss = np.linspace(0, 3, 9).reshape(3, 3)
    axes = exploding.cliff(np.linspace(0, 1, 3), np.linspace(-1, 0, 3), loss, path, path).axes[0]
    low, *_, high = axes.collections[0].get_facecolor()[:, :3].sum(axis=1)
    assert ("light is high" in axes.get_title(loc="left")) == (high > low)
    assert ("dark is high" in axes.get_title(loc="left")) == (high < low)
