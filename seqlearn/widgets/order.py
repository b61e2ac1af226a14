"""Explorer of chapter 01: words change places; the bag of words stands still, the recurrent state moves."""

from functools import lru_cache

import ipywidgets
import numpy as np

from seqlearn import nn
from seqlearn.plots.order import Reorder
from seqlearn.widgets.explorer import TEXT_STYLE, Explorer

SENTENCES = ("dog bites man", "you say goodbye and i say hello", "the film was good not bad")
VOCABULARY = sorted({word for sentence in SENTENCES for word in sentence.split()})
FIRST_SHOWN = "man bites dog"  # the picture on a page without a kernel shows the point, too


class WordOrder(Explorer):
    """Drag the words of a sentence, or move one with the buttons; see what the two vectors do."""

    chapter = "01"
    title = "Words on the move"
    question = (
        "Put the words into another order: which of the two vectors moves? Then set the weight of the old state to 0. "
        "Which changes of order does the state still notice, and why only those? Last, take the sentence of seven "
        "words at a weight of 1: exchange the first two words, go back, and exchange the last two. Which exchange "
        "moves the state further?"
    )
    picture_class = Reorder

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.words = ipywidgets.TagsInput(value=FIRST_SHOWN.split(), allowed_tags=SENTENCES[0].split(),
                                          allow_duplicates=True)
        self.words.observe(self._words_changed, "value")
        sentence = ipywidgets.Dropdown(description="Sentence", options=SENTENCES)
        sentence.observe(lambda change: self._start_again(), "value")
        return {
            "sentence": sentence,
            "memory": ipywidgets.FloatSlider(description="Weight of the old state", min=0, max=1.5, step=0.1, value=1,
                                             readout_format=".1f"),
            "word": ipywidgets.IntSlider(description="Choose word", min=1, max=3, value=2,
                                         layout=ipywidgets.Layout(width="320px")),
            "left": ipywidgets.Button(description="← Move left"),
            "back": ipywidgets.Button(description="Start order"),
            "right": ipywidgets.Button(description="Move right →"),
        }

    @property
    def values(self) -> dict:
        """The controls' values and the words in their order of now."""
        return {**super().values, "words": tuple(self.words.value)}

    def compute(self, sentence: str, memory: float, word: int, words: tuple[str, ...]) -> dict:
        start = sentence.split()
        names = sorted(set(start))
        bag, start_bag = (np.array([float(order.count(name)) for name in names]) for order in (list(words), start))
        return {"words": list(words), "chosen": min(word, len(words)), "vocabulary": names, "bag": bag,
                "start_bag": start_bag, "state": last_state(words, memory), "start": start,
                "start_state": last_state(tuple(start), memory), "memory": memory}

    def on_left(self, word: int, words: tuple[str, ...], **others) -> dict:
        """Exchange the chosen word with the one before it; it stays chosen."""
        return self._swap(words, word, word - 1)

    def on_right(self, word: int, words: tuple[str, ...], **others) -> dict:
        """Exchange the chosen word with the one after it; it stays chosen."""
        return self._swap(words, word, word + 1)

    def on_back(self, **others) -> dict:
        """The words in their start order."""
        self._start_again()
        return {}

    def view(self) -> ipywidgets.VBox:
        """The words to drag stand above the controls, which do the same by keyboard."""
        view = super().view()
        hint = ipywidgets.HTML(f'<div style="{TEXT_STYLE}">Drag the words with the mouse (× takes one out), or '
                               "choose one and move it with the buttons:</div>")
        view.children = (hint, self.words, *view.children)
        return view

    def _swap(self, words: tuple[str, ...], here: int, there: int) -> dict:
        if 1 <= here <= len(words) and 1 <= there <= len(words):
            order = list(words)
            order[here - 1], order[there - 1] = order[there - 1], order[here - 1]
            self.words.value = order
            self.controls["word"].value = there
        return {}

    def _start_again(self) -> None:
        start = self.controls["sentence"].value.split()
        self.words.allowed_tags = []  # no limit: the old words must not be refused while the new ones come in
        self.words.value = start
        self.words.allowed_tags = sorted(set(start))
        self.controls["word"].value = 2

    def _words_changed(self, change) -> None:
        if len(change.new) > Reorder.most:
            self.words.value = change.new[:Reorder.most]
            return
        self.controls["word"].max = max(len(change.new), 1)
        self._show()


@lru_cache(maxsize=64)
def reader(memory: float) -> nn.RNN:
    """A tanh network with fixed random weights that reads one-hot vectors; `memory` multiplies its W_h."""
    rng = np.random.default_rng(1)
    size = Reorder.hidden
    layer = nn.RNN(len(VOCABULARY), size)
    layer.params["W_x"][:] = 0.8 * rng.normal(size=(len(VOCABULARY), size))
    layer.params["W_h"][:] = memory * rng.normal(size=(size, size)) / np.sqrt(size)
    layer.params["b"][:] = 0
    return layer


def last_state(words: tuple[str, ...], memory: float = 1.0) -> np.ndarray:
    """The state (H,) after the last word; zeros when there is none."""
    if not words:
        return np.zeros(Reorder.hidden)
    x = np.eye(len(VOCABULARY))[[VOCABULARY.index(word) for word in words]]
    outputs, _ = reader(memory).forward(x[:, None, :])
    return outputs[-1, 0]
