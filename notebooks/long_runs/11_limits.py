"""Controls of chapter 11 on sums of two-digit numbers, five seeds each or three, stored in 11_limits.json.

    .venv/bin/python notebooks/long_runs/11_limits.py       about 10 minutes on one core

"orders": does the order of reading matter because of the distance between digits, of the spaces, or of the plus?
"contexts": the last state, the mean of all states, or all of them side by side, fed once or at every step; and the last
state in networks of more units: once, with about as many weights as the one that feeds it at every step, and at every
step, with about as many as all states side by side.
"width": all but a few numbers of the last state are set to zero. "lengths": answers longer than any in training,
where the decoder with attention begins with a state of zeros, so that nothing but attention goes across.
"time": the same network with fewer or more epochs. Everywhere the learning rate falls to zero on a straight line, so
that the last epoch can be compared, and h alone goes across: the decoder's c begins at zero.
"""

import numpy as np
import torch
from torch import Tensor, nn

from seqlearn.course.long_runs import options, pieces, processor_seconds, store
from seqlearn.data.addition import DIGITS, addition
from seqlearn.data.pairs import Pairs, Symbols
from seqlearn.decoding import greedy, same_answers
from seqlearn.models import AttentionDecoder, Decoder, Encoder, Seq2Seq, sequence_loss

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4], "train_size": 1200, "test_size": 500, "hidden_size": 64, "embedding_size": 16,
    "batch_size": 32, "epochs": 40, "learning_rate": 0.005, "max_norm": 5.0,
    "orders": ["ab+cd", "dc+ba", "ba+dc", "ac+bd", "bd+ac", "____bd+ac", "bd+ac____", "+bdac", "spaces behind",
               "spaces in front", "reversed, spaces in front"],
    "contexts": ["last", "mean", "side by side"], "feeds": ["once", "every step"],
    "more units": {"once": 78, "every step": 75},
    "widths": [1, 2, 4, 8], "times": {"bd+ac": [5, 10, 20], "ab+cd": [160]},
    "narrow and long": [4, 160], "three seeds": [0, 1, 2],
}
MINUTES = 10
TOLERANCE = {"*": [0.2, 10], "digits written": None}


class Bridge(Seq2Seq):
    """A function of the encoder's outputs (T, N, H), real steps in mask (T, N) or None, is the decoder's first h."""

    def __init__(self, encoder: Encoder, decoder: nn.Module, kind: str, hidden_size: int, steps: int) -> None:
        super().__init__(encoder, decoder)
        self.kind = kind
        if kind == "side by side":
            self.join = nn.Linear(steps * hidden_size, hidden_size)

    def encode(self, source: Tensor, lengths: Tensor | None = None):
        encoded = super().encode(source, lengths)
        h, c = encoded.state
        if self.kind == "mean":
            real = torch.ones(source.shape) if encoded.mask is None else encoded.mask.float()
            h = ((encoded.outputs * real[:, :, None]).sum(0) / real.sum(0)[:, None])[None]
        elif self.kind == "side by side":
            h = torch.tanh(self.join(encoded.outputs.transpose(0, 1).flatten(1)))[None]
        elif self.kind == "attention":
            h = torch.zeros_like(h)
        elif self.kind.isdigit():
            h = h * (torch.arange(h.shape[2]) < int(self.kind))
        return encoded._replace(state=(h, torch.zeros_like(c)))


def sums(settings: dict, seed: int) -> Pairs:
    """Training and test questions; the numbers are those of `addition`."""
    return addition(settings["train_size"], settings["test_size"], digits=2, seed=seed)


def in_order(pairs: Pairs, order: str) -> Pairs:
    """The questions with their characters in another order; "ac+bd" reads both leading digits first. _ is a space."""
    if "spaces" in order:
        def turned(question: str) -> str:
            question = question[::-1] if "reversed" in order else question
            return question.rjust(5) if "front" in order else question.ljust(5)
    else:
        def turned(question: str) -> str:
            a, b, c, d = "".join(number.zfill(2) for number in question.split("+"))
            return "".join({"a": a, "b": b, "c": c, "d": d, "+": "+", "_": " "}[place] for place in order)
    parts = ([(turned(question), answer) for question, answer in part] for part in (pairs.train, pairs.test))
    return Pairs("addition", Symbols(DIGITS + "+ "), pairs.target, *parts)


def fit(settings: dict, pairs: Pairs, seed: int, *, kind: str = "last", feed: str = "once",
        epochs: int | None = None, units: int | None = None) -> Seq2Seq:
    """A trained adder."""
    torch.manual_seed(seed)
    H, sizes = units or settings["hidden_size"], {"embedding_size": settings["embedding_size"]}
    decoder = (AttentionDecoder(len(pairs.target), H, H, **sizes) if kind == "attention"
               else Decoder(len(pairs.target), H, context=feed, **sizes))
    model = Bridge(Encoder(len(pairs.source), H, **sizes), decoder, kind, H, 5)
    rng, epochs = np.random.default_rng(seed), epochs or settings["epochs"]
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    updates = epochs * -(-len(pairs.train) // settings["batch_size"])
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, updates)
    for _ in range(epochs):
        for batch in pairs.batches(settings["batch_size"], rng):
            source, lengths, inputs, targets = map(torch.from_numpy, batch)
            loss = sequence_loss(model(source, inputs, lengths), targets)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), settings["max_norm"])
            optimizer.step()
            scheduler.step()
    return model


def right(model: Seq2Seq, pairs: Pairs, part: list) -> float:
    """The share of questions answered right with the model's own words, in percent."""
    batch = pairs.batch(part)
    tokens = greedy(model, batch.source, max_steps=6, lengths=batch.lengths).tokens.numpy()
    return round(100 * float(same_answers(tokens, batch.targets).mean()), 1)


def written_lengths(settings: dict, seed: int, what: str) -> dict:
    """Training with a kind of answer left out, and the test on what was left in and out."""
    everything = in_order(addition(2000, 500, digits=2, seed=seed), "bd+ac")  # five characters each
    examples = [*everything.train, *everything.test]
    left_out = {"three digits": lambda answer: len(answer) == 3,
                "60 to 69": lambda answer: len(answer) == 3 or answer in [str(n) for n in range(60, 70)],
                "nothing": lambda answer: False}[what.split(", ")[0]]
    kept = [each for each in examples if not left_out(each[1])]
    size = min(settings["train_size"], len(kept) - 200)
    pairs = Pairs("addition", everything.source, everything.target, kept[:size], kept[size:])
    model = fit(settings, pairs, seed, kind="attention" if "attention" in what else "last")
    groups = {"two digits": lambda answer: len(answer) == 2, "three digits": lambda answer: len(answer) == 3,
              "60 to 69": lambda answer: answer in [str(n) for n in range(60, 70)]}
    seen = set(pairs.train)
    found: dict = {"trained on": size}
    for name, belongs in groups.items():
        part = [each for each in examples if belongs(each[1]) and each not in seen]
        found[name] = {"right": right(model, pairs, part), "of": len(part)}
        batch = pairs.batch(part)
        tokens = greedy(model, batch.source, max_steps=6, lengths=batch.lengths).tokens.numpy()
        digits = [len(pairs.target.decode(column)) for column in tokens.T]
        found[name]["digits written"] = {str(n): digits.count(n) for n in sorted(set(digits))}
    return found


def trainings(settings: dict) -> dict:
    """Name of the experiment → case → a function of the seed."""
    def test(pairs: Pairs, seed: int, **options) -> dict:
        model = fit(settings, pairs, seed, **options)
        return {"test": right(model, pairs, pairs.test), "train": right(model, pairs, pairs.train[:500])}

    found: dict = {"orders": {}, "contexts": {}, "width": {}, "time": {}, "lengths": {}}
    for order in settings["orders"]:
        found["orders"][order] = lambda seed, order=order: test(in_order(sums(settings, seed), order), seed)
    for kind in settings["contexts"]:
        for feed in settings["feeds"]:
            found["contexts"][f"{kind}, {feed}"] = lambda seed, kind=kind, feed=feed: test(
                in_order(sums(settings, seed), "ab+cd"), seed, kind=kind, feed=feed)
    for feed, units in settings["more units"].items():
        found["contexts"][f"last, {feed}, {units} units"] = lambda seed, feed=feed, units=units: test(
            in_order(sums(settings, seed), "ab+cd"), seed, feed=feed, units=units)
    for numbers in settings["widths"]:
        found["width"][str(numbers)] = lambda seed, numbers=numbers: test(
            in_order(sums(settings, seed), "bd+ac"), seed, kind=str(numbers))
    for order, epochs in ((order, epochs) for order, times in settings["times"].items() for epochs in times):
        found["time"][f"{order}, {epochs}"] = lambda seed, order=order, epochs=epochs: test(
            in_order(sums(settings, seed), order), seed, epochs=epochs)
    width, epochs = settings["narrow and long"]
    found["time"][f"{width} numbers, {epochs}"] = lambda seed: test(
        in_order(sums(settings, seed), "bd+ac"), seed, kind=str(width), epochs=epochs)
    for what in ("nothing", "three digits", "three digits, attention", "60 to 69"):
        found["lengths"][what] = lambda seed, what=what: written_lengths(settings, seed, what)
    return found


def one(name: str, case: str, seed: int, settings: dict) -> dict:
    return trainings(settings)[name][case](seed)


def run(settings: dict) -> dict:
    """Experiment → case → what was found with each seed; and the minutes of processor time it took."""
    started = processor_seconds()
    todo = trainings(settings)
    results: dict = {name: {case: [] for case in cases} for name, cases in todo.items()}
    jobs = [(name, case, seed) for name in todo for case in todo[name]
            for seed in settings["three seeds" if name == "contexts" or case.endswith("160") else "seeds"]]
    for (name, case, _), found in zip(jobs, pieces(one, [(*job, settings) for job in jobs]), strict=True):
        results[name][case].append(found)
    return {**results, "minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
