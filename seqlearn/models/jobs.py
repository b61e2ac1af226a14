"""Chapter 12's seven jobs: what each task is made of, and how one model class is built, trained and scored for all.

    job = JOBS["parsing"]
    task = job.make(4000, 400, seed=0)             # the examples
    model = build_model(task)                      # a Seq2Seq
    fit(model, task, epochs=10, learning_rate=0.01)
    job_score(model, task)                         # the share of test examples answered without a fault

The class is the same seven times. Where one side is a sound, `frames=True` puts a linear map in place of an embedding.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import seqlearn
from seqlearn.data import tones
from seqlearn.data.dialogue import dialogue
from seqlearn.data.facts import stated_facts
from seqlearn.data.number_names import english, german, number_names
from seqlearn.data.pairs import Batch, Pairs, part_of
from seqlearn.data.speech import NO_FRAME, spoken_words, whistled_sentences, words_to_speak
from seqlearn.data.trees import bracketed_trees
from seqlearn.decoding import evaluating, exact_match, greedy, tensor_like, to_numpy
from seqlearn.models.attention import AttentionDecoder
from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq, sequence_loss
from seqlearn.training import History, load_weights, train

FEATURES = len(tones.PITCHES)


@dataclass(frozen=True)
class Job:
    """One use of sequence to sequence.

    make(train_size, test_size, seed=…) gives the task; make_longer(…) one whose test inputs go beyond the training in
    the way that `longer` says. recipe: how many examples to learn from, and the settings of `fit`.
    """

    title: str
    goes_in: str
    comes_out: str
    make: Callable[..., Any]
    longer: str
    make_longer: Callable[..., Any]
    recipe: dict


def build_model(task: Any, *, hidden_size: int = 64, embedding_size: int = 32, cell: str = "gru",
                context: str = "every step", bidirectional: bool = True, attention: bool = False,
                seed: int = 0) -> Seq2Seq:
    """A model for the task: symbols or frames on either side, as the task says.

    attention: a decoder that begins with the one vector and looks back at all of the encoder's outputs (chapter 13).
    """
    torch.manual_seed(seed)
    sides = []
    for symbols, extra in ((task.source, 0), (task.target, 1)):
        size = FEATURES + extra if symbols is None else len(symbols)
        sides.append({"size": size, "frames": symbols is None, "embedding_size": embedding_size, "cell": cell,
                      "hidden_size": hidden_size})
    encoder = Encoder(**sides[0], bidirectional=bidirectional)
    if attention:
        return Seq2Seq(encoder, AttentionDecoder(**sides[1], memory_size=encoder.output_size))
    return Seq2Seq(encoder, Decoder(**sides[1], context=context))


def job_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross entropy of the next symbol; where frames are written, what `frame_loss` says."""
    outputs = model(batch.source, batch.inputs, batch.lengths)
    return frame_loss(outputs, batch.targets) if outputs.shape == batch.targets.shape else sequence_loss(
        outputs, batch.targets)


def frame_loss(outputs: Tensor, targets: Tensor) -> Tensor:
    """For frames with a stop flag, (S, N, F + 1): squared error of the frame, and cross entropy of stop or go on."""
    real = targets[..., -1] != NO_FRAME
    outputs, targets = outputs[real], targets[real]
    error = F.mse_loss(outputs[:, :-1], targets[:, :-1])
    return error + 0.1 * F.binary_cross_entropy_with_logits(outputs[:, -1], targets[:, -1])


def fit(model: nn.Module, task: Any, *, epochs: int, batch_size: int = 32, learning_rate: float = 0.005,
        seed: int = 0, progress: bool = False) -> History:
    """Train with Adam; the learning rate rises over the first tenth of the updates and falls to zero until the end."""
    rng = np.random.default_rng(seed)
    updates = epochs * math.ceil(len(task.train) / batch_size)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(10 * (n + 1) / updates, 1.0) * (1 - n / updates))
    return train(model, lambda epoch: task.batches(batch_size, rng), job_loss, epochs=epochs, optimizer=optimizer,
                 scheduler=scheduler, max_norm=1.0, progress=progress)


@evaluating
def speak(model: nn.Module, source: Any, lengths: Any = None, *, most_steps: int = 60) -> list[np.ndarray]:
    """The frames that the model writes for each source (T, N), one (S, F) array each: it reads its own last frame, and
    stops when its stop flag says so."""
    like = next(model.parameters())
    source = tensor_like(source, like)
    encoded, state = model.encode(source, lengths), None
    frame = like.new_zeros(1, source.shape[1], FEATURES + 1)
    frames, going = [], torch.ones(source.shape[1], dtype=torch.bool, device=like.device)
    counts = torch.zeros(source.shape[1], dtype=torch.long, device=like.device)
    for _ in range(most_steps):
        outputs, state, _ = model.decoder(frame, encoded, state)
        frame = torch.cat([outputs[..., :-1], (outputs[..., -1:] > 0).to(like.dtype)], dim=2)
        frames.append(to_numpy(frame[0, :, :-1]))
        counts += going
        going = going & (frame[0, :, -1] == 0)
        if not going.any():
            break
    together = np.stack(frames)
    return [together[: int(count), n] for n, count in enumerate(counts)]


def job_score(model: nn.Module, task: Any, part: str = "test", *, most_steps: int = 60) -> float:
    """The share of examples whose whole answer is right. Spoken words are played, heard again and read by `listen`."""
    if task.target is not None:
        return exact_match(model, task, part, max_steps=most_steps)
    examples = part_of(task, part)
    batch = task.batch(examples)
    heard = [tones.listen(tones.filter_bank(tones.play(frames)))
             for frames in speak(model, batch.source, batch.lengths, most_steps=most_steps)]
    return float(np.mean([word == "".join(source) for word, (source, _) in zip(heard, examples, strict=True)]))


def answer(model: nn.Module, task: Any, source: Sequence[str] | np.ndarray, *, most_steps: int = 60) -> Any:
    """The model's answer to one input: a list of tokens, or frames (S, F)."""
    steps = source[:, None].astype(np.float32) if task.source is None else task.source.encode(source)[:, None]
    if task.target is None:
        return speak(model, steps, most_steps=most_steps)[0]
    return task.target.decode(greedy(model, steps, max_steps=most_steps).tokens[:, 0].tolist())


def _large_numbers(train_size: int, test_size: int, *, seed: int = 0) -> Pairs:
    """Number names of five and six digits, for the test alone."""
    small = number_names(train_size, 1, limit=10_000, seed=seed)
    numbers = np.random.default_rng(seed).choice(np.arange(10_000, 1_000_000), test_size, replace=False)
    return replace(small, test=[(english(int(number)), german(int(number))) for number in numbers])


JOBS = {
    "recognition": Job(
        "speech recognition", "a sound, 9 to 23 frames", "4 or 6 letters", partial(spoken_words, noise=0.3),
        "words of 4 or 5 syllables", partial(spoken_words, noise=0.3, syllables=(4, 5)),
        {"train_size": 5000, "epochs": 6, "batch_size": 32, "learning_rate": 0.01}),
    "synthesis": Job(
        "speech synthesis", "4 or 6 letters", "a sound, 10 or 15 frames", words_to_speak,
        "words of 4 or 5 syllables", partial(words_to_speak, syllables=(4, 5)),
        {"train_size": 3000, "epochs": 9, "batch_size": 32, "learning_rate": 0.01}),
    "translation": Job(
        "translation", "an English number below 10,000", "its German name", partial(number_names, limit=10_000),
        "numbers of 5 or 6 digits", _large_numbers,
        {"train_size": 3000, "epochs": 6, "batch_size": 32, "learning_rate": 0.005}),
    "speech translation": Job(
        "speech translation", "a whistle, 16 to 27 frames", "an English sentence", whistled_sentences,
        "whistled half as fast", partial(whistled_sentences, slow=2),
        {"train_size": 2000, "epochs": 12, "batch_size": 32, "learning_rate": 0.01}),
    "dialogue": Job(
        "dialogue", "a talk of 1 or 2 facts", "the next turn", dialogue,
        "talks of 3 facts", partial(dialogue, facts=(3,)),
        {"train_size": 5000, "epochs": 6, "batch_size": 32, "learning_rate": 0.01}),
    "questions": Job(
        "question answering", "a question, 2 or 3 facts", "the answer", partial(stated_facts, question_first=True),
        "4 or 5 facts", partial(stated_facts, question_first=True, facts=(4, 5)),
        {"train_size": 8000, "epochs": 7, "batch_size": 64, "learning_rate": 0.01}),
    "parsing": Job(
        "parsing", "a sentence of 3 to 9 words", "its tree", bracketed_trees,
        "sentences of 10 to 16 words", partial(bracketed_trees, shortest=10, longest=16),
        {"train_size": 4000, "epochs": 10, "batch_size": 32, "learning_rate": 0.01}),
}

STORED = {  # where the long run puts the weights, and of which jobs
    Path(seqlearn.__file__).parent / "widgets" / "jobs_with_sound.safetensors": (
        "recognition", "synthesis", "speech translation"),
    Path(seqlearn.__file__).parent / "widgets" / "jobs_with_text.safetensors": (
        "translation", "dialogue", "questions", "parsing"),
}


@lru_cache(maxsize=1)
def stored_jobs() -> dict[str, tuple[Any, Seq2Seq]]:
    """The seven models that notebooks/long_runs/12_seven_jobs.py has trained: job → (a small task with its symbols,
    model). Raises FileNotFoundError, naming the script, when the weights are not there.
    """
    found = {}
    for path, names in STORED.items():
        if not path.is_file():
            raise FileNotFoundError(f"the trained models are not at {path}: notebooks/long_runs/12_seven_jobs.py makes "
                                    "them")
        tasks = [JOBS[name].make(20, 20, seed=0) for name in names]
        models = nn.ModuleList([build_model(task) for task in tasks]).half()
        load_weights(models, path)
        for name, task, model in zip(names, tasks, models.float().eval(), strict=True):
            found[name] = (task, model)
    return {name: found[name] for name in JOBS}
