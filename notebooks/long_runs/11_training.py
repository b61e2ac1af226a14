"""Four ways to train one adder of two-digit sums, three seeds each or six: for chapter 11, stored in 11_training.json.

    .venv/bin/python notebooks/long_runs/11_training.py       about 6 minutes on one core

The questions are not filled up with spaces here: answers have one to three digits and END. What the decoder reads in
training is the right answer one step late ("the right answer"), what it said itself ("its own words"), or one of them
by the toss of a coin for each batch ("half and half"). "padding counted" reads the right answer, and its loss counts
the padding, targets being padded to `padded_steps`.
"""

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
from seqlearn.data.addition import addition
from seqlearn.data.pairs import PAD, START
from seqlearn.decoding import greedy, same_answers
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq, sequence_loss

SETTINGS = {
    "seeds": [0, 1, 2], "digits": 2, "train_size": 2000, "test_size": 500, "hidden_size": 64,
    "embedding_size": 16, "batch_size": 32, "epochs": 60, "learning_rate": 0.003, "max_norm": 5.0, "padded_steps": 20,
    "ways": ["the right answer", "half and half", "its own words", "padding counted"],
    "six seeds": [0, 1, 2, 3, 4, 5],  # for the first and the last way: does counting the padding cost accuracy?
}
MINUTES = 6
TOLERANCE = {"*": [0.2, 0.1], "exact": [0.1, 5]}


def own_words(model: Seq2Seq, source: Tensor, lengths: Tensor, steps: int) -> Tensor:
    """Logits (S, N, V) when the decoder reads what it has said itself, its most probable symbol at each step."""
    encoded, state = model.encode(source, lengths), None
    said, logits = torch.full((1, source.shape[1]), START), []
    for _ in range(steps):
        new, state, _ = model.decoder(said, encoded, state)
        logits.append(new)
        said = new.argmax(2)
    return torch.cat(logits)


def train_and_test(settings: dict, way: str, seed: int) -> dict:
    """After every epoch the loss in training, on the right answers of the test (teacher forcing, padding left out), and
    the share of test questions answered right when it reads its own words, in percent."""
    pairs = addition(settings["train_size"], settings["test_size"], digits=settings["digits"], reverse=True, seed=seed)
    sizes = {"hidden_size": settings["hidden_size"], "embedding_size": settings["embedding_size"]}
    torch.manual_seed(seed)
    model = Seq2Seq(Encoder(len(pairs.source), **sizes), Decoder(len(pairs.target), **sizes))
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    test = pairs.batch(pairs.test)
    test_tensors = [torch.from_numpy(part) for part in test]
    found: dict = {"loss": [], "test loss": [], "exact": []}
    for _ in range(settings["epochs"]):
        losses = []
        for batch in pairs.batches(settings["batch_size"], rng):
            source, lengths, inputs, targets = map(torch.from_numpy, batch)
            own = way == "its own words" or (way == "half and half" and rng.random() < 0.5)
            if way == "padding counted":
                more = (0, 0, 0, settings["padded_steps"] - len(targets))
                inputs, targets = (nn.functional.pad(part, more, value=PAD) for part in (inputs, targets))
            logits = own_words(model, source, lengths, len(targets)) if own else model(source, inputs, lengths)
            loss = sequence_loss(logits, targets, mask=way != "padding counted")
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), settings["max_norm"])
            optimizer.step()
            losses.append(loss.item())
        with torch.no_grad():
            source, lengths, inputs, targets = test_tensors
            forced = sequence_loss(model(source, inputs, lengths), targets).item()
        answers = greedy(model, test.source, max_steps=len(test.targets), lengths=test.lengths).tokens.numpy()
        for name, value in (("loss", np.mean(losses)), ("test loss", forced),
                            ("exact", 100 * same_answers(answers, test.targets).mean())):
            found[name].append(round(float(value), 3))
    return found


def run(settings: dict) -> dict:
    """Way → what `train_and_test` finds, one for each seed; and the minutes of processor time it took."""
    started = processor_seconds()
    results: dict = {way: [] for way in settings["ways"]}
    seeds = {name: settings["six seeds" if name in settings["ways"][::3] else "seeds"] for name in settings["ways"]}
    calls = [(settings, way, seed) for way in settings["ways"] for seed in seeds[way]]
    for (_, way, _), found in zip(calls, pieces(train_and_test, calls), strict=True):
        results[way].append(found)
    return {**results, "minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
