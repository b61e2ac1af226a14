"""Explorer of chapter 13: type a date, pick a character of the answer, and see which characters it was read from.

It runs on the layers of `seqlearn.nn`, with the weights that notebooks/long_runs/13_dates.py has trained. In the page
attention.js does the same, and shows beside it what the model of 13_dates_one_vector.py writes without attention.
"""

from base64 import b64encode
from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np

from seqlearn import nn
from seqlearn.course.chapters import notebooks_folder
from seqlearn.data.dates import SOURCE, TARGET
from seqlearn.data.pairs import END, PAD, START, UNKNOWN, Symbols
from seqlearn.plots.date_reader import MOST, WRITTEN, DateReader
from seqlearn.widgets.examples import begin_with
from seqlearn.widgets.explorer import Explorer

EXAMPLES = (
    "Tuesday, September 25, 1984",
    "27. sept 1994",
    "2/10/93",
    "2.10.93",
    "3rd of may 2004",
    "19990131",
    "JUNE 30, 2016",
    "july 30 '16",
    "on may 5 1999",
    "31 february 2001",
)


class DateAttention(Explorer):
    """A typed date, the character of the answer whose weights are shown, and the temperature of the softmax."""

    chapter = "13"
    title = "Where does it look?"
    question = (
        "Step through the characters: which of them look at one place, and which nowhere in particular? Compare "
        "`2/10/93` with `2.10.93`: what changes places? Then move the temperature: what breaks when all places weigh "
        "nearly the same, and does anything break when only the best place counts?"
    )
    picture_class = DateReader
    script = "attention.js"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        date = ipywidgets.Text(value=EXAMPLES[0], description="Date", continuous_update=True, placeholder="type a date",
                               layout=ipywidgets.Layout(width="330px"))
        character = ipywidgets.IntSlider(description="Output character", min=1, max=WRITTEN, value=7)
        self._wish, self._fitting = character.value, False
        character.observe(self._remember, "value")
        return {
            "date": date,
            "example": begin_with(date, EXAMPLES),
            "character": character,
            "temperature": ipywidgets.FloatLogSlider(description="Temperature", min=-2, max=2, step=0.1, value=1.0,
                                                     readout_format=".3r"),
        }

    def compute(self, date: str, example: str, character: int, temperature: float) -> dict:
        values = read(date[:MOST], temperature)
        written = max(len(values["target"]), 1)
        self._fit(written)
        return {**values, "chosen": min(character, written) - 1, "cut": len(date) > MOST}

    def page_data(self, **values) -> dict:
        """The alphabets, and the weights of both models: of the trained one, and of its like without attention."""
        return packed_models()

    @property
    def wishes(self) -> dict:
        """The character that was chosen, also while the answer is too short for it."""
        return {"character": self._wish}

    def set(self, **values) -> None:
        """As `Explorer.set`; a new date may have a longer answer than the one that the slider ends with."""
        self.controls["character"].max = WRITTEN
        super().set(**values)

    def _fit(self, written: int) -> None:
        """End the slider where the answer ends; a shorter answer in between does not move the chosen character."""
        slider, self._fitting = self.controls["character"], True
        slider.max = written
        slider.value = min(self._wish, written)
        self._fitting = False

    def _remember(self, change) -> None:
        if not self._fitting:
            self._wish = change.new


@lru_cache(maxsize=1)
def stored_reader(path: Path | None = None) -> dict:
    """The trained model as layers of `seqlearn.nn` and arrays.

    Raises FileNotFoundError, naming the script, when the weights are not there.
    """
    from safetensors.numpy import load_file

    path = path or notebooks_folder() / "long_runs" / "13_dates.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"the trained model is not at {path}: notebooks/long_runs/13_dates.py makes it")
    weights = {name: value.astype(float) for name, value in load_file(path).items()}
    encoder = nn.Bidirectional(*(_lstm(weights, "encoder.recurrent.", f"_l0{way}") for way in ("", "_reverse")))
    hidden_size = len(weights["decoder.cell.weight_hh"][0])
    attention = nn.Attention("additive", hidden_size, 2 * hidden_size)
    for name, theirs in (("W_q", "query"), ("W_k", "key")):
        attention.params[name][:] = weights[f"decoder.attention.{theirs}.weight"].T
    return {"encoder": encoder, "cell": _lstm(weights, "decoder.cell.", ""), "attention": attention,
            "v": weights["decoder.attention.v.weight"][0], "source": Symbols(SOURCE), "target": Symbols(TARGET),
            **weights}


@lru_cache(maxsize=1)
def packed_models() -> dict:
    """Alphabets and weights as the page reads them: of every array [bits of a number, the numbers in base64]."""
    from safetensors.numpy import load_file

    folder = notebooks_folder() / "long_runs"
    stored = [load_file(folder / f"{name}.safetensors") for name in ("13_dates", "13_dates_one_vector")]
    models = [{name: [8 * value.itemsize, b64encode(value.tobytes()).decode()] for name, value in weights.items()}
              for weights in stored]
    return {"source": SOURCE, "target": TARGET, "models": models}


def _lstm(weights: dict, place: str, end: str) -> nn.LSTM:
    W_x, W_h = (weights[f"{place}weight_{name}{end}"].T for name in ("ih", "hh"))
    layer = nn.LSTM(len(W_x), len(W_h))
    layer.params["W_x"][:], layer.params["W_h"][:] = W_x, W_h
    layer.params["b"][:] = weights[f"{place}bias_ih{end}"] + weights[f"{place}bias_hh{end}"]
    return layer


@lru_cache(maxsize=64)
def read(date: str, temperature: float = 1.0) -> dict:
    """What the model writes for a date, one character after the other, and where it looked.

    Returns source, target (S tokens, the last of them "<end>" unless it goes on after 11), weights (S, T), temperature,
    and known (T,): which characters are in its alphabet. The scores are divided by the temperature.
    """
    model = stored_reader()
    rows = model["source"].encode(date)
    result = {"source": date, "known": [row != UNKNOWN for row in rows.tolist()], "temperature": temperature}
    if not date:
        return {**result, "target": [], "weights": np.zeros((0, 0))}
    outputs, ends = model["encoder"].forward(model["encoder.embedding.weight"][rows][:, None])
    bridge = model["encoder.bridge.weight"].T
    state = tuple(np.tanh(np.concatenate(both, axis=1) @ bridge + model["encoder.bridge.bias"])
                  for both in zip(*ends, strict=True))
    model["attention"].params["v"][:] = model["v"] / temperature
    token, target, all_weights = START, [], []
    while token != END and len(target) < WRITTEN:
        context, weights = model["attention"].forward(state[0], outputs)
        x = np.concatenate([model["decoder.embedding.weight"][[token]], context], axis=1)
        _, state = model["cell"].forward(x[None], state)
        features = np.concatenate([state[0], context], axis=1)[0]
        logits = model["decoder.readout.weight"] @ features + model["decoder.readout.bias"]
        logits[[PAD, START]] = -np.inf
        token = int(logits.argmax())
        target.append(model["target"].tokens[token])
        all_weights.append(weights[0])
    return {**result, "target": target, "weights": np.array(all_weights)}
