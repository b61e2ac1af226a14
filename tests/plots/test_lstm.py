"""Chapter 06's figures: words that follow the data, text within the page, and the right part lit."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqlearn import plots
from seqlearn.plots import lstm, opened
from seqlearn.plots.lstm_cell import PARTS, draw_cell, light
from seqlearn.widgets.lstm import ARRIVALS, START, ride

LOSSES = np.full((5, 40), 0.25)
LEARNED = np.geomspace(0.25, 1e-6, 40) * np.ones((5, 1))
GATES = np.array([[1, 0, 0, 0], [0, 1, 0.9, 1], [0, 0, 0, 1]])
PAGE = 'ADA: "Look, Ivo, here is\nthe lantern." IVO:\n'
GATES_OPEN = {"all gates work": np.linspace(1.8, 1.9, 5), "f held open": np.linspace(2.1, 2.3, 5)}
FIGURES = {
    "over a text": lambda: opened.over_text({name: (PAGE, np.linspace(-1, 1, len(PAGE))) for name in ("a", "b")}),
    "which gate": lambda: opened.which_gate({"carried": GATES_OPEN, "reset": GATES_OPEN}),
    "cell": lambda: lstm.lstm_cell(),
    "every line": lambda: lstm.lstm_cell(peepholes=True, backward=True),
    "forget and input": lambda: lstm.lstm_cell("forget", "input"),
    "peepholes": lambda: lstm.lstm_cell("peepholes", peepholes=True),
    "history": lambda: lstm.history(np.arange(200.0), np.full(200, 1.5)),
    "distances": lambda: lstm.distances({"one": np.geomspace(1e-20, 1, 50), "two": np.geomspace(30, 1, 50)}),
    "trainings": lambda: lstm.trainings({"stuck": LOSSES, "free": LEARNED}, guess=0.25),
    "shares": lambda: lstm.shares(),
    "frames": lambda: lstm.belt_frames([{"title": f"f = {k}", **ride(ARRIVALS, GATES, 9, START)} for k in range(4)]),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="lit must be of product"):
        lstm.lstm_cell("remember")


@pytest.mark.parametrize("part", PARTS)
def test_lighting_a_part_lights_it_and_dims_the_rest(part):
    cell = draw_cell(plt.figure().add_subplot(), peepholes=True)
    light(cell, part)
    own = {id(mark) for mark in cell.parts[part]}
    for marks in cell.parts.values():
        for mark in marks:
            assert mark.lit == (id(mark) in own)
    light(cell)
    assert all(mark.lit for marks in cell.parts.values() for mark in marks)


def test_words_follow_the_data():
    words = {name: plots.alternative_text(FIGURES[name]()) for name in ("history", "distances", "trainings", "frames")}
    assert "Over 200 steps" in words["history"]
    assert "grows to 199 without a forget gate and stays below 2 with one" in words["history"]
    assert "one: 10 to the power of -20" in words["distances"] and "two: 10 to the power of 1" in words["distances"]
    assert "stuck: none of 5 runs" in words["trainings"] and "free: all of 5 runs" in words["trainings"]
    assert "f = 0: the last step reads 1.16" in words["frames"]


def test_key_frames_keep_words_clear_of_the_diamond():
    """At the settings of the notebook, the highest of which ends at 8."""
    frames = []
    for f_1, f_3, i_3 in ((0, 0.9, 0), (0, 0.99, 0), (0, 1, 0.05), (1, 1, 0)):
        gates = np.array([[1, 0, i_3, 0], [f_1, 1, f_3, 1], [0, 0, 0, 1]])
        frames.append({"title": "", **ride(ARRIVALS, gates, 50, START)})
    figure = lstm.belt_frames(frames)
    figure.canvas.draw()
    for axes in figure.axes:
        diamond, (words,) = axes.lines[-1], axes.texts
        bottom = words.get_window_extent().y0
        top = axes.transData.transform(diamond.get_xydata())[0, 1] + 8 * figure.dpi / 72  # half a diamond and some air
        assert top < bottom, words.get_text()


def test_only_the_middle_step_of_three_is_wrong():
    shown = [text.get_text() for text in lstm.shares().axes[0].texts]
    assert [shown.count(word) for word in ("0, always", "right", "wrong")] == [2, 2, 1]


def test_a_character_has_the_shade_of_its_own_value_also_after_a_line_end():
    values = np.full(len(PAGE), -1.0)
    values[PAGE.index("lantern")] = 1
    figure = opened.over_text({"the l of lantern": (PAGE, values)})
    shades = [1 - patch.get_facecolor()[0] for patch in figure.axes[0].patches]  # the paper is white, the state blue
    letters = [character for character in PAGE if character != "\n"]
    assert len(shades) == len(letters)
    assert [letters[k] for k in range(len(shades)) if shades[k] > 0.5] == ["l"] and np.argmax(shades) == 28


def test_the_gates_figure_says_the_medians():
    words = plots.alternative_text(FIGURES["which gate"]())
    assert "carried, all gates work: 1.9" in words and "reset, f held open: 2.2" in words
