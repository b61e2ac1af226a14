"""Multi30k with whole words, German to English: two systems for chapter 15 to compare, to read and to score.

    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/15_words.py                     both
    SEQLEARN_DATA=folder .venv/bin/python notebooks/long_runs/15_words.py --model attention   one of them

Some 30 to 60 minutes of one processor for each. Every epoch leaves a checkpoint in the cache folder: start the same
command again, and it goes on where it was. 15_words.json is written once both are done.

The two are no fair comparison: the embeddings begin with other numbers, only the one with attention has a second layer
before its words, and the recipe was tuned with it. 15_multi30k.py has one recipe for all. The vocabulary is that of the
training part. The epoch is chosen by greedy BLEU on the validation part, and so is the beam's length penalty; the test
part (Flickr 2016) is looked at once, at the end.
"""

import json
import re
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from seqlearn.course.long_runs import options, own_folder, pieces, store
from seqlearn.data.download import cache_folder
from seqlearn.data.multi30k import multi30k
from seqlearn.data.pairs import PAD, Pairs, Symbols
from seqlearn.data.sentences import frequent_words, split_words
from seqlearn.models.translator import (
    bleu,
    copy_unknown,
    make_translator,
    sentence_counts,
    text,
    translate,
    unknown_share,
)
from seqlearn.paths import user_path
from seqlearn.training import train
from seqlearn.training.checkpoint import Checkpoint

SETTINGS = {
    "models": ["attention", "once"],
    "seed": 0,
    "at_least": 2,  # occurrences of a word in the training part
    "embedding_size": 256,
    "embedding_scale": {"attention": 0.1, "every step": 1.0, "once": 1.0},  # the numbers they begin with
    "hidden_size": 256,
    "readout_size": 256,  # of the attention model
    "dropout": 0.3,
    "label_smoothing": 0.1,
    "batch_size": 64,
    "epochs": 10,
    "learning_rate": 0.002,  # falls to a twentieth on a straight line
    "max_norm": 1.0,
    "max_steps": 50,
    "width": 5,
    "length_penalties": [0.0, 0.5, 1.0],
    "samples": 12,  # the first sentences of the test part
    "alignments": 4,
}
MINUTES = 90
TOLERANCE = {
    "counts": None, "samples": None, "alignments": None, "unknown in output": [0.3, 30],
    "best_epoch": None, "precisions": 0.1,
}


def words_of(text: str) -> list[str]:
    """The words of a sentence, with 95.000 in three pieces: as one word, most numbers stand in the captions once."""
    return [piece for word in split_words(text) for piece in re.split(r"(?<=\d)([.,:])(?=\d)", word)]


def prepare(settings: dict, share: float = 1.0) -> tuple[Pairs, dict]:
    """Token pairs with their symbols, and the three parts as (tokens, tokens, reference text). share: for a trial."""
    parts = {}
    for name, pairs in multi30k("de", "en").items():
        kept = pairs[: max(1, round(share * len(pairs)))]
        parts[name] = [(words_of(source), words_of(target), target) for source, target in kept]
    source, target = (Symbols(frequent_words((each[side] for each in parts["train"]), settings["at_least"]))
                      for side in (0, 1))
    examples = {name: [each[:2] for each in part] for name, part in parts.items()}
    return Pairs("Multi30k", source, target, examples["train"], examples["test"]), parts


def make_model(name: str, pairs: Pairs, settings: dict) -> nn.Module:
    """The translator of this name."""
    sizes = {key: settings[key] for key in ("hidden_size", "embedding_size", "dropout")}
    readout_size = settings["readout_size"] if name == "attention" else None
    return make_translator(name, pairs, embedding_scale=settings["embedding_scale"][name], readout_size=readout_size,
                           **sizes)


def loss(model: nn.Module, batch, smoothing: float = 0.0) -> torch.Tensor:
    """Mean cross entropy of the real target words."""
    source, lengths, inputs, targets = map(torch.as_tensor, batch)
    logits = model(source, inputs, lengths)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD, label_smoothing=smoothing)


@torch.no_grad()
def validate(model: nn.Module, pairs: Pairs, part: list, settings: dict) -> dict:
    """Loss a word and greedy BLEU on a part."""
    model.eval()
    total = count = 0
    for start in range(0, len(part), 128):
        batch = pairs.batch([each[:2] for each in part[start : start + 128]])
        words = int((batch.targets != PAD).sum())
        total, count = total + loss(model, batch).item() * words, count + words
    found = translate(model, pairs, [each[0] for each in part], max_steps=settings["max_steps"])
    score = bleu([text(each.tokens) for each in found], [each[2] for each in part]).score
    return {"validation_loss": round(total / count, 4), "validation_bleu": round(score, 2)}


class Diary:
    """What is noted after each epoch besides the history; it goes into the checkpoint."""

    def __init__(self) -> None:
        self.entries: list[dict] = []

    def state_dict(self) -> dict:
        return {"entries": [dict(entry) for entry in self.entries]}

    def load_state_dict(self, state: dict) -> None:
        self.entries = state["entries"]


def fit(name: str, pairs: Pairs, validation: list, settings: dict, checkpoint: Path) -> tuple[nn.Module, list, int]:
    """Train with a checkpoint after each epoch, going on from the one that is there. The best weights are chosen."""
    torch.manual_seed(settings["seed"])
    model = make_model(name, pairs, settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    diary, epochs = Diary(), settings["epochs"]
    updates = epochs * -(-len(pairs.train) // settings["batch_size"])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1 - 0.95 * done / updates)
    clock = time.process_time()

    def batches(epoch: int):
        return pairs.batches(settings["batch_size"], np.random.default_rng([settings["seed"], epoch]))

    def minus_bleu(model: nn.Module) -> float:
        nonlocal clock
        found = validate(model, pairs, validation, settings)
        diary.entries.append(found | {"seconds": round(time.process_time() - clock)})
        clock = time.process_time()
        print(name, len(diary.entries), diary.entries[-1], flush=True)
        return -diary.entries[-1]["validation_bleu"]

    made_with = settings | {"model": name, "pairs": len(pairs.train)}
    kept = Checkpoint(checkpoint, also={"diary": diary}, settings=made_with)
    history = train(model, batches, lambda model, batch: loss(model, batch, settings["label_smoothing"]), epochs=epochs,
                    optimizer=optimizer, scheduler=scheduler, validate=minus_bleu, max_norm=settings["max_norm"],
                    checkpoint=kept)
    if history.stopped != "finished":
        raise SystemExit(f"{history!r}: start the same command again to go on")
    curve = [{"loss": round(one, 4), "norm": round(norm, 3), **entry}
             for one, norm, entry in zip(history.loss, history.gradient_norm, diary.entries, strict=True)]
    return model, curve, history.best_epoch


def judge(model: nn.Module, pairs: Pairs, parts: dict, settings: dict) -> dict:
    """Everything that the chapter shows of a trained model."""
    (sources, _, references), (val_sources, _, val_references) = (zip(*parts[name]) for name in ("test", "val"))
    steps, width = settings["max_steps"], settings["width"]
    plain = translate(model, pairs, sources, max_steps=steps)
    tried = {}
    for penalty in settings["length_penalties"]:
        found = translate(model, pairs, val_sources, width=width, max_steps=steps, length_penalty=penalty)
        tried[penalty] = round(bleu([text(each.tokens) for each in found], val_references).score, 2)
    penalty = max(tried, key=tried.get)
    wide = translate(model, pairs, sources, width=width, max_steps=steps, length_penalty=penalty)
    texts = {"greedy": [text(each.tokens) for each in plain], "beam": [text(each.tokens) for each in wide],
             "greedy, copied": [text(copy_unknown(each, source)) for each, source in zip(plain, sources)],
             "beam, copied": [text(copy_unknown(each, source)) for each, source in zip(wide, sources)]}
    scores = {name: bleu(found, references) for name, found in texts.items()}
    ways = {f"{tokenize}, {'lower case' if lower else 'as written'}":
            round(bleu(texts["beam"], references, lowercase=lower, tokenize=tokenize).score, 2)
            for tokenize in ("13a", "none", "intl", "char") for lower in (True, False)}
    return {
        "bleu": {name: round(found.score, 2) for name, found in scores.items()},
        "brevity": {name: round(found.brevity_penalty, 4) for name, found in scores.items()},
        "precisions": {name: [round(value, 1) for value in found.precisions] for name, found in scores.items()},
        "signature": scores["beam"].signature, "ways": ways, "validation beam": tried, "penalty": penalty,
        "counts": {name: sentence_counts(texts[name], references)[:, :5].T.tolist()  # five lists; what BLEU adds up
                   for name in (("greedy", "beam") if plain[0].weights is not None else ("greedy",))},
        "unknown in output": {"greedy": sum(each.tokens.count("<unk>") for each in plain),
                              "beam": sum(each.tokens.count("<unk>") for each in wide)},
        "samples": [{"greedy": texts["greedy"][n], "beam": texts["beam"][n]}
                    for n in range(min(settings["samples"], len(references)))],
        "alignments": [{"words": each.tokens, "weights": [[round(float(value), 2) for value in row]
                                                           for row in each.weights]}
                       for each in plain[: settings["alignments"]] if each.weights is not None],
    }


def train_one(name: str, pairs: Pairs, parts: dict, settings: dict, folder: Path) -> dict:
    """One model from its checkpoint, or from nothing, to its results."""
    started = time.perf_counter()
    model, curve, best = fit(name, pairs, parts["val"], settings, folder / f"{name.replace(' ', '_')}.pt")
    results = {"parameters": sum(value.numel() for value in model.parameters()), "curve": curve, "best_epoch": best,
               **judge(model, pairs, parts, settings)}
    print(name, results["bleu"], f"{time.perf_counter() - started:.0f} s since the start of this command", flush=True)
    return results


def one_model(name: str, settings: dict, share: float, folder: str) -> dict:
    return train_one(name, *prepare(settings, share), settings, Path(folder))


def run(settings: dict, models: list[str] | None = None, folder: Path | None = None, share: float = 1.0) -> dict:
    """The results of these models (all of the settings). share: of the data, for a trial of some minutes."""
    folder = checkpoint_folder() if folder is None else folder
    pairs, parts = prepare(settings, share)
    test = parts["test"]
    results = {"vocabulary": {"source": len(pairs.source), "target": len(pairs.target)},
               "unknown": {"source": round(unknown_share([each[0] for each in test], pairs.source), 4),
                           "target": round(unknown_share([each[1] for each in test], pairs.target), 4)},
               "source lengths": [len(each[0]) for each in test],
               "reference lengths": sentence_counts(*2 * [[each[2] for each in test]])[:, 5].tolist(),
               "sources": [text(each[0]) for each in test[: settings["samples"]]],
               "source words": [each[0] for each in test[: settings["alignments"]]],
               "references": [each[2] for each in test[: settings["samples"]]], "models": {}}
    names = models or settings["models"]
    results["models"] = dict(zip(names, pieces(one_model, [(name, settings, share, str(folder)) for name in names]),
                                 strict=True))
    return results


def checkpoint_folder() -> Path:
    return cache_folder() / "15_words"


def main() -> None:
    chosen = options(
        __doc__,
        model={"choices": SETTINGS["models"], "help": "train this model alone"},
        checkpoints={"help": "the folder of checkpoints; by default one in the cache"},
        share={"type": float, "default": 1.0, "help": "of the data, for a trial; stores nothing"},
    )
    folder = user_path("--checkpoints", chosen.checkpoints) if chosen.checkpoints else own_folder(checkpoint_folder())
    results = run(SETTINGS, chosen.model and [chosen.model], folder, chosen.share)
    if chosen.share < 1:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in results["models"].items():
        (folder / f"{name.replace(' ', '_')}.json").write_text(json.dumps(found), encoding="utf-8")
    done = {name: folder / f"{name.replace(' ', '_')}.json" for name in SETTINGS["models"]}
    results["models"] = {name: json.loads(path.read_text("utf-8")) for name, path in done.items() if path.is_file()}
    if left := [name for name in SETTINGS["models"] if name not in results["models"]]:
        print(f"kept in {folder}; 15_words.json is written anew once these are there too: {', '.join(left)}")
        return
    store(__file__, SETTINGS, results)


if __name__ == "__main__":
    main()
