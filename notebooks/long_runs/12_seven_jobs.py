"""Chapter 12: the seven jobs trained from three seeds, with one vector and with attention, and the controls.

    .venv/bin/python notebooks/long_runs/12_seven_jobs.py

writes 12_seven_jobs.json, and the weights of the first seed, in half precision, for the notebook and the explorer:
seqlearn/widgets/jobs_with_sound.safetensors and seqlearn/widgets/jobs_with_text.safetensors. About twenty-five minutes
on one processor. The controls: a recogniser with CTC; the question behind the facts, read from one side and from both;
larger numbers in training; a grammar with a choice; signs read aloud in one stage and in two; four jobs as questions
to one model.
"""

import time
from collections.abc import Callable

import numpy as np
from torch import nn

from seqlearn.course.long_runs import options, pieces, place, store
from seqlearn.data import tones
from seqlearn.data.facts import stated_facts
from seqlearn.data.number_names import english, german, number_names
from seqlearn.data.one_question import QUESTIONS, asked
from seqlearn.data.signs import letters_to_sound, signs_to_letters, signs_to_sound, spelled
from seqlearn.data.trees import bracketed_trees, is_tree
from seqlearn.decoding import greedy
from seqlearn.models.ctc import Recogniser, ctc_score, fit_ctc
from seqlearn.models.jobs import JOBS, STORED, build_model, fit, job_score, speak
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
    "larger numbers": {"train_size": 3000, "epochs": 6, "batch_size": 32, "learning_rate": 0.005},
    "choice, one in": 3,
    "signs": {"dictionary": 3000, "recordings": 300,
              "to letters": {"epochs": 12, "batch_size": 32, "learning_rate": 0.01},
              "to sound": {"updates": 900, "batch_size": 32, "learning_rate": 0.01}},
    "one model": {"train_size": 6000, "epochs": 8, "batch_size": 32, "learning_rate": 0.01},
}

MINUTES = 25
TOLERANCE = {"*": [0.05, 0.1], "valid and wrong": [0.5, 10], "of these with a choice": [0.5, 10], "example": None}
LENGTHS = ("recognition", "translation", "parsing")  # symbols are written, and the longer test asks for longer answers


def part(model: nn.Module, task, recipe: dict, seed: int) -> float:
    """Train by a recipe; the seconds of processor time."""
    started = time.process_time()
    fit(model, task, seed=seed, **{key: value for key, value in recipe.items() if key != "train_size"})
    return round(time.process_time() - started, 1)


def job(settings: dict, seed: int, *, name: str, attention: bool) -> tuple[dict, nn.Module]:
    """Train one job from one seed: its scores, the seconds of processor time, and the model."""
    recipe, job, test_size = settings["recipes"][name], JOBS[name], settings["test_size"]
    task = job.make(recipe["train_size"], test_size, seed=seed)
    model = build_model(task, seed=seed, attention=attention, **settings["model"])
    found = {"seconds": part(model, task, recipe, seed)}
    longer = job.make_longer(10, test_size, seed=seed)
    found |= {"score": job_score(model, task), "longer": job_score(model, longer),
              "weights": sum(parameter.numel() for parameter in model.parameters())}
    if name in LENGTHS:
        found |= habits(model, task, longer)
    if name == "translation":
        found["round thousands"] = job_score(model, round_thousands(task))
    if name == "parsing":
        found |= {"valid": valid_trees(model, task), "longer_valid": valid_trees(model, longer)}
    return found, model


def answers_of(model: nn.Module, task) -> list[list[str]]:
    batch = task.batch(list(task.test))
    tokens = greedy(model, batch.source, max_steps=60, lengths=batch.lengths).tokens.cpu().numpy()
    return [task.target.decode(column) for column in tokens.T]


def habits(model: nn.Module, task, longer) -> dict[str, float]:
    """What the answers to longer inputs look like, beside the longest answer of the training."""
    longest = max(len(target) for _, target in task.train)
    answers = answers_of(model, longer)
    wanted = [list(target) for _, target in longer.test]
    return {"longest trained": longest,
            "wanted longer": float(np.mean([len(target) > longest for target in wanted])),
            "no longer than trained": float(np.mean([len(answer) <= longest for answer in answers])),
            "first half right": float(np.mean([answer[: len(target) // 2] == target[: len(target) // 2]
                                               for answer, target in zip(answers, wanted, strict=True)]))}


def round_thousands(task):
    """10,000, 11,000 … 99,000: two or three words, as in training, and "thousand" where it has never stood."""
    return type(task)(task.name, task.source, task.target, task.train,
                      [(english(number), german(number)) for number in range(10_000, 100_000, 1_000)])


def valid_trees(model: nn.Module, task) -> float:
    """The share of answers to test sentences that are proper trees over exactly the words of the sentence."""
    return float(np.mean([is_tree(answer, words)
                          for answer, (words, _) in zip(answers_of(model, task), task.test, strict=True)]))


def ctc(settings: dict, seed: int) -> dict:
    """CTC on the sounds of job 1."""
    recipe = dict(settings["ctc"])
    task = JOBS["recognition"].make(recipe.pop("train_size"), settings["test_size"], seed=seed)
    model, started = Recogniser(len(task.target), seed=seed), time.process_time()
    fit_ctc(model, task, seed=seed, **recipe)
    return {"seconds": round(time.process_time() - started, 1), "score": ctc_score(model, task),
            "longer": ctc_score(model, JOBS["recognition"].make_longer(10, settings["test_size"], seed=seed)),
            "weights": sum(parameter.numel() for parameter in model.parameters())}


def question(settings: dict, seed: int, *, first: bool, bidirectional: bool, times: int = 1) -> dict:
    """Job 6 with the question before or behind the facts, read from one side or from both, `times` as long."""
    recipe = dict(settings["recipes"]["questions"])
    recipe["epochs"] *= times
    task = stated_facts(recipe["train_size"], settings["test_size"], question_first=first, seed=seed)
    model = build_model(task, seed=seed, **{**settings["model"], "bidirectional": bidirectional})
    part(model, task, recipe, seed)
    return {"score": job_score(model, task)}


def numbers(settings: dict, seed: int, *, times: int, attention: bool = False, hidden_size: int = 0) -> dict:
    """Job 3 with numbers of all sizes below a million in training, `times` as long: the share of unseen large ones."""
    sizes = settings["model"] | ({"hidden_size": hidden_size} if hidden_size else {})
    recipe = dict(settings["larger numbers"])
    recipe["epochs"] *= times
    task = number_names(recipe["train_size"], settings["test_size"], limit=1_000_000, seed=seed)
    known = {source for source, _ in task.train}
    large = JOBS["translation"].make_longer(10, settings["test_size"], seed=100 + seed)
    test = [pair for pair in large.test if pair[0] not in known]
    model = build_model(task, seed=seed, attention=attention, **sizes)
    return {"seconds": part(model, task, recipe, seed),
            "longer": job_score(model, type(task)(task.name, task.source, task.target, task.train, test)),
            "weights": sum(parameter.numel() for parameter in model.parameters())}


def grammar(settings: dict, seed: int) -> dict:
    """Job 7 with a choice in the grammar: what is valid, what is right, and what is one and not the other."""
    recipe = settings["recipes"]["parsing"]
    share = 1 / settings["choice, one in"]
    task = bracketed_trees(recipe["train_size"], settings["test_size"], choice=share, seed=seed)
    model = build_model(task, seed=seed, **settings["model"])
    part(model, task, recipe, seed)
    answers = answers_of(model, task)
    valid = np.array([is_tree(answer, words) for answer, (words, _) in zip(answers, task.test, strict=True)])
    right = np.array([answer == list(tree) for answer, (_, tree) in zip(answers, task.test, strict=True)])
    choice = np.array([bool({"in", "near"} & set(words)) for words, _ in task.test])
    examples = [[" ".join(words), " ".join(tree), " ".join(answers[n])]
                for n, (words, tree) in enumerate(task.test) if valid[n] and not right[n]]
    return {"valid": float(valid.mean()), "right": float(right.mean()), "with a choice": float(choice.mean()),
            "valid, with": float(valid[choice].mean()), "right, with": float(right[choice].mean()),
            "valid, without": float(valid[~choice].mean()), "right, without": float(right[~choice].mean()),
            "valid and wrong": len(examples), "of these with a choice": int((valid & ~right & choice).sum()),
            "example": min(examples, key=lambda example: len(example[0]), default=None)}


def heard(frames: list[np.ndarray], task) -> float:
    """The share of words of the test that are heard as they should be."""
    said = [tones.listen(tones.filter_bank(tones.play(each))) for each in frames]
    return float(np.mean([word == "".join(spelled(signs)) for word, (signs, _) in zip(said, task.test, strict=True)]))


def reading_aloud(settings: dict, seed: int) -> dict:
    """Signs → sound in one stage and in two, with few recordings and with many, with a small and a large dictionary."""
    sizes, test_size = settings["signs"], settings["test_size"]
    test = signs_to_sound(1, test_size, seed=seed)
    batch = test.batch(test.test)

    def sound_model(make: Callable, count: int) -> tuple[nn.Module, object]:
        task, recipe = make(count, test_size, seed=seed), dict(sizes["to sound"])
        recipe["epochs"] = round(recipe.pop("updates") * recipe["batch_size"] / count)
        model = build_model(task, seed=seed, **settings["model"])
        part(model, task, recipe, seed)
        return model, task

    found, few, many = {}, sizes["recordings"], sizes["dictionary"]
    for name, count in (("one stage, few recordings", few), ("one stage, many recordings", many)):
        model, _ = sound_model(signs_to_sound, count)
        found[name] = heard(speak(model, batch.source, batch.lengths), test)
    second, letters = sound_model(letters_to_sound, few)
    spelled_right = letters.batch(letters.test)
    found["second stage alone"] = heard(speak(second, spelled_right.source, spelled_right.lengths), test)
    for name, count in (("two stages, small dictionary", few), ("two stages, large dictionary", many)):
        task, recipe = signs_to_letters(count, test_size, seed=seed), dict(sizes["to letters"])
        recipe["epochs"] = round(recipe["epochs"] * many / count)
        first = build_model(task, seed=seed, **settings["model"])
        part(first, task, recipe, seed)
        answers = answers_of(first, task)
        found[f"{name}: letters"] = float(np.mean([answer == list(target) for answer, (_, target) in
                                                   zip(answers, task.test, strict=True)]))
        between = letters.batch([(tuple(answer) or ("k",), frames) for answer, (_, frames) in
                                 zip(answers, letters.test, strict=True)])
        found[name] = heard(speak(second, between.source, between.lengths), test)
    return found


def one_model(settings: dict, seed: int) -> dict:
    """Four jobs as questions to one model: the share right by job."""
    recipe = settings["one model"]
    task = asked(recipe["train_size"], settings["test_size"], seed=seed)
    model = build_model(task, seed=seed, **settings["model"])
    found, answers = {"seconds": part(model, task, recipe, seed)}, answers_of(model, task)
    right = [answer == list(target) for answer, (_, target) in zip(answers, task.test, strict=True)]
    return found | {name: float(np.mean(right[n :: len(QUESTIONS)])) for n, name in enumerate(QUESTIONS)}


CONTROLS: dict[str, tuple[Callable, dict]] = {
    "ctc": (ctc, {}),
    "question last": (question, {"first": False, "bidirectional": True}),
    "question first, one side": (question, {"first": True, "bidirectional": False}),
    "question last, one side": (question, {"first": False, "bidirectional": False}),
    "question last, one side, four times as long": (question, {"first": False, "bidirectional": False, "times": 4}),
    "large numbers": (numbers, {"times": 1}),
    "large numbers, attention": (numbers, {"times": 1, "attention": True}),
    "large numbers, four times as long": (numbers, {"times": 4}),
    "large numbers, 16 units": (numbers, {"times": 4, "hidden_size": 16}),
    "large numbers, 16 units, sixteen times as long": (numbers, {"times": 16, "hidden_size": 16}),
    "large numbers, 16 units, attention": (numbers, {"times": 1, "hidden_size": 16, "attention": True}),
    "grammar with a choice": (grammar, {}),
    "reading aloud": (reading_aloud, {}),
    "one model": (one_model, {}),
}


def one(kind: str, name: str, seed: int, settings: dict) -> list:
    """What is found with one seed of a job, the same with attention, or a control; the weights where they are kept."""
    if kind == "comparisons":
        function, how = CONTROLS[name]
        return [function(settings, seed, **how), None]
    found, model = job(settings, seed, name=name, attention=kind == "attention")
    return [found, model.state_dict() if not kind and seed == settings["seeds"][0] else None]


def run(settings: dict, *, progress: bool = True) -> tuple[dict, dict[str, nn.Module]]:
    """Lists by seed: of every job, of the same with attention, of the controls; and the models of the first seed."""
    results: dict = {**{name: {} for name in settings["recipes"]}, "attention": {}, "comparisons": {}}
    models: dict[str, nn.Module] = {}
    todo = [(kind, name, seed) for kind, names in (("", settings["recipes"]), ("attention", settings["recipes"]),
                                                   ("comparisons", CONTROLS))
            for name in names for seed in settings["seeds"]]
    done = pieces(one, [(*each, settings) for each in todo], progress=progress)
    for (kind, name, seed), (found, weights) in zip(todo, done, strict=True):
        if weights is not None:
            models[name] = build_model(JOBS[name].make(20, 20, seed=seed), seed=seed, **settings["model"])
            models[name].load_state_dict(weights)
        lists = results[name] if not kind else results[kind].setdefault(name, {})
        for key, value in found.items():
            lists.setdefault(key, []).append(value)
    return results, models


def main() -> None:
    options(__doc__)
    results, models = run(SETTINGS)
    store(__file__, SETTINGS, results)
    for path, names in STORED.items():  # jobs_with_sound.safetensors, jobs_with_text.safetensors
        kept = nn.ModuleList([models[name] for name in names])
        save_weights(kept.half(), place(path), **SETTINGS)


if __name__ == "__main__":
    main()
