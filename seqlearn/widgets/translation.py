"""Explorer of chapter 15: type a number, and see two translators put it into German."""

import re
from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np

from seqlearn.course.chapters import notebooks_folder
from seqlearn.data.number_names import ENGLISH_ONES, ENGLISH_TENS, LARGEST, english, german, join, number_names
from seqlearn.plots.translation_board import TranslationBoard
from seqlearn.widgets.explorer import Explorer

MODELS = {"with attention": "attention", "without": "once"}
MOST_WORDS = 10
WORDS = {*ENGLISH_ONES, *ENGLISH_TENS, "hundred", "thousand"}
MAX_STEPS = 15


class NumberTranslator(Explorer):
    """A number in digits or in English words; left where the translator looks, right the answers of its beam."""

    chapter = "15"
    title = "Two translators of numbers"
    question = (
        "At which length does the translator without attention begin to fail? What is wrong then: the order of the "
        "parts, the length, or single digits? Widen its beam to 8: is the right answer among the eight, and why is it "
        "not the first?"
    )
    picture_class = TranslationBoard
    on_page = {
        "words": ("721,623", "21", "623", "4,042", "100,000", "seven seven"),
        "model": MODELS,
        "width": (1, 4, 8),
    }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "words": ipywidgets.Text(value="721,623", description="English", continuous_update=True,
                                     placeholder="a number, or words", layout=ipywidgets.Layout(width="640px")),
            "model": ipywidgets.Dropdown(description="Model", options=list(MODELS), value="with attention"),
            "width": ipywidgets.IntSlider(description="Beam width", min=1, max=8, value=4),
        }

    def compute(self, words: str, model: str, width: int) -> dict:
        return answer(words, MODELS[model], width) | {"name": f"{model}, width {width}"}


def words_of(text: str) -> tuple[str, ...]:
    """What was typed as English words: a number in digits is written out, "<unk>" is a word that no number has.

    Numbers above 999,999, negative ones and such as 12.5 are one unknown word. Of words at most ten are kept.
    """
    digits = text.replace(",", "").replace(" ", "")
    if digits.isascii() and digits.isdigit():
        digits = digits.lstrip("0") or "0"
        return english(int(digits)) if len(digits) <= len(str(LARGEST)) else ("<unk>",)
    words = [word.strip(",.;!?") for word in re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", text.lower()).split()]
    return tuple(word if word in WORDS else "<unk>" for word in words if word and word != "and")[:MOST_WORDS]


def number_of(words: tuple[str, ...]) -> int | None:
    """The number that this chapter gives these words as its name, None where there is none."""
    total = current = 0
    for word in words:
        if word in ENGLISH_ONES:
            current += ENGLISH_ONES.index(word)
        elif word in ENGLISH_TENS:
            current += 10 * (ENGLISH_TENS.index(word) + 2)
        elif word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = 1000 * (total + current), 0
        else:
            return None
    number = total + current
    return number if words and number <= LARGEST and english(number) == tuple(words) else None


@lru_cache(maxsize=1)
def stored_translators(path: Path | None = None) -> tuple:
    """The pairs and the two models that notebooks/long_runs/15_number_names.py has trained.

    Raises FileNotFoundError, naming the script, when the weights are not there.
    """
    import torch
    from safetensors import safe_open

    from seqlearn.models.translator import make_translator
    from seqlearn.training.weights import load_weights

    path = path or notebooks_folder() / "long_runs" / "15_number_names.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"the translators are not at {path}: notebooks/long_runs/15_number_names.py makes them")
    with safe_open(path, framework="pt") as file:
        hidden_size = file.get_slice("attention.decoder.cell.weight_hh").get_shape()[1]
        embedding_size = file.get_slice("attention.decoder.embedding.weight").get_shape()[1]
    pairs = number_names(1, 1)
    models = torch.nn.ModuleDict({name: make_translator(name, pairs, hidden_size=hidden_size,
                                                        embedding_size=embedding_size) for name in MODELS.values()})
    load_weights(models, path)
    return pairs, models.eval()


def answer(text: str, model: str, width: int) -> dict:
    """The best answers of a model ("attention" or "once") to what was typed, and where it looked for the first one."""
    words = words_of(text)
    if not words:
        return {"source": [], "target": [], "weights": None, "answers": [], "right": None}
    from seqlearn.decoding import beam_search
    from seqlearn.models.translator import attention_of

    pairs, models = stored_translators()
    source = pairs.source.encode(words)[:, None]
    found = beam_search(models[model], source, width=width, max_steps=MAX_STEPS)
    number = number_of(words)
    return {
        "source": list(words),
        "target": pairs.target.decode(found[0].tokens),
        "weights": attention_of(models[model], source, found[0].tokens),
        "answers": [(join(pairs.target.decode(each.tokens)), float(np.exp(each.log_probability))) for each in found],
        "right": None if number is None else join(german(number)),
    }
