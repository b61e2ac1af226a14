"""Chapter 09: what a carried state, a state of zeros and a state from the wrong place cost, and what the batches cost.

    .venv/bin/python notebooks/long_runs/09_state_and_order.py     # about 1 minute of one core

An LSTM reads the scenes of the built-in corpus in six ways, over five seeds: the batches hold rows from all over the
text ("offset"), blocks that are neighbours in the text, or blocks in any order; the state is carried or reset. Each way
gets its learning rate from a sweep on a seed of its own. The first half of the held-out text chooses the rate, the
second half judges, read with a carried state and read with one that is reset. Settings and results go into the JSON
file beside this one, which the chapter reads.
"""

from runpy import run_path

import numpy as np
import torch

from seqlearn.course.long_runs import long_run, options, pieces, processor_seconds, store
from seqlearn.models.language_model import CarriedLoss, LanguageModel, text_blocks
from seqlearn.training import train

SETTINGS = {
    "part": "scenes",
    "train_share": 0.9,
    "ways": [["offset", True], ["offset", False], ["neighbours", True], ["neighbours", False],
             ["neighbours in any order", False], ["shuffled", False]],
    "hidden_size": 64,
    "embedding_size": 16,
    "rows": 32,
    "k": 16,
    "updates": 250,
    "rates": [0.01, 0.02, 0.04, 0.08],
    "max_norm": 1.0,
    "seeds": [0, 1, 2, 3, 4],
    "sweep_seed": 100,
}
MINUTES = 1


def batches(order: str, text: np.ndarray, rows: int, k: int) -> list[tuple]:
    """The batches of one pass over a text. "neighbours": row n + 1 goes on where row n stops."""
    if order == "offset":
        return text_blocks(text, rows, k)
    count = (len(text) - 1) // (rows * k)
    inputs, targets = (part[:count * rows * k].reshape(count * rows, k) for part in (text[:-1], text[1:]))
    numbers = np.arange(count * rows)
    if order == "shuffled":  # the blocks themselves
        numbers = np.random.default_rng(0).permutation(numbers)
    groups = numbers.reshape(count, rows)
    if order == "neighbours in any order":  # the batches stay as they are
        groups = np.random.default_rng(0).permutation(groups)
    return [(inputs[group].T, targets[group].T, number == 0) for number, group in enumerate(groups)]


def learn(order: str, carry: bool, rate: float, seed: int, texts: tuple, settings: dict) -> LanguageModel:
    """A model after so many updates, all at one rate."""
    vocabulary, learned, *_ = texts
    torch.manual_seed(seed)
    model = LanguageModel(len(vocabulary), settings["hidden_size"], embedding_size=settings["embedding_size"])
    one_pass = batches(order, learned, settings["rows"], settings["k"])
    blocks = (one_pass * (settings["updates"] // len(one_pass) + 1))[:settings["updates"]]
    train(model, blocks, CarriedLoss(carry), epochs=1, learning_rate=rate, max_norm=settings["max_norm"],
          progress=False)
    return model


def by_place(model: LanguageModel, text: np.ndarray, k: int, carry: bool) -> list[float]:
    """The mean surprise at each of the k places of a block, in nats; the text is read once, block after block."""
    losses, state = [], None
    with torch.no_grad():
        for inputs, targets, _ in text_blocks(text, 1, k):
            logits, last = model(torch.as_tensor(inputs), state)
            state = last if carry else None
            losses.append(torch.nn.functional.cross_entropy(logits[:, 0], torch.as_tensor(targets[:, 0]),
                                                            reduction="none").numpy())
    return np.mean(losses, axis=0).round(4).tolist()


def read(settings: dict) -> tuple:
    """The same texts as in the race of the cells."""
    return run_path(str(long_run("09_cells_and_states.py")))["read"](settings)


def try_rate(order: str, carry: bool, rate: float, settings: dict) -> float:
    """One run of the sweep: the mean surprise on the text that chooses."""
    texts = read(settings)
    model = learn(order, carry, rate, settings["sweep_seed"], texts, settings)
    return round(float(np.mean(by_place(model, texts[2], settings["k"], carry))), 4)


def race(order: str, carry: bool, rate: float, seed: int, settings: dict) -> list[list[float]]:
    """The surprise by place on the text that judges, read with a carried and with a reset state."""
    texts = read(settings)
    model = learn(order, carry, rate, seed, texts, settings)
    return [by_place(model, texts[3], settings["k"], carried) for carried in (True, False)]


def run(settings: dict) -> dict:
    """For each way the sweep, the rate chosen, and by seed the surprise at each place of a block, read in both ways."""
    started, results = processor_seconds(), {}
    tried = iter(pieces(try_rate, [(*way, rate, settings) for way in settings["ways"] for rate in settings["rates"]]))
    for order, carry in settings["ways"]:
        sweep = {str(rate): next(tried) for rate in settings["rates"]}
        results[f"{order}, {'carried' if carry else 'reset'}"] = {
            "sweep": sweep, "rate": float(min(sweep, key=sweep.get)), "read carried": [], "read reset": []}
    raced = iter(pieces(race, [(*way, entry["rate"], seed, settings)
                               for way, entry in zip(settings["ways"], results.values(), strict=True)
                               for seed in settings["seeds"]]))
    for entry in results.values():
        for carried, reset in (next(raced) for _ in settings["seeds"]):
            entry["read carried"].append(carried)
            entry["read reset"].append(reset)
    results["minutes"] = round((processor_seconds() - started) / 60)
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
