"""The figures of chapter 11: they say what they show, and nothing in them is cut off or too small."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqlearn import plots
from seqlearn.decoding.beam import Candidate, search
from seqlearn.plots import beam_tree, encoder_decoder, seq2seq

NAMES = ["<pad>", "<start>", "<end>", "<unk>", "a", "b"]


def toy():
    rows = {1: [0, 0, 0, 0, 0.55, 0.45], 4: [0, 0, 0.4, 0, 0.35, 0.25], 5: [0, 0, 0.9, 0, 0.05, 0.05]}

    def step(tokens, parents):
        with np.errstate(divide="ignore"):
            return np.log([rows[int(token)] for token in tokens])

    return search(step, width=2, max_steps=3, spare=1)[1]


RUN = list(np.linspace(0, 98, 25))
FIGURES = {
    "once": lambda: encoder_decoder.drawing(),
    "every step": lambda: encoder_decoder.drawing("up", "down", context="every step", feeds="own words"),
    "all states": lambda: encoder_decoder.drawing(["the", "cat"], ["die", "katze"], context="all states"),
    "contexts": lambda: seq2seq.three_contexts(),
    "dots": lambda: seq2seq.dots({"ab+cd": [20, 30.5], "bd+ac": [94, 100]}, notes=["5 and 2", "2 and 1"]),
    "ladder": lambda: seq2seq.ladder({"plain": [RUN, RUN], "reversed": [RUN], "reversed, and more": [RUN]},
                                     {"plain": 10.8}),
    "ways": lambda: seq2seq.ways({"one": [RUN, RUN], "two": [RUN]}),
    "tree": lambda: beam_tree.beam_tree(toy(), NAMES, title="a tree"),
    "trees": lambda: beam_tree.beam_trees([("one", toy()), ("other", toy())], NAMES),
}


def test_every_figure_has_words_and_readable_text_within_the_page(figure, check_readable):
    check_readable(figure)


def test_the_drawing_has_a_mark_for_every_step():
    axes = plt.figure(figsize=(9.6, 4)).add_subplot()
    net = encoder_decoder.encoder_decoder(axes, "high", "low", context="every step", feeds="own words")
    assert [len(part) for part in (net.read, net.encoder, net.inputs, net.decoder, net.outputs)] == [4, 4, 4, 4, 4]
    assert net.inputs[1].text.get_text() == "start" and net.outputs[4].text.get_text() == "end"
    assert len(net.fed_back) == 3 and len(net.handed_over) == 2 + 2 * 4
    xs = [mark.center[0] for part in (net.encoder, {0: net.context}, net.decoder) for mark in part.values()]
    assert xs == sorted(xs) and min(np.diff(xs)) > 1, "nothing overlaps"
    attention = encoder_decoder.encoder_decoder(plt.figure().add_subplot(), "ab", "c", context="all states", step=2)
    assert len(attention.handed_over) == 3


@pytest.mark.parametrize("wrong", [{"context": "never"}, {"feeds": "nothing"}])
def test_unknown_choices_are_named(wrong):
    with pytest.raises(ValueError, match="must be one of"):
        encoder_decoder.drawing(**wrong)


def test_words_follow_the_data():
    assert "the context, h with a bar; it is the first state" in plots.alternative_text(FIGURES["every step"]())
    assert "plain: 98 to 98 % (published 10.8 %)" in plots.alternative_text(FIGURES["ladder"]())
    assert "two from 98 to 98" in plots.alternative_text(FIGURES["ways"]())
    assert "step 2: end 40 %, end 22 %, a 19 % dropped" in plots.alternative_text(FIGURES["tree"]())


def test_the_best_path_is_that_of_the_most_probable_hypothesis():
    tree = toy()
    assert [tree[i].token for i in sorted(beam_tree.best_path(tree))] == [5, 2]
    unfinished = [Candidate(1, -1, 4, -1.0, "kept"), Candidate(1, -1, 5, -2.0, "kept")]
    assert beam_tree.best_path(unfinished) == {0} and beam_tree.best_path([]) == set()
    early = Candidate(1, -1, 2, -6.0, "finished")  # an improbable answer is finished before a probable one
    assert beam_tree.best_path([*unfinished, early]) == {0}
    assert beam_tree.best_path([*unfinished, early, Candidate(2, 1, 4, -2.5, "kept")]) == {1, 3}
    assert beam_tree.best_path([*unfinished, early, Candidate(2, 1, 4, -9.0, "kept")]) == {2}
    assert beam_tree.best_path([*unfinished, Candidate(2, 1, 4, -0.1, "dropped")]) == set()


@pytest.mark.parametrize(("value", "text"), [(0.0, "100 %"), (-1e-4, ">99 %"), (np.log(0.62), "62 %"), (-30.0, "<1 %")])
def test_percent(value, text):
    assert beam_tree.percent(value) == text
