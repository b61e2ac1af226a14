"""IMDB with a recurrent classifier, three seeds, and two bags of words beside it: chapter 10, stored in 10_imdb.json.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_imdb.py            all seeds
    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/10_imdb.py --seed 0   one seed; prints, stores nothing

The last tenth of each half of the training reviews is the validation part. The files stand film after film, but praise
and blame apart: by the addresses that come with the data, 92 of its 473 films are in the training part as well. The
epoch is chosen on it, by the loss; the test reviews are looked at once, at the end.
"""

import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from seqlearn.course.long_runs import once, options, pieces, store
from seqlearn.data.imdb import imdb
from seqlearn.data.words import batches_by_length, build_vocabulary, encode, tokenize
from seqlearn.models.classifier import Classifier
from seqlearn.models.word_vectors import neighbour_vectors
from seqlearn.plots.text_classification import largest_moves
from seqlearn.training import train

SETTINGS = {
    "seeds": [0, 1, 2],
    "vocabulary_size": 30_000,
    "last_words": 400,
    "embedding_size": 64,
    "hidden_size": 64,
    "pooling": "max+mean",
    "word_dropout": 0.3,
    "embedding_dropout": 0.5,
    "dropout": 0.5,
    "label_smoothing": 0.1,
    "batch_size": 32,
    "epochs": 4,
    "learning_rate": 0.002,  # falls to a twentieth on a straight line
    "average": 0.998,  # of the weights, over the last 500 steps or so
    "max_norm": 1.0,
    "validation_share": 0.1,
    "bag_pairs_in": 3,  # reviews at least
    "bag_decays": [3e-7, 1e-6, 3e-6, 1e-5],
    "bag_rate": 0.05,
    "bag_epochs": 5,
    "mistakes": 6,
}
MINUTES = 15
TOLERANCE = {"best_epoch": None, "mistakes": None}


def split(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Which reviews train and which validate: the last `share` of each label, in the order of the files."""
    validation = np.concatenate([where[len(where) - round(share * len(where)):]
                                 for where in (np.flatnonzero(labels == 0), np.flatnonzero(labels == 1))])
    return np.setdiff1d(np.arange(len(labels)), validation), validation


@once
def prepare(settings: dict) -> dict:
    """The reviews as rows of a vocabulary that is built from the training part alone."""
    reviews = imdb()
    labels, test_labels = (np.array([label for _, label in part]) for part in (reviews.train, reviews.test))
    chosen, validation = split(labels, settings["validation_share"])
    vocabulary = build_vocabulary((reviews.train[n][0] for n in chosen), settings["vocabulary_size"])
    rows, test_rows = ([encode(text, vocabulary, last=settings["last_words"]) for text, _ in part]
                       for part in (reviews.train, reviews.test))
    whole = [encode(reviews.train[n][0], vocabulary) for n in chosen]  # neighbours are counted in whole reviews
    vectors = neighbour_vectors(whole, len(vocabulary), settings["embedding_size"])
    return {"reviews": reviews, "vocabulary": vocabulary, "vectors": vectors,
            "train": ([rows[n] for n in chosen], labels[chosen]),
            "validation": ([rows[n] for n in validation], labels[validation]), "test": (test_rows, test_labels)}


def make_model(vocabulary_size: int, settings: dict) -> Classifier:
    """The classifier with these settings."""
    return Classifier(vocabulary_size, settings["embedding_size"], settings["hidden_size"], bidirectional=True,
                      pooling=settings["pooling"], word_dropout=settings["word_dropout"],
                      embedding_dropout=settings["embedding_dropout"], dropout=settings["dropout"])


@torch.no_grad()
def score(model: nn.Module, rows: list[np.ndarray], labels: np.ndarray) -> np.ndarray:
    """The logit of every review (N,), in their order."""
    model.eval()
    logits = np.zeros(len(rows), dtype=np.float32)
    numbers = np.arange(len(rows))
    for (x, lengths), chosen in batches_by_length(rows, numbers, 64):  # labels are numbers here: where the rows stand
        logits[chosen.astype(int)] = model(torch.from_numpy(x), torch.from_numpy(lengths)).numpy()
    return logits


class WithAverage(nn.Module):
    """A model in training and the running average of its weights, which is what is validated and kept."""

    def __init__(self, model: nn.Module, share: float) -> None:
        super().__init__()
        self.model = model
        self.average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(share))


def train_one(data: dict, seed: int, settings: dict, *, progress: bool = True) -> tuple[nn.Module, dict]:
    """A model with the averaged weights of its best epoch, and how it went."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    rows, labels = data["train"]
    model = make_model(len(data["vocabulary"]), settings)
    model.use_vectors(data["vectors"])
    pair = WithAverage(model, settings["average"])
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    optimizer.register_step_post_hook(lambda *_: pair.average.update_parameters(model))
    updates = settings["epochs"] * -(-len(rows) // settings["batch_size"])
    smoothing, right = settings["label_smoothing"], []

    def loss(pair: WithAverage, batch: tuple) -> torch.Tensor:
        (x, lengths), wanted = batch
        return F.binary_cross_entropy_with_logits(pair.model(x, lengths), wanted * (1 - smoothing) + smoothing / 2)

    def validate(pair: WithAverage) -> float:
        """The loss, which is finer than the accuracy on 2,500 reviews."""
        logits = score(pair.average.module, *data["validation"])
        right.append(float(((logits > 0) == data["validation"][1]).mean()))
        return float(np.mean(np.logaddexp(0, logits) - data["validation"][1] * logits))

    history = train(pair, lambda epoch: batches_by_length(rows, labels, settings["batch_size"], rng), loss,
                    epochs=settings["epochs"], optimizer=optimizer, validate=validate, max_norm=settings["max_norm"],
                    scheduler=torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, updates), progress=progress)
    curve = [{"loss": round(cost, 4), "validation": round(share, 4), "validation loss": round(validation, 4)}
             for cost, share, validation in zip(history.loss, right, history.validation, strict=True)]
    return pair.average.module, {"seed": seed, "curve": curve, "best_epoch": history.best_epoch,
                                 "seconds": [round(each, 1) for each in history.seconds]}


def accuracies(logits: np.ndarray, data: dict) -> dict:
    """Test accuracy in percent, on all reviews and without those that also stand in train."""
    right = (logits > 0) == data["test"][1]
    alone = np.ones(len(right), dtype=bool)
    alone[data["reviews"].shared] = False
    return {"test": round(100 * float(right.mean()), 2), "without shared": round(100 * float(right[alone].mean()), 2)}


# ---------------------------------------------------------------- the bags beside it


def pair_keys(row: np.ndarray, size: int) -> np.ndarray:
    """A number for each pair of neighbouring words in a row, each once."""
    return np.unique(row[:-1] * size + row[1:])


def bag_of_words(data: dict, settings: dict, pairs: bool) -> dict:
    """Logistic regression on which words, and perhaps which pairs of neighbours, stand in a review.

    The strength that holds the weights down is chosen on the validation part.
    """
    size = len(data["vocabulary"])
    parts = {name: data[name] for name in ("train", "validation", "test")}
    kept = np.empty(0, dtype=np.int64)
    if pairs:
        keys, counts = np.unique(np.concatenate([pair_keys(row, size) for row in data["train"][0]]), return_counts=True)
        kept = keys[counts >= settings["bag_pairs_in"]]

    def features(row: np.ndarray) -> np.ndarray:
        found = [np.unique(row)]
        if pairs:
            keys = pair_keys(row, size)
            place = np.searchsorted(kept, keys).clip(max=len(kept) - 1)
            found.append(size + place[kept[place] == keys])
        return np.concatenate(found)

    bags = {name: [torch.from_numpy(features(row)) for row in rows] for name, (rows, _) in parts.items()}
    best = {"validation": 0.0}
    for decay in settings["bag_decays"]:
        logits = fit_bag(bags["train"], torch.from_numpy(parts["train"][1]).float(), size + len(kept), decay, settings)
        right = float(((logits(bags["validation"]) > 0) == parts["validation"][1]).mean())
        if right > best["validation"]:
            best = {"validation": round(right, 4), "decay": decay, "features": size + len(kept),
                    **accuracies(logits(bags["test"]), data)}
    return best


def fit_bag(bags: list[torch.Tensor], labels: torch.Tensor, features: int, decay: float, settings: dict):
    """Logistic regression; returns a function from bags to logits."""
    weights, bias = nn.EmbeddingBag(features, 1, mode="sum"), torch.zeros(1, requires_grad=True)
    nn.init.zeros_(weights.weight)
    optimizer = torch.optim.Adam([*weights.parameters(), bias], lr=settings["bag_rate"])
    rng = np.random.default_rng(0)

    def logits(some: list[torch.Tensor]) -> torch.Tensor:
        lengths = torch.tensor([len(bag) for bag in some])
        return weights(torch.cat(some), lengths.cumsum(0) - lengths).squeeze(1) / lengths.sqrt() + bias

    for epoch in range(settings["bag_epochs"]):
        for group in optimizer.param_groups:
            group["lr"] = settings["bag_rate"] * (1 - epoch / settings["bag_epochs"])
        for chosen in np.array_split(rng.permutation(len(labels)), len(labels) // 256):
            loss = F.binary_cross_entropy_with_logits(logits([bags[n] for n in chosen]), labels[chosen])
            loss = loss + decay * weights.weight.square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return lambda some: logits(some).detach().numpy()


# ---------------------------------------------------------------- the mistakes


def confident_mistakes(model: Classifier, logits: np.ndarray, data: dict, count: int) -> list[dict]:
    """The wrong answers with the largest logits, half of either kind: percent after every word, and the words that
    move it most."""
    rows, labels = data["test"]
    found = []
    for label in (0, 1):
        order = np.argsort(-logits if label == 0 else logits)
        for index in [n for n in order if labels[n] == label][: count // 2]:
            trace = model.trace(rows[index])
            words = tokenize(data["reviews"].test[index][0])[-len(trace):]
            moves = {str(t): words[t] for t in largest_moves(trace, 6)}
            found.append({"index": int(index), "label": label, "probability": round(float(trace[-1]), 4),
                          "trace": [round(100 * float(each)) for each in trace], "words": moves})
    return found


def seconds_to_prepare(settings: dict) -> float:
    started = time.perf_counter()
    prepare(settings)
    return round(time.perf_counter() - started, 1)


def one_seed(seed: int, settings: dict) -> list:
    """One model: how it went, which is printed as well; the logits of the test reviews; its mistakes."""
    data, started, processor = prepare(settings), time.perf_counter(), time.process_time()
    model, found = train_one(data, seed, settings)
    found |= {"train_seconds": round(time.perf_counter() - started),
              "train_processor_seconds": round(time.process_time() - processor)}
    logits = score(model, *data["test"])
    found |= accuracies(logits, data)
    found["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    print(json.dumps(found), flush=True)
    return [found, logits, confident_mistakes(model, logits, data, settings["mistakes"])]


def one_bag(pairs: bool, settings: dict) -> dict:
    return bag_of_words(prepare(settings), settings, pairs)


def run(settings: dict, seeds: list[int] | None = None) -> dict:
    """One entry for each seed, the bags of words, and the mistakes of the first seed's model."""
    (seconds,) = pieces(seconds_to_prepare, [(settings,)])
    found = pieces(one_seed, [(seed, settings) for seed in seeds or settings["seeds"]])
    results: dict = {"threads": torch.get_num_threads(), "prepare_seconds": seconds,
                     "seeds": [about for about, _, _ in found], "mistakes": found[0][2]}
    if seeds is None:
        bags = pieces(one_bag, [(pairs, settings) for pairs in (False, True)])
        reviews = imdb()
        labels = {"reviews": reviews, "test": (None, np.array([label for _, label in reviews.test]))}
        results["together"] = accuracies(np.mean([logits for _, logits, _ in found], axis=0), labels)
        results["bags"] = dict(zip(("words", "words and pairs"), bags, strict=True))
    return results


def main() -> None:
    chosen = options(__doc__, seed={"type": int, "help": "run this seed alone, print, and store nothing"})
    if chosen.seed is None:
        store(__file__, SETTINGS, run(SETTINGS))
    else:
        run(SETTINGS, [chosen.seed])


if __name__ == "__main__":
    main()
