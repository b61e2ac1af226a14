"""The drawings of networks: what is drawn where, and what lighting a part does."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from seqlearn.plots import drawing, networks
from seqlearn.plots.style import THEMES, color, use_style


@pytest.fixture
def axes():
    return plt.figure(figsize=(9.6, 3.6)).add_subplot()


@pytest.mark.parametrize("kind", drawing.NODE_KINDS)
def test_every_kind_of_node_is_drawn_in_its_colour(axes, kind):
    mark = drawing.node(axes, kind, (1, 2), "$h_t$")
    role = kind if kind in ("state", "input", "output", "loss", "gate", "target", "weight") else "ink"
    assert mark.patch.get_edgecolor()[:3] == pytest.approx(to_rgb(color(role)))
    mark.light(False)
    assert mark.patch.get_edgecolor()[:3] != pytest.approx(to_rgb(color(role)))


@pytest.mark.parametrize("make", [lambda axes: drawing.node(axes, "stat", (0, 0)),
                                  lambda axes: drawing.arrow(axes, (0, 0), (1, 0), kind="back"),
                                  lambda axes: networks.unrolled(axes, 3, losses="sometimes")])
def test_an_unknown_kind_is_named(axes, make):
    with pytest.raises(ValueError, match="must be one of .*, got"):
        make(axes)


def test_two_lanes_keep_apart(axes):
    a, b = drawing.node(axes, "state", (0, 0)), drawing.node(axes, "state", (2, 0))
    there, back = drawing.arrow(axes, a, b, lane=0.1), drawing.arrow(axes, b, a, kind="gradient", lane=0.1)
    assert there.center == pytest.approx((1, 0.1)) and back.center == pytest.approx((1, -0.1))


def test_unrolled_has_what_was_asked_for(axes):
    net = networks.unrolled(axes, 6, outputs="last", losses="all", gradients=True, cuts=[2, 4])
    assert sorted(net.states) == list(range(7)) and sorted(net.inputs) == sorted(net.losses) == list(range(1, 7))
    assert list(net.outputs) == [6] and sorted(net.cuts) == [2, 4]
    assert not net.gradients["state"][3].lit and net.gradients["state"][2].lit and net.forward["state"][3].lit


def test_dots_stand_for_steps_left_out(axes):
    net = networks.unrolled(axes, 5, names=["1", "2", "…", "T-1", "T"])
    assert sorted(net.states) == [0, 1, 2, 4, 5] and sorted(net.forward["state"]) == [1, 2, 3, 4, 5]


def test_a_reversed_network_runs_from_right_to_left(axes):
    net = networks.unrolled(axes, 3, reverse=True, losses="last")
    assert list(net.losses) == [1] and net.states[4].center[0] > net.states[3].center[0]


def test_light_step_leaves_one_step_in_colour(axes):
    net = networks.unrolled(axes, 5, losses="all", gradients=True)
    net.light_step(3)
    assert [t for t, mark in net.states.items() if mark.lit] == [2, 3]
    assert [t for t, mark in net.inputs.items() if mark.lit] == [3]
    net.light_step(None)
    assert all(mark.lit for mark in net.marks)


def test_light_gradients_from_a_loss_back_to_a_step(axes):
    net = networks.unrolled(axes, 5, losses="last", gradients=True)
    net.light_gradients(2, 5)
    assert [t for t, mark in sorted(net.gradients["state"].items()) if mark.lit] == [3, 4, 5]
    assert [t for t, mark in sorted(net.gradients["input"].items()) if mark.lit] == [2, 3, 4, 5]


def test_blocks_cover_all_steps_and_fit_on_the_sheet(axes):
    net = networks.unrolled(axes, 7, losses="all")
    frames = networks.blocks(net, 3)
    networks.frame(net)
    assert len(frames) == 3
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    for mark in frames:
        patch = mark.patch
        assert left <= patch.get_x() and patch.get_x() + patch.get_width() <= right
        assert bottom <= patch.get_y() and patch.get_y() + patch.get_height() <= top


def test_cell_lights_its_parts(axes):
    cell = networks.rnn_cell(axes, gradients=True)
    cell.light("tanh", "sum")
    assert all(mark.lit == (name in ("tanh", "sum")) for name, marks in cell.parts.items() for mark in marks)


def test_arrows_light_those_that_are_asked_for(axes):
    arrows = drawing.Arrows(axes, np.zeros((3, 2)), np.eye(3, 2) + 1)
    arrows.light(np.array([True, False, True]))
    assert arrows.shafts.get_colors()[:, 3].tolist() == [1, 0, 1] == arrows.heads.get_facecolor()[:, 3].tolist()


@pytest.mark.parametrize("theme", THEMES)
def test_everything_draws_in_both_themes(theme):
    use_style(theme)
    figure = plt.figure(figsize=(9.6, 3.6))
    parts, net = networks.rolled_and_unrolled(figure.add_subplot())
    figure.canvas.draw()
    assert parts["state"].text.get_color() == pytest.approx(to_rgb(color("ink")))
