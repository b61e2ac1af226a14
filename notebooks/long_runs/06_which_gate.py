"""Which gate matters? An LSTM on the corpus of the course, with one gate after the other held open for good.

    .venv/bin/python notebooks/long_runs/06_which_gate.py        # about 5 minutes of one core

A gate whose bias is 100 is 1 in every digit, its slope is 0, and so no gradient ever changes it: it is open for good.
Every variant gets every learning rate and every seed; the state is carried over the whole stream, or set to zero before
every block of k characters. Results: the loss in nats per character on the unread tenth, by variant, rate and seed.
"""

import numpy as np

from seqlearn import nn
from seqlearn.course.long_runs import options, pieces, store
from seqlearn.data.corpus import Vocabulary, course_corpus, offset_batches

SETTINGS = {
    "characters": 100_000, "train_share": 0.9, "hidden_size": 48, "rows": 32, "k": 64, "passes": 4,
    "learning_rates": [0.01, 0.03, 0.1, 0.3], "max_norm": 1.0, "seeds": 5,
    "variants": ["none", "input", "forget", "output"], "states": ["carried", "reset"],
}
MINUTES = 5


def learn(settings: dict, variant: str, carried: bool, learning_rate: float, seed: int) -> float:
    """The loss of the unread text after training with this gate ("none", "input", "forget", "output") held open."""
    text = course_corpus()[: settings["characters"]]
    vocabulary, cut = Vocabulary(text), int(settings["train_share"] * settings["characters"])
    indices, one_hot = vocabulary.encode(text), np.eye(len(vocabulary), dtype=np.float32)
    rng, H = np.random.default_rng(seed), settings["hidden_size"]
    lstm = nn.LSTM(len(vocabulary), H, rng=rng, dtype=np.float32)
    readout = nn.Linear(H, len(vocabulary), rng=rng, dtype=np.float32)
    lstm.params["b"][H:2 * H] = 1
    if variant != "none":
        place = {"input": 0, "forget": 1, "output": 3}[variant]
        lstm.params["b"][place * H:(place + 1) * H] = 100
    loss, optimizers = nn.SoftmaxCrossEntropy(), [nn.Adam(part.params, learning_rate) for part in (lstm, readout)]
    for _ in range(settings["passes"]):
        state = None
        for x, y in offset_batches(indices[:cut], settings["rows"], settings["k"]):
            outputs, state = lstm.forward(one_hot[x], state if carried else None)
            loss.forward(readout.forward(outputs), y)
            lstm.backward(readout.backward(loss.backward()))
            nn.clip_grad_norm({**lstm.grads, **{f"readout {name}": grad for name, grad in readout.grads.items()}},
                              settings["max_norm"])
            for optimizer, part in zip(optimizers, (lstm, readout), strict=True):
                optimizer.step(part.grads)
    losses, state = [], None
    for x, y in offset_batches(indices[cut:], 1, settings["k"]):
        outputs, state = lstm.forward(one_hot[x], state if carried else None)
        losses.append(loss.forward(readout.forward(outputs), y))
    return float(np.mean(losses))


def run(settings: dict) -> dict:
    """{"carried": {"none": {"0.01": [losses by seed], …}, …}, "reset": …}."""
    ways = [(state, variant, rate) for state in settings["states"] for variant in settings["variants"]
            for rate in settings["learning_rates"]]
    losses = iter(pieces(learn, [(settings, variant, state == "carried", rate, seed)
                                 for state, variant, rate in ways for seed in range(settings["seeds"])]))
    results = {state: {variant: {} for variant in settings["variants"]} for state in settings["states"]}
    for state, variant, rate in ways:
        results[state][variant][str(rate)] = [round(next(losses), 4) for _ in range(settings["seeds"])]
    return results


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
