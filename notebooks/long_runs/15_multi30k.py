"""Multi30k, German to English, four translators by one recipe: chapter 15.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/15_multi30k.py                            all that is left
    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/15_multi30k.py --model attention --seed 1      one of them

The rungs: the context once, the context at every step, attention, a small Transformer. All have the same pieces of
words, the same readout, the same updates; for each, the learning rate and the size of the embeddings at the start are
chosen by short trials with the same rule. Some 5 to 15 minutes of one processor for a rung and a seed. Every epoch of
a full run leaves a checkpoint in the cache folder (or in --checkpoints): start the same command again, and it goes on
where it was. 15_multi30k.json is written once all of them are done; --kept stores what the folder has so far and trains
nothing. Merges and vocabulary are those of the training part. Rate, size and epoch are chosen by the loss of the
validation part; the test part (Flickr 2016) is looked at once, at the end.
"""

import json
import platform
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from seqlearn.course.long_runs import once, options, own_folder, pieces, store
from seqlearn.data.download import cache_folder
from seqlearn.data.multi30k import multi30k
from seqlearn.data.pairs import PAD, Pairs, Symbols
from seqlearn.data.sentences import split_words
from seqlearn.data.subwords import Pieces, join_pieces, learn_merges
from seqlearn.models.translator import bleu, bleu_of_counts, make_translator, sentence_counts, text, translate
from seqlearn.paths import part_beside, user_path
from seqlearn.training import train
from seqlearn.training.checkpoint import Checkpoint

SETTINGS = {
    "models": ["attention", "once", "transformer", "every step"],  # in this order
    "seeds": [0, 1],
    "num_merges": 2000,  # of each language
    "embedding_size": 128,
    "hidden_size": {"once": 128, "every step": 128, "attention": 128, "transformer": 256},
    "readout_size": 128,
    "dropout": 0.2,
    "label_smoothing": 0.1,
    "batch_size": 64,
    "epochs": 8,
    "rate_beside": 0.004,  # every rung also with this one, first seed: is a short trial's choice good for a full run?
    "warm_up": 0.1,  # of all updates; then the learning rate falls on a straight line, to a twentieth
    "max_norm": 1.0,
    # From here to the best neighbour, one setting a factor up or down, until all four neighbours are worse.
    "trial": {"seed": 0, "start": [0.004, 0.3], "factors": [2, 3], "share": 0.25, "epochs": 3},
    "max_steps": 50,
    "width": 5,  # of the beam; its length penalty was not tuned
    "length_penalty": 1.0,
    "lengths": [[1, 8], [9, 11], [12, 14], [15, 18], [19, 60]],  # words of the source
    "samples": 12,  # the first sentences of the test part
}
MINUTES = 120
TOLERANCE = {"counts": None, "samples": None, "best_epoch": None, "precisions": 0.1}


def prepare(settings: dict, share: float = 1.0) -> tuple[Pairs, dict, list[Pieces]]:
    """Pairs of pieces, the three parts as (words, words, reference text), and what cuts words. share: for a trial."""
    parts = {}
    for name, both in multi30k("de", "en").items():
        kept = both[: max(1, round(share * len(both)))]
        parts[name] = [(split_words(source), split_words(target), target) for source, target in kept]
    cutters, symbols = [], []
    for side in (0, 1):
        words = Counter(word for each in parts["train"] for word in each[side])
        cutters.append(Pieces(learn_merges(words, settings["num_merges"])))
        symbols.append(Symbols(sorted({piece for word in words for piece in cutters[side].cut_word(word)})))
    examples = {name: [tuple(cutters[side].cut(each[side]) for side in (0, 1)) for each in part]
                for name, part in parts.items()}
    return Pairs("Multi30k", *symbols, examples["train"], examples["test"]), parts, cutters


def loss(model: nn.Module, batch, smoothing: float = 0.0) -> torch.Tensor:
    """Mean cross entropy of the real target pieces."""
    source, lengths, inputs, targets = map(torch.as_tensor, batch)
    logits = model(source, inputs, lengths)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD, label_smoothing=smoothing)


class Clock:
    """Seconds of the processor, an entry an epoch; it goes into the checkpoint."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.before = time.process_time()

    def note(self) -> None:
        now = time.process_time()
        self.seconds.append(round(now - self.before, 1))
        self.before = now

    def state_dict(self) -> dict:
        return {"seconds": list(self.seconds)}

    def load_state_dict(self, state: dict) -> None:
        self.seconds = list(state["seconds"])


def fit(name: str, pairs: Pairs, validation: list, settings: dict, rate: float, scale: float, seed: int, epochs: int,
        checkpoint: Path | None = None) -> tuple[nn.Module, dict]:
    """Train, going on from the checkpoint that is there. The best weights are chosen by the validation's loss."""
    torch.manual_seed(seed)
    sizes = {key: settings[key] for key in ("embedding_size", "dropout", "readout_size")} | {"embedding_scale": scale}
    model = make_translator(name, pairs, hidden_size=settings["hidden_size"][name], **sizes)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    updates = epochs * -(-len(pairs.train) // settings["batch_size"])
    warm = settings["warm_up"] * updates
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda done: min((done + 1) / warm, 1 - 0.95 * max(0, done - warm) / (updates - warm)))
    clock = Clock()

    def validate(model: nn.Module) -> float:
        total = count = 0
        for batch in validation:
            words = int((batch.targets != PAD).sum())
            total, count = total + loss(model, batch).item() * words, count + words
        clock.note()
        print(f"{name}, seed {seed}, rate {rate}, scale {scale}: {total / count:.3f}, {clock.seconds[-1]:.0f} s",
              flush=True)
        return total / count

    if checkpoint is not None:
        made_with = {"model": name, "seed": seed, "pairs": len(pairs.train), "rate": rate, "scale": scale} | {
            key: settings[key] for key in ("batch_size", "label_smoothing", "num_merges")}
        checkpoint = Checkpoint(checkpoint, also={"clock": clock}, settings=made_with)
    history = train(model, lambda epoch: pairs.batches(settings["batch_size"], np.random.default_rng([seed, epoch])),
                    lambda model, batch: loss(model, batch, settings["label_smoothing"]), epochs=epochs,
                    optimizer=optimizer, scheduler=scheduler, validate=validate, max_norm=settings["max_norm"],
                    checkpoint=checkpoint, progress=False)
    if history.stopped == "interrupted":
        raise SystemExit(f"{history!r}: start the same command again to go on")
    return model, {"loss": [round(value, 4) for value in history.loss],
                   "validation": [round(value, 4) for value in history.validation],
                   "seconds": clock.seconds, "best_epoch": history.best_epoch, "stopped": history.stopped}


def tune(name: str, pairs: Pairs, validation: list, settings: dict, path: Path) -> list:
    """[rate, scale, the validation's loss after a short training with them] of all that was tried, the best first."""
    trial, tried = settings["trial"], json.loads(path.read_text("utf-8")) if path.is_file() else []
    few = Pairs(pairs.name, pairs.source, pairs.target, pairs.train[: round(trial["share"] * len(pairs.train))], [])
    losses = {(rate, scale): found for rate, scale, found in tried}

    def loss_of(steps: tuple[int, int]) -> float:
        """After a training with the start's two numbers, each so many factors up."""
        rate, scale = (float(f"{start * factor ** step:.3g}")
                       for start, factor, step in zip(trial["start"], trial["factors"], steps))
        if (rate, scale) not in losses:
            curve = fit(name, few, validation, settings, rate, scale, trial["seed"], trial["epochs"])[1]
            losses[rate, scale] = min(curve["validation"], default=99.0)
            write(path, in_order())
        return losses[rate, scale]

    def in_order() -> list:
        return [[*pair, losses[pair]] for pair in sorted(losses, key=losses.get)]

    here, before = (0, 0), None
    while here != before:
        before = here
        around = [(here[0] + up, here[1] + wide) for up, wide in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]
        here = min(around, key=loss_of)
    return in_order()


def judge(model: nn.Module, pairs: Pairs, parts: dict, validation: list, settings: dict, first: bool) -> dict:
    """Everything that the chapter shows of a trained model. first: of the first seed, where it shows more."""
    sources, references = [source for source, _ in pairs.test], [each[2] for each in parts["test"]]
    steps = settings["max_steps"]
    plain = translate(model, pairs, sources, max_steps=steps)
    texts = {"greedy": [as_text(each.tokens) for each in plain]}
    if first:
        wide = translate(model, pairs, sources, width=settings["width"], max_steps=steps,
                         length_penalty=settings["length_penalty"])
        texts["beam"] = [as_text(each.tokens) for each in wide]
    scores = {name: bleu(found, references) for name, found in texts.items()}
    found = {
        "bleu": {name: round(score.score, 2) for name, score in scores.items()},
        "brevity": {name: round(score.brevity_penalty, 4) for name, score in scores.items()},
        "precisions": {name: [round(value, 1) for value in score.precisions] for name, score in scores.items()},
        "signature": scores["greedy"].signature,
        "counts": {"greedy": sentence_counts(texts["greedy"], references)[:, :5].T.tolist()},  # what BLEU adds up
    }
    if first:
        found["ways"] = {f"{tokenize}, {'lower case' if lower else 'as written'}":
                         round(bleu(texts["greedy"], references, lowercase=lower, tokenize=tokenize).score, 2)
                         for tokenize in ("13a", "none", "intl", "char") for lower in (True, False)}
        found["samples"] = [{way: texts[way][n] for way in texts}
                            for n in range(min(settings["samples"], len(references)))]
    return found


def as_text(pieces: list[str]) -> str:
    return text(join_pieces(pieces))


def run_one(name: str, seed: int, pairs: Pairs, parts: dict, settings: dict, folder: Path,
            other_rate: float | None = None) -> dict:
    """One rung and seed from its checkpoint, or from nothing, to its results, which are kept in the folder as well.

    other_rate: in place of the one that was chosen.
    """
    path = folder / file_of(name, seed, other_rate)
    if path.is_file():
        return json.loads(path.read_text("utf-8"))
    validation = batches_of(parts, pairs)
    tried = tune(name, pairs, validation, settings, tried_file(name, folder))
    rate, scale, _ = tried[0]
    rate = other_rate or rate
    model, curve = fit(name, pairs, validation, settings, rate, scale, seed, settings["epochs"],
                       path.with_name(f"{path.stem}.pt"))
    results = {"parameters": sum(value.numel() for value in model.parameters()), "tried": tried, "rate": rate,
               "scale": scale, "curve": curve,
               **judge(model, pairs, parts, validation, settings, seed == settings["seeds"][0])}
    write(path, results)
    print(name, seed, results["bleu"], flush=True)
    return results


def batches_of(parts: dict, pairs: Pairs) -> list:
    """The validation part."""
    examples = [tuple(each) for each in parts["val pieces"]]
    return [pairs.batch(examples[start : start + 128]) for start in range(0, len(examples), 128)]


def tried_file(name: str, folder: Path) -> Path:
    return folder / f"{name.replace(' ', '_')}_tried.json"


def file_of(name: str, seed: int, other_rate: float | None = None) -> str:
    return f"{name.replace(' ', '_')}_{seed}{'' if other_rate is None else f'_rate_{other_rate:g}'}.json"


@once
def read(settings: dict, share: float) -> tuple[Pairs, dict]:
    """Pairs and parts as `prepare` makes them, and the pieces of the validation part with these."""
    pairs, parts, cutters = prepare(settings, share)
    return pairs, parts | {"val pieces": [[cutters[side].cut(each[side]) for side in (0, 1)] for each in parts["val"]]}


def tuned(name: str, settings: dict, share: float, folder: str) -> list:
    """The rung's short trials, which the folder then holds for all of its seeds."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    pairs, parts = read(settings, share)
    return tune(name, pairs, batches_of(parts, pairs), settings, tried_file(name, Path(folder)))


def rung(name: str, seed: int, other_rate: float | None, settings: dict, share: float, folder: str) -> dict:
    Path(folder).mkdir(parents=True, exist_ok=True)
    return run_one(name, seed, *read(settings, share), settings, Path(folder), other_rate)


def run(settings: dict, models: list[str] | None = None, seeds: list[int] | None = None, folder: Path | None = None,
        share: float = 1.0) -> dict:
    """The results of these rungs and seeds (all of the settings), and of the rate beside them."""
    folder = checkpoint_folder() if folder is None else folder
    todo = [(name, seed, None) for seed in (settings["seeds"] if seeds is None else seeds)
            for name in (settings["models"] if models is None else models)]
    if models is None and seeds is None:
        todo += [(name, settings["seeds"][0], settings["rate_beside"]) for name in settings["models"]]
    where = (settings, share, str(folder))
    pieces(tuned, [(name, *where) for name in dict.fromkeys(name for name, _, _ in todo)])
    results = about_the_data(*read(settings, share), settings) | {"runs": {}, "beside": {}}
    for (name, seed, other), found in zip(todo, pieces(rung, [(*each, *where) for each in todo]), strict=True):
        results["runs" if other is None else "beside"].setdefault(name, {})[str(seed)] = found
    return results


def about_the_data(pairs: Pairs, parts: dict, settings: dict) -> dict:
    """What the chapter shows of the vocabularies and of the test part."""
    test = parts["test"]
    return {"processor": processor(), "vocabulary": {"source": len(pairs.source), "target": len(pairs.target)},
            "pieces a word": {side: round(sum(len(each[k]) for each in pairs.test)
                                          / sum(len(each[k]) for each in test), 3)
                              for k, side in enumerate(("source", "target"))},
            "source lengths": [len(each[0]) for each in test],
            "reference lengths": sentence_counts(*2 * [[each[2] for each in test]])[:, 5].tolist(),
            "sources": [text(each[0]) for each in test[: settings["samples"]]],
            "references": [each[2] for each in test[: settings["samples"]]]}


def processor() -> str:
    """What the times belong to."""
    names = Path("/proc/cpuinfo")  # of Linux; elsewhere Python may know it
    lines = names.read_text("utf-8").splitlines() if names.is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def write(path: Path, content) -> None:
    """Whole or not at all."""
    part = part_beside(path)
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(path)


def found_in(folder: Path) -> dict:
    """All runs that the folder holds, as `run` returns them."""
    found: dict = {"runs": {}, "beside": {}}
    for name in SETTINGS["models"]:
        for seed in SETTINGS["seeds"]:
            for part, rate in (("runs", None), ("beside", SETTINGS["rate_beside"])):
                path = folder / file_of(name, seed, rate)
                if path.is_file():
                    found[part].setdefault(name, {})[str(seed)] = json.loads(path.read_text("utf-8"))
    return found


def missing(results: dict) -> str:
    """The rungs and seeds that the chapter shows and these results have not."""
    runs = [f"{name}, seed {seed}" for name in SETTINGS["models"] for seed in SETTINGS["seeds"]
            if str(seed) not in results["runs"].get(name, {})]
    beside = [f"{name}, rate {SETTINGS['rate_beside']}" for name in SETTINGS["models"] if name not in results["beside"]]
    return "; ".join(runs + beside)


def stored_runs(results: dict) -> dict:
    """The results in the order of the settings, with BLEU by the source's length.

    The counts of single sentences are kept for the first seed alone: the file would be too large.
    """
    runs = {}
    lengths, reference_lengths = np.array(results["source lengths"]), results["reference lengths"]
    for name in SETTINGS["models"]:
        for seed in SETTINGS["seeds"]:
            if str(seed) in results["runs"].get(name, {}):
                found = dict(results["runs"][name][str(seed)])
                counts = np.column_stack([*found["counts"]["greedy"], reference_lengths])
                found["by length"] = [round(bleu_of_counts(counts[(low <= lengths) & (lengths <= high)]), 2)
                                      for low, high in SETTINGS["lengths"]]
                if seed != SETTINGS["seeds"][0]:
                    del found["counts"]
                runs.setdefault(name, {})[str(seed)] = found
    beside = {}
    for name in SETTINGS["models"]:
        for found in results["beside"].get(name, {}).values():
            beside[name] = {key: found[key] for key in ("rate", "bleu", "brevity", "curve")}
    return results | {"runs": runs, "beside": beside}


def checkpoint_folder() -> Path:
    return cache_folder() / "15_multi30k"


def main() -> None:
    chosen = options(
        __doc__,
        model={"choices": SETTINGS["models"], "help": "train this rung alone"},
        seed={"type": int, "choices": SETTINGS["seeds"], "help": "this seed alone"},
        checkpoints={"help": "the folder of checkpoints and finished runs; by default one in the cache"},
        kept={"action": "store_true", "help": "train nothing; store the runs that the folder holds"},
        share={"type": float, "default": 1.0, "help": "of the data, for a trial; stores nothing"},
    )
    folder = user_path("--checkpoints", chosen.checkpoints) if chosen.checkpoints else own_folder(checkpoint_folder())
    if chosen.share != 1:
        folder = folder / f"trial with {chosen.share:g} of the data"  # not to be taken for finished runs

    if not chosen.kept:
        results = run(SETTINGS, chosen.model and [chosen.model], None if chosen.seed is None else [chosen.seed], folder,
                      chosen.share)
    if chosen.kept or chosen.model or chosen.seed is not None:  # with what the folder has of earlier runs
        results = about_the_data(*read(SETTINGS, 1.0), SETTINGS) | found_in(folder)
    if chosen.share != 1:
        return
    if not chosen.kept and (left := missing(results)):
        print(f"kept in {folder}; 15_multi30k.json is written anew once these are there too, or with --kept: {left}")
        return
    store(__file__, SETTINGS, stored_runs(results))


if __name__ == "__main__":
    main()
