"""One colour for one meaning, seen by every eye; text that can be read; figures that say what they show."""

import itertools
import pickle

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from seqlearn import plots
from seqlearn.plots.style import CYCLE, THEMES, style_parameters

MEANINGS = (*CYCLE, "good", "bad", "muted")
# How people with a missing cone type see linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
VISIONS = {
    "all cones": np.eye(3),
    "no red cones": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green cones": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue cones": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


@pytest.fixture(autouse=True)
def light_afterwards():
    with matplotlib.rc_context():
        yield
        plots.use_style("light")


def linear(color: str) -> np.ndarray:
    rgb = np.array(matplotlib.colors.to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE Lab, in which a distance of 2.3 is just noticeable."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines, 1 to 21."""
    low, high = sorted(linear(color) @ [0.2126, 0.7152, 0.0722] for color in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_meanings_are_told_apart_by_every_eye(theme, vision):
    seen = {name: lab(VISIONS[vision] @ linear(THEMES[theme][name])) for name in MEANINGS}
    distance, *pair = min((np.linalg.norm(seen[a] - seen[b]), a, b) for a, b in itertools.combinations(MEANINGS, 2))
    assert distance >= 10, pair


@pytest.mark.parametrize("theme", THEMES)
def test_colours_stand_out_from_the_paper(theme):
    colors = THEMES[theme]
    assert contrast(colors["ink"], colors["paper"]) >= 10
    assert all(contrast(colors[name], colors["paper"]) >= 3 for name in MEANINGS)


def test_both_themes_give_a_colour_to_the_same_meanings():
    assert list(THEMES["light"]) == list(THEMES["dark"])


def test_text_is_readable_and_pages_are_960_pixels_wide():
    parameters = style_parameters()
    sizes = {name: value for name, value in parameters.items() if name.endswith(("size", "titlesize"))}
    text = {name: value for name, value in sizes.items() if "marker" not in name and "figsize" not in name}
    assert len(text) >= 7 and all(float(value) >= 10 for value in text.values()), text
    assert parameters["figure.figsize"][0] * parameters["figure.dpi"] == 960


def test_use_style_changes_colours_and_cards():
    plots.use_style("dark")
    assert plots.theme() == "dark"
    assert plots.color("state") == plots.COLORS["state"] == THEMES["dark"]["state"]
    assert Figure().get_facecolor()[:3] == matplotlib.colors.to_rgb(THEMES["dark"]["paper"])
    plots.use_style()
    assert plots.theme() == "light" and plots.color("state") == THEMES["light"]["state"]


@pytest.mark.parametrize("call", [lambda: plots.color("sate"), lambda: plots.use_style("sepia")])
def test_unknown_names_are_refused_with_the_known_ones(call):
    with pytest.raises(ValueError, match="must be one of .*, got '(sate|sepia)'"):
        call()
    assert plots.theme() == "light"


def test_describe_gives_text_and_alt():
    figure = plots.describe(Figure(), "The loss\n   falls.")
    assert figure._repr_mimebundle_() == ({"text/plain": "The loss falls."}, {"image/png": {"alt": "The loss falls."}})
    assert plots.alternative_text(figure) == "The loss falls."
    assert plots.alternative_text(Figure()) is None
    assert plots.alternative_text(pickle.loads(pickle.dumps(figure))) == "The loss falls."


@pytest.mark.parametrize("text", ["", "  \n", None])
def test_describe_wants_words(text):
    with pytest.raises(ValueError, match="text must say what the figure shows"):
        plots.describe(Figure(), text)


def test_modules_of_figures_are_loaded_when_used():
    assert plots.drawing.__name__ == "seqlearn.plots.drawing"
    with pytest.raises(AttributeError, match="has no attribute 'nothing_here'"):
        plots.nothing_here  # noqa: B018
