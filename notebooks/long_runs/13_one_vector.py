"""Chapter 13: what can one vector hold? Copying through a vector of a few numbers, rounded to bits and not rounded.

    .venv/bin/python notebooks/long_runs/13_one_vector.py        writes 13_one_vector.json; 2 minutes on one core

Encoder and decoder keep their 64 units; only the vector between them is narrow. Rounded to −1 or 1, w numbers are w
bits: no more than 2^w strings can be told apart, however long the training. The strings are short, since there are
10^length of them. The learning rate is chosen for each vector, in one run of 1,000 updates with another seed.
"""

import runpy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.models.seq2seq import Decoder, Encoded, Encoder, Seq2Seq

SETTINGS = {
    "vectors": [["bits", 8], ["numbers", 8]], "updates": [1000, 3000], "sweep_seed": 100,
    "seeds": [1, 2, 3], "rates": [0.003, 0.01, 0.03, 0.1], "hidden_size": 64, "embedding_size": 16, "shortest": 1,
    "longest": 4, "batch_size": 64, "max_norm": 1.0, "test_lengths": [1, 2, 3, 4], "test_size": 1000,
}
MINUTES = 2
TOLERANCE = {"curves": [0.05, 0.05], "sweep": [0.05, 0.05]}
copying = runpy.run_path(str(Path(__file__).with_name("13_bottleneck.py")))


class NarrowEncoder(nn.Module):
    """An encoder whose last state has to pass a vector of `width` numbers between −1 and 1; bits: exactly −1 or 1.

    A rounded number has no slope. In backward the rounding is left out, as if the number had passed as it was (the
    straight-through estimator, Bengio, Léonard & Courville, 2013).
    """

    def __init__(self, encoder: Encoder, hidden_size: int, width: int, *, bits: bool) -> None:
        super().__init__()
        self.encoder, self.bits, self.output_size = encoder, bits, encoder.output_size
        self.narrow, self.wide = nn.Linear(2 * hidden_size, width), nn.Linear(width, 2 * hidden_size)

    def forward(self, source: Tensor, lengths: Tensor | None = None) -> Encoded:
        encoded = self.encoder(source, lengths)
        vector = torch.tanh(self.narrow(torch.cat(encoded.state, dim=2)))  # h and c of the LSTM side by side
        if self.bits:
            rounded = torch.where(vector >= 0, 1.0, -1.0)
            vector = vector + (rounded - vector).detach()
        h, c = torch.tanh(self.wide(vector)).chunk(2, dim=2)
        return encoded._replace(state=(h.contiguous(), c.contiguous()))


def train_one(kind: str, width: int, updates: int, seed: int, rate: float, settings: dict) -> Seq2Seq:
    torch.manual_seed(seed)
    size, embedding = settings["hidden_size"], settings["embedding_size"]
    encoder = Encoder(copying["SYMBOLS"], size, embedding_size=embedding, bidirectional=True)
    decoder = Decoder(copying["SYMBOLS"], size, context="every step", embedding_size=embedding)
    model = Seq2Seq(NarrowEncoder(encoder, size, width, bits=kind == "bits"), decoder)
    return copying["teach"](model, settings["longest"], updates, seed, rate, settings)


def try_rate(kind: str, width: int, rate: float, settings: dict) -> float:
    """One run of the sweep: the mean share that is copied."""
    seed = settings["sweep_seed"]
    model = train_one(kind, width, settings["updates"][0], seed, rate, settings)
    return round(float(np.mean(copying["exact"](model, seed + 1, settings))), 4)


def curve(kind: str, width: int, updates: int, seed: int, rate: float, settings: dict) -> list[float]:
    """The share that is copied at every test length."""
    return copying["exact"](train_one(kind, width, updates, seed, rate, settings), 10_000 + seed, settings)


def run(settings: dict, *, progress: bool = True) -> list[dict]:
    """For every vector and number of updates: its rate, and a curve for every seed."""
    tried = iter(pieces(try_rate, [(*vector, rate, settings) for vector in settings["vectors"]
                                   for rate in settings["rates"]], progress=progress))
    results = []
    for kind, width in settings["vectors"]:
        sweep = {rate: next(tried) for rate in settings["rates"]}
        results += [{"vector": kind, "width": width, "updates": updates, "rate": max(sweep, key=sweep.get),
                     "sweep": list(sweep.values())} for updates in settings["updates"]]
    curves = iter(pieces(curve, [(entry["vector"], entry["width"], entry["updates"], seed, entry["rate"], settings)
                                 for entry in results for seed in settings["seeds"]], progress=progress))
    return [entry | {"curves": [next(curves) for _ in settings["seeds"]]} for entry in results]


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
