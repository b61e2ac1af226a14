"""Explorer of chapter 10: type a review, and see what an LSTM and a bag of words think after every word."""

from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np

from seqlearn import nn
from seqlearn.course.chapters import notebooks_folder
from seqlearn.data.reviews import grammar_words
from seqlearn.data.words import UNKNOWN, tokenize
from seqlearn.plots.word_by_word import WordByWord
from seqlearn.widgets.examples import begin_with
from seqlearn.widgets.explorer import Explorer

EXAMPLES = (
    "the plot is good but the cast is bad",
    "the plot is bad but the cast is good",
    "the plot is anything but dull",
    "although the plot is good, the cast is bad",
    "the music is clever, not boring",
    "the music is boring, not clever",
    "nobody will call the ending funny",
    "at first the film seems clumsy, in the end it is gripping",
)


class TypedReview(Explorer):
    """Type words; a bar for the probability after each of them. Marks show a bag of words, which counts and no more."""

    chapter = "10"
    title = "What does it think now?"
    question = (
        "At which word does the LSTM change its mind, and why there? Choose the two reviews with *but* that have the "
        "same words: where do the marks of the bag of words end? Then type a review of your own that fools the LSTM."
    )
    picture_class = WordByWord
    on_page = {"review": EXAMPLES}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        review = ipywidgets.Text(value=EXAMPLES[0], description="Review", continuous_update=True,
                                 placeholder="type a review", layout=ipywidgets.Layout(width="720px"))
        return {"review": review, "example": begin_with(review, EXAMPLES)}

    def compute(self, review: str, example: str) -> dict:
        return read(review)


@lru_cache(maxsize=1)
def stored_readers(path: Path | None = None) -> dict:
    """The two readers that notebooks/long_runs/10_reviews.py has trained, as NumPy arrays and a layer of `seqlearn.nn`.

    Raises FileNotFoundError, naming the script, when the weights are not there.
    """
    from safetensors.numpy import load_file

    path = path or notebooks_folder() / "long_runs" / "10_reviews.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"the trained readers are not at {path}: notebooks/long_runs/10_reviews.py makes them")
    weights = {name: value.astype(float) for name, value in load_file(path).items()}
    embedding = weights["lstm.embedding.weight"]
    layer = nn.LSTM(embedding.shape[1], weights["lstm.forwards.weight_hh_l0"].shape[1])
    layer.params["W_x"][:] = weights["lstm.forwards.weight_ih_l0"].T
    layer.params["W_h"][:] = weights["lstm.forwards.weight_hh_l0"].T
    layer.params["b"][:] = weights["lstm.forwards.bias_ih_l0"] + weights["lstm.forwards.bias_hh_l0"]
    return {"embedding": embedding, "layer": layer, "readout": weights["lstm.readout.weight"][0],
            "bias": weights["lstm.readout.bias"][0], "bag": weights["bag.weight"][:, 0], "bag_bias": weights["bias"][0],
            "vocabulary": {word: row for row, word in enumerate(["<pad>", "<unk>", *grammar_words()])}}


def read(review: str) -> dict:
    """What both readers think of a review: its words, which of them are known, and the probabilities (T + 1,) before
    the first word and after each."""
    readers = stored_readers()
    words = tokenize(review)
    rows = np.array([readers["vocabulary"].get(word, UNKNOWN) for word in words], dtype=int)
    states = np.zeros((len(words) + 1, len(readers["readout"])))
    if words:
        states[1:] = readers["layer"].forward(readers["embedding"][rows][:, None, :])[0][:, 0]
    logits = states @ readers["readout"] + readers["bias"]
    counted = np.concatenate([[0.0], np.cumsum(readers["bag"][rows])]) + readers["bag_bias"]
    lstm, bag = (1 / (1 + np.exp(-np.clip(z, -500, 500))) for z in (logits, counted))
    return {"words": words, "known": [word in readers["vocabulary"] for word in words], "lstm": lstm, "bag": bag}
