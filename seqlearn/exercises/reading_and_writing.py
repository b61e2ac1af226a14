"""Exercises 11.6 to 11.8: a greedy loop that stops, the smallest encoder and decoder, and a length penalty.

torch is imported inside the functions: the exercises of all chapters are listed in kernels that never load it.
"""

import numpy as np

from seqlearn.grading import Exercise, Mistake

# 11.6 A greedy loop that stops ------------------------------------------------------------------------------------


def write_reference(step, state, count, max_steps):
    """The answers of a batch, (S, count): each row of them a step, each column an answer, END, then PAD.

    step(tokens (count,), state) returns logits (count, V) and the next state. PAD is 0, START 1, END 2. It stops when
    every answer has said END, or after max_steps.
    """
    tokens, ended, said = np.full(count, 1), np.zeros(count, dtype=bool), []
    for _ in range(max_steps):
        logits, state = step(tokens, state)
        tokens = np.where(ended, 0, logits.argmax(axis=1))
        said.append(tokens)
        ended = ended | (tokens == 2)
        if ended.all():
            break
    return np.array(said)


class _Decoder:
    """A small decoder in NumPy."""

    def __init__(self, V, H, rng):
        self.E, self.W, self.out = (rng.standard_normal(size) for size in ((V, H), (H, H), (H, V)))

    def step(self, tokens, state):
        state = np.tanh(1.5 * self.E[tokens] + 0.8 * state @ self.W)
        logits = 2 * state @ self.out
        logits[:, :2] = -np.inf  # PAD and START are no answers
        return logits, state


def _decoders(rng):
    """Answers that end at different steps; in some cases all of them do before max_steps, in others one never does."""
    cases = []
    for number in range(600):
        V, count, max_steps = 9 + number % 5, 4, 8
        model, state = _Decoder(V, 5, rng), rng.standard_normal((count, 5))
        said = write_reference(model.step, state, count, max_steps)
        ends = (said == 2).sum(axis=0)
        whole = len(said) < max_steps if len(cases) % 2 == 0 else ends.sum() == count - 1
        lengths = set((said != 0).sum(axis=0).tolist())
        if whole and len(lengths) >= 3 and len(set(said.ravel().tolist())) >= 6 and len(said) > 3:
            cases.append((model.step, state, count, max_steps))
        if len(cases) == 5:
            break
    return cases


def _no_step_too_many(answer, rng):
    inner, state, count, max_steps = _decoders(rng)[0]
    calls: list = []

    def step(tokens, state):
        calls.append(tokens)
        return inner(tokens, state)

    said = answer(step, state, count, max_steps)
    if len(calls) > len(said):
        return (f"The answers are right, but step was called {len(calls)} times for {len(said)} rows. Leave the loop "
                "as soon as every answer has said END.")
    return None


write = Exercise(
    id="11.6",
    title="A greedy loop that stops",
    stars=2,
    reference=write_reference,
    cases=_decoders,
    extra=_no_step_too_many,
    mistakes=[
        Mistake("reads START for ever",
                {"tokens = np.where(ended, 0, logits.argmax(axis=1))\n        said.append(tokens)\n        "
                 "ended = ended | (tokens == 2)":
                     "best = np.where(ended, 0, logits.argmax(axis=1))\n        said.append(best)\n        "
                     "ended = ended | (best == 2)"},
                "The decoder reads START at every step. What it has said has to become what it reads next: give the "
                "new tokens to step."),
        Mistake("reads padding",
                {"if ended.all():\n            break": "if ended.all():\n            break\n        "
                                                       "tokens = np.zeros_like(tokens)"},
                "After START the decoder reads PAD, and not what it has said: it can only guess from its state how "
                "its answer begins."),
        Mistake("the state stays behind", {"logits, state = step": "logits, _ = step"},
                "Each step begins in the first state again. step returns the next state: hand it on."),
        Mistake("no PAD behind END", {"np.where(ended, 0, logits.argmax(axis=1))": "logits.argmax(axis=1)"},
                "An answer that has said END goes on writing while the others finish. Behind END comes PAD, 0."),
        Mistake("END behind END", {"np.where(ended, 0, ": "np.where(ended, 2, "},
                "Your finished answers say END again and again. One END, then PAD, 0."),
        Mistake("END overwritten",
                {"tokens = np.where(ended, 0, logits.argmax(axis=1))\n        said.append(tokens)\n        "
                 "ended = ended | (tokens == 2)":
                     "tokens = logits.argmax(axis=1)\n        ended = ended | (tokens == 2)\n        "
                     "tokens = np.where(ended, 0, tokens)\n        said.append(tokens)"},
                "PAD stands in the place of END. Note who has ended after the token is written, not before: END "
                "belongs to the answer."),
        Mistake("stops with the first", {"ended.all()": "ended.any()"},
                "You stop as soon as one answer has ended. The others are not done: wait for all of them."),
        Mistake("never stops early", {"        if ended.all():\n            break\n": ""},
                "Your result has max_steps rows whatever is said. It has as many as were needed: the loop ends when "
                "every answer has said END, and no rows of PAD alone follow."),
        Mistake("one row of PAD too many", {"ended.all()": "(tokens == 0).all()"},
                "You stop at a row of PAD alone, one row too late. The last row is the one in which the last answer "
                "says END."),
        Mistake("no end at all", {"np.where(ended, 0, logits.argmax(axis=1))": "logits.argmax(axis=1)",
                                  "        if ended.all():\n            break\n": ""},
                "Nothing ends in your loop: answers go on behind their END, and it runs to max_steps. Note who has "
                "said END, write PAD there, and leave when all have."),
        Mistake("END left out",
                {"tokens = np.where(ended, 0, logits.argmax(axis=1))\n        said.append(tokens)\n        "
                 "ended = ended | (tokens == 2)\n        if ended.all():\n            break\n":
                     "tokens = logits.argmax(axis=1)\n        ended = ended | (tokens == 2)\n        "
                     "if ended.all():\n            break\n        said.append(np.where(ended, 0, tokens))\n"},
                "END is missing from your answers: you note who has ended before the token is written. END belongs to "
                "the answer, so write it down first."),
        Mistake("forgets who has ended", {"ended = ended | (tokens == 2)": "ended = tokens == 2"},
                "Your note of who has ended is made anew at each step, so a finished answer writes one PAD behind its "
                "END and then begins again. Once ended stays ended: ended | …"),
        Mistake("START in the answer", {"dtype=bool), []": "dtype=bool), [np.full(count, 1)]"},
                "START stands in front of your answers. The decoder reads it and never says it."),
        Mistake("another first token",
                [{"np.full(count, 1)": "np.full(count, 2)"}, {"np.full(count, 1)": "np.full(count, 0)"}],
                "The first token that the decoder reads is START, row 1: np.full(count, 1)."),
        Mistake("answers in rows", {"return np.array(said)": "return np.array(said).T"},
                "Your answers stand in rows. Time is axis 0: a row for each step, a column for each answer."),
    ],
    hints=[
        "Before the loop: tokens that are all START, and a note (count,) of who has ended, all False.",
        "In the loop: one step; the best token of each row, but PAD where the answer has ended before; write it down; "
        "note the ends; leave if all have ended.",
        "np.where(ended, 0, logits.argmax(axis=1)) is PAD for finished answers and the best token for the others. "
        "Update `ended` only after that line, so that END itself is kept.",
    ],
    explanation="Each answer of the batch is what it would be alone, so greedy decoding runs on as many sources at "
                "once as you like.",
)

# 11.7 Build it: the smallest encoder and decoder ------------------------------------------------------------------


def seq2seq_logits_reference(model, source, lengths, inputs):
    """Logits (S, N, V) of a GRU that reads and a GRU that writes.

    model.embed_source, model.embed_target: embeddings; model.reader, model.writer: an nn.GRU of one layer each;
    model.readout: from H to V. source (T, N), padded at the end; lengths (N,), in any order; inputs (S, N).
    """
    import torch

    x = model.embed_source(source)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
    _, context = model.reader(packed)
    states, _ = model.writer(model.embed_target(inputs), context)
    return model.readout(states)


def _models(rng):
    """Numbers in the padding, which must not be read. In the last case no question is as long as source."""
    import torch

    cases = []
    for T, S, D, H, lengths in ((5, 4, 3, 4, (2, 5, 4)), (6, 3, 2, 3, (6, 1, 3, 4)), (7, 5, 4, 2, (3, 5))):
        model = torch.nn.Module()
        model.embed_source, model.embed_target = torch.nn.Embedding(9, D), torch.nn.Embedding(9, D)
        model.reader, model.writer = torch.nn.GRU(D, H), torch.nn.GRU(D, H)
        model.readout = torch.nn.Linear(H, 9)
        model.double()
        for weight in model.parameters():
            weight.data = torch.from_numpy(rng.standard_normal(tuple(weight.shape)))
        N = len(lengths)
        source, inputs = (torch.from_numpy(rng.integers(3, 9, (steps, N))) for steps in (T, S))
        inputs[0] = 1
        cases.append((model.requires_grad_(False), source, torch.tensor(lengths), inputs))
    return cases


def _gradient_reaches_the_encoder(answer, rng):
    model, source, lengths, inputs = _models(rng)[0]
    logits = answer(model.requires_grad_(), source, lengths, inputs)
    if not getattr(logits, "requires_grad", False):
        return "autograd cannot follow it, so it cannot be trained: leave out detach(), no_grad and numpy()."
    if not any(leaf.shape == model.reader.weight_hh_l0.shape and bool((leaf == model.reader.weight_hh_l0).all())
               for leaf in _leaves(logits.grad_fn)):
        return "no gradient reaches the encoder: the context must not be detached on its way to the decoder."
    return None


def _leaves(function):
    """The weights that a gradient reaches from here. (The answer ran on a copy of the model.)"""
    found, seen, todo = [], set(), [function]
    while todo:
        function = todo.pop()
        if function is None or function in seen:
            continue
        seen.add(function)
        if hasattr(function, "variable"):
            found.append(function.variable.detach())
        todo.extend(after for after, _ in function.next_functions)
    return found


GIVEN, READ = "model.embed_target(inputs), context", "_, context = model.reader(packed)"
STATES = "outputs = torch.nn.utils.rnn.pad_packed_sequence(model.reader(packed)[0])[0]"

seq2seq_logits = Exercise(
    id="11.7",
    title="Build it: the smallest encoder and decoder",
    stars=3,
    reference=seq2seq_logits_reference,
    cases=_models,
    extra=_gradient_reaches_the_encoder,
    mistakes=[
        Mistake("not packed", {READ: "_, context = model.reader(x)"},
                "The encoder reads the padding of short questions, and its last state comes after it. Pack the "
                "vectors, or the context depends on the other questions of the batch."),
        Mistake("nothing goes across",
                [{GIVEN: "model.embed_target(inputs)"},
                 {GIVEN: "model.embed_target(inputs), torch.zeros_like(context)"}],
                "Your decoder begins with zeros, so it knows nothing of the question. Its first state is the "
                "encoder's last one."),
        Mistake("the last step of the page", {READ: f"{STATES}\n    context = outputs[-1:].contiguous()"},
                "outputs[-1] is 0 for every question that has ended before. The second result of an nn.GRU holds the "
                "last real states."),
        Mistake("the first state",
                {READ: f"{STATES}\n    context = outputs[:1].contiguous()"},
                "You hand over the state after the first symbol. The encoder has read the question only at its end."),
        Mistake("the mean of the states",
                {READ: f"{STATES}\n    context = (outputs.sum(0) / lengths[:, None])[None]"},
                "You hand over the mean of all states. That is a context, too, but asked is the last real state."),
        Mistake("the encoder writes", {"model.writer(": "model.reader("},
                "The encoder reads and writes in your version. The decoder has a GRU of its own: model.writer."),
        Mistake("roles exchanged", {"model.reader(": "model.writer(", "model.writer(": "model.reader("},
                "In your version model.writer reads the question and model.reader writes the answer."),
        Mistake("the embedding of the other side",
                [{"model.embed_target(inputs)": "model.embed_source(inputs)"},
                 {"model.embed_source(source)": "model.embed_target(source)"}],
                "One embedding serves both sides in your version. Each side has symbols and rows of its own: "
                "model.embed_source for the question, model.embed_target for the answer."),
        Mistake("sorted by length",
                {"x, lengths.cpu(), enforce_sorted=False": "x[:, lengths.argsort(descending=True)], "
                                                           "lengths.sort(descending=True)[0]"},
                "You sort the questions by length and leave the contexts in that order, so answers begin with the "
                "context of another question. enforce_sorted=False sorts and undoes it."),
        Mistake("probabilities", [{"model.readout(states)": "model.readout(states).softmax(2)"},
                                  {"model.readout(states)": "model.readout(states).log_softmax(2)"}],
                "Asked are the logits. The loss takes the softmax itself."),
        Mistake("reads its own words",
                {"states, _ = model.writer(model.embed_target(inputs), context)\n    return model.readout(states)":
                     "token, state, logits = inputs[:1], context, []\n    for _ in inputs:\n        "
                     "states, state = model.writer(model.embed_target(token), state)\n        "
                     "logits.append(model.readout(states))\n        token = logits[-1].argmax(2)\n    "
                     "return torch.cat(logits)"},
                "Your decoder reads its own words. In training it reads inputs, the right answer one step late."),
        Mistake("the context at every step anew",
                {"states, _ = model.writer(model.embed_target(inputs), context)":
                     "states = torch.cat([model.writer(model.embed_target(row[None]), context)[0] for row in inputs])"},
                "Each step of your decoder begins in the context again. Hand its state on from step to step, or give "
                "it all steps in one call."),
        Mistake("START not read", {"model.embed_target(inputs)": "model.embed_target(inputs.roll(-1, 0))"},
                "You shift the inputs. They are one step late already: START stands in front."),
    ],
    hints=[
        "Four lines: embed and pack the question, run the reader, run the writer from the reader's last state, read "
        "out.",
        "An nn.GRU returns outputs and the last state, (1, N, H). Of the reader you need the second, of the writer "
        "the first.",
        "model.writer takes two arguments, the vectors of the inputs and the state to begin with.",
    ],
    explanation="These few lines are the whole model. Trained as in the chapter it gets about nine in ten of the test "
                "sums right with its own words.",
)

# 11.8 From which penalty on ----------------------------------------------------------------------------------------


def fair_penalty_reference(short, short_length, long, long_length):
    """The length penalty α at which a short and a long answer have the same score, log p / (length + 1)^α.

    short, long: their log-probabilities, both negative; the short answer is the more probable one. Returns a number.
    """
    return np.log(long / short) / np.log((long_length + 1) / (short_length + 1))


def _answers_of_two_lengths(rng):
    cases = []
    for _ in range(6):
        short, extra = rng.uniform(0.5, 4), rng.uniform(0.5, 4)
        length = int(rng.integers(1, 6))
        cases.append((-short, length, -short - extra, length + int(rng.integers(1, 8))))
    return cases


fair_penalty = Exercise(
    id="11.8",
    title="From which penalty on?",
    stars=2,
    reference=fair_penalty_reference,
    cases=_answers_of_two_lengths,
    mistakes=[
        Mistake("END not counted", {"(long_length + 1) / (short_length + 1)": "long_length / short_length"},
                "You divide by powers of the length alone. The score divides by (length + 1)^α: END counts as a "
                "symbol. (Without the 1, the empty answer would be divided by 0.)"),
        Mistake("no logarithm",
                [{"np.log(long / short) / np.log((long_length + 1) / (short_length + 1))":
                      "(long / short) / ((long_length + 1) / (short_length + 1))"},
                 {"np.log(long / short) / np.log(": "(long / short) / np.log("},
                 {"/ np.log((long_length + 1) / (short_length + 1))": "/ ((long_length + 1) / (short_length + 1))"}],
                "α is an exponent: long / short = ((long_length + 1) / (short_length + 1))^α. Take the logarithm of "
                "both sides before you divide."),
        Mistake("from the probabilities", {"np.log(long / short)": "np.log(np.exp(long) / np.exp(short))"},
                "You take the difference of the log-probabilities. Equal scores ask for their ratio, and its "
                "logarithm."),
        Mistake("difference of the log-probabilities",
                [{"np.log(long / short) / np.log((long_length + 1) / (short_length + 1))":
                      "(short - long) / (long_length - short_length)"},
                 {"np.log(long / short)": "(short - long)"}],
                "You take the difference of the log-probabilities. The scores are quotients: setting them equal gives "
                "the ratio long / short, and α is an exponent."),
        Mistake("logarithm of a negative number", {"np.log(long / short)": "(np.log(long) - np.log(short))"},
                "Log-probabilities are negative, so their logarithms are NaN. Their ratio is positive: take its "
                "logarithm."),
        Mistake("difference of the lengths", {"np.log((long_length + 1) / (short_length + 1))":
                                              "np.log(long_length - short_length + 1)"},
                "You take the difference of the lengths. Setting both scores equal gives the ratio of length + 1."),
    ],
    hints=[
        "Write both scores down and set them equal. Then bring everything with α to one side.",
        "long / short = ((long_length + 1) / (short_length + 1))^α. The left side is above 1: both are negative, and "
        "the long answer's is further from 0.",
        "The logarithm of a power is the exponent times the logarithm.",
    ],
    explanation="With any larger α the long answer wins. Set it on validation data.",
)
