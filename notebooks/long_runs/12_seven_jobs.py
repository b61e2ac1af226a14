"""Chapter 12: the seven jobs trained from three seeds, scored on test inputs as long as in training and on longer ones.

    .venv/bin/python notebooks/long_runs/12_seven_jobs.py

writes 12_seven_jobs.json, and the weights of the first seed, in half precision, for the notebook and the explorer:
seqlearn/widgets/jobs_with_sound.safetensors and seqlearn/widgets/jobs_with_text.safetensors. About six minutes on one
processor, none of the 21 trainings longer than 20 seconds. A recogniser with CTC and question answering with the
question behind the facts are trained as well, for comparison.
"""

import time

import numpy as np
from torch import nn
from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, store
from seqlearn.data.facts import stated_facts
from seqlearn.data.trees import is_tree
from seqlearn.decoding import greedy
from seqlearn.models.ctc import Recogniser, ctc_score, fit_ctc
from seqlearn.models.jobs import JOBS, STORED, build_model, fit, job_score
from seqlearn.training import save_weights

SETTINGS = {
    "seeds": [0, 1, 2],
    "test_size": 500,
    "model": {"hidden_size": 64, "embedding_size": 32, "cell": "gru", "context": "every step", "bidirectional": True},
    "recipes": {
        "recognition": {"train_size": 5000, "epochs": 6, "batch_size": 32, "learning_rate": 0.01},
        "synthesis": {"train_size": 3000, "epochs": 9, "batch_size": 32, "learning_rate": 0.01},
        "translation": {"train_size": 3000, "epochs": 6, "batch_size": 32, "learning_rate": 0.005},
        "speech translation": {"train_size": 2000, "epochs": 12, "batch_size": 32, "learning_rate": 0.01},
        "dialogue": {"train_size": 5000, "epochs": 6, "batch_size": 32, "learning_rate": 0.01},
        "questions": {"train_size": 8000, "epochs": 7, "batch_size": 64, "learning_rate": 0.01},
        "parsing": {"train_size": 4000, "epochs": 10, "batch_size": 32, "learning_rate": 0.01},
    },
    "ctc": {"train_size": 2000, "epochs": 6, "batch_size": 32, "learning_rate": 0.01},
}


def run(settings: dict, *, progress: bool = True) -> tuple[dict, dict[str, nn.Module]]:
    """The scores of every job and seed, and the models of the first seed."""
    results, models = {}, {}
    todo = [(name, seed) for name in settings["recipes"] for seed in settings["seeds"]]
    for name, seed in tqdm(todo, disable=not progress):
        model, found = one(name, seed, settings)
        models.setdefault(name, model)
        for key, value in found.items():
            results.setdefault(name, {}).setdefault(key, []).append(value)
    results["comparisons"] = comparisons(settings)
    return results, models


def one(name: str, seed: int, settings: dict) -> tuple[nn.Module, dict[str, float]]:
    """Train one job from one seed: its model, its scores, the seconds of processor time."""
    recipe, job, test_size = dict(settings["recipes"][name]), JOBS[name], settings["test_size"]
    task = job.make(recipe.pop("train_size"), test_size, seed=seed)
    model = build_model(task, seed=seed, **settings["model"])
    started, wall = time.process_time(), time.perf_counter()
    fit(model, task, seed=seed, **recipe)
    seconds, wall = time.process_time() - started, time.perf_counter() - wall
    longer = job.make_longer(10, test_size, seed=seed)
    found = {"score": job_score(model, task), "longer": job_score(model, longer),
             "seconds": round(seconds, 1), "wall_seconds": round(wall, 1),
             "weights": sum(parameter.numel() for parameter in model.parameters())}
    if name == "parsing":
        found |= {"valid": valid_trees(model, task), "longer_valid": valid_trees(model, longer)}
    return model, found


def valid_trees(model: nn.Module, task) -> float:
    """The share of answers to test sentences that are proper trees over exactly the words of the sentence."""
    batch = task.batch(task.test)
    tokens = greedy(model, batch.source, max_steps=60, lengths=batch.lengths).tokens.numpy()
    answers = [task.target.decode(column) for column in tokens.T]
    return float(np.mean([is_tree(answer, words) for answer, (words, _) in zip(answers, task.test, strict=True)]))


def comparisons(settings: dict) -> dict[str, dict[str, list[float]]]:
    """CTC on the sounds of job 1; job 6 with the question behind the facts."""
    found = {"ctc": {"score": [], "longer": [], "seconds": [], "weights": []}, "question last": {"score": []}}
    for seed in settings["seeds"]:
        recipe, job = dict(settings["ctc"]), JOBS["recognition"]
        task = job.make(recipe.pop("train_size"), settings["test_size"], seed=seed)
        model, started = Recogniser(len(task.target), seed=seed), time.process_time()
        fit_ctc(model, task, seed=seed, **recipe)
        found["ctc"]["seconds"].append(round(time.process_time() - started, 1))
        found["ctc"]["score"].append(ctc_score(model, task))
        found["ctc"]["longer"].append(ctc_score(model, job.make_longer(10, settings["test_size"], seed=seed)))
        found["ctc"]["weights"].append(sum(parameter.numel() for parameter in model.parameters()))
        recipe = dict(settings["recipes"]["questions"])
        task = stated_facts(recipe.pop("train_size"), settings["test_size"], seed=seed)
        model = build_model(task, seed=seed, **settings["model"])
        fit(model, task, seed=seed, **recipe)
        found["question last"]["score"].append(job_score(model, task))
    return found


def main() -> None:
    options(__doc__)
    results, models = run(SETTINGS)
    store(__file__, SETTINGS, results)
    for path, names in STORED.items():  # jobs_with_sound.safetensors, jobs_with_text.safetensors
        kept = nn.ModuleList([models[name] for name in names])
        save_weights(kept.half(), path, **SETTINGS)


if __name__ == "__main__":
    main()
