"""The figures of chapter 15: they say what they show, and nothing in them is cut off or too small."""

import numpy as np

from seqlearn import plots
from seqlearn.plots import translation as figures

WORDS = ["ein", "mann", "schläft", "."]
CURVE = [{"validation_loss": 4.0 - n, "validation_bleu": 9.0 * n} for n in range(3)]
FIGURES = {
    "pipeline": lambda: figures.pipeline("Ein Mann schläft.", WORDS, [5, 12, 94, 4], "a man is sleeping .".split(),
                                         "a man is sleeping.", "A man is asleep.", step=3),
    "ngrams": lambda: figures.ngrams("a man in a red hat sits on a bench".split(),
                                     "a man with a red hat is sitting on a bench".split()),
    "alignments": lambda: figures.alignments([("one", WORDS, ["a", "man"], np.eye(2, 4)),
                                              ("two", WORDS, list("abc"), np.full((3, 4), 0.25))]),
    "learning": lambda: figures.learning({"attention": CURVE, "every step": CURVE, "once": CURVE}),
    "scores": lambda: figures.scores([("ours", 31.2, (29.0, 33.5), "output"), ("theirs", 28.3, None, "muted")]),
    "lengths": lambda: figures.by_length(["1–8", "9 and more"], {"attention": np.array([[30, 28, 32], [29, 27, 31]]),
                                                                 "once": np.array([[20, 18, 22], [9, 7, 11]])}),
    "coverage": lambda: figures.coverage((1, 2, 5), ([9000, 4000, 2000], [8000, 3000, 1000]),
                                         ([0.02, 0.04, 0.08], [0.01, 0.02, 0.05]), ("German", "English")),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_ngrams_are_clipped():
    said = plots.alternative_text(figures.ngrams(["the"] * 4, ["the", "cat", "saw", "the", "mat"]))
    assert "n = 1: 2 of 4" in said and "n = 2: 0 of 3" in said


def test_an_alignment_says_where_it_looks():
    said = plots.alternative_text(FIGURES["alignments"]())
    assert "a at ein, man at mann" in said


def test_curves_and_scores_say_their_numbers():
    assert "attention from 0 to 18" in plots.alternative_text(FIGURES["learning"]())
    assert "ours 31; theirs 28" in plots.alternative_text(FIGURES["scores"]())
    assert "attention from 30 to 29" in plots.alternative_text(FIGURES["lengths"]())
