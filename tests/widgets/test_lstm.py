"""Chapter 06's explorer: the arithmetic of the belt, the answers to its question, and the ends of every slider."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from seqlearn.plots.conveyor import Conveyor, percent, short
from seqlearn.widgets.lstm import ARRIVALS, DEFAULTS, START, ConveyorBelt, ride

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06_lstm_by_hand.ipynb"
HAND = np.array([[1, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 1]], dtype=float)


def compute(**changes):
    """What the explorer computes at these settings; no picture is drawn for it."""
    values = {f"{gate}{station + 1}": DEFAULTS[gate][station] for gate in "ifo" for station in range(4)}
    return ConveyorBelt.compute(None, **{**values, "repeats": 10, **changes})


def test_write_hold_read_by_hand():
    values = ride(ARRIVALS, HAND, 1, START)
    assert list(values["c"]) == [5, 3, 3, 3, 3] and list(values["read"]) == [0, 0, 0, 3]
    assert list(values["kept"]) == [1, 1, 1, 1]


def test_ride_is_the_recursion():
    rng = np.random.default_rng(0)
    gates, arrivals, repeats = rng.uniform(0, 1, (3, 4)), rng.normal(size=4), 6
    values = ride(arrivals, gates, repeats, 0.7)
    order = [0, 1] + [2] * repeats + [3]
    c = 0.7
    for t, station in enumerate(order):
        c = gates[1, station] * c + gates[0, station] * arrivals[station]
        assert values["c"][t + 1] == pytest.approx(c) and values["read"][t] == pytest.approx(gates[2, station] * c)
    assert len(values["kept"]) == len(order)


def test_kept_is_the_derivative_of_the_belt():
    """Nudge what is on the belt after step 1, by way of what step 1 writes."""
    rng = np.random.default_rng(1)
    gates = rng.uniform(0.2, 1, (3, 4))
    gates[0, 0] = 1
    high, low = (ride(ARRIVALS + sign * np.array([1e-6, 0, 0, 0]), gates, 9, START)["c"][1:] for sign in (1, -1))
    assert np.allclose((high - low) / 2e-6, ride(ARRIVALS, gates, 9, START)["kept"], rtol=1e-6)


def test_the_question_has_the_answers_that_the_chapter_gives():
    assert compute(repeats=50, f3=0.98)["kept"][-1] < 0.5 < compute(repeats=50, f3=0.99)["kept"][-1]
    assert compute(repeats=50, f3=1.0)["read"][-1] == 3
    assert compute(repeats=50, f3=1.0, i3=0.05)["read"][-1] == pytest.approx(-7)
    assert compute(repeats=50, f3=1.0, f1=1.0)["read"][-1] == 8


def test_the_question_followed_in_order_ends_at_the_key_frame():
    """Open i₃, then "close i₃ again and set f₁ to 1": 8 comes out, as the last key frame says."""
    explorer = ConveyorBelt()
    for name, value in (("repeats", 50), ("f3", 1), ("i3", 0.05)):
        explorer.controls[name].value = value
    assert "read: 0, 0, 0, −7." in explorer.text
    assert re.search("close .{,4}i.{1,3} again and set .{,2}f.{1,3} to 1", ConveyorBelt.question)
    assert DEFAULTS["f"][0] == 0
    for name, value in (("i3", 0), ("f1", 1)):
        explorer.controls[name].value = value
    assert "read: 0, 0, 0, 8." in explorer.text
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    (asked,) = [text for cell in cells if "**Question.** The 3 of" in (text := "".join(cell["source"]))]
    assert "close $i_3$ again and set $f_1$ to 1" in " ".join(asked.split())


EXTREMES = [{"f3": 1.0, "i3": 0.05, "repeats": 50}, {"f3": 1.0, "i3": 1.0, "repeats": 50, "o3": 1.0},
            {"f3": 1.0, "i3": 0.95, "f1": 0.45, "o4": 0.95, "repeats": 50}, {"f3": 1.0, "i3": 0.35, "o3": 0.95},
            {"f3": 0.0, "i1": 0.0, "repeats": 1}, {"i1": 1.0, "f1": 1.0, "f2": 1.0, "i2": 1.0, "i4": 0.7, "o4": 0.95}]


def shown_labels(axis):
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


@pytest.mark.parametrize("changes", EXTREMES)
def test_words_stay_on_the_page_and_in_their_boxes(changes):
    picture = Conveyor()
    picture.update(**compute())
    picture.render()  # the places of the panels are settled now
    picture.update(**compute(**changes))
    picture.figure.canvas.draw()
    for axes in picture.panels:
        numbers = shown_labels(axes.yaxis) + shown_labels(axes.xaxis)
        assert len(numbers) > 4
        for label in [*numbers, axes.title, axes.xaxis.label]:
            box = label.get_window_extent()
            assert box.x0 >= 1 and box.x1 <= picture.figure.bbox.x1 - 1 and box.y0 >= 1, label.get_text()
    strip = picture.figure.axes[0]
    unit = strip.transData.transform((1, 0))[0] - strip.transData.transform((0, 0))[0]
    for texts, width in ((picture.cargo, 0.76), (picture.readings, 0.53)):  # a hexagon at half a letter's height
        for text in texts:
            assert text.get_window_extent().width < width * unit - 4, text.get_text()


def test_every_control_changes_picture_and_text():
    explorer = ConveyorBelt()
    names = list(explorer.controls)
    assert names == [f"{gate}{station}" for gate in "ifo" for station in (1, 2, 3, 4)] + ["repeats"]
    assert len({control.description for control in explorer.controls.values()}) == 13
    for name, control in explorer.controls.items():
        before, text = explorer.image.value, explorer.text
        control.value = 37 if name == "repeats" else 0.4
        assert explorer.image.value != before and explorer.text != text, name


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("repeats", [1, 50])
def test_extremes_are_drawn_with_a_sentence(value, repeats):
    gates = {f"{gate}{station}": value for gate in "ifo" for station in (1, 2, 3, 4)}
    picture = Conveyor()
    text = picture.update(**compute(**gates, repeats=repeats))
    assert picture.render().startswith(b"\x89PNG")
    assert ("0, 0, 0, 0; read: 0, 0, 0, 0" if value == 0 else f"{short(17 - 4 * repeats)}; read") in text


def test_picture_opens_gates_as_far_as_they_are():
    picture = Conveyor()
    gates = np.array([[0, 0.25, 0.5, 1]] * 3)
    picture.update(arrivals=ARRIVALS, gates=gates, repeats=2, **ride(ARRIVALS, gates, 2, START))
    for doors in picture.doors.values():
        widths = [door.get_width() for door, _ in doors]
        assert np.allclose(np.array(widths) / widths[-1], [0, 0.25, 0.5, 1])


@pytest.mark.parametrize(("number", "text"), [(3, "3"), (-4.0, "−4"), (1.046, "1.05"), (-0.001, "0"), (0.5, "0.5"),
                                              (-7.25, "−7.25"), (100, "100"), (-189.55, "−190"), (12.34, "12.3"),
                                              (-20.0, "−20"), (9.999, "10"), (-99.97, "−100"), (200, "200")])
def test_short(number, text):
    assert short(number) == text


def test_percent():
    assert [percent(share) for share in (1, 0.99999, 0.35, 0.004, 0)] == ["all", "all", "35 %", "less than 1 %", "0 %"]
