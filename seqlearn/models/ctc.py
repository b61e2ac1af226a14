"""A model made for one job: speech recognition with CTC, which knows that letters come in the order of their sounds.

    model = Recogniser(len(task.target))
    fit_ctc(model, task, epochs=6)
    ctc_score(model, task)

At every frame it says a letter or nothing ("blank", row 0). Repeated letters are then drawn together and blanks left
out. There is no decoder, and no vector that must hold the whole word. Graves, Fernández, Gomez and Schmidhuber,
"Connectionist temporal classification", ICML 2006.
"""

import math
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqlearn.data import tones
from seqlearn.data.pairs import PAD, Batch
from seqlearn.decoding import evaluating, lengths_like, tensor_like
from seqlearn.training import History, train

BLANK = PAD  # no letter has this row


class Recogniser(nn.Module):
    """Frames (T, N, 8) → logits (T, N, V) of a letter or blank at every frame."""

    def __init__(self, size: int, hidden_size: int = 32, *, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.recurrent = nn.GRU(len(tones.PITCHES), hidden_size, bidirectional=True)
        self.readout = nn.Linear(2 * hidden_size, size)

    def forward(self, frames: Tensor, lengths: Any) -> Tensor:
        lengths = lengths_like(lengths, frames).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(frames, lengths, enforce_sorted=False)
        outputs, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], total_length=len(frames))
        return self.readout(outputs)


def ctc_loss(model: Recogniser, batch: Batch) -> Tensor:
    """−log of the probability of all frame-by-frame readings that come down to the right word, divided by its number
    of letters; the mean over the batch, in nats. END is not spelled."""
    logits = model(batch.source, batch.lengths).log_softmax(2)
    targets = batch.inputs[1:].T  # without START; padded with PAD
    return F.ctc_loss(logits, targets, batch.lengths, (targets != PAD).sum(1), blank=BLANK)


def fit_ctc(model: Recogniser, task: Any, *, epochs: int, batch_size: int = 32, learning_rate: float = 0.01,
            seed: int = 0) -> History:
    """Train with Adam; the learning rate falls to zero until the end."""
    rng = np.random.default_rng(seed)
    updates = epochs * math.ceil(len(task.train) / batch_size)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 1 - n / updates)
    return train(model, lambda epoch: task.batches(batch_size, rng), ctc_loss, epochs=epochs, optimizer=optimizer,
                 scheduler=scheduler, max_norm=1.0, progress=False)


@evaluating
def ctc_score(model: Recogniser, task: Any) -> float:
    """The share of test sounds whose best reading, frame by frame, comes down to the right word."""
    batch = task.batch(task.test)
    best = model(tensor_like(batch.source, model.readout.weight), batch.lengths).argmax(2).cpu().numpy()
    right = 0
    for column, length, (_, word) in zip(best.T, batch.lengths, task.test, strict=True):
        letters = [row for row, _ in groupby(column[:length].tolist()) if row != BLANK]
        right += task.target.decode(letters) == list(word)
    return right / len(task.test)
