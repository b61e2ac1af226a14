"""The long run of chapter 09: an LSTM language model on tiny Shakespeare, character by character.

    .venv/bin/python notebooks/long_runs/09_tiny_shakespeare.py    # about 20 minutes of one core; needs the text

The text is cut as it is for the published figures: the first nine tenths to train on, the last tenth to judge. The
weights with the lowest validation loss count, as in those figures. Settings and results go into the JSON file beside
this one, which the chapter reads; the weights are too large to be stored.
"""

import time

import numpy as np
import torch
from tqdm.auto import tqdm

from seqlearn.course.long_runs import options, store
from seqlearn.data.corpus import Vocabulary, offset_batches
from seqlearn.data.text import tiny_shakespeare
from seqlearn.decoding.sampling import next_probabilities
from seqlearn.models.language_model import LanguageModel, evaluate, read_once

SETTINGS = {
    "cell": "lstm",
    "hidden_size": 384,
    "embedding_size": 64,
    "num_layers": 1,
    "dropout": 0.4,
    "train_share": 0.9,
    "rows": 64,
    "k": 64,
    "epochs": 20,
    "learning_rate": 0.004,  # at the start; it falls along half a cosine to a hundredth of it
    "max_norm": 1.0,
    "seed": 0,
}


def read(settings: dict) -> tuple[Vocabulary, np.ndarray, np.ndarray]:
    """The vocabulary, and the training and the validation part as integers."""
    text = tiny_shakespeare()
    vocabulary = Vocabulary(text)
    cut = int(settings["train_share"] * len(text))
    return vocabulary, vocabulary.encode(text[:cut]), vocabulary.encode(text[cut:])


def make_model(vocabulary_size: int, settings: dict) -> LanguageModel:
    """The model of these settings, drawn from their seed."""
    torch.manual_seed(settings["seed"])
    shape = {name: settings[name] for name in ("hidden_size", "cell", "embedding_size", "num_layers", "dropout")}
    return LanguageModel(vocabulary_size, **shape)


def learn(model: LanguageModel, train: np.ndarray, validation: np.ndarray, settings: dict) -> dict:
    """Train with the state carried through offset batches. The losses of every epoch, in nats per character."""
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["learning_rate"])
    blocks = list(offset_batches(train, settings["rows"], settings["k"]))
    updates = settings["epochs"] * len(blocks)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates, settings["learning_rate"] / 100)
    results, best = {"train": [], "validation": []}, None
    with tqdm(range(settings["epochs"]), unit="epoch") as bar:
        for _ in bar:
            losses = read_once(model, blocks, optimizer, max_norm=settings["max_norm"], schedule=schedule)
            results["train"].append(round(float(np.mean(losses)), 4))
            results["validation"].append(round(evaluate(model, offset_batches(validation, 1, 256)), 4))
            bar.set_postfix(validation=results["validation"][-1])
            if results["validation"][-1] <= min(results["validation"]):
                best = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best)
    return results


def run(settings: dict) -> dict:
    """Read, train and judge. `loss` is the lowest validation loss, in nats per character."""
    started = time.process_time()
    vocabulary, train, validation = read(settings)
    model = make_model(len(vocabulary), settings)
    results = learn(model, train, validation, settings)
    results["loss"] = min(results["validation"])
    results["reset"] = round(evaluate(model, offset_batches(validation, 1, settings["k"]), carry=False), 4)
    results["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    results["sample"] = write_on(model, vocabulary, "ROMEO:", 400, temperature=0.8)
    results["minutes"] = round((time.process_time() - started) / 60)
    return results


def write_on(model: LanguageModel, vocabulary: Vocabulary, prompt: str, length: int, temperature: float) -> str:
    """The prompt and `length` characters that the model draws after it."""
    rng, indices, state = np.random.default_rng(0), list(vocabulary.encode(prompt)), None
    model.eval()
    with torch.no_grad():
        logits, state = model(torch.tensor(indices)[:, None], state)
        for _ in range(length):
            p = next_probabilities(logits[-1, 0].numpy(), temperature)
            indices.append(int(rng.choice(len(p), p=p)))
            logits, state = model(torch.tensor([[indices[-1]]]), state)
    return vocabulary.decode(indices)


def main() -> None:
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
