"""The race of chapter 09: RNN, LSTM and GRU with a carried state, and the LSTM with a reset one, over five seeds.

    .venv/bin/python notebooks/long_runs/09_cells_and_states.py    # about 7 minutes of one core

All read the scenes of the built-in corpus with the same number of updates. The cells have equally many units, and a
wider RNN, with about as many weights as the LSTM, runs with them. Each kind of run gets its learning rate from a sweep
over as many updates, on a seed that does not race. The first half of the held-out text chooses the rate, the second
half judges. Settings and results go into the JSON file beside this one, which the chapter reads.
"""

import numpy as np
import torch

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
from seqlearn.data.corpus import Vocabulary, course_corpus
from seqlearn.models.language_model import CarriedLoss, LanguageModel, evaluate, text_blocks
from seqlearn.training import train

SETTINGS = {
    "part": "scenes",
    "train_share": 0.9,
    "runs": [["rnn", True, 96], ["rnn", True, 193], ["lstm", True, 96], ["gru", True, 96],
             ["lstm", False, 96]],  # cell; state carried or reset; units
    "embedding_size": 32,
    "rows": 32,
    "k": 16,
    "updates": 2000,
    "rates": [0.00125, 0.0025, 0.005, 0.01, 0.02, 0.04],  # at the start; half a cosine down to a hundredth of it
    "max_norm": 1.0,
    "seeds": [0, 1, 2, 3, 4],
    "sweep_seed": 100,
}
MINUTES = 7


def read(settings: dict) -> tuple[Vocabulary, np.ndarray, np.ndarray, np.ndarray]:
    """The vocabulary, and as integers: the text to train on, the text that chooses the rate, the text that judges."""
    text = course_corpus(settings["part"])
    vocabulary = Vocabulary(text)
    cut = int(settings["train_share"] * len(text))
    middle = (cut + len(text)) // 2
    return vocabulary, *(vocabulary.encode(part) for part in (text[:cut], text[cut:middle], text[middle:]))


def learn(cell: str, carry: bool, units: int, rate: float, seed: int, texts: tuple, settings: dict) -> LanguageModel:
    """A trained model; its state was carried from block to block, or reset at each."""
    vocabulary, learned, *_ = texts
    updates = settings["updates"]
    torch.manual_seed(seed)
    model = LanguageModel(len(vocabulary), units, cell=cell, embedding_size=settings["embedding_size"])
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates, rate / 100)
    one_pass = text_blocks(learned, settings["rows"], settings["k"])
    blocks = (one_pass * (updates // len(one_pass) + 1))[:updates]
    train(model, blocks, CarriedLoss(carry), epochs=1, optimizer=optimizer, scheduler=schedule,
          max_norm=settings["max_norm"], progress=False)
    return model


def judge(model: LanguageModel, text: np.ndarray, settings: dict, carry: bool) -> float:
    """Loss on a text in nats per character, the state carried or reset at each block."""
    return round(evaluate(model, text_blocks(text, 1, settings["k"]), carry=carry), 4)


def try_rate(cell: str, carry: bool, units: int, rate: float, settings: dict) -> float:
    """One run of the sweep: the loss on the text that chooses."""
    texts = read(settings)
    return judge(learn(cell, carry, units, rate, settings["sweep_seed"], texts, settings), texts[2], settings, carry)


def race(cell: str, carry: bool, units: int, rate: float, seed: int, settings: dict) -> tuple[float, float, int]:
    """The losses on the text that judges, with a carried and a reset state, and how many weights the model has."""
    texts = read(settings)
    model = learn(cell, carry, units, rate, seed, texts, settings)
    losses = (judge(model, texts[3], settings, carried) for carried in (True, False))
    return *losses, sum(parameter.numel() for parameter in model.parameters())


def run(settings: dict) -> dict:
    """Sweep and race. For each kind of run the rate chosen, and by seed the losses with a carried and a reset state."""
    started, results = processor_seconds(), {}
    tried = iter(pieces(try_rate, [(*how, rate, settings) for how in settings["runs"] for rate in settings["rates"]]))
    for cell, carry, units in settings["runs"]:
        sweep = {str(rate): next(tried) for rate in settings["rates"]}
        results[f"{cell} of {units}, {'carried' if carry else 'reset'}"] = {
            "sweep": sweep, "rate": float(min(sweep, key=sweep.get)), "read carried": [], "read reset": []}
    raced = iter(pieces(race, [(*how, entry["rate"], seed, settings)
                               for how, entry in zip(settings["runs"], results.values(), strict=True)
                               for seed in settings["seeds"]]))
    for entry in results.values():
        for _ in settings["seeds"]:
            carried, reset, entry["weights"] = next(raced)
            entry["read carried"].append(carried)
            entry["read reset"].append(reset)
    results["minutes"] = round((processor_seconds() - started) / 60)
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
