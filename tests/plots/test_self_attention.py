"""The figures of chapter 14: they say what they show, and nothing in them is cut off or too small."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from seqlearn import plots
from seqlearn.plots import blocks
from seqlearn.plots import query_key_value as drawings
from seqlearn.plots import self_attention as figures
from seqlearn.plots.style import color

RNG = np.random.default_rng(0)
X, Q = np.arange(6).reshape(2, 3), np.array([[1, 0, 1, 0], [0, 1, 0, 1]])
K, V = np.array([[2, 1, 0, 0], [0, 2, 1, 1]]), np.array([[1, -1, 0, 2], [3, 0, -2, 1]])
MAP = np.eye(4)[::-1]
SIZES = 2 ** np.arange(5)
MEASURED = {"variance": SIZES * 1.0, "entropy": np.linspace(2, 1, 5),
            "gradient": np.linspace(0.3, 0.1, 15).reshape(5, 3)}
FIGURES = {
    "one query": lambda: drawings.one_query(("Thinking", "Machines"), X, Q, K, V),
    "the other query": lambda: drawings.one_query(("Thinking", "Machines"), X, Q, K, V, asks=1),
    "paths": lambda: drawings.path_lengths(),
    "heads": lambda: drawings.heads(np.stack([MAP, np.eye(4)])),
    "way back": lambda: drawings.way_back(),
    "block": lambda: drawings.block(),
    "saturation": lambda: figures.saturation(SIZES, MEASURED, MEASURED, np.log(16)),
    "positions": lambda: figures.positions(RNG.uniform(-1, 1, (20, 8))),
    "maps": lambda: figures.weight_maps({"one": MAP, "two": MAP / 2}, list("abcd"),
                                        words="Two maps of four letters each, the anti-diagonal."),
    "leaks": lambda: figures.leaks({"right": np.tri(4, dtype=bool), "wrong": np.ones((4, 4), dtype=bool)}),
    "gradients": lambda: figures.gradients({"near": np.geomspace(1e-30, 1, 100) * np.ones((3, 1)),
                                            "far": np.full((3, 100), 0.01)}),
    "ablation": lambda: blocks.ablation({"whole block": [0.5, 0.6], "no residual": [0.9, 1.2]}, "whole block"),
    "rotary": lambda: blocks.rotary(np.array([1.0, 0.0]), np.array([0.6, 0.8]), [(1, 3), (11, 13), (1, 5)], 0.3),
    "beyond": lambda: blocks.beyond({"rotary": RNG.uniform(0.3, 0.5, (5, 8)), "LSTM": RNG.uniform(0.3, 0.5, (5, 8))},
                                    64),
    "reversal": lambda: figures.reversal(MAP, np.arange(4), np.arange(4)[::-1]),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_the_drawing_computes_what_it_shows():
    words = plots.alternative_text(FIGURES["the other query"]())
    scores = K @ Q[1]
    weights = np.exp(scores / 2) / np.exp(scores / 2).sum()
    assert f"scores {scores[0]} and {scores[1]}" in words and f"Machines {weights[1]:.2f}" in words
    texts = [text.get_text().replace("−", "-") for text in plt.gcf().axes[0].texts]
    assert {f"{value:.1f}" for value in weights @ V} <= set(texts)


def test_leaks_are_crossed_and_named():
    figure = FIGURES["leaks"]()
    assert "right: no leak; wrong: leaks" in plots.alternative_text(figure)
    assert [sum(text.get_text() == "✗" for text in axes.texts) for axes in figure.axes] == [0, 6]


@pytest.mark.parametrize(("steps", "width", "layers"), [(5, 3, 4), (8, 3, 7), (9, 5, 4), (10, 5, 5), (1, 3, 0)])
def test_depth_of_a_stack_of_convolutions(steps, width, layers):
    assert drawings.depth_of(steps, width) == layers


def test_the_red_way_has_as_many_arrows_as_its_words_say():
    plots.use_style()
    figure = drawings.path_lengths(4)
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert sum(to_hex(patch.get_edgecolor()) == color("gradient") for patch in arrows) == 4 + 3 + 1


def test_gradients_off_the_page_are_said_to_be():
    words = plots.alternative_text(FIGURES["gradients"]())
    assert "near: below 10 to the power of -10" in words and "far: about 10 to the power of -2 at step 1" in words


def test_a_pair_of_the_same_distance_has_the_same_dot_product():
    figure = FIGURES["rotary"]()
    products = [axes.get_title().splitlines()[1] for axes in figure.axes]
    assert products[0] == products[1] != products[2] and products[0].startswith("q · k = ")


def test_the_words_say_what_happens_at_the_end_of_the_training_length():
    losses = np.array([[0.9, 0.4, 0.6, 1.0, 1.1, 1.2, 1.3, 1.4]])
    words = plots.alternative_text(blocks.beyond({"a": losses}, 64))
    assert "0.40 just before, 0.60 just after, 1.40 at the end" in words
