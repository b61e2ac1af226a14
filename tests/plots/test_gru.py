"""Chapter 08's figures: the cell's parts, the two places of the reset, and a race that shows every run."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqlearn.plots import alternative_text, gru, gru_cell
from seqlearn.plots.hold import key_frames
from seqlearn.widgets.gru import walk

SETTINGS = {"check_every": 25, "max_steps": 100, "stop_below": 0.002, "solved_below": 0.0167}


def marks_of(lit: tuple, part: str, **options) -> list:
    axes = plt.figure(figsize=(9.6, 4.3)).add_subplot()
    cell = gru_cell.draw_cell(axes, **options)
    gru_cell.light(cell, *lit)
    return cell.parts[part]


@pytest.mark.parametrize("part", gru_cell.PARTS)
def test_a_part_is_lit_whole_and_the_rest_is_dimmed(part):
    assert all(mark.lit for mark in marks_of((part,), part))
    other = "reset" if part != "reset" else "update"
    assert not all(mark.lit for mark in marks_of((part,), other))


def test_the_reset_changes_its_place():
    def places(reset_after):
        axes = plt.figure().add_subplot()
        cell = gru_cell.draw_cell(axes, reset_after=reset_after)
        weight = next(mark for mark in cell.parts["candidate"] if mark.role == "weight")
        times = next(mark for mark in cell.parts["reset"] if mark.text is not None and mark.text.get_text() == "×")
        return weight.center[0], times.center[0]

    weight, times = places(reset_after=True)
    assert weight < times
    weight, times = places(reset_after=False)
    assert times < weight


def test_cells_say_what_they_show():
    assert "first with the matrix" in alternative_text(gru_cell.cell())
    assert "first with r" in alternative_text(gru_cell.cell("reset", reset_after=False))
    assert "Lit: the old state times z" in alternative_text(gru_cell.cell("keep"))
    assert "Two ways" in alternative_text(gru_cell.candidates())
    with pytest.raises(ValueError, match="lit must be of update, .*, got 'forget'"):
        gru_cell.cell("forget")


def runs(solved, last):
    """A run that is not solved goes on to the end, one that is stops a check earlier."""
    return {"rate": 0.01, "runs": [{"solved_at": at, "errors": [0.17, 0.1, last, *([0.17] if at is None else [])]}
                                   for at in solved]}


def test_race_draws_every_run():
    entry = {"constant_answer": 0.17, "RNN": runs([None] * 3, 0.17), "IRNN": runs([75] * 3, 0.001),
             "LSTM": runs([75, None, 75], 0.01), "GRU": runs([50, 50, 75], 0.001)}
    without = {name: value for name, value in entry.items() if name != "IRNN"}
    figure = gru.race({"50": entry, "100": entry, "200": without}, (50, 100, 200), SETTINGS)
    curves = [line for line in figure.axes[0].lines if len(line.get_xdata()) >= 3]
    assert len(curves) == 9 and len(figure.axes[0].collections) == 1, "nine runs came down, and a band for the rest"
    points = [line for line in figure.axes[3].lines if line.get_linestyle() == "None"]
    assert sum(len(line.get_xdata()) for line in points) == 33
    text = alternative_text(figure)
    assert "RNN at T = 50: 0 of 3 solved" in text and "LSTM at T = 200: 2 of 3" in text and "GRU at T = 100: 3" in text
    assert "IRNN at T = 100: 3 of 3" in text and "IRNN at T = 200" not in text


def test_opening_draws_every_run_in_every_panel():
    rows = [[0, 1.2, 1e-9, 0.6], [10, 0.2, 1e-2, 0.9], [20, 0.01, 0.5, 0.98]]
    dull = [[0, 1.2, 1e-12, None], [10, 0.2, 1e-12, None]]
    figure = gru.opening({"GRU": [rows, rows[:2]], "RNN": [dull]}, {"back": 40, "solved_below": 0.0167})
    assert [len([line for line in axes.lines if len(line.get_xdata()) > 1]) for axes in figure.axes] == [3, 3, 3]
    text = alternative_text(figure)
    assert "GRU: solved after 20 to 20" in text and "RNN: not solved in 10" in text and "40 steps" in text


def test_small_figures_tell_their_ends():
    wanted = np.array([0.0, 3, 3])
    assert "W = 1: 4" in alternative_text(gru.ungated("3.", wanted, {"W = 1": np.array([0.0, 2, 4])}))
    assert "large: 40 %" in alternative_text(gru.gap({"large": np.array([0.0, 0.2, 0.4])}))
    frame = {**walk("3....7....5...", 8, -8, -8, 14), "title": "holds"}
    assert "holds: the state ends at 5, wanted is 5" in alternative_text(key_frames([frame, frame]))
