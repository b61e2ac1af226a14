"""Chapter 13's figures: the five stages, heat maps that fit their words, and what the other figures say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqlearn.plots import alternative_text, attention, attention_step, looking


def test_a_stage_is_lit_whole_and_others_are_dimmed():
    axes = plt.figure(figsize=(9.6, 5.6)).add_subplot()
    cell = attention_step.draw_step(axes, [0.25] * 4)
    assert set(cell.parts) == set(attention_step.STAGES)
    for stage in attention_step.STAGES:
        attention_step.light(cell, stage)
        assert all(mark.lit for mark in cell.parts[stage])
        shared = {id(mark) for mark in cell.parts[stage]}
        for other in set(attention_step.STAGES) - {stage}:
            assert any(not mark.lit for mark in cell.parts[other] if id(mark) not in shared)


def test_the_drawing_says_its_weights_and_its_stage():
    text = alternative_text(attention_step.step("weights", weights=[0.1, 0.2, 0.3, 0.4]))
    assert "10, 20, 30, 40 percent" in text and "Lit: the softmax" in text
    assert "Lit: all of it" in alternative_text(attention_step.step())
    with pytest.raises(ValueError, match="lit must be of states, .*, got 'softmax'"):
        attention_step.step("softmax")
    with pytest.raises(ValueError, match="weights must be 4 numbers, got 3"):
        attention_step.step(weights=[0.2, 0.3, 0.5])


def test_larger_weights_are_drawn_wider():
    axes = plt.figure(figsize=(9.6, 5.6)).add_subplot()
    cell = attention_step.draw_step(axes, [0.1, 0.2, 0.3, 0.4])
    widths = sorted({round(mark.patch.get_linewidth(), 2) for mark in cell.parts["context"]})
    assert {round(0.8 + 5 * weight, 2) for weight in (0.1, 0.2, 0.3, 0.4)} <= set(widths)


def test_alignments_have_a_row_for_each_output_and_a_column_for_each_input():
    weights = np.random.default_rng(0).dirichlet(np.ones(5), 3)
    figure = attention.alignments([(weights, "a b c", ["1", "2", "end"])] * 2)
    axes = figure.axes[0]
    assert np.array_equal(axes.images[0].get_array(), weights)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "␣", "b", "␣", "c"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2", "end"]
    assert "“a b c” → 12;" in alternative_text(figure)
    with pytest.raises(ValueError, match=r"weights must be \(2, 5\), got \(3, 5\)"):
        attention.alignment(axes, weights, "a b c", "12")


def test_by_length_draws_every_run_and_their_mean():
    figure = attention.by_length([2, 4], {"one": [[1.0, 0.5], [1.0, 0.7]], "two": [[0.9, 0.0]]})
    lines = figure.axes[0].lines
    assert len(lines) == 5 and np.allclose(lines[2].get_ydata(), [1.0, 0.6])
    assert "one: 100.0 percent at 2, 60.0 at 4; two: 90.0 percent at 2, 0.0 at 4" in alternative_text(figure)


def test_small_figures_tell_their_ends():
    row = np.array([0.3, 0.3, 0.2, 0.2])
    text = alternative_text(attention.masks({"late": row, "b": row}, 2))
    assert "late: 0.60 on the real places, 0.40 on padding" in text
    text = alternative_text(attention.temperatures([0.1, 1, 10], {"dates": [0.9, 1.0, 0.05]}))
    assert "more than half at 0.1, all or nearly all at 1, hardly any or none at 10" in text
    curves = {"soft": np.ones((2, 3)), "hard, with baseline": np.ones((2, 3)), "hard": np.zeros((2, 3))}
    figure = attention.soft_and_hard([1, 2, 3], curves, {"hard": 1.0, "hard, with baseline": 0.1})
    assert "hard > hard, with baseline" in alternative_text(figure)
    assert len(figure.axes[0].lines) == len(figure.axes[0].collections) == 3 and len(figure.axes[1].patches) == 2


def test_models_trained_longer_have_the_colour_of_the_same_model_and_a_broken_line():
    figure = attention.by_length([2, 4], {"one": [[1.0, 0.5]]}, longer={"one": [[1.0, 0.9]]}, note="5,000 updates")
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"]
    assert [line.get_linestyle() for line in lines] == ["-", "--"] and len({line.get_color() for line in lines}) == 1
    assert "one, 5,000 updates: 100.0 percent at 2, 90.0 at 4" in alternative_text(figure)


def test_a_look_up_draws_the_weights_of_a_softmax_and_says_them():
    keys = np.array([[2.0, 1.0], [0.0, 1.0], [1.0, -1.0]])
    figure = looking.look_up({"north?": (1, 0), "inland?": (0, -1)}, keys, ["Oslo", "Rome", "Vienna"])
    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes[1:]]
    assert np.allclose(heights[0], np.exp([2, 0, 1]) / np.exp([2, 0, 1]).sum()) and np.allclose(np.sum(heights, 1), 1)
    assert "inland?: Oslo 0.11, Rome 0.11, Vienna 0.79" in alternative_text(figure)


def test_pushes_have_the_same_mean_with_every_baseline():
    figure = looking.pushes([0.5, 0.3, 0.2], [-0.1, -3.0, -3.0], {"none": 0.0, "some": -1.55})
    bars = np.array([[bar.get_height() for bar in axes.patches] for axes in figure.axes]).reshape(2, 4, 3)
    assert np.allclose(bars[:, 3], [0.725, -0.435, -0.29]) and np.allclose(bars[0, 1], [1.5, -2.1, 0.6])
    apart = np.abs(bars[:, :3] - bars[:, 3:]).max(axis=(1, 2))
    assert apart[1] < apart[0]
    assert "none: draw 1 -0.05, 0.03, 0.02; draw 2 1.50, -2.10, 0.60" in alternative_text(figure)


def test_both_decoders_are_told_and_what_is_knocked_out_has_two_bars_and_a_mark():
    assert all(words in alternative_text(looking.who_asks()) for words in ("s_(i−1) asks", "s_i asks", "input feeding"))
    figure = looking.knock_out(["year", "dash"], [0.9, 0.4], [0.8, 0.0], [0.85, 0.1])
    assert sorted(bar.get_height() for bar in figure.axes[0].patches) == [0.0, 0.4, 0.8, 0.9]
    marks = figure.axes[0].collections[0].get_segments()
    assert [mark[0][1] for mark in marks] == [0.85, 0.1]
    assert "year 90.0 %, 80.0 %, 85.0 %; dash 40.0 %, 0.0 %, 10.0 %" in alternative_text(figure)
