"""Explorer of chapter 01: words change places; the bag of words stands still, the recurrent state moves."""

from functools import lru_cache

import ipywidgets
import numpy as np

from seqlearn import nn
from seqlearn.plots.order import Reorder
from seqlearn.widgets.explorer import Explorer

SENTENCES = ("dog bites man", "you say goodbye and i say hello", "the film was good not bad")
VOCABULARY = sorted({word for sentence in SENTENCES for word in sentence.split()})
FIRST_SHOWN = "man bites dog"  # the picture on a page without a kernel shows the point, too


class WordOrder(Explorer):
    """Choose a word and move it with the buttons, or type another order; see what the two vectors do."""

    chapter = "01"
    title = "Words on the move"
    question = (
        "Put the words into another order: the bag stands still, and the state moves. Now set the weight of the old "
        "state to 0. Which changes of order does the state still notice, and why only those?"
    )
    picture_class = Reorder
    on_page = {
        "memory": np.arange(16) / 10,
        "words": (FIRST_SHOWN, "dog bites man", "bites man dog", "bites dog man", "man dog bites", "dog man bites"),
    }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self._arranging = False
        sentence = ipywidgets.Dropdown(description="Sentence", options=SENTENCES)
        sentence.observe(lambda change: self._start_again(), "value")
        # With continuous_update a half-typed word would be taken for a wrong one.
        self.words = ipywidgets.Text(description="Words in order", value=FIRST_SHOWN, continuous_update=False,
                                     placeholder="words of the sentence, then Enter",
                                     layout=ipywidgets.Layout(width="720px"))
        self.words.observe(lambda change: self._offer_words(), "value")
        # A row of its own, so that a longer sentence moves nothing below it.
        self.word = ipywidgets.ToggleButtons(description="Choose a word", style={"button_width": "auto"},
                                             layout=ipywidgets.Layout(width="100%"))
        self._offer_words()
        return {
            "sentence": sentence,
            "memory": ipywidgets.FloatSlider(description="Weight of the old state", min=0, max=1.5, step=0.1, value=1,
                                             readout_format=".1f"),
            "words": self.words,
            "word": self.word,
            "left": ipywidgets.Button(description="← Move left"),
            "back": ipywidgets.Button(description="Start order"),
            "right": ipywidgets.Button(description="Move right →"),
            "out": ipywidgets.Button(description="Take out"),
        }

    def compute(self, sentence: str, memory: float, words: str, word: int | None) -> dict:
        start = sentence.split()
        order, left_out = read_words(words, start)
        names = sorted(set(start))
        bag, start_bag = (np.array([float(each.count(name)) for name in names]) for each in (order, start))
        return {"words": order, "chosen": min(word or 1, len(order)), "vocabulary": names, "bag": bag,
                "start_bag": start_bag, "state": last_state(tuple(order), memory), "start": start,
                "start_state": last_state(tuple(start), memory), "memory": memory, "left_out": left_out}

    def on_left(self, **values) -> dict:
        """Exchange the chosen word with the one before it; it stays chosen."""
        return self._move(-1, **values)

    def on_right(self, **values) -> dict:
        """Exchange the chosen word with the one after it; it stays chosen."""
        return self._move(1, **values)

    def on_out(self, sentence: str, words: str, word: int | None, **others) -> dict:
        """Take the chosen word out; the one that comes to its place is chosen."""
        order, _ = read_words(words, sentence.split())
        if word:
            del order[word - 1]
            self._set(order, word)
        return {}

    def on_back(self, **others) -> dict:
        """The words in their start order."""
        self._start_again()
        return {}

    def _move(self, by: int, sentence: str, words: str, word: int | None, **others) -> dict:
        order, _ = read_words(words, sentence.split())
        if word and 1 <= word + by <= len(order):
            order[word - 1], order[word - 1 + by] = order[word - 1 + by], order[word - 1]
            self._set(order, word + by)
        return {}

    def _start_again(self) -> None:
        self._set(self.controls["sentence"].value.split(), 1)

    def _set(self, order: list[str], word: int) -> None:
        self._arranging = True
        self.words.value = " ".join(order)
        self._offer_words(word)
        self._arranging = False
        self._show()

    def _show(self, button: str | None = None) -> None:
        """As in `Explorer`, but one picture for words and buttons that change together."""
        if not self._arranging:
            super()._show(button)

    def _offer_words(self, word: int | None = None) -> None:
        """One button for each word. Chosen is `word`, or what was chosen before, or the second: it can go both ways."""
        sentence = self.controls["sentence"].value if hasattr(self, "controls") else SENTENCES[0]
        order, _ = read_words(self.words.value, sentence.split())
        places = [(name, place) for place, name in enumerate(order, 1)]
        outer, self._arranging = self._arranging, True
        chosen = min(word or self.word.value or 2, len(order)) or None
        if list(self.word.options) != places:
            self.word.options = places  # which chooses the first
        self.word.value = chosen
        self._arranging = outer


def read_words(text: str, sentence: list[str]) -> tuple[list[str], str]:
    """What was typed as words of a sentence, at most `Reorder.most` of them, and what was left out, as text."""
    words, left_out = [], []
    for word in text.lower().split():
        fits = word in sentence and len(words) < Reorder.most
        (words if fits else left_out).append(word if len(word) <= 12 else word[:12] + "…")
    more = f" and {len(left_out) - 4} more" if len(left_out) > 4 else ""
    return words, " ".join(left_out[:4]) + more


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
