"""Chapter 13: copy a string of digits, with attention and without, against its length.

    .venv/bin/python notebooks/long_runs/13_bottleneck.py        writes 13_bottleneck.json; 4 minutes on one core

All models see the same strings, drawn anew for every update, all of one length in a batch. Each model has the learning
rate of those on offer that served it best in one run with another seed, on other strings than those of the test.
"""

import time

import numpy as np
import torch
from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, store
from seqlearn.data.pairs import END, START
from seqlearn.decoding import greedy, same_answers
from seqlearn.models.attention import AttentionDecoder
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq, sequence_loss

SETTINGS = {
    "models": [["attention", 16], ["every step", 16], ["every step", 64]], "sweep_seed": 100, "seeds": [1, 2, 3],
    "rates": [0.003, 0.01], "shortest": 2, "longest": 12, "updates": 1000, "batch_size": 64, "max_norm": 1.0,
    "embedding_size": 16, "test_lengths": [2, 4, 6, 8, 10, 12], "test_size": 400,
}
SYMBOLS = 14  # four special ones, and ten digits


def strings(length: int, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
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


def train_one(name: str, size: int, seed: int, rate: float, settings: dict) -> Seq2Seq:
    """Train one model. The strings depend on the seed alone, so all models of a seed see the same."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = new_model(name, size, settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for update in range(settings["updates"]):
        length = int(rng.integers(settings["shortest"], settings["longest"] + 1))
        source, inputs, targets = strings(length, settings["batch_size"], rng)
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - update / settings["updates"])
        loss = sequence_loss(model(source, inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings["max_norm"])
        optimizer.step()
    return model


def exact(model: Seq2Seq, seed: int, settings: dict) -> list[float]:
    """The share of strings copied without a fault, for every test length."""
    rng, found = np.random.default_rng(seed), []
    for length in settings["test_lengths"]:
        source, _, targets = strings(length, settings["test_size"], rng)
        tokens = greedy(model, source, max_steps=length + 2).tokens.numpy()
        found.append(round(float(same_answers(tokens, targets.numpy()).mean()), 4))
    return found


def run(settings: dict, *, progress: bool = True) -> list[dict]:
    """For every model: its rate, and a curve for every seed."""
    results = []
    runs = len(settings["rates"]) + len(settings["seeds"])
    with tqdm(total=len(settings["models"]) * runs, disable=not progress) as bar:
        for name, size in settings["models"]:
            sweep, curves, seconds = {}, [], []
            for rate in settings["rates"]:
                model = train_one(name, size, settings["sweep_seed"], rate, settings)
                sweep[rate] = exact(model, settings["sweep_seed"] + 1, settings)
                bar.update()
            best = max(sweep, key=lambda rate: sum(sweep[rate]))
            for seed in settings["seeds"]:
                began = time.perf_counter()
                model = train_one(name, size, seed, best, settings)
                seconds.append(round(time.perf_counter() - began))
                curves.append(exact(model, 10_000 + seed, settings))
                bar.set_postfix_str(f"{name} {size}: {curves[-1]}")
                bar.update()
            results.append({"model": name, "hidden_size": size, "rate": best, "sweep": list(sweep.values()),
                            "parameters": sum(each.numel() for each in model.parameters()), "curves": curves,
                            "seconds": seconds})
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
