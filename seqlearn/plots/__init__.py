"""Figures: pure functions of arrays, in one style.

`from seqlearn import plots` gives the style (`use_style`, `color`, `describe`) and `Picture`; the chapters' figures
are modules of this package (`plots.exploding`, …), loaded when first used.
"""

from importlib import import_module
from importlib.util import find_spec

from .picture import Picture, key_frame
from .style import COLORS, alternative_text, color, describe, theme, use_style

__all__ = ["COLORS", "Picture", "alternative_text", "color", "describe", "key_frame", "theme", "use_style"]


def __getattr__(name: str):
    if not name.startswith("_") and find_spec(f"{__name__}.{name}"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
