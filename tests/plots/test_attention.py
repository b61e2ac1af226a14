"""Chapter 13's figures: the five stages, heat maps that fit their words, and what the other figures say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqlearn.plots import alternative_text, attention, attention_step


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
    assert "“a b c” → 12end" in alternative_text(figure)
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
    assert "late: 0.60 on the real steps, 0.40 on padding" in text
    text = alternative_text(attention.temperatures([0.1, 1, 10], {"dates": [0.9, 1.0, 0.05]}))
    assert "more than half at 0.1, nearly all at 1, hardly any at 10" in text
    curves = {"soft": np.ones((2, 3)), "hard, with baseline": np.ones((2, 3)), "hard": np.zeros((2, 3))}
    figure = attention.soft_and_hard([1, 2, 3], curves, {"hard": 1.0, "hard, with baseline": 0.1})
    assert "hard > hard, with baseline" in alternative_text(figure)
    assert len(figure.axes[0].lines) == len(figure.axes[0].collections) == 3 and len(figure.axes[1].patches) == 2
