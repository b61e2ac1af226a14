"""Chapter 13: the dates without attention, one vector between encoder and decoder; the explorer shows what it writes.

    .venv/bin/python notebooks/long_runs/13_dates_one_vector.py
        writes 13_dates_one_vector.json and 13_dates_one_vector.safetensors; 3 minutes

Data, sizes and training are those of the first run of 13_dates.py. The decoder gets the encoder's one vector at every
step. The weights are rounded to 16 bits, so that a page has them sooner, and measured once more after that.
"""

import runpy
from pathlib import Path

from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, place, store
from seqlearn.data.dates import SOURCE, TARGET, dates
from seqlearn.data.pairs import Symbols
from seqlearn.decoding import exact_match
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq
from seqlearn.training import save_weights

SETTINGS = {
    "seeds": [1], "train_size": 45000, "test_size": 5000, "context": "every step",
    "hidden_size": 64, "embedding_size": 32, "batch_size": 128, "epochs": 5, "learning_rate": 0.003, "max_norm": 1.0,
}
MINUTES = 3
WITH_ATTENTION = Path(__file__).with_name("13_dates.py")


def new_model(settings: dict) -> Seq2Seq:
    """A bidirectional LSTM and a decoder that sees its last state at every step, with fresh weights."""
    size, embedding = settings["hidden_size"], settings["embedding_size"]
    encoder = Encoder(len(Symbols(SOURCE)), size, embedding_size=embedding, bidirectional=True)
    decoder = Decoder(len(Symbols(TARGET)), size, embedding_size=embedding, context=settings["context"])
    return Seq2Seq(encoder, decoder)


def run(settings: dict, *, store: Path | None = None, progress: bool = True) -> list[dict]:
    """The one run; store: where the model goes, in 16 bits."""
    script, (seed,) = runpy.run_path(str(WITH_ATTENTION)), settings["seeds"]
    with tqdm(total=settings["epochs"], disable=not progress) as bar:
        model, exact = script["train_one"](seed, settings, bar, new_model)
    pairs = dates(settings["train_size"], settings["test_size"], seed=seed)
    rounded = exact_match(model.half().float(), pairs, max_steps=script["STEPS"])
    if store is not None:
        save_weights(model.half(), store, **settings)
    return [{"seed": seed, "exact": exact, "exact_in_16_bits": rounded}]


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS, store=place(Path(__file__).with_suffix(".safetensors"))))


if __name__ == "__main__":
    main()
