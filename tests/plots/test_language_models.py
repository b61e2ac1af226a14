"""The figures of chapter 09: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.plots import language_models as figures

P = np.array([0.5, 0.3, 0.15, 0.05])
FRAME = {"plain": P, "probabilities": P, "characters": "ab c", "title": "a title"}
FIGURES = {
    "unrolled": lambda: figures.unrolled_model("hello"),
    "rows": lambda: figures.offset_rows("A long text is cut in two, and both rows go on at once.", 2, 8),
    "places": lambda: figures.by_place({"carried": np.ones((5, 16)), "reset": np.ones((5, 16)) + np.eye(5, 16)}),
    "temperature": lambda: figures.temperature_bars("ab c", {"τ = 1": P, "τ = 2": np.full(4, 0.25)}),
    "race": lambda: figures.race({"RNN": [1.4, 1.42], "LSTM, reset": [1.8, 1.7]}, {"ideal reader": 1.06}),
    "learning": lambda: figures.learning([2.0, 1.5, 1.4], [1.9, 1.6, 1.55], {"nanoGPT": 1.4697}),
    "frames": lambda: figures.key_frames([FRAME] * 4, count=4),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_words_follow_the_data():
    words = plots.alternative_text(FIGURES["race"]())
    assert "LSTM, reset: 1.70 to 1.80" in words and "1.06" in words
    assert "1.55 nats" in plots.alternative_text(FIGURES["learning"]())
    assert "reset: 1.00 at the first position" in plots.alternative_text(FIGURES["places"]())
    assert "τ = 2: a 25 %" in plots.alternative_text(FIGURES["temperature"]())


def test_the_targets_of_the_drawing_are_the_inputs_one_later():
    text = "abcdefghijklmnopqrstuvwxyz"
    figure = figures.offset_rows(text, rows=2, k=4)
    letters = [t for t in figure.axes[0].texts if len(t.get_text()) == 1 and t.get_family() == ["monospace"]
               and t.get_fontsize() > 12]
    lines = {}
    for letter in letters:
        lines.setdefault(round(letter.get_position()[1], 3), []).append((letter.get_position()[0], letter.get_text()))
    shown = ["".join(character for _, character in sorted(line)) for _, line in sorted(lines.items(), reverse=True)]
    assert shown == ["abcdefgh", "bcdefghi", "mnopqrst", "nopqrstu"]
