"""The look of every figure: one colour for one meaning, a light and a dark theme, and alternative text.

    from seqlearn import plots
    plots.use_style()                      # once, at the top of a notebook
    plots.color("gradient")                # the colour that gradients have in every chapter
    plots.describe(figure, "Loss falls from 9 to 0.001 over 150 epochs.")

The hues start from Okabe and Ito's palette (2002), which readers with any colour vision tell apart. Some are
darker or lighter here, so that thin lines stand out from the paper at a contrast of 3 to 1 or more.
"""

from functools import partial
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager, get_font
from matplotlib.text import Text

THEMES = {
    "light": {
        "state": "#0072b2",  # h and c, what the network remembers
        "input": "#c78500",  # x
        "output": "#00a070",  # y, predictions
        "gate": "#cf5c98",  # i, f, o, r, z
        "gradient": "#c8400a",  # anything that flows backward
        "weight": "#3498d2",  # W and b
        "loss": "#4d2488",
        "target": "#4a4000",
        "good": "#064a25",
        "bad": "#a8003f",
        "muted": "#6b6b6b",  # reference lines, what is not the point
        "faint": "#e3e3e3",  # grids, empty cells
        "ink": "#1b1b1b",  # text and axes
        "paper": "#ffffff",
    },
    "dark": {
        "state": "#2f9bef",
        "input": "#e69a12",
        "output": "#12c88e",
        "gate": "#d98cb8",
        "gradient": "#ff6a3a",
        "weight": "#b4dcf5",
        "loss": "#bcb2f5",
        "target": "#f4ec7a",
        "good": "#9cf5c0",
        "bad": "#e8335f",
        "muted": "#858585",
        "faint": "#33383f",
        "ink": "#ececec",
        "paper": "#1a1d21",
    },
}
CYCLE = ("state", "gradient", "output", "input", "gate", "weight", "loss", "target")

#: The colours of the theme in use; `use_style` exchanges them.
COLORS = dict(THEMES["light"])
# Signs that DejaVu Sans does not have, which readers type, are drawn with the first of these that the system has.
CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB",
                 "Microsoft YaHei", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
                 "Noto Sans CJK JP", "Arial Unicode MS")

_theme = "light"


def theme() -> str:
    """Name of the theme in use: "light" or "dark"."""
    return _theme


def color(name: str) -> str:
    """The colour of a meaning in the theme in use, as "#rrggbb".

    Raises ValueError for a meaning that has no colour.
    """
    if name not in COLORS:
        raise ValueError(f"name must be one of {', '.join(COLORS)}, got {name!r}")
    return COLORS[name]


def style_parameters(theme: str = "light") -> dict:
    """The matplotlib parameters of a theme: the style file, and the theme's colours."""
    if theme not in THEMES:
        raise ValueError(f"theme must be one of {', '.join(THEMES)}, got {theme!r}")
    colors = THEMES[theme]
    parameters = dict(matplotlib.rc_params_from_file(Path(__file__).with_name("seqlearn.mplstyle"), False, False))
    for name in ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"):
        parameters[name] = colors["ink"]
    for name in ("figure.facecolor", "figure.edgecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor"):
        parameters[name] = colors["paper"]
    parameters["font.family"] = [*parameters["font.family"], *fallback_fonts()]
    parameters["grid.color"] = colors["faint"]
    parameters["axes.prop_cycle"] = matplotlib.cycler(color=[colors[name] for name in CYCLE])
    return parameters


def use_style(theme: str = "light") -> None:
    """Make every figure from here on a card of the course, "light" or "dark".

    In a notebook the card is also stored at its full size: the margin is not cut off, as Jupyter does otherwise,
    so figures keep their width and an explorer does not jump.
    """
    global _theme
    matplotlib.rcParams.update(style_parameters(theme))
    _theme = theme
    COLORS.update(THEMES[theme])
    _keep_figure_size()


def fallback_fonts() -> list[str]:
    """The first of `CHINESE_FONTS` that is installed, in a list, or no font."""
    installed = {font.name for font in fontManager.ttflist}
    return [name for name in CHINESE_FONTS if name in installed][:1]


def can_draw(sign: str) -> bool:
    """Whether a font of the figures has this character: DejaVu Sans, or the fallback."""
    return any(get_font(findfont(name)).get_char_index(ord(sign)) for name in ("DejaVu Sans", *fallback_fonts()))


def add_fallback_fonts(figure: Figure) -> None:
    """Let every text of a figure that names one font of its own use the fallback, too."""
    if fonts := fallback_fonts():
        for text in figure.findobj(Text):
            if len(text.get_family()) == 1:
                text.set_family([*text.get_family(), *fonts])


def describe(figure: Figure, text: str) -> Figure:
    """Give a figure its text alternative: what a reader who cannot see it should know.

    In a notebook the stored output then holds `text` as text/plain and as the picture's alt text.
    Numbers in it should have few digits: they are compared when the notebook is tested.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text must say what the figure shows, got {text!r}")
    figure._repr_mimebundle_ = partial(_text_and_alt, " ".join(text.split()))
    return figure


def alternative_text(figure: Figure) -> str | None:
    """The text that `describe` gave to a figure, or None."""
    bundle = getattr(figure, "_repr_mimebundle_", None)
    return bundle()[0]["text/plain"] if bundle else None


def _text_and_alt(text: str, include=None, exclude=None) -> tuple[dict, dict]:
    # IPython asks the figure itself first and adds matplotlib's PNG to what it gets.
    return {"text/plain": text}, {"image/png": {"alt": text}}


def _keep_figure_size() -> None:
    try:
        from IPython import get_ipython
        from matplotlib_inline.config import InlineBackend
    except ImportError:
        return  # not in a notebook
    shell = get_ipython()
    if shell is not None:
        InlineBackend.instance(parent=shell).print_figure_kwargs = {"bbox_inches": None}
