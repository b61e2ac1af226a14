"""Chapter 13: written dates → YYYY-MM-DD with attention, five runs, and the weights of one of them.

    .venv/bin/python notebooks/long_runs/13_dates.py        writes 13_dates.json and 13_dates.safetensors; 15 minutes

Every run has its own data, division into training and test, and first weights. The weights stored are those of the
first run: the first, not the best.
"""

from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, pieces, place, store
from seqlearn.data.dates import SOURCE, TARGET, dates
from seqlearn.data.pairs import Symbols
from seqlearn.decoding import exact_match
from seqlearn.models.attention import AttentionDecoder
from seqlearn.models.seq2seq import Encoder, Seq2Seq, sequence_loss
from seqlearn.training import save_weights

SETTINGS = {
    "seeds": [1, 2, 3, 4, 5], "train_size": 45000, "test_size": 5000,
    "hidden_size": 64, "embedding_size": 32, "batch_size": 128, "epochs": 5, "learning_rate": 0.003, "max_norm": 1.0,
}
MINUTES = 15
STEPS = 12  # ten characters, END, and one to see whether it stops


def new_model(settings: dict) -> Seq2Seq:
    """A bidirectional LSTM and a decoder with the additive score, with fresh weights."""
    size, embedding = settings["hidden_size"], settings["embedding_size"]
    encoder = Encoder(len(Symbols(SOURCE)), size, embedding_size=embedding, bidirectional=True)
    decoder = AttentionDecoder(len(Symbols(TARGET)), size, encoder.output_size, embedding_size=embedding)
    return Seq2Seq(encoder, decoder)


def train_one(seed: int, settings: dict, bar: tqdm, make=new_model) -> tuple[Seq2Seq, list[float]]:
    """Train one model, as make(settings) makes it; also returns its exact match on the test part after every epoch."""
    pairs = dates(settings["train_size"], settings["test_size"], seed=seed)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model, exact, done = make(settings), [], 0
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    updates = settings["epochs"] * -(-settings["train_size"] // settings["batch_size"])
    for _ in range(settings["epochs"]):
        for batch in pairs.batches(settings["batch_size"], rng):
            source, lengths, inputs, targets = map(torch.from_numpy, batch)
            for group in optimizer.param_groups:
                group["lr"] = settings["learning_rate"] * (1 - done / updates)
            loss = sequence_loss(model(source, inputs, lengths), targets)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings["max_norm"])
            optimizer.step()
            done += 1
        exact.append(exact_match(model, pairs, max_steps=STEPS))
        bar.set_postfix_str(f"run {seed}: {exact[-1]:.2%}")
        bar.update()
    return model, exact


def weights_and_shares(seed: int, settings: dict) -> list:
    """One run: its weights, by name, and its exact match after every epoch."""
    with tqdm(total=settings["epochs"], leave=False) as bar:
        model, exact = train_one(seed, settings, bar)
    return [model.state_dict(), exact]


def run(settings: dict, *, store: Path | None = None, progress: bool = True) -> list[dict]:
    """All runs; store: where the first model goes."""
    runs = pieces(weights_and_shares, [(seed, settings) for seed in settings["seeds"]], progress=progress)
    if store is not None:
        model = new_model(settings)
        model.load_state_dict(runs[0][0])
        save_weights(model, store, **settings)
    return [{"seed": seed, "exact": exact} for seed, (_, exact) in zip(settings["seeds"], runs, strict=True)]


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS, store=place(Path(__file__).with_suffix(".safetensors"))))


if __name__ == "__main__":
    main()
