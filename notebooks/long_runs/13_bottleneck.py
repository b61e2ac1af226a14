"""Chapter 13: copy a string of digits, with attention and without, against its length and the number of updates.

    .venv/bin/python notebooks/long_runs/13_bottleneck.py        writes 13_bottleneck.json; 7 minutes on one core

Models of a seed see the same strings, drawn anew for every update, all of one length in a batch; those that are
trained longer see more of them, those that are trained on longer strings see others. A model of one kind and size has
the learning rate of those on offer that served it best in one run of the first length and number of updates, with
another seed and other strings than those of the test; its longer runs have that rate as well.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from seqlearn.course.long_runs import options, pieces, store
from seqlearn.data.pairs import END, START
from seqlearn.decoding import greedy, same_answers
from seqlearn.models.attention import AttentionDecoder
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq, sequence_loss
from seqlearn.training import train

SETTINGS = {
    "models": [  # name, units, longest string in training, updates
        ["attention", 16, 12, 1000], ["every step", 16, 12, 1000], ["every step", 64, 12, 1000],
        ["every step", 16, 12, 5000], ["every step", 64, 12, 5000], ["attention", 16, 20, 1000],
        ["attention", 16, 12, 5000],
    ],
    "sweep_seed": 100, "seeds": [1, 2, 3], "rates": [0.003, 0.01, 0.03, 0.1], "shortest": 2, "batch_size": 64,
    "max_norm": 1.0, "embedding_size": 16, "test_lengths": [2, 4, 6, 8, 10, 12, 14, 16, 20], "test_size": 400,
}
MINUTES = 7
TOLERANCE = {"curves": [0.05, 0.05], "sweep": [0.05, 0.05]}
SYMBOLS = 14  # four special ones, and ten digits


def strings(length: int, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Random digits (length, count), what the decoder reads, and what it is to say: the same digits, and END."""
    digits = rng.integers(4, SYMBOLS, (length, count))
    read = np.concatenate([np.full((1, count), START), digits])
    said = np.concatenate([digits, np.full((1, count), END)])
    return torch.from_numpy(digits), torch.from_numpy(read), torch.from_numpy(said)


def new_model(name: str, size: int, settings: dict) -> Seq2Seq:
    """A bidirectional LSTM that reads, and a decoder of that name."""
    embedding = settings["embedding_size"]
    encoder = Encoder(SYMBOLS, size, embedding_size=embedding, bidirectional=True)
    if name == "attention":
        return Seq2Seq(encoder, AttentionDecoder(SYMBOLS, size, encoder.output_size, embedding_size=embedding))
    return Seq2Seq(encoder, Decoder(SYMBOLS, size, context=name, embedding_size=embedding))


def teach(model: Seq2Seq, longest: int, updates: int, seed: int, rate: float, settings: dict) -> Seq2Seq:
    """Train a fresh model to copy. The strings depend on the seed alone; the rate falls to 0 in a straight line."""
    rng = np.random.default_rng(seed)

    def batches(_: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        for _ in range(updates):
            length = int(rng.integers(settings["shortest"], longest + 1))
            yield strings(length, settings["batch_size"], rng)

    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: 1 - update / updates)
    train(model, batches, lambda model, batch: sequence_loss(model(batch[0], batch[1]), batch[2]), epochs=1,
          optimizer=optimizer, scheduler=falling, max_norm=settings["max_norm"], progress=False)
    return model


def exact(model: Seq2Seq, seed: int, settings: dict) -> list[float]:
    """The share of strings copied without a fault, for every test length."""
    rng, found = np.random.default_rng(seed), []
    for length in settings["test_lengths"]:
        source, _, targets = strings(length, settings["test_size"], rng)
        tokens = greedy(model, source, max_steps=length + 2).tokens.numpy()
        found.append(round(float(same_answers(tokens, targets.numpy()).mean()), 4))
    return found


def train_one(name: str, size: int, longest: int, updates: int, seed: int, rate: float, settings: dict) -> Seq2Seq:
    torch.manual_seed(seed)
    return teach(new_model(name, size, settings), longest, updates, seed, rate, settings)


def try_rate(name: str, size: int, longest: int, updates: int, rate: float, settings: dict) -> float:
    """The mean share that is copied, over the test lengths that this model is trained on."""
    seed, trained = settings["sweep_seed"], [length <= longest for length in settings["test_lengths"]]
    shares = exact(train_one(name, size, longest, updates, seed, rate, settings), seed + 1, settings)
    return round(float(np.mean(np.array(shares)[trained])), 4)


def curve(name: str, size: int, longest: int, updates: int, rate: float, seed: int, settings: dict) -> list:
    """The share that is copied at every test length, and how many weights the model has."""
    model = train_one(name, size, longest, updates, seed, rate, settings)
    return [exact(model, 10_000 + seed, settings), sum(each.numel() for each in model.parameters())]


def run(settings: dict, *, progress: bool = True) -> list[dict]:
    """For every model: its rate, and a curve for every seed."""
    kinds: dict = {}
    for name, size, *training in settings["models"]:
        kinds.setdefault((name, size), training)  # a kind's first training has the sweep
    tried = iter(pieces(try_rate, [(*kind, *training, rate, settings) for kind, training in kinds.items()
                                   for rate in settings["rates"]], progress=progress))
    sweeps = {kind: {rate: next(tried) for rate in settings["rates"]} for kind in kinds}
    best = {kind: max(sweep, key=sweep.get) for kind, sweep in sweeps.items()}
    found = iter(pieces(curve, [(*model, best[tuple(model[:2])], seed, settings) for model in settings["models"]
                                for seed in settings["seeds"]], progress=progress))
    results = []
    for name, size, longest, updates in settings["models"]:
        curves, (parameters, *_) = zip(*(next(found) for _ in settings["seeds"]), strict=True)
        results.append({"model": name, "hidden_size": size, "longest": longest, "updates": updates,
                        "rate": best[name, size], "sweep": list(sweeps[name, size].values()), "curves": list(curves),
                        "parameters": parameters})
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
