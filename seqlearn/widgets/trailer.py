"""The trailer of chapter 00: four models of later chapters, each behind one function, and a training that fails.

Signs that a model does not know are left out or shown as "?", words as "<unk>".
The writer, the date reader and the adder run on the layers of `seqlearn.nn`; the translator runs in PyTorch.
"""

from collections.abc import Iterable

import numpy as np

MOST_UPDATES = 200


def go_on(beginning: str, *, length: int = 200, temperature: float = 0.6, seed: int = 0) -> str:
    """The beginning of a text as the model of chapter 09 reads it, and `length` characters that it draws after it."""
    from seqlearn.widgets.language_models import course_model

    model = course_model()
    known = "".join(character for character in str(beginning) if character in model.vocabulary)
    return known + model.write_on(known, length, np.random.default_rng(seed), temperature=temperature)


def read_date(written: str) -> tuple[str, str, np.ndarray]:
    """What the model of chapter 13 makes of a date: the characters it read, its answer, where it looked (S, T).

    A blank stands for an empty text, and "?" for a sign that the model does not know. Of a long text the first 32
    characters are read.
    """
    from seqlearn.plots.date_reader import MOST
    from seqlearn.widgets.attention import read

    found = read(str(written)[:MOST] or " ")
    shown = "".join(sign if known else "?" for sign, known in zip(found["source"], found["known"], strict=True))
    target = [token for token in found["target"] if len(token) == 1]
    return shown, "".join(target), found["weights"][: len(target)]


def translate_number(number: int | str) -> tuple[str, str]:
    """A number up to 999,999, in digits or in English words → the words that were read, and the German of chapter 15.

    The empty text twice when nothing can be read.
    """
    from seqlearn.widgets.translation import answer

    found = answer(str(number), "attention", 1)
    return " ".join(found["source"]), found["answers"][0][0] if found["answers"] else ""


def add(question: str) -> str:
    """What the network of chapter 11 writes after a question such as "57+5"; it answers anything, even "hello"."""
    from seqlearn.widgets.seq2seq import stored_adder, understood

    adder = stored_adder()
    return adder.text(adder.search(understood(str(question)), 1)[0][0].tokens)


def train_counter(digits: str | Iterable[float], *, learning_rate: float = 0.0005) -> list[float]:
    """The loss before each update of chapter 05's counter, h_t = U x_t + W h_{t−1}, which is to count the ones.

    The run ends when the loss is no longer a number, or after 200 updates. Signs other than 0 and 1 are left out.
    """
    x = [float(sign) for sign in str(digits) if sign in "01"] if isinstance(digits, str) else list(digits)
    U, W, losses = np.float64(-2), np.float64(0), []
    with np.errstate(all="ignore"):
        while len(losses) < MOST_UPDATES and not (losses and np.isnan(losses[-1])):
            states = [np.float64(0)]
            for x_t in x:
                states.append(U * x_t + W * states[-1])
            error = states[-1] - sum(x)
            losses.append(float(error**2))
            dh, dU, dW = 2 * error, 0.0, 0.0
            for x_t, before in zip(reversed(x), reversed(states[:-1]), strict=True):
                dU, dW, dh = dU + dh * x_t, dW + dh * before, W * dh
            U, W = U - learning_rate * dU, W - learning_rate * dW
    return losses
