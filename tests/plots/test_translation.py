"""The figures of chapter 15: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.plots import translation as figures

WORDS = ["ein", "mann", "schläft", "."]
CURVES = [[4.0, 3.0, 2.0], [4.1, 3.2, 2.5]]
FIGURES = {
    "pipeline": lambda: figures.pipeline("Ein Mann schläft.", WORDS, [5, 12, 94, 4], "a man is sleeping .".split(),
                                         "a man is sleeping.", "A man is asleep.", step=3),
    "merging": lambda: figures.merging({"low": 5, "lower": 2}, [
        (None, 0, [["l", "o", "w·"], ["l", "o", "w", "e", "r·"]]),
        (("l", "o"), 7, [["lo", "w·"], ["lo", "w", "e", "r·"]])]),
    "one map": lambda: figures.alignments([("one", WORDS, ["a", "man"], np.eye(2, 4))]),
    "alignments": lambda: figures.alignments([("one", WORDS, ["a", "man"], np.eye(2, 4)),
                                              ("two", WORDS, list("abc"), np.full((3, 4), 0.25))]),
    "learning": lambda: figures.learning({name: CURVES for name in figures.NAMES}),
    "scores": lambda: figures.scores([("ours", 31.2, (29.0, 33.5), "output"), ("theirs", 28.3, None, "muted")]),
    "lengths": lambda: figures.by_length(["1–8", "9 and more"], {"attention": np.array([[30, 28, 32], [29, 27, 31]]),
                                                                 "once": np.array([[20, 18, 22], [9, 7, 11]])}),
    "coverage": lambda: figures.coverage((1, 2, 5), ([9000, 4000, 2000], [8000, 3000, 1000]),
                                         ([0.02, 0.04, 0.08], [0.01, 0.02, 0.05]), ("German", "English")),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_a_merge_is_said():
    assert "1. l + o, 7 times: lo w·, lo w e r·" in plots.alternative_text(FIGURES["merging"]())


def test_an_alignment_says_where_it_looks():
    said = plots.alternative_text(FIGURES["alignments"]())
    assert "a at ein, man at mann" in said


def test_curves_and_scores_say_their_numbers():
    assert "attention from 4.05 to 2.25" in plots.alternative_text(FIGURES["learning"]())
    assert "ours 31; theirs 28" in plots.alternative_text(FIGURES["scores"]())
    assert "attention from 30 to 29" in plots.alternative_text(FIGURES["lengths"]())
