"""The ladder of chapter 11: three ways to train an adder, stored in 11_addition.json.

    .venv/bin/python notebooks/long_runs/11_addition.py       about 21 minutes on one core

All models are an LSTM that reads and an LSTM that writes, on the questions of `seqlearn.data.addition`. The weights of
one of them are kept for the explorer: widgets/adder.safetensors.

They follow "Deep Learning from Scratch 2" (Saito, 2018), whose figures they are compared with, also in
two choices that one might miss: the encoder hands over h and not c, and the weights begin as normal numbers of standard
deviation 1/sqrt(inputs), 0.01 for the embeddings, the biases at zero.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from seqlearn import widgets
from seqlearn.course.long_runs import options, pieces, place, processor_seconds, store
from seqlearn.data.addition import DIGITS, addition
from seqlearn.data.pairs import START, Pairs
from seqlearn.decoding import beam_search, greedy, same_answers
from seqlearn.models.seq2seq import Decoder, Encoded, Encoder, Seq2Seq, sequence_loss
from seqlearn.training.weights import save_weights

SETTINGS = {
    "seeds": [0, 1, 2], "train_size": 45000, "test_size": 5000, "hidden_size": 128, "embedding_size": 16,
    "batch_size": 128, "epochs": 25, "learning_rate": 0.001, "max_norm": 5.0, "filled": True,
    "beam_widths": [1, 2, 5], "beam_questions": 500,
    "rungs": {
        "plain": {"reverse": False, "context": "once", "hands over": "h", "first weights": "normal"},
        "reversed": {"reverse": True, "context": "once", "hands over": "h", "first weights": "normal"},
        "reversed, context at every step": {"reverse": True, "context": "every step", "hands over": "h",
                                            "first weights": "normal"},
    },
    "kept": ["reversed, context at every step", 0],
}
MINUTES = 21
TOLERANCE = {
    "*": [0.2, 3], "loss": [0.2, 0.05], "mistakes": None, "off by": None, "right": [0.2, 25],
    "another answer": [0.5, 25],
}
WEIGHTS = Path(widgets.__file__).with_name("adder.safetensors")


class HandsOverH(Seq2Seq):
    """The decoder gets the encoder's last h, and begins with a c of zeros."""

    def encode(self, source: Tensor, lengths: Tensor | None = None) -> Encoded:
        encoded = super().encode(source, lengths)
        h, c = encoded.state
        return encoded._replace(state=(h, torch.zeros_like(c)))


def make(settings: dict, rung: dict, pairs: Pairs) -> Seq2Seq:
    """An untrained adder."""
    sizes = {"hidden_size": settings["hidden_size"], "embedding_size": settings["embedding_size"]}
    encoder = Encoder(len(pairs.source), **sizes)
    decoder = Decoder(len(pairs.target), context=rung["context"], **sizes)
    model = (HandsOverH if rung["hands over"] == "h" else Seq2Seq)(encoder, decoder)
    for name, weight in model.named_parameters():
        if rung["first weights"] == "torch's":
            break
        if weight.ndim == 1:
            nn.init.zeros_(weight)
        else:
            nn.init.normal_(weight, std=0.01 if "embedding" in name else weight.shape[1] ** -0.5)
    return model


def own_words(model: Seq2Seq, source: Tensor, lengths: Tensor, steps: int) -> Tensor:
    """Logits (S, N, V) when the decoder reads what it has said itself, its most probable symbol at each step."""
    encoded, state = model.encode(source, lengths), None
    said, logits = torch.full((1, source.shape[1]), START), []
    for _ in range(steps):
        new, state, _ = model.decoder(said, encoded, state)
        logits.append(new)
        said = new.argmax(2)
    return torch.cat(logits)


def train(settings: dict, rung: dict, pairs: Pairs, seed: int, bar: tqdm) -> tuple[Seq2Seq, dict]:
    """A trained adder, and after every epoch its loss in training and the share of test questions answered right."""
    torch.manual_seed(seed)
    model, rng = make(settings, rung, pairs), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    found: dict = {"loss": [], "exact": []}
    train_part, test_part = (pairs.batch(examples) for examples in (pairs.train, pairs.test))
    for _ in range(settings["epochs"]):
        losses, order = [], rng.permutation(len(pairs.train))
        for start in range(0, len(order), settings["batch_size"]):
            chosen = order[start : start + settings["batch_size"]]
            source, lengths, inputs, targets = (torch.from_numpy(part[..., chosen]) for part in train_part)
            loss = sequence_loss(model(source, inputs, lengths), targets)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), settings["max_norm"])
            optimizer.step()
            losses.append(loss.item())
        found["loss"].append(round(float(np.mean(losses)), 4))
        found["exact"].append(exact(model, test_part)[0])
        bar.set_postfix_str(f"loss {found['loss'][-1]}, right {found['exact'][-1]} %", refresh=False)
        bar.update()
    return model, found


def exact(model: Seq2Seq, part) -> tuple[float, np.ndarray]:
    """The share of questions answered right, in percent, and the answers (S, N)."""
    answers = greedy(model, part.source, max_steps=len(part.targets), lengths=part.lengths).tokens.numpy()
    return round(100 * float(same_answers(answers, part.targets).mean()), 2), answers


@torch.no_grad()
def examine(settings: dict, model: Seq2Seq, pairs: Pairs) -> dict:
    """What one trained adder does: fed with the right answer and with its own words, greedily and with beams."""
    part = pairs.batch(pairs.test)
    source, lengths, inputs, targets = map(torch.from_numpy, part)
    real = np.isin(targets.numpy(), pairs.target.encode(DIGITS))  # digits: neither END nor spaces
    found: dict = {"fed": {}, "beam": {}, "mistakes": [], "off by": {}}
    for name, logits in (("the right answer", model(source, inputs, lengths)),
                         ("its own words", own_words(model, source, lengths, len(targets)))):
        right = (logits.argmax(2) == targets).numpy()
        broken = (np.cumsum(~right, axis=0) - ~right > 0) & real  # digits that follow a mistake
        found["fed"][name] = {
            "loss": round(sequence_loss(logits, targets).item(), 3),
            "digits": round(100 * float(right[real].mean()), 1),
            "digits by step": [round(100 * float(one[digit].mean()), 1) if digit.any() else None
                               for one, digit in zip(right, real)],
            "after a mistake": round(100 * float(right[broken].mean()), 1) if broken.any() else None,
        }
    _, answers = exact(model, part)
    off: Counter = Counter()
    for (question, answer), column in zip(pairs.test, answers.T):
        said = "".join(pairs.target.decode(column)).strip()
        if said != answer.strip():
            off[abs(int(said or 0) - int(answer))] += 1
            if len(found["mistakes"]) < 12:
                found["mistakes"].append([question, answer.strip(), said])
    found["off by"] = {str(size): count for size, count in off.most_common(8)}
    some, greedily = range(min(settings["beam_questions"], len(pairs.test))), None
    for width in settings["beam_widths"]:
        best = [beam_search(model, source[: lengths[n], n : n + 1], width=width, max_steps=len(targets))[0]
                for n in some]
        wanted = [tuple(pairs.target.encode(pairs.test[n][1]).tolist()) for n in some]
        right, greedily = np.array([one.tokens == text for one, text in zip(best, wanted)]), greedily or best
        other = np.array([one.tokens != first.tokens for one, first in zip(best, greedily)])
        found["beam"][str(width)] = {"right": int(right.sum()), "another answer": int(other.sum()), "of": len(some)}
    return found


def questions(name: str, seed: int, settings: dict) -> Pairs:
    """Those of a rung."""
    return addition(settings["train_size"], settings["test_size"], reverse=settings["rungs"][name]["reverse"],
                    filled=settings["filled"], seed=seed)


def one_adder(name: str, seed: int, settings: dict) -> list:
    """What was found with one seed of a rung, and the weights, where they are kept."""
    pairs = questions(name, seed, settings)
    with tqdm(total=settings["epochs"], unit="epoch", desc=f"{name}, seed {seed}", leave=False) as bar:
        model, found = train(settings, settings["rungs"][name], pairs, seed, bar)
    return [{**found, **examine(settings, model, pairs)}, model.state_dict() if settings["kept"] == [name, seed] else 0]


def run(settings: dict) -> dict:
    """Rung → what was found with each seed; and the minutes of processor time it took."""
    started = processor_seconds()
    results: dict = {name: [] for name in settings["rungs"]}
    rungs = [(name, seed) for seed in settings["seeds"] for name, rung in settings["rungs"].items()
             if seed in rung.get("seeds", settings["seeds"])]
    for (name, seed), (found, weights) in zip(rungs, pieces(one_adder, [(*rung, settings) for rung in rungs]),
                                              strict=True):
        results[name].append(found)
        if settings["kept"] == [name, seed]:
            model = make(settings, settings["rungs"][name], questions(name, seed, settings))
            model.load_state_dict(weights)
            save_weights(model, place(WEIGHTS), **settings)
    return {**results, "minutes": round((processor_seconds() - started) / 60)}


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
