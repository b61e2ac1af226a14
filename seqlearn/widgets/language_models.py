"""The explorer of chapter 09: type a text, move the temperature, see what the language model expects next."""

import json
import re
from functools import cache
from pathlib import Path

import ipywidgets
import numpy as np
from safetensors import safe_open

from seqlearn import nn
from seqlearn.data.corpus import Vocabulary
from seqlearn.decoding.sampling import next_probabilities
from seqlearn.nn.losses import log_softmax
from seqlearn.plots.next_character import NextCharacter
from seqlearn.widgets.explorer import Explorer

WEIGHTS = Path(__file__).with_name("language_model.safetensors")
WRITES = 168  # characters that the explorer lets the model write
START = "\n"  # what the model reads before a text begins
PROMPT = "Scene 7. Clara and Ivo at the harbour, with a violin, in the rain.//CLARA: Ivo, I have brought the "


class CharacterModel:
    """A trained LSTM language model, in NumPy: the twin of models.LanguageModel, to be read with and not to be trained.

    path: a file written by `save_weights` with the setting "characters", the vocabulary.
    """

    def __init__(self, path: str | Path = WEIGHTS) -> None:
        with safe_open(path, framework="numpy") as file:
            weights = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}
            self.settings = json.loads(file.metadata()["settings"])
        self.vocabulary = Vocabulary(self.settings["characters"])
        self.embedding = nn.Embedding(*weights["embedding.weight"].shape)
        self.recurrent = nn.LSTM(self.embedding.embedding_size, weights["recurrent.weight_hh_l0"].shape[1])
        self.readout = nn.Linear(self.recurrent.hidden_size, len(self.vocabulary))
        self.embedding.params["W"][:] = weights["embedding.weight"]
        self.recurrent.params["W_x"][:] = weights["recurrent.weight_ih_l0"].T
        self.recurrent.params["W_h"][:] = weights["recurrent.weight_hh_l0"].T
        self.recurrent.params["b"][:] = weights["recurrent.bias_ih_l0"] + weights["recurrent.bias_hh_l0"]
        self.readout.params["W"][:] = weights["readout.weight"].T
        self.readout.params["b"][:] = weights["readout.bias"]

    def read(self, indices: np.ndarray, state: tuple | None = None) -> tuple[np.ndarray, tuple]:
        """indices (T,) -> the logits after each of them (T, V), and the state to go on from."""
        outputs, state = self.recurrent.forward(self.embedding.forward(np.asarray(indices)[:, None]), state)
        return self.readout.forward(outputs)[:, 0], state

    def surprises(self, text: str) -> np.ndarray:
        """−log p of each character of a text, in nats (S,); a line break is read before the first."""
        indices = self.vocabulary.encode(START + text)
        log_p = log_softmax(self.read(indices[:-1])[0]) if text else np.zeros((0, len(self.vocabulary)))
        return -log_p[np.arange(len(text)), indices[1:]]

    def step(self, index: int, state: tuple) -> tuple[np.ndarray, tuple]:
        """As `read` for one character, and many times as fast: the logits (V,), and the state."""
        weights, (h, c) = self.recurrent.params, state
        sums = self.embedding.params["W"][index] @ weights["W_x"] + h @ weights["W_h"] + weights["b"]
        i, f, g, o = np.split(sums, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        return (h @ self.readout.params["W"] + self.readout.params["b"])[0], (h, c)

    def write_on(self, text: str, length: int, rng: np.random.Generator, *, temperature: float = 1.0,
                 top_k: int | None = None) -> str:  # fmt: skip
        """The `length` characters that the model draws after a text."""
        logits, state = self.read(self.vocabulary.encode(START + text))
        logits, written = logits[-1], []
        for _ in range(length):
            p = next_probabilities(logits, temperature, top_k)
            written.append(rng.choice(len(p), p=p))
            logits, state = self.step(written[-1], state)
        return self.vocabulary.decode(written)


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * z)


@cache
def course_model() -> CharacterModel:
    """The model that comes with the course, trained on its corpus by notebooks/long_runs/09_course_model.py."""
    return CharacterModel()


class NextCharacterExplorer(Explorer):
    """Type the beginning of a text; set temperature and top-k; see the next character's probabilities."""

    chapter = "09"
    title = "What comes next?"
    question = (
        "Exchange *violin* for *kettle*: does any bar move? Then type the first letter of the thing at the end: how "
        "sure is the model now? Move the temperature: do two bars ever change places? From which temperature on do "
        "the words fall apart? In the text, / starts a new line."
    )
    picture_class = NextCharacter
    on_page = {
        "text": (PROMPT, PROMPT.replace("violin", "kettle"), PROMPT + "v", PROMPT + "k",
                 PROMPT.replace("violin", "kettle") + "k"),
        "temperature": np.array([0, 2, 4, 5, 6, 8, 10, 12, 14, 16, 20, 30]) / 10,
    }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        size = len(course_model().vocabulary)
        return {
            "text": ipywidgets.Text(value=PROMPT, description="text so far",
                                    layout=ipywidgets.Layout(width="930px")),
            "temperature": ipywidgets.FloatSlider(value=1.0, min=0.0, max=3.0, step=0.1, description="temperature",
                                                  readout_format=".1f"),
            "top_k": ipywidgets.IntSlider(value=size, min=1, max=size, description="top-k"),
            "seed": ipywidgets.BoundedIntText(value=0, min=0, max=999, description="seed of the drawing"),
        }

    def compute(self, text: str, temperature: float, top_k: int, seed: int) -> dict:
        model = course_model()
        text = re.sub(r" ?/ ?", "\n", text)
        known = "".join(character for character in text if character in model.vocabulary)
        logits, _ = model.read(model.vocabulary.encode(START + known))
        rng = np.random.default_rng(seed)
        return {
            "text": known,
            "surprises": model.surprises(known),
            "characters": model.vocabulary.characters,
            "plain": next_probabilities(logits[-1]),
            "probabilities": next_probabilities(logits[-1], temperature, top_k),
            "written": model.write_on(known, WRITES, rng, temperature=temperature, top_k=top_k),
            "temperature": temperature,
            "top_k": top_k,
            "unknown": "".join(sorted(set(text) - set(known))),
        }
