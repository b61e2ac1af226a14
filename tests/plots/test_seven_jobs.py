"""The figures of chapter 12: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.data import speech, tones
from seqlearn.plots import seven_jobs as figures
from seqlearn.plots.job_board import board_frames

SOUND = tones.spell("mina", np.random.default_rng(0))
FRAMES = tones.filter_bank(SOUND)
TREE = "(S (NP the old king ) (VP says that (S (NP a dog ) (VP sleeps ) ) ) )".split()
LONG = "wrong; right is neunhundertneunundneunzigtausend"
BOARD = [{"job": "Translation", "source": ["two"], "target": ["zwei"], "probabilities": [0.9, 1.0],
          "verdict": (LONG, "bad")},
         {"job": "Speech recognition", "source": FRAMES, "target": list("mina"), "probabilities": [1.0] * 5,
          "verdict": ("right", "good")}]
FIGURES = {
    "seven": lambda: figures.seven([("1 hearing", FRAMES, "m i n a"), ("2 speaking", "s o l e", speech.spoken("sole")),
                                    ("3 answering", "where is mary ? " * 6, "in the hall")]),
    "frames": lambda: figures.sound_to_frames(SOUND, FRAMES, tones.filters(), tones.PITCHES, tones.RATE, "mina"),
    "tree": lambda: figures.tree(TREE),
    "scores": lambda: figures.scores({"parsing": {"as in training": [0.96, 0.98], "longer": [0.1, 0.2],
                                                  "longer, attention": [0.3, 0.5]}}),
    "board": lambda: board_frames(BOARD),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_words_follow_the_data():
    assert "1 hearing: a sound of" in plots.alternative_text(FIGURES["seven"]())
    assert "parsing 97 and 15 and 40" in plots.alternative_text(FIGURES["scores"]())
    assert LONG in plots.alternative_text(FIGURES["board"]())


def test_the_leaves_of_the_tree_stand_in_order():
    figure = FIGURES["tree"]()
    leaves = sorted((text.get_position()[0], text.get_text()) for text in figure.axes[0].texts
                    if text.get_text().islower())
    assert [word for _, word in leaves] == "the old king says that a dog sleeps".split()
