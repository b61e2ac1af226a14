"""The race of chapter 08: RNN, LSTM and GRU on the adding problem at four lengths, over eight seeds.

    .venv/bin/python notebooks/long_runs/08_adding_problem.py      # about 25 minutes of one core

First every model gets its learning rate for every length from a small sweep, on seeds of its own. Then each trains with
that rate from eight other starts. Settings and results go into the JSON file beside this one, which the chapter reads.
"""

import time

import numpy as np
import torch
from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, store
from seqlearn.data import adding

SETTINGS = {
    "models": ["RNN", "LSTM", "GRU"],
    "lengths": [10, 50, 100, 200],  # 10 is there to show that every model can
    "seeds": [0, 1, 2, 3, 4, 5, 6, 7],
    "hidden_size": 32,
    "train_size": 20_000,
    "test_size": 1_000,
    "validation_size": 500,  # the last sequences of the training part, never trained on
    "batch_size": 32,
    "max_steps": 3_000,
    "max_norm": 1.0,  # of the gradient
    "check_every": 25,  # steps between two looks at the validation part
    "solved_below": 0.0167,  # mean squared error: a tenth of that of the constant answer 1
    "stop_below": 0.00167,
    "rates": [0.003, 0.01, 0.03],
    "sweep_seeds": [100, 101],
}


class Adder(torch.nn.Module):
    """A recurrent layer and a linear readout of its last state. x (T, N, 2) -> (N, 1)."""

    def __init__(self, model: str, hidden_size: int):
        super().__init__()
        self.layer = getattr(torch.nn, model)(2, hidden_size)
        self.readout = torch.nn.Linear(hidden_size, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs, _ = self.layer(x)
        return self.readout(outputs[-1])


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    """The arrays as float32."""
    return [torch.tensor(array, dtype=torch.float32) for array in arrays]


def error_on(model: Adder, x: torch.Tensor, y: torch.Tensor) -> float:
    """Mean squared error."""
    with torch.no_grad():
        return torch.mean((model(x) - y) ** 2).item()


def race(model: str, task, rate: float, seed: int, settings: dict) -> dict:
    """Train one model from one start. `errors` are those on the validation part, one a check."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    adder = Adder(model, settings["hidden_size"])
    optimizer = torch.optim.Adam(adder.parameters(), lr=rate)
    train_x, train_y, validation_x, validation_y, test_x, test_y = split(task, settings["validation_size"])
    errors, step, order, started = [], 0, np.empty(0, dtype=int), time.process_time()
    while step < settings["max_steps"] and not (errors and errors[-1] < settings["stop_below"]):
        if len(order) < settings["batch_size"]:
            order = rng.permutation(len(train_y))
        batch, order = np.split(order, [settings["batch_size"]])
        loss = torch.mean((adder(train_x[:, batch]) - train_y[batch]) ** 2)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(adder.parameters(), settings["max_norm"])
        optimizer.step()
        step += 1
        if step % settings["check_every"] == 0:
            errors.append(error_on(adder, validation_x, validation_y))
    solved = np.flatnonzero(np.array(errors) < settings["solved_below"])
    return {
        "rate": rate,
        "seed": seed,
        "solved_at": (int(solved[0]) + 1) * settings["check_every"] if len(solved) else None,
        "ms_per_step": round(1000 * (time.process_time() - started) / step, 2),
        "test_error": round(error_on(adder, test_x, test_y), 5),
        "errors": [round(error, 4) for error in errors],
    }


def split(task, validation_size: int) -> list[torch.Tensor]:
    """Training, validation and test part, each x and y."""
    kept = len(task.y_train) - validation_size
    return tensors(task.x_train[:, :kept], task.y_train[:kept], task.x_train[:, kept:], task.y_train[kept:],
                   task.x_test, task.y_test)


def score(runs: list[dict], settings: dict) -> float:
    """The error averaged over all checks and runs; after a run has stopped it counts as 0. Low is early and good."""
    checks = settings["max_steps"] // settings["check_every"]
    return sum(sum(run["errors"]) for run in runs) / checks / len(runs)


def run(settings: dict) -> dict:
    """Sweep and race: for every length and model the sweep's scores, the rate chosen, and the runs."""
    rates, seeds = settings["rates"], settings["seeds"]
    count = len(rates) * len(settings["sweep_seeds"]) + len(seeds)
    results, started = {}, time.process_time()
    with tqdm(total=count * len(settings["lengths"]) * len(settings["models"]), unit="run") as bar:
        for length in settings["lengths"]:
            task = adding(settings["train_size"], settings["test_size"], length=length, seed=0)
            entry = results[str(length)] = {"constant_answer": round(float(np.mean((task.y_test - 1) ** 2)), 4)}
            for model in settings["models"]:
                scores = {}
                for rate in rates:
                    runs = []
                    for seed in settings["sweep_seeds"]:
                        runs.append(race(model, task, rate, seed, settings))
                        bar.update()
                    scores[str(rate)] = round(score(runs, settings), 4)
                best = float(min(scores, key=scores.get))
                runs = []
                for seed in seeds:
                    bar.set_description(f"{model}, T = {length}, seed {seed}")
                    runs.append(race(model, task, best, seed, settings))
                    bar.update()
                entry[model] = {"sweep": scores, "rate": best, "runs": runs}
    results["minutes"] = round((time.process_time() - started) / 60)
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
