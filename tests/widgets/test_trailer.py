"""The trailer of chapter 00 runs the real models and answers whatever is typed."""

import subprocess
import sys

import numpy as np
import pytest

from seqlearn.data.addition import addition
from seqlearn.data.dates import FIRST, FORMS
from seqlearn.data.number_names import german, join, number_names
from seqlearn.widgets import trailer

ODD = ["", " ", "🙂", "你好", "$x^2$", "<b>", "x" * 200, "a\nb", "0"]


def test_the_models_do_what_the_chapter_says():
    assert trailer.read_date("27. sept 1994")[1] == "1994-09-27"
    assert trailer.translate_number(21)[1] == "einundzwanzig" == trailer.translate_number("twenty-one")[1]
    assert trailer.add("57+5") == "62"
    written = trailer.go_on("Scene 1. ", seed=1)
    assert written.startswith("Scene 1. ") and len(written) == 209 and written != trailer.go_on("Scene 1. ", seed=2)


@pytest.mark.parametrize("typed", ODD, ids=[f"{number}" for number in range(len(ODD))])
def test_odd_input_gets_an_answer(typed):
    shown, answer, weights = trailer.read_date(typed)
    assert weights.shape == (len(answer), len(shown)) and len(shown) >= 1
    assert isinstance(trailer.add(typed), str) and len(trailer.translate_number(typed)) == 2
    assert len(trailer.go_on(typed, length=5)) >= 5
    assert all(loss == 0 for loss in trailer.train_counter(typed) if "1" not in typed)


def test_what_the_models_have_not_learned_is_as_the_chapter_says():
    assert len(FORMS) == 21 and FIRST.year == 1970
    assert trailer.read_date("31/12/1999")[1] != "1999-12-31"
    assert trailer.translate_number(9_000)[1] == "neuntausendneun" == join(german(9_009))
    assert sum(words[-1] == "thousand" for words, _ in number_names(2000, 500, seed=0).train) == 1


def test_numbers_may_be_given_as_numbers():
    assert trailer.translate_number(721_623)[0].startswith("seven hundred")
    assert trailer.add(7).isdigit()


def test_the_counter_is_that_of_chapter_05_and_fails_where_the_chapter_says():
    losses = trailer.train_counter("0000101010" * 4)
    assert round(losses[0]) == 144 and round(losses[23]) == 38 and round(losses[24], -4) == 170_000
    assert len(losses) == 28 and np.isinf(losses[26]) and np.isnan(losses[27])
    assert trailer.train_counter("0000101010")[-1] < 1e-6
    assert trailer.train_counter([0, 1, 0, 1, 0])[-1] < 0.1


def test_the_adder_has_seen_as_many_of_the_drawn_sums_as_chapter_00_says():
    """The training part that notebooks/long_runs/11_addition.py drew for the stored weights, seed 0."""
    trained_on = {question for question, _ in addition(45_000, 5_000, seed=0).train}
    drawn = np.random.default_rng(0).integers(0, 1000, size=(200, 2)).tolist()
    assert sum(f"{a}+{b}" in trained_on for a, b in drawn) == 12
    assert sum(f"{b}+{a}" in trained_on for a, b in drawn if a != b) == 12
    right_and_new = sum(trailer.add(f"{a}+{b}") == str(a + b) for a, b in drawn
                        if not {f"{a}+{b}", f"{b}+{a}"} & trained_on)
    assert right_and_new > 120
    assert "507+43" in trained_on


def test_all_but_the_translator_need_no_torch():
    """A small laptop waits for PyTorch once, in the cell that looks whether it is there, and not for the writer."""
    code = ("import sys; from seqlearn.widgets import trailer as t; t.go_on('a', length=1); t.read_date('1'); "
            "t.add('1+1'); t.train_counter('01'); print('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
