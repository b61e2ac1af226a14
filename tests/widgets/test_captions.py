"""Anything can be typed, and the words below a picture have three lines: with more, the page below would jump."""

import ipywidgets
import numpy as np
import pytest

from seqlearn.widgets import catalog

LETTERS = 330  # three lines of 110, as they are in a window of 1280 pixels
TYPED = ("", "777,777", "1 0 1 1 0 1 0 0 1 1 0 1 1 1", "seven hundred seventy seven thousand seven hundred",
         "$x$ <b>&amp;", "é中😀 " * 30, "extraordinarily interchangeable " * 30, "0123456789" * 60, "-3 1e9 99999 .5")


def settings(control, rng):
    """Some values that a person may give to a control."""
    if isinstance(control, ipywidgets.Text):
        return [*TYPED, control.value]
    if isinstance(control, ipywidgets.Checkbox):
        return [True, False]
    if hasattr(control, "options"):
        return [value for _, value in control._options_full]
    low, high = control.min, control.max
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [control.base**low, control.value, control.base**high]
    return [low, control.value, high]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("explorer", catalog(), ids=lambda cls: f"{cls.chapter} {cls.__name__}")
def test_every_setting_is_shown_with_three_lines_of_words_at_most(explorer):
    shown, rng, longest = explorer(), np.random.default_rng(0), ""
    boxes = [control for control in shown.controls.values() if isinstance(control, ipywidgets.Text)]
    for control, text in [(control, text) for control in boxes for text in TYPED]:
        before, control.value = control.value, text
        assert "cannot be shown" not in shown.text, shown.text
        longest = max(longest, shown.text, key=len)
        control.value = before
    for _ in range(8):
        name = str(rng.choice(list(shown.controls)))
        control = shown.controls[name]
        if isinstance(control, ipywidgets.Button):
            control.click()
        else:
            values = settings(control, rng)
            control.value = values[rng.integers(len(values))]
        assert "cannot be shown" not in shown.text, shown.text
        longest = max(longest, shown.text, key=len)
    assert len(longest) <= LETTERS, f"{len(longest)} letters: {longest}"
