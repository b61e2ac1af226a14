"""Explorer of chapter 11: type a sum, and watch a network read it and a beam write the answer."""

import json
import re
from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np
from safetensors import safe_open

from seqlearn import nn
from seqlearn.data.addition import DIGITS
from seqlearn.data.pairs import END, PAD, START, Symbols
from seqlearn.decoding.beam import Candidate, Hypothesis, search
from seqlearn.nn.losses import log_softmax
from seqlearn.plots.beam_tree import WritingASum, best_path
from seqlearn.widgets.explorer import Explorer

WEIGHTS = Path(__file__).with_name("adder.safetensors")
DIGITS_OF_A_NUMBER, ANSWER = 3, 4
LONGEST = 2 * DIGITS_OF_A_NUMBER + 1
STEPS = ANSWER + 1  # four characters, and END


class Adder:
    """A trained encoder and decoder of sums, in NumPy: the twin of models.Seq2Seq, to be used and not to be trained.

    path: a file that notebooks/long_runs/11_addition.py wrote. Its settings say whether questions are read from the
    end, whether c is handed over, and whether the decoder sees the context at every step.
    """

    def __init__(self, path: str | Path = WEIGHTS) -> None:
        if not Path(path).is_file():
            raise FileNotFoundError(f"the trained adder is not at {path}: notebooks/long_runs/11_addition.py makes it")
        with safe_open(path, framework="numpy") as file:
            weights = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}
            settings = json.loads(file.metadata()["settings"])
        self.rung = settings["rungs"][settings["kept"][0]]
        self.source, self.target = Symbols(DIGITS + "+ "), Symbols(DIGITS + " ")
        self.embeddings = {name: weights[f"{name}.embedding.weight"] for name in ("encoder", "decoder")}
        self.encoder, self.decoder = (_lstm(weights, name) for name in ("encoder", "decoder"))
        self.readout, self.bias = weights["decoder.readout.weight"].T, weights["decoder.readout.bias"]

    def characters(self, question: str) -> str:
        """A question as this model reads it: filled up with spaces, perhaps turned round."""
        filled = question.ljust(LONGEST)
        return filled[::-1] if self.rung["reverse"] else filled

    def read(self, question: str) -> tuple[np.ndarray, tuple]:
        """The states after each character (T, H), and the state that the decoder begins with."""
        x = self.embeddings["encoder"][self.source.encode(self.characters(question))]
        outputs, (h, c) = self.encoder.forward(x[:, None])
        return outputs[:, 0], (h, c if self.rung["hands over"] == "h and c" else np.zeros_like(c))

    def step(self, tokens: np.ndarray, context: np.ndarray, state: tuple) -> tuple[np.ndarray, tuple]:
        """One step of the decoder: tokens (B,), context (H,), state (B, H) twice → log-probabilities (B, V), state."""
        x = self.embeddings["decoder"][tokens]
        peek = np.broadcast_to(context, (len(tokens), len(context)))
        looks = self.rung["context"] == "every step"
        outputs, state = self.decoder.forward((np.hstack([x, peek]) if looks else x)[None], state)
        features = np.hstack([outputs[0], peek]) if looks else outputs[0]
        logits = features @ self.readout + self.bias
        logits[:, [PAD, START]] = -np.inf
        return log_softmax(logits), state

    def search(self, question: str, width: int, spare: int = 0) -> tuple[list[Hypothesis], list[Candidate]]:
        """What a beam of this width finds, best first, and its tree."""
        _, state = self.read(question)
        context = state[0][0]

        def step(tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
            nonlocal state
            log_p, state = self.step(tokens, context, tuple(part[parents] for part in state))
            return log_p

        return search(step, width=width, max_steps=STEPS, spare=spare)

    def along(self, question: str, tokens: tuple[int, ...]) -> np.ndarray:
        """The probabilities (S, V) at every step, when these tokens are said."""
        _, state = self.read(question)
        context, found = state[0][0], []
        for token in (START, *tokens)[:STEPS]:
            log_p, state = self.step(np.array([token]), context, state)
            found.append(np.exp(log_p[0]))
        return np.array(found)

    def text(self, tokens: tuple[int, ...]) -> str:
        """An answer as a text, without the spaces at its end."""
        return "".join(self.target.decode(tokens)).rstrip()


def _lstm(weights: dict[str, np.ndarray], name: str) -> nn.LSTM:
    W_x, W_h = (weights[f"{name}.recurrent.weight_{which}_l0"].T for which in ("ih", "hh"))
    layer = nn.LSTM(len(W_x), len(W_h))
    layer.params["W_x"][:], layer.params["W_h"][:] = W_x, W_h
    layer.params["b"][:] = weights[f"{name}.recurrent.bias_ih_l0"] + weights[f"{name}.recurrent.bias_hh_l0"]
    return layer


@lru_cache(maxsize=1)
def stored_adder() -> Adder:
    """The adder that comes with the course."""
    return Adder()


def understood(text: str) -> str:
    """What the network is to read: the sum in a text as it was trained on it, "57+5", or else the first characters.

    It answers to anything. Signs that it does not know become "?", which stands for the row of unknown ones.
    """
    found = re.fullmatch(r"\s*0*(\d+)\s*\+\s*0*(\d+)\s*=?\s*", text, flags=re.ASCII)
    if found and max(map(len, found.groups())) <= DIGITS_OF_A_NUMBER:
        return "+".join(found.groups())
    return "".join(sign if sign in DIGITS + "+" else "?" for sign in "".join(text.split()))[:LONGEST]


def right_answer(question: str) -> str | None:
    """The sum, or None when the question is no sum of two numbers of up to three digits."""
    if not re.fullmatch(r"\d{1,3}\+\d{1,3}", question):
        return None
    return str(sum(map(int, question.split("+"))))


class TypedSum(Explorer):
    """Type a sum, move through the decoder's steps, and widen the beam."""

    chapter = "11"
    title = "How does it write a sum?"
    question = (
        "7+3 is wrong: why such an easy sum? Count how many sums of two one-digit numbers there are. Then type "
        "357+801 and widen the beam from 1 to 3, and do the same with 55+930. Does a wider beam help?"
    )
    picture_class = WritingASum
    plays = "step"
    on_page = {"sum": ("7+3", "357+801", "55+930", "57+5"), "step": range(1, STEPS + 1), "width": (1, 2, 3, 5)}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "sum": ipywidgets.Text(value="7+3", description="sum", layout=ipywidgets.Layout(width="220px")),
            "step": ipywidgets.IntSlider(value=STEPS, min=1, max=STEPS, description="steps of the decoder"),
            "width": ipywidgets.IntSlider(value=3, min=1, max=WritingASum.widest, description="width of the beam"),
        }

    def compute(self, sum: str, step: int, width: int) -> dict:
        return decoded(understood(sum), step, width)


def decoded(question: str, step: int, width: int) -> dict:
    """The values for the picture."""
    adder = stored_adder()
    states, _ = adder.read(question)
    hypotheses, tree = adder.search(question, width)
    shown = [one for one in tree if one.step <= step]
    leading = tuple(shown[i].token for i in sorted(best_path(shown)))  # with END, which the decoder need not read
    order = adder.target.encode(DIGITS + " ").tolist() + [END]
    return {
        "characters": adder.characters(question),
        "states": states,
        "probabilities": adder.along(question, leading[:-1])[:, order],
        "tree": tree,
        "names": adder.target.tokens,
        "step": step,
        "width": width,
        "answers": [(adder.text(one.tokens), one.log_probability) for one in hypotheses],
        "right": right_answer(question),
    }
