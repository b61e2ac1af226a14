"""Arrays, lists and lengths of every kind are taken alike, and a model is in its own mode again whatever happened."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import seqlearn
from seqlearn.data.pairs import END, START, Pairs, Symbols
from seqlearn.decoding import beam_search, evaluating, exact_match, greedy, lengths_like, search, tensor_like, to_numpy
from seqlearn.models import (
    Attention,
    AttentionDecoder,
    Classifier,
    Decoder,
    Encoder,
    LanguageModel,
    LSTMModel,
    Seq2Seq,
    translate,
)
from seqlearn.models.ctc import Recogniser
from seqlearn.models.jobs import speak
from seqlearn.models.language_model import CarriedLoss, evaluate
from seqlearn.models.translator import attention_of

LIKE = torch.zeros(1)


@pytest.mark.parametrize("value", [
    [3.0, 2.0, 1.0], np.array([1.0, 2, 3])[::-1], np.array([3.0, 2, 1], ">f8"), np.array([3, 2, 1], np.longdouble),
    np.array([3, 2, 1], np.float16), torch.tensor([3.0, 2, 1], dtype=torch.float64),
])  # fmt: skip
def test_floats_come_in_the_dtype_of_the_model(value):
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        tensor = tensor_like(value, LIKE.to(dtype))
        assert tensor.dtype == dtype and tensor.tolist() == [3, 2, 1]


@pytest.mark.parametrize("value", [[3, 2, 1], np.arange(1, 4)[::-1], *(
    np.array([3, 2, 1], kind) for kind in ("u1", "i2", ">i4", "u4", "u8")), torch.tensor([3, 2, 1], dtype=torch.uint8)])
def test_integers_come_as_int64(value):
    assert tensor_like(value, LIKE).dtype == torch.int64 and tensor_like(value, LIKE).tolist() == [3, 2, 1]


def test_an_array_is_copied_and_booleans_stay():
    array = np.arange(3.0)
    array.flags.writeable = False
    tensor_like(array, LIKE).add_(1)
    assert array.tolist() == [0, 1, 2] and tensor_like([True, False], LIKE).dtype == torch.bool
    assert to_numpy(torch.tensor([1.5], dtype=torch.bfloat16, requires_grad=True)).tolist() == [1.5]
    assert to_numpy(torch.ones(1, dtype=torch.float64)).dtype == np.float64


LENGTHS = [[5, 3], (5, 3), np.array([5, 3]), np.array([3, 5], np.uint8)[::-1], np.array([5, 3], ">i4"),
           torch.tensor([5, 3]), torch.tensor([5, 3], dtype=torch.uint8), torch.tensor([5, 3], dtype=torch.int32)]
WRONG = [([6, 3], ValueError), ([5, 0], ValueError), ([5], ValueError), ([[5, 3]], ValueError), ([5.0, 3.0], TypeError),
         (np.array([True, True]), TypeError)]


def readers():
    """Every model that takes lengths: name → a call with them, of T = 5 and N = 2."""
    torch.manual_seed(0)
    tokens, frames, inputs = torch.randint(4, 7, (5, 2)), torch.randn(5, 2, 3), torch.tensor([[START, START]])
    encoder = {"tokens": Encoder(7, 4, cell="gru", bidirectional=True), "frames": Encoder(3, 4, frames=True)}
    decoder, writer = Decoder(7, 4), Seq2Seq(encoder["tokens"], AttentionDecoder(7, 4, 8, cell="gru"))
    classifier, both = Classifier(7, 4, 4, pooling="last+mean+max"), Classifier(7, 4, 4, bidirectional=True)
    spoken = Seq2Seq(encoder["tokens"], Decoder(9, 4, cell="gru", frames=True))
    ctc, loops, whole = Recogniser(6, 4), LSTMModel(3, 4, 1), LSTMModel(3, 4, 1, cell=nn.GRU)
    return {
        "classifier": lambda lengths: classifier(tokens, lengths), "both ways": lambda lengths: both(tokens, lengths),
        "encoder": lambda lengths: encoder["tokens"](tokens, lengths).outputs,
        "frames": lambda lengths: encoder["frames"](frames, lengths).outputs,
        "seq2seq": lambda lengths: Seq2Seq(encoder["frames"], decoder)(frames, inputs, lengths),
        "attention": lambda lengths: writer(tokens, inputs, lengths),
        "greedy": lambda lengths: greedy(writer, tokens, max_steps=3, lengths=lengths).log_probability,
        "speak": lambda lengths: torch.tensor(np.stack(speak(spoken, tokens, lengths, most_steps=1))),
        "recogniser": lambda lengths: ctc(torch.zeros(5, 2, 8), lengths),
        "loop": lambda lengths: loops(frames, lengths), "whole": lambda lengths: whole(frames, lengths),
    }


@pytest.mark.parametrize("name", readers())
def test_lengths_of_every_kind(name):
    read = readers()[name]
    expected = read(torch.tensor([5, 3])).detach()
    for lengths in LENGTHS:
        assert torch.equal(read(lengths).detach(), expected), repr(lengths)
    for lengths, error in WRONG:
        with pytest.raises(error, match="lengths"):
            read(lengths)


def test_lengths_as_a_tensor():
    x = torch.zeros(5, 2, 3)
    assert lengths_like(None, x) is None and lengths_like([5, 3], x).dtype == torch.int64


@pytest.mark.parametrize("make", [
    lambda: (Encoder(3, 4, frames=True), lambda model, x, lengths: model(x, lengths).outputs.sum()),
    lambda: (LSTMModel(3, 4, 1), lambda model, x, lengths: model(x, lengths).sum()),
    lambda: (LSTMModel(3, 4, 1, cell=nn.LSTM), lambda model, x, lengths: model(x, lengths).sum()),
    lambda: (LSTMModel(3, 4, 1, cell=nn.GRUCell), lambda model, x, lengths: model(x, lengths).sum()),
    *(lambda score=score: (Attention(score, 3, 3), lambda model, x, lengths: sum(part.sum() for part in model(
        x[0], x, mask=torch.arange(5) < torch.tensor(lengths)[:, None]))) for score in ("dot", "general", "additive")),
])
def test_what_the_padding_holds_is_not_read(make):
    torch.manual_seed(0)
    model, loss = make()
    x = torch.randn(5, 2, 3)
    found = []
    for padding in (0.0, 7.0, float("nan"), float("inf")):
        x[3:, 1] = padding
        model.zero_grad()
        value = loss(model, x.clone(), [5, 3])
        if value.requires_grad:
            value.backward()
        found.append([value.detach(), *(weight.grad for weight in model.parameters())])
    for others in found[1:]:
        for one, other in zip(found[0], others):
            assert torch.equal(one, other)


PAIRS = Pairs("letters", Symbols("abc"), Symbols("abc"), train=[("ab", "c")], test=[("ab", "c"), ("c", "ab")])


def writer(dtype=torch.float32):
    torch.manual_seed(1)
    return Seq2Seq(Encoder(7, 4, cell="gru", dropout=0.5), AttentionDecoder(7, 4, 4, cell="gru", dropout=0.5)).to(dtype)


def test_arrays_of_every_kind_are_sources():
    model = writer()
    expected = beam_search(model, torch.tensor([[4], [5]]), width=2, max_steps=4)
    for source in ([[4], [5]], np.array([[5], [4]])[::-1], np.array([[4], [5]], np.uint8), np.array([[4], [5]], ">i8")):
        assert beam_search(model, source, width=2, max_steps=4) == expected
        assert torch.equal(greedy(model, source, max_steps=4).tokens, greedy(model, [[4], [5]], max_steps=4).tokens)


def test_bfloat16_answers():
    model = writer(torch.bfloat16)
    assert beam_search(model, [[4], [5]], width=2, max_steps=4)
    for width in (1, 2):
        (found,) = translate(model, PAIRS, ["ab"], width=width, max_steps=3)
        assert found.weights.dtype == np.float32 and found.weights.shape == (len(found.tokens), 2)
    reader = Classifier(7, 4, 4).bfloat16()
    assert reader.trace([4, 5, 6]).shape == (3,)
    blocks = [(np.zeros((3, 2), int), np.ones((3, 2), int))]
    assert evaluate(LanguageModel(7, 4).bfloat16(), blocks) > 0


def test_a_model_of_float64_by_default():
    try:
        torch.set_default_dtype(torch.float64)
        spoken = Seq2Seq(Encoder(7, 4), Decoder(9, 4, frames=True)).float()
        assert speak(spoken, [[4], [5]], most_steps=2)[0].dtype == np.float32
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_model_that_has_diverged_is_named(bad):
    model = writer()
    model.decoder.readout.weight.data.fill_(bad)
    for answer in (lambda: greedy(model, [[4], [5]], max_steps=3), lambda: exact_match(model, PAIRS, max_steps=3),
                   lambda: beam_search(model, [[4], [5]], width=3, max_steps=3),
                   lambda: translate(model, PAIRS, ["ab"], width=3), lambda: translate(model, PAIRS, ["ab"])):
        with pytest.raises(ValueError, match="NaN at step 1: the model's weights have diverged; train it again"):
            answer()


def test_a_beam_that_may_say_nothing_comes_back_unfinished():
    log_p = np.log([[1e-9, 1e-9, 0.1, 0.2, 0.7]])
    nothing = np.full((1, 5), -np.inf)
    hypotheses, _ = search(lambda tokens, parents: nothing, width=2, max_steps=3)
    assert [(each.tokens, each.finished) for each in hypotheses] == [((), False)]
    steps = iter([log_p, nothing])
    hypotheses, _ = search(lambda tokens, parents: next(steps), width=1, max_steps=3)
    assert [(each.tokens, each.finished) for each in hypotheses] == [((4,), False)]
    steps = iter([log_p, nothing.repeat(2, 0)])
    assert search(lambda tokens, parents: next(steps), width=3, max_steps=3)[0][0].finished and END == 2
    with pytest.raises(TypeError, match="width must be an integer, got 2.5"):
        search(lambda tokens, parents: log_p, width=2.5, max_steps=3)
    assert search(lambda tokens, parents: log_p.repeat(len(tokens), 0), width=np.int64(1), max_steps=np.int32(2))[0]


# ---------------------------------------------------------------- the mode afterwards


def lookers():
    """Functions that let a model answer: name → (model, call)."""
    torch.manual_seed(0)
    model, reader, speaker = writer(), Classifier(7, 4, 4, dropout=0.5), LanguageModel(7, 4, dropout=0.5)
    blocks = [(np.zeros((3, 2), int), np.ones((3, 2), int))] * 2
    return {
        "evaluate": (speaker, lambda: evaluate(speaker, iter(blocks))), "trace": (reader, lambda: reader.trace([4, 5])),
        "greedy": (model, lambda: greedy(model, [[4], [5]], max_steps=2)),
        "beam": (model, lambda: beam_search(model, [[4], [5]], width=2, max_steps=2)),
        "exact match": (model, lambda: exact_match(model, PAIRS, max_steps=2)),
        "translate": (model, lambda: translate(model, PAIRS, ["ab", "c"], width=2, max_steps=2)),
        "attention": (model, lambda: attention_of(model, np.array([[4], [5]]), [4, 5])),
    }


def modes(model):
    return [part.training for part in model.modules()], torch.is_grad_enabled()


@pytest.mark.parametrize("name", lookers())
def test_an_interrupt_at_any_line_leaves_the_model_as_it_was(name):
    model, call = lookers()[name]
    model.train()
    next(model.children()).eval()  # a part that its owner has frozen
    before, total = modes(model), lines(call, 0)
    assert modes(model) == before and total > 10
    for line in range(1, total + 1):
        lines(call, line)
        assert modes(model) == before, f"line event {line} of {total}"


def lines(call, stop):
    """Call; raise KeyboardInterrupt when so many lines of the package have begun → how many began."""
    folder, begun = str(Path(seqlearn.__file__).parent), 0

    def trace(frame, event, argument):
        nonlocal begun
        if not frame.f_code.co_filename.startswith(folder):
            return None
        if event == "line":
            begun += 1
            if begun == stop:
                raise KeyboardInterrupt
        return trace

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        assert begun == stop
    finally:
        sys.settrace(old)
    return begun


def test_errors_leave_the_model_as_it_was():
    model, reader = LanguageModel(7, 4), Classifier(7, 4, 4)
    for wrong in (lambda: evaluate(model, [(np.full((1, 1), 99), np.zeros((1, 1), int))]), lambda: reader.trace([])):
        before = modes(model), modes(reader)
        with pytest.raises((ValueError, IndexError)):
            wrong()
        assert (modes(model), modes(reader)) == before


def test_a_function_keeps_its_name():
    @evaluating
    def look(model, more=1):
        """Words."""
        return model.training, torch.is_grad_enabled(), more

    assert look(nn.Linear(1, 1), more=2) == (False, False, 2) and (look.__name__, look.__doc__) == ("look", "Words.")


# ---------------------------------------------------------------- blocks of a language model


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, torch.int64, torch.int32, "list"])
def test_blocks_of_every_kind(kind):
    torch.manual_seed(0)
    model, inputs, targets = LanguageModel(7, 4), np.array([[1, 2], [3, 4]]), np.array([[3, 4], [5, 6]])
    expected = evaluate(model, [(inputs, targets)])
    made = [each.tolist() if kind == "list" else torch.tensor(each, dtype=kind) if isinstance(kind, torch.dtype)
            else each.astype(kind)[::-1, ::-1][::-1, ::-1] for each in (inputs, targets)]  # fmt: skip
    assert evaluate(model, [made]) == expected
    assert CarriedLoss()(model, (*made, True)).item() == pytest.approx(expected)


def test_no_blocks():
    with pytest.raises(ValueError, match="blocks must hold at least one: a generator is empty after"):
        evaluate(LanguageModel(7, 4), iter([]))
